//! The declaration of a screen: a model's list, its page and its form, as constants and `fn` pointers.
//!
//! Implemented once a model, in `customers/admin/`, `segments/admin.rs` and `accounts/admin/`, read by `changelist`, `form_page` and `views`,
//! checked at start by `checks`. The names are Django's. What a screen does is written once, in the machinery; a
//! declaration only says what is different, and everything it says is a type, so that most mistakes do not compile.

use crate::accounts::Actor;
use crate::accounts::actor::{Permission, Rights};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::{Column, Selection, Source, Sql};

use super::actions::Action;
use super::editing::{Editing, FormContext};
use super::fieldset::Fieldset;
use super::filters::ListFilter;
use super::form::FormData;
use super::list_display::{ListColumn, SortKey};
use super::object_history::Undo;
use super::search::SearchField;
use super::versions::Versions;

/// What a model is called, in URLs and in sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// The application in URLs: `crm_app`.
    pub app_label: &'static str,
    /// The model in URLs and history: `customersegment`.
    pub model_name: &'static str,
    /// "Customer Segment".
    pub verbose_name: &'static str,
    /// "Customer Segments".
    pub verbose_name_plural: &'static str,
    /// Who may do what with it.
    pub rights: &'static Rights,
}

impl Model {
    /// The application as pages name it: `Crm_App`.
    pub fn app_name(&self) -> String {
        let words = self.app_label.split('_').map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
        });
        words.collect::<Vec<_>>().join("_")
    }

    /// The page of the application.
    pub fn app_url(&self) -> String {
        format!("/admin/{}/", self.app_label)
    }

    /// Its changelist.
    pub fn list_url(&self) -> String {
        format!("/admin/{}/{}/", self.app_label, self.model_name)
    }

    /// Its changelist as a file.
    pub fn export_url(&self) -> String {
        format!("{}export.csv", self.list_url())
    }

    /// Where one is added.
    pub fn add_url(&self) -> String {
        format!("{}add/", self.list_url())
    }

    /// The page of one object; `page` is `change`, `delete` or `history`.
    pub fn object_url(&self, id: Id, page: &str) -> String {
        format!("{}{id}/{page}/", self.list_url())
    }

    /// The form (or view) of one object.
    pub fn change_url(&self, id: Id) -> String {
        self.object_url(id, "change")
    }
}

/// Which rows an actor may see at all, as a predicate: what it leaves out does not exist for them.
pub type Visible = fn(&Actor) -> Sql;

/// See [`ModelAdmin::BESIDE`].
pub type Beside = fn(&mut AnyConnection, &FormData) -> Result<Vec<(String, String)>>;

