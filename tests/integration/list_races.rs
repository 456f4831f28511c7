//! Whom a segment lists, while somebody else deletes them, copies it, hands it over or changes it as well: its count is never
//! another than its list, unless it says that it is old, and the later of two changes is made to what the earlier left.

use customer_segments::accounts::{Actor, Role};
use customer_segments::customers::contact;
use customer_segments::db::dialect::Hold;
use customer_segments::db::schema::{
    crm_app_contact, crm_app_customersegment as segment, crm_app_customersegment_static_contacts as listed,
};
use customer_segments::db::{AnyConnection, Id};
use customer_segments::error::Result;
use customer_segments::segments::curating::{Task, curate};
use customer_segments::segments::listed::{CONTACTS as PEOPLE, Change, How, ListChange};
use customer_segments::segments::save::{self, Edited};
use customer_segments::segments::upload::applying::{Choice, Mode};
use customer_segments::segments::{Draft, bulk, model, ownership};
use diesel::prelude::*;

use crate::pasting::{World, with_a_list};
use crate::races::{actor, site, stored_segment, while_open};
use crate::support::TestApp;
use crate::support::app::Person;

const SEGMENTS: &str = "/admin/crm_app/customersegment/";
const CONTACTS: &str = "/admin/crm_app/contact/";

/// The key in the address of what was added.
fn add(person: &Person<'_>, model: &str, fields: &[(&str, &str)]) -> Id {
    let added = person.post_form(&format!("/admin/crm_app/{model}/add/"), &[fields, &[("_continue", "1")]].concat());
    assert_eq!(added.status, 303, "{}", added.body);
    Id::parse(added.location().trim_end_matches("/change/").rsplit('/').next().unwrap()).unwrap()
}

fn contacts(person: &Person<'_>, names: [&str; 2]) -> [Id; 2] {
    let company = add(person, "company", &[("name", "Six Palms")]).to_string();
    names.map(|name| add(person, "contact", &[("name", name), ("company", &company)]))
}

/// Saves a segment with these contacts in its list.
fn list(connection: &mut AnyConnection, app: &TestApp, actor: &Actor, id: Id, contacts: &[Id]) -> Result<()> {
    model::lock(connection, id)?;
    let before = model::find(connection, actor, id)?;
    let change = ListChange { contacts: Change { add: contacts.to_vec(), ..Change::default() }, ..ListChange::default() };
    save::update(connection, actor, &app.test.clock, &before, &Edited::new(Draft::stored(&before), change)).map(|_| ())
}

/// How many a segment says it has, and how many contacts it lists.
fn numbers(app: &TestApp, id: Id) -> (i64, i64) {
    let read = |connection: &mut AnyConnection| {
        let count: i32 = segment::table.find(id).select(segment::member_count).first(connection)?;
        let entries = listed::table.filter(listed::customersegment_id.eq(id)).count().get_result(connection)?;
        Ok((count.into(), entries))
    };
    app.test.db.read_blocking(read).unwrap()
}

#[test]
fn a_copy_has_the_list_and_the_count_of_one_moment() {
    site(|app, _| {
        let (owner, other) = (app.staff(), app.staff());
        let people = contacts(&owner, ["Anong", "Boris"]);
        let id = stored_segment(app, &owner, "VIP");
        let form = other.open(&format!("{SEGMENTS}{id}/change/")).form_at("form[id^=tool-][action*='/duplicate/']");
        let lists = |connection: &mut AnyConnection| list(connection, app, &actor(&owner), id, &people);
        let copied = while_open(app, lists, || other.submit(&form));
        let copy = Id::parse(copied.location().trim_start_matches(SEGMENTS).trim_end_matches("/change/")).expect("a copy");
        assert_eq!((numbers(app, id), numbers(app, copy)), ((2, 2), (2, 2)));
    });
}

#[test]
fn a_contact_that_is_deleted_while_they_are_listed_makes_the_count_old() {
    site(|app, _| {
        let owner = app.staff();
        let people = contacts(&owner, ["Anong", "Boris"]);
        let id = stored_segment(app, &owner, "VIP");
        let deletion = owner.open(&format!("{CONTACTS}{}/delete/", people[0])).form();
        let lists = |connection: &mut AnyConnection| {
            app.test.set_now(app.test.clock.now() + chrono::TimeDelta::minutes(1));
            list(connection, app, &actor(&owner), id, &people)
        };
        let deleted = while_open(app, lists, || {
            app.test.set_now(app.test.clock.now() + chrono::TimeDelta::minutes(1));
            owner.submit(&deletion)
        });
        assert_eq!(deleted.status, 303, "{}", deleted.body);
        assert_eq!(numbers(app, id), (2, 1));
        let shown = owner.open(SEGMENTS).text(".field-member_count");
        assert!(shown.starts_with("2 counted"), "it does not say that it is old: {shown}");
    });
}

