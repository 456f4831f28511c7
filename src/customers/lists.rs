//! The lists of segments that name customers, as far as customers themselves change them: whoever is deleted leaves them.

use diesel::prelude::*;

use crate::clock::Clock;
use crate::db::dialect::Hold;
use crate::db::schema::crm_app_customersegment as segment;
use crate::db::{AnyConnection, Id, Time};
use crate::error::Result;
use crate::query::{Source, Sql, Value};

static SEGMENTS: Source = Source { table: "crm_app_customersegment", joined: None };

/// Writes down that the lists of these segments change, so that their counts are older than they are. The moment is taken
/// once nobody else holds them: whoever saved and counted one of them meanwhile did that before.
pub(super) fn touch(connection: &mut AnyConnection, segments: &[Id], clock: &Clock) -> Result<()> {
    if segments.is_empty() {
        return Ok(());
    }
    let are =
        Sql::from("crm_app_customersegment.id IN (") + Sql::join(segments.iter().map(|id| Sql::from(Value::Id(*id))), ", ", "NULL") + ")";
    let held = SEGMENTS.hold_all(connection, &are, Hold::Changed)?;
    diesel::update(segment::table.filter(segment::id.eq_any(held))).set(segment::updated_at.eq(Time(clock.now()))).execute(connection)?;
    Ok(())
}
