//! The limits on a document, which are looked at before anything else: a document beyond them is not looked at further.

use serde_json::{Map, Value};

use super::document::{Error, Form, below};

const MOST_RULES: usize = 100;
const MOST_DEPTH: usize = 5;
const MOST_ITEMS: usize = 1_000;
const MOST_CHARACTERS: usize = 500;

/// Where the document is beyond a limit.
pub(crate) fn beyond(document: &Map<String, Value>) -> Vec<Error> {
    let mut seen = Seen { rules: 0, errors: Vec::new() };
    seen.children(document, "", 0);
    if seen.rules > MOST_RULES {
        seen.refuse("/rules".to_owned(), "too_many");
    }
    seen.errors
}

/// What a walk over the document has met.
struct Seen {
    /// Leaves only: a group is no rule, and a related group without rules neither.
    rules: usize,
    errors: Vec<Error>,
}

impl Seen {
    fn refuse(&mut self, pointer: String, code: &str) {
        self.errors.push((pointer, code.to_owned()));
    }

    fn children(&mut self, parent: &Map<String, Value>, pointer: &str, depth: usize) {
        let Some(Value::Array(nodes)) = parent.get("rules") else {
            return;
        };
        for (index, node) in nodes.iter().enumerate() {
            self.node(node, &format!("{pointer}/rules/{index}"), depth);
        }
    }

    /// `depth` is the number of groups that the node stands in; the document is none.
    fn node(&mut self, node: &Value, pointer: &str, depth: usize) {
        let Value::Object(object) = node else {
            self.rules += 1;
            return;
        };
        let form = Form::of(object);
        if form != Form::Group {
            self.value(object.get("value"), &below(pointer, "value"));
        }
        match form {
            Form::Rule => self.rules += 1,
            Form::Group | Form::Related if depth == MOST_DEPTH => self.refuse(pointer.to_owned(), "too_deep"),
            Form::Group | Form::Related => self.children(object, pointer, depth + 1),
        }
    }

    fn value(&mut self, value: Option<&Value>, pointer: &str) {
        match value {
            Some(Value::Array(items)) if items.len() > MOST_ITEMS => self.refuse(pointer.to_owned(), "too_many"),
            Some(Value::Array(items)) => {
                for (place, _) in items.iter().enumerate().filter(|(_, item)| is_too_long(item)) {
                    self.refuse(format!("{pointer}/{place}"), "too_long");
                }
            }
            Some(value) if is_too_long(value) => self.refuse(pointer.to_owned(), "too_long"),
            _ => {}
        }
    }
}

fn is_too_long(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() > MOST_CHARACTERS,
        Value::Number(number) => number.to_string().len() > MOST_CHARACTERS,
        _ => false,
    }
}
