//! Signing in to the API, and out of it, and who one is.
//!
//! Handlers, listed in `routes`. Nothing here reads or sets a cookie. Failures are counted together with those of the sign-in page.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

use super::actor::Door;
use super::authentication::{Outcome, authenticate};
use super::caller::Caller;
use super::hashing::Hashing;
use super::throttle::Attempt;
use super::user::User;
use super::user_json::UserObject;
use super::{access_token, api_login, client, user_json};
use crate::api::openapi::{Operation, operation, schema};
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

/// A sign-in.
#[derive(Debug, Serialize, ToSchema)]
struct SignedIn {
    /// The access token, a JWT: good for an hour.
    access: String,
    /// The token by which another access token is got: good for seven days.
    refresh: String,
    /// Who signed in.
    user: UserObject,
}

/// A new access token.
#[derive(Debug, Serialize, ToSchema)]
struct Refreshed {
    /// The access token: good for an hour.
    access: String,
    /// With `rotate`, the refresh token in the place of the one that was sent, which is dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh: Option<String>,
}

/// What [`log_in`] does.
pub fn about_log_in() -> Operation {
    let fields = || [("username", schema::name(150)), ("password", schema::password())];
    operation("Signs in")
        .sent(
            move |_| schema::object(fields(), &["username", "password"]),
            json!({"username": "anong", "password": "correct horse battery staple"}),
        )
        .answers::<SignedIn>(200, "Signed in.")
        .refuses(401, "The name or the password is wrong, or the account is closed.")
}

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
    answer::ok(&SignedIn { access, refresh, user: user_json::of(&login.user) })
}

fn must_wait(seconds: i64) -> HttpResponse {
    let sentence = format!("There were too many failed attempts to log in. Try again in {seconds} seconds.");
    let mut answer = refusal(StatusCode::TOO_MANY_REQUESTS, &sentence);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

/// What [`refresh`] does.
pub fn about_refresh() -> Operation {
    let fields = || [("refresh", schema::token()), ("rotate", schema::flag())];
    operation("Gets a new access token")
        .about("The refresh token stays good, unless `rotate` asks for another one in its place.")
        .sent(move |_| schema::object(fields(), &["refresh"]), json!({"refresh": "csr_…"}))
        .answers::<Refreshed>(200, "A new access token.")
        .refuses(401, "The refresh token is dead.")
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
        return answer::ok(&Refreshed { access, refresh: None });
    }
    let new = db.write(move |connection| api_login::rotate(connection, &token)).await?;
    let new = new.ok_or_else(|| AppError::NotAuthenticated(DEAD.into()))?;
    answer::ok(&Refreshed { access, refresh: Some(new) })
}

/// What [`log_out`] does.
pub fn about_log_out() -> Operation {
    operation("Ends a sign-in, with every token that was made of it")
        .sent(|_| schema::object([("refresh", schema::token())], &["refresh"]), json!({"refresh": "csr_…"}))
        .answers_nothing("It is ended, or was no sign-in.")
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

/// What [`me`] does.
pub fn about_me() -> Operation {
    operation("Tells who one is").answers::<UserObject>(200, "They.")
}

/// `GET /api/v1/auth/me/`
pub async fn me(caller: Caller, db: Data<Db>) -> Result<HttpResponse> {
    let id = caller.actor.id.ok_or(AppError::NotFound)?;
    let user = db.read(move |connection| User::find(connection, id)).await?;
    answer::ok(&user_json::of(&user))
}
