//! Sections 1 and 2 of the page: who is a member, and the shape of documents.

use std::fmt::Display;

use serde_json::json;

use super::Now::{Fixed, Refused, Same, Specified};
use super::Old::{Members, Raised};
use super::{Case, Now, Old, Ours, Place, fix, kept};

pub(super) const PLACES: &[Place] = &[
    kept("1.1 active and not unsubscribed, and nothing else"),
    kept("1.2 each contact once"),
    kept("1.5 no rules"),
    kept("2 entity missing"),
    kept("2 entity company"),
    fix("2 entity anything else"),
    kept("2 match_type missing"),
    fix("2 match_type anything but all"),
    fix("2 a rule without field or operator"),
    fix("2 an unknown operator"),
    kept("2 an operator that is a list or an object"),
    kept("2 criteria or a rule that is a list, string, number"),
    kept("2 a field that is not a string"),
    fix("2 an unknown field"),
    kept("2 company.x or contract.x with entity company"),
    kept("2 the documented spelling company.contracts.status"),
    kept("2 company. replaced everywhere in the field"),
    fix("2 raw Django paths"),
    kept("2 a field with a lookup in it"),
    kept("2 the value of is_empty"),
];

/// A case of one line of JSON.
pub(super) fn case(place: &'static str, document: impl Display, old: Old, now: Now) -> Case {
    Case { place, document: document.to_string(), old, now }
}

/// A case of rules that must all be met.
pub(super) fn all(place: &'static str, rules: &serde_json::Value, old: Old, now: Now) -> Case {
    case(place, json!({"entity": "contact", "match_type": "all", "rules": rules}), old, now)
}

/// A case of one rule.
pub(super) fn one(place: &'static str, (field, operator): (&str, &str), value: &serde_json::Value, old: Old, now: Now) -> Case {
    all(place, &json!([{"field": field, "operator": operator, "value": value}]), old, now)
}

const EVERYBODY: &str = "ABZDE";

pub(super) fn cases() -> Vec<Case> {
    [members(), entities(), dropped(), raised(), fields()].into_iter().flatten().collect()
}

