//! A new password, asked for on the terminal without echo or taken from the environment; for the commands on users.

use std::env;

use crate::error::{AppError, Result};

/// Where it is found with `--noinput`. Not a flag: flags are seen by everyone on the machine.
const VARIABLE: &str = "SUPERUSER_PASSWORD";
/// The fewest characters, and the most bytes that are hashed at all.
const SHORTEST: usize = 8;
const LONGEST: usize = 4096;

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
    check(&typed, username)?;
    Ok(typed)
}

fn ask(question: &str) -> Result<String> {
    rpassword::prompt_password(question).map_err(|error| {
        AppError::BadRequest(format!("The password cannot be asked for on a terminal ({error}). Use --noinput and {VARIABLE}."))
    })
}

fn check(typed: &str, username: &str) -> Result<()> {
    let sentence = if typed.chars().count() < SHORTEST {
        format!("A password has at least {SHORTEST} characters.")
    } else if typed.len() > LONGEST {
        format!("A password has at most {LONGEST} bytes.")
    } else if typed.to_lowercase() == username.to_lowercase() {
        "A password must not be the user name.".to_owned()
    } else {
        return Ok(());
    };
    Err(AppError::BadRequest(sentence))
}
