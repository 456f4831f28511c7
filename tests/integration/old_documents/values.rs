//! Section 3 of the page: operators, case, and values of every type, the wrong ones too.

use serde_json::{Value, json};

use super::Now::{Fixed, Refused, Same, Specified};
use super::Old::{Differed, Members, Raised};
use super::shape::{all, case, one};
use super::{Case, Now, Old, Ours, Place, fix, kept};

pub(super) const PLACES: &[Place] = &[
    kept("3 equals"),
    kept("3 not_equals"),
    kept("3 contains, starts_with, ends_with"),
    kept("3 not_contains"),
    kept("3 greater_than to less_than_or_equal"),
    kept("3 between"),
    kept("3 in_list"),
    kept("3 is_empty"),
    kept("3 is_not_empty"),
    kept("3 case: A to Z on SQLite, all letters on PostgreSQL"),
    kept("3 case: ß, ı, İ"),
    fix("3 nobody normalises"),
    fix("3 blanks are kept"),
    kept("3 equals and not_equals null"),
    kept("3 any other operator with null"),
    fix("3 equals with a JSON number or boolean"),
    kept("3 a number given as string"),
    kept("3 “01” on a number"),
    kept("3 contains on numbers and dates"),
    kept("3 equals with a list or an object"),
    kept("3 contains with a list"),
    kept("3 equals ''"),
    kept("3 contains ''"),
    kept("3 NUL"),
    kept("3 a lone surrogate"),
    kept("3 100,000 letters"),
    kept("3 1,500 rules"),
    kept("3 40,000 list items"),
    kept("3 numbers: what ordered operators take"),
    kept("3 numbers: fractions in ordered operators"),
    fix("3 numbers: fractions in between and in_list"),
    kept("3 numbers: out of 32 bit"),
    fix("3 is_empty on a number, date, money or boolean"),
    kept("3 between with a wrong number of values"),
    fix("3 between with a string"),
    fix("3 in_list with a string, an object, a number"),
    kept("3 money: ordered, between, in_list"),
    fix("3 money: equals"),
    kept("3 dates: ordered"),
    fix("3 dates: equals"),
];

const VALUE: &str = "/rules/0/value";
const TAKES: &str = "Operators: which types they take";
const ERRORS: &str = "What a rule means, 6: errors, never guesses";
const LIMITS: &str = "The document: limits";

pub(super) fn cases() -> Vec<Case> {
    [operators(), lists(), letters(), nulls(), wrong_types(), too_much(), numbers(), shapes(), money(), dates()]
        .into_iter()
        .flatten()
        .collect()
}

fn specified(why: &'static str, pointer: &'static str, code: &'static str) -> Now {
    Specified(why, Ours::Error(pointer, code))
}

fn not_for_field() -> Now {
    specified(TAKES, "/rules/0/operator", "operator_not_for_field")
}

fn operators() -> Vec<Case> {
    let title = |operator: &'static str| ("title", operator);
    let department = |operator: &'static str| ("department", operator);
    let places = |operator: &'static str| ("company.location_count", operator);
    let (like, ordered) = ("3 contains, starts_with, ends_with", "3 greater_than to less_than_or_equal");
    vec![
        one("3 equals", title("equals"), &json!("MANAGER"), Members("AD"), Same),
        one("3 equals", ("last_contacted", "equals"), &json!("2020-01-01"), Members(""), Same),
        one("3 not_equals", title("not_equals"), &json!("manager"), Members("BZE"), Same),
        one("3 not_equals", ("last_contacted", "not_equals"), &json!("2020-01-01"), Members("ABZDE"), Same),
        one(like, title("contains"), &json!("MANAGE"), Members("AZD"), Same),
        one(like, title("starts_with"), &json!("man"), Members("AD"), Same),
        one(like, title("ends_with"), &json!("MANAGER"), Members("AZD"), Same),
        one(like, department("contains"), &json!("%"), Members("B"), Same),
        one(like, department("contains"), &json!("_"), Members("Z"), Same),
        one(like, department("contains"), &json!("\\"), Members("D"), Same),
        one(like, department("contains"), &json!("'"), Members("E"), Same),
        one(like, department("ends_with"), &json!("\"x\""), Members("E"), Same),
        one("3 not_contains", title("not_contains"), &json!("manager"), Members("BE"), Same),
        one(ordered, places("greater_than"), &json!(4), Members("BE"), Same),
        one(ordered, places("greater_than_or_equal"), &json!(4), Members("BZE"), Same),
        one(ordered, places("less_than"), &json!(4), Members("AD"), Same),
        one(ordered, places("less_than_or_equal"), &json!(4), Members("AZD"), Same),
        one(ordered, ("last_contacted", "greater_than"), &json!("2020-01-01"), Members("BD"), Same),
        one(ordered, ("name", "greater_than"), &json!("B"), Members("BZDE"), not_for_field()),
        one("3 is_empty", title("is_empty"), &json!(null), Members("B"), Same),
        one(
            "3 is_empty",
            ("company.current_plan", "is_empty"),
            &json!(null),
            Members("B"),
            Specified("What a rule means, 3: blank text is empty", Ours::Members("BE")),
        ),
        one("3 is_not_empty", title("is_not_empty"), &json!(null), Members("AZDE"), Same),
        one("3 is_not_empty", ("company.country", "is_not_empty"), &json!(null), Members("ABZE"), Same),
    ]
}

