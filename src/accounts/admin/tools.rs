//! The pages beside a user's form: password reset, and everything handed over.
//!
//! Handlers, listed in `routes`; the deeds and their rules are `managing`'s. Handing over goes on a database shared with the CRM
//! too: segments are written there, users are not.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::UserAdmin;
use super::belongings::{Belongings, Handed};
use super::form::owns;
use crate::accounts::actor::Permission;
use crate::accounts::hand_over::{self, NOBODY, OTHERS, Question};
use crate::accounts::hashing::Hashing;
use crate::accounts::managing::{self, Account};
use crate::accounts::managing_rules::require;
use crate::accounts::password_rules::Problems;
use crate::accounts::session::Level;
use crate::accounts::user::as_they_are;
use crate::accounts::{Posted, Staff};
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::query_string::{back_to, carrying, preserved, still_carrying};
use crate::clock::Clock;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

#[derive(Template)]
#[template(path = "admin/user_password.html")]
struct PasswordPage {
    frame: Frame,
    username: String,
    action: String,
    back: String,
    problems: Problems,
}

/// `GET …/{id}/password/`
pub async fn password_form<B: Belongings>(request: HttpRequest, staff: Staff, target: Object<UserAdmin<B>>) -> Result<HttpResponse> {
    if target.0.is(&staff.actor) {
        return Ok(see_other("/admin/password_change/"));
    }
    require(&staff.actor, Permission::Change, Some(&target.0))?;
    password_page::<B>(&request, &staff, &target.0, Problems::default()).await
}

/// `POST …/{id}/password/`
pub async fn reset_password<B: Belongings>(
    request: HttpRequest,
    staff: Staff,
    target: Object<UserAdmin<B>>,
    typed: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
    hashing: Data<Hashing>,
) -> Result<HttpResponse> {
    let target = target.0;
    require(&staff.actor, Permission::Change, Some(&target))?;
    let [first, again] = ["password1", "password2"].map(|field| typed.get(field).unwrap_or_default());
    let problems = Problems::of(first, again, &target.values.username);
    if !(problems.first.is_empty() && problems.again.is_empty()) {
        return password_page::<B>(&request, &staff, &target, problems).await;
    }
    let (hash, actor, now, id) = (hashing.hash(first).await?, staff.actor.clone(), clock.now(), target.id);
    db.write(move |connection| managing::reset_password(connection, &actor, now, id, &hash)).await?;
    let who = target.values.username;
    staff.message(Level::Success, format!("The password of “{who}” was changed, and they are signed out everywhere."))?;
    Ok(see_other(&still_carrying(UserAdmin::<B>::MODEL.change_url(id), request.query_string())))
}

/// `GET …/{id}/hand_over/`
pub async fn hand_over_form<B: Belongings>(
    request: HttpRequest,
    staff: Staff,
    giver: Object<UserAdmin<B>>,
    db: Data<Db>,
) -> Result<HttpResponse> {
    match question::<B>(&db, &giver.0).await? {
        Some(question) => hand_over::show(&request, &staff, question, None).await,
        None => nothing::<B>(&request, &staff, &giver.0),
    }
}

/// `POST …/{id}/hand_over/`
pub async fn hand_over<B: Belongings>(
    request: HttpRequest,
    staff: Staff,
    giver: Object<UserAdmin<B>>,
    posted: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let giver = giver.0;
    let Some(asked) = question::<B>(&db, &giver).await? else { return nothing::<B>(&request, &staff, &giver) };
    let to = match hand_over::chosen(&posted) {
        Ok(to) => to,
        Err(sentence) => return hand_over::show(&request, &staff, asked, Some(sentence)).await,
    };
    match give::<B>(&db, &clock, &staff, (giver.id, hand_over::count_shown(&posted)), to).await {
        Ok(handed) => tell_handed::<B>(&staff, &giver, handed)?,
        Err(AppError::BadRequest(_)) => return hand_over::show(&request, &staff, asked, Some(NOBODY)).await,
        Err(AppError::Conflict(_)) => return hand_over::show(&request, &staff, asked, Some(OTHERS)).await,
        Err(error) => return Err(error),
    }
    Ok(see_other(&still_carrying(asked.object.1, request.query_string())))
}

