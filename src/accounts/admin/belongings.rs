//! What users own that outlives them, as the users' pages see it.
//!
//! Implemented by `segments`, handed in by `routes`: this module knows nobody who knows users.

use std::collections::HashMap;

use crate::accounts::Actor;
use crate::admin::deletion::Group;
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

    /// How many each of these users owns; who owns nothing is left out.
    fn count_by_owner(connection: &mut AnyConnection, owners: &[Id]) -> Result<HashMap<Id, i64>>;

    /// What this user owns, so many: the first `named` by name.
    fn group(connection: &mut AnyConnection, actor: &Actor, owner: Id, count: i64, named: i64) -> Result<Group>;

    /// Gives all that a user owns to another, or (`None`) to the Admins. What somebody deletes meanwhile stops nothing.
    ///
    /// # Errors
    /// `Forbidden` with the sentence why, `BadRequest` for a new owner who cannot sign in.
    fn hand_over(connection: &mut AnyConnection, actor: &Actor, clock: &Clock, from: Id, to: Option<Id>) -> Result<Handed>;
}

/// What came of handing over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Handed {
    /// How many went to the new owner.
    pub count: i64,
    /// How many were deleted while they were handed over.
    pub gone: i64,
}
