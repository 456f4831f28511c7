//! What is done with uploads: they are kept, checked, imported, stopped.
//!
//! Called by `pages` and `acting`. What may take long goes on in a thread of its own; whoever asked waits for it a moment, for most
//! of it is done by then, and otherwise sees how far it is.

use std::fs::File;
use std::time::Duration;

use super::ear::Ear;
use super::require_import;
use crate::accounts::staff::Ownership;
use crate::accounts::user::{User, as_they_are};
use crate::accounts::{Actor, Staff};
use crate::clock::Clock;
use crate::customers::import::{self, What, readable};
use crate::customers::upload::choices::Choices;
use crate::customers::upload::guess::guess;
use crate::customers::upload::state::State;
use crate::customers::upload::store::{self, Import};
use crate::customers::upload::{content, store::sweep};
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id, Time, copy};
use crate::error::{AppError, Result, caught};

/// How long a page waits for what it began.
const MOMENT: Duration = Duration::from_secs(3);
/// Pieces of old uploads that are thrown away after something was done.
const SWEPT: usize = 50;

/// What is told of a run that failed for a fault of ours.
const FAULT: &str = "It did not come to its end, for a fault of ours.";

/// Whoever works at uploads.
pub(super) struct Desk<'a> {
    /// Who.
    pub(super) staff: &'a Staff,
    /// What is in the files.
    pub(super) what: What,
    /// The database.
    pub(super) db: &'a Db,
    /// The clock.
    pub(super) clock: &'a Clock,
}

impl Desk<'_> {
    pub(super) fn now(&self) -> Time {
        Time(self.clock.now())
    }

    /// Keeps a file; the key under which it is looked at.
    ///
    /// # Errors
    /// `BadRequest` for what is no table, `Forbidden`, `Unavailable` when much is being read.
    pub(super) async fn keep(&self, name: String, mut file: File, encoding: String) -> Result<Id> {
        let user = self.staff.actor.id.ok_or_else(|| AppError::internal("nobody is signed in"))?;
        let (db, actor, what, now) = (self.db.clone(), self.staff.actor.clone(), self.what, self.now());
        let work = move || {
            let found = readable(&mut file, &encoding)?;
            let beginning = content::require_table(&mut file, found, &name)?;
            let fields = guess(what, &beginning.header, &beginning.rows);
            let choices = serde_json::to_string(&Choices { encoding, fields, ..Choices::default() }).map_err(AppError::internal)?;
            let new = Import::new(what, user, now, &name, choices);
            db.write_blocking(|connection| {
                require_import(&as_they_are(connection, &actor)?, what)?;
                store::insert(connection, &new)
            })?;
            content::keep(&db, &new, &mut file, now)?;
            throw_away(&db, now)?;
            Ok(new.id)
        };
        self.db.long(Lane::Reading, work).await
    }

    /// The upload that an address names, if it is theirs and still kept.
    pub(super) async fn find(&self, named: &str) -> Result<Option<Import>> {
        let Some(id) = Id::parse(named) else { return Ok(None) };
        let (what, user, now) = (self.what, self.staff.actor.id, self.now());
        let find = move |connection: &mut AnyConnection| store::find(connection, id, what, user, now);
        let found = self.db.read(find).await?;
        if !found.as_ref().is_some_and(|import| import.is_import_cut_short(now)) {
            return Ok(found);
        }
        self.db.write(move |connection| end_cut_short(connection, now)).await?;
        self.db.read(find).await
    }

    /// Goes on from the state in which it was seen, if it still is in that one.
    pub(super) async fn pass(&self, seen: Import, to: State, sentence: String) -> Result<()> {
        let now = self.now();
        self.db.write(move |connection| store::pass(connection, &seen, now, to, &sentence).map(drop)).await
    }

    /// Keeps how a file is to be read.
    pub(super) async fn choose(&self, id: Id, choices: &Choices) -> Result<()> {
        let choices = serde_json::to_string(choices).map_err(AppError::internal)?;
        self.db.write(move |connection| store::set_choices(connection, id, &choices)).await
    }

    /// Begins to check it, or to import it; nothing, where that was begun already.
    pub(super) async fn begin(&self, seen: Import, choices: Choices, to: State) -> Result<()> {
        let turn = self.db.turn(Lane::Reading).await?;
        let (actor, what, now, kept) = (self.staff.actor.clone(), self.what, self.now(), seen.clone());
        let begun = self.db.write(move |connection| {
            let actor = as_they_are(connection, &actor)?;
            require_import(&actor, what)?;
            Ok(store::begin(connection, &kept, now, to)?.map(|run| (actor, run)))
        });
        let Some((actor, number)) = begun.await? else { return Ok(()) };
        let (db, clock) = (self.db.clone(), self.clock.clone());
        let run = Run { db, clock, actor, what, import: seen, choices, number, is_dry: to == State::Checking };
        let work = move || {
            run.go();
            drop(turn);
        };
        // A failure is written down where the page finds it; here it is only waited for.
        drop(tokio::time::timeout(MOMENT, tokio::task::spawn_blocking(work)).await);
        Ok(())
    }
}

