//! Users in the admin: who manages whom, what nobody can do to themselves, and what ends with it.

use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::time::Duration;

use actix_session::storage::SessionStore as _;
use customer_segments::accounts::managing::{self, Values};
use customer_segments::accounts::session::{SIGNED_IN, SignedIn};
use customer_segments::accounts::session_store::Store;
use customer_segments::accounts::user::User;
use customer_segments::accounts::{Actor, Role};
use customer_segments::db::schema::{auth_user, crm_app_customersegment, segments_event, segments_session};
use customer_segments::db::{Id, migrations};
use diesel::prelude::*;

use crate::support::app::{PASSWORD, Person, config};
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_both_engines, on_engines};

const LIST: &str = "/admin/crm_app/user/";
const ADD: &str = "/admin/crm_app/user/add/";
const SEGMENT_ADD: &str = "/admin/crm_app/customersegment/add/";
const RULES: &str = r#"{"entity": "contact", "match_type": "all", "rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;

fn of(id: Option<Id>, page: &str) -> String {
    format!("{LIST}{}/{page}/", id.unwrap())
}

fn stored(app: &TestApp, id: Option<Id>) -> User {
    app.test.db.read_blocking(|connection| User::find(connection, id.unwrap())).unwrap()
}

fn message(answer: &Answer) -> String {
    answer.text(".messagelist li")
}

/// Adds a user through the page.
fn add(person: &Person<'_>, fields: &[(&str, &str)]) -> Answer {
    let form = person.open(ADD).form().fill("password1", PASSWORD).fill("password2", PASSWORD).fill("role", "Sales");
    person.submit(&fields.iter().fold(form, |form, (name, value)| form.fill(name, value)).and("_save", "1"))
}

/// Adds a segment that belongs to `person`.
fn add_segment(person: &Person<'_>, name: &str) {
    let form = person.open(SEGMENT_ADD).form().fill("name", name).fill("filter_criteria", RULES).and("_save", "1");
    assert_eq!(person.submit(&form).status, 303);
}

/// Owners of segments by name.
fn owners(app: &TestApp) -> HashMap<String, Option<Id>> {
    let rows = crm_app_customersegment::table.select((crm_app_customersegment::name, crm_app_customersegment::created_by_id));
    app.test.db.read_blocking(|connection| Ok(rows.load::<(String, Option<Id>)>(connection)?)).unwrap().into_iter().collect()
}

/// What history says of users, the last first.
fn told(app: &TestApp) -> Vec<String> {
    let events =
        segments_event::table.filter(segments_event::model.eq("user")).order((segments_event::at.desc(), segments_event::id.desc()));
    app.test.db.read_blocking(|connection| Ok(events.select(segments_event::message).load(connection)?)).unwrap()
}

#[test]
fn admins_list_filter_and_search_users() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let admin = app.role(Role::Admin);
        let somchai = app.user(Role::Sales, |user| user.username = "สมชาย".into());
        let page = admin.open(LIST);
        assert_eq!(
            page.texts("#result_list thead .text"),
            ["Username", "Email address", "Name", "Role", "Staff status", "Superuser status", "Active", "Last login"]
        );
        assert_eq!(page.texts("#result_list tbody th a"), [admin.username.as_str(), &somchai]);
        assert_eq!(admin.open(&format!("{LIST}?role__exact=Sales")).texts("#result_list tbody th a"), [somchai.as_str()]);
        assert_eq!(admin.open(&format!("{LIST}?is_superuser__exact=1")).texts("#result_list tbody th a"), Vec::<String>::new());
        assert_eq!(admin.open(&format!("{LIST}?q=สมชาย")).texts("#result_list tbody th a"), [somchai.as_str()]);
        for asked in ["password__startswith=argon2", "password=a", "o=99"] {
            assert!(admin.get(&format!("{LIST}?{asked}")).location().contains("e=1") || asked.starts_with("o="), "{asked}");
        }
    });
}

