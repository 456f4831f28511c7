//! Facets: how many rows each choice of each filter has, beside what the search and the other filters leave.
//!
//! Asked for by "Show counts" (`_facets`, as in Django), counted before the list in one question for all of them, from the
//! very predicates that the choices lead to. It has a time budget: where there are too many rows to count, the page says so
//! instead of making somebody wait.

use crate::accounts::Actor;
use crate::db::classify::Failure;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};
use crate::query::Sql;

use super::filters::Asked;
use super::list_query::Query;
use super::model_admin::ModelAdmin;

/// Asks for them.
pub const PARAMETER: &str = "_facets";

/// What came of counting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facets {
    /// Nobody asked.
    Hidden,
    /// The counts, filter by filter, choice by choice.
    Counted(Vec<Vec<i64>>),
    /// There was not enough time.
    TooMany,
}

impl Facets {
    /// Those of the filter at this place.
    pub(super) fn of(&self, filter: usize) -> Option<&[i64]> {
        match self {
            Self::Counted(counts) => counts.get(filter).map(Vec::as_slice),
            Self::Hidden | Self::TooMany => None,
        }
    }

    /// The facets of a list, if it asks for them.
    pub async fn count<A: ModelAdmin>(db: &Db, actor: &Actor, query: &Query) -> Result<Self> {
        let actor = actor.clone();
        Self::count_among::<A>(db, query, move |_| Ok((A::VISIBLE)(&actor))).await
    }

    /// The same of a list of the rows that meet what `visible` makes.
    pub async fn count_among<A: ModelAdmin>(
        db: &Db,
        query: &Query,
        visible: impl FnOnce(&mut AnyConnection) -> Result<Sql> + Send + 'static,
    ) -> Result<Self> {
        if A::LIST_FILTER.is_empty() || !query.has_facets() {
            return Ok(Self::Hidden);
        }
        let query = query.clone();
        let counted = db.read_aside(move |connection| {
            let visible = visible(connection)?;
            count::<A>(connection, &visible, &query)
        });
        match counted.await {
            Ok(counts) => Ok(Self::Counted(counts)),
            Err(AppError::Database(Failure::Timeout)) => Ok(Self::TooMany),
            Err(error) => Err(error),
        }
    }
}

fn count<A: ModelAdmin>(connection: &mut AnyConnection, visible: &Sql, query: &Query) -> Result<Vec<Vec<i64>>> {
    let asked = Asked::of(visible, query.display());
    let left = query.left_by_filters(connection, asked)?;
    let (mut conditions, mut lengths) = (Vec::new(), Vec::new());
    for (place, filter) in A::LIST_FILTER.iter().enumerate() {
        let offers = filter.offers(connection, asked, query.parameters())?;
        let others = left.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, sql)| sql.clone());
        let others: Vec<Sql> = others.collect();
        for offer in &offers {
            let choice = if let Some(rows) = &offer.rows {
                rows.clone()
            } else {
                let made = filter.narrowing(&offer.made(filter, query.parameters()), query.display());
                made.map_err(|_| AppError::internal("a choice is refused"))?.sql(connection, asked)?
            };
            conditions.push(Sql::and(others.iter().cloned().chain([choice])));
        }
        lengths.push(offers.len());
    }
    let searched = query.searched::<A>(connection, visible)?.rows;
    let mut counts = A::STORE.source.tally(connection, &searched, &conditions)?.into_iter();
    Ok(lengths.into_iter().map(|length| counts.by_ref().take(length).collect()).collect())
}
