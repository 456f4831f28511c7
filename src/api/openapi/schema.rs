//! Words for the shapes of what is sent and answered, where no type of ours has them.
//!
//! Types that are answered derive `ToSchema`; bodies and parameters are read field by field, so their shapes are said here.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::schema::{AnyOf, Array, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};

/// A shape.
pub type Shape = RefOr<Schema>;

/// The shapes that a document names.
#[derive(Default)]
pub struct Schemas(BTreeMap<String, Shape>);

impl Schemas {
    /// Adds a type and all that it holds; how it is named where it is used.
    pub fn add<T: ToSchema>(&mut self) -> Shape {
        let name = T::name().into_owned();
        if !self.0.contains_key(&name) {
            let mut held = Vec::new();
            T::schemas(&mut held);
            self.0.insert(name.clone(), T::schema());
            self.0.extend(held);
        }
        Ref::from_schema_name(name).into()
    }
}

impl IntoIterator for Schemas {
    type Item = (String, Shape);
    type IntoIter = std::collections::btree_map::IntoIter<String, Shape>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

fn of(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

/// A text of at most so many characters, in which something can be seen.
pub fn name(most: usize) -> Shape {
    of(Type::String).pattern(Some(r"\S")).min_length(Some(1)).max_length(Some(most)).into()
}

/// Any text.
pub fn text() -> Shape {
    of(Type::String).into()
}

/// A text that is not to be shown to anybody.
pub fn password() -> Shape {
    of(Type::String).min_length(Some(1)).format(Some(SchemaFormat::KnownFormat(KnownFormat::Password))).into()
}

/// One of these words.
pub fn word<'a>(words: impl IntoIterator<Item = &'a str>) -> Shape {
    of(Type::String).enum_values(Some(words)).into()
}

/// A token: any text in which something can be seen.
pub fn token() -> Shape {
    of(Type::String).pattern(Some(r"\S")).min_length(Some(1)).into()
}

/// This, or nothing at all, which asks for nothing.
pub fn or_blank(shape: Shape) -> Shape {
    let blank = of(Type::String).max_length(Some(0));
    Schema::AnyOf(AnyOf::builder().item(shape).item(blank).build()).into()
}

/// A key.
pub fn id() -> Shape {
    of(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).into()
}

/// A day.
pub fn date() -> Shape {
    of(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).into()
}

/// A whole number within limits.
pub fn whole(limits: std::ops::RangeInclusive<i64>) -> Shape {
    of(Type::Integer).minimum(Some(*limits.start())).maximum(Some(*limits.end())).into()
}

/// An amount with at most two decimals.
pub fn amount() -> Shape {
    of(Type::String).pattern(Some(r"^-?[0-9]{1,10}(\.[0-9]{1,2})?$")).into()
}

/// Any value at all.
pub fn anything() -> Shape {
    utoipa::openapi::schema::empty().into()
}

/// True or false.
pub fn flag() -> Shape {
    of(Type::Boolean).into()
}

/// A list of at most so many.
pub fn list(item: impl Into<Shape>, most: usize) -> Shape {
    Array::builder().items(item.into()).max_items(Some(most)).into()
}

/// An object with these fields, of which some must be there. Keys besides are ignored.
pub fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Shape)>, required: &[&str]) -> Shape {
    let object = fields.into_iter().fold(of(Type::Object), |object, (name, shape)| object.property(name, shape));
    required.iter().fold(object, |object, name| object.required(*name)).into()
}

/// A page of these, as clients know it from Django REST framework.
pub fn page(item: Shape) -> Shape {
    let link = || Schema::Object(Object::builder().schema_type(SchemaType::from_iter([Type::String, Type::Null])).build());
    let fields = [
        ("count", whole(0..=i64::from(i32::MAX))),
        ("next", link().into()),
        ("previous", link().into()),
        ("results", Array::builder().items(item).into()),
    ];
    object(fields, &["count", "next", "previous", "results"])
}
