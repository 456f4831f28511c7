//! What is refused before any page is asked: a strange host, and what another site had a browser send.
//!
//! Wrapped round everything but the edge by `server`. Fail-closed: a handler that forgets to look is still behind it.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::accounts::{csrf, posted};
use crate::api::is_api;
use crate::config::Config;
use crate::error::AppError;

/// Refuses what no page should see.
pub(super) async fn check(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let config = request.app_data::<Data<Config>>().cloned().ok_or_else(|| AppError::internal("no settings in the app"))?;
    // Balancers ask by address.
    if !matches!(request.path(), "/healthz" | "/readyz") {
        check_host(request.headers(), &config.allowed_hosts)?;
    }
    // No name and no value holds a NUL, and PostgreSQL takes none.
    if request.query_string().contains("%00") || request.path().contains("%00") {
        return Err(AppError::BadRequest("The address holds a NUL character, which no page takes.".into()).into());
    }
    if !posted::is_text(request.query_string().as_bytes()) {
        return Err(AppError::BadRequest("The address holds characters that cannot be read: it must be written in UTF-8.".into()).into());
    }
    // The API asks this of those who come with a session alone (`accounts::caller`).
    if !request.method().is_safe() && !is_api(request.path()) {
        csrf::check_origin(request.headers(), &config)?;
    }
    next.call(request).await
}

/// Refuses a request for a host that is not this site's: answers are built for, and cached under, the host they name.
fn check_host(headers: &HeaderMap, allowed: &[String]) -> Result<(), AppError> {
    let mut hosts = headers.get_all(HOST);
    let known = match (hosts.next().map(|host| host.to_str()), hosts.next()) {
        (Some(Ok(host)), None) => is_allowed(host, allowed),
        _ => false,
    };
    if known {
        Ok(())
    } else {
        Err(AppError::BadRequest("This site does not answer to that host name. ALLOWED_HOSTS lists those it does.".into()))
    }
}

fn is_allowed(host: &str, allowed: &[String]) -> bool {
    let Some(name) = without_port(host) else { return false };
    let name = name.trim_end_matches('.').to_lowercase();
    !name.is_empty()
        && allowed.iter().any(|allowed| match allowed.strip_prefix('.') {
            Some(parent) => name == parent || name.ends_with(allowed),
            None => name == *allowed,
        })
}

/// The host without its port; `None` if what follows is not a port.
fn without_port(host: &str) -> Option<&str> {
    let (name, port) = match host.rfind(']') {
        Some(end) if host.starts_with('[') => host.split_at(end + 1),
        Some(_) => return None,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let port = if port.is_empty() { "0" } else { port.strip_prefix(':')? };
    (!port.is_empty() && port.parse::<u16>().is_ok()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_without_port_and_case() {
        let allowed = ["segments.example".to_owned(), ".crm.example".to_owned(), "[::1]".to_owned()];
        for host in
            ["segments.example", "SEGMENTS.example:8000", "segments.example.", "crm.example", "a.crm.example:1", "[::1]", "[::1]:80"]
        {
            assert!(is_allowed(host, &allowed), "{host}");
        }
        for host in [
            "",
            ":80",
            "evil.example",
            "xcrm.example",
            "segments.example.evil",
            "segments.example:80:90",
            "segments.example:port",
            "segments.example:",
            "segments.example:99999",
            "a@segments.example",
            "[::1",
            "[::1]x",
            "x[::1]",
        ] {
            assert!(!is_allowed(host, &allowed), "{host}");
        }
    }
}
