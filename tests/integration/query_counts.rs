//! How many questions each page asks of the database: the same number, however much there is in it.
//!
//! The numbers are written down, so that one question more is a decision. Two of each belong to whoever asks: their session
//! and their user.

use customer_segments::accounts::user::User;
use customer_segments::accounts::{Actor, Role};
use customer_segments::criteria::Scope;
use customer_segments::db::Id;
use customer_segments::segments::listed::ListChange;
use customer_segments::segments::save::{self, Edited};
use customer_segments::segments::{Draft, Input};
use uuid::Uuid;

use crate::support::app::Person;
use crate::support::evaluator::{self, World};
use crate::support::stored::store;
use crate::support::{TestApp, TestDb, on_engines, queries};

/// Pages, and what each asks. `{segment}` and the like stand for an object's key.
const QUESTIONS: &[(&str, usize)] = &[
    ("/admin/", 3),
    ("/admin/crm_app/", 2),
    ("/admin/crm_app/customersegment/", 6),
    ("/admin/crm_app/customersegment/?q=segment", 7),
    ("/admin/crm_app/customersegment/?segment_type__exact=static", 6),
    // Three of them look up what the kinds of trouble stand for, of which there are always three.
    ("/admin/crm_app/customersegment/?_facets=True", 13),
    ("/admin/crm_app/customersegment/?o=-2.1", 6),
    ("/admin/crm_app/customersegment/?p=2", 6),
    ("/admin/crm_app/customersegment/?all=", 6),
    ("/admin/crm_app/customersegment/add/", 6),
    ("/admin/crm_app/customersegment/{segment}/change/", 13),
    ("/admin/crm_app/customersegment/{segment}/delete/", 6),
    ("/admin/crm_app/customersegment/{segment}/history/", 5),
    ("/admin/crm_app/customersegment/{segment}/members/", 11),
    ("/admin/crm_app/customersegment/{segment}/members/?q=person", 13),
    ("/admin/crm_app/customersegment/{segment}/members/?o=2.-1", 11),
    ("/admin/crm_app/customersegment/{segment}/members/?company__id__exact={company}", 13),
    ("/admin/crm_app/customersegment/{segment}/members/?company__id__exact__term=company", 12),
    ("/admin/crm_app/customersegment/{segment}/members/?_facets=True", 14),
    ("/admin/crm_app/customersegment/{segment}/used_by/", 5),
    ("/admin/crm_app/contact/", 4),
    ("/admin/crm_app/contact/?q=person", 6),
    ("/admin/crm_app/contact/?is_active__exact=1", 4),
    ("/admin/crm_app/contact/?_facets=True", 5),
    ("/admin/crm_app/contact/?o=-1.2", 4),
    ("/admin/crm_app/contact/?p=2", 4),
    ("/admin/crm_app/contact/?all=", 4),
    ("/admin/crm_app/contact/{contact}/change/", 4),
    ("/admin/crm_app/contact/{contact}/history/", 4),
    ("/admin/crm_app/contact/import/", 3),
    ("/admin/crm_app/company/import/", 3),
    ("/admin/crm_app/contract/import/", 3),
    ("/admin/crm_app/company/", 4),
    ("/admin/crm_app/company/?q=company", 5),
    ("/admin/crm_app/company/?is_active__exact=1", 4),
    ("/admin/crm_app/company/{company}/change/", 3),
    ("/admin/crm_app/company/{company}/history/", 4),
    ("/admin/crm_app/contract/", 4),
    ("/admin/crm_app/contract/?q=contract", 6),
    ("/admin/crm_app/contract/{contract}/change/", 4),
    ("/admin/crm_app/contract/{contract}/history/", 4),
    ("/admin/crm_app/contact/add/?company={company}", 3),
    ("/admin/crm_app/contact/?company__id__exact={company}", 5),
    ("/admin/crm_app/company/{company}/delete/", 9),
    ("/admin/crm_app/contact/{contact}/delete/", 4),
    ("/admin/crm_app/contract/{contract}/delete/", 3),
    ("/admin/crm_app/user/", 4),
    ("/admin/crm_app/user/?q=tech", 5),
    ("/admin/crm_app/user/?is_active__exact=1", 4),
    ("/admin/crm_app/user/?_facets=True", 5),
    ("/admin/crm_app/user/?p=2", 4),
    ("/admin/crm_app/user/add/", 2),
    ("/admin/crm_app/user/{user}/change/", 3),
    ("/admin/crm_app/user/{user}/history/", 4),
    ("/admin/crm_app/user/{user}/delete/", 4),
    ("/admin/crm_app/user/{user}/sessions/", 6),
    ("/admin/search/?q=segment", 21),
    ("/admin/search/?q=person", 21),
    ("/admin/autocomplete/?app_label=crm_app&model_name=company&field_name=parent_company&object={company}&term=company", 3),
    ("/admin/account/", 6),
    ("/admin/account/tokens/", 3),
];

