//! What an uploaded file is written in.
//!
//! Called by those who take files from people, here and in `segments::upload`. What is no table is told from one before anything
//! is read, by how it begins, for nobody can mend a thousand refused rows of a picture.

use std::fs::File;
use std::io::{Read, Seek};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1252};

use super::decode::first_unreadable;
use crate::error::{AppError, Result};

/// What a file may be written in; files with a mark at their beginning say it themselves.
pub const ENCODINGS: [(&str, &str); 3] = [
    ("utf-8", "UTF-8, or UTF-16 with its mark"),
    ("windows-874", "Windows-874 (Thai, older Excel)"),
    ("windows-1252", "Windows-1252 (Western European, older Excel)"),
];

/// What a file is written in, after all of it was read; leaves it at its beginning.
///
/// # Errors
/// `BadRequest` with the sentence why it is no table, or not in this encoding.
pub fn readable(file: &mut File, chosen: &str) -> Result<&'static Encoding> {
    let encoding = written_in(file, chosen)?;
    match first_unreadable(file, encoding)? {
        None => Ok(encoding),
        Some(line) => Err(AppError::BadRequest(format!(
            "The file is not in {}: line {line} has bytes that are no letters there. Choose what it is written in, or save it as “CSV UTF-8”.",
            encoding.name()
        ))),
    }
}

/// What a file is written in, by its beginning, else by what was chosen.
///
/// # Errors
/// `BadRequest` with the sentence why it is no table.
pub fn written_in(file: &mut File, chosen: &str) -> Result<&'static Encoding> {
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
    if let Some(sentence) = marked_up(&start) {
        return refuse(sentence);
    }
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
        [b'{', b'\\', b'r', b't', b'f', ..] => refuse("This is a text document, not a CSV file. Save it as plain text and upload that."),
        start if start.split(|byte| *byte == 0).count() > 1 + start.len() / 10 => {
            refuse("This is no CSV file: it holds bytes that no text has. A file in UTF-16 must begin with its mark.")
        }
        _ => Ok(match chosen {
            "windows-874" => WINDOWS_874,
            "windows-1252" => WINDOWS_1252,
            _ => UTF_8,
        }),
    }
}

/// Why text that begins so is no table, where it says itself what it is.
fn marked_up(start: &[u8]) -> Option<&'static str> {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let begins = |mark: &[u8]| start.get(..mark.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(mark));
    if begins(b"<!doctype html") || begins(b"<html") {
        return Some("This is a web page, not a CSV file. Perhaps you have to sign in where it comes from, and download it again.");
    }
    if begins(b"<?xml") {
        return Some("This is an XML document, not a CSV file.");
    }
    let is_json = begins(b"[{") || begins(b"{") && start.get(1..).unwrap_or_default().trim_ascii_start().starts_with(b"\"");
    is_json.then_some("This is a JSON document, not a CSV file.")
}
