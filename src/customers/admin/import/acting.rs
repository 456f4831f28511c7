//! What the buttons on the page of an upload do, and the download of its refused rows.
//!
//! Handlers, listed in `routes`. A button that does not go with how far the upload is does nothing: the page was old, and is shown
//! as it is now.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::pages::gone;
use super::runs::Desk;
use super::view::choices;
use super::{Imported, address, home, require_import};
use crate::accounts::session::Level;
use crate::accounts::{Posted, Staff};
use crate::admin::download;
use crate::admin::frame::see_other;
use crate::clock::Clock;
use crate::customers::import::{ENCODINGS, RefusalWriter, What, fields, nameless};
use crate::customers::upload::choices::Choices;
use crate::customers::upload::refusals;
use crate::customers::upload::state::State;
use crate::customers::upload::store::Import;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;

/// `POST …/import/<uuid>/`: whatever button was pressed.
pub async fn act<A: Imported>(staff: Staff, named: Path<String>, posted: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    require_import(&staff.actor, A::WHAT)?;
    let desk = Desk { staff: &staff, what: A::WHAT, db: &db, clock: &clock };
    let Some(import) = desk.find(&named).await? else { return gone::<A>(&staff) };
    let (here, state) = (address::<A>(import.id), import.state(desk.now()));
    match state {
        State::Ready | State::Checked | State::Stopped | State::Imported if posted.has("_discard") => {
            desk.pass(import, State::Discarded, String::new()).await?;
            staff.message(Level::Info, "The file was thrown away.")?;
            return Ok(see_other(&home::<A>()));
        }
        State::Ready if posted.has("_check") || posted.has("_look") => choose(&desk, import, &posted).await?,
        State::Checked | State::Stopped if posted.has("_change") => desk.pass(import, State::Ready, String::new()).await?,
        State::Checked | State::Stopped if posted.has("_import") => begin(&desk, import, State::Importing).await?,
        State::Checking if posted.has("_cancel") => desk.pass(import, State::Ready, String::new()).await?,
        State::Importing if posted.has("_cancel") => desk.pass(import, State::Stopping, String::new()).await?,
        _ => {}
    }
    Ok(see_other(&here))
}

/// Keeps what was chosen, and checks the file by it.
async fn choose(desk: &Desk<'_>, import: Import, posted: &Posted) -> Result<()> {
    let chosen = chosen(desk.what, posted, choices(&import)?);
    desk.choose(import.id, &chosen).await?;
    match nameless(desk.what, &chosen.fields) {
        _ if posted.has("_look") => desk.pass(import, State::Ready, String::new()).await,
        Some(sentence) => desk.pass(import, State::Ready, format!("{sentence} Choose which one does.")).await,
        None => desk.begin(import, chosen, State::Checking).await,
    }
}

async fn begin(desk: &Desk<'_>, import: Import, to: State) -> Result<()> {
    let choices = choices(&import)?;
    desk.begin(import, choices, to).await
}

/// The longest pattern of dates.
const PATTERN: usize = 100;

/// What a form says; what it does not ask for stays as it was.
fn chosen(what: What, posted: &Posted, before: Choices) -> Choices {
    let known = fields(what);
    let given: Vec<String> =
        posted.all("column").map(|field| known.iter().find(|known| *known == field).cloned().unwrap_or_default()).collect();
    let encoding = posted.get("encoding").filter(|chosen| ENCODINGS.iter().any(|(encoding, _)| encoding == chosen));
    Choices {
        encoding: encoding.map_or(before.encoding, str::to_owned),
        date_format: posted.get("date_format").unwrap_or_default().chars().take(PATTERN).collect(),
        create_companies: posted.has("create_companies"),
        blank_clears: posted.has("blank_clears"),
        resubscribe: posted.has("resubscribe"),
        fields: if given.is_empty() { before.fields } else { given },
    }
}

/// `GET …/import/<uuid>/refused.csv`: the rows that were refused, all of them.
pub async fn report<A: Imported>(staff: Staff, named: Path<String>, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    require_import(&staff.actor, A::WHAT)?;
    let desk = Desk { staff: &staff, what: A::WHAT, db: &db, clock: &clock };
    let Some(import) = desk.find(&named).await? else { return gone::<A>(&staff) };
    let turn = db.turn(Lane::Export).await?;
    let name = format!("{} (refused rows)", import.name);
    Ok(download::csv(&db, turn, &name, move |connection, out| write(connection, import.id, out)))
}

/// Rows read at a time.
const AT_ONCE: i64 = 2_000;

fn write(connection: &mut AnyConnection, id: Id, mut out: impl std::io::Write) -> Result<()> {
    // Excel takes other files for Windows-1252.
    out.write_all("\u{feff}".as_bytes())?;
    let (mut writer, mut after) = (RefusalWriter::new(out)?, 0);
    loop {
        let rows = refusals::list(connection, id, after, AT_ONCE)?;
        let Some(last) = rows.last() else { return writer.finish() };
        after = last.position;
        rows.into_iter().try_for_each(|row| writer.write(&row.into()))?;
    }
}