/// The keys that stand in the paths.
#[derive(Clone, Copy)]
struct Keys {
    segment: Id,
    company: Id,
    contact: Id,
    contract: Id,
    user: Id,
}

#[test]
fn a_page_asks_as_many_questions_of_three_rows_as_of_three_hundred() {
    queries::listen();
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.superuser();
        let keys = grow(&app, 3);
        let few = asked(&app, &person, &keys);
        grow(&app, 147);
        let some = asked(&app, &person, &keys);
        grow(&app, 150);
        let many = asked(&app, &person, &keys);
        let mut wrong = Vec::new();
        for (at, (path, expected)) in QUESTIONS.iter().enumerate() {
            // A second page needs more than a hundred rows.
            let found: Vec<&Vec<String>> = [&few[at], &some[at], &many[at]].into_iter().flatten().collect();
            assert!(found.len() >= 2, "{path} is not there");
            if found.iter().any(|questions| questions.len() != *expected) {
                let counts: Vec<usize> = found.iter().map(|questions| questions.len()).collect();
                let asked = found.iter().max_by_key(|questions| questions.len()).map(|questions| beginnings(questions));
                wrong.push(format!("{path}: {counts:?}, not {expected}:{}", asked.unwrap_or_default()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// Addresses of the API, and what each asks: two belong to whoever asks, their sign-in and their user.
const OF_THE_API: &[(&str, usize)] = &[
    ("segments/?page_size=1000&preview=false", 4),
    ("segments/?page_size=1000&preview=false&ordering=-member_count&search=segment", 4),
    ("contacts/?page_size=1000", 4),
    ("companies/?page_size=1000", 4),
    ("contracts/?page_size=1000", 4),
];

#[test]
fn a_list_of_a_thousand_over_the_api_asks_as_many_questions_as_one_of_three() {
    queries::listen();
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let api = app.api(&app.user(Role::Admin, |_| {}));
        grow(&app, 3);
        let mut wrong = Vec::new();
        for more in [0, 997] {
            grow_segments(&app, more);
            for (path, expected) in OF_THE_API {
                // The first one takes what is left of the minute's quota from the database.
                api.get(path).good(200);
                queries::heard(&app.test.db);
                let told = api.get(path).good(200);
                let questions = queries::heard(&app.test.db);
                if questions.len() != *expected {
                    wrong.push(format!("{path} with {}: {}, not {expected}:{}", told["count"], questions.len(), beginnings(&questions)));
                }
            }
        }
        assert_eq!(api.get("segments/?page_size=1000&preview=false").good(200)["results"].as_array().unwrap().len(), 1_000);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// Lists with "Delete selected", and what asking whether to asks: for who asks, for the keys, for the objects, and for what goes and stays.
/// Of companies that cannot be deleted, the first twenty are told with the names of what keeps them: two questions each.
const DELETIONS: &[(&str, [usize; 3])] =
    &[("customersegment", [7; 3]), ("company", [8, 26, 46]), ("contact", [5; 3]), ("contract", [4; 3]), ("user", [5; 3])];

#[test]
fn whether_to_delete_is_asked_with_as_many_questions_for_one_object_as_for_a_hundred() {
    queries::listen();
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.superuser();
        grow(&app, 100);
        let mut wrong = Vec::new();
        for (model, expected) in DELETIONS {
            let list = person.open(&format!("/admin/crm_app/{model}/"));
            let mut keys = list.attributes("input[name=_selected_action]", "value");
            assert_eq!(keys.len(), 100, "{model}");
            // Nobody deletes themselves.
            keys.retain(|key| Some(key) != person.id.map(|id| id.to_string()).as_ref());
            for (some, expected) in [&keys[..1], &keys[..10], &keys[..]].into_iter().zip(expected) {
                let form = list.form_at("#changelist-form").fill("action", "delete_selected");
                let form = some.iter().fold(form, |form, key| form.and("_selected_action", key));
                queries::heard(&app.test.db);
                let asked = person.submit(&form);
                let questions = queries::heard(&app.test.db);
                assert_eq!(asked.status, 200, "{model}: {}", asked.body);
                if questions.len() != *expected {
                    wrong.push(format!("{} of {model}: {}, not {expected}:{}", some.len(), questions.len(), beginnings(&questions)));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// Actions on all segments, and what each asks before it is confirmed.
const ACTIONS: &[(&str, usize)] = &[("add_tag", 4), ("delete_selected", 7)];

#[test]
fn an_action_that_asks_first_asks_the_database_as_much_for_all_as_for_three() {
    queries::listen();
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.superuser();
        let mut wrong = Vec::new();
        for more in [3, 97] {
            grow(&app, more);
            let list = person.open("/admin/crm_app/customersegment/");
            for (action, expected) in ACTIONS {
                let form = list.form_at("#changelist-form").fill("action", action).and("select_across", "1");
                queries::heard(&app.test.db);
                let asked = person.submit(&form);
                let questions = queries::heard(&app.test.db);
                assert_eq!(asked.status, 200, "{action}: {}", asked.body);
                if questions.len() != *expected {
                    wrong.push(format!("{action} after {more} more: {}, not {expected}:{}", questions.len(), beginnings(&questions)));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// The questions, as far as they tell one from another.
fn beginnings(questions: &[String]) -> String {
    questions.iter().fold(String::new(), |text, question| text + &format!("\n    {question:.160}"))
}

/// What each page asks; `None` for one that is not there.
fn asked(app: &TestApp, person: &Person<'_>, keys: &Keys) -> Vec<Option<Vec<String>>> {
    let key = |path: &str, name: &str, id: Id| path.replace(name, &id.to_string());
    QUESTIONS
        .iter()
        .map(|(path, _)| {
            let path = key(&key(path, "{segment}", keys.segment), "{company}", keys.company);
            let path = key(&key(&path, "{contact}", keys.contact), "{contract}", keys.contract);
            let path = key(&path, "{user}", keys.user);
            queries::heard(&app.test.db);
            let answer = person.get(&path);
            let questions = queries::heard(&app.test.db);
            assert!([200, 303].contains(&answer.status), "{path}: {}", answer.status);
            if answer.status == 303 {
                // What is said of it is taken, which asks too.
                person.follow(&answer);
            }
            (answer.status == 200).then_some(questions)
        })
        .collect()
}

/// So many more segments, and the key of the first.
fn grow_segments(app: &TestApp, count: usize) -> Id {
    let test = &app.test;
    let ids: Vec<Id> = (0..count).map(|_| Id::new()).collect();
    let actor = Actor::system("tests", false);
    test.db
        .write_unhurried(|connection| {
            for id in &ids {
                save::insert(connection, &actor, &test.clock, *id, &Edited::new(draft(*id, app), ListChange::default()))?;
            }
            Ok(())
        })
        .unwrap();
    ids.first().copied().unwrap_or_default()
}

/// So many more of everything, and the keys of the first.
fn grow(app: &TestApp, count: usize) -> Keys {
    let test = &app.test;
    let mut world = World::default();
    for _ in 0..count {
        let (company, person, contract) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let name = format!("Company {company}");
        world.companies.push(evaluator::Company { id: company, name, is_active: true, ..evaluator::Company::default() });
        let name = format!("Person {person}");
        world.contacts.push(evaluator::Contact { id: person, company_id: company, name, is_active: true, ..evaluator::Contact::default() });
        let contract_number = format!("Contract {contract}");
        world.contracts.push(evaluator::Contract { id: contract, company_id: company, contract_number, ..evaluator::Contract::default() });
    }
    store(&test.db, &world);
    let first = (world.companies[0].id, world.contacts[0].id, world.contracts[0].id);
    let segment = grow_segments(app, count);
    let users: Vec<String> = (0..count).map(|_| app.user(Role::Tech, |_| {})).collect();
    let user = test.db.read_blocking(|connection| User::find_by_username(connection, &users[0])).unwrap().id;
    Keys { segment, company: Id(first.0), contact: Id(first.1), contract: Id(first.2), user }
}

fn draft(id: Id, app: &TestApp) -> Draft {
    let input = Input {
        name: format!("Segment {id}"),
        description: String::new(),
        segment_type: "dynamic".into(),
        status: "active".into(),
        tags: "one, two".into(),
        filter_criteria: r#"{"rules":[{"field":"company.is_active","operator":"equals","value":true}]}"#.into(),
    };
    Draft::parse(&input, None, Scope::alone((&app.test.clock).into())).expect("a good segment")
}
