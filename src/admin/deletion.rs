//! Deleting one object: what goes with it, and the deed.
//!
//! Called by `views`. Models remove what belongs to the object in the same transaction, for a shared database has no
//! cascades of its own.

use crate::accounts::actor::Permission;
use crate::db::{AnyConnection, Db};
use crate::error::Result;

use super::display::number;
use super::edit::{Task, find};
use super::form_page::ObjectView;
use super::model_admin::{Model, ModelAdmin};

/// What the confirmation page shows.
#[derive(Debug)]
pub struct Deletion {
    /// What is deleted.
    pub model: Model,
    /// Which one.
    pub object: ObjectView,
    /// What goes with it: label and number.
    pub related: Vec<(&'static str, String)>,
}

/// What deleting the object would do; `None` for one that the actor does not see.
///
/// # Errors
/// `Forbidden` with the sentence why it may not be deleted.
pub async fn preview<A: ModelAdmin>(db: &Db, task: Task) -> Result<Option<Deletion>> {
    db.read(move |connection| {
        let Some(row) = deletable::<A>(connection, &task)? else { return Ok(None) };
        let related = (A::EDITING.edit()?.related)(connection, &row)?;
        let related = related.into_iter().filter(|(_, count)| *count > 0).map(|(label, count)| (label, number(count)));
        Ok(Some(Deletion { model: A::MODEL, object: ObjectView::of::<A>(&row), related: related.collect() }))
    })
    .await
}

/// Deletes the object and says what it was called; `None` for one that the actor does not see.
///
/// # Errors
/// `Forbidden` with the sentence why it may not be deleted.
pub async fn delete<A: ModelAdmin>(db: &Db, task: Task) -> Result<Option<String>> {
    db.write(move |connection| {
        let Some(row) = deletable::<A>(connection, &task)? else { return Ok(None) };
        let name = (A::STORE.name)(&row);
        (A::EDITING.edit()?.delete)(connection, &task.act(), &row)?;
        Ok(Some(name))
    })
    .await
}

fn deletable<A: ModelAdmin>(connection: &mut AnyConnection, task: &Task) -> Result<Option<A::Row>> {
    let Some(id) = task.id else { return Ok(None) };
    let Some(row) = find::<A>(connection, &task.actor, id)? else { return Ok(None) };
    A::EDITING.allows(&task.actor, Permission::Delete, Some(&row))?;
    Ok(Some(row))
}
