//! The rows of a list's page: how many the list finds, and which of them the page shows, by the way that gets there soonest.
//!
//! Called by `changelist`. A list is of all the rows that somebody sees, or of a [`Part`] of them.

use crate::db::{AnyConnection, Id, dialect};
use crate::error::Result;
use crate::query::selection::is_walked;
use crate::query::{Selection, Sql, Test};

use super::list_query::Query;
use super::model_admin::{ModelAdmin, Total};
use super::paginator::{Count, Paginator};
use super::search::Searched;

/// Reads a page of rows in the order that the list has of its own accord: so many, after so many.
pub type InOrder<'a, Row> = &'a dyn Fn(&mut AnyConnection, i64, i64) -> Result<Vec<Row>>;

/// Some rows of a model as a list of their own: those that belong to an object of another model, which knows how many they are
/// and how they are read soonest.
pub struct Part<'a, A: ModelAdmin> {
    /// What they meet.
    pub rows: &'a Sql,
    /// How many they are.
    pub count: i64,
    /// Reads them as they are, without search, filters and sorting.
    pub in_order: InOrder<'a, A::Row>,
    /// Whether all that a search or a filter finds are counted, however many.
    pub counts_all: bool,
    /// The address of their list, without parameters of the list.
    pub url: String,
}

impl<A: ModelAdmin> Part<'_, A> {
    /// How many they are.
    pub(super) fn total(&self) -> Count {
        Count { value: self.count, is_capped: false }
    }

    /// The page of them that is wanted, and where it is among how many; `None` when the list ends before it.
    pub(super) fn page(&self, connection: &mut AnyConnection, query: &Query) -> Result<Option<(Paginator, Vec<A::Row>)>> {
        if !query.is_narrowed() {
            let Some(paginator) = Paginator::new(self.total(), query.wanted()) else { return Ok(None) };
            let rows = self.rows(connection, query, &paginator)?;
            return Ok(Some((paginator, rows)));
        }
        let found = query.found::<A>(connection, self.rows)?;
        let counted = if self.counts_all { Found::all::<A>(connection, &found.rows)? } else { Found::of::<A>(connection, &found.parts)? };
        page_of::<A>(connection, query, &found, counted)
    }

    fn rows(&self, connection: &mut AnyConnection, query: &Query, paginator: &Paginator) -> Result<Vec<A::Row>> {
        let (limit, offset) = (paginator.limit, paginator.offset);
        if query.is_in_own_order::<A>() {
            return (self.in_order)(connection, limit, offset);
        }
        // Few are sorted, even where an index has everybody in this order.
        let order = query.order::<A>();
        let order = if is_walked(self.count, offset + limit) { order } else { order.unindexed() };
        (A::STORE.list)(connection, &Selection { predicate: self.rows, order: &order, limit, offset, reads_rows: false })
    }
}

/// How many rows meet one of `parts`, as far as they are counted.
pub(super) fn count<A: ModelAdmin>(connection: &mut AnyConnection, parts: &[Sql]) -> Result<Count> {
    Ok(Found::of::<A>(connection, parts)?.count)
}

/// The rows of the page that is wanted, and where it is among how many; `None` when the list ends before it.
pub(super) fn page<A: ModelAdmin>(
    connection: &mut AnyConnection,
    query: &Query,
    found: &Searched,
) -> Result<Option<(Paginator, Vec<A::Row>)>> {
    let counted = Found::of::<A>(connection, &found.parts)?;
    page_of::<A>(connection, query, found, counted)
}

/// The same, of rows that are counted.
fn page_of<A: ModelAdmin>(
    connection: &mut AnyConnection,
    query: &Query,
    found: &Searched,
    Found { count, keys }: Found,
) -> Result<Option<(Paginator, Vec<A::Row>)>> {
    let Some(paginator) = Paginator::new(count, query.wanted()) else { return Ok(None) };
    let (limit, offset, reads_rows) = (paginator.limit, paginator.offset, query.is_plain());
    let order = query.order::<A>();
    let selection = Selection { predicate: &found.rows, order: &order, limit, offset, reads_rows };
    let rows = match keys {
        Some(keys) if !count.is_capped => (A::STORE.list)(connection, &Selection { predicate: &Test::one_of(*A::KEY, keys), ..selection })?,
        Some(keys) if query.is_search_sorted() => foremost::<A>(connection, query, &selection, keys)?,
        // The order is that of an index, and some rows of it are left out.
        Some(_) if query.sort().is_empty() && !reads_rows => among_many::<A>(connection, &selection)?,
        _ => (A::STORE.list)(connection, &selection)?,
    };
    Ok((!rows.is_empty() || paginator.page == 1).then_some((paginator, rows)))
}