#[test]
fn whoever_is_deleted_meanwhile_is_not_listed_and_that_is_told() {
    site(|app, _| {
        let owner = app.staff();
        let people = contacts(&owner, ["Anong", "Boris"]);
        let id = stored_segment(app, &owner, "VIP");
        let form = owner.open(&format!("{SEGMENTS}{id}/change/")).form();
        let form = people.iter().fold(form, |form, id| form.and("contact_available", &id.to_string())).and("_save", "1");
        let deletes = |connection: &mut AnyConnection| {
            contact::SOURCE.hold(connection, &people[..1], Hold::Alone)?;
            contact::delete(connection, &people[..1], &app.test.clock).map(|_| ())
        };
        let saved = while_open(app, deletes, || owner.submit(&form));
        assert_eq!(saved.status, 303, "{}", saved.body);
        let told = owner.follow(&saved).text(".messagelist");
        assert!(told.contains("1 of the chosen contacts could not be listed: they do not exist any more."), "{told}");
        assert_eq!(numbers(app, id), (1, 1));
    });
}

#[test]
fn who_is_deleted_while_they_are_taken_off_is_gone_without_a_fault() {
    site(|app, _| {
        let owner = app.staff();
        let people = contacts(&owner, ["Anong", "Boris"]);
        let id = stored_segment(app, &owner, "VIP");
        app.test.db.write_blocking(|connection| list(connection, app, &actor(&owner), id, &people)).unwrap();
        let form = owner.open(&format!("{SEGMENTS}{id}/list/")).form_at("#list-form");
        let form = people.iter().fold(form, |form, id| form.and("ticked", &id.to_string())).and("_remove", "1");
        // As another program does it, which holds no list meanwhile.
        let deletes = |connection: &mut AnyConnection| {
            diesel::delete(crm_app_contact::table.find(people[0])).execute(connection)?;
            Ok(())
        };
        let removed = while_open(app, deletes, || owner.submit(&form));
        assert_eq!(removed.status, 303, "{}", removed.body);
        let told = owner.follow(&removed).text(".messagelist");
        assert!(told.contains("1 contact removed."), "{told}");
        assert_eq!(numbers(app, id), (0, 0));
    });
}

#[test]
fn who_is_deleted_while_a_list_is_copied_is_in_neither() {
    site(|app, _| {
        let (owner, other) = (app.staff(), app.staff());
        let people = contacts(&owner, ["Anong", "Boris"]);
        let id = stored_segment(app, &owner, "VIP");
        app.test.db.write_blocking(|connection| list(connection, app, &actor(&owner), id, &people)).unwrap();
        let deletion = owner.open(&format!("{CONTACTS}{}/delete/", people[0])).form();
        let copies = |connection: &mut AnyConnection| {
            bulk::duplicate(connection, &actor(&other), &app.test.clock, id, &bulk::Copy::new(Id::new())).map(|_| ())
        };
        let deleted = while_open(app, copies, || owner.submit(&deletion));
        assert_eq!(deleted.status, 303, "{}", deleted.body);
        let entries = |connection: &mut AnyConnection| Ok(listed::table.select(listed::contact_id).load::<Id>(connection)?);
        assert_eq!(app.test.db.read_blocking(entries).unwrap(), [people[1], people[1]]);
    });
}

