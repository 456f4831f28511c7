//! The cells that lists and forms of segments show, where a value alone does not say enough.
//!
//! Named by `admin` (the declaration).

use super::failures::{self, Failure};
use super::freshness::is_stale;
use super::model::{self, Row, Status};
use crate::admin::cell::{Cell, Tone};
use crate::admin::display::Display;
use crate::criteria::Calendar;

/// The count as it was last taken; what makes it doubtful stands behind it, in a word. The page of the segment says which
/// rule it is.
pub fn member_count(row: &Row, display: &Display) -> Cell {
    counted(row, display, |failure| format!("last count failed {}", display.ago(failure.failed_at)))
}

/// The same on the segment's own page, which says why a count failed.
pub fn member_count_and_why(row: &Row, display: &Display) -> Cell {
    counted(row, display, |failure| format!("last count failed {}: {}", display.ago(failure.failed_at), failure.reason))
}

fn counted(row: &Row, display: &Display, failed: impl Fn(&Failure) -> String) -> Cell {
    let segment = &row.segment;
    let calendar = Calendar { zone: display.zone(), today: display.today() };
    if row.is_broken(calendar) {
        return display.number(0).noted(Tone::Attention, "needs attention");
    }
    let count = display.number(segment.member_count);
    let count = match segment.last_calculated_at {
        None => Cell::Blank.noted(Tone::Quiet, "never counted"),
        Some(counted) if segment.status != Status::Active.name() => {
            count.noted(Tone::Quiet, format!("as of {}", display.sentence(counted)))
        }
        Some(counted) if is_stale(row, display.old_before()) => {
            count.noted_at(Tone::Stale, format!("counted {}", display.ago(counted)), display.sentence(counted))
        }
        Some(_) => count,
    };
    match failures::last_of(row) {
        Some(failure) => count.noted_at(Tone::Attention, failed(failure), display.sentence(failure.failed_at)),
        None => count,
    }
}

/// "somchai (Sales)"; "-" without owner.
pub fn created_by(row: &Row, _: &Display) -> Cell {
    row.owner.as_ref().map_or(Cell::Blank, |owner| Cell::text(format!("{} ({})", owner.username, owner.role)))
}

/// Each tag by itself.
pub fn tags(row: &Row, _: &Display) -> Cell {
    let tags: Vec<String> = model::tags_of(&row.segment.tags).map(str::to_owned).collect();
    if tags.is_empty() { Cell::Blank } else { Cell::Tags(tags) }
}
