//! Puts a generated world into a database, through the product's own models.

use bigdecimal::ToPrimitive;
use chrono::DateTime;
use chrono_tz::Tz;
use customer_segments::accounts::Actor;
use customer_segments::clock::Clock;
use customer_segments::customers::company::Company;
use customer_segments::customers::contact::{self, Contact};
use customer_segments::customers::contract::Contract;
use customer_segments::db::schema::{
    crm_app_company, crm_app_contract, crm_app_customersegment, crm_app_customersegment_static_companies as listed_companies,
    crm_app_customersegment_static_contacts as listed_contacts,
};
use customer_segments::db::{Db, Id, Json, Money, Time};
use customer_segments::segments;
use customer_segments::segments::listed::{CONTACTS, How, Stamp};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::evaluator::{self, Segment, Segments, World};

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

/// Stores these segments, and what they list.
pub(crate) fn store_segments(db: &Db, segments: &Segments) {
    db.write_unhurried(|connection| {
        for (&id, stored) in segments {
            diesel::insert_into(crm_app_customersegment::table).values(segment_row(id, stored)).execute(connection)?;
            let Segment::Static(listed) = stored else { continue };
            for &contact in &listed.contacts {
                let row = (listed_contacts::customersegment_id.eq(Id(id)), listed_contacts::contact_id.eq(Id(contact)));
                diesel::insert_into(listed_contacts::table).values(row).execute(connection)?;
            }
            for &company in &listed.companies {
                let row = (listed_companies::customersegment_id.eq(Id(id)), listed_companies::company_id.eq(Id(company)));
                diesel::insert_into(listed_companies::table).values(row).execute(connection)?;
            }
            let never = CONTACTS.among(&listed.excluded.iter().copied().map(Id).collect::<Vec<_>>());
            CONTACTS.bar(connection, Id(id), &never, &Stamp::new(&Actor::system("test", false), &long_ago(), How::Picker))?;
        }
        Ok(())
    })
    .expect("the segments are stored");
}

fn long_ago() -> Clock {
    Clock::fixed(DateTime::UNIX_EPOCH, Tz::UTC)
}

fn segment_row(id: Uuid, stored: &Segment) -> segments::Segment {
    let (kind, criteria) = match stored {
        Segment::Static(_) => ("static", json!({})),
        Segment::Dynamic(document) => ("dynamic", document.clone()),
        Segment::Broken => ("dynamic", json!({"rules": "broken"})),
    };
    let long_ago = Time(long_ago().now());
    segments::Segment {
        id: Id(id),
        created_at: long_ago,
        updated_at: long_ago,
        name: id.to_string(),
        description: String::new(),
        segment_type: kind.into(),
        status: "active".into(),
        filter_criteria: Json(criteria),
        member_count: 0,
        last_calculated_at: None,
        tags: String::new(),
        last_used_at: None,
        times_used: 0,
        created_by_id: None,
    }
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
