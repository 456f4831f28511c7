//! What the builder's script asks: the builder after a button was pressed, with what it comes to, and values to suggest.
//!
//! Handlers, listed in `routes`. They read what the form itself would send, and save nothing.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;

use super::compose::{CRITERIA, compose, left_out};
use super::page::{Builder, Field};
use super::reading::entity_of;
use super::tried::Tried;
use super::values;
use crate::accounts::{Posted, Staff};
use crate::admin::form::FormData;
use crate::admin::html::Html;
use crate::admin::query_string::QueryString;
use crate::clock::Clock;
use crate::criteria::Calendar;
use crate::db::classify::Failure;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};
use crate::segments::preview::preview;
use crate::segments::preview_panel::{BY_RULE, PREVIEW, State};
use crate::segments::writer::{Writer, changed, find_changed};

#[derive(Template)]
#[template(path = "segments/builder_answer.html")]
struct Answer {
    builder: Html,
    preview: Html,
}

/// `POST /admin/crm_app/customersegment/builder/`: the builder and the preview of a form, as pieces of page.
pub async fn show(request: HttpRequest, staff: Staff, posted: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let data = compose(FormData::new(posted.pairs));
    let (actor, calendar, changed) = (staff.actor.clone(), Calendar::from(clock.get_ref()), changed(request.query_string()));
    let is_counted = data.has(PREVIEW);
    let read = move |connection: &mut AnyConnection| {
        let stored = find_changed(connection, &actor, changed)?;
        answer(connection, &Writer { actor: &actor, stored: stored.as_ref(), calendar }, &data)
    };
    let answer = if is_counted { db.read_heavy(Lane::Question, read).await } else { db.read(read).await }?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(Html::render(&answer)?.to_string()))
}

fn answer(connection: &mut AnyConnection, writer: &Writer<'_>, data: &FormData) -> Result<Answer> {
    let state = if data.has(PREVIEW) {
        let tried = Tried::of(data.get(CRITERIA), left_out(data));
        tried.at_their_rules(preview(connection, writer, &tried.text, data.get(PREVIEW) == BY_RULE)?.into())
    } else {
        writer.read(connection, data.get(CRITERIA))?.map_or_else(State::Broken, |_| State::Nothing)
    };
    let builder = Builder::read(connection, writer.actor, data, writer.stored.map(|stored| stored.id), true)?;
    Ok(Answer { builder: builder.html(&state, &Field::default())?, preview: builder.previewed(&state)? })
}

/// `GET /admin/crm_app/customersegment/values/`: what a text field holds, the most frequent first. Where there are too many
/// rows to count in time, nothing is suggested.
pub async fn suggest(request: HttpRequest, _staff: Staff, db: Data<Db>) -> Result<HttpResponse> {
    let query = QueryString::parse(request.query_string());
    let asked = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let field = values::find(entity_of(&asked("entity")), &asked("field"));
    let field = field.ok_or_else(|| AppError::BadRequest("There is no text field of this name.".into()))?;
    let typed: String = asked("q").chars().take(100).collect();
    let (found, is_complete) = match db.read_aside(move |connection| values::list(connection, field, &typed)).await {
        Ok(found) => (found, true),
        Err(AppError::Database(Failure::Timeout)) => (Vec::new(), false),
        Err(error) => return Err(error),
    };
    let results: Vec<_> = found.into_iter().map(|(value, count)| json!({"value": value, "count": count})).collect();
    Ok(HttpResponse::Ok().json(json!({"results": results, "complete": is_complete})))
}
