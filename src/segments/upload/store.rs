//! Uploads as they are kept, for a day.
//!
//! Called by the rest of `upload`. An upload belongs to who made it and to the segment: nobody else is told that there is one.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::columns::Layout;
use super::rows::delete_rows;
use crate::customers::upload::store::HOURS;
use crate::db::schema::{segments_upload as upload, segments_upload_row as row};
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::segments::listed::How;

/// One that nobody has touched for so many seconds while it was read or applied was cut short.
const SILENCE: i64 = 120;
/// What is told of one that was cut short while it was applied. Nothing of it is there, for a list is changed in one
/// transaction; should it still go on after all, only the first of the two is done.
const CUT_SHORT: &str = "It was not applied to its end: the server ended meanwhile. Nothing was changed; you can apply it again.";
/// Rows of an old upload that one transaction throws away.
const SWEPT: i32 = 20_000;

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is being read.
    Reading,
    /// It can be looked at and applied.
    Ready,
    /// It is being applied.
    Applying,
    /// It was applied.
    Applied,
    /// It cannot be read, or the server ended meanwhile.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl State {
    const ALL: [Self; 6] = [Self::Reading, Self::Ready, Self::Applying, Self::Applied, Self::Failed, Self::Cancelled];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Ready => "ready",
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// In words, behind the name of the file.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reading => "being read",
            Self::Ready => "not applied yet",
            Self::Applying => "being applied",
            Self::Applied => "applied",
            Self::Failed => "could not be read",
            Self::Cancelled => "thrown away",
        }
    }
}

/// What somebody pasted or uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = upload, treat_none_as_default_value = false)]
pub struct Upload {
    /// Its key.
    pub id: Id,
    /// For whose list.
    pub segment_id: Id,
    /// Who made it.
    pub user_id: Id,
    /// When.
    pub made_at: Time,
    /// How whom it lists will have come onto the list, as stored by `How`.
    pub source: String,
    /// The name of the file; blank for a paste.
    pub name: String,
    /// See [`Upload::state`].
    pub state: String,
    /// When it was last worked at.
    pub touched_at: Time,
    /// How much of it was read.
    pub percent: i32,
    /// How many rows were read.
    pub row_count: i32,
    /// See [`Upload::layout`].
    pub layout: String,
    /// Why it failed, or what was done when it was applied.
    pub sentence: String,
    /// The batch that it made.
    pub batch_id: Option<Id>,
}

impl Upload {
    /// An upload that begins to be read.
    pub fn new(segment: Id, user: Id, now: Time, how: How, name: &str) -> Self {
        Self {
            id: Id::new(),
            segment_id: segment,
            user_id: user,
            made_at: now,
            source: how.name().to_owned(),
            name: name.to_owned(),
            state: State::Reading.name().to_owned(),
            touched_at: now,
            percent: 0,
            row_count: 0,
            layout: String::new(),
            sentence: String::new(),
            batch_id: None,
        }
    }

    /// How far it has come at `now`.
    pub fn state(&self, now: Time) -> State {
        let state = State::ALL.into_iter().find(|state| state.name() == self.state).unwrap_or(State::Failed);
        match state {
            State::Reading if self.touched_at < heard_of(now) => State::Failed,
            State::Applying if self.touched_at < heard_of(now) => State::Ready,
            state => state,
        }
    }

    /// For how many seconds nothing was heard of it.
    pub fn silence(&self, now: Time) -> i64 {
        (now.0 - self.touched_at.0).num_seconds()
    }

    /// As it is told of at `now`.
    fn told(mut self, now: Time) -> Self {
        if self.state == State::Applying.name() && self.state(now) == State::Ready {
            CUT_SHORT.clone_into(&mut self.sentence);
        }
        self
    }

    /// Its columns; `None` where it has none.
    pub fn layout(&self) -> Option<Layout> {
        serde_json::from_str(&self.layout).ok()
    }

    /// How whom it lists will have come onto the list.
    pub fn how(&self) -> How {
        How::named(&self.source).unwrap_or(How::Paste)
    }
}

/// Keeps a new upload.
pub fn insert(connection: &mut AnyConnection, new: &Upload) -> Result<()> {
    diesel::insert_into(upload::table).values(new).execute(connection)?;
    Ok(())
}

/// The upload that `user` made for the list of `segment`, if it is still kept.
pub fn find(connection: &mut AnyConnection, id: Id, segment: Id, user: Option<Id>, now: Time) -> Result<Option<Upload>> {
    let Some(user) = user else { return Ok(None) };
    let theirs = upload::table.find(id).filter(upload::segment_id.eq(segment)).filter(upload::user_id.eq(user));
    let found: Option<Upload> = theirs.filter(upload::made_at.ge(oldest(now))).select(Upload::as_select()).first(connection).optional()?;
    Ok(found.map(|upload| upload.told(now)))
}

