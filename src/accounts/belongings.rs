//! What users own that outlives them, as the users' pages see it.
//!
//! Implemented by `segments`, handed in by `routes`: this module knows nobody who knows users.

use super::actor::Actor;
use crate::clock::Clock;
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// What users own.
pub trait Belongings: 'static {
    /// One of them in words: "segment".
    const ONE: &'static str;
    /// Several: "segments".
    const MANY: &'static str;

    /// How many a user owns.
    fn count(connection: &mut AnyConnection, owner: Id) -> Result<i64>;

    /// Gives all that a user owns to another, or (`None`) to the Admins, and says how many those were.
    ///
    /// # Errors
    /// `Forbidden` with the sentence why, `BadRequest` for a new owner who cannot sign in.
    fn hand_over(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, from: Id, to: Option<Id>) -> Result<i64>;
}