#[test]
fn users_are_found_by_when_they_signed_in_and_whether_they_ever_did() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let admin = app.role(Role::Admin);
        let never = app.user(Role::Sales, |_| {});
        let list = admin.open(LIST);
        let choices = "details[data-filter-title=last_login] a";
        let (labels, links) = (list.texts(choices), list.attributes(choices, "href"));
        let periods = ["Any date", "Today", "Past 7 days", "This month", "This year", "No date", "Has date"];
        assert_eq!(labels, periods);
        let both = vec![admin.username.clone(), never.clone()];
        for (label, link) in labels.iter().zip(&links) {
            let found = admin.open(&format!("{LIST}{link}"));
            let expected = match label.as_str() {
                "Any date" => both.clone(),
                "No date" => vec![never.clone()],
                _ => vec![admin.username.clone()],
            };
            assert_eq!(found.texts("#result_list tbody th a"), expected, "{label}: {link}");
            assert_eq!(found.text("details[data-filter-title=last_login] .selected"), *label);
        }
        assert_eq!(admin.get(&format!("{LIST}?last_login__isnull=maybe")).location(), format!("{LIST}?e=1"));
    });
}

#[test]
fn an_added_user_can_sign_in_and_do_what_they_may() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let admin = app.role(Role::Admin);
        let answer = add(&admin, &[("username", "ต้น"), ("first_name", "Ton"), ("email", "ton@example.com"), ("role", "Finance")]);
        assert_eq!((answer.status, answer.location()), (303, LIST), "{}", answer.body);
        assert_eq!(message(&admin.follow(&answer)), "The User “ต้น” was added successfully.");
        let ton = app.sign_in("ต้น");
        let user = stored(&app, ton.id);
        assert!(user.is_staff && user.is_active && !user.is_superuser && user.role == "Finance");
        assert_eq!(told(&app)[0], "Added.");
        assert!(ton.open("/admin/").text("#user-tools").contains("Ton"));
    });
}

#[test]
fn what_will_not_do_is_told_at_its_field() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let admin = app.role(Role::Admin);
        for (fields, field, sentence) in [
            (vec![("username", "")], "username", "required"),
            (vec![("username", "two words")], "username", "valid username"),
            (vec![("username", admin.username.as_str())], "username", "already exists"),
            (vec![("username", "new"), ("password1", "short"), ("password2", "short")], "password1", "too short"),
            (vec![("username", "new"), ("password1", "")], "password1", "required"),
            (vec![("username", "new"), ("password2", "another, not the same")], "password2", "didn’t match"),
            (vec![("username", "new"), ("email", "nowhere")], "email", "valid email"),
            (vec![("username", "new"), ("role", "Boss")], "role", "valid choice"),
            (vec![("username", "new"), ("role", "")], "role", "required"),
        ] {
            let answer = add(&admin, &fields);
            assert_eq!(answer.status, 200, "{fields:?}");
            assert!(answer.text(&format!("#id_{field}_error")).contains(sentence), "{field}: {}", answer.body);
            assert!(!answer.body.contains("not the same") && !answer.body.contains(PASSWORD), "no password comes back");
        }
        assert_eq!(app.test.db.read_blocking(User::count).unwrap(), 1);
    });
}

#[test]
fn a_form_sent_twice_adds_one_user() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let admin = app.role(Role::Admin);
        let form =
            admin.open(ADD).form().fill("username", "once").fill("password1", PASSWORD).fill("password2", PASSWORD).fill("role", "Tech");
        assert_eq!(admin.submit(&form).status, 303);
        // The second is not answered like the first: that would tell whether a password is right.
        let wrong = form.clone().fill("password1", "another-horse-battery").fill("password2", "another-horse-battery");
        for again in [&form, &wrong] {
            let answer = admin.submit(again);
            assert_eq!((answer.status, answer.text(".errorlist")), (200, "A user with that username already exists.".to_owned()));
        }
        assert_eq!(app.test.db.read_blocking(User::count).unwrap(), 2);
    });
}

#[test]
fn a_change_of_a_user_that_is_sent_twice_is_one_line_of_the_history() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (admin, other) = (app.role(Role::Admin), app.staff());
        let url = format!("/admin/crm_app/user/{}/change/", other.id.unwrap());
        let form = admin.open(&url).form().fill("first_name", "Somchai").and("_continue", "1");
        assert_eq!((admin.submit(&form).status, admin.submit(&form).status), (303, 303));
        let history = admin.open(&url.replace("/change/", "/history/"));
        let changes = history.texts("#change-history td[data-label=Action] > span:first-child");
        assert_eq!(changes.iter().filter(|change| change.contains("Changed") || change.contains("No fields")).count(), 1, "{changes:?}");
    });
}

