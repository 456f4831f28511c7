//! A new segment from two or three others, on both engines: in all, in any, in one but in none of the others.

use std::collections::BTreeSet;

use customer_segments::customers::company::{self, Company};
use customer_segments::customers::contact::{self, Contact};
use customer_segments::db::connection::{Lane, Turn};
use customer_segments::db::schema::crm_app_customersegment as segment;
use customer_segments::db::{Id, Time};
use customer_segments::segments::{Members, Segment};
use diesel::prelude::*;
use serde_json::json;

use crate::support::app::Person;
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";

/// Six people: owners are the first four, chefs the last four, so that two are both.
fn on_both(test: impl Fn(&TestApp)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let now = Time(app.test.clock.now());
        let hotel = Company { name: "Six Palms".into(), ..Company::new(Id::new(), now) };
        let title = |number: usize| match number {
            0 | 1 => "Owner",
            2 | 3 => "Owner, chef",
            _ => "Chef",
        };
        let person = |number: usize| Contact {
            company_id: hotel.id,
            name: format!("Guest {number}"),
            title: title(number).into(),
            ..Contact::new(Id::new(), now)
        };
        let people: Vec<Contact> = (0..6).map(person).collect();
        let store = |connection: &mut _| {
            company::insert(connection, std::slice::from_ref(&hotel))?;
            contact::insert(connection, &people)
        };
        app.test.db.write_blocking(store).unwrap();
        test(&app);
    });
}

fn add(person: &Person<'_>, name: &str, title: &str) -> Id {
    add_by(person, name, &json!({"rules": [{"field": "title", "operator": "contains", "value": title}]}).to_string())
}

fn add_by(person: &Person<'_>, name: &str, rules: &str) -> Id {
    let form = person.open(&format!("{LIST}add/")).form().fill("name", name).fill("filter_criteria", rules).and("_continue", "1");
    let added = person.submit(&form);
    assert_eq!(added.status, 303, "{}", added.body);
    Id::parse(added.location().trim_start_matches(LIST).split('/').next().unwrap()).unwrap()
}

/// The page that the action of the list leads to.
fn combined(person: &Person<'_>, ids: &[Id]) -> Answer {
    let form = person.open(LIST).form_at("#changelist-form").fill("action", "combine");
    let form = ids.iter().fold(form, |form, id| form.and("_selected_action", &id.to_string()));
    person.follow(&person.submit(&form))
}

/// The names of those who are in the segment of this name, and the segment.
fn members(app: &TestApp, name: &str) -> (BTreeSet<String>, Segment) {
    let read = |connection: &mut _| {
        let found: Segment = segment::table.filter(segment::name.eq(name)).select(Segment::as_select()).first(connection)?;
        let members = Members::of_segment(connection, &found, (&app.test.clock).into())?.expect("good rules");
        let page = members.page(connection, 6, 6, 0)?;
        Ok((page.into_iter().map(|row| row.contact.name.replace("Guest ", "")).collect(), found))
    };
    app.test.db.read_blocking(read).unwrap()
}

fn set(names: &str) -> BTreeSet<String> {
    names.chars().map(|name| name.to_string()).collect()
}

#[test]
fn each_way_is_counted_before_and_saved_as_rules_or_as_a_list() {
    on_both(|app| {
        let person = app.staff();
        let both = [add(&person, "Owners", "owner"), add(&person, "Chefs", "chef")];
        let page = combined(&person, &both);
        let counts = page.texts(".combine-way .quiet");
        assert_eq!(counts[..4], ["2 members", "6 members", "2 members", "2 members"]);
        assert!(page.text("#combine-form").contains("In “Chefs”, but not in the other"), "{}", page.text("#combine-form"));
        let only_owners = page.texts(".combine-way").iter().position(|way| way.contains("In “Owners”")).unwrap().to_string();
        for (way, expected) in [("0", "23"), ("1", "012345"), (only_owners.as_str(), "01")] {
            for kind in ["rules", "list"] {
                let name = format!("{way} as {kind}");
                let form = page.form_at("#combine-form").fill("way", way).fill("as", kind).fill("name", &name);
                let form = form.fill("_new_id", &Id::new().to_string());
                let made = person.submit(&form);
                assert_eq!(made.status, 303, "{}", made.body);
                assert_eq!(person.submit(&form).location(), made.location(), "sent twice, it is one segment");
                let (found, made) = members(app, &name);
                assert_eq!(found, set(expected), "{name}");
                assert_eq!(usize::try_from(made.member_count).unwrap(), expected.len());
                assert_eq!(made.segment_type, if kind == "list" { "static" } else { "dynamic" });
            }
        }
    });
}

