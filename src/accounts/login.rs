//! Signing in and out.
//!
//! Listed in `routes`. Every failed sign-in has the same words and the same time, whoever it was for: the page tells nobody
//! which user names exist.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use super::hashing::Hashing;
use super::session::{SignedIn, TypedSession};
use super::staff::{self, Staff};
use super::user::User;
use super::{Form, Posted, client, csrf, next};
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::query_string::QueryString;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::{AppError, Result};

/// Django's words.
const REFUSED: &str = "Please enter the correct username and password for a staff account. Note that both fields may be case-sensitive.";
/// Where people land who came for nothing in particular.
const HOME: &str = "/admin/";
/// No failure is answered sooner: what a hash costs depends on its format, and that would tell.
const FAILURE_TAKES: Duration = Duration::from_millis(400);
/// The longest user name, as in the table.
const LONGEST_NAME: usize = 150;

/// The form.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "admin/login.html")]
struct LoginPage {
    frame: Frame,
    username: String,
    next: String,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "admin/logged_out.html")]
struct LoggedOutPage {
    frame: Frame,
}

/// `GET /admin/login/`
pub async fn show(request: HttpRequest, config: Data<Config>) -> Result<HttpResponse> {
    let asked = QueryString::parse(request.query_string());
    let next = next::safe_or(asked.get("next").unwrap_or_default(), HOME);
    if staff::find(&request).await?.is_some() {
        return Ok(see_other(next));
    }
    login_page(&request, &config, next, "", None)
}

/// `POST /admin/login/`
pub async fn sign_in(
    request: HttpRequest,
    form: Form<Credentials>,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
    hashing: Data<Hashing>,
) -> Result<HttpResponse> {
    let earliest = Instant::now() + FAILURE_TAKES;
    let typed = form.value;
    let next = next::safe_or(&typed.next, HOME);
    let Some(user) = authenticate(&db, &hashing, &typed).await? else {
        sleep_until(earliest).await;
        tracing::info!(address = client::address_of(&request, &config.trusted_proxies), "a sign-in failed");
        return login_page(&request, &config, next, &typed.username, Some(REFUSED));
    };
    let user = admit(&db, &clock, &hashing, user, typed.password).await?;
    tracing::info!(user = %user.id, "signed in");
    begin(&request, &config, &user)?;
    Ok(see_other(next))
}

/// Begins the session of a user who has shown who they are.
pub(super) fn begin(request: &HttpRequest, config: &Config, user: &User) -> Result<()> {
    TypedSession::of(request).sign_in(&SignedIn {
        user: user.id,
        auth_hash: user.auth_hash(&config.secret_key)?,
        csrf_secret: csrf::new_secret()?,
        address: client::address_of(request, &config.trusted_proxies),
        user_agent: client::agent_of(request),
    })
}

/// `POST /admin/logout/`
pub async fn sign_out(request: HttpRequest, staff: Staff, _form: Posted) -> Result<HttpResponse> {
    staff.session().sign_out();
    let frame = Frame::anonymous(&request, "Logged out")?;
    let mut answer = page(&LoggedOutPage { frame })?;
    answer.headers_mut().insert(
        actix_web::http::header::HeaderName::from_static("clear-site-data"),
        actix_web::http::header::HeaderValue::from_static("\"cache\""),
    );
    Ok(answer)
}

/// The user whose name and password were typed, if they may use the pages.
async fn authenticate(db: &Db, hashing: &Hashing, typed: &Credentials) -> Result<Option<User>> {
    let username = typed.username.clone();
    let user = if username.chars().count() > LONGEST_NAME {
        None
    } else {
        match db.read(move |connection| User::find_by_username(connection, &username)).await {
            Ok(user) => Some(user),
            Err(AppError::NotFound) => None,
            Err(error) => return Err(error),
        }
    };
    let is_right = hashing.verify(&typed.password, user.as_ref().map(|user| user.password.as_str())).await?;
    Ok(user.filter(|user| is_right && user.is_admitted()))
}

/// Remembers the sign-in, and stores the password in today's format where that is ours to do.
async fn admit(db: &Db, clock: &Clock, hashing: &Hashing, user: User, password: String) -> Result<User> {
    let hash = if hashing.wants_rehash(&user.password) { Some(hashing.hash(&password).await?) } else { None };
    let now = clock.now();
    db.write(move |connection| {
        user.touch(connection, now)?;
        if let Some(hash) = &hash {
            user.rehash(connection, hash)?;
        }
        // Read again: the session is bound to the hash that is stored now.
        User::find(connection, user.id)
    })
    .await
}

fn login_page(request: &HttpRequest, config: &Config, next: &str, username: &str, error: Option<&'static str>) -> Result<HttpResponse> {
    let (csrf_token, cookie) = csrf::anonymous(request, config)?;
    let frame = Frame { csrf_token, has_errors: error.is_some(), ..Frame::anonymous(request, "Log in")? };
    let mut answer = page(&LoginPage { frame, username: username.to_owned(), next: next.to_owned(), error })?;
    if let Some(cookie) = cookie {
        answer.add_cookie(&cookie).map_err(AppError::internal)?;
    }
    Ok(answer)
}
