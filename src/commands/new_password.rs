//! A new password, asked for on the terminal without echo or taken from the environment; for the commands on users.

use std::env;

use crate::accounts::password_rules;
use crate::error::{AppError, Result};

/// Where it is found with `--noinput`. Not a flag: flags are seen by everyone on the machine.
const VARIABLE: &str = "SUPERUSER_PASSWORD";

/// A new password for `username`.
///
/// # Errors
/// `BadRequest` with the sentence why it will not do.
pub(super) fn of(username: &str, noinput: bool) -> Result<String> {
    let typed = if noinput {
        env::var(VARIABLE)
            .map_err(|_| AppError::BadRequest(format!("With --noinput the password is taken from {VARIABLE}, which is not set.")))?
    } else {
        let typed = ask("Password: ")?;
        if typed != ask("Password (again): ")? {
            return Err(AppError::BadRequest("The two passwords are not the same. Nothing was changed.".into()));
        }
        typed
    };
    let problems = password_rules::problems(&typed, username);
    if problems.is_empty() { Ok(typed) } else { Err(AppError::BadRequest(problems.join("\n"))) }
}

fn ask(question: &str) -> Result<String> {
    rpassword::prompt_password(question).map_err(|error| {
        AppError::BadRequest(format!("The password cannot be asked for on a terminal ({error}). Use --noinput and {VARIABLE}."))
    })
}
