//! Files: the list of a segment, and the rows of an upload that nothing was done with.
//!
//! Handlers, listed in `routes`. That a list leaves the house is written down before the first of it does; the rows of an upload
//! are only what its author brought.

use std::io::Write;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::entry::Outcome;
use super::list_csv;
use super::rows::{Row, list_rows};
use super::store::{self, Upload};
use crate::accounts::Staff;
use crate::accounts::user::as_they_are;
use crate::admin::download;
use crate::admin::frame::see_other;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::query_string::{QueryString, still_carrying};
use crate::clock::Clock;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id, Time};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};
use crate::query::csv_guard::guarded;
use crate::segments::admin::SegmentAdmin;
use crate::segments::export::BYTE_ORDER_MARK;
use crate::segments::model;

/// `GET …/<uuid>/export_list/`: the list as it is, streamed as it is read.
pub async fn list(staff: Staff, segment: Object<SegmentAdmin>, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let turn = db.turn(Lane::Export).await?;
    let (actor, now, id) = (staff.actor.clone(), Clock::clone(&clock), segment.0.segment.id);
    let (segment, sees_notes) = db
        .write(move |connection| {
            let actor = as_they_are(connection, &actor)?;
            let segment = model::find(connection, &actor, id)?;
            record(connection, NewEvent::new(&actor, now.now(), Action::Exported, segment.object(), "Exported the list as CSV."))?;
            let sees_notes = segment.is_changeable_by(&actor);
            Ok((segment, sees_notes))
        })
        .await?;
    let name = format!("{} (list)", segment.name);
    Ok(download::csv(&db, turn, &name, move |connection, out| list_csv::write(connection, id, sees_notes, out)))
}

/// `GET …/<uuid>/upload_report/?u=…&of=…`: rows with one outcome, or all with which nothing is done; `without` are those left out.
pub async fn report(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let segment = segment.0.segment;
    let query = QueryString::parse(request.query_string());
    let (id, user, now) = (segment.id, staff.actor.id, Time(clock.now()));
    let upload = match query.get("u").and_then(Id::parse) {
        Some(upload) => db.read(move |connection| store::find(connection, upload, id, user, now)).await?,
        None => None,
    };
    let Some(upload) = upload else { return Ok(see_other(&still_carrying(SegmentAdmin::MODEL.change_url(id), request.query_string()))) };
    let outcomes = outcomes(&query);
    let turn = db.turn(Lane::Export).await?;
    let name = format!("{} (report)", if upload.name.is_empty() { "Paste" } else { &upload.name });
    Ok(download::csv(&db, turn, &name, move |connection, out| write(connection, &upload, &outcomes, out)))
}

/// The outcomes whose rows are asked for.
fn outcomes(query: &QueryString) -> Vec<Outcome> {
    if let Some(outcome) = query.get("of").and_then(Outcome::named) {
        return vec![outcome];
    }
    let left_out = query.get("without").unwrap_or_default().split(',').filter_map(Outcome::named);
    Outcome::UNUSED.into_iter().chain(left_out.filter(|outcome| outcome.can_be_left_out())).collect()
}

/// Rows read at a time.
const AT_ONCE: i64 = 2_000;

fn write(connection: &mut AnyConnection, upload: &Upload, outcomes: &[Outcome], mut out: impl Write) -> Result<()> {
    out.write_all(BYTE_ORDER_MARK)?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(["line", "row", "reason"]).map_err(AppError::internal)?;
    let mut after = -1;
    loop {
        let rows = list_rows(connection, upload.id, outcomes, after, AT_ONCE)?;
        let Some(last) = rows.last() else { return Ok(csv.flush()?) };
        after = last.position;
        // An open row of which somebody has said whom it means is used.
        for row in rows.iter().filter(|row| !row.outcome().is_open() || row.item().is_none()) {
            let reason = reason(row);
            csv.write_record([&row.line.to_string(), &*guarded(&row.raw), reason]).map_err(AppError::internal)?;
        }
    }
}

/// Why a row was not used.
fn reason(row: &Row) -> &str {
    match row.outcome() {
        Outcome::Inactive => "Inactive: not to be listed, as you chose",
        Outcome::Unsubscribed => "Unsubscribed: not to be listed, as you chose",
        outcome if row.reason.is_empty() => outcome.label(),
        _ => &row.reason,
    }
}
