//! The page of a segment's members.
//!
//! A handler, listed in `routes`, which hands it the screens of contacts and of companies; "Mark as used" is `marking`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::asked::{ALL, Asked, OF, ONE_PER_ADDRESS, WITH_EMAIL};
use super::list::{MemberAdmin, add_why, load as load_list};
use super::marking::{REPEATED, Refusal};
use super::used_by::{Use as UseView, newest};
use crate::accounts::{Actor, Staff};
use crate::admin::changelist::ChangeList;
use crate::admin::display::{Display, counted, number};
use crate::admin::facets::Facets;
use crate::admin::frame::{Frame, page};
use crate::admin::html::Html;
use crate::admin::model_admin::{Model, ModelAdmin};
use crate::admin::object::Object;
use crate::admin::paginator::PageLink;
use crate::admin::query_string::{carrying, still_carrying};
use crate::admin::views::unusable;
use crate::clock::Clock;
use crate::criteria::{Calendar, Problem};
use crate::customers::contact::Row;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::query::Sql;
use crate::segments::admin::SegmentAdmin;
use crate::segments::list_drift::{Apart, Told};
use crate::segments::list_source::find_source;
use crate::segments::listed;
use crate::segments::members::{Members, Numbers};
use crate::segments::model::{Row as SegmentRow, Segment, SegmentType, Status};
use crate::segments::why::Membership;

/// Up to so many members the addresses are counted with every page; past it they are counted when asked for.
const ADDRESSES_AT_ONCE: i64 = 20_000;

/// Up to so many members are looked up once, whatever their rules take, for everything that the page says of them.
const NAMED: i64 = 5_000;

const MODEL: Model = SegmentAdmin::MODEL;

#[derive(Template)]
#[template(path = "segments/members.html")]
pub(super) struct MembersPage {
    frame: Frame,
    segment: Segment,
    summary: String,
    note: Option<&'static str>,
    /// Whether a campaign may take them.
    is_usable: bool,
    found: Found,
    asked: Asked,
    campaign: String,
    /// The campaign that took them already, which is told: pressed again, it is noted once more.
    repeated: String,
    /// The key of the use that the form notes: sent twice, it is one.
    use_id: Id,
    error: Option<String>,
}

/// How many of the members are found.
struct Narrowed<'a> {
    /// "37", "10,000+".
    count: &'a str,
    /// Whether there are more than were counted.
    is_capped: bool,
    is_none: bool,
}

/// What was read of the members.
#[derive(Debug, Default)]
struct Found {
    /// Why nobody is in.
    broken: Vec<Problem>,
    count: i64,
    numbers: Option<Numbers>,
    /// They as a list; `None` where there are none.
    list: Option<ChangeList>,
    /// How many contacts and companies a static segment lists, where it has no members.
    listed: (i64, i64),
    /// The newest uses.
    uses: Vec<UseView>,
    /// What a list was saved from.
    told: Html,
}

/// Who asks for the members of what, and when.
struct Task {
    actor: Actor,
    segment: Segment,
    display: Display,
    calendar: Calendar,
}

impl Found {
    /// `None` when the list ends before the page that is asked for.
    fn of<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
        connection: &mut AnyConnection,
        task: &Task,
        asked: &Asked,
        facets: &Facets,
    ) -> Result<Option<Self>> {
        let found = Self::members::<C, D>(connection, task, asked, facets)?;
        let uses = newest(connection, task.segment.id, &task.display)?;
        let is_list = task.segment.kind() == SegmentType::Static;
        let source = if is_list { find_source(connection, &task.actor, task.segment.id)? } else { None };
        let told = source.map(|source| Told::new(source, Apart::NotCounted).html(&task.display, &asked.filters)).transpose()?;
        Ok(found.map(|found| Self { uses, told: told.unwrap_or_default(), ..found }))
    }

    fn members<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
        connection: &mut AnyConnection,
        Task { segment, calendar, actor, .. }: &Task,
        asked: &Asked,
        facets: &Facets,
    ) -> Result<Option<Self>> {
        let members = match Members::of_segment(connection, segment, *calendar)? {
            Ok(members) => members,
            Err(broken) => return Ok(Some(Self { broken, ..Self::default() })),
        };
        let count = members.count(connection)?;
        if count == 0 {
            let is_list = segment.kind() == SegmentType::Static;
            let listed = if is_list { listed::count(connection, &[segment.id])? } else { (0, 0) };
            return Ok(Some(Self { listed, ..Self::default() }));
        }
        let members = if count <= NAMED { members.named(connection)? } else { members };
        let wanted = count <= ADDRESSES_AT_ONCE || asked.counts_all;
        let numbers = if wanted { Some(members.numbers(connection)?) } else { None };
        let url = carrying(MODEL.object_url(segment.id, "members"), &asked.filters);
        let Some(mut list) = load_list::<C, D>(connection, actor, (asked, facets), (&members, count), url)? else { return Ok(None) };
        if let Ok(membership) = Membership::of(connection, segment, actor, *calendar)? {
            add_why(connection, &mut list, &membership, &MODEL.object_url(segment.id, "explain"))?;
        }
        Ok(Some(Self { count, numbers, list: Some(list), ..Self::default() }))
    }
}

