//! What somebody typed for a number, an amount, an address or a moment: in its one spelling, or what is wrong with it.
//!
//! Called by `widget`, which says what is typed where. The sentences are Django's where it has one.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, SubsecRound, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use email_address::{EmailAddress, Options};

use super::display::number;
use crate::db::Money;
use crate::query::number::{self as numbers, Place};
use crate::query::period::{self, Point};
use crate::query::text;

/// A moment as a control for moments writes it, with its seconds and without.
const LOCAL: [&str; 2] = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];

/// The sentence for text of more characters than fit.
pub(super) fn too_long(typed: &str, most: usize) -> Option<String> {
    // In the form in which it is stored.
    let length = text::nfc(typed.trim()).chars().count();
    let (most, is) = (i64::try_from(most).ok()?, i64::try_from(length).ok()?);
    (is > most).then(|| format!("Ensure this value has at most {} characters (it has {}).", number(most), number(is)))
}

/// Words between commas, each once, in the order in which they were typed.
pub(super) fn words(typed: &str) -> String {
    let mut known = HashSet::new();
    let words = typed.split(',').map(str::trim).filter(|word| !text::is_invisible(word) && known.insert(text::key(word)));
    words.collect::<Vec<_>>().join(", ")
}

/// A whole number from `least` to `most`, in its one spelling.
///
/// # Errors
/// What is wrong with it, as a sentence; so are those of the others here.
pub(super) fn integer(typed: &str, least: i64, most: i64) -> Result<String, String> {
    let place = numbers::parse(typed).map(|parsed| Place::of(&parsed, 0)).map_err(|_| "Enter a whole number.")?;
    match place {
        Place::On(integer) if (least..=most).contains(&integer) => Ok(integer.to_string()),
        Place::On(integer) if integer < least => Err(format!("Ensure this value is greater than or equal to {}.", number(least))),
        Place::Below => Err(format!("Ensure this value is greater than or equal to {}.", number(least))),
        Place::On(_) | Place::Above => Err(format!("Ensure this value is less than or equal to {}.", number(most))),
        Place::After(_) => Err("Enter a whole number.".into()),
    }
}

/// An amount with at most two decimals, in its one spelling.
///
/// # Errors
/// See [`integer`].
pub(super) fn money(typed: &str) -> Result<String, String> {
    let parsed = numbers::parse(typed).map_err(|_| "Enter a number: digits, at most two of them after a point.")?;
    match Place::of(&parsed, 2) {
        Place::On(hundredths) if hundredths.abs() <= Money::MAX => Ok(Money(hundredths).to_string()),
        Place::After(hundredths) if hundredths.abs() <= Money::MAX => Err("Ensure that there are no more than 2 decimal places.".into()),
        _ => Err("Ensure that there are no more than 10 digits before the decimal point.".into()),
    }
}

/// The amount that a form holds.
pub(super) fn amount(value: &str) -> Option<Money> {
    Place::of(&numbers::parse(value).ok()?, 2).step().map(Money)
}

/// A web address, with its scheme.
///
/// # Errors
/// See [`integer`].
pub(super) fn url(typed: &str) -> Result<String, String> {
    let wrong = || "Enter a valid URL.".to_owned();
    let full = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let parsed = ::url::Url::parse(&full).map_err(|_| wrong())?;
    let is_web = matches!(parsed.scheme(), "http" | "https" | "ftp" | "ftps");
    let has_host = parsed.host_str().is_some_and(|host| host.contains('.') || host == "localhost");
    if is_web && has_host && !full.contains(char::is_whitespace) { Ok(full) } else { Err(wrong()) }
}

/// Whether it is an e-mail address, and nothing else.
pub(super) fn is_email(typed: &str) -> bool {
    let options = Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false, ..Options::default() };
    EmailAddress::parse_with_options(typed, options).is_ok()
}

/// The first year of a date that somebody types: what is older is a slip, like 0206 for 2026. What an import brought stays.
const FIRST_YEAR: i32 = 1900;

/// A day.
///
/// # Errors
/// See [`integer`].
pub(super) fn day(typed: &str) -> Result<NaiveDate, String> {
    let day = period::parse_date(typed).ok_or("Enter a valid date, like 2026-11-22.")?;
    not_long_past(day).map(|()| day)
}

fn not_long_past(day: NaiveDate) -> Result<(), String> {
    let year = day.year();
    if year < FIRST_YEAR { Err(format!("The year {year} is long past: dates from {FIRST_YEAR} on are taken.")) } else { Ok(()) }
}

/// A moment that names its offset, or one in `zone`: of two with the same name the earlier.
///
/// # Errors
/// See [`integer`].
pub(super) fn moment(typed: &str, zone: Tz) -> Result<DateTime<Utc>, String> {
    let moment = any_moment(typed.trim(), zone)?;
    not_long_past(moment.with_timezone(&zone).date_naive()).map(|()| moment)
}

fn any_moment(typed: &str, zone: Tz) -> Result<DateTime<Utc>, String> {
    let wrong = || "Enter a valid date and time, like 2026-11-22 09:35.".to_owned();
    match period::parse_point(typed) {
        Ok(Point::Moment(moment)) => return Ok(moment.trunc_subsecs(6)),
        Ok(Point::Day(day)) => return Ok(period::day_start(day, zone)),
        Err(_) => {}
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let naive = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(typed, form).ok()).ok_or_else(wrong)?;
    if !(1..=9999).contains(&naive.year()) || naive.nanosecond() >= 1_000_000_000 {
        return Err(wrong());
    }
    let moment = zone.from_local_datetime(&naive).earliest().map(|moment| moment.to_utc().trunc_subsecs(6));
    let moment = moment.ok_or_else(|| format!("The clocks of {zone} passed over this time: it does not exist."))?;
    // The year that counts is that of UTC, in which moments are stored.
    if (1..=9999).contains(&moment.year()) { Ok(moment) } else { Err(wrong()) }
}

/// A moment in the spelling that forms hold.
pub(super) fn stored_moment(value: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.trim()).ok().map(|moment| moment.to_utc())
}

/// A moment as a control for moments writes it: without the seconds where there are none, for people think in minutes.
pub(super) fn local(moment: DateTime<Utc>, zone: Tz) -> String {
    let local = moment.with_timezone(&zone).naive_local();
    local.format(LOCAL[usize::from(local.second() == 0)]).to_string()
}

/// Whether a control for moments shows this.
pub(super) fn is_local(written: &str) -> bool {
    LOCAL.iter().any(|form| NaiveDateTime::parse_from_str(written, form).is_ok())
}
