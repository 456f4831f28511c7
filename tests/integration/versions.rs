//! Earlier versions of a segment: compared with how it stands now, and restored by the ordinary save.

use customer_segments::accounts::Role;
use customer_segments::db::schema::crm_app_customersegment_static_companies as listed;
use customer_segments::db::schema::segments_event as event;
use customer_segments::db::{Id, Json};
use diesel::prelude::*;
use serde_json::json;

use crate::support::app::Person;
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
const HOTELS: &str =
    r#"{"entity": "contact", "match_type": "all", "rules": [{"field": "company.industry", "operator": "equals", "value": "Hotels"}]}"#;
const BARS: &str =
    r#"{"entity": "contact", "match_type": "all", "rules": [{"field": "company.industry", "operator": "equals", "value": "Bars"}]}"#;

/// Adds a segment through the page and gives the address of its form.
#[track_caller]
fn added(person: &Person<'_>, name: &str) -> String {
    let form = person.open(ADD).form().fill("name", name).fill("description", "Who sleeps there.").fill("filter_criteria", HOTELS);
    let answer = person.submit(&form.and("_continue", "1"));
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().to_owned()
}

#[track_caller]
fn change(person: &Person<'_>, url: &str, fields: &[(&str, &str)]) {
    let answer = person.post_form(url, fields);
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// The pages of the versions, oldest first.
fn versions(person: &Person<'_>, url: &str) -> Vec<String> {
    person.open(&url.replace("/change/", "/history/")).attributes("a.compare", "href")
}

fn restore(person: &Person<'_>, compared: &Answer) -> Answer {
    person.submit(&compared.form_at("#restore-form"))
}

#[test]
fn a_version_stands_beside_the_present_one_and_comes_back() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let url = added(&person, "โรงแรม");
        change(&person, &url, &[("name", "Bars"), ("filter_criteria", BARS), ("status", "paused")]);
        change(&person, &url, &[("tags", "vip")]);
        let pages = versions(&person, &url);
        assert_eq!(pages.len(), 2, "the newest is how it stands: there is nothing to compare");
        let compared = person.open(&pages[0]);
        assert_eq!(compared.text("h2"), "Bars");
        assert_eq!(
            compared.texts("tr.differs th"),
            ["Name differs", "Status differs", "Tags differs", "Filter criteria differs"],
            "told in words, not by colour alone"
        );
        assert_eq!(compared.texts("tr.differs td")[..2], ["โรงแรม", "Bars"]);
        assert_eq!(
            compared.texts("tr.differs td p"),
            ["Contacts whose company’s industry is Hotels.", "Contacts whose company’s industry is Bars."]
        );
        assert!(compared.texts("tr.differs td details:not([open]) pre")[0].contains("\"Hotels\""));
        assert_eq!(compared.texts(".conflict tbody th").len(), 5, "what is the same is not shown twice, and the count is");
        assert_eq!(compared.text(".same"), "Description and Segment type are the same in both.");
        let counts = compared.texts(".conflict tbody tr:last-child td");
        assert!(counts[0] == "0" && counts[1].starts_with("0 as of "), "{counts:?}");

        let answer = restore(&person, &compared);
        assert_eq!((answer.status, answer.location()), (303, &*url), "{}", answer.body);
        let form = person.follow(&answer);
        let said = form.text(".messagelist li");
        assert!(said.starts_with("The Customer Segment “โรงแรม” was restored to its version of "), "{said}");
        assert_eq!(form.attributes(".messagelist li a", "href"), [&*url]);
        let values = form.form();
        assert_eq!(["name", "tags", "status"].map(|name| values.value(name)), [Some("โรงแรม"), Some(""), Some("active")]);
        assert_eq!(values.value("rule-0-value"), Some("Hotels"));
        let history = person.open(&url.replace("/change/", "/history/"));
        let last = history.texts("#change-history td[data-label=Action]").pop().unwrap();
        assert!(
            last.starts_with("Restored the version of ") && last.contains(": changed Name, Status, Tags and Filter criteria."),
            "{last}"
        );
        let same = person.open(&pages[0]);
        assert!(!same.has("#restore-form") && same.text(".note").contains("how it stands now"));
    });
}