fn members() -> Vec<Case> {
    let empty = |document: &str| {
        let now = Specified("What a rule means, 1: an error in eval; stored, it has no members", Ours::Error("/rules", "empty"));
        case("1.5 no rules", document, Members(""), now)
    };
    let who = "1.1 active and not unsubscribed, and nothing else";
    vec![
        one(who, ("name", "is_not_empty"), &json!(null), Members(EVERYBODY), Same),
        one(who, ("is_active", "equals"), &json!(false), Members(""), Same),
        one(who, ("unsubscribed", "equals"), &json!(true), Members(""), Same),
        one(who, ("company.is_active", "equals"), &json!(true), Members("ABZE"), Same),
        one("1.2 each contact once", ("contract.value", "greater_than"), &json!(0), Members("ABZE"), Same),
        empty("{}"),
        empty("null"),
        empty(r#"{"entity": "contact", "match_type": "all"}"#),
        empty(r#"{"entity": "company", "match_type": "any", "rules": []}"#),
    ]
}

fn entities() -> Vec<Case> {
    let ann = json!([{"field": "name", "operator": "equals", "value": "Ann"}]);
    let hotels = json!({"field": "company.industry", "operator": "equals", "value": "Hotels"});
    let thai = json!({"field": "company.country", "operator": "equals", "value": "Thailand"});
    let both = json!([hotels, thai]);
    let is_contact = "it was read as contact, without the company’s fields";
    let is_any = "it was read as any";
    let word = |pointer| Ours::Error(pointer, "unknown_word");
    vec![
        case("2 entity missing", json!({"match_type": "all", "rules": ann}), Members("A"), Same),
        case(
            "2 entity company",
            json!({"entity": "company", "rules": [{"field": "industry", "operator": "equals", "value": "Hotels"}]}),
            Members("AD"),
            Same,
        ),
        case("2 entity anything else", json!({"entity": "people", "rules": ann}), Members("A"), Fixed(is_contact, word("/entity"))),
        case("2 entity anything else", json!({"entity": "Contact", "rules": [hotels]}), Raised, Fixed(is_contact, word("/entity"))),
        case("2 match_type missing", json!({"entity": "contact", "rules": both}), Members("A"), Same),
        case(
            "2 match_type anything but all",
            json!({"match_type": "ALL", "rules": both}),
            Members("AZD"),
            Fixed(is_any, word("/match_type")),
        ),
        case(
            "2 match_type anything but all",
            json!({"match_type": "none", "rules": both}),
            Members("AZD"),
            Fixed(is_any, word("/match_type")),
        ),
        case(
            "2 match_type anything but all",
            json!({"match_type": 5, "rules": both}),
            Members("AZD"),
            Fixed(is_any, Ours::Error("/match_type", "unknown_word")),
        ),
    ]
}

fn dropped() -> Vec<Case> {
    let (rule, operator) = ("2 a rule without field or operator", "2 an unknown operator");
    let hotels = json!({"field": "company.industry", "operator": "equals", "value": "Hotels"});
    let beside = |rule: serde_json::Value| json!([hotels, rule]);
    let why = "it was dropped in silence, and the rest still selected: more people";
    let now = |pointer, code| Fixed(why, Ours::Error(pointer, code));
    vec![
        all(rule, &beside(json!({"operator": "equals", "value": "x"})), Members("AD"), now("/rules/1/field", "missing")),
        all(rule, &beside(json!({"field": "", "operator": "equals", "value": "x"})), Members("AD"), now("/rules/1/field", "missing")),
        all(rule, &beside(json!({"field": "name", "value": "x"})), Members("AD"), now("/rules/1/operator", "missing")),
        all(rule, &beside(json!({"field": "name", "operator": "", "value": "x"})), Members("AD"), now("/rules/1/operator", "missing")),
        all(rule, &json!([{}]), Members(""), now("/rules/0/field", "missing")),
        all(
            operator,
            &beside(json!({"field": "name", "operator": "matches", "value": "x"})),
            Members("AD"),
            now("/rules/1/operator", "unknown_operator"),
        ),
        all(
            operator,
            &beside(json!({"field": "name", "operator": "EQUALS", "value": "x"})),
            Members("AD"),
            now("/rules/1/operator", "unknown_operator"),
        ),
    ]
}

fn raised() -> Vec<Case> {
    let shape = "2 criteria or a rule that is a list, string, number";
    let operator = "2 an operator that is a list or an object";
    let field = "2 a field that is not a string";
    let with = |key: &str, value: serde_json::Value| {
        let mut rule = json!({"field": "name", "operator": "equals", "value": "Ann"});
        rule[key] = value;
        json!([rule])
    };
    vec![
        all(operator, &with("operator", json!(["equals"])), Raised, Refused("/rules/0/operator", "wrong_type")),
        all(operator, &with("operator", json!({"equals": 1})), Raised, Refused("/rules/0/operator", "wrong_type")),
        case(shape, "[1]", Raised, Refused("", "wrong_type")),
        case(shape, "\"name\"", Raised, Refused("", "wrong_type")),
        case(shape, "5", Raised, Refused("", "wrong_type")),
        all(shape, &json!([["name", "equals", "Ann"]]), Raised, Refused("/rules/0", "wrong_type")),
        all(shape, &json!(["name"]), Raised, Refused("/rules/0", "wrong_type")),
        all(shape, &json!([5]), Raised, Refused("/rules/0", "wrong_type")),
        all(field, &with("field", json!(5)), Raised, Refused("/rules/0/field", "wrong_type")),
        case(field, json!({"entity": "company", "rules": with("field", json!(5))}), Raised, Refused("/rules/0/field", "wrong_type")),
    ]
}

fn fields() -> Vec<Case> {
    let equals = |field: &str, value: &str| json!([{"field": field, "operator": "equals", "value": value}]);
    let of_company = |rules: serde_json::Value| json!({"entity": "company", "match_type": "all", "rules": rules});
    let unknown = Ours::Error("/rules/0/field", "unknown_field");
    let (prefixed, raw) = ("2 company.x or contract.x with entity company", "2 raw Django paths");
    let hole = "anything that a path reaches could be asked, letter by letter; now the catalogue’s fields alone";
    let catalogue = "The field catalogue";
    vec![
        all(
            "2 an unknown field",
            &equals("shoe_size", "42"),
            Raised,
            Fixed("the error listed every column of the table; now it names a field that is meant", unknown),
        ),
        case(prefixed, of_company(equals("company.industry", "Hotels")), Raised, Refused("/rules/0/field", "unknown_field")),
        case(prefixed, of_company(equals("contract.status", "Active")), Raised, Specified(catalogue, Ours::Members("ABZ"))),
        all(
            "2 the documented spelling company.contracts.status",
            &equals("company.contracts.status", "Active"),
            Raised,
            Specified(catalogue, Ours::Members("ABZ")),
        ),
        all(
            "2 company. replaced everywhere in the field",
            &equals("company.company.name", "Beta Bar"),
            Raised,
            Refused("/rules/0/field", "unknown_field"),
        ),
        all(raw, &equals("company__contracts__status", "Active"), Members("ABZ"), Fixed(hole, unknown)),
        one(raw, ("segments__created_by__password", "starts_with"), &json!("!"), Members(""), Fixed(hole, unknown)),
        one(raw, ("id", "is_not_empty"), &json!(null), Members(EVERYBODY), Fixed(hole, unknown)),
        one("2 a field with a lookup in it", ("name__regex", "equals"), &json!("."), Raised, Refused("/rules/0/field", "unknown_field")),
        one("2 the value of is_empty", ("title", "is_empty"), &json!("no matter"), Members("B"), Same),
        one("2 the value of is_empty", ("title", "is_not_empty"), &json!(["no", "matter"]), Members("AZDE"), Same),
    ]
}
