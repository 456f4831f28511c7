//! The search box: every term must occur in some field, quotes keep a phrase together.
//!
//! Declared in `SEARCH_FIELDS`, read by `changelist`; the comparison is the "contains" of filter criteria, from the same
//! compiler, so that both fold and escape alike.

use crate::query::condition::Like;
use crate::query::{Column, Condition, Sql, Test};

/// The most terms that are looked at; each costs a comparison per field and row.
const MAX_TERMS: usize = 20;

/// The longest search that is looked at; SQLite refuses patterns past 50,000 bytes.
pub const MAX_SEARCH: usize = 1_000;

/// One place where the search box looks.
#[derive(Debug, Clone, Copy)]
pub struct SearchField {
    /// The text that is searched.
    pub column: &'static Column,
    /// How its table is reached, when it is another one.
    pub through: Option<Through>,
}

/// The way to a table that the model points to.
#[derive(Debug, Clone, Copy)]
pub struct Through {
    /// The model's column that points there.
    pub foreign_key: &'static Column,
    /// The key of the table it points to.
    pub key: &'static Column,
}

impl SearchField {
    /// A column of the model's own table.
    pub const fn new(column: &'static Column) -> Self {
        Self { column, through: None }
    }

    /// A column of the table that `foreign_key` points to.
    pub const fn through(foreign_key: &'static Column, key: &'static Column, column: &'static Column) -> Self {
        Self { column, through: Some(Through { foreign_key, key }) }
    }

    fn contains(&self, term: &str) -> Sql {
        let found = Test::new(*self.column, Condition::Like(Like::Containing(term.to_owned()))).sql();
        let Some(Through { foreign_key, key }) = self.through else { return found };
        // One subquery that runs once, not a join that compares the other table's text for every row.
        Sql::column(foreign_key).is_in(Sql::from("SELECT ") + Sql::column(key) + " FROM " + key.table + " WHERE ", found)
    }
}

/// The rows in which every term of `typed` occurs.
pub fn predicate(fields: &[SearchField], typed: &str) -> Sql {
    Sql::and(terms(typed).iter().map(|term| Sql::or(fields.iter().map(|field| field.contains(term)))))
}

/// The terms of what was typed: words, and phrases in quotes of either kind. A quote that is never closed is a letter.
pub fn terms(typed: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let typed: String = typed.trim().chars().take(MAX_SEARCH).collect();
    let mut rest = typed.as_str();
    while let Some(first) = rest.chars().next().filter(|_| terms.len() < MAX_TERMS) {
        let quoted = matches!(first, '"' | '\'').then(|| rest[1..].split_once(first)).flatten();
        let (term, after) = match quoted {
            Some((phrase, after)) => (phrase, after),
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        if !term.trim().is_empty() {
            terms.push(crate::query::text::nfc(term));
        }
        rest = after.trim_start();
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_terms_and_quotes_keep_a_phrase() {
        for (typed, expected) in [
            ("  vip   hotels ", vec!["vip", "hotels"]),
            ("\"big hotels\" thai", vec!["big hotels", "thai"]),
            ("'big hotels'thai", vec!["big hotels", "thai"]),
            ("o'brien", vec!["o'brien"]),
            ("\"never closed", vec!["\"never", "closed"]),
            ("\"\" x", vec!["x"]),
            ("   ", vec![]),
        ] {
            assert_eq!(terms(typed), expected, "{typed}");
        }
    }

    #[test]
    fn the_number_of_terms_is_bounded() {
        assert_eq!(terms(&"a ".repeat(10_000)).len(), MAX_TERMS);
        assert_eq!(terms(&"é".repeat(1_000_000)), ["é".repeat(MAX_SEARCH)]);
    }
}
