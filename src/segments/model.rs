//! The segment itself: finding, adding, changing, deleting.
//!
//! Called by pages, commands and the API; each change is asked of the actor, counted and written to the history in the
//! caller's transaction. What an actor may not see is not found. Two people who save at once are told apart by the edit
//! version, read and compared in the saving transaction.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::draft::{Draft, FieldError};
use super::recalculate;
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::{Calendar, Problem, describe, json::pretty, resolve};
use crate::db::schema::{auth_user, crm_app_customersegment as segment};
use crate::db::schema::{
    crm_app_customersegment_static_companies as listed_companies, crm_app_customersegment_static_contacts as listed_contacts,
};
use crate::db::{AnyConnection, Id, Json, Time, lease};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, Object, record};
use crate::query::condition::folded;
use crate::query::text::{WHITE_SPACE, key};
use crate::query::{Column, Sql, Value as Bind};

/// The model's name in URLs and in the history.
pub const MODEL: &str = "customersegment";

/// How a segment's members come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentType {
    /// By rules.
    Dynamic,
    /// By a list.
    Static,
}

/// Whether a segment is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// In use; the job keeps its count.
    Active,
    /// The job leaves its count alone.
    Paused,
    /// Put away: only its status can be changed, it is never counted and cannot be used.
    Archived,
}

impl SegmentType {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dynamic => "dynamic",
            Self::Static => "static",
        }
    }

    /// The type of this stored name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Dynamic, Self::Static].into_iter().find(|kind| kind.name() == name)
    }
}

impl Status {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Archived => "archived",
        }
    }

    /// The status of this stored name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Archived].into_iter().find(|status| status.name() == name)
    }
}

/// A segment as it is stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = segment)]
pub struct Segment {
    /// Its key.
    pub id: Id,
    /// When it was made.
    pub created_at: Time,
    /// When its values were last changed; counting is no change.
    pub updated_at: Time,
    /// What people call it; unique without regard to case and outer blanks.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// See [`SegmentType`]; the CRM may have stored something else.
    pub segment_type: String,
    /// See [`Status`]; likewise.
    pub status: String,
    /// The filter criteria, of a static one too (they rest).
    pub filter_criteria: Json,
    /// The count of members at [`Segment::last_calculated_at`].
    pub member_count: i32,
    /// When it was counted; NULL: never.
    pub last_calculated_at: Option<Time>,
    /// Free words, separated by commas.
    pub tags: String,
    /// When a campaign last took it; NULL: never.
    pub last_used_at: Option<Time>,
    /// How many campaigns took it.
    pub times_used: i32,
    /// Its owner; NULL: it belongs to the Admins.
    pub created_by_id: Option<Id>,
}

impl Segment {
    /// How its members come about; what is not static is dynamic, as in the CRM.
    pub fn kind(&self) -> SegmentType {
        SegmentType::named(&self.segment_type).unwrap_or(SegmentType::Dynamic)
    }

    /// Whether it has been put away.
    pub fn is_archived(&self) -> bool {
        self.status == Status::Archived.name()
    }

    /// Whether `actor` may change it.
    pub fn is_changeable_by(&self, actor: &Actor) -> bool {
        actor.changes_segment(self.created_by_id)
    }

    /// What is wrong with its rules: then it has no members and cannot be used. Nothing for a static segment.
    pub fn broken_rules(&self, calendar: Calendar) -> Vec<Problem> {
        match self.kind() {
            SegmentType::Static => Vec::new(),
            SegmentType::Dynamic => resolve(&self.filter_criteria.0, calendar).err().unwrap_or_default(),
        }
    }

    /// Who is in, in words.
    pub fn summary(&self, calendar: Calendar) -> String {
        match self.kind() {
            SegmentType::Static => "Contacts listed by hand.".to_owned(),
            SegmentType::Dynamic => summary_of(&self.filter_criteria.0, calendar),
        }
    }

    /// A hash of the values that people edit. Counting, using and listing do not disturb it.
    pub fn version(&self) -> String {
        let values = json!([self.name, self.description, self.segment_type, self.status, self.tags, pretty(&self.filter_criteria.0)]);
        let digest = Sha256::digest(values.to_string());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The object that history speaks of.
    pub fn object(&self) -> Object {
        Object { model: MODEL, id: self.id.to_string(), name: self.name.clone() }
    }
}

/// The sentence of a document, or what is wrong with it.
pub fn summary_of(document: &Value, calendar: Calendar) -> String {
    match resolve(document, calendar) {
        Ok(criteria) => describe(&criteria),
        Err(problems) => {
            let said: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.place(), problem.detail)).collect();
            format!("Nobody, because the rules cannot be understood. {}", said.join(" "))
        }
    }
}

