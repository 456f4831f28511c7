//! Members as a CSV file: one row each, safe to open in a spreadsheet.
//!
//! Called by the members page and the command line, over the same stream of members that counting and listing use. UTF-8
//! with a byte order mark, for Excel takes other files for Windows-1252; cells that a spreadsheet would run as a formula
//! get an apostrophe in front (OWASP, "CSV Injection"), which the import takes off again.

use std::borrow::Cow;
use std::io::Write;

use super::members::Members;
use crate::customers::contact::Row;
use crate::db::AnyConnection;
use crate::error::{AppError, Result};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

const HEADER: [&str; 16] = [
    "id",
    "name",
    "email",
    "phone",
    "mobile",
    "title",
    "department",
    "contact_type",
    "is_primary",
    "preferred_contact_method",
    "preferred_language",
    "last_contacted",
    "company_id",
    "company",
    "company.country",
    "notes",
];

/// Writes every member to `out`, by name.
///
/// # Errors
/// `Internal` when `out` cannot be written to: whoever was to read it is gone, or the disk is full.
pub fn write_csv(connection: &mut AnyConnection, members: &Members, out: impl Write) -> Result<()> {
    let mut out = out;
    out.write_all(BYTE_ORDER_MARK)?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(HEADER).map_err(AppError::internal)?;
    members.stream(connection, |row| {
        csv.write_record(record(row).iter().map(|cell| guarded(cell).into_owned())).map_err(AppError::internal)
    })?;
    Ok(csv.flush()?)
}

fn record(row: &Row) -> [String; HEADER.len()] {
    let contact = &row.contact;
    [
        contact.id.to_string(),
        contact.name.clone(),
        contact.email.clone(),
        contact.phone.clone(),
        contact.mobile.clone(),
        contact.title.clone(),
        contact.department.clone(),
        contact.contact_type.clone(),
        contact.is_primary.to_string(),
        contact.preferred_contact_method.clone(),
        contact.preferred_language.clone(),
        contact.last_contacted.map(|time| time.to_string()).unwrap_or_default(),
        contact.company_id.to_string(),
        row.company_name.clone(),
        row.company_country.clone(),
        contact.notes.clone(),
    ]
}

/// `cell` with an apostrophe in front where a spreadsheet would take it for a formula, also behind blanks and in full width.
fn guarded(cell: &str) -> Cow<'_, str> {
    let first = cell.trim_start_matches(' ').chars().next();
    if first.is_some_and(|first| "=+-@\t\r\n＝＋－＠'".contains(first)) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe() {
        for cell in ["=1+1", "+66 2 123", "-5", "@x", "\tx", " =1", "＝1", "'quoted"] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
        for cell in ["", "Anong", "1-2", "a=b", "สมชาย"] {
            assert_eq!(guarded(cell), cell);
        }
    }
}
