//! Who is in: one predicate, from which everything shown of members comes.
//!
//! Made from criteria or from a segment, asked by pages, export, commands and counting. A member is a contact that the
//! rules match or the list names, active and not unsubscribed, each once; every way in goes through
//! [`mailable`], so that no rule can let anybody past the two conditions.

use std::collections::HashSet;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::listed::{COMPANIES, CONTACTS, is_in_each};
use super::model::{Segment, SegmentType};
use super::rules::understood;
use crate::criteria::catalogue::contact as field;
use crate::criteria::{Calendar, Criteria, Plan, Problem, mailable, predicate};
use crate::customers::contact::{self, Row};
use crate::db::dialect::{self, Word};
use crate::db::schema::crm_app_contact as contact_table;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::Selection;
use crate::query::selection::{ROWS, is_walked};
use crate::query::sql::Scalar;
use crate::query::text::WHITE_SPACE;
use crate::query::{Sql, Value};

/// The members of something.
#[derive(Debug, Clone)]
pub struct Members {
    to_look_up: Sql,
    in_order: Sql,
    one_by_one: Sql,
}

/// How many members, and how many addresses they come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Members, each once.
    pub members: i64,
    /// Different e-mail addresses among them, folded and trimmed.
    pub addresses: i64,
    /// Members without e-mail.
    pub without_email: i64,
}

impl Numbers {
    /// Members whose address another member has been counted with.
    pub fn sharing(&self) -> i64 {
        self.members - self.without_email - self.addresses
    }
}

/// What is found within this is not worth another way.
const SOON: Duration = Duration::from_millis(250);
/// Among so many contacts, the first by name, a page of many members is looked for before all are.
const NEAR: i64 = 2_000;
/// Rows read at a time while streaming.
const BATCH: i64 = 5_000;

impl Members {
    /// Those whom resolved criteria match.
    pub fn of_criteria(criteria: &Criteria) -> Self {
        let planned = |plan| mailable(predicate(criteria, plan));
        Self { to_look_up: planned(Plan::LookUp), in_order: planned(Plan::InOrder), one_by_one: planned(Plan::OneByOne) }
    }

    /// Those whom a static segment lists, by themselves or through their company.
    pub fn listed_in(segment: Id) -> Self {
        let listed = Sql::from("crm_app_contact.id").is_in(listed_contacts(segment), Sql::default());
        let tested = mailable(is_in_each(segment));
        Self { to_look_up: mailable(listed), in_order: tested.clone(), one_by_one: tested }
    }

    /// Those of a segment as it is stored, whatever its status.
    ///
    /// # Errors
    /// The engine's. What is wrong with its rules comes back; then nobody is in it.
    pub fn of_segment(connection: &mut AnyConnection, segment: &Segment, calendar: Calendar) -> Result<Result<Self, Vec<Problem>>> {
        match segment.kind() {
            SegmentType::Static => Ok(Ok(Self::listed_in(segment.id))),
            SegmentType::Dynamic => Ok(understood(connection, segment, None, calendar)?.map(|criteria| Self::of_criteria(&criteria))),
        }
    }

    /// Those of all of `parts`, or of any; of a part that is `false`, those who are not of it.
    pub fn combined(parts: &[(Self, bool)], is_any: bool) -> Self {
        let joined = |plan: fn(&Self) -> &Sql| {
            let each = parts.iter().map(|(part, is_in)| if *is_in { plan(part).clone() } else { plan(part).clone().complement() });
            mailable(if is_any { Sql::or(each) } else { Sql::and(each) })
        };
        Self {
            to_look_up: joined(|part| &part.to_look_up),
            in_order: joined(|part| &part.in_order),
            one_by_one: joined(|part| &part.one_by_one),
        }
    }

    /// Those of them who meet `predicate` too, which asks of contacts.
    #[must_use]
    pub fn among(&self, predicate: &Sql) -> Self {
        let both = |members: &Sql| Sql::and([members.clone(), predicate.clone()]);
        Self { to_look_up: both(&self.to_look_up), in_order: both(&self.in_order), one_by_one: both(&self.one_by_one) }
    }

    /// Those of them who have an e-mail address.
    #[must_use]
    pub fn with_email(&self) -> Self {
        self.among(&(email() + " <> ''"))
    }

