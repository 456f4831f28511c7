//! What was sent without a session, or from a page of an earlier sign-in: not done, not lost, and never sent by itself.

use customer_segments::accounts::Role;
use customer_segments::db::schema::segments_session;
use diesel::prelude::*;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use crate::pasting::{outcomes, wait};
use crate::support::app::{PASSWORD, Person};
use crate::support::evaluator::{self, World};
use crate::support::page::{Answer, Form};
use crate::support::stored::store;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
const RULES: &str = r#"{"entity": "contact", "match_type": "all", "rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;

/// Ends every session, as an Admin or the clock would.
pub(crate) fn end_sessions(app: &TestApp) {
    app.test.db.write_blocking(|connection| Ok(diesel::delete(segments_session::table).execute(connection).map(|_| ())?)).unwrap();
}

fn typed(person: &Person<'_>) -> Form {
    person.open(ADD).form().fill("name", "โรงแรม <b>").fill("description", "one\ntwo").fill("filter_criteria", RULES).and("_continue", "1")
}

fn names(person: &Person<'_>) -> Vec<String> {
    person.open(LIST).texts("#result_list .field-name")
}

#[track_caller]
pub(crate) fn sign_in_on(person: &Person<'_>, page: &Answer, username: &str) -> Answer {
    person.submit(&page.form().fill("username", username).fill("password", PASSWORD))
}

#[test]
fn what_was_typed_outlives_the_session_and_is_sent_by_its_author_alone() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let form = typed(&person);
        end_sessions(&app);
        let asked = person.submit(&form);
        assert_eq!((asked.status, asked.text("h1").as_str()), (403, "Log in"));
        assert!(asked.text(".errornote").contains("What you sent was not saved"), "{}", asked.body);
        // A wrong password loses nothing.
        let wrong = person.submit(&asked.form().fill("username", &person.username).fill("password", "wrong"));
        assert_eq!(wrong.status, 200);
        let kept = sign_in_on(&person, &wrong, &person.username);
        assert_eq!((kept.status, kept.text("h1").as_str()), (200, "Your changes were not saved yet"));
        assert_eq!(kept.texts("#unsent-form tbody th")[..5], ["Name", "Description", "Segment type", "Status", "Filter criteria"]);
        assert_eq!(kept.texts("#unsent-form tbody td")[0], "โรงแรม <b>");
        assert_eq!(kept.text("h2"), "Add Customer Segment");
        assert_eq!(names(&person), Vec::<String>::new(), "nothing is sent by itself");
        let again = kept.form();
        assert_eq!((again.action.as_str(), again.value("description")), (ADD, Some("one\ntwo")));
        let saved = person.submit(&again);
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(names(&person), ["โรงแรม <b>"]);
    });
}

#[test]
fn another_who_signs_in_gets_nothing_of_it() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let other = app.user(Role::Admin, |_| {});
        let form = typed(&person);
        end_sessions(&app);
        let asked = person.submit(&form);
        assert!(asked.text(".errornote").contains("If somebody else signs in here, it is thrown away."), "{}", asked.body);
        let answer = sign_in_on(&person, &asked, &other);
        assert_eq!((answer.status, answer.location()), (303, "/admin/"));
        let index = person.follow(&answer);
        assert!(index.text(".messagelist li").contains("thrown away"), "{}", index.body);
        assert!(!index.body.contains("โรงแรม"));
    });
}

#[test]
fn a_page_of_an_earlier_sign_in_gives_back_what_was_typed_into_it() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let form = typed(&person);
        let out = person.open("/admin/").form_at("#logout-form");
        assert_eq!(person.submit(&out).status, 200);
        assert_eq!(sign_in_on(&person, &person.open("/admin/login/"), &person.username).status, 303);
        let kept = person.submit(&form);
        assert_eq!((kept.status, kept.text("h1").as_str()), (403, "Your changes were not saved yet"));
        assert_eq!(names(&person), Vec::<String>::new());
        assert_eq!(person.submit(&kept.form()).status, 303);
        assert_eq!(names(&person), ["โรงแรม <b>"]);
    });
}

