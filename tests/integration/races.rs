//! Two people at the same moment: what one does while the other is not done yet.
//!
//! One of the two acts in a transaction that is held open for a while, so that the other one really meets it.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use customer_segments::accounts::actor::Door;
use customer_segments::accounts::user::as_they_are;
use customer_segments::accounts::{Actor, Role};
use customer_segments::accounts::{managing, sessions};
use customer_segments::criteria::Scope;
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::{
    auth_user as user, crm_app_customersegment as segment, segments_event as event, segments_session as session,
};
use customer_segments::db::{AnyConnection, Id};
use customer_segments::error::Result;
use customer_segments::segments::listed::ListChange;
use customer_segments::segments::save::{self, Edited};
use customer_segments::segments::{Draft, Input, bulk, model};
use diesel::prelude::*;

use crate::support::app::{PASSWORD, Person};
use crate::support::{TestApp, TestDb, on_engines};

const SEGMENTS: &str = "/admin/crm_app/customersegment/";
const USERS: &str = "/admin/crm_app/user/";

pub(crate) fn site(test: impl Fn(&TestApp, Engine)) {
    on_engines(|engine| test(&TestApp::on(TestDb::new(engine)), engine));
}

/// Does `first` in a transaction that stays open while `second` begins; what came of `second`.
pub(crate) fn while_open<T: Send>(
    app: &TestApp,
    first: impl Fn(&mut AnyConnection) -> Result<()> + Sync,
    second: impl FnOnce() -> T + Send,
) -> T {
    let (done, begin) = mpsc::channel();
    thread::scope(|scope| {
        let (db, first) = (app.test.db.clone(), &first);
        scope.spawn(move || {
            let held = |connection: &mut AnyConnection| {
                first(connection)?;
                done.send(()).expect("the other one waits");
                thread::sleep(Duration::from_millis(500));
                Ok(())
            };
            db.write_blocking(held).expect("the first is done");
        });
        begin.recv().expect("the first has begun");
        second()
    })
}

pub(crate) fn actor(person: &Person<'_>) -> Actor {
    Actor { id: person.id, name: person.username.clone(), role: Role::Sales, is_superuser: false, is_shared: false, door: Door::Pages }
}

fn add_segment(connection: &mut AnyConnection, app: &TestApp, actor: &Actor, name: &str) -> Result<Id> {
    let input = Input {
        name: name.into(),
        description: String::new(),
        segment_type: "static".into(),
        status: "active".into(),
        tags: String::new(),
        filter_criteria: "{}".into(),
    };
    let draft = Draft::parse(&input, None, Scope::alone((&app.test.clock).into())).expect("a good segment");
    let (actor, id) = (as_they_are(connection, actor)?, Id::new());
    save::insert(connection, &actor, &app.test.clock, id, &Edited::new(draft, ListChange::default()))?;
    Ok(id)
}

pub(crate) fn stored_segment(app: &TestApp, owner: &Person<'_>, name: &str) -> Id {
    app.test.db.write_blocking(|connection| add_segment(connection, app, &actor(owner), name)).unwrap()
}

/// Names and owners of all segments, by name.
fn segments(app: &TestApp) -> Vec<(String, Option<Id>)> {
    let all = segment::table.order(segment::name).select((segment::name, segment::created_by_id));
    app.test.db.read_blocking(|connection| Ok(all.load(connection)?)).unwrap()
}

#[test]
fn a_user_who_adds_a_segment_while_they_are_deleted_stays_its_owner() {
    site(|app, _| {
        let (admin, person) = (app.role(Role::Admin), app.staff());
        let form = admin.open(&format!("{USERS}{}/delete/", person.id.unwrap())).form();
        let adds = |connection: &mut AnyConnection| add_segment(connection, app, &actor(&person), "Late").map(|_| ());
        let answer = while_open(app, adds, || admin.submit(&form));
        assert_eq!(answer.status, 409, "{}", answer.body);
        assert!(answer.text("#content").contains("owns 1 segment") || answer.text("#content").contains("Late"), "{}", answer.body);
        assert_eq!(segments(app), [("Late".to_owned(), person.id)]);
        assert_eq!(person.get("/admin/").status, 200);
    });
}

