//! "Your account": who one is, and the browsers in which one is signed in.

use chrono::TimeDelta;
use customer_segments::accounts::{Role, sessions};
use customer_segments::db::migrations;
use customer_segments::db::schema::segments_session;
use diesel::prelude::*;

use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines};

const ACCOUNT: &str = "/admin/account/";

#[test]
fn the_header_leads_to_ones_account_and_it_says_who_one_is() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.role(Role::Finance);
        assert!(person.open("/admin/").has(&format!("#user-tools a[href='{ACCOUNT}']")));
        let page = person.open(ACCOUNT);
        let facts = page.text("section");
        assert!(facts.contains(&person.username) && facts.contains("Finance") && !facts.contains("superuser"), "{facts}");
        assert!(page.has("a[href='/admin/password_change/']"));
        assert!(app.superuser().open(ACCOUNT).text("section").contains("superuser: you have all rights"));
    });
}

#[test]
fn who_changes_what_the_page_says_is_told() {
    let hint = |page: &Answer| page.texts(".module-text").swap_remove(0);
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        assert!(hint(&person.open(ACCOUNT)).ends_with("ask an Admin."), "there is none yet");
        let admin = app.role(Role::Admin);
        let root = app.user(Role::Sales, |user| user.is_superuser = true);
        app.user(Role::Admin, |user| user.is_active = false);
        let page = person.open(ACCOUNT);
        assert_eq!(hint(&page), format!("To have your name, email address or role changed, ask an Admin: {} or {root}.", admin.username));
        assert!(!page.has("section .module-text a") && page.text("section").contains("Email address"));
        let page = admin.open(ACCOUNT);
        assert!(hint(&page).contains("you change yourself"), "{}", hint(&page));
        assert_eq!(admin.open(&page.attributes(".module-text a", "href")[0]).form().value("username"), Some(&*admin.username));
    });
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let page = TestApp::on(test).role(Role::Admin).open(ACCOUNT);
    assert!(hint(&page).contains("kept by the CRM") && !page.has(".module-text a"), "{}", hint(&page));
}

#[test]
fn sessions_are_listed_with_this_one_first_and_others_are_nobodys_business() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let username = app.user(Role::Sales, |_| {});
        let (one, two) = (app.sign_in(&username), app.sign_in(&username));
        app.staff();
        app.test.set_now(app.test.clock.now() + TimeDelta::minutes(5));
        two.open(ACCOUNT);
        let page = one.open(ACCOUNT);
        assert_eq!(page.texts(".sessions tbody tr").len(), 2);
        assert!(page.texts(".sessions tbody tr")[0].contains("this one"));
        assert_eq!(page.texts(".this-one").len(), 1);
        let row = &page.texts(".sessions tbody tr")[1];
        assert!(row.contains("127.0.0.1") && row.contains("Nov. 22, 2026, 9:00:00 a.m.") && row.contains("just now"), "{row}");
        assert_eq!(page.texts(".sessions time .visually-hidden").len(), 2, "and the exact time for readers");
        assert_eq!(page.attributes("button[name=end]", "value").len(), 1, "this one is ended by logging out");
        // Two of the same browser, a moment apart, are told from one another.
        app.test.set_now(app.test.clock.now() + TimeDelta::seconds(7));
        app.sign_in(&username);
        app.test.set_now(app.test.clock.now() + TimeDelta::seconds(2));
        app.sign_in(&username);
        let rows = one.open(ACCOUNT).texts(".sessions tbody tr");
        assert!(["9:05:07 a.m.", "9:05:09 a.m."].iter().all(|at| rows.iter().any(|row| row.contains(at))), "{rows:?}");
    });
}

#[test]
fn one_ends_one_session_or_all_others() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let username = app.user(Role::Tech, |_| {});
        let (here, there, elsewhere) = (app.sign_in(&username), app.sign_in(&username), app.sign_in(&username));
        let page = here.open(ACCOUNT);
        let mut keys = page.attributes("button[name=end]", "value");
        keys.sort();
        let ended = here.submit(&page.form().and("end", &keys[0]));
        assert_eq!((ended.status, ended.location()), (303, ACCOUNT));
        assert!(here.follow(&ended).text(".messagelist").contains("That browser is signed out."));
        let gone = [&there, &elsewhere].into_iter().filter(|person| person.get("/admin/").status == 302).count();
        assert_eq!(gone, 1);
        assert!(here.follow(&here.submit(&page.form().and("end", &keys[0]))).text(".messagelist").contains("was already signed out"));
        let ended = here.submit(&here.open(ACCOUNT).form().and("end_others", "1"));
        assert!(here.follow(&ended).text(".messagelist").contains("1 other session"));
        assert_eq!([&there, &elsewhere].map(|person| person.get("/admin/").status), [302, 302]);
        assert!(!here.open(ACCOUNT).has("button[name=end_others]"));
    });
}

#[test]
fn nobody_ends_the_session_of_another_here() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (mine, theirs) = (app.staff(), app.role(Role::Admin));
        let others = segments_session::user_id.eq(theirs.id);
        let key: String = app
            .test
            .db
            .read_blocking(|connection| Ok(segments_session::table.filter(others).select(segments_session::key_hash).first(connection)?))
            .unwrap();
        mine.submit(&mine.open(ACCOUNT).form().and("end", &key));
        assert_eq!(theirs.get("/admin/").status, 200);
        mine.submit(&mine.open(ACCOUNT).form().and("end_others", "1"));
        assert_eq!(theirs.get("/admin/").status, 200);
        assert_eq!(mine.submit(&mine.open(ACCOUNT).form()).status, 400);
    });
}

#[test]
fn a_session_past_its_time_is_not_listed() {
    on_engines(|engine| {
        let app = TestApp::with(TestDb::new(engine), |settings| settings.session_idle = 30);
        let username = app.user(Role::Sales, |_| {});
        let (here, _idle) = (app.sign_in(&username), app.sign_in(&username));
        let begun = app.test.clock.now();
        app.test.set_now(begun + TimeDelta::minutes(20));
        assert_eq!(here.open(ACCOUNT).texts(".sessions tbody tr").len(), 2);
        app.test.set_now(begun + TimeDelta::minutes(40));
        assert_eq!(here.open(ACCOUNT).texts(".sessions tbody tr").len(), 1);
    });
}

#[test]
fn the_oldest_sign_in_gives_way_when_there_are_too_many() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let username = app.user(Role::Sales, |_| {});
        let oldest = app.sign_in(&username);
        for _ in 1..sessions::MOST {
            app.test.set_now(app.test.clock.now() + TimeDelta::seconds(1));
            app.sign_in(&username);
        }
        assert_eq!(oldest.get("/admin/").status, 200);
        app.test.set_now(app.test.clock.now() + TimeDelta::seconds(1));
        let newest = app.sign_in(&username);
        assert_eq!((oldest.get("/admin/").status, newest.get("/admin/").status), (302, 200));
        assert_eq!(newest.open(ACCOUNT).texts(".sessions tbody tr").len(), 20);
    });
}
