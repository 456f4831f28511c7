//! What a change of a list writes beside every row that it touches: who, when, how, and as part of which batch.
//!
//! Made by whoever changes a list, once a transaction; what became of the writing is told here, too.

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};

use super::ListChanged;
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::db::classify::Failure;
use crate::db::{Id, Time};
use crate::error::{AppError, Result};
use crate::query::{Sql, Value};

/// How somebody came to be on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Chosen in the picker.
    Picker,
    /// Pasted.
    Paste,
    /// From a CSV file.
    Csv,
    /// By a program.
    Api,
    /// Saved from the members of a segment.
    Saved,
}

impl How {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Picker, Self::Paste, Self::Csv, Self::Api, Self::Saved];

    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Picker => "picker",
            Self::Paste => "paste",
            Self::Csv => "csv",
            Self::Api => "api",
            Self::Saved => "saved",
        }
    }

    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Picker => "Picker",
            Self::Paste => "Paste",
            Self::Csv => "CSV",
            Self::Api => "API",
            Self::Saved => "Saved from a segment",
        }
    }

    /// The one that is stored so; `None` for a row that nobody knows anything of.
    pub fn named(stored: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.name() == stored)
    }
}

/// Who changes a list, when and how, and the batch that it makes.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The key of the batch.
    pub batch: Id,
    /// When.
    pub at: Time,
    /// How.
    pub how: How,
    actor: Option<Id>,
    actor_name: String,
}

impl Stamp {
    /// What `actor` does now.
    pub fn new(actor: &Actor, clock: &Clock, how: How) -> Self {
        Self { batch: Id::new(), at: Time(clock.now()), how, actor: actor.id, actor_name: actor.name.clone() }
    }

    /// The key of the batch, where it changed anything.
    pub fn of(&self, changed: &ListChanged) -> Option<Id> {
        (!changed.is_nothing()).then_some(self.batch)
    }

    /// The values of `how, added_at, added_by_id, added_by_name`.
    pub(super) fn origin(&self) -> [Sql; 4] {
        let actor = self.actor.map_or_else(|| Sql::from("NULL"), |id| Value::Id(id).into());
        [Value::Text(self.how.name().to_owned()).into(), Value::Time(self.at).into(), actor, Value::Text(self.actor_name.clone()).into()]
    }
}

/// How many rows were written. Somebody whom the statement found and others have deleted before it could write is as if the two
/// could not be ordered: run again, it does not find them.
pub(super) fn written(done: QueryResult<usize>) -> Result<usize> {
    match done {
        Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Err(AppError::Database(Failure::Serialization)),
        done => Ok(done?),
    }
}
