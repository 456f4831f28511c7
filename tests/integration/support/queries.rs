//! What a database is asked, listened to through Diesel's own instrumentation: the product knows nothing of it.
//!
//! Called by `query_counts`. Connections opened after [`listen`] are listened to, each under the address it was opened
//! with, so that tests beside one another in a process do not hear one another.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use customer_segments::db::Db;
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

static HEARD: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

struct Listener {
    address: String,
}

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.address),
            InstrumentationEvent::StartQuery { query, .. } => {
                let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
                heard.entry(self.address.clone()).or_default().push(query.to_string());
            }
            _ => {}
        }
    }
}

/// Listens to connections that are opened from now on.
pub(crate) fn listen() {
    set_default_instrumentation(|| Some(Box::new(Listener { address: String::new() }))).unwrap();
}

/// The questions to a database since this was asked last; not what begins, bounds and ends a transaction.
pub(crate) fn heard(db: &Db) -> Vec<String> {
    let address = db.options().url.trim_start_matches("sqlite://").to_owned();
    let heard = HEARD.lock().unwrap().remove(&address).unwrap_or_default();
    let is_question = |query: &String| ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|word| query.starts_with(word));
    // The pool asks an idle connection whether it is still there.
    heard.into_iter().filter(is_question).filter(|query| !query.starts_with("SELECT 1")).collect()
}
