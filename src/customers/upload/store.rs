//! Uploads of customers as they are kept, for as long as those of lists are.
//!
//! Called by the rest of `upload` and by its pages. An upload belongs to who made it: nobody else is told that there is one. Each
//! run over its file, dry or not, has a number; one that is no longer the last writes nothing down any more, and ends.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::state::State;
use crate::customers::import::{Report, What};
use crate::db::schema::{segments_import as import, segments_import_piece as piece, segments_import_refusal as refusal};
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;

/// An upload is kept for so many hours.
pub const HOURS: i64 = 24;
/// One at which nobody has worked for so many seconds was cut short: the server ended.
const SILENCE: i64 = 120;
/// Refused rows, and pieces of files, of an old upload that one transaction throws away.
const SWEPT: (i32, i32) = (20_000, 20);

/// The states in which rows are imported.
const IMPORTING: [State; 2] = [State::Importing, State::Stopping];

/// A file that somebody uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import)]
pub struct Import {
    /// Its key.
    pub id: Id,
    /// Who made it.
    pub user_id: Id,
    /// What is in it: the model's name in URLs.
    pub model: String,
    /// The name of the file.
    pub name: String,
    /// When.
    pub made_at: Time,
    /// When it was last worked at.
    pub touched_at: Time,
    /// See [`Import::state`].
    pub state: String,
    /// The number of the last run over it.
    pub run: i32,
    /// How much of the file that run has read.
    pub percent: i32,
    /// How it is to be read, see `Choices`.
    pub choices: String,
    /// What is to be told of it beside its numbers.
    pub sentence: String,
    /// Rows that the last run added.
    pub added: i32,
    /// Rows that it changed.
    pub updated: i32,
    /// Rows that said what was there.
    pub unchanged: i32,
    /// Rows that it refused.
    pub refused: i32,
    /// Companies that it made.
    pub companies_added: i32,
}

impl Import {
    /// An upload whose file is about to be kept.
    pub fn new(what: What, user: Id, now: Time, name: &str, choices: String) -> Self {
        Self {
            id: Id::new(),
            user_id: user,
            model: what.name().to_owned(),
            name: name.to_owned(),
            made_at: now,
            touched_at: now,
            state: State::Storing.name().to_owned(),
            run: 0,
            percent: 0,
            choices,
            sentence: String::new(),
            added: 0,
            updated: 0,
            unchanged: 0,
            refused: 0,
            companies_added: 0,
        }
    }

    /// How far it has come at `now`; what was cut short can be begun again.
    pub fn state(&self, now: Time) -> State {
        let state = State::ALL.into_iter().find(|state| state.name() == self.state).unwrap_or(State::Discarded);
        match state {
            _ if !self.is_silent(now) => state,
            State::Storing => State::Discarded,
            State::Checking => State::Ready,
            State::Importing | State::Stopping => State::Stopped,
            state => state,
        }
    }

    /// Whether something should go on and nobody works at it.
    pub fn is_cut_short(&self, now: Time) -> bool {
        self.state(now).name() != self.state
    }

    /// Whether the server ended while rows were imported, and nobody has written that down yet.
    pub fn is_import_cut_short(&self, now: Time) -> bool {
        IMPORTING.iter().any(|state| state.name() == self.state) && self.is_silent(now)
    }

    /// For how many seconds nothing was heard of it.
    pub fn silence(&self, now: Time) -> i64 {
        (now.0 - self.touched_at.0).num_seconds()
    }

    fn is_silent(&self, now: Time) -> bool {
        self.touched_at < heard_of(now)
    }

    /// What is in the file; `None` for what is no name.
    pub fn what(&self) -> Option<What> {
        [What::Companies, What::Contacts, What::Contracts].into_iter().find(|what| what.name() == self.model)
    }

    /// What came of the last run so far.
    pub fn report(&self) -> Report {
        let number = |number: i32| u64::try_from(number).unwrap_or_default();
        Report {
            added: number(self.added),
            updated: number(self.updated),
            unchanged: number(self.unchanged),
            refused: number(self.refused),
            companies_added: number(self.companies_added),
            ..Report::default()
        }
    }

    /// How many rows the last run has read.
    pub fn rows(&self) -> i64 {
        [self.added, self.updated, self.unchanged, self.refused].into_iter().map(i64::from).sum()
    }
}

/// The imports at which nobody works any more, though they did not come to their end.
pub fn list_cut_short(connection: &mut AnyConnection, now: Time) -> Result<Vec<Import>> {
    let importing = import::table.filter(import::state.eq_any(IMPORTING.map(State::name)));
    Ok(importing.filter(import::touched_at.lt(heard_of(now))).select(Import::as_select()).load(connection)?)
}

/// Keeps a new upload.
pub fn insert(connection: &mut AnyConnection, new: &Import) -> Result<()> {
    diesel::insert_into(import::table).values(new).execute(connection)?;
    Ok(())
}

/// The upload of `what` that `user` made, if it is still kept.
pub fn find(connection: &mut AnyConnection, id: Id, what: What, user: Option<Id>, now: Time) -> Result<Option<Import>> {
    let found = import::table.find(id).select(Import::as_select()).first(connection).optional()?;
    let is_theirs = |found: &Import| Some(found.user_id) == user && found.model == what.name() && found.made_at >= oldest(now);
    Ok(found.filter(is_theirs).filter(|found| found.state(now) != State::Discarded))
}

