//! The pickers of a static segment's form, on both engines, as somebody without scripts uses them and as their script asks.

use std::collections::BTreeSet;

use customer_segments::customers::company::{self, Company};
use customer_segments::customers::contact::{self, Contact};
use customer_segments::db::schema::{
    crm_app_customersegment as segment, crm_app_customersegment_static_companies as listed_companies,
    crm_app_customersegment_static_contacts as listed,
};
use customer_segments::db::{Id, Time};
use diesel::prelude::*;

use crate::support::app::Person;
use crate::support::page::{Answer, Form};
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";

/// Two hotels in two countries with sixty people each, some of them Decision Makers, one unsubscribed.
struct World {
    app: TestApp,
    hotels: [Id; 2],
    people: Vec<Contact>,
}

fn on_both(test: impl Fn(&World)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let now = Time(app.test.clock.now());
        let hotel = |name: &str, country: &str| Company { name: name.into(), country: country.into(), ..Company::new(Id::new(), now) };
        let hotels = [hotel("Six Palms", "Thailand"), hotel("โรงแรมริมน้ำ", "Laos")];
        let person = |number: usize| Contact {
            company_id: hotels[number % 2].id,
            name: format!("Guest {number:03}"),
            contact_type: if number % 10 < 2 { "Decision Maker" } else { "Other" }.into(),
            unsubscribed: number == 0,
            ..Contact::new(Id::new(), now)
        };
        let people: Vec<Contact> = (0..120).map(person).collect();
        let store = |connection: &mut _| {
            company::insert(connection, &hotels)?;
            contact::insert(connection, &people)
        };
        app.test.db.write_blocking(store).unwrap();
        test(&World { app, hotels: [hotels[0].id, hotels[1].id], people });
    });
}

impl World {
    fn people_at(&self, hotel: usize) -> BTreeSet<Id> {
        self.people.iter().filter(|person| person.company_id == self.hotels[hotel]).map(|person| person.id).collect()
    }

    fn listed(&self, id: Id) -> BTreeSet<Id> {
        let rows = listed::table.filter(listed::customersegment_id.eq(id)).select(listed::contact_id);
        self.app.test.db.read_blocking(|connection| Ok(rows.load::<Id>(connection)?)).unwrap().into_iter().collect()
    }

    fn count(&self, id: Id) -> i32 {
        let count = segment::table.find(id).select(segment::member_count);
        self.app.test.db.read_blocking(|connection| Ok(count.first(connection)?)).unwrap()
    }
}

fn add(person: &Person<'_>, name: &str) -> Id {
    let form = person.open(ADD).form().fill("name", name).fill("segment_type", "static").fill("filter_criteria", "");
    id_of(&press(person, form, "_continue"))
}

fn change(id: Id) -> String {
    format!("{LIST}{id}/change/")
}

fn press(person: &Person<'_>, form: Form, button: &str) -> Answer {
    person.submit(&form.and(button, "1"))
}

#[track_caller]
fn id_of(saved: &Answer) -> Id {
    assert_eq!(saved.status, 303, "{}", saved.texts(".errorlist, .errornote").join(" "));
    Id::parse(saved.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("the way to a segment")
}

/// The form with a search that was shown.
fn searched_for(page: &Answer, query: &str) -> Form {
    page.form().fill("contact_q", query).fill("contact_q_shown", query)
}

#[test]
fn both_panes_are_narrowed_by_company_country_and_type() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "VIP");
        let form = person.open(&change(id)).form();
        let narrowed = form.clone().fill("contact_f_country", "lao").fill("contact_f_type", "Decision Maker");
        let shown = press(&person, narrowed, "_contact_search");
        let found = shown.attributes("[name=contact_available]", "value");
        assert_eq!(found.len(), 12);
        assert!(shown.text("#contact-available-pane").contains("Add all 12 and save"), "{}", shown.text("#contact-available-pane"));
        let company = press(&person, form.fill("contact_f_company", "ริมน้ำ"), "_contact_search");
        assert!(company.text("#contact-available-pane").contains("Add all 60 and save"));
        let all = press(&person, company.form(), "_contact_add_all");
        let listed = person.follow(&all);
        assert_eq!(world.listed(id), world.people_at(1));
        let chosen = press(&person, listed.form().fill("contact_cf_type", "Decision Maker"), "_contact_search");
        assert_eq!(chosen.attributes("[name=contact_chosen]", "value").len(), 12);
        assert!(chosen.text("#contact-chosen-pane").contains("Remove all 12 and save"));
        let laotian = press(&person, listed.form().fill("company_f_country", "laos"), "_company_search");
        assert_eq!(laotian.texts("#company-available-pane .who"), ["โรงแรมริมน้ำ"]);
    });
}

