//! The history of one object: its events as a table, oldest first, in pages that count from the newest.
//!
//! Called by `views`. Entries that left a version lead to `versions`, where it is compared and restored.

use std::collections::HashSet;

use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::history::{self, Event};

use super::cell::Cell;
use super::display::{Display, Moment, counted, number};
use super::editing::Act;
use super::fieldset::{FormField, field_names, form_fields};
use super::form_page::ObjectView;
use super::model_admin::{Model, ModelAdmin};
use super::task::{Task, find};
use super::versions::{stands, written};
use super::widget::Widget;

/// The most events on a page.
const SHOWN: i64 = 200;

/// What the page shows.
#[derive(Debug)]
pub struct ObjectHistory {
    /// What the object is.
    pub model: Model,
    /// Which one.
    pub object: ObjectView,
    /// Its events.
    pub entries: Vec<Entry>,
    /// "2 entries"; or, where there are several pages, which of them these are.
    pub count: String,
    /// The page with older ones; pages count from the newest.
    pub older: Option<i64>,
    /// The page with newer ones.
    pub newer: Option<i64>,
    /// The page of the object that undoes a change, and what its button says, see [`Undo`].
    pub undo: Option<(&'static str, &'static str)>,
}

/// How changes are undone from the history.
pub struct Undo<Row> {
    /// What its button says.
    pub label: &'static str,
    /// The page of the object that a form with the key of a batch, as `batch`, is posted to.
    pub page: &'static str,
    /// Which batches this actor can undo now.
    pub batches: fn(&mut AnyConnection, &Act<'_>, &Row) -> Result<HashSet<Id>>,
}

/// One event.
#[derive(Debug)]
pub struct Entry {
    /// When.
    pub when: Moment,
    /// Who, by the name they had.
    pub who: String,
    /// What.
    pub message: String,
    /// The member counts before and after, where the event knows them.
    pub counts: Option<String>,
    /// The key of the version that it left, where there is something to compare it with.
    pub version: Option<Id>,
    /// What the rules said before and after, in words, where they were changed.
    pub sentences: Option<(String, String)>,
    /// Short fields that were changed: label, before, after; none where the message tells them.
    pub changes: Vec<(&'static str, Cell, Cell)>,
    /// The batch that can still be undone.
    pub undo: Option<Id>,
}

/// A page of the object's history, from 1; `None` for an object that the actor does not see.
pub async fn load<A: ModelAdmin>(db: &Db, task: Task, page: i64) -> Result<Option<ObjectHistory>> {
    db.read(move |connection| {
        let Some(id) = task.id else { return Ok(None) };
        let Some(row) = find::<A>(connection, &task.actor, id)? else { return Ok(None) };
        let display = Display::new(&task.clock);
        let (name, key, passed) = (A::MODEL.model_name, id.to_string(), (page - 1) * SHOWN);
        let mut events = history::list_of(connection, name, &key, passed, SHOWN + 1)?;
        // One more is read than is shown, only to tell that there are older ones.
        let has_older = i64::try_from(events.len()).is_ok_and(|length| length > SHOWN);
        events.drain(..usize::from(has_older));
        let fields = if A::VERSIONS.is_some() { field_names::<A>() } else { Vec::new() };
        let newest = if fields.is_empty() { None } else { history::find_last_version(connection, name, &key, &fields)? };
        // The newest version is mostly how the object stands now: there is nothing to compare then.
        let newest = newest.filter(|event| stands::<A>(event, &row)).map(|event| event.id);
        let is_compared = |event: &Event| event.is_version(&fields) && newest != Some(event.id);
        let shown = count(events.len(), passed, has_older);
        let undoable = A::UNDO.map_or_else(|| Ok(HashSet::new()), |undo| (undo.batches)(connection, &task.act(), &row))?;
        let entry = |event: Event| Entry::of::<A>(connection, task.act(), is_compared(&event), event, &display);
        let mut entries = events.into_iter().map(entry).collect::<Result<Vec<Entry>>>()?;
        for entry in &mut entries {
            entry.undo = entry.undo.filter(|batch| undoable.contains(batch));
        }
        Ok(Some(ObjectHistory {
            model: A::MODEL,
            object: ObjectView::of::<A>(&row),
            count: shown,
            entries,
            older: has_older.then_some(page + 1),
            newer: (page > 1).then_some(page - 1),
            undo: A::UNDO.map(|undo| (undo.page, undo.label)),
        }))
    })
    .await
}

/// Which events are shown, as a sentence.
fn count(shown: usize, passed: i64, has_older: bool) -> String {
    let entries = counted(shown, "entry", "entries");
    match (passed, has_older) {
        (0, false) => entries,
        (0, true) => format!("The newest {entries}"),
        _ => format!("{entries}, after the newest {}", number(passed)),
    }
}

impl Entry {
    fn of<A: ModelAdmin>(connection: &mut AnyConnection, act: Act<'_>, is_compared: bool, event: Event, display: &Display) -> Result<Self> {
        let version = is_compared.then_some(event.id);
        let members = |count: i32| counted(count, "member", "members");
        let counts = match (event.count_before, event.count_after) {
            (Some(before), Some(after)) if before != after => Some(format!("({} before, {} after)", members(before), members(after))),
            (_, Some(after)) => Some(format!("({})", members(after))),
            (Some(before), None) => Some(format!("({} before)", members(before))),
            (None, None) => None,
        };
        let changes = if event.message.contains('→') { Vec::new() } else { changes::<A>(&event, display) };
        let sentences = sentences::<A>(connection, act, &event)?;
        let Event { at, actor_name: who, message, batch: undo, .. } = event;
        Ok(Self { when: display.moment(at), who, message, counts, version, sentences, changes, undo })
    }
}

/// What an event changed, before and after, of the field that is put into words; for whoever reads it now.
fn sentences<A: ModelAdmin>(connection: &mut AnyConnection, act: Act<'_>, event: &Event) -> Result<Option<(String, String)>> {
    let (Some(versions), Some(before), Some(after)) = (A::VERSIONS, &event.before, &event.after) else { return Ok(None) };
    for name in field_names::<A>() {
        if let (Some(old), Some(new)) = (before.0.get(name), after.0.get(name)) {
            let mut said = |value| (versions.sentence)(connection, &act, name, &written(value));
            if let (Some(old), Some(new)) = (said(old)?, said(new)?) {
                return Ok(Some((old, new)));
            }
        }
    }
    Ok(None)
}

/// What an event says of short fields that it changed. Keys of other objects are no words, and long text is for comparing.
fn changes<A: ModelAdmin>(event: &Event, display: &Display) -> Vec<(&'static str, Cell, Cell)> {
    let (Some(before), Some(after)) = (&event.before, &event.after) else { return Vec::new() };
    let is_short = |widget| !matches!(widget, Widget::Json | Widget::Textarea | Widget::Password | Widget::ForeignKey(_));
    let change = |field: &FormField<A::Row, A::Panels>| {
        let (old, new) = (written(before.0.get(field.name)?), written(after.0.get(field.name)?));
        let shown = |value: &str| field.widget.show(value, display);
        (!field.widget.is_same(&old, &new)).then(|| (field.label, shown(&old), shown(&new)))
    };
    form_fields::<A>().filter(|field| is_short(field.widget)).filter_map(change).collect()
}
