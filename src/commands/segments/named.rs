//! Which segments a command is about, and how it answers.

use clap::Args;

use crate::error::{AppError, Result};
use crate::segments::model::Row;

/// Names or ids, or all; and the form of the answer.
#[derive(Debug, Clone, Args)]
pub(super) struct Named {
    /// Names (case ignored) or ids of segments
    #[arg(value_name = "NAME|ID")]
    names: Vec<String>,
    /// All segments
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl Named {
    /// The same, meaning all where none is named.
    pub(super) fn or_all(&self) -> Self {
        Self { all: self.names.is_empty(), ..self.clone() }
    }

    pub(super) fn is_all(&self) -> bool {
        self.all
    }

    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    pub(super) fn is_csv(&self) -> bool {
        self.csv
    }

    /// The segments; `find` is asked for each name, or for all with `None`.
    ///
    /// # Errors
    /// `BadRequest` when none is named, `Conflict` with the sentence which one there is not.
    pub(super) fn find(&self, mut find: impl FnMut(Option<&str>) -> Result<Vec<Row>>) -> Result<Vec<Row>> {
        if self.all {
            return find(None);
        }
        if self.names.is_empty() {
            return Err(AppError::BadRequest("Name a segment, or say --all.".into()));
        }
        let mut rows = Vec::new();
        for name in &self.names {
            rows.extend(find(Some(name)).map_err(|error| match error {
                AppError::NotFound => AppError::Conflict(format!("There is no segment “{name}”.")),
                other => other,
            })?);
        }
        Ok(rows)
    }
}
