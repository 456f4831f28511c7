//! What is counted while somebody types, and what is counted by the clock: previews, and 500 segments counted again.
//!
//! `cargo bench --bench counting` prints three tables, at each size on both engines. A preview is the count, five members and the
//! sentence, as the form asks for them; beside it stands the count alone. The first answer is what the running program says to the
//! form's script: the preview, or how far it is where the count takes longer. The segments are counted one after the other, then
//! by the job, two at a time, while a visitor of the running program opens lists. `BENCH_SIZES=100000,1000000` chooses the sizes
//! (100,000 without), `BENCH_CASES=few` the previews whose name has the word, `BENCH_SEGMENTS=50` how many are counted again
//! (0: none).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on should stop")]

mod figures;
#[path = "../tests/integration/support/page.rs"]
#[allow(dead_code, reason = "the tests read more of a page")]
mod page;
#[allow(dead_code, reason = "the bench of pages has segments of its own, and addresses with keys")]
mod people;
#[allow(dead_code, reason = "the bench of pages asks the program for more")]
mod program;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use customer_segments::accounts::Actor;
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::crm_app_customersegment as segment;
use customer_segments::db::{Db, Id, Json, Time};
use customer_segments::segments::job::{Job, Looked};
use customer_segments::segments::preview::{Preview, preview};
use customer_segments::segments::recalculate::recalculate;
use customer_segments::segments::writer::Writer;
use customer_segments::segments::{Members, Segment};
use diesel::prelude::*;
use serde_json::{Value, json};

use figures::{at_each_size, beside_goal, clock, ms, p, private_memory};
use page::Form;
use program::{Program, Visitor};

/// How often each preview is asked for.
const ROUNDS: usize = 15;
/// How soon 95 of 100 first answers are to be there, in milliseconds.
const FIRST: u64 = 200;

/// Rules that somebody is typing, and how soon 95 of 100 of their previews are to be there, in milliseconds.
struct Typed {
    name: &'static str,
    goal: u64,
    document: &'static str,
}

const fn typed(name: &'static str, goal: u64, document: &'static str) -> Typed {
    Typed { name, goal, document }
}

