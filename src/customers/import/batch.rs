//! Drafts taken to the database: companies found or made, rows found, changed or added, in one transaction.
//!
//! Called by `mod.rs`. Everything that the drafts may mean is loaded with a few questions first; then they are settled in
//! the order of the file, in memory, so that a row means the same whether what it speaks of was there before or came in
//! with the line above; then what is new or changed is written.

use std::collections::{HashMap, HashSet};

use super::employers::Employers;
use super::lookup;
use super::model::Model;
use super::plan::{Draft, Plan};
use super::report::Refusal;
use crate::customers::company;
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// What became of the drafts.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) added: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
    pub(super) companies_added: u64,
    pub(super) refused: Vec<Refusal>,
    /// Rows that name a parent which is not there; it may come later in the file.
    pub(super) orphans: Vec<Refusal>,
    /// Whether a key with outer blanks was written.
    pub(super) has_edged: bool,
}

impl Outcome {
    /// The two together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.companies_added += other.companies_added;
        self.refused.extend(other.refused);
        self.orphans.extend(other.orphans);
        self.has_edged |= other.has_edged;
        self
    }
}

/// Settles `drafts` and writes what they change.
pub(super) fn run<R: Model>(connection: &mut AnyConnection, plan: &Plan<R>, drafts: &mut [Draft<R>], has_edged: bool) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut employers = Employers::load(connection, drafts, has_edged)?;
    let mut rows = Rows::load(connection, drafts, &employers, has_edged)?;
    for draft in drafts {
        match rows.settle(plan, draft, &mut employers) {
            Ok(Settled::Added) => outcome.added += 1,
            Ok(Settled::Updated) => outcome.updated += 1,
            Ok(Settled::Unchanged) => outcome.unchanged += 1,
            Err(Refused::ForGood(refusal)) => outcome.refused.push(refusal),
            Err(Refused::Orphan(refusal)) => outcome.orphans.push(refusal),
        }
    }
    outcome.companies_added = employers.made.len() as u64;
    outcome.has_edged = employers.made.iter().any(|company| lookup::has_edges(&company.name)) || rows.have_edged();
    company::insert(connection, &employers.made)?;
    let idle = rows.write(connection, plan)?;
    outcome.updated -= idle;
    outcome.unchanged += idle;
    Ok(outcome)
}

enum Settled {
    Added,
    Updated,
    Unchanged,
}

enum Refused {
    ForGood(Refusal),
    Orphan(Refusal),
}

/// The rows that the drafts speak of, as they will be.
struct Rows<R: Model> {
    entries: Vec<Entry<R>>,
    by_id: HashMap<Id, usize>,
    by_key: HashMap<R::Key, Vec<usize>>,
}

struct Entry<R> {
    row: R,
    is_new: bool,
    /// As it was before lines changed it, and how many did.
    changed: Option<(R, u64)>,
}

impl<R: Model> Rows<R> {
    fn load(connection: &mut AnyConnection, drafts: &mut [Draft<R>], employers: &Employers, has_edged: bool) -> Result<Self> {
        let mut ids = HashSet::new();
        let mut keys = HashSet::new();
        for draft in drafts {
            ids.extend(draft.id);
            ids.extend(draft.row.parent());
            draft.work_at(employers.find(&draft.company));
            keys.extend(draft.row.sought(draft.id.is_some()));
        }
        let (ids, keys): (Vec<Id>, Vec<R::Key>) = (ids.into_iter().collect(), keys.into_iter().collect());
        let mut rows = Self { entries: Vec::new(), by_id: HashMap::new(), by_key: HashMap::new() };
        for row in R::list(connection, &ids, &keys, has_edged)? {
            if !rows.by_id.contains_key(&row.id()) {
                rows.insert(row, false);
            }
        }
        Ok(rows)
    }

    fn insert(&mut self, row: R, is_new: bool) {
        let place = self.entries.len();
        self.by_id.insert(row.id(), place);
        for key in row.keys() {
            self.by_key.entry(key).or_default().push(place);
        }
        self.entries.push(Entry { row, is_new, changed: None });
    }

