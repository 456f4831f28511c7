//! How the pool opens connections, and finds out that one is broken.
//!
//! Held by `connection::Db`.

use diesel::r2d2::{self, ManageConnection, R2D2Connection};

use super::connection::{AnyConnection, Options};
use super::dialect::{self, Engine};

/// Opens connections for the pool.
#[derive(Debug)]
pub struct Manager {
    pub(super) options: Options,
    pub(super) engine: Engine,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, r2d2::Error> {
        dialect::connect(self.engine, &self.options)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), r2d2::Error> {
        connection.ping().map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// The pool opens connections in the background; what fails there belongs in the log.
#[derive(Debug)]
pub(super) struct LogOpening;

impl ::r2d2::HandleError<r2d2::Error> for LogOpening {
    fn handle_error(&self, error: r2d2::Error) {
        tracing::warn!(%error, "a database connection could not be opened");
    }
}
