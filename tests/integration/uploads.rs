//! Lists as files, out and in, on both engines: nothing is lost on the way, bad files get their sentence, bad rows their reason.

use std::cell::Cell;

use customer_segments::accounts::Role;
use customer_segments::customers::contact::{self, Contact};
use customer_segments::db::{Id, Time};
use customer_segments::error::AppError;
use customer_segments::query::Sql;
use customer_segments::segments::curating::Task;
use customer_segments::segments::listed::{COMPANIES, CONTACTS, How};
use customer_segments::segments::upload::beating::beating;
use customer_segments::segments::upload::entry::{Entry, Said};
use customer_segments::segments::upload::rows;
use customer_segments::segments::upload::staging::Staging;
use customer_segments::segments::upload::store::{self, State, Upload};

use crate::pasting::{World, outcomes, wait, with_a_list};
use crate::support::app::Person;
use crate::support::page::Answer;

impl World<'_> {
    #[track_caller]
    pub(crate) fn uploads(&self, person: &Person<'_>, name: &str, content: &[u8], encoding: &str) -> Answer {
        let answer = person.post_file(&self.url("upload"), &[("encoding", encoding)], (name, content));
        assert_eq!(answer.status, 303, "{}", answer.body);
        wait(person, answer.location())
    }

    pub(crate) fn note(&self, item: Id, note: &str) {
        self.does(&Task::Note(&CONTACTS, item, note.into()));
    }
}

#[track_caller]
pub(crate) fn apply(person: &Person<'_>, page: &Answer, mode: &str) -> String {
    let done = person.submit(&page.form_at("#apply-form").fill("mode", mode).and("_apply", "1"));
    assert_eq!(done.status, 303, "{}", done.body);
    person.follow(&done).texts(".messagelist").join(" ")
}

#[test]
fn a_list_comes_in_as_it_went_out_with_its_notes() {
    with_a_list(|world, person| {
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[..6])));
        world.does(&Task::Add(&COMPANIES, COMPANIES.among(&world.firms[1..])));
        world.does(&Task::Bar(CONTACTS.among(&[world.people[5]])));
        for (person, note) in [(0, "=1+1"), (1, "0812, \"ไทย\"\n第二行"), (2, "'quoted"), (3, "-5")] {
            world.note(world.people[person], note);
        }
        let before = (world.listed(), world.notes().into_iter().map(|(id, note, _)| (id, note)).collect::<Vec<_>>());
        let file = person.open(&world.url("export_list"));
        assert!(file.body.starts_with("\u{feff}kind,id,name,email,company,country,note,added_by,added_at,how\r\n"), "{}", file.body);
        assert!(!file.body.contains("No Mail"), "who is never to be included is not on the list");
        assert!(file.body.contains("'=1+1") && file.body.contains("''quoted"));
        assert!(person.open(&world.url("history")).body.contains("Exported the list as CSV."));
        for task in [Task::Remove(&CONTACTS, Sql::all()), Task::Remove(&COMPANIES, Sql::all())] {
            world.does(&task);
        }
        let page = world.uploads(person, "vip.csv", file.body.as_bytes(), "utf-8");
        let said = apply(person, &page, "exact");
        assert!(said.contains("5 contacts added, 2 companies added"), "{said}");
        let after = (world.listed(), world.notes().into_iter().map(|(id, note, _)| (id, note)).collect::<Vec<_>>());
        assert_eq!(after, before);
        // Nothing is left to do the second time.
        let page = world.uploads(person, "vip.csv", file.body.as_bytes(), "utf-8");
        assert!(apply(person, &page, "exact").contains("Nothing was left to change."));
    });
}

#[test]
fn the_list_as_a_colleague_exports_it_takes_no_note_out_when_its_owner_imports_it() {
    with_a_list(|world, person| {
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[..3])));
        world.note(world.people[0], "hates calls");
        let file = world.app().role(Role::Sales).open(&world.url("export_list")).body;
        assert!(file.starts_with("\u{feff}kind,id,name,email,company,country,added_by,added_at,how\r\n"), "{file}");
        let page = world.uploads(person, "vip.csv", file.as_bytes(), "utf-8");
        assert!(apply(person, &page, "exact").contains("Nothing was left to change."));
        let notes: Vec<String> = world.notes().into_iter().map(|(_, note, _)| note).filter(|note| !note.is_empty()).collect();
        assert_eq!(notes, ["hates calls"]);
    });
}

#[test]
fn the_three_modes_do_what_their_numbers_say_and_notes_of_listed_rows_are_written_anew() {
    with_a_list(|world, person| {
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[..3])));
        world.note(world.people[0], "old");
        let file = b"Mail;Note\r\nsomchai@palms.example;new\r\ngone@palms.example;\r\n";
        let page = world.uploads(person, "some.csv", file, "utf-8");
        assert_eq!(page.texts(".upload-choice label strong"), ["Add", "Remove", "Make the list exactly this"]);
        let exact = page.texts(".upload-choice label").into_iter().nth(2).unwrap();
        assert_eq!(exact, "Make the list exactly this: add 1, keep 1, take 2 off – notes too: a blank one takes out what is written");
        let said = apply(person, &page, "exact");
        assert!(said.contains("2 contacts removed, 1 contact added, note of 1 contact changed"), "{said}");
        let mut people = vec![world.people[0], world.people[4]];
        people.sort();
        assert_eq!(world.listed().0, people);
        let page = world.uploads(person, "some.csv", file, "utf-8");
        assert!(apply(person, &page, "remove").contains("2 contacts removed"));
        let page = world.uploads(person, "some.csv", file, "utf-8");
        let without = page.form_at("#apply-form").without("with_inactive").and("_apply", "1");
        assert!(person.follow(&person.submit(&without)).text(".messagelist").contains("1 contact added"));
        assert_eq!(world.listed().0, [world.people[0]]);
        assert_eq!(world.notes()[0].1, "new");
    });
}

