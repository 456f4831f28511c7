//! The permission matrix of the API: everybody × every URL × every method × one's own objects and others'. What the pages forbid
//! the API forbids, by the same page of permissions (`permissions`); it asks for no more than that one may sign in.

use customer_segments::accounts::access::Access;
use customer_segments::db::Id;
use customer_segments::routes;
use customer_segments::server::url::Url;
use reqwest::Method;
use reqwest::blocking::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, ORIGIN};
use serde_json::json;

use crate::permissions::{Everybody, Outcome, Person, Who, Whose, kinds_of};
use crate::support::api::{Api, Told};
use crate::support::{TestDb, on_engines};

/// URLs that anybody may use, and those of whoever is signed in: each with why it is open.
const OPEN: &[(&str, Access)] = &[
    ("/api/v1/auth/login/", Access::Anyone),
    ("/api/v1/auth/refresh/", Access::Anyone),
    ("/api/v1/auth/logout/", Access::Anyone),
    ("/api/v1/auth/me/", Access::Staff),
    ("/api/v1/openapi.json", Access::Anyone),
    ("/api/v1/docs/", Access::Anyone),
    ("/api/v1/docs/{file}", Access::Anyone),
];

/// The model of a URL's objects, by its name in the admin.
fn model(pattern: &str) -> &str {
    match pattern.strip_prefix("/api/v1/").and_then(|rest| rest.split('/').next()) {
        Some("segments" | "fields") => "customersegment",
        Some("companies") => "company",
        Some("contacts") => "contact",
        Some("contracts") => "contract",
        Some("auth" | "openapi.json" | "docs") => "",
        other => panic!("{pattern}: tell this test what {other:?} is"),
    }
}

fn expected(everybody: &Everybody, who: Who, url: &Url, access: Access, whose: Option<Whose>) -> Outcome {
    let Some((permission, _)) = access.required() else {
        return if who == Who::Stranger && access != Access::Anyone { Outcome::SignIn } else { Outcome::LetIn };
    };
    // Whoever is no longer of the staff is an Admin here all the same.
    let who = if who == Who::NotStaff { Who::Of(customer_segments::accounts::Role::Admin) } else { who };
    match who {
        Who::Stranger => Outcome::SignIn,
        _ if !everybody.may(who, permission, model(url.pattern())) => Outcome::Refused,
        _ => whose.map_or(Outcome::LetIn, |whose| who.meets(permission, model(url.pattern()), whose)),
    }
}

fn found(told: &Told) -> Outcome {
    match told.status {
        401 => Outcome::SignIn,
        403 => Outcome::Refused,
        404 => Outcome::Unknown,
        200..=299 | 400 | 409 | 501 => Outcome::LetIn,
        status => panic!("{status}: {}", told.body),
    }
}

