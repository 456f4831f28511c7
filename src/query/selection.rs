//! Which rows of a list, in which order: what a list page asks of a model.

use super::sql::{Sql, Value};

/// Which rows of a list, in which order.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// What the rows meet. May name the columns of the model's own table and of the one it is joined with.
    pub predicate: &'a Sql,
    /// What they are ordered by; the id belongs at its end, so that pages are stable.
    pub order: &'a Sql,
    /// How many at most.
    pub limit: i64,
    /// How many are passed over before the first.
    pub offset: i64,
}

/// Where the rows of a model come from.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// `SELECT`, the key, `FROM`, the table.
    pub select: &'static str,
    /// The key: `table.id`.
    pub key: &'static str,
    /// A table that orders and predicates may name besides, and how it is joined.
    pub joined: Option<(&'static str, &'static str)>,
}

impl Selection<'_> {
    /// The predicate of exactly these rows. Sorting and passing over is then done with keys alone, which an index may have;
    /// whole rows, and what is joined to them, are read of the page only.
    pub fn rows_of(&self, source: &Source) -> Sql {
        let join = |(table, join): (&str, &'static str)| (self.predicate.names(table) || self.order.names(table)).then_some(join);
        let join = source.joined.and_then(join).unwrap_or_default();
        let page = Sql::from(" LIMIT ") + Value::Integer(self.limit) + " OFFSET " + Value::Integer(self.offset);
        let rows = Sql::from(join) + " WHERE " + self.predicate.clone() + " ORDER BY " + self.order.clone() + page;
        Sql::from(source.key).is_in(source.select, rows)
    }
}
