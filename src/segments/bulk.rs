//! What is done to several segments at once, in one transaction: status, tags, copies.
//!
//! Called by the actions of the list and by the object tools. Counting is not done here: a status and a tag change
//! nobody's membership, and a copy has the members of its original; that is written down in `freshness`.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::{Value, json};

use super::draft::Draft;
use super::draft::MAX_NAME;
use super::freshness;
use super::list_source;
use super::listed;
use super::model::{self, Segment, Status};
use super::references::{Deed, require_unreferred};
use super::save::{is_taken, require_change};
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::{AnyConnection, Id, Time, lease};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};
use crate::query::text;

/// The most characters of the tags.
const MAX_TAGS: usize = 500;

/// Sets the status of all of them; of how many, for some may have it already. Those that are archived together do not keep one
/// another from it, whichever comes first.
///
/// # Errors
/// `Forbidden` with the sentence why, `Conflict` where others, which are not put away, name what is to be archived, `NotFound`.
pub fn set_status(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, ids: &[Id], status: Status) -> Result<usize> {
    let mut others = Vec::new();
    for id in ids {
        let found = locked(connection, actor, *id)?;
        others.extend((found.status != status.name()).then_some(found));
    }
    if status == Status::Archived {
        require_unreferred(connection, actor, &others.iter().collect::<Vec<_>>(), Deed::Archive)?;
    }
    others.iter().try_for_each(|before| set_status_of(connection, actor, clock, before, status))?;
    Ok(others.len())
}

fn set_status_of(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, before: &Segment, status: Status) -> Result<()> {
    let id = before.id;
    let (now, since) = (Time(clock.now()), freshness::find_members_changed_at(connection, before)?);
    diesel::update(segment::table.find(id)).set((segment::status.eq(status.name()), segment::updated_at.eq(now))).execute(connection)?;
    // Nobody counted while it was put away: an active one says how old its count is.
    if status != Status::Active {
        freshness::keep(connection, id, now, since)?;
    }
    let event = NewEvent::new(actor, clock.now(), Action::Changed, before.object(), "Changed Status.");
    let after = Draft::stored(&Segment { status: status.name().into(), ..before.clone() });
    record(connection, event.values(json!({"status": before.status}), after.as_json()))
}

/// Adds a tag, or several with commas between them; `false` when it has them already, case ignored.
///
/// # Errors
/// `Forbidden` with the sentence why, `Conflict` for an archived segment, for nothing but commas and for tags that have no
/// room, `NotFound`.
pub fn add_tag(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, tag: &str) -> Result<bool> {
    let before = locked(connection, actor, id)?;
    if before.is_archived() {
        return Err(AppError::Conflict(format!("“{}” is archived: only its status can be changed.", before.name)));
    }
    let (typed, mut known) = (text::nfc(tag.trim()), HashSet::new());
    if model::tags_of(&typed).all(text::is_invisible) {
        return Err(AppError::Conflict(format!("“{typed}” is no tag.")));
    }
    known.extend(model::tags_of(&before.tags).map(text::key));
    let new: Vec<&str> = model::tags_of(&typed).filter(|tag| !text::is_invisible(tag) && known.insert(text::key(tag))).collect();
    if new.is_empty() {
        return Ok(false);
    }
    let tag = new.join(", ");
    let tags = if text::is_blank(&before.tags) { tag } else { format!("{}, {tag}", before.tags.trim_end_matches([',', ' '])) };
    if tags.chars().count() > MAX_TAGS {
        return Err(AppError::Conflict(format!("The tags of “{}” have no room for another one.", before.name)));
    }
    let (now, since) = (Time(clock.now()), freshness::find_members_changed_at(connection, &before)?);
    diesel::update(segment::table.find(id)).set((segment::tags.eq(&tags), segment::updated_at.eq(now))).execute(connection)?;
    freshness::keep(connection, id, now, since)?;
    let event = NewEvent::new(actor, clock.now(), Action::Changed, before.object(), "Changed Tags.");
    let after = Draft::stored(&Segment { tags, ..before.clone() });
    record(connection, event.values(json!({"tags": before.tags}), after.as_json()))?;
    Ok(true)
}

