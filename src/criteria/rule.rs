//! One rule: its operator and its values, in the terms of its field.
//!
//! Called by `resolve`, which knows the fields.

use serde_json::Value;

use super::document::{Rule as Written, shown};
use super::field::Field;
use super::names::resolve_operator;
use super::problem::{Code, Problem};
use super::resolved::{Calendar, Rule};
use super::value::{self, Typed};
use crate::query::{Arity, Column, Operator, text};

/// Understands what a rule says of `field`; without one only its operator is looked at.
///
/// # Errors
/// `None`, with everything wrong with it noted.
pub(super) fn resolve(written: &Written, field: Option<Field>, calendar: Calendar, problems: &mut Vec<Problem>) -> Option<Rule> {
    let column = field.map(|field| field.column);
    let takes = |operator: Operator| column.is_none_or(|column| operator.takes(column.kind));
    let operator = written.operator.as_deref().and_then(|name| resolve_operator(name, column, takes, &written.pointer, problems));
    let (Some(field), Some(operator)) = (field, operator) else { return None };
    let (operator, values) = resolve_values(written, field, operator, calendar, problems)?;
    if operator.arity() == Arity::Zero && written.include_empty.is_some() {
        let sentence = format!("“{}” speaks of blank values itself; remove “include_empty”.", operator.label());
        problems.push(Problem::new(format!("{}/include_empty", written.pointer), Code::FlagNotAllowed, sentence));
    }
    Some(Rule { pointer: written.pointer.clone(), field, operator, values, include_empty: written.include_empty })
}

/// The values, typed; `equals` with nothing is read as `is_empty`, as it always was.
fn resolve_values(
    written: &Written,
    field: Field,
    operator: Operator,
    calendar: Calendar,
    problems: &mut Vec<Problem>,
) -> Option<(Operator, Vec<Typed>)> {
    let pointer = format!("{}/value", written.pointer);
    if operator.arity() == Arity::One
        && written.value.as_ref().is_some_and(is_nothing)
        && let Some(operator) = empty_form(operator)
    {
        return Some((operator, Vec::new()));
    }
    let before = problems.len();
    let values = read_values(written.value.as_ref(), field.column, operator, &pointer, problems)?;
    if problems.len() > before {
        return None;
    }
    check_order(operator, &values, calendar, pointer, problems)?;
    Some((operator, values))
}

/// As many values as the operator takes. Those of a list that are wrong are left out of it, and noted.
pub(super) fn read_values(
    value: Option<&Value>,
    column: &Column,
    operator: Operator,
    pointer: &str,
    problems: &mut Vec<Problem>,
) -> Option<Vec<Typed>> {
    match (operator.arity(), value) {
        (Arity::Zero, _) => Some(Vec::new()),
        (_, None) => {
            problems.push(Problem::new(pointer, Code::Missing, "Enter a value."));
            None
        }
        (Arity::One, Some(value)) => Some(vec![value::read(value, column, operator, pointer, problems)?]),
        (Arity::Two | Arity::Many, Some(Value::Array(items))) => {
            check_length(operator, items.len(), pointer, problems)?;
            let read = |(index, item)| value::read(item, column, operator, &format!("{pointer}/{index}"), problems);
            Some(items.iter().enumerate().filter_map(read).collect())
        }
        (_, Some(other)) => {
            let sentence = if operator.arity() == Arity::Two { "a list of two values, from and to" } else { "a list of values" };
            problems.push(Problem::new(pointer, Code::WrongType, format!("“{}” takes {sentence}, not {}.", operator.name(), shown(other))));
            None
        }
    }
}

/// Whether the two values of a stretch are in their order.
pub(super) fn check_order(
    operator: Operator,
    values: &[Typed],
    calendar: Calendar,
    pointer: String,
    problems: &mut Vec<Problem>,
) -> Option<()> {
    if let [from, to] = values
        && operator.arity() == Arity::Two
        && from.is_after(to, calendar.zone)
    {
        let sentence = format!("“between” goes from the smaller to the larger: {from} comes after {to}.");
        problems.push(Problem::new(pointer, Code::Reversed, sentence));
        return None;
    }
    Some(())
}

fn check_length(operator: Operator, length: usize, pointer: &str, problems: &mut Vec<Problem>) -> Option<()> {
    let (code, sentence) = match (operator.arity(), length) {
        (Arity::Two, 2) => return Some(()),
        (Arity::Two, _) => (Code::Invalid, format!("“between” takes exactly two values, from and to; these are {length}.")),
        (_, 0) => (Code::Empty, format!("“{}” takes at least one value.", operator.name())),
        _ => return Some(()),
    };
    problems.push(Problem::new(pointer, code, sentence));
    None
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text::is_blank(text),
        _ => false,
    }
}

fn empty_form(operator: Operator) -> Option<Operator> {
    match operator {
        Operator::Equals => Some(Operator::IsEmpty),
        Operator::NotEquals => Some(Operator::IsNotEmpty),
        _ => None,
    }
}
