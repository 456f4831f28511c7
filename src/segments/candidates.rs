//! Who can be listed in a static segment, as a chooser shows them.
//!
//! Called by `chooser`.

use crate::customers::{company, contact};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::Selection;

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
}

/// The contacts of a selection.
pub(super) fn contacts(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Candidate>> {
    let rows = contact::list(connection, selection)?;
    Ok(rows
        .into_iter()
        .map(|row| Candidate {
            id: row.contact.id,
            not_member: match (row.contact.is_active, row.contact.unsubscribed) {
                (false, _) => Some("not a member: inactive"),
                (true, true) => Some("not a member: unsubscribed"),
                (true, false) => None,
            },
            more: joined([&row.company_name, &row.contact.title, &row.company_country, &row.contact.email]),
            who: row.contact.name,
            is_new: false,
        })
        .collect())
}

/// The companies of a selection.
pub(super) fn companies(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Candidate>> {
    let rows = company::list(connection, selection)?;
    Ok(rows
        .into_iter()
        .map(|row| Candidate {
            id: row.id,
            more: joined([&row.city, &row.country, &row.industry, &String::new()]),
            who: row.name,
            not_member: None,
            is_new: false,
        })
        .collect())
}

fn joined(parts: [&String; 4]) -> String {
    parts.into_iter().filter(|part| !part.trim().is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · ")
}
