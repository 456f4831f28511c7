//! The pages of every model: one handler each, listed in `routes` once a model.
//!
//! A handler takes `Staff`, asks the machinery once and answers. What may not be seen is answered like what does not exist:
//! a sentence on the index page, as in Django.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};

use super::actions::{Action, Outcome};
use super::changelist::ChangeList;
use super::chosen::Chosen;
use super::display::Display;
use super::edit::{self, Answer};
use super::editing::Saved;
use super::facets::Facets;
use super::form::{FormData, Intent};
use super::frame::{page, page_with, see_other};
use super::list_query::{ERROR, Query, SEARCH};
use super::model_admin::{Model, ModelAdmin};
use super::object::Object;
use super::pages::{ChangeFormPage, ConfirmationPage, ConflictTemplate, DeletePage, HistoryPage, ListPage};
use super::paginator::Wanted;
use super::query_string::{QueryString, back_to, carrying, preserved};
use super::search::{TOO_LONG, is_too_long};
use super::task::Task;
use super::{actions, deletion, download, list_csv, object_history};
use crate::accounts::Staff;
use crate::accounts::actor::Permission;
use crate::accounts::posted::Posted;
use crate::accounts::session::{Level, Message};
use crate::clock::Clock;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

/// `GET …/`
pub async fn changelist<A: ModelAdmin>(request: HttpRequest, staff: Staff, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    A::EDITING.allows(&staff.actor, Permission::View, None)?;
    let Ok(query) = Query::read::<A>(request.query_string(), &Display::new(&clock)) else {
        return unusable(&request, &staff, &A::MODEL.list_url());
    };
    list::<A>(&request, &staff, &db, query, Chosen::default(), StatusCode::OK).await
}

/// The page of a list, with what is ticked on it.
async fn list<A: ModelAdmin>(
    request: &HttpRequest,
    staff: &Staff,
    db: &Db,
    query: Query,
    chosen: Chosen,
    status: StatusCode,
) -> Result<HttpResponse> {
    let facets = Facets::count::<A>(db, &staff.actor, &query).await?;
    let (actor, is_heavy) = (staff.actor.clone(), query.is_heavy::<A>());
    let load = move |connection: &mut AnyConnection| ChangeList::load::<A>(connection, &actor, &query, &facets);
    match if is_heavy { db.read_heavy(Lane::Search, load).await } else { db.read(load).await }? {
        Some(list) => page_with(status, &ListPage::new(request, staff, ChangeList { chosen, ..list }).await?),
        None => unusable(request, staff, &A::MODEL.list_url()),
    }
}

/// The answer to parameters that cannot be meant: the list without any, which is at `home`, and why.
pub fn unusable(request: &HttpRequest, staff: &Staff, home: &str) -> Result<HttpResponse> {
    let asked = QueryString::parse(request.query_string());
    let is_too_long = asked.get(SEARCH).is_some_and(is_too_long);
    let why = if is_too_long { TOO_LONG } else { "The list has nothing at the address that you came by. This is how it begins." };
    staff.message(Level::Warning, why)?;
    Ok(see_other(&format!("{home}{}{ERROR}=1", if home.contains('?') { '&' } else { '?' })))
}

/// `GET …/export.csv`: the list with its filters, search and order, streamed.
pub async fn export<A: ModelAdmin>(request: HttpRequest, staff: Staff, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    A::EDITING.allows(&staff.actor, Permission::View, None)?;
    let Ok(query) = Query::read::<A>(request.query_string(), &Display::new(&clock)) else {
        return unusable(&request, &staff, &A::MODEL.list_url());
    };
    let turn = db.turn(Lane::Export).await?;
    let (actor, now) = (staff.actor.clone(), Clock::clone(&clock));
    let actor = db.write(move |connection| list_csv::note::<A>(connection, &actor, &now)).await?;
    let write = move |connection: &mut AnyConnection, out: &mut download::Pipe| list_csv::write::<A>(connection, &actor, &query, out);
    Ok(download::csv(&db, turn, A::MODEL.verbose_name_plural, write))
}

