//! An upload as its page shows it: what its columns hold, or how far a run is, or what came of it.
//!
//! Read by `pages`.

use super::Imported;
use crate::admin::display::number;
use crate::customers::import::{ENCODINGS, What, fields};
use crate::customers::upload::choices::Choices;
use crate::customers::upload::content::{Beginning, find_piece};
use crate::customers::upload::refusals::{self, Row};
use crate::customers::upload::state::State;
use crate::customers::upload::store::Import;
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};

/// Refused rows that are shown; the others are downloaded.
const SHOWN: i64 = 100;

/// What is told where the beginning of a file cannot be read.
const UNREADABLE: &str = "The file cannot be read as it is said to be written. Choose what it is written in, and look again.";

/// A column of the file.
pub(super) struct Column {
    /// What its header calls it.
    pub(super) name: String,
    /// What the first rows have in it.
    pub(super) examples: Vec<String>,
    /// The field that it feeds; blank where it is left out.
    pub(super) field: String,
}

/// An upload as it is shown.
pub(super) struct View {
    pub(super) import: Import,
    pub(super) state: State,
    pub(super) what: What,
    pub(super) choices: Choices,
    /// Its columns, where they can be said.
    pub(super) columns: Vec<Column>,
    /// The first of the refused rows.
    pub(super) refused: Vec<Row>,
    /// What is told beside the numbers; blank for nothing.
    pub(super) sentence: String,
    /// For how many seconds nothing was heard of it.
    pub(super) silence: i64,
}

impl View {
    pub(super) fn read<A: Imported>(connection: &mut AnyConnection, import: Import, now: Time) -> Result<Self> {
        let (state, choices) = (import.state(now), choices(&import)?);
        let silence = import.silence(now);
        let (columns, refused) = (Vec::new(), Vec::new());
        let mut view = Self { state, what: A::WHAT, choices, columns, refused, sentence: String::new(), silence, import };
        view.sentence = view.sentence(now);
        if state == State::Ready {
            view.read_columns(connection)?;
        } else {
            view.refused = refusals::list(connection, view.import.id, 0, SHOWN)?;
        }
        Ok(view)
    }

    fn read_columns(&mut self, connection: &mut AnyConnection) -> Result<()> {
        let first = find_piece(connection, self.import.id, 0)?.unwrap_or_default();
        match Beginning::of_piece(&first, &self.choices.encoding, &self.import.name) {
            Ok(beginning) => {
                if let Some(cell) = beginning.header.iter().find(|cell| is_of_a_row(cell)).filter(|_| self.sentence.is_empty()) {
                    self.sentence = format!(
                        "The first line is taken for the names of the columns, but “{cell:.60}” looks as if it were a row. If it is one, put a line with names above it and upload the file again."
                    );
                }
                self.columns = columns(beginning, &self.choices.fields);
            }
            Err(AppError::BadRequest(_)) => UNREADABLE.clone_into(&mut self.sentence),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn sentence(&self, now: Time) -> String {
        let told = &self.import.sentence;
        match self.state {
            State::Ready if self.import.is_cut_short(now) => "The server ended while the file was checked. Check it again.".into(),
            _ => told.clone(),
        }
    }

    /// How the rows that were read so far are told, with what a run that ended early leaves.
    pub(super) fn stayed(&self) -> String {
        match self.import.rows() {
            0 => "Nothing was imported yet.".into(),
            1 => "1 row of the file is done, and stays.".into(),
            rows => format!("{} rows of the file are done, and stay.", number(rows)),
        }
    }

    /// The numbers, in the words for what will be or for what was done.
    pub(super) fn numbers(&self) -> Vec<(&'static str, String)> {
        let (import, is_to_be) = (&self.import, matches!(self.state, State::Checking | State::Checked));
        let all = [
            (if is_to_be { "To add" } else { "Added" }, import.added),
            (if is_to_be { "To update" } else { "Updated" }, import.updated),
            ("Unchanged", import.unchanged),
            ("Refused", import.refused),
            (if is_to_be { "Companies to add" } else { "Companies added" }, import.companies_added),
        ];
        let is_shown = |label: &str| self.what != What::Companies || !label.starts_with("Companies");
        all.into_iter().filter(|(label, _)| is_shown(label)).map(|(label, count)| (label, number(count.into()))).collect()
    }

    /// How many rows were refused.
    pub(super) fn refusals(&self) -> i64 {
        self.import.refused.into()
    }

    /// Whether there are more of them than are shown.
    pub(super) fn has_more(&self) -> bool {
        self.refusals() > SHOWN
    }

    /// Whether a run would change anything.
    pub(super) fn has_effect(&self) -> bool {
        self.import.added + self.import.updated + self.import.companies_added > 0
    }

    /// The fields that a column can feed, each as it is sent and as it is shown.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        let label =
            |field: &str| field.strip_prefix("company.").map_or(field.to_owned(), |of| format!("new company: {of}")).replace('_', " ");
        fields(self.what).into_iter().map(|field| (field.clone(), label(&field))).collect()
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a constant")]
    pub(super) fn encodings(&self) -> [(&'static str, &'static str); 3] {
        ENCODINGS
    }
}

/// Whether a cell of the first line can hardly be the name of a column.
fn is_of_a_row(cell: &str) -> bool {
    cell.contains('@') || Id::parse(cell).is_some()
}

/// How an upload is to be read.
pub(super) fn choices(import: &Import) -> Result<Choices> {
    serde_json::from_str(&import.choices).map_err(AppError::internal)
}

fn columns(beginning: Beginning, fields: &[String]) -> Vec<Column> {
    let Beginning { header, rows } = beginning;
    let column = |(place, name): (usize, String)| Column {
        name,
        examples: rows.iter().filter_map(|row| row.get(place)).filter(|cell| !cell.trim().is_empty()).cloned().collect(),
        field: fields.get(place).cloned().unwrap_or_default(),
    };
    header.into_iter().enumerate().map(column).collect()
}
