//! Opening a form and saving it: the steps that are the same for every screen.
//!
//! Called by `views`; calls the hooks of [`Edit`](super::editing::Edit). The version is compared in the saving transaction
//! itself, so of two editors who press Save at the same moment one is always told. A form of a new object carries the key
//! that the object will have: sent twice it finds the object made, and makes no second one.

use crate::accounts::actor::Permission;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

use super::binding::{Looked, bind};
use super::conflict::{ConflictPage, is_same_as_stored};
use super::display::Display;
use super::editing::{Act, FormContext, Note, Saved, Target};
use super::form::{BESIDE, EDIT, FormData, FormErrors, Intent, NEW_ID, OPENED, VERSION, initial, validate, version};
use super::form_page::FormPage;
use super::model_admin::ModelAdmin;
use super::query_string::QueryString;
use super::related::{is_searching, views_of};
use super::repeats::{as_it_is, is_repeated, new_id, sent_before};
use super::side_by_side::stored_and_typed;
use super::task::Task;

/// What became of a form.
#[derive(Debug)]
pub enum Answer {
    /// There is no such object, as far as the actor may know.
    Unknown,
    /// The form again: with what is wrong, or because a button asked for it.
    Page(Box<FormPage>),
    /// The form again, because the database could not keep it now.
    Unavailable(Box<FormPage>),
    /// The object, which the actor may not change any more, with what they typed.
    Forbidden(Box<FormPage>),
    /// Somebody else saved it meanwhile.
    Conflict(Box<ConflictPage>),
    /// It was saved.
    Saved(Saved, Intent),
}

/// What a form that was sent is, before anything is written.
enum Checked<A: ModelAdmin> {
    Answered(Answer),
    /// It may be saved to the object of this version; blank for a new one.
    Good(A::Cleaned, String),
}

/// What the writing transaction came to.
enum Attempt {
    Saved(Saved),
    Overtaken,
    Gone,
}

/// The form of an object as it is stored, or of a new one with what its address gives.
///
/// # Errors
/// `Forbidden` with the sentence why none may be added.
pub async fn open<A: ModelAdmin>(db: &Db, task: Task, given: QueryString) -> Result<Option<FormPage>> {
    db.read(move |connection| {
        let Ok(row) = task.row::<A>(connection)? else { return Ok(None) };
        if row.is_none() {
            A::EDITING.allows(&task.actor, Permission::Add, None)?;
        }
        let data = if row.is_some() { FormData::of::<A>(row.as_ref()) } else { FormData::given::<A>(task.act(), &given) };
        page::<A>(connection, task.act(), row.as_ref(), &data, false, &FormErrors::default()).map(Some)
    })
    .await
}

/// Does what the form that was sent asks for.
///
/// # Errors
/// `Forbidden` with the sentence why it may not be saved.
pub async fn submit<A: ModelAdmin>(db: &Db, task: Task, data: FormData) -> Result<Answer> {
    let data = A::EDITING.composed(data);
    let shows_again = A::EDITING.edit().is_ok_and(|edit| (edit.shows_again)(&data)) || is_searching::<A>(&data);
    let intent = Intent::read(&data, shows_again);
    let (asked, typed) = (task.clone(), data.clone());
    // What a form shows of its own accord is quick; what a button asks for, saving too, may count every customer.
    let lane = if intent == Intent::Show { Lane::Question } else { Lane::Saving };
    let checked = db.read_heavy(lane, move |connection| check::<A>(connection, &asked, typed, intent)).await;
    let good = match checked {
        Ok(Checked::Answered(answer)) => return Ok(answer),
        Ok(Checked::Good(cleaned, version)) => (cleaned, version),
        Err(error) => return refused::<A>(db, task, data, intent, error).await,
    };
    let (saving, typed) = (task.clone(), data.clone());
    let is_big = A::EDITING.edit().is_ok_and(|edit| (edit.is_big)(&good.0));
    let work = move |connection: &mut AnyConnection| save::<A>(connection, &saving, &typed, &good);
    let attempt = if is_big { db.write_long(work).await } else { db.write(work).await };
    match attempt {
        Ok(Attempt::Saved(saved)) => Ok(Answer::Saved(saved, intent)),
        Ok(Attempt::Gone | Attempt::Overtaken) => again::<A>(db, task, data, FormErrors::default()).await,
        Err(error) => refused::<A>(db, task, data, intent, error).await,
    }
}

