//! Events: who did what to which object, written in the transaction of the change.
//!
//! Called by every model that changes something. One append-only table is history, versions and audit in one; it has no
//! foreign keys and keeps names as text, so that an event outlives the object and the user it speaks of.

mod version;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use crate::accounts::Actor;
use crate::db::schema::segments_event;
use crate::db::{AnyConnection, Id, Json, Time, dialect};
use crate::error::Result;

pub use self::version::{Version, find_last_version, find_version};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The object was made.
    Added,
    /// Fields of it were changed.
    Changed,
    /// It is gone.
    Deleted,
    /// Its members left the house as a file.
    Exported,
    /// Somebody had its members counted again.
    Counted,
    /// A campaign took it.
    Used,
    /// A file was imported.
    Imported,
}

impl Action {
    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Exported => "exported",
            Self::Counted => "counted",
            Self::Used => "used",
            Self::Imported => "imported",
        }
    }
}

/// The name of segments here and in URLs: also where customers are deleted, whom they list.
pub const SEGMENT: &str = "customersegment";

/// The object an event speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The model's name in URLs: `customersegment`, `contact`, …
    pub model: &'static str,
    /// Its key; empty where the event speaks of the model as a whole (an import).
    pub id: String,
    /// What people call it, at that time.
    pub name: String,
}

/// An event about to be written.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// Who did it.
    pub actor: &'a Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub action: Action,
    /// To which object.
    pub object: Object,
    /// The sentence that history shows: "Changed Status and Tags."
    pub message: String,
    /// The values that were changed, before.
    pub before: Option<Value>,
    /// The same values after; where versions are kept, all of the object's.
    pub after: Option<Value>,
    /// A segment's member count before, where it was known.
    pub count_before: Option<i32>,
    /// And after.
    pub count_after: Option<i32>,
    /// The bulk change that it was part of.
    pub batch: Option<Id>,
}

impl<'a> NewEvent<'a> {
    /// An event without values, counts or batch.
    pub fn new(actor: &'a Actor, at: DateTime<Utc>, action: Action, object: Object, message: impl Into<String>) -> Self {
        Self {
            actor,
            at,
            action,
            object,
            message: message.into(),
            before: None,
            after: None,
            count_before: None,
            count_after: None,
            batch: None,
        }
    }

    /// With the changed values before, and what came of them.
    #[must_use]
    pub fn values(self, before: Value, after: Value) -> Self {
        Self { before: Some(before), after: Some(after), ..self }
    }

    /// As part of a bulk change, where it is.
    #[must_use]
    pub fn batch(self, batch: Option<Id>) -> Self {
        Self { batch, ..self }
    }

    /// With a segment's member counts, before and after.
    #[must_use]
    pub fn counts(self, before: Option<i32>, after: Option<i32>) -> Self {
        Self { count_before: before, count_after: after, ..self }
    }
}

/// An event as it stands in the table.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = segments_event)]
pub struct Event {
    /// Its key.
    pub id: Id,
    /// When.
    pub at: Time,
    /// Who; `None` for the program itself.
    pub actor_id: Option<Id>,
    /// Who, by the name they had.
    pub actor_name: String,
    /// See [`Action::name`].
    pub action: String,
    /// See [`Object::model`].
    pub model: String,
    /// See [`Object::id`].
    pub object_id: String,
    /// See [`Object::name`].
    pub object_name: String,
    /// See [`NewEvent::message`].
    pub message: String,
    /// Changed values before.
    pub before: Option<Json>,
    /// Changed values after.
    pub after: Option<Json>,
    /// Member count before.
    pub count_before: Option<i32>,
    /// Member count after.
    pub count_after: Option<i32>,
    /// The bulk change it was part of.
    pub batch: Option<Id>,
}

/// Events that one statement writes; SQLite takes 32,766 values in one.
const AT_ONCE: usize = 1_000;

/// A row about to be written.
#[derive(Insertable)]
#[diesel(table_name = segments_event, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: Id,
    at: Time,
    actor_id: Option<Id>,
    actor_name: &'a str,
    action: &'static str,
    model: &'static str,
    object_id: String,
    object_name: String,
    message: String,
    before: Option<Json>,
    after: Option<Json>,
    count_before: Option<i32>,
    count_after: Option<i32>,
    batch: Option<Id>,
}

impl<'a> From<NewEvent<'a>> for NewRow<'a> {
    fn from(event: NewEvent<'a>) -> Self {
        Self {
            id: Id::new(),
            at: Time(event.at),
            actor_id: event.actor.id,
            actor_name: &event.actor.name,
            action: event.action.name(),
            model: event.object.model,
            object_id: event.object.id,
            object_name: event.object.name,
            message: event.message,
            before: event.before.map(Json),
            after: event.after.map(Json),
            count_before: event.count_before,
            count_after: event.count_after,
            batch: event.batch,
        }
    }
}

/// Writes an event.
pub fn record(connection: &mut AnyConnection, event: NewEvent<'_>) -> Result<()> {
    record_all(connection, [event])
}

/// Writes events, many in few statements.
pub fn record_all<'a>(connection: &mut AnyConnection, events: impl IntoIterator<Item = NewEvent<'a>>) -> Result<()> {
    let rows: Vec<NewRow<'a>> = events.into_iter().map(NewRow::from).collect();
    for rows in rows.chunks(AT_ONCE) {
        dialect::insert_rows(connection, segments_event::table, rows)?;
    }
    Ok(())
}

/// The newest events of one object, oldest first, without the `skipped` newest of all.
pub fn list_of(connection: &mut AnyConnection, model: &str, object_id: &str, skipped: i64, limit: i64) -> Result<Vec<Event>> {
    let mut events = segments_event::table
        .filter(segments_event::model.eq(model))
        .filter(segments_event::object_id.eq(object_id))
        .order((segments_event::at.desc(), segments_event::id.desc()))
        .offset(skipped)
        .limit(limit)
        .select(Event::as_select())
        .load(connection)?;
    events.reverse();
    Ok(events)
}

/// How many events of one object there are.
pub fn count_of(connection: &mut AnyConnection, model: &str, object_id: &str) -> Result<i64> {
    let of_object = segments_event::table.filter(segments_event::model.eq(model)).filter(segments_event::object_id.eq(object_id));
    Ok(of_object.count().get_result(connection)?)
}

/// Who did to one object what a batch was; `None` where nothing is written down of it.
pub fn find_actor_of(connection: &mut AnyConnection, model: &str, object_id: &str, batch: Id) -> Result<Option<String>> {
    let of_object = segments_event::table.filter(segments_event::model.eq(model)).filter(segments_event::object_id.eq(object_id));
    Ok(of_object.filter(segments_event::batch.eq(batch)).select(segments_event::actor_name).first(connection).optional()?)
}

/// The newest events of one user, newest first: the index page's "Recent actions".
pub fn list_by(connection: &mut AnyConnection, actor: Id, limit: i64) -> Result<Vec<Event>> {
    Ok(segments_event::table
        .filter(segments_event::actor_id.eq(actor))
        .order((segments_event::at.desc(), segments_event::id.desc()))
        .limit(limit)
        .select(Event::as_select())
        .load(connection)?)
}
