//! Who owns a segment, and how that changes: an owner or an Admin hands it over.
//!
//! Called by the pages that hand over. An archived segment can be handed over too: whose it is, is not what it says. The
//! moment of its last change stays, for its members do.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde_json::json;

use super::model;
use super::save::require_change;
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::db::dialect::{self, Hold};
use crate::db::schema::{auth_user, crm_app_customersegment as segment};
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};

/// How an ownerless segment's owners are called.
const ADMINS: &str = "the Admins";

/// Gives a segment of `from` to another user, `None` being the Admins; `false` when it is theirs already.
///
/// # Errors
/// `Forbidden` with the sentence why, `Conflict` when it is no longer that of `from`, `BadRequest` for a new owner who cannot
/// sign in, `NotFound`.
pub fn hand_over(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, from: Option<Id>, to: Option<Id>) -> Result<bool> {
    model::lock(connection, id)?;
    let before = model::find_row(connection, actor, id)?;
    require_change(connection, actor, &before.segment)?;
    if before.segment.created_by_id != from {
        return Err(AppError::Conflict("Somebody else handed it over meanwhile.".into()));
    }
    if before.segment.created_by_id == to {
        return Ok(false);
    }
    let old = before.owner.map_or_else(|| ADMINS.to_owned(), |owner| owner.username);
    let new = to.map_or_else(|| Ok(ADMINS.to_owned()), |to| name_of(connection, to))?;
    diesel::update(segment::table.find(id)).set(segment::created_by_id.eq(to)).execute(connection)?;
    let message = format!("Handed over from {old} to {new}.");
    let event = NewEvent::new(actor, clock.now(), Action::Changed, before.segment.object(), message);
    record(connection, event.values(json!({"created_by": old}), json!({"created_by": new})))?;
    Ok(true)
}

/// How many segments a user owns.
pub fn count_of(connection: &mut AnyConnection, owner: Id) -> Result<i64> {
    Ok(segment::table.filter(segment::created_by_id.eq(owner)).count().get_result(connection)?)
}

/// How many segments each of these users owns; who owns none is left out.
pub fn count_by_owner(connection: &mut AnyConnection, owners: &[Id]) -> Result<HashMap<Id, i64>> {
    let theirs = segment::table.filter(segment::created_by_id.eq_any(owners)).group_by(segment::created_by_id);
    let counted: Vec<(Option<Id>, i64)> = theirs.select((segment::created_by_id, count_star())).load(connection)?;
    Ok(counted.into_iter().filter_map(|(owner, count)| Some((owner?, count))).collect())
}

/// The segments that a user owns.
pub fn list_of(connection: &mut AnyConnection, owner: Id) -> Result<Vec<Id>> {
    Ok(segment::table.filter(segment::created_by_id.eq(owner)).order(segment::id).select(segment::id).load(connection)?)
}

/// Their name, and nobody deletes them until the transaction ends.
fn name_of(connection: &mut AnyConnection, id: Id) -> Result<String> {
    dialect::hold_user(connection, id, Hold::Kept)?;
    let admitted = auth_user::table.find(id).filter(auth_user::is_active.eq(true)).filter(auth_user::is_staff.eq(true));
    let name: Option<String> = admitted.select(auth_user::username).first(connection).optional()?;
    name.ok_or_else(|| AppError::BadRequest("The new owner must be somebody who can sign in.".into()))
}
