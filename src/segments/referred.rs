//! The segments that documents name: read at one moment, with all that they name in turn, and handed to `criteria`.
//!
//! Called by everyone who understands a document. Lists read them for all rows at once: a question for each step of the
//! longest chain, however many rows there are.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use diesel::prelude::*;
use serde_json::Value;

use super::freshness::{Freshness, members_changed_at};
use super::members::listed_contacts;
use super::model::{Segment, SegmentType};
use crate::accounts::Actor;
use crate::criteria::segments::{Referred, Segments, Source};
use crate::criteria::{Calendar, Scope, json, named_segments};
use crate::db::schema::{crm_app_customersegment as segment, segments_freshness};
use crate::db::{AnyConnection, Id, MultiBackend, Time};
use crate::error::Result;

/// Keys of one question.
const CHUNK: usize = 500;

/// Segments, by their keys, with what was written down of when their members changed. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Book(Arc<HashMap<Id, Entry>>);

type Entry = (Segment, Option<Freshness>);

impl Book {
    /// What these documents name, and what that names.
    pub fn of<'a>(connection: &mut AnyConnection, documents: impl IntoIterator<Item = &'a Value>) -> Result<Self> {
        let mut found: HashMap<Id, Entry> = HashMap::new();
        let mut asked: BTreeSet<Id> = documents.into_iter().flat_map(named_segments).collect();
        let mut wanted: Vec<Id> = asked.iter().copied().collect();
        while !wanted.is_empty() {
            let mut named = BTreeSet::new();
            for keys in wanted.chunks(CHUNK) {
                let rows = segment::table.left_join(segments_freshness::table).filter(segment::id.eq_any(keys));
                let entries: Vec<Entry> = rows.select(<Entry as SelectableHelper<MultiBackend>>::as_select()).load(connection)?;
                for (segment, freshness) in entries {
                    named.extend(segment.live_rules().into_iter().flat_map(named_segments));
                    found.insert(segment.id, (segment, freshness));
                }
            }
            wanted = named.into_iter().filter(|id| asked.insert(*id)).collect();
        }
        Ok(Self(Arc::new(found)))
    }

    /// When the members last changed of what a document names, and of what that names; `None` where it names nothing.
    pub fn members_changed_at(&self, document: &Value) -> Option<Time> {
        let mut wanted: Vec<Id> = named_segments(document).into_iter().collect();
        let (mut passed, mut latest) = (BTreeSet::new(), None);
        while let Some(id) = wanted.pop() {
            if let Some((segment, freshness)) = self.0.get(&id).filter(|_| passed.insert(id)) {
                latest = latest.max(Some(members_changed_at(segment, freshness.as_ref())));
                wanted.extend(segment.live_rules().into_iter().flat_map(named_segments));
            }
        }
        latest
    }
}

/// What a document is understood with: the segments that it names, and for whom.
#[derive(Debug, Clone)]
pub struct Naming<'a> {
    book: Book,
    /// Who reads: what they may not see has no name. `None`: anybody, who sees what everybody does.
    reader: Option<&'a Actor>,
    /// Whose document it is.
    own: Option<Id>,
    /// Whether the document is written now: then it names only what its author sees. One that is stored may name any.
    is_new: bool,
}

impl<'a> Naming<'a> {
    /// For the document of the segment `own`, as it is stored.
    pub fn stored(book: Book, own: Id, reader: Option<&'a Actor>) -> Self {
        Self { book, reader, own: Some(own), is_new: false }
    }

    /// For a document that `actor` writes: of `stored`, if that is changed. What stands there as it is stored already, nobody
    /// writes; it may go on naming what the actor does not see, and shows nobody who is not shown already.
    ///
    /// # Errors
    /// The engine's.
    pub fn typed(connection: &mut AnyConnection, actor: &'a Actor, stored: Option<&Segment>, document: &Value) -> Result<Self> {
        let is_new = stored.and_then(Segment::live_rules).is_none_or(|rules| json::pretty(rules) != json::pretty(document));
        Ok(Self { book: Book::of(connection, [document])?, reader: Some(actor), own: stored.map(|stored| stored.id), is_new })
    }

    /// For a document that is only read, by `reader`.
    ///
    /// # Errors
    /// The engine's.
    pub fn read(connection: &mut AnyConnection, reader: Option<&'a Actor>, document: &Value) -> Result<Self> {
        Ok(Self { book: Book::of(connection, [document])?, reader, own: None, is_new: false })
    }

    /// The same, for the document of the segment with this key.
    #[must_use]
    pub fn of_segment(self, own: Id) -> Self {
        Self { own: Some(own), ..self }
    }

    /// What to resolve the document against.
    pub fn scope(&self, calendar: Calendar) -> Scope<'_> {
        Scope { calendar, segments: self, own: self.own }
    }

    fn sees(&self, segment: &Segment) -> bool {
        self.reader.map_or_else(|| segment.is_visible_to_all(), |reader| segment.is_visible_to(reader))
    }
}

impl Segments for Naming<'_> {
    fn find(&self, id: Id) -> Option<Referred<'_>> {
        let (segment, _) = self.book.0.get(&id)?;
        let members = match segment.kind() {
            SegmentType::Static => Source::Listed(listed_contacts(id)),
            SegmentType::Dynamic => Source::Matching(&segment.filter_criteria.0),
        };
        Some(Referred { name: self.sees(segment).then_some(segment.name.as_str()), members })
    }

    fn may_name(&self, id: Id) -> bool {
        !self.is_new || self.book.0.get(&id).is_some_and(|(segment, _)| self.sees(segment))
    }
}
