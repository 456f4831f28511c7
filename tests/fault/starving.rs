//! Much at once: heavy questions that must not starve the quick ones, and counters that must not lose anybody.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use customer_segments::accounts::Actor;
use customer_segments::db::classify::Failure;
use customer_segments::db::connection::Lane;
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::{crm_app_customersegment as segment, segments_event as event, segments_use};
use customer_segments::db::{Id, Time};
use customer_segments::error::AppError;
use customer_segments::segments::members::Members;
use customer_segments::segments::usage::Use;
use diesel::prelude::*;
use reqwest::Method;

use crate::saves::{ADD, EVERYBODY, LIST, USER, prepare};
use crate::support::browser::{Browser, text_of};
use crate::support::page::Answer;
use crate::support::{TestApp, TestDb, on_both_engines, on_engines};

/// Both turns for heavy questions, taken until this is dropped.
struct Taken {
    release: Vec<mpsc::Sender<()>>,
    holder: Option<thread::JoinHandle<()>>,
}

impl Taken {
    fn on(test: &TestDb) -> Self {
        let (mut release, mut wait) = (Vec::new(), Vec::new());
        let (tell, told) = mpsc::channel();
        for _ in 0..2 {
            let (sender, receiver) = mpsc::channel::<()>();
            release.push(sender);
            let (db, tell) = (test.db.clone(), tell.clone());
            wait.push(async move {
                db.read_heavy(Lane::Question, move |_| {
                    tell.send(()).unwrap();
                    // Ends when the other end is dropped.
                    assert!(receiver.recv().is_err());
                    Ok(())
                })
                .await
                .unwrap();
            });
        }
        let holder =
            thread::spawn(move || actix_web::rt::System::new().block_on(async { drop(futures_util::future::join_all(wait).await) }));
        for _ in 0..2 {
            told.recv().unwrap();
        }
        Self { release, holder: Some(holder) }
    }

    fn release(mut self) {
        self.release.clear();
        self.holder.take().unwrap().join().unwrap();
    }
}

