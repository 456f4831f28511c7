//! The page of a segment's members: searched, sorted, filtered and paged as a list is, why each is in, the file that is made
//! of them, and the campaigns that took them.

use std::time::Duration;

use customer_segments::db::connection::Lane;
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::{
    crm_app_contact, crm_app_customersegment as segment, crm_app_customersegment_static_companies as listed_companies,
    crm_app_customersegment_static_contacts as listed_contacts, segments_event as event, segments_use,
};
use customer_segments::db::{Id, Time};
use diesel::prelude::*;
use reqwest::Method;
use uuid::Uuid;

use crate::support::app::Person;
use crate::support::evaluator::{Company, Contact, World};
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines, stored};

const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
/// Rules that everybody meets.
const EVERYBODY: &str = r#"{"rules":[{"field":"company.name","operator":"is_not_empty"}]}"#;

/// Seven people at three companies, of whom five may be mailed at three addresses.
fn world() -> World {
    let company =
        |name: &str, country: &str| Company { id: Uuid::now_v7(), name: name.into(), country: country.into(), ..Company::default() };
    let companies = vec![company("Six Palms", "Thailand"), company("Lotus", "Vietnam"), company("กรุงเทพ รีสอร์ต", "thailand")];
    let contact = |(name, email, title, at, is_active, unsubscribed): (&str, &str, &str, usize, bool, bool)| Contact {
        id: Uuid::now_v7(),
        company_id: companies[at].id,
        name: name.into(),
        email: email.into(),
        title: title.into(),
        contact_type: "Other".into(),
        is_active,
        unsubscribed,
        ..Contact::default()
    };
    let contacts = [
        ("Anong", "anong@six.example", "General Manager", 0, true, false),
        ("Binh", "BINH@lotus.example", "Chef", 1, true, false),
        ("Chai", "", "Chef", 0, true, false),
        ("Dao", "ANONG@six.example", "Buyer", 1, true, false),
        ("สมชาย", "somchai@resort.example", "General Manager", 2, true, false),
        ("Eve", "eve@six.example", "Chef", 0, false, false),
        ("Uma", "uma@six.example", "Chef", 0, true, true),
    ];
    World { contacts: contacts.into_iter().map(contact).collect(), companies, ..World::default() }
}

fn with_customers(test: impl Fn(&TestApp, &Person<'_>, &World)) {
    let world = world();
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        stored::store(&app.test.db, &world);
        test(&app, &app.staff(), &world);
    });
}

