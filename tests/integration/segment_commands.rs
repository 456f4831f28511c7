//! `segments …` on the command line, as an engineer scripts it.

use std::io::Write;
use std::process::Stdio;

use customer_segments::accounts::Actor;
use customer_segments::criteria::Scope;
use customer_segments::db::schema::crm_app_customersegment as segment;
use customer_segments::db::{Id, Json};
use customer_segments::segments::listed::ListChange;
use customer_segments::segments::save::{self, Edited};
use customer_segments::segments::{Draft, Input};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::evaluator;
use crate::support::generator;
use crate::support::program::Shell;
use crate::support::stored::store;
use crate::support::{TestDb, on_engines};

const ACTIVE: &str = r#"{"rules":[{"field":"company.is_active","operator":"equals","value":true}]}"#;

/// A shell on a database with generated customers.
fn with_customers(test: impl Fn(&TestDb, &Shell, &evaluator::World)) {
    let world = generator::world(23, 80);
    on_engines(|engine| {
        let database = TestDb::new(engine);
        store(&database.db, &world);
        let shell = Shell::new().with("DATABASE_URL", database.url());
        test(&database, &shell, &world);
    });
}

fn add(test: &TestDb, name: &str, status: &str, criteria: &str) -> Id {
    let input = Input {
        name: name.into(),
        description: String::new(),
        segment_type: "dynamic".into(),
        status: status.into(),
        tags: String::new(),
        filter_criteria: criteria.into(),
    };
    let draft = Draft::parse(&input, None, Scope::alone((&test.clock).into())).expect("a good segment");
    let edited = Edited::new(draft, ListChange::default());
    let (actor, id) = (Actor::system("test", false), Id::new());
    test.db.write_blocking(|connection| save::insert(connection, &actor, &test.clock, id, &edited)).unwrap();
    id
}

fn break_rules(test: &TestDb, id: Id) {
    let broken = Json(json!({"rules": [{"field": "name", "operator": "matches", "value": "x"}]}));
    let set =
        |connection: &mut _| Ok(diesel::update(segment::table.find(id)).set(segment::filter_criteria.eq(&broken)).execute(connection)?);
    test.db.write_blocking(set).unwrap();
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
}

