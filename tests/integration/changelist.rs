//! Lists: search, filters, order, pages, and what they refuse.

use chrono::{DateTime, Utc};
use customer_segments::accounts::Role;
use uuid::Uuid;

use crate::support::app::Person;
use crate::support::evaluator::{Company, Contact, World};
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines, stored};

const CONTACTS: &str = "/admin/crm_app/contact/";

fn at(moment: &str) -> DateTime<Utc> {
    moment.parse().unwrap()
}

/// The site with these contacts: name, e-mail, type and when they were added, all of the company “Six Palms”.
fn site(engine: customer_segments::db::dialect::Engine, contacts: &[(&str, &str, &str, &str)]) -> TestApp {
    let test = TestDb::new(engine);
    let company = Company { id: Uuid::now_v7(), name: "Six Palms HOTEL".into(), country: "Thailand".into(), ..Company::default() };
    let contact = |&(name, email, contact_type, added): &(&str, &str, &str, &str)| Contact {
        id: Uuid::now_v7(),
        company_id: company.id,
        name: name.into(),
        email: email.into(),
        contact_type: contact_type.into(),
        is_active: !name.starts_with("Gone"),
        created_at: at(added),
        ..Contact::default()
    };
    let contacts = contacts.iter().map(contact).collect();
    stored::store(&test.db, &World { companies: vec![company], contacts, ..World::default() });
    TestApp::on(test)
}

fn names(list: &Answer) -> Vec<String> {
    list.texts("#result_list tbody .field-name")
}

fn listed(person: &Person<'_>, query: &str) -> Vec<String> {
    names(&person.open(&format!("{CONTACTS}{query}")))
}

#[test]
fn every_term_must_occur_in_some_field_and_quotes_keep_a_phrase() {
    on_engines(|engine| {
        let app = site(
            engine,
            &[
                ("Anong Chan", "anong@palms.example", "Primary", "2026-01-01T00:00:00Z"),
                ("Chan Anong", "b@palms.example", "Other", "2026-01-01T00:00:00Z"),
                ("Jürgen 100%", "", "Other", "2026-01-01T00:00:00Z"),
            ],
        );
        let person = app.staff();
        assert_eq!(listed(&person, "?q=anong+chan"), ["Anong Chan", "Chan Anong"]);
        assert_eq!(listed(&person, "?q=%22anong+chan%22"), ["Anong Chan"]);
        assert_eq!(listed(&person, "?q=palms+ANONG%40"), ["Anong Chan"], "the company's name and the e-mail are searched too");
        assert_eq!(listed(&person, "?q=J%C3%9CRGEN"), ["Jürgen 100%"]);
        assert_eq!(listed(&person, "?q=%25"), ["Jürgen 100%"], "a percent sign stands for itself");
        assert_eq!(listed(&person, "?q=%5C"), Vec::<String>::new());
        let list = person.open(&format!("{CONTACTS}?q=anong"));
        assert_eq!(list.text("#changelist-search .quiet"), "2 results (3 total)");
        assert_eq!(list.attributes("#changelist-search .quiet a", "href"), [CONTACTS]);
    });
}

#[test]
fn filters_narrow_the_list_and_keep_the_search() {
    on_engines(|engine| {
        let app = site(
            engine,
            &[
                ("Anong", "", "Primary", "2026-11-22T01:00:00Z"),
                ("Boon", "", "Billing", "2026-11-10T01:00:00Z"),
                ("Gone Chai", "", "Primary", "2025-11-10T01:00:00Z"),
                ("Dao", "", "Left over", "2024-11-10T01:00:00Z"),
            ],
        );
        let person = app.staff();
        assert_eq!(listed(&person, "?contact_type__exact=Primary"), ["Anong", "Gone Chai"]);
        assert_eq!(listed(&person, "?contact_type__exact=Left+over"), ["Dao"], "a value outside the choices is filtered as it is");
        assert_eq!(listed(&person, "?is_active__exact=0"), ["Gone Chai"]);
        let list = person.open(&format!("{CONTACTS}?q=a&contact_type__exact=Primary&o=-1"));
        assert_eq!(names(&list), ["Gone Chai", "Anong"]);
        assert!(list.attributes("#changelist-filter .clearfilters", "href")[0].starts_with("?q=a&o=-1"));
        let selected = list.texts("#changelist-filter .selected");
        assert_eq!(selected, ["All", "Primary Contact", "All", "All", "All", "Any date"]);
        assert_eq!(list.form_at("#changelist-search").value("contact_type__exact"), Some("Primary"));
    });
}

