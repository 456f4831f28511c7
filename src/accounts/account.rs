//! "Your account": who one is, and the browsers in which one is signed in.
//!
//! Handlers, listed in `routes`, for everybody of the staff and about themselves alone; on a database shared with the CRM too,
//! for sessions are ours.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::TimeDelta;

use super::session::Level;
use super::sessions::{self, Session};
use super::unsent::Words;
use super::user::User;
use super::{Actor, Posted, Staff, api_login, client, managing};
use crate::admin::cell::Cell;
use crate::admin::display::{Display, counted};
use crate::admin::form::FormData;
use crate::admin::frame::{Frame, Nav, page, see_other};
use crate::admin::sent::Line;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{AnyConnection, Db, Id, Time};
use crate::error::{AppError, Result};
use crate::query::text;

/// Where the page is.
pub const ACCOUNT: &str = "/admin/account/";
/// Where its sessions are ended.
pub(super) const SESSIONS: &str = "/admin/account/sessions/";
/// What names the sign-ins of programs in the list of sessions.
const OF_THE_API: &str = "api";
/// Admins whom the page names, for whoever may not change what it says.
const NAMED: i64 = 3;

#[derive(Template)]
#[template(path = "admin/account.html")]
struct AccountPage {
    frame: Frame,
    facts: Vec<(&'static str, String)>,
    /// Who changes them.
    hint: String,
    /// Where one changes some of them oneself.
    own_page: Option<String>,
    sessions: Vec<SessionView>,
}

impl AccountPage {
    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_this)
    }
}

/// A signed-in browser, as pages show it.
pub(super) struct SessionView {
    /// Names its row.
    pub(super) key: String,
    /// In words.
    pub(super) browser: String,
    /// As it calls itself.
    pub(super) agent: String,
    /// Where it signed in from; "-" where that is unknown.
    pub(super) address: String,
    /// When, to the second.
    pub(super) signed_in: String,
    /// How long ago it last asked for something.
    pub(super) seen: Cell,
    /// Whether the page is read in it.
    pub(super) is_this: bool,
}

impl SessionView {
    fn of(session: Session, own: &str, display: &Display) -> Self {
        Self {
            is_this: session.key_hash == own,
            browser: client::browser(&session.user_agent),
            agent: session.user_agent,
            address: if session.address.is_empty() { "-".to_owned() } else { session.address },
            signed_in: display.to_the_second(session.created_at),
            seen: display.time_ago(Some(session.seen_at)),
            key: session.key_hash,
        }
    }

    /// The sign-ins of programs, which are told and ended together: none of them says what it is.
    fn of_the_api(count: i64, latest: Time, display: &Display) -> Self {
        Self {
            key: OF_THE_API.to_owned(),
            browser: counted(count, "sign-in of a program (API)", "sign-ins of programs (API)"),
            agent: String::new(),
            address: "-".to_owned(),
            signed_in: display.to_the_second(latest),
            seen: Cell::text("-"),
            is_this: false,
        }
    }
}

/// `GET /admin/account/`
pub async fn show(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
    nav: Data<Nav>,
) -> Result<HttpResponse> {
    let (id, actor) = (staff.actor.id.ok_or(AppError::NotFound)?, &staff.actor);
    let (user, admins) = db.read(move |connection| Ok((User::find(connection, id)?, User::list_admins(connection, NAMED)?))).await?;
    let sessions = list_sessions(&db, &clock, &config, id, &staff.session().key_hash()?).await?;
    let own_page = nav.model(managing::MODEL).filter(|_| actor.is_admin() && !actor.is_shared).map(|users| users.change_url(id));
    let frame = Frame::new(&request, &staff, "Your account").await?.here("Your account");
    page(&AccountPage { frame, facts: facts(&user), hint: hint(actor, &admins), own_page, sessions })
}

