//! The import: public files that nobody here made, and every sentence of the product's page about it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use customer_segments::accounts::Actor;
use customer_segments::criteria::{Scope, resolve};
use customer_segments::customers::company::{self, Company};
use customer_segments::customers::contact::{self, Contact};
use customer_segments::customers::contract::{self, Contract};
use customer_segments::customers::import::What::{Companies, Contacts, Contracts};
use customer_segments::customers::import::{self, Listener, Order, Refusal, Report, What};
use customer_segments::db::copy;
use customer_segments::db::dialect::Engine;
use customer_segments::db::{Id, Money, schema};
use customer_segments::error::AppError;
use customer_segments::history;
use customer_segments::query::{Selection, Sql};
use customer_segments::segments::Members;
use customer_segments::segments::export::write_csv;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::support::{Shell, TestDb, on_both_engines, on_engines};

/// A file to import, and how.
struct Import<'a> {
    test: &'a TestDb,
    order: Order,
}

impl<'a> Import<'a> {
    fn file(test: &'a TestDb, what: What, file: impl Into<PathBuf>) -> Self {
        let order = Order {
            what,
            file: file.into(),
            maps: Vec::new(),
            fields: None,
            encoding: None,
            date_format: None,
            create_companies: false,
            blank_clears: false,
            resubscribe: false,
            dry_run: false,
        };
        Self { test, order }
    }

    fn map(mut self, map: &str) -> Self {
        self.order.maps.push(map.into());
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Order)) -> Self {
        change(&mut self.order);
        self
    }

    fn run(&self) -> Result<Report, AppError> {
        self.run_as(&Actor::system("import", false), &mut Ear::default())
    }

    fn run_as(&self, actor: &Actor, ear: &mut Ear) -> Result<Report, AppError> {
        import::run(&self.test.db, &self.test.clock, actor, &self.order, ear)
    }
}

/// Hears everything.
#[derive(Default)]
struct Ear {
    unused: Vec<String>,
    refused: Vec<Refusal>,
    bytes: u64,
}

impl Listener for Ear {
    fn unused(&mut self, columns: &[String]) {
        self.unused.extend_from_slice(columns);
    }

    fn done(&mut self, bytes: u64, _: &Report) -> Result<(), AppError> {
        self.bytes = bytes;
        Ok(())
    }

    fn refused(&mut self, refusal: &Refusal) -> Result<(), AppError> {
        self.refused.push(refusal.clone());
        Ok(())
    }
}

/// Imports the text of a file; `flags` change the order.
fn load(test: &TestDb, what: What, csv: impl AsRef<[u8]>, flags: impl FnOnce(&mut Order)) -> Report {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), csv).unwrap();
    Import::file(test, what, file.path()).with(flags).run().unwrap_or_else(|error| panic!("{error}"))
}

fn wrong(test: &TestDb, what: What, csv: impl AsRef<[u8]>, flags: impl FnOnce(&mut Order)) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), csv).unwrap();
    let error = Import::file(test, what, file.path()).with(flags).run().unwrap_err();
    assert!(matches!(error, AppError::BadRequest(_)), "{error:?}");
    error.to_string()
}

/// added, updated, unchanged, refused, companies added
fn numbers(report: &Report) -> [u64; 5] {
    [report.added, report.updated, report.unchanged, report.refused, report.companies_added]
}

fn plain(_: &mut Order) {}

const EVERYTHING: i64 = 10_000;

fn companies(test: &TestDb) -> Vec<Company> {
    let (all, order) = (Sql::all(), Sql::from("crm_app_company.name, crm_app_company.id"));
    let selection = Selection::first(&all, &order, EVERYTHING);
    test.db.read_blocking(|connection| company::list(connection, &selection)).unwrap()
}

fn contacts(test: &TestDb) -> Vec<Contact> {
    let (all, order) = (Sql::all(), Sql::from("crm_app_contact.name, crm_app_contact.email, crm_app_contact.id"));
    let selection = Selection::first(&all, &order, EVERYTHING);
    test.db.read_blocking(|connection| contact::list(connection, &selection)).unwrap().into_iter().map(|row| row.contact).collect()
}

