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
use chrono::{DateTime, Utc};
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use super::hashing::Hashing;
use super::session::{SignedIn, TypedSession};
use super::staff::{self, Staff};
use super::throttle::{Attempt, Wait};
use super::unsent::{self, Unsent};
use super::user::{LONGEST_NAME, User};
use super::{Form, Posted, client, csrf, next};
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::query_string::QueryString;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{AnyConnection, Db, Id};
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
    match authenticate(&db, &clock, &hashing, attempt, &typed).await? {
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

/// How often a password is compared that is stored anew each time.
const COMPARED: usize = 5;

/// What came of an attempt to sign in.
enum Outcome {
    Admitted(Box<User>),
    Refused,
    /// The password was stored anew meanwhile.
    Overtaken,
    /// Not judged, for there were many failures; so many seconds are left.
    MustWait(i64),
}

/// Whether the name and the password that were typed let somebody in. A password that was stored anew while the typed one was
/// compared is another one, or the same in today's format: it is compared again.
async fn authenticate(db: &Db, clock: &Clock, hashing: &Hashing, attempt: Attempt, typed: &Credentials) -> Result<Outcome> {
    for _ in 0..COMPARED {
        match compare(db, clock, hashing, attempt.clone(), typed).await? {
            Outcome::Overtaken => {}
            outcome => return Ok(outcome),
        }
    }
    Ok(Outcome::Refused)
}

async fn compare(db: &Db, clock: &Clock, hashing: &Hashing, attempt: Attempt, typed: &Credentials) -> Result<Outcome> {
    let (asked, username, now) = (attempt.clone(), typed.username.clone(), clock.now());
    let (wait, user) = db.read(move |connection| Ok((asked.wait(connection, now)?, find(connection, &username)?))).await?;
    if let Some(seconds) = wait {
        return Ok(Outcome::MustWait(seconds));
    }
    let is_right = hashing.verify(&typed.password, user.as_ref().map(|user| user.password.as_str())).await?;
    let user = user.filter(|user| is_right && user.is_admitted());
    let hash = match &user {
        Some(user) if hashing.wants_rehash(&user.password) => Some(hashing.hash(&typed.password).await?),
        _ => None,
    };
    let now = clock.now();
    db.write(move |connection| settle(connection, &attempt, user.as_ref(), hash.as_deref(), now)).await
}

fn find(connection: &mut AnyConnection, username: &str) -> Result<Option<User>> {
    if username.chars().count() > LONGEST_NAME {
        return Ok(None);
    }
    match User::find_by_username(connection, username) {
        Ok(user) => Ok(Some(user)),
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The user as they are stored now, if they still are.
fn find_still(connection: &mut AnyConnection, id: Id) -> Result<Option<User>> {
    match User::find(connection, id) {
        Err(AppError::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

/// Counts a failure; remembers the sign-in of `user` otherwise, and stores the password in today's format where that is ours
/// to do. Asks for the wait again: of a hundred guesses sent at once, all asked before the first of them was counted.
fn settle(
    connection: &mut AnyConnection,
    attempt: &Attempt,
    user: Option<&User>,
    hash: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Outcome> {
    let wait = attempt.wait(connection, now)?;
    let now_stored = user.map(|user| find_still(connection, user.id)).transpose()?.flatten();
    if let (Some(user), Some(stored)) = (user, &now_stored)
        && stored.password != user.password
    {
        return Ok(Outcome::Overtaken);
    }
    // Whoever was deleted meanwhile is refused like anybody unknown.
    let user = user.filter(|_| now_stored.is_some());
    if user.is_none() {
        attempt.failed(connection, now)?;
    }
    match (wait, user) {
        (Some(seconds), _) => Ok(Outcome::MustWait(seconds)),
        (None, None) => Ok(Outcome::Refused),
        (None, Some(user)) => {
            attempt.succeeded(connection)?;
            user.touch(connection, now)?;
            if let Some(hash) = hash {
                user.rehash(connection, hash)?;
            }
            // Read again: the session is bound to the hash that is stored now.
            User::find(connection, user.id).map(Box::new).map(Outcome::Admitted)
        }
    }
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
