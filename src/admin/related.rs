//! Foreign keys in forms: another model's object is searched for on the server and named by what people call it.
//!
//! Declared as `Widget::ForeignKey`, with [`ForeignKey::to`] the other model's screen: searched where its list searches, in
//! the order of its list, of the objects that the actor sees. Without JavaScript the form is sent to search and comes back
//! with what was found; with it `autocomplete.js` asks [`autocomplete`], which answers as Django does.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::cell::Cell;
use super::fieldset::form_fields;
use super::form::{ENTER, FormData};
use super::form_page::{ObjectView, Related};
use super::frame::Nav;
use super::headings::keys;
use super::list_display::order;
use super::model_admin::{Model, ModelAdmin};
use super::query_string::QueryString;
use super::search::searched;
use super::task::find;
use super::widget::Widget;
use crate::accounts::actor::Permission;
use crate::accounts::{Actor, Staff};
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::query::condition::Like;
use crate::query::{Condition, Kind, Selection, Sql, Test, text};

/// Objects that one answer offers.
const PER_PAGE: usize = 20;
/// The last page that is looked for: who has read a thousand names types more of the one they mean.
const LAST_PAGE: i64 = 50;

/// The parameter of [`autocomplete`] that names the object whose form asks.
const OBJECT: &str = "object";

/// The other end of a foreign key.
#[derive(Debug, Clone, Copy)]
pub struct ForeignKey {
    /// What is pointed to.
    pub model: Model,
    search: fn(&mut AnyConnection, &Actor, Sql, &str, i64) -> Result<Found>,
    among: fn(Id) -> Sql,
    object: fn(&mut AnyConnection, &Actor, Id) -> Result<Option<ObjectView>>,
}

/// A page of what a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// They, in order.
    pub objects: Vec<ObjectView>,
    /// Whether there are more.
    pub has_more: bool,
}

/// What the control of a foreign key shows beside its value.
#[derive(Debug, Clone, Default)]
pub struct RelatedView {
    /// The chosen object and its page. `None` without one.
    pub chosen: Option<(ObjectView, String)>,
    /// What was searched for.
    pub term: String,
    /// Whether it still waits for a choice: nothing was chosen since it was typed.
    pub is_open: bool,
    /// What that found; `None` when nothing was searched for.
    pub found: Option<Found>,
    /// Where a script searches.
    pub url: String,
    /// What is pointed to.
    pub plural: &'static str,
    /// What to do about a search that nothing was chosen of.
    pub choose: String,
}

impl ForeignKey {
    /// The objects of another screen.
    pub const fn to<A: ModelAdmin>() -> Self {
        Self { model: A::MODEL, search: search::<A>, among: |_| Sql::all(), object: object::<A> }
    }

    /// The same, offering a stored object only those that meet a predicate made from its key: no choice that would be refused.
    #[must_use]
    pub const fn among(mut self, among: fn(Id) -> Sql) -> Self {
        self.among = among;
        self
    }

    /// What `term` finds for the object `of`; `None` is a new one.
    fn find(&self, connection: &mut AnyConnection, actor: &Actor, of: Option<Id>, (term, page): (&str, i64)) -> Result<Found> {
        (self.search)(connection, actor, of.map_or_else(Sql::all, self.among), term, page)
    }

    /// The object with this key, by its name and with a link; what does not exist, or may not be seen, as it is.
    pub fn cell(&self, connection: &mut AnyConnection, actor: &Actor, value: &str) -> Result<Cell> {
        let Some(id) = Id::parse(value) else { return Ok(Cell::text(value)) };
        let found = (self.object)(connection, actor, id)?;
        Ok(found.map_or_else(|| Cell::text(value), |found| Cell::Link { href: self.model.change_url(id), text: found.name }))
    }

    /// Whether there is an object with this key, as far as the actor may know.
    pub fn exists(&self, connection: &mut AnyConnection, actor: &Actor, value: &str) -> Result<bool> {
        Id::parse(value).map_or(Ok(false), |id| Ok((self.object)(connection, actor, id)?.is_some()))
    }

