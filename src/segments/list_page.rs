//! The page of a static segment's list: who added each row, when and how, the private notes, and whom never to include.
//!
//! Handlers, listed in `routes`; what they do to the list is `curating`'s. The picker shows who can be listed beside who is;
//! here each row can be looked after, also those who are in through their company.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::admin::SegmentAdmin;
use super::curating::{MAX_NOTE, Task, curate};
use super::listed::{self, How, Side, list_origins};
use super::model::{Segment, SegmentType};
use super::picker::candidates::{Candidate, know};
use super::picker::{COMPANIES, CONTACTS, Kind};
use super::undoing::tell;
use crate::accounts::session::Level;
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::display::{Display, Moment};
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::model_admin::{Model, ModelAdmin};
use crate::admin::object::Object;
use crate::admin::query_string::QueryString;
use crate::admin::search::searched;
use crate::clock::Clock;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::query::{Selection, Sql};

const MODEL: Model = SegmentAdmin::MODEL;
/// Rows of a page.
const PAGE: i64 = 100;

/// What is said where nothing was left to do.
const NOTHING: &str = "Nothing was changed: nobody was ticked, or it was done already.";

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    Contacts,
    Companies,
    Through,
    Never,
}

impl Show {
    const ALL: [Self; 4] = [Self::Contacts, Self::Companies, Self::Through, Self::Never];

    fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Companies => "companies",
            Self::Through => "through",
            Self::Never => "never",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Contacts => "Listed contacts",
            Self::Companies => "Listed companies",
            Self::Through => "In through a company",
            Self::Never => "Never included",
        }
    }

    /// What stands where nobody is.
    fn nobody(self) -> &'static str {
        match self {
            Self::Contacts => "No contact is listed by itself.",
            Self::Companies => "No company is listed. A listed company stands for all its contacts, those to come as well.",
            Self::Through => "Nobody is in through a company alone.",
            Self::Never => "Nobody is kept out. Whoever is never to be included stays out, also when their company is listed.",
        }
    }

    fn kind(self) -> &'static Kind {
        if self == Self::Companies { &COMPANIES } else { &CONTACTS }
    }

    /// Those of the kind that are meant.
    fn rows(self, segment: Id) -> Sql {
        let side: &Side = self.kind().side;
        match self {
            Self::Contacts | Self::Companies => side.is_listed(segment, &Sql::all()),
            Self::Never => side.is_never(segment, &Sql::all()),
            Self::Through => {
                let of_companies = Sql::from("crm_app_contact.company_id").is_in(listed::COMPANIES.listed_in(segment), Sql::default());
                side.is_to_be_listed(segment, &of_companies)
            }
        }
    }
}

/// What the address says.
#[derive(Debug, Clone)]
struct Asked {
    show: Show,
    query: String,
    page: i64,
}

impl Asked {
    fn read(query: &str) -> Self {
        let query = QueryString::parse(query);
        let named = query.get("show").unwrap_or_default();
        let page = query.get("p").and_then(|page| page.parse().ok()).unwrap_or(1);
        Self {
            show: Show::ALL.into_iter().find(|show| show.name() == named).unwrap_or(Show::Contacts),
            query: query.get("q").unwrap_or_default().trim().to_owned(),
            page: i64::clamp(page, 1, 1_000_000),
        }
    }

    fn link(&self, show: Show, page: i64) -> String {
        let query = QueryString::default().with("show", show.name());
        let query = if self.query.is_empty() { query } else { query.with("q", self.query.clone()) };
        if page > 1 { query.with("p", page.to_string()).link() } else { query.link() }
    }
}

#[derive(Template)]
#[template(path = "segments/list.html")]
struct ListPage {
    frame: Frame,
    segment: Segment,
    asked: Asked,
    rows: Vec<Candidate>,
    has_next: bool,
    is_editable: bool,
    display: Display,
}

impl ListPage {
    fn moment(&self, row: &Candidate) -> Option<Moment> {
        row.added_at.map(|at| self.display.moment(at))
    }

    fn url(&self, page: &str) -> String {
        MODEL.object_url(self.segment.id, page)
    }

    fn object_url(&self, id: &Id) -> String {
        let model = if self.asked.show == Show::Companies { "company" } else { "contact" };
        format!("{}{model}/{id}/change/", MODEL.app_url())
    }

    /// Another page of what is shown.
    fn here(&self, page: impl std::borrow::Borrow<i64>) -> String {
        self.asked.link(self.asked.show, *page.borrow())
    }

