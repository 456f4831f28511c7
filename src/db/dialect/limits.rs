//! What a transaction may do, and how long it may take.
//!
//! Said by `connection`, kept by `begin`.

use std::time::Duration;

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One snapshot, no change.
    Read,
    /// Changes, with SQLite's one write lock taken at the beginning (a later upgrade would fail at once).
    Write,
}

/// How long a transaction may take; `None` is as long as it does.
#[derive(Debug, Clone, Copy)]
pub(in crate::db) struct Limits {
    /// For its work: each statement on PostgreSQL, all together on SQLite, which is asked while it works and knows no statement.
    pub(in crate::db) work: Option<Duration>,
    /// For others who hold what it wants.
    pub(in crate::db) waits: Option<Duration>,
}

impl Limits {
    /// The same for both.
    pub(in crate::db) fn both(limit: Option<Duration>) -> Self {
        Self { work: limit, waits: limit }
    }
}
