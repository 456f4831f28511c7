//! Lanes: how many pieces of long work of each kind may run at once, so that none of them can starve the rest.
//!
//! Held by `connection::Db`, whose methods wait in them. The places are those of one process; several nodes have as many
//! each.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{AppError, Result};

/// What long work is for: each has places of its own, so that none keeps another waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Questions that may scan everything: two at once.
    Question,
    /// What is counted before something is saved: two at once, and no question comes before it.
    Saving,
    /// Changes of very many rows, which may wait for one another: two at once.
    Bulk,
    /// Lists of many rows that are searched, filtered or sorted by a click: two at once.
    Search,
    /// Exports, which last as long as somebody reads them: three at once.
    Export,
    /// Pastes and files that are read, which may take minutes: two at once.
    Reading,
}

/// The places of each [`Lane`]. All of them together are fewer than the connections, so that a list never waits for one.
#[derive(Debug)]
pub(super) struct Lanes {
    questions: Arc<Semaphore>,
    savings: Arc<Semaphore>,
    bulk: Arc<Semaphore>,
    searches: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    readings: Arc<Semaphore>,
    patience: Duration,
}

impl Lanes {
    /// All places free; whoever gets none waits for so long.
    pub(super) fn new(patience: Duration) -> Self {
        let places = |places| Arc::new(Semaphore::new(places));
        let [questions, savings, bulk, searches, readings] = [2; 5].map(places);
        Self { questions, savings, bulk, searches, exports: places(3), readings, patience }
    }

    /// A place, as soon as one is free.
    pub(super) async fn turn(&self, lane: Lane) -> Result<Turn> {
        let places = match lane {
            Lane::Question => &self.questions,
            Lane::Saving => &self.savings,
            Lane::Bulk => &self.bulk,
            Lane::Search => &self.searches,
            Lane::Export => &self.exports,
            Lane::Reading => &self.readings,
        };
        let busy = || AppError::Unavailable("Many counts and exports are running. Try again in a moment.".into());
        let turn = tokio::time::timeout(self.patience, Arc::clone(places).acquire_owned());
        Ok(Turn(turn.await.map_err(|_| busy())?.map_err(AppError::internal)?))
    }
}

/// A place in a [`Lane`], until it is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);
