//! Stretches of days that are counted from today: "in the last 90 days", "this quarter".
//!
//! Rules store them as phrases; `criteria::meaning` asks for their days on the day it runs. Months keep the day of the month,
//! or take the last one of a shorter month; weeks begin on Monday (ISO 8601).

use chrono::{Datelike, Days, Months, NaiveDate};

/// So many days, weeks or months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many; 1 to 1,000.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}

/// What a span is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Days,
    /// Seven days each.
    Weeks,
    /// Months of the calendar.
    Months,
}

/// A stretch of days that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The day before today, today, or the day after, by how far it is.
    Day(Turn),
    /// Monday to Sunday.
    Week(Turn),
    /// A month of the calendar.
    Month(Turn),
    /// January to March, and so on.
    Quarter(Turn),
    /// A year of the calendar.
    Year(Turn),
}

/// Which of several that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The one before.
    Last,
    /// The one that today is in.
    This,
    /// The one after.
    Next,
}

/// Days from the first (included) until the last (excluded); a missing end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    /// The first day inside.
    pub from: Option<NaiveDate>,
    /// The first day that is outside again.
    pub until: Option<NaiveDate>,
}

/// The units by their wire names.
pub const UNITS: [(&str, Unit); 3] = [("days", Unit::Days), ("weeks", Unit::Weeks), ("months", Unit::Months)];

/// The named stretches by their wire names, in the order in which pages offer them.
pub const NAMED: [(&str, Named); 15] = [
    ("today", Named::Day(Turn::This)),
    ("yesterday", Named::Day(Turn::Last)),
    ("tomorrow", Named::Day(Turn::Next)),
    ("this_week", Named::Week(Turn::This)),
    ("last_week", Named::Week(Turn::Last)),
    ("next_week", Named::Week(Turn::Next)),
    ("this_month", Named::Month(Turn::This)),
    ("last_month", Named::Month(Turn::Last)),
    ("next_month", Named::Month(Turn::Next)),
    ("this_quarter", Named::Quarter(Turn::This)),
    ("last_quarter", Named::Quarter(Turn::Last)),
    ("next_quarter", Named::Quarter(Turn::Next)),
    ("this_year", Named::Year(Turn::This)),
    ("last_year", Named::Year(Turn::Last)),
    ("next_year", Named::Year(Turn::Next)),
];

impl Span {
    /// The day so long after `day`; what is later than any day is the last one that can be told.
    pub fn after(self, day: NaiveDate) -> NaiveDate {
        self.moved(|days| day.checked_add_days(days), |months| day.checked_add_months(months)).unwrap_or(NaiveDate::MAX)
    }

    /// The day so long before `day`; what is earlier than any day is the first one that can be told.
    pub fn before(self, day: NaiveDate) -> NaiveDate {
        self.moved(|days| day.checked_sub_days(days), |months| day.checked_sub_months(months)).unwrap_or(NaiveDate::MIN)
    }

    fn moved<T>(self, by_days: impl Fn(Days) -> T, by_months: impl Fn(Months) -> T) -> T {
        match self.unit {
            Unit::Days => by_days(Days::new(self.amount.into())),
            Unit::Weeks => by_days(Days::new(u64::from(self.amount) * 7)),
            Unit::Months => by_months(Months::new(self.amount)),
        }
    }

    /// "90 days", "1 month".
    pub fn spoken(self) -> String {
        let (one, many) = match self.unit {
            Unit::Days => ("day", "days"),
            Unit::Weeks => ("week", "weeks"),
            Unit::Months => ("month", "months"),
        };
        format!("{} {}", self.amount, if self.amount == 1 { one } else { many })
    }
}

impl Turn {
    fn steps(self) -> i32 {
        match self {
            Self::Last => -1,
            Self::This => 0,
            Self::Next => 1,
        }
    }
}

