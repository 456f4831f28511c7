//! The connections: what each failure is called, deadlines, lost updates, waiting, several nodes starting at once, and a
//! database that is the CRM's.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use customer_segments::db::classify::{Failure, classify};
use customer_segments::db::connection::Options;
use customer_segments::db::dialect::{self, Engine};
use customer_segments::db::{AnyConnection, Db, lease, migrations};
use customer_segments::error::{AppError, Result};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::support::catalogue::dump;
use crate::support::{TestDb, on_both_engines, on_engines, postgres};

diesel::table! {
    tally (id) {
        id -> Integer,
        total -> Integer,
    }
}

/// A table to count in.
const TALLY: &str = "CREATE TABLE tally (id integer PRIMARY KEY, total integer NOT NULL); INSERT INTO tally VALUES (1, 0), (2, 0)";
/// A question that takes for ever.
const ENDLESS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i < 0";

fn total(connection: &mut AnyConnection) -> Result<i32> {
    Ok(tally::table.find(1).select(tally::total).first(connection)?)
}

fn add(connection: &mut AnyConnection, id: i32) -> QueryResult<usize> {
    diesel::update(tally::table.find(id)).set(tally::total.eq(tally::total + 1)).execute(connection)
}

fn add_here(connection: &mut AnyConnection) -> Result<()> {
    add(connection, 1)?;
    Ok(())
}

fn execute(connection: &mut AnyConnection, statements: &str) -> Result<()> {
    Ok(connection.batch_execute(statements)?)
}

fn failure(outcome: Result<impl std::fmt::Debug>) -> Failure {
    match outcome {
        Err(AppError::Database(failure)) => failure,
        other => panic!("{other:?} is not a failure of the database"),
    }
}

#[test]
fn a_second_row_with_a_unique_value_is_not_unique() {
    on_both_engines(|test| {
        test.run(TALLY);
        let twice = test.db.write_blocking(|connection| execute(connection, "INSERT INTO tally VALUES (1, 0)"));
        let named = if test.db.engine() == Engine::Postgres { "tally_pkey" } else { "tally.id" };
        assert!(matches!(&twice, Err(AppError::NotUnique(what)) if what.contains(named)), "{twice:?}");
    });
}

#[test]
fn a_missing_row_is_not_found() {
    on_both_engines(|test| {
        test.run("CREATE TABLE tally (id integer PRIMARY KEY, total integer NOT NULL)");
        assert!(matches!(test.db.read_blocking(total), Err(AppError::NotFound)));
    });
}

#[test]
fn a_lock_that_somebody_else_holds_is_busy() {
    on_both_engines(|test| {
        test.run(TALLY);
        let (mut holder, mut other) = (test.db.raw().unwrap(), test.db.raw().unwrap());
        let (begin, hurry) = match test.db.engine() {
            Engine::Postgres => ("BEGIN", "SET lock_timeout = '50ms'"),
            Engine::Sqlite => ("BEGIN IMMEDIATE", "PRAGMA busy_timeout = 50"),
        };
        holder.batch_execute(begin).unwrap();
        add(&mut holder, 1).unwrap();
        other.batch_execute(hurry).unwrap();
        assert_eq!(classify(&add(&mut other, 1).unwrap_err()), Failure::Busy);
    });
}

#[test]
fn two_transactions_that_wait_for_one_another_are_a_deadlock_on_postgresql() {
    let Some(test) = TestDb::postgres("") else { return };
    test.run(TALLY);
    let outcomes: Vec<QueryResult<usize>> = thread::scope(|scope| {
        let (first, second) = (mpsc::channel(), mpsc::channel());
        let meet = |mine: i32, theirs: i32, told: mpsc::Sender<()>, heard: mpsc::Receiver<()>| {
            let mut connection = test.db.raw().unwrap();
            move || {
                connection.batch_execute("BEGIN").unwrap();
                add(&mut connection, mine).unwrap();
                told.send(()).unwrap();
                heard.recv().unwrap();
                let outcome = add(&mut connection, theirs);
                connection.batch_execute("ROLLBACK").unwrap();
                outcome
            }
        };
        let threads = [scope.spawn(meet(1, 2, first.0, second.1)), scope.spawn(meet(2, 1, second.0, first.1))];
        threads.map(|thread| thread.join().unwrap()).into()
    });
    let failures: Vec<Failure> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).map(classify).collect();
    assert_eq!(failures, [Failure::Deadlock]);
}

