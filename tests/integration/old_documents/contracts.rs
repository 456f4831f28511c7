//! Sections 4 and 5 of the page: many contracts of one company, and booleans.

use serde_json::{Value, json};

use super::Now::{Fixed, Refused, Same, Specified};
use super::Old::{Differed, Members, Raised};
use super::shape::{all, case, one};
use super::{Case, Ours, Place, fix, kept};

pub(super) const PLACES: &[Place] = &[
    kept("4.1 positive rules in all meet on one contract"),
    kept("4.2 any"),
    kept("4.3 a negation before any positive rule"),
    fix("4.4 the order of the rules matters"),
    kept("4.4 the negation first"),
    kept("4.4 company rules do not count"),
    kept("4.5 is_empty and is_not_empty on a contract"),
    kept("4.6 equals and not_equals null on a contract"),
    kept("4.7 the same join by the raw path"),
    kept("5 booleans that were compared as such"),
    fix("5 the other booleans"),
    kept("5 the other booleans, in_list and greater_than"),
    kept("5 contains on a boolean"),
];

pub(super) fn cases() -> Vec<Case> {
    [on_contracts(), in_order(), empties(), exact(), by_text()].into_iter().flatten().collect()
}

fn rule(field: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"field": field, "operator": operator, "value": value.into()})
}

fn any(place: &'static str, rules: &Value, old: super::Old, now: super::Now) -> Case {
    case(place, json!({"entity": "contact", "match_type": "any", "rules": rules}), old, now)
}

fn status(operator: &str, value: &str) -> Value {
    rule("contract.status", operator, value)
}

fn on_contracts() -> Vec<Case> {
    let (one_contract, none) = ("4.1 positive rules in all meet on one contract", "4.3 a negation before any positive rule");
    vec![
        all(one_contract, &json!([status("equals", "Active"), rule("contract.value", "greater_than", 100_000)]), Members("A"), Same),
        all(one_contract, &json!([status("equals", "Active"), status("equals", "Expired")]), Members(""), Same),
        all(
            one_contract,
            &json!([rule("contract.currency", "equals", "USD"), rule("contract.service_type", "equals", "Music")]),
            Members("Z"),
            Same,
        ),
        any("4.2 any", &json!([status("equals", "Expired"), rule("company.industry", "equals", "Bars")]), Members("AB"), Same),
        any("4.2 any", &json!([status("equals", "Active"), rule("contract.value", "less_than", 600)]), Members("ABZ"), Same),
        all(none, &json!([status("not_equals", "Active")]), Members("DE"), Same),
        all(none, &json!([rule("contract.service_type", "not_contains", "MUS")]), Members("DE"), Same),
        any(none, &json!([status("not_equals", "Active"), rule("name", "equals", "Ann")]), Members("ADE"), Same),
    ]
}

fn in_order() -> Vec<Case> {
    let (order, first) = ("4.4 the order of the rules matters", "4.4 the negation first");
    let (thb, not_cancelled) = (rule("contract.currency", "equals", "THB"), status("not_equals", "Cancelled"));
    let empty = rule("contract.service_type", "is_empty", Value::Null);
    let why = "a negation behind a positive rule spoke of the same contract; now it says “has no contract”, wherever it stands";
    let company = "4.4 company rules do not count";
    vec![
        all(order, &json!([thb, not_cancelled]), Members("AB"), Fixed(why, Ours::Members("A"))),
        any(order, &json!([thb, not_cancelled]), Members("ABZDE"), Fixed(why, Ours::Members("ABDE"))),
        all(order, &json!([empty, status("not_equals", "Draft")]), Members("AD"), Fixed(why, Ours::Members("D"))),
        all(first, &json!([not_cancelled, thb]), Members("A"), Same),
        any(first, &json!([not_cancelled, thb]), Members("ABDE"), Same),
        all(company, &json!([rule("company.industry", "equals", "Bars"), not_cancelled]), Members(""), Same),
        all(company, &json!([rule("company.country", "equals", "Thailand"), status("not_equals", "Expired")]), Members("Z"), Same),
    ]
}

