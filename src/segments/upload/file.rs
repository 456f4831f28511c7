//! A file of rows: what it is written in, its columns, its rows.
//!
//! Called by `deeds` on the thread that reads it. What is no table is told from one before anything is read, by how it begins,
//! for nobody can mend a thousand refused rows of a picture.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1252};

use super::columns::Layout;
use super::entry::Said;
use super::store::small;
use crate::customers::import::{Line, Table, first_unreadable};
use crate::error::{AppError, Result};

/// What a file may be written in; files with a mark at their beginning say it themselves.
pub const ENCODINGS: [(&str, &str); 3] = [
    ("utf-8", "UTF-8, or UTF-16 with its mark"),
    ("windows-874", "Windows-874 (Thai, older Excel)"),
    ("windows-1252", "Windows-1252 (Western European, older Excel)"),
];

/// The rows of a file, with how much of it was read.
pub struct Rows {
    table: Table,
    layout: Layout,
    first: Option<Line>,
    size: u64,
}

/// Opens a table.
///
/// # Errors
/// `BadRequest` with the sentence why it is none, or not in this encoding.
pub fn open(mut file: File, name: &str, encoding: &str) -> Result<Rows> {
    let (size, encoding) = (file.metadata()?.len(), written_in(&mut file, encoding)?);
    if let Some(line) = first_unreadable(&mut file, encoding)? {
        return Err(AppError::BadRequest(format!(
            "The file is not in {}: line {line} has bytes that are no letters there. Choose what it is written in, or save it as “CSV UTF-8”.",
            encoding.name()
        )));
    }
    let table = Table::new(file, encoding, Path::new(if name.is_empty() { "The file" } else { name }))?;
    let layout = Layout::guess(table.header.iter().map(String::as_str));
    let first = (!layout.has_header).then(|| Line { number: 1, cells: table.header.iter().collect() });
    Ok(Rows { table, layout, first, size })
}

/// What a file is written in, by its beginning, else by what was chosen.
fn written_in(file: &mut File, chosen: &str) -> Result<&'static Encoding> {
    let mut start = vec![0; 4_096];
    let mut length = 0;
    while let Some(rest) = start.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            more => length += more,
        }
    }
    start.truncate(length);
    file.rewind()?;
    let refuse = |sentence: &str| Err(AppError::BadRequest(sentence.to_owned()));
    match start.as_slice() {
        [] => refuse("The file is empty."),
        [0xFF, 0xFE, ..] => Ok(UTF_16LE),
        [0xFE, 0xFF, ..] => Ok(UTF_16BE),
        [b'P', b'K', 3, 4, ..] => {
            refuse("This is an Excel workbook or a ZIP archive, not a CSV file. In Excel, save it as “CSV UTF-8” and upload that.")
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            refuse("This is an old Excel workbook, not a CSV file. In Excel, save it as “CSV UTF-8” and upload that.")
        }
        [b'%', b'P', b'D', b'F', ..] => refuse("This is a PDF document, not a CSV file."),
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => {
            refuse("This is a picture, not a CSV file.")
        }
        start if start.split(|byte| *byte == 0).count() > start.len() / 10 => {
            refuse("This is no CSV file: it holds bytes that no text has. A file in UTF-16 must begin with its mark.")
        }
        _ => Ok(match chosen {
            "windows-874" => WINDOWS_874,
            "windows-1252" => WINDOWS_1252,
            _ => UTF_8,
        }),
    }
}

impl Rows {
    /// Its columns, as they are guessed.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    fn read(&mut self) -> Result<Option<(Said, i32)>> {
        let line = match self.first.take() {
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

/// Cells as one line of CSV, whatever they were parted by.
pub fn raw<'a>(cells: impl IntoIterator<Item = &'a str>) -> Result<String> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(cells).map_err(AppError::internal)?;
    let bytes = writer.into_inner().map_err(|error| AppError::internal(error.to_string()))?;
    Ok(String::from_utf8(bytes).map_err(AppError::internal)?.trim_end_matches('\n').to_owned())
}
