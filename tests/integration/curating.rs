//! Changing a list at once, on both engines: everything that is found, whom never to include, notes, and undoing each.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use customer_segments::accounts::{Actor, Role};
use customer_segments::clock::Clock;
use customer_segments::criteria::Scope;
use customer_segments::customers::company::{self, Company};
use customer_segments::customers::contact::{self, Contact};
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::{
    crm_app_contact as crm_contact, crm_app_customersegment as segment, crm_app_customersegment_static_contacts as listed,
    segments_batch as batch, segments_event as event, segments_listed_contact as known,
};
use customer_segments::db::{Id, Time};
use customer_segments::error::{AppError, Result};
use customer_segments::query::{Sql, Value};
use customer_segments::segments::curating::{Curated, Task, curate};
use customer_segments::segments::listed::{COMPANIES, CONTACTS, Change, How, ListChange, still_in};
use customer_segments::segments::save::{self, Edited};
use customer_segments::segments::why::{Listed, Membership, Why};
use customer_segments::segments::{Draft, Input, Members, bulk, model};
use diesel::prelude::*;

use crate::support::app::Person;
use crate::support::page::Form;
use crate::support::{TestApp, TestDb, on_both_engines, on_engines};

/// A company with twelve people, and a list.
struct World<'a> {
    test: &'a TestDb,
    actor: Actor,
    company: Id,
    people: Vec<Id>,
    list: Id,
}

impl<'a> World<'a> {
    fn new(test: &'a TestDb) -> Self {
        let now = Time(test.clock.now());
        let company = Company { name: "Six Palms".into(), ..Company::new(Id::new(), now) };
        let person = |number: usize| Contact { company_id: company.id, name: format!("Guest {number:02}"), ..Contact::new(Id::new(), now) };
        let people: Vec<Contact> = (0..12).map(person).collect();
        let actor = Actor::system("Anong", false);
        let list = Id::new();
        let input = Input { name: "VIP".into(), segment_type: "static".into(), status: "active".into(), ..Input::default() };
        let draft = Draft::parse(&input, None, Scope::alone((&test.clock).into())).expect("a good segment");
        let made = |connection: &mut _| {
            company::insert(connection, std::slice::from_ref(&company))?;
            contact::insert(connection, &people)?;
            save::insert(connection, &actor, &test.clock, list, &Edited::new(draft.clone(), ListChange::default()))
        };
        test.db.write_blocking(made).unwrap();
        Self { test, company: company.id, people: people.iter().map(|person| person.id).collect(), actor, list }
    }

    fn tries(&self, task: &Task) -> Result<Curated> {
        self.test.db.write_blocking(|connection| curate(connection, &self.actor, &self.test.clock, self.list, How::Paste, task))
    }

    #[track_caller]
    fn does(&self, task: &Task) -> Curated {
        self.tries(task).expect("it can be done")
    }

    fn adds(&self, people: &[Id]) -> Id {
        self.does(&Task::Add(&CONTACTS, CONTACTS.among(people))).batch.expect("somebody was listed")
    }

    fn removes(&self, people: &[Id]) -> Id {
        self.does(&Task::Remove(&CONTACTS, CONTACTS.among(people))).batch.expect("somebody was on the list")
    }

    fn notes(&self, person: Id, note: &str) -> Id {
        self.does(&Task::Note(&CONTACTS, person, note.into())).batch.expect("somebody was on the list")
    }

    fn listed(&self) -> BTreeSet<Id> {
        let rows = listed::table.filter(listed::customersegment_id.eq(self.list)).select(listed::contact_id);
        self.test.db.read_blocking(|connection| Ok(rows.load::<Id>(connection)?)).unwrap().into_iter().collect()
    }

    /// The members; the stored count is how many they are.
    fn members(&self) -> BTreeSet<Id> {
        let read = |connection: &mut _| {
            let ids = Members::listed_in(self.list).ids(connection)?;
            let count: i32 = segment::table.find(self.list).select(segment::member_count).first(connection)?;
            Ok((ids, count))
        };
        let (ids, count) = self.test.db.read_blocking(read).unwrap();
        assert_eq!(ids.len(), usize::try_from(count).unwrap(), "the count is never a lie");
        ids.into_iter().collect()
    }

