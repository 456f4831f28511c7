//! Filters of a list that ask the database what they offer, and the counts beside every choice.

use customer_segments::accounts::Role;
use customer_segments::db::schema::{crm_app_contract as contract, crm_app_customersegment as segment};
use customer_segments::db::{Json, Money, Time};
use diesel::prelude::*;

use crate::support::app::Person;
use crate::support::evaluator::{Company, Contact, World};
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines, stored};

const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
const CONTACTS: &str = "/admin/crm_app/contact/";
const RULES: &str = r#"{"rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;

fn add(person: &Person<'_>, name: &str, tags: &str) {
    let form = person.open(ADD).form().fill("name", name).fill("tags", tags).fill("filter_criteria", RULES).and("_save", "1");
    assert_eq!(person.submit(&form).location(), LIST);
}

fn names(list: &Answer) -> Vec<String> {
    let mut names = list.texts("#result_list tbody .field-name");
    names.sort();
    names
}

/// The labels of a filter's choices and where they lead.
fn choices(list: &Answer, filter: &str) -> Vec<(String, String)> {
    let choices = format!("details[data-filter-title=\"{filter}\"] a");
    list.texts(&choices).into_iter().zip(list.attributes(&choices, "href")).collect()
}

/// The list after the choice with this label was clicked.
fn choose(person: &Person<'_>, list: &Answer, filter: &str, label: &str) -> Answer {
    let (_, link) = choices(list, filter).into_iter().find(|(known, _)| known == label).expect(label);
    person.open(&format!("{LIST}{link}"))
}

#[test]
fn segments_are_found_by_owner_and_by_each_of_their_tags() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let called = |name: &'static str, role| app.sign_in(&app.user(role, |user| user.username = name.into()));
        let (admin, sales) = (called("boss", Role::Admin), called("Somchai", Role::Sales));
        add(&admin, "One", "VIP, asia");
        add(&sales, "Two", "vip ,Hotels");
        add(&sales, "Three", "");
        app.test
            .db
            .write_blocking(|connection| {
                let own = diesel::update(segment::table.filter(segment::name.eq("Three")));
                Ok(own.set(segment::created_by_id.eq(None::<customer_segments::db::Id>)).execute(connection)?)
            })
            .unwrap();

        let list = admin.open(LIST);
        let labels = |filter| choices(&list, filter).into_iter().map(|(label, _)| label).collect::<Vec<_>>();
        assert_eq!(labels("created_by__id__exact"), ["All", "boss", "Somchai", "Nobody (the Admins’)"]);
        assert_eq!(labels("tag"), ["All", "asia", "Hotels", "VIP"], "each once, however it is written");
        assert_eq!(names(&choose(&admin, &list, "created_by__id__exact", "Somchai")), ["Two"]);
        assert_eq!(names(&choose(&admin, &list, "created_by__id__exact", "Nobody (the Admins’)")), ["Three"]);
        let tagged = choose(&admin, &list, "tag", "VIP");
        assert_eq!(names(&tagged), ["One", "Two"]);
        assert_eq!(tagged.texts("details[data-filter-title=tag] .selected"), ["VIP"]);
        assert_eq!(names(&choose(&admin, &tagged, "created_by__id__exact", "boss")), ["One"], "filters narrow one another");
        for nobodys in ["?tag=vi", "?tag=%25", "?created_by__id__exact=x", "?health=x"] {
            assert_eq!(names(&admin.open(&format!("{LIST}{nobodys}"))), Vec::<String>::new(), "{nobodys}");
        }

        let owners = |person: &Person<'_>| -> Vec<String> {
            choices(&person.open(LIST), "created_by__id__exact").into_iter().map(|(label, _)| label).collect()
        };
        assert_eq!(owners(&sales), ["All", "boss", "Somchai", "Nobody (the Admins’)"], "active ones are seen by all");
        app.test
            .db
            .write_blocking(|connection| {
                Ok(diesel::update(segment::table.filter(segment::name.eq("One"))).set(segment::status.eq("paused")).execute(connection)?)
            })
            .unwrap();
        assert_eq!(owners(&sales), ["All", "Somchai", "Nobody (the Admins’)"], "who owns nothing that one sees is not told");
        assert!(!choices(&sales.open(LIST), "tag").iter().any(|(label, _)| label == "asia"));
    });
}

