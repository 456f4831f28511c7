//! What Django's admin had to be mended for in its security releases, each as a test of ours.
//!
//! Each test names the releases it is for. Two more stand with what they belong to: who is not found by their name is refused
//! like who is (`accounts::every_failed_sign_in_has_the_same_words`), and nothing that was typed into an address reaches the
//! log (`serving::the_log_has_routes_and_no_secrets`); that all are named somewhere is held here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use customer_segments::accounts::access::Access;
use customer_segments::accounts::user::User;
use customer_segments::accounts::{Role, keys};
use customer_segments::admin::widget::Widget;
use customer_segments::db::Id;
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::{crm_app_company as company, crm_app_contact as contact, crm_app_customersegment as segment};
use customer_segments::routes;
use diesel::prelude::*;
use proptest::prelude::*;
use reqwest::Method;

use crate::support::app::{Person, config};
use crate::support::browser::{add_user, text_of};
use crate::support::catalogue::contents;
use crate::support::generator;
use crate::support::page::Answer;
use crate::support::stored::store;
use crate::support::{TestApp, TestDb, files_below, on_engines};

const ADMIN: &str = "/admin/crm_app/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
const RULES: &str = r#"{"rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;

fn site(test: impl Fn(&TestApp)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        store(&app.test.db, &generator::world(5, 12));
        test(&app);
    });
}

/// A key of each of the customers.
fn customers(app: &TestApp) -> (Id, Id) {
    let find = |connection: &mut _| {
        Ok((company::table.select(company::id).first(connection)?, contact::table.select(contact::id).first(connection)?))
    };
    app.test.db.read_blocking(find).unwrap()
}

fn add_segment(person: &Person<'_>, name: &str, status: &str) -> Id {
    let form = person.open(ADD).form().fill("name", name).fill("status", status).fill("filter_criteria", RULES).and("_continue", "1");
    let answer = person.submit(&form);
    Id::parse(answer.location().rsplit('/').nth(2).unwrap_or_default()).expect("the way to the new segment")
}

/// Addresses that are programs: as they are, and as browsers of old were fooled.
const SCRIPTS: &[&str] = &[
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\u{1}javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "https://example.com/\"onmouseover=\"alert(1)",
];

/// CVE-2013-4249, CVE-2019-12308, CVE-2026-15920.
#[test]
fn an_address_that_is_a_program_is_text_and_no_link() {
    site(|app| {
        let (shop, somebody) = customers(app);
        let people = [app.superuser(), app.role(Role::Finance)];
        for script in SCRIPTS {
            app.test
                .db
                .write_blocking(|connection| {
                    diesel::update(company::table.find(shop)).set(company::website.eq(script)).execute(connection)?;
                    Ok(diesel::update(contact::table.find(somebody)).set(contact::linkedin_url.eq(script)).execute(connection)?)
                })
                .unwrap();
            for person in &people {
                for path in [format!("company/{shop}/change/"), format!("contact/{somebody}/change/"), "company/".into(), "contact/".into()]
                {
                    let page = person.open(&format!("{ADMIN}{path}"));
                    for link in ["href", "src", "action", "formaction"].iter().flat_map(|name| page.attributes("*", name)) {
                        assert!(link.starts_with(['/', '#', '?']) || link.is_empty() || link.starts_with("https://"), "{path}: {link:?}");
                        assert!(!link.contains("alert") && !link.contains("msgbox"), "{path}: {link:?}");
                    }
                    assert!(!page.has("[onmouseover]") && !page.texts("script").iter().any(|text| text.contains("alert")), "{path}");
                }
            }
        }
    });
}

/// CVE-2010-4534, CVE-2014-0483: what is not offered is not asked of the database.
#[test]
fn lists_are_filtered_and_sorted_by_what_they_offer_alone() {
    site(|app| {
        let person = app.superuser();
        add_segment(&person, "Somebody's", "active");
        for list in ["company/", "contact/", "contract/", "customersegment/"] {
            let plain = person.open(&format!("{ADMIN}{list}")).texts("#result_list tbody tr");
            for name in
                ["created_by__password__startswith", "password__startswith", "owner__username", "id__gt", "_to_field", "name__regex"]
            {
                let answer = person.get(&format!("{ADMIN}{list}?{name}=a"));
                assert_eq!((answer.status, answer.location()), (303, &*format!("{ADMIN}{list}?e=1")), "{list}?{name}");
            }
            for order in ["password", "created_by__password", "-99", "1;DROP TABLE auth_user", "1e9"] {
                let answer = person.get(&format!("{ADMIN}{list}?o={order}"));
                assert_eq!((answer.status, answer.texts("#result_list tbody tr")), (200, plain.clone()), "{list}?o={order}");
            }
        }
    });
}

