//! The only place that asks which engine it talks to: opening, beginning, and the few words they spell differently.
//!
//! Called by `connection.rs`, `migrations.rs` and, for [`Word`], by `query::sql`. Both engines are brought to one meaning
//! here, so that no one else has to think of two: text is folded by a function that maps each character alone, order is
//! by bytes, a writing transaction takes its lock at once.

use diesel::connection::{AnsiTransactionManager, CacheSize, SimpleConnection};
use diesel::prelude::*;
use diesel::query_builder::InsertStatement;
use diesel::query_dsl::methods::ExecuteDsl;
use diesel::r2d2;
use diesel::sql_types::{Nullable, Text};

use super::connection::{AnyConnection, Options};
use super::deadline;
use super::schema::auth_user;
use super::types::Id;
use crate::error::{AppError, Result};

mod fold;
mod limits;
mod migrating;
mod word;

pub use fold::{fold, number_end};
pub(super) use limits::Limits;
pub use limits::Mode;
pub(super) use migrating::{make_lease_table, migration_state, revert_migrations, run_first_migration, run_migrations};
pub use word::Word;

/// Which engine a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

/// Where a SQLite URL keeps its path.
const SQLITE_SCHEME: &str = "sqlite://";

impl Engine {
    /// The engine that a database URL names.
    ///
    /// # Errors
    /// `BadRequest` for any other scheme and for a SQLite database in memory (each connection would see its own).
    pub fn of(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres);
        }
        match url.strip_prefix(SQLITE_SCHEME) {
            Some("" | ":memory:") | None => {
                Err(AppError::BadRequest("DATABASE_URL must be sqlite://PATH or postgres://USER@HOST/NAME.".into()))
            }
            Some(_) => Ok(Self::Sqlite),
        }
    }
}

/// The path of the file that a SQLite URL names.
pub fn sqlite_path(url: &str) -> &str {
    url.strip_prefix(SQLITE_SCHEME).unwrap_or(url)
}

/// `busy_timeout` comes first: switching to WAL may already have to wait. `FULL` makes what was acknowledged durable.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
    PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; PRAGMA mmap_size = 1073741824; PRAGMA cell_size_check = ON;";

/// A write without a deadline is a bulk one. Its rows touch pages all over the indexes: with room for them each is written
/// once a commit, not many times, and copied from the log to the file after many commits, not after each.
/// The others take back what it set: the connection is the same.
const BEGIN_READ: &str = "PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 1000; PRAGMA query_only = ON; BEGIN";
const BEGIN_WRITE: &str = "PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 1000; PRAGMA query_only = OFF; BEGIN IMMEDIATE";
const BEGIN_BULK: &str = "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 32768; PRAGMA query_only = OFF; BEGIN IMMEDIATE";

/// What a question may keep in PostgreSQL's memory. Keys of a subquery that do not fit into it are looked through again for
/// every contact, which takes minutes past some hundred thousand.
const WORK_MEM: &str = "128MB";

/// Opens one connection.
///
/// # Errors
/// What the engine says.
pub(super) fn connect(engine: Engine, options: &Options) -> Result<AnyConnection, r2d2::Error> {
    match engine {
        Engine::Postgres => {
            let mut connection = PgConnection::establish(&options.url).map_err(r2d2::Error::ConnectionError)?;
            if !options.prepared_statements {
                connection.set_prepared_statement_cache_size(CacheSize::Disabled);
            }
            Ok(AnyConnection::Postgres(connection))
        }
        Engine::Sqlite => {
            deadline::install();
            let mut connection = SqliteConnection::establish(sqlite_path(&options.url)).map_err(r2d2::Error::ConnectionError)?;
            connection
                .batch_execute(PRAGMAS)
                .and_then(|()| segments_fold_utils::register_impl(&mut connection, |text: Option<String>| text.map(fold)))
                .and_then(|()| segments_number_end_utils::register_impl(&mut connection, |text: String| number_end(&text)))
                .map_err(r2d2::Error::QueryError)?;
            Ok(AnyConnection::Sqlite(connection))
        }
    }
}