fn contracts(test: &TestDb) -> Vec<Contract> {
    let (all, order) = (Sql::all(), Sql::from("crm_app_contract.contract_number"));
    let selection = Selection::first(&all, &order, EVERYTHING);
    test.db.read_blocking(|connection| contract::list(connection, &selection)).unwrap().into_iter().map(|row| row.contract).collect()
}

fn data(file: &str) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let original = manifest.join("../shared/data").join(file);
    if original.exists() { original } else { manifest.join("tests/data").join(file) }
}

/// Imports a public file twice and checks both reports.
fn twice(import: &Import<'_>, added: u64, refused: u64, companies: u64) -> Report {
    let first = import.run().unwrap();
    assert_eq!(numbers(&first), [added, 0, 0, refused, companies], "{:?}", first.errors);
    let second = import.run().unwrap();
    assert_eq!(numbers(&second), [0, 0, added, refused, 0], "{:?}", second.errors);
    assert_eq!(first.errors, second.errors);
    first
}

#[test]
fn northwind_comes_in_whole_and_twice_changes_nothing() {
    on_both_engines(|test| {
        let customers = data("northwind/customers.csv");
        twice(&Import::file(test, Companies, &customers).map("company_name=name").map("region=state"), 91, 0, 0);
        let people =
            Import::file(test, Contacts, &customers).map("contact_name=name").map("contact_title=title").map("company_name=company");
        twice(&people, 91, 0, 0);
        let orders = Import::file(test, Contracts, data("northwind/orders.csv"))
            .map("order_id=contract_number")
            .map("company_name=company")
            .map("order_date=start_date")
            .map("required_date=end_date")
            .map("total=value");
        twice(&orders, 830, 0, 0);
        assert!(contacts(test).iter().all(|contact| contact.email.is_empty() && contact.contact_type == "Other"));
        let order = contracts(test).into_iter().find(|contract| contract.contract_number == "10248").unwrap();
        assert_eq!((order.value, order.start_date.to_string().as_str()), (Money(44_000), "1996-07-04"));
        assert_eq!((order.status.as_str(), order.contract_type.as_str(), order.currency.as_str()), ("Draft", "Annual", "USD"));
        for (rules, members) in northwind_counts() {
            let criteria =
                resolve(&json!({ "entity": "contact", "match_type": "all", "rules": rules }), Scope::alone((&test.clock).into())).unwrap();
            let counted = test.db.read_blocking(|connection| Members::of_criteria(&criteria).count(connection)).unwrap();
            assert_eq!(counted, members, "{rules}");
        }
    });
}

/// Rules over the Northwind data with the members that a few lines over the files themselves find.
fn northwind_counts() -> [(Value, i64); 6] {
    let rule = |field: &str, operator: &str, value: Value| json!({ "field": field, "operator": operator, "value": value });
    let in_1997 = json!(["1997-01-01", "1997-12-31"]);
    [
        (json!([rule("company.country", "equals", json!("GERMANY"))]), 11),
        (json!([rule("contract.value", "greater_than", json!(10_000)), rule("contract.start_date", "between", in_1997)]), 3),
        (json!([{ "field": "contract.contract_number", "operator": "is_empty" }]), 2),
        (json!([rule("title", "contains", json!("owner"))]), 18),
        (json!([{ "field": "company.state", "operator": "is_empty" }]), 60),
        (json!([rule("company.name", "contains", json!("É"))]), 6),
    ]
}

