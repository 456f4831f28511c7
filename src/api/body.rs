//! The body of a request: one JSON object, measured, and read field by field with what is wrong in each.
//!
//! Taken as an argument by every handler that is sent something. A key given twice is an error; keys that a handler does not ask for are ignored, as clients of
//! the old API send back whole objects.

use std::collections::HashSet;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};

use super::problem::{Fault, Problem};
use crate::accounts::posted;
use crate::db::Id;
use crate::query::strict_json;

/// A JSON object; empty where nothing was sent.
#[derive(Debug, Clone, Default)]
pub struct Body(pub Map<String, Value>);

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let body = posted::body(payload).await?;
            read(&request, &body).map_err(|problem| InternalError::from_response("a bad body", problem.answer()).into())
        })
    }
}

fn read(request: &HttpRequest, body: &[u8]) -> Result<Body, Problem> {
    if body.trim_ascii().is_empty() {
        return Ok(Body::default());
    }
    let sent = request.headers().get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or_default());
    let sent = sent.split(';').next().unwrap_or_default().trim();
    if !sent.eq_ignore_ascii_case("application/json") {
        let named = if sent.is_empty() { "nothing".to_owned() } else { format!("“{sent}”") };
        let fault = Fault::new("", "unsupported_media_type", format!("The body must be application/json, not {named}."));
        return Err(Problem::invalid(vec![fault]).status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    match strict_json::read(body) {
        Ok(Value::Object(fields)) => Ok(Body(fields)),
        Ok(_) => Err(wrong("Invalid data. Expected a JSON object.")),
        Err(error) => Err(Problem::invalid(vec![Fault::new("", "not_json", format!("JSON parse error: {error}."))])),
    }
}

fn wrong(sentence: &str) -> Problem {
    Problem::invalid(vec![Fault::new("", "wrong_type", sentence)])
}

/// A body that is being read: what is wrong is gathered, and told all at once.
#[derive(Debug)]
pub struct Fields<'a> {
    body: &'a Map<String, Value>,
    faults: Vec<Fault>,
}

impl Body {
    /// Its fields.
    pub fn fields(&self) -> Fields<'_> {
        Fields { body: &self.0, faults: Vec::new() }
    }
}

impl<'a> Fields<'a> {
    /// A text; `None` where none was sent, or what was sent is wrong.
    pub fn text(&mut self, name: &str) -> Option<&'a str> {
        match self.body.get(name)? {
            Value::String(text) => Some(text),
            Value::Null => self.fault(name, "null", "This field may not be null."),
            _ => self.fault(name, "invalid", "Not a valid string."),
        }
    }

    /// A text that must be sent, and must not be blank.
    pub fn required(&mut self, name: &str) -> Option<&'a str> {
        if !self.body.contains_key(name) {
            return self.fault(name, "required", "This field is required.");
        }
        match self.text(name) {
            Some(text) if text.trim().is_empty() => self.fault(name, "blank", "This field may not be blank."),
            text => text,
        }
    }

    /// Whether a flag is set; `false` where none was sent.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.body.get(name) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => self.fault(name, "invalid", "Must be a valid boolean.").unwrap_or_default(),
        }
    }

    /// Any value.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.body.get(name)
    }

    /// A list of keys; nothing where none was sent.
    pub fn ids(&mut self, name: &str, most: usize) -> Vec<Id> {
        let Some(sent) = self.body.get(name) else { return Vec::new() };
        let Value::Array(items) = sent else {
            self.add(Fault::field(name, "invalid", "Expected a list of ids."));
            return Vec::new();
        };
        if items.len() > most {
            self.add(Fault::field(name, "too_many", format!("At most {most} ids at once.")));
            return Vec::new();
        }
        let ids = items.iter().enumerate().filter_map(|(at, item)| {
            let id = item.as_str().and_then(Id::parse);
            if id.is_none() {
                self.faults.push(Fault::new(format!("/{name}/{at}"), "invalid", "Must be a valid UUID."));
            }
            id
        });
        // Whoever is named twice is meant once.
        let mut seen = HashSet::new();
        ids.filter(|id| seen.insert(*id)).collect()
    }

    /// Something else that is wrong.
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Nothing more is read.
    ///
    /// # Errors
    /// All that was wrong.
    pub fn end(self) -> Result<(), Problem> {
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::invalid(self.faults)) }
    }

    fn fault<T>(&mut self, name: &str, code: &str, sentence: &str) -> Option<T> {
        self.add(Fault::field(name, code, sentence));
        None
    }
}