/// Why a database cannot be opened, in words.
pub(super) fn cannot_open(engine: Engine, url: &str, error: &r2d2::Error) -> AppError {
    let reason = error.to_string();
    let reason = reason.trim_end_matches('.');
    match engine {
        Engine::Postgres => AppError::Unavailable(format!("The database cannot be reached: {reason}.")),
        Engine::Sqlite => AppError::BadRequest(format!("The database {} cannot be opened: {reason}.", sqlite_path(url))),
    }
}

/// Begins a transaction within these limits; the guard keeps them for as long as it lives.
pub(super) fn begin(connection: &mut AnyConnection, mode: Mode, limits: Limits) -> QueryResult<deadline::Guard> {
    match connection {
        AnyConnection::Postgres(connection) => {
            let mode = if mode == Mode::Read { " ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "" };
            // One round trip, and LOCAL, so that a pooler can hand the connection to anyone afterwards. Whoever waits for a
            // lock gives up before the statement does, and is told that somebody is in the way.
            let [work, waits] = [limits.work, limits.waits].map(|limit| limit.map_or(0, |limit| limit.as_millis()));
            let begin = format!(
                "BEGIN{mode}; SET LOCAL statement_timeout = {work}; SET LOCAL lock_timeout = {}; SET LOCAL work_mem = '{WORK_MEM}'",
                waits / 2
            );
            AnsiTransactionManager::begin_transaction_sql(connection, &begin)?;
            Ok(deadline::set(None))
        }
        AnyConnection::Sqlite(connection) => {
            let begin = match (mode, limits.work) {
                (Mode::Read, _) => BEGIN_READ,
                (Mode::Write, Some(_)) => BEGIN_WRITE,
                (Mode::Write, None) => BEGIN_BULK,
            };
            AnsiTransactionManager::begin_transaction_sql(connection, begin)?;
            Ok(deadline::set(limits.work))
        }
    }
}

/// Lets a connection taken from the pool write outside [`begin`], for migrations.
pub(super) fn allow_writes(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Postgres(_) => Ok(()),
        AnyConnection::Sqlite(connection) => connection.batch_execute("PRAGMA query_only = OFF"),
    }
}

/// The connection as PostgreSQL's own, for the few things that no other engine has.
pub(super) fn as_postgres(connection: &mut AnyConnection) -> Option<&mut PgConnection> {
    match connection {
        AnyConnection::Postgres(connection) => Some(connection),
        AnyConnection::Sqlite(_) => None,
    }
}

/// A setting of a PostgreSQL server; `None` elsewhere.
pub fn server_setting(connection: &mut AnyConnection, name: &'static str) -> QueryResult<Option<String>> {
    as_postgres(connection).map(|connection| diesel::select(current_setting(name)).get_result(connection)).transpose()
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The fold of SQLite. Its name is our own: an index over an overridden `lower` would silently break when another
    /// program writes to the file, one over this name refuses.
    fn segments_fold(text: Nullable<Text>) -> Nullable<Text>;
    /// See [`number_end`].
    fn segments_number_end(text: Text) -> Text;
    /// The fold of PostgreSQL.
    fn lower(text: Text) -> Text;
    /// A setting of the PostgreSQL server.
    fn current_setting(name: Text) -> Text;
    /// The table of this name on the search path, whether or not one may read it.
    fn to_regclass(name: Text) -> Nullable<diesel::sql_types::Oid>;
}

/// Adds many rows with one statement: Diesel knows how on each engine, but not on a connection that may be either. The
/// caller keeps the values below 32,766, the most that SQLite binds.
pub fn insert_rows<T, V>(connection: &mut AnyConnection, table: T, rows: V) -> QueryResult<usize>
where
    V: Insertable<T>,
    InsertStatement<T, V::Values>: ExecuteDsl<PgConnection> + ExecuteDsl<SqliteConnection>,
    T: Table,
{
    match connection {
        AnyConnection::Postgres(connection) => diesel::insert_into(table).values(rows).execute(connection),
        AnyConnection::Sqlite(connection) => diesel::insert_into(table).values(rows).execute(connection),
    }
}

