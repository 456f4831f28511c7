//! Static segments in the running program: their form and pickers, their pages, and what is done to them at once.
//!
//! `cargo bench --bench lists` prints a table, at each size on both engines: p50, p95, the goal, bytes on the wire. One list names
//! ten contacts, one a hundred thousand from all over the table. `BENCH_SIZES=100000,1000000` chooses the sizes (100,000 without),
//! `BENCH_PAGES=picker` what has the word in its name, `BENCH_ROWS=100000,1000000` how many rows are uploaded.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on should stop")]

mod curated;
mod figures;
#[path = "../tests/integration/support/page.rs"]
#[allow(dead_code, reason = "the tests read more of a page")]
mod page;
mod people;
#[allow(dead_code, reason = "the bench of pages asks the program for more")]
mod program;

use std::time::{Duration, Instant};

use customer_segments::db::Db;
use reqwest::StatusCode;

use figures::{at_each_size, beside_goal};
use page::Form;
use people::{people, with_keys};
use program::{Program, Visitor};

/// How often each page is asked for.
const ROUNDS: usize = 20;

/// A page, and how soon 95 of 100 of its answers are to be there, in milliseconds.
struct Page {
    name: &'static str,
    goal: u64,
    path: &'static str,
}

const fn page(name: &'static str, goal: u64, path: &'static str) -> Page {
    Page { name, goal, path }
}

/// In the default order: 20 ms; searches, filters that no index knows, and comparing a list with its source: 300. Of segments that
/// are combined four or five ways are counted, for which there is no goal but that of heavy questions.
const PAGES: &[Page] = &[
    page("form, 10 listed", 20, "/admin/crm_app/customersegment/{Short list}/change/"),
    page("form, 100,000 listed", 20, "/admin/crm_app/customersegment/{Long list}/change/"),
    page("list page, 10", 20, "/admin/crm_app/customersegment/{Short list}/list/"),
    page("list page, 100,000", 300, "/admin/crm_app/customersegment/{Long list}/list/"),
    page("list page, page 500", 300, "/admin/crm_app/customersegment/{Long list}/list/?p=500"),
    page("list page, search", 300, "/admin/crm_app/customersegment/{Long list}/list/?q=manager"),
    page("list page, through a company", 300, "/admin/crm_app/customersegment/{Regional chains}/list/?show=through"),
    page(
        "list page, drift: joined",
        300,
        "/admin/crm_app/customersegment/{Members of Decision makers in Vietnam and Thailand}/list/?show=joined",
    ),
    page(
        "list page, drift: left",
        300,
        "/admin/crm_app/customersegment/{Members of Decision makers in Vietnam and Thailand}/list/?show=left",
    ),
    page("members of 10", 20, "/admin/crm_app/customersegment/{Short list}/members/"),
    page("members of 100,000", 100, "/admin/crm_app/customersegment/{Long list}/members/"),
    page("members of 100,000, one country", 300, "/admin/crm_app/customersegment/{Long list}/members/?company__country=Vietnam"),
    page("members of 100,000, search", 300, "/admin/crm_app/customersegment/{Long list}/members/?q=manager"),
    page("members of 100,000, by company", 300, "/admin/crm_app/customersegment/{Long list}/members/?o=4"),
    page("members by rules", 100, "/admin/crm_app/customersegment/{General Managers of hotels}/members/"),
    page(
        "members by rules, one country",
        300,
        "/admin/crm_app/customersegment/{General Managers of hotels}/members/?company__country=Vietnam",
    ),
    page("members by rules, search", 300, "/admin/crm_app/customersegment/{General Managers of hotels}/members/?q=lotus"),
    page("members by rules, by company", 300, "/admin/crm_app/customersegment/{General Managers of hotels}/members/?o=4"),
    page("combine two", 2_000, "/admin/crm_app/customersegment/combine/?of={Long list},{General Managers of hotels}"),
    page(
        "combine three",
        2_000,
        "/admin/crm_app/customersegment/combine/?of={Long list},{General Managers of hotels},{Decision makers in Vietnam and Thailand}",
    ),
];