/// The form again with what a failure means for it; a failure that is no matter of the form stays one.
async fn refused<A: ModelAdmin>(db: &Db, task: Task, data: FormData, intent: Intent, error: AppError) -> Result<Answer> {
    if task.id.is_none() && matches!(error, AppError::NotUnique(_)) {
        // A double click: what stands in the way may be what the first of the two has made meanwhile.
        let (asked, typed) = (task.clone(), data.clone());
        if let Some(saved) = db.read(move |connection| sent_before::<A>(connection, &asked, &typed)).await? {
            return Ok(Answer::Saved(saved, intent));
        }
    }
    if matches!(error, AppError::Forbidden(_)) && task.restores.is_none() && data.has(VERSION) {
        let mut errors = FormErrors::default();
        errors.add_general("Nothing was saved. What you typed stands below what is saved.");
        return Ok(match again::<A>(db, task, without_buttons(&data), errors).await? {
            Answer::Page(form) if form.read_only.is_some() => Answer::Forbidden(form),
            _ => return Err(error),
        });
    }
    match A::EDITING.edit().map(|edit| (edit.refusal)(&error)) {
        Ok(Some(errors)) => Ok(match (error, again::<A>(db, task, without_buttons(&data), errors).await?) {
            (AppError::Database(_) | AppError::Unavailable(_), Answer::Page(form)) => Answer::Unavailable(form),
            (_, shown) => shown,
        }),
        _ => Err(error),
    }
}

/// What was typed, without what was asked for besides: it is what failed.
fn without_buttons(data: &FormData) -> FormData {
    FormData::new(
        data.typed()
            .filter(|(name, _)| !name.starts_with('_'))
            .chain(data.own())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    )
}

/// Everything that can be said of the form without writing.
fn check<A: ModelAdmin>(connection: &mut AnyConnection, task: &Task, mut data: FormData, intent: Intent) -> Result<Checked<A>> {
    let Ok(row) = task.row::<A>(connection)? else { return gone::<A>(connection, task, data).map(Checked::Answered) };
    let row = row.as_ref();
    A::EDITING.allows(&task.actor, if row.is_some() { Permission::Change } else { Permission::Add }, row)?;
    data.settle::<A>(task.act(), row);
    let answer = |answer| Ok(Checked::Answered(answer));
    if intent == Intent::Show {
        let shown = page::<A>(connection, task.act(), row, &data, true, &FormErrors::default())?;
        return answer(Answer::Page(Box::new(shown)));
    }
    match row {
        Some(row) if is_overtaken::<A>(row, &data) => {
            return answer(Answer::Conflict(Box::new(ConflictPage::of::<A>(connection, task.act(), row, &data)?)));
        }
        None => {
            if let Some(saved) = sent_before::<A>(connection, task, &data)? {
                return answer(Answer::Saved(saved, intent));
            }
        }
        Some(_) => {}
    }
    let mut errors = validate::<A>(connection, &data, task.act(), row)?;
    let context = FormContext { act: task.act(), row, data: &data, is_sent: true, is_editable: true };
    let cleaned = (A::EDITING.edit()?.clean)(connection, &context, &mut errors)?;
    match cleaned {
        Some(cleaned) if errors.is_empty() => Ok(Checked::Good(cleaned, row.map(version::<A>).unwrap_or_default())),
        _ => answer(Answer::Page(Box::new(page::<A>(connection, task.act(), row, &data, true, &errors)?))),
    }
}

/// The writing transaction.
fn save<A: ModelAdmin>(
    connection: &mut AnyConnection,
    task: &Task,
    data: &FormData,
    (cleaned, checked): &(A::Cleaned, String),
) -> Result<Attempt> {
    let task = &task.in_turn::<A>(connection, task.id.as_slice())?;
    A::EDITING.allows(&task.actor, if task.id.is_some() { Permission::Change } else { Permission::Add }, None)?;
    let Ok(row) = task.row::<A>(connection)? else { return Ok(Attempt::Gone) };
    let mut data = data.clone();
    let follows = data.settle::<A>(task.act(), row.as_ref());
    let target = match &row {
        Some(row) => {
            A::EDITING.allows(&task.actor, Permission::Change, Some(row))?;
            if is_overtaken::<A>(row, &data) {
                return Ok(Attempt::Overtaken);
            }
            if is_repeated::<A>(connection, row, &data)? {
                return Ok(Attempt::Saved(followed(as_it_is::<A>(row), follows)));
            }
            // What follows the object, and was judged with it, follows one that is no more.
            if follows && version::<A>(row) != *checked {
                return Ok(Attempt::Overtaken);
            }
            Target::Stored(row)
        }
        None => match sent_before::<A>(connection, task, &data)? {
            Some(saved) => return Ok(Attempt::Saved(saved)),
            None => Target::New(new_id::<A>(connection, &data)?),
        },
    };
    let saved = (A::EDITING.edit()?.save)(connection, &task.act(), target, cleaned)?;
    Ok(Attempt::Saved(followed(saved, follows)))
}

