//! The page of a user's sessions: the browsers in which they are signed in, their tokens, and the end of all of them.
//!
//! Handlers, listed in `routes`; on a database shared with the CRM too, for sessions are ours. Whoever ends a session sees
//! first which they are. Of oneself they are on the page of one's own account, which leaves one signed in.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::UserAdmin;
use super::belongings::Belongings;
use crate::accounts::account::{ACCOUNT, SessionView, list_sessions};
use crate::accounts::managing::{self, Account};
use crate::accounts::managing_rules::require_rank;
use crate::accounts::session::Level;
use crate::accounts::tokens_page::{TokenView, list_tokens};
use crate::accounts::{Posted, Staff};
use crate::admin::display::counted;
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::query_string::{back_to, carrying, preserved, still_carrying};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::error::Result;

#[derive(Template)]
#[template(path = "admin/user_sessions.html")]
struct SessionsPage {
    frame: Frame,
    username: String,
    action: String,
    back: String,
    sessions: Vec<SessionView>,
    tokens: Vec<TokenView>,
}

/// `GET …/{id}/sessions/`
pub async fn show<B: Belongings>(
    request: HttpRequest,
    staff: Staff,
    target: Object<UserAdmin<B>>,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
) -> Result<HttpResponse> {
    if target.0.is(&staff.actor) {
        return Ok(see_other(ACCOUNT));
    }
    require_rank(&staff.actor, &target.0)?;
    let Account { id, values, .. } = target.0;
    let tokens = list_tokens(&db, &clock, id).await?;
    let sessions = list_sessions(&db, &clock, &config, id, &staff.session().key_hash()?).await?;
    let (model, username) = (UserAdmin::<B>::MODEL, values.username);
    let carried = preserved(request.query_string());
    let [action, back] = [model.object_url(id, "sessions"), model.change_url(id)].map(|url| carrying(url, &carried));
    let frame = Frame::new(&request, &staff, format!("Sessions: {username}")).await?.crumb(model.app_name(), model.app_url());
    let frame = frame.crumb(model.verbose_name_plural, back_to(model.list_url(), &carried)).crumb(&*username, &*back).here("Sessions");
    page(&SessionsPage { frame, username, action, back, sessions, tokens })
}

/// `POST …/{id}/sessions/`: ends all of them, and revokes the tokens where that is ticked.
pub async fn end<B: Belongings>(
    request: HttpRequest,
    staff: Staff,
    target: Object<UserAdmin<B>>,
    posted: Posted,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    if target.0.is(&staff.actor) {
        return Ok(see_other(ACCOUNT));
    }
    let (actor, now, id, with_tokens) = (staff.actor.clone(), clock.now(), target.0.id, posted.has("with_tokens"));
    let ended = db.write(move |connection| managing::end_sessions(connection, &actor, now, id, with_tokens)).await?;
    let (who, sessions) = (target.0.values.username, counted(ended.sessions, "session", "sessions"));
    let tokens = if with_tokens { format!(", {} revoked", counted(ended.tokens, "API token", "API tokens")) } else { String::new() };
    staff.message(Level::Success, format!("“{who}” is signed out: {sessions} ended{tokens}."))?;
    Ok(see_other(&still_carrying(UserAdmin::<B>::MODEL.change_url(id), request.query_string())))
}
