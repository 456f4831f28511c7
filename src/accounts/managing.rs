//! Managing users: adding, changing, deleting them, and the rules of who may do which of that to whom.
//!
//! Called by the users' pages. Users are managed by Admins; only a superuser makes a superuser or touches one; of oneself one
//! changes name and addresses, never what one may do, and one does not delete or lock out oneself; the last superuser who can
//! sign in stays one. All of it is judged in the transaction that writes, of the actor as they are then and with every other
//! such transaction waiting, so that two people cannot do together what neither may do alone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::actor::{Actor, Permission, Subject};
use super::sessions;
use super::user::{User, as_they_are, normalize};
use crate::db::schema::auth_user;
use crate::db::{AnyConnection, Id, Time, lease};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, Object, record};

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
    /// Their full name; blank where nobody typed one.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// Whether they can sign in and have all rights.
    fn rules(&self) -> bool {
        self.is_active && self.is_staff && self.is_superuser
    }

    fn fields(&self) -> [(&'static str, &'static str, Value); 10] {
        [
            ("Username", "username", json!(self.username)),
            ("First name", "first_name", json!(self.first_name)),
            ("Last name", "last_name", json!(self.last_name)),
            ("E-mail", "email", json!(self.email)),
            ("Phone", "phone", json!(self.phone)),
            ("Department", "department", json!(self.department)),
            ("Role", "role", json!(self.role)),
            ("Staff status", "is_staff", json!(self.is_staff)),
            ("Active", "is_active", json!(self.is_active)),
            ("Superuser status", "is_superuser", json!(self.is_superuser)),
        ]
    }
}

/// Whether `actor` may do this with `target`, or (`None`) at all, as far as that can be told without the database.
///
/// # Errors
/// `Forbidden` with the sentence why.
pub fn require(actor: &Actor, permission: Permission, target: Option<&Account>) -> Result<()> {
    actor.require(permission, Subject::User)?;
    let Some(target) = target.filter(|_| permission != Permission::View) else { return Ok(()) };
    require_rank(actor, target)?;
    if permission == Permission::Delete && target.is(actor) {
        return Err(AppError::Forbidden("You cannot delete yourself. Another Admin can.".into()));
    }
    Ok(())
}

/// Whether `actor` manages users and is not below `target`: for what is done on a database shared with the CRM too.
///
/// # Errors
/// `Forbidden` with the sentence why.
pub fn require_rank(actor: &Actor, target: &Account) -> Result<()> {
    actor.require(Permission::View, Subject::User)?;
    if target.values.is_superuser && !actor.is_superuser {
        return Err(AppError::Forbidden(format!("“{}” is a superuser, whom only a superuser may change.", target.values.username)));
    }
    Ok(())
}

/// Whether `actor` sets what `target` (`None`: a new user) may do. Nobody does of themselves.
pub fn sets_rights(actor: &Actor, target: Option<&Account>) -> bool {
    actor.is_admin() && target.is_none_or(|target| !target.is(actor))
}

/// Whether `actor` makes `target` a superuser, or takes that away.
pub fn sets_superuser(actor: &Actor, target: Option<&Account>) -> bool {
    actor.is_superuser && sets_rights(actor, target)
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

/// Adds a user with the key `id` and a stored hash for their password.
///
/// # Errors
/// `Forbidden` with the sentence why, `NotUnique` when the username is taken.
pub fn insert(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id, values: &Values, hash: &str) -> Result<Account> {
    lock(connection)?;
    let actor = &as_they_are(connection, actor)?;
    require(actor, Permission::Add, None)?;
    if values.is_superuser && !sets_superuser(actor, None) {
        return Err(only_superusers());
    }
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
/// `Forbidden` with the sentence why, `Conflict` for the last superuser, `NotUnique` when the username is taken, `NotFound`.
pub fn update(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id, values: &Values) -> Result<Account> {
    lock(connection)?;
    let (actor, before) = (&as_they_are(connection, actor)?, find(connection, id)?);
    require(actor, Permission::Change, Some(&before))?;
    require_rights(actor, &before, values)?;
    if before.values.rules() && !values.rules() {
        require_another(connection, &before)?;
    }
    diesel::update(auth_user::table.find(id)).set(values).execute(connection)?;
    if !(values.is_active && values.is_staff) {
        sessions::end_all(connection, id)?;
    }
    let after = find(connection, id)?;
    let differing: Vec<_> =
        before.values.fields().into_iter().zip(after.values.fields()).filter(|((_, _, old), (_, _, new))| old != new).collect();
    let labels: Vec<&str> = differing.iter().map(|((label, _, _), _)| *label).collect();
    let message = if labels.is_empty() { "No fields changed.".to_owned() } else { format!("Changed {}.", listed(&labels)) };
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
    if gone.values.rules() {
        require_another(connection, &gone)?;
    }
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
pub fn end_sessions(connection: &mut AnyConnection, actor: &Actor, now: DateTime<Utc>, id: Id) -> Result<usize> {
    let (actor, target) = (&as_they_are(connection, actor)?, find(connection, id)?);
    require_rank(actor, &target)?;
    let ended = sessions::end_all(connection, id)?;
    if ended > 0 {
        record(connection, NewEvent::new(actor, now, Action::Changed, target.object(), "Ended every session."))?;
    }
    Ok(ended)
}

/// Refuses rights that `actor` does not give. The form does not offer them; this is for whoever sends them all the same.
fn require_rights(actor: &Actor, before: &Account, values: &Values) -> Result<()> {
    let of = |values: &Values| (values.role.clone(), values.is_staff, values.is_active);
    if of(&before.values) != of(values) && !sets_rights(actor, Some(before)) {
        return Err(AppError::Forbidden("What one may do oneself is changed by another Admin.".into()));
    }
    if before.values.is_superuser != values.is_superuser && !sets_superuser(actor, Some(before)) {
        return Err(only_superusers());
    }
    Ok(())
}

/// Refuses what would leave nobody with all rights.
fn require_another(connection: &mut AnyConnection, last: &Account) -> Result<()> {
    let others = auth_user::table
        .filter(auth_user::is_superuser.eq(true))
        .filter(auth_user::is_active.eq(true))
        .filter(auth_user::is_staff.eq(true))
        .filter(auth_user::id.ne(last.id));
    if others.count().get_result::<i64>(connection)? > 0 {
        return Ok(());
    }
    Err(AppError::Conflict(format!("“{}” is the last superuser who can sign in. Make another one first.", last.values.username)))
}

fn only_superusers() -> AppError {
    AppError::Forbidden("Only a superuser makes somebody a superuser, or takes that away from somebody else.".into())
}

fn as_json(fields: &[(&'static str, Value)]) -> Value {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

/// "Role, Active and Staff status".
fn listed(labels: &[&str]) -> String {
    match labels {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => labels.concat(),
    }
}

/// A username as it is stored.
pub fn stored_username(typed: &str) -> String {
    normalize(typed.trim())
}
