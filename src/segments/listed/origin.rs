//! What is known of rows on a list: who added them, when and how, and the private note beside them.
//!
//! Read by whoever shows a list. Of a row that the CRM wrote nothing is known.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::side::Side;
use super::stamp::How;
use crate::db::types::sql::{Instant, Uid};
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;
use crate::query::source::Rows;
use crate::query::sql::Scalar;
use crate::query::{Sql, Value};

/// What is known of a row that is on a list, or is kept out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Whether the segment never includes it.
    pub is_never: bool,
    /// By which way it came; `None` where nobody knows.
    pub how: Option<How>,
    /// When.
    pub added_at: Option<Time>,
    /// Who added it, by the name they had; blank where nobody knows.
    pub added_by: String,
    /// The note beside it; blank where there is none, and for whoever may not change the list.
    pub note: String,
}

/// What is known of these rows; those that are neither listed nor kept out are left out, and those of which nothing is known.
/// Notes are private: only whoever may change the list reads them (`sees_notes`).
pub fn list_origins(connection: &mut AnyConnection, side: &Side, segment: Id, ids: &[Id], sees_notes: bool) -> Result<HashMap<Id, Origin>> {
    type Columns = (Scalar<Uid>, Scalar<Text>, Scalar<Text>, Scalar<Nullable<Instant>>, Scalar<Text>, Scalar<Text>);
    let columns: Columns = (
        Scalar::new(side.item.into()),
        Scalar::new("state".into()),
        Scalar::new("how".into()),
        Scalar::new("added_at".into()),
        Scalar::new("added_by_name".into()),
        Scalar::new(if sees_notes { "note" } else { "''" }.into()),
    );
    let these = Sql::join(ids.iter().map(|id| Sql::from(Value::Id(*id))), ", ", "NULL");
    let rest = Sql::from(" FROM ") + side.known + " WHERE segment_id = " + Value::Id(segment) + " AND state <> 'removed' AND ";
    let rows: Vec<(Id, String, String, Option<Time>, String, String)> =
        Rows::new(columns, rest + side.item + " IN (" + these + ")").load(connection)?;
    let origin = |(id, state, how, added_at, added_by, note): (Id, String, String, Option<Time>, String, String)| {
        (id, Origin { is_never: state == "never", how: How::named(&how), added_at, added_by, note })
    };
    Ok(rows.into_iter().map(origin).collect())
}
