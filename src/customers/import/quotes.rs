//! Whether every quote of a CSV file is closed: one that is not swallows all the lines after it, as one long cell.
//!
//! Called before anything of a file is written, and by `segments` of what it reads; the CSV reader itself takes the end of the
//! file for the end of the cell.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek};
use std::path::Path;

use encoding_rs::Encoding;

use super::decode::Decoded;
use super::reader::Beginning;
use crate::error::{AppError, Result};

/// Where in a cell a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before its first byte.
    Start,
    /// In one without quotes.
    Plain,
    /// Between its quotes.
    Quoted,
    /// After a quote that ends it, or is the first of two that stand for one.
    AfterQuote,
}

/// Reads through the file and leaves it at its beginning.
///
/// # Errors
/// `BadRequest` with the line on which the quote was opened.
pub fn check(file: &mut File, encoding: &'static Encoding, path: &Path) -> Result<()> {
    let mut text = BufReader::new(Decoded::new(&mut *file, encoding));
    let Beginning { delimiter, length, line } = Beginning::of(text.fill_buf()?);
    text.consume(length);
    let open = open_at_the_end(text, delimiter, line)?;
    file.rewind()?;
    match open {
        None => Ok(()),
        Some(line) => Err(AppError::BadRequest(format!(
            "A quote that is opened on line {line} of {} is never closed: all that follows would be one cell. Nothing was imported.",
            path.display()
        ))),
    }
}

/// The line on which a quote was opened that the end finds open, where the first one read is `line`.
///
/// # Errors
/// When it cannot be read.
pub fn open_at_the_end(mut file: impl BufRead, delimiter: u8, mut line: u64) -> Result<Option<u64>> {
    let (mut place, mut opened) = (Place::Start, line);
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok((place == Place::Quoted).then_some(opened));
        }
        for &byte in bytes {
            place = match (place, byte) {
                (Place::Start, b'"') => {
                    opened = line;
                    Place::Quoted
                }
                (Place::Quoted, b'"') => Place::AfterQuote,
                (Place::Quoted, _) | (Place::AfterQuote, b'"') => Place::Quoted,
                (_, b'\n' | b'\r') => Place::Start,
                (_, byte) if byte == delimiter => Place::Start,
                _ => Place::Plain,
            };
            line += u64::from(byte == b'\n');
        }
        let length = bytes.len();
        file.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_quote_that_opens_a_cell_and_is_never_closed_is_found() {
        let open = |text: &str| open_at_the_end(text.as_bytes(), Beginning::of(text.as_bytes()).delimiter, 1).unwrap();
        for closed in ["", "a,b\n", "a,\"b\nc\"\n", "\"a \"\"b\"\"\"", "5\" pipe,x\n", "a,\"\"\n", "\"a\"b,c", "a;\"b,c\n;d\""] {
            assert_eq!(open(closed), None, "{closed}");
        }
        assert_eq!(open("a,b\n1,\"never\n2,x\n"), Some(2));
        assert_eq!(open("a,b\n1,\"x \"\"\n"), Some(2));
        assert_eq!(open("\""), Some(1));
    }
}
