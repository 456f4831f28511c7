//! What segments select: companies, their contacts and their contracts.
//!
//! `company`, `contact` and `contract` are the models, read by the admin's lists and by segments; `import` brings them in
//! from files, `upload` keeps those that people send until then, `save` changes them by hand, `bereaved` is what a deleted one leaves behind, `lists` are what it
//! leaves, `sample` makes them up, `json` shows them to programs (`api`), `headers` knows what people call columns. Nothing
//! here knows segments: segments know customers, never the other way round.

pub mod admin;
pub mod api;
pub mod bereaved;
pub mod company;
pub mod contact;
pub mod contract;
pub mod crm_mail;
pub mod headers;
pub mod import;
pub mod json;
pub mod sample;
pub mod upload;

mod lists;
mod save;

use crate::accounts::actor::{Rights, Role};

/// Rows that go into one `INSERT`: of the widest table as many as stay below the 32,766 values that SQLite binds.
const INSERTED_AT_ONCE: usize = 1_000;

/// Everybody sees customers, Sales edits them, and beside the CRM they are the CRM's.
const fn rights(plural: &'static str) -> Rights {
    const EDITORS: &[Role] = &[Role::Sales];
    Rights { plural, view: &Role::ALL, add: EDITORS, change: EDITORS, delete: EDITORS, is_the_crms: true }
}
