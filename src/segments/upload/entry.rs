//! What a line says of somebody, and what comes of it.
//!
//! Made by `paste` and by `file`, settled by `matching`, kept by `store`.

use std::borrow::Cow;
use std::fmt;

use crate::db::Id;
use crate::query::text;
use crate::segments::curating::MAX_NOTE;

/// What a line says of somebody; what it leaves out is blank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Entry {
    /// A key, as it is spelt.
    pub id: String,
    /// An e-mail address.
    pub email: String,
    /// A telephone number.
    pub phone: String,
    /// What somebody is called.
    pub name: String,
    /// What a company is called: theirs, or the one that is meant itself.
    pub company: String,
    /// What to write beside them.
    pub note: String,
    /// Whether a company is meant, where the line says so.
    pub is_company: Option<bool>,
}

impl Entry {
    /// Whether it says of nobody anything.
    pub fn is_blank(&self) -> bool {
        [&self.id, &self.email, &self.phone, &self.name, &self.company].into_iter().all(|said| text::is_blank(said))
    }

    /// Whether a company is meant and none of its people. A key that nobody has any more is of somebody who is gone, not of all
    /// who work there.
    pub fn means_company(&self) -> bool {
        self.is_company.unwrap_or([&self.id, &self.name, &self.email, &self.phone].into_iter().all(String::is_empty))
    }
}

/// A line that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The number of the line, from 1.
    pub line: u64,
    /// The line as it was; of a table as CSV.
    pub raw: String,
    /// What it says, or why it cannot be taken, as a sentence.
    pub entry: Result<Entry, String>,
    /// Whom it names all the same, where only what is to be written beside them cannot be taken.
    pub named: Option<Entry>,
}

impl Said {
    /// A line that says this, if it says anything and that can be kept.
    pub fn new(line: u64, raw: &str, entry: Result<Entry, String>) -> Self {
        let (entry, named) = match entry {
            Ok(mut entry) => match (refused(&entry), refused_note(&entry.note)) {
                (Some(reason), _) => (Err(reason), None),
                (None, None) => (Ok(entry), None),
                (None, Some(reason)) => {
                    entry.note.clear();
                    (Err(reason), Some(entry))
                }
            },
            Err(reason) => (Err(reason), None),
        };
        // PostgreSQL keeps no NUL, not even of what is refused, nor in the reason that quotes it.
        let kept = |text: &str| text.replace('\0', "\u{fffd}");
        Self { line, raw: kept(&cut(raw, KEPT)), entry: entry.map_err(|reason| kept(&reason)), named }
    }
}

/// The most characters that are kept of a line.
const KEPT: usize = 10_000;
/// The most characters that are looked at of a cell: of one more no note could be made, even behind a guard, and nobody is called so.
const CELL: usize = MAX_NOTE + 2;
/// The most characters by which a line can say who is meant.
const LONGEST: usize = 5_000;

/// As many characters of a text, and a sign where there are more.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    let beginning = text.char_indices().nth(most).and_then(|(end, _)| text.get(..end));
    beginning.map_or(Cow::Borrowed(text), |beginning| Cow::Owned(format!("{beginning}…")))
}

/// As much of a cell as is looked at: one that is cut says the same as before, by whatever column it is read.
pub fn cut_cell(cell: &str) -> Cow<'_, str> {
    match cell.chars().nth(CELL) {
        Some(_) => Cow::Owned(cut(&text::nfc(cell.trim()), CELL).into_owned()),
        None => Cow::Borrowed(cell),
    }
}

/// Whether the end of a line was not kept, so that it cannot be taken apart once more.
pub fn is_cut(raw: &str) -> bool {
    raw.chars().nth(KEPT).is_some()
}

/// Whether a cell is too long for anything that it may hold.
pub fn is_too_long(cell: &str) -> bool {
    cell.chars().nth(MAX_NOTE).is_some()
}

/// What PostgreSQL cannot be asked for.
const NUL: &str = "It holds a NUL character.";

fn refused(entry: &Entry) -> Option<String> {
    let said = || [&entry.id, &entry.email, &entry.phone, &entry.name, &entry.company].into_iter();
    if said().any(|said| said.contains('\0')) {
        Some(NUL.into())
    } else if entry.is_blank() {
        Some("It names nobody.".into())
    } else if said().map(|said| said.chars().count()).sum::<usize>() > LONGEST {
        Some(format!("It is longer than {LONGEST} characters."))
    } else {
        None
    }
}

fn refused_note(note: &str) -> Option<String> {
    let most = |has: String| format!("A note has at most {MAX_NOTE} characters (this one has {has}).");
    match note.chars().count() {
        _ if note.contains('\0') => Some(NUL.into()),
        CELL.. => Some(most(format!("more than {}", MAX_NOTE + 1))),
        long if long > MAX_NOTE => Some(most(long.to_string())),
        _ => None,
    }
}

/// Whom a line stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Item {
    /// A contact.
    Contact(Id),
    /// A company.
    Company(Id),
}

impl Item {
    /// The one that `text` spells; see its `Display`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        match kind {
            "contact" => Id::parse(id).map(Self::Contact),
            "company" => Id::parse(id).map(Self::Company),
            _ => None,
        }
    }

    /// The keys of a row for it: of the contact, of the company.
    pub fn keys(self) -> (Option<Id>, Option<Id>) {
        match self {
            Self::Contact(id) => (Some(id), None),
            Self::Company(id) => (None, Some(id)),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(id) => write!(out, "contact:{id}"),
            Self::Company(id) => write!(out, "company:{id}"),
        }
    }
}

/// What comes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Can be listed.
    New,
    /// Several have what it says.
    Ambiguous,
    /// Somebody is nearly so.
    Suggested,
    /// Can be listed, and is no member: inactive.
    Inactive,
    /// Can be listed, and is no member: unsubscribed.
    Unsubscribed,
    /// On the list.
    Listed,
    /// A line before it stands for the same.
    Twice,
    /// The segment never includes them.
    Never,
    /// Nobody is like that.
    Unknown,
    /// It cannot be understood.
    Refused,
}

impl Outcome {
    /// Every outcome, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Ambiguous,
        Self::Suggested,
        Self::New,
        Self::Inactive,
        Self::Unsubscribed,
        Self::Listed,
        Self::Twice,
        Self::Never,
        Self::Unknown,
        Self::Refused,
    ];

    /// Those with which nothing is done, as long as nobody says whom an open row means.
    pub const UNUSED: [Self; 5] = [Self::Unknown, Self::Refused, Self::Never, Self::Ambiguous, Self::Suggested];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ambiguous => "ambiguous",
            Self::Suggested => "suggested",
            Self::Inactive => "inactive",
            Self::Unsubscribed => "unsubscribed",
            Self::Listed => "listed",
            Self::Twice => "twice",
            Self::Never => "never",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::New => "To add",
            Self::Ambiguous => "Ambiguous: choose one",
            Self::Suggested => "Suggestions: tick whom you mean",
            Self::Inactive => "Inactive: can be listed, not a member",
            Self::Unsubscribed => "Unsubscribed: can be listed, not a member",
            Self::Listed => "Already in the list",
            Self::Twice => "Named twice",
            Self::Never => "Never to be included: stays out",
            Self::Unknown => "Not found",
            Self::Refused => "Cannot be understood",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Whether they are no members though they can be listed, so that one can say not to.
    pub fn can_be_left_out(self) -> bool {
        matches!(self, Self::Inactive | Self::Unsubscribed)
    }

    /// Whether somebody has to say who is meant.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Ambiguous | Self::Suggested)
    }
}
