//! A rule or group of the builder, as the page shows it: its controls, its buttons, and what is wrong with it.
//!
//! Drawn from the inside out, for what stands in a group is part of it. Called by `page`.

use askama::Template;
use serde_json::Value;

use super::control::{Control, Tag, of_node};
use super::deed::{Addition, At, has_room};
use super::reading::{field_name, prefix, written};
use super::subject::{Offer, Scope};
use super::tree::{MAX_DEPTH, MAX_RULES, Node, Path, Shape, Tree};
use crate::admin::html::Html;
use crate::criteria::Problem;
use crate::error::Result;
use crate::query::{Operator, text};
use crate::segments::preview_panel::is_unfinished;

/// What the nodes of a page have in common.
pub struct Drawing<'a> {
    /// The document.
    pub tree: &'a Tree,
    /// What is wrong with it.
    pub errors: &'a [Problem],
    /// What is worth knowing of it.
    pub warnings: &'a [Problem],
    /// Whether what is only unfinished is told without alarm.
    pub is_quiet: bool,
    /// Where one goes on.
    pub at: Option<&'a At>,
    /// The segments that a rule may name, by name.
    pub segments: &'a [Offer],
}

/// Where a node stands, in the eyes of who draws it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Where.
    pub path: &'a [usize],
    /// Among how many.
    pub of: usize,
    /// What its rules may name.
    pub scope: Scope,
}

/// A sentence at a node.
pub struct Message {
    /// `error`, `warning`, or `todo` for what is only unfinished.
    pub class: &'static str,
    /// What it says.
    pub text: String,
    /// The part of the node that it is about.
    part: String,
}

/// A button of a node.
pub struct Button {
    /// What it sends.
    pub value: String,
    /// What it says.
    pub label: &'static str,
    /// What it is about, for who does not see where it stands.
    pub about: String,
    /// Whether one goes on here.
    pub has_focus: bool,
}

#[derive(Template)]
#[template(path = "segments/builder_node.html")]
struct NodeTemplate<'a> {
    node: &'a Node,
    id: String,
    class: &'static str,
    legend: String,
    was: Option<(String, String)>,
    controls: Vec<Control>,
    blanks: Option<Control>,
    /// Name and id of the box that leaves it out.
    without: (String, String),
    note: &'static str,
    inner: Vec<Html>,
    adds: Vec<Button>,
    buttons: Vec<Button>,
    messages: Vec<Message>,
}

impl Drawing<'_> {
    /// What stands in the group at `path`.
    pub fn inside(&self, nodes: &[Node], path: &[usize], scope: Scope) -> Result<Vec<Html>> {
        let draw = |(index, node): (usize, &Node)| {
            let path = [path, &[index]].concat();
            self.node(node, Place { path: &path, of: nodes.len(), scope })
        };
        nodes.iter().enumerate().map(draw).collect()
    }

    fn node(&self, node: &Node, place: Place<'_>) -> Result<Html> {
        let Place { path, scope, .. } = place;
        let inner_scope = Scope { is_of_contract: scope.is_of_contract || node.shape == Shape::Contracts, ..scope };
        let messages = self.messages(path);
        let mut controls = of_node(node, scope, self.segments);
        for control in &mut controls {
            self.settle(control, node, path, &messages);
        }
        let blanks = controls.pop_if(|control| control.part == "blank");
        let name = |part| field_name(node.shape, path, part);
        let was = (!node.is_vacant).then(|| (name("was"), Value::Object(node.own.clone()).to_string()));
        let is_group = node.shape != Shape::Rule;
        Html::render(&NodeTemplate {
            node,
            id: element_id(path),
            class: prefix(node.shape),
            legend: legend(node, place),
            was,
            controls,
            blanks,
            without: (name("without"), format!("{}_without", element_id(path))),
            note: note(node, place),
            inner: self.inside(&node.nodes, path, inner_scope)?,
            adds: if is_group { self.adds(path, inner_scope) } else { Vec::new() },
            buttons: self.buttons(node, place),
            messages,
        })
    }

    /// Names, marks and places a control.
    fn settle(&self, control: &mut Control, node: &Node, path: &[usize], messages: &[Message]) {
        let id = element_id(path);
        control.name = field_name(node.shape, path, control.part);
        control.id = format!("{id}_{}", control.part);
        let is_followed = matches!((control.part, node.shape), ("field" | "operator", _) | ("number", Shape::Contracts));
        control.follows = if is_followed { format!("update:{}", written(path)) } else { String::new() };
        control.is_invalid = messages.iter().any(|message| message.class == "error" && message.is_about(control));
        if messages.iter().any(|message| message.is_about(control)) {
            control.described_by = format!("{id}_messages");
        }
        control.has_focus = self.goes_on(path, control.part);
    }

    /// Whether one goes on at this part of the node.
    pub fn goes_on(&self, path: &[usize], part: &str) -> bool {
        self.at.is_some_and(|(at, here)| at == path && *here == part)
    }

    /// What is to be said at the node that stands at `path`.
    pub fn messages(&self, path: &[usize]) -> Vec<Message> {
        let here = |problem: &&Problem| problem.path() == path;
        let message = |class| {
            move |problem: &Problem| {
                let part = problem.pointer.split('/').skip(1 + 2 * path.len()).collect::<Vec<_>>().join("/");
                Message { class, text: problem.detail.clone(), part }
            }
        };
        let (todo, wrong): (Vec<&Problem>, Vec<&Problem>) =
            self.errors.iter().filter(here).partition(|problem| self.is_quiet && is_unfinished(problem));
        let warnings = self.warnings.iter().filter(here).map(message("warning"));
        wrong.into_iter().map(message("error")).chain(todo.into_iter().map(message("todo"))).chain(warnings).collect()
    }

    /// The buttons that add to the group at `path`.
    pub fn adds(&self, path: &[usize], scope: Scope) -> Vec<Button> {
        let words = [
            ("add", "Add rule", Addition::Rule),
            ("group", "Add group", Addition::Group),
            ("contracts", "Add contract question", Addition::Contracts),
        ];
        let may = |what| has_room(self.tree, what, path.len()) && !(scope.is_of_contract && what == Addition::Contracts);
        let offered = words.into_iter().filter(|(.., what)| may(*what));
        let about = if path.is_empty() { String::new() } else { format!("in {}", counted(path)) };
        let button =
            |(word, label, _)| Button { value: format!("{word}:{}", written(path)), label, about: about.clone(), has_focus: false };
        offered.map(button).collect()
    }

    fn buttons(&self, node: &Node, Place { path, of, .. }: Place<'_>) -> Vec<Button> {
        let last = path.last().copied().unwrap_or_default();
        let words = [("duplicate", "Duplicate"), ("up", "Move up"), ("down", "Move down"), ("remove", "Remove")];
        let is_offered = |word: &str| match word {
            "up" => last > 0,
            "down" => last + 1 < of,
            "remove" => !(node.is_vacant && of == 1),
            _ => !node.is_vacant && has_room(self.tree, Addition::Rule, path.len()),
        };
        let offered = words.into_iter().filter(|(word, _)| is_offered(word));
        let button = |(word, label)| Button {
            value: format!("{word}:{}", written(path)),
            label,
            about: counted(path),
            has_focus: self.goes_on(path, word),
        };
        offered.map(button).collect()
    }
}

