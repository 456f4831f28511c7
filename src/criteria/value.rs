//! Values of rules: from JSON to the type of their field, or an error at their place.
//!
//! Called by `resolve`; `meaning` turns what comes out into bounds, `describe` into words. Nothing is rounded or guessed.

use std::fmt;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Number, Value};

use super::document::{note_unknown_keys, shown};
use super::problem::{Code, Problem};
use crate::query::number::{self, NotANumber, Place};
use crate::query::period::{self, NotATime, Point};
use crate::query::relative::{NAMED, Named, Span, UNITS};
use crate::query::{Column, Kind, Operator, text};

/// A value of a rule, typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Text in normal form, its case as typed.
    Text(String),
    /// A number, exact.
    Number(BigDecimal),
    /// True or false.
    Boolean(bool),
    /// A day, or (for a timestamp field) an instant.
    Point(Point),
    /// So long, counted from today.
    Span(Span),
    /// A stretch of days that has a name.
    Named(Named),
}

impl Typed {
    /// Whether nothing can lie from `self` to `to` because `to` comes first.
    pub fn is_after(&self, to: &Self, zone: Tz) -> bool {
        match (self, to) {
            (Self::Number(from), Self::Number(to)) => from > to,
            (Self::Point(Point::Day(from)), Self::Point(Point::Day(to))) => from > to,
            (Self::Point(from), Self::Point(to)) => to.end(zone).is_some_and(|end| from.start(zone) >= end),
            _ => false,
        }
    }
}

impl fmt::Display for Typed {
    /// As sentences say it: text in quotation marks, numbers with separators, days as `21 Jan 2027`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(out, "“{text}”"),
            Self::Number(number) => out.write_str(&number::spoken(number)),
            Self::Boolean(true) => out.write_str("yes"),
            Self::Boolean(false) => out.write_str("no"),
            Self::Point(Point::Day(day)) => out.write_str(&spoken_day(*day)),
            Self::Point(Point::Moment(moment)) => out.write_str(&spoken_moment(*moment)),
            Self::Span(span) => out.write_str(&span.spoken()),
            Self::Named(named) => out.write_str(&named.spoken()),
        }
    }
}

pub(super) fn spoken_day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

fn spoken_moment(moment: DateTime<Utc>) -> String {
    moment.format("%-d %b %Y %H:%M:%S%.f UTC").to_string()
}

/// Reads one value of a rule about `column`.
///
/// # Errors
/// `None`, with the problem noted at `pointer`.
pub(super) fn read(value: &Value, column: &Column, operator: Operator, pointer: &str, problems: &mut Vec<Problem>) -> Option<Typed> {
    if matches!(operator, Operator::InTheLast | Operator::InTheNext | Operator::BeforeTheLast | Operator::AfterTheNext) {
        return read_span(value, pointer, problems).map(Typed::Span);
    }
    let read = match value {
        Value::Null => Err((Code::Missing, "Enter a value; nothing (null) is not one here.".to_owned())),
        Value::String(text) if text.contains('\0') => Err((Code::Invalid, "A value cannot hold the character NUL.".to_owned())),
        Value::String(text) if text::is_blank(text) => Err((Code::Blank, "Enter a value; blanks alone are not one.".to_owned())),
        _ => match column.kind {
            _ if operator == Operator::IsWithin => read_named(value),
            Kind::Text => read_text(value, column, operator),
            Kind::Integer | Kind::Decimal => read_number(value, column),
            Kind::Boolean => read_boolean(value, column),
            Kind::Date => read_date(value, column),
            Kind::Timestamp => read_point(value, column),
            Kind::Id => Err(wrong_type(value, column, "a key")),
        },
    };
    read.map_err(|(code, sentence)| problems.push(Problem::new(pointer, code, sentence))).ok()
}

type Read = Result<Typed, (Code, String)>;

fn wrong_type(value: &Value, column: &Column, wanted: &str) -> (Code, String) {
    (Code::WrongType, format!("“{}” takes {wanted}, not {}.", column.label, shown(value)))
}

fn invalid(value: &Value, column: &Column, wanted: &str) -> (Code, String) {
    (Code::Invalid, format!("{} is not {wanted}, which “{}” takes.", shown(value), column.label))
}

fn read_text(value: &Value, column: &Column, operator: Operator) -> Read {
    let typed = match value {
        Value::String(typed) => text::nfc(typed),
        Value::Number(number) => digits(number).map_err(|reason| no_number(reason, value, column))?,
        _ => return Err(wrong_type(value, column, "text")),
    };
    Ok(Typed::Text(match operator {
        Operator::Equals | Operator::NotEquals | Operator::InList | Operator::NotInList => stored_choice(typed.trim(), column),
        _ => typed,
    }))
}

/// A number on a text field is read as its digits; an exponent is written out.
fn digits(number: &Number) -> Result<String, NotANumber> {
    let written = number.to_string();
    let exact = number::parse(&written)?;
    Ok(if written.contains(['e', 'E']) { exact.to_plain_string() } else { written })
}

