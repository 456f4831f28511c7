//! What is wrong with a request, as a document for programs (RFC 9457) that old clients can read as well.
//!
//! Answered by handlers; refusals that are the same for every page (`AppError`) are told by `server::errors` with the same keys.
//! Old clients read an object with a list of sentences for each field, so those stand beside `errors`; where a field is called
//! like a key of the document, they take its place.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Something that is wrong, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the body: `/filter_criteria/rules/2/value`; empty for the body itself. Of a parameter, its
    /// name behind a question mark.
    pub pointer: String,
    /// What kind, for programs.
    pub code: String,
    /// The sentence for people.
    pub detail: String,
}

impl Fault {
    /// At the place that `pointer` names.
    pub fn new(pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), detail: detail.into() }
    }

    /// In a field of the body.
    pub fn field(name: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::new(format!("/{name}"), code, detail)
    }

    /// In a parameter of the address.
    pub fn parameter(name: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::new(format!("?{name}"), code, detail)
    }

    /// The field or parameter, by which old clients know it.
    fn name(&self) -> &str {
        let name = self.pointer.trim_start_matches(['/', '?']).split('/').next().unwrap_or_default();
        if name.is_empty() { "non_field_errors" } else { name }
    }
}

/// Why a request is refused.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    faults: Vec<Fault>,
    /// Keys that only this answer has.
    more: Map<String, Value>,
}

impl Problem {
    /// 400: what was sent is wrong in these places.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, faults, more: Map::new() }
    }

    /// With another status.
    #[must_use]
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// With a key that only this answer has.
    #[must_use]
    pub fn and(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }

    /// The answer.
    pub fn answer(self) -> HttpResponse {
        let detail = match self.faults.as_slice() {
            [only] => only.detail.clone(),
            all => format!("{} things need correcting.", all.len()),
        };
        let mut document = document(self.status, &detail);
        let errors = self.faults.iter().map(|fault| json!({"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}));
        document.insert("errors".to_owned(), errors.collect());
        for fault in &self.faults {
            // A parameter may have any name; what old clients read of a field may take the place of the number alone.
            if document.contains_key(fault.name()) && fault.name() != "status" {
                continue;
            }
            let told = self.faults.iter().filter(|other| other.name() == fault.name()).map(|other| other.detail.as_str());
            document.insert(fault.name().to_owned(), told.collect::<Value>());
        }
        document.extend(self.more);
        answer::of(self.status, MEDIA_TYPE, Value::Object(document).to_string())
    }
}

/// A problem that is no matter of single fields. Its sentence stands under `error` as well, where the actions of the old API had
/// it.
pub fn document(status: StatusCode, detail: &str) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("type".to_owned(), "about:blank".into());
    document.insert("title".to_owned(), status.canonical_reason().unwrap_or("Error").into());
    document.insert("status".to_owned(), status.as_u16().into());
    document.insert("detail".to_owned(), detail.into());
    document.insert("error".to_owned(), detail.into());
    document.insert("errors".to_owned(), Value::Array(Vec::new()));
    document
}

/// What handlers of the API end with: an answer, or why there is none.
pub type Checked<T> = Result<T, Problem>;