/// What indexes know: 100 ms; what must be read through: 200.
const TYPED: &[Typed] = &[
    typed(
        "country and industry, few",
        100,
        r#"{"entity":"company","rules":[{"field":"country","operator":"equals","value":"South Korea"},{"field":"industry","operator":"equals","value":"Banks"}]}"#,
    ),
    typed(
        "country and industry, many",
        100,
        r#"{"entity":"company","rules":[{"field":"country","operator":"equals","value":"Thailand"},{"field":"industry","operator":"equals","value":"Hotels"}]}"#,
    ),
    typed("an active contract", 100, r#"{"rules":[{"field":"contract.status","operator":"equals","value":"Active"}]}"#),
    typed("a contract worth between", 100, r#"{"rules":[{"field":"contract.value","operator":"between","value":[10000,20000]}]}"#),
    typed(
        "groups: bars or cafés, in one of two countries",
        100,
        r#"{"rules":[{"match_type":"any","rules":[{"field":"company.industry","operator":"equals","value":"Bars"},{"field":"company.industry","operator":"equals","value":"Cafes"}]},{"match_type":"any","rules":[{"field":"company.country","operator":"equals","value":"Laos"},{"field":"company.country","operator":"equals","value":"Cambodia"}]}]}"#,
    ),
    typed(
        "groups: hotels, none of two countries",
        100,
        r#"{"rules":[{"field":"company.industry","operator":"equals","value":"Hotels"},{"match_type":"none","rules":[{"field":"company.country","operator":"equals","value":"Thailand"},{"field":"company.country","operator":"equals","value":"Vietnam"}]}]}"#,
    ),
    typed(
        "at least 2 active contracts",
        100,
        r#"{"rules":[{"relation":"contract","aggregate":"count","operator":"greater_than_or_equal","value":2,"rules":[{"field":"status","operator":"equals","value":"Active"}]}]}"#,
    ),
    typed(
        "no contract at all, in one country",
        100,
        r#"{"rules":[{"relation":"contract","aggregate":"count","operator":"equals","value":0,"rules":[]},{"field":"company.country","operator":"equals","value":"Singapore"}]}"#,
    ),
    typed(
        "active contracts worth more than 50,000 in all",
        100,
        r#"{"rules":[{"relation":"contract","aggregate":"sum","of":"value","operator":"greater_than","value":50000,"rules":[{"field":"status","operator":"equals","value":"Active"}]}]}"#,
    ),
    typed(
        "a contract that ends in the next 60 days",
        100,
        r#"{"rules":[{"field":"contract.end_date","operator":"in_the_next","value":{"amount":60,"unit":"days"}}]}"#,
    ),
    typed(
        "a contract that ends next quarter",
        100,
        r#"{"rules":[{"field":"contract.end_date","operator":"is_within","value":"next_quarter"}]}"#,
    ),
    typed("without index: name contains", 200, r#"{"rules":[{"field":"name","operator":"contains","value":"Ramón Peña"}]}"#),
    typed("without index: title contains", 200, r#"{"rules":[{"field":"title","operator":"contains","value":"manager"}]}"#),
    typed(
        "without index: last contacted 6 months ago",
        200,
        r#"{"rules":[{"field":"last_contacted","operator":"before_the_last","value":{"amount":6,"unit":"months"}}]}"#,
    ),
    typed(
        "without index: primary, without a title",
        200,
        r#"{"rules":[{"field":"is_primary","operator":"equals","value":true},{"field":"title","operator":"is_empty"}]}"#,
    ),
];

fn main() {
    let only = std::env::var("BENCH_CASES").unwrap_or_default();
    let segments = std::env::var("BENCH_SEGMENTS").map_or(500, |number| number.parse().expect("BENCH_SEGMENTS is a number"));
    at_each_size(|size, engine, db| {
        let cases = || TYPED.iter().filter(|case| case.name.contains(&only));
        println!("\n| preview | contacts | engine | members | p50 | p95 | goal | the count alone | ratio |");
        println!("|---|---:|---|---:|---:|---:|---:|---:|---:|");
        for case in cases() {
            println!("{}", previewed(db, case, size, engine));
        }
        people::user(db);
        let program = Program::start(&db.options().url);
        let visitor = program.sign_in();
        println!("\n| first answer | contacts | engine | exact | p50 | p95 | goal |");
        println!("|---|---:|---|---:|---:|---:|---:|");
        for case in cases() {
            println!("{}", answered(&visitor, case, size, engine));
        }
        if segments > 0 {
            counted_again(db, &visitor, segments, size, engine);
        }
    });
}

/// Asks as the form's script does, and tells how soon it was answered and how often with the preview itself.
fn answered(visitor: &Visitor, case: &Typed, size: usize, engine: Engine) -> String {
    let form = visitor.open("/admin/crm_app/customersegment/add/").form();
    let form = form.fill("filter_criteria", case.document).and("_preview", "1");
    let form = Form { action: "/admin/crm_app/customersegment/builder/".into(), ..form };
    let mut exact = 0;
    let mut ask = || {
        let begun = Instant::now();
        let answer = visitor.send(&form);
        let took = begun.elapsed();
        assert_eq!(answer.status, 200, "{}: {}", case.name, answer.body);
        exact += usize::from(!answer.has("[data-goes-on]"));
        // The script would ask again; a count that was given up ends meanwhile.
        thread::sleep(Duration::from_millis(100));
        took
    };
    let times = (0..ROUNDS).map(|_| ask()).collect();
    format!("| {} | {size} | {engine:?} | {exact} of {ROUNDS} | {} |", case.name, beside_goal(times, FIRST))
}

fn previewed(db: &Db, case: &Typed, size: usize, engine: Engine) -> String {
    let actor = Actor::system("bench", false);
    let clock = clock();
    let writer = Writer { actor: &actor, stored: None, calendar: (&clock).into() };
    let (mut whole, mut alone, mut found) = (Vec::new(), Vec::new(), 0);
    for _ in 0..=ROUNDS {
        let begun = Instant::now();
        let made = db.read_blocking(|connection| preview(connection, &writer, case.document, false)).unwrap();
        whole.push(begun.elapsed());
        let Preview::Members { count, .. } = made else { panic!("{}: {made:?}", case.name) };
        found = count;
        let counting = |connection: &mut _| {
            let members = Members::of_criteria(&writer.read(connection, case.document)?.expect("good criteria"));
            let begun = Instant::now();
            black_box(members.count(connection)?);
            Ok(begun.elapsed())
        };
        alone.push(db.read_blocking(counting).unwrap());
    }
    // The first of each brings into memory what the others read.
    let (whole, alone) = (sorted(&whole[1..]), sorted(&alone[1..]));
    let ratio = p(&whole, 50).as_secs_f64() / p(&alone, 50).as_secs_f64();
    let counted = ms(p(&alone, 50));
    format!("| {} | {size} | {engine:?} | {found} | {} | {counted} | {ratio:.2} |", case.name, beside_goal(whole, case.goal))
}

fn sorted(times: &[Duration]) -> Vec<Duration> {
    let mut times = times.to_vec();
    times.sort_unstable();
    times
}

/// Counts so many segments one after the other, then all of them by the job while somebody opens lists.
fn counted_again(db: &Db, visitor: &Visitor, segments: usize, size: usize, engine: Engine) {
    store(db, segments);
    let quiet = sorted(&(0..40).map(|round| open_list(visitor, round)).collect::<Vec<_>>());
    let all: Vec<Segment> = db.read_blocking(|connection| Ok(segment::table.select(Segment::as_select()).load(connection)?)).unwrap();
    let mut singly: Vec<Duration> = Vec::new();
    for segment in &all {
        let begun = Instant::now();
        recalculate(db, &clock(), segment).unwrap();
        singly.push(begun.elapsed());
    }
    let (sum, singly): (Duration, _) = (singly.iter().sum(), sorted(&singly));
    let is_over = AtomicBool::new(false);
    let (took, meanwhile) = thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut times = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                times.push(open_list(visitor, times.len()));
                // As one does who reads what has come.
                thread::sleep(Duration::from_millis(50));
            }
            sorted(&times)
        });
        let begun = Instant::now();
        let looked = Job::new(db.clone(), clock(), Duration::from_secs(3_600)).look().unwrap();
        let took = begun.elapsed();
        is_over.store(true, Ordering::Relaxed);
        assert!(matches!(looked, Looked::Round(figures, true) if figures.counted == segments), "{looked:?}");
        (took, reading.join().unwrap())
    });
    println!(
        "\n| segments | contacts | engine | one by one | p50 of one | p95 | two at a time | ratio | lists before | lists meanwhile p50 | p95 | private MB |"
    );
    println!("|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    println!(
        "| {segments} | {size} | {engine:?} | {:.1} s | {} | {} | {:.1} s{} | {:.2} | {} | {} | {}{} | {} |\n",
        sum.as_secs_f64(),
        ms(p(&singly, 50)),
        ms(p(&singly, 95)),
        took.as_secs_f64(),
        if took > sum.min(Duration::from_secs(60)) { " (missed)" } else { "" },
        took.as_secs_f64() / sum.as_secs_f64(),
        ms(p(&quiet, 95)),
        ms(p(&meanwhile, 50)),
        ms(p(&meanwhile, 95)),
        if p(&meanwhile, 95) > Duration::from_millis(100) { " (missed)" } else { "" },
        private_memory("self"),
    );
}

