//! `import companies|contacts|contracts FILE.csv`: loads CRM data into our own database.

use std::fs::File;
use std::io::{Write, stderr, stdout};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Context, Outcome};
use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::customers::import::{self, Listener, Order, Refusal, RefusalWriter, Report, What};
use crate::db::migrations;
use crate::error::{AppError, Result};

/// What `import` is told.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Arguments {
    /// What is in the file
    what: Kind,
    /// The CSV file; its first line names the columns
    file: PathBuf,
    /// Which column feeds which field: "Column=field"; "First Name+Last Name=name" joins by a blank
    #[arg(long = "map", value_name = "COLUMN=FIELD")]
    maps: Vec<String>,
    /// The encoding of the file [default: utf-8]
    #[arg(long)]
    encoding: Option<String>,
    /// How dates are written: %d/%m/%Y [default: ISO, 2026-11-22]
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<String>,
    /// Make companies that rows name and that are not there, filled from columns like company.country
    #[arg(long)]
    create_companies: bool,
    /// Let a blank cell take out what is there
    #[arg(long)]
    blank_clears: bool,
    /// Let unsubscribed contacts become subscribed again
    #[arg(long)]
    resubscribe: bool,
    /// Tell what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
    /// Write the refused rows to this file, as CSV
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Companies,
    Contacts,
    Contracts,
}

impl Arguments {
    fn order(&self) -> Order {
        let what = match self.what {
            Kind::Companies => What::Companies,
            Kind::Contacts => What::Contacts,
            Kind::Contracts => What::Contracts,
        };
        Order {
            what,
            file: self.file.clone(),
            maps: self.maps.clone(),
            fields: None,
            encoding: self.encoding.clone(),
            date_format: self.date_format.clone(),
            create_companies: self.create_companies,
            blank_clears: self.blank_clears,
            resubscribe: self.resubscribe,
            dry_run: self.dry_run,
        }
    }
}

/// Runs it.
pub fn run(context: &Context, arguments: &Arguments) -> Result<Outcome> {
    let order = arguments.order();
    // Whether the CRM shares the database comes first: there is nothing to migrate for what is not allowed.
    let opened = context.opened()?;
    let actor = Actor::system("import", migrations::state(&opened)?.shared);
    actor.require(Permission::Add, order.what.rights())?;
    let db = context.migrated(opened)?;
    let mut terminal = Terminal::new(arguments)?;
    let outcome = import::run(&db, &context.clock(), &actor, &order, &mut terminal);
    terminal.finish()?;
    let report = outcome?;
    if arguments.json {
        writeln!(stdout(), "{}", serde_json::to_string(&report).map_err(AppError::internal)?)?;
    } else {
        tell(&report, arguments)?;
    }
    Ok(if report.refused == 0 { Outcome::Done } else { Outcome::Problem })
}

/// Refused rows that are shown when there is no file for them.
const SHOWN: usize = 20;

fn tell(report: &Report, arguments: &Arguments) -> Result<()> {
    let mut out = stdout();
    if arguments.report.is_none() {
        for Refusal { line, column, value, reason } in report.errors.iter().take(SHOWN) {
            let place = if column.is_empty() { String::new() } else { format!(", {column} “{value}”") };
            writeln!(out, "Line {line}{place}: {reason}")?;
        }
        if report.refused > SHOWN as u64 {
            writeln!(out, "… and {} more; --report FILE writes all of them to a file.", report.refused - SHOWN as u64)?;
        }
    }
    let companies = match report.companies_added {
        0 => String::new(),
        1 => " 1 company was added for them.".to_owned(),
        added => format!(" {added} companies were added for them."),
    };
    let Report { added, updated, unchanged, refused, .. } = report;
    writeln!(out, "{added} added, {updated} updated, {unchanged} unchanged, {refused} refused.{companies}")?;
    if arguments.dry_run {
        writeln!(out, "This was a dry run: nothing was kept.")?;
    }
    Ok(())
}

/// Shows how far it is, and writes down what is refused.
struct Terminal {
    bar: ProgressBar,
    refused: Option<RefusalWriter<File>>,
}

impl Terminal {
    fn new(arguments: &Arguments) -> Result<Self> {
        let cannot =
            |error: std::io::Error, file: &PathBuf| AppError::BadRequest(format!("{} cannot be written: {error}.", file.display()));
        let create = |file: &PathBuf| File::create(file).map_err(|error| cannot(error, file)).and_then(RefusalWriter::new);
        // A file that is not there is told later, in words. The bar is drawn on a terminal only.
        let bar = ProgressBar::new(arguments.file.metadata().map_or(0, |file| file.len()));
        let style = ProgressStyle::with_template("{bar:40} {percent}% {elapsed} (about {eta} to go)").map_err(AppError::internal)?;
        bar.set_style(style);
        Ok(Self { bar, refused: arguments.report.as_ref().map(create).transpose()? })
    }

    fn finish(self) -> Result<()> {
        self.bar.finish_and_clear();
        self.refused.map_or(Ok(()), RefusalWriter::finish)
    }
}

impl Listener for Terminal {
    fn unused(&mut self, columns: &[String]) {
        let sentence = format!("These columns go nowhere (see --map): {}.", columns.join(", "));
        self.bar.suspend(|| {
            // Whether stderr is still open is not for an import to mind.
            if let Err(error) = writeln!(stderr(), "{sentence}") {
                tracing::debug!(%error, "stderr");
            }
        });
    }

    fn done(&mut self, bytes: u64, _: &Report) -> Result<()> {
        self.bar.set_position(bytes);
        Ok(())
    }

    fn refused(&mut self, refusal: &Refusal) -> Result<()> {
        self.refused.as_mut().map_or(Ok(()), |writer| writer.write(refusal))
    }
}