/// Gives all that `from` owns to `to`, and writes it into the history of both.
///
/// # Errors
/// `Conflict` when that is more than was shown.
async fn give<B: Belongings>(db: &Db, clock: &Clock, staff: &Staff, (from, shown): (Id, Option<i64>), to: Option<Id>) -> Result<Handed> {
    let (actor, clock) = (staff.actor.clone(), clock.clone());
    db.write(move |connection| {
        let actor = as_they_are(connection, &actor)?;
        // Not more than they were told.
        let owned = B::count(connection, from)?;
        if shown.is_none_or(|shown| owned > shown) {
            return Err(AppError::Conflict(OTHERS.into()));
        }
        let handed = B::hand_over(connection, &actor, &clock, from, to)?;
        if handed.count > 0 {
            managing::note_hand_over(connection, &actor, clock.now(), &owns::<B>(handed.count), from, to)?;
        }
        Ok(handed)
    })
    .await
}

fn tell_handed<B: Belongings>(staff: &Staff, giver: &Account, handed: Handed) -> Result<()> {
    let who = &giver.values.username;
    if handed == Handed::default() {
        staff.message(Level::Info, format!("“{who}” owns no {}: there is nothing to hand over.", B::MANY))?;
    }
    if handed.count > 0 {
        staff.message(Level::Success, format!("{} of “{who}” handed over.", owns::<B>(handed.count)))?;
    }
    if handed.gone > 0 {
        staff
            .message(Level::Warning, format!("{} could not be handed over: deleted by somebody else meanwhile.", owns::<B>(handed.gone)))?;
    }
    Ok(())
}

/// What the page asks; `None` for somebody who owns nothing.
async fn question<B: Belongings>(db: &Db, giver: &Account) -> Result<Option<Question>> {
    let (id, model) = (giver.id, UserAdmin::<B>::MODEL);
    let read = move |connection: &mut AnyConnection| Ok((B::count(connection, id)?, hand_over::recipients(connection, Some(id))?));
    let (owned, recipients) = db.read(read).await?;
    let username = giver.values.username.clone();
    let sentence = format!("“{username}” owns {}. All of them go to the new owner, who may change and delete them.", owns::<B>(owned));
    let (object, action) = ((username, model.change_url(id)), model.object_url(id, "hand_over"));
    Ok((owned > 0).then_some(Question { model, object, action, sentence, owner: Some(id), count: Some(owned), recipients }))
}

fn nothing<B: Belongings>(request: &HttpRequest, staff: &Staff, giver: &Account) -> Result<HttpResponse> {
    tell_handed::<B>(staff, giver, Handed::default())?;
    Ok(see_other(&still_carrying(UserAdmin::<B>::MODEL.change_url(giver.id), request.query_string())))
}

async fn password_page<B: Belongings>(request: &HttpRequest, staff: &Staff, target: &Account, problems: Problems) -> Result<HttpResponse> {
    let (model, username) = (UserAdmin::<B>::MODEL, target.values.username.clone());
    let carried = preserved(request.query_string());
    let back = carrying(model.change_url(target.id), &carried);
    let frame = Frame::new(request, staff, format!("Change password: {username}")).await?.crumb(model.app_name(), model.app_url());
    let frame =
        frame.crumb(model.verbose_name_plural, back_to(model.list_url(), &carried)).crumb(&*username, &*back).here("Change password");
    let has_errors = !(problems.first.is_empty() && problems.again.is_empty());
    let action = carrying(model.object_url(target.id, "password"), &carried);
    page(&PasswordPage { frame: Frame { has_errors, ..frame }, action, username, back, problems })
}
