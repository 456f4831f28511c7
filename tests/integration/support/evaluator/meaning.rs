//! What a rule says about one cell, one contract, one contact.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::catalogue::{Cell, Column};
use super::document::{Document, MatchType, Rule};
use super::operators::Operator;
use super::values::{Item, fold, is_blank};
use super::world::{Company, Contact, Contract};

/// A contact with what its rules can reach.
pub(crate) struct Subject<'a> {
    pub(crate) contact: &'a Contact,
    pub(crate) company: &'a Company,
    pub(crate) contracts: Vec<&'a Contract>,
}

/// Whether the rules of the document hold. Whether the contact may be a member at all is another question.
pub(crate) fn holds(document: &Document, subject: &Subject<'_>, zone: Tz) -> bool {
    match document.match_type {
        MatchType::Any => document.rules.iter().any(|rule| holds_alone(rule, subject, zone)),
        MatchType::All => {
            let (together, alone): (Vec<&Rule>, Vec<&Rule>) =
                document.rules.iter().partition(|rule| is_of_contracts(rule) && !is_negative_on_contracts(rule));
            alone.into_iter().all(|rule| holds_alone(rule, subject, zone)) && hold_on_one_contract(&together, subject, zone)
        }
    }
}

/// The positive contract rules of `all` meet on one and the same contract.
fn hold_on_one_contract(rules: &[&Rule], subject: &Subject<'_>, zone: Tz) -> bool {
    rules.is_empty() || subject.contracts.iter().any(|contract| rules.iter().all(|rule| holds_for_contract(rule, contract, zone)))
}

fn holds_alone(rule: &Rule, subject: &Subject<'_>, zone: Tz) -> bool {
    match rule.field.column {
        Column::Contact(read) => holds_for_cell(rule, &read(subject.contact), zone),
        Column::Company(read) => holds_for_cell(rule, &read(subject.company), zone),
        Column::Contract(_) => match opposite_on_contracts(rule) {
            Some(opposite) => !has_contract(&opposite, subject, zone),
            None => has_contract(rule, subject, zone),
        },
    }
}

fn has_contract(rule: &Rule, subject: &Subject<'_>, zone: Tz) -> bool {
    subject.contracts.iter().any(|contract| holds_for_contract(rule, contract, zone))
}

fn holds_for_contract(rule: &Rule, contract: &Contract, zone: Tz) -> bool {
    match rule.field.column {
        Column::Contract(read) => holds_for_cell(rule, &read(contract), zone),
        Column::Contact(_) | Column::Company(_) => false,
    }
}

fn is_of_contracts(rule: &Rule) -> bool {
    matches!(rule.field.column, Column::Contract(_))
}

fn is_negative_on_contracts(rule: &Rule) -> bool {
    rule.operator.opposite_on_contracts().is_some()
}

/// The opposite of a negative rule: its opposite operator, and the opposite flag if it has one.
fn opposite_on_contracts(rule: &Rule) -> Option<Rule> {
    let operator = rule.operator.opposite_on_contracts()?;
    Some(Rule { operator, include_empty: rule.include_empty.map(|flag| !flag), ..rule.clone() })
}

/// What the rule says of one cell. Empty cells are never compared: the flag, or else the sign of the operator, decides for them.
fn holds_for_cell(rule: &Rule, cell: &Cell<'_>, zone: Tz) -> bool {
    let empty = is_empty(cell);
    match rule.operator {
        Operator::IsEmpty => empty,
        Operator::IsNotEmpty => !empty,
        operator if empty => rule.include_empty.unwrap_or(operator.negated().is_some()),
        operator => match operator.negated() {
            Some(positive) => !compares(positive, cell, &rule.items, zone),
            None => compares(operator, cell, &rule.items, zone),
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
fn compares(operator: Operator, cell: &Cell<'_>, items: &[Item], zone: Tz) -> bool {
    match operator {
        Operator::Between => {
            compares(Operator::GreaterThanOrEqual, cell, &items[..1], zone) && compares(Operator::LessThanOrEqual, cell, &items[1..], zone)
        }
        Operator::InList => items.iter().any(|item| compares_with(Operator::Equals, cell, item, zone)),
        _ => compares_with(operator, cell, &items[0], zone),
    }
}

fn compares_with(operator: Operator, cell: &Cell<'_>, item: &Item, zone: Tz) -> bool {
    match (cell, item) {
        (Cell::Text(stored), Item::Text(text)) => text_is(operator, &fold(stored), &fold(text)),
        (Cell::Number(stored), Item::Number(number)) => order_is(operator, exact_order(stored, number)),
        (Cell::Boolean(stored), Item::Boolean(truth)) => operator == Operator::Equals && stored == truth,
        (Cell::Date(stored), Item::Day(day)) => order_is(operator, stored.cmp(day)),
        (Cell::Moment(Some(stored)), Item::Moment(moment)) => order_is(operator, stored.cmp(moment)),
        (Cell::Moment(Some(stored)), Item::Day(day)) => order_is(operator, order_to_day(*stored, *day, zone)),
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

fn exact_order(left: &BigDecimal, right: &BigDecimal) -> Ordering {
    left.cmp(right)
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

fn next_midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    match day.checked_add_days(Days::new(1)) {
        Some(next) => midnight(next, zone),
        None => DateTime::<Utc>::MAX_UTC,
    }
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
