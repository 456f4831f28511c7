//! Members that are saved as a static list, and how the list and its source drift apart, on both engines.

use std::collections::BTreeSet;

use customer_segments::accounts::{Actor, Role};
use customer_segments::customers::company::{self, Company};
use customer_segments::customers::contact::{self, Contact};
use customer_segments::db::schema::{
    crm_app_contact, crm_app_customersegment as segment, crm_app_customersegment_static_contacts as listed,
    segments_list_source as list_source, segments_listed_contact as known,
};
use customer_segments::db::{AnyConnection, Id, Time};
use customer_segments::segments::curating::{Task, curate};
use customer_segments::segments::listed::{CONTACTS, How};
use diesel::prelude::*;
use serde_json::json;

use crate::support::app::Person;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";

/// Four people of one hotel, of whom the first three are owners.
fn on_both(test: impl Fn(&TestApp, &[Id])) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let now = Time(app.test.clock.now());
        let hotel = Company { name: "Six Palms".into(), ..Company::new(Id::new(), now) };
        let title = |number: usize| if number < 3 { "Owner" } else { "Chef" };
        let person = |number: usize| Contact {
            company_id: hotel.id,
            name: format!("Guest {number}"),
            title: title(number).into(),
            ..Contact::new(Id::new(), now)
        };
        let people: Vec<Contact> = (0..4).map(person).collect();
        let store = |connection: &mut _| {
            company::insert(connection, std::slice::from_ref(&hotel))?;
            contact::insert(connection, &people)
        };
        app.test.db.write_blocking(store).unwrap();
        test(&app, &people.iter().map(|person| person.id).collect::<Vec<_>>());
    });
}

fn owners(person: &Person<'_>) -> Id {
    let rules = json!({"rules": [{"field": "title", "operator": "equals", "value": "Owner"}]}).to_string();
    let form = person.open(&format!("{LIST}add/")).form().fill("name", "Owners").fill("filter_criteria", &rules).and("_continue", "1");
    let added = person.submit(&form);
    assert_eq!(added.status, 303, "{}", added.body);
    Id::parse(added.location().trim_start_matches(LIST).split('/').next().unwrap()).unwrap()
}

fn saved(person: &Person<'_>, of: Id) -> Id {
    let form = person.open(&format!("{LIST}{of}/change/")).form_at("form[action*='/save_list/']");
    let saved = person.submit(&form);
    assert_eq!(saved.status, 303, "{}", saved.body);
    let again = person.submit(&form);
    assert_eq!(again.location(), saved.location(), "sent twice, it is one list");
    Id::parse(saved.location().trim_start_matches(LIST).split('/').next().unwrap()).unwrap()
}

fn listed(app: &TestApp, id: Id) -> BTreeSet<Id> {
    let rows = listed::table.filter(listed::customersegment_id.eq(id)).select(listed::contact_id);
    app.test.db.read_blocking(|connection| Ok(rows.load::<Id>(connection)?)).unwrap().into_iter().collect()
}

/// Changes the list by hand; the batch.
fn does(app: &TestApp, list: Id, task: &Task) -> Option<Id> {
    let actor = Actor::system("tests", false);
    app.test.db.write_blocking(|connection| curate(connection, &actor, &app.test.clock, list, How::Picker, task)).unwrap().batch
}

fn set_title(app: &TestApp, id: Id, title: &str) {
    let set = diesel::update(crm_app_contact::table.find(id)).set(crm_app_contact::title.eq(title.to_owned()));
    app.test.db.write_blocking(|connection| Ok(set.clone().execute(connection)?)).unwrap();
}

