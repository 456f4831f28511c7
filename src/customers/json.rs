//! Companies, contacts and contracts as JSON objects, with the keys of the API.
//!
//! Read by the API and by segments, whose members they are. Times are ISO 8601 in UTC with `Z`, amounts are texts.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::company::Company;
use super::crm_mail::{self, CrmMail};
use super::{contact, contract};
use crate::accounts::Actor;
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// A contact.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Contact)]
#[expect(clippy::struct_excessive_bools, reason = "the keys are those of the old API")]
pub struct ContactObject {
    /// Its key.
    #[schema(value_type = uuid::Uuid)]
    pub id: Id,
    /// The key of its company.
    #[schema(value_type = uuid::Uuid)]
    pub company: Id,
    /// What that is called.
    pub company_name: String,
    /// Its name.
    #[schema(example = "สมชาย ใจดี")]
    pub name: String,
    /// Its address; may be blank, and another contact may have the same.
    pub email: String,
    /// Its telephone number; may be blank.
    pub phone: String,
    /// Its mobile number; may be blank.
    pub mobile: String,
    /// What it does; may be blank.
    pub title: String,
    /// Where; may be blank.
    pub department: String,
    /// What it is to us.
    #[schema(example = "Decision Maker")]
    pub contact_type: String,
    /// Whether it is the first whom one asks of its company.
    pub is_primary: bool,
    /// Whether it is there at all; a member is.
    pub is_active: bool,
    /// How it likes to be reached.
    pub preferred_contact_method: String,
    /// Its page there; may be blank.
    pub linkedin_url: String,
    /// What is noted of it.
    pub notes: String,
    /// When it was last contacted; null: never.
    #[schema(format = DateTime)]
    pub last_contacted: Option<String>,
    /// Whether it gets notifications.
    pub receives_notifications: bool,
    /// Whether it gets mail about renewals.
    pub receives_renewal_emails: bool,
    /// Whether it gets mail of the season.
    pub receives_seasonal_emails: bool,
    /// Whether it gets mail about payments.
    pub receives_payment_emails: bool,
    /// Whether it gets mail each quarter.
    pub receives_quarterly_emails: bool,
    /// Whether it gets alerts of its zones; of the CRM's own database.
    pub receives_soundtrack_alerts: bool,
    /// Whether it gets quotes; likewise.
    pub receives_quote_emails: bool,
    /// Whether it gets contracts; likewise.
    pub receives_contract_emails: bool,
    /// Whether it gets invoices; likewise.
    pub receives_invoice_emails: bool,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A company.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Company)]
pub struct CompanyObject {
    /// Its key.
    #[schema(value_type = uuid::Uuid)]
    pub id: Id,
    /// What it is called; unique.
    pub name: String,
    /// Its name before the law; may be blank, like every text of it but the name.
    pub legal_entity_name: String,
    /// Where it is.
    pub country: String,
    /// Likewise.
    pub city: String,
    /// The state, province or region.
    pub state: String,
    /// Street and number.
    pub address_line1: String,
    /// What else an envelope needs.
    pub address_line2: String,
    /// The postal code.
    pub postal_code: String,
    /// Its line of business.
    #[schema(example = "Hotels")]
    pub industry: String,
    /// Its web site, as it was typed.
    pub website: String,
    /// Its telephone number.
    pub phone: String,
    /// Its e-mail address.
    pub email: String,
    /// How many places it has.
    pub location_count: i32,
    /// How many zones hear music.
    pub music_zone_count: i32,
    /// The plan it pays for.
    pub current_plan: String,
    /// Which of our entities bills it.
    pub billing_entity: String,
    /// The key of the company it belongs to; null: to none.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub parent_company: Option<Id>,
    /// Whether others belong to it.
    pub is_corporate_parent: bool,
    /// Whether it is a customer at present.
    pub is_active: bool,
    /// Whether it gets seasonal mailings.
    pub seasonal_emails_enabled: bool,
    /// Anything else.
    pub notes: String,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A contract.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Contract)]
