//! Filter criteria, from JSON to members: both engines against each other and against a plain evaluator that was written
//! from the specification, not from the SQL.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use customer_segments::criteria::{Calendar, Criteria, MatchType, Problem, Scope, describe, resolve};
use customer_segments::db::{AnyConnection, Db};
use customer_segments::error::Result;
use customer_segments::segments::Members;
use customer_segments::segments::funnel::{Funnel, Step};
use customer_segments::segments::referred::Naming;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::evaluator::{self, Segments, World, catalogue};
use crate::support::generator::{self, Nodes, Pool, Rng};
use crate::support::stored::{store, store_segments};
use crate::support::{TestDb, on_engines};

const BANGKOK: Tz = Tz::Asia__Bangkok;

/// The members of a document, or the places of its errors.
fn members(connection: &mut AnyConnection, document: &Value, zone: Tz) -> Result<Result<BTreeSet<Uuid>, BTreeSet<String>>> {
    Ok(evaluate(connection, document, on(zone, TODAY))?.map(|(_, ids)| ids))
}

/// The day on which most of these tests happen.
const TODAY: &str = "2026-11-22";

fn on(zone: Tz, today: &str) -> evaluator::Calendar {
    evaluator::Calendar { zone, today: today.parse().expect("a day") }
}

/// A predicate with its members, or the places of errors.
type Evaluated = Result<(Members, BTreeSet<Uuid>), BTreeSet<String>>;

/// The predicate of a document with its members, or the places of its errors.
fn evaluate(connection: &mut AnyConnection, document: &Value, on: evaluator::Calendar) -> Result<Evaluated> {
    let calendar = Calendar { zone: on.zone, today: on.today };
    let naming = Naming::read(connection, None, document)?;
    let criteria = match resolve(document, naming.scope(calendar)) {
        Ok(criteria) => criteria,
        Err(problems) => return Ok(Err(pointers(&problems))),
    };
    assert!(describe(&criteria).ends_with('.'), "{document}");
    let members = Members::of_criteria(&criteria);
    let ids: BTreeSet<Uuid> = members.ids(connection)?.into_iter().map(|id| id.0).collect();
    Ok(Ok((members, ids)))
}

/// Count, stream, page and numbers say the same.
fn agrees_with_itself(connection: &mut AnyConnection, document: &Value, members: &Members, ids: &BTreeSet<Uuid>) -> Result<()> {
    let count = members.count(connection)?;
    assert_eq!(usize::try_from(count).unwrap(), ids.len(), "the count of {document}");
    assert!(!members.are_more_than(connection, count)? && (count == 0 || members.are_more_than(connection, count - 1)?), "{document}");
    let mut streamed = Vec::new();
    members.stream(connection, |_, rows| {
        streamed.extend(rows.iter().map(|row| row.contact.id.0));
        Ok(()) as Result<()>
    })?;
    assert_eq!(streamed.len(), ids.len(), "twice in the stream of {document}");
    assert_eq!(&streamed.iter().copied().collect::<BTreeSet<_>>(), ids, "the stream of {document}");
    // Told that they are very many, or that there is one, a page is read by either plan.
    for told in [i64::MAX, 1] {
        let page: BTreeSet<Uuid> = members.page(connection, told, 10_000, 0)?.into_iter().map(|row| row.contact.id.0).collect();
        assert_eq!(&page, ids, "the page of {document}");
    }
    // Told that they are very many, a page that can be full is looked for among the first contacts, one by one.
    for limit in [count, count - 1, (count + 1) / 2].into_iter().filter(|limit| *limit > 0) {
        let page: Vec<Uuid> = members.page(connection, i64::MAX, limit, 0)?.into_iter().map(|row| row.contact.id.0).collect();
        assert_eq!(page, streamed[..page.len()], "the first of {document}");
        assert_eq!(i64::try_from(page.len()).unwrap(), limit, "the first of {document}");
    }
    assert_eq!(members.numbers(connection)?.members, count, "the numbers of {document}");
    Ok(())
}

