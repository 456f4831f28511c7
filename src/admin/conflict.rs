//! The answer to the second of two editors: both versions, field by field, with what was typed kept.
//!
//! Called by `edit` when the stored version is no longer the one that the form was opened with. Who came first is named only
//! when history knows of other values since the form was opened: the CRM writes to a shared database without telling us.

use chrono::DateTime;

use crate::db::AnyConnection;
use crate::error::Result;
use crate::history;

use super::display::{Display, counted};
use super::editing::Act;
use super::fieldset::{field_names, form_fields};
use super::form::{FormData, OPENED, initial, version};
use super::form_page::ObjectView;
use super::model_admin::{Model, ModelAdmin};
use super::side_by_side::{FieldPair, stored_and_typed};
use super::widget::Widget;

/// The page of a conflict.
#[derive(Debug)]
pub struct ConflictPage {
    /// What is edited.
    pub model: Model,
    /// The object, by its stored name.
    pub object: ObjectView,
    /// Who saved it; `None` when nobody knows.
    pub who: Option<String>,
    /// Whether it was whoever edits, in another window.
    pub is_own: bool,
    /// When, as a sentence says it.
    pub when: Option<String>,
    /// The version that is stored now: what is sent from this page was made knowing it.
    pub version: String,
    /// What the fields hold in that version; see [`INITIAL`](super::form::INITIAL).
    pub initial: String,
    /// The moment of this page.
    pub opened: String,
    /// What was typed, to be sent again.
    pub typed: Vec<(String, String)>,
    /// What is stored and what was typed, of the fields that somebody changed.
    pub pairs: Vec<FieldPair>,
    /// The others.
    pub alike: Vec<FieldPair>,
    /// What saving does besides; see [`ModelAdmin::BESIDE`].
    pub beside: Vec<(String, String)>,
}

impl ConflictPage {
    /// The page for `data`, sent for an object that is now stored as `row`.
    pub(super) fn of<A: ModelAdmin>(connection: &mut AnyConnection, act: Act<'_>, row: &A::Row, data: &FormData) -> Result<Self> {
        let object = ObjectView::of::<A>(row);
        let opened = DateTime::parse_from_rfc3339(data.get(OPENED)).ok();
        let last = history::find_last_version(connection, A::MODEL.model_name, &object.id.to_string(), &field_names::<A>())?;
        let last = last.filter(|event| opened.is_some_and(|opened| event.at.0 >= opened));
        let display = Display::new(act.clock);
        let pairs = stored_and_typed::<A>(connection, act, Some(row), data)?;
        let (pairs, alike) = pairs.into_iter().partition(|pair| !pair.mark.is_empty());
        // What was typed as a password is shown nowhere; it is asked for again.
        let is_secret = |name: &str| form_fields::<A>().any(|field| field.name == name && matches!(field.widget, Widget::Password));
        Ok(Self {
            model: A::MODEL,
            is_own: last.as_ref().is_some_and(|event| event.actor_id == act.actor.id),
            who: last.as_ref().map(|event| if event.actor_id == act.actor.id { "You".to_owned() } else { event.actor_name.clone() }),
            when: last.map(|event| display.sentence(event.at)),
            version: version::<A>(row),
            opened: act.clock.now().to_rfc3339(),
            initial: initial::<A>(row, &FormData::of::<A>(Some(row))),
            typed: data.typed().filter(|(name, _)| !is_secret(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            pairs,
            alike,
            beside: (A::BESIDE)(connection, data)?,
            object,
        })
    }

    /// Who saved it, as a sentence begins.
    pub fn who(&self) -> &str {
        self.who.as_deref().unwrap_or("Somebody else")
    }

    /// "Nobody changed the other 18 fields."
    pub fn untouched(&self) -> String {
        format!("Nobody changed the other {}", counted(self.alike.len(), "field", "fields"))
    }

    /// The heading of the stored version.
    pub fn saved_by(&self) -> String {
        match (&self.who, &self.when) {
            (Some(who), Some(when)) => format!("Saved by {who}, {when}"),
            _ => "As it is saved now".to_owned(),
        }
    }
}

/// Whether saving `data` would leave every field as it is stored.
pub(super) fn is_same_as_stored<A: ModelAdmin>(row: &A::Row, data: &FormData) -> bool {
    form_fields::<A>().all(|field| field.widget.is_same(&(field.value)(row), data.get(field.name)))
}
