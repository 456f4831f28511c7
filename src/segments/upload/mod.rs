//! Pastes and files on their way into a list: read, matched, looked at, applied as one batch.
//!
//! `file` and `columns` read the rows of a file, `mailbox` the addresses in them (`paste` those of a paste), `staging` has them matched
//! some thousand at a time and keeps them in `store` and `rows`; `matching` says whom each stands for: the `pool` of whom it may, `near`
//! misses by their bare `names`, and their `standing` on the list. `view` is what came of it, `applying` what is done with it, `beating` meanwhile.
//! `deeds` are done on threads of their own, `pages` and `download` are what people see, `acting` what
//! they do there.

pub mod acting;
pub mod applying;
pub mod beating;
pub mod columns;
pub mod deeds;
pub mod download;
pub mod entry;
pub mod file;
pub mod list_csv;
pub mod mailbox;
pub mod matching;
mod names;
mod near;
pub mod pages;
mod pool;
pub mod rows;
pub mod staging;
mod standing;
pub mod store;
pub mod view;
