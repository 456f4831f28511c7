//! Contacts: the people at the customers, whom campaigns talk to.
//!
//! Called by the admin's lists, segments, the import and the sample data. Whether a contact can be a member at all (active
//! and not unsubscribed) is the business of `segments::members`; here they are all alike.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::{INSERTED_AT_ONCE, lists};
use crate::accounts::actor::Rights;
use crate::clock::Clock;
use crate::db::schema::crm_app_customersegment_static_contacts as listed;
use crate::db::schema::{crm_app_company, crm_app_contact};
use crate::db::{AnyConnection, Id, Time, dialect};
use crate::error::Result;
use crate::query::{Selection, Source};

/// Who may do what with them.
pub const RIGHTS: &Rights = &super::rights("Contacts");

/// A contact, with every column of its row. Text that is unknown is empty, never NULL.
#[derive(Debug, Clone, PartialEq, Queryable, QueryableByName, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = crm_app_contact, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(clippy::struct_excessive_bools, reason = "these are the columns of the CRM's table")]
pub struct Contact {
    /// Their key.
    pub id: Id,
    /// The company they work at.
    pub company_id: Id,
    /// What they are called.
    pub name: String,
    /// Their e-mail address; unique within the company where it is not empty.
    pub email: String,
    /// Their telephone number.
    pub phone: String,
    /// Their mobile number.
    pub mobile: String,
    /// Their title: "General Manager".
    pub title: String,
    /// Their department.
    pub department: String,
    /// What they are to us; one of the choices, or whatever an import brought.
    pub contact_type: String,
    /// Whether they are the first one to talk to.
    pub is_primary: bool,
    /// Whether they still work there. Members are active.
    pub is_active: bool,
    /// How they want to be reached.
    pub preferred_contact_method: String,
    /// The language they read, as two letters.
    pub preferred_language: String,
    /// Their page at `LinkedIn`, as it was typed.
    pub linkedin_url: String,
    /// Whether they get notifications at all.
    pub receives_notifications: bool,
    /// Whether they get mail about renewals.
    pub receives_renewal_emails: bool,
    /// Whether they get seasonal mail.
    pub receives_seasonal_emails: bool,
    /// Whether they get mail about payments.
    pub receives_payment_emails: bool,
    /// Whether they get the quarterly mail.
    pub receives_quarterly_emails: bool,
    /// Whether they asked for no more mail. Members have not.
    pub unsubscribed: bool,
    /// When we last talked to them.
    pub last_contacted: Option<Time>,
    /// Anything else.
    pub notes: String,
    /// When they were added.
    pub created_at: Time,
    /// When they were last changed.
    pub updated_at: Time,
}

impl Contact {
    /// A contact of whom nothing is known yet, with the CRM's defaults; the company is to be set.
    pub fn new(id: Id, now: Time) -> Self {
        Self {
            id,
            company_id: Id(uuid::Uuid::nil()),
            name: String::new(),
            email: String::new(),
            phone: String::new(),
            mobile: String::new(),
            title: String::new(),
            department: String::new(),
            contact_type: "Other".into(),
            is_primary: false,
            is_active: true,
            preferred_contact_method: "Email".into(),
            preferred_language: "en".into(),
            linkedin_url: String::new(),
            receives_notifications: true,
            receives_renewal_emails: true,
            receives_seasonal_emails: true,
            receives_payment_emails: true,
            receives_quarterly_emails: true,
            unsubscribed: false,
            last_contacted: None,
            notes: String::new(),
            created_at: now,
            updated_at: now,
        }
    }
}

/// A contact with what lists show of the company.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = crm_app_contact)]
pub struct Row {
    /// The contact.
    #[diesel(embed)]
    pub contact: Contact,
    /// The company's name.
    #[diesel(select_expression = crm_app_company::name)]
    pub company_name: String,
    /// The company's country.
    #[diesel(select_expression = crm_app_company::country)]
    pub company_country: String,
}

/// Where contacts come from.
pub static SOURCE: Source = Source {
    table: "crm_app_contact",
    joined: Some(("crm_app_company", " INNER JOIN crm_app_company ON crm_app_company.id = crm_app_contact.company_id")),
};

/// The contacts of `selection`.
pub fn list(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Row>> {
    Ok(SOURCE.rows(selection, Row::as_select()).load(connection)?)
}

/// Adds rows; many, in few statements.
pub fn insert(connection: &mut AnyConnection, rows: &[Contact]) -> Result<()> {
    for chunk in rows.chunks(INSERTED_AT_ONCE) {
        dialect::insert_rows(connection, crm_app_contact::table, chunk)?;
    }
    Ok(())
}

/// Writes all values of a row.
pub fn update(connection: &mut AnyConnection, row: &Contact) -> Result<()> {
    diesel::update(crm_app_contact::table.find(row.id)).set(row).execute(connection)?;
    Ok(())
}

/// How many entries these contacts have in the lists of segments.
pub fn count_entries(connection: &mut AnyConnection, ids: &[Id]) -> Result<i64> {
    Ok(listed::table.filter(listed::contact_id.eq_any(ids)).count().get_result(connection)?)
}

/// How many contacts each of these companies has; those without any are left out.
pub fn count_by_company(connection: &mut AnyConnection, companies: &[Id]) -> Result<HashMap<Id, i64>> {
    let theirs = crm_app_contact::table.filter(crm_app_contact::company_id.eq_any(companies)).group_by(crm_app_contact::company_id);
    Ok(theirs.select((crm_app_contact::company_id, count_star())).load::<(Id, i64)>(connection)?.into_iter().collect())
}

/// Deletes rows, and their entries in the lists of segments; how many those were of each row that had any. The lists are
/// changed with it, so the counts of their segments are older than they are. The rows are held alone: nobody lists them
/// meanwhile.
pub fn delete(connection: &mut AnyConnection, ids: &[Id], clock: &Clock) -> Result<HashMap<Id, i64>> {
    let entries = || listed::table.filter(listed::contact_id.eq_any(ids));
    let of_each = entries().group_by(listed::contact_id).select((listed::contact_id, count_star())).load(connection)?;
    let segments: Vec<Id> = entries().select(listed::customersegment_id).distinct().load(connection)?;
    lists::touch(connection, &segments, clock)?;
    diesel::delete(entries()).execute(connection)?;
    diesel::delete(crm_app_contact::table.filter(crm_app_contact::id.eq_any(ids))).execute(connection)?;
    Ok(of_each.into_iter().collect())
}
