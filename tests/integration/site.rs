//! The site as a whole: people get in, and nobody else does.

use customer_segments::accounts::Role;
use customer_segments::accounts::user::User;
use customer_segments::db::Time;
use customer_segments::db::migrations;

use crate::support::{TestApp, TestDb, on_engines};

#[test]
fn staff_signs_in_and_out_through_the_pages() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let index = person.open("/admin/");
        assert!(index.text("#user-tools").contains(&person.username), "{}", index.text("#user-tools"));
        let out = person.submit(&index.form_at("#logout-form"));
        assert_eq!(out.status, 200);
        assert!(person.get("/admin/").location().starts_with("/admin/login/"));
    });
}

#[test]
fn the_first_page_is_called_as_in_django_and_the_site_as_it_is_set() {
    on_engines(|engine| {
        let app = TestApp::with(TestDb::new(engine), |settings| settings.site_header = "Palm Hotels CRM".into());
        let index = app.superuser().open("/admin/");
        assert_eq!((index.text("h1"), index.text("#site-name")), ("Site administration".to_owned(), "Palm Hotels CRM".to_owned()));
        assert_eq!(index.text("title"), "Site administration | Palm Hotels CRM");
        assert!(!index.body.contains("View site"), "there is no other");
    });
}

#[test]
fn every_page_has_the_picture_of_its_tab() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        for page in [app.anonymous().open("/admin/login/"), app.staff().open("/admin/")] {
            let picture = app.anonymous().get(&page.attributes("link[rel=icon]", "href")[0]);
            assert_eq!((picture.status, picture.header("content-type")), (200, "image/svg+xml"));
            assert!(picture.body.starts_with("<svg"), "{}", picture.body);
        }
    });
}

#[test]
fn what_the_admin_leaves_out_is_nowhere() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.superuser();
        for page in ["/admin/doc/", "/admin/doc/views/", "/admin/doc/models/", "/admin/jsi18n/", "/admin/r/1/1/"] {
            assert_eq!(person.get(page).status, 404, "{page}");
        }
        for model in ["company", "contact", "contract", "customersegment", "user"] {
            let form = person.open(&format!("/admin/crm_app/{model}/add/"));
            assert!(!form.has("[name=slug], [data-prepopulated-fields]"), "{model} has a slug, which a name could fill in");
        }
    });
}

#[test]
fn a_sign_in_is_remembered() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let id = app.staff().id.unwrap();
        let user = app.test.db.read_blocking(|connection| User::find(connection, id)).unwrap();
        assert_eq!(user.last_login, Some(Time(app.test.clock.now())));
    });
}

#[test]
fn a_wrong_password_is_refused_and_the_name_kept() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let username = app.user(Role::Sales, |_| {});
        let person = app.anonymous();
        let answer = person.post_form("/admin/login/", &[("username", &username), ("password", "wrong")]);
        assert_eq!(answer.status, 200);
        assert!(answer.text("#login_error").contains("Please enter the correct username and password"));
        assert_eq!(answer.form().value("username"), Some(username.as_str()));
        assert_eq!(answer.form().value("password"), Some(""));
    });
}

#[test]
fn who_is_not_staff_is_not_let_in() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let username = app.user(Role::Sales, |user| user.is_staff = false);
        let fields = [("username", username.as_str()), ("password", crate::support::app::PASSWORD)];
        assert!(app.anonymous().post_form("/admin/login/", &fields).has("#login_error"));
    });
}

#[test]
fn a_form_without_its_token_changes_nothing() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.superuser();
        let answer = person.post("/admin/logout/", &[]);
        assert_eq!(answer.status, 403);
        assert_eq!(person.get("/admin/").status, 200);
    });
}

#[test]
fn people_of_a_shared_database_sign_in() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let app = TestApp::on(test);
    app.superuser().open("/admin/");
}
