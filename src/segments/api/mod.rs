//! Segments in the JSON API.
//!
//! Handlers, listed in `routes`; the deeds are those of the pages (`save`, `bulk`, `recalculate`, `usage`, `curating`), and so are the
//! rules about who may. `read` is what several of them begin with, `written` what a body comes to.
//! Beside each handler stands what it declares of itself (`about…`), for the document of the API.

pub mod curate;
pub mod deeds;
pub mod fields;
pub mod history;
pub mod list;
pub mod members;
pub mod object;
mod read;
mod rules;
pub mod static_members;
pub mod validate;
pub mod why;
mod written;
