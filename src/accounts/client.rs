//! Where a request comes from, believing only proxies that the settings name.
//!
//! Used by the log and by sign-in. `actix_web::ConnectionInfo` believes anyone's `X-Forwarded-For`, so nothing uses it.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, HeaderMap, USER_AGENT};

/// The header that proxies add an address to, each at the right.
const FORWARDED: &str = "x-forwarded-for";
/// The longest user agent that is kept.
const AGENT_LENGTH: usize = 200;

/// The address of the browser: the peer's, or, behind trusted proxies, the rightmost one that is not theirs.
pub fn address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpAddr]) -> Option<IpAddr> {
    let peer = peer?;
    if !trusted.contains(&peer) {
        return Some(peer);
    }
    let written: Vec<&str> = headers.get_all(FORWARDED).flat_map(|value| value.to_str()).flat_map(|line| line.split(',')).collect();
    let mut nearest = peer;
    for text in written.into_iter().rev() {
        match text.trim().parse::<IpAddr>() {
            Ok(address) if trusted.contains(&address) => nearest = address,
            Ok(address) => return Some(address),
            Err(_) => break,
        }
    }
    Some(nearest)
}

/// [`address`] of a request, as text; blank where there is none (a test without a socket).
pub fn address_of(request: &HttpRequest, trusted: &[IpAddr]) -> String {
    let peer = request.peer_addr().map(|socket| socket.ip());
    address(peer, request.headers(), trusted).map(|address| address.to_string()).unwrap_or_default()
}

/// What the browser calls itself, shortened.
pub fn agent_of(request: &HttpRequest) -> String {
    let agent = request.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    agent.unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(AGENT_LENGTH).collect()
}

/// Whether a script asks, which wants a document rather than a page.
pub fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).is_some_and(|accepted| accepted.to_str().is_ok_and(|accepted| accepted.contains("application/json")))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn seen(peer: &str, forwarded: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.append(HeaderName::from_static(FORWARDED), HeaderValue::from_str(forwarded).unwrap());
        let trusted = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        address(Some(peer.parse().unwrap()), &headers, &trusted).unwrap().to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        assert_eq!(seen("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", "junk"), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", "junk, 10.0.0.2"), "10.0.0.2");
    }
}
