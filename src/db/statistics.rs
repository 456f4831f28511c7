//! What the engine knows of the rows, by which it chooses between an index and a scan.
//!
//! Called when indexes were made and when many rows were written at once. PostgreSQL gathers these by itself, only later;
//! SQLite never does, and without them scans a million contacts through an index that fetches each row by itself: ten
//! times slower than reading the table.

use diesel::connection::SimpleConnection;

use super::connection::Db;
use crate::error::Result;

/// Gathers them anew, in about a second for a million rows. Connections that are open keep to what they know on SQLite.
pub fn refresh(db: &Db) -> Result<()> {
    db.write_unhurried(|connection| Ok(connection.batch_execute("ANALYZE")?))
}

/// Gathers those of one table of ours, of which many rows are new.
pub fn refresh_one(db: &Db, table: &'static str) -> Result<()> {
    db.write_unhurried(|connection| Ok(connection.batch_execute(&["ANALYZE ", table].concat())?))
}
