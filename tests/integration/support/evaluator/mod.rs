//! A second implementation of the filter criteria: plain, slow, in memory, written from `criteria.md` and not from the product's code.
//!
//! Tests hand it the same rows and the same document as the product and compare the ids (or the places of the errors). Its one rule: where
//! speed or cleverness and the words of criteria.md part, it follows the words.

pub(crate) mod calendar;
pub(crate) mod catalogue;
mod comparing;
mod document;
mod limits;
mod meaning;
mod nodes;
mod operators;
mod rules;
mod segments;
mod tests;
mod values;
mod world;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;
use uuid::Uuid;

pub(crate) use calendar::{Calendar, PERIODS};
use document::Error;
use meaning::Subject;
pub(crate) use operators::{Arity, OPERATORS, Operator, RELATIVE_OPERATORS};
pub(crate) use segments::{Listed, Segment, Segments};
pub(crate) use world::{Company, Contact, Contract, World};

/// The ids of the members, or the errors of the document as (JSON pointer, code): for documents that neither count from today nor name a
/// segment. (One that does is answered as on 1 January 1970, and without any segment.)
pub(crate) fn members(world: &World, document: &Value, zone: Tz) -> Result<BTreeSet<Uuid>, Vec<Error>> {
    members_on(world, document, Calendar { zone, today: NaiveDate::default() }, &Segments::new())
}

/// The ids of the members on that day, with these segments to be named, or the errors of the document.
pub(crate) fn members_on(world: &World, document: &Value, calendar: Calendar, segments: &Segments) -> Result<BTreeSet<Uuid>, Vec<Error>> {
    let document = document::read(document, calendar, segments)?;
    // A company is chosen with all its contacts, so both entities come down to the same question about each contact.
    Ok(world
        .contacts
        .iter()
        .filter(|contact| contact.is_active && !contact.unsubscribed)
        .filter(|contact| meaning::holds(&document, &subject(world, contact), calendar))
        .map(|contact| contact.id)
        .collect())
}

fn subject<'a>(world: &'a World, contact: &'a Contact) -> Subject<'a> {
    let Some(company) = world.companies.iter().find(|company| company.id == contact.company_id) else {
        panic!("contact {} has no company", contact.id);
    };
    let contracts = world.contracts.iter().filter(|contract| contract.company_id == company.id).collect();
    Subject { contact, company, contracts }
}
