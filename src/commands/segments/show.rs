//! How answers about segments are written.

use std::io::{self, Write};

use serde_json::json;

use super::Named;
use crate::accounts::Actor;
use crate::commands::Outcome;
use crate::criteria::{Calendar, Problem};
use crate::customers::contact;
use crate::error::Result;
use crate::segments::export::{csv_line, stored_count};
use crate::segments::model::Row;

/// One line: id, status, type, count, name; between tabs.
pub(super) fn line(out: &mut dyn Write, row: &Row, _: &Actor, calendar: Calendar) -> Result<()> {
    let segment = &row.segment;
    let attention = if row.is_broken(calendar) { "\tneeds attention" } else { "" };
    let (status, kind, count) = (&segment.status, &segment.segment_type, stored_count(row, calendar, "-"));
    Ok(writeln!(out, "{}\t{status}\t{kind}\t{count}\t{}{attention}", segment.id, segment.name)?)
}

/// A segment with its rules in words.
pub(super) fn whole(out: &mut dyn Write, row: &Row, actor: &Actor, calendar: Calendar) -> Result<()> {
    let segment = &row.segment;
    let counted = segment.last_calculated_at.map_or_else(|| "never counted".to_owned(), |time| format!("counted {time}"));
    writeln!(out, "{}\n  id: {}\n  {} · {}", segment.name, segment.id, segment.segment_type, segment.status)?;
    writeln!(out, "  {} members ({counted})", segment.member_count)?;
    Ok(writeln!(out, "  {}", row.summary(actor, calendar))?)
}

/// What comes before counts.
pub(super) fn begin_counts(out: &mut impl Write, named: &Named) -> Result<()> {
    if named.is_csv() { csv_line(out, &["id", "name", "count"]) } else { Ok(()) }
}

/// A count.
pub(super) fn count(out: &mut impl Write, named: &Named, row: &Row, count: i64) -> Result<()> {
    let segment = &row.segment;
    if named.is_json() {
        return Ok(writeln!(out, "{}", json!({"id": segment.id, "name": segment.name, "count": count}))?);
    }
    if named.is_csv() {
        return csv_line(out, &[&segment.id.to_string(), &segment.name, &count.to_string()]);
    }
    Ok(writeln!(out, "{count}\t{}", segment.name)?)
}

/// A member.
pub(super) fn member(out: &mut impl Write, row: &contact::Row) -> Result<()> {
    let contact = &row.contact;
    Ok(writeln!(out, "{}\t{}\t{}\t{}", contact.id, contact.name, contact.email, row.company_name)?)
}

/// A segment whose rules are broken, and why.
pub(super) fn broken(out: &mut impl Write, named: &Named, row: &Row, problems: &[Problem]) -> Result<()> {
    let segment = &row.segment;
    if named.is_json() {
        return Ok(writeln!(out, "{}", json!({"id": segment.id, "name": segment.name, "errors": problems}))?);
    }
    for problem in problems {
        writeln!(out, "{}: {} ({}): {}", segment.name, problem.place(), problem.pointer, problem.detail)?;
    }
    Ok(())
}

/// Says on stderr why a segment has no members.
pub(super) fn tell_broken(row: &Row, problems: &[Problem]) -> Outcome {
    for problem in problems {
        tell(&format!("“{}” needs attention: {} ({}): {}", row.segment.name, problem.place(), problem.pointer, problem.detail));
    }
    Outcome::Problem
}

/// Says it on stderr, whether or not anybody listens.
pub(super) fn tell(sentence: &str) {
    if let Err(error) = writeln!(io::stderr(), "{sentence}") {
        tracing::debug!(%error, "stderr");
    }
}
