//! The rule builder of the segment's form, without any script: every button gives the page back with what was typed, and
//! what is saved is what the rules say.

use customer_segments::db::schema::crm_app_customersegment as segment;
use customer_segments::db::{Id, Json};
use customer_segments::segments::model::Segment;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::app::Person;
use crate::support::evaluator::{self, World};
use crate::support::generator;
use crate::support::page::{Answer, Form};
use crate::support::stored::store;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
const BUILDER: &str = "/admin/crm_app/customersegment/builder/";
const VALUES: &str = "/admin/crm_app/customersegment/values/";

/// Runs `test` on both engines with a site full of generated customers.
fn with_customers(test: impl Fn(&TestApp, &World)) {
    let world = generator::world(3, 60);
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        store(&app.test.db, &world);
        test(&app, &world);
    });
}

/// The page after a button of the builder.
#[track_caller]
fn press(person: &Person<'_>, form: Form, button: &str) -> Answer {
    let answer = person.submit(&form.and("_rules", button));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(!answer.has(".errornote"), "nothing is judged: {}", answer.text(".errornote"));
    answer
}

fn preview(person: &Person<'_>, form: Form) -> Answer {
    person.submit(&form.and("_preview", "1"))
}

/// The document that a form comes to: what it says when it is shown as JSON.
#[track_caller]
fn document(person: &Person<'_>, page: &Answer) -> Value {
    let json = press(person, page.form(), "json");
    serde_json::from_str(json.form().value("filter_criteria").expect("the JSON box")).unwrap()
}

/// A rule filled in, field first, as without scripts.
#[track_caller]
fn fill(person: &Person<'_>, page: &Answer, path: &str, field: &str, operator: &str) -> Answer {
    let name = |part: &str| format!("rule-{path}-{part}");
    let chosen = press(person, page.form().fill(&name("field"), field), &format!("update:{path}"));
    press(person, chosen.form().fill(&name("operator"), operator), &format!("update:{path}"))
}