/// Adds a segment and gives its key.
#[track_caller]
fn add(person: &Person<'_>, name: &str, segment_type: &str) -> Id {
    let form = person.open(ADD).form().fill("name", name).fill("segment_type", segment_type).fill("filter_criteria", EVERYBODY);
    let answer = person.submit(&form.and("_continue", "1"));
    assert_eq!(answer.status, 303, "{}", answer.texts(".errorlist, .errornote").join(" "));
    Id::parse(answer.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("the way to the new segment")
}

fn page(id: Id, page: &str) -> String {
    format!("{LIST}{id}/{page}")
}

fn names(list: &Answer) -> Vec<String> {
    list.texts("#result_list tbody .field-name")
}

/// The names in a file of members.
fn rows(file: &Answer) -> Vec<String> {
    assert_eq!(file.status, 200, "{}", file.body);
    let mut rows = csv::Reader::from_reader(file.body.trim_start_matches('\u{feff}').as_bytes());
    rows.records().map(|row| row.unwrap()[1].to_owned()).collect()
}

/// What the history says of exports.
fn exports(app: &TestApp) -> Vec<String> {
    let exported = event::table.filter(event::action.eq("exported")).order((event::at, event::id)).select(event::message);
    app.test.db.read_blocking(|connection| Ok(exported.load(connection)?)).unwrap()
}

fn list_in(app: &TestApp, id: Id, contacts: &[Uuid], companies: &[Uuid]) {
    let store = |connection: &mut _| {
        for &contact in contacts {
            let row = (listed_contacts::customersegment_id.eq(id), listed_contacts::contact_id.eq(Id(contact)));
            diesel::insert_into(listed_contacts::table).values(row).execute(connection)?;
        }
        for &company in companies {
            let row = (listed_companies::customersegment_id.eq(id), listed_companies::company_id.eq(Id(company)));
            diesel::insert_into(listed_companies::table).values(row).execute(connection)?;
        }
        Ok(())
    };
    app.test.db.write_blocking(store).unwrap();
}

#[test]
fn members_are_searched_sorted_and_filtered_as_a_list_of_contacts_is() {
    with_customers(|_, person, world| {
        let members = page(add(person, "All", "dynamic"), "members/");
        let found = |query: &str| names(&person.open(&format!("{members}{query}")));
        assert_eq!(found(""), ["Anong", "Binh", "Chai", "Dao", "สมชาย"], "by name, of those who may be mailed");
        for (query, expected) in [
            ("?q=chef", vec!["Binh", "Chai"]),
            ("?q=chef+palms", vec!["Chai"]),
            ("?q=%22general+manager%22+thailand", vec!["Anong", "สมชาย"]),
            ("?q=manager+%22manager+general%22", vec![]),
            ("?q=สมชาย", vec!["สมชาย"]),
            ("?q=รีสอร์ต", vec!["สมชาย"]),
            ("?o=-1", vec!["สมชาย", "Dao", "Chai", "Binh", "Anong"]),
            ("?o=3.-1", vec!["Dao", "Chai", "Binh", "สมชาย", "Anong"]),
            ("?o=-4.1", vec!["สมชาย", "Anong", "Chai", "Binh", "Dao"]),
            ("?o=5.-2", vec!["Anong", "Chai", "Binh", "Dao", "สมชาย"]),
            ("?o=-1&q=chef", vec!["Chai", "Binh"]),
            ("?company__country=Thailand", vec!["Anong", "Chai", "สมชาย"]),
            ("?company__country=Vietnam&q=chef", vec!["Binh"]),
            ("?company__country=nowhere", vec![]),
        ] {
            assert_eq!(found(query), expected, "{query}");
        }
        let of_lotus = format!("?company__id__exact={}", world.companies[1].id);
        assert_eq!(found(&of_lotus), ["Binh", "Dao"]);
        assert_eq!(found(&format!("{of_lotus}&company__country=Thailand")), Vec::<String>::new(), "filters narrow one another");

        let list = person.open(&format!("{members}?q=chef&o=3.-1"));
        assert_eq!(list.text("#changelist-search span.small"), "2 results (5 total)");
        assert_eq!(list.attributes("#changelist-search span.small a", "href"), [members.as_str()], "the total clears the search");
        assert!(list.text(".numbers").ends_with("2 found"), "{}", list.text(".numbers"));
        assert_eq!(list.attributes("th[aria-sort]", "aria-sort"), ["ascending"]);
        assert_eq!(list.texts(".sortpriority"), ["2", "1"], "by its title, then by its name");
        let labels = list.texts("thead th .text");
        assert_eq!(labels, ["Name", "E-mail", "Title", "Company", "Country", "Type", "Why in"]);
        let contact = format!("/admin/crm_app/contact/{}/change/", world.contacts[1].id);
        assert_eq!(list.attributes("#result_list .field-name a", "href").last(), Some(&contact));
        let company = format!("/admin/crm_app/company/{}/change/", world.companies[1].id);
        assert_eq!(list.attributes("#result_list .field-company a", "href").last(), Some(&company));
    });
}

#[test]
fn what_a_list_of_members_does_not_have_leads_to_all_of_them() {
    with_customers(|app, person, _| {
        let id = add(person, "All", "dynamic");
        let members = page(id, "members/");
        for query in ["p=x", "p=0", "p=2", "country=Thailand", "title=x", "e=1&country=Thailand", "is_active__exact=1"] {
            let answer = person.get(&format!("{members}?{query}"));
            assert_eq!((answer.status, answer.location()), (303, format!("{members}?e=1").as_str()), "{query}");
        }
        let carried = "_changelist_filters=q%3Dall";
        let kept = person.get(&format!("{members}?{carried}&x=y"));
        assert_eq!(kept.location(), format!("{members}?{carried}&e=1"), "the list that one came from is not forgotten");
        let list = person.open(&format!("{members}?{carried}"));
        for link in list.attributes("#result_list thead a, #changelist-filter a", "href") {
            assert!(link.contains("_changelist_filters=q%3Dall"), "{link}");
        }
        for query in ["country=Thailand", "p=1", "o=1", "of=some", "_facets=True"] {
            let file = person.get(&page(id, &format!("members.csv?{query}")));
            assert_eq!((file.status, file.location()), (303, format!("{members}?e=1").as_str()), "{query}");
        }
        assert_eq!(exports(app), Vec::<String>::new());
    });
}

#[test]
fn companies_are_looked_for_among_those_of_the_members_and_countries_are_theirs() {
    with_customers(|app, person, world| {
        let id = add(person, "Listed", "static");
        list_in(app, id, &[world.contacts[0].id, world.contacts[4].id], &[]);
        let members = page(id, "members/");
        let choices = |list: &Answer, filter: &str| list.texts(&format!("details[data-filter-title={filter}] a"));
        let list = person.open(&members);
        assert_eq!(choices(&list, "company__id__exact"), ["All"]);
        assert_eq!(choices(&list, "company__country"), ["All", "Thailand"], "each once, however it is written");
        let search = list.form_at("details[data-filter-title=company__id__exact] form");
        let looked = |term: &str| person.open(&format!("{members}?{}={term}&q=a", search.fields[0].0));
        assert_eq!(search.fields.len(), 1, "{search:?}");
        let found = looked("PALM");
        assert_eq!(choices(&found, "company__id__exact"), ["All", "Six Palms"]);
        assert_eq!(found.text(".filter-search [role=status]"), "1 found; choose above.");
        assert!(!found.has(".clearfilters"), "looking for a company leaves nobody out");
        assert_eq!(looked("lotus").text(".filter-search [role=status]"), "No companies here match “lotus”.");
        let link = found.attributes("details[data-filter-title=company__id__exact] a", "href").pop().unwrap();
        assert_eq!(link, format!("?q=a&company__id__exact={}", world.companies[0].id));
        let filtered = person.open(&format!("{members}{link}"));
        assert_eq!(names(&filtered), ["Anong"]);
        assert_eq!(filtered.texts("details[data-filter-title=company__id__exact] .selected"), ["Six Palms"]);
        let counted = person.open(&format!("{members}?_facets=True"));
        assert_eq!(choices(&counted, "company__country"), ["All (2)", "Thailand (2)"]);
    });
}

#[test]
fn each_member_is_told_why_they_are_in() {
    with_customers(|app, person, world| {
        let why = |id: Id| person.open(&page(id, "members/")).texts("#result_list tbody .field-why");
        let list = add(person, "Listed", "static");
        list_in(app, list, &[world.contacts[1].id], &[world.companies[0].id]);
        let through = "Through its company Six Palms";
        assert_eq!(why(list), [through, "Listed", through]);
        let dynamic = add(person, "By rules", "dynamic");
        assert_eq!(why(dynamic), ["company’s name is not blank"; 5]);
        let links = person.open(&page(dynamic, "members/")).attributes("#result_list tbody .field-why a", "href");
        assert_eq!(links[0], format!("{}?contact={}", page(dynamic, "explain/"), world.contacts[0].id));
        assert_eq!(person.open(&links[0]).status, 200);
    });
}

#[test]
fn a_file_has_the_rows_that_were_asked_for_and_the_history_says_how_many() {
    with_customers(|app, person, world| {
        let id = add(person, "All", "dynamic");
        let export = |query: &str| rows(&person.get(&page(id, &format!("members.csv{query}"))));
        assert_eq!(export(""), ["Anong", "Binh", "Chai", "Dao", "สมชาย"]);
        assert_eq!(export("?with_email=1"), ["Anong", "Binh", "Dao", "สมชาย"]);
        assert_eq!(export("?one_per_address=1"), ["Anong", "Binh", "Chai", "สมชาย"], "who has no address shares none");
        assert_eq!(export("?one_per_address=1&with_email=1"), ["Anong", "Binh", "สมชาย"], "as many as there are addresses");
        assert_eq!(export("?q=chef"), ["Binh", "Chai"]);
        assert_eq!(export("?q=chef&of=all&with_email=1").len(), 4, "all, whatever is found");
        let of_lotus = format!("?company__id__exact={}&q=b&one_per_address=1", world.companies[1].id);
        assert_eq!(export(&of_lotus), ["Binh", "Dao"]);
        let told = [
            "5 rows",
            "4 rows (only with e-mail)",
            "4 rows (one row per address)",
            "3 rows (only with e-mail, one row per address)",
            "2 rows (found by “chef”)",
            "4 rows (only with e-mail)",
            "2 rows (found by “b”, filtered, one row per address)",
        ];
        assert_eq!(exports(app), told.map(|told| format!("Exported the members as CSV: {told}.")));
        let numbers = person.open(&page(id, "members/")).text(".numbers");
        assert_eq!(numbers, "5 members · 3 addresses (1 without e-mail, 1 shared)");
    });
}

#[test]
fn all_members_and_those_found_are_offered_as_files_by_a_plain_form() {
    with_customers(|_, person, _| {
        let id = add(person, "All", "dynamic");
        let plain = person.open(&page(id, "members/"));
        assert_eq!(plain.texts("#file-form button"), ["Export from all 5"]);
        let narrowed = person.open(&page(id, "members/?q=chef&o=-1&company__country=Vietnam"));
        assert_eq!(narrowed.texts("#file-form button"), ["Export from the 1 found", "Export from all 5"]);
        let form = narrowed.form_at("#file-form");
        assert_eq!(form.action, page(id, "members.csv"));
        let sent = |query: &[(String, String)]| {
            let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
            rows(&person.get(&format!("{}?{}", form.action, query.join("&"))))
        };
        assert_eq!(sent(&form.fields), ["Binh"], "{form:?}");
        assert_eq!(sent(&form.clone().and("of", "all").fields).len(), 5);
        let named = |query: &str| person.get(&page(id, &format!("members.csv{query}"))).header("content-disposition").to_owned();
        assert!(named("?q=chef&with_email=1").contains("All%20%28found%2C%20with%20e%2Dmail%29.csv"), "{}", named("?q=chef&with_email=1"));
        assert!(named("?of=all").contains("All.csv"), "{}", named("?of=all"));
        let nobody = person.open(&page(id, "members/?q=nobody"));
        assert_eq!(nobody.texts("#file-form button"), ["Export from all 5"]);
    });
}

#[test]
fn where_there_is_nobody_a_sentence_says_why() {
    with_customers(|app, person, world| {
        let id = add(person, "Listed", "static");
        let said = || person.open(&page(id, "members/")).text(".empty-list");
        assert!(said().starts_with("Nobody is listed yet"), "{}", said());
        list_in(app, id, &[world.contacts[5].id, world.contacts[6].id], &[]);
        assert!(said().starts_with("It lists 2 contacts and 0 companies, but nobody of them is active"), "{}", said());
        assert!(!person.open(&page(id, "members/")).has("#changelist, #file-form"));
        list_in(app, id, &[], &[world.companies[0].id]);
        let nobody = person.open(&page(id, "members/?q=nobody"));
        assert_eq!(nobody.text(".empty-list"), "None of the 2 members is found by this. Show all members");
        assert_eq!(nobody.attributes(".empty-list a", "href"), [page(id, "members/")]);
        let pause = || diesel::update(segment::table.find(id)).set(segment::status.eq("paused"));
        app.test.db.write_blocking(|connection| Ok(pause().execute(connection)?)).unwrap();
        let paused = person.open(&page(id, "members/"));
        assert!(paused.text(".attention").contains("This segment is paused"));
        assert_eq!(names(&paused), ["Anong", "Chai"]);
    });
}

#[test]
fn members_are_paged_as_every_list_is() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let mut world = world();
        let model = world.contacts[0].clone();
        let many = (0..205).map(|number| Contact {
            id: Uuid::now_v7(),
            name: format!("N{number:03}"),
            email: format!("{number}@x.example"),
            ..model.clone()
        });
        world.contacts = many.collect();
        stored::store(&app.test.db, &world);
        let person = app.staff();
        let id = add(&person, "Many", "dynamic");
        let second = person.open(&page(id, "members/?p=2"));
        assert_eq!((names(&second).len(), names(&second)[0].as_str()), (100, "N100"));
        assert_eq!(second.texts(".paginator li"), ["1", "2", "3"]);
        assert!(second.text(".paginator").ends_with("205 members"), "{}", second.text(".paginator"));
        let last = person.open(&page(id, "members/?p=3&o=-1"));
        assert_eq!(names(&last), ["N004", "N003", "N002", "N001", "N000"]);
        let found = person.open(&page(id, "members/?q=n1&p=1&all="));
        assert_eq!((names(&found).len(), found.text("#changelist-search span.small")), (100, "100 results (205 total)".to_owned()));
    });
}

