//! Segments in the browser: defined, previewed, saved, listed, handed on, deleted; and done wrong on purpose.

use std::sync::Barrier;
use std::thread;

use customer_segments::accounts::{Actor, Role};
use customer_segments::db::connection::{Lane, Turn};
use customer_segments::db::schema::{crm_app_contact, crm_app_customersegment as segment, segments_event as event, segments_use};
use customer_segments::db::schema::{
    crm_app_customersegment_static_companies as listed_companies, crm_app_customersegment_static_contacts as listed_contacts,
};
use customer_segments::db::{Id, Json};
use customer_segments::segments::model::{self, Segment};
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

/// Rules that everybody with a company meets.
const EVERYBODY: &str = r#"{"entity":"contact","rules":[{"field":"company.name","operator":"is_not_empty"}]}"#;

/// Runs `test` on both engines with a site full of generated customers.
fn with_customers(test: impl Fn(&TestApp, &World)) {
    let world = generator::world(3, 60);
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        store(&app.test.db, &world);
        test(&app, &world);
    });
}

fn members_of(world: &World, criteria: &str) -> usize {
    let document: Value = serde_json::from_str(criteria).unwrap();
    evaluator::members(world, &document, chrono_tz::Asia::Bangkok).expect("good criteria").len()
}

fn page(id: Id, page: &str) -> String {
    format!("{LIST}{id}/{page}")
}

/// Sends a form with a button pressed.
fn press(person: &Person<'_>, form: Form, button: &str) -> Answer {
    person.submit(&form.and(button, "1"))
}