fn lists() -> Vec<Case> {
    let places = |operator: &'static str| ("company.location_count", operator);
    let industry = ("company.industry", "in_list");
    let beside = json!({"match_type": "any", "rules": [
        {"field": "company.industry", "operator": "in_list", "value": []},
        {"field": "name", "operator": "equals", "value": "Ann"},
    ]});
    vec![
        one("3 between", places("between"), &json!([3, 5]), Members("BZD"), Same),
        one("3 between", places("between"), &json!([5, 3]), Members(""), specified(ERRORS, VALUE, "reversed")),
        one("3 between", places("between"), &json!([null, 5]), Members(""), specified(ERRORS, "/rules/0/value/0", "missing")),
        one("3 between", places("between"), &json!([3, null]), Members(""), specified(ERRORS, "/rules/0/value/1", "missing")),
        one("3 in_list", industry, &json!(["Hotels", "Bars"]), Members("ABD"), Same),
        one("3 in_list", places("in_list"), &json!([1, 10, 11]), Members("AE"), Same),
        one(
            "3 in_list",
            ("title", "in_list"),
            &json!(["Manager"]),
            Members("A"),
            Specified("What a rule means, 2: text ignores case, in_list included", Ours::Members("AD")),
        ),
        one("3 in_list", industry, &json!(["Hotels", null]), Members("AD"), specified(ERRORS, "/rules/0/value/1", "missing")),
        one("3 in_list", industry, &json!([]), Members(""), specified(ERRORS, VALUE, "empty")),
        case("3 in_list", beside, Members("A"), specified(ERRORS, VALUE, "empty")),
    ]
}

fn letters() -> Vec<Case> {
    let (case_of, special) = ("3 case: A to Z on SQLite, all letters on PostgreSQL", "3 case: ß, ı, İ");
    let folds = |members| Specified("What a rule means, 2: each letter by itself to lower case, on both engines", Ours::Members(members));
    let state = ("company.state", "equals");
    vec![
        one(case_of, ("name", "contains"), &json!("ZOË"), Differed(Some(""), Some("Z")), folds("Z")),
        one(case_of, ("name", "contains"), &json!("nguyỄn"), Differed(Some(""), Some("Z")), folds("Z")),
        one(case_of, ("company.city", "equals"), &json!("σίσυφος"), Differed(Some(""), Some("D")), folds("D")),
        // The last letter of the word has two lower forms, which upper case took for one.
        one(case_of, ("company.city", "equals"), &json!("ΣΊΣΥΦΟΣ"), Differed(Some(""), Some("D")), folds("")),
        one(special, ("title", "equals"), &json!("STRASSE"), Members(""), Same),
        one(special, ("title", "equals"), &json!("STRAßE"), Members("E"), Same),
        one(special, state, &json!("ışık"), Differed(Some("B"), Some("AB")), folds("B")),
        one(special, state, &json!("izmir"), Members("D"), folds("ZD")),
        one(
            "3 nobody normalises",
            ("company.current_plan", "contains"),
            &json!("u\u{301}"),
            Members(""),
            Fixed("two ways to write one letter were two letters; now values are brought to one form", Ours::Members("Z")),
        ),
        one(
            "3 blanks are kept",
            ("company.country", "equals"),
            &json!(" Thailand "),
            Members(""),
            Fixed("“Thailand ” was another country; now equals and lists trim what they are given", Ours::Members("AZ")),
        ),
    ]
}

