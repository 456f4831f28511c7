//! Sign-ins to the API: a refresh token each, which stays good for a week.
//!
//! Called by `api`, `caller` and whatever ends what a user may do. Only a hash of a token is kept. A sign-in is over with its user's
//! password (see [`User::auth_hash`]), whoever changed that, the CRM too. A token that was exchanged for a new one and comes back
//! was copied by somebody: then the sign-in ends for both (RFC 9700, 4.14.2).

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::actor::Door;
use super::keys;
use super::user::User;
use crate::config::Secret;
use crate::db::schema::segments_api_login as row;
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};

/// How long a refresh token is good.
const LIFE: TimeDelta = TimeDelta::days(7);
/// How refresh tokens begin, so that one is known wherever it turns up.
pub const PREFIX: &str = "csr_";
/// The most sign-ins of one user; the oldest gives way.
const MOST: i64 = 100;

/// A sign-in that is good.
#[derive(Debug, Clone)]
pub struct ApiLogin {
    /// Its key, which access tokens name.
    pub id: Id,
    /// Who is signed in.
    pub user: User,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = row)]
struct Row {
    id: Id,
    user_id: Id,
    auth_hash: String,
}

/// Begins one, for a user who has shown who they are; with its refresh token.
pub fn begin(connection: &mut AnyConnection, secret: &Secret, user: &User, now: DateTime<Utc>) -> Result<(ApiLogin, String)> {
    let (id, token) = (Id::new(), keys::new_token(PREFIX)?);
    let new = (
        row::id.eq(id),
        row::user_id.eq(user.id),
        row::token_hash.eq(keys::digest(&token)),
        row::auth_hash.eq(user.auth_hash(secret)?),
        row::created_at.eq(Time(now)),
        row::expires_at.eq(Time(now + LIFE)),
    );
    diesel::delete(row::table.filter(row::expires_at.le(Time(now)))).execute(connection)?;
    diesel::insert_into(row::table).values(new).execute(connection)?;
    let newest_first = row::table.filter(row::user_id.eq(user.id)).order((row::created_at.desc(), row::id.desc()));
    let old: Vec<Id> = newest_first.select(row::id).offset(MOST).limit(MOST).load(connection)?;
    diesel::delete(row::table.filter(row::id.eq_any(old))).execute(connection)?;
    Ok((ApiLogin { id, user: user.clone() }, token))
}

/// The sign-in with this key, if it is good.
pub fn find(connection: &mut AnyConnection, secret: &Secret, id: Id, now: DateTime<Utc>) -> Result<Option<ApiLogin>> {
    let found = row::table.find(id).filter(row::expires_at.gt(Time(now))).select(Row::as_select()).first(connection).optional()?;
    found.map_or(Ok(None), |found| found.checked(connection, secret))
}

/// The sign-in of this refresh token, if it is good.
pub fn find_by_token(connection: &mut AnyConnection, secret: &Secret, token: &str, now: DateTime<Utc>) -> Result<Option<ApiLogin>> {
    let good = row::table.filter(row::token_hash.eq(keys::digest(token))).filter(row::expires_at.gt(Time(now)));
    let found = good.select(Row::as_select()).first(connection).optional()?;
    found.map_or(Ok(None), |found| found.checked(connection, secret))
}

/// Exchanges the refresh token of a sign-in for a new one; `None` where another request has done so meanwhile.
pub fn rotate(connection: &mut AnyConnection, token: &str) -> Result<Option<String>> {
    let (old, new) = (keys::digest(token), keys::new_token(PREFIX)?);
    let set = (row::token_hash.eq(keys::digest(&new)), row::previous_hash.eq(&old));
    let done = diesel::update(row::table.filter(row::token_hash.eq(&old))).set(set).execute(connection)?;
    Ok((done == 1).then_some(new))
}

/// Ends the sign-in of which this refresh token is one that was exchanged already.
pub fn end_copied(connection: &mut AnyConnection, token: &str) -> Result<bool> {
    Ok(diesel::delete(row::table.filter(row::previous_hash.eq(keys::digest(token)))).execute(connection)? > 0)
}

/// Ends the sign-in of this refresh token, or of the one that it was exchanged for, whose answer may have been lost; nothing, where
/// there is none.
pub fn end(connection: &mut AnyConnection, token: &str) -> Result<()> {
    let hash = keys::digest(token);
    diesel::delete(row::table.filter(row::token_hash.eq(&hash).or(row::previous_hash.eq(&hash)))).execute(connection)?;
    Ok(())
}

/// How many sign-ins of a user there are, and when the last one began.
pub fn latest_of(connection: &mut AnyConnection, user: Id, now: DateTime<Utc>) -> Result<Option<(i64, Time)>> {
    let theirs = row::table.filter(row::user_id.eq(user)).filter(row::expires_at.gt(Time(now)));
    let latest: Option<Time> = theirs.order(row::created_at.desc()).select(row::created_at).first(connection).optional()?;
    let Some(latest) = latest else { return Ok(None) };
    Ok(Some((theirs.count().get_result(connection)?, latest)))
}

/// Ends every sign-in of a user, and says how many.
pub fn end_all(connection: &mut AnyConnection, user: Id) -> Result<usize> {
    Ok(diesel::delete(row::table.filter(row::user_id.eq(user))).execute(connection)?)
}

impl Row {
    /// With its user, if they may still come in and have the password they had.
    fn checked(self, connection: &mut AnyConnection, secret: &Secret) -> Result<Option<ApiLogin>> {
        let user = match User::find(connection, self.user_id) {
            Err(AppError::NotFound) => return Ok(None),
            found => found?,
        };
        let is_good = user.is_admitted_by(Door::Api) && user.auth_hash(secret)? == self.auth_hash;
        Ok(is_good.then_some(ApiLogin { id: self.id, user }))
    }
}
