//! The filter by company, of the lists of contacts and contracts.
//!
//! Named by their declarations, and by that of companies for links that set it. There are very many companies, so it offers
//! the one that is set and those that are looked for.

use crate::admin::filters::{Asked, ListFilter, Lookup, LookupSearch, Lookups, MOST_FOUND};
use crate::customers::company::{self, Company};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Column, Sql, Test};

/// The parameter of lists, as Django spells it.
pub(super) const PARAMETER: &str = "company__id__exact";

/// What the rows of a company meet, by its key as it stands in the address.
type RowsOf = fn(&mut AnyConnection, Asked<'_>, &str) -> Result<Sql>;

/// The filter of the list of `model` by the company that `column` points to; `rows` is [`of`] that column. The form of the model
/// has the company among its fields.
pub(super) const fn filter(model: &'static str, column: &'static Column, rows: RowsOf) -> ListFilter {
    let search = LookupSearch { plural: "companies", foreign_key: ["crm_app", model, "company"] };
    ListFilter::lookups(PARAMETER, "company", column, Lookups { offered, rows, search: Some(search) })
}

/// The rows in which `column` has this key; what is no key has none.
pub(super) fn of(column: &Column, key: &str) -> Sql {
    Test::one_of(*column, Id::parse(key))
}

fn offered(connection: &mut AnyConnection, asked: Asked<'_>, present: Option<&str>) -> Result<Vec<Lookup>> {
    let key = present.and_then(Id::parse);
    let found = company::list_offered(connection, key, asked.typed, &Sql::all(), MOST_FOUND)?;
    // The one that is set stays the way the address spells it.
    let value = |id: Id| present.filter(|_| key == Some(id)).map_or_else(|| id.to_string(), str::to_owned);
    Ok(found.into_iter().map(|Company { id, name, .. }| Lookup { value: value(id), label: name, rows: None }).collect())
}
