//! What was sent to a page of a screen and not done, in words: for the page that gives it back after signing in.
//!
//! Asked by `accounts::unsent` through the navigation. Values are named as the form itself names them: what is stored stands
//! beside what was typed, keys have the names of what they point to, and what belongs to the machinery is left out.

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::clock::Clock;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Selection, Sql, Test};

use super::actions;
use super::cell::Cell;
use super::display::counted;
use super::editing::Act;
use super::form::{FormData, Intent};
use super::form_page::ObjectView;
use super::frame::{Nav, NavItem};
use super::model_admin::{Method, Model, ModelAdmin};
use super::related::is_searching;
use super::side_by_side::stored_and_typed;
use super::task::find;

/// What was sent.
#[derive(Debug)]
pub struct Sent {
    /// The model of the page that it was sent to.
    pub model: Model,
    /// What was to be done: "Add Customer Segment".
    pub heading: String,
    /// The stored object that it is about; `None` for a new one, for several, and for one that is not there.
    pub object: Option<ObjectView>,
    /// What was typed.
    pub lines: Vec<Line>,
    /// Whether a form can be opened with it.
    pub is_form: bool,
    /// Whether the pressed button saves, or does something else that is more than showing the form again.
    pub is_deed: bool,
    /// Where the button was, if that is another page than the one it was sent to.
    pub opened_at: Option<String>,
}

/// One value that was sent.
#[derive(Debug)]
pub struct Line {
    /// What it is the value of.
    pub label: String,
    /// What it means, in words, where it is not words itself.
    pub sentence: Option<String>,
    /// The value.
    pub cell: Cell,
    /// What is stored instead; `None` where nothing is.
    pub saved: Option<Cell>,
}

/// Who reads it, and when.
struct Reader<'a> {
    actor: &'a Actor,
    clock: &'a Clock,
}

/// Objects that are named of several.
const NAMED: usize = 20;

/// What was sent to `page`, an address below that of the list: `add/`, `<uuid>/change/`, nothing for the list itself.
pub fn read<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, page: &str, data: FormData) -> Result<Sent> {
    let reader = Reader { actor, clock };
    let mut parts = page.split('/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let row = match Id::parse(first) {
        Some(id) => find::<A>(connection, actor, id)?,
        None => None,
    };
    match (first, second) {
        ("", _) => reader.action::<A>(connection, &data),
        ("add", _) => reader.form::<A>(connection, "Add", None, data),
        (_, "change") => reader.form::<A>(connection, "Change", row.as_ref(), data),
        (_, tool) => Ok(Sent {
            model: A::MODEL,
            heading: in_words(tool),
            object: row.as_ref().map(ObjectView::of::<A>),
            lines: plain(&data),
            is_form: false,
            is_deed: true,
            opened_at: is_button::<A>(tool)
                .then(|| row.as_ref().map_or_else(|| A::MODEL.list_url(), |row| A::MODEL.change_url((A::STORE.id)(row)))),
        }),
    }
}

/// Whether a tool of an object has no page of its own, only a button beside the object's form.
fn is_button<A: ModelAdmin>(tool: &str) -> bool {
    A::OBJECT_TOOLS.iter().any(|known| known.page == tool && matches!(known.method, Method::Post))
}

/// What was sent to a page that no screen knows: the fields by the names they were sent with.
pub fn plain(data: &FormData) -> Vec<Line> {
    let is_typed = |(name, value): &(&str, &str)| !name.starts_with('_') && !value.trim().is_empty() && !MACHINERY.contains(name);
    let line = |(name, value)| Line { label: in_words(name), sentence: None, cell: Cell::text(value), saved: None };
    data.typed().filter(is_typed).map(line).collect()
}

/// Fields that no person typed.
const MACHINERY: [&str; 5] = ["action", "confirmed", "index", "post", "select_across"];

