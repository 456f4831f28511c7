//! A database per test, on each engine: copied from one that was migrated once, and dropped afterwards.
//!
//! Called by every test that needs a database; `app.rs` puts the running site on one.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Asia::Bangkok;
use customer_segments::clock::Clock;
use customer_segments::db::connection::Options;
use customer_segments::db::dialect::Engine;
use customer_segments::db::{Db, migrations};
use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use super::postgres;

/// A database that lives for one test, and the time that it is in it.
pub(crate) struct TestDb {
    /// The database.
    pub(crate) db: Db,
    /// 2026-11-22 09:00 in Bangkok, until [`TestDb::set_now`] says otherwise.
    pub(crate) clock: Clock,
    now: Arc<Mutex<DateTime<Utc>>>,
    // Dropped last: the pool must be gone before its database is.
    place: Place,
}

/// Where a test's database is; dropping it drops the database.
enum Place {
    /// Another test database's; it goes with that one.
    Anothers,
    File(#[expect(dead_code, reason = "held for its drop")] TempDir),
    Postgres(String),
}

impl Drop for Place {
    fn drop(&mut self) {
        if let (Self::Postgres(name), Some(cluster)) = (self, postgres::cluster()) {
            // A test that panics must not panic again here; the cluster is thrown away in any case.
            if let Err(error) = cluster.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")) {
                eprintln!("{name} was not dropped: {error}");
            }
        }
    }
}

impl TestDb {
    /// A migrated database.
    pub(crate) fn new(engine: Engine) -> Self {
        Self::with(engine, |_| {})
    }

    /// A migrated database, opened with other options.
    pub(crate) fn with(engine: Engine, change: impl FnOnce(&mut Options)) -> Self {
        let (url, place) = match engine {
            Engine::Sqlite => file(Some(sqlite_template())),
            Engine::Postgres => database(&format!("TEMPLATE {}", postgres_template())),
        };
        Self::open(url, place, change)
    }

    /// A database without any table.
    pub(crate) fn empty(engine: Engine) -> Self {
        let (url, place) = match engine {
            Engine::Sqlite => file(None),
            Engine::Postgres => database(""),
        };
        Self::open(url, place, |_| {})
    }

    /// A PostgreSQL database made with these words of CREATE DATABASE; `None` where PostgreSQL is not installed.
    pub(crate) fn postgres(words: &str) -> Option<Self> {
        postgres::cluster()?;
        let (url, place) = database(words);
        Some(Self::open(url, place, |_| {}))
    }

    /// A database as Django makes it, with the CRM's tables: one that is shared. `None` where PostgreSQL is not installed.
    pub(crate) fn shared() -> Option<Self> {
        let database = Self::postgres("")?;
        database.db.raw().unwrap().batch_execute(&django_made_schema()).expect("the schema that Django made");
        // Its first connection has an empty search path from then on, as dumps do.
        Some(database.reopened(|_| {}))
    }

    fn open(url: String, place: Place, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::new(url);
        // Threads of a test wait for one another longer than a browser would.
        options.pool_timeout = Duration::from_secs(20);
        // What a page can do without is there all the same, however busy the machine is.
        options.aside_timeout = options.statement_timeout;
        change(&mut options);
        let now = Arc::new(Mutex::new(Bangkok.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap().to_utc()));
        let hands = Arc::clone(&now);
        let clock = Clock::new(move || *hands.lock().unwrap(), Bangkok);
        Self { db: Db::open(options).expect("a database for the test"), clock, now, place }
    }

    /// The same database through a new pool.
    pub(crate) fn reopened(self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = self.db.options().clone();
        change(&mut options);
        let Self { clock, now, place, .. } = self;
        Self { db: Db::open(options).expect("the database opens again"), clock, now, place }
    }

    /// The same database and clock once more, for a second node; not to be used after this one is dropped.
    pub(crate) fn again(&self) -> Self {
        let db = Db::open(self.db.options().clone()).expect("the database opens again");
        Self { db, clock: self.clock.clone(), now: Arc::clone(&self.now), place: Place::Anothers }
    }

