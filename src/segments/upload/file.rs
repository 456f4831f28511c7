//! A file of rows: its columns, its rows.
//!
//! Called by `deeds` on the thread that reads it.

use std::collections::VecDeque;
use std::fs::File;
use std::path::Path;

use super::columns::Layout;
use super::entry::{Said, cut_cell};
use super::store::small;
use crate::customers::import::{Line, Table, readable, require_closed_quotes};
use crate::customers::upload::content::require_few_columns;
use crate::error::{AppError, Result};

/// The rows of a file, with how much of it was read.
pub struct Rows {
    table: Table,
    layout: Layout,
    /// Those that were read to guess its columns.
    begun: VecDeque<Line>,
    size: u64,
}

/// Rows by which the columns are guessed.
const LOOKED_AT: usize = 50;

/// Opens a table.
///
/// # Errors
/// `BadRequest` with the sentence why it is none, or not in this encoding, or has a quote that is never closed.
pub fn open(mut file: File, name: &str, encoding: &str) -> Result<Rows> {
    let (size, encoding) = (file.metadata()?.len(), readable(&mut file, encoding)?);
    let path = Path::new(if name.is_empty() { "The file" } else { name });
    require_closed_quotes(&mut file, encoding, path)?;
    let mut table = Table::new(file, encoding, path)?;
    require_few_columns(table.header.len())?;
    let mut begun = VecDeque::new();
    while begun.len() < LOOKED_AT
        && let Some(line) = table.next_line()?
    {
        begun.push_back(line);
    }
    let layout = Layout::guess(table.header.iter().map(String::as_str), begun.iter().map(|line| &line.cells));
    if !layout.has_header {
        begun.push_front(Line { number: FIRST, cells: table.header.iter().collect() });
    }
    if begun.is_empty() {
        return Err(AppError::BadRequest("The file has no rows below the names of its columns.".into()));
    }
    Ok(Rows { table, layout, begun, size })
}

/// The number of the first line, whether it names the columns or is a row.
pub const FIRST: u64 = 1;

impl Rows {
    /// Its columns, as they are guessed.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    fn read(&mut self) -> Result<Option<(Said, i32)>> {
        let line = match self.begun.pop_front() {
            Some(line) => Some(line),
            None => self.table.next_line()?,
        };
        let Some(line) = line else { return Ok(None) };
        let said = Said::new(line.number, &raw(&line.cells)?, self.layout.entry(&line.cells));
        Ok(Some((said, small(self.table.bytes() * 100 / self.size.max(1))?)))
    }
}

impl Iterator for Rows {
    type Item = Result<(Said, i32)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Cells as one line of CSV, whatever they were parted by; each as far as it is looked at.
pub fn raw<'a>(cells: impl IntoIterator<Item = &'a str>) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(cells.into_iter().map(|cell| cut_cell(cell).into_owned())).map_err(AppError::internal)?;
    let bytes = writer.into_inner().map_err(|error| AppError::internal(error.to_string()))?;
    Ok(String::from_utf8(bytes).map_err(AppError::internal)?.trim_end_matches('\n').to_owned())
}
