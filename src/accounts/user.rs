//! Users: the people who sign in.
//!
//! Called by `login`, `staff` and commands; `managing` adds and changes them. On a shared database the CRM keeps the users: of
//! theirs only `last_login` and `password` are ever written, and only here.

use std::fmt;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::actor::{Actor, Door, Role};
use super::keys;
use super::staff::Ownership;
use crate::config::Secret;
use crate::db::dialect::{self, Hold};
use crate::db::schema::auth_user;
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, Object, record};
use crate::query::text;

/// What a session's `auth_hash` is made for.
const PURPOSE: &str = "session auth hash";

/// A user, as far as signing in cares.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = auth_user)]
pub struct User {
    /// Their key.
    pub id: Id,
    /// What they sign in with; unique, case matters.
    pub username: String,
    /// The stored hash, or Django's `!…` for none.
    pub password: String,
    /// Their first name; may be blank.
    pub first_name: String,
    /// Their last name; may be blank.
    pub last_name: String,
    /// Their address; may be blank.
    pub email: String,
    /// The name of a [`Role`]; the CRM may have written another one.
    pub role: String,
    /// Whether they may use the pages.
    pub is_staff: bool,
    /// Whether they may sign in at all.
    pub is_active: bool,
    /// Whether they have all rights.
    pub is_superuser: bool,
    /// When they signed in last; kept by [`User::touch`].
    pub last_login: Option<Time>,
}

impl fmt::Debug for User {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("User").field("id", &self.id).field("username", &self.username).finish_non_exhaustive()
    }
}

impl User {
    /// The user with this key.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn find(connection: &mut AnyConnection, id: Id) -> Result<Self> {
        Ok(auth_user::table.find(id).select(Self::as_select()).first(connection)?)
    }

    /// The user with this name, as typed: brought to NFKC like Django's form does, then compared to the letter.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn find_by_username(connection: &mut AnyConnection, typed: &str) -> Result<Self> {
        let username = normalize(typed);
        Ok(auth_user::table.filter(auth_user::username.eq(username)).select(Self::as_select()).first(connection)?)
    }

    /// What another user than `own` is called, to the letter, whose name differs from this in case at most. Users are few
    /// enough to be looked through.
    pub fn find_namesake(connection: &mut AnyConnection, typed: &str, own: Option<Id>) -> Result<Option<String>> {
        let (typed, names) = (normalize(typed), auth_user::table.select((auth_user::id, auth_user::username)));
        let key = text::key(&typed);
        let alike = |(id, name): &(Id, String)| Some(*id) != own && text::key(name) == key;
        let found = names.load(connection)?.into_iter().filter(alike).max_by_key(|(_, name)| *name == typed);
        Ok(found.map(|(_, name)| name))
    }

    /// The names of the first Admins who can sign in.
    pub fn list_admins(connection: &mut AnyConnection, most: i64) -> Result<Vec<String>> {
        let is_admin = auth_user::is_superuser.eq(true).or(auth_user::role.eq(Role::Admin.name()));
        let admitted = auth_user::table.filter(auth_user::is_active.eq(true)).filter(auth_user::is_staff.eq(true)).filter(is_admin);
        Ok(admitted.order(auth_user::username).select(auth_user::username).limit(most).load(connection)?)
    }

    /// How many users there are.
    pub fn count(connection: &mut AnyConnection) -> Result<i64> {
        Ok(auth_user::table.count().get_result(connection)?)
    }

    /// Stores a new password's hash; every session of the user ends with it.
    ///
    /// # Errors
    /// `Conflict` when the password, or the user, is another one meanwhile: who knew the old password does not undo a reset.
    pub fn set_password(&self, connection: &mut AnyConnection, actor: &Actor, hash: &str, now: DateTime<Utc>) -> Result<()> {
        let unchanged = auth_user::table.find(self.id).filter(auth_user::password.eq(&self.password));
        if diesel::update(unchanged).set(auth_user::password.eq(hash)).execute(connection)? == 0 {
            return Err(AppError::Conflict("This password was changed by somebody else meanwhile. Nothing was changed.".into()));
        }
        let event = NewEvent::new(actor, now, Action::Changed, object(self.id, &self.username), "Changed Password.");
        record(connection, event)
    }

    /// Stores the same password in another format, unless it was changed meanwhile.
    pub fn rehash(&self, connection: &mut AnyConnection, hash: &str) -> Result<()> {
        let unchanged = auth_user::table.find(self.id).filter(auth_user::password.eq(&self.password));
        diesel::update(unchanged).set(auth_user::password.eq(hash)).execute(connection)?;
        Ok(())
    }

    /// Remembers that they signed in.
    pub fn touch(&self, connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<()> {
        diesel::update(auth_user::table.find(self.id)).set(auth_user::last_login.eq(Some(Time(now)))).execute(connection)?;
        Ok(())
    }

    /// Whether the pages are open to them.
    pub fn is_admitted(&self) -> bool {
        self.is_admitted_by(Door::Pages)
    }

    /// Whether this door is open to them.
    pub fn is_admitted_by(&self, door: Door) -> bool {
        self.is_active && (self.is_staff || door == Door::Api)
    }

    /// The object that history speaks of.
    pub fn object(&self) -> Object {
        object(self.id, &self.username)
    }

    /// Who they are to the permission table, on the pages.
    pub fn actor(&self, ownership: Ownership) -> Actor {
        self.actor_by(Door::Pages, ownership)
    }

    /// Who they are to it, having come in by this door.
    pub fn actor_by(&self, door: Door, ownership: Ownership) -> Actor {
        Actor {
            id: Some(self.id),
            name: self.username.clone(),
            // A role that only the CRM knows has the fewest rights, those of Tech.
            role: self.role.parse().unwrap_or(Role::Tech),
            is_superuser: self.is_superuser,
            is_shared: ownership == Ownership::Shared,
            door,
        }
    }

    /// Their first name, or the name they sign in with.
    pub fn short_name(&self) -> &str {
        if text::is_invisible(&self.first_name) { &self.username } else { &self.first_name }
    }

    /// A text that changes with the password and tells nothing of it.
    pub fn auth_hash(&self, secret: &Secret) -> Result<String> {
        keys::sign_text(secret, PURPOSE, self.password.as_bytes())
    }
}

