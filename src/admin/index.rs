//! The first page: what there is, and what one did last.
//!
//! Listed in `routes`.

use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::frame::{Frame, page};
use crate::accounts::Staff;
use crate::db::Db;
use crate::error::Result;
use crate::history;

/// How many of one's own actions are shown, as in Django.
const RECENT: i64 = 10;

#[derive(Template)]
#[template(path = "admin/index.html")]
struct IndexPage {
    frame: Frame,
    recent: Vec<history::Event>,
}

/// `GET /`
pub async fn home() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/admin/")).finish()
}

/// `GET /admin/`
pub async fn show(request: HttpRequest, staff: Staff, db: Data<Db>) -> Result<HttpResponse> {
    let recent = match staff.actor.id {
        Some(id) => db.read(move |connection| history::list_by(connection, id, RECENT)).await?,
        None => Vec::new(),
    };
    let frame = Frame { has_sidebar: false, ..Frame::new(&request, &staff, "Site administration")? };
    page(&IndexPage { frame, recent })
}
