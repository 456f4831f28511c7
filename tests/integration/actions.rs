//! Actions of a list: what is done to several objects at once, to which, and what stops it.

use customer_segments::accounts::Role;
use customer_segments::db::Id;
use customer_segments::db::schema::{crm_app_customersegment as segment, segments_event as event};
use customer_segments::segments::Segment;
use diesel::prelude::*;

use crate::support::app::Person;
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
const RULES: &str = r#"{"rules": [{"field": "name", "operator": "contains", "value": "a"}]}"#;

fn with_segments(names: &[&str], test: impl Fn(&TestApp, &Person<'_>, &[Id])) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let ids: Vec<Id> = names.iter().map(|name| add(&person, name)).collect();
        person.open(LIST);
        test(&app, &person, &ids);
    });
}

fn add(person: &Person<'_>, name: &str) -> Id {
    let form = person.open(ADD).form().fill("name", name).fill("filter_criteria", RULES).and("_continue", "1");
    let answer = person.submit(&form);
    Id::parse(answer.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("the way to the new segment")
}

/// Chooses an action for some rows of a list and presses Go.
fn go(person: &Person<'_>, list: &str, action: &str, ids: &[Id]) -> Answer {
    let form = person.open(list).form_at("#changelist-form").fill("action", action);
    let form = ids.iter().fold(form, |form, id| form.and("_selected_action", &id.to_string()));
    person.submit(&form)
}

fn said(person: &Person<'_>) -> String {
    person.open(LIST).text(".messagelist")
}

fn stored(app: &TestApp) -> Vec<Segment> {
    let all = |connection: &mut _| Ok(segment::table.order(segment::name).select(Segment::as_select()).load(connection)?);
    app.test.db.read_blocking(all).unwrap()
}

fn events(app: &TestApp, id: Id) -> Vec<String> {
    let of = |connection: &mut _| {
        let events = event::table.filter(event::object_id.eq(id.to_string())).order((event::at, event::id));
        Ok(events.select(event::message).load(connection)?)
    };
    app.test.db.read_blocking(of).unwrap()
}

#[test]
fn a_status_is_set_for_each_with_history_and_says_for_how_many() {
    with_segments(&["A", "B", "C"], |app, person, ids| {
        for (action, status, sentence) in [
            ("pause", "paused", "2 Customer Segments paused."),
            ("archive", "archived", "2 Customer Segments archived."),
            ("activate", "active", "2 Customer Segments activated."),
        ] {
            let answer = go(person, &format!("{LIST}?status__exact=all"), action, &ids[..2]);
            assert_eq!((answer.status, answer.location()), (303, "/admin/crm_app/customersegment/?status__exact=all"));
            assert_eq!(said(person), sentence);
            let statuses: Vec<String> = stored(app).into_iter().map(|segment| segment.status).collect();
            assert_eq!(statuses, [status, status, "active"]);
        }
        assert_eq!(events(app, ids[0]), ["Added.", "Changed Status.", "Changed Status.", "Changed Status."]);
        go(person, LIST, "activate", &ids[..1]);
        assert_eq!(said(person), "0 Customer Segments activated. 1 was as it should be already.");
        assert_eq!(events(app, ids[0]).len(), 4);
    });
}

#[test]
fn a_good_count_stays_good_until_type_rules_or_list_change() {
    with_segments(&["A"], |app, person, ids| {
        let marks = || person.open(&format!("{LIST}?status__exact=all")).texts("#result_list .stale");
        let later = |minutes| app.test.set_now(app.test.clock.now() + chrono::Duration::minutes(minutes));
        later(1);
        let asked = go(person, LIST, "add_tag", ids);
        person.submit(&asked.form().fill("value", "vip"));
        later(1);
        go(person, LIST, "duplicate", ids);
        later(1);
        assert_eq!(stored(app).len(), 2);
        assert_eq!(marks(), Vec::<String>::new(), "nobody came in or went");
        assert!(person.open(&format!("{LIST}?health=stale")).texts("#result_list .field-name").is_empty());

        // The CRM beside us writes the moment of a change and nothing else.
        later(1);
        let now = customer_segments::db::Time(app.test.clock.now());
        let by_the_crm = move |connection: &mut _| {
            let original = segment::table.filter(segment::name.eq("A"));
            Ok(diesel::update(original).set(segment::updated_at.eq(now)).execute(connection).map(drop)?)
        };
        app.test.db.write_blocking(by_the_crm).unwrap();
        assert_eq!(marks(), ["counted 4 min ago (Nov. 22, 2026, 9 a.m.)"]);
        later(1);
        go(person, LIST, "pause", ids);
        later(1);
        go(person, &format!("{LIST}?status__exact=all"), "activate", ids);
        assert_eq!(marks(), ["counted 6 min ago (Nov. 22, 2026, 9 a.m.)"], "what made it old is not forgotten");
        go(person, LIST, "count_again", ids);
        assert_eq!(marks(), Vec::<String>::new());
    });
}

#[test]
fn one_that_may_not_be_changed_stops_all_and_is_named() {
    with_segments(&["Mine"], |app, person, ids| {
        let other = app.role(Role::Finance);
        let theirs = add(&other, "Theirs");
        let refused = go(person, LIST, "archive", &[ids[0], theirs]);
        let said = refused.text(".messagelist");
        assert_eq!(refused.status, 403);
        assert!(said.contains("may change the segment “Theirs”") && said.contains("Nothing was changed."), "{said}");
        let ticked = refused.attributes("[name=_selected_action][checked]", "value");
        assert_eq!(ticked, [theirs, ids[0]].map(|id| id.to_string()), "nobody looks for them once more");
        assert_eq!(refused.form_at("#changelist-form").value("action"), Some("archive"));
        assert!(stored(app).iter().all(|segment| segment.status == "active"));
        // What one does not see is not there at all.
        other.post_form(&format!("{LIST}{theirs}/change/"), &[("status", "paused")]);
        go(person, LIST, "duplicate", &[theirs]);
        assert_eq!(stored(app).len(), 2);
    });
}

#[test]
fn nothing_chosen_and_no_action_are_told_in_djangos_words() {
    with_segments(&["A"], |_, person, ids| {
        let refused = go(person, LIST, "archive", &[]);
        assert_eq!(refused.text(".messagelist"), "Items must be selected in order to perform actions on them. No items have been changed.");
        for action in ["", "no_such_action"] {
            let refused = go(person, LIST, action, ids);
            assert_eq!((refused.status, refused.text(".messagelist").as_str()), (400, "No action selected."));
            assert!(refused.has("[name=_selected_action][checked]"));
        }
    });
}

#[test]
fn what_is_gone_is_not_said_to_be_done_and_commas_are_no_tag() {
    with_segments(&["A"], |app, person, ids| {
        for action in ["activate", "count_again", "duplicate", "export_json"] {
            assert_eq!(go(person, LIST, action, &[Id::new()]).status, 303, "{action}");
            assert_eq!(said(person), "None of the selected Customer Segments is there any more. Nothing was changed.", "{action}");
        }
        let asked = go(person, LIST, "add_tag", ids);
        let refused = person.submit(&asked.form().fill("value", " , ,"));
        assert_eq!((refused.status, refused.text(".messagelist").as_str()), (409, "“, ,” is no tag. Nothing was changed."));
        for tags in ["vip, spring", "Spring, autumn"] {
            person.submit(&go(person, LIST, "add_tag", ids).form().fill("value", tags));
        }
        assert_eq!(stored(app)[0].tags, "vip, spring, autumn");
        go(person, &format!("{LIST}?status__exact=all"), "archive", ids);
        go(person, &format!("{LIST}?status__exact=all"), "count_again", ids);
        let said = person.open(LIST).texts(".messagelist li");
        assert_eq!(
            said.last().unwrap(),
            "0 Customer Segments counted again. 1 was passed over: archived, changed or deleted meanwhile, or needing attention, for a rule cannot be understood."
        );
    });
}

#[test]
fn deleting_several_asks_first_and_says_what_goes() {
    with_segments(&["A", "B", "C"], |app, person, ids| {
        let asked = go(person, LIST, "delete_selected", &ids[1..]);
        assert_eq!((asked.status, asked.text("h1").as_str()), (200, "Delete multiple objects"));
        assert!(asked.text("#content-main p").starts_with("Are you sure you want to delete the selected Customer Segments? All of the"));
        assert_eq!(asked.texts("#deleted-objects li").len(), 2);
        assert_eq!(stored(app).len(), 3, "nothing is deleted before the answer");
        let done = person.submit(&asked.form());
        assert_eq!((done.status, said(person).as_str()), (303, "Successfully deleted 2 Customer Segments."));
        assert_eq!(stored(app).len(), 1);
        assert_eq!(events(app, ids[1]), ["Added.", "Deleted."]);
    });
}

#[test]
fn all_that_the_list_finds_are_taken_without_their_keys_and_counted_again_when_they_changed() {
    with_segments(&["Hotel one", "Hotel two", "Bar"], |app, person, _| {
        let list = format!("{LIST}?q=hotel");
        let form = person.open(&list).form_at("#changelist-form").fill("action", "delete_selected").and("select_across", "1");
        let asked = person.submit(&form);
        assert_eq!(asked.texts("#deleted-objects li").len(), 2);
        add(person, "Hotel three");
        let again = person.submit(&asked.form());
        assert_eq!(again.texts("#deleted-objects li").len(), 3, "one more came in: it is asked again");
        let gone = go(person, LIST, "delete_selected", &[stored(app).iter().find(|segment| segment.name == "Hotel one").unwrap().id]);
        assert_eq!(person.submit(&gone.form()).status, 303);
        add(person, "Hotel four");
        let again = person.submit(&again.form());
        assert_eq!(again.texts("#deleted-objects li").len(), 3, "as many, but others: it is asked again");
        assert!(again.text("#deleted-objects").contains("Hotel four"));
        assert_eq!(person.submit(&again.form()).status, 303);
        assert_eq!(stored(app).iter().map(|segment| segment.name.as_str()).collect::<Vec<_>>(), ["Bar"]);
    });
}

#[test]
fn copies_have_a_name_of_their_own_and_the_same_rules() {
    with_segments(&["Hotels"], |app, person, ids| {
        let other = app.role(Role::Music);
        go(&other, LIST, "duplicate", ids);
        go(&other, LIST, "duplicate", ids);
        let all = stored(app);
        assert_eq!(all.iter().map(|segment| segment.name.as_str()).collect::<Vec<_>>(), ["Copy of Hotels", "Copy of Hotels 2", "Hotels"]);
        let (copy, original) = (&all[0], &all[2]);
        assert_eq!(events(app, copy.id), ["Cloned from “Hotels”."]);
        assert_eq!((copy.created_by_id, copy.description.as_str()), (other.id, "Cloned from: Hotels"));
        assert_eq!((&copy.filter_criteria, copy.member_count), (&original.filter_criteria, original.member_count));
        assert_eq!((copy.times_used, copy.last_calculated_at), (0, original.last_calculated_at), "the count is as old as it is");
        assert_eq!(person.open(LIST).texts("#result_list .field-name").len(), 3);
    });
}

#[test]
fn a_tag_is_asked_for_and_added_where_it_is_missing() {
    with_segments(&["A", "B"], |app, person, ids| {
        person.post_form(&format!("{LIST}{}/change/", ids[0]), &[("tags", "spring, VIP")]);
        let asked = go(person, LIST, "add_tag", ids);
        assert_eq!(asked.text("h1"), "Add tag");
        let empty = person.submit(&asked.form());
        assert_eq!(empty.text("#id_value_error"), "This field is required.");
        assert_eq!(person.submit(&empty.form().fill("value", "vip")).status, 303);
        assert_eq!(said(person), "The tag was added to 1 Customer Segment. 1 was as it should be already.");
        assert_eq!((events(app, ids[0]).len(), events(app, ids[1])), (2, vec!["Added.".to_owned(), "Changed Tags.".to_owned()]));
        assert_eq!(stored(app).iter().map(|segment| segment.tags.as_str()).collect::<Vec<_>>(), ["spring, VIP", "vip"]);
    });
}

#[test]
fn counting_again_and_exports_take_what_was_chosen() {
    with_segments(&["=A", "B"], |app, person, ids| {
        let forget = |connection: &mut _| {
            diesel::update(segment::table).set(segment::last_calculated_at.eq(None::<customer_segments::db::Time>)).execute(connection)?;
            Ok(())
        };
        app.test.db.write_blocking(forget).unwrap();
        go(person, LIST, "count_again", &ids[..1]);
        assert!(said(person).starts_with("1 Customer Segment counted again."));
        assert_eq!(stored(app).iter().filter(|segment| segment.last_calculated_at.is_some()).count(), 1);
        let csv = go(person, LIST, "export_csv", ids);
        assert!(csv.header("content-disposition").contains("customersegment.csv"), "{}", csv.header("content-disposition"));
        assert!(
            csv.body.starts_with("\u{feff}id,name,segment_type,status,member_count,last_calculated_at,needs_attention,created_by,tags\n")
                && csv.body.contains(",'=A,dynamic,active,"),
            "{}",
            csv.body
        );
        assert_eq!(events(app, ids[0]), ["Added.", "Counted again.", "Exported as CSV."]);
        assert_eq!(events(app, ids[1]), ["Added.", "Exported as CSV."]);
        let objects: serde_json::Value = serde_json::from_str(&go(person, LIST, "export_json", ids).body).unwrap();
        assert_eq!((objects[0]["name"].as_str(), objects[1]["name"].as_str()), (Some("B"), Some("=A")), "in the order of the list");
    });
}

#[test]
fn the_tools_of_a_segment_copy_it_and_count_it_again() {
    with_segments(&["Hotels"], |app, person, ids| {
        let change = format!("{LIST}{}/change/", ids[0]);
        let page = person.open(&change);
        assert_eq!(
            page.texts(".object-tools li"),
            [
                "Members",
                "Why is someone in or not?",
                "Duplicate",
                "Save members as a static list",
                "Count again now",
                "Hand over",
                "History"
            ]
        );
        let copied = person.submit(&page.form_at("form[id^=tool-][action*='/duplicate/']"));
        let copy = stored(app).into_iter().find(|segment| segment.name == "Copy of Hotels").expect("the copy");
        assert_eq!(copied.location(), format!("{LIST}{}/change/", copy.id));
        assert!(person.open(copied.location()).text(".messagelist").contains("This is the copy: “Copy of Hotels”."));

        let forget = |connection: &mut _| {
            diesel::update(segment::table).set(segment::member_count.eq(99)).execute(connection)?;
            Ok(())
        };
        app.test.db.write_blocking(forget).unwrap();
        person.submit(&page.form_at("form[id^=tool-][action*='/count/']"));
        assert_eq!(said(person), "Counted again: it has 0 members.");
        let filtered = "_changelist_filters=q%3Dhotel";
        let found = person.open(&format!("{change}?{filtered}"));
        let carried = person.submit(&found.form_at("form[id^=tool-][action*='/count/']"));
        assert_eq!(carried.location(), format!("{change}?{filtered}"), "the list's filters are kept");
        assert_eq!(found.attributes(".object-tools a", "href").iter().filter(|link| link.ends_with(filtered)).count(), 4);
        let members = person.open(&found.attributes(".object-tools a", "href")[0]);
        assert!(members.attributes(".breadcrumbs a", "href").contains(&format!("{LIST}?q=hotel")), "{}", members.text(".breadcrumbs"));
        assert!(stored(app).iter().any(|segment| segment.id == ids[0] && segment.member_count == 0));
        person.post_form(&change, &[("status", "archived")]);
        assert_eq!(
            person.open(&change).texts(".object-tools li"),
            ["Members", "Why is someone in or not?", "Duplicate", "Save members as a static list", "Hand over", "History"]
        );
    });
}

#[test]
fn what_was_saved_is_named_with_a_link_to_it() {
    with_segments(&[], |_, person, _| {
        let form = person.open(ADD).form().fill("name", "A <b> & “c”").fill("filter_criteria", RULES).and("_save", "1");
        assert_eq!(person.submit(&form).status, 303);
        let list = person.open(LIST);
        assert!(list.text(".messagelist").contains("The Customer Segment “A <b> & “c”” was added successfully."), "{}", list.body);
        let links = list.attributes(".messagelist a", "href");
        assert_eq!(person.open(&links[0]).form().value("name"), Some("A <b> & “c”"));
    });
}

#[test]
fn deleting_the_same_ones_twice_leads_back_to_the_list_which_says_that_they_are_gone() {
    with_segments(&["A", "B"], |app, person, ids| {
        let asked = go(person, LIST, "delete_selected", ids).form();
        let answers = [person.submit(&asked), person.submit(&asked)];
        assert_eq!(answers.each_ref().map(|answer| (answer.status, answer.location())), [(303, LIST), (303, LIST)]);
        let told = person.open(LIST).texts(".messagelist li");
        assert_eq!(told, ["Successfully deleted 2 Customer Segments.", "None of the selected Customer Segments is left to delete."]);
        assert_eq!(events(app, ids[0]), ["Added.", "Deleted."]);
        // Ticked on a page that is old by now.
        let id = add(person, "C");
        let form = person.open(LIST).form_at("#changelist-form").fill("action", "add_tag").and("_selected_action", &id.to_string());
        person.post_form(&format!("{LIST}{id}/delete/"), &[]);
        person.open(LIST);
        assert_eq!(person.submit(&form).location(), LIST);
        assert_eq!(said(person), "None of the selected Customer Segments is there any more. Nothing was changed.");
    });
}

/// What asks nothing first does it to no others than the list showed.
#[test]
fn an_action_on_all_pages_takes_no_more_than_the_list_showed() {
    with_segments(&["A", "B"], |app, person, _| {
        let form = person.open(LIST).form_at("#changelist-form").fill("action", "pause").and("select_across", "1");
        add(person, "C");
        let refused = person.submit(&form);
        assert_eq!(refused.status, 409);
        let told = "The list finds 3 Customer Segments now, but showed 2: see below, and select all once more if you mean them. Nothing was changed.";
        assert_eq!(refused.texts(".messagelist li").last().map(String::as_str), Some(told));
        assert!(stored(app).iter().all(|segment| segment.status == "active"));
        assert_eq!(
            person.submit(&refused.form_at("#changelist-form").and("select_across", "1")).status,
            303,
            "now they have seen all three"
        );
        assert!(stored(app).iter().all(|segment| segment.status == "paused"));
    });
}

#[test]
fn the_button_duplicate_pressed_twice_makes_one_copy_that_keeps_the_description() {
    with_segments(&["A"], |app, person, ids| {
        let change = format!("{LIST}{}/change/", ids[0]);
        person.post_form(&change, &[("description", "Who they are.")]);
        let button = person.open(&change).form_at("form[id^=tool-][action*='/duplicate/']");
        let answers = [person.submit(&button), person.submit(&button)];
        assert_eq!(answers[0].location(), answers[1].location());
        let descriptions: Vec<String> = stored(app).into_iter().map(|segment| segment.description).collect();
        assert_eq!(descriptions, ["Who they are.", "Who they are.\n\nCloned from: A"]);
        // The key of another's segment that was deleted opens nobody its history.
        let other = app.role(Role::Finance);
        let gone = add(&other, "Gone");
        assert_eq!(other.post_form(&format!("{LIST}{gone}/delete/"), &[]).status, 303);
        let sent = person.submit(&button.fill("_new_id", &gone.to_string()));
        assert_eq!((sent.status, sent.location().contains(&gone.to_string())), (303, false));
    });
}

/// Nobody counts what is put away, so that the count of what is taken out again is as old as it is.
#[test]
fn what_is_activated_says_how_old_its_count_is() {
    with_segments(&["A"], |app, person, ids| {
        let later = |minutes| app.test.set_now(app.test.clock.now() + chrono::Duration::minutes(minutes));
        later(1);
        go(person, LIST, "pause", ids);
        later(1);
        go(person, LIST, "activate", ids);
        assert_eq!(person.open(LIST).texts("#result_list .stale"), ["counted 2 min ago (Nov. 22, 2026, 9 a.m.)"]);
        go(person, LIST, "count_again", ids);
        assert_eq!(person.open(LIST).texts("#result_list .stale"), Vec::<String>::new());
    });
}

#[test]
fn what_cannot_be_counted_is_passed_over_and_told() {
    with_segments(&["A", "B"], |app, person, ids| {
        let breaks = |connection: &mut _| {
            let broken =
                customer_segments::db::Json(serde_json::json!({"rules": [{"field": "nothing", "operator": "equals", "value": "x"}]}));
            Ok(diesel::update(segment::table.find(ids[0])).set(segment::filter_criteria.eq(broken)).execute(connection).map(drop)?)
        };
        app.test.db.write_blocking(breaks).unwrap();
        go(person, LIST, "count_again", ids);
        let told = "1 Customer Segment counted again. 1 was passed over: archived, changed or deleted meanwhile, or needing attention, for a rule cannot be understood.";
        assert_eq!(said(person), told);
        let file = go(person, LIST, "export_csv", &ids[..1]);
        let line = file.body.lines().nth(1).unwrap_or_default().to_owned();
        assert!(line.contains(",A,dynamic,active,0,") && line.contains(",true,"), "{line}");
    });
}
