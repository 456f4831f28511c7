//! The rows of uploads as they are kept: what each says, and whom it stands for.
//!
//! Called by the rest of `upload`. A row is written once, when it was matched; after that only whom an open one stands for changes.

use std::collections::HashSet;

use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;

use super::entry::{Item, Outcome};
use super::store::small;
use crate::db::schema::segments_upload_row as row;
use crate::db::{AnyConnection, Id, dialect};
use crate::error::Result;

/// Rows inserted with one statement: eleven values each.
const AT_ONCE: usize = 2_500;
/// Open rows whose candidates are read at a time.
const OPEN_AT_ONCE: i64 = 10_000;

/// A row of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = row, treat_none_as_default_value = false)]
pub struct Row {
    /// Of which upload.
    pub upload_id: Id,
    /// Its place, from 1; 0 of a first line that was taken for the names of the columns before.
    pub position: i32,
    /// The line on which it stands.
    pub line: i32,
    /// As it was written.
    pub raw: String,
    /// What to write beside whom it stands for.
    pub note: String,
    /// See `Outcome`.
    pub outcome: String,
    /// By what they were found.
    pub found_by: String,
    /// The contact it stands for.
    pub contact_id: Option<Id>,
    /// The company it stands for.
    pub company_id: Option<Id>,
    /// Whom it may stand for, joined by commas; of a refused one whom it names all the same.
    pub candidates: String,
    /// Why it cannot be taken.
    pub reason: String,
}

impl Row {
    /// What becomes of it.
    pub fn outcome(&self) -> Outcome {
        Outcome::named(&self.outcome).unwrap_or(Outcome::Refused)
    }

    /// Whom it stands for.
    pub fn item(&self) -> Option<Item> {
        self.contact_id.map(Item::Contact).or(self.company_id.map(Item::Company))
    }

    /// Whom it may stand for.
    pub fn candidates(&self) -> Vec<Item> {
        items(&self.candidates).collect()
    }
}

/// Those of whom a text is that keeps them.
fn items(candidates: &str) -> impl Iterator<Item = Item> + '_ {
    candidates.split(',').filter_map(Item::parse)
}

/// Keeps rows, in the order of their places, and marks those whom a row before them stands for already. That is asked for by
/// keys, not by joining the rows with themselves: of a new upload PostgreSQL knows nothing, and compares all with all.
pub fn insert_rows(connection: &mut AnyConnection, rows: &[Row]) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let before = || row::table.filter(row::upload_id.eq(first.upload_id)).filter(row::position.lt(first.position));
    let people: Vec<Id> = rows.iter().filter_map(|row| row.contact_id).collect();
    let mut seen: HashSet<Option<Item>> = HashSet::new();
    if !people.is_empty() && first.position > 1 {
        let named = before().filter(row::contact_id.eq_any(&people)).select(row::contact_id);
        seen.extend(named.load::<Option<Id>>(connection)?.into_iter().map(|id| id.map(Item::Contact)));
    }
    let firms: Vec<Id> = rows.iter().filter_map(|row| row.company_id).collect();
    if !firms.is_empty() && first.position > 1 {
        let named = before().filter(row::company_id.eq_any(&firms)).select(row::company_id);
        seen.extend(named.load::<Option<Id>>(connection)?.into_iter().map(|id| id.map(Item::Company)));
    }
    let mut marked = rows.to_vec();
    for row in marked.iter_mut().filter(|row| row.item().is_some()) {
        if !seen.insert(row.item()) {
            Outcome::Twice.name().clone_into(&mut row.outcome);
        }
    }
    let copy = |connection: &mut PgConnection| diesel::copy_from(row::table).from_insertable(marked.as_slice()).execute(connection);
    if dialect::copied(connection, copy)?.is_none() {
        for chunk in marked.chunks(AT_ONCE) {
            dialect::insert_rows(connection, row::table, chunk)?;
        }
    }
    Ok(())
}

/// The rows of an upload after a place, so many at most, in their order; those with one of `outcomes`, or all.
pub fn list_rows(connection: &mut AnyConnection, id: Id, outcomes: &[Outcome], after: i32, most: i64) -> Result<Vec<Row>> {
    let rows = row::table.filter(row::upload_id.eq(id)).filter(row::position.gt(after)).into_boxed();
    let names: Vec<&str> = outcomes.iter().map(|outcome| outcome.name()).collect();
    let rows = if names.is_empty() { rows } else { rows.filter(row::outcome.eq_any(names)) };
    Ok(rows.order(row::position).limit(most).select(Row::as_select()).load(connection)?)
}

/// A page of the rows with one outcome.
pub fn list_page(connection: &mut AnyConnection, id: Id, outcome: Outcome, offset: i64, most: i64) -> Result<Vec<Row>> {
    let rows = row::table.filter(row::upload_id.eq(id)).filter(row::outcome.eq(outcome.name()));
    Ok(rows.order(row::position).offset(offset).limit(most).select(Row::as_select()).load(connection)?)
}