#[test]
fn what_makes_a_list_takes_its_turn_among_the_long_ones_and_what_makes_rules_does_not() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::with(engine, |options| options.turn_timeout = std::time::Duration::from_millis(50)));
        let person = app.staff();
        let both = [add(&person, "Owners", "owner"), add(&person, "Chefs", "chef")];
        let combine = combined(&person, &both).form_at("#combine-form");
        let list = person.submit(&combine.clone().fill("as", "list").fill("name", "List"));
        let list = person.follow(&list).form_at("form[action*='/duplicate/']");
        let rules = person.open(&format!("{LIST}{}/change/", both[0])).form_at("form[action*='/duplicate/']");
        let combine = combine.fill("_new_id", &Id::new().to_string());
        let turns = actix_web::rt::System::new();
        let taken: Vec<Turn> = (0..2).map(|_| turns.block_on(app.test.db.turn(Lane::Bulk)).unwrap()).collect();
        let answers = |name: &str| {
            let combine = combine.clone().fill("name", name);
            [combine.clone().fill("as", "list"), list.clone(), combine.fill("as", "rules"), rules.clone()]
                .map(|form| person.submit(&form).status)
        };
        assert_eq!(answers("Rules"), [503, 503, 303, 303]);
        drop(taken);
        assert_eq!(person.submit(&list).status, 303);
        assert_eq!(person.submit(&combine.fill("_new_id", &Id::new().to_string()).fill("as", "list").fill("name", "Another")).status, 303);
    });
}

#[test]
fn segments_on_the_longest_chain_are_combined_as_a_list_alone() {
    on_both(|app| {
        let person = app.staff();
        let (chefs, mut last) = (add(&person, "Chefs", "chef"), add(&person, "Chain 1", "owner"));
        for link in 2..=6 {
            let rules = json!({"rules": [{"field": "segment", "operator": "in_segment", "value": last}]}).to_string();
            last = add_by(&person, &format!("Chain {link}"), &rules);
        }
        let page = combined(&person, &[last, chefs]);
        assert_eq!(page.texts(".combine-way .quiet")[..4], ["2 members", "6 members", "2 members", "2 members"]);
        assert_eq!(page.attributes("[name=as][disabled]", "value"), ["rules"]);
        assert_eq!(page.attributes("[name=as][checked]", "value"), ["list"]);
        assert!(page.text("#combine-form").contains("As rules · At most 5 segments may name one another in a chain"), "{}", page.body);
        let ways = page.texts(".combine-way");
        let only = |name: &str| ways.iter().position(|way| way.contains(name)).unwrap().to_string();
        for (way, expected) in [("0", "23"), ("1", "012345"), (only("In “Chefs”").as_str(), "45"), (only("In “Chain 6”").as_str(), "01")]
        {
            let form = page.form_at("#combine-form").fill("way", way).fill("name", way).fill("_new_id", &Id::new().to_string());
            let made = person.submit(&form.clone().fill("as", "list"));
            assert_eq!(made.status, 303, "{}", made.body);
            assert_eq!(members(app, way).0, set(expected));
            let told = person.submit(&form.fill("as", "rules").fill("name", "By rules").fill("_new_id", &Id::new().to_string()));
            assert!(told.text("#id_way_error").contains("At most 5 segments"), "{}", told.body);
        }
    });
}

#[test]
fn what_cannot_be_combined_or_named_so_is_a_sentence_and_makes_nothing() {
    on_both(|app| {
        let person = app.staff();
        let [owners, chefs] = [add(&person, "Owners", "owner"), add(&person, "Chefs", "chef")];
        let one = person.follow(&combined(&person, &[owners]));
        assert!(one.body.contains("Choose two or three Customer Segments to combine."), "{}", one.body);
        let stranger = person.follow(&person.get(&format!("{LIST}combine/?of={owners},{}", Id::new())));
        assert!(stranger.text(".messagelist").contains("Choose two or three"), "{}", stranger.body);
        let page = combined(&person, &[owners, chefs]);
        let form = page.form_at("#combine-form");
        for (name, way, at, why) in [
            ("owners ", "0", "name", "already exists"),
            ("", "0", "name", "required"),
            ("New", "9", "way", "Choose who is in it."),
            ("New", "x", "way", "Choose who"),
        ] {
            let told = person.submit(&form.clone().fill("name", name).fill("way", way));
            assert_eq!(told.status, 200);
            let error = format!("id_{at}_error");
            assert!(told.text(&format!("#{error}")).contains(why), "{name}: {}", told.body);
            assert_eq!(told.texts(".errorlist").len(), 1, "at its field and nowhere else");
            assert_eq!(told.attributes("[autofocus]", "aria-describedby"), [error], "which one is led to");
        }
        let count = segment::table.count();
        assert_eq!(app.test.db.read_blocking(|connection| Ok(count.get_result::<i64>(connection)?)).unwrap(), 2);
    });
}
