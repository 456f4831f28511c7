//! One connection type for both engines, its pool, and the two ways to use it: [`Db::read`] and [`Db::write`].
//!
//! Called by handlers and commands; models are handed the connection. Both ways run one flat transaction on the blocking
//! pool, under the statement deadline; a write that the engine could not order among others is run again, so its closure
//! must touch nothing but the connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::Connection;
use diesel::connection::TransactionManager;
use diesel::r2d2::{ManageConnection, Pool};

use super::classify::{Failure, classify};
use super::dialect::{self, Engine, Limits, Mode};
use super::lanes::Lanes;
use super::manager::{LogOpening, Manager};
use crate::error::{AppError, Result};

pub use any::{AnyConnection, MultiBackend};

mod any {
    #![expect(missing_docs, reason = "Diesel's derive has no place for the documentation of what it makes")]

    use diesel::{PgConnection, SqliteConnection};

    /// A connection to either engine. Everything else speaks to [`MultiBackend`], which the derive makes beside it.
    #[derive(diesel::MultiConnection)]
    pub enum AnyConnection {
        /// PostgreSQL, or what speaks its protocol.
        Postgres(PgConnection),
        /// The embedded SQLite.
        Sqlite(SqliteConnection),
    }
}

pub use super::lanes::{Lane, Turn};
pub use super::options::Options;

/// The database: a pool of connections, shared by cloning.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Manager>,
    lanes: Arc<Lanes>,
    /// Held by a write that crossed others while it is run again, for those who lost together would lose together again. Not by
    /// one without a deadline, which could hold it for minutes.
    losers: Arc<Mutex<()>>,
    options: Arc<Options>,
    engine: Engine,
}

/// How often a write that lost against others is run again, with growing pauses between; one that somebody waits for not
/// past the statement deadline, for on SQLite each try may wait for the lock itself.
const TRIES: u32 = 8;
/// What nobody can know is not claimed.
const LOST: &str = "The connection to the database was lost while this was being saved. Look whether it was before you try again.";

impl Db {
    /// Opens the database that `options` name. A SQLite file that is missing is made; nothing is migrated.
    ///
    /// # Errors
    /// `Unavailable` with the reason when it cannot be reached, `BadRequest` when a file cannot be opened or the URL names no
    /// engine.
    pub fn open(options: Options) -> Result<Self> {
        let engine = Engine::of(&options.url)?;
        let manager = Manager { options: options.clone(), engine };
        // One connection by hand first: the pool would hide the reason behind its own timeout.
        manager.connect().map_err(|error| dialect::cannot_open(engine, &options.url, &error))?;
        let pool = Pool::builder()
            .max_size(options.pool_size)
            .min_idle(Some(1))
            .connection_timeout(options.pool_timeout)
            .error_handler(Box::new(LogOpening))
            .build(manager)?;
        Ok(Self { pool, lanes: Arc::new(Lanes::new(options.turn_timeout)), losers: Arc::default(), options: Arc::new(options), engine })
    }

