//! Filter criteria, from JSON to members: as written, resolved, one SQL predicate.
//!
//! `json` and `document` read what was written, `resolve` looks up every name and types every value (or says what is
//! wrong, where), `compile` makes the predicate that count, list, preview, export and commands all use, `describe` says the
//! same in English. Knows no HTTP and no segment: segments hand in what they have.

pub mod catalogue;
pub mod choices;
pub mod compile;
pub mod describe;
pub mod document;
mod evidence;
mod explain;
pub mod field;
mod follow;
mod gather;
pub mod json;
pub mod limits;
mod meaning;
mod named;
mod names;
pub mod problem;
pub mod resolve;
pub mod resolved;
mod rule;
pub mod segments;
pub mod value;
pub mod warnings;

pub use compile::{Plan, mailable, predicate};
pub use describe::{clauses, describe};
pub use document::{Entity, MatchType};
pub use evidence::evidence;
pub use explain::{Asked, Explanation, Verdict, explain};
pub use named::named_segments;
pub use problem::{Code, Problem};
pub use resolve::resolve;
pub use resolved::{Calendar, Criteria};
pub use segments::Scope;
