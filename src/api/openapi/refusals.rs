//! The refusals that follow from what an operation is: who may use it, what it takes, where it stands.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Content, Header, Ref, Required, Response, ResponseBuilder};

use super::operation::Asks;
use super::{Endpoint, schema};
use crate::accounts::access::Access;
use crate::api::problem::MEDIA_TYPE;
use crate::api::repeats;

/// Why a request is refused (RFC 9457). Beside these keys stand the fields in which something is wrong, each with a list of
/// sentences; one that is called `status` takes the place of the number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// `about:blank`: the status says all there is to know of its kind.
    #[serde(rename = "type")]
    kind: String,
    /// The phrase of the status.
    title: String,
    /// The status once more, or what is wrong with the field of that name.
    #[schema(value_type = serde_json::Value)]
    status: u16,
    /// What is wrong, as a sentence.
    detail: String,
    /// The same, where the old API had it.
    error: String,
    /// What is wrong, each at its place; empty where it is no matter of single fields.
    errors: Vec<Place>,
}

/// Something that is wrong, at its place.
#[derive(Debug, Serialize, ToSchema)]
struct Place {
    /// A JSON pointer into the body, or `?` and the name of a parameter.
    #[schema(example = "/filter_criteria/rules/2/value")]
    pointer: String,
    /// What kind.
    #[schema(example = "unknown_field")]
    code: String,
    /// As a sentence.
    detail: String,
}

/// Adds them, with the headers that have to do with them.
pub(super) fn add(described: OperationBuilder, endpoint: &Endpoint, asks: Asks) -> OperationBuilder {
    let (is_post, is_reading) = (endpoint.method == "POST", endpoint.method == "GET");
    let is_open = endpoint.access == Access::Anyone;
    let is_repeatable = is_post && !is_open;
    let has_key = endpoint.path.contains("{id}");
    let mut all =
        vec![(400, "What was sent is wrong."), (429, "Too many requests."), (503, "Not now: too much is asked, or the database is away.")];
    let mut when = |holds: bool, status: u16, why: &'static str| {
        if holds {
            all.push((status, why));
        }
    };
    when(!is_open, 401, "No token, or a dead one.");
    when(!is_open, 403, "They may not.");
    when(has_key || asks.page, 404, "It is not there, or not to be seen.");
    when(is_repeatable, 409, "The first request with this Idempotency-Key is still being done.");
    when(asks.version, 412, "It was changed meanwhile: it is not the version that If-Match names.");
    when(!is_reading, 413, "It is too large.");
    when(asks.body, 415, "It is not JSON.");
    when(is_repeatable, 422, "The Idempotency-Key was sent with another request.");
    let own = endpoint.operation.refusals();
    all.retain(|(status, _)| own.iter().all(|(known, _)| known != status));
    all.extend(own);
    all.sort_unstable();
    let described = if is_repeatable {
        described.parameter(header(
            repeats::HEADER,
            "Names the request: sent again within a day, it is answered as the first time and not done again.",
        ))
    } else {
        described
    };
    let described = if asks.version { described.parameter(header("If-Match", "The ETag of what is to be changed.")) } else { described };
    all.into_iter().fold(described, |described, (status, why)| described.response(status.to_string(), refusal(status, why)))
}

fn header(name: &str, about: &str) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False);
    parameter.schema(Some(schema::text())).description(Some(about))
}

fn refusal(status: u16, why: &str) -> Response {
    let answer = ResponseBuilder::new().description(why).content(MEDIA_TYPE, Content::new(Some(Ref::from_schema_name("Problem"))));
    let header = |about: &str| Header::builder().schema(Some(schema::text())).description(Some(about)).build();
    match status {
        401 => answer.header("WWW-Authenticate", header("Bearer")),
        429 => answer.header("Retry-After", header("Seconds to wait.")),
        _ => answer,
    }
    .build()
}
