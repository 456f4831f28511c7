//! Handing segments over: the page of one segment, and all of a user's, as the users' pages ask for it.
//!
//! Handlers, listed in `routes`, which also hands [`SegmentsOf`] to the users' pages; the deed is `ownership`'s.

use std::collections::HashMap;
use std::fmt::Display;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::admin::SegmentAdmin;
use super::model::{Owner, Row, Segment};
use super::{columns, filters, ownership};
use crate::accounts::actor::Permission;
use crate::accounts::admin::belongings::{Belongings, Handed};
use crate::accounts::hand_over::{self, NOBODY, OVERTAKEN, Question};
use crate::accounts::session::{Level, Message};
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::deletion::Group;
use crate::admin::frame::see_other;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::query_string::{back_to, preserved};
use crate::admin::task::find;
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

    fn count_by_owner(connection: &mut AnyConnection, owners: &[Id]) -> Result<HashMap<Id, i64>> {
        ownership::count_by_owner(connection, owners)
    }

    fn group(connection: &mut AnyConnection, actor: &Actor, owner: Id, count: i64, named: i64) -> Result<Group> {
        Group::of::<SegmentAdmin>(connection, actor, (&columns::OWNER_ID, filters::OWNED_BY), owner, (count, named))
    }

    fn hand_over(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, from: Id, to: Option<Id>) -> Result<Handed> {
        let mut handed = Handed::default();
        for id in ownership::list_of(connection, from)? {
            match ownership::hand_over(connection, actor, clock, id, Some(from), to) {
                Ok(is_new) => handed.count += i64::from(is_new),
                // It is no longer among what is handed over.
                Err(AppError::Conflict(_)) => {}
                Err(AppError::NotFound) => handed.gone += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(handed)
    }
}

/// `GET …/<uuid>/hand_over/`
pub async fn show(request: HttpRequest, staff: Staff, segment: Object<SegmentAdmin>, db: Data<Db>) -> Result<HttpResponse> {
    hand_over::show(&request, &staff, question(&db, &staff, &segment.0).await?, None).await
}

/// `POST …/<uuid>/hand_over/`: leads to the list, for one may not see the segment any more.
pub async fn hand(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    posted: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let asked = question(&db, &staff, &segment.0).await?;
    let to = match hand_over::chosen(&posted) {
        Ok(to) => to,
        Err(sentence) => return hand_over::show(&request, &staff, asked, Some(sentence)).await,
    };
    let from = hand_over::owner_shown(&posted).unwrap_or(segment.0.segment.created_by_id);
    let (level, done) = match give(&db, &clock, &staff, segment.0.segment.id, (from, to)).await {
        Ok(true) => (Level::Success, format!("was handed over to {}", asked.name_of(to))),
        Ok(false) => (Level::Info, "is theirs already".to_owned()),
        Err(AppError::BadRequest(_)) => return hand_over::show(&request, &staff, asked, Some(NOBODY)).await,
        Err(AppError::Conflict(_)) => return again(&request, &staff, &db, segment.0.segment.id).await,
        Err(AppError::NotFound) => return unknown::<SegmentAdmin>(&staff, &segment.0.segment.id.to_string()),
        Err(error) => return Err(error),
    };
    tell(&staff, level, &done, &Segment { created_by_id: to, ..segment.0.segment })?;
    Ok(see_other(&back_to(SegmentAdmin::MODEL.list_url(), &preserved(request.query_string()))))
}

/// Says what was done, with a link only where one still sees it.
fn tell(staff: &Staff, level: Level, done: &str, handed: &Segment) -> Result<()> {
    let text = |name: &dyn Display| format!("The Customer Segment “{name}” {done}.");
    if handed.is_visible_to(&staff.actor) {
        return staff.session().message_about(level, text(&Message::PLACE), &handed.name, SegmentAdmin::MODEL.change_url(handed.id));
    }
    staff.message(level, text(&handed.name))
}

/// The page once more, of who owns it now.
async fn again(request: &HttpRequest, staff: &Staff, db: &Db, id: Id) -> Result<HttpResponse> {
    let actor = staff.actor.clone();
    match db.read(move |connection| find::<SegmentAdmin>(connection, &actor, id)).await? {
        Some(row) => hand_over::show(request, staff, question(db, staff, &row).await?, Some(OVERTAKEN)).await,
        None => unknown::<SegmentAdmin>(staff, &id.to_string()),
    }
}

/// Gives the segment of `from` to `to`; whether they are a new owner.
async fn give(db: &Db, clock: &Clock, staff: &Staff, segment: Id, (from, to): (Option<Id>, Option<Id>)) -> Result<bool> {
    let (actor, clock) = (staff.actor.clone(), clock.clone());
    db.write(move |connection| {
        let actor = as_they_are(connection, &actor)?;
        ownership::hand_over(connection, &actor, &clock, segment, from, to)
    })
    .await
}

/// What the page asks.
///
/// # Errors
/// `Forbidden` with the sentence why it is not theirs to hand over.
async fn question(db: &Db, staff: &Staff, row: &Row) -> Result<Question> {
    (SegmentAdmin::MAY)(&staff.actor, Permission::Change, Some(row))?;
    let (segment, owner) = (&row.segment, row.owner.as_ref().map_or_else(|| "the Admins".to_owned(), Owner::name));
    let of = segment.created_by_id;
    Ok(Question {
        model: SegmentAdmin::MODEL,
        object: (segment.name.clone(), SegmentAdmin::MODEL.change_url(segment.id)),
        action: SegmentAdmin::MODEL.object_url(segment.id, "hand_over"),
        sentence: format!("This segment belongs to {owner}. Whoever gets it may change and delete it."),
        owner: of,
        count: None,
        recipients: db.read(move |connection| hand_over::recipients(connection, of)).await?,
    })
}
