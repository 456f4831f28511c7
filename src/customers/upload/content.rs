//! The file of an upload: into the database and back, a piece at a time, and its first rows.
//!
//! Called by the pages, and by the runs over the file. Memory is that of one piece, however large the file is.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;

use diesel::prelude::*;
use encoding_rs::Encoding;

use super::state::State;
use super::store::{self, Import};
use crate::customers::import::{Table, require_closed_quotes, written_in};
use crate::db::schema::segments_import_piece as piece;
use crate::db::{AnyConnection, Db, Id, Time};
use crate::error::{AppError, Result};

/// Bytes of a piece.
const PIECE: u64 = 1_000_000;
/// The most columns: as many choices fit on a page.
const COLUMNS: usize = 200;
/// Rows that are shown before anything is read, and the characters of each cell.
const SHOWN: (usize, usize) = (3, 60);

/// Keeps a new upload with its file, which is open at its beginning.
///
/// # Errors
/// Those of the disk and of the database; what was kept of it then is thrown away with the old ones.
pub fn keep(db: &Db, new: &Import, file: &mut File, now: Time) -> Result<()> {
    let mut position = 0;
    loop {
        let mut bytes = Vec::new();
        Read::by_ref(file).take(PIECE).read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            break;
        }
        let row = (piece::import_id.eq(new.id), piece::position.eq(position), piece::bytes.eq(&bytes));
        db.write_blocking(|connection| Ok(diesel::insert_into(piece::table).values(row).execute(connection)?))?;
        position += 1;
    }
    db.write_blocking(|connection| store::pass(connection, new, now, State::Ready, "").map(drop))
}

/// A piece of the file of an upload; `None` past its end.
pub fn find_piece(connection: &mut AnyConnection, id: Id, position: i32) -> Result<Option<Vec<u8>>> {
    Ok(piece::table.find((id, position)).select(piece::bytes).first(connection).optional()?)
}

/// The file of an upload, on the disk without a name: it is gone when it has been read, or the process is.
///
/// # Errors
/// Those of the disk and of the database.
pub fn restore(db: &Db, id: Id) -> Result<File> {
    let (mut file, mut position) = (tempfile::tempfile()?, 0);
    while let Some(bytes) = db.read_unhurried(|connection| find_piece(connection, id, position))? {
        file.write_all(&bytes)?;
        position += 1;
    }
    file.rewind()?;
    Ok(file)
}

/// How a file begins.
#[derive(Debug, Clone, Default)]
pub struct Beginning {
    /// The names in the header.
    pub header: Vec<String>,
    /// The first rows, their cells shortened.
    pub rows: Vec<Vec<String>>,
}

impl Beginning {
    /// Reads it.
    ///
    /// # Errors
    /// `BadRequest` with the sentence why it cannot be read as a table.
    pub fn read(file: File, encoding: &'static Encoding, name: &str) -> Result<Self> {
        let mut table = Table::new(file, encoding, Path::new(name))?;
        let mut rows = Vec::new();
        while let Some(line) = table.next_line()? {
            rows.push(line.cells.iter().map(|cell| cell.chars().take(SHOWN.1).collect()).collect());
            if rows.len() == SHOWN.0 {
                break;
            }
        }
        Ok(Self { header: table.header, rows })
    }

    /// Reads it from the first piece of a file.
    ///
    /// # Errors
    /// Those of [`Beginning::read`].
    pub fn of_piece(bytes: &[u8], encoding: &str, name: &str) -> Result<Self> {
        let mut file = tempfile::tempfile()?;
        file.write_all(bytes)?;
        file.rewind()?;
        let encoding = written_in(&mut file, encoding)?;
        Self::read(file, encoding, name)
    }
}

/// Refuses a file of so many columns that their choices fit on no page.
///
/// # Errors
/// `BadRequest` with the sentence.
pub fn require_few_columns(count: usize) -> Result<()> {
    if count <= COLUMNS {
        return Ok(());
    }
    Err(AppError::BadRequest(format!("The file has {count} columns; {COLUMNS} are the most that can be imported here.")))
}

/// Reads through a file that comes in, and leaves it at its beginning; how it begins.
///
/// # Errors
/// `BadRequest` with the sentence why it cannot be imported, whatever its columns hold.
pub fn require_table(file: &mut File, encoding: &'static Encoding, name: &str) -> Result<Beginning> {
    require_closed_quotes(file, encoding, Path::new(name))?;
    let beginning = Beginning::read(file.try_clone()?, encoding, name)?;
    file.rewind()?;
    require_few_columns(beginning.header.len())?;
    if beginning.rows.is_empty() {
        return Err(AppError::BadRequest("The file has no rows below the names of its columns.".into()));
    }
    Ok(beginning)
}
