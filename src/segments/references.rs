//! Which segments name which in their rules: what keeps a segment from being deleted or put away, and what is asked once more
//! while one is saved.
//!
//! Called by `save`, `bulk` and the pages. Whoever writes a reference, or takes away what may be referred to, waits for others
//! who do: of two who would close a circle from both ends, or name what is just being deleted, the second is told.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::draft::{Draft, FieldError};
use super::model::{Segment, SegmentType};
use super::referred::Naming;
use super::rules::understood;
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::{named_segments, resolve};
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::{AnyConnection, Id, lease};
use crate::error::{AppError, Result};
use crate::query::{Sql, Value, text};

/// Segments whose rules name others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Referring {
    /// Those that the actor sees, by name.
    pub seen: Vec<Segment>,
    /// How many others there are.
    pub unseen: usize,
}

impl Referring {
    /// Those whose rules name one of `named`; not those of `named` themselves.
    pub fn to(connection: &mut AnyConnection, actor: &Actor, named: &[Id]) -> Result<Self> {
        let others = others_naming(connection, named)?;
        let found = others.into_iter().filter(|(_, names)| named.iter().any(|id| names.contains(id)));
        Ok(Self::sorted(actor, found.map(|(segment, _)| segment)))
    }

    /// For each of `named`, those whose rules name it; not those of `named` themselves.
    pub fn to_each(connection: &mut AnyConnection, actor: &Actor, named: &[Id]) -> Result<Vec<Self>> {
        let others = others_naming(connection, named)?;
        let to = |id: &Id| Self::sorted(actor, others.iter().filter(|(_, names)| names.contains(id)).map(|(segment, _)| segment.clone()));
        Ok(named.iter().map(to).collect())
    }

    fn sorted(actor: &Actor, found: impl Iterator<Item = Segment>) -> Self {
        let (mut seen, unseen): (Vec<_>, Vec<_>) = found.partition(|segment| segment.is_visible_to(actor));
        seen.sort_by_cached_key(|segment| text::key(&segment.name));
        Self { seen, unseen: unseen.len() }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.unseen == 0
    }

    /// "“A”, “B” and 2 segments that you cannot see".
    fn spoken(&self) -> String {
        let mut names: Vec<String> = self.seen.iter().map(|segment| format!("“{}”", segment.name)).collect();
        names.extend(match self.unseen {
            0 => None,
            1 => Some("a segment that you cannot see".to_owned()),
            more => Some(format!("{more} segments that you cannot see")),
        });
        text::list(&names, "and")
    }
}

/// Every segment whose rules name any, with what they name, but for `these`: the text of a document tells it before the
/// document is read.
fn others_naming(connection: &mut AnyConnection, these: &[Id]) -> Result<Vec<(Segment, BTreeSet<Id>)>> {
    let names_one = Sql::from("CAST(crm_app_customersegment.filter_criteria AS TEXT) LIKE ") + Value::Text("%in_segment%".to_owned());
    let naming = segment::table.filter(segment::segment_type.ne(SegmentType::Static.name())).filter(names_one);
    let found: Vec<Segment> = naming.select(Segment::as_select()).load(connection)?;
    let these: BTreeSet<Id> = these.iter().copied().collect();
    let others = found.into_iter().filter(|segment| !these.contains(&segment.id));
    Ok(others.map(|segment| (named_segments(&segment.filter_criteria.0), segment)).map(|(names, segment)| (segment, names)).collect())
}

/// Makes everybody else who writes references, or takes away what is referred to, wait until the transaction ends.
fn lock(connection: &mut AnyConnection) -> Result<()> {
    lease::lock(connection, "segment references")
}

/// How segments are taken away from others that name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// For good.
    Delete,
    /// Put away, to which those that are put away themselves do not object.
    Archive,
}

/// Refuses to take `segments`, all of them at once, away from others that name them.
///
/// # Errors
/// `Conflict` with those that do, and which they name.
pub fn require_unreferred(connection: &mut AnyConnection, actor: &Actor, segments: &[&Segment], deed: Deed) -> Result<()> {
    lock(connection)?;
    let ids: Vec<Id> = segments.iter().map(|segment| segment.id).collect();
    let mut others = others_naming(connection, &ids)?;
    others.retain(|(other, names)| ids.iter().any(|id| names.contains(id)) && (deed == Deed::Delete || !other.is_archived()));
    if others.is_empty() {
        return Ok(());
    }
    let is_kept = |segment: &&&Segment| others.iter().any(|(_, names)| names.contains(&segment.id));
    let names: Vec<String> = segments.iter().filter(is_kept).map(|segment| format!("“{}”", segment.name)).collect();
    let referring = Referring::sorted(actor, others.into_iter().map(|(other, _)| other));
    let what = if names.len() > 3 { format!("{} segments", names.len()) } else { text::list(&names, "and") };
    let deed = if deed == Deed::Delete { "deleted" } else { "archived" };
    let it = if names.len() == 1 { "it" } else { "them" };
    let sentence = format!("{what} cannot be {deed}: the rules of {} name {it}. Take {it} out of those rules first.", referring.spoken());
    Err(AppError::Conflict(sentence))
}

/// The segments whose rules lead to this one, near or far, and can be understood: what a change of it may break. Asked before the
/// change, for [`require_still_sound`] after it.
pub fn sound_referrers(connection: &mut AnyConnection, clock: &Clock, changed: Id) -> Result<Vec<Segment>> {
    lock(connection)?;
    let others = others_naming(connection, &[changed])?;
    let mut reached = BTreeSet::from([changed]);
    while let Some((next, _)) = others.iter().find(|(other, names)| !reached.contains(&other.id) && !reached.is_disjoint(names)) {
        reached.insert(next.id);
    }
    let mut sound = Vec::new();
    for (referrer, _) in others.into_iter().filter(|(other, _)| reached.contains(&other.id)) {
        if understood(connection, &referrer, None, clock.into())?.is_ok() {
            sound.push(referrer);
        }
    }
    Ok(sound)
}

/// Refuses a change that breaks one of `before`, with chains that are too long or more rules than may be.
///
/// # Errors
/// `Conflict` with the first that would break, and why.
pub fn require_still_sound(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, before: &[Segment]) -> Result<()> {
    for referrer in before {
        if let Err(problems) = understood(connection, referrer, Some(actor), clock.into())? {
            let name =
                if referrer.is_visible_to(actor) { format!("“{}”", referrer.name) } else { "a segment that you cannot see".to_owned() };
            let why = FieldError::rules(problems).message;
            return Err(AppError::Conflict(format!("This would break {name}, whose rules lead to this segment. {why}")));
        }
    }
    Ok(())
}

/// Asks once more, in the transaction that saves it, whether the segments that a draft names can be built upon.
///
/// # Errors
/// `Conflict` with what is wrong, and at which rule.
pub fn require_sound(
    connection: &mut AnyConnection,
    actor: &Actor,
    clock: &Clock,
    (own, stored): (Id, Option<&Segment>),
    draft: &Draft,
) -> Result<()> {
    if draft.criteria().is_none() || named_segments(draft.filter_criteria()).is_empty() {
        return Ok(());
    }
    lock(connection)?;
    let naming = Naming::typed(connection, actor, stored, draft.filter_criteria())?.of_segment(own);
    match resolve(draft.filter_criteria(), naming.scope(clock.into())) {
        Ok(_) => Ok(()),
        Err(problems) => Err(AppError::Conflict(FieldError::rules(problems).message)),
    }
}
