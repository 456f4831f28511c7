//! Sample CRM data, made up in the program: the same every time, at any size.
//!
//! Called by `commands/demo.rs`, tests and benchmarks; the segments that go with it are made by `segments::sample`. For N contacts there are N/10 companies and 0.15 N contracts; a larger
//! sample begins like a smaller one. Dates lie around the clock's today, so that "ending in 60 days" is never empty.

mod companies;
mod contacts;
mod contracts;
mod places;
mod random;

use chrono::{Duration, NaiveDate};

use super::company::{self, Company};
use super::contact::{self, Contact};
use super::contract::{self, Contract};
use crate::clock::Clock;
use crate::db::{AnyConnection, Db, Id, Time};
use crate::error::Result;

use companies::Companies;
use random::Random;

/// How many contacts the companies of a block of ten have, and how many contracts: some have none.
const CONTACTS: [usize; 10] = [12, 3, 25, 8, 1, 14, 5, 0, 24, 8];
const CONTRACTS: [usize; 10] = [2, 0, 3, 2, 1, 1, 0, 1, 4, 1];
/// Companies that are written together: some thousand contacts.
const AT_ONCE: usize = 100;

/// When the sample is made.
#[derive(Debug, Clone, Copy)]
struct Sample {
    now: Time,
    today: NaiveDate,
}

impl Sample {
    /// A moment in the last so many days.
    fn ago(&self, random: &mut Random, days: i32) -> Time {
        Time(self.now.0 - Duration::minutes(i64::from(random.between(1, days * 24 * 60))))
    }

    /// A moment between then and now.
    fn since(&self, random: &mut Random, then: Time) -> Time {
        let minutes = i32::try_from((self.now.0 - then.0).num_minutes()).unwrap_or(i32::MAX);
        Time(then.0 + Duration::minutes(i64::from(random.between(0, minutes))))
    }
}

/// The key of row `index` of a kind. Its first half grows with the index, so that indexes grow at their end.
fn id(kind: u64, index: usize) -> Id {
    let tail = Random::of(kind + 16, index).bits().to_be_bytes();
    let mut random = [0; 10];
    random.iter_mut().zip(tail).for_each(|(to, from)| *to = from);
    // Milliseconds from the day the sample's numbering begins, 2020-01-01, a kind a year.
    let moment = 1_577_836_800_000 + kind * 31_536_000_000 + index as u64;
    Id(uuid::Builder::from_unix_timestamp_millis(moment, &random).into_uuid())
}

/// Fills an empty database with `contacts` contacts and the companies and contracts that go with them.
pub fn fill(db: &Db, clock: &Clock, contacts: usize) -> Result<()> {
    let sample = Sample { now: Time(clock.now()), today: clock.today() };
    db.write_unhurried(|connection| write(connection, &sample, contacts))
}

fn write(connection: &mut AnyConnection, sample: &Sample, contacts: usize) -> Result<()> {
    let last = (contacts / 10).max(1);
    let mut names = Companies::default();
    let (mut people, mut deals) = (0, 0);
    for first in (0..last).step_by(AT_ONCE) {
        let mut batch = Batch::default();
        for index in first..last.min(first + AT_ONCE) {
            // The last company takes those that are left, so that the number is as it was asked for.
            let here = if index + 1 == last { contacts - people } else { CONTACTS[index % 10].min(contacts - people) };
            batch.add(sample, &mut names, index, (people, here), (deals, CONTRACTS[index % 10]));
            people += here;
            deals += CONTRACTS[index % 10];
        }
        batch.write(connection)?;
    }
    Ok(())
}

#[derive(Default)]
struct Batch {
    companies: Vec<Company>,
    contacts: Vec<Contact>,
    contracts: Vec<Contract>,
}

impl Batch {
    /// Company number `index`, with so many contacts and contracts from these numbers on.
    fn add(&mut self, sample: &Sample, names: &mut Companies, index: usize, people: (usize, usize), deals: (usize, usize)) {
        let (company, country) = names.make(sample, index);
        let here = (&company, country);
        self.contacts.extend((0..people.1).map(|place| contacts::make(sample, people.0 + place, here, index, place)));
        self.contracts.extend((deals.0..deals.0 + deals.1).map(|deal| contracts::make(sample, deal, here)));
        self.companies.push(company);
    }

    fn write(self, connection: &mut AnyConnection) -> Result<()> {
        company::insert(connection, &self.companies)?;
        contact::insert(connection, &self.contacts)?;
        contract::insert(connection, &self.contracts)
    }
}
