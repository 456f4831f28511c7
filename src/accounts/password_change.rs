//! "Change password": one's own, with the old one asked for.
//!
//! Handlers, listed in `routes`. Every session of the user ends with the change; the one that made it goes on under a new
//! key. On a database shared with the CRM too: one's own password is the one thing of a user that is written there.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::hashing::Hashing;
use super::password_rules::Problems;
use super::session::Level;
use super::throttle::{Attempt, Wait};
use super::user::User;
use super::{Form, Staff, client, login};
use crate::admin::frame::{Frame, page, see_other};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Id};
use crate::error::{AppError, Result};

/// What is typed.
#[derive(Debug, Deserialize)]
pub struct Typed {
    #[serde(default)]
    old_password: String,
    #[serde(default)]
    new_password1: String,
    #[serde(default)]
    new_password2: String,
}

/// What is wrong, at each field; nothing of what was typed is sent back.
#[derive(Debug, Default)]
struct Errors {
    old: Vec<String>,
    new: Vec<String>,
    again: Vec<String>,
    /// Whether the old password was guessed wrong.
    is_guess: bool,
}

impl Errors {
    fn count(&self) -> usize {
        self.old.len() + self.new.len() + self.again.len()
    }
}

#[derive(Template)]
#[template(path = "admin/password_change_form.html")]
struct PasswordChangePage {
    frame: Frame,
    errors: Errors,
}

/// `GET /admin/password_change/`
pub async fn show(request: HttpRequest, staff: Staff) -> Result<HttpResponse> {
    form(&request, &staff, Errors::default())
}

/// `POST /admin/password_change/`
pub async fn change(
    request: HttpRequest,
    staff: Staff,
    typed: Form<Typed>,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
    hashing: Data<Hashing>,
) -> Result<HttpResponse> {
    let (typed, id) = (typed.value, staff.actor.id.ok_or(AppError::NotFound)?);
    let user = find(&db, id).await?;
    let attempt = Attempt::new(&config, &user.username, client::ip_of(&request, &config.trusted_proxies))?;
    let errors = match wait(&db, &attempt, clock.now()).await? {
        Some(seconds) => {
            let wait = Wait::new(seconds, &clock);
            let sentence = format!("There were too many wrong passwords. Try again in {}, at {}.", wait.words(), wait.time);
            Errors { old: vec![sentence], ..Errors::default() }
        }
        None => check(&hashing, &user, &typed).await?,
    };
    if errors.count() > 0 {
        let (now, is_guess) = (clock.now(), errors.is_guess);
        if is_guess {
            db.write(move |connection| attempt.failed(connection, now)).await?;
        }
        return form(&request, &staff, errors);
    }
    let (hash, actor, now) = (hashing.hash(&typed.new_password1).await?, staff.actor.clone(), clock.now());
    db.write(move |connection| user.set_password(connection, &actor, &hash, now)).await?;
    // The session is bound to the hash that is stored now; all others of the user are bound to the old one.
    let user = find(&db, id).await?;
    login::begin(&request, &config, &user)?;
    staff.message(Level::Success, "Your password was changed. Everywhere else you are signed out.")?;
    Ok(see_other("/admin/"))
}

/// How many seconds the next guess must wait: the old password is guessed no faster here than when signing in.
async fn wait(db: &Db, attempt: &Attempt, now: DateTime<Utc>) -> Result<Option<i64>> {
    let attempt = attempt.clone();
    db.read(move |connection| attempt.wait(connection, now)).await
}

async fn find(db: &Db, id: Id) -> Result<User> {
    db.read(move |connection| User::find(connection, id)).await
}

async fn check(hashing: &Hashing, user: &User, typed: &Typed) -> Result<Errors> {
    let mut errors = Errors::default();
    if typed.old_password.is_empty() {
        errors.old.push("This field is required.".into());
    } else if !hashing.verify(&typed.old_password, Some(&user.password)).await? {
        errors.old.push("Your old password was entered incorrectly. Please enter it again.".into());
        errors.is_guess = true;
    }
    let problems = Problems::of(&typed.new_password1, &typed.new_password2, &user.username);
    errors.new = problems.first;
    errors.again = problems.again;
    if !typed.new_password1.is_empty() && typed.new_password1 == typed.old_password {
        errors.new = vec!["The new password is the old one.".to_owned()];
    }
    Ok(errors)
}

fn form(request: &HttpRequest, staff: &Staff, errors: Errors) -> Result<HttpResponse> {
    let frame = Frame::new(request, staff, "Password change")?.here("Password change");
    page(&PasswordChangePage { frame: Frame { has_errors: errors.count() > 0, ..frame }, errors })
}
