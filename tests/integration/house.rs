//! The house holds together: the maps match the disk, nobody imports whom they may not, the one `schema.rs` matches both
//! databases, and the migrations go up, down and up again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use customer_segments::config::Settings;
use customer_segments::db::dialect::Engine;
use customer_segments::db::migrations;

use crate::support::catalogue::{columns, dump};
use crate::support::{Shell, TestDb, files_below, on_both_engines, on_engines};

/// The files of the program, by their path below `src`, with their text.
fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    files_below(&src)
        .into_iter()
        .filter(|path| is_rust(path))
        .map(|path| (path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_source_file_says_what_it_is() {
    let silent: Vec<_> = sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert_eq!(silent, Vec::<String>::new(), "these files do not open with //!");
}

#[test]
fn no_test_is_left_out() {
    // Spelt apart, so that this line is not found itself.
    let word = concat!("#[", "ignore");
    let mut files = files_below(&root().join("src"));
    files.extend(files_below(&root().join("tests")));
    let ignored: Vec<_> = files.into_iter().filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(word))).collect();
    assert_eq!(ignored, Vec::<PathBuf>::new(), "these files leave tests out");
}

/// The modules directly below `src`.
fn modules_on_disk() -> BTreeSet<String> {
    let names = fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap().path());
    let names = names.filter(|path| !path.is_dir() || path.join("mod.rs").exists());
    let names: BTreeSet<String> = names.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.into_iter().filter(|name| name != "main" && name != "lib").collect()
}

#[test]
fn the_map_of_the_library_matches_the_disk() {
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rows = library.lines().filter_map(|line| line.strip_prefix("//! | [").and(line.split('|').nth(1)));
    let map: BTreeSet<String> =
        rows.flat_map(|row| row.split(',')).map(|name| name.trim().trim_matches(['[', ']', '`']).to_owned()).collect();
    assert_eq!(map, modules_on_disk());
}

#[test]
fn the_map_of_the_readme_matches_the_disk() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, map) = readme.split_once("\nsrc/\n").expect("the README has a map with a line `src/`");
    let map = map.split("```").next().unwrap();
    let lines = map.lines().take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    // A line names one module or several, each a path, then tells about them.
    let named: BTreeSet<String> = lines
        .flat_map(|line| line.split_whitespace().take_while(|word| word.ends_with('/') || is_rust(Path::new(word))))
        .map(|word| word.trim_end_matches('/').trim_end_matches(".rs").to_owned())
        .filter(|name| name != "main" && name != "lib")
        .collect();
    assert_eq!(named, modules_on_disk());
}

/// Who may import whom, by the longest beginning of their path. `commands`, `routes`, `server`, `main` and `lib` may all.
const IMPORTS: &[(&str, &[&str])] = &[
    ("config.rs", &["error"]),
    ("clock.rs", &["error"]),
    // The kinds of errors are told apart by the classifier, and the classifier's file has no imports of ours.
    ("error.rs", &["db::classify"]),
    ("db/", &["db", "error", "clock"]),
    ("query/", &["query", "db", "error", "clock"]),
    ("criteria/", &["criteria", "query", "db", "error", "clock"]),
    ("history/", &["history", "accounts::actor", "accounts::Actor", "db", "error", "clock"]),
    ("accounts/", &["accounts", "history", "db", "error", "clock", "config"]),
    ("accounts/login.rs", &["accounts", "admin", "history", "db", "query", "criteria", "error", "clock", "config"]),
    ("customers/", &["customers", "db", "query", "criteria", "history", "accounts::actor", "accounts::Actor", "error", "clock"]),
    ("customers/admin.rs", &["customers", "admin", "accounts", "history", "db", "query", "criteria", "error", "clock", "config"]),
    ("segments/", &["segments", "customers", "db", "query", "criteria", "history", "accounts::actor", "accounts::Actor", "error", "clock"]),
    ("segments/admin.rs", SCREEN_OF_SEGMENTS),
    ("segments/api.rs", SCREEN_OF_SEGMENTS),
    ("segments/form.rs", SCREEN_OF_SEGMENTS),
    ("segments/chooser.rs", SCREEN_OF_SEGMENTS),
    ("segments/members_page.rs", SCREEN_OF_SEGMENTS),
    ("admin/", &["admin", "config", "clock", "db", "query", "history", "accounts", "error"]),
];

/// Segments' screens may use the models of customers, not their screens.
const SCREEN_OF_SEGMENTS: &[&str] =
    &["segments", "customers", "admin", "accounts", "history", "db", "query", "criteria", "error", "clock", "config"];

