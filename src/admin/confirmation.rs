//! The question before an action: about which objects it is asked, and whether it has been answered for these very ones.
//!
//! Called by `actions`, before it acts and once more in the transaction that does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::db::{AnyConnection, Id};
use crate::error::Result;

use super::actions::{Action, Question};
use super::chosen::Chosen;
use super::deletion::{Protected, related};
use super::display::number;
use super::form_page::ObjectView;
use super::model_admin::ModelAdmin;
use super::task::Task;

/// What the page of a question shows.
#[derive(Debug)]
pub struct Confirmation {
    /// See [`Action::name`].
    pub action: &'static str,
    /// What is asked.
    pub question: Question,
    /// The first objects.
    pub objects: Vec<ObjectView>,
    /// How many there are.
    pub count: usize,
    /// Which they are: what is confirmed is these objects, not as many others.
    pub digest: String,
    /// What goes with them: label and number.
    pub related: Vec<(&'static str, String)>,
    /// The first of those that are not deleted, for others belong to them.
    pub protected: Vec<Protected>,
    /// How many more there are.
    pub protected_more: usize,
    /// What was chosen, to be sent again.
    pub chosen: Chosen,
    /// Why the value is asked for again.
    pub error: Option<&'static str>,
}

impl Confirmation {
    /// How many objects there are, as pages say it.
    pub fn count(&self) -> String {
        number(in_numbers(self.count))
    }

    /// How many there are besides those that are named.
    pub fn more(&self) -> Option<String> {
        let more = self.count.saturating_sub(self.objects.len());
        (more > 0).then(|| number(in_numbers(more)))
    }

    /// How many stay besides those that are named.
    pub fn more_protected(&self) -> Option<String> {
        (self.protected_more > 0).then(|| number(in_numbers(self.protected_more)))
    }
}

fn in_numbers(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Objects that a question names.
const NAMED: usize = 100;

/// The question, unless it has been answered for these very objects.
pub(super) fn ask<A: ModelAdmin>(
    connection: &mut AnyConnection,
    task: &Task,
    action: &'static Action<A>,
    question: Question,
    chosen: &Chosen,
    rows: &[A::Row],
) -> Result<Option<Confirmation>> {
    let digest = digest::<A>(rows);
    let lacks_value = question.asks_for.is_some() && chosen.value.is_empty();
    let mut protected = if question.is_dangerous { (A::EDITING.edit()?.protects)(connection, &task.actor, rows)? } else { Vec::new() };
    if chosen.confirmed.as_ref() == Some(&digest) && !lacks_value && protected.is_empty() {
        return Ok(None);
    }
    let related = if question.is_dangerous && protected.is_empty() { related::<A>(connection, rows)? } else { Vec::new() };
    let protected_more = protected.len().saturating_sub(NAMED);
    protected.truncate(NAMED);
    Ok(Some(Confirmation {
        action: action.name,
        question,
        objects: rows.iter().take(NAMED).map(ObjectView::of::<A>).collect(),
        count: rows.len(),
        digest,
        related: related.into_iter().map(|(label, count)| (label, number(count))).collect(),
        protected,
        protected_more,
        chosen: chosen.clone(),
        error: (chosen.confirmed.is_some() && lacks_value).then_some("This field is required."),
    }))
}

/// Tells these objects from any others.
fn digest<A: ModelAdmin>(rows: &[A::Row]) -> String {
    let mut keys: Vec<Id> = rows.iter().map(A::STORE.id).collect();
    keys.sort_unstable();
    let keys: Vec<String> = keys.iter().map(Id::to_string).collect();
    URL_SAFE_NO_PAD.encode(Sha256::digest(keys.join(",")))
}
