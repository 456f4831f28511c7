//! The two panes of a static segment's form: who can be listed, and who is.
//!
//! Called by `form`. Both panes search and page on the server, and nothing is written until the form is saved: what was
//! added and removed so far travels in two hidden fields. Whatever is ticked moves with whatever button is pressed, so no
//! tick is lost by searching for the next name or by pressing Save at once.

use std::collections::HashSet;

use super::candidates::{self, Candidate};
use super::listed::{self, Change};
use super::model::Segment;
use crate::admin::display::counted;
use crate::admin::form::{ENTER, FormData};
use crate::admin::search::{SearchField, Through, searched};
use crate::criteria::catalogue::{company as company_field, contact as contact_field};
use crate::customers::company;
use crate::db::dialect::Word;
use crate::db::schema::crm_app_contact;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::selection::is_walked;
use crate::query::{Column, Selection, Sql, Value};

/// Rows of a pane.
const PAGE: i64 = 50;
/// Changes collected before they are saved.
const MOST: usize = 5_000;
/// Things that stand for nobody, of which one is told.
const TOLD: usize = 5;

static CONTACT_COMPANY: Column = Column::new(crm_app_contact::company_id, "crm_app_contact", "company");
const BY_NAME_AND_COUNTRY: &[&Column] = &[&company_field::NAME, &company_field::COUNTRY];
const EMPLOYER: Through = Through { foreign_key: &CONTACT_COMPANY, key: &listed::COMPANIES.key, source: &company::SOURCE };

/// What is chosen: contacts or companies. Everything in which the two choosers differ.
pub struct Kind {
    /// The beginning of the names of its fields.
    pub prefix: &'static str,
    /// "contacts".
    pub plural: &'static str,
    key: &'static str,
    /// The table of who is listed, and its column of keys.
    listed: (&'static str, &'static str),
    name: &'static Column,
    pub(super) search: &'static [SearchField],
    list: fn(&mut AnyConnection, &Selection<'_>) -> Result<Vec<Candidate>>,
}

/// Listed contacts.
pub static CONTACTS: Kind = Kind {
    prefix: "contact",
    plural: "contacts",
    key: "crm_app_contact.id",
    listed: ("crm_app_customersegment_static_contacts", "contact_id"),
    name: &contact_field::NAME,
    search: &[SearchField::new(contact_field::SEARCHED), SearchField::through(EMPLOYER, BY_NAME_AND_COUNTRY)],
    list: candidates::contacts,
};

/// Listed companies, each of which stands for its contacts.
pub static COMPANIES: Kind = Kind {
    prefix: "company",
    plural: "companies",
    key: "crm_app_company.id",
    listed: ("crm_app_customersegment_static_companies", "company_id"),
    name: &company_field::NAME,
    search: &[SearchField::new(company_field::SEARCHED)],
    list: candidates::companies,
};

/// One pane as it is shown.
#[derive(Debug, Clone, Default)]
pub struct Pane {
    /// What was searched for.
    pub query: String,
    /// The rows of this page.
    pub rows: Vec<Candidate>,
    /// The page, from 1.
    pub page: i64,
    /// Whether more follow.
    pub has_next: bool,
    /// Whether the page begins in its search box: Enter was pressed there.
    pub has_focus: bool,
}

/// A chooser as it is shown.
#[derive(Debug, Clone, Default)]
pub struct Chooser {
    /// See [`Kind::prefix`].
    pub prefix: &'static str,
    /// See [`Kind::plural`].
    pub plural: &'static str,
    /// How many are listed as it is stored.
    pub listed: i64,
    /// Keys that saving will add, joined by commas.
    pub adding: String,
    /// How many those are.
    pub adding_count: usize,
    /// Keys that saving will remove.
    pub removing: String,
    /// How many those are.
    pub removing_count: usize,
    /// Who can be added.
    pub available: Pane,
    /// Who is listed, with what will be added and without what will be removed.
    pub chosen: Pane,
    /// What was sent to be moved and cannot be.
    pub problems: Vec<String>,
    /// Whether the actor may change the list.
    pub is_editable: bool,
}

impl Kind {
    /// Whether one of its buttons was pressed, or Enter in one of its search boxes (which presses the form's first button).
    pub fn is_asked(&self, data: &FormData) -> bool {
        let buttons = ["search", "page", "cpage", "add", "remove"];
        buttons.iter().any(|button| data.has(&self.button(button))) || self.is_entered(data, "q") || self.is_entered(data, "cq")
    }

