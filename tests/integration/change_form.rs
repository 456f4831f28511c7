//! Forms: adding, changing, two editors at once, deleting, history.

use customer_segments::accounts::{Actor, Role};
use customer_segments::db::Id;
use customer_segments::history::{Action, NewEvent, Object, record};

use crate::support::app::Person;
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
const RULES: &str = r#"{"entity": "contact", "match_type": "all", "rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;

/// Adds a segment through the page and gives the address of its form.
#[track_caller]
fn added(person: &Person<'_>, name: &str) -> String {
    let form = person.open(ADD).form().fill("name", name).fill("filter_criteria", RULES).and("_continue", "1");
    let answer = person.submit(&form);
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().to_owned()
}

fn message(answer: &Answer) -> String {
    answer.text(".messagelist li")
}

#[test]
fn each_button_saves_says_so_and_leads_on() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        for (button, location, more) in [
            ("_save", LIST, ""),
            ("_addanother", ADD, " You may add another Customer Segment below."),
            ("_continue", "/change/", " You may edit it again below."),
        ] {
            let name = format!("Hotels {button}");
            let form = person.open(ADD).form().fill("name", &name).fill("filter_criteria", RULES).and(button, "1");
            let answer = person.submit(&form);
            assert_eq!(answer.status, 303, "{}", answer.body);
            assert!(answer.location().ends_with(location), "{button}: {}", answer.location());
            assert_eq!(message(&person.follow(&answer)), format!("The Customer Segment “{name}” was added successfully.{more}"));
        }
        let page = person.open(&added(&person, "Bars"));
        let answer = person.submit(&page.form().fill("name", "Bars and clubs").and("_save", "1"));
        assert_eq!(message(&person.follow(&answer)), "The Customer Segment “Bars and clubs” was changed successfully.");
    });
}

#[test]
fn a_rejected_form_keeps_what_was_typed() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let long = "x".repeat(201);
        let form = person.open(ADD).form().fill("name", &long).fill("description", "\n two\nlines").fill("status", "sleeping");
        let answer = person.submit(&form.fill("filter_criteria", "{broken").and("_save", "1"));
        assert_eq!(answer.status, 200);
        assert!(answer.text("title").starts_with("Error: "));
        assert_eq!(answer.text(".errornote p"), "Please correct the errors below.");
        assert_eq!(answer.text("#id_name_error"), "Ensure this value has at most 200 characters (it has 201).");
        assert_eq!(answer.text("#id_status_error"), "Select a valid choice. sleeping is not one of the available choices.");
        assert_eq!(answer.attributes("#id_name", "aria-invalid"), ["true"]);
        assert!(answer.attributes("#id_name", "aria-describedby")[0].contains("id_name_error"));
        let again = answer.form();
        assert_eq!(again.value("name"), Some(long.as_str()));
        assert_eq!(again.value("description"), Some("\n two\nlines"));
        assert_eq!(again.value("filter_criteria"), Some("{broken"));
        assert_eq!(person.open(LIST).text(".empty-list"), "0 Customer Segments");
        let answer = person.submit(&answer.form().fill("name", "  ").fill("status", "active").fill("filter_criteria", RULES));
        assert_eq!(answer.text(".errornote p"), "Please correct the error below.");
        assert_eq!(answer.text("#id_name_error"), "This field is required.");
    });
}

#[test]
fn a_form_sent_twice_makes_one_object() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let form = person.open(ADD).form().fill("name", "Hotels").fill("filter_criteria", RULES).and("_save", "1");
        assert_eq!((person.submit(&form).status, person.submit(&form).status), (303, 303));
        assert_eq!(person.open(LIST).texts("#result_list .field-name"), ["Hotels"]);
        // Changed and sent again, it is another object: its key is taken, its name is not.
        assert_eq!(person.submit(&form.fill("name", "Bars")).status, 303);
        assert_eq!(person.open(&format!("{LIST}?o=1")).texts("#result_list .field-name"), ["Bars", "Hotels"]);
    });
}

