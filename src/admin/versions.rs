//! Earlier versions of an object: one beside how it stands now, and restored.
//!
//! Called by `views` for screens with [`ModelAdmin::VERSIONS`]. A version is what an event says the fields were when it had
//! happened. Restoring one is saving the form with its values, by the same steps as any other save, made on the server from
//! the event: nothing that a browser sends can pass for a version.

use serde_json::Value;

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::db::{AnyConnection, Db, Id, Time};
use crate::error::Result;
use crate::history::{self, Event, Version};
use crate::query::text;

use super::cell::{Cell, Tone};
use super::display::Display;
use super::edit::{self, Answer};
use super::editing::{Act, Saved};
use super::fieldset::{field_names, form_fields};
use super::form::{FormData, Initial, VERSION, version};
use super::form_page::{FormPage, ObjectView};
use super::model_admin::{Model, ModelAdmin};
use super::side_by_side::{FieldPair, Words, pairs};
use super::task::{Task, find};

/// How a screen shows versions. Its events keep every field of its form after each change, under the field's name.
pub struct Versions<Row> {
    /// A field's value in words, where it is not words itself.
    pub sentence: fn(&mut AnyConnection, &Act<'_>, &str, &str) -> Result<Option<String>>,
    /// What the counts of its events are called.
    pub count_label: &'static str,
    /// That count as it is now.
    pub count: fn(&Row, &Display) -> Cell,
    /// What is not part of a version.
    pub left_out: &'static str,
}

/// The page of one version.
#[derive(Debug)]
pub struct VersionPage {
    /// What the object is.
    pub model: Model,
    /// Which one.
    pub object: ObjectView,
    /// The version's key: that of its event.
    pub id: Id,
    /// When it was saved.
    pub when: String,
    /// Who saved it.
    pub who: String,
    /// What was done then.
    pub message: String,
    /// The fields that differ, then and now.
    pub pairs: Vec<FieldPair>,
    /// The others, as a sentence; blank where all differ.
    pub same: String,
    /// See [`Versions::count_label`].
    pub count_label: &'static str,
    /// The count then.
    pub count_then: Cell,
    /// The count now.
    pub count_now: Cell,
    /// See [`Versions::left_out`].
    pub left_out: &'static str,
    /// The edit version that it was compared with.
    pub version: String,
    /// Why it cannot be restored; `None` when it can.
    pub refusal: Option<String>,
}

/// What was found where a version was asked for.
#[derive(Debug)]
pub enum Found<V> {
    /// No such object, as far as the actor may know.
    Unknown,
    /// The object, which has no such version.
    Object(ObjectView),
    /// The version.
    Version(Box<V>),
}

/// What became of restoring a version.
#[derive(Debug)]
pub enum Restored {
    /// There is no such object, as far as the actor may know.
    Unknown,
    /// The object has no such version.
    NoVersion(ObjectView),
    /// It was saved; the text says when the version was.
    Saved(Saved, String),
    /// The form with the version's values and what is wrong with them; whether the database could not keep it now.
    Refused(Box<FormPage>, bool),
    /// Somebody else saved the object since the versions were compared.
    Overtaken,
}

/// The page of one version.
pub async fn compare<A: ModelAdmin>(db: &Db, task: Task, version: Option<Id>) -> Result<Found<VersionPage>> {
    db.read(move |connection| {
        let (row, found) = match find_version::<A>(connection, &task, version)? {
            Found::Unknown => return Ok(Found::Unknown),
            Found::Object(object) => return Ok(Found::Object(object)),
            Found::Version(found) => *found,
        };
        let Some(versions) = A::VERSIONS else { return Ok(Found::Unknown) };
        page::<A>(connection, &task, &versions, &row, &found).map(|page| Found::Version(Box::new(page)))
    })
    .await
}

/// Saves the version over the object, if that still is as it was when they were compared.
///
/// # Errors
/// `Forbidden` with the sentence why it may not be changed.
pub async fn restore<A: ModelAdmin>(db: &Db, task: Task, version: Option<Id>, compared: &str) -> Result<Restored> {
    let asked = task.clone();
    let found = db.read(move |connection| find_version::<A>(connection, &asked, version)).await?;
    let (row, found) = match found {
        Found::Unknown => return Ok(Restored::Unknown),
        Found::Object(object) => return Ok(Restored::NoVersion(object)),
        Found::Version(found) => *found,
    };
    let when = Display::new(&task.clock).to_the_second(found.event.at);
    let values = form_fields::<A>().map(|field| (field.name.to_owned(), value::<A>(&found, field.name, &row)));
    let data = FormData::new(values.chain([(VERSION.to_owned(), compared.to_owned())]).collect());
    let task = Task { restores: Some(when.clone()), ..task };
    Ok(match edit::submit::<A>(db, task, data).await? {
        Answer::Unknown => Restored::Unknown,
        Answer::Saved(saved, _) => Restored::Saved(saved, when),
        Answer::Page(form) | Answer::Forbidden(form) => Restored::Refused(form, false),
        Answer::Unavailable(form) => Restored::Refused(form, true),
        Answer::Conflict(_) => Restored::Overtaken,
    })
}

fn find_version<A: ModelAdmin>(connection: &mut AnyConnection, task: &Task, version: Option<Id>) -> Result<Found<(A::Row, Version)>> {
    let (Some(id), Some(_)) = (task.id, A::VERSIONS) else { return Ok(Found::Unknown) };
    let Some(row) = find::<A>(connection, &task.actor, id)? else { return Ok(Found::Unknown) };
    let found = match version {
        Some(version) => history::find_version(connection, A::MODEL.model_name, &id.to_string(), version, &field_names::<A>())?,
        None => None,
    };
    Ok(match found {
        Some(found) => Found::Version(Box::new((row, found))),
        None => Found::Object(ObjectView::of::<A>(&row)),
    })
}

/// A field of the version, as its widget writes it; as it is now, where no event speaks of it.
fn value<A: ModelAdmin>(found: &Version, name: &str, row: &A::Row) -> String {
    match found.values.get(name) {
        Some(kept) => written(kept),
        None => form_fields::<A>().find(|field| field.name == name).map(|field| (field.value)(row)).unwrap_or_default(),
    }
}

/// A value that an event kept, as its widget writes it.
pub(super) fn written(kept: &Value) -> String {
    if let Value::String(text) = kept { text.clone() } else { format!("{kept:#}") }
}

fn page<A: ModelAdmin>(
    connection: &mut AnyConnection,
    task: &Task,
    versions: &Versions<A::Row>,
    row: &A::Row,
    found: &Version,
) -> Result<VersionPage> {
    let display = Display::new(&task.clock);
    let now = FormData::of::<A>(Some(row));
    let sentence = |connection: &mut AnyConnection, name: &str, value: &str| (versions.sentence)(connection, &task.act(), name, value);
    let words = Words { actor: &task.actor, display: &display, sentence: &sentence };
    let all = pairs::<A>(connection, &words, |name| value::<A>(found, name, row), |name| now.get(name).to_owned(), &Initial::new())?;
    let (pairs, same): (Vec<FieldPair>, Vec<FieldPair>) = all.into_iter().partition(|pair| pair.differs);
    Ok(VersionPage {
        model: A::MODEL,
        object: ObjectView::of::<A>(row),
        id: found.event.id,
        when: display.to_the_second(found.event.at),
        who: found.event.actor_name.clone(),
        message: found.event.message.clone(),
        count_label: versions.count_label,
        count_then: count_then(found, &display),
        count_now: (versions.count)(row, &display),
        left_out: versions.left_out,
        version: version::<A>(row),
        refusal: refusal::<A>(&task.actor, row, &pairs),
        same: sameness(&same),
        pairs,
    })
}

/// "Name and Tags are the same in both."
fn sameness(same: &[FieldPair]) -> String {
    let labels: Vec<String> = same.iter().map(|pair| pair.label.to_owned()).collect();
    match labels.len() {
        0 => String::new(),
        1 => format!("{} is the same in both.", text::list(&labels, "and")),
        _ => format!("{} are the same in both.", text::list(&labels, "and")),
    }
}

/// Whether a version that an event left is how the object still stands, as far as the event kept it.
pub(super) fn stands<A: ModelAdmin>(event: &Event, row: &A::Row) -> bool {
    let kept = |name: &str| event.after.as_ref().and_then(|after| after.0.get(name));
    form_fields::<A>().all(|field| kept(field.name).is_none_or(|kept| field.widget.is_same(&written(kept), &(field.value)(row))))
}

/// The count that the version's event took, or the last one before it.
fn count_then(found: &Version, display: &Display) -> Cell {
    let as_of =
        |cell: Cell, at: Time| if at < found.event.at { cell.noted(Tone::Quiet, format!("as of {}", display.sentence(at))) } else { cell };
    found.count.map_or(Cell::Blank, |(count, at)| as_of(display.number(count), at))
}

/// Why the version cannot be restored.
fn refusal<A: ModelAdmin>(actor: &Actor, row: &A::Row, differing: &[FieldPair]) -> Option<String> {
    if let Err(why) = A::EDITING.allows(actor, Permission::Change, Some(row)) {
        return Some(why.to_string());
    }
    if differing.is_empty() {
        return Some("This version is how it stands now.".to_owned());
    }
    let is_locked = |name: &str| form_fields::<A>().any(|field| field.name == name && !(field.is_editable)(actor, Some(row)));
    let is_refused = differing.iter().any(|pair| is_locked(pair.name));
    is_refused.then(|| row_notice::<A>(row).to_owned())
}

fn row_notice<A: ModelAdmin>(row: &A::Row) -> &'static str {
    (A::NOTICE)(row).unwrap_or("You may not change all of these fields.")
}
