//! Mistakes in groups, related groups, phrases that count from today and rules on segments, and documents beyond a limit.
//!
//! As in `mistakes`, one mistake in each wrong node, where its place cannot be argued about. Left out: `null` for a word that may be
//! missing, and whatever else is wrong beside a form, a relation or an aggregate that we do not know.

use serde_json::{Value, json};
use uuid::Uuid;

use super::nodes::{self, Place, Scope};
use super::{Nodes, Pool, Rng, documents, mistakes};

/// A document with a mistake in what is switched on.
pub(crate) fn wrong(rng: &mut Rng, with: Nodes<'_>) -> Value {
    if rng.chance(8) {
        return beyond_limits(rng, with);
    }
    let entity = documents::entity(rng);
    let place = Place::of(entity);
    let mut rules: Vec<Value> = (0..rng.below(3)).map(|_| nodes::node(rng, place.inside(), with)).collect();
    for _ in 0..rng.pick(&[1, 1, 1, 2]) {
        let mut node = wrong_node(rng, place.inside().inside(), with);
        // Deeper in the document, with and without company.
        while with.groups && rng.chance(30) && depth_of(&node) < nodes::MOST_DEPTH {
            let beside = (0..rng.below(2)).map(|_| nodes::rule(rng, place.scope)).collect::<Vec<_>>();
            node = nodes::around(rng, [beside, vec![node]].concat());
        }
        rules.insert(rng.below(rules.len() + 1), node);
    }
    documents::around(rng, entity, rules)
}

/// How many groups stand inside one another, the node with them, whatever is wrong with them.
fn depth_of(node: &Value) -> usize {
    let is_group = ["relation", "match_type", "rules"].iter().any(|key| node.get(key).is_some());
    let inside = node.get("rules").and_then(Value::as_array).and_then(|nodes| nodes.iter().map(depth_of).max());
    usize::from(is_group) + inside.unwrap_or(0)
}

fn wrong_node(rng: &mut Rng, place: Place, with: Nodes<'_>) -> Value {
    let forms: Vec<usize> = [(0, with.groups), (1, with.related), (2, with.relative), (3, with.segments.is_some())]
        .into_iter()
        .filter_map(|(form, may_come)| may_come.then_some(form))
        .collect();
    match (rng.pick(&forms), with.segments) {
        (0, _) => wrong_group(rng, place, with),
        (1, _) if rng.chance(50) => wrong_related(rng, place, with),
        (1, _) => wrong_test(rng, place, with),
        (3, Some(pool)) => wrong_segment(rng, pool),
        _ => wrong_relative(rng, place.scope),
    }
}

fn removed(mut node: Value, key: &str) -> Value {
    if let Some(object) = node.as_object_mut() {
        object.remove(key);
    }
    node
}

fn with_key(mut node: Value, key: &str, value: Value) -> Value {
    node[key] = value;
    node
}

fn wrong_group(rng: &mut Rng, place: Place, with: Nodes<'_>) -> Value {
    let nodes = vec![nodes::node(rng, place.inside(), with)];
    let group = nodes::around(rng, nodes);
    let none = rng.pick(&[json!([]), json!(null), json!({}), json!("x"), json!(5)]);
    match rng.below(6) {
        0 => with_key(group, "match_type", rng.pick(&[json!("ALL"), json!("each"), json!(5), json!(""), json!(["any"])])),
        1 => with_key(group, "rules", none),
        2 => json!({"match_type": rng.pick(&["all", "any", "none"])}),
        3 => with_key(group, rng.pick(&["include_empty", "entity", "field", "note", "a/b~c"]), json!(true)),
        4 => with_key(group, "rules", json!([rng.pick(&[json!("rule"), json!(5), json!([]), json!(null)])])),
        _ => {
            let rule = match place.scope {
                Scope::Entity(entity) => mistakes::wrong_rule(rng, entity),
                Scope::Contract => json!({}),
            };
            nodes::around(rng, vec![rule])
        }
    }
}

