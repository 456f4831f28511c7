//! Numbers and times as people read them, in Django's American forms: "1,204", "June 28, 2026, 10:27 a.m.", "3 h ago".

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;

use crate::clock::Clock;
use crate::db::{Money, Time};

use super::cell::Cell;

pub use crate::query::number::grouped as number;

/// Django's months: the long ones are cut.
const MONTHS: [&str; 12] = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."];

/// How values are shown: in which zone, and seen from when.
#[derive(Debug, Clone, Copy)]
pub struct Display {
    now: DateTime<Utc>,
    zone: Tz,
    old_before: Option<DateTime<Utc>>,
}

/// A moment, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// For machines, with the offset of the zone.
    pub iso: String,
    /// "June 28, 2026".
    pub date: String,
    /// "10:27 a.m.".
    pub time: String,
    /// "3 h ago".
    pub ago: String,
}

impl Moment {
    /// As spreadsheets take it for a time: "2026-06-28 10:27:00", by the clocks of the zone.
    pub fn plain(&self) -> String {
        self.iso.get(..19).unwrap_or(&self.iso).replace('T', " ")
    }
}

impl Display {
    /// Seen from the clock's present moment, in its zone.
    pub fn new(clock: &Clock) -> Self {
        Self { now: clock.now(), zone: clock.zone(), old_before: clock.old_before() }
    }

    /// The moment everything is seen from.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The zone that dates are shown in.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// See [`Clock::old_before`].
    pub fn old_before(&self) -> Option<DateTime<Utc>> {
        self.old_before
    }

    /// Today, in the zone.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// A moment; "-" for none.
    pub fn time(&self, time: Option<Time>) -> Cell {
        time.map_or(Cell::Blank, |time| Cell::Moment(self.moment(time)))
    }

    /// A moment in its parts.
    pub fn moment(&self, time: Time) -> Moment {
        let local = time.0.with_timezone(&self.zone);
        let iso = local.format("%Y-%m-%dT%H:%M:%S%:z").to_string();
        Moment { iso, date: date(local.date_naive()), time: time_of_day(local.hour(), local.minute()), ago: self.ago(time) }
    }

    /// A moment as one text, for sentences.
    pub fn sentence(&self, time: Time) -> String {
        let moment = self.moment(time);
        format!("{}, {}", moment.date, moment.time)
    }

    /// [`Display::sentence`] with the seconds, where they tell one from another.
    pub fn to_the_second(&self, time: Time) -> String {
        let local = time.0.with_timezone(&self.zone);
        format!("{}, {} {}", date(local.date_naive()), local.format("%-I:%M:%S"), half(local.hour()))
    }

    /// A moment, told by how long ago it was; "-" for none.
    pub fn time_ago(&self, time: Option<Time>) -> Cell {
        time.map_or(Cell::Blank, |time| Cell::Ago(self.moment(time)))
    }

    /// How long ago, in words: "3 h ago", "yesterday"; what is to come by its date.
    pub fn ago(&self, time: Time) -> String {
        let minutes = (self.now - time.0).num_minutes();
        let day = time.0.with_timezone(&self.zone).date_naive();
        let days = (self.today() - day).num_days();
        match (minutes, days) {
            (..0, _) => date(day),
            (0, _) => "just now".to_owned(),
            (1..60, _) => format!("{minutes} min ago"),
            (60..1_440, _) => format!("{} h ago", minutes / 60),
            (_, 1) => "yesterday".to_owned(),
            (_, ..60) => format!("{days} days ago"),
            (_, 60..730) => format!("{} months ago", days / 30),
            _ => format!("{} years ago", days / 365),
        }
    }

    /// A day.
    pub fn day(&self, day: NaiveDate) -> Cell {
        Cell::Text(date(day))
    }

    /// A number.
    pub fn number(&self, number: impl Into<i64>) -> Cell {
        Cell::Number(self::number(number.into()))
    }

    /// An amount with its currency: "THB 12,345.60".
    pub fn money(&self, amount: Money, currency: &str) -> Cell {
        Cell::Number(format!("{currency} {}", self::money(amount)).trim().to_owned())
    }
}

/// "June 28, 2026".
pub fn date(day: NaiveDate) -> String {
    let month = usize::try_from(day.month0()).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    format!("{month} {}, {}", day.day(), day.year())
}

/// Django's "P": "10:27 a.m.", "1 p.m.", "noon", "midnight".
fn time_of_day(hour: u32, minute: u32) -> String {
    match (hour, minute) {
        (0, 0) => return "midnight".to_owned(),
        (12, 0) => return "noon".to_owned(),
        _ => {}
    }
    let half = half(hour);
    let hour = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    if minute == 0 { format!("{hour} {half}") } else { format!("{hour}:{minute:02} {half}") }
}

fn half(hour: u32) -> &'static str {
    if hour < 12 { "a.m." } else { "p.m." }
}

/// "12,345.60".
pub fn money(amount: Money) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let hundredths = amount.0.unsigned_abs();
    format!("{sign}{}.{:02}", number((hundredths / 100).cast_signed()), hundredths % 100)
}

/// "1 member", "12,345 members".
pub fn counted(count: impl TryInto<i64>, one: &str, many: &str) -> String {
    let count = count.try_into().unwrap_or(i64::MAX);
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn display() -> Display {
        Display { now: "2026-06-28T10:00:00Z".parse().unwrap(), zone: Tz::Asia__Bangkok, old_before: None }
    }

    fn at(text: &str) -> Time {
        Time(text.parse().unwrap())
    }

    #[test]
    fn a_moment_reads_as_django_writes_it_in_the_zone() {
        for (stored, shown) in [
            ("2026-06-28T03:27:00Z", "June 28, 2026, 10:27 a.m."),
            ("2026-11-03T06:00:00Z", "Nov. 3, 2026, 1 p.m."),
            ("2026-09-01T05:00:00Z", "Sept. 1, 2026, noon"),
            ("2026-01-01T17:00:00Z", "Jan. 2, 2026, midnight"),
            ("2026-05-01T17:05:00Z", "May 2, 2026, 12:05 a.m."),
        ] {
            assert_eq!(display().sentence(at(stored)), shown);
        }
        let moment = display().moment(at("2026-06-28T03:27:00Z"));
        assert_eq!((moment.iso.as_str(), moment.plain().as_str()), ("2026-06-28T10:27:00+07:00", "2026-06-28 10:27:00"));
    }

    #[test]
    fn ages_are_told_in_the_largest_unit_that_is_worth_it() {
        for (stored, shown) in [
            ("2026-06-28T09:59:30Z", "just now"),
            ("2026-06-28T09:55:00Z", "5 min ago"),
            ("2026-06-28T07:00:00Z", "3 h ago"),
            ("2026-06-27T09:00:00Z", "yesterday"),
            ("2026-06-26T18:00:00Z", "yesterday"),
            ("2026-06-25T10:00:00Z", "3 days ago"),
            ("2026-04-01T10:00:00Z", "2 months ago"),
            ("2023-06-28T10:00:00Z", "3 years ago"),
            ("2026-06-30T10:00:00Z", "June 30, 2026"),
        ] {
            assert_eq!(display().ago(at(stored)), shown);
        }
    }

    #[test]
    fn numbers_have_separators() {
        for (value, shown) in [(0, "0"), (999, "999"), (1_204, "1,204"), (-1_234_567, "-1,234,567"), (100_000, "100,000")] {
            assert_eq!(number(value), shown);
        }
        assert_eq!(money(Money(-1_234_560)), "-12,345.60");
    }
}
