//! From the JSON document to a typed one, or all its errors, each with its JSON pointer and code.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::calendar::Calendar;
use super::catalogue::{Entity, Field};
use super::limits;
use super::operators::Operator;
use super::segments::{Listed, Segments};
use super::values::{Code, Item};

/// A group, or the document itself. Only a related group may have no nodes.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) match_type: MatchType,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MatchType {
    All,
    Any,
    None,
}

/// What may stand under `rules`.
#[derive(Debug)]
pub(crate) enum Node {
    Rule(Rule),
    Group(Group),
    Related(Related),
    Membership(Membership),
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

/// The contracts of which the group holds: there is one, or their aggregate passes the test.
#[derive(Debug)]
pub(crate) struct Related {
    pub(crate) group: Group,
    pub(crate) test: Option<Test>,
}

#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) aggregate: Aggregate,
    pub(crate) operator: Operator,
    pub(crate) items: Vec<Item>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Count,
    Sum,
}

/// A rule on a segment, with the segment behind it.
#[derive(Debug)]
pub(crate) struct Membership {
    pub(crate) negated: bool,
    pub(crate) target: Target,
}

#[derive(Debug)]
pub(crate) enum Target {
    Static(Listed),
    Dynamic(Group),
}

/// Which form a node has, whether or not it is well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Rule,
    Group,
    Related,
}

impl Form {
    pub(crate) fn of(node: &Map<String, Value>) -> Form {
        if node.contains_key("relation") {
            Form::Related
        } else if node.contains_key("rules") || node.contains_key("match_type") {
            Form::Group
        } else {
            Form::Rule
        }
    }
}

/// JSON pointer and code of one error.
pub(crate) type Error = (String, String);

/// Reads the whole document, and the documents of the segments that it names. The calendar is needed only to see whether a day and a moment
/// are the wrong way round.
pub(crate) fn read(document: &Value, calendar: Calendar, segments: &Segments) -> Result<Group, Vec<Error>> {
    read_along(document, calendar, segments, &[])
}

/// Reads a document that was come to by way of these segments, one after another.
pub(crate) fn read_along(document: &Value, calendar: Calendar, segments: &Segments, way: &[Uuid]) -> Result<Group, Vec<Error>> {
    let nothing = Map::new();
    let object = match document {
        Value::Null => &nothing,
        Value::Object(object) => object,
        _ => return Err(vec![(String::new(), "wrong_type".to_owned())]),
    };
    let limits = limits::beyond(object);
    if !limits.is_empty() {
        return Err(limits);
    }
    let mut reader = Reader { calendar, segments, way, errors: Vec::new() };
    match reader.document(object) {
        Some(document) if reader.errors.is_empty() => Ok(document),
        _ => Err(reader.errors),
    }
}

/// `~` and `/` are written `~0` and `~1` in a pointer (RFC 6901).
pub(crate) fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Collects the errors on the way; what it cannot read is `None`.
pub(crate) struct Reader<'a> {
    pub(crate) calendar: Calendar,
    pub(crate) segments: &'a Segments,
    pub(crate) way: &'a [Uuid],
    pub(crate) errors: Vec<Error>,
}

/// Where the fields of a rule are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Entity(Entity),
    /// The document names an entity that there is not: a field is looked for in both.
    Unknown,
    /// Inside a related group.
    Contract,
}

impl Reader<'_> {
    pub(crate) fn refuse<T>(&mut self, pointer: String, code: Code) -> Option<T> {
        self.errors.push((pointer, code.to_owned()));
        None
    }

    pub(crate) fn refuse_unknown_keys(&mut self, object: &Map<String, Value>, pointer: &str, known: &[&str]) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            self.refuse::<()>(below(pointer, key), "unknown_key");
        }
    }

    fn document(&mut self, object: &Map<String, Value>) -> Option<Group> {
        self.refuse_unknown_keys(object, "", &["entity", "match_type", "rules"]);
        let scope = self.entity(object.get("entity"));
        let match_type = match self.match_type(object, "") {
            // "None of these" of everybody is for groups.
            Some(MatchType::None) => self.refuse("/match_type".to_owned(), "invalid"),
            other => other,
        };
        let nodes = self.filled_nodes(object, "", scope);
        Some(Group { match_type: match_type?, nodes: nodes? })
    }

    fn entity(&mut self, value: Option<&Value>) -> Scope {
        match value.map(Value::as_str) {
            None | Some(Some("contact")) => Scope::Entity(Entity::Contact),
            Some(Some("company")) => Scope::Entity(Entity::Company),
            Some(_) => {
                self.refuse::<()>("/entity".to_owned(), "invalid");
                Scope::Unknown
            }
        }
    }
}
