//! For whoever watches the process: is it alive, and should it be sent requests?
//!
//! Mounted by `server` outside of the host check and of sessions. Neither answer says why: that is in the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::db::{Db, migrations};
use crate::error::{AppError, Result};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether the process was told to end: it finishes what it has and should be sent nothing more.
#[derive(Debug, Clone, Default)]
pub(super) struct Draining(Arc<AtomicBool>);

impl Draining {
    /// From now on.
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: the database answers, has today's tables, and the process is not about to end.
pub(super) async fn ready(db: Data<Db>, draining: Data<Draining>) -> HttpResponse {
    let answer =
        |status: &mut actix_web::HttpResponseBuilder, text: &'static str| status.content_type("text/plain; charset=utf-8").body(text);
    if draining.has_begun() {
        return answer(&mut HttpResponse::ServiceUnavailable(), "draining\n");
    }
    match is_current(db.get_ref().clone()).await {
        Ok(true) => answer(&mut HttpResponse::Ok(), "ready\n"),
        Ok(false) => answer(&mut HttpResponse::ServiceUnavailable(), "migrations are pending\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            answer(&mut HttpResponse::ServiceUnavailable(), "the database does not answer\n")
        }
    }
}

async fn is_current(db: Db) -> Result<bool> {
    let state = tokio::task::spawn_blocking(move || migrations::state(&db));
    let state = tokio::time::timeout(PATIENCE, state).await.map_err(AppError::internal)?.map_err(AppError::internal)??;
    Ok(state.pending.is_empty())
}
