//! The import by people without a shell, on both engines: every step, every bad file, whoever may not, and what a stop leaves.

use std::collections::VecDeque;
use std::fs;
use std::io::Read;
use std::path::Path;

use chrono::TimeDelta;
use customer_segments::accounts::Role;
use customer_segments::customers::import::{Report, What};
use customer_segments::customers::upload::content;
use customer_segments::customers::upload::state::State;
use customer_segments::customers::upload::store::{self, Import};
use customer_segments::db::schema::{
    auth_user, crm_app_company, crm_app_contact, crm_app_contract, segments_event, segments_import, segments_session,
};
use customer_segments::db::{AnyConnection, Db, Id, Time};
use diesel::prelude::*;
use reqwest::blocking::Body;

use crate::pasting::{outcomes, wait};
use crate::support::app::Person;
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines};
use crate::unsent::{end_sessions, sign_in_on};

fn with_sales(test: impl Fn(&TestApp, &Person<'_>)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        test(&app, &app.staff());
    });
}

fn url(model: &str) -> String {
    format!("/admin/crm_app/{model}/import/")
}

#[track_caller]
fn upload(person: &Person<'_>, model: &str, name: &str, content: &[u8]) -> Answer {
    let answer = person.post_file(&url(model), &[], (name, content));
    assert_eq!(answer.status, 303, "{}", answer.body);
    person.open(answer.location())
}

/// The sentence with which a file is refused.
#[track_caller]
fn refused(person: &Person<'_>, content: &[u8]) -> String {
    let answer = person.post_file(&url("company"), &[], ("file.csv", content));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.text(".errorlist")
}

/// Presses a button of the page of an upload, and waits for what it began.
#[track_caller]
fn press(person: &Person<'_>, page: &Answer, button: &str) -> Answer {
    let done = person.submit(&page.form_at("#content-main form").and(button, "1"));
    assert_eq!(done.status, 303, "{}", done.body);
    wait(person, done.location())
}

/// The same with the columns as told.
#[track_caller]
fn check(person: &Person<'_>, page: &Answer, columns: &[&str], flags: &[(&str, &str)]) -> Answer {
    let form = columns.iter().fold(page.form_at("#content-main form").without("column"), |form, column| form.and("column", column));
    let form = flags.iter().fold(form, |form, (name, value)| form.fill(name, value));
    let done = person.submit(&form.and("_check", "1"));
    assert_eq!(done.status, 303, "{}", done.body);
    wait(person, done.location())
}

fn numbers(page: &Answer) -> Vec<String> {
    outcomes(page).into_iter().map(|(_, number)| number).collect()
}

/// Companies, contacts and contracts.
fn counts(app: &TestApp) -> [i64; 3] {
    app.test
        .db
        .read_blocking(|connection| {
            Ok([
                crm_app_company::table.count().get_result(connection)?,
                crm_app_contact::table.count().get_result(connection)?,
                crm_app_contract::table.count().get_result(connection)?,
            ])
        })
        .unwrap()
}

fn imports_in_history(app: &TestApp) -> Vec<(String, String)> {
    let events = segments_event::table.filter(segments_event::action.eq("imported")).order(segments_event::at);
    let events = events.select((segments_event::actor_name, segments_event::message));
    app.test.db.read_blocking(|connection| Ok(events.load(connection)?)).unwrap()
}

fn data(file: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)).unwrap()
}

