//! What every answer has, and what is refused before any page is asked.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use customer_segments::accounts::actor::Role;
use customer_segments::db::dialect::Engine;
use reqwest::Method;
use reqwest::blocking::Response;
use reqwest::header::HeaderMap;

use crate::support::app::PASSWORD;
use crate::support::browser::{Browser, add_user, text_of};
use crate::support::{TestApp, TestDb, on_engines};

/// A site on SQLite with one member of the staff, for what does not depend on the engine.
fn site() -> TestApp {
    let site = TestApp::on(TestDb::new(Engine::Sqlite));
    add_user(&site.test, "somchai", Role::Sales);
    site
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// Sends bytes as they are and gives the whole answer.
fn raw(site: &TestApp, request: &str) -> String {
    let mut stream = TcpStream::connect(site.url("").trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn every_answer_has_the_headers() {
    let site = site();
    let browser = site.signed_in("somchai");
    let other_site = browser.request(Method::POST, "/admin/logout/").header("Sec-Fetch-Site", "cross-site");
    let answers: Vec<(u16, Response)> = vec![
        (302, site.browser().get("/admin/")),
        (200, site.browser().get("/admin/login/")),
        (200, browser.get("/admin/")),
        (404, browser.get("/admin/nowhere/")),
        (404, browser.get("/nowhere/")),
        (404, browser.get("/static/nowhere.css")),
        (405, browser.get("/admin/logout/")),
        (301, browser.get("/admin/login")),
        (200, browser.get("/healthz")),
        (200, browser.get("/readyz")),
        (200, browser.get("/static/admin/css/base.css")),
        (403, browser.send(other_site)),
        (400, browser.send(browser.request(Method::GET, "/admin/").header("Host", "evil.example"))),
        (403, browser.post("/admin/login/", &[("username", "a")])),
    ];
    for (status, answer) in answers {
        let (url, headers) = (answer.url().path().to_owned(), answer.headers());
        assert_eq!(answer.status(), status, "{url}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("strict-transport-security", ""),
            ("server", ""),
            ("access-control-allow-origin", ""),
        ] {
            assert_eq!(header(headers, name), value, "{url}: {name}");
        }
        let policy = header(headers, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("unsafe"), "{url}: {policy}");
        assert!(header(headers, "permissions-policy").contains("camera=()"), "{url}");
        assert!(header(headers, "x-request-id").len() == 32, "{url}");
        if !url.starts_with("/static/") || status != 200 {
            assert_eq!(header(headers, "cache-control"), "no-store, private", "{url}");
            assert!(headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains("Cookie")), "{url}");
        }
    }
}

#[test]
fn over_https_cookies_are_bound_to_the_host_and_browsers_told_to_stay() {
    let site = TestApp::with(TestDb::new(Engine::Sqlite), |settings| {
        settings.public_url = Some("https://segments.example/".parse().unwrap());
        settings.allowed_hosts = vec!["127.0.0.1".into()];
    });
    add_user(&site.test, "somchai", Role::Sales);
    let browser = site.browser();
    let page = browser.get("/admin/login/");
    assert!(header(page.headers(), "strict-transport-security").starts_with("max-age=31536000"));
    let cookie = header(page.headers(), "set-cookie");
    assert!(cookie.starts_with("__Host-csrftoken=") && cookie.contains("Secure") && cookie.contains("Path=/"), "{cookie}");
    let answer = browser.sign_in("somchai", PASSWORD);
    let cookie = header(answer.headers(), "set-cookie");
    assert!(cookie.starts_with("__Host-sessionid="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(browser.greeted(), Some("somchai".into()));
    // An old browser says where a form comes from by its public address; over TLS, silence is no answer.
    let cookies = browser.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let token = browser.token("/admin/");
    let send = |origin: Option<&str>| {
        let request = reqwest::blocking::Client::new().post(site.url("/admin/logout/")).header("Cookie", &cookies);
        let request = origin.into_iter().fold(request, |request, origin| request.header("Origin", origin));
        request.form(&[("csrfmiddlewaretoken", &token)]).send().unwrap().status().as_u16()
    };
    assert_eq!((send(None), send(Some("http://segments.example")), send(Some("https://evil.example"))), (403, 403, 403));
    assert_eq!(send(Some("https://segments.example")), 200);
}

#[test]
fn a_strange_host_gets_nothing() {
    let site = site();
    for host in ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:1:2", "[::1", ""] {
        let answer = raw(&site, &format!("GET /admin/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        assert!(answer.starts_with("HTTP/1.1 400"), "{host}: {answer}");
        assert!(!answer.contains("evil.example"), "{answer}");
    }
    let twice = raw(&site, "GET /admin/ HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert!(twice.starts_with("HTTP/1.1 400"), "{twice}");
    let forwarded = raw(&site, "GET /admin HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n");
    assert!(forwarded.starts_with("HTTP/1.1 301") && !forwarded.contains("evil"), "{forwarded}");
    for path in ["/healthz", "/readyz"] {
        let answer = raw(&site, &format!("GET {path} HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn a_post_needs_a_page_of_this_site_and_its_token() {
    let site = site();
    let here = site.url("");
    let localhost = here.replace("127.0.0.1", "localhost");
    let browser = site.signed_in("somchai");
    let token = browser.token("/admin/");
    let send = |headers: &[(&str, &str)], token: Option<&str>| {
        let browser = browser.copy();
        let mut request = reqwest::blocking::Client::new().post(format!("{here}/admin/logout/"));
        let cookies = browser.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        request = request.header("Cookie", cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let fields: Vec<(&str, &str)> = token.map(|token| ("csrfmiddlewaretoken", token)).into_iter().collect();
        request.form(&fields).send().unwrap().status().as_u16()
    };
    let other = site.signed_in("somchai").token("/admin/");
    for (headers, right) in [
        (vec![("Sec-Fetch-Site", "same-origin")], true),
        (vec![("Sec-Fetch-Site", "same-site")], false),
        (vec![("Sec-Fetch-Site", "cross-site")], false),
        (vec![("Sec-Fetch-Site", "none")], false),
        (vec![("Sec-Fetch-Site", "cross-site"), ("Origin", here.as_str())], false),
        (vec![("Origin", "https://evil.example")], false),
        (vec![("Origin", "null")], false),
        (vec![("Origin", localhost.as_str())], false),
        (vec![("Referer", "https://evil.example/page")], false),
        (vec![("Origin", "https://evil.example"), ("Referer", here.as_str())], false),
    ] {
        for bad in [None, Some(""), Some("junk"), Some(other.as_str())] {
            assert_eq!(send(&headers, bad), 403, "{headers:?} with the token {bad:?}");
        }
        if !right {
            assert_eq!(send(&headers, Some(&token)), 403, "{headers:?}");
        }
    }
    assert_eq!(browser.greeted(), Some("somchai".into()), "nothing of all this did anything");
    for headers in [vec![("Sec-Fetch-Site", "same-origin")], vec![("Origin", here.as_str())], vec![("Referer", here.as_str())], vec![]] {
        let again = site.signed_in("somchai");
        let token = again.token("/admin/");
        let cookies = again.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let mut request = reqwest::blocking::Client::new().post(format!("{here}/admin/logout/")).header("Cookie", cookies.join("; "));
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        // The header that scripts use stands for the field.
        let answer = request.header("X-CSRFToken", &token).form(&[("a", "b")]).send().unwrap();
        assert_eq!(answer.status(), 200, "{headers:?}");
    }
}

#[test]
fn tokens_differ_on_every_page_and_hold_for_the_whole_session() {
    let site = site();
    let browser = site.signed_in("somchai");
    let (first, second) = (browser.token("/admin/"), browser.token("/admin/"));
    assert_ne!(first, second);
    assert_eq!(browser.post("/admin/logout/", &[("csrfmiddlewaretoken", &first)]).status(), 200);
}

#[test]
fn a_token_from_before_signing_in_is_of_no_use_afterwards() {
    let site = site();
    let browser = site.browser();
    let before = browser.token("/admin/login/");
    assert_eq!(browser.sign_in("somchai", PASSWORD).status(), 303);
    let answer = browser.post("/admin/logout/", &[("csrfmiddlewaretoken", &before)]);
    assert_eq!(answer.status(), 403);
    assert!(answer.text().unwrap().contains("before you last signed in or out"));
}

#[test]
fn a_cookie_that_we_did_not_sign_makes_no_token() {
    let site = site();
    let browser = site.browser();
    let token = browser.token("/admin/login/");
    let signed = browser.cookies.lock().unwrap()["csrftoken"].clone();
    for forged in ["", "junk", "junk.junk", signed.split('.').next().unwrap(), &format!("{signed}x"), &format!("A{}", &signed[1..])] {
        browser.cookies.lock().unwrap().insert("csrftoken".into(), forged.into());
        let fields = [("username", "somchai"), ("password", PASSWORD), ("csrfmiddlewaretoken", token.as_str())];
        let expected = if forged == signed { 303 } else { 403 };
        assert_eq!(browser.post("/admin/login/", &fields).status(), expected, "{forged}");
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn an_address_without_its_slash_leads_to_the_one_with_it() {
    let site = site();
    let browser = site.signed_in("somchai");
    for (path, location) in [("/admin", "/admin/"), ("/admin/login?next=/a%20b", "/admin/login/?next=/a%20b")] {
        let answer = browser.get(path);
        assert_eq!((answer.status().as_u16(), header(answer.headers(), "location")), (301, location.to_owned()));
    }
    assert_eq!(browser.get("/admin/nowhere").status(), 404);
    assert_eq!(browser.get("//evil.example/admin").status(), 404);
    assert_eq!(browser.post("/admin", &[]).status(), 404);
}

#[test]
fn an_unknown_page_is_told_in_the_frame_to_staff_and_not_at_all_to_others() {
    let site = site();
    let html = site.signed_in("somchai").get("/admin/nowhere/").text().unwrap();
    assert_eq!((text_of(&html, "h1"), text_of(&html, "#user-tools strong")), ("Page not found".into(), "somchai".into()));
    assert!(html.contains("There is nothing here, or it is not yours to see."));
    assert_eq!(site.browser().get("/admin/nowhere/").status(), 302);
}

#[test]
fn scripts_are_told_in_json() {
    let site = site();
    let ask = |browser: &Browser, path: &str| browser.send(browser.request(Method::GET, path).header("Accept", "application/json"));
    let answer = ask(&site.signed_in("somchai"), "/admin/nowhere/");
    assert_eq!((answer.status().as_u16(), header(answer.headers(), "content-type")), (404, "application/problem+json".into()));
    let document: serde_json::Value = answer.json().unwrap();
    assert_eq!((document["status"].as_u64(), document["title"].as_str()), (Some(404), Some("Not Found")));
    assert_eq!(ask(&site.browser(), "/admin/").status(), 401);
}

#[test]
fn bodies_are_bounded_and_understood_or_refused_with_a_sentence() {
    let site = site();
    let browser = site.signed_in("somchai");
    let token = browser.token("/admin/");
    let send = |body: Vec<u8>, kind: &str| {
        let request = browser.request(Method::POST, "/admin/logout/").header("Content-Type", kind).header("X-CSRFToken", &token);
        let answer = browser.copy().send(request.body(body));
        (answer.status().as_u16(), text_of(&answer.text().unwrap(), "#content-main"))
    };
    for (body, kind, status, words) in [
        (vec![b'a'; 2_700_000], FORM, 413, "larger than 2.5 MB"),
        ("a=1&".repeat(1001).into_bytes(), FORM, 413, "more than 1000 fields"),
        (b"{}".to_vec(), "application/json", 400, "must be application/x-www-form-urlencoded"),
        (b"a=%00".to_vec(), FORM, 400, "NUL"),
        (b"a=%ff%fe".to_vec(), FORM, 400, "UTF-8"),
        (b"\xff\xfe=\xff".to_vec(), FORM, 400, "UTF-8"),
        (b"a=%ed%a0%80".to_vec(), FORM, 400, "UTF-8"),
    ] {
        let (found, text) = send(body, kind);
        assert_eq!(found, status, "{text}");
        assert!(text.contains(words), "{text}");
    }
    // Whatever else comes is never a failure of ours.
    for body in [&b"&&&&"[..], b"=", b"a", b"%", b"a=%zz"] {
        let (status, text) = send(body.to_vec(), FORM);
        assert!(status < 500, "{body:?}: {text}");
    }
}

#[test]
fn a_refused_body_says_so_before_and_after_signing_in() {
    let site = site();
    let browser = site.browser();
    let token = browser.token("/admin/login/");
    let request = browser.request(Method::POST, "/admin/login/").header("X-CSRFToken", token);
    let answer = browser.send(request.header("Content-Type", "application/x-www-form-urlencoded").body("username=a&username=b"));
    assert_eq!(answer.status(), 400);
    assert!(answer.text().unwrap().contains("The form could not be understood"));
}

#[test]
fn when_the_database_is_away_pages_say_so_and_come_back() {
    let site = site();
    let test = &site.test;
    let browser = site.signed_in("somchai");
    test.run("PRAGMA query_only = OFF; ALTER TABLE segments_session RENAME TO away");
    let answer = browser.get("/admin/");
    assert!(answer.status().is_server_error(), "{}", answer.status());
    assert!(header(answer.headers(), "content-security-policy").contains("default-src"));
    let html = answer.text().unwrap();
    assert!(!html.contains("segments_session") && !html.contains("SELECT"), "{html}");
    assert_eq!(site.browser().get("/healthz").status(), 200);
    test.run("PRAGMA query_only = OFF; ALTER TABLE away RENAME TO segments_session");
    assert_eq!(browser.greeted(), Some("somchai".into()));
}

#[test]
fn files_are_kept_for_a_year_under_their_version_and_asked_for_again_without() {
    let site = site();
    let browser = site.browser();
    let page = browser.page("/admin/login/");
    let link = page.select(&scraper::Selector::parse("link[rel=stylesheet]").unwrap()).next().unwrap();
    let versioned = link.attr("href").unwrap();
    assert!(versioned.starts_with("/static/admin/css/base.css?v="), "{versioned}");
    let answer = browser.get(versioned);
    assert_eq!(header(answer.headers(), "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header(answer.headers(), "content-type"), "text/css; charset=utf-8");
    assert!(answer.cookies().next().is_none());
    let answer = browser.get("/static/admin/css/base.css?v=old");
    assert_eq!(header(answer.headers(), "cache-control"), "public, no-cache");
    let tag = header(answer.headers(), "etag");
    let request = browser.request(Method::GET, "/static/admin/css/base.css").header("If-None-Match", tag);
    assert_eq!(browser.send(request).status(), 304);
    for path in ["/static/", "/static/../Cargo.toml", "/static/%2e%2e/Cargo.toml", "/static/admin/css/", "/static/admin/css/base.css/"] {
        assert_eq!(browser.get(path).status(), 404, "{path}");
    }
}

#[test]
fn health_and_readiness_are_told_without_details() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        let test = &site.test;
        assert_eq!(site.browser().get("/healthz").text().unwrap(), "ok\n");
        assert_eq!(site.browser().get("/readyz").text().unwrap(), "ready\n");
        test.run("DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)");
        let answer = site.browser().get("/readyz");
        assert_eq!((answer.status().as_u16(), answer.text().unwrap()), (503, "migrations are pending\n".into()));
        assert_eq!(site.browser().get("/healthz").status(), 200);
    });
}