/// How the machinery reads rows. Both must understand predicates over the model's table.
#[derive(Debug, Clone, Copy)]
pub struct Store<Row> {
    /// Where they come from, for everything that is asked without reading them.
    pub source: &'static Source,
    /// The rows of a selection.
    pub list: fn(&mut AnyConnection, &Selection<'_>) -> Result<Vec<Row>>,
    /// The row's key.
    pub id: fn(&Row) -> Id,
    /// What people call the row.
    pub name: fn(&Row) -> String,
}

/// How exact the totals of a list are.
#[derive(Debug, Clone, Copy)]
pub enum Total {
    /// Every row is counted.
    Exact,
    /// Counted up to a number, "10,000+" past it.
    UpTo(i64),
}

/// A link beside the heading of a list.
#[derive(Debug, Clone, Copy)]
pub struct ListTool {
    /// What it says: "Import CSV".
    pub label: &'static str,
    /// The page that it leads to: `import` for `…/import/`.
    pub page: &'static str,
    /// What one must be allowed to do for it to be offered.
    pub permission: Permission,
}

/// A link beside the heading of an object's page.
#[derive(Debug)]
pub struct ObjectTool<Row> {
    /// What it says: "Members".
    pub label: &'static str,
    /// The page of the object that it leads to: `members` for `…/<uuid>/members/`; blank where it leads to a list.
    pub page: &'static str,
    /// How it gets there.
    pub method: Method,
    /// Whether this object offers it to this actor.
    pub is_offered: fn(&Actor, &Row) -> bool,
}

/// How an object tool is followed.
#[derive(Debug, Clone, Copy)]
pub enum Method {
    /// A link.
    Get,
    /// A link, and a box below the form whose field `q` asks that page at once: what is typed into it.
    Ask(&'static str),
    /// A link to the list of another model, of the objects that belong to this one: the address of that list, and its filter.
    List(fn() -> String, &'static str),
    /// A button, for what changes something.
    Post,
}

/// The screens of one model.
///
/// ```text
/// pub struct ContactAdmin;
///
/// impl ModelAdmin for ContactAdmin {
///     type Row = contact::Row;
///     type Panels = ();
///     type Cleaned = ();
///     const MODEL: Model = Model { app_label: "crm_app", model_name: "contact", … };
///     const KEY: &'static Column = &ID;
///     const STORE: Store<Self::Row> = Store { source: &contact::SOURCE, list: contact::list, id: |row| row.contact.id, … };
///     const LIST_DISPLAY: &'static [ListColumn<Self::Row>] = &[ListColumn::link("name", "Name", …), …];
///     const ORDERING: &'static [SortKey] = &[SortKey::ascending(&columns::NAME)];
///     const FIELDSETS: &'static [Fieldset<Self::Row>] = &[…];
///     const EDITING: Editing<Self> = Editing::Form(Edit { clean: form::clean, save: form::save, … });
/// }
/// ```
pub trait ModelAdmin: Sized + 'static {
    /// What lists and pages show of one object.
    type Row: Send + 'static;
    /// What [`ModelAdmin::PANELS`] reads for the panels of the form; `()` without any.
    type Panels: Default + Send + 'static;
    /// What a good form comes down to; `()` where nothing is edited.
    type Cleaned: Clone + Send + 'static;

    /// What it is called.
    const MODEL: Model;
    /// The key of its table: the last key of every order.
    const KEY: &'static Column;
    /// How rows are read.
    const STORE: Store<Self::Row>;
    /// What tells an object from others of its name, where people choose one or say goodbye to it: a place, an address.
    /// Blank where the name is enough.
    const DETAIL: fn(&Self::Row) -> String = |_| String::new();
    /// Which rows an actor sees. All of them, where permissions are given for the whole model.
    const VISIBLE: Visible = |_| Sql::all();
    /// Whether an actor may do this, with this object or (`None`) at all. Seeing single objects is [`ModelAdmin::VISIBLE`]'s.
    const MAY: fn(&Actor, Permission, Option<&Self::Row>) -> Result<()> =
        |actor, permission, _| actor.require(permission, Self::MODEL.rights);

    /// The columns of the list.
    const LIST_DISPLAY: &'static [ListColumn<Self::Row>];
    /// The filters beside the list.
    const LIST_FILTER: &'static [ListFilter] = &[];
    /// Where the search box looks; without any there is no box.
    const SEARCH_FIELDS: &'static [SearchField] = &[];
    /// The order of the list until a column is clicked.
    const ORDERING: &'static [SortKey];
    /// How exact its totals are.
    const TOTAL: Total = Total::Exact;

    /// Links beside the heading of the list, between the export and what adds one.
    const LIST_TOOLS: &'static [ListTool] = &[];
    /// What can be done with several objects of the list at once.
    const ACTIONS: &'static [Action<Self>] = &[];

    /// The form, section by section.
    const FIELDSETS: &'static [Fieldset<Self::Row, Self::Panels>];
    /// Links beside the heading, before History.
    const OBJECT_TOOLS: &'static [ObjectTool<Self::Row>] = &[];
    /// Reads what the panels of the form show, whenever it is shown.
    const PANELS: fn(&mut AnyConnection, &FormContext<'_, Self>) -> Result<Self::Panels> = |_, _| Ok(Self::Panels::default());
    /// What whoever opens an object should know before they begin; `None` for most.
    const NOTICE: fn(&Self::Row) -> Option<&'static str> = |_| None;
    /// Style sheets of its list and its form, below `static/`, beside those of the admin (Django's `Media.css`).
    const STYLES: &'static [&'static str] = &[];
    /// Scripts of the form, below `static/`; it works without them.
    const SCRIPTS: &'static [&'static str] = &[];
    /// How earlier versions are compared and restored; `None` where events do not keep them.
    const VERSIONS: Option<Versions<Self::Row>> = None;
    /// Which of its changes can be undone from its history.
    const UNDO: Option<Undo<Self::Row>> = None;
    /// What its form asks for beside its fields, in words, for a page that gives back what was typed: labels and names.
    const BESIDE: Beside = |_, _| Ok(Vec::new());
    /// What may be edited, and how.
    const EDITING: Editing<Self>;
}
