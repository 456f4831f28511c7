//! The columns of users that their list shows, filters, searches and sorts by, and where its rows come from.
//!
//! Read by the declaration in `mod.rs`. The password is not among them, so that nothing can ask about it.

use diesel::prelude::*;

use crate::accounts::managing::Account;
use crate::db::AnyConnection;
use crate::db::schema::auth_user;
use crate::error::Result;
use crate::query::{Choice, Column, Selection, Source};

const TABLE: &str = "auth_user";

/// The roles, as forms and filters offer them.
pub const ROLES: &[Choice] =
    &[Choice::plain("Sales"), Choice::plain("Finance"), Choice::plain("Tech"), Choice::plain("Music"), Choice::plain("Admin")];

/// Their key.
pub static ID: Column = Column::new(auth_user::id, TABLE, "id");
/// What they sign in with.
pub static USERNAME: Column = Column::new(auth_user::username, TABLE, "username");
/// Their e-mail address.
pub static EMAIL: Column = Column::new(auth_user::email, TABLE, "e-mail");
/// Their first name.
pub static FIRST_NAME: Column = Column::new(auth_user::first_name, TABLE, "first name");
/// Their last name.
pub static LAST_NAME: Column = Column::new(auth_user::last_name, TABLE, "last name");
/// Their role.
pub static ROLE: Column = Column::new(auth_user::role, TABLE, "role").with_choices(ROLES);
/// Whether they may use the pages.
pub static IS_STAFF: Column = Column::new(auth_user::is_staff, TABLE, "staff status");
/// Whether they have all rights.
pub static IS_SUPERUSER: Column = Column::new(auth_user::is_superuser, TABLE, "superuser status");
/// Whether they may sign in.
pub static IS_ACTIVE: Column = Column::new(auth_user::is_active, TABLE, "active");
/// When they signed in last.
pub static LAST_LOGIN: Column = Column::new(auth_user::last_login, TABLE, "last login");

/// What the list searches, as one text.
pub static SEARCHED: &[&Column] = &[&USERNAME, &FIRST_NAME, &LAST_NAME, &EMAIL];

/// Where users come from.
pub static SOURCE: Source = Source { table: TABLE, joined: None };

/// The users of `selection`.
pub fn list(connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Account>> {
    Ok(SOURCE.rows(selection, Account::as_select()).load(connection)?)
}
