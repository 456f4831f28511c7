//! Documents go into fields and come back as they were, whatever stands in them; what is typed becomes what it means.

#![expect(clippy::needless_pass_by_value, reason = "documents are written where they are used")]

use serde_json::{Value, json};

use super::compose::{BUTTON, CRITERIA, MARKER, View, compose};
use super::control::{Control, of_node, of_value};
use super::editor::{Form, Texts};
use super::reading::{entity_of, field_name, number_of, read};
use super::subject::{Scope, Subject};
use super::tree::{Node, Shape, Tree};
use super::tried::Tried;
use crate::admin::form::FormData;
use crate::criteria::json;
use crate::query::Operator;

type Fields = Vec<(String, String)>;

/// The fields of the page that shows a document, as a browser sends them untouched.
fn fields(document: &Value) -> Fields {
    let tree = Tree::of(document).unwrap_or_else(|why| panic!("{document}: {why}"));
    let entity = tree.text("entity");
    let scope = Scope { entity: entity_of(entity), is_of_contract: false };
    let or = |word: &str, otherwise: &str| if word.is_empty() { otherwise.to_owned() } else { word.to_owned() };
    let mut found = vec![
        ("criteria-was".to_owned(), tree.own.to_string()),
        ("criteria-entity".to_owned(), or(entity, "contact")),
        ("criteria-match".to_owned(), or(tree.text("match_type"), "all")),
    ];
    let nodes = if tree.nodes.is_empty() { vec![Node { is_vacant: true, ..Node::blank() }] } else { tree.nodes.clone() };
    nodes.iter().enumerate().for_each(|(index, node)| sent_of(node, &[index], scope, &mut found));
    found
}

fn sent_of(node: &Node, path: &[usize], scope: Scope, found: &mut Fields) {
    for control in of_node(node, scope, &[]) {
        found.push((field_name(node.shape, path, control.part), sent(&control)));
    }
    if !node.is_vacant {
        found.push((field_name(node.shape, path, "was"), Value::Object(node.own.clone()).to_string()));
    }
    let scope = Scope { is_of_contract: scope.is_of_contract || node.shape == Shape::Contracts, ..scope };
    node.nodes.iter().enumerate().for_each(|(index, inner)| sent_of(inner, &[path, &[index]].concat(), scope, found));
}

/// What a browser sends of a control: the choice that is chosen, or the first.
fn sent(control: &Control) -> String {
    let all = || control.groups.iter().flat_map(|(_, choices)| choices);
    let chosen = all().find(|choice| choice.is_selected).or_else(|| all().next());
    chosen.map_or_else(|| control.value.clone(), |choice| choice.value.clone())
}

fn back(fields: &Fields, follows: bool) -> Value {
    read(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())), follows).document()
}

/// The same fields with one changed, or added.
fn with(mut fields: Fields, name: &str, value: &str) -> Fields {
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

fn rule(field: &str, operator: &str, value: Value) -> Value {
    json!({"field": field, "operator": operator, "value": value})
}

fn document(rules: Vec<Value>) -> Value {
    json!({"entity": "contact", "match_type": "all", "rules": rules})
}

#[track_caller]
fn comes_back(document: &Value) {
    for follows in [false, true] {
        assert_eq!(json::pretty(&back(&fields(document), follows)), json::pretty(document), "{follows}");
    }
}

/// Values of every shape, right and wrong.
const VALUES: &str = r#"[
    null, "", " ", "Thailand", "  outer  ", "a\tb", "“quotes” \"and\" 'more' & <b>", "007", "1e5", "5", 5, 5.50, -3,
    123456789012345678901234567890.1250, true, false, "yes", "0", "2026-12-31", "2026-1-2", "2026-12-31T09:30:00+07:00",
    "31.12.2026", "this_month", "someday", "Hotels", "hotels", "Hotels & Resorts", "Hotel", "ก่อน",
    "00000000-0000-0000-0000-00000000000A", [], [""], ["a"], ["a", "b"], [1, "1", 1.0], [5, ""], ["", "  ", "x"], [null, true],
    ["2026-01-01", "2026-02-01"], [[1], {"a": 2}], {}, {"amount": 90, "unit": "days"}, {"amount": "many", "unit": "years"},
    {"unit": "weeks"}, {"amount": 1}, {"amount": [1], "unit": "days"}, {"amount": 1, "unit": "days", "more": 2}
]"#;

