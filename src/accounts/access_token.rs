//! Access tokens: what a client of the API shows with every request, for an hour.
//!
//! Made by `api` when somebody signs in, read by `caller`. A signed JSON Web Token (RFC 7519, HS256) with the claims that old
//! clients read: they look into it for its end. It is good for as long as the sign-in that it was made of is there. The three
//! lines of cryptography are those of `keys`: the libraries for it bring RSA with an open advisory or a second C library along,
//! and of what they do besides nothing is needed, for only one header is ever accepted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::keys;
use super::user::User;
use crate::config::Secret;
use crate::db::Id;
use crate::error::{AppError, Result};

/// How long one is good.
const LIFE: TimeDelta = TimeDelta::minutes(60);
/// What they are signed for.
const PURPOSE: &str = "access token";
/// The one header, by RFC 7515.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// What kind of token it is, as old clients know it: "access".
    pub token_type: String,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was made, likewise.
    pub iat: i64,
    /// Its own number.
    pub jti: String,
    /// The sign-in that it was made of.
    pub sid: Id,
    /// Who signed in.
    pub user_id: Id,
    /// By the name they have.
    pub username: String,
    /// Their role.
    pub role: String,
}

/// A token for a user who is signed in.
pub fn make(secret: &Secret, user: &User, sign_in: Id, now: DateTime<Utc>) -> Result<String> {
    let claims = Claims {
        token_type: "access".to_owned(),
        exp: (now + LIFE).timestamp(),
        iat: now.timestamp(),
        jti: Id::new().to_string(),
        sid: sign_in,
        user_id: user.id,
        username: user.username.clone(),
        role: user.role.clone(),
    };
    let claims = serde_json::to_vec(&claims).map_err(AppError::internal)?;
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
    let signature = keys::sign_text(secret, PURPOSE, signed.as_bytes())?;
    Ok(format!("{signed}.{signature}"))
}

/// What a token says, if we made it and it has not ended.
pub fn read(secret: &Secret, token: &str, now: DateTime<Utc>) -> Result<Option<Claims>> {
    let Some((signed, signature)) = token.rsplit_once('.') else { return Ok(None) };
    let ours = keys::sign_text(secret, PURPOSE, signed.as_bytes())?;
    if !bool::from(ours.as_bytes().ct_eq(signature.as_bytes())) {
        return Ok(None);
    }
    let claims = signed.split_once('.').filter(|(header, _)| *header == URL_SAFE_NO_PAD.encode(HEADER)).map(|(_, claims)| claims);
    let claims = claims.and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims: Option<Claims> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    Ok(claims.filter(|claims| claims.exp > now.timestamp()))
}
