//! The JSON API in general: bodies, parameters, pages of results, problems, quotas. It knows no model.
//!
//! `door` lets requests in (`server::url` puts it before every handler of the API); handlers take a [`Body`] and read their
//! `params`, answer with `answer` or with a [`Problem`], and tell a version of what they show with `precondition`. What they declare of themselves
//! becomes the document of `openapi`.

pub mod answer;
pub mod body;
pub mod door;
pub mod openapi;
pub mod params;
pub mod precondition;
pub mod problem;
pub mod quota;
pub mod repeats;

pub use body::Body;
pub use params::Params;
pub use problem::{Fault, Problem};

/// Where every path of the API begins.
pub const BASE: &str = "/api/v1/";

/// Whether a path is one of the API: its errors are documents for programs.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}