#[test]
fn the_page_of_a_user_shows_no_password_and_not_its_hash() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (admin, other) = (app.role(Role::Admin), app.staff());
        let root = app.superuser();
        let hash = stored(&app, other.id).password;
        for (viewer, target) in [(&admin, &other), (&admin, &root), (&root, &other)] {
            let page = viewer.open(&of(target.id, "change"));
            assert!(!page.body.contains("argon2") && !page.body.contains(&hash[hash.len() - 20..]));
            assert!(!page.has("input[type=password]"));
            assert!(!viewer.open(&of(target.id, "history")).body.contains("argon2"));
        }
        let page = admin.open(&of(other.id, "change"));
        assert_eq!(page.attributes(".field-password a", "href"), [of(other.id, "password")]);
        assert!(!admin.open(ADD).has(".field-password"));
    });
}

#[test]
fn others_than_admins_see_nobody() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let admin = app.role(Role::Admin);
        for role in [Role::Sales, Role::Finance, Role::Tech, Role::Music] {
            let person = app.role(role);
            assert!(!person.open("/admin/").has("a[href='/admin/crm_app/user/']"), "{role:?}");
            for path in [LIST.to_owned(), ADD.to_owned()] {
                assert_eq!(person.get(&path).status, 403, "{path}");
            }
            for page in ["change", "delete", "history", "password", "hand_over"] {
                let status = person.get(&of(admin.id, page)).status;
                assert!([302, 303, 403].contains(&status), "{page}: {status}");
                assert!(!person.get(&of(person.id, page)).body.contains("name=\"role\""), "{page}");
            }
        }
    });
}

#[test]
fn an_admin_cannot_touch_or_make_a_superuser() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (admin, root, other) = (app.role(Role::Admin), app.superuser(), app.staff());
        assert!(!admin.open(&of(root.id, "change")).has("form#user_form"));
        assert_eq!(admin.get(&of(root.id, "delete")).status, 403);
        assert_eq!(admin.get(&of(root.id, "password")).status, 403);
        let token = admin.open(&of(other.id, "change")).form();
        let token = token.value("csrfmiddlewaretoken").unwrap();
        for page in ["change", "delete", "password", "sessions"] {
            let fields =
                [("csrfmiddlewaretoken", token), ("password1", "a new one, long"), ("password2", "a new one, long"), ("username", "x")];
            assert_eq!(admin.post(&of(root.id, page), &fields).status, 403, "{page}");
        }
        // A forged field, in the form of somebody whom they may change and of somebody new.
        let form = admin.open(&of(other.id, "change")).form();
        assert!(form.value("is_superuser").is_none());
        admin.submit(&form.clone().and("is_superuser", "on").and("_save", "1"));
        admin.submit(&form.and("password", "x").and("last_login", "2000-01-01").and("id", &root.id.unwrap().to_string()).and("_save", "1"));
        let kept = stored(&app, other.id);
        assert!(!kept.is_superuser && kept.password.starts_with("argon2$"));
        add(&admin, &[("username", "forged"), ("is_superuser", "on")]);
        let forged = app.test.db.read_blocking(|connection| User::find_by_username(connection, "forged"));
        assert!(forged.is_err() || !forged.unwrap().is_superuser);
        assert_eq!(root.get("/admin/").status, 200);
        assert!(stored(&app, root.id).is_superuser);
    });
}

#[test]
fn of_oneself_one_changes_name_and_addresses_and_nothing_else() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        app.superuser();
        for person in [app.role(Role::Admin), app.superuser()] {
            let form = person.open(&of(person.id, "change")).form();
            for field in ["is_active", "is_staff", "is_superuser", "role"] {
                assert!(form.value(field).is_none(), "{field} is not edited");
            }
            let saved = person.submit(&form.fill("first_name", "Ploy").fill("phone", "+66 2 000 0000").and("_save", "1"));
            assert_eq!(saved.status, 303, "{}", saved.body);
            let before = stored(&app, person.id);
            assert_eq!(before.first_name, "Ploy");
            let form = person.open(&of(person.id, "change")).form();
            person.submit(&form.and("role", "Sales").and("is_superuser", "on").and("_save", "1"));
            let after = stored(&app, person.id);
            assert_eq!((after.role, after.is_superuser, after.is_staff, after.is_active), (before.role, before.is_superuser, true, true));
            assert_eq!(person.get(&of(person.id, "delete")).status, 403);
            assert_eq!(person.get(&of(person.id, "password")).location(), "/admin/password_change/");
        }
    });
}

