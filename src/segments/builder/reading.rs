//! The fields that the builder's form sent, read back into a tree.
//!
//! A field is named by the node it belongs to: `rule-0.1-operator`. Each node carries what it said when the page was made
//! (`rule-0.1-was`), so that what nobody touched stays as it was to the letter. Called by `compose`.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::editor::{Form, Texts};
use super::subject::{Scope, Subject};
use super::tree::{Node, Path, Shape, Tree};
use crate::criteria::Entity;
use crate::query::{Arity, Operator, text};

/// What the names of the document's own fields begin with.
pub const DOCUMENT: &str = "criteria";

/// What the names of a node's fields begin with.
pub fn prefix(shape: Shape) -> &'static str {
    match shape {
        Shape::Rule => "rule",
        Shape::Group => "group",
        Shape::Contracts => "contracts",
    }
}

/// Whether a field of this name is the builder's.
pub fn is_field(name: &str) -> bool {
    name.split_once('-').is_some_and(|(first, _)| first == DOCUMENT || shape_of(first).is_some())
}

fn shape_of(name: &str) -> Option<Shape> {
    [Shape::Rule, Shape::Group, Shape::Contracts].into_iter().find(|shape| prefix(*shape) == name)
}

/// The entity that a document names; contacts where it names none.
pub fn entity_of(word: &str) -> Entity {
    if word == "company" { Entity::Company } else { Entity::Contact }
}

/// The name of a node's field.
pub fn field_name(shape: Shape, path: &[usize], part: &str) -> String {
    format!("{}-{}-{part}", prefix(shape), written(path))
}

/// A path as fields are named by it: `0.1`.
pub fn written(path: &[usize]) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

/// The path that was written so.
pub fn path_of(written: &str) -> Option<Path> {
    written.split('.').map(|step| step.parse().ok()).collect()
}

/// What was sent for one node, by part.
#[derive(Debug, Default)]
struct Parts<'a>(HashMap<&'a str, &'a str>);

impl<'a> Parts<'a> {
    fn get(&self, part: &str) -> Option<&'a str> {
        self.0.get(part).copied()
    }

    /// What the node said when the page was made.
    fn was(&self) -> Option<Map<String, Value>> {
        self.get("was").map(|was| serde_json::from_str(was).unwrap_or_else(|_| unreadable(was)))
    }

    /// Puts the word that was chosen into `own`, unless it is the one that was shown.
    fn choose(&self, own: &mut Map<String, Value>, part: &str, key: &str, shown: &str) -> bool {
        let Some(typed) = self.get(part).filter(|typed| *typed != shown) else { return false };
        put(own, key, (!typed.is_empty()).then(|| typed.into()));
        true
    }

    /// What stands in the controls of the value, where they showed `shown`; `None` where there are none.
    fn texts(&self, shown: Texts) -> Option<Texts> {
        let (first, second) = (self.get("value"), self.get("value2"));
        let is_there = first.is_some() || second.is_some();
        is_there.then(|| (first.map_or(shown.0, str::to_owned), second.map_or(shown.1, str::to_owned)))
    }
}

/// What no page of ours has sent: nothing is guessed from it, the key is an error wherever it stands.
fn unreadable(was: &str) -> Map<String, Value> {
    [("was".to_owned(), was.into())].into_iter().collect()
}

fn put(own: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(own.insert(key.to_owned(), value)),
        None => drop(own.shift_remove(key)),
    }
}

/// Everything that was sent.
struct Reader<'a> {
    nodes: BTreeMap<Path, (Shape, Parts<'a>)>,
    /// What the page was made for, and what it is now.
    entities: (Entity, Entity),
    /// Whether operators and values follow a field that was changed: they are seen before anything is saved.
    follows: bool,
}