/// What the script of the pickers asks once something was filled in and a button pressed.
struct Picked {
    name: &'static str,
    goal: u64,
    fields: &'static [(&'static str, &'static str)],
}

const fn picked(name: &'static str, goal: u64, fields: &'static [(&'static str, &'static str)]) -> Picked {
    Picked { name, goal, fields }
}

const PICKED: &[Picked] = &[
    picked("picker, as it opens", 20, &[("_contact_search", "1")]),
    picked("picker, page 2", 20, &[("_contact_page", "2")]),
    picked("picker, search: many", 300, &[("contact_q", "manager"), ("_contact_search", "1")]),
    picked("picker, search: few", 300, &[("contact_q", "ramón peña"), ("_contact_search", "1")]),
    picked("picker, search: nobody", 300, &[("contact_q", "zzyzx"), ("_contact_search", "1")]),
    picked("picker, one company", 300, &[("contact_f_company", "tiger lily"), ("_contact_search", "1")]),
    picked("picker, one country", 300, &[("contact_f_country", "singapore"), ("_contact_search", "1")]),
    picked("picker, one type", 300, &[("contact_f_type", "Decision Maker"), ("_contact_search", "1")]),
    picked("picker, a company searched", 300, &[("company_q", "hotel"), ("_company_search", "1")]),
    picked("picker, chosen: page 2", 20, &[("_contact_cpage", "2")]),
    picked("picker, chosen: search", 300, &[("contact_cq", "manager"), ("_contact_search", "1")]),
    picked("picker, chosen: one country", 300, &[("contact_cf_country", "singapore"), ("_contact_search", "1")]),
];

fn main() {
    println!("| what | contacts | engine | p50 | p95 | goal | KB on the wire |");
    println!("|---|---:|---|---:|---:|---:|---:|");
    let only = std::env::var("BENCH_PAGES").unwrap_or_default();
    at_each_size(|size, engine, db| {
        curated::make_lists(db, &people(db));
        let program = Program::start(&db.options().url);
        let visitor = program.sign_in();
        let tell = |name: &str, goal, times, size_on_wire: &str| {
            println!("| {name} | {size} | {engine:?} | {} | {size_on_wire} |", beside_goal(times, goal));
        };
        for page in PAGES.iter().filter(|page| page.name.contains(&only)) {
            let path = with_keys(page.path, db);
            asked(|| visitor.get(&path), |times, bytes| tell(page.name, page.goal, times, bytes));
        }
        for (list, listed) in [("Short list", "10"), ("Long list", "100,000")] {
            for picked in PICKED.iter().filter(|picked| picked.name.contains(&only)) {
                let form = picker(&visitor, db, list, picked.fields);
                let name = format!("{} ({listed} listed)", picked.name);
                asked(|| visitor.post(&form), |times, bytes| tell(&name, picked.goal, times, bytes));
            }
        }
        curated::measure(&program, &visitor, db, &only, |name, goal, times| tell(name, goal, times, ""));
        println!("\n{size} contacts, {engine:?}: {} MB private after all\n", program.private_memory());
    });
}

/// Asks again and again, and tells how long that took and how many KB came.
fn asked(ask: impl Fn() -> Result<usize, StatusCode>, tell: impl FnOnce(Vec<Duration>, &str)) {
    let bytes = ask().expect("a page");
    let time = |_| {
        let begun = Instant::now();
        ask().expect("a page");
        begun.elapsed()
    };
    let mark = if bytes > 60 * 1024 { " (missed)" } else { "" };
    tell((0..ROUNDS).map(time).collect(), &format!("{}{mark}", bytes.div_ceil(1024)));
}

/// The form of a list as its script sends it.
fn picker(visitor: &Visitor, db: &Db, list: &str, fields: &[(&str, &str)]) -> Form {
    let form = visitor.open(&with_keys(&format!("/admin/crm_app/customersegment/{{{list}}}/change/"), db)).form();
    let form = fields.iter().fold(form, |form, (name, value)| form.fill(name, value));
    Form { action: with_keys(&format!("/admin/crm_app/customersegment/picker/?segment={{{list}}}"), db), ..form }
}
