//! A document as the builder shows it: nodes in nodes, each with what it says itself. Exact both ways.
//!
//! Made of documents by `compose` and `page`, of form fields by `reading`, changed by `deed`. Knows the shapes of nodes and
//! nothing of what they mean: a field that does not exist is a field to show. What has another shape is shown as JSON, and
//! [`Tree::of`] says why.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Where a node stands: its place in each of the groups around it, from the outermost.
pub type Path = Vec<usize>;

/// The most groups inside one another; `criteria` refuses more.
pub const MAX_DEPTH: usize = 5;
/// The most rules of a document; `criteria` refuses more.
pub const MAX_RULES: usize = 100;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// What it says itself: all but its rules, where `rules` is an empty list; null, if it is nothing at all.
    pub own: Value,
    /// Its nodes.
    pub nodes: Vec<Node>,
}

/// A rule, or nodes in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Which it is.
    pub shape: Shape,
    /// What it says itself: all but its rules.
    pub own: Map<String, Value>,
    /// What stands in it; a rule has nothing.
    pub nodes: Vec<Node>,
    /// Whether the preview leaves it out. Never part of the document.
    pub is_left_out: bool,
    /// Whether it is only the place where the first rule goes.
    pub is_vacant: bool,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Field, operator, value.
    Rule,
    /// Brackets.
    Group,
    /// "One contract where …".
    Contracts,
}

/// Why a document is not shown as rules: a sentence.
type Reason = String;

impl Node {
    /// One that says `own`.
    pub fn new(shape: Shape, own: Map<String, Value>) -> Self {
        Self { shape, own, nodes: Vec::new(), is_left_out: false, is_vacant: false }
    }

    /// A rule that says nothing yet.
    pub fn blank() -> Self {
        Self::new(Shape::Rule, Map::new())
    }

    /// What it says under `key`, where that is text.
    pub fn text(&self, key: &str) -> &str {
        self.own.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn of(value: &Value, depth: usize, is_in_contracts: bool) -> Result<Self, Reason> {
        let Value::Object(map) = value else { return Err("One of its rules is no object.".into()) };
        let shape = match map {
            map if map.contains_key("relation") => Shape::Contracts,
            map if map.contains_key("rules") || map.contains_key("match_type") => Shape::Group,
            _ => Shape::Rule,
        };
        let mut own = map.clone();
        let inner = own.shift_remove("rules");
        check_keys(shape, &own)?;
        check_text(value)?;
        let mut node = Self::new(shape, own);
        if shape == Shape::Rule {
            return Ok(node);
        }
        if shape == Shape::Contracts {
            check_contracts(&node.own)?;
            if is_in_contracts {
                return Err("A question to the contracts stands inside another.".into());
            }
        }
        if depth == MAX_DEPTH {
            return Err(format!("More than {MAX_DEPTH} groups stand inside one another."));
        }
        let Some(Value::Array(inner)) = inner else { return Err("“rules” of a group is not a list.".into()) };
        let is_in_contracts = is_in_contracts || shape == Shape::Contracts;
        node.nodes = inner.iter().map(|value| Self::of(value, depth + 1, is_in_contracts)).collect::<Result<_, _>>()?;
        Ok(node)
    }

    fn value(&self) -> Value {
        let mut map = self.own.clone();
        if self.shape != Shape::Rule {
            map.insert("rules".into(), Value::Array(self.nodes.iter().map(Self::value).collect()));
        }
        Value::Object(map)
    }

    fn count_rules(&self) -> usize {
        let inner: usize = self.nodes.iter().map(Self::count_rules).sum();
        if self.shape == Shape::Group { inner } else { inner.max(1) }
    }

    fn count(&self) -> usize {
        1 + self.nodes.iter().map(Self::count).sum::<usize>()
    }
}

/// The most nodes that a form carries: each has fields, and a form has a thousand at most.
const MAX_NODES: usize = 120;

impl Tree {
    /// Whether a form can carry one node more, and the group that it may be the first in.
    pub fn has_room(&self) -> bool {
        self.nodes.iter().map(Node::count).sum::<usize>() + 2 <= MAX_NODES
    }

    /// A document, if the builder can show it.
    ///
    /// # Errors
    /// The sentence why not.
    pub fn of(document: &Value) -> Result<Self, Reason> {
        let map = match document {
            Value::Null => return Ok(Self { own: Value::Null, nodes: Vec::new() }),
            Value::Object(map) => map,
            _ => return Err("It is no object.".into()),
        };
        let mut own = map.clone();
        let nodes = match own.get_mut("rules") {
            None => Vec::new(),
            Some(Value::Array(rules)) => std::mem::take(rules).iter().map(|rule| Node::of(rule, 0, false)).collect::<Result<_, _>>()?,
            Some(_) => return Err("“rules” is not a list.".into()),
        };
        let own = Value::Object(own);
        are_known(&own, &["entity", "match_type", "rules"])?;
        are_words(&own, &["entity", "match_type"])?;
        let tree = Self { own, nodes };
        if tree.nodes.iter().map(Node::count).sum::<usize>() > MAX_NODES {
            return Err("It has too many rules and groups to be shown one by one.".into());
        }
        Ok(tree)
    }

