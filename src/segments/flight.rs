//! One count of a segment at a time: whoever wants one that is being counted already waits for that, and takes its figure; who
//! presses a button does so only if that count began after it, for something may have changed since an earlier one did, and
//! waits no longer than for anything else.
//!
//! Called by `recalculate`, so for the job, the pages and the command line alike; each stores the figure for itself, under the
//! row's lock as ever, with the moment at which it was true. Taken is only what one would have counted oneself: type, criteria
//! and list are the same, and the rules name no other segment, whose own may have changed since they were read. Whoever
//! wants something else waits too, and then counts; so does one after another where a count failed. A save never asks here:
//! it counts what it saves.
//!
//! Within one process only. A lease in the database would be one more write for each count, would run out during a long one, for
//! who counts cannot renew it, and would keep people waiting for a node that died with it. All that it could spare is that two
//! nodes now and then count the same, which costs time and harms nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::model::Segment;
use super::recalculate::Tally;
use crate::criteria::named_segments;
use crate::db::{Db, Id};
use crate::error::{AppError, Result};

/// What is said to whoever has waited long enough.
const BUSY: &str = "It is being counted already, and that takes long. Look at it again in a moment.";

/// A segment of a database, by the URL of that.
type Key = (String, Id);

/// The counts that are under way.
static UNDER_WAY: Mutex<BTreeMap<Key, Arc<Flight>>> = Mutex::new(BTreeMap::new());

/// A count that somebody has begun.
struct Flight {
    counted: Segment,
    state: Mutex<State>,
    ended: Condvar,
}

/// How far it is.
enum State {
    UnderWay,
    Failed,
    Counted(Tally),
}

/// Held by whoever counts: however that ends, others go on once it is dropped.
struct Lead {
    key: Key,
    flight: Arc<Flight>,
}

/// Who counts.
enum Turn {
    Ours(Lead),
    Theirs(Arc<Flight>),
}

/// What `count` says of a segment, or what somebody says who is counting the same; waits for either, outside any transaction.
/// Who has `patience` waits for others no longer than that, and takes no count that began before now.
///
/// # Errors
/// Those of `count`; others' are theirs. `Unavailable` for whoever waited long enough.
pub(super) fn one_at_a_time(
    db: &Db,
    counted: &Segment,
    patience: Option<Duration>,
    count: impl FnOnce() -> Result<Tally>,
) -> Result<Tally> {
    let until = patience.map(|patience| Instant::now() + patience);
    // What is under way now began before.
    let mut is_new = patience.is_none();
    loop {
        match Turn::of(db, counted) {
            Turn::Ours(lead) => return lead.end(count()),
            Turn::Theirs(flight) => {
                if let Some(tally) = flight.wait(until)?
                    && is_new
                    && flight.serves(counted)
                {
                    return Ok(tally);
                }
                is_new = true;
            }
        }
    }
}

impl Turn {
    fn of(db: &Db, counted: &Segment) -> Self {
        let key = (db.options().url.clone(), counted.id);
        let mut under_way = hold(&UNDER_WAY);
        if let Some(flight) = under_way.get(&key) {
            return Self::Theirs(Arc::clone(flight));
        }
        let flight = Arc::new(Flight { counted: counted.clone(), state: Mutex::new(State::UnderWay), ended: Condvar::new() });
        under_way.insert(key.clone(), Arc::clone(&flight));
        Self::Ours(Lead { key, flight })
    }
}

impl Lead {
    fn end(self, counted: Result<Tally>) -> Result<Tally> {
        if let Ok(tally) = &counted {
            *hold(&self.flight.state) = State::Counted(tally.clone());
        }
        counted
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        // Gone before anybody wakes up: who counts next begins anew.
        hold(&UNDER_WAY).remove(&self.key);
        let mut state = hold(&self.flight.state);
        if matches!(*state, State::UnderWay) {
            *state = State::Failed;
        }
        self.flight.ended.notify_all();
    }
}

impl Flight {
    /// Waits for its end, until then at most; the figure, if it came to one.
    fn wait(&self, until: Option<Instant>) -> Result<Option<Tally>> {
        let mut state = hold(&self.state);
        while matches!(*state, State::UnderWay) {
            state = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => self.ended.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return Err(AppError::Unavailable(BUSY.into())),
                Some(left) => self.ended.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        Ok(if let State::Counted(tally) = &*state { Some(tally.clone()) } else { None })
    }

    /// Whether it counts what somebody wants to know who has read the segment so.
    fn serves(&self, wanted: &Segment) -> bool {
        self.counted.has_members_of(wanted) && wanted.live_rules().is_none_or(|rules| named_segments(rules).is_empty())
    }
}

/// Nobody panics while they hold one of these locks.
fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