/// Writes down of imports that the server's end cut short what was done of them before, as far as that is known.
fn end_cut_short(connection: &mut AnyConnection, now: Time) -> Result<()> {
    for import in store::list_cut_short(connection, now)? {
        if store::pass(connection, &import, now, State::Stopped, "The server ended meanwhile.")? && import.rows() > 0 {
            let actor = User::find(connection, import.user_id)?.actor(Ownership::Own);
            let what = import.what().ok_or_else(|| AppError::internal(import.model.clone()))?;
            import::record_cut_short(connection, (&actor, now), what, &import.name, &import.report())?;
        }
    }
    Ok(())
}

/// Throws away some of what is too old, and tells of what was cut short before it goes.
fn throw_away(db: &Db, now: Time) -> Result<()> {
    db.write_blocking(|connection| end_cut_short(connection, now))?;
    for _ in 0..SWEPT {
        if !db.write_blocking(|connection| sweep(connection, now))? {
            break;
        }
    }
    Ok(())
}

/// A run over a file.
struct Run {
    db: Db,
    clock: Clock,
    actor: Actor,
    what: What,
    import: Import,
    choices: Choices,
    number: i32,
    is_dry: bool,
}

impl Run {
    /// Runs to the end, whatever it is, and writes it down.
    fn go(&self) {
        let done = caught(|| self.all());
        let (to, back) = if self.is_dry { (State::Checked, State::Ready) } else { (State::Imported, State::Stopped) };
        let (to, sentence) = match done {
            Ok(()) => (to, String::new()),
            Err(AppError::Internal(error)) => {
                tracing::error!(%error, "an import did not come to its end");
                (back, FAULT.to_owned())
            }
            Err(error) => (back, error.to_string()),
        };
        let (run, now) = ((self.import.id, self.number), Time(self.clock.now()));
        let ended = self.db.write_blocking(|connection| store::end(connection, run, now, to, &sentence));
        if let Err(error) = ended.and_then(|_| throw_away(&self.db, now)) {
            tracing::warn!(%error, "an import is left as it is");
        }
    }

    fn all(&self) -> Result<()> {
        let mut file = content::restore(&self.db, self.import.id)?;
        let encoding = readable(&mut file, &self.choices.encoding)?;
        let order = self.choices.order(self.what, &self.import.name, encoding.name(), self.is_dry);
        let mut ear = Ear {
            db: &self.db,
            clock: &self.clock,
            actor: &self.actor,
            what: self.what,
            run: (self.import.id, self.number),
            size: file.metadata()?.len(),
            refused: (0, Vec::new()),
        };
        let ordered = (&order, Some(&file));
        let report = if self.is_dry {
            let there = copy::rehearsal(&self.db)?;
            import::run_on(&there.db, &self.clock, &self.actor, ordered, &mut ear)?
        } else {
            import::run_on(&self.db, &self.clock, &self.actor, ordered, &mut ear)?
        };
        ear.finish(&report)
    }
}