#[test]
fn a_file_is_looked_at_checked_and_imported() {
    with_sales(|app, person| {
        let list = person.open("/admin/crm_app/company/");
        assert!(list.attributes(".object-tools a", "href").contains(&url("company")), "the list leads to its import");
        let page =
            upload(person, "company", "บริษัท.csv", "Organization,Country,Shoe size\nโรงแรมสมุย,Thailand,9\n\"A, B\",Laos,\n".as_bytes());
        assert_eq!(page.texts(".import-columns tbody th"), ["Organization", "Country", "Shoe size"]);
        let form = page.form_at("#content-main form");
        let guessed: Vec<&str> = form.fields.iter().filter(|(name, _)| name == "column").map(|(_, value)| value.as_str()).collect();
        assert_eq!(guessed, ["name", "country", ""]);
        assert!(page.text(".import-columns").contains("โรงแรมสมุย"));
        let page = press(person, &page, "_check");
        assert_eq!(page.text("h1"), "Look, then import");
        assert_eq!(outcomes(&page)[0], ("To add".to_owned(), "2".to_owned()));
        assert_eq!(counts(app), [0, 0, 0], "a dry run writes nothing");
        assert!(imports_in_history(app).is_empty());
        let page = press(person, &page, "_import");
        assert_eq!((page.text("h1"), numbers(&page)), ("Imported".to_owned(), ["2", "0", "0", "0"].map(str::to_owned).to_vec()));
        assert_eq!(counts(app), [2, 0, 0]);
        let history = imports_in_history(app);
        assert_eq!(history.len(), 1);
        assert_eq!(history[0].0, person.username);
        assert!(history[0].1.contains("บริษัท.csv: 2 added"), "{}", history[0].1);
        // The button of an old page does nothing.
        let again = press(person, &page, "_import");
        assert_eq!((again.text("h1"), imports_in_history(app).len()), ("Imported".to_owned(), 1));
        assert!(person.open("/admin/crm_app/company/import/").text(".recent").contains("บริษัท.csv"));
    });
}

#[test]
fn the_public_files_come_in_as_the_command_brings_them_in() {
    with_sales(|app, person| {
        let run = |model: &str, file: &str, columns: &[(&str, &str)], flags: &[(&str, &str)], expected: [&str; 2]| {
            let page = upload(person, model, file, &data(file));
            let headers = page.texts(".import-columns tbody th");
            let field = |header: &String| columns.iter().find(|(name, _)| name == header).map_or("", |(_, field)| *field);
            let chosen: Vec<&str> = headers.iter().map(field).collect();
            let checked = check(person, &page, &chosen, flags);
            let before = counts(app);
            assert_eq!([&numbers(&checked)[0], &numbers(&checked)[3]], expected, "{file}: {}", checked.text("#content-main"));
            let imported = press(person, &checked, "_import");
            assert_eq!(numbers(&imported), numbers(&checked), "{file}");
            assert_ne!(counts(app), before);
            // Twice changes nothing.
            let again = check(person, &upload(person, model, file, &data(file)), &chosen, flags);
            assert_eq!([&numbers(&again)[0], &numbers(&again)[2], &numbers(&again)[3]], ["0", expected[0], expected[1]]);
            assert!(!again.has("[name=_import]"), "there is nothing to import");
            checked
        };
        let customers = "northwind/customers.csv";
        run("company", customers, &[("company_name", "name"), ("region", "state"), ("country", "country")], &[], ["91", "0"]);
        let people = [("contact_name", "name"), ("contact_title", "title"), ("company_name", "company")];
        run("contact", customers, &people, &[], ["91", "0"]);
        let orders = [("order_id", "contract_number"), ("company_name", "company"), ("order_date", "start_date")];
        let orders = [&orders[..], &[("required_date", "end_date"), ("total", "value")]].concat();
        run("contract", "northwind/orders.csv", &orders, &[], ["830", "0"]);
        let leads = [("First Name", "name"), ("Last Name", "name"), ("Email 1", "email"), ("Phone 1", "phone"), ("Company", "company")];
        let page = run("contact", "datablist/leads-100.csv", &leads, &[("create_companies", "1")], ["88", "12"]);
        assert_eq!(page.texts("#refused tbody tr").len(), 12);
        assert!(page.text("#refused").contains("20 fit."));
        let report = person.open(&page.attributes("#refused a[download]", "href")[0]);
        assert_eq!(report.body.lines().count(), 13);
        assert!(report.body.starts_with("\u{feff}line,column,value,reason\n"), "{}", report.body);
        assert_eq!(counts(app), [91 + 88, 91 + 88, 830]);
    });
}

