//! What may be edited, and how: the hooks of a screen with a form.
//!
//! Declared in `EDITING`, called by `edit`. The order of one save: the machinery checks what it can by itself, `clean` reads
//! the database and says what is wrong or what the form comes down to, then in one writing transaction the version is
//! compared and `save` does the work and writes its event. A hook that only reads cannot write: it runs in `db.read`.

use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::accounts::session::Button;
use crate::clock::Clock;
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};

use super::deletion::Protected;
use super::form::{FormData, FormErrors};
use super::model_admin::ModelAdmin;

/// Whether a screen edits.
pub enum Editing<A: ModelAdmin> {
    /// It only shows; the sentence says why nothing can be changed here.
    ViewOnly(&'static str),
    /// It edits.
    Form(Edit<A>),
}

/// See [`Edit::clean`].
pub type Clean<A> = fn(&mut AnyConnection, &FormContext<'_, A>, &mut FormErrors) -> Result<Option<<A as ModelAdmin>::Cleaned>>;
/// See [`Edit::related`].
pub type Related<A> = fn(&mut AnyConnection, &[<A as ModelAdmin>::Row]) -> Result<Vec<(&'static str, i64)>>;

/// See [`Edit::protects`].
pub type Protects<A> = fn(&mut AnyConnection, &Actor, &[<A as ModelAdmin>::Row]) -> Result<Vec<Protected>>;

/// How a screen edits.
pub struct Edit<A: ModelAdmin> {
    /// What a form comes down to, or `None` with what is wrong added to the errors, beside what the machinery found.
    pub clean: Clean<A>,
    /// Makes everybody else who would change these objects (none: add one) wait until the transaction ends, so that what is
    /// read of them next is still so when it is written.
    pub lock: fn(&mut AnyConnection, &[Id]) -> Result<()>,
    /// Whether a form that is sent again asks for nothing, beside its fields, that is not done already.
    pub is_done: fn(&mut AnyConnection, &A::Row, &FormData) -> Result<bool>,
    /// Saves it and writes the event. May run again from the beginning when the engine asks for it.
    pub save: fn(&mut AnyConnection, &Act<'_>, Target<'_, A>, &A::Cleaned) -> Result<Saved>,
    /// Whether it may change very many rows: that is finished, however long it takes, in its turn.
    pub is_big: fn(&A::Cleaned) -> bool,
    /// What a refusal of `save` means for the form (a name taken meanwhile); `None` for what is no matter of the form.
    pub refusal: fn(&AppError) -> Option<FormErrors>,
    /// Deletes these, with what belongs to them, and writes the events.
    pub delete: fn(&mut AnyConnection, &Act<'_>, &[A::Row]) -> Result<()>,
    /// What else goes when these are deleted, for the summary: "Listed contacts" and how many. Asked once for all of them.
    pub related: Related<A>,
    /// What keeps these rows from being deleted, for the page that says so; empty where nothing does.
    pub protects: Protects<A>,
    /// Brings the many controls that a screen has for one field together to it, before anything else looks at what was sent.
    pub compose: fn(FormData) -> FormData,
    /// Whether what was sent asks to see the form again instead of saving it: a button of the screen's own was pressed.
    pub shows_again: fn(&FormData) -> bool,
}

/// Who acts, and when.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// When, and in which zone.
    pub clock: &'a Clock,
    /// When the version was saved that is restored by this; `None` for anything else.
    pub restores: Option<&'a str>,
}

/// A form that is shown or checked.
pub struct FormContext<'a, A: ModelAdmin> {
    /// Who, and when.
    pub act: Act<'a>,
    /// The stored object; `None` while one is added.
    pub row: Option<&'a A::Row>,
    /// What was typed; what is stored, when the form is opened.
    pub data: &'a FormData,
    /// Whether it was sent, not just opened.
    pub is_sent: bool,
    /// Whether the actor may save it.
    pub is_editable: bool,
}

/// Where a form is saved to.
pub enum Target<'a, A: ModelAdmin> {
    /// A new object with this key.
    New(Id),
    /// This one, as it is stored now.
    Stored(&'a A::Row),
}

// Derived, these would ask `A` itself to be copied.
impl<A: ModelAdmin> Clone for Target<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A: ModelAdmin> Copy for Target<'_, A> {}

/// What was saved.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Its key.
    pub id: Id,
    /// What it is called now.
    pub name: String,
    /// Further sentences for the next page: what was counted, what to beware of.
    pub notes: Vec<Note>,
}

/// A sentence beside "was saved".
#[derive(Debug, Clone)]
pub struct Note {
    /// Whether it asks for attention.
    pub is_warning: bool,
    /// What it says.
    pub text: String,
    /// What can be done about it at once.
    pub button: Option<Button>,
}

impl Note {
    /// A sentence that tells something.
    pub fn info(text: impl Into<String>) -> Self {
        Self { is_warning: false, text: text.into(), button: None }
    }

    /// A sentence that asks for attention.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { is_warning: true, ..Self::info(text) }
    }
}

impl<A: ModelAdmin> Editing<A> {
    /// Whether the screen lets this actor do this.
    ///
    /// # Errors
    /// `Forbidden` with the sentence why.
    pub fn allows(&self, actor: &Actor, permission: Permission, row: Option<&A::Row>) -> Result<()> {
        (A::MAY)(actor, permission, row)?;
        match self {
            Self::ViewOnly(why) if permission != Permission::View => Err(AppError::Forbidden((*why).to_owned())),
            Self::ViewOnly(_) | Self::Form(_) => Ok(()),
        }
    }

    /// What was sent, as [`Edit::compose`] brings it together.
    pub(super) fn composed(&self, data: FormData) -> FormData {
        match self {
            Self::ViewOnly(_) => data,
            Self::Form(edit) => (edit.compose)(data),
        }
    }

    /// How it edits.
    ///
    /// # Errors
    /// `Forbidden` with the sentence why it does not.
    pub fn edit(&self) -> Result<&Edit<A>> {
        match self {
            Self::ViewOnly(why) => Err(AppError::Forbidden((*why).to_owned())),
            Self::Form(edit) => Ok(edit),
        }
    }
}
