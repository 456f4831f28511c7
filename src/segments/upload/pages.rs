//! The pages of an upload: the file is chosen, what came of it is looked at, then it is applied.
//!
//! Handlers, listed in `routes`; what is done on the second is in `acting`. A paste comes to the second of them from its own box. Everything is a plain form; while
//! something long goes on, the page asks for itself again every two seconds.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::applying::{Choice, Mode};
use super::columns::Field;
use super::deeds::Desk;
use super::entry::Outcome;
use super::store::{self, State, Upload};
use super::view::{Asked, View};
use crate::accounts::Staff;
use crate::accounts::actor::Permission;
use crate::accounts::session::Level;
use crate::admin::display::{counted, number};
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::model_admin::{Model, ModelAdmin};
use crate::admin::object::Object;
use crate::admin::query_string::{QueryString, carrying, preserved};
use crate::admin::receive::receive;
use crate::clock::Clock;
use crate::config::Config;
use crate::customers::import::ENCODINGS;
use crate::db::connection::Lane;
use crate::db::{Db, Id, Time};
use crate::error::Result;
use crate::segments::admin::SegmentAdmin;
use crate::segments::curating::require_list;
use crate::segments::model::{Row, Segment};

const MODEL: Model = SegmentAdmin::MODEL;

/// The segment whose list is to be changed.
///
/// # Errors
/// `Forbidden` with the sentence why one may not, `Conflict` where its list cannot be changed.
pub fn list_of(staff: &Staff, row: Row) -> Result<Segment> {
    (SegmentAdmin::MAY)(&staff.actor, Permission::Change, Some(&row))?;
    require_list(&row.segment)?;
    Ok(row.segment)
}

/// Whoever asks for a page, at the list of this segment.
pub fn desk<'a>(request: &HttpRequest, staff: &'a Staff, segment: &'a Segment, db: &'a Db, clock: &'a Clock) -> Desk<'a> {
    Desk { staff, segment, db, clock, filters: preserved(request.query_string()) }
}

/// The frame of a page of this segment.
pub async fn framed(request: &HttpRequest, staff: &Staff, segment: &Segment, here: &str) -> Result<Frame> {
    let filters = preserved(request.query_string());
    Ok(Frame::of_object(request, staff, (MODEL, segment.id, &segment.name), here, &filters).await?.here(here))
}

#[derive(Template)]
#[template(path = "segments/upload.html")]
struct UploadPage {
    frame: Frame,
    segment: Segment,
    error: Option<String>,
    encodings: [(&'static str, &'static str); 3],
    megabytes: u64,
    /// What was uploaded last: its name, its page, how far it is.
    recent: Vec<(String, String, String)>,
    filters: String,
}

impl UploadPage {
    fn url(&self, page: &str) -> String {
        carrying(MODEL.object_url(self.segment.id, page), &self.filters)
    }
}

async fn ask(request: &HttpRequest, desk: &Desk<'_>, config: &Config, error: Option<String>) -> Result<HttpResponse> {
    let (id, user, now) = (desk.segment.id, desk.staff.actor.id, Time(desk.clock.now()));
    let recent = desk.db.read(move |connection| store::list_of(connection, id, user, now)).await?;
    let recent: Vec<Upload> = recent.into_iter().filter(|upload| !upload.name.is_empty()).collect();
    let frame = framed(request, desk.staff, desk.segment, "Import CSV").await?;
    page(&UploadPage {
        frame: Frame { has_errors: error.is_some(), ..frame },
        segment: desk.segment.clone(),
        error,
        encodings: ENCODINGS,
        megabytes: config.upload_limit / 1_000_000,
        recent: recent.into_iter().map(|upload| (upload.name.clone(), desk.address(upload.id), in_words(&upload, now))).collect(),
        filters: desk.filters.clone(),
    })
}

/// How far an upload is.
fn in_words(upload: &Upload, now: Time) -> String {
    format!("{}, {}", counted(upload.row_count, "row", "rows"), upload.state(now).label())
}

/// `GET …/<uuid>/upload/`
pub async fn show(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
) -> Result<HttpResponse> {
    let segment = list_of(&staff, segment.0)?;
    ask(&request, &desk(&request, &staff, &segment, &db, &clock), &config, None).await
}

