//! What became of the rows of a file.

use std::io::Write;

use serde::Serialize;

use crate::error::{AppError, Result};
use crate::query::csv_guard::guarded;

/// A row that was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The line of the file on which the row begins, from 1.
    pub line: u64,
    /// The column of the file that was to blame; empty where it is the row as a whole.
    pub column: String,
    /// What stood there.
    pub value: String,
    /// Why it was refused, as a sentence.
    pub reason: String,
}

/// The outcome of an import, as `--json` writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows that were added.
    pub added: u64,
    /// Rows of the database that were changed.
    pub updated: u64,
    /// Rows that said what the database has already.
    pub unchanged: u64,
    /// Rows that were refused.
    pub refused: u64,
    /// Companies that were made for rows that named them.
    pub companies_added: u64,
    /// The refused rows; the first [`Report::ERRORS`] of them.
    pub errors: Vec<Refusal>,
    /// How many refused rows [`Report::errors`] leaves out; the key is there only when it leaves out some.
    #[serde(skip_serializing_if = "is_none_left_out")]
    pub errors_left_out: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_none_left_out(errors: &u64) -> bool {
    *errors == 0
}

impl Report {
    /// Its numbers, in words.
    pub fn in_words(&self) -> String {
        let Self { added, updated, unchanged, refused, companies_added, .. } = self;
        format!("{added} added, {updated} updated, {unchanged} unchanged, {refused} refused, {companies_added} companies added")
    }

    /// How many refused rows are kept in memory; a listener hears of all of them.
    pub const ERRORS: usize = 50_000;

    /// How many rows were read.
    pub fn rows(&self) -> u64 {
        self.added + self.updated + self.unchanged + self.refused
    }
}

/// Characters of a refused value that a report shows.
const SHOWN: usize = 300;

impl Refusal {
    /// A row that was refused for the value in one column.
    pub(super) fn new(line: u64, column: &str, value: &str, reason: impl Into<String>) -> Self {
        let value = match value.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
            None => value.to_owned(),
        };
        Self { line, column: column.to_owned(), value, reason: reason.into() }
    }
}

/// Writes refused rows as CSV, safe to open in a spreadsheet.
pub struct RefusalWriter<W: Write>(csv::Writer<W>);

impl<W: Write> RefusalWriter<W> {
    /// Writes the header.
    pub fn new(out: W) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(["line", "column", "value", "reason"]).map_err(AppError::internal)?;
        Ok(Self(writer))
    }

    /// Writes one row.
    pub fn write(&mut self, refusal: &Refusal) -> Result<()> {
        let line = refusal.line.to_string();
        let cells = [&line, &refusal.column, &refusal.value, &refusal.reason].map(|cell| guarded(cell).into_owned());
        self.0.write_record(cells).map_err(AppError::internal)
    }

    /// Writes what is still held back.
    pub fn finish(mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}
