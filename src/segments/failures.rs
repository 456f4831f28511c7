//! Counts that failed: of which segment, when, and why, in words for people.
//!
//! Written by the job, shown by the list, the page and the filters. A broken rule is no failure: then the count is none, and
//! that is known. What was counted after a failure, by whomever, has left it behind; nothing need be cleared for that.

use diesel::prelude::*;

use super::model::{Row, Status};
use crate::db::classify;
use crate::db::schema::{crm_app_customersegment as segment, segments_count_failure as failure};
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};

/// A count that failed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = failure)]
pub struct Failure {
    /// Of which segment.
    pub segment_id: Id,
    /// When that count was begun.
    pub failed_at: Time,
    /// Why, in a sentence or two.
    pub reason: String,
}

impl Failure {
    /// Of a count begun at `failed_at` that came to this error.
    pub fn new(segment_id: Id, failed_at: Time, error: &AppError) -> Self {
        Self { segment_id, failed_at, reason: reason(error).to_owned() }
    }
}

fn reason(error: &AppError) -> &'static str {
    use classify::Failure::{Busy, Closed, Deadlock, Full, Serialization, Timeout};
    match error {
        AppError::Database(Timeout) => "Counting took too long and was given up. Narrower rules are counted faster.",
        AppError::Database(Full) => "The database had no room left to work in.",
        AppError::Database(Closed) => "The connection to the database was lost while counting.",
        AppError::Database(Busy | Serialization | Deadlock) => "The database was busy with other work for too long.",
        _ => "The program met an error; its log says which.",
    }
}

/// How the last count of an active segment failed, if nobody has counted it since.
pub fn last_of(row: &Row) -> Option<&Failure> {
    let counted = row.segment.last_calculated_at;
    let is_left_behind = |failure: &Failure| counted.is_some_and(|counted| counted >= failure.failed_at);
    row.failure.as_ref().filter(|failure| row.segment.status == Status::Active.name() && !is_left_behind(failure))
}

/// Writes down the last failure of a segment; one that is deleted meanwhile has none.
pub(super) fn keep(connection: &mut AnyConnection, failed: &Failure) -> Result<()> {
    diesel::delete(failure::table.find(failed.segment_id)).execute(connection)?;
    let is_there = segment::table.find(failed.segment_id).count().get_result::<i64>(connection)? > 0;
    if is_there {
        diesel::insert_into(failure::table).values(failed).execute(connection)?;
    }
    Ok(())
}

/// Those whose count has failed at `since` or later.
pub(super) fn list_since(connection: &mut AnyConnection, since: Time) -> Result<Vec<Id>> {
    Ok(failure::table.filter(failure::failed_at.ge(since)).select(failure::segment_id).load(connection)?)
}

/// Removes those that later counts have left behind.
pub(super) fn delete_left_behind(connection: &mut AnyConnection) -> Result<()> {
    let left_behind =
        segment::table.inner_join(failure::table).filter(segment::last_calculated_at.ge(failure::failed_at.nullable())).select(segment::id);
    let left_behind: Vec<Id> = left_behind.load(connection)?;
    diesel::delete(failure::table.filter(failure::segment_id.eq_any(left_behind))).execute(connection)?;
    Ok(())
}
