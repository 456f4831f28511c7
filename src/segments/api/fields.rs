//! `GET /api/v1/fields/`: what rules may ask about, from the catalogue that they are checked by.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::openapi::{Operation as Told, operation, schema};
use crate::api::{Params, answer};
use crate::criteria::document::Entity;
use crate::criteria::field::{Field, fields};
use crate::error::Result;
use crate::query::Operator;
use crate::query::operator::Arity;

/// A field that rules may name.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Field)]
pub struct FieldObject {
    /// By which path: "company.country".
    path: String,
    /// What people call it.
    label: &'static str,
    /// `text`, `integer`, `decimal`, `boolean`, `date`, `datetime`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Whether it can be without a value.
    nullable: bool,
    /// How it can be compared.
    operators: Vec<OperatorObject>,
    /// The values that it usually has; empty where it is free.
    choices: Vec<ChoiceObject>,
}

/// How a field is compared.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Operator)]
struct OperatorObject {
    name: &'static str,
    label: &'static str,
    /// How many values it takes: `none`, `one`, `two`, `many`.
    values: &'static str,
}

/// A value and what people call it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Choice)]
struct ChoiceObject {
    value: &'static str,
    label: &'static str,
}

/// The fields of the rules of an entity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fields)]
struct Catalogue {
    /// `contact` or `company`.
    entity: &'static str,
    /// Each of them.
    fields: Vec<FieldObject>,
}

/// What [`list`] does.
pub fn about() -> Told {
    operation("Lists the fields that rules may name")
        .takes("entity", schema::or_blank(schema::word(["contact", "company"])), "Whose rules: `contact` without.")
        .answers::<Catalogue>(200, "The fields.")
}

/// `GET /api/v1/fields/?entity=contact`
pub async fn list(request: HttpRequest) -> Result<HttpResponse> {
    let params = Params::of(&request);
    let asked = params.only(&["entity"]).and_then(|()| params.word("entity", &["contact", "company"]));
    let (entity, name) = match asked {
        Ok(Some("company")) => (Entity::Company, "company"),
        Ok(_) => (Entity::Contact, "contact"),
        Err(problem) => return Ok(problem.answer()),
    };
    answer::ok(&Catalogue { entity: name, fields: fields(entity).map(|field| object(field, entity)).collect() })
}

fn object(field: Field, entity: Entity) -> FieldObject {
    let column = field.column;
    let operators = Operator::of(column.kind).map(|operator| OperatorObject {
        name: operator.name(),
        label: operator.label_for(column.kind),
        values: match operator.arity() {
            Arity::Zero => "none",
            Arity::One => "one",
            Arity::Two => "two",
            Arity::Many => "many",
        },
    });
    FieldObject {
        path: field.path(entity),
        label: column.label,
        kind: column.kind.name(),
        nullable: column.nullable,
        operators: operators.collect(),
        choices: column.choices.iter().map(|choice| ChoiceObject { value: choice.value, label: choice.label }).collect(),
    }
}
