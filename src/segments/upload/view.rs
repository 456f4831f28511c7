//! What came of an upload, as it is looked at before anything is written: numbers, and the rows of each outcome a page at a time.
//!
//! Read by `pages`.

use std::collections::HashMap;

use super::applying::{Choice, LeftOut, Mode, Numbers, count_left_out};
use super::columns::{Field, Layout};
use super::entry::{Item, Outcome};
use super::rows::{self, Row};
use super::store::{State, Upload};
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::query::Selection;
use crate::segments::listed::{COMPANIES, CONTACTS, Side};
use crate::segments::picker::candidates::{self, Candidate};

/// Rows of an outcome on one page.
const PAGE: i64 = 50;

/// Of those whom a row may mean the most that are shown: all who are on the list are kept, however many that are.
const SHOWN: usize = 12;

/// What the address asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Of which outcome not the first page.
    pub of: Option<Outcome>,
    /// Which page of it, from 1.
    pub page: i64,
    /// What was chosen so far.
    pub choice: Choice,
}

/// What came of an upload.
#[derive(Debug)]
pub struct View {
    /// The upload.
    pub upload: Upload,
    /// How far it is.
    pub state: State,
    /// Its columns; `None` where it has none.
    pub layout: Option<Layout>,
    /// How many rows have each outcome, and of how many it is said whom they stand for.
    counts: HashMap<Outcome, (i64, i64)>,
    /// The outcomes that some have.
    pub sections: Vec<Section>,
    /// How many it adds, and how many of those whom it names are listed.
    pub numbers: Numbers,
    /// How many of the list go when it is made exactly this, or the sentence why it cannot be.
    pub left_out: Result<LeftOut, String>,
    /// What was chosen so far.
    pub choice: Choice,
    /// Of how many, people and companies, several rows say different notes.
    pub at_odds: usize,
    /// For how many seconds nothing was heard of it.
    pub silence: i64,
}

/// The rows of one outcome.
#[derive(Debug)]
pub struct Section {
    /// The outcome.
    pub outcome: Outcome,
    /// How many they are.
    pub count: i64,
    /// Those of the page.
    pub lines: Vec<Line>,
    /// The page, from 1.
    pub page: i64,
    /// How many pages there are.
    pub pages: i64,
    /// Whether it begins open.
    pub is_open: bool,
}

/// A row as it is shown.
#[derive(Debug)]
pub struct Line {
    /// As it is kept.
    pub row: Row,
    /// Whom it stands for.
    pub stands_for: Option<Seen>,
    /// Whom it may stand for, as far as they are shown.
    pub candidates: Vec<Seen>,
    /// How many more it may stand for.
    pub more: usize,
}

/// Those of whom a row may mean who are shown: the first, and whoever was chosen.
fn shown(row: &Row) -> Vec<Item> {
    let chosen = row.item();
    let all = row.candidates().into_iter().enumerate();
    all.filter(|(at, item)| *at < SHOWN || chosen == Some(*item)).map(|(_, item)| item).collect()
}

/// Somebody whom a row may stand for.
#[derive(Debug, Clone)]
pub struct Seen {
    /// As it is sent.
    pub value: String,
    /// Their page.
    pub url: String,
    /// Who.
    pub who: Candidate,
    /// Whether it is a company.
    pub is_company: bool,
    /// Whether they were chosen.
    pub is_chosen: bool,
}

impl View {
    /// Reads it.
    pub fn read(connection: &mut AnyConnection, upload: Upload, now: Time, asked: Asked) -> Result<Self> {
        let state = upload.state(now);
        let counts: HashMap<Outcome, (i64, i64)> =
            rows::count_rows(connection, upload.id)?.into_iter().map(|(outcome, all, said)| (outcome, (all, said))).collect();
        let is_shown = matches!(state, State::Ready | State::Applied);
        let mut sections = Vec::new();
        for outcome in Outcome::ALL.into_iter().filter(|_| is_shown) {
            if let Some((count, _)) = counts.get(&outcome) {
                sections.push(Section::read(connection, upload.id, outcome, *count, &asked)?);
            }
        }
        let numbers = match state {
            State::Ready => asked.choice.count(connection, upload.id, upload.segment_id)?,
            _ => Numbers::default(),
        };
        let left_out = match state {
            State::Ready => count_left_out(connection, upload.id, upload.segment_id),
            _ => Ok(LeftOut::default()),
        };
        let left_out = match left_out {
            Err(AppError::Conflict(sentence)) => Err(sentence),
            counted => Ok(counted?),
        };
        let at_odds = if state == State::Ready { rows::count_at_odds(connection, upload.id)? } else { 0 };
        let (layout, silence) = (upload.layout(), upload.silence(now));
        Ok(Self { silence, upload, state, layout, counts, sections, numbers, left_out, at_odds, choice: asked.choice })
    }

    /// How many rows were read.
    pub fn rows(&self) -> i64 {
        self.upload.row_count.into()
    }

    /// How many rows have an outcome.
    pub fn count(&self, outcome: Outcome) -> i64 {
        self.counts.get(&outcome).map_or(0, |(all, _)| *all)
    }

    /// Whether the rows have a column of notes.
    pub fn has_notes(&self) -> bool {
        self.layout.as_ref().is_some_and(|layout| layout.holds(Field::Note))
    }

    /// Whether two columns hold the same, and not a name in parts: of them the first that is filled in a row is read.
    pub fn is_doubled(&self) -> bool {
        let fields = self.layout.as_ref().map_or(&[][..], |layout| &layout.fields[..]);
        let is_again = |(at, field): (usize, &Field)| !matches!(field, Field::Ignored | Field::Name) && fields[..at].contains(field);
        fields.iter().enumerate().any(is_again)
    }

