//! What a run tells of itself is written down, where its page finds it.
//!
//! Made by `runs`. Whoever imports is asked anew with every batch whether they still may, and whether they still want to.

use super::require_import;
use crate::accounts::Actor;
use crate::accounts::user::as_they_are;
use crate::clock::Clock;
use crate::customers::import::{Listener, Refusal, Report, What};
use crate::customers::upload::{refusals, store};
use crate::db::{Db, Id, Time};
use crate::error::{AppError, Result};

/// A run that is watched.
pub(super) struct Ear<'a> {
    pub(super) db: &'a Db,
    pub(super) clock: &'a Clock,
    pub(super) actor: &'a Actor,
    pub(super) what: What,
    /// The upload, and the number of the run.
    pub(super) run: (Id, i32),
    /// Bytes of the file.
    pub(super) size: u64,
    /// Refused rows that are not written down yet, after so many that are.
    pub(super) refused: (usize, Vec<Refusal>),
}

impl Ear<'_> {
    /// Writes down how far it is; whether it is to go on.
    fn note(&mut self, percent: i32, report: &Report) -> Result<bool> {
        let (run, now, (kept, refused)) = (self.run, Time(self.clock.now()), &self.refused);
        let is_wanted = self.db.write_blocking(|connection| {
            require_import(&as_they_are(connection, self.actor)?, self.what)?;
            let is_wanted = store::note(connection, run, now, percent, report)?;
            if is_wanted.is_some() {
                refusals::insert(connection, run.0, *kept, refused)?;
            }
            Ok(is_wanted == Some(true))
        })?;
        self.refused = (kept + refused.len(), Vec::new());
        Ok(is_wanted)
    }

    /// Writes down what came of all.
    pub(super) fn finish(&mut self, report: &Report) -> Result<()> {
        self.note(100, report).map(drop)
    }
}

impl Listener for Ear<'_> {
    fn unused(&mut self, _: &[String]) {
        // Whoever said what the columns hold left them out.
    }

    fn done(&mut self, bytes: u64, report: &Report) -> Result<()> {
        let percent = i32::try_from(bytes * 100 / self.size.max(1)).map_err(AppError::internal)?;
        if self.note(percent.min(100), report)? { Ok(()) } else { Err(AppError::Conflict("You stopped it.".into())) }
    }

    fn refused(&mut self, refusal: &Refusal) -> Result<()> {
        self.refused.1.push(refusal.clone());
        Ok(())
    }
}