#[test]
fn a_user_who_is_deleted_while_they_add_a_segment_is_told_so_and_adds_none() {
    site(|app, _| {
        let (admin, person) = (app.role(Role::Admin), app.staff());
        let form = person.open(&format!("{SEGMENTS}add/")).form().fill("name", "Late").fill("segment_type", "static");
        let boss = Actor { role: Role::Admin, ..actor(&admin) };
        let (id, now) = (person.id.unwrap(), app.test.clock.now());
        let deletes = |connection: &mut AnyConnection| {
            managing::lock_out(connection, id)?;
            managing::delete(connection, &boss, now, id)
        };
        let answer = while_open(app, deletes, || person.submit(&form));
        assert!([302, 403].contains(&answer.status), "{}: {}", answer.status, answer.body);
        assert_eq!(segments(app), []);
    });
}

#[test]
fn nothing_is_handed_over_to_somebody_who_is_deleted_meanwhile() {
    site(|app, _| {
        let (admin, owner, receiver) = (app.role(Role::Admin), app.staff(), app.staff());
        stored_segment(app, &owner, "One");
        let form = admin.open(&format!("{USERS}{}/hand_over/", owner.id.unwrap())).form();
        let form = form.fill("owner", &receiver.id.unwrap().to_string());
        let boss = Actor { role: Role::Admin, ..actor(&admin) };
        let (id, now) = (receiver.id.unwrap(), app.test.clock.now());
        let deletes = |connection: &mut AnyConnection| {
            managing::lock_out(connection, id)?;
            managing::delete(connection, &boss, now, id)
        };
        let answer = while_open(app, deletes, || admin.submit(&form));
        assert_eq!((answer.status, answer.text("#id_owner_error").as_str()), (200, "Select somebody who can sign in."), "{}", answer.body);
        assert_eq!(segments(app), [("One".to_owned(), owner.id)]);
    });
}

#[test]
fn whoever_is_deleted_while_they_sign_in_is_refused_like_anybody_unknown() {
    site(|app, _| {
        let (admin, username) = (app.role(Role::Admin), app.user(Role::Sales, |_| {}));
        let id = app
            .test
            .db
            .read_blocking(|connection| Ok(user::table.filter(user::username.eq(&username)).select(user::id).first(connection)?));
        let (id, boss, now) = (id.unwrap(), Actor { role: Role::Admin, ..actor(&admin) }, app.test.clock.now());
        let visitor = app.anonymous();
        let form = visitor.open("/admin/login/").form().fill("username", &username).fill("password", PASSWORD);
        let deletes = |connection: &mut AnyConnection| {
            managing::lock_out(connection, id)?;
            managing::delete(connection, &boss, now, id)
        };
        let answer = while_open(app, deletes, || visitor.submit(&form));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.text(".errornote").starts_with("Please enter the correct username and password"), "{}", answer.body);
    });
}

#[test]
fn two_who_copy_a_segment_at_once_both_get_a_copy() {
    site(|app, _| {
        let (one, other) = (app.staff(), app.staff());
        let id = stored_segment(app, &one, "Hotels");
        let form = other.open(&format!("{SEGMENTS}{id}/change/")).form_at("form[id^=tool-][action*='/duplicate/']");
        let (first, clock) = (actor(&one), &app.test.clock);
        let copies =
            |connection: &mut AnyConnection| bulk::duplicate(connection, &first, clock, id, &bulk::Copy::new(Id::new())).map(|_| ());
        let answer = while_open(app, copies, || other.submit(&form));
        assert_eq!(answer.status, 303, "{}", answer.body);
        let names = [("Copy of Hotels".to_owned(), one.id), ("Copy of Hotels 2".to_owned(), other.id), ("Hotels".to_owned(), one.id)];
        assert_eq!(segments(app), names);
    });
}

#[test]
fn what_is_deleted_while_everything_is_handed_over_keeps_nothing_of_the_rest() {
    site(|app, engine| {
        let (admin, owner, receiver) = (app.role(Role::Admin), app.staff(), app.staff());
        let gone = stored_segment(app, &owner, "Gone");
        stored_segment(app, &owner, "Kept");
        let form = admin.open(&format!("{USERS}{}/hand_over/", owner.id.unwrap())).form();
        let form = form.fill("owner", &receiver.id.unwrap().to_string());
        let (by, clock) = (actor(&owner), &app.test.clock);
        let deletes = |connection: &mut AnyConnection| {
            model::lock(connection, gone)?;
            let row = model::find(connection, &by, gone)?;
            save::delete(connection, &by, clock, &[&row])
        };
        let answer = while_open(app, deletes, || admin.submit(&form));
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(segments(app), [("Kept".to_owned(), receiver.id)]);
        let said = admin.follow(&answer).text(".messagelist");
        assert!(said.contains(&format!("1 segment of “{}” handed over.", owner.username)), "{said}");
        // On SQLite whoever writes is alone: it was gone before this began.
        let is_told = said.contains("1 segment could not be handed over: deleted by somebody else meanwhile.");
        assert_eq!(is_told, engine == Engine::Postgres, "{said}");
    });
}