/// What `user` uploaded of `what` last.
pub fn list_of(connection: &mut AnyConnection, what: What, user: Option<Id>, now: Time) -> Result<Vec<Import>> {
    let Some(user) = user else { return Ok(Vec::new()) };
    let theirs = import::table.filter(import::user_id.eq(user)).filter(import::model.eq(what.name()));
    let kept = theirs.filter(import::made_at.ge(oldest(now))).filter(import::state.ne(State::Discarded.name()));
    let kept: Vec<Import> =
        kept.order((import::made_at.desc(), import::id.desc())).limit(10).select(Import::as_select()).load(connection)?;
    Ok(kept.into_iter().filter(|kept| kept.state(now) != State::Discarded).collect())
}

fn oldest(now: Time) -> Time {
    Time(now.0 - TimeDelta::hours(HOURS))
}

/// Whoever was not heard of since then was cut short.
fn heard_of(now: Time) -> Time {
    Time(now.0 - TimeDelta::seconds(SILENCE))
}

/// Goes on from the state in which somebody saw it; whether it still was in that one.
pub fn pass(connection: &mut AnyConnection, seen: &Import, now: Time, to: State, sentence: &str) -> Result<bool> {
    let there = import::table.find(seen.id).filter(import::state.eq(&seen.state)).filter(import::run.eq(seen.run));
    let set = (import::state.eq(to.name()), import::touched_at.eq(now), import::sentence.eq(sentence));
    Ok(diesel::update(there).set(set).execute(connection)? == 1)
}

/// Begins another run over the file, like [`pass`]; its number.
pub fn begin(connection: &mut AnyConnection, seen: &Import, now: Time, to: State) -> Result<Option<i32>> {
    if !pass(connection, seen, now, to, "")? {
        return Ok(None);
    }
    let run = seen.run + 1;
    diesel::update(import::table.find(seen.id)).set((import::run.eq(run), import::percent.eq(0))).execute(connection)?;
    set_numbers(connection, seen.id, &Report::default())?;
    diesel::delete(refusal::table.filter(refusal::import_id.eq(seen.id))).execute(connection)?;
    Ok(Some(run))
}

/// Keeps how it is to be read.
pub fn set_choices(connection: &mut AnyConnection, id: Id, choices: &str) -> Result<()> {
    diesel::update(import::table.find(id)).set(import::choices.eq(choices)).execute(connection)?;
    Ok(())
}

/// Writes down how far a run has come; whether it is to go on, or `None` where it is not the last one, or was taken back.
pub fn note(connection: &mut AnyConnection, (id, run): (Id, i32), now: Time, percent: i32, report: &Report) -> Result<Option<bool>> {
    let going_on = [State::Checking, State::Importing, State::Stopping].map(State::name);
    let there = import::table.find(id).filter(import::run.eq(run)).filter(import::state.eq_any(going_on));
    if diesel::update(there).set((import::touched_at.eq(now), import::percent.eq(percent))).execute(connection)? == 0 {
        return Ok(None);
    }
    set_numbers(connection, id, report)?;
    let state: String = import::table.find(id).select(import::state).first(connection)?;
    Ok(Some(state != State::Stopping.name()))
}

/// Writes down that a run has ended, if it is the last one and nobody has taken it back; whether it is.
pub fn end(connection: &mut AnyConnection, (id, run): (Id, i32), now: Time, to: State, sentence: &str) -> Result<bool> {
    let going_on = [State::Checking, State::Importing, State::Stopping].map(State::name);
    let there = import::table.find(id).filter(import::run.eq(run)).filter(import::state.eq_any(going_on));
    let set = (import::state.eq(to.name()), import::touched_at.eq(now), import::sentence.eq(sentence));
    Ok(diesel::update(there).set(set).execute(connection)? == 1)
}

fn set_numbers(connection: &mut AnyConnection, id: Id, report: &Report) -> Result<()> {
    let number = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
    let set = (
        import::added.eq(number(report.added)),
        import::updated.eq(number(report.updated)),
        import::unchanged.eq(number(report.unchanged)),
        import::refused.eq(number(report.refused)),
        import::companies_added.eq(number(report.companies_added)),
    );
    diesel::update(import::table.find(id)).set(set).execute(connection)?;
    Ok(())
}

/// Throws away some of what is too old, or was thrown away, a piece at a time; whether there is more.
pub fn sweep(connection: &mut AnyConnection, now: Time) -> Result<bool> {
    let old = import::table.filter(import::made_at.lt(oldest(now)).or(import::state.eq(State::Discarded.name())));
    let Some(id) = old.select(import::id).first::<Id>(connection).optional()? else { return Ok(false) };
    let refusals = refusal::table.filter(refusal::import_id.eq(id));
    let pieces = piece::table.filter(piece::import_id.eq(id));
    if let Some(first) = refusals.order(refusal::position).select(refusal::position).first::<i32>(connection).optional()? {
        diesel::delete(refusals.filter(refusal::position.lt(first.saturating_add(SWEPT.0)))).execute(connection)?;
    } else if let Some(first) = pieces.order(piece::position).select(piece::position).first::<i32>(connection).optional()? {
        diesel::delete(pieces.filter(piece::position.lt(first.saturating_add(SWEPT.1)))).execute(connection)?;
    } else {
        diesel::delete(import::table.find(id)).execute(connection)?;
    }
    Ok(true)
}
