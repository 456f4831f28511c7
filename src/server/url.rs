//! A line of the table of URLs.
//!
//! Made by `routes`, mounted by `server`. It knows its methods, so that others get 405 with `Allow` and tests can walk all.

use actix_web::dev::{AppService, Handler, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::web;
use actix_web::{FromRequest, HttpResponse, Resource, Responder, Route, guard};

/// A URL with what answers to its methods.
pub struct Url {
    pattern: &'static str,
    methods: Vec<Method>,
    routes: Vec<Route>,
}

/// A line for the URL `pattern`, in which `{id}` stands for a part between slashes.
pub fn url(pattern: &'static str) -> Url {
    Url { pattern, methods: Vec::new(), routes: Vec::new() }
}

impl Url {
    /// What answers to GET, and to HEAD without its body.
    #[must_use]
    pub fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.extend([Method::GET, Method::HEAD]);
        self.routes.push(web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler));
        self
    }

    /// What answers to POST.
    #[must_use]
    pub fn post<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(Method::POST);
        self.routes.push(web::post().to(handler));
        self
    }

    /// The pattern.
    pub fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// The methods that are answered.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }
}

impl HttpServiceFactory for Url {
    fn register(self, config: &mut AppService) {
        let allow = self.methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let other = move || {
            let allow = allow.clone();
            async move { HttpResponse::MethodNotAllowed().insert_header((ALLOW, allow)).finish() }
        };
        let resource = Resource::new(self.pattern).default_service(web::to(other));
        self.routes.into_iter().fold(resource, Resource::route).register(config);
    }
}
