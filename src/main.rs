//! The command line, one line a command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use customer_segments::commands::{self, backup, changepassword, check, createsuperuser, demo, import, migrate, segments, serve};
use customer_segments::config::Settings;

/// Customer Segments: define who a campaign talks to
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrate our own database, then serve the site; what is done when no command is named
    Serve,
    /// Serve a throw-away copy with sample data and a ready user
    Demo(demo::Arguments),
    /// Apply pending migrations to the database
    Migrate(migrate::Arguments),
    /// Add a user with all rights
    Createsuperuser(createsuperuser::Arguments),
    /// Give a user a new password
    Changepassword(changepassword::Arguments),
    /// Load companies, contacts or contracts from a CSV file into our own database
    Import(import::Arguments),
    /// List, count, export, check segments; evaluate criteria
    Segments(segments::Arguments),
    /// Look for problems with the settings and the database, one line each
    Check,
    /// Copy a live SQLite database to a new file, checked
    Backup(backup::Arguments),
}

fn main() -> ExitCode {
    if let Err(code) = commands::read_dotenv() {
        return code;
    }
    let Program { command, settings } = Program::parse();
    commands::run(settings, |context| match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(context),
        Command::Demo(arguments) => demo::run(context, &arguments),
        Command::Migrate(arguments) => migrate::run(context, &arguments),
        Command::Createsuperuser(arguments) => createsuperuser::run(context, &arguments),
        Command::Changepassword(arguments) => changepassword::run(context, &arguments),
        Command::Import(arguments) => import::run(context, &arguments),
        Command::Segments(arguments) => segments::run(context, &arguments),
        Command::Check => check::run(context),
        Command::Backup(arguments) => backup::run(context, &arguments),
    })
}