    /// Sets the clock.
    pub(crate) fn set_now(&self, at: DateTime<Utc>) {
        *self.now.lock().unwrap() = at;
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> &str {
        &self.db.options().url
    }

    /// Runs statements as they stand, outside any transaction of ours.
    pub(crate) fn run(&self, statements: &str) {
        self.db.raw().unwrap().batch_execute(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
    }
}

/// Runs `test` with a migrated database of its own on SQLite and on PostgreSQL.
pub(crate) fn on_both_engines(test: impl Fn(&TestDb)) {
    on_engines(|engine| test(&TestDb::new(engine)));
}

/// Runs `test` for each engine that is there, both even if the first fails.
///
/// # Panics
/// When it does, with the name of the engine.
pub(crate) fn on_engines(test: impl Fn(Engine)) {
    let engines = [Some(Engine::Sqlite), postgres::cluster().map(|_| Engine::Postgres)];
    let failures: Vec<String> = engines
        .into_iter()
        .flatten()
        .filter_map(|engine| {
            catch_unwind(AssertUnwindSafe(|| test(engine))).err().map(|panic| format!("on {engine:?}: {}", words(&*panic)))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic")
}

/// The dump of a database that Django made; the copy in `tests/data` stands in where the project's papers are not beside it.
fn django_made_schema() -> String {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let original = manifest.join("../shared/reference/django-made-schema.sql");
    fs::read_to_string(original).or_else(|_| fs::read_to_string(manifest.join("tests/data/django-made-schema.sql"))).expect("the dump")
}

fn file(template: Option<&Path>) -> (String, Place) {
    let directory = TempDir::with_prefix("segments-test-").expect("a temporary directory");
    let path = directory.path().join("test.db");
    if let Some(template) = template {
        fs::copy(template, &path).expect("a copy of the migrated database");
    }
    (format!("sqlite://{}", path.display()), Place::File(directory))
}

fn database(words: &str) -> (String, Place) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let cluster = postgres::cluster().expect("PostgreSQL");
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut made = cluster.run(&format!("CREATE DATABASE {name} {words}"));
    for _ in 0..20 {
        // Two copies of one template at the same moment may get in one another's way.
        if made.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        made = cluster.run(&format!("CREATE DATABASE {name} {words}"));
    }
    made.unwrap_or_else(|error| panic!("CREATE DATABASE {name} {words}: {error}"));
    (cluster.url(&name), Place::Postgres(name))
}

fn sqlite_template() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let _alone = postgres::alone("sqlite-template");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("template-{}.db", state_of_migrations()));
        if !path.exists() {
            let made = TestDb::empty(Engine::Sqlite);
            migrations::apply(&made.db).expect("the migrations");
            let half = path.with_extension("half");
            fs::remove_file(&half).or_else(|error| if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }).unwrap();
            made.run(&format!("PRAGMA query_only = OFF; VACUUM INTO '{}'", half.display()));
            fs::rename(half, &path).expect("the template");
        }
        path
    })
}

fn postgres_template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let cluster = postgres::cluster().expect("PostgreSQL");
        let _alone = postgres::alone("postgres-template");
        let name = format!("template_{}", state_of_migrations());
        // Fails where there is none yet.
        if cluster.run(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).is_err() {
            let half = TestDb::empty(Engine::Postgres);
            migrations::apply(&half.db).expect("the migrations");
            let Place::Postgres(made) = &half.place else { panic!("not on PostgreSQL") };
            let made = made.clone();
            cluster
                .run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{made}'"))
                .expect("the connections of the template are closed");
            cluster.run(&format!("ALTER DATABASE {made} ALLOW_CONNECTIONS false")).expect("closed to connections");
            rename(cluster, &made, &name);
        }
        name
    })
}

fn rename(cluster: &postgres::Cluster, from: &str, to: &str) {
    for _ in 0..50 {
        if cluster.run(&format!("ALTER DATABASE {from} RENAME TO {to}")).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{from} could not be renamed");
}

/// Tells templates of other migrations apart.
fn state_of_migrations() -> String {
    let mut hash = DefaultHasher::new();
    let mut files = super::files_below(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")));
    files.push(concat!(env!("CARGO_MANIFEST_DIR"), "/src/db/dialect/mod.rs").into());
    for file in files {
        fs::read(file).expect("a migration").hash(&mut hash);
    }
    format!("{:016x}", hash.finish())
}
