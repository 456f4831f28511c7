//! Signing in to the API, and out of it, and who one is.
//!
//! Handlers, listed in `routes`. Nothing here reads or sets a cookie. Failures are counted together with those of the sign-in page.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::actor::Door;
use super::authentication::{Outcome, authenticate};
use super::caller::Caller;
use super::hashing::Hashing;
use super::throttle::Attempt;
use super::user::User;
use super::{access_token, api_login, client, user_json};
use crate::api::params::refusal;
use crate::api::{Body, answer};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};

/// The old API's words.
const REFUSED: &str = "No active account found with the given credentials";
const DEAD: &str = "Token is invalid or expired";
/// No failure is answered sooner: what a hash costs depends on its format, and that would tell.
const FAILURE_TAKES: Duration = Duration::from_millis(400);

/// `POST /api/v1/auth/login/`
pub async fn log_in(
    request: HttpRequest,
    body: Body,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
    hashing: Data<Hashing>,
) -> Result<HttpResponse> {
    let earliest = Instant::now() + FAILURE_TAKES;
    let mut fields = body.fields();
    let (username, password) = (fields.required("username").unwrap_or_default(), fields.required("password").unwrap_or_default());
    if let Err(problem) = fields.end() {
        return Ok(problem.answer());
    }
    let attempt = Attempt::new(&config, username, client::ip_of(&request, &config.trusted_proxies))?;
    match authenticate(Door::Api, (&db, &clock, &hashing), attempt, (username, password)).await? {
        Outcome::Admitted(user) => begin(&db, &clock, &config, *user).await,
        Outcome::Refused | Outcome::Overtaken => {
            sleep_until(earliest).await;
            Err(AppError::NotAuthenticated(REFUSED.into()))
        }
        Outcome::MustWait(seconds) => Ok(must_wait(seconds)),
    }
}

async fn begin(db: &Db, clock: &Clock, config: &Data<Config>, user: User) -> Result<HttpResponse> {
    tracing::info!(user = %user.id, "signed in to the API");
    let (now, settings) = (clock.now(), Data::clone(config));
    let (login, refresh) = db.write(move |connection| api_login::begin(connection, &settings.secret_key, &user, now)).await?;
    let access = access_token::make(&config.secret_key, &login.user, login.id, now)?;
    answer::ok(&json!({"access": access, "refresh": refresh, "user": user_json::of(&login.user)}))
}

fn must_wait(seconds: i64) -> HttpResponse {
    let sentence = format!("There were too many failed attempts to log in. Try again in {seconds} seconds.");
    let mut answer = refusal(StatusCode::TOO_MANY_REQUESTS, &sentence);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// `POST /api/v1/auth/refresh/`: a new access token; with `rotate`, a new refresh token as well, and the old one is dead.
pub async fn refresh(body: Body, db: Data<Db>, clock: Data<Clock>, config: Data<Config>) -> Result<HttpResponse> {
    let mut fields = body.fields();
    let (token, rotates) = (fields.required("refresh").unwrap_or_default().to_owned(), fields.flag("rotate"));
    if let Err(problem) = fields.end() {
        return Ok(problem.answer());
    }
    let (now, settings, shown) = (clock.now(), Data::clone(&config), token.clone());
    let find = move |connection: &mut AnyConnection| api_login::find_by_token(connection, &settings.secret_key, &shown, now);
    let Some(login) = db.read(find).await? else {
        db.write(move |connection| api_login::end_copied(connection, &token)).await?;
        return Err(AppError::NotAuthenticated(DEAD.into()));
    };
    let access = access_token::make(&config.secret_key, &login.user, login.id, now)?;
    if !rotates {
        return answer::ok(&json!({"access": access}));
    }
    let new = db.write(move |connection| api_login::rotate(connection, &token)).await?;
    let new = new.ok_or_else(|| AppError::NotAuthenticated(DEAD.into()))?;
    answer::ok(&json!({"access": access, "refresh": new}))
}

/// `POST /api/v1/auth/logout/`: the refresh token is dead, and every access token that was made of it.
pub async fn log_out(body: Body, db: Data<Db>) -> Result<HttpResponse> {
    let mut fields = body.fields();
    let token = fields.required("refresh").unwrap_or_default().to_owned();
    if let Err(problem) = fields.end() {
        return Ok(problem.answer());
    }
    db.write(move |connection| api_login::end(connection, &token)).await?;
    Ok(answer::nothing())
}

/// `GET /api/v1/auth/me/`
pub async fn me(caller: Caller, db: Data<Db>) -> Result<HttpResponse> {
    let id = caller.actor.id.ok_or(AppError::NotFound)?;
    let user = db.read(move |connection| User::find(connection, id)).await?;
    answer::ok(&user_json::of(&user))
}
