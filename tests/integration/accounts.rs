//! Signing in and out: who may, what it leaves behind, and what ends it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use actix_session::storage::SessionStore as _;
use chrono::TimeDelta;
use customer_segments::accounts::actor::{Actor, Role};
use customer_segments::accounts::managing::{self, Values};
use customer_segments::accounts::session::{SIGNED_IN, SignedIn};
use customer_segments::accounts::session_store::Store;
use customer_segments::accounts::user::User;
use customer_segments::accounts::{keys, password};
use customer_segments::config::PasswordHasher;
use customer_segments::db::schema::{auth_user, segments_session};
use customer_segments::db::{Db, Id, migrations};
use diesel::prelude::*;

use crate::support::app::{PASSWORD, config};
use crate::support::browser::{add_user, add_user_with, text_of, user};
use crate::support::{TestApp, TestDb, on_both_engines, on_engines};

/// [`PASSWORD`] as Django stored it, with few rounds.
const DJANGO: &str = "pbkdf2_sha256$20000$KRVR4g1FDEsSMH6C6Dt0yB$YYBelSPN9tQrK9C1CBO26au+8tyXpCBmKHdWid/GGJk=";

/// Every stored session: the hash of its key and its state.
fn sessions(db: &Db) -> Vec<(String, String)> {
    let rows = segments_session::table.select((segments_session::key_hash, segments_session::state));
    db.read_blocking(|connection| Ok(rows.load(connection)?)).unwrap()
}

fn set(test: &TestDb, username: &str, change: impl Fn(&mut customer_segments::db::AnyConnection) -> QueryResult<usize>) {
    assert_eq!(test.db.write_blocking(|connection| Ok(change(connection)?)).unwrap(), 1, "{username}");
}

#[test]
fn a_member_of_the_staff_signs_in_and_out() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        let id = add_user(test, "somchai", Role::Sales);
        let browser = site.browser();
        assert_eq!(browser.greeted(), None);
        let answer = browser.sign_in("somchai", PASSWORD);
        assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &"/admin/".parse().unwrap()));
        assert_eq!(browser.greeted(), Some("somchai".into()));
        assert_eq!(user(test, id).last_login.unwrap().0, test.clock.now());
        let copied = browser.copy();
        let answer = browser.post_from("/admin/", "/admin/logout/", &[]);
        assert_eq!(answer.status(), 200);
        assert_eq!(text_of(&answer.text().unwrap(), "h1"), "Logged out");
        assert_eq!((browser.greeted(), copied.greeted()), (None, None));
        assert_eq!(sessions(&test.db), []);
    });
}

/// And takes as long, whoever it was for: CVE-2024-39329, CVE-2025-13473.
#[test]
fn every_failed_sign_in_has_the_same_words() {
    on_engines(|engine| {
        // One address tries all of them.
        let site = TestApp::with(TestDb::new(engine), |settings| settings.login_failures_by_address = 100);
        let test = &site.test;
        for name in ["right", "inactive", "visitor", "unusable"] {
            add_user(test, name, Role::Admin);
        }
        set(test, "inactive", |c| {
            diesel::update(auth_user::table.filter(auth_user::username.eq("inactive"))).set(auth_user::is_active.eq(false)).execute(c)
        });
        set(test, "visitor", |c| {
            diesel::update(auth_user::table.filter(auth_user::username.eq("visitor"))).set(auth_user::is_staff.eq(false)).execute(c)
        });
        set(test, "unusable", |c| {
            diesel::update(auth_user::table.filter(auth_user::username.eq("unusable"))).set(auth_user::password.eq("!nothing")).execute(c)
        });
        let mut pages = Vec::new();
        let long = "x".repeat(200);
        for (name, typed) in [
            ("right", "wrong"),
            ("right", ""),
            ("Right", PASSWORD),
            ("nobody", PASSWORD),
            ("", ""),
            (&long, PASSWORD),
            ("inactive", PASSWORD),
            ("visitor", PASSWORD),
            ("unusable", PASSWORD),
        ] {
            let browser = site.browser();
            let begun = Instant::now();
            let answer = browser.sign_in(name, typed);
            assert!(begun.elapsed() >= Duration::from_millis(400), "{name} was refused sooner than others may be");
            assert_eq!(answer.status(), 200, "{name}");
            assert!(!browser.cookies.lock().unwrap().contains_key("sessionid"), "{name}");
            let html = answer.text().unwrap();
            assert!(html.contains("<title>Error: Log in |"), "{name}");
            pages.push(text_of(&html, ".errornote"));
        }
        pages.dedup();
        let words = "Please enter the correct username and password for a staff account. Note that both fields may be case-sensitive.";
        assert_eq!(pages, [words]);
        assert_eq!(sessions(&test.db), []);
    });
}

