//! One classifier of database errors, for both engines.
//!
//! Diesel types only some of them and gives no SQLSTATE; the others are told by the engines' own words, which is why
//! `check` names a PostgreSQL server whose `lc_messages` translates them. Called by `error.rs` and by the retries of
//! `connection.rs`.

use diesel::result::{DatabaseErrorKind, Error};

/// What a database error means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No row where one was asked for.
    NotFound,
    /// A unique constraint; names the constraint (PostgreSQL) or the columns (SQLite).
    NotUnique(String),
    /// The statement ran past its deadline or was cancelled.
    Timeout,
    /// Somebody else holds the lock (SQLite), or waits for one were cut short.
    Busy,
    /// The transaction cannot be ordered among the others (40001).
    Serialization,
    /// Two transactions waited for one another (40P01).
    Deadlock,
    /// No room left, or the disk refuses what is written.
    Full,
    /// The connection is gone, or could not be made.
    Closed,
    /// This server takes no writes (a standby, or a read-only file).
    ReadOnly,
    /// Anything else: a fault of ours.
    Other,
}

impl Failure {
    /// Whether the same transaction may simply be run again: nothing of it was kept.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy | Self::Serialization | Self::Deadlock | Self::Closed)
    }

    /// Whether it lost against a transaction that wanted the same in another order.
    pub fn is_crossing(&self) -> bool {
        matches!(self, Self::Serialization | Self::Deadlock)
    }

    /// What to tell the person who asked.
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Timeout => "This question took longer than the database may work on one. Make it narrower, or try again later.",
            Self::Full => "The disk of the database is full, or cannot be written to. Nothing was saved.",
            Self::Busy | Self::Serialization | Self::Deadlock => "The database is busy. Nothing was saved; try again in a moment.",
            Self::Closed => "The database cannot be reached. Nothing was saved; try again in a moment.",
            Self::ReadOnly => "The database takes no changes at the moment. Nothing was saved; try again in a moment.",
            Self::NotFound | Self::NotUnique(_) | Self::Other => "The database refused this.",
        }
    }
}

/// Tells what `error` means.
pub fn classify(error: &Error) -> Failure {
    match error {
        Error::NotFound => Failure::NotFound,
        Error::BrokenTransactionManager => Failure::Closed,
        Error::DatabaseError(kind, information) => match kind {
            DatabaseErrorKind::UniqueViolation => {
                Failure::NotUnique(information.constraint_name().unwrap_or(information.message()).to_owned())
            }
            DatabaseErrorKind::SerializationFailure => Failure::Serialization,
            DatabaseErrorKind::ReadOnlyTransaction => Failure::ReadOnly,
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Failure::Closed,
            _ => by_text(information.message()),
        },
        _ => Failure::Other,
    }
}

/// The engines' words for what Diesel leaves untyped.
const WORDS: &[(&str, Failure)] = &[
    ("interrupted", Failure::Timeout),
    ("statement timeout", Failure::Timeout),
    ("canceling statement due to user request", Failure::Timeout),
    ("database is locked", Failure::Busy),
    ("database table is locked", Failure::Busy),
    ("database schema is locked", Failure::Busy),
    ("lock timeout", Failure::Busy),
    ("could not obtain lock", Failure::Busy),
    ("deadlock detected", Failure::Deadlock),
    ("could not serialize", Failure::Serialization),
    ("database or disk is full", Failure::Full),
    ("No space left on device", Failure::Full),
    ("disk full", Failure::Full),
    ("disk I/O error", Failure::Full),
    ("could not extend file", Failure::Full),
    ("readonly database", Failure::ReadOnly),
    ("read-only transaction", Failure::ReadOnly),
    ("too many clients", Failure::Closed),
    ("terminating connection", Failure::Closed),
    ("server closed the connection", Failure::Closed),
    ("connection to server", Failure::Closed),
    ("the database system is", Failure::Closed),
    ("unable to open database file", Failure::Closed),
    ("no connection to the server", Failure::Closed),
];

fn by_text(message: &str) -> Failure {
    WORDS.iter().find(|(word, _)| message.contains(word)).map_or(Failure::Other, |(_, failure)| failure.clone())
}
