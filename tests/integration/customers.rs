//! The forms of companies, contacts and contracts on our own database: adding, changing, choosing a company, deleting.

use customer_segments::accounts::Role;
use customer_segments::customers::company::Company;
use customer_segments::customers::contact::{self, Contact};
use customer_segments::db::schema::crm_app_customersegment_static_contacts as listed;
use customer_segments::db::schema::{crm_app_company, crm_app_contact, crm_app_contract, segments_event};
use customer_segments::db::{AnyConnection, Id, Money, Time, migrations};
use diesel::prelude::*;

use crate::support::app::Person;
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines};

const COMPANIES: &str = "/admin/crm_app/company/";
const CONTACTS: &str = "/admin/crm_app/contact/";
const CONTRACTS: &str = "/admin/crm_app/contract/";
const SEARCH: &str = "/admin/autocomplete/?app_label=crm_app&model_name=contact&field_name=company";

/// The key in the address of a form.
fn key(url: &str) -> String {
    url.split('/').rev().nth(2).unwrap().to_owned()
}

/// Adds an object through the page and gives the address of its form.
#[track_caller]
fn add(person: &Person<'_>, list: &str, fields: &[(&str, &str)]) -> String {
    let form = fields.iter().fold(person.open(&format!("{list}add/")).form(), |form, (name, value)| form.fill(name, value));
    let answer = person.submit(&form.and("_continue", "1"));
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().to_owned()
}

fn company(person: &Person<'_>, name: &str) -> String {
    key(&add(person, COMPANIES, &[("name", name)]))
}

/// What the form of a contract is filled in with.
fn contract<'a>(number: &'a str, company: &'a str) -> [(&'a str, &'a str); 4] {
    [("contract_number", number), ("company", company), ("start_date", "2026-01-01"), ("end_date", "2026-12-31")]
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn stored(app: &TestApp) -> Vec<Contact> {
    let contacts = crm_app_contact::table.order(crm_app_contact::name).select(Contact::as_select());
    app.test.db.read_blocking(|connection| Ok(contacts.load(connection)?)).unwrap()
}

fn deeds(app: &TestApp, id: &str) -> Vec<String> {
    let events = segments_event::table.filter(segments_event::object_id.eq(id)).order(segments_event::id);
    app.test.db.read_blocking(|connection| Ok(events.select(segments_event::message).load(connection)?)).unwrap()
}

fn message(answer: &Answer) -> String {
    answer.text(".messagelist li")
}

#[test]
fn a_contact_is_added_and_changed_with_every_column() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let hotel = company(&person, "Hotel One");
        let url = add(
            &person,
            CONTACTS,
            &[
                ("name", "  สมชาย ใจดี "),
                ("company", &hotel),
                ("email", "somchai@example.com"),
                ("last_contacted", "2026-07-01T09:35"),
                ("linkedin_url", "www.linkedin.com/in/somchai"),
            ],
        );
        let contact = stored(&app).remove(0);
        assert_eq!((contact.name.as_str(), contact.company_id.to_string(), contact.contact_type.as_str()), ("สมชาย ใจดี", hotel, "Other"));
        assert_eq!(contact.last_contacted.unwrap().to_string(), "2026-07-01T02:35:00.000000Z");
        assert_eq!(contact.linkedin_url, "https://www.linkedin.com/in/somchai");
        assert!(contact.is_active && contact.receives_notifications && !contact.unsubscribed);
        let page = person.open(&url);
        assert_eq!(page.form().value("last_contacted"), Some("2026-07-01T09:35"));
        assert_eq!(page.texts(".field-company option[selected]"), ["Hotel One"]);
        assert_eq!(page.texts(".field-company a"), ["View Hotel One"]);
        let form = page.form().without("receives_notifications").and("unsubscribed", "on").fill("title", "Cafe\u{301} owner");
        let saved = person.submit(&form.and("_save", "1"));
        assert_eq!(message(&person.follow(&saved)), "The Contact “สมชาย ใจดี” was changed successfully.");
        let changed = stored(&app).remove(0);
        assert!(changed.unsubscribed && !changed.receives_notifications);
        assert_eq!(
            (changed.title.as_str(), changed.created_at, changed.last_contacted),
            ("Café owner", contact.created_at, contact.last_contacted)
        );
        assert!(changed.updated_at >= contact.updated_at);
        assert_eq!(deeds(&app, &key(&url)), ["Added.", "Changed Title, Unsubscribed and Receives notifications."]);
    });
}

