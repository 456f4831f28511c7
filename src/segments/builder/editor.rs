//! How the value of a rule is edited: which controls, what they show, and the value that comes of what stands in them.
//!
//! Follows field and operator. What nobody touched is the value that it was, whatever that is; what was typed becomes a
//! number where a number is asked for and it is plainly one, and text otherwise, so that nothing wrong is lost. What no
//! control of the kind can show is edited as JSON ([`Form::Raw`]).

use std::collections::HashMap;

use serde_json::{Map, Number, Value, json};

use super::subject::Subject;
use crate::db::Id;
use crate::query::column::{Choice, Kind};
use crate::query::relative::{NAMED, UNITS};
use crate::query::{Arity, Operator, period, text};

/// What one value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// Any text.
    Text,
    /// One of these; others are offered as what they are.
    Choice(&'static [Choice]),
    /// True or false.
    YesNo,
    /// A number.
    Number,
    /// A day, or a moment.
    Day,
    /// A stretch of days that has a name.
    Period,
    /// A segment.
    Segment,
}

/// The controls of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// None.
    Nothing,
    /// One.
    One(Base),
    /// From and to.
    Two(Base),
    /// One value a line.
    Lines(Base),
    /// How many of what.
    Span,
    /// The JSON of a value that has another shape.
    Raw,
}

/// What stands in the one or two controls of a value.
pub type Texts = (String, String);

/// The unit that a span begins with.
const UNIT: &str = UNITS[0].0;

impl Form {
    /// The controls for the value of `operator` on `subject`.
    pub fn of(subject: Subject, operator: &str, value: Option<&Value>) -> Self {
        let form = Self::meant(subject, operator);
        if form.shown(value).is_some() { form } else { Self::Raw }
    }

    /// The same, whatever value there is.
    pub fn meant(subject: Subject, operator: &str) -> Self {
        let operator = match (subject, Operator::named(operator)) {
            (Subject::Segment, _) => return Self::One(Base::Segment),
            (_, None) => return Self::One(Base::Text),
            (_, Some(operator)) => operator,
        };
        let base = match subject.kind() {
            Some(Kind::Integer | Kind::Decimal) => Base::Number,
            Some(Kind::Boolean) => Base::YesNo,
            Some(Kind::Date | Kind::Timestamp) => Base::Day,
            Some(Kind::Text | Kind::Id) | None => Base::Text,
        };
        match (operator.arity(), operator, subject) {
            (Arity::Zero, ..) => Self::Nothing,
            (_, Operator::InTheLast | Operator::InTheNext | Operator::BeforeTheLast | Operator::AfterTheNext, _) => Self::Span,
            (_, Operator::IsWithin, _) => Self::One(Base::Period),
            (Arity::Two, ..) => Self::Two(base),
            (Arity::Many, ..) => Self::Lines(base),
            (_, Operator::Equals | Operator::NotEquals, Subject::Column(column)) if !column.choices.is_empty() => {
                Self::One(Base::Choice(column.choices))
            }
            (Arity::One, ..) => Self::One(base),
        }
    }

    /// What the controls show of a value; `None` where they cannot.
    pub fn shown(self, value: Option<&Value>) -> Option<Texts> {
        let value = value.unwrap_or(&Value::Null);
        match (self, value) {
            (Self::Nothing, _) | (Self::Raw, Value::Null) => Some(Texts::default()),
            (Self::Raw, _) => Some((value.to_string(), String::new())),
            (Self::Two(base), Value::Array(items)) => match items.as_slice() {
                [] => Some(Texts::default()),
                [from] => Some((base.text(from)?, String::new())),
                [from, to] => Some((base.text(from)?, base.text(to)?)),
                _ => None,
            },
            (Self::One(base) | Self::Two(base), _) => Some((base.text(value)?, String::new())),
            (Self::Lines(base), Value::Array(items)) => {
                let lines: Vec<String> = items.iter().map(|item| base.line(item)).collect::<Option<_>>()?;
                Some((lines.join("\n"), String::new()))
            }
            (Self::Lines(base), _) => Some((base.line(value)?, String::new())),
            (Self::Span, Value::Object(span)) => shown_span(span),
            (Self::Span, _) => Some((Base::Number.text(value)?, UNIT.to_owned())),
        }
    }

