//! The job that counts by the clock: what it counts, in which order, on which node, and what is seen of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use chrono_tz::Asia::Bangkok;
use customer_segments::clock::Clock;
use customer_segments::config::Pace;
use customer_segments::db::classify::Failure as DatabaseFailure;
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::{
    crm_app_customersegment as segment, crm_app_customersegment_static_contacts as listed_contacts, segments_count_failure as failure,
    segments_job as job,
};
use customer_segments::db::{Db, Id, Json, Time, lease};
use customer_segments::error::AppError;
use customer_segments::segments::Segment;
use customer_segments::segments::failures::Failure;
use customer_segments::segments::job::{Job, Looked, NAME};
use customer_segments::segments::round::Figures;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::app::Person;
use crate::support::evaluator::World;
use crate::support::generator;
use crate::support::stored::store;
use crate::support::{Shell, TestApp, TestDb, on_engines};

const LIST: &str = "/admin/crm_app/customersegment/";
const HOUR: Duration = Duration::from_secs(3_600);
/// A count that nothing has.
const WRONG: i32 = 999;

/// Rules that everybody with a name meets.
fn named() -> Value {
    json!({"rules": [{"field": "name", "operator": "is_not_empty"}]})
}

fn nobody() -> Value {
    json!({"rules": [{"field": "name", "operator": "equals", "value": "nobody is called so"}]})
}

/// Rules that name other segments.
fn naming(others: &[Id]) -> Value {
    let rule = |id: &Id| json!({"field": "segment", "operator": "in_segment", "value": id.to_string()});
    json!({"rules": others.iter().map(rule).collect::<Vec<_>>()})
}

/// Runs `test` on both engines with a database of generated customers.
fn with_customers(test: impl Fn(&TestDb, &World)) {
    let world = generator::world(7, 60);
    on_engines(|engine| {
        let database = TestDb::new(engine);
        store(&database.db, &world);
        test(&database, &world);
    });
}

fn members(world: &World) -> i32 {
    let named = world.contacts.iter().filter(|contact| contact.is_active && !contact.unsubscribed && !contact.name.trim().is_empty());
    i32::try_from(named.count()).unwrap()
}

/// Stores an active dynamic segment with a count that nothing has, as the CRM would.
fn add(test: &TestDb, name: &str, criteria: &Value) -> Id {
    add_with(test, Id::new(), name, criteria, "active")
}

fn add_with(test: &TestDb, id: Id, name: &str, criteria: &Value, status: &str) -> Id {
    let now = Time(test.clock.now());
    let row = (
        (segment::id.eq(id), segment::created_at.eq(now), segment::updated_at.eq(now), segment::name.eq(name)),
        (segment::description.eq(""), segment::segment_type.eq("dynamic"), segment::status.eq(status), segment::tags.eq("")),
        (segment::filter_criteria.eq(Json(criteria.clone())), segment::member_count.eq(WRONG), segment::times_used.eq(0)),
    );
    test.db.write_blocking(|connection| Ok(diesel::insert_into(segment::table).values(row.clone()).execute(connection)?)).unwrap();
    id
}

fn stored(db: &Db, id: Id) -> Segment {
    db.read_blocking(|connection| Ok(segment::table.find(id).select(Segment::as_select()).first(connection)?)).unwrap()
}

fn count(test: &TestDb, id: Id) -> i32 {
    stored(&test.db, id).member_count
}

fn set(db: &Db, id: Id, criteria: &Value, at: Time) {
    let changes = (segment::filter_criteria.eq(Json(criteria.clone())), segment::updated_at.eq(at));
    db.write_blocking(|connection| Ok(diesel::update(segment::table.find(id)).set(changes.clone()).execute(connection)?)).unwrap();
}

fn later(test: &TestDb, minutes: i64) {
    test.set_now(test.clock.now() + TimeDelta::minutes(minutes));
}

/// A node's job on this database, an hour between rounds.
fn node(test: &TestDb) -> Job {
    Job::new(test.db.clone(), test.clock.clone(), HOUR)
}

