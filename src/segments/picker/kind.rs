//! What the two pickers differ in: contacts and companies.
//!
//! Declarations, read by the rest of `picker`.

use super::candidates::{self, Candidate};
use crate::admin::search::{SearchField, Through};
use crate::criteria::catalogue::{company as company_field, contact as contact_field};
use crate::criteria::choices;
use crate::customers::company;
use crate::db::AnyConnection;
use crate::db::schema::crm_app_contact;
use crate::error::Result;
use crate::query::{Choice, Column, Selection};
use crate::segments::listed::{self, Side};

/// What is picked: contacts or companies.
pub struct Kind {
    /// The beginning of the names of its fields.
    pub prefix: &'static str,
    /// Its lists.
    pub side: &'static Side,
    /// What both panes are ordered by.
    pub name: &'static Column,
    /// Where both panes search.
    pub search: &'static [SearchField],
    /// By what both panes can be narrowed.
    pub(super) filters: &'static [Filter],
    /// Reads rows.
    pub list: fn(&mut AnyConnection, &Selection<'_>) -> Result<Vec<Candidate>>,
}

/// What a pane can be narrowed by.
#[derive(Debug)]
pub(super) struct Filter {
    /// The end of the name of its field.
    pub(super) name: &'static str,
    /// Its label.
    pub(super) label: &'static str,
    /// How.
    pub(super) by: By,
}

/// How a pane is narrowed.
#[derive(Debug)]
pub(super) enum By {
    /// Words, which must occur there.
    Words(&'static [SearchField]),
    /// One of these values of a column.
    Choice(&'static Column, &'static [Choice]),
}

static CONTACT_COMPANY: Column = Column::new(crm_app_contact::company_id, "crm_app_contact", "company");
const EMPLOYER: Through = Through { foreign_key: &CONTACT_COMPANY, key: &listed::COMPANIES.key, source: &company::SOURCE };

/// Contacts.
pub static CONTACTS: Kind = Kind {
    prefix: "contact",
    side: &listed::CONTACTS,
    name: &contact_field::NAME,
    search: &[SearchField::new(contact_field::SEARCHED), SearchField::through(EMPLOYER, &[&company_field::NAME, &company_field::COUNTRY])],
    filters: &[
        Filter { name: "company", label: "Company", by: By::Words(&[SearchField::through(EMPLOYER, &[&company_field::NAME])]) },
        Filter { name: "country", label: "Country", by: By::Words(&[SearchField::through(EMPLOYER, &[&company_field::COUNTRY])]) },
        Filter { name: "type", label: "Type", by: By::Choice(&contact_field::CONTACT_TYPE, choices::CONTACT_TYPE) },
    ],
    list: candidates::contacts,
};

/// Companies.
pub static COMPANIES: Kind = Kind {
    prefix: "company",
    side: &listed::COMPANIES,
    name: &company_field::NAME,
    search: &[SearchField::new(company_field::SEARCHED)],
    filters: &[
        Filter { name: "country", label: "Country", by: By::Words(&[SearchField::new(&[&company_field::COUNTRY])]) },
        Filter { name: "industry", label: "Industry", by: By::Choice(&company_field::INDUSTRY, choices::INDUSTRY) },
    ],
    list: candidates::companies,
};