/// What `user` uploaded for the list of `segment` last.
pub fn list_of(connection: &mut AnyConnection, segment: Id, user: Option<Id>, now: Time) -> Result<Vec<Upload>> {
    let Some(user) = user else { return Ok(Vec::new()) };
    let theirs =
        upload::table.filter(upload::segment_id.eq(segment)).filter(upload::user_id.eq(user)).filter(upload::made_at.ge(oldest(now)));
    Ok(theirs.order((upload::made_at.desc(), upload::id.desc())).limit(10).select(Upload::as_select()).load(connection)?)
}

fn oldest(now: Time) -> Time {
    Time(now.0 - TimeDelta::hours(HOURS))
}

/// Whoever was not heard of since then was cut short.
fn heard_of(now: Time) -> Time {
    Time(now.0 - TimeDelta::seconds(SILENCE))
}

/// Goes on from one state to another; whether it was in that one, as [`Upload::state`] has it.
pub fn pass(connection: &mut AnyConnection, id: Id, now: Time, (from, to): (State, State), sentence: &str) -> Result<bool> {
    let was_cut_short = upload::state.eq(State::Applying.name()).and(upload::touched_at.lt(heard_of(now)));
    let is_ready = (from == State::Ready).into_sql::<Bool>();
    let there = upload::table.find(id).filter(upload::state.eq(from.name()).or(was_cut_short.and(is_ready)));
    let set = (upload::state.eq(to.name()), upload::touched_at.eq(now), upload::sentence.eq(sentence));
    Ok(diesel::update(there).set(set).execute(connection)? == 1)
}

/// How far it has come; nobody goes on with it from there before the transaction ends.
///
/// # Errors
/// `NotFound`.
pub fn hold(connection: &mut AnyConnection, id: Id, now: Time) -> Result<State> {
    diesel::update(upload::table.find(id)).set(upload::state.eq(upload::state)).execute(connection)?;
    let found: Upload = upload::table.find(id).select(Upload::as_select()).first(connection)?;
    Ok(found.state(now))
}

/// Writes down that it is still being applied.
pub fn touch(connection: &mut AnyConnection, id: Id, now: Time) -> Result<()> {
    let there = upload::table.find(id).filter(upload::state.eq(State::Applying.name()));
    diesel::update(there).set(upload::touched_at.eq(now)).execute(connection)?;
    Ok(())
}

/// Writes down that it was applied, in the transaction that does it.
///
/// # Errors
/// `Conflict` where somebody else took it for cut short meanwhile: then this one is not done.
pub fn note_applied(connection: &mut AnyConnection, id: Id, now: Time, sentence: &str, batch: Option<Id>) -> Result<()> {
    if !pass(connection, id, now, (State::Applying, State::Applied), sentence)? {
        return Err(AppError::Conflict("It was applied or thrown away in another window meanwhile; nothing was done twice.".into()));
    }
    diesel::update(upload::table.find(id)).set(upload::batch_id.eq(batch)).execute(connection)?;
    Ok(())
}

/// Writes down how much of it was read; whether it is still wanted.
pub fn note_read(connection: &mut AnyConnection, id: Id, now: Time, percent: i32, rows: i32) -> Result<bool> {
    let there = upload::table.find(id).filter(upload::state.eq(State::Reading.name()));
    let set = (upload::touched_at.eq(now), upload::percent.eq(percent), upload::row_count.eq(rows));
    Ok(diesel::update(there).set(set).execute(connection)? == 1)
}

/// Writes down its columns.
pub fn set_layout(connection: &mut AnyConnection, id: Id, layout: &str) -> Result<()> {
    diesel::update(upload::table.find(id)).set(upload::layout.eq(layout)).execute(connection)?;
    Ok(())
}

/// Throws away some of what is too old, a piece at a time; whether there is more.
pub fn sweep(connection: &mut AnyConnection, now: Time) -> Result<bool> {
    let old = upload::table.filter(upload::made_at.lt(oldest(now))).select(upload::id);
    let Some(id) = old.first::<Id>(connection).optional()? else { return Ok(false) };
    let first = row::table.filter(row::upload_id.eq(id)).order(row::position).select(row::position).first::<i32>(connection).optional()?;
    match first {
        Some(first) => delete_rows(connection, id, first, first.saturating_add(SWEPT))?,
        None => {
            diesel::delete(upload::table.find(id)).execute(connection)?;
        }
    }
    Ok(true)
}

/// A number as its columns hold it.
pub fn small(number: impl TryInto<i32>) -> Result<i32> {
    number.try_into().map_err(|_| AppError::BadRequest("That is more than two thousand million lines.".into()))
}
