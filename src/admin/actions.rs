//! Actions: what can be done with several objects of a list at once.
//!
//! Declared in `ACTIONS`, offered above the list, done by `views::act`. The fields are Django's (`action`,
//! `_selected_action`, `select_across`). Which objects are meant is read again on the server, of those the actor sees; with
//! `select_across` the search of the list is run again and no key travels. All of it is one transaction: an object that the
//! actor may not change stops it and is named.

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};
use crate::history::{self, NewEvent, Object, record};

use super::chosen::Chosen;
use super::confirmation::{Confirmation, ask};
use super::display::counted;
use super::editing::Act;
use super::list_query::Query;
use super::meant::{Meant, rows};
use super::model_admin::ModelAdmin;
use super::task::Task;

/// Something that can be done with several objects at once.
pub struct Action<A: ModelAdmin> {
    /// Its name as it is posted: `archive`.
    pub name: &'static str,
    /// What the list offers: "Archive selected Customer Segments".
    pub label: &'static str,
    /// The most objects that it takes at once.
    pub most: i64,
    /// What one must be allowed to do with each of them.
    pub permission: Permission,
    /// What is asked before it is done.
    pub question: Option<Question>,
    /// What it does.
    pub deed: Deed<A>,
}

/// What an action asks first.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The heading: "Delete multiple objects".
    pub title: &'static str,
    /// The sentence, with `{}` for what the objects are called; they follow.
    pub sentence: &'static str,
    /// A value that is asked for: its label.
    pub asks_for: Option<&'static str>,
    /// Whether it destroys.
    pub is_dangerous: bool,
}