/// A page of a search that is sorted by a column. No row of it comes after the one that would end it if `some` were all that the
/// search finds, and to see that of a row is much less work than to search it.
fn foremost<A: ModelAdmin>(connection: &mut AnyConnection, query: &Query, selection: &Selection<'_>, some: Vec<Id>) -> Result<Vec<A::Row>> {
    let Some(place) = query.place::<A>() else { return (A::STORE.list)(connection, selection) };
    let until = selection.offset + selection.limit;
    let few = some.into_iter().take(usize::try_from(until * TRIED).unwrap_or(usize::MAX));
    let end = Selection { predicate: &Test::one_of(*A::KEY, few), limit: 1, offset: until - 1, ..*selection };
    let Some(last) = A::STORE.source.list_keys(connection, &end)?.pop() else { return (A::STORE.list)(connection, selection) };
    let before = place.until(A::STORE.source, &Test::one_of(*A::KEY, [last]));
    (A::STORE.list)(connection, &Selection { predicate: &Sql::and([before, selection.predicate.clone().asked_last()]), ..*selection })
}

/// Of so many rows for each that is wanted, the last that is wanted leaves as small a part of all to be searched.
const TRIED: i64 = 40;

/// A page of rows that are too many to be named. Mostly the first of them are met soon in their order; if not, they are not
/// spread over it as chance would have it, and may all stand at its end.
fn among_many<A: ModelAdmin>(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<A::Row>> {
    let Some(least) = dialect::near_rows(connection) else { return (A::STORE.list)(connection, selection) };
    let near = least.saturating_add((selection.offset + selection.limit).saturating_mul(SPARSE));
    match A::STORE.source.list_keys_near(connection, selection, near)? {
        Some(keys) => (A::STORE.list)(connection, &Selection { predicate: &Test::one_of(*A::KEY, keys), offset: 0, ..*selection }),
        None => (A::STORE.list)(connection, &Selection { order: &selection.order.clone().unindexed(), ..*selection }),
    }
}

/// Where one row of so many meets what is asked, a page is still looked for on a walk through its order.
const SPARSE: i64 = 10;

/// How many rows meet a predicate.
struct Found {
    count: Count,
    /// Which they are, where they had to be found to be counted: all of them, from which the page is then sorted, not looked
    /// for again; or, of more than are counted, some.
    keys: Option<Vec<Id>>,
}

impl Found {
    /// All that meet `rows`.
    fn all<A: ModelAdmin>(connection: &mut AnyConnection, rows: &Sql) -> Result<Self> {
        let value = A::STORE.source.count(connection, rows)?;
        Ok(Self { count: Count { value, is_capped: false }, keys: None })
    }

    /// Those that meet one of `parts`.
    fn of<A: ModelAdmin>(connection: &mut AnyConnection, parts: &[Sql]) -> Result<Self> {
        let Total::UpTo(most) = A::TOTAL else { return Self::all::<A>(connection, &Sql::or(parts.iter().cloned())) };
        let is_more = |keys: &[Id]| i64::try_from(keys.len()).map_or(true, |found| found > most);
        let mut keys = Vec::new();
        for part in parts {
            if is_more(&keys) {
                break;
            }
            // One more than is counted tells whether there are more.
            keys.extend(A::STORE.source.list_some_keys(connection, part, most + 1)?);
            keys.sort_unstable();
            keys.dedup();
        }
        let is_capped = is_more(&keys);
        let value = if is_capped { most } else { i64::try_from(keys.len()).unwrap_or(most) };
        Ok(Self { count: Count { value, is_capped }, keys: Some(keys) })
    }
}
