//! The operators: wire name, how many values, for which kinds of field, and which are negative.

use super::catalogue::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    NotEquals,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    Between,
    InList,
    NotInList,
    IsEmpty,
    IsNotEmpty,
}

/// How many values an operator takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arity {
    /// A value is ignored.
    Nothing,
    One,
    /// A list of exactly two, both ends included.
    Pair,
    List,
}

/// Every operator of the existing format, and `not_in_list`. The relative dates and the segment operators come with a later issue.
pub(crate) const OPERATORS: [(&str, Operator); 15] = [
    ("equals", Operator::Equals),
    ("not_equals", Operator::NotEquals),
    ("contains", Operator::Contains),
    ("not_contains", Operator::NotContains),
    ("starts_with", Operator::StartsWith),
    ("ends_with", Operator::EndsWith),
    ("greater_than", Operator::GreaterThan),
    ("greater_than_or_equal", Operator::GreaterThanOrEqual),
    ("less_than", Operator::LessThan),
    ("less_than_or_equal", Operator::LessThanOrEqual),
    ("between", Operator::Between),
    ("in_list", Operator::InList),
    ("not_in_list", Operator::NotInList),
    ("is_empty", Operator::IsEmpty),
    ("is_not_empty", Operator::IsNotEmpty),
];

impl Operator {
    pub(crate) fn named(name: &str) -> Option<Operator> {
        OPERATORS.iter().find(|(wire, _)| *wire == name).map(|(_, operator)| *operator)
    }

    pub(crate) fn arity(self) -> Arity {
        match self {
            Operator::IsEmpty | Operator::IsNotEmpty => Arity::Nothing,
            Operator::Between => Arity::Pair,
            Operator::InList | Operator::NotInList => Arity::List,
            _ => Arity::One,
        }
    }

    pub(crate) fn takes(self, kind: Kind) -> bool {
        match self {
            Operator::Contains | Operator::NotContains | Operator::StartsWith | Operator::EndsWith => kind == Kind::Text,
            Operator::GreaterThan | Operator::GreaterThanOrEqual | Operator::LessThan | Operator::LessThanOrEqual | Operator::Between => {
                matches!(kind, Kind::Number | Kind::Date | Kind::Timestamp)
            }
            _ => true,
        }
    }

    /// Whether the operator is `not_x`, and then its x.
    pub(crate) fn negated(self) -> Option<Operator> {
        match self {
            Operator::NotEquals => Some(Operator::Equals),
            Operator::NotContains => Some(Operator::Contains),
            Operator::NotInList => Some(Operator::InList),
            _ => None,
        }
    }

    /// The opposite of an operator that is negative when it speaks of contracts; `None` for the positive ones.
    pub(crate) fn opposite_on_contracts(self) -> Option<Operator> {
        match self {
            Operator::IsEmpty => Some(Operator::IsNotEmpty),
            other => other.negated(),
        }
    }
}
