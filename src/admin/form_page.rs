//! What a form's page shows: sections and fields with their values, errors and ids, ready for the template.
//!
//! Made by `edit` and `binding`. A template has nothing left to decide.

use std::collections::BTreeMap;

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::db::Id;

use super::bound_field::BoundField;
use super::cell::Cell;
use super::html::Html;
use super::model_admin::{Method, Model, ModelAdmin, ObjectTool};
use super::query_string::QueryString;
use super::related::RelatedView;

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
    /// See [`ModelAdmin::STYLES`].
    pub styles: &'static [&'static str],
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
    /// For what it adds: the key of one more object, so that a button that is pressed twice adds one.
    pub new_id: Id,
    /// Whether that is the list of another model.
    pub is_list: bool,
    /// Whether it is a button that posts.
    pub is_post: bool,
    /// See [`Method::Ask`]; blank for the others.
    pub asks_for: &'static str,
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
            styles: A::STYLES,
            scripts: &[],
            object,
        }
    }
}

fn tools<A: ModelAdmin>(actor: &Actor, row: &A::Row) -> Vec<ToolView> {
    let offered = A::OBJECT_TOOLS.iter().filter(|tool| (tool.is_offered)(actor, row));
    let view = |tool: &ObjectTool<A::Row>| ToolView {
        label: tool.label,
        url: match tool.method {
            Method::List(list, filter) => list() + &QueryString::default().with(filter, (A::STORE.id)(row).to_string()).link(),
            Method::Get | Method::Ask(_) | Method::Post => A::MODEL.object_url((A::STORE.id)(row), tool.page),
        },
        new_id: Id::new(),
        is_list: matches!(tool.method, Method::List(..)),
        is_post: matches!(tool.method, Method::Post),
        asks_for: if let Method::Ask(what) = tool.method { what } else { "" },
    };
    offered.map(view).collect()
}

/// A section, as the page shows it.
#[derive(Debug)]
pub struct FieldsetView {
    /// See [`Fieldset::title`](super::fieldset::Fieldset::title).
    pub title: &'static str,
    /// See [`Fieldset::description`](super::fieldset::Fieldset::description).
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