    /// The note of a person, how they were added and by whom.
    fn known_of(&self, person: Id) -> (String, String, String) {
        let row = known::table.find((self.list, person)).select((known::note, known::how, known::added_by_name));
        self.test.db.read_blocking(|connection| Ok(row.first(connection)?)).unwrap()
    }
}

fn set(ids: &[Id]) -> BTreeSet<Id> {
    ids.iter().copied().collect()
}

fn is_called(name: &str) -> Sql {
    Sql::from("crm_app_contact.name LIKE ") + Value::Text(name.into())
}

#[test]
fn all_that_is_found_is_listed_as_one_batch_and_taken_off_again_by_its_undo() {
    on_both_engines(|test| {
        let world = World::new(test);
        world.adds(&world.people[..2]);
        let added = world.does(&Task::Add(&CONTACTS, is_called("Guest 0%")));
        assert_eq!((added.what.as_str(), added.segment.member_count), ("8 contacts added", 10));
        assert_eq!(world.listed(), set(&world.people[..10]));
        let undone = world.does(&Task::Undo(added.batch.unwrap()));
        assert_eq!((undone.what.as_str(), undone.notes.len()), ("undid: 8 contacts added", 0));
        assert_eq!(world.members(), set(&world.people[..2]));
        // To undo the undo is to do it again.
        world.does(&Task::Undo(undone.batch.unwrap()));
        assert_eq!(world.members(), set(&world.people[..10]));
        let messages: Vec<(String, Option<Id>, Option<i32>)> = test
            .db
            .read_blocking(|connection| {
                let events = event::table.filter(event::object_id.eq(world.list.to_string())).filter(event::action.eq("changed"));
                Ok(events.order(event::id).select((event::message, event::batch, event::count_after)).load(connection)?)
            })
            .unwrap();
        assert_eq!(messages[1], ("Changed the list (8 contacts added).".to_owned(), added.batch, Some(10)));
        assert_eq!(messages[2].0, "Changed the list (undid: 8 contacts added).");
    });
}

#[test]
fn an_undo_leaves_alone_what_somebody_has_changed_since_and_says_so() {
    on_both_engines(|test| {
        let world = World::new(test);
        let first = world.adds(&world.people[..5]);
        world.notes(world.people[0], "asked for it");
        world.removes(&world.people[1..2]);
        world.adds(&world.people[1..2]);
        // The CRM beside us, which writes nothing down.
        test.db
            .write_blocking(|connection| {
                Ok(diesel::delete(listed::table.filter(listed::contact_id.eq(world.people[2]))).execute(connection)?)
            })
            .unwrap();
        let undone = world.does(&Task::Undo(first));
        assert_eq!(undone.notes, ["3 rows were left alone: somebody has changed them since."]);
        assert_eq!(world.members(), set(&world.people[..2]));
        assert!(
            matches!(world.tries(&Task::Undo(first)), Err(AppError::Conflict(why)) if why == "That change was undone already, by Anong.")
        );
        let second = world.adds(&world.people[6..7]);
        world.removes(&world.people[6..7]);
        let late = world.does(&Task::Undo(second));
        assert_eq!((late.batch, late.notes), (None, vec!["Nothing was left to undo: every row has been changed since.".to_owned()]));
    });
}

#[test]
fn who_is_added_and_no_member_is_told_of_with_why() {
    on_both_engines(|test| {
        let world = World::new(test);
        let set_of = |person: Id, is_active: bool, unsubscribed: bool| {
            let set = (crm_contact::is_active.eq(is_active), crm_contact::unsubscribed.eq(unsubscribed));
            let update = diesel::update(crm_contact::table.find(person)).set(set);
            test.db.write_blocking(|connection| Ok(update.clone().execute(connection)?)).unwrap();
        };
        set_of(world.people[0], false, true);
        set_of(world.people[1], true, true);
        set_of(world.people[2], false, false);
        let one = world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[1..2])));
        assert_eq!(one.notes, ["1 of those who were added is no member: 1 unsubscribed."]);
        let added = world.does(&Task::Add(&CONTACTS, Sql::all()));
        assert_eq!((added.what.as_str(), added.segment.member_count), ("11 contacts added", 9));
        assert_eq!(added.notes, ["2 of those who were added are no members: 2 inactive."]);
    });
}

