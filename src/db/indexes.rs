//! Indexes of PostgreSQL that no migration may insist on: those beside the CRM's own, and trigrams.
//!
//! Called by `migrations.rs` and by `migrate --indexes`. On a shared database the tables are in use by others, so indexes
//! are made one by one, concurrently, and only when somebody asks. Trigrams make `contains` fast, but need an extension
//! that not every server allows: without them everything works, slower.

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::connection::{AnyConnection, Db};
use super::dialect;
use crate::error::Result;

/// The migrations that make indexes on the CRM's tables; they are left out on a shared database.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/postgres/2026-11-22-000002_crm_indexes/up.sql")];

/// Indexes over three letters in a row, for `contains`.
const TRIGRAMS: &[&str] = &[
    "CREATE INDEX segments_company_trigram_name ON crm_app_company USING gin (lower(name) gin_trgm_ops);",
    "CREATE INDEX segments_contact_trigram_name ON crm_app_contact USING gin (lower(name) gin_trgm_ops);",
    "CREATE INDEX segments_company_trigram_text ON crm_app_company USING gin \
     (lower(name || chr(31) || legal_entity_name || chr(31) || email || chr(31) || country || chr(31) || city) gin_trgm_ops);",
    "CREATE INDEX segments_contact_trigram_text ON crm_app_contact USING gin \
     (lower(name || chr(31) || email || chr(31) || title) gin_trgm_ops);",
];

/// How our statements begin, by which they are told from comments.
const CREATE: &str = "CREATE INDEX ";

mod catalogs {
    //! Where PostgreSQL lists its indexes and extensions.
    diesel::table! {
        pg_class (oid) {
            oid -> Oid,
            relname -> Text,
        }
    }
    diesel::table! {
        pg_index (indexrelid) {
            indexrelid -> Oid,
            indisvalid -> Bool,
        }
    }
    diesel::table! {
        pg_extension (oid) {
            oid -> Oid,
            extname -> Text,
        }
    }
    diesel::allow_tables_to_appear_in_same_query!(pg_class, pg_index);
}
use catalogs::{pg_class, pg_extension, pg_index};

/// Makes what is missing of our indexes on the CRM's tables, without locking them; `tell` hears the name of each and
/// whether it is new. One that an earlier, interrupted run left half made is made again.
///
/// # Errors
/// The engine's, and those of `tell`.
pub fn make_beside_the_crm(db: &Db, mut tell: impl FnMut(&str, bool) -> Result<()>) -> Result<()> {
    let connection = &mut *db.raw()?;
    let Some(connection) = dialect::as_postgres(connection) else { return Ok(()) };
    connection.batch_execute("SET statement_timeout = 0")?;
    let trigrams = if has_trigrams(connection)? { TRIGRAMS } else { &[] };
    for statement in MIGRATIONS.iter().flat_map(|file| file.lines()).chain(trigrams.iter().copied()) {
        let Some(rest) = statement.strip_prefix(CREATE) else { continue };
        let name = rest.split(' ').next().unwrap_or_default();
        let there = is_valid(connection, name)?;
        if there == Some(false) {
            connection.batch_execute(&["DROP INDEX CONCURRENTLY ", name].concat())?;
        }
        if there != Some(true) {
            connection.batch_execute(&["CREATE INDEX CONCURRENTLY ", rest].concat())?;
        }
        tell(name, there != Some(true))?;
    }
    Ok(())
}

/// Makes the trigrams of our own database, where the server allows it.
pub(super) fn try_trigrams(connection: &mut AnyConnection) {
    let Some(connection) = dialect::as_postgres(connection) else { return };
    if let Err(error) = trigrams(connection) {
        tracing::info!(%error, "`contains` works without pg_trgm, which this server does not allow");
    }
}

fn trigrams(connection: &mut PgConnection) -> QueryResult<()> {
    if !has_trigrams(connection)? {
        connection.batch_execute("CREATE EXTENSION pg_trgm")?;
    }
    for statement in TRIGRAMS {
        let name = statement.strip_prefix(CREATE).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        if is_valid(connection, name)?.is_none() {
            connection.batch_execute(statement)?;
        }
    }
    Ok(())
}

fn has_trigrams(connection: &mut PgConnection) -> QueryResult<bool> {
    let found: i64 = pg_extension::table.filter(pg_extension::extname.eq("pg_trgm")).count().get_result(connection)?;
    Ok(found > 0)
}

/// Whether the index can be used; `None` when there is none of this name.
fn is_valid(connection: &mut PgConnection, name: &str) -> QueryResult<Option<bool>> {
    pg_class::table
        .inner_join(pg_index::table.on(pg_index::indexrelid.eq(pg_class::oid)))
        .filter(pg_class::relname.eq(name))
        .select(pg_index::indisvalid)
        .first(connection)
        .optional()
}
