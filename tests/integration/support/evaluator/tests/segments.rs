//! Rules on segments: live membership, and segments that break whoever names them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{BANGKOK, all, day, of, one};
use crate::support::evaluator::{Calendar, Listed, Segment, Segments, World, members_on};

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn rule(operator: &str, target: u128) -> Value {
    json!({"field": "segment", "operator": operator, "value": id(target)})
}

fn naming(target: u128) -> Segment {
    Segment::Dynamic(all(&[rule("in_segment", target)]))
}

fn evaluated(world: &World, segments: &Segments, node: &Value) -> Result<bool, Vec<String>> {
    let calendar = Calendar { zone: BANGKOK, today: day("2026-11-22") };
    match members_on(world, &all(std::slice::from_ref(node)), calendar, segments) {
        Ok(members) => Ok(!members.is_empty()),
        Err(errors) => Err(errors.into_iter().map(|(pointer, _)| pointer).collect()),
    }
}

fn refused(segments: &Segments, node: &Value) -> Vec<String> {
    match evaluated(&one(), segments, node) {
        Ok(truth) => panic!("{node} is {truth}"),
        Err(places) => places,
    }
}

/// Whether the one contact is in the segment; `not_in_segment` must say the opposite.
fn is_in(world: &World, segment: Segment) -> bool {
    let segments = Segments::from([(id(9), segment)]);
    let inside = evaluated(world, &segments, &rule("in_segment", 9));
    assert_eq!(evaluated(world, &segments, &rule("not_in_segment", 9)).map(|outside| !outside), inside);
    inside == Ok(true)
}

#[test]
fn a_static_segment_has_its_contacts_and_those_of_its_companies_but_the_excluded() {
    let world = one();
    let (company, contact) = (world.companies[0].id, world.contacts[0].id);
    let listed = |contacts: &[Uuid], companies: &[Uuid], excluded: &[Uuid]| {
        let [contacts, companies, excluded] = [contacts, companies, excluded].map(<[Uuid]>::to_vec);
        is_in(&world, Segment::Static(Listed { contacts, companies, excluded }))
    };
    assert!(!listed(&[], &[], &[]), "nobody is a valid list");
    assert!(listed(&[contact], &[], &[]));
    assert!(listed(&[], &[company], &[]));
    assert!(!listed(&[], &[company], &[contact]));
    assert!(!listed(&[id(7)], &[id(8)], &[]));
}

#[test]
fn a_dynamic_segment_is_evaluated_now_and_in_its_own_entity() {
    let mut world = one();
    world.companies[0].city = "Bangkok".to_owned();
    let of_companies = json!({"entity": "company", "rules": [of("city", "equals", "Bangkok")]});
    assert!(is_in(&world, Segment::Dynamic(of_companies.clone())));
    world.companies[0].city = "Paris".to_owned();
    assert!(!is_in(&world, Segment::Dynamic(of_companies)));
    let today = json!({"rules": [{"field": "created_at", "operator": "is_within", "value": "today"}]});
    assert!(!is_in(&world, Segment::Dynamic(today.clone())));
    world.contacts[0].created_at = super::moment("2026-11-22T12:00:00+07:00");
    assert!(is_in(&world, Segment::Dynamic(today)));
}

#[test]
fn only_those_who_may_be_members_are_in_or_not_in_a_segment() {
    let mut world = one();
    world.contacts[0].unsubscribed = true;
    let segments = Segments::from([(id(9), Segment::Static(Listed::default()))]);
    assert_eq!(evaluated(&world, &segments, &rule("not_in_segment", 9)), Ok(false));
}

#[test]
fn a_company_document_may_ask_for_segments_of_contacts() {
    let mut world = one();
    world.contacts.push(crate::support::evaluator::Contact { id: id(3), ..world.contacts[0].clone() });
    let segments = Segments::from([(id(9), Segment::Static(Listed { contacts: vec![id(3)], ..Listed::default() }))]);
    let document = json!({"entity": "company", "rules": [rule("in_segment", 9)]});
    let calendar = Calendar { zone: BANGKOK, today: day("2026-11-22") };
    assert_eq!(members_on(&world, &document, calendar, &segments), Ok([id(3)].into()), "the contact, not the whole company");
}