fn pointers(problems: &[Problem]) -> BTreeSet<String> {
    for problem in problems {
        assert!(problem.detail.len() > 10 && problem.detail.ends_with(['.', '?']), "a sentence: {problem:?}");
    }
    problems.iter().map(|problem| problem.pointer.clone()).collect()
}

fn expected(world: &World, segments: &Segments, document: &Value, on: evaluator::Calendar) -> Result<BTreeSet<Uuid>, BTreeSet<String>> {
    let found = evaluator::members_on(world, document, on, segments);
    found.map_err(|errors| errors.into_iter().map(|(pointer, _)| pointer).collect())
}

fn agrees(db: &Db, world: &World, documents: &[Value], zone: Tz) {
    agrees_on(db, world, documents, on(zone, TODAY));
}

fn agrees_on(db: &Db, world: &World, documents: &[Value], on: evaluator::Calendar) {
    agrees_among(db, world, &Segments::new(), documents, on);
}

/// The segments are stored like the world.
fn agrees_among(db: &Db, world: &World, segments: &Segments, documents: &[Value], on: evaluator::Calendar) {
    db.read_unhurried(|connection| {
        for (number, document) in documents.iter().enumerate() {
            let found = evaluate(connection, document, on)?;
            // One predicate feeds them all: every tenth document shows that.
            if let (0, Ok((members, ids))) = (number % 10, &found) {
                agrees_with_itself(connection, document, members, ids)?;
            }
            assert_eq!(found.map(|(_, ids)| ids), expected(world, segments, document, on), "{document}");
        }
        Ok(())
    })
    .expect("every document is answered");
}

/// How many documents are generated: 1,000, or as many as `GENERATED_DOCUMENTS` says (the long run: 10,000).
fn how_many() -> usize {
    std::env::var("GENERATED_DOCUMENTS").map_or(1_000, |number| number.parse().expect("GENERATED_DOCUMENTS is a number"))
}

#[test]
fn generated_documents_have_the_members_that_the_specification_says() {
    let world = generator::world(7, 150);
    let mut rng = Rng::new(20_261_122);
    let documents: Vec<Value> = (0..how_many()).map(|_| generator::document(&mut rng)).collect();
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world);
        agrees(&test.db, &world, &documents, BANGKOK);
    });
}

/// Every operator on a field of every type of every table, with values of every form, both flags, alone and as a complement.
#[test]
fn every_operator_on_every_type_agrees_with_the_specification() {
    let world = generator::world(11, 90);
    let mut documents = Vec::new();
    for entity in [catalogue::Entity::Contact, catalogue::Entity::Company] {
        for (path, kind) in probes(entity) {
            for (operator, _) in evaluator::OPERATORS {
                for value in values(kind, operator) {
                    for flag in [None, Some(true), Some(false)] {
                        let mut rule = json!({"field": path, "operator": operator, "value": value});
                        if let Some(flag) = flag {
                            rule["include_empty"] = flag.into();
                        }
                        let name = if entity == catalogue::Entity::Contact { "contact" } else { "company" };
                        documents.push(json!({"entity": name, "rules": [rule]}));
                    }
                }
            }
        }
    }
    assert!(documents.len() > 2_000, "{} documents", documents.len());
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world);
        agrees(&test.db, &world, &documents, BANGKOK);
    });
}

/// A field of each type on each table.
fn probes(entity: catalogue::Entity) -> Vec<(&'static str, catalogue::Kind)> {
    use catalogue::Kind::{Boolean, Date, Number, Text, Timestamp};
    match entity {
        catalogue::Entity::Contact => vec![
            ("name", Text),
            ("title", Text),
            ("contact_type", Text),
            ("is_primary", Boolean),
            ("unsubscribed", Boolean),
            ("last_contacted", Timestamp),
            ("company.country", Text),
            ("company.location_count", Number),
            ("company.created_at", Timestamp),
            ("contract.status", Text),
            ("contract.value", Number),
            ("contract.end_date", Date),
            ("contract.auto_renew", Boolean),
        ],
        catalogue::Entity::Company => {
            vec![("industry", Text), ("location_count", Number), ("contract.value", Number), ("contract.end_date", Date)]
        }
    }
}

