//! Requests that are sent twice: with an `Idempotency-Key` the second has the answer of the first.
//!
//! Used by `door` around handlers of POST. The key belongs to its user and to one request; for a day its answer is kept. What failed
//! for a fault of ours is not kept: it may be tried again.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::{Map, Value};

use super::params::refusal;
use crate::accounts::keys;
use crate::db::schema::segments_api_answer as row;
use crate::db::{AnyConnection, Db, Id, Time};
use crate::error::{AppError, Result};

/// The header that names a request.
pub const HEADER: &str = "idempotency-key";
/// The header of an answer that is given again.
const REPLAYED: &str = "idempotency-replayed";
/// The most characters of a key.
const LONGEST: usize = 255;
/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::days(1);
/// After so long without an answer the first request is taken to have been cut short.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);
/// Answers that are thrown away when one is kept.
const SWEPT: i64 = 100;
/// Headers that are kept with an answer.
const HEADERS: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// A request that may be sent twice.
#[derive(Debug, Clone)]
pub struct Request {
    key: String,
    /// Tells it from another one with the same key.
    hash: String,
}

/// What is known of a request.
pub enum Known {
    /// Nothing: it is to be done.
    New,
    /// It is answered already, or cannot be answered now.
    Answered(HttpResponse),
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = row)]
struct Row {
    request_hash: String,
    status: Option<i32>,
    headers: String,
    body: String,
}

impl Request {
    /// The request of a user with this body, where it names a key.
    ///
    /// # Errors
    /// `BadRequest` for a key that is none.
    pub fn of(request: &HttpRequest, user: Option<Id>, body: &[u8]) -> Result<Option<Self>> {
        let (Some(named), Some(user)) = (request.headers().get(HEADER), user) else { return Ok(None) };
        let named = named.to_str().unwrap_or_default().trim();
        if named.is_empty() || named.chars().count() > LONGEST {
            return Err(AppError::BadRequest(format!("An Idempotency-Key has 1 to {LONGEST} printable ASCII characters.")));
        }
        let asked = request.uri().path_and_query().map_or("", |asked| asked.as_str());
        let body = String::from_utf8_lossy(body);
        Ok(Some(Self {
            key: keys::digest(&format!("{user} {named}")),
            hash: keys::digest(&format!("{} {asked} {body}", request.method())),
        }))
    }

    /// Begins it, unless it was begun already.
    pub async fn begin(&self, db: &Db, now: DateTime<Utc>) -> Result<Known> {
        let (asked, now) = (self.clone(), Time(now));
        let found = db.write(move |connection| begin(connection, &asked, now)).await;
        match found {
            // Of two at the same moment, the second.
            Err(AppError::NotUnique(_)) => Ok(Known::Answered(wait())),
            Err(error) => Err(error),
            Ok(None) => Ok(Known::New),
            Ok(Some(found)) if found.request_hash != self.hash => {
                let sentence = "This Idempotency-Key was sent with another request already. Each request has a key of its own.";
                Ok(Known::Answered(refusal(StatusCode::UNPROCESSABLE_ENTITY, sentence)))
            }
            Ok(Some(found)) => Ok(Known::Answered(found.replayed().unwrap_or_else(wait))),
        }
    }

    /// Keeps its answer.
    pub async fn keep(&self, db: &Db, status: StatusCode, headers: &actix_web::http::header::HeaderMap, body: &str) -> Result<()> {
        let kept = HEADERS.iter().filter_map(|name| Some((name.to_string(), Value::from(headers.get(name)?.to_str().ok()?))));
        let (headers, body) = (Value::Object(kept.collect::<Map<_, _>>()).to_string(), body.to_owned());
        let (key, status) = (self.key.clone(), i32::from(status.as_u16()));
        db.write(move |connection| {
            let set = (row::status.eq(status), row::headers.eq(&headers), row::body.eq(&body));
            diesel::update(row::table.find(&key)).set(set).execute(connection)?;
            Ok(())
        })
        .await
    }

    /// Forgets it: it may be tried again.
    pub async fn forget(&self, db: &Db) -> Result<()> {
        let key = self.key.clone();
        db.write(move |connection| {
            diesel::delete(row::table.find(&key)).execute(connection)?;
            Ok(())
        })
        .await
    }
}

/// What is known of a request that has been begun; `None` where it begins now.
fn begin(connection: &mut AnyConnection, asked: &Request, now: Time) -> Result<Option<Row>> {
    let old = row::table.filter(row::began_at.lt(Time(now.0 - KEPT))).select(row::key).limit(SWEPT).load::<String>(connection)?;
    diesel::delete(row::table.filter(row::key.eq_any(old))).execute(connection)?;
    let cut_short = row::table.find(&asked.key).filter(row::status.is_null()).filter(row::began_at.lt(Time(now.0 - PATIENCE)));
    diesel::delete(cut_short.filter(row::request_hash.eq(&asked.hash))).execute(connection)?;
    let found = row::table.find(&asked.key).select(Row::as_select()).first(connection).optional()?;
    if found.is_none() {
        let new =
            (row::key.eq(&asked.key), row::request_hash.eq(&asked.hash), row::began_at.eq(now), row::headers.eq("{}"), row::body.eq(""));
        diesel::insert_into(row::table).values(new).execute(connection)?;
    }
    Ok(found)
}

impl Row {
    /// The answer once more; `None` where there is none yet.
    fn replayed(self) -> Option<HttpResponse> {
        let status = self.status.and_then(|status| u16::try_from(status).ok()).and_then(|status| StatusCode::from_u16(status).ok())?;
        let headers: Map<String, Value> = serde_json::from_str(&self.headers).ok()?;
        let mut answer = HttpResponse::build(status);
        for (name, value) in &headers {
            answer.insert_header((name.as_str(), value.as_str().unwrap_or_default()));
        }
        answer.insert_header((REPLAYED, "true"));
        Some(answer.body(self.body))
    }
}

fn wait() -> HttpResponse {
    let mut answer =
        refusal(StatusCode::CONFLICT, "The first request with this Idempotency-Key is still being done. Ask again in a moment.");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}
