//! What the rules of a stored segment come to: criteria, a sentence, or what is wrong with them.
//!
//! Asked by lists, pages, commands and whoever counts; a static segment has no rules that count.

use serde_json::Value;

use super::model::{Row, Segment};
use super::referred::Naming;
use crate::accounts::Actor;
use crate::criteria::{Calendar, Criteria, Problem, Scope, describe, resolve};
use crate::db::AnyConnection;
use crate::error::Result;

/// The rules of a dynamic segment, as they are at this moment; named for `reader`, or for anybody.
///
/// # Errors
/// The engine's. What is wrong with them comes back.
pub fn understood(
    connection: &mut AnyConnection,
    segment: &Segment,
    reader: Option<&Actor>,
    calendar: Calendar,
) -> Result<Result<Criteria, Vec<Problem>>> {
    let document = &segment.filter_criteria.0;
    let naming = Naming::read(connection, reader, document)?.of_segment(segment.id);
    Ok(resolve(document, naming.scope(calendar)))
}

impl Row {
    /// What is wrong with its rules: then it has no members and cannot be used. Nothing for a static segment.
    pub fn broken_rules(&self, reader: Option<&Actor>, calendar: Calendar) -> Vec<Problem> {
        let naming = Naming::stored(self.book.clone(), self.segment.id, reader);
        self.segment.live_rules().and_then(|document| resolve(document, naming.scope(calendar)).err()).unwrap_or_default()
    }

    /// Whether something is.
    pub fn is_broken(&self, calendar: Calendar) -> bool {
        !self.broken_rules(None, calendar).is_empty()
    }

    /// Who is in, in words for `reader`.
    pub fn summary(&self, reader: &Actor, calendar: Calendar) -> String {
        let naming = Naming::stored(self.book.clone(), self.segment.id, Some(reader));
        let by_hand = || "Whoever is listed by hand, and the contacts of the companies that are.".to_owned();
        self.segment.live_rules().map_or_else(by_hand, |document| summary_of(document, naming.scope(calendar)))
    }
}

/// The sentence of a document that is only read, by `reader`.
///
/// # Errors
/// The engine's.
pub fn spoken(connection: &mut AnyConnection, reader: &Actor, document: &Value, calendar: Calendar) -> Result<String> {
    let naming = Naming::read(connection, Some(reader), document)?;
    Ok(summary_of(document, naming.scope(calendar)))
}

/// The sentence of a document, or what is wrong with it.
fn summary_of(document: &Value, scope: Scope<'_>) -> String {
    match resolve(document, scope) {
        Ok(criteria) => describe(&criteria),
        Err(problems) => {
            let said: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.place(), problem.detail)).collect();
            format!("Nobody, because the rules cannot be understood. {}", said.join(" "))
        }
    }
}