/// Values that hurt: wildcards, quotes, case beyond ASCII, blanks, bounds, fractions, gaps, wrong types.
fn values(kind: catalogue::Kind, operator: &str) -> Vec<Value> {
    use catalogue::Kind::{Boolean, Date, Number, Text, Timestamp};
    let single = match kind {
        Text => vec![
            json!("CAFÉ"),
            json!("%"),
            json!("_"),
            json!("\\"),
            json!("'"),
            json!(" a"),
            json!("ΟΔΟΣ"),
            json!("Hotels & Resorts"),
            json!("กรุงเทพ"),
            json!(12),
            json!(true),
            json!("a\u{0}b"),
        ],
        Number => vec![
            json!(0),
            json!(3.5),
            json!("-1"),
            json!(2_147_483_647),
            json!("99999999999999999999"),
            json!("0.005"),
            json!("1,000"),
            json!(true),
        ],
        Boolean => vec![json!(true), json!("No"), json!(1), json!("maybe")],
        Date => vec![
            json!("2026-11-22"),
            json!("2026-1-1"),
            json!("0001-01-01"),
            json!("9999-12-31"),
            json!("2026-02-30"),
            json!("2026-11-22T00:00:00Z"),
        ],
        Timestamp => vec![
            json!("2026-11-22"),
            json!("9999-12-31"),
            json!("2026-11-21T17:00:00Z"),
            json!("2026-11-22T00:00:00+07:00"),
            json!("9999-12-31T23:59:59.999999Z"),
            json!("2026-11-22T10:00:00"),
        ],
    };
    match operator {
        "is_empty" | "is_not_empty" => vec![json!(null), json!("ignored")],
        "in_list" | "not_in_list" => {
            let mut lists: Vec<Value> = single.iter().map(|value| json!([value])).collect();
            lists.push(Value::Array(single));
            lists.extend([json!([]), json!("x"), json!([null, " "])]);
            lists
        }
        "between" => {
            let mut pairs: Vec<Value> = single.windows(2).map(|pair| json!([pair[0], pair[1]])).collect();
            pairs.extend(single.iter().map(|value| json!([value, value])));
            pairs.extend([json!([]), json!("59"), json!([null, " "])]);
            pairs
        }
        _ => [single, vec![json!(null), json!(""), json!(" \u{3000}"), json!([]), json!({})]].concat(),
    }
}

/// As many days as a list takes, on a timestamp: each is a range of its own.
#[test]
fn a_list_of_a_thousand_days_is_answered() {
    let world = generator::world(19, 40);
    let days: Vec<String> = (0..1_000).map(|day| (chrono::NaiveDate::default() + chrono::Days::new(day * 20)).to_string()).collect();
    let documents: Vec<Value> = ["in_list", "not_in_list"]
        .map(|operator| json!({"rules": [{"field": "created_at", "operator": operator, "value": days}]}))
        .to_vec();
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world);
        agrees(&test.db, &world, &documents, BANGKOK);
    });
}