fn nulls() -> Vec<Case> {
    let null = "3 equals and not_equals null";
    let blank = |members| Specified("What a rule means, 6: null means is_empty, and blank text is empty", Ours::Members(members));
    let mut cases = vec![
        one(null, ("last_contacted", "equals"), &json!(null), Members("AZE"), Same),
        one(null, ("last_contacted", "not_equals"), &json!(null), Members("BD"), Same),
        one(null, ("company.location_count", "equals"), &json!(null), Members(""), Same),
        one(null, ("title", "equals"), &json!(null), Members(""), blank("B")),
        one(null, ("title", "not_equals"), &json!(null), Members("ABZDE"), blank("AZDE")),
        one("3 equals ''", ("title", "equals"), &json!(""), Members("B"), Same),
        one("3 equals ''", ("title", "not_equals"), &json!(""), Members("AZDE"), Same),
        one("3 contains ''", ("title", "contains"), &json!(""), Members("ABZDE"), specified(ERRORS, VALUE, "blank")),
        one("3 contains ''", ("title", "starts_with"), &json!(""), Members("ABZDE"), specified(ERRORS, VALUE, "blank")),
        one("3 contains ''", ("title", "not_contains"), &json!(""), Members(""), specified(ERRORS, VALUE, "blank")),
    ];
    let others = "3 any other operator with null";
    for operator in ["contains", "not_contains", "starts_with", "ends_with"] {
        cases.push(one(others, ("title", operator), &json!(null), Raised, Refused(VALUE, "missing")));
    }
    for operator in ["greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal"] {
        cases.push(one(others, ("company.location_count", operator), &json!(null), Raised, Refused(VALUE, "missing")));
    }
    for operator in ["in_list", "between"] {
        cases.push(one(others, ("company.location_count", operator), &json!(null), Raised, Refused(VALUE, "wrong_type")));
    }
    cases
}

fn wrong_types() -> Vec<Case> {
    let places = |operator: &'static str| ("company.location_count", operator);
    let typed = "3 equals with a JSON number or boolean";
    let fixed =
        |members| Fixed("it worked on SQLite and raised on PostgreSQL; now numbers are compared as numbers", Ours::Members(members));
    let text = Fixed("nothing on SQLite, an error on PostgreSQL; now it says that text is wanted", Ours::Error(VALUE, "wrong_type"));
    let (list, contains) = ("3 equals with a list or an object", "3 contains on numbers and dates");
    vec![
        one(typed, places("equals"), &json!(1), Differed(Some("A"), None), fixed("A")),
        one(typed, places("not_equals"), &json!(1), Differed(Some("BZDE"), None), fixed("BZDE")),
        one(typed, ("title", "equals"), &json!(true), Differed(Some(""), None), text),
        one("3 a number given as string", places("equals"), &json!("1"), Members("A"), Same),
        one("3 a number given as string", places("not_equals"), &json!("10"), Members("ABZD"), Same),
        one(
            "3 “01” on a number",
            places("equals"),
            &json!("01"),
            Members(""),
            Specified("What a rule means, 2: numbers are compared as numbers", Ours::Members("A")),
        ),
        one(contains, places("contains"), &json!("1"), Members("AE"), not_for_field()),
        one(contains, ("contract.end_date", "contains"), &json!("2026-12"), Members("AE"), not_for_field()),
        one(contains, ("contract.end_date", "starts_with"), &json!("2026"), Members("ABZE"), not_for_field()),
        one(list, ("title", "equals"), &json!(["Manager"]), Members(""), specified(ERRORS, VALUE, "wrong_type")),
        one(list, ("title", "equals"), &json!({"a": 1}), Differed(Some(""), None), specified(ERRORS, VALUE, "wrong_type")),
        one("3 contains with a list", ("title", "contains"), &json!(["Manager"]), Members(""), specified(ERRORS, VALUE, "wrong_type")),
        one("3 NUL", ("name", "contains"), &json!("A\0x"), Differed(Some("A"), None), specified(ERRORS, VALUE, "invalid")),
        case(
            "3 a lone surrogate",
            r#"{"rules": [{"field": "name", "operator": "contains", "value": "\ud800"}]}"#,
            Raised,
            Refused("", "not_json"),
        ),
    ]
}

