//! The import of companies, contacts and contracts from CSV files.
//!
//! Called by `commands/import.rs`, and by the pages of `customers/admin/import/`. A file is read (`decode`, `reader`), its columns are matched with fields (`mapping`), its
//! lines are read by the declaration of the model (`plan`; `companies`, `contacts`, `contracts`), and 5,000 of them at a
//! time are taken to the database in one transaction (`batch`, `employers`). A batch that the database refuses is halved
//! until the row stands alone that it refuses. A dry run does all of it in one transaction that is taken back, for a line
//! may speak of what an earlier one made.

mod batch;
mod companies;
mod contacts;
mod contracts;
mod decode;
mod employers;
pub(super) mod field;
mod lookup;
mod mapping;
pub(super) mod model;
mod plan;
mod quotes;
mod reader;
mod report;
mod run;
mod written_in;

use std::fs::File;
use std::path::PathBuf;

pub use quotes::{check as require_closed_quotes, open_at_the_end};
pub use reader::{Line, Table};
pub use report::{Refusal, RefusalWriter, Report};
pub use written_in::{ENCODINGS, readable, written_in};

use crate::accounts::Actor;
use crate::accounts::actor::{Permission, Rights};
use crate::clock::Clock;
use crate::customers::company::Company;
use crate::customers::contact::Contact;
use crate::customers::contract::Contract;
use crate::db::{AnyConnection, Db, Time, shadow, statistics};
use crate::error::{AppError, Result};
use crate::history::{self, Action, NewEvent, Object};

use model::Model;
use run::{Keep, Run};

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Companies.
    Companies,
    /// Contacts.
    Contacts,
    /// Contracts.
    Contracts,
}

impl What {
    /// The model's name in URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Companies => Company::NAME,
            Self::Contacts => Contact::NAME,
            Self::Contracts => Contract::NAME,
        }
    }

    /// What several of it are called.
    fn plural(self) -> &'static str {
        match self {
            Self::Companies => Company::PLURAL,
            Self::Contacts => Contact::PLURAL,
            Self::Contracts => Contract::PLURAL,
        }
    }

    /// Who may do what with it.
    pub fn rights(self) -> &'static Rights {
        match self {
            Self::Companies => Company::RIGHTS,
            Self::Contacts => Contact::RIGHTS,
            Self::Contracts => Contract::RIGHTS,
        }
    }
}

/// What to import, and how.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command, and they go with one another freely")]
pub struct Order {
    /// What is in the file.
    pub what: What,
    /// The file, as sentences name it too.
    pub file: PathBuf,
    /// `Column=field`, or `Column+Column=field`.
    pub maps: Vec<String>,
    /// What each column holds, one after the other, blank where it is left out; where this is given, neither names nor maps count.
    pub fields: Option<Vec<String>>,
    /// The encoding, by its usual name; UTF-8 without one.
    pub encoding: Option<String>,
    /// How dates are written, as in strftime; ISO without one.
    pub date_format: Option<String>,
    /// Whether companies are made for rows that name one which is not there.
    pub create_companies: bool,
    /// Whether a blank cell takes out what is there.
    pub blank_clears: bool,
    /// Whether an unsubscribed contact can become subscribed again.
    pub resubscribe: bool,
    /// Whether nothing is kept.
    pub dry_run: bool,
}

/// An order, and its file where that is open already.
pub type Ordered<'a> = (&'a Order, Option<&'a File>);

/// Somebody who watches an import.
pub trait Listener {
    /// Columns of the file that go nowhere.
    fn unused(&mut self, columns: &[String]);
    /// So many bytes of the file were read and their rows are done; and what came of it so far.
    ///
    /// # Errors
    /// Whatever is to end the import there.
    fn done(&mut self, bytes: u64, report: &Report) -> Result<()>;
    /// A row was refused.
    fn refused(&mut self, refusal: &Refusal) -> Result<()>;
}

/// Imports a file.
///
/// # Errors
/// `Forbidden` on a shared database and for roles without the right, `BadRequest` for what is wrong with the order or with
/// the file as a whole. Rows that are refused are no error: they are in the report.
pub fn run(db: &Db, clock: &Clock, actor: &Actor, order: &Order, listener: &mut dyn Listener) -> Result<Report> {
    run_on(db, clock, actor, (order, None), listener)
}

