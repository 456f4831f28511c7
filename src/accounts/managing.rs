//! Managing users: adding, changing, deleting them.
//!
//! Called by the users' pages, the set-up link and commands. Who may do which of that to whom is said by `managing_rules`, and
//! judged in the transaction that writes, of the actor as they are then and with every other such transaction waiting, so that
//! two people cannot do together what neither may do alone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::actor::{Actor, Permission, Role};
use super::managing_rules::{only_superusers, require, require_another, require_rank, require_rights, sets_superuser};
use super::user::{User, as_they_are, normalize};
use super::{api_token, sessions};
use crate::db::dialect::{self, Hold};
use crate::db::schema::auth_user;
use crate::db::{AnyConnection, Id, Time, lease};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, Object, record};
use crate::query::text;

/// The model's name in URLs and in the history.
pub const MODEL: &str = "user";

/// A user as pages show them: everything but the password.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = auth_user)]
pub struct Account {
    /// Their key.
    pub id: Id,
    /// What can be changed.
    #[diesel(embed)]
    pub values: Values,
    /// When they signed in last; NULL: never.
    pub last_login: Option<Time>,
    /// When they were added.
    pub date_joined: Time,
}

/// What can be changed of a user.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, AsChangeset, Insertable)]
#[diesel(table_name = auth_user)]
pub struct Values {
    /// What they sign in with.
    pub username: String,
    /// Their first name; may be blank.
    pub first_name: String,
    /// Their last name; may be blank.
    pub last_name: String,
    /// Their address; may be blank.
    pub email: String,
    /// Their telephone number; may be blank.
    pub phone: String,
    /// Where they work; may be blank.
    pub department: String,
    /// The name of a role; the CRM may have written another one.
    pub role: String,
    /// Whether they may use the pages.
    pub is_staff: bool,
    /// Whether they may sign in at all.
    pub is_active: bool,
    /// Whether they have all rights.
    pub is_superuser: bool,
}

impl Account {
    /// The object that history speaks of.
    pub fn object(&self) -> Object {
        Object { model: MODEL, id: self.id.to_string(), name: self.values.username.clone() }
    }

    /// Whether `actor` is this user.
    pub fn is(&self, actor: &Actor) -> bool {
        actor.id == Some(self.id)
    }
}

impl Values {
    /// Somebody of the staff who can sign in, with nothing but a name and a role.
    pub fn new(username: &str, role: Role) -> Self {
        Self {
            username: stored_username(username),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            phone: String::new(),
            department: String::new(),
            role: role.name().to_owned(),
            is_staff: true,
            is_active: true,
            is_superuser: false,
        }
    }

    /// Their full name; blank where nobody typed one.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    fn fields(&self) -> [(&'static str, &'static str, Value); 10] {
        [
            ("Username", "username", json!(self.username)),
            ("First name", "first_name", json!(self.first_name)),
            ("Last name", "last_name", json!(self.last_name)),
            ("Email address", "email", json!(self.email)),
            ("Phone", "phone", json!(self.phone)),
            ("Department", "department", json!(self.department)),
            ("Role", "role", json!(self.role)),
            ("Staff status", "is_staff", json!(self.is_staff)),
            ("Active", "is_active", json!(self.is_active)),
            ("Superuser status", "is_superuser", json!(self.is_superuser)),
        ]
    }
}

/// The user with this key.
///
/// # Errors
/// `NotFound`.
pub fn find(connection: &mut AnyConnection, id: Id) -> Result<Account> {
    Ok(auth_user::table.find(id).select(Account::as_select()).first(connection)?)
}

/// Makes every other transaction that manages users wait until this one ends.
pub fn lock(connection: &mut AnyConnection) -> Result<()> {
    lease::lock(connection, "users")
}

/// Makes everything that would belong to this user wait until the transaction ends: what they own can be counted then.
pub fn lock_out(connection: &mut AnyConnection, id: Id) -> Result<()> {
    lock(connection)?;
    Ok(dialect::hold_user(connection, id, Hold::Alone)?)
}

/// Adds a user with the key `id` and a stored hash for their password.
///
/// # Errors
/// `Forbidden` with the sentence why, `NotUnique` when the username is taken, in whatever case.
pub fn insert(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id, values: &Values, hash: &str) -> Result<Account> {
    lock(connection)?;
    let actor = &as_they_are(connection, actor)?;
    require(actor, Permission::Add, None)?;
    if values.is_superuser && !sets_superuser(actor, None) {
        return Err(only_superusers());
    }
    refuse_namesake(connection, &values.username, None)?;
    let row = (auth_user::id.eq(id), values, auth_user::password.eq(hash), auth_user::date_joined.eq(Time(now)));
    diesel::insert_into(auth_user::table).values(row).execute(connection)?;
    let added = find(connection, id)?;
    let event = NewEvent::new(actor, now, Action::Added, added.object(), "Added.");
    record(connection, event.values(Value::Null, as_json(&values.fields().map(|(_, name, value)| (name, value)))))?;
    Ok(added)
}

