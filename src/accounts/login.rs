//! Signing in and out.
//!
//! Listed in `routes`. Every failed sign-in has the same words and the same time, whoever it was for: the page tells nobody
//! which user names exist.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use super::actor::Door;
use super::authentication::{Outcome, authenticate};
use super::hashing::Hashing;
use super::session::{SignedIn, TypedSession};
use super::staff::{self, Staff};
use super::throttle::{Attempt, Wait};
use super::unsent::{self, Unsent};
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
/// What was sent waits for its author, and for nobody else.
const KEPT: &str = "You are not signed in any more. What you sent was not saved, and it is kept: sign in, and you can send it again. If somebody else signs in here, it is thrown away.";
/// What was sent is too large, or holds a password.
const NOT_KEPT: &str = "You are not signed in any more. What you sent was not saved, and could not be kept. Before you sign in, go back in your browser and copy what you typed.";
/// The title of the page.
const TITLE: &str = "Log in";
/// Where people land who came for nothing in particular.
const HOME: &str = "/admin/";
/// No failure is answered sooner: what a hash costs depends on its format, and that would tell.
const FAILURE_TAKES: Duration = Duration::from_millis(400);

/// The form.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
    /// What was sent before signing in, see [`Unsent`].
    #[serde(default)]
    unsent: String,
    #[serde(default)]
    unsent_token: String,
}

impl Credentials {
    /// Where they want to go, if that is on this site.
    fn next(&self) -> &str {
        next::safe_or(&self.next, HOME)
    }

    fn unsent(&self) -> Option<Unsent> {
        Unsent::carried(&self.next, &self.unsent, &self.unsent_token)
    }
}

#[derive(Template)]
#[template(path = "admin/login.html")]
struct LoginPage {
    frame: Frame,
    username: String,
    next: String,
    error: Option<String>,
    /// How long to wait, where that is the error.
    wait: Option<Wait>,
    /// What the form carries, to be given back.
    unsent: Option<Unsent>,
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
    login_page(&request, &config, next, "", None, None)
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
    let attempt = Attempt::new(&config, &typed.username, client::ip_of(&request, &config.trusted_proxies))?;
    match authenticate(Door::Pages, (&db, &clock, &hashing), attempt, (&typed.username, &typed.password)).await? {
        Outcome::Admitted(user) => admit(&request, &config, &typed, &user).await,
        Outcome::Refused | Outcome::Overtaken => {
            sleep_until(earliest).await;
            refuse(&request, &config, &typed)
        }
        Outcome::MustWait(seconds) => too_many(&request, &config, &typed, Wait::new(seconds, &clock)),
    }
}

/// Lets them in, and gives back what they had sent before.
async fn admit(request: &HttpRequest, config: &Config, typed: &Credentials, user: &User) -> Result<HttpResponse> {
    tracing::info!(user = %user.id, "signed in");
    begin(request, config, user)?;
    match typed.unsent() {
        Some(unsent) => unsent::give_back(request, config, user.id, &unsent).await,
        None => Ok(see_other(typed.next())),
    }
}

fn refuse(request: &HttpRequest, config: &Config, typed: &Credentials) -> Result<HttpResponse> {
    tracing::info!(address = client::address_of(request, &config.trusted_proxies), "a sign-in failed");
    login_page(request, config, typed.next(), &typed.username, Some(REFUSED.to_owned()), typed.unsent())
}

/// Begins the session of a user who has shown who they are.
pub(super) fn begin(request: &HttpRequest, config: &Config, user: &User) -> Result<()> {
    TypedSession::of(request).sign_in(&SignedIn {
        user: user.id,
        auth_hash: user.auth_hash(&config.secret_key)?,
        csrf_secret: csrf::new_secret_of(user.id, config)?,
        address: client::address_of(request, &config.trusted_proxies),
        user_agent: client::agent_of(request),
    })
}

/// The page for whoever sent something and is not signed in any more; what cannot be carried along is told of.
pub(super) fn ask_again(request: &HttpRequest, config: &Config, unsent: Option<&Unsent>) -> Result<HttpResponse> {
    let next = unsent.map_or_else(|| request.path(), |unsent| unsent.to.as_str());
    let sentence = if unsent.is_some() { KEPT } else { NOT_KEPT };
    let mut answer = login_page(request, config, next::safe_or(next, HOME), "", Some(sentence.to_owned()), unsent.cloned())?;
    *answer.status_mut() = StatusCode::FORBIDDEN;
    Ok(answer)
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

fn too_many(request: &HttpRequest, config: &Config, typed: &Credentials, wait: Wait) -> Result<HttpResponse> {
    let seconds = wait.seconds;
    tracing::info!(address = client::address_of(request, &config.trusted_proxies), seconds, "a sign-in must wait");
    let (next, username, unsent) = (typed.next().to_owned(), typed.username.clone(), typed.unsent());
    let error = Some("There were too many failed attempts to log in.".to_owned());
    let frame = Frame { has_errors: true, ..Frame::anonymous(request, TITLE)? };
    let page = |frame| LoginPage { frame, username, next, error, wait: Some(wait), unsent };
    let mut answer = anonymous_form(request, config, frame, page)?;
    *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    Ok(answer)
}

fn login_page(
    request: &HttpRequest,
    config: &Config,
    next: &str,
    username: &str,
    error: Option<String>,
    unsent: Option<Unsent>,
) -> Result<HttpResponse> {
    let frame = Frame { has_errors: error.is_some(), ..Frame::anonymous(request, TITLE)? };
    let (username, next) = (username.to_owned(), next.to_owned());
    anonymous_form(request, config, frame, |frame| LoginPage { frame, username, next, error, wait: None, unsent })
}

/// A page with a form for somebody who is not signed in: its token is bound to a cookie.
pub(super) fn anonymous_form<P: Template>(
    request: &HttpRequest,
    config: &Config,
    frame: Frame,
    around: impl FnOnce(Frame) -> P,
) -> Result<HttpResponse> {
    let (csrf_token, cookie) = csrf::anonymous(request, config)?;
    let mut answer = page(&around(Frame { csrf_token, ..frame }))?;
    if let Some(cookie) = cookie {
        answer.add_cookie(&cookie).map_err(AppError::internal)?;
    }
    Ok(answer)
}
