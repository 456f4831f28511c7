//! What is worth knowing about criteria that are valid: each at its rule, blocking nothing.
//!
//! Asked by preview and validation, in the same snapshot as the count. A choice that no row has is usually a typo; amounts
//! of several currencies are compared as bare numbers.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::field::Owner;
use super::problem::{Code, Problem};
use super::resolved::{Contracts, Criteria, Question, Rule};
use super::value::Typed;
use crate::db::schema::{crm_app_company, crm_app_contact, crm_app_contract};
use crate::db::{AnyConnection, MultiBackend};
use crate::error::Result;
use crate::query::sql::Scalar;
use crate::query::{Column, Condition, Operator, Sql, Test, Value, text};

/// The warnings of `criteria`, in the order of its nodes.
pub fn warnings(connection: &mut AnyConnection, criteria: &Criteria) -> Result<Vec<Problem>> {
    let questions = criteria.root.questions();
    let mut found = mixed_currencies(connection, &questions)?;
    for question in questions {
        let rules = match question {
            Question::Rule(rule) => vec![rule],
            Question::Contracts(contracts) => contracts.of_one.questions(),
            // Whoever wrote that segment has been told.
            Question::Segment(_) => Vec::new(),
        };
        for rule in rules {
            found.extend(unknown_choices(connection, rule)?);
        }
    }
    found.sort_by_key(Problem::path);
    Ok(found)
}

/// The most values of a rule that are looked up; a longer list is not a typo.
const LOOKED_UP: usize = 20;

/// Values of a choice field that neither the list nor any row knows.
fn unknown_choices(connection: &mut AnyConnection, rule: &Rule) -> Result<Vec<Problem>> {
    let column = rule.field.column;
    let by_value = matches!(rule.operator, Operator::Equals | Operator::NotEquals | Operator::InList | Operator::NotInList);
    let is_listed = |typed: &str| column.choices.iter().any(|choice| text::key(choice.value) == text::key(typed));
    let texts = rule.values.iter().filter_map(|value| if let Typed::Text(typed) = value { Some(typed) } else { None });
    let unlisted: Vec<&String> = texts.filter(|typed| !is_listed(typed)).take(LOOKED_UP).collect();
    if column.choices.is_empty() || !by_value || unlisted.is_empty() {
        return Ok(Vec::new());
    }
    let held: Vec<String> =
        list_held(connection, rule.field.owner, column, &unlisted)?.iter().map(|held| text::fold(held.clone())).collect();
    let missing = unlisted.into_iter().filter(|typed| !held.contains(&text::fold((*typed).clone())));
    Ok(missing.map(|typed| no_such_value(rule, typed)).collect())
}

fn no_such_value(rule: &Rule, typed: &str) -> Problem {
    let column = rule.field.column;
    let words = column.choices.iter().flat_map(|choice| [choice.value, choice.label]);
    let meant = text::nearest(typed, words).map_or_else(|| ".".to_owned(), |near| format!("; did you mean {near}?"));
    let sentence = format!("No {} has {} “{typed}”{meant}", owner_name(rule.field.owner), column.label);
    Problem::new(format!("{}/value", rule.pointer), Code::NoSuchValue, sentence)
}

fn owner_name(owner: Owner) -> &'static str {
    match owner {
        Owner::Contact => "contact",
        Owner::Company => "company",
        Owner::Contract => "contract",
    }
}

/// Which of `typed` some row holds, as it holds them.
fn list_held(connection: &mut AnyConnection, owner: Owner, column: &Column, typed: &[&String]) -> Result<Vec<String>> {
    let values = typed.iter().map(|typed| Value::Text((*typed).clone())).collect();
    let is_one: Sql = Test::new(*column, Condition::OneOf(values)).sql();
    let held: Scalar<Text> = Scalar::new(Sql::column(column));
    Ok(match owner {
        Owner::Contact => crm_app_contact::table.filter(is_one).select(held).distinct().load(connection)?,
        Owner::Company => crm_app_company::table.filter(is_one).select(held).distinct().load(connection)?,
        Owner::Contract => crm_app_contract::table.filter(is_one).select(held).distinct().load(connection)?,
    })
}

/// The warnings of comparisons of contract values, or of what they come to, that say nothing of their currency, where there are
/// several.
fn mixed_currencies(connection: &mut AnyConnection, questions: &[&Question]) -> Result<Vec<Problem>> {
    let compared =
        questions.iter().filter_map(|question| if let Question::Contracts(contracts) = question { Some(contracts) } else { None });
    let compared: Vec<&Contracts> = compared.filter(|contracts| contracts.compares_any_currency()).collect();
    if compared.is_empty() {
        return Ok(Vec::new());
    }
    let currencies = list_currencies(connection)?;
    if currencies.len() < 2 {
        return Ok(Vec::new());
    }
    let sentence = format!(
        "Values are in {} and are not converted; add a rule about the currency: currency equals USD.",
        text::list(&currencies, "and")
    );
    let place = |contracts: &Contracts| contracts.rule_about_value().map_or(&contracts.pointer, |rule| &rule.pointer).clone();
    Ok(compared.into_iter().map(|contracts| Problem::new(place(contracts), Code::MixedCurrencies, sentence.clone())).collect())
}

/// The currencies of all contracts, at most five.
fn list_currencies(connection: &mut AnyConnection) -> Result<Vec<String>> {
    let query = crm_app_contract::table.select(crm_app_contract::currency).distinct().order(crm_app_contract::currency).limit(5);
    Ok(query.into_boxed::<MultiBackend>().load(connection)?)
}
