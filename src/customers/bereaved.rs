//! What a deleted company or contact leaves behind: the rows that pointed to it, each with the sentence for its history.
//!
//! Asked by `save` before it deletes. Of segments only the tables are known here, as where deleting takes entries off lists.

use diesel::prelude::*;

use super::company::Company;
use super::contact::Contact;
use crate::db::schema::{crm_app_company, crm_app_customersegment as segment};
use crate::db::schema::{
    crm_app_customersegment_static_companies as listed_companies, crm_app_customersegment_static_contacts as listed_contacts,
};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::history::Object;

/// An object that changes when another is deleted, and what becomes of it, as a sentence.
pub type Bereaved = (Object, String);

/// The companies that belong to a company, and the segments that list it.
pub fn of_company(connection: &mut AnyConnection, company: &Company) -> Result<Vec<Bereaved>> {
    let children = crm_app_company::table.filter(crm_app_company::parent_company_id.eq(company.id)).order(crm_app_company::id);
    let children: Vec<(Id, String)> = children.select((crm_app_company::id, crm_app_company::name)).load(connection)?;
    let lists = listed_companies::table.filter(listed_companies::company_id.eq(company.id)).select(listed_companies::customersegment_id);
    let listing = segment::table.filter(segment::id.eq_any(lists)).order(segment::id);
    let listing: Vec<(Id, String)> = listing.select((segment::id, segment::name)).load(connection)?;
    let orphaned = format!("Changed Parent company: the company “{}” was deleted.", company.name);
    let orphans = children.into_iter().map(|child| told("company", child, orphaned.clone()));
    let lists = listing.into_iter().map(|listing| shorter(listing, "company", &company.name));
    Ok(orphans.chain(lists).collect())
}

/// The segments that list a contact.
pub fn of_contact(connection: &mut AnyConnection, contact: &Contact) -> Result<Vec<Bereaved>> {
    let lists = listed_contacts::table.filter(listed_contacts::contact_id.eq(contact.id)).select(listed_contacts::customersegment_id);
    let listing = segment::table.filter(segment::id.eq_any(lists)).order(segment::id);
    let listing: Vec<(Id, String)> = listing.select((segment::id, segment::name)).load(connection)?;
    Ok(listing.into_iter().map(|listing| shorter(listing, "contact", &contact.name)).collect())
}

fn shorter(segment: (Id, String), what: &str, name: &str) -> Bereaved {
    told("customersegment", segment, format!("Changed List: the {what} “{name}” was deleted."))
}

fn told(model: &'static str, (id, name): (Id, String), sentence: String) -> Bereaved {
    (Object { model, id: id.to_string(), name }, sentence)
}