/// `POST …/<uuid>/upload/`: begins to read a file.
pub async fn upload(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    payload: Payload,
    (db, clock, config): (Data<Db>, Data<Clock>, Data<Config>),
) -> Result<HttpResponse, actix_web::Error> {
    let received = receive(&request, &mut payload.into_inner(), &config).await?;
    let segment = list_of(&staff, segment.0)?;
    let desk = desk(&request, &staff, &segment, &db, &clock);
    let Some((name, file)) = received.file else {
        return Ok(ask(&request, &desk, &config, Some("Choose a file.".into())).await?);
    };
    let encoding = received.posted.get("encoding").unwrap_or_default().to_owned();
    let id = desk.file(name, file, encoding).await?;
    Ok(see_other(&desk.address(id)))
}

#[derive(Template)]
#[template(path = "segments/uploaded.html")]
struct UploadedPage {
    frame: Frame,
    segment: Segment,
    view: View,
    filters: String,
}

impl UploadedPage {
    fn url(&self, page: &str) -> String {
        carrying(MODEL.object_url(self.segment.id, page), &self.filters)
    }

    /// The rows of an outcome as a file; of none those that are not used.
    fn file(&self, of: &str) -> String {
        let left_out: Vec<&str> = self.view.choice.left_out().iter().map(|outcome| outcome.name()).collect();
        let without = if of.is_empty() && !left_out.is_empty() { format!("&without={}", left_out.join(",")) } else { String::new() };
        format!("{}?u={}&of={of}{without}", MODEL.object_url(self.segment.id, "upload_report"), self.view.upload.id)
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn number(&self, value: impl std::borrow::Borrow<i64>) -> String {
        number(*value.borrow())
    }

    fn is(&self, state: &str) -> bool {
        self.view.state.name() == state
    }

    /// Where one comes from, and begins anew.
    fn back(&self) -> String {
        self.url(if self.view.upload.source == "csv" { "upload" } else { "paste" })
    }

    fn whole(&self) -> &'static str {
        if self.view.upload.source == "csv" { "file" } else { "paste" }
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn fields(&self) -> [Field; 8] {
        Field::ALL
    }
}

/// The upload that an address or a form names.
pub(super) async fn found(desk: &Desk<'_>, named: Option<&str>) -> Result<Option<Upload>> {
    match named.and_then(Id::parse) {
        Some(id) => desk.find(id).await,
        None => Ok(None),
    }
}

/// Back to the segment, for there is no such upload.
pub(super) fn gone(desk: &Desk<'_>, named: Option<&str>) -> Result<HttpResponse> {
    if named.is_some() {
        desk.staff.message(Level::Warning, "What you pasted or uploaded is not there any more: it is kept for a day. Begin anew.")?;
    }
    Ok(see_other(&desk.url("change")))
}

/// `GET …/<uuid>/uploaded/?u=…`: what came of it.
pub async fn look(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let segment = list_of(&staff, segment.0)?;
    let desk = desk(&request, &staff, &segment, &db, &clock);
    let query = QueryString::parse(request.query_string());
    let Some(upload) = found(&desk, query.get("u")).await? else { return gone(&desk, query.get("u")) };
    let (now, asked) = (Time(clock.now()), asked(&query));
    let view = db.read_heavy(Lane::Search, move |connection| View::read(connection, upload, now, asked)).await?;
    let frame = framed(&request, &staff, &segment, if view.upload.source == "csv" { "Import CSV" } else { "Paste" }).await?;
    let is_going_on = matches!(view.state, State::Reading | State::Applying);
    let mut answer = page(&UploadedPage { frame, segment: segment.clone(), view, filters: desk.filters.clone() })?;
    if is_going_on {
        answer.headers_mut().insert(HeaderName::from_static("refresh"), HeaderValue::from_static("2"));
    }
    Ok(answer)
}

fn asked(query: &QueryString) -> Asked {
    let of = query.get("of").and_then(Outcome::named);
    let page = query.get("p").and_then(|page| page.parse().ok()).unwrap_or(1);
    let without = query.get("without").unwrap_or_default().split(',').filter_map(Outcome::named).collect();
    let mode = query.get("mode").and_then(Mode::named).unwrap_or_default();
    Asked { of, page, choice: Choice { mode, without, has_notes: false, shown: None } }
}
