//! Who writes the criteria of which segment, and when: what a typed document is understood with.
//!
//! Made by the form, by the preview of a script and by commands.

use serde_json::Value;

use super::draft;
use super::model::{self, Segment};
use super::referred::Naming;
use crate::accounts::Actor;
use crate::admin::query_string::QueryString;
use crate::criteria::{Calendar, Criteria, Problem, resolve};
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};

/// The parameter by which a script says which segment its form changes.
pub const CHANGED: &str = "segment";

/// The segment that the address of such a question names.
pub fn changed(query: &str) -> Option<Id> {
    QueryString::parse(query).get(CHANGED).and_then(Id::parse)
}

/// That segment as it is stored; what one does not see is not what one changes.
///
/// # Errors
/// The engine's.
pub fn find_changed(connection: &mut AnyConnection, actor: &Actor, changed: Option<Id>) -> Result<Option<Segment>> {
    match changed.map(|id| model::find(connection, actor, id)) {
        None | Some(Err(AppError::NotFound)) => Ok(None),
        Some(found) => found.map(Some),
    }
}

/// Who writes criteria.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    /// Who: their rules name only segments that they see.
    pub actor: &'a Actor,
    /// The segment that is changed; `None` while one is added.
    pub stored: Option<&'a Segment>,
    /// When and where its dates are lived.
    pub calendar: Calendar,
}

impl<'a> Writer<'a> {
    /// What the text of a criteria box comes to.
    ///
    /// # Errors
    /// The engine's. What is wrong with the text comes back.
    pub fn read(&self, connection: &mut AnyConnection, typed: &str) -> Result<Result<Criteria, Vec<Problem>>> {
        let document = draft::read_criteria(typed);
        let naming = self.naming(connection, document.as_ref().ok())?;
        Ok(document.map_err(|problem| vec![problem]).and_then(|document| resolve(&document, naming.scope(self.calendar))))
    }

    /// The segments that a document may name; of what is no document, none.
    ///
    /// # Errors
    /// The engine's.
    pub fn naming(&self, connection: &mut AnyConnection, document: Option<&Value>) -> Result<Naming<'a>> {
        Naming::typed(connection, self.actor, self.stored, document.unwrap_or(&Value::Null))
    }
}
