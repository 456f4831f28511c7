//! Who asks the API: the argument that makes a call one of a user's.
//!
//! Found before any handler is asked (`server::url`), by what the request shows: an access token, a personal token, or the
//! session of a browser, whose changes must come from a page of this site. The user is read anew at each request.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::actor::{Actor, Door};
use super::staff::{self, Ownership};
use super::user::User;
use super::{access_token, api_login, api_token, csrf, posted};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};

/// Said to whoever shows nothing.
const NOBODY: &str = "Authentication credentials were not provided.";
/// Said to whoever shows something that is worth nothing.
const WORTHLESS: &str = "Given token not valid: it is wrong, has ended, or was revoked.";

/// A user who asks the API.
#[derive(Clone)]
pub struct Caller {
    /// Who acts.
    pub actor: Actor,
    /// Whether what they showed is good for reading only.
    is_read_only: bool,
}

/// What a request shows.
enum Shown {
    Nothing,
    Token(String),
    /// Something in that header that is no token.
    Other,
}

impl Caller {
    /// Who asks, if anybody does; something worthless, and what another site had a browser send, counts as nobody's.
    pub async fn find(request: &HttpRequest) -> Result<Option<Self>> {
        match Self::known(request).await {
            Ok(caller) => Ok(Some(caller)),
            Err(AppError::NotAuthenticated(_) | AppError::Forbidden(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn known(request: &HttpRequest) -> Result<Self> {
        if let Some(known) = request.extensions().get::<Self>().cloned() {
            return Ok(known);
        }
        let caller = match shown(request) {
            Shown::Token(token) => of_token(request, token).await?,
            Shown::Nothing => of_session(request).await?,
            Shown::Other => return Err(AppError::NotAuthenticated(WORTHLESS.into())),
        };
        request.extensions_mut().insert(caller.clone());
        Ok(caller)
    }

    /// Refuses what somebody who only reads may not ask for.
    fn require_method(self, request: &HttpRequest) -> Result<Self> {
        if self.is_read_only && !request.method().is_safe() {
            return Err(AppError::Forbidden("This token is good for reading only.".into()));
        }
        Ok(self)
    }
}

impl FromRequest for Caller {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self::known(&request).await?.require_method(&request)?) })
    }
}

fn shown(request: &HttpRequest) -> Shown {
    let Some(header) = request.headers().get(AUTHORIZATION) else { return Shown::Nothing };
    let token = header.to_str().ok().and_then(|header| header.trim().split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Shown::Token(token.trim().to_owned()),
        _ => Shown::Other,
    }
}

async fn of_token(request: &HttpRequest, token: String) -> Result<Caller> {
    let (db, clock) = (data::<Db>(request)?, data::<Clock>(request)?);
    let (config, ownership) = (data::<Config>(request)?.clone(), *data::<Ownership>(request)?.get_ref());
    let now = clock.now();
    let read = move |connection: &mut AnyConnection| {
        if token.starts_with(api_token::PREFIX) {
            return Ok(api_token::find(connection, &token, now)?.map(|(token, user)| (user, Some(token))));
        }
        let Some(claims) = access_token::read(&config.secret_key, &token, now)? else { return Ok(None) };
        let login = api_login::find(connection, &config.secret_key, claims.sid, now)?;
        Ok(login.map(|login| (login.user, None)))
    };
    let (user, token) = db.read(read).await?.ok_or_else(|| AppError::NotAuthenticated(WORTHLESS.into()))?;
    if let Some(token) = token.clone().filter(|token| api_token::is_to_be_touched(token, now)) {
        // A database that can be read but not written still answers.
        if let Err(error) = db.write(move |connection| api_token::touch(connection, token.id, now)).await {
            tracing::warn!(%error, "the moment of a token's last use was not kept");
        }
    }
    Ok(Caller { actor: actor(&user, ownership), is_read_only: token.is_some_and(|token| token.is_read_only) })
}

/// Whoever is signed in to the pages, in this browser.
async fn of_session(request: &HttpRequest) -> Result<Caller> {
    let staff = staff::find(request).await?.ok_or_else(|| AppError::NotAuthenticated(NOBODY.into()))?;
    if !request.method().is_safe() {
        csrf::check_origin(request.headers(), data::<Config>(request)?)?;
        posted::check_token(request, None)?;
    }
    Ok(Caller { actor: Actor { door: Door::Api, ..staff.actor }, is_read_only: false })
}

fn actor(user: &User, ownership: Ownership) -> Actor {
    user.actor_by(Door::Api, ownership)
}

fn data<T: 'static>(request: &HttpRequest) -> Result<&Data<T>> {
    request.app_data::<Data<T>>().ok_or_else(|| AppError::internal(format!("no {} in the app", std::any::type_name::<T>())))
}
