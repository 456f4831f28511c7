//! The rules of a document one by one: how many contacts each matches alone, how many are left after it, and how many of those
//! nobody may write to. The last number is the count.
//!
//! Asked by `preview`, in the snapshot of its count. Every step is counted by the predicate of the very rules, one after the
//! other: an index finds the few of each much sooner than one reading of everybody tells all.

use std::time::{Duration, Instant};

use diesel::prelude::*;

use super::members::Members;
use crate::criteria::{Criteria, MatchType, Plan, clauses, predicate};
use crate::db::AnyConnection;
use crate::db::schema::crm_app_contact as contact;
use crate::error::Result;
use crate::query::Sql;

/// How long the steps may take together; whoever waits longer does not write rules.
const BUDGET: Duration = Duration::from_secs(2);

/// The funnel of some rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funnel {
    /// The rules, groups and questions to contracts that the document comes to, in its order.
    pub steps: Vec<Step>,
    /// Whether one of the steps is enough.
    pub is_any: bool,
    /// Of those left after the last, how many are inactive.
    pub inactive: i64,
    /// How many of the others are unsubscribed.
    pub unsubscribed: i64,
    /// Who remains: the members.
    pub members: i64,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it asks, in English.
    pub says: String,
    /// How many contacts meet it alone.
    pub alone: i64,
    /// How many meet the document as far as it: of `all` fewer with every step, of `any` more.
    pub left: i64,
}

impl Funnel {
    /// The funnel of `criteria`; `None` where there is not enough time.
    ///
    /// # Errors
    /// The engine's.
    pub fn of(connection: &mut AnyConnection, criteria: &Criteria) -> Result<Option<Self>> {
        let begun = Instant::now();
        let mut steps: Vec<Step> = Vec::new();
        for (place, says) in clauses(criteria).into_iter().enumerate() {
            let alone = count(connection, &part(criteria, place..=place))?;
            let left = if place == 0 { alone } else { count(connection, &part(criteria, 0..=place))? };
            steps.push(Step { says, alone, left });
            if begun.elapsed() > BUDGET {
                return Ok(None);
            }
        }
        let met = predicate(criteria, Plan::LookUp);
        let left = steps.last().map_or(0, |step| step.left);
        let active = count(connection, &Sql::and([met, "crm_app_contact.is_active".into()]))?;
        let members = Members::of_criteria(criteria).count(connection)?;
        let is_any = criteria.root.match_type == MatchType::Any;
        Ok(Some(Self { steps, is_any, inactive: left - active, unsubscribed: active - members, members }))
    }
}

/// The predicate of some of the document's nodes.
fn part(criteria: &Criteria, places: std::ops::RangeInclusive<usize>) -> Sql {
    predicate(&criteria.part(places), Plan::LookUp)
}

fn count(connection: &mut AnyConnection, predicate: &Sql) -> Result<i64> {
    Ok(contact::table.filter(predicate).count().get_result(connection)?)
}
