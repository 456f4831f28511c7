//! Personal tokens: what people make for their own programs, which then act as they do.
//!
//! Made and revoked on one's own account page (`tokens_page`), read by `caller`. A token is shown once and kept as a hash; it may
//! have an end, and it may be good for reading only.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::actor::{Actor, Door};
use super::keys;
use super::user::User;
use crate::db::schema::segments_api_token as row;
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};
use crate::query::text;

/// How they begin, so that one is known wherever it turns up.
pub const PREFIX: &str = "csp_";
/// The most characters of a name.
pub const MAX_NAME: usize = 100;
/// The most tokens of one user.
const MOST: i64 = 50;
/// How exactly the moment of the last use is kept: a row is written once in this time, not at every request.
const USED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A personal token, without what opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = row, treat_none_as_default_value = false)]
pub struct ApiToken {
    /// Its key.
    pub id: Id,
    /// Whose it is.
    pub user_id: Id,
    /// What it is for, in its owner's words.
    pub name: String,
    /// Whether it only reads.
    pub is_read_only: bool,
    /// When it was made.
    pub created_at: Time,
    /// When it ends; NULL: never.
    pub expires_at: Option<Time>,
    /// When it was last shown, to the minute; NULL: never.
    pub last_used_at: Option<Time>,
}

impl ApiToken {
    /// Whether it has ended.
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end.0 <= now)
    }
}

/// What is to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The key that the form gives it: sent twice, it is one.
    pub id: Id,
    /// See [`ApiToken::name`].
    pub name: String,
    /// See [`ApiToken::is_read_only`].
    pub is_read_only: bool,
    /// After how many days it ends; `None`: never.
    pub days: Option<i64>,
}

/// Makes a token for whoever acts: what they are to keep, which nobody can see again.
///
/// # Errors
/// `BadRequest` for a name that cannot be kept, `Conflict` where it was made already or there are too many.
pub fn make(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, new: &NewToken) -> Result<String> {
    let user = actor.id.ok_or(AppError::NotFound)?;
    let (name, token) = (checked(&new.name)?, keys::new_token(PREFIX)?);
    let theirs: i64 = row::table.filter(row::user_id.eq(user)).count().get_result(connection)?;
    if theirs >= MOST {
        return Err(AppError::Conflict(format!("You have {MOST} tokens, which is as many as one may have. Revoke one first.")));
    }
    if row::table.find(new.id).count().get_result::<i64>(connection)? > 0 {
        return Err(AppError::Conflict("This token was made already, and was shown then. Make another one if you did not keep it.".into()));
    }
    let made = ApiToken {
        id: new.id,
        user_id: user,
        name,
        is_read_only: new.is_read_only,
        created_at: Time(now),
        expires_at: new.days.map(|days| Time(now + TimeDelta::days(days))),
        last_used_at: None,
    };
    diesel::insert_into(row::table).values((&made, row::token_hash.eq(keys::digest(&token)))).execute(connection)?;
    note(connection, actor, now, user, &format!("Made the API token “{}”.", made.name))?;
    Ok(token)
}

fn checked(name: &str) -> Result<String> {
    let name = text::nfc(name.trim());
    if text::is_invisible(&name) || name.contains('\0') {
        return Err(AppError::BadRequest("Enter what the token is for.".into()));
    }
    let length = name.chars().count();
    if length > MAX_NAME {
        return Err(AppError::BadRequest(format!("Ensure this value has at most {MAX_NAME} characters (it has {length}).")));
    }
    Ok(name)
}

/// The tokens of a user, the newest first.
pub fn list_of(connection: &mut AnyConnection, user: Id) -> Result<Vec<ApiToken>> {
    let theirs = row::table.filter(row::user_id.eq(user)).order((row::created_at.desc(), row::id.desc()));
    Ok(theirs.select(ApiToken::as_select()).load(connection)?)
}

/// Revokes a token of whoever acts; what it was called, or `None` where there is none.
pub fn revoke(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id) -> Result<Option<String>> {
    let user = actor.id.ok_or(AppError::NotFound)?;
    let theirs = row::table.find(id).filter(row::user_id.eq(user));
    let Some(name) = theirs.select(row::name).first::<String>(connection).optional()? else { return Ok(None) };
    diesel::delete(row::table.find(id)).execute(connection)?;
    note(connection, actor, now, user, &format!("Revoked the API token “{name}”."))?;
    Ok(Some(name))
}

/// Revokes every token of a user, and says how many.
pub fn revoke_all(connection: &mut AnyConnection, user: Id) -> Result<usize> {
    Ok(diesel::delete(row::table.filter(row::user_id.eq(user))).execute(connection)?)
}

fn note(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, user: Id, message: &str) -> Result<()> {
    let owner = User::find(connection, user)?.object();
    record(connection, NewEvent::new(actor, now, Action::Changed, owner, message))
}

/// The token that was shown and its user, if it is good and they may come in.
pub fn find(connection: &mut AnyConnection, shown: &str, now: DateTime<Utc>) -> Result<Option<(ApiToken, User)>> {
    let known = row::table.filter(row::token_hash.eq(keys::digest(shown)));
    let Some(token) = known.select(ApiToken::as_select()).first(connection).optional()? else { return Ok(None) };
    let user = match User::find(connection, token.user_id) {
        Err(AppError::NotFound) => return Ok(None),
        found => found?,
    };
    let is_good = !token.has_ended(now) && user.is_admitted_by(Door::Api);
    Ok(is_good.then_some((token, user)))
}

/// Whether it is worth writing down that it was used.
pub fn is_to_be_touched(token: &ApiToken, now: DateTime<Utc>) -> bool {
    token.last_used_at.is_none_or(|used| now - used.0 >= USED_EVERY)
}

/// Writes down that it was used.
pub fn touch(connection: &mut AnyConnection, id: Id, now: DateTime<Utc>) -> Result<()> {
    diesel::update(row::table.find(id)).set(row::last_used_at.eq(Time(now))).execute(connection)?;
    Ok(())
}
