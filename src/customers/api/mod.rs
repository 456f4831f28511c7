//! Companies, contacts and contracts in the JSON API, for reading.
//!
//! `resources` declares in what the three differ, `list` has the handlers, `filters` understands parameters by the catalogue of
//! fields.

mod filters;
pub mod list;
pub mod resources;