/// How many rows have each outcome, and of how many of those it is said whom they stand for, or name though they are refused.
pub fn count_rows(connection: &mut AnyConnection, id: Id) -> Result<Vec<(Outcome, i64, i64)>> {
    let rows = || row::table.filter(row::upload_id.eq(id)).group_by(row::outcome).select((row::outcome, count_star()));
    let all: Vec<(String, i64)> = rows().load(connection)?;
    let is_naming = row::outcome.eq(Outcome::Refused.name()).and(row::candidates.ne(""));
    let is_said = row::contact_id.is_not_null().or(row::company_id.is_not_null()).or(is_naming);
    let said: Vec<(String, i64)> = rows().filter(is_said).load(connection)?;
    let of = |name: &str| said.iter().find(|(said, _)| said == name).map_or(0, |(_, number)| *number);
    Ok(all.iter().filter_map(|(name, number)| Some((Outcome::named(name)?, *number, of(name)))).collect())
}

/// Of how many, people and companies, several rows say different notes; a blank one says none.
pub fn count_at_odds(connection: &mut AnyConnection, id: Id) -> Result<usize> {
    let noted = || row::table.filter(row::upload_id.eq(id)).filter(row::note.ne("")).filter(row::outcome.ne(Outcome::Never.name()));
    let people = noted().filter(row::contact_id.is_not_null()).group_by(row::contact_id).having(max(row::note).ne(min(row::note)));
    let firms = noted().filter(row::company_id.is_not_null()).group_by(row::company_id).having(max(row::note).ne(min(row::note)));
    let people: Vec<Option<Id>> = people.select(row::contact_id).load(connection)?;
    let firms: Vec<Option<Id>> = firms.select(row::company_id).load(connection)?;
    Ok(people.len() + firms.len())
}

/// Whom the open rows may mean for which nobody has said it, and those that are refused for what they say beside it.
pub fn list_meant(connection: &mut AnyConnection, id: Id) -> Result<HashSet<Item>> {
    let mut meant = HashSet::new();
    for outcome in Outcome::ALL.into_iter().filter(|outcome| outcome.is_open() || *outcome == Outcome::Refused) {
        let mut after = i32::MIN;
        loop {
            let open = row::table.filter(row::upload_id.eq(id)).filter(row::outcome.eq(outcome.name())).filter(row::position.gt(after));
            let open = open.filter(row::contact_id.is_null()).filter(row::company_id.is_null()).order(row::position);
            let open: Vec<(i32, String)> = open.limit(OPEN_AT_ONCE).select((row::position, row::candidates)).load(connection)?;
            let Some((last, _)) = open.last() else { break };
            after = *last;
            meant.extend(open.iter().flat_map(|(_, candidates)| items(candidates)));
        }
    }
    Ok(meant)
}

/// Says whom an open row stands for: one of its candidates, or nobody.
pub fn choose(connection: &mut AnyConnection, id: Id, position: i32, chosen: Option<Item>) -> Result<()> {
    let there = row::table.find((id, position)).filter(row::outcome.eq_any([Outcome::Ambiguous.name(), Outcome::Suggested.name()]));
    let Some(found) = there.select(Row::as_select()).first(connection).optional()? else { return Ok(()) };
    let chosen = chosen.filter(|item| found.candidates().contains(item));
    let (contact, company) = chosen.map_or((None, None), Item::keys);
    if (found.contact_id, found.company_id) != (contact, company) {
        let set = (row::contact_id.eq(contact), row::company_id.eq(company));
        diesel::update(row::table.find((id, position))).set(set).execute(connection)?;
    }
    Ok(())
}

/// Says of some suggested rows that they stand for the one who is suggested, where it is one alone.
pub fn choose_only(connection: &mut AnyConnection, id: Id, positions: &[i32]) -> Result<()> {
    let there = row::table.filter(row::upload_id.eq(id)).filter(row::outcome.eq(Outcome::Suggested.name()));
    let rows: Vec<Row> = there.filter(row::position.eq_any(positions)).select(Row::as_select()).load(connection)?;
    for row in rows {
        if let [only] = row.candidates().as_slice() {
            choose(connection, id, row.position, Some(*only))?;
        }
    }
    Ok(())
}

/// Keeps the first line as a row, before all others, or no longer; by how many the rows are more then.
pub fn set_first(connection: &mut AnyConnection, (id, line): (Id, i32), first: Option<&Row>) -> Result<i32> {
    let there = || row::table.filter(row::upload_id.eq(id)).filter(row::line.eq(line));
    let Some(first) = first else { return Ok(-small(diesel::delete(there()).execute(connection)?)?) };
    if there().count().get_result::<i64>(connection)? > 0 {
        return Ok(0);
    }
    insert_rows(connection, std::slice::from_ref(first))?;
    Ok(1)
}

/// Throws away the rows from one place to another.
pub fn delete_rows(connection: &mut AnyConnection, id: Id, from: i32, to: i32) -> Result<()> {
    let there = row::table.filter(row::upload_id.eq(id)).filter(row::position.between(from, to));
    diesel::delete(there).execute(connection)?;
    Ok(())
}
