//! What the three that can be read differ in.
//!
//! Declarations, read by `list`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Actor;
use crate::admin::search::{SearchField, Through};
use crate::criteria::catalogue::{company as company_field, contact as contact_field, contract as contract_field};
use crate::customers::json::{self, CompanyObject, ContactObject, ContractObject};
use crate::customers::{company, contact, contract};
use crate::db::AnyConnection;
use crate::db::schema::{crm_app_company, crm_app_contact, crm_app_contract};
use crate::error::Result;
use crate::query::{Column, Selection, Source};

/// Something that can be read.
pub trait Resource: 'static {
    /// What is answered of each.
    type Object: Serialize + ToSchema + Send + 'static;
    /// What the list of them does.
    const LISTS: &'static str;
    /// Where they come from.
    const SOURCE: &'static Source;
    /// What they are ordered by, before the key.
    const ORDER: &'static Column;
    /// Where a search looks.
    const SEARCH: &'static [SearchField];
    /// By what they can be filtered: what stands before the name of a field, and the fields.
    const FIELDS: &'static [(&'static str, &'static [&'static Column])];

    /// Reads some.
    fn read(connection: &mut AnyConnection, actor: &Actor, selection: &Selection<'_>) -> Result<Vec<Self::Object>>;
}

static COMPANY_ID: Column = Column::new(crm_app_company::id, "crm_app_company", "ID");
static CONTACT_COMPANY: Column = Column::new(crm_app_contact::company_id, "crm_app_contact", "company");
static CONTRACT_COMPANY: Column = Column::new(crm_app_contract::company_id, "crm_app_contract", "company");

const BY_NAME: &[&Column] = &[&company_field::NAME];

/// Searches the names of the companies that a column points to.
const fn company_named(foreign_key: &'static Column) -> SearchField {
    SearchField::through(Through { foreign_key, key: &COMPANY_ID, source: &company::SOURCE }, BY_NAME)
}

/// `/api/v1/companies/`
pub struct Companies;

impl Resource for Companies {
    type Object = CompanyObject;

    const LISTS: &'static str = "Lists companies, by name";
    const SOURCE: &'static Source = &company::SOURCE;
    const ORDER: &'static Column = &company_field::NAME;
    const SEARCH: &'static [SearchField] = &[SearchField::new(company_field::SEARCHED)];
    const FIELDS: &'static [(&'static str, &'static [&'static Column])] = &[("", company_field::ALL)];

    fn read(connection: &mut AnyConnection, _: &Actor, selection: &Selection<'_>) -> Result<Vec<CompanyObject>> {
        Ok(company::list(connection, selection)?.into_iter().map(CompanyObject::from).collect())
    }
}

/// `/api/v1/contacts/`
pub struct Contacts;

impl Resource for Contacts {
    type Object = ContactObject;

    const LISTS: &'static str = "Lists contacts, by name";
    const SOURCE: &'static Source = &contact::SOURCE;
    const ORDER: &'static Column = &contact_field::NAME;
    const SEARCH: &'static [SearchField] = &[SearchField::new(contact_field::SEARCHED), company_named(&CONTACT_COMPANY)];
    const FIELDS: &'static [(&'static str, &'static [&'static Column])] =
        &[("", contact_field::ALL), ("", &[&CONTACT_COMPANY]), ("company.", company_field::ALL)];

    fn read(connection: &mut AnyConnection, actor: &Actor, selection: &Selection<'_>) -> Result<Vec<ContactObject>> {
        let rows = contact::list(connection, selection)?;
        json::contacts(connection, actor, &rows)
    }
}

/// `/api/v1/contracts/`
pub struct Contracts;

impl Resource for Contracts {
    type Object = ContractObject;

    const LISTS: &'static str = "Lists contracts, by number";
    const SOURCE: &'static Source = &contract::SOURCE;
    const ORDER: &'static Column = &contract_field::CONTRACT_NUMBER;
    const SEARCH: &'static [SearchField] = &[SearchField::new(contract_field::SEARCHED), company_named(&CONTRACT_COMPANY)];
    const FIELDS: &'static [(&'static str, &'static [&'static Column])] =
        &[("", contract_field::ALL), ("", &[&CONTRACT_COMPANY]), ("company.", company_field::ALL)];

    fn read(connection: &mut AnyConnection, _: &Actor, selection: &Selection<'_>) -> Result<Vec<ContractObject>> {
        Ok(contract::list(connection, selection)?.into_iter().map(ContractObject::from).collect())
    }
}
