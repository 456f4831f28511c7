//! Uploads and their rows as they are kept, for a day.
//!
//! Called by the rest of `upload`. An upload belongs to who made it and to the segment: nobody else is told that there is one.

use chrono::TimeDelta;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::entry::{Item, Outcome};
use crate::db::schema::{segments_upload as upload, segments_upload_row as row};
use crate::db::{AnyConnection, Id, Time, dialect};
use crate::error::{AppError, Result};
use crate::query::{Sql, Statement, Value};
use crate::segments::listed::How;

/// An upload is kept for so many hours.
pub const HOURS: i64 = 24;
/// One that nobody has touched for so many seconds while it was read, or while it was applied, was cut short.
const SILENCE: (i64, i64) = (120, 1_800);
/// Rows inserted with one statement: eleven values each.
const AT_ONCE: usize = 2_500;
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
    /// Its columns, see `columns::Layout`; blank where it has none.
    pub layout: String,
    /// Why it failed, or what was done when it was applied.
    pub sentence: String,
    /// The batch that it made.
    pub batch_id: Option<Id>,
}

/// A row of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = row, treat_none_as_default_value = false)]
pub struct Row {
    /// Of which upload.
    pub upload_id: Id,
    /// Its place, from 1.
    pub position: i32,
    /// The line on which it stands.
    pub line: i32,
    /// As it was written.
    pub raw: String,
    /// What to write beside whom it stands for.
    pub note: String,
    /// See `Outcome`.
    pub outcome: String,
    /// By what they were found.
    pub found_by: String,
    /// The contact it stands for.
    pub contact_id: Option<Id>,
    /// The company it stands for.
    pub company_id: Option<Id>,
    /// Whom it may stand for, joined by commas.
    pub candidates: String,
    /// Why it cannot be taken.
    pub reason: String,
}

impl Row {
    /// What becomes of it.
    pub fn outcome(&self) -> Outcome {
        Outcome::named(&self.outcome).unwrap_or(Outcome::Refused)
    }

    /// Whom it stands for.
    pub fn item(&self) -> Option<Item> {
        self.contact_id.map(Item::Contact).or(self.company_id.map(Item::Company))
    }

    /// Whom it may stand for.
    pub fn candidates(&self) -> Vec<Item> {
        self.candidates.split(',').filter_map(Item::parse).collect()
    }
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
        let is_silent_for = |seconds| self.touched_at.0 < now.0 - TimeDelta::seconds(seconds);
        match state {
            State::Reading if is_silent_for(SILENCE.0) => State::Failed,
            State::Applying if is_silent_for(SILENCE.1) => State::Failed,
            state => state,
        }
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
    Ok(theirs.filter(upload::made_at.ge(oldest(now))).select(Upload::as_select()).first(connection).optional()?)
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

/// Goes on from one state to another; whether it was in that one.
pub fn pass(connection: &mut AnyConnection, id: Id, now: Time, (from, to): (State, State), sentence: &str) -> Result<bool> {
    let there = upload::table.find(id).filter(upload::state.eq(from.name()));
    let set = (upload::state.eq(to.name()), upload::touched_at.eq(now), upload::sentence.eq(sentence));
    Ok(diesel::update(there).set(set).execute(connection)? == 1)
}

/// Writes down that it was applied.
pub fn note_applied(connection: &mut AnyConnection, id: Id, now: Time, sentence: &str, batch: Option<Id>) -> Result<()> {
    pass(connection, id, now, (State::Applying, State::Applied), sentence)?;
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

/// Keeps rows, and marks those whom a row before them stands for already.
pub fn insert_rows(connection: &mut AnyConnection, rows: &[Row]) -> Result<()> {
    for chunk in rows.chunks(AT_ONCE) {
        dialect::insert_rows(connection, row::table, chunk)?;
    }
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
    for item in ["contact_id", "company_id"] {
        let earlier = Sql::from("SELECT 1 FROM segments_upload_row AS earlier WHERE earlier.upload_id = segments_upload_row.upload_id");
        let earlier =
            earlier + " AND earlier." + item + " = segments_upload_row." + item + " AND earlier.position < segments_upload_row.position";
        let mark = Sql::from("UPDATE segments_upload_row SET outcome = 'twice' WHERE upload_id = ") + Value::Id(first.upload_id);
        let mark = mark + " AND position BETWEEN " + Value::Integer(first.position.into()) + " AND " + Value::Integer(last.position.into());
        Statement(mark + " AND " + item + " IS NOT NULL AND EXISTS (" + earlier + ")").execute(connection)?;
    }
    Ok(())
}

/// The rows of an upload after a place, so many at most, in their order; those with one of `outcomes`, or all.
pub fn list_rows(connection: &mut AnyConnection, id: Id, outcomes: &[Outcome], after: i32, most: i64) -> Result<Vec<Row>> {
    let rows = row::table.filter(row::upload_id.eq(id)).filter(row::position.gt(after)).into_boxed();
    let names: Vec<&str> = outcomes.iter().map(|outcome| outcome.name()).collect();
    let rows = if names.is_empty() { rows } else { rows.filter(row::outcome.eq_any(names)) };
    Ok(rows.order(row::position).limit(most).select(Row::as_select()).load(connection)?)
}

/// A page of the rows with one outcome.
pub fn list_page(connection: &mut AnyConnection, id: Id, outcome: Outcome, offset: i64, most: i64) -> Result<Vec<Row>> {
    let rows = row::table.filter(row::upload_id.eq(id)).filter(row::outcome.eq(outcome.name()));
    Ok(rows.order(row::position).offset(offset).limit(most).select(Row::as_select()).load(connection)?)
}

/// How many rows have each outcome, and of how many of those it is said whom they stand for.
pub fn count_rows(connection: &mut AnyConnection, id: Id) -> Result<Vec<(Outcome, i64, i64)>> {
    let rows = || row::table.filter(row::upload_id.eq(id)).group_by(row::outcome).select((row::outcome, count_star()));
    let all: Vec<(String, i64)> = rows().load(connection)?;
    let is_said = row::contact_id.is_not_null().or(row::company_id.is_not_null());
    let said: Vec<(String, i64)> = rows().filter(is_said).load(connection)?;
    let of = |name: &str| said.iter().find(|(said, _)| said == name).map_or(0, |(_, number)| *number);
    Ok(all.iter().filter_map(|(name, number)| Some((Outcome::named(name)?, *number, of(name)))).collect())
}

/// Says whom an open row stands for: one of its candidates, or nobody.
pub fn choose(connection: &mut AnyConnection, id: Id, position: i32, chosen: Option<Item>) -> Result<()> {
    let there = row::table.find((id, position)).filter(row::outcome.eq_any([Outcome::Ambiguous.name(), Outcome::Suggested.name()]));
    let Some(found) = there.select(Row::as_select()).first(connection).optional()? else { return Ok(()) };
    let chosen = chosen.filter(|item| found.candidates().contains(item));
    let (contact, company) = chosen.map_or((None, None), Item::keys);
    if (found.contact_id, found.company_id) != (contact, company) {
        let set = (row::contact_id.eq(contact), row::company_id.eq(company));
        diesel::update(row::table.find((id, position))).set(set).execute(connection)?;
    }
    Ok(())
}

/// Throws away the rows from one place to another.
pub fn delete_rows(connection: &mut AnyConnection, id: Id, from: i32, to: i32) -> Result<()> {
    let there = row::table.filter(row::upload_id.eq(id)).filter(row::position.between(from, to));
    diesel::delete(there).execute(connection)?;
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
