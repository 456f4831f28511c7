//! Adding, changing and deleting segments.
//!
//! Called by the form, commands and the API, in their transaction: the row, its list, its count and its event are kept
//! together or not at all. Who may is asked here again, whatever the page has asked before. That nobody's save overwrites
//! another's unseen is the caller's to see to, in the same transaction: it hands in the row as it compared it. What the
//! rules select, and what a list comes to that stays as it is, is counted before the transaction begins ([`Edited::counted`]), so
//! that nobody waits for it.

use std::borrow::Cow;

use diesel::prelude::*;
use serde_json::Value;

use super::draft::Draft;
use super::freshness;
use super::listed::{self, How, ListChange, ListChanged, Stamp};
use super::members::Members;
use super::model::{self, Segment, Status};
use super::recalculate::{Tally, count_saved};
use super::references::{Deed, require_sound, require_still_sound, require_unreferred, sound_referrers};
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::Problem;
use crate::criteria::warnings::warnings;
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::schema::{
    crm_app_customersegment_static_companies as listed_companies, crm_app_customersegment_static_contacts as listed_contacts,
};
use crate::db::{AnyConnection, Id, Json, Time, lease};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};
use crate::query::text;

/// What is to be saved.
#[derive(Debug, Clone)]
pub struct Edited {
    /// The values.
    pub draft: Draft,
    /// What changes of the list.
    pub list: ListChange,
    /// By which way it changes.
    how: How,
    /// When the version was saved that is restored by this, as a sentence says it.
    restores: Option<String>,
    /// How many the rules select, where that has been counted.
    tally: Option<Tally>,
    /// The segment as it was when its list was counted, which is to stay as it is.
    listing: Option<Segment>,
    /// What is worth knowing of the rules, where they have been counted.
    pub warnings: Vec<Problem>,
}

/// What was saved.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The segment as it is now.
    pub segment: Segment,
    /// What changed of its list.
    pub list: ListChanged,
    /// The batch that this was; `None` where the list is as it was.
    pub batch: Option<Id>,
}

impl Edited {
    /// Not counted yet: that is done while it is saved.
    pub fn new(draft: Draft, list: ListChange) -> Self {
        Self { draft, list, how: How::Picker, restores: None, tally: None, listing: None, warnings: Vec::new() }
    }

    /// The same, whose list changes by another way than the picker.
    #[must_use]
    pub fn by(self, how: How) -> Self {
        Self { how, ..self }
    }

    /// The same, as what restores the version that was saved then.
    #[must_use]
    pub fn restoring(self, when: Option<&str>) -> Self {
        Self { restores: when.map(str::to_owned), ..self }
    }

    /// Counted now, in a transaction that only reads: the rules, or the list of the segment `stored` where nothing of it
    /// changes. Where it does, it is counted while it is saved, after it was changed. One that is put away is not counted.
    pub fn counted(
        connection: &mut AnyConnection,
        clock: &Clock,
        stored: Option<&Segment>,
        (draft, list): (Draft, ListChange),
    ) -> Result<Self> {
        if draft.status() == Status::Archived {
            return Ok(Self::new(draft, list));
        }
        if let Some(criteria) = draft.criteria() {
            let tally = Tally::of(connection, clock, &Members::of_criteria(criteria))?;
            let warnings = warnings(connection, criteria)?;
            return Ok(Self { tally: Some(tally), warnings, ..Self::new(draft, list) });
        }
        let Some(stored) = stored.filter(|_| list.is_empty()) else { return Ok(Self::new(draft, list)) };
        let tally = Tally::of(connection, clock, &Members::listed_in(stored.id))?;
        Ok(Self { tally: Some(tally), listing: Some(stored.clone()), ..Self::new(draft, list) })
    }

    /// The same without a count of the list of `before`, which somebody has changed since: it is counted again.
    fn still_true(&self, before: &Segment) -> Cow<'_, Self> {
        let is_true = self.listing.as_ref().is_none_or(|counted| before.has_members_of(counted));
        if is_true { Cow::Borrowed(self) } else { Cow::Owned(Self { tally: None, ..self.clone() }) }
    }
}

impl Edited {
    /// When the values were as they are saved: the count that was taken of them is true from the same moment.
    fn moment(&self, clock: &Clock) -> Time {
        self.tally.as_ref().map_or_else(|| Time(clock.now()), |tally| tally.at)
    }
}

