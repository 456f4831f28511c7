//! The job: while the site is served, every active segment is counted again by the clock, by one node at a time.
//!
//! Begun by `server`; `round` does the counting. Which node it is, a lease in the database says, renewed while it works; when
//! the last round was, a row beside it. So several nodes count once together, a restart does not count what is not due, a
//! node that dies is followed by another, and a round that was cut short goes on where it stopped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::failures;
use super::round::{Figures, Round};
use super::stop::Stop;
use crate::clock::Clock;
use crate::db::connection::Options;
use crate::db::schema::segments_job as job;
use crate::db::{AnyConnection, Db, Id, Time, lease};
use crate::error::{AppError, Result};

/// Its name among the jobs and the leases.
pub const NAME: &str = "count segments again";

/// How long a lease lasts: whoever dies is followed after that.
const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(15);
/// How long one count may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// What is left to the site after its start before anything is counted.
const START: Duration = Duration::from_secs(5);
/// How often a sleeping node looks whether a round is due.
const LOOK: Duration = Duration::from_secs(60);
/// The shortest and the longest pause after a round that failed.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// How long the end of the process waits for it.
const FAREWELL: Duration = Duration::from_secs(3);

/// The job of one node.
#[derive(Clone)]
pub struct Job {
    db: Db,
    clock: Clock,
    every: Duration,
    patience: Duration,
    node: String,
    stop: Stop,
}

/// The job as it goes on in a thread of its own.
#[derive(Debug)]
pub struct Running {
    stop: Stop,
    thread: JoinHandle<()>,
}

/// What one look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// Not due; it will be in so long.
    NotDue(Duration),
    /// Another node is at it.
    Elsewhere,
    /// A round, and whether it came to its end.
    Round(Figures, bool),
}

/// The last round, by any node.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = job)]
struct Last {
    began_at: Time,
    ended_at: Option<Time>,
}

/// Whether a round is to begin.
enum Turn {
    /// Yes; it goes on with the one that was begun then and cut short.
    Ours(Option<Time>),
    NotDue(Duration),
    Elsewhere,
}

impl Job {
    /// For a node with this database, a round every `every`.
    pub fn new(db: Db, clock: Clock, every: Duration) -> Self {
        Self { db, clock, every, patience: PATIENCE, node: Id::new().to_string(), stop: Stop::default() }
    }

    /// The same, with so long for one count.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What stops it.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Goes on by itself until it is stopped.
    ///
    /// # Errors
    /// `Internal` where the system gives no thread.
    pub fn start(self) -> Result<Running> {
        let stop = self.stop.clone();
        let thread = thread::Builder::new().name("job".into()).spawn(move || self.go_on())?;
        Ok(Running { stop, thread })
    }

    fn go_on(&self) {
        self.stop.sleep(START + jitter(START));
        let mut failed = 0;
        while !self.stop.is_set() {
            // Whatever goes wrong in one look, there is another.
            let looked = catch_unwind(AssertUnwindSafe(|| self.look()));
            let looked = looked.unwrap_or_else(|_| Err(AppError::internal("looking for segments to count panicked")));
            failed = if looked.is_err() { failed + 1 } else { 0 };
            let pause = match looked {
                Ok(Looked::Round(..)) => Duration::ZERO,
                Ok(Looked::NotDue(wait)) => wait.min(LOOK) + jitter(RETRY.0),
                Ok(Looked::Elsewhere) => LEASE / 2 + jitter(RETRY.0),
                Err(error) => {
                    tracing::warn!(%error, failed, "segments could not be counted again; it is tried once more");
                    let pause = RETRY.1.min(RETRY.0 * (1 << failed.min(5)) / 2);
                    pause + jitter(pause / 2)
                }
            };
            self.stop.sleep(pause);
        }
    }

    /// Looks whether a round is due, and then does it.
    ///
    /// # Errors
    /// What keeps the database from being read or written; the round goes on at another look.
    pub fn look(&self) -> Result<Looked> {
        // Asked first without writing anything.
        if let Some(wait) = self.db.read_blocking(|connection| Ok(self.wait(find(connection)?)))? {
            return Ok(Looked::NotDue(wait));
        }
        match self.db.write_blocking(|connection| self.begin(connection)) {
            Ok(Turn::NotDue(wait)) => Ok(Looked::NotDue(wait)),
            Ok(Turn::Elsewhere) | Err(AppError::NotUnique(_)) => Ok(Looked::Elsewhere),
            Ok(Turn::Ours(since)) => self.round(since),
            Err(error) => Err(error),
        }
    }