impl MembersPage {
    /// The page once more, with the campaign that was not noted and why.
    pub(super) fn refusing(self, campaign: String, refusal: Refusal) -> Self {
        let (why, repeated) = match refusal {
            Refusal::Cannot(why) => (why, String::new()),
            Refusal::Repeats(why) => (why, campaign.clone()),
        };
        Self { frame: Frame { has_errors: true, ..self.frame }, campaign, repeated, is_usable: true, error: Some(why), ..self }
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn number(&self, value: impl std::borrow::Borrow<i64>) -> String {
        number(*value.borrow())
    }

    fn url(&self, page: &str) -> String {
        carrying(MODEL.object_url(self.segment.id, page), &self.asked.filters)
    }

    /// How many a search or a filter finds; `None` where nothing is looked for.
    fn narrowed(&self) -> Option<Narrowed<'_>> {
        let list = self.found.list.as_ref().filter(|_| self.asked.query.is_narrowed())?;
        Some(Narrowed { count: &list.count, is_capped: list.is_capped, is_none: list.rows.is_empty() })
    }

    /// Where the file is made.
    fn file(&self) -> String {
        format!("{}{}/members.csv", MODEL.list_url(), self.segment.id)
    }

    /// Why there is nobody, in sentences.
    fn nobody(&self) -> String {
        let (contacts, companies) = self.found.listed;
        match (self.segment.kind(), contacts + companies) {
            (SegmentType::Static, 0) => "Nobody is listed yet: contacts and companies are chosen on the segment’s own page.".to_owned(),
            (SegmentType::Static, _) => {
                let (contacts, companies) = (counted(contacts, "contact", "contacts"), counted(companies, "company", "companies"));
                format!("It lists {contacts} and {companies}, but nobody of them is active and not unsubscribed.")
            }
            (SegmentType::Dynamic, _) => "Nobody who is active and not unsubscribed meets its rules at the moment.".to_owned(),
        }
    }
}

/// `GET …/<uuid>/members/`
pub async fn show<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let home = still_carrying(MODEL.object_url(segment.0.segment.id, "members"), request.query_string());
    let Ok(asked) = Asked::read::<C, D>(request.query_string(), &Display::new(&clock)) else {
        return unusable(&request, &staff, &home);
    };
    match load::<C, D>(&request, &staff, segment.0, asked, &db, &clock).await? {
        Some(members) => page(&members),
        None => unusable(&request, &staff, &home),
    }
}

pub(super) async fn load<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
    request: &HttpRequest,
    staff: &Staff,
    row: SegmentRow,
    asked: Asked,
    db: &Db,
    clock: &Clock,
) -> Result<Option<MembersPage>> {
    let calendar = Calendar::from(clock);
    let task = Task { actor: staff.actor.clone(), segment: row.segment.clone(), display: Display::new(clock), calendar };
    let (summary, segment, of, wanted) = (row.summary(&staff.actor, calendar), row.segment, task.segment.clone(), asked.clone());
    let visible = move |connection: &mut AnyConnection| {
        let members = Members::of_segment(connection, &of, calendar)?;
        Ok(members.map_or_else(|_| Sql::none(), |members| members.predicate().clone()))
    };
    let facets = Facets::count_among::<MemberAdmin<C, D>>(db, &asked.query, visible).await?;
    let lane = if asked.query.is_plain() { Lane::Question } else { Lane::Search };
    let found = db.read_heavy(lane, move |connection| Found::of::<C, D>(connection, &task, &wanted, &facets)).await?;
    let Some(found) = found else { return Ok(None) };
    let frame = Frame::of_object(request, staff, (MODEL, segment.id, &segment.name), "Members", &asked.filters).await?.here("Members");
    let note = match Status::named(&segment.status) {
        Some(Status::Paused) => Some("This segment is paused: think twice before a campaign takes it."),
        Some(Status::Archived) => Some("This segment is archived: it cannot be used."),
        _ => None,
    };
    let is_usable = found.broken.is_empty() && !segment.is_archived();
    let (campaign, repeated, use_id, error) = (String::new(), String::new(), Id::new(), None);
    Ok(Some(MembersPage { frame, segment, summary, note, is_usable, found, asked, campaign, repeated, use_id, error }))
}
