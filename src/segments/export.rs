//! Members as a CSV file: one row each, safe to open in a spreadsheet.
//!
//! Called by the members page and the command line, over the same stream of members that counting and listing use. UTF-8
//! with a byte order mark, for Excel takes other files for Windows-1252; cells that a spreadsheet would run as a formula
//! get an apostrophe in front, which the import takes off again (`query::csv_guard`).

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Write;

use super::members::Members;
use super::model::{Row as SegmentRow, Segment};
use crate::criteria::Calendar;
use crate::customers::contact::Row;
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};
use crate::query::csv_guard::guarded;

/// Begins a file that is UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The columns, by the names that the import knows.
const HEADER: [&str; 26] = [
    "id",
    "name",
    "email",
    "phone",
    "mobile",
    "title",
    "department",
    "contact_type",
    "is_primary",
    "is_active",
    "preferred_contact_method",
    "preferred_language",
    "linkedin_url",
    "receives_notifications",
    "receives_renewal_emails",
    "receives_seasonal_emails",
    "receives_payment_emails",
    "receives_quarterly_emails",
    "unsubscribed",
    "last_contacted",
    "created_at",
    "updated_at",
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
        self.write_without(connection, members, &HashSet::new())
    }

    /// Writes the members, by name, but those with these keys.
    fn write_without(&mut self, connection: &mut AnyConnection, members: &Members, left_out: &HashSet<Id>) -> Result<()> {
        members.stream(connection, |_, rows| {
            let mut rows = rows.iter().filter(|row| !left_out.contains(&row.contact.id));
            rows.try_for_each(|row| self.0.write_record(record(row).iter().map(|cell| cell.as_bytes())).map_err(AppError::internal))
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

/// Writes one member for each address to `out`, the first by name, and those without an address.
///
/// # Errors
/// Those of [`CsvExport`].
pub fn write_addresses(connection: &mut AnyConnection, members: &Members, out: impl Write) -> Result<()> {
    let left_out = members.repeating(connection)?;
    let mut csv = CsvExport::begin(out)?;
    csv.write_without(connection, members, &left_out)?;
    csv.finish()
}

fn record(row: &Row) -> [Cow<'_, str>; HEADER.len()] {
    let Row { contact, company_name, company_country } = row;
    let flag = |flag: bool| Cow::from(if flag { "true" } else { "false" });
    [
        contact.id.to_string().into(),
        guarded(&contact.name),
        guarded(&contact.email),
        guarded(&contact.phone),
        guarded(&contact.mobile),
        guarded(&contact.title),
        guarded(&contact.department),
        guarded(&contact.contact_type),
        flag(contact.is_primary),
        flag(contact.is_active),
        guarded(&contact.preferred_contact_method),
        guarded(&contact.preferred_language),
        guarded(&contact.linkedin_url),
        flag(contact.receives_notifications),
        flag(contact.receives_renewal_emails),
        flag(contact.receives_seasonal_emails),
        flag(contact.receives_payment_emails),
        flag(contact.receives_quarterly_emails),
        flag(contact.unsubscribed),
        contact.last_contacted.map(|time| time.to_string()).unwrap_or_default().into(),
        contact.created_at.to_string().into(),
        contact.updated_at.to_string().into(),
        contact.company_id.to_string().into(),
        guarded(company_name),
        guarded(company_country),
        guarded(&contact.notes),
    ]
}

/// Segments as CSV, safe to open in a spreadsheet: with each count when it was taken, and whether it needs attention. What
/// comes later stands behind what programs read already.
pub fn write_segments(rows: &[SegmentRow], calendar: Calendar, out: &mut impl Write) -> Result<()> {
    let header = ["id", "name", "segment_type", "status", "member_count", "last_calculated_at", "needs_attention", "created_by", "tags"];
    csv_line(out, &header)?;
    for row in rows {
        let SegmentRow { segment, owner, .. } = row;
        let (id, count) = (segment.id.to_string(), stored_count(row, calendar, ""));
        let counted = segment.last_calculated_at.map(|time| time.to_string()).unwrap_or_default();
        let needs_attention = row.is_broken(calendar).to_string();
        let owner = owner.as_ref().map(|owner| owner.username.as_str()).unwrap_or_default();
        let Segment { name, segment_type, status, tags, .. } = segment;
        csv_line(out, &[&id, name, segment_type, status, &count, &counted, &needs_attention, owner, tags])?;
    }
    Ok(())
}

/// The stored count: nobody where a rule cannot be understood, `never` where it was never taken.
pub fn stored_count(row: &SegmentRow, calendar: Calendar, never: &str) -> String {
    let segment = &row.segment;
    if row.is_broken(calendar) {
        return "0".to_owned();
    }
    segment.last_calculated_at.map_or_else(|| never.to_owned(), |_| segment.member_count.to_string())
}

/// A line of CSV, safe to open in a spreadsheet.
pub fn csv_line(out: &mut impl Write, cells: &[&str]) -> Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(cells.iter().map(|cell| guarded(cell).into_owned())).map_err(AppError::internal)?;
    Ok(csv.flush()?)
}
