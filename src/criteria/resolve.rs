//! Names looked up, values typed, flat contract rules brought into groups; every error with its place.
//!
//! Called by everyone who evaluates criteria. What comes out cannot be wrong: [`Criteria`] compiles to SQL and English
//! without failing. What does not resolve is an error at its rule and selects nobody; no rule is ever left out.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use super::document::{self, Entity, FilterCriteria, MatchType, Node as Written, Rule as WrittenRule, shown};
use super::field::{self, Field, Owner};
use super::names::{resolve_operator, unknown_field};
use super::problem::{Code, Problem};
use super::value::{self, Typed};
use crate::clock::Clock;
use crate::query::{Arity, Operator, text};

/// A document that has been understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria {
    /// What the rules select.
    pub entity: Entity,
    /// The rules.
    pub root: Group,
    /// When and where its dates are lived.
    pub calendar: Calendar,
}

/// The day and the zone that a document was resolved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// `TIME_ZONE`.
    pub zone: Tz,
    /// The day it was, there.
    pub today: NaiveDate,
}

impl From<&Clock> for Calendar {
    fn from(clock: &Clock) -> Self {
        Self { zone: clock.zone(), today: clock.today() }
    }
}

/// Nodes and how they go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// All of them, or at least one.
    pub match_type: MatchType,
    /// The nodes; never none.
    pub nodes: Vec<Node>,
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A rule about the contact or the company.
    Rule(Rule),
    /// A question to the contracts of the company.
    Contracts(Contracts),
}

/// "Has a contract that …", or has none: every rule speaks of one and the same contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contracts {
    /// Whether there must be no such contract.
    pub none: bool,
    /// What is asked of the contract, all of it; never nothing.
    pub rules: Vec<Rule>,
}

/// A rule that has been understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Where it stands in the document: `/rules/2`.
    pub pointer: String,
    /// What is asked.
    pub field: Field,
    /// How.
    pub operator: Operator,
    /// With which values; as many as the operator takes.
    pub values: Vec<Typed>,
    /// Whether empty values are let in (or kept out), where the rule says so outright.
    pub include_empty: Option<bool>,
}

/// Understands a document.
///
/// # Errors
/// Everything that is wrong with it, in the order of the document.
pub fn resolve(document: &Value, calendar: Calendar) -> Result<Criteria, Vec<Problem>> {
    let mut problems = Vec::new();
    let criteria = document::read(document, &mut problems).map(|written| resolve_written(&written, calendar, &mut problems));
    match criteria {
        Some(criteria) if problems.is_empty() => Ok(criteria),
        _ => {
            // Shape was read before meaning; people read from top to bottom. The sort keeps the order within a rule.
            problems.sort_by_key(Problem::rule);
            Err(problems)
        }
    }
}

fn resolve_written(written: &FilterCriteria, calendar: Calendar, problems: &mut Vec<Problem>) -> Criteria {
    // Where the entity itself is wrong, a field of either is no further mistake.
    let entity_is_known = !problems.iter().any(|problem| problem.pointer == "/entity");
    let find = |path: &str| {
        let other = if entity_is_known { None } else { field::find(Entity::Company, path) };
        field::find(written.entity, path).or(other)
    };
    let read = |Written::Rule(rule): &Written| resolve_rule(rule, written.entity, &find, calendar, problems);
    let rules = written.rules.iter().filter_map(read).collect();
    let root = Group { match_type: written.match_type, nodes: gather(written.match_type, rules) };
    Criteria { entity: written.entity, root, calendar }
}

