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

/// Rows of the largest table that plans are chosen for; on a smaller one either is quick.
pub const ROWS: i64 = 1_000_000;
/// What looking up costs at least where no index knows the predicate.
const SCAN: i64 = 150_000;

/// Whether the first `wanted` of `count` rows are found sooner by walking the index of their order until there are enough of
/// them than by looking all of them up and sorting them. Measured in rows that are walked past.
pub fn is_walked(count: i64, wanted: i64) -> bool {
    // Where there is nobody, the walk would go to the end.
    let walked = wanted.min(count).max(1).saturating_mul(ROWS) / count.max(1);
    walked < SCAN.saturating_add(count.saturating_mul(4))
}

#[cfg(test)]
mod tests {
    use super::is_walked;

    #[test]
    fn many_are_walked_to_and_few_or_none_are_looked_up() {
        assert!(is_walked(500_000, 100) && is_walked(7_000, 100));
        assert!(!is_walked(0, 100) && !is_walked(1, 100) && !is_walked(100, 100) && !is_walked(7_000, 5_000));
    }
}