/// A round that came to its end.
#[track_caller]
fn round(job: &Job) -> Figures {
    match job.look().unwrap() {
        Looked::Round(figures, true) => figures,
        other => panic!("no whole round: {other:?}"),
    }
}

/// A clock that does something in the threads that count, each time it is asked there, before it answers.
fn clock_that(test: &TestDb, act: impl Fn() + Send + Sync + 'static) -> Clock {
    let clock = test.clock.clone();
    let now = move || {
        if thread::current().name() == Some("count") {
            act();
        }
        clock.now()
    };
    Clock::new(now, Bangkok)
}

#[test]
fn every_active_segment_of_both_types_is_counted_and_no_other() {
    with_customers(|test, world| {
        let dynamic = add(test, "Dynamic", &named());
        let list = add(test, "List", &json!({}));
        let broken = add(test, "Broken", &json!({"rules": [{"field": "shoe_size", "operator": "equals", "value": 1}]}));
        let paused = add_with(test, Id::new(), "Paused", &named(), "paused");
        let archived = add_with(test, Id::new(), "Archived", &named(), "archived");
        let listed = world.contacts.iter().find(|contact| contact.is_active && !contact.unsubscribed).unwrap();
        let row = (listed_contacts::customersegment_id.eq(list), listed_contacts::contact_id.eq(Id(listed.id)));
        test.db
            .write_blocking(|connection| {
                diesel::update(segment::table.find(list)).set(segment::segment_type.eq("static")).execute(connection)?;
                Ok(diesel::insert_into(listed_contacts::table).values(row).execute(connection)?)
            })
            .unwrap();
        let changed = stored(&test.db, dynamic).updated_at;
        later(test, 1);
        assert_eq!(round(&node(test)), Figures { counted: 2, broken: 1, ..Figures::default() });
        assert_eq!([dynamic, list, broken, paused, archived].map(|id| count(test, id)), [members(world), 1, 0, WRONG, WRONG]);
        let counted = stored(&test.db, dynamic);
        assert_eq!((counted.last_calculated_at, counted.updated_at), (Some(Time(test.clock.now())), changed), "counting is no change");
        assert_eq!(stored(&test.db, paused).last_calculated_at, None);
    });
}

#[test]
fn those_that_are_named_are_counted_before_those_that_name_them_and_circles_stop_nobody() {
    with_customers(|test, _| {
        let [top, left, right, foot, one, two, lost] = [(); 7].map(|()| Id::new());
        add_with(test, top, "Top", &naming(&[left, right]), "active");
        add_with(test, left, "Left", &naming(&[foot]), "active");
        add_with(test, right, "Right", &naming(&[foot]), "active");
        add_with(test, foot, "Foot", &named(), "active");
        add_with(test, one, "One", &naming(&[two]), "active");
        add_with(test, two, "Two", &naming(&[one]), "active");
        add_with(test, lost, "Lost", &naming(&[Id::new()]), "active");
        let ticks = Arc::new(AtomicUsize::new(0));
        let (hands, clock) = (Arc::clone(&ticks), test.clock.clone());
        let ticking = move || clock.now() + TimeDelta::milliseconds(i64::try_from(hands.fetch_add(1, Ordering::SeqCst)).unwrap());
        let figures = round(&Job::new(test.db.clone(), Clock::new(ticking, Bangkok), HOUR));
        assert_eq!((figures.counted + figures.broken, figures.failed, figures.left), (7, 0, 0));
        let at = |id| stored(&test.db, id).last_calculated_at.unwrap().0;
        assert!(at(foot) < at(left) && at(foot) < at(right) && at(left) < at(top) && at(right) < at(top));
        assert!(count(test, foot) > 0);

        let shell = Shell::new().with("DATABASE_URL", test.url());
        let printed = shell.run(&["segments", "recalculate", "--all"]).stdout;
        let place = |name: &str| printed.lines().position(|line| line.contains(name)).unwrap_or_else(|| panic!("{name}: {printed}"));
        assert!(place("Foot") < place("Left") && place("Left") < place("Top") && place("Right") < place("Top"), "{printed}");
    });
}

