//! Whom each line of a batch stands for: by id, e-mail, telephone number, then name with company, then company alone.
//!
//! Called by `staging` with some thousand lines at a time. What a line says first decides: a line with an e-mail address that
//! somebody has stands for them, whatever else it says, which only tells those apart who share one. Nobody is taken for
//! somebody who is only nearly so: those are suggested (`near`).

use std::collections::HashSet;

use super::entry::{Entry, Item, Outcome, Said};
use super::names::digits;
use super::near::Near;
use super::pool::{Person, Pool};
use super::standing::Standing;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::text;

/// What was made of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What comes of it.
    pub outcome: Outcome,
    /// Whom it stands for.
    pub item: Option<Item>,
    /// By what they were found, in words.
    pub by: &'static str,
    /// Whom it may stand for.
    pub candidates: Vec<Item>,
    /// Why it cannot be taken.
    pub reason: String,
}

/// Those who were found for a line, and by what.
#[derive(Debug, Clone, Default)]
pub(super) struct Match {
    pub(super) items: Vec<Item>,
    pub(super) by: &'static str,
}

/// The most candidates that are kept of a line, beside those on the list: these are all kept, for a list that is made exactly what
/// the lines say keeps whom they may mean.
const CANDIDATES: usize = 12;

/// Settles lines for the list of one segment.
#[derive(Debug)]
pub struct Matcher {
    segment: Id,
    near: Near,
}

impl Matcher {
    /// For the list of this segment.
    pub fn new(segment: Id) -> Self {
        Self { segment, near: Near::default() }
    }

    /// What is made of each line, in their order.
    pub fn settle(&mut self, connection: &mut AnyConnection, said: &[Said]) -> Result<Vec<Settled>> {
        let entries: Vec<Option<&Entry>> = said.iter().map(|said| said.entry.as_ref().ok().or(said.named.as_ref())).collect();
        let mut pool = Pool::default();
        let mut found = by_keys(connection, &mut pool, &entries)?;
        by_numbers(connection, &mut pool, &entries, &mut found)?;
        by_names(connection, &mut pool, &entries, &mut found)?;
        let suggested = self.near.suggest(connection, &mut pool, &entries, &found)?;
        let items = found.iter().chain(&suggested).flat_map(|found| &found.items).copied();
        let standing = Standing::load(connection, self.segment, items)?;
        let lines = said.iter().zip(found).zip(suggested);
        let mut settled: Vec<Settled> = lines.map(|((said, found), suggested)| settled(said, found, suggested, &pool, &standing)).collect();
        mark_repeated(&entries, &mut settled);
        Ok(settled)
    }
}

fn settled(said: &Said, found: Match, suggested: Match, pool: &Pool, standing: &Standing) -> Settled {
    let Match { items, by } = found;
    let plain = |outcome| Settled { outcome, item: None, by: "", candidates: Vec::new(), reason: String::new() };
    match (&said.entry, items.as_slice()) {
        (Err(reason), _) => {
            let meant = if items.is_empty() { suggested.items } else { items };
            Settled { reason: reason.clone(), candidates: some(meant, standing), ..plain(Outcome::Refused) }
        }
        (Ok(_), [one]) => Settled { item: Some(*one), by, ..plain(outcome(*one, pool, standing)) },
        (Ok(_), []) if suggested.items.is_empty() => plain(Outcome::Unknown),
        (Ok(_), []) => Settled { candidates: some(suggested.items, standing), by: suggested.by, ..plain(Outcome::Suggested) },
        (Ok(_), _) => Settled { candidates: some(items, standing), by, ..plain(Outcome::Ambiguous) },
    }
}

/// What a line before says in the same words is not asked about again. Whom lines stand for is compared where they are kept.
fn mark_repeated(entries: &[Option<&Entry>], settled: &mut [Settled]) {
    let mut seen = HashSet::new();
    for (entry, settled) in entries.iter().zip(settled) {
        let is_repeated = settled.outcome != Outcome::Refused && entry.is_some_and(|entry| !seen.insert(entry));
        if is_repeated && (settled.outcome.is_open() || settled.outcome == Outcome::Unknown) {
            *settled = Settled { outcome: Outcome::Twice, candidates: Vec::new(), by: "", ..settled.clone() };
        }
    }
}

fn some(mut items: Vec<Item>, standing: &Standing) -> Vec<Item> {
    items.sort_unstable_by_key(|item| (!standing.is_listed(*item), *item));
    let listed = items.iter().filter(|item| standing.is_listed(**item)).count();
    items.truncate(CANDIDATES.max(listed));
    items
}

fn outcome(item: Item, pool: &Pool, standing: &Standing) -> Outcome {
    let person = if let Item::Contact(id) = item { pool.people.get(&id) } else { None };
    match person {
        _ if standing.is_never(item) => Outcome::Never,
        _ if standing.is_listed(item) => Outcome::Listed,
        Some(person) if !person.is_active => Outcome::Inactive,
        Some(person) if person.unsubscribed => Outcome::Unsubscribed,
        _ => Outcome::New,
    }
}

