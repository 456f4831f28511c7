//! The filters of a segment's members: by company and by country.
//!
//! Declared in `list`. Of companies there are very many: they are looked for, among those that have a member. Countries are
//! few: of a list that is soon looked through they are those of its members, else all that there are.

use crate::admin::filters::{Asked, ListFilter, Lookup, LookupSearch, Lookups, MOST_FOUND};
use crate::criteria::catalogue::company as companies;
use crate::customers::company::{self, Company};
use crate::customers::contact;
use crate::db::dialect::Word;
use crate::db::schema::{crm_app_company, crm_app_contact};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::text::{fold, nfc};
use crate::query::{Column, Condition, Sql, Test, Value};

static COMPANY_ID: Column = Column::new(crm_app_company::id, "crm_app_company", "ID");
/// The company of a contact.
pub(super) static CONTACT_COMPANY: Column = Column::new(crm_app_contact::company_id, "crm_app_contact", "company");

/// By company.
pub(super) const COMPANY: ListFilter = ListFilter::lookups(
    "company__id__exact",
    "company",
    &CONTACT_COMPANY,
    Lookups {
        offered: employers,
        rows: |_, _, key| Ok(Test::one_of(CONTACT_COMPANY, Id::parse(key))),
        search: Some(LookupSearch { plural: "companies", foreign_key: ["crm_app", "contact", "company"] }),
    },
);
/// By country.
pub(super) const COUNTRY: ListFilter = ListFilter::lookups(
    "company__country",
    "country",
    &CONTACT_COMPANY,
    Lookups { offered: countries, rows: |_, _, country| Ok(works_in(country)), search: None },
);

/// Stands for no country at all.
const NOWHERE: &str = "-";
/// Up to so many members their countries are read of every one of them.
const FEW: i64 = 5_000;
/// Countries that are offered; a sidebar is not for more.
const MOST_COUNTRIES: i64 = 60;

fn employers(connection: &mut AnyConnection, asked: Asked<'_>, present: Option<&str>) -> Result<Vec<Lookup>> {
    let key = present.and_then(Id::parse);
    let found = company::list_offered(connection, key, asked.typed, &employing(asked.visible), MOST_FOUND)?;
    // The one that is set stays the way the address spells it.
    let value = |id: Id| present.filter(|_| key == Some(id)).map_or_else(|| id.to_string(), str::to_owned);
    Ok(found.into_iter().map(|Company { id, name, .. }| Lookup { value: value(id), label: name, rows: None }).collect())
}

/// The companies for which any of the contacts who meet `visible` works.
fn employing(visible: &Sql) -> Sql {
    Sql::column(&COMPANY_ID).is_in("SELECT company_id FROM crm_app_contact WHERE ", visible.clone())
}

fn countries(connection: &mut AnyConnection, asked: Asked<'_>, present: Option<&str>) -> Result<Vec<Lookup>> {
    let found = if contact::SOURCE.list_some_keys(connection, asked.visible, FEW + 1)?.len() > usize::try_from(FEW).unwrap_or_default() {
        company::SOURCE.list_different(connection, &companies::COUNTRY, MOST_COUNTRIES)?
    } else {
        let by_name = Sql::column(&companies::COUNTRY) + Word::ByteOrder;
        let held = company::SOURCE.list_values(connection, &companies::COUNTRY, &employing(asked.visible), by_name, MOST_COUNTRIES)?;
        held.into_iter().map(|(country, _)| country).collect()
    };
    let mut offered: Vec<Lookup> = Vec::new();
    for country in found {
        let is_blank = country.trim().is_empty();
        let value = if is_blank { NOWHERE.to_owned() } else { country };
        // The one that is set stays the way the address spells it.
        let value = present.filter(|present| is_alike(present, &value)).map_or(value, str::to_owned);
        let label = if is_blank { "No country" } else { value.trim() }.to_owned();
        let is_new = offered.iter().all(|other| !is_alike(&other.value, &value));
        offered.extend(is_new.then(|| Lookup { rows: Some(works_in(&value)), label, value }));
    }
    Ok(offered)
}

/// Whether the filter takes both for the same country.
fn is_alike(one: &str, other: &str) -> bool {
    fold(nfc(one)) == fold(nfc(other))
}

/// The contacts of companies in this country.
fn works_in(country: &str) -> Sql {
    let condition = if country == NOWHERE { Condition::Empty } else { Condition::OneOf(vec![Value::Text(country.to_owned())]) };
    let condition = Test::new(companies::COUNTRY, condition).sql();
    Sql::column(&CONTACT_COMPANY).is_in("SELECT id FROM crm_app_company WHERE ", condition)
}