#[test]
fn two_are_counted_at_a_time() {
    with_customers(|test, _| {
        for number in 0..8 {
            add(test, &format!("Segment {number}"), &named());
        }
        let (busy, most) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let seen = Arc::clone(&most);
        let clock = clock_that(test, move || {
            busy.lock().unwrap().push(thread::current().id());
            thread::sleep(Duration::from_millis(15));
            let mut busy = busy.lock().unwrap();
            seen.fetch_max(busy.iter().collect::<std::collections::HashSet<_>>().len(), Ordering::SeqCst);
            let at = busy.iter().position(|id| *id == thread::current().id()).unwrap();
            busy.remove(at);
        });
        assert_eq!(round(&Job::new(test.db.clone(), clock, HOUR)).counted, 8);
        assert_eq!(most.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn what_is_not_due_is_not_counted_again_by_any_node_nor_after_a_restart() {
    with_customers(|test, world| {
        let id = add(test, "Segment", &named());
        assert_eq!(round(&node(test)).counted, 1);
        add(test, "Another", &named());
        later(test, 20);
        assert_eq!(node(test).look().unwrap(), Looked::NotDue(HOUR / 3 * 2));
        later(test, 40);
        assert_eq!(round(&node(test)).counted, 2);
        assert_eq!(count(test, id), members(world));
        // A clock that was set back does not put the next round off for ever.
        test.set_now(test.clock.now() - TimeDelta::days(30));
        assert_eq!(round(&node(test)).counted, 2);
    });
}

#[test]
fn of_nodes_that_look_at_once_one_counts() {
    with_customers(|test, _| {
        for number in 0..4 {
            add(test, &format!("Segment {number}"), &named());
        }
        let nodes: Vec<TestDb> = (0..4).map(|_| test.again()).collect();
        let barrier = Barrier::new(nodes.len());
        for _ in 0..2 {
            let looked: Vec<Looked> = thread::scope(|scope| {
                let look = |test| {
                    barrier.wait();
                    node(test).look().unwrap()
                };
                let threads: Vec<_> = nodes.iter().map(|test| scope.spawn(move || look(test))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let rounds = looked.iter().filter(|looked| matches!(looked, Looked::Round(figures, true) if figures.counted == 4)).count();
            let idle = looked.iter().filter(|looked| matches!(looked, Looked::NotDue(_) | Looked::Elsewhere)).count();
            assert_eq!((rounds, idle), (1, 3), "{looked:?}");
            later(test, 61);
        }
    });
}

#[test]
fn the_lease_of_a_node_that_died_runs_out_and_its_round_goes_on() {
    with_customers(|test, world| {
        let (counted, left) = (add(test, "Counted", &nobody()), add(test, "Left", &named()));
        // A node began, counted one, and was killed.
        let now = test.clock.now();
        let died = |connection: &mut _| {
            assert!(lease::hold(connection, NAME, "another node", now, now + TimeDelta::seconds(60))?);
            diesel::insert_into(job::table).values((job::name.eq(NAME), job::began_at.eq(Time(now)))).execute(connection)?;
            let set = (segment::member_count.eq(7), segment::last_calculated_at.eq(Time(now)));
            Ok(diesel::update(segment::table.find(counted)).set(set).execute(connection)?)
        };
        test.db.write_blocking(died).unwrap();
        test.set_now(now + TimeDelta::seconds(59));
        assert_eq!(node(test).look().unwrap(), Looked::Elsewhere);
        test.set_now(now + TimeDelta::seconds(60));
        assert_eq!(round(&node(test)).counted, 1, "the one that was counted is not counted again");
        assert_eq!((count(test, counted), count(test, left)), (7, members(world)));
        // The next round is due an hour after this one was begun.
        test.set_now(now + TimeDelta::minutes(59));
        assert_eq!(node(test).look().unwrap(), Looked::NotDue(Duration::from_secs(60)));
        test.set_now(now + TimeDelta::minutes(60));
        assert_eq!(round(&node(test)).counted, 2);
    });
}

#[test]
fn a_segment_that_changes_while_it_is_counted_keeps_what_it_changed_to() {
    with_customers(|test, world| {
        let id = add(test, "Changing", &nobody());
        // Once: it is counted as it is then.
        let (db, at, calls) = (test.db.clone(), Time(test.clock.now() + TimeDelta::seconds(1)), AtomicUsize::new(0));
        let clock = clock_that(test, move || {
            // The first call is before the segment is read.
            if calls.fetch_add(1, Ordering::SeqCst) == 1 {
                set(&db, id, &named(), at);
            }
        });
        assert_eq!(round(&Job::new(test.db.clone(), clock, HOUR)), Figures { counted: 1, ..Figures::default() });
        assert_eq!(count(test, id), members(world));

        // Again and again: its count is theirs who change it.
        later(test, 60);
        let (db, changes) = (test.db.clone(), AtomicUsize::new(0));
        let clock = clock_that(test, move || {
            let change = TimeDelta::milliseconds(i64::try_from(changes.fetch_add(1, Ordering::SeqCst)).unwrap());
            set(&db, id, &nobody(), Time(at.0 + change));
        });
        assert_eq!(round(&Job::new(test.db.clone(), clock, HOUR)), Figures { changed: 1, ..Figures::default() });
        assert_eq!(count(test, id), members(world), "nothing was stored");
    });
}

/// Makes the database refuse the counts of the segment of this name.
fn refuse_counts(test: &TestDb, name: &str) {
    test.run(&match test.db.engine() {
        Engine::Sqlite => format!(
            "PRAGMA query_only = OFF; CREATE TRIGGER refusing BEFORE UPDATE OF member_count ON crm_app_customersegment \
             WHEN NEW.name = '{name}' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        ),
        Engine::Postgres => {
            format!("ALTER TABLE crm_app_customersegment ADD CONSTRAINT refusing CHECK (name <> '{name}' OR member_count = {WRONG})")
        }
    });
}

fn take_counts(test: &TestDb) {
    test.run(match test.db.engine() {
        Engine::Sqlite => "PRAGMA query_only = OFF; DROP TRIGGER refusing",
        Engine::Postgres => "ALTER TABLE crm_app_customersegment DROP CONSTRAINT refusing",
    });
}

fn marks(person: &Person<'_>, name: &str) -> Vec<String> {
    let list = person.open(&format!("{LIST}?q={name}"));
    list.texts("#result_list tbody .field-member_count .attention, #result_list tbody .field-member_count .stale")
}

fn failing(person: &Person<'_>) -> Vec<String> {
    person.open(&format!("{LIST}?health=failed")).texts("#result_list .field-name")
}

#[test]
fn a_count_that_fails_stops_no_other_and_is_shown_with_its_reason_until_the_next_good_one() {
    let world = generator::world(7, 60);
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let test = &app.test;
        store(&test.db, &world);
        let (bad, good) = (add(test, "Bad", &named()), add(test, "Good", &named()));
        let name = app.superuser().username;
        // Hours pass: everybody signs in anew.
        let person = || app.sign_in(&name);
        refuse_counts(test, "Bad");
        assert_eq!(round(&node(test)), Figures { counted: 1, failed: 1, ..Figures::default() });
        assert_eq!((count(test, bad), count(test, good)), (WRONG, members(&world)));
        assert_eq!(failing(&person()), ["Bad"]);
        later(test, 3 * 60);
        assert_eq!(marks(&person(), "Bad"), ["last count failed 3 h ago (Nov. 22, 2026, 9 a.m.)"]);
        assert_eq!(marks(&person(), "Good"), Vec::<String>::new());
        let form = person().open(&format!("{LIST}{bad}/change/"));
        let why = "last count failed 3 h ago: The program met an error; its log says which. (Nov. 22, 2026, 9 a.m.)";
        assert!(form.text(".field-member_count").contains(why), "{}", form.text(".field-member_count"));
        // It fails again: that is what is said from then on.
        assert_eq!(round(&node(test)).failed, 1);
        later(test, 5);
        assert_eq!(marks(&person(), "Bad"), ["last count failed 5 min ago (Nov. 22, 2026, noon)"]);

        take_counts(test);
        later(test, 60);
        assert_eq!(round(&node(test)), Figures { counted: 2, ..Figures::default() });
        assert_eq!((marks(&person(), "Bad"), failing(&person())), (vec![], vec![]));
        let left: i64 = test.db.read_blocking(|connection| Ok(failure::table.count().get_result(connection)?)).unwrap();
        assert_eq!((left, count(test, bad)), (0, members(&world)));
    });
}

#[test]
fn a_good_count_by_hand_leaves_a_failure_behind_and_a_paused_segment_shows_none() {
    with_customers(|test, _| {
        let id = add(test, "Bad", &named());
        refuse_counts(test, "Bad");
        assert_eq!(round(&node(test)).failed, 1);
        take_counts(test);
        let app = TestApp::on(test.again());
        let person = app.superuser();
        assert_eq!(failing(&person), ["Bad"]);
        let status = |status: &'static str| {
            let set =
                |connection: &mut _| Ok(diesel::update(segment::table.find(id)).set(segment::status.eq(status)).execute(connection)?);
            test.db.write_blocking(set).unwrap();
        };
        status("paused");
        assert_eq!((failing(&person), marks(&person, "Bad")), (vec![], vec![]));
        status("active");
        assert_eq!(failing(&person), ["Bad"]);
        later(test, 1);
        let shell = Shell::new().with("DATABASE_URL", test.url());
        shell.run(&["segments", "recalculate", "Bad"]).done();
        assert_eq!((failing(&person), marks(&person, "Bad")), (vec![], vec![]));
    });
}

#[test]
fn a_count_that_takes_too_long_is_given_up_and_so_is_one_that_panics() {
    // Many enough that the question is interrupted on SQLite, which looks at the clock now and then.
    let world = generator::world(7, 2_000);
    on_engines(|engine| {
        let test = &TestDb::new(engine);
        store(&test.db, &world);
        let id = add(test, "Long", &everybody_by_every_field());
        let reason = || -> String {
            test.db.read_blocking(|connection| Ok(failure::table.find(id).select(failure::reason).first(connection)?)).unwrap()
        };
        let short = node(test).with_patience(Duration::from_millis(1));
        // Nobody reads contacts meanwhile.
        let mut locked = test.db.raw().unwrap();
        if engine == Engine::Postgres {
            locked.batch_execute("BEGIN; LOCK TABLE crm_app_contact IN ACCESS EXCLUSIVE MODE").unwrap();
        }
        assert_eq!(round(&short).failed, 1);
        assert_eq!(reason(), "Counting took too long and was given up. Narrower rules are counted faster.");
        if engine == Engine::Postgres {
            locked.batch_execute("ROLLBACK").unwrap();
        }
        drop(locked);
        later(test, 61);
        let clock = test.clock.clone();
        let calls = AtomicUsize::new(0);
        let panicking = clock_that(test, move || assert!(calls.fetch_add(1, Ordering::SeqCst) == 0, "a fault of ours"));
        assert_eq!(round(&Job::new(test.db.clone(), panicking, HOUR)).failed, 1);
        assert_eq!(reason(), "The program met an error; its log says which.");
        later(test, 61);
        assert_eq!(round(&Job::new(test.db.clone(), clock, HOUR)).counted, 1);
    });
}

/// Rules that take their time.
fn everybody_by_every_field() -> Value {
    let rule = |field: &str| json!({"field": field, "operator": "not_contains", "value": "nothing has this"});
    let fields = ["name", "title", "department", "phone", "mobile", "company.name", "company.city", "company.website"];
    json!({"rules": fields.map(rule)})
}

#[test]
fn every_failure_has_words_for_people() {
    use DatabaseFailure::{Busy, Closed, Full, Other, Timeout};
    let reason = |error| Failure::new(Id::new(), Time(chrono::DateTime::UNIX_EPOCH), &error).reason;
    let reasons: Vec<String> = [Busy, Closed, Full, Other, Timeout].map(|failure| reason(AppError::Database(failure))).into();
    assert!(reasons.iter().all(|reason| reason.ends_with('.') && reason.contains(' ')), "{reasons:?}");
    assert_eq!(reasons.iter().collect::<std::collections::BTreeSet<_>>().len(), 5, "each its own");
    assert!(!reason(AppError::internal("secret detail")).contains("secret"));
}

#[test]
fn told_to_stop_it_ends_at_once_whatever_it_is_counting_and_another_node_goes_on() {
    with_customers(|test, world| {
        for number in 0..5 {
            add(test, &format!("Segment {number}"), &named());
        }
        let (entered, waiting) = mpsc::channel();
        let (go_on, held) = mpsc::channel::<()>();
        let (entered, held) = (Mutex::new(entered), Mutex::new(held));
        let clock = clock_that(test, move || {
            entered.lock().unwrap().send(()).unwrap_or_default();
            // Until the test lets go.
            held.lock().unwrap().recv().unwrap_or_default();
        });
        let job = Job::new(test.db.clone(), clock, HOUR);
        let stop = job.stop().clone();
        let looking = thread::spawn(move || job.look().unwrap());
        waiting.recv().unwrap();
        let begun = Instant::now();
        stop.set();
        let looked = looking.join().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        assert_eq!(looked, Looked::Round(Figures { left: 5, ..Figures::default() }, false));
        drop(go_on);
        assert_eq!(round(&node(test)).failed, 0);
        let counts: Vec<i32> =
            test.db.read_blocking(|connection| Ok(segment::table.select(segment::member_count).load(connection)?)).unwrap();
        assert_eq!(counts, [members(world); 5]);
    });
}

#[test]
fn one_that_was_begun_stops_from_its_sleep() {
    with_customers(|test, _| {
        let running = node(test).start().unwrap();
        let begun = Instant::now();
        running.end();
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    });
}

#[test]
fn a_lost_connection_is_no_failure_of_the_segment() {
    with_customers(|test, world| {
        if test.db.engine() != Engine::Postgres {
            return;
        }
        let id = add(test, "Segment", &named());
        let (db, calls) = (test.db.clone(), AtomicUsize::new(0));
        let clock = clock_that(test, move || {
            if calls.fetch_add(1, Ordering::SeqCst) == 2 {
                let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                              WHERE datname = current_database() AND pid <> pg_backend_pid()";
                db.raw().unwrap().batch_execute(others).unwrap();
            }
        });
        let job = Job::new(test.db.clone(), clock, HOUR);
        let looked = job.look();
        // Where the lease or its end was caught too, the next look goes on.
        let counted = match looked {
            Ok(Looked::Round(figures, true)) => figures.counted,
            _ => round(&job).counted,
        };
        assert_eq!((counted, count(test, id)), (1, members(world)));
        let failed: i64 = test.db.read_blocking(|connection| Ok(failure::table.count().get_result(connection)?)).unwrap();
        assert_eq!(failed, 0);
    });
}

#[test]
fn a_count_grows_old_by_the_clock_after_twice_the_interval() {
    let world = generator::world(7, 60);
    on_engines(|engine| {
        let app = TestApp::with(TestDb::new(engine), |settings| settings.recalculate_every = Pace(Some(HOUR)));
        let test = &app.test;
        store(&test.db, &world);
        add(test, "Segment", &named());
        assert_eq!(round(&node(test)).counted, 1);
        let person = app.superuser();
        let stale = || person.open(&format!("{LIST}?health=stale")).texts("#result_list .field-name");
        later(test, 119);
        assert_eq!((marks(&person, "Segment"), stale()), (vec![], vec![]));
        later(test, 2);
        assert_eq!(marks(&person, "Segment"), ["counted 2 h ago (Nov. 22, 2026, 9 a.m.)"]);
        assert_eq!(stale(), ["Segment"]);
        // Where nothing is counted by the clock nothing grows old by it.
        let by_hand = TestApp::on(test.again());
        let person = by_hand.superuser();
        assert_eq!(marks(&person, "Segment"), Vec::<String>::new());
        assert!(person.open(&format!("{LIST}?health=stale")).texts("#result_list .field-name").is_empty());
    });
}
