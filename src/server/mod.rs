//! The running site: the actix app around the table of URLs, and its beginning and end.
//!
//! Called by `commands` and by tests, which start it on a listener of their own. The layers, outermost first: `edge`
//! (answers whatever happens, headers, log), `guard` (host, other sites' requests), compression, and round the pages alone
//! sessions and what keeps forms that come without one; round the API sessions and what other sites may ask; files and health checks
//! have none.

pub mod url;

mod edge;
mod errors;
mod guard;
mod headers;
mod health;
mod log;
mod missing;
mod statics;

use std::net::TcpListener;
use std::time::Duration;

use actix_cors::Cors;
use actix_session::SessionMiddleware;
use actix_session::config::CookieContentSecurity;
use actix_web::cookie::{Key, SameSite};
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, from_fn};
use actix_web::rt::System;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpServer};
use tokio::signal::unix::{Signal, SignalKind, signal};
use utoipa::openapi::OpenApi;

use self::health::Draining;
use self::url::Url;
use crate::accounts::access::Access;
use crate::accounts::hashing::Hashing;
use crate::accounts::keys;
use crate::accounts::session_store::Store;
use crate::accounts::staff::Ownership;
use crate::accounts::{posted, unsent};
use crate::admin::frame::Nav;
use crate::api::openapi;
use crate::api::quota::Quotas;
use crate::clock::Clock;
use crate::config::{Config, Secret};
use crate::db::{Db, migrations};
use crate::error::{AppError, Result};
use crate::routes;
use crate::segments::job::Job;
use crate::segments::stop::Stop;

/// How long the head of a request may take to arrive.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long an idle connection is kept: longer than balancers keep theirs.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Seconds that requests in flight are given at the end.
const SHUTDOWN: u64 = 30;
/// How long balancers have to see that `/readyz` says no before the port is closed.
const DRAIN: Duration = Duration::from_secs(3);

/// The listener on the address of the settings, for those who want to say something once the port is theirs.
///
/// # Errors
/// `Unavailable` with the sentence when it is taken.
pub fn bind(config: &Config) -> Result<TcpListener> {
    TcpListener::bind(config.bind).map_err(|error| AppError::Unavailable(format!("BIND: cannot listen on {}: {error}.", config.bind)))
}

/// Serves on `listener` until the process is told to end; `announce` is called once that can be told. The database is
/// migrated already.
pub fn run_on(listener: TcpListener, config: Config, db: Db, clock: Clock, announce: impl FnOnce() -> Result<()>) -> Result<()> {
    System::new().block_on(async move {
        let draining = Draining::default();
        let job = config.recalculate_every.map(|every| Job::new(db.clone(), clock.clone(), every));
        let server = build(routes::SITE, listener, config, db, clock, draining.clone())?;
        // Listened for before anybody knows that we serve, so that no signal finds the default of dying at once.
        let signals = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let job = job.map(Job::start).transpose()?;
        let stop = job.as_ref().map(|job| job.stop().clone()).unwrap_or_default();
        actix_web::rt::spawn(end_at_signal(signals, server.handle(), draining, stop));
        announce()?;
        let end = server.await;
        if let Some(job) = job {
            job.end();
        }
        Ok(end?)
    })
}

/// What is served: `routes` has the product's; a test may have one with a model of its own.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// The table of URLs.
    pub urls: fn() -> Vec<Url>,
    /// The models of the navigation.
    pub nav: fn() -> Nav,
}

/// The server on `listener`, without ears for signals: for tests. It serves while it is awaited inside an actix `System`.
pub fn start(site: Site, listener: TcpListener, config: Config, db: Db, clock: Clock) -> Result<Server> {
    build(site, listener, config, db, clock, Draining::default())
}

