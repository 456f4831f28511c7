//! Why somebody is in a segment or not: in agreement with membership, and as pages say it.

use std::collections::BTreeSet;

use customer_segments::accounts::Role;
use customer_segments::criteria::{Asked, Calendar, Criteria, MatchType, Verdict, explain, resolve};
use customer_segments::db::schema::{crm_app_contact, crm_app_customersegment as segment};
use customer_segments::db::{AnyConnection, Id, Json};
use customer_segments::segments::Members;
use customer_segments::segments::referred::Naming;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::app::Person;
use crate::support::evaluator;
use crate::support::generator::{self, Nodes, Rng};
use crate::support::stored::{store, store_segments};
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";

/// What a node comes to when everything that does not decide is the other way round.
fn without_the_others(verdict: &Verdict) -> bool {
    match &verdict.asked {
        Asked::Question(_) => verdict.holds == verdict.decides,
        Asked::Group(match_type, nodes) => {
            let mut nodes = nodes.iter().map(without_the_others);
            match match_type {
                MatchType::All => nodes.all(|holds| holds),
                MatchType::Any => nodes.any(|holds| holds),
                MatchType::None => !nodes.any(|holds| holds),
            }
        }
    }
}

/// Whether nothing is said to decide that need not: of several of which one is enough, those that are enough; of others, all.
fn decides_no_more_than_it_must(verdict: &Verdict) -> bool {
    let Asked::Group(match_type, nodes) = &verdict.asked else { return true };
    let is_enough = *match_type != MatchType::All;
    let enough: Vec<&Verdict> = nodes.iter().filter(|node| node.holds == is_enough).collect();
    let expected = |node: &Verdict| verdict.decides && (enough.is_empty() || node.holds == is_enough);
    nodes.iter().all(|node| node.decides == expected(node) && decides_no_more_than_it_must(node))
}

#[test]
fn an_explanation_agrees_with_membership_and_names_what_decides() {
    let on = evaluator::Calendar { zone: chrono_tz::Asia::Bangkok, today: "2026-11-22".parse().unwrap() };
    let calendar = Calendar { zone: on.zone, today: on.today };
    let nodes = Nodes { groups: true, related: true, relative: true, segments: None };
    let world = generator::world_near(53, 1_000, on);
    let pool = generator::pool(59, &world, nodes);
    let mut rng = Rng::new(61);
    let with = Nodes { segments: Some(&pool), ..nodes };
    let documents: Vec<Value> = std::iter::repeat_with(|| generator::document_with(&mut rng, with)).take(400).collect();
    let everybody: Vec<Id> = world.contacts.iter().map(|contact| Id(contact.id)).collect();
    assert!(everybody.len() >= 1_000);
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world);
        store_segments(&test.db, &pool.segments);
        let understood = test.db.read_unhurried(|connection| {
            let mut understood: Vec<Criteria> = Vec::new();
            for document in &documents {
                let naming = Naming::read(connection, None, document)?;
                understood.extend(resolve(document, naming.scope(calendar)));
            }
            Ok(understood)
        });
        let understood = understood.unwrap();
        assert!(understood.len() >= 200, "{}", understood.len());
        let check = |connection: &mut AnyConnection| {
            for criteria in understood.iter().take(200) {
                let members: BTreeSet<Id> = Members::of_criteria(criteria).ids(connection)?.into_iter().collect();
                let explanations = explain(connection, criteria, &everybody)?;
                assert_eq!(explanations.len(), everybody.len());
                for explanation in explanations {
                    assert_eq!(explanation.is_member(), members.contains(&explanation.contact), "{explanation:?}");
                    assert_eq!(without_the_others(&explanation.root), explanation.root.holds, "{explanation:?}");
                    assert!(decides_no_more_than_it_must(&explanation.root), "{explanation:?}");
                    assert!(explanation.root.questions().iter().any(|verdict| verdict.decides), "{explanation:?}");
                }
            }
            Ok(())
        };
        test.db.read_unhurried(check).unwrap();
    });
}

/// Runs `test` with generated customers, and tells of one that may be mailed.
fn with_somebody(test: impl Fn(&TestApp, &Person<'_>, &evaluator::Contact)) {
    let world = generator::world(3, 60);
    let somebody = world.contacts.iter().find(|contact| contact.is_active && !contact.unsubscribed).expect("somebody");
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        store(&app.test.db, &world);
        let person = app.staff();
        test(&app, &person, somebody);
    });
}