/// Something wrong with a related group without an aggregate, or inside it.
fn wrong_related(rng: &mut Rng, place: Place, with: Nodes<'_>) -> Value {
    let rule = nodes::rule(rng, Scope::Contract);
    let related = json!({"relation": "contract", "match_type": rng.pick(&["all", "any", "none"]), "rules": [rule]});
    match rng.below(8) {
        0 => with_key(related, "relation", rng.pick(&[json!("contact"), json!("Contract"), json!("contracts"), json!(5), json!("")])),
        1 => with_key(related, "match_type", rng.pick(&[json!("NONE"), json!("one"), json!(5), json!("")])),
        2 => with_key(related, "rules", rng.pick(&[json!({}), json!("x"), json!(null), json!(5)])),
        3 => removed(related, "rules"),
        4 => with_key(related, rng.pick(&["include_empty", "field", "note", "entity"]), json!(true)),
        5 => with_key(related, rng.pick(&["of", "operator", "value"]), rng.pick(&[json!("value"), json!("equals"), json!(1)])),
        6 => {
            let inner = wrong_test(rng, place, with);
            let inner = if rng.chance(50) { inner } else { nodes::around(rng, vec![inner]) };
            with_key(related, "rules", json!([inner]))
        }
        _ => {
            let rule = wrong_rule_of_contract(rng, with);
            let rule = if rng.chance(50) { rule } else { nodes::around(rng, vec![rule]) };
            with_key(related, "rules", json!([rule]))
        }
    }
}

/// A rule that may not stand in a related group: on a field that no contract has, or wrong in itself.
fn wrong_rule_of_contract(rng: &mut Rng, with: Nodes<'_>) -> Value {
    let elsewhere = ["name", "email", "company.name", "contact.name", "contract.notes", "location_count", "contract.contract.status", ""];
    match (rng.below(6), with.segments) {
        (0, Some(pool)) => nodes::segment(rng, &pool.good),
        (0..3, _) => json!({"field": rng.pick(&elsewhere), "operator": "equals", "value": "x"}),
        (3, _) => json!({"field": rng.pick(&["status", "contract.status"]), "operator": "greater_than", "value": 1}),
        (4, _) => json!({"field": "end_date", "operator": "less_than", "value": rng.pick(&["2026-02-29", "soon"])}),
        _ => json!({"match_type": "any", "rules": []}),
    }
}

/// Something wrong with an aggregate.
fn wrong_test(rng: &mut Rng, place: Place, with: Nodes<'_>) -> Value {
    let nodes = vec![nodes::node(rng, place.inside_related(), with)];
    let mut related = with_key(nodes::around(rng, nodes), "relation", json!("contract"));
    let sums = rng.chance(50);
    related["aggregate"] = json!(if sums { "sum" } else { "count" });
    related["operator"] = json!(rng.pick(&["equals", "not_equals", "greater_than", "less_than_or_equal"]));
    related["value"] = json!(2);
    if sums {
        related["of"] = json!("value");
    }
    let operators = [json!("contains"), json!("in_list"), json!("is_empty"), json!("in_the_last"), json!("EQUALS"), json!(""), json!(5)];
    let numbers = [
        json!(null),
        json!(""),
        json!(" \t"),
        json!("many"),
        json!(true),
        json!({}),
        json!([1]),
        json!("1,000"),
        json!("1e30"),
        json!("+5"),
    ];
    match rng.below(6) {
        0 => with_key(related, "aggregate", rng.pick(&[json!("avg"), json!("COUNT"), json!(5), json!(""), json!(["sum"])])),
        1 if sums && rng.chance(50) => removed(related, "of"),
        1 => with_key(related, "of", if sums { rng.pick(&[json!("amount"), json!("contract.value"), json!(5)]) } else { json!("value") }),
        2 if rng.chance(30) => removed(related, "operator"),
        2 => with_key(related, "operator", rng.pick(&operators)),
        3 if rng.chance(30) => removed(related, "value"),
        3 => with_key(related, "value", rng.pick(&numbers)),
        _ => with_key(with_key(related, "operator", json!("between")), "value", wrong_pair(rng)),
    }
}

fn wrong_pair(rng: &mut Rng) -> Value {
    rng.pick(&[
        json!([2, 1]),
        json!(["5", 4.5]),
        json!([1]),
        json!([1, 2, 3]),
        json!([]),
        json!(null),
        json!(5),
        json!("59"),
        json!([null, 1]),
        json!([1, "many"]),
        json!([true, false]),
        json!({"from": 1, "to": 2}),
    ])
}

