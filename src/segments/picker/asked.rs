//! What the form sends of a picker: what is searched for, what is ticked, what was collected so far, which button was pressed.
//!
//! Read by the pickers and by the form that saves them. Nothing is written until the form is saved: what was added and
//! removed so far travels in two hidden fields. Ticks move with their own button; searching keeps them, also those that it
//! does not show, and saving moves them all, so that none is lost by pressing Save at once.

use std::collections::HashSet;

use super::kind::{By, COMPANIES, CONTACTS, Kind};
use crate::admin::display::counted;
use crate::admin::form::{ENTER, FormData};
use crate::admin::search::searched;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Condition, Sql, Test, Value};
use crate::segments::listed::Change;

/// Changes collected before they are saved.
pub(super) const MOST: usize = 5_000;
/// Things that stand for nobody, of which one is told.
const TOLD: usize = 5;

/// The names of the fields and buttons of one pane.
#[derive(Debug)]
pub(super) struct Names {
    /// "Available".
    pub(super) heading: &'static str,
    /// Ticked rows.
    pub(super) ticked: &'static str,
    /// What is searched for.
    pub(super) query: &'static str,
    /// The page.
    pub(super) page: &'static str,
    /// The beginning of its filters.
    pub(super) filter: &'static str,
    /// The button that moves what is ticked.
    pub(super) moves: &'static str,
    /// The button that moves everything that is found.
    pub(super) moves_all: &'static str,
}

/// The pane of who can be listed.
pub(super) const AVAILABLE: Names =
    Names { heading: "Available", ticked: "available", query: "q", page: "page", filter: "f", moves: "add", moves_all: "add_all" };

/// The pane of who is listed.
pub(super) const CHOSEN: Names =
    Names { heading: "Chosen", ticked: "chosen", query: "cq", page: "cpage", filter: "cf", moves: "remove", moves_all: "remove_all" };

/// What the form sends of one picker.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub(super) kind: &'a Kind,
    data: &'a FormData,
}

impl<'a> Asked<'a> {
    /// Of this kind.
    pub fn of(kind: &'a Kind, data: &'a FormData) -> Self {
        Self { kind, data }
    }

    pub(super) fn field(&self, name: &str) -> String {
        format!("{}_{name}", self.kind.prefix)
    }

    fn button(&self, name: &str) -> String {
        format!("_{}_{name}", self.kind.prefix)
    }

