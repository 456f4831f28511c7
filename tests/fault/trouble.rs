//! A database that is locked, full, or away for a while: a clear page with 503, nothing by half, and all well again
//! afterwards without a restart.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use customer_segments::accounts::Role;
use customer_segments::db::Db;
use customer_segments::db::connection::Options;
use customer_segments::db::dialect::Engine;
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use reqwest::Method;

use crate::cluster::OwnCluster;
use crate::node::Node;
use crate::saves::{ADD, EVERYBODY, LIST, Listable, USER, assert_whole, prepare, typed, under_saves};
use crate::stored::{assert_unchanged, rows};
use crate::support::browser::{Browser, add_user};
use crate::support::page::{Answer, Form};
use crate::support::postgres::unprivileged;
use crate::support::{TestApp, TestDb, on_engines};

/// Longer than a person waits; a request that takes so long hangs.
const HANGS: Duration = Duration::from_secs(15);

fn ask(browser: &Browser, path: &str) -> Answer {
    let begun = Instant::now();
    let answer = Answer::of(browser.send(browser.request(Method::GET, path)));
    assert!(begun.elapsed() < HANGS, "{path} took {:?}", begun.elapsed());
    answer
}

fn submit(browser: &Browser, form: &Form) -> Answer {
    let begun = Instant::now();
    let answer = Answer::of(browser.send(browser.request(Method::POST, &form.action).form(&form.fields)));
    assert!(begun.elapsed() < HANGS, "the save took {:?}", begun.elapsed());
    answer
}

/// Asserts that a page says plainly that the database does not do this now.
#[track_caller]
fn assert_told(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    let words = answer.texts("#content").join(" ");
    assert!(words.contains("try again") || words.contains("Nothing was saved"), "{words}");
    assert!(!answer.body.contains("SELECT") && !answer.body.contains("INSERT"), "{}", answer.body);
}

#[test]
fn a_database_that_another_program_locks_is_told_and_waited_for_no_longer_than_people_wait() {
    on_engines(|engine| {
        let test = TestDb::with(engine, |options| options.statement_timeout = Duration::from_secs(1));
        add_user(&test, USER, Role::Sales);
        let app = TestApp::on(test);
        let (browser, test) = (app.signed_in(USER), &app.test);
        let form = ask(&browser, ADD)
            .form_at("#customersegment_form")
            .fill("name", "Waiting")
            .fill("filter_criteria", EVERYBODY)
            .and("_save", "1");
        let before = rows(test);
        let other = Db::open(Options::new(test.url())).unwrap();
        let mut other = other.raw().unwrap();
        let lock = match engine {
            Engine::Sqlite => "PRAGMA query_only = OFF; BEGIN EXCLUSIVE",
            Engine::Postgres => "BEGIN; LOCK TABLE crm_app_customersegment IN ACCESS EXCLUSIVE MODE",
        };
        other.batch_execute(lock).unwrap();
        // So much later that the moment of the request should be written, too.
        test.set_now(test.clock.now() + Duration::from_secs(120));
        assert_told(&submit(&browser, &form));
        let list = ask(&browser, LIST);
        match engine {
            Engine::Sqlite => assert_eq!(list.status, 200, "reading needs no lock: {}", list.body),
            Engine::Postgres => assert_told(&list),
        }
        assert_eq!((browser.get("/readyz").status(), browser.get("/healthz").status()), (reqwest::StatusCode::OK, reqwest::StatusCode::OK));
        other.batch_execute("ROLLBACK").unwrap();
        assert_unchanged(test, &before, "a save while the database was locked");
        assert_eq!(submit(&browser, &form).status, 303);
        assert_eq!(ask(&browser, LIST).texts("#result_list .field-name"), ["Waiting"]);
    });
}

