//! Segments as JSON objects, with the keys of the API; their members are those of `customers::json`.
//!
//! Read by the command line (`--json`) and the API. Times are ISO 8601 in UTC with `Z`.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{self, Row};
use crate::accounts::Actor;
use crate::criteria::Calendar;
use crate::customers::json::ContactObject;
use crate::db::Id;

/// A segment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Segment)]
pub struct SegmentObject {
    /// Its key.
    #[schema(value_type = uuid::Uuid)]
    pub id: Id,
    /// What people call it; unique without regard to case and outer blanks.
    #[schema(example = "Hotels in Thailand")]
    pub name: String,
    /// What it is for; may be blank.
    pub description: String,
    /// How its members come about: `dynamic` by rules, `static` by a list.
    #[schema(example = "dynamic")]
    pub segment_type: String,
    /// `active`, `paused` or `archived`.
    #[schema(example = "active")]
    pub status: String,
    /// The rules; of a static segment they rest, whatever they are.
    pub filter_criteria: Value,
    /// How many members it had when it was last counted.
    pub member_count: i32,
    /// When that was, in UTC; null: never.
    #[schema(format = DateTime)]
    pub last_calculated_at: Option<String>,
    /// The key of its owner; null: it belongs to the Admins.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub created_by: Option<Id>,
    /// The full name of its owner, else their username; null without one.
    pub created_by_name: Option<String>,
    /// Free words, separated by commas.
    pub tags: String,
    /// When a campaign last took it; null: never.
    #[schema(format = DateTime)]
    pub last_used_at: Option<String>,
    /// How many campaigns took it.
    pub times_used: i32,
    /// Its first members by name, five at most; none on long lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub member_preview: Option<Vec<ContactObject>>,
    /// Whether whoever asks may change it.
    pub can_edit: bool,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When its values were last changed; counting is no change.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Its rules, or how its list comes about, as a sentence.
    pub summary: String,
    /// Whether one of its rules cannot be understood: then it has no members.
    pub needs_attention: bool,
}

/// A segment, without a preview of its members.
pub fn segment(row: &Row, actor: &Actor, calendar: Calendar) -> SegmentObject {
    let segment = &row.segment;
    SegmentObject {
        id: segment.id,
        name: segment.name.clone(),
        description: segment.description.clone(),
        segment_type: segment.segment_type.clone(),
        status: segment.status.clone(),
        filter_criteria: segment.filter_criteria.0.clone(),
        member_count: segment.member_count,
        last_calculated_at: segment.last_calculated_at.map(|time| time.to_string()),
        created_by: segment.created_by_id,
        created_by_name: row.owner.as_ref().map(model::Owner::name),
        tags: segment.tags.clone(),
        last_used_at: segment.last_used_at.map(|time| time.to_string()),
        times_used: segment.times_used,
        member_preview: None,
        can_edit: segment.is_changeable_by(actor),
        created_at: segment.created_at.to_string(),
        updated_at: segment.updated_at.to_string(),
        summary: row.summary(actor, calendar),
        needs_attention: row.is_broken(calendar),
    }
}
