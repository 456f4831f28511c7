//! The two kinds that can be listed, contacts and companies, and every statement that changes who is.
//!
//! Called by the rest of `listed`, in one transaction and under the lock of the list. Whom a change is about is a predicate:
//! keys, a search, what was pasted; the rows themselves never travel. Beside the CRM's own table, which says who is listed,
//! stands what is known of each row and in which batch it was left so: that is what an undo goes by.

use diesel::RunQueryDsl as _;

use super::stamp::Stamp;
use crate::customers::{company, contact};
use crate::db::schema::{crm_app_company, crm_app_contact};
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};
use crate::query::{Column, Source, Sql, Statement, Test, Value};

/// One of the two kinds that can be listed: everything in which they differ.
#[derive(Debug)]
pub struct Side {
    /// "contact".
    pub one: &'static str,
    /// "contacts".
    pub many: &'static str,
    /// Where its rows come from.
    pub source: &'static Source,
    /// Their key.
    pub key: Column,
    /// The table of the CRM that says who is listed.
    pub listed: &'static str,
    /// The column of the key there, and where what is known stands.
    pub item: &'static str,
    /// Our table of what is known of each.
    pub known: &'static str,
}

/// Listed contacts.
pub static CONTACTS: Side = Side {
    one: "contact",
    many: "contacts",
    source: &contact::SOURCE,
    key: Column::new(crm_app_contact::id, "crm_app_contact", "id"),
    listed: "crm_app_customersegment_static_contacts",
    item: "contact_id",
    known: "segments_listed_contact",
};

/// Listed companies, each of which stands for its contacts.
pub static COMPANIES: Side = Side {
    one: "company",
    many: "companies",
    source: &company::SOURCE,
    key: Column::new(crm_app_company::id, "crm_app_company", "id"),
    listed: "crm_app_customersegment_static_companies",
    item: "company_id",
    known: "segments_listed_company",
};

impl Side {
    /// "1 contact", "2,412 contacts".
    pub fn counted(&self, number: usize) -> String {
        format!("{number} {}", if number == 1 { self.one } else { self.many })
    }

    /// The rows with these keys.
    pub fn among(&self, keys: &[Id]) -> Sql {
        Test::one_of(self.key, keys.iter().copied())
    }

    /// The question for the keys of whom a segment lists.
    pub fn listed_in(&self, segment: Id) -> Sql {
        Sql::from("SELECT ") + self.item + " FROM " + self.listed + " WHERE customersegment_id = " + Value::Id(segment)
    }

    /// The question for the keys of whom a segment never includes.
    pub fn never_in(&self, segment: Id) -> Sql {
        self.items_known(segment) + " AND state = 'never'"
    }

    /// Those of `found` whom a segment lists.
    pub fn is_listed(&self, segment: Id, found: &Sql) -> Sql {
        Sql::and([found.clone(), self.source_key() + " IN (" + self.listed_in(segment) + ")"])
    }

    /// Those of `found` whom a segment never includes.
    pub fn is_never(&self, segment: Id, found: &Sql) -> Sql {
        Sql::and([found.clone(), self.source_key() + " IN (" + self.never_in(segment) + ")"])
    }

    /// Those whom a batch took off the list of a segment, and nobody has changed since.
    pub fn removed_by(&self, segment: Id, batch: Id) -> Sql {
        let gone = self.items_known(segment) + " AND state = 'removed' AND state_before = 'listed' AND batch_id = " + Value::Id(batch);
        self.source_key() + " IN (" + gone + ")"
    }

    /// Those of `found` whom a segment does not list and could.
    pub fn is_to_be_listed(&self, segment: Id, found: &Sql) -> Sql {
        Sql::and([found.clone(), self.is_not(self.listed_in(segment)), self.is_not(self.never_in(segment))])
    }

    /// How many rows a predicate finds.
    pub fn count(&self, connection: &mut AnyConnection, found: &Sql) -> Result<usize> {
        usize::try_from(self.source.count(connection, found)?).map_err(AppError::internal)
    }

