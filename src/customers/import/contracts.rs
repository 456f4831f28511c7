//! The declaration of contracts for the import.

use std::collections::HashMap;

use diesel::prelude::*;

use super::field::{Field, Kind};
use super::lookup;
use super::model::Model;
use crate::accounts::actor::Rights;
use crate::clock::Clock;
use crate::criteria::catalogue;
use crate::customers::bereaved::Bereaved;
use crate::customers::contract::{self, Contract};
use crate::db::schema::crm_app_contract;
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;
use crate::query::{Column, Sql, text};

impl Model for Contract {
    type Key = String;

    const RIGHTS: &'static Rights = contract::RIGHTS;
    const NAME: &'static str = "contract";
    const PLURAL: &'static str = "contracts";
    const FOUND_BY: &'static [&'static str] = &["contract_number"];
    const HAS_COMPANY: bool = true;
    const KEY_COLUMN: Option<&'static Column> = Some(&catalogue::contract::CONTRACT_NUMBER);
    const FIELDS: &'static [Field<Self>] = &[
        Field::required("contract_number", Kind::Text(50, |row| &mut row.contract_number)),
        Field::new("contract_type", Kind::Text(20, |row| &mut row.contract_type)),
        Field::new("service_type", Kind::Text(50, |row| &mut row.service_type)),
        Field::new("status", Kind::Text(20, |row| &mut row.status)),
        Field::required("start_date", Kind::Date(|row| &mut row.start_date)),
        Field::required("end_date", Kind::Date(|row| &mut row.end_date)),
        Field::new("value", Kind::Money(|row| &mut row.value)),
        Field::new("currency", Kind::Text(3, |row| &mut row.currency)),
        Field::new("auto_renew", Kind::Boolean(|row| &mut row.auto_renew)),
        Field::new("is_active", Kind::Boolean(|row| &mut row.is_active)),
        Field::new("created_at", Kind::Time(|row| &mut row.created_at)),
        Field::new("updated_at", Kind::Time(|row| &mut row.updated_at)),
    ];

    const TWIN: (&'static str, &'static str) = ("contract_number", "Contract with this Contract number already exists.");

    fn new(id: Id, now: Time) -> Self {
        Self::new(id, now)
    }

    fn id(&self) -> Id {
        self.id
    }

    fn called(&self) -> &str {
        &self.contract_number
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

    fn keys(&self) -> Vec<String> {
        vec![text::key(&self.contract_number)]
    }

    fn sought(&self, _has_id: bool) -> Option<String> {
        Some(text::key(&self.contract_number)).filter(|key| !key.is_empty())
    }

    fn key_text(&self) -> Option<&str> {
        Some(&self.contract_number)
    }

    fn is_unlike(&self, sought: &Self) -> bool {
        self.contract_number != sought.contract_number
    }

    fn clash(&self, other: &Self) -> Option<&'static str> {
        (self.contract_number == other.contract_number).then_some("contract_number")
    }

    fn protect(&mut self, _before: &Self, _can_resubscribe: bool) {}

    fn list(connection: &mut AnyConnection, ids: &[Id], keys: &[String], has_edged: bool) -> Result<Vec<Self>> {
        let rows = || crm_app_contract::table.select(Self::as_select());
        let mut found = Vec::new();
        if !ids.is_empty() {
            found = rows().filter(crm_app_contract::id.eq_any(ids)).load(connection)?;
        }
        if !keys.is_empty() {
            found.extend(rows().filter(lookup::has_key(&catalogue::contract::CONTRACT_NUMBER, keys, has_edged)).load(connection)?);
        }
        Ok(found)
    }

    fn count(connection: &mut AnyConnection, predicate: &Sql) -> Result<i64> {
        contract::SOURCE.count(connection, predicate)
    }

    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> Result<()> {
        contract::insert(connection, rows)
    }

    fn update(connection: &mut AnyConnection, row: &Self) -> Result<()> {
        contract::update(connection, row)
    }

    fn bereaved(_: &mut AnyConnection, _: &[&Self]) -> Result<Vec<Bereaved>> {
        Ok(Vec::new())
    }

    fn delete(connection: &mut AnyConnection, ids: &[Id], _: &Clock) -> Result<HashMap<Id, i64>> {
        contract::delete(connection, ids)?;
        // No list of a segment has contracts.
        Ok(HashMap::new())
    }
}