#[test]
fn segments_are_found_by_what_is_wrong_with_them() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        for name in ["Broken", "Fine", "Never", "Stale"] {
            add(&person, name, "");
        }
        let later = Time(app.test.clock.now() + chrono::Duration::minutes(1));
        app.test
            .db
            .write_blocking(|connection| {
                let named = |name: &'static str| segment::table.filter(segment::name.eq(name));
                let rules = Json(serde_json::json!({"rules": [{"field": "shoe_size", "operator": "equals", "value": 1}]}));
                diesel::update(named("Broken")).set(segment::filter_criteria.eq(rules)).execute(connection)?;
                diesel::update(named("Never")).set(segment::last_calculated_at.eq(None::<Time>)).execute(connection)?;
                diesel::update(named("Stale")).set(segment::updated_at.eq(later)).execute(connection)?;
                Ok(())
            })
            .unwrap();
        let list = person.open(LIST);
        for (label, name) in [("Needs attention (broken rule)", "Broken"), ("Never counted", "Never"), ("Count is stale", "Stale")] {
            assert_eq!(names(&choose(&person, &list, "health", label)), [name]);
        }
        let marks = list.texts("#result_list tbody .field-member_count span[class=attention], #result_list .quiet, #result_list .stale");
        assert_eq!(marks.len(), 3, "the list marks the same three: {marks:?}");
    });
}

/// The labels and counts of a filter's choices: "Active (2)".
fn counted(list: &Answer, filter: &str) -> Vec<String> {
    choices(list, filter).into_iter().map(|(label, _)| label).collect()
}

#[test]
fn counts_beside_the_filters_are_what_their_links_show() {
    on_engines(|engine| {
        let test = TestDb::new(engine);
        let company = Company { id: uuid::Uuid::now_v7(), name: "Six Palms".into(), ..Company::default() };
        let contact = |(name, contact_type, email): (&str, &str, &str)| Contact {
            id: uuid::Uuid::now_v7(),
            company_id: company.id,
            name: name.into(),
            contact_type: contact_type.into(),
            email: email.into(),
            is_active: name != "Gone",
            ..Contact::default()
        };
        let people =
            [("Anong", "Primary", "a@x.example"), ("Boon", "Billing", ""), ("Gone", "Primary", " "), ("Dao", "Primary", "d@x.example")];
        let contacts = people.map(contact).to_vec();
        stored::store(&test.db, &World { companies: vec![company], contacts, ..World::default() });
        let app = TestApp::on(test);
        let person = app.staff();
        let plain = person.open(CONTACTS);
        assert!(plain.texts("#changelist-filter .facet").is_empty(), "nothing is counted unasked");
        let shown = plain.attributes("#changelist-filter-extra-actions .viewcounts", "href");
        let list = person.open(&format!("{CONTACTS}{}", shown[0]));
        assert!(counted(&list, "contact_type").contains(&"Primary Contact (3)".to_owned()), "{:?}", counted(&list, "contact_type"));
        assert_eq!(counted(&list, "is_active"), ["All (4)", "Yes (3)", "No (1)"]);
        assert_eq!(counted(&list, "email"), ["All (4)", "Empty (2)", "Not empty (2)"], "blanks are empty");
        assert_eq!(names(&person.open(&format!("{CONTACTS}?email__isempty=1"))), ["Boon", "Gone"]);
        assert_eq!(names(&person.open(&format!("{CONTACTS}?email__isempty=0"))), ["Anong", "Dao"]);

        let narrowed = person.open(&format!("{CONTACTS}?_facets=True&contact_type__exact=Primary&q=palms"));
        assert_eq!(counted(&narrowed, "is_active"), ["All (3)", "Yes (2)", "No (1)"], "the other filters and the search count");
        assert!(counted(&narrowed, "contact_type").contains(&"Billing Contact (1)".to_owned()), "its own does not");
        for filter in ["contact_type", "is_active", "unsubscribed", "email", "created_at"] {
            for (label, link) in choices(&narrowed, filter) {
                let rows = names(&person.open(&format!("{CONTACTS}{link}"))).len();
                assert!(label.ends_with(&format!("({rows})")), "{filter}: {label} leads to {rows}");
            }
        }
        let hide = narrowed.attributes("#changelist-filter-extra-actions .hidecounts", "href");
        assert!(!hide[0].contains("_facets") && hide[0].contains("q=palms"), "{hide:?}");
    });
}

#[test]
fn where_there_are_too_many_to_count_in_time_the_list_is_there_and_says_so() {
    on_engines(|engine| {
        let test = TestDb::new(engine).reopened(|options| options.aside_timeout = std::time::Duration::from_millis(1));
        let people: Vec<Contact> = (0..20_000)
            .map(|number| Contact {
                id: uuid::Uuid::now_v7(),
                name: format!("Somchai {number}"),
                email: format!("{number}@x.example"),
                ..Contact::default()
            })
            .collect();
        let company = Company { id: uuid::Uuid::now_v7(), name: "Six Palms".into(), ..Company::default() };
        let contacts = people.into_iter().map(|contact| Contact { company_id: company.id, ..contact }).collect();
        stored::store(&test.db, &World { companies: vec![company], contacts, ..World::default() });
        let app = TestApp::on(test);
        let list = app.staff().open(&format!("{CONTACTS}?_facets=True&q=somchai"));
        assert_eq!(list.text("#changelist-filter .help"), "There are too many rows to count them here. Search or filter first.");
        assert!(!list.has(".facet") && names(&list).len() == 100);
    });
}

