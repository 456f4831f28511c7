//! Lists that were saved from the members of another segment, and how the two have drifted apart since.
//!
//! Called by the tool that saves one and by the pages of the list. The source goes on living: it may be renamed, changed or
//! deleted, and the list stays as it was saved. `list_drift` tells it.

use diesel::prelude::*;

use super::bulk::free_name;
use super::draft::{Draft, Input};
use super::listed::{CONTACTS, Change, How, ListChange, came_by, was_taken_off};
use super::members::{Members, listed_contacts};
use super::model::{self, Segment, SegmentType, Status};
use super::save::{self, Edited};
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::{Calendar, Scope};
use crate::db::schema::{crm_app_customersegment as segment, segments_list_source as source};
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::query::Sql;

/// Where a list was saved from.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = source)]
pub struct ListSource {
    /// The list.
    pub segment_id: Id,
    /// The segment whose members they were.
    pub source_id: Id,
    /// What that was called then.
    pub source_name: String,
    /// When.
    pub saved_at: Time,
}

/// Saves the members of a segment as a static list of the actor's own, with the key `list`; one that has been made already is
/// found.
///
/// # Errors
/// `Conflict` where its rules cannot be understood, `NotFound`.
pub fn save_members(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, list: Id) -> Result<Segment> {
    model::lock(connection, id)?;
    let from = model::find(connection, actor, id)?;
    if let Some(made) = segment::table.find(list).select(Segment::as_select()).first::<Segment>(connection).optional()? {
        return if actor.owns(made.created_by_id) { Ok(made) } else { Err(AppError::NotUnique("id".into())) };
    }
    let members = Members::of_segment(connection, &from, clock.into())?;
    let needs_attention = || {
        AppError::Conflict(format!("“{}” needs attention: one of its rules cannot be understood, so it has no members to save.", from.name))
    };
    let members = members.map_err(|_| needs_attention())?;
    let input = Input {
        name: free_name(connection, &format!("Members of {}", from.name.trim()))?,
        description: format!("Saved from the members of “{}”.", from.name),
        segment_type: SegmentType::Static.name().into(),
        status: Status::Active.name().into(),
        ..Input::default()
    };
    let draft =
        Draft::parse(&input, None, Scope::alone(clock.into())).map_err(|_| AppError::internal("a list without rules is refused"))?;
    let contacts = Change { add_all: Some(members.predicate().clone()), ..Change::default() };
    let edited = Edited::new(draft, ListChange { contacts, ..ListChange::default() }).by(How::Saved);
    let made = save::insert(connection, actor, clock, list, &edited)?.segment;
    let row = ListSource { segment_id: list, source_id: id, source_name: from.name, saved_at: Time(clock.now()) };
    diesel::insert_into(source::table).values(row).execute(connection)?;
    Ok(made)
}

/// What a list was saved from, as its reader may know it.
#[derive(Debug, Clone)]
pub struct Source {
    /// As it was when the list was saved.
    pub then: ListSource,
    /// As it is; `None` where it was deleted or is not the reader's to see: nothing says which.
    pub now: Option<Segment>,
}

/// How a list and its source have drifted apart, in contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drift {
    /// Members of the source who are not in the list and could be, but for those whom somebody took off it.
    pub joined: i64,
    /// How many those are.
    pub taken_off: i64,
    /// Listed contacts who came from the source and are no members of it any more.
    pub left: i64,
}

/// What the list of a segment was saved from; `None` where it was not.
pub fn find_source(connection: &mut AnyConnection, reader: &Actor, segment: Id) -> Result<Option<Source>> {
    let then: Option<ListSource> = source::table.find(segment).select(ListSource::as_select()).first(connection).optional()?;
    let Some(then) = then else { return Ok(None) };
    let now = match model::find(connection, reader, then.source_id) {
        Err(AppError::NotFound) => None,
        found => Some(found?),
    };
    Ok(Some(Source { then, now }))
}

/// Writes down of the copy of a list what that was saved from, and when, for whoever may see it.
pub(super) fn copy(connection: &mut AnyConnection, reader: &Actor, from: Id, to: Id) -> Result<()> {
    if let Some(Source { then, now: Some(_) }) = find_source(connection, reader, from)? {
        diesel::insert_into(source::table).values(ListSource { segment_id: to, ..then }).execute(connection)?;
    }
    Ok(())
}

impl Source {
    /// Its members now.
    ///
    /// # Errors
    /// The engine's. Why there are none comes back, as a sentence.
    pub fn members(&self, connection: &mut AnyConnection, calendar: Calendar) -> Result<Result<Members, String>> {
        let Some(now) = &self.now else {
            let name = &self.then.source_name;
            return Ok(Err(format!("“{name}”, from which this list was saved, is not there any more, or not yours to see.")));
        };
        let members = Members::of_segment(connection, now, calendar)?;
        Ok(members.map_err(|_| format!("“{}” needs attention: one of its rules cannot be understood, so nobody is in it now.", now.name)))
    }

    /// How far the list is from it now.
    ///
    /// # Errors
    /// The engine's. Why that cannot be said comes back, as a sentence.
    pub fn drift(&self, connection: &mut AnyConnection, calendar: Calendar) -> Result<Result<Drift, String>> {
        let members = match self.members(connection, calendar)? {
            Ok(members) => members,
            Err(why) => return Ok(Err(why)),
        };
        let mut count = |rows: fn(Id, &Sql) -> Sql| CONTACTS.source.count(connection, &rows(self.then.segment_id, members.predicate()));
        Ok(Ok(Drift { joined: count(joined)?, taken_off: count(taken_off)?, left: count(left)? }))
    }
}

/// Those of the members of its source who are not in a list and could be: not those whom somebody took off it on purpose.
pub fn joined(list: Id, members: &Sql) -> Sql {
    Sql::and([missing(list, members), was_taken_off(&CONTACTS, list).complement()])
}

fn taken_off(list: Id, members: &Sql) -> Sql {
    Sql::and([missing(list, members), was_taken_off(&CONTACTS, list)])
}

fn missing(list: Id, members: &Sql) -> Sql {
    let others = CONTACTS.source_key() + " NOT IN (" + listed_contacts(list) + ")";
    CONTACTS.is_to_be_listed(list, &Sql::and([members.clone(), others]))
}

/// Those whom a list has from its source, and who are not among the members of that any more. Whom somebody listed besides was
/// never in it, and is none of these.
pub fn left(list: Id, members: &Sql) -> Sql {
    CONTACTS.is_listed(list, &Sql::and([members.clone().complement(), came_by(&CONTACTS, list, How::Saved)]))
}
