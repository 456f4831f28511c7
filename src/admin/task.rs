//! Who acts on which object: what every page of an object, and every action, is asked with.
//!
//! Made by `views`, handed to `edit`, `deletion`, `actions`, `object_history` and `versions`.

use crate::accounts::Actor;
use crate::accounts::user::as_they_are;
use crate::clock::Clock;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::condition::Condition;
use crate::query::{Selection, Sql, Test, Value};

use super::editing::Act;
use super::model_admin::ModelAdmin;

/// Who acts on which object; `None` is a new one.
#[derive(Clone)]
pub struct Task {
    /// Who.
    pub actor: Actor,
    /// When.
    pub clock: Clock,
    /// On what.
    pub id: Option<Id>,
    /// When the version was saved that is restored by this, as a sentence says it; `None` for any other save.
    pub restores: Option<String>,
}

impl Task {
    /// [`Task::as_they_are`] for a transaction that changes the objects `ids`. They are held before the actor is, by all who
    /// come this way: of two users who delete one another, one then waits for the other, and not both.
    ///
    /// # Errors
    /// Those of [`as_they_are`].
    pub(super) fn in_turn<A: ModelAdmin>(&self, connection: &mut AnyConnection, ids: &[Id]) -> Result<Self> {
        if let Ok(edit) = A::EDITING.edit() {
            (edit.lock)(connection, ids)?;
        }
        self.as_they_are(connection)
    }

    /// The same by an actor who is asked anew what they may do, in the transaction that writes.
    ///
    /// # Errors
    /// Those of [`as_they_are`].
    pub(super) fn as_they_are(&self, connection: &mut AnyConnection) -> Result<Self> {
        Ok(Self { actor: as_they_are(connection, &self.actor)?, ..self.clone() })
    }

    pub(super) fn act(&self) -> Act<'_> {
        Act { actor: &self.actor, clock: &self.clock, restores: self.restores.as_deref() }
    }

    /// The row it is about; `Err` tells that there is none.
    pub(super) fn row<A: ModelAdmin>(&self, connection: &mut AnyConnection) -> Result<Result<Option<A::Row>, Missing>> {
        let Some(id) = self.id else { return Ok(Ok(None)) };
        Ok(find::<A>(connection, &self.actor, id)?.map(Some).ok_or(Missing))
    }
}

/// There is no such object, as far as the actor may know.
pub(super) struct Missing;

/// The object with this key, if the actor sees it.
pub fn find<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, id: Id) -> Result<Option<A::Row>> {
    let is_it = Test::new(*A::KEY, Condition::OneOf(vec![Value::Id(id)])).sql();
    let (predicate, order) = (Sql::and([(A::VISIBLE)(actor), is_it]), Sql::column(A::KEY));
    let found = (A::STORE.list)(connection, &Selection::first(&predicate, &order, 1))?;
    Ok(found.into_iter().next())
}
