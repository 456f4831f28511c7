//! The set-up link: the first superuser is made in the browser, once.

use chrono::TimeDelta;
use customer_segments::accounts::setup_link;
use customer_segments::accounts::user::User;
use customer_segments::db::migrations;
use customer_segments::db::schema::segments_setup_link;
use diesel::prelude::*;

use crate::support::app::PASSWORD;
use crate::support::{TestApp, TestDb, on_engines};

/// A new link, as `serve` prints it.
fn link(test: &TestDb) -> String {
    let now = test.clock.now();
    let token = test.db.write_blocking(|connection| setup_link::insert(connection, now)).unwrap();
    format!("/admin/setup/{token}/")
}

const ROOT: [(&str, &str); 4] = [("username", "สมชาย.ต้น"), ("email", "root@example.com"), ("password1", PASSWORD), ("password2", PASSWORD)];

#[test]
fn the_link_makes_the_first_superuser_and_signs_them_in() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let link = link(&app.test);
        let person = app.anonymous();
        assert!(person.open(&link).text("main").contains("Nobody can sign in yet"));
        let made = person.post_form(&link, &ROOT);
        assert_eq!((made.status, made.location()), (303, "/admin/"));
        assert!(person.open("/admin/").text("#user-tools").contains("สมชาย.ต้น"));
        let user = app.test.db.read_blocking(|connection| User::find_by_username(connection, "สมชาย.ต้น")).unwrap();
        assert!(user.is_superuser && user.is_staff && user.is_active && user.role == "Admin");
        let again = app.anonymous().get(&link);
        assert_eq!(again.status, 410);
        assert!(again.text("main").contains("The site is set up already"), "{}", again.body);
    });
}

#[test]
fn what_is_wrong_is_told_and_what_was_typed_is_kept_but_the_passwords() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let link = link(&app.test);
        let wrong = [("username", "two words"), ("email", "nowhere"), ("password1", "short"), ("password2", "other-typed")];
        let answer = app.anonymous().post_form(&link, &wrong);
        assert_eq!(answer.status, 200);
        for field in ["username", "email", "password1", "password2"] {
            assert!(answer.has(&format!("#id_{field}_error")), "{field}: {}", answer.body);
        }
        assert_eq!(answer.form().value("username"), Some("two words"));
        assert!(!answer.body.contains("other-typed"));
        assert_eq!(app.test.db.read_blocking(User::count).unwrap(), 0);
    });
}

#[test]
fn of_two_browsers_at_once_one_wins() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        // Two nodes that were started at once have told a link each.
        let links = [link(&app.test), link(&app.test)];
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|index| {
                    let (app, link) = (&app, &links[index % 2]);
                    scope.spawn(move || {
                        let person = app.anonymous();
                        let page = person.get(link);
                        if page.status != 200 {
                            return page.status;
                        }
                        let name = format!("root-{index}");
                        let form = ROOT.iter().fold(page.form(), |form, (field, value)| form.fill(field, value)).fill("username", &name);
                        person.submit(&form).status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410, 410, 410]);
        assert_eq!(app.test.db.read_blocking(User::count).unwrap(), 1);
    });
}

#[test]
fn an_old_a_wrong_and_a_late_link_do_not_work() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let link = link(&app.test);
        assert_eq!(app.anonymous().get("/admin/setup/made-up/").status, 410);
        let form = app.anonymous().open(&link).form();
        app.test.set_now(app.test.clock.now() + TimeDelta::hours(24));
        assert_eq!(app.anonymous().get(&link).status, 410);
        let late = app.anonymous();
        late.get("/admin/login/");
        assert_ne!(late.submit(&ROOT.iter().fold(form, |form, (name, value)| form.fill(name, value))).status, 303);
        assert_eq!(app.test.db.read_blocking(User::count).unwrap(), 0);
    });
}

#[test]
fn there_is_no_link_once_somebody_can_sign_in_and_its_token_is_not_stored() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let link = link(&app.test);
        let stored: Vec<String> = app
            .test
            .db
            .read_blocking(|connection| Ok(segments_setup_link::table.select(segments_setup_link::token_hash).load(connection)?))
            .unwrap();
        assert!(stored.iter().all(|hash| !link.contains(hash)));
        app.superuser();
        let now = app.test.clock.now();
        assert!(app.test.db.write_blocking(|connection| setup_link::insert(connection, now)).is_err());
        assert_eq!(app.anonymous().get(&link).status, 410);
    });
}

#[test]
fn beside_the_crm_no_link_works() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let link = link(&test);
    let app = TestApp::on(test);
    let answer = app.anonymous().get(&link);
    assert_eq!(answer.status, 410);
    assert!(answer.text("main").contains("shared with the CRM"), "{}", answer.body);
}
