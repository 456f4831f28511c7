//! The filters of segments that a column cannot say: by owner, by tag, by health.
//!
//! Declared in `admin`. Segments are few (hundreds, not millions), and whether a rule is broken or a count stale is only
//! known by the code that shows it; so the segments are read, and the filter names those that the very same code finds.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::columns;
use super::model::{self, Row, Segment};
use crate::admin::filters::{Asked, Labelled, Lookups};
use crate::criteria::Calendar;
use crate::db::schema::{auth_user, crm_app_customersegment as segment};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::text::key;
use crate::query::{Choice, Condition, Selection, Sql, Test, Value};

/// By who owns them; of those who own any.
pub const OWNER: Lookups = Lookups { offered: owners, rows: |_, _, value| Ok(owned_by(value)) };
/// By one of their tags, the most used first.
pub const TAG: Lookups = Lookups { offered: tags, rows: tagged };
/// By what is wrong with them.
pub const HEALTH: Lookups = Lookups { offered: |_, _| Ok(health()), rows: ailing };

/// Stands for nobody among the owners.
const NOBODY: &str = "none";
/// Tags that are offered; a sidebar is not for more.
const MOST_TAGS: usize = 30;

const BROKEN: &str = "broken";
const NEVER_COUNTED: &str = "never_counted";
const STALE: &str = "stale";
const CONDITIONS: &[Choice] = &[
    Choice::new(BROKEN, "Needs attention (broken rule)"),
    Choice::new(NEVER_COUNTED, "Never counted"),
    Choice::new(STALE, "Count is stale"),
];

fn owners(connection: &mut AnyConnection, asked: Asked<'_>) -> Result<Labelled> {
    let found: Vec<(Id, String)> = segment::table
        .inner_join(auth_user::table)
        .filter(asked.visible)
        .select((auth_user::id, auth_user::username))
        .distinct()
        .load(connection)?;
    let mut owners: Vec<(String, String)> = found.into_iter().map(|(id, username)| (id.to_string(), username)).collect();
    owners.sort_by_cached_key(|(_, username)| key(username));
    owners.push((NOBODY.to_owned(), "Nobody (the Admins’)".to_owned()));
    Ok(owners)
}

fn owned_by(value: &str) -> Sql {
    let condition = match Id::parse(value) {
        Some(id) => Condition::OneOf(vec![Value::Id(id)]),
        None if value == NOBODY => Condition::Empty,
        None => Condition::OneOf(vec![]),
    };
    Test::new(columns::OWNER_ID, condition).sql()
}

fn tags(connection: &mut AnyConnection, asked: Asked<'_>) -> Result<Labelled> {
    let mut used: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (_, tags) in tagged_segments(connection, asked)? {
        for tag in model::tags_of(&tags) {
            used.entry(key(tag)).or_insert_with(|| (0, tag.to_owned())).0 += 1;
        }
    }
    let mut used: Vec<(usize, String)> = used.into_values().collect();
    used.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
    used.truncate(MOST_TAGS);
    used.sort_by_cached_key(|(_, tag)| key(tag));
    Ok(used.into_iter().map(|(_, tag)| (tag.clone(), tag)).collect())
}

fn tagged(connection: &mut AnyConnection, asked: Asked<'_>, value: &str) -> Result<Sql> {
    let wanted = key(value);
    let is_tagged = |tags: &str| model::tags_of(tags).any(|tag| key(tag) == wanted);
    let found = tagged_segments(connection, asked)?.into_iter().filter(|(_, tags)| is_tagged(tags));
    Ok(are(found.map(|(id, _)| id)))
}

fn tagged_segments(connection: &mut AnyConnection, asked: Asked<'_>) -> Result<Vec<(Id, String)>> {
    let tagged = segment::table.left_join(auth_user::table).filter(segment::tags.ne("")).filter(asked.visible);
    Ok(tagged.select((segment::id, segment::tags)).load(connection)?)
}

fn health() -> Labelled {
    CONDITIONS.iter().map(|choice| (choice.value.to_owned(), choice.label.to_owned())).collect()
}

fn ailing(connection: &mut AnyConnection, asked: Asked<'_>, value: &str) -> Result<Sql> {
    let calendar = Calendar { zone: asked.display.zone(), today: asked.display.today() };
    let is_meant = |segment: &Segment| match value {
        BROKEN => segment.is_broken(calendar),
        NEVER_COUNTED => segment.last_calculated_at.is_none() && !segment.is_broken(calendar),
        STALE => segment.last_calculated_at.is_some() && model::is_stale(segment) && !segment.is_broken(calendar),
        _ => false,
    };
    let order = Sql::column(&columns::ID);
    let rows: Vec<Row> = model::list_rows(connection, &Selection::first(asked.visible, &order, i64::MAX))?;
    Ok(are(rows.into_iter().filter(|row| is_meant(&row.segment)).map(|row| row.segment.id)))
}

fn are(ids: impl Iterator<Item = Id>) -> Sql {
    Test::new(columns::ID, Condition::OneOf(ids.map(Value::Id).collect())).sql()
}