/// Asks for everything as everybody.
fn walk(everybody: &Everybody) {
    let mut wrong = Vec::new();
    for person in &everybody.people {
        let api = signed_in(everybody, person);
        for url in routes::api_urls() {
            for (method, access) in url.answers().iter().filter(|(method, _)| *method != "HEAD") {
                // A failed sign-in is no matter of rights.
                if url.pattern() == "/api/v1/auth/login/" {
                    continue;
                }
                let is_named = url.pattern().contains("{id}");
                for whose in kinds_of(if is_named { model(url.pattern()) } else { "" }, is_named, person.who) {
                    let id = whose.map_or_else(Id::new, |whose| everybody.object_of(model(url.pattern()), person, whose));
                    let path = url.pattern().replace("{id}", &id.to_string()).replace("{file}", "index.css");
                    let told = ask(everybody, api.as_ref(), method.as_str(), &path);
                    let (found, expected) = (found(&told), expected(everybody, person.who, &url, *access, whose));
                    if found != expected {
                        wrong.push(format!("{:?}: {method} {path} of {whose:?}: {found:?}, not {expected:?}", person.who));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn signed_in<'a>(everybody: &'a Everybody, person: &Person) -> Option<Api<'a>> {
    let user = crate::support::browser::user(&everybody.app.test, person.id?);
    Some(everybody.app.api(&user.username))
}

fn ask(everybody: &Everybody, api: Option<&Api<'_>>, method: &str, path: &str) -> Told {
    let method: Method = method.parse().unwrap();
    let request = match api {
        Some(api) => api.request(method.clone(), path.trim_start_matches("/api/v1/")),
        None => Client::new().request(method.clone(), everybody.app.url(path)),
    };
    Told::of(if method == Method::GET { request } else { request.json(&json!({})) })
}

#[test]
fn every_url_of_the_api_answers_everybody_as_the_permission_page_says() {
    on_engines(|engine| walk(&Everybody::on(TestDb::new(engine))));
}

#[test]
fn beside_the_crm_every_url_of_the_api_answers_everybody_as_the_permission_page_says() {
    if let Some(everybody) = Everybody::beside_the_crm() {
        walk(&everybody);
    }
}

#[test]
fn every_url_of_the_api_asks_for_a_right_or_is_known_to_be_open() {
    for url in routes::api_urls() {
        for (method, access) in url.answers() {
            let is_known = access.required().is_some() || OPEN.contains(&(url.pattern(), *access));
            assert!(is_known, "{method} {}", url.pattern());
        }
    }
}

#[test]
fn other_methods_are_answered_with_those_there_are() {
    on_engines(|engine| {
        let app = crate::support::TestApp::on(TestDb::new(engine));
        for url in routes::api_urls() {
            let there: Vec<&str> = url.answers().iter().map(|(method, _)| method.as_str()).collect();
            let path = url.pattern().replace("{id}", &Id::new().to_string());
            for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
                if !there.contains(&method) {
                    let told = Told::of(Client::new().request(method.parse().unwrap(), app.url(&path)));
                    assert_eq!(told.status, if method == "OPTIONS" { 204 } else { 405 }, "{method} {path}");
                    assert_eq!(told.header("allow"), there.join(", "), "{method} {path}");
                }
            }
        }
    });
}

#[test]
fn a_browser_may_use_the_api_with_its_session_from_a_page_of_this_site_alone() {
    on_engines(|engine| {
        let app = crate::support::TestApp::on(TestDb::new(engine));
        let username = app.user(customer_segments::accounts::Role::Sales, |_| {});
        let browser = app.signed_in(&username);
        assert_eq!(browser.get("/api/v1/auth/me/").status(), 200);
        let body = json!({"name": "List", "segment_type": "static"});
        let (token, here) = (browser.token("/admin/"), app.url(""));
        let send = |token: Option<&str>, origin: &str| {
            // In the place of what the browser says of itself.
            let site = if origin == here { "same-origin" } else { "cross-site" };
            let site = (HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static(site));
            let headers = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_str(origin).unwrap()), site]);
            let request = browser.request(Method::POST, "/api/v1/segments/").json(&body).headers(headers);
            let request = if let Some(token) = token { request.header("X-CSRFToken", token) } else { request };
            browser.send(request).status().as_u16()
        };
        assert_eq!(send(None, &here), 403, "without the token of a page");
        assert_eq!(send(Some(&token), "https://evil.example"), 403, "from another site");
        assert_eq!(send(Some(&token), &here), 201);
        let sign_in = json!({"username": username, "password": crate::support::app::PASSWORD});
        let signed_in = browser.send(browser.request(Method::POST, "/api/v1/auth/login/").json(&sign_in));
        assert_eq!(signed_in.status(), 200, "a session is in nobody's way who signs in");
    });
}

#[test]
fn pages_of_other_sites_use_the_api_with_a_token_where_the_settings_name_them() {
    on_engines(|engine| {
        let settings =
            |settings: &mut customer_segments::config::Settings| settings.cors_allowed_origins = vec!["https://crm.example.com".into()];
        let app = crate::support::TestApp::with(TestDb::new(engine), settings);
        let ask = |origin: &str| {
            let request = Client::new().request(Method::OPTIONS, app.url("/api/v1/segments/")).header("origin", origin);
            let request = request.header("access-control-request-method", "PATCH");
            Told::of(request.header("access-control-request-headers", "authorization, content-type, if-match"))
        };
        let allowed = ask("https://crm.example.com");
        assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (200, "https://crm.example.com"));
        assert!(allowed.header("access-control-allow-methods").contains("PATCH"));
        assert!(allowed.header("access-control-allow-credentials").is_empty(), "never with cookies");
        assert_eq!(ask("https://evil.example").header("access-control-allow-origin"), "");
        let api = app.api(&app.user(customer_segments::accounts::Role::Sales, |_| {}));
        let told = Told::of(api.request(Method::GET, "segments/").header("origin", "https://crm.example.com"));
        assert_eq!((told.status, told.header("access-control-allow-origin")), (200, "https://crm.example.com"));
        assert!(told.header("access-control-expose-headers").to_lowercase().contains("etag"));
        let refused = Told::of(api.request(Method::GET, "segments/x/").header("origin", "https://crm.example.com"));
        assert_eq!(refused.header("access-control-allow-origin"), "https://crm.example.com", "failures can be read as well");
    });
}