#[test]
fn what_is_exported_comes_in_again_as_it_was() {
    on_both_engines(|test| {
        load(test, Companies, "name,country\n\"=Acme(1)\",Laos\n'Quoted',Laos\n", plain);
        let people = "company,name,email,phone,title,notes,last_contacted\n\
            =Acme(1),Ann,a@x.org,+66 2 123,=CMD(),\"-1\nlines\",2026-01-02T03:04:05Z\n\
            'Quoted',@Bob,,''5, =x,'tis,\n";
        assert_eq!(numbers(&load(test, Contacts, people, plain)), [2, 0, 0, 0, 0]);
        // What was guarded elsewhere comes in without its guard; any other apostrophe stays.
        let phones: Vec<_> = contacts(test).into_iter().map(|contact| (contact.phone, contact.title, contact.notes)).collect();
        assert_eq!(phones[0], ("'5".into(), " =x".into(), "'tis".into()));
        let before = (companies(test), contacts(test));
        let everybody = json!({ "rules": [{ "field": "name", "operator": "is_not_empty" }] });
        let members = Members::of_criteria(&resolve(&everybody, Scope::alone((&test.clock).into())).unwrap());
        let mut file = Vec::new();
        test.db.read_blocking(|connection| write_csv(connection, &members, &mut file)).unwrap();
        assert!(std::str::from_utf8(&file).unwrap().contains(",'+66 2 123,"));
        for change in [plain as fn(&mut Order), |order| order.blank_clears = true, |order| order.create_companies = true] {
            assert_eq!(numbers(&load(test, Contacts, &file, change)), [0, 0, 2, 0, 0]);
        }
        assert_eq!((companies(test), contacts(test)), before);
        // Every column is in it: what was deleted comes back as it was.
        test.db.write_blocking(|connection| Ok(diesel::delete(schema::crm_app_contact::table).execute(connection)?)).unwrap();
        assert_eq!(numbers(&load(test, Contacts, &file, plain)), [2, 0, 0, 0, 0]);
        assert_eq!((companies(test), contacts(test)), before);
    });
}

#[test]
fn a_report_says_how_many_errors_it_leaves_out() {
    let test = TestDb::new(Engine::Sqlite);
    let refused = |rows: usize| load(&test, Companies, format!("name,location_count\n{}", "=A,=x\n".repeat(rows)), plain);
    let (few, many) = (refused(3), refused(Report::ERRORS + 2));
    assert_eq!((few.errors_left_out, many.errors_left_out, many.errors.len()), (0, 2, Report::ERRORS));
    assert_eq!(serde_json::to_value(&few).unwrap().get("errors_left_out"), None);
    assert_eq!(serde_json::to_value(&many).unwrap()["errors_left_out"], 2);
    let shell = Shell::new().with("DATABASE_URL", test.url());
    fs::write(shell.directory().join("bad.csv"), "name,location_count\nA,=x\n").unwrap();
    assert_eq!(shell.run(&["import", "companies", "bad.csv", "--report", "refused.csv"]).code, 1);
    let refused = fs::read_to_string(shell.directory().join("refused.csv")).unwrap();
    assert!(refused.contains(",'=x,"), "{refused}");
}

#[test]
fn datablist_comes_in_but_for_what_the_columns_cannot_hold() {
    on_both_engines(|test| {
        let organizations = Import::file(test, Companies, data("datablist/organizations-100.csv"))
            .map("Name=name")
            .map("Website=website")
            .map("Country=country")
            .map("Industry=industry");
        let report = twice(&organizations, 98, 2, 0);
        assert!(
            report.errors.iter().all(|error| error.column == "Industry" && error.reason.contains("51 characters")),
            "{:?}",
            report.errors
        );
    });
    on_both_engines(|test| {
        let customers = Import::file(test, Contacts, data("datablist/customers-100.csv"))
            .map("First Name+Last Name=name")
            .map("Email=email")
            .map("Phone 1=phone")
            .map("Company=company")
            .map("City=company.city")
            .map("Country=company.country")
            .map("Website=company.website")
            .with(|order| order.create_companies = true);
        let report = twice(&customers, 86, 14, 86);
        assert!(report.errors.iter().all(|error| error.column == "Phone 1"), "{:?}", report.errors);
        assert!(
            companies(test).iter().all(|company| !company.city.is_empty() && !company.country.is_empty() && !company.website.is_empty())
        );
    });
    on_both_engines(|test| {
        let leads = Import::file(test, Contacts, data("datablist/leads-100.csv"))
            .map("First Name+Last Name=name")
            .map("Email 1=email")
            .map("Phone 1=phone")
            .map("Company=company")
            .map("Website=company.website")
            .with(|order| order.create_companies = true);
        twice(&leads, 88, 12, 88);
    });
}

#[test]
fn a_dry_run_tells_the_same_and_keeps_nothing() {
    on_both_engines(|test| {
        let leads = Import::file(test, Contacts, data("datablist/leads-100.csv"))
            .map("First Name+Last Name=name")
            .map("Company=company")
            .map("Phone 1=phone")
            .with(|order| (order.create_companies, order.dry_run) = (true, true));
        let report = leads.run().unwrap();
        assert_eq!(numbers(&report), [88, 0, 0, 12, 88]);
        assert!(companies(test).is_empty() && contacts(test).is_empty());
        let events = test.db.read_blocking(|connection| history::list_of(connection, "contact", "", 0, 10)).unwrap();
        assert!(events.is_empty());
    });
}

