//! Lists over the API, and what it tells of a segment besides: why somebody is in, what was done with it, which fields there are.

use customer_segments::accounts::Role;
use customer_segments::customers::sample;
use customer_segments::db::Id;
use reqwest::Method;
use serde_json::{Value, json};

use crate::campaign;
use crate::support::api::{Api, Told, keys};
use crate::support::{TestApp, TestDb, on_engines};

struct World {
    /// Contacts, by name.
    people: Vec<Value>,
    /// A list of nobody.
    list: String,
}

fn with_a_list(test: impl Fn(&TestApp, &Api<'_>, &World)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        sample::fill(&app.test.db, &app.test.clock, 300).unwrap();
        let api = app.api(&app.user(Role::Sales, |_| {}));
        let everybody = json!({"name": "Everybody", "filter_criteria": rules("company.country", "is_not_empty", &Value::Null)});
        let everybody = api.post("segments/", &everybody).good(201);
        let people = api.get(&format!("segments/{}/members/", everybody["id"].as_str().unwrap())).good(200);
        let list = api.post("segments/", &json!({"name": "List", "segment_type": "static"})).good(201);
        let world =
            World { people: people["results"].as_array().unwrap().clone(), list: format!("segments/{}/", list["id"].as_str().unwrap()) };
        test(&app, &api, &world);
    });
}

fn rules(field: &str, operator: &str, value: &Value) -> Value {
    let mut rule = json!({"field": field, "operator": operator});
    if !value.is_null() {
        rule["value"] = value.clone();
    }
    json!({"entity": "contact", "match_type": "all", "rules": [rule]})
}

#[test]
fn contacts_and_companies_come_onto_a_list_and_off_it_and_are_told() {
    with_a_list(|app, api, world| {
        let (at, person) = (format!("{}static_members/", world.list), |place: usize| world.people[place]["id"].clone());
        let company = world.people[9]["company"].clone();
        let sent = json!({"add_contacts": [person(0), person(1), Id::new()], "add_companies": [company]});
        let told = api.patch(&at, &sent).good(200);
        assert_eq!(keys(&told), ["contacts", "companies", "member_count", "batch"]);
        assert_eq!(told["contacts"], json!({"added": 2, "removed": 0, "already": 0, "unknown": 1, "never": 0}));
        assert_eq!(told["companies"], json!({"added": 1, "removed": 0, "already": 0, "unknown": 0, "never": 0}));
        assert!(told["member_count"].as_i64().unwrap() >= 3, "the company stands for its contacts: {told}");
        let version = api.get(&world.list).header("etag").to_owned();
        app.test.set_now(app.test.clock.now() + chrono::TimeDelta::seconds(1));
        let sent = json!({"add_contacts": [person(2), person(2)], "remove_contacts": [person(3), Id::new()]});
        let twice = api.patch(&at, &sent);
        let now = [api.get(&world.list), api.get(&at)].map(|shown| shown.header("etag").to_owned());
        assert_eq!(now, [twice.header("etag"), twice.header("etag")], "each tells the version that may be changed next");
        assert_eq!(twice.good(200)["contacts"], json!({"added": 1, "removed": 0, "already": 0, "unknown": 1, "never": 0}));
        let late = |method: Method, at: &str| {
            Told::of(api.request(method, at).header("if-match", &version).json(&json!({"remove_contacts": [person(2)]}))).status
        };
        assert_eq!((late(Method::PATCH, &at), late(Method::DELETE, &world.list)), (412, 412), "whom a list names is its version too");
        api.patch(&at, &json!({"remove_contacts": [person(2)]})).good(200);
        let again = api.patch(&at, &json!({"add_contacts": [person(0)], "remove_contacts": [person(1)]})).good(200);
        assert_eq!(again["contacts"], json!({"added": 0, "removed": 1, "already": 1, "unknown": 0, "never": 0}));
        let listed = api.get(&at).good(200);
        assert_eq!((&listed["count"], &listed["next"]), (&json!(1), &Value::Null));
        let row = &listed["results"][0];
        assert_eq!(keys(row), ["kind", "id", "name", "not_member", "added_by", "added_at", "how", "note"]);
        assert_eq!((&row["id"], &row["how"], &row["kind"]), (&person(0), &json!("api"), &json!("contact")));
        let companies = api.get(&format!("{at}?kind=companies")).good(200);
        assert_eq!(companies["results"][0]["id"], company);
    });
}

