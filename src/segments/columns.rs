//! The columns of segments that lists show, filter, search and sort by.
//!
//! Read by `admin` (the declaration of the list) and by `model`. No rule can name them: the field catalogue of criteria
//! does not have them.

use crate::criteria::choices;
use crate::db::schema::{auth_user, crm_app_customersegment as segment};
use crate::query::Column;

const TABLE: &str = "crm_app_customersegment";

/// Its key.
pub static ID: Column = Column::new(segment::id, TABLE, "id");
/// Its name.
pub static NAME: Column = Column::new(segment::name, TABLE, "name");
/// Its description.
pub static DESCRIPTION: Column = Column::new(segment::description, TABLE, "description");
/// Its type.
pub static SEGMENT_TYPE: Column = Column::new(segment::segment_type, TABLE, "segment type").with_choices(choices::SEGMENT_TYPE);
/// Its status.
pub static STATUS: Column = Column::new(segment::status, TABLE, "status").with_choices(choices::SEGMENT_STATUS);
/// Its tags.
pub static TAGS: Column = Column::new(segment::tags, TABLE, "tags");
/// Its cached count.
pub static MEMBER_COUNT: Column = Column::new(segment::member_count, TABLE, "member count");
/// When it was made.
pub static CREATED_AT: Column = Column::new(segment::created_at, TABLE, "created at");
/// When a campaign last took it.
pub static LAST_USED_AT: Column = Column::new(segment::last_used_at, TABLE, "last used at");
/// The username of its owner; NULL without one.
pub static OWNER: Column = Column { nullable: true, ..Column::new(auth_user::username, "auth_user", "created by") };

/// Its owner; NULL: it belongs to the Admins.
pub static OWNER_ID: Column = Column::new(segment::created_by_id, TABLE, "created by");

/// What lists search, as one text.
pub static SEARCHED: &[&Column] = &[&NAME, &DESCRIPTION, &TAGS];