    pub(super) fn typed(&self, name: &str) -> &'a str {
        self.data.pairs().filter(|(known, _)| *known == self.field(name)).last().map_or("", |(_, value)| value)
    }

    /// Whether one of its buttons was pressed, or Enter in one of its boxes (which presses the form's first button): the form
    /// is shown again, and nothing is saved.
    pub fn shows_again(&self) -> bool {
        let moves = [&AVAILABLE, &CHOSEN].map(|pane| [pane.page, pane.moves]);
        moves.iter().flatten().chain(["search"].iter()).any(|button| self.data.has(&self.button(button)))
            || [&AVAILABLE, &CHOSEN].iter().any(|pane| self.is_entered(pane) || self.is_unseen(pane))
    }

    /// Whether everything that a pane finds is to be moved: that is saved at once.
    pub fn saves(&self) -> bool {
        [&AVAILABLE, &CHOSEN].iter().any(|pane| self.data.has(&self.button(pane.moves_all)))
    }

    /// Whether Enter was pressed with something new in one of the boxes of a pane.
    pub(super) fn is_entered(&self, pane: &Names) -> bool {
        self.data.get("_save") == ENTER && self.is_new_search(pane)
    }

    /// The names of what a pane searches by: its box, then its filters.
    pub(super) fn boxes(&self, pane: &Names) -> Vec<String> {
        let filters = self.kind.filters.iter().map(|filter| format!("{}_{}", pane.filter, filter.name));
        std::iter::once(pane.query.to_owned()).chain(filters).collect()
    }

    /// Whether everything that a pane finds is to be moved, by a search of which nobody has seen what it finds.
    pub(super) fn is_unseen(&self, pane: &Names) -> bool {
        self.data.has(&self.button(pane.moves_all)) && self.is_new_search(pane)
    }

    fn is_new_search(&self, pane: &Names) -> bool {
        self.boxes(pane).iter().any(|name| self.typed(name) != self.typed(&format!("{name}_shown")))
    }

    /// Whether a pane shows only what is searched for.
    pub(super) fn is_searched(&self, pane: &Names) -> bool {
        self.boxes(pane).iter().any(|name| !self.typed(name).trim().is_empty())
    }

    /// The page that a button asks for, else the one that is open; a new search begins at its first.
    pub(super) fn page(&self, pane: &Names) -> i64 {
        let (pressed, open) = (self.data.get(&self.button(pane.page)), self.typed(pane.page));
        let asked = if pressed.is_empty() { open } else { pressed };
        if self.is_new_search(pane) { 1 } else { asked.parse().unwrap_or(1).clamp(1, 1_000_000) }
    }

    /// The rows that a pane searches for, all of the table where it searches for nothing. Asked again whenever they are
    /// needed: no keys travel.
    pub(super) fn rows(&self, connection: &mut AnyConnection, pane: &Names) -> Result<Sql> {
        let mut asked = Vec::new();
        let query = self.typed(pane.query);
        if !query.trim().is_empty() {
            asked.push(searched(connection, self.kind.search, query)?.rows);
        }
        for filter in self.kind.filters {
            let typed = self.typed(&format!("{}_{}", pane.filter, filter.name));
            match filter.by {
                _ if typed.trim().is_empty() => {}
                By::Words(fields) => asked.push(searched(connection, fields, typed)?.rows),
                By::Choice(column, _) => asked.push(Test::new(*column, Condition::OneOf(vec![Value::Text(typed.to_owned())])).sql()),
            }
        }
        Ok(Sql::and(asked))
    }

    /// What the form would change if it were not saved yet: what was collected, with what the pressed button moves.
    pub(super) fn collected(&self) -> Change {
        let collected = |name: &str| {
            let mut seen = HashSet::new();
            let ids = self.typed(name).split(',').filter_map(Id::parse);
            ids.filter(|id| seen.insert(*id)).collect::<Vec<_>>()
        };
        let (mut add, mut remove) = (collected("adding"), collected("removing"));
        self.moving(&AVAILABLE).into_iter().for_each(|id| move_to(id, &mut add, &mut remove));
        self.moving(&CHOSEN).into_iter().for_each(|id| move_to(id, &mut remove, &mut add));
        Change { add, remove, ..Change::default() }
    }

    /// What saving changes: what was collected, everything that is ticked, and all that a pane finds where that was asked for.
    pub fn change(&self, connection: &mut AnyConnection) -> Result<Change> {
        let Change { mut add, mut remove, .. } = self.collected();
        self.ticked(&AVAILABLE).into_iter().for_each(|id| move_to(id, &mut add, &mut remove));
        self.ticked(&CHOSEN).into_iter().for_each(|id| move_to(id, &mut remove, &mut add));
        let mut all = |pane: &Names| {
            let is_asked = self.data.has(&self.button(pane.moves_all));
            if is_asked { self.rows(connection, pane).map(Some) } else { Ok(None) }
        };
        Ok(Change { add, remove, add_all: all(&AVAILABLE)?, remove_all: all(&CHOSEN)? })
    }

    /// What the pressed button moves: one row, where it names one, else those that are ticked. Saving moves every tick.
    fn moving(&self, pane: &Names) -> Vec<Id> {
        let button = self.button(pane.moves);
        match Id::parse(self.data.get(&button)) {
            Some(one) => vec![one],
            None if self.data.has(&button) || is_saving(self.data) => self.every_tick(pane),
            None => Vec::new(),
        }
    }

    /// What stays ticked.
    pub(super) fn ticked(&self, pane: &Names) -> Vec<Id> {
        let moved = self.moving(pane);
        self.every_tick(pane).into_iter().filter(|id| !moved.contains(id)).collect()
    }

    fn every_tick(&self, pane: &Names) -> Vec<Id> {
        self.data.all(&self.field(pane.ticked)).filter_map(Id::parse).collect()
    }

    /// What was sent to be moved and stands for nobody, a sentence each: it is left out, but not without a word.
    pub fn problems(&self) -> Vec<String> {
        let ticked = [&AVAILABLE, &CHOSEN].map(|pane| self.field(pane.ticked));
        let collected = ["adding", "removing"].into_iter().flat_map(|name| self.typed(name).split(',')).filter(|key| !key.is_empty());
        let keys = collected.chain(ticked.iter().flat_map(|name| self.data.all(name)));
        let unknown = keys.filter(|key| Id::parse(key).is_none()).take(TOLD);
        let mut problems: Vec<String> = unknown.map(|key| format!("“{key:.60}” stands for none of the {}.", self.kind.side.many)).collect();
        if self.data.has(&self.button(AVAILABLE.moves_all)) && !self.is_searched(&AVAILABLE) {
            problems.push(format!("Search for the {} to add first: not everybody there is was meant.", self.kind.side.many));
        }
        problems
    }

    /// Why so much cannot be changed at once; `None` when it can.
    pub fn too_much(&self, change: &Change) -> Option<String> {
        let is_too_much = change.add.len() + change.remove.len() > MOST;
        let most = counted(MOST, "", self.kind.side.many);
        is_too_much.then(|| format!("At most {most} can be added or removed one by one before saving. Save, then go on."))
    }
}

/// Whether a button that saves was pressed, or Enter in another box than a picker's.
fn is_saving(data: &FormData) -> bool {
    let is_searched = |kind| [&AVAILABLE, &CHOSEN].iter().any(|pane| Asked::of(kind, data).is_entered(pane));
    ["_save", "_continue", "_addanother"].iter().any(|button| data.has(button)) && !is_searched(&CONTACTS) && !is_searched(&COMPANIES)
}

/// Puts `id` into one list; taking back what the other one held is enough.
fn move_to(id: Id, to: &mut Vec<Id>, from: &mut Vec<Id>) {
    let held = from.len();
    from.retain(|other| *other != id);
    if from.len() == held && !to.contains(&id) {
        to.push(id);
    }
}
