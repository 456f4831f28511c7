//! The document of the API: it tells every address and method there is, its examples are good, and its page needs no other site.

use std::collections::BTreeSet;

use customer_segments::accounts::Role;
use customer_segments::customers::sample;
use customer_segments::routes;
use reqwest::Method;
use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::support::api::{Api, Told};
use crate::support::app::PASSWORD;
use crate::support::{TestApp, TestDb, on_engines};

/// What is no use of the API: the files of the page that shows it.
const UNTOLD: &str = "/api/v1/docs/{file}";

fn document(app: &TestApp) -> Value {
    Told::of(Client::new().get(app.url("/api/v1/openapi.json"))).good(200)
}

/// Each method of each address that the document tells.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let of_path = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().clone();
        let path = path.clone();
        methods.into_iter().map(move |(method, operation)| (method.to_uppercase().parse().unwrap(), path.clone(), operation))
    };
    document["paths"].as_object().unwrap().iter().flat_map(of_path).collect()
}

#[test]
fn it_tells_every_address_and_method_of_the_table_and_no_other() {
    let app = TestApp::on(TestDb::new(customer_segments::db::dialect::Engine::Sqlite));
    let document = document(&app);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    let told: BTreeSet<String> = operations(&document).iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let urls = routes::api_urls();
    let known = urls.iter().filter(|url| url.pattern() != UNTOLD).flat_map(|url| {
        let methods = url.answers().iter().filter(|(method, _)| method != Method::HEAD.as_str());
        methods.map(move |(method, _)| format!("{method} {}", url.pattern()))
    });
    assert_eq!(told, known.collect());
}

#[test]
fn every_operation_says_what_it_does_who_may_and_what_it_answers() {
    let app = TestApp::on(TestDb::new(customer_segments::db::dialect::Engine::Sqlite));
    let document = document(&app);
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{place}");
        assert!(names.insert(operation["operationId"].to_string()), "{place}: {} twice", operation["operationId"]);
        let answers = operation["responses"].as_object().unwrap();
        let is_open = operation["security"] == json!([]);
        assert_eq!(answers.contains_key("401") || path.ends_with("logout/"), !is_open || path.contains("/auth/"), "{place}");
        assert!(answers.keys().any(|status| status.starts_with('2')) || path.ends_with("enroll_in_sequence/"), "{place}");
        for parameter in operation["parameters"].as_array().unwrap_or(&Vec::new()) {
            assert!(parameter["description"].as_str().is_some_and(|about| !about.is_empty()), "{place}: {parameter}");
            let is_needed = parameter["in"] == json!("path") || path.ends_with("/explain/") && parameter["name"] == json!("contact");
            assert_eq!(parameter["required"].as_bool().unwrap_or_default(), is_needed, "{place}: {parameter}");
        }
    }
}

/// The keys by which the examples are tried.
struct Keys {
    segment: String,
    list: String,
    contact: String,
    company: String,
    contract: String,
}

fn keys(api: &Api<'_>) -> Keys {
    let first = |path: &str| api.get(path).good(200)["results"][0]["id"].as_str().unwrap().to_owned();
    let make = |body: &Value| api.post("segments/", body).good(201)["id"].as_str().unwrap().to_owned();
    let rules = json!({"match_type": "all", "rules": [{"field": "company.country", "operator": "is_not_empty"}]});
    Keys {
        segment: make(&json!({"name": "By rules", "filter_criteria": rules})),
        list: make(&json!({"name": "By hand", "segment_type": "static"})),
        contact: first("contacts/"),
        company: first("companies/"),
        contract: first("contracts/"),
    }
}

impl Keys {
    fn fill(&self, path: &str) -> String {
        let key = match path {
            _ if path.contains("static_members") => &self.list,
            _ if path.contains("/contacts/") => &self.contact,
            _ if path.contains("/companies/") => &self.company,
            _ if path.contains("/contracts/") => &self.contract,
            _ => &self.segment,
        };
        path.replace("{id}", key)
    }
}

#[test]
fn each_example_of_it_does_what_it_says() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        sample::fill(&app.test.db, &app.test.clock, 300).unwrap();
        let username = app.user(Role::Admin, |_| {});
        let api = app.api(&username);
        let keys = keys(&api);
        let (mut operations, mut wrong) = (operations(&document(&app)), Vec::new());
        // What others need is deleted last, and whoever signs out is out.
        operations.sort_by_key(|(method, path, _)| (path.contains("logout"), method == Method::DELETE));
        for (method, path, operation) in operations {
            let mut body = operation["requestBody"]["content"]["application/json"]["example"].clone();
            assert_eq!(body.is_null(), operation["requestBody"].is_null(), "{method} {path} has a body and no example of it");
            // Nobody can guess these.
            for (name, value) in [("username", &username), ("password", &PASSWORD.to_owned()), ("refresh", &api.refresh)] {
                if body.get(name).is_some() {
                    body[name] = value.as_str().into();
                }
            }
            let query = if path.ends_with("explain/") { format!("?contact={}", keys.contact) } else { String::new() };
            let asked = api.request(method.clone(), &(keys.fill(&path).replace("/api/v1/", "") + &query));
            let told = Told::of(if body.is_null() { asked } else { asked.json(&body) });
            let expected = if path.ends_with("enroll_in_sequence/") { 501 } else { told.status };
            let is_good = (200..300).contains(&expected) || expected == 501;
            if !is_good || operation["responses"].get(told.status.to_string()).is_none() {
                wrong.push(format!("{method} {path}: {} {}", told.status, told.body));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

fn attributes<'a>(page: &'a scraper::Html, name: &'static str) -> Vec<&'a str> {
    let any = scraper::Selector::parse(&format!("[{name}]")).unwrap();
    page.select(&any).filter_map(|element| element.value().attr(name)).collect()
}

#[test]
fn the_page_of_it_is_made_of_files_of_this_site_alone() {
    let app = TestApp::on(TestDb::new(customer_segments::db::dialect::Engine::Sqlite));
    let page = Told::of(Client::new().get(app.url("/api/v1/docs/")));
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("script-src 'self';") && policy.contains("style-src 'self' 'unsafe-inline'"), "{policy}");
    let body = page.good(200).as_str().unwrap().to_owned();
    let page = scraper::Html::parse_document(&body);
    let files: Vec<&str> = ["src", "href"].into_iter().flat_map(|name| attributes(&page, name)).collect();
    assert!(files.len() > 4 && files.iter().all(|file| !file.contains("//")), "{files:?}");
    for file in files {
        let told = Told::of(Client::new().get(app.url(&format!("/api/v1/docs/{}", file.trim_start_matches("./")))));
        assert_eq!(told.status, 200, "{file}");
    }
    let start = Told::of(Client::new().get(app.url("/api/v1/docs/swagger-initializer.js"))).good(200);
    assert!(start.as_str().unwrap().contains("/api/v1/openapi.json"), "{start}");
    let elsewhere = Told::of(Client::new().get(app.url("/admin/login/")));
    assert!(!elsewhere.header("content-security-policy").contains("unsafe-inline"), "that page alone");
    assert_eq!(Told::of(Client::new().get(app.url("/api/v1/docs/nothing.js"))).status, 404);
}