#[test]
fn private_notes_are_read_by_whoever_may_change_the_list_and_by_nobody_else() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let world = World::new(&app.test);
        let (owner, admin, other) = (app.role(Role::Sales), app.role(Role::Admin), app.role(Role::Sales));
        let theirs = diesel::update(segment::table.find(world.list)).set(segment::created_by_id.eq(owner.id));
        app.test.db.write_blocking(|connection| Ok(theirs.clone().execute(connection)?)).unwrap();
        world.adds(&world.people[..1]);
        world.does(&Task::Add(&COMPANIES, COMPANIES.among(&[world.company])));
        world.notes(world.people[0], "hates calls");
        world.does(&Task::Note(&COMPANIES, world.company, "owes us".into()));
        let page = |id: Id, tail: &str| format!("/admin/crm_app/customersegment/{id}/{tail}");
        let pages = ["change/", "list/", "list/?show=companies", "export_list/"];
        let seen = |person: &Person<'_>, id: Id| {
            pages.map(|tail| {
                let body = person.open(&page(id, tail)).body;
                (body.contains("hates calls"), body.contains("owes us"))
            })
        };
        for person in [&owner, &admin] {
            assert_eq!(seen(person, world.list), [(true, true), (true, false), (false, true), (true, true)], "{}", person.username);
        }
        assert_eq!(seen(&other, world.list), [(false, false); 4]);
        let copy_of = |person: &Person<'_>| {
            let form = person.open(&page(world.list, "change/")).form_at("form[action*='/duplicate/']");
            let location = person.submit(&form).location().to_owned();
            Id::parse(location.split('/').nth(4).unwrap_or_default()).expect("a copy")
        };
        assert_eq!(seen(&other, copy_of(&other)), [(false, false); 4], "a copy does not bring them along");
        assert_eq!(seen(&owner, copy_of(&owner))[3], (true, true));
    });
}

#[test]
fn an_undo_leads_back_to_the_page_of_its_button_and_nowhere_else() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let world = World::new(&app.test);
        let admin = app.role(Role::Admin);
        let page = |tail: &str| format!("/admin/crm_app/customersegment/{}/{tail}", world.list);
        let form = admin.open(&page("change/")).form();
        for (from, to) in [
            ("/list/?show=never&p=2", page("list/?show=never&p=2")),
            ("/history/", page("history/")),
            ("/delete/", page("change/")),
            ("/../../../../login/?next=x", page("change/")),
        ] {
            let batch = world.adds(&world.people[..1]).to_string();
            let token = form.fields.iter().find(|(name, _)| name == "csrfmiddlewaretoken").map_or("", |(_, token)| token);
            let sent = [("csrfmiddlewaretoken", token), ("batch", &batch)];
            let from = format!("/admin/crm_app/customersegment/{}{from}", world.list);
            let answer = admin.post_from(&page("undo/"), &sent, &from);
            assert_eq!((answer.status, answer.location()), (303, to.as_str()), "{from}");
        }
    });
}

#[test]
fn who_was_taken_off_and_added_again_in_one_batch_is_one_row_of_it() {
    on_both_engines(|test| {
        let world = World::new(test);
        world.adds(&world.people[..3]);
        let both = Task::Together(vec![
            Task::Remove(&CONTACTS, Sql::all()),
            Task::Add(&CONTACTS, CONTACTS.among(&world.people[..4])),
            Task::Add(&COMPANIES, COMPANIES.among(&[world.company])),
        ]);
        let done = world.does(&both);
        let undone = world.does(&Task::Undo(done.batch.unwrap()));
        assert_eq!((undone.notes, world.listed()), (Vec::new(), set(&world.people[..3])));
    });
}