#[test]
fn every_use_can_be_reached_the_newest_first() {
    with_customers(|app, person, _| {
        let id = add(person, "Used", "dynamic");
        assert!(person.open(&page(id, "used_by/")).text(".empty-list").starts_with("No campaign is noted yet."));
        assert!(!person.open(&page(id, "members/")).has(".used-by"));
        let begun = app.test.clock.now();
        let uses: Vec<_> = (0..230)
            .map(|number| {
                let at = Time(begun + chrono::Duration::minutes(number));
                let row =
                    (segments_use::id.eq(Id::new()), segments_use::segment_id.eq(id), segments_use::campaign.eq(format!("No. {number}")));
                let who = (segments_use::used_by_name.eq("somchai"), segments_use::used_at.eq(at), segments_use::member_count.eq(5));
                (row, who)
            })
            .collect();
        let counted = || diesel::update(segment::table.find(id)).set(segment::times_used.eq(231));
        app.test
            .db
            .write_blocking(|connection| {
                for (row, who) in &uses {
                    diesel::insert_into(segments_use::table).values((row.clone(), *who)).execute(connection)?;
                }
                Ok(counted().execute(connection)?)
            })
            .unwrap();
        let members = person.open(&page(id, "members/"));
        assert_eq!(members.texts(".used-by .campaign"), ["No. 229", "No. 228", "No. 227"]);
        assert_eq!(members.text(".used-by p a"), "All uses");
        let first = person.open(&members.attributes(".used-by p a", "href")[0]);
        let campaigns = |answer: &Answer| answer.texts("#result_list tbody th");
        assert_eq!((campaigns(&first).len(), campaigns(&first)[0].as_str()), (100, "No. 229"));
        assert_eq!(first.texts("#result_list tbody tr:first-child td")[..1], ["somchai"]);
        assert!(first.text("#result_list tbody tr:first-child").contains("5 members"));
        assert!(first.text(".help").starts_with("1 more use was counted"), "{}", first.text(".help"));
        let last = person.open(&page(id, "used_by/?p=3"));
        assert_eq!((campaigns(&last).len(), campaigns(&last)[29].as_str()), (30, "No. 0"));
        for query in ["p=4", "p=x", "q=x"] {
            assert_eq!(person.get(&page(id, &format!("used_by/?{query}"))).location(), page(id, "used_by/?e=1"), "{query}");
        }
    });
}