    /// Lists those whom `found` finds, but for whoever never is to be; how many were not listed before.
    pub fn add(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, stamp: &Stamp) -> Result<usize> {
        let new = self.found(&Sql::and([found.clone(), self.is_not(self.listed_in(segment))]));
        let [how, at, by, name] = stamp.origin();
        let set = Sql::from("state = 'listed', note_before = note, note = '', state_before = ") + first(stamp, "'removed'".into());
        let set = set + ", how = " + how.clone();
        let set = set + ", added_at = " + at.clone() + ", added_by_id = " + by.clone() + ", added_by_name = " + name.clone();
        let known = Sql::from(" AND state <> 'never' AND ") + self.is_one_of(self.keys(new.clone()));
        self.update(connection, segment, stamp, set, known)?;
        let values = ["'listed'".into(), how, at, by, name, "'removed'".into()];
        let unknown = new + " AND " + self.is_not(self.items_known(segment));
        self.insert(connection, segment, stamp, values, self.source_key(), unknown)?;
        self.list(connection, segment, stamp)
    }

    /// Takes those whom `found` finds off the list; how many were on it.
    pub fn remove(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, stamp: &Stamp) -> Result<usize> {
        let gone = self.listed_of(segment, found);
        let set = Sql::from("state = CASE WHEN state = 'never' THEN state ELSE 'removed' END, note_before = note, state_before = ");
        let set = set + first(stamp, "'listed'".into());
        self.update(connection, segment, stamp, set, Sql::from(" AND ") + self.is_one_of(self.items(gone.clone())))?;
        let unknown = gone + " AND " + self.item + " NOT IN (" + self.items_known(segment) + ")";
        self.insert(connection, segment, stamp, of_unknown_origin("'removed'", "'listed'".into()), self.item.into(), unknown)?;
        self.unlist(connection, segment, stamp)
    }

    /// Never includes those whom `found` finds, and takes them off the list; how many they are that were not kept out before.
    pub fn bar(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, stamp: &Stamp) -> Result<usize> {
        let before = |key: Sql| Sql::from("CASE WHEN ") + key + " IN (" + self.listed_in(segment) + ") THEN 'listed' ELSE 'removed' END";
        let found = self.found(found);
        let set = Sql::from("state = 'never', note_before = note, state_before = ") + first(stamp, before(self.item.into()));
        let known = Sql::from(" AND state <> 'never' AND ") + self.is_one_of(self.keys(found.clone()));
        let barred = self.update(connection, segment, stamp, set, known)?;
        let unknown = found + " AND " + self.is_not(self.items_known(segment));
        let values = of_unknown_origin("'never'", before(self.source_key()));
        let new = self.insert(connection, segment, stamp, values, self.source_key(), unknown)?;
        self.unlist(connection, segment, stamp)?;
        Ok(barred + new)
    }

    /// No longer keeps out those whom `found` finds; how many they are. They are not listed by that.
    pub fn unbar(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, stamp: &Stamp) -> Result<usize> {
        let set = "state = 'removed', state_before = 'never', note_before = note";
        let are = Sql::from(" AND state = 'never' AND ") + self.is_one_of(self.keys(self.found(found)));
        self.update(connection, segment, stamp, set.into(), are)
    }

    /// Writes a note beside those whom `found` finds on the list; how many they are.
    pub fn note(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, note: &str, stamp: &Stamp) -> Result<usize> {
        let noted = self.listed_of(segment, found);
        let unknown = noted.clone() + " AND " + self.item + " NOT IN (" + self.items_known(segment) + ")";
        self.insert(connection, segment, stamp, of_unknown_origin("'listed'", "'listed'".into()), self.item.into(), unknown)?;
        let set = Sql::from("state = 'listed', state_before = 'listed', note_before = note, note = ") + Value::Text(note.to_owned());
        self.update(connection, segment, stamp, set, Sql::from(" AND ") + self.is_one_of(self.items(noted)))
    }