/// Changes a user. One who can no longer sign in is signed out everywhere at once.
///
/// # Errors
/// `Forbidden` with the sentence why, `Conflict` for the last superuser, `NotUnique` when the username is taken, in whatever case, `NotFound`.
pub fn update(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id, values: &Values) -> Result<Account> {
    lock(connection)?;
    let (actor, before) = (&as_they_are(connection, actor)?, find(connection, id)?);
    require(actor, Permission::Change, Some(&before))?;
    require_rights(actor, &before, values)?;
    require_another(connection, &before, Some(values))?;
    if before.values.username != values.username {
        refuse_namesake(connection, &values.username, Some(id))?;
    }
    diesel::update(auth_user::table.find(id)).set(values).execute(connection)?;
    if !(values.is_active && values.is_staff) {
        sessions::end_all(connection, id)?;
    }
    let after = find(connection, id)?;
    let differing: Vec<_> =
        before.values.fields().into_iter().zip(after.values.fields()).filter(|((_, _, old), (_, _, new))| old != new).collect();
    let changes: Vec<String> = differing.iter().map(|((label, _, old), (_, _, new))| change(label, old, new)).collect();
    let message = if changes.is_empty() { "No fields changed.".to_owned() } else { format!("Changed {}.", text::list(&changes, "and")) };
    let (old, new): (Vec<_>, Vec<_>) = differing.into_iter().map(|((_, name, old), (_, _, new))| ((name, old), (name, new))).unzip();
    record(connection, NewEvent::new(actor, now, Action::Changed, after.object(), message).values(as_json(&old), as_json(&new)))?;
    Ok(after)
}

/// Deletes a user; history keeps their name. What they own must have been handed over before.
///
/// # Errors
/// `Forbidden` with the sentence why, `Conflict` for the last superuser, `NotFound`.
pub fn delete(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id) -> Result<()> {
    lock(connection)?;
    let (actor, gone) = (&as_they_are(connection, actor)?, find(connection, id)?);
    require(actor, Permission::Delete, Some(&gone))?;
    require_another(connection, &gone, None)?;
    sessions::end_all(connection, id)?;
    diesel::delete(auth_user::table.find(id)).execute(connection)?;
    let before = as_json(&gone.values.fields().map(|(_, name, value)| (name, value)));
    record(connection, NewEvent::new(actor, now, Action::Deleted, gone.object(), "Deleted.").values(before, Value::Null))
}

/// Stores the hash of a password that an Admin chose for somebody else, who is signed out everywhere.
///
/// # Errors
/// `Forbidden` with the sentence why, `NotFound`.
pub fn reset_password(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id, hash: &str) -> Result<()> {
    lock(connection)?;
    let (actor, target) = (&as_they_are(connection, actor)?, find(connection, id)?);
    require(actor, Permission::Change, Some(&target))?;
    if target.is(actor) {
        return Err(AppError::Forbidden("One’s own password is changed by giving the old one.".into()));
    }
    User::find(connection, id)?.set_password(connection, actor, hash, now)?;
    sessions::end_all(connection, id)?;
    Ok(())
}

/// Ends the sessions of a user, and says how many. Done on a database shared with the CRM too: sessions are ours.
///
/// # Errors
/// `Forbidden` with the sentence why, `NotFound`.
pub fn end_sessions(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id, with_tokens: bool) -> Result<Ended> {
    let (actor, target) = (&as_they_are(connection, actor)?, find(connection, id)?);
    require_rank(actor, &target)?;
    let sessions = sessions::end_all(connection, id)?;
    let tokens = if with_tokens { api_token::revoke_all(connection, id)? } else { 0 };
    for (count, sentence) in [(sessions, "Ended every session."), (tokens, "Revoked every API token.")] {
        if count > 0 {
            record(connection, NewEvent::new(actor, now, Action::Changed, target.object(), sentence))?;
        }
    }
    Ok(Ended { sessions, tokens })
}

/// How much of a user's was ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// In browsers and of the API.
    pub sessions: usize,
    /// Of their programs.
    pub tokens: usize,
}

/// Refuses a name that another user has in whatever case: people would take the two for one. Those who are called alike
/// already, made by the CRM, stay so.
fn refuse_namesake(connection: &mut AnyConnection, username: &str, own: Option<Id>) -> Result<()> {
    match User::find_namesake(connection, username, own)? {
        Some(_) => Err(AppError::NotUnique("username".into())),
        None => Ok(()),
    }
}

/// Writes into the history of both that what `from` owned went to `to`, or (`None`) to the Admins; `what` is "3 segments".
///
/// # Errors
/// `NotFound`.
pub fn note_hand_over(
    connection: &mut AnyConnection,
    actor: &Actor,
    now: DateTime<Utc>,
    what: &str,
    from: Id,
    to: Option<Id>,
) -> Result<()> {
    let (from, to) = (find(connection, from)?, to.map(|to| find(connection, to)).transpose()?);
    let giver = from.values.username.clone();
    let receiver = to.as_ref().map_or("the Admins", |to| &to.values.username);
    let message = format!("Handed over {what} to {receiver}.");
    record(connection, NewEvent::new(actor, now, Action::Changed, from.object(), message))?;
    match to {
        Some(to) => record(
            connection,
            NewEvent::new(actor, now, Action::Changed, to.object(), format!("Was given {what} that belonged to {giver}.")),
        ),
        None => Ok(()),
    }
}

/// What history says of one field. What gives rights tells the old and the new: "Active: yes → no".
fn change(label: &str, old: &Value, new: &Value) -> String {
    let in_words = |value: &Value| match value {
        Value::Bool(is_so) => Some(if *is_so { "yes" } else { "no" }.to_owned()),
        Value::String(role) if label == "Role" => Some(role.clone()),
        _ => None,
    };
    match (in_words(old), in_words(new)) {
        (Some(old), Some(new)) => format!("{label}: {old} → {new}"),
        _ => label.to_owned(),
    }
}

fn as_json(fields: &[(&'static str, Value)]) -> Value {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

/// A username as it is stored.
pub fn stored_username(typed: &str) -> String {
    normalize(typed.trim())
}
