//! Names looked up, values typed, flat contract rules brought into groups; every error with its place.
//!
//! Called by everyone who evaluates criteria. What does not resolve is an error at its rule and selects nobody; no rule is
//! ever left out. What a rule says is read by `rule`, one about a segment by `follow`; flat contract rules are brought together
//! by `gather`.

use serde_json::Value;

use super::document::{self, Aggregate, Entity, FilterCriteria, Measured, Node as Written, Related};
use super::field::{self, Field};
use super::follow::Following;
use super::gather::Gathering;
use super::names::{resolve_operator, unknown_contract_field, unknown_field};
use super::problem::Problem;
use super::resolved::{Calendar, Contracts, Criteria, Group, Node, Number, Question, Rule, Weight};
use super::segments::Scope;
use super::{catalogue, limits, rule};
use crate::query::Operator;

/// Understands a document.
///
/// # Errors
/// Everything that is wrong with it, in the order of the document.
pub fn resolve(document: &Value, scope: Scope<'_>) -> Result<Criteria, Vec<Problem>> {
    resolve_along(document, &mut Following::new(scope))
}

/// [`resolve`], for a document that was come to by way of some segments.
pub(super) fn resolve_along(document: &Value, following: &mut Following<'_>) -> Result<Criteria, Vec<Problem>> {
    let mut problems = Vec::new();
    let criteria = document::read(document, &mut problems).map(|written| resolve_written(&written, following, &mut problems));
    problems.extend(criteria.as_ref().and_then(|criteria| limits::beyond_expanded(criteria.weight)));
    match criteria {
        Some(criteria) if problems.is_empty() => Ok(criteria),
        _ => {
            // Shape was read before meaning; people read from top to bottom. The sort keeps the order within a rule.
            problems.sort_by_key(Problem::path);
            Err(problems)
        }
    }
}

fn resolve_written(written: &FilterCriteria, following: &mut Following<'_>, problems: &mut Vec<Problem>) -> Criteria {
    // Where the entity itself is wrong, a field of either is no further mistake.
    let entity_is_known = !problems.iter().any(|problem| problem.pointer == "/entity");
    let calendar = following.scope().calendar;
    let mut resolver = Resolver { entity: written.entity, entity_is_known, calendar, following, problems };
    let root = resolver.group(&written.root);
    Criteria { entity: written.entity, weight: Weight::of(&root), root, calendar }
}

struct Resolver<'a, 'b> {
    entity: Entity,
    entity_is_known: bool,
    calendar: Calendar,
    following: &'a mut Following<'b>,
    problems: &'a mut Vec<Problem>,
}

impl Resolver<'_, '_> {
    /// A group about a contact or a company.
    fn group(&mut self, written: &document::Group) -> Group<Question> {
        let mut gathering = Gathering::new(written.match_type);
        for node in &written.nodes {
            match node {
                Written::Rule(rule) if rule.field.as_deref() == Some(catalogue::SEGMENT.name) => {
                    if let Some(asked) = self.following.rule(rule, self.problems) {
                        gathering.add(Node::Leaf(Question::Segment(asked)));
                    }
                }
                Written::Rule(rule) => self.rule(rule).into_iter().for_each(|rule| gathering.add_rule(rule)),
                Written::Group(group) => gathering.add(Node::Group(self.group(group))),
                Written::Related(related) => {
                    self.related(related).into_iter().for_each(|asked| gathering.add(Node::Leaf(Question::Contracts(asked))));
                }
            }
        }
        gathering.group()
    }

    fn rule(&mut self, written: &document::Rule) -> Option<Rule> {
        let path = written.field.as_deref();
        let field = path.and_then(|path| {
            let found = self.find(path);
            if found.is_none() {
                self.problems.push(unknown_field(self.entity, path, &written.pointer));
            }
            found
        });
        rule::resolve(written, field, self.calendar, self.problems)
    }

    fn find(&self, path: &str) -> Option<Field> {
        let other = if self.entity_is_known { None } else { field::find(Entity::Company, path) };
        field::find(self.entity, path).or(other)
    }

    fn related(&mut self, written: &Related) -> Option<Contracts> {
        let number = written.measured.as_ref().map_or(Some(Number::Some), |measured| self.measured(measured, &written.pointer));
        let of_one = self.of_one(&written.of_one);
        Some(Contracts { pointer: written.pointer.clone(), number: number?, of_one })
    }

    /// A group about one contract.
    fn of_one(&mut self, written: &document::Group) -> Group<Rule> {
        let nodes = written.nodes.iter().filter_map(|node| match node {
            Written::Rule(rule) => self.rule_of_one(rule).map(Node::Leaf),
            Written::Group(group) => Some(Node::Group(self.of_one(group))),
            // `document` lets none stand here.
            Written::Related(_) => None,
        });
        Group { match_type: written.match_type, nodes: nodes.collect() }
    }

    fn rule_of_one(&mut self, written: &document::Rule) -> Option<Rule> {
        let field = written.field.as_deref().and_then(|path| {
            let found = field::find_of_contract(path);
            if found.is_none() {
                self.problems.push(unknown_contract_field(path, &written.pointer));
            }
            found
        });
        rule::resolve(written, field, self.calendar, self.problems)
    }

    fn measured(&mut self, written: &Measured, pointer: &str) -> Option<Number> {
        let column = match written.aggregate {
            Aggregate::Count => &catalogue::COUNT_OF_CONTRACTS,
            Aggregate::Sum => &catalogue::SUM_OF_VALUES,
        };
        let takes = |operator| MEASURING.contains(&operator);
        let operator = written.operator.as_deref().and_then(|name| resolve_operator(name, Some(column), takes, pointer, self.problems));
        let operator = operator?;
        let pointer = format!("{pointer}/value");
        let before = self.problems.len();
        let values = rule::read_values(written.value.as_ref(), column, operator, &pointer, self.problems)?;
        if self.problems.len() > before {
            return None;
        }
        rule::check_order(operator, &values, self.calendar, pointer, self.problems)?;
        Some(Number::Measured(written.aggregate, operator, values))
    }
}

/// The operators that compare how many contracts there are, or what they are worth.
const MEASURING: [Operator; 7] = [
    Operator::Equals,
    Operator::NotEquals,
    Operator::GreaterThan,
    Operator::GreaterThanOrEqual,
    Operator::LessThan,
    Operator::LessThanOrEqual,
    Operator::Between,
];