/// Saves the company of this name as somebody else, while the import is between two batches.
struct Colleague<'a> {
    test: &'a TestDb,
    saved: usize,
}

impl Listener for Colleague<'_> {
    fn unused(&mut self, _: &[String]) {}

    fn done(&mut self, _: u64, _: &Report) -> Result<(), AppError> {
        let mut theirs = companies(self.test).swap_remove(0);
        self.saved += 1;
        theirs.city = format!("City {}", self.saved);
        self.test.db.write_blocking(|connection| company::update(connection, &theirs))
    }

    fn refused(&mut self, _: &Refusal) -> Result<(), AppError> {
        Ok(())
    }
}

#[test]
fn others_save_what_a_dry_run_changes_and_it_tells_the_same_as_the_import() {
    on_engines(|engine| {
        let test = &TestDb::with(engine, |options| options.statement_timeout = std::time::Duration::from_secs(2));
        load(test, Companies, "name\nPalms\n", plain);
        let ids: Vec<Id> = (0..6_000).map(|_| Id::new()).collect();
        // Some are there twice, across batches, some belong to one that comes later, and Palms changes in each batch.
        let mut csv = String::from("name,country,parent_company_id,id\nPalms,Peru,,\n");
        for (place, id) in ids.iter().enumerate() {
            let parent = ids.get(place + 1).filter(|_| place > 5_990).map(Id::to_string).unwrap_or_default();
            writeln!(csv, "Company {place},Laos,{parent},{id}").unwrap();
        }
        csv += "Palms,Chile,,\ncompany 7,Peru,,\nCompany 8,Laos,,\nCompany 9,Laos,,no-id\n";
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), csv).unwrap();
        let import = Import::file(test, Companies, file.path());
        let dry = import.with(|order| order.dry_run = true);
        let there = copy::rehearsal(&test.db).unwrap();
        let mut colleague = Colleague { test, saved: 0 };
        let report = import::run(&there.db, &test.clock, &Actor::system("import", false), &dry.order, &mut colleague).unwrap();
        assert!(colleague.saved >= 2);
        let left = companies(test);
        assert_eq!((left.len(), left[0].country.as_str(), left[0].city.clone()), (1, "", format!("City {}", colleague.saved)));
        assert_eq!(numbers(&report), numbers(&dry.with(|order| order.dry_run = false).run().unwrap()));
        assert_eq!(numbers(&report), [6_000, 3, 1, 1, 0]);
        assert_eq!(companies(test).iter().find(|company| company.name == "Palms").unwrap().country, "Chile");
        // Whoever has the connection next writes to the tables themselves.
        let again = load(test, Companies, "name,country\nPalms,Cuba\n", plain);
        assert_eq!((numbers(&again)[1], companies(test).iter().filter(|company| company.country == "Cuba").count()), (1, 1));
    });
}

#[test]
fn found_rows_are_updated_and_others_added() {
    on_both_engines(|test| {
        load(test, Companies, "name,country,city\nHôtel Été,Laos,Vientiane\n", plain);
        let report = load(test, Companies, "name,country,city\n  HÔTEL ÉTÉ ,,Pakse\nOther,Laos,\n", plain);
        assert_eq!(numbers(&report), [1, 1, 0, 0, 0]);
        let all = companies(test);
        assert_eq!((all[0].name.as_str(), all[0].country.as_str(), all[0].city.as_str()), ("  HÔTEL ÉTÉ ", "Laos", "Pakse"));
        assert_eq!(all.len(), 2);
        // Now that it has outer blanks it is still found without them.
        assert_eq!(numbers(&load(test, Companies, "name\nhôtel été\n", |order| order.dry_run = true)), [0, 1, 0, 0, 0]);
        let people = "company,name,email,phone\nhôtel été,Ann,A@x.org,1\nother,Bob,,2\n";
        assert_eq!(numbers(&load(test, Contacts, people, plain)), [2, 0, 0, 0, 0]);
        let people = "company,name,email,phone\nHôtel Été,Ann Lee, a@X.ORG ,1\nOther,BOB,,3\nOther,Ann,a@x.org,\n";
        assert_eq!(numbers(&load(test, Contacts, people, plain)), [1, 2, 0, 0, 0]);
        assert_eq!(numbers(&load(test, Contacts, people, plain)), [0, 0, 3, 0, 0]);
        assert_eq!(contacts(test).iter().map(|contact| contact.phone.as_str()).collect::<Vec<_>>(), ["", "1", "3"]);
    });
}

