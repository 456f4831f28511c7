//! The page behind the set-up link: the first superuser, made in the browser.
//!
//! Handlers, listed in `routes` for anybody: whoever has the link may use it, and there is nobody yet who could sign in.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::hashing::Hashing;
use super::managing::Values;
use super::password_rules::Problems;
use super::staff::Ownership;
use super::user::{User, email_problem, username_problem};
use super::{Form, Role, login, setup_link};
use crate::admin::form::FormErrors;
use crate::admin::frame::{Frame, page_with, see_other};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::{AppError, Result};

/// What is typed.
#[derive(Debug, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    username: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password1: String,
    #[serde(default)]
    password2: String,
}

#[derive(Template)]
#[template(path = "admin/setup.html")]
struct SetupPage {
    frame: Frame,
    token: String,
    typed: Typed,
    errors: FormErrors,
}

#[derive(Template)]
#[template(path = "admin/setup_over.html")]
struct OverPage {
    frame: Frame,
    sentence: String,
}

/// `GET /admin/setup/{token}/`
pub async fn show(
    request: HttpRequest,
    token: Path<String>,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
    ownership: Data<Ownership>,
) -> Result<HttpResponse> {
    match require_open(&db, &clock, **ownership, &token).await {
        Ok(()) => form(&request, &config, &token, Typed::default(), FormErrors::default()),
        Err(error) => over(&request, error),
    }
}

/// `POST /admin/setup/{token}/`
pub async fn make(
    request: HttpRequest,
    token: Path<String>,
    typed: Form<Typed>,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
    facts: (Data<Ownership>, Data<Hashing>),
) -> Result<HttpResponse> {
    let (typed, (ownership, hashing)) = (typed.value, facts);
    if let Err(error) = require_open(&db, &clock, **ownership, &token).await {
        return over(&request, error);
    }
    let errors = check(&typed);
    if !errors.is_empty() {
        return form(&request, &config, &token, typed, errors);
    }
    match redeem(&db, &clock, &hashing, token.into_inner(), &typed).await {
        Ok(user) => {
            login::begin(&request, &config, &user)?;
            Ok(see_other("/admin/"))
        }
        Err(error) => over(&request, error),
    }
}

/// Makes the first user.
async fn redeem(db: &Db, clock: &Clock, hashing: &Hashing, token: String, typed: &Typed) -> Result<User> {
    let new = Values { email: typed.email.trim().to_owned(), ..Values::new(&typed.username, Role::Admin) };
    let (hash, now) = (hashing.hash(&typed.password1).await?, clock.now());
    db.write(move |connection| setup_link::redeem(connection, &token, &new, &hash, now)).await
}

async fn require_open(db: &Db, clock: &Clock, ownership: Ownership, token: &str) -> Result<()> {
    if ownership == Ownership::Shared {
        return Err(AppError::Conflict("This database is shared with the CRM: accounts are made there.".into()));
    }
    let (token, now) = (token.to_owned(), clock.now());
    db.read(move |connection| setup_link::require_open(connection, &token, now)).await
}

fn check(typed: &Typed) -> FormErrors {
    let mut errors = FormErrors::default();
    if typed.username.is_empty() {
        errors.add("username", "This field is required.");
    } else if let Some(problem) = username_problem(&typed.username) {
        errors.add("username", problem);
    }
    if let Some(problem) = email_problem(typed.email.trim()) {
        errors.add("email", problem);
    }
    let Problems { first, again } = Problems::of(&typed.password1, &typed.password2, &typed.username);
    let problems = first.into_iter().map(|problem| ("password1", problem)).chain(again.into_iter().map(|problem| ("password2", problem)));
    for (field, problem) in problems {
        errors.add(field, problem);
    }
    errors
}

fn form(request: &HttpRequest, config: &Config, token: &str, typed: Typed, errors: FormErrors) -> Result<HttpResponse> {
    let frame = Frame { has_errors: !errors.is_empty(), ..Frame::anonymous(request, "Set up")? };
    login::anonymous_form(request, config, frame, |frame| SetupPage { frame, token: token.to_owned(), typed, errors })
}

/// The page of a link that does not work, with the sentence why; any other failure stays one.
fn over(request: &HttpRequest, error: AppError) -> Result<HttpResponse> {
    match error {
        AppError::Conflict(sentence) => page_with(StatusCode::GONE, &OverPage { frame: Frame::anonymous(request, "Set up")?, sentence }),
        other => Err(other),
    }
}
