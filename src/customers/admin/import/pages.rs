//! What people see of an import: the form for the file, and the page of an upload, whatever it has come to.
//!
//! Handlers, listed in `routes`.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::runs::Desk;
use super::view::View;
use super::{Imported, address, home, require_import};
use crate::accounts::Staff;
use crate::accounts::session::Level;
use crate::admin::display::number;
use crate::admin::frame::{Frame, page, see_other};
use crate::admin::model_admin::Model;
use crate::admin::receive::receive;
use crate::clock::Clock;
use crate::config::Config;
use crate::customers::import::{ENCODINGS, What};
use crate::customers::upload::store::{self, Import};
use crate::db::Db;
use crate::error::{AppError, Result};

async fn framed<A: Imported>(request: &HttpRequest, staff: &Staff, title: &str) -> Result<Frame> {
    let frame = Frame::new(request, staff, title).await?.crumb(A::MODEL.app_name(), A::MODEL.app_url());
    Ok(frame.crumb(A::MODEL.verbose_name_plural, A::MODEL.list_url()))
}

#[derive(Template)]
#[template(path = "customers/import.html")]
struct ImportPage {
    frame: Frame,
    model: Model,
    what: What,
    error: Option<String>,
    encoding: String,
    encodings: [(&'static str, &'static str); 3],
    megabytes: u64,
    recent: Vec<(Import, &'static str, String)>,
}

impl ImportPage {
    fn is_written_in(&self, encoding: &str) -> bool {
        self.encoding == encoding
    }
}

/// What is wrong with what was sent, if anything was, and what it was said to be written in.
#[derive(Default)]
struct Sent {
    error: Option<String>,
    encoding: String,
}

async fn ask<A: Imported>(request: &HttpRequest, desk: &Desk<'_>, config: &Config, sent: Sent) -> Result<HttpResponse> {
    let (what, user, now) = (A::WHAT, desk.staff.actor.id, desk.now());
    let recent = desk.db.read(move |connection| store::list_of(connection, what, user, now)).await?;
    let title = format!("Import {}", A::MODEL.verbose_name_plural);
    let frame = framed::<A>(request, desk.staff, &title).await?.here("Import CSV");
    page(&ImportPage {
        frame: Frame { has_errors: sent.error.is_some(), ..frame },
        model: A::MODEL,
        what,
        error: sent.error,
        encoding: sent.encoding,
        encodings: ENCODINGS,
        megabytes: config.upload_limit / 1_000_000,
        recent: recent.into_iter().map(|import| (import.clone(), import.state(now).label(), address::<A>(import.id))).collect(),
    })
}

/// `GET …/import/`
pub async fn show<A: Imported>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    config: Data<Config>,
) -> Result<HttpResponse> {
    require_import(&staff.actor, A::WHAT)?;
    ask::<A>(&request, &Desk { staff: &staff, what: A::WHAT, db: &db, clock: &clock }, &config, Sent::default()).await
}

/// `POST …/import/`: keeps a file.
pub async fn upload<A: Imported>(
    request: HttpRequest,
    staff: Staff,
    payload: Payload,
    (db, clock, config): (Data<Db>, Data<Clock>, Data<Config>),
) -> Result<HttpResponse, actix_web::Error> {
    require_import(&staff.actor, A::WHAT)?;
    let received = receive(&request, &mut payload.into_inner(), &config).await?;
    let desk = Desk { staff: &staff, what: A::WHAT, db: &db, clock: &clock };
    let encoding = received.posted.get("encoding").unwrap_or_default().to_owned();
    let kept = match received.file {
        Some((name, file)) => desk.keep(name, file, encoding.clone()).await,
        None => Err(AppError::BadRequest("Choose a file.".into())),
    };
    match kept {
        Ok(id) => Ok(see_other(&address::<A>(id))),
        Err(AppError::BadRequest(sentence)) => Ok(ask::<A>(&request, &desk, &config, Sent { error: Some(sentence), encoding }).await?),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "customers/imported.html")]
struct ImportedPage {
    frame: Frame,
    model: Model,
    here: String,
    home: String,
    view: View,
}

impl ImportedPage {
    fn is_written_in(&self, encoding: &str) -> bool {
        self.view.choices.encoding == encoding
    }

    fn is(&self, state: &str) -> bool {
        self.view.state.name() == state
    }

    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn number(&self, value: impl std::borrow::Borrow<i64>) -> String {
        number(*value.borrow())
    }
}

/// Back to the form, for there is no such upload.
pub(super) fn gone<A: Imported>(staff: &Staff) -> Result<HttpResponse> {
    staff.message(Level::Warning, "That file is not here any more: files are kept for a day. Choose it again.")?;
    Ok(see_other(&home::<A>()))
}

/// `GET …/import/<uuid>/`: what its columns hold, how far it is, or what came of it.
pub async fn look<A: Imported>(
    request: HttpRequest,
    staff: Staff,
    named: Path<String>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    require_import(&staff.actor, A::WHAT)?;
    let desk = Desk { staff: &staff, what: A::WHAT, db: &db, clock: &clock };
    let Some(import) = desk.find(&named).await? else { return gone::<A>(&staff) };
    let (here, now) = (address::<A>(import.id), desk.now());
    let view = db.read(move |connection| View::read::<A>(connection, import, now)).await?;
    let title = format!("{} | Import {}", view.import.name, A::MODEL.verbose_name_plural);
    let frame = framed::<A>(&request, &staff, &title).await?.crumb("Import CSV", home::<A>()).here(view.import.name.clone());
    let is_going_on = view.state.is_going_on();
    let mut answer = page(&ImportedPage { frame, model: A::MODEL, here, home: home::<A>(), view })?;
    if is_going_on {
        answer.headers_mut().insert(HeaderName::from_static("refresh"), HeaderValue::from_static("2"));
    }
    Ok(answer)
}
