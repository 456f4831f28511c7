//! The tools of a segment's page: a copy of it, its members as a list, and its count anew.
//!
//! Handlers, listed in `routes`, for whoever sees the segment; the deeds are those of `bulk`, `list_source` and
//! `recalculate`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::admin::SegmentAdmin;
use super::bulk::{self, Copy};
use super::list_source;
use super::model::{self, Segment, SegmentType};
use super::recalculate::{self, Outcome};
use crate::accounts::session::{Level, Message};
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::display::counted;
use crate::admin::form::NEW_ID;
use crate::admin::frame::see_other;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::query_string::still_carrying;
use crate::admin::repeats::free_key;
use crate::admin::views::unknown;
use crate::clock::Clock;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

/// `POST …/<uuid>/duplicate/`: leads to the copy.
pub async fn duplicate(
    request: HttpRequest,
    staff: Staff,
    original: Object<SegmentAdmin>,
    asked: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let sent = asked.get(NEW_ID).and_then(Id::parse).unwrap_or_default();
    let (actor, now, id) = (staff.actor.clone(), Clock::clone(&clock), original.0.segment.id);
    // Its list is copied with it, and may have very many rows.
    let has_list = original.0.segment.kind() == SegmentType::Static;
    let copy = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &actor)?;
        let made = key_of_copy(connection, &actor, sent)?;
        bulk::duplicate(connection, &actor, &now, id, &Copy::new(made))
    };
    let copied = if has_list { db.write_long(copy).await } else { db.write(copy).await };
    let copy = match copied {
        Err(AppError::NotFound) => return unknown::<SegmentAdmin>(&staff, &id.to_string()),
        copy => copy?,
    };
    Ok(see_other(&still_carrying(tell_copy(&staff, &copy)?, request.query_string())))
}

/// Says which copy was made, and gives its address.
fn tell_copy(staff: &Staff, copy: &Segment) -> Result<String> {
    let url = SegmentAdmin::MODEL.change_url(copy.id);
    let text = format!("This is the copy: “{}”. It is yours; give it the name it should have.", Message::PLACE);
    staff.session().message_about(Level::Success, text, &copy.name, url.clone())?;
    Ok(url)
}

/// `POST …/<uuid>/save_list/`: leads to the list.
pub async fn save_list(
    request: HttpRequest,
    staff: Staff,
    source: Object<SegmentAdmin>,
    asked: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let sent = asked.get(NEW_ID).and_then(Id::parse).unwrap_or_default();
    let (actor, now, id) = (staff.actor.clone(), Clock::clone(&clock), source.0.segment.id);
    let save = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &actor)?;
        let made = key_of_copy(connection, &actor, sent)?;
        list_source::save_members(connection, &actor, &now, id, made)
    };
    let shown = match db.write_long(save).await {
        Ok(list) => tell_list(&staff, &list)?,
        Err(AppError::Conflict(sentence)) => staff.message(Level::Error, sentence).map(|()| id)?,
        Err(AppError::NotFound) => return unknown::<SegmentAdmin>(&staff, &id.to_string()),
        Err(error) => return Err(error),
    };
    Ok(see_other(&still_carrying(SegmentAdmin::MODEL.change_url(shown), request.query_string())))
}

/// Says which list was saved, and gives its key.
fn tell_list(staff: &Staff, list: &Segment) -> Result<Id> {
    let text = format!("This is the list: “{}”. It has {} and stays as it is.", Message::PLACE, members(list.member_count));
    staff.session().message_about(Level::Success, text, &list.name, SegmentAdmin::MODEL.change_url(list.id))?;
    Ok(list.id)
}

/// The key that the button sent: of the copy that it has made already, if it is pressed twice, or one that is free.
fn key_of_copy(connection: &mut AnyConnection, actor: &Actor, sent: Id) -> Result<Id> {
    let is_made = model::find(connection, actor, sent).is_ok_and(|made| actor.owns(made.created_by_id));
    if is_made { Ok(sent) } else { free_key::<SegmentAdmin>(connection, sent) }
}

/// `POST …/<uuid>/count/`: leads back to the segment.
pub async fn count_again(
    request: HttpRequest,
    staff: Staff,
    counted: Object<SegmentAdmin>,
    _asked: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let url = SegmentAdmin::MODEL.change_url(counted.0.segment.id);
    let (actor, now, here) = (staff.actor.clone(), Clock::clone(&clock), Db::clone(&db));
    let count = move || recalculate::count_again(&here, |connection| as_they_are(connection, &actor), &now, &counted.0.segment);
    let (level, sentence) = match db.long(Lane::Saving, count).await {
        Ok(Outcome::Counted(count)) => (Level::Success, format!("Counted again: it has {}.", members(count))),
        Ok(Outcome::Broken(_)) => (Level::Warning, "It needs attention: a rule cannot be understood, so it has no members.".to_owned()),
        Ok(Outcome::Overtaken) => (Level::Warning, "Somebody changed or deleted it while it was counted. Count it once more.".to_owned()),
        Err(AppError::Conflict(sentence)) => (Level::Error, sentence),
        Err(AppError::Unavailable(sentence)) => (Level::Warning, sentence),
        Err(error) => return Err(error),
    };
    staff.message(level, sentence)?;
    Ok(see_other(&still_carrying(url, request.query_string())))
}

fn members(count: i32) -> String {
    counted(count, "member", "members")
}
