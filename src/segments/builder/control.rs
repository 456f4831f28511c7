//! The controls of the builder: selects, inputs and boxes, ready for the template.
//!
//! Made by `node` and `page`.

use serde_json::Value;

use super::editor::{Base, Form, Texts};
use super::reading::number_of;
use super::subject::{Offer, Scope, Subject};
use super::tree::{Node, Shape};
use crate::query::relative::{NAMED, UNITS};
use crate::query::{Choice, Kind, period};

/// Which element it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tag {
    /// A choice of several.
    Select,
    /// A box of several lines.
    Area,
    /// One line.
    #[default]
    Input,
}

/// A control.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// Which element it is.
    pub tag: Tag,
    /// The type of an input.
    pub kind: &'static str,
    /// Which keys a telephone shows; blank for all of them.
    pub keys: &'static str,
    /// The part of its node that it is: its name and id end in it.
    pub part: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// The word that stands before it.
    pub before: &'static str,
    /// The element's id.
    pub id: String,
    /// The field's name.
    pub name: String,
    /// What stands in it.
    pub value: String,
    /// What may be chosen, in groups; one without a name is no group.
    pub groups: Vec<(&'static str, Vec<Choosable>)>,
    /// The button that a script presses when it is changed; blank where nothing else follows it.
    pub follows: String,
    /// The field whose values it suggests; blank for none.
    pub suggests: String,
    /// Whether what stands in it is wrong.
    pub is_invalid: bool,
    /// The ids of what describes it.
    pub described_by: String,
    /// Whether one goes on here.
    pub has_focus: bool,
}

/// One choice.
#[derive(Debug, Clone)]
pub struct Choosable {
    /// What is sent.
    pub value: String,
    /// What it says.
    pub label: String,
    /// Whether it is chosen.
    pub is_selected: bool,
}

impl Control {
    /// A select of one list; what is chosen and not in it is offered too, as what it is.
    pub fn select(part: &'static str, label: &'static str, chosen: &str, offers: Vec<Offer>) -> Self {
        Self::grouped(part, label, chosen, vec![("", offers)], &|chosen| format!("{chosen} (unknown)"))
    }