#[test]
fn a_superuser_makes_another_and_roles_take_hold_at_once() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (root, other) = (app.superuser(), app.role(Role::Tech));
        assert_eq!(other.get(LIST).status, 403);
        let form = root.open(&of(other.id, "change")).form();
        assert_eq!(root.submit(&form.fill("role", "Admin").and("is_superuser", "on").and("_save", "1")).status, 303);
        assert_eq!(told(&app)[0], "Changed Role: Tech → Admin and Superuser status: no → yes.");
        assert_eq!(other.get(LIST).status, 200, "the session goes on with the new rights");
        let form = root.open(&of(other.id, "change")).form();
        assert_eq!(root.submit(&form.fill("role", "Tech").without("is_superuser").and("_save", "1")).status, 303);
        assert_eq!(other.get(LIST).status, 403);
    });
}

#[test]
fn whoever_is_deactivated_is_signed_out_at_once() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (admin, other) = (app.role(Role::Admin), app.staff());
        add_segment(&other, "Theirs");
        let form = admin.open(&of(other.id, "change")).form();
        let saved = admin.submit(&form.without("is_active").and("_save", "1"));
        assert!(admin.follow(&saved).text(".messagelist").contains("still owns 1 segment"), "the hand-over is offered");
        assert_eq!(other.get("/admin/").status, 302);
        let left = segments_session::table.filter(segments_session::user_id.eq(other.id)).count();
        assert_eq!(app.test.db.read_blocking(|connection| Ok(left.get_result::<i64>(connection)?)).unwrap(), 0);
        let again = app.anonymous().post_form("/admin/login/", &[("username", &other.username), ("password", PASSWORD)]);
        assert_eq!(again.status, 200);
        assert!(admin.open(&of(other.id, "change")).text(".note").contains("deactivated"));
        // Several at once, by the list's action.
        let (one, two) = (app.staff(), app.staff());
        let list = admin.open(LIST).form_at("#changelist-form").fill("action", "deactivate");
        let ids = [one.id.unwrap().to_string(), two.id.unwrap().to_string()];
        let done = admin.submit(&ids.iter().fold(list, |form, id| form.and("_selected_action", id)));
        assert_eq!(message(&admin.follow(&done)), "2 Users deactivated and signed out.");
        assert_eq!([one.get("/admin/").status, two.get("/admin/").status], [302, 302]);
    });
}

#[test]
fn a_session_that_is_ended_is_not_brought_back_by_a_request_in_flight() {
    on_both_engines(|test| {
        let root = crate::support::browser::add_user(test, "root", Role::Admin);
        let user = crate::support::browser::add_user(test, "somchai", Role::Sales);
        let store = Store::new(test.db.clone(), test.clock.clone(), &config("http://localhost:8000", |_| {}));
        let who = SignedIn { user, auth_hash: "a".into(), csrf_secret: "b".into(), address: "c".into(), user_agent: "d".into() };
        let state = HashMap::from([(SIGNED_IN.to_owned(), serde_json::to_string(&who).unwrap())]);
        let lifetime = actix_web::cookie::time::Duration::DAY;
        let actor = Actor { id: Some(root), ..Actor::system("root", false) };
        actix_web::rt::System::new().block_on(async {
            let key = store.save(state, &lifetime).await.unwrap();
            let loaded = store.load(&key).await.unwrap().expect("the slow request begins");
            let now = test.clock.now();
            let ended = test.db.write_blocking(|connection| managing::end_sessions(connection, &actor, now, user, false)).unwrap();
            assert_eq!(ended.sessions, 1);
            let kept = store.update(key, loaded, &lifetime).await.expect("the slow request ends");
            assert!(store.load(&kept).await.unwrap().is_none());
        });
    });
}

