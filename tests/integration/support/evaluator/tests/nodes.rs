//! Groups and related groups: what they mean, and where their mistakes are.

use bigdecimal::BigDecimal;
use serde_json::{Value, json};

use super::{all, literal, matches, of, one, places, two_contracts, with_contract};
use crate::support::evaluator::World;

fn group(match_type: &str, rules: &[Value]) -> Value {
    json!({"match_type": match_type, "rules": rules})
}

fn related(rules: &Value) -> Value {
    json!({"relation": "contract", "match_type": "all", "rules": rules})
}

fn aggregated(aggregate: &str, operator: &str, value: &Value, rules: &Value) -> Value {
    let mut node = json!({"relation": "contract", "rules": rules, "aggregate": aggregate, "operator": operator, "value": value});
    if aggregate == "sum" {
        node["of"] = json!("value");
    }
    node
}

/// The places of the errors of a document with this one node.
fn places_of(node: &Value) -> Vec<String> {
    let mut places = places(&all(std::slice::from_ref(node)));
    places.sort_unstable();
    places
}

fn says(world: &World, node: &Value) -> bool {
    matches(world, &all(std::slice::from_ref(node)))
}

/// A node that holds, or does not, for the world of `one`.
fn fact(truth: bool) -> Value {
    of("title", if truth { "is_empty" } else { "is_not_empty" }, "")
}

#[test]
fn groups_are_brackets() {
    for (one_holds, other_holds) in [(false, false), (false, true), (true, false), (true, true)] {
        let rules = [fact(one_holds), fact(other_holds)];
        assert_eq!(says(&one(), &group("all", &rules)), one_holds && other_holds);
        assert_eq!(says(&one(), &group("any", &rules)), one_holds || other_holds);
        assert_eq!(says(&one(), &group("none", &rules)), !(one_holds || other_holds));
        assert_eq!(says(&one(), &json!({"rules": rules})), one_holds && other_holds, "without a match type it is all");
        let beside = all(&[fact(true), group("none", &[group("all", &rules), fact(false)])]);
        assert_eq!(matches(&one(), &beside), !(one_holds && other_holds));
    }
}

#[test]
fn every_group_is_a_scope_of_its_own_for_contract_rules() {
    let world = two_contracts();
    let (active, baht) = (of("contract.status", "equals", "Active"), of("contract.currency", "equals", "THB"));
    assert!(!matches(&world, &all(&[active.clone(), baht.clone()])), "no contract is both");
    assert!(matches(&world, &all(&[active.clone(), group("all", std::slice::from_ref(&baht))])), "two scopes, two contracts");
    assert!(!says(&world, &group("all", &[active.clone(), baht.clone()])));
    assert!(says(&world, &group("any", &[active.clone(), baht.clone()])));
    assert!(!says(&world, &group("none", &[active.clone(), baht.clone()])), "each stands alone, and both hold");
    let negative = of("contract.status", "not_equals", "Expired");
    assert!(says(&world, &group("none", std::slice::from_ref(&negative))), "some contract is Expired");
    assert!(!says(&one(), &group("none", &[negative])), "no contract is Expired");
    assert!(!says(&world, &group("all", &[active, of("contract.status", "not_equals", "Expired")])), "not only of the active one");
}

#[test]
fn a_related_group_asks_for_one_contract_that_meets_all_or_any_or_none() {
    let world = two_contracts();
    let rules = [of("status", "equals", "Active"), of("contract.currency", "equals", "THB")];
    for (match_type, expected) in [("all", false), ("any", true), ("none", false)] {
        let node = json!({"relation": "contract", "match_type": match_type, "rules": rules});
        assert_eq!(says(&world, &node), expected, "{match_type}");
    }
    let none = json!({"relation": "contract", "match_type": "none", "rules": [of("status", "equals", "Draft"), rules[0]]});
    assert!(says(&world, &none), "the other one is neither");
    assert!(!says(&one(), &none), "there is none that could be neither");
}

#[test]
fn a_related_group_without_rules_means_any_contract() {
    for match_type in ["all", "any", "none"] {
        let node = json!({"relation": "contract", "match_type": match_type, "rules": []});
        assert!(says(&two_contracts(), &node) && !says(&one(), &node), "{match_type}");
    }
}

#[test]
fn negative_rules_in_a_related_group_speak_of_this_one_contract() {
    let world = two_contracts();
    assert!(says(&world, &related(&json!([of("currency", "equals", "USD"), of("status", "not_equals", "Expired")]))));
    assert!(!says(&world, &related(&json!([of("currency", "equals", "THB"), of("status", "not_equals", "Expired")]))));
    assert!(!says(&one(), &related(&json!([of("status", "not_equals", "Expired")]))), "no contract, no member");
    assert!(!says(&world, &related(&json!([of("status", "is_empty", "")]))));
    let flagged = |flag: bool| related(&json!([{"field": "service_type", "operator": "not_equals", "value": "x", "include_empty": flag}]));
    assert!(says(&world, &flagged(true)) && !says(&world, &flagged(false)));
}