#[test]
fn wrong_values_are_told_at_their_field_and_nothing_typed_is_lost() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let hotel = company(&person, "Hotel One");
        add(&person, CONTACTS, &[("name", "First"), ("company", &hotel), ("email", "a@example.com")]);
        let wrong = [
            ("name", "", "This field is required."),
            ("company", "no such key", "Select a valid choice. That choice is not one of the available choices."),
            ("email", "nobody", "Enter a valid email address."),
            ("last_contacted", "tomorrow", "Enter a valid date and time, like 2026-11-22 09:35."),
            ("linkedin_url", "not a site", "Enter a valid URL."),
            ("phone", "012345678901234567890", "Ensure this value has at most 20 characters (it has 21)."),
        ];
        let form = wrong.iter().fold(person.open(&format!("{CONTACTS}add/")).form(), |form, (name, value, _)| form.fill(name, value));
        let answer = person.submit(&form.without("is_active"));
        assert_eq!((answer.status, answer.text(".errornote p").as_str()), (200, "Please correct the errors below."));
        for (name, value, sentence) in wrong {
            assert_eq!(answer.text(&format!("#id_{name}_error")), sentence);
            assert!(name == "company" || answer.form().value(name) == Some(value), "{name} is kept");
        }
        assert!(answer.form().value("is_active").is_none(), "an unticked box stays so");
        let twin = answer.form().fill("name", "Second").fill("company", &hotel).fill("email", "A@Example.com").fill("last_contacted", "");
        let answer = person.submit(&twin.fill("linkedin_url", "").fill("phone", ""));
        assert_eq!(answer.texts(".errorlist li"), ["Contact with this Company and E-mail already exists."]);
        assert_eq!(stored(&app).len(), 1);

        let slip = person.post_form(&format!("{CONTRACTS}add/"), &[("start_date", "0206-02-03"), ("end_date", "1900-01-01")]);
        assert_eq!(slip.text("#id_start_date_error"), "The year 206 is long past: dates from 1900 on are taken.");
        assert_eq!((slip.form().value("start_date"), slip.has("#id_end_date_error")), (Some("0206-02-03"), false));
        let answer = person.post_form(&format!("{CONTRACTS}add/"), &[("start_date", "2026-02-30"), ("value", "1,5"), ("company", &hotel)]);
        assert_eq!(answer.text("#id_start_date_error"), "Enter a valid date, like 2026-11-22.");
        assert_eq!(answer.form().value("start_date"), Some("2026-02-30"));
        add(&person, CONTRACTS, &contract("C0", &hotel));
        let dates = answer
            .form()
            .fill("start_date", "2026-02-01")
            .fill("end_date", "2026-01-01")
            .fill("value", "-1500")
            .fill("contract_number", "c0");
        let answer = person.submit(&dates);
        assert_eq!(
            answer.texts(".errorlist li"),
            [
                "Contract with this Contract number already exists.",
                "Ensure this value is greater than or equal to 0.",
                "The end date is before the start date."
            ],
            "all that is wrong is told at once"
        );
        let answer = person.submit(&answer.form().fill("contract_number", "C1").fill("value", "1500"));
        assert_eq!(answer.text("#id_end_date_error"), "The end date is before the start date.");
        assert_eq!(person.submit(&answer.form().fill("end_date", "2027-02-01")).status, 303);
        let value: Vec<Money> = app
            .test
            .db
            .read_blocking(|connection| {
                let numbered = crm_app_contract::table.filter(crm_app_contract::contract_number.eq("C1"));
                Ok(numbered.select(crm_app_contract::value).load(connection)?)
            })
            .unwrap();
        assert_eq!(value, [Money(150_000)]);
        let again = person.post_form(&format!("{COMPANIES}add/"), &[("name", "HOTEL ONE ")]);
        assert_eq!(again.text("#id_name_error"), "Company with this Name already exists.");
    });
}