fn values() -> Vec<Value> {
    json::parse(VALUES).ok().and_then(|values| values.as_array().cloned()).unwrap_or_default()
}

#[test]
fn rules_of_every_field_and_operator_come_back_with_values_of_every_shape() {
    let paths = [
        "title",
        "company.industry",
        "company.location_count",
        "contract.value",
        "is_primary",
        "contract.end_date",
        "last_contacted",
        "segment",
        "shoe_size",
        "company.contracts.status",
        "company.country",
    ];
    assert!(values().len() > 40);
    let names: Vec<&str> = Operator::all().map(Operator::name).chain(["in_segment", "not_in_segment", "like"]).collect();
    for path in paths {
        for name in &names {
            let rules: Vec<Value> = values().into_iter().map(|value| rule(path, name, value)).collect();
            comes_back(&document(rules));
        }
    }
}

#[test]
fn whatever_is_missing_stays_missing_and_flags_stay_as_they_are() {
    for rules in [
        vec![json!({})],
        vec![json!({"field": "title"}), json!({"operator": "equals"}), json!({"value": 3})],
        vec![json!({"field": "title", "operator": "is_empty"}), json!({"field": "title", "operator": "is_empty", "value": "ignored"})],
        vec![json!({"field": "title", "operator": "equals", "value": "x", "include_empty": true})],
        vec![json!({"field": "title", "operator": "is_empty", "include_empty": false})],
        vec![json!({"include_empty": true})],
    ] {
        comes_back(&document(rules));
    }
    for whole in [
        json!(null),
        json!({}),
        json!({"rules": []}),
        json!({"entity": "company"}),
        json!({"match_type": "any", "rules": []}),
        json!({"entity": "person", "match_type": "some", "rules": [{"field": "name"}]}),
        json!({"rules": [{"field": "name", "operator": "equals", "value": 1}]}),
    ] {
        comes_back(&whole);
    }
}

#[test]
fn groups_and_questions_to_contracts_come_back() {
    let one = || rule("status", "equals", json!("Active"));
    for node in [
        json!({"match_type": "any", "rules": [one(), {"rules": [one()]}, {"match_type": "none", "rules": []}]}),
        json!({"rules": [{"rules": [{"rules": [{"rules": [{"rules": [one()]}]}]}]}]}),
        json!({"match_type": "most", "rules": [one()]}),
        json!({"relation": "contract", "rules": []}),
        json!({"relation": "contract", "match_type": "none", "rules": [one(), {"rules": [one()]}, rule("contract.currency", "in_list", json!(["USD"]))]}),
        json!({"relation": "contract", "aggregate": "count", "operator": "equals", "value": 0, "rules": [one()]}),
        json!({"relation": "contract", "aggregate": "count", "operator": "equals", "value": "0", "rules": []}),
        json!({"relation": "contract", "aggregate": "count", "operator": "between", "value": [1, 3], "rules": []}),
        json!({"relation": "contract", "aggregate": "count", "rules": []}),
        json!({"relation": "contract", "aggregate": "sum", "of": "value", "operator": "greater_than", "value": 100_000, "rules": [one()]}),
        json!({"relation": "contract", "aggregate": "sum", "of": "value", "operator": "like", "value": {"a": 1}, "rules": [one()]}),
    ] {
        comes_back(&document(vec![rule("title", "equals", json!("x")), node.clone()]));
        comes_back(&json!({"entity": "company", "rules": [node]}));
    }
}