    /// What the control of the field `name` of a form of `model` shows; `of` is the object that the form is of.
    fn view(
        &self,
        connection: &mut AnyConnection,
        actor: &Actor,
        (model, of): (Model, Option<Id>),
        name: &str,
        data: &FormData,
    ) -> Result<RelatedView> {
        let id = Id::parse(data.get(name));
        let chosen = match id {
            Some(id) => (self.object)(connection, actor, id)?.map(|object| (object, self.model.change_url(id))),
            None => None,
        };
        let term = data.get(&term_field(name)).trim().to_owned();
        let is_open = is_open(data, name);
        let found = if is_open || is_asked(data, name) { Some(self.find(connection, actor, of, (&term, 1))?) } else { None };
        let url = search_url([model.app_label, model.model_name, name]);
        let object = of.map(|id| format!("&{OBJECT}={id}")).unwrap_or_default();
        Ok(RelatedView { chosen, term, is_open, found, url: url + &object, plural: self.model.verbose_name_plural, choose: self.choose() })
    }

    /// What is said of a search that nothing was chosen of: "Choose a company from the list."
    fn choose(&self) -> String {
        let name = self.model.verbose_name.to_lowercase();
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("Choose {article} {name} from the list.")
    }

    /// What is wrong with the field `name`, where somebody typed into its search and sent the form without choosing: what they
    /// meant is not what is chosen.
    pub(super) fn problem(&self, data: &FormData, name: &str) -> Option<String> {
        is_open(data, name).then(|| self.choose())
    }
}

impl RelatedView {
    /// What the search found beside what is chosen already.
    pub fn offered(&self) -> impl Iterator<Item = &ObjectView> {
        let chosen = self.chosen.as_ref().map(|(object, _)| object.id);
        self.found.iter().flat_map(|found| &found.objects).filter(move |object| Some(object.id) != chosen)
    }

    /// What came of the search, as a sentence.
    pub fn says(&self) -> String {
        let Some(found) = &self.found else { return String::new() };
        match (found.objects.len(), found.has_more) {
            (0, _) => format!("No {} match “{}”. Choose another search.", self.plural, self.term),
            (count, true) => format!("The first {count} {} that match are offered above. Type more to find others.", self.plural),
            (count, false) => format!("{count} found; choose one above."),
        }
    }
}

/// Where the object of a foreign key is searched for: of this app, model and field.
pub(super) fn search_url([app_label, model_name, field_name]: [&str; 3]) -> String {
    let field = [("app_label", app_label), ("model_name", model_name), ("field_name", field_name)];
    let query = field.iter().fold(QueryString::default(), |query, (key, value)| query.with(key, *value));
    format!("/admin/autocomplete/{}", query.link())
}

fn term_field(name: &str) -> String {
    format!("_term_{name}")
}

/// Whether the form was sent to search for the object of a field: by its button, or by Enter in its search box.
fn is_asked(data: &FormData, name: &str) -> bool {
    let is_entered = data.get("_save") == ENTER && data.get(&term_field(name)) != data.get(&format!("_searched_{name}"));
    data.has(&format!("_search_{name}")) || is_entered
}

/// Whether something was typed into the search of a field that it has not been searched for.
fn is_open(data: &FormData, name: &str) -> bool {
    let term = data.get(&term_field(name)).trim();
    !term.is_empty() && term != data.get(&format!("_searched_{name}")).trim()
}

/// Whether the form was sent to search for any of its related objects.
pub(super) fn is_searching<A: ModelAdmin>(data: &FormData) -> bool {
    foreign_keys::<A>().any(|(name, _)| is_asked(data, name))
}

/// The foreign keys of a form, by the name of their field.
pub(super) fn foreign_keys<A: ModelAdmin>() -> impl Iterator<Item = (&'static str, &'static ForeignKey)> {
    form_fields::<A>().filter_map(|field| if let Widget::ForeignKey(related) = field.widget { Some((field.name, related)) } else { None })
}