#[test]
fn a_list_leaves_as_csv_with_its_filters_its_search_and_its_order() {
    on_engines(|engine| {
        let test = TestDb::new(engine);
        let company = Company { id: uuid::Uuid::now_v7(), name: "Six Palms".into(), ..Company::default() };
        let contact = |name: &str, email: &str| Contact {
            id: uuid::Uuid::now_v7(),
            company_id: company.id,
            name: name.into(),
            email: email.into(),
            ..Contact::default()
        };
        // More than one batch of rows, and one whose name a spreadsheet would run.
        let mut contacts: Vec<Contact> = (0..1_100).map(|number| contact(&format!("Somchai {number:04}"), "s@x.example")).collect();
        for (number, contact) in contacts.iter_mut().enumerate() {
            contact.email = format!("{number}@x.example");
        }
        contacts.push(contact("=1+1 สมชาย", ""));
        stored::store(&test.db, &World { companies: vec![company], contacts, ..World::default() });
        let app = TestApp::on(test);
        let person = app.staff();
        let link = person.open(&format!("{CONTACTS}?o=-1&p=2")).attributes(".tool-export", "href");
        assert_eq!(link, ["/admin/crm_app/contact/export.csv?o=-1"], "all pages, not the one that is open");
        let file = person.get(&link[0]);
        assert_eq!(file.status, 200);
        assert!(file.body.starts_with("\u{feff}ID,Name,"), "{}", &file.body[..40]);
        let mut lines = file.body.lines().skip(1).map(|line| line.split(',').nth(1).unwrap());
        assert_eq!(lines.next(), Some("Somchai 1099"));
        assert_eq!(lines.clone().count(), 1_100);
        assert_eq!(lines.last(), Some("'=1+1 สมชาย"));
        let empty = person.get(&format!("{CONTACTS}export.csv?email__isempty=1&q=palms"));
        assert_eq!(empty.body.lines().count(), 2, "{}", empty.body);
        assert_eq!(person.get(&format!("{CONTACTS}export.csv?shoe__exact=1")).location(), format!("{CONTACTS}?e=1"));
        let told = person.open("/admin/").text("#content");
        assert!(told.contains("Exported"), "it is in the history: {told}");
    });
}

#[test]
fn values_leave_as_csv_in_the_same_spelling_for_every_spreadsheet() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let sent = |path: &str, fields: &[(&str, &str)]| {
            let answer = person.post_form(path, fields);
            assert_eq!(answer.status, 303, "{}", answer.body);
            answer.location().split('/').rev().nth(2).unwrap().to_owned()
        };
        let company = sent("/admin/crm_app/company/add/", &[("name", "Six Palms"), ("location_count", "1200"), ("_continue", "1")]);
        let fields = [("contract_number", "C1"), ("company", &*company), ("start_date", "2026-01-01"), ("end_date", "2026-12-31")];
        sent("/admin/crm_app/contract/add/", &[&fields[..], &[("value", "12345.6"), ("currency", "THB")]].concat());
        let lines = |list: &str| -> Vec<String> {
            let file = person.open(&format!("/admin/crm_app/{list}/export.csv")).body;
            file.lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
        };
        assert_eq!(
            lines("contract"),
            [
                "Contract number,Company,Status,Contract type,Value,Currency,Start date,End date",
                "C1,Six Palms,Draft,Annual,12345.60,THB,2026-01-01,2026-12-31"
            ]
        );
        // As the CRM may have written them: an amount stays a number that can be added up, text stays text.
        let odd = (contract::value.eq(Money(-1_200)), contract::contract_number.eq("-12.00"));
        let changed = |connection: &mut _| Ok(diesel::update(contract::table).set(odd).execute(connection)?);
        assert_eq!(app.test.db.write_blocking(changed).unwrap(), 1);
        assert_eq!(lines("contract")[1], "'-12.00,Six Palms,Draft,Annual,-12.00,THB,2026-01-01,2026-12-31");
        assert_eq!(lines("company")[1], "Six Palms,,,,1200,,true");
        let rules = r#"{"rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;
        sent("/admin/crm_app/customersegment/add/", &[("name", "All"), ("filter_criteria", rules), ("_continue", "1")]);
        assert!(lines("customersegment")[1].contains(",2026-11-22 09:00:00,"), "by the clocks of the zone: {:?}", lines("customersegment"));
    });
}

/// Yesterday's "Today", a tag that few segments have: what an address asks for is marked, whether or not it is offered.
#[test]
fn what_an_address_asks_for_is_marked_though_it_is_no_offer() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let chosen =
            |query: &str| person.open(&format!("/admin/crm_app/customersegment/?{query}")).texts("#changelist-filter li.selected a");
        assert!(chosen("created_at__gte=2026-01-02&created_at__lt=2026-01-05").contains(&"from 2026-01-02 until 2026-01-05".to_owned()));
        assert!(chosen("tag=zz39").contains(&"zz39".to_owned()));
        let folded = person.open("/admin/crm_app/customersegment/?tag=zz39").text(".filter-box > summary");
        assert_eq!(folded, "Filter tag: zz39");
    });
}
