//! A list as a CSV file: its columns, with the filters, the search and the order that the page has.
//!
//! Called by `views`. The keys are read in their order first, sixteen bytes each, then the rows some at a time, all from one
//! snapshot: so any order streams, and memory does not grow with the rows. UTF-8 with a byte order mark, for Excel takes
//! other files for Windows-1252; text that a spreadsheet would run as a formula gets an apostrophe in front, what this program
//! wrote does not, for with one a negative amount is no number. Values are written for machines, always alike: days and
//! moments as ISO has them, numbers without separators, `true` and `false`.

use std::collections::HashMap;
use std::io::Write;

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::accounts::user::as_they_are;
use crate::clock::Clock;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, Object, record};
use crate::query::csv_guard::guarded;
use crate::query::selection::is_walked;
use crate::query::{Selection, Sql, Test};

use super::cell::{Cell, Show};
use super::display::Display;
use super::list_display::ListColumn;
use super::list_query::Query;
use super::model_admin::ModelAdmin;

/// Rows read at a time.
const BATCH: usize = 1_000;

/// Writes into the history that a list leaves the house, before the first of it does; the actor as they are now.
///
/// # Errors
/// `Forbidden` for whoever may not see it any more.
pub fn note<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, clock: &Clock) -> Result<Actor> {
    let actor = as_they_are(connection, actor)?;
    A::EDITING.allows(&actor, Permission::View, None)?;
    let plural = A::MODEL.verbose_name_plural;
    let object = Object { model: A::MODEL.model_name, id: String::new(), name: plural.to_owned() };
    record(connection, NewEvent::new(&actor, clock.now(), Action::Exported, object, format!("Exported a list of {plural} as CSV.")))?;
    Ok(actor)
}

/// Writes the list that `query` asks for, all pages of it.
///
/// # Errors
/// `Internal` when it cannot be written: whoever was to read it is gone.
pub fn write<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, query: &Query, mut out: impl Write) -> Result<()> {
    let (predicate, order) = (query.predicate::<A>(connection, &(A::VISIBLE)(actor))?, query.order::<A>());
    // A few of many are not met on a walk through all in their order.
    let count = A::STORE.source.count(connection, &predicate)?;
    let order = if is_walked(count, count) { order } else { Sql::from(Word::Unindexed) + order };
    let keys = A::STORE.source.list_keys(connection, &Selection::first(&predicate, &order, count))?;
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(["ID"].into_iter().chain(A::LIST_DISPLAY.iter().flat_map(headings))).map_err(AppError::internal)?;
    for batch in keys.chunks(BATCH) {
        let mut rows = rows::<A>(connection, batch)?;
        for row in batch.iter().filter_map(|key| rows.remove(key)) {
            let cells = A::LIST_DISPLAY.iter().flat_map(|column| values(&column.show, &row, query.display()));
            let record = [(A::STORE.id)(&row).to_string()].into_iter().chain(cells);
            csv.write_record(record).map_err(AppError::internal)?;
        }
    }
    Ok(csv.flush()?)
}

fn rows<A: ModelAdmin>(connection: &mut AnyConnection, keys: &[Id]) -> Result<HashMap<Id, A::Row>> {
    let are = Test::one_of(*A::KEY, keys.iter().copied());
    let rows = (A::STORE.list)(connection, &Selection::first(&are, &Sql::column(A::KEY), i64::MAX))?;
    Ok(rows.into_iter().map(|row| ((A::STORE.id)(&row), row)).collect())
}

/// What stands over a column: amounts have their currency in a column of its own, so that they can be added up.
fn headings<Row>(column: &ListColumn<Row>) -> Vec<&'static str> {
    if matches!(column.show, Show::Money(_)) { vec![column.heading, "Currency"] } else { vec![column.heading] }
}

/// What a column says of a row; as many as it has headings.
fn values<Row>(show: &Show<Row>, row: &Row, display: &Display) -> Vec<String> {
    match show {
        Show::Money(value) => {
            let (amount, currency) = value(row);
            vec![amount.to_string(), guarded(currency).into_owned()]
        }
        Show::Number(value) => vec![value(row).to_string()],
        Show::Day(value) => vec![value(row).to_string()],
        Show::Flag(value) => vec![value(row).to_string()],
        Show::Text(_) | Show::Choice(..) | Show::Email(_) | Show::Time(_) | Show::Ago(_) | Show::Cell(_) => {
            vec![guarded(&text(&show.of(row, display))).into_owned()]
        }
    }
}

/// A cell as a spreadsheet wants it: numbers without separators, moments in the zone without its name, which none of them
/// takes for a time, remarks in parentheses.
fn text(cell: &Cell) -> String {
    let value = match cell.plain() {
        Cell::Text(text) | Cell::Code(text) | Cell::Link { text, .. } => text.clone(),
        Cell::Email(name, domain) => format!("{name}@{domain}"),
        Cell::Number(number) => number.replace(',', ""),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Moment(moment) | Cell::Ago(moment) => moment.plain(),
        Cell::Tags(tags) => tags.join(", "),
        Cell::Blank | Cell::Noted(..) => String::new(),
    };
    cell.notes().iter().fold(value, |value, note| format!("{value} ({})", note.text).trim_start().to_owned())
}