/// `POST …/`: an action on the objects that were ticked. What is refused leaves them ticked.
pub async fn act<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    posted: Posted,
) -> Result<HttpResponse> {
    A::EDITING.allows(&staff.actor, Permission::View, None)?;
    let Ok(query) = Query::read::<A>(request.query_string(), &Display::new(&clock)) else {
        return unusable(&request, &staff, &A::MODEL.list_url());
    };
    let chosen = Chosen::read(&posted);
    let (status, level, sentence) = match asked::<A>(&staff, &chosen) {
        Err(sentence) => (StatusCode::BAD_REQUEST, Level::Warning, sentence.to_owned()),
        Ok(action) => match actions::run(&db, task(&staff, &clock, None), query.clone(), action, chosen.clone()).await {
            Err(error @ (AppError::Forbidden(_) | AppError::Conflict(_) | AppError::BadRequest(_))) => {
                (error.status_code(), Level::Error, format!("{error} Nothing was changed."))
            }
            done => return tell_outcome(&request, &staff, A::MODEL, done?).await,
        },
    };
    staff.message(level, sentence)?;
    // All that the list finds are chosen anew: it may find others now.
    list::<A>(&request, &staff, &db, query, Chosen { across: false, ..chosen }, status).await
}

/// The action that was chosen; else the sentence why nothing is done, in Django's words.
fn asked<A: ModelAdmin>(staff: &Staff, chosen: &Chosen) -> Result<&'static Action<A>, &'static str> {
    if chosen.is_empty() {
        return Err("Items must be selected in order to perform actions on them. No items have been changed.");
    }
    actions::find::<A>(&staff.actor, &chosen.action).ok_or("No action selected.")
}

/// The answer to an action: back to the list, unless it asks first or made a file.
async fn tell_outcome(request: &HttpRequest, staff: &Staff, model: Model, done: Outcome) -> Result<HttpResponse> {
    match done {
        Outcome::Done(sentence) => staff.message(Level::Success, sentence)?,
        Outcome::Nothing(sentence) => staff.message(Level::Info, sentence)?,
        Outcome::Stopped(done, why) => {
            done.map_or(Ok(()), |done| staff.message(Level::Success, done))?;
            staff.message(Level::Error, why)?;
        }
        Outcome::Page(url) => return Ok(see_other(&carrying(url, request.query_string()))),
        Outcome::Ask(asked) => return page(&ConfirmationPage::new(request, staff, model, *asked).await?),
        Outcome::File(ending, media_type, content) => return Ok(download::file(model.model_name, ending, media_type, content)),
    }
    Ok(see_other(&back_to(model.list_url(), request.query_string())))
}

/// `GET …/add/`
pub async fn add_form<A: ModelAdmin>(request: HttpRequest, staff: Staff, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    show_form::<A>(&request, &staff, &db, task(&staff, &clock, None)).await
}

/// `POST …/add/`
pub async fn add<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    posted: Posted,
) -> Result<HttpResponse> {
    save::<A>(&request, &staff, &db, task(&staff, &clock, None), posted).await
}

/// `GET …/{id}/change/`
pub async fn change_form<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    id: Path<String>,
) -> Result<HttpResponse> {
    let Some(known) = Id::parse(&id) else { return unknown::<A>(&staff, &id) };
    show_form::<A>(&request, &staff, &db, task(&staff, &clock, Some(known))).await
}

/// `POST …/{id}/change/`
pub async fn change<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    id: Path<String>,
    posted: Posted,
) -> Result<HttpResponse> {
    let Some(known) = Id::parse(&id) else { return unknown::<A>(&staff, &id) };
    save::<A>(&request, &staff, &db, task(&staff, &clock, Some(known)), posted).await
}

/// `GET …/{id}/`: leads to the form, as in Django; old links point here.
pub async fn object<A: ModelAdmin>(found: Object<A>) -> HttpResponse {
    see_other(&A::MODEL.change_url((A::STORE.id)(&found.0)))
}

/// `GET …/{id}/delete/`
pub async fn delete_form<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    id: Path<String>,
) -> Result<HttpResponse> {
    match deletion::preview::<A>(&db, task(&staff, &clock, Id::parse(&id))).await? {
        Some(found) => page(&DeletePage::new(&request, &staff, found, &preserved(request.query_string())).await?),
        None => unknown::<A>(&staff, &id),
    }
}

/// `POST …/{id}/delete/`
pub async fn delete<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    id: Path<String>,
    _confirmed: Posted,
) -> Result<HttpResponse> {
    let filters = preserved(request.query_string());
    let name = match deletion::delete::<A>(&db, task(&staff, &clock, Id::parse(&id))).await? {
        deletion::Outcome::Unknown => return unknown::<A>(&staff, &id),
        deletion::Outcome::Refused(kept) => {
            return page_with(StatusCode::CONFLICT, &DeletePage::new(&request, &staff, *kept, &filters).await?);
        }
        deletion::Outcome::Deleted(name) => name,
    };
    staff.message(Level::Success, format!("The {} “{name}” was deleted successfully.", A::MODEL.verbose_name))?;
    Ok(see_other(&back_to(A::MODEL.list_url(), &filters)))
}

