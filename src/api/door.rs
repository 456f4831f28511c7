//! The way into the API: how many requests somebody has left, who they are, whether they may, and whether they asked before.
//!
//! Put before every handler of the API by `server::url`. A handler that forgets to ask who asks is still behind it.

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::rt::spawn;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage as _, HttpResponse};
use futures_util::future::ready;
use futures_util::stream::once;
use tracing::Instrument as _;

use super::params::refusal;
use super::quota::{Quotas, Standing};
use super::repeats::{Known, Request};
use crate::accounts::access::Access;
use crate::accounts::caller::Caller;
use crate::accounts::{client, posted};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::{AppError, Result};

/// Lets a request in, or answers it.
pub async fn enter(access: Access, request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let standing = match count(&request).await {
        Ok(standing) => standing,
        Err(refusal) => return Ok(request.error_response(refusal)),
    };
    let mut answer = match standing {
        Some(standing) if standing.is_over => request.into_response(too_many(standing)),
        _ => answer(access, request, next).await?,
    };
    for (name, value) in standing.iter().flat_map(Standing::headers) {
        answer.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    Ok(answer)
}

/// Counts a request for whoever asks, and for the address that it comes from.
async fn count(request: &ServiceRequest) -> Result<Option<Standing>> {
    let (db, clock, config, quotas) = (data::<Db>(request)?, data::<Clock>(request)?, data::<Config>(request)?, data::<Quotas>(request)?);
    let address = client::address_of(request.request(), &config.trusted_proxies);
    let by_address = counted(quotas.count(db, &format!("address {address}"), config.api_rate_by_address, clock.now()).await);
    if by_address.is_some_and(|standing| standing.is_over) {
        return Ok(by_address);
    }
    let Some(user) = Caller::find(request.request()).await?.and_then(|caller| caller.actor.id) else { return Ok(by_address) };
    Ok(counted(quotas.count(db, &format!("user {user}"), config.api_rate, clock.now()).await))
}

/// A database that can be read but not written still answers.
fn counted(standing: Result<Standing>) -> Option<Standing> {
    standing.inspect_err(|error| tracing::warn!(%error, "a request was not counted")).ok()
}

impl Standing {
    fn headers(&self) -> [(&'static str, i64); 3] {
        [("ratelimit-limit", self.limit.into()), ("ratelimit-remaining", self.remaining.into()), ("ratelimit-reset", self.reset)]
    }
}

fn too_many(standing: Standing) -> HttpResponse {
    let sentence = format!("Request was throttled. Expected available in {} seconds.", standing.reset);
    let mut answer = refusal(StatusCode::TOO_MANY_REQUESTS, &sentence);
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(standing.reset));
    answer
}

async fn answer(access: Access, mut request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    // Waited for before anybody asks who sent it, as `posted::gather` does for pages.
    let body = match posted::body(request.take_payload()).await {
        Ok(body) => body,
        Err(error) => return Ok(request.error_response(error)),
    };
    request.set_payload(payload(&body));
    if let Err(refusal) = access.check_caller(request.request()).await {
        return Ok(request.error_response(refusal));
    }
    let repeatable = match repeatable(access, &request, &body).await {
        Ok(repeatable) => repeatable,
        Err(refusal) => return Ok(request.error_response(refusal)),
    };
    let Some(repeatable) = repeatable else { return next.call(request).await };
    let (db, clock) = (data::<Db>(&request)?.clone(), data::<Clock>(&request)?.clone());
    match repeatable.begin(&db, clock.now()).await {
        Err(refusal) => Ok(request.error_response(refusal)),
        Ok(Known::Answered(answer)) => Ok(request.into_response(answer)),
        Ok(Known::New) => {
            // Done to its end though the client has left meanwhile: an answer that was lost is what a key is for.
            let deed = async move { kept(&db, &repeatable, next.call(request).await).await };
            spawn(deed.in_current_span()).await.map_err(AppError::internal)?
        }
    }
}

fn payload(body: &Bytes) -> Payload {
    Payload::Stream { payload: Box::pin(once(ready(Ok(body.clone())))) }
}

/// The request, where it may be sent twice. Not one that anybody may send: its answer is a token, of which nothing but a hash is kept.
async fn repeatable(access: Access, request: &ServiceRequest, body: &[u8]) -> Result<Option<Request>> {
    if request.method() != Method::POST || access == Access::Anyone {
        return Ok(None);
    }
    let user = Caller::find(request.request()).await?.and_then(|caller| caller.actor.id);
    Request::of(request.request(), user, body)
}

/// Keeps an answer, to be given again; a failure is forgotten.
async fn kept(db: &Db, request: &Request, answer: Result<ServiceResponse, Error>) -> Result<ServiceResponse, Error> {
    let answer = match answer {
        Ok(answer) if answer.response().error().is_none() && !answer.status().is_server_error() => answer,
        failed => {
            request.forget(db).await?;
            return failed;
        }
    };
    let (asked, answer) = answer.into_parts();
    let (head, body) = answer.into_parts();
    let body = body.try_into_bytes().map_err(|_| AppError::internal("an answer that is streamed cannot be kept"))?;
    request.keep(db, head.status(), head.headers(), &String::from_utf8_lossy(&body)).await?;
    Ok(ServiceResponse::new(asked, head.set_body(BoxBody::new(body))))
}

fn data<T: 'static>(request: &ServiceRequest) -> Result<&Data<T>> {
    request.app_data::<Data<T>>().ok_or_else(|| AppError::internal(format!("no {} in the app", std::any::type_name::<T>())))
}