#[test]
fn what_was_changed_for_many_at_once_is_a_version_too() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let url = added(&person, "Hotels");
        let id = url.split('/').rev().nth(2).unwrap().to_owned();
        let list = person.open(LIST).form_at("#changelist-form");
        let paused = person.submit(&list.fill("action", "pause").and("_selected_action", &id));
        assert_eq!(paused.status, 303, "{}", paused.body);
        change(&person, &url, &[("description", "Later.")]);
        let compared = person.open(&versions(&person, &url)[1]);
        assert_eq!(compared.texts("tr.differs th"), ["Description differs"]);
        assert_eq!(compared.texts("tr.differs td"), ["Who sleeps there.", "Later."]);
    });
}

#[test]
fn what_sets_no_field_is_no_version() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (owner, admin) = (app.staff(), app.role(Role::Admin));
        let url = added(&owner, "Hotels");
        change(&owner, &url, &[("tags", "vip")]);
        let history = url.replace("/change/", "/history/");
        let compared = versions(&owner, &url);
        assert_eq!(compared.len(), 1);

        change(&owner, &url, &[]);
        assert_eq!(admin.post_form(&url.replace("/change/", "/hand_over/"), &[("owner", "admins")]).status, 303);
        let hotel = admin.open("/admin/crm_app/company/add/").form().fill("name", "Hotel").and("_continue", "1");
        let hotel = admin.submit(&hotel).location().to_owned();
        let key = |url: &str| Id::parse(url.split('/').rev().nth(2).unwrap()).unwrap();
        let entry = (listed::customersegment_id.eq(key(&url)), listed::company_id.eq(key(&hotel)));
        let list = |connection: &mut _| Ok(diesel::insert_into(listed::table).values(entry).execute(connection).map(drop)?);
        app.test.db.write_blocking(list).unwrap();
        assert_eq!(admin.submit(&admin.open(&hotel.replace("/change/", "/delete/")).form()).status, 303);

        let told = admin.open(&history).texts("#change-history td[data-label=Action]");
        let told: Vec<&str> = told.iter().skip(2).map(|told| told.split_inclusive('.').next().unwrap()).collect();
        let handed = format!("Handed over from {} to the Admins.", owner.username);
        assert_eq!(told, ["No fields changed.", handed.as_str(), "Changed Listed companies: the company “Hotel” was deleted."]);
        assert_eq!(versions(&admin, &url), compared, "the last that set a field is how it stands");
        let all = event::table.filter(event::object_id.eq(key(&url).to_string())).order((event::at, event::id));
        let all: Vec<Id> = app.test.db.read_blocking(|connection| Ok(all.select(event::id).load(connection)?)).unwrap();
        for none in &all[2..] {
            assert_eq!(admin.get(&format!("{history}{none}/")).location(), history, "no version has this key");
        }
    });
}

#[test]
fn events_that_kept_only_what_was_changed_are_versions_all_the_same() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let url = added(&person, "Hotels");
        change(&person, &url, &[("tags", "vip")]);
        change(&person, &url, &[("name", "Bars")]);
        let keep = |connection: &mut _, name: &str, before: serde_json::Value, after: serde_json::Value| {
            let values = (event::before.eq(Json(before)), event::after.eq(Json(after)));
            diesel::update(event::table.filter(event::message.eq(name))).set(values).execute(connection).map(|_| ())
        };
        let forget = |connection: &mut _| {
            keep(connection, "Changed Tags.", json!({"tags": ""}), json!({"tags": "vip"}))?;
            keep(connection, "Changed Name.", json!({"name": "Hotels"}), json!({"name": "Bars"}))?;
            Ok(())
        };
        app.test.db.write_blocking(forget).unwrap();
        let compared = person.open(&versions(&person, &url)[1]);
        assert_eq!(compared.texts("tr.differs th"), ["Name differs"]);
        assert_eq!(compared.texts("tr.differs td"), ["Hotels", "Bars"]);
        assert_eq!(restore(&person, &compared).status, 303);
        let now = person.open(&url).form();
        assert_eq!(["name", "tags", "description"].map(|name| now.value(name)), [Some("Hotels"), Some("vip"), Some("Who sleeps there.")]);
    });
}