/// Adds a segment through the page and gives its key.
#[track_caller]
fn add(person: &Person<'_>, name: &str, criteria: &str) -> Id {
    let form = person.open(ADD).form().fill("name", name).fill("filter_criteria", criteria);
    let answer = press(person, form, "_continue");
    assert_eq!(answer.status, 303, "{}", answer.texts(".errorlist, .errornote").join(" "));
    Id::parse(answer.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("the way to the new segment")
}

fn stored(app: &TestApp, id: Id) -> Option<Segment> {
    let find = |connection: &mut _| Ok(segment::table.find(id).select(Segment::as_select()).first(connection).optional()?);
    app.test.db.read_blocking(find).unwrap()
}

fn count_segments(app: &TestApp) -> i64 {
    app.test.db.read_blocking(|connection| Ok(segment::table.count().get_result(connection)?)).unwrap()
}

/// Puts criteria into the database past the form, as the old system or an older version may have left them.
fn store_criteria(app: &TestApp, id: Id, criteria: &Value) {
    let set = |connection: &mut _| {
        diesel::update(segment::table.find(id)).set(segment::filter_criteria.eq(Json(criteria.clone()))).execute(connection)?;
        Ok(())
    };
    app.test.db.write_blocking(set).unwrap();
}

#[test]
fn a_segment_is_defined_previewed_saved_and_its_members_are_the_same_everywhere() {
    with_customers(|app, world| {
        let person = app.staff();
        let expected = members_of(world, EVERYBODY).to_string();
        let form = person.open(ADD).form().fill("name", "  Everybody ").fill("filter_criteria", EVERYBODY);

        let previewed = press(&person, form.clone(), "_preview");
        assert_eq!(previewed.status, 200);
        assert_eq!(previewed.text("#preview .numbers strong"), expected);
        assert_eq!(previewed.text("#preview .sentence"), "Contacts whose company’s name is not blank.");
        assert_eq!(previewed.texts("#preview tbody tr").len(), 5);
        assert_eq!(previewed.form().value("name"), Some("  Everybody "), "what was typed stays");
        assert_eq!(count_segments(app), 0, "a preview saves nothing");

        let saved = press(&person, form, "_save");
        assert_eq!((saved.status, saved.location()), (303, LIST));
        let list = person.open(LIST);
        assert!(list.text(".messagelist").contains("The Customer Segment “Everybody” was added successfully."));
        assert_eq!(list.text("#result_list .field-member_count"), expected);
        assert_eq!(list.text("#result_list .field-created_by"), format!("{} (Sales)", person.username));

        let id = Id::parse(list.attributes("#result_list .field-name a", "href")[0].split('/').nth(4).unwrap()).unwrap();
        let members = person.open(&page(id, "members/"));
        assert!(members.text(".numbers").starts_with(&format!("{expected} members")), "{}", members.text(".numbers"));
        let csv = person.open(&page(id, "members.csv"));
        assert!(csv.body.starts_with('\u{feff}') && csv.header("content-type").starts_with("text/csv"));
        let mut rows = csv::Reader::from_reader(csv.body.trim_start_matches('\u{feff}').as_bytes());
        assert_eq!(rows.records().map(Result::unwrap).count().to_string(), expected);

        let events: Vec<(String, Option<i32>)> = app
            .test
            .db
            .read_blocking(|connection| {
                let of = event::table.filter(event::object_id.eq(id.to_string())).order((event::at, event::id));
                Ok(of.select((event::action, event::count_after)).load(connection)?)
            })
            .unwrap();
        assert_eq!(events, [("added".into(), expected.parse().ok()), ("exported".into(), None)]);
    });
}

#[test]
fn what_cannot_be_understood_is_an_error_at_its_rule_and_nothing_is_saved() {
    const RULE: &str = r#"{"field":"title","operator":"contains","value":"a"}"#;
    let wrong: &[(&str, &str, &str)] = &[
        (r#"{"rules":[RULE,{"field":"title","operator":"like","value":"x"}]}"#, "/rules/1/operator", "did you mean “contains”?"),
        (r#"{"rules":[{"field":"country","operator":"equals","value":"x"}]}"#, "/rules/0/field", "Did you mean “company.country”?"),
        (r#"{"rules":[{"field":"title","operator":"equals","value":"x","vlaue":1}]}"#, "/rules/0/vlaue", "Did you mean “value”?"),
        (r#"{"rules":[{"field":"company.location_count","operator":"equals","value":"many"}]}"#, "/rules/0/value", "not a number"),
        (r#"{"rules":[{"field":"is_primary","operator":"contains","value":"x"}]}"#, "/rules/0/operator", "does not apply"),
        (r#"{"rules":[{"field":"title","operator":"in_list","value":[]}]}"#, "/rules/0/value", "at least one value"),
        (r#"{"rules":[{"match_type":"any","rules":[]}]}"#, "/rules/0/rules", "This group has no rules"),
        (r#"{"rules":[RULE],"entity":"person"}"#, "/entity", "must be “contact” or “company”"),
        (r#"{"rules":[RULE],"match_type":"ALL"}"#, "/match_type", "must be “all” or “any”"),
        (r#"{"rules":[]}"#, "/rules", "Add at least one rule"),
        ("", "/rules", "Add at least one rule"),
        ("null", "/rules", "Add at least one rule"),
        ("[1]", "", "must be a JSON object"),
        (r#"{"rules":"#, "", "Enter a valid JSON."),
        (r#"{"rules":[RULE],"rules":[RULE]}"#, "", "given twice"),
    ];
    with_customers(|app, _| {
        let person = app.staff();
        let form = person.open(ADD).form();
        for (criteria, pointer, sentence) in wrong {
            let criteria = criteria.replace("RULE", RULE);
            let typed = form.clone().fill("name", "Kept").fill("description", "typed").fill("filter_criteria", &criteria);
            for button in ["_save", "_preview"] {
                let answer = press(&person, typed.clone(), button);
                assert_eq!(answer.status, 200, "{criteria}");
                assert!(
                    answer.texts("#preview .rule-messages code").contains(&(*pointer).to_owned()),
                    "{criteria}: {}",
                    answer.text("#preview")
                );
                assert!(answer.text("#preview .rule-messages").contains(sentence), "{criteria}: {}", answer.text("#preview"));
                let again = answer.form();
                assert_eq!((again.value("name"), again.value("description")), (Some("Kept"), Some("typed")));
                assert_eq!(again.value("filter_criteria"), Some(criteria.as_str()));
                if button == "_save" {
                    assert!(answer.text("title").starts_with("Error: ") && answer.has("[name=filter_criteria][aria-invalid=true]"));
                }
            }
        }
        assert_eq!(count_segments(app), 0);
    });
}

#[test]
fn resting_criteria_are_kept_as_they_are_unless_no_database_could() {
    with_customers(|app, _| {
        let person = app.staff();
        let form = person.open(ADD).form().fill("name", "List").fill("segment_type", "static");
        for (criteria, sentence) in [
            (r#"{"rules":[{"value":"a\u0000b"}]}"#, "NUL"),
            (r#"{"a\u0000":1}"#, "NUL"),
            (r#"{"rules":[1e400000]}"#, "30 digits"),
            ("{", "Enter a valid JSON."),
        ] {
            let answer = press(&person, form.clone().fill("filter_criteria", criteria), "_save");
            assert_eq!(answer.status, 200, "{criteria}");
            assert!(
                answer.text("#id_filter_criteria_error").contains(sentence),
                "{criteria}: {}",
                answer.text("#id_filter_criteria_error")
            );
        }
        for ignored in [r#""\u0000""#, "1e200000"] {
            let criteria = format!(r#"{{"rules":[{{"field":"name","operator":"is_not_empty","value":{ignored}}}]}}"#);
            let dynamic = form.clone().fill("segment_type", "dynamic").fill("filter_criteria", &criteria);
            assert_eq!(press(&person, dynamic, "_save").status, 200, "{criteria}");
        }
        let rubbish = r#"{"rules": ["rubbish", 1.50, {"field": "nothing"}]}"#;
        assert_eq!(press(&person, form.fill("filter_criteria", rubbish), "_save").status, 303, "checked once it becomes dynamic");
    });
}

#[test]
fn a_stored_broken_rule_has_no_members_and_says_why() {
    with_customers(|app, _| {
        let person = app.staff();
        let id = add(&person, "Broken", EVERYBODY);
        store_criteria(app, id, &json!({"rules": [{"field": "title", "operator": "matches", "value": "x"}]}));
        assert!(person.open(LIST).text(".field-member_count .attention").contains("needs attention"));
        let members = person.open(&page(id, "members/"));
        assert!(members.text(".rule-messages").contains("Unknown operator “matches”"));
        assert!(!members.has("#result_list"));
        assert_eq!(person.get(&page(id, "members.csv")).status, 409);
        assert!(!members.has("#use-form"), "nothing that would be refused is offered");
        let token = members.form_at("#logout-form").value("csrfmiddlewaretoken").unwrap().to_owned();
        let used = person.post(&page(id, "members/"), &[("campaign", "Renewals"), ("csrfmiddlewaretoken", &token)]);
        assert!(used.text(".errorlist").contains("needs attention"), "{}", used.body);
        let form = person.open(&page(id, "change/"));
        assert!(form.text("#preview").contains("Unknown operator “matches”"));
        assert_eq!(form.form().value("rule-0-operator"), Some("matches"), "nothing is dropped");
        let again = press(&person, form.form().fill("tags", "x"), "_save");
        assert_eq!(again.status, 200, "it can only be saved once it is mended");
        let put_away = press(&person, form.form().fill("status", "archived"), "_save");
        assert_eq!(put_away.status, 303, "but it can be put away");
        assert_eq!(stored(app, id).unwrap().filter_criteria.0["rules"][0]["operator"], "matches");
    });
}

#[test]
fn the_second_of_two_editors_sees_both_versions_and_overwrites_nothing_unseen() {
    with_customers(|app, _| {
        let (one, other) = (app.superuser(), app.superuser());
        let id = add(&one, "Shared", EVERYBODY);
        let (first, second) = (one.open(&page(id, "change/")).form(), other.open(&page(id, "change/")).form());
        assert_eq!(press(&one, first.fill("tags", "spring"), "_save").status, 303);
        let told = press(&other, second.fill("description", "mine"), "_save");
        assert_eq!(told.status, 409);
        assert!(told.text("table.conflict").contains("spring") && told.text("table.conflict").contains("mine"));
        assert_eq!(stored(app, id).unwrap().description, "", "nothing was overwritten");
        let form = told.form_at("#customersegment_form");
        assert_eq!(press(&other, form, "_save").status, 303, "knowing both, one may save");
        let after = stored(app, id).unwrap();
        assert_eq!(
            (after.description.as_str(), after.tags.as_str()),
            ("mine", "spring"),
            "what nobody touched here is as the first saved it"
        );
    });
}

#[test]
fn whoever_saves_over_another_version_is_told_whom_that_lists_and_takes_off() {
    with_customers(|app, world| {
        let (one, other) = (app.superuser(), app.superuser());
        let added =
            press(&one, one.open(ADD).form().fill("name", "VIP").fill("segment_type", "static").fill("filter_criteria", ""), "_continue");
        let url = added.location();
        let contact = &world.contacts[0];
        let late = other.open(url).form().and("contact_available", &contact.id.to_string());
        assert_eq!(press(&one, one.open(url).form().fill("tags", "spring"), "_save").status, 303);
        let told = press(&other, late.fill("tags", "autumn"), "_save");
        assert_eq!(told.status, 409);
        let row = told.texts("table.conflict tr").into_iter().find(|row| row.starts_with("Contacts to add")).expect("a row of it");
        assert!(row.contains(contact.name.trim()), "{row}");
    });
}

#[test]
fn what_was_typed_into_a_segment_that_was_handed_over_meanwhile_is_shown() {
    with_customers(|app, _| {
        let (owner, admin) = (app.staff(), app.superuser());
        let id = add(&owner, "Mine", EVERYBODY);
        let form = owner.open(&page(id, "change/")).form();
        assert_eq!(admin.post_form(&page(id, "hand_over/"), &[("owner", "admins")]).status, 303);
        let refused = press(&owner, form.fill("description", "A long text."), "_save");
        assert_eq!(refused.status, 403);
        assert!(refused.text(".errornote").contains("Nothing was saved."), "{}", refused.body);
        assert!(refused.text(".field-description").contains("A long text."), "{}", refused.text("#content"));
        assert_eq!(stored(app, id).unwrap().description, "");
    });
}

#[test]
fn of_twenty_saves_at_once_one_wins_and_the_others_are_told() {
    with_customers(|app, _| {
        let person = app.superuser();
        let id = add(&person, "Contested", EVERYBODY);
        let form = person.open(&page(id, "change/")).form();
        let barrier = Barrier::new(20);
        let answers: Vec<u16> = thread::scope(|scope| {
            let saves: Vec<_> = (0..20)
                .map(|number| {
                    let form = form.clone().fill("tags", &format!("save {number}")).and("_save", "1");
                    let (person, barrier) = (&person, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        person.submit(&form).status
                    })
                })
                .collect();
            saves.into_iter().map(|save| save.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 409).count(), 19, "{answers:?}");
    });
}

#[test]
fn of_twenty_segments_of_one_name_added_at_once_there_is_one() {
    with_customers(|app, _| {
        let person = app.superuser();
        let barrier = Barrier::new(20);
        let forms: Vec<Form> = (0..20)
            .map(|number| {
                let name = if number % 2 == 0 { "Vip Café " } else { "VIP CAFÉ" };
                person.open(ADD).form().fill("name", name).fill("filter_criteria", EVERYBODY).and("_save", "1")
            })
            .collect();
        let answers: Vec<Answer> = thread::scope(|scope| {
            let adds: Vec<_> = forms
                .iter()
                .map(|form| {
                    let (person, barrier) = (&person, &barrier);
                    scope.spawn(move || {
                        barrier.wait();
                        person.submit(form)
                    })
                })
                .collect();
            adds.into_iter().map(|add| add.join().unwrap()).collect()
        });
        assert_eq!(count_segments(app), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
        let told = |answer: &&Answer| answer.has("#id_name_error") && answer.text("#id_name_error").contains("already exists");
        assert_eq!(answers.iter().filter(told).count(), 19);
    });
}

#[test]
fn a_form_that_is_sent_twice_adds_one_segment() {
    with_customers(|app, _| {
        let person = app.staff();
        let form = person.open(ADD).form().fill("name", "Once").fill("filter_criteria", EVERYBODY).and("_save", "1");
        assert_eq!(person.submit(&form).status, 303);
        assert_eq!(person.submit(&form).status, 303);
        assert_eq!(count_segments(app), 1);
    });
}

#[test]
fn a_double_click_on_save_adds_one_segment_and_shows_no_error() {
    with_customers(|app, _| {
        let person = app.staff();
        let form = person.open(ADD).form().fill("name", "Once").fill("filter_criteria", EVERYBODY).and("_save", "1");
        let barrier = Barrier::new(2);
        let answers: Vec<u16> = thread::scope(|scope| {
            let clicks: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        person.submit(&form).status
                    })
                })
                .collect();
            clicks.into_iter().map(|click| click.join().unwrap()).collect()
        });
        assert_eq!((answers, count_segments(app)), (vec![303, 303], 1));
    });
}

#[test]
fn the_key_of_a_deleted_segment_is_not_given_again() {
    with_customers(|app, _| {
        let person = app.staff();
        let form = person.open(ADD).form().fill("name", "Once").fill("filter_criteria", EVERYBODY).and("_save", "1");
        assert_eq!(person.submit(&form).status, 303);
        let key = Id::parse(form.value("_new_id").unwrap()).unwrap();
        assert!(stored(app, key).is_some(), "a new segment has the key of its form");
        assert_eq!(person.post_form(&page(key, "delete/"), &[]).status, 303);
        assert_eq!(person.submit(&form).status, 303);
        assert_eq!((stored(app, key), count_segments(app)), (None, 1), "its history stays that of the one that is gone");
    });
}

#[test]
fn saving_a_segment_that_was_deleted_meanwhile_keeps_what_was_typed() {
    with_customers(|app, _| {
        let (person, other) = (app.superuser(), app.superuser());
        let id = add(&person, "Doomed", EVERYBODY);
        let form = person.open(&page(id, "change/")).form().fill("description", "An hour of thought").and("_save", "1");
        assert_eq!(other.post_form(&page(id, "delete/"), &[]).status, 303);
        let told = person.submit(&form);
        assert_eq!(told.text("h1"), "Add Customer Segment");
        assert!(
            told.text(".errornote")
                .starts_with("This Customer Segment was deleted while you were editing it, or you may not see it any more."),
            "nothing is below"
        );
        assert_eq!(told.form().value("description"), Some("An hour of thought"));
        assert_eq!(press(&person, told.form(), "_save").status, 303);
        assert_eq!(person.open(LIST).text("#result_list .field-name"), "Doomed");
        assert!(stored(app, id).is_none(), "it is another segment");
    });
}

#[test]
fn a_taken_name_and_a_wrong_rule_are_told_at_once() {
    with_customers(|app, _| {
        let person = app.staff();
        add(&person, "Taken", EVERYBODY);
        let form = person.open(ADD).form().fill("name", " TAKEN ").fill("filter_criteria", r#"{"rules": []}"#);
        let told = press(&person, form, "_save");
        assert_eq!(told.text("#id_name_error"), "Customer Segment with this Name already exists.");
        assert!(told.text("#id_filter_criteria_error").contains("no rules yet"));
    });
}

#[test]
fn people_who_are_gone_when_they_are_listed_are_told_of() {
    with_customers(|app, world| {
        let person = app.staff();
        let there = world.contacts[0].id.to_string();
        let form = person.open(ADD).form().fill("name", "VIP").fill("segment_type", "static");
        let form = form.and("contact_available", &there).and("contact_available", &Id::new().to_string());
        assert_eq!(press(&person, form.clone(), "_save").status, 303);
        assert_eq!(press(&person, form, "_save").status, 303, "and sent again it is done already");
        let said = person.open(LIST).text(".messagelist");
        assert!(said.contains("1 contact added: its list now names 1 contact and 0 companies."), "{said}");
        assert!(said.contains("1 of the chosen contacts could not be listed: they do not exist any more."), "{said}");
    });
}

#[test]
fn an_export_that_gets_no_turn_says_so_and_writes_no_event() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::with(engine, |options| options.turn_timeout = std::time::Duration::from_millis(50)));
        let person = app.staff();
        let id = add(&person, "Wanted", EVERYBODY);
        let turns = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let taken: Vec<Turn> = (0..3).map(|_| turns.block_on(app.test.db.turn(Lane::Export)).unwrap()).collect();
        let refused = person.get(&page(id, "members.csv"));
        assert_eq!(refused.status, 503);
        assert!(refused.body.contains("Many counts and exports are running."), "{}", refused.body);
        let exported = |connection: &mut _| Ok(event::table.filter(event::action.eq("exported")).count().get_result::<i64>(connection)?);
        assert_eq!(app.test.db.read_blocking(exported).unwrap(), 0);
        drop(taken);
        assert_eq!(person.get(&page(id, "members.csv")).status, 200);
    });
}

#[test]
fn a_form_that_is_sent_again_with_more_ticks_loses_none_of_them() {
    with_customers(|app, world| {
        let person = app.staff();
        let form = person.open(ADD).form().fill("name", "Once").fill("segment_type", "static");
        let (one, other) = (world.contacts[0].id.to_string(), world.contacts[1].id.to_string());
        assert_eq!(press(&person, form.clone().and("contact_available", &one), "_save").status, 303);
        let again = press(&person, form.and("contact_available", &one).and("contact_available", &other), "_save");
        assert!(again.text("#id_name_error").contains("already exists"), "nothing is said to be saved that is not");
        assert!(again.form().value("contact_adding").unwrap().contains(&other), "and the tick is kept");
    });
}

#[test]
fn a_static_list_is_chosen_by_search_and_ticks() {
    with_customers(|app, world| {
        let person = app.staff();
        let mailable = |contact: &&evaluator::Contact| contact.is_active && !contact.unsubscribed;
        let (member, outsider) =
            (world.contacts.iter().find(mailable).unwrap(), world.contacts.iter().find(|contact| !mailable(contact)).unwrap());
        let company = world
            .companies
            .iter()
            .find(|company| world.contacts.iter().any(|contact| contact.company_id == company.id && mailable(&contact)))
            .unwrap();

        let form = person.open(ADD).form().fill("name", "VIP").fill("segment_type", "static").fill("filter_criteria", "");
        let searched = press(&person, form.fill("contact_q", &format!("\"{}\"", member.name.replace('"', ""))), "_contact_search");
        assert!(
            searched.attributes("[name=contact_available]", "value").contains(&member.id.to_string()),
            "{}",
            searched.text(".selector")
        );
        let ticked = searched.form().and("contact_available", &member.id.to_string());
        let next = press(&person, ticked.fill("contact_q", ""), "_contact_search");
        assert!(next.attributes("[name=contact_available]", "value").contains(&member.id.to_string()), "a tick stays while one searches");
        let next = press(&person, next.form(), "_contact_add");
        assert!(next.attributes("[name=contact_chosen]", "value").contains(&member.id.to_string()), "and moves with its button");
        assert_eq!(next.form().value("name"), Some("VIP"), "what was typed stays");
        let enter = person.submit(&next.form().fill("contact_q", "nobody like this").and("_save", "enter"));
        assert_eq!(enter.status, 200, "Enter in the search box searches and saves nothing");
        assert!(enter.text(".selector-available").contains("Nobody matches."));
        assert_eq!(count_segments(app), 0);
        let form = next.form().and("contact_available", &outsider.id.to_string()).and("company_available", &company.id.to_string());
        let saved = press(&person, form, "_continue");
        assert_eq!(saved.status, 303, "{}", saved.texts(".errorlist").join(" "));

        let id = Id::parse(saved.location().trim_start_matches(LIST).split('/').next().unwrap()).unwrap();
        let expected = world
            .contacts
            .iter()
            .filter(|contact| (contact.id == member.id || contact.company_id == company.id) && mailable(contact))
            .count();
        assert_eq!(usize::try_from(stored(app, id).unwrap().member_count).unwrap(), expected, "companies stand for their contacts");
        let form = person.open(&page(id, "change/"));
        assert!(form.text(".selector-chosen").contains("not a member: "), "{}", form.text(".selector-chosen"));

        // Somebody else's change of a field is in nobody's way, and keeps nobody listed.
        let tagged = form.form().fill("tags", "by another");
        assert_eq!(press(&person, tagged, "_save").status, 303);
        let removed = press(&person, form.form().and("contact_chosen", &outsider.id.to_string()), "_save");
        assert_eq!(removed.status, 303);
        assert!(person.open(LIST).text(".messagelist").contains("What you did not touch is as they saved it."));
        assert_eq!(stored(app, id).unwrap().tags, "by another");
        let listed: Vec<Id> = app
            .test
            .db
            .read_blocking(|connection| Ok(listed_contacts::table.select(listed_contacts::contact_id).load(connection)?))
            .unwrap();
        assert_eq!(listed, [Id(member.id)]);
    });
}

#[test]
fn deleting_asks_first_and_takes_the_list_with_it() {
    with_customers(|app, world| {
        let person = app.staff();
        let id = add(&person, "Gone", EVERYBODY);
        let form = person.open(&page(id, "change/")).form().and("contact_available", &world.contacts[0].id.to_string());
        assert_eq!(press(&person, form.and("company_available", &world.companies[0].id.to_string()), "_save").status, 303);
        let asked = person.open(&page(id, "delete/"));
        assert!(asked.text("#content").contains("Are you sure") && asked.text("#content").contains("Gone"));
        let answer = person.submit(&asked.form());
        assert_eq!((answer.status, answer.location()), (303, LIST));
        assert!(person.open(LIST).text(".messagelist").contains("The Customer Segment “Gone” was deleted successfully."));
        assert!(stored(app, id).is_none());
        let left: (i64, i64) = app
            .test
            .db
            .read_blocking(|connection| {
                Ok((listed_contacts::table.count().get_result(connection)?, listed_companies::table.count().get_result(connection)?))
            })
            .unwrap();
        assert_eq!(left, (0, 0));
    });
}

#[test]
fn text_as_django_stores_it_is_not_changed_by_opening_and_saving() {
    with_customers(|app, _| {
        let person = app.staff();
        let id = add(&person, "Old", EVERYBODY);
        let (name, description) = (" cafe\u{301}", "Two\r\nlines ");
        let as_django = |connection: &mut _| {
            diesel::update(segment::table.find(id))
                .set((segment::name.eq(name), segment::description.eq(description), segment::status.eq("archived")))
                .execute(connection)?;
            Ok(())
        };
        app.test.db.write_blocking(as_django).unwrap();
        let back = person.post_form(&page(id, "change/"), &[("status", "active")]);
        assert_eq!(back.status, 303, "{}", back.text(".errornote"));
        assert_eq!(person.post_form(&page(id, "change/"), &[("tags", "new")]).status, 303);
        let after = stored(app, id).unwrap();
        assert_eq!((after.name.as_str(), after.description.as_str(), after.tags.as_str()), (name, description, "new"));
        // A broken rule keeps nobody from putting it away either.
        store_criteria(app, id, &json!({"rules": [{"field": "name", "operator": "like", "value": "x"}]}));
        assert_eq!(person.post_form(&page(id, "change/"), &[("status", "paused")]).status, 303);
    });
}

#[test]
fn too_many_ticks_are_a_sentence_on_the_form_and_lose_nothing() {
    with_customers(|app, _| {
        let person = app.staff();
        let ids: Vec<String> = (0..5_001).map(|_| Id::new().to_string()).collect();
        let form = person.open(ADD).form().fill("name", "Huge").fill("segment_type", "static").fill("contact_adding", &ids.join(","));
        let told = press(&person, form, "_save");
        assert!(
            told.text(".errornote").contains("At most 5,000 contacts can be added or removed one by one before saving."),
            "{}",
            told.body
        );
        assert_eq!(told.form().value("name"), Some("Huge"));
        assert_eq!(count_segments(app), 0);
    });
}

#[test]
fn what_stands_for_nobody_is_told_at_the_chooser_and_never_left_out_without_a_word() {
    with_customers(|app, world| {
        let person = app.staff();
        let known = world.contacts[0].id.to_string();
        for (field, value) in [
            ("contact_adding", format!("{known},junk")),
            ("contact_removing", "junk".into()),
            ("contact_available", "junk".into()),
            ("contact_chosen", "junk".into()),
        ] {
            let form = person.open(ADD).form().fill("name", "Guests").fill("segment_type", "static").fill(field, &value);
            let told = press(&person, form, "_save");
            assert_eq!((told.status, count_segments(app)), (200, 0), "{field}");
            assert_eq!(told.text(".errornote p"), "Please correct the error below.");
            assert_eq!(told.texts(".errorlist"), ["“junk” stands for none of the contacts."], "{field}");
            assert_eq!(told.attributes("[aria-describedby=contact_error] .errorlist", "id"), ["contact_error"]);
            let kept = if field == "contact_adding" { known.as_str() } else { "" };
            assert_eq!(told.form().value("contact_adding"), Some(kept), "the others stay chosen");
        }
        let form = person.open(ADD).form().fill("name", "Firms").fill("segment_type", "static").fill("company_adding", "1");
        assert_eq!(press(&person, form, "_save").texts(".errorlist"), ["“1” stands for none of the companies."]);
    });
}

#[test]
fn an_archived_segment_changes_nothing_but_its_status() {
    with_customers(|app, _| {
        let person = app.staff();
        let id = add(&person, "Old", EVERYBODY);
        assert_eq!(person.post_form(&page(id, "change/"), &[("status", "archived")]).status, 303);
        assert!(!person.open(LIST).has("#result_list"), "archived ones are not in the default list");
        assert_eq!(person.open(&format!("{LIST}?status__exact=all")).text("#result_list .field-name"), "Old");
        let form = person.open(&page(id, "change/"));
        assert!(form.text(".note").contains("only its status can be changed"));
        assert!(!form.has("[name=name]") && form.text(".field-name .readonly") == "Old");
        // Whatever a script sends besides is refused and shown, where it stands.
        let refused = press(&person, form.form().and("name", "New").fill("filter_criteria", "{}").fill("status", "paused"), "_save");
        assert_eq!(refused.status, 200);
        assert!(refused.text(".field-name .errorlist").contains("only its status can be changed"), "{}", refused.body);
        assert_eq!(refused.text(".field-name .not-saved"), "Not saved: New");
        assert!(refused.text("#id_filter_criteria_error").contains("only its status can be changed"));
        let listing = press(&person, form.form().and("contact_adding", &Id::new().to_string()), "_save");
        assert!(listing.text(".errornote").contains("changes nothing but its status"), "{}", listing.body);
        let now = stored(app, id).unwrap();
        assert_eq!((now.name.as_str(), now.status.as_str()), ("Old", "archived"));
        let token = form.form_at("#logout-form").value("csrfmiddlewaretoken").unwrap().to_owned();
        let used = person.post(&page(id, "members/"), &[("campaign", "x"), ("csrfmiddlewaretoken", &token)]);
        assert!(used.text(".errorlist").contains("archived"));
        assert_eq!(person.post_form(&page(id, "change/"), &[("status", "active")]).status, 303);
        assert_eq!(stored(app, id).unwrap().name, "Old");
    });
}

#[test]
fn others_segments_are_seen_while_active_and_never_changed() {
    with_customers(|app, _| {
        let (owner, other) = (app.staff(), app.role(Role::Finance));
        let id = add(&owner, "Mine", EVERYBODY);
        let seen = other.open(&page(id, "change/"));
        assert!(!seen.has("[name=_save]"), "view-only");
        assert_eq!(other.open(&page(id, "members/")).status, 200);
        let form = owner.open(&page(id, "change/")).form();
        let version = form.value("_version").unwrap().to_owned();
        let token = other.open(&page(id, "members/")).form().value("csrfmiddlewaretoken").unwrap().to_owned();
        let forged = other
            .post(&page(id, "change/"), &[("csrfmiddlewaretoken", &token), ("_version", &version), ("name", "Theirs"), ("_save", "1")]);
        assert_eq!(forged.status, 403);
        assert!(forged.body.contains(&format!("Only its owner ({}", owner.username)), "{}", forged.body);
        assert_eq!(other.get(&page(id, "delete/")).status, 403);
        assert_eq!(owner.post_form(&page(id, "change/"), &[("status", "paused")]).status, 303);
        for path in ["change/", "delete/", "history/", "members/", "members.csv", "used_by/"] {
            let answer = other.get(&page(id, path));
            assert_eq!(answer.location(), "/admin/", "{path} answers as if there were none");
            assert!(other.follow(&answer).text(".messagelist").contains("doesn’t exist. Perhaps it was deleted?"));
        }
        assert_eq!(stored(app, id).unwrap().name, "Mine");
    });
}

#[test]
fn a_campaign_that_takes_a_segment_is_remembered_and_counted_exactly() {
    with_customers(|app, world| {
        let person = app.staff();
        let id = add(&person, "Used", EVERYBODY);
        let answer = person.post_form(&page(id, "members/"), &[("campaign", " Renewal letters ")]);
        assert_eq!(answer.status, 303);
        assert!(person.follow(&answer).text(".messagelist").contains("is marked as used by the campaign “Renewal letters”"));
        let blank = person.post_form(&page(id, "members/"), &[("campaign", "  ")]);
        assert!(blank.text(".errorlist").contains("Enter the name of the campaign."));
        let form = person.open(&page(id, "members/")).form().fill("campaign", "Many").and("repeated", "Many");
        thread::scope(|scope| {
            for _ in 0..20 {
                let form = form.clone().fill("_new_id", &Id::new().to_string());
                let person = &person;
                scope.spawn(move || assert_eq!(person.submit(&form).status, 303));
            }
        });
        assert_eq!([person.submit(&form).status, person.submit(&form).status], [303, 303], "a button that is pressed twice");
        assert_eq!(stored(app, id).unwrap().times_used, 22);
        assert_eq!(person.submit(&form.clone().fill("campaign", "Another")).status, 303, "gone back to, and mended");
        assert_eq!(stored(app, id).unwrap().times_used, 23);
        let uses: Vec<(String, i32)> = app
            .test
            .db
            .read_blocking(|connection| {
                Ok(segments_use::table
                    .order(segments_use::used_at)
                    .select((segments_use::campaign, segments_use::member_count))
                    .load(connection)?)
            })
            .unwrap();
        assert_eq!(uses.len(), 23);
        // A second use of a name is asked for twice, and of that name alone.
        let again = person.open(&page(id, "members/")).form().fill("campaign", "renewal LETTERS ");
        let warned = person.submit(&again);
        assert_eq!((warned.status, stored(app, id).unwrap().times_used), (200, 23));
        let said = warned.text("#id_campaign_error");
        assert!(said.contains("It was marked as used for “Renewal letters” on ") && said.contains("already"), "{said}");
        let other = person.submit(&warned.form().fill("campaign", "Many"));
        assert!(other.text("#id_campaign_error").contains("It was marked as used for “Many” on "), "{}", other.body);
        assert_eq!([person.submit(&warned.form()).status, person.submit(&warned.form()).status], [303, 303]);
        assert_eq!(stored(app, id).unwrap().times_used, 24);
        assert!(uses.contains(&("Renewal letters".into(), i32::try_from(members_of(world, EVERYBODY)).unwrap())));
    });
}

/// On a database that the CRM made and uses: segments are ours to change, customers are not.
#[test]
fn beside_the_crm_segments_are_saved_counted_and_deleted_and_customers_are_read_only() {
    let Some(test) = TestDb::shared() else { return };
    customer_segments::db::migrations::apply(&test.db).unwrap();
    test.run(include_str!("../data/rows-of-the-crm.sql"));
    let app = TestApp::on(test);
    let person = app.superuser();
    let id = add(&person, "Everybody", EVERYBODY);
    assert_eq!(stored(&app, id).unwrap().member_count, 1);
    let contact: Id =
        app.test.db.read_blocking(|connection| Ok(crm_app_contact::table.select(crm_app_contact::id).first(connection)?)).unwrap();
    let form = person.open(&page(id, "change/")).form().fill("segment_type", "static").and("contact_available", &contact.to_string());
    assert_eq!(press(&person, form, "_save").status, 303);
    assert_eq!(stored(&app, id).unwrap().member_count, 1);
    let shown = person.open(&format!("/admin/crm_app/contact/{contact}/change/"));
    assert!(!shown.has("[name=_save]"));
    assert!(shown.text("#content").contains("CRM"), "a sentence says why: {}", shown.text("#content"));
    assert_eq!(person.submit(&person.open(&page(id, "delete/")).form()).status, 303);
    assert!(stored(&app, id).is_none());
    let actor = Actor::system("test", true);
    assert!(app.test.db.read_blocking(|connection| model::list_all(connection, &actor)).unwrap().is_empty());
}

#[test]
fn what_was_typed_into_a_form_whose_segment_was_archived_meanwhile_is_shown() {
    with_customers(|app, _| {
        let person = app.staff();
        let id = add(&person, "Hotels", EVERYBODY);
        let typing = person.open(&page(id, "change/")).form().fill("description", "Typed for an hour.");
        assert_eq!(person.post_form(&page(id, "change/"), &[("status", "archived")]).status, 303);
        let conflict = press(&person, typing, "_save");
        assert_eq!(conflict.status, 409);
        assert_eq!(conflict.texts("tr.differs th"), ["Description changed by you"]);
        let editing = press(&person, conflict.form(), "_edit");
        assert_eq!(editing.text(".field-description .not-saved"), "Not saved: Typed for an hour.");
        assert_eq!(press(&person, editing.form(), "_save").status, 303);
        let now = stored(app, id).unwrap();
        assert_eq!((now.description.as_str(), now.status.as_str()), ("", "archived"));
    });
}

#[test]
fn whoever_makes_a_list_of_rules_is_told_that_nobody_is_on_it() {
    with_customers(|app, _| {
        let person = app.staff();
        let id = add(&person, "Everybody", EVERYBODY);
        let had = stored(app, id).unwrap().member_count;
        let answer = person.post_form(&page(id, "change/"), &[("segment_type", "static")]);
        let told = person.follow(&answer).texts(".messagelist .warning");
        assert!(told[0].starts_with(&format!("It had {had} members by its rules, which rest now. Its list is empty")), "{told:?}");
    });
}

#[test]
fn whoever_may_only_look_sees_the_rules_as_text() {
    with_customers(|app, _| {
        let id = add(&app.staff(), "Hotels", EVERYBODY);
        let shown = app.role(Role::Finance).open(&page(id, "change/"));
        assert!(!shown.has("textarea") && !shown.body.contains("Press “Preview”"));
        assert!(shown.text(".criteria pre.readonly").contains("\"rules\""));
    });
}

#[test]
fn rules_are_counted_one_by_one_where_that_is_asked_for() {
    with_customers(|app, world| {
        let person = app.staff();
        let form = person.open(ADD).form().fill("name", "Kept").fill("filter_criteria", EVERYBODY).and("_preview", "rules");
        let shown = person.submit(&form);
        let numbers: Vec<i64> =
            shown.texts("#preview .funnel .num").iter().map(|text| text.replace(['−', ','], "").parse().unwrap()).collect();
        let [alone, left, inactive, unsubscribed, members] = numbers[..] else { panic!("{numbers:?}") };
        assert!(alone == left && usize::try_from(alone).unwrap() <= world.contacts.len() && members == left - inactive - unsubscribed);
        assert_eq!(shown.text("#preview .funnel tfoot .num"), shown.text("#preview .numbers strong"));
        assert!(!press(&person, person.open(ADD).form().fill("filter_criteria", EVERYBODY), "_preview").has(".funnel"));
        assert_eq!(shown.form().value("name"), Some("Kept"));
    });
}
