//! Members as a CSV file: one row each, safe to open in a spreadsheet.
//!
//! Called by the members page and the command line, over the same stream of members that counting and listing use. UTF-8
//! with a byte order mark, for Excel takes other files for Windows-1252; cells that a spreadsheet would run as a formula
//! get an apostrophe in front, which the import takes off again (`customers::csv_guard`).

use std::io::Write;

use super::members::Members;
use super::model::{Row as SegmentRow, Segment};
use crate::customers::contact::Row;
use crate::customers::csv_guard::guarded;
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

/// Writes members under one header, of one segment or of several.
///
/// Every method fails with `Internal` when it cannot write: whoever was to read it is gone, or the disk is full.
pub struct CsvExport<W: Write>(csv::Writer<W>);

impl<W: Write> CsvExport<W> {
    /// Writes the byte order mark and the header.
    pub fn begin(mut out: W) -> Result<Self> {
        out.write_all(BYTE_ORDER_MARK)?;
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        csv.write_record(HEADER).map_err(AppError::internal)?;
        Ok(Self(csv))
    }

    /// Writes every member, by name.
    pub fn write(&mut self, connection: &mut AnyConnection, members: &Members) -> Result<()> {
        members.stream(connection, |_, rows| {
            rows.iter().try_for_each(|row| {
                self.0.write_record(record(row).iter().map(|cell| guarded(cell).into_owned())).map_err(AppError::internal)
            })
        })
    }

    /// Writes what is still held back.
    pub fn finish(mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}

/// Writes every member to `out`, by name.
///
/// # Errors
/// Those of [`CsvExport`].
pub fn write_csv(connection: &mut AnyConnection, members: &Members, out: impl Write) -> Result<()> {
    let mut csv = CsvExport::begin(out)?;
    csv.write(connection, members)?;
    csv.finish()
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

/// Segments as CSV, safe to open in a spreadsheet.
pub fn write_segments(rows: &[SegmentRow], out: &mut impl Write) -> Result<()> {
    csv_line(out, &["id", "name", "segment_type", "status", "member_count"])?;
    for SegmentRow { segment, .. } in rows {
        let (id, count) = (segment.id.to_string(), stored_count(segment, ""));
        csv_line(out, &[&id, &segment.name, &segment.segment_type, &segment.status, &count])?;
    }
    Ok(())
}

/// The stored count; `never` where there is none.
pub fn stored_count(segment: &Segment, never: &str) -> String {
    segment.last_calculated_at.map_or_else(|| never.to_owned(), |_| segment.member_count.to_string())
}

/// A line of CSV, safe to open in a spreadsheet.
pub fn csv_line(out: &mut impl Write, cells: &[&str]) -> Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(cells.iter().map(|cell| guarded(cell).into_owned())).map_err(AppError::internal)?;
    Ok(csv.flush()?)
}