#[test]
fn what_an_import_brought_may_stay_and_nothing_else_is_written() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let hotel = company(&person, "Hotel One");
        let bring = |connection: &mut _| {
            let id = Id::parse(&hotel).unwrap();
            let mut row = crm_app_company::table.find(id).select(Company::as_select()).first(connection)?;
            (row.industry, row.email, row.website) = ("Space travel".into(), "as it came".into(), "www.example.com".into());
            (row.location_count, row.city) = (-1, "Cafe\u{301}".into());
            customer_segments::customers::company::update(connection, &row)
        };
        app.test.db.write_blocking(bring).unwrap();
        let url = format!("{COMPANIES}{hotel}/change/");
        let form = person.open(&url).form();
        assert_eq!((form.value("industry"), form.value("location_count")), (Some("Space travel"), Some("-1")));
        assert_eq!(person.submit(&form.fill("notes", "Seen.").and("_save", "1")).status, 303);
        let companies = crm_app_company::table.select(Company::as_select());
        let row = app.test.db.read_blocking(|connection| Ok(companies.first(connection)?)).unwrap();
        assert_eq!((row.industry.as_str(), row.email.as_str(), row.website.as_str()), ("Space travel", "as it came", "www.example.com"));
        assert_eq!((row.location_count, row.city.as_str(), row.notes.as_str()), (-1, "Cafe\u{301}", "Seen."));
        assert_eq!(deeds(&app, &hotel), ["Added.", "Changed Notes."]);

        let url = add(&person, CONTRACTS, &contract("C1", &hotel));
        let bring = |connection: &mut _| {
            let dates = (crm_app_contract::start_date.eq(day("0206-01-01")), crm_app_contract::end_date.eq(day("0205-01-01")));
            let strange = (crm_app_contract::value.eq(Money(-5)), dates.0, dates.1);
            Ok(diesel::update(crm_app_contract::table).set(strange).execute(connection).map(drop)?)
        };
        app.test.db.write_blocking(bring).unwrap();
        assert_eq!(person.post_form(&url, &[("service_type", "Music")]).status, 303, "a refund of the CRM may stay");
        let refused = person.post_form(&url, &[("value", "-6"), ("end_date", "0205-01-02")]);
        assert_eq!(refused.texts(".errorlist li").len(), 2, "{:?}", refused.texts(".errorlist li"));
    });
}

#[test]
fn a_form_sent_twice_makes_one_contact_and_the_second_of_two_editors_is_told() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (one, other) = (app.staff(), app.role(Role::Admin));
        let (hotel, bar) = (company(&one, "Hotel"), company(&one, "Bar"));
        let form = one.open(&format!("{CONTACTS}add/")).form().fill("name", "Anong").fill("company", &hotel);
        assert_eq!((one.submit(&form).status, one.submit(&form).status), (303, 303));
        let id = stored(&app).remove(0).id;
        assert_eq!(stored(&app).len(), 1);
        let url = format!("{CONTACTS}{id}/change/");
        let (mine, theirs) = (one.open(&url).form(), other.open(&url).form());
        assert_eq!(one.submit(&mine.fill("company", &bar)).status, 303);
        let conflict = other.submit(&theirs.fill("title", "Owner"));
        assert_eq!((conflict.status, conflict.texts("tr.differs td")), (409, ["-", "Owner"].map(str::to_owned).to_vec()));
        assert!(conflict.text("tr:has(.mark)").starts_with("Company changed since you began Bar"), "{}", conflict.text("tr:has(.mark)"));
    });
}

#[test]
fn the_company_is_searched_for_without_a_script_and_nothing_typed_is_lost() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        for number in 0..22 {
            company(&person, &format!("Hotel {number:02}"));
        }
        let bar = company(&person, "บาร์ “หนึ่ง”");
        let form = person.open(&format!("{CONTACTS}add/")).form().fill("name", "Anong").without("is_active");
        let found = person.submit(&form.clone().fill("_term_company", "hotel").and("_search_company", "1"));
        assert_eq!((found.status, found.texts("#id_company option").len()), (200, 21));
        assert!(found.text(".field-company [role=status]").starts_with("The first 20 Companies that match"));
        assert!(!found.has(".errornote"), "nothing is judged yet");
        assert!(found.has("#id_company[autofocus]") && !person.open(&format!("{CONTACTS}add/")).has("#id_company[autofocus]"));
        assert_eq!((found.form().value("name"), found.form().value("is_active")), (Some("Anong"), None));
        // Enter in the search box presses the form's first button.
        let entered = person.submit(&found.form().fill("_term_company", "หนึ่ง").and("_save", "enter"));
        assert_eq!(entered.attributes("#id_company option", "value"), ["", &bar]);
        let nothing = person.submit(&entered.form().fill("_term_company", "nowhere").and("_search_company", "1"));
        assert_eq!(nothing.text(".field-company [role=status]"), "No Companies match “nowhere”. Choose another search.");
        assert_eq!(person.submit(&entered.form().fill("company", &bar).and("_save", "enter")).status, 303);
        assert_eq!(stored(&app)[0].company_id.to_string(), bar);
    });
}