#[test]
fn a_note_that_is_there_already_is_no_change() {
    on_both_engines(|test| {
        let world = World::new(test);
        world.adds(&world.people[..2]);
        let note = |note: &str| world.does(&Task::Note(&CONTACTS, world.people[0], note.into()));
        assert_eq!(note("  speaks Thai ").what, "note of 1 contact changed");
        assert_eq!((note("speaks Thai").batch, note("speaks Thai").what.as_str()), (None, ""));
        // Nothing is known of whom the CRM listed: no note is what they have.
        let row = (listed::customersegment_id.eq(world.list), listed::contact_id.eq(world.people[5]));
        test.db.write_blocking(|connection| Ok(diesel::insert_into(listed::table).values(row).execute(connection)?)).unwrap();
        assert_eq!(world.does(&Task::Note(&CONTACTS, world.people[5], String::new())).batch, None);
        assert_eq!(world.does(&Task::Note(&CONTACTS, world.people[5], "new".into())).what, "note of 1 contact changed");
        assert_eq!(world.known_of(world.people[5]).0, "new");
    });
}

#[test]
fn whom_the_crm_lists_though_they_are_never_to_be_included_stays_out_once_taken_off() {
    on_both_engines(|test| {
        let world = World::new(test);
        let person = world.people[0];
        let them = || CONTACTS.among(&[person]);
        let row = (listed::customersegment_id.eq(world.list), listed::contact_id.eq(person));
        let crm_lists =
            || test.db.write_blocking(|connection| Ok(diesel::insert_into(listed::table).values(row).execute(connection)?)).unwrap();
        let state = || {
            let state = known::table.find((world.list, person)).select(known::state);
            test.db.read_blocking(|connection| Ok(state.first::<String>(connection)?)).unwrap()
        };
        world.does(&Task::Bar(them()));
        crm_lists();
        assert_eq!(world.listed(), set(&[person]));
        // Whom the CRM lists is in: adding them adds nobody and keeps nobody out, and they have no note here.
        let added = world.does(&Task::Add(&CONTACTS, them()));
        assert_eq!((added.batch, added.notes.len()), (None, 0));
        assert_eq!(world.does(&Task::Note(&CONTACTS, person, "why?".into())).batch, None);
        let removed = world.does(&Task::Remove(&CONTACTS, them()));
        assert_eq!((removed.what.as_str(), state().as_str(), world.members()), ("1 contact removed", "never", set(&[])));
        world.does(&Task::Undo(removed.batch.unwrap()));
        assert_eq!((state().as_str(), world.members()), ("never", set(&[])));
        crm_lists();
        let barred = world.does(&Task::Bar(them()));
        assert_eq!((barred.what.as_str(), state().as_str(), world.members()), ("1 contact is never to be included now", "never", set(&[])));
        crm_lists();
        world.does(&Task::Unbar(them()));
        assert_eq!((state().as_str(), world.members()), ("listed", set(&[person])));
    });
}

#[test]
fn who_is_taken_off_by_mistake_comes_back_with_note_and_origin() {
    on_both_engines(|test| {
        let world = World::new(test);
        world.adds(&world.people[..3]);
        world.notes(world.people[0], "speaks ไทย");
        let gone = world.does(&Task::Remove(&CONTACTS, Sql::all()));
        assert_eq!((gone.what.as_str(), world.listed().len()), ("3 contacts removed", 0));
        world.does(&Task::Undo(gone.batch.unwrap()));
        assert_eq!(world.members(), set(&world.people[..3]));
        let origin = |note: &str| (note.to_owned(), "paste".to_owned(), "Anong".to_owned());
        assert_eq!(world.known_of(world.people[0]), origin("speaks ไทย"));
        assert_eq!(world.known_of(world.people[1]), origin(""));
    });
}