#[track_caller]
fn save(person: &Person<'_>, form: Form) -> Id {
    let answer = person.submit(&form.and("_continue", "1"));
    assert_eq!(answer.status, 303, "{}", answer.texts(".errorlist, .errornote, .node-messages").join(" "));
    Id::parse(answer.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("the way to the new segment")
}

fn stored(app: &TestApp, id: Id) -> Segment {
    let find = |connection: &mut _| Ok(segment::table.find(id).select(Segment::as_select()).first(connection)?);
    app.test.db.read_blocking(find).unwrap()
}

fn store_criteria(app: &TestApp, id: Id, criteria: &Value) {
    let set = |connection: &mut _| {
        diesel::update(segment::table.find(id)).set(segment::filter_criteria.eq(Json(criteria.clone()))).execute(connection)?;
        Ok(())
    };
    app.test.db.write_blocking(set).unwrap();
}

/// A segment with these rules, put past the form, and the page of its form.
fn opened(app: &TestApp, person: &Person<'_>, criteria: &Value) -> (Id, Answer) {
    let everybody = r#"{"rules": [{"field": "company.name", "operator": "is_not_empty"}]}"#;
    let id = save(person, person.open(ADD).form().fill("name", &Id::new().to_string()).fill("filter_criteria", everybody));
    store_criteria(app, id, criteria);
    (id, person.open(&format!("{LIST}{id}/change/")))
}

fn rule(field: &str, value: &str) -> Value {
    json!({"field": field, "operator": "equals", "value": value})
}

#[test]
fn a_segment_is_built_rule_by_rule_and_has_the_members_of_its_document() {
    with_customers(|app, world| {
        let person = app.staff();
        let page = person.open(ADD);
        assert_eq!(page.texts(".node legend"), ["Rule 1 of 1"], "the first rule is there already");
        let page = fill(&person, &page, "0", "company.location_count", "greater_than");
        let page = press(&person, page.form().fill("rule-0-value", "3").fill("name", "Chains"), "add:");
        assert_eq!(page.texts(".node legend"), ["Rule 1 of 2", "Rule 2 of 2"]);
        assert_eq!(page.attributes("[autofocus]", "name"), ["rule-1-field"], "one goes on at the new one");
        let page = fill(&person, &page, "1", "is_primary", "equals");
        assert_eq!(page.form().value("name"), Some("Chains"));
        let form = page.form().fill("rule-1-value", "true");
        let shown = preview(&person, form.clone());
        let expected = json!({"entity": "contact", "match_type": "all", "rules": [
            {"field": "company.location_count", "operator": "greater_than", "value": 3},
            {"field": "is_primary", "operator": "equals", "value": true},
        ]});
        let members = evaluator::members(world, &expected, chrono_tz::Asia::Bangkok).expect("good criteria").len();
        assert_eq!(shown.text("#preview .numbers strong"), members.to_string());
        let id = save(&person, shown.form());
        let saved = stored(app, id);
        assert_eq!(saved.filter_criteria.0, expected);
        assert_eq!(saved.member_count, i32::try_from(members).unwrap());
        let again = person.open(&format!("{LIST}{id}/change/"));
        assert_eq!(person.submit(&again.form().and("_continue", "1")).status, 303);
        assert_eq!(stored(app, id).filter_criteria.0, expected, "what nobody touched stays");
    });
}

#[test]
fn rules_are_added_removed_duplicated_and_moved() {
    with_customers(|app, _| {
        let person = app.staff();
        let [a, b] = ["a", "b"].map(|title| rule("title", title));
        let (_, page) = opened(app, &person, &json!({"rules": [a, b]}));
        let after = |page: &Answer, button: &str| press(&person, page.form(), button);
        let moved = after(&page, "down:0");
        assert_eq!(document(&person, &moved)["rules"], json!([b, a]));
        assert_eq!(moved.attributes("[autofocus]", "value"), ["up:1"], "the focus goes along");
        let doubled = after(&moved, "duplicate:0");
        assert_eq!(document(&person, &doubled)["rules"], json!([b, b, a]));
        let removed = after(&doubled, "remove:2");
        assert_eq!(document(&person, &removed)["rules"], json!([b, b]));
        assert_eq!(removed.attributes("[autofocus]", "name"), ["rule-1-field"]);
        let grouped = after(&removed, "group:");
        assert_eq!(grouped.texts(".node .node legend"), ["Rule 3.1 (1 of 1)"]);
        let filled = fill(&person, &grouped, "2.0", "name", "starts_with");
        let asked = press(&person, filled.form().fill("rule-2.0-value", "A").fill("group-2-match", "none"), "contracts:");
        let asked = press(&person, asked.form().fill("contracts-3-number", "sum"), "update:3");
        let asked = fill(&person, &asked, "3.0", "currency", "in_list");
        let form = asked.form().fill("contracts-3-value", "1000.50").fill("rule-3.0-value", "USD\r\nTHB");
        let built = document(&person, &press(&person, form, "update:3"));
        assert_eq!(built["rules"][2], json!({"match_type": "none", "rules": [{"field": "name", "operator": "starts_with", "value": "A"}]}));
        let asked = r#"{"relation": "contract", "aggregate": "sum", "of": "value", "operator": "greater_than", "value": 1000.50,
            "rules": [{"field": "currency", "operator": "in_list", "value": ["USD", "THB"]}]}"#;
        assert_eq!(built["rules"][3], serde_json::from_str::<Value>(asked).unwrap());
    });
}

