//! The search box: every term must occur in some field, quotes keep a phrase together.
//!
//! Declared in `SEARCH_FIELDS`, read by `changelist`; the comparison is the "contains" of filter criteria, from the same
//! compiler, so that both fold and escape alike. The columns of one table are searched as one text.

use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::condition::any_contains;
use crate::query::{Column, Source, Sql, Test};

/// The most terms of a search; each costs a comparison per field and row.
const MAX_TERMS: usize = 20;

/// The most letters of a search; SQLite refuses patterns past 50,000 bytes.
pub const MAX_SEARCH: usize = 1_000;

/// What is said of a search that [`is_too_long`].
pub const TOO_LONG: &str = "At most 20 words can be searched for at once, of 1,000 letters in all. Nothing was searched for.";

/// Whether a search has more words or letters than are looked for. It then finds nobody: without some of its words it would
/// find more than was meant.
pub fn is_too_long(typed: &str) -> bool {
    typed.trim().chars().count() > MAX_SEARCH || terms(typed).len() > MAX_TERMS
}

/// Where the search box looks: columns of one table.
#[derive(Debug, Clone, Copy)]
pub struct SearchField {
    /// The text that is searched; none of it NULL.
    pub columns: &'static [&'static Column],
    /// How their table is reached, when it is another one.
    pub through: Option<Through>,
}

/// The way to a table that the model points to.
#[derive(Debug, Clone, Copy)]
pub struct Through {
    /// The model's column that points there.
    pub foreign_key: &'static Column,
    /// The key of the table it points to.
    pub key: &'static Column,
    /// Its rows.
    pub source: &'static Source,
}

/// Rows of another table that are named one by one; of more the question is asked inside the list's own, which then has so
/// many rows that the first are soon found. Half of what SQLite binds in one statement.
const MOST_NAMED: i64 = 15_000;

/// Up to so many of them the rows that point there are looked up by themselves, see [`Searched::parts`].
const MOST_APART: usize = 2_000;

impl SearchField {
    /// Columns of the model's own table.
    pub const fn new(columns: &'static [&'static Column]) -> Self {
        Self { columns, through: None }
    }

    /// Columns of the table that the model points to.
    pub const fn through(through: Through, columns: &'static [&'static Column]) -> Self {
        Self { columns, through: Some(through) }
    }

    /// Rows in which `term` occurs. Of another table the matching rows are looked up first: a few keys can be found in an
    /// index beside the text, a subquery in an OR cannot.
    fn contains(&self, connection: &mut AnyConnection, term: &str, most_named: i64) -> Result<Occurrence> {
        let found = any_contains(self.columns, term);
        let Some(Through { foreign_key, key, source }) = self.through else { return Ok(Occurrence::Text(found)) };
        let keys = source.list_some_keys(connection, &found, most_named + 1)?;
        if i64::try_from(keys.len()).is_ok_and(|length| length <= most_named) {
            return Ok(Occurrence::Named(*foreign_key, keys));
        }
        let select = Sql::from("SELECT ") + Sql::column(key) + " FROM " + key.table + " WHERE ";
        Ok(Occurrence::Through(Sql::column(foreign_key).is_in(select, found)))
    }
}

/// Where a term occurs.
enum Occurrence {
    /// In the row's own text.
    Text(Sql),
    /// In these rows of another table, to which the column points.
    Named(Column, Vec<Id>),
    /// In rows of another table that are too many to be named.
    Through(Sql),
}

impl Occurrence {
    fn sql(&self) -> Sql {
        match self {
            Self::Text(sql) | Self::Through(sql) => sql.clone(),
            Self::Named(column, keys) => Test::one_of(*column, keys.iter().copied()),
        }
    }
}

/// The rows that a search finds.
#[derive(Debug, Clone)]
pub struct Searched {
    /// All of them.
    pub rows: Sql,
    /// The same, perhaps in two parts that share some: those that point to a row found by name, which an index leads to, and
    /// those with every term in their own text. Whoever reads everybody's text then asks nothing else of them.
    pub parts: Vec<Sql>,
}

impl Searched {
    /// The rows that meet `rows`, undivided.
    pub fn whole(rows: Sql) -> Self {
        Self { parts: vec![rows.clone()], rows }
    }

    /// Those that meet each of `others` too.
    #[must_use]
    pub fn among(self, others: &[Sql]) -> Self {
        let among = |sql: Sql| Sql::and(others.iter().cloned().chain([sql]));
        Self { rows: among(self.rows), parts: self.parts.into_iter().map(among).collect() }
    }

    /// Those in which each term occurs somewhere.
    fn of(terms: &[Vec<Occurrence>]) -> Self {
        let rows = Sql::and(terms.iter().map(|term| Sql::or(term.iter().map(Occurrence::sql))));
        let (mut named, mut pointing) = (0, Vec::new());
        for occurrence in terms.iter().flatten() {
            match occurrence {
                Occurrence::Text(_) => {}
                Occurrence::Named(_, keys) if keys.is_empty() => {}
                Occurrence::Named(_, keys) if named + keys.len() <= MOST_APART => {
                    named += keys.len();
                    pointing.push(occurrence.sql());
                }
                Occurrence::Named(..) | Occurrence::Through(_) => return Self::whole(rows),
            }
        }
        let text = |term: &Vec<Occurrence>| Sql::or(term.iter().filter(|one| matches!(one, Occurrence::Text(_))).map(Occurrence::sql));
        let in_text = Sql::and(terms.iter().map(text));
        let parts = if pointing.is_empty() { vec![in_text] } else { vec![Sql::and([Sql::or(pointing), rows.clone()]), in_text] };
        Self { rows, parts }
    }
}

/// The rows in which every term of `typed` occurs.
pub fn searched(connection: &mut AnyConnection, fields: &[SearchField], typed: &str) -> Result<Searched> {
    if is_too_long(typed) {
        return Ok(Searched::whole(Sql::none()));
    }
    let terms = terms(typed);
    // Values that all of them bind together stay below what SQLite takes.
    let most_named = MOST_NAMED / i64::try_from(terms.len().max(1)).unwrap_or(MOST_NAMED);
    let mut occurrences = Vec::new();
    for term in &terms {
        occurrences.push(fields.iter().map(|field| field.contains(connection, term, most_named)).collect::<Result<Vec<_>>>()?);
    }
    Ok(Searched::of(&occurrences))
}

/// The terms of what was typed: words, and phrases in quotes of either kind. A quote that is never closed is a letter.
pub fn terms(typed: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut rest = typed.trim();
    while let Some(first) = rest.chars().next() {
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
    fn too_many_words_and_letters_are_too_long() {
        assert!(!is_too_long(&"a ".repeat(MAX_TERMS)) && is_too_long(&"a ".repeat(MAX_TERMS + 1)));
        assert!(!is_too_long(&"é".repeat(MAX_SEARCH)) && is_too_long(&"é".repeat(MAX_SEARCH + 1)));
    }
}