/// The rights of a request are those of its transaction, not those of the moment at which it came in.
#[test]
fn whoever_lost_their_rights_meanwhile_changes_nobody() {
    on_both_engines(|test| {
        let boss = crate::support::browser::add_user(test, "boss", Role::Admin);
        let victim = crate::support::browser::add_user(test, "victim", Role::Sales);
        let actor = test
            .db
            .read_blocking(|connection| User::find(connection, boss))
            .unwrap()
            .actor(customer_segments::accounts::staff::Ownership::Own);
        let values = test.db.read_blocking(|connection| managing::find(connection, victim)).unwrap().values;
        let (now, values) = (test.clock.now(), Values { role: "Admin".into(), ..values });
        test.db
            .write_blocking(|connection| {
                Ok(diesel::update(auth_user::table.find(boss)).set(auth_user::is_active.eq(false)).execute(connection)?)
            })
            .unwrap();
        let refused = test.db.write_blocking(|connection| managing::update(connection, &actor, now, victim, &values)).unwrap_err();
        assert!(refused.to_string().contains("your account was changed"), "{refused}");
        assert!(test.db.write_blocking(|connection| managing::delete(connection, &actor, now, victim)).is_err());
    });
}

/// A body whose last bytes come after something has happened.
struct Late<F: FnMut()> {
    begun: Cursor<Vec<u8>>,
    happens: Option<F>,
    rest: Cursor<Vec<u8>>,
}

impl<F: FnMut()> Read for Late<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.begun.read(into)?;
        if read > 0 {
            return Ok(read);
        }
        if let Some(mut happens) = self.happens.take() {
            // The server has long seen who begins to ask.
            std::thread::sleep(Duration::from_millis(300));
            happens();
        }
        self.rest.read(into)
    }
}

#[test]
fn whoever_is_deactivated_while_their_form_is_under_way_saves_nothing() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let form = person.open(SEGMENT_ADD).form().fill("name", "Late").fill("filter_criteria", RULES).and("_save", "1");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish().into_bytes();
        let (begun, rest) = body.split_at(body.len() - 5);
        let (db, id, length) = (app.test.db.clone(), person.id.unwrap(), body.len());
        let deactivate = move || {
            let user = auth_user::table.find(id);
            db.write_blocking(|connection| Ok(diesel::update(user).set(auth_user::is_active.eq(false)).execute(connection)?)).unwrap();
        };
        let late = Late { begun: Cursor::new(begun.to_vec()), happens: Some(deactivate), rest: Cursor::new(rest.to_vec()) };
        let answer = person.post_body(SEGMENT_ADD, reqwest::blocking::Body::sized(late, u64::try_from(length).unwrap()));
        assert_ne!(answer.status, 303, "{}", answer.location());
        let kept = |connection: &mut _| Ok(crm_app_customersegment::table.count().get_result::<i64>(connection)?);
        assert_eq!(app.test.db.read_blocking(kept).unwrap(), 0);
    });
}

#[test]
fn of_two_superusers_who_demote_one_another_one_is_told_no() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (one, two) = (app.superuser(), app.superuser());
        let forms = [(&one, &two), (&two, &one)].map(|(by, of_whom)| {
            (by, by.open(&of(of_whom.id, "change")).form().without("is_superuser").fill("role", "Sales").and("_save", "1"))
        });
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = forms.iter().map(|(by, form)| scope.spawn(move || by.submit(form).status)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 403]);
        assert_eq!([one.id, two.id].iter().filter(|id| stored(&app, **id).is_superuser).count(), 1);
    });
}

#[test]
fn the_last_superuser_who_can_sign_in_stays() {
    on_both_engines(|test| {
        let root = crate::support::browser::add_user(test, "root", Role::Admin);
        let make = |active: bool| {
            let change = (auth_user::is_superuser.eq(true), auth_user::is_active.eq(active));
            test.db.write_blocking(|connection| Ok(diesel::update(auth_user::table.find(root)).set(change).execute(connection)?)).unwrap();
        };
        make(true);
        let (program, now) = (Actor::system("tests", false), test.clock.now());
        let values = test.db.read_blocking(|connection| managing::find(connection, root)).unwrap().values;
        for changed in [
            Values { is_superuser: false, ..values.clone() },
            Values { is_active: false, ..values.clone() },
            Values { is_staff: false, ..values.clone() },
        ] {
            let refused = test.db.write_blocking(|connection| managing::update(connection, &program, now, root, &changed)).unwrap_err();
            assert!(refused.to_string().contains("last superuser"), "{refused}");
        }
        assert!(test.db.write_blocking(|connection| managing::delete(connection, &program, now, root)).is_err());
        let renamed = Values { first_name: "Root".into(), ..values };
        test.db.write_blocking(|connection| managing::update(connection, &program, now, root, &renamed)).unwrap();
    });
}

