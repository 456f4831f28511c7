//! Valid documents: every field, every operator that it takes, and values near those of the rows.
//!
//! Left out, because criteria.md can be read in two ways: exponents in a number for a text field, fractions below 1 or trailing zeros near
//! the limit of 30 digits, blanks around dates, moments without seconds or finer than a microsecond, `between` a day and a moment close to it.

use bigdecimal::BigDecimal;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{Nodes, Rng, nodes, pools};
use crate::support::evaluator::catalogue::{self, Entity, Field, Kind};
use crate::support::evaluator::{Arity, OPERATORS, Operator};

/// A document without a mistake.
pub(crate) fn valid(rng: &mut Rng, with: Nodes<'_>) -> Value {
    let entity = entity(rng);
    let number = rng.pick(&[1, 1, 1, 2, 2, 3, 4, 6]);
    let rules = (0..number).map(|_| nodes::node(rng, nodes::Place::of(entity), with)).collect();
    around(rng, entity, rules)
}

pub(crate) fn entity(rng: &mut Rng) -> Entity {
    if rng.chance(60) { Entity::Contact } else { Entity::Company }
}

/// The document with these rules; what may be missing is missing at times.
pub(crate) fn around(rng: &mut Rng, entity: Entity, rules: Vec<Value>) -> Value {
    let mut document = Map::new();
    match entity {
        Entity::Contact if rng.chance(30) => {}
        Entity::Contact => drop(document.insert("entity".to_owned(), json!("contact"))),
        Entity::Company => drop(document.insert("entity".to_owned(), json!("company"))),
    }
    if rng.chance(80) {
        document.insert("match_type".to_owned(), json!(rng.pick(&["all", "any"])));
    }
    document.insert("rules".to_owned(), Value::Array(rules));
    Value::Object(document)
}

/// A rule without a mistake.
pub(crate) fn rule(rng: &mut Rng, entity: Entity) -> Value {
    let (path, field) = field(rng, entity);
    rule_on(rng, &path, &field)
}

/// A rule without a mistake on this field.
pub(crate) fn rule_on(rng: &mut Rng, path: &str, field: &Field) -> Value {
    let operators: Vec<_> = OPERATORS.iter().filter(|(_, operator)| operator.takes(field.kind)).collect();
    let (name, operator) = *rng.pick(&operators);
    let mut rule = Map::new();
    rule.insert("field".to_owned(), json!(path));
    rule.insert("operator".to_owned(), json!(name));
    let says_nothing = matches!(operator, Operator::Equals | Operator::NotEquals) && rng.chance(10);
    let value = if says_nothing { Some(rng.pick(&[json!(null), json!(""), json!(" \u{a0}")])) } else { value(rng, field, operator) };
    if let Some(value) = value {
        rule.insert("value".to_owned(), value);
    }
    if operator.arity() != Arity::Nothing && !says_nothing && rng.chance(25) {
        rule.insert("include_empty".to_owned(), json!(rng.chance(50)));
    }
    Value::Object(rule)
}

/// A field that the entity can reach, and its path. Contracts come often: they have the most to say.
fn field(rng: &mut Rng, entity: Entity) -> (String, Field) {
    let (prefix, fields) = match (entity, rng.below(10)) {
        (_, 0..3) => ("contract.", catalogue::CONTRACT),
        (Entity::Contact, 3) => ("company.contracts.", catalogue::CONTRACT),
        (Entity::Contact, 4..6) => ("company.", catalogue::COMPANY),
        (Entity::Contact, _) => ("", catalogue::CONTACT),
        (Entity::Company, _) => ("", catalogue::COMPANY),
    };
    let field = rng.pick(fields);
    (format!("{prefix}{}", field.name), field)
}

/// What stands under `value`; `is_empty` may go without.
fn value(rng: &mut Rng, field: &Field, operator: Operator) -> Option<Value> {
    Some(match operator.arity() {
        Arity::Nothing => {
            return rng.pick(&[None, None, Some(json!(null)), Some(json!("x")), Some(json!({"a": [1]}))]);
        }
        Arity::One => item(rng, field, operator),
        Arity::Amount | Arity::Period => panic!("{operator:?} is none of the flat operators"),
        Arity::Pair => pair(rng, field),
        Arity::List => {
            let number = rng.pick(&[1, 2, 3, 3, 5, 12]);
            (0..number).map(|_| item(rng, field, operator)).collect()
        }
    })
}

fn item(rng: &mut Rng, field: &Field, operator: Operator) -> Value {
    match field.kind {
        Kind::Text if matches!(operator.arity(), Arity::List) => whole_text(rng, field),
        Kind::Text if matches!(operator, Operator::Equals | Operator::NotEquals) => whole_text(rng, field),
        Kind::Text => part_of_text(rng, field, operator),
        Kind::Number => literal(rng.pick_early(pools::NUMBERS)),
        Kind::Boolean => boolean(rng),
        Kind::Date => day_item(rng),
        Kind::Timestamp if rng.chance(60) => day_item(rng),
        Kind::Timestamp => moment_item(rng),
    }
}

