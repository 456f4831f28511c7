//! What is done with an upload that one looks at: rows are chosen, pages turned, columns changed; it is applied or thrown away.
//!
//! A handler, listed in `routes`. Whatever button is pressed, what was ticked beside it is kept.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::applying::{Choice, Mode, Shown};
use super::columns::{Field, Layout};
use super::deeds::{Desk, in_words};
use super::entry::{Item, Outcome};
use super::pages::{desk, found, gone, list_of};
use super::store::{State, Upload};
use super::view::{Asked, View};
use crate::accounts::session::{Level, Message};
use crate::accounts::{Posted, Staff};
use crate::admin::display::number;
use crate::admin::frame::see_other;
use crate::admin::object::Object;
use crate::clock::Clock;
use crate::db::connection::Lane;
use crate::db::{Db, Id, Time};
use crate::error::{AppError, Result};
use crate::segments::admin::SegmentAdmin;
use crate::segments::curating::Curated;
use crate::segments::undoing;

/// `POST …/<uuid>/uploaded/`: whatever button was pressed.
pub async fn act(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    posted: Posted,
    (db, clock): (Data<Db>, Data<Clock>),
) -> Result<HttpResponse> {
    let segment = list_of(&staff, segment.0)?;
    let desk = desk(&request, &staff, &segment, &db, &clock);
    let Some(upload) = found(&desk, posted.get("u")).await? else { return gone(&desk, posted.get("u")) };
    if let Some(too_late) = choose(&desk, &posted, upload.id).await? {
        desk.staff.message(Level::Warning, too_late)?;
        return Ok(see_other(&desk.address(upload.id)));
    }
    if posted.has("_cancel") {
        return throw_away(&desk, upload.id).await;
    }
    if let Some(layout) = layout(&posted, &upload) {
        return read_again(&desk, &posted, upload, layout).await;
    }
    if posted.has("_apply") {
        return apply(&desk, &upload, choice(&posted, &upload)).await;
    }
    Ok(see_other(&here(&desk, &posted, &upload)))
}

async fn throw_away(desk: &Desk<'_>, upload: Id) -> Result<HttpResponse> {
    desk.cancel(upload).await?;
    desk.staff.message(Level::Info, "Nothing was changed.")?;
    Ok(see_other(&desk.url("change")))
}

/// The page that one looks at, as it was chosen and turned.
fn here(desk: &Desk<'_>, posted: &Posted, upload: &Upload) -> String {
    let turned = posted.get("_page").or(posted.get("_tick"));
    with_choice(&desk.address(upload.id), &choice(posted, upload), turned)
}

/// By other columns, whatever button was pressed: nothing is done that nobody has seen.
async fn read_again(desk: &Desk<'_>, posted: &Posted, upload: Upload, layout: Layout) -> Result<HttpResponse> {
    let here = here(desk, posted, &upload);
    if posted.has("_apply") {
        let told = "You changed the columns, so the rows were read again. Look at what came of it, then apply it.";
        desk.staff.message(Level::Warning, told)?;
    }
    desk.read_again(upload, layout).await?;
    Ok(see_other(&here))
}

/// Keeps what was chosen beside the button; why that is too late, where it is.
async fn choose(desk: &Desk<'_>, posted: &Posted, upload: Id) -> Result<Option<&'static str>> {
    let chosen = chosen(posted);
    if chosen.is_empty() {
        return Ok(None);
    }
    let ticked = if posted.has("_tick") { shown(posted).collect() } else { Vec::new() };
    Ok(match desk.choose(upload, chosen, ticked).await? {
        State::Ready => None,
        State::Applying => Some("Nothing was changed: it is being applied already, with whom you had chosen before."),
        State::Applied => Some("Nothing was changed: it was applied already, with whom you had chosen before."),
        State::Reading => Some("Nothing was changed: its rows are being read again. Choose once that is done."),
        State::Cancelled => Some("Nothing was changed: it was thrown away already."),
        State::Failed => Some("Nothing was changed: it could not be read again."),
    })
}

/// Whom the open rows that were shown are said to stand for.
fn chosen(posted: &Posted) -> Vec<(i32, Option<Item>)> {
    shown(posted).map(|place| (place, posted.get(&format!("pick_{place}")).and_then(Item::parse))).collect()
}

/// More open rows than a page ever shows: each of them is written by itself.
const SHOWN: usize = 200;

/// The places of the open rows that were shown.
fn shown(posted: &Posted) -> impl Iterator<Item = i32> + '_ {
    posted.get("shown").unwrap_or_default().split(',').filter_map(|place| place.parse().ok()).take(SHOWN)
}

