//! What is done with uploads: they are read, read again by other columns, stopped, applied.
//!
//! Called by the pages of pastes and uploads. What may take long goes on in a thread of its own; whoever asked waits for it a
//! moment, for most of it is done by then, and otherwise sees how far it is.

use std::fs::File;
use std::time::Duration;

use super::applying::Choice;
use super::beating::{EVERY, beating};
use super::columns::Layout;
use super::entry::Item;
use super::file;
use super::rows;
use super::staging::Staging;
use super::store::{self, State, Upload};
use crate::accounts::Staff;
use crate::accounts::user::as_they_are;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::query_string::{PRESERVED, QueryString, carrying};
use crate::clock::Clock;
use crate::db::connection::{Lane, Turn};
use crate::db::{AnyConnection, Db, Id, Time, statistics};
use crate::error::{AppError, Result, caught};
use crate::segments::admin::SegmentAdmin;
use crate::segments::curating::{Curated, curate, require_list};
use crate::segments::listed::How;
use crate::segments::model::{self, Segment};
use crate::segments::paste::lines;
use crate::segments::save::require_change;

/// How long a page waits for what it began.
const MOMENT: Duration = Duration::from_secs(3);

/// Of more rows than this the engine is to know, before it is asked for whom they stand.
const LARGE: i32 = 1_000;

/// Whoever works at the list of a segment.
pub struct Desk<'a> {
    /// Who.
    pub staff: &'a Staff,
    /// The segment.
    pub segment: &'a Segment,
    /// The database.
    pub db: &'a Db,
    /// The clock.
    pub clock: &'a Clock,
    /// The parameters of the list of segments that one came from.
    pub filters: String,
}