#[test]
fn what_is_handed_over_meanwhile_stays_with_whoever_got_it() {
    site(|app, _| {
        let (admin, owner, friend) = (app.role(Role::Admin), app.staff(), app.staff());
        let (given, kept) = (stored_segment(app, &owner, "Given"), stored_segment(app, &owner, "Kept"));
        let (all, one) = (format!("/admin/crm_app/user/{}/hand_over/", owner.id.unwrap()), format!("{SEGMENTS}{given}/hand_over/"));
        let all = admin.open(&all).form().fill("owner", "admins");
        let one = admin.open(&one).form().fill("owner", "admins");
        let hands = |connection: &mut AnyConnection| {
            ownership::hand_over(connection, &actor(&owner), &app.test.clock, given, owner.id, friend.id).map(|_| ())
        };
        let told = while_open(app, hands, || admin.submit(&all));
        assert_eq!(told.status, 303, "{}", told.body);
        assert_eq!(admin.follow(&told).texts(".messagelist li"), [format!("1 segment of “{}” handed over.", owner.username)]);
        let stored = |connection: &mut AnyConnection| {
            let owner_of = |id: Id| segment::table.find(id).select(segment::created_by_id);
            Ok((owner_of(given).first::<Option<Id>>(connection)?, owner_of(kept).first::<Option<Id>>(connection)?))
        };
        assert_eq!(app.test.db.read_blocking(stored).unwrap(), (friend.id, None));
        let late = admin.submit(&one);
        assert!(late.text("#id_owner_error").starts_with("Somebody else handed it over meanwhile"), "{}", late.body);
        assert!(late.text("#content").contains(&format!("belongs to {}", friend.username)), "{}", late.text("#content"));
        assert_eq!(app.test.db.read_blocking(stored).unwrap(), (friend.id, None));
    });
}

/// These people of a world, in the order of their keys.
fn these(world: &World<'_>, places: &[usize]) -> Vec<Id> {
    let mut these: Vec<Id> = places.iter().map(|place| world.people[*place]).collect();
    these.sort();
    these
}

#[test]
fn a_list_that_is_made_exactly_a_file_while_a_colleague_saves_is_made_so_of_what_they_saved() {
    with_a_list(|world, person| {
        let (app, colleague) = (world.app(), world.app().role(Role::Admin));
        let colleague = Actor { role: Role::Admin, ..actor(&colleague) };
        world.does(&Task::Add(&PEOPLE, PEOPLE.among(&these(world, &[0]))));
        // Its second row may mean one whom the colleague adds, and the other whom they add no row means.
        let page = world.uploads(person, "some.csv", b"email\nanong@palms.example\nshared@palms.example\n", "utf-8");
        let form = page.form_at("#apply-form").fill("mode", "exact").and("_apply", "1");
        app.test.set_now(app.test.clock.now() + chrono::TimeDelta::seconds(1));
        let saves = |connection: &mut AnyConnection| list(connection, app, &colleague, world.list, &these(world, &[2, 6]));
        let refused = person.follow(&while_open(app, saves, || person.submit(&form)));
        let told = refused.text(".messagelist");
        assert!(told.contains("2 would be taken off the list now, not 1"), "more than was shown are taken off by nobody: {told}");
        assert_eq!(world.listed().0, these(world, &[0, 2, 6]), "nothing was changed");
        let applied = person.follow(&person.submit(&refused.form_at("#apply-form").fill("mode", "exact").and("_apply", "1")));
        let told = applied.text(".messagelist");
        assert!(told.contains("2 contacts removed, 1 contact added"), "{told}");
        assert_eq!((world.listed().0, numbers(app, world.list)), (these(world, &[1, 2]), (2, 2)));
        person.submit(&applied.form_at("form[id^=message-]"));
        assert_eq!((world.listed().0, numbers(app, world.list)), (these(world, &[0, 2, 6]), (3, 3)), "what the colleague saved is back");
    });
}

#[test]
fn what_a_colleague_saves_while_a_list_is_made_exactly_a_file_comes_on_top_of_that() {
    with_a_list(|world, person| {
        let (app, colleague) = (world.app(), world.app().role(Role::Admin));
        world.does(&Task::Add(&PEOPLE, PEOPLE.among(&these(world, &[0, 2]))));
        let page = world.uploads(person, "some.csv", b"email\nanong@palms.example\n", "utf-8");
        let upload = Id::parse(page.form_at("#apply-form").value("u").unwrap()).unwrap();
        let form = colleague.open(&world.url("change")).form().and("contact_available", &world.people[6].to_string());
        let form = form.and("contact_chosen", &world.people[0].to_string()).and("_save", "1");
        let applies = |connection: &mut AnyConnection| {
            let task = Choice { mode: Mode::Exact, ..Choice::default() }.task(connection, upload, world.list)?;
            curate(connection, &actor(person), &app.test.clock, world.list, How::Csv, &task).map(|_| ())
        };
        let saved = colleague.follow(&while_open(app, applies, || colleague.submit(&form)));
        let told = saved.text(".messagelist");
        assert!(
            told.contains("1 contact added: its list now names 2 contacts"),
            "whom the file took off already is told of nobody: {told}"
        );
        assert_eq!((world.listed().0, numbers(app, world.list)), (these(world, &[1, 6]), (2, 2)));
    });
}