#[test]
fn groups_nest_in_related_groups_and_speak_of_this_one_contract_too() {
    let world = two_contracts();
    let neither = group("none", &[of("status", "equals", "Expired"), of("status", "equals", "Draft")]);
    assert!(says(&world, &related(&json!([of("currency", "equals", "USD"), neither]))));
    assert!(!says(&world, &related(&json!([of("currency", "equals", "THB"), neither]))));
    let either = group("any", &[of("contract.status", "not_equals", "Active"), of("currency", "equals", "EUR")]);
    assert!(!says(&world, &related(&json!([of("currency", "equals", "USD"), either]))));
}

#[test]
fn related_groups_are_tied_to_nothing_beside_them() {
    let nodes = [of("contract.currency", "equals", "USD"), related(&json!([of("currency", "equals", "THB")]))];
    assert!(matches(&two_contracts(), &all(&nodes)));
}

#[test]
fn counts_are_compared_with_numbers() {
    let world = two_contracts();
    let active = json!([of("status", "equals", "Active")]);
    for (operator, value, any, active_ones) in [
        ("equals", "2", true, false),
        ("equals", "\"1.0\"", false, true),
        ("not_equals", "1", true, false),
        ("greater_than", "1.5", true, false),
        ("greater_than_or_equal", "1", true, true),
        ("less_than", "2", false, true),
        ("less_than_or_equal", "0", false, false),
        ("between", "[0, 1]", false, true),
        ("between", "[\"2\", 1e3]", true, false),
    ] {
        assert_eq!(says(&world, &aggregated("count", operator, &literal(value), &json!([]))), any, "{operator} {value}");
        assert_eq!(says(&world, &aggregated("count", operator, &literal(value), &active)), active_ones, "{operator} {value}");
    }
}

#[test]
fn sums_are_exact() {
    let mut world = one();
    for value in ["0.10", "0.20", "-9999999999.99"] {
        let Ok(value) = value.parse::<BigDecimal>() else { panic!("{value}") };
        with_contract(&mut world, |contract| contract.value = value);
    }
    let positive = json!([{"field": "value", "operator": "greater_than", "value": 0}]);
    assert!(says(&world, &aggregated("sum", "equals", &json!("0.3"), &positive)));
    assert!(says(&world, &aggregated("sum", "less_than", &json!("0.30000000000000000001"), &positive)));
    assert!(says(&world, &aggregated("sum", "equals", &json!("-9999999999.69"), &json!([]))));
    assert!(says(&world, &aggregated("sum", "between", &json!(["-9999999999.69", 0]), &json!([]))));
}

#[test]
fn count_and_sum_of_nothing_are_zero() {
    for aggregate in ["count", "sum"] {
        for (operator, expected) in [("equals", true), ("not_equals", false), ("greater_than", false), ("less_than_or_equal", true)] {
            assert_eq!(says(&one(), &aggregated(aggregate, operator, &json!(0), &json!([]))), expected, "{aggregate} {operator}");
        }
    }
}

#[test]
fn groups_in_company_documents_reach_the_contracts_too() {
    let document = json!({"entity": "company", "rules": [group("none", &[related(&json!([of("status", "equals", "Draft")]))])]});
    assert!(matches(&two_contracts(), &document));
}

// Mistakes

#[test]
fn the_document_itself_takes_all_or_any() {
    assert_eq!(places(&json!({"match_type": "none", "rules": [fact(true)]})), ["/match_type"]);
}

#[test]
fn mistakes_in_groups_have_their_places() {
    for (node, expected) in [
        (json!({"match_type": "each", "rules": [fact(true)]}), vec!["/match_type"]),
        (json!({"match_type": "any"}), vec!["/rules"]),
        (json!({"rules": []}), vec!["/rules"]),
        (json!({"rules": null}), vec!["/rules"]),
        (json!({"rules": "x", "match_type": 5}), vec!["/match_type", "/rules"]),
        (json!({"rules": [fact(true)], "include_empty": true, "a/b~": 1}), vec!["/a~1b~0", "/include_empty"]),
        (json!({"rules": [fact(true)], "field": "name", "operator": "equals"}), vec!["/field", "/operator"]),
        (json!({"rules": [{"rules": [of("nonsense", "equals", "x"), 5]}]}), vec!["/rules/0/rules/0/field", "/rules/0/rules/1"]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|place| format!("/rules/0{place}")).collect();
        assert_eq!(places_of(&node), expected, "{node}");
    }
}

