//! Companies: the customers.
//!
//! Called by the admin's lists, segments, the import and the sample data. The name is unique in the table letter by letter;
//! the import takes care that it stays unique without regard to case.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::{INSERTED_AT_ONCE, lists};
use crate::accounts::actor::Rights;
use crate::clock::Clock;
use crate::criteria::catalogue::company as field;
use crate::db::dialect::Word;
use crate::db::schema::crm_app_company;
use crate::db::schema::crm_app_customersegment_static_companies as listed;
use crate::db::{AnyConnection, Id, Time, dialect};
use crate::error::Result;
use crate::query::condition::{Like, any_contains};
use crate::query::{Condition, Selection, Source, Sql, Test, Value, text};

/// Who may do what with them.
pub const RIGHTS: &Rights = &super::rights("Companies");

/// A company, with every column of its row. Text that is unknown is empty, never NULL.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = crm_app_company, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Company {
    /// Its key.
    pub id: Id,
    /// What it is called; unique.
    pub name: String,
    /// Its name before the law.
    pub legal_entity_name: String,
    /// The country it is in, in words.
    pub country: String,
    /// The city.
    pub city: String,
    /// The state, province or region.
    pub state: String,
    /// Street and number.
    pub address_line1: String,
    /// What else an envelope needs.
    pub address_line2: String,
    /// The postal code.
    pub postal_code: String,
    /// Its line of business; one of the choices, or whatever an import brought.
    pub industry: String,
    /// Its web site, as it was typed.
    pub website: String,
    /// Its telephone number.
    pub phone: String,
    /// Its e-mail address.
    pub email: String,
    /// How many places it has.
    pub location_count: i32,
    /// How many zones hear music.
    pub music_zone_count: i32,
    /// The plan it pays for.
    pub current_plan: String,
    /// Which of our entities bills it.
    pub billing_entity: String,
    /// The company it belongs to.
    pub parent_company_id: Option<Id>,
    /// Whether others belong to it.
    pub is_corporate_parent: bool,
    /// Whether it is a customer at present. Members do not depend on it.
    pub is_active: bool,
    /// Whether it gets seasonal mailings.
    pub seasonal_emails_enabled: bool,
    /// Anything else.
    pub notes: String,
    /// When it was added.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

impl Company {
    /// A company of which nothing is known yet, with the CRM's defaults.
    pub fn new(id: Id, now: Time) -> Self {
        Self {
            id,
            name: String::new(),
            legal_entity_name: String::new(),
            country: String::new(),
            city: String::new(),
            state: String::new(),
            address_line1: String::new(),
            address_line2: String::new(),
            postal_code: String::new(),
            industry: String::new(),
            website: String::new(),
            phone: String::new(),
            email: String::new(),
            location_count: 1,
            music_zone_count: 0,
            current_plan: String::new(),
            billing_entity: String::new(),
            parent_company_id: None,
            is_corporate_parent: false,
            is_active: true,
            seasonal_emails_enabled: true,
            notes: String::new(),
            created_at: now,
            updated_at: now,
        }
    }
}

/// Where companies come from.
pub static SOURCE: Source = Source { table: "crm_app_company", joined: None };

