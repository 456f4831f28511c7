//! `POST /api/v1/segments/validate_filters/`: what rules come to before they are saved.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use serde_json::json;

use crate::accounts::Caller;
use crate::api::problem::{Fault, Problem};
use crate::api::{Body, answer};
use crate::clock::Clock;
use crate::criteria::{Calendar, Problem as Wrong};
use crate::customers::json::{ContactObject, contacts};
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db};
use crate::error::Result;
use crate::segments::preview::{Preview, preview};
use crate::segments::writer::Writer;

/// Rules that can be understood.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "so old clients know it")]
struct Valid {
    valid: bool,
    estimated_count: i64,
    preview: Vec<ContactObject>,
    summary: String,
    warnings: Vec<Wrong>,
}

/// `POST …/validate_filters/`
pub async fn validate(caller: Caller, body: Body, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let Some(document) = body.0.get("filter_criteria").cloned() else {
        return Ok(broken(&[Wrong::new("", crate::criteria::Code::Missing, "filter_criteria is required")]));
    };
    let calendar = Calendar::from(clock.get_ref());
    let ask = move |connection: &mut AnyConnection| {
        let writer = Writer { actor: &caller.actor, stored: None, calendar };
        Ok(match preview(connection, &writer, &document.to_string(), false)? {
            Preview::Broken(problems) => Err(problems),
            Preview::Members { count, sample, summary, warnings, .. } => {
                let preview = contacts(connection, &caller.actor, &sample)?;
                Ok(Valid { valid: true, estimated_count: count, preview, summary, warnings })
            }
        })
    };
    match db.read_heavy(Lane::Question, ask).await? {
        Ok(valid) => answer::ok(&valid),
        Err(problems) => Ok(broken(&problems)),
    }
}

/// Everything that is wrong; old clients read `error`.
fn broken(problems: &[Wrong]) -> HttpResponse {
    let faults =
        problems.iter().map(|problem| Fault::new(format!("/filter_criteria{}", problem.pointer), &problem.code.name(), &*problem.detail));
    let said: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.place(), problem.detail)).collect();
    Problem::invalid(faults.collect()).status(StatusCode::BAD_REQUEST).and("valid", false).and("error", json!(said.join(" "))).answer()
}