    /// Writes beside listed rows what `given` says of them (see `curating::Task::Notes`); of how many it was said otherwise
    /// before. Those that this very batch has listed are none of these: they had no note.
    pub fn take_notes(&self, connection: &mut AnyConnection, segment: Id, given: &Sql, stamp: &Stamp) -> Result<usize> {
        let keys = || Sql::from("SELECT given.") + self.item + given.clone() + " AND given." + self.item + " IS NOT NULL";
        let noted = || Sql::from(self.item) + " IN (" + keys() + ")";
        // One line of several that name the same is as good as another.
        let note = || {
            Sql::from("(SELECT MIN(given.note)") + given.clone() + " AND given." + self.item + " = " + self.known + "." + self.item + ")"
        };
        let of_this = Sql::from("UPDATE ") + self.known + " SET note = " + note() + " WHERE segment_id = " + Value::Id(segment);
        Statement(of_this + " AND batch_id = " + Value::Id(stamp.batch) + " AND state = 'listed' AND " + noted()).execute(connection)?;
        let listed = Sql::from(" FROM ") + self.listed + " WHERE customersegment_id = " + Value::Id(segment) + " AND " + noted();
        let unknown = listed.clone() + " AND " + self.item + " NOT IN (" + self.items_known(segment) + ")";
        let new = self.insert(connection, segment, stamp, of_unknown_origin("'listed'", "'listed'".into()), self.item.into(), unknown)?;
        let write = Sql::from("UPDATE ") + self.known + " SET note = " + note() + " WHERE segment_id = " + Value::Id(segment);
        Statement(write + " AND batch_id = " + Value::Id(stamp.batch) + " AND how = '' AND state = 'listed' AND " + noted())
            .execute(connection)?;
        let others = Sql::from(" AND batch_id <> ") + Value::Id(stamp.batch) + " AND " + self.is_one_of(self.items(listed));
        let set = Sql::from("state = 'listed', state_before = 'listed', note_before = note, note = ") + note();
        Ok(new + self.update(connection, segment, stamp, set, others + " AND note <> " + note())?)
    }

    /// Reverses what the batch `of` did to rows that are still as it left them; how many those are.
    pub fn undo(&self, connection: &mut AnyConnection, segment: Id, of: Id, stamp: &Stamp) -> Result<usize> {
        let is_as_left = Sql::from(" AND (state = 'listed') = (") + self.item + " IN (" + self.listed_in(segment) + "))";
        let back = "state = state_before, state_before = state, note = note_before, note_before = note";
        let undone = self.update(connection, segment, stamp, back.into(), Sql::from(" AND batch_id = ") + Value::Id(of) + is_as_left)?;
        self.unlist(connection, segment, stamp)?;
        self.list(connection, segment, stamp)?;
        Ok(undone)
    }

    /// Makes the list of `to` that of `from`, with what is known of it.
    pub fn copy(&self, connection: &mut AnyConnection, from: Id, to: Id) -> Result<()> {
        let columns =
            Sql::from(self.item) + ", state, how, added_at, added_by_id, added_by_name, note, batch_id, state_before, note_before";
        let known =
            Sql::from("INSERT INTO ") + self.known + " (segment_id, " + columns.clone() + ") SELECT " + Value::Id(to) + ", " + columns;
        Statement(known + self.known_in(from) + " AND state <> 'removed'").execute(connection)?;
        let listed = Sql::from("INSERT INTO ") + self.listed + " (customersegment_id, " + self.item + ") SELECT " + Value::Id(to) + ", ";
        let rows = Sql::from(self.item) + " FROM " + self.listed + " WHERE customersegment_id = " + Value::Id(from);
        Statement(listed + rows).execute(connection)?;
        Ok(())
    }

    /// Forgets those who were taken off the list before the batches that can still be undone.
    pub(super) fn forget(&self, connection: &mut AnyConnection, segment: Id, kept: Sql) -> Result<()> {
        let gone = Sql::from("DELETE") + self.known_in(segment) + " AND state = 'removed' AND batch_id NOT IN (" + kept + ")";
        Statement(gone).execute(connection)?;
        Ok(())
    }

    /// Lists whom the batch has marked so.
    fn list(&self, connection: &mut AnyConnection, segment: Id, stamp: &Stamp) -> Result<usize> {
        let insert = Sql::from("INSERT INTO ") + self.listed + " (customersegment_id, " + self.item + ") SELECT segment_id, " + self.item;
        let marked = self.known_in(segment) + " AND batch_id = " + Value::Id(stamp.batch) + " AND state = 'listed' AND ";
        Ok(Statement(insert + marked + self.item + " NOT IN (" + self.listed_in(segment) + ")").execute(connection)?)
    }