/// Parts of the house that know nothing of the web, but for those files in them that may import `admin`: screens.
const WITHOUT_WEB: &[&str] =
    &["db/", "query/", "criteria/", "history/", "accounts/actor.rs", "accounts/user.rs", "accounts/password", "customers/", "segments/"];
/// The crates of the web.
const WEB: &[&str] = &["actix_web::", "actix_session::", "askama::"];

/// The longest entry of a table that `path` begins with.
fn entry<T>(table: &'static [(&'static str, T)], path: &str) -> Option<&'static T> {
    table.iter().filter(|(place, _)| path.starts_with(place)).max_by_key(|(place, _)| place.len()).map(|(_, entry)| entry)
}

/// Everything of ours that a file names: `crate::a::b` as `a::b`, braces opened.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    // Unit tests at the end of a file may use what they like.
    let code = code.split("#[cfg(test)]").next().unwrap().to_owned();
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let path = &code[at + "crate::".len()..];
        match path.strip_prefix('{') {
            Some(list) => found.extend(list.split(['}', ';']).next().unwrap().split(',').map(|name| name.trim().to_owned())),
            None => {
                found.insert(path.chars().take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':')).collect());
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn nobody_imports_whom_they_may_not() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if let Some(allowed) = entry(IMPORTS, &path) {
            let is_allowed = |name: &str| {
                allowed.iter().any(|allowed| name == *allowed || name.starts_with(&format!("{allowed}::")))
                    // What every screen of a module is must not be reached from another product.
                    && !(name.starts_with("customers::admin") && path.starts_with("segments/"))
            };
            wrong.extend(imports(&text).into_iter().filter(|name| !is_allowed(name)).map(|name| format!("{path} imports {name}")));
        }
        let is_screen = entry(IMPORTS, &path).is_some_and(|allowed| allowed.contains(&"admin"));
        if !is_screen && WITHOUT_WEB.iter().any(|part| path.starts_with(part)) {
            wrong.extend(WEB.iter().filter(|name| text.contains(**name)).map(|name| format!("{path} uses {name}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn both_engines_have_the_same_dated_migrations_each_with_its_way_back() {
    let names = |engine: &str| -> BTreeSet<PathBuf> {
        let folder = root().join("migrations").join(engine);
        files_below(&folder).into_iter().map(|path| path.strip_prefix(&folder).unwrap().to_owned()).collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert_eq!(sqlite, postgres);
    for folder in sqlite.iter().map(|path| path.parent().unwrap()).collect::<BTreeSet<&Path>>() {
        assert!(sqlite.contains(&folder.join("up.sql")) && sqlite.contains(&folder.join("down.sql")), "{}", folder.display());
    }
}

#[test]
fn migrations_go_up_down_and_up_again() {
    on_engines(|engine| {
        let test = TestDb::empty(engine);
        let applied = migrations::apply(&test.db).unwrap();
        assert!(applied.len() >= 3, "{applied:?}");
        let once = dump(&test);
        migrations::revert_all(&test.db).unwrap();
        assert_eq!(migrations::state(&test.db).unwrap().pending, applied);
        // Only what the migrations themselves need is left, and the server's extension.
        let is_ours = |line: &String| !["segments_lease", "__diesel", "extension"].iter().any(|word| line.contains(word));
        let left: Vec<_> = dump(&test).into_iter().filter(is_ours).collect();
        assert_eq!(left, Vec::<String>::new());
        assert_eq!(migrations::apply(&test.db).unwrap(), applied);
        assert_eq!(dump(&test), once);
    });
}

/// What `schema.rs` says: table → column → (SQL type, nullable).
fn declared() -> BTreeMap<String, BTreeMap<String, (String, bool)>> {
    let schema = fs::read_to_string(root().join("src/db/schema.rs")).unwrap();
    let mut tables: BTreeMap<String, BTreeMap<String, (String, bool)>> = BTreeMap::new();
    let mut table = String::new();
    for line in schema.lines().map(str::trim) {
        if let Some((name, "{")) = line.split_once(" (").map(|(name, rest)| (name, rest.rsplit(") ").next().unwrap_or_default())) {
            name.clone_into(&mut table);
        } else if let Some((column, sql_type)) = line.trim_end_matches(',').split_once(" -> ")
            && !line.starts_with("joinable")
        {
            let nullable = sql_type.starts_with("Nullable<");
            let sql_type = sql_type.trim_start_matches("Nullable<").trim_end_matches('>').to_owned();
            tables.entry(table.clone()).or_default().insert(column.to_owned(), (sql_type, nullable));
        }
    }
    tables
}

/// How an engine spells a type of `schema.rs`.
fn spelling(engine: Engine, sql_type: &str) -> &'static [&'static str] {
    match (engine, sql_type) {
        (Engine::Postgres, "Uid") => &["uuid"],
        (Engine::Postgres, "Text") => &["text", "varchar"],
        (Engine::Postgres, "Bool") => &["bool"],
        (Engine::Postgres, "Integer") => &["int4"],
        (Engine::Postgres, "Instant") => &["timestamptz"],
        (Engine::Postgres, "Date") => &["date"],
        (Engine::Postgres, "Amount") => &["numeric"],
        (Engine::Postgres, "Document") => &["jsonb"],
        (Engine::Sqlite, "Uid") => &["BLOB"],
        (Engine::Sqlite, "Text" | "Instant" | "Date" | "Document") => &["TEXT"],
        (Engine::Sqlite, "Bool" | "Integer" | "Amount") => &["INTEGER"],
        (engine, other) => panic!("{other} has no spelling on {engine:?}"),
    }
}

/// Compares `schema.rs` with the database; a table of the CRM's may have columns that we do not read.
fn compare(test: &TestDb) {
    let is_shared = migrations::state(&test.db).unwrap().shared;
    let there = columns(test);
    for (table, declared) in declared() {
        for (column, (sql_type, nullable)) in &declared {
            let found = there.iter().find(|found| found.table_name == table && found.name == *column);
            let found = found.unwrap_or_else(|| panic!("{table}.{column} is not in the database"));
            assert_eq!(found.nullable, *nullable, "{table}.{column}: nullable");
            let spelling = spelling(test.db.engine(), sql_type);
            assert!(spelling.contains(&found.sql_type.as_str()), "{table}.{column} is {} and not {spelling:?}", found.sql_type);
        }
        let is_ours = table.starts_with("segments_") || !is_shared;
        for found in there.iter().filter(|found| is_ours && found.table_name == table) {
            let is_identity = table.contains("_static_") && found.name == "id";
            assert!(is_identity || declared.contains_key(&found.name), "{table}.{} is not in schema.rs", found.name);
        }
    }
    let known: BTreeSet<_> = declared().into_keys().collect();
    for found in there.iter().filter(|found| found.table_name.starts_with("segments_")) {
        assert!(known.contains(&found.table_name), "{} is not in schema.rs", found.table_name);
    }
}

#[test]
fn the_schema_is_that_of_both_databases() {
    assert!(declared().len() >= 11, "{:?}", declared().keys());
    on_both_engines(compare);
}

#[test]
fn the_schema_is_that_of_a_shared_database() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    compare(&test);
}

/// The table of settings, made from `config.rs` as `--help` is.
fn settings_table() -> String {
    let settings = Settings::augment_args(clap::Command::new("settings"));
    let row = |setting: &clap::Arg| {
        let name = setting.get_env().expect("every setting can be set in the environment").to_str().unwrap().to_owned();
        assert_eq!(name.to_lowercase().replace('_', "-"), setting.get_long().unwrap(), "flags are named like their variables");
        let defaults: Vec<_> = setting.get_default_values().iter().map(|value| value.to_str().unwrap()).collect();
        let help = setting.get_help().map(ToString::to_string).unwrap_or_default();
        // A default in words stands in the help.
        let (meaning, default) = match help.split_once(" [default: ").and_then(|(before, rest)| Some((before, rest.split_once(']')?))) {
            Some((before, (default, after))) => (format!("{before}{after}"), default.to_owned()),
            None if defaults.is_empty() => (help, String::new()),
            None => (help, format!("`{}`", defaults.join(","))),
        };
        format!("| `{name}` | {default} | {meaning} |\n")
    };
    "| setting | default | meaning |\n|---|---|---|\n".to_owned() + &settings.get_arguments().map(row).collect::<String>()
}

#[test]
fn the_settings_of_the_readme_are_those_of_the_program() {
    let table = settings_table();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&table), "the README must have this table:\n\n{table}");
    let help = Shell::new().run(&["--help"]).done();
    for name in table.lines().skip(2).map(|line| line.split('`').nth(1).unwrap()) {
        assert!(help.contains(&format!("[env: {name}")), "{name} is not in --help");
    }
}