#[test]
fn all_that_match_are_added_and_removed_at_once_with_the_rest_of_the_form() {
    on_both(|world| {
        let person = world.app.staff();
        let form = person.open(ADD).form().fill("name", "Palms").fill("segment_type", "static").fill("filter_criteria", "");
        let nothing = press(&person, form.clone(), "_contact_add_all");
        assert_eq!(nothing.texts("#contact_error li"), ["Search for the contacts to add first: not everybody there is was meant."]);
        let searched = press(&person, form.fill("contact_q", "palms"), "_contact_search");
        assert_eq!(searched.attributes("[name=contact_available]", "value").len(), 50, "a page, of sixty");
        let added = press(&person, searched.form().fill("tags", "from a search"), "_contact_add_all");
        let id = id_of(&added);
        assert_eq!((world.listed(id), world.count(id)), (world.people_at(0), 59), "one of them is unsubscribed");
        let shown = person.follow(&added);
        let said = shown.texts(".messagelist li").join(" ");
        assert!(said.contains("was added successfully. You may edit it again below.") && said.contains("60 contacts added"), "{said}");
        assert_eq!(shown.form().value("tags"), Some("from a search"));
        let numbers = shown.text(".list-numbers");
        assert!(
            numbers.contains(
                "60 contacts and 0 companies listed · 59 members · 0 addresses (59 without e-mail). 1 is no member: 1 unsubscribed."
            ),
            "{numbers}"
        );
        // Whoever sends it twice is told the same, and it is done once.
        let again = press(&person, searched_for(&person.open(&change(id)), "palms"), "_contact_add_all");
        assert_eq!((again.status, world.listed(id).len()), (303, 60));
        let some = press(&person, shown.form().fill("contact_cq", "\"Guest 01\""), "_contact_search");
        assert!(some.text("#contact-chosen-pane").contains("Remove all 5 and save"));
        person.follow(&press(&person, some.form(), "_contact_remove_all"));
        assert_eq!(world.listed(id).len(), 55);
        let emptied = person.follow(&press(&person, person.open(&change(id)).form(), "_contact_remove_all"));
        assert_eq!((world.listed(id).len(), world.count(id)), (0, 0));
        person.submit(&emptied.form_at("form[id^=message-]"));
        assert_eq!((world.listed(id).len(), world.count(id)), (55, 54), "and it is undone by its message");
    });
}

