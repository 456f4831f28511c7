//! Whether a request that changes something was sent from a page of this site: where it says it comes from, and a token.
//!
//! `server` asks [`check_origin`] for every unsafe request, `posted` asks [`check_token`] for every body it reads. Tokens are
//! masked anew for each page (compression would otherwise give them away) and bound to the session, or before signing in
//! to a signed cookie.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{HOST, HeaderMap, ORIGIN, REFERER};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;
use url::Url;

use super::keys;
use super::session::TypedSession;
use crate::config::Config;
use crate::db::Id;
use crate::error::{AppError, Result};

/// The field of a form that carries the token, by Django's name.
pub const FIELD: &str = "csrfmiddlewaretoken";
/// The header that carries it for scripts.
pub const HEADER: &str = "X-CSRFToken";

/// What a cookie's signature is made for.
const PURPOSE: &str = "csrf cookie";
/// What a session's secret is marked for.
const MADE_FOR: &str = "csrf secret of a user";
const SECRET_BYTES: usize = 32;
const HALF: usize = SECRET_BYTES / 2;

/// Refuses a request that another site had a browser send.
///
/// # Errors
/// `Forbidden` with the sentence.
pub fn check_origin(headers: &HeaderMap, config: &Config) -> Result<()> {
    // No browser of this decade says nothing: over TLS it must say where it comes from, as in Django; otherwise the token
    // decides.
    let is_ours = comes_from_here(headers, config).unwrap_or_else(|| config.public_url.scheme() != "https");
    if is_ours { Ok(()) } else { Err(AppError::Forbidden("This request came from another site, so nothing was done.".into())) }
}

/// Whether the browser says that a page of this site sent it; `None` when it says nothing.
pub(super) fn comes_from_here(headers: &HeaderMap, config: &Config) -> Option<bool> {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = header(HOST.as_str()).unwrap_or_default();
    // The address as the browser has it: that of this very request, or, where a proxy writes its own Host, the public one.
    let (here, public) = (format!("{}://{host}", config.public_url.scheme()), config.public_url.as_str());
    let is_ours = |url: &str| is_origin(url, &here) || is_origin(url, public);
    match (header("sec-fetch-site"), header(ORIGIN.as_str()), header(REFERER.as_str())) {
        (Some(site), _, _) => Some(site == "same-origin"),
        (None, Some(origin), _) => Some(is_ours(origin)),
        (None, None, referer) => referer.map(is_ours),
    }
}

/// Refuses a body whose token was not made for this browser.
///
/// # Errors
/// `Forbidden` with the sentence.
pub fn check_token(request: &HttpRequest, config: &Config, token: Option<&str>) -> Result<()> {
    let secret = match TypedSession::of(request).signed_in()? {
        Some(signed_in) => URL_SAFE_NO_PAD.decode(signed_in.csrf_secret).map_err(AppError::internal)?,
        None => cookie_secret(request, config)?.map(Vec::from).unwrap_or_default(),
    };
    let sent = token.and_then(unmask).unwrap_or_default();
    if !secret.is_empty() && bool::from(secret.ct_eq(&sent)) {
        return Ok(());
    }
    Err(AppError::Forbidden(
        "This page was opened before you last signed in or out, or its form is not from this site. Go back, load the page again and repeat.".into(),
    ))
}

/// A new secret for an anonymous browser, as text.
fn new_secret() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(keys::random::<SECRET_BYTES>()?))
}

/// A token made from a session's secret: the secret under a mask that is different each time.
pub fn mask(secret: &str) -> Result<String> {
    let secret = URL_SAFE_NO_PAD.decode(secret).map_err(AppError::internal)?;
    let mask = keys::random::<SECRET_BYTES>()?;
    let masked = mask.iter().zip(secret).map(|(mask, byte)| mask ^ byte);
    Ok(URL_SAFE_NO_PAD.encode(mask.iter().copied().chain(masked).collect::<Vec<u8>>()))
}

/// A new secret for a session of `user`: one half is random, the other tells whose it is.
pub(super) fn new_secret_of(user: Id, config: &Config) -> Result<String> {
    let random = keys::random::<HALF>()?;
    let mark = mark(&random, user, config)?;
    Ok(URL_SAFE_NO_PAD.encode([random, mark].concat()))
}

/// Whether a page that was made for `user`, in whichever session, had this token.
pub(super) fn is_made_for(token: &str, user: Id, config: &Config) -> Result<bool> {
    let secret = unmask(token).unwrap_or_default();
    let Some((random, sent)) = secret.split_at_checked(HALF) else { return Ok(false) };
    Ok(mark(random, user, config)?.ct_eq(sent).into())
}

fn mark(random: &[u8], user: Id, config: &Config) -> Result<[u8; HALF]> {
    let signature = keys::sign(&config.secret_key, MADE_FOR, &[random, user.to_string().as_bytes()].concat())?;
    let mut mark = [0; HALF];
    mark.iter_mut().zip(signature).for_each(|(byte, signed)| *byte = signed);
    Ok(mark)
}

/// The token of an anonymous page, with the cookie that it is bound to where the browser has none.
pub fn anonymous(request: &HttpRequest, config: &Config) -> Result<(String, Option<Cookie<'static>>)> {
    if let Some(secret) = cookie_secret(request, config)? {
        return Ok((mask(&URL_SAFE_NO_PAD.encode(secret))?, None));
    }
    let secret = new_secret()?;
    let signature = keys::sign_text(&config.secret_key, PURPOSE, secret.as_bytes())?;
    let cookie = Cookie::build(cookie_name(config), format!("{secret}.{signature}"))
        .path("/")
        .http_only(true)
        .secure(config.public_url.scheme() == "https")
        .same_site(SameSite::Lax)
        .finish();
    Ok((mask(&secret)?, Some(cookie)))
}

fn cookie_name(config: &Config) -> &'static str {
    if config.public_url.scheme() == "https" { "__Host-csrftoken" } else { "csrftoken" }
}

/// The secret in the cookie, if we signed it.
fn cookie_secret(request: &HttpRequest, config: &Config) -> Result<Option<[u8; SECRET_BYTES]>> {
    let Some(cookie) = request.cookie(cookie_name(config)) else { return Ok(None) };
    let Some((secret, signature)) = cookie.value().split_once('.') else { return Ok(None) };
    let right = keys::sign_text(&config.secret_key, PURPOSE, secret.as_bytes())?;
    let signed = bool::from(right.as_bytes().ct_eq(signature.as_bytes()));
    Ok(match URL_SAFE_NO_PAD.decode(secret) {
        Ok(bytes) if signed => bytes.try_into().ok(),
        _ => None,
    })
}

fn unmask(token: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (mask, masked) = bytes.split_at_checked(SECRET_BYTES)?;
    (masked.len() == SECRET_BYTES).then(|| mask.iter().zip(masked).map(|(mask, byte)| mask ^ byte).collect())
}

/// Whether `url` has the origin `here` (a scheme, a host and perhaps a port).
fn is_origin(url: &str, here: &str) -> bool {
    match (Url::parse(url), Url::parse(here)) {
        (Ok(url), Ok(here)) => url.origin() == here.origin() && here.has_host(),
        _ => false,
    }
}