/// Why a segment was not saved.
#[derive(Debug)]
pub enum SaveError {
    /// These fields need another value.
    Fields(Vec<FieldError>),
    /// It may not be changed in the state it is in; the sentence says why.
    Refused(String),
    /// Somebody else saved it meanwhile; this is what it is now.
    Stale(Box<Segment>),
    /// Anything else.
    Failed(AppError),
}

impl<E: Into<AppError>> From<E> for SaveError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The predicate of the segments that `actor` sees.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.is_admin() {
        return Sql::all();
    }
    let active = Sql::from("crm_app_customersegment.status = 'active'");
    match actor.id {
        Some(id) => Sql::or([active, Sql::from("crm_app_customersegment.created_by_id = ") + Bind::Id(id)]).grouped(),
        None => active,
    }
}

/// The segment with this key, if `actor` sees it.
///
/// # Errors
/// `NotFound`.
pub fn find(connection: &mut AnyConnection, actor: &Actor, id: Id) -> Result<Segment> {
    let found: Segment = segment::table.find(id).select(Segment::as_select()).first(connection)?;
    if actor.sees_segment(found.created_by_id, found.status == Status::Active.name()) { Ok(found) } else { Err(AppError::NotFound) }
}

/// The segment of this name (case and outer blanks ignored), if `actor` sees it.
///
/// # Errors
/// `NotFound`.
pub fn find_by_name(connection: &mut AnyConnection, actor: &Actor, name: &str) -> Result<Segment> {
    let found: Segment =
        segment::table.filter(is_called(name)).order(segment::created_at).select(Segment::as_select()).first(connection)?;
    if actor.sees_segment(found.created_by_id, found.status == Status::Active.name()) { Ok(found) } else { Err(AppError::NotFound) }
}

/// Every segment that `actor` sees, by name.
pub fn list(connection: &mut AnyConnection, actor: &Actor) -> Result<Vec<Segment>> {
    Ok(segment::table.filter(visible_to(actor)).order((segment::name, segment::id)).select(Segment::as_select()).load(connection)?)
}

/// The name of the segment's owner: full name, else username; `None` without owner.
pub fn owner_name(connection: &mut AnyConnection, owner: Option<Id>) -> Result<Option<String>> {
    let Some(id) = owner else { return Ok(None) };
    let columns = (auth_user::username, auth_user::first_name, auth_user::last_name);
    let user: Option<(String, String, String)> = auth_user::table.find(id).select(columns).first(connection).optional()?;
    Ok(user.map(|(username, first, last)| {
        let full = format!("{first} {last}").trim().to_owned();
        if full.is_empty() { username } else { full }
    }))
}

/// Adds a segment; its owner is `actor`.
///
/// # Errors
/// See [`SaveError`]; `Fields` when the name is taken.
pub fn insert(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, draft: &Draft) -> Result<Segment, SaveError> {
    let id = Id::new();
    let now = Time(clock.now());
    refuse_twin(connection, draft.name(), None)?;
    diesel::insert_into(segment::table)
        .values((
            (segment::id.eq(id), segment::created_at.eq(now), segment::updated_at.eq(now), segment::created_by_id.eq(actor.id)),
            values_of(draft),
            (segment::member_count.eq(0), segment::times_used.eq(0)),
        ))
        .execute(connection)
        .map_err(name_taken)?;
    let added: Segment = segment::table.find(id).select(Segment::as_select()).first(connection)?;
    record(connection, NewEvent::new(actor, clock.now(), Action::Added, added.object(), "Added.").values(Value::Null, draft.as_json()))?;
    Ok(added)
}

/// Changes a segment that was last read as `version`.
///
/// # Errors
/// See [`SaveError`].
pub fn update(
    connection: &mut AnyConnection,
    actor: &Actor,
    clock: &Clock,
    id: Id,
    version: &str,
    draft: &Draft,
) -> Result<Segment, SaveError> {
    let before = find_for_change(connection, actor, id)?;
    if before.version() != version {
        return Err(SaveError::Stale(Box::new(before)));
    }
    let changed = draft.changed_fields(&before);
    if before.is_archived() && changed.iter().any(|field| *field != "Status") {
        return Err(SaveError::Refused(
            "An archived segment changes nothing but its status. Set the status to Active or Paused, save, and then make the other changes.".into(),
        ));
    }
    if changed.contains(&"Name") {
        refuse_twin(connection, draft.name(), Some(id))?;
    }
    if !changed.is_empty() {
        let target = segment::table.find(id);
        diesel::update(target)
            .set((values_of(draft), segment::updated_at.eq(Time(clock.now()))))
            .execute(connection)
            .map_err(name_taken)?;
    }
    let after: Segment = segment::table.find(id).select(Segment::as_select()).first(connection)?;
    let (old, new) = draft.differences(&before, clock.into());
    let message = if changed.is_empty() {
        "No fields changed.".to_owned()
    } else {
        format!("Changed {}.", crate::query::text::list(&changed.iter().map(ToString::to_string).collect::<Vec<_>>(), "and"))
    };
    record(connection, NewEvent::new(actor, clock.now(), Action::Changed, after.object(), message).values(old, new))?;
    Ok(after)
}