/// Puts the names of objects, of whatever model, where values are their keys.
pub fn name_keys(nav: &Nav, connection: &mut AnyConnection, actor: &Actor, lines: &mut [Line]) -> Result<()> {
    let seen: Vec<&NavItem> = nav.items().filter(|item| (item.allows)(actor, Permission::View).is_ok()).collect();
    for line in lines {
        let Cell::Text(value) = &line.cell else { continue };
        let Some(id) = Id::parse(value) else { continue };
        for item in &seen {
            if let Some(text) = (item.name)(connection, actor, id)? {
                line.cell = Cell::Link { href: item.model.change_url(id), text };
                break;
            }
        }
    }
    Ok(())
}

/// "Hand over" for `hand_over`.
fn in_words(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect::<String>().replace('_', " ")
}

impl Reader<'_> {
    fn form<A: ModelAdmin>(&self, connection: &mut AnyConnection, verb: &str, row: Option<&A::Row>, data: FormData) -> Result<Sent> {
        let mut data = A::EDITING.composed(data);
        let act = Act { actor: self.actor, clock: self.clock, restores: None };
        let shows_again = A::EDITING.edit().is_ok_and(|edit| (edit.shows_again)(&data)) || is_searching::<A>(&data);
        let is_deed = Intent::read(&data, shows_again) != Intent::Show;
        let beside = (A::BESIDE)(connection, &data)?;
        data.settle::<A>(act, row);
        let pairs = stored_and_typed::<A>(connection, act, row, &data)?;
        let is_told = |differs, cell: &Cell| if row.is_some() { differs } else { *cell != Cell::Blank };
        let lines = pairs.into_iter().filter(|pair| is_told(pair.differs, &pair.other.cell)).map(|pair| Line {
            label: pair.label.to_owned(),
            sentence: pair.other.sentence,
            cell: pair.other.cell,
            saved: row.map(|_| pair.one.cell),
        });
        let beside = beside.into_iter().map(|(label, names)| Line { label, sentence: None, cell: Cell::text(names), saved: None });
        Ok(Sent {
            model: A::MODEL,
            heading: format!("{verb} {}", A::MODEL.verbose_name),
            object: row.map(ObjectView::of::<A>),
            lines: lines.chain(beside).collect(),
            is_form: true,
            is_deed,
            opened_at: None,
        })
    }

    /// An action on the objects that were ticked in the list.
    fn action<A: ModelAdmin>(&self, connection: &mut AnyConnection, data: &FormData) -> Result<Sent> {
        let found = actions::find::<A>(self.actor, data.get("action"));
        let keys: Vec<Id> = data.all("_selected_action").filter_map(Id::parse).collect();
        let chosen = if data.get("select_across") == "1" {
            format!("all {} that the list finds", A::MODEL.verbose_name_plural)
        } else {
            self.names::<A>(connection, &keys)?
        };
        let line = |label: &str, text: String| Line { label: label.to_owned(), sentence: None, cell: Cell::text(text), saved: None };
        Ok(Sent {
            model: A::MODEL,
            heading: found.map_or_else(|| A::MODEL.verbose_name_plural.to_owned(), |action| action.label.to_owned()),
            object: None,
            lines: [vec![line("Selected", chosen)], plain(data)].into_iter().flatten().collect(),
            is_form: false,
            is_deed: true,
            opened_at: None,
        })
    }

    /// The objects with these keys, as far as the actor sees them.
    fn names<A: ModelAdmin>(&self, connection: &mut AnyConnection, keys: &[Id]) -> Result<String> {
        let are = Test::one_of(*A::KEY, keys.iter().copied());
        let (predicate, order) = (Sql::and([(A::VISIBLE)(self.actor), are]), Sql::column(A::KEY));
        let limit = i64::try_from(NAMED).unwrap_or(i64::MAX);
        let rows = (A::STORE.list)(connection, &Selection::first(&predicate, &order, limit))?;
        Ok(some_of(rows.iter().map(A::STORE.name).collect(), keys.len()))
    }
}

/// "A, B and 3 more", of so many.
pub fn some_of(mut named: Vec<String>, count: usize) -> String {
    let more = count.saturating_sub(named.len());
    if more > 0 {
        named.push(counted(more, "more", "more"));
    }
    crate::query::text::list(&named, "and")
}
