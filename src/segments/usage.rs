//! Which campaigns took a segment.
//!
//! Called by the members page ("Mark as used"). The counter is raised by the database itself, so that a hundred campaigns
//! at once are counted a hundred times.

use diesel::prelude::*;

use super::model::{self, Segment};
use super::recalculate::Tally;
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::db::dialect::Word;
use crate::db::schema::{crm_app_customersegment as segment, segments_use};
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};
use crate::query::{Sql, Value, text};

/// The most characters of a campaign's name.
pub(super) const MAX_CAMPAIGN: usize = 200;

/// A use that was noted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = segments_use)]
pub struct Noted {
    /// The campaign that took the segment.
    pub campaign: String,
    /// Who noted it, by the name they had.
    pub used_by_name: String,
    /// When.
    pub used_at: Time,
    /// How many members it had then.
    pub member_count: i32,
}

/// How many uses of a segment are noted. The CRM may have counted others, which nobody knows more of.
pub fn count(connection: &mut AnyConnection, segment: Id) -> Result<i64> {
    Ok(segments_use::table.filter(segments_use::segment_id.eq(segment)).count().get_result(connection)?)
}

/// The uses of a segment, the newest first: so many, after so many.
pub fn list(connection: &mut AnyConnection, segment: Id, limit: i64, offset: i64) -> Result<Vec<Noted>> {
    let uses = segments_use::table.filter(segments_use::segment_id.eq(segment));
    let newest_first = uses.order((segments_use::used_at.desc(), segments_use::id.desc()));
    Ok(newest_first.limit(limit).offset(offset).select(Noted::as_select()).load(connection)?)
}

/// When a campaign of this name took a segment last, by another use than `but`; names are alike without regard to case.
pub fn find_last(connection: &mut AnyConnection, segment: Id, campaign: &str, but: Id) -> Result<Option<Noted>> {
    let name = text::fold(text::nfc(campaign.trim()));
    let is_of_it = Sql::from(Word::Fold) + "(segments_use.campaign) = " + Value::Text(name);
    let uses = segments_use::table.filter(segments_use::segment_id.eq(segment)).filter(segments_use::id.ne(but)).filter(is_of_it);
    Ok(uses.order((segments_use::used_at.desc(), segments_use::id.desc())).select(Noted::as_select()).first(connection).optional()?)
}

/// A use that is about to be noted: checked, and its members counted.
#[derive(Debug, Clone)]
pub struct Use {
    segment: Segment,
    campaign: String,
    count: i32,
}

impl Use {
    /// Checks what can be noted of `campaign` taking the segment, and counts who it takes; writes nothing, so that nobody
    /// waits for the count.
    ///
    /// # Errors
    /// `BadRequest` without a proper name, `Conflict` for an archived segment and one with a broken rule, `NotFound`.
    pub fn prepare(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, campaign: &str) -> Result<Self> {
        let campaign = text::nfc(campaign.trim());
        if campaign.contains('\0') {
            return Err(AppError::BadRequest("Null characters are not allowed.".into()));
        }
        if text::is_invisible(&campaign) {
            return Err(AppError::BadRequest("Enter the name of the campaign.".into()));
        }
        if campaign.chars().count() > MAX_CAMPAIGN {
            return Err(AppError::BadRequest(format!("The name of a campaign has at most {MAX_CAMPAIGN} characters.")));
        }
        let segment = model::find(connection, actor, id)?;
        refuse_archived(&segment)?;
        let Tally { count, broken, .. } = Tally::of_segment(connection, clock, &segment)?;
        if !broken.is_empty() {
            return Err(AppError::Conflict(format!(
                "“{}” needs attention: one of its rules cannot be understood, so it has no members and cannot be used.",
                segment.name
            )));
        }
        Ok(Self { segment, campaign, count })
    }

    /// Notes the use, with the key `use_id`; the same that is noted already stays one.
    ///
    /// # Errors
    /// `Conflict` for a segment that was archived or whose rules or list were changed since it was counted, `NotFound`.
    pub fn note(&self, connection: &mut AnyConnection, actor: &Actor, clock: &Clock, use_id: Id) -> Result<Segment> {
        let Self { segment: Segment { id, .. }, campaign, count } = self;
        model::lock(connection, *id)?;
        let used = model::find(connection, actor, *id)?;
        let noted: Option<(Id, String)> =
            segments_use::table.find(use_id).select((segments_use::segment_id, segments_use::campaign)).first(connection).optional()?;
        if noted.as_ref() == Some(&(*id, campaign.clone())) {
            return Ok(used);
        }
        let use_id = if noted.is_some() { Id::new() } else { use_id };
        refuse_archived(&used)?;
        if !used.has_members_of(&self.segment) {
            return Err(AppError::Conflict(format!("“{}” was changed just now. Look at its members again, then mark it.", used.name)));
        }
        let now = Time(clock.now());
        diesel::update(segment::table.find(id))
            .set((segment::times_used.eq(segment::times_used + 1), segment::last_used_at.eq(now)))
            .execute(connection)?;
        let row = (
            segments_use::id.eq(use_id),
            segments_use::segment_id.eq(id),
            segments_use::campaign.eq(campaign),
            segments_use::used_by_id.eq(actor.id),
            segments_use::used_by_name.eq(&actor.name),
            segments_use::used_at.eq(now),
            segments_use::member_count.eq(count),
        );
        diesel::insert_into(segments_use::table).values(row).execute(connection)?;
        let event = NewEvent::new(actor, clock.now(), Action::Used, used.object(), format!("Used by the campaign “{campaign}”."));
        record(connection, event.counts(Some(used.member_count), Some(*count)))?;
        model::find(connection, actor, *id)
    }
}

fn refuse_archived(segment: &Segment) -> Result<()> {
    if segment.is_archived() {
        return Err(AppError::Conflict(format!("“{}” is archived and cannot be used. Set its status to Active first.", segment.name)));
    }
    Ok(())
}
