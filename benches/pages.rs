//! Pages of the running program: p50, p95, bytes on the wire, at each size, on both engines, what is saved there, and how many
//! lists a second it answers beside a page that does nothing else than list.
//!
//! `cargo bench --bench pages` starts the program on a database with sample data, signs in and asks for pages as a browser
//! does. `BENCH_SIZES=1000,100000,1000000` chooses the sizes (100,000 without).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on should stop")]

mod bare;
mod figures;
#[path = "../tests/integration/support/page.rs"]
#[allow(dead_code, reason = "the tests read more of a page")]
mod page;
mod people;
#[allow(dead_code, reason = "the bench of lists sends more")]
mod program;
mod saving;

use std::time::{Duration, Instant};

use customer_segments::db::Db;
use customer_segments::db::dialect::Engine;
use reqwest::StatusCode;

use figures::{at_each_size, beside_goal, ms};
use people::{people, with_keys};
use program::{Program, Visitor};

/// How often each page is asked for.
const ROUNDS: usize = 30;
/// How many people ask for lists at once, and for how long.
const PEOPLE: usize = 4;
const LONG: Duration = Duration::from_secs(4);

/// A page, and how soon 95 of 100 of its answers are to be there, in milliseconds. What stands in braces is the key of
/// the segment of that name, or of some row.
struct Page {
    name: &'static str,
    goal: u64,
    path: &'static str,
}

const fn page(name: &'static str, goal: u64, path: &'static str) -> Page {
    Page { name, goal, path }
}

/// In the default order or by what an index knows: 20 ms, and 100 where most contacts match; searches, facets and what no index
/// knows: 300.
const PAGES: &[Page] = &[
    page("index", 20, "/admin/"),
    page("segments", 20, "/admin/crm_app/customersegment/"),
    page("segments, one status", 20, "/admin/crm_app/customersegment/?status__exact=paused"),
    page("segments, search", 300, "/admin/crm_app/customersegment/?q=hotel"),
    page("segments, facets", 300, "/admin/crm_app/customersegment/?_facets=True"),
    page("segment, dynamic", 20, "/admin/crm_app/customersegment/{Not contacted for half a year}/change/"),
    page("segment, static", 20, "/admin/crm_app/customersegment/{static}/change/"),
    page("segment, history", 20, "/admin/crm_app/customersegment/{Not contacted for half a year}/history/"),
    page("members by rules with an index", 100, "/admin/crm_app/customersegment/{High-Value Hotels in Thailand}/members/"),
    page("members by rules without one", 300, "/admin/crm_app/customersegment/{Not contacted for half a year}/members/"),
    page("members of a list", 20, "/admin/crm_app/customersegment/{static}/members/"),
    page("members of a list, search", 300, "/admin/crm_app/customersegment/{static}/members/?q=manager"),
    page("members of a list, one country", 300, "/admin/crm_app/customersegment/{static}/members/?company__country=Thailand"),
    page("members by rules, search", 300, "/admin/crm_app/customersegment/{Not contacted for half a year}/members/?q=hotel"),
    page(
        "members by rules, one country",
        300,
        "/admin/crm_app/customersegment/{Not contacted for half a year}/members/?company__country=Thailand",
    ),
    page("members by rules, by company", 300, "/admin/crm_app/customersegment/{Not contacted for half a year}/members/?o=4"),
    page(
        "members by rules, a company typed",
        300,
        "/admin/crm_app/customersegment/{Not contacted for half a year}/members/?company__id__exact__term=hotel",
    ),
    page("contacts", 20, "/admin/crm_app/contact/"),
    page("contacts, page 50", 20, "/admin/crm_app/contact/?p=50"),
    page("contacts, page 1000", 100, "/admin/crm_app/contact/?p=1000"),
    page("contacts, one type", 100, "/admin/crm_app/contact/?contact_type__exact=Decision+Maker"),
    page("contacts, a type of nobody", 300, "/admin/crm_app/contact/?contact_type__exact=Finance"),
    page("contacts, active", 100, "/admin/crm_app/contact/?is_active__exact=1"),
    page("contacts, unsubscribed", 300, "/admin/crm_app/contact/?unsubscribed__exact=1"),
    page("contacts, without e-mail", 300, "/admin/crm_app/contact/?email__isempty=1"),
    page("contacts, added this year", 300, "/admin/crm_app/contact/?created_at__gte=2026-01-01&created_at__lt=2027-01-01"),
    page("contacts by company", 300, "/admin/crm_app/contact/?o=2"),
    page("contacts by title", 300, "/admin/crm_app/contact/?o=3"),
    page("contacts by e-mail, last first", 300, "/admin/crm_app/contact/?o=-4"),
    page("contacts, search: nobody", 300, "/admin/crm_app/contact/?q=zzyzx"),
    page("contacts, search: few", 300, "/admin/crm_app/contact/?q=ram%C3%B3n+pe%C3%B1a"),
    page("contacts, search: many", 300, "/admin/crm_app/contact/?q=hotel"),
    page("contacts, search: late in the list", 300, "/admin/crm_app/contact/?q=zuz"),
    page("contacts, search: two words", 300, "/admin/crm_app/contact/?q=manager+bangkok"),
    page("contacts, search: a company", 300, "/admin/crm_app/contact/?q=tiger+lily"),
    page("contacts, search: Thai", 300, "/admin/crm_app/contact/?q=%E0%B8%AA%E0%B8%A1%E0%B8%8A%E0%B8%B2%E0%B8%A2"),
    page("contacts, search by title", 300, "/admin/crm_app/contact/?q=manager&o=3"),
    page("contacts, facets", 300, "/admin/crm_app/contact/?_facets=True"),
    page("contacts, facets of a search", 300, "/admin/crm_app/contact/?_facets=True&q=manager"),
    page("companies", 20, "/admin/crm_app/company/"),
    page("companies, search", 300, "/admin/crm_app/company/?q=hotel"),
    page("companies, facets", 300, "/admin/crm_app/company/?_facets=True"),
    page("contracts", 20, "/admin/crm_app/contract/"),
    page("contracts, search", 300, "/admin/crm_app/contract/?q=hotel"),
    page("contracts, facets", 300, "/admin/crm_app/contract/?_facets=True"),
    page("contact", 20, "/admin/crm_app/contact/{contact}/change/"),
    page("contact, history", 20, "/admin/crm_app/contact/{contact}/history/"),
    page("contact, delete", 20, "/admin/crm_app/contact/{contact}/delete/"),
    page("company", 20, "/admin/crm_app/company/{company}/change/"),
    page("company, delete", 20, "/admin/crm_app/company/{company}/delete/"),
    page("contract", 20, "/admin/crm_app/contract/{contract}/change/"),
    page("new contact", 20, "/admin/crm_app/contact/add/"),
    page("new company", 20, "/admin/crm_app/company/add/"),
    page("new contract", 20, "/admin/crm_app/contract/add/"),
    page("new segment", 20, "/admin/crm_app/customersegment/add/"),
    page("new user", 20, "/admin/crm_app/user/add/"),
    page("company typed, common", 300, "/admin/autocomplete/?app_label=crm_app&model_name=contact&field_name=company&term=hotel"),
    page("company typed, rare", 300, "/admin/autocomplete/?app_label=crm_app&model_name=contact&field_name=company&term=zzyzx"),
    page("search over everything", 300, "/admin/search/?q=hotel"),
    page("search over everything: few", 300, "/admin/search/?q=ram%C3%B3n+pe%C3%B1a"),
    page("users", 20, "/admin/crm_app/user/"),
];

