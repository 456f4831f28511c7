//! The pages of an import: the file is chosen, its columns are said, it is checked, then imported.
//!
//! Handlers, listed in `routes`: `pages` are what people see, `acting` what their buttons do, `runs` goes on by itself on a thread
//! and is watched by `ear`. Everything is a plain form; while something goes on, the page asks for itself again every two
//! seconds. What is done with the rows is `customers::import`'s.

mod ear;
mod runs;
mod view;

pub mod acting;
pub mod pages;

use super::{CompanyAdmin, ContactAdmin, ContractAdmin};
use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::admin::model_admin::{ListTool, ModelAdmin};
use crate::customers::import::What;
use crate::db::Id;
use crate::error::Result;

/// The link to these pages beside the heading of a list.
pub(super) const LIST_TOOLS: &[ListTool] = &[ListTool { label: "Import CSV", page: "import", permission: Permission::Add }];

/// A screen whose rows can be imported.
pub trait Imported: ModelAdmin {
    /// What is in the files.
    const WHAT: What;
}

impl Imported for CompanyAdmin {
    const WHAT: What = What::Companies;
}

impl Imported for ContactAdmin {
    const WHAT: What = What::Contacts;
}

impl Imported for ContractAdmin {
    const WHAT: What = What::Contracts;
}

/// Whether an actor may import.
///
/// # Errors
/// `Forbidden` with the sentence why not.
fn require_import(actor: &Actor, what: What) -> Result<()> {
    actor.require(Permission::Add, what.rights())?;
    actor.require(Permission::Change, what.rights())
}

/// The page on which a file is chosen.
fn home<A: Imported>() -> String {
    format!("{}import/", A::MODEL.list_url())
}

/// The page of an upload.
fn address<A: Imported>(upload: Id) -> String {
    format!("{}{upload}/", home::<A>())
}
