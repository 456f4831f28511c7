//! What a static segment lists: contacts, and companies that stand for their contacts.
//!
//! Called by the segment's form. Adding and removing name only what changes, so a list of 100,000 costs no more than one of
//! ten; two people who change the same list take turns. Who of the listed is a member is said by `members`.

use diesel::prelude::*;

use super::model::Segment;
use crate::customers::{company, contact};
use crate::db::dialect::Hold;
use crate::db::schema::crm_app_customersegment_static_companies as listed_companies;
use crate::db::schema::crm_app_customersegment_static_contacts as listed_contacts;
use crate::db::schema::{crm_app_company, crm_app_contact};
use crate::db::types::sql::Uid;
use crate::db::{AnyConnection, Id, lease};
use crate::error::Result;
use crate::query::{Column, Source, Sql, Test, Value};

/// The key of a contact, and that of a company.
static CONTACT_ID: Column = Column::new(crm_app_contact::id, "crm_app_contact", "id");
pub(super) static COMPANY_ID: Column = Column::new(crm_app_company::id, "crm_app_company", "id");

/// What to add to a list and what to take away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Keys to list; those already there are left alone, unknown ones left out and counted.
    pub add: Vec<Id>,
    /// Keys to take off the list.
    pub remove: Vec<Id>,
}

impl Change {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// What changes of a static segment's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListChange {
    /// Of the listed contacts.
    pub contacts: Change,
    /// Of the listed companies.
    pub companies: Change,
}

impl ListChange {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty() && self.companies.is_empty()
    }
}

/// How much of a [`Change`] really happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// Rows added.
    pub added: usize,
    /// Rows removed.
    pub removed: usize,
    /// Keys to list that nobody has, or no longer.
    pub unknown: usize,
}

impl Changed {
    /// Whether the list is as it was.
    pub fn is_nothing(&self) -> bool {
        self.added + self.removed == 0
    }
}

/// How much of a [`ListChange`] really happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListChanged {
    /// Of the listed contacts.
    pub contacts: Changed,
    /// Of the listed companies.
    pub companies: Changed,
}

impl ListChanged {
    /// Whether the list is as it was.
    pub fn is_nothing(&self) -> bool {
        self.contacts.is_nothing() && self.companies.is_nothing()
    }
}

/// Keys bound in one statement.
const CHUNK: usize = 500;

/// Changes the list of `segment`. Whoever is listed is kept until the transaction ends, but for the rows of a CRM beside us
/// (`is_shared`): to hold those takes a right that we may not have there.
pub fn change(connection: &mut AnyConnection, segment: &Segment, change: &ListChange, is_shared: bool) -> Result<ListChanged> {
    if change.is_empty() {
        return Ok(ListChanged::default());
    }
    // Makes others who change the same list wait for this transaction.
    lease::lock(connection, &format!("segment list {}", segment.id))?;
    Ok(ListChanged {
        contacts: change_contacts(connection, segment, &change.contacts, is_shared)?,
        companies: change_companies(connection, segment, &change.companies, is_shared)?,
    })
}

/// The keys of those who are there.
fn known(connection: &mut AnyConnection, source: &Source, are: &Sql, is_shared: bool) -> Result<Vec<Id>> {
    if is_shared { source.list_some_keys(connection, are, i64::MAX) } else { source.hold_all(connection, are, Hold::Kept) }
}

fn change_contacts(connection: &mut AnyConnection, segment: &Segment, change: &Change, is_shared: bool) -> Result<Changed> {
    let listed = || listed_contacts::table.filter(listed_contacts::customersegment_id.eq(segment.id));
    let mut changed = Changed::default();
    for keys in change.remove.chunks(CHUNK) {
        changed.removed += diesel::delete(listed().filter(listed_contacts::contact_id.eq_any(keys))).execute(connection)?;
    }
    for keys in change.add.chunks(CHUNK) {
        let known = known(connection, &contact::SOURCE, &Test::one_of(CONTACT_ID, keys.iter().copied()), is_shared)?;
        changed.unknown += keys.len() - known.len();
        let new = crm_app_contact::table
            .filter(crm_app_contact::id.eq_any(known))
            .filter(crm_app_contact::id.ne_all(listed().select(listed_contacts::contact_id)))
            .select((segment.id.into_sql::<Uid>(), crm_app_contact::id));
        let columns = (listed_contacts::customersegment_id, listed_contacts::contact_id);
        changed.added += new.insert_into(listed_contacts::table).into_columns(columns).execute(connection)?;
    }
    Ok(changed)
}

