//! Filter criteria as written: the shape of the document, before any name is looked up or any value understood.
//!
//! [`read`] takes a JSON value apart and notes everything of the wrong shape at its place, so that all errors of a document
//! come at once; `resolve` goes on with what is well formed. The nodes that the rule language will grow (groups, related
//! groups, segment rules) become variants of [`Node`].

use serde::Serialize;
use serde_json::{Map, Value};

use super::problem::{Code, Problem, step};
use crate::query::text;

/// What the rules select.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Entity {
    /// Contacts themselves.
    #[default]
    Contact,
    /// Companies; the members are their contacts.
    Company,
}

/// How the rules of one node go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// Every one of them holds.
    #[default]
    All,
    /// At least one holds.
    Any,
}

/// A whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterCriteria {
    /// What the rules select.
    pub entity: Entity,
    /// How they go together.
    pub match_type: MatchType,
    /// The rules that are well formed, in order.
    pub rules: Vec<Node>,
}

/// One node of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Field, operator, value.
    Rule(Rule),
}

/// A rule as written. What is missing or of the wrong shape is `None` and has been noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Where it stands: `/rules/2`.
    pub pointer: String,
    /// The field's path.
    pub field: Option<String>,
    /// The operator's wire name.
    pub operator: Option<String>,
    /// The value, whatever it is; `None` when the key is not there.
    pub value: Option<Value>,
    /// The flag, if given.
    pub include_empty: Option<bool>,
}

/// The most rules of a document.
const MAX_RULES: usize = 100;
/// The most values of a list.
const MAX_VALUES: usize = 1_000;
/// The most characters of a value.
const MAX_CHARACTERS: usize = 500;

/// Reads the shape of `document`, adding everything wrong with it to `problems`.
///
/// # Errors
/// `None` when there is nothing to go on with: it is no object, or has no rules, or is beyond a limit.
pub fn read(document: &Value, problems: &mut Vec<Problem>) -> Option<FilterCriteria> {
    let empty = Map::new();
    let map = match document {
        Value::Object(map) => map,
        Value::Null => &empty,
        _ => {
            problems.push(Problem::new("", Code::WrongType, "Filter criteria must be a JSON object with entity, match_type and rules."));
            return None;
        }
    };
    problems.extend(beyond_limits(map));
    if !problems.is_empty() {
        return None;
    }
    note_unknown_keys(map, &["entity", "match_type", "rules"], "", problems);
    let entity = word(map, "entity", &[("contact", Entity::Contact), ("company", Entity::Company)], problems);
    let match_type = word(map, "match_type", &[("all", MatchType::All), ("any", MatchType::Any)], problems);
    let rules = read_rules(map.get("rules"), problems)?;
    Some(FilterCriteria { entity, match_type, rules })
}

fn read_rules(rules: Option<&Value>, problems: &mut Vec<Problem>) -> Option<Vec<Node>> {
    match rules {
        None => {}
        Some(Value::Array(rules)) if rules.is_empty() => {}
        Some(Value::Array(rules)) => {
            return Some(
                rules.iter().enumerate().filter_map(|(index, rule)| read_rule(rule, format!("/rules/{index}"), problems)).collect(),
            );
        }
        Some(_) => {
            problems.push(Problem::new("/rules", Code::WrongType, "“rules” must be a list of rules."));
            return None;
        }
    }
    problems.push(Problem::new("/rules", Code::Empty, "It has no rules yet. Add at least one rule."));
    None
}

fn read_rule(rule: &Value, pointer: String, problems: &mut Vec<Problem>) -> Option<Node> {
    let Value::Object(map) = rule else {
        problems.push(Problem::new(pointer, Code::WrongType, "A rule must be an object with field, operator and value."));
        return None;
    };
    note_unknown_keys(map, &["field", "operator", "value", "include_empty"], &pointer, problems);
    let field = name(map, "field", &pointer, "Choose a field.", problems);
    let operator = name(map, "operator", &pointer, "Choose an operator.", problems);
    let include_empty = match map.get("include_empty") {
        None => None,
        Some(Value::Bool(flag)) => Some(*flag),
        Some(_) => {
            problems.push(Problem::new(format!("{pointer}/include_empty"), Code::WrongType, "“include_empty” must be true or false."));
            None
        }
    };
    Some(Node::Rule(Rule { pointer, field, operator, value: map.get("value").cloned(), include_empty }))
}

