//! The command line: one file a command, each a function from what it was told to an [`Outcome`].
//!
//! Called by `main.rs` alone. Results go to stdout, the log and what went wrong to stderr; the exit code is 0 for done, 1
//! for a problem found, 2 for wrong use (clap's own code for it, too).

pub mod backup;
pub mod changepassword;
pub mod check;
mod composed;
pub mod context;
pub mod createsuperuser;
pub mod demo;
pub mod import;
pub mod migrate;
mod new_password;
pub mod segments;
pub mod serve;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};
use crate::error::{AppError, Result};

pub use context::Context;

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done. Exit code 0.
    Done,
    /// A problem was found and told (or rows were refused). Exit code 1.
    Problem,
}

const WRONG_USE: u8 = 2;

/// Reads settings from `.env` in the working directory into the environment, where they are not set already.
///
/// # Errors
/// The exit code, after one sentence, when the file is there but cannot be read as settings.
pub fn read_dotenv() -> Result<(), ExitCode> {
    match dotenvy::from_path(".env") {
        Err(error) if !error.not_found() => {
            tell(&format!("The file .env cannot be read: {error}."));
            Err(ExitCode::from(WRONG_USE))
        }
        _ => Ok(()),
    }
}

/// Runs one command and turns its end into an exit code.
pub fn run(settings: Settings, command: impl FnOnce(&Context) -> Result<Outcome>) -> ExitCode {
    log_to_stderr(settings.log_format);
    match command(&Context::new(settings)) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Problem) => ExitCode::FAILURE,
        // Somebody reads the first lines only (`… | head`): not worth a word.
        Err(AppError::Internal(cause)) if is_closed_pipe(&*cause) => ExitCode::FAILURE,
        Err(AppError::BadRequest(sentence)) => {
            tell(&sentence);
            ExitCode::from(WRONG_USE)
        }
        Err(error) => {
            tell(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// `RUST_LOG` chooses what is logged; otherwise that is what a person at the terminal wants to know.
fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Pretty => log.with_target(false).with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
}

fn is_closed_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Says it on stderr. Whether that is still open is not for us to mind.
fn tell(sentence: &str) {
    if let Err(error) = writeln!(io::stderr(), "{sentence}") {
        tracing::debug!(%error, "stderr");
    }
}