fn too_much() -> Vec<Case> {
    let rules = |count: usize| Value::from(vec![json!({"field": "name", "operator": "not_equals", "value": "x"}); count]);
    let items = |count: usize| Value::from((0..count).map(|number| format!("industry {number}")).collect::<Vec<_>>());
    let industry = ("company.industry", "in_list");
    let limit = |pointer, code| specified(LIMITS, pointer, code);
    vec![
        one("3 100,000 letters", ("name", "contains"), &json!("x".repeat(100_000)), Differed(None, Some("")), limit("", "too_long")),
        one("3 100,000 letters", ("name", "contains"), &json!("x".repeat(501)), Members(""), limit(VALUE, "too_long")),
        all("3 1,500 rules", &rules(1_500), Differed(None, Some("ABZDE")), limit("", "too_long")),
        all("3 1,500 rules", &rules(101), Members("ABZDE"), limit("/rules", "too_many")),
        all("3 1,500 rules", &rules(100), Members("ABZDE"), Same),
        one("3 40,000 list items", industry, &items(40_000), Members(""), limit("", "too_long")),
        one("3 40,000 list items", industry, &items(1_001), Members(""), limit(VALUE, "too_many")),
        one("3 40,000 list items", industry, &items(1_000), Members(""), Same),
    ]
}

