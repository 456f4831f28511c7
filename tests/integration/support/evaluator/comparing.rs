//! What an operator says about one cell.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::calendar::{self, Calendar, Span, midnight, next_midnight};
use super::catalogue::Cell;
use super::operators::Operator;
use super::values::{Item, fold, is_blank};

/// What the operator with its values says of the cell. Empty cells are never compared: the flag, or else the sign of the operator, decides
/// for them.
pub(crate) fn says(operator: Operator, items: &[Item], include_empty: Option<bool>, cell: &Cell<'_>, calendar: Calendar) -> bool {
    let empty = is_empty(cell);
    match operator {
        Operator::IsEmpty => empty,
        Operator::IsNotEmpty => !empty,
        operator if empty => include_empty.unwrap_or(operator.negated().is_some()),
        operator => match operator.negated() {
            Some(positive) => !compares(positive, cell, items, calendar),
            None => compares(operator, cell, items, calendar),
        },
    }
}

fn is_empty(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Text(text) => is_blank(text),
        Cell::Moment(moment) => moment.is_none(),
        Cell::Number(_) | Cell::Boolean(_) | Cell::Date(_) => false,
    }
}

/// A positive operator on a cell that is not empty.
fn compares(operator: Operator, cell: &Cell<'_>, items: &[Item], calendar: Calendar) -> bool {
    match operator {
        Operator::Between => {
            compares_with(Operator::GreaterThanOrEqual, cell, &items[0], calendar)
                && compares_with(Operator::LessThanOrEqual, cell, &items[1], calendar)
        }
        Operator::InList => items.iter().any(|item| compares_with(Operator::Equals, cell, item, calendar)),
        _ => compares_with(operator, cell, &items[0], calendar),
    }
}

fn compares_with(operator: Operator, cell: &Cell<'_>, item: &Item, calendar: Calendar) -> bool {
    if let Some(span) = span_of(operator, item, calendar.today) {
        return lies_in(span, cell, calendar.zone);
    }
    match (cell, item) {
        (Cell::Text(stored), Item::Text(text)) => text_is(operator, &fold(stored), &fold(text)),
        (Cell::Number(stored), Item::Number(number)) => order_is(operator, stored.cmp(number)),
        (Cell::Boolean(stored), Item::Boolean(truth)) => operator == Operator::Equals && stored == truth,
        (Cell::Date(stored), Item::Day(day)) => order_is(operator, stored.cmp(day)),
        (Cell::Moment(Some(stored)), Item::Moment(moment)) => order_is(operator, stored.cmp(moment)),
        (Cell::Moment(Some(stored)), Item::Day(day)) => order_is(operator, order_to_day(*stored, *day, calendar.zone)),
        _ => false,
    }
}

/// The days that a phrase means on this day; `None` for a value that is no phrase.
fn span_of(operator: Operator, item: &Item, today: NaiveDate) -> Option<Span> {
    match item {
        Item::Amount(amount, unit) => Some(calendar::counted(operator, *amount, *unit, today)),
        Item::Period(stretch, steps) => Some(calendar::period(*stretch, *steps, today)),
        _ => None,
    }
}

fn lies_in(span: Span, cell: &Cell<'_>, zone: Tz) -> bool {
    match cell {
        Cell::Date(day) => span.has_day(*day),
        Cell::Moment(Some(moment)) => span.has_moment(*moment, zone),
        _ => false,
    }
}

fn text_is(operator: Operator, stored: &str, text: &str) -> bool {
    match operator {
        Operator::Equals => stored == text,
        Operator::Contains => stored.contains(text),
        Operator::StartsWith => stored.starts_with(text),
        Operator::EndsWith => stored.ends_with(text),
        _ => false,
    }
}

fn order_is(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equals => order == Ordering::Equal,
        Operator::GreaterThan => order == Ordering::Greater,
        Operator::GreaterThanOrEqual => order != Ordering::Less,
        Operator::LessThan => order == Ordering::Less,
        Operator::LessThanOrEqual => order != Ordering::Greater,
        _ => false,
    }
}

/// A moment is equal to the day on which it falls, less before its midnight, greater from the next one.
fn order_to_day(moment: DateTime<Utc>, day: NaiveDate, zone: Tz) -> Ordering {
    if moment < midnight(day, zone) {
        Ordering::Less
    } else if moment < next_midnight(day, zone) {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

/// Whether nothing can be between the two because they are the wrong way round.
pub(crate) fn is_reversed(low: &Item, high: &Item, zone: Tz) -> bool {
    match (low, high) {
        (Item::Number(low), Item::Number(high)) => low > high,
        (Item::Day(low), Item::Day(high)) => low > high,
        (Item::Moment(low), Item::Moment(high)) => low > high,
        (Item::Day(low), Item::Moment(high)) => midnight(*low, zone) > *high,
        (Item::Moment(low), Item::Day(high)) => *low >= next_midnight(*high, zone),
        _ => false,
    }
}
