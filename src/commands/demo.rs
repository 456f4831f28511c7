//! `demo`: serves a throw-away database with sample data and a user who can sign in.

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;

use clap::Args;
use tempfile::TempDir;

use super::{Context, Outcome, serve};
use crate::accounts::managing::{self, Values};
use crate::accounts::staff::Ownership;
use crate::accounts::{Actor, Role, hashing, password};
use crate::config::Settings;
use crate::customers;
use crate::db::{Db, Id, migrations};
use crate::error::{AppError, Result};
use crate::segments;

/// What `demo` is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How many contacts to make up; there are a tenth as many companies, and contracts for them
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    contacts: u32,
    /// Keep the database in this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
}

/// The user of the demo.
const USERNAME: &str = "demo";

/// Runs it.
pub fn run(context: &Context, arguments: &Arguments) -> Result<Outcome> {
    // Held until the end: the directory goes when it does.
    let (file, _directory) = place(arguments)?;
    let context = &Context::new(Settings { database_url: format!("sqlite://{}", file.display()), ..context.settings.clone() });
    let config = context.config()?;
    let db = context.opened()?;
    migrations::apply_tables(&db)?;
    writeln!(stderr(), "Making up {} contacts …", arguments.contacts)?;
    customers::sample::fill(&db, &context.clock(), arguments.contacts as usize)?;
    let db = context.migrated(db)?;
    let password = introduce(context, &db)?;
    serve::serve(context, config, db, |url| {
        writeln!(stdout(), "URL: {url}\nUsername: {USERNAME}\nPassword: {password}")?;
        if let Some(file) = &arguments.keep {
            writeln!(stdout(), "The database is kept in {}.", file.display())?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

/// Where the database goes.
fn place(arguments: &Arguments) -> Result<(PathBuf, Option<TempDir>)> {
    match &arguments.keep {
        Some(file) if file.exists() => Err(AppError::BadRequest(format!(
            "{file} exists already. Serve it with: customer-segments serve --database-url sqlite://{file}",
            file = file.display()
        ))),
        Some(file) => Ok((file.clone(), None)),
        None => {
            let directory = TempDir::with_prefix("customer-segments-demo-")?;
            Ok((directory.path().join("demo.db"), Some(directory)))
        }
    }
}

/// Makes the user and their segments, and gives the user's password.
fn introduce(context: &Context, db: &Db) -> Result<String> {
    let clock = context.clock();
    let password = readable_password()?;
    let hash = password::hash(hashing::preferred(context.settings.password_hasher, Ownership::Own), &password)?;
    let user = Values { email: "demo@company.example".into(), is_superuser: true, ..Values::new(USERNAME, Role::Admin) };
    let (program, id) = (Actor::system("demo", false), Id::new());
    db.write_unhurried(|connection| managing::insert(connection, &program, clock.now(), id, &user, &hash))?;
    segments::sample::fill(db, &clock, &Actor { id: Some(id), name: USERNAME.into(), ..program })?;
    Ok(password)
}

/// Words that nobody mishears, 64 of them.
const WORDS: [&str; 64] = [
    "amber", "anchor", "apple", "autumn", "bamboo", "banjo", "basket", "beacon", "bridge", "butter", "cactus", "camera", "candle",
    "canyon", "carpet", "castle", "cedar", "cello", "cherry", "cloud", "copper", "coral", "cotton", "dolphin", "dragon", "eagle", "ember",
    "falcon", "feather", "forest", "garden", "ginger", "guitar", "harbor", "honey", "island", "jasmine", "jungle", "lantern", "lemon",
    "lotus", "magnet", "mango", "maple", "meadow", "melody", "mirror", "monsoon", "ocean", "olive", "orchid", "paper", "pepper", "piano",
    "planet", "river", "saffron", "silver", "summer", "temple", "tiger", "velvet", "violin", "willow",
];

/// Four words and two digits, from 30 random bits.
fn readable_password() -> Result<String> {
    let mut random = [0_u8; 6];
    getrandom::fill(&mut random).map_err(AppError::internal)?;
    let [first, second, third, fourth, tens, ones] = random;
    let word = |byte: u8| WORDS.get(usize::from(byte % 64)).copied().unwrap_or_default();
    let words = [first, second, third, fourth].map(word).join("-");
    Ok(format!("{words}-{}{}", tens % 10, ones % 10))
}
