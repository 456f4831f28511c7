//! `segments eval`: criteria documents, one a line in, one answer a line out, all in one snapshot.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::accounts::Actor;
use crate::clock::Clock;
use crate::commands::Outcome;
use crate::criteria::json::{MAX_BYTES, parse};
use crate::criteria::{Calendar, Code, Problem, resolve};
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};
use crate::segments::Members;
use crate::segments::referred::Naming;

/// What `segments eval` may be told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A file with one JSON document a line; - is stdin
    file: PathBuf,
    /// Give the members' ids too, sorted
    #[arg(long)]
    ids: bool,
}

/// Runs it. Every line that is not blank gets its answer, errors included.
pub(super) fn run(db: &Db, actor: &Actor, clock: &Clock, arguments: &Arguments, out: &mut impl Write) -> Result<Outcome> {
    let mut lines: Box<dyn BufRead> = if arguments.file.as_os_str() == "-" {
        Box::new(BufReader::new(io::stdin()))
    } else {
        let open = File::open(&arguments.file);
        Box::new(BufReader::new(open.map_err(|error| AppError::BadRequest(format!("{}: {error}.", arguments.file.display())))?))
    };
    let calendar = Calendar::from(clock);
    db.read_unhurried(|connection| {
        let mut line = Vec::new();
        while read_line(&mut lines, &mut line)? {
            if !line.trim_ascii().is_empty() {
                writeln!(out, "{}", answer(connection, actor, &line, calendar, arguments.ids)?)?;
                // Whoever asks line by line waits for the answer.
                out.flush()?;
            }
            line.clear();
        }
        Ok(Outcome::Done)
    })
}

/// Reads a line without its end; what goes past the longest document is passed over, for it is an error anyway.
fn read_line(from: &mut dyn BufRead, line: &mut Vec<u8>) -> Result<bool> {
    loop {
        let buffer = from.fill_buf()?;
        if buffer.is_empty() {
            return Ok(!line.is_empty());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        let room = (MAX_BYTES + 1).saturating_sub(line.len());
        line.extend_from_slice(&part[..part.len().min(room)]);
        let used = end.map_or(buffer.len(), |end| end + 1);
        from.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

fn answer(connection: &mut AnyConnection, actor: &Actor, line: &[u8], calendar: Calendar, ids: bool) -> Result<Value> {
    let document = read(line).map_err(|problem| vec![problem]);
    let naming = Naming::typed(connection, actor, None, document.as_ref().unwrap_or(&Value::Null))?;
    let criteria = match document.and_then(|document| resolve(&document, naming.scope(calendar))) {
        Ok(criteria) => criteria,
        Err(problems) => return Ok(json!({ "errors": problems })),
    };
    let members = Members::of_criteria(&criteria);
    let count = members.count(connection)?;
    if !ids {
        return Ok(json!({ "count": count }));
    }
    Ok(json!({ "count": count, "ids": members.ids(connection)? }))
}

fn read(line: &[u8]) -> Result<Value, Problem> {
    if line.len() > MAX_BYTES {
        return Err(Problem::new("", Code::TooLong, "Filter criteria may be at most 64 KiB long."));
    }
    let text = std::str::from_utf8(line).map_err(|_| Problem::new("", Code::NotJson, "Enter a valid JSON. This line is not UTF-8."))?;
    parse(text)
}
