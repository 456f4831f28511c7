//! What was chosen for an action: its name, the ticked rows or all of them, and what was answered to its question.
//!
//! Read by `views` from what the list and the page of a question send, handed to `actions`, and given back by a list on which
//! nothing was done. The fields are Django's, but for what the page of a question and the number shown need.

use crate::accounts::posted::Posted;
use crate::db::Id;

/// Which action is asked for, and for which objects.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// The action's name.
    pub action: String,
    /// Their keys, as far as they were ticked.
    pub keys: Vec<Id>,
    /// Whether all that the list finds are meant.
    pub across: bool,
    /// How many the list showed then, as it shows it.
    pub shown: String,
    /// The objects that the person was told of, once they have been asked: see [`digest`](super::confirmation::Confirmation::digest).
    pub confirmed: Option<String>,
    /// The value that was asked for.
    pub value: String,
}

/// The field of the value that a question asks for.
const VALUE: &str = "value";
/// The field that says how many objects the list showed.
const SHOWN: &str = "shown";
/// The field that says which objects were confirmed.
const CONFIRMED: &str = "confirmed";

impl Chosen {
    /// Reads it from what was posted.
    pub fn read(posted: &Posted) -> Self {
        Self {
            action: posted.get("action").unwrap_or_default().to_owned(),
            keys: posted.all("_selected_action").filter_map(Id::parse).collect(),
            across: posted.get("select_across").is_some_and(|across| across == "1"),
            shown: posted.get(SHOWN).unwrap_or_default().to_owned(),
            confirmed: posted.get(CONFIRMED).map(str::to_owned),
            value: posted.get(VALUE).unwrap_or_default().trim().to_owned(),
        }
    }

    /// Whether this object is one of them, as far as is known without a search.
    pub fn has(&self, key: &Id) -> bool {
        self.across || self.keys.contains(key)
    }

    /// Whether no object was chosen.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && !self.across
    }
}
