//! The page that combines segments: how many each way comes to, and a form that saves one.
//!
//! Handlers, listed in `routes`; the list's action "Combine" leads here. The deed is `combining`'s.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::admin::SegmentAdmin;
use super::combining::{Combination, Combined, SOME, Wanted};
use super::draft::FieldError;
use super::model::Segment;
use crate::accounts::session::Level;
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::display::number;
use crate::admin::form::NEW_ID;
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::model_admin::{Model, ModelAdmin};
use crate::admin::query_string::{QueryString, back_to, preserved};
use crate::clock::Clock;
use crate::criteria::Problem;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

const MODEL: Model = SegmentAdmin::MODEL;
const NAME_TAKEN: &str = "Customer Segment with this Name already exists.";

/// Where these segments are combined; more than can be are told so there.
pub fn address(ids: &[Id]) -> String {
    let ids = &ids[..ids.len().min(SOME.end() + 1)];
    let query = QueryString::default().with("of", ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
    format!("{}combine/{}", MODEL.list_url(), query.link())
}

/// One way as it is shown.
#[derive(Debug)]
struct Way {
    value: usize,
    label: String,
    /// "412 members", or what is wrong.
    found: Result<String, String>,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "segments/combine.html")]
struct CombinePage {
    frame: Frame,
    segments: Vec<Segment>,
    ways: Vec<Way>,
    wanted: Wanted,
    /// Why it cannot be saved as rules; blank where it can.
    no_rules: String,
    errors: Vec<FieldError>,
    made: Id,
    here: String,
    back: String,
}

impl CombinePage {
    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn url(&self, segment: &Segment) -> String {
        MODEL.change_url(segment.id)
    }

    /// What is wrong with the name; with the way: all else.
    fn errors_of(&self, field: &str) -> Vec<&str> {
        let is_of_name = |error: &FieldError| error.field == "name";
        self.errors.iter().filter(|error| is_of_name(error) == (field == "name")).map(|error| error.message.as_str()).collect()
    }
}

fn ids(request: &HttpRequest) -> Vec<Id> {
    QueryString::parse(request.query_string()).get("of").unwrap_or_default().split(',').filter_map(Id::parse).collect()
}

/// `GET /admin/crm_app/customersegment/combine/?of=…`
pub async fn show(request: HttpRequest, staff: Staff, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let wanted = Wanted { combination: Combination::All, name: String::new(), is_list: false };
    draw(&request, &staff, &db, &clock, (wanted, Vec::new(), Id::new())).await
}

/// The page with what was typed and what is wrong with it.
async fn draw(
    request: &HttpRequest,
    staff: &Staff,
    db: &Db,
    clock: &Clock,
    (wanted, errors, made): (Wanted, Vec<FieldError>, Id),
) -> Result<HttpResponse> {
    let back = back_to(MODEL.list_url(), &preserved(request.query_string()));
    let (actor, now, ids) = (staff.actor.clone(), clock.clone(), ids(request));
    let counted = db.read_heavy(Lane::Question, move |connection| count(connection, &actor, &now, &ids)).await;
    let Counted { segments, mut ways, no_rules } = match counted {
        Err(AppError::Conflict(sentence)) => {
            staff.message(Level::Error, sentence)?;
            return Ok(see_other(&back));
        }
        counted => counted?,
    };
    for way in &mut ways {
        way.is_chosen = place(wanted.combination) == way.value;
    }
    let wanted = Wanted { is_list: wanted.is_list || !no_rules.is_empty(), ..wanted };
    let frame = Frame::new(request, staff, "Combine Customer Segments").await?.crumb(MODEL.app_name(), MODEL.app_url());
    let frame = frame.crumb(MODEL.verbose_name_plural, &*back).here("Combine");
    let here = format!("{}?{}", request.path(), request.query_string());
    let frame = Frame { has_errors: !errors.is_empty(), ..frame };
    page(&CombinePage { frame, segments, ways, wanted, no_rules, errors, made, here, back })
}

/// What there is to choose from.
struct Counted {
    segments: Vec<Segment>,
    ways: Vec<Way>,
    no_rules: String,
}

fn in_words(problems: Vec<Problem>) -> String {
    problems.into_iter().map(|problem| problem.detail).collect::<Vec<_>>().join(" ")
}

fn count(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, ids: &[Id]) -> Result<Counted> {
    let combined = Combined::find(connection, actor, ids)?;
    let mut ways = Vec::new();
    for way in combined.ways() {
        let found = combined.count(connection, actor, clock, way)?;
        let found = found.map(|count| format!("{} {}", number(count), if count == 1 { "member" } else { "members" }));
        let found = found.map_err(in_words);
        ways.push(Way { value: place(way), label: combined.label(way), found, is_chosen: false });
    }
    // What is wrong with a segment is told at each way; a list is offered where all can be counted.
    let mut no_rules = combined.broken_rules(connection, actor, clock)?;
    no_rules.dedup_by(|one, other| one.detail == other.detail);
    Ok(Counted { segments: combined.segments, ways, no_rules: in_words(no_rules) })
}

/// A way, as the form sends it.
fn place(way: Combination) -> usize {
    match way {
        Combination::All => 0,
        Combination::Any => 1,
        Combination::Only(place) => place + 2,
    }
}

fn way(place: usize) -> Combination {
    match place {
        0 => Combination::All,
        1 => Combination::Any,
        other => Combination::Only(other - 2),
    }
}

/// `POST /admin/crm_app/customersegment/combine/?of=…`: leads to the new segment.
pub async fn make(request: HttpRequest, staff: Staff, posted: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let chosen = posted.get("way").and_then(|way| way.parse().ok()).unwrap_or(usize::MAX);
    let wanted = Wanted {
        combination: way(chosen),
        name: posted.get("name").unwrap_or_default().to_owned(),
        is_list: posted.get("as").is_some_and(|kind| kind == "list"),
    };
    let made = posted.get(NEW_ID).and_then(Id::parse).unwrap_or_default();
    let (actor, now, of, asked) = (staff.actor.clone(), Clock::clone(&clock), ids(&request), wanted.clone());
    let save = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &actor)?;
        Combined::find(connection, &actor, &of)?.save(connection, &actor, &now, made, &asked)
    };
    // A list may have very many rows.
    let saved = if wanted.is_list { db.write_long(save).await } else { db.write(save).await };
    let errors = match saved {
        Ok(Ok(segment)) => return tell(&staff, &segment),
        Ok(Err(errors)) => errors,
        Err(AppError::NotUnique(_)) => vec![FieldError::new("name", "unique", NAME_TAKEN)],
        Err(AppError::Conflict(sentence)) => vec![FieldError::new("way", "invalid", sentence)],
        Err(error) => return Err(error),
    };
    draw(&request, &staff, &db, &clock, (wanted, errors, made)).await
}

fn tell(staff: &Staff, segment: &Segment) -> Result<HttpResponse> {
    let members = if segment.member_count == 1 { "member" } else { "members" };
    let text = format!("This is the combination: “{}”. It has {} {members}.", segment.name, number(segment.member_count.into()));
    staff.message(Level::Success, text)?;
    Ok(see_other(&MODEL.change_url(segment.id)))
}
