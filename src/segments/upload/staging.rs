//! Reading a paste or a file: some thousand lines at a time are matched and kept, each batch in a short transaction.
//!
//! Called by `deeds`, on a thread of its own. Nobody else is held up, memory is that of one batch, and what was read is seen at
//! once. Whoever stops it, or the end of the server, leaves an upload behind that cannot be applied and says so.

use super::columns::Layout;
use super::entry::{Item, Outcome, Said, is_cut};
use super::file::{FIRST, raw};
use super::matching::{Matcher, Settled};
use super::rows::{self, Row};
use super::store::{self, State, Upload};
use crate::clock::Clock;
use crate::db::{Db, Id, Time};
use crate::error::{AppError, Result, caught};

/// Lines of a batch.
const BATCH: usize = 5_000;
/// Pieces of old uploads that are thrown away after one was read.
const SWEPT: usize = 50;

/// A paste or a file that is being read.
pub struct Staging<'a> {
    db: &'a Db,
    clock: &'a Clock,
    id: Id,
    segment: Id,
}

/// What is told of an upload that failed for a fault of ours.
const FAULT: &str = "It could not be read to its end, for a fault of ours.";

impl<'a> Staging<'a> {
    /// Reads `upload` by `work`, which says whether it came to its end; then it can be looked at, or says why not.
    pub fn run(db: &'a Db, clock: &'a Clock, upload: &Upload, work: impl FnOnce(&Self) -> Result<bool>) {
        let staging = Self { db, clock, id: upload.id, segment: upload.segment_id };
        let done = caught(|| work(&staging));
        let (to, sentence) = match &done {
            Ok(true) => (State::Ready, String::new()),
            Ok(false) => (State::Cancelled, String::new()),
            Err(AppError::BadRequest(sentence)) => (State::Failed, sentence.clone()),
            Err(error) => {
                tracing::error!(%error, "an upload could not be read");
                (State::Failed, FAULT.to_owned())
            }
        };
        let id = upload.id;
        let passed = db.write_blocking(|connection| store::pass(connection, id, staging.now(), (State::Reading, to), &sentence));
        let swept = passed.and_then(|_| staging.sweep());
        if let Err(error) = swept {
            tracing::warn!(%error, "an upload is left as it is");
        }
    }

    fn now(&self) -> Time {
        Time(self.clock.now())
    }

    fn sweep(&self) -> Result<()> {
        for _ in 0..SWEPT {
            if !self.db.write_blocking(|connection| store::sweep(connection, self.now()))? {
                break;
            }
        }
        Ok(())
    }

    /// Keeps what is known of the columns.
    pub fn set_layout(&self, layout: &Layout) -> Result<()> {
        let layout = serde_json::to_string(layout).map_err(AppError::internal)?;
        self.db.write_blocking(|connection| store::set_layout(connection, self.id, &layout))
    }

    /// Reads lines, each with how much of all was read before it; whether they are still wanted at their end.
    pub fn read(&self, lines: impl Iterator<Item = Result<(Said, i32)>>) -> Result<bool> {
        let mut matcher = Matcher::new(self.segment);
        let (mut batch, mut rows, mut percent) = (Vec::with_capacity(BATCH), 0, 0);
        for line in lines {
            let (said, read) = line?;
            percent = read;
            batch.push(said);
            if batch.len() == BATCH {
                if !self.keep(&mut matcher, &batch, &mut rows, percent)? {
                    return Ok(false);
                }
                batch.clear();
            }
        }
        self.keep(&mut matcher, &batch, &mut rows, percent)
    }

    fn keep(&self, matcher: &mut Matcher, batch: &[Said], rows: &mut i32, percent: i32) -> Result<bool> {
        let settled = self.db.read_unhurried(|connection| matcher.settle(connection, batch))?;
        let first = *rows + 1;
        let new = self.rows(batch, settled, (first..).take(batch.len()))?;
        *rows = rows.saturating_add(store::small(batch.len())?);
        self.db.write_blocking(|connection| {
            if !store::note_read(connection, self.id, self.now(), percent, *rows)? {
                return Ok(false);
            }
            rows::insert_rows(connection, &new)?;
            Ok(true)
        })
    }

    fn rows(&self, said: &[Said], settled: Vec<Settled>, positions: impl Iterator<Item = i32>) -> Result<Vec<Row>> {
        let lines = said.iter().zip(settled).zip(positions);
        lines.map(|((said, settled), position)| row(self.id, position, said, settled)).collect()
    }

    /// The first line becomes a row, or is none any more; by how many the rows are more then.
    fn set_first(&self, layout: &Layout) -> Result<i32> {
        let raw = raw(layout.header.iter().map(String::as_str))?;
        let first = Said::new(FIRST, &raw, Err("It was not read yet.".into()));
        let nobody = Settled { outcome: Outcome::Refused, item: None, by: "", candidates: Vec::new(), reason: String::new() };
        let first = row(self.id, 0, &first, nobody)?;
        self.db.write_blocking(|connection| rows::set_first(connection, (self.id, first.line), (!layout.has_header).then_some(&first)))
    }

    /// Reads the rows once more, by other columns.
    pub fn read_again(&self, layout: &Layout, total: i32) -> Result<bool> {
        let total = total + self.set_first(layout)?;
        let (mut matcher, mut after) = (Matcher::new(self.segment), -1);
        loop {
            let most = i64::try_from(BATCH).map_err(AppError::internal)?;
            let rows = self.db.read_unhurried(|connection| rows::list_rows(connection, self.id, &[], after, most))?;
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(true) };
            let (from, to) = (first.position, last.position);
            let said: Vec<Said> = rows.iter().map(|row| said(layout, row)).collect();
            let settled = self.db.read_unhurried(|connection| matcher.settle(connection, &said))?;
            let new = self.rows(&said, settled, rows.iter().map(|row| row.position))?;
            let percent = store::small(i64::from(to) * 100 / i64::from(total.max(1)))?;
            let is_wanted = self.db.write_blocking(|connection| {
                if !store::note_read(connection, self.id, self.now(), percent, total)? {
                    return Ok(false);
                }
                rows::delete_rows(connection, self.id, from, to)?;
                rows::insert_rows(connection, &new)?;
                Ok(true)
            })?;
            if !is_wanted {
                return Ok(false);
            }
            after = to;
        }
    }
}

/// What a row that is kept says by these columns.
fn said(layout: &Layout, row: &Row) -> Said {
    let said = |entry| Said::new(u64::try_from(row.line).unwrap_or_default(), &row.raw, entry);
    if is_cut(&row.raw) {
        return said(Err("It is too long to be read by other columns.".into()));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.raw.as_bytes());
    let mut cells = csv::StringRecord::new();
    let entry = match reader.read_record(&mut cells) {
        Ok(_) => layout.entry(&cells),
        Err(error) => Err(format!("It cannot be read: {error}.")),
    };
    said(entry)
}

fn row(upload: Id, position: i32, said: &Said, settled: Settled) -> Result<Row> {
    let (contact_id, company_id) = settled.item.map_or((None, None), Item::keys);
    Ok(Row {
        upload_id: upload,
        position,
        line: store::small(said.line)?,
        raw: said.raw.clone(),
        note: said.entry.as_ref().map(|entry| entry.note.clone()).unwrap_or_default(),
        outcome: settled.outcome.name().to_owned(),
        found_by: settled.by.to_owned(),
        contact_id,
        company_id,
        candidates: settled.candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        reason: settled.reason,
    })
}
