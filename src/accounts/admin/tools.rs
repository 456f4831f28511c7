//! The pages beside a user's form: password reset, sessions ended, everything handed over, and the way to deletion.
//!
//! Handlers, listed in `routes`; the deeds and their rules are `managing`'s. Handing over and ending sessions go on a
//! database shared with the CRM too: segments and sessions are written there, users are not.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::UserAdmin;
use super::form::{owns, still_owns};
use crate::accounts::actor::Permission;
use crate::accounts::belongings::Belongings;
use crate::accounts::hand_over::{self, Question};
use crate::accounts::hashing::Hashing;
use crate::accounts::managing::{self, Account};
use crate::accounts::password_rules::Problems;
use crate::accounts::session::Level;
use crate::accounts::{Posted, Staff};
use crate::admin::display::counted;
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::task;
use crate::admin::views::{self, unknown};
use crate::clock::Clock;
use crate::db::{Db, Id};
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
pub async fn password_form<B: Belongings>(request: HttpRequest, staff: Staff, path: Path<String>, db: Data<Db>) -> Result<HttpResponse> {
    let Some(target) = find::<B>(&db, &staff, &path).await? else { return unknown::<UserAdmin<B>>(&staff, &path) };
    if target.is(&staff.actor) {
        return Ok(see_other("/admin/password_change/"));
    }
    managing::require(&staff.actor, Permission::Change, Some(&target))?;
    password_page::<B>(&request, &staff, &target, Problems::default())
}

/// `POST …/{id}/password/`
pub async fn reset_password<B: Belongings>(
    request: HttpRequest,
    staff: Staff,
    path: Path<String>,
    typed: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
    hashing: Data<Hashing>,
) -> Result<HttpResponse> {
    let Some(target) = find::<B>(&db, &staff, &path).await? else { return unknown::<UserAdmin<B>>(&staff, &path) };
    managing::require(&staff.actor, Permission::Change, Some(&target))?;
    let [first, again] = ["password1", "password2"].map(|field| typed.get(field).unwrap_or_default());
    let problems = Problems::of(first, again, &target.values.username);
    if !(problems.first.is_empty() && problems.again.is_empty()) {
        return password_page::<B>(&request, &staff, &target, problems);
    }
    let (hash, actor, now, id) = (hashing.hash(first).await?, staff.actor.clone(), clock.now(), target.id);
    db.write(move |connection| managing::reset_password(connection, &actor, now, id, &hash)).await?;
    staff.message(
        Level::Success,
        format!("The password of “{}” was changed, and they are signed out everywhere.", target.values.username),
    )?;
    Ok(see_other(&UserAdmin::<B>::MODEL.change_url(id)))
}

/// `POST …/{id}/end_sessions/`
pub async fn end_sessions<B: Belongings>(
    staff: Staff,
    path: Path<String>,
    _asked: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let Some(target) = find::<B>(&db, &staff, &path).await? else { return unknown::<UserAdmin<B>>(&staff, &path) };
    let (actor, now, id) = (staff.actor.clone(), clock.now(), target.id);
    let ended = db.write(move |connection| managing::end_sessions(connection, &actor, now, id)).await?;
    staff
        .message(Level::Success, format!("“{}” is signed out: {} ended.", target.values.username, counted(ended, "session", "sessions")))?;
    Ok(see_other(&UserAdmin::<B>::MODEL.change_url(id)))
}

/// `GET …/{id}/hand_over/`
pub async fn hand_over_form<B: Belongings>(request: HttpRequest, staff: Staff, path: Path<String>, db: Data<Db>) -> Result<HttpResponse> {
    match question::<B>(&db, &staff, &path).await? {
        Some((question, _)) => hand_over::show(&request, &staff, question, None),
        None => unknown::<UserAdmin<B>>(&staff, &path),
    }
}

/// `POST …/{id}/hand_over/`
pub async fn hand_over<B: Belongings>(
    request: HttpRequest,
    staff: Staff,
    path: Path<String>,
    posted: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let Some((asked, id)) = question::<B>(&db, &staff, &path).await? else { return unknown::<UserAdmin<B>>(&staff, &path) };
    let to = match hand_over::chosen(&posted) {
        Ok(to) => to,
        Err(sentence) => return hand_over::show(&request, &staff, asked, Some(sentence)),
    };
    let (actor, now) = (staff.actor.clone(), Clock::clone(&clock));
    match db.write(move |connection| B::hand_over(connection, &actor, &now, id, to)).await {
        Ok(handed) => staff.message(Level::Success, format!("{} of “{}” handed over.", owns::<B>(handed), asked.object.0))?,
        Err(AppError::BadRequest(_)) => return hand_over::show(&request, &staff, asked, Some("Select somebody who can sign in.")),
        Err(error) => return Err(error),
    }
    Ok(see_other(&asked.object.1))
}

/// `GET …/{id}/delete/`: asks for what they own first, then whether they are to be deleted.
pub async fn delete_form<B: Belongings>(
    request: HttpRequest,
    staff: Staff,
    path: Path<String>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    if let Some(target) = find::<B>(&db, &staff, &path).await? {
        managing::require(&staff.actor, Permission::Delete, Some(&target))?;
        let owned = db.read(move |connection| B::count(connection, target.id)).await?;
        if owned > 0 {
            staff.message(Level::Warning, still_owns::<B>(&target.values.username, owned))?;
            return Ok(see_other(&UserAdmin::<B>::MODEL.object_url(target.id, "hand_over")));
        }
    }
    views::delete_form::<UserAdmin<B>>(request, staff, db, clock, path).await
}

async fn find<B: Belongings>(db: &Db, staff: &Staff, path: &str) -> Result<Option<Account>> {
    let Some(id) = Id::parse(path) else { return Ok(None) };
    let actor = staff.actor.clone();
    db.read(move |connection| task::find::<UserAdmin<B>>(connection, &actor, id)).await
}

async fn question<B: Belongings>(db: &Db, staff: &Staff, path: &str) -> Result<Option<(Question, Id)>> {
    let Some(target) = find::<B>(db, staff, path).await? else { return Ok(None) };
    let (id, model) = (target.id, UserAdmin::<B>::MODEL);
    let (owned, recipients) =
        db.read(move |connection| Ok((B::count(connection, id)?, hand_over::recipients(connection, Some(id))?))).await?;
    let sentence =
        format!("“{}” owns {}. All of them go to the new owner, who may change and delete them.", target.values.username, owns::<B>(owned));
    let object = (target.values.username, model.change_url(id));
    Ok(Some((Question { model, object, action: model.object_url(id, "hand_over"), sentence, recipients }, id)))
}

fn password_page<B: Belongings>(request: &HttpRequest, staff: &Staff, target: &Account, problems: Problems) -> Result<HttpResponse> {
    let (model, username) = (UserAdmin::<B>::MODEL, target.values.username.clone());
    let back = model.change_url(target.id);
    let frame = Frame::new(request, staff, format!("Change password: {username}"))?.crumb(model.app_name(), model.app_url());
    let frame = frame.crumb(model.verbose_name_plural, model.list_url()).crumb(&*username, &*back).here("Change password");
    let has_errors = !(problems.first.is_empty() && problems.again.is_empty());
    page(&PasswordPage { frame: Frame { has_errors, ..frame }, action: model.object_url(target.id, "password"), username, back, problems })
}