/// CVE-2026-4277, CVE-2026-4292, CVE-2026-87975, CVE-2019-19118: rows that the page never offered are neither changed nor made.
#[test]
fn what_a_page_did_not_offer_is_not_changed_by_posting_it() {
    site(|app| {
        let (owner, sales, finance) = (app.staff(), app.staff(), app.role(Role::Finance));
        let (hidden, seen) = (add_segment(&owner, "Hidden", "paused"), add_segment(&owner, "Seen", "active"));
        let (shop, somebody) = customers(app);
        let (hidden, seen, unknown) = (hidden.to_string(), seen.to_string(), Id::new().to_string());
        let list = format!("{ADMIN}customersegment/");
        let token = |person: &Person<'_>| person.open("/admin/").form_at("#logout-form").value("csrfmiddlewaretoken").unwrap().to_owned();
        let before = contents(&app.test);
        for person in [&sales, &finance] {
            let token = token(person);
            let post = |path: &str, fields: &[(&str, &str)]| -> Answer {
                let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrfmiddlewaretoken", &*token)]).collect();
                person.post(path, &fields)
            };
            for id in [&hidden, &seen, &unknown] {
                for action in ["archive", "pause", "delete_selected", "activate"] {
                    post(&list, &[("action", action), ("_selected_action", id), ("confirmed", "1"), ("post", "yes")]);
                }
                // As the rows of a formset, and as an editable list.
                let rows = [("form-TOTAL_FORMS", "2"), ("form-INITIAL_FORMS", "1"), ("form-0-id", &**id), ("form-0-status", "archived")];
                post(&list, &[&rows[..], &[("form-1-id", &*unknown), ("form-1-name", "Forged"), ("_save", "Save")]].concat());
                let change = format!("{list}{id}/change/");
                post(&change, &[("name", "Forged"), ("status", "archived"), ("segment_type", "dynamic"), ("_save", "Save")]);
                post(&change, &[("contacts-add", &*somebody.to_string()), ("add", &*somebody.to_string()), ("_save", "Save")]);
                post(&format!("{list}{id}/delete/"), &[("post", "yes")]);
            }
        }
        let token = token(&finance);
        for path in
            ["company/add/".to_owned(), format!("company/{shop}/change/"), format!("contact/{somebody}/delete/"), "contact/add/".into()]
        {
            let answer = finance.post(&format!("{ADMIN}{path}"), &[("name", "Forged"), ("post", "yes"), ("csrfmiddlewaretoken", &*token)]);
            assert_eq!(answer.status, 403, "{path}");
        }
        assert_eq!(contents(&app.test), before);
    });
}

/// The key, the owner and the dates of an object are no fields of its form.
#[test]
fn fields_that_a_form_does_not_have_are_not_taken() {
    site(|app| {
        let (person, other) = (app.staff(), app.staff());
        let (forged, owner) = (Id::new().to_string(), other.id.unwrap().to_string());
        let form = person.open(ADD).form().fill("name", "Mine").fill("filter_criteria", RULES);
        let form =
            form.and("id", &forged).and("created_by", &owner).and("created_by_id", &owner).and("times_used", "9").and("is_superuser", "on");
        assert_eq!(person.submit(&form).status, 303);
        let find = |connection: &mut _| {
            let columns = (segment::id, segment::created_by_id, segment::times_used);
            Ok(segment::table.filter(segment::name.eq("Mine")).select(columns).first::<(Id, Option<Id>, i32)>(connection)?)
        };
        let (id, created_by, times_used) = app.test.db.read_blocking(find).unwrap();
        assert_ne!(id.to_string(), forged);
        assert_eq!((created_by, times_used), (person.id, 0));
        let user = app.test.db.read_blocking(|connection| User::find_by_username(connection, &person.username)).unwrap();
        assert!(!user.is_superuser);
    });
}