#[test]
fn where_everything_was_deleted_while_it_is_handed_over_nothing_is_said_to_be_done() {
    site(|app, engine| {
        let (admin, owner) = (app.role(Role::Admin), app.staff());
        let gone = stored_segment(app, &owner, "Gone");
        let form = admin.open(&format!("{USERS}{}/hand_over/", owner.id.unwrap())).form().fill("owner", "admins");
        let (by, clock) = (actor(&owner), &app.test.clock);
        let deletes = |connection: &mut AnyConnection| {
            model::lock(connection, gone)?;
            let row = model::find(connection, &by, gone)?;
            save::delete(connection, &by, clock, &[&row])
        };
        let said = admin.follow(&while_open(app, deletes, || admin.submit(&form))).texts(".messagelist li");
        // On SQLite whoever writes is alone: it was gone before this began.
        let expected = match engine {
            Engine::Postgres => "1 segment could not be handed over: deleted by somebody else meanwhile.".to_owned(),
            Engine::Sqlite => format!("“{}” owns no segments: there is nothing to hand over.", owner.username),
        };
        assert_eq!(said, [expected]);
    });
}

#[test]
fn whoever_is_deactivated_meanwhile_exports_and_counts_nothing() {
    site(|app, _| {
        let owner = app.staff();
        let segment = stored_segment(app, &owner, "One").to_string();
        let (members, list, count) =
            (format!("{SEGMENTS}{segment}/members.csv"), format!("{SEGMENTS}export.csv"), format!("{SEGMENTS}{segment}/count/"));
        for asked in [&*members, &list, &count, "count_again", "export_csv", "export_json"] {
            let person = app.staff();
            let id = person.id.unwrap();
            let deactivates = |connection: &mut AnyConnection| {
                managing::lock_out(connection, id)?;
                Ok(diesel::update(user::table.find(id)).set(user::is_active.eq(false)).execute(connection).map(drop)?)
            };
            let action = person.open(SEGMENTS).form_at("#changelist-form").fill("action", asked).and("_selected_action", &segment);
            let token = action.value("csrfmiddlewaretoken").unwrap();
            let answer = while_open(app, deactivates, || match asked {
                "count_again" | "export_csv" | "export_json" => person.submit(&action),
                path if path == count => person.post(path, &[("csrfmiddlewaretoken", token)]),
                path => person.get(path),
            });
            // An action says so on the list.
            assert!([302, 303, 403].contains(&answer.status), "{asked}: {}: {}", answer.status, answer.body);
        }
        let told =
            |connection: &mut _| Ok(event::table.filter(event::model.ne("user")).select(event::message).load::<String>(connection)?);
        assert_eq!(app.test.db.read_blocking(told).unwrap(), ["Added."]);
    });
}

/// The keys of the sessions of a user.
fn sessions_of(app: &TestApp, person: &Person<'_>) -> Vec<String> {
    let theirs = session::table.filter(session::user_id.eq(person.id)).select(session::key_hash);
    app.test.db.read_blocking(|connection| Ok(theirs.load(connection)?)).unwrap()
}

/// Does both at once, in two tabs of one browser.
fn in_two_tabs<T: Send>(one: impl FnOnce() -> T + Send, other: impl FnOnce() -> T + Send) -> [T; 2] {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        [one.join().expect("the one is answered"), other]
    })
}

