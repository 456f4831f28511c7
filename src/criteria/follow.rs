//! Segments that rules name, followed to the rules and lists by which their members come about.
//!
//! Called by `resolve`, and calls it for what a segment matches by. A segment that is not there, that cannot be understood
//! itself, or that leads back to where it was named from breaks the rule that names it: never is it everybody.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::catalogue::SEGMENT;
use super::document::{Rule as Written, shown};
use super::names::resolve_operator;
use super::problem::{Code, Problem};
use super::resolve::resolve_along;
use super::resolved::{SegmentMembers, SegmentRule};
use super::segments::{Scope, Source};
use crate::db::Id;
use crate::query::{Kind, Operator, text};

/// The most segments that name one another in a chain, beginning with the one that the document names.
const MAX_CHAIN: usize = 5;

/// What a rule cannot stand on, and the sentence why.
type Broken = (Code, String);

/// The way through the segments from one document, and what was found along it.
pub(super) struct Following<'a> {
    scope: Scope<'a>,
    /// The segments on the way to the document that is read now, the outermost first; its own is none of them.
    way: Vec<Id>,
    /// What was found of a segment at the end of so long a way. It is the same for every rule that names it.
    found: HashMap<(Id, usize), Result<SegmentMembers, Broken>>,
}

impl<'a> Following<'a> {
    pub(super) fn new(scope: Scope<'a>) -> Self {
        Self { scope, way: Vec::new(), found: HashMap::new() }
    }

    pub(super) fn scope(&self) -> Scope<'a> {
        self.scope
    }

    /// Understands a rule about a segment.
    ///
    /// # Errors
    /// `None`, with everything wrong with it noted.
    pub(super) fn rule(&mut self, written: &Written, problems: &mut Vec<Problem>) -> Option<SegmentRule> {
        let pointer = &written.pointer;
        let takes = |operator: Operator| operator.takes(Kind::Id);
        let operator = written.operator.as_deref().and_then(|name| resolve_operator(name, Some(&SEGMENT), takes, pointer, problems));
        if written.include_empty.is_some() {
            let sentence = "A contact is in a segment or not: nothing is blank. Remove “include_empty”.";
            problems.push(Problem::new(format!("{pointer}/include_empty"), Code::FlagNotAllowed, sentence));
        }
        let members = read_id(written.value.as_ref()).and_then(|id| Ok((id, self.members(id)?)));
        let (id, members) =
            members.map_err(|(code, sentence)| problems.push(Problem::new(format!("{pointer}/value"), code, sentence))).ok()?;
        let name = self.scope.segments.find(id).and_then(|segment| segment.name.map(str::to_owned));
        Some(SegmentRule { pointer: pointer.clone(), id, name, is_in: operator? == Operator::InSegment, members })
    }

    /// How the members of a segment come about.
    fn members(&mut self, id: Id) -> Result<SegmentMembers, Broken> {
        if self.way.is_empty() && self.scope.own != Some(id) && !self.scope.segments.may_name(id) {
            return Err(missing(id));
        }
        if self.scope.own == Some(id) || self.way.contains(&id) {
            return Err((Code::Cycle, format!("A segment cannot depend on itself: {}.", self.circle(id))));
        }
        if self.way.len() == MAX_CHAIN {
            let sentence = format!("At most {MAX_CHAIN} segments may name one another in a chain; this is one more.");
            return Err((Code::TooDeep, sentence));
        }
        let place = (id, self.way.len());
        if let Some(found) = self.found.get(&place) {
            return found.clone();
        }
        let found = self.look_up(id);
        self.found.insert(place, found.clone());
        found
    }

    fn look_up(&mut self, id: Id) -> Result<SegmentMembers, Broken> {
        let segments = self.scope.segments;
        let segment = segments.find(id).ok_or_else(|| missing(id))?;
        match segment.members {
            Source::Listed(contacts) => Ok(SegmentMembers::Listed(contacts)),
            Source::Matching(document) => {
                self.way.push(id);
                let criteria = resolve_along(document, self);
                self.way.pop();
                criteria.map(|criteria| SegmentMembers::Matching(Arc::new(criteria))).map_err(|problems| self.broken(id, &problems))
            }
        }
    }

    /// What is wrong with a rule that names a segment which is broken itself. That it goes in a circle, or too far, is said
    /// where it can be mended: at the rule that began it too.
    fn broken(&self, id: Id, problems: &[Problem]) -> Broken {
        let is_of_the_chain =
            |problem: &&Problem| problem.code == Code::Cycle || problem.code == Code::TooDeep && problem.pointer.ends_with("/value");
        problems.iter().find(is_of_the_chain).map_or_else(
            || {
                let name = self.scope.segments.find(id).and_then(|segment| segment.name);
                let called = name.map_or_else(|| "A segment you cannot see".to_owned(), |name| format!("“{name}”"));
                (Code::BrokenSegment, format!("{called} needs attention: its own rules cannot be understood, so nobody is in it."))
            },
            |problem| (problem.code, problem.detail.clone()),
        )
    }

    /// "“A” → “B” → “A”", from the segment that the way comes back to.
    fn circle(&self, id: Id) -> String {
        let from = self.way.iter().position(|passed| *passed == id);
        let own = self.scope.own.filter(|own| *own == id);
        let passed = own.into_iter().chain(self.way.iter().skip(from.unwrap_or(0)).copied()).chain([id]);
        passed.map(|id| self.called(id)).collect::<Vec<_>>().join(" → ")
    }

    fn called(&self, id: Id) -> String {
        if self.scope.own == Some(id) {
            return "this segment".to_owned();
        }
        spoken(self.scope.segments.find(id).and_then(|segment| segment.name))
    }
}

/// A segment as sentences speak of it.
pub(super) fn spoken(name: Option<&str>) -> String {
    name.map_or_else(|| "a segment you cannot see".to_owned(), |name| format!("“{name}”"))
}

fn missing(id: Id) -> Broken {
    (Code::NoSuchSegment, format!("There is no segment with the id {id}, or you cannot see it. Choose another, or remove the rule."))
}

/// The key that a rule names.
fn read_id(value: Option<&Value>) -> Result<Id, Broken> {
    match value {
        None | Some(Value::Null) => Err((Code::Missing, "Choose a segment.".to_owned())),
        Some(Value::String(typed)) if text::is_blank(typed) => Err((Code::Blank, "Choose a segment.".to_owned())),
        // With its hyphens, as it is stored: other programs look for it by its letters.
        Some(Value::String(typed)) => Id::parse(typed).filter(|id| id.to_string() == typed.to_lowercase()).ok_or_else(|| {
            (
                Code::Invalid,
                format!(
                    "“segment” takes the id of a segment, such as 0194f3a2-7c1e-7d2f-9a3b-5e6f70819203, not {}.",
                    shown(&Value::String(typed.clone()))
                ),
            )
        }),
        Some(other) => Err((Code::WrongType, format!("“segment” takes the id of a segment, as text, not {}.", shown(other)))),
    }
}
