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
    InTheLast,
    InTheNext,
    BeforeTheLast,
    AfterTheNext,
    IsWithin,
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
    /// An amount and a unit.
    Amount,
    /// A word that names a stretch of the calendar.
    Period,
}

/// Every operator of the existing format, and `not_in_list`.
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

/// The operators that count from today. They stand apart so that the flat format can be gone through without them.
pub(crate) const RELATIVE_OPERATORS: [(&str, Operator); 5] = [
    ("in_the_last", Operator::InTheLast),
    ("in_the_next", Operator::InTheNext),
    ("before_the_last", Operator::BeforeTheLast),
    ("after_the_next", Operator::AfterTheNext),
    ("is_within", Operator::IsWithin),
];

impl Operator {
    pub(crate) fn named(name: &str) -> Option<Operator> {
        OPERATORS.iter().chain(&RELATIVE_OPERATORS).find(|(wire, _)| *wire == name).map(|(_, operator)| *operator)
    }

    pub(crate) fn arity(self) -> Arity {
        match self {
            Operator::IsEmpty | Operator::IsNotEmpty => Arity::Nothing,
            Operator::Between => Arity::Pair,
            Operator::InList | Operator::NotInList => Arity::List,
            Operator::InTheLast | Operator::InTheNext | Operator::BeforeTheLast | Operator::AfterTheNext => Arity::Amount,
            Operator::IsWithin => Arity::Period,
            _ => Arity::One,
        }
    }

    pub(crate) fn takes(self, kind: Kind) -> bool {
        match self {
            Operator::Contains | Operator::NotContains | Operator::StartsWith | Operator::EndsWith => kind == Kind::Text,
            Operator::GreaterThan | Operator::GreaterThanOrEqual | Operator::LessThan | Operator::LessThanOrEqual | Operator::Between => {
                matches!(kind, Kind::Number | Kind::Date | Kind::Timestamp)
            }
            _ if matches!(self.arity(), Arity::Amount | Arity::Period) => matches!(kind, Kind::Date | Kind::Timestamp),
            _ => true,
        }
    }

    /// Whether a count or a sum can be held against numbers with it.
    pub(crate) fn takes_aggregates(self) -> bool {
        let comparison = self.takes(Kind::Number) && !self.takes(Kind::Text);
        comparison || matches!(self, Operator::Equals | Operator::NotEquals)
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