/// By id, e-mail and the name of a company alone.
fn by_keys(connection: &mut AnyConnection, pool: &mut Pool, entries: &[Option<&Entry>]) -> Result<Vec<Match>> {
    let said = || entries.iter().flatten();
    let ids: HashSet<Id> = said().filter_map(|entry| Id::parse(&entry.id)).collect();
    pool.load_ids(connection, &ids.into_iter().collect::<Vec<_>>())?;
    pool.load_emails(connection, said().map(|entry| text::key(&entry.email)).filter(|email| !email.is_empty()).collect())?;
    pool.load_firms(connection, said().map(|entry| text::key(&entry.company)).filter(|name| !name.is_empty()).collect())?;
    Ok(entries.iter().map(|entry| entry.map_or_else(Match::default, |entry| by_key(pool, entry))).collect())
}

fn by_key(pool: &Pool, entry: &Entry) -> Match {
    if let Some(item) = Id::parse(&entry.id).and_then(|id| known(pool, id)) {
        return Match { items: vec![item], by: "id" };
    }
    if entry.means_company() {
        return Match { items: pool.called(&entry.company).into_iter().map(Item::Company).collect(), by: "company" };
    }
    Match { items: apart(pool, entry, pool.with_email(&entry.email)), by: "e-mail" }
}

fn known(pool: &Pool, id: Id) -> Option<Item> {
    let person = pool.people.contains_key(&id).then_some(Item::Contact(id));
    person.or_else(|| pool.firms.contains_key(&id).then_some(Item::Company(id)))
}

/// Those of several whom the rest of the line tells apart; all of them where it does not.
fn apart(pool: &Pool, entry: &Entry, people: Vec<&Person>) -> Vec<Item> {
    let firms = pool.called(&entry.company);
    let is_called = |person: &Person| !entry.name.is_empty() && text::key(&person.name) == text::key(&entry.name);
    let works_there = |person: &Person| firms.contains(&person.company_id);
    let both: Vec<&Person> = people.iter().copied().filter(|person| is_called(person) && works_there(person)).collect();
    let either: Vec<&Person> = people.iter().copied().filter(|person| is_called(person) || works_there(person)).collect();
    let meant = [both, either].into_iter().find(|some| some.len() == 1).unwrap_or(people);
    meant.into_iter().map(|person| Item::Contact(person.id)).collect()
}

/// The fewest digits that tell anybody apart: `-` and `n/a` have none, and would be the number of all whose own is blank.
const DIGITS: usize = 6;

fn is_number(phone: &str) -> bool {
    digits(phone).len() >= DIGITS
}

/// What nothing was found for so far.
fn open<'a>(entries: &'a [Option<&'a Entry>], found: &'a [Match]) -> impl Iterator<Item = (usize, &'a Entry)> {
    let lines = entries.iter().zip(found).enumerate();
    lines.filter(|(_, (_, found))| found.items.is_empty()).filter_map(|(at, (entry, _))| Some((at, (*entry)?)))
}

fn by_numbers(connection: &mut AnyConnection, pool: &mut Pool, entries: &[Option<&Entry>], found: &mut [Match]) -> Result<()> {
    let with_number = |entry: &Entry| !entry.means_company() && is_number(&entry.phone);
    let numbers: HashSet<String> =
        open(entries, found).filter(|(_, entry)| with_number(entry)).map(|(_, entry)| digits(&entry.phone)).collect();
    pool.load_numbers(connection, &numbers)?;
    let places: Vec<(usize, &Entry)> = open(entries, found).filter(|(_, entry)| with_number(entry)).collect();
    let matches: Vec<(usize, Match)> = places.into_iter().map(|(at, entry)| (at, by_number(pool, entry))).collect();
    keep(found, matches);
    Ok(())
}

fn by_number(pool: &Pool, entry: &Entry) -> Match {
    let number = digits(&entry.phone);
    let is_it = |person: &&Person| [&person.phone, &person.mobile].into_iter().any(|theirs| digits(theirs) == number);
    let people = pool.with_number_like(&entry.phone).into_iter().filter(is_it).collect();
    Match { items: apart(pool, entry, people), by: "phone" }
}

fn by_names(connection: &mut AnyConnection, pool: &mut Pool, entries: &[Option<&Entry>], found: &mut [Match]) -> Result<()> {
    let is_named = |entry: &Entry| !entry.means_company() && !entry.name.is_empty() && !entry.company.is_empty();
    let (mut firms, mut names) = (HashSet::new(), HashSet::new());
    for (_, entry) in open(entries, found).filter(|(_, entry)| is_named(entry)) {
        firms.extend(pool.called(&entry.company));
        names.insert(text::key(&entry.name));
    }
    pool.load_staff(connection, &firms, names)?;
    let by_name = |entry: &Entry| {
        let people = pool.called(&entry.company).into_iter().flat_map(|firm| pool.staff(firm, &entry.name));
        Match { items: people.map(|person| Item::Contact(person.id)).collect(), by: "name and company" }
    };
    let matches: Vec<(usize, Match)> =
        open(entries, found).filter(|(_, entry)| is_named(entry)).map(|(at, entry)| (at, by_name(entry))).collect();
    keep(found, matches);
    Ok(())
}

fn keep(found: &mut [Match], matches: Vec<(usize, Match)>) {
    for (at, matched) in matches {
        if let Some(place) = found.get_mut(at) {
            *place = matched;
        }
    }
}
