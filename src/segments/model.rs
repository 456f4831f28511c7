//! The segment itself, and how it is found.
//!
//! Called by pages, commands and the API; `save` changes it. What an actor may not see is not found: the two answer alike.

use diesel::prelude::*;
use serde_json::Value;

use crate::accounts::Actor;
use crate::accounts::actor::{Rights, Role};
use crate::db::dialect::Hold;
use crate::db::dialect::Word;
use crate::db::schema::{auth_user, crm_app_customersegment as segment, segments_count_failure, segments_freshness};
use crate::db::{AnyConnection, Id, Json, Time};
use crate::error::{AppError, Result};
use crate::history::{self, Object};
use crate::query::condition::{folded, folded_value};
use crate::query::text::{WHITE_SPACE, nfc};
use crate::query::{Selection, Source, Sql, Value as Bind};

use super::columns;
use super::failures::Failure;
use super::freshness::Freshness;
pub use super::owner::Owner;
use super::referred::Book;

/// The model's name in URLs and in the history.
pub const MODEL: &str = history::SEGMENT;

/// Everybody has segments of their own; which of them one sees and changes is judged one by one
/// ([`Segment::is_visible_to`], [`Segment::is_changeable_by`]). They are ours on a shared database too.
pub const RIGHTS: &Rights =
    &Rights { plural: "Segments", view: &Role::ALL, add: &Role::ALL, change: &Role::ALL, delete: &Role::ALL, is_the_crms: false };

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
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = segment, treat_none_as_default_value = false)]
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

    /// Its criteria, where its members come about by them.
    pub fn live_rules(&self) -> Option<&Value> {
        (self.kind() == SegmentType::Dynamic).then_some(&self.filter_criteria.0)
    }

    /// Whether it has been put away.
    pub fn is_archived(&self) -> bool {
        self.status == Status::Archived.name()
    }

    /// Whether type, criteria and list are still those of `earlier`, an older state of the same segment; every change of a
    /// list is a change of `updated_at`.
    pub fn has_members_of(&self, earlier: &Self) -> bool {
        let members = |segment: &Self| (segment.segment_type.clone(), segment.filter_criteria.clone(), segment.updated_at);
        members(self) == members(earlier)
    }

    /// Whether `actor` sees it at all: their own, active ones, and Admins all.
    pub fn is_visible_to(&self, actor: &Actor) -> bool {
        self.is_visible_to_all() || self.is_changeable_by(actor)
    }

    /// Whether everybody sees it.
    pub fn is_visible_to_all(&self) -> bool {
        self.status == Status::Active.name()
    }

    /// Whether `actor` may change, delete and hand it over, and list in it. One without owner belongs to the Admins.
    pub fn is_changeable_by(&self, actor: &Actor) -> bool {
        actor.is_admin() || actor.owns(self.created_by_id)
    }

    /// The object that history speaks of.
    pub fn object(&self) -> Object {
        Object { model: MODEL, id: self.id.to_string(), name: self.name.clone() }
    }
}

/// The single tags of what is stored.
pub fn tags_of(stored: &str) -> impl Iterator<Item = &str> {
    stored.split(',').map(str::trim).filter(|tag| !tag.is_empty())
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
    if found.is_visible_to(actor) { Ok(found) } else { Err(AppError::NotFound) }
}

/// A segment with what lists and pages show beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The segment.
    pub segment: Segment,
    /// Its owner.
    pub owner: Option<Owner>,
    /// Since when it has its members, where its last change left them alone.
    pub freshness: Option<Freshness>,
    /// The last count of it that failed.
    pub failure: Option<Failure>,
    /// The segments that its rules name.
    pub(super) book: Book,
}

/// What is read of a row itself.
type Read = (Segment, Option<Owner>, Option<Freshness>, Option<Failure>);