#[test]
fn all_that_rules_match_come_onto_a_list_without_that_a_key_travels() {
    with_a_list(|_, api, world| {
        let at = format!("{}static_members/", world.list);
        let matching = json!({"add_matching": rules("company.country", "equals", &world_country())});
        let told = api.patch(&at, &matching).good(200);
        let added = told["contacts"]["added"].as_i64().unwrap();
        assert!(added > 0 && told["member_count"].as_i64().unwrap() <= added, "{told}");
        let twice = api.patch(&at, &matching).good(200);
        assert_eq!((&twice["contacts"]["added"], &twice["contacts"]["already"]), (&json!(0), &json!(added)));
        let broken = api.patch(&at, &json!({"add_matching": rules("odd", "equals", &json!("x"))}));
        assert_eq!((broken.status, &broken.body["errors"][0]["pointer"]), (400, &json!("/add_matching/rules/0/field")));
    });
}

fn world_country() -> Value {
    json!("Thailand")
}

#[test]
fn what_cannot_be_listed_is_refused_and_changes_nothing() {
    with_a_list(|app, api, world| {
        let at = format!("{}static_members/", world.list);
        for (body, field) in [
            (json!({}), "non_field_errors"),
            (json!({"add_contacts": "x"}), "add_contacts"),
            (json!({"add_contacts": ["x"]}), "add_contacts"),
            (json!({"remove_companies": [7]}), "remove_companies"),
            (json!({"add_contacts": vec![Id::new(); 10_001]}), "add_contacts"),
            (json!({"add_contacts": [world.people[0]["id"]], "remove_contacts": [world.people[0]["id"]]}), "remove_contacts"),
        ] {
            let told = api.patch(&at, &body);
            assert_eq!(told.status, 400, "{field}");
            assert!(told.body[field].is_array(), "{}", told.body);
        }
        let told = api.patch(&at, &json!({"add_contacts": ["x"]}));
        assert_eq!(told.body["errors"].as_array().unwrap().len(), 1, "that alone is wrong: {}", told.body);
        assert_eq!(api.patch(&at, &json!({"add_contacts": []})).good(200)["contacts"]["added"], json!(0), "nothing to do is fine");
        for path in [format!("{at}?odd=1"), format!("{}mark_used/?odd=1", world.list), "contacts/x/?odd=1".into()] {
            let method = if path.starts_with("contacts") {
                Method::GET
            } else if path.contains("mark") {
                Method::POST
            } else {
                Method::PATCH
            };
            let told = Told::of(api.request(method, &path).json(&json!({"campaign": "x", "add_contacts": []})));
            assert_eq!(told.status, if path.starts_with("contacts") { 404 } else { 400 }, "{path}");
        }
        assert_eq!(api.get("contacts/?errors=1&odd=1").says("odd").0, 400);
        assert!(api.get("contacts/?errors=1").body["errors"][0]["pointer"].is_string(), "a parameter takes no key of the problem");
        assert_eq!(api.get(&format!("{at}?odd=1")).says("odd"), (400, json!(["“odd” is no parameter of this address."])));
        assert_eq!(api.get(&format!("{at}?kind=odd")).status, 400);
        let stranger = app.api(&app.user(Role::Tech, |_| {}));
        assert_eq!(stranger.patch(&at, &json!({"add_contacts": [world.people[0]["id"]]})).status, 403);
        let dynamic =
            api.post("segments/", &json!({"name": "Rules", "filter_criteria": rules("name", "is_not_empty", &Value::Null)})).good(201);
        let of_rules = format!("segments/{}/static_members/", dynamic["id"].as_str().unwrap());
        assert_eq!(api.patch(&of_rules, &json!({"add_contacts": [world.people[0]["id"]]})).status, 409);
        assert_eq!(api.get(&at).good(200)["count"], json!(0));
    });
}

