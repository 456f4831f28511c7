//! Who acts, and what they may do: the one permission table, asked by the models and by every page.
//!
//! Nothing is changed without an [`Actor`]. What may not be seen answers as if it did not exist; what may be seen but not
//! done is refused with the sentence why. The rules are those of the product's permission page: a superuser has all rights
//! of the role Admin, a segment without owner belongs to the Admins, and on a database shared with the CRM its companies,
//! contacts, contracts and users are read-only for all.

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

/// The models that permissions are given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Segments; rows are judged one by one as well.
    Segment,
    /// Companies.
    Company,
    /// Contacts.
    Contact,
    /// Contracts.
    Contract,
    /// Users.
    User,
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
}

impl Actor {
    /// The program itself: whoever can run commands on the machine has all rights.
    pub fn system(name: &str, is_shared: bool) -> Self {
        Self { id: None, name: name.to_owned(), role: Role::Admin, is_superuser: true, is_shared }
    }

    /// Whether they have the rights of the role Admin.
    pub fn is_admin(&self) -> bool {
        self.is_superuser || self.role == Role::Admin
    }

    /// Whether they may do this with the model at all.
    ///
    /// # Errors
    /// `Forbidden` with the sentence why.
    pub fn require(&self, permission: Permission, subject: Subject) -> Result<()> {
        if permission != Permission::View && self.is_shared && subject != Subject::Segment {
            return Err(AppError::Forbidden(format!(
                "{} are kept by the CRM, which shares this database. Change them there; here they are read-only.",
                plural(subject)
            )));
        }
        if self.has(permission, subject) {
            return Ok(());
        }
        Err(AppError::Forbidden(format!(
            "Your role, {}, may not {} {}.",
            self.role.name(),
            verb(permission),
            plural(subject).to_lowercase()
        )))
    }

    /// [`Actor::require`] as a question, for pages that leave out what is not allowed.
    pub fn may(&self, permission: Permission, subject: Subject) -> bool {
        self.require(permission, subject).is_ok()
    }

    fn has(&self, permission: Permission, subject: Subject) -> bool {
        match subject {
            Subject::Segment => true,
            Subject::Company | Subject::Contact | Subject::Contract => {
                permission == Permission::View || self.is_admin() || self.role == Role::Sales
            }
            Subject::User => self.is_admin(),
        }
    }

    /// Whether they see a segment of this owner and status: their own, active ones, and for Admins all.
    pub fn sees_segment(&self, owner: Option<Id>, is_active: bool) -> bool {
        self.is_admin() || is_active || self.owns(owner)
    }

    /// Whether they change, delete, list in and hand over a segment of this owner.
    pub fn changes_segment(&self, owner: Option<Id>) -> bool {
        self.is_admin() || self.owns(owner)
    }

    fn owns(&self, owner: Option<Id>) -> bool {
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

fn plural(subject: Subject) -> &'static str {
    match subject {
        Subject::Segment => "Segments",
        Subject::Company => "Companies",
        Subject::Contact => "Contacts",
        Subject::Contract => "Contracts",
        Subject::User => "Users",
    }
}