/// A word out of a closed list; what is missing is the first, as it always was.
fn word<T: Copy + Default>(map: &Map<String, Value>, key: &str, words: &[(&str, T)], problems: &mut Vec<Problem>) -> T {
    let Some(value) = map.get(key) else { return T::default() };
    let found = value.as_str().and_then(|typed| words.iter().find(|(word, _)| *word == typed));
    if let Some((_, word)) = found {
        return *word;
    }
    let known = words.iter().map(|(word, _)| format!("“{word}”")).collect::<Vec<_>>();
    let sentence = format!("“{key}” is {}, but must be {}.", shown(value), text::list(&known, "or"));
    problems.push(Problem::new(format!("/{key}"), Code::UnknownWord, sentence));
    T::default()
}

fn name(map: &Map<String, Value>, key: &str, pointer: &str, missing: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let pointer = format!("{pointer}/{key}");
    match map.get(key) {
        Some(Value::String(name)) if !text::is_blank(name) => return Some(name.clone()),
        None | Some(Value::Null | Value::String(_)) => problems.push(Problem::new(pointer, Code::Missing, missing)),
        Some(other) => problems.push(Problem::new(pointer, Code::WrongType, format!("“{key}” must be text, not {}.", shown(other)))),
    }
    None
}

fn note_unknown_keys(map: &Map<String, Value>, known: &[&str], pointer: &str, problems: &mut Vec<Problem>) {
    for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
        let meant = text::nearest(key, known.iter().copied()).map(|near| format!(" Did you mean “{near}”?")).unwrap_or_default();
        let takes = known.join(", ");
        let sentence = format!("Unknown key “{key}”. Known here: {takes}.{meant}");
        problems.push(Problem::new(format!("{pointer}/{}", step(key)), Code::UnknownKey, sentence));
    }
}

/// A value as an error message may repeat it: short.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().count() <= 60 => format!("“{text}”"),
        Value::String(text) => format!("“{}…”", text.chars().take(60).collect::<String>()),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string().chars().take(60).collect(),
    }
}

/// What is too long or too many; looked at before anything else.
fn beyond_limits(map: &Map<String, Value>) -> Vec<Problem> {
    let Some(Value::Array(rules)) = map.get("rules") else { return Vec::new() };
    if rules.len() > MAX_RULES {
        let sentence = format!("At most {MAX_RULES} rules are allowed; these are {}.", rules.len());
        return vec![Problem::new("/rules", Code::TooMany, sentence)];
    }
    let values = rules.iter().enumerate().filter_map(|(index, rule)| Some((format!("/rules/{index}/value"), rule.get("value")?)));
    values.flat_map(|(pointer, value)| value_beyond_limits(&pointer, value)).collect()
}

fn value_beyond_limits(pointer: &str, value: &Value) -> Vec<Problem> {
    match value {
        Value::Array(items) if items.len() > MAX_VALUES => {
            let sentence = format!("A list takes at most {MAX_VALUES} values; this one has {}.", items.len());
            vec![Problem::new(pointer, Code::TooMany, sentence)]
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| value_beyond_limits(&format!("{pointer}/{index}"), item)).collect()
        }
        Value::String(text) if text.chars().count() > MAX_CHARACTERS => {
            let sentence = format!("A value may have at most {MAX_CHARACTERS} characters; this one has {}.", text.chars().count());
            vec![Problem::new(pointer, Code::TooLong, sentence)]
        }
        _ => Vec::new(),
    }
}