/// `not_x` is everybody whom `x` is not, whatever is NULL or blank; `all` is the intersection, `any` the union.
#[test]
fn negation_is_the_complement_and_groups_are_sets() {
    let world = generator::world(13, 120);
    let mut rng = Rng::new(99);
    let rules: Vec<Value> =
        (0..400).map(|_| generator::document(&mut rng)).filter_map(|document| document["rules"].get(0).cloned()).collect();
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world);
        let everybody: BTreeSet<Uuid> =
            world.contacts.iter().filter(|contact| contact.is_active && !contact.unsubscribed).map(|contact| contact.id).collect();
        let mut complements = 0;
        test.db
            .read_unhurried(|connection| {
                let mut of = |match_type: &str, rules: &[&Value]| {
                    members(connection, &json!({"entity": "contact", "match_type": match_type, "rules": rules}), BANGKOK)
                };
                for pair in rules.windows(2) {
                    let (Ok(one), Ok(two)) = (of("all", &[&pair[0]])?, of("all", &[&pair[1]])?) else { continue };
                    let is_contract = |rule: &Value| rule["field"].as_str().is_some_and(|field| field.contains("contract"));
                    assert_eq!(of("any", &[&pair[0], &pair[1]])?, Ok(&one | &two), "any of {pair:?}");
                    // Positive contract rules of one `all` meet on one contract: that is less than the intersection.
                    if !(is_contract(&pair[0]) && is_contract(&pair[1])) {
                        assert_eq!(of("all", &[&pair[0], &pair[1]])?, Ok(&one & &two), "all of {pair:?}");
                    }
                    if let Some(opposite) = opposite(&pair[0]) {
                        complements += 1;
                        assert_eq!(of("all", &[&opposite])?, Ok(&everybody - &one), "the complement of {}", pair[0]);
                    }
                }
                Ok(())
            })
            .expect("every document is answered");
        assert!(complements > 30, "{complements} complements");
    });
}

fn opposite(rule: &Value) -> Option<Value> {
    const PAIRS: [(&str, &str); 4] =
        [("equals", "not_equals"), ("contains", "not_contains"), ("in_list", "not_in_list"), ("is_empty", "is_not_empty")];
    let operator = rule["operator"].as_str()?;
    let other = PAIRS.iter().find_map(|&(one, other)| match operator {
        _ if operator == one => Some(other),
        _ if operator == other => Some(one),
        _ => None,
    })?;
    let mut opposite = rule.clone();
    opposite["operator"] = other.into();
    if let Some(flag) = rule["include_empty"].as_bool() {
        opposite["include_empty"] = (!flag).into();
    }
    Some(opposite)
}

/// Whole days of other zones: daylight saving, a midnight that does not exist, a day that does not.
#[test]
fn days_are_those_of_the_zone() {
    let world = generator::world(17, 150);
    let mut rng = Rng::new(5);
    let documents: Vec<Value> = (0..150).map(|_| generator::document(&mut rng)).collect();
    let dated: Vec<Value> = ["2018-11-04", "2011-12-30", "2026-03-29", "2026-10-25", "0001-01-01", "9999-12-31"]
        .iter()
        .flat_map(|day| {
            ["equals", "greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal"]
                .map(|operator| json!({"rules": [{"field": "created_at", "operator": operator, "value": day}]}))
        })
        .chain(documents)
        .collect();
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world);
        for zone in [Tz::America__Sao_Paulo, Tz::Pacific__Apia, Tz::Europe__Berlin] {
            agrees(&test.db, &world, &dated, zone);
        }
    });
}

/// Groups in groups, questions to contracts with count and sum, dates counted from today, segments of every kind that name
/// one another: what is understood, and what is not.
#[test]
fn generated_documents_of_every_node_have_the_members_that_the_specification_says() {
    let on = on(BANGKOK, TODAY);
    let world = generator::world_near(23, 120, on);
    let pool = pool(43, &world);
    let mut rng = Rng::new(20_261_127);
    let documents: Vec<Value> = (0..how_many()).map(|_| generator::document_with(&mut rng, every_node(&pool))).collect();
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world);
        store_segments(&test.db, &pool.segments);
        agrees_among(&test.db, &world, &pool.segments, &documents, on);
    });
}

fn every_node(pool: &Pool) -> Nodes<'_> {
    Nodes { groups: true, related: true, relative: true, segments: Some(pool) }
}

/// Segments to be named.
fn pool(seed: u64, world: &World) -> Pool {
    generator::pool(seed, world, Nodes { groups: true, related: true, relative: true, segments: None })
}