#[test]
fn a_list_that_was_saved_stays_as_it_is_and_shows_who_came_and_went_in_its_source() {
    on_both(|app, people| {
        let person = app.staff();
        let source = owners(&person);
        let list = saved(&person, source);
        let stored = |connection: &mut _| {
            let row = segment::table.find(list).select((segment::name, segment::segment_type, segment::member_count));
            let how = known::table.filter(known::segment_id.eq(list)).select(known::how).distinct().load::<String>(connection)?;
            Ok((row.first::<(String, String, i32)>(connection)?, how))
        };
        let (row, how) = app.test.db.read_blocking(stored).unwrap();
        assert_eq!(row, ("Members of Owners".to_owned(), "static".to_owned(), 3));
        assert_eq!((how, listed(app, list)), (vec!["saved".to_owned()], people[..3].iter().copied().collect()));
        let page = |show: &str| format!("{LIST}{list}/list/?show={show}");
        assert!(person.open(&page("contacts")).text("#content").contains("Saved from “Owners” on "));
        assert_eq!(
            person.open(&page("joined")).text(".empty-list"),
            "Nobody has joined the source who is not in this list, but for whom somebody took off it."
        );
        let by_hand = |task: Task| does(app, list, &task);
        let added = by_hand(Task::Add(&CONTACTS, CONTACTS.among(&people[3..4])));
        assert_eq!(person.open(&page("left")).attributes("[name=ticked]", "value"), [""; 0], "who never was in it has not left it");
        by_hand(Task::Undo(added.unwrap()));
        set_title(app, people[0], "Chef");
        set_title(app, people[3], "Owner");
        assert_eq!(listed(app, list).len(), 3);
        let joined = person.open(&page("joined"));
        assert_eq!(joined.attributes("[name=ticked]", "value"), [people[3].to_string()]);
        assert_eq!(person.submit(&joined.form_at("#list-form").and("_all", "1")).status, 303);
        let left = person.open(&page("left"));
        assert_eq!(left.attributes("[name=ticked]", "value"), [people[0].to_string()]);
        assert_eq!(person.submit(&left.form_at("#list-form").and("_all", "1")).status, 303);
        assert_eq!(listed(app, list), people[1..].iter().copied().collect());
        // The source may go; the list stays, and says so.
        let gone = person.open(&format!("{LIST}{source}/delete/")).form();
        person.submit(&gone);
        assert_eq!(
            person.open(&page("joined")).text(".empty-list"),
            "“Owners”, from which this list was saved, is not there any more, or not yours to see."
        );
        assert_eq!(listed(app, list).len(), 3);
    });
}

#[test]
fn all_of_those_who_came_or_went_are_those_whom_a_search_shows() {
    on_both(|app, people| {
        let person = app.staff();
        let list = saved(&person, owners(&person));
        let page = |show: &str, query: &str| person.open(&format!("{LIST}{list}/list/?show={show}&q={query}"));
        for id in &people[..3] {
            set_title(app, *id, "Chef");
        }
        assert_eq!(page("left", "").text("button[name=_all]"), "Remove all of them");
        let shown = page("left", "Guest+1");
        assert_eq!(shown.attributes("[name=ticked]", "value"), [people[1].to_string()]);
        assert_eq!(shown.text("button[name=_all]"), "Remove all 1 found");
        person.submit(&shown.form_at("#list-form").and("_all", "1"));
        assert_eq!(listed(app, list), [people[0], people[2]].into(), "nobody but whom the page showed");
        for id in &people[2..] {
            set_title(app, *id, "Owner");
        }
        set_title(app, people[1], "Owner");
        let shown = page("joined", "Guest+3");
        assert_eq!(shown.text("button[name=_all]"), "Add all 1 found");
        person.submit(&shown.form_at("#list-form").and("_all", "1"));
        assert_eq!(listed(app, list), [people[0], people[2], people[3]].into());
    });
}