impl Named {
    /// Its days, seen from `today`.
    pub fn days(self, today: NaiveDate) -> DayRange {
        let (from, until) = match self {
            Self::Day(turn) => days_from(today, turn.steps(), 1),
            Self::Week(turn) => days_from(monday(today), turn.steps() * 7, 7),
            Self::Month(turn) => months_from(month_index(today) + turn.steps(), 1),
            Self::Quarter(turn) => months_from((month_index(today).div_euclid(3) + turn.steps()) * 3, 3),
            Self::Year(turn) => months_from((today.year() + turn.steps()) * 12, 12),
        };
        DayRange { from, until }
    }

    /// "last month", "today".
    pub fn spoken(self) -> String {
        let wire = NAMED.iter().find(|(_, named)| *named == self).map_or("", |(wire, _)| wire);
        wire.replace('_', " ")
    }
}

fn monday(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())).unwrap_or(day)
}

/// `length` days, the first of them `steps` after `day`.
fn days_from(day: NaiveDate, steps: i32, length: u64) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let distance = Days::new(steps.unsigned_abs().into());
    let from = if steps < 0 { day.checked_sub_days(distance) } else { day.checked_add_days(distance) };
    (from, from.and_then(|from| from.checked_add_days(Days::new(length))))
}

/// The months since the year 0.
fn month_index(day: NaiveDate) -> i32 {
    day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0)
}

/// `length` months, the first of them by its index.
fn months_from(index: i32, length: i32) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let first = |index: i32| NaiveDate::from_ymd_opt(index.div_euclid(12), index.rem_euclid(12).unsigned_abs() + 1, 1);
    (first(index), first(index + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::period::parse_date;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap_or_default()
    }

    fn span(amount: u32, unit: Unit) -> Span {
        Span { amount, unit }
    }

    #[test]
    fn months_keep_the_day_or_take_the_last_one() {
        for (from, amount, then) in [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2026-08-31", 1, "2026-09-30"),
            ("2026-03-15", 10, "2027-01-15"),
        ] {
            assert_eq!(span(amount, Unit::Months).after(day(from)), day(then), "{from} and {amount} months");
        }
        assert_eq!(span(1, Unit::Months).before(day("2026-03-31")), day("2026-02-28"));
        assert_eq!(span(2, Unit::Weeks).after(day("2026-12-25")), day("2027-01-08"));
        assert_eq!(span(1000, Unit::Months).after(day("9999-12-31")).year(), 10_083, "later than any column holds, but no panic");
    }

    #[test]
    fn named_stretches_end_where_the_next_begins() {
        for (today, name, from, until) in [
            ("2026-11-27", "today", "2026-11-27", "2026-11-28"),
            ("2026-03-01", "yesterday", "2026-02-28", "2026-03-01"),
            ("2026-12-31", "tomorrow", "2027-01-01", "2027-01-02"),
            ("2026-11-29", "this_week", "2026-11-23", "2026-11-30"),
            ("2026-11-23", "last_week", "2026-11-16", "2026-11-23"),
            ("2026-12-31", "next_week", "2027-01-04", "2027-01-11"),
            ("2024-03-31", "last_month", "2024-02-01", "2024-03-01"),
            ("2026-12-05", "next_month", "2027-01-01", "2027-02-01"),
            ("2026-11-27", "this_quarter", "2026-10-01", "2027-01-01"),
            ("2026-02-01", "last_quarter", "2025-10-01", "2026-01-01"),
            ("2026-11-27", "next_quarter", "2027-01-01", "2027-04-01"),
            ("2026-11-27", "last_year", "2025-01-01", "2026-01-01"),
            ("2026-11-27", "next_year", "2027-01-01", "2028-01-01"),
        ] {
            let named = NAMED.iter().find(|(wire, _)| *wire == name).map(|(_, named)| named.days(day(today)));
            assert_eq!(named, Some(DayRange { from: Some(day(from)), until: Some(day(until)) }), "{name} on {today}");
        }
    }
}
