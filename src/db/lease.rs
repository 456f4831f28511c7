//! Locks on a name, as a row that a transaction inserts and removes again.
//!
//! Plain SQL (no advisory locks), so that it holds through poolers and on every engine of PostgreSQL's protocol. Used by
//! migrations and by savings that must not overtake one another. The table has room for leases that outlive their
//! transaction (`holder`, `until`); nobody takes one yet.

use chrono::DateTime;
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::schema::segments_lease as lease;
use super::types::Time;
use crate::error::Result;

/// Makes every other transaction that locks `name` wait until this one ends. The row is inserted and removed again in the
/// same transaction: its key alone is what the others wait for, and nothing is left behind when a process dies.
pub fn lock(connection: &mut AnyConnection, name: &str) -> Result<()> {
    let row = (lease::name.eq(name), lease::holder.eq(""), lease::until.eq(Time(DateTime::UNIX_EPOCH)));
    diesel::insert_into(lease::table).values(row).execute(connection)?;
    diesel::delete(lease::table.filter(lease::name.eq(name))).execute(connection)?;
    Ok(())
}