#[test]
fn names_that_begin_with_what_was_typed_come_first_and_say_where_they_are() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        for (name, city, country) in
            [("A Grand Place", "Hanoi", "Vietnam"), ("Grand", "", ""), ("grand Café", "Bangkok", "Thailand"), ("Zed", "Grand Bay", "")]
        {
            add(&person, COMPANIES, &[("name", name), ("city", city), ("country", country)]);
        }
        let found: serde_json::Value = serde_json::from_str(&person.open(&format!("{SEARCH}&term=GRAND")).body).unwrap();
        let found: Vec<[&str; 2]> =
            found["results"].as_array().unwrap().iter().map(|one| ["text", "detail"].map(|key| one[key].as_str().unwrap())).collect();
        assert_eq!(
            found,
            [["Grand", ""], ["grand Café", "Bangkok, Thailand"], ["A Grand Place", "Hanoi, Vietnam"], ["Zed", "Grand Bay"]],
            "in the order of names, those that begin so before the others"
        );
        let form = person.open(&format!("{CONTACTS}add/")).form().fill("_term_company", "grand c").and("_search_company", "1");
        let offered = person.submit(&form).texts("#id_company option");
        assert_eq!(offered[1..], ["grand Café (Bangkok, Thailand)", "A Grand Place (Hanoi, Vietnam)"]);
    });
}

#[test]
fn a_company_is_not_offered_itself_as_its_parent_nor_those_that_belong_to_it() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let top = company(&person, "Hotel Top");
        let middle = key(&add(&person, COMPANIES, &[("name", "Hotel Middle"), ("parent_company", &top)]));
        add(&person, COMPANIES, &[("name", "Hotel Bottom"), ("parent_company", &middle)]);
        company(&person, "Hotel Other");
        let offered = |form: &str| {
            let form = person.open(form).form().fill("_term_parent_company", "hotel").and("_search_parent_company", "1");
            let found = person.submit(&form);
            // Once for people without a script, and once for the script.
            let url = found.attributes(".field-parent_company .related", "data-autocomplete-url").remove(0);
            let answer: serde_json::Value = serde_json::from_str(&person.open(&format!("{url}&term=hotel")).body).unwrap();
            let told: Vec<String> = answer["results"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().into()).collect();
            let mut options = found.texts("#id_parent_company option");
            options.retain(|option| option != "---------");
            options.sort();
            assert_eq!(options, told);
            told
        };
        assert_eq!(offered(&format!("{COMPANIES}{top}/change/")), ["Hotel Other"]);
        assert_eq!(offered(&format!("{COMPANIES}{middle}/change/")), ["Hotel Other", "Hotel Top"]);
        assert_eq!(offered(&format!("{COMPANIES}add/")).len(), 4);
    });
}

#[test]
fn whoever_adds_a_contact_from_the_list_of_a_company_need_not_look_for_it() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let hotel = company(&person, "Hotel");
        let list = person.open(&format!("{CONTACTS}?company__id__exact={hotel}&is_active__exact=1"));
        let form = person.open(&list.attributes(".addlink-tool", "href")[0]);
        assert_eq!(form.texts("#id_company option[selected]"), ["Hotel"]);
        let saved = person.submit(&form.form().fill("name", "Anong").and("_save", "1"));
        assert_eq!(saved.location(), format!("{CONTACTS}?company__id__exact={hotel}&is_active__exact=1"));
        assert_eq!(person.follow(&saved).texts("#result_list tbody .field-name"), ["Anong"]);
    });
}