#[test]
fn what_cannot_be_shown_is_told_and_stays_json() {
    for shape in [
        json!([]),
        json!("x"),
        json!({"rules": {}}),
        json!({"rules": [1]}),
        json!({"rules": [], "more": 1}),
        json!({"entity": 5}),
        document(vec![json!({"field": 5})]),
        document(vec![json!({"field": ""})]),
        document(vec![json!({"field": "title", "colour": 1})]),
        document(vec![json!({"field": "title", "include_empty": "yes"})]),
        document(vec![json!({"match_type": "all"})]),
        document(vec![json!({"relation": "company", "rules": []})]),
        document(vec![json!({"relation": "contract"})]),
        document(vec![json!({"relation": "contract", "of": "value", "rules": []})]),
        document(vec![json!({"relation": "contract", "rules": [{"relation": "contract", "rules": []}]})]),
        document(vec![rule("title", "in_list", json!(["one\nline", "two"]))]),
        document(vec![rule("title", "equals", json!("a\rb"))]),
        document(vec![rule("title", "equals", json!("\0"))]),
        json!({"rules": [{"rules": [{"rules": [{"rules": [{"rules": [{"rules": [{"rules": [{}]}]}]}]}]}]}]}),
        document(vec![json!({}); 130]),
    ] {
        let why = Tree::of(&shape).err();
        assert!(why.as_ref().is_some_and(|why| why.ends_with('.')), "{shape}: {why:?}");
        let data = FormData::new(vec![(CRITERIA.into(), json::pretty(&shape)), (BUTTON.into(), "rules".into())]);
        let after = compose(data);
        assert_eq!(after.get(CRITERIA), json::pretty(&shape));
        assert!(matches!(View::of(&after), View::Json { why: Some(_) }));
    }
}

#[test]
fn a_hundred_rules_fit_into_a_form() {
    let rules = vec![rule("last_contacted", "between", json!(["2026-01-01", "2026-02-01"])); 100];
    assert!(fields(&document(rules)).len() < 950);
}

#[test]
fn what_is_typed_becomes_what_its_field_asks_for() {
    let shown = |rules: Value| fields(&document(vec![rules]));
    let typed = |fields: Fields| back(&fields, false)["rules"][0].clone();
    let count = rule("company.location_count", "greater_than", json!("1"));
    for (text, value) in [
        ("25", json!(25)),
        ("2.50", serde_json::from_str("2.50").unwrap_or_default()),
        ("007", json!("007")),
        ("1e5", json!("1e5")),
        ("many", json!("many")),
    ] {
        assert_eq!(typed(with(shown(count.clone()), "rule-0-value", text))["value"].to_string(), value.to_string(), "{text}");
    }
    assert_eq!(typed(shown(count.clone()))["value"], json!("1"), "untouched, it is what it was");
    assert_eq!(typed(with(shown(count), "rule-0-value", "")), json!({"field": "company.location_count", "operator": "greater_than"}));
    let list = rule("title", "in_list", json!(["GM", 7]));
    assert_eq!(typed(with(shown(list), "rule-0-value", "7\n\nCEO\nGM\n"))["value"], json!([7, "CEO", "GM"]));
    let flag = rule("is_primary", "equals", json!("yes"));
    assert_eq!(typed(with(shown(flag), "rule-0-value", "false"))["value"], json!(false));
    let span = json!({"field": "contract.end_date", "operator": "in_the_next"});
    let span = with(shown(span), "rule-0-value", "60");
    assert_eq!(typed(span)["value"], json!({"amount": 60, "unit": "days"}));
    let between = json!({"field": "contract.value", "operator": "between"});
    assert_eq!(typed(with(shown(between), "rule-0-value", "5"))["value"], json!([5, ""]));
    let blanks = with(shown(rule("title", "equals", json!("GM"))), "rule-0-blank", "true");
    assert_eq!(typed(blanks)["include_empty"], json!(true));
}