#[test]
fn whoever_was_chosen_for_open_rows_counts_once_and_as_new_or_listed_like_others() {
    with_a_list(|world, person| {
        let [listed, new] = [world.people[2], world.people[3]];
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&[world.people[0], listed])));
        let file = b"email,name\nshared@palms.example,\nshared@palms.example,A\nanong@palms.example,\ngone@palms.example,\n";
        let chosen = |first: Id, second: Id, without: &str| {
            let page = world.uploads(person, "some.csv", file, "utf-8");
            let pick = |form: crate::support::page::Form, row: &str, whom: Id| form.without(row).and(row, &format!("contact:{whom}"));
            let form = pick(pick(page.form_at("#apply-form").without(without), "pick_1", first), "pick_2", second);
            person.follow(&person.submit(&form.and("_page", "ambiguous:1")))
        };
        let numbers = |page: &Answer| {
            let said = page.texts(".upload-choice label").into_iter().take(3);
            let said: Vec<String> = said.map(|said| said.split(" –").next().unwrap().replace(", and whom you choose below", "")).collect();
            (said[0].clone(), said[1].clone(), said[2].clone())
        };
        let [add, remove, exact] = ["Add whoever is not on the list yet: ", "Remove whoever is on it: ", "Make the list exactly this: "];
        let told = |a: &str, r: &str, e: &str| (format!("{add}{a}"), format!("{remove}{r}"), format!("{exact}{e}"));
        assert_eq!(numbers(&chosen(listed, listed, "none")), told("2", "1", "add 2, keep 1, take 1 off"));
        assert_eq!(numbers(&chosen(new, new, "none")), told("3 (1 of them chosen)", "0", "add 3, keep 0, take 2 off"));
        assert_eq!(numbers(&chosen(new, new, "with_inactive")), told("2 (1 of them chosen)", "0", "add 2, keep 0, take 2 off"));
        let both = chosen(listed, new, "none");
        assert_eq!(numbers(&both), told("3 (1 of them chosen)", "1", "add 3, keep 1, take 1 off"));
        assert!(apply(person, &both, "exact").contains("1 contact removed, 3 contacts added"));
        assert!(apply(person, &chosen(listed, listed, "none"), "remove").contains("3 contacts removed"));
    });
}

#[test]
fn whom_open_rows_may_mean_stays_until_somebody_says_who_is_meant() {
    with_a_list(|world, person| {
        let shared = [world.people[2], world.people[3]];
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[1..4])));
        world.does(&Task::Add(&COMPANIES, COMPANIES.among(&world.firms[..1])));
        let file = b"email,company\nsomchai@palms.example,\nshared@palms.example,\n,six palms\n,Nowhere\n";
        let page = world.uploads(person, "some.csv", file, "utf-8");
        let exact = page.texts(".upload-choice label").into_iter().nth(2).unwrap();
        let told = "add 1, keep 0, take 1 off (3 who may be meant by rows that are not used stay) – the row that was not found or cannot be understood keeps nobody on the list";
        assert_eq!(exact, format!("Make the list exactly this: {told}"));
        assert!(apply(person, &page, "exact").contains("1 contact removed, 1 contact added"));
        let mut people = vec![world.people[0], shared[0], shared[1]];
        people.sort();
        assert_eq!(world.listed(), (people, vec![world.firms[0]]));
        // Once somebody is chosen, the others go.
        let page = world.uploads(person, "some.csv", file, "utf-8");
        let name = page.attributes(".picks input[type=radio]", "name")[0].clone();
        let form = page.form_at("#apply-form").without(&name).and(&name, &format!("contact:{}", shared[1]));
        let said = person.follow(&person.submit(&form.fill("mode", "exact").and("_apply", "1"))).text(".messagelist");
        assert!(said.contains("1 contact removed"), "{said}");
        let mut people = vec![world.people[0], shared[1]];
        people.sort();
        assert_eq!(world.listed(), (people, vec![world.firms[0]]));
    });
}

#[test]
fn a_list_that_is_made_exactly_a_file_has_its_notes_and_no_others_where_the_file_has_any() {
    with_a_list(|world, person| {
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[..3])));
        (0..3).for_each(|at| world.note(world.people[at], "old"));
        let notes = || world.notes().into_iter().map(|(id, note, _)| (id, note)).collect::<std::collections::BTreeMap<_, _>>();
        let file = |header: &str| format!("{header}\n{},\n{},new\n{},old\n", world.people[0], world.people[1], world.people[2]);
        let page = world.uploads(person, "some.csv", file("id,shoe size").as_bytes(), "utf-8");
        assert!(apply(person, &page, "exact").contains("Nothing was left to change."));
        let page = world.uploads(person, "some.csv", file("id,note").as_bytes(), "utf-8");
        apply(person, &page, "add");
        assert_eq!([0, 1, 2].map(|at| notes()[&world.people[at]].clone()), ["old", "new", "old"]);
        let page = world.uploads(person, "some.csv", file("id,note").as_bytes(), "utf-8");
        assert!(apply(person, &page, "exact").to_lowercase().contains("note of 1 contact changed"));
        assert_eq!([0, 1, 2].map(|at| notes()[&world.people[at]].clone()), ["", "new", "old"]);
    });
}