#[test]
fn what_is_no_table_gets_its_sentence_and_is_not_kept() {
    with_sales(|app, person| {
        for (content, sentence) in [
            (&b""[..], "The file is empty."),
            (b"\x89PNG\r\n\x1a\n", "This is a picture"),
            (b"PK\x03\x04 and so on", "This is an Excel workbook"),
            (b"name\n\xca\xc1\xaa\xd2\xc2\n", "The file is not in UTF-8: line 2"),
            (b"name,city\nA,\"never closed\nB,C\n", "A quote that is opened on line 2"),
            (b"name,city\n", "The file has no rows"),
            (b"\n\n", "is empty"),
            (",".repeat(300).as_bytes(), "is empty"),
            (["a"; 201].join(",").as_bytes(), "The file has 201 columns"),
        ] {
            let said = refused(person, content);
            assert!(said.contains(sentence), "{sentence}: {said}");
        }
        assert_eq!(person.post_form(&url("company"), &[]).text(".errorlist"), "Choose a file.");
        let kept: i64 = app.test.db.read_blocking(|connection| Ok(segments_import::table.count().get_result(connection)?)).unwrap();
        assert_eq!(kept, 0);
    });
}

#[test]
fn what_the_choices_cannot_mean_is_told_on_their_page() {
    with_sales(|app, person| {
        let page = upload(person, "contract", "c.csv", b"Nummer,Kunde,start date,end date\n1,A,22/11/2026,22/11/2027\n2,A,x,22/11/2027\n");
        let none = press(person, &page, "_check");
        assert_eq!(none.text(".errornote"), "No column gives the “contract_number” of the contracts. Choose which one does.");
        let columns = ["contract_number", "company", "start_date", "end_date"];
        let wrong = check(person, &none, &columns, &[("date_format", "%Q"), ("create_companies", "1")]);
        assert!(wrong.text(".errornote").contains("“%Q” is no date format."), "{}", wrong.text("#content-main"));
        assert!(wrong.has("[name=create_companies][checked]"), "what was chosen is kept");
        let page = check(person, &wrong, &columns, &[("date_format", "%d/%m/%Y")]);
        assert_eq!(numbers(&page), ["1", "0", "0", "1", "1"].map(str::to_owned));
        let page = press(person, &page, "_change");
        let page = check(person, &page, &columns, &[("encoding", "windows-1252")]);
        assert_eq!(numbers(&press(person, &page, "_import")), ["1", "0", "0", "1", "1"].map(str::to_owned));
        assert_eq!(counts(app), [1, 0, 1]);
    });
}

#[test]
fn two_columns_that_hold_the_same_are_told_on_their_page_and_only_those_of_a_name_are_joined() {
    with_sales(|app, person| {
        let file = b"First,Last,Work mail,Home mail,Hotel\nAnn,Lee,ann@work.example,ann@home.example,Palms\n";
        let page = upload(person, "contact", "people.csv", file);
        let twice = check(person, &page, &["name", "name", "email", "email", "company"], &[("create_companies", "1")]);
        let told = "The columns “Work mail” and “Home mail” are both given as “email”. Only the parts of a name are joined: leave one of them out.";
        assert_eq!(twice.text(".errornote"), told);
        let page = check(person, &twice, &["name", "name", "email", "", "company"], &[]);
        press(person, &page, "_import");
        let of_name = crm_app_contact::table.filter(crm_app_contact::name.eq("Ann Lee")).select(crm_app_contact::email);
        let email = app.test.db.read_blocking(|connection| Ok(of_name.first::<String>(connection)?)).unwrap();
        assert_eq!(email, "ann@work.example");
    });
}

#[test]
fn a_first_line_that_looks_like_a_row_is_told_of_before_it_is_lost() {
    with_sales(|_, person| {
        let page = upload(person, "contact", "bare.csv", b"Anong,anong@palms.example\nSomchai,somchai@palms.example\n");
        let told = page.text(".errornote");
        assert!(told.contains("“anong@palms.example” looks as if it were a row."), "{told}");
        assert!(!upload(person, "contact", "f.csv", b"name,email\nA,a@x.example\n").has(".errornote"));
    });
}

#[test]
fn refused_cells_are_guarded_in_the_download() {
    with_sales(|_, person| {
        let page = upload(person, "company", "f.csv", b"name,location_count\nA,=1+1\n");
        let page = press(person, &page, "_check");
        let report = person.open(&page.attributes("#refused a[download]", "href")[0]);
        assert!(report.body.contains("2,location_count,'=1+1,"), "{}", report.body);
    });
}

