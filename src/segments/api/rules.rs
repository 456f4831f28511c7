//! The shape of filter criteria, from the catalogue that they are checked by.
//!
//! It says which fields and operators there are, and where rules may stand in one another. Which operator goes with which field, and
//! what a value must look like, is in `fields/`, and what is wrong with a document is told at its place.

use std::borrow::Cow;
use std::collections::BTreeSet;

use utoipa::openapi::schema::{AdditionalProperties, AnyOf, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::api::openapi::schema::{self, Shape};
use crate::criteria::document::Entity;
use crate::criteria::field::fields;
use crate::criteria::limits::MAX_RULES;
use crate::query::Operator;

/// A document of rules.
pub(super) struct FilterCriteria;

impl PartialSchema for FilterCriteria {
    fn schema() -> Shape {
        let entity = ("entity", schema::word(["contact", "company"]));
        exactly([entity, ("match_type", schema::word(["all", "any"])), ("rules", rules(1))], &["rules"])
    }
}

impl ToSchema for FilterCriteria {
    fn name() -> Cow<'static, str> {
        "FilterCriteria".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend([("Rule".to_owned(), rule()), ("RuleOfContracts".to_owned(), rule_of_contracts())]);
    }
}

/// Rules in one another.
fn rules(least: usize) -> Shape {
    let rules = utoipa::openapi::Array::builder().items(Ref::from_schema_name("Rule"));
    rules.min_items(Some(least)).max_items(Some(MAX_RULES)).into()
}

/// A rule about a field, a group, a related group, or a rule about another segment.
fn rule() -> Shape {
    let paths: BTreeSet<String> =
        [Entity::Contact, Entity::Company].into_iter().flat_map(|entity| fields(entity).map(move |field| field.path(entity))).collect();
    let group = exactly([("match_type", schema::word(["all", "any", "none"])), ("rules", rules(1))], &["match_type", "rules"]);
    let segment =
        [("field", schema::word(["segment"])), ("operator", schema::word(["in_segment", "not_in_segment"])), ("value", schema::id())];
    any_of([of_field(paths.iter().map(String::as_str)), group, related(), exactly(segment, &["field", "operator", "value"])])
}

/// What may stand in a related group: it speaks of one contract.
fn rule_of_contracts() -> Shape {
    let bare = crate::criteria::catalogue::contract::ALL.iter().map(|column| column.name);
    let rules = schema::list(Ref::from_schema_name("RuleOfContracts"), MAX_RULES);
    any_of([of_field(bare), exactly([("match_type", schema::word(["all", "any", "none"])), ("rules", rules)], &["match_type", "rules"])])
}

fn of_field<'a>(paths: impl IntoIterator<Item = &'a str>) -> Shape {
    let operators: BTreeSet<&str> = Operator::all().map(Operator::name).collect();
    let rule = [
        ("field", schema::word(paths)),
        ("operator", schema::word(operators)),
        ("value", schema::anything()),
        ("include_empty", schema::flag()),
    ];
    exactly(rule, &["field", "operator"])
}

fn related() -> Shape {
    let related = [
        ("relation", schema::word(["contract"])),
        ("match_type", schema::word(["all", "any", "none"])),
        ("rules", schema::list(Ref::from_schema_name("RuleOfContracts"), MAX_RULES)),
        ("aggregate", schema::word(["count", "sum"])),
        ("of", schema::word(["value"])),
        ("operator", schema::word(Operator::all().map(Operator::name))),
        ("value", schema::anything()),
    ];
    exactly(related, &["relation", "rules"])
}

/// An object without other keys.
fn exactly<'a>(fields: impl IntoIterator<Item = (&'a str, Shape)>, required: &[&str]) -> Shape {
    let object = ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let object = fields.into_iter().fold(object, |object, (name, shape)| object.property(name, shape));
    required.iter().fold(object, |object, name| object.required(*name)).into()
}

fn any_of<const N: usize>(shapes: [Shape; N]) -> Shape {
    let shapes = shapes.into_iter().fold(AnyOf::builder(), utoipa::openapi::schema::AnyOfBuilder::item);
    Schema::AnyOf(shapes.build()).into()
}
