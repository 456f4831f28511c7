//! The operator table: wire name, label, number of values, types. Pages, API, docs and validation read this and no other.

use super::column::Kind;

/// How a rule compares a field with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Is.
    Equals,
    /// The complement of [`Operator::Equals`].
    NotEquals,
    /// Text has this in it.
    Contains,
    /// The complement of [`Operator::Contains`].
    NotContains,
    /// Text begins with this.
    StartsWith,
    /// Text ends with this.
    EndsWith,
    /// Later or more than.
    GreaterThan,
    /// This or more.
    GreaterThanOrEqual,
    /// Earlier or less than.
    LessThan,
    /// This or less.
    LessThanOrEqual,
    /// From the first to the second, both included.
    Between,
    /// One of these.
    InList,
    /// The complement of [`Operator::InList`].
    NotInList,
    /// From so long before today until the end of today.
    InTheLast,
    /// From today until the end of the day so long after it.
    InTheNext,
    /// Earlier than [`Operator::InTheLast`].
    BeforeTheLast,
    /// Later than [`Operator::InTheNext`].
    AfterTheNext,
    /// In a stretch of days that has a name: this month.
    IsWithin,
    /// The contact is a member of this segment.
    InSegment,
    /// The complement of [`Operator::InSegment`].
    NotInSegment,
    /// NULL, or blank text.
    IsEmpty,
    /// The complement of [`Operator::IsEmpty`].
    IsNotEmpty,
}

/// How many values an operator takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// None; one that is given is ignored.
    Zero,
    /// One.
    One,
    /// A list of exactly two.
    Two,
    /// A list of one or more.
    Many,
}

/// One row of the table.
struct Row {
    operator: Operator,
    name: &'static str,
    label: &'static str,
    arity: Arity,
    kinds: &'static [Kind],
}

const EVERY: &[Kind] = &[Kind::Text, Kind::Integer, Kind::Decimal, Kind::Boolean, Kind::Date, Kind::Timestamp];
const TEXT: &[Kind] = &[Kind::Text];
const DATED: &[Kind] = &[Kind::Date, Kind::Timestamp];
const KEY: &[Kind] = &[Kind::Id];
const ORDERED: &[Kind] = &[Kind::Integer, Kind::Decimal, Kind::Date, Kind::Timestamp];

const TABLE: &[Row] = &[
    row(Operator::Equals, "equals", "is", Arity::One, EVERY),
    row(Operator::NotEquals, "not_equals", "is not", Arity::One, EVERY),
    row(Operator::Contains, "contains", "contains", Arity::One, TEXT),
    row(Operator::NotContains, "not_contains", "does not contain", Arity::One, TEXT),
    row(Operator::StartsWith, "starts_with", "starts with", Arity::One, TEXT),
    row(Operator::EndsWith, "ends_with", "ends with", Arity::One, TEXT),
    row(Operator::GreaterThan, "greater_than", "is more than", Arity::One, ORDERED),
    row(Operator::GreaterThanOrEqual, "greater_than_or_equal", "is at least", Arity::One, ORDERED),
    row(Operator::LessThan, "less_than", "is less than", Arity::One, ORDERED),
    row(Operator::LessThanOrEqual, "less_than_or_equal", "is at most", Arity::One, ORDERED),
    row(Operator::Between, "between", "is between", Arity::Two, ORDERED),
    row(Operator::InList, "in_list", "is one of", Arity::Many, EVERY),
    row(Operator::NotInList, "not_in_list", "is none of", Arity::Many, EVERY),
    row(Operator::InTheLast, "in_the_last", "is in the last", Arity::One, DATED),
    row(Operator::InTheNext, "in_the_next", "is in the next", Arity::One, DATED),
    row(Operator::BeforeTheLast, "before_the_last", "is more than so long ago", Arity::One, DATED),
    row(Operator::AfterTheNext, "after_the_next", "is later than so long from now", Arity::One, DATED),
    row(Operator::IsWithin, "is_within", "is within", Arity::One, DATED),
    row(Operator::InSegment, "in_segment", "is in", Arity::One, KEY),
    row(Operator::NotInSegment, "not_in_segment", "is not in", Arity::One, KEY),
    row(Operator::IsEmpty, "is_empty", "is blank", Arity::Zero, EVERY),
    row(Operator::IsNotEmpty, "is_not_empty", "is not blank", Arity::Zero, EVERY),
];

const fn row(operator: Operator, name: &'static str, label: &'static str, arity: Arity, kinds: &'static [Kind]) -> Row {
    Row { operator, name, label, arity, kinds }
}

impl Operator {
    /// Every operator, in the order in which pages offer them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.operator)
    }

    /// Those that a field of this kind takes.
    pub fn of(kind: Kind) -> impl Iterator<Item = Self> {
        Self::all().filter(move |operator| operator.takes(kind))
    }

    /// The operator of this wire name, letter for letter.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.operator)
    }

    /// Its wire name.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What people say for it: "is at least". Dates say it otherwise, see [`Operator::label_for`].
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// What people say for it of a field of this kind: dates are "after", not "more than".
    pub fn label_for(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::GreaterThan, Kind::Date | Kind::Timestamp) => "is after",
            (Self::GreaterThanOrEqual, Kind::Date | Kind::Timestamp) => "is on or after",
            (Self::LessThan, Kind::Date | Kind::Timestamp) => "is before",
            (Self::LessThanOrEqual, Kind::Date | Kind::Timestamp) => "is on or before",
            _ => self.label(),
        }
    }

    /// How many values it takes.
    pub fn arity(self) -> Arity {
        self.row().arity
    }

    /// Whether a field of this kind takes it.
    pub fn takes(self, kind: Kind) -> bool {
        self.row().kinds.contains(&kind)
    }

    /// Whether it is the complement of another: then it holds where the field is empty.
    pub fn is_negative(self) -> bool {
        matches!(self, Self::NotEquals | Self::NotContains | Self::NotInList | Self::IsEmpty | Self::NotInSegment)
    }

    /// The operator that is true exactly where this one is false, where the table has one.
    pub fn opposite(self) -> Option<Self> {
        const PAIRS: [(Operator, Operator); 5] = [
            (Operator::Equals, Operator::NotEquals),
            (Operator::Contains, Operator::NotContains),
            (Operator::InList, Operator::NotInList),
            (Operator::IsNotEmpty, Operator::IsEmpty),
            (Operator::InSegment, Operator::NotInSegment),
        ];
        PAIRS.iter().find_map(|&(positive, negative)| match self {
            _ if self == positive => Some(negative),
            _ if self == negative => Some(positive),
            _ => None,
        })
    }

    fn row(self) -> &'static Row {
        // The table has every operator (a test holds it); its first row is never wrongly used.
        TABLE.iter().find(|row| row.operator == self).unwrap_or(&TABLE[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_stands_in_the_table_once_and_is_found_by_its_name() {
        for operator in Operator::all() {
            assert_eq!(operator.row().operator, operator);
            assert_eq!(Operator::named(operator.name()), Some(operator));
        }
        assert_eq!(Operator::all().count(), 22);
    }

    #[test]
    fn opposites_are_each_others() {
        for operator in Operator::all() {
            if let Some(opposite) = operator.opposite() {
                assert_eq!(opposite.opposite(), Some(operator));
                assert_ne!(opposite.is_negative(), operator.is_negative());
            }
        }
    }
}
