//! Puts a generated world into a database, through the product's own models.

use bigdecimal::ToPrimitive;
use customer_segments::customers::company::Company;
use customer_segments::customers::contact::{self, Contact};
use customer_segments::customers::contract::Contract;
use customer_segments::db::schema::{crm_app_company, crm_app_contract};
use customer_segments::db::{Db, Id, Money, Time};
use diesel::prelude::*;

use super::evaluator::{self, World};

/// Stores every row of `world`.
pub(crate) fn store(db: &Db, world: &World) {
    db.write_unhurried(|connection| {
        for company in &world.companies {
            diesel::insert_into(crm_app_company::table).values(company_row(company)).execute(connection)?;
        }
        contact::insert(connection, &world.contacts.iter().map(contact_row).collect::<Vec<_>>())?;
        for contract in &world.contracts {
            diesel::insert_into(crm_app_contract::table).values(contract_row(contract)).execute(connection)?;
        }
        Ok(())
    })
    .expect("the world is stored");
}

fn company_row(company: &evaluator::Company) -> Company {
    let company = company.clone();
    Company {
        id: Id(company.id),
        name: company.name,
        legal_entity_name: company.legal_entity_name,
        country: company.country,
        city: company.city,
        state: company.state,
        address_line1: String::new(),
        address_line2: String::new(),
        postal_code: String::new(),
        industry: company.industry,
        website: company.website,
        phone: company.phone,
        email: company.email,
        location_count: company.location_count,
        music_zone_count: company.music_zone_count,
        current_plan: company.current_plan,
        billing_entity: company.billing_entity,
        parent_company_id: None,
        is_corporate_parent: company.is_corporate_parent,
        is_active: company.is_active,
        seasonal_emails_enabled: company.seasonal_emails_enabled,
        notes: String::new(),
        created_at: Time(company.created_at),
        updated_at: Time(company.updated_at),
    }
}

fn contact_row(contact: &evaluator::Contact) -> Contact {
    let contact = contact.clone();
    Contact {
        id: Id(contact.id),
        company_id: Id(contact.company_id),
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
        preferred_language: contact.preferred_language,
        linkedin_url: String::new(),
        receives_notifications: contact.receives_notifications,
        receives_renewal_emails: contact.receives_renewal_emails,
        receives_seasonal_emails: contact.receives_seasonal_emails,
        receives_payment_emails: contact.receives_payment_emails,
        receives_quarterly_emails: contact.receives_quarterly_emails,
        unsubscribed: contact.unsubscribed,
        last_contacted: contact.last_contacted.map(Time),
        notes: String::new(),
        created_at: Time(contact.created_at),
        updated_at: Time(contact.updated_at),
    }
}

fn contract_row(contract: &evaluator::Contract) -> Contract {
    let contract = contract.clone();
    Contract {
        id: Id(contract.id),
        company_id: Id(contract.company_id),
        contract_number: contract.contract_number,
        contract_type: contract.contract_type,
        service_type: contract.service_type,
        status: contract.status,
        start_date: contract.start_date,
        end_date: contract.end_date,
        value: Money((contract.value * bigdecimal::BigDecimal::from(100)).to_i64().expect("an amount of two decimals")),
        currency: contract.currency,
        auto_renew: contract.auto_renew,
        is_active: contract.is_active,
        created_at: Time(contract.created_at),
        updated_at: Time(contract.updated_at),
    }
}
