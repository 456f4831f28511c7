//! Filter criteria as written: the shape of the document, before any name is looked up or any value understood.
//!
//! [`read`] takes a JSON value apart and notes everything of the wrong shape at its place, so that all errors of a document
//! come at once; `resolve` goes on with what is well formed. What is beyond a limit (`limits`) is not looked at any further.

use serde::Serialize;
use serde_json::{Map, Value};

use super::limits;
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
    /// Not one of them holds: exactly not [`MatchType::Any`].
    None,
}

/// A whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterCriteria {
    /// What the rules select.
    pub entity: Entity,
    /// The rules, and how they go together.
    pub root: Group,
}

/// Nodes in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How they go together.
    pub match_type: MatchType,
    /// Those that are well formed, in order.
    pub nodes: Vec<Node>,
}

/// One node of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Field, operator, value.
    Rule(Rule),
    /// Brackets.
    Group(Group),
    /// A question to the contracts of the company.
    Related(Related),
}

/// "Has a contract that …", or how many or how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where it stands.
    pub pointer: String,
    /// What is asked of one contract: rules and groups of rules; nothing, where any contract will do.
    pub of_one: Group,
    /// What the contracts that meet it are measured by; `None`: there must be one.
    pub measured: Option<Measured>,
}

/// A comparison of what the contracts come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// What they come to.
    pub aggregate: Aggregate,
    /// The operator's wire name; `None` has been noted.
    pub operator: Option<String>,
    /// The value; `None` when the key is not there.
    pub value: Option<Value>,
}

/// What several contracts come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Aggregate {
    /// How many they are.
    #[default]
    Count,
    /// What they are worth in all.
    Sum,
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
    problems.extend(limits::beyond(map));
    if !problems.is_empty() {
        return None;
    }
    note_unknown_keys(map, &["entity", "match_type", "rules"], "", problems);
    let entity = word(map, "entity", "", &[("contact", Entity::Contact), ("company", Entity::Company)], problems);
    let match_type = word(map, "match_type", "", &[("all", MatchType::All), ("any", MatchType::Any)], problems);
    let nodes = read_nodes(map.get("rules"), "", Place::Document, problems)?;
    Some(FilterCriteria { entity, root: Group { match_type, nodes } })
}

/// What holds the nodes that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The document itself.
    Document,
    /// A group, of a document or of another group.
    Group,
    /// A related group; there may be nothing in it.
    Related,
    /// A group in a related group.
    GroupInRelated,
}

impl Place {
    /// What a group that stands there is.
    fn group(self) -> Self {
        match self {
            Self::Document | Self::Group => Self::Group,
            Self::Related | Self::GroupInRelated => Self::GroupInRelated,
        }
    }
}

fn read_nodes(rules: Option<&Value>, pointer: &str, place: Place, problems: &mut Vec<Problem>) -> Option<Vec<Node>> {
    let (code, sentence) = match rules {
        Some(Value::Array(rules)) if !rules.is_empty() || place == Place::Related => {
            let read = |(index, node)| read_node(node, format!("{pointer}/rules/{index}"), place, problems);
            return Some(rules.iter().enumerate().filter_map(read).collect());
        }
        Some(Value::Array(_)) | None if place == Place::Document => (Code::Empty, "It has no rules yet. Add at least one rule."),
        Some(Value::Array(_)) => (Code::Empty, "This group has no rules. Add one, or remove the group."),
        None if place == Place::Related => (Code::Missing, "“rules” is missing: what is asked of the contract; [] is any contract."),
        None => (Code::Missing, "“rules” is missing: the rules of this group."),
        Some(_) => (Code::WrongType, "“rules” must be a list of rules."),
    };
    problems.push(Problem::new(format!("{pointer}/rules"), code, sentence));
    None
}

fn read_node(node: &Value, pointer: String, place: Place, problems: &mut Vec<Problem>) -> Option<Node> {
    let Value::Object(map) = node else {
        problems.push(Problem::new(pointer, Code::WrongType, "A rule must be an object with field, operator and value."));
        return None;
    };
    if map.contains_key("relation") {
        return read_related(map, pointer, place, problems).map(Node::Related);
    }
    if map.contains_key("rules") || map.contains_key("match_type") {
        note_unknown_keys(map, &["match_type", "rules"], &pointer, problems);
        return read_group(map, &pointer, place.group(), problems).map(Node::Group);
    }
    Some(Node::Rule(read_rule(map, pointer, problems)))
}

