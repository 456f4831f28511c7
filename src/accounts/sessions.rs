//! Signed-in browsers as rows of their user: listed on the account page, ended one by one or all at once.
//!
//! Called by `session_store`, `account` and whatever ends what a user may do. An ended session stays ended even for a request
//! that is under way: the store updates rows and never brings one back.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::api_login;
use crate::db::schema::segments_session as row;
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;

/// The most browsers in which one user is signed in; the oldest sign-in gives way.
pub const MOST: i64 = 20;

/// A signed-in browser.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = row)]
pub struct Session {
    /// The hash of its key: names it and opens nothing.
    pub key_hash: String,
    /// When it signed in.
    pub created_at: Time,
    /// When it last asked for something, to the minute.
    pub seen_at: Time,
    /// Where it signed in from; blank where that is unknown.
    pub address: String,
    /// What it called itself then.
    pub user_agent: String,
}

/// The sessions of a user that are not over: begun after `begun` and last seen after `seen`. The last seen comes first.
pub fn list_of(connection: &mut AnyConnection, user: Id, begun: DateTime<Utc>, seen: DateTime<Utc>) -> Result<Vec<Session>> {
    let theirs = row::table.filter(row::user_id.eq(user)).filter(row::created_at.ge(Time(begun))).filter(row::seen_at.ge(Time(seen)));
    Ok(theirs.order((row::seen_at.desc(), row::key_hash)).select(Session::as_select()).load(connection)?)
}

/// One session of a user, if there is such a one.
pub fn find(connection: &mut AnyConnection, user: Id, key_hash: &str) -> Result<Option<Session>> {
    let it = row::table.filter(row::user_id.eq(user)).filter(row::key_hash.eq(key_hash));
    Ok(it.select(Session::as_select()).first(connection).optional()?)
}

/// Ends one session of a user; whether there was such a one.
pub fn end(connection: &mut AnyConnection, user: Id, key_hash: &str) -> Result<bool> {
    let it = row::table.filter(row::user_id.eq(user)).filter(row::key_hash.eq(key_hash));
    Ok(diesel::delete(it).execute(connection)? > 0)
}

/// Ends every session of a user but one, in browsers and of the API, and says how many.
pub fn end_others(connection: &mut AnyConnection, user: Id, kept: &str) -> Result<usize> {
    let others = row::table.filter(row::user_id.eq(user)).filter(row::key_hash.ne(kept));
    Ok(diesel::delete(others).execute(connection)? + api_login::end_all(connection, user)?)
}

/// Ends every session of a user, in browsers and of the API, and says how many.
pub fn end_all(connection: &mut AnyConnection, user: Id) -> Result<usize> {
    let in_browsers = diesel::delete(row::table.filter(row::user_id.eq(user))).execute(connection)?;
    Ok(in_browsers + api_login::end_all(connection, user)?)
}

/// Ends the oldest sessions of a user who has more than [`MOST`].
pub(super) fn drop_oldest(connection: &mut AnyConnection, user: Id) -> Result<()> {
    let theirs = row::table.filter(row::user_id.eq(user)).order((row::created_at.desc(), row::key_hash));
    // Few ever, but SQLite knows no OFFSET without a LIMIT.
    let old: Vec<String> = theirs.select(row::key_hash).offset(MOST).limit(MOST).load(connection)?;
    diesel::delete(row::table.filter(row::key_hash.eq_any(old))).execute(connection)?;
    Ok(())
}
