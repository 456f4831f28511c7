//! Deleting one object: what goes with it, and the deed.
//!
//! Called by `views`. Models remove what belongs to the object in the same transaction, for a shared database has no
//! cascades of its own.

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};
use crate::query::{Selection, Sql};

use super::display::number;
use super::form_page::ObjectView;
use super::list_display::order;
use super::model_admin::{Model, ModelAdmin};
use super::task::{Task, find};

/// What the confirmation page shows.
#[derive(Debug)]
pub struct Deletion {
    /// What is deleted.
    pub model: Model,
    /// Which one.
    pub object: ObjectView,
    /// What goes with it: label and number.
    pub related: Vec<(&'static str, String)>,
    /// What keeps it from being deleted; mostly nothing.
    pub protected: Vec<Protected>,
}

/// Objects of another model that would point nowhere.
#[derive(Debug)]
pub struct Protected {
    /// What they are.
    pub model: Model,
    /// The first of them.
    pub objects: Vec<ObjectView>,
    /// How many more there are, in words: "1,204"; blank for none.
    pub more: String,
}

/// Objects that the page names of each model.
const NAMED: i64 = 20;

impl Protected {
    /// The rows of `A` that meet `predicate`, if there are any.
    pub fn of<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, predicate: Sql) -> Result<Option<Self>> {
        let predicate = Sql::and([(A::VISIBLE)(actor), predicate]);
        let order = order(A::ORDERING.iter().copied(), A::KEY);
        let rows = (A::STORE.list)(connection, &Selection::first(&predicate, &order, NAMED))?;
        if rows.is_empty() {
            return Ok(None);
        }
        let objects: Vec<ObjectView> = rows.iter().map(ObjectView::of::<A>).collect();
        let shown = i64::try_from(objects.len()).map_err(AppError::internal)?;
        let more = A::STORE.source.count(connection, &predicate)? - shown;
        let more = if more > 0 { number(more) } else { String::new() };
        Ok(Some(Self { model: A::MODEL, objects, more }))
    }
}

/// What became of a wish to delete.
#[derive(Debug)]
pub enum Outcome {
    /// There is no such object, as far as the actor may know.
    Unknown,
    /// It is gone; this is what it was called.
    Deleted(String),
    /// It stays: others belong to it.
    Refused(Box<Deletion>),
}

/// What deleting the object would do; `None` for one that the actor does not see.
///
/// # Errors
/// `Forbidden` with the sentence why it may not be deleted.
pub async fn preview<A: ModelAdmin>(db: &Db, task: Task) -> Result<Option<Deletion>> {
    db.read(move |connection| {
        let Some(row) = deletable::<A>(connection, &task)? else { return Ok(None) };
        describe::<A>(connection, &task.actor, row).map(Some)
    })
    .await
}

fn describe<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, row: A::Row) -> Result<Deletion> {
    let edit = A::EDITING.edit()?;
    let related = (edit.related)(connection, &row)?.into_iter().filter(|(_, count)| *count > 0);
    let related = related.map(|(label, count)| (label, number(count))).collect();
    let object = ObjectView::of::<A>(&row);
    Ok(Deletion { model: A::MODEL, object, related, protected: (edit.protects)(connection, actor, &[row])? })
}

/// Deletes the object, unless others belong to it.
///
/// # Errors
/// `Forbidden` with the sentence why it may not be deleted.
pub async fn delete<A: ModelAdmin>(db: &Db, task: Task) -> Result<Outcome> {
    db.write(move |connection| {
        let task = task.as_they_are(connection)?;
        let Some(row) = deletable::<A>(connection, &task)? else { return Ok(Outcome::Unknown) };
        if !(A::EDITING.edit()?.protects)(connection, &task.actor, std::slice::from_ref(&row))?.is_empty() {
            return Ok(Outcome::Refused(Box::new(describe::<A>(connection, &task.actor, row)?)));
        }
        (A::EDITING.edit()?.delete)(connection, &task.act(), &row)?;
        Ok(Outcome::Deleted((A::STORE.name)(&row)))
    })
    .await
}

fn deletable<A: ModelAdmin>(connection: &mut AnyConnection, task: &Task) -> Result<Option<A::Row>> {
    let Some(id) = task.id else { return Ok(None) };
    let Some(row) = find::<A>(connection, &task.actor, id)? else { return Ok(None) };
    A::EDITING.allows(&task.actor, Permission::Delete, Some(&row))?;
    Ok(Some(row))
}
