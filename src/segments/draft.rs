//! What may be saved as a segment: typed in by a form or an API, checked once, then unable to be wrong.
//!
//! [`Draft::parse`] is the border. A dynamic segment's criteria must resolve; a static one's rest as they are and are
//! checked when it becomes dynamic.

use serde_json::{Map, Value, json};

use super::model::{Segment, SegmentType, Status};
use crate::criteria::{Criteria, Problem, Scope, json, resolve};
use crate::query::text;

/// The values of a segment as somebody typed or sent them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Input {
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
    /// The stored name of a type.
    pub segment_type: String,
    /// The stored name of a status.
    pub status: String,
    /// Free words, separated by commas.
    pub tags: String,
    /// The criteria, as JSON text.
    pub filter_criteria: String,
}

/// A field that needs another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field: `name`, `filter_criteria`, …
    pub field: &'static str,
    /// What is wrong, as a word for programs: one of Django REST framework's, as clients know them.
    pub code: &'static str,
    /// The sentence at it.
    pub message: String,
    /// What is wrong with which rule, where the field is the criteria.
    pub problems: Vec<Problem>,
}

impl FieldError {
    /// An error at `field`.
    pub fn new(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { field, code, message: message.into(), problems: Vec::new() }
    }

    /// Errors in the rules.
    pub fn rules(problems: Vec<Problem>) -> Self {
        let message = match problems.as_slice() {
            [only] => format!("{}: {}", only.place(), only.detail),
            all => format!("{} things in the rules need correcting.", all.len()),
        };
        Self { field: CRITERIA, code: "invalid", message, problems }
    }
}

/// A segment's values that can be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    name: String,
    description: String,
    kind: SegmentType,
    status: Status,
    tags: String,
    filter_criteria: Value,
    criteria: Option<Criteria>,
}

/// The fields of a segment that people edit: name and label.
const FIELDS: [(&str, &str); 6] = [
    ("name", "Name"),
    ("description", "Description"),
    ("segment_type", "Segment type"),
    ("status", "Status"),
    ("tags", "Tags"),
    (CRITERIA, "Filter criteria"),
];

/// The field of the criteria.
const CRITERIA: &str = "filter_criteria";

/// The most characters of a name.
pub(super) const MAX_NAME: usize = 200;
/// The most characters of a description; the column has no limit of its own.
const MAX_DESCRIPTION: usize = 100_000;

impl Draft {
    /// Checks everything at once. `stored` is the segment that is changed; criteria that stay as they are rest with a static
    /// one whatever they are, and do not keep a broken dynamic one from being put away.
    ///
    /// # Errors
    /// Every field that needs another value.
    pub fn parse(input: &Input, stored: Option<&Segment>, scope: Scope<'_>) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let name = name_of(&input.name, &mut errors);
        let description = text_of("description", &input.description, MAX_DESCRIPTION, &mut errors);
        let tags = text_of("tags", input.tags.trim(), 500, &mut errors);
        let kind = choice("segment_type", &input.segment_type, SegmentType::named, &mut errors);
        let status = choice("status", &input.status, Status::named, &mut errors);
        let (Some(kind), Some(status)) = (kind, status) else { return Err(errors) };
        let kept_as = |typed: String, field: fn(&Segment) -> &String| match stored.map(field) {
            // Text that Django stored in another normal form, or with other line ends, is not changed by being shown.
            Some(stored) if normal(stored.trim()) == typed.trim() => stored.clone(),
            _ => typed,
        };
        let (name, tags) = (kept_as(name, |stored| &stored.name), kept_as(tags, |stored| &stored.tags));
        let description = kept_as(description, |stored| &stored.description);
        let kept = stored.map(|stored| stored.filter_criteria.0.clone()).filter(|kept| is_typed(kept, &input.filter_criteria));
        let is_kept = kept.is_some();
        let filter_criteria = kept.map_or_else(|| document_of(&input.filter_criteria), Ok).unwrap_or_else(|error| {
            errors.push(error);
            Value::Null
        });
        let mut draft = Self { name, description, kind, status, tags, filter_criteria, criteria: None };
        let is_put_away = is_kept && stored.is_some_and(|stored| draft.changed_fields(stored) == ["Status"]);
        if kind == SegmentType::Dynamic && !errors.iter().any(|error| error.field == CRITERIA) {
            match resolve(&draft.filter_criteria, scope) {
                Ok(criteria) => draft.criteria = Some(criteria),
                Err(_) if is_put_away => {}
                Err(problems) => errors.push(FieldError::rules(problems)),
            }
        }
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }

    /// The values of a stored segment, as they are.
    pub fn stored(segment: &Segment) -> Self {
        Self {
            name: segment.name.clone(),
            description: segment.description.clone(),
            kind: segment.kind(),
            status: Status::named(&segment.status).unwrap_or(Status::Active),
            tags: segment.tags.clone(),
            filter_criteria: segment.filter_criteria.0.clone(),
            criteria: None,
        }
    }

