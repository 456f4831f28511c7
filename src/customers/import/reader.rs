//! A CSV file as lines of cells, under a header.
//!
//! Called by `mod.rs`, and by `segments::upload` for its own files. The delimiter is guessed from the header: whichever of `,` `;` `|` and tab stands there most often
//! outside quotes.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use csv::StringRecord;
use encoding_rs::Encoding;

use super::decode::{Counted, Decoded, Lines};
use crate::error::{AppError, Result};
use crate::query::text;

type Source = Counted<BufReader<Decoded<Watched>>>;

/// A file being read.
pub struct Table {
    /// The names in the header, trimmed.
    pub header: Vec<String>,
    reader: csv::Reader<Source>,
    lines: Rc<RefCell<Lines>>,
    bytes: Rc<Cell<u64>>,
}

/// One line of the file.
#[derive(Debug, Clone)]
pub struct Line {
    /// The number of the line on which it begins, from 1.
    pub number: u64,
    /// Its cells; as many as it has, not as many as the header names.
    pub cells: StringRecord,
}

impl Table {
    /// Reads the header.
    ///
    /// # Errors
    /// `BadRequest` when there is none.
    pub fn new(file: File, encoding: &'static Encoding, path: &Path) -> Result<Self> {
        let bytes = Rc::new(Cell::new(0));
        let watched = Watched { file, bytes: Rc::clone(&bytes) };
        let mut decoded = BufReader::with_capacity(BUFFER, Decoded::new(watched, encoding));
        let beginning = Beginning::of(decoded.fill_buf()?);
        decoded.consume(beginning.length);
        let lines = Lines::new(beginning.line);
        let source = Counted { inner: decoded, lines: Rc::clone(&lines) };
        let mut reader = csv::ReaderBuilder::new().delimiter(beginning.delimiter).flexible(true).from_reader(source);
        let header = reader.headers().map_err(|error| unreadable(&error, path))?;
        let header: Vec<String> = header.iter().map(|name| text::nfc(name.trim())).collect();
        if header.iter().all(String::is_empty) {
            return Err(AppError::BadRequest(format!("{} is empty: its first line must name the columns.", path.display())));
        }
        Ok(Self { header, reader, lines, bytes })
    }

    /// How many bytes of the file were read.
    pub fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// The next line, or `None` at the end of the file.
    pub fn next_line(&mut self) -> Result<Option<Line>> {
        loop {
            let from = self.reader.position().byte();
            let mut cells = StringRecord::new();
            if !self.reader.read_record(&mut cells).map_err(|error| unreadable(&error, Path::new("The file")))? {
                return Ok(None);
            }
            let number = self.lines.borrow_mut().at(from);
            // A line of blanks alone is a blank line, unless one column is all there is.
            if cells.len() > 1 || self.header.len() == 1 || !cells.iter().all(text::is_blank) {
                return Ok(Some(Line { number, cells }));
            }
        }
    }
}

const BUFFER: usize = 64 * 1024;

fn unreadable(error: &csv::Error, path: &Path) -> AppError {
    AppError::BadRequest(format!("{} cannot be read: {error}.", path.display()))
}

/// What stands before the header, and how its cells are parted.
pub(super) struct Beginning {
    pub(super) delimiter: u8,
    /// Bytes before the header.
    pub(super) length: usize,
    /// The number of the line on which the header begins, from 1.
    pub(super) line: u64,
}

impl Beginning {
    /// Of a file that begins with `start`. Excel says in a line `sep=;` of its own what parts the cells.
    pub(super) fn of(start: &[u8]) -> Self {
        let (said, next) = match start.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            Some(end) => start.split_at(end),
            None => (start, &[][..]),
        };
        let said = said.strip_prefix(b"\"").and_then(|said| said.strip_suffix(b"\"")).unwrap_or(said);
        match said {
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if !delimiter.is_ascii_alphanumeric() && *delimiter != b'"' => {
                let length = start.len() - next.len() + if next.starts_with(b"\r\n") { 2 } else { next.len().min(1) };
                Self { delimiter: *delimiter, length, line: 2 }
            }
            _ => Self { delimiter: guess_delimiter(start), length: 0, line: 1 },
        }
    }
}

/// Whichever of the delimiters the header has most of; `start` is the beginning of the file.
fn guess_delimiter(start: &[u8]) -> u8 {
    let mut is_quoted = false;
    let header = start.iter().take_while(|byte| {
        is_quoted ^= **byte == b'"';
        is_quoted || !matches!(byte, b'\n' | b'\r')
    });
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut is_quoted = false;
    for byte in header {
        is_quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| !is_quoted && delimiter == byte) {
            *count += 1;
        }
    }
    // The first of equals: a comma where there is none of them.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| delimiter)
}

/// The file, counting how far it was read.
struct Watched {
    file: File,
    bytes: Rc<Cell<u64>>,
}

impl Read for Watched {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let length = self.file.read(out)?;
        self.bytes.set(self.bytes.get() + length as u64);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_what_the_header_has_most_of() {
        assert_eq!(guess_delimiter(b"name;e,mail;phone\n1,2,3,4,5"), b';');
        assert_eq!(guess_delimiter(b"name\te-mail\r\n"), b'\t');
        assert_eq!(guess_delimiter(b"\"a;b;c;d\",e\n"), b',');
        assert_eq!(guess_delimiter(b"\"a\n;;;\",b,c\n"), b',');
        assert_eq!(guess_delimiter(b"name"), b',');
        assert_eq!(guess_delimiter(b""), b',');
    }

    #[test]
    fn the_delimiter_is_what_the_file_says_in_a_line_of_its_own() {
        let of = |start: &[u8]| {
            let Beginning { delimiter, length, line } = Beginning::of(start);
            (delimiter, length, line)
        };
        assert_eq!(of(b"sep=;\r\na;b,c,d"), (b';', 7, 2));
        assert_eq!(of(b"\"SEP=|\"\na|b"), (b'|', 8, 2));
        assert_eq!(of(b"sep=\t"), (b'\t', 5, 2));
        assert_eq!(of(b"sep=x\na,b"), (b',', 0, 1));
        assert_eq!(of(b"sep=,email\na,b"), (b',', 0, 1));
    }
}
