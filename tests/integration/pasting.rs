//! The paste box, on both engines: whom lines stand for, what is shown before anything is written, and what is done then.

use customer_segments::accounts::Actor;
use customer_segments::criteria::Scope;
use customer_segments::customers::company::{self, Company};
use customer_segments::customers::contact::{self, Contact};
use customer_segments::db::schema::{
    crm_app_customersegment as segment, crm_app_customersegment_static_companies as listed_companies,
    crm_app_customersegment_static_contacts as listed_contacts, segments_listed_contact as known, segments_upload as upload,
};
use customer_segments::db::{Id, Time};
use customer_segments::segments::curating::{Task, curate};
use customer_segments::segments::listed::{CONTACTS, How, ListChange};
use customer_segments::segments::save::{self, Edited};
use customer_segments::segments::{Draft, Input};
use diesel::prelude::*;

use crate::support::app::Person;
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_engines};

/// A company with people, and a list of `owner`'s.
pub(crate) struct World<'a> {
    app: &'a TestApp,
    pub(crate) list: Id,
    pub(crate) firms: Vec<Id>,
    pub(crate) people: Vec<Id>,
}

/// Name, e-mail, phone, company, whether active, whether unsubscribed.
const PEOPLE: &[(&str, &str, &str, usize, bool, bool)] = &[
    ("Somchai Jaidee", "somchai@palms.example", "+66 81 234 5678", 0, true, false),
    ("Anong Srisuk", "anong@palms.example", "", 0, true, false),
    ("สมชาย ใจดี", "shared@palms.example", "02-111-2222", 0, true, false),
    ("Linh Trần", "shared@palms.example", "", 1, true, false),
    ("Gone Away", "gone@palms.example", "", 0, false, false),
    ("No Mail", "nomail@palms.example", "", 0, true, true),
    ("王小明", "", "", 1, true, false),
];

impl<'a> World<'a> {
    pub(crate) fn new(app: &'a TestApp, owner: Option<Id>) -> Self {
        let (test, now) = (&app.test, Time(app.test.clock.now()));
        let names = ["Six Palms Co., Ltd.", "Café Sài Gòn", "=1+1 GmbH"];
        let firms: Vec<Company> = names.iter().map(|name| Company { name: (*name).into(), ..Company::new(Id::new(), now) }).collect();
        let person = |(name, email, phone, firm, is_active, unsubscribed): &(&str, &str, &str, usize, bool, bool)| Contact {
            company_id: firms[*firm].id,
            name: (*name).into(),
            email: (*email).into(),
            phone: (*phone).into(),
            is_active: *is_active,
            unsubscribed: *unsubscribed,
            ..Contact::new(Id::new(), now)
        };
        let people: Vec<Contact> = PEOPLE.iter().map(person).collect();
        let list = Id::new();
        let input = Input { name: "VIP".into(), segment_type: "static".into(), status: "active".into(), ..Input::default() };
        let draft = Draft::parse(&input, None, Scope::alone((&test.clock).into())).expect("a good segment");
        let actor = Actor { id: owner, ..Actor::system("tests", false) };
        let make = |connection: &mut _| {
            company::insert(connection, &firms)?;
            contact::insert(connection, &people)?;
            save::insert(connection, &actor, &test.clock, list, &Edited::new(draft.clone(), ListChange::default()))
        };
        test.db.write_blocking(make).unwrap();
        let (firms, people) = (firms.iter().map(|firm| firm.id).collect(), people.iter().map(|person| person.id).collect());
        Self { app, list, firms, people }
    }

    pub(crate) fn does(&self, task: &Task) {
        let (test, actor) = (&self.app.test, Actor::system("tests", false));
        test.db.write_blocking(|connection| curate(connection, &actor, &test.clock, self.list, How::Picker, task)).unwrap();
    }

    pub(crate) fn app(&self) -> &TestApp {
        self.app
    }

    pub(crate) fn test(&self) -> &TestDb {
        &self.app.test
    }

    pub(crate) fn url(&self, page: &str) -> String {
        format!("/admin/crm_app/customersegment/{}/{page}/", self.list)
    }

