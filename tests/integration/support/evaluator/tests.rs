//! Every line of criteria.md, "What a rule means", by hand-made examples: the evaluator is the judge of the product, so somebody must judge it.

mod dates;
mod nodes;
mod segments;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use uuid::Uuid;

use super::calendar::midnight;
use super::{Company, Contact, Contract, World, members};

const BANGKOK: Tz = Tz::Asia__Bangkok;

fn moment(text: &str) -> DateTime<Utc> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(moment) => moment.to_utc(),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn day(text: &str) -> NaiveDate {
    match text.parse() {
        Ok(day) => day,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// A literal as it would be typed, which `json!` would pass through a float.
fn literal(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// One company with one contact that may be a member.
fn one() -> World {
    let company = Company { id: Uuid::from_u128(1), ..Company::default() };
    let contact = Contact { id: Uuid::from_u128(2), company_id: company.id, is_active: true, ..Contact::default() };
    World { companies: vec![company], contacts: vec![contact], contracts: Vec::new() }
}

fn with_contract(world: &mut World, change: impl FnOnce(&mut Contract)) {
    let mut contract = Contract { id: Uuid::now_v7(), company_id: world.companies[0].id, ..Contract::default() };
    change(&mut contract);
    world.contracts.push(contract);
}

fn count(world: &World, document: &Value, zone: Tz) -> usize {
    match members(world, document, zone) {
        Ok(members) => members.len(),
        Err(errors) => panic!("{document}: {errors:?}"),
    }
}

fn matches(world: &World, document: &Value) -> bool {
    count(world, document, BANGKOK) == 1
}

fn rule(field: &str, operator: &str, value: &Value) -> Value {
    json!({"rules": [{"field": field, "operator": operator, "value": value}]})
}

fn flagged(field: &str, operator: &str, value: &Value, flag: bool) -> Value {
    json!({"rules": [{"field": field, "operator": operator, "value": value, "include_empty": flag}]})
}

fn all(rules: &[Value]) -> Value {
    json!({"match_type": "all", "rules": rules})
}

fn of(field: &str, operator: &str, value: &str) -> Value {
    json!({"field": field, "operator": operator, "value": value})
}

fn text(stored: &str, operator: &str, value: &Value) -> bool {
    let mut world = one();
    world.contacts[0].title = String::from(stored);
    matches(&world, &rule("title", operator, value))
}

fn whole(stored: i32, operator: &str, value: &Value) -> bool {
    let mut world = one();
    world.companies[0].location_count = stored;
    matches(&world, &rule("company.location_count", operator, value))
}

fn money(stored: &str, operator: &str, value: &Value) -> bool {
    let mut world = one();
    let Ok(stored) = stored.parse::<BigDecimal>() else { panic!("{stored}") };
    with_contract(&mut world, |contract| contract.value = stored);
    matches(&world, &rule("contract.value", operator, value))
}

fn stamp_in(zone: Tz, stored: &str, operator: &str, value: &Value) -> bool {
    let mut world = one();
    world.contacts[0].last_contacted = Some(moment(stored));
    count(&world, &rule("last_contacted", operator, value), zone) == 1
}

fn stamp(stored: &str, operator: &str, value: &Value) -> bool {
    stamp_in(BANGKOK, stored, operator, value)
}

fn date(stored: &str, operator: &str, value: &Value) -> bool {
    let mut world = one();
    with_contract(&mut world, |contract| contract.end_date = day(stored));
    matches(&world, &rule("contract.end_date", operator, value))
}

fn truth(stored: bool, operator: &str, value: &Value) -> bool {
    let mut world = one();
    world.contacts[0].is_primary = stored;
    matches(&world, &rule("is_primary", operator, value))
}

/// The places of the errors, in the order of the document.
fn places(document: &Value) -> Vec<String> {
    match members(&one(), document, BANGKOK) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|(pointer, _)| pointer).collect(),
    }
}

fn refuses(field: &str, operator: &str, value: &Value) -> bool {
    places(&rule(field, operator, value)) == ["/rules/0/value"]
}

// 1. Members are contacts

#[test]
fn only_active_contacts_that_have_not_unsubscribed_are_members() {
    let everybody = rule("title", "is_empty", &Value::Null);
    let mut world = one();
    assert!(matches(&world, &everybody));
    world.contacts[0].unsubscribed = true;
    assert!(!matches(&world, &everybody));
    assert!(!matches(&world, &rule("unsubscribed", "equals", &json!(true))), "a rule never lets them in");
    world.contacts[0].unsubscribed = false;
    world.contacts[0].is_active = false;
    assert!(!matches(&world, &everybody));
    assert!(!matches(&world, &rule("is_active", "equals", &json!(false))));
}

#[test]
fn a_company_is_chosen_with_all_its_contacts() {
    let mut world = one();
    world.companies[0].industry = "Hotels".to_owned();
    for number in 3..6 {
        let id = Uuid::from_u128(number);
        world.contacts.push(Contact { id, unsubscribed: number == 5, ..world.contacts[0].clone() });
    }
    let mut document = rule("industry", "equals", &json!("Hotels"));
    document["entity"] = json!("company");
    assert_eq!(count(&world, &document, BANGKOK), 3);
    assert_eq!(count(&world, &rule("company.industry", "equals", &json!("Hotels")), BANGKOK), 3);
}

#[test]
fn an_inactive_company_does_not_matter() {
    let mut world = one();
    world.companies[0].is_active = false;
    assert!(matches(&world, &rule("company.is_active", "equals", &json!(false))));
}

#[test]
fn no_rules_are_an_error() {
    for document in [json!({}), json!(null), json!({"rules": []}), json!({"rules": null}), json!({"entity": "company"})] {
        assert_eq!(places(&document), ["/rules"], "{document}");
    }
}

// 2. Text, numbers, booleans, choices

#[test]
fn text_ignores_case_in_every_operator() {
    for (stored, value) in [("CAFÉ", "café"), ("ΣΊΣΥΦΟΣ", "σίσυφοσ"), ("Москва", "МОСКВА"), ("İstanbul", "istanbul"), ("ẞ", "ß")]
    {
        for operator in ["equals", "contains", "starts_with", "ends_with"] {
            assert!(text(stored, operator, &json!(value)), "{stored} {operator} {value}");
            assert!(text(value, operator, &json!(stored)), "{value} {operator} {stored}");
        }
        assert!(text(stored, "in_list", &json!(["x", value])));
        assert!(!text(stored, "not_in_list", &json!(["x", value])));
        assert!(!text(stored, "not_equals", &json!(value)));
        assert!(!text(stored, "not_contains", &json!(value)));
    }
}

#[test]
fn the_fold_is_one_to_one_and_nothing_more() {
    assert!(!text("Straße", "equals", &json!("STRASSE")));
    assert!(!text("ıstanbul", "equals", &json!("istanbul")));
    assert!(!text("cafe", "equals", &json!("café")));
    assert!(!text("σίσυφος", "equals", &json!("ΣΊΣΥΦΟΣ")), "a final sigma is a letter of its own");
    assert!(text("กรุงเทพ", "contains", &json!("เทพ")));
    assert!(text("北京酒店", "starts_with", &json!("北京")));
}

#[test]
fn values_are_brought_to_nfc() {
    assert!(text("café", "equals", &json!("CAFE\u{301}")));
    assert!(text("café", "contains", &json!("fe\u{301}")));
    assert!(text("café", "in_list", &json!(["cafe\u{301}"])));
}

#[test]
fn equals_and_lists_trim_the_value_and_the_others_keep_its_blanks() {
    assert!(text("Thailand", "equals", &json!("\u{a0} Thailand\t")));
    assert!(text("Thailand", "in_list", &json!(["Thailand\u{3000}"])));
    assert!(!text("Thailand ", "equals", &json!("Thailand ")), "the stored text keeps its own");
    assert!(!text("Thailand", "contains", &json!("Thailand ")));
    assert!(text("Thai land", "contains", &json!("i l")));
    assert!(!text("Thailand", "starts_with", &json!(" T")));
    assert!(!text("Thailand", "ends_with", &json!("d ")));
    assert!(text("Thailand", "not_contains", &json!("d ")));
}

#[test]
fn wildcards_and_quotes_are_ordinary_characters() {
    for value in ["%", "_", "\\", "'", "\"", "100%", "a_b"] {
        assert!(!text("100 axb", "contains", &json!(value)), "{value}");
        assert!(text(&format!("x{value}x"), "contains", &json!(value)), "{value}");
    }
}

#[test]
fn text_takes_a_number_as_its_digits_and_no_boolean() {
    assert!(text("5", "equals", &json!(5)));
    assert!(text("2.50", "equals", &literal("2.50")));
    assert!(!text("5", "equals", &literal("5.0")));
    assert!(text("15%", "contains", &json!(5)));
    assert!(text("123456789012345678901234567890123", "in_list", &literal("[123456789012345678901234567890123]")));
    for value in [json!(true), json!({}), json!(["a"])] {
        assert!(refuses("title", "equals", &value), "{value}");
    }
}

#[test]
fn numbers_are_compared_exactly_however_they_are_written() {
    for value in ["5", "5.0", "50e-1", "0.5e1", "\" 5 \"", "\"05\"", "\"5.00\"", "\"0.5e+1\"", "\"5e0\""] {
        assert!(whole(5, "equals", &literal(value)), "{value}");
    }
    assert!(!whole(3, "equals", &literal("3.5")) && !whole(4, "equals", &literal("3.5")));
    assert!(whole(4, "greater_than_or_equal", &literal("3.5")) && !whole(3, "greater_than_or_equal", &literal("3.5")));
    assert!(!whole(4, "between", &literal("[4.5, 5.5]")) && whole(5, "between", &literal("[4.5, \"5.5\"]")));
    assert!(!whole(1, "in_list", &literal("[1.9]")));
    assert!(whole(i32::MAX, "less_than", &literal("1e29")) && whole(i32::MIN, "greater_than", &literal("-1e29")));
    assert!(whole(i32::MAX, "in_list", &literal("[1e29, 2147483647]")));
    assert!(money("1000.00", "equals", &json!("1000")) && money("1000.00", "equals", &json!("1e3")));
    assert!(money("-9999999999.99", "less_than", &json!("-9999999999.9899999999")));
    assert!(!money("0.10", "equals", &literal("0.10000000000000000001")));
}

#[test]
fn between_has_both_ends_in_it() {
    for (value, inside) in [(1, false), (2, true), (3, true), (4, true), (5, false)] {
        assert_eq!(whole(value, "between", &json!([2, 4])), inside, "{value}");
    }
    assert!(whole(2, "between", &json!([2, 2])));
}

#[test]
fn what_is_no_number_is_refused() {
    let words = ["", "many", "1,000", "NaN", "Infinity", "+5", ".5", "5.", "1 000", "0x10", "1e", "e5", "--5", "٥", "5 %", "1_000"];
    for word in words.iter().skip(1) {
        assert!(refuses("company.location_count", "greater_than", &json!(word)), "{word}");
    }
    assert!(refuses("company.location_count", "equals", &json!(true)));
}

#[test]
fn a_number_needs_at_most_thirty_digits_written_out() {
    let thirty = "123456789012345678901234567890";
    for good in [thirty, "1e29", "-1e29", "1234567890.12345678901234567890", "0e999999999999999999999"] {
        assert!(places(&rule("contract.value", "equals", &json!(good))).is_empty(), "{good}");
    }
    let bad =
        ["1234567890123456789012345678901", "1e30", "1e-30", "12345678901.12345678901234567891", "1e999999999999999999999", "1e-999999999"];
    for bad in bad {
        assert!(refuses("contract.value", "equals", &json!(bad)), "{bad}");
    }
}

#[test]
fn booleans_have_many_names() {
    for value in [json!(true), json!(1), json!("true"), json!("T"), json!(" YES "), json!("1")] {
        assert!(truth(true, "equals", &value) && !truth(false, "equals", &value), "{value}");
        assert!(!truth(true, "not_equals", &value) && truth(false, "not_equals", &value), "{value}");
    }
    for value in [json!(false), json!(0), json!("False"), json!("f"), json!("No"), json!("0")] {
        assert!(truth(false, "equals", &value) && !truth(true, "equals", &value), "{value}");
    }
    assert!(truth(true, "in_list", &json!([1, "no"])) && truth(false, "in_list", &json!([1, "no"])));
    assert!(truth(true, "is_not_empty", &Value::Null));
    for value in [json!(2), json!("maybe"), json!("y"), json!([true])] {
        assert!(refuses("is_primary", "equals", &value), "{value}");
    }
}

#[test]
fn a_label_is_read_as_its_choice_where_whole_values_are_compared() {
    let mut world = one();
    world.companies[0].industry = "Bars".to_owned();
    let says = |operator: &str, value: &Value| matches(&world, &rule("company.industry", operator, value));
    assert!(says("equals", &json!("Bars & Nightlife")) && says("equals", &json!(" bars & NIGHTLIFE ")));
    assert!(says("equals", &json!("bars")));
    assert!(!says("not_equals", &json!("Bars & Nightlife")));
    assert!(says("in_list", &json!(["Hotels & Resorts", "Bars & Nightlife"])));
    assert!(!says("not_in_list", &json!(["Bars & Nightlife"])));
    assert!(!says("contains", &json!("Nightlife")) && says("not_contains", &json!("Nightlife")), "these look at the stored value");
}

#[test]
fn a_stored_value_outside_the_list_is_found_as_it_is() {
    let mut world = one();
    world.companies[0].industry = "Hotel".to_owned();
    assert!(matches(&world, &rule("company.industry", "equals", &json!("hotel"))));
}

// 3. Empty

#[test]
fn empty_is_null_and_for_text_also_blank() {
    for stored in ["", " ", "\t\n", "\u{a0}\u{3000}\u{2028}"] {
        assert!(text(stored, "is_empty", &Value::Null), "{stored:?}");
        assert!(!text(stored, "is_not_empty", &json!("ignored")));
    }
    for stored in ["x", "\u{200b}", " x "] {
        assert!(text(stored, "is_not_empty", &Value::Null), "{stored:?}");
    }
    assert!(matches(&one(), &rule("last_contacted", "is_empty", &json!({"ignored": 1}))));
    assert!(whole(0, "is_not_empty", &Value::Null) && truth(false, "is_not_empty", &Value::Null));
}

#[test]
fn negative_operators_hold_for_empty_ones_and_positive_ones_do_not() {
    for (operator, value) in [("not_equals", json!("x")), ("not_contains", json!("x")), ("not_in_list", json!(["x"]))] {
        assert!(text(" ", operator, &value), "{operator}");
        assert!(!matches(&one(), &flagged("title", operator, &value, false)), "{operator}");
        assert!(matches(&one(), &flagged("title", operator, &value, true)), "{operator}");
    }
    let positive = ["equals", "contains", "starts_with", "ends_with"].map(|operator| (operator, json!("x")));
    for (operator, value) in positive.into_iter().chain([("in_list", json!(["x"]))]) {
        assert!(!text(" ", operator, &value), "{operator}");
        assert!(matches(&one(), &flagged("title", operator, &value, true)), "{operator}");
        assert!(!matches(&one(), &flagged("title", operator, &value, false)), "{operator}");
    }
    let date = json!("2026-01-01");
    assert!(!matches(&one(), &rule("last_contacted", "less_than", &date)));
    assert!(matches(&one(), &flagged("last_contacted", "less_than", &date, true)));
    assert!(matches(&one(), &flagged("last_contacted", "between", &json!(["2026-1-1", "2026-1-2"]), true)));
    assert!(matches(&one(), &rule("last_contacted", "not_equals", &date)));
}

#[test]
fn the_flag_changes_nothing_for_filled_ones() {
    let mut world = one();
    world.contacts[0].title = "x".to_owned();
    for flag in [true, false] {
        assert!(matches(&world, &flagged("title", "equals", &json!("X"), flag)));
        assert!(!matches(&world, &flagged("title", "not_equals", &json!("X"), flag)));
    }
}

#[test]
fn the_flag_has_no_place_beside_is_empty() {
    for (operator, value) in [("is_empty", json!(1)), ("is_not_empty", json!(1)), ("equals", json!(null)), ("not_equals", json!("  "))] {
        for flag in [true, false] {
            assert_eq!(places(&flagged("title", operator, &value, flag)), ["/rules/0/include_empty"], "{operator}");
        }
    }
    let word = json!({"rules": [{"field": "title", "operator": "equals", "value": "x", "include_empty": "yes"}]});
    assert_eq!(places(&word), ["/rules/0/include_empty"]);
}

// 4. Contracts

fn two_contracts() -> World {
    let mut world = one();
    for (status, currency) in [("Active", "USD"), ("Expired", "THB")] {
        with_contract(&mut world, |contract| {
            contract.status = String::from(status);
            contract.currency = String::from(currency);
        });
    }
    world
}

#[test]
fn positive_contract_rules_in_all_meet_on_one_contract() {
    let world = two_contracts();
    let active = of("contract.status", "equals", "Active");
    assert!(matches(&world, &all(&[active.clone(), of("contract.currency", "equals", "USD")])));
    assert!(!matches(&world, &all(&[active.clone(), of("contract.currency", "equals", "THB")])));
    assert!(!matches(
        &world,
        &all(&[active.clone(), of("company.contracts.currency", "is_not_empty", ""), of("contract.currency", "contains", "H")])
    ));
    let any = json!({"match_type": "any", "rules": [of("contract.status", "equals", "Draft"), of("contract.currency", "equals", "THB")]});
    assert!(matches(&world, &any));
}

#[test]
fn each_negative_contract_rule_means_no_contract_for_its_opposite_in_any_order() {
    let world = two_contracts();
    let usd = of("contract.currency", "equals", "USD");
    for (negative, expected) in [
        (of("contract.status", "not_equals", "Expired"), false),
        (of("contract.status", "not_equals", "Draft"), true),
        (of("contract.status", "not_contains", "pire"), false),
        (json!({"field": "contract.status", "operator": "not_in_list", "value": ["Draft", "expired"]}), false),
        (of("contract.status", "is_empty", ""), false),
    ] {
        assert_eq!(matches(&world, &all(&[usd.clone(), negative.clone()])), expected, "{negative}");
        assert_eq!(matches(&world, &all(&[negative.clone(), usd.clone()])), expected, "{negative}");
    }
}

#[test]
fn a_company_without_contracts_passes_only_the_negative_rules() {
    for (operator, value, expected) in [
        ("not_equals", json!("Active"), true),
        ("not_contains", json!("Active"), true),
        ("not_in_list", json!(["Active"]), true),
        ("is_empty", json!(null), true),
        ("equals", json!(null), true),
        ("not_equals", json!(null), false),
        ("is_not_empty", json!(null), false),
        ("equals", json!("Active"), false),
    ] {
        for match_type in ["all", "any"] {
            let mut document = rule("contract.status", operator, &value);
            document["match_type"] = json!(match_type);
            assert_eq!(matches(&one(), &document), expected, "{operator} {value} {match_type}");
        }
    }
    assert!(matches(&one(), &flagged("contract.status", "not_equals", &json!("Active"), false)), "the flag speaks of contracts");
    assert!(!matches(&one(), &flagged("contract.status", "equals", &json!("Active"), true)));
}

#[test]
fn the_opposite_of_a_flagged_rule_has_the_opposite_flag() {
    let mut world = one();
    with_contract(&mut world, |contract| contract.status = String::new());
    let rule = |flag| flagged("contract.status", "not_equals", &json!("Active"), flag);
    assert!(matches(&world, &rule(true)), "no contract is Active");
    assert!(!matches(&world, &rule(false)), "no contract is Active or blank");
}

#[test]
fn contract_complements_are_exact() {
    for world in [one(), two_contracts()] {
        for (operator, value) in [("equals", json!("Active")), ("contains", json!("t")), ("in_list", json!(["Expired"]))] {
            let positive = matches(&world, &rule("contract.status", operator, &value));
            let negative = matches(&world, &rule("contract.status", &format!("not_{operator}"), &value));
            assert_ne!(positive, negative, "{operator}");
        }
        assert_ne!(
            matches(&world, &rule("contract.status", "is_empty", &Value::Null)),
            matches(&world, &rule("contract.status", "is_not_empty", &Value::Null)),
        );
    }
}

#[test]
fn contract_rules_are_for_company_documents_too() {
    let mut document = rule("contract.status", "equals", &json!("Active"));
    document["entity"] = json!("company");
    assert!(matches(&two_contracts(), &document));
}

// 5. Dates

#[test]
fn a_day_against_a_moment_is_the_whole_day_in_the_zone() {
    let first = "2025-12-31T17:00:00Z";
    let last = "2026-01-01T16:59:59.999999Z";
    for (moment, order) in [("2025-12-31T16:59:59.999999Z", -1), (first, 0), (last, 0), ("2026-01-01T17:00:00Z", 1)] {
        let says = |operator: &str| stamp(moment, operator, &json!("2026-1-1"));
        assert_eq!(says("equals"), order == 0, "{moment}");
        assert_eq!(says("not_equals"), order != 0, "{moment}");
        assert_eq!(says("greater_than"), order > 0, "{moment}");
        assert_eq!(says("greater_than_or_equal"), order >= 0, "{moment}");
        assert_eq!(says("less_than"), order < 0, "{moment}");
        assert_eq!(says("less_than_or_equal"), order <= 0, "{moment}");
        assert_eq!(stamp(moment, "between", &json!(["2026-01-01", "2026-01-01"])), order == 0, "{moment}");
        assert_eq!(stamp(moment, "in_list", &json!(["2020-02-29", "2026-01-01"])), order == 0, "{moment}");
        assert_eq!(stamp(moment, "between", &json!(["2025-12-31", "2026-01-01"])), order <= 0, "{moment}");
    }
}

#[test]
fn a_moment_is_that_instant_in_every_operator() {
    let value = json!("2026-01-01T00:00:00+07:00");
    for (stored, order) in [("2025-12-31T16:59:59.999999Z", -1), ("2025-12-31T17:00:00Z", 0), ("2025-12-31T17:00:00.000001Z", 1)] {
        let says = |operator: &str| stamp(stored, operator, &value);
        assert_eq!(says("equals"), order == 0, "{stored}");
        assert_eq!(says("greater_than"), order > 0, "{stored}");
        assert_eq!(says("greater_than_or_equal"), order >= 0, "{stored}");
        assert_eq!(says("less_than"), order < 0, "{stored}");
        assert_eq!(says("less_than_or_equal"), order <= 0, "{stored}");
        assert_eq!(stamp(stored, "in_list", &json!([value])), order == 0, "{stored}");
        assert_eq!(stamp(stored, "between", &json!([value, "2026-01-05"])), order >= 0, "{stored}");
        assert_eq!(stamp(stored, "between", &json!(["2025-12-31", value])), order <= 0, "{stored}");
    }
}

#[test]
fn dates_are_whole_days_with_optional_zeros() {
    assert!(date("2026-07-01", "equals", &json!("2026-7-1")) && date("2026-07-01", "equals", &json!("2026-07-01")));
    assert!(date("2026-07-01", "less_than_or_equal", &json!("2026-7-1")) && !date("2026-07-01", "less_than", &json!("2026-7-1")));
    assert!(date("2026-07-01", "between", &json!(["2026-7-1", "2026-7-1"])));
    assert!(date("0001-01-01", "less_than", &json!("0001-1-2")) && date("9999-12-31", "equals", &json!("9999-12-31")));
    for bad in
        ["2026-02-29", "2026-13-01", "0000-01-01", "10000-01-01", "2026/1/1", "2026-1", "tomorrow", "2026-01-01T00:00:00Z", "-2026-1-1"]
    {
        assert!(refuses("contract.end_date", "equals", &json!(bad)), "{bad}");
    }
    assert!(refuses("contract.end_date", "equals", &json!(20_260_101)));
}

#[test]
fn a_moment_without_an_offset_is_refused() {
    for bad in ["2026-01-01T00:00:00", "2026-01-01 00:00", "2026-01-01T25:00:00Z", "2026-01-01T", "0000-01-01T00:00:00Z"] {
        assert!(refuses("last_contacted", "equals", &json!(bad)), "{bad}");
    }
    assert!(refuses("last_contacted", "equals", &json!(1_767_200_400)));
}

#[test]
fn a_midnight_that_does_not_exist_is_the_first_moment_after_the_gap_and_of_two_the_earlier() {
    for (zone, date, expected) in [
        (BANGKOK, "2026-01-01", "2025-12-31T17:00:00Z"),
        (BANGKOK, "1920-04-01", "1920-03-31T17:17:56Z"),
        (Tz::America__Sao_Paulo, "2018-11-04", "2018-11-04T03:00:00Z"),
        (Tz::Pacific__Apia, "2011-12-30", "2011-12-30T10:00:00Z"),
        (Tz::Pacific__Apia, "2011-12-31", "2011-12-30T10:00:00Z"),
        (Tz::America__Havana, "2022-11-06", "2022-11-06T04:00:00Z"),
        (Tz::Europe__Berlin, "2026-03-29", "2026-03-28T23:00:00Z"),
        (Tz::Europe__Berlin, "2026-03-30", "2026-03-29T22:00:00Z"),
    ] {
        assert_eq!(midnight(day(date), zone), moment(expected), "{date} in {zone}");
    }
    let apia = |operator: &str| stamp_in(Tz::Pacific__Apia, "2011-12-30T10:00:00Z", operator, &json!("2011-12-30"));
    assert!(!apia("equals") && apia("greater_than"), "the day that Samoa left out has no moments");
    let sao_paulo = |stored: &str| stamp_in(Tz::America__Sao_Paulo, stored, "equals", &json!("2018-11-04"));
    assert!(!sao_paulo("2018-11-04T02:59:59.999999Z") && sao_paulo("2018-11-04T03:00:00Z"));
    assert!(sao_paulo("2018-11-05T01:59:59.999999Z") && !sao_paulo("2018-11-05T02:00:00Z"));
}

#[test]
fn the_last_day_has_an_end() {
    assert!(stamp("9999-12-31T16:59:59.999999Z", "equals", &json!("9999-12-31")));
    assert!(stamp("9999-12-31T17:00:00Z", "greater_than", &json!("9999-12-31")));
    assert!(stamp("0001-01-01T00:00:00Z", "equals", &json!("0001-1-1")));
}

// 6. Errors, never guesses

#[test]
fn all_errors_of_a_document_come_at_once() {
    let document = json!({
        "entity": "lead", "match_type": "none", "note": 1,
        "rules": [
            {"field": "nonsense", "operator": "like", "value": 1, "valeu": 2, "a/b~": 3},
            {"field": "is_active", "operator": "equals", "value": "perhaps"},
            {"operator": "equals", "value": "x"},
            {"field": "name", "value": "x"},
            {"field": "name", "operator": "equals"},
            "rule",
            {"field": "created_at", "operator": "in_list", "value": ["2026-1-1", null, " ", "x"], "include_empty": 1}
        ]
    });
    let mut places = places(&document);
    places.sort_unstable();
    let expected = [
        "/entity",
        "/match_type",
        "/note",
        "/rules/0/a~1b~0",
        "/rules/0/field",
        "/rules/0/operator",
        "/rules/0/valeu",
        "/rules/1/value",
        "/rules/2/field",
        "/rules/3/operator",
        "/rules/4/value",
        "/rules/5",
        "/rules/6/include_empty",
        "/rules/6/value/1",
        "/rules/6/value/2",
        "/rules/6/value/3",
    ];
    assert_eq!(places, expected);
}

#[test]
fn only_fields_of_the_catalogue_are_known() {
    for field in
        ["id", "company", "company__name", "company.company.name", "contract.company_id", "contact.name", "Name", " name", "segments"]
    {
        assert_eq!(places(&rule(field, "is_empty", &Value::Null)), ["/rules/0/field"], "{field}");
    }
    for field in ["department", "company.name", "contact.name", "last_contacted"] {
        let mut document = rule(field, "is_empty", &Value::Null);
        document["entity"] = json!("company");
        assert_eq!(places(&document), ["/rules/0/field"], "{field}");
    }
}

#[test]
fn operators_belong_to_types() {
    for (field, operator) in [
        ("title", "greater_than"),
        ("title", "between"),
        ("company.location_count", "contains"),
        ("contract.value", "starts_with"),
        ("is_primary", "less_than"),
        ("is_primary", "between"),
        ("contract.end_date", "ends_with"),
        ("created_at", "not_contains"),
        ("title", "EQUALS"),
        ("title", "in_segment"),
        ("title", "in_the_last"),
        ("is_primary", "is_within"),
        ("contract.value", "after_the_next"),
    ] {
        assert_eq!(places(&rule(field, operator, &json!("x"))), ["/rules/0/operator"], "{field} {operator}");
    }
}

#[test]
fn blank_values_are_errors_but_for_equals() {
    for value in [json!(null), json!(""), json!(" \u{a0}\t")] {
        for operator in ["contains", "not_contains", "starts_with", "ends_with", "in_list", "not_in_list"] {
            assert!(refuses("title", operator, &value), "{operator} {value}");
        }
        assert!(refuses("company.location_count", "greater_than", &value) && refuses("created_at", "between", &value));
        for field in ["title", "company.location_count", "is_primary", "last_contacted", "contract.end_date"] {
            let empty = matches(&one(), &rule(field, "is_empty", &Value::Null));
            assert_eq!(matches(&one(), &rule(field, "equals", &value)), empty, "{field}");
            let filled = matches(&one(), &rule(field, "is_not_empty", &Value::Null));
            assert_eq!(matches(&one(), &rule(field, "not_equals", &value)), filled, "{field}");
        }
    }
}

#[test]
fn between_takes_two_values_the_right_way_round() {
    for value in [json!([1]), json!([1, 2, 3]), json!([]), json!(5), json!("59"), json!([2, 1]), json!({"a": 1})] {
        assert!(refuses("company.location_count", "between", &value), "{value}");
    }
    assert_eq!(places(&rule("company.location_count", "between", &json!([null, "x"]))), ["/rules/0/value/0", "/rules/0/value/1"]);
    for value in [
        json!(["2026-01-02", "2026-01-01"]),
        json!(["2026-01-02", "2026-01-01T16:59:59Z"]),
        json!(["2026-01-02T17:00:00Z", "2026-01-02"]),
        json!(["2026-01-02T17:00:01Z", "2026-01-02T17:00:00Z"]),
    ] {
        assert!(refuses("created_at", "between", &value), "{value}");
    }
    assert!(places(&rule("created_at", "between", &json!(["2026-01-02T16:59:59Z", "2026-01-02"]))).is_empty());
}

#[test]
fn lists_are_lists_and_not_empty() {
    for value in [json!([]), json!("a,b"), json!(5), json!({"a": 1})] {
        assert!(refuses("title", "in_list", &value), "{value}");
    }
    assert_eq!(places(&rule("title", "in_list", &json!(["a", ["b"], true]))), ["/rules/0/value/1", "/rules/0/value/2"]);
}

#[test]
fn a_nul_is_an_error() {
    assert!(refuses("title", "contains", &json!("a\0b")) && refuses("title", "equals", &json!("\0")));
    assert_eq!(places(&rule("title", "in_list", &json!(["a", "\0"]))), ["/rules/0/value/1"]);
}

#[test]
fn the_limits_are_100_rules_1000_items_500_characters() {
    let rules = |number: usize| all(&vec![of("title", "equals", "x"); number]);
    assert!(places(&rules(100)).is_empty());
    assert_eq!(places(&rules(101)), ["/rules"]);
    assert!(places(&rule("title", "in_list", &json!(vec!["x"; 1_000]))).is_empty());
    assert!(refuses("title", "in_list", &json!(vec!["x"; 1_001])));
    assert!(places(&rule("title", "contains", &json!("é".repeat(500)))).is_empty());
    assert!(refuses("title", "contains", &json!("é".repeat(501))));
    assert_eq!(places(&rule("title", "in_list", &json!(["x", "x".repeat(501)]))), ["/rules/0/value/1"]);
}

#[test]
fn documents_and_rules_are_objects() {
    assert_eq!(places(&json!("rules")), [""]);
    assert_eq!(places(&json!({"rules": {}})), ["/rules"]);
    assert_eq!(places(&json!({"rules": [null, []]})), ["/rules/0", "/rules/1"]);
}

#[test]
fn all_and_any_are_intersection_and_union() {
    let mut world = one();
    world.contacts[0].title = "x".to_owned();
    for (first, second) in [("x", "x"), ("x", "y"), ("y", "x"), ("y", "y")] {
        for (match_type, expected) in [("all", first == "x" && second == "x"), ("any", first == "x" || second == "x")] {
            let document = json!({"match_type": match_type, "rules": [of("title", "equals", first), of("title", "equals", second)]});
            assert_eq!(matches(&world, &document), expected, "{document}");
        }
    }
}
