//! `backup FILE`: a consistent, checked copy of a live SQLite database.

use std::fs::{self, File};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Context, Outcome};
use crate::db::copy;
use crate::error::{AppError, Result};

/// What `backup` is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The file to make; it must not exist yet
    file: PathBuf,
}

/// Runs it. The copy gets its name only when it is complete, checked and on the disk.
pub fn run(context: &Context, arguments: &Arguments) -> Result<Outcome> {
    let Some(original) = context.sqlite_file()? else {
        return Err(AppError::BadRequest("`backup` copies SQLite databases. Use pg_dump for one on PostgreSQL.".into()));
    };
    let target = &arguments.file;
    if target.exists() {
        return Err(AppError::BadRequest(format!("{} exists already; nothing was written.", target.display())));
    }
    let db = context.database_as_it_is()?;
    let half = unfinished(target)?;
    let done = make(&original, &half, target).and_then(|()| copy::into(&db, &half)).and_then(|()| finish(&half, target));
    if let Err(error) = done {
        remove(&half);
        return Err(error);
    }
    writeln!(stdout(), "{} is a checked copy of {}, {} bytes.", target.display(), original.display(), fs::metadata(target)?.len())?;
    Ok(Outcome::Done)
}

/// A name of its own beside the target, so that the last step is a rename on the same disk.
fn unfinished(target: &Path) -> Result<PathBuf> {
    let name = target.file_name().ok_or_else(|| AppError::BadRequest(format!("{} names no file.", target.display())))?;
    let mut name = name.to_os_string();
    name.push(format!(".{}.unfinished", std::process::id()));
    Ok(target.with_file_name(name))
}

/// An empty file that the same people may read as the original: it will have the same secrets in it.
fn make(original: &Path, half: &Path, target: &Path) -> Result<()> {
    let cannot = |error: std::io::Error| AppError::BadRequest(format!("{} cannot be written: {error}.", target.display()));
    let file = File::create_new(half).map_err(cannot)?;
    file.set_permissions(fs::metadata(original)?.permissions()).map_err(cannot)
}

fn finish(half: &Path, target: &Path) -> Result<()> {
    File::open(half)?.sync_all()?;
    fs::rename(half, target)?;
    // The new name itself is on the disk only when its directory is.
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(File::open(directory)?.sync_all()?)
}

fn remove(half: &Path) {
    if half.exists()
        && let Err(error) = fs::remove_file(half)
    {
        tracing::warn!(%error, file = %half.display(), "an unfinished copy was left");
    }
}
