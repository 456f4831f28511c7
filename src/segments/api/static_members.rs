//! `GET /api/v1/segments/{id}/static_members/`: whom a list names.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::read::{version_of, visible};
use crate::accounts::{Actor, Caller};
use crate::api::Params;
use crate::api::openapi::{Operation, operation, schema};
use crate::api::params::Page;
use crate::api::precondition::tagged;
use crate::api::problem::Checked;
use crate::config::Config;
use crate::db::connection::Lane;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::query::{Selection, Sql};
use crate::segments::listed::{How, list_origins};
use crate::segments::model::{self, Segment};
use crate::segments::picker::{COMPANIES, CONTACTS, Kind};

/// Somebody on a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed {
    /// `contact` or `company`.
    kind: &'static str,
    /// The key.
    #[schema(value_type = uuid::Uuid)]
    id: Id,
    /// The name.
    name: String,
    /// Why a contact is no member all the same; null where it is one.
    not_member: Option<&'static str>,
    /// Who listed it, by the name they had; blank where nobody knows.
    added_by: String,
    /// When; null where nobody knows.
    #[schema(format = DateTime)]
    added_at: Option<String>,
    /// By which way: `picker`, `paste`, `csv`, `api`, `saved`; blank where nobody knows.
    how: &'static str,
    /// The private note beside it; blank for whoever may not change the list.
    note: String,
}

/// What [`list`] does.
pub fn about() -> Operation {
    operation("Lists whom a list names")
        .takes("kind", schema::or_blank(schema::word(["contacts", "companies"])), "`contacts` without.")
        .answers_page::<Listed>()
}

/// `GET …/{id}/static_members/?kind=contacts`
pub async fn list(request: HttpRequest, caller: Caller, id: Path<String>, db: Data<Db>, config: Data<Config>) -> Result<HttpResponse> {
    let id = visible(&db, &caller, &id).await?.id;
    let params = Params::of(&request);
    let asked = params.only(&["kind", "page", "page_size"]).and_then(|()| Ok((kind(&params)?, params.page()?)));
    let (kind, page) = match asked {
        Ok(asked) => asked,
        Err(problem) => return Ok(problem.answer()),
    };
    let find = move |connection: &mut AnyConnection| {
        let row = model::find_row(connection, &caller.actor, id)?;
        Ok((version_of(&row), of_page(connection, &caller.actor, &row.segment, kind, page)?))
    };
    match db.read_heavy(Lane::Search, find).await? {
        (version, Ok((count, listed))) => tagged(params.answer(&config, page, count, listed)?, &version),
        (_, Err(problem)) => Ok(problem.answer()),
    }
}

fn kind(params: &Params) -> Checked<&'static Kind> {
    Ok(if params.word("kind", &["contacts", "companies"])? == Some("companies") { &COMPANIES } else { &CONTACTS })
}

fn of_page(
    connection: &mut AnyConnection,
    actor: &Actor,
    segment: &Segment,
    kind: &Kind,
    page: Page,
) -> Result<Checked<(i64, Vec<Listed>)>> {
    let listed = kind.side.is_listed(segment.id, &Sql::all());
    let count = kind.side.source.count(connection, &listed)?;
    if let Err(problem) = page.require(count) {
        return Ok(Err(problem));
    }
    let order = (Sql::column(kind.name) + Word::ByteOrder + ", " + kind.side.source_key()).unindexed();
    let selection = Selection { predicate: &listed, order: &order, limit: page.size, offset: page.offset(), reads_rows: false };
    let rows = (kind.list)(connection, &selection)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let origins = list_origins(connection, kind.side, segment.id, &ids, segment.is_changeable_by(actor))?;
    let shown = rows.into_iter().map(|row| {
        let origin = origins.get(&row.id);
        Listed {
            kind: kind.side.one,
            id: row.id,
            name: row.who,
            not_member: row.not_member,
            added_by: origin.map(|origin| origin.added_by.clone()).unwrap_or_default(),
            added_at: origin.and_then(|origin| origin.added_at).map(|time| time.to_string()),
            how: origin.and_then(|origin| origin.how).map_or("", How::name),
            note: origin.map(|origin| origin.note.clone()).unwrap_or_default(),
        }
    });
    Ok(Ok((count, shown.collect())))
}