#[test]
fn a_row_that_the_crm_listed_is_taken_off_and_comes_back_too() {
    on_both_engines(|test| {
        let world = World::new(test);
        let row = (listed::customersegment_id.eq(world.list), listed::contact_id.eq(world.people[0]));
        test.db.write_blocking(|connection| Ok(diesel::insert_into(listed::table).values(row).execute(connection)?)).unwrap();
        let gone = world.removes(&world.people[..1]);
        assert_eq!(world.listed(), set(&[]));
        world.does(&Task::Undo(gone));
        assert_eq!(world.members(), set(&world.people[..1]));
        assert_eq!(world.known_of(world.people[0]), (String::new(), String::new(), String::new()));
    });
}

#[test]
fn who_is_never_to_be_included_stays_out_whoever_lists_their_company_or_adds_many() {
    on_both_engines(|test| {
        let world = World::new(test);
        let [out, kept] = [world.people[0], world.people[1]];
        world.adds(&[out, kept]);
        world.does(&Task::Add(&COMPANIES, COMPANIES.among(&[world.company])));
        assert_eq!(world.members(), set(&world.people));
        let barred = world.does(&Task::Bar(CONTACTS.among(&[out])));
        assert_eq!((barred.what.as_str(), barred.segment.member_count), ("1 contact is never to be included now", 11));
        assert_eq!((world.members(), world.listed()), (set(&world.people[1..]), set(&[kept])));
        let why = test.db.read_blocking(|connection| Membership::Listed(world.list).explain(connection, &[out])).unwrap();
        assert!(matches!(&why[0], Why::List(list) if list.listed == Some(Listed::Never)) && !why[0].is_member(), "{why:?}");
        assert_eq!(why[0].sentence(), "They are never to be included in this list.");
        let everybody = world.does(&Task::Add(&CONTACTS, Sql::all()));
        assert_eq!(everybody.notes, ["1 contact stayed out: never to be included."]);
        assert!(!world.members().contains(&out));
        // A copy keeps them out as well.
        let copy =
            test.db.write_blocking(|c| bulk::duplicate(c, &world.actor, &test.clock, world.list, &bulk::Copy::new(Id::new()))).unwrap();
        let copied = test.db.read_blocking(|connection| Members::listed_in(copy.id).ids(connection)).unwrap();
        assert_eq!(set(&copied), world.members());
        assert_eq!(copy.member_count, 11);
        // Taken back, they are in by their company again, and listed by themselves as they were.
        world.does(&Task::Undo(barred.batch.unwrap()));
        assert!(world.members().contains(&out) && world.listed().contains(&out));
        world.does(&Task::Bar(CONTACTS.among(&[out])));
        world.does(&Task::Unbar(CONTACTS.among(&[out])));
        assert!(world.members().contains(&out) && !world.listed().contains(&out));
    });
}

#[test]
fn whoever_is_taken_off_and_still_in_through_their_company_is_told_of_wherever_that_is_done() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let world = World::new(&app.test);
        let admin = app.role(Role::Admin);
        world.adds(&world.people[..5]);
        let unsubscribed = diesel::update(crm_contact::table.find(world.people[0])).set(crm_contact::unsubscribed.eq(true));
        app.test.db.write_blocking(|connection| Ok(unsubscribed.clone().execute(connection)?)).unwrap();
        assert_eq!(world.does(&Task::Remove(&CONTACTS, CONTACTS.among(&world.people[4..5]))).still_in, 0, "no company is listed");
        world.does(&Task::Add(&COMPANIES, COMPANIES.among(&[world.company])));
        let page = |show: &str| format!("/admin/crm_app/customersegment/{}/list/?show={show}", world.list);
        let sends = |show: &str, button: &str, people: &[Id]| {
            let form = admin.open(&page(show)).form_at("#list-form");
            let form = people.iter().fold(form, |form, id| form.and("ticked", &id.to_string()));
            admin.follow(&admin.submit(&form.and(button, "1")))
        };
        let told = sends("contacts", "_remove", &world.people[..3]);
        let said = told.texts(".messagelist li").join(" ");
        // Who is unsubscribed is no member, whoever lists them.
        assert!(said.contains("2 contacts that you removed are still in, through their company. Never include them"), "{said}");
        let barred = admin.follow(&admin.submit(&told.form_at("form[id^=message-]:has(input[name=bar_removed_by])")));
        assert!(barred.texts(".messagelist").join(" ").contains("2 contacts"), "{}", barred.body);
        assert_eq!(world.members(), set(&world.people[3..]));
        // Whoever is let in again was not taken off by that.
        let allowed = sends("never", "_unbar", &world.people[1..3]);
        assert!(!allowed.texts(".messagelist").join(" ").contains("still in"), "{}", allowed.body);
        assert_eq!(world.members(), set(&world.people[1..]));
    });
}

