//! What was sent by somebody who is not signed in any more, or from a page of an earlier sign-in: it is not done, and not lost.
//!
//! `server` wraps `keep` round the pages. Without a session the answer is the sign-in page, which carries what was sent along
//! and gives it back in `page`, for a person to go on with, to send or to throw away: nothing is ever sent of its own accord
//! (CVE-2008-3909 was that). Only what a page of this site sent is kept, and only its author gets it back: the token it was
//! sent with says for whom that page was made, whoever signs in. Passwords are never kept.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;

use super::actor::Permission;
use super::session::Level;
use super::staff::{self, LOGIN, LOGOUT, NotSignedIn, Staff};
use super::{account, client, csrf, login, next, posted};
use crate::admin::form::FormData;
use crate::admin::frame::{Frame, Nav, page_with, see_other};
use crate::admin::query_string::QueryString;
use crate::admin::receive;
use crate::admin::sent::{Line, Sent, name_keys, plain};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

/// The largest body that is carried over signing in: it is written into a page, and comes back escaped once more.
const LARGEST: usize = 1_000_000;

/// What was sent.
#[derive(Debug, Clone)]
pub(super) struct Unsent {
    /// Where to: a path of this site.
    pub(super) to: String,
    /// The fields, without the token, as a body.
    pub(super) body: String,
    /// The token it was sent with.
    pub(super) token: String,
}

impl Unsent {
    /// What `request` sent, as far as it may be kept.
    fn of(request: &HttpRequest, pairs: &[(String, String)]) -> Option<Self> {
        let token = token(pairs)?.to_owned();
        let is_secret = pairs.iter().any(|(name, _)| name.contains("password"));
        let fields = pairs.iter().filter(|(name, _)| name != csrf::FIELD);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let to = request.uri().path_and_query().map_or("/", |to| to.as_str()).to_owned();
        (!is_secret && body.len() <= LARGEST && next::is_safe(&to)).then_some(Self { to, body, token })
    }

    /// What a sign-in form carried; `None` for nothing, and for what none of our pages carries.
    pub(super) fn carried(to: &str, body: &str, token: &str) -> Option<Self> {
        let is_ours = !token.is_empty() && body.len() <= LARGEST && next::is_safe(to);
        is_ours.then(|| Self { to: to.to_owned(), body: body.to_owned(), token: token.to_owned() })
    }
}

/// Answers what would be refused for want of a session, or for the token of another one, so that it is kept.
pub(crate) async fn keep(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let config = request.app_data::<Data<Config>>().cloned().ok_or_else(|| AppError::internal("no settings in the app"))?;
    if !may_be_kept(request.request(), &config) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let Some(staff) = staff::find(request.request()).await? else {
        let (request, payload) = request.into_parts();
        let answer = signed_out(&request, &config, payload).await?;
        return Ok(ServiceResponse::new(request, answer));
    };
    request.extensions_mut().insert(staff.clone());
    let answer = next.call(request).await?.map_into_boxed_body();
    let unsent = answer.request().extensions_mut().remove::<Unsent>();
    match (unsent, staff.actor.id) {
        (Some(unsent), Some(user)) if csrf::is_made_for(&unsent.token, user, &config)? => {
            let told = page(answer.request(), &staff, &unsent, StatusCode::FORBIDDEN).await?;
            Ok(answer.into_response(told))
        }
        _ => Ok(answer),
    }
}

/// Pages of people who cannot sign in yet.
const SETUP: &str = "/admin/setup/";

/// Whether a person sent it from a page of this site. Signing in and out have nothing to keep.
fn may_be_kept(request: &HttpRequest, config: &Config) -> bool {
    let is_page = request.path().starts_with("/admin/") && ![LOGIN, LOGOUT].contains(&request.path()) && !request.path().starts_with(SETUP);
    let is_script = client::wants_json(request.headers()) || request.headers().contains_key(csrf::HEADER);
    request.method() == Method::POST && is_page && !is_script && csrf::comes_from_here(request.headers(), config) == Some(true)
}

/// Keeps what is refused for its token, for the answer to this request.
pub(crate) fn put_aside(request: &HttpRequest, pairs: &[(String, String)]) {
    if let Some(unsent) = Unsent::of(request, pairs) {
        request.extensions_mut().insert(unsent);
    }
}

/// The sign-in page that carries what was sent, and says so where it cannot. What has no token was sent by none of our forms.
async fn signed_out(request: &HttpRequest, config: &Config, payload: Payload) -> Result<HttpResponse> {
    let pairs = match posted::body(payload).await {
        Ok(body) if posted::is_multipart(request.headers()) => receive::fields(request, body).await,
        Ok(body) => posted::pairs(request, &body).ok(),
        Err(_) => None,
    };
    let unsent = match pairs {
        Some(pairs) if token(&pairs).is_none() => return Ok(NotSignedIn::at(request).error_response()),
        Some(pairs) => Unsent::of(request, &pairs),
        None => None,
    };
    login::ask_again(request, config, unsent.as_ref())
}

