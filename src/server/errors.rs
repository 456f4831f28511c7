//! Failures as answers: a page in the frame, or a problem document (RFC 9457) for those who ask for JSON.
//!
//! Used by `edge`. What a handler returned as [`AppError`] has its own sentence; what actix refused by itself gets one by its
//! status. Causes go to the log; the page has the request's id to find them by.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use crate::admin::frame::{Frame, page_with};
use crate::api::params::refusal;
use crate::db::classify::Failure;
use crate::error::{AppError, Result};

/// Seconds after which it is worth trying again.
const RETRY: &str = "5";

/// The status alone; `edge` makes the rest.
impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::Database(Failure::NotFound) => StatusCode::NOT_FOUND,
            Self::NotAuthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) | Self::NotUnique(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable(_) | Self::Database(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// A failure, ready to be told.
pub(super) struct Problem {
    status: StatusCode,
    sentence: String,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    status: u16,
    sentence: String,
}

impl Problem {
    /// What to tell about `error`, or about a `status` that nobody explained, to the request `id`.
    pub(super) fn of(error: Option<&AppError>, status: StatusCode, id: &str) -> Self {
        let sentence = match error {
            Some(AppError::Internal(_) | AppError::NotFound | AppError::NotUnique(_)) | None => sentence(status, id),
            Some(error) => error.to_string(),
        };
        Self { status, sentence }
    }

    /// What went wrong, in two words: the title of its page.
    pub(super) fn title(&self) -> &'static str {
        match self.status {
            StatusCode::NOT_FOUND => "Page not found",
            StatusCode::FORBIDDEN => "Forbidden",
            StatusCode::SERVICE_UNAVAILABLE => "Not available at the moment",
            StatusCode::INTERNAL_SERVER_ERROR => "Server error",
            other => other.canonical_reason().unwrap_or("Error"),
        }
    }

    /// The answer, as a page in `frame` or, for scripts, as a document.
    pub(super) fn answer(self, frame: Frame, wants_json: bool) -> Result<HttpResponse> {
        let status = self.status;
        let mut answer = if wants_json {
            refusal(status, &self.sentence)
        } else {
            page_with(status, &ErrorPage { frame, status: status.as_u16(), sentence: self.sentence })?
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.headers_mut().insert(RETRY_AFTER, actix_web::http::header::HeaderValue::from_static(RETRY));
        }
        Ok(answer)
    }
}

fn sentence(status: StatusCode, id: &str) -> String {
    match status {
        StatusCode::NOT_FOUND => "There is nothing here, or it is not yours to see.".into(),
        StatusCode::UNAUTHORIZED => "Sign in first.".into(),
        StatusCode::METHOD_NOT_ALLOWED => "This address does not answer to requests of that method.".into(),
        StatusCode::REQUEST_TIMEOUT => "The request took too long to arrive. Nothing was done; try again.".into(),
        StatusCode::CONFLICT => "A value that must be unique is taken already. Nothing was saved.".into(),
        StatusCode::PAYLOAD_TOO_LARGE => "This is larger than is taken here. Nothing was done.".into(),
        StatusCode::SERVICE_UNAVAILABLE => "The site is busy. Nothing was done; try again in a moment.".into(),
        status if status.is_client_error() => "This request could not be understood. Nothing was done.".into(),
        _ => format!("There’s been an error. It has been written down under number {id}. Please try again in a moment."),
    }
}
