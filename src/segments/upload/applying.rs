//! From an upload to the list: what is added, taken off and written beside whom, as one batch.
//!
//! Called by `deeds`, in the transaction that changes the list. Whom it is about is asked of the rows that are kept, so no keys
//! travel, however many they are.

use super::entry::{Item, Outcome};
use super::rows;
use super::standing::Standing;
use crate::db::{AnyConnection, Id};
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
    /// `Conflict` where the open rows may mean more of the list than can be spared.
    pub fn task(&self, connection: &mut AnyConnection, upload: Id, segment: Id) -> Result<Task> {
        let sides = [&CONTACTS, &COMPANIES];
        let mut tasks = Vec::new();
        match self.mode {
            Mode::Remove => tasks.extend(sides.map(|side| Task::Remove(side, is_among(side, said(side, upload))))),
            Mode::Exact => {
                let spared = Spared::find(connection, upload, segment)?;
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
}

/// Counts them.
///
/// # Errors
/// Those of [`Choice::task`].
pub fn count_left_out(connection: &mut AnyConnection, upload: Id, segment: Id) -> Result<LeftOut> {
    let spared = Spared::find(connection, upload, segment)?;
    let mut count = |spared: &Spared| -> Result<usize> {
        spared.left_out(upload, segment).iter().try_fold(0, |sum, (side, found)| Ok(sum + side.count(connection, found)?))
    };
    let (all, gone) = (count(&Spared::default())?, count(&spared)?);
    let number = |count: usize| i64::try_from(count).map_err(AppError::internal);
    Ok(LeftOut { gone: number(gone)?, spared: number(all.saturating_sub(gone))? })
}