#[test]
fn whom_somebody_took_off_a_list_is_not_new_in_its_source_however_long_ago() {
    on_both(|app, people| {
        let person = app.staff();
        let list = saved(&person, owners(&person));
        let page = |show: &str| person.open(&format!("{LIST}{list}/list/?show={show}"));
        let of = |people: &[Id]| CONTACTS.among(people);
        let new = || page("joined").attributes("[name=ticked]", "value");
        does(app, list, &Task::Remove(&CONTACTS, of(&people[..1])));
        does(app, list, &Task::Bar(of(&people[1..2])));
        assert_eq!(new(), [""; 0], "one was removed, one is never to be included");
        let told =
            "None of its members is missing here, and nobody who was saved from it has left it, not counting 1 who was taken off by hand.";
        assert!(page("joined").text(".list-drift").ends_with(told), "{}", page("joined").text(".list-drift"));
        set_title(app, people[3], "Owner");
        assert_eq!(new(), [people[3].to_string()], "who was never on it is new");
        assert_eq!(page("joined").texts(".list-parts a")[4], "New in its source (1)");
        // What was added and taken back is new again; who is allowed again as well.
        let added = does(app, list, &Task::Add(&CONTACTS, of(&people[3..])));
        does(app, list, &Task::Undo(added.unwrap()));
        does(app, list, &Task::Unbar(of(&people[1..2])));
        let both = [people[1], people[3]].map(|id| id.to_string());
        assert_eq!(new().into_iter().collect::<BTreeSet<_>>(), both.clone().into());
        // The batches are forgotten, and not who was taken off.
        app.test.set_now(app.test.clock.now() + chrono::TimeDelta::days(31));
        does(app, list, &Task::Note(&CONTACTS, people[2], "still here".into()));
        let later = app.superuser();
        let joined = later.open(&format!("{LIST}{list}/list/?show=joined"));
        assert_eq!(joined.attributes("[name=ticked]", "value").len(), 2, "{}", joined.body);
        later.submit(&joined.form_at("#list-form").and("_all", "1"));
        assert_eq!(listed(app, list), people[1..].iter().copied().collect());
    });
}

#[test]
fn the_copy_of_a_list_drifts_from_the_same_source_for_whoever_may_see_that() {
    on_both(|app, people| {
        let (person, other) = (app.role(Role::Sales), app.role(Role::Sales));
        let source = owners(&person);
        let list = saved(&person, source);
        let copied = |who: &Person<'_>| {
            let copied = who.submit(&who.open(&format!("{LIST}{list}/change/")).form_at("form[id^=tool-][action*='/duplicate/']"));
            Id::parse(copied.location().trim_start_matches(LIST).split('/').next().unwrap()).unwrap()
        };
        let saved_at = |id: Id| {
            let row = list_source::table.find(id).select((list_source::source_id, list_source::source_name, list_source::saved_at));
            app.test.db.read_blocking(|connection| Ok(row.first::<(Id, String, Time)>(connection).optional()?)).unwrap()
        };
        does(app, list, &Task::Remove(&CONTACTS, CONTACTS.among(&people[..1])));
        app.test.set_now(app.test.clock.now() + chrono::TimeDelta::minutes(5));
        let copy = copied(&person);
        assert_eq!(saved_at(copy), saved_at(list));
        assert!(saved_at(copy).is_some_and(|(id, name, _)| (id, name.as_str()) == (source, "Owners")));
        set_title(app, people[1], "Chef");
        set_title(app, people[3], "Owner");
        let told = |list: Id| person.open(&format!("{LIST}{list}/list_numbers/")).text(".list-drift");
        assert_eq!(told(copy), told(list));
        let drift =
            "Now 1 of its members is not in this list, and 1 of those saved from it has left it, not counting 1 who was taken off by hand.";
        assert!(told(copy).ends_with(drift), "{}", told(copy));
        // Who may not see the source does not learn of it by copying.
        let set = diesel::update(segment::table.find(source)).set(segment::status.eq("paused"));
        app.test.db.write_blocking(|connection| Ok(set.clone().execute(connection)?)).unwrap();
        let theirs = copied(&other);
        assert_eq!((saved_at(theirs), listed(app, theirs)), (None, listed(app, list)));
    });
}

