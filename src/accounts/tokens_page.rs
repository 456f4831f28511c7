//! "API tokens": the page on which people make tokens for their own programs, see them once, and revoke them.
//!
//! Handlers, listed in `routes`; the deeds are those of `api_token`. A token stands on the very page that answers its making, and
//! nowhere else: it is in no message, no address and no session.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::api_token::{self, ApiToken, NewToken};
use super::session::Level;
use super::user::as_they_are;
use super::{Posted, Staff};
use crate::admin::cell::Cell;
use crate::admin::display::Display;
use crate::admin::form::NEW_ID;
use crate::admin::frame::{Frame, page, see_other};
use crate::clock::Clock;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

/// Where the page is.
const HERE: &str = "/admin/account/tokens/";
/// After how many days a token may end, as the form offers it; blank: never.
const LIVES: [(&str, &str); 5] = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Never")];
/// What is chosen at first.
const LIFE: &str = "90";

/// A token as pages show it.
pub(super) struct TokenView {
    /// Names its row.
    pub(super) key: String,
    /// What it is for.
    pub(super) name: String,
    /// What it may do, in words.
    pub(super) may: &'static str,
    /// How long ago it was made.
    pub(super) made: Cell,
    /// How long ago it was used.
    pub(super) used: Cell,
    /// When it ends, in words.
    pub(super) ends: String,
}

/// What is typed.
#[derive(Default)]
struct Typed {
    name: String,
    days: String,
    is_read_only: bool,
}

#[derive(Template)]
#[template(path = "admin/tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<TokenView>,
    typed: Typed,
    /// The key that the next token will have.
    new_id: Id,
    error: Option<String>,
    /// The token that was made just now, and what it is for.
    made: Option<(String, String)>,
}

impl TokensPage {
    #[expect(clippy::unused_self, reason = "templates have no other way to a constant")]
    fn lives(&self) -> [(&'static str, &'static str); LIVES.len()] {
        LIVES
    }

    #[expect(clippy::unused_self, reason = "likewise")]
    fn most(&self) -> usize {
        api_token::MAX_NAME
    }
}

impl TokenView {
    fn of(token: ApiToken, display: &Display) -> Self {
        let ends = match token.expires_at {
            None => "Never".to_owned(),
            Some(_) if token.has_ended(display.now()) => "It has ended".to_owned(),
            Some(end) => display.sentence(end),
        };
        let used = if token.last_used_at.is_some() { display.time_ago(token.last_used_at) } else { Cell::text("Never") };
        let may = if token.is_read_only { "Read" } else { "Read and change" };
        Self { key: token.id.to_string(), name: token.name, may, made: display.time_ago(Some(token.created_at)), used, ends }
    }
}

/// `GET /admin/account/tokens/`
pub async fn show(request: HttpRequest, staff: Staff, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    page(&load(&request, &staff, &db, &clock, Typed { days: LIFE.into(), ..Typed::default() }).await?)
}

/// `POST /admin/account/tokens/`: makes one, or revokes one.
pub async fn act(request: HttpRequest, staff: Staff, posted: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    if let Some(key) = posted.get("revoke") {
        return revoke(&staff, Id::parse(key), &db, &clock).await;
    }
    let typed = Typed {
        name: posted.get("name").unwrap_or_default().to_owned(),
        days: posted.get("days").unwrap_or_default().to_owned(),
        is_read_only: posted.has("is_read_only"),
    };
    let made = match wanted(&posted, &typed) {
        Ok(new) => make(&staff, new, &db, &clock).await,
        Err(refusal) => Err(refusal),
    };
    let shown = match made {
        Ok(token) => {
            let fresh = load(&request, &staff, &db, &clock, Typed { days: LIFE.into(), ..Typed::default() }).await?;
            TokensPage { made: Some((token, typed.name)), ..fresh }
        }
        Err(AppError::BadRequest(why) | AppError::Conflict(why)) => refused(load(&request, &staff, &db, &clock, typed).await?, why),
        Err(error) => return Err(error),
    };
    page(&shown)
}

/// What is to be made. A form that does not say when a token ends makes none that never does.
fn wanted(posted: &Posted, typed: &Typed) -> Result<NewToken> {
    let life = LIVES.iter().find(|(days, _)| posted.get("days") == Some(*days));
    let (days, _) = life.ok_or_else(|| AppError::BadRequest("Choose after how long it ends.".into()))?;
    Ok(NewToken {
        id: posted.get(NEW_ID).and_then(Id::parse).unwrap_or_default(),
        name: typed.name.clone(),
        is_read_only: typed.is_read_only,
        days: days.parse().ok(),
    })
}

fn refused(page: TokensPage, why: String) -> TokensPage {
    TokensPage { frame: Frame { has_errors: true, ..page.frame }, error: Some(why), ..page }
}

async fn make(staff: &Staff, new: NewToken, db: &Db, clock: &Clock) -> Result<String> {
    let (actor, now) = (staff.actor.clone(), clock.now());
    db.write(move |connection| {
        let actor = as_they_are(connection, &actor)?;
        api_token::make(connection, &actor, now, &new)
    })
    .await
}

async fn revoke(staff: &Staff, key: Option<Id>, db: &Db, clock: &Clock) -> Result<HttpResponse> {
    let (actor, now) = (staff.actor.clone(), clock.now());
    let revoke = move |connection: &mut AnyConnection| key.map_or(Ok(None), |key| api_token::revoke(connection, &actor, now, key));
    let (level, sentence) = match db.write(revoke).await? {
        Some(name) => (Level::Success, format!("The token “{name}” is revoked: it opens nothing any more.")),
        None => (Level::Info, "That token was revoked already.".to_owned()),
    };
    staff.message(level, sentence)?;
    Ok(see_other(HERE))
}

/// The tokens of a user, the newest first.
pub(super) async fn list_tokens(db: &Db, clock: &Clock, user: Id) -> Result<Vec<TokenView>> {
    let display = Display::new(clock);
    let tokens = db.read(move |connection| api_token::list_of(connection, user)).await?;
    Ok(tokens.into_iter().map(|token| TokenView::of(token, &display)).collect())
}

async fn load(request: &HttpRequest, staff: &Staff, db: &Db, clock: &Clock, typed: Typed) -> Result<TokensPage> {
    let tokens = list_tokens(db, clock, staff.actor.id.ok_or(AppError::NotFound)?).await?;
    let frame = Frame::new(request, staff, "API tokens").await?.crumb("Your account", super::account::ACCOUNT).here("API tokens");
    Ok(TokensPage { frame, tokens, typed, new_id: Id::new(), error: None, made: None })
}
