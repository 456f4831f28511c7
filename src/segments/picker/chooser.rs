//! A picker as it is shown: two panes, who can be listed and who is, and what saving will change.
//!
//! Called by the segment's form and by the page that its script asks.

use askama::Template;

use super::asked::{AVAILABLE, Asked, CHOSEN, MOST};
use super::candidates;
use super::kind::Kind;
use super::pane::{PAGE, Pane};
use crate::admin::display::number;
use crate::admin::form::FormData;
use crate::admin::html::Html;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::selection::is_walked;
use crate::query::{Sql, Value};
use crate::segments::listed::{Change, Side, is_listed_each, list_origins};
use crate::segments::model::Segment;

/// A picker as it is shown.
#[derive(Debug, Clone, Default)]
pub struct Chooser {
    /// See [`Kind::prefix`].
    pub prefix: &'static str,
    /// "contacts".
    pub many: &'static str,
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
    /// Who can be added; nobody where the list may not be changed.
    pub available: Pane,
    /// Who is listed, with what will be added and without what will be removed.
    pub chosen: Pane,
    /// What was sent to be moved and cannot be.
    pub problems: Vec<String>,
    /// Whether the actor may change the list.
    pub is_editable: bool,
}

#[derive(Template)]
#[template(path = "segments/picker.html")]
struct PickerTemplate<'a> {
    chooser: &'a Chooser,
    listed: String,
}

impl Chooser {
    /// The picker for what the form holds.
    pub fn read(
        connection: &mut AnyConnection,
        kind: &Kind,
        (segment, listed): (Option<&Segment>, i64),
        data: &FormData,
        is_editable: bool,
    ) -> Result<Self> {
        let asked = Asked::of(kind, data);
        let mut change = asked.collected();
        // What is too much is not saved either; the panes need not show all of it.
        change.add.truncate(MOST);
        change.remove.truncate(MOST);
        // Many are met on the way through all names, or among those whom a search leaves of everybody, where each is looked up; a
        // few, or those whom a search leaves of many, are looked up together.
        let are_many = is_walked(listed, PAGE);
        let is_met = are_many && !asked.is_searched(&CHOSEN);
        let others = is_chosen(kind.side, segment, &change, are_many).complement();
        let mut available = if is_editable { Pane::read(connection, &asked, &AVAILABLE, others, true)? } else { Pane::default() };
        let mut shown = Pane::read(connection, &asked, &CHOSEN, is_chosen(kind.side, segment, &change, is_met), is_met)?;
        if let Some(segment) = segment {
            let ids: Vec<Id> = available.rows.iter().chain(&shown.rows).map(|row| row.id).collect();
            let origins = list_origins(connection, kind.side, segment.id, &ids, is_editable)?;
            candidates::know(&mut available.rows, &origins);
            candidates::know(&mut shown.rows, &origins);
        }
        shown.rows.iter_mut().for_each(|row| row.is_new = change.add.contains(&row.id));
        Ok(Self {
            prefix: kind.prefix,
            many: kind.side.many,
            listed,
            adding: joined(&change.add),
            adding_count: change.add.len(),
            removing: joined(&change.remove),
            removing_count: change.remove.len(),
            available,
            chosen: shown,
            problems: asked.problems(),
            is_editable,
        })
    }

    /// As a piece of page.
    pub fn html(&self) -> Result<Html> {
        Html::render(&PickerTemplate { chooser: self, listed: number(self.listed) })
    }
}

impl Kind {
    /// The names of some of these.
    pub fn names(&self, connection: &mut AnyConnection, ids: &[Id]) -> Result<Vec<String>> {
        let data = FormData::default();
        let are = self.side.among(&ids[..ids.len().min(MOST)]);
        Ok(Pane::read(connection, &Asked::of(self, &data), &CHOSEN, are, false)?.rows.into_iter().map(|row| row.who).collect())
    }
}

/// That a row will be listed once the form is saved; `is_met` on a walk past all names, which asks it of each.
fn is_chosen(side: &Side, segment: Option<&Segment>, change: &Change, is_met: bool) -> Sql {
    match segment.filter(|_| is_met) {
        Some(segment) => {
            let stays = Sql::and([is_listed_each(side, segment.id), side.among(&change.remove).complement()]);
            Sql::or([stays, side.among(&change.add)]).grouped()
        }
        None => side.source_key() + " IN (" + chosen(side, segment, change) + ")",
    }
}

/// The keys of those who will be listed once the form is saved. One list, not an OR: that is asked of every row there is.
fn chosen(side: &Side, segment: Option<&Segment>, change: &Change) -> Sql {
    let keys = |ids: &[Id]| Sql::join(ids.iter().map(|id| Sql::from("(") + Value::Id(*id) + ")"), ", ", "NULL");
    let stored = segment.map(|segment| {
        let listed = side.listed_in(segment.id);
        if change.remove.is_empty() { listed } else { listed + " AND " + side.item + " NOT IN (" + keys(&change.remove) + ")" }
    });
    let added = (!change.add.is_empty()).then(|| Sql::from("VALUES ") + keys(&change.add));
    stored.into_iter().chain(added).reduce(|all, more| all + Word::Union + more).unwrap_or_else(|| "NULL".into())
}

fn joined(ids: &[Id]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
