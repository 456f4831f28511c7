//! Resolved criteria to the one predicate over contacts.
//!
//! Called by whoever counts, lists, previews or exports members. A contact has one company, so the company rules of a group
//! share one subquery, and a question to the contracts is another; `IN` is the shape that both engines plan well. Every
//! piece is true exactly where it holds (and false *or unknown* elsewhere), so `AND` and `OR` compose.

use super::document::{Entity, MatchType};
use super::field::Owner;
use super::resolve::{Calendar, Contracts, Criteria, Group, Node, Rule};
use super::value::Typed;
use crate::db::dialect::Word;
use crate::db::{Money, Time};
use crate::query::condition::{Like, Range};
use crate::query::number::Place;
use crate::query::period::{Point, next_day};
use crate::query::{Condition, Kind, Operator, Sql, Test, Value};

/// What the predicate is for; both plans have the same meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// To count, or to find a few: look the rules up.
    LookUp,
    /// To read in the order of the name index until a page is full: test each contact on the way.
    InOrder,
}

/// The predicate over `crm_app_contact` that the rules come to; who may be mailed at all is another's question.
pub fn predicate(criteria: &Criteria, plan: Plan) -> Sql {
    let compiler = Compiler { calendar: criteria.calendar, plan };
    match criteria.entity {
        Entity::Contact => compiler.of_contact(&criteria.root),
        Entity::Company => compiler.company_in(compiler.of_company(&criteria.root)),
    }
}

struct Compiler {
    calendar: Calendar,
    plan: Plan,
}

impl Compiler {
    /// A group about a contact: its own rules, one subquery for those about its company, one for each contract question.
    fn of_contact(&self, group: &Group) -> Sql {
        let mut of_company = Vec::new();
        let mut parts = Vec::new();
        for node in &group.nodes {
            match node {
                Node::Rule(rule) if rule.field.owner == Owner::Company => of_company.push(self.rule(rule)),
                Node::Rule(rule) => parts.push(self.on_the_way(self.rule(rule).grouped())),
                Node::Contracts(contracts) => parts.push(self.contracts_of("crm_app_contact.company_id", contracts)),
            }
        }
        if !of_company.is_empty() {
            parts.push(self.company_in(joined(group.match_type, of_company)));
        }
        joined(group.match_type, parts)
    }

    /// A group about a company.
    fn of_company(&self, group: &Group) -> Sql {
        let parts = group.nodes.iter().map(|node| match node {
            Node::Rule(rule) => self.rule(rule),
            Node::Contracts(contracts) => self.contracts_of("crm_app_company.id", contracts),
        });
        joined(group.match_type, parts)
    }

    fn company_in(&self, condition: Sql) -> Sql {
        self.key("crm_app_contact.company_id").is_in("SELECT id FROM crm_app_company WHERE ", condition)
    }

    fn contracts_of(&self, company: &'static str, contracts: &Contracts) -> Sql {
        let of_one = Sql::and(contracts.rules.iter().map(|rule| self.rule(rule)));
        let select = "SELECT crm_app_contract.company_id FROM crm_app_contract WHERE ";
        let company = self.key(company);
        if contracts.none { company.is_not_in(select, of_one) } else { company.is_in(select, of_one) }
    }

    fn key(&self, column: &'static str) -> Sql {
        self.on_the_way(column.into())
    }

    /// Not looked up in an index where contacts are tested one after the other.
    fn on_the_way(&self, tested: Sql) -> Sql {
        match self.plan {
            Plan::LookUp => tested,
            Plan::InOrder => Sql::from(Word::Unindexed) + tested,
        }
    }

    fn rule(&self, rule: &Rule) -> Sql {
        test(rule, self.calendar).sql()
    }
}

fn joined(match_type: MatchType, parts: impl IntoIterator<Item = Sql>) -> Sql {
    match match_type {
        MatchType::All => Sql::and(parts),
        MatchType::Any => Sql::or(parts),
    }
}

/// The question that one rule asks of its column.
fn test(rule: &Rule, calendar: Calendar) -> Test {
    let column = *rule.field.column;
    let positive = if rule.operator.is_negative() { rule.operator.opposite().unwrap_or(rule.operator) } else { rule.operator };
    let (condition, negated) = match rule.operator {
        Operator::IsEmpty => (Condition::Empty, false),
        Operator::IsNotEmpty => (Condition::Empty, true),
        _ => (condition(positive, column.kind, &rule.values, calendar), rule.operator.is_negative()),
    };
    Test { column, condition, negated, include_empty: rule.include_empty }
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
        (Operator::Equals | Operator::InList, values) => any_of(kind, values, calendar),
        (operator, [value]) => compared(operator, bounds(value, kind, calendar)),
        // `resolve` lets no other number of values through; none is nobody, never everybody.
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
        Typed::Point(Point::Moment(_)) => None,
    }
}
