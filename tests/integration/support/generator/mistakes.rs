//! Documents that are wrong in one place or in several, so that places of errors can be compared.
//!
//! Each mistake is made where its place cannot be argued about: one mistake a rule (but for keys), limits never together with other
//! mistakes, a wrong entity only over fields that both entities know.

use serde_json::{Value, json};

use super::{Nodes, Rng, documents, wrong_nodes};
use crate::support::evaluator::catalogue::Entity;

/// A document with at least one mistake.
pub(crate) fn wrong(rng: &mut Rng, with: Nodes<'_>) -> Value {
    if !with.is_flat() && rng.chance(70) {
        return wrong_nodes::wrong(rng, with);
    }
    match rng.below(10) {
        0..2 => wrong_around(rng),
        2 => wrong_nodes::beyond_limits(rng, with),
        _ => wrong_rules(rng),
    }
}

fn wrong_rules(rng: &mut Rng) -> Value {
    let entity = documents::entity(rng);
    let mistakes = rng.pick(&[1, 1, 1, 2, 3]);
    let mut rules: Vec<Value> = (0..rng.below(3)).map(|_| documents::rule(rng, entity)).collect();
    for _ in 0..mistakes {
        let place = rng.below(rules.len() + 1);
        rules.insert(place, wrong_rule(rng, entity));
    }
    let mut document = documents::around(rng, entity, rules);
    if rng.chance(10) {
        document["note"] = json!("an unknown key");
    }
    document
}

/// Something wrong with the document itself.
fn wrong_around(rng: &mut Rng) -> Value {
    let entity = documents::entity(rng);
    let rules = vec![documents::rule(rng, entity)];
    let mut document = documents::around(rng, entity, rules);
    match rng.below(9) {
        0 => document["match_type"] = rng.pick(&[json!("none"), json!("ALL"), json!(5), json!("")]),
        1 => document["rules"] = rng.pick(&[json!([]), json!(null), json!({}), json!("x")]),
        2 => drop(document.as_object_mut().and_then(|object| object.remove("rules"))),
        3 => document["a/b~c"] = json!(1),
        4 => document["status"] = json!(null),
        5 => return rng.pick(&[json!({}), json!(null), json!([]), json!("x"), json!(5)]),
        6 => {
            document["match_type"] = json!("each");
            document["rules"] = json!([]);
        }
        _ => return wrong_entity(rng),
    }
    document
}

fn wrong_entity(rng: &mut Rng) -> Value {
    let entity = rng.pick(&[json!("lead"), json!("Contact"), json!(1), json!("")]);
    let field = rng.pick(&["contract.status", "name", "email"]);
    json!({"entity": entity, "match_type": "all", "rules": [{"field": field, "operator": "contains", "value": "a"}]})
}

/// Fields of each type, as the entity names them.
struct Names {
    text: &'static str,
    number: &'static str,
    boolean: &'static str,
    date: &'static str,
    timestamp: &'static str,
}

impl Names {
    fn of(rng: &mut Rng, entity: Entity) -> Names {
        let timestamp = "created_at";
        let date = rng.pick(&["contract.start_date", "contract.end_date"]);
        match entity {
            Entity::Contact => Names {
                text: rng.pick(&["title", "company.industry", "contract.status"]),
                number: rng.pick(&["company.location_count", "contract.value"]),
                boolean: rng.pick(&["is_primary", "unsubscribed", "company.is_active", "contract.auto_renew"]),
                date,
                timestamp: rng.pick(&[timestamp, "last_contacted"]),
            },
            Entity::Company => Names {
                text: rng.pick(&["city", "industry", "contract.status"]),
                number: rng.pick(&["location_count", "contract.value"]),
                boolean: rng.pick(&["is_active", "contract.is_active"]),
                date,
                timestamp,
            },
        }
    }

    fn any(&self, rng: &mut Rng) -> &'static str {
        rng.pick(&[self.text, self.number, self.boolean, self.date, self.timestamp])
    }
}

