//! The rows that the last run over an upload refused.
//!
//! Written down by the run as it goes, read by the page (the first of them) and by the download (all).

use diesel::prelude::*;

use crate::customers::import::Refusal;
use crate::db::schema::segments_import_refusal as refusal;
use crate::db::{AnyConnection, Id, dialect};
use crate::error::Result;

/// Rows inserted with one statement: six values each.
const AT_ONCE: usize = 5_000;

/// A refused row as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refusal)]
pub struct Row {
    /// Of which upload.
    pub import_id: Id,
    /// Its place among them, from 1.
    pub position: i32,
    /// The line on which it begins.
    pub line: i32,
    /// The column that was to blame; blank where it is the row as a whole.
    pub label: String,
    /// What stood there.
    pub value: String,
    /// Why it was refused.
    pub reason: String,
}

/// Keeps more of them; `kept` are there already.
pub fn insert(connection: &mut AnyConnection, id: Id, kept: usize, refused: &[Refusal]) -> Result<()> {
    let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let row = |(place, refused): (usize, &Refusal)| Row {
        import_id: id,
        position: number(kept + place + 1),
        line: i32::try_from(refused.line).unwrap_or(i32::MAX),
        label: refused.column.clone(),
        value: refused.value.replace('\0', "\u{fffd}"),
        reason: refused.reason.clone(),
    };
    let rows: Vec<Row> = refused.iter().enumerate().map(row).collect();
    for chunk in rows.chunks(AT_ONCE) {
        dialect::insert_rows(connection, refusal::table, chunk)?;
    }
    Ok(())
}

/// Those after a place, so many at most.
pub fn list(connection: &mut AnyConnection, id: Id, after: i32, most: i64) -> Result<Vec<Row>> {
    let rows = refusal::table.filter(refusal::import_id.eq(id)).filter(refusal::position.gt(after));
    Ok(rows.order(refusal::position).limit(most).select(Row::as_select()).load(connection)?)
}

impl From<Row> for Refusal {
    fn from(row: Row) -> Self {
        Self { line: u64::try_from(row.line).unwrap_or_default(), column: row.label, value: row.value, reason: row.reason }
    }
}
