//! Who can be listed in a static segment, as a picker shows them.
//!
//! Read by the panes.

use std::collections::HashMap;
use std::hash::BuildHasher;

use crate::customers::{company, contact};
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;
use crate::query::Selection;
use crate::segments::listed::Origin;

/// Somebody who can be listed, or is.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The key.
    pub id: Id,
    /// The name.
    pub who: String,
    /// What tells them from others of the name.
    pub more: String,
    /// Why they would not be a member; `None` when they would.
    pub not_member: Option<&'static str>,
    /// Whether they are listed only once the form is saved.
    pub is_new: bool,
    /// Whether they are ticked.
    pub is_ticked: bool,
    /// Whether the segment never includes them.
    pub is_never: bool,
    /// Who listed them, by which way; blank where nobody knows.
    pub added: String,
    /// When.
    pub added_at: Option<Time>,
    /// The note beside them.
    pub note: String,
}

impl Candidate {
    fn new(id: Id, who: String) -> Self {
        let (more, added, note) = (String::new(), String::new(), String::new());
        Self { id, who, more, not_member: None, is_new: false, is_ticked: false, is_never: false, added, added_at: None, note }
    }

    /// What tells them from others before the @ of their address, and behind it: where that is too long it goes on there. `None`
    /// where they have none.
    pub fn addressed(&self) -> Option<(&str, &str)> {
        self.more.rsplit_once('@')
    }
}

/// Writes into the rows what is known of them.
pub fn know<S: BuildHasher>(rows: &mut [Candidate], origins: &HashMap<Id, Origin, S>) {
    for row in rows {
        let Some(origin) = origins.get(&row.id) else { continue };
        row.is_never = origin.is_never;
        row.note.clone_from(&origin.note);
        if let Some(how) = origin.how.filter(|_| !origin.is_never) {
            row.added_at = origin.added_at;
            row.added = format!("{} · {}", origin.added_by, how.label().to_lowercase());
        }
    }
}

/// The contacts of a selection.
pub fn contacts(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Candidate>> {
    let rows = contact::list(connection, selection)?;
    Ok(rows
        .into_iter()
        .map(|row| Candidate {
            not_member: match (row.contact.is_active, row.contact.unsubscribed) {
                (false, _) => Some("not a member: inactive"),
                (true, true) => Some("not a member: unsubscribed"),
                (true, false) => None,
            },
            more: joined([&row.company_name, &row.contact.title, &row.company_country, &row.contact.email]),
            ..Candidate::new(row.contact.id, row.contact.name)
        })
        .collect())
}

/// The companies of a selection.
pub fn companies(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Candidate>> {
    let rows = company::list(connection, selection)?;
    Ok(rows
        .into_iter()
        .map(|row| Candidate { more: joined([&row.city, &row.country, &row.industry, &String::new()]), ..Candidate::new(row.id, row.name) })
        .collect())
}

fn joined(parts: [&String; 4]) -> String {
    parts.into_iter().filter(|part| !part.trim().is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · ")
}
