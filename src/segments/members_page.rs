//! The page of a segment's members: who they are, as a list and as a file, and "Mark as used".
//!
//! Handlers, listed in `routes`. Count, list and file come from one `Members`; the list and its count from one snapshot.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::admin::SegmentAdmin;
use super::export::write_csv;
use super::members::{Members, Numbers};
use super::model::{self, Row as SegmentRow, Segment, Status};
use super::preview::preview;
use super::preview_panel::{BY_RULE, PREVIEW, State, render_preview};
use super::usage::Use;
use super::writer::{Writer, changed, find_changed};
use crate::accounts::session::Level;
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::display::number;
use crate::admin::download;
use crate::admin::form::NEW_ID;
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::list_query::ERROR;
use crate::admin::model_admin::{Model, ModelAdmin};
use crate::admin::object::Object;
use crate::admin::paginator::{self, Wanted};
use crate::admin::query_string::{PRESERVED, QueryString, back_to, carrying, preserved, still_carrying};
use crate::admin::views::unknown;
use crate::clock::Clock;
use crate::criteria::catalogue::contact as contact_fields;
use crate::criteria::{Calendar, Problem};
use crate::customers::contact::Row;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};

/// Members of one page.
const PAGE: i64 = 100;
/// Up to so many members the addresses are counted with every page; past it they are counted when asked for.
const ADDRESSES_AT_ONCE: i64 = 20_000;

/// What the address says.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    page: i64,
    addresses: bool,
    /// The parameters of the list that one came from.
    filters: String,
}

/// Asks for the addresses to be counted.
const ADDRESSES: &str = "addresses";

impl Asked {
    /// `None` for what cannot be meant: like a list, the page is then shown as it is without parameters.
    fn read(query: &str) -> Option<Self> {
        let filters = preserved(query);
        let query = QueryString::parse(query).without(&[ERROR, PRESERVED]);
        let is_known = query.pairs().all(|(name, _)| [paginator::PAGE, ADDRESSES].contains(&name));
        let wanted = Wanted::read(&query).filter(|_| is_known)?;
        Some(Self { page: wanted.page, addresses: query.get(ADDRESSES).is_some(), filters })
    }
}

/// The answer to what cannot be meant.
fn without_parameters(segment: &Segment) -> HttpResponse {
    see_other(&format!("{}?{ERROR}=1", MODEL.object_url(segment.id, "members")))
}

const MODEL: Model = SegmentAdmin::MODEL;

#[derive(Template)]
#[template(path = "segments/members.html")]
struct MembersPage {
    frame: Frame,
    segment: Segment,
    summary: String,
    note: Option<&'static str>,
    /// Whether a campaign may take them.
    is_usable: bool,
    broken: Vec<Problem>,
    found: Found,
    /// See [`Asked::filters`].
    filters: String,
    campaign: String,
    /// The key of the use that the form notes: sent twice, it is one.
    use_id: Id,
    error: Option<String>,
}

/// What was read of the members.
#[derive(Debug, Default)]
struct Found {
    count: i64,
    numbers: Option<Numbers>,
    rows: Vec<Row>,
    page: i64,
    pages: i64,
}

impl Found {
    fn of(connection: &mut AnyConnection, members: &Members, asked: &Asked) -> Result<Self> {
        let count = members.count(connection)?;
        let pages = ((count + PAGE - 1) / PAGE).max(1);
        let page = asked.page.clamp(1, pages);
        let wanted = count <= ADDRESSES_AT_ONCE || asked.addresses;
        let numbers = if wanted { Some(members.numbers(connection)?) } else { None };
        Ok(Self { count, numbers, rows: members.page(connection, count, PAGE, (page - 1) * PAGE)?, page, pages })
    }

    fn first(&self) -> i64 {
        ((self.page - 1) * PAGE + 1).min(self.count)
    }

    fn last(&self) -> i64 {
        (self.page * PAGE).min(self.count)
    }
}

impl MembersPage {
    /// The page once more, with the campaign that was not noted and why.
    fn refusing(self, campaign: String, why: String) -> Self {
        Self { frame: Frame { has_errors: true, ..self.frame }, campaign, is_usable: true, error: Some(why), ..self }
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn number(&self, value: impl std::borrow::Borrow<i64>) -> String {
        number(*value.borrow())
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn contact_type<'a>(&self, row: &'a Row) -> &'a str {
        contact_fields::CONTACT_TYPE.display(&row.contact.contact_type)
    }

    fn members(&self) -> &'static str {
        if self.found.count == 1 { "member" } else { "members" }
    }

    fn url(&self, page: &str) -> String {
        carrying(MODEL.object_url(self.segment.id, page), &self.filters)
    }

    /// The file of all members.
    fn file(&self) -> String {
        format!("{}{}/members.csv", MODEL.list_url(), self.segment.id)
    }

    /// This page with another value of a parameter.
    fn link(&self, name: &str, value: impl std::borrow::Borrow<i64>) -> String {
        let query = QueryString::default().with(name, value.borrow().to_string());
        let query = if self.filters.is_empty() { query } else { query.with(PRESERVED, self.filters.clone()) };
        query.link()
    }
}

/// `GET …/<uuid>/members/`
pub async fn show(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let row = segment.0;
    let Some(asked) = Asked::read(request.query_string()) else { return Ok(without_parameters(&row.segment)) };
    page(&load(&request, &staff, row, asked, &db, &clock).await?)
}