#[test]
fn nobody_else_is_told_of_an_upload_and_whoever_may_not_import_is_told_why() {
    with_sales(|app, person| {
        let page = upload(person, "company", "mine.csv", b"name\nA\n");
        let here = page.form_at("#content-main form").action;
        let other = app.staff();
        for path in
            [here.clone(), format!("{here}refused.csv"), format!("{}{}/", url("company"), Id::new()), format!("{}x/", url("company"))]
        {
            let gone = other.get(&path);
            assert_eq!((gone.status, gone.location()), (303, url("company").as_str()), "{path}");
            assert!(other.follow(&gone).text(".messagelist").contains("That file is not here any more"));
        }
        assert_eq!(person.get(&here.replace("company", "contact")).status, 303, "it is one of companies");
        let finance = app.role(Role::Finance);
        let answer = finance.get(&url("company"));
        assert_eq!((answer.status, answer.body.contains("Your role, Finance, may not add companies.")), (403, true));
        assert!(!finance.open("/admin/crm_app/company/").body.contains(&url("company")));
        // A role that is lowered meanwhile.
        let lower = |connection: &mut _| {
            let user = auth_user::table.find(person.id.unwrap());
            Ok(diesel::update(user).set(auth_user::role.eq("Finance")).execute(connection)?)
        };
        app.test.db.write_blocking(lower).unwrap();
        let answer = person.submit(&page.form_at("#content-main form").and("_check", "1"));
        assert_eq!(answer.status, 403, "{}", answer.body);
        assert_eq!(counts(app), [0, 0, 0]);
    });
}

/// The body of a form with a file of companies; before its last bytes whoever sends it is signed out.
struct Ending {
    halves: VecDeque<VecDeque<u8>>,
    db: Db,
}

impl Ending {
    fn new(app: &TestApp, person: &Person<'_>) -> Self {
        let token = person.open(&url("company")).form().value("csrfmiddlewaretoken").unwrap().to_owned();
        let field = "--edge\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\n";
        let file = "\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nname\n";
        // More than waits between the two without being read: who sends it was asked for by then.
        let rows = "A company\n".repeat(1_200_000);
        let halves = [format!("{field}{token}{file}{rows}"), "\r\n--edge--\r\n".to_owned()];
        Self { halves: halves.map(|half| half.into_bytes().into()).into(), db: app.test.db.clone() }
    }
}

impl Read for Ending {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.halves.front().is_some_and(VecDeque::is_empty) {
            self.halves.pop_front();
            let end = |connection: &mut AnyConnection| Ok(diesel::delete(segments_session::table).execute(connection)?);
            self.db.write_blocking(end).unwrap();
        }
        let Some(half) = self.halves.front_mut() else { return Ok(0) };
        half.read(out)
    }
}

#[test]
fn a_session_that_ends_before_or_while_a_file_is_sent_leads_to_signing_in_and_leaves_nothing_half_done() {
    with_sales(|app, person| {
        let kept = || app.test.db.read_blocking(|c| Ok(segments_import::table.select(segments_import::state).load::<String>(c)?)).unwrap();
        let form = person.open(&url("company")).form();
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\n{}\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nname\nA\n\r\n--edge--\r\n",
            form.value("csrfmiddlewaretoken").unwrap()
        );
        end_sessions(app);
        let asked = person.post_parts(&url("company"), body);
        assert_eq!((asked.status, asked.text("h1").as_str()), (403, "Log in"), "{}", asked.body);
        assert!(asked.text(".errornote").contains("You are not signed in any more. What you sent was not saved"), "{}", asked.body);
        assert_eq!(kept(), [""; 0]);
        let back = sign_in_on(person, &asked, &person.username);
        assert_eq!(back.location(), url("company"), "to the form for the file");
        // Whoever was signed in when the file began to arrive has brought it: it is there when they are back.
        let sent = person.post_parts(&url("company"), Body::new(Ending::new(app, person)));
        assert_eq!((sent.status, kept()), (303, vec!["ready".to_owned()]), "{}", sent.body);
        let asked = person.follow(&sent);
        assert_eq!((asked.status, asked.location().starts_with("/admin/login/?next=")), (302, true), "{}", asked.body);
        let back = sign_in_on(person, &person.follow(&asked), &person.username);
        assert_eq!((back.location(), person.follow(&back).text("h1")), (sent.location(), "Say what the columns hold".to_owned()));
        assert_eq!(counts(app), [0, 0, 0]);
    });
}