/// Adds a segment with the key `id`; its owner is `actor`.
///
/// # Errors
/// `NotUnique` when another segment has the name.
pub fn insert(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, edited: &Edited) -> Result<Saved> {
    let (now, draft) = (edited.moment(clock), &edited.draft);
    refuse_twin(connection, draft.name(), None)?;
    require_sound(connection, actor, clock, (id, None), draft)?;
    diesel::insert_into(segment::table)
        .values((
            (segment::id.eq(id), segment::created_at.eq(now), segment::updated_at.eq(now), segment::created_by_id.eq(actor.id)),
            values_of(draft),
            criteria_of(draft),
            (segment::member_count.eq(0), segment::times_used.eq(0)),
        ))
        .execute(connection)?;
    let added = stored(connection, id)?;
    let stamp = Stamp::new(actor, clock, edited.how);
    let list = listed::change(connection, &added, &edited.list, &stamp, actor.is_shared)?;
    let added = count_saved(connection, clock, added, edited.tally.as_ref())?;
    let event = NewEvent::new(actor, clock.now(), Action::Added, added.object(), "Added.").values(Value::Null, draft.as_json());
    record(connection, event.counts(None, Some(added.member_count)).batch(stamp.of(&list)))?;
    Ok(Saved { segment: added, batch: stamp.of(&list), list })
}

/// Changes the segment that is stored as `before`.
///
/// # Errors
/// `Forbidden` with the sentence why, `Conflict` for more than the status of an archived segment, `NotUnique` when another
/// segment has the name.
pub fn update(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, before: &Segment, edited: &Edited) -> Result<Saved> {
    require_change(connection, actor, before)?;
    let edited = &*edited.still_true(before);
    let draft = &edited.draft;
    let mut changed = draft.changed_fields(before);
    if before.is_archived() && (changed.iter().any(|field| *field != "Status") || !edited.list.is_empty()) {
        return Err(AppError::Conflict(
            "An archived segment changes nothing but its status. Set the status to Active or Paused, save, and then make the other changes.".into(),
        ));
    }
    if changed.contains(&"Name") {
        refuse_twin(connection, draft.name(), Some(before.id))?;
    }
    let selects_as_before = draft.selects_as(before);
    let referrers = if selects_as_before { Vec::new() } else { sound_referrers(connection, clock, before.id)? };
    if !selects_as_before {
        require_sound(connection, actor, clock, (before.id, Some(before)), draft)?;
    }
    if draft.status() == Status::Archived && !before.is_archived() {
        require_unreferred(connection, actor, &[before], Deed::Archive)?;
    }
    let stamp = Stamp::new(actor, clock, edited.how);
    let list = listed::change(connection, before, &edited.list, &stamp, actor.is_shared)?;
    if !changed.is_empty() || !list.is_nothing() {
        write(connection, before, draft, edited.moment(clock), list.is_nothing())?;
    }
    require_still_sound(connection, actor, clock, &referrers)?;
    let saved = stored(connection, before.id)?;
    let after = count_saved(connection, clock, saved, edited.tally.as_ref())?;
    let (old, new) = draft.differences(before);
    let lists = [(list.contacts, "Listed contacts"), (list.companies, "Listed companies")];
    changed.extend(lists.iter().filter(|(list, _)| !list.is_nothing()).map(|(_, label)| *label));
    let event = NewEvent::new(actor, clock.now(), Action::Changed, after.object(), message(edited, &changed, &list));
    // A save that changed nothing is no version of its own.
    let event = if changed.is_empty() { event } else { event.values(old, new) };
    record(connection, event.counts(Some(before.member_count), Some(after.member_count)).batch(stamp.of(&list)))?;
    Ok(Saved { segment: after, batch: stamp.of(&list), list })
}

/// Writes the values of `draft` over those of `before`.
fn write(connection: &mut AnyConnection, before: &Segment, draft: &Draft, now: Time, has_same_list: bool) -> Result<()> {
    let since = freshness::find_members_changed_at(connection, before)?;
    // Untouched criteria are not written again: another program may have laid them out in its own way.
    let criteria = draft.changed_fields(before).contains(&"Filter criteria").then(|| criteria_of(draft));
    diesel::update(segment::table.find(before.id)).set((values_of(draft), criteria, segment::updated_at.eq(now))).execute(connection)?;
    if has_same_list && draft.selects_as(before) {
        freshness::keep(connection, before.id, now, since)?;
    }
    Ok(())
}