fn empties() -> Vec<Case> {
    let (blank, null) = ("4.5 is_empty and is_not_empty on a contract", "4.6 equals and not_equals null on a contract");
    let no_contract = "What a rule means, 4: is_empty is “has no contract” with it filled";
    let tied = "What a rule means, 4 and 6: it is is_not_empty, of the same contract as the other positive rules";
    vec![
        one(blank, ("contract.service_type", "is_empty"), &json!(null), Members("ADE"), Specified(no_contract, Ours::Members("DE"))),
        one(blank, ("contract.service_type", "is_not_empty"), &json!(null), Members("ABZ"), Same),
        one(null, ("contract.status", "equals"), &json!(null), Members("D"), Same),
        one(null, ("contract.status", "not_equals"), &json!(null), Members("ABZE"), Same),
        all(null, &json!([status("equals", "Draft"), rule("contract.currency", "not_equals", Value::Null)]), Members("E"), Same),
        all(
            null,
            &json!([status("equals", "Expired"), rule("contract.service_type", "not_equals", Value::Null)]),
            Members("A"),
            Specified(tied, Ours::Members("")),
        ),
        case(
            "4.7 the same join by the raw path",
            json!({"entity": "company", "rules": [rule("contracts__status", "equals", "Active")]}),
            Members("ABZ"),
            Specified(
                "The field catalogue: raw paths are no fields (section 2); contract.status is",
                Ours::Error("/rules/0/field", "unknown_field"),
            ),
        ),
    ]
}

fn exact() -> Vec<Case> {
    let place = "5 booleans that were compared as such";
    let mut cases = Vec::new();
    for value in [json!(true), json!(1), json!("True"), json!("t"), json!("1")] {
        cases.push(one(place, ("company.is_active", "equals"), &value, Members("ABZE"), Same));
        cases.push(one(place, ("company.is_active", "not_equals"), &value, Members("D"), Same));
        cases.push(one(place, ("is_active", "equals"), &value, Members("ABZDE"), Same));
    }
    for value in [json!(false), json!(0), json!("False"), json!("f"), json!("0")] {
        cases.push(one(place, ("company.is_active", "equals"), &value, Members("D"), Same));
        cases.push(one(place, ("unsubscribed", "equals"), &value, Members("ABZDE"), Same));
    }
    cases.push(one(
        place,
        ("company.is_active", "equals"),
        &json!("true"),
        Raised,
        Specified("What a rule means, 2: case is ignored", Ours::Members("ABZE")),
    ));
    cases.push(one(place, ("company.is_active", "equals"), &json!("maybe"), Raised, Refused("/rules/0/value", "invalid")));
    cases
}

fn by_text() -> Vec<Case> {
    let (text, typed) = ("5 the other booleans", "5 the other booleans, in_list and greater_than");
    let now = |members| Fixed("compared as text, which the engines spell differently; now as true and false", Ours::Members(members));
    let not_here = Specified("Operators: booleans take equals and lists", Ours::Error("/rules/0/operator", "operator_not_for_field"));
    let primary = |operator: &'static str| ("is_primary", operator);
    vec![
        one(text, primary("equals"), &json!(true), Differed(Some(""), None), now("A")),
        one(text, ("contract.auto_renew", "equals"), &json!(true), Differed(Some(""), None), now("ABZ")),
        one(text, ("contract.is_active", "equals"), &json!(true), Differed(Some(""), None), now("ABZE")),
        one(text, primary("not_equals"), &json!(true), Differed(Some("ABZDE"), None), now("BZDE")),
        one(text, primary("equals"), &json!("true"), Differed(Some(""), Some("A")), now("A")),
        one(text, primary("equals"), &json!(1), Differed(Some("A"), None), now("A")),
        one(text, primary("equals"), &json!("1"), Differed(Some("A"), Some("")), now("A")),
        one(typed, primary("in_list"), &json!([true]), Members("A"), Same),
        one(typed, ("contract.auto_renew", "in_list"), &json!([true]), Members("ABZ"), Same),
        one(typed, primary("greater_than"), &json!(false), Members("A"), not_here),
        one("5 contains on a boolean", primary("contains"), &json!("true"), Differed(Some(""), Some("A")), not_here),
    ]
}
