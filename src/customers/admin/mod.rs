//! The screens of companies, contacts and contracts: what their lists and forms show, a file each.
//!
//! Declarations, read by `crate::admin`; what their forms do beyond that is in `form`, their import in `import`. On a database shared with the CRM all
//! three are only looked at: their rights say so.

mod by_company;
mod company;
mod contact;
mod contract;
mod form;
pub mod import;

use crate::accounts::actor::Rights;
use crate::admin::cell::Show;
use crate::admin::fieldset::{Field, ReadonlyField};
use crate::admin::list_display::SortKey;
use crate::admin::model_admin::Model;
use crate::admin::related::ForeignKey;
use crate::admin::search::{SearchField, Through};
use crate::criteria::catalogue::company as companies;
use crate::customers::company::SOURCE as COMPANIES;
use crate::db::schema::crm_app_company;
use crate::query::Column;

pub use company::CompanyAdmin;
pub use contact::ContactAdmin;
pub use contract::ContractAdmin;

/// Totals of these lists are exact up to here.
const COUNTED: i64 = 10_000;

/// What goes with a contact or a company: its entries in static lists.
const IN_LISTS: &str = "Entries in the static lists of segments";

/// What their lists and forms look like beside the usual.
const STYLES: &[&str] = &["admin/css/customers.css"];

/// A company, chosen in a form.
const COMPANY: ForeignKey = ForeignKey::to::<CompanyAdmin>();

const BY_NAME: &[&Column] = &[&companies::NAME];

/// The company that `foreign_key` points to, by its name.
const fn company_named(foreign_key: &'static Column) -> SearchField {
    let through = Through { foreign_key, key: &COMPANY_ID, source: &COMPANIES };
    SearchField::through(through, BY_NAME)
}

static COMPANY_ID: Column = Column::new(crm_app_company::id, "crm_app_company", "ID");

const fn model(model_name: &'static str, verbose_name: &'static str, verbose_name_plural: &'static str, rights: &'static Rights) -> Model {
    Model { app_label: "crm_app", model_name, verbose_name, verbose_name_plural, rights }
}

const fn by(column: &'static Column) -> SortKey {
    SortKey::ascending(column)
}

const fn shown<Row>(name: &'static str, label: &'static str, show: Show<Row>) -> Field<Row> {
    ReadonlyField::showing(name, label, show).field()
}
