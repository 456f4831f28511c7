//! One round of the job: every active segment is counted again, those named before those that name them, two at a time.
//!
//! Called by `job`, which holds the lease. Each count is a thread of its own, so that a round that is told to stop need not
//! wait for one that takes long: nothing of it is stored by halves, and the process is about to end. What fails is written
//! down and stops nobody else; a database that cannot even take that down is away, and ends the round.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;

use super::failures::{self, Failure};
use super::model::{Segment, Status};
use super::order::{Node, Order};
use super::recalculate::{Outcome, recalculate};
use super::stop::Stop;
use crate::clock::Clock;
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::{AnyConnection, Db, Id, Time, classify};
use crate::error::{AppError, Result};

/// How many are counted at a time.
const AT_A_TIME: usize = 2;
/// How often a round looks up from its work.
const TICK: Duration = Duration::from_millis(100);
/// How long a round that is to stop waits for what is being counted.
const GRACE: Duration = Duration::from_secs(1);
/// How long after the connection was lost in a count it is tried once more.
const RESPITE: Duration = Duration::from_secs(1);

/// What came of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Counted, and the count stored.
    pub counted: usize,
    /// Found to have a broken rule: nobody is in them, and that was stored.
    pub broken: usize,
    /// Changed, paused, archived or deleted meanwhile; their counts are theirs who did so.
    pub changed: usize,
    /// Whose count failed.
    pub failed: usize,
    /// Not begun, for the round was told to stop.
    pub left: usize,
}

/// What a round works with.
pub(super) struct Round<'a> {
    /// Connections of its own, so that it never takes one from a page.
    pub(super) db: &'a Db,
    pub(super) clock: &'a Clock,
    pub(super) stop: &'a Stop,
    /// Since when the round has been going on, where it goes on with one that was cut short.
    pub(super) since: Option<Time>,
}

/// What came of one count.
enum Done {
    Counted,
    Broken,
    Changed,
    Failed(Time, AppError),
}

/// A round that is going on.
struct Work<'a> {
    round: &'a Round<'a>,
    order: Order,
    running: usize,
    figures: Figures,
    reports: Sender<(Id, Done)>,
    reported: Receiver<(Id, Done)>,
}

impl Round<'_> {
    /// Counts them all; `goes_on` is asked now and then whether it still should.
    ///
    /// # Errors
    /// What keeps the database from being read, or from taking down a failure.
    pub(super) fn run(&self, mut goes_on: impl FnMut() -> Result<bool>) -> Result<Figures> {
        let order = self.db.read_blocking(|connection| order(connection, self.since))?;
        let (reports, reported) = channel();
        let mut work = Work { round: self, order, running: 0, figures: Figures::default(), reports, reported };
        while !self.stop.is_set() && goes_on()? {
            work.fill()?;
            if work.running == 0 {
                break;
            }
            work.hear()?;
        }
        let until = Instant::now() + GRACE;
        while work.running > 0 && Instant::now() < until {
            work.hear()?;
        }
        Ok(Figures { left: work.order.left() + work.running, ..work.figures })
    }
}

impl Work<'_> {
    /// Begins as many counts as may run at a time.
    fn fill(&mut self) -> Result<()> {
        while self.running < AT_A_TIME
            && let Some(id) = self.order.take()
        {
            let (db, clock, reports) = (self.round.db.clone(), self.round.clock.clone(), self.reports.clone());
            thread::Builder::new().name("count".into()).spawn(move || {
                let done = count_safely(&db, &clock, id);
                // A round that has ended hears nothing any more.
                if reports.send((id, done)).is_err() {
                    tracing::debug!(%id, "counted after the round had ended");
                }
            })?;
            self.running += 1;
        }
        Ok(())
    }

    /// Waits a moment for a count to be done, and takes down what came of it.
    fn hear(&mut self) -> Result<()> {
        let Ok((id, done)) = self.reported.recv_timeout(TICK) else { return Ok(()) };
        self.running -= 1;
        self.order.done(id);
        match done {
            Done::Counted => self.figures.counted += 1,
            Done::Broken => self.figures.broken += 1,
            Done::Changed => self.figures.changed += 1,
            Done::Failed(at, error) => {
                tracing::warn!(segment = %id, %error, "a count failed");
                let failed = Failure::new(id, at, &error);
                self.round.db.write_blocking(|connection| failures::keep(connection, &failed))?;
                self.figures.failed += 1;
            }
        }
        Ok(())
    }
}

/// Every active segment, those first that were counted longest ago; but not those that this round has counted already, or
/// tried to, before it was cut short.
fn order(connection: &mut AnyConnection, since: Option<Time>) -> Result<Order> {
    let mut segments: Vec<Segment> = segment::table.select(Segment::as_select()).load(connection)?;
    segments.sort_by_key(|segment| (segment.last_calculated_at, segment.id));
    let tried: BTreeSet<Id> = match since {
        Some(since) => failures::list_since(connection, since)?.into_iter().collect(),
        None => BTreeSet::new(),
    };
    let is_done = |segment: &Segment| {
        since.is_some_and(|since| segment.last_calculated_at.is_some_and(|counted| counted >= since)) || tried.contains(&segment.id)
    };
    let nodes: Vec<Node> = segments.iter().map(|segment| Node::of(segment, is_active(segment) && !is_done(segment))).collect();
    Ok(Order::of(&nodes))
}

fn is_active(segment: &Segment) -> bool {
    segment.status == Status::Active.name()
}

/// [`count`]; one that panics has failed, and no more than that.
fn count_safely(db: &Db, clock: &Clock, id: Id) -> Done {
    let at = Time(clock.now());
    let counted = catch_unwind(AssertUnwindSafe(|| match count(db, clock, id) {
        Err(AppError::Database(classify::Failure::Closed)) => {
            thread::sleep(RESPITE);
            count(db, clock, id)
        }
        done => done,
    }));
    match counted {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => Done::Failed(at, error),
        Err(_) => Done::Failed(at, AppError::internal("a count panicked")),
    }
}

/// Counts a segment as it is now; once more, if somebody changes it meanwhile.
fn count(db: &Db, clock: &Clock, id: Id) -> Result<Done> {
    for _ in 0..2 {
        let found =
            |connection: &mut AnyConnection| Ok(segment::table.find(id).select(Segment::as_select()).first(connection).optional()?);
        let Some(found) = db.read_blocking(found)?.filter(is_active) else { return Ok(Done::Changed) };
        match recalculate(db, clock, &found)? {
            Outcome::Counted(_) => return Ok(Done::Counted),
            Outcome::Broken(_) => return Ok(Done::Broken),
            Outcome::Overtaken => {}
        }
    }
    Ok(Done::Changed)
}
