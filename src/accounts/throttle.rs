//! Failed sign-ins, counted so that nobody can go on guessing: after a few, each next one must wait longer.
//!
//! Asked by `login`. Counted in the database, so that all nodes count together, by user name and by address (IPv4 by itself,
//! IPv6 by its /64, which one household has). Nobody is ever locked out for good: the longest wait is a minute. Names that
//! no user has are counted like the others, and none is stored readably, for people type passwords there by mistake.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::keys;
use super::user::normalize;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::schema::segments_login_failure as failure;
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;

/// How long a failure counts.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 60;
/// What the keys are signed for.
const PURPOSE: &str = "login failure";

/// A sign-in that somebody attempts: which counters it belongs to.
#[derive(Debug, Clone)]
pub struct Attempt {
    user: Counter,
    address: Option<Counter>,
}

#[derive(Debug, Clone)]
struct Counter {
    key: String,
    /// So many failures are free.
    free: u32,
}

/// How long somebody must wait, as a page tells it.
#[derive(Debug, Clone)]
pub struct Wait {
    /// The seconds.
    pub seconds: i64,
    /// When it is over, for machines.
    pub moment: String,
    /// The same by the clocks of `TIME_ZONE`: "09:00:37".
    pub time: String,
}

impl Wait {
    /// So many seconds from now.
    pub fn new(seconds: i64, clock: &Clock) -> Self {
        let over = (clock.now() + TimeDelta::seconds(seconds)).with_timezone(&clock.zone());
        Self { seconds, moment: over.format("%Y-%m-%dT%H:%M:%S%:z").to_string(), time: over.format("%H:%M:%S").to_string() }
    }

    /// "37 seconds".
    pub fn words(&self) -> String {
        format!("{} {}", self.seconds, if self.seconds == 1 { "second" } else { "seconds" })
    }
}

impl Attempt {
    /// An attempt for the user name that was typed, from an address (`None` counts by name alone).
    pub fn new(config: &Config, username: &str, address: Option<IpAddr>) -> Result<Self> {
        let key = |text: String| keys::sign_text(&config.secret_key, PURPOSE, text.as_bytes());
        let user = Counter { key: key(format!("user {}", normalize(username)))?, free: config.login_failures };
        let address = address.map(|address| key(format!("address {}", network(address)))).transpose()?;
        Ok(Self { user, address: address.map(|key| Counter { key, free: config.login_failures_by_address }) })
    }

    /// How many seconds must pass before it may be made; `None` when it may be made now.
    pub fn wait(&self, connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Option<i64>> {
        let mut longest = None;
        for counter in self.counters() {
            let counted = failure::table.filter(failure::key.eq(&counter.key)).filter(failure::at.gt(Time(now - WINDOW)));
            // More than make the longest wait need not be counted.
            let most = i64::from(counter.free) + 6;
            let times: Vec<Time> = counted.select(failure::at).order(failure::at.desc()).limit(most).load(connection)?;
            let over = times.first().map(|last| last.0 + TimeDelta::seconds(delay(times.len(), counter.free)));
            // A second begun is a second to wait.
            let left = over.map_or(0, |over| ((over - now).num_milliseconds() + 999) / 1000);
            longest = longest.max((left > 0).then_some(left));
        }
        Ok(longest)
    }

    /// Counts it as failed; what no longer counts for anybody goes.
    pub fn failed(&self, connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<()> {
        diesel::delete(failure::table.filter(failure::at.le(Time(now - WINDOW)))).execute(connection)?;
        for counter in self.counters() {
            let row = (failure::id.eq(Id::new()), failure::key.eq(&counter.key), failure::at.eq(Time(now)));
            diesel::insert_into(failure::table).values(row).execute(connection)?;
        }
        Ok(())
    }

    /// Forgets the failures of the user, who has shown who they are. Those of the address stay: it could be a guesser's who
    /// signs in to an account of their own in between.
    pub fn succeeded(&self, connection: &mut AnyConnection) -> Result<()> {
        diesel::delete(failure::table.filter(failure::key.eq(&self.user.key))).execute(connection)?;
        Ok(())
    }

    fn counters(&self) -> impl Iterator<Item = &Counter> {
        [Some(&self.user), self.address.as_ref()].into_iter().flatten()
    }
}

/// Seconds to wait after so many failures: 1, 2, 4 … 60 once the free ones are used up.
fn delay(count: usize, free: u32) -> i64 {
    let over = u32::try_from(count).unwrap_or(u32::MAX).checked_sub(free);
    over.map_or(0, |over| (1 << over.min(6)).min(LONGEST_WAIT))
}

/// Who one address stands for: itself, or the network that one subscriber of IPv6 has.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_minute() {
        let waits: Vec<i64> = (0..14).map(|count| delay(count, 5)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(delay(usize::MAX, 5), 60);
    }

    #[test]
    fn a_household_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}