    /// Whether Enter was pressed with something new in this search box.
    fn is_entered(&self, data: &FormData, query: &str) -> bool {
        data.get("_save") == ENTER && data.get(&self.field(query)) != data.get(&self.field(&format!("{query}_shown")))
    }

    fn field(&self, name: &str) -> String {
        format!("{}_{name}", self.prefix)
    }

    fn button(&self, name: &str) -> String {
        format!("_{}_{name}", self.prefix)
    }

    /// What the form asks to change: what was collected so far, and what is ticked now.
    pub fn change(&self, data: &FormData) -> Change {
        let collected = |name: &str| {
            let mut seen = HashSet::new();
            let ids = data.get(&self.field(name)).split(',').filter_map(Id::parse);
            ids.filter(|id| seen.insert(*id)).collect::<Vec<_>>()
        };
        let ticked = |name: &str| data.all(&self.field(name)).filter_map(Id::parse).collect::<Vec<_>>();
        let (mut add, mut remove) = (collected("adding"), collected("removing"));
        for id in ticked("available") {
            move_to(id, &mut add, &mut remove);
        }
        for id in ticked("chosen") {
            move_to(id, &mut remove, &mut add);
        }
        Change { add, remove }
    }

    /// What was sent to be moved and stands for nobody, a sentence each: it is left out, but not without a word.
    pub fn problems(&self, data: &FormData) -> Vec<String> {
        let collected = ["adding", "removing"].map(|name| self.field(name));
        let ticked = ["available", "chosen"].map(|name| self.field(name));
        let collected = collected.iter().flat_map(|name| data.get(name).split(',')).filter(|key| !key.is_empty());
        let keys = collected.chain(ticked.iter().flat_map(|name| data.all(name)));
        let unknown = keys.filter(|key| Id::parse(key).is_none()).take(TOLD);
        unknown.map(|key| format!("“{key:.60}” stands for none of the {}.", self.plural)).collect()
    }

    /// Why so much cannot be changed at once; `None` when it can.
    pub fn too_much(&self, change: &Change) -> Option<String> {
        let is_too_much = change.add.len() + change.remove.len() > MOST;
        is_too_much.then(|| format!("At most {} can be added or removed before saving. Save, then go on.", counted(MOST, "", self.plural)))
    }

    /// The chooser for what the form holds.
    pub fn read(
        &self,
        connection: &mut AnyConnection,
        segment: Option<&Segment>,
        listed: i64,
        data: &FormData,
        is_editable: bool,
    ) -> Result<Chooser> {
        let mut change = self.change(data);
        // What is too much is not saved either; the panes need not show all of it.
        change.add.truncate(MOST);
        change.remove.truncate(MOST);
        let ids = |ids: &[Id]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let is_chosen = |key: Sql| key + " IN (" + self.chosen(segment, &change) + ")";
        let others = is_chosen(self.key.into()).complement();
        let available = if is_editable { self.asked(connection, data, ("q", "page"), others, true)? } else { Pane::default() };
        // Many are met on the way through all names; a few, or those whom a search leaves of many, are looked up.
        let is_walked = is_walked(listed, PAGE) && data.get(&self.field("cq")).is_empty();
        let key = if is_walked { Sql::from(Word::Unindexed) + self.key } else { self.key.into() };
        let mut chosen = self.asked(connection, data, ("cq", "cpage"), is_chosen(key), is_walked)?;
        for row in &mut chosen.rows {
            row.is_new = change.add.contains(&row.id);
        }
        Ok(Chooser {
            prefix: self.prefix,
            plural: self.plural,
            listed,
            adding: ids(&change.add),
            adding_count: change.add.len(),
            removing: ids(&change.remove),
            removing_count: change.remove.len(),
            available,
            chosen,
            problems: self.problems(data),
            is_editable,
        })
    }