#[test]
fn a_note_on_the_second_line_of_somebody_is_theirs_too() {
    with_a_list(|world, person| {
        for mode in ["add", "exact"] {
            world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[..1])));
            world.note(world.people[0], "old");
            let [listed, new] = [world.people[0], world.people[1]];
            let file = format!("id,note\n{listed},\n{new},\n{listed},VIP\n{new},Guest\n");
            let page = world.uploads(person, "twice.csv", file.as_bytes(), "utf-8");
            assert!(outcomes(&page).contains(&("Named twice".to_owned(), "2".to_owned())), "{:?}", outcomes(&page));
            apply(person, &page, mode);
            let notes = world.notes().into_iter().map(|(id, note, _)| (id, note)).collect::<std::collections::BTreeMap<_, _>>();
            assert_eq!((notes[&listed].as_str(), notes[&new].as_str()), ("VIP", "Guest"), "{mode}");
            world.does(&Task::Remove(&CONTACTS, Sql::all()));
        }
    });
}

#[test]
fn of_many_on_the_list_whom_a_row_may_mean_some_are_shown_and_all_stay() {
    with_a_list(|world, person| {
        let (firm, now) = (world.firms[0], Time(world.test().clock.now()));
        let one = |at: usize| Contact {
            company_id: firm,
            name: format!("Desk {at}"),
            phone: "02-999-8888".into(),
            ..Contact::new(Id::new(), now)
        };
        let desk: Vec<Contact> = (0..15).map(one).collect();
        world.test().db.write_blocking(|connection| contact::insert(connection, &desk)).unwrap();
        let mut ids: Vec<Id> = desk.iter().map(|contact| contact.id).collect();
        ids.sort();
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&ids)));
        let page = world.uploads(person, "desk.csv", b"name,phone\nAnna,029998888\nBert,029998888\n", "utf-8");
        let values = |page: &Answer, row: &str| page.attributes(&format!("[name={row}][value^=contact]"), "value");
        assert_eq!((values(&page, "pick_1").len(), values(&page, "pick_2").len()), (12, 12));
        let told = "and 3 more, who are not shown: an id or e-mail address in the row says who is meant";
        assert_eq!(page.texts(".picks .more"), [told, told]);
        // Whoever is chosen is seen, and the others stay for the row that is open still.
        let last = format!("contact:{}", ids[14]);
        let chosen = page.form_at("#apply-form").without("pick_1").and("pick_1", &last).and("_page", "ambiguous:1");
        let page = person.follow(&person.submit(&chosen));
        assert_eq!(page.attributes("[name=pick_1][checked]", "value"), [last]);
        assert_eq!(page.texts(".picks .more")[0], told.replace('3', "2"));
        apply(person, &page, "exact");
        assert_eq!(world.listed().0, ids);
    });
}

#[test]
fn the_report_of_unused_rows_leaves_out_those_that_were_chosen() {
    with_a_list(|world, person| {
        let file =
            b"email,company\nshared@palms.example,\nnobody@nowhere.example,\n,six palms\nsomchai@palms.example,\nsomchai@palms.example,\n";
        let page = world.uploads(person, "some.csv", file, "utf-8");
        let ticked = person.follow(&person.submit(&page.form_at("#apply-form").and("_tick", "suggested:1")));
        assert_eq!(ticked.text("a.unused"), "Download the 2 rows that are not used");
        let report = person.open(&ticked.attributes("a.unused", "href")[0]).body;
        assert_eq!(
            report,
            "\u{feff}line,row,reason\r\n2,\"shared@palms.example,\",Ambiguous: choose one\r\n3,\"nobody@nowhere.example,\",Not found\r\n"
        );
        assert!(apply(person, &ticked, "add").contains("2 rows were not used"));
    });
}

#[test]
fn rows_that_are_left_out_by_choice_are_told_with_their_reason() {
    with_a_list(|world, person| {
        let file = b"email\nsomchai@palms.example\ngone@palms.example\nnomail@palms.example\nnobody@nowhere.example\n";
        let page = world.uploads(person, "some.csv", file, "utf-8");
        let without = page.form_at("#apply-form").without("with_inactive").without("with_unsubscribed").and("_apply", "1");
        let done = person.follow(&person.submit(&without));
        assert!(done.texts(".messagelist").join(" ").contains("3 rows were not used"), "{}", done.text(".messagelist"));
        let link = done.attributes(".messagelist a", "href").into_iter().find(|link| link.contains("uploaded/")).unwrap();
        let report = person.open(&person.open(&link).attributes("a.unused", "href")[0]).body;
        let told = "3,gone@palms.example,\"Inactive: not to be listed, as you chose\"\r\n4,nomail@palms.example,\"Unsubscribed: not to be listed, as you chose\"\r\n5,nobody@nowhere.example,Not found\r\n";
        assert!(report.ends_with(told), "{report}");
        // Whoever is taken off the list was used.
        let page = world.uploads(person, "some.csv", file, "utf-8");
        let remove = page.form_at("#apply-form").without("with_inactive").without("with_unsubscribed").fill("mode", "remove");
        let done = person.follow(&person.submit(&remove.and("_apply", "1")));
        assert!(done.texts(".messagelist").join(" ").contains("1 row was not used"));
    });
}

#[test]
fn notes_that_differ_between_rows_of_one_person_are_told_and_which_is_taken() {
    with_a_list(|world, person| {
        let [first, second, third] = [world.people[0], world.people[1], world.people[2]];
        let file = format!("id,note\n{first},Alpha\n{first},Beta\n{second},same\n{second},same\n{third},one\n{third},\n");
        let page = world.uploads(person, "notes.csv", file.as_bytes(), "utf-8");
        let told = "For one of them rows give different notes: the one that comes last in the alphabet is taken.";
        assert_eq!(page.text(".at-odds"), told);
        apply(person, &page, "add");
        let notes = world.notes().into_iter().map(|(id, note, _)| (id, note)).collect::<std::collections::BTreeMap<_, _>>();
        assert_eq!([first, second, third].map(|id| notes[&id].as_str()), ["Beta", "same", "one"]);
        let page = world.uploads(person, "notes.csv", format!("id,note\n{first},Alpha\n{second},x\n").as_bytes(), "utf-8");
        assert!(!page.has(".at-odds"));
    });
}

