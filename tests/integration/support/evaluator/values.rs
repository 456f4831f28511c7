//! From a JSON value to a typed one: text, numbers, booleans, days and moments, as criteria.md reads them.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::calendar::{PERIODS, Stretch, UNITS, Unit};
use super::catalogue::{Choice, Field, Kind};
use super::operators::Operator;

/// One value of a rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    Text(String),
    Number(BigDecimal),
    Boolean(bool),
    /// The whole day, in the zone.
    Day(NaiveDate),
    /// That instant.
    Moment(DateTime<Utc>),
    /// That many from today.
    Amount(i32, Unit),
    /// The stretch that lies so many after the one of today.
    Period(Stretch, i32),
}

/// Why a value is not one: the code of the error.
pub(crate) type Code = &'static str;

/// A number may need this many digits when it is written out.
const MOST_DIGITS: i64 = 30;

/// So far can be counted from today.
const MOST_AMOUNT: i32 = 1_000;

/// Only characters of Unicode `White_Space`, or none at all.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// What ignoring case means: the simple lower case of each character by itself.
pub(crate) fn fold(text: &str) -> String {
    text.chars().filter_map(|character| character.to_lowercase().next()).collect()
}

/// One value of a rule on `field`.
pub(crate) fn item(field: &Field, operator: Operator, value: &Value) -> Result<Item, Code> {
    match value {
        Value::Null => return Err("blank"),
        Value::String(text) if is_blank(text) => return Err("blank"),
        Value::String(text) if text.contains('\0') => return Err("invalid"),
        _ => {}
    }
    match field.kind {
        Kind::Text => text_item(field.choices, operator, value).map(Item::Text),
        Kind::Number => number_item(value).map(Item::Number),
        Kind::Boolean => boolean_item(value).map(Item::Boolean),
        Kind::Date => date_item(value).map(Item::Day),
        Kind::Timestamp => timestamp_item(value),
    }
}

fn text_item(choices: &[Choice], operator: Operator, value: &Value) -> Result<String, Code> {
    let text = match value {
        Value::String(text) => text.nfc().collect::<String>(),
        Value::Number(number) => number.to_string(),
        _ => return Err("wrong_type"),
    };
    match operator {
        Operator::Equals | Operator::NotEquals | Operator::InList | Operator::NotInList => Ok(choice_of(choices, text.trim())),
        // The others look for a part of the text, and its blanks belong to it.
        _ => Ok(text),
    }
}

/// A label stands for its choice, unless it is a choice itself; anything else stays what it is.
fn choice_of(choices: &[Choice], text: &str) -> String {
    let folded = fold(text);
    if choices.iter().any(|(stored, _)| fold(stored) == folded) {
        return text.to_owned();
    }
    match choices.iter().find(|(_, label)| fold(label) == folded) {
        Some((stored, _)) => (*stored).to_owned(),
        None => text.to_owned(),
    }
}

/// The `amount` of a phrase: a whole number, read as numbers are everywhere, so that `"12"` and `1.2e1` are 12 too.
pub(crate) fn amount(value: &Value) -> Result<i32, Code> {
    let number = match value {
        Value::Null => return Err("blank"),
        Value::String(text) if is_blank(text) => return Err("blank"),
        value => number_item(value)?,
    };
    (1..=MOST_AMOUNT).find(|amount| number == *amount).ok_or("invalid")
}

/// The `unit` of a phrase.
pub(crate) fn unit(value: &Value) -> Result<Unit, Code> {
    let name = value.as_str().ok_or("wrong_type")?;
    UNITS.iter().find(|(word, _)| *word == name).map(|(_, unit)| *unit).ok_or("invalid")
}

/// The word of `is_within`.
pub(crate) fn period(value: &Value) -> Result<Item, Code> {
    let name = value.as_str().ok_or("wrong_type")?;
    PERIODS.iter().find(|(word, ..)| *word == name).map(|(_, stretch, steps)| Item::Period(*stretch, *steps)).ok_or("invalid")
}

fn number_item(value: &Value) -> Result<BigDecimal, Code> {
    match value {
        Value::Number(number) => number_of(&number.to_string()),
        Value::String(text) => number_of(text.trim()),
        _ => Err("wrong_type"),
    }
}

/// Reads `-?digits[.digits][e±n]` exactly. The digits are counted before anything is computed, so that `1e999999999` costs nothing.
fn number_of(text: &str) -> Result<BigDecimal, Code> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
        Some(_) => return Err("wrong_type"),
        None => (mantissa, ""),
    };
    if !is_digits(whole) {
        return Err("wrong_type");
    }
    let digits = format!("{whole}{fraction}");
    let point = length(whole).saturating_add(exponent);
    match digits_written_out(&digits, point) {
        None => Ok(BigDecimal::from(0)),
        Some(count) if count <= MOST_DIGITS => BigDecimal::from_str(text).map_err(|_| "wrong_type"),
        Some(_) => Err("too_long"),
    }
}

/// How many digits the number needs when written out, without zeros that can be left away; `None` for zero. `point` is where the point
/// stands in `digits` (before the first, or after the last, if it is outside them).
fn digits_written_out(digits: &str, point: i64) -> Option<i64> {
    let without_leading = digits.trim_start_matches('0');
    let significant = without_leading.trim_end_matches('0');
    if significant.is_empty() {
        return None;
    }
    let point = point.saturating_sub(length(digits) - length(without_leading));
    let before_point = point.max(1);
    let after_point = length(significant).saturating_sub(point).max(0);
    Some(before_point.saturating_add(after_point))
}

fn exponent_of(text: &str) -> Result<i64, Code> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !is_digits(unsigned) {
        return Err("wrong_type");
    }
    // An exponent that does not even fit is as good as a very large one.
    let size = unsigned.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Ok(if text.starts_with('-') { -size } else { size })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

fn boolean_item(value: &Value) -> Result<bool, Code> {
    let word = match value {
        Value::Bool(truth) => return Ok(*truth),
        Value::Number(number) => {
            return match number.to_string().as_str() {
                "1" => Ok(true),
                "0" => Ok(false),
                _ => Err("wrong_type"),
            };
        }
        Value::String(text) => fold(text.trim()),
        _ => return Err("wrong_type"),
    };
    match word.as_str() {
        "true" | "t" | "yes" | "1" => Ok(true),
        "false" | "f" | "no" | "0" => Ok(false),
        _ => Err("wrong_type"),
    }
}

fn date_item(value: &Value) -> Result<NaiveDate, Code> {
    let Value::String(text) = value else {
        return Err("wrong_type");
    };
    day_of(text.trim()).ok_or("wrong_type")
}

fn timestamp_item(value: &Value) -> Result<Item, Code> {
    let Value::String(text) = value else {
        return Err("wrong_type");
    };
    let text = text.trim();
    day_of(text).map(Item::Day).or_else(|| moment_of(text).map(Item::Moment)).ok_or("wrong_type")
}

/// `YYYY-M-D`, zeros of month and day optional, years 1 to 9999.
fn day_of(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    if ![year, month, day].iter().all(|part| is_digits(part)) || year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let year: i32 = year.parse().ok()?;
    if year == 0 {
        return None;
    }
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction]` with `Z` or an offset `±HH:MM`.
fn moment_of(text: &str) -> Option<DateTime<Utc>> {
    let (date, _) = text.split_once('T')?;
    // Chrono checks the rest; the day is looked at for its four-digit year, from 1.
    day_of(date)?;
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc())
}
