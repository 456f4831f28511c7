//! Adding, changing and deleting companies, contacts and contracts by hand.
//!
//! Called by the hooks of their forms, in the transaction of the form; written once over the declarations of the import, so
//! that a form and a file bring in the same. Who may is asked here again. Twins that an import or the old system made stay;
//! a new one is refused under a lease, whatever the case of its letters.

use std::slice;

use diesel::result::{DatabaseErrorKind, Error};
use serde_json::{Map, Value};

use super::import::model::Model;
use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::clock::Clock;
use crate::db::{AnyConnection, Id, Time, lease};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, Object, record, record_all};
use crate::query::text;

/// A field of a form, by its names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    /// Its name there and in history.
    pub field: &'static str,
    /// The name that the import gives it.
    pub column: &'static str,
    /// What people call it.
    pub label: &'static str,
}

/// Adds `edited` with the key `id`.
///
/// # Errors
/// `NotUnique` for a twin, `Conflict` when what it points to was deleted meanwhile.
pub(super) fn insert<M: Model>(
    connection: &mut AnyConnection,
    actor: &Actor,
    clock: &Clock,
    id: Id,
    edited: &M,
    labels: &[Named],
) -> Result<()> {
    actor.require(Permission::Add, M::RIGHTS)?;
    let (now, mut edited) = (clock.now(), edited.clone());
    let mut added = M::new(id, Time(now));
    for field in labels {
        copy(field.column, &mut edited, &mut added);
    }
    refuse_twin(connection, &added, None)?;
    M::insert(connection, slice::from_ref(&added)).map_err(pointing_nowhere)?;
    let values = values(&mut added, labels);
    let event = NewEvent::new(actor, now, Action::Added, object(&added), "Added.");
    record(connection, event.values(Value::Null, values))
}

/// Changes what is stored as `before` to `edited`.
///
/// # Errors
/// Like [`insert`].
pub(super) fn update<M: Model>(
    connection: &mut AnyConnection,
    actor: &Actor,
    clock: &Clock,
    before: &M,
    edited: &M,
    labels: &[Named],
) -> Result<()> {
    actor.require(Permission::Change, M::RIGHTS)?;
    let (mut before, mut after) = (before.clone(), edited.clone());
    let mut differs = |label: &Named| field_text(label.column, &mut before) != field_text(label.column, &mut after);
    let changed: Vec<Named> = labels.iter().copied().filter(|label| differs(label)).collect();
    if !changed.is_empty() {
        refuse_twin(connection, &after, Some(&before))?;
        M::refuse(connection, &after)?;
        after.touch(Time(clock.now()));
        M::update(connection, &after).map_err(pointing_nowhere)?;
    }
    let names: Vec<String> = changed.iter().map(|changed| changed.label.to_owned()).collect();
    let message = if names.is_empty() { "No fields changed.".to_owned() } else { format!("Changed {}.", text::list(&names, "and")) };
    let event = NewEvent::new(actor, clock.now(), Action::Changed, object(&after), message);
    record(connection, event.values(values(&mut before, &changed), values(&mut after, &changed)))
}

/// Deletes rows with their entries in the lists of segments. The history of what pointed to them tells so, once.
///
/// # Errors
/// `Conflict` while others point to it.
pub(super) fn delete<M: Model>(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, gone: &[&M], labels: &[Named]) -> Result<()> {
    actor.require(Permission::Delete, M::RIGHTS)?;
    for (object, message) in M::bereaved(connection, gone)? {
        record(connection, NewEvent::new(actor, clock.now(), Action::Changed, object, message))?;
    }
    let refused = |error| if points_nowhere(&error) { AppError::Conflict(in_use(gone)) } else { error };
    let ids: Vec<Id> = gone.iter().map(|gone| gone.id()).collect();
    let entries = M::delete(connection, &ids, clock).map_err(refused)?;
    let event = |gone: &&M| {
        let message = match entries.get(&gone.id()) {
            None => "Deleted.".to_owned(),
            Some(1) => "Deleted, with its entry in the list of a segment.".to_owned(),
            Some(many) => format!("Deleted, with its entries in the lists of {many} segments."),
        };
        let event = NewEvent::new(actor, clock.now(), Action::Deleted, object(*gone), message);
        event.values(values(&mut (*gone).clone(), labels), Value::Null)
    };
    record_all(connection, gone.iter().map(event))
}

/// Whether another row than the stored one is the same in the field that tells them apart.
pub(super) fn has_twin<M: Model>(connection: &mut AnyConnection, edited: &M, stored: Option<&M>, has_edged: bool) -> Result<bool> {
    let Some(key) = edited.sought(true).filter(|key| stored.and_then(|stored| stored.sought(true)).as_ref() != Some(key)) else {
        return Ok(false);
    };
    let own = stored.map(Model::id);
    let others = M::list(connection, &[], slice::from_ref(&key), has_edged)?;
    Ok(others.iter().any(|other| Some(other.id()) != own && other.keys().contains(&key)))
}

fn refuse_twin<M: Model>(connection: &mut AnyConnection, edited: &M, stored: Option<&M>) -> Result<()> {
    if let Some(key) = edited.sought(true) {
        lease::lock(connection, &format!("{} {key:?}", M::NAME))?;
    }
    if has_twin(connection, edited, stored, false)? { Err(AppError::NotUnique(M::TWIN.0.into())) } else { Ok(()) }
}

fn object<M: Model>(row: &M) -> Object {
    Object { model: M::NAME, id: row.id().to_string(), name: row.called().to_owned() }
}

/// The sentence for what others belong to.
fn in_use<M: Model>(rows: &[&M]) -> String {
    match rows {
        [row] => format!("The {} “{}” is not deleted: contacts or contracts belong to it.", M::NAME, row.called()),
        _ => format!("The {} are not deleted: contacts or contracts belong to one of them.", M::PLURAL),
    }
}

fn values<M: Model>(row: &mut M, labels: &[Named]) -> Value {
    Value::Object(labels.iter().map(|label| (label.field.to_owned(), field_text(label.column, row).into())).collect::<Map<_, _>>())
}

/// The value of a field, as text; the company is no field of the declarations.
fn field_text<M: Model>(name: &str, row: &mut M) -> String {
    match M::FIELDS.iter().find(|field| field.name == name) {
        Some(field) => field.text(row),
        None => row.company().map(|company| company.to_string()).unwrap_or_default(),
    }
}

fn copy<M: Model>(name: &str, from: &mut M, to: &mut M) {
    match M::FIELDS.iter().find(|field| field.name == name) {
        Some(field) => field.copy(from, to),
        None => {
            if let (Some(from), Some(to)) = (from.company(), to.company()) {
                *to = *from;
            }
        }
    }
}

fn pointing_nowhere(error: AppError) -> AppError {
    if !points_nowhere(&error) {
        return error;
    }
    AppError::Conflict("The company was deleted meanwhile. Nothing was saved; choose another company and save again.".into())
}

/// Whether the database refused a row because of a foreign key.
fn points_nowhere(error: &AppError) -> bool {
    let AppError::Internal(cause) = error else { return false };
    matches!(cause.downcast_ref(), Some(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)))
}
