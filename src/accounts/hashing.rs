//! Hashing without drowning: at most two at a time, on the blocking pool, in the format that fits the database.
//!
//! Made by `server`, asked by `login`. An argon2 hash takes 46 MiB and a core; two hundred sign-ins at once would take all
//! of both from everyone else.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::password;
use super::staff::Ownership;
use crate::config::{Config, PasswordHasher};
use crate::error::{AppError, Result};

/// How many hashes may be worked on at once.
const AT_ONCE: usize = 2;
/// How long a sign-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(15);

/// Makes and checks hashes for the running site.
#[derive(Clone)]
pub struct Hashing {
    preferred: PasswordHasher,
    rehashes: bool,
    turns: Arc<Semaphore>,
}

impl Hashing {
    /// The format that the settings name, or the one that fits the database. On a shared database nothing is rehashed
    /// unless the settings name a format: the CRM may be unable to read another one.
    pub fn new(config: &Config, ownership: Ownership) -> Self {
        Self {
            preferred: preferred(config.password_hasher, ownership),
            rehashes: ownership == Ownership::Own || config.password_hasher.is_some(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Whether `typed` is the password stored as `stored`. Without one that is usable, the work is done all the same, so
    /// that the time tells nothing.
    pub async fn verify(&self, typed: &str, stored: Option<&str>) -> Result<bool> {
        let (typed, stored, preferred) = (typed.to_owned(), stored.map(str::to_owned), self.preferred);
        self.in_turn(move || match stored.filter(|stored| password::is_usable(stored)) {
            Some(stored) => Ok(password::verify(&typed, &stored)),
            None => password::hash(preferred, &typed).map(|_| false),
        })
        .await
    }

    /// A hash of `typed` to store.
    pub async fn hash(&self, typed: &str) -> Result<String> {
        let (typed, preferred) = (typed.to_owned(), self.preferred);
        self.in_turn(move || password::hash(preferred, &typed)).await
    }

    /// Whether a password that was just verified should be stored anew.
    pub fn wants_rehash(&self, stored: &str) -> bool {
        self.rehashes && password::needs_rehash(stored, self.preferred)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let busy = |_| AppError::Unavailable("Many people are signing in. Try again in a moment.".into());
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await.map_err(busy)?;
        let permit = turn.map_err(AppError::internal)?;
        let work = move || {
            let done = work();
            drop(permit);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
    }
}

/// The format of new hashes: the one that was chosen, or else one that every program on the database can verify.
pub fn preferred(chosen: Option<PasswordHasher>, ownership: Ownership) -> PasswordHasher {
    chosen.unwrap_or(match ownership {
        Ownership::Own => PasswordHasher::Argon2id,
        Ownership::Shared => PasswordHasher::Pbkdf2Sha256,
    })
}