pub(crate) fn wrong_rule(rng: &mut Rng, entity: Entity) -> Value {
    let names = Names::of(rng, entity);
    match rng.below(8) {
        0 => wrong_name(rng, entity, &names),
        1 => wrong_shape(rng, entity),
        2 => wrong_flag(rng, &names),
        3 => blank_value(rng, &names),
        4 => wrong_pair(rng, &names),
        5 => wrong_list(rng, &names),
        _ => wrong_value(rng, &names),
    }
}

fn with(field: &str, operator: &str, value: &Value) -> Value {
    json!({"field": field, "operator": operator, "value": value})
}

/// An unknown field, an unknown operator, or an operator that the field does not take.
fn wrong_name(rng: &mut Rng, entity: Entity, names: &Names) -> Value {
    let unknown = [
        "nonsense",
        "Name",
        "id",
        "company_id",
        "company__name",
        "contract.company_id",
        "contact.name",
        "company.company.name",
        "name__regex",
        "contract.",
        "",
        "contract.notes",
        "a\"b",
    ];
    let elsewhere = ["department", "company.name", "last_contacted", "mobile"];
    let x = json!("x");
    match rng.below(6) {
        0 => with(rng.pick(&unknown), "equals", &x),
        1 if entity == Entity::Company => with(rng.pick(&elsewhere), "equals", &x),
        1 => with(rng.pick(&["city", "industry", "status", "location_count"]), "equals", &x),
        2 => with(names.any(rng), rng.pick(&["like", "EQUALS", "equal", "", "matches", " equals"]), &x),
        3 => with(names.text, rng.pick(&["greater_than", "between", "less_than_or_equal"]), &x),
        4 => with(names.boolean, rng.pick(&["contains", "less_than", "between", "starts_with"]), &x),
        _ => with(
            rng.pick(&[names.number, names.date, names.timestamp]),
            rng.pick(&["contains", "not_contains", "starts_with", "ends_with"]),
            &x,
        ),
    }
}

/// Not an object, or keys that are missing, unknown or of the wrong type.
fn wrong_shape(rng: &mut Rng, entity: Entity) -> Value {
    let mut rule = json!({"field": "name", "operator": "contains", "value": "a"});
    let missing = rng.pick(&["field", "operator", "value"]);
    match rng.below(6) {
        0 => return rng.pick(&[json!("rule"), json!(5), json!([]), json!(null), json!(true)]),
        1 => rule["field"] = rng.pick(&[json!(5), json!(null), json!(["name"])]),
        2 => rule["operator"] = rng.pick(&[json!(5), json!(null), json!({})]),
        3 => drop(rule.as_object_mut().and_then(|object| object.remove(missing))),
        4 => rule["valeu"] = json!("x"),
        _ => {
            rule = documents::rule(rng, entity);
            rule["a/b~c"] = json!(null);
            rule["Field"] = json!("name");
        }
    }
    rule
}

fn wrong_flag(rng: &mut Rng, names: &Names) -> Value {
    let (operator, value) = rng.pick(&[
        ("is_empty", json!("x")),
        ("is_not_empty", json!(null)),
        ("equals", json!(null)),
        ("not_equals", json!("")),
        ("equals", json!("  ")),
    ]);
    let (field, operator, value, flag) = if rng.chance(30) {
        (names.text, "equals", json!("x"), rng.pick(&[json!("true"), json!(1), json!([])]))
    } else {
        (names.any(rng), operator, value, json!(rng.chance(50)))
    };
    json!({"field": field, "operator": operator, "value": value, "include_empty": flag})
}

fn blank_value(rng: &mut Rng, names: &Names) -> Value {
    let blank = rng.pick(&[json!(null), json!(""), json!(" \t"), json!("\u{a0}\u{3000}")]);
    match rng.below(4) {
        0 => with(names.text, rng.pick(&["contains", "not_contains", "starts_with", "ends_with"]), &blank),
        1 => with(rng.pick(&[names.number, names.date, names.timestamp]), rng.pick(&["greater_than", "less_than", "between"]), &blank),
        2 => with(names.any(rng), rng.pick(&["in_list", "not_in_list"]), &blank),
        _ => with(names.text, "in_list", &json!(["a", blank, "b", ""])),
    }
}

