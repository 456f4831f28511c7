//! Whom the lines of a batch may stand for: contacts and companies, looked up by what the lines say, with few questions.
//!
//! Called by `matching` and `near`. Each question asks for many keys at once and is answered by an index, but for telephone
//! numbers and names alone: people write them as they like, so all contacts are read past for them, once a batch, and only where
//! a line has one that nothing else found.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::names::{bare_person, digits};
use crate::criteria::catalogue;
use crate::db::dialect::{Word, number_end};
use crate::db::schema::{crm_app_company, crm_app_contact};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::condition::has_key;
use crate::query::{Sql, Value, text};
use crate::segments::listed::{COMPANIES, CONTACTS};

/// A contact, as far as it is matched with.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = crm_app_contact)]
pub(super) struct Person {
    pub(super) id: Id,
    pub(super) company_id: Id,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) mobile: String,
    pub(super) is_active: bool,
    pub(super) unsubscribed: bool,
}

/// A company, as far as it is matched with.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = crm_app_company)]
pub(super) struct Firm {
    pub(super) id: Id,
    pub(super) name: String,
}

/// People read at a time where all are read past.
const AT_ONCE: i64 = 20_000;

/// Those who were looked up so far.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub(super) people: HashMap<Id, Person>,
    pub(super) firms: HashMap<Id, Firm>,
    by_email: HashMap<String, Vec<Id>>,
    by_number: HashMap<String, Vec<Id>>,
    by_staff: HashMap<(Id, String), Vec<Id>>,
    by_firm: HashMap<String, Vec<Id>>,
    by_name: HashMap<String, Vec<Id>>,
    by_employer: HashMap<Id, Vec<Id>>,
}