/// The longest user name and e-mail address, as in the table.
pub const LONGEST_NAME: usize = 150;
/// See [`LONGEST_NAME`].
pub const LONGEST_EMAIL: usize = 254;

/// What is wrong with a user name that is typed for a new user, by Django's rule; combining signs go too, for names of many
/// scripts have them (ต้น).
pub fn username_problem(typed: &str) -> Option<String> {
    let username = normalize(typed);
    let is_plain = |letter: char| letter.is_alphanumeric() || is_combining_mark(letter) || "@.+-_".contains(letter);
    if username.chars().count() > LONGEST_NAME {
        return Some(format!("A user name has at most {LONGEST_NAME} characters."));
    }
    (username.is_empty() || !username.chars().all(is_plain))
        .then(|| "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.".to_owned())
}

/// What is wrong with an e-mail address; a blank one is none.
pub fn email_problem(typed: &str) -> Option<&'static str> {
    let has_parts = typed.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let is_right = typed.is_empty() || (has_parts && typed.chars().count() <= LONGEST_EMAIL && !typed.contains(char::is_whitespace));
    (!is_right).then_some("Enter a valid email address.")
}

/// A user name as it is stored.
pub fn normalize(typed: &str) -> String {
    typed.nfkc().collect()
}

fn object(id: Id, username: &str) -> Object {
    Object { model: "user", id: id.to_string(), name: username.to_owned() }
}

/// The actor as they are now, for a transaction that writes: since their request began, another may have taken their rights
/// away. From here to its end nobody deletes them, so that what it makes has an owner.
///
/// # Errors
/// `Forbidden` for whoever may do nothing any more.
pub fn as_they_are(connection: &mut AnyConnection, actor: &Actor) -> Result<Actor> {
    let Some(id) = actor.id else { return Ok(actor.clone()) };
    let ownership = if actor.is_shared { Ownership::Shared } else { Ownership::Own };
    if ownership == Ownership::Own {
        dialect::hold_user(connection, id, Hold::Kept)?;
    }
    match User::find(connection, id) {
        Ok(user) if user.is_admitted_by(actor.door) => Ok(user.actor_by(actor.door, ownership)),
        Ok(_) | Err(AppError::NotFound) => Err(AppError::Forbidden("You may not do this any more: your account was changed.".into())),
        Err(error) => Err(error),
    }
}
