//! Segments over the API, as old clients know them: whole bodies, for success and for every failure.

use std::io::Write as _;
use std::thread;
use std::time::Duration;

use customer_segments::accounts::Role;
use customer_segments::customers::sample;
use customer_segments::db::Id;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::{Api, Told, keys};
use crate::support::{TestApp, TestDb, on_engines};

/// The keys of a segment, in their order.
const SEGMENT: [&str; 19] = [
    "id",
    "name",
    "description",
    "segment_type",
    "status",
    "filter_criteria",
    "member_count",
    "last_calculated_at",
    "created_by",
    "created_by_name",
    "tags",
    "last_used_at",
    "times_used",
    "member_preview",
    "can_edit",
    "created_at",
    "updated_at",
    "summary",
    "needs_attention",
];

/// The keys of a contact.
const CONTACT: [&str; 27] = [
    "id",
    "company",
    "company_name",
    "name",
    "email",
    "phone",
    "mobile",
    "title",
    "department",
    "contact_type",
    "is_primary",
    "is_active",
    "preferred_contact_method",
    "linkedin_url",
    "notes",
    "last_contacted",
    "receives_notifications",
    "receives_renewal_emails",
    "receives_seasonal_emails",
    "receives_payment_emails",
    "receives_quarterly_emails",
    "receives_soundtrack_alerts",
    "receives_quote_emails",
    "receives_contract_emails",
    "receives_invoice_emails",
    "created_at",
    "updated_at",
];

fn with_customers(test: impl Fn(&TestApp, &Api<'_>)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        sample::fill(&app.test.db, &app.test.clock, 300).unwrap();
        let api = app.api(&app.user(Role::Sales, |values| values.first_name = "Anong".into()));
        test(&app, &api);
    });
}

fn rules(value: &str) -> Value {
    json!({"entity": "contact", "match_type": "all", "rules": [{"field": "company.country", "operator": "equals", "value": value}]})
}

#[track_caller]
fn create(api: &Api<'_>, name: &str) -> Value {
    api.post("segments/", &json!({"name": name, "filter_criteria": rules("Thailand")})).good(201)
}

fn id(segment: &Value) -> &str {
    segment["id"].as_str().unwrap()
}

#[test]
fn a_segment_is_made_with_its_defaults_counted_and_shown_with_its_first_members() {
    with_customers(|_, api| {
        let told = api.post(
            "segments/",
            &json!({"name": " Thai people ", "filter_criteria": rules("Thailand"), "created_by": Id::new(), "times_used": 7}),
        );
        assert!(told.header("etag").starts_with('"'), "{}", told.header("etag"));
        let at = told.header("location").to_owned();
        let made = told.good(201);
        assert_eq!(at, format!("/api/v1/segments/{}/", id(&made)));
        assert_eq!(keys(&made), SEGMENT);
        let is = |key: &str, value: Value| assert_eq!(made[key], value, "{key}");
        is("name", json!("Thai people"));
        is("description", json!(""));
        is("segment_type", json!("dynamic"));
        is("status", json!("active"));
        is("filter_criteria", rules("Thailand"));
        is("tags", json!(""));
        is("times_used", json!(0));
        is("last_used_at", Value::Null);
        is("created_by_name", json!("Anong"));
        is("can_edit", json!(true));
        is("needs_attention", json!(false));
        assert!(made["summary"].as_str().unwrap().contains("Thailand"), "{}", made["summary"]);
        assert!(made["member_count"].as_i64().unwrap() > 5 && made["last_calculated_at"].as_str().unwrap().ends_with('Z'));
        let preview = made["member_preview"].as_array().unwrap();
        assert_eq!((preview.len(), keys(&preview[0])), (5, CONTACT.to_vec()));
        assert_eq!(api.get(&format!("segments/{}/", id(&made))).good(200), made);
    });
}