#[test]
fn bad_rows_are_refused_one_by_one_with_line_and_reason() {
    with_a_list(|world, person| {
        let long = "ก".repeat(1_001);
        let file = format!(
            "kind,id,email,note\nhotel,,a@x.example,\n,no-id,,\n,,somchai@palms.example,\"two\nlines\"\n,,b@x.example,{long}\n,,,x\n,,c\0@x.example,\n"
        );
        let page = world.uploads(person, "rows.csv", file.as_bytes(), "utf-8");
        let found = outcomes(&page);
        assert!(found.contains(&("Cannot be understood".to_owned(), "5".to_owned())), "{found:?}");
        assert!(page.text("#refused").contains("“hotel” is no kind: it is contact or company."));
        let report = person.open(page.attributes("#refused a[download]", "href")[0].as_str());
        assert!(
            report.body.contains("\r\n3,") && report.body.contains("“no-id” is no id.") && report.body.contains("this one has 1001"),
            "{}",
            report.body
        );
        assert!(apply(person, &page, "add").contains("5 rows were not used"));
        assert_eq!(world.listed().0, [world.people[0]]);
    });
}

#[test]
fn a_list_is_not_emptied_by_rows_of_which_none_is_to_be_listed() {
    with_a_list(|world, person| {
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[..1])));
        let page = world.uploads(person, "gone.csv", b"email\ngone@palms.example\n", "utf-8");
        let exact = page.form_at("#apply-form").without("with_inactive").fill("mode", "exact").and("_apply", "1");
        let said = person.follow(&person.submit(&exact)).texts(".messagelist").join(" ");
        assert!(said.contains("the list would be empty"), "{said}");
        assert_eq!(world.listed().0, [world.people[0]]);
    });
}

#[test]
fn what_stands_for_nobody_lists_neither_strangers_nor_their_company() {
    with_a_list(|world, person| {
        let gone = Id::new();
        let file = format!(
            "kind,id,email,phone,company\n,,anong@palms.example,,\n,,nobody@nowhere.example,-,\n,,,12345,\n,{gone},,,\"Six Palms Co., Ltd.\"\nab\0c,,x@y.example,,\n"
        );
        let page = world.uploads(person, "rows.csv", file.as_bytes(), "utf-8");
        let found = outcomes(&page);
        for (outcome, rows) in [("To add", "1"), ("Not found", "3"), ("Cannot be understood", "1")] {
            assert!(found.contains(&(outcome.to_owned(), rows.to_owned())), "{outcome}: {found:?}");
        }
        apply(person, &page, "add");
        assert_eq!(world.listed(), (vec![world.people[1]], Vec::new()));
    });
}

#[test]
fn what_parts_the_cells_is_seen_by_the_first_line() {
    with_a_list(|world, person| {
        for parts in [",", ";", "\t", "|"] {
            let file = format!("name{parts}email\nx{parts}anong@palms.example\n");
            let page = world.uploads(person, "parted.csv", file.as_bytes(), "utf-8");
            assert_eq!(outcomes(&page), [("To add".to_owned(), "1".to_owned())], "by {parts:?}");
        }
    });
}

#[test]
fn of_two_columns_that_hold_the_same_the_page_says_which_is_read() {
    with_a_list(|world, person| {
        let file = b"email,email,name\n,anong@palms.example,x\nsomchai@palms.example,anong@palms.example,x\n";
        let page = world.uploads(person, "twice.csv", file, "utf-8");
        assert!(page.text(".columns[open] .attention").contains("the first that is filled in a row is read"), "{}", page.body);
        assert_eq!(outcomes(&page), [("To add".to_owned(), "2".to_owned())]);
        let page = world.uploads(person, "once.csv", b"email,first name,last name\nanong@palms.example,x,y\n", "utf-8");
        assert!(!page.has(".columns .attention"), "a name stands in parts");
    });
}

#[test]
fn columns_are_guessed_and_can_be_changed() {
    with_a_list(|world, person| {
        let file = b"Note,Remark\nSomchai,somchai@palms.example\nAnong,anong@palms.example\n";
        let page = world.uploads(person, "strange.csv", file, "utf-8");
        assert!(page.text(".columns .attention").contains("No column says who is meant"), "{}", page.body);
        assert!(page.has(".columns[open]"));
        let form = page.form_at("#apply-form").without("column").and("column", "name").and("column", "e-mail");
        // What was chosen is never lost, and nothing is applied that nobody has seen.
        let again = person.submit(&form.fill("mode", "exact").and("_apply", "1"));
        assert_eq!(world.listed(), (vec![], vec![]));
        let again = wait(person, again.location());
        assert!(again.text(".messagelist").contains("You changed the columns, so the rows were read again."), "{}", again.body);
        assert_eq!(again.attributes("[name=mode][checked]", "value"), ["exact"]);
        assert!(outcomes(&again).contains(&("To add".to_owned(), "2".to_owned())), "{:?}", outcomes(&again));
        assert!(!again.has(".columns[open]"));
        apply(person, &again, "add");
        assert_eq!(world.listed().0.len(), 2);
    });
}

