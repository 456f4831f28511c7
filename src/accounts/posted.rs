//! What a form sent, checked: the one place where bodies are read, measured and their token is compared.
//!
//! Taken as an argument by every handler that changes something: [`Posted`] for the pairs as they came (forms that are shown
//! again), [`Form`] for a type of its own beside them. actix's own `Form` takes 16 KiB, refuses
//! repeated keys and waits for ever, so it is not used.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, error};
use futures_util::StreamExt as _;
use futures_util::future::{LocalBoxFuture, ready};
use futures_util::stream::once;
use serde::de::DeserializeOwned;

use super::{csrf, unsent};
use crate::config::Config;
use crate::error::{AppError, Result};

/// The one type of body that forms send.
const FORM: &str = "application/x-www-form-urlencoded";
/// The largest body, as in Django.
const LARGEST: usize = 2_621_440;
/// The most fields, as in Django.
const MOST_FIELDS: usize = 1000;
/// How long a body may take to arrive; actix itself waits for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// The fields of a form in the order in which they came, repeated ones too; the token is taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posted {
    /// Name and value of each field.
    pub pairs: Vec<(String, String)>,
}

impl Posted {
    /// The last value of a field, as Django gives it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the field was sent at all: a button that was pressed, a box that was ticked.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// A form as a type, with its fields as they came beside it.
#[derive(Debug, Clone)]
pub struct Form<T> {
    /// The form.
    pub value: T,
    /// What was typed.
    pub posted: Posted,
}

impl FromRequest for Posted {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { Ok(fields(&request, &body(payload).await?)?) })
    }
}

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let body = body(payload).await?;
            let posted = fields(&request, &body)?;
            let value = serde_html_form::from_bytes(&body).map_err(|error| not_understood(&error))?;
            Ok(Self { value, posted })
        })
    }
}

/// Whether a body comes in parts, with files among them: it is read by the one page that takes it, never gathered.
pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    let sent = headers.get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or_default());
    sent.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// Waits for the body before anybody asks who sent it: it may take its time, and whoever is deactivated, demoted or signed out
/// meanwhile is judged as they are when it has come.
pub(crate) async fn gather(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() == Method::POST && !is_multipart(request.headers()) {
        match body(request.take_payload()).await {
            Ok(body) => request.set_payload(Payload::Stream { payload: Box::pin(once(ready(Ok(body)))) }),
            Err(error) => return Ok(request.error_response(error)),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// The whole body, if it is neither too large nor too slow.
pub(crate) async fn body(payload: Payload) -> Result<Bytes, actix_web::Error> {
    let late = |_| error::ErrorRequestTimeout("The body took too long to arrive.");
    tokio::time::timeout(PATIENCE, collect(payload)).await.map_err(late)?
}

async fn collect(mut payload: Payload) -> Result<Bytes, actix_web::Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| AppError::BadRequest(format!("The body of the request could not be read: {error}.")))?;
        if body.len() + chunk.len() > LARGEST {
            return Err(AppError::TooLarge("What was sent is larger than 2.5 MB, which is more than is taken.".into()).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Whether what is written as forms and addresses are is text: other bytes would be taken for the letter that stands for what
/// cannot be read, and be searched for and saved as that. What separates fields is ASCII, so all of them are judged at once.
pub(crate) fn is_text(encoded: &[u8]) -> bool {
    percent_encoding::percent_decode(encoded).decode_utf8().is_ok()
}

/// The fields of a body as they came, the token among them.
pub(super) fn pairs(request: &HttpRequest, body: &[u8]) -> Result<Vec<(String, String)>> {
    if !body.is_empty() {
        require_form(request)?;
    }
    // Counted before they are taken apart: a million empty fields cost a million allocations.
    if body.split(|byte| *byte == b'&').count() > MOST_FIELDS {
        return Err(AppError::TooLarge(format!("The form has more than {MOST_FIELDS} fields, which is more than this page takes.")));
    }
    if !is_text(body) {
        return Err(AppError::BadRequest("The form holds characters that cannot be read: it must be sent as UTF-8.".into()));
    }
    serde_html_form::from_bytes(body).map_err(|error| not_understood(&error))
}

fn fields(request: &HttpRequest, body: &[u8]) -> Result<Posted> {
    let mut pairs = pairs(request, body)?;
    let token = pairs.iter().find(|(name, _)| name == csrf::FIELD).map(|(_, value)| value.as_str());
    if let Err(refusal) = check_token(request, token) {
        unsent::put_aside(request, &pairs);
        return Err(refusal);
    }
    pairs.retain(|(name, _)| name != csrf::FIELD);
    // No column can hold a NUL and no person types one.
    match pairs.iter().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        Some(_) => Err(AppError::BadRequest("The form holds a NUL character, which no field takes.".into())),
        None => Ok(Posted { pairs }),
    }
}

/// Refuses a form whose token, in this field or in the header of scripts, was not made for this browser.
///
/// # Errors
/// `Forbidden` with the sentence.
pub(crate) fn check_token(request: &HttpRequest, field: Option<&str>) -> Result<()> {
    let config = request.app_data::<Data<Config>>().ok_or_else(|| AppError::internal("no settings in the app"))?;
    let header = request.headers().get(csrf::HEADER).and_then(|value| value.to_str().ok());
    csrf::check_token(request, config, field.or(header))
}

fn require_form(request: &HttpRequest) -> Result<()> {
    let sent = request.headers().get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or_default());
    let sent = sent.split(';').next().unwrap_or_default().trim();
    if sent.eq_ignore_ascii_case(FORM) {
        return Ok(());
    }
    Err(AppError::BadRequest(format!("The body of this request must be {FORM}, not {}.", if sent.is_empty() { "nothing" } else { sent })))
}

fn not_understood(error: &serde_html_form::de::Error) -> AppError {
    AppError::BadRequest(format!("The form could not be understood: {error}."))
}
