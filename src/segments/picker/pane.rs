//! One pane of a picker: whom it finds, a page at a time.
//!
//! Read by `chooser`.

use std::collections::HashSet;

use super::asked::{Asked, CHOSEN, Names};
use super::candidates::Candidate;
use super::kind::By;
use crate::admin::display::number;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Choice, Selection, Sql};

/// Rows of a pane.
pub(super) const PAGE: i64 = 50;

/// Up to so many who are found, they are named: their page is sorted from those.
const COUNTED: i64 = 10_000;

/// Why not everybody was moved whom a search finds that was typed and not looked at; where it finds some, and where not.
const UNSEEN: &str = "Nothing was saved: you had changed the search. This is what it finds now; the button does it to all of these.";
const UNSEEN_NOBODY: &str = "Nothing was saved: you had changed the search. This is what it finds now.";

/// A pane as it is shown.
#[derive(Debug, Clone, Default)]
pub struct Pane {
    /// "Available".
    pub heading: &'static str,
    /// The names of its fields, with the prefix of the picker.
    pub fields: Fields,
    /// What was searched for.
    pub query: String,
    /// What it is narrowed by.
    pub filters: Vec<Shown>,
    /// The rows of this page.
    pub rows: Vec<Candidate>,
    /// Ticked rows that are not on it.
    pub hidden: Vec<Id>,
    /// The page, from 1.
    pub page: i64,
    /// Whether more follow.
    pub has_next: bool,
    /// How many are found, where something is searched for.
    pub found: Option<String>,
    /// Whether the page begins in its search box: Enter was pressed there, or what it finds has to be looked at first.
    pub has_focus: bool,
    /// Why what was asked for is not done yet; `None` where nothing was.
    pub unseen: Option<&'static str>,
}

/// The names of the fields and buttons of a pane.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// Ticked rows.
    pub ticked: String,
    /// What is searched for.
    pub query: String,
    /// The page.
    pub page: String,
    /// The buttons: move what is ticked, move everything that is found.
    pub moves: String,
    /// See `moves`.
    pub moves_all: String,
}

/// A filter as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The name of its field.
    pub field: String,
    /// Its label.
    pub label: &'static str,
    /// What is typed or chosen.
    pub value: String,
    /// What can be chosen; nothing where words are typed.
    pub choices: &'static [Choice],
}

impl Pane {
    /// Those of `of` whom the pane asks for.
    pub(super) fn read(connection: &mut AnyConnection, asked: &Asked<'_>, names: &Names, of: Sql, is_walked: bool) -> Result<Self> {
        let (kind, page) = (asked.kind, asked.page(names));
        let is_searched = asked.is_searched(names);
        let of = if is_searched { Sql::and([of, asked.rows(connection, names)?]) } else { of };
        let keys = if is_searched { kind.side.source.list_some_keys(connection, &of, COUNTED + 1)? } else { Vec::new() };
        // Those who had to be looked for to be counted are not looked for again; of many, a page is soon met.
        let are_few = is_searched && i64::try_from(keys.len()).is_ok_and(|found| found <= COUNTED);
        let found = match is_searched {
            false => None,
            true if are_few => i64::try_from(keys.len()).ok(),
            true => Some(kind.side.source.count(connection, &of)?),
        };
        let of = if are_few { kind.side.among(&keys) } else { of };
        let order = Sql::column(kind.name) + Word::ByteOrder + ", " + kind.side.source_key();
        let order = if is_walked && !are_few { order } else { order.unindexed() };
        let selection = Selection { predicate: &of, order: &order, limit: PAGE + 1, offset: (page - 1) * PAGE, reads_rows: false };
        let mut rows = (kind.list)(connection, &selection)?;
        let page_length = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let has_next = rows.len() > page_length;
        rows.truncate(page_length);
        let mut ticked: HashSet<Id> = asked.ticked(names).into_iter().collect();
        for row in &mut rows {
            row.is_ticked = ticked.remove(&row.id);
        }
        let mut hidden: Vec<Id> = ticked.into_iter().collect();
        hidden.sort_unstable();
        let has_focus = asked.is_entered(names) || asked.is_unseen(names);
        // Who can be added is not moved without a search: that is told of the whole picker.
        let is_offered = found.map_or(names.moves_all == CHOSEN.moves_all, |found| found > 0);
        let unseen = asked.is_unseen(names).then_some(if is_offered { UNSEEN } else { UNSEEN_NOBODY });
        Ok(Self { rows, hidden, page, has_next, found: found.map(number), has_focus, unseen, ..Self::asked(asked, names) })
    }

    /// The boxes of the pane, as they were filled in.
    fn asked(asked: &Asked<'_>, names: &Names) -> Self {
        let filters = asked.kind.filters.iter().map(|filter| {
            let name = format!("{}_{}", names.filter, filter.name);
            let choices = if let By::Choice(_, choices) = filter.by { choices } else { &[] };
            Shown { value: asked.typed(&name).to_owned(), field: asked.field(&name), label: filter.label, choices }
        });
        let fields = Fields {
            ticked: asked.field(names.ticked),
            query: asked.field(names.query),
            page: asked.field(names.page),
            moves: format!("_{}", asked.field(names.moves)),
            moves_all: format!("_{}", asked.field(names.moves_all)),
        };
        Self { heading: names.heading, fields, query: asked.typed(names.query).to_owned(), filters: filters.collect(), ..Self::default() }
    }
}