#[test]
fn a_running_import_can_be_stopped_between_two_batches_and_finished_later() {
    with_sales(|app, person| {
        let content = (0..20_000).fold("name\n".to_owned(), |file, number| format!("{file}Company {number}\n"));
        let page = upload(person, "company", "many.csv", content.as_bytes());
        let ready = segments_import::table;
        let checked = segments_import::state.eq(State::Checked.name());
        app.test.db.write_blocking(|connection| Ok(diesel::update(ready).set(checked).execute(connection)?)).unwrap();
        let here = page.form_at("#content-main form").action;
        let form = person.open(&here).form_at("#content-main form");
        std::thread::scope(|scope| {
            let begun = scope.spawn(|| person.submit(&form.clone().and("_import", "1")));
            // The button is there as soon as it runs.
            while !person.open(&here).has("[name=_cancel]") {}
            person.submit(&form.clone().and("_cancel", "1"));
            assert_eq!(begun.join().unwrap().status, 303);
        });
        let page = wait(person, &here);
        assert_eq!(page.text("h1"), "Imported in part");
        let done = counts(app)[0];
        assert!(done < 20_000 && done % 5_000 == 0, "{done} were done");
        let told = if done == 0 {
            "Nothing was imported yet.".to_owned()
        } else {
            format!("{},000 rows of the file are done, and stay.", done / 1_000)
        };
        assert!(page.text(".errornote").starts_with(&format!("You stopped it. {told}")), "{}", page.text(".errornote"));
        assert_eq!(imports_in_history(app).len(), usize::from(done > 0));
        // What is there now, and is known to the engine, makes the rest no slower.
        let page = press(person, &page, "_import");
        assert_eq!((page.text("h1"), counts(app)[0]), ("Imported".to_owned(), 20_000));
    });
}

/// An upload as it is when the server ends.
fn cut_short(app: &TestApp, person: &Person<'_>, state: State) -> String {
    let page = upload(person, "company", "cut.csv", b"name\nA\nB\n");
    let path = page.form_at("#content-main form").action;
    let set = (segments_import::state.eq(state.name()), segments_import::added.eq(1));
    let there = segments_import::table.find(Id::parse(path.trim_end_matches('/').rsplit('/').next().unwrap()).unwrap());
    app.test.db.write_blocking(|connection| Ok(diesel::update(there).set(set).execute(connection)?)).unwrap();
    path
}

#[test]
fn a_server_that_ended_is_told_and_the_same_file_finishes_the_rest() {
    with_sales(|app, person| {
        let path = cut_short(app, person, State::Importing);
        let page = person.open(&path);
        assert_eq!((page.header("refresh"), page.has("progress"), page.has("[name=_cancel]")), ("2", true, true));
        let checking = cut_short(app, person, State::Checking);
        app.test.set_now(app.test.clock.now() + TimeDelta::minutes(3));
        let page = person.open(&path);
        assert_eq!(
            page.text(".errornote"),
            "The server ended meanwhile. 1 row of the file is done, and stays. To import the same file again finishes the rest."
        );
        assert!(page.header("refresh").is_empty());
        let told = "Imported companies from cut.csv until the server ended: at least 1 added, 0 updated, 0 unchanged, 0 refused, 0 companies added.";
        assert_eq!(imports_in_history(app), [(person.username.clone(), told.to_owned())]);
        assert!(person.open(&url("company")).text(".recent").contains("cut.csv imported in part"));
        let page = press(person, &page, "_import");
        assert_eq!((page.text("h1"), numbers(&page)[0].as_str()), ("Imported".to_owned(), "2"));
        assert_eq!(counts(app)[0], 2);
        assert_eq!(person.open(&checking).text(".errornote"), "The server ended while the file was checked. Check it again.");
        let old = segments_import::made_at.eq(Time(app.test.clock.now() - TimeDelta::hours(25)));
        app.test.db.write_blocking(|connection| Ok(diesel::update(segments_import::table).set(old).execute(connection)?)).unwrap();
        assert_eq!(person.get(&path).status, 303, "it is kept for a day");
    });
}

