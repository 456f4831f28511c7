//! `GET /api/v1/segments/`: the segments that whoever asks sees.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::read::whole;
use crate::accounts::{Actor, Caller};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::search::searched;
use crate::api::Params;
use crate::api::openapi::{Operation, operation, schema};
use crate::api::params::Page;
use crate::api::problem::{Checked, Fault, Problem};
use crate::clock::Clock;
use crate::config::Config;
use crate::criteria::Calendar;
use crate::db::connection::Lane;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::query::{Column, Selection, Sql, Value};
use crate::segments::admin::SegmentAdmin;
use crate::segments::json::{self, SegmentObject};
use crate::segments::model::{self, SOURCE, SegmentType, Status};
use crate::segments::{columns, owner};

/// The most segments of a page that are shown with their first members.
const PREVIEWED: usize = 20;

/// By what a list can be ordered.
const ORDERINGS: [(&str, &Column); 4] = [
    ("created_at", &columns::CREATED_AT),
    ("name", &columns::NAME),
    ("member_count", &columns::MEMBER_COUNT),
    ("last_used_at", &columns::LAST_USED_AT),
];

/// What is asked for.
struct Asked {
    page: Page,
    filters: Vec<Sql>,
    owner: Option<Id>,
    search: Option<String>,
    order: Sql,
    has_preview: bool,
}

/// The answer: how many there are, and those of the page.
struct Found {
    count: i64,
    segments: Vec<SegmentObject>,
}

impl Asked {
    fn read(params: &Params) -> Checked<Self> {
        let page = params.page()?;
        let is = |column: &Column, value: &str| Sql::column(column) + " = " + Value::Text(value.to_owned());
        let status = params.word("status", &[Status::Active, Status::Paused, Status::Archived].map(Status::name))?;
        let kind = params.word("segment_type", &[SegmentType::Dynamic, SegmentType::Static].map(SegmentType::name))?;
        let by = [(status, &columns::STATUS), (kind, &columns::SEGMENT_TYPE)];
        let owner = params.get("created_by").map(|sent| Id::parse(sent).ok_or_else(nobody)).transpose()?;
        Ok(Self {
            page,
            filters: by.into_iter().filter_map(|(value, column)| Some(is(column, value?))).collect(),
            owner,
            // Django REST framework takes a comma for a blank.
            search: params.get("search").map(|search| search.replace(',', " ")),
            order: order(params.get("ordering").unwrap_or_default()),
            has_preview: params.flag("preview", true)?,
        })
    }

    fn find(self, connection: &mut AnyConnection, actor: &Actor, calendar: Calendar) -> Result<Checked<Found>> {
        let mut all = vec![model::visible_to(actor)];
        all.extend(self.filters);
        if let Some(owner) = self.owner {
            if !owner::exists(connection, owner)? {
                return Ok(Err(nobody()));
            }
            all.push(Sql::column(&columns::OWNER_ID) + " = " + Value::Id(owner));
        }
        if let Some(search) = &self.search {
            all.push(searched(connection, SegmentAdmin::SEARCH_FIELDS, search)?.rows);
        }
        let found = Sql::and(all);
        let count = SOURCE.count(connection, &found)?;
        if let Err(problem) = self.page.require(count) {
            return Ok(Err(problem));
        }
        let (limit, offset) = (self.page.size, self.page.offset());
        let selection = Selection { predicate: &found, order: &self.order, limit, offset, reads_rows: false };
        let rows = model::list_rows(connection, &selection)?;
        let has_preview = self.has_preview && rows.len() <= PREVIEWED;
        let show = |row| if has_preview { whole(connection, row, actor, calendar) } else { Ok(without_preview(row, actor, calendar)) };
        Ok(Ok(Found { count, segments: rows.iter().map(show).collect::<Result<_>>()? }))
    }
}

/// A segment of a long list: nobody is looked up for it.
fn without_preview(row: &model::Row, actor: &Actor, calendar: Calendar) -> SegmentObject {
    SegmentObject { member_preview: Some(Vec::new()), ..json::segment(row, actor, calendar) }
}

fn nobody() -> Problem {
    Problem::invalid(vec![Fault::parameter(
        "created_by",
        "invalid_choice",
        "Select a valid choice. That choice is not one of the available choices.",
    )])
}

/// An order that nobody knows is passed over, as it always was.
fn order(asked: &str) -> Sql {
    let (name, way) = asked.strip_prefix('-').map_or((asked, ""), |name| (name, " DESC"));
    let known = ORDERINGS.iter().find(|(known, _)| *known == name);
    let (column, way) = known.map_or((&columns::CREATED_AT, " DESC"), |(_, column)| (*column, way));
    let column_order = if column == &columns::NAME { Sql::column(column) + Word::ByteOrder } else { Sql::column(column) };
    column_order + way + " NULLS LAST, crm_app_customersegment.id"
}

/// What [`list`] does.
pub fn about() -> Operation {
    let status = schema::word([Status::Active, Status::Paused, Status::Archived].map(Status::name));
    let kind = schema::word([SegmentType::Dynamic, SegmentType::Static].map(SegmentType::name));
    operation("Lists the segments that one sees")
        .takes("status", schema::or_blank(status), "Those of this status.")
        .takes("segment_type", schema::or_blank(kind), "Those of this type.")
        .takes("created_by", schema::or_blank(schema::id()), "Those of this user.")
        .takes("search", schema::text(), "Words in name, description, tags.")
        .takes(
            "ordering",
            schema::text(),
            "`created_at`, `name`, `member_count` or `last_used_at`, backwards with `-`; others are passed over.",
        )
        .takes("preview", schema::or_blank(schema::flag()), "`false` leaves out the first members; they are on lists of at most 20 alone.")
        .answers_page::<SegmentObject>()
}

/// `GET /api/v1/segments/`
pub async fn list(request: HttpRequest, caller: Caller, db: Data<Db>, clock: Data<Clock>, config: Data<Config>) -> Result<HttpResponse> {
    let params = Params::of(&request);
    let asked = match Asked::read(&params) {
        Ok(asked) => asked,
        Err(problem) => return Ok(problem.answer()),
    };
    let (page, calendar) = (asked.page, Calendar::from(clock.get_ref()));
    let lane = if asked.has_preview { Lane::Question } else { Lane::Search };
    match db.read_heavy(lane, move |connection| asked.find(connection, &caller.actor, calendar)).await? {
        Ok(found) => params.answer(&config, page, found.count, found.segments),
        Err(problem) => Ok(problem.answer()),
    }
}