    /// Takes off the list whom the batch has marked so.
    fn unlist(&self, connection: &mut AnyConnection, segment: Id, stamp: &Stamp) -> Result<usize> {
        let marked =
            Sql::from("SELECT ") + self.item + self.known_in(segment) + " AND state <> 'listed' AND batch_id = " + Value::Id(stamp.batch);
        let delete = Sql::from("DELETE FROM ") + self.listed + " WHERE customersegment_id = " + Value::Id(segment);
        Ok(Statement(delete + " AND " + self.item + " IN (" + marked + ")").execute(connection)?)
    }

    /// Writes into what is known of rows, and that this batch did.
    fn update(&self, connection: &mut AnyConnection, segment: Id, stamp: &Stamp, set: Sql, are: Sql) -> Result<usize> {
        let update = Sql::from("UPDATE ") + self.known + " SET batch_id = " + Value::Id(stamp.batch) + ", " + set;
        Ok(Statement(update + " WHERE segment_id = " + Value::Id(segment) + are).execute(connection)?)
    }

    /// Begins to know rows of which nothing was known, from ` FROM` on, by their key.
    fn insert(
        &self,
        connection: &mut AnyConnection,
        segment: Id,
        stamp: &Stamp,
        [state, how, at, by, name, before]: [Sql; 6],
        key: Sql,
        unknown: Sql,
    ) -> Result<usize> {
        let into = Sql::from("INSERT INTO ") + self.known + " (segment_id, " + self.item;
        let into = into + ", state, how, added_at, added_by_id, added_by_name, note, batch_id, state_before, note_before) SELECT ";
        let values =
            [Value::Id(segment).into(), key, state, how, at, by, name, "''".into(), Value::Id(stamp.batch).into(), before, "''".into()];
        Ok(Statement(into + Sql::join(values, ", ", "NULL") + unknown).execute(connection)?)
    }

    /// The rows that a predicate finds, from ` FROM` on.
    fn found(&self, predicate: &Sql) -> Sql {
        Sql::from(" FROM ") + self.source.table + " WHERE " + predicate.clone().grouped()
    }

    /// Those of them that a segment lists.
    fn listed_of(&self, segment: Id, found: &Sql) -> Sql {
        let listed = Sql::from(" FROM ") + self.listed + " WHERE customersegment_id = " + Value::Id(segment);
        listed + " AND " + self.is_one_of(self.keys(self.found(found)))
    }

    /// The key of a row of the source.
    pub fn source_key(&self) -> Sql {
        Sql::from(self.source.table) + ".id"
    }

    fn keys(&self, found: Sql) -> Sql {
        Sql::from("SELECT ") + self.source_key() + found
    }

    fn items(&self, rows: Sql) -> Sql {
        Sql::from("SELECT ") + self.item + rows
    }

    /// That a row on a list, or of what is known, is among the keys of a question.
    fn is_one_of(&self, keys: Sql) -> Sql {
        Sql::from(self.item) + " IN (" + keys + ")"
    }

    /// That a row of the source is not among the keys of a question.
    fn is_not(&self, keys: Sql) -> Sql {
        self.source_key() + " NOT IN (" + keys + ")"
    }

    fn known_in(&self, segment: Id) -> Sql {
        Sql::from(" FROM ") + self.known + " WHERE segment_id = " + Value::Id(segment)
    }

    fn items_known(&self, segment: Id) -> Sql {
        self.items(self.known_in(segment))
    }
}

/// How a row was before the batch: as it says itself, where the batch has changed it already.
fn first(stamp: &Stamp, before: Sql) -> Sql {
    Sql::from("CASE WHEN batch_id = ") + Value::Id(stamp.batch) + " THEN state_before ELSE " + before + " END"
}

/// The values of a row of which nobody knows how it came onto the list.
fn of_unknown_origin(state: &'static str, before: Sql) -> [Sql; 6] {
    [state.into(), "''".into(), "NULL".into(), "NULL".into(), "''".into(), before]
}