#[test]
fn two_tabs_that_save_at_once_each_leave_their_message() {
    site(|app, _| {
        let person = app.staff();
        let ids = ["One", "Other"].map(|name| stored_segment(app, &person, name));
        let [one, other] = ids.map(|id| person.open(&format!("{SEGMENTS}{id}/change/")).form().fill("description", "Known"));
        let holds = |connection: &mut AnyConnection| ids.iter().try_for_each(|id| model::lock(connection, *id));
        let answers = while_open(app, holds, || in_two_tabs(|| person.submit(&one), || person.submit(&other)));
        assert_eq!([answers[0].status, answers[1].status], [303, 303], "{}", answers[0].body);
        let said = person.follow(&answers[0]).texts(".messagelist li");
        let has = |name: &str| said.contains(&format!("The Customer Segment “{name}” was changed successfully."));
        assert!(has("One") && has("Other"), "{said:?}");
        assert_eq!(person.open(SEGMENTS).texts(".messagelist li"), Vec::<String>::new());
    });
}

#[test]
fn of_two_pages_that_are_opened_at_once_one_shows_the_message() {
    site(|app, _| {
        let person = app.staff();
        let id = stored_segment(app, &person, "One");
        let form = person.open(&format!("{SEGMENTS}{id}/change/")).form().fill("description", "Known");
        person.submit(&form);
        let keys = sessions_of(app, &person);
        let holds = |connection: &mut AnyConnection| {
            let same = session::key_hash.eq(session::key_hash);
            Ok(diesel::update(session::table.filter(session::key_hash.eq_any(&keys))).set(same).execute(connection).map(drop)?)
        };
        let pages = while_open(app, holds, || in_two_tabs(|| person.open(SEGMENTS), || person.open("/admin/")));
        let said: Vec<String> = pages.iter().flat_map(|page| page.texts(".messagelist li")).collect();
        assert_eq!(said, ["The Customer Segment “One” was changed successfully.", "It has 0 members."]);
    });
}

#[test]
fn whoever_is_signed_out_while_they_change_their_password_stays_so_and_keeps_it() {
    site(|app, _| {
        let person = app.staff();
        let form = person.open("/admin/password_change/").form();
        let new = "another horse battery";
        let form = form.fill("old_password", PASSWORD).fill("new_password1", new).fill("new_password2", new);
        let (id, keys) = (person.id.unwrap(), sessions_of(app, &person));
        let signs_out = |connection: &mut AnyConnection| sessions::end(connection, id, &keys[0]).map(|ended| assert!(ended));
        let answer = while_open(app, signs_out, || person.submit(&form));
        assert_eq!(answer.location(), "/admin/login/?next=%2Fadmin%2Fpassword_change%2F");
        assert_eq!(person.get("/admin/").status, 302);
        app.sign_in(&person.username);
    });
}

/// Whoever manages users holds first what they all wait for. Held the other way round, two who act on one another would each
/// wait for the other, and the database would have to end one of them.
#[test]
fn whoever_waits_to_manage_users_keeps_nobody_waiting_who_is_before_them() {
    site(|app, _| {
        let (admin, other) = (app.role(Role::Admin), app.staff());
        let page = format!("{USERS}{}/", other.id.unwrap());
        let ticked = admin.open(USERS).form_at("#changelist-form").fill("action", "delete_selected");
        let asked = admin.submit(&ticked.and("_selected_action", &other.id.unwrap().to_string()));
        let new = admin.open(&format!("{USERS}add/")).form().fill("username", "new").fill("role", "Sales");
        let forms = [
            new.fill("password1", PASSWORD).fill("password2", PASSWORD),
            admin.open(&format!("{page}change/")).form().fill("username", "renamed"),
            admin.open(&format!("{page}delete/")).form(),
            asked.form(),
        ];
        for form in &forms {
            let (begun, first) = mpsc::channel();
            let (db, id) = (&app.test.db, admin.id.unwrap());
            let answer = thread::scope(|scope| {
                scope.spawn(move || {
                    let deletes = |connection: &mut AnyConnection| {
                        managing::lock(connection)?;
                        begun.send(()).expect("the other one waits");
                        thread::sleep(Duration::from_millis(500));
                        if let AnyConnection::Postgres(connection) = connection {
                            let actor = user::table.find(id).select(user::id).for_update().no_wait();
                            actor.load::<Id>(connection).expect("nobody who waits holds the actor");
                        }
                        Ok(())
                    };
                    db.write_blocking(deletes).expect("nobody is in the way");
                });
                first.recv().expect("the first has begun");
                admin.submit(form)
            });
            assert_eq!(answer.status, 303, "{}: {}", form.action, answer.body);
        }
    });
}
