//! From the bytes of a file to UTF-8, without a byte order mark, with the number of every line remembered for a moment.
//!
//! Called by `reader`. A file that is not in the encoding it should be in is refused before anything is written
//! ([`check`]): half an import with question marks in it helps nobody. Lines are counted here, by their bytes, because
//! the CSV reader counts only `\n` and loses count at blank lines.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::rc::Rc;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use crate::error::{AppError, Result};

/// The encoding that a user named.
///
/// # Errors
/// `BadRequest` when nobody knows one of this name.
pub(super) fn encoding(label: Option<&str>) -> Result<&'static Encoding> {
    let Some(label) = label else { return Ok(UTF_8) };
    Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| {
        AppError::BadRequest(format!(
            "Unknown encoding “{label}”. Usual ones are utf-8, utf-16le, windows-1252, windows-874, gb18030, big5, shift_jis."
        ))
    })
}

/// Opens a file.
///
/// # Errors
/// `BadRequest` when it cannot be read.
pub(super) fn open(path: &Path) -> Result<File> {
    let cannot = |reason: &str| AppError::BadRequest(format!("{} cannot be read: {reason}.", path.display()));
    let file = File::open(path).map_err(|error| cannot(&error.to_string()))?;
    if file.metadata()?.is_dir() { Err(cannot("it is a directory")) } else { Ok(file) }
}

/// Whether all of the file is in `encoding`; leaves it at its beginning.
///
/// # Errors
/// `BadRequest` with the first line that is not, and what to do.
pub(super) fn check(file: &mut File, encoding: &'static Encoding, path: &Path) -> Result<()> {
    let mut start = [0; 2];
    let length = file.read(&mut start)?;
    file.rewind()?;
    let named = |label: &str| AppError::BadRequest(format!("{} is in UTF-16. Say so: --encoding {label}.", path.display()));
    match start.get(..length) {
        Some([0xFF, 0xFE]) if encoding == UTF_8 => return Err(named("utf-16le")),
        Some([0xFE, 0xFF]) if encoding == UTF_8 => return Err(named("utf-16be")),
        _ => {}
    }
    match first_unreadable(file, encoding) {
        Ok(None) => Ok(()),
        Ok(Some(line)) => Err(AppError::BadRequest(format!(
            "{} is not in {} (line {line} has bytes that are no letters there). Give the encoding it is in, for example --encoding windows-1252.",
            path.display(),
            encoding.name()
        ))),
        Err(error) => Err(AppError::BadRequest(format!("{} cannot be read: {error}.", path.display()))),
    }
}

/// The first line, from 1, that is not in `encoding`; leaves the file at its beginning.
///
/// # Errors
/// What the disk says.
pub(super) fn first_unreadable(file: &mut File, encoding: &'static Encoding) -> io::Result<Option<usize>> {
    file.rewind()?;
    let mut decoded = Decoded::new(&mut *file, encoding);
    let mut line = 1;
    let mut buffer = vec![0; CHUNK];
    let newlines = |bytes: &[u8], length: usize| bytes.iter().take(length).filter(|byte| **byte == b'\n').count();
    loop {
        match decoded.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => line += newlines(&buffer, length),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                line += newlines(&buffer, decoded.before_error);
                file.rewind()?;
                return Ok(Some(line));
            }
            Err(error) => return Err(error),
        }
    }
    file.rewind()?;
    Ok(None)
}

const CHUNK: usize = 64 * 1024;

/// A reader of UTF-8 over a reader of any encoding. What is malformed is the error `InvalidData`.
pub(super) struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    start: usize,
    end: usize,
    is_over: bool,
    // A decoder that has given its last letter may not be asked again.
    is_finished: bool,
    // What a read that failed had decoded before the malformed bytes.
    before_error: usize,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, raw: vec![0; CHUNK], start: 0, end: 0, is_over: false, is_finished: false, before_error: 0 }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.is_finished {
            if self.start == self.end && !self.is_over {
                self.start = 0;
                self.end = self.inner.read(&mut self.raw)?;
                self.is_over = self.end == 0;
            }
            let source = self.raw.get(self.start..self.end).unwrap_or_default();
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(source, out, self.is_over);
            self.start += read;
            self.is_finished = self.is_over && result == DecoderResult::InputEmpty;
            match result {
                DecoderResult::Malformed(_, _) => {
                    self.before_error = written;
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "malformed text"));
                }
                _ if written > 0 => return Ok(written),
                DecoderResult::InputEmpty => {}
                DecoderResult::OutputFull => {
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, "the buffer is too small for a letter"));
                }
            }
        }
        Ok(0)
    }
}

/// Where lines end, for as long as the CSV reader has not come past them: from where to where there is nothing but ends of lines,
/// and how many, for blank lines are passed over however many they are.
#[derive(Debug)]
pub(super) struct Lines {
    ends: VecDeque<(u64, u64, u64)>,
    offset: u64,
    after_return: bool,
    line: u64,
}

impl Lines {
    /// From the line of this number on.
    pub(super) fn new(first: u64) -> Rc<RefCell<Self>> {
        Rc::new(RefCell::new(Self { ends: VecDeque::new(), offset: 0, after_return: false, line: first }))
    }

    /// The number of the line on which the record begins that the CSV reader looked for from byte `from` on: it passes
    /// over blank lines.
    pub(super) fn at(&mut self, from: u64) -> u64 {
        let mut cursor = from;
        while let Some((_, end, lines)) = self.ends.front().copied().filter(|(begin, ..)| *begin <= cursor) {
            cursor = cursor.max(end);
            self.line += lines;
            self.ends.pop_front();
        }
        self.line
    }

    fn look_at(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match (byte, self.after_return) {
                (b'\n', true) => {
                    if let Some((_, end, _)) = self.ends.back_mut() {
                        *end += 1;
                    }
                }
                (b'\n' | b'\r', _) => match self.ends.back_mut().filter(|(_, end, _)| *end == self.offset) {
                    Some((_, end, lines)) => (*end, *lines) = (*end + 1, *lines + 1),
                    None => self.ends.push_back((self.offset, self.offset + 1, 1)),
                },
                _ => {}
            }
            self.after_return = *byte == b'\r';
            self.offset += 1;
        }
    }
}

/// The most lines of one cell: their ends are kept for as long as it is read.
const LONGEST_CELL: usize = 1_000_000;

/// A reader that tells [`Lines`] of what goes through it.
pub(super) struct Counted<R> {
    pub(super) inner: R,
    pub(super) lines: Rc<RefCell<Lines>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let (length, mut lines) = (self.inner.read(out)?, self.lines.borrow_mut());
        lines.look_at(out.get(..length).unwrap_or_default());
        if lines.ends.len() > LONGEST_CELL {
            return Err(io::Error::other(format!("a cell goes over more than {LONGEST_CELL} lines")));
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_over_blank_ones_without_room_for_each() {
        let lines = Lines::new(1);
        let mut lines = lines.borrow_mut();
        // A row, 100,000 blank lines of every kind, a row with a line end in it, a row.
        let blank = "\r\n\n\r".repeat(33_333);
        let text = format!("a\n{blank}\"b\nb\"\nc\n");
        lines.look_at(text.as_bytes());
        assert_eq!(lines.ends.len(), 4);
        let at = |part: &str| text.find(part).unwrap() as u64;
        assert_eq!(lines.at(0), 1);
        let second = lines.at(2);
        assert_eq!(lines.at(at("\nc")), second + 2);
        assert_eq!(second, 2 + 99_999);
    }
}
