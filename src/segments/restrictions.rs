//! What may not be done with a segment, and what people are told of it.
//!
//! Named by `admin` (the declaration); whoever writes asks `save` once more.

use super::curating::require_list;
use super::model::{self, Row, SegmentType};
use super::save;
use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::error::Result;

/// An archived segment changes nothing but its status.
pub fn not_archived(_: &Actor, row: Option<&Row>) -> bool {
    row.is_none_or(|row| !row.segment.is_archived())
}

/// Whether it is a list, and not rules, that says who is in.
pub fn has_list(row: &Row) -> bool {
    row.segment.kind() == SegmentType::Static
}

/// Whether the actor may change its list.
pub fn has_list_to_change(actor: &Actor, row: &Row) -> bool {
    row.segment.is_changeable_by(actor) && require_list(&row.segment).is_ok()
}

/// See `ModelAdmin::NOTICE`.
pub fn notice(row: &Row) -> Option<&'static str> {
    let sentence = "This segment is archived: it is not counted, cannot be used, and only its status can be changed, or it is handed over. \
                    Set it to Active or Paused and save to change anything else.";
    row.segment.is_archived().then_some(sentence)
}

/// See `ModelAdmin::MAY`: what is changed is one's own, or one is an Admin.
///
/// # Errors
/// `Forbidden` with the sentence why.
pub fn may(actor: &Actor, permission: Permission, row: Option<&Row>) -> Result<()> {
    actor.require(permission, model::RIGHTS)?;
    match row {
        Some(row) if permission != Permission::View && !row.segment.is_changeable_by(actor) => {
            let owner = row.owner.as_ref().map_or_else(|| "the Admins".to_owned(), model::Owner::name);
            Err(save::refusal(&row.segment.name, &owner))
        }
        _ => Ok(()),
    }
}
