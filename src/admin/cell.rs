//! What one cell of a list, or one read-only value of a form, shows: a closed set of shapes, drawn by one template.
//!
//! Declarations say with [`Show`] which value of a row is shown and how; [`Cell`] is what came of it.

use chrono::NaiveDate;

use crate::db::{Money, Time};
use crate::query::Choice;

use super::display::{Display, Moment};

/// A value as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing: "-".
    Blank,
    /// Text, as it is.
    Text(String),
    /// An e-mail address: what stands before the @, and what stands behind. Where it is too long it goes on after that.
    Email(String, String),
    /// A number, with its separators.
    Number(String),
    /// Yes or no.
    Flag(bool),
    /// A date with its time.
    Moment(Moment),
    /// The same, told by how long ago it was.
    Ago(Moment),
    /// Several short words.
    Tags(Vec<String>),
    /// A link to another page of this site, whose address this program made.
    Link {
        /// Where it leads.
        href: String,
        /// What it says.
        text: String,
    },
    /// Text whose line breaks and blanks matter: JSON.
    Code(String),
    /// A value with remarks behind it.
    Noted(Box<Cell>, Vec<Note>),
}

/// A remark behind a value: "counted 3 h ago".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What kind.
    pub tone: Tone,
    /// What it says.
    pub text: String,
    /// The same to the minute, where it says how long ago something was.
    pub exact: Option<String>,
}

/// Kinds of remarks; the style sheet draws each its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// By the way.
    Quiet,
    /// True some time ago.
    Stale,
    /// Somebody must look at it.
    Attention,
}

impl Tone {
    /// Its class.
    pub fn class(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Stale => "stale",
            Self::Attention => "attention",
        }
    }
}

impl Cell {
    /// Text; "-" if it is blank.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() { Self::Blank } else { Self::Text(text) }
    }

    /// An e-mail address; what is none, as text.
    pub fn email(address: &str) -> Self {
        match address.trim().rsplit_once('@') {
            Some((name, domain)) => Self::Email(name.to_owned(), domain.to_owned()),
            None => Self::text(address),
        }
    }

    /// The same value with a remark behind it.
    #[must_use]
    pub fn noted(self, tone: Tone, text: impl Into<String>) -> Self {
        self.with(Note { tone, text: text.into(), exact: None })
    }

    /// The same value with a remark behind it that says how long ago something was, and to the minute when.
    #[must_use]
    pub fn noted_at(self, tone: Tone, text: impl Into<String>, exact: String) -> Self {
        self.with(Note { tone, text: text.into(), exact: Some(exact) })
    }

    fn with(self, note: Note) -> Self {
        match self {
            Self::Noted(cell, mut notes) => {
                notes.push(note);
                Self::Noted(cell, notes)
            }
            cell => Self::Noted(Box::new(cell), vec![note]),
        }
    }

    /// The value without its remarks.
    pub fn plain(&self) -> &Self {
        if let Self::Noted(cell, _) = self { cell.plain() } else { self }
    }

    /// Its remarks.
    pub fn notes(&self) -> &[Note] {
        if let Self::Noted(_, notes) = self { notes } else { &[] }
    }

    /// How long ago it was, where it is a moment told by its date.
    pub fn ago(&self) -> Option<&str> {
        if let Self::Moment(moment) = self.plain() { Some(&moment.ago) } else { None }
    }

    /// Whether it is text whose line breaks and blanks matter.
    pub fn is_code(&self) -> bool {
        matches!(self.plain(), Self::Code(_))
    }

    /// Whether it shows nothing.
    pub fn is_blank(&self) -> bool {
        *self == Self::Blank
    }
}

/// Which value of a row is shown, and as what.
#[derive(Debug)]
pub enum Show<Row> {
    /// Text, as it is.
    Text(fn(&Row) -> &str),
    /// One of a closed list, by its label; a value that the list does not know as it is.
    Choice(&'static [Choice], fn(&Row) -> &str),
    /// Yes or no.
    Flag(fn(&Row) -> bool),
    /// A number.
    Number(fn(&Row) -> i64),
    /// An e-mail address.
    Email(fn(&Row) -> &str),
    /// An amount and the letters of its currency.
    Money(fn(&Row) -> (Money, &str)),
    /// A day.
    Day(fn(&Row) -> NaiveDate),
    /// A moment.
    Time(fn(&Row) -> Option<Time>),
    /// A moment by how long ago it was, where rows are compared by that.
    Ago(fn(&Row) -> Option<Time>),
    /// Anything else.
    Cell(fn(&Row, &Display) -> Cell),
}

impl<Row> Show<Row> {
    /// What it shows of this row.
    pub fn of(&self, row: &Row, display: &Display) -> Cell {
        match self {
            Self::Text(value) => Cell::text(value(row)),
            Self::Choice(choices, value) => {
                let stored = value(row);
                Cell::text(choices.iter().find(|choice| choice.value == stored).map_or(stored, |choice| choice.label))
            }
            Self::Flag(value) => Cell::Flag(value(row)),
            Self::Number(value) => display.number(value(row)),
            Self::Email(value) => Cell::email(value(row)),
            Self::Money(value) => {
                let (amount, currency) = value(row);
                display.money(amount, currency)
            }
            Self::Day(value) => display.day(value(row)),
            Self::Time(value) => display.time(value(row)),
            Self::Ago(value) => display.time_ago(value(row)),
            Self::Cell(value) => value(row, display),
        }
    }
}
