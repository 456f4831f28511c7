//! That the generator makes what it promises: the same for the same seed, valid where it says valid, wrong where wrong, and worth comparing.

use std::collections::HashSet;

use chrono_tz::Tz;
use unicode_normalization::is_nfc;

use super::{Rng, document, documents, mistakes, world};
use crate::support::evaluator::{World, members};

const BANGKOK: Tz = Tz::Asia__Bangkok;

fn texts(world: &World) -> Vec<&str> {
    let companies = world.companies.iter().flat_map(|row| {
        [
            &row.name,
            &row.legal_entity_name,
            &row.country,
            &row.city,
            &row.state,
            &row.industry,
            &row.current_plan,
            &row.website,
            &row.phone,
            &row.email,
        ]
    });
    let contacts = world.contacts.iter().flat_map(|row| {
        [&row.name, &row.email, &row.phone, &row.mobile, &row.title, &row.department, &row.contact_type, &row.preferred_language]
    });
    let agreements = world.contracts.iter().flat_map(|row| [&row.contract_number, &row.status, &row.service_type, &row.currency]);
    companies.chain(contacts).chain(agreements).map(String::as_str).collect()
}

#[test]
fn the_same_seed_makes_the_same_world_and_documents() {
    assert_eq!(format!("{:?}", world(7, 30)), format!("{:?}", world(7, 30)));
    assert_ne!(format!("{:?}", world(7, 30)), format!("{:?}", world(8, 30)));
    assert_eq!(document(&mut Rng::new(7)), document(&mut Rng::new(7)));
}

#[test]
fn stored_texts_are_composed_fit_their_columns_and_have_no_nul() {
    let world = world(1, 300);
    assert!(texts(&world).iter().all(|text| is_nfc(text) && !text.contains('\0')));
    let longest = |texts: Vec<&String>| texts.iter().map(|text| text.chars().count()).max();
    assert!(longest(world.contacts.iter().flat_map(|row| [&row.phone, &row.mobile, &row.contact_type]).collect()) <= Some(20));
    assert!(longest(world.contacts.iter().map(|row| &row.preferred_language).collect()) <= Some(2));
    assert!(longest(world.contracts.iter().map(|row| &row.currency).collect()) <= Some(3));
    assert!(longest(world.contracts.iter().flat_map(|row| [&row.status, &row.contract_type]).collect()) <= Some(20));
    assert!(longest(world.contracts.iter().flat_map(|row| [&row.contract_number, &row.service_type]).collect()) <= Some(50));
    assert!(longest(world.companies.iter().flat_map(|row| [&row.industry, &row.billing_entity, &row.phone]).collect()) <= Some(50));
}

#[test]
fn what_is_unique_in_the_schema_is_unique() {
    let world = world(2, 300);
    let mut seen = HashSet::new();
    assert!(world.companies.iter().all(|row| seen.insert(row.name.to_lowercase())));
    seen.clear();
    assert!(world.contracts.iter().all(|row| seen.insert(row.contract_number.to_lowercase())));
    seen.clear();
    assert!(world.contacts.iter().filter(|row| !row.email.is_empty()).all(|row| seen.insert(format!("{} {}", row.company_id, row.email))));
}

#[test]
fn a_world_has_companies_with_no_contract_and_with_several() {
    let world = world(3, 60);
    let contracts = |company| world.contracts.iter().filter(|contract| contract.company_id == company).count();
    assert!(world.companies.iter().any(|company| contracts(company.id) == 0));
    assert!(world.companies.iter().any(|company| contracts(company.id) > 2));
    assert!(world.contacts.iter().any(|row| row.last_contacted.is_none()) && world.contacts.iter().any(|row| row.unsubscribed));
    assert!(world.contacts.iter().any(|row| !row.is_active));
}

#[test]
fn valid_documents_are_valid_in_every_zone_and_wrong_ones_wrong() {
    let world = world(4, 3);
    let mut rng = Rng::new(4);
    for _ in 0..2_000 {
        let (good, bad) = (documents::valid(&mut rng), mistakes::wrong(&mut rng));
        for zone in [BANGKOK, Tz::Pacific__Kiritimati, Tz::America__Sao_Paulo] {
            assert!(members(&world, &good, zone).is_ok(), "{good}: {:?}", members(&world, &good, zone));
        }
        assert!(members(&world, &bad, BANGKOK).is_err(), "{bad}");
    }
}

#[test]
fn about_four_of_five_documents_are_valid_and_many_select_some_but_not_all() {
    let world = world(5, 60);
    let everybody = world.contacts.iter().filter(|row| row.is_active && !row.unsubscribed).count();
    let mut rng = Rng::new(5);
    let results: Vec<_> = (0..1_000).map(|_| members(&world, &document(&mut rng), BANGKOK)).collect();
    let valid = results.iter().filter(|result| result.is_ok()).count();
    let telling = results.iter().flatten().filter(|members| !members.is_empty() && members.len() < everybody).count();
    assert!((750..=850).contains(&valid), "{valid} of 1000 are valid");
    assert!(telling * 2 > valid, "{telling} of {valid} select some but not all");
}

#[test]
fn documents_survive_being_written_and_read() {
    let mut rng = Rng::new(6);
    for _ in 0..500 {
        let document = document(&mut rng);
        let Ok(read) = serde_json::from_str::<serde_json::Value>(&document.to_string()) else { panic!("{document}") };
        assert_eq!(read, document);
    }
}