pub struct ContractObject {
    /// Its key.
    #[schema(value_type = uuid::Uuid)]
    pub id: Id,
    /// The key of the company that signed it.
    #[schema(value_type = uuid::Uuid)]
    pub company: Id,
    /// What that is called.
    pub company_name: String,
    /// Its number; unique.
    pub contract_number: String,
    /// For how long it runs.
    #[schema(example = "Annual")]
    pub contract_type: String,
    /// What was bought.
    pub service_type: String,
    /// Where it stands.
    #[schema(example = "Active")]
    pub status: String,
    /// Its first day.
    #[schema(format = Date)]
    pub start_date: String,
    /// Its last day.
    #[schema(format = Date)]
    pub end_date: String,
    /// What it is worth in all, in its currency.
    #[schema(example = "12500.00")]
    pub value: String,
    /// The currency's three letters.
    #[schema(example = "USD")]
    pub currency: String,
    /// Whether it renews itself.
    pub auto_renew: bool,
    /// Whether it counts.
    pub is_active: bool,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// Contacts, in their order.
pub fn contacts(connection: &mut AnyConnection, actor: &Actor, rows: &[contact::Row]) -> Result<Vec<ContactObject>> {
    let keys: Vec<Id> = rows.iter().map(|row| row.contact.id).collect();
    let mail = if actor.is_shared { crm_mail::list(connection, &keys)? } else { HashMap::new() };
    Ok(rows.iter().map(|row| contact(row, mail.get(&row.contact.id).copied().unwrap_or_default())).collect())
}

fn contact(row: &contact::Row, mail: CrmMail) -> ContactObject {
    let contact = row.contact.clone();
    ContactObject {
        id: contact.id,
        company: contact.company_id,
        company_name: row.company_name.clone(),
        name: contact.name,
        email: contact.email,
        phone: contact.phone,
        mobile: contact.mobile,
        title: contact.title,
        department: contact.department,
        contact_type: contact.contact_type,
        is_primary: contact.is_primary,
        is_active: contact.is_active,
        preferred_contact_method: contact.preferred_contact_method,
        linkedin_url: contact.linkedin_url,
        notes: contact.notes,
        last_contacted: contact.last_contacted.map(|time| time.to_string()),
        receives_notifications: contact.receives_notifications,
        receives_renewal_emails: contact.receives_renewal_emails,
        receives_seasonal_emails: contact.receives_seasonal_emails,
        receives_payment_emails: contact.receives_payment_emails,
        receives_quarterly_emails: contact.receives_quarterly_emails,
        receives_soundtrack_alerts: mail.receives_soundtrack_alerts,
        receives_quote_emails: mail.receives_quote_emails,
        receives_contract_emails: mail.receives_contract_emails,
        receives_invoice_emails: mail.receives_invoice_emails,
        created_at: contact.created_at.to_string(),
        updated_at: contact.updated_at.to_string(),
    }
}

impl From<Company> for CompanyObject {
    fn from(company: Company) -> Self {
        Self {
            id: company.id,
            name: company.name,
            legal_entity_name: company.legal_entity_name,
            country: company.country,
            city: company.city,
            state: company.state,
            address_line1: company.address_line1,
            address_line2: company.address_line2,
            postal_code: company.postal_code,
            industry: company.industry,
            website: company.website,
            phone: company.phone,
            email: company.email,
            location_count: company.location_count,
            music_zone_count: company.music_zone_count,
            current_plan: company.current_plan,
            billing_entity: company.billing_entity,
            parent_company: company.parent_company_id,
            is_corporate_parent: company.is_corporate_parent,
            is_active: company.is_active,
            seasonal_emails_enabled: company.seasonal_emails_enabled,
            notes: company.notes,
            created_at: company.created_at.to_string(),
            updated_at: company.updated_at.to_string(),
        }
    }
}

impl From<contract::Row> for ContractObject {
    fn from(contract::Row { contract, company_name }: contract::Row) -> Self {
        Self {
            id: contract.id,
            company: contract.company_id,
            company_name,
            contract_number: contract.contract_number,
            contract_type: contract.contract_type,
            service_type: contract.service_type,
            status: contract.status,
            start_date: contract.start_date.to_string(),
            end_date: contract.end_date.to_string(),
            value: contract.value.to_string(),
            currency: contract.currency,
            auto_renew: contract.auto_renew,
            is_active: contract.is_active,
            created_at: contract.created_at.to_string(),
            updated_at: contract.updated_at.to_string(),
        }
    }
}