#[test]
fn a_first_line_is_a_row_or_names_the_columns_as_it_looks_and_as_it_is_said_to() {
    with_a_list(|world, person| {
        let rows = |page: &Answer| page.text(".outcomes caption");
        let page = world.uploads(
            person,
            "bare.csv",
            "Somchai Jaidee,\"Six Palms Co., Ltd.\"\nAnong Srisuk,\"Six Palms Co., Ltd.\"\n".as_bytes(),
            "utf-8",
        );
        assert_eq!((rows(&page), page.has("[name=has_header][checked]")), ("bare.csv: 2 rows".to_owned(), false), "no row is lost");
        assert!(outcomes(&page).contains(&("To add".to_owned(), "2".to_owned())), "{:?}", outcomes(&page));
        let said = |page: &Answer, has_header: bool| {
            let form = page.form_at("#apply-form").without("has_header").and("_columns", "1");
            let form = if has_header { form.and("has_header", "1") } else { form };
            wait(person, person.submit(&form).location())
        };
        let without = said(&page, true);
        assert_eq!((rows(&without), without.has("[name=has_header][checked]")), ("bare.csv: 1 row".to_owned(), true));
        let with = said(&without, false);
        assert_eq!(rows(&with), "bare.csv: 2 rows");
        apply(person, &with, "add");
        let mut people = world.people[..2].to_vec();
        people.sort();
        assert_eq!(world.listed().0, people);
        // A name of a column that may be a row.
        let page = world.uploads(person, "one.csv", "Company\nCafé Sài Gòn\n".as_bytes(), "utf-8");
        assert_eq!(rows(&page), "one.csv: 1 row");
        let with = said(&page, false);
        assert_eq!((rows(&with), with.text("#id_unknown_raw")), ("one.csv: 2 rows".to_owned(), "Company".to_owned()));
        let report = person.open(&with.attributes("a.unused", "href")[0]).body;
        assert!(report.contains("\r\n1,Company,Not found\r\n"), "{report}");
        // A blank that somebody wrote down is no name of a column.
        let page = world.uploads(person, "dash.csv", b"Somchai Jaidee,-\nAnong Srisuk,anong@palms.example\n", "utf-8");
        assert_eq!((rows(&page), page.has("[name=has_header][checked]")), ("dash.csv: 2 rows".to_owned(), false));
        // Words that nobody knows, above addresses.
        let page = world.uploads(person, "wer.csv", b"Wer;Post\n;somchai@palms.example\n", "utf-8");
        assert_eq!((rows(&page), page.has("[name=has_header][checked]")), ("wer.csv: 1 row".to_owned(), true));
        assert!(outcomes(&page).contains(&("Already in the list".to_owned(), "1".to_owned())), "{:?}", outcomes(&page));
        let told = page.text(".columns[open] .attention");
        assert!(told.starts_with("The first line was taken for names of columns: Wer, Post."), "{told}");
    });
}

#[test]
fn files_of_other_programs_are_understood_and_what_is_far_too_long_is_cut() {
    with_a_list(|world, person| {
        // Excel says in a line of its own what parts the cells.
        let page =
            world.uploads(person, "excel.csv", b"sep=;\r\nE-Mail;City, country\r\nSomchai <somchai@palms.example>;a,b,c\r\n", "utf-8");
        assert!(page.text(".columns summary").contains("E-Mail → e-mail, City, country → (left out)"), "{}", page.text(".columns"));
        assert_eq!(outcomes(&page), [("To add".to_owned(), "1".to_owned())]);
        assert_eq!(page.texts("#new td.num"), ["3"]);
        let long = format!("email,company\nsomchai@palms.example,{}\nanong@palms.example,\n", "x".repeat(1_000_000));
        let page = world.uploads(person, "long.csv", long.as_bytes(), "utf-8");
        assert_eq!(outcomes(&page), [("To add".to_owned(), "2".to_owned())]);
        assert!(page.body.len() < 100_000, "{}", page.body.len());
        let again = wait(
            person,
            person.submit(&page.form_at("#apply-form").without("column").and("column", "e-mail").and("column", "note")).location(),
        );
        assert!(again.text("#refused").contains("A note has at most 1000 characters"), "what is too long once is so by any columns");
    });
}

#[test]
fn whoever_is_named_stays_on_a_list_that_is_made_exactly_a_file_however_much_is_written_beside_them() {
    with_a_list(|world, person| {
        let [first, second, third] = [world.people[0], world.people[1], world.people[2]];
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[..4])));
        world.note(second, "old");
        let (much, note) = ("x".repeat(6_500), "y".repeat(1_001));
        let file = format!("id,CRM notes,note\n{first},{much},\n{second},,{note}\n{third},,{note}\n{third},,short\n");
        let page = world.uploads(person, "vip.csv", file.as_bytes(), "utf-8");
        let found = [("Already in the list", "2"), ("Cannot be understood", "2")].map(|(what, rows)| (what.to_owned(), rows.to_owned()));
        assert_eq!(outcomes(&page), found);
        let exact = page.texts(".upload-choice label").into_iter().nth(2).unwrap();
        let told = "add 0, keep 2, take 1 off (1 who may be meant by rows that are not used stays)";
        assert_eq!(exact, format!("Make the list exactly this: {told} – notes too: a blank one takes out what is written"));
        let said = apply(person, &page, "exact");
        assert!(said.contains("1 contact removed") && said.contains("2 rows were not used"), "{said}");
        let mut people = vec![first, second, third];
        people.sort();
        assert_eq!(world.listed().0, people);
        let mut notes: Vec<(Id, String)> =
            world.notes().into_iter().map(|(id, note, _)| (id, note)).filter(|(_, note)| !note.is_empty()).collect();
        notes.sort();
        let mut expected = vec![(second, "old".to_owned()), (third, "short".to_owned())];
        expected.sort();
        assert_eq!(notes, expected, "what cannot be taken leaves what is there");
        // A row that is refused takes nobody off the list either.
        let page = world.uploads(person, "vip.csv", format!("id,note\n{first},{note}\n{second},\n").as_bytes(), "utf-8");
        assert!(apply(person, &page, "remove").contains("1 contact removed"));
    });
}