#[test]
fn periods_are_days_of_the_zone() {
    on_engines(|engine| {
        // It is 22 November 2026, 9 a.m. in Bangkok; the day began at 5 p.m. UTC.
        let app = site(
            engine,
            &[
                ("Today", "", "Other", "2026-11-21T17:00:00Z"),
                ("Yesterday", "", "Other", "2026-11-21T16:59:59Z"),
                ("Last week", "", "Other", "2026-11-10T00:00:00Z"),
                ("January", "", "Other", "2025-12-31T17:00:00Z"),
                ("Last year", "", "Other", "2025-12-31T16:59:59Z"),
            ],
        );
        let person = app.staff();
        let list = person.open(CONTACTS);
        let links = list.attributes("details[data-filter-title=created_at] a", "href");
        let labels = list.texts("details[data-filter-title=created_at] a");
        assert_eq!(labels, ["Any date", "Today", "Past 7 days", "This month", "This year"]);
        for (label, expected) in [
            ("Today", vec!["Today"]),
            ("Past 7 days", vec!["Today", "Yesterday"]),
            ("This month", vec!["Last week", "Today", "Yesterday"]),
            ("This year", vec!["January", "Last week", "Today", "Yesterday"]),
        ] {
            let link = &links[labels.iter().position(|other| other == label).unwrap()];
            let list = person.open(&format!("{CONTACTS}{link}"));
            assert_eq!(names(&list), expected, "{label}: {link}");
            assert_eq!(list.text("details[data-filter-title=created_at] .selected"), label);
        }
    });
}

#[test]
fn what_cannot_be_meant_leads_to_the_list_without_parameters() {
    on_engines(|engine| {
        let app = site(engine, &[("Anong", "", "Other", "2026-01-01T00:00:00Z")]);
        let person = app.staff();
        for query in [
            "nonsense=1",
            "password__startswith=a",
            "company__owner__password=x",
            "is_active__exact=maybe",
            "created_at__gte=tomorrow",
            "p=99",
            "p=0",
            "p=x",
            "e=1&nonsense=1",
        ] {
            let answer = person.get(&format!("{CONTACTS}?{query}"));
            assert_eq!((answer.status, answer.location()), (303, "/admin/crm_app/contact/?e=1"), "{query}");
            let told = person.open(answer.location());
            assert_eq!(told.text(".messagelist"), "The list has nothing at the address that you came by. This is how it begins.");
        }
        for query in ["a+".repeat(21), "%C3%A9".repeat(1_001)] {
            let answer = person.get(&format!("{CONTACTS}?q={query}"));
            assert_eq!((answer.status, answer.location()), (303, "/admin/crm_app/contact/?e=1"), "{query}");
            let list = person.open(answer.location());
            let everywhere = person.open(&format!("/admin/search/?q={query}"));
            for told in [list.text(".messagelist"), everywhere.text(".errornote")] {
                assert!(told.starts_with("At most 20 words can be searched for at once"), "{told}");
            }
        }
        for query in ["e=1", "o=99.x.-0", "o=", "p=1", "all=", "_facets=True", "contact_type__exact=", "q=%27+OR+1%3D1--"] {
            assert_eq!(person.get(&format!("{CONTACTS}?{query}")).status, 200, "{query}");
        }
    });
}