    /// Which engine this is; for those few sentences and files that exist on one only.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// How it was opened.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Runs `work` in one read-only snapshot, on the blocking pool.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        on_blocking_pool(move || db.read_blocking(work)).await
    }

    /// [`Db::read`] for what a page can do without, with [`Options::aside_timeout`].
    ///
    /// # Errors
    /// `Database(Timeout)` past it.
    pub async fn read_aside<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        self.read_within(self.options.aside_timeout, work).await
    }

    /// Like [`Db::read`], for what is worth no more than so much time.
    ///
    /// # Errors
    /// `Database` with a timeout when that was not enough.
    pub async fn read_within<T, F>(&self, time: Duration, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        on_blocking_pool(move || transaction(&mut *db.pool.get()?, Mode::Read, Limits::both(Some(time)), work)).await
    }

    /// A place for long work, as soon as one is free.
    ///
    /// # Errors
    /// `Unavailable` when that is not in time.
    pub async fn turn(&self, lane: Lane) -> Result<Turn> {
        self.lanes.turn(lane).await
    }

    /// [`Db::read`] for what may scan everything: few at once, so that they cannot starve the others.
    ///
    /// # Errors
    /// Those of [`Db::turn`].
    pub async fn read_heavy<T, F>(&self, lane: Lane, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let turn = self.turn(lane).await?;
        let db = self.clone();
        // The turn goes with the work: a browser that leaves does not free a place that is still busy.
        on_blocking_pool(move || {
            let done = db.read_blocking(work);
            drop(turn);
            done
        })
        .await
    }

    /// Work with transactions of its own, on the blocking pool, in its turn.
    ///
    /// # Errors
    /// Those of [`Db::turn`].
    pub async fn long<T: Send + 'static>(&self, lane: Lane, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = self.turn(lane).await?;
        on_blocking_pool(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
    }

    /// [`Db::read`] without a deadline, for an export that has its turn; whoever gets none is to be told so before anything
    /// is answered.
    pub async fn read_long<T, F>(&self, turn: Turn, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        on_blocking_pool(move || {
            let done = db.read_unhurried(work);
            drop(turn);
            done
        })
        .await
    }

    /// Runs `work` in one writing transaction, on the blocking pool; all of it is kept or nothing.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        on_blocking_pool(move || db.write_blocking(work)).await
    }

    /// [`Db::write_bulk`] in its turn.
    pub async fn write_long<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        self.long(Lane::Bulk, move || db.write_bulk(work)).await
    }

    /// [`Db::read`] on this thread; for commands and tests.
    pub fn read_blocking<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T>) -> Result<T> {
        let mut connection = self.pool.get()?;
        transaction(&mut connection, Mode::Read, Limits::both(Some(self.options.statement_timeout)), work)
    }

    /// [`Db::read_blocking`] with [`Options::unhurried_timeout`], usually none: for counts that are stored, and for commands
    /// that stream everything to a file.
    pub fn read_unhurried<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T>) -> Result<T> {
        let mut connection = self.pool.get()?;
        transaction(&mut connection, Mode::Read, Limits::both(self.options.unhurried_timeout), work)
    }

    /// [`Db::write`] on this thread; for commands and tests.
    pub fn write_blocking<T>(&self, work: impl FnMut(&mut AnyConnection) -> Result<T>) -> Result<T> {
        self.write_until(Limits::both(Some(self.options.statement_timeout)), work)
    }

    /// [`Db::write_blocking`] without a deadline for what it does itself: what is big is finished, not refused. For others it waits
    /// no longer than any write.
    pub fn write_bulk<T>(&self, work: impl FnMut(&mut AnyConnection) -> Result<T>) -> Result<T> {
        self.write_until(Limits { work: None, waits: Some(self.options.statement_timeout) }, work)
    }

    /// [`Db::write_blocking`] without any deadline, for commands, migrations and imports: it waits for others as long as they take.
    pub fn write_unhurried<T>(&self, work: impl FnMut(&mut AnyConnection) -> Result<T>) -> Result<T> {
        self.write_until(Limits::both(None), work)
    }

    /// A connection of its own outside any transaction, for migrations and `VACUUM`.
    pub fn raw(&self) -> Result<r2d2::PooledConnection<Manager>> {
        Ok(self.pool.get()?)
    }

    fn write_until<T>(&self, limits: Limits, mut work: impl FnMut(&mut AnyConnection) -> Result<T>) -> Result<T> {
        let (began, mut tried) = (Instant::now(), 0);
        let mut in_line = None;
        loop {
            let mut connection = self.pool.get()?;
            match transaction(&mut connection, Mode::Write, limits, &mut work) {
                Err(AppError::Database(failure))
                    if failure.is_retryable() && tried + 1 < TRIES && limits.waits.is_none_or(|waits| began.elapsed() < waits) =>
                {
                    drop(connection);
                    tracing::debug!(?failure, tried, "a write is run again");
                    std::thread::sleep(pause(tried));
                    tried += 1;
                    if failure.is_crossing() && limits.work.is_some() && in_line.is_none() {
                        in_line = Some(self.losers.lock().unwrap_or_else(PoisonError::into_inner));
                    }
                }
                done => return done,
            }
        }
    }
}

fn transaction<T>(
    connection: &mut AnyConnection,
    mode: Mode,
    limits: Limits,
    work: impl FnOnce(&mut AnyConnection) -> Result<T>,
) -> Result<T> {
    let _deadline = dialect::begin(connection, mode, limits)?;
    match work(connection) {
        Ok(done) => match <AnyConnection as Connection>::TransactionManager::commit_transaction(connection) {
            Ok(()) => Ok(done),
            Err(error) => {
                let failure = classify(&error);
                roll_back(connection);
                // A connection lost while committing may have committed: run again, it could do the work twice.
                let is_unknown = mode == Mode::Write && failure == Failure::Closed;
                Err(if is_unknown { AppError::Unavailable(LOST.into()) } else { error.into() })
            }
        },
        Err(error) => {
            roll_back(connection);
            Err(error)
        }
    }
}

/// Rolls back; a connection that cannot is broken and is dropped by the pool.
fn roll_back(connection: &mut AnyConnection) {
    if let Err(error) = <AnyConnection as Connection>::TransactionManager::rollback_transaction(connection) {
        tracing::debug!(%error, "rollback");
    }
}

/// A pause of any length up to one that doubles with each try, so that those who lost together do not meet again.
fn pause(tried: u32) -> Duration {
    let [high, low, ..] = *uuid::Uuid::new_v4().as_bytes();
    Duration::from_millis(5 + u64::from(u16::from_be_bytes([high, low])) % (20 << tried.min(5)))
}

async fn on_blocking_pool<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
}
