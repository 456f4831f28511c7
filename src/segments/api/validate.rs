//! `POST /api/v1/segments/validate_filters/`: what rules come to before they are saved.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::rules::FilterCriteria;
use crate::accounts::Caller;
use crate::api::openapi::{Operation, operation, schema};
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
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValidFilters)]
#[expect(clippy::struct_field_names, reason = "so old clients know it")]
struct Valid {
    /// True.
    valid: bool,
    /// How many they match; exactly, in spite of its old name.
    estimated_count: i64,
    /// The first of them by name, five at most.
    preview: Vec<ContactObject>,
    /// The rules as a sentence.
    summary: String,
    /// What is worth knowing, at its rule.
    warnings: Vec<Wrong>,
}

/// What [`validate`] does.
pub fn about() -> Operation {
    let some = json!({"match_type": "all", "rules": [{"field": "company.country", "operator": "equals", "value": "Thailand"}]});
    operation("Tells what rules come to before they are saved")
        .sent(
            |schemas| schema::object([("filter_criteria", schemas.add::<FilterCriteria>())], &["filter_criteria"]),
            json!({"filter_criteria": some}),
        )
        .answers::<Valid>(200, "They can be understood.")
        .refuses(400, "They cannot: `valid` is false, and `errors` says what is wrong at which rule.")
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

/// A problem with the rule it stands at.
fn said(problem: &Wrong) -> String {
    if problem.pointer.is_empty() { problem.detail.clone() } else { format!("{}: {}", problem.place(), problem.detail) }
}

/// Everything that is wrong; old clients read `error`.
fn broken(problems: &[Wrong]) -> HttpResponse {
    let faults =
        problems.iter().map(|problem| Fault::new(format!("/filter_criteria{}", problem.pointer), &problem.code.name(), &*problem.detail));
    let said: Vec<String> = problems.iter().map(said).collect();
    Problem::invalid(faults.collect()).status(StatusCode::BAD_REQUEST).and("valid", false).and("error", json!(said.join(" "))).answer()
}