fn read_group(map: &Map<String, Value>, pointer: &str, place: Place, problems: &mut Vec<Problem>) -> Option<Group> {
    const WORDS: [(&str, MatchType); 3] = [("all", MatchType::All), ("any", MatchType::Any), ("none", MatchType::None)];
    let match_type = word(map, "match_type", pointer, &WORDS, problems);
    Some(Group { match_type, nodes: read_nodes(map.get("rules"), pointer, place, problems)? })
}

fn read_related(map: &Map<String, Value>, pointer: String, place: Place, problems: &mut Vec<Problem>) -> Option<Related> {
    if place.group() == Place::GroupInRelated {
        let sentence = "A contract has no contracts of its own: only rules and groups of rules may stand in here.";
        problems.push(Problem::new(format!("{pointer}/relation"), Code::NotHere, sentence));
        return None;
    }
    note_unknown_keys(map, &["relation", "match_type", "rules", "aggregate", "of", "operator", "value"], &pointer, problems);
    if map.get("relation").and_then(Value::as_str) != Some("contract") {
        let sentence = format!("“relation” is {}, but must be “contract”.", map.get("relation").map(shown).unwrap_or_default());
        problems.push(Problem::new(format!("{pointer}/relation"), Code::UnknownWord, sentence));
    }
    let measured = read_measured(map, &pointer, problems);
    let of_one = read_group(map, &pointer, Place::Related, problems)?;
    Some(Related { pointer, of_one, measured })
}

fn read_measured(map: &Map<String, Value>, pointer: &str, problems: &mut Vec<Problem>) -> Option<Measured> {
    let mut refuse = |key: &str, code, sentence: &str| problems.push(Problem::new(format!("{pointer}/{key}"), code, sentence));
    if !map.contains_key("aggregate") {
        for key in ["of", "operator", "value"].into_iter().filter(|key| map.contains_key(*key)) {
            refuse(key, Code::NotHere, "This belongs to “aggregate”, which is not there: add “count” or “sum”.");
        }
        return None;
    }
    match (map.get("aggregate").and_then(Value::as_str), map.get("of").map(Value::as_str)) {
        (Some("count"), Some(_)) => refuse("of", Code::NotHere, "What is counted needs no “of”: remove it."),
        (Some("sum"), None) => refuse("of", Code::Missing, "“of” is missing: the sum of what? It must be “value”."),
        (Some("sum"), Some(of)) if of != Some("value") => {
            refuse("of", Code::UnknownWord, "“of” must be “value”: nothing else is summed up.");
        }
        _ => {}
    }
    let aggregate = word(map, "aggregate", pointer, &[("count", Aggregate::Count), ("sum", Aggregate::Sum)], problems);
    let operator = name(map, "operator", pointer, "Choose an operator.", problems);
    Some(Measured { aggregate, operator, value: map.get("value").cloned() })
}

fn read_rule(map: &Map<String, Value>, pointer: String, problems: &mut Vec<Problem>) -> Rule {
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
    Rule { pointer, field, operator, value: map.get("value").cloned(), include_empty }
}

/// A word out of a closed list; what is missing is the first, as it always was.
fn word<T: Copy + Default>(map: &Map<String, Value>, key: &str, pointer: &str, words: &[(&str, T)], problems: &mut Vec<Problem>) -> T {
    let Some(value) = map.get(key) else { return T::default() };
    let found = value.as_str().and_then(|typed| words.iter().find(|(word, _)| *word == typed));
    if let Some((_, word)) = found {
        return *word;
    }
    let known = words.iter().map(|(word, _)| format!("“{word}”")).collect::<Vec<_>>();
    let sentence = format!("“{key}” is {}, but must be {}.", shown(value), text::list(&known, "or"));
    problems.push(Problem::new(format!("{pointer}/{key}"), Code::UnknownWord, sentence));
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

/// Notes every key of an object that means nothing there.
pub(super) fn note_unknown_keys(map: &Map<String, Value>, known: &[&str], pointer: &str, problems: &mut Vec<Problem>) {
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
