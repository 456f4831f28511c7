//! What the import, and whoever saves by hand, must know of a model: the declaration that `companies`, `contacts` and
//! `contracts` each make.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

use super::field::Field;
use crate::accounts::actor::Rights;
use crate::clock::Clock;
use crate::customers::bereaved::Bereaved;
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;
use crate::query::{Column, Sql};

/// A model that can be imported.
pub(in crate::customers) trait Model: Clone + PartialEq + Send + 'static {
    /// What a row is found by, beside its id; trimmed and folded.
    type Key: Clone + Eq + Hash + Debug;

    /// Who may do what with its rows.
    const RIGHTS: &'static Rights;
    /// Its name in URLs and history.
    const NAME: &'static str;
    /// Several of them.
    const PLURAL: &'static str;
    /// What a file may give, beside the id and the company.
    const FIELDS: &'static [Field<Self>];
    /// The fields by one of which a row is found that gives no id.
    const FOUND_BY: &'static [&'static str];
    /// Whether its rows belong to a company.
    const HAS_COMPANY: bool;
    /// The column of [`Model::Key`] that is looked up in an index.
    const KEY_COLUMN: Option<&'static Column>;

    /// The field in which no two rows may be the same, and the sentence for one that would be.
    const TWIN: (&'static str, &'static str);

    /// A row with the CRM's defaults.
    fn new(id: Id, now: Time) -> Self;
    /// Its key.
    fn id(&self) -> Id;
    /// What people call it.
    fn called(&self) -> &str;
    /// The company it belongs to, for those that do.
    fn company(&mut self) -> Option<&mut Id>;
    /// Another row of the same model that must exist.
    fn parent(&self) -> Option<Id>;
    /// When it was added.
    fn created_at(&self) -> Time;
    /// Says that it was changed.
    fn touch(&mut self, now: Time);
    /// What it can be found by.
    fn keys(&self) -> Vec<Self::Key>;
    /// The text of the key, where it is looked up in an index.
    fn key_text(&self) -> Option<&str>;
    /// What to find the row by that this line of the file means.
    fn sought(&self, has_id: bool) -> Option<Self::Key>;
    /// Whether it has the key of `sought` in another spelling: of several rows, those that are the same go first.
    fn is_unlike(&self, sought: &Self) -> bool;
    /// The field in which the two are the same though the table wants it unique.
    fn clash(&self, other: &Self) -> Option<&'static str>;
    /// What a change may not take back.
    fn protect(&mut self, before: &Self, can_resubscribe: bool);
    /// The rows with one of these ids or keys, and perhaps others.
    fn list(connection: &mut AnyConnection, ids: &[Id], keys: &[Self::Key], has_edged: bool) -> Result<Vec<Self>>;
    /// How many rows meet `predicate`.
    fn count(connection: &mut AnyConnection, predicate: &Sql) -> Result<i64>;
    /// Adds rows.
    fn insert(connection: &mut AnyConnection, rows: &[Self]) -> Result<()>;
    /// Writes all values of a row.
    fn update(connection: &mut AnyConnection, row: &Self) -> Result<()>;
    /// Refuses what only the rows that are stored now can tell, under a lease of its own.
    ///
    /// # Errors
    /// `Conflict` with the sentence.
    fn refuse(_: &mut AnyConnection, _: &Self) -> Result<()> {
        Ok(())
    }
    /// What points to rows that are about to be deleted, and stays.
    fn bereaved(connection: &mut AnyConnection, gone: &[&Self]) -> Result<Vec<Bereaved>>;
    /// Deletes rows, and their entries in the lists of segments; how many those were of each row that had any.
    fn delete(connection: &mut AnyConnection, ids: &[Id], clock: &Clock) -> Result<HashMap<Id, i64>>;
}
