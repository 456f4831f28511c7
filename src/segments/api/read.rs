//! A segment as the API shows it, with its first members, and the key in an address.

use actix_web::HttpResponse;

use crate::accounts::{Actor, Caller};
use crate::admin::form::version;
use crate::api::precondition::tagged;
use crate::api::{BASE, answer};
use crate::criteria::Calendar;
use crate::customers::json::{ContactObject, contacts};
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::segments::Members;
use crate::segments::admin::SegmentAdmin;
use crate::segments::json::{self, SegmentObject};
use crate::segments::model::{self, Row, Segment, SegmentType};
use crate::segments::preview::SAMPLE;
use crate::segments::save::require_change;

/// The key that an address names; what is no key names nobody.
pub(super) fn key(named: &str) -> Result<Id> {
    Id::parse(named).ok_or(AppError::NotFound)
}

/// The segment that an address names, as whoever asks sees it: before anything else is said of the request.
pub(super) async fn visible(db: &Db, caller: &Caller, named: &str) -> Result<Segment> {
    let (id, actor) = (key(named)?, caller.actor.clone());
    db.read(move |connection| model::find(connection, &actor, id)).await
}

/// The same, if they may change it.
pub(super) async fn changeable(db: &Db, caller: &Caller, named: &str) -> Result<Segment> {
    let (id, actor) = (key(named)?, caller.actor.clone());
    let read = move |connection: &mut AnyConnection| {
        let found = model::find(connection, &actor, id)?;
        require_change(connection, &actor, &found).map(|()| found)
    };
    db.read(read).await
}

/// A segment with its first members.
pub(super) fn whole(connection: &mut AnyConnection, row: &Row, actor: &Actor, calendar: Calendar) -> Result<SegmentObject> {
    let preview = first_members(connection, &row.segment, actor, calendar)?;
    Ok(SegmentObject { member_preview: Some(preview), ..json::segment(row, actor, calendar) })
}

/// Its first members by name; nobody where its rules cannot be understood. The stored count only chooses the way to them.
fn first_members(connection: &mut AnyConnection, segment: &Segment, actor: &Actor, calendar: Calendar) -> Result<Vec<ContactObject>> {
    let Ok(members) = Members::of_segment(connection, segment, calendar)? else { return Ok(Vec::new()) };
    let rows = members.page(connection, segment.member_count.into(), SAMPLE, 0)?;
    contacts(connection, actor, &rows)
}

/// The version of a segment as it is shown: of its values, and for a list of whom it names too. Counting is no change.
pub(super) fn version_of(row: &Row) -> String {
    let version = version::<SegmentAdmin>(row);
    if row.segment.kind() == SegmentType::Static { format!("{version}-{}", row.segment.updated_at.0.timestamp_micros()) } else { version }
}

/// A segment with the version that `If-Match` names.
pub(super) struct Shown {
    object: SegmentObject,
    version: String,
}

impl Shown {
    /// The one with this key, as it is now.
    pub(super) fn find(connection: &mut AnyConnection, id: Id, actor: &Actor, calendar: Calendar) -> Result<Self> {
        let row = model::find_row(connection, actor, id)?;
        Self::of(connection, &row, actor, calendar)
    }

    /// As it is now.
    fn of(connection: &mut AnyConnection, row: &Row, actor: &Actor, calendar: Calendar) -> Result<Self> {
        Ok(Self { object: whole(connection, row, actor, calendar)?, version: version_of(row) })
    }

    pub(super) fn ok(&self) -> Result<HttpResponse> {
        tagged(answer::ok(&self.object)?, &self.version)
    }

    pub(super) fn created(&self) -> Result<HttpResponse> {
        let at = format!("{BASE}segments/{}/", self.object.id);
        tagged(answer::created(&self.object, &at)?, &self.version)
    }
}