/// Deletes segments with what they list.
///
/// # Errors
/// `Forbidden` with the sentence why; `Conflict` where others, which stay, name one of them in their rules.
pub fn delete(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, gone: &[&Segment]) -> Result<()> {
    gone.iter().try_for_each(|gone| require_change(connection, actor, gone))?;
    require_unreferred(connection, actor, gone, Deed::Delete)?;
    gone.iter().try_for_each(|gone| delete_one(connection, actor, clock, gone))
}

fn delete_one(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, gone: &Segment) -> Result<()> {
    // Django keeps its cascades in Python: on a shared database the rows would stay and the delete would fail.
    diesel::delete(listed_contacts::table.filter(listed_contacts::customersegment_id.eq(gone.id))).execute(connection)?;
    diesel::delete(listed_companies::table.filter(listed_companies::customersegment_id.eq(gone.id))).execute(connection)?;
    diesel::delete(segment::table.find(gone.id)).execute(connection)?;
    let before = Draft::stored(gone).as_json();
    let event = NewEvent::new(actor, clock.now(), Action::Deleted, gone.object(), "Deleted.").values(before, Value::Null);
    record(connection, event.counts(Some(gone.member_count), None))
}

/// Whether `actor` may change this segment.
///
/// # Errors
/// `Forbidden` with the sentence why.
pub fn require_change(connection: &mut AnyConnection, actor: &Actor, segment: &Segment) -> Result<()> {
    if segment.is_changeable_by(actor) {
        return Ok(());
    }
    let owner = model::find_row(connection, actor, segment.id)?.owner.map_or_else(|| "the Admins".to_owned(), |owner| owner.name());
    Err(refusal(&segment.name, &owner))
}

/// The sentence for somebody else's segment.
pub fn refusal(segment: &str, owner: &str) -> AppError {
    AppError::Forbidden(format!("Only its owner ({owner}) and Admins may change the segment “{segment}”."))
}

fn stored(connection: &mut AnyConnection, id: Id) -> Result<Segment> {
    Ok(segment::table.find(id).select(Segment::as_select()).first(connection)?)
}

/// "Changed Status and Tags.", "Changed Listed contacts (3 contacts added).", "Restored the version of …".
fn message(edited: &Edited, changed: &[&str], list: &ListChanged) -> String {
    if changed.is_empty() {
        return "No fields changed.".to_owned();
    }
    let fields = text::list(&changed.iter().map(ToString::to_string).collect::<Vec<_>>(), "and");
    if let Some(when) = &edited.restores {
        return format!("Restored the version of {when}: changed {fields}.");
    }
    if list.is_nothing() { format!("Changed {fields}.") } else { format!("Changed {fields} ({}).", list.in_words()) }
}

/// Refuses a name that another segment has, whatever its case and outer blanks; others who save it wait for this
/// transaction. Twins that the CRM made stay as they are.
fn refuse_twin(connection: &mut AnyConnection, name: &str, own: Option<Id>) -> Result<()> {
    lease::lock(connection, &format!("segment name {}", text::key(name)))?;
    if is_taken(connection, name, own)? { Err(AppError::NotUnique("name".into())) } else { Ok(()) }
}

/// Whether another segment than `own` has this name, whatever its case and outer blanks.
pub fn is_taken(connection: &mut AnyConnection, name: &str, own: Option<Id>) -> Result<bool> {
    let others: Vec<Id> = segment::table.filter(model::is_called(name)).select(segment::id).load(connection)?;
    Ok(others.iter().any(|id| Some(*id) != own))
}

type Values<'a> = (
    diesel::dsl::Eq<segment::name, &'a str>,
    diesel::dsl::Eq<segment::description, &'a str>,
    diesel::dsl::Eq<segment::segment_type, &'static str>,
    diesel::dsl::Eq<segment::status, &'static str>,
    diesel::dsl::Eq<segment::tags, &'a str>,
);

fn values_of(draft: &Draft) -> Values<'_> {
    (
        segment::name.eq(draft.name()),
        segment::description.eq(draft.description()),
        segment::segment_type.eq(draft.kind().name()),
        segment::status.eq(draft.status().name()),
        segment::tags.eq(draft.tags()),
    )
}

fn criteria_of(draft: &Draft) -> diesel::dsl::Eq<segment::filter_criteria, Json> {
    segment::filter_criteria.eq(Json(draft.filter_criteria().clone()))
}
