//! Diesel's migrations on a connection that may be either engine's.
//!
//! Called by `db::migrations`, which says when and in which transaction.

use diesel::connection::SimpleConnection;
use diesel_migrations::MigrationHarness;

use super::has_table;
use crate::db::connection::AnyConnection;
use crate::db::migrations::{POSTGRES, SQLITE, Source, state_of};
use crate::error::{AppError, Result};

/// Makes the table of leases, which the migrations themselves need. Nodes that do so at the same moment may collide in
/// PostgreSQL's catalogue; the loser finds the table made.
pub(in crate::db) fn make_lease_table(connection: &mut AnyConnection) -> Result<()> {
    if has_table(connection, "segments_lease")? {
        return Ok(());
    }
    let made = match connection {
        AnyConnection::Postgres(connection) => connection.batch_execute(
            "CREATE TABLE IF NOT EXISTS segments_lease (name text NOT NULL PRIMARY KEY, holder text NOT NULL, until timestamptz NOT NULL)",
        ),
        AnyConnection::Sqlite(connection) => connection.batch_execute(
            "CREATE TABLE IF NOT EXISTS segments_lease (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, until TEXT NOT NULL) STRICT",
        ),
    };
    // PostgreSQL does not make one table once for several who begin together: whoever finds that it exists after all is late,
    // whichever of its catalogues said so.
    match made {
        Err(_) if has_table(connection, "segments_lease")? => Ok(()),
        other => Ok(other?),
    }
}

/// Names of pending migrations and versions that this program does not know.
pub(in crate::db) fn migration_state(connection: &mut AnyConnection, shared: bool) -> Result<(Vec<String>, Vec<String>)> {
    let is_fresh = !has_table(connection, "__diesel_schema_migrations")?;
    match connection {
        AnyConnection::Postgres(connection) => state_of(connection, &Source { embedded: POSTGRES, shared }, is_fresh),
        AnyConnection::Sqlite(connection) => state_of(connection, &Source { embedded: SQLITE, shared }, is_fresh),
    }
    .map_err(AppError::internal)
}

/// Runs what is pending, each migration in a transaction.
pub(in crate::db) fn run_migrations(connection: &mut AnyConnection, shared: bool) -> Result<()> {
    match connection {
        AnyConnection::Postgres(connection) => connection.run_pending_migrations(Source { embedded: POSTGRES, shared }).map(drop),
        AnyConnection::Sqlite(connection) => connection.run_pending_migrations(Source { embedded: SQLITE, shared }).map(drop),
    }
    .map_err(AppError::internal)
}

/// Runs the first migration alone, on a database that has none.
pub(in crate::db) fn run_first_migration(connection: &mut AnyConnection) -> Result<()> {
    match connection {
        AnyConnection::Postgres(connection) => connection.run_next_migration(Source { embedded: POSTGRES, shared: false }).map(drop),
        AnyConnection::Sqlite(connection) => connection.run_next_migration(Source { embedded: SQLITE, shared: false }).map(drop),
    }
    .map_err(AppError::internal)
}

/// Takes every migration back.
pub(in crate::db) fn revert_migrations(connection: &mut AnyConnection, shared: bool) -> Result<()> {
    match connection {
        AnyConnection::Postgres(connection) => connection.revert_all_migrations(Source { embedded: POSTGRES, shared }).map(drop),
        AnyConnection::Sqlite(connection) => connection.revert_all_migrations(Source { embedded: SQLITE, shared }).map(drop),
    }
    .map_err(AppError::internal)
}
