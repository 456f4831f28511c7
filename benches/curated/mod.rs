//! What is done to lists at once in the running program: all that a search finds, a paste, a file, an undo; and forms that are
//! saved with few and with many listed. What is sent is timed, and that it was done is looked at.

use std::thread::sleep;
use std::time::{Duration, Instant};

use customer_segments::accounts::Actor;
use customer_segments::criteria::Scope;
use customer_segments::db::schema::{
    crm_app_contact as contact, crm_app_customersegment as segment, crm_app_customersegment_static_contacts as listed,
};
use customer_segments::db::{AnyConnection, Db, Id, statistics};
use customer_segments::error::Result;
use customer_segments::query::Sql;
use customer_segments::segments::draft::{Draft, Input};
use customer_segments::segments::list_source;
use customer_segments::segments::listed::{Change, ListChange};
use customer_segments::segments::save::{self, Edited};
use diesel::prelude::*;

use crate::figures::{clock, p};
use crate::page::{Answer, Form};
use crate::people::with_keys;
use crate::program::{Program, Visitor};

/// How often each is done; what takes seconds not so often.
const ROUNDS: usize = 15;
const FEW_ROUNDS: usize = 5;
/// How many addresses are pasted.
const PASTED: i64 = 10_000;

/// Ten contacts, and a hundred thousand from all over the table.
const FEW: &str = "crm_app_contact.id IN (SELECT id FROM crm_app_contact ORDER BY updated_at, id LIMIT 10)";
const MANY: &str = "crm_app_contact.id IN (SELECT id FROM crm_app_contact ORDER BY updated_at, id LIMIT 100000)";
const NOBODY: &str = "1 = 0";

/// Makes lists of few, of many and of nobody, and one of the members of a segment by rules.
pub(crate) fn make_lists(db: &Db, actor: &Actor) {
    for (name, of) in [("Short list", FEW), ("Long list", MANY), ("New list", NOBODY)] {
        let input = Input { name: name.into(), segment_type: "static".into(), status: "active".into(), ..Input::default() };
        let draft = Draft::parse(&input, None, Scope::alone((&clock()).into())).expect("a good draft");
        let contacts = Change { add_all: Some(Sql::from(of)), ..Change::default() };
        let edited = Edited::new(draft, ListChange { contacts, ..ListChange::default() });
        db.write_unhurried(|connection| save::insert(connection, actor, &clock(), Id::new(), &edited)).expect("a list");
    }
    let save = |connection: &mut AnyConnection| {
        let source = find(connection, "Decision makers in Vietnam and Thailand")?;
        list_source::save_members(connection, actor, &clock(), source, Id::new())
    };
    db.write_unhurried(save).expect("a list of members");
    // As autovacuum does within a minute.
    for table in ["crm_app_customersegment_static_contacts", "segments_listed_contact"] {
        statistics::refresh_one(db, table).expect("statistics");
    }
}

fn find(connection: &mut AnyConnection, name: &str) -> Result<Id> {
    Ok(segment::table.filter(segment::name.eq(name)).select(segment::id).first(connection)?)
}

/// Does everything whose name contains `only`, and hands on what it was, the goal in milliseconds, and how long each time took.
pub(crate) fn measure(program: &Program, visitor: &Visitor, db: &Db, only: &str, mut tell: impl FnMut(&str, u64, Vec<Duration>)) {
    if "all of a search".contains(only) {
        all_of_a_search(visitor, db, &mut tell);
    }
    if "pasted".contains(only) {
        pasted(visitor, db, &mut tell);
    }
    for (name, change) in [("saved: a description", describe as Fill), ("saved: one more or less", move_one)] {
        if name.contains(only) {
            saved(visitor, db, name, change, &mut tell);
        }
    }
    if "uploaded".contains(only) {
        let rows = std::env::var("BENCH_ROWS").unwrap_or_else(|_| "100000".into());
        for rows in rows.split(',').map(|rows| rows.trim().parse().expect("BENCH_ROWS is numbers")) {
            uploaded(program, visitor, db, rows, &mut tell);
        }
    }
}

fn change_form(visitor: &Visitor, db: &Db, list: &str) -> Form {
    visitor.open(&with_keys(&format!("/admin/crm_app/customersegment/{{{list}}}/change/"), db)).form()
}

/// Sends a form that is taken: how long that took, and where it leads.
fn send(visitor: &Visitor, form: &Form) -> (Duration, String) {
    let begun = Instant::now();
    let answer = visitor.send(form);
    let took = begun.elapsed();
    assert_eq!(answer.status, 303, "{}: {}", form.action, answer.body);
    (took, answer.location().to_owned())
}

fn count(db: &Db, list: &str) -> i64 {
    let count = |connection: &mut AnyConnection| {
        let list = find(connection, list)?;
        Ok(listed::table.filter(listed::customersegment_id.eq(list)).count().get_result(connection)?)
    };
    db.read_unhurried(count).expect("a count")
}