#[test]
fn many_who_are_still_in_through_their_company_are_kept_out_at_once() {
    let test = TestDb::new(Engine::Sqlite);
    let world = World::new(&test);
    let now = Time(test.clock.now());
    // One more than SQLite binds values.
    let person = |number: usize| Contact { company_id: world.company, name: format!("Many {number}"), ..Contact::new(Id::new(), now) };
    let many: Vec<Contact> = (0..32_767).map(person).collect();
    test.db.write_blocking(|connection| contact::insert(connection, &many)).unwrap();
    world.does(&Task::Add(&CONTACTS, is_called("Many %")));
    world.does(&Task::Add(&COMPANIES, COMPANIES.among(&[world.company])));
    let removed = world.does(&Task::Remove(&CONTACTS, Sql::all()));
    assert_eq!((removed.still_in, world.members().len()), (32_767, 32_779));
    world.does(&Task::Bar(still_in(world.list, removed.batch.unwrap())));
    assert_eq!(world.members(), set(&world.people));
}

#[test]
fn more_notes_are_written_at_once_than_a_page_shows() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let world = World::new(&app.test);
        let now = Time(app.test.clock.now());
        let person = |number: usize| Contact { company_id: world.company, name: format!("Many {number}"), ..Contact::new(Id::new(), now) };
        let many: Vec<Contact> = (0..600).map(person).collect();
        app.test.db.write_blocking(|connection| contact::insert(connection, &many)).unwrap();
        world.does(&Task::Add(&CONTACTS, is_called("Many %")));
        let admin = app.role(Role::Admin);
        let form = admin.open(&format!("/admin/crm_app/customersegment/{}/list/", world.list)).form_at("#list-form");
        let typed = Form { fields: form.fields.iter().filter(|(name, _)| !name.contains("note_")).cloned().collect(), ..form };
        let typed = many.iter().fold(typed, |form, one| form.and(&format!("note_{}", one.id), "met at the fair"));
        let told = admin.follow(&admin.submit(&typed.and("_notes", "1")));
        assert!(told.text(".messagelist").contains("Notes of 600 contacts changed."), "{}", told.body);
    });
}

#[test]
fn a_list_that_may_not_be_changed_says_why_and_stays_as_it_is() {
    on_both_engines(|test| {
        let world = World::new(test);
        let added = world.adds(&world.people[..2]);
        let all = Task::Add(&CONTACTS, Sql::all());
        let status = |name: &str| {
            let name = name.to_owned();
            let set = diesel::update(segment::table.find(world.list)).set(segment::status.eq(name));
            test.db.write_blocking(|connection| Ok(set.clone().execute(connection)?)).unwrap();
        };
        status("archived");
        assert!(matches!(world.tries(&all), Err(AppError::Conflict(why)) if why.contains("is archived")));
        status("active");
        let stranger = Actor { is_superuser: false, id: Some(Id::new()), role: Role::Sales, ..world.actor.clone() };
        let tried = test.db.write_blocking(|c| curate(c, &stranger, &test.clock, world.list, How::Picker, &all));
        assert!(matches!(tried, Err(AppError::Forbidden(_) | AppError::NotFound)), "{tried:?}");
        let long = Task::Note(&CONTACTS, world.people[0], "ก".repeat(1_001));
        assert!(matches!(world.tries(&long), Err(AppError::BadRequest(why)) if why.contains("1001")));
        test.set_now(test.clock.now() + TimeDelta::days(31));
        assert!(matches!(world.tries(&Task::Undo(added)), Err(AppError::Conflict(why)) if why.contains("30 days")));
        assert_eq!(world.members(), set(&world.people[..2]));
        assert!(matches!(world.tries(&Task::Undo(Id::new())), Err(AppError::Conflict(_))));
    });
}

