//! The deadline of SQLite, which has none of its own (on PostgreSQL it is `statement_timeout`, see `dialect`). It is set
//! where a transaction begins and holds for all of its statements together.
//!
//! Diesel shows neither `sqlite3_interrupt` nor the progress handler, so one is attached to every connection as it opens
//! (`sqlite3_auto_extension`); it asks a thread-local deadline, for a connection is used by one thread at a time. An
//! overrun statement fails with "interrupted" and the connection stays good.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::Once;
use std::time::{Duration, Instant};

use libsqlite3_sys as ffi;

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Virtual-machine steps between two looks at the clock: some 0.1 ms.
const STEPS: c_int = 4_000;

/// Lifts this thread's deadline when dropped.
#[derive(Debug)]
pub struct Guard(());

impl Drop for Guard {
    fn drop(&mut self) {
        DEADLINE.set(None);
    }
}

/// Sets the deadline of SQLite statements on this thread until the guard is dropped; `None` is no deadline.
pub fn set(after: Option<Duration>) -> Guard {
    DEADLINE.set(after.and_then(|after| Instant::now().checked_add(after)));
    Guard(())
}

/// Makes every SQLite connection opened from now on obey the deadline of the thread that uses it.
#[expect(unsafe_code, reason = "Diesel offers no way to SQLite's progress handler; these two calls are all we need of the C interface")]
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: `attach` has the signature that SQLite documents for extension entry points and lives for ever.
        unsafe { ffi::sqlite3_auto_extension(Some(attach)) };
    });
}

#[expect(unsafe_code, reason = "an entry point that SQLite calls with the connection being opened")]
unsafe extern "C" fn attach(connection: *mut ffi::sqlite3, _error: *mut *mut c_char, _routines: *const ffi::sqlite3_api_routines) -> c_int {
    // SAFETY: SQLite hands in a live connection; the handler keeps no pointer.
    unsafe { ffi::sqlite3_progress_handler(connection, STEPS, Some(is_over), ptr::null_mut()) };
    ffi::SQLITE_OK
}

/// Non-zero interrupts the statement. Must not unwind into C: it only reads a cell and the clock.
extern "C" fn is_over(_: *mut c_void) -> c_int {
    c_int::from(DEADLINE.get().is_some_and(|deadline| Instant::now() >= deadline))
}