/// [`run`] on a file that is open already, which is only named by the order.
///
/// # Errors
/// Those of [`run`].
pub fn run_on(db: &Db, clock: &Clock, actor: &Actor, order: Ordered<'_>, listener: &mut dyn Listener) -> Result<Report> {
    match order.0.what {
        What::Companies => import::<Company>(db, clock, actor, order, listener),
        What::Contacts => import::<Contact>(db, clock, actor, order, listener),
        What::Contracts => import::<Contract>(db, clock, actor, order, listener),
    }
}

/// The names of the fields that the columns of a file can be given as.
pub fn fields(what: What) -> Vec<String> {
    match what {
        What::Companies => plan::known::<Company>(true),
        What::Contacts => plan::known::<Contact>(true),
        What::Contracts => plan::known::<Contract>(true),
    }
}

/// Why a file whose columns hold these fields cannot be imported, as a sentence: nothing says which row a line is.
pub fn nameless(what: What, fields: &[String]) -> Option<String> {
    let is_given = |field: &str| fields.iter().any(|given| given == field);
    match what {
        What::Companies => plan::nameless::<Company>(is_given),
        What::Contacts => plan::nameless::<Contact>(is_given),
        What::Contracts => plan::nameless::<Contract>(is_given),
    }
}

fn import<R: Model>(db: &Db, clock: &Clock, actor: &Actor, ordered: Ordered<'_>, listener: &mut dyn Listener) -> Result<Report> {
    let order = ordered.0;
    for permission in [Permission::Add, Permission::Change] {
        actor.require(permission, R::RIGHTS)?;
    }
    if order.create_companies {
        actor.require(Permission::Add, Company::RIGHTS)?;
    }
    if order.dry_run {
        return rehearse::<R>(db, clock, ordered, listener);
    }
    let mut run = Run::<R>::open(ordered, clock, listener)?;
    let outcome = run.all(&mut Keep::Batches(db), listener);
    let report = run.report();
    if report.rows() > 0 || outcome.is_ok() {
        record::<R>(db, clock, actor, order, &report)?;
    }
    if report.added + report.updated > 0
        && let Err(error) = statistics::refresh(db)
    {
        // What was imported is there all the same.
        tracing::warn!(%error, "the statistics of the database are older than the import");
    }
    outcome.map(|()| report.clone()).map_err(|error| match error {
        AppError::Database(failure) => AppError::Unavailable(format!(
            "{} {} rows of the file were done before; importing the same file again does the rest.",
            failure.sentence(),
            report.rows()
        )),
        other => other,
    })
}

/// Imports, tells what came of it, and takes it back. Nobody waits meanwhile for a row that the file speaks of.
fn rehearse<R: Model>(db: &Db, clock: &Clock, ordered: Ordered<'_>, listener: &mut dyn Listener) -> Result<Report> {
    let mut report = None;
    let taken_back = || AppError::Conflict("This was a dry run.".into());
    let outcome: Result<()> = db.write_unhurried(|connection| {
        shadow::put_before_customers(connection);
        let mut run = Run::<R>::open(ordered, clock, listener)?;
        run.all(&mut Keep::Nothing(connection), listener).map_err(|error| match error {
            // Not run again: the listener has heard of half of it.
            AppError::Database(failure) => AppError::Unavailable(failure.sentence().into()),
            other => other,
        })?;
        report = Some(run.report());
        Err(taken_back())
    });
    match report {
        Some(report) => Ok(report),
        None => Err(outcome.err().unwrap_or_else(taken_back)),
    }
}

fn record<R: Model>(db: &Db, clock: &Clock, actor: &Actor, order: &Order, report: &Report) -> Result<()> {
    let file = order.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let message = format!("Imported {} from {file}: {}.", order.what.plural(), report.in_words());
    db.write_unhurried(|connection| write_event(connection, (actor, Time(clock.now())), order.what, &file, &message))
}

/// Writes into the history what was imported before the server ended.
///
/// # Errors
/// Those of the database.
pub fn record_cut_short(connection: &mut AnyConnection, who: (&Actor, Time), what: What, file: &str, report: &Report) -> Result<()> {
    let message = format!("Imported {} from {file} until the server ended: at least {}.", what.plural(), report.in_words());
    write_event(connection, who, what, file, &message)
}

fn write_event(connection: &mut AnyConnection, (actor, at): (&Actor, Time), what: What, file: &str, message: &str) -> Result<()> {
    let object = Object { model: what.name(), id: String::new(), name: file.to_owned() };
    history::record(connection, NewEvent::new(actor, at.0, Action::Imported, object, message))
}