#[test]
fn a_session_that_cannot_be_written_still_shows_pages_and_does_not_deny_what_was_saved() {
    on_engines(|engine| {
        let test = TestDb::new(engine);
        add_user(&test, USER, Role::Sales);
        let app = TestApp::on(test);
        let (browser, test) = (app.signed_in(USER), &app.test);
        test.run(match engine {
            Engine::Sqlite => {
                "PRAGMA query_only = OFF; CREATE TRIGGER full BEFORE UPDATE ON segments_session \
                 BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            }
            Engine::Postgres => {
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; \
                 CREATE TRIGGER full_disk BEFORE UPDATE ON segments_session FOR EACH ROW EXECUTE FUNCTION refuse()"
            }
        });
        test.set_now(test.clock.now() + Duration::from_secs(120));
        assert_eq!(ask(&browser, LIST).status, 200);
        let form = ask(&browser, ADD).form_at("#customersegment_form").fill("name", "Kept").fill("filter_criteria", EVERYBODY);
        assert_eq!(submit(&browser, &form.and("_save", "1")).status, 303);
        assert_eq!(ask(&browser, LIST).texts("#result_list .field-name"), ["Kept"]);
    });
}

/// Nothing may write past this many bytes into a file: as a full disk, without a disk of our own.
fn limit_files(mut prlimit: Command, process: &str, bytes: &str) {
    let done = prlimit.args(["--pid", process, &format!("--fsize={bytes}:")]).status();
    assert!(done.expect("prlimit, of util-linux").success(), "{process}");
}

#[test]
fn when_the_disk_is_full_pages_are_shown_saves_are_refused_whole_and_room_is_noticed_on_sqlite() {
    let test = TestDb::new(Engine::Sqlite);
    prepare(&test);
    let (mut node, listable) = (Node::start(test.url()), Listable::of(&test));
    fills_up(&mut node, &test, &listable, |node, is_full| {
        limit_files(Command::new("prlimit"), &node.id(), if is_full { "1" } else { "unlimited" });
    });
}

#[test]
fn when_the_disk_is_full_pages_are_shown_saves_are_refused_whole_and_room_is_noticed_on_postgresql() {
    let Some(cluster) = OwnCluster::new() else { return };
    let test = cluster.database();
    prepare(&test);
    // A table of 2 MB that every save must add to; its rows are small, so that its pages have no room left.
    test.run(
        "INSERT INTO segments_event (id, at, actor_name, action, model, object_id, object_name, message) \
         SELECT gen_random_uuid(), now(), '', 'changed', 'none', '', '', md5(n::text) FROM generate_series(1, 15000) n; CHECKPOINT",
    );
    let (mut node, listable) = (Node::start(test.url()), Listable::of(&test));
    fills_up(&mut node, &test, &listable, |_, is_full| {
        // Kept open, so that it is among those that can be limited.
        let mut connection = PgConnection::establish(&cluster.url()).unwrap();
        for process in backends(&mut connection).into_iter().chain([cluster.id()]) {
            limit_files(unprivileged(Path::new("prlimit")), &process, if is_full { "1500000" } else { "unlimited" });
        }
    });
}

/// The processes that write for clients.
fn backends(connection: &mut PgConnection) -> Vec<String> {
    diesel::table! {
        pg_stat_activity (pid) {
            pid -> Integer,
            backend_type -> Text,
        }
    }
    let clients = pg_stat_activity::table.filter(pg_stat_activity::backend_type.eq("client backend")).select(pg_stat_activity::pid);
    clients.load::<i32>(connection).unwrap().iter().map(ToString::to_string).collect()
}

fn fills_up(node: &mut Node, test: &TestDb, listable: &Listable, set_full: impl Fn(&Node, bool)) {
    let browser = node.signed_in(USER);
    let saved = under_saves(&browser, "before", listable, |load| load.wait_for(4)).saved;
    let count = assert_whole(test, &saved);
    set_full(node, true);
    // What room is left in pages begun already may take a few saves more.
    let refused = (0..200).find_map(|number| {
        let form = typed(ask(&browser, ADD).form_at("#customersegment_form"), &format!("full {number}"));
        let answer = submit(&browser, &listable.ticked(form, number).and("_save", "1"));
        (answer.status != 303).then_some(answer)
    });
    let refused = refused.expect("a save that finds no room");
    assert_told(&refused);
    assert!(refused.body.contains("The disk of the database is full"), "{}", refused.body);
    assert!(refused.form_at("#customersegment_form").value("name").is_some_and(|name| name.starts_with("full ")), "what was typed is kept");
    assert_eq!(ask(&browser, LIST).status, 200, "reading needs no room");
    set_full(node, false);
    let outcome = under_saves(&browser, "after", listable, |load| load.wait_for(4));
    assert_eq!(outcome.refused, [0; 0]);
    assert!(assert_whole(test, &saved) > count);
    assert_whole(test, &outcome.saved);
    assert!(node.is_running());
}

#[test]
fn a_postgresql_that_stops_and_starts_again_is_told_and_found_again() {
    let Some(cluster) = OwnCluster::new() else { return };
    let test = cluster.database();
    prepare(&test);
    let (mut node, listable) = (Node::start(test.url()), Listable::of(&test));
    let browser = node.signed_in(USER);
    let mut saved = Vec::new();
    for mode in ["fast", "immediate"] {
        let outcome = under_saves(&browser, mode, &listable, |load| {
            load.wait_for(4);
            cluster.stop(mode);
            while_away(&node, &browser);
            cluster.start();
            node.becomes_ready();
            load.wait_for(4);
        });
        assert!(outcome.refused.iter().all(|status| *status == 503), "{:?}", outcome.refused);
        assert!(!outcome.refused.is_empty() && !outcome.saved.is_empty());
        saved.extend(outcome.saved);
        assert_whole(&test, &saved);
        assert_eq!(ask(&browser, LIST).status, 200, "still signed in");
    }
    assert!(node.is_running());
}

fn while_away(node: &Node, browser: &Browser) {
    assert_eq!(node.readiness(), (503, "the database does not answer\n".into()));
    assert_eq!(browser.get("/healthz").status(), 200);
    assert_told(&ask(browser, LIST));
    assert_told(&Answer::of(browser.post(ADD, &[("name", "nobody keeps this")])));
    // Whoever has not signed in needs the database only to do so.
    assert_eq!(node.browser().get("/admin/login/").status(), 200);
    assert_eq!(node.browser().sign_in(USER, crate::support::app::PASSWORD).status(), 503);
}
