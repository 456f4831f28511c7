//! Two versions of an object beside each other, field by field.
//!
//! Made by `conflict` (stored and typed) and `versions` (then and now), drawn by one template.

use super::cell::Cell;
use super::display::Display;
use super::fieldset::{FormField, form_fields};
use super::model_admin::ModelAdmin;
use super::widget::Widget;
use crate::accounts::Actor;
use crate::db::AnyConnection;
use crate::error::Result;

/// One field in two versions.
#[derive(Debug)]
pub struct FieldPair {
    /// The field's name.
    pub name: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// In the one version.
    pub one: Side,
    /// In the other.
    pub other: Side,
    /// Whether they differ.
    pub differs: bool,
}

/// A field in one version.
#[derive(Debug)]
pub struct Side {
    /// What it means, in words, where its value is not words itself.
    pub sentence: Option<String>,
    /// Its value.
    pub cell: Cell,
}

/// How values are put into words.
pub(super) struct Words<'a> {
    /// Who reads them: what they may not see has no name.
    pub(super) actor: &'a Actor,
    /// How they are shown.
    pub(super) display: &'a Display,
    /// What the value of a field means, where it is not words itself.
    pub(super) sentence: &'a dyn Fn(&str, &str) -> Option<String>,
}

impl Words<'_> {
    fn side<Row, Panels>(&self, connection: &mut AnyConnection, field: &FormField<Row, Panels>, value: &str) -> Result<Side> {
        let cell = match field.widget {
            Widget::ForeignKey(key) => key.cell(connection, self.actor, value)?,
            widget => widget.show(value, self.display),
        };
        Ok(Side { sentence: (self.sentence)(field.name, value), cell })
    }
}

/// The fields of the form of `A` in two versions, as text by name, but for passwords.
pub(super) fn pairs<A: ModelAdmin>(
    connection: &mut AnyConnection,
    words: &Words<'_>,
    one: impl Fn(&str) -> String,
    other: impl Fn(&str) -> String,
) -> Result<Vec<FieldPair>> {
    let fields = form_fields::<A>().filter(|field| !matches!(field.widget, Widget::Password));
    let pair = |field: &FormField<A::Row, A::Panels>| {
        let (one, other) = (one(field.name), other(field.name));
        Ok(FieldPair {
            name: field.name,
            label: field.label,
            differs: !field.widget.is_same(&one, &other),
            one: words.side(connection, field, &one)?,
            other: words.side(connection, field, &other)?,
        })
    };
    fields.map(pair).collect()
}