#[test]
fn a_line_without_an_e_mail_means_the_contact_of_that_name() {
    on_both_engines(|test| {
        load(test, Companies, "name\nAcme\n", plain);
        let people = "company,name,email\nAcme,Ann,ann@x.org\nAcme,Ann,ann2@x.org\n";
        assert_eq!(numbers(&load(test, Contacts, people, plain)), [2, 0, 0, 0, 0]);
        assert_eq!(numbers(&load(test, Contacts, "company,name,phone\nAcme,ANN,1\n", plain)), [0, 1, 0, 0, 0]);
        assert_eq!(contacts(test).len(), 2);
        // Without an id they are one; with ids of their own two people may have one name.
        let ids = [Id::new(), Id::new()];
        let people = format!("id,company,name\n{},Acme,Bob\n{},Acme,Bob\n", ids[0], ids[1]);
        assert_eq!(numbers(&load(test, Contacts, &people, plain)), [2, 0, 0, 0, 0]);
        assert_eq!(numbers(&load(test, Contacts, &people, plain)), [0, 0, 2, 0, 0]);
    });
}

#[test]
fn the_same_contact_twice_in_a_file_is_one() {
    on_both_engines(|test| {
        let people = "company,name,email,phone\nAcme,Ann,a@x.org,1\nacme,Ann,A@X.org,2\nACME,Ann,a@x.org,2\n";
        let report = load(test, Contacts, people, |order| order.create_companies = true);
        assert_eq!(numbers(&report), [1, 2, 0, 0, 1]);
        assert_eq!((contacts(test)[0].phone.as_str(), contacts(test)[0].email.as_str()), ("2", "a@x.org"));
    });
}

#[test]
fn lines_that_change_each_other_back_change_nothing_the_second_time() {
    on_both_engines(|test| {
        let people = "company,name,email,title\nAcme,Ann,a@x.org,Boss\nAcme,Ann,a@x.org,Chef\n";
        assert_eq!(numbers(&load(test, Contacts, people, |order| order.create_companies = true)), [1, 1, 0, 0, 1]);
        let before = contacts(test);
        assert_eq!(numbers(&load(test, Contacts, people, plain)), [0, 0, 2, 0, 0]);
        assert_eq!(contacts(test), before, "not even when it was changed");
    });
}

#[test]
fn every_column_may_be_given_and_an_id_is_kept() {
    on_both_engines(|test| {
        let (parent, child, person, contract) = (Id::new(), Id::new(), Id::new(), Id::new());
        let csv = format!(
            "id,name,parent_company_id,is_corporate_parent,is_active,location_count,created_at,updated_at,notes\n\
             {child},Child,{parent},no,0,-3,2020-01-02T03:04:05.678901Z,2021-01-01 00:00:00+07:00,\"two\nlines\"\n\
             {parent},Parent,,YES,true,7,2020-01-02,2020-01-02 10:30,\n"
        );
        assert_eq!(numbers(&load(test, Companies, &csv, plain)), [2, 0, 0, 0, 0]);
        assert_eq!(numbers(&load(test, Companies, &csv, plain)), [0, 0, 2, 0, 0]);
        let all = companies(test);
        assert_eq!((all[0].id, all[0].parent_company_id, all[0].is_active, all[0].location_count), (child, Some(parent), false, -3));
        assert_eq!(all[0].created_at.to_string(), "2020-01-02T03:04:05.678901Z");
        assert_eq!(all[0].updated_at.to_string(), "2020-12-31T17:00:00.000000Z");
        assert_eq!((all[0].notes.as_str(), all[1].is_corporate_parent), ("two\nlines", true));
        assert_eq!(all[1].created_at.to_string(), "2020-01-01T17:00:00.000000Z");
        let csv = format!("id,company_id,name,unsubscribed,is_primary,last_contacted\n{person},{child},Ann,1,y,2026-01-01\n");
        assert_eq!(numbers(&load(test, Contacts, &csv, plain)), [1, 0, 0, 0, 0]);
        assert!(contacts(test)[0].unsubscribed && contacts(test)[0].is_primary && contacts(test)[0].last_contacted.is_some());
        let csv = format!("id,company_id,contract_number,start_date,end_date,value\n{contract},{child},C-1,2026-01-02,2025-01-01,-5.5\n");
        assert_eq!(numbers(&load(test, Contracts, &csv, plain)), [1, 0, 0, 0, 0]);
        assert_eq!((contracts(test)[0].id, contracts(test)[0].value), (contract, Money(-550)));
        // Found by its id, with a new number.
        let csv = format!("id,contract_number,auto_renew\n{contract},C-2,true\n");
        assert_eq!(numbers(&load(test, Contracts, &csv, plain)), [0, 1, 0, 0, 0]);
        assert_eq!(numbers(&load(test, Contracts, "contract_number,auto_renew\n c-2,false\n", plain)), [0, 1, 0, 0, 0]);
    });
}

