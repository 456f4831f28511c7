//! What list filters offer: their choices, each with the link that makes it, and how many rows it has where that was asked.
//!
//! Called by `changelist`. A choice is what it writes into the address, so that the link, the mark of the present choice and
//! the count beside it (`facets`) cannot differ.

use chrono::{Datelike, Days, NaiveDate};

use crate::db::AnyConnection;
use crate::error::Result;
use crate::query::period::{day_start, next_day};
use crate::query::{Kind, Sql};

use super::display::{self, Display};
use super::facets::{self, Facets};
use super::filters::{ALL, Asked, EXACT, FilterKind, IS_EMPTY, IS_NULL, ListFilter, Lookup, LookupSearch, MOST_FOUND, SINCE, TERM, UNTIL};
use super::list_query::{Query, filter_parameters};
use super::model_admin::ModelAdmin;
use super::paginator;
use super::query_string::QueryString;
use super::related::search_url;

/// A filter as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterView {
    /// See [`ListFilter::title`].
    pub title: &'static str,
    /// By which the browser remembers whether it is folded.
    pub parameter: &'static str,
    /// What can be chosen, in order.
    pub choices: Vec<FilterChoice>,
    /// The box in which others are looked for.
    pub search: Option<FilterSearch>,
}

impl FilterView {
    /// What came of looking for a choice, as a sentence.
    pub fn says(&self, search: &FilterSearch) -> String {
        let found = self.choices.iter().skip(1).filter(|choice| !choice.is_selected).count();
        match i64::try_from(found).unwrap_or(i64::MAX) {
            0 => format!("No {} here match “{}”.", search.plural, search.typed),
            MOST_FOUND.. => format!("The first {found} {} that match are above. Type more to find others.", search.plural),
            _ => format!("{found} found; choose above."),
        }
    }
}

/// A box in which the choices of a filter are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterSearch {
    /// See [`LookupSearch::plural`].
    pub plural: &'static str,
    /// The parameter of what is typed.
    pub name: String,
    /// What was typed.
    pub typed: String,
    /// The parameters that looking for one keeps.
    pub kept: Vec<(String, String)>,
    /// Where a script searches while one types.
    pub url: String,
}

impl FilterSearch {
    fn of(filter: &ListFilter, LookupSearch { plural, foreign_key }: LookupSearch, query: &QueryString) -> Self {
        let name = filter.named(TERM);
        let kept = query.without(&[&name]);
        Self {
            plural,
            typed: query.get(&name).unwrap_or_default().trim().to_owned(),
            kept: kept.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            url: search_url(foreign_key),
            name,
        }
    }
}

/// One choice of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterChoice {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub link: String,
    /// Whether it is the present one.
    pub is_selected: bool,
    /// How many rows it has among those that the search and the other filters leave; `None` when that was not counted.
    pub count: Option<String>,
}

/// The filters beside a list.
#[derive(Debug)]
pub struct SideBar {
    /// Filters, in order; none where a list has none.
    pub filters: Vec<FilterView>,
    /// What is chosen, for where the filters are folded: "status: Paused, tag: vip"; blank where nothing is.
    pub chosen: String,
    /// Leads to the list without filters; `None` when there are none set.
    pub clear: Option<String>,
    /// Whether counts were asked for.
    pub has_facets: bool,
    /// Shows the counts, or hides them.
    pub turn_facets: String,
    /// Whether there was no time to count.
    pub is_too_many: bool,
}

/// A choice, before it is shown.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    label: String,
    setting: Setting,
    /// What its rows meet, where that is known by the way.
    pub(super) rows: Option<Sql>,
}

