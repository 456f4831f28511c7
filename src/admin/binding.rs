//! Fields as they are declared, with what a form holds, become sections of a page: value, errors, what is saved beside, where
//! the page begins.
//!
//! Called by `edit`; what it makes is `form_page`'s.

use std::collections::BTreeMap;

use crate::error::Result;

use super::bound_field::BoundField;
use super::cell::Cell;
use super::display::Display;
use super::editing::FormContext;
use super::fieldset::{Field, Fieldset, Fold, FormField};
use super::form::{EDIT, FormErrors};
use super::form_page::{FieldView, FieldsetView, ReadonlyView, Related};
use super::model_admin::ModelAdmin;
use super::side_by_side::Side;

/// What the database said of the fields of a form.
pub(super) struct Looked {
    /// What its foreign keys show.
    pub(super) related: Related,
    /// What is stored of the fields that are to say so, by name.
    pub(super) saved: BTreeMap<&'static str, Side>,
    /// How values are shown.
    pub(super) display: Display,
}

/// The sections of a form.
pub(super) fn bind<A: ModelAdmin>(
    context: &FormContext<'_, A>,
    errors: &FormErrors,
    panels: &A::Panels,
    looked: Looked,
) -> Result<Vec<FieldsetView>> {
    let mut binder = Binder { context, errors, panels, looked, has_begun: false };
    A::FIELDSETS.iter().map(|fieldset| binder.fieldset(fieldset)).collect()
}

struct Binder<'a, A: ModelAdmin> {
    context: &'a FormContext<'a, A>,
    errors: &'a FormErrors,
    panels: &'a A::Panels,
    looked: Looked,
    /// Whether a field has been met at which the page begins.
    has_begun: bool,
}

impl<A: ModelAdmin> Binder<'_, A> {
    fn fieldset(&mut self, fieldset: &'static Fieldset<A::Row, A::Panels>) -> Result<FieldsetView> {
        let has_errors = fieldset.fields.iter().any(|field| match field {
            Field::Form(field) => self.errors.of(field.name).next().is_some(),
            Field::Readonly(field) => self.errors.of(field.name).next().is_some(),
            Field::Panel(_) => false,
        });
        let (is_collapsible, wants_open) = match fieldset.fold {
            Fold::Never => (false, true),
            Fold::Unless(is_open) => (true, is_open(self.context.data)),
        };
        Ok(FieldsetView {
            title: fieldset.title,
            description: if self.context.is_editable { fieldset.description } else { "" },
            is_collapsible,
            is_open: wants_open || has_errors || self.is_given(fieldset),
            fields: fieldset.fields.iter().map(|field| self.field(field)).collect::<Result<_>>()?,
        })
    }

    fn field(&mut self, field: &'static Field<A::Row, A::Panels>) -> Result<FieldView> {
        match field {
            Field::Form(field) => self.form_field(field),
            Field::Readonly(field) => Ok(FieldView::Readonly(Box::new(ReadonlyView {
                name: field.name,
                label: field.label,
                help: field.help,
                cell: self.context.row.map_or(Cell::Blank, |row| field.show.of(row, &self.looked.display)),
                errors: Vec::new(),
                sent: None,
            }))),
            Field::Panel(panel) => panel(self.panels).map(FieldView::Panel),
        }
    }

    /// Whether the address of a new object's form filled in something here: nobody saves what they did not see.
    fn is_given(&self, fieldset: &Fieldset<A::Row, A::Panels>) -> bool {
        let is_new = self.context.row.is_none() && !self.context.is_sent;
        let differs = |field: &Field<A::Row, A::Panels>| match field {
            Field::Form(field) => self.context.data.get(field.name) != field.initial,
            Field::Readonly(_) | Field::Panel(_) => false,
        };
        is_new && fieldset.fields.iter().any(differs)
    }

    /// Whether the form was sent to search for the object of a field: there one goes on.
    fn is_searched(&self, name: &str) -> bool {
        self.looked.related.get(name).is_some_and(|related| related.found.is_some())
    }

    /// Whether the page begins at this field: the first of a new object, the first that is wrong, else the first that differs
    /// from what is saved, for who goes on with what is not.
    fn begins_at(&mut self, name: &str) -> bool {
        let FormContext { row, data, is_sent, .. } = self.context;
        let begins = if !self.errors.is_empty() {
            self.errors.of(name).next().is_some()
        } else if data.has(EDIT) {
            self.looked.saved.contains_key(name)
        } else {
            row.is_none() && !is_sent
        };
        begins && !std::mem::replace(&mut self.has_begun, true)
    }

    fn form_field(&mut self, field: &'static FormField<A::Row, A::Panels>) -> Result<FieldView> {
        let is_editable = self.context.is_editable && (field.is_editable)(self.context.act.actor, self.context.row);
        let (stored, held) = (field.stored(self.context.row), self.context.data.get(field.name));
        let is_refused = !is_editable && !field.widget.is_same(&stored, held);
        let has_focus = is_editable && (self.begins_at(field.name) || self.is_searched(field.name));
        let (value, zone) = (if is_editable { held.to_owned() } else { stored }, self.looked.display.zone());
        let bound = BoundField {
            name: field.name,
            label: field.label,
            // How to fill it in is of no use to who cannot.
            help: if is_editable { field.help } else { "" },
            is_required: field.is_required,
            value: field.widget.write(&value, zone),
            zone: zone.name(),
            sent: is_refused.then(|| field.widget.show(held, &self.looked.display)),
            errors: self.errors.of(field.name).map(str::to_owned).collect(),
            saved: self.looked.saved.remove(field.name),
            widget: field.widget,
            related: self.looked.related.get(field.name).cloned(),
            has_focus,
            is_editable,
        };
        let chosen = bound.related.as_ref().and_then(|related| related.chosen.clone());
        let cell =
            chosen.map_or_else(|| field.widget.show(&value, &self.looked.display), |(object, href)| Cell::Link { href, text: object.name });
        match field.panel {
            Some(panel) => panel(&bound, self.panels).map(FieldView::Panel),
            None if is_editable => Ok(FieldView::Input(Box::new(bound))),
            None => {
                let BoundField { name, label, help, errors, sent, .. } = bound;
                Ok(FieldView::Readonly(Box::new(ReadonlyView { name, label, help, cell, errors, sent })))
            }
        }
    }
}