/// What the controls of a form's foreign keys show, by the name of their field.
pub(super) fn views_of<A: ModelAdmin>(
    connection: &mut AnyConnection,
    actor: &Actor,
    row: Option<&A::Row>,
    data: &FormData,
) -> Result<Related> {
    let of = (A::MODEL, row.map(A::STORE.id));
    foreign_keys::<A>().map(|(name, key)| Ok((name, key.view(connection, actor, of, name, data)?))).collect()
}

/// The foreign key of a field, for the navigation.
pub(super) fn foreign_key<A: ModelAdmin>(field: &str) -> Option<&'static ForeignKey> {
    foreign_keys::<A>().find(|(name, _)| *name == field).map(|(_, related)| related)
}

fn search<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, among: Sql, term: &str, page: i64) -> Result<Found> {
    A::EDITING.allows(actor, Permission::View, None)?;
    let predicate = Sql::and([(A::VISIBLE)(actor), among, searched(connection, A::SEARCH_FIELDS, term)?.rows]);
    let order = Sql::join(begins_with::<A>(term).into_iter().chain([order(keys::<A>(&[]), A::KEY)]), ", ", "1");
    // One more than is shown tells whether there are more.
    let per_page = i64::try_from(PER_PAGE).map_err(AppError::internal)?;
    let (limit, offset) = (per_page + 1, (page.clamp(1, LAST_PAGE) - 1) * per_page);
    let selection = Selection { predicate: &predicate, order: &order, limit, offset, reads_rows: term.trim().is_empty() };
    let rows = (A::STORE.list)(connection, &selection)?;
    let mut objects: Vec<_> = rows.iter().map(ObjectView::of::<A>).collect();
    let has_more = objects.len() > PER_PAGE;
    objects.truncate(PER_PAGE);
    Ok(Found { objects, has_more: has_more && page < LAST_PAGE })
}

/// The key of an order that puts those first whose name begins with what was typed: people type a name from its beginning,
/// and it may be in many others. The name is what leads to the object in its list.
fn begins_with<A: ModelAdmin>(term: &str) -> Option<Sql> {
    let name = A::LIST_DISPLAY.iter().find(|column| column.is_link)?.sort?.column;
    let is_typed = name.kind == Kind::Text && !term.trim().is_empty();
    let begins = Condition::Like(Like::StartingWith(text::nfc(term.trim())));
    is_typed.then(|| Sql::from("CASE WHEN ") + Test::new(*name, begins).sql() + " THEN 0 ELSE 1 END")
}

/// An object of `A`, if the actor sees it.
pub(super) fn object<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, id: Id) -> Result<Option<ObjectView>> {
    Ok(find::<A>(connection, actor, id)?.as_ref().map(ObjectView::of::<A>))
}

/// `GET /admin/autocomplete/`
pub async fn autocomplete(request: HttpRequest, staff: Staff, db: Data<Db>, nav: Data<Nav>) -> Result<HttpResponse> {
    let query = QueryString::parse(request.query_string());
    let asked = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let related = nav.foreign_key(&staff.actor, &asked("app_label"), &asked("model_name"), &asked("field_name"));
    let related = related.ok_or_else(|| AppError::BadRequest("There is no field of this name, or you may not search it.".into()))?;
    let (term, page, of) = (asked("term"), asked("page").parse().unwrap_or(1), Id::parse(&asked(OBJECT)));
    let actor = staff.actor.clone();
    let found = db.read_heavy(Lane::Search, move |connection| related.find(connection, &actor, of, (&term, page))).await?;
    let result = |object: &ObjectView| json!({"id": object.id, "text": object.name, "detail": object.detail});
    let results: Vec<_> = found.objects.iter().map(result).collect();
    Ok(HttpResponse::Ok().json(json!({"results": results, "pagination": {"more": found.has_more}})))
}
