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

/// [`address`] of a request; `None` where there is no socket.
pub fn ip_of(request: &HttpRequest, trusted: &[IpAddr]) -> Option<IpAddr> {
    address(request.peer_addr().map(|socket| socket.ip()), request.headers(), trusted)
}

/// [`address`] of a request, as text; blank where there is none (a test without a socket).
pub fn address_of(request: &HttpRequest, trusted: &[IpAddr]) -> String {
    ip_of(request, trusted).map(|address| address.to_string()).unwrap_or_default()
}

/// What the browser calls itself, shortened.
pub fn agent_of(request: &HttpRequest) -> String {
    let agent = request.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    agent.unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(AGENT_LENGTH).collect()
}

/// Browsers by the word that gives them away; several claim to be those further down as well.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
/// Systems, likewise.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// A browser in words, as far as it says: "Firefox on Windows". What is unknown is shown as it calls itself.
pub fn browser(agent: &str) -> String {
    let named = |names: &[(&str, &'static str)]| names.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name);
    match (named(BROWSERS), named(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if agent.trim().is_empty() => "Unknown browser".to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
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
    fn browsers_are_told_in_words() {
        for (agent, words) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.14.1", "curl/8.14.1"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(browser(agent), words);
        }
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