/// CVE-2018-16984, CVE-2026-35192, CVE-2026-48588.
#[test]
fn no_page_shows_a_hash_and_no_cache_keeps_one() {
    site(|app| {
        let (shop, somebody) = customers(app);
        let mine = add_segment(&app.superuser(), "Seen", "active");
        for person in [app.anonymous(), app.superuser(), app.role(Role::Admin), app.role(Role::Tech)] {
            for url in routes::urls() {
                if !url.answers().iter().any(|(method, _)| method == "GET") {
                    continue;
                }
                let id = match url.pattern() {
                    pattern if pattern.contains("/customersegment/") => mine,
                    pattern if pattern.contains("/company/") => shop,
                    pattern if pattern.contains("/contact/") => somebody,
                    _ => person.id.unwrap_or_default(),
                };
                let path = url.pattern().replace("{id}", &id.to_string());
                let answer = person.get(&path);
                for secret in ["argon2", "pbkdf2", "$v=19$", "the secret of the tests"] {
                    assert!(!answer.body.contains(secret), "{path} shows {secret}");
                }
                if !answer.header("content-type").starts_with("text/csv") {
                    assert_eq!(answer.header("cache-control"), "no-store, private", "{path}");
                    let vary: Vec<&str> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
                    assert!(vary.join(", ").contains("Cookie"), "{path}: {vary:?}");
                }
                assert!(!answer.header("cache-control").contains("public"), "{path}");
            }
        }
    });
}

/// CVE-2026-3902: proxies and WSGI servers take one for the other.
#[test]
fn a_header_with_an_underscore_is_not_the_one_with_a_hyphen() {
    let app = TestApp::on(TestDb::new(Engine::Sqlite));
    add_user(&app.test, "somchai", Role::Sales);
    let browser = app.signed_in("somchai");
    let token = browser.token("/admin/");
    let send = |name: &str| {
        let browser = browser.copy();
        browser.send(browser.request(Method::POST, "/admin/password_change/").header(name, &token).form(&[("a", "b")])).status().as_u16()
    };
    assert_eq!((send("X_CSRFToken"), send("X-CSRFToken")), (403, 200));
    let other_site = reqwest::blocking::Client::new().post(app.url("/admin/login/"));
    let other_site = other_site.header("Sec_Fetch_Site", "same-origin").header("Origin", "https://evil.example");
    let answer = other_site.form(&[("a", "b")]).send().unwrap();
    assert_eq!(answer.status(), 403);
    assert!(answer.text().unwrap().contains("came from another site"));
}

