//! How many requests a user, or an address, has left in this minute.
//!
//! Asked by `door`. All nodes count together: each takes a share of the minute from the database and gives it out by itself, so
//! that most requests write nothing, and no more are let in than the limit says. What a node has left of a share at the end of the
//! minute is lost.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::db::schema::segments_api_quota as row;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};

/// Seconds after which counting begins anew.
const WINDOW: i64 = 60;
/// Into so many shares a minute is divided.
const SHARES: i32 = 20;
/// Keys that a node remembers before it forgets those of earlier minutes.
const REMEMBERED: usize = 10_000;
/// Minutes after which a row is thrown away.
const KEPT: i32 = 60;

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The most requests in a minute.
    pub limit: i32,
    /// How many are left, as far as this node knows.
    pub remaining: i32,
    /// Seconds until the minute is over.
    pub reset: i64,
    /// Whether this request is one too many.
    pub is_over: bool,
}

/// What this node has of a minute.
#[derive(Debug, Clone, Copy)]
struct Share {
    minute: i32,
    left: i32,
    /// What nobody had taken of the minute when the share was.
    untaken: i32,
}

/// The quotas of a node.
#[derive(Debug, Default)]
pub struct Quotas(Mutex<HashMap<String, Share>>);

impl Quotas {
    /// Counts a request for `key`.
    pub async fn count(&self, db: &Db, key: &str, limit: i32, now: DateTime<Utc>) -> Result<Standing> {
        let minute = i32::try_from(now.timestamp().div_euclid(WINDOW)).map_err(AppError::internal)?;
        if let Some(share) = self.spend(key, minute) {
            return Ok(standing(share, limit, now));
        }
        let (asked, size) = (key.to_owned(), (limit / SHARES).max(1));
        let taken = db.write(move |connection| take(connection, &asked, minute, size, limit)).await?;
        let share = Share { minute, left: taken.map_or(-1, |(taken, _)| taken - 1), untaken: taken.map_or(0, |(_, all)| limit - all) };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > REMEMBERED {
            known.retain(|_, share| share.minute == minute);
        }
        // Another request may have taken a share of its own meanwhile: what is left of both can be spent.
        let held = known.entry(key.to_owned()).or_insert(Share { minute, left: 0, untaken: 0 });
        let left = if held.minute == minute { held.left.max(0) } else { 0 };
        *held = Share { left: if share.left < 0 { left - 1 } else { share.left + left }, ..share };
        Ok(standing(*held, limit, now))
    }

    /// Spends one of what this node has; `None` where that is nothing, and there may be more.
    fn spend(&self, key: &str, minute: i32) -> Option<Share> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let share = known.get_mut(key).filter(|share| share.minute == minute)?;
        if share.left == 0 && share.untaken > 0 {
            return None;
        }
        share.left = (share.left - 1).max(-1);
        Some(*share)
    }
}

fn standing(share: Share, limit: i32, now: DateTime<Utc>) -> Standing {
    let remaining = (share.left.max(0) + share.untaken.max(0)).min(limit);
    let reset = WINDOW - now.timestamp().rem_euclid(WINDOW);
    Standing { limit, remaining, reset, is_over: share.left < 0 }
}

/// Takes a share of a minute, or what is left of it: how many, and how many are taken in all by then; `None` where nothing is left.
fn take(connection: &mut AnyConnection, key: &str, minute: i32, size: i32, limit: i32) -> Result<Option<(i32, i32)>> {
    // The row is written first, so that whoever comes second waits here.
    let begun = diesel::update(row::table.find(key).filter(row::minute.lt(minute))).set((row::minute.eq(minute), row::taken.eq(0)));
    if begun.execute(connection)? == 1 {
        diesel::delete(row::table.filter(row::minute.lt(minute - KEPT))).execute(connection)?;
    }
    for wanted in [size, 1] {
        let left = row::table.find(key).filter(row::taken.le(limit - wanted));
        if diesel::update(left).set(row::taken.eq(row::taken + wanted)).execute(connection)? == 1 {
            let all: i32 = row::table.find(key).select(row::taken).first(connection)?;
            return Ok(Some((wanted, all)));
        }
    }
    let known: i64 = row::table.find(key).count().get_result(connection)?;
    if known > 0 {
        return Ok(None);
    }
    let new = (row::key.eq(key), row::minute.eq(minute), row::taken.eq(size));
    match diesel::insert_into(row::table).values(new).execute(connection).map_err(AppError::from) {
        // Another node was first; this one takes nothing by itself and lets the request in with the next share.
        Err(AppError::NotUnique(_)) => Err(AppError::Unavailable("Many requests came at once. Try again in a moment.".into())),
        done => done.map(|_| Some((size, size))),
    }
}
