//! Segments that name one another in their rules: who may, what is refused, and what keeps them from being taken away.

use std::sync::Barrier;
use std::thread;

use customer_segments::accounts::Role;
use customer_segments::db::Id;
use customer_segments::db::schema::{crm_app_customersegment as segment, segments_event as event};
use customer_segments::segments::Segment;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::app::Person;
use crate::support::generator;
use crate::support::page::Answer;
use crate::support::stored::store;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";

fn with_customers(test: impl Fn(&TestApp)) {
    let world = generator::world(3, 40);
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        store(&app.test.db, &world);
        test(&app);
    });
}

fn page(id: Id, page: &str) -> String {
    format!("{LIST}{id}/{page}")
}

/// Rules that everybody meets.
fn everybody() -> Value {
    json!({"entity": "contact", "rules": [{"field": "name", "operator": "not_equals", "value": "Nobody at all"}]})
}

/// Everybody who is in each of these segments.
fn in_all(ids: &[Id]) -> Value {
    let rule = |id: &Id| json!({"field": "segment", "operator": "in_segment", "value": id});
    json!({"entity": "contact", "rules": ids.iter().map(rule).collect::<Vec<_>>()})
}

fn try_to_add(person: &Person<'_>, name: &str, criteria: &Value) -> Answer {
    let form = person.open(&format!("{LIST}add/")).form();
    person.submit(&form.fill("name", name).fill("filter_criteria", &criteria.to_string()).and("_continue", "1"))
}

