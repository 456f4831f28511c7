//! Undoing a change of a list: the button beside its message, and in the history.
//!
//! A handler, listed in `routes`; the deed is `curating`'s. What was done to a list is told here as well, by whoever did it.

use std::collections::HashSet;

use actix_web::http::header::REFERER;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use url::Url;

use super::admin::SegmentAdmin;
use super::curating::{Curated, Task, curate};
use super::listed::{CONTACTS, How, list_batches};
use super::model::{Row, SegmentType};
use crate::accounts::session::{Button, Level};
use crate::accounts::user::as_they_are;
use crate::accounts::{Posted, Staff};
use crate::admin::display::counted;
use crate::admin::editing::Act;
use crate::admin::frame::see_other;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::object_history::Undo;
use crate::admin::query_string::still_carrying;
use crate::clock::Clock;
use crate::db::{AnyConnection, Db, Id, Time};
use crate::error::{AppError, Result};

/// The page that undoes, and the field with the key of the batch.
const PAGE: &str = "undo";
const BATCH: &str = "batch";

/// How the history of a segment undoes.
pub const UNDO: Undo<Row> = Undo { label: "Undo list change", page: PAGE, batches };

/// The batches that an actor can undo: those of a list that they may change, which nobody has undone yet.
fn batches(connection: &mut AnyConnection, act: &Act<'_>, row: &Row) -> Result<HashSet<Id>> {
    let segment = &row.segment;
    let is_curated = segment.kind() == SegmentType::Static && !segment.is_archived();
    if !is_curated || !segment.is_changeable_by(act.actor) {
        return Ok(HashSet::new());
    }
    let batches = list_batches(connection, segment.id, Time(act.clock.now()))?;
    Ok(batches.into_iter().filter(|batch| batch.undone_by.is_none()).map(|batch| batch.id).collect())
}

/// The button that undoes a batch.
pub fn button(segment: Id, batch: Id) -> Button {
    let url = SegmentAdmin::MODEL.object_url(segment, PAGE);
    Button { label: "Undo".into(), url, sends: (BATCH.into(), batch.to_string()) }
}

/// The field of the list's page with the batch whose removed contacts are never to be included: they are still in through their
/// company.
pub const BAR_REMOVED: &str = "bar_removed_by";

/// What is said of so many whom a batch took off the list and who are still in through their company, with the button that keeps
/// them out; `None` of nobody.
pub fn still_in(segment: Id, batch: Id, number: usize) -> Option<(String, Button)> {
    let (who, are) = (CONTACTS.counted(number), if number == 1 { "is" } else { "are" });
    let url = SegmentAdmin::MODEL.object_url(segment, "list");
    let button = Button { label: "Never include them".into(), url, sends: (BAR_REMOVED.into(), batch.to_string()) };
    (number > 0).then(|| (format!("{who} that you removed {are} still in, through their company."), button))
}

/// `POST …/<uuid>/undo/`: leads back to the page that has the button.
pub async fn undo(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    asked: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let id = segment.0.segment.id;
    let batch = asked.get(BATCH).and_then(Id::parse).unwrap_or_default();
    let (actor, now) = (staff.actor.clone(), Clock::clone(&clock));
    let undo = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &actor)?;
        curate(connection, &actor, &now, id, How::Picker, &Task::Undo(batch))
    };
    match db.write_long(undo).await {
        Ok(undone) => tell(&staff, &undone)?,
        Err(AppError::Conflict(sentence)) => staff.message(Level::Error, sentence)?,
        Err(error) => return Err(error),
    }
    Ok(see_other(&pressed_at(&request, id)))
}

/// The page of the segment where the button was pressed, if that is one to come back to; else its form.
fn pressed_at(request: &HttpRequest, segment: Id) -> String {
    let shown = request.headers().get(REFERER).and_then(|from| Url::parse(from.to_str().ok()?).ok());
    let is_ours = |from: &Url| ["list", "history"].iter().any(|page| from.path() == SegmentAdmin::MODEL.object_url(segment, page));
    match shown.filter(is_ours) {
        Some(from) => from.query().map_or_else(|| from.path().to_owned(), |query| format!("{}?{query}", from.path())),
        None => still_carrying(SegmentAdmin::MODEL.change_url(segment), request.query_string()),
    }
}

/// Says what was done to a list, with the button that undoes it, and what was not.
pub fn tell(staff: &Staff, Curated { segment, what, notes, batch, still_in: still }: &Curated) -> Result<()> {
    if let Some(batch) = batch {
        let mut what = what.clone();
        what.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
        let text = format!("{what}. “{}” has {} now.", segment.name, counted(segment.member_count, "member", "members"));
        staff.session().message_with(Level::Success, text, Some(button(segment.id, *batch)))?;
        if let Some((text, button)) = still_in(segment.id, *batch, *still) {
            staff.session().message_with(Level::Warning, text, Some(button))?;
        }
    }
    notes.iter().try_for_each(|note| staff.message(Level::Warning, note.as_str()))
}
