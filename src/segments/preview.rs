//! What rules that are still being written come to: how many, who for example, in words, and what is wrong where.
//!
//! Called by the form ("Preview") and the preview of a script, by validation and by the command line; nothing is stored.

use std::time::Instant;

use super::funnel::Funnel;
use super::members::Members;
use super::writer::Writer;
use crate::criteria::warnings::warnings;
use crate::criteria::{Problem, describe};
use crate::customers::contact::Row;
use crate::db::AnyConnection;
use crate::error::Result;

/// How many members a preview names.
pub const SAMPLE: i64 = 5;

/// Past so many an exact count may be waited for: one knows that they are many.
pub const MANY: i64 = 10_000;

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
        /// The rules one by one, where that was asked for.
        funnel: ByRule,
    },
    /// They cannot: everything that is wrong, at its rule. Nobody is a member.
    Broken(Vec<Problem>),
}

/// The rules one by one.
#[derive(Debug, Clone)]
pub enum ByRule {
    /// Nobody asked.
    NotAsked,
    /// There was not enough time.
    TooLong,
    /// They are counted.
    Counted(Funnel),
}

/// Whether the rules of the criteria box's text select more than `most`; of what cannot be understood, nobody.
pub fn has_more_than(connection: &mut AnyConnection, writer: &Writer<'_>, typed: &str, most: i64) -> Result<bool> {
    match writer.read(connection, typed)? {
        Ok(criteria) => Members::of_criteria(&criteria).are_more_than(connection, most),
        Err(_) => Ok(false),
    }
}

/// The preview of the criteria box's text, as `writer` types it; rule by rule, where that is asked for.
pub fn preview(connection: &mut AnyConnection, writer: &Writer<'_>, typed: &str, by_rule: bool) -> Result<Preview> {
    let criteria = match writer.read(connection, typed)? {
        Ok(criteria) => criteria,
        Err(problems) => return Ok(Preview::Broken(problems)),
    };
    let members = Members::of_criteria(&criteria);
    let begun = Instant::now();
    let count = members.count(connection)?;
    let sample = members.first(connection, (count, begun.elapsed()), SAMPLE)?;
    let funnel = if by_rule { Funnel::of(connection, &criteria)?.map_or(ByRule::TooLong, ByRule::Counted) } else { ByRule::NotAsked };
    Ok(Preview::Members { count, sample, summary: describe(&criteria), warnings: warnings(connection, &criteria)?, funnel })
}
