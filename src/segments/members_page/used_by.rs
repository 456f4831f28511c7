//! "Used by": the campaigns that took a segment, the newest first, all of them page by page.
//!
//! A handler, listed in `routes`; the members page shows the newest.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::accounts::Staff;
use crate::admin::display::{Display, Moment, counted, number};
use crate::admin::frame::{Frame, page};
use crate::admin::list_query::ERROR;
use crate::admin::model_admin::{Model, ModelAdmin};
use crate::admin::object::Object;
use crate::admin::paginator::{ALL, Count, PAGE, PageLink, Paginator, Wanted};
use crate::admin::query_string::{PRESERVED, QueryString, carrying, preserved};
use crate::admin::views::unusable;
use crate::clock::Clock;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::segments::admin::SegmentAdmin;
use crate::segments::usage::{self, Noted};

/// Uses that the members page shows.
const NEWEST: i64 = 3;

/// What is listed, as pages of a list say it.
const MODEL: Model = Model { verbose_name: "use", verbose_name_plural: "uses", ..SegmentAdmin::MODEL };

/// A use, as pages show it.
#[derive(Debug)]
pub(super) struct Use {
    /// The campaign.
    pub(super) campaign: String,
    /// Who noted it.
    pub(super) who: String,
    /// When.
    pub(super) when: Moment,
    /// "412 members".
    pub(super) members: String,
}

impl Use {
    fn of(noted: Noted, display: &Display) -> Self {
        let members = counted(noted.member_count, "member", "members");
        Self { campaign: noted.campaign, who: noted.used_by_name, when: display.moment(noted.used_at), members }
    }
}

/// The newest uses of a segment.
pub(super) fn newest(connection: &mut AnyConnection, segment: Id, display: &Display) -> Result<Vec<Use>> {
    let newest = usage::list(connection, segment, NEWEST, 0)?;
    Ok(newest.into_iter().map(|noted| Use::of(noted, display)).collect())
}

/// The warning that a campaign took a segment already, by another use than `but`; `None` where it did not.
pub(super) fn warn_of_repeat(
    connection: &mut AnyConnection,
    (segment, but): (Id, Id),
    campaign: &str,
    display: &Display,
) -> Result<Option<String>> {
    let noted = usage::find_last(connection, segment, campaign, but)?;
    Ok(noted.map(|Noted { campaign, used_at, .. }| {
        let when = display.moment(used_at).date;
        format!("It was marked as used for “{campaign}” on {when} already. If it was used for it once more, press “Mark as used” again.")
    }))
}

/// A page of the uses; it has what the page numbers of every list read.
struct Uses {
    model: Model,
    rows: Vec<Use>,
    count: String,
    is_one: bool,
    pages: Vec<PageLink>,
    previous: Option<String>,
    next: Option<String>,
    show_all: Option<String>,
}

#[derive(Template)]
#[template(path = "segments/used_by.html")]
struct UsedByPage {
    frame: Frame,
    name: String,
    members_url: String,
    /// Uses that were counted without their campaign.
    others: Option<String>,
    list: Uses,
}

/// `GET …/<uuid>/used_by/`
pub async fn show(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let (segment, filters, display) = (segment.0.segment, preserved(request.query_string()), Display::new(&clock));
    let home = carrying(MODEL.object_url(segment.id, "used_by"), &filters);
    let given = QueryString::parse(request.query_string()).without(&[ERROR, PRESERVED]);
    let is_known = given.pairs().all(|(name, _)| [PAGE, ALL].contains(&name));
    let Some(wanted) = Wanted::read(&given).filter(|_| is_known) else { return unusable(&request, &staff, &home) };
    let query = if filters.is_empty() { given } else { given.with(PRESERVED, filters.clone()) };
    let id = segment.id;
    let Some((list, total)) = db.read(move |connection| Uses::load(connection, id, &query, wanted, &display)).await? else {
        return unusable(&request, &staff, &home);
    };
    let members_url = carrying(MODEL.object_url(id, "members"), &filters);
    let frame = Frame::of_object(&request, &staff, (MODEL, id, &segment.name), "Used by", &filters).await?;
    let frame = frame.crumb("Members", &*members_url).here("Used by");
    let more = i64::from(segment.times_used) - total;
    page(&UsedByPage { frame, name: segment.name, members_url, others: (more > 0).then(|| others(more)), list })
}

fn others(more: i64) -> String {
    format!("{} more {} counted without the campaign’s name.", number(more), if more == 1 { "use was" } else { "uses were" })
}

impl Uses {
    /// The page that is wanted, and how many uses there are; `None` when they end before it.
    fn load(
        connection: &mut AnyConnection,
        segment: Id,
        query: &QueryString,
        wanted: Wanted,
        display: &Display,
    ) -> Result<Option<(Self, i64)>> {
        let count = usage::count(connection, segment)?;
        let Some(paginator) = Paginator::new(Count { value: count, is_capped: false }, wanted) else { return Ok(None) };
        let rows = usage::list(connection, segment, paginator.limit, paginator.offset)?;
        let list = Self {
            model: MODEL,
            rows: rows.into_iter().map(|noted| Use::of(noted, display)).collect(),
            count: paginator.count.text(),
            is_one: count == 1,
            pages: paginator.links(query),
            previous: paginator.previous(query),
            next: paginator.next(query, false),
            show_all: paginator.show_all(query),
        };
        Ok(Some((list, count)))
    }
}
