//! The pages of an object's earlier versions: one beside how it stands now, and restoring it.
//!
//! Listed in `routes` for every model that keeps versions, like `views`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::form::VERSION;
use super::form_page::ObjectView;
use super::frame::{page, page_with, see_other};
use super::model_admin::{Model, ModelAdmin};
use super::pages::{ChangeFormPage, ComparePage};
use super::query_string::{carrying, preserved};
use super::versions::{self, Found, Restored};
use super::views::{task, tell, unknown};
use crate::accounts::Staff;
use crate::accounts::posted::Posted;
use crate::accounts::session::Level;
use crate::clock::Clock;
use crate::db::{Db, Id};
use crate::error::Result;

/// `GET …/{id}/history/{version}/`: an earlier version beside how the object stands now.
pub async fn compare<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    let ((id, version), filters) = (path.into_inner(), preserved(request.query_string()));
    match versions::compare::<A>(&db, task(&staff, &clock, Id::parse(&id)), Id::parse(&version)).await? {
        Found::Unknown => unknown::<A>(&staff, &id),
        Found::Object(object) => without_version(&staff, A::MODEL, &object, &filters),
        Found::Version(found) => page(&ComparePage::new(&request, &staff, *found, &filters).await?),
    }
}

/// The answer for what is no version of an object that there is: to those that it has.
fn without_version(staff: &Staff, model: Model, object: &ObjectView, filters: &str) -> Result<HttpResponse> {
    let sentence = format!("The {} “{}” has no such version. Its history shows those that it has.", model.verbose_name, object.name);
    staff.message(Level::Warning, sentence)?;
    Ok(see_other(&carrying(model.object_url(object.id, "history"), filters)))
}

/// `POST …/{id}/history/{version}/`: restores the version.
pub async fn restore<A: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    db: Data<Db>,
    clock: Data<Clock>,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse> {
    let ((id, version), compared) = (path.into_inner(), posted.get(VERSION).unwrap_or_default());
    let restored = versions::restore::<A>(&db, task(&staff, &clock, Id::parse(&id)), Id::parse(&version), compared).await?;
    tell_restored::<A>(&request, &staff, &id, restored).await
}

/// The answer to restoring a version.
async fn tell_restored<A: ModelAdmin>(request: &HttpRequest, staff: &Staff, id: &str, restored: Restored) -> Result<HttpResponse> {
    let filters = preserved(request.query_string());
    match restored {
        Restored::Unknown => unknown::<A>(staff, id),
        Restored::NoVersion(object) => without_version(staff, A::MODEL, &object, &filters),
        Restored::Refused(form, is_unavailable) => {
            let status = if is_unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
            page_with(status, &ChangeFormPage::new(request, staff, *form, &filters).await?)
        }
        Restored::Overtaken => {
            let sentence = "Somebody changed it while you were comparing, so nothing was restored. This is how it stands now.";
            staff.message(Level::Warning, sentence)?;
            Ok(see_other(&carrying(request.path().to_owned(), &filters)))
        }
        Restored::Saved(saved, when) => {
            tell(staff, &A::MODEL, &saved, &format!("was restored to its version of {}.", when.trim_end_matches('.')))?;
            Ok(see_other(&carrying(A::MODEL.change_url(saved.id), &filters)))
        }
    }
}