async fn load(request: &HttpRequest, staff: &Staff, row: SegmentRow, asked: Asked, db: &Db, clock: &Clock) -> Result<MembersPage> {
    let (calendar, filters, of) = (Calendar::from(clock), asked.filters.clone(), row.segment.clone());
    let found = db.read_heavy(Lane::Question, move |connection| match Members::of_segment(connection, &of, calendar)? {
        Ok(members) => Found::of(connection, &members, &asked).map(Ok),
        Err(problems) => Ok(Err(problems)),
    });
    let (found, broken) = match found.await? {
        Ok(found) => (found, Vec::new()),
        Err(problems) => (Found { page: 1, pages: 1, ..Found::default() }, problems),
    };
    let (summary, segment) = (row.summary(&staff.actor, calendar), row.segment);
    let title = format!("{} | Members", segment.name);
    let frame = Frame::new(request, staff, title).await?.crumb(MODEL.app_name(), MODEL.app_url());
    let frame = frame.crumb(MODEL.verbose_name_plural, back_to(MODEL.list_url(), &filters));
    let frame = frame.crumb(&*segment.name, carrying(MODEL.change_url(segment.id), &filters)).here("Members");
    let note = match Status::named(&segment.status) {
        Some(Status::Paused) => Some("This segment is paused: think twice before a campaign takes it."),
        Some(Status::Archived) => Some("This segment is archived: it cannot be used."),
        _ => None,
    };
    let is_usable = broken.is_empty() && !segment.is_archived();
    Ok(MembersPage {
        frame,
        summary,
        segment,
        note,
        is_usable,
        broken,
        found,
        filters,
        campaign: String::new(),
        use_id: Id::new(),
        error: None,
    })
}

/// `POST …/<uuid>/members/`: a campaign took them.
pub async fn mark_used(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    posted: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let (row, campaign) = (segment.0, posted.get("campaign").unwrap_or_default().to_owned());
    let use_id = posted.get(NEW_ID).and_then(Id::parse).unwrap_or_default();
    match note_use(&staff.actor, &db, &clock, (row.segment.id, use_id), &campaign).await {
        Ok(segment) => {
            staff.message(Level::Success, format!("“{}” is marked as used by the campaign “{}”.", segment.name, campaign.trim()))?;
            Ok(see_other(&still_carrying(request.path().to_owned(), request.query_string())))
        }
        Err(AppError::BadRequest(sentence) | AppError::Conflict(sentence)) => {
            let asked = Asked { filters: preserved(request.query_string()), ..Asked::default() };
            let again = load(&request, &staff, row, asked, &db, &clock).await?;
            page(&again.refusing(campaign, sentence))
        }
        Err(AppError::NotFound) => unknown::<SegmentAdmin>(&staff, &row.segment.id.to_string()),
        Err(error) => Err(error),
    }
}

async fn note_use(actor: &Actor, db: &Db, clock: &Clock, (id, use_id): (Id, Id), campaign: &str) -> Result<Segment> {
    let (counting, now, campaign) = (actor.clone(), clock.clone(), campaign.to_owned());
    let taken = db.read_heavy(Lane::Saving, move |connection| Use::prepare(connection, &counting, &now, id, &campaign)).await?;
    let (actor, now) = (actor.clone(), clock.clone());
    db.write(move |connection| {
        let actor = as_they_are(connection, &actor)?;
        taken.note(connection, &actor, &now, use_id)
    })
    .await
}

/// `POST /admin/crm_app/customersegment/preview/`: who the rules of a form select, as a piece of page for its script.
pub async fn show_preview(request: HttpRequest, staff: Staff, posted: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let typed = posted.get("filter_criteria").unwrap_or_default().to_owned();
    let (actor, calendar) = (staff.actor.clone(), Calendar::from(clock.get_ref()));
    let (by_rule, changed) = (posted.get(PREVIEW) == Some(BY_RULE), changed(request.query_string()));
    let ask = move |connection: &mut AnyConnection| {
        let stored = find_changed(connection, &actor, changed)?;
        preview(connection, &Writer { actor: &actor, stored: stored.as_ref(), calendar }, &typed, by_rule)
    };
    let state: State = db.read_heavy(Lane::Question, ask).await?.into();
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(render_preview(&state)?.to_string()))
}

/// `GET …/<uuid>/members.csv`: every member, streamed as it is read.
pub async fn export(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    // A file of all members is no answer to whoever asks for some of them.
    if !request.query_string().is_empty() {
        return Ok(without_parameters(&segment.0.segment));
    }
    let turn = db.turn(Lane::Export).await?;
    let (actor, now, id) = (staff.actor.clone(), Clock::clone(&clock), segment.0.segment.id);
    let (segment, members) = db.write(move |connection| note_export(connection, &actor, &now, id)).await?;
    Ok(download::csv(&db, turn, &segment.name, move |connection, out| write_csv(connection, &members, out)))
}

fn needs_attention(segment: &Segment) -> String {
    format!("“{}” needs attention: one of its rules cannot be understood, so it has no members to export.", segment.name)
}

/// Writes that the members leave the house, before the first of them does.
fn note_export(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id) -> Result<(Segment, Members)> {
    let actor = &as_they_are(connection, actor)?;
    let segment = model::find(connection, actor, id)?;
    let members = Members::of_segment(connection, &segment, clock.into())?;
    let members = members.map_err(|_| AppError::Conflict(needs_attention(&segment)))?;
    record(connection, NewEvent::new(actor, clock.now(), Action::Exported, segment.object(), "Exported the members as CSV."))?;
    Ok((segment, members))
}
