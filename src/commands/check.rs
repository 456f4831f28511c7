//! `check`: what is wrong or doubtful with the settings and the database, one line each.
//!
//! An error is what keeps the program from doing what it promises; a warning is what its operator should know. Nothing is
//! changed, made or migrated.

use std::fs;
use std::io::{Write, stdout};
use std::os::unix::fs::PermissionsExt;

use super::context::FOLDS_ASCII_ONLY;
use super::{Context, Outcome, composed};
use crate::db::{AnyConnection, Db, dialect, migrations};
use crate::error::Result;

/// What was found.
#[derive(Debug, Default)]
struct Findings {
    errors: Vec<String>,
    warnings: Vec<String>,
}

/// Runs it. Exits with 1 when there are errors.
pub fn run(context: &Context) -> Result<Outcome> {
    let mut found = Findings::default();
    settings(context, &mut found)?;
    match context.database_as_it_is() {
        Ok(db) => database(&db, &mut found)?,
        Err(error) => found.errors.push(error.to_string()),
    }
    for (word, sentences) in [("error", &found.errors), ("warning", &found.warnings)] {
        for sentence in sentences {
            writeln!(stdout(), "{word}: {sentence}")?;
        }
    }
    if found.errors.is_empty() && found.warnings.is_empty() {
        writeln!(stdout(), "No problems were found.")?;
    }
    Ok(if found.errors.is_empty() { Outcome::Done } else { Outcome::Problem })
}

fn settings(context: &Context, found: &mut Findings) -> Result<()> {
    let settings = &context.settings;
    let file = context.secret_file()?;
    // Where a key would be made at the first start, its absence is no problem.
    let kept = file.as_ref().map(|_| "?".repeat(32));
    if let Err(sentence) = settings.clone().check(kept) {
        found.errors.push(sentence);
    }
    if let Some(file) = file.filter(|file| file.exists()) {
        let mode = fs::metadata(&file)?.permissions().mode();
        if mode & 0o077 != 0 {
            found.errors.push(format!("{} can be read by others than its owner. Run `chmod 600` on it.", file.display()));
        }
    }
    for host in settings.allowed_hosts.iter().filter(|host| host.contains(['*', '/', ':', ' '])) {
        found
            .errors
            .push(format!("ALLOWED_HOSTS: “{host}” is not a host name. Write www.example.com, or .example.com with its subdomains."));
    }
    if !settings.bind.ip().is_loopback() && settings.trusted_proxies.is_empty() {
        let sentence = "BIND is open to other machines and TRUSTED_PROXIES is empty: behind a proxy every visitor would have its address.";
        found.warnings.push(sentence.into());
    }
    Ok(())
}

fn database(db: &Db, found: &mut Findings) -> Result<()> {
    let state = migrations::state(db)?;
    if !state.unknown.is_empty() {
        found.errors.push(migrations::newer_sentence(&state.unknown));
    }
    if !state.pending.is_empty() {
        found.errors.push(format!("Migrations are pending: {}. Run `customer-segments migrate`.", state.pending.join(", ")));
    }
    db.read_blocking(|connection| engine(connection, found))?;
    if state.pending.is_empty() {
        for (model, count) in db.read_unhurried(composed::count_others)? {
            let sentence = "are stored un-normalised (not in NFC); rules compare them as they are stored.";
            found.warnings.push(format!("Texts of {count} {model} {sentence}"));
        }
    }
    Ok(())
}

fn engine(connection: &mut AnyConnection, found: &mut Findings) -> Result<()> {
    if !dialect::folds_alike(connection)? {
        found.errors.push(FOLDS_ASCII_ONLY.into());
    }
    if let Some(encoding) = dialect::server_setting(connection, "server_encoding")?.filter(|encoding| encoding != "UTF8") {
        found.errors.push(format!("The encoding of the database is {encoding}. It must be UTF8."));
    }
    let language = dialect::server_setting(connection, "lc_messages")?.unwrap_or_default();
    if !["", "C", "POSIX"].contains(&language.as_str()) && !language.starts_with("C.") && !language.starts_with("en") {
        found
            .errors
            .push(format!("The server speaks {language}: some of its errors are told by their English words. Set lc_messages to C."));
    }
    Ok(())
}