    fn part(&self, show: impl std::borrow::Borrow<Show>) -> String {
        self.asked.link(*show.borrow(), 1)
    }

    fn is_shown(&self, show: impl std::borrow::Borrow<Show>) -> bool {
        *show.borrow() == self.asked.show
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a constant")]
    fn most(&self) -> usize {
        MAX_NOTE
    }

    /// Whether rows are taken off the list here, and whether people can be kept out.
    fn moves(&self) -> (bool, bool) {
        let is_listed = matches!(self.asked.show, Show::Contacts | Show::Companies);
        (is_listed, matches!(self.asked.show, Show::Contacts | Show::Through))
    }
}

/// `GET …/<uuid>/list/`
pub async fn show(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let (segment, asked) = (segment.0.segment, Asked::read(request.query_string()));
    let (id, wanted) = (segment.id, asked.clone());
    let (rows, has_next) = db.read(move |connection| read(connection, id, &wanted)).await?;
    let frame = Frame::new(&request, &staff, format!("{} | List", segment.name)).await?.crumb(MODEL.app_name(), MODEL.app_url());
    let frame = frame.crumb(MODEL.verbose_name_plural, MODEL.list_url()).crumb(&*segment.name, MODEL.change_url(segment.id)).here("List");
    let is_static = segment.kind() == SegmentType::Static;
    let is_editable = is_static && segment.is_changeable_by(&staff.actor) && !segment.is_archived();
    page(&ListPage { frame, segment, asked, rows, has_next, is_editable, display: Display::new(&clock) })
}

fn read(connection: &mut AnyConnection, segment: Id, asked: &Asked) -> Result<(Vec<Candidate>, bool)> {
    let kind = asked.show.kind();
    let mut predicate = asked.show.rows(segment);
    if !asked.query.is_empty() {
        predicate = Sql::and([predicate, searched(connection, kind.search, &asked.query)?.rows]);
    }
    let order = (Sql::column(kind.name) + Word::ByteOrder + ", " + kind.side.source_key()).unindexed();
    let (limit, offset) = (PAGE + 1, (asked.page - 1) * PAGE);
    let mut rows = (kind.list)(connection, &Selection { predicate: &predicate, order: &order, limit, offset, reads_rows: false })?;
    let has_next = i64::try_from(rows.len()).is_ok_and(|found| found > PAGE);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    know(&mut rows, &list_origins(connection, kind.side, segment, &ids)?);
    Ok((rows, has_next))
}

/// `POST …/<uuid>/list/`: does to the ticked rows, or to the one whose button was pressed, what the button says.
pub async fn act(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    posted: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let (id, asked) = (segment.0.segment.id, Asked::read(request.query_string()));
    let back = MODEL.object_url(id, "list") + &asked.link(asked.show, asked.page);
    let (actor, now, task) = (staff.actor.clone(), Clock::clone(&clock), task(asked.show, &posted));
    let work = move |connection: &mut AnyConnection| perform(connection, &actor, &now, id, &task);
    match db.write(work).await {
        Ok(done) if done.batch.is_none() && done.notes.is_empty() => staff.message(Level::Warning, NOTHING)?,
        Ok(done) => tell(&staff, &done)?,
        Err(AppError::Conflict(sentence) | AppError::BadRequest(sentence)) => staff.message(Level::Error, sentence)?,
        Err(error) => return Err(error),
    }
    Ok(see_other(&back))
}

fn perform(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, task: &Task) -> Result<super::curating::Curated> {
    let actor = as_they_are(connection, actor)?;
    curate(connection, &actor, clock, id, How::Picker, task)
}

/// What was asked for; of nobody, where nothing was ticked.
fn task(show: Show, posted: &Posted) -> Task {
    let side = show.kind().side;
    if let Some(noted) = posted.get("_note").and_then(Id::parse) {
        return Task::Note(side, noted, posted.get("note").unwrap_or_default().to_owned());
    }
    let ticked = posted.pairs.iter().filter(|(name, _)| name == "ticked").filter_map(|(_, id)| Id::parse(id)).collect::<Vec<_>>();
    if posted.get("_bar").is_some() {
        Task::Bar(ticked)
    } else if posted.get("_unbar").is_some() {
        Task::Unbar(ticked)
    } else {
        Task::Remove(side, side.among(&ticked))
    }
}