#[test]
fn a_failed_sign_in_keeps_the_name_and_the_way_and_forgets_the_password() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let browser = site.browser();
        let fields = [("username", "a<b>\"'&"), ("password", "typed-secret"), ("next", "/admin/crm_app/contact/?q=1")];
        let html = browser.post_from("/admin/login/", "/admin/login/", &fields).text().unwrap();
        let page = scraper::Html::parse_document(&html);
        let value = |name: &str| {
            let field = page.select(&scraper::Selector::parse(&format!("input[name={name}]")).unwrap()).next().unwrap();
            field.attr("value").map(str::to_owned)
        };
        assert_eq!(value("username").as_deref(), Some("a<b>\"'&"));
        assert_eq!(value("next").as_deref(), Some("/admin/crm_app/contact/?q=1"));
        assert_eq!(value("password"), None);
        assert!(!html.contains("typed-secret"));
    });
}

#[test]
fn signing_in_leads_back_into_this_site_and_nowhere_else() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        add_user(test, "somchai", Role::Sales);
        for (next, leads) in [
            ("/admin/crm_app/contact/?q=a%20b", "/admin/crm_app/contact/?q=a%20b"),
            ("https://evil.example/", "/admin/"),
            ("//evil.example/", "/admin/"),
            ("/\\evil.example/", "/admin/"),
            ("javascript:alert(1)", "/admin/"),
            ("/admin/\r\nSet-Cookie: a=b", "/admin/"),
            ("", "/admin/"),
        ] {
            let fields = [("username", "somchai"), ("password", PASSWORD), ("next", next)];
            let answer = site.browser().post_from("/admin/login/", "/admin/login/", &fields);
            assert_eq!(answer.headers()["location"], leads, "{next:?}");
        }
        let anonymous = site.browser().get("/admin/?a=b&c=d");
        assert_eq!(anonymous.headers()["location"], "/admin/login/?next=%2Fadmin%2F%3Fa%3Db%26c%3Dd");
        let already = site.signed_in("somchai").get("/admin/login/?next=https://evil.example/");
        assert_eq!((already.status().as_u16(), &already.headers()["location"]), (303, &"/admin/".parse().unwrap()));
    });
}

#[test]
fn a_cookie_that_was_planted_does_not_become_a_session() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        add_user(test, "victim", Role::Admin);
        add_user(test, "attacker", Role::Tech);
        let planted = site.signed_in("attacker").copy();
        let old = planted.cookies.lock().unwrap()["sessionid"].clone();
        let victim = planted.copy();
        // Signed in as somebody else already, the victim signs in with the token of that session.
        let token = victim.token("/admin/");
        let fields = [("username", "victim"), ("password", PASSWORD), ("csrfmiddlewaretoken", token.as_str())];
        assert_eq!(victim.post("/admin/login/", &fields).status(), 303);
        assert_ne!(victim.cookies.lock().unwrap()["sessionid"], old);
        assert_eq!(victim.greeted(), Some("victim".into()));
        assert_eq!(planted.greeted(), None, "the old key opens nothing any more");
        let made_up = site.browser();
        made_up.cookies.lock().unwrap().insert("sessionid".into(), "made-up".into());
        assert_eq!(made_up.greeted(), None);
    });
}

#[test]
fn what_is_stored_of_a_session_opens_nothing() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        add_user(test, "somchai", Role::Sales);
        let browser = site.signed_in("somchai");
        let cookie = browser.cookies.lock().unwrap()["sessionid"].clone();
        let (hash, state) = sessions(&test.db).remove(0);
        assert_eq!(hash.len(), 64);
        assert!(!cookie.contains(&hash) && !state.contains(&cookie));
        // The cookie is a signature and the key; only the key's hash is stored.
        assert!(!keys::digest(&cookie).contains(&hash));
    });
}

#[test]
fn anonymous_visitors_leave_no_rows() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        for path in ["/", "/admin/", "/admin/login/", "/nowhere/", "/admin/nowhere/", "/healthz"] {
            site.browser().get(path);
        }
        assert_eq!(sessions(&test.db), []);
    });
}

