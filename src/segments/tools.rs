//! The tools of a segment's page: a copy of it, and its count anew.
//!
//! Handlers, listed in `routes`, for whoever sees the segment; the deeds are those of `bulk` and `recalculate`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::admin::SegmentAdmin;
use super::bulk;
use super::model::{self, Segment};
use super::recalculate::{self, Outcome};
use crate::accounts::session::{Level, Message};
use crate::accounts::user::as_they_are;
use crate::accounts::{Posted, Staff};
use crate::admin::display::counted;
use crate::admin::frame::see_other;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::views::unknown;
use crate::clock::Clock;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

/// `POST …/<uuid>/duplicate/`: leads to the copy.
pub async fn duplicate(staff: Staff, path: Path<String>, _asked: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let Some(id) = Id::parse(&path) else { return unknown::<SegmentAdmin>(&staff, &path) };
    let (actor, now) = (staff.actor.clone(), Clock::clone(&clock));
    let copy = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &actor)?;
        bulk::duplicate(connection, &actor, &now, id, None)
    };
    let copy = match db.write(copy).await {
        Ok(copy) => copy,
        Err(AppError::NotFound) => return unknown::<SegmentAdmin>(&staff, &path),
        Err(error) => return Err(error),
    };
    let url = SegmentAdmin::MODEL.change_url(copy.id);
    let text = format!("This is the copy: “{}”. It is yours; give it the name it should have.", Message::PLACE);
    staff.session().message_about(Level::Success, text, &copy.name, url.clone())?;
    Ok(see_other(&url))
}

/// `POST …/<uuid>/count/`: leads back to the segment.
pub async fn count_again(staff: Staff, path: Path<String>, _asked: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let Some(id) = Id::parse(&path) else { return unknown::<SegmentAdmin>(&staff, &path) };
    let (actor, now, here) = (staff.actor.clone(), Clock::clone(&clock), Db::clone(&db));
    let count = move || {
        let segment: Segment = here.read_blocking(|connection| model::find(connection, &actor, id))?;
        recalculate::count_again(&here, &actor, &now, &segment)
    };
    let (level, sentence) = match db.long(Lane::Saving, count).await {
        Ok(Outcome::Counted(count)) => (Level::Success, format!("Counted again: it has {}.", counted(count, "member", "members"))),
        Ok(Outcome::Broken(_)) => (Level::Warning, "It needs attention: a rule cannot be understood, so it has no members.".to_owned()),
        Ok(Outcome::Overtaken) => (Level::Warning, "Somebody changed it while it was counted. Count it once more.".to_owned()),
        Err(AppError::Conflict(sentence)) => (Level::Error, sentence),
        Err(AppError::NotFound) => return unknown::<SegmentAdmin>(&staff, &path),
        Err(error) => return Err(error),
    };
    staff.message(level, sentence)?;
    Ok(see_other(&SegmentAdmin::MODEL.change_url(id)))
}
