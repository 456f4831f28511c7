//! Which campaigns took a segment.
//!
//! Called by the members page ("Mark as used"). The counter is raised by the database itself, so that a hundred campaigns
//! at once are counted a hundred times.

use diesel::prelude::*;

use super::model::{self, Segment};
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::db::schema::{crm_app_customersegment as segment, segments_use};
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};
use crate::query::text;

use super::members::Members;

/// The most characters of a campaign's name.
const MAX_NAME: usize = 200;

/// Notes that `campaign` took the segment.
///
/// # Errors
/// `BadRequest` without a proper name, `Conflict` for an archived segment and one with a broken rule.
pub fn mark_used(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, campaign: &str) -> Result<Segment> {
    let campaign = text::nfc(campaign.trim());
    if text::is_blank(&campaign) || campaign.contains('\0') {
        return Err(AppError::BadRequest("Enter the name of the campaign.".into()));
    }
    if campaign.chars().count() > MAX_NAME {
        return Err(AppError::BadRequest(format!("The name of a campaign has at most {MAX_NAME} characters.")));
    }
    let used = model::find(connection, actor, id)?;
    if used.is_archived() {
        return Err(AppError::Conflict(format!("“{}” is archived and cannot be used. Set its status to Active first.", used.name)));
    }
    let members = Members::of_segment(&used, clock.into()).map_err(|_| {
        AppError::Conflict(format!(
            "“{}” needs attention: one of its rules cannot be understood, so it has no members and cannot be used.",
            used.name
        ))
    })?;
    let count = i32::try_from(members.count(connection)?).map_err(AppError::internal)?;
    let now = Time(clock.now());
    diesel::update(segment::table.find(id))
        .set((segment::times_used.eq(segment::times_used + 1), segment::last_used_at.eq(now)))
        .execute(connection)?;
    let row = (
        segments_use::id.eq(Id::new()),
        segments_use::segment_id.eq(id),
        segments_use::campaign.eq(&campaign),
        segments_use::used_by_id.eq(actor.id),
        segments_use::used_by_name.eq(&actor.name),
        segments_use::used_at.eq(now),
        segments_use::member_count.eq(count),
    );
    diesel::insert_into(segments_use::table).values(row).execute(connection)?;
    let event = NewEvent::new(actor, clock.now(), Action::Used, used.object(), format!("Used by the campaign “{campaign}”."));
    record(connection, event.counts(Some(used.member_count), Some(count)))?;
    model::find(connection, actor, id)
}
