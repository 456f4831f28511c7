//! What is written about each request: one line, under an id that its error page and its other lines share.
//!
//! Used by `edge`. The line has the route's pattern, never the address as typed: search words, names of objects and tokens
//! stay out of the log.

use std::net::IpAddr;
use std::time::Instant;

use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, StatusCode};

use crate::accounts::{Staff, client};

/// The header by which trusted proxies give an id, and in which every answer has it.
pub(super) const HEADER: &str = "x-request-id";

/// A line that waits for its end.
pub(super) struct Line {
    /// The id of the request.
    pub(super) id: String,
    begun: Instant,
    method: Method,
    address: String,
}

impl Line {
    /// A line for a request that has just come.
    pub(super) fn begin(request: &ServiceRequest, trusted: &[IpAddr]) -> Self {
        Self {
            id: given_id(request, trusted).unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string()),
            begun: Instant::now(),
            method: request.method().clone(),
            address: client::address_of(request.request(), trusted),
        }
    }

    /// Writes it. A request that a failure swallowed has no route and no user any more.
    pub(super) fn end(&self, status: StatusCode, request: Option<&HttpRequest>) {
        let route = request.and_then(HttpRequest::match_pattern).unwrap_or_else(|| "-".into());
        let staff = request.and_then(|request| request.extensions().get::<Staff>().and_then(|staff| staff.actor.id));
        let user = staff.map_or_else(|| "-".into(), |id| id.to_string());
        let (method, address, ms) = (&self.method, &self.address, self.begun.elapsed().as_millis());
        tracing::info!(%method, route, status = status.as_u16(), ms, user, address, "answered");
    }
}

/// The id that a trusted proxy gave, if it is a plain one.
fn given_id(request: &ServiceRequest, trusted: &[IpAddr]) -> Option<String> {
    let peer = request.peer_addr()?.ip();
    let id = request.headers().get(HEADER)?.to_str().unwrap_or_default();
    let is_plain = (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (trusted.contains(&peer) && is_plain).then(|| id.to_owned())
}