    fn settle(&mut self, plan: &Plan<R>, draft: &mut Draft<R>, employers: &mut Employers) -> Result<Settled, Refused> {
        self.know_parent(plan, draft)?;
        let mut company = employers.find(&draft.company);
        draft.work_at(company);
        let place = self.find(draft);
        if let Some(refusal) = plan.missing(draft).filter(|_| place.is_none()) {
            return Err(Refused::ForGood(refusal));
        }
        if company.is_none() {
            company = employers.make(plan, draft).map_err(Refused::ForGood)?;
            draft.work_at(company);
        }
        match place {
            Some(place) => self.change(plan, draft, company, place),
            None if R::HAS_COMPANY && company.is_none() => {
                let reason = format!("A new {} needs a company: give company_id, or its name in company.", R::NAME);
                Err(Refused::ForGood(plan.refuse(draft, "company", "", reason)))
            }
            None => self.add(plan, draft),
        }
    }

    fn know_parent(&self, plan: &Plan<R>, draft: &Draft<R>) -> Result<(), Refused> {
        match draft.row.parent().filter(|parent| *parent != draft.row.id() && !self.by_id.contains_key(parent)) {
            Some(parent) => {
                let reason = format!("No {} has this id.", R::NAME);
                Err(Refused::Orphan(plan.refuse(draft, "parent_company_id", &parent.to_string(), reason)))
            }
            None => Ok(()),
        }
    }

    fn find(&self, draft: &Draft<R>) -> Option<usize> {
        if let Some(place) = draft.id.and_then(|id| self.by_id.get(&id)) {
            return Some(*place);
        }
        let key = draft.row.sought(draft.id.is_some())?;
        let same = self.having(&key);
        same.min_by_key(|(_, row)| (row.is_unlike(&draft.row), row.created_at(), row.id())).map(|(place, _)| place)
    }

    /// The rows with this key; the index may know some by a key they had before.
    fn having<'a>(&'a self, key: &'a R::Key) -> impl Iterator<Item = (usize, &'a R)> {
        let places = self.by_key.get(key).into_iter().flatten();
        let rows = places.filter_map(|place| self.entries.get(*place).map(|entry| (*place, &entry.row)));
        rows.filter(move |(_, row)| row.keys().contains(key))
    }

    fn add(&mut self, plan: &Plan<R>, draft: &Draft<R>) -> Result<Settled, Refused> {
        self.refuse_clash(plan, draft, &draft.row)?;
        self.insert(draft.row.clone(), true);
        Ok(Settled::Added)
    }

    fn change(&mut self, plan: &Plan<R>, draft: &mut Draft<R>, company: Option<Id>, place: usize) -> Result<Settled, Refused> {
        let Some(before) = self.entries.get(place).map(|entry| entry.row.clone()) else { return Ok(Settled::Unchanged) };
        let mut after = before.clone();
        plan.apply(draft, &mut after, company);
        if after == before {
            return Ok(Settled::Unchanged);
        }
        self.refuse_clash(plan, draft, &after)?;
        let keys = after.keys();
        if keys != before.keys() {
            for key in keys {
                self.by_key.entry(key).or_default().push(place);
            }
        }
        if let Some(entry) = self.entries.get_mut(place) {
            entry.row = after;
            let (before, lines) = entry.changed.take().unwrap_or((before, 0));
            entry.changed = Some((before, lines + 1));
        }
        Ok(Settled::Updated)
    }

    fn refuse_clash(&self, plan: &Plan<R>, draft: &Draft<R>, row: &R) -> Result<(), Refused> {
        for key in row.keys() {
            let mut others = self.having(&key).filter(|(_, other)| other.id() != row.id());
            if let Some(field) = others.find_map(|(_, other)| row.clash(other)) {
                let reason = format!("Another {} has the same {field}.", R::NAME);
                return Err(Refused::ForGood(plan.refuse(draft, field, "", reason)));
            }
        }
        Ok(())
    }

    fn have_edged(&self) -> bool {
        let written = self.entries.iter().filter(|entry| entry.is_new || entry.changed.is_some());
        written.into_iter().any(|entry| entry.row.key_text().is_some_and(lookup::has_edges))
    }

    /// New rows first: a changed one may refer to them. Gives the number of lines that changed what another line changed
    /// back: of these rows nothing is written.
    fn write(self, connection: &mut AnyConnection, plan: &Plan<R>) -> Result<u64> {
        let (new, old): (Vec<Entry<R>>, Vec<Entry<R>>) = self.entries.into_iter().partition(|entry| entry.is_new);
        let new: Vec<R> = new.into_iter().map(|entry| entry.row).collect();
        R::insert(connection, &new)?;
        let mut idle = 0;
        for Entry { row, changed, .. } in old {
            let Some((mut before, lines)) = changed else { continue };
            before.touch(plan.now);
            if before == row {
                idle += lines;
            } else {
                R::update(connection, &row)?;
            }
        }
        Ok(idle)
    }
}
