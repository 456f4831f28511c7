//! What the pickers' script asks: both pickers, as the form is then.
//!
//! A handler, listed in `routes`. It reads what the form itself would send, and saves nothing.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::chooser::Chooser;
use super::kind::{COMPANIES, CONTACTS};
use crate::accounts::{Posted, Staff};
use crate::admin::form::FormData;
use crate::db::{AnyConnection, Db};
use crate::error::Result;
use crate::segments::listed;
use crate::segments::writer::{changed, find_changed};

/// `POST /admin/crm_app/customersegment/picker/`: the pickers of a form after a button was pressed, as a piece of page.
pub async fn show(request: HttpRequest, staff: Staff, posted: Posted, db: Data<Db>) -> Result<HttpResponse> {
    let data = FormData::new(posted.pairs);
    let (actor, changed) = (staff.actor.clone(), changed(request.query_string()));
    let read = move |connection: &mut AnyConnection| {
        // What is known of a list, its private notes too, is for whoever may change it.
        let segment = find_changed(connection, &actor, changed)?.filter(|segment| segment.is_changeable_by(&actor));
        let (contacts, companies) = segment.as_ref().map_or(Ok((0, 0)), |segment| listed::count(connection, &[segment.id]))?;
        let of = |connection: &mut _, kind, listed| Chooser::read(connection, kind, (segment.as_ref(), listed), &data, true)?.html();
        Ok(format!("{}{}", of(connection, &CONTACTS, contacts)?, of(connection, &COMPANIES, companies)?))
    };
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(db.read(read).await?))
}
