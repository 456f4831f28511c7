//! A user as a JSON object, with the keys of the API.

use serde::Serialize;
use utoipa::ToSchema;

use super::user::User;
use crate::db::Id;

/// A user.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserObject {
    /// Their key.
    #[schema(value_type = uuid::Uuid)]
    pub id: Id,
    /// What they sign in with.
    pub username: String,
    /// Their address; may be blank.
    pub email: String,
    /// Their first name; may be blank.
    pub first_name: String,
    /// Their last name; may be blank.
    pub last_name: String,
    /// Their role.
    #[schema(example = "Sales")]
    pub role: String,
    /// Whether they may use the pages.
    pub is_staff: bool,
    /// Whether they have all rights.
    pub is_superuser: bool,
}

/// A user as clients see them.
pub fn of(user: &User) -> UserObject {
    UserObject {
        id: user.id,
        username: user.username.clone(),
        email: user.email.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        role: user.role.clone(),
        is_staff: user.is_staff,
        is_superuser: user.is_superuser,
    }
}
