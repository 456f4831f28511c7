//! The row of the criteria in the segment's form, and what rules may name: the catalogue as the page explains it.
//!
//! Drawn by `form`; the catalogue by the builder, beside the JSON box.

use askama::Template;

use crate::admin::bound_field::BoundField;
use crate::admin::html::Html;
use crate::criteria::Entity;
use crate::criteria::field::fields;
use crate::error::Result;
use crate::query::relative::NAMED;
use crate::query::{Choice, Kind, Operator};

#[derive(Template)]
#[template(path = "segments/criteria.html")]
struct CriteriaTemplate<'a> {
    field: &'a BoundField,
    builder: Html,
    preview: Html,
}

#[derive(Template)]
#[template(path = "segments/catalogue.html")]
struct CatalogueTemplate {
    kinds: Vec<KindView>,
    choices: Vec<ChoicesView>,
    /// The words of `is_within`.
    periods: String,
}

/// The values that a field is expected to have.
struct ChoicesView {
    path: String,
    values: String,
}

/// The fields of one type that rules may name, and the operators they take.
struct KindView {
    name: &'static str,
    operators: String,
    fields: String,
}

/// The catalogue as the form explains it.
fn kinds() -> Vec<KindView> {
    let kinds = [Kind::Text, Kind::Integer, Kind::Decimal, Kind::Boolean, Kind::Date, Kind::Timestamp];
    let paths = |kind| fields(Entity::Contact).filter(move |field| field.column.kind == kind).map(|field| field.path(Entity::Contact));
    let joined = |names: Vec<String>| names.join(", ");
    kinds
        .into_iter()
        .map(|kind| KindView {
            name: kind.plural(),
            operators: joined(Operator::of(kind).map(|operator| operator.name().to_owned()).collect()),
            fields: joined(paths(kind).collect()),
        })
        .collect()
}

/// The closed lists of the catalogue: what is stored, and what pages show where that differs.
fn choices() -> Vec<ChoicesView> {
    let spelt = |choice: &Choice| match choice.label {
        label if label == choice.value => label.to_owned(),
        label => format!("{} ({label})", choice.value),
    };
    fields(Entity::Contact)
        .filter(|field| !field.column.choices.is_empty())
        .map(|field| ChoicesView {
            path: field.path(Entity::Contact),
            values: field.column.choices.iter().map(spelt).collect::<Vec<_>>().join(", "),
        })
        .collect()
}

fn periods() -> String {
    NAMED.map(|(word, _)| word).join(", ")
}

/// What rules may name, for who writes them as JSON.
pub fn catalogue() -> Result<Html> {
    Html::render(&CatalogueTemplate { kinds: kinds(), choices: choices(), periods: periods() })
}

/// The row of the field: `builder`, with `preview` beside it.
pub fn render(field: &BoundField, builder: Html, preview: Html) -> Result<Html> {
    Html::render(&CriteriaTemplate { field, builder, preview })
}
