//! `changepassword`: gives a user a new password; on a shared database too, in the format that the CRM reads.

use std::io::{Write, stdout};

use clap::Args;

use super::{Context, Outcome, new_password};
use crate::accounts::staff::Ownership;
use crate::accounts::user::User;
use crate::accounts::{Actor, hashing, password};
use crate::db::migrations;
use crate::error::{AppError, Result};

/// What `changepassword` is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The name of the user
    user: String,
    /// Ask nothing; the password is in the environment variable `SUPERUSER_PASSWORD`
    #[arg(long)]
    noinput: bool,
}

/// Runs it. Whoever is signed in as the user is signed out by it.
///
/// # Errors
/// `Conflict` when there is no such user.
pub fn run(context: &Context, arguments: &Arguments) -> Result<Outcome> {
    let db = context.database()?;
    let is_shared = migrations::state(&db)?.shared;
    let user = db.read_blocking(|connection| User::find_by_username(connection, &arguments.user)).map_err(|error| match error {
        AppError::NotFound => AppError::Conflict(format!("There is no user “{}”. Case matters.", arguments.user)),
        other => other,
    })?;
    let typed = new_password::of(&user.username, arguments.noinput)?;
    let ownership = if is_shared { Ownership::Shared } else { Ownership::Own };
    let hash = password::hash(hashing::preferred(context.settings.password_hasher, ownership), &typed)?;
    let (actor, now) = (Actor::system("changepassword", is_shared), context.clock().now());
    db.write_blocking(|connection| user.set_password(connection, &actor, &hash, now))?;
    writeln!(stdout(), "The password of “{}” was changed.", user.username)?;
    Ok(Outcome::Done)
}
