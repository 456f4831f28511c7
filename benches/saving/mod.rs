//! What is saved in the running program: forms, an action on the rows of a page, all that a search finds deleted, and how long
//! whoever saves something meanwhile waits. What is sent is timed, not the page that it was filled in on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use customer_segments::customers::contact::{self, Contact};
use customer_segments::db::dialect;
use customer_segments::db::schema::{crm_app_company, crm_app_contact};
use customer_segments::db::schema::{crm_app_customersegment, crm_app_customersegment_static_contacts as listed};
use customer_segments::db::{Db, Id};
use diesel::prelude::*;

use crate::figures::clock;
use crate::page::Form;
use crate::people::with_keys;
use crate::program::Visitor;

/// How often each is done.
const ROUNDS: usize = 15;
/// How often so many are deleted that it takes seconds.
const FEW_ROUNDS: usize = 3;
/// How many the long list names.
const LISTED: i64 = 100_000;
/// How many a search finds that are deleted at once.
const MANY: usize = 4_000;

/// A form and what is typed into it; a number in braces differs from one time to the next.
struct Saved {
    name: &'static str,
    page: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

const FORMS: &[Saved] = &[
    Saved {
        name: "contact, added",
        page: "/admin/crm_app/contact/add/?company={company}",
        fields: &[("name", "New {number}"), ("email", "new{number}@people.test")],
    },
    Saved { name: "contact, saved", page: "/admin/crm_app/contact/{contact}/change/", fields: &[("title", "Manager {number}")] },
    Saved { name: "company, added", page: "/admin/crm_app/company/add/", fields: &[("name", "New Hotel {number}")] },
    Saved { name: "company, saved", page: "/admin/crm_app/company/{company}/change/", fields: &[("city", "City {number}")] },
    Saved {
        name: "contract, added",
        page: "/admin/crm_app/contract/add/?company={company}",
        fields: &[("contract_number", "N{number}"), ("start_date", "2026-01-01"), ("end_date", "2026-12-31")],
    },
    Saved { name: "contract, saved", page: "/admin/crm_app/contract/{contract}/change/", fields: &[("value", "1{number}.50")] },
    Saved {
        name: "segment, 25 listed, saved",
        page: "/admin/crm_app/customersegment/{VIP Customers}/change/",
        fields: &[("description", "Number {number}")],
    },
    Saved {
        name: "segment, 100,000 listed, saved",
        page: "/admin/crm_app/customersegment/{Regional chains}/change/",
        fields: &[("description", "Number {number}")],
    },
];

/// What was measured: its name, the goal in milliseconds, and how long each time took.
pub(crate) type Measured = (&'static str, u64, Vec<Duration>);

/// Saves everything whose name contains `only`, and hands on how long it took.
pub(crate) fn measure(visitor: &Visitor, db: &Db, only: &str, mut tell: impl FnMut(Measured)) {
    let is_wanted = |name: &str| name.contains(only);
    if FORMS.iter().any(|saved| is_wanted(saved.name)) {
        list_many(db);
    }
    for saved in FORMS.iter().filter(|saved| is_wanted(saved.name)) {
        tell((saved.name, 100, (0..ROUNDS).map(|round| save(visitor, db, saved, round)).collect()));
    }
    if is_wanted("contacts, 100 of a page deleted") {
        tell(("contacts, 100 of a page deleted", 300, (0..ROUNDS).map(|_| delete_page(visitor)).collect()));
    }
    if is_wanted("contacts, 4,000 that a search finds deleted") {
        let both: Vec<_> = (0..FEW_ROUNDS).map(|_| delete_many(visitor, db)).collect();
        let (long, waited): (Vec<_>, Vec<_>) = both.into_iter().unzip();
        tell(("contacts, 4,000 that a search finds: asked", 500, long.iter().map(|(asked, _)| *asked).collect()));
        tell(("contacts, 4,000 that a search finds: deleted", 5_000, long.iter().map(|(_, deleted)| *deleted).collect()));
        tell(("company, saved meanwhile: the longest wait", 2_000, waited));
    }
}

/// Fills in the form of a page and sends it.
fn save(visitor: &Visitor, db: &Db, saved: &Saved, round: usize) -> Duration {
    let form = visitor.open(&with_keys(saved.page, db)).form();
    let fill = |form: Form, (name, value): &(&str, &str)| form.fill(name, &value.replace("{number}", &round.to_string()));
    send(visitor, &saved.fields.iter().fold(form, fill).and("_save", "1"))
}

/// Sends a form that is taken.
fn send(visitor: &Visitor, form: &Form) -> Duration {
    let begun = Instant::now();
    let answer = visitor.send(form);
    let took = begun.elapsed();
    assert_eq!(answer.status, 303, "{}: {}", form.action, answer.body);
    took
}

/// Makes a list long.
fn list_many(db: &Db) {
    let fill = |connection: &mut customer_segments::db::AnyConnection| {
        let named = crm_app_customersegment::table.filter(crm_app_customersegment::name.eq("Regional chains"));
        let segment: Id = named.select(crm_app_customersegment::id).first(connection)?;
        let people: Vec<Id> = crm_app_contact::table.select(crm_app_contact::id).limit(LISTED).load(connection)?;
        for some in people.chunks(10_000) {
            let row = |id: &Id| (listed::customersegment_id.eq(segment), listed::contact_id.eq(*id));
            dialect::insert_rows(connection, listed::table, some.iter().map(row).collect::<Vec<_>>())?;
        }
        Ok(())
    };
    db.write_unhurried(fill).expect("a long list");
}

/// Deletes the contacts of a page: the button and, once it was asked, the answer; the answer is timed.
fn delete_page(visitor: &Visitor) -> Duration {
    let list = visitor.open("/admin/crm_app/contact/?p=50");
    let form = list.form_at("#changelist-form").fill("action", "delete_selected");
    let keys = list.attributes("#result_list [name=_selected_action]", "value");
    let asked = visitor.send(&keys.iter().fold(form, |form, key| form.and("_selected_action", key)));
    assert_eq!(asked.status, 200, "{}", asked.body);
    send(visitor, &asked.form())
}

/// Makes contacts up, searches for them and deletes all: how long it took until it was asked and until they were gone, and the
/// longest that somebody waited who saved a contact again and again.
fn delete_many(visitor: &Visitor, db: &Db) -> ((Duration, Duration), Duration) {
    make_up(db);
    let list = visitor.open("/admin/crm_app/contact/?q=zuzuzu");
    let form = list.form_at("#changelist-form").fill("action", "delete_selected").and("select_across", "1");
    let other = with_keys("/admin/crm_app/company/{company}/change/", db);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let mut longest = Duration::ZERO;
            while !is_over.load(Ordering::Relaxed) {
                let form = visitor.open(&other).form().fill("notes", &format!("{:?}", Instant::now()));
                longest = longest.max(send(visitor, &form.and("_save", "1")));
            }
            longest
        });
        let begun = Instant::now();
        let asked = visitor.send(&form);
        let until_asked = begun.elapsed();
        assert_eq!(asked.status, 200, "{}", asked.body);
        let deleted = send(visitor, &asked.form());
        is_over.store(true, Ordering::Relaxed);
        ((until_asked, deleted), waiting.join().expect("somebody else saves"))
    })
}

fn make_up(db: &Db) {
    let fill = |connection: &mut customer_segments::db::AnyConnection| {
        let company: Id = crm_app_company::table.select(crm_app_company::id).first(connection)?;
        let new = |number: usize| Contact {
            company_id: company,
            name: format!("Zuzuzu {number}"),
            ..Contact::new(Id::new(), customer_segments::db::Time(clock().now()))
        };
        contact::insert(connection, &(0..MANY).map(new).collect::<Vec<_>>())
    };
    db.write_unhurried(fill).expect("contacts to delete");
}
