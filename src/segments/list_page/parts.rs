//! The parts of the page of a list, and what its address says.
//!
//! Read by the page's handlers.

use crate::admin::query_string::{PRESERVED, QueryString, preserved};
use crate::db::Id;
use crate::query::Sql;
use crate::segments::list_source::{Drift, joined, left};
use crate::segments::listed::{self, Side};
use crate::segments::picker::{COMPANIES, CONTACTS, Kind};

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    Contacts,
    Companies,
    Through,
    Never,
    Joined,
    Left,
}

impl Show {
    pub(super) const ALL: [Self; 6] = [Self::Contacts, Self::Companies, Self::Through, Self::Never, Self::Joined, Self::Left];

    /// Whether it compares the list with what it was saved from.
    pub(super) fn is_drift(self) -> bool {
        matches!(self, Self::Joined | Self::Left)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Companies => "companies",
            Self::Through => "through",
            Self::Never => "never",
            Self::Joined => "joined",
            Self::Left => "left",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Contacts => "Listed contacts",
            Self::Companies => "Listed companies",
            Self::Through => "In through a company",
            Self::Never => "Never included",
            Self::Joined => "New in its source",
            Self::Left => "No longer in its source",
        }
    }

    /// What stands where nobody is.
    pub(super) fn nobody(self) -> &'static str {
        match self {
            Self::Contacts => "No contact is listed by itself.",
            Self::Companies => "No company is listed. A listed company stands for all its contacts, those to come as well.",
            Self::Through => "Nobody is in through a company alone.",
            Self::Joined => "Nobody has joined the source who is not in this list, but for whom somebody took off it.",
            Self::Left => "Whoever came from the source is still in it, or is not on the list any more.",
            Self::Never => "Nobody is kept out. Whoever is never to be included stays out, also when their company is listed.",
        }
    }

    /// How many it shows, of those that compare the list with its source.
    pub(super) fn number(self, drift: Drift) -> Option<i64> {
        match self {
            Self::Joined => Some(drift.joined),
            Self::Left => Some(drift.left),
            _ => None,
        }
    }

    pub(super) fn kind(self) -> &'static Kind {
        if self == Self::Companies { &COMPANIES } else { &CONTACTS }
    }

    /// Those of the kind that are meant, where the members of the source are `source`.
    pub(super) fn rows(self, segment: Id, source: &Sql) -> Sql {
        let side: &Side = self.kind().side;
        match self {
            Self::Joined => joined(segment, source),
            Self::Left => left(segment, source),
            Self::Contacts | Self::Companies => side.is_listed(segment, &Sql::all()),
            Self::Never => side.is_never(segment, &Sql::all()),
            Self::Through => {
                let of_companies = Sql::from("crm_app_contact.company_id").is_in(listed::COMPANIES.listed_in(segment), Sql::default());
                side.is_to_be_listed(segment, &of_companies)
            }
        }
    }
}

/// What the address says.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) show: Show,
    pub(super) query: String,
    pub(super) page: i64,
    /// The parameters of the list of segments that one came from.
    pub(super) filters: String,
}

impl Asked {
    pub(super) fn read(query: &str) -> Self {
        let filters = preserved(query);
        let query = QueryString::parse(query);
        let named = query.get("show").unwrap_or_default();
        let page = query.get("p").and_then(|page| page.parse().ok()).unwrap_or(1);
        Self {
            show: Show::ALL.into_iter().find(|show| show.name() == named).unwrap_or(Show::Contacts),
            query: query.get("q").unwrap_or_default().trim().to_owned(),
            page: i64::clamp(page, 1, 1_000_000),
            filters,
        }
    }

    pub(super) fn link(&self, show: Show, page: i64) -> String {
        let query = QueryString::default().with("show", show.name());
        let query = if self.query.is_empty() { query } else { query.with("q", self.query.clone()) };
        let query = if self.filters.is_empty() { query } else { query.with(PRESERVED, self.filters.clone()) };
        if page > 1 { query.with("p", page.to_string()).link() } else { query.link() }
    }
}
