//! The page of a static segment's list: who added each row, when and how, the private notes, and whom never to include.
//!
//! Handlers, listed in `routes`; what they do to the list is `curating`'s. The picker shows who can be listed beside who is;
//! here each row can be looked after, also those who are in through their company.

mod notes;
mod parts;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use self::parts::{Asked, Show};
use crate::accounts::session::Level;
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::display::{Display, Moment, number};
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::html::Html;
use crate::admin::model_admin::{Model, ModelAdmin};
use crate::admin::object::Object;
use crate::admin::query_string::carrying;
use crate::admin::search::searched;
use crate::clock::Clock;
use crate::criteria::Calendar;
use crate::db::classify::Failure;
use crate::db::connection::Lane;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::query::selection::is_walked;
use crate::query::{Selection, Sql};
use crate::segments::admin::SegmentAdmin;
use crate::segments::curating::{Curated, MAX_NOTE, Task, curate};
use crate::segments::list_drift::{Apart, Told};
use crate::segments::list_source::{Drift, Source, find_source};
use crate::segments::listed::{self, How, is_listed_each, list_origins, still_in};
use crate::segments::model::{self, Segment, SegmentType};
use crate::segments::picker::candidates::{Candidate, know};
use crate::segments::undoing::{BAR_REMOVED, tell};

const MODEL: Model = SegmentAdmin::MODEL;
/// Rows of a page.
const PAGE: i64 = 100;

/// The button that only saves the notes.
const NOTES: &str = "_notes";
/// What is said where nothing was left to do.
const NOTHING: &str = "Nothing was changed: nobody was ticked, or it was done already.";
const NOTHING_NOTED: &str = "Nothing was changed: every note is as it was.";

#[derive(Template)]
#[template(path = "segments/list.html")]
struct ListPage {
    frame: Frame,
    segment: Segment,
    asked: Asked,
    found: Found,
    /// How far the list is from what it was saved from; `None` where that is not known, or not in time.
    drift: Option<Drift>,
    /// The same in a sentence.
    told: Html,
    is_editable: bool,
    /// Whether they may change the list, as far as it can be changed.
    sees_notes: bool,
    display: Display,
}

/// What was read.
#[derive(Debug, Default)]
struct Found {
    rows: Vec<Candidate>,
    has_next: bool,
    /// How many a search finds of those that compare the list with its source, all of whom one button moves.
    searched: Option<i64>,
    /// What the list was saved from.
    source: Option<Source>,
    /// Why nobody can be shown.
    problem: Option<String>,
}

impl ListPage {
    fn moment(&self, row: &Candidate) -> Option<Moment> {
        row.added_at.map(|at| self.display.moment(at))
    }

    fn url(&self, page: &str) -> String {
        carrying(MODEL.object_url(self.segment.id, page), &self.asked.filters)
    }

