//! From an upload to the list: what is added, taken off and written beside whom, as one batch.
//!
//! Called by `deeds`, in the transaction that changes the list. Whom it is about is asked of the rows that are kept, so no keys
//! travel, however many they are.

use diesel::prelude::*;

use super::entry::{Item, Outcome};
use super::rows;
use super::standing::Standing;
use crate::db::schema::crm_app_customersegment as row;
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::query::{Sql, Value};
use crate::segments::curating::Task;
use crate::segments::listed::{COMPANIES, CONTACTS, Side};

/// What an upload is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// List whom it names.
    #[default]
    Add,
    /// Take whom it names off the list.
    Remove,
    /// Make the list exactly this.
    Exact,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Add, Self::Remove, Self::Exact];

    /// As it is sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Exact => "exact",
        }
    }

    /// The one that is sent so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// What was chosen for an upload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What to do.
    pub mode: Mode,
    /// Whom not to list: those who would be no members.
    pub without: Vec<Outcome>,
    /// Whether the rows have a column of notes: then a list that is made exactly this has no others.
    pub has_notes: bool,
    /// What the page said of whom to take off the list, where it is made exactly this; `None` where no page said so.
    pub shown: Option<Shown>,
}

/// How many a page said would be taken off a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// How many.
    pub gone: i64,
    /// When the list had last been changed by then, in microseconds.
    pub as_of: i64,
}

impl Shown {
    /// As a form carries it: "12@1700000000000000".
    pub fn read(text: &str) -> Option<Self> {
        let (gone, as_of) = text.split_once('@')?;
        Some(Self { gone: gone.parse().ok()?, as_of: as_of.parse().ok()? })
    }
}

/// How many rows of the list a choice is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Whom the rows stand for who are not on the list yet and are to be.
    pub new: i64,
    /// Those of them whom somebody chose for an open row.
    pub chosen: i64,
    /// Whom the rows stand for who are on the list.
    pub listed: i64,
}

impl Choice {
    /// What to do with the list of `segment`.
    ///
    /// # Errors
    /// `Conflict` where the open rows may mean more of the list than can be spared, and where more would be taken off than was
    /// shown: somebody has listed others since.
    pub fn task(&self, connection: &mut AnyConnection, upload: Id, segment: Id) -> Result<Task> {
        let sides = [&CONTACTS, &COMPANIES];
        let mut tasks = Vec::new();
        match self.mode {
            Mode::Remove => tasks.extend(sides.map(|side| Task::Remove(side, is_among(side, said(side, upload))))),
            Mode::Exact => {
                let spared = Spared::find(connection, upload, segment)?;
                let gone = spared.count_left_out(connection, upload, segment)?;
                self.require_shown(connection, segment, gone)?;
                tasks.extend(spared.left_out(upload, segment).map(|(side, found)| Task::Remove(side, found)));
            }
            Mode::Add => {}
        }
        if self.mode != Mode::Remove {
            tasks.extend(sides.map(|side| Task::Add(side, is_among(side, self.taken(side, upload)))));
            tasks.extend(sides.map(|side| Task::Notes(side, self.noted(upload))));
        }
        Ok(Task::Together(tasks))
    }

    /// Who only goes by what was chosen since is known to whoever chose.
    fn require_shown(&self, connection: &mut AnyConnection, segment: Id, gone: i64) -> Result<()> {
        match self.shown {
            Some(shown) if gone > shown.gone && last_changed(connection, segment)? != shown.as_of => Err(AppError::Conflict(format!(
                "Nothing was changed: {gone} would be taken off the list now, not {}, for somebody has changed it since you looked. \
                 Look at it, then apply it again.",
                shown.gone
            ))),
            _ => Ok(()),
        }
    }

    /// What comes of it, asked as [`Choice::task`] asks: whom several rows stand for is one, and whoever was chosen for an open
    /// row is new or listed as others are.
    ///
    /// # Errors
    /// The engine's.
    pub fn count(&self, connection: &mut AnyConnection, upload: Id, segment: Id) -> Result<Numbers> {
        let mut numbers = Numbers::default();
        for side in [&CONTACTS, &COMPANIES] {
            let new = side.is_to_be_listed(segment, &is_among(side, self.taken(side, upload)));
            let open = said(side, upload) + " AND " + is_none_of(|outcome| !outcome.is_open());
            let chosen = Sql::and([new.clone(), is_among(side, open)]);
            let listed = side.is_listed(segment, &Sql::all());
            let all = side.source.tally(connection, &is_among(side, said(side, upload)), &[new, chosen, listed])?;
            let [new, chosen, listed] = [0, 1, 2].map(|at| all.get(at).copied().unwrap_or(0));
            numbers.new += new;
            numbers.chosen += chosen;
            numbers.listed += listed;
        }
        Ok(numbers)
    }

    /// The keys of whom the rows stand for that are taken.
    fn taken(&self, side: &Side, upload: Id) -> Sql {
        said(side, upload) + " AND " + is_none_of(|outcome| self.leaves_out(outcome))
    }