#[test]
fn all_that_a_search_finds_are_moved_only_once_somebody_has_seen_them() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "VIP");
        let page = person.open(&change(id));
        // Typed, and never looked for.
        let unseen = press(&person, page.form().fill("contact_q", "palms"), "_contact_add_all");
        let told = "Nothing was saved: you had changed the search. This is what it finds now; the button does it to all of these.";
        assert_eq!((unseen.status, unseen.text("#contact-available-pane .unseen")), (200, told.to_owned()));
        assert_eq!(unseen.attributes("#contact-available-pane [autofocus]", "value"), ["palms"]);
        assert_eq!((world.listed(id), unseen.texts(".unseen").len()), (BTreeSet::new(), 1));
        person.follow(&press(&person, unseen.form(), "_contact_add_all"));
        assert_eq!(world.listed(id), world.people_at(0), "pressed once more, it does what was shown");
        // The button says twelve; then the box is emptied, or the filter changed.
        let some = press(&person, person.open(&change(id)).form().fill("contact_cf_type", "Decision Maker"), "_contact_search");
        assert!(some.text("#contact-chosen-pane").contains("Remove all 12 and save"), "{}", some.text("#contact-chosen-pane"));
        for form in [some.form().fill("contact_cf_type", ""), some.form().fill("contact_cq", "Guest 00")] {
            let unseen = press(&person, form.fill("tags", "kept"), "_contact_remove_all");
            assert_eq!((unseen.status, unseen.text("#contact-chosen-pane .unseen")), (200, told.to_owned()));
            assert_eq!((world.listed(id).len(), unseen.form().value("tags")), (60, Some("kept")));
        }
        let nobody = press(&person, some.form().fill("contact_cq", "nobody at all"), "_contact_remove_all");
        assert_eq!(nobody.text(".unseen"), "Nothing was saved: you had changed the search. This is what it finds now.");
        assert_eq!(nobody.text("#contact-chosen-pane .nothing"), "Nothing chosen yet.");
        // What the other pane searches for is no matter.
        person.follow(&press(&person, some.form().fill("contact_q", "palms"), "_contact_remove_all"));
        assert_eq!(world.listed(id).len(), 48);
    });
}

#[test]
fn ticks_that_a_search_does_not_show_stay_and_are_counted() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "VIP");
        let ticks = [world.people[1].id, world.people[2].id].map(|id| id.to_string());
        let form = ticks.iter().fold(person.open(&change(id)).form(), |form, id| form.and("contact_available", id));
        let shown = press(&person, form.fill("contact_q", "Guest 00"), "_contact_search");
        assert_eq!(shown.attributes("[name=contact_available][checked]", "value").len(), 2);
        let hidden = press(&person, shown.form().fill("contact_q", "Guest 11"), "_contact_search");
        assert_eq!(hidden.text("#contact-available-pane .not-visible"), "2 selected options not visible");
        let one = press(&person, hidden.form().fill("contact_q", "\"Guest 001\""), "_contact_search");
        assert_eq!(one.text("#contact-available-pane .not-visible"), "1 selected option not visible");
        id_of(&press(&person, one.form(), "_continue"));
        assert_eq!(world.listed(id).len(), 2, "saving moves them all");
    });
}

#[test]
fn a_script_gets_the_pickers_alone_and_moves_one_row_without_the_other_ticks() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "VIP");
        let (one, other) = (world.people[1].id.to_string(), world.people[2].id.to_string());
        let form = person.open(&change(id)).form();
        let asked =
            Form { action: format!("{LIST}picker/?segment={id}"), ..form.and("contact_available", &other).and("_contact_add", &one) };
        let shown = person.submit(&asked);
        assert_eq!((shown.status, shown.texts("#contact-picker .numbers")), (200, vec!["0 listed · 1 to add when you save".to_owned()]));
        assert_eq!(shown.attributes("[name=contact_chosen]", "value"), [one]);
        assert_eq!(shown.attributes("[name=contact_available][checked]", "value"), [other]);
        assert!(shown.attributes("#company-picker", "id").len() == 1 && !shown.body.contains("id_name"));
        assert!(world.listed(id).is_empty(), "nothing is saved by that");
    });
}

#[test]
fn a_company_stands_for_its_contacts_and_both_numbers_are_shown() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "VIP");
        let form = person.open(&change(id)).form().and("company_available", &world.hotels[0].to_string());
        let saved = person.follow(&press(&person, form.and("contact_available", &world.people[1].id.to_string()), "_continue"));
        let numbers = saved.text(".list-numbers");
        assert!(numbers.contains("1 contact and 1 company (which stands for 60 contacts) listed · 60 members"), "{numbers}");
        assert_eq!(saved.texts("#contact-chosen-pane .added"), [format!("{} · picker", person.username)]);
        let companies = listed_companies::table.count();
        assert_eq!(world.app.test.db.read_blocking(|connection| Ok(companies.get_result::<i64>(connection)?)).unwrap(), 1);
    });
}