#[test]
fn what_was_imported_before_the_server_ended_is_in_the_history_though_nobody_looks_again() {
    with_sales(|app, person| {
        let path = cut_short(app, person, State::Importing);
        let silent = |seconds: i64| {
            app.test.set_now(app.test.clock.now() + TimeDelta::seconds(seconds));
            person.open(&path).text("[role=status]")
        };
        assert!(!silent(5).contains("Nothing was heard of it"));
        assert!(silent(40).contains("Nothing was heard of it for 45 seconds."));
        app.test.set_now(app.test.clock.now() + TimeDelta::hours(25));
        let other = app.staff();
        upload(&other, "company", "another.csv", b"name\nC\n");
        let history = imports_in_history(app);
        assert_eq!((history.len(), &history[0].0), (1, &person.username), "{history:?}");
        assert!(history[0].1.contains("until the server ended: at least 1 added"), "{history:?}");
        upload(&other, "company", "another.csv", b"name\nC\n");
        assert_eq!(imports_in_history(app).len(), 1, "once");
    });
}

#[test]
fn a_run_that_was_stopped_says_how_far_it_came_and_leaves_what_is_done() {
    with_sales(|app, person| {
        let path = cut_short(app, person, State::Importing);
        let stopping = person.submit(&person.open(&path).form_at("#content-main form").and("_cancel", "1"));
        assert!(person.follow(&stopping).text("#content-main").contains("Stopping: the rows under way are finished first."));
        // What the run then does.
        let id = Id::parse(path.trim_end_matches('/').rsplit('/').next().unwrap()).unwrap();
        let (now, run) = (Time(app.test.clock.now()), (id, 0));
        let write = |connection: &mut _| {
            assert_eq!(store::note(connection, run, now, 50, &Report::default())?, Some(false));
            assert_eq!(store::note(connection, (id, 7), now, 50, &Report::default())?, None, "an earlier run writes nothing down");
            store::end(connection, run, now, State::Stopped, "You stopped it.")
        };
        assert!(app.test.db.write_blocking(write).unwrap());
        let page = person.open(&path);
        assert!(page.text(".errornote").starts_with("You stopped it. Nothing was imported yet."), "{}", page.text(".errornote"));
        let discarded = person.submit(&page.form_at("#content-main form").and("_discard", "1"));
        assert!(person.follow(&discarded).text(".messagelist").contains("thrown away"));
        assert_eq!(person.get(&path).status, 303);
        while app.test.db.write_blocking(|connection| store::sweep(connection, now)).unwrap() {}
        assert_eq!(app.test.db.read_blocking(|connection| content::find_piece(connection, id, 0)).unwrap(), None);
    });
}

#[test]
fn a_file_larger_than_the_limit_or_broken_off_is_told_so() {
    let app = TestApp::with(TestDb::new(customer_segments::db::dialect::Engine::Sqlite), |settings| settings.upload_limit = 1);
    let person = app.staff();
    let large = person.post_file(&url("contact"), &[], ("big.csv", &vec![b'x'; 1_100_000]));
    assert_eq!((large.status, large.body.contains("UPLOAD_LIMIT")), (413, true));
    let token = person.open(&url("contact")).form().value("csrfmiddlewaretoken").unwrap().to_owned();
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"csrfmiddlewaretoken\"\r\n\r\n{token}\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nname\nA"
    );
    let broken = person.post_parts(&url("contact"), body.into_bytes());
    assert_eq!((broken.status, broken.body.contains("The upload broke off")), (400, true));
}

#[test]
fn a_file_of_several_pieces_comes_back_as_it_went_in() {
    with_sales(|app, person| {
        let mut content = b"name\n".to_vec();
        (0..90_000).for_each(|number| content.extend(format!("Company number {number}\n").bytes()));
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &content).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        let now = Time(app.test.clock.now());
        let new = Import::new(What::Companies, person.id.unwrap(), now, "many.csv", "{}".into());
        app.test.db.write_blocking(|connection| store::insert(connection, &new)).unwrap();
        content::keep(&app.test.db, &new, &mut file, now).unwrap();
        let mut back = Vec::new();
        Read::read_to_end(&mut content::restore(&app.test.db, new.id).unwrap(), &mut back).unwrap();
        assert!(content.len() > 1_500_000 && back == content);
    });
}
