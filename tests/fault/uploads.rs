//! A file, or all that a search finds, on its way into a list, when the server is killed: the list is whole or untouched, the
//! batch all there or not at all, and what was not applied says so and can be applied.

use std::thread;
use std::time::Duration;

use chrono::TimeDelta;
use customer_segments::accounts::Role;
use customer_segments::customers::sample;
use customer_segments::db::schema::{
    crm_app_contact as contact, crm_app_customersegment_static_contacts as listed, segments_batch as batch,
    segments_listed_contact as known, segments_upload as upload,
};
use customer_segments::db::{AnyConnection, Id, Time};
use diesel::prelude::*;
use reqwest::Method;
use reqwest::blocking::Response;

use crate::crash::rounds;
use crate::node::Node;
use crate::saves::{ADD, USER, typed};
use crate::support::browser::{Browser, add_user};
use crate::support::page::{Answer, Form};
use crate::support::{TestDb, on_both_engines};

/// Rows of the file: enough for the killing to come into the middle.
const ROWS: usize = 3_000;

/// A new list, and where it is; nobody is on it.
fn add_list(browser: &Browser, name: &str) -> String {
    let form = typed(Answer::of(browser.get(ADD)).form_at("#customersegment_form"), name).and("_continue", "1");
    let saved = browser.send(browser.request(Method::POST, &form.action).form(&form.fields));
    saved.headers()["location"].to_str().unwrap().replace("change/", "")
}

/// Sends a file for a list.
fn post_file(browser: &Browser, list: &str, file: &str) -> reqwest::Result<Response> {
    let page = format!("{list}upload/");
    let part = |field: &str, value: &str| format!("--edge\r\nContent-Disposition: form-data; {field}\r\n\r\n{value}\r\n");
    let token = part("name=\"csrfmiddlewaretoken\"", &browser.token(&page));
    let body = token + &part("name=\"file\"; filename=\"list.csv\"", file) + "--edge--\r\n";
    browser.request(Method::POST, &page).header("Content-Type", "multipart/form-data; boundary=edge").body(body).send()
}

/// Sends a file; gives the page of what came of it, once it was read.
fn send(browser: &Browser, list: &str, file: &str) -> String {
    let place = post_file(browser, list, file).unwrap().headers()["location"].to_str().unwrap().to_owned();
    while !Answer::of(browser.get(&place)).has("#apply-form") {
        thread::sleep(Duration::from_millis(100));
    }
    place
}

/// How many are listed, in how many batches, and in which state the upload is.
fn found(test: &TestDb, list: &str, place: &str) -> (i64, i64, String) {
    let (id, key) = (id_in(list), Id::parse(place.rsplit("u=").next().unwrap()).unwrap());
    let read = |connection: &mut AnyConnection| {
        Ok((
            listed::table.filter(listed::customersegment_id.eq(id)).count().get_result(connection)?,
            batch::table.filter(batch::segment_id.eq(id)).count().get_result(connection)?,
            upload::table.find(key).select(upload::state).first(connection)?,
        ))
    };
    test.db.read_unhurried(read).unwrap()
}

fn id_in(list: &str) -> Id {
    Id::parse(list.trim_end_matches('/').rsplit('/').next().unwrap()).unwrap()
}

/// Lets the time pass after which nobody is taken to be at it.
fn minutes_pass(test: &TestDb) {
    let earlier = |connection: &mut AnyConnection| {
        let rows: Vec<(Id, Time)> = upload::table.select((upload::id, upload::touched_at)).load(connection)?;
        for (id, touched) in rows {
            let earlier = Time(touched.0 - TimeDelta::minutes(3));
            diesel::update(upload::table.find(id)).set(upload::touched_at.eq(earlier)).execute(connection)?;
        }
        Ok(())
    };
    test.db.write_blocking(earlier).unwrap();
}

fn press(browser: &Browser, form: &Form) -> reqwest::Result<u16> {
    Ok(browser.request(Method::POST, &form.action).form(&form.fields).send()?.status().as_u16())
}

