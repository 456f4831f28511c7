//! Where a segment is used: the segments whose rules name it, and the campaigns that took it.
//!
//! Drawn by `form` in the statistics of the segment.

use askama::Template;
use diesel::prelude::*;

use super::admin::SegmentAdmin;
use super::model::Segment;
use super::references::Referring;
use crate::accounts::Actor;
use crate::admin::display::{Display, counted};
use crate::admin::html::Html;
use crate::admin::model_admin::ModelAdmin;
use crate::clock::Clock;
use crate::db::schema::segments_use;
use crate::db::{AnyConnection, Time};
use crate::error::Result;

/// Campaigns that are named.
const CAMPAIGNS: i64 = 20;

/// Where a segment is used; nowhere, while it is added.
#[derive(Debug, Clone, Default)]
pub struct WhereUsed {
    is_stored: bool,
    referring: Vec<(String, String)>,
    unseen: usize,
    campaigns: Vec<Campaign>,
    has_earlier: bool,
}

#[derive(Debug, Clone)]
struct Campaign {
    name: String,
    /// "27 Nov 2026, 16:20 by Somchai, 1,204 members then".
    about: String,
}

#[derive(Template)]
#[template(path = "segments/where_used.html")]
struct WhereUsedTemplate<'a> {
    used: &'a WhereUsed,
}

impl WhereUsed {
    /// Of a stored segment, as `actor` may know it.
    pub fn of(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, segment: &Segment) -> Result<Self> {
        let Referring { seen, unseen } = Referring::to(connection, actor, &[segment.id])?;
        let display = Display::new(clock);
        let all = segments_use::table.filter(segments_use::segment_id.eq(segment.id));
        let latest = all.order((segments_use::used_at.desc(), segments_use::id)).limit(CAMPAIGNS + 1);
        let fields = (segments_use::campaign, segments_use::used_by_name, segments_use::used_at, segments_use::member_count);
        let mut campaigns: Vec<(String, String, Time, i32)> = latest.select(fields).load(connection)?;
        let has_earlier = i64::try_from(campaigns.len()).is_ok_and(|count| count > CAMPAIGNS);
        campaigns.truncate(campaigns.len() - usize::from(has_earlier));
        Ok(Self {
            is_stored: true,
            referring: seen.into_iter().map(|segment| (SegmentAdmin::MODEL.change_url(segment.id), segment.name)).collect(),
            unseen,
            has_earlier,
            campaigns: campaigns
                .into_iter()
                .map(|(name, who, at, members)| Campaign {
                    name,
                    about: format!("{} by {who}, {} then", display.sentence(at), counted(members, "member", "members")),
                })
                .collect(),
        })
    }

    /// The rows of the form.
    pub fn render(&self) -> Result<Html> {
        Html::render(&WhereUsedTemplate { used: self })
    }
}