/// Phrases of a day on which the clocks change, of a leap day, of the last of a month, in zones that skip a midnight or have
/// two.
#[test]
fn phrases_are_counted_from_the_days_of_the_zone() {
    let nodes = Nodes { relative: true, ..Nodes::default() };
    for (zone, today) in [
        (Tz::Europe__Berlin, "2026-03-29"),
        (Tz::Europe__Berlin, "2026-10-25"),
        (Tz::America__Sao_Paulo, "2018-11-04"),
        (Tz::America__Havana, "2026-11-01"),
        (Tz::Pacific__Apia, "2011-12-31"),
        (BANGKOK, "2024-02-29"),
        (BANGKOK, "2026-12-31"),
    ] {
        let on = on(zone, today);
        let world = generator::world_near(29, 60, on);
        let mut rng = Rng::new(31);
        let mut documents: Vec<Value> = (0..60).map(|_| generator::document_with(&mut rng, nodes)).collect();
        documents.extend(phrases());
        on_engines(|engine| {
            let test = TestDb::new(engine);
            store(&test.db, &world);
            agrees_on(&test.db, &world, &documents, on);
        });
    }
}

/// Every phrase, on a day and on a moment.
fn phrases() -> Vec<Value> {
    let fields = ["created_at", "last_contacted", "contract.end_date"];
    let rule = |field: &str, operator: &str, value: Value| json!({"rules": [{"field": field, "operator": operator, "value": value}]});
    let mut phrases = Vec::new();
    for field in fields {
        for operator in ["in_the_last", "in_the_next", "before_the_last", "after_the_next"] {
            for (amount, unit) in [(1, "days"), (30, "days"), (2, "weeks"), (1, "months"), (1000, "months")] {
                phrases.push(rule(field, operator, json!({"amount": amount, "unit": unit})));
            }
        }
        phrases.extend(evaluator::PERIODS.iter().map(|(period, ..)| rule(field, "is_within", (*period).into())));
    }
    phrases
}

/// What a few documents say, in English.
#[test]
fn sentences_tell_groups_counts_sums_and_days() {
    let calendar = Calendar { zone: BANGKOK, today: TODAY.parse().unwrap() };
    let said = |document: Value| describe(&resolve(&document, Scope::alone(calendar)).unwrap_or_else(|problems| panic!("{problems:?}")));
    for (document, sentence) in [
        (
            json!({"entity": "company", "rules": [
                {"field": "industry", "operator": "equals", "value": "Hotels"},
                {"relation": "contract", "aggregate": "sum", "of": "value", "operator": "greater_than", "value": 100_000, "rules": [
                    {"field": "status", "operator": "equals", "value": "Active"},
                    {"field": "currency", "operator": "equals", "value": "USD"}]}]}),
            "Contacts of companies whose industry is Hotels and whose contracts – whose status is Active and whose currency is USD – \
             are worth more than 100,000 in all.",
        ),
        (
            json!({"rules": [{"relation": "contract", "rules": [
                {"field": "status", "operator": "equals", "value": "Active"},
                {"field": "end_date", "operator": "in_the_next", "value": {"amount": 60, "unit": "days"}},
                {"field": "auto_renew", "operator": "equals", "value": false}]}]}),
            "Contacts whose company has a contract whose status is Active, whose end date is in the next 60 days (by 21 Jan 2027) and \
             whose “renews by itself” mark is no.",
        ),
        (
            json!({"rules": [
                {"relation": "contract", "match_type": "any", "rules": [
                    {"field": "status", "operator": "equals", "value": "Active"},
                    {"field": "value", "operator": "greater_than", "value": 5}]},
                {"relation": "contract", "match_type": "none", "rules": []}]}),
            "Contacts whose company has a contract (whose status is Active or whose value is more than 5) (in any currency) and whose \
             company has a contract.",
        ),
        (
            json!({"rules": [
                {"relation": "contract", "rules": []},
                {"relation": "contract", "aggregate": "count", "operator": "equals", "value": 0,
                    "rules": [{"field": "status", "operator": "equals", "value": "Active"}]}]}),
            "Contacts whose company has a contract and whose company has no contract whose status is Active.",
        ),
        (
            json!({"rules": [
                {"field": "last_contacted", "operator": "before_the_last", "value": {"amount": 90, "unit": "days"}, "include_empty": true},
                {"match_type": "none", "rules": [
                    {"field": "title", "operator": "equals", "value": "Owner"},
                    {"match_type": "all", "rules": [
                        {"field": "created_at", "operator": "is_within", "value": "this_quarter"},
                        {"field": "company.country", "operator": "equals", "value": "Thailand"}]}]}]}),
            "Contacts whose last contact is more than 90 days ago (before 24 Aug 2026) or is blank and not (whose title is “Owner” or \
             (whose creation date is this quarter (1 Oct 2026 to 31 Dec 2026) and whose company’s country is “Thailand”)).",
        ),
    ] {
        assert_eq!(said(document), sentence);
    }
}