#[test]
fn what_was_typed_and_not_chosen_is_asked_about_and_not_lost() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let (hotel, bar) = (company(&person, "Hotel"), company(&person, "Bar"));
        let url = add(&person, CONTACTS, &[("name", "Anong"), ("company", &hotel)]);
        let typed = person.open(&url).form().fill("_term_company", "ba");
        let asked = person.submit(&typed.and("_save", "1"));
        assert_eq!((asked.status, asked.text("#id_company_error").as_str()), (200, "Choose a company from the list."));
        assert_eq!(asked.form().value("_term_company"), Some("ba"));
        assert_eq!(asked.texts("#id_company option"), ["Hotel", "Bar"], "what it finds is offered beside what is chosen");
        assert_eq!(asked.attributes(".related", "data-typed"), ["ba"], "for the script");
        assert_eq!(stored(&app)[0].company_id.to_string(), hotel);
        assert_eq!(person.submit(&asked.form().fill("company", &bar).and("_save", "1")).status, 303);
        assert_eq!(stored(&app)[0].company_id.to_string(), bar);
        let new = person.post_form(&format!("{CONTACTS}add/"), &[("name", "Boon"), ("_term_company", "ho"), ("_save", "1")]);
        assert_eq!(new.texts(".errorlist li"), ["Choose a company from the list."], "and not that it is required");
    });
}

#[test]
fn companies_that_stay_are_named_with_what_belongs_to_them() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let (northwind, hotel, empty) = (company(&person, "Northwind"), company(&person, "Hotel"), company(&person, "Empty"));
        for number in 0..7 {
            add(&person, CONTACTS, &[("name", &format!("Anong {number}")), ("company", &northwind)]);
        }
        add(&person, CONTACTS, &[("name", "Anong 0"), ("company", &hotel), ("email", "anong@hotel.example")]);
        add(&person, CONTRACTS, &contract("C1", &northwind));
        let chosen = person.open(COMPANIES).form_at("#changelist-form").fill("action", "delete_selected");
        let chosen = [&northwind, &hotel, &empty].into_iter().fold(chosen, |form, id| form.and("_selected_action", id));
        let refused = person.submit(&chosen);
        assert_eq!(refused.texts("#content-main h2"), ["Hotel: 1 contact", "Northwind: 7 contacts, 1 contract"]);
        let named = refused.texts(".protected li");
        assert_eq!(named[0], "Contact: Anong 0 anong@hotel.example");
        assert_eq!(named[6..], ["… and 2 more Contacts of Northwind", "Contract: C1"]);
        let all = refused.attributes(".protected .more a", "href").swap_remove(0);
        let list = person.open(&all);
        assert_eq!(list.texts("#result_list tbody .field-name").len(), 7);
        assert_eq!(list.texts("[data-filter-title=company__id__exact] li"), ["All", "Northwind"]);
        assert_eq!(list.text(".filter-box .chosen"), "company: Northwind");
        let offered = |query: &str| person.open(&format!("{CONTACTS}{query}")).texts("[data-filter-title=company__id__exact] li");
        assert_eq!(offered(""), ["All"], "there are too many to offer all");
        assert_eq!(offered("?company__id__exact__term=hot"), ["All", "Hotel"], "they are looked for");
        let nobodys = format!("{CONTACTS}?company__id__exact=x");
        assert_eq!(person.open(&nobodys).texts("#result_list tbody .field-name").len(), 0);

        let single = person.open(&format!("{COMPANIES}{northwind}/delete/"));
        assert_eq!(single.texts(".protected li").len(), 8, "of one company more are named");
    });
}

#[test]
fn people_of_one_name_are_told_apart_before_they_are_deleted() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let (hotel, bar) = (company(&person, "Hotel"), company(&person, "Bar"));
        let one = add(&person, CONTACTS, &[("name", "Somchai"), ("company", &hotel), ("email", "somchai@hotel.example")]);
        let other = add(&person, CONTACTS, &[("name", "Somchai"), ("company", &bar)]);
        let asked = person.open(&one.replace("/change/", "/delete/"));
        assert_eq!(asked.texts("#deleted-objects li"), ["Contact: Somchai somchai@hotel.example"]);
        let chosen = person.open(CONTACTS).form_at("#changelist-form").fill("action", "delete_selected");
        let asked = person.submit(&chosen.and("_selected_action", &key(&one)).and("_selected_action", &key(&other)));
        let mut named = asked.texts("#deleted-objects li");
        named.sort();
        assert_eq!(named, ["Contact: Somchai Bar", "Contact: Somchai somchai@hotel.example"]);
    });
}

