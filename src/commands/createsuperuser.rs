//! `createsuperuser`: adds a user with all rights, on our own database.

use std::io::{Write, stdin, stdout};

use clap::Args;

use super::{Context, Outcome, new_password};
use crate::accounts::managing::{self, Values};
use crate::accounts::staff::Ownership;
use crate::accounts::user::{User, email_problem, username_problem};
use crate::accounts::{Actor, Role, hashing, password};
use crate::db::{Id, migrations};
use crate::error::{AppError, Result};

/// What `createsuperuser` may be told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The name to sign in with
    #[arg(long)]
    username: Option<String>,
    /// The email address; may be left out
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
    refuse(username_problem(&username))?;
    let taken = |name: &str| AppError::Conflict(format!("There is a user “{name}” already."));
    if let Some(name) = db.read_blocking(|connection| User::find_namesake(connection, &username, None))? {
        return Err(taken(&name));
    }
    let email = told_or_asked(arguments.email.as_deref(), arguments.noinput, "Email address (may be blank): ")?;
    refuse(email_problem(&email))?;
    let typed = new_password::of(&username, arguments.noinput)?;
    let hash = password::hash(hashing::preferred(context.settings.password_hasher, Ownership::Own), &typed)?;
    let new = Values { email, is_superuser: true, ..Values::new(&username, Role::Admin) };
    let (actor, now) = (Actor::system("createsuperuser", false), context.clock().now());
    match db.write_blocking(|connection| managing::insert(connection, &actor, now, Id::new(), &new, &hash)) {
        Err(AppError::NotUnique(_)) => return Err(taken(&username)),
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

fn refuse(problem: Option<impl Into<String>>) -> Result<()> {
    problem.map_or(Ok(()), |problem| Err(AppError::BadRequest(problem.into())))
}
