//! Saves under load, and whether what was acknowledged is there and nothing is there by half.
//!
//! Every save is of a static segment: a row, five listed keys, a count and an event, which belong together. Each is added
//! through its page and then changed through its page.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use customer_segments::customers::sample;
use customer_segments::db::Id;
use customer_segments::db::schema::{
    crm_app_contact as contact, crm_app_customersegment as segment, crm_app_customersegment_static_companies as listed_companies,
    crm_app_customersegment_static_contacts as listed_contacts, segments_event as event,
};
use diesel::prelude::*;
use reqwest::Method;

use crate::support::TestDb;
use crate::support::browser::{Browser, add_user};
use crate::support::page::{Answer, Form};

pub(crate) const LIST: &str = "/admin/crm_app/customersegment/";
pub(crate) const ADD: &str = "/admin/crm_app/customersegment/add/";
/// Who saves.
pub(crate) const USER: &str = "somchai";

/// Contacts that a segment lists when it is added; changing it adds one more.
const LISTED: usize = 4;

/// A segment whose first save was acknowledged.
#[derive(Debug)]
pub(crate) struct Saved {
    name: String,
    is_changed: bool,
}

/// What came of a run of saves.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What the server said it kept.
    pub(crate) saved: Vec<Saved>,
    /// The status of every answer that was neither a page nor a save.
    pub(crate) refused: Vec<u16>,
}

/// How many contacts there are to list.
const CUSTOMERS: usize = 40;

/// Somebody who saves, and customers to list.
pub(crate) fn prepare(test: &TestDb) {
    add_user(test, USER, customer_segments::accounts::Role::Sales);
    sample::fill(&test.db, &test.clock, CUSTOMERS).unwrap();
}

/// Keys of contacts and of one company of the stored world.
pub(crate) struct Listable {
    contacts: Vec<Id>,
    company: Id,
}

impl Listable {
    pub(crate) fn of(test: &TestDb) -> Self {
        let contacts =
            |connection: &mut _| Ok(contact::table.order(contact::id).select((contact::id, contact::company_id)).load(connection)?);
        let rows: Vec<(Id, Id)> = test.db.read_blocking(contacts).unwrap();
        Self { company: rows[0].1, contacts: rows.into_iter().map(|(id, _)| id).collect() }
    }

    /// The form with one company and a few contacts ticked.
    pub(crate) fn ticked(&self, form: Form, number: usize) -> Form {
        let contacts = self.contacts.iter().cycle().skip(number).take(LISTED);
        contacts.fold(form, |form, id| form.and("contact_available", &id.to_string())).and("company_available", &self.company.to_string())
    }
}

/// A run of saves that goes on.
#[derive(Debug, Default)]
pub(crate) struct Load {
    stop: AtomicBool,
    saved: AtomicUsize,
}

