//! Names that rules use, looked up: what there is, and what was probably meant where there is nothing.
//!
//! Called by `resolve`. The sentences name the valid choices, so that a mistake can be mended without a manual.

use serde_json::Value;

use super::catalogue::contract;
use super::document::{Entity, shown};
use super::field;
use super::problem::{Code, Problem};
use crate::query::{Column, Operator, text};

/// The error for a path that names no field, with the one that was probably meant.
pub(super) fn unknown_field(entity: Entity, path: &str, pointer: &str) -> Problem {
    let path_shown = shown(&Value::String(path.to_owned()));
    let meant = field::suggest(entity, path).map_or_else(
        || match entity {
            Entity::Contact => {
                "Contact rules name fields of the contact (title), its company (company.country) and its contracts (contract.status)."
                    .to_owned()
            }
            Entity::Company => "Company rules name fields of the company (country) and its contracts (contract.status).".to_owned(),
        },
        |near| format!("Did you mean “{near}”?"),
    );
    Problem::new(format!("{pointer}/field"), Code::UnknownField, format!("Unknown field {path_shown}. {meant}"))
}

/// The error for a path that names no field of a contract.
pub(super) fn unknown_contract_field(path: &str, pointer: &str) -> Problem {
    let path_shown = shown(&Value::String(path.to_owned()));
    let names = contract::ALL.iter().map(|column| column.name);
    let bare = path.strip_prefix("contract.").unwrap_or(path);
    let meant = text::nearest(bare, names.clone()).map_or_else(
        || format!("Rules in here name fields of the contract: {}.", names.collect::<Vec<_>>().join(", ")),
        |near| format!("Did you mean “{near}”?"),
    );
    Problem::new(format!("{pointer}/field"), Code::UnknownField, format!("Unknown field {path_shown}. {meant}"))
}

/// The operator of this name, if it is one of those that are taken; otherwise the error is noted at the rule. What is asked
/// about may not be known.
pub(super) fn resolve_operator(
    name: &str,
    column: Option<&Column>,
    takes: impl Fn(Operator) -> bool,
    pointer: &str,
    problems: &mut Vec<Problem>,
) -> Option<Operator> {
    let found = Operator::named(name);
    if let Some(operator) = found.filter(|operator| takes(*operator)) {
        return Some(operator);
    }
    let offered: Vec<&str> = Operator::all().filter(|operator| takes(*operator)).map(Operator::name).collect();
    let fields = column.map_or("Rules", |column| column.kind.plural());
    let (code, begins) = match found {
        Some(_) => {
            let field = column.map_or_else(|| "this field".to_owned(), |column| format!("“{}”", column.label));
            (Code::OperatorNotForField, format!("“{name}” does not apply to {field}."))
        }
        None => (Code::UnknownOperator, format!("Unknown operator {}.", shown(&Value::String(name.to_owned())))),
    };
    let meant = if found.is_none() { suggest_operator(name, &offered) } else { None };
    let ends = meant.map_or_else(|| ".".to_owned(), |near| format!("; did you mean “{near}”?"));
    problems.push(Problem::new(format!("{pointer}/operator"), code, format!("{begins} {fields} take: {}{ends}", offered.join(", "))));
    None
}

/// Words of other query languages, and what they are called here.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("like", "contains"),
    ("ilike", "contains"),
    ("includes", "contains"),
    ("matches", "contains"),
    ("is", "equals"),
    ("eq", "equals"),
    ("=", "equals"),
    ("==", "equals"),
    ("!=", "not_equals"),
    ("<>", "not_equals"),
    ("ne", "not_equals"),
    (">", "greater_than"),
    ("gt", "greater_than"),
    (">=", "greater_than_or_equal"),
    ("gte", "greater_than_or_equal"),
    ("<", "less_than"),
    ("lt", "less_than"),
    ("<=", "less_than_or_equal"),
    ("lte", "less_than_or_equal"),
    ("in", "in_list"),
    ("not_in", "not_in_list"),
    ("is_null", "is_empty"),
    ("is_not_null", "is_not_empty"),
];

fn suggest_operator<'a>(name: &str, taken: &[&'a str]) -> Option<&'a str> {
    let typed = name.trim().to_lowercase().replace([' ', '-'], "_");
    let known = OTHER_WORDS.iter().find(|(word, _)| *word == typed).map(|(_, ours)| *ours).filter(|ours| taken.contains(ours));
    known.or_else(|| text::nearest(&typed, taken.iter().copied()))
}