#[test]
fn an_admin_resets_a_password_and_the_user_is_out_everywhere() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (admin, other) = (app.role(Role::Admin), app.staff());
        let path = of(other.id, "password");
        let wrong = admin.post_form(&path, &[("password1", "short"), ("password2", "else")]);
        assert!(wrong.has("#id_password1_error") && wrong.has("#id_password2_error"), "{}", wrong.body);
        assert_eq!(other.get("/admin/").status, 200);
        let done = admin.post_form(&path, &[("password1", "a new one, with words"), ("password2", "a new one, with words")]);
        assert_eq!((done.status, done.location()), (303, of(other.id, "change").as_str()), "{}", done.body);
        assert!(message(&admin.follow(&done)).contains("was changed"));
        assert_eq!(other.get("/admin/").status, 302);
        let sign_in =
            |password: &str| app.anonymous().post_form("/admin/login/", &[("username", &other.username), ("password", password)]).status;
        assert_eq!([sign_in(PASSWORD), sign_in("a new one, with words")], [200, 303]);
        assert_eq!(told(&app)[0], "Changed Password.");
    });
}

#[test]
fn an_admin_ends_the_sessions_of_a_user() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (admin, other) = (app.role(Role::Admin), app.staff());
        let again = app.sign_in(&other.username);
        assert!(admin.open(&of(other.id, "change")).has(&format!(".object-tools a[href='{}']", of(other.id, "sessions"))));
        let page = admin.open(&of(other.id, "sessions"));
        let rows = page.texts(".sessions tbody tr");
        assert_eq!(rows.len(), 2, "each is there to be seen before it is ended");
        assert!(rows.iter().all(|row| row.contains("127.0.0.1") && row.contains("9:00:00 a.m.") && row.contains("just now")), "{rows:?}");
        assert!(message(&admin.follow(&admin.submit(&page.form()))).contains("2 sessions ended"));
        assert!(admin.open(&of(other.id, "sessions")).text("#content").contains("is not signed in anywhere"));
        assert_eq!([other.get("/admin/").status, again.get("/admin/").status, admin.get("/admin/").status], [302, 302, 200]);
        assert_eq!(told(&app)[0], "Ended every session.");
    });
}

#[test]
fn on_ones_own_page_nobody_signs_themselves_out() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let admin = app.role(Role::Admin);
        let elsewhere = app.sign_in(&admin.username);
        let own = of(admin.id, "sessions");
        assert_eq!(admin.get(&own).location(), "/admin/account/", "where one ends them one by one, and keeps this one");
        let token = admin.open("/admin/account/").form_at("#logout-form");
        let sent = admin.post(&own, &[("csrfmiddlewaretoken", token.value("csrfmiddlewaretoken").unwrap())]);
        assert_eq!((sent.status, sent.location()), (303, "/admin/account/"));
        assert_eq!([admin.get("/admin/").status, elsewhere.get("/admin/").status], [200, 200]);
    });
}

#[test]
fn what_keeps_a_user_is_linked_to_whole_with_what_is_archived() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (admin, owner, other) = (app.role(Role::Admin), app.staff(), app.staff());
        add_segment(&owner, "Kept");
        for name in ["A", "B", "C", "D", "E", "F"] {
            let form = owner.open(SEGMENT_ADD).form().fill("name", name).fill("status", "archived").fill("filter_criteria", RULES);
            assert_eq!(owner.submit(&form.and("_save", "1")).status, 303);
        }
        add_segment(&other, "Another's");
        let several = admin.open(LIST).form_at("#changelist-form").fill("action", "delete_selected");
        let several = [&owner, &other].iter().fold(several, |form, user| form.and("_selected_action", &user.id.unwrap().to_string()));
        let page = admin.submit(&several);
        assert!(page.text(".protected .more").starts_with("… and 2 more"), "{}", page.body);
        let all = admin.open(&page.attributes(".protected .more a", "href")[0]);
        assert_eq!(all.texts("#result_list tbody .field-name"), ["F", "E", "D", "C", "B", "A", "Kept"]);
    });
}

