//! The members as a file: all of them or those that a search finds, streamed as they are read, and noted in the history.
//!
//! A handler, listed in `routes`. The rows are counted before the file begins, so that the history can tell how many there are.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::asked::{ONE_PER_ADDRESS, WITH_EMAIL, Wanted};
use super::list::MemberAdmin;
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Caller, Staff};
use crate::admin::display::{Display, counted};
use crate::admin::download::{self, Pipe};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::admin::views::unusable;
use crate::api::Params;
use crate::api::openapi::{Operation, operation, schema};
use crate::clock::Clock;
use crate::customers::contact::Row;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::history::{Action, NewEvent, record};
use crate::query::Sql;
use crate::segments::admin::SegmentAdmin;
use crate::segments::export::{write_addresses, write_csv};
use crate::segments::members::Members;
use crate::segments::model::{self, Segment};

/// `GET …/<uuid>/members.csv`
pub async fn export<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let id = segment.0.segment.id;
    let Ok(wanted) = Wanted::read::<C, D>(request.query_string(), &Display::new(&clock)) else {
        return unusable(&request, &staff, &SegmentAdmin::MODEL.object_url(id, "members"));
    };
    send::<C, D>(staff.actor, id, wanted, &db, &clock).await
}

/// What [`export_of_api`] does.
pub fn about_export() -> Operation {
    operation("Exports its members")
        .takes(WITH_EMAIL, schema::or_blank(schema::flag()), "`true`: only those with an e-mail address.")
        .takes(ONE_PER_ADDRESS, schema::or_blank(schema::flag()), "`true`: one row for each address.")
        .answers_text("text/csv", "A row for each, by name.")
        .refuses(409, "A rule of it cannot be understood.")
}

/// `GET /api/v1/segments/{id}/members.csv?with_email=true&one_per_address=true`
pub async fn export_of_api<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
    request: HttpRequest,
    caller: Caller,
    id: Path<String>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let id = Id::parse(&id).ok_or(AppError::NotFound)?;
    let params = Params::of(&request);
    let wanted = params.only(&[WITH_EMAIL, ONE_PER_ADDRESS]).and_then(|()| {
        Ok(Wanted { narrowed: None, with_email: params.flag(WITH_EMAIL, false)?, one_per_address: params.flag(ONE_PER_ADDRESS, false)? })
    });
    match wanted {
        Ok(wanted) => send::<C, D>(caller.actor, id, wanted, &db, &clock).await,
        Err(problem) => Ok(problem.answer()),
    }
}

async fn send<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
    actor: Actor,
    id: Id,
    wanted: Wanted,
    db: &Db,
    clock: &Clock,
) -> Result<HttpResponse> {
    let part = wanted.named();
    let turn = db.turn(Lane::Export).await?;
    let (asking, now) = (actor.clone(), clock.clone());
    let prepare = move |connection: &mut AnyConnection| Export::prepare::<C, D>(connection, &asking, &now, id, &wanted);
    let export = db.read_heavy(Lane::Question, prepare).await?;
    let (noted, now) = (export.clone(), clock.clone());
    db.write(move |connection| noted.note(connection, &actor, &now)).await?;
    let name = format!("{}{part}", export.segment.name);
    Ok(download::csv(db, turn, &name, move |connection, out: &mut Pipe| export.write(connection, out)))
}

/// A file that is about to be sent.
#[derive(Debug, Clone)]
struct Export {
    segment: Segment,
    members: Members,
    one_per_address: bool,
    rows: i64,
    /// See [`Wanted::told`].
    told: String,
}

impl Export {
    /// Whose rows it has, and how many.
    ///
    /// # Errors
    /// `Conflict` for a segment with a broken rule, `NotFound`.
    fn prepare<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
        connection: &mut AnyConnection,
        actor: &Actor,
        clock: &Clock,
        id: Id,
        wanted: &Wanted,
    ) -> Result<Self> {
        let segment = model::find(connection, actor, id)?;
        let members = Members::of_segment(connection, &segment, clock.into())?;
        let mut members = members.map_err(|_| AppError::Conflict(needs_attention(&segment)))?;
        if let Some(query) = &wanted.narrowed {
            members = members.among(&query.predicate::<MemberAdmin<C, D>>(connection, &Sql::all())?);
        }
        if wanted.with_email {
            members = members.with_email();
        }
        let rows = if wanted.one_per_address {
            let numbers = members.numbers(connection)?;
            numbers.addresses + numbers.without_email
        } else {
            members.count(connection)?
        };
        Ok(Self { segment, members, one_per_address: wanted.one_per_address, rows, told: wanted.told() })
    }

    /// Writes that the members leave the house, before the first of them does.
    fn note(&self, connection: &mut AnyConnection, actor: &Actor, clock: &Clock) -> Result<()> {
        let actor = &as_they_are(connection, actor)?;
        let segment = model::find(connection, actor, self.segment.id)?;
        if !segment.has_members_of(&self.segment) {
            return Err(AppError::Conflict(format!(
                "“{}” was changed just now. Look at its members again, then export them.",
                segment.name
            )));
        }
        let told = if self.told.is_empty() { String::new() } else { format!(" ({})", self.told) };
        let message = format!("Exported the members as CSV: {}{told}.", counted(self.rows, "row", "rows"));
        record(connection, NewEvent::new(actor, clock.now(), Action::Exported, segment.object(), message))?;
        Ok(())
    }

    fn write(&self, connection: &mut AnyConnection, out: &mut Pipe) -> Result<()> {
        if self.one_per_address { write_addresses(connection, &self.members, out) } else { write_csv(connection, &self.members, out) }
    }
}

fn needs_attention(segment: &Segment) -> String {
    format!("“{}” needs attention: one of its rules cannot be understood, so it has no members to export.", segment.name)
}