impl Message {
    /// Whether it says that this part of the node is wrong.
    pub fn is_at(&self, part: &str) -> bool {
        self.class == "error" && self.part == part
    }

    fn is_about(&self, control: &Control) -> bool {
        match (control.part, self.part.as_str()) {
            ("value2", "value/1" | "value/unit") => true,
            ("value2", part) => part == "value" && control.tag == Tag::Input,
            ("value", part) => {
                part.starts_with("value") && !matches!(part, "value/1" | "value/unit") || part == "value/1" && control.tag == Tag::Area
            }
            ("blank", part) => part == "include_empty",
            ("match", part) => part == "match_type" || part == "rules",
            ("number", part) => part == "aggregate",
            (known, part) => known == part,
        }
    }
}

/// What is to be known of a node.
fn note(node: &Node, Place { path, scope, .. }: Place<'_>) -> &'static str {
    match one_contract(node.text("match_type"), &node.nodes, scope) {
        _ if node.shape == Shape::Rule => blank_value(node),
        "" if path.len() == MAX_DEPTH => "No group may stand in this one: five inside one another are the most.",
        told => told,
    }
}

/// How a stored value that is nothing is read.
fn blank_value(node: &Node) -> &'static str {
    let is_nothing = |value: &Value| value.is_null() || value.as_str().is_some_and(text::is_blank);
    match (node.own.get("value").is_some_and(is_nothing), Operator::named(node.text("operator"))) {
        (true, Some(Operator::Equals)) => "Nothing as its value means: is blank.",
        (true, Some(Operator::NotEquals)) => "Nothing as its value means: is not blank.",
        _ => "",
    }
}

/// What is to be known where several rules of one `all` group ask of contracts.
pub fn one_contract(match_type: &str, nodes: &[Node], scope: Scope) -> &'static str {
    let is_positive = |node: &&Node| Operator::named(node.text("operator")).is_some_and(|operator| !operator.is_negative());
    let flat = nodes.iter().filter(|node| node.shape == Shape::Rule && scope.is_flat_contract(node.text("field"))).filter(is_positive);
    let is_all = match_type.is_empty() || match_type == "all";
    if is_all && flat.count() > 1 { "The rules about contracts speak of one and the same contract." } else { "" }
}

/// The id of a node: `rule_0_1`.
fn element_id(path: &[usize]) -> String {
    format!("rule_{}", written(path).replace('.', "_"))
}

/// "rule 2.1".
fn counted(path: &[usize]) -> String {
    let numbers: Vec<String> = path.iter().map(|index| (index + 1).to_string()).collect();
    format!("rule {}", numbers.join("."))
}

fn legend(node: &Node, Place { path, of, .. }: Place<'_>) -> String {
    let numbers: Path = path.iter().map(|index| index + 1).collect();
    let rule = match path {
        [_] => format!("Rule {} of {of}", written(&numbers)),
        [.., last] => format!("Rule {} ({} of {of})", written(&numbers), last + 1),
        [] => String::new(),
    };
    match node.shape {
        Shape::Rule => rule,
        Shape::Group => format!("{rule}: a group"),
        Shape::Contracts => format!("{rule}: one contract where …"),
    }
}

/// The sentence where a group is as deep as it may be, or there are as many rules as there may be.
pub fn no_room(tree: &Tree) -> &'static str {
    if has_room(tree, Addition::Rule, 0) {
        return "";
    }
    const { assert!(MAX_RULES == 100) };
    "There are 100 rules, which is the most: remove one to add another."
}
