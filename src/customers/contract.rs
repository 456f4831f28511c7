//! Contracts: what the customers have bought.
//!
//! Called by the admin's lists, the import and the sample data; criteria reach them through the company.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::INSERTED_AT_ONCE;
use crate::accounts::actor::Rights;
use crate::db::schema::{crm_app_company, crm_app_contract};
use crate::db::{AnyConnection, Id, Money, Time, dialect};
use crate::error::Result;
use crate::query::{Selection, Source};

/// Who may do what with them.
pub const RIGHTS: &Rights = &super::rights("Contracts");

/// A contract, with every column of its row.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = crm_app_contract)]
pub struct Contract {
    /// Its key.
    pub id: Id,
    /// The company that signed it.
    pub company_id: Id,
    /// Its number; unique.
    pub contract_number: String,
    /// For how long it runs: one of the choices, or whatever an import brought.
    pub contract_type: String,
    /// What was bought.
    pub service_type: String,
    /// Where it stands: one of the choices, or whatever an import brought.
    pub status: String,
    /// Its first day.
    pub start_date: NaiveDate,
    /// Its last day.
    pub end_date: NaiveDate,
    /// What it is worth in all, in its currency.
    pub value: Money,
    /// The currency's three letters; amounts are never converted.
    pub currency: String,
    /// Whether it renews itself.
    pub auto_renew: bool,
    /// Whether it counts. Not the same as the status Active.
    pub is_active: bool,
    /// When it was added.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

impl Contract {
    /// A contract of which nothing is known yet, with the CRM's defaults; the company and the dates are to be set.
    pub fn new(id: Id, now: Time) -> Self {
        Self {
            id,
            company_id: Id(uuid::Uuid::nil()),
            contract_number: String::new(),
            contract_type: "Annual".into(),
            service_type: String::new(),
            status: "Draft".into(),
            start_date: NaiveDate::default(),
            end_date: NaiveDate::default(),
            value: Money::default(),
            currency: "USD".into(),
            auto_renew: false,
            is_active: true,
            created_at: now,
            updated_at: now,
        }
    }
}

/// A contract with what lists show of the company.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = crm_app_contract)]
pub struct Row {
    /// The contract.
    #[diesel(embed)]
    pub contract: Contract,
    /// The company's name.
    #[diesel(select_expression = crm_app_company::name)]
    pub company_name: String,
}

/// Where contracts come from.
pub static SOURCE: Source = Source {
    table: "crm_app_contract",
    joined: Some(("crm_app_company", " INNER JOIN crm_app_company ON crm_app_company.id = crm_app_contract.company_id")),
};

/// The contracts of `selection`.
pub fn list(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Row>> {
    Ok(SOURCE.rows(selection, Row::as_select()).load(connection)?)
}

/// Adds rows; many, in few statements.
pub fn insert(connection: &mut AnyConnection, rows: &[Contract]) -> Result<()> {
    for chunk in rows.chunks(INSERTED_AT_ONCE) {
        dialect::insert_rows(connection, crm_app_contract::table, chunk)?;
    }
    Ok(())
}

/// Writes all values of a row.
pub fn update(connection: &mut AnyConnection, row: &Contract) -> Result<()> {
    diesel::update(crm_app_contract::table.find(row.id)).set(row).execute(connection)?;
    Ok(())
}

/// How many contracts each of these companies has; those without any are left out.
pub fn count_by_company(connection: &mut AnyConnection, companies: &[Id]) -> Result<HashMap<Id, i64>> {
    let theirs = crm_app_contract::table.filter(crm_app_contract::company_id.eq_any(companies)).group_by(crm_app_contract::company_id);
    Ok(theirs.select((crm_app_contract::company_id, count_star())).load::<(Id, i64)>(connection)?.into_iter().collect())
}

/// Deletes rows.
pub fn delete(connection: &mut AnyConnection, ids: &[Id]) -> Result<()> {
    diesel::delete(crm_app_contract::table.filter(crm_app_contract::id.eq_any(ids))).execute(connection)?;
    Ok(())
}
