//! The first page: what there is, and what one did last.
//!
//! Listed in `routes`.

use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::display::{Display, Moment};
use super::frame::{Frame, Nav, page};
use super::model_admin::ModelAdmin;
use crate::accounts::Staff;
use crate::accounts::actor::{Actor, Permission};
use crate::clock::Clock;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::history;
use crate::query::{Selection, Sql, Test};

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
    when: Moment,
    /// Leads to the object, if it is still there to be seen.
    url: Option<String>,
}

impl RecentAction {
    fn of(event: history::Event, nav: &Nav, seen: &[Id], display: &Display) -> Self {
        let is = |action: history::Action| event.action == action.name();
        let (class, verb) = match () {
            () if is(history::Action::Added) => ("addlink", "Added"),
            () if is(history::Action::Imported) => ("addlink", "Imported"),
            () if is(history::Action::Deleted) => ("deletelink", "Deleted"),
            () if is(history::Action::Exported) => ("viewlink", "Exported"),
            () if is(history::Action::Counted) => ("changelink", "Counted"),
            () if is(history::Action::Used) => ("viewlink", "Used"),
            () => ("changelink", "Changed"),
        };
        let model = nav.model(&event.model);
        let id = Id::parse(&event.object_id).filter(|id| seen.contains(id));
        Self {
            class,
            verb,
            when: display.moment(event.at),
            url: model.zip(id).map(|(model, id)| model.change_url(id)),
            model: model.map_or_else(|| event.model.clone(), |model| model.verbose_name.to_owned()),
            object_name: event.object_name,
        }
    }
}

/// The last actions of `actor`; one question for each model besides tells which objects are still there.
fn recent(connection: &mut AnyConnection, actor: &Actor, nav: &Nav, display: &Display) -> Result<Vec<RecentAction>> {
    let events = actor.id.map_or(Ok(Vec::new()), |id| history::list_by(connection, id, RECENT))?;
    let mut seen = Vec::new();
    for item in nav.items() {
        let of_model = events.iter().filter(|event| event.model == item.model.model_name);
        let ids: Vec<Id> = of_model.filter_map(|event| Id::parse(&event.object_id)).collect();
        if !ids.is_empty() && (item.allows)(actor, Permission::View).is_ok() {
            seen.extend((item.seen)(connection, actor, &ids)?);
        }
    }
    Ok(events.into_iter().map(|event| RecentAction::of(event, nav, &seen, display)).collect())
}

/// Which of these objects there are and the actor sees.
pub(super) fn seen<A: ModelAdmin>(connection: &mut AnyConnection, actor: &Actor, ids: &[Id]) -> Result<Vec<Id>> {
    let is_one = Test::one_of(*A::KEY, ids.iter().copied());
    let (predicate, order) = (Sql::and([(A::VISIBLE)(actor), is_one]), Sql::column(A::KEY));
    let limit = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let found = (A::STORE.list)(connection, &Selection::first(&predicate, &order, limit))?;
    Ok(found.iter().map(A::STORE.id).collect())
}

/// `GET /`
pub async fn home() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/admin/")).finish()
}

/// `GET /admin/`
pub async fn show(request: HttpRequest, staff: Staff, db: Data<Db>, clock: Data<Clock>, nav: Data<Nav>) -> Result<HttpResponse> {
    let (actor, display) = (staff.actor.clone(), Display::new(&clock));
    let recent = db.read(move |connection| recent(connection, &actor, &nav, &display)).await?;
    let frame = Frame { has_sidebar: false, ..Frame::new(&request, &staff, "Site administration").await? };
    page(&IndexPage { frame, recent })
}

/// `GET /admin/crm_app/`
pub async fn app(request: HttpRequest, staff: Staff) -> Result<HttpResponse> {
    let mut frame = Frame::new(&request, &staff, "").await?;
    let label = frame.apps.iter().find(|app| app.is_current).map(|app| app.label.clone()).ok_or(AppError::NotFound)?;
    frame.title = format!("{label} administration");
    frame.has_sidebar = false;
    page(&AppIndexPage { frame: frame.here(label) })
}