#[test]
fn a_row_of_which_not_all_is_kept_is_found_and_is_not_read_by_other_columns() {
    with_a_list(|world, person| {
        let many = |cell: &str| vec![cell; 15].join(",");
        let (names, long) = (many("more"), many(&"z".repeat(1_000)));
        let file = format!("{names},who,email\n{long},x,somchai@palms.example\n{names},x,anong@palms.example\n");
        let page = world.uploads(person, "wide.csv", file.as_bytes(), "utf-8");
        assert_eq!(outcomes(&page), [("To add".to_owned(), "2".to_owned())]);
        let form = page.form_at("#apply-form").without("column");
        let form = (0..16).fold(form, |form, _| form.and("column", "(left out)")).and("column", "e-mail");
        let again = wait(person, person.submit(&form.and("_columns", "1").fill("mode", "add")).location());
        assert_eq!(outcomes(&again), outcomes(&page), "by the same columns nothing is read again");
        let form = again.form_at("#apply-form").without("column").and("column", "name");
        let form = (0..15).fold(form, |form, _| form.and("column", "(left out)")).and("column", "e-mail");
        let again = wait(person, person.submit(&form).location());
        assert_eq!(again.texts("#refused td").last().unwrap(), "It is too long to be read by other columns.");
        assert_eq!(outcomes(&again).last().unwrap(), &("Cannot be understood".to_owned(), "1".to_owned()));
    });
}

#[test]
fn a_form_with_more_fields_than_are_taken_is_refused_and_not_shortened() {
    with_a_list(|world, person| {
        let fields: Vec<(String, String)> = (0..1_001).map(|at| (format!("f{at}"), "x".to_owned())).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = person.post_file(&world.url("upload"), &fields, ("a.csv", b"email\na@x.example\n"));
        assert_eq!(answer.status, 413);
        assert!(answer.body.contains("The form has more than 1000 fields"), "{}", answer.body);
    });
}

#[test]
fn what_is_no_table_or_in_another_encoding_gets_its_sentence() {
    with_a_list(|world, person| {
        let thai = encoding_of("windows-874", "name,company\nสมชาย ใจดี,\"Six Palms Co., Ltd.\"\n");
        let utf16: Vec<u8> = "\u{feff}email\nsomchai@palms.example\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (content, encoding, sentence) in [
            (&b"PK\x03\x04 and so on"[..], "utf-8", "This is an Excel workbook"),
            (b"\x89PNG\r\n\x1a\n", "utf-8", "This is a picture"),
            (b"", "utf-8", "The file is empty."),
            (b"name,email\r\n", "utf-8", "The file has no rows below the names of its columns."),
            (b"\xef\xbb\xbf\n <!DOCTYPE html><html><body>Sign in</body></html>", "utf-8", "This is a web page"),
            (b"{\"members\": []}", "utf-8", "This is a JSON document"),
            (b"{\\rtf1 ...", "utf-8", "This is a text document"),
            (["a"; 1_000].join(",").as_bytes(), "utf-8", "The file has 1000 columns; 200 are the most"),
            (&[0; 500], "utf-8", "it holds bytes that no text has"),
            (
                b"email,note\nsomchai@palms.example,\"never\nanong@palms.example,\n",
                "utf-8",
                "A quote that is opened on line 2 of file.csv is never closed",
            ),
            (&thai, "utf-8", "The file is not in UTF-8: line 2"),
        ] {
            let page = world.uploads(person, "file.csv", content, encoding);
            assert!(page.text(".errornote").contains(sentence), "{sentence}: {}", page.text("#content-main"));
            assert!(!page.has("#apply-form"));
        }
        for (content, encoding) in [(&thai, "windows-874"), (&utf16, "utf-8")] {
            let page = world.uploads(person, "file.csv", content, encoding);
            assert!(outcomes(&page).contains(&("To add".to_owned(), "1".to_owned())), "{encoding}: {:?}", outcomes(&page));
        }
    });
}

/// Thai text as Windows writes it: letters from 0xA1 on, in the order of Unicode.
fn encoding_of(name: &str, text: &str) -> Vec<u8> {
    assert_eq!(name, "windows-874");
    let byte = |letter: char| if letter.is_ascii() { letter as u32 } else { letter as u32 - 0xE00 + 0xA0 };
    text.chars().map(|letter| u8::try_from(byte(letter)).unwrap()).collect()
}

#[test]
fn an_upload_that_breaks_off_or_is_too_large_changes_nothing() {
    with_a_list(|world, person| {
        let token = person.open(&world.url("upload")).form().value("csrfmiddlewaretoken").unwrap().to_owned();
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\n{token}\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nemail\nsomchai@"
        );
        let broken = person.post_parts(&world.url("upload"), body.into_bytes());
        assert_eq!(broken.status, 400);
        assert!(broken.body.contains("The upload broke off"), "{}", broken.body);
        let none = person.post_form(&world.url("upload"), &[]);
        assert_eq!((none.status, none.text(".errorlist")), (200, "Choose a file.".to_owned()));
    });
}

