//! Documents of the old system: what they meant there, measured, and what they mean here.
//!
//! The page of measurements is `shared/reference/old-system-semantics.md` beside the repository; every statement of its
//! sections 1 to 5 about documents and members is a [`Place`] with one case or more. (Section 6 is about pages and the API.)
//! What each document selected there is written by hand, from that page and the small world in `world`. A document means the
//! same here, but where the page says **fix**, or the specification of criteria says otherwise outright.

mod contracts;
mod segments;
mod shape;
mod values;
mod world;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use self::world::{letters, world};
use crate::support::stored::store;
use crate::support::{Shell, TestDb, on_engines};

/// A document, what it did, and what it does.
struct Case {
    /// A statement of the page: see [`Place`].
    place: &'static str,
    /// As a line of JSON.
    document: String,
    /// What the old system made of it.
    old: Old,
    /// What ours makes of it.
    now: Now,
}

/// What the old system did. Members are the letters of contacts, in order: see `world`.
#[derive(Debug, Clone, Copy)]
enum Old {
    /// These were members, on both engines.
    Members(&'static str),
    /// It raised an error, on both engines.
    Raised,
    /// On SQLite, and on PostgreSQL; `None` raised.
    Differed(Option<&'static str>, Option<&'static str>),
}

/// What ours does.
#[derive(Debug, Clone, Copy)]
enum Now {
    /// The same members on both engines.
    Same,
    /// It raised; now it is an error at this place, of this code.
    Refused(&'static str, &'static str),
    /// The page says **fix**: why, and what it is now.
    Fixed(&'static str, Ours),
    /// The specification of criteria says so: where, and what it is now.
    Specified(&'static str, Ours),
}

/// What ours makes of a document that means something else.
#[derive(Debug, Clone, Copy)]
enum Ours {
    Members(&'static str),
    /// The pointer and the code of its first error.
    Error(&'static str, &'static str),
}

/// A statement of the page.
struct Place {
    name: &'static str,
    /// Whether the page says **fix** there.
    is_fix: bool,
}

const fn kept(name: &'static str) -> Place {
    Place { name, is_fix: false }
}

const fn fix(name: &'static str) -> Place {
    Place { name, is_fix: true }
}

/// What a document is answered with: letters, or the pointer and code of each error.
type Answer = Result<String, Vec<(String, String)>>;

/// The answers of `segments eval`, a document a line.
fn evaluate(test: &TestDb, documents: &[String]) -> Vec<Answer> {
    let shell = Shell::new().with("DATABASE_URL", test.url());
    let mut eval = shell.command(&["segments", "eval", "-", "--ids"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = eval.stdin.take().unwrap();
    let lines = documents.join("\n");
    // Both ends at once: neither pipe holds everything.
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = eval.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Answer> = printed.lines().map(|line| answer(&serde_json::from_str(line).unwrap())).collect();
    assert_eq!(answers.len(), documents.len());
    answers
}

fn answer(answer: &Value) -> Answer {
    let word = |error: &Value, key: &str| error[key].as_str().expect("text").to_owned();
    match answer.get("errors").and_then(Value::as_array) {
        Some(errors) => Err(errors.iter().map(|error| (word(error, "pointer"), word(error, "code"))).collect()),
        None => Ok(letters(answer["ids"].as_array().expect("ids"))),
    }
}

impl Case {
    /// What this case says that `found` is not.
    fn complaint(&self, found: &Answer) -> Option<String> {
        let is_as_said = match (self.now, self.old) {
            (Now::Same, Old::Members(members)) | (Now::Fixed(_, Ours::Members(members)) | Now::Specified(_, Ours::Members(members)), _) => {
                found.as_deref() == Ok(members)
            }
            (Now::Same, Old::Raised | Old::Differed(..)) => {
                return Some(format!("{}: what never had one meaning is not the same", self.place));
            }
            (
                Now::Refused(pointer, code) | Now::Fixed(_, Ours::Error(pointer, code)) | Now::Specified(_, Ours::Error(pointer, code)),
                _,
            ) => found.as_ref().err().and_then(|errors| errors.first()).is_some_and(|first| first.0 == pointer && first.1 == code),
        };
        (!is_as_said).then(|| format!("{}: {:.200}: {:?}, but found {found:?}", self.place, self.document, self.now))
    }

    /// What its verdict says that the page does not.
    fn misjudged(&self, places: &[Place]) -> Option<String> {
        let Some(place) = places.iter().find(|place| place.name == self.place) else {
            return Some(format!("{} is no place of the page", self.place));
        };
        let differs = |ours: Ours| match (ours, self.old) {
            (Ours::Members(now), Old::Members(old)) => now != old,
            (Ours::Members(now), Old::Differed(sqlite, postgres)) => [sqlite, postgres].iter().any(|old| *old != Some(now)),
            (Ours::Members(_), Old::Raised) | (Ours::Error(..), Old::Members(_) | Old::Differed(..)) => true,
            (Ours::Error(..), Old::Raised) => place.is_fix,
        };
        let wrong = match self.now {
            Now::Same if place.is_fix => "the page says fix, and it is the same",
            Now::Fixed(..) if !place.is_fix => "the page does not say fix",
            Now::Refused(..) if !matches!(self.old, Old::Raised) => "it did not raise",
            Now::Fixed(why, ours) | Now::Specified(why, ours) if why.len() < 5 || !differs(ours) => {
                "it does not differ, or not for a reason"
            }
            _ => return None,
        };
        Some(format!("{}: {:.200}: {wrong}", self.place, self.document))
    }
}

fn places() -> Vec<Place> {
    [segments::PLACES, shape::PLACES, values::PLACES, contracts::PLACES].into_iter().flatten().map(|place| Place { ..*place }).collect()
}

fn cases() -> Vec<Case> {
    [shape::cases(), values::cases(), contracts::cases()].into_iter().flatten().collect()
}

#[test]
fn a_document_of_the_old_system_means_the_same_but_where_it_was_to_be_mended() {
    let cases = cases();
    let documents: Vec<String> = cases.iter().map(|case| case.document.clone()).collect();
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world());
        let found = evaluate(&test, &documents);
        let complaints: Vec<String> = cases.iter().zip(&found).filter_map(|(case, found)| case.complaint(found)).collect();
        assert!(complaints.is_empty(), "{} of {}:\n{}", complaints.len(), cases.len(), complaints.join("\n"));
    });
}

#[test]
fn both_kinds_are_listed_and_every_statement_of_the_page_is_there() {
    let (places, cases) = (places(), cases());
    let misjudged: Vec<String> = cases.iter().filter_map(|case| case.misjudged(&places)).collect();
    assert!(misjudged.is_empty(), "{}", misjudged.join("\n"));
    let shown: BTreeSet<&str> = cases.iter().map(|case| case.place).chain(segments::SHOWN.iter().copied()).collect();
    let missing: Vec<&str> = places.iter().map(|place| place.name).filter(|name| !shown.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "statements without a case");
    let fixed: BTreeSet<&str> = cases.iter().filter(|case| matches!(case.now, Now::Fixed(..))).map(|case| case.place).collect();
    let unshown: Vec<&str> = places
        .iter()
        .filter(|place| place.is_fix && !fixed.contains(place.name) && !segments::SHOWN.contains(&place.name))
        .map(|place| place.name)
        .collect();
    assert_eq!(unshown, Vec::<&str>::new(), "what was to be mended, without a case that shows it");
    assert_eq!(places.iter().filter(|place| place.is_fix).count(), 19, "the page says fix so often of documents and members");
    let same = cases.iter().filter(|case| matches!(case.now, Now::Same)).count();
    assert!(same > 70 && cases.len() > 180, "{same} of {}", cases.len());
}
