//! Parameters that name fields of the catalogue: `?country=Thailand&is_active=true`, `?company.industry=Hotels`.
//!
//! Read by `list`. They compare as the "equals" of rules does, from the same compiler; a column that points to a company is named by
//! `company`.

use chrono::NaiveDate;

use super::resources::Resource;
use crate::api::Params;
use crate::api::openapi::schema::{self, Shape};
use crate::api::problem::{Checked, Fault, Problem};
use crate::db::{Id, Money};
use crate::query::number::{self, Place};
use crate::query::{Column, Condition, Kind, Sql, Test, Value};

/// Parameters that filter nothing.
const OTHERS: [&str; 3] = ["page", "page_size", "search"];

/// What the parameters of an address leave of a resource.
///
/// # Errors
/// Each parameter that means nothing, or whose value cannot be read.
pub(super) fn read<R: Resource>(params: &Params) -> Checked<Vec<Sql>> {
    let (mut filters, mut faults) = (Vec::new(), Vec::new());
    for (name, sent) in params.pairs().filter(|(name, _)| !OTHERS.contains(name)) {
        match column::<R>(name).map(|column| (column, value(column, sent.trim()))) {
            Some((column, Some(value))) => filters.push(Test::new(*column, Condition::OneOf(vec![value])).sql()),
            Some((column, None)) => faults.push(Fault::parameter(name, "invalid", format!("“{sent}” is no {}.", kind(column)))),
            None => faults.push(Fault::parameter(name, "unknown", format!("“{name}” is no parameter of this address."))),
        }
    }
    if faults.is_empty() { Ok(filters) } else { Err(Problem::invalid(faults)) }
}

fn column<R: Resource>(name: &str) -> Option<&'static Column> {
    let of = |(before, columns): &(&str, &'static [&'static Column])| {
        let rest = name.strip_prefix(before)?;
        columns.iter().copied().find(|column| [column.name, shown(column)].contains(&rest))
    };
    R::FIELDS.iter().find_map(of)
}

/// The parameters that a resource takes, each with the shape of its values.
pub(super) fn shapes<R: Resource>() -> Vec<(String, Shape)> {
    let of = |(before, columns): &(&'static str, &'static [&'static Column])| {
        let before = *before;
        columns.iter().filter_map(move |column| Some((format!("{before}{}", shown(column)), shape(column)?)))
    };
    R::FIELDS.iter().flat_map(of).collect()
}

/// A column that points to a company is named as the object names it.
fn shown(column: &Column) -> &'static str {
    if column.kind == Kind::Id { column.name.strip_suffix("_id").unwrap_or(column.name) } else { column.name }
}

fn shape(column: &Column) -> Option<Shape> {
    match column.kind {
        Kind::Text => Some(schema::text()),
        Kind::Integer => Some(schema::whole(i64::MIN..=i64::MAX)),
        Kind::Decimal => Some(schema::amount()),
        Kind::Boolean => Some(schema::flag()),
        Kind::Date => Some(schema::date()),
        Kind::Id => Some(schema::id()),
        Kind::Timestamp => None,
    }
}

fn value(column: &Column, sent: &str) -> Option<Value> {
    match column.kind {
        Kind::Text => Some(Value::Text(sent.to_owned())),
        Kind::Integer => step(sent, 0).map(Value::Integer),
        Kind::Decimal => step(sent, 2).map(|hundredths| Value::Money(Money(hundredths))),
        Kind::Boolean => [("true", true), ("false", false)].into_iter().find(|(word, _)| *word == sent).map(|(_, is)| Value::Boolean(is)),
        Kind::Date => NaiveDate::parse_from_str(sent, "%Y-%m-%d").ok().map(Value::Date),
        Kind::Id => Id::parse(sent).map(Value::Id),
        // No two are alike.
        Kind::Timestamp => None,
    }
}

/// A number as the steps that a column can hold; `None` for one between two of them, which none is.
fn step(sent: &str, decimals: i64) -> Option<i64> {
    number::parse(sent).ok().and_then(|number| Place::of(&number, decimals).step())
}

fn kind(column: &Column) -> &'static str {
    match column.kind {
        Kind::Text => "text",
        Kind::Integer => "whole number",
        Kind::Decimal => "amount",
        Kind::Boolean => "“true” or “false”",
        Kind::Date => "date like 2026-12-31",
        Kind::Id => "id",
        Kind::Timestamp => "value that can be asked for",
    }
}