/// What is short to write and long to work out, and texts of any length: CVE-2023-43665 (truncating), CVE-2023-23969
/// (`Accept-Language`), CVE-2024-24680 (separators between thousands), CVE-2024-38875 (links in texts), CVE-2024-41989
/// (decimals).
#[test]
fn absurd_numbers_and_lengths_are_answered_at_once() {
    site(|app| {
        let person = app.superuser();
        let segment = add_segment(&person, "Plain", "active");
        let (shop, somebody) = customers(app);
        let long = "9".repeat(6_000);
        let absurd =
            ["1e999999", "-1e999999", "1E+2147483648", "0x7fffffffffffffff", "NaN", "Infinity", "١٢٣", "999999999999999999999999", &long];
        for value in absurd {
            for list in ["company/", "contact/", "contract/", "customersegment/"] {
                for name in ["p", "o", "q", "all", "e", "created_at__gte", "is_active__exact", "status__exact"] {
                    at_once(&format!("{list}?{name}={value:.20}"), || person.get(&format!("{ADMIN}{list}?{name}={value}")));
                }
            }
            at_once("members", || person.get(&format!("{ADMIN}customersegment/{segment}/members/?p={value}")));
            let criteria = format!(r#"{{"rules":[{{"field":"company.location_count","operator":"equals","value":{value}}}]}}"#);
            let form = person.open(ADD).form().fill("name", value).fill("filter_criteria", &criteria).and("_save", "Save");
            at_once("criteria", || person.submit(&form));
        }
        for value in ["1e999999", "NaN", &"ก".repeat(200_000)] {
            for path in [format!("company/{shop}/change/"), format!("contact/{somebody}/change/"), "customersegment/add/".to_owned()] {
                let page = person.open(&format!("{ADMIN}{path}"));
                if !page.has("form[method=post]:not(#logout-form)") {
                    continue;
                }
                let form = page.form();
                let names: Vec<String> =
                    form.fields.iter().map(|(name, _)| name.clone()).filter(|name| name != "csrfmiddlewaretoken").collect();
                for name in names {
                    at_once(&format!("{path}: {name}"), || person.submit(&form.clone().fill(&name, value)));
                }
            }
        }
    });
}

/// The answer, which is not a failure of ours and did not take long to find.
#[track_caller]
fn at_once(what: &str, ask: impl FnOnce() -> Answer) {
    let begun = Instant::now();
    let answer = ask();
    assert!(answer.status < 500, "{what}: {}", answer.status);
    assert!(begun.elapsed() < Duration::from_secs(10), "{what} took {:?}", begun.elapsed());
}

/// CVE-2023-23969, CVE-2025-14550: a header of any length, and the same one again and again.
#[test]
fn absurd_headers_are_answered_at_once() {
    let app = TestApp::on(TestDb::new(Engine::Sqlite));
    add_user(&app.test, "somchai", Role::Sales);
    let browser = app.signed_in("somchai");
    for name in ["Accept-Language", "Accept-Encoding", "Accept", "Cookie", "X-Forwarded-For", "Referer", "If-None-Match", "Range"] {
        for value in ["a-".repeat(7_000), "en;q=0.1,".repeat(1_500), "\"".repeat(14_000), ",".repeat(14_000), "1e999999".to_owned()] {
            for path in ["/admin/", "/admin/login/", "/static/admin/css/base.css", "/readyz"] {
                let begun = Instant::now();
                let answer = browser.copy().send(browser.request(Method::GET, path).header(name, &value));
                assert!(answer.status().as_u16() < 500, "{name}: {value:.20} at {path}: {}", answer.status());
                assert!(begun.elapsed() < Duration::from_secs(5), "{name}: {value:.20} at {path} took {:?}", begun.elapsed());
            }
        }
        let begun = Instant::now();
        let many = (0..80).fold(browser.request(Method::GET, "/admin/"), |request, n| request.header(name, format!("a{n}")));
        let status = browser.copy().send(many).status().as_u16();
        assert!(status < 500 && begun.elapsed() < Duration::from_secs(5), "80 times {name}: {status}");
    }
}

proptest! {
    /// The same of numbers, whatever they are (CVE-2024-41989): a field takes what it can hold and refuses the rest.
    #[test]
    fn a_number_of_any_size_is_held_or_refused_at_once(digits in "-?[0-9]{1,40}", exponent in "(|[eE][+-]?[0-9]{1,12})", after in "(|[.][0-9]{0,40})") {
        let typed = format!("{digits}{after}{exponent}");
        let begun = Instant::now();
        for widget in [Widget::Integer(0, 2_147_483_647), Widget::Money] {
            let held = widget.read(&typed, chrono_tz::Tz::Asia__Bangkok);
            let length = held.as_ref().map_or(0, String::len);
            prop_assert!(length <= 14, "{typed} is held as {held:?}");
            prop_assert_eq!(held.is_err(), widget.problem(&typed, chrono_tz::Tz::Asia__Bangkok).is_some());
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(1), "{} took {:?}", typed, begun.elapsed());
    }
}

/// CVE-2024-45231: a page for anybody, a password reset above all, tells nobody which addresses and names are known. There is
/// none here, and those that are open to anybody answer alike.
#[test]
fn no_open_page_tells_whose_address_or_name_is_known() {
    site(|app| {
        let known = app.staff();
        let email = app.test.db.read_blocking(|connection| User::find_by_username(connection, &known.username)).unwrap().email;
        assert!(email.contains('@'));
        let said = |path: &str, typed: &str| {
            let browser = app.browser();
            let token = browser.token("/admin/login/");
            let names = ["username", "email", "old_password", "password", "password1", "password2"];
            let fields: Vec<(&str, &str)> = names.iter().map(|name| (*name, typed)).chain([("csrfmiddlewaretoken", &*token)]).collect();
            let answer = browser.post(path, &fields);
            let status = answer.status();
            (status, text_of(&answer.text().unwrap(), "#content").replace(typed, "…"))
        };
        for url in routes::urls().iter().filter(|url| url.answers().contains(&(Method::POST.as_str().parse().unwrap(), Access::Anyone))) {
            let path = url.pattern().replace("{token}", "made-up");
            let unknown = said(&path, "nobody@example.com");
            for typed in [&*email, &known.username] {
                assert_eq!(said(&path, typed), unknown, "{path}");
            }
        }
        for path in ["password_reset/", "password_reset/done/", "reset/MQ/set-password/"] {
            assert_eq!(app.anonymous().get(&format!("/admin/{path}")).location().split('?').next(), Some("/admin/login/"), "{path}");
            assert_eq!(known.get(&format!("/admin/{path}")).status, 404, "{path}");
        }
    });
}

/// CVE-2026-6873: what was signed for one purpose means nothing for another, and no letter can move from the one to the other.
#[test]
fn every_purpose_has_a_key_of_its_own() {
    let secret = config("http://127.0.0.1", |_| {}).secret_key;
    let purposes = ["session auth hash", "cookie key", "csrf cookie", "csrf secret of a user", "login failure"];
    let signed: BTreeSet<[u8; 32]> = purposes.iter().map(|purpose| keys::sign(&secret, purpose, b"1").unwrap()).collect();
    assert_eq!(signed.len(), purposes.len());
    let text = "csrf cookie1";
    let split: BTreeSet<[u8; 32]> = (0..=text.len()).map(|at| keys::sign(&secret, &text[..at], &text.as_bytes()[at..]).unwrap()).collect();
    assert_eq!(split.len(), text.len() + 1);
    // Each is used by one file alone.
    for purpose in purposes {
        let quoted = format!("\"{purpose}\"");
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let users = files_below(&src).into_iter().filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(&quoted))).count();
        assert_eq!(users, 1, "{purpose}");
    }
    let app = TestApp::on(TestDb::new(Engine::Sqlite));
    add_user(&app.test, "somchai", Role::Sales);
    let browser = app.browser();
    browser.get("/admin/login/");
    let anonymous = browser.cookies.lock().unwrap()["csrftoken"].clone();
    browser.cookies.lock().unwrap().insert("sessionid".into(), anonymous);
    assert_eq!(browser.greeted(), None);
    let signed_in = app.signed_in("somchai");
    let session = signed_in.cookies.lock().unwrap()["sessionid"].clone();
    let other = app.browser();
    let token = other.token("/admin/login/");
    other.cookies.lock().unwrap().insert("csrftoken".into(), session);
    assert_eq!(other.post("/admin/login/", &[("username", "somchai"), ("csrfmiddlewaretoken", &token)]).status(), 403);
}

/// The releases that concern an admin like this one.
const RELEASES: &[&str] = &[
    "2010-4534",
    "2013-0305",
    "2013-4249",
    "2014-0483",
    "2018-16984",
    "2019-12308",
    "2019-19118",
    "2023-23969",
    "2023-43665",
    "2024-24680",
    "2024-38875",
    "2024-39329",
    "2024-41989",
    "2024-45231",
    "2025-13473",
    "2025-14550",
    "2025-48432",
    "2026-15920",
    "2026-3902",
    "2026-4277",
    "2026-4292",
    "2026-6873",
    "2026-35192",
    "2026-48588",
    "2026-87975",
];

#[test]
fn each_release_is_named_by_the_test_that_is_for_it() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration");
    let files: Vec<String> = files_below(&tests).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let named = |text: &str, release: &str| {
        let name = format!("CVE-{release}");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let places = lines.iter().enumerate().filter(|(_, line)| line.starts_with("///") && line.contains(&name));
        // Its comment stands above a test.
        places.map(|(at, _)| lines[at..].iter().find(|line| !line.starts_with("///"))).any(|next| next == Some(&"#[test]"))
    };
    let missing: Vec<&&str> = RELEASES.iter().filter(|release| !files.iter().any(|text| named(text, release))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