/// Tells whoever saved a form whose untouched fields are not as it showed them.
fn followed(mut saved: Saved, follows: bool) -> Saved {
    let text = "It was changed by somebody else meanwhile. What you did not touch is as they saved it.".to_owned();
    saved.notes.extend(follows.then_some(Note::warning(text)));
    saved
}

/// The answer after the writing transaction refused: the object may have changed once more, so it is read again.
async fn again<A: ModelAdmin>(db: &Db, task: Task, mut data: FormData, errors: FormErrors) -> Result<Answer> {
    db.read(move |connection| {
        let Ok(row) = task.row::<A>(connection)? else { return gone::<A>(connection, &task, data) };
        data.settle::<A>(task.act(), row.as_ref());
        match &row {
            Some(row) if errors.is_empty() => Ok(Answer::Conflict(Box::new(ConflictPage::of::<A>(connection, task.act(), row, &data)?))),
            row => Ok(Answer::Page(Box::new(page::<A>(connection, task.act(), row.as_ref(), &data, true, &errors)?))),
        }
    })
    .await
}

/// The object went while its form was open: what was typed comes back in a form that adds it anew. An address that no form
/// was opened at is simply unknown.
fn gone<A: ModelAdmin>(connection: &mut AnyConnection, task: &Task, mut data: FormData) -> Result<Answer> {
    if !data.has(VERSION) || A::EDITING.allows(&task.actor, Permission::Add, None).is_err() {
        return Ok(Answer::Unknown);
    }
    data.settle::<A>(task.act(), None);
    let mut errors = FormErrors::default();
    errors.add_general(format!(
        "This {} was deleted while you were editing it, or you may not see it any more. What you typed is kept here: save it to add it as a new one.",
        A::MODEL.verbose_name
    ));
    Ok(Answer::Page(Box::new(page::<A>(connection, task.act(), None, &data, true, &errors)?)))
}

/// Whether somebody saved something else since the form was opened. A form without a version was not made from any state
/// that its sender has seen, so it is treated alike.
fn is_overtaken<A: ModelAdmin>(row: &A::Row, data: &FormData) -> bool {
    data.get(VERSION) != version::<A>(row) && !is_same_as_stored::<A>(row, data)
}

/// The form as it is shown.
fn page<A: ModelAdmin>(
    connection: &mut AnyConnection,
    act: Act<'_>,
    row: Option<&A::Row>,
    data: &FormData,
    is_sent: bool,
    errors: &FormErrors,
) -> Result<FormPage> {
    let permission = if row.is_some() { Permission::Change } else { Permission::Add };
    let allowed = A::EDITING.allows(act.actor, permission, row);
    let context = FormContext { act, row, data, is_sent, is_editable: allowed.is_ok() };
    let panels = (A::PANELS)(connection, &context)?;
    let display = Display::new(act.clock);
    let related = views_of::<A>(connection, act.actor, row, data)?;
    // Who goes on with what was not saved sees at each field what is.
    let is_beside = row.is_some() && (data.has(EDIT) || data.has(BESIDE));
    let pairs = if is_beside { stored_and_typed::<A>(connection, act, row, data)? } else { Vec::new() };
    let saved = pairs.into_iter().filter(|pair| pair.differs).map(|pair| (pair.name, pair.one)).collect();
    let fieldsets = bind::<A>(&context, errors, &panels, Looked { related, saved, display })?;
    // A form that is shown again keeps the version it was opened with, or the next save would overwrite unseen changes.
    let kept = |name, fresh: String| if is_sent { data.get(name).to_owned() } else { fresh };
    Ok(FormPage {
        fieldsets,
        general: errors.general().to_vec(),
        error_count: errors.len(),
        version: row.map(|row| kept(VERSION, version::<A>(row))).unwrap_or_default(),
        new_id: if row.is_some() { String::new() } else { Id::parse(data.get(NEW_ID)).unwrap_or_default().to_string() },
        initial: row.map(|row| initial::<A>(row, data)).unwrap_or_default(),
        opened: kept(OPENED, act.clock.now().to_rfc3339()),
        beside: if is_beside { "1" } else { "" },
        is_sent,
        scripts: if allowed.is_ok() { A::SCRIPTS } else { &[] },
        read_only: allowed.err().map(|why| why.to_string()),
        ..FormPage::of::<A>(act.actor, row)
    })
}