#[test]
fn a_logout_is_not_undone_by_a_request_in_flight() {
    on_both_engines(|test| {
        let user = add_user(test, "somchai", Role::Sales);
        let store = Store::new(test.db.clone(), test.clock.clone(), &config("http://localhost:8000", |_| {}));
        let who = SignedIn { user, auth_hash: "a".into(), csrf_secret: "b".into(), address: "c".into(), user_agent: "d".into() };
        let state = HashMap::from([(SIGNED_IN.to_owned(), serde_json::to_string(&who).unwrap())]);
        let lifetime = actix_web::cookie::time::Duration::DAY;
        actix_web::rt::System::new().block_on(async {
            let key = store.save(state, &lifetime).await.unwrap();
            let cookie = key.as_ref().to_owned();
            let loaded = store.load(&key).await.unwrap().expect("the slow request begins");
            store.delete(&key).await.expect("the logout");
            let kept = store.update(key, loaded, &lifetime).await.expect("the slow request ends");
            assert_eq!(kept.as_ref(), cookie, "no new key is made");
            assert!(store.load(&kept).await.unwrap().is_none());
        });
        assert_eq!(sessions(&test.db), []);
    });
}

#[test]
fn a_changed_password_ends_every_session() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        let id = add_user(test, "somchai", Role::Sales);
        add_user(test, "other", Role::Sales);
        let (one, two, other) = (site.signed_in("somchai"), site.signed_in("somchai"), site.signed_in("other"));
        let hash = password::hash(PasswordHasher::Argon2id, "another long password").unwrap();
        let (actor, now) = (Actor::system("tests", false), test.clock.now());
        test.db.write_blocking(|c| User::find(c, id)?.set_password(c, &actor, &hash, now)).unwrap();
        assert_eq!((one.greeted(), two.greeted()), (None, None));
        assert_eq!(other.greeted(), Some("other".into()));
        assert_eq!(sessions(&test.db).len(), 1);
    });
}

#[test]
fn whoever_may_no_longer_is_out_at_the_next_request() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        let (a, b, c) = (add_user(test, "a", Role::Sales), add_user(test, "b", Role::Sales), add_user(test, "c", Role::Sales));
        let browsers = [site.signed_in("a"), site.signed_in("b"), site.signed_in("c")];
        set(test, "a", |connection| diesel::update(auth_user::table.find(a)).set(auth_user::is_active.eq(false)).execute(connection));
        set(test, "b", |connection| diesel::update(auth_user::table.find(b)).set(auth_user::is_staff.eq(false)).execute(connection));
        set(test, "c", |connection| diesel::delete(auth_user::table.find(c)).execute(connection));
        assert_eq!(browsers.map(|browser| browser.greeted()), [None, None, None]);
    });
}

#[test]
fn sessions_end_when_nobody_comes_and_after_their_longest_time() {
    on_engines(|engine| {
        let site = TestApp::with(TestDb::new(engine), |settings| {
            settings.session_idle = 30;
            settings.session_max = 2;
        });
        let test = &site.test;
        add_user(test, "somchai", Role::Sales);
        let begun = test.clock.now();
        let after = |minutes: i64| test.set_now(begun + TimeDelta::minutes(minutes));
        let idle = site.signed_in("somchai");
        let busy = site.signed_in("somchai");
        for minutes in [25, 50, 75, 100, 119] {
            after(minutes);
            assert!(busy.greeted().is_some(), "after {minutes} minutes");
        }
        assert_eq!(idle.greeted(), None);
        after(121);
        assert_eq!(busy.greeted(), None);
        assert_eq!(sessions(&test.db), []);
    });
}

#[test]
fn the_moment_of_the_last_request_is_written_once_a_minute() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        add_user(test, "somchai", Role::Sales);
        let browser = site.signed_in("somchai");
        let seen = || -> customer_segments::db::Time {
            test.db.read_blocking(|connection| Ok(segments_session::table.select(segments_session::seen_at).first(connection)?)).unwrap()
        };
        let begun = test.clock.now();
        test.set_now(begun + TimeDelta::seconds(59));
        assert!(browser.greeted().is_some());
        assert_eq!(seen().0, begun);
        test.set_now(begun + TimeDelta::seconds(61));
        assert!(browser.greeted().is_some());
        assert_eq!(seen().0, begun + TimeDelta::seconds(61));
    });
}

#[test]
fn on_our_own_database_djangos_hash_becomes_ours_at_the_next_sign_in() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        let id = add_user_with(test, "somchai", Role::Sales, DJANGO);
        let browser = site.signed_in("somchai");
        assert!(user(test, id).password.starts_with("argon2$argon2id$v=19$m=47104,t=1,p=1$"));
        assert!(browser.greeted().is_some(), "the session goes with the new hash");
        let stored = user(test, id).password;
        site.signed_in("somchai");
        assert_eq!(user(test, id).password, stored, "and stays");
    });
}