#[test]
fn what_cannot_be_undone_any_more_is_forgotten_with_whom_it_took_off() {
    on_both_engines(|test| {
        let world = World::new(test);
        world.adds(&world.people[..4]);
        world.removes(&world.people[..1]);
        test.set_now(test.clock.now() + TimeDelta::days(31));
        world.adds(&world.people[5..6]);
        let counted = |connection: &mut _| Ok((batch::table.count().get_result(connection)?, known::table.count().get_result(connection)?));
        assert_eq!(test.db.read_blocking(counted).unwrap(), (1_i64, 4_i64));
        assert_eq!(world.members().len(), 4);
    });
}

#[test]
fn the_first_change_after_others_were_forgotten_is_undone_with_its_notes() {
    on_both_engines(|test| {
        let world = World::new(test);
        world.adds(&world.people[..4]);
        world.does(&Task::Note(&CONTACTS, world.people[0], "VIP".to_owned()));
        test.set_now(test.clock.now() + TimeDelta::days(31));
        let gone = world.does(&Task::Remove(&CONTACTS, CONTACTS.among(&world.people[..2])));
        let row_count = |connection: &mut _| Ok(batch::table.select(batch::row_count).first::<i32>(connection)?);
        assert_eq!(test.db.read_blocking(row_count).unwrap(), 2);
        let back = world.does(&Task::Undo(gone.batch.expect("a batch")));
        assert_eq!((back.segment.member_count, back.notes), (4, Vec::new()));
        assert_eq!(world.known_of(world.people[0]).0, "VIP");
    });
}

#[test]
fn a_note_written_with_a_removal_is_undone_with_it() {
    on_both_engines(|test| {
        let world = World::new(test);
        world.adds(&world.people[..2]);
        let note = |note: &str| Task::Note(&CONTACTS, world.people[0], note.to_owned());
        world.does(&note("old"));
        let remove = Task::Remove(&CONTACTS, CONTACTS.among(&world.people[..1]));
        let done = world.does(&Task::Together(vec![note("new"), remove]));
        assert_eq!(done.segment.member_count, 1);
        world.does(&Task::Undo(done.batch.expect("a batch")));
        assert_eq!(world.members(), set(&world.people[..2]));
        assert_eq!(world.known_of(world.people[0]).0, "old");
    });
}

#[test]
fn a_note_is_written_again_beside_whom_the_crm_has_listed_again() {
    on_both_engines(|test| {
        let world = World::new(test);
        world.adds(&world.people[..1]);
        world.does(&Task::Note(&CONTACTS, world.people[0], "VIP".to_owned()));
        world.removes(&world.people[..1]);
        let row = (listed::customersegment_id.eq(world.list), listed::contact_id.eq(world.people[0]));
        test.db.write_blocking(|connection| Ok(diesel::insert_into(listed::table).values(row).execute(connection)?)).unwrap();
        assert_eq!(world.does(&Task::Note(&CONTACTS, world.people[0], "VIP".to_owned())).what, "note of 1 contact changed");
        assert_eq!(world.known_of(world.people[0]).0, "VIP");
        assert_eq!(world.does(&Task::Note(&CONTACTS, world.people[0], "VIP".to_owned())).batch, None, "now it is there");
    });
}