#[test]
fn what_is_wrong_with_a_new_segment_is_told_at_its_field_for_old_clients_and_new() {
    with_customers(|_, api| {
        create(api, "Taken");
        let cases = [
            (json!({}), "name", "This field is required."),
            (json!({"name": ""}), "name", "This field may not be blank."),
            (json!({"name": null}), "name", "This field may not be null."),
            (json!({"name": ["x"]}), "name", "Not a valid string."),
            (
                json!({"name": "x".repeat(201), "filter_criteria": rules("x")}),
                "name",
                "Ensure this value has at most 200 characters (it has 201).",
            ),
            (json!({"name": "taken ", "filter_criteria": rules("x")}), "name", "Customer Segment with this Name already exists."),
            (
                json!({"name": "x", "segment_type": "odd"}),
                "segment_type",
                "Select a valid choice. odd is not one of the available choices.",
            ),
            (json!({"name": "x", "filter_criteria": null}), "filter_criteria", "This field may not be null."),
        ];
        for (body, field, sentence) in cases {
            let told = api.post("segments/", &body);
            assert_eq!(told.says(field), (400, json!([sentence])), "{body}");
            let error = &told.body["errors"][0];
            assert_eq!((&error["pointer"], &error["detail"]), (&json!(format!("/{field}")), &json!(sentence)));
            assert_eq!((&told.body["status"], &told.body["title"]), (&json!(400), &json!("Bad Request")));
        }
        let told = api.post("segments/", &json!({"name": "x", "status": "odd"}));
        assert_eq!(told.body["status"], json!(["Select a valid choice. odd is not one of the available choices."]));
        let broken = json!({"match_type": "all", "rules": [{"field": "nmae", "operator": "equals", "value": "x"}]});
        let told = api.post("segments/", &json!({"name": "x", "filter_criteria": broken}));
        assert_eq!((told.status, &told.body["errors"][0]["pointer"]), (400, &json!("/filter_criteria/rules/0/field")));
        assert_eq!(told.body["errors"][0]["code"], "unknown_field");
        assert!(told.body["filter_criteria"][0].as_str().unwrap().contains("nmae"));
        assert_eq!(api.get("segments/").good(200)["count"], json!(1), "nothing was saved");
    });
}

