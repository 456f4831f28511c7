//! What is wrong with a document, or worth knowing about it: each at its place, in words.

use serde::Serialize;
use utoipa::ToSchema;

/// What kind of problem it is, for programs; people read the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not JSON at all.
    NotJson,
    /// No rules, or a list without items.
    Empty,
    /// A value that must be there is not.
    Missing,
    /// Nothing but white space where a value is needed.
    Blank,
    /// A field that the catalogue does not have.
    UnknownField,
    /// An operator that does not exist.
    UnknownOperator,
    /// An operator that this type of field does not take.
    OperatorNotForField,
    /// A key that means nothing here.
    UnknownKey,
    /// A word other than those allowed.
    UnknownWord,
    /// A value of the wrong JSON type.
    WrongType,
    /// A value of the right type that cannot be read.
    Invalid,
    /// `between` whose first value comes after its second.
    Reversed,
    /// Longer than allowed.
    TooLong,
    /// More than allowed.
    TooMany,
    /// Groups inside more groups than allowed.
    TooDeep,
    /// A part where it means nothing, or nothing of its kind may stand.
    NotHere,
    /// A flag where it means nothing.
    FlagNotAllowed,
    /// A segment that is not there, or that whoever writes cannot see.
    NoSuchSegment,
    /// A segment that cannot be understood itself.
    BrokenSegment,
    /// A segment that depends on itself.
    Cycle,
    /// A warning: a value that no row has.
    NoSuchValue,
    /// A warning: amounts in several currencies.
    MixedCurrencies,
}

impl Code {
    /// As programs know it: `unknown_field`.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// A problem at a place of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RuleProblem)]
pub struct Problem {
    /// JSON pointer (RFC 6901) into the document: `/rules/2/value`; empty for the document itself.
    pub pointer: String,
    /// What kind.
    #[schema(value_type = String, example = "unknown_field")]
    pub code: Code,
    /// The sentence for people; names the valid choices.
    pub detail: String,
}

impl Problem {
    /// A problem at `pointer`.
    pub fn new(pointer: impl Into<String>, code: Code, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }

    /// The rule it stands at, by its place in each of the groups around it, from the outermost; empty for the document.
    pub fn path(&self) -> Vec<usize> {
        let mut steps = self.pointer.split('/').skip(1);
        let mut path = Vec::new();
        while steps.next() == Some("rules") {
            let Some(index) = steps.next().and_then(|index| index.parse().ok()) else { break };
            path.push(index);
        }
        path
    }

    /// Where it is, as people count: "Rule 2", "Rule 2.1" in a group, or "The criteria".
    pub fn place(&self) -> String {
        let numbers: Vec<String> = self.path().iter().map(|index| (index + 1).to_string()).collect();
        if numbers.is_empty() { "The criteria".to_owned() } else { format!("Rule {}", numbers.join(".")) }
    }
}

/// `key` as one step of a JSON pointer.
pub fn step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
