//! Handing segments over: the page of one segment, and all of a user's, as the users' pages ask for it.
//!
//! Handlers, listed in `routes`, which also hands [`SegmentsOf`] to the users' pages; the deed is `ownership`'s.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::admin::SegmentAdmin;
use super::{model, ownership};
use crate::accounts::belongings::Belongings;
use crate::accounts::hand_over::{self, Question};
use crate::accounts::session::{Level, Message};
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::frame::see_other;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::query_string::back_to;
use crate::admin::views::unknown;
use crate::clock::Clock;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

/// The segments of a user.
pub struct SegmentsOf;

impl Belongings for SegmentsOf {
    const ONE: &'static str = "segment";
    const MANY: &'static str = "segments";

    fn count(connection: &mut AnyConnection, owner: Id) -> Result<i64> {
        ownership::count_of(connection, owner)
    }

    fn hand_over(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, from: Id, to: Option<Id>) -> Result<i64> {
        let mut handed = 0;
        for id in ownership::list_of(connection, from)? {
            handed += i64::from(ownership::hand_over(connection, actor, clock, id, to)?);
        }
        Ok(handed)
    }
}

/// `GET …/<uuid>/hand_over/`
pub async fn show(request: HttpRequest, staff: Staff, path: Path<String>, db: Data<Db>) -> Result<HttpResponse> {
    match question(&db, &staff, &path).await? {
        Some((question, _)) => hand_over::show(&request, &staff, question, None),
        None => unknown::<SegmentAdmin>(&staff, &path),
    }
}

/// `POST …/<uuid>/hand_over/`: leads to the list, for one may not see the segment any more.
pub async fn hand(
    request: HttpRequest,
    staff: Staff,
    path: Path<String>,
    posted: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let Some((asked, id)) = question(&db, &staff, &path).await? else { return unknown::<SegmentAdmin>(&staff, &path) };
    let to = match hand_over::chosen(&posted) {
        Ok(to) => to,
        Err(sentence) => return hand_over::show(&request, &staff, asked, Some(sentence)),
    };
    let (actor, now) = (staff.actor.clone(), Clock::clone(&clock));
    let hand_over = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &actor)?;
        ownership::hand_over(connection, &actor, &now, id, to)
    };
    match db.write(hand_over).await {
        Ok(_) => {}
        Err(AppError::BadRequest(_)) => return hand_over::show(&request, &staff, asked, Some("Select somebody who can sign in.")),
        Err(AppError::NotFound) => return unknown::<SegmentAdmin>(&staff, &path),
        Err(error) => return Err(error),
    }
    let text = format!("The Customer Segment “{}” was handed over.", Message::PLACE);
    staff.session().message_about(Level::Success, text, &asked.object.0, asked.object.1)?;
    Ok(see_other(&back_to(SegmentAdmin::MODEL.list_url(), "")))
}

/// What the page asks; `None` for a segment that the actor does not see.
///
/// # Errors
/// `Forbidden` with the sentence why it is not theirs to hand over.
async fn question(db: &Db, staff: &Staff, path: &str) -> Result<Option<(Question, Id)>> {
    let Some(id) = Id::parse(path) else { return Ok(None) };
    let actor = staff.actor.clone();
    let asked = db.read(move |connection| {
        let row = model::find_row(connection, &actor, id)?;
        (SegmentAdmin::MAY)(&actor, crate::accounts::actor::Permission::Change, Some(&row))?;
        let owner = row.owner.as_ref().map_or_else(|| "the Admins".to_owned(), model::Owner::name);
        Ok(Question {
            model: SegmentAdmin::MODEL,
            object: (row.segment.name.clone(), SegmentAdmin::MODEL.change_url(id)),
            action: SegmentAdmin::MODEL.object_url(id, "hand_over"),
            sentence: format!("This segment belongs to {owner}. Whoever gets it may change and delete it."),
            recipients: hand_over::recipients(connection, row.segment.created_by_id)?,
        })
    });
    match asked.await {
        Ok(question) => Ok(Some((question, id))),
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