#[test]
fn what_was_pasted_outlives_the_session_and_an_earlier_sign_in() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let list = person.open(ADD).form().fill("name", "VIP").fill("segment_type", "static").and("_continue", "1");
        let paste = format!("{}paste/", person.submit(&list).location().trim_end_matches("change/"));
        let form = person.open(&paste).form().fill("pasted", "สมชาย <somchai@example.com>\r\nNobody, Nowhere");
        let is_sent = |kept: &Answer| {
            assert_eq!(kept.text("h1"), "Your changes were not saved yet", "{}", kept.body);
            assert!(kept.text("#unsent-form").contains("somchai@example.com"), "{}", kept.body);
            let led = person.submit(&kept.form());
            assert_eq!(led.status, 303, "{}", led.body);
            assert_eq!(outcomes(&wait(&person, led.location())), [("Not found".to_owned(), "2".to_owned())]);
        };
        end_sessions(&app);
        let asked = person.submit_parts(&form);
        assert_eq!((asked.status, asked.text("h1").as_str()), (403, "Log in"));
        is_sent(&sign_in_on(&person, &asked, &person.username));
        // A file that is called as the token is none.
        let named = "--edge\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"; filename=\"x\"\r\n\r\nx\r\n";
        let pasted = "--edge\r\nContent-Disposition: form-data; name=\"pasted\"\r\n\r\nx\r\n--edge--\r\n";
        assert_eq!(person.post_parts(&paste, format!("{named}{pasted}")).status, 403);
        // The token of the page is that of an earlier sign-in.
        let kept = person.submit_parts(&form);
        assert_eq!(kept.status, 403);
        is_sent(&kept);
    });
}

#[test]
fn what_no_page_of_ours_sent_is_kept_from_nobody() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (person, other) = (app.staff(), app.staff());
        // A token that was made for somebody else, none, and one that nobody made.
        let theirs = other.open(ADD).form().value("csrfmiddlewaretoken").unwrap().to_owned();
        for token in [theirs.as_str(), "", "x"] {
            let answer = person.post(ADD, &[("name", "Forged"), ("csrfmiddlewaretoken", token)]);
            assert_eq!((answer.status, answer.text("h1").as_str()), (403, "Forbidden"), "{token}");
            assert!(!answer.body.contains("Forged"));
        }
        // From another site, with a good token: refused before anything is looked at.
        let browser = app.browser();
        let from_elsewhere = HeaderMap::from_iter([(HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static("cross-site"))]);
        let request = browser.request(reqwest::Method::POST, ADD).headers(from_elsewhere);
        let answer = browser.send(request.form(&[("name", "Forged"), ("csrfmiddlewaretoken", &theirs)]));
        assert_eq!(answer.status(), 403);
        assert!(!answer.text().unwrap().contains("Forged"));
        end_sessions(&app);
        // Passwords are kept nowhere, and what says nothing of where it came from is not kept.
        let form = [("old_password", "secret words"), ("new_password1", "secret words"), ("csrfmiddlewaretoken", theirs.as_str())];
        let answer = other.post("/admin/password_change/", &form);
        assert!(!answer.body.contains("secret words"));
        assert!(answer.text(".errornote").contains("could not be kept"));
        let bare = app.anonymous().post(ADD, &[("name", "Forged")]);
        assert_eq!((bare.status, bare.location().starts_with("/admin/login/?next=")), (302, true));
    });
}

#[test]
fn a_sign_in_form_cannot_be_made_to_lead_or_send_elsewhere() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let form = typed(&person);
        end_sessions(&app);
        let asked = person.submit(&form);
        for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
            let form = asked.form().fill("next", elsewhere).fill("username", &person.username).fill("password", PASSWORD);
            let answer = person.submit(&form);
            assert_eq!((answer.status, answer.location()), (303, "/admin/"), "{elsewhere}: {}", answer.body);
            end_sessions(&app);
        }
        let long = typed(&app.sign_in(&person.username)).fill("description", &"ก".repeat(100_000));
        assert_eq!(app.anonymous().submit(&long).status, 403);
    });
}

/// Somebody who fills in a form, is signed out, and signs in again: the page that they get.
fn given_back(app: &TestApp, person: &Person<'_>, form: &Form) -> Answer {
    end_sessions(app);
    let kept = sign_in_on(person, &person.submit(form), &person.username);
    assert_eq!((kept.status, kept.text("h1").as_str()), (200, "Your changes were not saved yet"), "{}", kept.body);
    kept
}

/// The table of what was typed, row by row.
fn rows(kept: &Answer) -> Vec<String> {
    kept.texts("#unsent-form tbody tr")
}

