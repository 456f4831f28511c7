//! Deleting segments: what goes with them, what keeps them, and the deed.
//!
//! Hooks that `admin` (the declaration) names.

use super::admin::SegmentAdmin;
use super::model::{Row, Segment};
use super::references::Referring;
use super::{listed, save};
use crate::accounts::Actor;
use crate::admin::deletion::{Group, Protected, named_of};
use crate::admin::editing::Act;
use crate::admin::form_page::ObjectView;
use crate::admin::model_admin::ModelAdmin;
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// Deletes segments.
pub fn delete(connection: &mut AnyConnection, act: &Act<'_>, rows: &[Row]) -> Result<()> {
    let gone: Vec<&Segment> = rows.iter().map(|row| &row.segment).collect();
    save::delete(connection, act.actor, act.clock, &gone)
}

/// See `Edit::protects`: a segment stays while the rules of others, which stay themselves, name it.
pub fn protects(connection: &mut AnyConnection, actor: &Actor, rows: &[Row]) -> Result<Vec<Protected>> {
    let all: Vec<Id> = rows.iter().map(|row| row.segment.id).collect();
    let mut protected = Vec::new();
    for (row, referring) in rows.iter().zip(Referring::to_each(connection, actor, &all)?) {
        if referring.is_empty() {
            continue;
        }
        let named = usize::try_from(named_of(protected.len(), rows.len())).unwrap_or_default();
        let object = |segment: &Segment| ObjectView { id: segment.id, name: segment.name.clone(), detail: String::new() };
        let count = i64::try_from(referring.seen.len() + referring.unseen).unwrap_or(i64::MAX);
        let objects = referring.seen.iter().take(named).map(object).collect();
        let groups = vec![Group { model: SegmentAdmin::MODEL, count, objects, url: SegmentAdmin::MODEL.change_url(row.segment.id) }];
        protected.push(Protected { model: SegmentAdmin::MODEL, object: ObjectView::of::<SegmentAdmin>(row), groups, remedy: None });
    }
    Ok(protected)
}

/// What goes with them.
pub fn related(connection: &mut AnyConnection, rows: &[Row]) -> Result<Vec<(&'static str, i64)>> {
    let ids: Vec<Id> = rows.iter().map(|row| row.segment.id).collect();
    let (contacts, companies) = listed::count(connection, &ids)?;
    Ok(vec![("Listed contacts", contacts), ("Listed companies", companies)])
}
