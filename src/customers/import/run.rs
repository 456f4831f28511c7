//! One run over a file: batches of lines, each kept or refused, until nothing is left.
//!
//! Called by `mod.rs`. A company may name a parent that comes later in the file: such rows are passed over and read again,
//! for as long as that helps.

use std::collections::HashSet;
use std::fs::File;
use std::io::Seek;

use diesel::Connection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::batch::{self, Outcome};
use super::field::Dates;
use super::model::Model;
use super::plan::{Draft, Plan};
use super::reader::{Line, Table};
use super::report::{Refusal, Report};
use super::{Listener, Order, Ordered, decode, lookup, quotes};
use crate::clock::Clock;
use crate::db::{AnyConnection, Db, Time};
use crate::error::{AppError, Result};

/// Lines that are committed together.
const BATCH: usize = 5_000;

/// What becomes of a batch.
pub(super) enum Keep<'a> {
    /// Each is committed.
    Batches(&'a Db),
    /// All are part of a transaction that somebody else ends.
    Nothing(&'a mut AnyConnection),
}

impl Keep<'_> {
    fn attempt<T>(&mut self, mut work: impl FnMut(&mut AnyConnection) -> Result<T>) -> Result<T> {
        match self {
            Self::Batches(db) => db.write_unhurried(work),
            Self::Nothing(connection) => connection.transaction(|connection| work(connection)),
        }
    }
}

/// A run over a file.
pub(super) struct Run<'a, R: Model> {
    order: &'a Order,
    file: File,
    plan: Plan<R>,
    report: Report,
    has_edged: bool,
}

impl<'a, R: Model> Run<'a, R> {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// `BadRequest` for what is wrong with the file as a whole, or with the order.
    pub(super) fn open((order, file): Ordered<'a>, clock: &Clock, listener: &mut dyn Listener) -> Result<Self> {
        let encoding = decode::encoding(order.encoding.as_deref())?;
        let mut file = file.map_or_else(|| decode::open(&order.file), |file| Ok(file.try_clone()?))?;
        decode::check(&mut file, encoding, &order.file)?;
        quotes::check(&mut file, encoding, &order.file)?;
        let table = Table::new(file.try_clone()?, encoding, &order.file)?;
        let dates = Dates { format: order.date_format.clone(), zone: clock.zone() };
        let (plan, unused) = Plan::new(&table.header, order, dates, Time(clock.now()))?;
        if !unused.is_empty() {
            listener.unused(&unused);
        }
        Ok(Self { order, file, plan, report: Report::default(), has_edged: false })
    }

    /// What came of it so far.
    pub(super) fn report(&self) -> Report {
        self.report.clone()
    }

    /// Reads all of the file.
    pub(super) fn all(&mut self, keep: &mut Keep<'_>, listener: &mut dyn Listener) -> Result<()> {
        self.has_edged = keep.attempt(|connection| Self::find_edged(connection))?;
        let mut orphans = self.pass(keep, listener, None)?;
        while !orphans.is_empty() {
            let lines: HashSet<u64> = orphans.iter().map(|orphan| orphan.line).collect();
            let left = self.pass(keep, listener, Some(&lines))?;
            if left.len() == orphans.len() {
                return left.iter().try_for_each(|orphan| self.refuse(orphan, listener));
            }
            orphans = left;
        }
        Ok(())
    }

    fn find_edged(connection: &mut AnyConnection) -> Result<bool> {
        let company = crate::customers::company::SOURCE.count(connection, &lookup::is_edged(&crate::criteria::catalogue::company::NAME))?;
        let own = R::KEY_COLUMN.map(|column| R::count(connection, &lookup::is_edged(column))).transpose()?;
        Ok(company > 0 || own.is_some_and(|own| own > 0))
    }

    /// Reads the file, or only some lines of it, and gives the rows whose parent is not there yet.
    fn pass(&mut self, keep: &mut Keep<'_>, listener: &mut dyn Listener, only: Option<&HashSet<u64>>) -> Result<Vec<Refusal>> {
        self.file.rewind()?;
        let encoding = decode::encoding(self.order.encoding.as_deref())?;
        let mut table = Table::new(self.file.try_clone()?, encoding, &self.order.file)?;
        let mut orphans = Vec::new();
        loop {
            let mut drafts = Vec::with_capacity(BATCH);
            let mut refused = Vec::new();
            let is_over = loop {
                let Some(line) = table.next_line()? else { break true };
                if only.is_none_or(|only| only.contains(&line.number)) {
                    self.read(&line, &mut drafts, &mut refused);
                }
                if drafts.len() + refused.len() == BATCH {
                    break false;
                }
            };
            let mut outcome = self.settle(keep, &mut drafts)?;
            orphans.append(&mut outcome.orphans);
            outcome.refused.append(&mut refused);
            self.tell(outcome, listener)?;
            // What is read again is read to its end already.
            let bytes = if only.is_none() { table.bytes() } else { self.file.metadata()?.len() };
            listener.done(bytes, &self.report)?;
            if is_over {
                return Ok(orphans);
            }
        }
    }

    fn read(&self, line: &Line, drafts: &mut Vec<Draft<R>>, refused: &mut Vec<Refusal>) {
        match self.plan.draft(line) {
            Ok(draft) => drafts.push(draft),
            Err(refusal) => refused.push(refusal),
        }
    }

    /// Takes drafts to the database. If it refuses them, each half alone, down to the row that it refuses.
    fn settle(&self, keep: &mut Keep<'_>, drafts: &mut [Draft<R>]) -> Result<Outcome> {
        if drafts.is_empty() {
            return Ok(Outcome::default());
        }
        match keep.attempt(|connection| batch::run(connection, &self.plan, drafts, self.has_edged)) {
            Err(error) if is_refusal(&error) => match drafts {
                [draft] => {
                    tracing::debug!(%error, line = draft.line, "the database refused a row");
                    let reason = "The database refused this row: it is like another one, or names one that is not there.";
                    Ok(Outcome { refused: vec![Refusal::new(draft.line, "", "", reason)], ..Outcome::default() })
                }
                drafts => {
                    let (head, tail) = drafts.split_at_mut(drafts.len() / 2);
                    Ok(self.settle(keep, head)?.and(self.settle(keep, tail)?))
                }
            },
            other => other,
        }
    }

    fn tell(&mut self, mut outcome: Outcome, listener: &mut dyn Listener) -> Result<()> {
        self.has_edged |= outcome.has_edged;
        self.report.added += outcome.added;
        self.report.updated += outcome.updated;
        self.report.unchanged += outcome.unchanged;
        self.report.companies_added += outcome.companies_added;
        outcome.refused.sort_by_key(|refusal| refusal.line);
        outcome.refused.iter().try_for_each(|refusal| self.refuse(refusal, listener))
    }

    fn refuse(&mut self, refusal: &Refusal, listener: &mut dyn Listener) -> Result<()> {
        self.report.refused += 1;
        if self.report.errors.len() < Report::ERRORS {
            self.report.errors.push(refusal.clone());
        } else {
            self.report.errors_left_out += 1;
        }
        listener.refused(refusal)
    }
}

/// Whether the database refused what was written, rather than to work.
fn is_refusal(error: &AppError) -> bool {
    match error {
        AppError::NotUnique(_) => true,
        AppError::Internal(cause) => matches!(
            cause.downcast_ref::<DieselError>(),
            Some(DieselError::DatabaseError(
                DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::CheckViolation | DatabaseErrorKind::NotNullViolation,
                _
            ))
        ),
        _ => false,
    }
}
