//! Changing the list of a static segment at once: all that a search finds, what was pasted, whom never to include, an undo.
//!
//! Called by the picker, the paste box, the upload and the API, in their transaction: the list, the count and the event are
//! kept together or not at all, as one batch. Whom it is about is a predicate; see `listed`.

use diesel::prelude::*;

use super::freshness;
use super::listed::{self, CONTACTS, DAYS, How, Side, Stamp};
use super::model::{self, Segment, SegmentType};
use super::recalculate::count_saved;
use super::save::require_change;
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};
use crate::history::{self, Action, NewEvent, record};
use crate::query::{Sql, number, text};

/// What is to be done to a list.
#[derive(Debug, Clone)]
pub enum Task {
    /// List all of one kind whom the predicate finds.
    Add(&'static Side, Sql),
    /// Take all of one kind whom the predicate finds off the list.
    Remove(&'static Side, Sql),
    /// Never include the contacts whom the predicate finds, whoever lists them or their company.
    Bar(Sql),
    /// No longer keep out the contacts whom the predicate finds.
    Unbar(Sql),
    /// Write this beside one row.
    Note(&'static Side, Id, String),
    /// Write beside whom a list names what rows say of them: rows with the key that the side has, and a `note`, given from
    /// ` FROM … AS given WHERE …` on.
    Notes(&'static Side, Sql),
    /// Several of these, in their order, as one.
    Together(Vec<Task>),
    /// Reverse this batch, where nobody has changed its rows since.
    Undo(Id),
}

/// What was done.
#[derive(Debug, Clone)]
pub struct Curated {
    /// The segment as it is now.
    pub segment: Segment,
    /// What, in words: "412 contacts added"; blank where nothing was left to do.
    pub what: String,
    /// What stayed as it was and why, a sentence each.
    pub notes: Vec<String>,
    /// The batch that an undo would reverse; `None` where nothing changed.
    pub batch: Option<Id>,
    /// How many contacts it took off the list who are members all the same, through their company.
    pub still_in: usize,
}

/// What became of the list.
#[derive(Default)]
struct Done {
    what: String,
    rows: usize,
    notes: Vec<String>,
}

/// The most characters of a note.
pub const MAX_NOTE: usize = 1_000;

/// Does it, as one batch, and counts the segment.
///
/// # Errors
/// `Forbidden` with the sentence why, `Conflict` for an archived or dynamic segment and for a batch that cannot be undone,
/// `BadRequest` for a note that cannot be kept, `NotFound`.
pub fn curate(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, how: How, task: &Task) -> Result<Curated> {
    let before = curated(connection, actor, id)?;
    let stamp = Stamp::new(actor, clock, how);
    let Done { what, rows, notes } = task.perform(connection, id, &stamp, actor.is_shared)?;
    if rows == 0 {
        return Ok(Curated { segment: before, what, notes, batch: None, still_in: 0 });
    }
    listed::keep_batch(connection, id, &stamp, &what)?;
    let since = freshness::find_members_changed_at(connection, &before)?;
    diesel::update(segment::table.find(id)).set(segment::updated_at.eq(stamp.at)).execute(connection)?;
    if matches!(task, Task::Note(..) | Task::Notes(..)) {
        freshness::keep(connection, id, stamp.at, since)?;
    }
    let touched = segment::table.find(id).select(Segment::as_select()).first(connection)?;
    let after = count_saved(connection, clock, touched, None)?;
    let event = NewEvent::new(actor, clock.now(), Action::Changed, after.object(), format!("Changed the list ({what})."));
    record(connection, event.counts(Some(before.member_count), Some(after.member_count)).batch(Some(stamp.batch)))?;
    let still_in = listed::count_still_in(connection, id, stamp.batch)?;
    Ok(Curated { segment: after, what, notes, batch: Some(stamp.batch), still_in })
}

/// The segment, with others who would change it or its list waiting; one whose list the actor may change.
fn curated(connection: &mut AnyConnection, actor: &Actor, id: Id) -> Result<Segment> {
    model::lock(connection, id)?;
    let found = model::find(connection, actor, id)?;
    require_change(connection, actor, &found)?;
    require_list(&found)?;
    listed::lock(connection, id)?;
    Ok(found)
}

/// Refuses a segment whose list cannot be changed, whoever asks.
///
/// # Errors
/// `Conflict` with the sentence.
pub fn require_list(segment: &Segment) -> Result<()> {
    if segment.is_archived() {
        return Err(AppError::Conflict(format!("“{}” is archived: only its status can be changed.", segment.name)));
    }
    if segment.kind() == SegmentType::Dynamic {
        let sentence = format!("“{}” is dynamic: its list rests. Set its type to Static, save, and then change the list.", segment.name);
        return Err(AppError::Conflict(sentence));
    }
    Ok(())
}

impl Task {
    fn perform(&self, connection: &mut AnyConnection, segment: Id, stamp: &Stamp, is_shared: bool) -> Result<Done> {
        match self {
            Self::Add(side, found) => {
                let changed = listed::add(connection, side, segment, found, stamp, is_shared)?;
                let notes = (changed.barred > 0).then(|| format!("{} stayed out: never to be included.", side.counted(changed.barred)));
                Ok(Done { notes: notes.into_iter().chain(changed.no_members()).collect(), ..Done::of(side, changed.added, "added") })
            }
            Self::Remove(side, found) => Ok(Done::of(side, side.remove(connection, segment, found, stamp)?, "removed")),
            Self::Bar(found) => {
                let barred = CONTACTS.bar(connection, segment, found, stamp)?;
                Ok(Done::of(&CONTACTS, barred, if barred == 1 { "is never to be included now" } else { "are never to be included now" }))
            }
            Self::Unbar(found) => {
                let unbarred = CONTACTS.unbar(connection, segment, found, stamp)?;
                Ok(Done::of(&CONTACTS, unbarred, if unbarred == 1 { "is no longer kept out" } else { "are no longer kept out" }))
            }
            Self::Note(side, item, note) => {
                let noted = side.note(connection, segment, &side.among(&[*item]), &checked(note)?, stamp)?;
                Ok(Done::of_notes(side, noted))
            }
            Self::Notes(side, given) => Ok(Done::of_notes(side, side.take_notes(connection, segment, given, stamp)?)),
            Self::Together(tasks) => {
                tasks.iter().try_fold(Done::default(), |done, task| Ok(done.and(task.perform(connection, segment, stamp, is_shared)?)))
            }
            Self::Undo(batch) => undo(connection, segment, *batch, stamp),
        }
    }
}

impl Done {
    fn of(side: &Side, rows: usize, verb: &str) -> Self {
        let what = if rows > 0 { format!("{} {verb}", side.counted(rows)) } else { String::new() };
        Self { what, rows, notes: Vec::new() }
    }

    fn of_notes(side: &Side, rows: usize) -> Self {
        let what = format!("{} of {} changed", if rows == 1 { "note" } else { "notes" }, side.counted(rows));
        Self { what: if rows > 0 { what } else { String::new() }, rows, notes: Vec::new() }
    }

    fn and(mut self, next: Self) -> Self {
        if !self.what.is_empty() && !next.what.is_empty() {
            self.what.push_str(", ");
        }
        self.what.push_str(&next.what);
        self.notes.extend(next.notes);
        Self { rows: self.rows + next.rows, ..self }
    }
}

fn undo(connection: &mut AnyConnection, segment: Id, batch: Id, stamp: &Stamp) -> Result<Done> {
    let Some(batch) = listed::find_batch(connection, segment, batch, stamp.at)? else {
        return Err(AppError::Conflict(format!("That change cannot be undone any more: it is not among those of the last {DAYS} days.")));
    };
    if let Some(by) = batch.undone_by {
        let whom = history::find_actor_of(connection, model::MODEL, &segment.to_string(), by)?
            .map(|whom| format!(", by {whom}"))
            .unwrap_or_default();
        return Err(AppError::Conflict(format!("That change was undone already{whom}.")));
    }
    let undone = batch.undo(connection, stamp)?;
    let left = i64::from(batch.row_count).saturating_sub(i64::try_from(undone).unwrap_or(i64::MAX));
    let notes = match (undone, left) {
        (_, 0) => Vec::new(),
        (0, _) => vec!["Nothing was left to undo: every row has been changed since.".to_owned()],
        (_, 1) => vec!["1 row was left alone: somebody has changed it since.".to_owned()],
        (_, left) => vec![format!("{} rows were left alone: somebody has changed them since.", number::grouped(left))],
    };
    Ok(Done { what: undoing(&batch.what), rows: undone, notes })
}

/// What it is to undo this: "undid: 8 contacts added", and once more "redid: 8 contacts added", however often.
fn undoing(what: &str) -> String {
    match (what.strip_prefix("undid: "), what.strip_prefix("redid: ")) {
        (Some(undone), _) => format!("redid: {undone}"),
        (_, Some(redone)) => format!("undid: {redone}"),
        _ => format!("undid: {what}"),
    }
}

/// A note as it is stored.
///
/// # Errors
/// `BadRequest` for one that cannot be kept.
pub fn checked(note: &str) -> Result<String> {
    let note = text::nfc(note.trim());
    let length = note.chars().count();
    if note.contains('\0') {
        return Err(AppError::BadRequest("Null characters are not allowed in a note.".into()));
    }
    if length > MAX_NOTE {
        return Err(AppError::BadRequest(format!("A note has at most {MAX_NOTE} characters (this one has {length}).")));
    }
    Ok(note)
}