/// Alone, after it, and who remains: of every kind of document, on both engines.
#[test]
fn the_last_number_of_a_funnel_is_the_count() {
    let on = on(BANGKOK, TODAY);
    let world = generator::world_near(37, 120, on);
    let pool = pool(47, &world);
    let mut rng = Rng::new(41);
    let documents: Vec<Value> = (0..200).map(|_| generator::document_with(&mut rng, every_node(&pool))).collect();
    let calendar = Calendar { zone: on.zone, today: on.today };
    on_engines(|engine| {
        let test = TestDb::new(engine);
        store(&test.db, &world);
        store_segments(&test.db, &pool.segments);
        let check = |connection: &mut AnyConnection| {
            let mut understood: Vec<Criteria> = Vec::new();
            for document in &documents {
                let naming = Naming::read(connection, None, document)?;
                understood.extend(resolve(document, naming.scope(calendar)));
            }
            assert!(understood.len() > 100, "{}", understood.len());
            for criteria in &understood {
                let funnel = Funnel::of(connection, criteria)?.expect("there are few");
                let left: Vec<i64> = funnel.steps.iter().map(|step| step.left).collect();
                let last = left.last().expect("a document has a rule");
                assert_eq!(funnel.members, Members::of_criteria(criteria).count(connection)?, "{criteria:?}");
                assert_eq!(last - funnel.inactive - funnel.unsubscribed, funnel.members, "{criteria:?}");
                assert!(funnel.inactive >= 0 && funnel.unsubscribed >= 0, "{funnel:?}");
                assert_eq!(left[0], funnel.steps[0].alone, "{criteria:?}");
                let is_all = criteria.root.match_type == MatchType::All;
                let goes_on = |pair: &[i64]| if is_all { pair[1] <= pair[0] } else { pair[1] >= pair[0] };
                assert!(left.windows(2).all(goes_on), "{left:?} of {criteria:?}");
                let of_step = |step: &Step| if is_all { step.left <= step.alone } else { step.left >= step.alone };
                assert!(funnel.steps.iter().all(of_step), "{funnel:?}");
            }
            Ok(())
        };
        test.db.read_unhurried(check).unwrap();
    });
}

/// However they are grouped, and though they ask nothing of a contract.
#[test]
fn a_hundred_rules_are_the_most_and_five_groups_inside_one_another() {
    let calendar = Calendar { zone: BANGKOK, today: TODAY.parse().unwrap() };
    let places =
        |document: Value| pointers(&resolve(&document, Scope::alone(calendar)).err().unwrap_or_default()).into_iter().collect::<Vec<_>>();
    let rule = json!({"field": "name", "operator": "is_not_empty"});
    let any = json!({"relation": "contract", "rules": []});
    for (one, most) in [(&rule, 100), (&any, 100)] {
        assert_eq!(places(json!({"rules": vec![one; most]})), Vec::<String>::new());
        assert_eq!(places(json!({"rules": [{"match_type": "any", "rules": vec![one; most]}, one]})), ["/rules"]);
    }
    let nested = |depth: usize, one: &Value| (0..depth).fold(one.clone(), |inner, _| json!({"match_type": "any", "rules": [inner]}));
    for (one, most) in [(&rule, 5), (&any, 4)] {
        assert_eq!(places(json!({"rules": [nested(most, one)]})), Vec::<String>::new());
        assert_eq!(places(json!({"rules": [nested(most + 1, one)]})), ["/rules/0/rules/0/rules/0/rules/0/rules/0/rules/0"]);
    }
}
