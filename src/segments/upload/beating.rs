//! A sign of life while an upload is applied, which is one long transaction and says nothing itself.
//!
//! Used by `deeds`. On SQLite, where one transaction writes at a time, no sign comes through while the list is written; but nobody
//! can begin to apply it once more then either, for that is written down too.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::scope;
use std::time::Duration;

use super::store;
use crate::clock::Clock;
use crate::db::{Db, Id, Time};

/// How often: some times within the silence after which an upload is taken for cut short.
pub const EVERY: Duration = Duration::from_secs(30);

/// Does `work`; as long as it takes, the upload is touched every so often.
pub fn beating<T>(db: &Db, clock: &Clock, upload: Id, every: Duration, work: impl FnOnce() -> T) -> T {
    let (done, is_done) = channel::<()>();
    scope(|threads| {
        threads.spawn(move || {
            while is_done.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = db.write_blocking(|connection| store::touch(connection, upload, Time(clock.now()))) {
                    tracing::debug!(%error, "no sign of life of an upload");
                }
            }
        });
        let worked = work();
        drop(done);
        worked
    })
}