#[test]
fn blanks_keep_what_is_there_unless_they_clear() {
    on_both_engines(|test| {
        load(test, Companies, "name,country,location_count\nAcme,Laos,5\n", plain);
        assert_eq!(numbers(&load(test, Companies, "name,country,location_count\nAcme, ,\n", plain)), [0, 0, 1, 0, 0]);
        let cleared = load(test, Companies, "name,country,location_count\nAcme, ,\n", |order| order.blank_clears = true);
        assert_eq!(numbers(&cleared), [0, 1, 0, 0, 0]);
        assert_eq!((companies(test)[0].country.as_str(), companies(test)[0].location_count), ("", 1));
        let new =
            load(test, Contacts, "company,name,contact_type,last_contacted\nAcme,Ann,,2026-01-01\n", |order| order.blank_clears = true);
        assert_eq!(numbers(&new), [1, 0, 0, 0, 0]);
        assert_eq!(contacts(test)[0].contact_type, "Other");
        // A line that is short says nothing of the columns that it lacks.
        let short = load(test, Contacts, "company,name,last_contacted\nAcme,Ann\n", |order| order.blank_clears = true);
        assert_eq!(numbers(&short), [0, 0, 1, 0, 0]);
        let blank = load(test, Contacts, "company,name,last_contacted\nAcme,Ann,\n", |order| order.blank_clears = true);
        assert_eq!(numbers(&blank), [0, 1, 0, 0, 0]);
        assert_eq!(contacts(test)[0].last_contacted, None);
    });
}

#[test]
fn who_unsubscribed_stays_so_unless_told() {
    on_both_engines(|test| {
        load(test, Companies, "name\nAcme\n", plain);
        let people = |unsubscribed: &str| format!("company,name,unsubscribed\nAcme,Ann,{unsubscribed}\n");
        load(test, Contacts, people("no"), plain);
        assert_eq!(numbers(&load(test, Contacts, people("yes"), plain)), [0, 1, 0, 0, 0]);
        assert_eq!(numbers(&load(test, Contacts, people("no"), plain)), [0, 0, 1, 0, 0]);
        assert_eq!(numbers(&load(test, Contacts, people(""), |order| order.blank_clears = true)), [0, 0, 1, 0, 0]);
        assert!(contacts(test)[0].unsubscribed);
        assert_eq!(numbers(&load(test, Contacts, people("no"), |order| order.resubscribe = true)), [0, 1, 0, 0, 0]);
        assert!(!contacts(test)[0].unsubscribed);
    });
}

#[test]
fn company_columns_fill_new_companies_only() {
    on_both_engines(|test| {
        load(test, Companies, "name,country\nOld,Laos\n", plain);
        let people = "company,name,company.country\nold,Ann,Japan\nNew,Bob,Japan\nnew,Cat,China\n";
        let report = load(test, Contacts, people, |order| order.create_companies = true);
        assert_eq!(numbers(&report), [3, 0, 0, 0, 1]);
        let countries: Vec<_> = companies(test).into_iter().map(|company| (company.name, company.country)).collect();
        assert_eq!(countries, [("New".into(), "Japan".into()), ("Old".to_owned(), "Laos".to_owned())]);
    });
}