/// There are three places for exports. Whoever reads nothing for a while loses theirs, and sees that the file is not whole.
#[test]
fn readers_who_stall_do_not_keep_others_from_exporting() {
    let test = TestDb::with(Engine::Sqlite, |options| {
        options.reader_timeout = Duration::from_millis(300);
        options.turn_timeout = Duration::from_secs(20);
    });
    let app = TestApp::on(test);
    let mut world = world();
    let model = world.contacts[0].clone();
    world.contacts = (0..200).map(|number| Contact { id: Uuid::now_v7(), email: format!("{number}@x.example"), ..model.clone() }).collect();
    stored::store(&app.test.db, &world);
    // Far more than what a connection holds unread.
    let long = || diesel::update(crm_app_contact::table).set(crm_app_contact::notes.eq("long ".repeat(40_000)));
    app.test.db.write_blocking(|connection| Ok(long().execute(connection)?)).unwrap();
    let person = app.staff();
    let id = add(&person, "All", "dynamic");
    let file = page(id, "members.csv");
    let browser = app.signed_in(&person.username);
    let ask = || browser.request(Method::GET, &file).header("Accept-Encoding", "identity");
    let stalled: Vec<_> = (0..3).map(|_| browser.send(ask())).collect();
    let turns = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let waiting = std::time::Instant::now();
    drop(turns.block_on(app.test.db.turn(Lane::Export)).expect("a place, as soon as one of them is given up"));
    assert!(waiting.elapsed() < Duration::from_secs(15), "{:?}", waiting.elapsed());
    for answer in stalled {
        let (status, read) = (answer.status(), answer.bytes().map(|bytes| bytes.len()));
        assert!(read.is_err(), "a file that was given up is broken, not short: {status}, {read:?}");
    }
    assert_eq!(rows(&person.get(&file)).len(), 200, "whoever reads gets all of it");
}
