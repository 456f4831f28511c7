//! The sample's contracts: of every status, with ends before and after today.

use chrono::{Days, NaiveDate};

use super::places::Country;
use super::random::Random;
use super::{Sample, id};
use crate::customers::company::Company;
use crate::customers::contract::Contract;
use crate::db::Money;

const KIND: u64 = 3;

/// How usual a status is, and between which days from today its contracts end.
static STATUSES: &[(u32, (&str, i32, i32))] = &[
    (45, ("Active", -10, 420)),
    (15, ("Renewed", -200, 300)),
    (18, ("Expired", -900, -1)),
    (8, ("Draft", 200, 500)),
    (8, ("Sent", 180, 460)),
    (6, ("Cancelled", -600, 200)),
];
static TYPES: &[(u32, &str)] = &[(65, "Annual"), (15, "Monthly"), (12, "One-time"), (8, "Custom")];
static SERVICES: &[(u32, &str)] = &[(40, "Background Music"), (25, "Music Design"), (20, "Soundtrack"), (10, "Sound System"), (5, "")];

/// The contract number `index`.
pub(super) fn make(sample: &Sample, index: usize, (company, country): (&Company, &Country)) -> Contract {
    let random = &mut Random::of(KIND, index);
    let (status, first, last) = random.weighted(STATUSES).unwrap_or_default();
    let mut contract = Contract::new(id(KIND, index), sample.ago(random, 900));
    contract.company_id = company.id;
    contract.contract_number = format!("BMA-{:07}", index + 1);
    contract.contract_type = random.weighted(TYPES).unwrap_or_default().into();
    contract.service_type = random.weighted(SERVICES).unwrap_or_default().into();
    contract.status = status.into();
    // One in four of those that run ends within two months: they are what renewals are about.
    let last = if status == "Active" && random.chance(25) { 60 } else { last };
    contract.end_date = days_after(sample.today, random.between(first, last));
    contract.start_date = days_after(contract.end_date, -if contract.contract_type == "Monthly" { 30 } else { 364 });
    let zones = i64::from(company.music_zone_count.max(1));
    contract.value = Money(zones * i64::from(random.between(20_000, 60_000)));
    if country.name == "Thailand" && random.chance(60) {
        contract.currency = "THB".into();
        contract.value = Money(contract.value.0 * 30);
    }
    contract.auto_renew = random.chance(40);
    contract.is_active = matches!(status, "Active" | "Renewed");
    contract.updated_at = sample.since(random, contract.created_at);
    contract
}

fn days_after(day: NaiveDate, days: i32) -> NaiveDate {
    let count = Days::new(days.unsigned_abs().into());
    let moved = if days < 0 { day.checked_sub_days(count) } else { day.checked_add_days(count) };
    moved.unwrap_or(day)
}