#[test]
fn everything_of_a_user_is_handed_over_before_they_are_deleted() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (admin, leaves, stays) = (app.role(Role::Admin), app.staff(), app.role(Role::Finance));
        let gone = app.user(Role::Sales, |user| user.is_staff = false);
        add_segment(&leaves, "One");
        add_segment(&leaves, "Two");
        add_segment(&stays, "Another's");
        let kept = admin.open(&of(leaves.id, "delete"));
        assert_eq!(kept.text("h1"), "Cannot delete User");
        assert_eq!(kept.texts(".protected li").len(), 2, "the page names what they own");
        assert_eq!(kept.attributes(".actions-row a.default", "href"), [of(leaves.id, "hand_over")]);
        let several = admin.open(LIST).form_at("#changelist-form").fill("action", "delete_selected");
        let several = admin.submit(&several.and("_selected_action", &leaves.id.unwrap().to_string()));
        assert_eq!(several.texts(".protected li").len(), 2, "{}", several.body);
        let page = admin.open(&of(leaves.id, "hand_over"));
        assert!(page.text("#content").contains("owns 2 segments"), "{}", page.body);
        assert!(page.texts("#id_owner option").iter().any(|option| option.starts_with(&stays.username)));
        assert!(!page.body.contains(&gone), "who cannot sign in gets nothing");
        // Sent past the page that asks, it is refused too.
        let token = page.form();
        let token = token.value("csrfmiddlewaretoken").unwrap();
        assert_eq!(admin.post(&of(leaves.id, "delete"), &[("csrfmiddlewaretoken", token), ("post", "yes")]).status, 409);
        assert!(admin.submit(&page.form()).has("#id_owner_error"), "nothing is handed over by accident");
        let done = admin.submit(&page.form().fill("owner", &stays.id.unwrap().to_string()));
        assert!(message(&admin.follow(&done)).contains("2 segments"), "{}", done.body);
        assert!(owners(&app).values().all(|owner| *owner == stays.id));
        let history = |person: &Person<'_>| admin.open(&of(person.id, "history")).text("#change-history");
        assert!(history(&leaves).contains(&format!("Handed over 2 segments to {}.", stays.username)), "{}", history(&leaves));
        assert!(history(&stays).contains(&format!("Was given 2 segments that belonged to {}.", leaves.username)), "{}", history(&stays));
        let nothing = admin.get(&of(leaves.id, "hand_over"));
        assert_eq!(nothing.location(), of(leaves.id, "change"));
        assert!(message(&admin.follow(&nothing)).contains("owns no segments: there is nothing to hand over"));
        let deleted = admin.post_form(&of(leaves.id, "delete"), &[]);
        assert_eq!(message(&admin.follow(&deleted)), format!("The User “{}” was deleted successfully.", leaves.username));
        assert_eq!(leaves.get("/admin/").status, 302);
        assert_eq!(owners(&app).len(), 3);
        let kept = segments_event::table.filter(segments_event::actor_name.eq(&leaves.username)).count();
        assert!(app.test.db.read_blocking(|connection| Ok(kept.get_result::<i64>(connection)?)).unwrap() >= 2, "history keeps their name");
    });
}

#[test]
fn a_segment_is_handed_over_by_its_owner_or_an_admin_and_by_nobody_else() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (owner, other, admin) = (app.staff(), app.role(Role::Tech), app.role(Role::Admin));
        add_segment(&owner, "VIP");
        let page = owner.open("/admin/crm_app/customersegment/");
        let change = page.attributes("#result_list tbody th a", "href").remove(0).split('?').next().unwrap().to_owned();
        let path = change.replace("/change/", "/hand_over/");
        assert!(owner.open(&change).has(&format!("a[href='{path}']")) && !other.open(&change).has(&format!("a[href='{path}']")));
        assert_eq!(other.get(&path).status, 403);
        let form = owner.open(&path).form();
        let nobody = owner.submit(&form.clone().fill("owner", &Id::new().to_string()));
        assert!(nobody.has("#id_owner_error"), "{}", nobody.body);
        assert_eq!(owner.submit(&form.fill("owner", &other.id.unwrap().to_string())).status, 303);
        assert_eq!(owners(&app)["VIP"], other.id);
        assert_eq!(owner.get(&path).status, 403, "it is not theirs any more");
        assert_eq!(admin.post_form(&path, &[("owner", "admins")]).status, 303);
        assert_eq!(owners(&app)["VIP"], None);
        let history = admin.open(&change.replace("/change/", "/history/")).body;
        let sentence = format!("Handed over from {} to {}.", owner.username, other.username);
        assert!(history.contains(&sentence) && history.contains("to the Admins."), "{history}");
    });
}

