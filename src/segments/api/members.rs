//! `GET /api/v1/segments/{id}/members/`: who is in, a page at a time.
//!
//! By numbers, as old clients ask, or by a cursor: the key of the last one that was given, behind which the next page begins. Nobody is
//! given twice by that, and nobody left out who is a member all the time, whoever joins and leaves meanwhile.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::read::key;
use crate::accounts::{Actor, Caller};
use crate::admin::search::searched;
use crate::api::openapi::{Operation, operation, schema};
use crate::api::problem::{Checked, Fault, Problem};
use crate::api::{Params, answer};
use crate::clock::Clock;
use crate::criteria::Calendar;
use crate::criteria::catalogue::{company as company_field, contact as field};
use crate::customers::contact::{self, Row};
use crate::customers::json::{ContactObject, contacts};
use crate::db::connection::Lane;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::query::{Column, Selection, Sql};
use crate::segments::Members;
use crate::segments::model::{self, Segment};
use crate::segments::picker::CONTACTS;

/// Members of a page where nobody says how many.
const LIMIT: i64 = 100;
/// The most of them.
const MOST: i64 = 1_000;

/// By what members can be ordered.
const ORDERINGS: [(&str, &Column); 4] =
    [("name", &field::NAME), ("email", &field::EMAIL), ("title", &field::TITLE), ("company_name", &company_field::NAME)];

/// A page of members.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Members)]
struct Answer {
    /// How many there are in all.
    count: i64,
    /// Those of the page.
    results: Vec<ContactObject>,
    /// Of which segment.
    segment_name: String,
    /// `dynamic` or `static`.
    segment_type: String,
    /// The cursor of the next page, where one was asked for by cursor; null at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    next: Option<Value>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// After so many.
    Offset(i64),
    /// Behind this one; `None`: at the first.
    Cursor(Option<Id>),
}

/// What is asked for.
struct Asked {
    limit: i64,
    place: Place,
    search: Option<String>,
    order: Option<Sql>,
}

impl Asked {
    fn read(params: &Params) -> Checked<Self> {
        let limit = params.number("limit", LIMIT, 0..=MOST)?;
        let offset = params.number("offset", 0, 0..=i64::MAX)?;
        let place =
            if params.has("cursor") { Place::Cursor(params.get("cursor").map(read_cursor).transpose()?) } else { Place::Offset(offset) };
        let order = params.get("ordering").and_then(order);
        if order.is_some() && params.has("cursor") {
            let sentence = "Pages by cursor have an order of their own: leave “ordering” or “cursor” out.";
            return Err(Problem::invalid(vec![Fault::parameter("ordering", "invalid", sentence)]));
        }
        Ok(Self { limit, place, search: params.get("search").map(str::to_owned), order })
    }

    fn find(&self, connection: &mut AnyConnection, actor: &Actor, segment: &Segment, calendar: Calendar) -> Result<Answer> {
        let Ok(mut members) = Members::of_segment(connection, segment, calendar)? else { return Ok(self.answer(segment, 0, Vec::new())) };
        if let Some(search) = &self.search {
            members = members.among(&searched(connection, CONTACTS.search, search)?.rows);
        }
        let count = members.count(connection)?;
        let rows = self.page(connection, &members, count)?;
        let results = contacts(connection, actor, &rows)?;
        Ok(self.answer(segment, count, results))
    }

    fn page(&self, connection: &mut AnyConnection, members: &Members, count: i64) -> Result<Vec<Row>> {
        match (self.place, &self.order) {
            (Place::Cursor(after), _) => members.behind(connection, after, self.limit),
            (Place::Offset(offset), None) => members.page(connection, count, self.limit, offset),
            (Place::Offset(offset), Some(order)) => {
                let selection = Selection { predicate: members.predicate(), order, limit: self.limit, offset, reads_rows: false };
                contact::list(connection, &selection)
            }
        }
    }

    fn answer(&self, segment: &Segment, count: i64, results: Vec<ContactObject>) -> Answer {
        let is_full = i64::try_from(results.len()).is_ok_and(|found| found == self.limit);
        let next = match self.place {
            Place::Offset(_) => None,
            // Who asks for nobody is still where they were.
            Place::Cursor(after) if self.limit == 0 => Some(after.map(cursor).unwrap_or_default().into()),
            Place::Cursor(_) => Some(results.last().filter(|_| is_full).map_or(Value::Null, |last| cursor(last.id).into())),
        };
        Answer { count, next, results, segment_name: segment.name.clone(), segment_type: segment.kind().name().to_owned() }
    }
}

fn cursor(last: Id) -> String {
    URL_SAFE_NO_PAD.encode(last.0.as_bytes())
}

fn read_cursor(sent: &str) -> Checked<Id> {
    let bytes = URL_SAFE_NO_PAD.decode(sent).ok().and_then(|bytes| bytes.try_into().ok());
    let wrong = || Problem::invalid(vec![Fault::parameter("cursor", "invalid", "Invalid cursor.")]);
    bytes.map(|bytes| Id(uuid::Uuid::from_bytes(bytes))).ok_or_else(wrong)
}

/// An order that nobody knows is passed over.
fn order(asked: &str) -> Option<Sql> {
    let (name, way) = asked.strip_prefix('-').map_or((asked, ""), |name| (name, " DESC"));
    let (_, column) = ORDERINGS.iter().find(|(known, _)| *known == name)?;
    Some(Sql::column(column) + Word::ByteOrder + way + ", crm_app_contact.id")
}

/// What [`list`] does.
pub fn about() -> Operation {
    operation("Lists its members")
        .about("By number, or page after page by cursor: each member once, whoever joins and leaves meanwhile.")
        .takes("limit", schema::whole(0..=MOST), "How many: 100 without.")
        .takes("offset", schema::whole(0..=i64::MAX), "After how many.")
        .takes("cursor", schema::text(), "Blank at first, then what `next` says, until that is null.")
        .takes("search", schema::text(), "Words in what the picker searches.")
        .takes(
            "ordering",
            schema::text(),
            "`name`, `email`, `title` or `company_name`, backwards with `-`; others are passed over. Not with `cursor`.",
        )
        .answers::<Answer>(200, "Members.")
}

/// `GET …/{id}/members/`
pub async fn list(request: HttpRequest, caller: Caller, id: Path<String>, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let (id, calendar) = (key(&id)?, Calendar::from(clock.get_ref()));
    let asked = Asked::read(&Params::of(&request));
    let find = move |connection: &mut AnyConnection| {
        // Of a segment that they do not see nobody is told more than that.
        let segment = model::find(connection, &caller.actor, id)?;
        match asked {
            Ok(asked) => asked.find(connection, &caller.actor, &segment, calendar).map(Ok),
            Err(problem) => Ok(Err(problem)),
        }
    };
    match db.read_heavy(Lane::Question, find).await? {
        Ok(found) => answer::ok(&found),
        Err(problem) => Ok(problem.answer()),
    }
}
