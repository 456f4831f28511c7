//! Reads rules: those on a field, and those on a segment.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::catalogue::{self, Entity, Field};
use super::comparing;
use super::document::{Membership, Node, Reader, Rule, Scope, Target, below, read_along};
use super::operators::{Arity, Operator};
use super::segments::Segment;
use super::values::{self, Code, Item};

/// So many segments may be named one by another, beginning with the one that the document names.
const LONGEST_CHAIN: usize = 5;

/// The operators of the field `segment`, and whether they are negative.
const OF_SEGMENTS: [(&str, bool); 2] = [("in_segment", false), ("not_in_segment", true)];

impl Reader<'_> {
    pub(crate) fn rule(&mut self, rule: &Map<String, Value>, pointer: &str, scope: Scope) -> Option<Node> {
        self.refuse_unknown_keys(rule, pointer, &["field", "operator", "value", "include_empty"]);
        // A contract is in no segment: there it is a field like any other that no contract has.
        if scope != Scope::Contract && rule.get("field").and_then(Value::as_str) == Some("segment") {
            return self.membership(rule, pointer).map(Node::Membership);
        }
        let field = self.field(rule.get("field"), pointer, scope);
        let operator = self.operator(rule.get("operator"), pointer, field.as_ref());
        let flag = self.flag(rule.get("include_empty"), pointer);
        let operator = operator?;
        let operator = match rule.get("value") {
            Some(value) => said_with_nothing(operator, value),
            None => operator,
        };
        if operator.arity() == Arity::Nothing && flag.is_some() {
            self.refuse::<()>(below(pointer, "include_empty"), "flag_not_allowed");
        }
        let field = field?;
        let items = self.value(rule.get("value"), &below(pointer, "value"), &field, operator)?;
        Some(Node::Rule(Rule { field, operator, items, include_empty: flag }))
    }

    fn membership(&mut self, rule: &Map<String, Value>, pointer: &str) -> Option<Membership> {
        if rule.contains_key("include_empty") {
            self.refuse::<()>(below(pointer, "include_empty"), "flag_not_allowed");
        }
        let operator = rule.get("operator").and_then(Value::as_str);
        let Some((_, negated)) = OF_SEGMENTS.iter().find(|(name, _)| Some(*name) == operator) else {
            return self.refuse(below(pointer, "operator"), "unknown_operator");
        };
        match self.target(rule.get("value")) {
            Ok(target) => Some(Membership { negated: *negated, target }),
            Err(code) => self.refuse(below(pointer, "value"), code),
        }
    }

    /// The segment behind a rule. One that is on the way already would be its own condition.
    fn target(&self, value: Option<&Value>) -> Result<Target, Code> {
        let id = value.ok_or("missing")?.as_str().ok_or("wrong_type")?;
        let id = id.parse::<Uuid>().ok().filter(|parsed| parsed.to_string().eq_ignore_ascii_case(id)).ok_or("invalid")?;
        if self.way.contains(&id) {
            return Err("cycle");
        }
        if self.way.len() == LONGEST_CHAIN {
            return Err("chain_too_long");
        }
        match self.segments.get(&id).ok_or("segment_missing")? {
            Segment::Broken => Err("segment_broken"),
            Segment::Static(listed) => Ok(Target::Static(listed.clone())),
            Segment::Dynamic(document) => {
                let way = [self.way, &[id]].concat();
                // Whatever is wrong behind it, it breaks whoever refers to it.
                let document = read_along(document, self.calendar, self.segments, &way).map_err(|_| "segment_broken")?;
                Ok(Target::Dynamic(document))
            }
        }
    }

    fn field(&mut self, value: Option<&Value>, pointer: &str, scope: Scope) -> Option<Field> {
        let place = below(pointer, "field");
        let path = match value {
            None => return self.refuse(place, "missing"),
            Some(Value::String(path)) => path,
            Some(_) => return self.refuse(place, "wrong_type"),
        };
        let field = match scope {
            Scope::Entity(entity) => catalogue::find(entity, path),
            Scope::Unknown => catalogue::find(Entity::Contact, path).or_else(|| catalogue::find(Entity::Company, path)),
            Scope::Contract => catalogue::find_in_contract(path),
        };
        field.or_else(|| self.refuse(place, "unknown_field"))
    }

    /// Whether the field takes the operator can only be said when the field is known.
    fn operator(&mut self, value: Option<&Value>, pointer: &str, field: Option<&Field>) -> Option<Operator> {
        let place = below(pointer, "operator");
        let name = match value {
            None => return self.refuse(place, "missing"),
            Some(Value::String(name)) => name,
            Some(_) => return self.refuse(place, "wrong_type"),
        };
        match Operator::named(name) {
            Some(operator) if field.is_none_or(|field| operator.takes(field.kind)) => Some(operator),
            None if field.is_none() && OF_SEGMENTS.iter().any(|(segments, _)| segments == name) => None,
            _ => self.refuse(place, "unknown_operator"),
        }
    }

    fn flag(&mut self, value: Option<&Value>, pointer: &str) -> Option<bool> {
        match value {
            None => None,
            Some(Value::Bool(flag)) => Some(*flag),
            Some(_) => self.refuse(below(pointer, "include_empty"), "wrong_type"),
        }
    }

    pub(crate) fn value(&mut self, value: Option<&Value>, place: &str, field: &Field, operator: Operator) -> Option<Vec<Item>> {
        if operator.arity() == Arity::Nothing {
            return Some(Vec::new());
        }
        let Some(value) = value else {
            return self.refuse(place.to_owned(), "missing");
        };
        if value.is_null() || value.as_str().is_some_and(values::is_blank) {
            return self.refuse(place.to_owned(), "blank");
        }
        let item = match operator.arity() {
            Arity::Pair => return self.pair(value, place, field, operator),
            Arity::List => return self.list(value, place, field, operator),
            Arity::Amount => return self.amount(value, place),
            Arity::Period => values::period(value),
            Arity::One | Arity::Nothing => values::item(field, operator, value),
        };
        match item {
            Ok(item) => Some(vec![item]),
            Err(code) => self.refuse(place.to_owned(), code),
        }
    }

    fn amount(&mut self, value: &Value, place: &str) -> Option<Vec<Item>> {
        let Value::Object(value) = value else {
            return self.refuse(place.to_owned(), "wrong_type");
        };
        self.refuse_unknown_keys(value, place, &["amount", "unit"]);
        let amount = value.get("amount").ok_or("missing").and_then(values::amount);
        let amount = amount.map_err(|code| self.refuse::<()>(below(place, "amount"), code)).ok();
        let unit = value.get("unit").ok_or("missing").and_then(values::unit);
        let unit = unit.map_err(|code| self.refuse::<()>(below(place, "unit"), code)).ok();
        Some(vec![Item::Amount(amount?, unit?)])
    }

    fn pair(&mut self, value: &Value, place: &str, field: &Field, operator: Operator) -> Option<Vec<Item>> {
        match value {
            Value::Array(items) if items.len() == 2 => {
                let items = self.items(items, place, field, operator)?;
                if comparing::is_reversed(&items[0], &items[1], self.calendar.zone) {
                    return self.refuse(place.to_owned(), "reversed");
                }
                Some(items)
            }
            _ => self.refuse(place.to_owned(), "wrong_type"),
        }
    }

    fn list(&mut self, value: &Value, place: &str, field: &Field, operator: Operator) -> Option<Vec<Item>> {
        match value {
            Value::Array(items) if items.is_empty() => self.refuse(place.to_owned(), "empty"),
            Value::Array(items) => self.items(items, place, field, operator),
            _ => self.refuse(place.to_owned(), "wrong_type"),
        }
    }

    fn items(&mut self, values: &[Value], place: &str, field: &Field, operator: Operator) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        for (index, value) in values.iter().enumerate() {
            match values::item(field, operator, value) {
                Ok(item) => items.push(item),
                Err(code) => {
                    self.refuse::<()>(format!("{place}/{index}"), code);
                }
            }
        }
        (items.len() == values.len()).then_some(items)
    }
}

/// `equals` and `not_equals` with `null` or a blank string, on a field of any type, are `is_empty` and `is_not_empty`.
fn said_with_nothing(operator: Operator, value: &Value) -> Operator {
    let nothing = value.is_null() || value.as_str().is_some_and(values::is_blank);
    match operator {
        Operator::Equals if nothing => Operator::IsEmpty,
        Operator::NotEquals if nothing => Operator::IsNotEmpty,
        other => other,
    }
}