fn numbers() -> Vec<Case> {
    let places = |operator: &'static str| ("company.location_count", operator);
    let (takes, fractions) = ("3 numbers: what ordered operators take", "3 numbers: fractions in ordered operators");
    let (cut, wide) = ("3 numbers: fractions in between and in_list", "3 numbers: out of 32 bit");
    let exact = |members| Fixed("the fraction was cut off; now numbers are compared exactly", Ours::Members(members));
    let huge: Value = serde_json::from_str(&format!("1{}", "0".repeat(29))).unwrap();
    let written = |operator: &str| {
        format!(r#"{{"rules":[{{"field":"company.location_count","operator":"{operator}","value":1{}}}]}}"#, "0".repeat(30))
    };
    let digits = |pointer| specified("What a rule means, 2: at most 30 digits", pointer, "too_long");
    vec![
        one(takes, places("greater_than"), &json!("4"), Members("BE"), Same),
        one(takes, places("greater_than_or_equal"), &json!(true), Members("ABZDE"), specified(ERRORS, VALUE, "wrong_type")),
        one(takes, places("greater_than"), &json!("many"), Raised, Refused(VALUE, "invalid")),
        one(takes, places("greater_than"), &json!(""), Raised, Refused(VALUE, "blank")),
        one(fractions, places("greater_than_or_equal"), &json!(3.5), Members("BZE"), Same),
        one(fractions, places("less_than"), &json!(3.5), Members("AD"), Same),
        one(fractions, places("greater_than"), &json!(3.5), Members("BZE"), Same),
        one(fractions, places("less_than_or_equal"), &json!(3.5), Members("AD"), Same),
        one(cut, places("between"), &json!([4.5, 5.5]), Members("BZ"), exact("B")),
        one(cut, places("in_list"), &json!([1.9]), Members("A"), exact("")),
        one(wide, places("greater_than"), &huge, Members(""), Same),
        one(wide, places("less_than"), &json!("1e29"), Members("ABZDE"), Same),
        case(wide, written("greater_than"), Members(""), digits(VALUE)),
        case(wide, written("less_than"), Members("ABZDE"), digits(VALUE)),
        one(
            wide,
            places("in_list"),
            &json!([1, 10_000_000_000_000_i64]),
            Differed(None, Some("A")),
            Specified("What a rule means, 2: compared exactly, huge ones too", Ours::Members("A")),
        ),
        one(
            wide,
            places("between"),
            &json!([5, 10_000_000_000_000_i64]),
            Differed(None, Some("BE")),
            Specified("What a rule means, 2: compared exactly, huge ones too", Ours::Members("BE")),
        ),
    ]
}

fn shapes() -> Vec<Case> {
    let places = |operator: &'static str| ("company.location_count", operator);
    let (empty, wrong) = ("3 is_empty on a number, date, money or boolean", "3 between with a wrong number of values");
    let null = |members| Fixed("it raised; now empty is NULL", Ours::Members(members));
    let said =
        |pointer, code| Fixed("it was taken apart into letters or keys; now it says that a list is wanted", Ours::Error(pointer, code));
    let list = "3 in_list with a string, an object, a number";
    vec![
        one(empty, places("is_empty"), &json!(null), Raised, null("")),
        one(empty, places("is_not_empty"), &json!(null), Raised, null("ABZDE")),
        one(empty, ("last_contacted", "is_empty"), &json!(null), Raised, null("AZE")),
        one(empty, ("last_contacted", "is_not_empty"), &json!(null), Raised, null("BD")),
        one(empty, ("is_primary", "is_empty"), &json!(null), Raised, null("")),
        one(empty, ("contract.value", "is_empty"), &json!(null), Raised, null("D")),
        one(empty, ("contract.end_date", "is_not_empty"), &json!(null), Raised, null("ABZE")),
        one(wrong, places("between"), &json!([3]), Raised, Refused(VALUE, "invalid")),
        one(wrong, places("between"), &json!([3, 4, 5]), Raised, Refused(VALUE, "invalid")),
        one(wrong, places("between"), &json!([]), Raised, Refused(VALUE, "invalid")),
        one(wrong, places("between"), &json!(3), Raised, Refused(VALUE, "wrong_type")),
        one("3 between with a string", places("between"), &json!("59"), Members("B"), said(VALUE, "wrong_type")),
        one(list, places("in_list"), &json!("15"), Members("AB"), said(VALUE, "wrong_type")),
        one(list, places("in_list"), &json!({"1": 0}), Members("A"), said(VALUE, "wrong_type")),
        one(list, places("in_list"), &json!(5), Raised, said(VALUE, "wrong_type")),
    ]
}

fn money() -> Vec<Case> {
    let value = |operator: &'static str| ("contract.value", operator);
    let (ordered, equals) = ("3 money: ordered, between, in_list", "3 money: equals");
    let amount = |members| Fixed("it was compared as text, which the engines write differently; now as an amount", Ours::Members(members));
    let mut cases = vec![
        one(ordered, value("greater_than"), &json!(100_000), Members("A"), Same),
        one(ordered, value("greater_than_or_equal"), &json!("100000.00"), Members("AZ"), Same),
        one(ordered, value("less_than"), &json!(500.01), Members("BZ"), Same),
        one(ordered, value("between"), &json!([500, 1_000]), Members("ABE"), Same),
        one(ordered, value("in_list"), &json!([12_345.6, "10"]), Members("BZ"), Same),
        one(ordered, value("greater_than"), &json!(""), Raised, Refused(VALUE, "blank")),
        one(equals, value("equals"), &json!("1000.00"), Differed(Some(""), Some("AE")), amount("AE")),
        one(equals, value("equals"), &json!("1000"), Differed(Some("AE"), Some("")), amount("AE")),
        one(equals, value("equals"), &json!("12345.6"), Differed(Some("B"), Some("")), amount("B")),
        one(equals, value("not_equals"), &json!(1_000), Differed(Some("BZD"), None), amount("BZD")),
    ];
    for text in ["1,000", "NaN", "Infinity"] {
        cases.push(one(ordered, value("greater_than"), &json!(text), Raised, Refused(VALUE, "invalid")));
    }
    cases
}

fn dates() -> Vec<Case> {
    let end = |operator: &'static str| ("contract.end_date", operator);
    let (ordered, equals) = ("3 dates: ordered", "3 dates: equals");
    let day = |members| Fixed("it was compared as text, so that 2026-7-1 was no day; now as a day", Ours::Members(members));
    let refused = |value: Value, code: &'static str| -> Case {
        one(ordered, ("contract.end_date", "less_than"), &value, Raised, Refused(VALUE, code))
    };
    let same = |operator: &'static str, value: &str, old: Old| one(ordered, end(operator), &json!(value), old, Same);
    vec![
        same("less_than", "2026-07-01", Members("BZ")),
        same("less_than", "2026-7-1", Members("BZ")),
        same("less_than_or_equal", "2026-7-1", Members("ABZ")),
        same("greater_than", "2026-12-15", Members("AB")),
        same("greater_than_or_equal", "2026-12-15", Members("ABE")),
        refused(json!("2026-07-01T00:00:00Z"), "invalid"),
        refused(json!("2026-07-01 09:00"), "invalid"),
        refused(json!("2026-02-30"), "invalid"),
        refused(json!(""), "blank"),
        refused(json!("soon"), "invalid"),
        refused(json!(20_260_701), "wrong_type"),
        refused(json!("10000-01-01"), "invalid"),
        one(equals, end("equals"), &json!("2026-7-1"), Members(""), day("A")),
        one(equals, end("not_equals"), &json!("2026-7-1"), Members("ABZDE"), day("BZDE")),
        one(equals, ("last_contacted", "equals"), &json!("2026-07-01"), Members(""), day("B")),
    ]
}