fn main() {
    println!("| page | contacts | engine | p50 | p95 | goal | KB on the wire |");
    println!("|---|---:|---|---:|---:|---:|---:|");
    let only = std::env::var("BENCH_PAGES").unwrap_or_default();
    at_each_size(|size, engine, db| {
        people(db);
        let begun = Instant::now();
        let program = Program::start(&db.options().url);
        program.visitor().get("/admin/login/").expect("the first page");
        let (started, idle) = (begun.elapsed(), program.private_memory());
        let visitor = program.sign_in();
        for row in PAGES.iter().filter(|page| page.name.contains(&only)).filter_map(|page| row(&visitor, page, size, engine, db)) {
            println!("{row}");
        }
        saving::measure(&visitor, db, &only, |(name, goal, times)| {
            println!("| {name} | {size} | {engine:?} | {} | |", beside_goal(times, goal));
        });
        let busy = throughput(&visitor, "/admin/crm_app/contact/");
        let bare = bare::serve(db.clone(), |url| throughput(&Visitor::at(url), "/"));
        println!(
            "\n{size} contacts, {engine:?}: first answer {} after the start; {idle} MB private then, {} MB after all; contacts {busy:.0} \
             times a second, {:.0} % of a bare page of the same rows ({bare:.0})\n",
            ms(started),
            program.private_memory(),
            busy / bare * 100.0,
        );
    });
}

/// `None` where the list ends before the page.
fn row(visitor: &Visitor, page: &Page, size: usize, engine: Engine, db: &Db) -> Option<String> {
    let path = with_keys(page.path, db);
    let ask = || {
        let begun = Instant::now();
        visitor.get(&path).map(|bytes| (begun.elapsed(), bytes))
    };
    let (name, goal) = (page.name, page.goal);
    let answers: Result<Vec<_>, StatusCode> = (0..=ROUNDS).map(|_| ask()).collect();
    let answers = match answers {
        Err(status) if status.is_redirection() => return None,
        Err(status) => return Some(format!("| {name} | {size} | {engine:?} | {status} | (missed) | {goal} ms | |")),
        Ok(answers) => answers,
    };
    let kilobytes = answers[0].1.div_ceil(1024);
    let times: Vec<Duration> = answers[1..].iter().map(|(time, _)| *time).collect();
    Some(format!("| {name} | {size} | {engine:?} | {} | {kilobytes} |", beside_goal(times, goal)))
}

/// How many answers a second [`PEOPLE`] get who ask for the same page again and again.
fn throughput(visitor: &Visitor, path: &str) -> f64 {
    let begun = Instant::now();
    let answers: usize = std::thread::scope(|scope| {
        let ask = || {
            let mut count = 0;
            while begun.elapsed() < LONG {
                count += usize::from(visitor.get(path).is_ok());
            }
            count
        };
        let people: Vec<_> = (0..PEOPLE).map(|_| scope.spawn(ask)).collect();
        people.into_iter().map(|person| person.join().unwrap()).sum()
    });
    f64::from(u32::try_from(answers).unwrap()) / begun.elapsed().as_secs_f64()
}
