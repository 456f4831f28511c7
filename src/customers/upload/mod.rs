//! Files of companies, contacts and contracts that were uploaded, on their way into the database.
//!
//! Called by the pages of `customers/admin/import/`; what is done with the rows is `customers::import`'s. `store` keeps an upload
//! for a day and how far it is (`state`), `content` its file (in the database: any node can serve the next page), `refusals` the rows that a run refused;
//! `choices` is how it is to be read, guessed by `guess`.

pub mod choices;
pub mod content;
pub mod guess;
pub mod refusals;
pub mod state;
pub mod store;
