//! The box to paste into.
//!
//! Handlers, listed in `routes`. What was pasted is read and shown as an upload is.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::accounts::Staff;
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::query_string::{carrying, preserved};
use crate::admin::receive::receive;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Result;
use crate::query::text;
use crate::segments::admin::SegmentAdmin;
use crate::segments::model::Segment;
use crate::segments::upload::pages::{desk, framed, list_of};

#[derive(Template)]
#[template(path = "segments/paste.html")]
struct PastePage {
    frame: Frame,
    segment: Segment,
    error: Option<&'static str>,
    filters: String,
}

impl PastePage {
    fn url(&self, page: &str) -> String {
        carrying(SegmentAdmin::MODEL.object_url(self.segment.id, page), &self.filters)
    }
}

async fn ask(request: &HttpRequest, staff: &Staff, segment: Segment, error: Option<&'static str>) -> Result<HttpResponse> {
    let frame = framed(request, staff, &segment, "Paste").await?;
    let frame = Frame { has_errors: error.is_some(), ..frame };
    page(&PastePage { frame, segment, error, filters: preserved(request.query_string()) })
}

/// `GET …/<uuid>/paste/`
pub async fn show(request: HttpRequest, staff: Staff, segment: Object<SegmentAdmin>) -> Result<HttpResponse> {
    let segment = list_of(&staff, segment.0)?;
    ask(&request, &staff, segment, None).await
}

/// `POST …/<uuid>/paste/`: reads what was pasted and leads to what came of it.
pub async fn paste(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    payload: Payload,
    (db, clock, config): (Data<Db>, Data<Clock>, Data<Config>),
) -> Result<HttpResponse, actix_web::Error> {
    let received = receive(&request, &mut payload.into_inner(), &config).await?;
    let segment = list_of(&staff, segment.0)?;
    let pasted = received.posted.get("pasted").unwrap_or_default().to_owned();
    if text::is_blank(&pasted) {
        return Ok(ask(&request, &staff, segment, Some("Paste something first.")).await?);
    }
    let desk = desk(&request, &staff, &segment, &db, &clock);
    let id = desk.paste(pasted).await?;
    Ok(see_other(&desk.address(id)))
}
