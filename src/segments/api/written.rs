//! What a client wrote of a segment: its fields over those that are stored, checked, and its members counted.

use actix_web::web::Data;

use crate::accounts::Actor;
use crate::api::Body;
use crate::api::body::Fields;
use crate::api::openapi::schema::{self, Shape};
use crate::api::problem::{Checked, Fault, Problem};
use crate::clock::Clock;
use crate::criteria::Calendar;
use crate::db::{AnyConnection, Db};
use crate::error::Result;
use crate::segments::draft::{Draft, FieldError, Input, MAX_NAME};
use crate::segments::form::NAME_TAKEN;
use crate::segments::listed::{How, ListChange};
use crate::segments::model::{Segment, SegmentType, Status};
use crate::segments::save::{Edited, is_taken};
use crate::segments::writer::Writer;

/// What is done with it, and in which time.
pub(super) struct Desk {
    /// Who.
    pub(super) actor: Actor,
    /// The database.
    pub(super) db: Data<Db>,
    /// The clock.
    pub(super) clock: Clock,
}

/// The shape of what is sent of one.
pub(super) fn shape(required: &[&str]) -> Shape {
    let fields = [
        ("name", schema::name(MAX_NAME)),
        ("description", schema::text()),
        ("segment_type", schema::word([SegmentType::Dynamic, SegmentType::Static].map(SegmentType::name))),
        ("status", schema::word([Status::Active, Status::Paused, Status::Archived].map(Status::name))),
        ("tags", schema::text()),
        // `FilterCriteria`, where they are those of a dynamic segment; of a static one they rest as they are.
        ("filter_criteria", schema::anything()),
    ];
    schema::object(fields, required)
}

/// The fields of a segment as they were sent; those that were not are as they are stored, or as they are of a new one.
pub(super) struct Written {
    input: Input,
}

impl Written {
    /// What a body says of `stored`, or of a new segment. A whole one must have a name.
    pub(super) fn read(body: &Body, stored: Option<&Segment>, is_whole: bool) -> Checked<Self> {
        let mut fields = body.fields();
        let name = if is_whole { fields.required("name") } else { fields.text("name") };
        let kept =
            |sent: Option<&str>, of: fn(&Segment) -> &str, new: &str| sent.map_or_else(|| stored.map_or(new, of).to_owned(), str::to_owned);
        let input = Input {
            name: kept(name, |stored| &stored.name, ""),
            description: kept(fields.text("description"), |stored| &stored.description, ""),
            segment_type: kept(fields.text("segment_type"), |stored| stored.kind().name(), "dynamic"),
            status: kept(fields.text("status"), |stored| &stored.status, "active"),
            tags: kept(fields.text("tags"), |stored| &stored.tags, ""),
            filter_criteria: criteria(&mut fields, stored),
        };
        fields.end().map(|()| Self { input })
    }

    /// What can be saved, with its members counted, or everything that is wrong.
    pub(super) fn check(
        &self,
        connection: &mut AnyConnection,
        actor: &Actor,
        clock: &Clock,
        stored: Option<&Segment>,
    ) -> Result<Checked<Edited>> {
        let writer = Writer { actor, stored, calendar: Calendar::from(clock) };
        let document = serde_json::from_str(&self.input.filter_criteria).ok();
        let naming = writer.naming(connection, document.as_ref())?;
        let draft = match Draft::parse(&self.input, stored, naming.scope(writer.calendar)) {
            Ok(draft) => draft,
            Err(errors) => return Ok(Err(wrong(errors))),
        };
        let is_kept = stored.is_some_and(|stored| stored.name == draft.name());
        if !is_kept && is_taken(connection, draft.name(), stored.map(|stored| stored.id))? {
            return Ok(Err(name_taken()));
        }
        Ok(Ok(Edited::counted(connection, clock, stored, (draft, ListChange::default()))?.by(How::Api)))
    }
}

/// The criteria as text, for they are read from text everywhere.
fn criteria(fields: &mut Fields<'_>, stored: Option<&Segment>) -> String {
    match fields.value("filter_criteria") {
        Some(serde_json::Value::Null) => {
            fields.add(Fault::field("filter_criteria", "null", "This field may not be null."));
            String::new()
        }
        Some(sent) => sent.to_string(),
        None => stored.map_or_else(|| "{}".to_owned(), |stored| stored.filter_criteria.0.to_string()),
    }
}

/// The problem of fields that need other values.
pub(super) fn wrong(errors: Vec<FieldError>) -> Problem {
    Problem::invalid(errors.into_iter().flat_map(faults).collect())
}

/// What is wrong with a field, at each of its rules.
fn faults(error: FieldError) -> Vec<Fault> {
    if error.problems.is_empty() {
        return vec![Fault::field(error.field, error.code, error.message)];
    }
    let at = |pointer: &str| format!("/{}{pointer}", error.field);
    error.problems.iter().map(|problem| Fault::new(at(&problem.pointer), &problem.code.name(), problem.detail.clone())).collect()
}

/// The problem of a name that another segment has.
pub(super) fn name_taken() -> Problem {
    Problem::invalid(vec![Fault::field("name", "unique", NAME_TAKEN)])
}
