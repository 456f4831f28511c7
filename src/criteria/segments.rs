//! What documents need to know of the segments that their rules name.
//!
//! `segments` reads them and hands them in with a [`Scope`]; this module knows no segment. Who is in a segment is asked
//! when the document is evaluated, whatever the segment's status; who may name it, when the document is written.

use serde_json::Value;

use super::resolved::Calendar;
use crate::db::Id;
use crate::query::Sql;

/// A segment that a rule names.
#[derive(Debug)]
pub struct Referred<'a> {
    /// What people call it; `None` where whoever reads may not see it.
    pub name: Option<&'a str>,
    /// How its members come about.
    pub members: Source<'a>,
}

/// How the members of a segment come about.
#[derive(Debug)]
pub enum Source<'a> {
    /// By a list: the question for the keys of the contacts on it.
    Listed(Sql),
    /// By these filter criteria.
    Matching(&'a Value),
}

/// The segments there are.
pub trait Segments {
    /// The segment with this key.
    fn find(&self, id: Id) -> Option<Referred<'_>>;

    /// Whether the document that is resolved may name it. It is not asked of what the segment itself names.
    fn may_name(&self, id: Id) -> bool;
}

/// Where there are none.
impl Segments for () {
    fn find(&self, _: Id) -> Option<Referred<'_>> {
        None
    }

    fn may_name(&self, _: Id) -> bool {
        false
    }
}

/// What a document is resolved against.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// When and where its dates are lived.
    pub calendar: Calendar,
    /// The segments that its rules may name.
    pub segments: &'a dyn Segments,
    /// The segment whose document it is: it must not depend on itself.
    pub own: Option<Id>,
}

impl Scope<'static> {
    /// Where no segment is known: a rule that names one is broken.
    pub fn alone(calendar: Calendar) -> Self {
        Self { calendar, segments: &(), own: None }
    }
}
