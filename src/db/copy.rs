//! A copy of a SQLite database that is in use, and whether it is whole.
//!
//! Called by the command `backup`, and by dry runs for a place to write in. `VACUUM INTO` reads one snapshot and holds up no writer. The copy is opened like any
//! database, for its indexes need the function that folds.

use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use tempfile::TempDir;

use super::connection::{Db, Options};
use super::dialect::{self, Engine};
use crate::error::{AppError, Result};

mod pragmas {
    //! What SQLite finds wrong with a file, as tables.
    diesel::table! {
        pragma_integrity_check (integrity_check) {
            integrity_check -> Text,
        }
    }
    diesel::table! {
        pragma_foreign_key_check (parent) {
            parent -> Text,
        }
    }
}

/// Copies the database into `file`, which must be empty or missing, and checks the copy.
///
/// # Errors
/// `Internal` when the copy is not whole; `Database(Full)` and the like when it cannot be written.
pub fn into(db: &Db, file: &Path) -> Result<()> {
    let name = file.to_str().ok_or_else(|| AppError::BadRequest("The name of the file is not Unicode.".into()))?;
    vacuum(db, name)?;
    check(name)
}

/// A database in which something long can be written that is taken back, until this is dropped.
pub struct Rehearsal {
    /// The database.
    pub db: Db,
    _folder: Option<TempDir>,
}

/// Where a dry run does not keep others from writing: on SQLite, where one alone writes, in a copy (in the folder for temporary
/// files); on PostgreSQL in the database itself, where the rows stay as they are (`shadow`).
///
/// # Errors
/// `Database(Full)` and the like when the copy cannot be written.
pub fn rehearsal(db: &Db) -> Result<Rehearsal> {
    if db.engine() != Engine::Sqlite {
        return Ok(Rehearsal { db: db.clone(), _folder: None });
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("rehearsal.db");
    let name = file.to_str().ok_or_else(|| AppError::internal("the folder for temporary files is not Unicode"))?;
    vacuum(db, name)?;
    let options = Options { url: format!("sqlite://{name}"), pool_size: 2, ..db.options().clone() };
    Ok(Rehearsal { db: Db::open(options)?, _folder: Some(folder) })
}

#[expect(clippy::disallowed_methods, reason = "VACUUM is not in Diesel's language; the name of the file is a bind")]
fn vacuum(db: &Db, file: &str) -> Result<()> {
    // A connection of its own: one of the pool may still refuse to write, from the last time it only read.
    let own = &mut dialect::connect(Engine::Sqlite, db.options()).map_err(AppError::internal)?;
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(file).execute(own)?;
    Ok(())
}

fn check(file: &str) -> Result<()> {
    use pragmas::pragma_foreign_key_check::dsl::pragma_foreign_key_check;
    use pragmas::pragma_integrity_check::dsl::{integrity_check, pragma_integrity_check};
    let copy = &mut dialect::connect(Engine::Sqlite, &Options::new(format!("sqlite://{file}"))).map_err(AppError::internal)?;
    let found: Vec<String> = pragma_integrity_check.select(integrity_check).load(copy)?;
    if found != ["ok"] {
        return Err(AppError::internal(format!("the copy is damaged: {}", found.join("; "))));
    }
    let orphans: i64 = pragma_foreign_key_check.count().get_result(copy)?;
    if orphans > 0 {
        return Err(AppError::internal(format!("the copy has {orphans} rows that refer to missing ones")));
    }
    Ok(())
}