/// A number is kept as it is typed, never made a float.
pub(crate) fn literal(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn boolean(rng: &mut Rng) -> Value {
    let names = [
        json!(true),
        json!(false),
        json!(1),
        json!(0),
        json!("true"),
        json!("FALSE"),
        json!("t"),
        json!("f"),
        json!(" Yes "),
        json!("no"),
        json!("1"),
        json!("0"),
    ];
    rng.pick(&names)
}

/// A text of the rows that is not blank.
fn filled_text(rng: &mut Rng, field: &Field) -> String {
    let texts: Vec<&str> =
        pools::texts(field).into_iter().filter(|text| text.chars().any(|character| !character.is_whitespace())).collect();
    (rng.pick_early(&texts)).to_owned()
}

/// A whole text, written as people write: in another case, decomposed, with blanks around it, as a label, as a number.
fn whole_text(rng: &mut Rng, field: &Field) -> Value {
    let mut text = filled_text(rng, field);
    if !field.choices.is_empty() && rng.chance(30) {
        text = rng.pick(field.choices).1.to_owned();
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && rng.chance(50) {
        return literal(&text);
    }
    let text = retyped(rng, &text);
    match rng.below(10) {
        0 => json!(format!("  {text}\t")),
        1 => json!(format!("\u{a0}{text}\u{3000}")),
        _ => json!(text),
    }
}

/// A few characters of a text, its blanks included, but not of blanks only: from where the operator looks, or from anywhere.
fn part_of_text(rng: &mut Rng, field: &Field, operator: Operator) -> Value {
    let characters: Vec<char> = filled_text(rng, field).nfc().collect();
    let length = 1 + rng.below(3).min(rng.below(characters.len()));
    let last = characters.len() - length;
    let start = match operator {
        Operator::StartsWith => 0,
        Operator::EndsWith => last,
        _ => rng.below(last + 1),
    };
    let part: String = characters.iter().skip(start).take(length).collect();
    let part = if part.chars().all(char::is_whitespace) { characters.iter().collect() } else { part };
    match rng.below(12) {
        0 => json!(format!(" {part}")),
        1 => json!(format!("{part} ")),
        2 => json!(rng.pick(&["%", "_", "\\", "'", "\"", "*"])),
        3 => json!(5),
        _ => json!(retyped(rng, &part)),
    }
}

fn retyped(rng: &mut Rng, text: &str) -> String {
    match rng.below(6) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        2 => text.nfd().collect(),
        _ => text.to_owned(),
    }
}

fn day_item(rng: &mut Rng) -> Value {
    let day = any_day(rng);
    json!(day_text(rng, day))
}

fn moment_item(rng: &mut Rng) -> Value {
    let moment = any_moment(rng);
    json!(moment_text(rng, moment))
}

fn any_day(rng: &mut Rng) -> NaiveDate {
    pools::day(rng.pick_early(pools::DAYS))
}

fn any_moment(rng: &mut Rng) -> DateTime<Utc> {
    pools::moment(rng.pick_early(pools::MOMENTS))
}

fn day_text(rng: &mut Rng, day: NaiveDate) -> String {
    if rng.chance(30) { format!("{:04}-{}-{}", day.year(), day.month(), day.day()) } else { day.format("%Y-%m-%d").to_string() }
}

fn moment_text(rng: &mut Rng, moment: DateTime<Utc>) -> String {
    let offset = FixedOffset::east_opt(rng.pick(&[7 * 3600, -3 * 3600, 5 * 3600 + 45 * 60, 0]));
    match offset {
        // Another offset could leave the years 1 to 9999.
        Some(offset) if (2..9999).contains(&moment.year()) => {
            moment.with_timezone(&offset).to_rfc3339_opts(SecondsFormat::AutoSi, rng.chance(50))
        }
        _ => moment.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    }
}

/// Two values the right way round.
fn pair(rng: &mut Rng, field: &Field) -> Value {
    match field.kind {
        Kind::Timestamp if rng.chance(40) => pair_of_moments(rng),
        Kind::Timestamp if rng.chance(30) => pair_of_day_and_moment(rng),
        Kind::Date | Kind::Timestamp => pair_of_days(rng),
        Kind::Number | Kind::Text | Kind::Boolean => pair_of_numbers(rng, pools::NUMBERS),
    }
}

pub(crate) fn pair_of_numbers(rng: &mut Rng, pool: &[&str]) -> Value {
    let mut texts = [rng.pick_early(pool), rng.pick_early(pool)];
    texts.sort_by_key(|text| match text.trim_matches(['"', ' ']).parse::<BigDecimal>() {
        Ok(number) => number,
        Err(error) => panic!("{text}: {error}"),
    });
    Value::Array(texts.into_iter().map(literal).collect())
}

fn pair_of_days(rng: &mut Rng) -> Value {
    let mut days = [any_day(rng), any_day(rng)];
    days.sort_unstable();
    json!([day_text(rng, days[0]), day_text(rng, days[1])])
}

fn pair_of_moments(rng: &mut Rng) -> Value {
    let mut moments = [any_moment(rng), any_moment(rng)];
    moments.sort_unstable();
    json!([moment_text(rng, moments[0]), moment_text(rng, moments[1])])
}

/// Far enough apart that no zone makes a question of which comes first.
fn pair_of_day_and_moment(rng: &mut Rng) -> Value {
    let (day, moment) = (any_day(rng), any_moment(rng));
    let apart = (moment.date_naive() - day).num_days();
    let (day, moment) = (day_text(rng, day), moment_text(rng, moment));
    match apart {
        3.. => json!([day, moment]),
        ..=-3 => json!([moment, day]),
        _ => pair_of_days(rng),
    }
}