    /// The document.
    pub fn document(&self) -> Value {
        let Value::Object(mut map) = self.own.clone() else {
            return if self.written().is_empty() { self.own.clone() } else { serde_json::json!({"rules": self.values()}) };
        };
        if map.contains_key("rules") || !self.written().is_empty() {
            map.insert("rules".into(), self.values().into());
        }
        Value::Object(map)
    }

    /// All nodes, unless there is but the place where the first rule goes.
    fn written(&self) -> &[Node] {
        match self.nodes.as_slice() {
            [only] if only.is_vacant && only.own.is_empty() => &[],
            all => all,
        }
    }

    fn values(&self) -> Vec<Value> {
        self.written().iter().map(Node::value).collect()
    }

    /// What it says under `key`, where that is text.
    pub fn text(&self, key: &str) -> &str {
        self.own.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// How many rules there are, as the limit counts them.
    pub fn count_rules(&self) -> usize {
        self.nodes.iter().map(Node::count_rules).sum()
    }

    /// The node that stands at `path`.
    pub fn at(&self, path: &[usize]) -> Option<&Node> {
        let (last, above) = path.split_last()?;
        let nodes = above.iter().try_fold(&self.nodes, |nodes, index| Some(&nodes.get(*index)?.nodes))?;
        nodes.get(*last)
    }

    /// What stands in the group at `path`; in the document itself where that is empty.
    pub fn nodes_mut(&mut self, path: &[usize]) -> Option<&mut Vec<Node>> {
        path.iter().try_fold(&mut self.nodes, |nodes, index| Some(&mut nodes.get_mut(*index)?.nodes))
    }

    /// Where the nodes stand that the preview leaves out.
    pub fn left_out(&self) -> BTreeSet<Path> {
        let mut found = BTreeSet::new();
        note_left_out(&self.nodes, &mut Vec::new(), &mut found);
        found
    }

    /// Leaves out of the preview what stands at `paths`.
    pub fn leave_out(&mut self, paths: &BTreeSet<Path>) {
        for path in paths {
            let Some((last, above)) = path.split_last() else { continue };
            if let Some(node) = self.nodes_mut(above).and_then(|nodes| nodes.get_mut(*last)) {
                node.is_left_out = true;
            }
        }
    }
}

fn note_left_out(nodes: &[Node], path: &mut Path, found: &mut BTreeSet<Path>) {
    for (index, node) in nodes.iter().enumerate() {
        path.push(index);
        if node.is_left_out {
            found.insert(path.clone());
        }
        note_left_out(&node.nodes, path, found);
        path.pop();
    }
}

fn check_keys(shape: Shape, own: &Map<String, Value>) -> Result<(), Reason> {
    let own = Value::Object(own.clone());
    match shape {
        Shape::Rule => {
            are_known(&own, &["field", "operator", "value", "include_empty"])?;
            are_words(&own, &["field", "operator"])?;
            let flag = own.get("include_empty").is_none_or(Value::is_boolean);
            if flag { Ok(()) } else { Err("“include_empty” of a rule is neither true nor false.".into()) }
        }
        Shape::Group => {
            are_known(&own, &["match_type"])?;
            are_words(&own, &["match_type"])
        }
        Shape::Contracts => {
            are_known(&own, &["relation", "match_type", "aggregate", "of", "operator", "value"])?;
            are_words(&own, &["relation", "match_type", "aggregate", "of", "operator"])
        }
    }
}

fn are_known(own: &Value, known: &[&str]) -> Result<(), Reason> {
    let unknown = own.as_object().into_iter().flat_map(Map::keys).find(|key| !known.contains(&key.as_str()));
    unknown.map_or(Ok(()), |key| Err(format!("It has a key that the form does not know: “{key}”.")))
}

fn are_words(own: &Value, keys: &[&str]) -> Result<(), Reason> {
    let wrong = keys.iter().find(|key| own.get(**key).is_some_and(|value| value.as_str().is_none_or(|word| word.trim().is_empty())));
    wrong.map_or(Ok(()), |key| Err(format!("“{key}” is not a word.")))
}

/// Whether a question to the contracts is one that its select can name.
fn check_contracts(own: &Map<String, Value>) -> Result<(), Reason> {
    let word = |key: &str| own.get(key).and_then(Value::as_str);
    let has = |key: &str| own.contains_key(key);
    let is_shown = match word("aggregate") {
        None => !has("aggregate") && !has("of") && !has("operator") && !has("value"),
        Some("count") => !has("of"),
        Some("sum") => word("of") == Some("value"),
        Some(_) => false,
    };
    if is_shown && word("relation") == Some("contract") {
        Ok(())
    } else {
        Err("It asks something of contracts that the form does not know.".into())
    }
}

/// Whether controls of one line can hold all that a node says: they drop line breaks.
fn check_text(value: &Value) -> Result<(), Reason> {
    let is_fine = match value {
        Value::String(text) => !text.chars().any(|letter| letter.is_control() && letter != '\t'),
        Value::Array(items) => return items.iter().try_for_each(check_text),
        Value::Object(map) => return map.iter().filter(|(key, _)| *key != "rules").try_for_each(|(_, value)| check_text(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    };
    if is_fine { Ok(()) } else { Err("A value holds a line break or another control character.".into()) }
}
