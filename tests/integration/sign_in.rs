//! Guessing passwords: it gets slower and slower, on all nodes together, and locks nobody out for good.

use chrono::TimeDelta;
use customer_segments::accounts::Role;
use customer_segments::accounts::throttle::Attempt;
use customer_segments::db::schema::segments_login_failure;
use customer_segments::db::{Db, migrations};
use diesel::prelude::*;
use reqwest::blocking::Response;

use crate::support::app::{PASSWORD, config};
use crate::support::browser::{Browser, add_user, text_of};
use crate::support::{TestApp, TestDb, on_engines};

/// The failures that are counted: a row for the name and one for the address of each.
fn counted(db: &Db) -> i64 {
    db.read_blocking(|connection| Ok(segments_login_failure::table.count().get_result(connection)?)).unwrap()
}

/// The site behind a proxy, whose word for where a browser is, is believed.
fn site(test: TestDb) -> TestApp {
    TestApp::with(test, |settings| {
        settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        settings.login_failures_by_address = 5;
    })
}

/// Signs in from an address.
fn sign_in_from(browser: &Browser, address: &str, username: &str, password: &str) -> Response {
    let token = browser.token("/admin/login/");
    let fields = [("username", username), ("password", password), ("csrfmiddlewaretoken", token.as_str())];
    browser.send(browser.request(reqwest::Method::POST, "/admin/login/").header("X-Forwarded-For", address).form(&fields))
}

fn wait_of(answer: &Response) -> Option<i64> {
    answer.headers().get("retry-after").map(|seconds| seconds.to_str().unwrap().parse().unwrap())
}

#[test]
fn after_five_failures_each_next_attempt_waits_longer() {
    on_engines(|engine| {
        let site = TestApp::with(TestDb::new(engine), |settings| settings.login_failures_by_address = 1000);
        let test = &site.test;
        add_user(test, "somchai", Role::Sales);
        let browser = site.browser();
        for _ in 0..5 {
            assert_eq!(browser.sign_in("somchai", "wrong").status(), 200);
        }
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            let answer = browser.sign_in("somchai", PASSWORD);
            assert_eq!((answer.status().as_u16(), wait_of(&answer)), (429, Some(wait)), "even the right one waits");
            let html = answer.text().unwrap();
            let over = (test.clock.now() + TimeDelta::seconds(wait)).with_timezone(&test.clock.zone()).format("%H:%M:%S");
            let seconds = if wait == 1 { "second" } else { "seconds" };
            assert_eq!(
                text_of(&html, "#login_error"),
                format!("There were too many failed attempts to log in. Try again in {wait} {seconds}, at {over}.")
            );
            assert!(html.contains("value=\"somchai\""), "the name is kept");
            test.set_now(test.clock.now() + TimeDelta::seconds(wait));
            assert_eq!(browser.sign_in("somchai", "wrong").status(), 200, "after {wait} seconds it is judged again");
        }
        test.set_now(test.clock.now() + TimeDelta::seconds(60));
        assert_eq!(browser.sign_in("somchai", PASSWORD).status(), 303, "nobody is locked out for good");
    });
}

#[test]
fn a_name_that_nobody_has_waits_like_the_others() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        for _ in 0..5 {
            assert_eq!(site.browser().sign_in("nobody", "wrong").status(), 200);
        }
        assert_eq!(site.browser().sign_in("nobody", "wrong").status(), 429);
        let long = "x".repeat(5000);
        site.test.set_now(site.test.clock.now() + TimeDelta::seconds(1));
        assert_eq!(site.browser().sign_in(&long, "wrong").status(), 200);
    });
}

#[test]
fn an_address_that_guesses_waits_and_another_does_not() {
    on_engines(|engine| {
        let site = site(TestDb::new(engine));
        add_user(&site.test, "somchai", Role::Sales);
        for (index, address) in
            ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:f::1", "2001:db8:1:2::4", "2001:db8:1:2::5"].iter().enumerate()
        {
            let name = format!("name-{index}");
            assert_eq!(sign_in_from(&site.browser(), address, &name, "wrong").status(), 200);
        }
        let waits = sign_in_from(&site.browser(), "2001:db8:1:2::99", "somchai", PASSWORD);
        assert_eq!((waits.status().as_u16(), wait_of(&waits)), (429, Some(1)), "a household is one address");
        assert_eq!(sign_in_from(&site.browser(), "2001:db8:1:3::1", "somchai", PASSWORD).status(), 303);
    });
}

