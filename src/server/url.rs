//! A line of the table of URLs.
//!
//! Made by `routes`, mounted by `server`. It knows its methods, so that others get 405 with `Allow`, and who may use each:
//! a handler without that does not compile, and is not asked before it was checked.

use actix_web::body::BoxBody;
use actix_web::dev::{AppService, Handler, HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::middleware::{Next, from_fn};
use actix_web::web;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, Resource, Responder, Route, guard};

use crate::accounts::access::Access;
use crate::api::openapi::{Endpoint, Operation};
use crate::api::{self, door};

/// A URL with what answers to its methods.
pub struct Url {
    pattern: String,
    /// The beginning of the pattern that the scope around it has taken off.
    base: &'static str,
    answers: Vec<(Method, Access)>,
    routes: Vec<Route>,
    told: Vec<(Method, fn() -> Operation)>,
}

/// A line for the URL `pattern`, in which `{id}` stands for a part between slashes.
pub fn url(pattern: impl Into<String>) -> Url {
    Url { pattern: pattern.into(), base: "", answers: Vec::new(), routes: Vec::new(), told: Vec::new() }
}

/// A line for the URL `path` of the API, which is written as it stands behind [`api::BASE`].
pub fn api(path: &str) -> Url {
    Url { base: API, ..url(format!("{}{path}", api::BASE)) }
}

/// What the scope of the API takes off.
pub(super) const API: &str = "/api";

impl Url {
    /// What answers to GET, and to HEAD without its body, and to whom.
    #[must_use]
    pub fn get<F, Args>(self, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.answer(&[Method::GET, Method::HEAD], access, web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler))
    }

    /// What answers to GET alone, and to whom: a file that is written down as handed out, which HEAD does not get.
    #[must_use]
    pub fn file<F, Args>(self, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.answer(&[Method::GET], access, web::get().to(handler))
    }

    /// What answers to POST, and to whom.
    #[must_use]
    pub fn post<F, Args>(self, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.answer(&[Method::POST], access, web::post().to(handler))
    }

    /// What answers to another method, and to whom.
    #[must_use]
    pub fn on<F, Args>(self, method: &Method, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.answer(std::slice::from_ref(method), access, web::method(method.clone()).to(handler))
    }

    /// What the handler before it declares of itself, for the document of the API.
    #[must_use]
    pub fn told(mut self, operation: fn() -> Operation) -> Self {
        // HEAD is told as GET.
        let method = self.answers.iter().rev().map(|(method, _)| method).find(|method| **method != Method::HEAD);
        self.told.extend(method.map(|method| (method.clone(), operation)));
        self
    }

    /// Its methods that declare something, for the document of the API.
    pub fn endpoints(&self) -> impl Iterator<Item = Endpoint> + '_ {
        let access = |method: &Method| self.answers.iter().find(|(known, _)| known == method).map(|(_, access)| *access);
        self.told.iter().filter_map(move |(method, operation)| {
            Some(Endpoint { path: self.pattern.clone(), method: method.clone(), access: access(method)?, operation: operation() })
        })
    }

    fn answer(mut self, methods: &[Method], access: Access, route: Route) -> Self {
        self.answers.extend(methods.iter().map(|method| (method.clone(), access)));
        let is_api = self.is_api();
        self.routes.push(if is_api { behind_the_door(access, route) } else { behind(access, route) });
        self
    }

    /// Whether it is one of the API.
    pub fn is_api(&self) -> bool {
        !self.base.is_empty()
    }

    /// The pattern.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The methods that are answered, each with those whom it answers.
    pub fn answers(&self) -> &[(Method, Access)] {
        &self.answers
    }
}

/// A handler that is asked only by those who may.
fn behind(access: Access, route: Route) -> Route {
    route.wrap(from_fn(move |request, next: Next<BoxBody>| check(access, request, next)))
}

/// A handler of the API, likewise.
fn behind_the_door(access: Access, route: Route) -> Route {
    route.wrap(from_fn(move |request, next: Next<BoxBody>| door::enter(access, request, next)))
}

async fn check(access: Access, request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    match access.check(request.request()).await {
        Ok(()) => next.call(request).await,
        // An answer to this request, not a failure of the layers round it: its page has the frame of whoever asks.
        Err(refusal) => Ok(request.error_response(refusal)),
    }
}

impl HttpServiceFactory for Url {
    fn register(self, config: &mut AppService) {
        let allow = self.answers.iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>().join(", ");
        let is_api = self.is_api();
        let other = move |request: HttpRequest| {
            let allow = allow.clone();
            // Clients of the API may ask what they may ask for.
            let is_question = is_api && request.method() == Method::OPTIONS;
            let mut answer = if is_question { HttpResponse::NoContent() } else { HttpResponse::MethodNotAllowed() };
            async move { answer.insert_header((ALLOW, allow)).finish() }
        };
        let pattern = self.pattern.strip_prefix(self.base).unwrap_or(&self.pattern).to_owned();
        let resource = Resource::new(pattern).default_service(web::to(other));
        self.routes.into_iter().fold(resource, Resource::route).register(config);
    }
}