fn change_companies(connection: &mut AnyConnection, segment: &Segment, change: &Change, is_shared: bool) -> Result<Changed> {
    let listed = || listed_companies::table.filter(listed_companies::customersegment_id.eq(segment.id));
    let mut changed = Changed::default();
    for keys in change.remove.chunks(CHUNK) {
        changed.removed += diesel::delete(listed().filter(listed_companies::company_id.eq_any(keys))).execute(connection)?;
    }
    for keys in change.add.chunks(CHUNK) {
        let known = known(connection, &company::SOURCE, &Test::one_of(COMPANY_ID, keys.iter().copied()), is_shared)?;
        changed.unknown += keys.len() - known.len();
        let new = crm_app_company::table
            .filter(crm_app_company::id.eq_any(known))
            .filter(crm_app_company::id.ne_all(listed().select(listed_companies::company_id)))
            .select((segment.id.into_sql::<Uid>(), crm_app_company::id));
        let columns = (listed_companies::customersegment_id, listed_companies::company_id);
        changed.added += new.insert_into(listed_companies::table).into_columns(columns).execute(connection)?;
    }
    Ok(changed)
}

/// Nobody deletes whom a segment lists before the transaction ends: who does now is waited for. See [`change`] for whom not.
pub(super) fn keep_listed(connection: &mut AnyConnection, segment: Id) -> Result<()> {
    let contacts = Sql::column(&CONTACT_ID)
        .is_in("SELECT contact_id FROM crm_app_customersegment_static_contacts WHERE customersegment_id = ", Value::Id(segment));
    contact::SOURCE.hold_all(connection, &contacts, Hold::Kept)?;
    let companies = Sql::column(&COMPANY_ID)
        .is_in("SELECT company_id FROM crm_app_customersegment_static_companies WHERE customersegment_id = ", Value::Id(segment));
    company::SOURCE.hold_all(connection, &companies, Hold::Kept)?;
    Ok(())
}

/// Whether nothing is left to do of `change`: who exists of those whom it adds is listed, and nobody is whom it removes.
pub fn is_done(connection: &mut AnyConnection, segment: &Segment, change: &ListChange) -> Result<bool> {
    let contacts = listed_contacts::table.filter(listed_contacts::customersegment_id.eq(segment.id)).select(listed_contacts::contact_id);
    let companies =
        listed_companies::table.filter(listed_companies::customersegment_id.eq(segment.id)).select(listed_companies::company_id);
    let (mut listed, mut known) = (0, 0);
    for keys in change.contacts.add.chunks(CHUNK) {
        listed += contacts.filter(listed_contacts::contact_id.eq_any(keys)).load::<Id>(connection)?.len();
        known += crm_app_contact::table.filter(crm_app_contact::id.eq_any(keys)).select(crm_app_contact::id).load::<Id>(connection)?.len();
    }
    for keys in change.companies.add.chunks(CHUNK) {
        listed += companies.filter(listed_companies::company_id.eq_any(keys)).load::<Id>(connection)?.len();
        known += crm_app_company::table.filter(crm_app_company::id.eq_any(keys)).select(crm_app_company::id).load::<Id>(connection)?.len();
    }
    let mut left = 0;
    for keys in change.contacts.remove.chunks(CHUNK) {
        left += contacts.filter(listed_contacts::contact_id.eq_any(keys)).load::<Id>(connection)?.len();
    }
    for keys in change.companies.remove.chunks(CHUNK) {
        left += companies.filter(listed_companies::company_id.eq_any(keys)).load::<Id>(connection)?.len();
    }
    Ok(listed == known && left == 0)
}

/// How many contacts and companies these segments list.
pub fn count(connection: &mut AnyConnection, segments: &[Id]) -> Result<(i64, i64)> {
    let contacts = listed_contacts::table.filter(listed_contacts::customersegment_id.eq_any(segments)).count().get_result(connection)?;
    let companies = listed_companies::table.filter(listed_companies::customersegment_id.eq_any(segments)).count().get_result(connection)?;
    Ok((contacts, companies))
}
