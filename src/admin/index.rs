//! The first page: what there is, and what one did last.
//!
//! Listed in `routes`.

use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::frame::{Frame, Nav, page};
use crate::accounts::Staff;
use crate::db::{Db, Id};
use crate::error::{AppError, Result};
use crate::history;

/// How many of one's own actions are shown, as in Django.
const RECENT: i64 = 10;

#[derive(Template)]
#[template(path = "admin/index.html")]
struct IndexPage {
    frame: Frame,
    recent: Vec<RecentAction>,
}

/// The models of one application.
#[derive(Template)]
#[template(path = "admin/app_index.html")]
struct AppIndexPage {
    frame: Frame,
}

/// One of one's own actions.
struct RecentAction {
    class: &'static str,
    verb: &'static str,
    object_name: String,
    model: String,
    url: Option<String>,
}

impl RecentAction {
    fn of(event: history::Event, nav: &Nav) -> Self {
        let is = |action: history::Action| event.action == action.name();
        let (class, verb) = match () {
            () if is(history::Action::Added) || is(history::Action::Imported) => ("addlink", "Added"),
            () if is(history::Action::Deleted) => ("deletelink", "Deleted"),
            () if is(history::Action::Exported) => ("viewlink", "Exported"),
            () if is(history::Action::Used) => ("viewlink", "Used"),
            () => ("changelink", "Changed"),
        };
        let model = nav.model(&event.model);
        let id = Id::parse(&event.object_id).filter(|_| !is(history::Action::Deleted));
        Self {
            class,
            verb,
            url: model.zip(id).map(|(model, id)| model.change_url(id)),
            model: model.map_or_else(|| event.model.clone(), |model| model.verbose_name.to_owned()),
            object_name: event.object_name,
        }
    }
}

/// `GET /`
pub async fn home() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/admin/")).finish()
}

/// `GET /admin/`
pub async fn show(request: HttpRequest, staff: Staff, db: Data<Db>, nav: Data<Nav>) -> Result<HttpResponse> {
    let events = match staff.actor.id {
        Some(id) => db.read(move |connection| history::list_by(connection, id, RECENT)).await?,
        None => Vec::new(),
    };
    let recent = events.into_iter().map(|event| RecentAction::of(event, &nav)).collect();
    let frame = Frame { has_sidebar: false, ..Frame::new(&request, &staff, "Site administration")? };
    page(&IndexPage { frame, recent })
}

/// `GET /admin/crm_app/`
pub async fn app(request: HttpRequest, staff: Staff) -> Result<HttpResponse> {
    let mut frame = Frame::new(&request, &staff, "")?;
    let label = frame.apps.iter().find(|app| app.is_current).map(|app| app.label).ok_or(AppError::NotFound)?;
    frame.title = format!("{label} administration");
    frame.has_sidebar = false;
    page(&AppIndexPage { frame: frame.here(label) })
}