/// `GET …/{id}/history/`: a page that nobody can have asked for is the first.
pub async fn history<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    id: Path<String>,
) -> Result<HttpResponse> {
    let wanted = Wanted::read(&QueryString::parse(request.query_string())).map_or(1, |wanted| wanted.page);
    match object_history::load::<A>(&db, task(&staff, &clock, Id::parse(&id)), wanted).await? {
        Some(found) => page(&HistoryPage::new(&request, &staff, found, &preserved(request.query_string())).await?),
        None => unknown::<A>(&staff, &id),
    }
}

pub(super) fn task(staff: &Staff, clock: &Clock, id: Option<Id>) -> Task {
    Task { actor: staff.actor.clone(), clock: clock.clone(), id, restores: None }
}

async fn show_form<A: ModelAdmin>(request: &HttpRequest, staff: &Staff, db: &Db, task: Task) -> Result<HttpResponse> {
    let id = task.id;
    match edit::open::<A>(db, task, QueryString::parse(request.query_string())).await? {
        Some(form) => page(&ChangeFormPage::new(request, staff, form, &preserved(request.query_string())).await?),
        None => unknown::<A>(staff, &id.unwrap_or_default().to_string()),
    }
}

async fn save<A: ModelAdmin>(request: &HttpRequest, staff: &Staff, db: &Db, task: Task, posted: Posted) -> Result<HttpResponse> {
    let (id, filters) = (task.id, preserved(request.query_string()));
    match edit::submit::<A>(db, task, FormData::new(posted.pairs)).await? {
        Answer::Unknown => unknown::<A>(staff, &id.unwrap_or_default().to_string()),
        Answer::Page(form) => page(&ChangeFormPage::new(request, staff, *form, &filters).await?),
        Answer::Unavailable(form) => {
            page_with(StatusCode::SERVICE_UNAVAILABLE, &ChangeFormPage::new(request, staff, *form, &filters).await?)
        }
        Answer::Forbidden(form) => page_with(StatusCode::FORBIDDEN, &ChangeFormPage::new(request, staff, *form, &filters).await?),
        Answer::Conflict(conflict) => page_with(StatusCode::CONFLICT, &ConflictTemplate::new(request, staff, *conflict, &filters).await?),
        Answer::Saved(saved, intent) => {
            tell(staff, &A::MODEL, &saved, &done(&A::MODEL, intent, id.is_none()))?;
            Ok(see_other(&next(&A::MODEL, &saved, intent, &filters)))
        }
    }
}

/// What was done, in Django's words.
fn done(model: &Model, intent: Intent, is_new: bool) -> String {
    let deed = if is_new { "added" } else { "changed" };
    let more = match intent {
        Intent::Continue => " You may edit it again below.".to_owned(),
        Intent::AddAnother => format!(" You may add another {} below.", model.verbose_name),
        Intent::Save | Intent::Show => String::new(),
    };
    format!("was {deed} successfully.{more}")
}

/// Says what was saved, and what is worth knowing beside.
pub(super) fn tell(staff: &Staff, model: &Model, saved: &Saved, done: &str) -> Result<()> {
    let text = format!("The {} “{}” {done}", model.verbose_name, Message::PLACE);
    staff.session().message_about(Level::Success, text, &saved.name, model.change_url(saved.id))?;
    for note in &saved.notes {
        let level = if note.is_warning { Level::Warning } else { Level::Info };
        staff.session().message_with(level, note.text.as_str(), note.button.clone())?;
    }
    Ok(())
}

/// Where the pressed button leads.
fn next(model: &Model, saved: &Saved, intent: Intent, filters: &str) -> String {
    match intent {
        Intent::Save | Intent::Show => back_to(model.list_url(), filters),
        Intent::Continue => carrying(model.change_url(saved.id), filters),
        Intent::AddAnother => carrying(model.add_url(), filters),
    }
}

/// The answer for an object that does not exist, as far as the actor may know.
pub fn unknown<A: ModelAdmin>(staff: &Staff, id: &str) -> Result<HttpResponse> {
    // What was typed into the address is shown back, but not at any length.
    let id: String = id.chars().take(100).collect();
    staff.message(Level::Warning, format!("{} with ID “{id}” doesn’t exist. Perhaps it was deleted?", A::MODEL.verbose_name))?;
    Ok(see_other("/admin/"))
}