fn wrong_pair(rng: &mut Rng, names: &Names) -> Value {
    let numbers = [
        json!([2, 1]),
        json!(["5", 4.5]),
        json!([1]),
        json!([1, 2, 3]),
        json!([]),
        json!(5),
        json!("59"),
        json!([null, 1]),
        json!([1, "many"]),
        json!([true, false]),
        json!({"from": 1, "to": 2}),
    ];
    let days = [
        json!(["2026-01-02", "2026-1-1"]),
        json!(["2026-01-01"]),
        json!(["2026-02-30", "2026-13-01"]),
        json!("2026-01-01"),
        json!(["2026-01-01", ""]),
        json!(["9999-12-31", "0001-01-01"]),
    ];
    let moments = [
        json!(["2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"]),
        json!(["2026-01-01T00:00:00+07:00", "2026-01-01T00:00:00+08:00"]),
        json!(["2026-01-10", "2026-01-01T00:00:00Z"]),
        json!(["2026-01-10T00:00:00Z", "2026-01-01"]),
    ];
    match rng.below(4) {
        0 => with(names.number, "between", &rng.pick(&numbers)),
        1 => with(names.date, "between", &rng.pick(&days)),
        2 => with(names.timestamp, "between", &rng.pick(&days)),
        _ => with(names.timestamp, "between", &rng.pick(&moments)),
    }
}

fn wrong_list(rng: &mut Rng, names: &Names) -> Value {
    let operator = rng.pick(&["in_list", "not_in_list"]);
    match rng.below(6) {
        0 => with(names.any(rng), operator, &rng.pick(&[json!([]), json!("a,b"), json!(5), json!({"a": 1}), json!(true)])),
        1 => with(names.text, operator, &json!(["a", true, ["b"], {"c": 1}, "n\0l"])),
        2 => with(names.number, operator, &json!([1, "x", false, null])),
        3 => with(names.boolean, operator, &json!([true, "maybe", 2, null])),
        4 => with(names.date, operator, &json!(["2026-1-1", "2026-01-01T00:00:00Z", 20_260_101])),
        _ => with(names.timestamp, operator, &json!(["2026-1-1", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z"])),
    }
}

fn wrong_value(rng: &mut Rng, names: &Names) -> Value {
    let equals = rng.pick(&["equals", "not_equals"]);
    let compare = rng.pick(&["equals", "not_equals", "greater_than", "less_than_or_equal"]);
    let numbers = [
        json!("many"),
        json!("1,000"),
        json!("NaN"),
        json!("Infinity"),
        json!("+5"),
        json!(".5"),
        json!("5."),
        json!("0x10"),
        json!("1 000"),
        json!(true),
        json!([5]),
        json!({}),
        json!("1e30"),
        json!("1234567890123456789012345678901"),
        json!("1e999999999"),
        json!("-1e999999999"),
        json!("5\0"),
        json!("٥"),
    ];
    let dates = [
        json!("2026-02-29"),
        json!("2026-13-01"),
        json!("0000-01-01"),
        json!("10000-01-01"),
        json!("2026/01/01"),
        json!("tomorrow"),
        json!(20_260_101),
        json!(true),
        json!(["2026-01-01"]),
        json!("01-02-2026"),
        json!("2026-01-01T00:00:00"),
        json!("2026-01-01x"),
    ];
    match rng.below(6) {
        0 => with(names.text, equals, &rng.pick(&[json!(true), json!({}), json!(["a"]), json!("a\0b")])),
        1 => with(names.text, "contains", &rng.pick(&[json!(false), json!(["a"]), json!({"a": 1}), json!("\0")])),
        2 => with(names.number, compare, &rng.pick(&numbers)),
        3 => with(
            names.boolean,
            equals,
            &rng.pick(&[json!(2), json!("maybe"), json!("y"), json!([true]), json!({}), json!(-1), json!("10")]),
        ),
        4 => with(names.date, compare, &if rng.chance(20) { json!("2026-01-01T00:00:00Z") } else { rng.pick(&dates) }),
        _ => with(names.timestamp, compare, &rng.pick(&dates)),
    }
}
