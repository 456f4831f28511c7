//! The changelist: a query string and a declaration become a page of rows, filters, headings and links.
//!
//! Called by `views::changelist`, inside one `db.read`. [`Query::read`] is pure and refuses what cannot be meant, so that
//! only closed lists of names ever reach SQL; [`ChangeList::load`] asks a constant number of
//! questions, however many rows there are.

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Sql, text};

use super::actions;
use super::cell::Cell;
use super::chosen::Chosen;
use super::display::{Display, number};
use super::facets::Facets;
use super::filter_choices::SideBar;
use super::filters::Asked;
use super::headings::{Heading, headings};
use super::list_query::{Query, SEARCH, of_everything};
use super::list_rows::{Part, count, page};
use super::model_admin::{Model, ModelAdmin};
use super::paginator::{self, Count, PageLink, Paginator};
use super::query_string::{PRESERVED, QueryString, back_to, carrying};
use super::related::foreign_keys;

/// A list, as the page shows it.
#[derive(Debug)]
pub struct ChangeList {
    /// What is listed.
    pub model: Model,
    /// See [`ModelAdmin::STYLES`].
    pub styles: &'static [&'static str],
    /// Headings, in order.
    pub headings: Vec<Heading>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// What stands beside it.
    pub filters: SideBar,
    /// The search box; `None` where nothing can be searched.
    pub search: Option<SearchBox>,
    /// How many rows there are: "1,204", "10,000+".
    pub count: String,
    /// Whether there are more than were counted.
    pub is_capped: bool,
    /// Whether there is exactly one.
    pub is_one: bool,
    /// Page numbers; none when there is one page only.
    pub pages: Vec<PageLink>,
    /// The page before, where numbers do not lead everywhere.
    pub previous: Option<String>,
    /// The page after; likewise.
    pub next: Option<String>,
    /// Leads to all rows on one page.
    pub show_all: Option<String>,
    /// Where one is added; `None` when the actor may not.
    pub add_url: Option<String>,
    /// The whole list as a file.
    pub export_url: String,
    /// Other pages: what each link says, and where it leads.
    pub tools: Vec<(&'static str, String)>,
    /// Whether what is done with several can be done with all of them.
    pub takes_all: bool,
    /// What can be done with several at once: name and label.
    pub actions: Vec<(&'static str, &'static str)>,
    /// What was chosen for an action that was refused, to be chosen again.
    pub chosen: Chosen,
    /// The address of this very list, to which actions are posted.
    pub url: String,
    /// The address of the list without anything.
    pub home: String,
    /// Why nothing can be changed here; `None` when something can.
    pub read_only: Option<String>,
}

/// The search box.
#[derive(Debug)]
pub struct SearchBox {
    /// What was typed.
    pub typed: String,
    /// The parameters that searching keeps.
    pub kept: Vec<(String, String)>,
    /// "97 results", after a search or with a filter.
    pub results: Option<String>,
    /// What a filter leaves out of its own accord, where something is looked for, and the link that shows it too.
    pub left_out: Option<(String, String)>,
    /// "500 total", which leads to the list without anything.
    pub total: String,
}

/// A row of the list.
#[derive(Debug)]
pub struct Row {
    /// Its key.
    pub key: Id,
    /// What it is called.
    pub name: String,
    /// Its cells, in the order of the headings.
    pub cells: Vec<ListCell>,
}

/// A cell of the list.
#[derive(Debug)]
pub struct ListCell {
    /// See `ListColumn::name`.
    pub name: &'static str,
    /// The heading, for screens too narrow for a table.
    pub heading: &'static str,
    /// What it shows.
    pub cell: Cell,
    /// Leads to the object.
    pub link: Option<String>,
}

