//! Sections of a form and the fields in them: how they are declared.
//!
//! Declared in `FIELDSETS`, turned into what a page shows by `form_page`, checked by `form::validate`. A field that needs
//! more than its widget (a preview beside it) brings a panel; what is neither edited nor a plain value is a panel alone.

use crate::accounts::Actor;
use crate::error::Result;

use super::bound_field::BoundField;
use super::cell::{Cell, Show};
use super::display::Display;
use super::form::FormData;
use super::html::Html;
use super::model_admin::ModelAdmin;

pub use super::widget::Widget;

/// A section of a form.
pub struct Fieldset<Row: 'static, Panels: 'static = ()> {
    /// Its heading.
    pub title: &'static str,
    /// A sentence under it; may be empty.
    pub description: &'static str,
    /// Whether it can be folded.
    pub fold: Fold,
    /// Its fields, in order.
    pub fields: &'static [Field<Row, Panels>],
}

/// Whether a section can be folded, and how it begins. One that holds an error is always open.
#[derive(Debug, Clone, Copy)]
pub enum Fold {
    /// Always open.
    Never,
    /// Can be folded; open at first when this says so of what the form holds.
    Unless(fn(&FormData) -> bool),
}

/// What stands in a section.
pub enum Field<Row, Panels = ()> {
    /// A value that is edited.
    Form(FormField<Row, Panels>),
    /// A value that is shown.
    Readonly(ReadonlyField<Row>),
    /// A piece of page made from what `PANELS` read.
    Panel(fn(&Panels) -> Result<Html>),
}

/// A value that is shown and never edited.
pub struct ReadonlyField<Row> {
    /// Its name in classes.
    pub name: &'static str,
    /// Its label, without colon.
    pub label: &'static str,
    /// A sentence under it; may be empty.
    pub help: &'static str,
    /// What it shows; a new object shows "-".
    pub show: Show<Row>,
}

/// A value that is edited.
pub struct FormField<Row, Panels = ()> {
    /// Its name as it is posted.
    pub name: &'static str,
    /// Its label, without colon.
    pub label: &'static str,
    /// A sentence under it; may be empty.
    pub help: &'static str,
    /// Whether it must be filled in.
    pub is_required: bool,
    /// How it is edited.
    pub widget: Widget,
    /// What the form of a new object begins with.
    pub initial: &'static str,
    /// The stored value, as the widget writes it.
    pub value: fn(&Row) -> String,
    /// Whether this actor edits it in this object (`None` is a new one); otherwise it is shown, and another value that is
    /// posted for it is refused.
    pub is_editable: fn(&Actor, Option<&Row>) -> bool,
    /// Draws the whole row of the form instead of the machinery, around the field as it is bound.
    pub panel: Option<fn(&BoundField, &Panels) -> Result<Html>>,
}

impl<Row, Panels> FormField<Row, Panels> {
    /// A field that everyone who may change the object edits, not required, without help.
    pub const fn new(name: &'static str, label: &'static str, widget: Widget, value: fn(&Row) -> String) -> Self {
        Self { name, label, help: "", is_required: false, widget, initial: "", value, is_editable: |_, _| true, panel: None }
    }

    /// What it begins with in the form of this object; `None` is a new one.
    pub fn stored(&self, row: Option<&Row>) -> String {
        row.map_or_else(|| self.initial.to_owned(), self.value)
    }

    /// The same, required.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The same with a sentence under it.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// The same, beginning with a value in a new object.
    #[must_use]
    pub const fn initially(mut self, initial: &'static str) -> Self {
        self.initial = initial;
        self
    }

    /// The same, edited only where `is_editable` says so.
    #[must_use]
    pub const fn editable_if(mut self, is_editable: fn(&Actor, Option<&Row>) -> bool) -> Self {
        self.is_editable = is_editable;
        self
    }

    /// The same, drawn by `panel`.
    #[must_use]
    pub const fn drawn_by(mut self, panel: fn(&BoundField, &Panels) -> Result<Html>) -> Self {
        self.panel = Some(panel);
        self
    }

    /// As a field of a section.
    pub const fn field(self) -> Field<Row, Panels> {
        Field::Form(self)
    }
}

impl<Row> ReadonlyField<Row> {
    /// A value without help, made by a function.
    pub const fn new(name: &'static str, label: &'static str, cell: fn(&Row, &Display) -> Cell) -> Self {
        Self::showing(name, label, Show::Cell(cell))
    }

    /// One value of the row, without help.
    pub const fn showing(name: &'static str, label: &'static str, show: Show<Row>) -> Self {
        Self { name, label, help: "", show }
    }

    /// The same with a sentence under it.
    #[must_use]
    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }

    /// As a field of a section.
    pub const fn field<Panels>(self) -> Field<Row, Panels> {
        Field::Readonly(self)
    }
}

/// Their names, as history keeps their values.
pub(super) fn field_names<A: ModelAdmin>() -> Vec<&'static str> {
    form_fields::<A>().map(|field| field.name).collect()
}

/// The fields of a screen that can be edited, in order.
pub fn form_fields<A: ModelAdmin>() -> impl Iterator<Item = &'static FormField<A::Row, A::Panels>> {
    A::FIELDSETS.iter().flat_map(|fieldset| fieldset.fields).filter_map(|field| match field {
        Field::Form(field) => Some(field),
        Field::Readonly(_) | Field::Panel(_) => None,
    })
}