#[test]
fn killed_while_a_file_is_applied_the_list_is_whole_or_untouched_and_can_be_made_whole() {
    on_both_engines(|test| {
        add_user(test, USER, Role::Sales);
        sample::fill(&test.db, &test.clock, ROWS).unwrap();
        let keys = |connection: &mut _| Ok(contact::table.select(contact::id).load::<Id>(connection)?);
        let keys = test.db.read_unhurried(keys).unwrap();
        let file = keys.iter().fold("id,note\n".to_owned(), |file, id| format!("{file}{id},of the fair\n"));
        let whole = i64::try_from(keys.len()).unwrap();
        for round in 0..rounds() {
            let node = Node::start(test.url());
            let browser = node.signed_in(USER);
            let list = add_list(&browser, &format!("List {round}"));
            let place = send(&browser, &list, &file);
            let form = Answer::of(browser.get(&place)).form_at("#apply-form").and("_apply", "1");
            thread::scope(|scope| {
                let applied = scope.spawn(|| press(&browser, &form));
                // Another moment of it each time.
                thread::sleep(Duration::from_millis(u64::from(uuid::Uuid::new_v4().as_bytes()[0]) * 2));
                node.kill();
                // Whether it was answered before the end is as it happens.
                drop(applied.join().unwrap());
            });
            let (listed, batches, state) = found(test, &list, &place);
            assert!([(0, 0), (whole, 1)].contains(&(listed, batches)), "in round {round} {listed} in {batches} batches: {state}");
            assert_eq!(listed == whole, state == "applied", "in round {round} it says {state}");
            minutes_pass(test);
            let node = Node::start(test.url());
            let browser = node.signed_in(USER);
            if state != "applied" {
                let page = Answer::of(browser.get(&place));
                assert_eq!(page.texts(".sentence").iter().any(|said| said.contains("you can apply it again")), state == "applying");
                assert_eq!(press(&browser, &page.form_at("#apply-form").and("_apply", "1")).unwrap(), 303);
            }
            assert_eq!(found(test, &list, &place), (whole, 1, "applied".into()), "in round {round}");
            node.kill();
        }
    });
}

/// How many are listed, of how many something is known, and of how many rows each batch was.
fn whole(test: &TestDb, list: &str) -> (i64, i64, Vec<i32>) {
    let id = id_in(list);
    let read = |connection: &mut AnyConnection| {
        Ok((
            listed::table.filter(listed::customersegment_id.eq(id)).count().get_result(connection)?,
            known::table.filter(known::segment_id.eq(id)).count().get_result(connection)?,
            batch::table.filter(batch::segment_id.eq(id)).select(batch::row_count).load(connection)?,
        ))
    };
    test.db.read_unhurried(read).unwrap()
}

#[test]
fn killed_while_all_that_a_search_finds_are_listed_there_are_all_or_nobody() {
    on_both_engines(|test| {
        add_user(test, USER, Role::Sales);
        sample::fill(&test.db, &test.clock, ROWS).unwrap();
        for round in 0..rounds() {
            let node = Node::start(test.url());
            let browser = node.signed_in(USER);
            let list = add_list(&browser, &format!("All {round}"));
            let add_all = |browser: &Browser| {
                let form = Answer::of(browser.get(&format!("{list}change/"))).form_at("#customersegment_form");
                press(browser, &form.fill("contact_q", "a").fill("contact_q_shown", "a").and("_contact_add_all", "1"))
            };
            thread::scope(|scope| {
                let added = scope.spawn(|| add_all(&browser));
                thread::sleep(Duration::from_millis(u64::from(uuid::Uuid::new_v4().as_bytes()[0])));
                node.kill();
                drop(added.join());
            });
            let found = whole(test, &list);
            let node = Node::start(test.url());
            assert_eq!(add_all(&node.signed_in(USER)).unwrap(), 303);
            let (all, ..) = whole(test, &list);
            let is_whole = found == (all, all, vec![i32::try_from(all).unwrap()]);
            assert!(all > 1_000 && (is_whole || found == (0, 0, Vec::new())), "in round {round} {found:?} of {all}");
            node.kill();
        }
    });
}

#[test]
fn an_upload_that_is_cut_short_while_it_is_read_leaves_the_list_alone_and_says_so() {
    on_both_engines(|test| {
        add_user(test, USER, Role::Sales);
        let node = Node::start(test.url());
        let browser = node.signed_in(USER);
        let list = add_list(&browser, "Broken off");
        let lines = (0..200_000).map(|number| format!("nobody{number}@nowhere.example\n")).collect::<Vec<_>>().concat();
        thread::scope(|scope| {
            let sent = scope.spawn(|| post_file(&browser, &list, &format!("email\n{lines}")).is_ok());
            let reads = |connection: &mut AnyConnection| {
                let rows = upload::table.filter(upload::state.eq("reading")).filter(upload::row_count.gt(0));
                Ok(rows.select(upload::id).first::<Id>(connection).optional()?)
            };
            while test.db.read_unhurried(reads).unwrap().is_none() {
                thread::sleep(Duration::from_millis(10));
            }
            node.kill();
            assert!(!sent.join().unwrap(), "it was answered before the end");
        });
        minutes_pass(test);
        let node = Node::start(test.url());
        let browser = node.signed_in(USER);
        let key: Id = test.db.read_unhurried(|connection| Ok(upload::table.select(upload::id).first(connection)?)).unwrap();
        let place = format!("{list}uploaded/?u={key}");
        let page = Answer::of(browser.get(&place));
        assert_eq!(page.text(".errornote"), "This file was not read to its end: the server ended meanwhile.");
        assert!(!page.has("#apply-form"));
        assert_eq!((found(test, &list, &place).0, found(test, &list, &place).1), (0, 0));
    });
}