/// The middle of how long a page takes.
fn median(browser: &Browser, path: &str) -> Duration {
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let begun = Instant::now();
            assert_eq!(browser.get(path).status(), 200, "{path}");
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

#[test]
fn two_hundred_previews_at_once_keep_no_list_waiting() {
    on_engines(|engine| {
        let test = TestDb::new(engine);
        prepare(&test);
        let app = TestApp::on(test);
        let browser = app.signed_in(USER);
        let token = browser.token(ADD);
        let alone = median(&browser, LIST);
        let turns = Taken::on(&app.test);
        let (answered, counts) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let (answered, counts) = (&answered, &counts);
        thread::scope(|scope| {
            for _ in 0..200 {
                let (browser, token) = (browser.copy(), &token);
                scope.spawn(move || {
                    let fields = [("filter_criteria", EVERYBODY), ("csrfmiddlewaretoken", token)];
                    let answer = browser.post("/admin/crm_app/customersegment/preview/", &fields);
                    answered.fetch_add(1, Ordering::SeqCst);
                    counts.lock().unwrap().push((answer.status().as_u16(), text_of(&answer.text().unwrap(), ".numbers strong")));
                });
            }
            thread::sleep(Duration::from_millis(500));
            // None of these can wait for a heavy question: not one of those ends before they have.
            let meanwhile = median(&browser, LIST);
            let form = Answer::of(browser.get(ADD)).form_at("#customersegment_form");
            let saved = form.fill("name", "Saved meanwhile").fill("filter_criteria", EVERYBODY).and("_save", "1");
            assert_eq!(browser.send(browser.request(Method::POST, ADD).form(&saved.fields)).status(), 303);
            assert_eq!(answered.load(Ordering::SeqCst), 0, "the previews wait for their turn");
            println!("{engine:?}: a list takes {alone:?} alone and {meanwhile:?} beside 200 previews");
            turns.release();
        });
        let document = serde_json::from_str(EVERYBODY).unwrap();
        let criteria =
            customer_segments::criteria::resolve(&document, customer_segments::criteria::Scope::alone((&app.test.clock).into())).unwrap();
        let expected = app.test.db.read_blocking(|connection| Members::of_criteria(&criteria).count(connection)).unwrap().to_string();
        let counts = counts.lock().unwrap();
        assert!(counts.len() == 200 && counts.iter().all(|count| *count == (200, expected.clone())), "{counts:?}");
    });
}

/// Adds a segment as the CRM might have, and gives its key.
fn add_segment(test: &TestDb, name: &str) -> Id {
    let id = Id::new();
    test.db
        .write_blocking(|connection| {
            let now = Time(test.clock.now());
            diesel::insert_into(segment::table)
                .values((
                    (segment::id.eq(id), segment::created_at.eq(now), segment::updated_at.eq(now), segment::name.eq(name)),
                    (segment::description.eq(""), segment::segment_type.eq("dynamic"), segment::status.eq("active"), segment::tags.eq("")),
                    segment::filter_criteria.eq(customer_segments::db::Json(serde_json::from_str(EVERYBODY).unwrap())),
                    (segment::member_count.eq(0), segment::times_used.eq(0)),
                ))
                .execute(connection)?;
            Ok(())
        })
        .unwrap();
    id
}

/// Runs `work` from so many threads that begin together.
fn at_once(threads: usize, work: impl Fn(usize) + Sync) {
    let barrier = Arc::new(Barrier::new(threads));
    thread::scope(|scope| {
        for number in 0..threads {
            let (barrier, work) = (Arc::clone(&barrier), &work);
            scope.spawn(move || {
                barrier.wait();
                work(number);
            });
        }
    });
}

#[test]
fn a_hundred_campaigns_at_once_are_counted_a_hundred_times() {
    on_both_engines(|test| {
        prepare(test);
        let id = add_segment(test, "Used");
        let actor = Actor::system("tests", false);
        at_once(100, |number| {
            let campaign = format!("Campaign {number}");
            let taken = test.db.read_blocking(|connection| Use::prepare(connection, &actor, &test.clock, id, &campaign)).unwrap();
            test.db.write_blocking(|connection| taken.note(connection, &actor, &test.clock, Id::new())).unwrap();
        });
        let found: (i32, usize, i64) = test
            .db
            .read_blocking(|connection| {
                Ok((
                    segment::table.find(id).select(segment::times_used).first(connection)?,
                    segments_use::table.select(segments_use::campaign).distinct().load::<String>(connection)?.len(),
                    event::table.filter(event::action.eq("used")).count().get_result(connection)?,
                ))
            })
            .unwrap();
        assert_eq!(found, (100, 100, 100));
    });
}

#[test]
fn writers_that_cross_lose_nothing_that_was_acknowledged() {
    on_both_engines(|test| {
        let (one, other) = (add_segment(test, "One"), add_segment(test, "Other"));
        let kept = AtomicUsize::new(0);
        // Each touches both rows, half of them in the other order: PostgreSQL ends some as deadlocks, which are run again one after another.
        at_once(20, |number| {
            let order = if number % 2 == 0 { [one, other] } else { [other, one] };
            let add = |connection: &mut _| {
                for id in order {
                    diesel::update(segment::table.find(id)).set(segment::times_used.eq(segment::times_used + 1)).execute(connection)?;
                }
                Ok(())
            };
            match test.db.write_blocking(add) {
                Ok(()) => drop(kept.fetch_add(1, Ordering::SeqCst)),
                Err(AppError::Database(Failure::Deadlock)) => {}
                Err(error) => panic!("{error}"),
            }
        });
        let used = |connection: &mut _| Ok(segment::table.select(segment::times_used).load::<i32>(connection)?);
        let kept = i32::try_from(kept.into_inner()).unwrap();
        assert_eq!(test.db.read_blocking(used).unwrap(), [kept, kept]);
        assert!(kept >= if test.db.engine() == Engine::Sqlite { 20 } else { 15 }, "{kept} of 20");
    });
}
