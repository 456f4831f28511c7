//! Sessions in the database, for actix-session: a row each in `segments_session`, under a hash of the cookie's key.
//!
//! Given to the session middleware by `server`. Requests of one browser run side by side, so an update writes nothing of the
//! state that its request began with: it adds messages to those that the row has by then. An update of a row that is gone does
//! nothing: were it inserted again, as the stores of actix-session do, a request in flight while its user logs out would sign
//! them in once more.

use std::collections::HashMap;
use std::time::Duration;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::session::{ADDED, KEY_HASH, MESSAGES, Message, SIGNED_IN, SignedIn};
use super::{keys, sessions};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::schema::segments_session as row;
use crate::db::{AnyConnection, Db, Time};
use crate::error::{AppError, Result};

/// How exactly the moment of the last request is kept: a row is written once in this time, not at every request.
const SEEN_EVERY: Duration = Duration::from_secs(60);

type State = HashMap<String, String>;

/// The store.
#[derive(Clone)]
pub struct Store {
    db: Db,
    clock: Clock,
    idle: Duration,
    longest: Duration,
}

impl Store {
    /// A store with the limits of the settings.
    pub fn new(db: Db, clock: Clock, config: &Config) -> Self {
        Self { db, clock, idle: config.session_idle, longest: config.session_max }
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<State>> {
        let (now, hash) = (self.clock.now(), keys::digest(key.as_ref()));
        let (looked_up, own) = (hash.clone(), hash.clone());
        let Some(found) = self.db.read(move |connection| find(connection, &looked_up)).await? else {
            return Ok(None);
        };
        if now - found.seen_at.0 > delta(self.idle) || now - found.created_at.0 > delta(self.longest) {
            self.db.write(move |connection| delete(connection, &hash)).await?;
            return Ok(None);
        }
        if now - found.seen_at.0 >= delta(SEEN_EVERY) {
            // A database that can be read but not written (full, locked) still shows its pages.
            if let Err(error) = self.db.write(move |connection| touch(connection, &hash, now)).await {
                tracing::warn!(%error, "the moment of a session's last request was not kept");
            }
        }
        let mut state: State = serde_json::from_str(&found.state).map_err(AppError::internal)?;
        // So that a page can tell which row is its reader's own.
        state.insert(KEY_HASH.to_owned(), serde_json::to_string(&own).map_err(AppError::internal)?);
        Ok(Some(state))
    }

    async fn insert(&self, state: State) -> Result<SessionKey> {
        let key = new_key()?;
        let Some(signed_in) = signed_in(&state)? else {
            // Anonymous visitors have no row, or anyone could fill the table; their key opens nothing.
            return Ok(key);
        };
        let (now, hash) = (self.clock.now(), keys::digest(key.as_ref()));
        let (state, oldest) = (written(state)?, now - delta(self.longest));
        self.db
            .write(move |connection| {
                delete_before(connection, oldest)?;
                insert(connection, &hash, &signed_in, &state, now)?;
                sessions::drop_oldest(connection, signed_in.user)
            })
            .await?;
        Ok(key)
    }
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        self.find(key).await.map_err(|error| LoadError::Other(error.into()))
    }

    async fn save(&self, state: State, _ttl: &time::Duration) -> Result<SessionKey, SaveError> {
        self.insert(state).await.map_err(|error| SaveError::Other(error.into()))
    }

    async fn update(&self, key: SessionKey, state: State, _ttl: &time::Duration) -> Result<SessionKey, UpdateError> {
        let hash = keys::digest(key.as_ref());
        let added = messages(&state, ADDED).map_err(|error| UpdateError::Serialization(error.into()))?;
        if added.is_empty() {
            return Ok(key);
        }
        // What the request was about is done already: a sentence for the next page that cannot be kept must not turn the
        // answer into one that says nothing was done.
        if let Err(error) = self.db.write(move |connection| add_messages(connection, &hash, &added)).await {
            tracing::warn!(%error, "the messages of a session were not kept");
        }
        Ok(key)
    }

    async fn update_ttl(&self, _key: &SessionKey, _ttl: &time::Duration) -> Result<(), anyhow::Error> {
        Ok(()) // `load` has kept the moment already.
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = keys::digest(key.as_ref());
        Ok(self.db.write(move |connection| delete(connection, &hash)).await?)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = row)]
