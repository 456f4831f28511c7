//! `/api/v1/segments/` and `/api/v1/segments/{id}/`: one segment, made, shown, changed, deleted.

use std::time::Duration;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use tokio::time::sleep;

use super::read::{Shown, key, version_of};
use super::written::{self, Desk, Written, name_taken};
use crate::accounts::Caller;
use crate::accounts::user::as_they_are;
use crate::api::openapi::{Operation, operation};
use crate::api::precondition::{Expected, failed};
use crate::api::problem::Checked;
use crate::api::{Body, answer};
use crate::clock::Clock;
use crate::criteria::Calendar;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::segments::json::SegmentObject;
use crate::segments::model::{self, Row};
use crate::segments::save::{self, Edited};

/// How often a change is looked at anew that others came before.
const TRIES: u64 = 40;

/// What the writing transaction came to.
enum Attempt {
    Saved,
    /// It is another version than the one that was checked.
    Overtaken,
    /// It is another version than the client has.
    Unexpected,
}

/// A change as it was checked.
enum Judged {
    Good(Box<Edited>, String),
    Unexpected,
}

/// What [`show`] does.
pub fn about_show() -> Operation {
    operation("Shows it with its first members").shows::<SegmentObject>(200, "It.")
}

/// `GET …/{id}/`
pub async fn show(caller: Caller, id: Path<String>, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let (id, calendar) = (key(&id)?, Calendar::from(clock.get_ref()));
    shown(&db, caller, id, calendar).await?.ok()
}

async fn shown(db: &Db, caller: Caller, id: Id, calendar: Calendar) -> Result<Shown> {
    db.read_heavy(Lane::Question, move |connection| Shown::find(connection, id, &caller.actor, calendar)).await
}

/// What [`create`] does.
pub fn about_create() -> Operation {
    let rules = json!({"match_type": "all", "rules": [{"field": "company.country", "operator": "equals", "value": "Thailand"}]});
    operation("Makes one, which belongs to whoever asks")
        .sent(|_| written::shape(&["name"]), json!({"name": "Everybody in Thailand", "filter_criteria": rules}))
        .shows::<SegmentObject>(201, "It, with its members counted.")
}

/// `POST /api/v1/segments/`
pub async fn create(caller: Caller, body: Body, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let written = match Written::read(&body, None, true) {
        Ok(written) => written,
        Err(problem) => return Ok(problem.answer()),
    };
    let (actor, now) = (caller.actor.clone(), Clock::clone(&clock));
    let check = move |connection: &mut AnyConnection| written.check(connection, &actor, &now, None);
    let edited = match db.read_heavy(Lane::Saving, check).await? {
        Ok(edited) => edited,
        Err(problem) => return Ok(problem.answer()),
    };
    let (actor, now, id) = (caller.actor.clone(), Clock::clone(&clock), Id::new());
    let insert = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &actor)?;
        save::insert(connection, &actor, &now, id, &edited).map(drop)
    };
    match db.write(insert).await {
        Err(AppError::NotUnique(_)) => return Ok(name_taken().answer()),
        done => done?,
    }
    shown(&db, caller, id, Calendar::from(clock.get_ref())).await?.created()
}

/// What [`put`] does.
pub fn about_put() -> Operation {
    about_change("Changes it, with a name; what is not sent stays as it is", &["name"])
}

/// What [`patch`] does.
pub fn about_patch() -> Operation {
    about_change("Changes what is sent of it", &[])
}

