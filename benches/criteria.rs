//! Criteria beside hand-written SQL: count and first page, on both engines, at each size, in one run.
//!
//! `cargo bench --bench criteria` prints a table: criterion × size × engine, p50 and p95 of ours, p50 of the best
//! hand-written SQL on the same connection, their ratio. `BENCH_SIZES=100000,1000000` chooses the sizes (100,000 without),
//! `BENCH_CASES=few` the criteria whose name has the word. Machines are noisy: the two are measured in turns, and it is the
//! ratio that counts.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on should stop")]

#[allow(dead_code, reason = "here nothing is measured against a goal")]
mod figures;

use std::hint::black_box;
use std::time::{Duration, Instant};

use customer_segments::criteria::{Calendar, Scope, resolve};
use customer_segments::customers::contact::Contact;
use customer_segments::db::AnyConnection;
use customer_segments::db::MultiBackend;
use customer_segments::db::dialect::Engine;
use customer_segments::query::text::WHITE_SPACE;
use customer_segments::segments::Members;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{BigInt, Text};

use figures::{at_each_size, clock, ms, p, private_memory};

/// How often each is measured.
const ROUNDS: usize = 15;
/// Rows of a first page.
const PAGE: i64 = 100;

/// A criterion, with the conditions that somebody would write by hand.
struct Case {
    name: &'static str,
    document: &'static str,
    /// Over `crm_app_contact`; `FOLD` stands for the engine's function.
    by_hand: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "country and industry, few",
        document: r#"{"entity":"company","rules":[{"field":"country","operator":"equals","value":"South Korea"},{"field":"industry","operator":"equals","value":"Banks"}]}"#,
        by_hand: "company_id IN (SELECT id FROM crm_app_company WHERE FOLD(country) = 'south korea' AND FOLD(industry) = 'banks')",
    },
    Case {
        name: "country and industry, many",
        document: r#"{"entity":"company","rules":[{"field":"country","operator":"equals","value":"Thailand"},{"field":"industry","operator":"equals","value":"Hotels"}]}"#,
        by_hand: "company_id IN (SELECT id FROM crm_app_company WHERE FOLD(country) = 'thailand' AND FOLD(industry) = 'hotels')",
    },
    Case {
        name: "company name contains",
        document: r#"{"rules":[{"field":"company.name","operator":"contains","value":"Tiger Lily"}]}"#,
        by_hand: "company_id IN (SELECT id FROM crm_app_company WHERE FOLD(name) LIKE '%tiger lily%')",
    },
    Case {
        name: "type, country one of three",
        document: r#"{"rules":[{"field":"contact_type","operator":"equals","value":"Decision Maker"},{"field":"company.country","operator":"in_list","value":["Thailand","Vietnam","Singapore"]}]}"#,
        by_hand: "FOLD(contact_type) = 'decision maker' AND company_id IN (SELECT id FROM crm_app_company WHERE FOLD(country) IN ('thailand', 'vietnam', 'singapore'))",
    },
    Case {
        name: "has an active contract",
        document: r#"{"rules":[{"field":"contract.status","operator":"equals","value":"Active"}]}"#,
        by_hand: "company_id IN (SELECT company_id FROM crm_app_contract WHERE FOLD(status) = 'active')",
    },
    Case {
        name: "country is not",
        document: r#"{"rules":[{"field":"company.country","operator":"not_equals","value":"Thailand"}]}"#,
        by_hand: "company_id IN (SELECT id FROM crm_app_company WHERE FOLD(country) <> 'thailand')",
    },
    Case {
        name: "contract value between",
        document: r#"{"rules":[{"field":"contract.value","operator":"between","value":[10000,20000]}]}"#,
        by_hand: "company_id IN (SELECT company_id FROM crm_app_contract WHERE value BETWEEN MONEY(10000) AND MONEY(20000))",
    },
    Case {
        name: "contact name contains",
        document: r#"{"rules":[{"field":"name","operator":"contains","value":"Ramón Peña"}]}"#,
        by_hand: "FOLD(name) LIKE '%ramón peña%'",
    },
    Case {
        name: "primary, without a title",
        document: r#"{"rules":[{"field":"is_primary","operator":"equals","value":true},{"field":"title","operator":"is_empty"}]}"#,
        by_hand: "is_primary AND trim(title, WHITE_SPACE) = ''",
    },
    Case {
        name: "not contacted since May",
        document: r#"{"rules":[{"field":"last_contacted","operator":"less_than","value":"2026-05-01","include_empty":true}]}"#,
        by_hand: "(last_contacted < '2026-04-30T17:00:00.000000Z' OR last_contacted IS NULL)",
    },
    Case {
        name: "five rules",
        document: r#"{"rules":[{"field":"company.country","operator":"in_list","value":["Thailand","Vietnam"]},{"field":"company.industry","operator":"equals","value":"Hotels"},{"field":"title","operator":"contains","value":"manager"},{"field":"contract.status","operator":"equals","value":"Active"},{"field":"contract.value","operator":"greater_than","value":5000}]}"#,
        by_hand: "FOLD(title) LIKE '%manager%' AND company_id IN (SELECT id FROM crm_app_company WHERE FOLD(country) IN ('thailand', 'vietnam') AND FOLD(industry) = 'hotels') AND company_id IN (SELECT company_id FROM crm_app_contract WHERE FOLD(status) = 'active' AND value > MONEY(5000))",
    },
];

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// What a page shows of a contact's company.
#[derive(QueryableByName)]
#[expect(dead_code, reason = "rows are read to see how long that takes")]
struct OfCompany {
    #[diesel(sql_type = Text)]
    company_name: String,
    #[diesel(sql_type = Text)]
    company_country: String,
}

