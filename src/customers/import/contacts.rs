//! The declaration of contacts for the import.

use std::collections::HashMap;

use diesel::prelude::*;

use super::field::{Field, Kind};
use super::lookup;
use super::model::Model;
use crate::accounts::actor::Rights;
use crate::clock::Clock;
use crate::criteria::catalogue;
use crate::customers::bereaved::{self, Bereaved};
use crate::customers::contact::{self, Contact};
use crate::db::schema::crm_app_contact;
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;
use crate::query::{Column, Sql, text};

/// What a contact is found by, within the company.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::customers) enum Key {
    /// The e-mail address.
    Email(Id, String),
    /// The name, for lines without an e-mail address.
    Name(Id, String),
}

impl Model for Contact {
    type Key = Key;

    const RIGHTS: &'static Rights = contact::RIGHTS;
    const NAME: &'static str = "contact";
    const PLURAL: &'static str = "contacts";
    const FOUND_BY: &'static [&'static str] = &["name", "email"];
    const HAS_COMPANY: bool = true;
    const KEY_COLUMN: Option<&'static Column> = None;
    const FIELDS: &'static [Field<Self>] = &[
        Field::required("name", Kind::Text(100, |row| &mut row.name)),
        Field::new("email", Kind::Text(254, |row| &mut row.email)),
        Field::new("phone", Kind::Text(20, |row| &mut row.phone)),
        Field::new("mobile", Kind::Text(20, |row| &mut row.mobile)),
        Field::new("title", Kind::Text(100, |row| &mut row.title)),
        Field::new("department", Kind::Text(100, |row| &mut row.department)),
        Field::new("contact_type", Kind::Text(20, |row| &mut row.contact_type)),
        Field::new("is_primary", Kind::Boolean(|row| &mut row.is_primary)),
        Field::new("is_active", Kind::Boolean(|row| &mut row.is_active)),
        Field::new("preferred_contact_method", Kind::Text(20, |row| &mut row.preferred_contact_method)),
        Field::new("preferred_language", Kind::Text(2, |row| &mut row.preferred_language)),
        Field::new("linkedin_url", Kind::Text(200, |row| &mut row.linkedin_url)),
        Field::new("receives_notifications", Kind::Boolean(|row| &mut row.receives_notifications)),
        Field::new("receives_renewal_emails", Kind::Boolean(|row| &mut row.receives_renewal_emails)),
        Field::new("receives_seasonal_emails", Kind::Boolean(|row| &mut row.receives_seasonal_emails)),
        Field::new("receives_payment_emails", Kind::Boolean(|row| &mut row.receives_payment_emails)),
        Field::new("receives_quarterly_emails", Kind::Boolean(|row| &mut row.receives_quarterly_emails)),
        Field::new("unsubscribed", Kind::Boolean(|row| &mut row.unsubscribed)),
        Field::new("last_contacted", Kind::OptionalTime(|row| &mut row.last_contacted)),
        Field::new("notes", Kind::Text(usize::MAX, |row| &mut row.notes)),
        Field::new("created_at", Kind::Time(|row| &mut row.created_at)),
        Field::new("updated_at", Kind::Time(|row| &mut row.updated_at)),
    ];

    const TWIN: (&'static str, &'static str) = ("email", "Contact with this Company and E-mail already exists.");

    fn new(id: Id, now: Time) -> Self {
        Self::new(id, now)
    }

    fn id(&self) -> Id {
        self.id
    }

    fn called(&self) -> &str {
        &self.name
    }

    fn company(&mut self) -> Option<&mut Id> {
        Some(&mut self.company_id)
    }

    fn parent(&self) -> Option<Id> {
        None
    }

    fn created_at(&self) -> Time {
        self.created_at
    }

    fn touch(&mut self, now: Time) {
        self.updated_at = now;
    }

    fn keys(&self) -> Vec<Key> {
        let name = Key::Name(self.company_id, text::key(&self.name));
        if text::is_blank(&self.email) { vec![name] } else { vec![Key::Email(self.company_id, text::key(&self.email)), name] }
    }

    /// Two people of one name may work in one company: a line with an id of its own is not taken for the other one.
    fn sought(&self, has_id: bool) -> Option<Key> {
        match (text::is_blank(&self.email), text::is_blank(&self.name)) {
            (false, _) => Some(Key::Email(self.company_id, text::key(&self.email))),
            (true, false) if !has_id => Some(Key::Name(self.company_id, text::key(&self.name))),
            _ => None,
        }
    }

    fn key_text(&self) -> Option<&str> {
        None
    }

    /// A line without an e-mail address means the contact without one, if there is one.
    fn is_unlike(&self, sought: &Self) -> bool {
        self.email != sought.email
    }

    fn clash(&self, other: &Self) -> Option<&'static str> {
        (!self.email.is_empty() && self.company_id == other.company_id && self.email == other.email).then_some("email")
    }

    fn protect(&mut self, before: &Self, can_resubscribe: bool) {
        self.unsubscribed |= before.unsubscribed && !can_resubscribe;
    }

    fn list(connection: &mut AnyConnection, ids: &[Id], keys: &[Key], _has_edged: bool) -> Result<Vec<Self>> {
        let rows = || crm_app_contact::table.select(Self::as_select());
        let mut found = Vec::new();
        if !ids.is_empty() {
            found = rows().filter(crm_app_contact::id.eq_any(ids)).load(connection)?;
        }
        if !keys.is_empty() {
            let companies = keys.iter().map(|(Key::Email(company, _) | Key::Name(company, _))| *company);
            let here = crm_app_contact::company_id.eq_any(companies.collect::<std::collections::BTreeSet<_>>());
            found.extend(rows().filter(here).filter(has_key(keys)).load(connection)?);
        }
        Ok(found)
    }

    fn count(connection: &mut AnyConnection, predicate: &Sql) -> Result<i64> {
        contact::SOURCE.count(connection, predicate)
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> Result<()> {
        contact::insert(connection, rows)
    }

    fn update(connection: &mut AnyConnection, row: &Self) -> Result<()> {
        contact::update(connection, row)
    }

    fn bereaved(connection: &mut AnyConnection, gone: &[&Self]) -> Result<Vec<Bereaved>> {
        bereaved::of_contacts(connection, gone)
    }

    fn delete(connection: &mut AnyConnection, ids: &[Id], clock: &Clock) -> Result<HashMap<Id, i64>> {
        contact::delete(connection, ids, clock)
    }
}

fn has_key(keys: &[Key]) -> Sql {
    let (mut emails, mut names) = (Vec::new(), Vec::new());
    for key in keys {
        match key {
            Key::Email(_, email) => emails.push(email.clone()),
            Key::Name(_, name) => names.push(name.clone()),
        }
    }
    let either = [(&catalogue::contact::EMAIL, emails), (&catalogue::contact::NAME, names)];
    Sql::or(either.iter().filter(|(_, keys)| !keys.is_empty()).map(|(column, keys)| lookup::trimmed_key(column, keys))).grouped()
}
