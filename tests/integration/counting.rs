//! Counts of one segment that are asked for at the same moment: by the job, by people, after a change.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Asia::Bangkok;
use customer_segments::accounts::Actor;
use customer_segments::clock::Clock;
use customer_segments::db::schema::{crm_app_contact as contact, crm_app_customersegment as segment, segments_event as event};
use customer_segments::db::{Id, Json, Time};
use customer_segments::segments::Segment;
use customer_segments::segments::job::{Job, Looked};
use customer_segments::segments::recalculate::{Outcome, Tally, count_again, recalculate, store};
use customer_segments::segments::round::Figures;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::generator;
use crate::support::stored::store as store_world;
use crate::support::{TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";
const HOUR: Duration = Duration::from_secs(3_600);
/// How long nothing happens until it is taken for waiting; whoever counts is done sooner.
const WHILE: Duration = Duration::from_millis(400);

/// Runs `test` on both engines, with customers, a segment of everybody with a name, and how many those are.
fn with_a_segment(test: impl Fn(&TestApp, Id, i32)) {
    let world = generator::world(7, 60);
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        store_world(&app.test.db, &world);
        let id = add(&app, "Everybody", &everybody());
        test(&app, id, stored(&app, id).member_count);
    });
}

fn everybody() -> Value {
    json!({"entity": "contact", "match_type": "all", "rules": [{"field": "name", "operator": "is_not_empty"}]})
}

fn nobody() -> Value {
    json!({"entity": "contact", "match_type": "all", "rules": [{"field": "name", "operator": "equals", "value": "Nobody at all"}]})
}

fn add(app: &TestApp, name: &str, criteria: &Value) -> Id {
    let person = app.superuser();
    let answer =
        person.post_form(&format!("{LIST}add/"), &[("name", name), ("filter_criteria", &criteria.to_string()), ("_continue", "1")]);
    Id::parse(answer.location().trim_start_matches(LIST).split('/').next().unwrap()).expect("the way to the new segment")
}

fn stored(app: &TestApp, id: Id) -> Segment {
    app.test.db.read_blocking(|connection| Ok(segment::table.find(id).select(Segment::as_select()).first(connection)?)).unwrap()
}

/// Changes the rules as the CRM would, at this moment.
fn set(app: &TestApp, id: Id, criteria: &Value, at: DateTime<Utc>) {
    let changes = (segment::filter_criteria.eq(Json(criteria.clone())), segment::updated_at.eq(Time(at)));
    let write = |connection: &mut _| Ok(diesel::update(segment::table.find(id)).set(changes.clone()).execute(connection)?);
    app.test.db.write_blocking(write).unwrap();
}

/// So many minutes after the clock of the site.
fn minutes(app: &TestApp, number: i64) -> DateTime<Utc> {
    app.test.clock.now() + TimeDelta::minutes(number)
}

fn counted_at(app: &TestApp, id: Id) -> DateTime<Utc> {
    stored(app, id).last_calculated_at.unwrap().0
}

/// What was counted by hand, as the history tells it.
fn counted_by_hand(app: &TestApp, id: Id) -> Vec<Option<i32>> {
    let of = |connection: &mut _| {
        let counted = event::table.filter(event::object_id.eq(id.to_string())).filter(event::message.eq("Counted again."));
        Ok(counted.select(event::count_after).load(connection)?)
    };
    app.test.db.read_blocking(of).unwrap()
}

/// What somebody does who counts, held up in the midst of a count.
struct Held<T> {
    thread: JoinHandle<T>,
    go_on: Sender<()>,
}

impl<T: Send + 'static> Held<T> {
    /// Does `work`, in a thread of this name, at this moment by its own clock, which is held up when threads that count ask
    /// it for this time. Comes back when it is.
    fn at_call(number: usize, name: &str, now: DateTime<Utc>, work: impl FnOnce(Clock) -> T + Send + 'static) -> Self {
        let ((go_on, held), (entered, waiting)) = (channel::<()>(), channel());
        let gate = Mutex::new((0, entered, held));
        let ask = move || {
            if thread::current().name() == Some("count") {
                let mut gate = gate.lock().unwrap();
                gate.0 += 1;
                if gate.0 == number {
                    gate.1.send(()).unwrap_or_default();
                    gate.2.recv().unwrap_or_default();
                }
            }
            now
        };
        let thread = thread::Builder::new().name(name.into()).spawn(move || work(Clock::new(ask, Bangkok))).unwrap();
        waiting.recv().expect("it counts");
        Self { thread, go_on }
    }

    fn end(self) -> thread::Result<T> {
        drop(self.go_on);
        self.thread.join()
    }
}