    /// The keys of the listed contacts and companies, in order.
    pub(crate) fn listed(&self) -> (Vec<Id>, Vec<Id>) {
        let read = |connection: &mut _| {
            let people = listed_contacts::table.filter(listed_contacts::customersegment_id.eq(self.list));
            let firms = listed_companies::table.filter(listed_companies::customersegment_id.eq(self.list));
            Ok((
                people.order(listed_contacts::contact_id).select(listed_contacts::contact_id).load(connection)?,
                firms.order(listed_companies::company_id).select(listed_companies::company_id).load(connection)?,
            ))
        };
        self.app.test.db.read_blocking(read).unwrap()
    }

    /// The notes of the listed contacts, with how they came to be there.
    pub(crate) fn notes(&self) -> Vec<(Id, String, String)> {
        let rows = known::table.filter(known::segment_id.eq(self.list)).filter(known::state.eq("listed")).order(known::contact_id);
        let rows = rows.select((known::contact_id, known::note, known::how));
        self.app.test.db.read_blocking(|connection| Ok(rows.load(connection)?)).unwrap()
    }

    /// What comes of a paste, once it was read.
    #[track_caller]
    pub(crate) fn pastes(&self, person: &Person<'_>, pasted: &str) -> Answer {
        let answer = person.post_form(&self.url("paste"), &[("pasted", pasted)]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        wait(person, answer.location())
    }
}

/// The page once nothing goes on any more.
#[track_caller]
pub(crate) fn wait(person: &Person<'_>, path: &str) -> Answer {
    for _ in 0..300 {
        let page = person.open(path);
        if page.header("refresh").is_empty() {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    panic!("it goes on for ever");
}

/// The outcomes of a page with their numbers.
pub(crate) fn outcomes(page: &Answer) -> Vec<(String, String)> {
    page.texts(".outcomes tbody th").into_iter().zip(page.texts(".outcomes tbody td")).collect()
}

fn with(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(what, number)| ((*what).to_owned(), (*number).to_owned())).collect()
}

/// Runs `test` with a site whose list belongs to a person of the role Sales.
pub(crate) fn with_a_list(test: impl Fn(&World<'_>, &Person<'_>)) {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        test(&World::new(&app, person.id), &person);
    });
}

#[test]
fn a_mixed_paste_is_shown_by_outcome_before_anything_is_written() {
    with_a_list(|world, person| {
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[1..2])));
        world.does(&Task::Bar(CONTACTS.among(&[world.people[6]])));
        let pasted = format!(
            "SOMCHAI@palms.example\nAnong <anong@palms.example>\nsomchai@palms.example\nshared@palms.example\ngone@palms.example\n\
             nomail@palms.example\n{}\nnobody@nowhere.example\nsix palms\nSix Palms Co., Ltd.\n021112222\n",
            world.people[6]
        );
        let page = world.pastes(person, &pasted);
        let expected = with(&[
            ("Ambiguous: choose one", "1"),
            ("Suggestions: tick whom you mean", "1"),
            ("To add", "3"),
            ("Inactive: can be listed, not a member", "1"),
            ("Unsubscribed: can be listed, not a member", "1"),
            ("Already in the list", "1"),
            ("Named twice", "1"),
            ("Never to be included: stays out", "1"),
            ("Not found", "1"),
        ]);
        assert_eq!(outcomes(&page), expected);
        assert_eq!(world.listed(), (vec![world.people[1]], vec![]), "nothing is written yet");
        assert_eq!(page.text("#id_unknown_raw"), "nobody@nowhere.example");
    });
}

#[test]
fn an_address_that_is_too_long_goes_on_after_its_at_and_before_its_dots() {
    with_a_list(|world, person| {
        world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people[..1])));
        let pasted = world.pastes(person, "shared@palms.example");
        for (page, told) in [
            (pasted, ".picks .quiet:has(wbr)"),
            (person.open(&world.url("change")), "#contact-chosen-pane .more:has(wbr)"),
            (person.open(&world.url("list")), "[data-label=Details]:has(wbr)"),
        ] {
            let told = page.text(told);
            assert!(told.ends_with("@palms.example"), "it is read as before: {told}");
        }
    });
}