fn with_customers(test: impl Fn(&TestApp, &Person<'_>)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (acme, bar) = (Uuid::now_v7(), Uuid::now_v7());
        let company = |id, name: &str| evaluator::Company { id, name: name.into(), ..evaluator::Company::default() };
        let contact = |name: &str| evaluator::Contact {
            id: Uuid::now_v7(),
            company_id: acme,
            name: name.into(),
            email: format!("{}@example.com", name.to_lowercase()),
            contact_type: "Other".into(),
            preferred_contact_method: "Email".into(),
            preferred_language: "en".into(),
            ..evaluator::Contact::default()
        };
        let companies = vec![company(acme, "Acme"), company(bar, "ร้านกาแฟ")];
        store(&app.test.db, &World { companies, contacts: vec![contact("Ploy"), contact("Somchai")], contracts: vec![] });
        test(&app, &app.staff());
    });
}

fn key_of(person: &Person<'_>, list: &str, name: &str) -> String {
    let page = person.open(&format!("/admin/crm_app/{list}/?q={name}"));
    let link = page.attributes("#result_list tbody .field-name a", "href").swap_remove(0);
    link.split('/').nth(4).unwrap().to_owned()
}

#[test]
fn what_was_changed_is_shown_by_its_label_and_name_beside_what_is_saved() {
    with_customers(|app, person| {
        let (ploy, bar) = (key_of(person, "contact", "Ploy"), key_of(person, "company", "ร้านกาแฟ"));
        let change = format!("/admin/crm_app/contact/{ploy}/change/");
        let form = person.open(&change).form();
        let typed = form.clone().fill("title", "Chief <b>").fill("company", &bar).fill("preferred_language", "th").and("_continue", "1");
        let kept = given_back(app, person, &typed);
        assert_eq!(kept.text("h2"), "Change Contact: Ploy");
        assert_eq!(rows(&kept), ["Company Acme ร้านกาแฟ", "Title - Chief <b>", "Preferred language en th"]);
        assert_eq!(kept.attributes("#unsent-form td a", "href").len(), 2, "what was chosen leads to its page");
        let shown = kept.text("#content");
        assert!(!shown.contains(&bar) && !shown.contains("_version") && !shown.contains("csrf"), "{shown}");
        // Going on opens the form with what was typed, and saves nothing yet.
        let opened = person.submit(&kept.form().and("_edit", "1"));
        assert_eq!((opened.status, opened.form().value("title")), (200, Some("Chief <b>")), "{}", opened.body);
        assert_eq!(opened.form().value("company"), Some(&*bar));
        assert_eq!(opened.text(".field-title .saved-now"), "Saved now: -");
        assert_eq!(person.open(&change).form().value("title"), Some(""));
        assert_eq!(person.submit(&opened.form().and("_save", "1")).status, 303);
        assert_eq!(person.open(&change).form().value("title"), Some("Chief <b>"));
    });
}

#[test]
fn whom_somebody_was_listing_is_shown_by_name() {
    with_customers(|app, person| {
        let (ploy, acme) = (key_of(person, "contact", "Ploy"), key_of(person, "company", "Acme"));
        let form = person.open(ADD).form().fill("name", "VIP").fill("segment_type", "static");
        let kept = given_back(app, person, &form.and("contact_available", &ploy).and("company_available", &acme).and("_save", "Save"));
        let told = rows(&kept);
        assert!(told.contains(&"Contacts to add Ploy".to_owned()) && told.contains(&"Companies to add Acme".to_owned()), "{told:?}");
        assert!(!told.iter().any(|row| row.contains("page") || row.contains(&ploy)), "{told:?}");
        let opened = person.submit(&kept.form().and("_edit", "1"));
        assert_eq!(opened.form().value("contact_adding"), Some(&*ploy));
        assert!(!opened.has(".saved-now"), "nothing is saved of a new one");
        assert_eq!(names(person), Vec::<String>::new());
        assert_eq!(person.submit(&kept.form()).status, 303);
        assert_eq!(names(person), ["VIP"]);
    });
}

