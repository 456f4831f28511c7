//! Deleting one object: what goes with it, and the deed.
//!
//! Called by `views`. Models remove what belongs to the object in the same transaction, for a shared database has no
//! cascades of its own.

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::query::{Column, Condition, Selection, Sql, Test, Value};

use super::display::{counted, number};
use super::form_page::ObjectView;
use super::list_display::order;
use super::list_query::of_everything;
use super::model_admin::{Model, ModelAdmin};
use super::query_string::QueryString;
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

/// An object that is not deleted, for others belong to it.
#[derive(Debug)]
pub struct Protected {
    /// What it is.
    pub model: Model,
    /// Which one.
    pub object: ObjectView,
    /// The others, by what they are.
    pub groups: Vec<Group>,
    /// What can be done about them first, on a page of this object: a label, and the page.
    pub remedy: Option<(&'static str, &'static str)>,
}

/// Objects of one model that would point nowhere.
#[derive(Debug)]
pub struct Group {
    /// What they are.
    pub model: Model,
    /// How many there are.
    pub count: i64,
    /// The first of them; none where so many objects are protected that only numbers are told.
    pub objects: Vec<ObjectView>,
    /// The list of all of them.
    pub url: String,
}

/// Objects that are named of one, and of each of several.
const OF_ONE: i64 = 20;
const OF_EACH: i64 = 5;
/// Objects of which any are named; of more, numbers are told.
const WITH_NAMES: usize = 20;

/// How many are named of what keeps the object at `place` among `count` from being deleted: however many those are, as many
/// questions are asked.
pub fn named_of(place: usize, count: usize) -> i64 {
    match place {
        _ if count == 1 => OF_ONE,
        ..WITH_NAMES => OF_EACH,
        _ => 0,
    }
}

impl Protected {
    /// "3 contacts, 1 contract".
    pub fn summary(&self) -> String {
        let lower = str::to_lowercase;
        let count = |group: &Group| counted(group.count, &lower(group.model.verbose_name), &lower(group.model.verbose_name_plural));
        self.groups.iter().map(count).collect::<Vec<_>>().join(", ")
    }
}

impl Group {
    /// So many rows of `A`, whose `column` points to the object `id`; the first `named` of them by name. `parameter` is the
    /// filter of their list by that column.
    ///
    /// # Errors
    /// The engine's.
    pub fn of<A: ModelAdmin>(
        connection: &mut AnyConnection,
        actor: &Actor,
        (column, parameter): (&Column, &str),
        id: Id,
        (count, named): (i64, i64),
    ) -> Result<Self> {
        let theirs = Test::new(*column, Condition::OneOf(vec![Value::Id(id)])).sql();
        let (predicate, order) = (Sql::and([(A::VISIBLE)(actor), theirs]), order(A::ORDERING.iter().copied(), A::KEY));
        let rows = if named > 0 { (A::STORE.list)(connection, &Selection::first(&predicate, &order, named))? } else { Vec::new() };
        // They are counted whether or not their list shows them of its own accord.
        let filter = of_everything::<A>(QueryString::default().with(parameter, id.to_string()));
        let url = format!("{}{}", A::MODEL.list_url(), filter.link());
        Ok(Self { model: A::MODEL, count, objects: rows.iter().map(ObjectView::of::<A>).collect(), url })
    }

    /// What leads to those that are not named: "… and 1,204 more"; blank where there are none.
    pub fn more(&self) -> String {
        match self.count - i64::try_from(self.objects.len()).unwrap_or(i64::MAX) {
            more if more <= 0 => String::new(),
            more if self.objects.is_empty() => counted(more, self.model.verbose_name, self.model.verbose_name_plural),
            more => format!("… and {} more", number(more)),
        }
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
        describe::<A>(connection, &task.actor, &row).map(Some)
    })
    .await
}

fn describe<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, row: &A::Row) -> Result<Deletion> {
    let rows = std::slice::from_ref(row);
    let related = related::<A>(connection, rows)?.into_iter().map(|(label, count)| (label, number(count))).collect();
    let protected = (A::EDITING.edit()?.protects)(connection, actor, rows)?;
    Ok(Deletion { model: A::MODEL, object: ObjectView::of::<A>(row), related, protected })
}

/// What goes with the rows, in all: label and number.
pub(super) fn related<A: ModelAdmin>(connection: &mut AnyConnection, rows: &[A::Row]) -> Result<Vec<(&'static str, i64)>> {
    let mut related = (A::EDITING.edit()?.related)(connection, rows)?;
    related.retain(|(_, count)| *count > 0);
    Ok(related)
}

/// Deletes the object, unless others belong to it.
///
/// # Errors
/// `Forbidden` with the sentence why it may not be deleted.
pub async fn delete<A: ModelAdmin>(db: &Db, task: Task) -> Result<Outcome> {
    db.write(move |connection| {
        let task = task.in_turn::<A>(connection, task.id.as_slice())?;
        let Some(row) = deletable::<A>(connection, &task)? else { return Ok(Outcome::Unknown) };
        if !(A::EDITING.edit()?.protects)(connection, &task.actor, std::slice::from_ref(&row))?.is_empty() {
            return Ok(Outcome::Refused(Box::new(describe::<A>(connection, &task.actor, &row)?)));
        }
        (A::EDITING.edit()?.delete)(connection, &task.act(), std::slice::from_ref(&row))?;
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