fn main() {
    println!(
        "| criterion | contacts | engine | members | count p50 | p95 | by hand | ratio | page p50 | p95 | by hand | ratio | private MB |"
    );
    println!("|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let only = std::env::var("BENCH_CASES").unwrap_or_default();
    at_each_size(|size, engine, db| {
        for case in CASES.iter().filter(|case| case.name.contains(&only)) {
            db.read_unhurried(|connection| {
                println!("{}", row(connection, case, size, engine, (&clock()).into()));
                Ok(())
            })
            .expect("a measurement");
        }
    });
}

fn row(connection: &mut AnyConnection, case: &Case, size: usize, engine: Engine, calendar: Calendar) -> String {
    let document = serde_json::from_str(case.document).unwrap();
    let members = Members::of_criteria(&resolve(&document, Scope::alone(calendar)).expect("good criteria"));
    let count = members.count(connection).unwrap();
    let (hand_count, hand_pages) = by_hand(case, engine);
    assert_eq!(count, number(connection, &hand_count), "{}: the same question by hand", case.name);
    let ([ours, hand], [our_page, lookup, ordered]) = (
        in_turns(
            connection,
            [
                &mut |c| {
                    black_box(members.count(c).unwrap());
                },
                &mut |c| {
                    black_box(number(c, &hand_count));
                },
            ],
        ),
        in_turns(
            connection,
            [
                &mut |c| {
                    black_box(members.page(c, count, PAGE, 0).unwrap());
                },
                &mut |c| {
                    black_box(rows(c, &hand_pages[0]));
                },
                &mut |c| {
                    black_box(rows(c, &hand_pages[1]));
                },
            ],
        ),
    );
    let best = if p(&lookup, 50) <= p(&ordered, 50) { lookup } else { ordered };
    format!(
        "| {} | {size} | {engine:?} | {count} | {} | {} | {} | {:.2} | {} | {} | {} | {:.2} | {} |",
        case.name,
        ms(p(&ours, 50)),
        ms(p(&ours, 95)),
        ms(p(&hand, 50)),
        ratio(&ours, &hand),
        ms(p(&our_page, 50)),
        ms(p(&our_page, 95)),
        ms(p(&best, 50)),
        ratio(&our_page, &best),
        private_memory("self"),
    )
}

/// The count, and the first page in both shapes that people write: gathered and sorted, or walked in the order of the name.
fn by_hand(case: &Case, engine: Engine) -> (String, [String; 2]) {
    let (fold, bytes, money) = match engine {
        Engine::Sqlite => ("segments_fold", "", "00"),
        Engine::Postgres => ("lower", " COLLATE \"C\"", ""),
    };
    let condition = case.by_hand.replace("FOLD", fold);
    let condition = condition.replace("MONEY(10000)", &format!("10000{money}")).replace("MONEY(20000)", &format!("20000{money}"));
    let condition = condition.replace("MONEY(5000)", &format!("5000{money}")).replace("WHITE_SPACE", &format!("'{WHITE_SPACE}'"));
    let of_members = |condition: &str| format!("FROM crm_app_contact WHERE is_active AND NOT unsubscribed AND {condition}");
    let page = |condition: &str| {
        format!(
            "SELECT p.*, k.name AS company_name, k.country AS company_country FROM (SELECT * {} ORDER BY name{bytes}, id LIMIT {PAGE}) p \
             JOIN crm_app_company k ON k.id = p.company_id ORDER BY p.name{bytes}, p.id",
            of_members(condition)
        )
    };
    let walked = if engine == Engine::Sqlite { condition.replace("company_id IN", "+company_id IN") } else { condition.clone() };
    (format!("SELECT COUNT(*) AS number {}", of_members(&condition)), [page(&condition), page(&walked)])
}

fn number(connection: &mut AnyConnection, sql: &str) -> i64 {
    hand_written(sql).get_result::<Counted>(connection).unwrap().number
}

fn rows(connection: &mut AnyConnection, sql: &str) -> Vec<(Contact, OfCompany)> {
    hand_written(sql).load(connection).unwrap()
}

/// `sql` with its texts bound, as a program must that serves what people type; days stay in it, whose type PostgreSQL would
/// have to be told.
#[expect(clippy::disallowed_methods, reason = "what is compared with is SQL that somebody wrote by hand")]
fn hand_written(sql: &str) -> BoxedSqlQuery<'_, MultiBackend, SqlQuery> {
    let is_bound = |(number, part): &(usize, &str)| number % 2 == 1 && !part.starts_with("20");
    let parts: Vec<(usize, &str)> = sql.split('\'').enumerate().collect();
    let mut bound = 0;
    let text = parts.iter().map(|part| match part {
        (number, part) if number % 2 == 0 => (*part).to_owned(),
        part if is_bound(part) => {
            bound += 1;
            format!("${bound}")
        }
        (_, part) => format!("'{part}'"),
    });
    let query = diesel::sql_query(text.collect::<String>()).into_boxed();
    parts.iter().filter(|part| is_bound(part)).fold(query, |query, (_, text)| query.bind::<Text, _>((*text).to_owned()))
}

type Work<'a> = &'a mut dyn FnMut(&mut AnyConnection);

/// Measures each, taking turns, and each right after itself: nobody reads what another has just brought into memory.
fn in_turns<const N: usize>(connection: &mut AnyConnection, mut works: [Work<'_>; N]) -> [Vec<Duration>; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (work, times) in works.iter_mut().zip(&mut times) {
            work(connection);
            let begun = Instant::now();
            work(connection);
            times.push(begun.elapsed());
        }
    }
    for times in &mut times {
        times.sort_unstable();
    }
    times
}

fn ratio(ours: &[Duration], other: &[Duration]) -> f64 {
    p(ours, 50).as_secs_f64() / p(other, 50).as_secs_f64()
}