#[test]
fn the_page_of_a_list_keeps_notes_and_keeps_people_out_who_are_in_through_their_company() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "VIP");
        let page = |show: &str| format!("{LIST}{id}/list/?show={show}");
        assert_eq!(person.open(&page("contacts")).text(".empty-list"), "No contact is listed by itself.");
        let form = person.open(&change(id)).form().and("company_available", &world.hotels[1].to_string());
        id_of(&press(&person, form.and("contact_available", &world.people[2].id.to_string()), "_continue"));
        // A note, with the row it stands beside.
        let listed = person.open(&page("contacts"));
        assert_eq!(listed.texts("#result_list tbody th a"), ["Guest 002"]);
        let noted = listed.form_at("#list-form").fill(&format!("note_{}", world.people[2].id), "asked for  ไทย").and("_notes", "1");
        let shown = person.follow(&person.submit(&noted));
        assert!(
            shown.texts(".messagelist").join(" ").contains("Note of 1 contact changed. “VIP” has 61 members now. Undo"),
            "{}",
            shown.body
        );
        let note = format!("note_{}", world.people[2].id);
        assert_eq!(shown.form_at("#list-form").value(&note), Some("asked for  ไทย"));
        // A note of several lines, as an import brings it, is shown with them and sent back with the line ends of browsers.
        let lines = shown.form_at("#list-form").fill(&note, "First a call.\r\n\r\nThen a visit.").and("_notes", "1");
        let shown = person.follow(&person.submit(&lines)).form_at("#list-form");
        assert_eq!(shown.value(&note), Some("First a call.\n\nThen a visit."));
        let same = shown.fill(&note, "First a call.\r\n\r\nThen a visit.").and("_notes", "1");
        assert!(person.follow(&person.submit(&same)).text(".messagelist").contains("every note is as it was"));
        let joined = person.open(&page("contacts")).form_at("#list-form").fill(&note, "First a call.Then a visit.").and("_notes", "1");
        let shown = person.follow(&person.submit(&joined));
        assert_eq!(shown.form_at("#list-form").value(&note), Some("First a call.Then a visit."), "taking an end of a line out is a change");
        // Somebody of the listed company is kept out, and allowed again.
        let out = world.people[1].id.to_string();
        let through = person.open(&format!("{}&q=%22Guest+001%22", page("through")));
        assert_eq!(through.attributes("[name=ticked]", "value"), [out.as_str()]);
        let barred = person.submit(&through.form_at("#list-form").and("ticked", &out).and("_bar", "1"));
        assert_eq!((barred.status, world.count(id)), (303, 60));
        let never = person.open(&page("never"));
        assert_eq!(never.attributes("[name=ticked]", "value"), [out.as_str()]);
        let picker = press(&person, person.open(&change(id)).form().fill("contact_q", "\"Guest 001\""), "_contact_search");
        assert!(picker.text("#contact-available-pane").contains("never to be included"));
        let why = person.open(&format!("{LIST}{id}/explain/?contact={out}"));
        assert_eq!(why.text(".why"), "They are never to be included in this list.");
        assert_eq!(why.attributes(".explanation .decides a", "href"), [page("never")]);
        person.submit(&never.form_at("#list-form").and("ticked", &out).and("_unbar", "1"));
        assert_eq!(world.count(id), 61);
        // Nobody ticked is said, and changes nothing.
        let nobody = person.follow(&person.submit(&listed.form_at("#list-form").and("_remove", "1")));
        assert!(nobody.text(".messagelist").contains("nobody was ticked"), "{}", nobody.body);
        person.submit(&listed.form_at("#list-form").and("ticked", &world.people[2].id.to_string()).and("_remove", "1"));
        assert!(world.listed(id).is_empty());
        let other = world.app.staff();
        let seen = other.open(&page("companies"));
        assert_eq!(
            (seen.texts("#result_list tbody th a"), seen.attributes("[name=ticked], [name^=note_]", "name").len()),
            (vec!["โรงแรมริมน้ำ".to_owned()], 0)
        );
    });
}