/// What an action does.
pub enum Deed<A: ModelAdmin> {
    /// A change of the rows, all in one transaction, with what was asked for; how many it changed.
    Change(Change<A>, Done),
    /// [`Edit::delete`](super::editing::Edit::delete) of all rows at once.
    Delete(Done),
    /// Long work on each row, with transactions of its own, which ask anew what the actor may do: what is done stays done
    /// when a later row fails.
    /// What it passes over, and why, is the last of them.
    Long(LongWork<A>, Done, &'static str),
    /// A file of the rows: the ending of its name, its media type, and how it is written.
    File(&'static str, &'static str, WriteFile<A>),
    /// A page that goes on with the rows: where it is.
    Page(fn(&[A::Row]) -> String),
}

/// See [`Deed::Change`]; [`each`] is for those that look at one row after the other.
pub type Change<A> = fn(&mut AnyConnection, &Act<'_>, &[<A as ModelAdmin>::Row], &str) -> Result<usize>;

/// See [`Deed::Long`]: whether it did anything to the row.
pub type LongWork<A> = fn(&Db, &Act<'_>, &<A as ModelAdmin>::Row) -> Result<bool>;

/// See [`Deed::File`].
pub type WriteFile<A> = fn(&mut AnyConnection, &Act<'_>, &[<A as ModelAdmin>::Row], &mut Vec<u8>) -> Result<()>;

/// The sentence for so many objects: "3 Customer Segments were archived."
pub type Done = fn(&str) -> String;

/// What came of an action.
#[derive(Debug)]
pub enum Outcome {
    /// It was done; the sentence says to how many.
    Done(String),
    /// It must be confirmed first: the objects, at most some of them by name.
    Ask(Box<Confirmation>),
    /// None of the objects is left; the sentence says so.
    Nothing(String),
    /// One of the objects stopped it: what was done before, if anything was, and which one, why, and what that means for the others.
    Stopped(Option<String>, String),
    /// A file: its ending, media type and content.
    File(&'static str, &'static str, Vec<u8>),
    /// A page that goes on from here.
    Page(String),
}

/// The action of this name, among those that the actor is offered.
pub fn find<A: ModelAdmin>(actor: &Actor, name: &str) -> Option<&'static Action<A>> {
    offered::<A>(actor).find(|action| action.name == name)
}

/// The actions that a list offers: those that the actor may do with some object.
pub fn offered<A: ModelAdmin>(actor: &Actor) -> impl Iterator<Item = &'static Action<A>> {
    A::ACTIONS.iter().filter(|action| A::EDITING.allows(actor, action.permission, None).is_ok())
}

/// Does it, or asks first; both may take long.
///
/// # Errors
/// `Forbidden` with the sentence which object stops it, and what the deed itself refuses; then nothing was done.
pub async fn run<A: ModelAdmin>(db: &Db, task: Task, query: Query, action: &'static Action<A>, chosen: Chosen) -> Result<Outcome> {
    let here = db.clone();
    db.long(Lane::Saving, move || do_it::<A>(&here, &task, &query, action, &chosen)).await
}

fn do_it<A: ModelAdmin>(db: &Db, task: &Task, query: &Query, action: &'static Action<A>, chosen: &Chosen) -> Result<Outcome> {
    match &action.deed {
        Deed::Change(change, done) => write::<A>(db, task, query, action, chosen, |connection, act, rows| {
            let changed = change(connection, act, rows, &chosen.value)?;
            Ok(done(&objects::<A>(changed)) + &left(rows.len() - changed))
        }),
        Deed::Delete(done) => write::<A>(db, task, query, action, chosen, |connection, act, rows| {
            (A::EDITING.edit()?.delete)(connection, act, rows)?;
            Ok(done(&objects::<A>(rows.len())))
        }),
        Deed::Long(each, done, passed_over) => long::<A>(db, task, query, action, chosen, (*each, *done, passed_over)),
        Deed::Page(address) => db.read_blocking(|connection| {
            let meant = Meant::of::<A>(connection, task, query, action, chosen)?;
            let rows = rows::<A>(connection, task, query, action, &meant)?;
            let is_gone = || Outcome::Nothing(nothing_left::<A>(action.question, chosen));
            Ok(if rows.is_empty() { is_gone() } else { Outcome::Page(address(&rows)) })
        }),
        Deed::File(ending, media_type, write) => file::<A>(db, task, query, action, chosen, (ending, media_type, *write)),
    }
}

/// A file of the rows, which is written down as handed out before it is.
fn file<A: ModelAdmin>(
    db: &Db,
    task: &Task,
    query: &Query,
    action: &Action<A>,
    chosen: &Chosen,
    (ending, media_type, write): (&'static str, &'static str, WriteFile<A>),
) -> Result<Outcome> {
    let meant = db.read_blocking(|connection| Meant::of::<A>(connection, task, query, action, chosen))?;
    db.write_blocking(|connection| {
        let task = &task.as_they_are(connection)?;
        let rows = rows::<A>(connection, task, query, action, &meant)?;
        if rows.is_empty() {
            return Ok(Outcome::Nothing(nothing_left::<A>(action.question, chosen)));
        }
        for row in &rows {
            let message = format!("Exported as {}.", ending.to_uppercase());
            let object = Object { model: A::MODEL.model_name, id: (A::STORE.id)(row).to_string(), name: (A::STORE.name)(row) };
            record(connection, NewEvent::new(&task.actor, task.clock.now(), history::Action::Exported, object, message))?;
        }
        let mut file = Vec::new();
        write(connection, &task.act(), &rows, &mut file)?;
        Ok(Outcome::File(ending, media_type, file))
    })
}

/// Long work on each row, which judges the rights anew, in the transaction that writes.
fn long<A: ModelAdmin>(
    db: &Db,
    task: &Task,
    query: &Query,
    action: &Action<A>,
    chosen: &Chosen,
    (each, done, passed_over): (LongWork<A>, Done, &str),
) -> Result<Outcome> {
    let rows = db.read_blocking(|connection| {
        let meant = Meant::of::<A>(connection, task, query, action, chosen)?;
        rows::<A>(connection, task, query, action, &meant)
    })?;
    if rows.is_empty() {
        return Ok(Outcome::Nothing(nothing_left::<A>(action.question, chosen)));
    }
    match one_by_one::<A>(&rows, done, |row| each(db, &task.act(), row))? {
        (Outcome::Done(done), left) if left > 0 => {
            Ok(Outcome::Done(format!("{done} {} passed over: {passed_over}.", counted(left, "was", "were"))))
        }
        (outcome, _) => Ok(outcome),
    }
}

/// One row after the other, and how many were left as they were: where one fails, what was done before stays done and is
/// told, with the name of that one.
fn one_by_one<A: ModelAdmin>(rows: &[A::Row], done: Done, each: impl Fn(&A::Row) -> Result<bool>) -> Result<(Outcome, usize)> {
    let mut changed = 0;
    for row in rows {
        match each(row) {
            Ok(is_changed) => changed += usize::from(is_changed),
            // Its cause is nobody's business, so it is told by the page of such faults.
            Err(fault @ AppError::Internal(_)) => return Err(fault),
            Err(error) => {
                let rest = match (changed, &error) {
                    // Whether the database kept this one, nobody knows.
                    (0, AppError::Unavailable(_)) => "",
                    (0, _) => " Nothing was changed.",
                    _ => " Those after it were not reached.",
                };
                let why = format!("It stopped at “{}”: {error}{rest}", (A::STORE.name)(row));
                return Ok((Outcome::Stopped((changed > 0).then(|| done(&objects::<A>(changed))), why), 0));
            }
        }
    }
    Ok((Outcome::Done(done(&objects::<A>(changed))), rows.len() - changed))
}

/// One transaction over all the rows: `deed` says what was done, unless it must be asked first. They are searched for before
/// it, and who is only asked writes nothing: whoever writes to SQLite keeps all others from it.
fn write<A: ModelAdmin>(
    db: &Db,
    task: &Task,
    query: &Query,
    action: &'static Action<A>,
    chosen: &Chosen,
    deed: impl Fn(&mut AnyConnection, &Act<'_>, &[A::Row]) -> Result<String>,
) -> Result<Outcome> {
    let meant = &db.read_blocking(|connection| Meant::of::<A>(connection, task, query, action, chosen))?;
    let due = |connection: &mut AnyConnection, task: &Task| -> Result<Result<Vec<A::Row>, Outcome>> {
        let rows = rows::<A>(connection, task, query, action, meant)?;
        // Asked once more: between the answer and this transaction others may have changed what it was about.
        if rows.is_empty() {
            return Ok(Err(Outcome::Nothing(nothing_left::<A>(action.question, chosen))));
        }
        let Some(question) = action.question else { return Ok(Ok(rows)) };
        let asked = ask::<A>(connection, task, action, question, chosen, &rows)?;
        Ok(asked.map_or(Ok(rows), |asked| Err(Outcome::Ask(Box::new(asked)))))
    };
    if action.question.is_some()
        && chosen.confirmed.is_none()
        && let Err(outcome) = db.read_blocking(|connection| due(connection, task))?
    {
        return Ok(outcome);
    }
    db.write_blocking(|connection| {
        let task = &task.in_turn::<A>(connection, &meant.keys)?;
        match due(connection, task)? {
            Ok(rows) => deed(connection, &task.act(), &rows).map(Outcome::Done),
            Err(outcome) => Ok(outcome),
        }
    })
}

/// Changes one row after the other; of how many `change` says that it did.
///
/// # Errors
/// The first of `change`.
pub fn each<Row>(rows: &[Row], mut change: impl FnMut(&Row) -> Result<bool>) -> Result<usize> {
    rows.iter().map(|row| change(row).map(usize::from)).sum()
}

/// What is said when nothing is left to do it with: mostly the same answer was sent twice.
fn nothing_left<A: ModelAdmin>(question: Option<Question>, chosen: &Chosen) -> String {
    let plural = A::MODEL.verbose_name_plural;
    if question.is_some_and(|question| question.is_dangerous) && chosen.confirmed.is_some() {
        return format!("None of the selected {plural} is left to delete.");
    }
    format!("None of the selected {plural} is there any more. Nothing was changed.")
}

/// What is said of those that needed no change.
fn left(count: usize) -> String {
    if count == 0 { String::new() } else { format!(" {} as it should be already.", counted(count, "was", "were")) }
}

/// "3 Customer Segments".
fn objects<A: ModelAdmin>(count: usize) -> String {
    counted(count, A::MODEL.verbose_name, A::MODEL.verbose_name_plural)
}

/// The most objects that one action takes, but for those that say less.
pub const MOST: i64 = 5_000;

/// What "Delete selected" asks, in Django's words.
pub const DELETE: Question = Question {
    title: "Delete multiple objects",
    sentence: "Are you sure you want to delete the selected {}? All of the following objects and their related items will be deleted:",
    asks_for: None,
    is_dangerous: true,
};