#[test]
fn a_transaction_that_cannot_be_ordered_is_a_serialization_failure_on_postgresql() {
    let Some(test) = TestDb::postgres("") else { return };
    test.run(TALLY);
    let (mut one, mut two) = (test.db.raw().unwrap(), test.db.raw().unwrap());
    for connection in [&mut one, &mut two] {
        connection.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").unwrap();
        total(connection).unwrap();
    }
    add(&mut one, 1).unwrap();
    one.batch_execute("COMMIT").unwrap();
    assert_eq!(classify(&add(&mut two, 1).unwrap_err()), Failure::Serialization);
}

#[test]
fn reading_changes_nothing() {
    on_both_engines(|test| {
        test.run(TALLY);
        assert_eq!(failure(test.db.read_blocking(add_here)), Failure::ReadOnly);
        test.db.write_blocking(add_here).unwrap();
        assert_eq!(test.db.read_blocking(total).unwrap(), 1);
    });
}

#[test]
fn a_backend_that_was_killed_is_closed_and_the_next_question_gets_another() {
    let Some(test) = TestDb::postgres("") else { return };
    test.run(TALLY);
    let mut victim = test.db.raw().unwrap();
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    test.db.raw().unwrap().batch_execute(others).unwrap();
    assert_eq!(classify(&add(&mut victim, 1).unwrap_err()), Failure::Closed);
    drop(victim);
    test.db.write_blocking(add_here).unwrap();
    // Killed in the middle of a transaction: nothing of it was kept, so it is run again.
    let mut tried = 0;
    let added = test.db.write_blocking(|connection| {
        tried += 1;
        add(connection, 1)?;
        if tried == 1 {
            test.run(others);
        }
        add_here(connection)
    });
    added.unwrap();
    assert_eq!((tried, test.db.read_blocking(total).unwrap()), (2, 3));
}

#[test]
fn a_database_that_cannot_be_opened_says_which_and_why() {
    // Nothing listens on port 1.
    let away = Options::new("postgres://postgres@127.0.0.1:1/postgres");
    let told = Db::open(away).map(drop).unwrap_err().to_string();
    assert!(told.starts_with("The database cannot be reached: connection to server at"), "{told}");
    let nowhere = Options::new("sqlite:///nowhere/at/all.db");
    let told = Db::open(nowhere).map(drop).unwrap_err();
    assert!(matches!(&told, AppError::BadRequest(told) if told.contains("/nowhere/at/all.db cannot be opened")), "{told}");
}

#[test]
fn a_file_that_may_not_grow_is_full() {
    let test = TestDb::new(Engine::Sqlite);
    test.run(TALLY);
    let grown = test.db.write_blocking(|connection| {
        execute(connection, "PRAGMA max_page_count = 1; INSERT INTO tally SELECT 100 + value, 0 FROM json_each(json_array())")?;
        let rows = "WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO tally SELECT i, 0 FROM n";
        execute(connection, rows)
    });
    assert_eq!(failure(grown), Failure::Full);
}

#[test]
fn a_statement_that_runs_past_its_deadline_is_cut_and_the_connection_stays_good() {
    on_engines(|engine| {
        let test = TestDb::with(engine, |options| {
            options.statement_timeout = Duration::from_millis(200);
            options.pool_size = 1;
        });
        test.run(TALLY);
        let began = Instant::now();
        assert_eq!(failure(test.db.read_blocking(|connection| execute(connection, ENDLESS))), Failure::Timeout);
        assert!((200..2000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        assert_eq!(failure(test.db.write_blocking(|connection| execute(connection, ENDLESS))), Failure::Timeout);
        test.db.write_blocking(add_here).unwrap();
        // The deadline is that of a statement, and of those that have one only.
        let unhurried = test.db.write_unhurried(|connection| {
            thread::sleep(Duration::from_millis(250));
            add_here(connection)
        });
        unhurried.unwrap();
        assert_eq!(test.db.read_blocking(total).unwrap(), 2);
    });
}

#[test]
fn eight_threads_that_read_then_write_lose_nothing() {
    on_both_engines(|test| {
        test.run(TALLY);
        let is_sqlite = test.db.engine() == Engine::Sqlite;
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let counted = test.db.write_blocking(|connection| {
                            // SQLite has one writer; elsewhere those that must wait for one another say so by a name.
                            if !is_sqlite {
                                lease::lock(connection, "tally")?;
                            }
                            let next = total(connection)? + 1;
                            diesel::update(tally::table.find(1)).set(tally::total.eq(next)).execute(connection)?;
                            Ok(())
                        });
                        counted.unwrap();
                    }
                });
            }
        });
        assert_eq!(test.db.read_blocking(total).unwrap(), 200);
    });
}