#[test]
fn an_address_fills_in_the_fields_of_a_new_object_and_nothing_else() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (person, admin) = (app.staff(), app.superuser());
        let url = added(&person, "Hotels");
        let values = |page: &Answer| ["name", "status", "tags"].map(|name| page.form().value(name).unwrap().to_owned());
        let given = person.open(&format!("{ADD}?name=Caf%C3%A9s&status=paused&tags=vip&_save=1&_new_id=x&created_by=x"));
        assert_eq!(values(&given), ["Cafés", "paused", "vip"]);
        assert!(!given.has(".errornote"), "nothing is judged, and nothing saved");
        assert_eq!(person.open(LIST).texts("#result_list .field-name"), ["Hotels"]);
        assert_eq!(person.submit(&given.form().fill("filter_criteria", RULES).and("_save", "1")).status, 303);
        // What is stored is nobody's to fill in.
        assert_eq!(values(&person.open(&format!("{url}?name=Forged&status=archived&tags=vip"))), ["Hotels", "active", ""]);
        let user = admin.open(
            "/admin/crm_app/user/add/?username=anong&is_staff=&password1=guessable+enough&password2=guessable+enough&is_superuser=on",
        );
        let form = user.form();
        assert_eq!((form.value("username"), form.value("is_staff")), (Some("anong"), None));
        assert!(form.value("password1").is_some_and(str::is_empty) && !user.body.contains("guessable"), "no page writes a password");
        let wrong = person.open(&format!("{ADD}?status=asleep")).form().fill("name", "Bars").fill("filter_criteria", RULES);
        let told = person.submit(&wrong.and("_save", "1"));
        assert_eq!(told.text("#id_status_error"), "Select a valid choice. asleep is not one of the available choices.");
    });
}

#[test]
fn what_an_address_fills_in_is_never_folded_away() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let open = |query: &str| person.open(&format!("{ADD}?{query}")).texts("fieldset.collapse > details[open] h2");
        assert!(!open("segment_type=static").contains(&"Filter Criteria (Dynamic Segments)".to_owned()));
        assert!(
            open("segment_type=static&filter_criteria=%7B%22rules%22:[]%7D").contains(&"Filter Criteria (Dynamic Segments)".to_owned())
        );
    });
}

#[test]
fn a_change_sent_twice_is_one_line_of_the_history() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let url = added(&person, "Hotels");
        let form = person.open(&url).form().fill("description", "Who sleeps there.").and("_continue", "1");
        assert_eq!((person.submit(&form).status, person.submit(&form).status), (303, 303));
        let history =
            || person.open(&url.replace("/change/", "/history/")).texts("#change-history td[data-label=Action] > span:first-child");
        assert_eq!(history(), ["Added.", "Changed Description."]);
        // Opened after that and saved untouched, it is no second time.
        assert_eq!(person.submit(&person.open(&url).form().and("_continue", "1")).status, 303);
        assert_eq!(history().len(), 3);
    });
}

#[test]
fn the_second_of_two_editors_sees_both_versions_and_loses_nothing() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (first, second) = (app.role(Role::Admin), app.role(Role::Admin));
        let url = added(&first, "Hotels");
        let (one, other) = (first.open(&url).form(), second.open(&url).form());
        assert_eq!(first.submit(&one.fill("description", "By the first.").and("_save", "1")).status, 303);
        let conflict = second.submit(&other.fill("description", "By the second.").fill("tags", "vip").and("_save", "1"));
        assert_eq!(conflict.status, 409);
        assert!(
            conflict.text(".errornote").starts_with(&format!("{} saved this Customer Segment at ", first.username)),
            "{}",
            conflict.body
        );
        assert_eq!(conflict.texts("tr.differs th"), ["Description changed in both", "Tags changed by you"]);
        assert_eq!(conflict.texts("tr.differs td"), ["By the first.", "By the second.", "-", "vip"]);
        assert_eq!(second.open(&url).form().value("description"), Some("By the first."), "nothing was overwritten");

        let editing = second.submit(&conflict.form().and("_edit", "1"));
        assert_eq!((editing.status, editing.form().value("description")), (200, Some("By the second.")));
        assert_eq!(second.submit(&editing.form().and("_save", "1")).status, 303);
        assert_eq!(second.open(&url).form().value("description"), Some("By the second."));
    });
}