#[test]
fn one_press_lists_what_is_found_and_ticked_as_one_batch_that_can_be_undone() {
    with_a_list(|world, person| {
        let page = world.pastes(person, "somchai@palms.example\nshared@palms.example\nsix palms\ngone@palms.example");
        let values = page.attributes(".picks input", "value");
        let linh = format!("contact:{}", world.people[3]);
        assert!(values.contains(&linh), "{values:?}");
        let names = page.attributes(".picks input", "name");
        let form = page.form_at("#apply-form").without(&names[0]).and(&names[0], &linh);
        let form = form.and(names.last().unwrap(), values.last().unwrap()).and("_apply", "1");
        let done = person.submit(&form);
        assert_eq!((done.status, done.location()), (303, &*world.url("change")), "{}", done.body);
        let said = person.follow(&done).text(".messagelist");
        assert!(said.contains("3 contacts added, 1 company added"), "{said}");
        let mut people = vec![world.people[0], world.people[3], world.people[4]];
        people.sort();
        assert_eq!(world.listed(), (people, vec![world.firms[0]]));
        assert!(world.notes().iter().all(|(_, _, how)| how == "paste"));
        let again = person.submit(&form);
        assert_eq!(again.status, 303, "a second press does nothing");
        let applied = person.follow(&again);
        assert!(applied.text(".sentence").contains("3 contacts added"));
        assert_eq!(person.submit(&applied.form_at("form#undo").and("batch", &applied.attributes("#undo button", "value")[0])).status, 303);
        assert_eq!(world.listed(), (vec![], vec![]), "it can be undone from its own page, too");
    });
}

#[test]
fn a_paste_belongs_to_whoever_made_it_and_is_gone_after_a_day() {
    with_a_list(|world, person| {
        let answer = person.post_form(&world.url("paste"), &[("pasted", "somchai@palms.example")]);
        let root = world.app.superuser();
        assert_eq!(root.get(answer.location()).location(), world.url("change"), "nobody else is told that there is one");
        let test = &world.app.test;
        test.set_now(test.clock.now() + chrono::TimeDelta::hours(25));
        let person = world.app.sign_in(&person.username);
        let gone = person.get(answer.location());
        assert_eq!(gone.location(), world.url("change"));
        assert!(person.follow(&gone).text(".messagelist").contains("kept for a day"));
        world.pastes(&person, "anong@palms.example");
        let kept = || test.db.read_blocking(|connection| Ok(upload::table.count().get_result::<i64>(connection)?)).unwrap();
        for _ in 0..50 {
            if kept() == 1 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the old one is still there");
    });
}

#[test]
fn a_list_that_cannot_be_changed_is_refused_before_any_work() {
    with_a_list(|world, person| {
        let set = |change: &dyn Fn(&mut customer_segments::db::AnyConnection) -> diesel::QueryResult<usize>| {
            world.app.test.db.write_blocking(|connection| Ok(change(connection)?)).unwrap();
        };
        set(&|connection| diesel::update(segment::table.find(world.list)).set(segment::status.eq("archived")).execute(connection));
        let refused = person.get(&world.url("paste"));
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("is archived: only its status can be changed"));
        assert!(!person.open(&world.url("change")).body.contains("/paste/"), "it is not offered either");
        set(&|connection| {
            let values = (segment::status.eq("active"), segment::segment_type.eq("dynamic"));
            diesel::update(segment::table.find(world.list)).set(values).execute(connection)
        });
        let refused = person.get(&world.url("upload"));
        assert!(refused.status == 409 && refused.body.contains("is dynamic: its list rests"), "{}", refused.body);
    });
}

#[test]
fn a_blank_paste_is_asked_for_again_and_one_without_its_token_refused() {
    with_a_list(|world, person| {
        let again = person.post_form(&world.url("paste"), &[("pasted", " \n\t")]);
        assert_eq!((again.status, again.text(".errorlist")), (200, "Paste something first.".to_owned()));
        let body = b"--edge\r\nContent-Disposition: form-data; name=\"pasted\"\r\n\r\nx\r\n--edge--\r\n".to_vec();
        assert_eq!(person.post_parts(&world.url("paste"), body).status, 403);
    });
}

#[test]
fn suggestions_are_never_applied_by_themselves() {
    with_a_list(|world, person| {
        let page = world.pastes(
            person,
            "name\tcompany\tphone\nSomchai Jaide\tSix Palms\t\nJaidee Somchai\tSIX PALMS LTD\t\n\t\t0812345678\ncafe sai gon\tx\t",
        );
        let found = outcomes(&page);
        assert!(found.contains(&("Suggestions: tick whom you mean".to_owned(), "3".to_owned())), "{found:?}");
        let done = person.submit(&page.form_at("#apply-form").and("_apply", "1"));
        assert!(person.follow(&done).text(".messagelist").contains("Nothing was left to change."));
        assert_eq!(world.listed(), (vec![], vec![]));
    });
}