#[test]
fn what_is_no_form_is_told_by_what_it_does() {
    with_customers(|app, person| {
        person.submit(&person.open(ADD).form().fill("name", "Bars").fill("filter_criteria", RULES));
        let list = person.open(LIST);
        let key = list.attributes("input[name=_selected_action]", "value").swap_remove(0);
        let members = format!("{LIST}{key}/members/");
        let kept = given_back(app, person, &person.open(&members).form().fill("campaign", "Spring"));
        assert_eq!((kept.text("h2").as_str(), rows(&kept)), ("Members: Bars", vec!["Campaign Spring".to_owned()]));
        let archive = person.open(LIST).form_at("#changelist-form").fill("action", "archive").and("_selected_action", &key);
        let kept = given_back(app, person, &archive);
        assert_eq!((kept.text("h2").as_str(), rows(&kept)), ("Archive selected Customer Segments", vec!["Selected Bars".to_owned()]));
        assert!(!kept.has("[name=_edit]"), "there is no form to go on with");
        assert_eq!(person.submit(&kept.form()).status, 303);
        assert_eq!(names(person), Vec::<String>::new(), "it is archived now");
        // To whom something was about to be handed over is told by name, to whoever may see users.
        let (admin, to) = (app.role(Role::Admin), app.staff());
        let hand_over = format!("{LIST}{key}/hand_over/");
        let kept = given_back(app, &admin, &admin.open(&hand_over).form().fill("owner", &to.id.unwrap().to_string()));
        assert_eq!(
            (kept.text("h2").as_str(), rows(&kept)),
            ("Hand over: Bars", vec!["From sales-0".to_owned(), format!("Owner {}", to.username)])
        );
        sign_in_on(person, &person.open("/admin/login/"), &person.username);
        // A search that somebody was asking for saves nothing, so nothing offers to.
        let form = person.open("/admin/crm_app/contact/add/").form().fill("name", "New").and("_search_company", "1");
        let kept = given_back(app, person, &form);
        assert_eq!(kept.texts("#unsent-form button"), ["Go on editing"]);
    });
}

#[test]
fn whoever_throws_it_away_is_back_where_the_form_was() {
    with_customers(|app, person| {
        person.submit(&person.open(ADD).form().fill("name", "Bars").fill("filter_criteria", RULES));
        let key = person.open(LIST).attributes("input[name=_selected_action]", "value").swap_remove(0);
        let (change, list) = (format!("{LIST}{key}/change/"), format!("{LIST}?q=bars"));
        let from_list = format!("{change}?_changelist_filters=q%3Dbars");
        let archive = person.open(&list).form_at("#changelist-form").fill("action", "archive").and("_selected_action", &key);
        // The button for a copy stands beside the form, and has no page of its own.
        let (edited, copied) =
            (person.open(&from_list).form().fill("name", "Pubs"), person.open(&change).form_at("form[id^=tool-][action*='/duplicate/']"));
        for (form, place) in [(&typed(person), ADD), (&archive, &*list), (&edited, &*from_list), (&copied, &*change)] {
            let kept = given_back(app, person, form);
            assert_eq!(kept.attributes("#unsent-form .closelink", "href"), [place], "{}", form.action);
            person.open(place);
        }
        assert_eq!(names(person), ["Bars"]);
    });
}

#[test]
fn which_session_was_to_be_ended_is_told_as_the_list_tells_it() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let other = app.sign_in(&person.username);
        let page = person.open("/admin/account/");
        let key = page.attributes("button[name=end]", "value").swap_remove(0);
        let listed = page.texts(".sessions tbody tr")[1].clone();
        let ends = page.form().and("end", &key);
        let end_own = |connection: &mut _| {
            let own = segments_session::table.filter(segments_session::key_hash.ne(&key));
            Ok(diesel::delete(own).execute(connection)?)
        };
        app.test.db.write_blocking(end_own).unwrap();
        let kept = sign_in_on(&person, &person.submit(&ends), &person.username);
        let (labels, told) = (kept.texts("#unsent-form tbody th"), kept.texts("#unsent-form tbody td"));
        assert_eq!((kept.text("h2").as_str(), labels.join(", ").as_str()), ("End a session", "Browser, Address, Signed in"));
        assert!(told.iter().all(|told| listed.contains(told.as_str())), "{told:?} in {listed}");
        assert!(!kept.text("#content").contains(&key));
        assert_eq!(kept.attributes("#unsent-form .closelink", "href"), ["/admin/account/"]);
        assert_eq!(person.submit(&kept.form()).status, 303);
        assert_eq!((other.get("/admin/").status, person.get("/admin/").status), (302, 200));
        let kept = given_back(&app, &person, &person.open("/admin/account/").form().and("end", &key));
        assert_eq!(rows(&kept), ["Browser One that is signed out already"]);
        let kept = given_back(&app, &person, &person.open("/admin/account/").form().and("end_others", "1"));
        assert_eq!((kept.text("h2").as_str(), rows(&kept).len()), ("End all other sessions", 0));
    });
}