#[test]
fn what_nobody_touched_follows_the_others_version() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (first, second) = (app.role(Role::Admin), app.role(Role::Admin));
        let url = added(&first, "Hotels");
        let late = second.open(&url).form();
        assert_eq!(
            first.submit(&first.open(&url).form().fill("description", "By the first.").fill("status", "paused").and("_save", "1")).status,
            303
        );

        let conflict = second.submit(&late.fill("tags", "vip").and("_save", "1"));
        assert_eq!(conflict.status, 409);
        assert_eq!(conflict.texts("tr.differs th"), ["Tags changed by you"]);
        assert_eq!(
            conflict.texts("tr:has(.mark) th"),
            ["Description changed since you began", "Status changed since you began", "Tags changed by you"]
        );
        assert_eq!((conflict.form().value("description"), conflict.form().value("tags")), (Some("By the first."), Some("vip")));
        let editing = second.submit(&conflict.form().and("_edit", "1"));
        assert_eq!(editing.texts(".saved-now"), ["Saved now: -"], "beside what differs, and nowhere else");
        assert_eq!(editing.attributes("[name=tags]", "aria-describedby"), ["id_tags_helptext id_tags_saved"]);
        let refused = second.submit(&editing.form().fill("name", "").and("_save", "1"));
        assert!(refused.has(".field-name .errorlist"), "{}", refused.body);
        assert_eq!(refused.texts(".saved-now"), ["Saved now: Hotels", "Saved now: -"], "as long as the form is not left");

        assert_eq!(first.submit(&first.open(&url).form().fill("description", "Once more.").and("_save", "1")).status, 303);
        let again = second.submit(&editing.form().fill("description", "By the first.").fill("name", "Resorts").and("_save", "1"));
        assert_eq!(
            again.texts("tr.differs th"),
            ["Name changed by you", "Tags changed by you"],
            "nobody touched the description in that form either"
        );
        assert_eq!(second.submit(&again.form().and("_save", "1")).status, 303);
        let saved = second.open(&url).form();
        let values = ["name", "description", "tags", "status"].map(|field| saved.value(field));
        assert_eq!(values, [Some("Resorts"), Some("Once more."), Some("vip"), Some("paused")]);
    });
}

#[test]
fn a_form_in_which_nothing_was_touched_takes_nothing_back() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (first, second) = (app.role(Role::Admin), app.role(Role::Admin));
        let url = added(&first, "Hotels");
        let late = second.open(&url).form();
        assert_eq!(first.submit(&first.open(&url).form().fill("description", "By the first.").and("_save", "1")).status, 303);
        assert_eq!(second.submit(&late.clone().and("_save", "1")).status, 303);
        assert_eq!(second.open(&url).form().value("description"), Some("By the first."));
        let (dynamic, twice) = (first.open(&url).form(), RULES.replacen('{', r#"{"entity":"contact","#, 1));
        let told = first.submit(&dynamic.fill("filter_criteria", &twice).and("_save", "1"));
        assert!(told.has("#id_filter_criteria_error"), "a document that means the same to a lax reader is judged all the same");
        let forged = late.fill("_initial", "no JSON").and("_save", "1");
        assert_eq!(second.submit(&forged).status, 409, "who does not say what a form began with has typed all of it");
    });
}

#[test]
fn saving_over_the_others_version_is_a_decision_that_counts_once() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.role(Role::Admin);
        let url = added(&person, "Hotels");
        let page = person.open(&url);
        let typed = |text: &str| page.form().fill("description", text).and("_save", "1");
        assert_eq!(person.submit(&typed("one")).status, 303);
        let conflict = person.submit(&typed("two"));
        assert_eq!(person.submit(&typed("two again")).status, 409);
        assert_eq!(person.submit(&conflict.form().and("_save", "1")).status, 303);
        assert_eq!(person.submit(&conflict.form().fill("description", "three").and("_save", "1")).status, 409, "that page is old by now");
        assert_eq!(person.submit(&typed("two")).status, 303, "what is stored already is no conflict");
        let without = page.form().without("_version").fill("description", "unseen").and("_save", "1");
        assert_eq!(person.submit(&without).status, 409, "a form that was made from no version");
    });
}

