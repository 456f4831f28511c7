//! What the benchmarks share: a filled database on each engine, and times in order.

#[path = "../../tests/integration/support/postgres.rs"]
mod postgres;

use std::time::Duration;

use chrono::TimeZone;
use customer_segments::clock::Clock;
use customer_segments::customers::sample;
use customer_segments::db::connection::Options;
use customer_segments::db::dialect::Engine;
use customer_segments::db::{Db, migrations};
use diesel::connection::SimpleConnection;

/// The time in the databases: 2026-11-22 09:00 in Bangkok.
pub(crate) fn clock() -> Clock {
    Clock::fixed(chrono_tz::Asia::Bangkok.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap().to_utc(), chrono_tz::Asia::Bangkok)
}

/// Hands a filled database to `measure` for each size that `BENCH_SIZES` names (100,000 without), on each engine, or on that which
/// `BENCH_ENGINE` names (`sqlite`, `postgres`). PostgreSQL is a cluster of the bench's own; where it is not installed, the table says
/// so by leaving it out.
pub(crate) fn at_each_size(measure: impl Fn(usize, Engine, &Db)) {
    let sizes = std::env::var("BENCH_SIZES").unwrap_or_else(|_| "100000".into());
    let only = std::env::var("BENCH_ENGINE").unwrap_or_default();
    let is_wanted = |engine: &str| only.is_empty() || only == engine;
    for size in sizes.split(',').map(|size| size.trim().parse::<usize>().expect("BENCH_SIZES is numbers")) {
        if is_wanted("sqlite") {
            let directory = tempfile::tempdir().unwrap();
            let url = format!("sqlite://{}", directory.path().join("bench.db").display());
            measure(size, Engine::Sqlite, &filled(size, Engine::Sqlite, &url));
        }
        if let Some(cluster) = is_wanted("postgres").then(postgres::cluster).flatten() {
            let name = format!("bench_{size}");
            cluster.run(&format!("CREATE DATABASE {name}")).expect("a database for the bench");
            measure(size, Engine::Postgres, &filled(size, Engine::Postgres, &cluster.url(&name)));
            cluster.run(&format!("DROP DATABASE {name} WITH (FORCE)")).expect("the database goes again");
        }
    }
}

fn filled(size: usize, engine: Engine, url: &str) -> Db {
    let db = Db::open(Options::new(url)).expect("a database");
    migrations::apply_tables(&db).expect("tables");
    sample::fill(&db, &clock(), size).expect("sample data");
    migrations::apply(&db).expect("indexes");
    if engine == Engine::Postgres {
        // What autovacuum does within a minute: counts may then read indexes alone.
        db.raw().unwrap().batch_execute("VACUUM ANALYZE").expect("a vacuum");
    }
    db
}

/// A percentile of sorted times.
pub(crate) fn p(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() - 1) * percent / 100]
}

/// A time as tables show it.
pub(crate) fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// Memory that is a process's alone, in MB, as Linux tells it; a database's mapped pages are not in it.
pub(crate) fn private_memory(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Median and p95 of some times, beside the goal in milliseconds.
pub(crate) fn beside_goal(mut times: Vec<Duration>, goal: u64) -> String {
    times.sort_unstable();
    let p95 = p(&times, 95);
    let mark = if p95 > Duration::from_millis(goal) { " (missed)" } else { "" };
    format!("{} | {}{mark} | {goal} ms", ms(p(&times, 50)), ms(p95))
}
