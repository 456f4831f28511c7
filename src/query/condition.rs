//! What a column is asked, in four forms, and the SQL of each.
//!
//! Every operator and every list filter comes down to: empty, one of these, like this, within these ranges, each perhaps
//! complemented. The SQL is true exactly where the answer is yes (it may be NULL elsewhere), so that `AND` and `OR`
//! compose; a complement is written `IS NOT TRUE` and is therefore exact also for NULL.

use super::column::{Column, Kind};
use super::sql::{Sql, Value};
use super::text::{WHITE_SPACE, escape_like};
use crate::db::Id;
use crate::db::dialect::Word;

/// A question about one column, without its negation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// NULL, or blank text.
    Empty,
    /// One of these values; none of them is no row. Text is folded when it meets the column.
    OneOf(Vec<Value>),
    /// Text with this at its beginning, at its end, or anywhere.
    Like(Like),
    /// Inside one of these ranges; none of them is no row.
    Within(Vec<Range>),
}

/// Where the text must stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Like {
    /// Anywhere.
    Containing(String),
    /// At the beginning.
    StartingWith(String),
    /// At the end.
    EndingWith(String),
}

/// From the first value (included) until the second (excluded); a missing end is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The first value inside.
    pub from: Option<Value>,
    /// The first value that is outside again.
    pub until: Option<Value>,
}

/// A whole question: the condition, whether it is complemented, and what becomes of empty values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What is asked.
    pub column: Column,
    /// How.
    pub condition: Condition,
    /// Whether the rows wanted are those that do *not* meet the condition (empty ones among them).
    pub negated: bool,
    /// `Some(true)` lets empty values in as well, `Some(false)` keeps them out; `None` leaves them to the condition.
    pub include_empty: Option<bool>,
}

impl Test {
    /// The rows that meet `condition`.
    pub fn new(column: Column, condition: Condition) -> Self {
        Self { column, condition, negated: false, include_empty: None }
    }

    /// The rows in which a column of keys holds one of `ids`.
    pub fn one_of(column: Column, ids: impl IntoIterator<Item = Id>) -> Sql {
        Self::new(column, Condition::OneOf(ids.into_iter().map(Value::Id).collect())).sql()
    }

    /// The predicate over the column's table.
    pub fn sql(&self) -> Sql {
        let met = condition(&self.column, &self.condition);
        let met = if self.negated { met.complement() } else { met };
        match self.include_empty {
            None => met,
            Some(true) => Sql::or([met, empty(&self.column)]).grouped(),
            Some(false) => met.grouped() + " AND " + empty(&self.column).complement(),
        }
    }
}

fn condition(column: &Column, condition: &Condition) -> Sql {
    match condition {
        Condition::Empty => empty(column),
        Condition::OneOf(values) => one_of(column, values),
        Condition::Like(like) => folded(column) + " LIKE " + folded_value(pattern(like)) + " ESCAPE '\\'",
        Condition::Within(ranges) => match ranges.as_slice() {
            [range] => within(column, range),
            // In bundles: SQLite refuses an OR of a thousand, which it reads as a thousand levels.
            ranges => {
                let bundle = |ranges: &[Range]| Sql::or(ranges.iter().map(|range| within(column, range)));
                Sql::or(ranges.chunks(BUNDLE).map(bundle)).grouped()
            }
        },
    }
}

/// NULL, or text of white space alone.
fn empty(column: &Column) -> Sql {
    let stored = || Sql::column(column);
    match (column.kind, column.nullable) {
        (Kind::Text, false) => blank(stored()),
        (Kind::Text, true) => Sql::or([stored() + " IS NULL", blank(stored())]).grouped(),
        (_, true) => stored() + " IS NULL",
        (_, false) => Sql::none(),
    }
}

fn blank(text: Sql) -> Sql {
    Sql::from("trim(") + text + ", " + Value::Text(WHITE_SPACE.to_owned()) + ") = ''"
}