#[test]
fn deleting_asks_first_and_comes_back_to_the_list() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let url = format!("{}?_changelist_filters=q%3Dhot%26status__exact%3Dall", added(&person, "Hotels"));
        let page = person.open(&url);
        let delete = page.attributes(".deletelink-button", "href").remove(0);
        let sure = person.open(&delete);
        assert!(sure.text("#content-main p").starts_with("Are you sure you want to delete the Customer Segment “Hotels”?"));
        assert_eq!(person.open(LIST).texts("#result_list .field-name"), ["Hotels"]);
        let answer = person.submit(&sure.form());
        assert_eq!((answer.status, answer.location()), (303, "/admin/crm_app/customersegment/?q=hot&status__exact=all"));
        let list = person.follow(&answer);
        assert_eq!(message(&list), "The Customer Segment “Hotels” was deleted successfully.");
        assert_eq!(list.text(".empty-list"), "0 Customer Segments");
        let index = person.open("/admin/");
        assert!(index.text(".actionlist .deletelink").starts_with("Deleted: Hotels Customer Segment · "));
        assert!(!index.has(".actionlist .deletelink a"), "what is gone has no link");
    });
}

#[test]
fn history_tells_who_did_what() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let url = added(&person, "Hotels");
        let form = person.open(&url).form().fill("status", "paused").and("_save", "1");
        assert_eq!(person.submit(&form).status, 303);
        let history = person.open(&url.replace("/change/", "/history/"));
        assert_eq!(history.text("h1"), "Change history: Hotels");
        assert_eq!(history.texts("#change-history td[data-label=User]"), [&*person.username, &*person.username]);
        let deeds = history.texts("#change-history td[data-label=Action]");
        assert!(deeds[0].starts_with("Added.") && deeds[1].starts_with("Changed Status."), "{deeds:?}");
        assert_eq!(history.text(".history-count"), "2 entries");
        let id = url.split('/').rev().nth(2).unwrap().to_owned();
        let actor = Actor::system("a job", false);
        let many = |connection: &mut _| {
            (0..200).try_for_each(|number| {
                let object = Object { model: "customersegment", id: id.clone(), name: "Hotels".into() };
                record(connection, NewEvent::new(&actor, app.test.clock.now(), Action::Used, object, format!("Deed {number}.")))
            })
        };
        app.test.db.write_blocking(many).unwrap();
        let history = person.open(&url.replace("/change/", "/history/"));
        assert_eq!(history.texts("#change-history td[data-label=User]"), ["a job"; 200]);
        assert_eq!(history.text(".paginator span"), "The newest 200 entries");
        let older = history.attributes(".paginator a", "href");
        assert_eq!(older.len(), 1, "there is nothing newer");
        let page = url.replace("/change/", "/history/");
        let older = person.open(&format!("{page}{}", older[0]));
        let deeds = older.texts("#change-history td[data-label=Action]");
        assert!(deeds.len() == 2 && deeds[0].starts_with("Added.") && deeds[1].starts_with("Changed Status."), "{deeds:?}");
        assert_eq!(older.text(".paginator span"), "2 entries, after the newest 200");
        assert_eq!(older.attributes("a.compare", "href").len(), 1, "the newest version is found on an older page, too");
        let newer = person.open(&format!("{page}{}", older.attributes(".paginator a", "href")[0]));
        assert_eq!(newer.texts("#change-history td[data-label=User]").len(), 200);
        assert_eq!(person.open(&format!("{page}?p=9")).texts(".paginator a"), ["Newer entries"]);
        assert_eq!(person.open(&format!("{page}?p=none")).text(".paginator span"), "The newest 200 entries");
    });
}

#[test]
fn of_two_editors_the_one_is_named_who_changed_the_form_last() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (owner, editor, third) = (app.staff(), app.role(Role::Admin), app.role(Role::Admin));
        let url = added(&owner, "Hotels");
        let later = || app.test.set_now(app.test.clock.now() + chrono::Duration::seconds(1));
        let form = editor.open(&url).form().fill("tags", "vip").and("_save", "1");
        later();
        assert_eq!(owner.submit(&owner.open(&url).form().fill("description", "Mine.").and("_save", "1")).status, 303);
        later();
        assert_eq!(third.post_form(&url.replace("/change/", "/hand_over/"), &[("owner", "admins")]).status, 303);
        let id = url.split('/').rev().nth(2).unwrap().to_owned();
        let actor = Actor::system("a job", false);
        let object = Object { model: "customersegment", id, name: "Hotels".into() };
        let event = NewEvent::new(&actor, app.test.clock.now(), Action::Changed, object, "Changed Listed contacts.");
        app.test.db.write_blocking(|connection| record(connection, event.clone())).unwrap();
        let conflict = editor.submit(&form);
        assert_eq!(conflict.status, 409);
        let told = conflict.text(".errornote");
        assert!(told.starts_with(&format!("{} saved this Customer Segment at ", owner.username)), "{told}");
    });
}

