//! What a list was saved from and how far the two are apart, in a sentence with links.
//!
//! Shown by the form, the members and the list of a segment. To count may take as long as the rules of the source do: pages
//! that cannot wait leave the numbers out and lead to those who came and went.

use std::borrow::Borrow;

use askama::Template;

use super::admin::SegmentAdmin;
use super::list_source::{Drift, Source};
use crate::admin::display::{Display, Moment, number};
use crate::admin::html::Html;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::query_string::carrying;
use crate::criteria::Calendar;
use crate::db::AnyConnection;
use crate::error::Result;

/// What a list was saved from, as a page tells it.
#[derive(Debug, Clone)]
pub struct Told {
    source: Source,
    apart: Apart,
}

/// What is known of how far they are apart.
#[derive(Debug, Clone)]
pub enum Apart {
    /// Nobody has counted.
    NotCounted,
    /// So far.
    Counted(Drift),
    /// Why it cannot be said, as a sentence.
    Unknown(String),
}

#[derive(Template)]
#[template(path = "segments/list_drift.html")]
struct DriftTemplate<'a> {
    source: &'a Source,
    apart: &'a Apart,
    saved: Moment,
    filters: &'a str,
}

impl Apart {
    /// Counted now.
    pub fn count(connection: &mut AnyConnection, source: &Source, calendar: Calendar) -> Result<Self> {
        Ok(source.drift(connection, calendar)?.map_or_else(Self::Unknown, Self::Counted))
    }
}

impl Told {
    /// With what is known.
    pub fn new(source: Source, apart: Apart) -> Self {
        Self { source, apart }
    }

    /// As a piece of page; `filters` are the parameters of the list of segments that one came from.
    pub fn html(&self, display: &Display, filters: &str) -> Result<Html> {
        let saved = display.moment(self.source.then.saved_at);
        Html::render(&DriftTemplate { source: &self.source, apart: &self.apart, saved, filters })
    }
}

impl DriftTemplate<'_> {
    fn source_url(&self) -> String {
        carrying(SegmentAdmin::MODEL.change_url(self.source.then.source_id), self.filters)
    }

    /// The part of the list's page that shows those who came, or those who went.
    fn part(&self, show: &str) -> String {
        let url = carrying(SegmentAdmin::MODEL.object_url(self.source.then.segment_id, "list"), self.filters);
        format!("{url}{}show={show}", if url.contains('?') { '&' } else { '?' })
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn number(&self, value: impl Borrow<i64>) -> String {
        number(*value.borrow())
    }
}
