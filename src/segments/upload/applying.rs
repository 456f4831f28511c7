//! From an upload to the list: what is added, taken off and written beside whom, as one batch.
//!
//! Called by `deeds`, in the transaction that changes the list. Whom it is about is asked of the rows that are kept, so no keys
//! travel, however many they are.

use super::entry::Outcome;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Sql, Value};
use crate::segments::curating::Task;
use crate::segments::listed::{COMPANIES, CONTACTS, Side};

/// What an upload is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// List whom it names.
    #[default]
    Add,
    /// Take whom it names off the list.
    Remove,
    /// Make the list exactly this.
    Exact,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Add, Self::Remove, Self::Exact];

    /// As it is sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Exact => "exact",
        }
    }

    /// The one that is sent so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// What was chosen for an upload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What to do.
    pub mode: Mode,
    /// Whom not to list: those who would be no members.
    pub without: Vec<Outcome>,
}

impl Choice {
    /// What to do with the list of `segment`.
    pub fn task(&self, upload: Id, segment: Id) -> Task {
        let sides = [&CONTACTS, &COMPANIES];
        let mut tasks = Vec::new();
        match self.mode {
            Mode::Remove => tasks.extend(sides.map(|side| Task::Remove(side, is_among(side, said(side, upload))))),
            Mode::Exact => tasks.extend(sides.map(|side| Task::Remove(side, is_left_out(side, upload, segment)))),
            Mode::Add => {}
        }
        if self.mode != Mode::Remove {
            tasks.extend(sides.map(|side| Task::Add(side, is_among(side, self.taken(side, upload)))));
            tasks.extend(sides.map(|side| Task::Notes(side, self.noted(upload))));
        }
        Task::Together(tasks)
    }

    /// The keys of whom the rows stand for that are taken.
    fn taken(&self, side: &Side, upload: Id) -> Sql {
        said(side, upload) + " AND " + self.is_taken()
    }

    /// Whether rows of this outcome list nobody, whomever they stand for.
    pub fn leaves_out(&self, outcome: Outcome) -> bool {
        matches!(outcome, Outcome::Twice | Outcome::Never) || self.without.contains(&outcome)
    }

    fn is_taken(&self) -> Sql {
        let left_out = Outcome::ALL.into_iter().filter(|outcome| self.leaves_out(*outcome));
        let left_out = left_out.map(|outcome| Sql::from(Value::Text(outcome.name().to_owned())));
        Sql::from("outcome NOT IN (") + Sql::join(left_out, ", ", "NULL") + ")"
    }

    /// The rows that are taken and bring a note, from ` FROM` on.
    fn noted(&self, upload: Id) -> Sql {
        let rows = Sql::from(" FROM segments_upload_row AS given WHERE given.upload_id = ") + Value::Id(upload);
        rows + " AND given.note <> '' AND given." + self.is_taken()
    }
}

/// The keys of whom the rows stand for.
fn said(side: &Side, upload: Id) -> Sql {
    let rows = Sql::from("SELECT ") + side.item + " FROM segments_upload_row WHERE upload_id = " + Value::Id(upload);
    rows + " AND " + side.item + " IS NOT NULL"
}

fn is_among(side: &Side, keys: Sql) -> Sql {
    Sql::from(side.source.table) + ".id IN (" + keys + ")"
}

/// Those on the list whom no row stands for.
fn is_left_out(side: &Side, upload: Id, segment: Id) -> Sql {
    side.is_listed(segment, &(Sql::from(side.source.table) + ".id NOT IN (" + said(side, upload) + ")"))
}

/// How many of the list no row stands for: they go when the list is made exactly this.
pub fn count_left_out(connection: &mut AnyConnection, upload: Id, segment: Id) -> Result<usize> {
    let contacts = CONTACTS.count(connection, &is_left_out(&CONTACTS, upload, segment))?;
    Ok(contacts + COMPANIES.count(connection, &is_left_out(&COMPANIES, upload, segment))?)
}