#[test]
fn what_was_being_read_when_the_server_ended_says_so() {
    with_a_list(|world, person| {
        let test = world.test();
        let cut = Upload::new(world.list, person.id.unwrap(), Time(test.clock.now()), How::Csv, "vip.csv");
        test.db.write_blocking(|connection| store::insert(connection, &cut)).unwrap();
        let path = format!("{}?u={}", world.url("uploaded"), cut.id);
        assert!(person.open(&world.url("upload")).text(".recent").contains("vip.csv 0 rows, being read"));
        test.set_now(test.clock.now() + chrono::TimeDelta::seconds(30));
        assert!(person.open(&path).text("[role=status]").contains("Nothing was heard of it for 30 seconds."));
        let page = person.open(&path);
        assert_eq!((page.header("refresh"), page.has("progress")), ("2", true));
        test.set_now(test.clock.now() + chrono::TimeDelta::minutes(3));
        let page = person.open(&path);
        assert_eq!(page.text(".errornote"), "This file was not read to its end: the server ended meanwhile.");
        assert!(page.header("refresh").is_empty() && !page.has("#apply-form"));
    });
}

#[test]
fn what_was_being_applied_when_the_server_ended_is_untouched_and_is_applied_again_once() {
    with_a_list(|world, person| {
        let test = world.test();
        let page = world.uploads(person, "vip.csv", b"email\nsomchai@palms.example\n", "utf-8");
        let form = page.form_at("#apply-form").and("_apply", "1");
        let id = Id::parse(form.value("u").unwrap()).unwrap();
        let passes = |from, to| test.db.write_blocking(|c| store::pass(c, id, Time(test.clock.now()), (from, to), "")).unwrap();
        assert!(passes(State::Ready, State::Applying));
        let path = format!("{}?u={id}", world.url("uploaded"));
        assert_eq!(person.open(&path).header("refresh"), "2", "somebody else may be at it");
        person.submit(&form);
        assert_eq!(world.listed().0, [], "it is left to them");
        test.set_now(test.clock.now() + chrono::TimeDelta::minutes(3));
        let page = person.open(&path);
        let told = "It was not applied to its end: the server ended meanwhile. Nothing was changed; you can apply it again.";
        assert_eq!((page.text(".sentence"), page.header("refresh")), (told.to_owned(), ""));
        assert!(apply(person, &page, "add").contains("1 contact added"));
        assert_eq!(world.listed().0, [world.people[0]]);
        // Whoever was at it all the time comes too late.
        let late = test.db.write_blocking(|c| store::note_applied(c, id, Time(test.clock.now()), "", None));
        assert!(matches!(late, Err(AppError::Conflict(_))), "{late:?}");
    });
}

#[test]
fn what_was_applied_is_not_altered_by_a_page_that_is_open_still() {
    with_a_list(|world, person| {
        let test = world.test();
        let page = world.uploads(person, "some.csv", b"email,company\nshared@palms.example,\n,six palms\nanong@palms.example,\n", "utf-8");
        let stale = page.form_at("#apply-form");
        let id = Id::parse(stale.value("u").unwrap()).unwrap();
        let rows = || test.db.read_blocking(|c| rows::list_rows(c, id, &[], 0, 100)).unwrap();
        let chosen = stale.clone().without("pick_1").and("pick_1", &format!("contact:{}", world.people[3]));
        let passes = |from, to| test.db.write_blocking(|c| store::pass(c, id, Time(test.clock.now()), (from, to), "")).unwrap();
        assert!(passes(State::Ready, State::Applying));
        let before = rows();
        let told = person.follow(&person.submit(&chosen.clone().and("_tick", "suggested:1")));
        let applying = "Nothing was changed: it is being applied already, with whom you had chosen before.";
        assert_eq!((told.text(".messagelist"), rows()), (applying.to_owned(), before.clone()));
        assert!(passes(State::Applying, State::Ready));
        assert!(apply(person, &page, "add").contains("1 contact added"));
        for button in [("_apply", "1"), ("_tick", "suggested:1"), ("_page", "ambiguous:1"), ("_cancel", "1")] {
            let told = person.follow(&person.submit(&chosen.clone().and(button.0, button.1)));
            let applied = "Nothing was changed: it was applied already, with whom you had chosen before.";
            assert_eq!((told.text(".messagelist"), told.text("#content h1")), (applied.to_owned(), "Applied".to_owned()), "{button:?}");
        }
        let applied = person.open(&format!("{}?u={id}", world.url("uploaded")));
        assert_eq!(applied.form_at("#apply-form").value("shown"), Some(""), "its pages can be turned");
        assert_eq!((rows(), world.listed()), (before, (vec![world.people[1]], vec![])));
    });
}

#[test]
fn whoever_is_long_at_applying_gives_signs_of_life_and_is_not_taken_for_dead() {
    with_a_list(|world, person| {
        let test = world.test();
        let page = world.uploads(person, "vip.csv", b"email\nsomchai@palms.example\n", "utf-8");
        let id = Id::parse(page.form_at("#apply-form").value("u").unwrap()).unwrap();
        let passes = |from, to| test.db.write_blocking(|c| store::pass(c, id, Time(test.clock.now()), (from, to), "")).unwrap();
        assert!(passes(State::Ready, State::Applying));
        let state = || {
            let find = |c: &mut _| store::find(c, id, world.list, person.id, Time(test.clock.now()));
            test.db.read_blocking(find).unwrap().unwrap().state(Time(test.clock.now()))
        };
        test.set_now(test.clock.now() + chrono::TimeDelta::minutes(3));
        assert_eq!(state(), State::Ready, "nothing was heard of it");
        let beats = std::time::Duration::from_millis(5);
        let heard = beating(&test.db, &test.clock, id, beats, || {
            (0..1_000).any(|_| {
                std::thread::sleep(beats);
                state() == State::Applying
            })
        });
        assert!(heard);
        assert!(passes(State::Applying, State::Applied), "it stays theirs");
    });
}