    /// Those who are found and are not to be listed, because somebody said so.
    pub fn left_out(&self) -> &[Outcome] {
        if self.mode == Mode::Remove { &[] } else { &self.without }
    }

    /// Whether rows of this outcome list nobody, whomever they stand for.
    pub fn leaves_out(&self, outcome: Outcome) -> bool {
        outcome == Outcome::Twice || self.is_unwanted(outcome)
    }

    /// Whether those for whom rows of this outcome stand are not to be listed.
    fn is_unwanted(&self, outcome: Outcome) -> bool {
        matches!(outcome, Outcome::Never | Outcome::Refused) || self.without.contains(&outcome)
    }

    /// The rows of wanted people that say a note, from ` FROM` on, whichever of several lines of somebody says it: a blank one only
    /// takes out what is written where the list is made exactly this.
    fn noted(&self, upload: Id) -> Sql {
        let rows = Sql::from(" FROM segments_upload_row AS given WHERE given.upload_id = ") + Value::Id(upload);
        let rows = if self.mode == Mode::Exact && self.has_notes { rows } else { rows + " AND given.note <> ''" };
        rows + " AND given." + is_none_of(|outcome| self.is_unwanted(outcome))
    }
}

fn is_none_of(is_one: impl Fn(Outcome) -> bool) -> Sql {
    let these = Outcome::ALL.into_iter().filter(|outcome| is_one(*outcome));
    let these = these.map(|outcome| Sql::from(Value::Text(outcome.name().to_owned())));
    Sql::from("outcome NOT IN (") + Sql::join(these, ", ", "NULL") + ")"
}

/// The keys of whom the rows stand for.
fn said(side: &Side, upload: Id) -> Sql {
    let rows = Sql::from("SELECT ") + side.item + " FROM segments_upload_row WHERE upload_id = " + Value::Id(upload);
    rows + " AND " + side.item + " IS NOT NULL"
}

fn is_among(side: &Side, keys: Sql) -> Sql {
    Sql::from(side.source.table) + ".id IN (" + keys + ")"
}

/// The most of a list that open rows may mean and that can be spared: each is a value of the question.
const SPARED: usize = 10_000;

/// Those on the list whom open rows may mean, as long as nobody has said whom they do, or rows that are refused for their note: they stay when it is made exactly this.
#[derive(Default)]
struct Spared {
    contacts: Vec<Id>,
    companies: Vec<Id>,
}

impl Spared {
    fn find(connection: &mut AnyConnection, upload: Id, segment: Id) -> Result<Self> {
        let meant = rows::list_meant(connection, upload)?;
        let listed: Vec<Item> = Standing::load(connection, segment, meant.into_iter())?.listed().collect();
        if listed.len() > SPARED {
            let many = listed.len();
            return Err(AppError::Conflict(format!(
                "The open and the refused rows may mean {many} of the list, which is more than can be kept apart: first choose whom they mean."
            )));
        }
        let (contacts, companies): (Vec<Option<Id>>, Vec<Option<Id>>) = listed.into_iter().map(Item::keys).unzip();
        Ok(Self { contacts: contacts.into_iter().flatten().collect(), companies: companies.into_iter().flatten().collect() })
    }

    /// How many go.
    fn count_left_out(&self, connection: &mut AnyConnection, upload: Id, segment: Id) -> Result<i64> {
        let left_out = self.left_out(upload, segment);
        let count = left_out.iter().try_fold(0, |sum, (side, found)| Ok::<_, AppError>(sum + side.count(connection, found)?))?;
        i64::try_from(count).map_err(AppError::internal)
    }

    /// Of each kind those on the list whom no row stands for, nor may mean.
    fn left_out(&self, upload: Id, segment: Id) -> [(&'static Side, Sql); 2] {
        [(&CONTACTS, &self.contacts), (&COMPANIES, &self.companies)].map(|(side, spared)| {
            let unnamed = side.source_key() + " NOT IN (" + said(side, upload) + ")";
            (side, side.is_listed(segment, &Sql::and([unnamed, side.among(spared).complement()])))
        })
    }
}

/// Who goes when the list is made exactly this, and who stays for an open row alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct LeftOut {
    /// How many of the list no row stands for, nor may mean.
    pub gone: i64,
    /// How many an open row may mean, or a refused one names, and no other stands for.
    pub spared: i64,
    /// When the list had last been changed by then, in microseconds.
    pub as_of: i64,
}

/// When a list was last changed, in microseconds.
fn last_changed(connection: &mut AnyConnection, segment: Id) -> Result<i64> {
    let changed: Time = row::table.find(segment).select(row::updated_at).first(connection)?;
    Ok(changed.0.timestamp_micros())
}

/// Counts them.
///
/// # Errors
/// Those of [`Choice::task`].
pub fn count_left_out(connection: &mut AnyConnection, upload: Id, segment: Id) -> Result<LeftOut> {
    let spared = Spared::find(connection, upload, segment)?;
    let all = Spared::default().count_left_out(connection, upload, segment)?;
    let gone = spared.count_left_out(connection, upload, segment)?;
    Ok(LeftOut { gone, spared: all - gone, as_of: last_changed(connection, segment)? })
}