fn token(pairs: &[(String, String)]) -> Option<&str> {
    pairs.iter().find(|(name, value)| name == csrf::FIELD && !value.is_empty()).map(|(_, value)| value.as_str())
}

/// Gives `user`, who has just signed in, what the sign-in form carried, if it is theirs.
pub(super) async fn give_back(request: &HttpRequest, config: &Config, user: Id, unsent: &Unsent) -> Result<HttpResponse> {
    let staff = staff::find(request).await?.ok_or_else(|| AppError::internal("a session that has just begun is over"))?;
    if csrf::is_made_for(&unsent.token, user, config)? {
        return page(request, &staff, unsent, StatusCode::OK).await;
    }
    let sentence = "What was sent before you signed in was not sent by you, so it was thrown away. Nothing of it was saved.";
    staff.message(Level::Warning, sentence)?;
    Ok(see_other("/admin/"))
}

#[derive(Template)]
#[template(path = "admin/unsent.html")]
struct UnsentPage {
    frame: Frame,
    to: String,
    /// The fields as they were sent, to be sent again.
    fields: Vec<(String, String)>,
    words: Words,
    /// Whether the values that are stored stand beside those that were typed.
    has_saved: bool,
}

/// What was sent, as its page would put it.
pub(super) struct Words {
    /// The way to that page: labels and addresses.
    pub(super) way: Vec<(String, String)>,
    /// What was to be done, as a heading; blank where that is not known.
    pub(super) heading: String,
    /// What was typed.
    pub(super) lines: Vec<Line>,
    /// Whether the form can be opened with what was typed.
    pub(super) is_form: bool,
    /// Whether sending it again is more than that.
    pub(super) is_deed: bool,
    /// Where the form was, for whoever throws away what they typed.
    pub(super) back: String,
}

impl Words {
    fn of(Sent { model, heading, object, lines, is_form, is_deed, opened_at }: Sent, to: &str) -> Self {
        let name = object.map(|object| format!(": {}", object.name)).unwrap_or_default();
        let way = [(model.app_name(), model.app_url()), (model.verbose_name_plural.to_owned(), model.list_url())];
        let back = opened_at.unwrap_or_else(|| to.to_owned());
        Self { way: way.into(), heading: heading + &name, lines, is_form, is_deed, back }
    }

    /// What was sent to a page that no screen knows.
    fn plain(data: &FormData, to: &str) -> Self {
        Self { way: Vec::new(), heading: String::new(), lines: plain(data), is_form: false, is_deed: true, back: to.to_owned() }
    }
}

/// The page that gives back what was sent.
async fn page(request: &HttpRequest, staff: &Staff, unsent: &Unsent, status: StatusCode) -> Result<HttpResponse> {
    let fields: Vec<(String, String)> =
        QueryString::parse(&unsent.body).pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let words = in_words(request, staff, &unsent.to, FormData::new(fields.clone())).await?;
    let frame = Frame { has_errors: true, ..Frame::new(request, staff, "Your changes were not saved yet").await? };
    let frame = words.way.iter().fold(frame, |frame, (label, url)| frame.crumb(&**label, &**url)).here("Not saved yet");
    let has_saved = words.lines.iter().any(|line| line.saved.is_some());
    page_with(status, &UnsentPage { frame, to: unsent.to.clone(), fields, words, has_saved })
}

/// What was sent, as the page that it was sent to has words for it.
async fn in_words(request: &HttpRequest, staff: &Staff, to: &str, data: FormData) -> Result<Words> {
    let to = to.to_owned();
    let part = |name: &str| AppError::internal(format!("no {name} in the app"));
    let nav = Data::clone(request.app_data::<Data<Nav>>().ok_or_else(|| part("navigation"))?);
    let db = request.app_data::<Data<Db>>().ok_or_else(|| part("database"))?;
    let clock = Clock::clone(request.app_data::<Data<Clock>>().ok_or_else(|| part("clock"))?);
    let (actor, path, without) = (staff.actor.clone(), to.split('?').next().unwrap_or_default().to_owned(), Words::plain(&data, &to));
    let read = move |connection: &mut AnyConnection| {
        if path == account::SESSIONS {
            return account::in_words(connection, &actor, &clock, &data).map(Some);
        }
        let Some((item, page)) = nav.item_at(&path).filter(|(item, _)| (item.allows)(&actor, Permission::View).is_ok()) else {
            return Ok(None);
        };
        let mut sent = (item.sent)(connection, &actor, &clock, page, data)?;
        name_keys(&nav, connection, &actor, &mut sent.lines)?;
        Ok(Some(Words::of(sent, &to)))
    };
    Ok(db
        .read(read)
        .await
        .unwrap_or_else(|error| {
            // It is given back without words rather than not at all.
            tracing::warn!(%error, "what was sent is shown as it was sent");
            None
        })
        .unwrap_or(without))
}
