//! Section 1 of the page where it speaks of stored segments: their order, their lists, their status.

use customer_segments::db::schema::{
    crm_app_customersegment as segment, crm_app_customersegment_static_companies as listed_companies,
    crm_app_customersegment_static_contacts as listed_contacts,
};
use customer_segments::db::{Id, Json, Time};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::world::{key, letters, world};
use super::{Place, fix, kept};
use crate::support::stored::store;
use crate::support::{Shell, TestDb, on_engines};

pub(super) const PLACES: &[Place] = &[
    fix("1.2 ordered by name only"),
    fix("1.3 a static segment: listed companies are ignored"),
    kept("1.3 a static segment: the listed contacts, filtered"),
    kept("1.4 a dynamic segment: lists are ignored"),
    kept("1.6 the status does not matter"),
];

/// The places that the tests below show.
pub(super) const SHOWN: &[&str] = &[
    "1.2 ordered by name only",
    "1.3 a static segment: listed companies are ignored",
    "1.3 a static segment: the listed contacts, filtered",
    "1.4 a dynamic segment: lists are ignored",
    "1.6 the status does not matter",
];

/// Stores a segment that lists Ann, the inactive one, the unsubscribed one, Bob, and the company Delta (of Dee).
fn add(test: &TestDb, name: &str, kind: &str, status: &str, criteria: &Value) {
    let (id, now) = (Id::new(), Time(test.clock.now()));
    let row = (
        (segment::id.eq(id), segment::created_at.eq(now), segment::updated_at.eq(now), segment::name.eq(name)),
        (segment::description.eq(""), segment::segment_type.eq(kind), segment::status.eq(status), segment::tags.eq("")),
        (segment::filter_criteria.eq(Json(criteria.clone())), segment::member_count.eq(0), segment::times_used.eq(0)),
    );
    let insert = |connection: &mut _| {
        diesel::insert_into(segment::table).values(row.clone()).execute(connection)?;
        for letter in ['A', 'I', 'U', 'B'] {
            let row = (listed_contacts::customersegment_id.eq(id), listed_contacts::contact_id.eq(Id(key('p', letter))));
            diesel::insert_into(listed_contacts::table).values(row).execute(connection)?;
        }
        let row = (listed_companies::customersegment_id.eq(id), listed_companies::company_id.eq(Id(key('c', 'D'))));
        Ok(diesel::insert_into(listed_companies::table).values(row).execute(connection)?)
    };
    test.db.write_blocking(insert).unwrap();
}

fn with_world(test: impl Fn(&TestDb, &dyn Fn(&str) -> Vec<Value>)) {
    on_engines(|engine| {
        let database = TestDb::new(engine);
        store(&database.db, &world());
        let shell = Shell::new().with("DATABASE_URL", database.url());
        let members = |name: &str| -> Vec<Value> {
            let printed = shell.run(&["segments", "members", name, "--json"]).done();
            printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect()
        };
        test(&database, &members);
    });
}

fn hotels() -> Value {
    json!({"entity": "company", "match_type": "all", "rules": [{"field": "industry", "operator": "equals", "value": "Hotels"}]})
}

/// There: the listed contacts that can be mailed (A, B), and nobody for the company. Here the company stands for its contacts.
#[test]
fn a_static_segment_has_the_contacts_it_lists_and_now_those_of_its_companies() {
    with_world(|test, members| {
        add(test, "List", "static", "active", &hotels());
        assert_eq!(letters(&members("List")), "ABD");
    });
}

#[test]
fn a_dynamic_segment_has_those_of_its_rules_whatever_it_lists_and_whatever_its_status() {
    with_world(|test, members| {
        for status in ["active", "paused", "archived"] {
            add(test, status, "dynamic", status, &hotels());
            assert_eq!(letters(&members(status)), "AD", "{status}");
            add(test, &format!("list {status}"), "static", status, &json!({}));
            assert_eq!(letters(&members(&format!("list {status}"))), "ABD", "{status}");
        }
    });
}

/// There contacts of one name had no order among them, so that pages could swap them.
#[test]
fn members_of_one_name_are_in_the_order_of_their_keys() {
    with_world(|test, members| {
        test.run("UPDATE crm_app_contact SET name = 'Same', is_active = true, unsubscribed = false");
        add(test, "Everybody", "dynamic", "active", &json!({"rules": [{"field": "name", "operator": "is_not_empty"}]}));
        let found = members("Everybody");
        let mut sorted: Vec<&str> = found.iter().map(|id| id.as_str().unwrap()).collect();
        sorted.sort_unstable();
        assert_eq!((found.len(), found.iter().map(|id| id.as_str().unwrap()).collect::<Vec<_>>()), (7, sorted));
    });
}
