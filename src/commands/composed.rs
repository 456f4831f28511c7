//! Counts rows whose text is not in NFC, for `check`.
//!
//! The program brings everything it stores to NFC; the CRM, sharing the database, may not. Read in pages by key, so that a
//! million rows need no more memory than a page.

use diesel::prelude::*;
use unicode_normalization::is_nfc;

use crate::db::schema::{
    crm_app_company as company, crm_app_contact as contact, crm_app_contract as contract, crm_app_customersegment as segment,
};
use crate::db::{AnyConnection, Id, Json};
use crate::error::Result;

/// Rows read at once.
const PAGE: i64 = 10_000;
/// Between two texts, so that the end of one cannot compose with the beginning of the next.
const GAP: &str = "\n";

/// Rows with their texts, the first after a key.
type Page = fn(&mut AnyConnection, Id) -> QueryResult<Vec<(Id, String)>>;

/// How many companies, contacts, contracts and segments have text that is not in NFC; those without any are left out.
pub(super) fn count_others(connection: &mut AnyConnection) -> Result<Vec<(&'static str, u64)>> {
    let models: [(&str, Page); 4] = [("companies", companies), ("contacts", contacts), ("contracts", contracts), ("segments", segments)];
    let mut counts = Vec::new();
    for (name, page) in models {
        let mut count = 0;
        let mut after = Id(uuid::Uuid::nil());
        loop {
            let rows = page(connection, after)?;
            count += rows.iter().map(|(_, text)| u64::from(!is_nfc(text))).sum::<u64>();
            match rows.last() {
                Some((last, _)) => after = *last,
                None => break,
            }
        }
        counts.push((name, count));
    }
    counts.retain(|(_, count)| *count > 0);
    Ok(counts)
}

fn companies(connection: &mut AnyConnection, after: Id) -> QueryResult<Vec<(Id, String)>> {
    use company::{
        address_line1, address_line2, billing_entity, city, country, current_plan, email, industry, legal_entity_name, name, notes, phone,
        postal_code, state, website,
    };
    let named = name.concat(GAP).concat(legal_entity_name).concat(GAP).concat(industry).concat(GAP).concat(notes);
    let place = country.concat(GAP).concat(city).concat(GAP).concat(state).concat(GAP).concat(postal_code);
    let street = address_line1.concat(GAP).concat(address_line2).concat(GAP).concat(current_plan).concat(GAP).concat(billing_entity);
    let reached = website.concat(GAP).concat(phone).concat(GAP).concat(email);
    let texts = named.concat(GAP).concat(place).concat(GAP).concat(street).concat(GAP).concat(reached);
    company::table.filter(company::id.gt(after)).order(company::id).limit(PAGE).select((company::id, texts)).load(connection)
}

fn contacts(connection: &mut AnyConnection, after: Id) -> QueryResult<Vec<(Id, String)>> {
    use contact::{
        contact_type, department, email, linkedin_url, mobile, name, notes, phone, preferred_contact_method, preferred_language, title,
    };
    let named = name.concat(GAP).concat(title).concat(GAP).concat(department).concat(GAP).concat(contact_type).concat(GAP).concat(notes);
    let reached = email.concat(GAP).concat(phone).concat(GAP).concat(mobile).concat(GAP).concat(linkedin_url);
    let texts = named.concat(GAP).concat(reached).concat(GAP).concat(preferred_contact_method).concat(GAP).concat(preferred_language);
    contact::table.filter(contact::id.gt(after)).order(contact::id).limit(PAGE).select((contact::id, texts)).load(connection)
}

fn contracts(connection: &mut AnyConnection, after: Id) -> QueryResult<Vec<(Id, String)>> {
    use contract::{contract_number, contract_type, currency, service_type, status};
    let kinds = contract_type.concat(GAP).concat(service_type).concat(GAP).concat(status).concat(GAP).concat(currency);
    let texts = contract_number.concat(GAP).concat(kinds);
    contract::table.filter(contract::id.gt(after)).order(contract::id).limit(PAGE).select((contract::id, texts)).load(connection)
}

/// With the criteria, whose values are text too; as JSON is written, letters stand in it as they are stored.
fn segments(connection: &mut AnyConnection, after: Id) -> QueryResult<Vec<(Id, String)>> {
    use segment::{description, filter_criteria, name, segment_type, status, tags};
    let texts = name.concat(GAP).concat(description).concat(GAP).concat(tags).concat(GAP).concat(segment_type).concat(GAP).concat(status);
    let rows = segment::table.filter(segment::id.gt(after)).order(segment::id).limit(PAGE);
    let rows: Vec<(Id, String, Json)> = rows.select((segment::id, texts, filter_criteria)).load(connection)?;
    Ok(rows.into_iter().map(|(id, texts, Json(criteria))| (id, format!("{texts}{GAP}{criteria}"))).collect())
}
