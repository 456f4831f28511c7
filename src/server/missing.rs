//! What no line of the table answers to: perhaps only the slash at the end is missing.
//!
//! Mounted by `server` behind the table. Below `/admin/` an anonymous visitor is sent to sign in, as in Django: which pages
//! exist is not told before.

use actix_web::dev::ResourceDef;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};

use super::url::Url;
use crate::accounts::staff::{self, NotSignedIn};
use crate::error::AppError;

/// The patterns of the table.
pub(super) struct Known(Vec<ResourceDef>);

impl Known {
    pub(super) fn of(urls: &[Url]) -> Self {
        Self(urls.iter().map(|url| ResourceDef::new(url.pattern())).collect())
    }

    /// `path` with a slash, if a page has that address.
    fn with_slash(&self, path: &str) -> Option<String> {
        let slashed = format!("{path}/");
        (!path.ends_with('/') && self.0.iter().any(|pattern| pattern.is_match(&slashed))).then_some(slashed)
    }
}

/// 301 to the address with its slash, or 404.
pub(super) async fn answer(request: HttpRequest, known: Data<Known>) -> Result<HttpResponse, Error> {
    if request.method().is_safe()
        && let Some(path) = known.with_slash(request.path())
    {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        return Ok(HttpResponse::MovedPermanently().insert_header((LOCATION, format!("{path}{query}"))).finish());
    }
    if request.path().starts_with("/admin/") {
        let staff = staff::find(&request).await?.ok_or_else(|| NotSignedIn::at(&request))?;
        request.extensions_mut().insert(staff);
    }
    Err(AppError::NotFound.into())
}
