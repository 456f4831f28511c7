//! Whom a line that stands for nobody nearly stands for: suggestions, which somebody must tick.
//!
//! Called by `matching` with what it found nothing for. Names are compared without what people write differently (`names`), which
//! no index knows: all companies, and for names alone all contacts, are read past, once a batch. So only the first [`MOST`] lines
//! of an upload are looked at, more than anybody would tick.

use std::collections::{HashMap, HashSet};

use super::entry::{Entry, Item};
use super::matching::Match;
use super::names::{bare_company, bare_person, digits};
use super::pool::{Firm, Person, Pool, next_firms};
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// Lines of an upload for which suggestions are looked for.
const MOST: usize = 20_000;
/// Companies read at a time.
const AT_ONCE: i64 = 5_000;
/// The fewest letters of a bare name that tell anything.
const FEWEST: usize = 2;
/// The fewest digits by which a number with another country code is known.
const DIGITS: usize = 8;
/// How alike two names of one company's people must be.
const ALIKE: f64 = 0.92;

/// Looks for suggestions.
#[derive(Debug, Default)]
pub(super) struct Near {
    looked_at: usize,
}

impl Near {
    /// The suggestions for each line.
    pub(super) fn suggest(
        &mut self,
        connection: &mut AnyConnection,
        pool: &mut Pool,
        entries: &[Option<&Entry>],
        found: &[Match],
    ) -> Result<Vec<Match>> {
        let mut suggested = vec![Match::default(); entries.len()];
        let lines = entries.iter().zip(found).enumerate().filter(|(_, (_, found))| found.items.is_empty());
        let open: Vec<(usize, &Entry)> =
            lines.filter_map(|(at, (entry, _))| Some((at, (*entry)?))).take(MOST.saturating_sub(self.looked_at)).collect();
        self.looked_at += open.len();
        let near_firms = load_firms(connection, pool, &open)?;
        load_people(connection, pool, &open, &near_firms)?;
        for (at, entry) in open {
            if let Some(place) = suggested.get_mut(at) {
                *place = near(pool, entry, &near_firms);
            }
        }
        Ok(suggested)
    }
}

/// Companies by their bare name.
type ByBareName = HashMap<String, Vec<Id>>;

/// Reads all companies for those that are nearly called what the lines say.
fn load_firms(connection: &mut AnyConnection, pool: &mut Pool, open: &[(usize, &Entry)]) -> Result<ByBareName> {
    let wanted: HashSet<String> =
        open.iter().map(|(_, entry)| bare_company(&entry.company)).filter(|name| name.chars().count() >= FEWEST).collect();
    let mut found = ByBareName::new();
    let mut after = Id(uuid::Uuid::nil());
    while !wanted.is_empty() {
        let page = next_firms(connection, after, AT_ONCE)?;
        let Some(last) = page.last().map(|firm| firm.id) else { break };
        let bare = page.into_iter().map(|firm| (bare_company(&firm.name), firm));
        let near: Vec<(String, Firm)> = bare.filter(|(name, _)| wanted.contains(name)).collect();
        for (name, firm) in near {
            found.entry(name).or_default().push(firm.id);
            pool.keep_firms(vec![firm]);
        }
        after = last;
    }
    Ok(found)
}

/// The people at the companies that the lines name or nearly name, and those who are called what a line says all alone.
fn load_people(connection: &mut AnyConnection, pool: &mut Pool, open: &[(usize, &Entry)], near: &ByBareName) -> Result<()> {
    let at_firms = open.iter().filter(|(_, entry)| !entry.means_company());
    let firms: HashSet<Id> = at_firms.flat_map(|(_, entry)| firms_of(pool, entry, near)).collect();
    pool.load_all_staff(connection, &firms)?;
    let names = open.iter().filter_map(|(_, entry)| alone(entry)).map(bare_person).filter(|name| name.chars().count() >= FEWEST);
    pool.load_namesakes(connection, &names.collect())
}

fn firms_of(pool: &Pool, entry: &Entry, near: &ByBareName) -> Vec<Id> {
    let exact = pool.called(&entry.company);
    if exact.is_empty() { near.get(&bare_company(&entry.company)).cloned().unwrap_or_default() } else { exact }
}

/// The one name that a line gives, which may be a person's.
fn alone(entry: &Entry) -> Option<&str> {
    match (entry.name.as_str(), entry.company.as_str(), entry.is_company) {
        (_, _, Some(true)) => None,
        (name, "", _) | ("", name, None) if !name.is_empty() => Some(name),
        _ => None,
    }
}

fn near(pool: &Pool, entry: &Entry, near_firms: &ByBareName) -> Match {
    let people = |people: Vec<&Person>, by| Match { items: people.into_iter().map(|person| Item::Contact(person.id)).collect(), by };
    let numbers = digits(&entry.phone);
    if numbers.len() >= DIGITS {
        let found = people(pool.with_number_like(&entry.phone), "the end of the phone number");
        if !found.items.is_empty() {
            return found;
        }
    }
    if entry.means_company() {
        let firms = near_firms.get(&bare_company(&entry.company)).cloned().unwrap_or_default();
        if !firms.is_empty() {
            return Match { items: firms.into_iter().map(Item::Company).collect(), by: "a similar company name" };
        }
    }
    if let Some(name) = alone(entry) {
        return people(pool.namesakes(name), "the name alone");
    }
    let firms: HashSet<Id> = firms_of(pool, entry, near_firms).into_iter().collect();
    let staff = firms.into_iter().flat_map(|firm| pool.all_staff(firm));
    people(staff.filter(|person| is_nearly(&person.name, &entry.name)).collect(), "a similar name at this company")
}

fn is_nearly(name: &str, said: &str) -> bool {
    let (name, said) = (bare_person(name), bare_person(said));
    !said.is_empty() && (name == said || strsim::jaro_winkler(&name, &said) >= ALIKE)
}
