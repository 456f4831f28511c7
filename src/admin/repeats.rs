//! Forms that are sent twice, as a double click does: the second sending finds what the first has made, and makes nothing.
//!
//! Called by `edit`, before and in the saving transaction.

use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::history;
use crate::query::condition::Condition;
use crate::query::{Test, Value};

use super::conflict::is_same_as_stored;
use super::editing::Saved;
use super::form::{FormData, NEW_ID, VERSION, version};
use super::model_admin::ModelAdmin;
use super::task::{Task, find};

/// The object that this very form has already made.
pub(super) fn sent_before<A: ModelAdmin>(connection: &mut AnyConnection, task: &Task, data: &FormData) -> Result<Option<Saved>> {
    let Some(id) = Id::parse(data.get(NEW_ID)) else { return Ok(None) };
    let Some(row) = find::<A>(connection, &task.actor, id)?.filter(|row| is_same_as_stored::<A>(row, data)) else { return Ok(None) };
    let is_done = (A::EDITING.edit()?.is_done)(connection, &row, data)?;
    Ok(is_done.then(|| as_it_is::<A>(&row)))
}

/// Whether this very form has been saved already: it was made from an earlier version of the object, which is by now as the
/// form asks for. A double click then leaves one line in the history.
pub(super) fn is_repeated<A: ModelAdmin>(connection: &mut AnyConnection, row: &A::Row, data: &FormData) -> Result<bool> {
    let is_same = data.get(VERSION) != version::<A>(row) && is_same_as_stored::<A>(row, data);
    Ok(is_same && (A::EDITING.edit()?.is_done)(connection, row, data)?)
}

/// The object as it stands, as what was saved.
pub(super) fn as_it_is<A: ModelAdmin>(row: &A::Row) -> Saved {
    Saved { id: (A::STORE.id)(row), name: (A::STORE.name)(row), notes: Vec::new() }
}

/// The key that the form carries, if it is free.
pub(super) fn new_id<A: ModelAdmin>(connection: &mut AnyConnection, data: &FormData) -> Result<Id> {
    Id::parse(data.get(NEW_ID)).map_or(Ok(Id::new()), |id| free_key::<A>(connection, id))
}

/// `id`, unless an object has it or had it, then another key: the history of one that was deleted is not for whoever sends its
/// key.
pub fn free_key<A: ModelAdmin>(connection: &mut AnyConnection, id: Id) -> Result<Id> {
    let is_it = Test::new(*A::KEY, Condition::OneOf(vec![Value::Id(id)])).sql();
    let is_free = A::STORE.source.count(connection, &is_it)? == 0
        && history::list_of(connection, A::MODEL.model_name, &id.to_string(), 0, 1)?.is_empty();
    Ok(if is_free { id } else { Id::new() })
}