    /// A select of several lists.
    pub fn grouped(
        part: &'static str,
        label: &'static str,
        chosen: &str,
        offered: Vec<(&'static str, Vec<Offer>)>,
        unknown: &dyn Fn(&str) -> String,
    ) -> Self {
        let is_known = offered.iter().any(|(_, offers)| offers.iter().any(|(value, _)| value == chosen));
        let choosable = |(value, label): Offer| Choosable { is_selected: value == chosen, value, label };
        let stranger = (!is_known).then(|| ("", vec![choosable((chosen.to_owned(), unknown(chosen)))]));
        let groups = offered.into_iter().map(|(title, offers)| (title, offers.into_iter().map(choosable).collect()));
        Self { tag: Tag::Select, part, label, groups: stranger.into_iter().chain(groups).collect(), ..Self::default() }
    }

    fn input(part: &'static str, label: &'static str, value: &str) -> Self {
        Self { kind: "text", part, label, value: value.to_owned(), ..Self::default() }
    }
}

/// The controls of a node; the one for blanks is the last.
pub fn of_node(node: &Node, scope: Scope, segments: &[Offer]) -> Vec<Control> {
    match node.shape {
        Shape::Rule => of_rule(node, scope, segments),
        Shape::Group => vec![of_match("Which of these", node.text("match_type"), &GROUP)],
        Shape::Contracts => of_contracts(node),
    }
}

fn of_rule(node: &Node, scope: Scope, segments: &[Offer]) -> Vec<Control> {
    let (path, operator) = (node.text("field"), node.text("operator"));
    let subject = scope.subject(path);
    let mut menu = scope.menu();
    if path.is_empty() {
        menu.insert(0, ("", vec![(String::new(), "Choose a field…".to_owned())]));
    }
    let field = Control::grouped("field", "Field", &scope.spelt(path), menu, &|path| format!("{path} (unknown field)"));
    let mut controls = vec![field, optional("operator", "Operator", operator, subject.operators())];
    let value = node.own.get("value");
    let form = Form::of(subject, operator, value);
    controls.extend(of_value(form, &form.shown(value).unwrap_or_default(), segments));
    if let (Subject::Column(column), Form::One(Base::Text)) = (subject, form)
        && column.kind == Kind::Text
    {
        let spelt = scope.spelt(path);
        let path = if scope.is_of_contract { format!("contract.{spelt}") } else { spelt };
        controls.iter_mut().filter(|control| control.part == "value").for_each(|control| control.suggests.clone_from(&path));
    }
    let flag = node.own.get("include_empty").and_then(Value::as_bool);
    controls.extend((subject.has_blanks(operator) || flag.is_some()).then(|| of_blanks(flag)));
    controls
}

fn of_contracts(node: &Node) -> Vec<Control> {
    let number = number_of(&node.own);
    let mut controls = vec![Control::select("number", "How many contracts", number, offers(&NUMBERS))];
    if number == "count" || number == "sum" {
        let (subject, operator, value) = (Subject::measured(number), node.text("operator"), node.own.get("value"));
        let form = Form::of(subject, operator, value);
        controls.push(optional("operator", "Operator", operator, subject.operators()));
        controls.extend(of_value(form, &form.shown(value).unwrap_or_default(), &[]));
    }
    controls.push(Control { before: "where it meets", ..of_match("Which of these", node.text("match_type"), &OF_ONE) });
    controls
}

/// How the rules of a group go together.
const GROUP: [(&str, &str); 3] = [
    ("all", "everyone who meets all of these"),
    ("any", "everyone who meets at least one of these"),
    ("none", "everyone who meets none of these"),
];
/// How what is asked of one contract goes together.
const OF_ONE: [(&str, &str); 3] = [("all", "all of these"), ("any", "at least one of these"), ("none", "none of these")];
/// How many contracts there must be.
const NUMBERS: [(&str, &str); 4] = [
    ("some", "has at least one contract"),
    ("none", "has no contract"),
    ("count", "number of contracts"),
    ("sum", "what the contracts are worth in all"),
];

fn offers(words: &[(&str, &str)]) -> Vec<Offer> {
    words.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

fn of_match(label: &'static str, chosen: &str, words: &[(&str, &str)]) -> Control {
    Control::select("match", label, if chosen.is_empty() { "all" } else { chosen }, offers(words))
}

fn of_blanks(flag: Option<bool>) -> Control {
    let words = [("", "blanks: as usual"), ("true", "also people where this is blank"), ("false", "never people where this is blank")];
    let chosen = flag.map(|flag| flag.to_string()).unwrap_or_default();
    Control::select("blank", "Where it is blank", &chosen, offers(&words))
}

/// The name of an unset choice.
const NONE: &str = "---------";

/// `chosen` among `offers`, or nothing chosen yet.
pub fn optional(part: &'static str, label: &'static str, chosen: &str, offers: Vec<Offer>) -> Control {
    let none = chosen.is_empty().then(|| (String::new(), NONE.to_owned()));
    Control::select(part, label, chosen, none.into_iter().chain(offers).collect())
}

/// The controls of a value.
pub fn of_value(form: Form, (first, second): &Texts, segments: &[Offer]) -> Vec<Control> {
    match form {
        Form::Nothing => Vec::new(),
        Form::One(base) => vec![one(base, "value", "Value", first, segments)],
        Form::Two(base) => {
            let to = one(base, "value2", "To", second, segments);
            vec![one(base, "value", "From", first, segments), Control { before: "and", ..to }]
        }
        Form::Lines(_) => vec![Control { tag: Tag::Area, ..Control::input("value", "Values, one to a line", first) }],
        Form::Span => {
            let units = UNITS.iter().map(|(word, _)| ((*word).to_owned(), (*word).to_owned())).collect();
            let amount = Control { keys: "numeric", ..Control::input("value", "How many", first) };
            vec![amount, Control::select("value2", "Unit", second, units)]
        }
        Form::Raw => vec![Control::input("value", "Value, as JSON", first)],
    }
}

fn one(base: Base, part: &'static str, label: &'static str, text: &str, segments: &[Offer]) -> Control {
    let offer = |(value, label): (&str, &str)| (value.to_owned(), label.to_owned());
    match base {
        Base::Text => Control::input(part, label, text),
        Base::Number => Control { keys: "decimal", ..Control::input(part, label, text) },
        Base::Choice(choices) => optional(part, label, text, choices.iter().map(|Choice { value, label }| offer((value, label))).collect()),
        Base::YesNo => optional(part, label, text, [("true", "Yes"), ("false", "No")].map(offer).into()),
        Base::Period => {
            let says = |(word, _): &(&'static str, _)| ((*word).to_owned(), word.replace('_', " "));
            optional(part, label, text, NAMED.iter().map(says).collect())
        }
        Base::Day => Control { kind: if is_day(text) { "date" } else { "text" }, ..Control::input(part, label, text) },
        Base::Segment => {
            let none = text.is_empty().then(|| (String::new(), NONE.to_owned()));
            let offers = none.into_iter().chain(segments.iter().cloned()).collect();
            Control::grouped(part, label, text, vec![("", offers)], &|_| "a segment you cannot see".to_owned())
        }
    }
}

/// Whether a control for days shows this.
fn is_day(text: &str) -> bool {
    text.is_empty() || period::parse_date(text).is_some_and(|day| day.to_string() == text)
}
