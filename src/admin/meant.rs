//! Which objects an action means: those that were ticked, or all that the list finds, of those that the actor sees.
//!
//! Called by `actions`. They are searched for once, and read again by their keys when they are held.

use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};
use crate::query::{Selection, Sql, Test};

use super::actions::Action;
use super::chosen::Chosen;
use super::display::{counted, number};
use super::list_query::Query;
use super::model_admin::ModelAdmin;
use super::task::Task;

/// The objects that are meant.
pub(super) struct Meant {
    /// What they meet.
    predicate: Sql,
    /// Their keys.
    pub(super) keys: Vec<Id>,
}

impl Meant {
    pub(super) fn of<A: ModelAdmin>(
        connection: &mut AnyConnection,
        task: &Task,
        query: &Query,
        action: &Action<A>,
        chosen: &Chosen,
    ) -> Result<Self> {
        let visible = (A::VISIBLE)(&task.actor);
        let predicate = if chosen.across {
            query.predicate::<A>(connection, &visible)?
        } else {
            Sql::and([visible, Test::one_of(*A::KEY, chosen.keys.iter().copied())])
        };
        // Found first and sorted then, as in the list: a few of many are not met on a walk through all in their order.
        let keys = A::STORE.source.list_some_keys(connection, &predicate, action.most + 1)?;
        let found = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        if found > action.most {
            let most = counted(action.most, A::MODEL.verbose_name, A::MODEL.verbose_name_plural);
            return Err(AppError::BadRequest(format!("At most {most} can be taken at once. Narrow the list first.")));
        }
        // What asks first tells how many they are, and is answered for these very ones.
        if chosen.across && action.question.is_none() && chosen.shown != number(found) {
            return Err(AppError::Conflict(overtaken::<A>(found, &chosen.shown)));
        }
        Ok(Self { predicate, keys })
    }
}

/// Those of them that still are what was meant, each of which the actor may do this with.
pub(super) fn rows<A: ModelAdmin>(
    connection: &mut AnyConnection,
    task: &Task,
    query: &Query,
    action: &Action<A>,
    meant: &Meant,
) -> Result<Vec<A::Row>> {
    let are = Sql::and([(A::VISIBLE)(&task.actor), meant.predicate.clone(), Test::one_of(*A::KEY, meant.keys.iter().copied())]);
    let rows = (A::STORE.list)(connection, &Selection::first(&are, &query.order::<A>(), action.most))?;
    rows.iter().try_for_each(|row| A::EDITING.allows(&task.actor, action.permission, Some(row)))?;
    Ok(rows)
}

/// The sentence for a list that finds others than it showed.
fn overtaken<A: ModelAdmin>(found: i64, shown: &str) -> String {
    let found = counted(found, A::MODEL.verbose_name, A::MODEL.verbose_name_plural);
    let shown = if shown.is_empty() { "another number" } else { shown };
    format!("The list finds {found} now, but showed {shown}: see below, and select all once more if you mean them.")
}