#[test]
fn operator_and_value_follow_a_field_that_was_changed_but_nothing_is_saved_unseen() {
    let shown = fields(&document(vec![rule("company.country", "contains", json!("5"))]));
    let changed = with(shown, "rule-0-field", "company.location_count");
    assert_eq!(back(&changed, true)["rules"][0], rule("company.location_count", "equals", json!(5)));
    assert_eq!(back(&changed, false)["rules"][0], rule("company.location_count", "contains", json!("5")), "an error, not a guess");
    let dated = with(changed, "rule-0-field", "contract.end_date");
    assert_eq!(back(&dated, true)["rules"][0], json!({"field": "contract.end_date", "operator": "equals"}));
    let operator = with(fields(&document(vec![rule("contract.value", "greater_than", json!(5))])), "rule-0-operator", "between");
    assert_eq!(back(&operator, true)["rules"][0], rule("contract.value", "between", json!([5, ""])));
    let blank = with(fields(&json!({"rules": []})), "rule-0-field", "contract.auto_renew");
    assert_eq!(back(&blank, true)["rules"], json!([{"field": "contract.auto_renew", "operator": "equals"}]));
}

#[test]
fn a_changed_entity_takes_the_rules_along() {
    let rules = vec![
        rule("company.country", "equals", json!("Thailand")),
        rule("title", "equals", json!("GM")),
        json!({"relation": "contract", "rules": [rule("status", "equals", json!("Active"))]}),
        rule("contract.value", "equals", json!(1)),
    ];
    let company = back(&with(fields(&document(rules)), "criteria-entity", "company"), false);
    let paths: Vec<&Value> = ["/rules/0/field", "/rules/1/field", "/rules/2/rules/0/field", "/rules/3/field"]
        .iter()
        .filter_map(|at| company.pointer(at))
        .collect();
    assert_eq!(paths, ["country", "contact.title", "status", "contract.value"], "a contact's field is an error there, never another field");
    let again = back(&with(fields(&company), "criteria-entity", "contact"), false);
    assert_eq!(again["rules"][0]["field"], "company.country");
}

#[test]
fn a_question_to_contracts_follows_how_many_there_must_be() {
    let shown = fields(&document(vec![json!({"relation": "contract", "rules": [rule("status", "equals", json!("Active"))]})]));
    let asked = |number| back(&with(shown.clone(), "contracts-0-number", number), true)["rules"][0].clone();
    assert_eq!(asked("none")["aggregate"], "count");
    assert_eq!((&asked("none")["operator"], &asked("none")["value"]), (&json!("equals"), &json!(0)));
    assert_eq!((&asked("sum")["of"], &asked("sum")["operator"]), (&json!("value"), &json!("greater_than")));
    assert_eq!(asked("some"), json!({"relation": "contract", "rules": [rule("status", "equals", json!("Active"))]}));
}

/// The document after a button.
fn pressed(document: &Value, button: &str) -> Value {
    let sent = [(MARKER.to_owned(), "1".to_owned()), (BUTTON.to_owned(), button.to_owned())];
    let data = compose(FormData::new(fields(document).into_iter().chain(sent).collect()));
    json::parse(data.get(CRITERIA)).unwrap_or_default()
}