/// How many rows `copy` has streamed into PostgreSQL with `COPY`, which neither plans nor binds them one by one; `None` on SQLite,
/// which has no such thing and needs none.
pub fn copied(connection: &mut AnyConnection, copy: impl FnOnce(&mut PgConnection) -> QueryResult<usize>) -> QueryResult<Option<usize>> {
    as_postgres(connection).map(copy).transpose()
}

/// How a row is held until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Nobody deletes it; others may hold it so too. What points to it takes the same lock.
    Kept,
    /// Nobody else changes or deletes it; what points to it is not kept waiting.
    Changed,
    /// Nobody else holds it, and nothing new points to it.
    Alone,
}

/// Holds the row of a user, and waits for whoever holds it. On SQLite, whoever writes holds everything already.
pub fn hold_user(connection: &mut AnyConnection, id: Id, hold: Hold) -> QueryResult<()> {
    let Some(connection) = as_postgres(connection) else { return Ok(()) };
    let user = auth_user::table.find(id).select(auth_user::id);
    let found = match hold {
        Hold::Kept => user.for_key_share().load::<Id>(connection)?,
        Hold::Changed => user.for_no_key_update().load::<Id>(connection)?,
        Hold::Alone => user.for_update().load::<Id>(connection)?,
    };
    drop(found);
    Ok(())
}

mod catalogs {
    //! Where the engines list their tables.
    diesel::table! {
        sqlite_schema (name) {
            name -> Text,
        }
    }
}

/// Whether the database has a table of this name.
pub(super) fn has_table(connection: &mut AnyConnection, name: &str) -> QueryResult<bool> {
    let found: i64 = match connection {
        AnyConnection::Postgres(connection) => {
            let found: Option<u32> = diesel::select(to_regclass(name)).get_result(connection)?;
            i64::from(found.is_some())
        }
        AnyConnection::Sqlite(connection) => {
            use catalogs::sqlite_schema::dsl as list;
            list::sqlite_schema.filter(list::name.eq(name)).count().get_result(connection)?
        }
    };
    Ok(found > 0)
}

/// Letters that tell a locale that folds as we do from one that does not.
const PROBE: &str = "CAFÉ ΟΔΟΣ ПРИВЕТ";

/// Whether the engine folds text as [`fold`] does. A PostgreSQL database made with ctype C folds ASCII only.
pub fn folds_alike(connection: &mut AnyConnection) -> QueryResult<bool> {
    match connection {
        AnyConnection::Postgres(connection) => {
            let folded: String = diesel::select(lower(PROBE)).get_result(connection)?;
            Ok(folded == fold(PROBE.to_owned()))
        }
        AnyConnection::Sqlite(connection) => {
            let folded: Option<String> = diesel::select(segments_fold(Some(PROBE))).get_result(connection)?;
            Ok(folded.as_deref() == Some(&fold(PROBE.to_owned())))
        }
    }
}

/// Among how many rows, the first of its order, a page of many is looked for before all are looked through; `None` where the
/// index of the order holds what is asked about. PostgreSQL fetches each row that it walks past: twenty thousand in 0.07 s, a
/// million in 3 s.
pub fn near_rows(connection: &AnyConnection) -> Option<i64> {
    match connection {
        AnyConnection::Sqlite(_) => None,
        AnyConnection::Postgres(_) => Some(20_000),
    }
}

/// Whether the first of `count` rows, of a million at most, are read best as whole rows, and not by their keys. Measured at a
/// hundred thousand and a million contacts: what SQLite sorts it has sooner by its own keys, and on a walk it reads nothing of
/// a row that it passes. PostgreSQL, asked for the keys of a few in the order of an index, walks that index past everybody;
/// asked for whole rows of many it reads five times as long, but for so many that the walk soon ends.
pub fn reads_whole_rows(connection: &AnyConnection, count: i64, is_walked: bool) -> bool {
    match connection {
        AnyConnection::Sqlite(_) => is_walked,
        AnyConnection::Postgres(_) => !(10_000..400_000).contains(&count),
    }
}
