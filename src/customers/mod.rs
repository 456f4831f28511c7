//! What segments select: companies, their contacts and their contracts.
//!
//! `company`, `contact` and `contract` are the models, read by the admin's lists and by segments; `import` brings them in
//! from files, `sample` makes them up. Nothing here knows segments: segments know customers, never the other way round.

pub mod company;
pub mod contact;
pub mod contract;

use crate::query::Sql;

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