    /// The same, looked up once and known by their keys from now on: for few, of whom several things are asked in one snapshot.
    pub fn named(&self, connection: &mut AnyConnection) -> Result<Self> {
        let keys = contact::SOURCE.among(&self.ids(connection)?);
        Ok(Self { to_look_up: keys.clone(), in_order: keys.clone(), one_by_one: keys })
    }

    /// What they meet, for lists of contacts that look them up.
    pub fn predicate(&self) -> &Sql {
        &self.to_look_up
    }

    /// How many they are.
    pub fn count(&self, connection: &mut AnyConnection) -> Result<i64> {
        Ok(contact_table::table.filter(&self.to_look_up).count().get_result(connection)?)
    }

    /// Whether they are more than `most`; stops as soon as that is known.
    pub fn are_more_than(&self, connection: &mut AnyConnection, most: i64) -> Result<bool> {
        let found: Vec<Id> = contact_table::table.filter(&self.to_look_up).select(contact_table::id).limit(most + 1).load(connection)?;
        Ok(i64::try_from(found.len()).is_ok_and(|found| found > most))
    }

    /// How many they are, and how many addresses.
    pub fn numbers(&self, connection: &mut AnyConnection) -> Result<Numbers> {
        let members: Scalar<BigInt> = Scalar::new("COUNT(*)".into());
        let addresses: Scalar<BigInt> =
            Scalar::new(Sql::from("COUNT(DISTINCT CASE WHEN ") + email() + " <> '' THEN " + Word::Fold + "(" + email() + ") END)");
        let without: Scalar<BigInt> = Scalar::new(Sql::from("COUNT(CASE WHEN ") + email() + " = '' THEN 1 END)");
        let (members, addresses, without_email) =
            contact_table::table.filter(&self.to_look_up).select((members, addresses, without)).get_result(connection)?;
        Ok(Numbers { members, addresses, without_email })
    }

    /// Those whose address somebody before them by name has too: as many as [`Numbers::sharing`] says.
    pub fn repeating(&self, connection: &mut AnyConnection) -> Result<HashSet<Id>> {
        let by_address = Sql::from("ROW_NUMBER() OVER (PARTITION BY ") + Word::Fold + "(" + email() + ") ORDER BY " + by_name() + ")";
        let numbered = Sql::from("SELECT crm_app_contact.id, ") + by_address + " AS place FROM crm_app_contact WHERE ";
        let repeating = Sql::from("SELECT id FROM (") + numbered + self.with_email().to_look_up + ") AS numbered WHERE place > 1";
        let repeating = Sql::from("crm_app_contact.id").is_in(repeating, Sql::default());
        let ids: Vec<Id> = contact_table::table.filter(repeating).select(contact_table::id).load(connection)?;
        Ok(ids.into_iter().collect())
    }

    /// Every member's key, in ascending order.
    pub fn ids(&self, connection: &mut AnyConnection) -> Result<Vec<Id>> {
        let mut ids: Vec<Id> = contact_table::table.filter(&self.to_look_up).select(contact_table::id).load(connection)?;
        ids.sort_unstable();
        Ok(ids)
    }

    /// Whether this contact is one of them.
    pub fn contains(&self, connection: &mut AnyConnection, contact: Id) -> Result<bool> {
        let found =
            contact_table::table.filter(contact_table::id.eq(contact)).filter(&self.to_look_up).count().get_result::<i64>(connection)?;
        Ok(found > 0)
    }

    /// A page of them by name, then key, in byte order. `count` is how many they are in all (it chooses the plan, not the
    /// answer).
    pub fn page(&self, connection: &mut AnyConnection, count: i64, limit: i64, offset: i64) -> Result<Vec<Row>> {
        if let Some(page) = self.among_the_first(connection, count, limit, offset)? {
            return Ok(page);
        }
        self.found(connection, is_walked(count, offset.saturating_add(limit)), count, limit, offset)
    }

    /// A page, where members are so many that it should be found among the first few thousand contacts, and is.
    fn among_the_first(&self, connection: &mut AnyConnection, count: i64, limit: i64, offset: i64) -> Result<Option<Vec<Row>>> {
        let is_likely = offset.saturating_add(limit).saturating_mul(ROWS / NEAR * 2) < count;
        if !is_likely {
            return Ok(None);
        }
        let order = by_name();
        let selection = Selection { predicate: &self.one_by_one, order: &order, limit, offset, reads_rows: false };
        let Some(keys) = contact::SOURCE.list_keys_near(connection, &selection, NEAR)? else { return Ok(None) };
        let (predicate, order) = (contact::SOURCE.among(&keys), order.unindexed());
        Ok(Some(contact::list(connection, &Selection { predicate: &predicate, order: &order, limit, offset: 0, reads_rows: true })?))
    }

