//! The command line, one line a command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use customer_segments::commands::{self, backup, check, migrate};
use customer_segments::config::Settings;

/// Customer Segments: define who a campaign talks to
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
struct Program {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Apply pending migrations to the database
    Migrate(migrate::Arguments),
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
    commands::run(settings, |context| match command {
        Command::Migrate(arguments) => migrate::run(context, &arguments),
        Command::Check => check::run(context),
        Command::Backup(arguments) => backup::run(context, &arguments),
    })
}
