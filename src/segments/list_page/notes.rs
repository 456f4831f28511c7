//! The private notes of a page, all of which are sent with whatever button is pressed: what was typed is never lost by it.
//!
//! Read by the page's handler. Each note travels with what the page showed: only those that were typed otherwise are written,
//! and only where nobody has written another one since.

use std::collections::HashMap;

use crate::accounts::Posted;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Sql, Value};
use crate::segments::curating::{Task, checked};
use crate::segments::listed::{Side, list_origins};

/// The beginning of the name of a note's field, and of what the page showed in it.
const NOTE: &str = "note_";
const SHOWN: &str = "shown_";

/// A note that was typed.
struct Typed {
    on: Id,
    note: String,
    shown: String,
}

/// What was typed: the task that writes it, and a sentence for each that cannot be written any more.
///
/// # Errors
/// `BadRequest` for a note that cannot be kept.
pub(super) fn task(connection: &mut AnyConnection, side: &'static Side, list: Id, posted: &Posted) -> Result<(Option<Task>, Vec<String>)> {
    let typed = typed(posted);
    let ids: Vec<Id> = typed.iter().map(|typed| typed.on).collect();
    let listed = side.source.list_some_keys(connection, &side.is_listed(list, &side.among(&ids)), i64::MAX)?;
    let origins = list_origins(connection, side, list, &ids, true)?;
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    for Typed { on, note, shown } in typed {
        let note = checked(&note)?;
        let stored = origins.get(&on).map(|origin| origin.note.clone()).unwrap_or_default();
        if !listed.contains(&on) {
            refused.push(format!("The note “{note}” was not written: whom it was on is not on the list any more."));
        } else if !is_alike(&stored, &shown) && !is_alike(&stored, &note) {
            refused.push(format!("The note “{note}” was not written: meanwhile somebody wrote “{stored}” there."));
        } else {
            rows.push(Sql::from("(") + Value::Id(on) + ", " + Value::Text(note) + ")");
        }
    }
    let task = (!rows.is_empty()).then(|| {
        // Both engines call the columns of values so.
        let given = Sql::from(" FROM (SELECT column1 AS ") + side.item + ", column2 AS note FROM (VALUES " + Sql::join(rows, ", ", "");
        Task::Notes(side, given + ") AS typed) AS given WHERE 1 = 1")
    });
    Ok((task, refused))
}

/// The notes that were typed otherwise than the page showed them.
fn typed(posted: &Posted) -> Vec<Typed> {
    let of = |beginning: &'static str| {
        let named = posted.pairs.iter().filter_map(move |(name, value)| Some((Id::parse(name.strip_prefix(beginning)?)?, value.clone())));
        named.collect::<HashMap<Id, String>>()
    };
    let mut shown = of(SHOWN);
    // Browsers end lines with CR LF.
    let typed = |(on, note): (Id, String)| Typed { on, note: note.replace("\r\n", "\n"), shown: shown.remove(&on).unwrap_or_default() };
    let all = of(NOTE).into_iter().map(typed);
    all.filter(|typed| !is_alike(&typed.note, &typed.shown)).collect()
}

/// Whether two notes are the same in a box, which shows every end of a line alike.
fn is_alike(one: &str, other: &str) -> bool {
    let shown = |note: &str| note.trim().replace("\r\n", "\n").replace('\r', "\n");
    shown(one) == shown(other)
}