    /// How long until the next round; `None`: it is due.
    fn wait(&self, last: Option<Last>) -> Option<Duration> {
        let now = self.clock.now();
        let ended = last.filter(|last| last.ended_at.is_some() && last.began_at.0 <= now)?;
        let due = ended.began_at.0 + TimeDelta::from_std(self.every).ok()?;
        (due - now).to_std().ok().filter(|wait| !wait.is_zero())
    }

    /// Takes the lease and begins a round, or goes on with one.
    fn begin(&self, connection: &mut AnyConnection) -> Result<Turn> {
        let now = self.clock.now();
        if !self.hold(connection)? {
            return Ok(Turn::Elsewhere);
        }
        // Who held the lease until now may have done it.
        let last = find(connection)?;
        if let Some(wait) = self.wait(last) {
            lease::release(connection, NAME, &self.node)?;
            return Ok(Turn::NotDue(wait));
        }
        let is_recent = |last: &Last| last.ended_at.is_none() && last.began_at.0 <= now && !self.is_over(last.began_at.0, now);
        if let Some(cut) = last.filter(is_recent) {
            return Ok(Turn::Ours(Some(cut.began_at)));
        }
        diesel::delete(job::table.find(NAME)).execute(connection)?;
        diesel::insert_into(job::table).values((job::name.eq(NAME), job::began_at.eq(Time(now)))).execute(connection)?;
        Ok(Turn::Ours(None))
    }

    fn is_over(&self, began: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        (now - began).to_std().is_ok_and(|past| past >= self.every)
    }

    fn hold(&self, connection: &mut AnyConnection) -> Result<bool> {
        let now = self.clock.now();
        lease::hold(connection, NAME, &self.node, now, now + LEASE)
    }

    fn round(&self, since: Option<Time>) -> Result<Looked> {
        let began = Instant::now();
        let options = Options { pool_size: 3, unhurried_timeout: Some(self.patience), ..self.db.options().clone() };
        let db = Db::open(options)?;
        let mut renewed = Instant::now();
        let mut is_ours = true;
        let round = Round { db: &db, clock: &self.clock, stop: &self.stop, since };
        let figures = round.run(|| {
            if renewed.elapsed() >= RENEWAL {
                is_ours = db.write_blocking(|connection| self.hold(connection))?;
                renewed = Instant::now();
            }
            Ok(is_ours)
        });
        let is_done = figures.as_ref().is_ok_and(|figures| figures.left == 0) && is_ours;
        let ended = db.write_blocking(|connection| {
            // Whoever has taken over meanwhile ends it themselves.
            let is_done = is_done && self.hold(connection)?;
            self.end(connection, is_done)
        });
        let figures = figures?;
        ended?;
        let Figures { counted, broken, changed, failed, left } = figures;
        let milliseconds = u64::try_from(began.elapsed().as_millis()).map_err(AppError::internal)?;
        tracing::info!(counted, broken, changed, failed, left, milliseconds, "segments counted again");
        Ok(Looked::Round(figures, is_done))
    }

    /// Gives the lease back, after a round that came to its end with a note of that.
    fn end(&self, connection: &mut AnyConnection, is_done: bool) -> Result<()> {
        if is_done {
            let now = Time(self.clock.now());
            diesel::update(job::table.find(NAME)).set(job::ended_at.eq(now)).execute(connection)?;
            failures::delete_left_behind(connection)?;
        }
        lease::release(connection, NAME, &self.node)
    }
}

impl Running {
    /// What stops it.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Stops it, and waits a little for its end. What it is counting then is not stored.
    pub fn end(self) {
        self.stop.set();
        let until = Instant::now() + FAREWELL;
        while !self.thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn find(connection: &mut AnyConnection) -> Result<Option<Last>> {
    Ok(job::table.find(NAME).select(Last::as_select()).first(connection).optional()?)
}

/// Any time up to `most`, so that nodes that started together do not look together.
fn jitter(most: Duration) -> Duration {
    let [one, ..] = *uuid::Uuid::new_v4().as_bytes();
    most * u32::from(one) / 255
}
