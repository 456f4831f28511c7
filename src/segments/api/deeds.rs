//! What is done with a segment of the API: counted again, copied, marked as used.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::read::{Shown, visible};
use super::written::{name_taken, wrong};
use crate::accounts::Caller;
use crate::accounts::user::as_they_are;
use crate::api::openapi::{Operation, operation, schema};
use crate::api::params::refusal;
use crate::api::problem::{Checked, Fault, Problem};
use crate::api::{Body, Params, answer};
use crate::clock::Clock;
use crate::criteria::Calendar;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::segments::bulk::{self, Copy};
use crate::segments::draft;
use crate::segments::json::SegmentObject;
use crate::segments::model;
use crate::segments::recalculate::{self, Outcome};
use crate::segments::usage::{MAX_CAMPAIGN, Use};

/// A segment that was counted.
#[derive(Debug, Serialize, ToSchema)]
struct Recalculated {
    /// A sentence.
    message: &'static str,
    /// How many members it has.
    member_count: i32,
    /// When it was counted.
    #[schema(format = DateTime)]
    last_calculated_at: Option<String>,
}

/// What [`fn@recalculate`] does.
pub fn about_recalculate() -> Operation {
    operation("Counts it again")
        .answers::<Recalculated>(200, "It is counted.")
        .refuses(409, "A rule of it cannot be understood, or somebody changed it meanwhile.")
}

/// `POST …/{id}/recalculate/`
pub async fn recalculate(caller: Caller, id: Path<String>, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let segment = visible(&db, &caller, &id).await?;
    let id = segment.id;
    let (actor, now, here) = (caller.actor.clone(), Clock::clone(&clock), Db::clone(&db));
    let count = move || recalculate::count_again(&here, |connection| as_they_are(connection, &actor), &now, &segment);
    match db.long(Lane::Saving, count).await? {
        Outcome::Counted(_) => {}
        Outcome::Broken(_) => {
            return Err(AppError::Conflict("It needs attention: a rule cannot be understood, so it has no members.".into()));
        }
        Outcome::Overtaken => {
            return Err(AppError::Conflict("Somebody changed or deleted it while it was counted. Count it once more.".into()));
        }
    }
    let segment = db.read(move |connection| model::find(connection, &caller.actor, id)).await?;
    let last_calculated_at = segment.last_calculated_at.map(|time| time.to_string());
    answer::ok(&Recalculated { message: "Segment recalculated successfully", member_count: segment.member_count, last_calculated_at })
}

/// What [`duplicate`] does.
pub fn about_duplicate() -> Operation {
    operation("Copies it")
        .about("The copy is active, belongs to whoever asks, and has the static members.")
        .sent(|_| schema::object([("name", schema::name(draft::MAX_NAME))], &["name"]), json!({"name": "Hotels, a copy"}))
        .shows::<SegmentObject>(201, "The copy.")
}

/// `POST …/{id}/duplicate/`
pub async fn duplicate(caller: Caller, id: Path<String>, body: Body, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let id = visible(&db, &caller, &id).await?.id;
    let name = match name_of(&body) {
        Ok(name) => name,
        Err(problem) => return Ok(problem.answer()),
    };
    let (now, copy) = (Clock::clone(&clock), Id::new());
    let copying = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &caller.actor)?;
        let copy = Copy { key: copy, name: Some(name.clone()), keeps_description: false };
        let made = bulk::duplicate(connection, &actor, &now, id, &copy)?;
        Shown::find(connection, made.id, &actor, Calendar::from(&now))
    };
    match db.write(copying).await {
        Err(AppError::NotUnique(_)) => Ok(name_taken().answer()),
        made => made?.created(),
    }
}

fn name_of(body: &Body) -> Checked<String> {
    let mut fields = body.fields();
    let typed = fields.required("name").unwrap_or_default();
    fields.end()?;
    let mut errors = Vec::new();
    let name = draft::name_of(typed, &mut errors);
    if errors.is_empty() { Ok(name) } else { Err(wrong(errors)) }
}

/// What [`mark_used`] does.
pub fn about_mark_used() -> Operation {
    operation("Notes that a campaign took its members")
        .sent(|_| schema::object([("campaign", schema::name(MAX_CAMPAIGN))], &["campaign"]), json!({"campaign": "The fair of 2026"}))
        .shows::<SegmentObject>(200, "It is noted: `times_used` is one more.")
        .refuses(409, "It is archived, or a rule of it cannot be understood.")
}

/// `POST …/{id}/mark_used/`
pub async fn mark_used(
    request: HttpRequest,
    caller: Caller,
    id: Path<String>,
    body: Body,
    (db, clock): (Data<Db>, Data<Clock>),
) -> Result<HttpResponse> {
    let id = visible(&db, &caller, &id).await?.id;
    let campaign = match campaign_of(&request, &body) {
        Ok(campaign) => campaign,
        Err(problem) => return Ok(problem.answer()),
    };
    let (actor, now) = (caller.actor.clone(), Clock::clone(&clock));
    let taken = match db.read_heavy(Lane::Saving, move |connection| Use::prepare(connection, &actor, &now, id, &campaign)).await {
        Err(AppError::BadRequest(sentence)) => return Ok(Problem::invalid(vec![Fault::field("campaign", "invalid", sentence)]).answer()),
        taken => taken?,
    };
    let (now, use_id) = (Clock::clone(&clock), Id::new());
    let note = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &caller.actor)?;
        taken.note(connection, &actor, &now, use_id)?;
        Shown::find(connection, id, &actor, Calendar::from(&now))
    };
    db.write(note).await?.ok()
}

fn campaign_of(request: &HttpRequest, body: &Body) -> Result<String, Problem> {
    let mut fields = body.fields();
    let campaign = fields.required("campaign").unwrap_or_default().to_owned();
    Params::of(request).only(&[])?;
    fields.end().map(|()| campaign)
}

/// What [`enroll`] does.
pub fn about_enroll() -> Operation {
    operation("Is not done here").refuses(501, "Sequences are run by the CRM: take the members, send there, and call `mark_used`.")
}

/// `POST …/{id}/enroll_in_sequence/`: left out on purpose.
pub async fn enroll(caller: Caller, id: Path<String>, db: Data<Db>) -> Result<HttpResponse> {
    visible(&db, &caller, &id).await?;
    let sentence =
        "Sequences are run by the CRM: take the members of the segment from members/, send there, and note that with mark_used/.";
    Ok(refusal(StatusCode::NOT_IMPLEMENTED, sentence))
}
