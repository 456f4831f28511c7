//! Locks on a name, as a row that a transaction inserts and removes again.
//!
//! Plain SQL (no advisory locks), so that it holds through poolers and on every engine of PostgreSQL's protocol. [`lock`] is
//! used by migrations and by savings that must not overtake one another. Leases that outlive their transaction ([`hold`]) are
//! for work of one node at a time: whoever dies with one loses it when it runs out, by the clocks of the nodes, which may
//! differ by less than a lease is long.

use chrono::{DateTime, Utc};
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

/// Takes the lease `name`, or renews it: until `until` it is `holder`'s. Says whether it is; another's that has not run out
/// `now` stays theirs.
///
/// # Errors
/// `NotUnique` for one of two who take a lease for the first time ever at the same moment: it is the other's.
pub fn hold(connection: &mut AnyConnection, name: &str, holder: &str, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool> {
    let is_free = lease::holder.eq(holder).or(lease::until.le(Time(now)));
    let values = (lease::holder.eq(holder), lease::until.eq(Time(until)));
    if diesel::update(lease::table.filter(lease::name.eq(name)).filter(is_free)).set(values).execute(connection)? == 1 {
        return Ok(true);
    }
    let is_known = lease::table.find(name).count().get_result::<i64>(connection)? > 0;
    if !is_known {
        diesel::insert_into(lease::table).values((lease::name.eq(name), values)).execute(connection)?;
    }
    Ok(!is_known)
}

/// Gives the lease `name` back, if it is still `holder`'s.
pub fn release(connection: &mut AnyConnection, name: &str, holder: &str) -> Result<()> {
    let run_out = lease::until.eq(Time(DateTime::UNIX_EPOCH));
    diesel::update(lease::table.filter(lease::name.eq(name)).filter(lease::holder.eq(holder))).set(run_out).execute(connection)?;
    Ok(())
}
