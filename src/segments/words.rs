//! What the segment's form holds, in words: for pages that show it beside the form (versions, conflicts, what was not saved).
//!
//! Hooks that `admin` (the declaration) names.

use super::draft;
use super::picker::{Asked, COMPANIES, CONTACTS};
use super::rules::spoken;
use crate::admin::editing::Act;
use crate::admin::form::FormData;
use crate::admin::sent::some_of;
use crate::db::AnyConnection;
use crate::error::Result;

/// See `Versions::sentence`: the criteria; other fields are words.
pub fn sentence(connection: &mut AnyConnection, act: &Act<'_>, field: &str, value: &str) -> Result<Option<String>> {
    let Some(document) = draft::read_criteria(value).ok().filter(|_| field == "filter_criteria") else { return Ok(None) };
    let is_empty = document.get("rules").is_none_or(|rules| rules.as_array().is_some_and(Vec::is_empty));
    let said = if is_empty { Ok("No rules.".to_owned()) } else { spoken(connection, act.actor, &document, act.clock.into()) };
    said.map(Some)
}

/// See `ModelAdmin::BESIDE`: whom the form lists, and whom it takes off the list.
pub fn beside(connection: &mut AnyConnection, data: &FormData) -> Result<Vec<(String, String)>> {
    let mut said = Vec::new();
    for (kind, what) in [(&CONTACTS, "Contacts"), (&COMPANIES, "Companies")] {
        let change = Asked::of(kind, data).change(connection)?;
        for (ids, verb) in [(change.add, "add"), (change.remove, "remove")] {
            if !ids.is_empty() {
                said.push((format!("{what} to {verb}"), some_of(kind.names(connection, &ids)?, ids.len())));
            }
        }
    }
    Ok(said)
}