fn add(person: &Person<'_>, name: &str, criteria: &Value) -> Id {
    let form = person.open(&format!("{LIST}add/")).form().fill("name", name).fill("filter_criteria", &criteria.to_string());
    let answer = person.submit(&form.and("_continue", "1"));
    assert_eq!(answer.status, 303, "{}", answer.texts(".errorlist, .errornote").join(" "));
    Id::parse(answer.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("the way to the new segment")
}

fn set_contact(app: &TestApp, contact: &evaluator::Contact, name: &str, title: &str) {
    let change = |connection: &mut _| {
        let row = crm_app_contact::table.find(Id(contact.id));
        diesel::update(row).set((crm_app_contact::name.eq(name), crm_app_contact::title.eq(title))).execute(connection)?;
        Ok(())
    };
    app.test.db.write_blocking(change).unwrap();
}

#[test]
fn a_page_says_why_somebody_is_in_or_not_rule_by_rule() {
    with_somebody(|app, person, contact| {
        set_contact(app, contact, "Somchai Onlyone", "Chief Taster");
        let title = |title: &str| json!({"field": "title", "operator": "contains", "value": title});
        let two = json!({"rules": [title("taster"), {"match_type": "none", "rules": [title("intern"), title("chief")]}]});
        let id = add(person, "Tasters", &two);
        let opened = person.open(&format!("{LIST}{id}/change/"));
        let box_below = opened.form_at("form.ask");
        assert_eq!(box_below.action, format!("{LIST}{id}/explain/"));
        let page = person.open(&format!("{}?q=somchai+onlyone", box_below.action));
        assert!(page.text(".verdict").contains("Somchai Onlyone is not in"), "{}", page.body);
        assert_eq!(page.text(".why"), "Holds: whose title contains “chief”.");
        let rows = page.texts("table.explanation tbody tr");
        assert_eq!(rows.len(), 7, "the rules, and what every member must be: {rows:?}");
        assert!(rows[1].contains("whose title contains “taster”") && rows[1].contains("yes") && rows[1].contains("It is “Chief Taster”."));
        let deciding = page.texts("table.explanation tr.decides th");
        assert_eq!(deciding.len(), 3, "the whole, the group, and the rule in it: {deciding:?}");
        set_contact(app, contact, "Somchai Onlyone", "Taster");
        let page = person.open(&format!("{LIST}{id}/explain/?contact={}", Id(contact.id)));
        assert!(page.text(".verdict").contains("is in"), "{}", page.body);
    });
}

#[test]
fn who_is_unsubscribed_is_told_so_though_the_rules_hold() {
    with_somebody(|app, person, contact| {
        set_contact(app, contact, "Somchai Onlyone", "");
        let change = |connection: &mut _| {
            diesel::update(crm_app_contact::table.find(Id(contact.id))).set(crm_app_contact::unsubscribed.eq(true)).execute(connection)?;
            Ok(())
        };
        app.test.db.write_blocking(change).unwrap();
        let id = add(person, "Without title", &json!({"rules": [{"field": "title", "operator": "is_empty"}]}));
        let page = person.open(&format!("{LIST}{id}/explain/?q=onlyone"));
        let why = page.text(".why");
        assert!(why == "They are unsubscribed, so not a member. Holds: whose title is blank.", "{why}");
        assert!(page.text(".verdict").contains("is not in"));
        assert_eq!(page.texts("table.explanation tr.decides th").len(), 1, "that alone decides");
    });
}

#[test]
fn a_search_answers_for_everybody_it_finds_and_for_nobody() {
    with_somebody(|_, person, _| {
        let id = add(person, "Some", &json!({"rules": [{"field": "email", "operator": "is_not_empty"}]}));
        let several = person.open(&format!("{LIST}{id}/explain/?q=a"));
        assert!(several.texts("table.explanation tbody tr").len() > 1, "{}", several.body);
        let first = several.attributes("table.explanation tbody th a", "href").remove(0);
        assert!(person.open(&first).has(".verdict"));
        for nobody in ["q=nobody+is+called+so", "contact=no-key", &format!("contact={}", Id::new())] {
            let page = person.open(&format!("{LIST}{id}/explain/?{nobody}"));
            assert!(page.body.contains("There is no such contact."), "{nobody}");
        }
        assert!(!person.open(&format!("{LIST}{id}/explain/")).body.contains("There is no such contact."));
        assert_eq!(person.get(&format!("{LIST}{}/explain/", Id::new())).status, 303);
    });
}

#[test]
fn the_page_of_a_contact_tells_its_segments_and_only_those_one_sees() {
    with_somebody(|app, person, contact| {
        set_contact(app, contact, "Somchai Onlyone", "Taster");
        let title = |title: &str| json!({"rules": [{"field": "title", "operator": "equals", "value": title}]});
        let tasters = add(person, "Tasters", &title("taster"));
        add(person, "Cooks", &title("cook"));
        let hidden = add(&app.role(Role::Admin), "Hidden", &title("taster"));
        let broken = add(person, "Broken", &title("taster"));
        let spoil = |connection: &mut _| {
            diesel::update(segment::table.find(hidden)).set(segment::status.eq("paused")).execute(connection)?;
            diesel::update(segment::table.find(broken)).set(segment::filter_criteria.eq(Json(json!({"rules": 5})))).execute(connection)?;
            Ok(())
        };
        app.test.db.write_blocking(spoil).unwrap();
        let opened = person.open(&format!("/admin/crm_app/contact/{}/change/", Id(contact.id)));
        let page = person.open(&opened.form_at("form.ask").action);
        let rows = page.texts("table.explanation tbody tr");
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert!(rows[0].contains("Tasters") && rows[0].contains("yes") && rows[0].contains("Holds: whose title is “taster”."), "{rows:?}");
        assert!(rows[1..].iter().any(|row| row.contains("Broken") && row.contains("needs attention")), "{rows:?}");
        assert!(page.attributes("table.explanation tbody th a", "href")[0].contains(&tasters.to_string()));
        let one = person.open(&format!("/admin/crm_app/contact/{}/segments/?q=cook", Id(contact.id)));
        assert_eq!(one.texts("table.explanation tbody tr").len(), 1);
        let none = person.open(&format!("/admin/crm_app/contact/{}/segments/?q=hidden", Id(contact.id)));
        assert!(none.body.contains("There is no such segment."));
    });
}
