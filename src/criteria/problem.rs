//! What is wrong with a document, or worth knowing about it: each at its place, in words.

use serde::Serialize;

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
    /// A flag where it means nothing.
    FlagNotAllowed,
    /// A warning: a value that no row has.
    NoSuchValue,
    /// A warning: amounts in several currencies.
    MixedCurrencies,
}

/// A problem at a place of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// JSON pointer (RFC 6901) into the document: `/rules/2/value`; empty for the document itself.
    pub pointer: String,
    /// What kind.
    pub code: Code,
    /// The sentence for people; names the valid choices.
    pub detail: String,
}

impl Problem {
    /// A problem at `pointer`.
    pub fn new(pointer: impl Into<String>, code: Code, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }

    /// The index of the document's rule it stands at, if it stands at one.
    pub fn rule(&self) -> Option<usize> {
        self.pointer.strip_prefix("/rules/")?.split('/').next()?.parse().ok()
    }

    /// Where it is, as people count: "Rule 2", or "The criteria".
    pub fn place(&self) -> String {
        self.rule().map_or_else(|| "The criteria".to_owned(), |index| format!("Rule {}", index + 1))
    }
}

/// `key` as one step of a JSON pointer.
pub fn step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
