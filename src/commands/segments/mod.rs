//! `segments`: what an engineer scripts about segments.
//!
//! Everything shown of members is live, from the same predicate as the pages. Whoever runs commands on the machine acts as
//! the program itself, with all rights; history names the command.

mod eval;
mod named;
mod show;

use std::io::{BufWriter, Stdout, Write, stdout};

use clap::{Args, Subcommand};

use self::named::Named;
use super::{Context, Outcome};
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::{Calendar, Problem};
use crate::customers::json::contacts;
use crate::db::{Db, migrations};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};
use crate::segments::export::{CsvExport, write_segments};
use crate::segments::json;
use crate::segments::model::{Row, Status};
use crate::segments::order::{Node, Order};
use crate::segments::recalculate::{self, Outcome as Counted};
use crate::segments::{Members, Segment, model};

/// What `segments` may be told.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List segments; all of them, when none is named
    List(Named),
    /// Show segments with their rules in words
    Show(Named),
    /// Count members, live
    Count(Named),
    /// List members, live
    Members(Named),
    /// Write members as CSV
    Export(Named),
    /// Count again and store the counts; --all counts every active segment
    Recalculate(Named),
    /// Name every segment with a broken rule; all are checked, when none is named
    Check(Named),
    /// Evaluate criteria documents, one a line, without storing them
    Eval(eval::Arguments),
}

/// What the commands work with.
struct Work {
    db: Db,
    clock: Clock,
    actor: Actor,
    out: BufWriter<Stdout>,
}

/// Runs it.
pub fn run(context: &Context, arguments: &Arguments) -> Result<Outcome> {
    let db = context.existing_database()?;
    let is_shared = migrations::state(&db)?.shared;
    let out = BufWriter::new(stdout());
    let mut work = Work { db, clock: context.clock(), actor: Actor::system("customer-segments segments", is_shared), out };
    let outcome = match &arguments.command {
        Command::List(named) => work.show(named, &named.or_all(), show::line),
        Command::Show(named) => work.show(named, named, show::whole),
        Command::Count(named) => work.count(named),
        Command::Members(named) => work.members(named),
        Command::Export(named) => work.export(named),
        Command::Recalculate(named) => work.recalculate(named),
        Command::Check(named) => work.check(named),
        Command::Eval(arguments) => eval::run(&work.db, &work.actor, &work.clock, arguments, &mut work.out),
    }?;
    work.out.flush()?;
    Ok(outcome)
}

/// A JSON object as a line.
fn write_line(out: &mut dyn Write, object: &impl serde::Serialize) -> Result<()> {
    Ok(writeln!(out, "{}", serde_json::to_string(object).map_err(AppError::internal)?)?)
}

impl Work {
    fn show(&mut self, named: &Named, which: &Named, plain: fn(&mut dyn Write, &Row, &Actor, Calendar) -> Result<()>) -> Result<Outcome> {
        let calendar = Calendar::from(&self.clock);
        let rows = self.find(which)?;
        if named.is_csv() {
            write_segments(&rows, calendar, &mut self.out)?;
            return Ok(Outcome::Done);
        }
        for row in rows {
            if named.is_json() {
                write_line(&mut self.out, &json::segment(&row, &self.actor, calendar))?;
            } else {
                plain(&mut self.out, &row, &self.actor, calendar)?;
            }
        }
        Ok(Outcome::Done)
    }

    fn count(&mut self, named: &Named) -> Result<Outcome> {
        let (rows, calendar) = (self.find(named)?, Calendar::from(&self.clock));
        let mut outcome = Outcome::Done;
        show::begin_counts(&mut self.out, named)?;
        for row in rows {
            let count = self.db.read_blocking(|connection| match Members::of_segment(connection, &row.segment, calendar)? {
                Ok(members) => members.count(connection).map(Ok),
                Err(problems) => Ok(Err(problems)),
            });
            let count = match count? {
                Ok(count) => count,
                Err(problems) => {
                    outcome = show::tell_broken(&row, &problems);
                    0
                }
            };
            show::count(&mut self.out, named, &row, count)?;
        }
        Ok(outcome)
    }

