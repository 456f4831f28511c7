//! The two kinds that can be listed, contacts and companies, and every statement that changes who is.
//!
//! Called by the rest of `listed`, in one transaction and under the lock of the list. Whom a change is about is a predicate:
//! keys, a search, what was pasted; the rows themselves never travel. Beside the CRM's own table, which says who is listed,
//! stands what is known of each row and in which batch it was left so: that is what an undo goes by.

use diesel::RunQueryDsl as _;
use diesel::sql_types::BigInt;

use super::batch::is_taken_off;
use super::stamp::{Stamp, written};
use crate::customers::{company, contact};
use crate::db::dialect::{Hold, Word};
use crate::db::schema::{crm_app_company, crm_app_contact};
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};
use crate::query::number::grouped;
use crate::query::source::Rows;
use crate::query::sql::Scalar;
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
        format!("{} {}", grouped(i64::try_from(number).unwrap_or(i64::MAX)), if number == 1 { self.one } else { self.many })
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

    /// Those of them whom it does not list either: where the CRM does, they are in.
    pub fn is_kept_out(&self, segment: Id, found: &Sql) -> Sql {
        Sql::and([self.is_never(segment, found), self.is_not(self.listed_in(segment))])
    }

    /// Those whom a batch took off the list of a segment, and nobody has changed since.
    pub fn removed_by(&self, segment: Id, batch: Id) -> Sql {
        let gone = self.items_known(segment) + " AND state = 'removed' AND state_before = 'listed' AND batch_id = " + Value::Id(batch);
        self.source_key() + " IN (" + gone + ")"
    }

    /// Those whom this batch has listed.
    pub(super) fn added_by(&self, segment: Id, stamp: &Stamp) -> Sql {
        let new = self.items_known(segment) + " AND state = 'listed' AND state_before <> 'listed' AND batch_id = ";
        self.source_key() + " IN (" + new + Value::Id(stamp.batch) + ")"
    }

    /// Those of `found` whom a segment does not list and could.
    pub fn is_to_be_listed(&self, segment: Id, found: &Sql) -> Sql {
        Sql::and([found.clone(), self.is_not(self.listed_in(segment)), self.is_not(self.never_in(segment))])
    }

    /// How many rows a predicate finds.
    pub fn count(&self, connection: &mut AnyConnection, found: &Sql) -> Result<usize> {
        usize::try_from(self.source.count(connection, found)?).map_err(AppError::internal)
    }

    /// Lists those whom `found` finds, but for whoever never is to be; how many were not listed before. Whom it finds is asked
    /// once, and on PostgreSQL nobody of them is deleted before the transaction ends (where `is_held`).
    pub fn add(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, stamp: &Stamp, is_held: bool) -> Result<usize> {
        let [how, at, by, name] = stamp.origin();
        let values = ["'listed'".into(), how, at, by, name, "''".into(), "'removed'".into()];
        let new = self.found(&Sql::and([found.clone(), self.is_not(self.listed_in(segment))]));
        let set = Sql::from("state = 'listed', note = '', how = excluded.how, added_at = excluded.added_at, ")
            + "added_by_id = excluded.added_by_id, added_by_name = excluded.added_by_name, state_before = "
            + self.first("state_before", "'removed'".into());
        let hold = if is_held { Word::Held(Hold::Kept).into() } else { Sql::default() };
        self.know(connection, segment, stamp, values, (self.source_key(), new, hold), set + self.unless_never())?;
        self.list(connection, segment, stamp)
    }

    /// Takes those whom `found` finds off the list; how many were on it. Whom the segment never includes, though the CRM has
    /// listed them, it goes on not to include.
    pub fn remove(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, stamp: &Stamp) -> Result<usize> {
        let never = || Sql::from("CASE WHEN ") + self.known + ".state = 'never' THEN 'never' ELSE ";
        let set = Sql::from("state = ") + never() + "'removed' END, state_before = " + self.first("state_before", never() + "'listed' END");
        let values = of_unknown_origin("'removed'", "'listed'".into());
        self.know(connection, segment, stamp, values, self.listed_of(segment, found), set)?;
        self.unlist(connection, segment, stamp)
    }

    /// Never includes those whom `found` finds, and takes them off the list; how many they are that were not kept out before.
    pub fn bar(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, stamp: &Stamp) -> Result<usize> {
        let is_listed = |key: Sql| key + " IN (" + self.listed_in(segment) + ")";
        let before = Sql::from("CASE WHEN ") + is_listed(self.source_key()) + " THEN 'listed' ELSE 'removed' END";
        let values = of_unknown_origin("'never'", before);
        let never = Sql::from("CASE WHEN ") + self.known + ".state = 'never' THEN 'never' ELSE excluded.state_before END";
        let set = Sql::from("state = 'never', state_before = ") + self.first("state_before", never);
        // Whom the CRM has listed all the same is taken off once more.
        let set = set + self.unless_never() + " OR " + is_listed(Sql::from("excluded.") + self.item);
        let barred = self.know(connection, segment, stamp, values, (self.source_key(), self.found(found), Sql::default()), set)?;
        self.unlist(connection, segment, stamp)?;
        Ok(barred)
    }

    /// No longer keeps out those whom `found` finds; how many they are. They are not listed by that.
    pub fn unbar(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, stamp: &Stamp) -> Result<usize> {
        let listed = Sql::from("CASE WHEN ") + self.item + " IN (" + self.listed_in(segment) + ") THEN 'listed' ELSE 'removed' END";
        let set = Sql::from("state = ") + listed + ", state_before = 'never', note_before = note";
        let are = Sql::from(" AND state = 'never' AND ") + self.is_one_of(self.keys(self.found(found)));
        self.update(connection, segment, stamp, set, are)
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

    /// Of how many rows this batch was the last to change something.
    pub(super) fn count_of(&self, connection: &mut AnyConnection, batch: Id) -> Result<i64> {
        let all: Scalar<BigInt> = Scalar::new("COUNT(*)".into());
        let of_it = Sql::from(" FROM ") + self.known + " WHERE batch_id = " + Value::Id(batch);
        Ok(Rows::new(all, of_it).get_result(connection)?)
    }

    /// Makes the list of `to` that of `from`, with what is known of it; the notes for whoever may read them.
    pub fn copy(&self, connection: &mut AnyConnection, from: Id, to: Id, sees_notes: bool) -> Result<()> {
        let columns = Sql::from(self.item) + ", state, how, added_at, added_by_id, added_by_name, batch_id, state_before, ";
        let known = Sql::from("INSERT INTO ") + self.known + " (segment_id, " + columns.clone() + "note, note_before) SELECT ";
        let known = known + Value::Id(to) + ", " + columns + if sees_notes { "note, note_before" } else { "'', ''" };
        Statement(known + self.known_in(from) + " AND (state <> 'removed' OR " + is_taken_off(from) + ")").execute(connection)?;
        let listed = Sql::from("INSERT INTO ") + self.listed + " (customersegment_id, " + self.item + ") SELECT " + Value::Id(to) + ", ";
        let rows = Sql::from(self.item) + " FROM " + self.listed + " WHERE customersegment_id = " + Value::Id(from);
        Statement(listed + rows).execute(connection)?;
        Ok(())
    }

    /// Lists whom the batch has marked so.
    fn list(&self, connection: &mut AnyConnection, segment: Id, stamp: &Stamp) -> Result<usize> {
        let insert = Sql::from("INSERT INTO ") + self.listed + " (customersegment_id, " + self.item + ") SELECT segment_id, " + self.item;
        let marked = self.known_in(segment) + " AND batch_id = " + Value::Id(stamp.batch) + " AND state = 'listed' AND ";
        let new = marked + self.item + " NOT IN (" + self.listed_in(segment) + ") ORDER BY " + self.item;
        written(Statement(insert + new).execute(connection))
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

    /// Writes into what is known of rows, and that this batch did: of those of which nothing was known `values`, of the others what
    /// `set` says, `excluded` being those. Which rows they are: their key, ` FROM` where on, and how they are held. Done in
    /// the order of the keys, in which the indexes have them.
    pub(super) fn know(
        &self,
        connection: &mut AnyConnection,
        segment: Id,
        stamp: &Stamp,
        [state, how, at, by, name, note, before]: [Sql; 7],
        (key, rows, hold): (Sql, Sql, Sql),
        set: Sql,
    ) -> Result<usize> {
        let into = Sql::from("INSERT INTO ") + self.known + " (segment_id, " + self.item;
        let into = into + ", state, how, added_at, added_by_id, added_by_name, note, batch_id, state_before, note_before) SELECT ";
        let batch = Value::Id(stamp.batch).into();
        let values = [Value::Id(segment).into(), key.clone(), state, how, at, by, name, note, batch, before, "''".into()];
        let rows = into + Sql::join(values, ", ", "NULL") + rows + " ORDER BY " + key + hold;
        let others = Sql::from(" ON CONFLICT (segment_id, ") + self.item + ") DO UPDATE SET batch_id = excluded.batch_id, note_before = ";
        written(Statement(rows + others + self.first("note_before", Sql::from(self.known) + ".note") + ", " + set).execute(connection))
    }

    /// But for whom the segment never includes: after what is set of rows that are known.
    pub(super) fn unless_never(&self) -> Sql {
        Sql::from(" WHERE ") + self.known + ".state <> 'never'"
    }

    /// How a row was before the batch: as it says itself, where the batch has changed it already.
    fn first(&self, column: &'static str, before: Sql) -> Sql {
        let changed = Sql::from("CASE WHEN ") + self.known + ".batch_id = excluded.batch_id THEN " + self.known + "." + column;
        changed + " ELSE " + before + " END"
    }

    /// The rows that a predicate finds, from ` FROM` on.
    fn found(&self, predicate: &Sql) -> Sql {
        Sql::from(" FROM ") + self.source.table + " WHERE " + predicate.clone().grouped()
    }

    /// Those of them that a segment lists: their key, ` FROM` where on, and how they are held.
    pub(super) fn listed_of(&self, segment: Id, found: &Sql) -> (Sql, Sql, Sql) {
        let listed = Sql::from(" FROM ") + self.listed + " WHERE customersegment_id = " + Value::Id(segment);
        // Each of them is asked by itself: the list may be short where whom it finds are all there are.
        let is_found = self.found(&(self.source_key() + " = " + self.listed + "." + self.item + " AND " + found.clone().grouped()));
        (self.item.into(), listed + " AND EXISTS (SELECT 1" + is_found + ")", Sql::default())
    }

    /// The key of a row of the source.
    pub fn source_key(&self) -> Sql {
        Sql::from(self.source.table) + ".id"
    }

    fn keys(&self, found: Sql) -> Sql {
        Sql::from("SELECT ") + self.source_key() + found
    }

    /// That a row on a list, or of what is known, is among the keys of a question.
    pub(super) fn is_one_of(&self, keys: Sql) -> Sql {
        Sql::from(self.item) + " IN (" + keys + ")"
    }

    /// That a row of the source is not among the keys of a question.
    fn is_not(&self, keys: Sql) -> Sql {
        self.source_key() + " NOT IN (" + keys + ")"
    }

    fn known_in(&self, segment: Id) -> Sql {
        Sql::from(" FROM ") + self.known + " WHERE segment_id = " + Value::Id(segment)
    }

    pub(super) fn items_known(&self, segment: Id) -> Sql {
        Sql::from("SELECT ") + self.item + self.known_in(segment)
    }
}

/// The values of a row of which nobody knows how it came onto the list.
pub(super) fn of_unknown_origin(state: &'static str, before: Sql) -> [Sql; 7] {
    [state.into(), "''".into(), "NULL".into(), "NULL".into(), "''".into(), "''".into(), before]
}