/// Adds all that a filter finds, takes them off, undoes that, and takes them off for good.
fn all_of_a_search(visitor: &Visitor, db: &Db, tell: &mut impl FnMut(&str, u64, Vec<Duration>)) {
    let (mut added, mut removed, mut undone, mut found) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let remove = || send(visitor, &change_form(visitor, db, "New list").and("_contact_remove_all", "1"));
    for _ in 0..FEW_ROUNDS {
        let form = change_form(visitor, db, "New list").fill("contact_f_country", "vietnam").fill("contact_f_country_shown", "vietnam");
        added.push(send(visitor, &form.and("_contact_add_all", "1")).0);
        found = count(db, "New list");
        let (took, shown) = remove();
        removed.push(took);
        assert_eq!(count(db, "New list"), 0, "all were taken off");
        undone.push(send(visitor, &visitor.open(&shown).form_at("form[id^=message-]")).0);
        assert_eq!(count(db, "New list"), found, "and are back");
        remove();
    }
    tell(&format!("all of a search added: {found}"), 2_000, added);
    tell(&format!("all taken off: {found}"), 2_000, removed);
    tell(&format!("that undone: {found}"), 2_000, undone);
}

fn addresses(db: &Db, most: i64) -> Vec<String> {
    let with_one = contact::table.filter(contact::email.ne("")).order((contact::updated_at, contact::id)).limit(most);
    db.read_unhurried(|connection| Ok(with_one.select(contact::email).load(connection)?)).expect("addresses")
}

/// Pastes addresses, and applies what was pasted.
fn pasted(visitor: &Visitor, db: &Db, tell: &mut impl FnMut(&str, u64, Vec<Duration>)) {
    let text = addresses(db, PASTED).join("\n");
    let (mut read, mut applied) = (Vec::new(), Vec::new());
    for _ in 0..FEW_ROUNDS {
        let page = visitor.open(&with_keys("/admin/crm_app/customersegment/{New list}/paste/", db));
        let (took, shown) = send(visitor, &page.form().fill("pasted", &text));
        read.push(took);
        applied.push(send(visitor, &visitor.open(&shown).form_at("#apply-form").and("_apply", "1")).0);
        send(visitor, &change_form(visitor, db, "New list").and("_contact_remove_all", "1"));
    }
    tell("10,000 e-mails pasted", 500, read);
    tell("10,000 e-mails applied", 2_000, applied);
}

/// What is filled in of a form, in one round and the next.
type Fill = fn(Form, usize, &str) -> Form;

fn describe(form: Form, round: usize, _: &str) -> Form {
    form.fill("description", &format!("Number {round}"))
}

fn move_one(form: Form, round: usize, contact: &str) -> Form {
    form.fill(if round.is_multiple_of(2) { "contact_removing" } else { "contact_adding" }, contact)
}

/// Saves a form with few listed and one with many, taking turns. Whom the short list names the long one does, too.
fn saved(visitor: &Visitor, db: &Db, name: &str, change: Fill, tell: &mut impl FnMut(&str, u64, Vec<Duration>)) {
    let one = |connection: &mut AnyConnection| {
        let listed = listed::table.filter(listed::customersegment_id.eq(find(connection, "Short list")?));
        Ok(listed.select(listed::contact_id).first::<Id>(connection)?.to_string())
    };
    let one = db.read_unhurried(one).expect("somebody");
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS * 2 {
        for (list, times) in ["Short list", "Long list"].iter().zip(&mut times) {
            times.push(send(visitor, &change(change_form(visitor, db, list), round, &one).and("_save", "1")).0);
        }
    }
    let [few, many] = times;
    let ratio = middle(&many).as_secs_f64() / middle(&few).as_secs_f64();
    tell(&format!("{name}, 10 listed"), 100, few);
    tell(&format!("{name}, 100,000 listed (ratio {ratio:.2})"), 100, many);
}

fn middle(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    p(&times, 50)
}

/// Uploads a file of so many rows and applies it, each until it is done, with the most memory that the program took.
fn uploaded(program: &Program, visitor: &Visitor, db: &Db, rows: i64, tell: &mut impl FnMut(&str, u64, Vec<Duration>)) {
    let addresses = addresses(db, rows);
    let (rows, lines) = (addresses.len(), addresses.iter().map(|address| format!("{address},Met at the fair\n")));
    let file = format!("email,note\n{}", lines.collect::<String>());
    let goal = |of_a_million: u64| of_a_million * rows as u64 / 1_000_000;
    let page = visitor.open(&with_keys("/admin/crm_app/customersegment/{New list}/upload/", db));
    let (read, memory) = program.watched(|| {
        let begun = Instant::now();
        let shown = visitor.send_file(&page.form(), "people.csv", file.as_bytes());
        assert_eq!(shown.status, 303, "{}", shown.body);
        let shown = until(visitor, shown.location(), "#apply-form");
        (begun.elapsed(), shown)
    });
    tell(&format!("{rows} rows uploaded, {memory} MB"), goal(60_000), vec![read.0]);
    let (applied, memory) = program.watched(|| {
        let begun = Instant::now();
        let (_, shown) = send(visitor, &read.1.form_at("#apply-form").and("_apply", "1"));
        until(visitor, &shown, "#undo, #customersegment_form");
        begun.elapsed()
    });
    tell(&format!("{rows} rows applied, {memory} MB"), goal(60_000), vec![applied]);
    send(visitor, &change_form(visitor, db, "New list").and("_contact_remove_all", "1"));
}

/// Looks again and again, until something is to be seen.
fn until(visitor: &Visitor, path: &str, selector: &str) -> Answer {
    loop {
        let page = visitor.open(path);
        if page.has(selector) {
            return page;
        }
        assert!(page.has("progress"), "{}", page.body);
        sleep(Duration::from_millis(100));
    }
}