struct Found {
    state: String,
    created_at: Time,
    seen_at: Time,
}

fn find(connection: &mut AnyConnection, hash: &str) -> Result<Option<Found>> {
    Ok(row::table.find(hash).select(Found::as_select()).first(connection).optional()?)
}

fn insert(connection: &mut AnyConnection, hash: &str, who: &SignedIn, state: &str, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(row::table)
        .values((
            row::key_hash.eq(hash),
            row::user_id.eq(Some(who.user)),
            row::state.eq(state),
            row::created_at.eq(Time(now)),
            row::seen_at.eq(Time(now)),
            row::address.eq(&who.address),
            row::user_agent.eq(&who.user_agent),
        ))
        .execute(connection)?;
    Ok(())
}

/// Adds messages to those of a session that is not over.
fn add_messages(connection: &mut AnyConnection, hash: &str, added: &[Message]) -> Result<()> {
    let Some(state) = locked(connection, hash)? else { return Ok(()) };
    let all = [messages(&state, MESSAGES)?.as_slice(), added].concat();
    set_messages(connection, hash, state, &all)
}

/// Takes the messages out of a session; of several who ask at once one gets them.
pub(super) fn take_messages(connection: &mut AnyConnection, hash: &str) -> Result<Vec<Message>> {
    let Some(state) = locked(connection, hash)? else { return Ok(Vec::new()) };
    let taken = messages(&state, MESSAGES)?;
    if !taken.is_empty() {
        set_messages(connection, hash, state, &[])?;
    }
    Ok(taken)
}

/// The state of a session, which nobody else changes until the transaction ends; `None` for one that is over.
fn locked(connection: &mut AnyConnection, hash: &str) -> Result<Option<State>> {
    let row = row::table.find(hash);
    diesel::update(row).set(row::key_hash.eq(row::key_hash)).execute(connection)?;
    let found: Option<String> = row.select(row::state).first(connection).optional()?;
    found.map(|state| serde_json::from_str(&state)).transpose().map_err(AppError::internal)
}

fn set_messages(connection: &mut AnyConnection, hash: &str, mut state: State, messages: &[Message]) -> Result<()> {
    state.remove(MESSAGES);
    if !messages.is_empty() {
        state.insert(MESSAGES.to_owned(), serde_json::to_string(messages).map_err(AppError::internal)?);
    }
    diesel::update(row::table.find(hash)).set(row::state.eq(written(state)?)).execute(connection)?;
    Ok(())
}

fn touch(connection: &mut AnyConnection, hash: &str, now: DateTime<Utc>) -> Result<()> {
    diesel::update(row::table.find(hash)).set(row::seen_at.eq(Time(now))).execute(connection)?;
    Ok(())
}

fn delete(connection: &mut AnyConnection, hash: &str) -> Result<()> {
    diesel::delete(row::table.find(hash)).execute(connection)?;
    Ok(())
}

/// Removes what nobody logged out of: rows begun or last seen before `oldest` are over in any case.
fn delete_before(connection: &mut AnyConnection, oldest: DateTime<Utc>) -> Result<()> {
    diesel::delete(row::table.filter(row::seen_at.lt(Time(oldest)))).execute(connection)?;
    Ok(())
}

/// The state as it is stored: without what `find` put in, and with all messages in one place.
fn written(mut state: State) -> Result<String> {
    state.remove(KEY_HASH);
    if let Some(added) = state.remove(ADDED) {
        state.insert(MESSAGES.to_owned(), added);
    }
    serde_json::to_string(&state).map_err(AppError::internal)
}

fn messages(state: &State, key: &str) -> Result<Vec<Message>> {
    Ok(state.get(key).map(|json| serde_json::from_str(json)).transpose().map_err(AppError::internal)?.unwrap_or_default())
}

fn signed_in(state: &State) -> Result<Option<SignedIn>> {
    state.get(SIGNED_IN).map(|json| serde_json::from_str(json)).transpose().map_err(AppError::internal)
}

/// A key of 256 random bits, as the cookie has it.
fn new_key() -> Result<SessionKey> {
    let text = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, keys::random::<32>()?);
    SessionKey::try_from(text).map_err(AppError::internal)
}

fn delta(limit: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(limit).unwrap_or(chrono::TimeDelta::MAX)
}
