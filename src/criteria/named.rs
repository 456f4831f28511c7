//! The segments that a document names, found without understanding it: those that must be read before it can be.
//!
//! Called by `segments`, which reads them and keeps others from being deleted while a document names them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::catalogue::SEGMENT;
use crate::db::Id;

/// The keys of the segments that rules of `document` name, wherever they stand; of what is no key nothing is said.
pub fn named_segments(document: &Value) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    look_into(document, &mut found);
    found
}

fn look_into(node: &Value, found: &mut BTreeSet<Id>) {
    if node.get("field").and_then(Value::as_str) == Some(SEGMENT.name) {
        found.extend(node.get("value").and_then(Value::as_str).and_then(Id::parse));
    }
    for inner in node.get("rules").and_then(Value::as_array).into_iter().flatten() {
        look_into(inner, found);
    }
}