#[test]
fn scripts_search_page_by_page_and_only_for_fields_that_one_may_see() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        for number in 0..22 {
            company(&person, &format!("Hotel {number:02}"));
        }
        let ask = |more: &str| -> serde_json::Value { serde_json::from_str(&person.open(&format!("{SEARCH}{more}")).body).unwrap() };
        let first = ask("&term=hotel");
        assert_eq!((first["results"].as_array().unwrap().len(), &first["pagination"]["more"]), (20, &true.into()));
        assert_eq!(first["results"][0]["text"], "Hotel 00");
        assert_eq!(first["results"][0]["detail"], "");
        let second = ask("&term=hotel&page=2");
        assert_eq!((second["results"].as_array().unwrap().len(), &second["pagination"]["more"]), (2, &false.into()));
        assert_eq!(ask("&term=hotel+07")["results"].as_array().unwrap().len(), 1);
        assert_eq!(ask("&term=%25&page=-9")["results"].as_array().unwrap().len(), 0, "a sign stands for itself");
        for wrong in ["name", "", "no_such_field"] {
            assert_eq!(person.get(&SEARCH.replace("field_name=company", &format!("field_name={wrong}"))).status, 400, "{wrong}");
        }
        assert_eq!(person.get("/admin/autocomplete/").status, 400);
        assert_eq!(app.anonymous().get(SEARCH).status, 302);
    });
}

#[test]
fn who_may_only_look_sees_values_with_a_link_and_cannot_save() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (sales, finance) = (app.staff(), app.role(Role::Finance));
        let hotel = company(&sales, "Hotel");
        let url = add(&sales, CONTACTS, &[("name", "Anong"), ("company", &hotel)]);
        let page = finance.open(&url);
        assert_eq!(page.text(".note"), "Your role, Finance, may not change contacts.");
        assert_eq!(page.attributes(".field-company a", "href"), [format!("{COMPANIES}{hotel}/change/")]);
        assert!(!page.has(".view-form input") && !finance.open(CONTACTS).has("a[href^='/admin/crm_app/contact/add/'], .actions"));
        assert_eq!(finance.get(&format!("{CONTACTS}add/")).status, 403);
        let token = finance.open("/admin/").form_at("#logout-form").value("csrfmiddlewaretoken").unwrap().to_owned();
        let fields = [("csrfmiddlewaretoken", token.as_str()), ("name", "Mine"), ("company", &hotel), ("post", "yes")];
        for path in [url.clone(), url.replace("/change/", "/delete/"), format!("{COMPANIES}{hotel}/delete/"), format!("{CONTACTS}add/")] {
            assert_eq!(finance.post(&path, &fields).status, 403, "{path}");
        }
        assert_eq!(stored(&app)[0].name, "Anong");
    });
}

