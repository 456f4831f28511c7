//! Batches: what was changed of a list together, and can be undone together.
//!
//! Kept for [`DAYS`] by whoever changes a list, in its transaction. Undoing is a batch as well, and can itself be undone.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::side::{COMPANIES, CONTACTS};
use super::stamp::Stamp;
use crate::db::schema::segments_batch as batch;
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::query::{Sql, Statement, Value};

/// For so many days a change of a list can be undone.
pub const DAYS: i64 = 30;

/// What was changed of a list together.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = batch, treat_none_as_default_value = false)]
pub struct Batch {
    /// Its key.
    pub id: Id,
    /// Whose list.
    pub segment_id: Id,
    /// When.
    pub made_at: Time,
    /// What, in words: "412 contacts added".
    pub what: String,
    /// Of how many rows.
    pub row_count: i32,
    /// The batch that has undone it.
    pub undone_by: Option<Id>,
}

/// Keeps what was changed, and of how many rows, so that it can be undone; forgets what was changed too long ago.
pub fn keep_batch(connection: &mut AnyConnection, segment: Id, stamp: &Stamp, what: &str) -> Result<()> {
    // Who was taken off and added again is one row.
    let rows = CONTACTS.count_of(connection, stamp.batch)? + COMPANIES.count_of(connection, stamp.batch)?;
    let row_count = i32::try_from(rows).map_err(AppError::internal)?;
    let row = Batch { id: stamp.batch, segment_id: segment, made_at: stamp.at, what: what.to_owned(), row_count, undone_by: None };
    diesel::insert_into(batch::table).values(row).execute(connection)?;
    // Not before it is kept itself: whom it took off the list belongs to no batch until then.
    forget(connection, segment, stamp.at)
}

/// Forgets the batches that nobody can undo any more, with those whom they took off the list.
fn forget(connection: &mut AnyConnection, segment: Id, now: Time) -> Result<()> {
    let old = || batch::table.filter(batch::segment_id.eq(segment)).filter(batch::made_at.lt(oldest(now)));
    if old().count().get_result::<i64>(connection)? == 0 {
        return Ok(());
    }
    // The rows first: who was taken off by hand is told by the batches that have undone others.
    for side in [&CONTACTS, &COMPANIES] {
        let gone = Sql::from("DELETE FROM ") + side.known + " WHERE segment_id = " + Value::Id(segment) + " AND state = 'removed'";
        let kept = Sql::from("SELECT id FROM segments_batch WHERE segment_id = ") + Value::Id(segment);
        let gone = gone + " AND batch_id NOT IN (" + kept + " AND made_at >= " + Value::Time(oldest(now)) + ") AND NOT ";
        Statement(gone + is_taken_off(segment)).execute(connection)?;
    }
    diesel::delete(old()).execute(connection)?;
    Ok(())
}

/// That a row of what is known was taken off a list by hand, and not by an undo of its being added. It is kept as long as the
/// list is one that was saved from another segment: that compares the two.
pub(super) fn is_taken_off(segment: Id) -> Sql {
    let undoing = Sql::from("SELECT undone_by FROM segments_batch WHERE undone_by IS NOT NULL AND segment_id = ") + Value::Id(segment);
    Sql::from("(state = 'removed' AND state_before = 'listed' AND batch_id NOT IN (")
        + undoing
        + ") AND segment_id IN (SELECT segment_id FROM segments_list_source))"
}

/// The first moment whose changes can still be undone.
fn oldest(now: Time) -> Time {
    Time(now.0 - TimeDelta::days(DAYS))
}

/// A batch of a segment that can still be undone at `now`.
pub fn find_batch(connection: &mut AnyConnection, segment: Id, id: Id, now: Time) -> Result<Option<Batch>> {
    let found = batch::table.find(id).filter(batch::segment_id.eq(segment)).filter(batch::made_at.ge(oldest(now)));
    Ok(found.select(Batch::as_select()).first(connection).optional()?)
}

/// The batches of a segment that can still be undone at `now`, the newest first.
pub fn list_batches(connection: &mut AnyConnection, segment: Id, now: Time) -> Result<Vec<Batch>> {
    let found = batch::table.filter(batch::segment_id.eq(segment)).filter(batch::made_at.ge(oldest(now)));
    Ok(found.order((batch::made_at.desc(), batch::id.desc())).select(Batch::as_select()).load(connection)?)
}

impl Batch {
    /// Reverses what it did to rows that nobody has changed since; how many those are. The list is locked by the caller.
    pub fn undo(&self, connection: &mut AnyConnection, stamp: &Stamp) -> Result<usize> {
        let mut undone = 0;
        for side in [&CONTACTS, &COMPANIES] {
            undone += side.undo(connection, self.segment_id, self.id, stamp)?;
        }
        if undone > 0 {
            diesel::update(batch::table.find(self.id)).set(batch::undone_by.eq(stamp.batch)).execute(connection)?;
        }
        Ok(undone)
    }
}
