//! The segments of the sample data: twelve that read like real ones.
//!
//! Called by `commands/demo.rs` after `customers::sample` has filled the database; they are saved like anybody's, so they
//! are checked, counted and in the history.

use chrono::{Days, Duration, NaiveDate};
use serde_json::{Value, json};

use super::draft::{Draft, FieldError, Input};
use super::listed::Change;
use super::model::{SegmentType, Status};
use super::save::{self, ListChange};
use super::usage;
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::catalogue;
use crate::customers::{company, contact};
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::query::{Condition, Selection, Sql, Test};

/// A segment to make.
struct Sample {
    name: &'static str,
    description: &'static str,
    tags: &'static str,
    status: Status,
    what: What,
}

/// Who is in it.
enum What {
    /// Those whom rules match: the entity, the match type, and the rules as field, operator and value.
    Rules(&'static str, &'static str, Vec<(&'static str, &'static str, Value)>),
    /// So many of the first contacts who are the primary ones of their company.
    Contacts(i64),
    /// The contacts of so many of the companies with the most locations.
    Companies(i64),
}

/// Makes the segments; `actor` owns them.
pub fn fill(db: &Db, clock: &Clock, actor: &Actor) -> Result<()> {
    let samples = samples(clock.today());
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
    let draft = Draft::parse(&input, clock.into()).map_err(|errors| wrong(sample, &errors))?;
    let list = list(connection, sample)?;
    let made = save::insert(connection, actor, clock, Id::new(), &draft, &list)?;
    if sample.tags.contains("newsletter") {
        usage::mark_used(connection, actor, clock, made.id, "Monthly newsletter")?;
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
            let selection = Selection { predicate: &predicate, order: &order, limit, offset: 0 };
            let contacts = contact::list(connection, &selection)?.into_iter().map(|row| row.contact.id);
            list.contacts = Change { add: contacts.collect(), remove: Vec::new() };
        }
        What::Companies(limit) => {
            let order = Sql::from("crm_app_company.location_count DESC, crm_app_company.id");
            let selection = Selection { predicate: &Sql::all(), order: &order, limit, offset: 0 };
            let companies = company::list(connection, &selection)?.into_iter().map(|company| company.id);
            list.companies = Change { add: companies.collect(), remove: Vec::new() };
        }
    }
    Ok(list)
}

fn samples(today: NaiveDate) -> Vec<Sample> {
    let in_days = |days: u64| today.checked_add_days(Days::new(days)).unwrap_or(today).to_string();
    let days_ago = |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or(today).to_string();
    let sample = |name, tags, what, description| Sample { name, description, tags, status: Status::Active, what };
    vec![
        sample(
            "High-Value Hotels in Thailand",
            "hotels, thailand, key accounts",
            What::Rules(
                "company",
                "all",
                vec![
                    ("industry", "equals", json!("Hotels")),
                    ("country", "equals", json!("Thailand")),
                    ("contract.status", "in_list", json!(["Active", "Renewed"])),
                    ("contract.value", "greater_than", json!(2_000)),
                ],
            ),
            "Hotels in Thailand with a running contract worth more than 2,000.",
        ),
        sample(
            "Contracts ending in 60 days",
            "renewals",
            What::Rules(
                "contact",
                "all",
                vec![
                    ("contract.status", "equals", json!("Active")),
                    ("contract.end_date", "between", json!([today.to_string(), in_days(60)])),
                    ("receives_renewal_emails", "equals", json!(true)),
                ],
            ),
            "Whoever should hear about a renewal soon.",
        ),
        sample("VIP Customers", "vip, newsletter", What::Contacts(25), "Kept by hand: people the managing director writes to herself."),
        sample(
            "Decision makers in Vietnam and Thailand",
            "vietnam, thailand",
            What::Rules(
                "contact",
                "all",
                vec![("contact_type", "equals", json!("Decision Maker")), ("company.country", "in_list", json!(["Vietnam", "Thailand"]))],
            ),
            "",
        ),
        sample(
            "General Managers of hotels",
            "hotels",
            What::Rules(
                "contact",
                "all",
                vec![("title", "contains", json!("General Manager")), ("company.industry", "equals", json!("Hotels"))],
            ),
            "For the yearly hotel trade fair.",
        ),
        sample(
            "Restaurants and bars outside Bangkok",
            "food & beverage",
            What::Rules(
                "company",
                "all",
                vec![("industry", "in_list", json!(["Restaurants", "Bars"])), ("city", "not_equals", json!("Bangkok"))],
            ),
            "",
        ),
        sample(
            "Seasonal greetings",
            "newsletter, seasonal",
            What::Rules(
                "contact",
                "all",
                vec![("receives_seasonal_emails", "equals", json!(true)), ("company.seasonal_emails_enabled", "equals", json!(true))],
            ),
            "Songkran, Tết, New Year.",
        ),
        sample(
            "Lapsed customers",
            "win back",
            What::Rules(
                "company",
                "all",
                vec![
                    ("contract.status", "equals", json!("Expired")),
                    ("contract.status", "not_equals", json!("Active")),
                    ("is_active", "equals", json!(true)),
                ],
            ),
            "An expired contract and no active one.",
        ),
        sample(
            "Not contacted for half a year",
            "calls",
            What::Rules(
                "contact",
                "any",
                vec![("last_contacted", "less_than", json!(days_ago(182))), ("last_contacted", "is_empty", Value::Null)],
            ),
            "To call, one after the other.",
        ),
        sample("Regional chains", "key accounts", What::Companies(5), "The companies with the most locations; everybody who works there."),
        Sample {
            status: Status::Paused,
            ..sample(
                "Primary contacts without a title",
                "data quality",
                What::Rules("contact", "all", vec![("is_primary", "equals", json!(true)), ("title", "is_empty", Value::Null)]),
                "Ask them at the next occasion.",
            )
        },
        Sample {
            status: Status::Archived,
            ..sample(
                "Café opening offer 2025",
                "offer",
                What::Rules(
                    "company",
                    "all",
                    vec![("industry", "equals", json!("Cafes")), ("created_at", "greater_than", json!("2024-12-31"))],
                ),
                "The offer ended in March.",
            )
        },
    ]
}
