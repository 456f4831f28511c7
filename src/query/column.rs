//! What may be asked of: one column of one table, with its label, type and choices.
//!
//! Declared next to the models (`customers`, `segments`) from Diesel's schema, so that a misspelt column does not compile
//! and a type cannot be told wrong. Criteria name columns by a path (`criteria::catalogue`), lists by position.

use diesel::Column as DieselColumn;
use diesel::sql_types as st;

use crate::db::types::sql;

/// The types of values, as far as rules and filters tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text; compared without regard to case.
    Text,
    /// A whole number of 32 bits.
    Integer,
    /// An amount with two decimals.
    Decimal,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A moment; asked about by days of `TIME_ZONE`.
    Timestamp,
    /// A key: of another row, or the row's own.
    Id,
}

impl Kind {
    /// The kind as programs know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "datetime",
            Self::Id => "id",
        }
    }

    /// The kind as people say it in the plural: "Text fields take: …".
    pub fn plural(self) -> &'static str {
        match self {
            Self::Text => "Text fields",
            Self::Integer => "Whole-number fields",
            Self::Decimal => "Amount fields",
            Self::Boolean => "Yes/no fields",
            Self::Date => "Date fields",
            Self::Timestamp => "Date-and-time fields",
            Self::Id => "Reference fields",
        }
    }
}

/// One of a closed list of values: what is stored, and what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The stored value.
    pub value: &'static str,
    /// What pages show.
    pub label: &'static str,
}

impl Choice {
    /// A choice whose label differs from its value.
    pub const fn new(value: &'static str, label: &'static str) -> Self {
        Self { value, label }
    }

    /// A choice that reads as it is stored.
    pub const fn plain(value: &'static str) -> Self {
        Self { value, label: value }
    }
}

/// A column that rules, filters, search or sorting may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The table, as the database names it.
    pub table: &'static str,
    /// The column, as the database names it.
    pub name: &'static str,
    /// What people read: "location count".
    pub label: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Its closed list of values; empty when any value goes. Rows may hold others (an import, the old system).
    pub choices: &'static [Choice],
    /// Whether it may be NULL.
    pub nullable: bool,
}

impl Column {
    /// The column `_column` of the schema.
    pub const fn new<C>(_column: C, table: &'static str, label: &'static str) -> Self
    where
        C: DieselColumn + Copy,
        C::SqlType: HasKind,
    {
        Self { table, name: C::NAME, label, kind: <C::SqlType as HasKind>::KIND, choices: &[], nullable: <C::SqlType as HasKind>::NULLABLE }
    }

    /// The same column with a closed list of values.
    #[must_use]
    pub const fn with_choices(self, choices: &'static [Choice]) -> Self {
        Self { choices, ..self }
    }

    /// What to show for a stored value: its label, or the value itself where the list does not know it.
    pub fn display<'a>(&self, stored: &'a str) -> &'a str {
        self.choices.iter().find(|choice| choice.value == stored).map_or(stored, |choice| choice.label)
    }
}

/// SQL types that have a [`Kind`].
pub trait HasKind {
    /// The kind of their values.
    const KIND: Kind;
    /// Whether they allow NULL.
    const NULLABLE: bool = false;
}

impl HasKind for st::Text {
    const KIND: Kind = Kind::Text;
}
impl HasKind for st::Integer {
    const KIND: Kind = Kind::Integer;
}
impl HasKind for sql::Amount {
    const KIND: Kind = Kind::Decimal;
}
impl HasKind for st::Bool {
    const KIND: Kind = Kind::Boolean;
}
impl HasKind for st::Date {
    const KIND: Kind = Kind::Date;
}
impl HasKind for sql::Instant {
    const KIND: Kind = Kind::Timestamp;
}
impl HasKind for sql::Uid {
    const KIND: Kind = Kind::Id;
}
impl<T: HasKind + st::SqlType<IsNull = st::is_nullable::NotNull>> HasKind for st::Nullable<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
}
