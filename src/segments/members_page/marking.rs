//! "Mark as used": the form on the page of the members, by which somebody notes that a campaign took them.
//!
//! A handler, listed in `routes`. A second use of the same name is asked for twice.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::asked::Asked;
use super::show::load;
use super::used_by::warn_of_repeat;
use crate::accounts::session::Level;
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::display::Display;
use crate::admin::form::NEW_ID;
use crate::admin::frame::{page, see_other};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::query_string::still_carrying;
use crate::admin::views::unknown;
use crate::clock::Clock;
use crate::customers::contact::Row;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::segments::admin::SegmentAdmin;
use crate::segments::model::{Row as SegmentRow, Segment};
use crate::segments::usage::Use;

/// The field with the campaign of which the page has said that it took them already.
pub(super) const REPEATED: &str = "repeated";

/// Why a use was not noted, as a sentence.
pub(super) enum Refusal {
    /// It cannot be.
    Cannot(String),
    /// It would be the second of this name, which is asked first.
    Repeats(String),
}

/// `POST …/<uuid>/members/`: a campaign took them.
pub async fn mark_used<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    posted: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let (row, campaign) = (segment.0, posted.get("campaign").unwrap_or_default().to_owned());
    let use_id = posted.get(NEW_ID).and_then(Id::parse).unwrap_or_default();
    let repeats = posted.get(REPEATED).is_some_and(|told| told == campaign);
    match note_use(&staff.actor, &db, &clock, (row.segment.id, use_id), (&campaign, repeats)).await {
        Ok(Ok(segment)) => {
            staff.message(Level::Success, format!("“{}” is marked as used by the campaign “{}”.", segment.name, campaign.trim()))?;
            Ok(see_other(&still_carrying(request.path().to_owned(), request.query_string())))
        }
        Ok(Err(why)) => refuse_use::<C, D>(&request, &staff, row, (campaign, Refusal::Repeats(why)), &db, &clock).await,
        Err(AppError::BadRequest(why) | AppError::Conflict(why)) => {
            refuse_use::<C, D>(&request, &staff, row, (campaign, Refusal::Cannot(why)), &db, &clock).await
        }
        Err(AppError::NotFound) => unknown::<SegmentAdmin>(&staff, &row.segment.id.to_string()),
        Err(error) => Err(error),
    }
}

/// The page once more, with what was typed and why it was not noted.
async fn refuse_use<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
    request: &HttpRequest,
    staff: &Staff,
    row: SegmentRow,
    (campaign, why): (String, Refusal),
    db: &Db,
    clock: &Clock,
) -> Result<HttpResponse> {
    let first_page = still_carrying(String::new(), request.query_string());
    let asked = Asked::read::<C, D>(first_page.trim_start_matches('?'), &Display::new(clock));
    let asked = asked.map_err(|_| AppError::internal("the list has no first page"))?;
    match load::<C, D>(request, staff, row, asked, db, clock).await? {
        Some(members) => page(&members.refusing(campaign, why)),
        None => Err(AppError::internal("the list has no first page")),
    }
}

/// Notes the use; or says that a campaign of this name took them already, where nobody has said that it `repeats`.
async fn note_use(
    actor: &Actor,
    db: &Db,
    clock: &Clock,
    (id, use_id): (Id, Id),
    (campaign, repeats): (&str, bool),
) -> Result<Result<Segment, String>> {
    let (counting, now, campaign) = (actor.clone(), clock.clone(), campaign.to_owned());
    let prepare = move |connection: &mut AnyConnection| {
        let told = if repeats { None } else { warn_of_repeat(connection, (id, use_id), &campaign, &Display::new(&now))? };
        told.map_or_else(|| Use::prepare(connection, &counting, &now, id, &campaign).map(Ok), |told| Ok(Err(told)))
    };
    let taken = match db.read_heavy(Lane::Saving, prepare).await? {
        Ok(taken) => taken,
        Err(told) => return Ok(Err(told)),
    };
    let (actor, now) = (actor.clone(), clock.clone());
    let note = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &actor)?;
        taken.note(connection, &actor, &now, use_id)
    };
    db.write(note).await.map(Ok)
}
