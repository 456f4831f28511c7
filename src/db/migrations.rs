//! The migrations of both engines, inside the program, applied by one node at a time.
//!
//! Called by `commands`. Diesel's own runner races when several nodes start on an empty PostgreSQL database, so both the
//! question "what is pending" and the run are in one transaction that locks a name: the others wait however long it takes,
//! a node that dies keeps nobody waiting, and all of it is kept or nothing. On a shared database (one that Django made)
//! the migrations named `crm_*` are left out: the CRM's tables are the CRM's.

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{AnyConnection, Db};
use super::{dialect, indexes, lease, statistics};
use crate::error::{AppError, Result};

pub(super) const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
pub(super) const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// The name that nodes lock.
const LOCK: &str = "migrations";

/// What a database has and lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Names of migrations not yet applied, in order.
    pub pending: Vec<String>,
    /// Versions that were applied but are unknown to this program: a newer one has been here.
    pub unknown: Vec<String>,
    /// Whether Django made the database and the CRM runs on it.
    pub shared: bool,
}

/// What is pending; changes nothing.
pub fn state(db: &Db) -> Result<State> {
    let connection = &mut *db.raw()?;
    dialect::allow_writes(connection)?;
    let shared = dialect::has_table(connection, "django_migrations")?;
    let (pending, unknown) = dialect::migration_state(connection, shared)?;
    Ok(State { pending, unknown, shared })
}

/// Applies what is pending and gives the names of what was applied; waits while another node does the same.
///
/// # Errors
/// `Conflict` when a newer program has migrated the database, `Internal` when a migration fails.
pub fn apply(db: &Db) -> Result<Vec<String>> {
    make_lock(db)?;
    let (applied, shared) = db.write_unhurried(|connection| {
        lease::lock(connection, LOCK)?;
        apply_alone(connection)
    })?;
    if !shared && !applied.is_empty() {
        indexes::try_trigrams(&mut *db.raw()?);
        statistics::refresh(db)?;
    }
    Ok(applied)
}

/// Makes the tables of the CRM where they are missing, and not yet what their rows are looked up by: a million rows are
/// written in half the time when their indexes are made afterwards, by [`apply`].
pub fn apply_tables(db: &Db) -> Result<()> {
    make_lock(db)?;
    db.write_unhurried(|connection| {
        lease::lock(connection, LOCK)?;
        if dialect::has_table(connection, "crm_app_company")? { Ok(()) } else { dialect::run_first_migration(connection) }
    })
}

fn make_lock(db: &Db) -> Result<()> {
    let connection = &mut *db.raw()?;
    dialect::allow_writes(connection)?;
    dialect::make_lease_table(connection)
}

fn apply_alone(connection: &mut AnyConnection) -> Result<(Vec<String>, bool)> {
    let shared = dialect::has_table(connection, "django_migrations")?;
    let (pending, unknown) = dialect::migration_state(connection, shared)?;
    if !unknown.is_empty() {
        return Err(AppError::Conflict(newer_sentence(&unknown)));
    }
    let makes_tables = pending.iter().any(|name| name.contains("_crm_tables"));
    if makes_tables && dialect::has_table(connection, "auth_user")? {
        return Err(AppError::Conflict(
            "This database has a table auth_user that this program did not make, and no django_migrations: it is neither empty nor the CRM’s.".into(),
        ));
    }
    dialect::run_migrations(connection, shared)?;
    Ok((pending, shared))
}

/// Why a database with versions that this program does not know is left alone.
pub fn newer_sentence(unknown: &[String]) -> String {
    format!("This database was migrated by a newer version of the program ({}). Use that version.", unknown.join(", "))
}

/// Takes every migration back, newest first; for tests and for leaving the product again.
pub fn revert_all(db: &Db) -> Result<()> {
    let connection = &mut *db.raw()?;
    dialect::allow_writes(connection)?;
    let shared = dialect::has_table(connection, "django_migrations")?;
    dialect::revert_migrations(connection, shared)
}

/// The migrations that concern a database.
pub(super) struct Source {
    /// Those of one engine.
    pub(super) embedded: EmbeddedMigrations,
    /// Whether the CRM's own tables are the CRM's to make.
    pub(super) shared: bool,
}

impl<DB: Backend> MigrationSource<DB> for Source {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<DB>>>> {
        let all = MigrationSource::<DB>::migrations(&self.embedded)?;
        Ok(all.into_iter().filter(|migration| !self.shared || !migration.name().to_string().contains("_crm_")).collect())
    }
}

/// Pending names and unknown versions of one engine's connection. Diesel's own question would make its table, so it is
/// asked only where the table is.
pub(super) fn state_of<DB: Backend>(
    connection: &mut impl MigrationHarness<DB>,
    source: &Source,
    is_fresh: bool,
) -> diesel::migration::Result<(Vec<String>, Vec<String>)> {
    let applied = if is_fresh { Vec::new() } else { connection.applied_migrations()? };
    let (mut known, mut pending) = (Vec::new(), Vec::new());
    for migration in MigrationSource::<DB>::migrations(source)? {
        let version = migration.name().version().as_owned();
        if !applied.contains(&version) {
            pending.push(migration.name().to_string());
        }
        known.push(version);
    }
    // Names begin with their dates.
    pending.sort();
    let unknown = applied.iter().filter(|version| !known.contains(version)).map(ToString::to_string).collect();
    Ok((pending, unknown))
}
