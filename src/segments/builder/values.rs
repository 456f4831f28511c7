//! What a text field holds already, and how often: suggestions while one types.
//!
//! Asked by `pages`, under the time budget of what a page can do without. Only text fields of the catalogue are looked at.

use crate::criteria::Entity;
use crate::criteria::field::{self, Field, Owner};
use crate::customers::{company, contact, contract};
use crate::db::AnyConnection;
use crate::error::Result;
use crate::query::condition::Like;
use crate::query::{Condition, Kind, Sql, Test, text};

/// The most suggestions.
const MOST: i64 = 12;

/// The text field that `path` names in rules of `entity`.
pub(super) fn find(entity: Entity, path: &str) -> Option<Field> {
    field::find(entity, path).filter(|field| field.column.kind == Kind::Text)
}

/// The values of `field` that begin with what was typed, then those that have it in them, the most frequent first.
pub(super) fn list(connection: &mut AnyConnection, field: Field, typed: &str) -> Result<Vec<(String, i64)>> {
    let column = *field.column;
    let typed = text::nfc(typed.trim());
    let held = Test { negated: true, ..Test::new(column, Condition::Empty) }.sql();
    let like = |like: Like| Test::new(column, Condition::Like(like)).sql();
    let (predicate, order) = if typed.is_empty() {
        (held, Sql::from("COUNT(*) DESC"))
    } else {
        let begins = Sql::from("CASE WHEN ") + like(Like::StartingWith(typed.clone())) + " THEN 0 ELSE 1 END";
        (Sql::and([like(Like::Containing(typed)), held]), begins)
    };
    let source = match field.owner {
        Owner::Contact => &contact::SOURCE,
        Owner::Company => &company::SOURCE,
        Owner::Contract => &contract::SOURCE,
    };
    source.list_values(connection, field.column, &predicate, order, MOST)
}
