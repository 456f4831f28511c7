//! What the builder's script asks: the builder after a button was pressed, with what it comes to, and values to suggest.
//!
//! Handlers, listed in `routes`. They read what the form itself would send, and save nothing.

use std::pin::pin;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::compose::{CRITERIA, compose, left_out};
use super::page::{Builder, Field};
use super::reading::entity_of;
use super::tried::Tried;
use super::values;
use crate::accounts::{Actor, Posted, Staff};
use crate::admin::display::number;
use crate::admin::form::FormData;
use crate::admin::html::Html;
use crate::admin::query_string::QueryString;
use crate::clock::Clock;
use crate::criteria::Calendar;
use crate::db::classify::Failure;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::segments::preview::{MANY, has_more_than, preview};
use crate::segments::preview_panel::{BY_RULE, PREVIEW, State};
use crate::segments::writer::{Writer, changed, find_changed};

#[derive(Template)]
#[template(path = "segments/builder_answer.html")]
struct Answer {
    builder: Html,
    preview: Html,
}

/// Asks for the exact answer, however long it takes.
const EXACT: &str = "_exact";
/// How long somebody who types waits for an answer before they are told what is known so far.
const AT_ONCE: Duration = Duration::from_millis(170);
/// How long of that the count alone is waited for.
const PATIENCE: Duration = Duration::from_millis(80);

/// `POST /admin/crm_app/customersegment/builder/`: the builder and the preview of a form, as pieces of page. Where members are
/// not counted at once, the answer says how many there are at least, and the script asks for the exact one.
pub async fn show(request: HttpRequest, staff: Staff, posted: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let data = compose(FormData::new(posted.pairs));
    let (actor, calendar, changed) = (staff.actor.clone(), Calendar::from(clock.get_ref()), changed(request.query_string()));
    let (is_counted, is_exact) = (data.has(PREVIEW), data.has(EXACT));
    let asked = Asked { actor, calendar, changed, data };
    let answer = match (is_counted, is_exact) {
        (false, _) => db.read(move |connection| asked.answer(connection)).await?,
        (true, true) => db.read_heavy(Lane::Question, move |connection| asked.answer(connection)).await?,
        (true, false) => at_once(&db, asked).await?,
    };
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(Html::render(&answer)?.to_string()))
}

/// What a script asks.
#[derive(Clone)]
struct Asked {
    actor: Actor,
    calendar: Calendar,
    changed: Option<Id>,
    data: FormData,
}

/// The answer if there is one at once, otherwise what is known by then: whether there are many is looked for once the count
/// takes long. The count holds its place until it is really done, whoever has stopped waiting.
async fn at_once(db: &Db, asked: Asked) -> Result<Answer> {
    let (turn, counted, looked) = (db.turn(Lane::Question).await?, asked.clone(), asked.clone());
    let mut exact = pin!(db.read_within(AT_ONCE, move |connection| {
        let _turn = turn;
        counted.answer(connection)
    }));
    if let Ok(answer) = timeout(PATIENCE, &mut exact).await {
        return answer;
    }
    let rest = AT_ONCE.saturating_sub(PATIENCE);
    let mut many = pin!(db.read_within(rest, move |connection| looked.has_many(connection)));
    let (mut end, mut has_many, mut is_looking) = (pin!(sleep(rest)), false, true);
    loop {
        tokio::select! {
            answer = &mut exact => match answer {
                Err(AppError::Database(Failure::Timeout)) => break,
                answer => return answer,
            },
            found = &mut many, if is_looking => (has_many, is_looking) = (matches!(found, Ok(true)), false),
            () = &mut end => break,
        }
    }
    let state = State::Counting(has_many.then(|| number(MANY)));
    db.read(move |connection| asked.around(connection, &state)).await
}

impl Asked {
    /// The whole answer.
    fn answer(&self, connection: &mut AnyConnection) -> Result<Answer> {
        let stored = find_changed(connection, &self.actor, self.changed)?;
        let writer = Writer { actor: &self.actor, stored: stored.as_ref(), calendar: self.calendar };
        if !self.data.has(PREVIEW) {
            let state = writer.read(connection, self.data.get(CRITERIA))?.map_or_else(State::Broken, |_| State::Nothing);
            return self.around(connection, &state);
        }
        let tried = self.tried();
        let state = preview(connection, &writer, &tried.text, self.data.get(PREVIEW) == BY_RULE)?;
        self.around(connection, &tried.at_their_rules(state.into()))
    }

    /// Whether more members are found than are waited for.
    fn has_many(&self, connection: &mut AnyConnection) -> Result<bool> {
        let stored = find_changed(connection, &self.actor, self.changed)?;
        let writer = Writer { actor: &self.actor, stored: stored.as_ref(), calendar: self.calendar };
        has_more_than(connection, &writer, &self.tried().text, MANY)
    }

    fn tried(&self) -> Tried {
        Tried::of(self.data.get(CRITERIA), left_out(&self.data))
    }

    /// The builder and the preview that say this.
    fn around(&self, connection: &mut AnyConnection, state: &State) -> Result<Answer> {
        let builder = Builder::read(connection, &self.actor, &self.data, self.changed, true)?;
        Ok(Answer { builder: builder.html(state, &Field::default())?, preview: builder.previewed(state)? })
    }
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
