//! What can go wrong, by meaning: few kinds, made anywhere, rendered once.
//!
//! Every layer returns [`AppError`]; `server.rs` turns it into a page or a problem document and writes the cause to the
//! log, never to the page. A redirect or a failed form is an answer, not an error, so neither is here.

use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::db::classify::{Failure, classify};

/// The outcome of anything that can fail.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// A failure, named by what it means for the person who asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// What was asked for does not exist, or may not be seen (the two are told apart nowhere). HTTP 404.
    #[error("not found")]
    NotFound,
    /// Who asks has not shown who they are, or what they showed is worth nothing any more; the sentence. HTTP 401.
    #[error("{0}")]
    NotAuthenticated(String),
    /// The actor may see it but not do this; the sentence says why. HTTP 403.
    #[error("{0}")]
    Forbidden(String),
    /// The request cannot be understood; the sentence says what is wrong with it. HTTP 400.
    #[error("{0}")]
    BadRequest(String),
    /// Somebody else changed it meanwhile, or its state does not allow this. HTTP 409.
    #[error("{0}")]
    Conflict(String),
    /// The body is larger than this route takes. HTTP 413.
    #[error("{0}")]
    TooLarge(String),
    /// Not now: too much is being asked at once. HTTP 503, worth a later try.
    #[error("{0}")]
    Unavailable(String),
    /// Not now: the database is busy, full or away, or the question took too long; nothing was saved. HTTP 503.
    #[error("{}", .0.sentence())]
    Database(Failure),
    /// The database refused a row because a value must be unique; the text names what the engine named.
    #[error("a value is not unique: {0}")]
    NotUnique(String),
    /// A fault of ours. HTTP 500 with a sentence that says nothing of the cause.
    #[error("internal error: {0}")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl AppError {
    /// A fault of ours, from any cause.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

/// What `work` comes to; where it panics, a fault of ours like others, so that whoever waits for it is told.
///
/// # Errors
/// Those of `work`.
pub fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(AppError::internal("it panicked")))
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        match classify(&error) {
            Failure::NotFound => Self::NotFound,
            Failure::NotUnique(what) => Self::NotUnique(what),
            Failure::Other => Self::internal(error),
            transient => Self::Database(transient),
        }
    }
}

impl From<diesel::r2d2::PoolError> for AppError {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        tracing::warn!(%error, "no database connection");
        // The pool tells both by the same type; its sentence ends with the engine's only if there was one.
        let is_away = error.to_string().contains(": ");
        Self::Database(if is_away { Failure::Closed } else { Failure::Busy })
    }
}

impl From<std::io::Error> for AppError {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_like_others() {
        assert!(matches!(caught(|| -> Result<()> { panic!("of a test") }), Err(AppError::Internal(_))));
        assert!(matches!(caught(|| Err::<(), _>(AppError::NotFound)), Err(AppError::NotFound)));
        assert_eq!(caught(|| Ok(1)).unwrap(), 1);
    }
}
