//! Who acts, and what they may do: asked by the models and by every page.
//!
//! Nothing is changed without an [`Actor`]. What may not be seen answers as if it did not exist; what may be seen but not
//! done is refused with the sentence why. A superuser has all rights of the role Admin; what the other roles may do with the
//! rows of a model is data ([`Rights`]) that the model declares, so that no model is named here.

use std::str::FromStr;

use crate::db::Id;
use crate::error::{AppError, Result};

/// The role of a user in the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sales and sales operations.
    Sales,
    /// Finance.
    Finance,
    /// Technical staff.
    Tech,
    /// Music designers.
    Music,
    /// Administrators.
    Admin,
}

impl Role {
    /// Every role, in the order in which forms offer them.
    pub const ALL: [Self; 5] = [Self::Sales, Self::Finance, Self::Tech, Self::Music, Self::Admin];

    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sales => "Sales",
            Self::Finance => "Finance",
            Self::Tech => "Tech",
            Self::Music => "Music",
            Self::Admin => "Admin",
        }
    }
}

impl FromStr for Role {
    type Err = AppError;

    fn from_str(stored: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|role| role.name() == stored);
        known.ok_or_else(|| AppError::BadRequest(format!("Unknown role “{stored}”. Roles are Sales, Finance, Tech, Music, Admin.")))
    }
}

/// What one may want to do with the rows of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See them.
    View,
    /// Add one.
    Add,
    /// Change one.
    Change,
    /// Delete one.
    Delete,
}

/// Who may do what with the rows of a model, as far as that is a matter of roles: declared with the model, asked with
/// [`Actor::require`]. The role Admin may do all of it; rules about single rows are the model's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// What refusals call the rows: "Companies".
    pub plural: &'static str,
    /// The roles that see them.
    pub view: &'static [Role],
    /// The roles that add some.
    pub add: &'static [Role],
    /// The roles that change some.
    pub change: &'static [Role],
    /// The roles that delete some.
    pub delete: &'static [Role],
    /// Whether they are the CRM's on a database that it shares: there they are read-only for all.
    pub is_the_crms: bool,
}

impl Rights {
    fn roles(&self, permission: Permission) -> &'static [Role] {
        match permission {
            Permission::View => self.view,
            Permission::Add => self.add,
            Permission::Change => self.change,
            Permission::Delete => self.delete,
        }
    }
}

/// By which way users come in: it says whom the house is open to at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// The pages, which are for the staff.
    Pages,
    /// The API, which is for everybody who may sign in.
    Api,
}

/// Who acts: a user, as far as permissions care, or the program itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user; `None` for the program itself (a command on the machine, a job).
    pub id: Option<Id>,
    /// What history calls them.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Whether they have all rights.
    pub is_superuser: bool,
    /// Whether the CRM owns companies, contacts, contracts and users (a shared database).
    pub is_shared: bool,
    /// By which way they came in.
    pub door: Door,
}

impl Actor {
    /// The program itself: whoever can run commands on the machine has all rights.
    pub fn system(name: &str, is_shared: bool) -> Self {
        Self { id: None, name: name.to_owned(), role: Role::Admin, is_superuser: true, is_shared, door: Door::Pages }
    }

    /// Whether they have the rights of the role Admin.
    pub fn is_admin(&self) -> bool {
        self.is_superuser || self.role == Role::Admin
    }

    /// Whether they may do this with rows of a model at all.
    ///
    /// # Errors
    /// `Forbidden` with the sentence why.
    pub fn require(&self, permission: Permission, rights: &Rights) -> Result<()> {
        if permission != Permission::View && self.is_shared && rights.is_the_crms {
            return Err(AppError::Forbidden(format!(
                "{} are kept by the CRM, which shares this database. Change them there; here they are read-only.",
                rights.plural
            )));
        }
        if self.is_admin() || rights.roles(permission).contains(&self.role) {
            return Ok(());
        }
        let (role, verb, what) = (self.role.name(), verb(permission), rights.plural.to_lowercase());
        Err(AppError::Forbidden(format!("Your role, {role}, may not {verb} {what}.")))
    }

    /// [`Actor::require`] as a question, for pages that leave out what is not allowed.
    pub fn may(&self, permission: Permission, rights: &Rights) -> bool {
        self.require(permission, rights).is_ok()
    }

    /// Whether something of this owner is theirs.
    pub fn owns(&self, owner: Option<Id>) -> bool {
        self.id.is_some() && owner == self.id
    }
}

fn verb(permission: Permission) -> &'static str {
    match permission {
        Permission::View => "see",
        Permission::Add => "add",
        Permission::Change => "change",
        Permission::Delete => "delete",
    }
}
