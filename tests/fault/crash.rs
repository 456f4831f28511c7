//! The end of a process, wanted or not: killed under load, started four at once, told to end while it works.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use customer_segments::db::migrations;

use crate::node::Node;
use crate::saves::{ADD, Listable, Saved, USER, assert_whole, prepare, typed, under_saves};
use crate::support::browser::Browser;
use crate::support::page::{Answer, Form};
use crate::support::{TestDb, on_both_engines, on_engines};

/// How often the server is killed.
pub(crate) fn rounds() -> usize {
    std::env::var("FAULT_ROUNDS").map_or(5, |rounds| rounds.parse().expect("FAULT_ROUNDS is a number"))
}

#[test]
fn killed_under_load_every_acknowledged_save_is_there_and_none_by_half() {
    on_both_engines(|test| {
        prepare(test);
        let listable = Listable::of(test);
        let mut acknowledged: Vec<Saved> = Vec::new();
        for round in 0..rounds() {
            let node = Node::start(test.url());
            let browser = node.signed_in(USER);
            // Another moment of the saves each time.
            let pause = Duration::from_millis(u64::from(uuid::Uuid::new_v4().as_bytes()[0]));
            let outcome = under_saves(&browser, &format!("round {round}"), &listable, |load| {
                load.wait_for(4);
                thread::sleep(pause);
                node.kill();
            });
            assert_eq!(outcome.refused, [0; 0], "in round {round}");
            acknowledged.extend(outcome.saved);
            assert_whole(test, &acknowledged);
        }
        let node = Node::start(test.url());
        assert_eq!(node.readiness(), (200, "ready\n".into()));
        assert_eq!(node.signed_in(USER).get(crate::saves::LIST).status(), 200);
    });
}

#[test]
fn four_nodes_that_start_at_once_on_an_empty_database_all_serve_and_migrate_it_once() {
    on_engines(|engine| {
        let test = TestDb::empty(engine);
        let logs: Vec<String> = thread::scope(|scope| {
            let node = || {
                let node = Node::start(test.url());
                assert_eq!(node.readiness(), (200, "ready\n".into()));
                node.signal("INT");
                let (code, log) = node.end();
                assert_eq!(code, Some(0), "{log}");
                log
            };
            let nodes: Vec<_> = (0..4).map(|_| scope.spawn(node)).collect();
            nodes.into_iter().map(|node| node.join().unwrap()).collect()
        });
        let mut applied: BTreeMap<String, usize> = BTreeMap::new();
        for line in logs.iter().flat_map(|log| log.lines()) {
            let line: serde_json::Value = serde_json::from_str(line).expect(line);
            if line["fields"]["message"] == "migration applied" {
                *applied.entry(line["fields"]["name"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap();
        let once: BTreeMap<String, usize> = folder.map(|entry| (entry.unwrap().file_name().into_string().unwrap(), 1)).collect();
        assert_eq!(applied, once);
        assert_eq!(migrations::state(&test.db).unwrap(), migrations::State::default());
    });
}

#[test]
fn told_to_end_under_load_it_finishes_what_it_has_begun() {
    on_both_engines(|test| {
        prepare(test);
        let (node, listable) = (Node::start(test.url()), Listable::of(test));
        let browser = node.signed_in(USER);
        let address = node.url.trim_start_matches("http://").to_owned();
        let (mut half_sent, rest) = half_a_save(&browser, &address, &listable);
        let outcome = under_saves(&browser, "last", &listable, |load| {
            load.wait_for(4);
            node.signal("TERM");
            let begun = Instant::now();
            while TcpStream::connect(&address).is_ok() {
                assert!(begun.elapsed() < Duration::from_secs(10), "the port is still open");
                thread::sleep(Duration::from_millis(50));
            }
        });
        half_sent.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        half_sent.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        assert_eq!(node.end().0, Some(0));
        assert_eq!(outcome.refused, [0; 0]);
        assert_whole(test, &outcome.saved);
    });
}

/// Sends the head and the first half of a save; gives the connection and the other half.
fn half_a_save(browser: &Browser, address: &str, listable: &Listable) -> (TcpStream, String) {
    let form =
        listable.ticked(typed(Answer::of(browser.get(ADD)).form_at("#customersegment_form"), "Sent in two halves"), 0).and("_save", "1");
    let body = body_of(&form);
    let cookies: Vec<String> = browser.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (first, rest) = body.split_at(body.len() / 2);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST {ADD} HTTP/1.1\r\nHost: {address}\r\nSec-Fetch-Site: same-origin\r\nCookie: {}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{first}",
        cookies.join("; "),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    (stream, rest.to_owned())
}

/// What a browser sends of a form.
pub(crate) fn body_of(form: &Form) -> String {
    form.fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

/// Every byte that is not a letter or a digit as `%xx`.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") }).collect()
}
