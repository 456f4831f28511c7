//! The calendar of criteria.md, 5: local midnights, and the days that a phrase counted from today stands for.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::operators::Operator;

/// Where and when a document is evaluated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    pub(crate) zone: Tz,
    pub(crate) today: NaiveDate,
}

/// What an amount counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Days,
    Weeks,
    Months,
}

/// The units as they are written.
pub(crate) const UNITS: [(&str, Unit); 3] = [("days", Unit::Days), ("weeks", Unit::Weeks), ("months", Unit::Months)];

/// A stretch of the calendar in which today lies, or its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stretch {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// The words of `is_within`: which stretch, and how many after the one of today.
pub(crate) const PERIODS: [(&str, Stretch, i32); 15] = [
    ("today", Stretch::Day, 0),
    ("yesterday", Stretch::Day, -1),
    ("tomorrow", Stretch::Day, 1),
    ("this_week", Stretch::Week, 0),
    ("last_week", Stretch::Week, -1),
    ("next_week", Stretch::Week, 1),
    ("this_month", Stretch::Month, 0),
    ("last_month", Stretch::Month, -1),
    ("next_month", Stretch::Month, 1),
    ("this_quarter", Stretch::Quarter, 0),
    ("last_quarter", Stretch::Quarter, -1),
    ("next_quarter", Stretch::Quarter, 1),
    ("this_year", Stretch::Year, 0),
    ("last_year", Stretch::Year, -1),
    ("next_year", Stretch::Year, 1),
];

/// Days from the first up to, but not including, the second; without one of them for ever on that side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
}

impl Span {
    pub(crate) fn has_day(self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }

    /// For a moment the days' borders are the midnights of the zone.
    pub(crate) fn has_moment(self, moment: DateTime<Utc>, zone: Tz) -> bool {
        self.from.is_none_or(|from| midnight(from, zone) <= moment) && self.to.is_none_or(|to| moment < midnight(to, zone))
    }
}

/// The days that are meant by one of the four operators that take an amount.
pub(crate) fn counted(operator: Operator, amount: i32, unit: Unit, today: NaiveDate) -> Span {
    let before = moved(today, unit, -amount);
    let after = moved(today, unit, amount);
    match operator {
        Operator::InTheLast => Span { from: Some(before), to: Some(next_day(today)) },
        Operator::InTheNext => Span { from: Some(today), to: Some(next_day(after)) },
        // Earlier than all of `in_the_last`, later than all of `in_the_next`.
        Operator::BeforeTheLast => Span { from: None, to: Some(before) },
        Operator::AfterTheNext => Span { from: Some(next_day(after)), to: None },
        _ => panic!("{operator:?} takes no amount"),
    }
}

/// The days of the stretch that lies `steps` after the one of today.
pub(crate) fn period(stretch: Stretch, steps: i32, today: NaiveDate) -> Span {
    let first = first_day(stretch, today);
    let (unit, size) = match stretch {
        Stretch::Day => (Unit::Days, 1),
        Stretch::Week => (Unit::Weeks, 1),
        Stretch::Month => (Unit::Months, 1),
        Stretch::Quarter => (Unit::Months, 3),
        Stretch::Year => (Unit::Months, 12),
    };
    Span { from: Some(moved(first, unit, size * steps)), to: Some(moved(first, unit, size * (steps + 1))) }
}

fn first_day(stretch: Stretch, day: NaiveDate) -> NaiveDate {
    let first_of = |month: u32| match NaiveDate::from_ymd_opt(day.year(), month, 1) {
        Some(first) => first,
        None => panic!("month {month}"),
    };
    match stretch {
        Stretch::Day => day,
        // Weeks begin on Monday.
        Stretch::Week => day - Days::new(day.weekday().num_days_from_monday().into()),
        Stretch::Month => first_of(day.month()),
        Stretch::Quarter => first_of((day.month0() / 3) * 3 + 1),
        Stretch::Year => first_of(1),
    }
}

/// Months keep the day, clamped to the month's end, which is what chrono does.
fn moved(day: NaiveDate, unit: Unit, amount: i32) -> NaiveDate {
    let size = amount.unsigned_abs();
    match (unit, amount < 0) {
        (Unit::Days, true) => day - Days::new(size.into()),
        (Unit::Days, false) => day + Days::new(size.into()),
        (Unit::Weeks, true) => day - Days::new(u64::from(size) * 7),
        (Unit::Weeks, false) => day + Days::new(u64::from(size) * 7),
        (Unit::Months, true) => day - Months::new(size),
        (Unit::Months, false) => day + Months::new(size),
    }
}

fn next_day(day: NaiveDate) -> NaiveDate {
    day + Days::new(1)
}

/// The midnight with which the day ends.
pub(crate) fn next_midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    midnight(next_day(day), zone)
}

/// The day's midnight in the zone: of two the earlier, and where there is none the first moment after the gap.
pub(crate) fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let mut clock = day.and_time(NaiveTime::MIN);
    // Gaps of old local times end at odd seconds, so the clock is tried second by second; the longest known gap is a day.
    for _ in 0..=3 * 24 * 3600 {
        if let Some(moment) = zone.from_local_datetime(&clock).earliest() {
            return moment.to_utc();
        }
        clock += TimeDelta::seconds(1);
    }
    panic!("no clock of {zone} shows a time after {day}");
}
