//! From the JSON document to a typed one, or all its errors, each with its JSON pointer and code.
//!
//! Only the existing format: an entity, a match type and flat rules. Groups, related groups and segment rules will become further kinds
//! of node in `Reader::rule`; until then their keys and operators are errors.

use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::catalogue::{self, Entity, Field};
use super::meaning;
use super::operators::{Arity, Operator};
use super::values::{self, Code, Item};

/// A document that can be evaluated.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) match_type: MatchType,
    pub(crate) rules: Vec<Rule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MatchType {
    All,
    Any,
}

/// One flat rule. `equals` and `not_equals` with nothing are already `is_empty` and `is_not_empty` here.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) field: Field,
    pub(crate) operator: Operator,
    /// As many as the operator takes.
    pub(crate) items: Vec<Item>,
    pub(crate) include_empty: Option<bool>,
}

/// JSON pointer and code of one error.
pub(crate) type Error = (String, String);

const MOST_RULES: usize = 100;
const MOST_ITEMS: usize = 1_000;
const MOST_CHARACTERS: usize = 500;

/// Reads the whole document. The zone is needed only to see whether a day and a moment are the wrong way round.
pub(crate) fn read(document: &Value, zone: Tz) -> Result<Document, Vec<Error>> {
    let nothing = Map::new();
    let object = match document {
        Value::Null => &nothing,
        Value::Object(object) => object,
        _ => return Err(vec![(String::new(), "wrong_type".to_owned())]),
    };
    let limits = beyond_limits(object);
    if !limits.is_empty() {
        return Err(limits);
    }
    let mut reader = Reader { zone, errors: Vec::new() };
    let document = reader.document(object);
    match document {
        Some(document) if reader.errors.is_empty() => Ok(document),
        _ => Err(reader.errors),
    }
}

/// The limits are looked at before anything else, and a document beyond them is not looked at further.
fn beyond_limits(object: &Map<String, Value>) -> Vec<Error> {
    let mut errors = Vec::new();
    let Some(Value::Array(rules)) = object.get("rules") else {
        return errors;
    };
    if rules.len() > MOST_RULES {
        errors.push(("/rules".to_owned(), "too_many".to_owned()));
    }
    for (index, rule) in rules.iter().enumerate() {
        let pointer = format!("/rules/{index}/value");
        match rule.get("value") {
            Some(Value::Array(items)) if items.len() > MOST_ITEMS => {
                errors.push((pointer, "too_many".to_owned()));
            }
            Some(Value::Array(items)) => {
                let long = items.iter().enumerate().filter(|(_, item)| is_too_long(item));
                errors.extend(long.map(|(place, _)| (format!("{pointer}/{place}"), "too_long".to_owned())));
            }
            Some(value) if is_too_long(value) => errors.push((pointer, "too_long".to_owned())),
            _ => {}
        }
    }
    errors
}

fn is_too_long(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() > MOST_CHARACTERS,
        Value::Number(number) => number.to_string().len() > MOST_CHARACTERS,
        _ => false,
    }
}

/// `~` and `/` are written `~0` and `~1` in a pointer (RFC 6901).
fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Collects the errors on the way; what it cannot read is `None`.
struct Reader {
    zone: Tz,
    errors: Vec<Error>,
}

/// The entity of a document that names none we know: a field is then looked for in both.
#[derive(Clone, Copy)]
enum Scope {
    Known(Entity),
    Unknown,
}

impl Reader {
    fn refuse<T>(&mut self, pointer: String, code: Code) -> Option<T> {
        self.errors.push((pointer, code.to_owned()));
        None
    }

    fn refuse_unknown_keys(&mut self, object: &Map<String, Value>, pointer: &str, known: &[&str]) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            self.refuse::<()>(below(pointer, key), "unknown_key");
        }
    }

    fn document(&mut self, object: &Map<String, Value>) -> Option<Document> {
        self.refuse_unknown_keys(object, "", &["entity", "match_type", "rules"]);
        let scope = self.entity(object.get("entity"));
        let match_type = self.match_type(object.get("match_type"));
        let rules = match object.get("rules") {
            None | Some(Value::Null) => self.refuse("/rules".to_owned(), "empty"),
            Some(Value::Array(rules)) if rules.is_empty() => self.refuse("/rules".to_owned(), "empty"),
            Some(Value::Array(rules)) => self.rules(rules, scope),
            Some(_) => self.refuse("/rules".to_owned(), "wrong_type"),
        };
        Some(Document { match_type: match_type?, rules: rules? })
    }

    fn entity(&mut self, value: Option<&Value>) -> Scope {
        match value.map(Value::as_str) {
            None | Some(Some("contact")) => Scope::Known(Entity::Contact),
            Some(Some("company")) => Scope::Known(Entity::Company),
            Some(_) => {
                self.refuse::<()>("/entity".to_owned(), "invalid");
                Scope::Unknown
            }
        }
    }

    fn match_type(&mut self, value: Option<&Value>) -> Option<MatchType> {
        match value.map(Value::as_str) {
            None | Some(Some("all")) => Some(MatchType::All),
            Some(Some("any")) => Some(MatchType::Any),
            Some(_) => self.refuse("/match_type".to_owned(), "invalid"),
        }
    }

    fn rules(&mut self, rules: &[Value], scope: Scope) -> Option<Vec<Rule>> {
        let read: Vec<Option<Rule>> =
            rules.iter().enumerate().map(|(index, rule)| self.rule(rule, &format!("/rules/{index}"), scope)).collect();
        read.into_iter().collect()
    }

    fn rule(&mut self, rule: &Value, pointer: &str, scope: Scope) -> Option<Rule> {
        let Value::Object(rule) = rule else {
            return self.refuse(pointer.to_owned(), "wrong_type");
        };
        self.refuse_unknown_keys(rule, pointer, &["field", "operator", "value", "include_empty"]);
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
        Some(Rule { field, operator, items, include_empty: flag })
    }

    fn field(&mut self, value: Option<&Value>, pointer: &str, scope: Scope) -> Option<Field> {
        let place = below(pointer, "field");
        let path = match value {
            None => return self.refuse(place, "missing"),
            Some(Value::String(path)) => path,
            Some(_) => return self.refuse(place, "wrong_type"),
        };
        let field = match scope {
            Scope::Known(entity) => catalogue::find(entity, path),
            Scope::Unknown => catalogue::find(Entity::Contact, path).or_else(|| catalogue::find(Entity::Company, path)),
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

    fn value(&mut self, value: Option<&Value>, place: &str, field: &Field, operator: Operator) -> Option<Vec<Item>> {
        if operator.arity() == Arity::Nothing {
            return Some(Vec::new());
        }
        let Some(value) = value else {
            return self.refuse(place.to_owned(), "missing");
        };
        if value.is_null() || value.as_str().is_some_and(values::is_blank) {
            return self.refuse(place.to_owned(), "blank");
        }
        match operator.arity() {
            Arity::Pair => self.pair(value, place, field, operator),
            Arity::List => self.list(value, place, field, operator),
            _ => match values::item(field, operator, value) {
                Ok(item) => Some(vec![item]),
                Err(code) => self.refuse(place.to_owned(), code),
            },
        }
    }

    fn pair(&mut self, value: &Value, place: &str, field: &Field, operator: Operator) -> Option<Vec<Item>> {
        match value {
            Value::Array(items) if items.len() == 2 => {
                let items = self.items(items, place, field, operator)?;
                if meaning::is_reversed(&items[0], &items[1], self.zone) {
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