/// The companies of `selection`.
pub fn list(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Company>> {
    Ok(SOURCE.rows(selection, Company::as_select()).load(connection)?)
}

/// Those of `among` that are called so, or have it in their name: first those whose name begins with it, each by name.
fn list_called(connection: &mut AnyConnection, typed: &str, among: &Sql, most: i64) -> Result<Vec<Company>> {
    let typed = text::nfc(typed.trim());
    let called = any_contains(&[&field::NAME], &typed);
    let begins = Test::new(field::NAME, Condition::Like(Like::StartingWith(typed))).sql();
    let by_name = Sql::column(&field::NAME) + Word::ByteOrder + ", crm_app_company.id";
    let order = Sql::from("CASE WHEN ") + begins + " THEN 0 ELSE 1 END, " + by_name;
    list(connection, &Selection::first(&Sql::and([called, among.clone()]), &order, most))
}

/// What a filter by company offers: the one with this key, and, where something is typed, those that are called so.
pub fn list_offered(connection: &mut AnyConnection, key: Option<Id>, typed: &str, among: &Sql, most: i64) -> Result<Vec<Company>> {
    let mut offered = Vec::new();
    if let Some(key) = key {
        offered.extend(crm_app_company::table.find(key).select(Company::as_select()).first(connection).optional()?);
    }
    if !typed.is_empty() {
        let found = list_called(connection, typed, among, most)?;
        offered.extend(found.into_iter().filter(|company| Some(company.id) != key));
    }
    Ok(offered)
}

/// Adds rows; many, in few statements.
pub fn insert(connection: &mut AnyConnection, rows: &[Company]) -> Result<()> {
    for chunk in rows.chunks(INSERTED_AT_ONCE) {
        dialect::insert_rows(connection, crm_app_company::table, chunk)?;
    }
    Ok(())
}

/// Writes all values of a row.
pub fn update(connection: &mut AnyConnection, row: &Company) -> Result<()> {
    diesel::update(crm_app_company::table.find(row.id)).set(row).execute(connection)?;
    Ok(())
}

/// Companies above one that are looked at: no real tree is as high.
const HIGHEST: usize = 50;

/// Whether `company` is the company `id`, or belongs to it over others.
pub fn belongs_to(connection: &mut AnyConnection, company: Option<Id>, id: Id) -> Result<bool> {
    let mut next = company;
    for _ in 0..HIGHEST {
        let Some(above) = next else { return Ok(false) };
        if above == id {
            return Ok(true);
        }
        let parent = crm_app_company::table.find(above).select(crm_app_company::parent_company_id);
        next = parent.first::<Option<Id>>(connection).optional()?.flatten();
    }
    // Nobody has that many above them; what is past it is not known to be free of circles.
    Ok(true)
}

/// The companies that the company `id` may belong to: all but itself and those that belong to it, over however many others.
pub fn may_have_below(id: Id) -> Sql {
    Sql::from("crm_app_company.id NOT IN (WITH RECURSIVE below (id) AS (SELECT ")
        + Value::Id(id)
        + " UNION SELECT child.id FROM crm_app_company child JOIN below ON child.parent_company_id = below.id) SELECT id FROM below)"
}

/// How many other companies belong to these; they stay, without a parent.
pub fn count_children(connection: &mut AnyConnection, ids: &[Id]) -> Result<i64> {
    let children = crm_app_company::table.filter(crm_app_company::parent_company_id.eq_any(ids));
    Ok(children.filter(crm_app_company::id.ne_all(ids)).count().get_result(connection)?)
}

/// How many entries these companies have in the lists of segments.
pub fn count_entries(connection: &mut AnyConnection, ids: &[Id]) -> Result<i64> {
    Ok(listed::table.filter(listed::company_id.eq_any(ids)).count().get_result(connection)?)
}

/// Deletes rows, and their entries in the lists of segments; how many those were of each row that had any. The lists are
/// changed with it, so the counts of their segments are older than they are. The rows are held alone: nobody lists them
/// meanwhile.
pub fn delete(connection: &mut AnyConnection, ids: &[Id], clock: &Clock) -> Result<HashMap<Id, i64>> {
    let entries = || listed::table.filter(listed::company_id.eq_any(ids));
    let of_each = entries().group_by(listed::company_id).select((listed::company_id, count_star())).load(connection)?;
    let segments: Vec<Id> = entries().select(listed::customersegment_id).distinct().load(connection)?;
    lists::touch(connection, &segments, clock)?;
    diesel::delete(entries()).execute(connection)?;
    diesel::delete(crm_app_company::table.filter(crm_app_company::id.eq_any(ids))).execute(connection)?;
    Ok(of_each.into_iter().collect())
}