/// The stored value where people gave its label.
fn stored_choice(typed: &str, column: &Column) -> String {
    let key = text::key(typed);
    let is_stored = column.choices.iter().any(|choice| text::key(choice.value) == key);
    let labelled = column.choices.iter().find(|choice| text::key(choice.label) == key);
    labelled.filter(|_| !is_stored).map_or_else(|| typed.to_owned(), |choice| choice.value.to_owned())
}

fn read_number(value: &Value, column: &Column) -> Read {
    let written = match value {
        Value::Number(number) => number.to_string(),
        Value::String(typed) => typed.clone(),
        _ => return Err(wrong_type(value, column, "a number")),
    };
    number::parse(&written).map(Typed::Number).map_err(|reason| no_number(reason, value, column))
}

fn no_number(reason: NotANumber, value: &Value, column: &Column) -> (Code, String) {
    match reason {
        NotANumber::Form => invalid(value, column, "a number (digits, without separators)"),
        NotANumber::TooLong => (
            Code::TooLong,
            format!("A number may need at most {} digits when written out; {} needs more.", number::MAX_DIGITS, shown(value)),
        ),
    }
}

fn read_boolean(value: &Value, column: &Column) -> Read {
    let word = match value {
        Value::Bool(flag) => return Ok(Typed::Boolean(*flag)),
        Value::Number(number) => number.to_string(),
        Value::String(typed) => typed.trim().to_lowercase(),
        _ => return Err(wrong_type(value, column, "true or false")),
    };
    match word.as_str() {
        "true" | "t" | "yes" | "1" => Ok(Typed::Boolean(true)),
        "false" | "f" | "no" | "0" => Ok(Typed::Boolean(false)),
        _ => Err(invalid(value, column, "true or false")),
    }
}

fn read_date(value: &Value, column: &Column) -> Read {
    let Value::String(typed) = value else { return Err(wrong_type(value, column, "a date like 2026-12-31")) };
    let day = period::parse_date(typed).ok_or_else(|| invalid(value, column, "a date like 2026-12-31"))?;
    Ok(Typed::Point(Point::Day(day)))
}

fn read_point(value: &Value, column: &Column) -> Read {
    let wanted = "a date like 2026-12-31 or a moment like 2026-12-31T09:30:00+07:00";
    let Value::String(typed) = value else { return Err(wrong_type(value, column, wanted)) };
    period::parse_point(typed).map(Typed::Point).map_err(|reason| match reason {
        NotATime::Form => invalid(value, column, wanted),
        NotATime::NoOffset => (
            Code::Invalid,
            format!(
                "{} has a time of day but no offset, so nobody knows which moment it is. Add Z or +07:00, or give the date alone.",
                shown(value)
            ),
        ),
    })
}

fn read_named(value: &Value) -> Read {
    let found = value.as_str().and_then(|typed| NAMED.iter().find(|(word, _)| *word == typed));
    let known: Vec<String> = NAMED.iter().map(|(word, _)| (*word).to_owned()).collect();
    let wrong = || (Code::UnknownWord, format!("{} is no period. It must be {}.", shown(value), text::list(&known, "or")));
    found.map(|(_, named)| Typed::Named(*named)).ok_or_else(wrong)
}

/// The most of what a span is counted in.
const LONGEST: u32 = 1_000;

/// Reads `{"amount": 90, "unit": "days"}`.
fn read_span(value: &Value, pointer: &str, problems: &mut Vec<Problem>) -> Option<Span> {
    let Value::Object(map) = value else {
        let sentence = format!("This takes an amount and a unit, like {{\"amount\": 90, \"unit\": \"days\"}}, not {}.", shown(value));
        problems.push(Problem::new(pointer, Code::WrongType, sentence));
        return None;
    };
    let before = problems.len();
    note_unknown_keys(map, &["amount", "unit"], pointer, problems);
    let amount = map.get("amount").and_then(whole_number);
    if amount.is_none() {
        let sentence = match map.get("amount") {
            None | Some(Value::Null) => format!("How many? Enter a whole number from 1 to {}.", number::spoken(&LONGEST.into())),
            Some(other) => format!("{} is not a whole number from 1 to {}.", shown(other), number::spoken(&LONGEST.into())),
        };
        problems.push(Problem::new(format!("{pointer}/amount"), Code::Invalid, sentence));
    }
    let unit = map.get("unit").and_then(Value::as_str).and_then(|typed| UNITS.iter().find(|(word, _)| *word == typed));
    if unit.is_none() {
        let sentence = format!("“unit” is {}, but must be “days”, “weeks” or “months”.", map.get("unit").map_or("missing".into(), shown));
        problems.push(Problem::new(format!("{pointer}/unit"), Code::UnknownWord, sentence));
    }
    let (amount, (_, unit)) = (amount?, unit?);
    (problems.len() == before).then_some(Span { amount, unit: *unit })
}

fn whole_number(value: &Value) -> Option<u32> {
    let written = match value {
        Value::Number(number) => number.to_string(),
        Value::String(typed) => typed.clone(),
        _ => return None,
    };
    let step = Place::of(&number::parse(&written).ok()?, 0).step()?;
    u32::try_from(step).ok().filter(|amount| (1..=LONGEST).contains(amount))
}