fn choice(posted: &Posted, upload: &Upload) -> Choice {
    let offered =
        [Outcome::Inactive, Outcome::Unsubscribed].into_iter().filter(|outcome| posted.has(&format!("offered_{}", outcome.name())));
    let without = offered.filter(|outcome| !posted.has(&format!("with_{}", outcome.name()))).collect();
    Choice {
        mode: posted.get("mode").and_then(Mode::named).unwrap_or_default(),
        without,
        has_notes: upload.layout().is_some_and(|layout| layout.holds(Field::Note)),
        shown: posted.get("gone").and_then(Shown::read),
    }
}

fn with_choice(url: &str, choice: &Choice, turned: Option<&str>) -> String {
    let without: Vec<&str> = choice.without.iter().map(|outcome| outcome.name()).collect();
    let url = format!("{url}&mode={}&without={}", choice.mode.name(), without.join(","));
    let turned = turned.and_then(|turned| turned.split_once(':'));
    match turned.and_then(|(of, page)| Some((Outcome::named(of)?, page.parse::<i64>().ok()?))) {
        Some((of, page)) => format!("{url}&of={0}&p={page}#{0}", of.name()),
        None => url,
    }
}

/// The columns that somebody says an upload has, where they are others than those by which it was read.
fn layout(posted: &Posted, upload: &Upload) -> Option<Layout> {
    let fields: Vec<Field> = posted.all("column").map(Field::labelled).collect::<Option<_>>()?;
    let read = upload.layout().filter(|_| !fields.is_empty())?;
    let said = read.clone().with(&fields, posted.has("has_header"));
    (said != read).then_some(said)
}

async fn apply(desk: &Desk<'_>, upload: &Upload, choice: Choice) -> Result<HttpResponse> {
    let here = with_choice(&desk.address(upload.id), &choice, None);
    let now = Time(desk.clock.now());
    let (kept, asked) = (upload.clone(), Asked { choice: choice.clone(), ..Asked::default() });
    let view = desk.db.read_heavy(Lane::Search, move |connection| View::read(connection, kept, now, asked)).await?;
    if choice.mode == Mode::Exact && !view.finds_any(&choice) {
        desk.staff.message(Level::Error, "No row stands for anybody, so the list would be empty. It was left as it is.")?;
        return Ok(see_other(&here));
    }
    match desk.apply(upload, choice).await {
        Ok(Some(curated)) => {
            tell(desk.staff, &curated)?;
            tell_of_report(desk, here, view.unused())?;
            Ok(see_other(&desk.url("change")))
        }
        Ok(None) => Ok(see_other(&here)),
        Err(AppError::Conflict(sentence) | AppError::BadRequest(sentence)) => {
            desk.staff.message(Level::Error, sentence)?;
            Ok(see_other(&here))
        }
        Err(error) => Err(error),
    }
}

/// Says what was done, with its undo, or that nothing was.
fn tell(staff: &Staff, curated: &Curated) -> Result<()> {
    if curated.batch.is_some() {
        return undoing::tell(staff, curated);
    }
    let members = number(curated.segment.member_count.into());
    staff.message(Level::Info, format!("{} “{}” has {members} members now.", in_words(curated), curated.segment.name))
}

fn tell_of_report(desk: &Desk<'_>, page: String, unused: i64) -> Result<()> {
    if unused == 0 {
        return Ok(());
    }
    let rows = if unused == 1 { "1 row was".to_owned() } else { format!("{} rows were", number(unused)) };
    let text = format!("{rows} not used: {}.", Message::PLACE);
    desk.staff.session().message_about(Level::Warning, text, "see which, or download them", page)
}
