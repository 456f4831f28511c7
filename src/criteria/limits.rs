//! What is too long, too many or too deep: looked at before anything else of a document.
//!
//! Called by `document`. What is beyond a limit is told, and nothing else of the document is.

use serde_json::{Map, Value};

use super::problem::{Code, Problem};
use super::resolved::Weight;

/// The most rules of a document, however they are grouped.
pub const MAX_RULES: usize = 100;
/// The most groups inside one another.
const MAX_DEPTH: usize = 5;
/// The most values of a list.
const MAX_VALUES: usize = 1_000;
/// The most characters of a value.
const MAX_CHARACTERS: usize = 500;

/// The most rules and values of a document with those of the segments that it names.
const MAX_EXPANDED: Weight = Weight { rules: 1_000, values: 30_000 };

/// What is beyond a limit in a document together with the segments that it names.
pub(super) fn beyond_expanded(weight: Weight) -> Option<Problem> {
    let (what, most, are) = match (MAX_EXPANDED, weight) {
        (most, are) if are.rules > most.rules => ("rules", most.rules, are.rules),
        (most, are) if are.values > most.values => ("values", most.values, are.values),
        _ => return None,
    };
    let sentence = format!("With those of the segments that are named, at most {most} {what} are allowed; these are {are}.");
    Some(Problem::new("/rules", Code::TooMany, sentence))
}

/// What is beyond a limit in a document.
pub(super) fn beyond(document: &Map<String, Value>) -> Vec<Problem> {
    let mut found = Found::default();
    found.look_into(document, "", 0);
    if found.rules > MAX_RULES {
        let sentence = format!("At most {MAX_RULES} rules are allowed; these are {}.", found.rules);
        return vec![Problem::new("/rules", Code::TooMany, sentence)];
    }
    found.problems
}

#[derive(Default)]
struct Found {
    rules: usize,
    problems: Vec<Problem>,
}

impl Found {
    /// Looks at what stands in `group`, which is inside `depth` others.
    fn look_into(&mut self, group: &Map<String, Value>, pointer: &str, depth: usize) {
        let Some(Value::Array(nodes)) = group.get("rules") else { return };
        for (index, node) in nodes.iter().enumerate() {
            let pointer = format!("{pointer}/rules/{index}");
            let Value::Object(map) = node else {
                self.rules += 1;
                continue;
            };
            self.problems.extend(map.get("value").into_iter().flat_map(|value| value_beyond(&format!("{pointer}/value"), value)));
            let Some(inner) = map.get("rules") else {
                self.rules += 1;
                continue;
            };
            // A question to contracts without any rule is one itself.
            let is_bare = map.contains_key("relation") && inner.as_array().is_some_and(Vec::is_empty);
            self.rules += usize::from(is_bare);
            if depth == MAX_DEPTH {
                let sentence = format!("At most {MAX_DEPTH} groups may stand inside one another; this is one more.");
                self.problems.push(Problem::new(pointer, Code::TooDeep, sentence));
            } else {
                self.look_into(map, &pointer, depth + 1);
            }
        }
    }
}

fn value_beyond(pointer: &str, value: &Value) -> Vec<Problem> {
    match value {
        Value::Array(items) if items.len() > MAX_VALUES => {
            let sentence = format!("A list takes at most {MAX_VALUES} values; this one has {}.", items.len());
            vec![Problem::new(pointer, Code::TooMany, sentence)]
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| value_beyond(&format!("{pointer}/{index}"), item)).collect()
        }
        Value::String(text) if text.chars().count() > MAX_CHARACTERS => {
            let sentence = format!("A value may have at most {MAX_CHARACTERS} characters; this one has {}.", text.chars().count());
            vec![Problem::new(pointer, Code::TooLong, sentence)]
        }
        _ => Vec::new(),
    }
}
