//! `GET /api/v1/contacts/`, `/companies/`, `/contracts/`, and one of each.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::filters;
use super::resources::Resource;
use crate::accounts::{Actor, Caller};
use crate::admin::search::searched;
use crate::api::openapi::{Operation, operation, schema};
use crate::api::params::Page;
use crate::api::problem::Checked;
use crate::api::{Params, answer};
use crate::config::Config;
use crate::db::connection::Lane;
use crate::db::dialect::Word;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::query::{Column, Kind, Selection, Sql};

/// What is asked for.
struct Asked {
    page: Page,
    filters: Vec<Sql>,
    search: Option<String>,
}

impl Asked {
    fn read<R: Resource>(params: &Params) -> Checked<Self> {
        Ok(Self { page: params.page()?, filters: filters::read::<R>(params)?, search: params.get("search").map(str::to_owned) })
    }

    fn find<R: Resource>(self, connection: &mut AnyConnection, actor: &Actor) -> Result<Checked<(i64, Vec<R::Object>)>> {
        let mut all = self.filters;
        if let Some(search) = &self.search {
            all.push(searched(connection, R::SEARCH, search)?.rows);
        }
        let found = Sql::and(all);
        let count = R::SOURCE.count(connection, &found)?;
        if let Err(problem) = self.page.require(count) {
            return Ok(Err(problem));
        }
        let (limit, offset) = (self.page.size, self.page.offset());
        let order = order(R::ORDER, R::SOURCE.table);
        Ok(Ok((count, R::read(connection, actor, &Selection { predicate: &found, order: &order, limit, offset, reads_rows: false })?)))
    }
}

fn order(column: &Column, table: &'static str) -> Sql {
    let by = Sql::column(column) + if column.kind == Kind::Text { Sql::from(Word::ByteOrder) } else { Sql::default() };
    by + ", " + table + ".id"
}

/// What [`list`] does.
pub fn about_list<R: Resource>() -> Operation {
    let operation = operation(R::LISTS).takes("search", schema::text(), "Words in what the lists of the pages search.");
    let fields = filters::shapes::<R>();
    fields
        .into_iter()
        .fold(operation, |operation, (name, shape)| operation.takes(name, shape, "Those that have it."))
        .answers_page::<R::Object>()
}

/// What [`show`] does.
pub fn about_show<R: Resource>() -> Operation {
    operation("Shows one").answers::<R::Object>(200, "It.")
}

/// `GET /api/v1/contacts/`, …
pub async fn list<R: Resource>(request: HttpRequest, caller: Caller, db: Data<Db>, config: Data<Config>) -> Result<HttpResponse> {
    let params = Params::of(&request);
    let asked = match Asked::read::<R>(&params) {
        Ok(asked) => asked,
        Err(problem) => return Ok(problem.answer()),
    };
    let page = asked.page;
    match db.read_heavy(Lane::Search, move |connection| asked.find::<R>(connection, &caller.actor)).await? {
        Ok((count, rows)) => params.answer(&config, page, count, rows),
        Err(problem) => Ok(problem.answer()),
    }
}

/// `GET /api/v1/contacts/{id}/`, …
pub async fn show<R: Resource>(request: HttpRequest, caller: Caller, id: Path<String>, db: Data<Db>) -> Result<HttpResponse> {
    let id = Id::parse(&id).ok_or(AppError::NotFound)?;
    if let Err(problem) = Params::of(&request).only(&[]) {
        return Ok(problem.answer());
    }
    let read = move |connection: &mut AnyConnection| {
        let (found, order) = (R::SOURCE.among(&[id]), Sql::from(R::SOURCE.table) + ".id");
        R::read(connection, &caller.actor, &Selection::first(&found, &order, 1))?.pop().ok_or(AppError::NotFound)
    };
    answer::ok(&db.read(read).await?)
}