#[test]
fn the_right_password_from_another_address_works_after_the_wait_and_clears_the_name() {
    on_engines(|engine| {
        let site = site(TestDb::new(engine));
        let test = &site.test;
        add_user(test, "somchai", Role::Sales);
        for _ in 0..5 {
            sign_in_from(&site.browser(), "203.0.113.1", "somchai", "wrong");
        }
        assert_eq!(sign_in_from(&site.browser(), "198.51.100.7", "somchai", PASSWORD).status(), 429);
        test.set_now(test.clock.now() + TimeDelta::seconds(1));
        assert_eq!(sign_in_from(&site.browser(), "198.51.100.7", "somchai", PASSWORD).status(), 303);
        // The name begins anew; the address that guessed does not.
        assert_eq!(sign_in_from(&site.browser(), "198.51.100.7", "somchai", "wrong").status(), 200);
        assert_eq!(sign_in_from(&site.browser(), "203.0.113.1", "somchai", "wrong").status(), 200);
        assert_eq!(sign_in_from(&site.browser(), "203.0.113.1", "somchai", "wrong").status(), 429);
    });
}

#[test]
fn failures_are_forgotten_after_a_quarter_of_an_hour_and_their_rows_go() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        for _ in 0..5 {
            site.browser().sign_in("somchai", "wrong");
        }
        assert_eq!(counted(&test.db), 10);
        test.set_now(test.clock.now() + TimeDelta::minutes(15));
        assert_eq!(site.browser().sign_in("somchai", "wrong").status(), 200);
        assert_eq!(counted(&test.db), 2);
        assert_eq!(site.browser().sign_in("somchai", "wrong").status(), 200);
    });
}

#[test]
fn two_nodes_count_together() {
    on_engines(|engine| {
        let one = TestApp::on(TestDb::new(engine));
        let two = TestApp::on(one.test.again());
        add_user(&one.test, "somchai", Role::Sales);
        std::thread::scope(|scope| {
            for site in [&one, &two].into_iter().cycle().take(10) {
                scope.spawn(move || {
                    let status = site.browser().sign_in("somchai", "wrong").status().as_u16();
                    assert!([200, 429].contains(&status), "{status}");
                });
            }
        });
        let waits: Vec<_> = [&one, &two].map(|site| wait_of(&site.browser().sign_in("somchai", PASSWORD))).into();
        assert!(waits[0].is_some() && waits[0] == waits[1], "{waits:?}");
    });
}

#[test]
fn parallel_failures_on_two_nodes_are_counted_exactly() {
    on_engines(|engine| {
        let one = TestDb::new(engine);
        let two = one.again();
        let (settings, now) = (config("http://localhost:8000", |_| {}), one.clock.now());
        let attempt = Attempt::new(&settings, "somchai", Some("192.0.2.1".parse().unwrap())).unwrap();
        std::thread::scope(|scope| {
            for node in [&one, &two].into_iter().cycle().take(10) {
                let attempt = &attempt;
                scope.spawn(move || node.db.write_blocking(|connection| attempt.failed(connection, now)).unwrap());
            }
        });
        assert_eq!(counted(&one.db), 20);
        assert_eq!(two.db.read_blocking(|connection| attempt.wait(connection, now)).unwrap(), Some(32));
    });
}

#[test]
fn no_name_and_no_address_is_stored_readably() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        site.browser().sign_in("my-secret-password", "");
        let keys: Vec<String> = site
            .test
            .db
            .read_blocking(|connection| Ok(segments_login_failure::table.select(segments_login_failure::key).load(connection)?))
            .unwrap();
        assert_eq!(keys.len(), 2);
        assert!(keys.iter().all(|key| !key.contains("secret") && !key.contains("127.0.0.1")), "{keys:?}");
    });
}

#[test]
fn beside_the_crm_guesses_are_counted_too() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let site = TestApp::on(test);
    for _ in 0..5 {
        site.browser().sign_in("somchai", "wrong");
    }
    assert_eq!(site.browser().sign_in("somchai", "wrong").status(), 429);
}
