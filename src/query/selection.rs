//! Which rows of a list, in which order: what a list page asks of a model.

use super::sql::Sql;

/// Which rows of a list, in which order.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// What the rows meet. May name the columns of the model's own table and of the company it belongs to.
    pub predicate: &'a Sql,
    /// What they are ordered by; the id belongs at its end, so that pages are stable.
    pub order: &'a Sql,
    /// How many at most.
    pub limit: i64,
    /// How many are passed over before the first.
    pub offset: i64,
}