/// Rows with what their rules name, which is read for all of them at once.
fn rows(connection: &mut AnyConnection, read: Vec<Read>) -> Result<Vec<Row>> {
    let book = Book::of(connection, read.iter().filter_map(|(segment, ..)| segment.live_rules()))?;
    Ok(read
        .into_iter()
        .map(|(segment, owner, freshness, failure)| Row { segment, owner, freshness, failure, book: book.clone() })
        .collect())
}

/// Where segments come from.
pub static SOURCE: Source = Source {
    table: "crm_app_customersegment",
    joined: Some((
        "auth_user",
        " LEFT OUTER JOIN auth_user ON auth_user.id = crm_app_customersegment.created_by_id \
         LEFT OUTER JOIN segments_freshness ON segments_freshness.segment_id = crm_app_customersegment.id \
         LEFT OUTER JOIN segments_count_failure ON segments_count_failure.segment_id = crm_app_customersegment.id",
    )),
};

/// The segments of `selection`, with their owners; it may name columns of both tables.
pub fn list_rows(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Row>> {
    let read = SOURCE.rows(selection, Read::as_select()).load(connection)?;
    rows(connection, read)
}

/// The segment with this key and its owner, if `actor` sees it.
///
/// # Errors
/// `NotFound`.
pub fn find_row(connection: &mut AnyConnection, actor: &Actor, id: Id) -> Result<Row> {
    let all = segment::table.left_join(auth_user::table).left_join(segments_freshness::table).left_join(segments_count_failure::table);
    let found: Read = all.filter(segment::id.eq(id)).select(Read::as_select()).first(connection)?;
    let visible = Some(found).filter(|(segment, ..)| segment.is_visible_to(actor)).ok_or(AppError::NotFound)?;
    rows(connection, vec![visible])?.pop().ok_or(AppError::NotFound)
}

/// The segment of this id, else of this name (case and outer blanks ignored), if `actor` sees it.
///
/// # Errors
/// `NotFound`; `Conflict` when several have the name and none is spelled so.
pub fn find_named(connection: &mut AnyConnection, actor: &Actor, name: &str) -> Result<Row> {
    match Id::parse(name).map(|id| find_row(connection, actor, id)) {
        Some(Ok(row)) => return Ok(row),
        Some(Err(AppError::NotFound)) | None => {}
        Some(Err(error)) => return Err(error),
    }
    let predicate = Sql::and([visible_to(actor), is_called(name)]);
    let order = Sql::column(&columns::CREATED_AT);
    let mut found = list_rows(connection, &Selection::first(&predicate, &order, 10))?;
    // The CRM allows "VIP" beside "vip": then the one that is spelled so, else the caller must say which.
    if let Some(exact) = found.iter().position(|row| row.segment.name == name) {
        return Ok(found.swap_remove(exact));
    }
    match found.len() {
        0 | 1 => found.pop().ok_or(AppError::NotFound),
        _ => {
            let ids: Vec<String> = found.iter().map(|row| row.segment.id.to_string()).collect();
            Err(AppError::Conflict(format!("Several segments are called “{name}”. Name one by its id: {}.", ids.join(", "))))
        }
    }
}

/// Every segment that `actor` sees, by name.
pub fn list_all(connection: &mut AnyConnection, actor: &Actor) -> Result<Vec<Row>> {
    let order = Sql::column(&columns::NAME) + Word::ByteOrder + ", crm_app_customersegment.id";
    list_rows(connection, &Selection::first(&visible_to(actor), &order, i64::MAX))
}

/// Makes everybody else who would change this segment, the CRM too, wait until the transaction ends.
pub fn lock(connection: &mut AnyConnection, id: Id) -> Result<()> {
    SOURCE.hold(connection, &[id], Hold::Changed)
}

/// The predicate of the segments of this name, case and outer blanks ignored.
pub(super) fn is_called(name: &str) -> Sql {
    Sql::from("trim(") + folded(&columns::NAME) + ", " + Bind::Text(WHITE_SPACE.to_owned()) + ") = " + folded_value(nfc(name.trim()))
}
