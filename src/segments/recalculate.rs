//! Counting a segment again, so that the cached count is what the one query says.
//!
//! Called after saving, by pages, by the command line and by the job; of those that want the same at the same moment one
//! counts (`flight`). Counting and storing are two steps: a count may take seconds, and on SQLite one writer holds up all
//! others, so it is taken in a reading transaction and stored in a short writing one, if type, criteria and list are still
//! those that were counted. A count that lost against a change is thrown away, and so is one that comes after a newer one.

use std::time::Duration;

use diesel::prelude::*;

use super::flight::one_at_a_time;
use super::members::Members;
use super::model::{self, Segment};
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::Problem;
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::{AnyConnection, Db, Time};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};

/// A count that is not stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many members; none where the rules are broken.
    pub count: i32,
    /// What is wrong with the rules.
    pub broken: Vec<Problem>,
    /// When it was true.
    pub at: Time,
}

/// What came of counting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Counted and stored; what is stored by now, where another count was newer.
    Counted(i32),
    /// Its rules are broken: nobody is in it, and that is what was stored.
    Broken(Vec<Problem>),
    /// Somebody changed it meanwhile; nothing was stored.
    Overtaken,
}

impl Tally {
    /// Counts; writes nothing.
    pub fn of(connection: &mut AnyConnection, clock: &Clock, members: &Members) -> Result<Self> {
        let at = Time(clock.now());
        let count = i32::try_from(members.count(connection)?).map_err(AppError::internal)?;
        Ok(Self { count, broken: Vec::new(), at })
    }

    /// Counts a segment; writes nothing.
    pub fn of_segment(connection: &mut AnyConnection, clock: &Clock, segment: &Segment) -> Result<Self> {
        match Members::of_segment(connection, segment, clock.into())? {
            Ok(members) => Self::of(connection, clock, &members),
            Err(broken) => Ok(Self { count: 0, broken, at: Time(clock.now()) }),
        }
    }
}

/// Counts a segment that this very transaction has written, unless it is put away or counted already; as it is then.
pub(super) fn count_saved(connection: &mut AnyConnection, clock: &Clock, saved: Segment, tally: Option<&Tally>) -> Result<Segment> {
    if saved.is_archived() {
        return Ok(saved);
    }
    let tally = match tally {
        Some(tally) => tally.clone(),
        None => Tally::of_segment(connection, clock, &saved)?,
    };
    match store(connection, &saved, &tally)? {
        Outcome::Counted(_) | Outcome::Broken(_) => Ok(segment::table.find(saved.id).select(Segment::as_select()).first(connection)?),
        // The transaction has written the row: nobody else can have.
        Outcome::Overtaken => Err(AppError::internal("a segment changed while it was saved")),
    }
}

/// Counts a segment and stores the count, however long it takes; waits for both.
///
/// # Errors
/// `Conflict` for an archived segment, which is never counted.
pub fn recalculate(db: &Db, clock: &Clock, counted: &Segment) -> Result<Outcome> {
    let tally = count(db, clock, counted, None)?;
    db.write_blocking(|connection| store(connection, counted, &tally))
}

/// [`recalculate`] for somebody who asks for it: that and what came of it is written down. `who` is asked in the
/// transaction that writes, for counting may take long.
///
/// # Errors
/// Those of [`recalculate`] and of `who`.
pub fn count_again(db: &Db, who: impl Fn(&mut AnyConnection) -> Result<Actor>, clock: &Clock, counted: &Segment) -> Result<Outcome> {
    let tally = count(db, clock, counted, Some(db.options().statement_timeout))?;
    db.write_blocking(|connection| {
        let actor = &who(connection)?;
        model::lock(connection, counted.id)?;
        // They may not see it any more.
        let before = match model::find(connection, actor, counted.id) {
            Err(AppError::NotFound) => return Ok(Outcome::Overtaken),
            found => found?,
        };
        let outcome = store(connection, counted, &tally)?;
        let count = match outcome {
            Outcome::Overtaken => return Ok(outcome),
            Outcome::Counted(count) => count,
            Outcome::Broken(_) => 0,
        };
        let event = NewEvent::new(actor, clock.now(), Action::Counted, before.object(), "Counted again.");
        record(connection, event.counts(Some(before.member_count), Some(count)))?;
        Ok(outcome)
    })
}

/// Counts in a transaction that only reads, unless somebody is counting the same; who has `patience` wants to know what is so now.
fn count(db: &Db, clock: &Clock, counted: &Segment, patience: Option<Duration>) -> Result<Tally> {
    require_countable(counted)?;
    one_at_a_time(db, counted, patience, || db.read_unhurried(|connection| Tally::of_segment(connection, clock, counted)))
}

/// Stores the count of `counted`. `updated_at` stays: counting is no change.
///
/// # Errors
/// `Conflict` for an archived segment.
pub fn store(connection: &mut AnyConnection, counted: &Segment, tally: &Tally) -> Result<Outcome> {
    require_countable(counted)?;
    // Compared under the row's lock: a save or a change of the list that came meanwhile has counted for itself.
    model::lock(connection, counted.id)?;
    let now: Option<Segment> = segment::table.find(counted.id).select(Segment::as_select()).first(connection).optional()?;
    let Some(now) = now.filter(|now| now.has_members_of(counted) && !now.is_archived()) else { return Ok(Outcome::Overtaken) };
    // Who began later may store first. What the row said before is no such count, though a clock may have been set back since.
    if now.last_calculated_at != counted.last_calculated_at && now.last_calculated_at > Some(tally.at) {
        return Ok(Outcome::Counted(now.member_count));
    }
    let stored = (segment::member_count.eq(tally.count), segment::last_calculated_at.eq(tally.at));
    diesel::update(segment::table.find(counted.id)).set(stored).execute(connection)?;
    Ok(if tally.broken.is_empty() { Outcome::Counted(tally.count) } else { Outcome::Broken(tally.broken.clone()) })
}

fn require_countable(counted: &Segment) -> Result<()> {
    if counted.is_archived() {
        return Err(AppError::Conflict(format!("“{}” is archived and is not counted.", counted.name)));
    }
    Ok(())
}