fn wrong_relative(rng: &mut Rng, scope: Scope) -> Value {
    let (prefix, field) = rng.pick(&nodes::dated(scope));
    let path = format!("{prefix}{}", field.name);
    let operator = rng.pick(&["in_the_last", "in_the_next", "before_the_last", "after_the_next"]);
    let phrase = json!({"amount": 5, "unit": rng.pick(&["days", "weeks", "months"])});
    let rule = json!({"field": path, "operator": operator, "value": phrase});
    let amounts =
        [json!(0), json!(1_001), json!(-1), json!(1.5), json!("x"), json!(""), json!(null), json!(true), json!([1]), json!("1e9")];
    let units = [json!("day"), json!("years"), json!("Days"), json!(""), json!(5), json!(null)];
    let words = [json!("this_decade"), json!("Today"), json!(""), json!(null), json!(5), json!(["today"]), phrase.clone()];
    match rng.below(9) {
        0 => {
            with_key(rule, "value", rng.pick(&[json!(5), json!("90 days"), json!([]), json!(null), json!(""), json!(true), json!("today")]))
        }
        1 => removed(rule, "value"),
        2 => with_key(rule, "value", with_key(phrase, "amount", rng.pick(&amounts))),
        3 => with_key(rule, "value", with_key(phrase, "unit", rng.pick(&units))),
        4 => with_key(rule, "value", rng.pick(&[removed(phrase.clone(), "amount"), removed(phrase, "unit"), json!({})])),
        5 => with_key(rule, "value", with_key(phrase, rng.pick(&["from", "a/b~c", "Amount"]), json!(1))),
        6 => with_key(with_key(rule, "operator", json!("is_within")), "value", rng.pick(&words)),
        7 => removed(with_key(rule, "operator", json!("is_within")), "value"),
        _ => with_key(rule, "field", json!(rng.pick(&["contract.status", "contract.value", "contract.auto_renew", "name"]))),
    }
}

fn wrong_segment(rng: &mut Rng, pool: &Pool) -> Value {
    let rule = nodes::segment(rng, &pool.good);
    let missing = Uuid::from_u128(u128::from(rng.next()));
    let operators = [json!("equals"), json!("in_list"), json!("is_empty"), json!("IN_SEGMENT"), json!(""), json!(5), json!(null)];
    let values = [json!(null), json!(""), json!("x"), json!(5), json!([pool.good[0]]), json!({}), json!(true)];
    match rng.below(8) {
        0 => with_key(rule, "field", json!(rng.pick(&["name", "contract.status", "created_at"]))),
        1 => with_key(rule, "operator", rng.pick(&operators)),
        2 => removed(rule, rng.pick(&["operator", "value"])),
        3 => with_key(rule, "value", rng.pick(&values)),
        4 => with_key(rule, "include_empty", json!(rng.chance(50))),
        5 => with_key(rule, "value", json!(missing)),
        _ => nodes::segment(rng, &pool.bad),
    }
}

/// One limit passed, and nothing else wrong.
pub(crate) fn beyond_limits(rng: &mut Rng, with: Nodes<'_>) -> Value {
    let entity = documents::entity(rng);
    let long = "é".repeat(501);
    let rule = json!({"field": "name", "operator": "equals", "value": "x"});
    let rules = match rng.below(if with.groups { 6 } else { 4 }) {
        0 => vec![rule; 101],
        1 => vec![json!({"field": "name", "operator": "in_list", "value": vec!["x"; 1_001]})],
        2 => vec![documents::rule(rng, entity), json!({"field": "name", "operator": "contains", "value": long})],
        3 => vec![json!({"field": "name", "operator": "not_in_list", "value": ["x", long, "y", long]})],
        // Eleven groups of ten rules, and one rule in six groups.
        4 => (0..11).map(|_| nodes::around(rng, vec![rule.clone(); 10])).collect(),
        _ => {
            let mut tower = rule;
            for level in 0..=nodes::MOST_DEPTH {
                tower = nodes::around(rng, vec![tower]);
                if level == 0 && with.related {
                    tower = json!({"relation": "contract", "rules": []});
                }
            }
            vec![documents::rule(rng, entity), tower]
        }
    };
    documents::around(rng, entity, rules)
}