#[test]
fn beside_the_crm_users_are_looked_at_and_their_sessions_ended() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let app = TestApp::on(test);
    let (root, other) = (app.superuser(), app.staff());
    let before = stored(&app, other.id);
    assert!(root.open(LIST).text("#result_list").contains(&other.username));
    let page = root.open(&of(other.id, "change"));
    assert!(!page.has("form#user_form") && page.text(".note").contains("kept by the CRM"), "{}", page.body);
    for path in [ADD.to_owned(), of(other.id, "delete"), of(other.id, "password")] {
        assert_eq!(root.get(&path).status, 403, "{path}");
    }
    let token = page.form_at("form#logout-form");
    let token = token.value("csrfmiddlewaretoken").unwrap();
    for page in ["change", "delete", "password"] {
        let fields =
            [("csrfmiddlewaretoken", token), ("username", "x"), ("password1", "a new one, long"), ("password2", "a new one, long")];
        assert_eq!(root.post(&of(other.id, page), &fields).status, 403, "{page}");
    }
    add_segment(&other, "Theirs");
    assert_eq!(root.post_form(&of(other.id, "hand_over"), &[("owner", "admins")]).status, 303);
    assert_eq!(owners(&app)["Theirs"], None);
    assert_eq!(root.post(&of(other.id, "sessions"), &[("csrfmiddlewaretoken", token)]).status, 303);
    assert_eq!(other.get("/admin/").status, 302);
    let after = stored(&app, other.id);
    assert_eq!((after.username, after.password, after.is_active), (before.username, before.password, before.is_active));
}

#[test]
fn the_names_of_two_users_differ_in_more_than_case() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (root, other) = (app.superuser(), app.staff());
        let problem = |answer: Answer| answer.text("#id_username_error");
        let rename = |id: Option<Id>, name: &str| root.post_form(&of(id, "change"), &[("username", name), ("_save", "1")]);
        assert_eq!(add(&root, &[("username", "Änna")]).status, 303);
        let alike = "There is a user “Änna” already: the names of two users must differ in more than case.";
        assert_eq!(problem(add(&root, &[("username", "änna")])), alike);
        assert_eq!(problem(rename(other.id, "ÄNNA")), alike);
        assert_eq!(problem(rename(other.id, "Änna")), "A user with that username already exists.");
        // Two that the CRM made: each signs in as typed, and is changed in whatever else.
        let twin = app.sign_in(&app.user(Role::Tech, |_| {})).id;
        let name_it = |connection: &mut _| {
            let it = auth_user::table.find(twin.unwrap());
            Ok(diesel::update(it).set(auth_user::username.eq("änna")).execute(connection)?)
        };
        app.test.db.write_blocking(name_it).unwrap();
        let (anna, twin) = (app.sign_in("Änna"), app.sign_in("änna"));
        assert_ne!(anna.id, twin.id);
        assert_eq!(root.post_form(&of(twin.id, "change"), &[("first_name", "Anna"), ("_save", "1")]).status, 303);
        assert_eq!(problem(rename(anna.id, "änna")), "A user with that username already exists.");
        assert_eq!(rename(twin.id, "anne").status, 303);
        assert_eq!(rename(anna.id, "änna").status, 303, "one may write one's own otherwise");
        // Whatever the form has said: at the same moment another may have taken the name.
        let (program, now) = (Actor::system("tests", false), app.test.clock.now());
        let late = Values::new("ANNE", Role::Sales);
        let taken =
            app.test.db.write_blocking(|connection| managing::insert(connection, &program, now, Id::new(), &late, "!")).unwrap_err();
        assert_eq!(taken.to_string(), "a value is not unique: username");
    });
}

#[test]
fn an_action_on_users_that_is_refused_because_of_oneself_says_so() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (root, other) = (app.superuser(), app.staff());
        let me = &root.username;
        for (action, verb) in [("deactivate", "deactivate"), ("delete_selected", "delete")] {
            let form = root.open(LIST).form_at("#changelist-form").fill("action", action);
            let both = [root.id, other.id].iter().fold(form, |form, id| form.and("_selected_action", &id.unwrap().to_string()));
            let told = message(&root.submit(&both));
            assert_eq!(told, format!("You cannot {verb} yourself ({me}). Another Admin can. Nothing was changed."));
        }
        assert!(stored(&app, other.id).is_active);
    });
}