    /// The name, trimmed, in normal form.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The description.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The type.
    pub fn kind(&self) -> SegmentType {
        self.kind
    }

    /// The status.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The tags.
    pub fn tags(&self) -> &str {
        &self.tags
    }

    /// The criteria.
    pub fn filter_criteria(&self) -> &Value {
        &self.filter_criteria
    }

    /// The criteria, understood; `None` for a static segment, and for what was not read from somebody's hand or cannot be
    /// understood and is only put away.
    pub fn criteria(&self) -> Option<&Criteria> {
        self.criteria.as_ref()
    }

    /// The labels of the fields that differ from `stored`.
    pub fn changed_fields(&self, stored: &Segment) -> Vec<&'static str> {
        let (old, new) = (Self::stored(stored).as_json(), self.as_json());
        // The engines keep the keys of a document in orders of their own.
        let is_same = |key: &str| json::pretty(&old[key]) == json::pretty(&new[key]);
        FIELDS.into_iter().filter(|(key, _)| !is_same(key)).map(|(_, label)| label).collect()
    }

    /// Whether type and criteria are those of `stored`: then the members are too, but for a list.
    pub(super) fn selects_as(&self, stored: &Segment) -> bool {
        !self.changed_fields(stored).iter().any(|field| ["Segment type", "Filter criteria"].contains(field))
    }

    /// The values that differ from `stored`, as they were, and all values as they are now.
    pub(super) fn differences(&self, stored: &Segment) -> (Value, Value) {
        let changed = self.changed_fields(stored);
        let (old, after) = (Self::stored(stored).as_json(), self.as_json());
        let mut before = Map::new();
        for (key, label) in FIELDS {
            if changed.contains(&label) {
                before.insert(key.to_owned(), old[key].clone());
            }
        }
        (Value::Object(before), after)
    }

    /// All values, as history keeps them.
    pub(super) fn as_json(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.description,
            "segment_type": self.kind.name(),
            "status": self.status.name(),
            "tags": self.tags,
            "filter_criteria": self.filter_criteria,
        })
    }
}

/// As text is stored: in normal form C, with line ends as LF (browsers send CR LF).
fn normal(typed: &str) -> String {
    text::nfc(typed).replace("\r\n", "\n")
}

/// A name of a segment as it is stored: trimmed, in normal form.
pub(super) fn name_of(typed: &str, errors: &mut Vec<FieldError>) -> String {
    let name = text_of("name", typed.trim(), MAX_NAME, errors);
    if text::is_blank(&name) {
        errors.push(FieldError::new("name", "blank", "This field is required."));
    } else if text::is_invisible(&name) {
        errors.push(FieldError::new("name", "invalid", "Enter something that people can see."));
    }
    name
}

fn text_of(field: &'static str, typed: &str, most: usize, errors: &mut Vec<FieldError>) -> String {
    let typed = normal(typed);
    let length = typed.chars().count();
    if typed.contains('\0') {
        errors.push(FieldError::new(field, "null_characters_not_allowed", "Null characters are not allowed."));
    } else if length > most {
        let sentence = format!("Ensure this value has at most {most} characters (it has {length}).");
        errors.push(FieldError::new(field, "max_length", sentence));
    }
    typed
}

fn choice<T>(field: &'static str, typed: &str, named: impl Fn(&str) -> Option<T>, errors: &mut Vec<FieldError>) -> Option<T> {
    let found = named(typed);
    if found.is_none() {
        errors.push(if typed.is_empty() {
            FieldError::new(field, "blank", "This field is required.")
        } else {
            let sentence = format!("Select a valid choice. {typed:.100} is not one of the available choices.");
            FieldError::new(field, "invalid_choice", sentence)
        });
    }
    found
}

/// The document that the text of a criteria box stands for; an emptied box is no rules.
///
/// # Errors
/// Where and why it is not JSON.
pub(super) fn read_criteria(typed: &str) -> Result<Value, Problem> {
    if text::is_blank(typed) { Ok(json!({})) } else { json::parse(typed) }
}

/// Whether what was typed is the document as it was shown.
fn is_typed(document: &Value, typed: &str) -> bool {
    let typed = typed.replace("\r\n", "\n");
    json::pretty(document) == typed.trim() || read_criteria(&typed).is_ok_and(|typed| json::pretty(&typed) == json::pretty(document))
}

/// The document to save. Of a static segment it rests as it is; a dynamic one's is understood next.
fn document_of(typed: &str) -> Result<Value, FieldError> {
    let document = read_criteria(typed).map_err(|problem| FieldError::rules(vec![problem]))?;
    // Also where a value is ignored: it is stored with the rest.
    json::check_storable(&document, "").map_err(|problem| FieldError::rules(vec![problem]))?;
    Ok(document)
}
