//! The box in the header: everything is searched at once, by the searches of the lists.

use customer_segments::accounts::Role;
use customer_segments::db::connection::{Lane, Turn};
use customer_segments::db::dialect::Engine;
use uuid::Uuid;

use crate::support::app::Person;
use crate::support::evaluator::{Company, Contact, World};
use crate::support::{TestApp, TestDb, on_engines, stored};

const ADD: &str = "/admin/crm_app/customersegment/add/";
const RULES: &str = r#"{"entity": "contact", "match_type": "all", "rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;

/// A site with one company and so many contacts, who bear its name.
fn site(engine: Engine, contacts: usize) -> TestApp {
    let test = TestDb::new(engine);
    let company = Company { id: Uuid::now_v7(), name: "สุขใจ Palms".into(), ..Company::default() };
    let contact = |number: usize| Contact {
        id: Uuid::now_v7(),
        company_id: company.id,
        name: format!("Palm {number:02}"),
        email: format!("p{number}@example.com"),
        is_active: true,
        ..Contact::default()
    };
    let contacts = (0..contacts).map(contact).collect();
    stored::store(&test.db, &World { companies: vec![company], contacts, ..World::default() });
    TestApp::on(test)
}

#[track_caller]
fn add_segment(person: &Person<'_>, name: &str, status: &str) {
    let form = person.open(ADD).form().fill("name", name).fill("filter_criteria", RULES).fill("status", status);
    assert_eq!(person.submit(&form).status, 303);
}

#[test]
fn results_are_grouped_by_model_and_lead_to_the_list_with_the_same_search() {
    on_engines(|engine| {
        let app = site(engine, 12);
        let person = app.role(Role::Admin);
        add_segment(&person, "Palm beach", "active");
        add_segment(&person, "Old palm", "archived");
        let form = person.open("/admin/").form_at("#site-search-form").fill("q", "PALM");
        let page = person.open(&format!("{}?q=PALM", form.action));
        assert_eq!(page.text("h1"), "Search results for “PALM”");
        assert_eq!(page.attributes("#site-search", "value"), ["PALM"]);
        assert_eq!(page.texts("#content-main h2"), ["Companies", "Contacts", "Customer Segments"]);
        assert_eq!(page.texts(".found-contact tbody tr").len(), 10, "the first ten");
        assert_eq!(page.text(".found-contact .all-results a"), "All 12 results in Contacts");
        assert_eq!(page.texts(".found-customersegment .field-name"), ["Old palm", "Palm beach"], "archived ones too");
        assert_eq!(page.text(".nothing-found"), "No results in Contracts and Users.");
        for (model, results) in [("company", "1 result"), ("contact", "12 results"), ("customersegment", "2 results")] {
            let list = person.open(&page.attributes(&format!(".found-{model} .all-results a"), "href")[0]);
            assert!(list.text("#changelist-search .quiet").starts_with(results), "{model}");
        }
        let row = person.open(&page.attributes(".found-company .field-name a", "href")[0]);
        assert_eq!(row.text("h2"), "สุขใจ Palms");
        assert_eq!(
            person.open("/admin/search/?q=%E0%B8%AA%E0%B8%B8%E0%B8%82%E0%B9%83%E0%B8%88").texts("#content-main h2"),
            ["Companies", "Contacts"]
        );
    });
}

#[test]
fn nothing_typed_nothing_found_and_what_nobody_could_mean_are_pages_too() {
    on_engines(|engine| {
        let app = site(engine, 1);
        let person = app.staff();
        let empty = person.open("/admin/search/");
        assert_eq!((empty.text("h1").as_str(), empty.has("#content-main h2")), ("Search", false));
        assert!(empty.text("#content-main p").starts_with("Type what you look for"));
        let none = person.open("/admin/search/?q=zebra");
        assert_eq!(none.text(".nothing-found"), "Nothing was found. No results in Companies, Contacts, Contracts and Customer Segments.");
        for typed in ["%25", "_", "%22", "'; DROP TABLE x --", "<script>", "a%00b"] {
            let answer = person.get(&format!("/admin/search/?q={}", typed.replace(' ', "+")));
            assert!([200, 400].contains(&answer.status), "{typed}: {}", answer.status);
            assert!(!answer.has("#content-main script"));
        }
        let long = "x".repeat(100_000);
        assert!([200, 400, 414].contains(&person.get(&format!("/admin/search/?q={}", &long[..6_000])).status));
    });
}

#[test]
fn only_what_one_may_see_is_found() {
    on_engines(|engine| {
        let app = site(engine, 1);
        let (owner, other) = (app.staff(), app.role(Role::Finance));
        add_segment(&owner, "Palm secret", "paused");
        assert!(owner.open("/admin/search/?q=palm").has(".found-customersegment"));
        assert!(!other.open("/admin/search/?q=palm").has(".found-customersegment"));
    });
}

#[test]
fn a_model_that_cannot_be_searched_in_time_says_so_and_leaves_the_others_alone() {
    on_engines(|engine| {
        let app = site(engine, 3);
        let person = app.role(Role::Admin);
        add_segment(&person, "Palm beach", "active");
        let take = || actix_web::rt::System::new().block_on(app.test.db.turn(Lane::Search)).unwrap();
        let turns: Vec<Turn> = vec![take(), take()];
        let page = person.open("/admin/search/?q=palm");
        assert!(page.text(".found-contact .not-searched").starts_with("They could not be searched in time."));
        assert_eq!(page.texts(".found-customersegment .field-name"), ["Palm beach"]);
        drop(turns);
        assert!(!person.open("/admin/search/?q=palm").has(".not-searched"));
    });
}

#[test]
fn recent_actions_lead_to_what_is_still_there_to_be_seen() {
    on_engines(|engine| {
        let app = site(engine, 1);
        let person = app.staff();
        for number in 0..11 {
            add_segment(&person, &format!("Hotels {number}"), "active");
        }
        let index = person.open("/admin/");
        assert_eq!(index.texts(".actionlist li").len(), 10);
        let first = index.text(".actionlist li");
        assert!(first.starts_with("Added: Hotels 10 Customer Segment · just now ("), "{first}");
        assert_eq!(index.texts(".actionlist li a").len(), 10);
        let url = index.attributes(".actionlist li a", "href").remove(0);
        // Handed over and put away: it is there, but not for them.
        let id = customer_segments::db::Id::parse(url.split('/').rev().nth(2).unwrap()).unwrap();
        app.test
            .db
            .write_blocking(|connection| {
                use customer_segments::db::schema::crm_app_customersegment as segment;
                use diesel::prelude::*;
                let mine: Option<customer_segments::db::Id> = None;
                let values = (segment::status.eq("paused"), segment::created_by_id.eq(mine));
                diesel::update(segment::table.find(id)).set(values).execute(connection)?;
                Ok(())
            })
            .unwrap();
        let index = person.open("/admin/");
        assert_eq!(index.texts(".actionlist li").len(), 10);
        assert_eq!(index.texts(".actionlist li a").len(), 9);
    });
}
