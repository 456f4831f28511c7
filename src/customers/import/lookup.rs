//! Rows are found by keys: names and the like, trimmed and folded.
//!
//! Called by the declarations. Text is stored as it was given, with its outer blanks, and no index knows it without them.
//! Such *edged* text is rare: only where a database has some is it looked for, by a scan.

use crate::query::condition::{self, folded, folded_value};
use crate::query::text::WHITE_SPACE;
use crate::query::{Column, Sql, Value};

/// Rows whose `column` has one of these keys.
pub(super) fn has_key(column: &Column, keys: &[String], has_edged: bool) -> Sql {
    let by_index = condition::has_key(column, keys.iter().cloned());
    if !has_edged {
        return by_index;
    }
    Sql::or([by_index, is_edged(column) + " AND " + trimmed_key(column, keys)]).grouped()
}

/// Rows whose `column`, without outer blanks, has one of these keys; by a scan of what the other predicates leave.
pub(super) fn trimmed_key(column: &Column, keys: &[String]) -> Sql {
    trimmed(folded(column)) + " IN (" + binds(keys) + ")"
}

/// Rows whose `column` has outer blanks.
pub(super) fn is_edged(column: &Column) -> Sql {
    Sql::column(column) + " <> " + trimmed(Sql::column(column))
}

/// Whether text has outer blanks.
pub(super) fn has_edges(text: &str) -> bool {
    text.trim().len() != text.len()
}

fn trimmed(text: Sql) -> Sql {
    Sql::from("trim(") + text + ", " + Value::Text(WHITE_SPACE.to_owned()) + ")"
}

fn binds(keys: &[String]) -> Sql {
    Sql::join(keys.iter().map(|key| folded_value(key.clone())), ", ", "NULL")
}
