//! `GET /api/v1/segments/{id}/history/`: what was done with a segment, the newest first.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::read::visible;
use crate::accounts::Caller;
use crate::api::Params;
use crate::api::openapi::{Operation, operation};
use crate::config::Config;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::history::{self, Event};
use crate::segments::model::MODEL;

/// Something that was done.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventObject {
    /// Its key.
    #[schema(value_type = uuid::Uuid)]
    id: Id,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Who, by the name they had.
    by: String,
    /// What: `added`, `changed`, `exported`, `counted`, `used`, …
    action: String,
    /// As a sentence.
    message: String,
    /// How many members it had before; null where that is unknown.
    count_before: Option<i32>,
    /// And after.
    count_after: Option<i32>,
}

impl From<Event> for EventObject {
    fn from(event: Event) -> Self {
        let Event { id, at, actor_name, action, message, count_before, count_after, .. } = event;
        Self { id, at: at.to_string(), by: actor_name, action, message, count_before, count_after }
    }
}

/// What [`list`] does.
pub fn about() -> Operation {
    operation("Lists what was done with it, the newest first").answers_page::<EventObject>()
}

/// `GET …/{id}/history/`
pub async fn list(request: HttpRequest, caller: Caller, id: Path<String>, db: Data<Db>, config: Data<Config>) -> Result<HttpResponse> {
    let key = visible(&db, &caller, &id).await?.id.to_string();
    let params = Params::of(&request);
    let page = match params.only(&["page", "page_size"]).and_then(|()| params.page()) {
        Ok(page) => page,
        Err(problem) => return Ok(problem.answer()),
    };
    let read = move |connection: &mut AnyConnection| {
        let count = history::count_of(connection, MODEL, &key)?;
        Ok((count, history::list_of(connection, MODEL, &key, page.offset(), page.size)?))
    };
    let (count, events) = db.read(read).await?;
    match page.require(count) {
        Ok(()) => params.answer(&config, page, count, events.into_iter().rev().map(EventObject::from).collect()),
        Err(problem) => Ok(problem.answer()),
    }
}
