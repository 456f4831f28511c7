//! Counts rows whose text is not in NFC, for `check`.
//!
//! The program brings everything it stores to NFC; the CRM, sharing the database, may not. Read in pages by key, so that a
//! million rows need no more memory than a page.

use diesel::prelude::*;
use unicode_normalization::is_nfc;

use crate::db::schema::{
    crm_app_company as company, crm_app_contact as contact, crm_app_contract as contract, crm_app_customersegment as segment,
};
use crate::db::{AnyConnection, Id};
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
        address_line1, address_line2, billing_entity, city, country, current_plan, industry, legal_entity_name, name, notes, state,
    };
    let named = name.concat(GAP).concat(legal_entity_name).concat(GAP).concat(industry).concat(GAP).concat(notes);
    let place =
        country.concat(GAP).concat(city).concat(GAP).concat(state).concat(GAP).concat(address_line1).concat(GAP).concat(address_line2);
    let texts = named.concat(GAP).concat(place).concat(GAP).concat(current_plan).concat(GAP).concat(billing_entity);
    company::table.filter(company::id.gt(after)).order(company::id).limit(PAGE).select((company::id, texts)).load(connection)
}

fn contacts(connection: &mut AnyConnection, after: Id) -> QueryResult<Vec<(Id, String)>> {
    use contact::{department, email, name, notes, title};
    let texts = name.concat(GAP).concat(email).concat(GAP).concat(title).concat(GAP).concat(department).concat(GAP).concat(notes);
    contact::table.filter(contact::id.gt(after)).order(contact::id).limit(PAGE).select((contact::id, texts)).load(connection)
}

fn contracts(connection: &mut AnyConnection, after: Id) -> QueryResult<Vec<(Id, String)>> {
    let texts = contract::contract_number.concat(GAP).concat(contract::service_type);
    contract::table.filter(contract::id.gt(after)).order(contract::id).limit(PAGE).select((contract::id, texts)).load(connection)
}

fn segments(connection: &mut AnyConnection, after: Id) -> QueryResult<Vec<(Id, String)>> {
    let texts = segment::name.concat(GAP).concat(segment::description).concat(GAP).concat(segment::tags);
    segment::table.filter(segment::id.gt(after)).order(segment::id).limit(PAGE).select((segment::id, texts)).load(connection)
}