#[test]
fn the_list_that_one_came_from_is_not_forgotten_on_the_way_through_a_paste_or_a_file() {
    with_a_list(|world, person| {
        let carried = "_changelist_filters=q%3Dvip";
        let at = |page: &str| format!("{}?{carried}", world.url(page));
        for page in ["paste", "upload"] {
            let shown = person.open(&at(page));
            assert_eq!(shown.form().action, at(page));
            for link in shown.attributes(".object-tools a:not([download]), .closelink", "href") {
                assert!(link.contains(carried), "{link}");
            }
        }
        let form = person.open(&at("paste")).form().fill("pasted", "shared@palms.example\nsomchai@palms.example");
        let pasted = person.submit(&form);
        let page = wait(person, pasted.location());
        assert!(pasted.location().ends_with(&format!("&{carried}")), "{}", pasted.location());
        for link in page.attributes(".object-tools a, .breadcrumbs a[href*='q=vip'], .breadcrumbs a[href*=change]", "href") {
            assert!(link.contains(carried) || link.ends_with("?q=vip"), "{link}");
        }
        let turned = person.submit(&page.form_at("#apply-form").and("_page", "new:1"));
        assert!(turned.location().contains(&format!("&{carried}&mode=add")), "{}", turned.location());
        let thrown = person.submit(&person.follow(&turned).form_at("#apply-form").and("_cancel", "1"));
        assert_eq!(thrown.location(), at("change"));
        let page = wait(person, person.submit(&form).location());
        let done = person.submit(&page.form_at("#apply-form").and("_apply", "1"));
        assert_eq!(done.location(), at("change"));
        let told = person.follow(&done).attributes(".messagelist a", "href");
        assert!(told.iter().any(|link| link.contains("uploaded/") && link.contains(carried)), "{told:?}");
        assert_eq!(person.get(&format!("{}?u={}&{carried}", world.url("uploaded"), Id::new())).location(), at("change"));
    });
}

#[test]
fn upload_limit_is_kept() {
    let app = crate::support::TestApp::with(crate::support::TestDb::new(customer_segments::db::dialect::Engine::Sqlite), |settings| {
        settings.upload_limit = 1;
    });
    let person = app.staff();
    let world = World::new(&app, person.id);
    let refused = person.post_file(&world.url("upload"), &[], ("big.csv", &vec![b'x'; 1_100_000]));
    assert_eq!(refused.status, 413);
    assert!(refused.body.contains("UPLOAD_LIMIT"), "{}", refused.body);
}

#[test]
fn many_lines_are_read_in_bounded_pieces_and_can_be_stopped() {
    with_a_list(|world, person| {
        let lines: Vec<String> = (0..12_000).map(|number| format!("nobody{number}@nowhere.example\n")).collect();
        let mut file = format!("email\n{}", lines.concat());
        file.push_str("somchai@palms.example\nsomchai@palms.example\n");
        let page = world.uploads(person, "many.csv", file.as_bytes(), "utf-8");
        let found = outcomes(&page);
        assert!(
            found.contains(&("Not found".to_owned(), "12,000".to_owned())) && found.contains(&("Named twice".to_owned(), "1".to_owned())),
            "{found:?}"
        );
        let stopped = person.submit(&page.form_at("#apply-form").and("_cancel", "1"));
        assert_eq!(stopped.location(), world.url("change"));
        assert_eq!(world.listed().0, []);
    });
}

#[test]
fn an_upload_that_is_stopped_while_it_is_read_is_read_no_further_and_cannot_be_applied() {
    with_a_list(|world, person| {
        let test = world.test();
        let new = Upload::new(world.list, person.id.unwrap(), Time(test.clock.now()), How::Csv, "long.csv");
        test.db.write_blocking(|connection| store::insert(connection, &new)).unwrap();
        let path = format!("{}?u={}", world.url("uploaded"), new.id);
        let read = Cell::new(0);
        let line = |number: u64| {
            read.set(number);
            if number == 5_001 {
                let page = person.open(&path);
                assert!(page.text("[role=status]").contains("Reading long.csv: 5,000 rows so far"), "{}", page.text("[role=status]"));
                let stopped = person.submit(&page.form_at("form[action*='/uploaded/']").and("_cancel", "1"));
                assert_eq!(stopped.location(), world.url("change"));
            }
            let entry = Entry { email: "somchai@palms.example".into(), ..Entry::default() };
            Ok((Said::new(number, "somchai@palms.example", Ok(entry)), 1))
        };
        Staging::run(&test.db, &test.clock, &new, |staging| staging.read((1..=100_000).map(line)));
        assert_eq!(read.get(), 10_000, "no piece is begun after the one that found out");
        let found = test.db.read_blocking(|c| store::find(c, new.id, world.list, person.id, Time(test.clock.now()))).unwrap().unwrap();
        assert_eq!((found.state(Time(test.clock.now())), found.row_count), (State::Cancelled, 5_000));
        let page = person.open(&path);
        assert!(page.text("#content").contains("This file was thrown away. Nothing was changed."), "{}", page.text("#content"));
        assert!(!page.has("#apply-form") && page.header("refresh").is_empty());
        let token = page.attributes("[name=csrfmiddlewaretoken]", "value")[0].clone();
        let id = new.id.to_string();
        let late = person.post(&world.url("uploaded"), &[("csrfmiddlewaretoken", &token), ("u", &id), ("_apply", "1")]);
        assert_eq!((late.status, world.listed()), (303, (vec![], vec![])));
    });
}
