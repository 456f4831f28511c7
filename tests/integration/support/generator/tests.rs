//! That the generator makes what it promises: the same for the same seed, valid where it says valid, wrong where wrong, and worth comparing.

use std::collections::HashSet;

use chrono_tz::Tz;
use serde_json::json;
use unicode_normalization::is_nfc;

use super::{Nodes, Pool, Rng, document, document_with, documents, mistakes, pool, pools, world, world_near};
use crate::support::evaluator::{Calendar, RELATIVE_OPERATORS, World, members, members_on};

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
        let (good, bad) = (documents::valid(&mut rng, Nodes::default()), mistakes::wrong(&mut rng, Nodes::default()));
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

/// Everything switched on, on a day where months, quarters and years turn.
fn with_everything(test: impl Fn(&World, Nodes<'_>, &Pool, Calendar)) {
    for (seed, today) in [(1, "2026-11-22"), (2, "2024-02-29"), (3, "2026-12-31"), (4, "2026-03-29")] {
        let calendar = Calendar { zone: BANGKOK, today: pools::day(today) };
        let world = world_near(seed, 60, calendar);
        let plain = Nodes { groups: true, related: true, relative: true, segments: None };
        let pool = pool(seed, &world, plain);
        test(&world, Nodes { segments: Some(&pool), ..plain }, &pool, calendar);
    }
}

#[test]
fn good_segments_are_good_and_bad_ones_bad() {
    with_everything(|world, _, pool, calendar| {
        let naming = |id| json!({"rules": [{"field": "segment", "operator": "in_segment", "value": id}]});
        for id in &pool.good {
            assert!(members_on(world, &naming(id), calendar, &pool.segments).is_ok(), "{:?}", pool.segments[id]);
        }
        for id in &pool.bad {
            assert!(members_on(world, &naming(id), calendar, &pool.segments).is_err(), "{:?}", pool.segments[id]);
        }
    });
}

#[test]
fn with_every_node_valid_documents_are_valid_and_wrong_ones_wrong() {
    with_everything(|world, with, pool, calendar| {
        let mut rng = Rng::new(4);
        for zone in [BANGKOK, Tz::Pacific__Kiritimati, Tz::America__Sao_Paulo] {
            for _ in 0..300 {
                let (good, bad) = (documents::valid(&mut rng, with), mistakes::wrong(&mut rng, with));
                let calendar = Calendar { zone, ..calendar };
                let found = members_on(world, &good, calendar, &pool.segments);
                assert!(found.is_ok(), "{good}: {found:?}");
                assert!(members_on(world, &bad, calendar, &pool.segments).is_err(), "{bad}");
            }
        }
    });
}

#[test]
fn with_every_node_many_documents_select_some_but_not_all_and_every_node_comes() {
    with_everything(|world, with, pool, calendar| {
        let everybody = world.contacts.iter().filter(|row| row.is_active && !row.unsubscribed).count();
        let mut rng = Rng::new(9);
        let documents: Vec<_> = (0..1_000).map(|_| document_with(&mut rng, with)).collect();
        let results: Vec<_> = documents.iter().map(|document| members_on(world, document, calendar, &pool.segments)).collect();
        let valid = results.iter().filter(|result| result.is_ok()).count();
        let telling = results.iter().flatten().filter(|members| !members.is_empty() && members.len() < everybody).count();
        assert!((750..=850).contains(&valid), "{valid} of 1000 are valid");
        assert!(telling * 5 > valid * 2, "{telling} of {valid} select some but not all");
        let good: Vec<String> =
            documents.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(one, _)| one.to_string()).collect();
        let operators = RELATIVE_OPERATORS.iter().map(|(name, _)| *name);
        for word in
            ["none", "relation", "count", "sum", "in_segment", "not_in_segment", "months", "this_quarter"].into_iter().chain(operators)
        {
            let number = good.iter().filter(|document| document.contains(&format!("\"{word}\""))).count();
            assert!(number >= 5, "{word} comes {number} times");
        }
    });
}

/// Whatever is switched off does not come.
#[test]
fn each_node_comes_only_where_it_is_switched_on() {
    let mut rng = Rng::new(12);
    let only = [
        (Nodes { groups: true, ..Nodes::default() }, vec!["\"relation\"", "in_segment", "amount", "is_within"]),
        (Nodes { related: true, ..Nodes::default() }, vec!["in_segment", "amount\"", "is_within"]),
        (Nodes { relative: true, ..Nodes::default() }, vec!["\"relation\"", "in_segment"]),
    ];
    for (with, never) in only {
        for _ in 0..500 {
            let document = documents::valid(&mut rng, with).to_string();
            assert!(never.iter().all(|word| !document.contains(word)), "{document}");
            assert!(with.groups || with.related || document.matches("\"rules\"").count() == 1, "{document}");
        }
    }
}
