//! What a list is asked for: its query string, understood.
//!
//! Called by `views` and `actions`, answered by `changelist` and `facets`. [`Query::read`] is pure and refuses what cannot be
//! meant, so that only closed lists of names ever reach SQL.

use crate::db::AnyConnection;
use crate::error::Result;
use crate::query::Sql;

use super::display::Display;
use super::facets;
use super::filters::{Asked, ListFilter, Narrowing, TERM, Unusable};
use super::headings::{Clicked, ORDER, keys, sort};
use super::list_display::{Place, order};
use super::model_admin::{ModelAdmin, Total};
use super::paginator::{self, PER_PAGE, Wanted};
use super::query_string::QueryString;
use super::search::{self, Searched};

/// What is searched for.
pub const SEARCH: &str = "q";
/// Set when a list was asked for in a way that cannot be meant.
pub const ERROR: &str = "e";
/// What a list is asked for, understood.
#[derive(Debug, Clone)]
pub struct Query {
    parameters: QueryString,
    search: String,
    sort: Vec<Clicked>,
    wanted: Wanted,
    /// What each filter leaves, in the order of their declaration.
    narrowings: Vec<Narrowing>,
    /// The same before anything is chosen.
    unfiltered: Vec<Narrowing>,
    is_filtered: bool,
    display: Display,
}

impl Query {
    /// Reads the parameters of a list.
    ///
    /// # Errors
    /// `Unusable` for parameters that the list does not have, values that cannot be meant and a search that is too long.
    pub fn read<A: ModelAdmin>(raw: &str, display: &Display) -> Result<Self, Unusable> {
        Self::read_beside::<A>(&QueryString::parse(raw), display, &[])
    }

    /// The same, of a page that has parameters of its own too: those named in `kept` stay in the links of the list.
    ///
    /// # Errors
    /// See [`Query::read`].
    pub fn read_beside<A: ModelAdmin>(given: &QueryString, display: &Display, kept: &[&str]) -> Result<Self, Unusable> {
        let parameters = given.without(&[ERROR]);
        let filters = filter_parameters::<A>();
        let own = [SEARCH, ORDER, paginator::PAGE, paginator::ALL, facets::PARAMETER];
        let is_own = |name: &str| own.contains(&name) || kept.contains(&name);
        if parameters.pairs().any(|(name, _)| !is_own(name) && !filters.iter().any(|filter| filter == name)) {
            return Err(Unusable);
        }
        if parameters.get(SEARCH).is_some_and(search::is_too_long) {
            return Err(Unusable);
        }
        let narrows = |name: &str| filters.iter().any(|filter| filter == name) && !name.ends_with(TERM);
        let is_filtered = parameters.pairs().any(|(name, _)| narrows(name));
        Ok(Self {
            search: parameters.get(SEARCH).unwrap_or_default().trim().to_owned(),
            sort: parameters.get(ORDER).map(sort::<A>).unwrap_or_default(),
            wanted: Wanted::read(&parameters).ok_or(Unusable)?,
            is_filtered,
            narrowings: narrowings::<A>(&parameters, display)?,
            unfiltered: narrowings::<A>(&QueryString::default(), display)?,
            display: *display,
            parameters,
        })
    }

    /// The rows that the list finds, of those that the actor sees.
    pub fn predicate<A: ModelAdmin>(&self, connection: &mut AnyConnection, visible: &Sql) -> Result<Sql> {
        Ok(self.found::<A>(connection, visible)?.rows)
    }

    /// The same, as they are found soonest.
    pub(super) fn found<A: ModelAdmin>(&self, connection: &mut AnyConnection, visible: &Sql) -> Result<Searched> {
        let left = self.left_by_filters(connection, Asked::of(visible, &self.display))?;
        Ok(self.searched::<A>(connection, visible)?.among(&left))
    }

    /// The rows that the search finds, of those that the actor sees.
    pub(super) fn searched<A: ModelAdmin>(&self, connection: &mut AnyConnection, visible: &Sql) -> Result<Searched> {
        if self.search.is_empty() || A::SEARCH_FIELDS.is_empty() {
            return Ok(Searched::whole(visible.clone()));
        }
        let found = search::searched(connection, A::SEARCH_FIELDS, &self.search)?;
        Ok(found.among(std::slice::from_ref(visible)))
    }

    /// What each filter leaves.
    pub(super) fn left_by_filters(&self, connection: &mut AnyConnection, asked: Asked<'_>) -> Result<Vec<Sql>> {
        self.narrowings.iter().map(|narrowing| narrowing.sql(connection, asked)).collect()
    }

    /// Whether the filters are to have counts beside them.
    pub(super) fn has_facets(&self) -> bool {
        self.parameters.get(facets::PARAMETER).is_some()
    }

    /// What each filter leaves before anything is chosen.
    pub(super) fn left_at_first(&self, connection: &mut AnyConnection, asked: Asked<'_>) -> Result<Vec<Sql>> {
        self.unfiltered.iter().map(|narrowing| narrowing.sql(connection, asked)).collect()
    }

    /// What is searched for; blank when nothing is.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// The columns that it is sorted by.
    pub(super) fn sort(&self) -> &[Clicked] {
        &self.sort
    }

    /// Which page of it.
    pub(super) fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Whether a filter is set.
    pub fn is_filtered(&self) -> bool {
        self.is_filtered
    }

    /// Its parameters, as they stand in the address.
    pub fn parameters(&self) -> &QueryString {
        &self.parameters
    }

    /// When it is asked, and in which zone.
    pub(super) fn display(&self) -> &Display {
        &self.display
    }

    /// The order of the list.
    pub fn order<A: ModelAdmin>(&self) -> Sql {
        order(keys::<A>(&self.sort), A::KEY)
    }

    /// Whether that is the order which the list has of its own accord, clicked or not.
    pub(super) fn is_in_own_order<A: ModelAdmin>(&self) -> bool {
        keys::<A>(&self.sort) == A::ORDERING
    }

    /// Where a row stands in that order; `None` where that is not one comparison.
    pub(super) fn place<A: ModelAdmin>(&self) -> Option<Place> {
        Place::new(keys::<A>(&self.sort), A::KEY)
    }

    /// Whether something is searched for and sorted by a column.
    pub(super) fn is_search_sorted(&self) -> bool {
        !self.search.is_empty() && !self.sort.is_empty()
    }

    /// Whether answering may look at every row of a model that has many.
    pub fn is_heavy<A: ModelAdmin>(&self) -> bool {
        matches!(A::TOTAL, Total::UpTo(most) if !self.is_plain() || self.wanted.page > most / PER_PAGE)
    }

    /// Whether it asks for all rows in the order that the list has of its own accord.
    pub fn is_plain(&self) -> bool {
        self.sort.is_empty() && !self.is_narrowed()
    }

    /// Whether something is searched for, or a filter is set.
    pub fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || self.is_filtered
    }
}

/// What each filter leaves.
fn narrowings<A: ModelAdmin>(parameters: &QueryString, display: &Display) -> Result<Vec<Narrowing>, Unusable> {
    A::LIST_FILTER.iter().map(|filter| filter.narrowing(parameters, display)).collect()
}

/// The parameters of the list of `A` that are in `query`, and those that make it leave nothing out of its own accord.
pub(super) fn of_everything<A: ModelAdmin>(query: QueryString) -> QueryString {
    A::LIST_FILTER.iter().filter_map(ListFilter::everything).fold(query, |query, (name, all)| query.with(&name, all))
}

pub(super) fn filter_parameters<A: ModelAdmin>() -> Vec<String> {
    A::LIST_FILTER.iter().flat_map(ListFilter::parameters).collect()
}