#[track_caller]
fn add(person: &Person<'_>, name: &str, criteria: &Value) -> Id {
    let answer = try_to_add(person, name, criteria);
    assert_eq!(answer.status, 303, "{}", answer.texts(".errorlist, .errornote").join(" "));
    Id::parse(answer.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("the way to the new segment")
}

fn change(person: &Person<'_>, id: Id, field: &str, value: &str) -> Answer {
    let form = person.open(&page(id, "change/")).form();
    person.submit(&form.fill(field, value).and("_continue", "1"))
}

fn give(person: &Person<'_>, id: Id, criteria: &Value) -> Answer {
    change(person, id, "filter_criteria", &criteria.to_string())
}

fn stored(app: &TestApp, id: Id) -> Option<Segment> {
    let find = |connection: &mut _| Ok(segment::table.find(id).select(Segment::as_select()).first(connection).optional()?);
    app.test.db.read_blocking(find).unwrap()
}

fn said(answer: &Answer) -> String {
    answer.texts(".errorlist, .errornote, .messagelist").join(" ")
}

#[test]
fn a_segment_that_names_another_has_its_members_and_follows_it() {
    with_customers(|app| {
        let person = app.staff();
        let all = add(&person, "Everybody", &everybody());
        let same = add(&person, "The same", &in_all(&[all]));
        let rest = json!({"rules": [{"field": "segment", "operator": "not_in_segment", "value": all}]});
        let rest = add(&person, "The rest", &rest);
        let count = |id| stored(app, id).unwrap().member_count;
        assert!(count(all) > 0, "there is somebody");
        assert_eq!((count(same), count(rest)), (count(all), 0));
        let shown = person.open(&page(same, "change/"));
        assert!(shown.texts(".preview .sentence").join(" ").contains("who are in the segment “Everybody”"), "{}", shown.body);
        // Membership is live: the count of who is named changes with who names.
        give(&person, all, &json!({"rules": [{"field": "name", "operator": "equals", "value": "Nobody at all"}]}));
        let members = person.open(&page(same, "members/"));
        assert!(members.texts(".numbers").join(" ").starts_with('0'), "{:?}", members.texts(".numbers"));
    });
}

#[test]
fn a_circle_is_refused_with_its_path_and_a_diamond_is_none() {
    with_customers(|app| {
        let person = app.staff();
        let first = add(&person, "First", &everybody());
        let second = add(&person, "Second", &in_all(&[first]));
        let third = add(&person, "Third", &in_all(&[first]));
        let diamond = add(&person, "Diamond", &in_all(&[second, third]));
        let refused = give(&person, first, &in_all(&[diamond]));
        assert_eq!(refused.status, 200);
        assert!(said(&refused).contains("this segment → “Diamond” → “Second” → this segment"), "{}", said(&refused));
        assert_eq!(stored(app, first).unwrap().filter_criteria.0, everybody());
        let alone = give(&person, first, &in_all(&[first]));
        assert!(said(&alone).contains("A segment cannot depend on itself: this segment → this segment."), "{}", said(&alone));
    });
}

#[test]
fn a_chain_of_five_is_the_longest() {
    with_customers(|app| {
        let person = app.staff();
        let mut last = add(&person, "0", &everybody());
        for number in 1..=5 {
            last = add(&person, &number.to_string(), &in_all(&[last]));
        }
        let refused = try_to_add(&person, "6", &in_all(&[last]));
        assert!(said(&refused).contains("At most 5 segments may name one another in a chain"), "{}", said(&refused));
    });
}

#[test]
fn what_segments_come_to_together_has_a_limit() {
    with_customers(|app| {
        let person = app.staff();
        let rule = json!({"field": "name", "operator": "not_equals", "value": "Nobody"});
        let many = add(&person, "Many", &json!({"rules": vec![rule.clone(); 99]}));
        let rules = |number: usize| {
            let named = json!({"field": "segment", "operator": "in_segment", "value": many});
            json!({"match_type": "any", "rules": vec![named; number]})
        };
        add(&person, "Ten times", &rules(10));
        let refused = try_to_add(&person, "Eleven times", &rules(11));
        assert!(said(&refused).contains("at most 1000 rules are allowed; these are 1100"), "{}", said(&refused));
    });
}

#[test]
fn only_what_one_sees_can_be_named_and_what_was_named_stays() {
    with_customers(|app| {
        let (owner, other) = (app.staff(), app.staff());
        let hidden = add(&owner, "Secret", &everybody());
        let theirs = add(&other, "Theirs", &everybody());
        assert_eq!(give(&other, theirs, &in_all(&[hidden])).status, 303);
        assert!(other.open(&page(theirs, "history/")).body.contains("who are in the segment “Secret”"));
        assert_eq!(change(&owner, hidden, "status", "paused").status, 303);
        let refused = try_to_add(&other, "Another", &in_all(&[hidden]));
        assert!(said(&refused).contains("There is no segment with the id"), "{}", said(&refused));
        let unknown = try_to_add(&other, "Another", &in_all(&[Id::new()]));
        assert!(said(&unknown).contains("There is no segment with the id"), "{}", said(&unknown));
        // What names it already may go on doing so, and tells nobody what it is called.
        let shown = other.open(&page(theirs, "change/"));
        assert!(shown.texts(".preview .sentence").join(" ").contains("who are in a segment you cannot see"), "{}", shown.body);
        assert!(!shown.body.contains("Secret"));
        assert_eq!(change(&other, theirs, "description", "As it was.").status, 303);
        let mut criteria = in_all(&[hidden]);
        criteria["match_type"] = json!("any");
        let rewritten = give(&other, theirs, &criteria);
        assert!(said(&rewritten).contains("There is no segment with the id"), "{}", said(&rewritten));
        let history = other.open(&page(theirs, "history/"));
        assert!(history.body.contains("who are in a segment you cannot see"), "{}", history.body);
        assert!(!history.body.contains("Secret"), "the history tells no name either");
    });
}

/// Rules that rest are no rules: who could not write them does not get them by waking them up, nor by asking in another's name.
#[test]
fn nobody_comes_to_name_what_they_do_not_see_by_a_way_round() {
    with_customers(|app| {
        let (owner, other) = (app.staff(), app.staff());
        let hidden = add(&owner, "Secret", &everybody());
        let naming = add(&owner, "Naming", &in_all(&[hidden]));
        assert_eq!(change(&owner, hidden, "status", "paused").status, 303);
        let form = other.open(&format!("{LIST}add/")).form().fill("name", "Resting").fill("segment_type", "static");
        let resting = other.submit(&form.fill("filter_criteria", &in_all(&[hidden]).to_string()).and("_continue", "1"));
        let resting = Id::parse(resting.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("a static segment");
        let woken = change(&other, resting, "segment_type", "dynamic");
        assert!(said(&woken).contains("There is no segment with the id"), "{}", said(&woken));
        let mut wider = in_all(&[hidden]);
        wider["match_type"] = json!("any");
        let token = other.open(&format!("{LIST}add/")).form();
        let token = token.value("csrfmiddlewaretoken").unwrap();
        for (criteria, is_told) in [(wider, false), (in_all(&[hidden]), true)] {
            let fields = [("csrfmiddlewaretoken", token), ("_preview", "1"), ("filter_criteria", &criteria.to_string())];
            for page in ["builder", "preview"] {
                let answer = other.post(&format!("{LIST}{page}/?segment={naming}"), &fields);
                assert_eq!(answer.body.contains("There is no segment with the id"), !is_told, "{page}: {}", answer.body);
                assert!(!answer.body.contains("Secret"));
            }
        }
    });
}

#[test]
fn a_change_that_would_break_who_names_it_is_refused() {
    with_customers(|app| {
        let (person, other) = (app.staff(), app.staff());
        let first = add(&person, "0", &everybody());
        let mut last = first;
        for number in 1..=5 {
            last = add(&other, &number.to_string(), &in_all(&[last]));
        }
        let far = add(&person, "Far", &everybody());
        let longer = give(&person, first, &in_all(&[far]));
        let sentence = "This would break “5”, whose rules lead to this segment. Rule 1: At most 5 segments";
        assert!(said(&longer).contains(sentence), "{}", said(&longer));
        assert_eq!(stored(app, first).unwrap().filter_criteria.0, everybody());
        let fewer = json!({"rules": [{"field": "name", "operator": "equals", "value": "Nobody"}]});
        assert_eq!(give(&person, first, &fewer).status, 303, "what breaks nobody is saved");
    });
}

#[test]
fn a_count_is_old_once_a_segment_that_it_depends_on_has_changed() {
    with_customers(|app| {
        let person = app.staff();
        let named = add(&person, "Named", &everybody());
        let middle = add(&person, "Middle", &in_all(&[named]));
        add(&person, "Naming", &in_all(&[middle]));
        let wait = || app.test.set_now(app.test.clock.now() + chrono::Duration::minutes(5));
        wait();
        let stale = || person.open(&format!("{LIST}?health=stale")).texts("#result_list .field-name");
        assert_eq!(change(&person, named, "tags", "renamed").status, 303);
        assert!(stale().is_empty(), "a tag changes nobody's members");
        wait();
        assert_eq!(give(&person, named, &json!({"rules": [{"field": "name", "operator": "equals", "value": "Nobody"}]})).status, 303);
        let mut found = stale();
        found.sort();
        assert_eq!(found, ["Middle", "Naming"]);
    });
}

#[test]
fn a_segment_that_others_name_is_neither_deleted_nor_archived() {
    with_customers(|app| {
        let (owner, other) = (app.staff(), app.staff());
        let named = add(&owner, "Named", &everybody());
        let naming = add(&owner, "Naming", &in_all(&[named]));
        let theirs = add(&other, "Theirs", &in_all(&[named]));
        assert_eq!(change(&other, theirs, "status", "paused").status, 303);
        let used = owner.open(&page(named, "change/")).texts(".field-referred_to_by").join(" ");
        assert!(used.contains("Naming") && used.contains("a segment that you cannot see") && !used.contains("Theirs"), "{used}");
        let asked = owner.open(&page(named, "delete/"));
        assert!(asked.texts("h1").join("").contains("Cannot delete") && asked.body.contains("Naming"), "{}", asked.body);
        let refused = change(&owner, named, "status", "archived");
        let sentence = "“Named” cannot be archived: the rules of “Naming” and a segment that you cannot see name it.";
        assert!(said(&refused).contains(sentence), "{}", said(&refused));
        let form = owner.open(LIST).form_at("#changelist-form");
        let tried = owner.submit(&form.and("_selected_action", &named.to_string()).fill("action", "archive"));
        let tried = if tried.status == 303 { owner.open(tried.location()) } else { tried };
        assert!(tried.body.contains("cannot be archived"), "{}", tried.body);
        assert_eq!(stored(app, named).unwrap().status, "active");
        // Who is put away itself does not keep others from it; who may come back keeps them from being deleted.
        assert_eq!(change(&owner, naming, "status", "archived").status, 303);
        assert_eq!(give(&other, theirs, &everybody()).status, 303);
        assert_eq!(change(&owner, named, "status", "archived").status, 303);
        assert!(owner.open(&page(named, "delete/")).texts("h1").join("").contains("Cannot delete"));
        assert_eq!(change(&owner, named, "status", "active").status, 303);
        assert_eq!(change(&owner, naming, "status", "active").status, 303);
        // Both at once can go: nobody who stays names one of them.
        let form = owner.open(LIST).form_at("#changelist-form").and("_selected_action", &named.to_string());
        let form = form.and("_selected_action", &naming.to_string()).fill("action", "delete_selected");
        let confirm = owner.submit(&form);
        assert_eq!(owner.submit(&confirm.form_at("main form").and("post", "yes")).status, 303);
        assert_eq!((stored(app, named), stored(app, naming)), (None, None));
    });
}

/// Archives these in one go, from the list.
fn archive(person: &Person<'_>, ids: &[Id]) -> Answer {
    let form = person.open(LIST).form_at("#changelist-form").fill("action", "archive");
    person.submit(&ids.iter().fold(form, |form, id| form.and("_selected_action", &id.to_string())))
}

fn statuses(app: &TestApp, ids: &[Id]) -> Vec<String> {
    ids.iter().map(|id| stored(app, *id).unwrap().status).collect()
}

/// How often each of these was changed in the history.
fn changes(app: &TestApp, ids: &[Id]) -> Vec<i64> {
    let of = |connection: &mut _| {
        let changed = |id: &Id| event::table.filter(event::object_id.eq(id.to_string())).filter(event::message.eq("Changed Status."));
        ids.iter().map(|id| Ok(changed(id).count().get_result(connection)?)).collect()
    };
    app.test.db.read_blocking(of).unwrap()
}

#[test]
fn segments_that_name_one_another_are_archived_together_whichever_comes_first() {
    with_customers(|app| {
        let person = app.staff();
        let wait = || app.test.set_now(app.test.clock.now() + chrono::Duration::minutes(1));
        for is_older_named in [true, false] {
            for is_older_ticked_first in [true, false] {
                let case = format!("{is_older_named}, {is_older_ticked_first}");
                let older = add(&person, &format!("Older {case}"), &everybody());
                wait();
                let newer = add(&person, &format!("Newer {case}"), &everybody());
                let (named, naming) = if is_older_named { (older, newer) } else { (newer, older) };
                assert_eq!(give(&person, naming, &in_all(&[named])).status, 303);
                let last = add(&person, &format!("Last {case}"), &in_all(&[naming]));
                let mut ids = [older, newer, last];
                if !is_older_ticked_first {
                    ids.reverse();
                }
                let done = archive(&person, &ids);
                assert_eq!(done.status, 303, "{case}: {}", said(&done));
                assert_eq!(person.open(LIST).text(".messagelist"), "3 Customer Segments archived.", "{case}");
                assert_eq!(statuses(app, &ids), ["archived"; 3], "{case}");
                assert_eq!(changes(app, &ids), [1; 3], "{case}");
            }
        }
    });
}

#[test]
fn a_set_that_another_segment_names_is_not_archived_at_all() {
    with_customers(|app| {
        let person = app.staff();
        let named = add(&person, "Named", &everybody());
        let naming = add(&person, "Naming", &in_all(&[named]));
        let alone = add(&person, "Alone", &everybody());
        let outside = add(&person, "Outside", &in_all(&[named]));
        let ids = [named, naming, alone];
        for ids in [ids, [alone, naming, named]] {
            let refused = archive(&person, &ids);
            assert_eq!(refused.status, 409);
            let sentence =
                "“Named” cannot be archived: the rules of “Outside” name it. Take it out of those rules first. Nothing was changed.";
            assert!(said(&refused).contains(sentence), "{}", said(&refused));
            assert_eq!((statuses(app, &ids), changes(app, &ids)), (vec!["active".to_owned(); 3], vec![0; 3]));
        }
        // One that is put away already, here or before, objects to nothing.
        assert_eq!(change(&person, outside, "status", "archived").status, 303);
        assert_eq!(archive(&person, &ids).status, 303);
        assert_eq!(statuses(app, &ids), ["archived"; 3]);
    });
}

#[test]
fn a_broken_segment_breaks_who_names_it_and_says_so_everywhere() {
    with_customers(|app| {
        let person = app.staff();
        let broken = add(&person, "Broken", &everybody());
        let naming = add(&person, "Naming", &in_all(&[broken]));
        let wrong = json!({"rules": [{"field": "no_such_field", "operator": "equals", "value": "x"}]});
        let set = |connection: &mut _| {
            let criteria = customer_segments::db::Json(wrong.clone());
            diesel::update(segment::table.find(broken)).set(segment::filter_criteria.eq(criteria)).execute(connection)?;
            Ok(())
        };
        app.test.db.write_blocking(set).unwrap();
        let list = person.open(LIST);
        let marks = list.texts("#result_list td.field-member_count, #result_list .field-member_count");
        assert!(marks.iter().filter(|mark| mark.contains("needs attention")).count() >= 2, "{marks:?}");
        let members = person.open(&page(naming, "members/"));
        assert!(members.body.contains("“Broken” needs attention: its own rules cannot be understood"), "{}", members.body);
    });
}

#[test]
fn two_who_would_close_a_circle_from_both_ends_do_not() {
    with_customers(|app| {
        let person = app.staff();
        for round in 0..5 {
            let one = add(&person, &format!("One {round}"), &everybody());
            let other = add(&person, &format!("Other {round}"), &everybody());
            let start = Barrier::new(2);
            let statuses = thread::scope(|scope| {
                let save = |from: Id, to: Id| {
                    let (person, start) = (app.sign_in(&person.username), &start);
                    scope.spawn(move || {
                        let form = person.open(&page(from, "change/")).form();
                        let form = form.fill("filter_criteria", &in_all(&[to]).to_string()).and("_continue", "1");
                        start.wait();
                        person.submit(&form).status
                    })
                };
                let both = [save(one, other), save(other, one)];
                both.map(|handle| handle.join().unwrap())
            });
            let saved = statuses.iter().filter(|status| **status == 303).count();
            assert_eq!(saved, 1, "one is saved, the other told: {statuses:?}");
        }
    });
}

#[test]
fn what_is_named_at_the_moment_it_is_deleted_stays_or_is_not_named() {
    with_customers(|app| {
        let admin = app.role(Role::Admin);
        for round in 0..5 {
            let named = add(&admin, &format!("Named {round}"), &everybody());
            let naming = add(&admin, &format!("Naming {round}"), &everybody());
            let start = Barrier::new(2);
            thread::scope(|scope| {
                let (one, other, start) = (app.sign_in(&admin.username), app.sign_in(&admin.username), &start);
                scope.spawn(move || {
                    let form = one.open(&page(naming, "change/")).form();
                    let form = form.fill("filter_criteria", &in_all(&[named]).to_string()).and("_continue", "1");
                    start.wait();
                    one.submit(&form)
                });
                scope.spawn(move || {
                    let form = other.open(&page(named, "delete/")).form();
                    start.wait();
                    other.submit(&form)
                });
            });
            let names_it = stored(app, naming).unwrap().filter_criteria.0 != everybody();
            assert_eq!(names_it, stored(app, named).is_some(), "round {round}");
        }
    });
}