/// The tree of the fields that were sent, in whatever order. Where the page comes back, operator and value follow the field.
pub fn read<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>, follows: bool) -> Tree {
    let (mut nodes, mut root) = (BTreeMap::<Path, (Shape, Parts<'_>)>::new(), Parts::default());
    for (name, value) in fields {
        let Some((first, rest)) = name.split_once('-') else { continue };
        if first == DOCUMENT {
            root.0.insert(rest, value);
        } else if let Some(shape) = shape_of(first)
            && let Some((path, part)) = rest.rsplit_once('-')
            && let Some(path) = path_of(path)
        {
            nodes.entry(path).or_insert_with(|| (shape, Parts::default())).1.0.insert(part, value);
        }
    }
    let was: Value = root
        .get("was")
        .map_or_else(|| json!({"rules": []}), |was| serde_json::from_str(was).unwrap_or_else(|_| Value::Object(unreadable(was))));
    let mut own = was.as_object().cloned().unwrap_or_default();
    let shown = |key: &str, otherwise: &str| was.get(key).and_then(Value::as_str).unwrap_or(otherwise).to_owned();
    let (entity, match_type) = (shown("entity", "contact"), shown("match_type", "all"));
    let is_changed = root.choose(&mut own, "entity", "entity", &entity) | root.choose(&mut own, "match", "match_type", &match_type);
    let chosen = root.get("entity").unwrap_or(&entity);
    let reader = Reader { nodes, entities: (entity_of(&entity), entity_of(chosen)), follows };
    let own = if was.is_null() && !is_changed { was } else { Value::Object(own) };
    Tree { own, nodes: reader.inside(&[], false) }
}

impl Reader<'_> {
    /// What stands in the group at `path`.
    fn inside(&self, path: &[usize], is_of_contract: bool) -> Vec<Node> {
        let is_inside = |inner: &Path| inner.len() == path.len() + 1 && inner.starts_with(path);
        let read = |(path, (shape, parts)): (&Path, &(Shape, Parts<'_>))| {
            let mut node = match shape {
                Shape::Rule => self.rule(parts, is_of_contract),
                Shape::Group => group(parts),
                Shape::Contracts => contracts(parts),
            };
            node.nodes = if *shape == Shape::Rule { Vec::new() } else { self.inside(path, is_of_contract || *shape == Shape::Contracts) };
            node.is_left_out = parts.get("without").is_some();
            node
        };
        self.nodes.iter().filter(|(inner, _)| is_inside(inner)).map(read).collect()
    }

    fn rule(&self, parts: &Parts<'_>, is_of_contract: bool) -> Node {
        let was = parts.was();
        let mut node = Node { is_vacant: was.is_none(), ..Node::new(Shape::Rule, was.unwrap_or_default()) };
        let was = node.clone();
        let scope = Scope { entity: self.entities.0, is_of_contract };
        let subject = scope.subject(was.text("field"));
        let form = Form::of(subject, was.text("operator"), was.own.get("value"));
        let own = &mut node.own;
        let was_field = scope.spelt(was.text("field"));
        let is_other_field = parts.choose(own, "field", "field", &was_field);
        parts.choose(own, "operator", "operator", was.text("operator"));
        let texts = parts.texts(form.shown(was.own.get("value")).unwrap_or_default());
        if let Some(texts) = &texts {
            put(own, "value", form.read(was.own.get("value"), texts));
        }
        read_flag(own, parts);
        if self.entities.0 != self.entities.1 && node.own.contains_key("field") {
            let path = scope.translated(node.text("field"), self.entities.1);
            put(&mut node.own, "field", Some(path.into()));
        }
        let scope = Scope { entity: self.entities.1, ..scope };
        if self.follows {
            let subject = scope.subject(node.text("field"));
            let is_first_field = was_field.is_empty();
            let typed = texts.as_ref().map(|(first, _)| first.clone()).filter(|typed| is_first_field && !text::is_blank(typed));
            follow(&mut node, subject, (form, texts), is_other_field);
            // What was typed before there was a field stays, and is told where it cannot be meant.
            if node.own.get("value").is_none_or(|value| value == "")
                && Operator::named(node.text("operator")).is_some_and(|one| one.arity() != Arity::Zero)
            {
                node.own.extend(typed.map(|typed| ("value".to_owned(), Value::String(typed))));
            }
        }
        node
    }
}

/// What becomes of values that are blank.
fn read_flag(own: &mut Map<String, Value>, parts: &Parts<'_>) {
    match parts.get("blank") {
        Some("") => put(own, "include_empty", None),
        Some(word) => put(own, "include_empty", Some((word == "true").into())),
        None => {}
    }
}

/// Gives a rule an operator that its field takes, and a value that both do.
fn follow(node: &mut Node, subject: Subject, (form, texts): (Form, Option<Texts>), is_other_field: bool) {
    let operators = subject.operators();
    let is_taken = operators.iter().any(|(name, _)| name == node.text("operator"));
    if subject != Subject::Unknown && !is_taken && is_other_field {
        put(&mut node.own, "operator", operators.first().map(|(name, _)| name.clone().into()));
    }
    let meant = Form::meant(subject, node.text("operator"));
    if meant != form && form != Form::Raw {
        put(&mut node.own, "value", meant.refit(&texts.unwrap_or_default(), is_other_field));
    }
    if is_other_field && !subject.has_blanks(node.text("operator")) {
        put(&mut node.own, "include_empty", None);
    }
}

fn group(parts: &Parts<'_>) -> Node {
    let mut own = parts.was().unwrap_or_default();
    let shown = own.get("match_type").and_then(Value::as_str).unwrap_or("all").to_owned();
    parts.choose(&mut own, "match", "match_type", &shown);
    Node::new(Shape::Group, own)
}

/// What is asked of how many contracts, as its select says it.
pub fn number_of(own: &Map<String, Value>) -> &str {
    let is_zero = own.get("value").is_some_and(|value| *value == json!(0));
    match own.get("aggregate").and_then(Value::as_str) {
        Some("count") if own.get("operator").and_then(Value::as_str) == Some("equals") && is_zero => "none",
        Some(aggregate) => aggregate,
        None => "some",
    }
}

fn contracts(parts: &Parts<'_>) -> Node {
    let mut node = group(parts);
    node.shape = Shape::Contracts;
    let was = node.own.clone();
    let own = &mut node.own;
    own.entry("relation").or_insert_with(|| "contract".into());
    let text = |key: &str| was.get(key).and_then(Value::as_str).unwrap_or_default();
    let number = parts.get("number").unwrap_or(number_of(&was));
    if number != number_of(&was) {
        let (aggregate, operator, value) = match number {
            "none" => (Some("count"), Some("equals"), Some(json!(0))),
            "count" => (Some("count"), Some("greater_than_or_equal"), None),
            "sum" => (Some("sum"), Some("greater_than"), None),
            _ => (None, None, None),
        };
        put(own, "aggregate", aggregate.map(Into::into));
        put(own, "of", aggregate.filter(|word| *word == "sum").map(|_| "value".into()));
        put(own, "operator", operator.map(Into::into));
        put(own, "value", value);
        return node;
    }
    let subject = Subject::measured(text("aggregate"));
    let form = Form::of(subject, text("operator"), was.get("value"));
    parts.choose(own, "operator", "operator", text("operator"));
    if let Some(texts) = parts.texts(form.shown(was.get("value")).unwrap_or_default()) {
        put(own, "value", form.read(was.get("value"), &texts));
        let meant = Form::meant(subject, node.text("operator"));
        if meant != form && form != Form::Raw {
            put(&mut node.own, "value", meant.refit(&texts, false));
        }
    }
    node
}
