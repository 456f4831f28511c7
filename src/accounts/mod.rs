//! Who signs in, and what they may do.
//!
//! `actor` is the permission table that every model asks; the others (users, passwords, sessions, the sign-in pages) only
//! find out who the actor is.

pub mod actor;

pub use actor::{Actor, Role};
