//! `GET /api/v1/openapi.json`, and `/api/v1/docs/`: Swagger UI, whose files are in the program, so that it needs no other site.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, serve};

use super::{Operation, operation};
use crate::api::{BASE, answer};
use crate::error::{AppError, Result};

/// What the page may load: as all pages, but styles that its own scripts make.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// What [`show`] does.
pub fn about() -> Operation {
    operation("Describes this API").about("OpenAPI 3.1, made of the program that answers.").answers_json("This document.")
}

/// `GET /api/v1/openapi.json`
pub async fn show(document: Data<OpenApi>) -> Result<HttpResponse> {
    answer::ok(&document)
}

/// What [`docs`] does.
pub fn about_docs() -> Operation {
    operation("Shows this description to people").answers_text("text/html", "A page.")
}

/// `GET /api/v1/docs/`
pub async fn docs() -> Result<HttpResponse> {
    file("index.html")
}

/// `GET /api/v1/docs/{file}`: what the page is made of.
pub async fn docs_file(name: Path<String>) -> Result<HttpResponse> {
    file(&name)
}

fn file(name: &str) -> Result<HttpResponse> {
    let config = Config::from(format!("{BASE}openapi.json")).use_base_layout().validator_url("none");
    let file = serve(name, Arc::new(config)).map_err(|error| AppError::internal(error.to_string()))?.ok_or(AppError::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, file.content_type)).insert_header((CONTENT_SECURITY_POLICY, POLICY));
    answer.insert_header((CACHE_CONTROL, "public, max-age=3600"));
    Ok(answer.body(fitted(name, file.bytes.into_owned())))
}

/// Its own title, and the width of a telephone, which the page does not know of by itself.
fn fitted(name: &str, file: Vec<u8>) -> Vec<u8> {
    match name {
        "index.html" => {
            let head = "<head>\n    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";
            let page = String::from_utf8_lossy(&file).replacen("<head>", head, 1);
            page.replacen("<title>Swagger UI</title>", "<title>The API of Customer Segments</title>", 1).into_bytes()
        }
        "index.css" => [&file[..], b"\n.swagger-ui .opblock-body { overflow-x: auto; }\n"].concat(),
        _ => file,
    }
}