#[test]
fn a_deleted_contact_leaves_the_lists_and_a_company_with_contacts_stays() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let hotel = company(&person, "Hotel");
        let url = add(&person, CONTACTS, &[("name", "Anong"), ("company", &hotel)]);
        let contract = add(&person, CONTRACTS, &contract("C1", &hotel));
        let segment = person.open("/admin/crm_app/customersegment/add/").form().fill("name", "VIP").fill("segment_type", "static");
        let segment = key(person.submit(&segment.and("_continue", "1")).location());
        let (segment, person_key) = (Id::parse(&segment).unwrap(), Id::parse(&key(&url)).unwrap());
        let list = (listed::customersegment_id.eq(segment), listed::contact_id.eq(person_key));
        app.test
            .db
            .write_blocking(move |connection| Ok(diesel::insert_into(listed::table).values(list).execute(connection).map(drop)?))
            .unwrap();

        let refused = person.open(&format!("{COMPANIES}{hotel}/delete/"));
        assert_eq!(refused.text("h1"), "Cannot delete Company");
        assert_eq!(refused.texts(".protected li"), ["Contact: Anong Hotel", "Contract: C1"]);
        assert!(!refused.has("#content-main form"));
        let token = person.open("/admin/").form_at("#logout-form").value("csrfmiddlewaretoken").unwrap().to_owned();
        let sure = [("csrfmiddlewaretoken", token.as_str()), ("post", "yes")];
        assert_eq!(person.post(&format!("{COMPANIES}{hotel}/delete/"), &sure).status, 409, "not even when it is sent by hand");
        let many = person.open(COMPANIES).form_at("#changelist-form").fill("action", "delete_selected").and("_selected_action", &hotel);
        let many = person.submit(&many);
        assert_eq!((many.text("h1").as_str(), many.texts(".protected li").len()), ("Cannot delete Companies", 2));

        let counts = || person.open("/admin/crm_app/customersegment/").text(".field-member_count");
        app.test.set_now(app.test.clock.now() + chrono::Duration::minutes(10));
        let count = person.open("/admin/crm_app/customersegment/").form_at("#changelist-form").fill("action", "count_again");
        assert_eq!(person.submit(&count.and("_selected_action", &segment.to_string())).status, 303);
        assert_eq!(counts(), "1");
        app.test.set_now(app.test.clock.now() + chrono::Duration::minutes(5));
        let sure = person.open(&url.replace("/change/", "/delete/"));
        assert_eq!(sure.texts("#content-main h2 + ul li")[1], "Entries in the static lists of segments: 1");
        let gone = person.submit(&sure.form());
        assert_eq!(message(&person.follow(&gone)), "The Contact “Anong” was deleted successfully.");
        assert_eq!(deeds(&app, &key(&url)), ["Added.", "Deleted, with its entry in the list of a segment."]);
        let told = person.open(&format!("/admin/crm_app/customersegment/{segment}/history/"));
        assert!(
            told.text("#change-history").contains("Changed Listed contacts: the contact “Anong” was deleted."),
            "{}",
            told.text("#change-history")
        );
        assert_eq!(counts(), "1 counted 5 min ago (Nov. 22, 2026, 9:10 a.m.)", "the count is older than the list, and says so");
        let left: i64 = app.test.db.read_blocking(|connection| Ok(listed::table.count().get_result(connection)?)).unwrap();
        assert_eq!(left, 0);
        let asked =
            person.open(CONTRACTS).form_at("#changelist-form").fill("action", "delete_selected").and("_selected_action", &key(&contract));
        let asked = person.submit(&asked);
        assert_eq!(asked.texts("#deleted-objects li"), ["Contract: C1"]);
        assert_eq!(message(&person.follow(&person.submit(&asked.form()))), "Successfully deleted 1 Contract.");
        assert_eq!(person.submit(&person.open(&format!("{COMPANIES}{hotel}/delete/")).form()).status, 303);
    });
}

#[test]
fn many_that_are_deleted_at_once_are_one_event_in_the_history_of_each_segment() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let hotel = Id::parse(&company(&person, "Hotel")).unwrap();
        let segments = ["All", "One", "None"].map(|name| {
            let form = person.open("/admin/crm_app/customersegment/add/").form().fill("name", name).fill("segment_type", "static");
            key(person.submit(&form.and("_continue", "1")).location())
        });
        let [all, one, _] = segments.each_ref().map(|segment| Id::parse(segment).unwrap());
        let now = Time(app.test.clock.now());
        let contact = |number| Contact { company_id: hotel, name: format!("Guest {number:03}"), ..Contact::new(Id::new(), now) };
        let guests: Vec<Contact> = (1..=300).map(contact).collect();
        let lists = |connection: &mut AnyConnection| {
            contact::insert(connection, &guests)?;
            for guest in &guests {
                let entry = (listed::customersegment_id.eq(all), listed::contact_id.eq(guest.id));
                diesel::insert_into(listed::table).values(entry).execute(connection)?;
            }
            let entry = (listed::customersegment_id.eq(one), listed::contact_id.eq(guests[7].id));
            Ok(diesel::insert_into(listed::table).values(entry).execute(connection).map(drop)?)
        };
        app.test.db.write_unhurried(lists).unwrap();
        let asked = person.open(CONTACTS).form_at("#changelist-form").fill("action", "delete_selected").and("select_across", "1");
        let gone = person.submit(&person.submit(&asked).form());
        assert_eq!(message(&person.follow(&gone)), "Successfully deleted 300 Contacts.");
        let [of_all, single, others] = segments.each_ref().map(|segment| deeds(&app, segment));
        let told = "Changed Listed contacts: the contacts “Guest 001”, “Guest 002”, “Guest 003” and 297 more were deleted.";
        assert_eq!(of_all, ["Added.", told]);
        assert_eq!(single, ["Added.", "Changed Listed contacts: the contact “Guest 008” was deleted."]);
        assert_eq!(others, ["Added."]);
        assert_eq!(deeds(&app, &guests[7].id.to_string()), ["Deleted, with its entries in the lists of 2 segments."]);
    });
}