#[test]
fn on_a_shared_database_a_hash_stays_as_the_crm_left_it() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let site = TestApp::on(test);
    let test = &site.test;
    let id = add_user_with(test, "somchai", Role::Sales, DJANGO);
    let browser = site.signed_in("somchai");
    assert_eq!(browser.greeted(), Some("somchai".into()));
    assert_eq!(user(test, id).password, DJANGO);
    assert!(user(test, id).last_login.is_some());
    let add_links = browser.page("/admin/").select(&scraper::Selector::parse("a.addlink").unwrap()).count();
    assert_eq!(add_links, 1, "only segments are added beside the CRM");
}

#[test]
fn a_shared_database_takes_no_new_users_of_ours() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let (actor, now) = (Actor::system("createsuperuser", true), test.clock.now());
    let new = Values { is_superuser: true, ..Values::new("root", Role::Admin) };
    let refused = test.db.write_blocking(|connection| managing::insert(connection, &actor, now, Id::new(), &new, DJANGO)).unwrap_err();
    assert!(refused.to_string().contains("kept by the CRM"), "{refused}");
}

#[test]
fn many_sign_ins_at_once_are_all_answered() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        add_user(test, "somchai", Role::Sales);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..12).map(|_| scope.spawn(|| site.signed_in("somchai").greeted())).collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), Some("somchai".into()));
            }
        });
        assert_eq!(sessions(&test.db).len(), 12);
    });
}

/// The fields of the page that changes one's own password.
fn passwords<'a>(old: &'a str, new: &'a str, again: &'a str) -> [(&'static str, &'a str); 3] {
    [("old_password", old), ("new_password1", new), ("new_password2", again)]
}

const CHANGE: &str = "/admin/password_change/";

#[test]
fn one_changes_ones_own_password_and_is_signed_out_everywhere_else() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        add_user(&site.test, "somchai", Role::Tech);
        let (here, elsewhere) = (site.signed_in("somchai"), site.signed_in("somchai"));
        let answer = here.post_from(CHANGE, CHANGE, &passwords(PASSWORD, "a longer one, with words", "a longer one, with words"));
        assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &"/admin/".parse().unwrap()));
        assert!(here.get("/admin/").text().unwrap().contains("Your password was changed."));
        assert_eq!((here.greeted(), elsewhere.greeted()), (Some("somchai".into()), None));
        assert_eq!(site.browser().sign_in("somchai", PASSWORD).status(), 200, "the old one is no more");
        assert_eq!(site.browser().sign_in("somchai", "a longer one, with words").status(), 303);
    });
}

#[test]
fn a_new_password_needs_the_old_one_and_must_be_good() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let id = add_user(&site.test, "somchai", Role::Tech);
        let stored = user(&site.test, id).password;
        let browser = site.signed_in("somchai");
        for (typed, field, sentence) in [
            (passwords("wrong", "a longer one, with words", "a longer one, with words"), "old_password", "entered incorrectly"),
            (passwords("", "a longer one, with words", "a longer one, with words"), "old_password", "required"),
            (passwords(PASSWORD, "short", "short"), "new_password1", "too short"),
            (passwords(PASSWORD, PASSWORD, PASSWORD), "new_password1", "the old one"),
            (passwords(PASSWORD, "a longer one, with words", "another one, with words"), "new_password2", "didn’t match"),
        ] {
            let answer = browser.post_from(CHANGE, CHANGE, &typed);
            assert_eq!(answer.status(), 200);
            let body = answer.text().unwrap();
            assert!(text_of(&body, &format!("#id_{field}_error")).contains(sentence), "{field}: {body}");
            assert!(!body.contains("with words"), "nothing typed comes back");
        }
        assert_eq!(user(&site.test, id).password, stored);
    });
}

#[test]
fn beside_the_crm_a_new_password_is_one_that_the_crm_reads() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let site = TestApp::on(test);
    let id = add_user_with(&site.test, "somchai", Role::Sales, DJANGO);
    let browser = site.signed_in("somchai");
    let answer = browser.post_from(CHANGE, CHANGE, &passwords(PASSWORD, "a longer one, with words", "a longer one, with words"));
    assert_eq!(answer.status(), 303);
    assert!(user(&site.test, id).password.starts_with("pbkdf2_sha256$"));
}
