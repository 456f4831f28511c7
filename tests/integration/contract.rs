//! The API against its own document: schemathesis (`PyPI`) asks what the document allows and what it forbids, signed in as Admin and as
//! Sales, on both engines. No answer may be a 500, or of a status or shape that is not told.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use customer_segments::accounts::user::User;
use customer_segments::accounts::{Actor, Role};
use customer_segments::{customers, segments};
use tempfile::tempdir;

use crate::support::api::Api;
use crate::support::tools::program;
use crate::support::{TestApp, TestDb, on_engines};

/// How it asks.
const SETTINGS: &str = include_str!("schemathesis.toml");
/// Cases of each operation, in each of its phases.
const EXAMPLES: &str = "10";

/// Lets it ask as somebody of this role, who owns the segments of the sample data.
fn holds_for(role: Role) {
    let Some(schemathesis) = program("schemathesis", "install PyPI's package `schemathesis`") else { return };
    on_engines(|engine| {
        let app = TestApp::with(TestDb::new(engine), |settings| {
            settings.api_rate = 1_000_000;
            settings.api_rate_by_address = 1_000_000;
        });
        let (db, clock) = (&app.test.db, &app.test.clock);
        customers::sample::fill(db, clock, 300).unwrap();
        let username = app.user(role, |_| {});
        let user = db.read_blocking(|connection| User::find_by_username(connection, &username)).unwrap();
        let owner = Actor { id: Some(user.id), name: user.username, ..Actor::system("tests", false) };
        segments::sample::fill(db, clock, &owner).unwrap();
        let (is_well, said) = ask(&schemathesis, &app, &app.api(&username));
        assert!(is_well, "{engine:?}, {role:?}: {said}");
    });
}

/// The settings, with keys of customers that are there, which it cannot make.
fn settings(api: &Api<'_>) -> String {
    let first = |path: &str| api.get(path).good(200)["results"][0]["id"].as_str().unwrap().to_owned();
    ["contacts", "companies", "contracts"].into_iter().fold(SETTINGS.to_owned(), |settings, name| {
        let id = first(&format!("{name}/"));
        settings + &format!("\n[[operations]]\ninclude-path = \"/api/v1/{name}/{{id}}/\"\nparameters = {{ \"path.id\" = \"{id}\" }}\n")
    })
}

/// Whether all is well, and what it says.
fn ask(schemathesis: &Path, app: &TestApp, api: &Api<'_>) -> (bool, String) {
    let folder = tempdir().unwrap();
    let here = folder.path().join("schemathesis.toml");
    fs::write(&here, settings(api)).unwrap();
    let mut command = Command::new(schemathesis);
    command.arg("--config-file").arg(here).args(["run", &app.url("/api/v1/openapi.json")]);
    command.args(["--header", &format!("Authorization: Bearer {}", api.access), "--checks", "all", "--max-examples", EXAMPLES]);
    command.args(["--generation-deterministic", "--no-color", "--request-timeout", "30"]);
    let said = command.current_dir(folder.path()).stdin(Stdio::null()).output().expect("schemathesis runs");
    (said.status.success(), format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr)))
}

#[test]
fn the_api_is_what_its_document_says_to_an_admin() {
    holds_for(Role::Admin);
}

#[test]
fn the_api_is_what_its_document_says_to_sales() {
    holds_for(Role::Sales);
}
