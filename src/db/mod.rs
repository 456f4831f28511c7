//! Connections: everything that knows SQL engines and nothing that knows HTTP or the product.
//!
//! `connection` is what others call; `dialect` is the only file that asks which engine it talks to.

pub mod classify;
pub mod connection;
pub mod copy;
pub mod deadline;
pub mod dialect;
pub mod indexes;
pub mod lanes;
pub mod lease;
mod manager;
pub mod migrations;
pub mod options;
pub mod schema;
pub mod shadow;
pub mod statistics;
pub mod types;

pub use connection::{AnyConnection, Db, MultiBackend};
pub use types::{Id, Json, Money, Time};