fn resolve_rule(
    rule: &WrittenRule,
    entity: Entity,
    find: &impl Fn(&str) -> Option<Field>,
    calendar: Calendar,
    problems: &mut Vec<Problem>,
) -> Option<Rule> {
    let field = rule.field.as_deref().and_then(|path| {
        find(path).or_else(|| {
            problems.push(unknown_field(entity, path, &rule.pointer));
            None
        })
    });
    let operator = rule.operator.as_deref().and_then(|name| resolve_operator(name, field, &rule.pointer, problems));
    let (Some(field), Some(operator)) = (field, operator) else { return None };
    let (operator, values) = resolve_values(rule, field, operator, calendar, problems)?;
    if operator.arity() == Arity::Zero && rule.include_empty.is_some() {
        let sentence = format!("“{}” speaks of blank values itself; remove “include_empty”.", operator.label());
        problems.push(Problem::new(format!("{}/include_empty", rule.pointer), Code::FlagNotAllowed, sentence));
    }
    Some(Rule { pointer: rule.pointer.clone(), field, operator, values, include_empty: rule.include_empty })
}

/// The values, typed; `equals` with nothing is read as `is_empty`, as it always was.
fn resolve_values(
    rule: &WrittenRule,
    field: Field,
    operator: Operator,
    calendar: Calendar,
    problems: &mut Vec<Problem>,
) -> Option<(Operator, Vec<Typed>)> {
    let pointer = format!("{}/value", rule.pointer);
    if operator.arity() == Arity::One
        && rule.value.as_ref().is_some_and(is_nothing)
        && let Some(operator) = empty_form(operator)
    {
        return Some((operator, Vec::new()));
    }
    let before = problems.len();
    let values = read_values(rule.value.as_ref(), field, operator, &pointer, problems)?;
    if problems.len() > before {
        return None;
    }
    check_order(operator, &values, calendar, pointer, problems)?;
    Some((operator, values))
}

/// As many values as the operator takes.
fn read_values(value: Option<&Value>, field: Field, operator: Operator, pointer: &str, problems: &mut Vec<Problem>) -> Option<Vec<Typed>> {
    match (operator.arity(), value) {
        (Arity::Zero, _) => Some(Vec::new()),
        (_, None) => {
            problems.push(Problem::new(pointer, Code::Missing, "Enter a value."));
            None
        }
        (Arity::One, Some(value)) => Some(vec![value::read(value, field.column, operator, pointer, problems)?]),
        (Arity::Two | Arity::Many, Some(Value::Array(items))) => {
            check_length(operator, items.len(), pointer, problems)?;
            let read = |(index, item)| value::read(item, field.column, operator, &format!("{pointer}/{index}"), problems);
            Some(items.iter().enumerate().filter_map(read).collect())
        }
        (_, Some(other)) => {
            let sentence = if operator.arity() == Arity::Two { "a list of two values, from and to" } else { "a list of values" };
            problems.push(Problem::new(pointer, Code::WrongType, format!("“{}” takes {sentence}, not {}.", operator.name(), shown(other))));
            None
        }
    }
}

fn check_order(operator: Operator, values: &[Typed], calendar: Calendar, pointer: String, problems: &mut Vec<Problem>) -> Option<()> {
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

/// Brings flat contract rules into groups. In `all`, the positive ones meet on one contract, in the place of the first;
/// each negative one becomes "has no contract" for its opposite. In `any` each stands alone. The order of the rules
/// changes nothing.
fn gather(match_type: MatchType, rules: Vec<Rule>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut together: Option<usize> = None;
    for rule in rules {
        if rule.field.owner != Owner::Contract {
            nodes.push(Node::Rule(rule));
            continue;
        }
        match (opposite_of_negative(&rule), together) {
            (Some(opposite), _) => nodes.push(Node::Contracts(Contracts { none: true, rules: vec![opposite] })),
            (None, Some(place)) if match_type == MatchType::All => {
                if let Some(Node::Contracts(contracts)) = nodes.get_mut(place) {
                    contracts.rules.push(rule);
                }
            }
            (None, _) => {
                together = Some(nodes.len());
                nodes.push(Node::Contracts(Contracts { none: false, rules: vec![rule] }));
            }
        }
    }
    nodes
}

/// The rule that is true exactly where a negative one is false; `None` for a positive rule.
fn opposite_of_negative(rule: &Rule) -> Option<Rule> {
    let operator = rule.operator.opposite().filter(|_| rule.operator.is_negative())?;
    Some(Rule { operator, include_empty: rule.include_empty.map(|flag| !flag), ..rule.clone() })
}
