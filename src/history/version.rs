//! What an object's fields were when an event had happened.
//!
//! Read by the pages that compare and restore. Events of a change keep the whole object after it; older ones kept what was
//! changed only, so a field is looked for in the events before, and then, as what it was before they changed it, in those
//! after.

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::{Action, Event};
use crate::db::schema::segments_event as event;
use crate::db::{AnyConnection, Id, Json, Time};
use crate::error::Result;

/// The most events on either side in which fields are looked for.
const FAR: i64 = 200;
/// The most events among which the newest version is looked for. Few keep values that are no fields: of a hand-over.
const NEAR: i64 = 50;
/// The actions that leave versions.
const VERSIONING: [&str; 2] = [Action::Added.name(), Action::Changed.name()];

/// An object as it was after an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The event.
    pub event: Event,
    /// Its fields; those that no event speaks of are not there.
    pub values: Map<String, Value>,
    /// The member count that was known then, and since when.
    pub count: Option<(i32, Time)>,
}

/// The version of an object that an event left; `None` for what is no such event, or changed none of `fields`.
pub fn find_version(connection: &mut AnyConnection, model: &str, object: &str, id: Id, fields: &[&str]) -> Result<Option<Version>> {
    let found: Option<Event> = event::table.find(id).select(Event::as_select()).first(connection).optional()?;
    let Some(found) = found.filter(|found| found.model == model && found.object_id == object && found.is_version(fields)) else {
        return Ok(None);
    };
    let mut values = Map::new();
    take(&mut values, fields, found.after.as_ref());
    if values.len() < fields.len() {
        for earlier in list_before(connection, &found)? {
            take(&mut values, fields, earlier.after.as_ref());
        }
        for later in list_after(connection, &found)? {
            take(&mut values, fields, later.before.as_ref());
        }
    }
    let count = match found.count_after {
        Some(count) => Some((count, found.at)),
        None => last_count(connection, &found)?,
    };
    Ok(Some(Version { event: found, values, count }))
}

impl Event {
    /// Whether it left a version of its object: it was added or changed, and the event kept some of its `fields`. Who owns
    /// it now, or who was taken off its list, is none.
    pub fn is_version(&self, fields: &[&str]) -> bool {
        let is_kept = |field: &&str| self.after.as_ref().is_some_and(|after| after.0.get(field).is_some());
        VERSIONING.contains(&self.action.as_str()) && fields.iter().any(is_kept)
    }
}

/// The event of the newest version of an object: the last one that set some of `fields`.
pub fn find_last_version(connection: &mut AnyConnection, model: &str, object: &str, fields: &[&str]) -> Result<Option<Event>> {
    let newest: Vec<Event> = event::table
        .filter(event::model.eq(model))
        .filter(event::object_id.eq(object))
        .filter(event::action.eq_any(VERSIONING))
        .filter(event::after.is_not_null())
        .order((event::at.desc(), event::id.desc()))
        .limit(NEAR)
        .select(Event::as_select())
        .load(connection)?;
    Ok(newest.into_iter().find(|event| event.is_version(fields)))
}

/// Takes the fields that are not known yet.
fn take(values: &mut Map<String, Value>, fields: &[&str], kept: Option<&Json>) {
    for field in fields {
        if let Some(value) = kept.and_then(|kept| kept.0.get(field)).filter(|_| !values.contains_key(*field)) {
            values.insert((*field).to_owned(), value.clone());
        }
    }
}

/// The changes before one, newest first.
fn list_before(connection: &mut AnyConnection, found: &Event) -> Result<Vec<Event>> {
    let is_before = event::at.lt(found.at).or(event::at.eq(found.at).and(event::id.lt(found.id)));
    Ok(event::table
        .filter(event::model.eq(&found.model))
        .filter(event::object_id.eq(&found.object_id))
        .filter(is_before)
        .order((event::at.desc(), event::id.desc()))
        .limit(FAR)
        .select(Event::as_select())
        .load(connection)?)
}

/// The changes after one, oldest first.
fn list_after(connection: &mut AnyConnection, found: &Event) -> Result<Vec<Event>> {
    let is_after = event::at.gt(found.at).or(event::at.eq(found.at).and(event::id.gt(found.id)));
    Ok(event::table
        .filter(event::model.eq(&found.model))
        .filter(event::object_id.eq(&found.object_id))
        .filter(is_after)
        .order((event::at.asc(), event::id.asc()))
        .limit(FAR)
        .select(Event::as_select())
        .load(connection)?)
}

/// The last count that an event before knew.
fn last_count(connection: &mut AnyConnection, found: &Event) -> Result<Option<(i32, Time)>> {
    let last: Option<(Option<i32>, Time)> = event::table
        .filter(event::model.eq(&found.model))
        .filter(event::object_id.eq(&found.object_id))
        .filter(event::at.le(found.at))
        .filter(event::count_after.is_not_null())
        .order((event::at.desc(), event::id.desc()))
        .select((event::count_after, event::at))
        .first(connection)
        .optional()?;
    Ok(last.and_then(|(count, at)| Some((count?, at))))
}