#[test]
fn a_list_shows_what_is_declared_and_a_dash_for_nothing() {
    on_engines(|engine| {
        let app = site(engine, &[("Anong", "", "Other", "2026-01-01T00:00:00Z")]);
        let person = app.superuser();
        let list = person.open(CONTACTS);
        assert_eq!((list.text(".field-title"), list.text(".field-email")), ("-".to_owned(), "-".to_owned()));
        let links = list.attributes("#result_list tbody tr :is(th, td):not(.field-company) a", "href");
        assert!(matches!(&links[..], [link] if link.ends_with("/change/")), "the name leads to the object: {links:?}");
        let (actions, rows) = (list.body.find("name=\"action\""), list.body.find("id=\"result_list\""));
        assert!(actions.is_some() && actions < rows && list.attributes("select[name=action]", "name").len() == 1, "above the list only");

        person.post_form("/admin/crm_app/customersegment/add/", &[("name", "Hotels"), ("segment_type", "static"), ("_save", "1")]);
        let segments = person.open("/admin/crm_app/customersegment/");
        assert!(segments.has("th.column-name a") && segments.has("th.column-tags") && !segments.has("th.column-tags a"));
    });
}

#[test]
fn a_heading_sorts_turns_the_order_and_says_so() {
    on_engines(|engine| {
        let app =
            site(engine, &[("b", "1@x.example", "Other", "2026-01-01T00:00:00Z"), ("a", "2@x.example", "Other", "2026-01-01T00:00:00Z")]);
        let person = app.staff();
        let list = person.open(CONTACTS);
        assert_eq!(names(&list), ["a", "b"]);
        assert_eq!(list.attributes("th[aria-sort]", "class"), ["column-sortable sorted ascending column-name"]);
        let list = person.open(&format!("{CONTACTS}?o=4"));
        assert_eq!(names(&list), ["b", "a"]);
        assert_eq!(list.attributes("th.column-email", "aria-sort"), ["ascending"]);
        assert_eq!(list.attributes("th.column-email .text a", "href"), ["?o=-4"]);
        let list = person.open(&format!("{CONTACTS}?o=-4"));
        assert_eq!(names(&list), ["a", "b"]);
        assert_eq!(list.attributes("th.column-email", "aria-sort"), ["descending"]);
        for (column, _) in list.texts("#result_list thead th").iter().enumerate() {
            for sign in ["", "-"] {
                assert_eq!(listed(&person, &format!("?o={sign}{}", column + 1)).len(), 2);
            }
        }
    });
}

#[test]
fn several_headings_sort_by_priority_and_each_can_be_turned_and_removed() {
    on_engines(|engine| {
        let rows = [("b", "2@x.example", "Billing"), ("a", "1@x.example", "Other"), ("c", "3@x.example", "Billing")];
        let app = site(engine, &rows.map(|(name, email, kind)| (name, email, kind, "2026-01-01T00:00:00Z")));
        let person = app.staff();
        let list = person.open(&format!("{CONTACTS}?o=5.-1"));
        assert_eq!(names(&list), ["c", "b", "a"], "by type, and by name downwards within it");
        assert_eq!(list.texts(".sortpriority"), ["2", "1"], "in the order of the columns");
        assert_eq!(list.attributes("th[aria-sort]", "class"), ["column-sortable sorted ascending column-contact_type"], "one says so");
        let links = |column: &str, kind: &str| list.attributes(&format!("th.column-{column} {kind}"), "href");
        assert_eq!(links("name", ".text a"), ["?o=1.5"], "clicked, it comes first, the other way round");
        assert_eq!(links("name", ".toggle"), ["?o=5.1"]);
        assert_eq!(links("name", ".sortremove"), ["?o=5"]);
        assert_eq!(links("title", ".text a"), ["?o=3.5.-1"], "another comes before both");
        assert_eq!(names(&person.open(&format!("{CONTACTS}?o=1.1.x.99.-5"))), ["a", "b", "c"], "what is no column is passed over");
    });
}