    /// The value that stands in the controls, where they showed `was`; `None` for no value.
    pub fn read(self, was: Option<&Value>, texts: &Texts) -> Option<Value> {
        if self.shown(was).is_some_and(|shown| shown == *texts) {
            return was.cloned();
        }
        let (first, second) = texts;
        match self {
            Self::Nothing => was.cloned(),
            Self::One(base) => (!first.is_empty()).then(|| base.value(first)),
            Self::Two(base) => {
                let is_blank = first.is_empty() && second.is_empty();
                (!is_blank).then(|| Value::Array(vec![base.value(first), base.value(second)]))
            }
            Self::Lines(base) => {
                let known = base.lines_of(was);
                let kept = |line: &str| known.get(line).map_or_else(|| base.value(line), |item| (*item).clone());
                let items: Vec<Value> = lines(first).map(kept).collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            Self::Span => span(first, second),
            Self::Raw => (!first.is_empty()).then(|| serde_json::from_str(first).unwrap_or_else(|_| Value::String(first.clone()))),
        }
    }

    /// What of the `texts` of other controls can be meant in these. A field that is another one takes only what fits it.
    pub fn refit(self, texts: &Texts, is_other_field: bool) -> Option<Value> {
        let (first, second) = texts;
        let fits = |base: Base, text: &str| !is_other_field && base.is_free() || base.fits(text);
        let atom = |base: Base, text: &str| if fits(base, text) { base.value(text) } else { Value::String(String::new()) };
        let typed = lines(first).next().unwrap_or_default();
        match self {
            Self::Nothing | Self::Raw => None,
            Self::One(base) => (!typed.is_empty() && fits(base, typed)).then(|| base.value(typed)),
            Self::Two(base) => match (atom(base, typed), atom(base, second)) {
                (Value::String(from), Value::String(to)) if from.is_empty() && to.is_empty() => None,
                (from, to) => Some(Value::Array(vec![from, to])),
            },
            Self::Lines(base) => {
                let items: Vec<Value> = lines(first).filter(|line| fits(base, line)).map(|line| base.value(line)).collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            Self::Span => {
                let unit = UNITS.iter().map(|(word, _)| *word).find(|word| word == second).unwrap_or(UNIT);
                Base::Number.fits(typed).then(|| span(typed, unit)).flatten()
            }
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').filter(|line| !text::is_blank(line))
}

fn shown_span(span: &Map<String, Value>) -> Option<Texts> {
    let is_known = span.keys().all(|key| key == "amount" || key == "unit");
    let unit = span.get("unit").map_or(Some(UNIT), Value::as_str).filter(|unit| is_known && !unit.is_empty())?;
    Some((Base::Number.text(span.get("amount").unwrap_or(&Value::Null))?, unit.to_owned()))
}

fn span(amount: &str, unit: &str) -> Option<Value> {
    let unit = if unit.is_empty() { UNIT } else { unit };
    match amount {
        "" if unit == UNIT => None,
        "" => Some(json!({"unit": unit})),
        amount => Some(json!({"amount": Base::Number.value(amount), "unit": unit})),
    }
}

impl Base {
    /// What a control shows of one value; `None` for a list or an object.
    fn text(self, value: &Value) -> Option<String> {
        let text = match value {
            Value::Null => return Some(String::new()),
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(_) | Value::Object(_) => return None,
        };
        Some(match self {
            Self::Choice(choices) => chosen(choices, &text).unwrap_or(&text).to_owned(),
            Self::YesNo => yes_or_no(&text).map_or(text, |answer| answer.to_string()),
            Self::Segment => Id::parse(&text).map_or(text, |id| id.to_string()),
            _ => text,
        })
    }

    /// The same, on a line of its own.
    fn line(self, value: &Value) -> Option<String> {
        if self == Self::YesNo { Self::Text.text(value) } else { self.text(value) }
    }

    /// The value that was typed.
    fn value(self, typed: &str) -> Value {
        match self {
            Self::Number => plain_number(typed).map_or_else(|| typed.into(), Value::Number),
            Self::YesNo => yes_or_no(typed).map_or_else(|| typed.into(), Value::Bool),
            _ => typed.into(),
        }
    }

    /// The items of a list by the lines that show them, so that a line which was there before stays what it was.
    fn lines_of(self, was: Option<&Value>) -> HashMap<String, &Value> {
        let items = was.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().rev().filter_map(|item| Some((self.line(item)?, item))).collect()
    }

    /// Whether its control takes any text.
    fn is_free(self) -> bool {
        matches!(self, Self::Text | Self::Number)
    }

    /// Whether `typed` can be meant.
    fn fits(self, typed: &str) -> bool {
        match self {
            // The key of a segment means nothing anywhere else.
            Self::Text => Id::parse(typed).is_none(),
            Self::Choice(choices) => chosen(choices, typed).is_some(),
            Self::YesNo => yes_or_no(typed).is_some(),
            Self::Number => plain_number(typed).is_some(),
            Self::Day => period::parse_point(typed).is_ok(),
            Self::Period => NAMED.iter().any(|(word, _)| *word == typed),
            Self::Segment => Id::parse(typed).is_some(),
        }
    }
}

/// The stored value of the choice that was typed: itself, or its label.
fn chosen(choices: &'static [Choice], typed: &str) -> Option<&'static str> {
    let key = text::key(typed);
    let stored = choices.iter().find(|choice| text::key(choice.value) == key);
    stored.or_else(|| choices.iter().find(|choice| text::key(choice.label) == key)).map(|choice| choice.value)
}

fn yes_or_no(typed: &str) -> Option<bool> {
    match typed.trim().to_lowercase().as_str() {
        "true" | "t" | "yes" | "1" => Some(true),
        "false" | "f" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Digits, perhaps with a point and a sign, as JSON writes a number.
fn plain_number(typed: &str) -> Option<Number> {
    let typed = typed.trim();
    let is_plain = typed.chars().all(|letter| letter.is_ascii_digit() || letter == '.' || letter == '-');
    typed.parse().ok().filter(|_| is_plain)
}