/// Somebody counts the segment as it is, and is held up.
fn hold(app: &TestApp, id: Id, now: DateTime<Utc>) -> Held<Outcome> {
    let (db, found) = (app.test.db.clone(), stored(app, id));
    Held::at_call(1, "count", now, move |clock| recalculate(&db, &clock, &found).unwrap())
}

/// Somebody counts the segment again by hand, as it is, at a moment of their own; the outcome comes when it is done.
fn press(app: &TestApp, id: Id, now: DateTime<Utc>) -> Receiver<Outcome> {
    let (db, found) = (app.test.db.clone(), stored(app, id));
    let ((begun, begins), (done, outcome)) = (channel(), channel());
    thread::spawn(move || {
        begun.send(()).unwrap();
        let who = |_: &mut _| Ok(Actor::system("somebody", false));
        done.send(count_again(&db, who, &Clock::fixed(now, Bangkok), &found).unwrap()).unwrap();
    });
    begins.recv().unwrap();
    outcome
}

#[track_caller]
fn waits(outcome: &Receiver<Outcome>) {
    assert_eq!(outcome.recv_timeout(WHILE), Err(RecvTimeoutError::Timeout), "it waits");
}

#[test]
fn who_counts_by_hand_waits_for_the_job_and_knows_what_changed_since_it_began() {
    with_a_segment(|app, id, members| {
        let (began, db) = (minutes(app, 1), app.test.db.clone());
        // The first call is before the segment is read.
        let job = Held::at_call(2, "job", began, move |clock| Job::new(db, clock, HOUR).look().unwrap());
        let people = [2, 3].map(|minute| press(app, id, minutes(app, minute)));
        people.iter().for_each(waits);
        let leave = |connection: &mut _| {
            let is_member = contact::is_active.eq(true).and(contact::unsubscribed.eq(false));
            let one: Id = contact::table.filter(is_member).select(contact::id).first(connection)?;
            Ok(diesel::update(contact::table.find(one)).set(contact::unsubscribed.eq(true)).execute(connection)?)
        };
        app.test.db.write_blocking(leave).unwrap();
        assert!(matches!(job.end().unwrap(), Looked::Round(Figures { counted: 1, failed: 0, .. }, true)));
        let members = members - 1;
        assert_eq!(people.map(|outcome| outcome.recv().unwrap()), [Outcome::Counted(members), Outcome::Counted(members)]);
        assert!(counted_at(app, id) > began, "it was counted again");
        assert_eq!(counted_by_hand(app, id), [Some(members); 2], "both asked for it");
        // Once it is there, a count is no longer taken from others.
        assert_eq!(press(app, id, minutes(app, 4)).recv().unwrap(), Outcome::Counted(members));
        assert_eq!(counted_at(app, id), minutes(app, 4));
    });
}

#[test]
fn the_job_takes_the_count_of_who_counts_by_hand() {
    with_a_segment(|app, id, members| {
        let first = hold(app, id, minutes(app, 1));
        let (db, now) = (app.test.db.clone(), minutes(app, 2));
        let job = thread::spawn(move || Job::new(db, Clock::fixed(now, Bangkok), HOUR).look().unwrap());
        thread::sleep(WHILE);
        assert!(!job.is_finished(), "it waits");
        assert_eq!(first.end().unwrap(), Outcome::Counted(members));
        assert_eq!(job.join().unwrap(), Looked::Round(Figures { counted: 1, ..Figures::default() }, true));
        assert_eq!(counted_at(app, id), minutes(app, 1));
    });
}

#[test]
fn other_segments_and_whoever_saves_wait_for_no_count() {
    with_a_segment(|app, id, members| {
        let other = add(app, "Nobody", &nobody());
        let first = hold(app, id, minutes(app, 1));
        assert_eq!(press(app, other, minutes(app, 2)).recv().unwrap(), Outcome::Counted(0));
        app.test.set_now(minutes(app, 3));
        let saved = minutes(app, 0);
        let answer = app.superuser().post_form(&format!("{LIST}{id}/change/"), &[("tags", "saved meanwhile")]);
        assert_eq!((answer.status, counted_at(app, id)), (303, saved), "{}", answer.body);
        assert_eq!(first.end().unwrap(), Outcome::Overtaken);
        assert_eq!((stored(app, id).member_count, counted_at(app, id)), (members, saved), "an older count is not laid over it");
    });
}