#[test]
fn form_members_and_list_tell_how_far_a_list_is_from_its_source() {
    on_both(|app, people| {
        let person = app.staff();
        let source = owners(&person);
        let list = saved(&person, source);
        let page = |page: &str| format!("{LIST}{list}/{page}/");
        let numbers = || person.open(&page("list_numbers")).text(".list-drift");
        assert!(numbers().ends_with("None of its members is missing here, and nobody who was saved from it has left it."), "{}", numbers());
        set_title(app, people[0], "Chef");
        set_title(app, people[1], "Chef");
        set_title(app, people[3], "Owner");
        let day = app.test.clock.now().format("%Y").to_string();
        assert!(numbers().starts_with("Saved from “Owners” on ") && numbers().contains(&day), "{}", numbers());
        assert!(
            numbers().ends_with("Now 1 of its members is not in this list, and 2 of those saved from it have left it."),
            "{}",
            numbers()
        );
        for shown in ["change", "members"] {
            let told = person.open(&page(shown));
            let links = told.attributes(".list-drift a", "href");
            let of = |show: &str| format!("{LIST}{list}/list/?show={show}");
            assert_eq!(links, [format!("{LIST}{source}/change/"), of("joined"), of("left")], "{shown}: {}", told.body);
        }
        assert_eq!(person.open(&page("change")).attributes("#list-numbers", "data-url"), [page("list_numbers")]);
        let shown = person.open(&page("list"));
        assert_eq!(shown.text(".list-drift"), numbers());
        assert_eq!(shown.texts(".list-parts a")[4..], ["New in its source (1)", "No longer in its source (2)"]);
        assert_eq!(person.open(&format!("{}?show=left", page("list"))).attributes("[name=ticked]", "value").len(), 2);
    });
}

#[test]
fn a_source_that_was_renamed_archived_broken_hidden_or_deleted_is_told_so_and_nothing_else() {
    on_both(|app, people| {
        let (person, other) = (app.role(Role::Sales), app.role(Role::Sales));
        let source = owners(&person);
        let list = saved(&person, source);
        set_title(app, people[3], "Owner");
        let set = |column: &str, value: &str| {
            let write = |connection: &mut AnyConnection| {
                let of_it = diesel::update(segment::table.find(source));
                Ok(match column {
                    "name" => of_it.set(segment::name.eq(value)).execute(connection)?,
                    "status" => of_it.set(segment::status.eq(value)).execute(connection)?,
                    _ => of_it.set(segment::filter_criteria.eq(customer_segments::db::Json(json!({})))).execute(connection)?,
                })
            };
            app.test.db.write_blocking(write).unwrap();
        };
        let told = |who: &Person<'_>| {
            let pages = ["list", "list_numbers"].map(|page| who.open(&format!("{LIST}{list}/{page}/")).text(".list-drift"));
            assert_eq!(pages[0], pages[1]);
            pages[0].clone()
        };
        set("name", "Hotel owners");
        assert!(told(&other).starts_with("Saved from “Hotel owners” (“Owners” at that time) on "), "{}", told(&other));
        set("status", "paused");
        let hidden = told(&other);
        assert!(hidden.ends_with("from “Owners”, which is not there any more, or not yours to see."), "{hidden}");
        let page = other.open(&format!("{LIST}{list}/list/"));
        assert!(!page.body.contains("Hotel owners") && !page.body.contains(&source.to_string()), "{}", page.body);
        assert_eq!(page.texts(".list-parts a")[4], "New in its source");
        assert!(told(&person).contains("Now 1 of its members is not in this list"), "{}", told(&person));
        set("status", "archived");
        assert!(told(&person).contains("That is archived now. Now 1 of its members"), "{}", told(&person));
        set("filter_criteria", "");
        assert!(
            told(&person).ends_with("“Hotel owners” needs attention: one of its rules cannot be understood, so nobody is in it now."),
            "{}",
            told(&person)
        );
        person.submit(&person.open(&format!("{LIST}{source}/delete/")).form());
        assert_eq!(told(&person), hidden, "as for whom it is hidden from");
    });
}

#[test]
fn members_of_rules_that_are_broken_are_not_saved() {
    on_both(|app, _| {
        let person = app.staff();
        let source = owners(&person);
        let broken =
            diesel::update(segment::table.find(source)).set(segment::filter_criteria.eq(customer_segments::db::Json(json!({"rules": 1}))));
        app.test.db.write_blocking(|connection| Ok(broken.clone().execute(connection)?)).unwrap();
        let form = person.open(&format!("{LIST}{source}/change/")).form_at("form[action*='/save_list/']");
        let told = person.follow(&person.submit(&form));
        assert!(told.text(".messagelist").contains("needs attention"), "{}", told.body);
        let count = segment::table.count();
        assert_eq!(app.test.db.read_blocking(|connection| Ok(count.get_result::<i64>(connection)?)).unwrap(), 1);
    });
}