#[test]
fn the_total_beside_a_search_is_what_its_link_leads_to() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        for (name, status) in [("Hotels", "active"), ("Bars", "paused"), ("Old", "archived")] {
            let rules = r#"{"rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;
            let added =
                person.post_form("/admin/crm_app/customersegment/add/", &[("name", name), ("status", status), ("filter_criteria", rules)]);
            assert_eq!(added.status, 303);
        }
        let list = person.open("/admin/crm_app/customersegment/?q=hotels");
        let said = list.text("#changelist-search");
        assert!(said.contains("1 result (2 total)") && said.contains("Archived left out (show all)"), "{said}");
        let list = person.open("/admin/crm_app/customersegment/?q=old");
        assert_eq!(names(&list), Vec::<String>::new());
        let all = list.attributes("#changelist-search a", "href").pop().expect("a way to search all");
        let list = person.open(&format!("/admin/crm_app/customersegment/{all}"));
        assert_eq!((names(&list), list.text("#changelist-search").contains("left out")), (vec!["Old".to_owned()], false));
        assert!(!person.open("/admin/crm_app/customersegment/").text("#changelist-search").contains("left out"));
    });
}

#[test]
fn pages_have_a_hundred_rows_and_two_hundred_can_be_shown_at_once() {
    on_engines(|engine| {
        let contacts: Vec<String> = (0..150).map(|number| format!("Contact {number:03}")).collect();
        let contacts: Vec<_> = contacts.iter().map(|name| (name.as_str(), "", "Other", "2026-01-01T00:00:00Z")).collect();
        let app = site(engine, &contacts);
        let person = app.staff();
        let list = person.open(CONTACTS);
        assert_eq!(names(&list).len(), 100);
        assert_eq!(list.attributes(".paginator a", "href"), ["", "?p=2", "?all="]);
        assert!(list.text(".paginator").contains("150 Contacts"), "{}", list.text(".paginator"));
        assert_eq!(listed(&person, "?p=2").first().map(String::as_str), Some("Contact 100"));
        assert_eq!(listed(&person, "?all=").len(), 150);
    });
}

#[test]
fn who_may_only_look_at_customers_is_told_why() {
    on_engines(|engine| {
        let app = site(engine, &[("Anong <b>", "", "Primary", "2026-01-01T00:00:00Z")]);
        let person = app.role(Role::Tech);
        let list = person.open(CONTACTS);
        assert_eq!(list.text("h1"), "Select Contact to view");
        assert!(!list.has("a[href^='/admin/crm_app/contact/add/']"), "nothing can be added");
        assert!(!list.has("select[name=action]") && app.staff().open(CONTACTS).has("option[value=delete_selected]"), "nor done");
        let page = person.open(&list.attributes("#result_list .field-name a", "href")[0]);
        assert_eq!((page.text("h1"), page.text("h2")), ("View Contact".into(), "Anong <b>".into()));
        assert_eq!(page.text(".field-contact_type .readonly"), "Primary Contact");
        assert_eq!(page.text(".field-company a"), "Six Palms HOTEL");
        assert_eq!(page.text(".closelink"), "Close");
        assert_eq!(page.text(".note"), "Your role, Tech, may not change contacts.");
        let refused = person.get("/admin/crm_app/contact/add/");
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("Your role, Tech, may not add contacts."), "{}", refused.body);
    });
}

#[test]
fn on_a_shared_database_the_page_says_that_the_crm_keeps_them() {
    let Some(test) = TestDb::shared() else { return };
    customer_segments::db::migrations::apply(&test.db).unwrap();
    let app = TestApp::on(test);
    let person = app.superuser();
    let sentence = "Contacts are kept by the CRM, which shares this database.";
    assert!(person.open(CONTACTS).text(".note").starts_with(sentence));
    let refused = person.get("/admin/crm_app/contact/add/");
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains(sentence), "{}", refused.body);
}

