//! The segments that documents name: read at one moment, with all that they name in turn, and handed to `criteria`.
//!
//! Called by everyone who understands a document. Lists read them for all rows at once: a question for each step of the
//! longest chain, however many rows there are.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use diesel::prelude::*;
use serde_json::Value;

use super::members::listed_contacts;
use super::model::{Segment, SegmentType};
use crate::accounts::Actor;
use crate::criteria::segments::{Referred, Segments, Source};
use crate::criteria::{Calendar, Scope, named_segments};
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// Keys of one question.
const CHUNK: usize = 500;

/// Segments, by their keys. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Book(Arc<HashMap<Id, Segment>>);

impl Book {
    /// What these documents name, and what that names.
    pub fn of<'a>(connection: &mut AnyConnection, documents: impl IntoIterator<Item = &'a Value>) -> Result<Self> {
        let mut found: HashMap<Id, Segment> = HashMap::new();
        let mut asked: BTreeSet<Id> = documents.into_iter().flat_map(named_segments).collect();
        let mut wanted: Vec<Id> = asked.iter().copied().collect();
        while !wanted.is_empty() {
            let mut named = BTreeSet::new();
            for keys in wanted.chunks(CHUNK) {
                let segments: Vec<Segment> =
                    segment::table.filter(segment::id.eq_any(keys)).select(Segment::as_select()).load(connection)?;
                for segment in segments {
                    if segment.kind() == SegmentType::Dynamic {
                        named.extend(named_segments(&segment.filter_criteria.0));
                    }
                    found.insert(segment.id, segment);
                }
            }
            wanted = named.into_iter().filter(|id| asked.insert(*id)).collect();
        }
        Ok(Self(Arc::new(found)))
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
    /// The segments that a document which is written now may name though the reader does not see them: it did before.
    /// `None` for a document as it is stored, which may name any.
    kept: Option<BTreeSet<Id>>,
}

impl<'a> Naming<'a> {
    /// For the document of the segment `own`, as it is stored.
    pub fn stored(book: Book, own: Id, reader: Option<&'a Actor>) -> Self {
        Self { book, reader, own: Some(own), kept: None }
    }

    /// For a document that `actor` writes: of `stored`, if it is changed.
    ///
    /// # Errors
    /// The engine's.
    pub fn typed(connection: &mut AnyConnection, actor: &'a Actor, stored: Option<&Segment>, document: &Value) -> Result<Self> {
        let kept = stored.map(|stored| named_segments(&stored.filter_criteria.0)).unwrap_or_default();
        Ok(Self { book: Book::of(connection, [document])?, reader: Some(actor), own: stored.map(|stored| stored.id), kept: Some(kept) })
    }

    /// For a document that is only read, by `reader`.
    ///
    /// # Errors
    /// The engine's.
    pub fn read(connection: &mut AnyConnection, reader: Option<&'a Actor>, document: &Value) -> Result<Self> {
        Ok(Self { book: Book::of(connection, [document])?, reader, own: None, kept: None })
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
        let segment = self.book.0.get(&id)?;
        let members = match segment.kind() {
            SegmentType::Static => Source::Listed(listed_contacts(id)),
            SegmentType::Dynamic => Source::Matching(&segment.filter_criteria.0),
        };
        Some(Referred { name: self.sees(segment).then_some(segment.name.as_str()), members })
    }

    fn may_name(&self, id: Id) -> bool {
        let is_seen = || self.book.0.get(&id).is_some_and(|segment| self.sees(segment));
        self.kept.as_ref().is_none_or(|kept| kept.contains(&id) || is_seen())
    }
}
