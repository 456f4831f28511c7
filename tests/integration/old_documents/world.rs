//! The small world of the cases: five companies, and of each a contact that is named by a letter.
//!
//! | | contact | company | contracts |
//! |---|---|---|---|
//! | A | Ann, Manager, primary | Alpha Hotel, Thailand, 1 location | A1 Active THB 150,000 Music · A2 Expired USD 1,000 without service |
//! | B | Bob, without title, last contacted | Beta Bar, Laos, 5 locations | B1 Cancelled THB 12,345.60 · B2 Active THB 500 |
//! | Z | Zoë Nguyễn, General Manager | Gamma Grill, Thailand, 4 locations | G1 Active USD 100,000 · G2 Cancelled USD 10 |
//! | D | Dee, manager, last contacted | Delta Palace, inactive, without country, 3 locations | none |
//! | E | Eve, Straße | Epsilon Mall, Vietnam, 10 locations | E1 Draft USD 1,000 without service |
//!
//! Two more of Alpha's are like Ann, but inactive (I) and unsubscribed (U).

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::support::evaluator::{Company, Contact, Contract, World};

/// The letters of contacts, in the order in which cases write them.
const LETTERS: &str = "ABZDEIU";

/// The letters of these keys, in order; "?" for one that is none of ours.
pub(super) fn letters(ids: &[Value]) -> String {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_str().unwrap().parse().unwrap()).collect();
    let known: String = LETTERS.chars().filter(|letter| ids.contains(&key('p', *letter))).collect();
    if known.chars().count() == ids.len() { known } else { format!("{known}?") }
}

/// The key of a company (c) or person (p).
pub(super) fn key(kind: char, letter: char) -> Uuid {
    Uuid::from_u128((u128::from(u32::from(kind)) << 64) | u128::from(u32::from(letter)))
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn world() -> World {
    World { companies: companies(), contacts: contacts(), contracts: contracts() }
}

fn companies() -> Vec<Company> {
    let company =
        |letter, name: &str, (country, industry, plan): (&str, &str, &str), (city, state): (&str, &str), location_count| Company {
            id: key('c', letter),
            name: name.into(),
            country: country.into(),
            industry: industry.into(),
            current_plan: plan.into(),
            city: city.into(),
            state: state.into(),
            location_count,
            is_active: letter != 'D',
            created_at: moment("2026-01-01T00:00:00Z"),
            updated_at: moment("2026-01-01T00:00:00Z"),
            ..Company::default()
        };
    vec![
        company('A', "Alpha Hotel", ("Thailand", "Hotels", "Gold"), ("Bangkok", "IŞIK"), 1),
        company('B', "Beta Bar", ("Laos", "Bars", ""), ("Vientiane", "ışık"), 5),
        company('Z', "Gamma Grill", ("Thailand", "Restaurants", "Música"), ("Phuket", "İzmir"), 4),
        company('D', "Delta Palace", ("", "Hotels", "Gold"), ("Σίσυφος", "izmir"), 3),
        company('E', "Epsilon Mall", ("Vietnam", "Malls", "   "), ("Hanoi", ""), 10),
    ]
}

fn contacts() -> Vec<Contact> {
    let contact = |letter, company, name: &str, title: &str, department: &str| Contact {
        id: key('p', letter),
        company_id: key('c', company),
        name: name.into(),
        title: title.into(),
        department: department.into(),
        contact_type: "Other".into(),
        preferred_contact_method: "Email".into(),
        preferred_language: "en".into(),
        is_active: true,
        is_primary: letter == 'A',
        receives_notifications: letter != 'B',
        created_at: moment("2026-01-01T00:00:00Z"),
        updated_at: moment("2026-01-01T00:00:00Z"),
        ..Contact::default()
    };
    let contacted = |contact: Contact, at: &str| Contact { last_contacted: Some(moment(at)), ..contact };
    vec![
        contact('A', 'A', "Ann", "Manager", "Sales"),
        contacted(contact('B', 'B', "Bob", "", "100% fun"), "2026-07-01T05:00:00Z"),
        contact('Z', 'Z', "Zoë Nguyễn", "General Manager", "a_b"),
        contacted(contact('D', 'D', "Dee", "manager", "back\\slash"), "2026-08-01T05:00:00Z"),
        contact('E', 'E', "Eve", "Straße", "O'Hara \"x\""),
        Contact { is_active: false, ..contact('I', 'A', "Ann", "Manager", "Sales") },
        Contact { unsubscribed: true, ..contact('U', 'A', "Ann", "Manager", "Sales") },
    ]
}

fn contracts() -> Vec<Contract> {
    let contract =
        |number: &str, letter, (status, currency, value): (&str, &str, &str), service: &str, (start, end): (&str, &str)| Contract {
            id: Uuid::from_u128(u128::from_be_bytes(format!("{number:>16}").into_bytes().try_into().unwrap())),
            company_id: key('c', letter),
            contract_number: number.into(),
            status: status.into(),
            contract_type: "Annual".into(),
            service_type: service.into(),
            value: value.parse().unwrap(),
            currency: currency.into(),
            start_date: day(start),
            end_date: day(end),
            auto_renew: status == "Active",
            is_active: matches!(status, "Active" | "Draft"),
            created_at: moment("2026-01-01T00:00:00Z"),
            updated_at: moment("2026-01-01T00:00:00Z"),
        };
    vec![
        contract("A1", 'A', ("Active", "THB", "150000.00"), "Music", ("2026-01-01", "2026-12-31")),
        contract("A2", 'A', ("Expired", "USD", "1000.00"), "", ("2025-07-02", "2026-07-01")),
        contract("B1", 'B', ("Cancelled", "THB", "12345.60"), "Music", ("2025-07-01", "2026-06-30")),
        contract("B2", 'B', ("Active", "THB", "500.00"), "Music", ("2026-02-01", "2027-01-31")),
        contract("G1", 'Z', ("Active", "USD", "100000.00"), "Music", ("2025-12-01", "2026-11-30")),
        contract("G2", 'Z', ("Cancelled", "USD", "10.00"), "Music", ("2025-04-01", "2026-03-31")),
        contract("E1", 'E', ("Draft", "USD", "1000.00"), "", ("2025-12-16", "2026-12-15")),
    ]
}