impl ChangeList {
    /// The page of a list that `query` asks for; `None` when the list ends before it.
    pub fn load<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, query: &Query, facets: &Facets) -> Result<Option<Self>> {
        let visible = (A::VISIBLE)(actor);
        let found = query.found::<A>(connection, &visible)?;
        let Some((paginator, rows)) = page::<A>(connection, query, &found)? else { return Ok(None) };
        let total = if query.search().is_empty() {
            paginator.count
        } else {
            let unfiltered = query.left_at_first(connection, Asked::of(&visible, query.display()))?;
            count::<A>(connection, &[Sql::and(unfiltered.into_iter().chain([visible.clone()]))])?
        };
        let filters = SideBar::of::<A>(connection, query, &visible, facets)?;
        let search = search_box::<A>(query, paginator.count, total, !query.search().is_empty());
        let list = Self::of::<A>(actor, query, (A::MODEL.list_url(), &query.parameters().encoded()), filters, &paginator, &rows);
        Ok(Some(Self { search: (!A::SEARCH_FIELDS.is_empty()).then_some(search), ..list }))
    }

    /// The page of a list of some rows only, likewise. Whoever goes from it to a row does not come back to it, but to the list of
    /// all.
    pub fn load_part<A: ModelAdmin>(
        connection: &mut AnyConnection,
        actor: &Actor,
        query: &Query,
        facets: &Facets,
        part: &Part<'_, A>,
    ) -> Result<Option<Self>> {
        let Some((paginator, rows)) = part.page(connection, query)? else { return Ok(None) };
        let filters = SideBar::of::<A>(connection, query, part.rows, facets)?;
        let search = search_box::<A>(query, paginator.count, part.total(), query.is_narrowed());
        let list = Self::of::<A>(actor, query, (part.url.clone(), ""), filters, &paginator, &rows);
        Ok(Some(Self { search: (!A::SEARCH_FIELDS.is_empty()).then_some(search), ..list }))
    }

    /// The most rows that one action takes, as the page says it.
    pub fn most(&self) -> String {
        number(actions::MOST)
    }

    /// The list at `url`, whose rows carry the parameters `carried` along.
    fn of<A: ModelAdmin>(
        actor: &Actor,
        query: &Query,
        (url, carried): (String, &str),
        filters: SideBar,
        paginator: &Paginator,
        rows: &[A::Row],
    ) -> Self {
        let allowed = |permission| A::EDITING.allows(actor, permission, None);
        let tools = A::LIST_TOOLS.iter().filter(|tool| allowed(tool.permission).is_ok());
        Self {
            model: A::MODEL,
            styles: A::STYLES,
            headings: headings::<A>(query.parameters(), query.sort()),
            rows: rows.iter().map(|row| list_row::<A>(row, query.display(), carried)).collect(),
            filters,
            search: None,
            count: paginator.count.text(),
            is_capped: paginator.count.is_capped,
            is_one: paginator.count.value == 1,
            pages: paginator.links(query.parameters()),
            previous: paginator.previous(query.parameters()),
            next: paginator.next(query.parameters(), i64::try_from(rows.len()) == Ok(paginator.limit)),
            show_all: paginator.show_all(query.parameters()),
            export_url: back_to(A::MODEL.export_url(), &query.parameters().without(&[paginator::PAGE, paginator::ALL]).encoded()),
            tools: tools.map(|tool| (tool.label, format!("{}{}/", A::MODEL.list_url(), tool.page))).collect(),
            takes_all: !paginator.count.is_capped && paginator.count.value <= actions::MOST,
            actions: actions::offered::<A>(actor).map(|action| (action.name, action.label)).collect(),
            chosen: Chosen::default(),
            url: back_to(url.clone(), &query.parameters().encoded()),
            home: url,
            add_url: allowed(Permission::Add).is_ok().then(|| add_url::<A>(query.parameters())),
            read_only: allowed(Permission::Change).err().map(|why| why.to_string()),
        }
    }
}

/// Where one is added: to the object whose rows the list shows, if it shows those of one.
fn add_url<A: ModelAdmin>(parameters: &QueryString) -> String {
    let of = |name: &'static str| Some((name, parameters.get(&format!("{name}__id__exact"))?));
    let given =
        foreign_keys::<A>().filter_map(|(name, _)| of(name)).fold(QueryString::default(), |query, (name, key)| query.with(name, key));
    let given = if parameters.is_empty() { given } else { given.with(PRESERVED, parameters.encoded()) };
    back_to(A::MODEL.add_url(), &given.encoded())
}

fn list_row<A: ModelAdmin>(row: &A::Row, display: &Display, carried: &str) -> Row {
    let cells = A::LIST_DISPLAY.iter().map(|column| ListCell {
        name: column.name,
        heading: column.heading,
        cell: column.show.of(row, display),
        link: column.is_link.then(|| carrying(A::MODEL.change_url((A::STORE.id)(row)), carried)),
    });
    Row { key: (A::STORE.id)(row), name: (A::STORE.name)(row), cells: cells.collect() }
}

fn search_box<A: ModelAdmin>(query: &Query, found: Count, total: Count, has_results: bool) -> SearchBox {
    let kept = query.parameters().without(&[SEARCH, paginator::PAGE, paginator::ALL]);
    let one = found.value == 1 && !found.is_capped;
    let results = format!("{} {}", found.text(), if one { "result" } else { "results" });
    SearchBox {
        typed: query.search().to_owned(),
        kept: kept.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        results: has_results.then_some(results),
        left_out: left_out::<A>(query).filter(|_| !query.search().is_empty() || query.is_filtered()),
        total: format!("{} total", total.text()),
    }
}

fn left_out<A: ModelAdmin>(query: &Query) -> Option<(String, String)> {
    let left_out: Vec<String> = A::LIST_FILTER.iter().flat_map(|filter| filter.left_out(query.parameters())).collect();
    let everything = of_everything::<A>(query.parameters().without(&[paginator::PAGE, paginator::ALL]));
    (!left_out.is_empty()).then(|| (text::list(&left_out, "and"), everything.link()))
}