    fn members(&mut self, named: &Named) -> Result<Outcome> {
        if named.is_csv() {
            return self.export(named);
        }
        let rows = self.find(named)?;
        let mut outcome = Outcome::Done;
        for row in rows {
            match members_of(&self.db, &self.clock, &row.segment)? {
                Ok(members) => {
                    let (out, actor, is_json) = (&mut self.out, &self.actor, named.is_json());
                    self.db.read_unhurried(|connection| {
                        members.stream(connection, |connection, rows| {
                            if is_json {
                                let objects = contacts(connection, actor, rows)?;
                                return objects.iter().try_for_each(|object| write_line(out, object));
                            }
                            rows.iter().try_for_each(|row| show::member(out, row))
                        })
                    })?;
                }
                Err(problems) => outcome = show::tell_broken(&row, &problems),
            }
        }
        Ok(outcome)
    }

    fn export(&mut self, named: &Named) -> Result<Outcome> {
        if named.is_json() {
            return Err(AppError::BadRequest("An export is CSV. `segments members --json` gives members as JSON.".into()));
        }
        let rows = self.find(named)?;
        let mut outcome = Outcome::Done;
        let mut csv = CsvExport::begin(&mut self.out)?;
        for row in rows {
            match members_of(&self.db, &self.clock, &row.segment)? {
                Ok(members) => {
                    let event = || {
                        NewEvent::new(&self.actor, self.clock.now(), Action::Exported, row.segment.object(), "Exported the members as CSV.")
                    };
                    self.db.write_blocking(|connection| record(connection, event()))?;
                    self.db.read_unhurried(|connection| csv.write(connection, &members))?;
                }
                Err(problems) => outcome = show::tell_broken(&row, &problems),
            }
        }
        csv.finish()?;
        Ok(outcome)
    }

    fn recalculate(&mut self, named: &Named) -> Result<Outcome> {
        let mut rows = self.find(named)?;
        if named.is_all() {
            let is_active = |row: &Row| row.segment.status == Status::Active.name();
            let nodes: Vec<Node> = rows.iter().map(|row| Node::of(&row.segment, is_active(row))).collect();
            let order = Order::of(&nodes).one_by_one();
            rows.retain(is_active);
            rows.sort_by_cached_key(|row| order.iter().position(|id| *id == row.segment.id));
        }
        let mut outcome = Outcome::Done;
        show::begin_counts(&mut self.out, named)?;
        for row in rows {
            let counted = match recalculate::recalculate(&self.db, &self.clock, &row.segment) {
                Err(AppError::Conflict(sentence)) => {
                    show::tell(&sentence);
                    outcome = Outcome::Problem;
                    continue;
                }
                counted => counted?,
            };
            match counted {
                Counted::Counted(count) => show::count(&mut self.out, named, &row, count.into())?,
                Counted::Broken(problems) => {
                    outcome = show::tell_broken(&row, &problems);
                    show::count(&mut self.out, named, &row, 0)?;
                }
                Counted::Overtaken => {
                    show::tell(&format!("“{}” was changed meanwhile; its count was not stored.", row.segment.name));
                    outcome = Outcome::Problem;
                }
            }
        }
        Ok(outcome)
    }

    fn check(&mut self, named: &Named) -> Result<Outcome> {
        let calendar = Calendar::from(&self.clock);
        let mut outcome = Outcome::Done;
        for row in self.find(&named.or_all())? {
            let problems = row.broken_rules(Some(&self.actor), calendar);
            if !problems.is_empty() {
                outcome = Outcome::Problem;
                show::broken(&mut self.out, named, &row, &problems)?;
            }
        }
        Ok(outcome)
    }

    fn find(&self, named: &Named) -> Result<Vec<Row>> {
        let actor = &self.actor;
        self.db.read_blocking(|connection| {
            named.find(|name| match name {
                Some(name) => model::find_named(connection, actor, name).map(|row| vec![row]),
                None => model::list_all(connection, actor),
            })
        })
    }
}

fn members_of(db: &Db, clock: &Clock, segment: &Segment) -> Result<Result<Members, Vec<Problem>>> {
    db.read_blocking(|connection| Members::of_segment(connection, segment, clock.into()))
}
