//! Counting a segment again, so that the cached count is what the one query says.
//!
//! Called after saving, by the command line and (later) by the job. The count is stored only if type, criteria and list are
//! still those that were counted; a count that lost against a change is thrown away.

use diesel::prelude::*;

use super::members::Members;
use super::model::{self, Segment};
use crate::clock::Clock;
use crate::criteria::{Calendar, Problem};
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::{AnyConnection, Time};
use crate::error::{AppError, Result};

/// What came of counting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Counted and stored.
    Counted(i32),
    /// Its rules are broken: nobody is in it, and that is what was stored.
    Broken(Vec<Problem>),
    /// Somebody changed it meanwhile; nothing was stored.
    Overtaken,
}

/// Counts `counted` and stores the count, in the caller's transaction. `updated_at` stays: counting is no change.
///
/// # Errors
/// `Conflict` for an archived segment, which is never counted.
pub fn recalculate(connection: &mut AnyConnection, clock: &Clock, counted: &Segment) -> Result<Outcome> {
    if counted.is_archived() {
        return Err(AppError::Conflict(format!("“{}” is archived and is not counted.", counted.name)));
    }
    let (count, broken) = match Members::of_segment(counted, Calendar::from(clock)) {
        Ok(members) => (members.count(connection)?, None),
        Err(problems) => (0, Some(problems)),
    };
    let count = i32::try_from(count).map_err(AppError::internal)?;
    // Compared under the row's lock: a save or a change of the list that came meanwhile has counted for itself.
    model::lock(connection, counted.id)?;
    let now: Option<Segment> = segment::table.find(counted.id).select(Segment::as_select()).first(connection).optional()?;
    let is_as_counted = now.is_some_and(|now| {
        let rules = |segment: &Segment| (segment.segment_type.clone(), segment.filter_criteria.clone(), segment.updated_at);
        rules(&now) == rules(counted) && !now.is_archived()
    });
    if !is_as_counted {
        return Ok(Outcome::Overtaken);
    }
    let stored = (segment::member_count.eq(count), segment::last_calculated_at.eq(Time(clock.now())));
    diesel::update(segment::table.find(counted.id)).set(stored).execute(connection)?;
    Ok(match broken {
        Some(problems) => Outcome::Broken(problems),
        None => Outcome::Counted(count),
    })
}
