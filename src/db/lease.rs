//! Leases: rows that say who may do something now, with an end in case the holder dies.
//!
//! Plain SQL (no advisory locks), so that it holds through poolers and on every engine of PostgreSQL's protocol. Used by
//! migrations and jobs with a term, and inside one transaction as a lock on a name ([`lock`]).

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::schema::segments_lease as lease;
use super::types::Time;
use crate::error::{AppError, Result};

/// Takes or renews the lease `name` for `holder` until `now + term`. False: somebody else holds it.
pub fn acquire(connection: &mut AnyConnection, name: &str, holder: &str, now: DateTime<Utc>, term: Duration) -> Result<bool> {
    let until = Time(now + term);
    let free = lease::holder.eq(holder).or(lease::until.lt(Time(now)));
    let taken = diesel::update(lease::table.filter(lease::name.eq(name)).filter(free))
        .set((lease::holder.eq(holder), lease::until.eq(until)))
        .execute(connection)?;
    if taken > 0 {
        return Ok(true);
    }
    let row = (lease::name.eq(name), lease::holder.eq(holder), lease::until.eq(until));
    match diesel::insert_into(lease::table).values(row).execute(connection).map_err(AppError::from) {
        Ok(_) => Ok(true),
        Err(AppError::NotUnique(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives the lease back, if `holder` still has it.
pub fn release(connection: &mut AnyConnection, name: &str, holder: &str) -> Result<()> {
    diesel::delete(lease::table.filter(lease::name.eq(name)).filter(lease::holder.eq(holder))).execute(connection)?;
    Ok(())
}

/// Makes every other transaction that locks `name` wait until this one ends. The row is inserted and removed again in the
/// same transaction: its key alone is what the others wait for, and nothing is left behind when a process dies.
pub fn lock(connection: &mut AnyConnection, name: &str) -> Result<()> {
    let row = (lease::name.eq(name), lease::holder.eq(""), lease::until.eq(Time(DateTime::UNIX_EPOCH)));
    diesel::insert_into(lease::table).values(row).execute(connection)?;
    diesel::delete(lease::table.filter(lease::name.eq(name))).execute(connection)?;
    Ok(())
}
