//! "Change password": one's own, with the old one asked for.
//!
//! Handlers, listed in `routes`. Every session of the user ends with the change; the one that made it goes on under a new
//! key. On a database shared with the CRM too: one's own password is the one thing of a user that is written there.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;
use serde::Deserialize;

use super::hashing::Hashing;
use super::password_rules::Problems;
use super::session::Level;
use super::staff::NotSignedIn;
use super::throttle::{Attempt, Wait};
use super::user::User;
use super::{Form, Staff, client, login, sessions};
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
    form(&request, &staff, Errors::default()).await
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
    let errors = judge(&db, &clock, &hashing, attempt, &user, &typed).await?;
    if errors.count() > 0 {
        return form(&request, &staff, errors).await;
    }
    let hash = hashing.hash(&typed.new_password1).await?;
    if !store(&db, &clock, &staff, user, hash).await? {
        return Ok(NotSignedIn::at(&request).error_response());
    }
    // The session is bound to the hash that is stored now; all others of the user are bound to the old one.
    login::begin(&request, &config, &find(&db, id).await?)?;
    staff.message(Level::Success, "Your password was changed. Everywhere else you are signed out.")?;
    Ok(see_other("/admin/"))
}

/// What is wrong with what was typed. A wrong old password is counted, and after many of them none is looked at for a while: it
/// is guessed no faster here than when signing in.
async fn judge(db: &Db, clock: &Clock, hashing: &Hashing, attempt: Attempt, user: &User, typed: &Typed) -> Result<Errors> {
    let (asked, now) = (attempt.clone(), clock.now());
    if let Some(seconds) = db.read(move |connection| asked.wait(connection, now)).await? {
        let wait = Wait::new(seconds, clock);
        let sentence = format!("There were too many wrong passwords. Try again in {}, at {}.", wait.words(), wait.time);
        return Ok(Errors { old: vec![sentence], ..Errors::default() });
    }
    let errors = check(hashing, user, typed).await?;
    if errors.is_guess {
        let now = clock.now();
        db.write(move |connection| attempt.failed(connection, now)).await?;
    }
    Ok(errors)
}

/// Stores the new password and ends the session that asks, which goes on under a new key; `false` where it was ended meanwhile:
/// that holds, and nothing is stored.
async fn store(db: &Db, clock: &Clock, staff: &Staff, user: User, hash: String) -> Result<bool> {
    let (actor, now, own) = (staff.actor.clone(), clock.now(), staff.session().key_hash()?);
    db.write(move |connection| {
        let is_signed_in = sessions::end(connection, user.id, &own)?;
        if is_signed_in {
            user.set_password(connection, &actor, &hash, now)?;
        }
        Ok(is_signed_in)
    })
    .await
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

async fn form(request: &HttpRequest, staff: &Staff, errors: Errors) -> Result<HttpResponse> {
    let frame = Frame::new(request, staff, "Password change").await?.here("Password change");
    page(&PasswordChangePage { frame: Frame { has_errors: errors.count() > 0, ..frame }, errors })
}