#[test]
fn what_stands_in_the_way_of_restoring_is_said_and_nothing_is_lost() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let url = added(&person, "Hotels");
        change(&person, &url, &[("name", "Bars"), ("description", "")]);
        let first = versions(&person, &url).remove(0);
        let compared = person.open(&first);

        // Somebody saves it meanwhile.
        change(&person, &url, &[("tags", "vip")]);
        let overtaken = restore(&person, &compared);
        assert_eq!((overtaken.status, overtaken.location()), (303, &*first));
        let again = person.follow(&overtaken);
        assert!(again.text(".messagelist li.warning").contains("nothing was restored"));
        assert_eq!(again.texts("tr.differs th"), ["Name differs", "Description differs", "Tags differs"]);

        // Another one has the name by now: the version's values wait in the form.
        added(&person, "hotels");
        let taken = restore(&person, &again);
        assert_eq!((taken.status, taken.text("#id_name_error").as_str()), (200, "Customer Segment with this Name already exists."));
        assert_eq!(taken.form().value("description"), Some("Who sleeps there."));
        assert_eq!(taken.form().action, url);
        assert_eq!(person.submit(&taken.form().fill("name", "Hotels again").and("_save", "1")).status, 303);

        // It is put away.
        change(&person, &url, &[("status", "archived")]);
        let archived = person.open(&first);
        assert!(!archived.has("#restore-form") && archived.text(".note").contains("only its status can be changed"));
        let refused = restore(&person, &again);
        assert_eq!(refused.status, 303, "it was compared with what is no longer there: {}", refused.body);
        assert_eq!(person.open(&url).text(".field-name .readonly"), "Hotels again");
    });
}

#[test]
fn versions_are_for_those_who_see_the_segment_and_restoring_for_those_who_may_change_it() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (owner, other) = (app.staff(), app.role(Role::Finance));
        let url = added(&owner, "Hotels");
        change(&owner, &url, &[("name", "Bars")]);
        let first = versions(&owner, &url).remove(0);
        let seen = other.open(&first);
        assert!(!seen.has("#restore-form") && seen.text(".note").contains("Only its owner"));
        let token = other.open("/admin/").form_at("#logout-form").value("csrfmiddlewaretoken").unwrap().to_owned();
        assert_eq!(other.post(&first, &[("csrfmiddlewaretoken", &token)]).status, 403);
        // The version of another segment is none of this one's.
        let spas = added(&owner, "Spas");
        change(&owner, &spas, &[("tags", "vip")]);
        let stranger = versions(&owner, &spas).remove(0);
        let key = stranger.trim_end_matches('/').rsplit('/').next().unwrap();
        let borrowed = format!("{}{key}/", url.replace("/change/", "/history/"));
        let own_token = owner.open("/admin/").form_at("#logout-form").value("csrfmiddlewaretoken").unwrap().to_owned();
        for nothing in [
            borrowed,
            format!("{}{}/", url.replace("/change/", "/history/"), Id::new()),
            format!("{}x/", url.replace("/change/", "/history/")),
        ] {
            let history = url.replace("/change/", "/history/");
            for is_restoring in [false, true] {
                let token = [("csrfmiddlewaretoken", own_token.as_str())];
                let answer = if is_restoring { owner.post(&nothing, &token) } else { owner.get(&nothing) };
                assert_eq!((answer.status, answer.location()), (303, &*history), "{nothing}");
                let sentence = "The Customer Segment “Bars” has no such version. Its history shows those that it has.";
                assert_eq!(owner.follow(&answer).texts(".messagelist li.warning"), [sentence]);
            }
        }
        let unknown = format!("{LIST}{}/history/{key}/", Id::new());
        assert_eq!(owner.get(&unknown).location(), "/admin/", "there it is the segment that is not there");
        change(&owner, &url, &[("status", "paused")]);
        assert_eq!(other.get(&first).location(), "/admin/");
    });
}