impl Load {
    /// Waits until so many saves more were acknowledged.
    #[track_caller]
    pub(crate) fn wait_for(&self, more: usize) {
        let (begun, enough) = (Instant::now(), self.saved.load(Ordering::Relaxed) + more);
        while self.saved.load(Ordering::Relaxed) < enough {
            assert!(begun.elapsed() < Duration::from_secs(30), "hardly anything is saved");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Adds and changes segments until told to stop or until nobody answers; a refusal does not end it.
    fn save(&self, browser: &Browser, prefix: &str, listable: &Listable) -> Outcome {
        let mut outcome = Outcome::default();
        for number in 0.. {
            let before = outcome.saved.len();
            let is_over = save_one(browser, &format!("{prefix} {number}"), number, listable, &mut outcome).is_err();
            self.saved.fetch_add(outcome.saved.len() - before, Ordering::Relaxed);
            if is_over || self.stop.load(Ordering::Relaxed) {
                break;
            }
            if !outcome.refused.is_empty() {
                // Nobody presses Save a hundred times a second while there is trouble.
                thread::sleep(Duration::from_millis(20));
            }
        }
        outcome
    }
}

/// Runs saves from four browsers while `meanwhile` happens.
pub(crate) fn under_saves(signed_in: &Browser, prefix: &str, listable: &Listable, meanwhile: impl FnOnce(&Load)) -> Outcome {
    let load = Load::default();
    thread::scope(|scope| {
        let savers: Vec<_> = (0..4)
            .map(|number| {
                let (load, browser, prefix) = (&load, signed_in.copy(), format!("{prefix}.{number}"));
                scope.spawn(move || load.save(&browser, &prefix, listable))
            })
            .collect();
        meanwhile(&load);
        load.stop.store(true, Ordering::Relaxed);
        let mut all = Outcome::default();
        for saver in savers {
            let Outcome { saved, refused } = saver.join().unwrap();
            all.saved.extend(saved);
            all.refused.extend(refused);
        }
        all
    })
}

/// One segment, added and changed. `Err`: nobody answers any more.
fn save_one(browser: &Browser, name: &str, number: usize, listable: &Listable, outcome: &mut Outcome) -> reqwest::Result<()> {
    let Some(form) = open(browser, ADD, outcome)? else { return Ok(()) };
    let form = listable.ticked(typed(form, name), number).and("_continue", "1");
    let Some(page) = send(browser, &form, outcome)? else { return Ok(()) };
    outcome.saved.push(Saved { name: name.to_owned(), is_changed: false });
    let Some(form) = open(browser, &page, outcome)? else { return Ok(()) };
    let one_more = listable.contacts[(number + LISTED) % listable.contacts.len()];
    let form = form.fill("tags", "changed").and("contact_available", &one_more.to_string()).and("_save", "1");
    if send(browser, &form, outcome)?.is_some() {
        outcome.saved.last_mut().unwrap().is_changed = true;
    }
    Ok(())
}

/// The form of a new static segment, named.
pub(crate) fn typed(form: Form, name: &str) -> Form {
    form.fill("name", name).fill("segment_type", "static").fill("filter_criteria", "")
}

fn open(browser: &Browser, path: &str, outcome: &mut Outcome) -> reqwest::Result<Option<Form>> {
    let answer = Answer::try_of(browser.request(Method::GET, path).send()?)?;
    if answer.status == 200 {
        return Ok(Some(answer.form_at("#customersegment_form")));
    }
    outcome.refused.push(answer.status);
    Ok(None)
}

/// Where a save that was acknowledged leads.
fn send(browser: &Browser, form: &Form, outcome: &mut Outcome) -> reqwest::Result<Option<String>> {
    let answer = browser.request(Method::POST, &form.action).form(&form.fields).send()?;
    if answer.status() == 303 {
        return Ok(Some(answer.headers()["location"].to_str().unwrap().to_owned()));
    }
    outcome.refused.push(answer.status().as_u16());
    Ok(None)
}

mod pragmas {
    //! What SQLite finds wrong with a file, as a table.
    diesel::table! {
        pragma_integrity_check (integrity_check) {
            integrity_check -> Text,
        }
    }
}

/// Asserts that everything acknowledged is there and that nothing is there by half; gives how many segments there are.
#[track_caller]
pub(crate) fn assert_whole(test: &TestDb, acknowledged: &[Saved]) -> usize {
    let stored = read(test);
    for (name, one) in &stored {
        let is_changed = one.tags == "changed";
        let expected = (LISTED + usize::from(is_changed), 1, ["added", "changed"][..=usize::from(is_changed)].to_vec());
        let found = (one.contacts, one.companies, one.events.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(found, expected, "“{name}” is there by half");
        assert!(one.counted, "“{name}” was saved without its count");
    }
    for saved in acknowledged {
        let one = stored.get(&saved.name).unwrap_or_else(|| panic!("“{}” was acknowledged and is gone", saved.name));
        assert!(!saved.is_changed || one.tags == "changed", "the change of “{}” was acknowledged and is gone", saved.name);
    }
    if test.db.engine() == customer_segments::db::dialect::Engine::Sqlite {
        use pragmas::pragma_integrity_check::dsl::{integrity_check, pragma_integrity_check};
        let check = |connection: &mut _| Ok(pragma_integrity_check.select(integrity_check).load::<String>(connection)?);
        assert_eq!(test.db.read_unhurried(check).unwrap(), ["ok"]);
    }
    stored.len()
}

#[derive(Debug)]
struct Stored {
    tags: String,
    counted: bool,
    contacts: usize,
    companies: usize,
    events: Vec<String>,
}

fn read(test: &TestDb) -> HashMap<String, Stored> {
    let load = |connection: &mut customer_segments::db::AnyConnection| {
        let rows: Vec<(Id, String, String, Option<customer_segments::db::Time>)> =
            segment::table.select((segment::id, segment::name, segment::tags, segment::last_calculated_at)).load(connection)?;
        let contacts: Vec<Id> = listed_contacts::table.select(listed_contacts::customersegment_id).load(connection)?;
        let companies: Vec<Id> = listed_companies::table.select(listed_companies::customersegment_id).load(connection)?;
        let events: Vec<(String, String)> =
            event::table.order((event::at, event::id)).select((event::object_id, event::action)).load(connection)?;
        let stored = rows.into_iter().map(|(id, name, tags, counted)| {
            let of = |ids: &[Id]| ids.iter().filter(|listed| **listed == id).count();
            let key = id.to_string();
            let events = events.iter().filter(|(of, _)| *of == key).map(|(_, action)| action.clone()).collect();
            (name, Stored { tags, counted: counted.is_some(), contacts: of(&contacts), companies: of(&companies), events })
        });
        Ok(stored.collect::<HashMap<_, _>>())
    };
    test.db.read_unhurried(load).unwrap()
}

/// Rules that everybody with a company meets.
pub(crate) const EVERYBODY: &str = r#"{"entity":"contact","rules":[{"field":"company.name","operator":"is_not_empty"}]}"#;
