//! Good answers: JSON with a status.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use serde::Serialize;

use crate::error::{AppError, Result};

/// 200 with this.
pub fn ok(what: &impl Serialize) -> Result<HttpResponse> {
    json(StatusCode::OK, what)
}

/// 201 with what was made, and where it is.
pub fn created(what: &impl Serialize, at: &str) -> Result<HttpResponse> {
    let mut answer = json(StatusCode::CREATED, what)?;
    answer.headers_mut().insert(LOCATION, HeaderValue::from_str(at).map_err(AppError::internal)?);
    Ok(answer)
}

/// 204.
pub fn nothing() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// This, with a status.
pub fn json(status: StatusCode, what: &impl Serialize) -> Result<HttpResponse> {
    Ok(of(status, "application/json", serde_json::to_string(what).map_err(AppError::internal)?))
}

/// A text of this media type.
pub(super) fn of(status: StatusCode, media_type: &'static str, text: String) -> HttpResponse {
    HttpResponse::build(status).insert_header((CONTENT_TYPE, media_type)).body(text)
}