#[test]
fn who_is_removed_and_still_in_through_their_company_can_be_kept_out_at_once() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "VIP");
        let [one, other] = [world.people[1].id.to_string(), world.people[2].id.to_string()];
        let form = person.open(&change(id)).form().and("company_available", &world.hotels[1].to_string());
        let form = form.and("contact_available", &one).and("contact_available", &other);
        let saved = person.follow(&press(&person, form, "_continue"));
        assert!(saved.text(".list-numbers.quiet").contains("Paste · Import CSV"), "the other ways to change it are offered");
        let removed = saved.form().and("contact_chosen", &one).and("contact_chosen", &other);
        let told = person.follow(&press(&person, removed, "_continue"));
        let said = told.text(".messagelist");
        assert!(said.contains("1 contact that you removed is still in, through their company."), "{said}");
        assert_eq!(world.count(id), 60);
        let forms = told.attributes("form[id^=message-] [name=bar_removed_by]", "value");
        assert_eq!(forms.len(), 1);
        let barred = person.submit(&told.form_at("form[id^=message-]:has([name=bar_removed_by])"));
        assert_eq!((barred.status, world.count(id)), (303, 59));
    });
}

#[test]
fn every_note_of_a_page_is_kept_whichever_button_is_pressed_and_no_later_one_is_overwritten() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "VIP");
        let [one, two, three] = [1, 2, 3].map(|number| world.people[number].id.to_string());
        let form = [&one, &two, &three].into_iter().fold(person.open(&change(id)).form(), |form, id| form.and("contact_available", id));
        id_of(&press(&person, form, "_continue"));
        let page = format!("{LIST}{id}/list/");
        let note = |of: &str| person.open(&page).form_at("#list-form").value(&format!("note_{of}")).map(str::to_owned);
        let opened = person.open(&page).form_at("#list-form");
        let typed = opened.clone().fill(&format!("note_{one}"), "first").fill(&format!("note_{two}"), "second");
        let kept = person.follow(&person.submit(&typed.and("_notes", "1")));
        assert!(kept.text(".messagelist").contains("Notes of 2 contacts changed."), "{}", kept.body);
        assert_eq!([note(&one), note(&two), note(&three)], ["first", "second", ""].map(|note| Some(note.to_owned())));
        // Of a page that was opened before: what is typed there and nowhere else is kept, with what the button does.
        let typed = opened.fill(&format!("note_{two}"), "mine").fill(&format!("note_{three}"), "third");
        let told = person.follow(&person.submit(&typed.clone().and("ticked", &one).and("_remove", "1")));
        let said = told.texts(".messagelist li").join(" ");
        assert!(said.contains("Note of 1 contact changed, 1 contact removed."), "{said}");
        assert!(said.contains("The note “mine” was not written: meanwhile somebody wrote “second” there."), "{said}");
        assert_eq!([note(&one), note(&two), note(&three)], [None, Some("second".to_owned()), Some("third".to_owned())]);
        let gone = person.follow(&person.submit(&typed.fill(&format!("note_{one}"), "late").and("_notes", "1")));
        let said = gone.texts(".messagelist li").join(" ");
        assert!(said.contains("The note “late” was not written: whom it was on is not on the list any more."), "{said}");
        let nothing = person.follow(&person.submit(&person.open(&page).form_at("#list-form").and("_notes", "1")));
        assert!(nothing.text(".messagelist").contains("every note is as it was"), "{}", nothing.body);
    });
}

