//! The filter by company, of the lists of contacts and contracts.
//!
//! Named by their declarations, and by that of companies for links that set it. There are very many companies, so it offers
//! only the one that a link has set.

use super::COMPANY_ID;
use crate::admin::filters::{Asked, ListFilter, Lookup, Lookups};
use crate::customers::company::{self, Company};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Column, Selection, Sql, Test};

/// The parameter of lists, as Django spells it.
pub(super) const PARAMETER: &str = "company__id__exact";

/// What the rows of a company meet, by its key as it stands in the address.
type RowsOf = fn(&mut AnyConnection, Asked<'_>, &str) -> Result<Sql>;

/// The filter of a list by the company that `column` points to; `rows` is [`of`] that column.
pub(super) const fn filter(column: &'static Column, rows: RowsOf) -> ListFilter {
    ListFilter::lookups(PARAMETER, "company", column, Lookups { offered, rows })
}

/// The rows in which `column` has this key; what is no key has none.
pub(super) fn of(column: &Column, key: &str) -> Sql {
    Test::one_of(*column, Id::parse(key))
}

fn offered(connection: &mut AnyConnection, _: Asked<'_>, present: Option<&str>) -> Result<Vec<Lookup>> {
    let Some(key) = present else { return Ok(Vec::new()) };
    let found = company::list(connection, &Selection::first(&of(&COMPANY_ID, key), &Sql::column(&COMPANY_ID), 1))?;
    Ok(found.into_iter().map(|Company { name, .. }| Lookup { value: key.to_owned(), label: name, rows: None }).collect())
}