    /// This page, without its parameters.
    fn path(&self) -> String {
        MODEL.object_url(self.segment.id, "list")
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

    /// The parts that there are: those that compare only for a list that was saved from a segment.
    fn parts(&self) -> impl Iterator<Item = Show> {
        let has_source = self.found.source.is_some();
        Show::ALL.into_iter().filter(move |show| has_source || !show.is_drift())
    }

    fn number(&self, show: impl std::borrow::Borrow<Show>) -> Option<String> {
        show.borrow().number(self.drift?).map(number)
    }

    /// Whom the button that moves everybody shown is about.
    fn everybody(&self) -> String {
        self.found.searched.map_or_else(|| "all of them".to_owned(), |found| format!("all {} found", number(found)))
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
        let is_listed = matches!(self.asked.show, Show::Contacts | Show::Companies | Show::Left);
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
    let (actor, id, wanted, calendar) = (staff.actor.clone(), segment.id, asked.clone(), Calendar::from(clock.get_ref()));
    let sees_notes = segment.is_changeable_by(&actor);
    let read = move |connection: &mut AnyConnection| read(connection, (&actor, sees_notes), id, &wanted, calendar);
    let found = if asked.show.is_drift() { db.read_heavy(Lane::Question, read).await? } else { db.read(read).await? };
    let apart = how_far_apart(&db, found.source.clone(), calendar).await?;
    let drift = if let Apart::Counted(drift) = &apart { Some(*drift) } else { None };
    let display = Display::new(&clock);
    let told =
        found.source.clone().map_or_else(|| Ok(Html::default()), |source| Told::new(source, apart).html(&display, &asked.filters))?;
    let frame = Frame::of_object(&request, &staff, (MODEL, segment.id, &segment.name), "List", &asked.filters).await?.here("List");
    let is_static = segment.kind() == SegmentType::Static;
    let is_editable = is_static && sees_notes && !segment.is_archived();
    page(&ListPage { frame, segment, asked, found, drift, told, is_editable, sees_notes, display })
}

/// How far a list and its source are apart, where that is soon counted.
async fn how_far_apart(db: &Db, source: Option<Source>, calendar: Calendar) -> Result<Apart> {
    let Some(source) = source else { return Ok(Apart::NotCounted) };
    match db.read_aside(move |connection| Apart::count(connection, &source, calendar)).await {
        Err(AppError::Database(Failure::Timeout)) => Ok(Apart::NotCounted),
        counted => counted,
    }
}

fn read(
    connection: &mut AnyConnection,
    (actor, sees_notes): (&Actor, bool),
    segment: Id,
    asked: &Asked,
    calendar: Calendar,
) -> Result<Found> {
    let source = find_source(connection, actor, segment)?;
    let kind = asked.show.kind();
    let (limit, offset) = (PAGE + 1, (asked.page - 1) * PAGE);
    let is_walked = are_many(connection, segment, asked, offset + limit)?;
    let predicate = match rows(connection, segment, asked, source.as_ref(), calendar)? {
        Ok(_) if is_walked => is_listed_each(kind.side, segment),
        Ok(rows) => rows,
        Err(sentence) => return Ok(Found { source, problem: Some(sentence), ..Found::default() }),
    };
    let order = Sql::column(kind.name) + Word::ByteOrder + ", " + kind.side.source_key();
    let order = if is_walked { order } else { order.unindexed() };
    let mut rows = (kind.list)(connection, &Selection { predicate: &predicate, order: &order, limit, offset, reads_rows: false })?;
    let has_next = i64::try_from(rows.len()).is_ok_and(|found| found > PAGE);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    know(&mut rows, &list_origins(connection, kind.side, segment, &ids, sees_notes)?);
    let is_counted = asked.show.is_drift() && !asked.query.is_empty();
    let searched = if is_counted { Some(kind.side.source.count(connection, &predicate)?) } else { None };
    Ok(Found { rows, has_next, searched, source, problem: None })
}

/// Whether so many are listed that the page is met soon on the way through all names.
fn are_many(connection: &mut AnyConnection, segment: Id, asked: &Asked, wanted: i64) -> Result<bool> {
    if !asked.query.is_empty() || !matches!(asked.show, Show::Contacts | Show::Companies) {
        return Ok(false);
    }
    let (contacts, companies) = listed::count(connection, &[segment])?;
    // To ask of a row that is passed whether it is listed costs more than to read that off it.
    Ok(is_walked(if asked.show == Show::Companies { companies } else { contacts }, wanted.saturating_mul(2)))
}

/// Those whom the page shows, on whichever of its pages; or why that cannot be said, as a sentence.
fn rows(
    connection: &mut AnyConnection,
    segment: Id,
    asked: &Asked,
    source: Option<&Source>,
    calendar: Calendar,
) -> Result<Result<Sql, String>> {
    let shown = match source {
        _ if !asked.show.is_drift() => asked.show.rows(segment, &Sql::none()),
        None => return Ok(Err("This list was not saved from another segment.".into())),
        Some(source) => match source.members(connection, calendar)? {
            Ok(members) => asked.show.rows(segment, members.predicate()),
            Err(sentence) => return Ok(Err(sentence)),
        },
    };
    if asked.query.is_empty() {
        return Ok(Ok(shown));
    }
    Ok(Ok(Sql::and([shown, searched(connection, asked.show.kind().search, &asked.query)?.rows])))
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
    let nothing = if posted.get(NOTES).is_some() { NOTHING_NOTED } else { NOTHING };
    let (actor, now) = (staff.actor.clone(), Clock::clone(&clock));
    let is_big = posted.has("_all") || posted.has(BAR_REMOVED);
    let work = move |connection: &mut AnyConnection| perform(connection, &actor, &now, id, &asked, &posted);
    let done = if is_big { db.write_long(work).await } else { db.write(work).await };
    match done {
        Ok(done) if done.batch.is_none() && done.notes.is_empty() => staff.message(Level::Warning, nothing)?,
        Ok(done) => tell(&staff, &done)?,
        Err(AppError::Conflict(sentence) | AppError::BadRequest(sentence)) => staff.message(Level::Error, sentence)?,
        Err(error) => return Err(error),
    }
    Ok(see_other(&back))
}

fn perform(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, id: Id, asked: &Asked, posted: &Posted) -> Result<Curated> {
    let show = asked.show;
    let actor = as_they_are(connection, actor)?;
    model::lock(connection, id)?;
    let (noted, refused) = notes::task(connection, show.kind().side, id, posted)?;
    let pressed = if let Some(batch) = posted.get(BAR_REMOVED).and_then(Id::parse) {
        Some(Task::Bar(still_in(id, batch)))
    } else if posted.get("_all").is_some() {
        let source = find_source(connection, &actor, id)?;
        let rows = rows(connection, id, asked, source.as_ref(), clock.into())?.map_err(AppError::Conflict)?;
        Some(if show == Show::Joined { Task::Add(show.kind().side, rows) } else { Task::Remove(show.kind().side, rows) })
    } else {
        task(show, posted)
    };
    let how = if show.is_drift() { How::Saved } else { How::Picker };
    let task = match (noted, pressed) {
        (Some(one), None) | (None, Some(one)) => one,
        (noted, pressed) => Task::Together(noted.into_iter().chain(pressed).collect()),
    };
    let done = curate(connection, &actor, clock, id, how, &task)?;
    Ok(Curated { notes: refused.into_iter().chain(done.notes).collect(), ..done })
}

/// What the pressed button asks for besides the notes; of nobody, where nothing was ticked.
fn task(show: Show, posted: &Posted) -> Option<Task> {
    let side = show.kind().side;
    if let Some(noted) = posted.get("_note").and_then(Id::parse) {
        return Some(Task::Note(side, noted, posted.get("note").unwrap_or_default().to_owned()));
    }
    let ticked = posted.pairs.iter().filter(|(name, _)| name == "ticked").filter_map(|(_, id)| Id::parse(id)).collect::<Vec<_>>();
    match ["_bar", "_unbar", "_add", "_remove"].map(|button| posted.get(button).is_some()) {
        [true, ..] => Some(Task::Bar(listed::CONTACTS.among(&ticked))),
        [_, true, ..] => Some(Task::Unbar(listed::CONTACTS.among(&ticked))),
        [.., true, _] => Some(Task::Add(side, side.among(&ticked))),
        [.., true] => Some(Task::Remove(side, side.among(&ticked))),
        _ => None,
    }
}