    /// A page, walked to or sorted.
    fn found(&self, connection: &mut AnyConnection, is_walked: bool, count: i64, limit: i64, offset: i64) -> Result<Vec<Row>> {
        let (predicate, order) = self.by_name(is_walked);
        let reads_rows = dialect::reads_whole_rows(connection, count, is_walked);
        contact::list(connection, &Selection { predicate, order: &order, limit, offset, reads_rows })
    }

    /// The first of them by name, where counting them took so long: what was found that soon is found as soon again and sorted,
    /// where a walk by name might have to go far (people of one country have names of their own).
    pub fn first(&self, connection: &mut AnyConnection, (count, took): (i64, Duration), limit: i64) -> Result<Vec<Row>> {
        if let Some(page) = self.among_the_first(connection, count, limit, 0)? {
            return Ok(page);
        }
        let sorted = Duration::from_micros(u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(5));
        let is_walked = took.saturating_add(sorted) > SOON && is_walked(count, limit);
        self.found(connection, is_walked, count, limit, 0)
    }

    /// So many of them by key, behind this one; for whoever reads them page after page while they change.
    pub fn behind(&self, connection: &mut AnyConnection, after: Option<Id>, limit: i64) -> Result<Vec<Row>> {
        let rest = after.map_or_else(|| self.clone(), |after| self.among(&(Sql::from("crm_app_contact.id > ") + Value::Id(after))));
        let order = Sql::from("crm_app_contact.id");
        contact::list(connection, &Selection { predicate: &rest.one_by_one, order: &order, limit, offset: 0, reads_rows: false })
    }

    /// Hands the members to `each`, by name, batch after batch. The caller's transaction is the snapshot that they all come
    /// from.
    pub fn stream<E>(
        &self,
        connection: &mut AnyConnection,
        mut each: impl FnMut(&mut AnyConnection, &[Row]) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<crate::error::AppError>,
    {
        let count = self.count(connection)?;
        let is_walked = is_walked(count, count);
        let (members, order) = self.by_name(is_walked);
        let reads_rows = dialect::reads_whole_rows(connection, count, is_walked);
        let mut after: Option<(String, Id)> = None;
        loop {
            let predicate = match after.take() {
                Some((name, id)) => members.clone() + " AND " + past(name, id),
                None => members.clone(),
            };
            let rows = contact::list(connection, &Selection { predicate: &predicate, order: &order, limit: BATCH, offset: 0, reads_rows })?;
            each(connection, &rows)?;
            match rows.last() {
                Some(last) if i64::try_from(rows.len()).is_ok_and(|length| length == BATCH) => {
                    after = Some((last.contact.name.clone(), last.contact.id));
                }
                _ => return Ok(()),
            }
        }
    }

    /// The predicate and the order by name, then key, for one of the two plans.
    fn by_name(&self, is_walked: bool) -> (&Sql, Sql) {
        if is_walked { (&self.in_order, by_name()) } else { (&self.to_look_up, by_name().unindexed()) }
    }
}

/// A contact's address, trimmed.
fn email() -> Sql {
    Sql::from("trim(crm_app_contact.email, ") + Value::Text(WHITE_SPACE.to_owned()) + ")"
}

/// The order of members: by name, then key.
fn by_name() -> Sql {
    Sql::column(&field::NAME) + Word::ByteOrder + ", crm_app_contact.id"
}

/// The question for the keys of the contacts whom a static segment lists, itself or through their company, which does not bring
/// in whom it never includes. One list of keys, not an OR of two questions: an OR is asked of every contact there is.
pub(super) fn listed_contacts(segment: Id) -> Sql {
    let companies = COMPANIES.listed_in(segment);
    let of_companies = Sql::from("SELECT id FROM crm_app_contact WHERE company_id").is_in(companies, Sql::default());
    let of_companies = of_companies + " AND id NOT IN (" + CONTACTS.never_in(segment) + ")";
    CONTACTS.listed_in(segment) + Word::Union + of_companies
}

fn past(name: String, id: Id) -> Sql {
    Sql::from("(")
        + Sql::column(&field::NAME)
        + Word::ByteOrder
        + ", crm_app_contact.id) > ("
        + Value::Text(name)
        + ", "
        + Value::Id(id)
        + ")"
}
