//! When the members of a segment last changed, which is not when its row did.
//!
//! Asked by the list, the page and the filters whether a count is old. `updated_at` moves with every change, of status and
//! tags too, and the CRM beside us writes nothing else. So a change of ours that leaves type, criteria and list alone writes
//! down here, under the `updated_at` that it made, since when they have been so. A row with any other `updated_at` was
//! changed by somebody who wrote nothing down, and counts as changed then.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::model::{Row, Segment, Status};
use crate::db::schema::segments_freshness as freshness;
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;

/// What was written down of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = freshness)]
pub struct Freshness {
    segment_id: Id,
    updated_at: Time,
    members_changed_at: Time,
}

/// Whether the count of an active segment is older than its type, its criteria or its list, than those of a segment that its
/// rules lead to, or than `old_before`, before which everything has grown old (see `Clock::old_before`).
pub fn is_stale(row: &Row, old_before: Option<DateTime<Utc>>) -> bool {
    let Row { segment, freshness, book, .. } = row;
    let itself = members_changed_at(segment, freshness.as_ref());
    let changed = segment.live_rules().and_then(|rules| book.members_changed_at(rules)).map_or(itself, |named| named.max(itself));
    let is_old = |counted: Time| counted < changed || old_before.is_some_and(|old_before| counted.0 < old_before);
    segment.status == Status::Active.name() && segment.last_calculated_at.is_none_or(is_old)
}

/// When type, criteria or list of a segment last changed, as far as anybody knows.
pub(super) fn find_members_changed_at(connection: &mut AnyConnection, segment: &Segment) -> Result<Time> {
    let known: Option<Freshness> = freshness::table.find(segment.id).select(Freshness::as_select()).first(connection).optional()?;
    Ok(members_changed_at(segment, known.as_ref()))
}

/// Writes down that the change of a segment at `updated_at` left type, criteria and list as they are since
/// `members_changed_at`; in the transaction of that change, which has locked the segment.
pub(super) fn keep(connection: &mut AnyConnection, segment_id: Id, updated_at: Time, members_changed_at: Time) -> Result<()> {
    diesel::delete(freshness::table.find(segment_id)).execute(connection)?;
    let row = Freshness { segment_id, updated_at, members_changed_at };
    diesel::insert_into(freshness::table).values(row).execute(connection)?;
    Ok(())
}

/// When type, criteria or list of a segment last changed, by what was written down of it.
pub(super) fn members_changed_at(segment: &Segment, known: Option<&Freshness>) -> Time {
    let known = known.filter(|known| known.updated_at == segment.updated_at);
    known.map_or(segment.updated_at, |known| known.members_changed_at)
}
