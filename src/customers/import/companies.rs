//! The declaration of companies for the import.

use std::collections::HashMap;

use diesel::prelude::*;

use super::field::{Field, Kind};
use super::lookup;
use super::model::Model;
use crate::accounts::actor::Rights;
use crate::clock::Clock;
use crate::criteria::catalogue;
use crate::customers::bereaved::{self, Bereaved};
use crate::customers::company::{self, Company};
use crate::db::schema::crm_app_company;
use crate::db::{AnyConnection, Id, Time, lease};
use crate::error::{AppError, Result};
use crate::query::{Column, Sql, text};

impl Model for Company {
    type Key = String;

    const RIGHTS: &'static Rights = company::RIGHTS;
    const NAME: &'static str = "company";
    const PLURAL: &'static str = "companies";
    const FOUND_BY: &'static [&'static str] = &["name"];
    const HAS_COMPANY: bool = false;
    const KEY_COLUMN: Option<&'static Column> = Some(&catalogue::company::NAME);
    const FIELDS: &'static [Field<Self>] = &[
        Field::required("name", Kind::Text(255, |row| &mut row.name)),
        Field::new("legal_entity_name", Kind::Text(255, |row| &mut row.legal_entity_name)),
        Field::new("country", Kind::Text(100, |row| &mut row.country)),
        Field::new("city", Kind::Text(100, |row| &mut row.city)),
        Field::new("state", Kind::Text(100, |row| &mut row.state)),
        Field::new("address_line1", Kind::Text(255, |row| &mut row.address_line1)),
        Field::new("address_line2", Kind::Text(255, |row| &mut row.address_line2)),
        Field::new("postal_code", Kind::Text(20, |row| &mut row.postal_code)),
        Field::new("industry", Kind::Text(50, |row| &mut row.industry)),
        Field::new("website", Kind::Text(200, |row| &mut row.website)),
        Field::new("phone", Kind::Text(50, |row| &mut row.phone)),
        Field::new("email", Kind::Text(254, |row| &mut row.email)),
        Field::new("location_count", Kind::Integer(|row| &mut row.location_count)),
        Field::new("music_zone_count", Kind::Integer(|row| &mut row.music_zone_count)),
        Field::new("current_plan", Kind::Text(100, |row| &mut row.current_plan)),
        Field::new("billing_entity", Kind::Text(50, |row| &mut row.billing_entity)),
        Field::new("parent_company_id", Kind::OptionalId(|row| &mut row.parent_company_id)),
        Field::new("is_corporate_parent", Kind::Boolean(|row| &mut row.is_corporate_parent)),
        Field::new("is_active", Kind::Boolean(|row| &mut row.is_active)),
        Field::new("seasonal_emails_enabled", Kind::Boolean(|row| &mut row.seasonal_emails_enabled)),
        Field::new("notes", Kind::Text(usize::MAX, |row| &mut row.notes)),
        Field::new("created_at", Kind::Time(|row| &mut row.created_at)),
        Field::new("updated_at", Kind::Time(|row| &mut row.updated_at)),
    ];

    const TWIN: (&'static str, &'static str) = ("name", "Company with this Name already exists.");

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
        None
    }

    fn parent(&self) -> Option<Id> {
        self.parent_company_id
    }

    fn created_at(&self) -> Time {
        self.created_at
    }

    fn touch(&mut self, now: Time) {
        self.updated_at = now;
    }

    fn keys(&self) -> Vec<String> {
        vec![text::key(&self.name)]
    }

    fn sought(&self, _has_id: bool) -> Option<String> {
        Some(text::key(&self.name)).filter(|key| !key.is_empty())
    }

    fn key_text(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn is_unlike(&self, sought: &Self) -> bool {
        self.name != sought.name
    }

    fn clash(&self, other: &Self) -> Option<&'static str> {
        (self.name == other.name).then_some("name")
    }

    fn protect(&mut self, _before: &Self, _can_resubscribe: bool) {}

    fn list(connection: &mut AnyConnection, ids: &[Id], keys: &[String], has_edged: bool) -> Result<Vec<Self>> {
        let rows = || crm_app_company::table.select(Self::as_select());
        let mut found = Vec::new();
        if !ids.is_empty() {
            found = rows().filter(crm_app_company::id.eq_any(ids)).load(connection)?;
        }
        if !keys.is_empty() {
            found.extend(rows().filter(lookup::has_key(&catalogue::company::NAME, keys, has_edged)).load(connection)?);
        }
        Ok(found)
    }

    fn count(connection: &mut AnyConnection, predicate: &Sql) -> Result<i64> {
        company::SOURCE.count(connection, predicate)
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> Result<()> {
        company::insert(connection, rows)
    }

    fn update(connection: &mut AnyConnection, row: &Self) -> Result<()> {
        company::update(connection, row)
    }

    fn refuse(connection: &mut AnyConnection, row: &Self) -> Result<()> {
        // Two who make each the parent of the other see neither's change until one has waited for the other.
        lease::lock(connection, "parents of companies")?;
        if company::belongs_to(connection, row.parent_company_id, row.id)? {
            return Err(AppError::Conflict("A company cannot belong to itself, nor to one that belongs to it.".into()));
        }
        Ok(())
    }

    fn bereaved(connection: &mut AnyConnection, gone: &[&Self]) -> Result<Vec<Bereaved>> {
        bereaved::of_companies(connection, gone)
    }

    fn delete(connection: &mut AnyConnection, ids: &[Id], clock: &Clock) -> Result<HashMap<Id, i64>> {
        company::delete(connection, ids, clock)
    }
}