#[test]
fn what_does_not_exist_leads_to_the_index_with_the_sentence() {
    on_engines(|engine| {
        let app = site(engine, &[]);
        let person = app.staff();
        for id in ["0198c0de-1111-7000-8000-000000000001", "nonsense", "%3Cscript%3E"] {
            let answer = person.get(&format!("{CONTACTS}{id}/change/"));
            assert_eq!(answer.location(), "/admin/");
            let index = person.follow(&answer);
            assert!(index.text(".messagelist .warning").starts_with("Contact with ID “"), "{}", index.body);
            assert!(index.text(".messagelist .warning").ends_with("” doesn’t exist. Perhaps it was deleted?"));
        }
    });
}

#[test]
fn many_that_stand_at_the_end_of_the_order_are_found_as_soon_as_those_at_its_beginning() {
    let name = |letter: &str, number: usize| format!("{letter}{number:05}");
    let numbered = |letter: &str, of: std::ops::Range<usize>| of.map(|number| name(letter, number)).collect::<Vec<_>>();
    // More than are walked past before one looks further, then more than are counted.
    let (latin, thai) = (numbered("a", 0..21_500), numbered("ก", 0..10_050));
    on_engines(|engine| {
        let contacts: Vec<_> = latin.iter().chain(&thai).map(|name| (name.as_str(), "", "Other", "2026-01-01T00:00:00Z")).collect();
        let app = site(engine, &contacts);
        let person = app.staff();
        let found = person.open(&format!("{CONTACTS}?q=%E0%B8%81"));
        assert_eq!(names(&found), thai[..100]);
        assert!(found.text("#changelist-search").contains("10,000+ results"), "{}", found.text("#changelist-search"));
        assert_eq!(listed(&person, "?q=%E0%B8%81&p=100"), thai[9_900..10_000]);
        assert_eq!(listed(&person, "?q=a0"), latin[..100]);
        assert_eq!(listed(&person, "?q=a0&p=3"), latin[200..300]);
        // What is not counted is paged through, and not taken all at once.
        let far = person.open(&format!("{CONTACTS}?q=a&p=101"));
        assert_eq!(names(&far), latin[10_000..10_100]);
        let pages = far.texts(".paginator a");
        assert!(pages.contains(&"Previous".to_owned()) && pages.contains(&"Next".to_owned()), "{pages:?}");
        assert_eq!(
            (far.has(".across"), far.text(".too-many")),
            (false, "All can be selected at once where there are at most 5,000.".into())
        );
    });
}

#[test]
fn a_search_that_finds_more_than_are_counted_is_sorted_by_any_column() {
    let found: Vec<String> = (0..10_400).map(|number| format!("z{number:05}")).collect();
    // Against the order of the names; nobody else is found, and their addresses come between.
    let people = found.iter().enumerate().flat_map(|(place, name)| {
        let address = |least| format!("{:05}@people.test", 30_000 - 2 * place - least);
        [(name.clone(), address(0)), (name.replace('z', "y"), address(1))]
    });
    let people: Vec<_> = people.collect();
    let by_address: Vec<String> = found.iter().rev().cloned().collect();
    on_engines(|engine| {
        let contacts: Vec<_> = people.iter().map(|(name, address)| (&**name, &**address, "Other", "2026-01-01T00:00:00Z")).collect();
        let app = site(engine, &contacts);
        let person = app.staff();
        for (order, expected) in [("4", &by_address), ("-4", &found), ("5.4", &by_address), ("2.4", &by_address), ("2.-4", &found)] {
            assert_eq!(listed(&person, &format!("?q=z&o={order}")), expected[..100], "{engine:?} {order}");
            assert_eq!(listed(&person, &format!("?q=z&o={order}&p=100")), expected[9_900..10_000], "{engine:?} {order}");
        }
        assert_eq!(listed(&person, "?q=z&o=4&p=101"), by_address[10_000..10_100], "{engine:?}");
    });
}