fn build(site: Site, listener: TcpListener, config: Config, db: Db, clock: Clock, draining: Draining) -> Result<Server> {
    let ownership = if migrations::state(&db)?.shared { Ownership::Shared } else { Ownership::Own };
    let (key, store) = (cookie_key(&config.secret_key)?, Store::new(db.clone(), clock.clone(), &config));
    let hashing = Data::new(Hashing::new(&config, ownership));
    let clock = clock.counting_every(config.recalculate_every);
    let (config, db, clock) = (Data::new(config), Data::new(db), Data::new(clock));
    let (ownership, draining, nav) = (Data::new(ownership), Data::new(draining), Data::new(checked((site.nav)())?));
    let (known, document) = (Data::new(missing::Known::of(&(site.urls)())), Data::new(told(site)));
    let quotas = Data::new(Quotas::default());
    let server = HttpServer::new(move || {
        let new_sessions = || sessions(store.clone(), key.clone(), &config);
        let api = web::scope(url::API).wrap(new_sessions()).wrap(cors(&config));
        let api = api.configure(|config| mount(config, (site.urls)().into_iter().filter(url::Url::is_api)));
        let pages = web::scope("")
            .wrap(from_fn(unsent::keep))
            .wrap(new_sessions())
            .wrap(from_fn(posted::gather))
            .configure(|config| mount(config, (site.urls)().into_iter().filter(|url| !url.is_api())));
        App::new()
            .app_data(config.clone())
            .app_data(db.clone())
            .app_data(clock.clone())
            .app_data(ownership.clone())
            .app_data(hashing.clone())
            .app_data(draining.clone())
            .app_data(nav.clone())
            .app_data(known.clone())
            .app_data(quotas.clone())
            .app_data(document.clone())
            .configure(files_and_health)
            .service(api)
            .service(pages)
            .wrap(Compress::default())
            .wrap(from_fn(guard::check))
            .wrap(from_fn(edge::edge))
    });
    // Otherwise the end of a page waits 40 ms for the browser to acknowledge its beginning.
    let server = server.tcp_nodelay(true).client_request_timeout(HEAD_PATIENCE).keep_alive(KEEP_ALIVE);
    Ok(server.shutdown_timeout(SHUTDOWN).disable_signals().listen(listener)?.run())
}

/// What the API tells of itself.
fn told(site: Site) -> OpenApi {
    let urls = (site.urls)();
    openapi::document(urls.iter().flat_map(Url::endpoints))
}

/// The navigation, if the declarations of its screens make sense: a site with a wrong one does not start.
fn checked(nav: Nav) -> Result<Nav> {
    let problems: Vec<String> = nav.problems().iter().map(|problem| format!("({}) {}", problem.code, problem.text)).collect();
    if problems.is_empty() { Ok(nav) } else { Err(AppError::internal(problems.join(" "))) }
}

fn files_and_health(config: &mut ServiceConfig) {
    config.service(url::url("/healthz").get(Access::Anyone, health::alive));
    config.service(url::url("/readyz").get(Access::Anyone, health::ready));
    config.service(url::url("/static/{path:.+}").get(Access::Anyone, statics::serve));
}

fn mount(config: &mut ServiceConfig, urls: impl Iterator<Item = Url>) {
    for url in urls {
        config.service(url);
    }
    config.default_service(web::to(missing::answer));
}

/// Which other sites' pages may use the API, with a token that they have: never with our cookies.
fn cors(config: &Config) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        .allowed_headers(["authorization", "content-type", "accept", "if-match", "idempotency-key", "x-requested-with"])
        .expose_headers([
            "etag",
            "location",
            "allow",
            "www-authenticate",
            "idempotency-replayed",
            "retry-after",
            "ratelimit-limit",
            "ratelimit-remaining",
            "ratelimit-reset",
            "content-disposition",
        ])
        .max_age(3_600);
    config.cors_allowed_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

fn sessions(store: Store, key: Key, config: &Config) -> SessionMiddleware<Store> {
    let is_secure = config.public_url.scheme() == "https";
    let name = if is_secure { "__Host-sessionid" } else { "sessionid" };
    SessionMiddleware::builder(store, key)
        .cookie_name(name.to_owned())
        .cookie_secure(is_secure)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .build()
}

/// The key that cookies are signed with: two signatures of the secret, for the cookie crate wants 64 bytes.
fn cookie_key(secret: &Secret) -> Result<Key> {
    let halves = [keys::sign(secret, "cookie key", b"1")?, keys::sign(secret, "cookie key", b"2")?];
    Ok(Key::from(&halves.concat()))
}

/// Ends the server: SIGTERM lets balancers look away first, SIGINT (Ctrl-C) does not wait for them.
async fn end_at_signal((mut terminate, mut interrupt): (Signal, Signal), server: ServerHandle, draining: Draining, job: Stop) {
    tokio::select! {
        _ = terminate.recv() => {
            tracing::info!("told to end: no longer ready, finishing what is under way");
            draining.begin();
            job.set();
            tokio::select! { () = tokio::time::sleep(DRAIN) => {}, _ = interrupt.recv() => {} }
        }
        _ = interrupt.recv() => draining.begin(),
    }
    job.set();
    server.stop(true).await;
}