impl Desk<'_> {
    /// A page of the segment, from which one still comes back to that list.
    pub fn url(&self, page: &str) -> String {
        carrying(SegmentAdmin::MODEL.object_url(self.segment.id, page), &self.filters)
    }

    /// The page of an upload, likewise.
    pub fn address(&self, upload: Id) -> String {
        let query = QueryString::default().with("u", upload.to_string());
        let query = if self.filters.is_empty() { query } else { query.with(PRESERVED, self.filters.clone()) };
        SegmentAdmin::MODEL.object_url(self.segment.id, "uploaded") + &query.link()
    }

    fn now(&self) -> Time {
        Time(self.clock.now())
    }

    /// Begins to read what was pasted; the key under which it is looked at.
    ///
    /// # Errors
    /// `Conflict` where the list cannot be changed at all, `Unavailable` when much is being read.
    pub async fn paste(&self, pasted: String) -> Result<Id> {
        let read = move |staging: &Staging<'_>| staging.read(lines::read(&pasted).map(Ok));
        self.begin(How::Paste, "", read).await
    }

    /// Begins to read a file, like [`Desk::paste`].
    pub async fn file(&self, name: String, file: File, encoding: String) -> Result<Id> {
        let called = name.clone();
        let read = move |staging: &Staging<'_>| {
            let rows = file::open(file, &called, &encoding)?;
            staging.set_layout(rows.layout())?;
            staging.read(rows)
        };
        self.begin(How::Csv, &name, read).await
    }

    /// Begins to read something for the list, once it has its turn.
    async fn begin(&self, how: How, name: &str, read: impl FnOnce(&Staging<'_>) -> Result<bool> + Send + 'static) -> Result<Id> {
        let user = self.staff.actor.id.ok_or_else(|| AppError::internal("nobody is signed in"))?;
        let turn = self.db.turn(Lane::Reading).await?;
        let new = Upload::new(self.segment.id, user, self.now(), how, name);
        let (keep, actor) = (new.clone(), self.staff.actor.clone());
        self.db
            .write(move |connection| {
                let actor = as_they_are(connection, &actor)?;
                let segment = model::find(connection, &actor, keep.segment_id)?;
                require_change(connection, &actor, &segment)?;
                require_list(&segment)?;
                store::insert(connection, &keep)
            })
            .await?;
        let id = new.id;
        self.in_thread(turn, new, read).await;
        Ok(id)
    }

    /// Reads the rows of an upload once more, by other columns.
    pub async fn read_again(&self, upload: Upload, layout: Layout) -> Result<()> {
        let turn = self.db.turn(Lane::Reading).await?;
        let (id, now, total) = (upload.id, self.now(), upload.row_count);
        if self.db.write(move |connection| store::pass(connection, id, now, (State::Ready, State::Reading), "")).await? {
            let read = move |staging: &Staging<'_>| {
                staging.set_layout(&layout)?;
                staging.read_again(&layout, total)
            };
            self.in_thread(turn, upload, read).await;
        }
        Ok(())
    }

    async fn in_thread(&self, turn: Turn, upload: Upload, read: impl FnOnce(&Staging<'_>) -> Result<bool> + Send + 'static) {
        let (db, clock) = (self.db.clone(), self.clock.clone());
        let work = move || {
            Staging::run(&db, &clock, &upload, read);
            drop(turn);
        };
        // A failure is written down where the page finds it; here it is only waited for.
        drop(tokio::time::timeout(MOMENT, tokio::task::spawn_blocking(work)).await);
    }

    /// The upload, if it is theirs and still kept.
    pub async fn find(&self, id: Id) -> Result<Option<Upload>> {
        let (segment, user, now) = (self.segment.id, self.staff.actor.id, self.now());
        self.db.read(move |connection| store::find(connection, id, segment, user, now)).await
    }

    /// Stops reading, or throws away what was read.
    pub async fn cancel(&self, id: Id) -> Result<()> {
        let now = self.now();
        self.db
            .write(move |connection| {
                for from in [State::Reading, State::Ready] {
                    store::pass(connection, id, now, (from, State::Cancelled), "")?;
                }
                Ok(())
            })
            .await
    }

    /// Keeps who is meant by the rows that a page has shown, and ticks those of `ticked` for which one alone is suggested: of an
    /// upload that can still be applied. How far it is.
    pub async fn choose(&self, id: Id, chosen: Vec<(i32, Option<Item>)>, ticked: Vec<i32>) -> Result<State> {
        let now = self.now();
        self.db
            .write(move |connection| {
                let state = store::hold(connection, id, now)?;
                if state == State::Ready {
                    chosen.iter().try_for_each(|(at, item)| rows::choose(connection, id, *at, *item))?;
                    rows::choose_only(connection, id, &ticked)?;
                }
                Ok(state)
            })
            .await
    }

    /// Changes the list, as one batch; `None` while it goes on.
    ///
    /// # Errors
    /// Those of `curate`; the upload can then be applied again.
    pub async fn apply(&self, upload: &Upload, choice: Choice) -> Result<Option<Curated>> {
        let (id, now) = (upload.id, self.now());
        let is_large = upload.row_count > LARGE;
        let turn = if is_large { Some(self.db.turn(Lane::Bulk).await?) } else { None };
        if !self.db.write(move |connection| store::pass(connection, id, now, (State::Ready, State::Applying), "")).await? {
            return Ok(None);
        }
        let (db, clock, actor, how, segment) =
            (self.db.clone(), self.clock.clone(), self.staff.actor.clone(), upload.how(), self.segment.id);
        let change = move |db: &Db, clock: &Clock| {
            let known = if is_large { statistics::refresh_one(db, "segments_upload_row") } else { Ok(()) };
            let apply = |connection: &mut AnyConnection| {
                let actor = as_they_are(connection, &actor)?;
                // Whom of the list open rows may mean is asked of the list as nobody else changes it any more.
                model::lock(connection, segment)?;
                let task = choice.task(connection, id, segment)?;
                let curated = curate(connection, &actor, clock, segment, how, &task)?;
                store::note_applied(connection, id, Time(clock.now()), &in_words(&curated), curated.batch)?;
                Ok(curated)
            };
            known.and_then(|()| db.write_bulk(apply))
        };
        let work = move || {
            let _turn = turn;
            let done = beating(&db, &clock, id, EVERY, || caught(|| change(&db, &clock)));
            done.inspect_err(|error| give_back(&db, &clock, id, error))
        };
        match tokio::time::timeout(MOMENT * 2, tokio::task::spawn_blocking(work)).await {
            Ok(done) => done.map_err(AppError::internal)?.map(Some),
            Err(_) => Ok(None),
        }
    }
}

/// What is told of one that failed for a fault of ours.
const FAULT: &str = "It was not applied, for a fault of ours. Nothing was changed; you can apply it again.";

/// What was not applied can be applied again.
fn give_back(db: &Db, clock: &Clock, id: Id, error: &AppError) {
    let pass = |sentence: &str| {
        db.write_blocking(|connection| store::pass(connection, id, Time(clock.now()), (State::Applying, State::Ready), sentence))
    };
    let sentence = if let AppError::Internal(_) = error { FAULT.to_owned() } else { error.to_string() };
    if let Err(error) = pass(&sentence) {
        tracing::warn!(%error, "an upload stays where it is");
    }
}

/// What was done, as sentences.
pub fn in_words(curated: &Curated) -> String {
    let what = match curated.what.as_str() {
        "" => "Nothing was left to change.".to_owned(),
        what => format!("Changed the list: {what}."),
    };
    [what].into_iter().chain(curated.notes.iter().cloned()).collect::<Vec<_>>().join(" ")
}
