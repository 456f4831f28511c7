//! Which rows of a list, in which order: what a list page asks of a model.

use super::sql::Sql;

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
    /// Whether rows are read as they are met: for those that an index has in this order already, or that are few. Otherwise
    /// sorting and passing over is done with keys alone, which an index may have. It changes how they are read, never which.
    pub reads_rows: bool,
}

impl<'a> Selection<'a> {
    /// The first rows, whatever finds them.
    pub fn first(predicate: &'a Sql, order: &'a Sql, limit: i64) -> Self {
        Self { predicate, order, limit, offset: 0, reads_rows: false }
    }

    /// Whether the page may be made of whole rows: those that are passed over are not worth reading.
    pub(super) fn is_read_at_once(&self) -> bool {
        self.reads_rows && self.offset == 0
    }
}
