//! The private notes beside whom a list names: every statement that writes them.
//!
//! Called by `curating`, in one transaction and under the lock of the list, like the rest of [`Side`].

use diesel::RunQueryDsl as _;
use diesel::sql_types::BigInt;

use super::side::{Side, of_unknown_origin};
use super::stamp::Stamp;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::source::Rows;
use crate::query::sql::Scalar;
use crate::query::{Sql, Statement, Value};

impl Side {
    /// Writes a note beside those whom `found` finds on the list; beside how many it was not there already. Whom the segment
    /// never includes has none.
    pub fn note(&self, connection: &mut AnyConnection, segment: Id, found: &Sql, note: &str, stamp: &Stamp) -> Result<usize> {
        let note = || Sql::from(Value::Text(note.to_owned()));
        let [state, how, at, by, name, _, before] = of_unknown_origin("'listed'", "'listed'".into());
        let set = Sql::from("state = 'listed', state_before = 'listed', note = excluded.note") + self.unless_never();
        let set = set + " AND " + self.says_otherwise();
        let (key, rows, hold) = self.listed_of(segment, found);
        let rows = rows + self.unless_none(segment, note(), self.item.into());
        self.know(connection, segment, stamp, [state, how, at, by, name, note(), before], (key, rows, hold), set)
    }

    /// But for no note beside a row of which nothing is known: that is the note that it has.
    fn unless_none(&self, segment: Id, note: Sql, key: Sql) -> Sql {
        Sql::from(" AND (") + note + " <> '' OR " + key + " IN (" + self.items_known(segment) + "))"
    }

    /// Whether a note is not there already; that of whom we took off the list, and the CRM has listed again, is seen by nobody.
    fn says_otherwise(&self) -> Sql {
        Sql::from("(") + self.known + ".note <> excluded.note OR " + self.known + ".state = 'removed')"
    }

    /// Writes beside listed rows what `given` says of them (see `curating::Task::Notes`); of how many it was said otherwise
    /// before. Those that this very batch has listed are none of these: they had no note.
    pub fn take_notes(&self, connection: &mut AnyConnection, segment: Id, given: &Sql, stamp: &Stamp) -> Result<usize> {
        let key = || Sql::from("given.") + self.item;
        let is_any = given.clone() + " AND " + key() + " IS NOT NULL";
        let any: Scalar<BigInt> = Scalar::new("COUNT(*)".into());
        if Rows::new(any, is_any.clone()).get_result::<i64>(connection)? == 0 {
            return Ok(0);
        }
        // One line of several that name the same is as good as another, but for one without a note.
        let said = Sql::from("(SELECT ") + key() + ", MAX(given.note) AS note" + is_any.clone() + " GROUP BY " + key() + ") AS said";
        let keys = Sql::from("SELECT ") + key() + is_any.clone();
        let note = Sql::from("(SELECT MAX(given.note)") + is_any + " AND " + key() + " = " + self.known + "." + self.item + ")";
        let of_this = Sql::from("UPDATE ") + self.known + " SET note = " + note + " WHERE segment_id = " + Value::Id(segment);
        let of_this = of_this + " AND state = 'listed' AND batch_id = " + Value::Id(stamp.batch) + " AND " + self.is_one_of(keys);
        Statement(of_this).execute(connection)?;
        // SQLite takes this order for an order: each that is said is looked up on the list. The other way round all of them would be
        // read for each.
        let (key, hold) = (Sql::from("said.") + self.item, Sql::default());
        let listed = Sql::from(" FROM ") + said + " CROSS JOIN " + self.listed + " WHERE said." + self.item + " = " + self.listed + ".";
        let listed = listed + self.item + " AND customersegment_id = ";
        let [state, how, at, by, name, _, before] = of_unknown_origin("'listed'", "'listed'".into());
        let values = [state, how, at, by, name, "said.note".into(), before];
        let set = Sql::from("state = 'listed', state_before = 'listed', note = excluded.note") + self.unless_never();
        let set = set + " AND " + self.known + ".batch_id <> excluded.batch_id AND " + self.says_otherwise();
        let listed = listed + Value::Id(segment) + self.unless_none(segment, "said.note".into(), key.clone());
        self.know(connection, segment, stamp, values, (key, listed, hold), set)
    }
}