/// Parameters that a choice sets, by the ending of their name.
type Setting = Vec<(&'static str, String)>;

const ENDINGS: [&str; 6] = [EXACT, SINCE, UNTIL, IS_NULL, IS_EMPTY, ""];

impl SideBar {
    /// What stands beside the list of `query`.
    pub(super) fn of<A: ModelAdmin>(connection: &mut AnyConnection, query: &Query, visible: &Sql, facets: &Facets) -> Result<SideBar> {
        let parameters = query.parameters().without(&[paginator::PAGE, paginator::ALL]);
        let asked = Asked::of(visible, query.display());
        let mut filters = Vec::new();
        for (place, filter) in A::LIST_FILTER.iter().enumerate() {
            filters.push(filter.view(&filter.offers(connection, asked, &parameters)?, &parameters, facets.of(place)));
        }
        // One that offers All alone has nothing to choose.
        filters.retain(|filter| filter.choices.len() > 1 || filter.search.is_some());
        let names = filter_parameters::<A>();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let has_facets = query.has_facets();
        let without = parameters.without(&[facets::PARAMETER]);
        Ok(Self {
            chosen: chosen(&filters),
            filters,
            clear: query.is_filtered().then(|| parameters.without(&names).link()),
            has_facets,
            turn_facets: if has_facets { without } else { without.with(facets::PARAMETER, "True") }.link(),
            is_too_many: *facets == Facets::TooMany,
        })
    }

    /// Whether something can be looked for in one of them.
    pub fn has_search(&self) -> bool {
        self.filters.iter().any(|filter| filter.search.is_some())
    }
}

/// The choices that are not the first of their filter.
fn chosen(filters: &[FilterView]) -> String {
    let of = |filter: &FilterView| {
        let choice = filter.choices.iter().skip(1).find(|choice| choice.is_selected)?;
        Some(format!("{}: {}", filter.title, choice.label))
    };
    filters.iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

impl Offer {
    fn new(label: impl Into<String>, setting: Setting) -> Self {
        Self { label: label.into(), setting, rows: None }
    }

    /// `query` with this choice made.
    pub(super) fn made(&self, filter: &ListFilter, query: &QueryString) -> QueryString {
        let names = filter.parameters();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.setting.iter().fold(query.without(&names), |query, (ending, value)| query.with(&filter.named(ending), value))
    }
}

/// What an address asks for that is no offer: "from 2026-11-26 until 2026-11-28", or the value itself.
fn spoken(setting: &Setting) -> String {
    let day = |typed: &str| typed.split([' ', 'T']).next().unwrap_or_default().to_owned();
    let part = |(ending, value): &(&str, String)| match *ending {
        SINCE => format!("from {}", day(value)),
        UNTIL => format!("until {}", day(value)),
        _ => value.clone(),
    };
    setting.iter().map(part).collect::<Vec<_>>().join(" ")
}

impl ListFilter {
    /// What can be chosen in the list of `query`, in order.
    pub(super) fn offers(&self, connection: &mut AnyConnection, asked: Asked<'_>, query: &QueryString) -> Result<Vec<Offer>> {
        let all = || Offer::new("All", vec![]);
        let exact = |value: &str| vec![(EXACT, value.to_owned())];
        let values = self.offered().iter().map(|choice| Offer::new(choice.label, exact(choice.value)));
        Ok(match self.kind {
            FilterKind::Choices => [all()].into_iter().chain(values).collect(),
            FilterKind::ChoicesWithDefault { label, .. } => {
                [Offer::new(label, vec![]), Offer::new("All", exact(ALL))].into_iter().chain(values).collect()
            }
            FilterKind::Boolean => vec![all(), Offer::new("Yes", exact("1")), Offer::new("No", exact("0"))],
            FilterKind::Date => self.periods(asked.display),
            FilterKind::Emptiness => {
                let is_empty = |value: &str| vec![(IS_EMPTY, value.to_owned())];
                vec![all(), Offer::new("Empty", is_empty("1")), Offer::new("Not empty", is_empty("0"))]
            }
            FilterKind::Lookups(lookups) => {
                let asked = Asked { typed: self.get(query, TERM).unwrap_or_default().trim(), ..asked };
                let found = (lookups.offered)(connection, asked, self.get(query, ""))?.into_iter();
                let offer = |found: Lookup| Offer { rows: found.rows, ..Offer::new(found.label, vec![("", found.value)]) };
                [all()].into_iter().chain(found.map(offer)).collect()
            }
        })
    }

    /// The filter as the page shows it, with `counts` beside the offers where there are any.
    pub(super) fn view(&self, offers: &[Offer], query: &QueryString, counts: Option<&[i64]>) -> FilterView {
        let given = |ending: &&'static str| Some((*ending, self.get(query, ending).filter(|value| !value.is_empty())?.to_owned()));
        let present: Setting = ENDINGS.iter().filter_map(given).collect();
        let choices = offers.iter().enumerate().map(|(number, offer)| FilterChoice {
            label: offer.label.clone(),
            is_selected: offer.setting == present,
            link: offer.made(self, query).link(),
            count: counts.and_then(|counts| counts.get(number)).map(|count| display::number(*count)),
        });
        let mut choices: Vec<FilterChoice> = choices.collect();
        // An address may ask for what is not offered: yesterday's "Today", a tag that few segments have.
        if !present.is_empty() && !choices.iter().any(|choice| choice.is_selected) {
            let (label, link) = (spoken(&present), query.link());
            choices.push(FilterChoice { label, link, is_selected: true, count: None });
        }
        let search = self.lookup_search().map(|search| FilterSearch::of(self, search, query));
        FilterView { title: self.title, parameter: self.parameter, choices, search }
    }

    fn lookup_search(&self) -> Option<LookupSearch> {
        if let FilterKind::Lookups(lookups) = self.kind { lookups.search } else { None }
    }

    fn periods(&self, display: &Display) -> Vec<Offer> {
        let today = display.today();
        let tomorrow = next_day(today).unwrap_or(today);
        let first_of_month = today.with_day(1).unwrap_or(today);
        let next_month = first_of_month.checked_add_months(chrono::Months::new(1)).unwrap_or(tomorrow);
        let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(today);
        let period =
            |label, since, until| Offer::new(label, vec![(SINCE, self.written(since, display)), (UNTIL, self.written(until, display))]);
        let mut periods = vec![
            Offer::new("Any date", vec![]),
            period("Today", today, tomorrow),
            period("Past 7 days", today.checked_sub_days(Days::new(7)).unwrap_or(today), tomorrow),
            period("This month", first_of_month, next_month),
            period("This year", year(today.year()), year(today.year() + 1)),
        ];
        if self.column.nullable {
            periods.push(Offer::new("No date", vec![(IS_NULL, "True".to_owned())]));
            periods.push(Offer::new("Has date", vec![(IS_NULL, "False".to_owned())]));
        }
        periods
    }

    /// A day as Django writes it into the address: with the time and the offset of its midnight, for a column of moments.
    fn written(&self, day: NaiveDate, display: &Display) -> String {
        match self.column.kind {
            Kind::Timestamp => day_start(day, display.zone()).with_timezone(&display.zone()).format("%Y-%m-%d %H:%M:%S%:z").to_string(),
            _ => day.format("%Y-%m-%d").to_string(),
        }
    }
}