#[test]
fn bad_rows_are_refused_one_by_one_with_line_column_value_and_reason() {
    on_both_engines(|test| {
        let csv = "name,location_count,industry,is_active\r\nA,x,,\r\n\r\nB,2147483648,,\r\n\"C\r\nC\",1,Anything goes,\r\n,1,,\r\nD,,,maybe\r\nE,,,,\r\nF,,,,extra\r\n";
        let report = load(test, Companies, csv, plain);
        assert_eq!(numbers(&report), [2, 0, 0, 5, 0]);
        let errors: Vec<_> = report.errors.iter().map(|error| (error.line, error.column.as_str(), error.value.as_str())).collect();
        assert_eq!(
            errors,
            [
                (2, "location_count", "x"),
                (4, "location_count", "2147483648"),
                (7, "name", ""),
                (8, "is_active", "maybe"),
                (10, "", "extra")
            ]
        );
        assert!(report.errors.iter().all(|error| error.reason.ends_with('.')), "{:?}", report.errors);
        let unknown = Id::new();
        let csv = format!("company_id,company,name\n,Nobody,Ann\n{unknown},,Bob\nx,,Cat\n,,Dan\n");
        let report = load(test, Contacts, &csv, plain);
        let errors: Vec<_> = report.errors.iter().map(|error| (error.line, error.column.as_str(), error.value.clone())).collect();
        assert_eq!(
            errors,
            [
                (2, "company", "Nobody".into()),
                (3, "company_id", unknown.to_string()),
                (4, "company_id", "x".into()),
                (5, "company", String::new())
            ]
        );
        let csv = "company,contract_number,start_date,end_date,value\nE,1,2026-02-30,2026-01-01,1\nE,2,2026-01-01,,1\nE,3,2026-01-01,2026-01-02,1.001\nE,,2026-01-01,2026-01-02,1\n";
        let report = load(test, Contracts, csv, plain);
        let errors: Vec<_> = report.errors.iter().map(|error| (error.line, error.column.as_str())).collect();
        assert_eq!(errors, [(2, "start_date"), (3, "end_date"), (4, "value"), (5, "contract_number")]);
    });
}

#[test]
fn a_row_that_the_database_alone_refuses_does_not_take_others_with_it() {
    on_both_engines(|test| {
        let (ann, bob) = (Id::new(), Id::new());
        load(test, Companies, "name\nAcme\n", plain);
        load(test, Contacts, format!("id,company,name,email\n{ann},Acme,Ann,a@x.org\n{bob},Acme,Bob,b@x.org\n"), plain);
        // The line does not say where Bob works, so that only the database can tell.
        let file = format!("id,name,email,company\n{bob},Bob,a@x.org,\n{ann},Annie,,\n,Cat,c@x.org,Acme\n");
        let told = load(test, Contacts, &file, |order| order.dry_run = true);
        let report = load(test, Contacts, &file, plain);
        assert_eq!((numbers(&told), told.errors[0].line), (numbers(&report), 2), "a dry run knows it too");
        assert_eq!(numbers(&report), [1, 1, 0, 1, 0]);
        assert_eq!(report.errors[0].line, 2);
        // An id that nobody has does not make a second company of the same name.
        let report = load(test, Companies, format!("id,name\n{},Beta\n{},acme\n", Id::new(), Id::new()), plain);
        assert_eq!(numbers(&report), [1, 1, 0, 0, 0]);
    });
}