#[test]
fn why_somebody_is_in_or_not_is_told_rule_by_rule_and_of_a_list() {
    with_a_list(|_, api, world| {
        let person = &world.people[0];
        let named = json!({"name": "Named", "filter_criteria": rules("name", "equals", &person["name"])});
        let named = api.post("segments/", &named).good(201);
        let at = format!("segments/{}/explain/", named["id"].as_str().unwrap());
        let ask = |at: &str, contact: &Value| api.get(&format!("{at}?contact={}", contact.as_str().unwrap())).good(200);
        let told = ask(&at, &person["id"]);
        assert_eq!(
            (&told["is_member"], &told["rules"]["match_type"], &told["rules"]["rules"][0]["holds"]),
            (&json!(true), &json!("all"), &json!(true))
        );
        let other = world.people.iter().find(|other| other["name"] != person["name"]).unwrap();
        assert_eq!(ask(&at, &other["id"])["is_member"], json!(false));
        let of_list = ask(&format!("{}explain/", world.list), &person["id"]);
        assert_eq!((&of_list["is_member"], &of_list["listed"]), (&json!(false), &Value::Null));
        assert_eq!(api.get(&at).says("contact"), (400, json!(["Say which contact: ?contact=ID."])));
        assert_eq!(api.get(&format!("{at}?contact=x")).status, 400);
        assert_eq!(api.get(&format!("{at}?contact={}", Id::new())).status, 404);
    });
}

#[test]
fn history_fields_and_the_file_of_members_are_there() {
    with_a_list(|_, api, world| {
        api.patch(&format!("{}static_members/", world.list), &json!({"add_contacts": [world.people[0]["id"]]})).good(200);
        let file = api.get(&format!("{}members.csv?with_email=false", world.list));
        assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
        assert!(file.body.as_str().unwrap().contains(world.people[0]["id"].as_str().unwrap()));
        assert_eq!(api.get(&format!("{}members.csv?odd=1", world.list)).status, 400);
        let events = api.get(&format!("{}history/", world.list)).good(200);
        let actions: Vec<&str> = events["results"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["exported", "changed", "added"]);
        assert_eq!(keys(&events["results"][0]), ["id", "at", "by", "action", "message", "count_before", "count_after"]);
        let fields = api.get("fields/").good(200);
        assert_eq!(fields["entity"], json!("contact"));
        let country = fields["fields"].as_array().unwrap().iter().find(|field| field["path"] == "company.country").unwrap();
        assert_eq!(keys(country), ["path", "label", "type", "nullable", "operators", "choices"]);
        assert_eq!((&country["type"], &country["operators"][0]["name"]), (&json!("text"), &json!("equals")));
        assert!(api.get("fields/?entity=company").good(200)["fields"].as_array().unwrap().iter().any(|field| field["path"] == "country"));
        assert_eq!(api.get("fields/?entity=odd").status, 400);
    });
}

/// Longer than a key may be, were each of its letters written out.
const NAME: &str = "งานแสดงสินค้าเครื่องเสียงประจำปี 2569, ฉบับภาษาไทยที่ยาวมาก";

#[test]
fn the_example_sends_a_campaign_to_each_address_once_and_notes_it_once() {
    with_a_list(|app, api, _| {
        let found = api.get("segments/?search=Everybody").good(200)["results"][0].clone();
        let id = found["id"].as_str().unwrap();
        let addresses = api.get(&format!("segments/{id}/members.csv?with_email=true&one_per_address=true")).good(200);
        let site = campaign::Api { site: app.url(""), token: api.access.clone() };
        let mut sent = Vec::new();
        let (count, after) = campaign::run(&site, id, NAME, |address| sent.push(address.to_owned())).unwrap();
        assert!(count > 100, "{count}");
        assert_eq!((sent.len(), addresses.as_str().unwrap().trim().lines().count() - 1), (count, count));
        assert_eq!(after["times_used"], 1);
        let (_, again) = campaign::run(&site, id, NAME, |_| {}).unwrap();
        assert_eq!(again["times_used"], 1, "run again, it is the same campaign");
        api.patch(&format!("segments/{id}/"), &json!({"status": "archived"})).good(200);
        let archived = campaign::run(&site, id, "Too late", |_| panic!("nobody is written to")).unwrap_err();
        assert!(archived.to_string().contains("is archived"), "{archived}");
        let refused = campaign::run(&site, &Id::new().to_string(), "Nobody's", |_| panic!("nobody is written to")).unwrap_err();
        assert!(refused.to_string().contains("404"), "{refused}");
    });
}
