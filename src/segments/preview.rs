//! What rules that are still being written come to: how many, who for example, in words, and what is wrong where.
//!
//! Called by the form ("Preview") and the preview of a script, by validation and by the command line; nothing is stored.

use super::draft;
use super::members::Members;
use crate::criteria::warnings::warnings;
use crate::criteria::{Calendar, Problem, describe, resolve};
use crate::customers::contact::Row;
use crate::db::AnyConnection;
use crate::error::Result;

/// How many members a preview names.
pub const SAMPLE: i64 = 5;

/// What rules come to.
#[derive(Debug, Clone)]
pub enum Preview {
    /// They can be understood.
    Members {
        /// How many.
        count: i64,
        /// The first few by name.
        sample: Vec<Row>,
        /// The rules in English.
        summary: String,
        /// What is worth knowing, at its rule.
        warnings: Vec<Problem>,
    },
    /// They cannot: everything that is wrong, at its rule. Nobody is a member.
    Broken(Vec<Problem>),
}

/// The preview of the criteria box's text.
pub fn preview(connection: &mut AnyConnection, typed: &str, calendar: Calendar) -> Result<Preview> {
    let resolved = draft::read_criteria(typed).map_err(|problem| vec![problem]).and_then(|document| resolve(&document, calendar));
    let criteria = match resolved {
        Ok(criteria) => criteria,
        Err(problems) => return Ok(Preview::Broken(problems)),
    };
    let members = Members::of_criteria(&criteria);
    let count = members.count(connection)?;
    let sample = members.page(connection, count, SAMPLE, 0)?;
    Ok(Preview::Members { count, sample, summary: describe(&criteria), warnings: warnings(connection, &criteria)? })
}
