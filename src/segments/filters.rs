//! The filters of segments that a column cannot say: by owner, by tag, by health.
//!
//! Declared in `admin`. Segments are few (hundreds, not millions), and whether a rule is broken or a count stale is only
//! known by the code that shows it; so the segments are read, and the filter names those that the very same code finds.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use diesel::prelude::*;

use super::columns;
use super::failures;
use super::freshness::is_stale;
use super::model::{self, Row};
use crate::admin::filters::{Asked, Lookup, Lookups};
use crate::criteria::Calendar;
use crate::db::schema::{auth_user, crm_app_customersegment as segment};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::text::key;
use crate::query::{Choice, Condition, Selection, Sql, Test, Value};

/// The parameter of the list that asks for those of one owner, as Django spells it.
pub const OWNED_BY: &str = "created_by__id__exact";

/// By who owns them; of those who own any.
pub const OWNER: Lookups = Lookups { offered: owners, rows: |_, _, value| Ok(owned_by(value)), search: None };
/// By one of their tags, the most used first.
pub const TAG: Lookups = Lookups { offered: tags, rows: tagged, search: None };
/// By what is wrong with them.
pub const HEALTH: Lookups = Lookups { offered: |_, _, _| Ok(ailments()), rows: ailing, search: None };

/// Stands for nobody among the owners.
const NOBODY: &str = "none";
/// Tags that are offered; a sidebar is not for more.
const MOST_TAGS: usize = 30;

const BROKEN: &str = "broken";
const NEVER_COUNTED: &str = "never_counted";
const STALE: &str = "stale";
const FAILED: &str = "failed";
const AILMENTS: &[Choice] = &[
    Choice::new(BROKEN, "Needs attention (broken rule)"),
    Choice::new(NEVER_COUNTED, "Never counted"),
    Choice::new(STALE, "Count is stale"),
    Choice::new(FAILED, "Last count failed"),
];

fn owners(connection: &mut AnyConnection, asked: Asked<'_>, _: Option<&str>) -> Result<Vec<Lookup>> {
    let found: Vec<(Id, String)> = segment::table
        .inner_join(auth_user::table)
        .filter(asked.visible)
        .select((auth_user::id, auth_user::username))
        .distinct()
        .load(connection)?;
    let mut owners: Vec<(String, String)> = found.into_iter().map(|(id, username)| (id.to_string(), username)).collect();
    owners.sort_by_cached_key(|(_, username)| key(username));
    owners.push((NOBODY.to_owned(), "Nobody (the Admins’)".to_owned()));
    Ok(owners.into_iter().map(|(value, label)| Lookup { rows: Some(owned_by(&value)), value, label }).collect())
}

fn owned_by(value: &str) -> Sql {
    let condition = match Id::parse(value) {
        Some(id) => Condition::OneOf(vec![Value::Id(id)]),
        None if value == NOBODY => Condition::Empty,
        None => Condition::OneOf(vec![]),
    };
    Test::new(columns::OWNER_ID, condition).sql()
}

fn tags(connection: &mut AnyConnection, asked: Asked<'_>, _: Option<&str>) -> Result<Vec<Lookup>> {
    let mut used: BTreeMap<String, (String, Vec<Id>)> = BTreeMap::new();
    for (id, tags) in tagged_segments(connection, asked)? {
        for tag in model::tags_of(&tags) {
            used.entry(key(tag)).or_insert_with(|| (tag.to_owned(), Vec::new())).1.push(id);
        }
    }
    let mut used: Vec<(String, (String, Vec<Id>))> = used.into_iter().collect();
    used.sort_by_key(|(_, (_, ids))| Reverse(ids.len()));
    used.truncate(MOST_TAGS);
    used.sort();
    Ok(used.into_iter().map(|(_, (tag, ids))| Lookup { value: tag.clone(), label: tag, rows: Some(are(ids)) }).collect())
}

fn tagged(connection: &mut AnyConnection, asked: Asked<'_>, value: &str) -> Result<Sql> {
    let is_tagged = |tags: &str| model::tags_of(tags).any(|tag| key(tag) == key(value));
    let found = tagged_segments(connection, asked)?.into_iter().filter(|(_, tags)| is_tagged(tags));
    Ok(are(found.map(|(id, _)| id)))
}

fn tagged_segments(connection: &mut AnyConnection, asked: Asked<'_>) -> Result<Vec<(Id, String)>> {
    let tagged = segment::table.left_join(auth_user::table).filter(segment::tags.ne("")).filter(asked.visible);
    Ok(tagged.select((segment::id, segment::tags)).load(connection)?)
}

fn ailments() -> Vec<Lookup> {
    AILMENTS.iter().map(|choice| Lookup { value: choice.value.to_owned(), label: choice.label.to_owned(), rows: None }).collect()
}

/// The segments that this is wrong with: those that the list marks with it.
fn ailing(connection: &mut AnyConnection, asked: Asked<'_>, value: &str) -> Result<Sql> {
    let calendar = Calendar { zone: asked.display.zone(), today: asked.display.today() };
    let is_ailing = |row: &Row| match (value, row.segment.last_calculated_at) {
        (BROKEN, _) => row.is_broken(calendar),
        _ if row.is_broken(calendar) => false,
        (NEVER_COUNTED, counted) => counted.is_none(),
        (STALE, counted) => counted.is_some() && is_stale(row, asked.display.old_before()),
        (FAILED, _) => failures::last_of(row).is_some(),
        _ => false,
    };
    let order = Sql::column(&columns::ID);
    let rows: Vec<Row> = model::list_rows(connection, &Selection::first(asked.visible, &order, i64::MAX))?;
    Ok(are(rows.iter().filter(|row| is_ailing(row)).map(|row| row.segment.id)))
}

fn are(ids: impl IntoIterator<Item = Id>) -> Sql {
    Test::one_of(columns::ID, ids)
}
