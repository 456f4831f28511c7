//! The parameters of an address: numbers within limits, words of a list, and pages of results.

use std::num::{IntErrorKind, ParseIntError};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::answer;
use super::problem::{Checked, Fault, Problem, document};
use crate::admin::query_string::QueryString;
use crate::config::Config;
use crate::error::Result;

/// The results of a page where nobody says how many.
const PAGE_SIZE: i64 = 20;
/// The most of them.
const MOST: i64 = 1_000;

/// The parameters of an address.
#[derive(Debug, Clone)]
pub struct Params {
    query: QueryString,
    path: String,
}

/// Which page of results is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Its number, from 1.
    pub number: i64,
    /// How many are on one.
    pub size: i64,
}

/// A page of results, as clients know it from Django REST framework.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "so its clients know it")]
struct Results<T> {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

impl Params {
    /// Those of a request.
    pub fn of(request: &HttpRequest) -> Self {
        Self { query: QueryString::parse(request.query_string()), path: request.path().to_owned() }
    }

    /// The last value of a parameter; `None` for a blank one, which asks for nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// Every parameter, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.pairs()
    }

    /// Whether a parameter was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.query.get(name).is_some()
    }

    /// Refuses parameters that mean nothing here.
    ///
    /// # Errors
    /// Each of them.
    pub fn only(&self, known: &[&str]) -> Checked<()> {
        let unknown = self.query.pairs().filter(|(name, _)| !known.contains(name));
        let faults: Vec<_> =
            unknown.map(|(name, _)| Fault::parameter(name, "unknown", format!("“{name}” is no parameter of this address."))).collect();
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }

    /// A whole number within limits, or `default` where none was sent.
    ///
    /// # Errors
    /// 400 for anything else.
    pub fn number(&self, name: &str, default: i64, limits: std::ops::RangeInclusive<i64>) -> Checked<i64> {
        let Some(sent) = self.query.get(name) else { return Ok(default) };
        let number = sent.trim().parse().ok().filter(|number| limits.contains(number));
        number.ok_or_else(|| {
            let (least, most) = limits.into_inner();
            let until = if most == i64::MAX { String::new() } else { format!(" and at most {most}") };
            Problem::invalid(vec![Fault::parameter(name, "invalid", format!("“{name}” must be a whole number, at least {least}{until}."))])
        })
    }

    /// One of these words; `None` where none was sent.
    ///
    /// # Errors
    /// 400 for another word.
    pub fn word<'a>(&'a self, name: &str, known: &[&str]) -> Checked<Option<&'a str>> {
        match self.get(name) {
            Some(sent) if !known.contains(&sent) => {
                let sentence = format!("Select a valid choice. {sent:.100} is not one of the available choices.");
                Err(Problem::invalid(vec![Fault::parameter(name, "invalid_choice", sentence)]))
            }
            sent => Ok(sent),
        }
    }

    /// Whether a flag is set; `default` where none was sent.
    ///
    /// # Errors
    /// 400 for anything but `true` and `false`.
    pub fn flag(&self, name: &str, default: bool) -> Checked<bool> {
        Ok(self.word(name, &["true", "false"])?.map_or(default, |word| word == "true"))
    }

    /// The page that is wanted. A size that is no number is passed over, as it always was.
    ///
    /// # Errors
    /// 404 for a number that is none.
    pub fn page(&self) -> Checked<Page> {
        let size = self.get("page_size").and_then(size_of).filter(|size| *size > 0).unwrap_or(PAGE_SIZE).min(MOST);
        let number = self.get("page").map_or(Ok(1), |page| page.parse().map_err(|_| no_page()))?;
        if number < 1 { Err(no_page()) } else { Ok(Page { number, size }) }
    }

    /// The answer with a page of results, of which there are `count` in all.
    pub fn answer<T: Serialize>(&self, config: &Config, page: Page, count: i64, results: Vec<T>) -> Result<HttpResponse> {
        let at = |number: i64| {
            let query = if number == 1 { self.query.without(&["page"]) } else { self.query.with("page", number.to_string()) };
            let query = if query.is_empty() { String::new() } else { query.link() };
            format!("{}{}{query}", config.public_url.as_str().trim_end_matches('/'), self.path)
        };
        let next = (page.offset() + page.size < count).then(|| at(page.number + 1));
        let previous = (page.number > 1).then(|| at(page.number - 1));
        answer::ok(&Results { count, next, previous, results })
    }
}

impl Page {
    /// How many results stand before it.
    pub fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.size)
    }

    /// Refuses a page past the end.
    ///
    /// # Errors
    /// 404.
    pub fn require(self, count: i64) -> Checked<()> {
        if self.number > 1 && self.offset() >= count { Err(no_page()) } else { Ok(()) }
    }
}

/// A size, of which one that is too large for a number is the largest.
fn size_of(sent: &str) -> Option<i64> {
    sent.parse().or_else(|error: ParseIntError| if *error.kind() == IntErrorKind::PosOverflow { Ok(MOST) } else { Err(error) }).ok()
}

/// Django REST framework's words for a page that is not there.
fn no_page() -> Problem {
    Problem::invalid(vec![Fault::parameter("page", "not_found", "Invalid page.")]).status(StatusCode::NOT_FOUND)
}

/// A sentence as a problem that is no matter of single fields.
pub fn refusal(status: StatusCode, sentence: &str) -> HttpResponse {
    answer::of(status, super::problem::MEDIA_TYPE, serde_json::Value::Object(document(status, sentence)).to_string())
}