#[test]
fn names_alone_are_suggested_however_they_are_written() {
    with_a_list(|world, person| {
        let page = world.pastes(person, "linh tran\nMr. Somchai Jaidee\nคุณสมชาย ใจดี\nSix Palms (Thailand)\nLinh Tran-Nguyen");
        assert_eq!(outcomes(&page), with(&[("Suggestions: tick whom you mean", "4"), ("Not found", "1")]));
        let expected = [3, 0, 2].map(|at| format!("contact:{}", world.people[at]));
        let expected: Vec<String> = expected.into_iter().chain([format!("company:{}", world.firms[0])]).collect();
        assert_eq!(page.attributes(".picks input", "value"), expected);
        assert!(!page.has(".picks input[checked]"));
    });
}

#[test]
fn what_is_said_twice_is_asked_about_once_and_suggestions_are_ticked_together() {
    with_a_list(|world, person| {
        let page = world.pastes(person, "six palms\nsix palms\ncafe sai gon\nx@nowhere.example\nx@nowhere.example");
        assert_eq!(outcomes(&page), with(&[("Suggestions: tick whom you mean", "2"), ("Named twice", "2"), ("Not found", "1")]));
        let ticked = person.follow(&person.submit(&page.form_at("#apply-form").and("_tick", "suggested:1")));
        assert_eq!(ticked.attributes(".picks input[checked]", "value").len(), 2);
        let done = person.submit(&ticked.form_at("#apply-form").and("_apply", "1"));
        assert!(person.follow(&done).text(".messagelist").contains("2 companies added"));
    });
}

#[test]
fn many_outcomes_are_paged_and_ticks_survive_turning() {
    with_a_list(|world, person| {
        let lines: Vec<String> = (0..120).map(|number| format!("nobody{number}@nowhere.example")).collect();
        let page = world.pastes(person, &format!("shared@palms.example\n{}", lines.join("\n")));
        let linh = format!("contact:{}", world.people[3]);
        let pick = page.attributes(".picks input", "name")[0].clone();
        let next = page.form_at("#apply-form").without(&pick).and(&pick, &linh).and("_page", "unknown:3");
        let third = person.follow(&person.submit(&next));
        assert_eq!(third.text("#unknown .upload-pages .quiet"), "101–120 of 120");
        assert_eq!(third.attributes(".picks input[checked]", "value"), [linh]);
        let file = person.open(third.attributes("#unknown a[download]", "href")[0].as_str());
        assert_eq!(file.body.lines().count(), 121);
    });
}

#[test]
fn a_hundred_thousand_lines_are_read_in_one_paste_and_more_than_a_form_takes_is_refused() {
    with_a_list(|world, person| {
        let mut pasted = (0..100_000).fold(String::new(), |pasted, number| pasted + &format!("n{number}@a.vn\n"));
        pasted.push_str("somchai@palms.example\nsomchai@palms.example\n");
        assert!(pasted.len() > 1_000_000, "{}", pasted.len());
        let page = world.pastes(person, &pasted);
        let found = outcomes(&page);
        for (outcome, rows) in [("To add", "1"), ("Named twice", "1"), ("Not found", "100,000")] {
            assert!(found.contains(&(outcome.to_owned(), rows.to_owned())), "{outcome}: {found:?}");
        }
        assert!(page.body.len() < 100_000, "a page of them is shown: {}", page.body.len());
        let done = person.submit(&page.form_at("#apply-form").and("_apply", "1"));
        assert_eq!((done.status, world.listed().0), (303, vec![world.people[0]]));
        let form = person.open(&world.url("paste")).form();
        let plain = person.submit(&form.clone().fill("pasted", &"x".repeat(2_700_000)));
        assert!((plain.status, plain.body.contains("larger than 2.5 MB")) == (413, true), "{}", plain.body);
        let token = form.value("csrfmiddlewaretoken").unwrap();
        let part = |name: &str, value: &str| format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let body = part("csrfmiddlewaretoken", token) + &part("pasted", &"x".repeat(8_100_000)) + "--edge--\r\n";
        let parts = person.post_parts(&world.url("paste"), body);
        assert!((parts.status, parts.body.contains("more than 8 MB of text")) == (413, true), "{}", parts.body);
        assert_eq!(world.listed().0, [world.people[0]]);
    });
}
