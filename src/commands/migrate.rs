//! `migrate`: brings the database up to date, or tells what would be done.

use std::io::{Write, stdout};

use clap::Args;

use super::{Context, Outcome};
use crate::db::{Db, indexes, migrations};
use crate::error::{AppError, Result};

/// What `migrate` may be told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Change nothing; exit with 1 if migrations are pending
    #[arg(long)]
    check: bool,
    /// Change nothing; list what would be applied, in order
    #[arg(long, conflicts_with = "check")]
    plan: bool,
    /// Then make our indexes on the CRM's tables of a shared database, without locking them
    #[arg(long, conflicts_with_all = ["check", "plan"])]
    indexes: bool,
}

/// Runs it.
pub fn run(context: &Context, arguments: &Arguments) -> Result<Outcome> {
    if arguments.check || arguments.plan {
        return tell(&context.database_as_it_is()?, arguments.check);
    }
    let db = context.opened()?;
    let applied = migrations::apply(&db)?;
    for name in &applied {
        writeln!(stdout(), "Applied {name}")?;
    }
    if applied.is_empty() {
        writeln!(stdout(), "The database is up to date.")?;
    }
    if arguments.indexes {
        make_indexes(&db)?;
    }
    Ok(Outcome::Done)
}

fn tell(db: &Db, is_check: bool) -> Result<Outcome> {
    let state = migrations::state(db)?;
    if !state.unknown.is_empty() {
        return Err(AppError::Conflict(migrations::newer_sentence(&state.unknown)));
    }
    for name in &state.pending {
        writeln!(stdout(), "{name}")?;
    }
    if state.pending.is_empty() {
        writeln!(stdout(), "The database is up to date.")?;
    }
    Ok(if is_check && !state.pending.is_empty() { Outcome::Problem } else { Outcome::Done })
}

fn make_indexes(db: &Db) -> Result<()> {
    if !migrations::state(db)?.shared {
        writeln!(stdout(), "The indexes of our own database came with its migrations.")?;
        return Ok(());
    }
    indexes::make_beside_the_crm(db, |name, is_new| {
        writeln!(stdout(), "Index {name}: {}", if is_new { "made" } else { "is there" })?;
        Ok(())
    })
}
