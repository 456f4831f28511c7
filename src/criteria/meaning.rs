//! What an operator and its values ask of a column: bounds, lists and patterns.
//!
//! Called by `compile`. Days become half-open stretches of moments, numbers whole steps of the column; the operators come down
//! to the four forms of [`Condition`].

use chrono::{Datelike, NaiveDate};

use super::resolved::{Calendar, Rule};
use super::value::Typed;
use crate::db::{Money, Time};
use crate::query::condition::{Like, Range};
use crate::query::number::Place;
use crate::query::period::{Point, day_start, next_day};
use crate::query::relative::{DayRange, Span};
use crate::query::{Condition, Kind, Operator, Test, Value};

/// The question that one rule asks of its column.
pub(super) fn test(rule: &Rule, calendar: Calendar) -> Test {
    let column = *rule.field.column;
    let (condition, negated) = asked(rule.operator, column.kind, &rule.values, calendar);
    Test { column, condition, negated, include_empty: rule.include_empty }
}

/// What an operator asks of a value of this kind, and whether it asks for the opposite.
pub(super) fn asked(operator: Operator, kind: Kind, values: &[Typed], calendar: Calendar) -> (Condition, bool) {
    match operator {
        Operator::IsEmpty => (Condition::Empty, false),
        Operator::IsNotEmpty => (Condition::Empty, true),
        _ if operator.is_negative() => (condition(operator.opposite().unwrap_or(operator), kind, values, calendar), true),
        _ => (condition(operator, kind, values, calendar), false),
    }
}

fn condition(positive: Operator, kind: Kind, values: &[Typed], calendar: Calendar) -> Condition {
    match (positive, values) {
        (Operator::Contains, [Typed::Text(text)]) => Condition::Like(Like::Containing(text.clone())),
        (Operator::StartsWith, [Typed::Text(text)]) => Condition::Like(Like::StartingWith(text.clone())),
        (Operator::EndsWith, [Typed::Text(text)]) => Condition::Like(Like::EndingWith(text.clone())),
        (Operator::Between, [from, to]) => {
            let bounds = (bounds(from, kind, calendar), bounds(to, kind, calendar));
            bounds.0.start.map_or_else(nobody, |start| range(Some(start), bounds.1.end))
        }
        (operator, [Typed::Span(span)]) => within_days(span_of(operator, *span, calendar.today), kind, calendar),
        (Operator::IsWithin, [Typed::Named(named)]) => within_days(named.days(calendar.today), kind, calendar),
        (Operator::Equals | Operator::InList, values) => any_of(kind, values, calendar),
        (operator, [value]) => compared(operator, bounds(value, kind, calendar)),
        // `resolve` lets nothing else through; none is nobody, never everybody.
        _ => nobody(),
    }
}

/// The stretch of a column's values that one typed value stands for: a number is one step (or lies between two, then the
/// stretch is empty), a day against a timestamp is twenty-four hours, more or less.
struct Bounds {
    /// The first value in or after it; `None`: it lies above all.
    start: Option<Value>,
    /// The first value after it; `None`: nothing does.
    end: Option<Value>,
}

fn bounds(value: &Typed, kind: Kind, calendar: Calendar) -> Bounds {
    match value {
        Typed::Number(number) => {
            let place = Place::of(number, if kind == Kind::Decimal { 2 } else { 0 });
            let step = |step| if kind == Kind::Decimal { Value::Money(Money(step)) } else { Value::Integer(step) };
            Bounds { start: place.first_at_least().map(step), end: place.first_above().map(step) }
        }
        Typed::Point(Point::Day(day)) if kind == Kind::Date => {
            Bounds { start: Some(Value::Date(*day)), end: next_day(*day).map(Value::Date) }
        }
        Typed::Point(point) => {
            let time = |moment| Value::Time(Time(moment));
            Bounds { start: Some(time(point.start(calendar.zone))), end: point.end(calendar.zone).map(time) }
        }
        // `resolve` compares neither phrases nor text.
        Typed::Span(_) | Typed::Named(_) => Bounds { start: None, end: None },
        Typed::Text(text) => Bounds { start: Some(Value::Text(text.clone())), end: None },
        Typed::Boolean(flag) => Bounds { start: Some(Value::Boolean(*flag)), end: None },
    }
}

fn compared(operator: Operator, bounds: Bounds) -> Condition {
    match operator {
        Operator::GreaterThan => bounds.end.map_or_else(nobody, |end| range(Some(end), None)),
        Operator::GreaterThanOrEqual => bounds.start.map_or_else(nobody, |start| range(Some(start), None)),
        Operator::LessThan => range(None, bounds.start),
        Operator::LessThanOrEqual => range(None, bounds.end),
        _ => nobody(),
    }
}

/// From a first value until another; a missing end is open.
fn range(from: Option<Value>, until: Option<Value>) -> Condition {
    Condition::Within(vec![Range { from, until }])
}

/// The days of a phrase that is counted from today.
fn span_of(operator: Operator, span: Span, today: NaiveDate) -> DayRange {
    let (first, last) = (span.before(today), span.after(today));
    let after = |day: NaiveDate| day.succ_opt().unwrap_or(day);
    match operator {
        Operator::InTheLast => DayRange { from: Some(first), until: Some(after(today)) },
        Operator::InTheNext => DayRange { from: Some(today), until: Some(after(last)) },
        Operator::BeforeTheLast => DayRange { from: None, until: Some(first) },
        _ => DayRange { from: Some(after(last)), until: None },
    }
}

/// Whole days against a column, whose values are of the years 1 to 9999.
fn within_days(days: DayRange, kind: Kind, calendar: Calendar) -> Condition {
    let bound = |day: NaiveDate| if kind == Kind::Date { Value::Date(day) } else { Value::Time(Time(day_start(day, calendar.zone))) };
    if days.from.is_some_and(|from| from.year() > 9999) || days.until.is_some_and(|until| until.year() < 1) {
        return nobody();
    }
    let from = days.from.filter(|from| from.year() >= 1).map(bound);
    range(from, days.until.filter(|until| until.year() <= 9999).map(bound))
}

/// What no row meets: the values asked for lie outside everything that the column can hold.
fn nobody() -> Condition {
    Condition::OneOf(Vec::new())
}

fn any_of(kind: Kind, values: &[Typed], calendar: Calendar) -> Condition {
    match kind {
        Kind::Timestamp => {
            let whole = |value| {
                let Bounds { start, end } = bounds(value, kind, calendar);
                Range { from: start, until: end }
            };
            Condition::Within(values.iter().map(whole).collect())
        }
        _ => Condition::OneOf(values.iter().filter_map(|value| exactly(value, kind)).collect()),
    }
}

/// The one value of the column that equals a typed one; `None` when no row can have it.
fn exactly(value: &Typed, kind: Kind) -> Option<Value> {
    match value {
        Typed::Text(text) => Some(Value::Text(text.clone())),
        Typed::Boolean(flag) => Some(Value::Boolean(*flag)),
        Typed::Number(number) if kind == Kind::Decimal => Place::of(number, 2).step().map(|step| Value::Money(Money(step))),
        Typed::Number(number) => Place::of(number, 0).step().map(Value::Integer),
        Typed::Point(Point::Day(day)) => Some(Value::Date(*day)),
        Typed::Point(Point::Moment(_)) | Typed::Span(_) | Typed::Named(_) => None,
    }
}
