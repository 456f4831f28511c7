//! How an uploaded file is to be read: what the flags are to the command.
//!
//! Kept with the upload, as JSON; changed on its page.

use serde::{Deserialize, Serialize};

use crate::customers::import::{Order, What};

/// The choices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// What it is written in, of `import::ENCODINGS`.
    pub encoding: String,
    /// How dates are written; blank for ISO.
    pub date_format: String,
    /// See [`Order::create_companies`].
    pub create_companies: bool,
    /// See [`Order::blank_clears`].
    pub blank_clears: bool,
    /// See [`Order::resubscribe`].
    pub resubscribe: bool,
    /// What each column holds; blank where it is left out.
    pub fields: Vec<String>,
}

/// How the fields of a company begin that is made for a row.
const OF_COMPANY: &str = "company.";

impl Choices {
    /// The order to import the file `name`, which is in `encoding`, by these choices.
    pub fn order(&self, what: What, name: &str, encoding: &str, dry_run: bool) -> Order {
        let is_left_out = |field: &String| !self.create_companies && field.starts_with(OF_COMPANY);
        let field = |field: &String| if is_left_out(field) { String::new() } else { field.clone() };
        Order {
            what,
            file: name.into(),
            maps: Vec::new(),
            fields: Some(self.fields.iter().map(field).collect()),
            encoding: Some(encoding.to_owned()),
            date_format: Some(self.date_format.trim().to_owned()).filter(|format| !format.is_empty()),
            create_companies: self.create_companies && what != What::Companies,
            blank_clears: self.blank_clears,
            resubscribe: self.resubscribe,
            dry_run,
        }
    }
}