    /// The names of some of these.
    pub(super) fn names(&self, connection: &mut AnyConnection, ids: &[Id]) -> Result<Vec<String>> {
        let these = Change { add: ids.iter().copied().take(MOST).collect(), ..Change::default() };
        let are = Sql::from(self.key) + " IN (" + self.chosen(None, &these) + ")";
        Ok(self.pane(connection, "", 1, are, false)?.rows.into_iter().map(|row| row.who).collect())
    }

    /// The keys of those who will be listed once the form is saved. One list, not an OR: that is asked of every row there is.
    fn chosen(&self, segment: Option<&Segment>, change: &Change) -> Sql {
        let keys = |ids: &[Id]| Sql::join(ids.iter().map(|id| Sql::from("(") + Value::Id(*id) + ")"), ", ", "NULL");
        let stored = segment.map(|segment| {
            let (table, column) = self.listed;
            let listed = Sql::from("SELECT ") + column + " FROM " + table + " WHERE customersegment_id = " + Value::Id(segment.id);
            if change.remove.is_empty() { listed } else { listed + " AND " + column + " NOT IN (" + keys(&change.remove) + ")" }
        });
        let added = (!change.add.is_empty()).then(|| Sql::from("VALUES ") + keys(&change.add));
        Sql::join(stored.into_iter().chain(added), " UNION ALL ", "NULL")
    }

    /// The page that a button asks for, else the one that is open; a new search begins at its first.
    fn page_asked(&self, data: &FormData, page: &str, query: &str) -> i64 {
        let pressed = data.get(&self.button(page));
        let open = data.get(&self.field(page));
        let is_new_search = data.get(&self.field(query)) != data.get(&self.field(&format!("{query}_shown")));
        let asked = if pressed.is_empty() { open } else { pressed };
        if is_new_search { 1 } else { asked.parse().unwrap_or(1).clamp(1, 1_000_000) }
    }

    /// The pane that its search box and its button for more, by their names, ask for.
    fn asked(&self, connection: &mut AnyConnection, data: &FormData, names: (&str, &str), of: Sql, is_walked: bool) -> Result<Pane> {
        let (query, page) = names;
        let found = self.pane(connection, data.get(&self.field(query)), self.page_asked(data, page, query), of, is_walked)?;
        Ok(Pane { has_focus: self.is_entered(data, query), ..found })
    }

    fn pane(&self, connection: &mut AnyConnection, query: &str, page: i64, of: Sql, is_walked: bool) -> Result<Pane> {
        let of = if query.trim().is_empty() { of } else { Sql::and([of, searched(connection, self.search, query)?.rows]) };
        let order = Sql::column(self.name) + Word::ByteOrder + ", " + self.key;
        let order = if is_walked { order } else { Sql::from(Word::Unindexed) + order };
        let selection = Selection { predicate: &of, order: &order, limit: PAGE + 1, offset: (page - 1) * PAGE, reads_rows: false };
        let mut rows = (self.list)(connection, &selection)?;
        let page_length = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let has_next = rows.len() > page_length;
        rows.truncate(page_length);
        Ok(Pane { query: query.to_owned(), rows, page, has_next, has_focus: false })
    }
}

/// Puts `id` into one list; taking back what the other one held is enough.
fn move_to(id: Id, to: &mut Vec<Id>, from: &mut Vec<Id>) {
    let held = from.len();
    from.retain(|other| *other != id);
    if from.len() == held && !to.contains(&id) {
        to.push(id);
    }
}
