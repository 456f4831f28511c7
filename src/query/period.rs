//! Days and moments, as they are typed, turned into half-open intervals of moments.
//!
//! A date means the whole day in `TIME_ZONE`, also against a timestamp: from its midnight to the next one. A midnight that
//! does not exist is the first moment after the gap; of two the earlier counts.

use chrono::{DateTime, Datelike, Days, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// Why a text is no date or moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotATime {
    /// It has neither form, or names a day that does not exist.
    Form,
    /// It has a time of day but no offset: nobody knows which moment is meant.
    NoOffset,
}

/// A day or a moment, as a rule names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A whole day.
    Day(NaiveDate),
    /// One instant.
    Moment(DateTime<Utc>),
}

/// Reads `YYYY-M-D`, zeros optional, years 1 to 9999.
pub fn parse_date(typed: &str) -> Option<NaiveDate> {
    let mut parts = typed.trim().split('-');
    let mut number = |widths: std::ops::RangeInclusive<usize>| {
        let part = parts.next()?;
        (widths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u32>().ok())?
    };
    let (year, month, day) = (number(4..=4)?, number(1..=2)?, number(1..=2)?);
    if parts.next().is_some() || year == 0 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Reads a date or a full ISO 8601 moment with offset or `Z`.
///
/// # Errors
/// See [`NotATime`].
pub fn parse_point(typed: &str) -> Result<Point, NotATime> {
    let typed = typed.trim();
    if let Some(date) = parse_date(typed) {
        return Ok(Point::Day(date));
    }
    let with_offset = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M%#z"];
    let moment =
        DateTime::parse_from_rfc3339(typed).ok().or_else(|| with_offset.iter().find_map(|form| DateTime::parse_from_str(typed, form).ok()));
    if let Some(moment) = moment {
        // The year that counts is that of UTC, in which moments are stored: the offset may carry one over the edge.
        let moment = moment.to_utc();
        // A leap second is no moment that both engines know: one of them would take the next second for it.
        let is_leap = moment.nanosecond() >= 1_000_000_000;
        return if (1..=9999).contains(&moment.year()) && !is_leap { Ok(Point::Moment(moment)) } else { Err(NotATime::Form) };
    }
    let without = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let is_naive = without.iter().any(|form| NaiveDateTime::parse_from_str(typed, form).is_ok());
    Err(if is_naive { NotATime::NoOffset } else { NotATime::Form })
}

/// The first moment of `day` in `zone`.
pub fn day_start(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&midnight) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.to_utc(),
        LocalResult::None => end_of_gap(midnight, zone),
    }
}

/// The first moment whose local time is past the skipped `midnight`.
fn end_of_gap(midnight: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let is_before = |moment: DateTime<Utc>| moment.with_timezone(&zone).naive_local() < midnight;
    // No zone is further from UTC than a day, and none skips more than one (Samoa, 2011).
    let (mut before, mut after) = (midnight.and_utc() - Duration::hours(50), midnight.and_utc() + Duration::hours(50));
    while after - before > Duration::seconds(1) {
        let middle = before + (after - before) / 2;
        let middle = middle.with_nanosecond(0).unwrap_or(middle);
        if middle == before {
            break;
        }
        if is_before(middle) { before = middle } else { after = middle }
    }
    after
}

/// The day after, if there is one before the year 10000 (later ones no column holds).
pub fn next_day(day: NaiveDate) -> Option<NaiveDate> {
    day.checked_add_days(Days::new(1)).filter(|next| next.year() <= 9999)
}

impl Point {
    /// The first moment that belongs to the point, to the microsecond.
    pub fn start(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day_start(day, zone),
            Self::Moment(moment) => {
                // One so late that the next microsecond is in the year 10000 is as late as any can be.
                let floor = floor(moment);
                let next = floor + Duration::microseconds(1);
                if floor == moment || next.year() > 9999 { floor } else { next }
            }
        }
    }

    /// The first moment after it; `None` past the year 9999 of UTC, where no column holds one.
    pub fn end(self, zone: Tz) -> Option<DateTime<Utc>> {
        match self {
            Self::Day(day) => day.checked_add_days(Days::new(1)).map(|next| day_start(next, zone)),
            Self::Moment(moment) => Some(floor(moment) + Duration::microseconds(1)),
        }
        // Later moments no column holds, and their text would sort before all others.
        .filter(|end| end.year() <= 9999)
    }
}

/// The microsecond that `moment` falls in: finer ones no database keeps.
fn floor(moment: DateTime<Utc>) -> DateTime<Utc> {
    let nanoseconds = moment.nanosecond() % 1_000;
    moment - Duration::nanoseconds(nanoseconds.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap_or_default()
    }

    #[test]
    fn dates_need_four_digits_of_a_year_and_a_day_that_exists() {
        for good in ["2026-7-1", "2026-07-01", "0001-1-1", "9999-12-31", "2024-02-29", " 2026-1-1 "] {
            assert!(parse_date(good).is_some(), "{good}");
        }
        for bad in ["2026-2-29", "26-1-1", "0000-1-1", "2026-13-1", "2026-1", "2026-1-1-1", "2026/1/1", "10000-1-1", "2026-1-", ""] {
            assert!(parse_date(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_moment_needs_its_offset() {
        assert!(matches!(parse_point("2026-01-01T10:00:00+07:00"), Ok(Point::Moment(_))));
        assert!(matches!(parse_point("2026-01-01T10:00Z"), Ok(Point::Moment(_))));
        assert_eq!(parse_point("2026-01-01T10:00:00"), Err(NotATime::NoOffset));
        assert_eq!(parse_point("tomorrow"), Err(NotATime::Form));
    }

    #[test]
    fn a_midnight_that_was_skipped_is_the_first_moment_after_the_gap() {
        // São Paulo went from 23:59:59 to 01:00 on 4 November 2018.
        assert_eq!(day_start(day("2018-11-04"), Tz::America__Sao_Paulo).to_rfc3339(), "2018-11-04T03:00:00+00:00");
        // Apia had no 30 December 2011 at all.
        assert_eq!(day_start(day("2011-12-30"), Tz::Pacific__Apia), day_start(day("2011-12-31"), Tz::Pacific__Apia));
    }

    #[test]
    fn of_two_midnights_the_earlier_counts() {
        // Havana set its clocks back from 01:00 to 00:00 on 1 November 2026.
        assert_eq!(day_start(day("2026-11-01"), Tz::America__Havana).to_rfc3339(), "2026-11-01T04:00:00+00:00");
    }
}
