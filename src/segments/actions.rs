//! What can be done with several segments of the list at once.
//!
//! Declarations, read by `crate::admin::actions` through `admin`; the deeds are those of `bulk`, `save` and `recalculate`.

use super::admin::SegmentAdmin;
use super::bulk::{self, Copy};
use super::combine_page;
use super::export::{BYTE_ORDER_MARK, write_segments};
use super::json;
use super::model::{Row, Status};
use super::recalculate::{self, Outcome};
use crate::accounts::actor::Permission;
use crate::accounts::user::as_they_are;
use crate::admin::actions::{Action, Change, DELETE, Deed, MOST, Question, each};
use crate::admin::editing::Act;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;

/// They, in the order in which the list offers them.
pub const ACTIONS: &[Action<SegmentAdmin>] = &[
    Action {
        name: "delete_selected",
        label: "Delete selected Customer Segments",
        most: MOST,
        permission: Permission::Delete,
        question: Some(DELETE),
        deed: Deed::Delete(|count| format!("Successfully deleted {count}.")),
    },
    status("activate", "Activate selected Customer Segments", activate, |count| format!("{count} activated.")),
    status("pause", "Pause selected Customer Segments", pause, |count| format!("{count} paused.")),
    status("archive", "Archive selected Customer Segments", archive, |count| format!("{count} archived.")),
    Action {
        name: "count_again",
        label: "Count selected Customer Segments again now",
        most: MOST,
        permission: Permission::View,
        question: None,
        deed: Deed::Long(
            count_again,
            |count| format!("{count} counted again."),
            "archived, changed or deleted meanwhile, or needing attention, for a rule cannot be understood",
        ),
    },
    Action {
        name: "duplicate",
        label: "Duplicate selected Customer Segments",
        // Every copy looks for a name among all.
        most: 500,
        permission: Permission::View,
        question: None,
        deed: Deed::Change(duplicate, |count| format!("{count} duplicated; the copies are yours.")),
    },
    Action {
        name: "combine",
        label: "Combine selected Customer Segments…",
        most: MOST,
        permission: Permission::View,
        question: None,
        deed: Deed::Page(|rows| combine_page::address(&ids(rows))),
    },
    Action {
        name: "add_tag",
        label: "Add tag to selected Customer Segments…",
        most: MOST,
        permission: Permission::Change,
        question: Some(Question {
            title: "Add tag",
            sentence: "Which tag should be added to these Customer Segments?",
            asks_for: Some("Tag"),
            is_dangerous: false,
        }),
        deed: Deed::Change(add_tag, |count| format!("The tag was added to {count}.")),
    },
    Action {
        name: "export_csv",
        label: "Export selected Customer Segments (CSV)",
        most: MOST,
        permission: Permission::View,
        question: None,
        deed: Deed::File("csv", "text/csv; charset=utf-8", |_, act, rows, file| {
            // Excel takes other files for Windows-1252.
            file.extend(BYTE_ORDER_MARK);
            write_segments(rows, act.clock.into(), file)
        }),
    },
    Action {
        name: "export_json",
        label: "Export selected Customer Segments (JSON)",
        most: MOST,
        permission: Permission::View,
        question: None,
        deed: Deed::File("json", "application/json", export_json),
    },
];

const fn status(name: &'static str, label: &'static str, change: Change<SegmentAdmin>, done: fn(&str) -> String) -> Action<SegmentAdmin> {
    Action { name, label, most: MOST, permission: Permission::Change, question: None, deed: Deed::Change(change, done) }
}

fn activate(connection: &mut AnyConnection, act: &Act<'_>, rows: &[Row], _: &str) -> Result<usize> {
    bulk::set_status(connection, act.actor, act.clock, &ids(rows), Status::Active)
}

fn pause(connection: &mut AnyConnection, act: &Act<'_>, rows: &[Row], _: &str) -> Result<usize> {
    bulk::set_status(connection, act.actor, act.clock, &ids(rows), Status::Paused)
}

fn archive(connection: &mut AnyConnection, act: &Act<'_>, rows: &[Row], _: &str) -> Result<usize> {
    bulk::set_status(connection, act.actor, act.clock, &ids(rows), Status::Archived)
}

fn ids(rows: &[Row]) -> Vec<Id> {
    rows.iter().map(|row| row.segment.id).collect()
}

fn add_tag(connection: &mut AnyConnection, act: &Act<'_>, rows: &[Row], tag: &str) -> Result<usize> {
    each(rows, |row| bulk::add_tag(connection, act.actor, act.clock, row.segment.id, tag))
}

fn duplicate(connection: &mut AnyConnection, act: &Act<'_>, rows: &[Row], _: &str) -> Result<usize> {
    each(rows, |row| bulk::duplicate(connection, act.actor, act.clock, row.segment.id, &Copy::new(Id::new())).map(|_| true))
}

/// Archived ones are passed over, and broken ones, which have no members; one that somebody changes meanwhile has been counted
/// by that.
fn count_again(db: &Db, act: &Act<'_>, row: &Row) -> Result<bool> {
    if row.segment.is_archived() {
        return Ok(false);
    }
    let counted = recalculate::count_again(db, |connection| as_they_are(connection, act.actor), act.clock, &row.segment)?;
    Ok(matches!(counted, Outcome::Counted(_)))
}

fn export_json(_: &mut AnyConnection, act: &Act<'_>, rows: &[Row], file: &mut Vec<u8>) -> Result<()> {
    let objects: Vec<json::SegmentObject> = rows.iter().map(|row| json::segment(row, act.actor, act.clock.into())).collect();
    serde_json::to_writer_pretty(file, &objects).map_err(crate::error::AppError::internal)
}
