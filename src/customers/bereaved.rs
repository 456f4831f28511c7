//! What deleted companies or contacts leave behind: what pointed to them, each with one sentence for its history.
//!
//! Asked by `save` before it deletes, once for all that go together: a segment that lists three hundred of them is told in
//! one event, for its history shows a page at a time. Of segments only the tables are known here, as where deleting takes
//! entries off lists.

use std::collections::HashMap;

use diesel::prelude::*;

use super::company::Company;
use super::contact::Contact;
use super::import::model::Model;
use crate::db::schema::{crm_app_company, crm_app_contact, crm_app_customersegment as segment};
use crate::db::schema::{
    crm_app_customersegment_static_companies as listed_companies, crm_app_customersegment_static_contacts as listed_contacts,
};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::history::{Object, SEGMENT};
use crate::query::text;

/// An object that changes when others are deleted, and what becomes of it, as a sentence.
pub type Bereaved = (Object, String);

/// A list that names who goes: the segment's key and name, and the name of who goes.
type Entry = (Id, String, String);

/// How many of those that a list loses are named.
const NAMED: usize = 3;

/// The companies that belong to these, and the segments that list them.
pub fn of_companies(connection: &mut AnyConnection, gone: &[&Company]) -> Result<Vec<Bereaved>> {
    let ids = || gone.iter().map(|company| company.id);
    let names: HashMap<Id, &str> = gone.iter().map(|company| (company.id, company.called())).collect();
    let children: Vec<(Id, String, Option<Id>)> = crm_app_company::table
        .filter(crm_app_company::parent_company_id.eq_any(ids()))
        .filter(crm_app_company::id.ne_all(ids()))
        .order(crm_app_company::id)
        .select((crm_app_company::id, crm_app_company::name, crm_app_company::parent_company_id))
        .load(connection)?;
    let orphaned = |(id, name, parent): (Id, String, Option<Id>)| {
        let parent = names.get(&parent?)?;
        Some(told(Company::NAME, id, name, format!("Changed Parent company: the company “{parent}” was deleted.")))
    };
    let entries = listed_companies::table
        .inner_join(segment::table.on(segment::id.eq(listed_companies::customersegment_id)))
        .inner_join(crm_app_company::table.on(crm_app_company::id.eq(listed_companies::company_id)))
        .filter(listed_companies::company_id.eq_any(ids()))
        .order((segment::id, crm_app_company::name))
        .select((segment::id, segment::name, crm_app_company::name));
    let lists = shorter(&entries.load(connection)?, "Listed companies", (Company::NAME, Company::PLURAL));
    Ok(children.into_iter().filter_map(orphaned).chain(lists).collect())
}

/// The segments that list these contacts.
pub fn of_contacts(connection: &mut AnyConnection, gone: &[&Contact]) -> Result<Vec<Bereaved>> {
    let entries = listed_contacts::table
        .inner_join(segment::table.on(segment::id.eq(listed_contacts::customersegment_id)))
        .inner_join(crm_app_contact::table.on(crm_app_contact::id.eq(listed_contacts::contact_id)))
        .filter(listed_contacts::contact_id.eq_any(gone.iter().map(|contact| contact.id)))
        .order((segment::id, crm_app_contact::name))
        .select((segment::id, segment::name, crm_app_contact::name));
    Ok(shorter(&entries.load(connection)?, "Listed contacts", (Contact::NAME, Contact::PLURAL)))
}

/// One sentence for each segment, of entries in the order of the segments.
fn shorter(entries: &[Entry], list: &str, what: (&str, &str)) -> Vec<Bereaved> {
    let of_one = entries.chunk_by(|(one, ..), (other, ..)| one == other);
    let lose = |entries: &[Entry]| {
        let (id, name, _) = entries.first()?;
        Some(told(SEGMENT, *id, name.clone(), format!("Changed {list}: {}", deleted(entries, what))))
    };
    of_one.filter_map(lose).collect()
}

/// "the contact “Anong” was deleted.", "the contacts “A”, “B”, “C” and 297 more were deleted."
fn deleted(entries: &[Entry], (one, many): (&str, &str)) -> String {
    let mut names: Vec<String> = entries.iter().take(NAMED).map(|(.., name)| format!("“{name}”")).collect();
    if entries.len() > NAMED {
        names.push(format!("{} more", entries.len() - NAMED));
    }
    let names = text::list(&names, "and");
    if entries.len() == 1 { format!("the {one} {names} was deleted.") } else { format!("the {many} {names} were deleted.") }
}

fn told(model: &'static str, id: Id, name: String, sentence: String) -> Bereaved {
    (Object { model, id: id.to_string(), name }, sentence)
}