#[test]
fn json_and_rules_are_two_views_of_one_document() {
    with_customers(|app, _| {
        let person = app.staff();
        let stored =
            json!({"entity": "company", "rules": [{"rules": [rule("industry", "Hotels"), {"field": "shoe_size", "operator": "like"}]}]});
        let (_, page) = opened(app, &person, &stored);
        let as_json = press(&person, page.form().fill("tags", "kept"), "json");
        assert_eq!(serde_json::from_str::<Value>(as_json.form().value("filter_criteria").unwrap()).unwrap(), stored);
        let broken = press(&person, as_json.form().fill("filter_criteria", "{\"rules\": ["), "rules");
        assert_eq!(broken.form().value("filter_criteria"), Some("{\"rules\": ["), "it is checked on leaving");
        assert!(broken.text("#preview").contains("Enter a valid JSON") && broken.text("#builder .note").contains("Enter a valid JSON"));
        let strange = press(&person, as_json.form().fill("filter_criteria", r#"{"rules": ["x"]}"#), "rules");
        assert!(strange.text("#builder .note").contains("One of its rules is no object."));
        let other = json!({"rules": [rule("title", "GM")]}).to_string();
        let back = press(&person, as_json.form().fill("filter_criteria", &other), "rules");
        assert_eq!(back.form().value("rule-0-value"), Some("GM"));
        let saved = press(&person, back.form(), "saved");
        assert_eq!(document(&person, &saved), stored);
        assert_eq!(saved.form().value("tags"), Some("kept"));
    });
}

#[test]
fn what_is_wrong_stands_at_its_rule_and_is_kept() {
    with_customers(|app, _| {
        let person = app.staff();
        let wrong = json!({"rules": [rule("title", "x"), {"rules": [rule("shoe_size", "42"), rule("company.location_count", "many")]}]});
        let (_, page) = opened(app, &person, &wrong);
        assert!(page.text("#rule_1_0_messages .error").contains("Unknown field “shoe_size”"));
        assert!(page.text("#rule_1_1_messages .error").contains("“many” is not a number"));
        assert_eq!(page.attributes("[aria-invalid=true]", "name"), ["rule-1.0-field", "rule-1.1-value"]);
        assert_eq!(page.attributes("#rule_1_1_value", "aria-describedby"), ["rule_1_1_messages"]);
        assert_eq!(page.attributes("#preview .rule-messages a", "href"), ["#rule_1_0", "#rule_1_1"]);
        assert_eq!(page.form().value("rule-1.0-field"), Some("shoe_size"), "it stays what it is");
        let refused = person.submit(&page.form().fill("rule-1.1-value", "lots").and("_save", "1"));
        assert_eq!(refused.status, 200);
        assert!(refused.text("#id_filter_criteria_error").contains("2 things in the rules need correcting."));
        assert_eq!(refused.form().value("rule-1.1-value"), Some("lots"));
        let unfinished = press(&person, refused.form(), "add:1");
        assert_eq!(unfinished.texts("#rule_1_2_messages .todo"), ["Choose a field.", "Choose an operator."], "without alarm");
        let insisted = person.submit(&unfinished.form().and("_save", "1"));
        assert_eq!(insisted.texts("#rule_1_2_messages .error"), ["Choose a field.", "Choose an operator."]);
    });
}

#[test]
fn the_preview_leaves_a_rule_out_and_saving_does_not() {
    with_customers(|app, world| {
        let person = app.staff();
        let criteria = json!({"entity": "contact", "match_type": "all", "rules": [
            {"field": "company.name", "operator": "is_not_empty"}, {"field": "name", "operator": "equals", "value": "nobody at all"},
            {"field": "nothing", "operator": "equals", "value": 1}]});
        let (id, page) = opened(app, &person, &criteria);
        let form = page.form().and("rule-1-without", "on");
        let wrong = preview(&person, form.clone());
        assert!(wrong.text("#rule_2_messages").contains("Unknown field"), "places are those of the page");
        assert_eq!(wrong.text("#preview .preview-without"), "Without rule 2.");
        let shown = preview(&person, wrong.form().and("rule-2-without", "on"));
        let everybody = json!({"rules": [{"field": "company.name", "operator": "is_not_empty"}]});
        let members = evaluator::members(world, &everybody, chrono_tz::Asia::Bangkok).expect("good criteria").len();
        assert_eq!(shown.text("#preview .numbers strong"), members.to_string());
        assert_eq!(shown.attributes("[type=checkbox][checked]", "name"), ["rule-1-without", "rule-2-without"]);
        let mended = shown.form().fill("rule-2-field", "title").fill("rule-2-value", "x");
        assert_eq!(person.submit(&mended.and("_save", "1")).status, 303);
        assert_eq!(stored(app, id).filter_criteria.0["rules"].as_array().map(Vec::len), Some(3));
    });
}

#[test]
fn two_people_who_edit_rules_see_both_versions_and_go_on_with_rules() {
    with_customers(|app, _| {
        let person = app.staff();
        let (id, page) = opened(app, &person, &json!({"rules": [rule("title", "GM")]}));
        store_criteria(app, id, &json!({"rules": [rule("title", "CEO")]}));
        let conflict = person.submit(&page.form().fill("rule-0-value", "CFO").and("_save", "1"));
        assert_eq!(conflict.status, 409);
        let on = person.submit(&conflict.form().and("_edit", "1"));
        assert_eq!(on.form().value("rule-0-value"), Some("CFO"));
        assert!(on.has("#builder [name=rules]"), "still as rules");
    });
}

#[test]
fn a_script_is_answered_with_pieces_of_the_page() {
    with_customers(|app, _| {
        let person = app.staff();
        let page = person.open(ADD);
        let send = |fields: &[(&str, &str)]| {
            let form = fields.iter().fold(page.form(), |form, (name, value)| form.fill(name, value));
            let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            person.post(BUILDER, &fields)
        };
        let added = send(&[("_rules", "add:"), ("rule-0-field", "title")]);
        assert_eq!(added.status, 200, "{}", added.body);
        assert_eq!(added.texts("#builder legend"), ["Rule 1 of 2", "Rule 2 of 2"]);
        assert_eq!(added.text("#preview .numbers"), "Some rules are not finished yet.", "nothing is counted, and nobody alarmed");
        let counted = send(&[("_preview", "1"), ("rule-0-field", "company.name"), ("rule-0-operator", "is_not_empty")]);
        assert!(counted.has("#preview .numbers strong") && counted.texts("#preview .sample tbody tr").len() == 5);
        let funnel = send(&[("_preview", "rules"), ("rule-0-field", "company.name"), ("rule-0-operator", "is_not_empty")]);
        assert!(funnel.has("#preview .funnel"));
    });
}

#[test]
fn text_fields_suggest_what_they_hold_the_most_frequent_first() {
    with_customers(|app, world| {
        let person = app.staff();
        let ask = |query: &str| {
            let answer = person.get(&format!("{VALUES}?{query}"));
            let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            (answer.status, body["results"].as_array().cloned().unwrap_or_default())
        };
        let (status, all) = ask("entity=contact&field=company.country");
        assert!(status == 200 && !all.is_empty() && all.len() <= 12);
        let counts: Vec<i64> = all.iter().map(|found| found["count"].as_i64().unwrap()).collect();
        assert!(counts.is_sorted_by(|one, next| one >= next), "{counts:?}");
        for found in &all {
            let held = world.companies.iter().filter(|company| company.country == found["value"].as_str().unwrap()).count();
            assert_eq!(found["count"], held, "{found}");
        }
        let (_, some) = ask("entity=company&field=country&q=THA");
        assert!(some.iter().all(|found| found["value"].as_str().unwrap().to_lowercase().contains("tha")), "{some:?}");
        let percent = ask("field=title&q=%25").1;
        assert!(percent.iter().all(|found| found["value"].as_str().unwrap().contains('%')), "a wildcard is a letter: {percent:?}");
        for wrong in ["field=company.location_count", "field=password", "field=segment", "", "field=company.name&entity=company"] {
            assert_eq!(ask(wrong).0, 400, "{wrong}");
        }
        assert_eq!(app.anonymous().get(&format!("{VALUES}?field=title")).status, 302);
    });
}

#[test]
fn a_stored_value_that_is_nothing_is_shown_as_what_it_means() {
    with_customers(|app, _| {
        let person = app.staff();
        for (operator, value, means) in [("equals", json!(null), "is blank"), ("not_equals", json!(" "), "is not blank")] {
            let criteria = json!({"rules": [{"field": "title", "operator": operator, "value": value}]});
            let (id, page) = opened(app, &person, &criteria);
            assert!(page.texts(".node-note").iter().any(|note| note.contains(means)), "{:?}", page.texts(".node-note"));
            assert_eq!(stored(app, id).filter_criteria.0, criteria);
            assert_eq!(document(&person, &page), criteria, "what nobody touched is as it was");
        }
    });
}

/// Nothing of this comes from a page of ours; nothing may be guessed from it, and nothing may fail.
#[test]
fn what_no_page_sends_is_an_error_and_never_a_guess() {
    with_customers(|app, _| {
        let person = app.staff();
        let form = || {
            let page = fill(&person, &person.open(ADD), "0", "title", "contains");
            page.form().fill("rule-0-value", "x").fill("name", "Hand-made")
        };
        for button in ["down:18446744073709551615", "down:0.18446744073709551615", "up:7", "remove:9.9", "no such button"] {
            assert_eq!(person.submit(&form().and("_rules", button)).status, 200, "{button}");
        }
        for broken in ["criteria-was", "rule-0-was"] {
            let refused = person.submit(&form().fill(broken, "{").and("_save", "1"));
            assert_eq!(refused.status, 200, "{broken}");
            assert!(refused.text(".errorlist").contains("Unknown key “was”"), "{broken}: {}", refused.text(".errorlist"));
        }
        // Many lines beside many that were there are read in their own time, and refused.
        let items: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
        let was = json!({"field": "title", "operator": "in_list", "value": items}).to_string();
        let lines = format!("{}\nmore", items.join("\n"));
        let long = person
            .submit(&form().fill("rule-0-was", &was).fill("rule-0-operator", "in_list").fill("rule-0-value", &lines).and("_save", "1"));
        assert_eq!(long.status, 200);
        assert!(long.has(".errornote"), "{}", long.text(".errorlist"));
    });
}