#[test]
fn who_knows_newer_rules_waits_and_counts_by_those() {
    with_a_segment(|app, id, members| {
        set(app, id, &nobody(), minutes(app, 1));
        let first = hold(app, id, minutes(app, 1));
        set(app, id, &everybody(), minutes(app, 2));
        let second = press(app, id, minutes(app, 3));
        waits(&second);
        assert_eq!(first.end().unwrap(), Outcome::Overtaken);
        assert_eq!(second.recv().unwrap(), Outcome::Counted(members));
        assert_eq!((stored(app, id).member_count, counted_at(app, id)), (members, minutes(app, 3)));
    });
}

#[test]
fn who_counts_a_segment_that_names_others_waits_and_asks_what_those_are_like_then() {
    with_a_segment(|app, named, members| {
        let rules = json!({"rules": [{"field": "segment", "operator": "in_segment", "value": named}]});
        let naming = add(app, "Naming", &rules);
        let first = hold(app, naming, minutes(app, 1));
        set(app, named, &nobody(), minutes(app, 2));
        let second = press(app, naming, minutes(app, 3));
        waits(&second);
        first.end().unwrap();
        assert!(members > 0, "there is somebody");
        assert_eq!(second.recv().unwrap(), Outcome::Counted(0));
        assert_eq!(counted_at(app, naming), minutes(app, 3));
    });
}

#[test]
fn an_older_count_that_is_stored_later_is_not_laid_over_a_newer_one() {
    with_a_segment(|app, id, _| {
        let keep = |found: &Segment, count: i32, at: DateTime<Utc>| {
            let tally = Tally { count, broken: Vec::new(), at: Time(at) };
            app.test.db.write_blocking(|connection| store(connection, found, &tally)).unwrap()
        };
        let (found, older, newer) = (stored(app, id), minutes(app, 1), minutes(app, 2));
        assert_eq!(keep(&found, 7, newer), Outcome::Counted(7));
        assert_eq!(keep(&found, 5, older), Outcome::Counted(7), "that is what it has");
        assert_eq!((stored(app, id).member_count, counted_at(app, id)), (7, newer));
        // A clock that was set back keeps nobody from counting.
        assert_eq!(keep(&stored(app, id), 5, older), Outcome::Counted(5));
        assert_eq!((stored(app, id).member_count, counted_at(app, id)), (5, older));
    });
}

#[test]
fn after_a_count_that_fails_those_who_waited_count_for_themselves() {
    with_a_segment(|app, id, members| {
        let (db, found) = (app.test.db.clone(), stored(app, id));
        let first = Held::at_call(1, "count", minutes(app, 1), move |clock| {
            // Held up, and then of no use.
            let breaks = Clock::new(move || panic!("a fault of ours, after {}", clock.now()), Bangkok);
            recalculate(&db, &breaks, &found).unwrap()
        });
        let people = [2, 2].map(|minute| press(app, id, minutes(app, minute)));
        people.iter().for_each(waits);
        assert!(first.end().is_err(), "it failed");
        assert_eq!(people.map(|outcome| outcome.recv().unwrap()), [Outcome::Counted(members), Outcome::Counted(members)]);
        assert_eq!(counted_at(app, id), minutes(app, 2));
    });
}

#[test]
fn who_presses_count_again_now_meanwhile_is_told_what_was_counted() {
    with_a_segment(|app, id, members| {
        let first = hold(app, id, minutes(app, 1));
        let person = app.superuser();
        let button = person.open(&format!("{LIST}{id}/change/")).form_at("form[id^=tool-][action*='/count/']");
        let told = thread::scope(|scope| {
            let pressing = scope.spawn(|| {
                person.submit(&button);
                person.open(LIST).text(".messagelist")
            });
            thread::sleep(WHILE);
            assert!(!pressing.is_finished(), "it waits");
            first.end().unwrap();
            pressing.join().unwrap()
        });
        assert_eq!(told, format!("Counted again: it has {members} members."));
        assert_eq!(counted_at(app, id), minutes(app, 1));
    });
}