#[test]
fn who_changed_nothing_but_the_company_above_is_named_too() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (first, second) = (app.staff(), app.staff());
        let add = |name: &str| {
            let form = first.open("/admin/crm_app/company/add/").form().fill("name", name).and("_continue", "1");
            first.submit(&form).location().to_owned()
        };
        let (above, below) = (add("Above"), add("Below"));
        let form = second.open(&below).form().fill("city", "Bangkok").and("_save", "1");
        app.test.set_now(app.test.clock.now() + chrono::Duration::seconds(1));
        let key = above.split('/').rev().nth(2).unwrap();
        assert_eq!(first.post_form(&below, &[("parent_company", key)]).status, 303);
        let told = second.submit(&form).text(".errornote");
        assert!(told.starts_with(&format!("{} saved this Company at ", first.username)), "{told}");
    });
}

#[test]
fn who_may_not_change_sees_values_and_close_and_who_may_not_see_sees_nothing() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let (owner, other) = (app.staff(), app.role(Role::Tech));
        let url = added(&owner, "Hotels");
        let page = other.open(&url);
        assert_eq!(page.text("h1"), "View Customer Segment");
        assert_eq!(page.text(".field-name .readonly"), "Hotels");
        assert_eq!(page.text(".closelink"), "Close");
        assert!(!page.has("#content-main .help, #content-main .description"), "how to fill it in is of no use to who may not");
        assert!(owner.open(&url).has("#id_tags_helptext"));
        let forged = owner.open(&url).form().fill("name", "Mine now").and("_save", "1");
        let fields: Vec<(&str, &str)> = forged.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let token = other.open("/admin/").form_at("#logout-form").value("csrfmiddlewaretoken").unwrap().to_owned();
        let mut fields: Vec<(&str, &str)> = fields.into_iter().filter(|(name, _)| *name != "csrfmiddlewaretoken").collect();
        fields.push(("csrfmiddlewaretoken", &token));
        assert_eq!(other.post(&url, &fields).status, 403);
        assert_eq!(other.post(&url.replace("/change/", "/delete/"), &fields).status, 403);

        let paused = owner.open(&url).form().fill("status", "paused").and("_save", "1");
        assert_eq!(owner.submit(&paused).status, 303);
        assert_eq!(other.get(&url).location(), "/admin/");
        // To a form that was open the same is said of what may not be seen (any more) as of what is not there.
        let unknown = format!("/admin/crm_app/customersegment/{}/change/", Id::new());
        for gone in [&url, &unknown] {
            let answer = other.post(gone, &fields);
            assert_eq!((answer.status, answer.text("h1").as_str()), (200, "Add Customer Segment"), "{gone}");
            assert!(answer.text(".errornote").contains("was deleted while you were editing it"));
            assert_eq!(answer.form().value("name"), Some("Mine now"), "what was typed is kept");
        }
        assert_eq!(owner.open(&url).form().value("name"), Some("Hotels"));
    });
}

/// Keyboards send letters in parts, and Thai marks in an order of their own; what is stored is in one form.
#[test]
fn a_form_sent_twice_makes_one_object_however_its_letters_are_written() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        for (name, tags) in [("Cafe\u{301}", " , vip,VIP , a"), ("\u{e01}\u{e49}\u{e38}\u{e07}", "")] {
            let form = person.open(ADD).form().fill("name", name).fill("tags", tags).fill("segment_type", "static");
            let form = form.fill("filter_criteria", "").and("_continue", "1");
            let answers = [person.submit(&form), person.submit(&form)];
            assert_eq!(answers.each_ref().map(|answer| answer.status), [303, 303], "{name}");
            assert_eq!(answers[0].location(), answers[1].location(), "{name}");
            let change = person.open(answers[0].location()).form().fill("description", name);
            assert_eq!([person.submit(&change).status, person.submit(&change).status], [303, 303], "{name}");
            assert_eq!(person.open(answers[0].location()).form().value("tags"), Some(if tags.is_empty() { "" } else { "vip, a" }));
        }
    });
}