#[test]
fn those_who_lock_one_name_wait_for_one_another() {
    on_both_engines(|test| {
        test.run(TALLY);
        let (inside, seen) = (std::sync::atomic::AtomicU32::new(0), std::sync::atomic::AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let locked = test.db.write_blocking(|connection| {
                        use std::sync::atomic::Ordering::SeqCst;
                        lease::lock(connection, "a name")?;
                        seen.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                        thread::sleep(Duration::from_millis(20));
                        inside.fetch_sub(1, SeqCst);
                        Ok(())
                    });
                    locked.unwrap();
                });
            }
        });
        assert_eq!(seen.into_inner(), 1);
    });
}

#[test]
fn waiting_for_a_connection_ends() {
    on_engines(|engine| {
        let test = TestDb::with(engine, |options| {
            options.pool_size = 1;
            options.pool_timeout = Duration::from_millis(300);
        });
        let only = test.db.raw().unwrap();
        let began = Instant::now();
        assert_eq!(failure(test.db.read_blocking(|_| Ok(()))), Failure::Busy, "it is there, only taken");
        assert!((300..3000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
        drop(only);
        test.db.read_blocking(|_| Ok(())).unwrap();
    });
}

#[test]
fn four_nodes_that_start_on_an_empty_database_migrate_it_once() {
    on_engines(|engine| {
        let test = TestDb::empty(engine);
        let applied: Vec<Vec<String>> = thread::scope(|scope| {
            let node = || {
                let db = Db::open(Options::new(test.url())).unwrap();
                migrations::apply(&db).unwrap()
            };
            let nodes = [scope.spawn(node), scope.spawn(node), scope.spawn(node), scope.spawn(node)];
            nodes.map(|node| node.join().unwrap()).into()
        });
        let mut names = applied.concat();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), applied.concat().len(), "{applied:?}");
        assert_eq!(migrations::state(&test.db).unwrap(), migrations::State::default());
        assert_eq!(names, all_migrations());
    });
}

fn all_migrations() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_database_that_a_newer_program_migrated_is_left_alone() {
    on_both_engines(|test| {
        test.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')");
        let refused = migrations::apply(&test.db);
        assert!(matches!(&refused, Err(AppError::Conflict(sentence)) if sentence.contains("newer version")), "{refused:?}");
    });
}

#[test]
fn a_table_of_djangos_elsewhere_does_not_make_a_database_shared() {
    let Some(test) = TestDb::postgres("") else { return };
    test.run("CREATE SCHEMA other; CREATE TABLE other.django_migrations (id integer)");
    assert!(!migrations::state(&test.db).unwrap().shared);
    migrations::apply(&test.db).unwrap();
}

#[test]
fn a_database_that_is_neither_empty_nor_the_crms_is_left_alone() {
    let Some(test) = TestDb::postgres("") else { return };
    test.run("CREATE TABLE auth_user (id integer)");
    let refused = migrations::apply(&test.db).unwrap_err();
    assert!(matches!(&refused, AppError::Conflict(sentence) if sentence.contains("neither empty nor the CRM’s")), "{refused}");
}

#[test]
fn migrating_a_shared_database_twice_changes_nothing_of_the_crm() {
    let Some(test) = TestDb::shared() else { return };
    let of_the_crm = || -> Vec<String> {
        let is_ours =
            |line: &String| line.split_whitespace().nth(1).is_some_and(|of| of.starts_with("segments_") || of.starts_with("__diesel"));
        dump(&test).into_iter().filter(|line| !is_ours(line)).collect()
    };
    let before = of_the_crm();
    assert!(before.len() > 300, "{}", before.len());
    let applied = migrations::apply(&test.db).unwrap();
    assert!(!applied.is_empty() && applied.iter().all(|name| !name.contains("_crm_")), "{applied:?}");
    assert_eq!(migrations::apply(&test.db).unwrap(), Vec::<String>::new());
    assert_eq!(of_the_crm(), before);
    assert!(migrations::state(&test.db).unwrap().shared);
    // And it can be left again.
    migrations::revert_all(&test.db).unwrap();
    assert_eq!(of_the_crm(), before);
}

#[test]
fn both_engines_fold_text_as_the_program_does() {
    on_both_engines(|test| assert!(test.db.read_blocking(|connection| Ok(dialect::folds_alike(connection)?)).unwrap()));
    if postgres::cluster().is_some() {
        let ascii_only = TestDb::postgres("TEMPLATE template0 LOCALE 'C'").unwrap();
        assert!(!ascii_only.db.read_blocking(|connection| Ok(dialect::folds_alike(connection)?)).unwrap());
    }
}
