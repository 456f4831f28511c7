//! What a form's page shows: sections and fields with their values, errors and ids, ready for the template.
//!
//! Called by `edit`. Everything that a template would have to decide is decided here.

use std::collections::BTreeMap;

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::db::Id;
use crate::error::Result;

use super::bound_field::BoundField;
use super::cell::Cell;
use super::display::Display;
use super::editing::FormContext;
use super::fieldset::{Field, Fieldset, Fold, FormField};
use super::form::{EDIT, FormErrors};
use super::html::Html;
use super::model_admin::{Method, Model, ModelAdmin, ObjectTool};
use super::related::RelatedView;
use super::side_by_side::Side;

/// A form, as the page shows it.
#[derive(Debug)]
pub struct FormPage {
    /// What is added or changed.
    pub model: Model,
    /// The stored object; `None` while one is added.
    pub object: Option<ObjectView>,
    /// Its sections.
    pub fieldsets: Vec<FieldsetView>,
    /// What is wrong with the form as a whole.
    pub general: Vec<String>,
    /// How many sentences say what is wrong.
    pub error_count: usize,
    /// The version it was opened with; blank while one is added.
    pub version: String,
    /// The key that the object will have; blank for a stored one.
    pub new_id: String,
    /// What a stored object's fields were when it was opened; see [`INITIAL`](super::form::INITIAL).
    pub initial: String,
    /// When it was opened.
    pub opened: String,
    /// What [`BESIDE`](super::form::BESIDE) carries: not blank where it shows what is saved beside what was typed.
    pub beside: &'static str,
    /// Whether it shows what was sent, which is saved nowhere.
    pub is_sent: bool,
    /// See [`ModelAdmin::NOTICE`].
    pub notice: Option<&'static str>,
    /// Why nothing can be changed; `None` when it can.
    pub read_only: Option<String>,
    /// Whether another may be added.
    pub may_add: bool,
    /// Whether the object may be deleted.
    pub may_delete: bool,
    /// Links beside the heading.
    pub tools: Vec<ToolView>,
    /// See [`ModelAdmin::SCRIPTS`]; none where nothing can be edited.
    pub scripts: &'static [&'static str],
}

/// A stored object, as pages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectView {
    /// Its key.
    pub id: Id,
    /// What it is called.
    pub name: String,
    /// See [`ModelAdmin::DETAIL`].
    pub detail: String,
}

/// A link or button beside the heading.
#[derive(Debug)]
pub struct ToolView {
    /// What it says.
    pub label: &'static str,
    /// Where it leads.
    pub url: String,
    /// Whether it is a button that posts.
    pub is_post: bool,
}

impl ObjectView {
    /// The object of a row.
    pub fn of<A: ModelAdmin>(row: &A::Row) -> Self {
        Self { id: (A::STORE.id)(row), name: (A::STORE.name)(row), detail: (A::DETAIL)(row) }
    }

    /// Its name, with what tells it from others behind it.
    pub fn text(&self) -> String {
        if self.detail.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.detail) }
    }
}

impl FormPage {
    /// Whether something is wrong below: what is wrong with the whole form is said above it.
    pub fn has_field_errors(&self) -> bool {
        self.error_count > self.general.len()
    }

    /// The page around the form, still without sections.
    pub(super) fn of<A: ModelAdmin>(actor: &Actor, row: Option<&A::Row>) -> Self {
        let object = row.map(ObjectView::of::<A>);
        let may = |permission, row| A::EDITING.allows(actor, permission, row).is_ok();
        Self {
            model: A::MODEL,
            fieldsets: Vec::new(),
            general: Vec::new(),
            error_count: 0,
            version: String::new(),
            new_id: String::new(),
            initial: String::new(),
            opened: String::new(),
            beside: "",
            is_sent: false,
            notice: row.and_then(A::NOTICE),
            read_only: None,
            may_add: may(Permission::Add, None),
            may_delete: row.is_some_and(|row| may(Permission::Delete, Some(row))),
            tools: row.map(|row| tools::<A>(actor, row)).unwrap_or_default(),
            scripts: &[],
            object,
        }
    }
}

fn tools<A: ModelAdmin>(actor: &Actor, row: &A::Row) -> Vec<ToolView> {
    let offered = A::OBJECT_TOOLS.iter().filter(|tool| (tool.is_offered)(actor, row));
    let view = |tool: &ObjectTool<A::Row>| ToolView {
        label: tool.label,
        url: A::MODEL.object_url((A::STORE.id)(row), tool.page),
        is_post: tool.method == Method::Post,
    };
    offered.map(view).collect()
}

/// A section, as the page shows it.
#[derive(Debug)]
pub struct FieldsetView {
    /// See [`Fieldset::title`].
    pub title: &'static str,
    /// See [`Fieldset::description`].
    pub description: &'static str,
    /// Whether it can be folded.
    pub is_collapsible: bool,
    /// Whether it is open.
    pub is_open: bool,
    /// Its fields.
    pub fields: Vec<FieldView>,
}

/// A field, as the page shows it.
#[derive(Debug)]
pub enum FieldView {
    /// A widget.
    Input(Box<BoundField>),
    /// A value.
    Readonly(Box<ReadonlyView>),
    /// A piece of page.
    Panel(Html),
}

/// A value that is shown.
#[derive(Debug)]
pub struct ReadonlyView {
    /// See `ReadonlyField::name`.
    pub name: &'static str,
    /// See `ReadonlyField::label`.
    pub label: &'static str,
    /// See `ReadonlyField::help`.
    pub help: &'static str,
    /// What it shows.
    pub cell: Cell,
    /// What is wrong with what was sent for it.
    pub errors: Vec<String>,
    /// See [`BoundField::sent`].
    pub sent: Option<Cell>,
}

/// What the foreign keys of a form show, by the name of their field.
pub type Related = BTreeMap<&'static str, RelatedView>;

/// What the database said of the fields of a form.
pub struct Looked {
    /// What its foreign keys show.
    pub related: Related,
    /// What is stored of the fields that are to say so, by name.
    pub saved: BTreeMap<&'static str, Side>,
    /// How values are shown.
    pub display: Display,
}

/// The sections of a form.
pub fn bind<A: ModelAdmin>(
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
