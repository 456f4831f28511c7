//! The outermost layer: whatever happens inside, an answer with all headers goes out and a line goes into the log.
//!
//! Wrapped round the whole app by `server`. It is one layer, not four, because a failure in a middleware (a session that cannot
//! be loaded) and a panic swallow the request: only who kept the facts beforehand can still answer well.

use std::error::Error as _;
use std::panic::AssertUnwindSafe;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::errors::Problem;
use super::headers;
use super::log::{HEADER, Line};
use crate::accounts::{Staff, client};
use crate::admin::frame::Frame;
use crate::api::{is_api, problem};
use crate::config::Config;
use crate::error::{AppError, Result};

/// What is known of a request before it goes in.
struct Edge {
    config: Data<Config>,
    line: Line,
    wants_json: bool,
}

/// Answers, whatever happens inside.
pub(super) async fn edge(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let config = request.app_data::<Data<Config>>().cloned().ok_or_else(|| AppError::internal("no settings in the app"))?;
    let line = Line::begin(&request, &config.trusted_proxies);
    let edge = Edge { wants_json: is_api(request.path()) || client::wants_json(request.headers()), config, line };
    let span = tracing::info_span!("request", id = edge.line.id);
    async move {
        // Nothing that panicked is looked at again but the answer made here.
        match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(answer)) => edge.finish(answer.map_into_boxed_body()),
            Ok(Err(error)) => Err(edge.swallowed(error)),
            Err(panic) => Err(edge.swallowed(AppError::internal(words_of(&*panic)).into())),
        }
    }
    .instrument(span)
    .await
}

impl Edge {
    /// An answer from inside: failures among them are told, all of them get their headers.
    fn finish(&self, answer: ServiceResponse) -> Result<ServiceResponse, Error> {
        let mut answer = if is_unexplained(answer.response()) { self.explain(answer)? } else { answer };
        self.add_headers(answer.response_mut());
        self.line.end(answer.status(), Some(answer.request()));
        Ok(answer)
    }

    fn explain(&self, answer: ServiceResponse) -> Result<ServiceResponse, Error> {
        let (request, refused) = answer.into_parts();
        let error = refused.error();
        let problem = self.problem(error, refused.status());
        let frame = frame(&request, problem.title())?;
        let mut told = problem.answer(frame, self.wants_json)?;
        if told.status() == StatusCode::UNAUTHORIZED {
            told.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        for (name, value) in refused.headers().iter().filter(|(name, _)| is_kept(name)) {
            told.headers_mut().append(name.clone(), value.clone());
        }
        Ok(ServiceResponse::new(request, told))
    }

    /// The answer to a request that is gone.
    fn swallowed(&self, error: Error) -> Error {
        let known = error.as_error::<AppError>().is_some();
        // What is not ours is the session's layer, which fails when the database does.
        let status = if known { error.as_response_error().status_code() } else { StatusCode::SERVICE_UNAVAILABLE };
        let problem = self.problem(Some(&error), status);
        let frame = Frame::bare(&self.config, problem.title());
        let mut answer = problem.answer(frame, self.wants_json).unwrap_or_else(|_| HttpResponse::new(status));
        self.add_headers(&mut answer);
        self.line.end(status, None);
        InternalError::from_response(error, answer).into()
    }

    /// What to tell; the cause of a fault goes to the log.
    fn problem(&self, error: Option<&Error>, status: StatusCode) -> Problem {
        let known = error.and_then(|error| error.as_error::<AppError>());
        if status.is_server_error() {
            let cause = known.and_then(|error| error.source()).map(ToString::to_string);
            let error = error.map(ToString::to_string);
            tracing::error!(error, cause, "a request failed");
        }
        Problem::of(known, status, &self.line.id)
    }

    fn add_headers(&self, answer: &mut HttpResponse) {
        headers::add(answer.headers_mut(), &self.config);
        if let Ok(id) = HeaderValue::from_str(&self.line.id) {
            answer.headers_mut().insert(HeaderName::from_static(HEADER), id);
        }
    }
}

/// Whether an answer says no without saying why: a page that a handler made for its refusal is left as it is, and so is a problem.
fn is_unexplained(answer: &HttpResponse) -> bool {
    let is_failure = answer.status().is_client_error() || answer.status().is_server_error();
    let is_told = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == problem::MEDIA_TYPE);
    is_failure && !is_told && (answer.error().is_some() || matches!(answer.body().size(), BodySize::None | BodySize::Sized(0)))
}

/// Whether a header of a refusal says what is so however it is told: which methods there are, who may read it, what is left of a
/// quota.
fn is_kept(name: &HeaderName) -> bool {
    [SET_COOKIE, ALLOW].contains(name) || ["access-control-", "ratelimit-"].iter().any(|beginning| name.as_str().starts_with(beginning))
}

/// The frame of an error page: with navigation for whoever was found to be staff.
fn frame(request: &HttpRequest, title: &str) -> Result<Frame> {
    let staff = request.extensions().get::<Staff>().cloned();
    match staff {
        Some(staff) => Ok(Frame::quiet(request, &staff, title)?.here(title)),
        None => Frame::anonymous(request, title),
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a handler panicked: {}", words.unwrap_or("no words"))
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body, try_call_service};
    use actix_web::{App, web};
    use clap::Parser;

    use super::*;
    use crate::config::Settings;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        settings: Settings,
    }

    fn config() -> Data<Config> {
        let flags = Flags::parse_from(["tests", "--secret-key", "a secret that is long enough for a test"]);
        Data::new(flags.settings.check(None).unwrap())
    }

    async fn panics() -> HttpResponse {
        panic!("words that nobody should read")
    }

    async fn fails() -> Result<HttpResponse> {
        Err(AppError::internal("words that nobody should read"))
    }

    #[actix_web::test]
    async fn a_panic_is_answered_like_any_fault() {
        let app = App::new().app_data(config()).route("/panics/", web::get().to(panics)).wrap(from_fn(edge));
        let app = init_service(app).await;
        let error = try_call_service(&app, TestRequest::with_uri("/panics/").to_request()).await.unwrap_err();
        let answer = error.as_response_error().error_response();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.headers().contains_key("content-security-policy"));
        let id = answer.headers().get(HEADER).unwrap().to_str().unwrap().to_owned();
        let html = actix_web::body::to_bytes(answer.into_body()).await.unwrap_or_default();
        let html = String::from_utf8_lossy(&html);
        assert!(html.contains(&id) && !html.contains("nobody should read"), "{html}");
    }

    #[actix_web::test]
    async fn a_fault_is_told_with_its_number_and_without_its_cause() {
        let app = App::new().app_data(config()).route("/fails/", web::get().to(fails)).wrap(from_fn(edge));
        let app = init_service(app).await;
        for (accept, kind) in [("text/html", "text/html"), ("application/json", "application/problem+json")] {
            let request = TestRequest::with_uri("/fails/").insert_header(("Accept", accept)).to_request();
            let answer = call_service(&app, request).await;
            assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert!(answer.headers().get("content-type").unwrap().to_str().unwrap().starts_with(kind));
            let id = answer.headers().get(HEADER).unwrap().to_str().unwrap().to_owned();
            let body = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
            assert!(body.contains(&id) && !body.contains("nobody should read"), "{body}");
        }
    }
}
