//! In which segments a contact is, and why: the page of a contact that asks every segment one sees, or those of a name.
//!
//! A handler, listed in `routes`, which hands it the screen of contacts. Each segment is asked about the one contact, which costs the same however many there are of
//! them; where time runs out, the page says how far it came.

use std::time::{Duration, Instant};

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::admin::SegmentAdmin;
use super::model::{self, Segment};
use super::why::Membership;
use crate::accounts::{Actor, Staff};
use crate::admin::frame::{Frame, page};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::query_string::{QueryString, preserved};
use crate::clock::Clock;
use crate::criteria::Calendar;
use crate::customers::contact::Row;
use crate::db::classify::Failure;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::query::text;

/// How long all segments may take.
const BUDGET: Duration = Duration::from_secs(2);

/// What was found.
#[derive(Debug, Default)]
struct Found {
    /// Those that have the contact, then the others; each by name.
    segments: Vec<Standing>,
    /// How many were not asked, for want of time.
    unasked: usize,
}

/// How a contact stands with a segment.
#[derive(Debug)]
struct Standing {
    name: String,
    url: String,
    status: String,
    is_member: bool,
    sentence: String,
}

#[derive(Template)]
#[template(path = "segments/why_contact.html")]
struct ContactPage {
    frame: Frame,
    name: String,
    url: String,
    query: String,
    found: Found,
}

impl ContactPage {
    fn count(&self) -> usize {
        self.found.segments.iter().filter(|segment| segment.is_member).count()
    }
}

/// `GET /admin/crm_app/contact/<uuid>/segments/?q=…`
pub async fn show<A: ModelAdmin<Row = Row>>(
    request: HttpRequest,
    staff: Staff,
    contact: Object<A>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let (id, name) = (contact.0.contact.id, contact.0.contact.name);
    let query = QueryString::parse(request.query_string()).get("q").unwrap_or_default().trim().to_owned();
    let (actor, calendar, typed) = (staff.actor.clone(), Calendar::from(clock.get_ref()), query.clone());
    let found = db.read_heavy(Lane::Question, move |connection| find(connection, &actor, calendar, &typed, id)).await?;
    let filters = preserved(request.query_string());
    let frame = Frame::of_object(&request, &staff, (A::MODEL, id, &name), "Segments", &filters).await?.here("Segments");
    page(&ContactPage { frame, name, url: A::MODEL.object_url(id, "segments"), query, found })
}

fn find(connection: &mut AnyConnection, actor: &Actor, calendar: Calendar, typed: &str, contact: Id) -> Result<Found> {
    let wanted = text::key(typed);
    let rows: Vec<_> =
        model::list_all(connection, actor)?.into_iter().filter(|row| !row.segment.is_archived() || !typed.is_empty()).collect();
    let mut rows = rows.into_iter().filter(|row| text::key(&row.segment.name).contains(&wanted));
    let (begun, mut found) = (Instant::now(), Found::default());
    for row in rows.by_ref() {
        let segment = row.segment;
        let (is_member, sentence) = match standing(connection, &segment, actor, calendar, contact) {
            // It is told with those that there was no time for.
            Err(AppError::Database(Failure::Timeout)) => {
                found.unasked = 1;
                break;
            }
            standing => standing?,
        };
        let query = QueryString::default().with("contact", contact.to_string()).link();
        let url = format!("{}{query}", SegmentAdmin::MODEL.object_url(segment.id, "explain"));
        found.segments.push(Standing { name: segment.name, url, status: segment.status, is_member, sentence });
        if begun.elapsed() > BUDGET {
            break;
        }
    }
    found.unasked += rows.count();
    found.segments.sort_by_key(|segment| !segment.is_member);
    Ok(found)
}

/// Whether the contact is in, and why or why not.
fn standing(connection: &mut AnyConnection, segment: &Segment, actor: &Actor, calendar: Calendar, contact: Id) -> Result<(bool, String)> {
    let Ok(membership) = Membership::of(connection, segment, actor, calendar)? else {
        return Ok((false, "It needs attention: its rules cannot be understood, so nobody is in it.".to_owned()));
    };
    let why = membership.explain(connection, &[contact])?.pop();
    Ok(why.map(|why| (why.is_member(), why.sentence())).unwrap_or_default())
}