#[test]
fn a_company_that_is_deleted_with_the_one_above_it_is_not_told_that_it_changed() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let above = company(&person, "Above");
        let [goes, stays] = ["Goes", "Stays"].map(|name| key(&add(&person, COMPANIES, &[("name", name), ("parent_company", &above)])));
        let form = person.open(COMPANIES).form_at("#changelist-form").fill("action", "delete_selected");
        let asked = person.submit(&form.and("_selected_action", &above).and("_selected_action", &goes));
        assert_eq!(person.submit(&asked.form()).status, 303);
        assert_eq!(deeds(&app, &goes), ["Added.", "Deleted."]);
        assert_eq!(deeds(&app, &stays), ["Added.", "Changed Parent company: the company “Above” was deleted."]);
    });
}

#[test]
fn a_company_cannot_belong_to_itself() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let above = company(&person, "Above");
        let below = key(&add(&person, COMPANIES, &[("name", "Below"), ("parent_company", &above)]));
        let answer = person.post_form(&format!("{COMPANIES}{above}/change/"), &[("parent_company", &below)]);
        assert_eq!(answer.text("#id_parent_company_error"), "A company cannot belong to itself, nor to one that belongs to it.");
        assert_eq!(answer.texts(".field-parent_company option[selected]"), ["Below"], "what was chosen is kept");
        let free = person.post_form(&format!("{COMPANIES}{below}/change/"), &[("parent_company", "")]);
        assert_eq!(free.status, 303);
        let child = key(&add(&person, COMPANIES, &[("name", "Child"), ("parent_company", &above)]));
        assert_eq!(person.submit(&person.open(&format!("{COMPANIES}{above}/delete/")).form()).status, 303);
        assert_eq!(deeds(&app, &child), ["Added.", "Changed Parent company: the company “Above” was deleted."]);
    });
}

#[test]
fn a_shared_database_lets_nobody_edit_customers() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    let app = TestApp::on(test);
    let person = app.superuser();
    for list in [COMPANIES, CONTACTS, CONTRACTS] {
        assert!(!person.open(list).has(&format!("a[href^='{list}add/'], .actions")), "{list}");
        let refused = person.get(&format!("{list}add/"));
        assert!(refused.status == 403 && refused.body.contains("are kept by the CRM, which shares this database"), "{list}");
    }
}

#[test]
fn the_page_of_a_company_leads_to_its_contacts_and_contracts() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let (hotel, bar) = (company(&person, "Hotel"), company(&person, "Bar"));
        for (name, at) in [("Anong", &hotel), ("Somchai", &bar)] {
            add(&person, CONTACTS, &[("name", name), ("company", at)]);
        }
        let page = person.open(&format!("{COMPANIES}{hotel}/change/"));
        let tools = page.attributes(".object-tools a", "href");
        assert_eq!(page.texts(".object-tools a"), ["Contacts", "Contracts", "History"]);
        assert_eq!(person.open(&tools[0]).texts("#result_list th[scope=row]"), ["Anong"]);
        assert_eq!(person.open(&tools[1]).text(".empty-list"), "0 Contracts");
        // As in Django, the address without a page leads to the form.
        assert_eq!(person.get(&format!("{COMPANIES}{hotel}/")).location(), format!("{COMPANIES}{hotel}/change/"));
    });
}

#[test]
fn the_history_tells_what_a_short_field_was() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let hotel = company(&person, "Hotel");
        let url = format!("{COMPANIES}{hotel}/change/");
        assert_eq!(person.post_form(&url, &[("city", "Phuket"), ("notes", "A long story."), ("location_count", "1200")]).status, 303);
        let history = person.open(&format!("{COMPANIES}{hotel}/history/"));
        assert_eq!(history.texts(".changes li"), ["Location count: 1 → 1,200", "City: - → Phuket"]);
    });
}