#[test]
fn mistakes_in_related_groups_have_their_places() {
    for (node, expected) in [
        (json!({"relation": "company", "rules": []}), vec!["/relation"]),
        (json!({"relation": null, "rules": []}), vec!["/relation"]),
        (json!({"relation": "contract"}), vec!["/rules"]),
        (json!({"relation": "contract", "rules": null}), vec!["/rules"]),
        (json!({"relation": "contract", "rules": {}, "match_type": "one"}), vec!["/match_type", "/rules"]),
        (json!({"relation": "contract", "rules": [], "include_empty": false}), vec!["/include_empty"]),
        (json!({"relation": "contract", "rules": [], "of": "value", "operator": "equals", "value": 1}), vec!["/of", "/operator", "/value"]),
        (related(&json!([of("name", "equals", "x")])), vec!["/rules/0/field"]),
        (related(&json!([of("company.name", "equals", "x")])), vec!["/rules/0/field"]),
        (related(&json!([of("segment", "in_segment", "x")])), vec!["/rules/0/field"]),
        (related(&json!([{"rules": []}])), vec!["/rules/0/rules"]),
        (related(&json!([{"rules": [of("status", "greater_than", "x")]}])), vec!["/rules/0/rules/0/operator"]),
        (related(&json!([{"relation": "contract", "rules": "x", "aggregate": 5, "note": 1}])), vec!["/rules/0/relation"]),
        (related(&json!([{"rules": [related(&json!([]))]}])), vec!["/rules/0/rules/0/relation"]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|place| format!("/rules/0{place}")).collect();
        assert_eq!(places_of(&node), expected, "{node}");
    }
}

#[test]
fn mistakes_in_aggregates_have_their_places() {
    let node = |change: &Value| {
        let mut node = aggregated("sum", "equals", &json!(1), &json!([]));
        for (key, value) in change.as_object().into_iter().flatten() {
            // Null stands for "left out".
            match (value, node.as_object_mut()) {
                (Value::Null, Some(object)) => drop(object.remove(key)),
                _ => node[key] = value.clone(),
            }
        }
        node
    };
    for (change, place) in [
        (json!({"aggregate": "avg"}), "/aggregate"),
        (json!({"aggregate": "Sum"}), "/aggregate"),
        (json!({"of": null}), "/of"),
        (json!({"of": "amount"}), "/of"),
        (json!({"aggregate": "count"}), "/of"),
        (json!({"operator": null}), "/operator"),
        (json!({"operator": "contains"}), "/operator"),
        (json!({"operator": "in_list"}), "/operator"),
        (json!({"operator": "is_empty"}), "/operator"),
        (json!({"operator": "in_the_last"}), "/operator"),
        (json!({"value": null}), "/value"),
        (json!({"value": " "}), "/value"),
        (json!({"value": "many"}), "/value"),
        (json!({"value": true}), "/value"),
        (json!({"value": [1]}), "/value"),
        (json!({"value": "1e30"}), "/value"),
        (json!({"operator": "between"}), "/value"),
        (json!({"operator": "between", "value": [1]}), "/value"),
        (json!({"operator": "between", "value": [1, 2, 3]}), "/value"),
        (json!({"operator": "between", "value": [2, 1]}), "/value"),
        (json!({"operator": "between", "value": ["x", 1]}), "/value/0"),
        (json!({"operator": "between", "value": [1, null]}), "/value/1"),
        (json!({"field": "value"}), "/field"),
    ] {
        assert_eq!(places_of(&node(&change)), [format!("/rules/0{place}")], "{change}");
    }
    let null = json!({"relation": "contract", "rules": [], "aggregate": "count", "operator": "equals", "value": null});
    assert_eq!(places_of(&null), ["/rules/0/value"], "null is no is_empty here");
}

#[test]
fn the_limits_are_those_of_the_whole_document() {
    let ten = || group("any", &vec![fact(true); 10]);
    assert!(places(&all(&vec![ten(); 10])).is_empty());
    assert_eq!(places(&all(&vec![ten(); 11])), ["/rules"]);
    let long = json!({"field": "title", "operator": "nonsense", "value": "x".repeat(501), "note": 1});
    assert_eq!(places_of(&group("all", &[long])), ["/rules/0/rules/0/value"], "and nothing else is told");
    assert_eq!(places_of(&aggregated("count", "between", &json!(vec![1; 1_001]), &json!([]))), ["/rules/0/value"]);
}

#[test]
fn at_most_five_groups_stand_inside_one_another() {
    let tower = |mut node: Value, height: usize| {
        for _ in 0..height {
            node = group("any", &[node]);
        }
        node
    };
    assert!(places_of(&tower(fact(true), 5)).is_empty());
    assert_eq!(places_of(&tower(fact(true), 6)), [format!("/rules/0{}", "/rules/0".repeat(5))]);
    assert!(places_of(&tower(related(&json!([])), 4)).is_empty());
    assert_eq!(places_of(&tower(related(&json!([])), 5)), [format!("/rules/0{}", "/rules/0".repeat(5))]);
    let inside = related(&json!([tower(of("status", "equals", "x"), 5)]));
    assert_eq!(places_of(&inside), [format!("/rules/0{}", "/rules/0".repeat(5))]);
}
