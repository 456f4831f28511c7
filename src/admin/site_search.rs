//! Searching everything at once: the box in the header.
//!
//! Listed in `routes`. Each model that the actor may see is asked by the search of its own list, so that "all 97 results" there
//! are these; a model that cannot be searched in time says so and leaves the others alone. How many questions are asked
//! depends on the models only.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::changelist::ChangeList;
use super::display::Display;
use super::facets::Facets;
use super::frame::{Frame, Nav, NavItem, page};
use super::list_query::{Query, SEARCH, of_everything};
use super::model_admin::{Model, ModelAdmin};
use super::query_string::{QueryString, back_to};
use super::search::{TOO_LONG, is_too_long};
use crate::accounts::Staff;
use crate::accounts::actor::{Actor, Permission};
use crate::clock::Clock;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};

/// The most rows of a model that are shown.
const SHOWN: usize = 10;
/// The columns that are shown of each.
const COLUMNS: usize = 5;

/// How one model is searched.
#[derive(Debug, Clone, Copy)]
pub struct ModelSearch {
    find: fn(&mut AnyConnection, &Actor, &str, &Display) -> Result<Option<ChangeList>>,
    link: fn(&str) -> String,
    is_heavy: fn(&str, &Display) -> bool,
}

impl ModelSearch {
    /// The search of the list of `A`; `None` where nothing can be searched.
    pub(super) fn of<A: ModelAdmin>() -> Option<Self> {
        let search = Self { find: find::<A>, link: link::<A>, is_heavy: |typed, display| is_heavy::<A>(typed, display) };
        (!A::SEARCH_FIELDS.is_empty()).then_some(search)
    }
}

/// The parameters of the list of `A` that find `typed`, whatever the list leaves out of its own accord.
fn parameters<A: ModelAdmin>(typed: &str) -> String {
    of_everything::<A>(QueryString::default().with(SEARCH, typed)).encoded()
}

fn link<A: ModelAdmin>(typed: &str) -> String {
    back_to(A::MODEL.list_url(), &parameters::<A>(typed))
}

fn is_heavy<A: ModelAdmin>(typed: &str, display: &Display) -> bool {
    Query::read::<A>(&parameters::<A>(typed), display).is_ok_and(|query| query.is_heavy::<A>())
}

fn find<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, typed: &str, display: &Display) -> Result<Option<ChangeList>> {
    let Ok(query) = Query::read::<A>(&parameters::<A>(typed), display) else { return Ok(None) };
    ChangeList::load::<A>(connection, actor, &query, &Facets::Hidden)
}

/// What was found of one model.
struct Group {
    model: Model,
    /// Its list, searched.
    url: String,
    /// The first rows, and how many there are; `None` when it could not be searched in time.
    found: Option<ChangeList>,
}

impl Group {
    fn new(model: Model, url: String, mut found: Option<ChangeList>) -> Self {
        if let Some(list) = &mut found {
            list.headings.truncate(COLUMNS);
            list.rows.truncate(SHOWN);
            list.rows.iter_mut().for_each(|row| row.cells.truncate(COLUMNS));
        }
        Self { model, url, found }
    }
}

#[derive(Template)]
#[template(path = "admin/search.html")]
struct SearchPage {
    frame: Frame,
    typed: String,
    /// Why nothing was searched.
    refusal: Option<&'static str>,
    groups: Vec<Group>,
    /// The models in which nothing was found.
    without: Vec<&'static str>,
}

/// `GET /admin/search/`
pub async fn show(request: HttpRequest, staff: Staff, db: Data<Db>, clock: Data<Clock>, nav: Data<Nav>) -> Result<HttpResponse> {
    let query = QueryString::parse(request.query_string());
    let typed = query.get(SEARCH).unwrap_or_default().trim().to_owned();
    let is_too_long = is_too_long(&typed);
    let found = if typed.is_empty() || is_too_long { Vec::new() } else { search(&staff, &db, &Display::new(&clock), &nav, &typed).await? };
    let is_empty = |group: &Group| group.found.as_ref().is_some_and(|list| list.rows.is_empty());
    let (without, groups): (Vec<Group>, Vec<Group>) = found.into_iter().partition(is_empty);
    let title = if typed.is_empty() { "Search".to_owned() } else { format!("Search results for “{typed:.100}”") };
    let frame = Frame { searched: typed.clone(), ..Frame::new(&request, &staff, title).await? }.here("Search");
    let without = without.iter().map(|group| group.model.verbose_name_plural).collect();
    page(&SearchPage { frame, typed, refusal: is_too_long.then_some(TOO_LONG), groups, without })
}

/// Asks one model after the other: those of few rows at once, the others together in one turn of the lane for searches.
async fn search(staff: &Staff, db: &Db, display: &Display, nav: &Nav, typed: &str) -> Result<Vec<Group>> {
    let may_see = |item: &&NavItem| (item.allows)(&staff.actor, Permission::View).is_ok();
    let items = nav.items().filter(may_see);
    let asked: Vec<(Model, ModelSearch)> = items.filter_map(|item| Some((item.model, item.search?))).collect();
    let is_heavy = |(_, search): &(Model, ModelSearch)| (search.is_heavy)(typed, display);
    let (heavy, light): (Vec<_>, Vec<_>) = asked.iter().copied().partition(is_heavy);
    let (here, actor, words, seen) = (db.clone(), staff.actor.clone(), typed.to_owned(), *display);
    let question = move || find_each(&here, &heavy, &actor, &words, &seen);
    let mut found = in_time(db.long(Lane::Search, question).await)?.unwrap_or_default();
    for (model, search) in light {
        let (actor, words, seen) = (staff.actor.clone(), typed.to_owned(), *display);
        let list = in_time(db.read(move |connection| (search.find)(connection, &actor, &words, &seen)).await)?;
        found.push((model.model_name, list.flatten()));
    }
    let group = |(model, search): (Model, ModelSearch)| {
        let place = found.iter().position(|(name, _)| *name == model.model_name);
        let list = place.and_then(|place| found.swap_remove(place).1);
        Group::new(model, (search.link)(typed), list)
    };
    Ok(asked.into_iter().map(group).collect())
}

/// The names of models, each with what was found of it; nothing for one that took too long, and for those after it.
type Found = Vec<(&'static str, Option<ChangeList>)>;

fn find_each(db: &Db, searches: &[(Model, ModelSearch)], actor: &Actor, typed: &str, display: &Display) -> Result<Found> {
    let mut found = Vec::new();
    for (model, search) in searches {
        let list = in_time(db.read_blocking(|connection| (search.find)(connection, actor, typed, display)))?;
        let Some(list) = list else { break };
        found.push((model.model_name, list));
    }
    Ok(found)
}

/// What was found; `None` where the database had no time for it.
fn in_time<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(AppError::Unavailable(_) | AppError::Database(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
