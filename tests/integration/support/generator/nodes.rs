//! Valid nodes of every form: groups, related groups, phrases that count from today, rules on segments.
//!
//! Left out, because criteria.md can be read in two ways: an amount written with a point or an exponent, an id in capital letters, and
//! `company.contracts.` inside a related group.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Nodes, Rng, documents, pools};
use crate::support::evaluator::calendar::{PERIODS, UNITS};
use crate::support::evaluator::catalogue::{self, Entity, Field, Kind};
use crate::support::evaluator::{Arity, RELATIVE_OPERATORS};

/// Where a node stands: what its rules may name, and how many groups may still be inside one another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) scope: Scope,
    pub(crate) room: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Entity(Entity),
    /// Inside a related group.
    Contract,
}

/// So many groups may stand inside one another.
pub(crate) const MOST_DEPTH: usize = 5;

impl Place {
    pub(crate) fn of(entity: Entity) -> Place {
        Place { scope: Scope::Entity(entity), room: MOST_DEPTH }
    }

    pub(crate) fn inside(self) -> Place {
        Place { room: self.room - 1, ..self }
    }

    pub(crate) fn inside_related(self) -> Place {
        Place { scope: Scope::Contract, ..self.inside() }
    }
}

/// The forms of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Rule,
    Group,
    Related,
    Relative,
    Segment,
}

/// A node without a mistake; without anything switched on a flat rule, with nothing drawn beside it.
pub(crate) fn node(rng: &mut Rng, place: Place, with: Nodes<'_>) -> Value {
    let speaks_of_contacts = place.scope != Scope::Contract;
    let mut forms = vec![Form::Rule; 5];
    let mut add = |form, times, may_come| forms.extend((0..times).filter(|_| may_come).map(|_| form));
    add(Form::Group, 3, with.groups && place.room > 0);
    add(Form::Related, 3, with.related && place.room > 0 && speaks_of_contacts);
    add(Form::Relative, 3, with.relative);
    add(Form::Segment, 2, speaks_of_contacts && with.segments.is_some_and(|pool| !pool.good.is_empty()));
    let form = if with.is_flat() { Form::Rule } else { rng.pick(&forms) };
    match (form, with.segments) {
        (Form::Group, _) => group(rng, place, with),
        (Form::Related, _) => related(rng, place, with),
        (Form::Relative, _) => relative(rng, place.scope),
        (Form::Segment, Some(pool)) => segment(rng, pool.good.as_slice()),
        (Form::Rule | Form::Segment, _) => rule(rng, place.scope),
    }
}

/// A flat rule where it stands.
pub(crate) fn rule(rng: &mut Rng, scope: Scope) -> Value {
    match scope {
        Scope::Entity(entity) => documents::rule(rng, entity),
        Scope::Contract => {
            let field = rng.pick(catalogue::CONTRACT);
            let path = path_in_contract(rng, &field);
            documents::rule_on(rng, &path, &field)
        }
    }
}

/// Inside a related group the names are bare, or not.
fn path_in_contract(rng: &mut Rng, field: &Field) -> String {
    format!("{}{}", rng.pick(&["", "", "contract."]), field.name)
}

/// A group; now and then one in another until there is no room left.
fn group(rng: &mut Rng, place: Place, with: Nodes<'_>) -> Value {
    if rng.chance(8) {
        let mut tower = node(rng, Place { room: 0, ..place }, with);
        for _ in 0..place.room {
            tower = around(rng, vec![tower]);
        }
        return tower;
    }
    let number = rng.pick(&[1, 2, 2, 3]);
    let nodes = (0..number).map(|_| node(rng, place.inside(), with)).collect();
    around(rng, nodes)
}

/// A group with these nodes.
pub(crate) fn around(rng: &mut Rng, nodes: Vec<Value>) -> Value {
    let mut group = Map::new();
    if rng.chance(85) {
        group.insert("match_type".to_owned(), json!(rng.pick(&["all", "any", "none"])));
    }
    group.insert("rules".to_owned(), Value::Array(nodes));
    Value::Object(group)
}

/// A related group, with an aggregate in one of two.
pub(crate) fn related(rng: &mut Rng, place: Place, with: Nodes<'_>) -> Value {
    let number = rng.pick(&[0, 1, 1, 1, 2, 2, 3]);
    let nodes = (0..number).map(|_| node(rng, place.inside_related(), with)).collect();
    let mut related = around(rng, nodes);
    related["relation"] = json!("contract");
    match rng.below(4) {
        0 => add_test(rng, &mut related, "count", pools::CONTRACT_COUNTS),
        1 => {
            add_test(rng, &mut related, "sum", pools::NUMBERS);
            related["of"] = json!("value");
        }
        _ => {}
    }
    related
}

fn add_test(rng: &mut Rng, related: &mut Value, aggregate: &str, numbers: &[&str]) {
    let operators =
        ["equals", "not_equals", "greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal", "between", "between"];
    let operator = rng.pick(&operators);
    related["aggregate"] = json!(aggregate);
    related["operator"] = json!(operator);
    related["value"] = match operator {
        "between" => documents::pair_of_numbers(rng, numbers),
        _ => documents::literal(rng.pick_early(numbers)),
    };
}

/// The dates and timestamps that can be reached.
pub(crate) fn dated(scope: Scope) -> Vec<(&'static str, Field)> {
    let tables: &[(&str, &[Field])] = match scope {
        Scope::Contract => &[("", catalogue::CONTRACT), ("contract.", catalogue::CONTRACT)],
        Scope::Entity(Entity::Company) => &[("", catalogue::COMPANY), ("contract.", catalogue::CONTRACT)],
        Scope::Entity(Entity::Contact) => &[("", catalogue::CONTACT), ("company.", catalogue::COMPANY), ("contract.", catalogue::CONTRACT)],
    };
    let is_dated = |field: &&Field| matches!(field.kind, Kind::Date | Kind::Timestamp);
    tables.iter().flat_map(|(prefix, fields)| fields.iter().filter(is_dated).map(|field| (*prefix, *field))).collect()
}

/// A rule that counts from today.
fn relative(rng: &mut Rng, scope: Scope) -> Value {
    let (prefix, field) = rng.pick(&dated(scope));
    let (name, operator) = rng.pick(&RELATIVE_OPERATORS);
    let value = if operator.arity() == Arity::Period { json!(rng.pick(&PERIODS).0) } else { amount(rng) };
    let mut rule = json!({"field": format!("{prefix}{}", field.name), "operator": name, "value": value});
    if rng.chance(25) {
        rule["include_empty"] = json!(rng.chance(50));
    }
    rule
}

fn amount(rng: &mut Rng) -> Value {
    let amount = rng.pick_early(pools::AMOUNTS_FROM_TODAY);
    let amount = if rng.chance(20) { json!(amount.to_string()) } else { json!(amount) };
    json!({"amount": amount, "unit": rng.pick(&UNITS).0})
}

/// A rule on one of these segments.
pub(crate) fn segment(rng: &mut Rng, ids: &[Uuid]) -> Value {
    json!({"field": "segment", "operator": rng.pick(&["in_segment", "in_segment", "not_in_segment"]), "value": rng.pick(ids)})
}
