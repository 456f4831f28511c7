//! Versions: what a client was shown, and whether what it changes is still that (RFC 9110, 13).
//!
//! Of every answer about one object, `ETag` is the edit version that forms compare; `If-Match` is compared in the transaction that
//! writes, so of two who change the same at once one is always told.

use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderValue, IF_MATCH};
use actix_web::{HttpRequest, HttpResponse};

use super::params::refusal;
use crate::error::{AppError, Result};

/// What `If-Match` says: `None` for nothing.
#[derive(Debug, Clone)]
pub struct Expected(Option<String>);

impl Expected {
    /// That of a request.
    pub fn of(request: &HttpRequest) -> Self {
        let lines: Vec<&str> = request.headers().get_all(IF_MATCH).map(|line| line.to_str().unwrap_or_default()).collect();
        Self((!lines.is_empty()).then(|| lines.join(",")))
    }

    /// Whether something of this version is what the client means. Weak tags never match.
    pub fn holds(&self, version: &str) -> bool {
        let Some(expected) = &self.0 else { return true };
        let tag = tag(version);
        expected.split(',').map(str::trim).any(|expected| expected == "*" || expected == tag)
    }
}

fn tag(version: &str) -> String {
    format!("\"{version}\"")
}

/// The answer with its version.
pub fn tagged(mut answer: HttpResponse, version: &str) -> Result<HttpResponse> {
    let value = HeaderValue::from_str(&tag(version)).map_err(AppError::internal)?;
    answer.headers_mut().insert(ETAG, value);
    Ok(answer)
}

/// 412: somebody else changed it meanwhile.
pub fn failed() -> HttpResponse {
    refusal(
        StatusCode::PRECONDITION_FAILED,
        "It was changed meanwhile: its version is not the one that If-Match names. Nothing was changed.",
    )
}