/// A copy that is to be made.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The key that it has, which nobody else's segment ever had.
    pub key: Id,
    /// What it is called; `None`: "Copy of NAME", or with the first number that is free.
    pub name: Option<String>,
    /// Whether it says what its original is for, before what it was cloned from.
    pub keeps_description: bool,
}

impl Copy {
    /// One with this key, called and described after its original.
    pub fn new(key: Id) -> Self {
        Self { key, name: None, keeps_description: true }
    }

    fn description(&self, original: &Segment) -> String {
        let described = if self.keeps_description { original.description.trim_end() } else { "" };
        format!("{described}\n\nCloned from: {}", original.name).trim_start().to_owned()
    }
}

/// Copies a segment, with its list (without its private notes, if it is somebody else's), for `actor`: active, not used yet, with the count of its original, as old as that. One
/// that has been made already is found.
///
/// # Errors
/// `NotFound`; `NotUnique` when the name is taken.
pub fn duplicate(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, copy: &Copy) -> Result<Segment> {
    // Neither its list nor its count changes before both are copied.
    model::lock(connection, id)?;
    let original = model::find(connection, actor, id)?;
    if let Some(made) = segment::table.find(copy.key).select(Segment::as_select()).first(connection).optional()? {
        return if actor.owns(made.created_by_id) { Ok(made) } else { Err(AppError::NotUnique("id".into())) };
    }
    let name = match copy.name.as_ref().map(|name| text::nfc(name.trim())) {
        Some(name) if take(connection, &name)? => name,
        Some(_) => return Err(AppError::NotUnique("name".into())),
        None => free_name(connection, &format!("Copy of {}", original.name.trim()))?,
    };
    let now = Time(clock.now());
    let copy = Segment {
        id: copy.key,
        created_at: now,
        updated_at: now,
        description: copy.description(&original),
        status: Status::Active.name().into(),
        last_used_at: None,
        times_used: 0,
        created_by_id: actor.id,
        name,
        ..original.clone()
    };
    diesel::insert_into(segment::table).values(&copy).execute(connection)?;
    let since = freshness::find_members_changed_at(connection, &original)?;
    if original.status == Status::Active.name() {
        freshness::keep(connection, copy.id, now, since)?;
    }
    if !actor.is_shared {
        listed::keep_listed(connection, original.id)?;
    }
    let sees_notes = original.is_changeable_by(actor);
    [&listed::CONTACTS, &listed::COMPANIES].into_iter().try_for_each(|side| side.copy(connection, original.id, copy.id, sees_notes))?;
    list_source::copy(connection, actor, original.id, copy.id)?;
    let event = NewEvent::new(actor, clock.now(), Action::Added, copy.object(), format!("Cloned from “{}”.", original.name));
    record(connection, event.values(Value::Null, Draft::stored(&copy).as_json()).counts(None, Some(copy.member_count)))?;
    Ok(copy)
}

/// Makes others who want this name wait until the transaction ends; whether it is still free.
fn take(connection: &mut AnyConnection, name: &str) -> Result<bool> {
    lease::lock(connection, &format!("segment name {}", text::key(name)))?;
    Ok(!is_taken(connection, name, None)?)
}

/// "Copy of NAME", "Copy of NAME 2", …; cut where it would be too long. Of two who copy at once, the second waits for the
/// name that both found free, and goes on to the next.
pub(super) fn free_name(connection: &mut AnyConnection, first: &str) -> Result<String> {
    for number in 1..=1_000 {
        let ending = if number == 1 { String::new() } else { format!(" {number}") };
        let room = MAX_NAME - ending.chars().count();
        let name: String = first.chars().take(room).collect();
        let name = format!("{}{ending}", name.trim_end());
        if take(connection, &name)? {
            return Ok(name);
        }
    }
    Err(AppError::Conflict(format!("There are a thousand segments that are called “{first}” already.")))
}

/// The segment as it is, with others who would change it waiting; one that the actor may change.
fn locked(connection: &mut AnyConnection, actor: &Actor, id: Id) -> Result<Segment> {
    model::lock(connection, id)?;
    let found = model::find(connection, actor, id)?;
    require_change(connection, actor, &found)?;
    Ok(found)
}
