//! Who may do what to which user.
//!
//! Asked by `managing`, in the transaction that writes, and by the users' pages. Users are managed by Admins; only a superuser
//! makes a superuser or touches one; of oneself one changes name and addresses, never what one may do, and one does not delete
//! or lock out oneself; the last superuser who can sign in stays one.

use diesel::prelude::*;

use super::actor::{Actor, Permission, Rights};
use super::managing::{Account, Values};
use crate::db::AnyConnection;
use crate::db::schema::auth_user;
use crate::error::{AppError, Result};

/// Admins alone manage users; beside the CRM they are the CRM's.
pub const RIGHTS: &Rights = &Rights { plural: "Users", view: &[], add: &[], change: &[], delete: &[], is_the_crms: true };

/// Whether `actor` may do this with `target`, or (`None`) at all, as far as that can be told without the database.
///
/// # Errors
/// `Forbidden` with the sentence why.
pub fn require(actor: &Actor, permission: Permission, target: Option<&Account>) -> Result<()> {
    actor.require(permission, RIGHTS)?;
    let Some(target) = target.filter(|_| permission != Permission::View) else { return Ok(()) };
    require_rank(actor, target)?;
    if permission == Permission::Delete && target.is(actor) {
        return Err(not_oneself("delete", target));
    }
    Ok(())
}

/// The refusal for whoever would delete or lock out themselves; names them, for it may be one row of many.
pub fn not_oneself(verb: &str, target: &Account) -> AppError {
    AppError::Forbidden(format!("You cannot {verb} yourself ({}). Another Admin can.", target.values.username))
}

/// Whether `actor` manages users and is not below `target`: for what is done on a database shared with the CRM too.
///
/// # Errors
/// `Forbidden` with the sentence why.
pub fn require_rank(actor: &Actor, target: &Account) -> Result<()> {
    actor.require(Permission::View, RIGHTS)?;
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

/// Refuses rights that `actor` does not give. The form does not offer them; this is for whoever sends them all the same.
///
/// # Errors
/// `Forbidden` with the sentence why.
pub(super) fn require_rights(actor: &Actor, before: &Account, values: &Values) -> Result<()> {
    let of = |values: &Values| (values.role.clone(), values.is_staff, values.is_active);
    if of(&before.values) != of(values) && !sets_rights(actor, Some(before)) {
        return Err(AppError::Forbidden("What one may do oneself is changed by another Admin.".into()));
    }
    if before.values.is_superuser != values.is_superuser && !sets_superuser(actor, Some(before)) {
        return Err(only_superusers());
    }
    Ok(())
}

/// Refuses what would leave nobody with all rights: `values` instead of those of `last`, or (`None`) none at all.
///
/// # Errors
/// `Conflict` with the sentence.
pub(super) fn require_another(connection: &mut AnyConnection, last: &Account, values: Option<&Values>) -> Result<()> {
    let rules = |values: &Values| values.is_active && values.is_staff && values.is_superuser;
    if !rules(&last.values) || values.is_some_and(rules) {
        return Ok(());
    }
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

/// The refusal for whoever would make a superuser and is none.
pub(super) fn only_superusers() -> AppError {
    AppError::Forbidden("Only a superuser makes somebody a superuser, or takes that away from somebody else.".into())
}
