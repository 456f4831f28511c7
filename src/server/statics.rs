//! `/static/…`: the files inside the program.
//!
//! Mounted by `server` outside of sessions. A URL with the version of the file never changes and is kept for a year; one
//! without (an icon that a style sheet names) is asked for again each time and answered with 304.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use crate::admin::assets;
use crate::error::{AppError, Result};

/// `GET /static/{path}`
pub(super) async fn serve(request: HttpRequest, path: Path<String>) -> Result<HttpResponse> {
    let asset = assets::find(&path).ok_or(AppError::NotFound)?;
    let tag = format!("\"{}\"", asset.version);
    let is_versioned = request.query_string() == format!("v={}", asset.version);
    let caching = if is_versioned { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|given| given.to_str().is_ok_and(|given| given.contains(&tag)));
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, caching)).insert_header((ETAG, tag));
    if known {
        return Ok(answer.finish());
    }
    Ok(answer.insert_header((CONTENT_TYPE, asset.media_type())).body(asset.content))
}
