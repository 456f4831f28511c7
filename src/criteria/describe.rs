//! Resolved criteria in English: one sentence, made on the server, the same in form, list, history and API.
//!
//! The sentence says what the rules mean after `resolve`, not how they were typed: contract rules that meet on one contract
//! are one clause, a negative one is "has no contract".

use super::catalogue::contract;
use super::document::{Entity, MatchType};
use super::field::{Field, Owner};
use super::resolve::{Contracts, Criteria, Node, Rule};
use super::value::Typed;
use crate::query::{Column, Kind, Operator, text};

/// The sentence.
pub fn describe(criteria: &Criteria) -> String {
    let (subject, clauses) = match criteria.entity {
        Entity::Contact => ("Contacts", clauses(criteria, "whose ", "whose company ")),
        Entity::Company => ("Contacts of companies", clauses(criteria, "whose ", "that ")),
    };
    let joined = match criteria.root.match_type {
        MatchType::All => text::list(&clauses, "and"),
        MatchType::Any => text::list(&clauses, "or"),
    };
    format!("{subject} {joined}.")
}

fn clauses(criteria: &Criteria, of_field: &str, of_company: &str) -> Vec<String> {
    let last = criteria.root.nodes.len() - 1;
    let clause = |(place, node): (usize, &Node)| match node {
        Node::Rule(rule) => format!("{of_field}{}", rule_clause(rule, criteria.entity)),
        Node::Contracts(contracts) => {
            let has = match (criteria.entity, contracts.none) {
                (Entity::Contact, false) => "has a contract",
                (Entity::Contact, true) => "has no contract",
                (Entity::Company, false) => "have a contract",
                (Entity::Company, true) => "have no contract",
            };
            let clause = format!("{of_company}{has} {}", contract_clause(contracts, criteria.entity));
            // Dashes tell where what is said of the one contract ends, when something else may follow.
            if contracts.rules.len() > 1 && place < last { clause.replacen("contract ", "contract – ", 1) + " –" } else { clause }
        }
    };
    criteria.root.nodes.iter().enumerate().map(clause).collect()
}

fn contract_clause(contracts: &Contracts, entity: Entity) -> String {
    let rules: Vec<String> = contracts.rules.iter().map(|rule| format!("whose {}", rule_clause(rule, entity))).collect();
    // Amounts of several currencies are compared as bare numbers: it is said where nothing else says which.
    let is_about = |column: &Column| contracts.rules.iter().any(|rule| rule.field.column == column && !rule.values.is_empty());
    let any_currency = if is_about(&contract::VALUE) && !is_about(&contract::CURRENCY) { " (in any currency)" } else { "" };
    text::list(&rules, "and") + any_currency
}

/// "country is “Thailand”", as it follows "whose".
fn rule_clause(rule: &Rule, entity: Entity) -> String {
    let flag = match rule.include_empty {
        Some(true) => " or is blank",
        Some(false) => " and is not blank",
        None if rule.operator.is_negative() && rule.operator != Operator::IsEmpty && can_be_empty(rule.field) => " (or is blank)",
        None => "",
    };
    let verb = rule.operator.label_for(rule.field.column.kind);
    let values: Vec<String> = rule.values.iter().map(|value| spoken(value, rule.field)).collect();
    let values = match rule.operator {
        Operator::Between => format!(" {}", values.join(" and ")),
        Operator::InList | Operator::NotInList => format!(" {}", text::list(&values, "or")),
        _ => values.first().map(|value| format!(" {value}")).unwrap_or_default(),
    };
    format!("{} {verb}{values}{flag}", spoken_field(rule.field, entity))
}

/// Text can be blank, other columns can be so only where they may be NULL.
fn can_be_empty(field: Field) -> bool {
    field.column.kind == Kind::Text || field.column.nullable
}

fn spoken_field(field: Field, entity: Entity) -> String {
    let label = match field.column.kind {
        Kind::Boolean => format!("“{}” mark", field.column.label),
        // "Whose created at is after" is no English.
        Kind::Timestamp => match field.column.label {
            "created at" => "creation date".to_owned(),
            "updated at" => "date of last change".to_owned(),
            "last contacted" => "last contact".to_owned(),
            other => other.to_owned(),
        },
        _ => field.column.label.to_owned(),
    };
    if entity == Entity::Contact && field.owner == Owner::Company { format!("company’s {label}") } else { label }
}

/// A stored choice stands without quotation marks, as in "whose industry is Hotels"; other text with them.
fn spoken(value: &Typed, field: Field) -> String {
    match value {
        Typed::Text(typed) => {
            let choice = field.column.choices.iter().find(|choice| text::key(choice.value) == text::key(typed));
            choice.map_or_else(|| value.to_string(), |choice| choice.value.to_owned())
        }
        _ => value.to_string(),
    }
}