#[test]
fn a_body_that_is_no_json_object_is_refused_with_its_place() {
    with_customers(|_, api| {
        let send = |body: &str, kind: &str| {
            let request = api.request(Method::POST, "segments/").header("content-type", kind).body(body.to_owned());
            Told::of(request)
        };
        assert_eq!(send("{", "application/json").status, 400);
        assert!(send("{", "application/json").body["detail"].as_str().unwrap().contains("at line 1 column"));
        assert_eq!(send("[1]", "application/json").says("detail"), (400, json!("Invalid data. Expected a JSON object.")));
        assert_eq!(send("name=x", "application/x-www-form-urlencoded").status, 415);
        assert_eq!(send(&"[".repeat(100_000), "application/json").status, 400, "too deep");
        assert_eq!(send(r#"{"name": "\ud800"}"#, "application/json").status, 400, "half a letter");
        let huge = format!(r#"{{"name": "{}"}}"#, "x".repeat(3_000_000));
        assert_eq!(send(&huge, "application/json").status, 413);
        let nul = api.post("segments/", &json!({"name": "a\u{0}b", "filter_criteria": rules("x")}));
        assert_eq!(nul.says("name"), (400, json!(["Null characters are not allowed."])));
    });
}

#[test]
fn the_list_is_paged_searched_filtered_and_ordered_as_it_always_was() {
    with_customers(|app, api| {
        for name in ["Alpha", "Beta", "Gamma"] {
            create(api, name);
            app.test.set_now(app.test.clock.now() + chrono::TimeDelta::minutes(1));
        }
        api.patch(
            &format!("segments/{}/", id(&api.get("segments/?search=gamma").good(200)["results"][0])),
            &json!({"status": "paused", "tags": "vip"}),
        )
        .good(200);
        let names = |query: &str| -> Vec<String> {
            let told = api.get(&format!("segments/{query}")).good(200);
            assert_eq!(keys(&told), ["count", "next", "previous", "results"]);
            told["results"].as_array().unwrap().iter().map(|segment| segment["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(""), ["Gamma", "Beta", "Alpha"]);
        assert_eq!(names("?ordering=name"), ["Alpha", "Beta", "Gamma"]);
        assert_eq!(names("?ordering=odd&odd=1"), ["Gamma", "Beta", "Alpha"], "an order that nobody knows is passed over");
        assert_eq!(names("?status=paused"), ["Gamma"]);
        assert_eq!(names("?search=vip"), ["Gamma"]);
        assert_eq!(names("?search=vip,gamma"), ["Gamma"], "a comma is a blank, as it was");
        assert_eq!(names("?segment_type=static"), [""; 0]);
        let page = api.get("segments/?page_size=2&ordering=name").good(200);
        assert_eq!((&page["count"], &page["previous"]), (&json!(3), &Value::Null));
        let next = page["next"].as_str().unwrap();
        assert_eq!(next, app.url("/api/v1/segments/?page_size=2&ordering=name&page=2"));
        let last = api.get("segments/?page_size=2&ordering=name&page=2").good(200);
        assert_eq!((&last["next"], last["results"].as_array().unwrap().len()), (&Value::Null, 1));
        assert_eq!(last["previous"], json!(app.url("/api/v1/segments/?page_size=2&ordering=name")));
        for page in ["9", "0", "-1", "x"] {
            assert_eq!(api.get(&format!("segments/?page={page}")).says("detail"), (404, json!("Invalid page.")), "{page}");
        }
        assert_eq!(api.get("segments/?page_size=abc").good(200)["results"].as_array().unwrap().len(), 3);
        for (query, key) in [("?status=odd", "status"), ("?segment_type=odd", "segment_type"), ("?created_by=x", "created_by")] {
            assert_eq!(api.get(&format!("segments/{query}")).status, 400);
            assert!(api.get(&format!("segments/{query}")).body[key][0].as_str().unwrap().starts_with("Select a valid choice."));
        }
        assert_eq!(api.get(&format!("segments/?created_by={}", Id::new())).status, 400);
    });
}

#[test]
fn a_long_list_looks_up_nobody() {
    with_customers(|_, api| {
        create(api, "Alpha");
        let preview =
            |query: &str| api.get(&format!("segments/{query}")).good(200)["results"][0]["member_preview"].as_array().unwrap().len();
        assert_eq!((preview("?page_size=100"), preview("?preview=false")), (5, 0));
        (0..20).for_each(|number| drop(create(api, &format!("Number {number}"))));
        assert_eq!((preview("?page_size=20"), preview("?page_size=21")), (5, 0));
    });
}

#[test]
fn a_change_keeps_what_is_not_sent_counts_again_and_owners_alone_may_make_it() {
    with_customers(|app, api| {
        let made = create(api, "Thai people");
        let at = format!("segments/{}/", id(&made));
        let sent = json!({"description": "For the fair", "created_by": Id::new(), "member_count": 7, "odd": 1});
        let changed = api.patch(&at, &sent).good(200);
        assert_eq!((&changed["description"], &changed["name"]), (&json!("For the fair"), &json!("Thai people")));
        assert_eq!((&changed["member_count"], &changed["created_by"]), (&made["member_count"], &made["created_by"]));
        let counted = api.patch(&at, &json!({"filter_criteria": rules("Vietnam")})).good(200);
        assert_ne!(counted["member_count"], made["member_count"]);
        assert_eq!(api.put(&at, &json!({"description": "x"})).says("name"), (400, json!(["This field is required."])));
        let put = api.put(&at, &json!({"name": "Others"})).good(200);
        assert_eq!((&put["name"], &put["description"]), (&json!("Others"), &json!("For the fair")), "what is not sent stays");
        let stranger = app.api(&app.user(Role::Finance, |_| {}));
        assert_eq!(stranger.get(&at).good(200)["can_edit"], json!(false));
        assert_eq!(stranger.patch(&at, &json!({"name": "Mine"})).status, 403);
        assert_eq!(stranger.delete(&at).status, 403);
        api.patch(&at, &json!({"status": "paused"})).good(200);
        assert_eq!(stranger.get(&at).status, 404, "what may not be seen is not there");
        api.patch(&at, &json!({"status": "archived"})).good(200);
        assert_eq!(api.patch(&at, &json!({"name": "New"})).status, 409);
        assert_eq!(api.delete(&at).good(204), Value::Null);
        assert_eq!((api.get(&at).status, api.delete(&at).status, api.get("segments/x/").status), (404, 404, 404));
    });
}

#[test]
fn of_twenty_changes_to_one_version_one_is_made() {
    with_customers(|_, api| {
        let made = create(api, "Thai people");
        let at = format!("segments/{}/", id(&made));
        let version = api.get(&at).header("etag").to_owned();
        let change = |round: usize| {
            let request =
                api.request(Method::PATCH, &at).header("if-match", &version).json(&json!({"description": format!("Number {round}")}));
            Told::of(request).status
        };
        let statuses = thread::scope(|scope| {
            let all: Vec<_> = (0..20).map(|round| scope.spawn(move || change(round))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        let how_many = |status: u16| statuses.iter().filter(|found| **found == status).count();
        assert_eq!((how_many(200), how_many(412)), (1, 19), "{statuses:?}");
        let deleted = Told::of(api.request(Method::DELETE, &at).header("if-match", &version));
        assert_eq!(deleted.says("status"), (412, json!(412)));
        let version = api.get(&at).header("etag").to_owned();
        assert_eq!(Told::of(api.request(Method::DELETE, &at).header("if-match", version)).status, 204);
    });
}

#[test]
fn members_are_given_page_by_page_within_limits() {
    with_customers(|_, api| {
        let made = create(api, "Thai people");
        let (at, count) = (format!("segments/{}/members/", id(&made)), made["member_count"].clone());
        let all = api.get(&at);
        assert_eq!(all.keys(), ["count", "results", "segment_name", "segment_type"]);
        let all = all.good(200);
        assert_eq!((&all["count"], &all["segment_name"], &all["segment_type"]), (&count, &json!("Thai people"), &json!("dynamic")));
        let results = all["results"].as_array().unwrap();
        assert_eq!((json!(results.len()), keys(&results[0])), (count.clone(), CONTACT.to_vec()));
        let page = api.get(&format!("{at}?limit=2&offset=1")).good(200);
        assert_eq!(page["results"].as_array().unwrap()[..], results[1..3]);
        let none = api.get(&format!("{at}?limit=0")).good(200);
        assert_eq!((&none["count"], &none["results"]), (&count, &json!([])));
        for query in
            ["limit=abc", "limit=-1", "limit=1001", "limit=100000", "offset=-1", "offset=x", "limit=", "cursor=!", "ordering=name&cursor="]
        {
            let told = api.get(&format!("{at}?{query}"));
            assert_eq!(told.status, 400, "{query}");
            assert!(told.body[query.split('=').next().unwrap()].is_array(), "{}", told.body);
        }
        assert_eq!(api.get(&format!("segments/{}/members/?limit=abc", Id::new())).status, 404, "of none there is nothing else to tell");
        for query in ["offset=9223372036854775807", "offset=9223372036854775807&ordering=name"] {
            assert_eq!(api.get(&format!("{at}?{query}")).good(200)["results"], json!([]), "{query}");
        }
        assert_eq!(api.get(&format!("{at}?cursor=&limit=0")).good(200)["next"], json!(""), "not the end");
        let found = api.get(&format!("{at}?search={}", results[0]["name"].as_str().unwrap())).good(200);
        assert!(found["results"].as_array().unwrap().contains(&results[0]));
    });
}

#[test]
fn a_cursor_gives_each_member_once_while_others_join_and_leave() {
    with_customers(|app, api| {
        let made = create(api, "Thai people");
        let at = format!("segments/{}/members/", id(&made));
        let there: Vec<Value> = api.get(&format!("{at}?limit=1000")).good(200)["results"].as_array().unwrap().clone();
        let (gone, new) = (there[0]["id"].as_str().unwrap(), Id::new());
        let (mut cursor, mut seen, mut pages) = (String::new(), Vec::new(), 0);
        loop {
            let page = api.get(&format!("{at}?limit=7&cursor={cursor}")).good(200);
            seen.extend(page["results"].as_array().unwrap().iter().map(|contact| contact["id"].as_str().unwrap().to_owned()));
            pages += 1;
            if pages == 2 {
                leave_and_join(app, gone, new, there[1]["company"].as_str().unwrap());
            }
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "nobody twice");
        let stayed = there.iter().map(|contact| contact["id"].as_str().unwrap()).filter(|id| *id != gone);
        stayed.for_each(|id| assert!(seen.iter().any(|seen| seen == id), "{id} is left out"));
    });
}

fn leave_and_join(app: &TestApp, gone: &str, new: Id, company: &str) {
    use customer_segments::customers::contact::{self, Contact};
    use customer_segments::db::Time;
    use customer_segments::db::schema::crm_app_contact as table;
    use diesel::prelude::*;
    let (gone, company) = (Id::parse(gone).unwrap(), Id::parse(company).unwrap());
    let change = |connection: &mut customer_segments::db::AnyConnection| {
        diesel::update(table::table.find(gone)).set(table::unsubscribed.eq(true)).execute(connection)?;
        let now = Time(app.test.clock.now());
        contact::insert(connection, &[Contact { company_id: company, name: "New".into(), ..Contact::new(new, now) }])
    };
    app.test.db.write_blocking(change).unwrap();
}

#[test]
fn a_segment_is_counted_again_copied_and_marked() {
    with_customers(|app, api| {
        let made = create(api, "Thai people");
        let at = |action: &str| format!("segments/{}/{action}/", id(&made));
        let told = api.post(&at("recalculate"), &json!({})).good(200);
        assert_eq!(keys(&told), ["message", "member_count", "last_calculated_at"]);
        assert_eq!(told["member_count"], made["member_count"]);
        let copy = api.post(&at("duplicate"), &json!({"name": "A copy"})).good(201);
        assert_eq!(keys(&copy), SEGMENT);
        assert_eq!(
            (&copy["description"], &copy["status"], &copy["created_by"]),
            (&json!("Cloned from: Thai people"), &json!("active"), &made["created_by"])
        );
        let cases = [
            (json!({}), "This field is required."),
            (json!({"name": 7}), "Not a valid string."),
            (json!({"name": "a copy"}), "Customer Segment with this Name already exists."),
        ];
        for (body, sentence) in cases {
            assert_eq!(api.post(&at("duplicate"), &body).says("name"), (400, json!([sentence])));
        }
        assert_eq!(api.post(&at("duplicate"), &json!({"name": "x".repeat(201)})).status, 400);
        let used = api.post(&at("mark_used"), &json!({"campaign": "The fair"})).good(200);
        assert_eq!((&used["times_used"], used["last_used_at"].is_string()), (&json!(1), true));
        assert_eq!(api.post(&at("mark_used"), &json!({})).says("campaign"), (400, json!(["This field is required."])));
        let refused = api.post(&at("enroll_in_sequence"), &json!({"sequence_id": 1}));
        assert_eq!((refused.status, refused.body["error"].is_string(), refused.body["detail"].is_string()), (501, true, true));
        api.patch(&at("").replace("//", "/"), &json!({"status": "archived"})).good(200);
        assert_eq!(api.post(&at("mark_used"), &json!({"campaign": "x"})).status, 409);
        assert_eq!(api.post(&at("recalculate"), &json!({})).status, 409);
        let stranger = app.api(&app.user(Role::Tech, |_| {}));
        for action in ["recalculate", "duplicate", "mark_used", "enroll_in_sequence"] {
            assert_eq!(stranger.post(&at(action), &json!({"name": "x", "campaign": "x"})).status, 404, "{action}");
        }
    });
}

#[test]
fn a_hundred_uses_at_once_are_counted_a_hundred_times() {
    with_customers(|_, api| {
        let made = create(api, "Thai people");
        let at = format!("segments/{}/", id(&made));
        thread::scope(|scope| {
            for worker in 0..10 {
                let at = &at;
                scope.spawn(move || {
                    for round in 0..10 {
                        let campaign = json!({"campaign": format!("{worker} {round}")});
                        api.post(&format!("{at}mark_used/"), &campaign).good(200);
                    }
                });
            }
        });
        assert_eq!(api.get(&at).good(200)["times_used"], json!(100));
    });
}

#[test]
fn rules_are_validated_with_a_count_and_examples_or_told_what_is_wrong() {
    with_customers(|_, api| {
        let told = api.post("segments/validate_filters/", &json!({"filter_criteria": rules("Thailand")}));
        assert_eq!(told.keys(), ["valid", "estimated_count", "preview", "summary", "warnings"]);
        let told = told.good(200);
        assert_eq!((&told["valid"], told["preview"].as_array().unwrap().len()), (&json!(true), 5));
        for body in [
            json!({"filter_criteria": {"rules": [{"field": "x"}]}}),
            json!({"filter_criteria": "x"}),
            json!({"filter_criteria": null}),
            json!({}),
        ] {
            let told = api.post("segments/validate_filters/", &body);
            assert_eq!(told.says("valid"), (400, json!(false)), "{body}");
            assert!(told.body["error"].is_string() && told.body["errors"][0]["pointer"].as_str().unwrap().starts_with("/filter_criteria"));
        }
    });
}

#[test]
fn criteria_of_a_list_rest_until_it_becomes_dynamic() {
    with_customers(|app, api| {
        let made = api.post("segments/", &json!({"name": "List", "segment_type": "static", "filter_criteria": {"rubbish": 1}})).good(201);
        assert_eq!((&made["filter_criteria"], &made["member_count"]), (&json!({"rubbish": 1}), &json!(0)));
        let empty = api.post("segments/", &json!({"name": "Empty", "segment_type": "static"})).good(201);
        assert_eq!(empty["filter_criteria"], json!({}));
        for (number, rubbish) in [json!([]), json!([{"field": "no"}]), json!("words"), json!(5.5), json!(true)].into_iter().enumerate() {
            let sent = json!({"name": format!("List {number}"), "segment_type": "static", "filter_criteria": rubbish});
            let made = api.post("segments/", &sent).good(201);
            let renamed = api.patch(&format!("segments/{}/", id(&made)), &json!({"description": "Still a list."})).good(200);
            assert_eq!((&made["filter_criteria"], &renamed["filter_criteria"]), (&rubbish, &rubbish));
            let person = app.staff();
            for page in ["change/", "history/", "members/"] {
                assert_eq!(person.open(&format!("/admin/crm_app/customersegment/{}/{page}", id(&made))).status, 200, "{page} of {rubbish}");
            }
            let told = api.patch(&format!("segments/{}/", id(&made)), &json!({"segment_type": "dynamic"}));
            assert_eq!((told.status, told.body["filter_criteria"].is_array()), (400, true), "{}", told.body);
        }
        let told = api.patch(&format!("segments/{}/", id(&made)), &json!({"segment_type": "dynamic"}));
        assert_eq!(told.status, 400);
        assert!(told.body["filter_criteria"].is_array(), "{}", told.body);
        assert_eq!(api.post("segments/", &json!({"name": "Dynamic"})).status, 400, "a dynamic one needs rules");
    });
}

#[test]
fn a_request_that_is_sent_twice_with_one_key_is_done_once() {
    with_customers(|_, api| {
        let send = |name: &str, key: &str| {
            let body = json!({"name": name, "filter_criteria": rules("Thailand")});
            Told::of(api.request(Method::POST, "segments/").header("idempotency-key", key).json(&body))
        };
        let (first, again) = (send("Thai people", "1"), send("Thai people", "1"));
        assert_eq!((first.status, again.status, &first.body), (201, 201, &again.body));
        assert_eq!((again.header("idempotency-replayed"), again.header("etag")), ("true", first.header("etag")));
        assert_eq!(send("Others", "1").status, 422, "the key is another request's");
        assert_eq!(send("Thai people", "2").status, 400, "the name is taken");
        assert_eq!(send("Thai people", "2").header("idempotency-replayed"), "true", "so it was told");
        assert_eq!(send("x", &"k".repeat(256)).status, 400);
        assert_eq!(api.get("segments/").good(200)["count"], json!(1));
    });
}

#[test]
fn a_request_whose_client_has_left_is_done_once_and_its_answer_kept() {
    with_customers(|app, api| {
        let made = create(api, "Thai people");
        let at = format!("segments/{}/mark_used/", id(&made));
        let body = json!({"campaign": "The fair"}).to_string();
        let address = app.url("").replace("http://", "");
        for key in ["a", "b", "c"] {
            let mut stream = std::net::TcpStream::connect(&address).unwrap();
            let head = format!("POST /api/v1/{at} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n", api.access);
            let rest = format!("Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all((head + &rest).as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(15));
            drop(stream);
        }
        let again = |key: &str| {
            let request = api.request(Method::POST, &at).header("idempotency-key", key).header("content-type", "application/json");
            Told::of(request.body(body.clone()))
        };
        for key in ["a", "b", "c"] {
            let told = (0..100).map(|_| again(key)).find(|told| {
                thread::sleep(Duration::from_millis(50));
                told.status != 409
            });
            assert_eq!(told.expect("it is answered before long").status, 200, "{key}");
        }
        let used = api.get(&format!("segments/{}/", id(&made))).good(200)["times_used"].clone();
        assert_eq!(used, json!(3), "once for each key");
    });
}

#[test]
fn changes_at_once_without_a_version_are_all_made_as_old_clients_expect() {
    with_customers(|_, api| {
        let at = format!("segments/{}/", id(&create(api, "Thai people")));
        let change = |round: usize| api.patch(&at, &json!({"description": format!("Number {round}")})).status;
        let statuses = thread::scope(|scope| {
            let all: Vec<_> = (0..20).map(|round| scope.spawn(move || change(round))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(statuses, [200; 20]);
    });
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_back() {
    on_engines(|engine| {
        let app = TestApp::with(TestDb::new(engine), |settings| settings.api_rate = 3);
        let (api, other) = (app.api(&app.user(Role::Sales, |_| {})), app.api(&app.user(Role::Sales, |_| {})));
        let left: Vec<String> = (0..3).map(|_| api.get("auth/me/").header("ratelimit-remaining").to_owned()).collect();
        assert_eq!(left, ["2", "1", "0"]);
        let refused = api.get("auth/me/");
        assert_eq!((refused.says("status"), refused.header("ratelimit-limit")), ((429, json!(429)), "3"));
        let wait: i64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait));
        assert_eq!(other.get("auth/me/").status, 200, "others go on");
        app.test.set_now(app.test.clock.now() + chrono::TimeDelta::seconds(wait));
        assert_eq!(api.get("auth/me/").status, 200);
    });
}

/// The addresses of one segment that old clients know, each with its method.
const OF_ONE: [(&str, &str); 8] = [
    ("GET", ""),
    ("PUT", ""),
    ("PATCH", ""),
    ("DELETE", ""),
    ("GET", "members/"),
    ("POST", "recalculate/"),
    ("POST", "duplicate/"),
    ("POST", "enroll_in_sequence/"),
];

/// The keys of a failure that is no matter of single fields.
const FAILURE: [&str; 6] = ["type", "title", "status", "detail", "error", "errors"];

#[test]
fn every_failure_of_one_segment_has_the_same_whole_body() {
    with_customers(|app, api| {
        let own = create(api, "Theirs");
        api.patch(&format!("segments/{}/", id(&own)), &json!({"status": "paused"})).good(200);
        let shared = create(api, "Seen by all");
        let stranger = app.api(&app.user(Role::Finance, |_| {}));
        let ask = |api: &Api<'_>, method: &str, key: &str, rest: &str| {
            let request = api.request(method.parse().unwrap(), &format!("segments/{key}/{rest}"));
            Told::of(if method == "GET" { request } else { request.json(&json!({"name": "Another"})) })
        };
        let is_failure = |told: &Told, status: u16, title: &str, place: &str| {
            assert_eq!((told.status, told.keys()), (status, FAILURE.to_vec()), "{place}: {}", told.body);
            let (kind, detail) = (&told.body["type"], &told.body["detail"]);
            assert_eq!((kind, &told.body["title"], &told.body["status"]), (&json!("about:blank"), &json!(title), &json!(status)));
            assert!(detail.as_str().is_some_and(|detail| !detail.is_empty()) && told.body["error"] == *detail, "{place}: {}", told.body);
        };
        for (method, rest) in OF_ONE {
            for key in [Id::new().to_string(), "x".into(), "%20".into(), id(&own).to_owned()] {
                is_failure(&ask(&stranger, method, &key, rest), 404, "Not Found", &format!("{method} {key}/{rest}"));
            }
        }
        for method in ["PUT", "PATCH", "DELETE"] {
            is_failure(&ask(&stranger, method, id(&shared), ""), 403, "Forbidden", method);
        }
        is_failure(&ask(api, "POST", id(&shared), "enroll_in_sequence/"), 501, "Not Implemented", "enroll");
        let nobody = Told::of(reqwest::blocking::Client::new().get(app.url("/api/v1/segments/")));
        is_failure(&nobody, 401, "Unauthorized", "nobody");
        assert_eq!(nobody.header("www-authenticate"), "Bearer");
        is_failure(&ask(api, "DELETE", id(&shared), "members/"), 405, "Method Not Allowed", "another method");
        assert_eq!(api.get(&format!("segments/{}/", id(&shared))).good(200)["name"], json!("Seen by all"), "nothing was done");
    });
}

#[test]
fn names_and_bodies_that_cannot_be_taken_are_told_by_every_action_that_takes_them() {
    with_customers(|_, api| {
        let made = create(api, "Taken");
        let other = create(api, "Other");
        let at = |rest: &str| format!("segments/{}/{rest}", id(&made));
        let taken = json!(["Customer Segment with this Name already exists."]);
        for path in [at("duplicate/"), "segments/".to_owned()] {
            let told = api.post(&path, &json!({"name": " tAKEN", "filter_criteria": rules("x")}));
            assert_eq!(told.says("name"), (400, taken.clone()), "{path}");
            assert_eq!(told.keys(), ["type", "title", "status", "detail", "error", "errors", "name"]);
        }
        let renamed = api.put(&format!("segments/{}/", id(&other)), &json!({"name": "taken"}));
        assert_eq!(renamed.says("name"), (400, taken));
        for (body, sentence) in [
            (json!({}), "This field is required."),
            (json!({"name": " "}), "This field may not be blank."),
            (json!({"name": 7}), "Not a valid string."),
            (json!({"name": "x".repeat(201)}), "Ensure this value has at most 200 characters (it has 201)."),
        ] {
            assert_eq!(api.post(&at("duplicate/"), &body).says("name"), (400, json!([sentence])), "{body}");
        }
        for path in [at("duplicate/"), "segments/".to_owned()] {
            let told = api.post(&path, &json!({"name": "x".repeat(201), "filter_criteria": rules("x")}));
            assert_eq!(told.body["errors"][0]["code"], json!("max_length"), "{path}");
        }
        for body in [json!({}), json!({"filter_criteria": null}), json!({"filter_criteria": 7}), json!({"filter_criteria": {}})] {
            let told = api.post("segments/validate_filters/", &body);
            assert_eq!((told.status, &told.body["valid"]), (400, &json!(false)), "{body}");
            assert!(told.body["error"].is_string() && told.body["errors"].is_array(), "{}", told.body);
        }
        // The first of two would be lost without a word, and the rules be wider.
        for twice in [
            r#"{"name": "New", "name": "Newer", "segment_type": "static"}"#,
            r#"{"name": "New", "filter_criteria": {"match_type": "all", "rules": [{"field": "name", "operator": "equals", "value": "x"}],
                "rules": [{"field": "is_active", "operator": "equals", "value": true}]}}"#,
        ] {
            for path in ["segments/", "segments/validate_filters/"] {
                let told = Told::of(api.request(Method::POST, path).header("content-type", "application/json").body(twice));
                let said = told.body["errors"][0]["detail"].as_str().unwrap().to_owned();
                assert!(told.status == 400 && said.contains("is given twice"), "{path}: {said}");
            }
        }
        let long = json!({"name": "New", "segment_type": "d".repeat(100_000)});
        assert!(api.post("segments/", &long).body.to_string().len() < 1_000, "what is wrong is not sent back whole");
        assert_eq!(api.get("segments/").good(200)["count"], json!(2), "nothing was made");
    });
}
