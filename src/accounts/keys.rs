//! Keys for one purpose each, made from the one secret of the settings, and random bytes.
//!
//! Used by `csrf`, `session` and `server`. Each purpose has its own key so that what is signed for one means nothing for another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::config::Secret;
use crate::error::{AppError, Result};

/// HMAC-SHA-256 of `message` under the key for `purpose`.
pub fn sign(secret: &Secret, purpose: &str, message: &[u8]) -> Result<[u8; 32]> {
    let key = hmac(secret.bytes(), purpose.as_bytes())?;
    hmac(&key, message)
}

/// [`sign`], as text for a cookie or a row.
pub fn sign_text(secret: &Secret, purpose: &str, message: &[u8]) -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(sign(secret, purpose, message)?))
}

/// SHA-256 as lower-case hexadecimal digits.
pub fn digest(text: &str) -> String {
    let nibble = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    Sha256::digest(text).iter().flat_map(|byte| [nibble(byte >> 4), nibble(byte & 15)]).collect()
}

/// A token that nobody can guess, behind a beginning that says what it is.
pub fn new_token(prefix: &str) -> Result<String> {
    Ok(prefix.to_owned() + &URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// Bytes that nobody can guess.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(AppError::internal)?;
    Ok(bytes)
}

fn hmac(key: &[u8], message: &[u8]) -> Result<[u8; 32]> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).map_err(AppError::internal)?;
    hmac.update(message);
    Ok(hmac.finalize().into_bytes().into())
}
