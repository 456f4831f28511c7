//! The segments of the sample data: twelve that read like real ones.
//!
//! Called by `commands/demo.rs` after `customers::sample` has filled the database; they are saved like anybody's, so they
//! are checked, counted and in the history.

mod declared;

use chrono::Duration;
use serde_json::{Value, json};

use super::draft::{Draft, FieldError, Input};
use super::listed::Change;
use super::listed::ListChange;
use super::model::SegmentType;
use super::save::{self, Edited};
use super::usage::Use;
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::{Scope, catalogue};
use crate::customers::{company, contact};
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::query::{Condition, Selection, Sql, Test};
use declared::{Sample, What};

/// Makes the segments; `actor` owns them.
pub fn fill(db: &Db, clock: &Clock, actor: &Actor) -> Result<()> {
    let samples = declared::samples(clock.today());
    db.write_unhurried(|connection| {
        // Each a minute after the one before, so that the newest is first in the list.
        for (minutes, sample) in (0_i32..).zip(samples.iter().rev()) {
            let at = clock.now() - Duration::minutes(i64::from(12 - minutes));
            make(connection, &Clock::fixed(at, clock.zone()), actor, sample)?;
        }
        Ok(())
    })
}

fn make(connection: &mut AnyConnection, clock: &Clock, actor: &Actor, sample: &Sample) -> Result<()> {
    let (kind, criteria) = match &sample.what {
        What::Rules(entity, match_type, rules) => (SegmentType::Dynamic, criteria(entity, match_type, rules).to_string()),
        What::Contacts(_) | What::Companies(_) => (SegmentType::Static, String::new()),
    };
    let input = Input {
        name: sample.name.into(),
        description: sample.description.into(),
        segment_type: kind.name().into(),
        status: sample.status.name().into(),
        tags: sample.tags.into(),
        filter_criteria: criteria,
    };
    let draft = Draft::parse(&input, None, Scope::alone(clock.into())).map_err(|errors| wrong(sample, &errors))?;
    let list = list(connection, sample)?;
    let made = save::insert(connection, actor, clock, Id::new(), &Edited::new(draft, list))?.segment;
    if sample.tags.contains("newsletter") {
        Use::prepare(connection, actor, clock, made.id, "Monthly newsletter")?.note(connection, actor, clock, Id::new())?;
    }
    Ok(())
}

fn wrong(sample: &Sample, errors: &[FieldError]) -> AppError {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    AppError::internal(format!("the sample segment “{}” is wrong: {}", sample.name, messages.join(" ")))
}

fn criteria(entity: &str, match_type: &str, rules: &[(&str, &str, Value)]) -> Value {
    let rules: Vec<Value> =
        rules.iter().map(|(field, operator, value)| json!({"field": field, "operator": operator, "value": value})).collect();
    json!({"entity": entity, "match_type": match_type, "rules": rules})
}

fn list(connection: &mut AnyConnection, sample: &Sample) -> Result<ListChange> {
    let mut list = ListChange::default();
    match sample.what {
        What::Rules(..) => {}
        What::Contacts(limit) => {
            let predicate = Test::new(catalogue::contact::IS_PRIMARY, Condition::OneOf(vec![crate::query::Value::Boolean(true)])).sql();
            let order = Sql::from("crm_app_contact.id");
            let selection = Selection::first(&predicate, &order, limit);
            let contacts = contact::list(connection, &selection)?.into_iter().map(|row| row.contact.id);
            list.contacts = Change { add: contacts.collect(), ..Change::default() };
        }
        What::Companies(limit) => {
            let order = Sql::from("crm_app_company.location_count DESC, crm_app_company.id");
            let all = Sql::all();
            let selection = Selection::first(&all, &order, limit);
            let companies = company::list(connection, &selection)?.into_iter().map(|company| company.id);
            list.companies = Change { add: companies.collect(), ..Change::default() };
        }
    }
    Ok(list)
}