#[test]
fn documents_are_evaluated_a_line_at_a_time_in_order() {
    with_customers(|_, shell, world| {
        let mut rng = generator::Rng::new(4);
        let documents: Vec<Value> = (0..60).map(|_| generator::document(&mut rng)).collect();
        let mut written: Vec<String> = documents.iter().map(ToString::to_string).collect();
        written.extend(["not JSON".to_owned(), "{}".to_owned()]);
        let input = written.join("\n\n");
        let mut eval = shell.command(&["segments", "eval", "-", "--ids"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        eval.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = eval.wait_with_output().unwrap();
        assert!(output.status.success());
        let answers = lines(std::str::from_utf8(&output.stdout).unwrap());
        assert_eq!(answers.len(), 62);
        for (document, answer) in documents.iter().zip(&answers) {
            match evaluator::members(world, document, chrono_tz::Asia::Bangkok) {
                Ok(ids) => {
                    assert_eq!(answer["count"], ids.len(), "{document}");
                    assert_eq!(answer["ids"], json!(ids), "{document}");
                }
                Err(errors) => {
                    let pointers: std::collections::BTreeSet<&str> = errors.iter().map(|(pointer, _)| pointer.as_str()).collect();
                    let found =
                        answer["errors"].as_array().expect("errors").iter().map(|error| error["pointer"].as_str().unwrap()).collect();
                    assert_eq!(pointers, found, "{document}");
                }
            }
        }
        assert_eq!(answers[60]["errors"][0]["pointer"], "");
        assert_eq!(answers[61]["errors"][0]["pointer"], "/rules");
        assert_eq!(answers[61]["errors"][0]["code"], "empty");
    });
}

#[test]
fn segments_are_listed_counted_and_their_members_given() {
    with_customers(|test, shell, world| {
        let id = add(test, "สมาชิก VIP", "active", ACTIVE);
        let document: Value = serde_json::from_str(ACTIVE).unwrap();
        let expected = evaluator::members(world, &document, chrono_tz::Asia::Bangkok).unwrap();

        let listed = lines(&shell.run(&["segments", "list", "--json"]).done());
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["id"], id.to_string());
        assert_eq!(listed[0]["member_count"], expected.len());
        assert_eq!(listed[0]["summary"], "Contacts whose company’s “active” mark is yes.");
        assert_eq!(listed[0]["needs_attention"], false);
        assert!(listed[0].get("member_preview").is_none());
        assert!(listed[0]["created_at"].as_str().unwrap().ends_with('Z'));

        for name in [" สมาชิก vip ".to_owned(), id.to_string()] {
            let counted = lines(&shell.run(&["segments", "count", &name, "--json"]).done());
            assert_eq!(counted, [json!({"id": id, "name": "สมาชิก VIP", "count": expected.len()})]);
        }
        let csv = shell.run(&["segments", "count", "--all", "--csv"]).done();
        assert_eq!(csv, format!("id,name,count\n{id},สมาชิก VIP,{}\n", expected.len()));
        let members = lines(&shell.run(&["segments", "members", "--all", "--json"]).done());
        let mut ids: Vec<String> = members.iter().map(|member| member["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        assert_eq!(ids, expected.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(members[0].get("company_name").is_some() && members[0].get("receives_quote_emails").is_some());

        let csv = shell.run(&["segments", "export", &id.to_string()]).done();
        let rows = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes()).into_records().map(Result::unwrap).count();
        assert_eq!(rows, expected.len());
        // Two segments are one file, with one mark and one header.
        let second = add(test, "=HYPERLINK(1)", "active", ACTIVE).to_string();
        let both = shell.run(&["segments", "export", &second, "สมาชิก vip"]).done();
        assert_eq!(both.matches('\u{feff}').count(), 1);
        let read = csv::Reader::from_reader(both.as_bytes()).into_records().map(Result::unwrap);
        assert_eq!(read.filter(|row| &row[0] != "id").count(), 2 * expected.len());
        assert!(shell.run(&["segments", "export", &second, "--json"]).refused(2).contains("members --json"));
        let list = shell.run(&["segments", "list", "--csv"]).done();
        assert_eq!(
            list.lines().next(),
            Some("id,name,segment_type,status,member_count,last_calculated_at,needs_attention,created_by,tags")
        );
        assert!(list.contains(",'=HYPERLINK(1),dynamic,active,"), "{list}");

        assert!(shell.run(&["segments", "show", "nobody"]).refused(1).contains("There is no segment “nobody”."));
        assert!(shell.run(&["segments", "count"]).refused(2).contains("--all"));
    });
}

#[test]
fn members_of_a_shared_database_have_the_mail_settings_that_the_crm_keeps() {
    let Some(test) = TestDb::shared() else { return };
    test.run(include_str!("../data/rows-of-the-crm.sql"));
    test.run("UPDATE crm_app_contact SET receives_soundtrack_alerts = true, receives_invoice_emails = true");
    let shell = Shell::new().with("DATABASE_URL", test.url());
    shell.run(&["migrate"]).done();
    add(&test, "Everybody", "active", ACTIVE);
    let members = lines(&shell.run(&["segments", "members", "--all", "--json"]).done());
    let kept = |key: &str| members[0][key].as_bool().unwrap();
    assert_eq!(
        ["soundtrack_alerts", "quote_emails", "contract_emails", "invoice_emails"].map(|kind| kept(&format!("receives_{kind}"))),
        [true, false, false, true]
    );
}

#[test]
fn recalculating_all_counts_the_active_ones_and_check_names_the_broken() {
    with_customers(|test, shell, _| {
        let (good, paused) = (add(test, "Good", "active", ACTIVE), add(test, "Paused", "paused", ACTIVE));
        let forget = |connection: &mut _| {
            Ok(diesel::update(segment::table)
                .set((segment::member_count.eq(0), segment::last_calculated_at.eq(None::<customer_segments::db::Time>)))
                .execute(connection)?)
        };
        test.db.write_blocking(forget).unwrap();
        assert_eq!(shell.run(&["segments", "check"]).done(), "");
        let counted = lines(&shell.run(&["segments", "recalculate", "--all", "--json"]).done());
        assert_eq!(counted.len(), 1);
        let at = |id: Id| {
            let read = |connection: &mut _| {
                Ok(segment::table.find(id).select((segment::member_count, segment::last_calculated_at)).first(connection)?)
            };
            test.db.read_blocking(read).unwrap()
        };
        let (count, when): (i32, Option<customer_segments::db::Time>) = at(good);
        assert_eq!(counted[0]["count"], count);
        assert!(when.is_some());
        assert_eq!(at(paused), (0, None), "the job leaves a paused one alone");
        let list = shell.run(&["segments", "list", "--csv"]).done();
        assert!(list.contains("Paused,dynamic,paused,,,"), "never counted is no number: {list}");

        let archived = add(test, "Archived", "archived", ACTIVE);
        test.db.write_blocking(forget).unwrap();
        let told = shell.run(&["segments", "recalculate", "Archived", "Good"]);
        assert_eq!((told.code, at(good).0), (1, count), "{}", told.stderr);
        assert!(told.stderr.contains("“Archived” is archived and is not counted.") && at(archived).1.is_none());

        break_rules(test, good);
        let told = shell.run(&["segments", "check"]);
        assert_eq!(told.code, 1);
        assert!(told.stdout.contains("Good: Rule 1 (/rules/0/operator): Unknown operator “matches”"), "{}", told.stdout);
        let counted = shell.run(&["segments", "count", "Good", "--json"]);
        assert_eq!((counted.code, lines(&counted.stdout)[0]["count"].as_i64()), (1, Some(0)));
        assert!(counted.stderr.contains("needs attention"));
    });
}
