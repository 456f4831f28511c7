//! The history of one object: its events as a table, oldest first.
//!
//! Called by `views`. Entries that left a version lead to `versions`, where it is compared and restored.

use crate::db::{Db, Id, Json};
use crate::error::Result;
use crate::history::{self, Event};

use super::display::{Display, Moment, counted};
use super::form_page::ObjectView;
use super::model_admin::{Model, ModelAdmin};
use super::task::{Task, find};
use super::versions::stands;

/// The most events that a page shows.
const SHOWN: i64 = 200;

/// What the page shows.
#[derive(Debug)]
pub struct ObjectHistory {
    /// What the object is.
    pub model: Model,
    /// Which one.
    pub object: ObjectView,
    /// Its events.
    pub entries: Vec<Entry>,
    /// "2 entries"; or, where there are more than are shown, that older ones are left out.
    pub count: String,
}

/// One event.
#[derive(Debug)]
pub struct Entry {
    /// When.
    pub when: Moment,
    /// Who, by the name they had.
    pub who: String,
    /// What.
    pub message: String,
    /// The member counts before and after, where the event knows them.
    pub counts: Option<String>,
    /// The key of the version that it left, where there is something to compare it with.
    pub version: Option<Id>,
    /// What the rules said before and after, in words, where they were changed.
    pub sentences: Option<(String, String)>,
}

/// The history of the object; `None` for one that the actor does not see.
pub async fn load<A: ModelAdmin>(db: &Db, task: Task) -> Result<Option<ObjectHistory>> {
    db.read(move |connection| {
        let Some(id) = task.id else { return Ok(None) };
        let Some(row) = find::<A>(connection, &task.actor, id)? else { return Ok(None) };
        let display = Display::new(&task.clock);
        let mut events = history::list_of(connection, A::MODEL.model_name, &id.to_string(), SHOWN + 1)?;
        let count = count(&mut events);
        // The newest version is mostly how the object stands now: there is nothing to compare then.
        let newest = events.iter().rfind(|event| event.is_version()).filter(|event| stands::<A>(event, &row)).map(|event| event.id);
        let is_compared = |event: &Event| A::VERSIONS.is_some() && event.is_version() && newest != Some(event.id);
        let entries: Vec<Entry> = events.into_iter().map(|event| Entry::of(is_compared(&event), event, &display)).collect();
        Ok(Some(ObjectHistory { model: A::MODEL, object: ObjectView::of::<A>(&row), entries, count }))
    })
    .await
}

/// Takes out the event that is there only to tell that there are more, and says how many are shown.
fn count(events: &mut Vec<Event>) -> String {
    if i64::try_from(events.len()).is_ok_and(|length| length <= SHOWN) {
        return counted(events.len(), "entry", "entries");
    }
    events.remove(0);
    format!("The newest {SHOWN} entries are shown; older ones are left out.")
}

impl Entry {
    fn of(is_compared: bool, event: Event, display: &Display) -> Self {
        let version = is_compared.then_some(event.id);
        let members = |count: i32| counted(count, "member", "members");
        let counts = match (event.count_before, event.count_after) {
            (Some(before), Some(after)) if before != after => Some(format!("({} before, {} after)", members(before), members(after))),
            (_, Some(after)) => Some(format!("({})", members(after))),
            (Some(before), None) => Some(format!("({} before)", members(before))),
            (None, None) => None,
        };
        let said = |values: Option<Json>| Some(values?.0.get("summary")?.as_str()?.to_owned());
        let sentences = said(event.before).zip(said(event.after));
        Self { when: display.moment(event.at), who: event.actor_name, message: event.message, counts, version, sentences }
    }
}
