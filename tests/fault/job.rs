//! The job that counts by the clock, when the database goes away while it counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use customer_segments::clock::Clock;
use customer_segments::db::schema::{crm_app_customersegment as segment, segments_count_failure as failure};
use customer_segments::segments::job::{Job, Looked};
use diesel::prelude::*;

use crate::cluster::OwnCluster;
use crate::support::TestDb;

const SEGMENTS: usize = 6;

/// An outage is nobody's failure: the round ends, and goes on where it was once the database is back.
#[test]
fn a_round_that_an_outage_ends_goes_on_when_the_database_is_back() {
    let Some(cluster) = OwnCluster::new() else { return };
    let cluster = Arc::new(cluster);
    let test = cluster.database().reopened(|options| {
        (options.pool_timeout, options.statement_timeout) = (Duration::from_secs(1), Duration::from_secs(2));
    });
    for number in 0..SEGMENTS {
        test.run(&format!(
            "INSERT INTO crm_app_customersegment (id, created_at, updated_at, name, description, segment_type, status, filter_criteria, \
             member_count, tags, times_used) VALUES (gen_random_uuid(), now(), now(), 'Segment {number}', '', 'dynamic', 'active', \
             '{{\"rules\": [{{\"field\": \"name\", \"operator\": \"is_not_empty\"}}]}}', 999, '', 0)"
        ));
    }
    // After some counts the server is gone, in the middle of one.
    let (hands, calls, inner) = (Arc::clone(&cluster), AtomicUsize::new(0), test.clock.clone());
    let now = move || {
        if thread::current().name() == Some("count") && calls.fetch_add(1, Ordering::SeqCst) == 8 {
            hands.stop("immediate");
        }
        inner.now()
    };
    let job = Job::new(test.db.clone(), Clock::new(now, chrono_tz::Asia::Bangkok), Duration::from_secs(3_600));
    let begun = Instant::now();
    assert!(job.look().is_err(), "the database is away");
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
    assert!(job.look().is_err(), "it still is");
    cluster.start();
    let left = SEGMENTS - counted(&test);
    assert!((1..SEGMENTS).contains(&left), "{left} were left");
    match job.look().unwrap() {
        Looked::Round(figures, true) => assert_eq!((figures.counted, figures.failed), (left, 0)),
        other => panic!("{other:?}"),
    }
    assert_eq!(counted(&test), SEGMENTS);
    let failures: i64 = test.db.read_blocking(|connection| Ok(failure::table.count().get_result(connection)?)).unwrap();
    assert_eq!(failures, 0);
}

fn counted(test: &TestDb) -> usize {
    let counted = segment::table.filter(segment::last_calculated_at.is_not_null()).count();
    let counted: i64 = test.db.read_blocking(|connection| Ok(counted.get_result(connection)?)).unwrap();
    usize::try_from(counted).unwrap()
}
