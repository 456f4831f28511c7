//! What the twelve segments of the sample data are. Data only; `mod.rs` makes them.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::segments::model::Status;

/// A segment to make.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) tags: &'static str,
    pub(super) status: Status,
    pub(super) what: What,
}

/// Who is in it.
pub(super) enum What {
    /// Those whom rules match: the entity, the match type, and the rules as field, operator and value.
    Rules(&'static str, &'static str, Vec<Rule>),
    /// So many of the first contacts who are the primary ones of their company.
    Contacts(i64),
    /// The contacts of so many of the companies with the most locations.
    Companies(i64),
}

/// Field, operator, value.
pub(super) type Rule = (&'static str, &'static str, Value);

/// The segments, the newest first.
pub(super) fn samples(today: NaiveDate) -> Vec<Sample> {
    let mut samples = Vec::new();
    samples.extend(about_contracts(today));
    samples.extend(by_hand());
    samples.extend(about_people(today));
    samples.extend(put_away());
    samples
}

fn sample(name: &'static str, tags: &'static str, description: &'static str, what: What) -> Sample {
    Sample { name, description, tags, status: Status::Active, what }
}

fn companies(rules: impl Into<Vec<Rule>>) -> What {
    What::Rules("company", "all", rules.into())
}

fn contacts(rules: impl Into<Vec<Rule>>) -> What {
    What::Rules("contact", "all", rules.into())
}

fn about_contracts(today: NaiveDate) -> [Sample; 3] {
    let in_two_months = today.checked_add_days(Days::new(60)).unwrap_or(today);
    let hotels = companies([
        ("industry", "equals", json!("Hotels")),
        ("country", "equals", json!("Thailand")),
        ("contract.status", "in_list", json!(["Active", "Renewed"])),
        ("contract.value", "greater_than", json!(2_000)),
    ]);
    let ending = contacts([
        ("contract.status", "equals", json!("Active")),
        ("contract.end_date", "between", json!([today.to_string(), in_two_months.to_string()])),
        ("receives_renewal_emails", "equals", json!(true)),
    ]);
    let lapsed = companies([
        ("contract.status", "equals", json!("Expired")),
        ("contract.status", "not_equals", json!("Active")),
        ("is_active", "equals", json!(true)),
    ]);
    [
        sample("High-Value Hotels in Thailand", "hotels, thailand, key accounts", "With a running contract worth more than 2,000.", hotels),
        sample("Contracts ending in 60 days", "renewals", "Whoever should hear about a renewal soon.", ending),
        sample("Lapsed customers", "win back", "An expired contract and no active one.", lapsed),
    ]
}

fn by_hand() -> [Sample; 2] {
    [
        sample("VIP Customers", "vip, newsletter", "Kept by hand: people the managing director writes to herself.", What::Contacts(25)),
        sample("Regional chains", "key accounts", "The companies with the most locations; everybody who works there.", What::Companies(5)),
    ]
}

fn about_people(today: NaiveDate) -> [Sample; 5] {
    let half_a_year_ago = today.checked_sub_days(Days::new(182)).unwrap_or(today);
    let deciders =
        contacts([("contact_type", "equals", json!("Decision Maker")), ("company.country", "in_list", json!(["Vietnam", "Thailand"]))]);
    let managers = contacts([("title", "contains", json!("General Manager")), ("company.industry", "equals", json!("Hotels"))]);
    let outside = companies([("industry", "in_list", json!(["Restaurants", "Bars"])), ("city", "not_equals", json!("Bangkok"))]);
    let greeted =
        contacts([("receives_seasonal_emails", "equals", json!(true)), ("company.seasonal_emails_enabled", "equals", json!(true))]);
    let silent = vec![("last_contacted", "less_than", json!(half_a_year_ago.to_string())), ("last_contacted", "is_empty", Value::Null)];
    [
        sample("Decision makers in Vietnam and Thailand", "vietnam, thailand", "", deciders),
        sample("General Managers of hotels", "hotels", "For the yearly hotel trade fair.", managers),
        sample("Restaurants and bars outside Bangkok", "food & beverage", "", outside),
        sample("Seasonal greetings", "newsletter, seasonal", "Songkran, Tết, New Year.", greeted),
        sample("Not contacted for half a year", "calls", "To call, one after the other.", What::Rules("contact", "any", silent)),
    ]
}

fn put_away() -> [Sample; 2] {
    let untitled = contacts([("is_primary", "equals", json!(true)), ("title", "is_empty", Value::Null)]);
    let offer = companies([("industry", "equals", json!("Cafes")), ("created_at", "greater_than", json!("2024-12-31"))]);
    [
        Sample {
            status: Status::Paused,
            ..sample("Primary contacts without a title", "data quality", "Ask them at the next occasion.", untitled)
        },
        Sample { status: Status::Archived, ..sample("Café opening offer 2025", "offer", "The offer ended in March.", offer) },
    ]
}
