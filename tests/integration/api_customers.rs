//! Companies, contacts and contracts over the API: read, searched, filtered by the fields of the catalogue, paged.

use customer_segments::accounts::Role;
use customer_segments::customers::sample;
use customer_segments::db::Id;
use serde_json::{Value, json};

use crate::support::api::{Api, keys};
use crate::support::{TestApp, TestDb, on_engines};

fn with_customers(test: impl Fn(&Api<'_>)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        sample::fill(&app.test.db, &app.test.clock, 300).unwrap();
        test(&app.api(&app.user(Role::Music, |values| values.is_staff = false)));
    });
}

#[track_caller]
fn found(api: &Api<'_>, path: &str) -> Vec<Value> {
    let told = api.get(path).good(200);
    assert_eq!(keys(&told), ["count", "next", "previous", "results"]);
    told["results"].as_array().unwrap().clone()
}

#[test]
fn each_is_listed_by_name_and_shown_by_its_key() {
    with_customers(|api| {
        for (path, first, last) in
            [("contacts", "company", "updated_at"), ("companies", "name", "updated_at"), ("contracts", "company", "updated_at")]
        {
            let page = found(api, &format!("{path}/?page_size=3"));
            assert_eq!(page.len(), 3, "{path}");
            let one = api.get(&format!("{path}/{}/", page[0]["id"].as_str().unwrap())).good(200);
            assert_eq!(one, page[0]);
            let names = keys(&one);
            assert_eq!((names[0], names[1], *names.last().unwrap()), ("id", first, last));
            assert_eq!((api.get(&format!("{path}/{}/", Id::new())).status, api.get(&format!("{path}/x/")).status), (404, 404));
            assert_eq!(api.get(&format!("{path}/?page=9999")).says("detail"), (404, json!("Invalid page.")));
            let all = found(api, &format!("{path}/?page_size=99999999999999999999")).len();
            assert_eq!(all, found(api, &format!("{path}/?page_size=1000")).len(), "a size that is too large is the largest");
        }
        let contract = &found(api, "contracts/?page_size=1")[0];
        let (whole, cents) = contract["value"].as_str().unwrap().split_once('.').unwrap();
        assert!(whole.parse::<i64>().is_ok() && cents.len() == 2, "{contract}");
    });
}

#[test]
fn fields_of_the_catalogue_filter_them_as_rules_compare() {
    with_customers(|api| {
        let thai = found(api, "companies/?country=%20thailand&page_size=1000");
        assert!(!thai.is_empty() && thai.iter().all(|company| company["country"] == "Thailand"));
        let people = found(api, &format!("contacts/?company={}", thai[0]["id"].as_str().unwrap()));
        assert!(people.iter().all(|contact| contact["company_name"] == thai[0]["name"]));
        let inactive = found(api, "contacts/?is_active=false&company.country=Thailand&page_size=1000");
        assert!(inactive.iter().all(|contact| contact["is_active"] == false));
        let contract = &found(api, "contracts/?page_size=1")[0];
        let (end, value) = (contract["end_date"].as_str().unwrap(), contract["value"].as_str().unwrap());
        let alike = found(api, &format!("contracts/?end_date={end}&value={value}"));
        assert!(alike.contains(contract));
        let name = found(api, "contacts/?page_size=1")[0]["name"].as_str().unwrap().to_owned();
        assert!(found(api, &format!("contacts/?search={name}")).iter().any(|contact| contact["name"] == name.as_str()));
    });
}

#[test]
fn a_parameter_that_means_nothing_is_refused_for_it_would_give_more_than_was_asked_for() {
    with_customers(|api| {
        for (path, parameter, sentence) in [
            ("contacts/?odd=1", "odd", "“odd” is no parameter of this address."),
            ("contacts/?company.odd=1", "company.odd", "“company.odd” is no parameter of this address."),
            ("contacts/?company.company.name=x", "company.company.name", "“company.company.name” is no parameter of this address."),
            ("contacts/?is_active=yes", "is_active", "“yes” is no “true” or “false”."),
            ("contacts/?company=x", "company", "“x” is no id."),
            ("companies/?location_count=1.5", "location_count", "“1.5” is no whole number."),
            ("contracts/?value=x", "value", "“x” is no amount."),
            ("contracts/?end_date=31.12.2026", "end_date", "“31.12.2026” is no date like 2026-12-31."),
        ] {
            assert_eq!(api.get(path).says(parameter), (400, json!([sentence])), "{path}");
        }
    });
}
