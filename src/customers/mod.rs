//! What segments select: companies, their contacts and their contracts.
//!
//! `company`, `contact` and `contract` are the models, read by the admin's lists and by segments; `import` brings them in
//! from files, `sample` makes them up. Nothing here knows segments: segments know customers, never the other way round.

pub mod admin;
pub mod company;
pub mod contact;
pub mod contract;

pub use crate::query::Selection;