#[test]
fn a_list_too_long_to_be_counted_with_the_form_tells_its_numbers_when_it_is_asked() {
    on_both(|world| {
        let person = world.app.staff();
        let id = add(&person, "Everybody");
        let now = Time(world.app.test.clock.now());
        let person_of = |number: usize| Contact {
            company_id: world.hotels[number % 2],
            name: format!("Extra {number}"),
            is_active: !number.is_multiple_of(10),
            unsubscribed: number % 10 == 1,
            email: format!("extra{}@example.com", number / 2),
            ..Contact::new(Id::new(), now)
        };
        let extra: Vec<Contact> = (0..1_000).map(person_of).collect();
        world.app.test.db.write_blocking(|connection| contact::insert(connection, &extra)).unwrap();
        let all = person.open(&change(id)).form().fill("contact_q", "extra").fill("contact_q_shown", "extra");
        let added = person.follow(&press(&person, all, "_contact_add_all"));
        let numbers = added.text("#list-numbers");
        assert!(numbers.contains("1,000 contacts and 0 companies listed · 800 members · "), "{numbers}");
        assert!(!added.has("#list-numbers[data-url]"));
        let more = press(&person, added.form().and("contact_available", &world.people[1].id.to_string()), "_continue");
        let long = person.follow(&more);
        let numbers = long.text("#list-numbers");
        assert!(
            numbers.contains("1,001 contacts and 0 companies listed · 801 members, counted just now · count members and addresses."),
            "{numbers}"
        );
        let [url] = &long.attributes("#list-numbers", "data-url")[..] else { panic!("a script is told where to ask") };
        let counted = person.open(url);
        assert_eq!(
            counted.text("#list-numbers"),
            "1,001 contacts and 0 companies listed · 801 members · 400 addresses (1 without e-mail, 400 shared). 200 are no members: 100 unsubscribed, 100 inactive."
        );
        assert!(!counted.has("#list-numbers[data-url]") && !counted.has("html[data-theme]"), "a piece of page, and whole");
    });
}

#[test]
fn whoever_saves_after_somebody_else_has_added_all_archived_or_deleted_loses_nothing() {
    on_both(|world| {
        let (mine, theirs) = (world.app.superuser(), world.app.superuser());
        let id = add(&mine, "VIP");
        let [one, other] = [world.people[1].id, world.people[3].id];
        id_of(&press(&mine, mine.open(&change(id)).form().and("contact_available", &one.to_string()), "_continue"));
        // One adds all of a hotel, the other takes one of them off the list: neither has seen the other's.
        let opened = mine.open(&change(id)).form().and("contact_chosen", &one.to_string());
        let all = theirs.open(&change(id)).form().fill("contact_q", "palms").fill("contact_q_shown", "palms");
        assert_eq!([press(&theirs, all, "_contact_add_all").status, press(&mine, opened, "_continue").status], [303, 303]);
        assert_eq!((world.listed(id), world.count(id)), (world.people_at(0), 59));
        // Archived meanwhile: a page with both versions, and whom one has chosen on it.
        let typed = mine.open(&change(id)).form().and("contact_available", &other.to_string()).fill("tags", "typed");
        press(&theirs, theirs.open(&change(id)).form().fill("status", "archived"), "_continue");
        let told = press(&mine, typed.clone(), "_continue");
        assert_eq!(told.status, 409, "{}", told.body);
        assert!(told.text("#content").contains("Contacts to add") && told.body.contains("Guest 003"), "{}", told.body);
        assert_eq!(told.form().value("tags"), Some("typed"));
        // Deleted meanwhile: the form, to be saved as a new one.
        theirs.submit(&theirs.open(&format!("{LIST}{id}/delete/")).form());
        let told = press(&mine, typed, "_continue");
        assert!(told.text("#content").contains("was deleted while you were editing it"), "{}", told.body);
        let again = id_of(&press(&mine, told.form(), "_continue"));
        assert_eq!(world.listed(again), BTreeSet::from([other]));
    });
}