impl Pool {
    /// Looks up keys, of whichever kind.
    pub(super) fn load_ids(&mut self, connection: &mut AnyConnection, ids: &[Id]) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        self.load_people(connection, CONTACTS.among(ids))?;
        self.keep_firms(firms(connection, COMPANIES.among(ids))?);
        Ok(())
    }

    /// Looks up e-mail addresses.
    pub(super) fn load_emails(&mut self, connection: &mut AnyConnection, emails: HashSet<String>) -> Result<()> {
        if !emails.is_empty() {
            self.load_people(connection, has_key(&catalogue::contact::EMAIL, emails))?;
        }
        Ok(())
    }

    /// Looks up names of companies.
    pub(super) fn load_firms(&mut self, connection: &mut AnyConnection, names: HashSet<String>) -> Result<()> {
        if !names.is_empty() {
            self.keep_firms(firms(connection, has_key(&catalogue::company::NAME, names))?);
        }
        Ok(())
    }

    /// Looks up telephone numbers by their last digits; see the top of this file.
    pub(super) fn load_numbers(&mut self, connection: &mut AnyConnection, numbers: &HashSet<String>) -> Result<()> {
        if numbers.is_empty() {
            return Ok(());
        }
        let ends: HashSet<String> = numbers.iter().map(|number| number_end(number)).collect();
        let ends = Sql::join(ends.into_iter().map(|end| Sql::from(Value::Text(end))), ", ", "NULL");
        let ends_so = |column: &'static str| {
            let filled = Sql::from(column) + " <> '' AND ";
            filled + Word::NumberEnd + column + Word::NumberEndClose + " IN (" + ends.clone() + ")"
        };
        self.load_people(connection, Sql::or([ends_so("crm_app_contact.phone"), ends_so("crm_app_contact.mobile")]))
    }

    /// Looks up people by name among those of some companies.
    pub(super) fn load_staff(&mut self, connection: &mut AnyConnection, firms: &HashSet<Id>, names: HashSet<String>) -> Result<()> {
        if firms.is_empty() || names.is_empty() {
            return Ok(());
        }
        let work_there = works_at(firms);
        self.load_people(connection, Sql::and([work_there, has_key(&catalogue::contact::NAME, names).asked_last()]))
    }

    /// Looks up everybody of some companies.
    pub(super) fn load_all_staff(&mut self, connection: &mut AnyConnection, firms: &HashSet<Id>) -> Result<()> {
        if firms.is_empty() { Ok(()) } else { self.load_people(connection, works_at(firms)) }
    }

    /// Looks up people whose bare names these are, which no index knows: all are read past.
    pub(super) fn load_namesakes(&mut self, connection: &mut AnyConnection, names: &HashSet<String>) -> Result<()> {
        let (mut found, mut after) = (Vec::new(), Id(uuid::Uuid::nil()));
        while !names.is_empty() {
            let next = crm_app_contact::table.filter(crm_app_contact::id.gt(after)).order(crm_app_contact::id).limit(AT_ONCE);
            let page: Vec<(Id, String)> = next.select((crm_app_contact::id, crm_app_contact::name)).load(connection)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            found.extend(page.iter().filter(|(_, name)| names.contains(&bare_person(name))).map(|(id, _)| *id));
        }
        found.chunks(1_000).try_for_each(|ids| self.load_people(connection, CONTACTS.among(ids)))
    }

    /// Knows these companies.
    pub(super) fn keep_firms(&mut self, found: Vec<Firm>) {
        for firm in found {
            if !self.firms.contains_key(&firm.id) {
                self.by_firm.entry(text::key(&firm.name)).or_default().push(firm.id);
                self.firms.insert(firm.id, firm);
            }
        }
    }

    fn load_people(&mut self, connection: &mut AnyConnection, predicate: Sql) -> Result<()> {
        let found: Vec<Person> = crm_app_contact::table.filter(predicate).select(Person::as_select()).load(connection)?;
        for person in found {
            if self.people.contains_key(&person.id) {
                continue;
            }
            self.by_email.entry(text::key(&person.email)).or_default().push(person.id);
            let numbers: HashSet<String> = [&person.phone, &person.mobile].into_iter().map(|number| digits(number)).collect();
            for number in numbers {
                self.by_number.entry(number_end(&number)).or_default().push(person.id);
            }
            self.by_staff.entry((person.company_id, text::key(&person.name))).or_default().push(person.id);
            self.by_name.entry(bare_person(&person.name)).or_default().push(person.id);
            self.by_employer.entry(person.company_id).or_default().push(person.id);
            self.people.insert(person.id, person);
        }
        Ok(())
    }

    /// People with this e-mail address.
    pub(super) fn with_email(&self, email: &str) -> Vec<&Person> {
        self.these(self.by_email.get(&text::key(email)).filter(|_| !email.is_empty()))
    }

    /// People whose telephone number ends like this one.
    pub(super) fn with_number_like(&self, number: &str) -> Vec<&Person> {
        self.these(self.by_number.get(&number_end(&digits(number))).filter(|_| !number.is_empty()))
    }

    /// People of this name at this company.
    pub(super) fn staff(&self, firm: Id, name: &str) -> Vec<&Person> {
        self.these(self.by_staff.get(&(firm, text::key(name))))
    }

    /// People who are called nearly so.
    pub(super) fn namesakes(&self, name: &str) -> Vec<&Person> {
        self.these(self.by_name.get(&bare_person(name)))
    }

    /// Everybody at this company who was looked up.
    pub(super) fn all_staff(&self, firm: Id) -> Vec<&Person> {
        self.these(self.by_employer.get(&firm))
    }

    /// Companies of this name; one that is spelt just so alone, if there is one.
    pub(super) fn called(&self, name: &str) -> Vec<Id> {
        let all = self.by_firm.get(&text::key(name)).cloned().unwrap_or_default();
        let spelt: Vec<Id> = all.iter().copied().filter(|id| self.firms.get(id).is_some_and(|firm| firm.name == name)).collect();
        if spelt.len() == 1 { spelt } else { all }
    }

    fn these(&self, ids: Option<&Vec<Id>>) -> Vec<&Person> {
        ids.into_iter().flatten().filter_map(|id| self.people.get(id)).collect()
    }
}

/// Some companies after one, in the order of their keys.
pub(super) fn next_firms(connection: &mut AnyConnection, after: Id, most: i64) -> Result<Vec<Firm>> {
    let next = crm_app_company::table.filter(crm_app_company::id.gt(after)).order(crm_app_company::id).limit(most);
    Ok(next.select(Firm::as_select()).load(connection)?)
}

fn firms(connection: &mut AnyConnection, predicate: Sql) -> Result<Vec<Firm>> {
    Ok(crm_app_company::table.filter(predicate).select(Firm::as_select()).load(connection)?)
}

fn works_at(firms: &HashSet<Id>) -> Sql {
    let firms = Sql::join(firms.iter().map(|id| Sql::from(Value::Id(*id))), ", ", "NULL");
    Sql::from("crm_app_contact.company_id IN (") + firms + ")"
}