fn about_change(summary: &'static str, required: &'static [&'static str]) -> Operation {
    operation(summary)
        .sent(move |_| written::shape(required), json!({"name": "Hotels in Thailand", "tags": "hotels, thailand"}))
        .conditional()
        .shows::<SegmentObject>(200, "It, as it is now.")
        .refuses(409, "It is archived, and more than its status was sent; or others could not be understood any more.")
}

/// `PUT …/{id}/`: must have a name; what is not sent stays as it is.
pub async fn put(
    request: HttpRequest,
    caller: Caller,
    id: Path<String>,
    body: Body,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    change(Expected::of(&request), caller, key(&id)?, (body, true), db, &clock).await
}

/// `PATCH …/{id}/`
pub async fn patch(
    request: HttpRequest,
    caller: Caller,
    id: Path<String>,
    body: Body,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    change(Expected::of(&request), caller, key(&id)?, (body, false), db, &clock).await
}

async fn change(
    expected: Expected,
    caller: Caller,
    id: Id,
    (body, is_whole): (Body, bool),
    db: Data<Db>,
    clock: &Clock,
) -> Result<HttpResponse> {
    let desk = Desk { actor: caller.actor.clone(), db, clock: clock.clone() };
    for round in 0..TRIES {
        let (edited, checked) = match desk.judge(&expected, id, (&body, is_whole)).await? {
            Ok(Judged::Good(edited, checked)) => (edited, checked),
            Ok(Judged::Unexpected) => return Ok(failed()),
            Err(problem) => return Ok(problem.answer()),
        };
        match desk.save(&expected, id, *edited, checked).await {
            Ok(Attempt::Saved) => return shown(&desk.db, caller, id, Calendar::from(clock)).await?.ok(),
            Ok(Attempt::Unexpected) => return Ok(failed()),
            // Whoever comes later waits a little longer, so that not all of them come again at once.
            Ok(Attempt::Overtaken) => sleep(Duration::from_millis(round * 2)).await,
            Err(AppError::NotUnique(_)) => return Ok(name_taken().answer()),
            Err(error) => return Err(error),
        }
    }
    Err(AppError::Unavailable("Others change this segment again and again. Nothing was changed; try again in a moment.".into()))
}

impl Desk {
    /// What a body makes of the segment as it is now.
    async fn judge(&self, expected: &Expected, id: Id, (body, is_whole): (&Body, bool)) -> Result<Checked<Judged>> {
        let (actor, clock, expected, body) = (self.actor.clone(), self.clock.clone(), expected.clone(), body.clone());
        let check = move |connection: &mut AnyConnection| {
            let row = model::find_row(connection, &actor, id)?;
            save::require_change(connection, &actor, &row.segment)?;
            let version = version_of(&row);
            if !expected.holds(&version) {
                return Ok(Ok(Judged::Unexpected));
            }
            let written = match Written::read(&body, Some(&row.segment), is_whole) {
                Ok(written) => written,
                Err(problem) => return Ok(Err(problem)),
            };
            let edited = written.check(connection, &actor, &clock, Some(&row.segment))?;
            Ok(edited.map(|edited| Judged::Good(Box::new(edited), version)))
        };
        self.db.read_heavy(Lane::Saving, check).await
    }

    async fn save(&self, expected: &Expected, id: Id, edited: Edited, checked: String) -> Result<Attempt> {
        let (actor, clock, expected) = (self.actor.clone(), self.clock.clone(), expected.clone());
        let save = move |connection: &mut AnyConnection| {
            let actor = as_they_are(connection, &actor)?;
            model::lock(connection, id)?;
            let row: Row = model::find_row(connection, &actor, id)?;
            let version = version_of(&row);
            if version != checked {
                return Ok(if expected.holds(&version) { Attempt::Overtaken } else { Attempt::Unexpected });
            }
            save::update(connection, &actor, &clock, &row.segment, &edited)?;
            Ok(Attempt::Saved)
        };
        self.db.write(save).await
    }
}

/// What [`delete`] does.
pub fn about_delete() -> Operation {
    operation("Deletes it").conditional().answers_nothing("It is gone.").refuses(409, "Others name it in their rules.")
}

/// `DELETE …/{id}/`
pub async fn delete(request: HttpRequest, caller: Caller, id: Path<String>, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let (id, expected, now) = (key(&id)?, Expected::of(&request), Clock::clone(&clock));
    let delete = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &caller.actor)?;
        model::lock(connection, id)?;
        let row = model::find_row(connection, &actor, id)?;
        save::require_change(connection, &actor, &row.segment)?;
        if !expected.holds(&version_of(&row)) {
            return Ok(false);
        }
        save::delete(connection, &actor, &now, &[&row.segment])?;
        Ok(true)
    };
    Ok(if db.write(delete).await? { answer::nothing() } else { failed() })
}