/// The browsers in which a user is signed in; that of the session `own` comes first, then the one last seen. Programs come last.
pub(super) async fn list_sessions(db: &Db, clock: &Clock, config: &Config, user: Id, own: &str) -> Result<Vec<SessionView>> {
    let (now, display) = (clock.now(), Display::new(clock));
    let before = |limit| TimeDelta::from_std(limit).ok().and_then(|limit| now.checked_sub_signed(limit)).unwrap_or_default();
    let (begun, seen) = (before(config.session_max), before(config.session_idle));
    let read = move |connection: &mut AnyConnection| {
        Ok((sessions::list_of(connection, user, begun, seen)?, api_login::latest_of(connection, user, now)?))
    };
    let (mut found, programs) = db.read(read).await?;
    found.sort_by_key(|session| session.key_hash != own);
    let programs = programs.map(|(count, latest)| SessionView::of_the_api(count, latest, &display));
    Ok(found.into_iter().map(|session| SessionView::of(session, own, &display)).chain(programs).collect())
}

/// `POST /admin/account/sessions/`: ends one session, or all but the one that asks.
pub async fn end_sessions(staff: Staff, posted: Posted, db: Data<Db>) -> Result<HttpResponse> {
    let (id, own) = (staff.actor.id.ok_or(AppError::NotFound)?, staff.session().key_hash()?);
    let sentence = match posted.get("end").map(str::to_owned) {
        Some(key) if key == own => {
            staff.session().sign_out();
            return Ok(see_other(super::staff::LOGIN));
        }
        Some(key) if key == OF_THE_API => {
            let ended = db.write(move |connection| api_login::end_all(connection, id)).await?;
            format!("{} of programs ended.", counted(ended, "sign-in", "sign-ins"))
        }
        Some(key) => {
            let was_there = db.write(move |connection| sessions::end(connection, id, &key)).await?;
            format!("That browser {} signed out.", if was_there { "is" } else { "was already" })
        }
        None if posted.has("end_others") => {
            let ended = db.write(move |connection| sessions::end_others(connection, id, &own)).await?;
            format!("You are signed out of {}.", counted(ended, "other session", "other sessions"))
        }
        None => return Err(AppError::BadRequest("The form does not say which session to end.".into())),
    };
    staff.message(Level::Success, sentence)?;
    Ok(see_other(ACCOUNT))
}

/// What [`end_sessions`] was sent and did not do, for the page that gives it back: the session is named as the list names it.
pub(super) fn in_words(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, data: &FormData) -> Result<Words> {
    let user = actor.id.ok_or(AppError::NotFound)?;
    let line = |(label, text): (&str, String)| Line { label: label.to_owned(), sentence: None, cell: Cell::text(text), saved: None };
    let (heading, named) = match data.get("end") {
        "" => ("End all other sessions", Vec::new()),
        OF_THE_API => ("End the sign-ins of programs (API)", Vec::new()),
        key => (
            "End a session",
            match sessions::find(connection, user, key)? {
                Some(session) => {
                    let session = SessionView::of(session, "", &Display::new(clock));
                    vec![("Browser", session.browser), ("Address", session.address), ("Signed in", session.signed_in)]
                }
                None => vec![("Browser", "One that is signed out already".to_owned())],
            },
        ),
    };
    let way = vec![("Your account".to_owned(), ACCOUNT.to_owned())];
    let lines = named.into_iter().map(line).collect();
    Ok(Words { way, heading: heading.to_owned(), lines, is_form: false, is_deed: true, back: ACCOUNT.to_owned() })
}

/// Who changes what the page says of one.
fn hint(actor: &Actor, admins: &[String]) -> String {
    if actor.is_shared {
        return "Your name, email address and role are kept by the CRM, and changed there.".to_owned();
    }
    if actor.is_admin() {
        return "Your role is changed by another Admin; your name and email address you change yourself.".to_owned();
    }
    let whom = if admins.is_empty() { String::new() } else { format!(": {}", text::list(admins, "or")) };
    format!("To have your name, email address or role changed, ask an Admin{whom}.")
}

fn facts(user: &User) -> Vec<(&'static str, String)> {
    let or_none = |text: String| if text.trim().is_empty() { "-".to_owned() } else { text };
    let role = if user.is_superuser { format!("{}, superuser: you have all rights", user.role) } else { user.role.clone() };
    vec![
        ("Username", user.username.clone()),
        ("Name", or_none(format!("{} {}", user.first_name, user.last_name).trim().to_owned())),
        ("Email address", or_none(user.email.clone())),
        ("Role", or_none(role)),
    ]
}