fn one_of(column: &Column, values: &[Value]) -> Sql {
    let left = if column.kind == Kind::Text { folded(column) } else { Sql::column(column) };
    let bound = |value: &Value| match value {
        Value::Text(text) => folded_value(text.clone()),
        other => Sql::from(other.clone()),
    };
    match values {
        [] => Sql::none(),
        [one] => left + " = " + bound(one),
        many => left + " IN (" + Sql::join(many.iter().map(bound), ", ", "NULL") + ")",
    }
}

fn within(column: &Column, range: &Range) -> Sql {
    in_range(&Sql::column(column), range).unwrap_or_else(|| empty(column).complement())
}

/// `None` where both ends are open.
fn in_range(stored: &Sql, range: &Range) -> Option<Sql> {
    let stored = || stored.clone();
    match (range.from.clone(), range.until.clone()) {
        (Some(from), Some(until)) => Some(stored() + " >= " + from + " AND " + stored() + " < " + until),
        (Some(from), None) => Some(stored() + " >= " + from),
        (None, Some(until)) => Some(stored() + " < " + until),
        (None, None) => None,
    }
}

/// `condition` asked of a number that is computed, and never NULL.
pub fn of_number(number: &Sql, condition: &Condition) -> Sql {
    match condition {
        Condition::OneOf(values) => Sql::or(values.iter().map(|value| number.clone() + " = " + value.clone())),
        Condition::Within(ranges) => Sql::or(ranges.iter().map(|range| in_range(number, range).unwrap_or_else(Sql::all))),
        // No number is blank or like a text.
        Condition::Empty | Condition::Like(_) => Sql::none(),
    }
}

impl Condition {
    /// Whether `value`, a number, meets it.
    pub fn is_met_by(&self, value: &Value) -> bool {
        match self {
            Self::OneOf(values) => values.contains(value),
            Self::Within(ranges) => ranges.iter().any(|range| {
                range.from.as_ref().is_none_or(|from| value >= from) && range.until.as_ref().is_none_or(|until| value < until)
            }),
            Self::Empty | Self::Like(_) => false,
        }
    }
}

/// Ranges that are joined before the bundles are.
const BUNDLE: usize = 40;

/// A value as it is compared with a folded column: by the engine, as the column is. Engines learn of new letters at
/// different times, and a value folded elsewhere would not be like itself.
pub fn folded_value(text: String) -> Sql {
    Sql::from(Word::Fold) + "(" + Value::Text(text) + ")"
}

/// That a column has one of these keys, however many they are.
pub fn has_key(column: &Column, keys: impl IntoIterator<Item = String>) -> Sql {
    let keys = keys.into_iter().map(|key| folded_value(key).grouped());
    folded(column) + " IN (" + Word::Values + Sql::join(keys, ", ", "(NULL)") + ")"
}

/// The column as comparisons of text see it.
pub fn folded(column: &Column) -> Sql {
    Sql::from(Word::Fold) + "(" + Sql::column(column) + ")"
}

/// Whether `term` occurs in one of `columns`, all of one table: they are folded and searched as one text, for which there
/// may be an index. A term that holds the separator would be found across two of them; no one can type it.
pub fn any_contains(columns: &[&Column], term: &str) -> Sql {
    let columns = columns.iter().map(|column| Sql::column(column));
    let whole = columns.reduce(|all, column| all + " || " + Word::Separator + " || " + column).unwrap_or_else(|| "''".into());
    let term = term.replace(SEPARATOR, " ");
    Sql::from(Word::Fold) + "(" + whole + ") LIKE " + folded_value(pattern(&Like::Containing(term))) + " ESCAPE '\\'"
}

/// See [`Word::Separator`].
const SEPARATOR: char = '\u{1f}';

fn pattern(like: &Like) -> String {
    let escaped = escape_like;
    match like {
        Like::Containing(text) => format!("%{}%", escaped(text)),
        Like::StartingWith(text) => format!("{}%", escaped(text)),
        Like::EndingWith(text) => format!("%{}", escaped(text)),
    }
}
