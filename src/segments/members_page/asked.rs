//! What the address of the members page asks for, and of the file that is made of it.
//!
//! Read by `show` and `file`. What cannot be meant is refused as a whole, as of every list: a page or a file of all members is
//! no answer to whoever asks for some of them.

use super::list::MemberAdmin;
use crate::admin::display::Display;
use crate::admin::facets;
use crate::admin::filters::Unusable;
use crate::admin::headings::ORDER;
use crate::admin::list_query::Query;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::paginator;
use crate::admin::query_string::{PRESERVED, QueryString, preserved};
use crate::customers::contact::Row;

/// Asks for everybody to be counted, with their addresses.
pub(super) const COUNTED: &str = "addresses";

/// What the address of the page asks for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The list.
    pub(super) query: Query,
    /// Whether everybody is to be counted, however many.
    pub(super) counts_all: bool,
    /// The parameters of the list of segments that one came from.
    pub(super) filters: String,
}

impl Asked {
    pub(super) fn read<C: ModelAdmin<Row = Row>, D: ModelAdmin>(raw: &str, display: &Display) -> Result<Self, Unusable> {
        let (given, filters) = (QueryString::parse(raw), preserved(raw));
        let own = given.without(&[COUNTED, PRESERVED]);
        let own = if filters.is_empty() { own } else { own.with(PRESERVED, filters.clone()) };
        let query = Query::read_beside::<MemberAdmin<C, D>>(&own, display, &[PRESERVED])?;
        Ok(Self { query, counts_all: given.get(COUNTED).is_some(), filters })
    }

    /// The parameters that narrow the list, for the form that makes a file of those found.
    pub(super) fn narrowing(&self) -> Vec<(String, String)> {
        let parameters = self.query.parameters().without(NOT_NARROWING).without(&[PRESERVED]);
        let parameters = if self.query.is_narrowed() { parameters } else { QueryString::default() };
        parameters.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// This very page, with everybody counted.
    pub(super) fn counting_all(&self) -> String {
        self.query.parameters().with(COUNTED, "1").link()
    }
}

/// Parameters of a list that make no other members of it.
const NOT_NARROWING: &[&str] = &[ORDER, paginator::PAGE, paginator::ALL, facets::PARAMETER];

/// Which members the file is of: all, whatever else the address says.
pub(super) const OF: &str = "of";
/// Its value.
pub(super) const ALL: &str = "all";
/// Leaves out who has no e-mail address.
pub(super) const WITH_EMAIL: &str = "with_email";
/// One row for those who share an address.
pub(super) const ONE_PER_ADDRESS: &str = "one_per_address";

/// What the address of the file asks for.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Who is in it, where it is not of everybody.
    pub(super) narrowed: Option<Query>,
    pub(super) with_email: bool,
    pub(super) one_per_address: bool,
}

impl Wanted {
    pub(super) fn read<C: ModelAdmin<Row = Row>, D: ModelAdmin>(raw: &str, display: &Display) -> Result<Self, Unusable> {
        let given = QueryString::parse(raw);
        // A page of the list is no file.
        if given.pairs().any(|(name, _)| NOT_NARROWING.contains(&name)) || given.get(OF).is_some_and(|of| of != ALL) {
            return Err(Unusable);
        }
        let is_set = |name| given.get(name).is_some();
        let query = Query::read_beside::<MemberAdmin<C, D>>(&given.without(&[OF, WITH_EMAIL, ONE_PER_ADDRESS]), display, &[])?;
        let narrowed = (!is_set(OF) && query.is_narrowed()).then_some(query);
        Ok(Self { narrowed, with_email: is_set(WITH_EMAIL), one_per_address: is_set(ONE_PER_ADDRESS) })
    }

    /// What the name of the file says of that; blank where it has all members.
    pub(super) fn named(&self) -> String {
        let parts = [(self.narrowed.is_some(), "found"), (self.with_email, "with e-mail"), (self.one_per_address, "one per address")];
        let told: Vec<&str> = parts.into_iter().filter_map(|(is_so, part)| is_so.then_some(part)).collect();
        if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
    }

    /// What makes the file another than that of all members, as the history tells it; blank where nothing does.
    pub(super) fn told(&self) -> String {
        let mut told = Vec::new();
        if let Some(query) = &self.narrowed {
            let search = query.search();
            told.push(if search.is_empty() { "filtered".to_owned() } else { format!("found by “{search}”") });
            told.extend((!search.is_empty() && query.is_filtered()).then(|| "filtered".to_owned()));
        }
        told.extend(self.with_email.then(|| "only with e-mail".to_owned()));
        told.extend(self.one_per_address.then(|| "one row per address".to_owned()));
        told.join(", ")
    }
}