#[test]
fn buttons_add_remove_duplicate_and_move() {
    let [a, b, c] = ["a", "b", "c"].map(|title| rule("title", "equals", json!(title)));
    let whole = document(vec![a.clone(), json!({"match_type": "any", "rules": [b.clone(), c.clone()]})]);
    let rules = |button| pressed(&whole, button)["rules"].clone();
    assert_eq!(rules("add"), json!([a, {"match_type": "any", "rules": [b, c]}, {}]));
    assert_eq!(rules("add:1")[1]["rules"], json!([b, c, {}]));
    assert_eq!(rules("group")[2], json!({"match_type": "any", "rules": [{}]}));
    assert_eq!(rules("contracts:1")[1]["rules"][2], json!({"relation": "contract", "rules": [{}]}));
    assert_eq!(rules("remove:0"), json!([{"match_type": "any", "rules": [b, c]}]));
    assert_eq!(rules("remove:1.0")[1]["rules"], json!([c]));
    assert_eq!(rules("duplicate:1.1")[1]["rules"], json!([b, c, c]));
    assert_eq!(rules("up:1")[1], a);
    assert_eq!(rules("down:1.0")[1]["rules"], json!([c, b]));
    for nothing in ["up:0", "down:1", "remove:7", "duplicate:1.9", "add:0.0.0", "dance:1", "remove:x", "update:0"] {
        assert_eq!(pressed(&whole, nothing), whole, "{nothing}");
    }
    let empty = json!({"entity": "contact", "match_type": "all", "rules": []});
    assert_eq!(pressed(&empty, "add")["rules"], json!([{}, {}]), "the first one is there already");
    assert_eq!(pressed(&empty, "contracts")["rules"], json!([{"relation": "contract", "rules": [{}]}]));
    assert_eq!(pressed(&empty, "update"), empty);
    let full = document(vec![json!({"field": "title"}); 100]);
    assert_eq!(pressed(&full, "add"), full);
    let deep = json!({"rules": [{"rules": [{"rules": [{"rules": [{"rules": [a]}]}]}]}]});
    assert_eq!(pressed(&deep, "group:0.0.0.0.0"), deep);
}

#[test]
fn the_preview_leaves_out_what_is_tried_without_and_names_places_as_the_page_does() {
    let [a, b, c] = ["a", "b", "c"].map(|title| rule("title", "equals", json!(title)));
    let whole = document(vec![
        a.clone(),
        json!({"match_type": "any", "rules": [b, c.clone()]}),
        json!({"match_type": "none", "rules": [a.clone()]}),
    ]);
    let tried = Tried::of(&json::pretty(&whole), "0 1.0 2.0");
    assert_eq!(json::parse(&tried.text).unwrap_or_default()["rules"], json!([{"match_type": "any", "rules": [c]}]));
    assert_eq!(tried.place("/rules/0/rules/0/value/1"), "/rules/1/rules/1/value/1");
    assert_eq!(tried.place("/rules"), "/rules");
    let without = with(with(fields(&whole), "rule-0-without", "on"), "rule-1.1-without", "on");
    let sent = without.into_iter().chain([(MARKER.into(), "1".into()), (BUTTON.into(), "down:0".into())]).collect();
    let data = compose(FormData::new(sent));
    assert_eq!(super::left_out(&data), "0.1 1", "the marks go along with their rules");
    assert_eq!(json::parse(data.get(CRITERIA)).unwrap_or_default()["rules"][1], a, "and the document keeps them");
}

#[test]
fn json_that_was_sent_is_what_was_meant() {
    let text = "{\"rules\": [ {\"field\": 1} ]}";
    let sent = fields(&document(vec![json!({})])).into_iter().chain([(MARKER.into(), "1".into()), (CRITERIA.into(), text.into())]);
    let data = compose(FormData::new(sent.collect()));
    assert_eq!(data.get(CRITERIA), text);
    assert!(!data.has(MARKER) && !data.has("criteria-entity"), "nothing of the builder is left");
    assert!(matches!(View::of(&data), View::Json { .. }));
}

#[test]
fn every_value_has_controls() {
    let scope = Scope { entity: entity_of(""), is_of_contract: false };
    let number = Form::of(scope.subject("company.location_count"), "between", Some(&json!([1, 2])));
    assert_eq!(of_value(number, &Texts::default(), &[]).len(), 2);
    assert_eq!(scope.subject("nothing"), Subject::Unknown);
    let own = json!({"relation": "contract"}).as_object().cloned().unwrap_or_default();
    assert_eq!(number_of(&own), "some");
}
