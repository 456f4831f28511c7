//! `createsuperuser`: adds a user with all rights, on our own database.

use std::io::{Write, stdin, stdout};

use clap::Args;

use super::{Context, Outcome, new_password};
use crate::accounts::staff::Ownership;
use crate::accounts::user::{NewUser, User, normalize};
use crate::accounts::{Actor, Role, hashing, password};
use crate::db::migrations;
use crate::error::{AppError, Result};

/// The longest user name and e-mail, as in the table.
const LONGEST_NAME: usize = 150;
const LONGEST_EMAIL: usize = 254;

/// What `createsuperuser` may be told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The name to sign in with
    #[arg(long)]
    username: Option<String>,
    /// The e-mail address; may be left out
    #[arg(long)]
    email: Option<String>,
    /// Ask nothing; the password is in the environment variable `SUPERUSER_PASSWORD`
    #[arg(long, requires = "username")]
    noinput: bool,
}

/// Runs it.
///
/// # Errors
/// `Forbidden` on a shared database, where the CRM keeps the users; `Conflict` when the name is taken.
pub fn run(context: &Context, arguments: &Arguments) -> Result<Outcome> {
    let db = context.opened()?;
    if migrations::state(&db)?.shared {
        return Err(AppError::Forbidden("This database is shared with the CRM: accounts are made there.".into()));
    }
    let db = context.migrated(db)?;
    let username = told_or_asked(arguments.username.as_deref(), arguments.noinput, "Username: ")?;
    check_username(&username)?;
    let taken = || AppError::Conflict(format!("There is a user “{username}” already."));
    match db.read_blocking(|connection| User::find_by_username(connection, &username)) {
        Err(AppError::NotFound) => {}
        Ok(_) => return Err(taken()),
        Err(error) => return Err(error),
    }
    let email = told_or_asked(arguments.email.as_deref(), arguments.noinput, "E-mail (may be blank): ")?;
    if email.chars().count() > LONGEST_EMAIL || (!email.is_empty() && !email.contains('@')) {
        return Err(AppError::BadRequest("This is not an e-mail address.".into()));
    }
    let typed = new_password::of(&username, arguments.noinput)?;
    let hash = password::hash(hashing::preferred(context.settings.password_hasher, Ownership::Own), &typed)?;
    let new = NewUser { username: username.clone(), password: hash, email, role: Role::Admin, is_staff: true, is_superuser: true };
    let (actor, now) = (Actor::system("createsuperuser", false), context.clock().now());
    match db.write_blocking(|connection| User::insert(connection, &actor, &new, now)) {
        Err(AppError::NotUnique(_)) => return Err(taken()),
        added => added?,
    };
    writeln!(stdout(), "The superuser “{username}” was added.")?;
    Ok(Outcome::Done)
}

fn told_or_asked(told: Option<&str>, noinput: bool, question: &str) -> Result<String> {
    if told.is_some() || noinput {
        return Ok(told.unwrap_or_default().trim().to_owned());
    }
    write!(stdout(), "{question}")?;
    stdout().flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Django's rule for names.
fn check_username(username: &str) -> Result<()> {
    let is_plain = |letter: char| letter.is_alphanumeric() || "@.+-_".contains(letter);
    let normal = normalize(username);
    if normal.is_empty() || normal.chars().count() > LONGEST_NAME || !normal.chars().all(is_plain) {
        return Err(AppError::BadRequest(format!("A user name has 1 to {LONGEST_NAME} characters: letters, digits and @ . + - _ only.")));
    }
    Ok(())
}