    /// Whether its columns are to be looked at: nobody can be found by them, or they were not found for the most part.
    pub fn is_doubtful(&self) -> bool {
        self.lost() * 2 > self.rows() || self.layout.as_ref().is_some_and(|layout| !layout.is_telling())
    }

    /// How many rows name nobody, whoever they were to mean.
    pub fn lost(&self) -> i64 {
        let naming = self.counts.get(&Outcome::Refused).map_or(0, |(_, naming)| *naming);
        self.count(Outcome::Unknown) + self.count(Outcome::Refused) - naming
    }

    /// For how many open rows it is said whom they stand for.
    fn chosen(&self) -> i64 {
        [Outcome::Ambiguous, Outcome::Suggested].iter().filter_map(|outcome| self.counts.get(outcome)).map(|(_, said)| said).sum()
    }

    /// Whether any row stands for somebody whom this choice lists.
    pub fn finds_any(&self, choice: &Choice) -> bool {
        self.counts.iter().any(|(outcome, (_, said))| *said > 0 && !choice.leaves_out(*outcome))
    }

    /// Rows that nothing is done with, of which there is a report.
    pub fn unused(&self) -> i64 {
        let unused = Outcome::UNUSED.into_iter().chain(self.choice.left_out().iter().copied());
        unused.map(|outcome| self.count(outcome)).sum::<i64>() - self.chosen()
    }

    /// The places of the open rows on this page that can be chosen, joined by commas.
    pub fn shown(&self) -> String {
        let is_ready = self.state == State::Ready;
        let open = self.sections.iter().filter(|section| is_ready && section.outcome.is_open()).flat_map(|section| &section.lines);
        open.map(|line| line.row.position.to_string()).collect::<Vec<_>>().join(",")
    }

    /// Whether a mode is the one that is chosen.
    pub fn is_mode(&self, mode: &str) -> bool {
        Mode::named(mode) == Some(self.choice.mode)
    }

    /// Whether those of an outcome are to be listed too.
    pub fn is_with(&self, outcome: &Outcome) -> bool {
        !self.choice.without.contains(outcome)
    }
}

impl Section {
    fn read(connection: &mut AnyConnection, upload: Id, outcome: Outcome, count: i64, asked: &Asked) -> Result<Self> {
        let pages = ((count + PAGE - 1) / PAGE).max(1);
        let is_asked = asked.of == Some(outcome);
        let page = if is_asked { asked.page.clamp(1, pages) } else { 1 };
        let rows = rows::list_page(connection, upload, outcome, (page - 1) * PAGE, PAGE)?;
        let items: Vec<Item> = rows.iter().flat_map(|row| row.item().into_iter().chain(shown(row))).collect();
        let seen = seen(connection, &items)?;
        let line = |row: Row| {
            let chosen = row.item();
            let shown = shown(&row);
            let more = row.candidates().len() - shown.len();
            let candidates = shown.into_iter().filter_map(|item| seen.get(&item).cloned().map(|seen| (item, seen)));
            let candidates = candidates.map(|(item, seen)| Seen { is_chosen: chosen == Some(item), ..seen }).collect();
            Line { stands_for: chosen.and_then(|item| seen.get(&item).cloned()), candidates, more, row }
        };
        let lines = rows.into_iter().map(line).collect();
        // What somebody has to look at: whom to choose, and what was found for nobody.
        let is_open = is_asked || outcome.is_open() || matches!(outcome, Outcome::Unknown | Outcome::Refused);
        Ok(Self { outcome, count, lines, page, pages, is_open })
    }

    /// Its first row's place among those of the outcome.
    pub fn first(&self) -> i64 {
        (self.page - 1) * PAGE + 1
    }

    /// Its last row's place.
    pub fn last(&self) -> i64 {
        (self.page * PAGE).min(self.count)
    }

    /// The rows as they were written, one a line, to be copied.
    pub fn raw(&self) -> String {
        self.lines.iter().map(|line| line.row.raw.as_str()).collect::<Vec<_>>().join("\n")
    }
}

type List = fn(&mut AnyConnection, &Selection<'_>) -> Result<Vec<Candidate>>;
/// Some of one kind: where they are, which, how they are read, and what they are as an item.
type Kind = (&'static Side, Vec<Id>, List, fn(Id) -> Item);

/// What there is to see of these.
fn seen(connection: &mut AnyConnection, items: &[Item]) -> Result<HashMap<Item, Seen>> {
    let people: Vec<Id> = items.iter().filter_map(|item| if let Item::Contact(id) = item { Some(*id) } else { None }).collect();
    let firms: Vec<Id> = items.iter().filter_map(|item| if let Item::Company(id) = item { Some(*id) } else { None }).collect();
    let mut all = HashMap::new();
    let kinds: [Kind; 2] =
        [(&CONTACTS, people, candidates::contacts, Item::Contact), (&COMPANIES, firms, candidates::companies, Item::Company)];
    for (side, ids, list, item) in kinds {
        if ids.is_empty() {
            continue;
        }
        let (among, order) = (side.among(&ids), crate::query::Sql::from(side.source.table) + ".id");
        let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        for who in list(connection, &Selection::first(&among, &order, most))? {
            let (item, id) = (item(who.id), who.id);
            let url = format!("/admin/crm_app/{}/{id}/change/", side.one);
            let is_company = matches!(item, Item::Company(_));
            all.insert(item, Seen { value: item.to_string(), url, who, is_company, is_chosen: false });
        }
    }
    Ok(all)
}