/// The lists of segments and of contacts, in turns.
fn open_list(visitor: &Visitor, round: usize) -> Duration {
    let list = if round.is_multiple_of(2) { "/admin/crm_app/customersegment/" } else { "/admin/crm_app/contact/" };
    let begun = Instant::now();
    visitor.get(list).expect("a list");
    begun.elapsed()
}

/// Stores segments as a team has them: most of them selective, some of half of everybody.
fn store(db: &Db, segments: usize) {
    let now = Time(clock().now());
    let row = |number: usize| {
        (
            (segment::id.eq(Id::new()), segment::created_at.eq(now), segment::updated_at.eq(now)),
            (segment::name.eq(format!("Segment {number}")), segment::description.eq(""), segment::tags.eq("")),
            (segment::segment_type.eq("dynamic"), segment::status.eq("active"), segment::filter_criteria.eq(Json(document(number)))),
            (segment::member_count.eq(0), segment::times_used.eq(0)),
        )
    };
    let fill = |connection: &mut customer_segments::db::AnyConnection| {
        for number in 0..segments {
            diesel::insert_into(segment::table).values(row(number)).execute(connection)?;
        }
        Ok(())
    };
    db.write_unhurried(fill).unwrap();
}

const COUNTRIES: [&str; 12] = [
    "Thailand",
    "Vietnam",
    "Singapore",
    "Malaysia",
    "Indonesia",
    "Philippines",
    "Cambodia",
    "Laos",
    "Myanmar",
    "Japan",
    "South Korea",
    "China",
];
const INDUSTRIES: [&str; 8] = ["Hotels", "Restaurants", "Bars", "Cafes", "Malls", "Spas", "Gyms", "Banks"];
const STATUSES: [&str; 4] = ["Active", "Renewed", "Expired", "Cancelled"];

/// The rules of one segment: ten shapes, with other values each time.
fn document(number: usize) -> Value {
    let (country, other) = (COUNTRIES[number / 10 % 12], COUNTRIES[(number / 10 + 5) % 12]);
    let (industry, status) = (INDUSTRIES[number / 10 % 8], STATUSES[number / 10 % 4]);
    let rule = |field: &str, operator: &str, value: Value| json!({"field": field, "operator": operator, "value": value});
    let of_country = rule("company.country", "equals", json!(country));
    let of_industry = rule("company.industry", "equals", json!(industry));
    let rules = match number % 10 {
        0 => json!([of_country, of_industry]),
        1 => json!([of_country, rule("contract.status", "equals", json!(status))]),
        2 => json!([rule("contact_type", "equals", json!("Decision Maker")), rule("company.country", "in_list", json!([country, other]))]),
        3 => json!([rule("contract.end_date", "in_the_next", json!({"amount": 10 + number % 90, "unit": "days"}))]),
        4 => json!([of_industry, rule("contract.value", "greater_than", json!(1_000 * (1 + number % 40)))]),
        5 => json!([
            of_country,
            {"relation": "contract", "aggregate": "count", "operator": "greater_than_or_equal", "value": 2,
             "rules": [{"field": "status", "operator": "equals", "value": status}]},
        ]),
        6 => json!([of_country, rule("company.name", "contains", json!("tiger"))]),
        7 => json!([of_industry, rule("last_contacted", "before_the_last", json!({"amount": 1 + number % 12, "unit": "months"}))]),
        8 => json!([of_country, rule("title", "contains", json!("manager"))]),
        _ => json!([of_country, of_industry, rule("is_primary", "equals", json!(true))]),
    };
    json!({"entity": "contact", "match_type": "all", "rules": rules})
}