#[test]
fn what_the_form_saves_is_a_batch_as_well() {
    on_both_engines(|test| {
        let world = World::new(test);
        let saved = test
            .db
            .write_blocking(|connection| {
                let before = model::find(connection, &world.actor, world.list)?;
                let contacts = Change { add: world.people[..3].to_vec(), ..Change::default() };
                let change = ListChange { contacts, companies: Change { add: vec![world.company], ..Change::default() } };
                save::update(connection, &world.actor, &test.clock, &before, &Edited::new(Draft::stored(&before), change))
            })
            .unwrap();
        assert_eq!((saved.list.in_words().as_str(), saved.segment.member_count), ("3 contacts added, 1 company added", 12));
        let made: Id = test.db.read_blocking(|connection| Ok(batch::table.select(batch::id).first(connection)?)).unwrap();
        assert_eq!(world.does(&Task::Undo(made)).segment.member_count, 0);
        assert_eq!(world.known_of(world.people[0]).1, "picker");
    });
}

#[test]
fn the_message_of_a_change_and_the_history_undo_it() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let world = World::new(&app.test);
        let (admin, other) = (app.role(Role::Admin), app.staff());
        let page = |tail: &str| format!("/admin/crm_app/customersegment/{}/{tail}", world.list);
        let form = admin.open(&page("change/")).form();
        let offers = |page: &str| admin.open(page).attributes("button[name=batch]", "value");
        let form = world.people[..2].iter().fold(form, |form, id| form.and("contact_available", &id.to_string())).and("_continue", "1");
        let saved = admin.follow(&admin.submit(&form));
        let said = saved.texts(".messagelist li").join(" ");
        assert!(said.contains("2 contacts added: its list now names 2 contacts and 0 companies. Undo"), "{said}");
        let undone = admin.follow(&admin.submit(&saved.form_at("form[id^=message-]")));
        assert!(undone.texts(".messagelist").join(" ").contains("Undid: 2 contacts added. “VIP” has 0 members now."), "{}", undone.body);
        assert_eq!(world.members(), set(&[]));
        // Undone again from the history, where the first change is no longer offered.
        let history = admin.open(&page("history/"));
        let offered = history.attributes("button[name=batch]", "value");
        assert_eq!(offered.len(), 1);
        let redone = admin.follow(&admin.submit(&history.form_at("form#undo").and("batch", &offered[0])));
        assert!(redone.texts(".messagelist").join(" ").contains("Redid: 2 contacts added"), "{}", redone.body);
        assert_eq!(world.members(), set(&world.people[..2]));
        assert_eq!(offers(&page("history/")).len(), 1, "the change that did it again");
        // Whoever may not change it is offered nothing.
        assert!(other.open(&page("history/")).attributes("button[name=batch]", "value").is_empty());
        for unknown in [Id::new().to_string(), "nonsense".to_owned()] {
            let told = admin.follow(&admin.submit(&history.form_at("form#undo").and("batch", &unknown)));
            assert!(told.texts(".messagelist").join(" ").contains("cannot be undone any more"), "{}", told.body);
        }
    });
}

#[test]
fn a_list_that_somebody_changes_between_its_count_and_the_save_is_counted_again() {
    on_both_engines(|test| {
        let world = World::new(test);
        let later = Clock::fixed(test.clock.now() + TimeDelta::minutes(1), test.clock.zone());
        let stored = |connection: &mut _| model::find(connection, &world.actor, world.list);
        let typed = ["VIP", "static", "active", "Friends"].map(str::to_owned);
        let [name, segment_type, status, description] = typed;
        let input = Input { name, segment_type, status, description, ..Input::default() };
        let counted = |connection: &mut _| {
            let before = stored(connection)?;
            let draft = Draft::parse(&input, Some(&before), Scope::alone((&test.clock).into())).expect("a good segment");
            Edited::counted(connection, &test.clock, Some(&before), (draft, ListChange::default()))
        };
        let edited = test.db.read_blocking(counted).unwrap();
        let (change, whom) = (Task::Add(&CONTACTS, CONTACTS.among(&world.people)), world.list);
        test.db.write_blocking(|connection| curate(connection, &world.actor, &later, whom, How::Paste, &change)).unwrap();
        let save = |connection: &mut _| {
            let now = stored(connection)?;
            save::update(connection, &world.actor, &later, &now, &edited)
        };
        assert_eq!(test.db.write_blocking(save).unwrap().segment.member_count, 12);
        assert_eq!(world.members().len(), 12);
    });
}