#[test]
fn any_usual_file_is_read() {
    on_both_engines(|test| {
        let number = |csv: &[u8], change: fn(&mut Order)| numbers(&load(test, Companies, csv, change))[0];
        assert_eq!(number("\u{feff}name;country\nA;\"Lao;s\"\n".as_bytes(), plain), 1);
        assert_eq!(number(b"name\tcountry\r\nB\tLaos\r\n", plain), 1);
        assert_eq!(number(b"name,country\rC,Laos\rC2,\"x\ry\"", plain), 2);
        assert_eq!(number(b"name,country\nCaf\xe9,Laos\n", |order| order.encoding = Some("windows-1252".into())), 1);
        let utf16: Vec<u8> = "\u{feff}name,country\nไทย,泰国\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(number(&utf16, |order| order.encoding = Some("utf-16".into())), 1);
        assert_eq!(number("name,country\ne\u{301}te,Laos\n".as_bytes(), plain), 1);
        let names: Vec<String> = companies(test).into_iter().map(|company| company.name).collect();
        for name in ["A", "B", "C", "C2", "Café", "ไทย", "éte"] {
            assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
        }
        assert!(wrong(test, Companies, b"name\nA\nCaf\xe9\n", plain).contains("line 3"));
        assert!(wrong(test, Companies, &utf16, plain).contains("--encoding utf-16le"));
        assert!(wrong(test, Companies, b"name\n", |order| order.encoding = Some("latin99".into())).contains("Unknown encoding"));
        assert!(wrong(test, Companies, b"", plain).contains("is empty"));
        let open = wrong(test, Companies, b"name,notes\nA,\"never closed\nB,y\n", plain);
        assert!(open.contains("opened on line 2") && open.contains("never closed"), "{open}");
        assert!(wrong(test, Companies, b"", |order| order.file = "/".into()).contains("it is a directory"));
        let told = wrong(test, Companies, b"Company,Country\nA,Laos\n", plain);
        assert!(told.contains("No column gives the “name” of the companies. The file has: Company, Country."), "{told}");
        assert!(wrong(test, Contacts, b"Full name,company\nA,B\n", plain).contains("“name” or “email” of the contacts"));
        assert!(wrong(test, Companies, b"name\n", |order| order.maps = vec!["Nam=name".into()]).contains("no column “Nam”"));
        assert!(wrong(test, Companies, b"name\n", |order| order.maps = vec!["name=nam".into()]).contains("did you mean “name”?"));
        assert!(wrong(test, Companies, b"name\n", |order| order.date_format = Some("%Q".into())).contains("no date format"));
        assert!(wrong(test, Companies, b"name\n", |order| order.file = "/no/such/file".into()).contains("cannot be read"));
    });
}

#[test]
fn columns_that_go_nowhere_are_named_once_and_a_run_is_one_event() {
    on_both_engines(|test| {
        let mut ear = Ear::default();
        let import = Import::file(test, Companies, data("northwind/customers.csv")).map("company_name=name");
        import.run_as(&Actor::system("import", false), &mut ear).unwrap();
        assert_eq!(ear.unused, ["customer_id", "contact_name", "contact_title", "address", "region", "fax"]);
        assert_eq!(ear.bytes, fs::metadata(&import.order.file).unwrap().len());
        let events = test.db.read_blocking(|connection| history::list_of(connection, "company", "", 0, 10)).unwrap();
        assert_eq!(events.len(), 1);
        assert!(events[0].message.starts_with("Imported companies from customers.csv: 91 added"), "{}", events[0].message);
    });
}

#[test]
fn a_shared_database_is_read_only() {
    on_both_engines(|test| {
        let import = Import::file(test, Companies, data("northwind/customers.csv")).map("company_name=name");
        let error = import.run_as(&Actor::system("import", true), &mut Ear::default()).unwrap_err();
        assert!(matches!(&error, AppError::Forbidden(reason) if reason.contains("read-only")), "{error}");
    });
}

#[test]
fn batches_are_committed_and_the_order_of_lines_does_not_matter_for_parents() {
    on_both_engines(|test| {
        let ids: Vec<Id> = (0..6_000).map(|_| Id::new()).collect();
        let mut csv = String::from("id,name,parent_company_id\n");
        // Each belongs to the one after it, across batches.
        for (place, id) in ids.iter().enumerate().skip(5_990) {
            let parent = ids.get(place + 1).map(Id::to_string).unwrap_or_default();
            writeln!(csv, "{id},Company {place},{parent}").unwrap();
        }
        for (place, id) in ids.iter().enumerate().take(5_990) {
            writeln!(csv, "{id},Company {place},{}", ids[5_990]).unwrap();
        }
        writeln!(csv, ",Lost,{}", Id::new()).unwrap();
        let report = load(test, Companies, &csv, plain);
        assert_eq!(numbers(&report), [6_000, 0, 0, 1, 0]);
        assert_eq!((report.errors[0].line, report.errors[0].column.as_str()), (6_002, "parent_company_id"));
        assert_eq!(numbers(&load(test, Companies, &csv, plain)), [0, 0, 6_000, 1, 0]);
    });
}
