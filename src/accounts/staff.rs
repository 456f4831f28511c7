//! Who asks: the argument that makes a page one for staff.
//!
//! Taken by every handler but sign-in's; whoever is not signed in is sent there and back. The user is read anew at each
//! request, so that a user who was deactivated, lost their staff status or changed the password is out at once.

use std::fmt;

use actix_web::dev::Payload;
use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use futures_util::future::LocalBoxFuture;
use subtle::ConstantTimeEq as _;

use super::actor::Actor;
use super::session::{Level, SignedIn, TypedSession};
use super::user::User;
use super::{client, csrf};
use crate::config::Config;
use crate::db::Db;
use crate::error::{AppError, Result};

/// Where people sign in.
pub const LOGIN: &str = "/admin/login/";
/// Where they sign out.
pub const LOGOUT: &str = "/admin/logout/";

/// Whether the CRM shares the database; found out at start, kept among the app's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// All of it is ours.
    Own,
    /// The CRM runs on it too.
    Shared,
}

/// A signed-in member of the staff.
#[derive(Clone)]
pub struct Staff {
    /// Who acts.
    pub actor: Actor,
    /// How pages greet them.
    pub name: String,
    csrf_secret: String,
    session: TypedSession,
}

impl Staff {
    /// A token for the forms of one page.
    pub fn csrf_token(&self) -> Result<String> {
        csrf::mask(&self.csrf_secret)
    }

    /// Keeps a sentence for the next page they see.
    pub fn message(&self, level: Level, text: impl Into<String>) -> Result<()> {
        self.session.message(level, text)
    }

    /// Their session.
    pub fn session(&self) -> &TypedSession {
        &self.session
    }
}

impl FromRequest for Staff {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // Found out already, before the handler was asked (`access`, `unsent`).
            let known = request.extensions().get::<Self>().cloned();
            if let Some(staff) = known {
                return Ok(staff);
            }
            let staff = find(&request).await?.ok_or_else(|| NotSignedIn::at(&request))?;
            // For the error page of this request, should it come to one.
            request.extensions_mut().insert(staff.clone());
            Ok(staff)
        })
    }
}

/// Who asks, if they are signed in and still may.
pub async fn find(request: &HttpRequest) -> Result<Option<Staff>> {
    let session = TypedSession::of(request);
    let Some(signed_in) = session.signed_in()? else { return Ok(None) };
    let (db, config, ownership) = (data::<Db>(request)?, data::<Config>(request)?, data::<Ownership>(request)?);
    let id = signed_in.user;
    let user = db.read(move |connection| User::find(connection, id)).await;
    match user {
        Ok(user) if user.is_admitted() && is_same_password(&user, &signed_in, config)? => Ok(Some(Staff {
            actor: user.actor(*ownership.get_ref()),
            name: user.short_name().to_owned(),
            csrf_secret: signed_in.csrf_secret,
            session,
        })),
        Ok(_) | Err(AppError::NotFound) => {
            session.sign_out();
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn is_same_password(user: &User, signed_in: &SignedIn, config: &Config) -> Result<bool> {
    let now = user.auth_hash(&config.secret_key)?;
    Ok(now.as_bytes().ct_eq(signed_in.auth_hash.as_bytes()).into())
}

fn data<T: 'static>(request: &HttpRequest) -> Result<&Data<T>> {
    request.app_data::<Data<T>>().ok_or_else(|| AppError::internal(format!("no {} in the app", std::any::type_name::<T>())))
}

/// The answer to whoever is not signed in: the way to the sign-in page and back; 401 for scripts.
#[derive(Debug)]
pub struct NotSignedIn {
    location: String,
    wants_json: bool,
}

impl NotSignedIn {
    /// The answer to `request`.
    pub fn at(request: &HttpRequest) -> Self {
        let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
        // What was posted is not sent again after signing in; its page is the nearest thing.
        let back = if matches!(*request.method(), Method::GET | Method::HEAD) { asked } else { request.path() };
        let next: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", back).finish();
        Self { location: format!("{LOGIN}?{next}"), wants_json: client::wants_json(request.headers()) }
    }
}

impl fmt::Display for NotSignedIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sign in first.")
    }
}

impl ResponseError for NotSignedIn {
    fn status_code(&self) -> StatusCode {
        if self.wants_json { StatusCode::UNAUTHORIZED } else { StatusCode::FOUND }
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        if !self.wants_json {
            answer.insert_header((LOCATION, self.location.as_str()));
        }
        answer.finish()
    }
}