/// Counts a segment that was just saved, if it is not put away, and notes the count at the event of the save.
pub fn count_saved(connection: &mut AnyConnection, clock: &Clock, saved: Segment) -> Result<Segment> {
    if saved.is_archived() {
        return Ok(saved);
    }
    recalculate::recalculate(connection, clock, &saved)?;
    Ok(segment::table.find(saved.id).select(Segment::as_select()).first(connection)?)
}

/// Deletes a segment with what it lists, in the caller's transaction.
///
/// # Errors
/// `NotFound`, or `Forbidden` with the sentence why.
pub fn delete(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id) -> Result<Segment> {
    let gone = find_for_change(connection, actor, id)?;
    // Django keeps its cascades in Python: on a shared database the rows would stay and the delete would fail.
    diesel::delete(listed_contacts::table.filter(listed_contacts::customersegment_id.eq(id))).execute(connection)?;
    diesel::delete(listed_companies::table.filter(listed_companies::customersegment_id.eq(id))).execute(connection)?;
    diesel::delete(segment::table.find(id)).execute(connection)?;
    let before = Draft::stored(&gone).as_json();
    let event = NewEvent::new(actor, clock.now(), Action::Deleted, gone.object(), "Deleted.").values(before, Value::Null);
    record(connection, event.counts(Some(gone.member_count), None))?;
    Ok(gone)
}

/// The segment, if `actor` may change it.
///
/// # Errors
/// `NotFound` when they may not even see it, `Forbidden` with the sentence why.
pub fn find_for_change(connection: &mut AnyConnection, actor: &Actor, id: Id) -> Result<Segment> {
    let found = find(connection, actor, id)?;
    if found.is_changeable_by(actor) {
        return Ok(found);
    }
    let owner = owner_name(connection, found.created_by_id)?.unwrap_or_else(|| "the Admins".to_owned());
    Err(AppError::Forbidden(format!(
        "Only its owner ({owner}) and Admins may change the segment “{}”. You may duplicate it and use its members.",
        found.name
    )))
}

/// Refuses a name that another segment has, whatever its case and outer blanks; others who save it wait for this
/// transaction. Twins that the CRM made stay as they are.
fn refuse_twin(connection: &mut AnyConnection, name: &str, own: Option<Id>) -> Result<(), SaveError> {
    lease::lock(connection, &format!("segment name {}", key(name)))?;
    let others: Vec<Id> = segment::table.filter(is_called(name)).select(segment::id).load(connection)?;
    if others.iter().any(|id| Some(*id) != own) { Err(SaveError::Fields(vec![FieldError::name_taken()])) } else { Ok(()) }
}

static NAME: Column = Column::new(segment::name, "crm_app_customersegment", "name");

fn is_called(name: &str) -> Sql {
    Sql::from("trim(") + folded(&NAME) + ", " + Bind::Text(WHITE_SPACE.to_owned()) + ") = " + Bind::Text(key(name))
}

fn name_taken(error: diesel::result::Error) -> SaveError {
    match AppError::from(error) {
        AppError::NotUnique(_) => SaveError::Fields(vec![FieldError::name_taken()]),
        other => SaveError::Failed(other),
    }
}

type Values<'a> = (
    diesel::dsl::Eq<segment::name, &'a str>,
    diesel::dsl::Eq<segment::description, &'a str>,
    diesel::dsl::Eq<segment::segment_type, &'static str>,
    diesel::dsl::Eq<segment::status, &'static str>,
    diesel::dsl::Eq<segment::tags, &'a str>,
    diesel::dsl::Eq<segment::filter_criteria, Json>,
);

fn values_of(draft: &Draft) -> Values<'_> {
    (
        segment::name.eq(draft.name()),
        segment::description.eq(draft.description()),
        segment::segment_type.eq(draft.kind().name()),
        segment::status.eq(draft.status().name()),
        segment::tags.eq(draft.tags()),
        segment::filter_criteria.eq(Json(draft.filter_criteria().clone())),
    )
}

/// When its count is older than its values or its list, or than `oldest`.
pub fn is_stale(segment: &Segment, oldest: Option<DateTime<Utc>>) -> bool {
    if segment.status != Status::Active.name() {
        return false;
    }
    segment.last_calculated_at.is_none_or(|counted| counted < segment.updated_at || oldest.is_some_and(|oldest| counted.0 < oldest))
}
