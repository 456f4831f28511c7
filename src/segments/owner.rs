//! Who owns a segment, as lists and pages show them.
//!
//! Read with the segment by `model`.

use diesel::prelude::*;

use crate::db::schema::auth_user;
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// Who owns a segment.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = auth_user)]
pub struct Owner {
    /// The name they sign in with.
    pub username: String,
    /// Their first name; may be blank.
    pub first_name: String,
    /// Their last name; may be blank.
    pub last_name: String,
    /// Their role.
    pub role: String,
}

impl Owner {
    /// What people call them: the full name, else the username.
    pub fn name(&self) -> String {
        let full = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        if full.is_empty() { self.username.clone() } else { full }
    }
}

/// Whether there is a user with this key, who may own segments or not.
pub fn exists(connection: &mut AnyConnection, user: Id) -> Result<bool> {
    Ok(auth_user::table.find(user).count().get_result::<i64>(connection)? > 0)
}
