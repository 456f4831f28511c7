//! A list as a CSV file: contacts, then companies, with what is known of each; it comes in as it went out.
//!
//! Called by `download`. Whom the segment never includes is not on the list and not in the file. What a spreadsheet would run is
//! guarded, and the import takes the guard off again. Whoever may not see the notes gets no column of them: blank ones would be
//! taken for orders to take out what is written.

use std::io::Write;

use diesel::prelude::*;

use crate::db::schema::crm_app_customersegment_static_companies as listed_companies;
use crate::db::schema::crm_app_customersegment_static_contacts as listed_contacts;
use crate::db::schema::{crm_app_company as company, crm_app_contact as contact};
use crate::db::schema::{segments_listed_company as known_company, segments_listed_contact as known_contact};
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::query::csv_guard::guarded;
use crate::segments::export::BYTE_ORDER_MARK;
use crate::segments::listed::How;

/// The columns; that of the notes for whoever sees them.
const HEADER: [&str; 10] = ["kind", "id", "name", "email", "company", "country", NOTE, "added_by", "added_at", "how"];
const NOTE: &str = "note";
/// Rows read at a time.
const AT_ONCE: i64 = 2_000;

/// What is known of a listed row.
type Known = (String, String, Option<Time>, String);

/// Writes the list of `segment`; the private notes for whoever may change it.
///
/// # Errors
/// `Internal` when it cannot be written: whoever was to read it is gone.
pub fn write(connection: &mut AnyConnection, segment: Id, sees_notes: bool, mut out: impl Write) -> Result<()> {
    out.write_all(BYTE_ORDER_MARK)?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(HEADER.into_iter().filter(|column| sees_notes || *column != NOTE)).map_err(AppError::internal)?;
    write_contacts(connection, segment, sees_notes, &mut csv)?;
    write_companies(connection, segment, sees_notes, &mut csv)?;
    Ok(csv.flush()?)
}

fn write_contacts(connection: &mut AnyConnection, segment: Id, sees_notes: bool, csv: &mut csv::Writer<impl Write>) -> Result<()> {
    let is_known = known_contact::segment_id
        .eq(listed_contacts::customersegment_id)
        .and(known_contact::contact_id.eq(contact::id))
        .and(known_contact::state.ne("removed"));
    let mut after = Id(uuid::Uuid::nil());
    loop {
        let rows = listed_contacts::table
            .inner_join(contact::table.on(contact::id.eq(listed_contacts::contact_id)))
            .inner_join(company::table.on(company::id.eq(contact::company_id)))
            .left_join(known_contact::table.on(is_known))
            .filter(listed_contacts::customersegment_id.eq(segment))
            .filter(listed_contacts::contact_id.gt(after))
            .order(listed_contacts::contact_id)
            .limit(AT_ONCE);
        let known = (known_contact::note, known_contact::added_by_name, known_contact::added_at, known_contact::how).nullable();
        let columns = (contact::id, contact::name, contact::email, company::name, company::country, known);
        let rows: Vec<(Id, String, String, String, String, Option<Known>)> = rows.select(columns).load(connection)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        for (id, name, email, company, country, known) in &rows {
            line(csv, ["contact", &id.to_string(), name, email, company, country], known.as_ref(), sees_notes)?;
        }
    }
}

fn write_companies(connection: &mut AnyConnection, segment: Id, sees_notes: bool, csv: &mut csv::Writer<impl Write>) -> Result<()> {
    let is_known = known_company::segment_id
        .eq(listed_companies::customersegment_id)
        .and(known_company::company_id.eq(company::id))
        .and(known_company::state.ne("removed"));
    let mut after = Id(uuid::Uuid::nil());
    loop {
        let rows = listed_companies::table
            .inner_join(company::table.on(company::id.eq(listed_companies::company_id)))
            .left_join(known_company::table.on(is_known))
            .filter(listed_companies::customersegment_id.eq(segment))
            .filter(listed_companies::company_id.gt(after))
            .order(listed_companies::company_id)
            .limit(AT_ONCE);
        let known = (known_company::note, known_company::added_by_name, known_company::added_at, known_company::how).nullable();
        let columns = (company::id, company::name, company::email, company::country, known);
        let rows: Vec<(Id, String, String, String, Option<Known>)> = rows.select(columns).load(connection)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        for (id, name, email, country, known) in &rows {
            line(csv, ["company", &id.to_string(), name, email, name, country], known.as_ref(), sees_notes)?;
        }
    }
}

fn line(csv: &mut csv::Writer<impl Write>, cells: [&str; 6], known: Option<&Known>, sees_notes: bool) -> Result<()> {
    let (note, by, at, how) = match known {
        Some((note, by, at, how)) => {
            let at = at.map(|time| time.to_string()).unwrap_or_default();
            (note.as_str(), by.as_str(), at, How::named(how).map_or("", How::name))
        }
        None => ("", "", String::new(), ""),
    };
    let cells = cells.into_iter().chain(sees_notes.then_some(note)).chain([by, &at, how]).map(guarded);
    csv.write_record(cells.map(std::borrow::Cow::into_owned)).map_err(AppError::internal)
}