#[test]
fn missing_and_broken_segments_break_whoever_names_them() {
    let place = ["/rules/0/value"];
    let segments = Segments::from([
        (id(1), Segment::Broken),
        (id(2), Segment::Dynamic(json!({}))),
        (id(3), Segment::Dynamic(all(&[of("nonsense", "equals", "x")]))),
        (id(4), naming(3)),
        (id(5), naming(99)),
    ]);
    for target in [1, 2, 3, 4, 5, 99] {
        for operator in ["in_segment", "not_in_segment"] {
            assert_eq!(refused(&segments, &rule(operator, target)), place, "{operator} {target}");
        }
    }
    let nested = json!({"match_type": "none", "rules": [of("title", "is_empty", ""), rule("in_segment", 99)]});
    assert_eq!(refused(&segments, &nested), ["/rules/0/rules/1/value"]);
}

#[test]
fn a_circle_is_an_error_and_a_diamond_is_none() {
    let everybody = Segment::Dynamic(all(&[of("title", "is_empty", "")]));
    let both = Segment::Dynamic(all(&[rule("in_segment", 5), rule("in_segment", 6)]));
    let segments = Segments::from([
        (id(1), naming(1)),
        (id(2), naming(3)),
        (id(3), naming(2)),
        (id(4), both),
        (id(5), naming(7)),
        (id(6), naming(7)),
        (id(7), everybody),
        (id(8), naming(2)),
    ]);
    for target in [1, 2, 3, 8] {
        assert_eq!(refused(&segments, &rule("in_segment", target)), ["/rules/0/value"], "{target}");
    }
    assert_eq!(evaluated(&one(), &segments, &rule("in_segment", 4)), Ok(true));
}

/// 1 names 2, 2 names 3 …, and the last one lists nobody.
#[test]
fn a_chain_has_at_most_five_segments() {
    let chain = |length: u128| {
        let mut segments: Segments = (1..length).map(|number| (id(number), naming(number + 1))).collect();
        segments.insert(id(length), Segment::Static(Listed::default()));
        segments
    };
    assert_eq!(evaluated(&one(), &chain(5), &rule("in_segment", 1)), Ok(false));
    assert_eq!(refused(&chain(6), &rule("in_segment", 1)), ["/rules/0/value"]);
}

#[test]
fn mistakes_in_rules_on_segments_have_their_places() {
    let segments = Segments::from([(id(9), Segment::Static(Listed::default()))]);
    for (node, place) in [
        (json!({"field": "title", "operator": "in_segment", "value": id(9)}), "operator"),
        (json!({"field": "contract.status", "operator": "not_in_segment", "value": id(9)}), "operator"),
        (json!({"field": "segment", "operator": "equals", "value": id(9)}), "operator"),
        (json!({"field": "segment", "operator": "is_empty", "value": id(9)}), "operator"),
        (json!({"field": "segment", "value": id(9)}), "operator"),
        (json!({"field": "segment", "operator": "in_segment"}), "value"),
        (json!({"field": "segment", "operator": "in_segment", "value": null}), "value"),
        (json!({"field": "segment", "operator": "in_segment", "value": ""}), "value"),
        (json!({"field": "segment", "operator": "in_segment", "value": "VIP"}), "value"),
        (json!({"field": "segment", "operator": "in_segment", "value": 9}), "value"),
        (json!({"field": "segment", "operator": "in_segment", "value": [id(9)]}), "value"),
        (json!({"field": "segment", "operator": "in_segment", "value": id(9), "include_empty": true}), "include_empty"),
        (json!({"field": "segment", "operator": "in_segment", "value": id(9), "note": true}), "note"),
        (json!({"field": "contact.segment", "operator": "equals", "value": "x"}), "field"),
    ] {
        assert_eq!(refused(&segments, &node), [format!("/rules/0/{place}")], "{node}");
    }
}
