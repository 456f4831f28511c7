//! What a button of the builder does to the tree, and where one goes on.
//!
//! Buttons send `_rules` with a word and a place: `add:0`, `remove:0.1`. Called by `compose`.

use super::reading::path_of;
use super::tree::{MAX_DEPTH, MAX_RULES, Node, Path, Shape, Tree};

/// A pressed button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// One more in the group that stands there.
    Add(Addition, Path),
    /// Takes away what stands there.
    Remove(Path),
    /// The same once more, behind it.
    Duplicate(Path),
    /// One place up, or down.
    Move(Way, Path),
    /// Nothing but what follows of what was typed.
    Update(Path),
    /// Shows the document as JSON.
    Json,
    /// Shows it as rules again.
    Rules,
    /// Shows what is saved.
    Saved,
}

/// What is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addition {
    /// A rule that says nothing yet.
    Rule,
    /// Brackets, with one.
    Group,
    /// A question to the contracts, with one.
    Contracts,
}

/// Where a node moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the place before.
    Up,
    /// To the place behind.
    Down,
}

/// A control of a node: where one goes on.
pub type At = (Path, &'static str);

impl Deed {
    /// Reads it.
    pub fn read(sent: &str) -> Option<Self> {
        let (word, place) = sent.split_once(':').unwrap_or((sent, ""));
        let path = if place.is_empty() { Path::new() } else { path_of(place)? };
        Some(match word {
            "add" => Self::Add(Addition::Rule, path),
            "group" => Self::Add(Addition::Group, path),
            "contracts" => Self::Add(Addition::Contracts, path),
            "remove" => Self::Remove(path),
            "duplicate" => Self::Duplicate(path),
            "up" => Self::Move(Way::Up, path),
            "down" => Self::Move(Way::Down, path),
            "update" => Self::Update(path),
            "json" => Self::Json,
            "rules" => Self::Rules,
            "saved" => Self::Saved,
            _ => return None,
        })
    }

    /// Does it; gives the control at which one goes on.
    pub fn apply(self, tree: &mut Tree) -> Option<At> {
        match self {
            Self::Add(what, path) => add(tree, what, path),
            Self::Remove(path) => remove(tree, &path),
            Self::Duplicate(path) => duplicate(tree, path),
            Self::Move(way, path) => shift(tree, way, path),
            Self::Update(path) => Some((path, "operator")),
            Self::Json | Self::Rules | Self::Saved => None,
        }
    }
}

/// Whether one more may be added to a tree, in a group that is inside so many others.
pub fn has_room(tree: &Tree, what: Addition, depth: usize) -> bool {
    tree.count_rules() < MAX_RULES && tree.has_room() && (what == Addition::Rule || depth < MAX_DEPTH)
}

fn add(tree: &mut Tree, what: Addition, path: Path) -> Option<At> {
    if !has_room(tree, what, path.len()) {
        return None;
    }
    let mut node = match what {
        Addition::Rule => Node::blank(),
        Addition::Group => Node::new(Shape::Group, [("match_type".to_owned(), "any".into())].into_iter().collect()),
        Addition::Contracts => Node::new(Shape::Contracts, [("relation".to_owned(), "contract".into())].into_iter().collect()),
    };
    if what != Addition::Rule {
        node.nodes.push(Node::blank());
    }
    let nodes = tree.nodes_mut(&path)?;
    // Brackets come where the first rule would.
    if what != Addition::Rule {
        nodes.retain(|node| !(node.is_vacant && node.own.is_empty()));
    }
    occupy(nodes);
    nodes.push(node);
    let mut at = path;
    at.push(nodes.len() - 1);
    if what != Addition::Rule {
        at.push(0);
    }
    Some((at, "field"))
}

/// What stands beside another node is no vacant place any more.
fn occupy(nodes: &mut [Node]) {
    for node in nodes {
        node.is_vacant = false;
    }
}

fn remove(tree: &mut Tree, path: &[usize]) -> Option<At> {
    let (last, above) = path.split_last()?;
    let nodes = tree.nodes_mut(above)?;
    if *last >= nodes.len() {
        return None;
    }
    nodes.remove(*last);
    let left = nodes.len();
    let is_emptied = left == 0 && !above.is_empty();
    let at = if is_emptied { above.to_vec() } else { [above, &[(*last).min(left.saturating_sub(1))]].concat() };
    let part = if tree.at(&at).is_none_or(|node| node.shape == Shape::Rule) { "field" } else { "match" };
    Some((at, part))
}

fn duplicate(tree: &mut Tree, mut path: Path) -> Option<At> {
    let more = tree.at(&path)?.clone();
    let (rules, last) = (Tree { own: serde_json::Value::Null, nodes: vec![more.clone()] }.count_rules(), path.pop()?);
    if tree.count_rules() + rules > MAX_RULES {
        return None;
    }
    let part = if more.shape == Shape::Rule { "field" } else { "match" };
    let nodes = tree.nodes_mut(&path)?;
    occupy(nodes);
    nodes.insert(last + 1, Node { is_vacant: false, ..more });
    path.push(last + 1);
    Some((path, part))
}

fn shift(tree: &mut Tree, way: Way, mut path: Path) -> Option<At> {
    let last = path.pop()?;
    let nodes = tree.nodes_mut(&path)?;
    let to = match way {
        Way::Up => last.checked_sub(1)?,
        Way::Down => last.checked_add(1)?,
    };
    if to >= nodes.len() {
        return None;
    }
    nodes.swap(last, to);
    // The button that was pressed, or the other one where there is no further to go.
    let part = match way {
        Way::Up if to > 0 => "up",
        Way::Down if to + 1 == nodes.len() => "up",
        Way::Up | Way::Down => "down",
    };
    path.push(to);
    Some((path, part))
}
