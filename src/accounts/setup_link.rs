//! The link with which the first superuser is made in the browser, on a database of our own that nobody can sign in to yet.
//!
//! Made by `serve`, used by `setup`. Only a hash of its token is stored. It works once, within a day, and never once there is
//! a user: each of these is asked in the transaction that makes the user, so that of two browsers one wins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::actor::Actor;
use super::keys;
use super::managing::{self, Values};
use super::user::User;
use crate::db::schema::segments_setup_link as link;
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};

/// How long it works.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// A new token. Earlier ones go on working until their time is over: several nodes may each have told somebody theirs.
///
/// # Errors
/// `Conflict` once there is a user.
pub fn insert(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<String> {
    require_nobody(connection)?;
    diesel::delete(link::table.filter(link::expires_at.le(Time(now)))).execute(connection)?;
    let token = URL_SAFE_NO_PAD.encode(keys::random::<32>()?);
    let row = (link::token_hash.eq(keys::digest(&token)), link::expires_at.eq(Time(now + LIFETIME)));
    diesel::insert_into(link::table).values(row).execute(connection)?;
    Ok(token)
}

/// Whether the link with this token works.
///
/// # Errors
/// `Conflict` with the sentence why not.
pub fn require_open(connection: &mut AnyConnection, token: &str, now: DateTime<Utc>) -> Result<()> {
    require_nobody(connection)?;
    let it = link::table.find(keys::digest(token)).filter(link::expires_at.gt(Time(now)));
    if it.count().get_result::<i64>(connection)? == 0 {
        let sentence = "This set-up link is not one that works: it was used, or it is older than 24 hours, or part of it is missing. \
                        Start the server again, and it prints a new one.";
        return Err(AppError::Conflict(sentence.into()));
    }
    Ok(())
}

/// Makes the first superuser, with a stored hash for their password; no link works from then on.
///
/// # Errors
/// Those of [`require_open`].
pub fn redeem(connection: &mut AnyConnection, token: &str, new: &Values, hash: &str, now: DateTime<Utc>) -> Result<User> {
    // Whoever comes at the same moment waits here, and then finds a user.
    managing::lock(connection)?;
    require_open(connection, token, now)?;
    let (program, id) = (Actor::system("set-up link", false), Id::new());
    managing::insert(connection, &program, now, id, &Values { is_superuser: true, ..new.clone() }, hash)?;
    diesel::delete(link::table).execute(connection)?;
    User::find(connection, id)
}

fn require_nobody(connection: &mut AnyConnection) -> Result<()> {
    if User::count(connection)? == 0 {
        return Ok(());
    }
    Err(AppError::Conflict("The site is set up already: somebody can sign in. A set-up link makes the first user only.".into()))
}
