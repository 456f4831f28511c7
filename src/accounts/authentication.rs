//! Whether a name and a password let somebody in: compared, counted, and remembered.
//!
//! Called by `login`, which has the page; `throttle` says who must wait.

use chrono::{DateTime, Utc};

use super::actor::Door;
use super::hashing::Hashing;
use super::throttle::Attempt;
use super::user::{LONGEST_NAME, User};
use crate::clock::Clock;
use crate::db::dialect::{self, Hold};
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

/// How often a password is compared that is stored anew each time.
const COMPARED: usize = 5;

/// What came of an attempt to sign in.
pub(super) enum Outcome {
    /// Let in.
    Admitted(Box<User>),
    /// Nobody of that name and password.
    Refused,
    /// The password was stored anew meanwhile.
    Overtaken,
    /// Not judged, for there were many failures; so many seconds are left.
    MustWait(i64),
}

/// Whether the name and the password that were typed let somebody in by this door. A password that was stored anew while the typed one was
/// compared is another one, or the same in today's format: it is compared again.
pub(super) async fn authenticate(
    door: Door,
    (db, clock, hashing): (&Db, &Clock, &Hashing),
    attempt: Attempt,
    typed: (&str, &str),
) -> Result<Outcome> {
    for _ in 0..COMPARED {
        match compare(door, (db, clock, hashing), attempt.clone(), typed).await? {
            Outcome::Overtaken => {}
            outcome => return Ok(outcome),
        }
    }
    Ok(Outcome::Refused)
}

async fn compare(
    door: Door,
    (db, clock, hashing): (&Db, &Clock, &Hashing),
    attempt: Attempt,
    (username, password): (&str, &str),
) -> Result<Outcome> {
    let (asked, username, now) = (attempt.clone(), username.to_owned(), clock.now());
    let (wait, user) = db.read(move |connection| Ok((asked.wait(connection, now)?, find(connection, &username)?))).await?;
    if let Some(seconds) = wait {
        return Ok(Outcome::MustWait(seconds));
    }
    let is_right = hashing.verify(password, user.as_ref().map(|user| user.password.as_str())).await?;
    let user = user.filter(|user| is_right && user.is_admitted_by(door));
    let hash = match &user {
        Some(user) if hashing.wants_rehash(&user.password) => Some(hashing.hash(password).await?),
        _ => None,
    };
    let now = clock.now();
    db.write(move |connection| settle(connection, &attempt, user.as_ref(), hash.as_deref(), now)).await
}

fn find(connection: &mut AnyConnection, username: &str) -> Result<Option<User>> {
    if username.chars().count() > LONGEST_NAME {
        return Ok(None);
    }
    match User::find_by_username(connection, username) {
        Ok(user) => Ok(Some(user)),
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The user as they are stored now, if they still are; nobody deletes them until the transaction ends.
fn find_still(connection: &mut AnyConnection, id: Id) -> Result<Option<User>> {
    dialect::hold_user(connection, id, Hold::Kept)?;
    match User::find(connection, id) {
        Err(AppError::NotFound) => Ok(None),
        found => found.map(Some),
    }
}

/// Counts a failure; remembers the sign-in of `user` otherwise, and stores the password in today's format where that is ours
/// to do. Asks for the wait again: of a hundred guesses sent at once, all asked before the first of them was counted.
fn settle(
    connection: &mut AnyConnection,
    attempt: &Attempt,
    user: Option<&User>,
    hash: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Outcome> {
    let wait = attempt.wait(connection, now)?;
    let now_stored = user.map(|user| find_still(connection, user.id)).transpose()?.flatten();
    if let (Some(user), Some(stored)) = (user, &now_stored)
        && stored.password != user.password
    {
        return Ok(Outcome::Overtaken);
    }
    // Whoever was deleted meanwhile is refused like anybody unknown.
    let user = user.filter(|_| now_stored.is_some());
    if user.is_none() {
        attempt.failed(connection, now)?;
    }
    match (wait, user) {
        (Some(seconds), _) => Ok(Outcome::MustWait(seconds)),
        (None, None) => Ok(Outcome::Refused),
        (None, Some(user)) => {
            attempt.succeeded(connection)?;
            user.touch(connection, now)?;
            if let Some(hash) = hash {
                user.rehash(connection, hash)?;
            }
            // Read again: the session is bound to the hash that is stored now.
            User::find(connection, user.id).map(Box::new).map(Outcome::Admitted)
        }
    }
}
