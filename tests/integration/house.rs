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

/// The lines of the README's map: those of the root, and those of `src` below it.
fn map_of_the_readme() -> (Vec<String>, Vec<String>) {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, map) = readme.split_once("## The house\n\n```\n").expect("the README has a map");
    let lines = map.split("```").next().unwrap().lines().map(str::to_owned);
    lines.partition(|line| !line.starts_with(' '))
}

#[test]
fn the_map_of_the_readme_matches_the_disk() {
    let (top, below_src) = map_of_the_readme();
    // A line of `src` names one module or several, each a path, then tells about them.
    let named: BTreeSet<String> = below_src
        .iter()
        .flat_map(|line| line.split_whitespace().take_while(|word| word.ends_with('/') || is_rust(Path::new(word))))
        .map(|word| word.trim_end_matches('/').trim_end_matches(".rs").to_owned())
        .filter(|name| name != "main" && name != "lib")
        .collect();
    assert_eq!(named, modules_on_disk());
    let mut missing = Vec::new();
    for line in &top {
        let mut words = line.split_whitespace();
        let folder = root().join(words.next().unwrap());
        // What a line explains, with a colon behind it, is in the folder.
        let parts = words.filter_map(|word| word.strip_suffix(':')).map(|word| folder.join(word));
        missing.extend(parts.chain([folder.clone()]).filter(|path| !path.exists()));
    }
    assert_eq!(missing, Vec::<PathBuf>::new(), "the README names what is not there");
    let is_ours = |name: &str| name == ".ci" || !(name.starts_with('.') || name == "target");
    let folders = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| is_ours(name)).collect();
    let mapped = top.iter().map(|line| line.split('/').next().unwrap().to_owned()).collect();
    assert_eq!(folders, mapped);
}

#[test]
fn the_pictures_of_the_readme_are_there() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let pictures: Vec<&str> =
        readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|link| !link.contains("://")).collect();
    assert!(!pictures.is_empty());
    let missing: Vec<&str> = pictures.into_iter().filter(|link| !root().join(link).exists()).collect();
    assert_eq!(missing, Vec::<&str>::new(), "the README links to what is not there");
}

/// A row of the table in `lib.rs`: what files with a beginning of path may import, and whether they may know the web.
struct Rule {
    place: String,
    /// `None`: everything.
    allowed: Option<Vec<String>>,
    knows_the_web: bool,
}

/// Who may import whom, as `lib.rs` says.
fn import_rules() -> Vec<Rule> {
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let (_, table) = library.split_once("//! | files | may import | the web |\n").expect("lib.rs says who may import whom");
    let rows = table.lines().skip(1).map_while(|line| line.strip_prefix("//! | "));
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    rows.flat_map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let allowed = (cells[1] != "everything").then(|| quoted(cells[1]));
        let knows_the_web = cells[2] != "no";
        quoted(cells[0]).into_iter().map(move |place| Rule { place, allowed: allowed.clone(), knows_the_web })
    })
    .collect()
}

/// The crates of the web.
const WEB: &[&str] = &["actix_web::", "actix_session::", "askama::"];

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
    let (rules, mut wrong) = (import_rules(), Vec::new());
    assert!(rules.len() > 15, "{}", rules.len());
    for (path, text) in sources() {
        let rule = rules.iter().filter(|rule| path.starts_with(&rule.place)).max_by_key(|rule| rule.place.len());
        let Some(rule) = rule else {
            wrong.push(format!("{path} is in no row of the table"));
            continue;
        };
        if let Some(allowed) = &rule.allowed {
            let is_allowed = |name: &str| {
                allowed.iter().any(|allowed| name == *allowed || name.starts_with(&format!("{allowed}::")))
                    && !(name.starts_with("customers::admin") && path.starts_with("segments/"))
            };
            wrong.extend(imports(&text).into_iter().filter(|name| !is_allowed(name)).map(|name| format!("{path} imports {name}")));
        }
        if !rule.knows_the_web {
            wrong.extend(WEB.iter().filter(|name| text.contains(**name)).map(|name| format!("{path} uses {name}")));
        }
    }
    let stale = rules.iter().filter(|rule| !sources().iter().any(|(path, _)| path.starts_with(&rule.place)));
    wrong.extend(stale.map(|rule| format!("the table names {}, which is not there", rule.place)));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The paths of imports are what the table is held against: nobody climbs to another module by `super`.
#[test]
fn what_is_above_is_imported_by_its_name() {
    let climbs = |path: &str, text: &str| {
        let is_top = !path.contains('/') || (path.matches('/').count() == 1 && path.ends_with("/mod.rs"));
        text.contains("super::super")
            || (is_top && text.lines().any(|line| line.starts_with("use super::") || line.starts_with("pub use super::")))
    };
    let wrong: Vec<String> = sources().into_iter().filter(|(path, text)| climbs(path, text)).map(|(path, _)| path).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

/// The functions of a file: the name, whether it is `pub async`, and its lines, from `fn` to the brace that closes it. That
/// brace stands as far to the right as the line with `fn`, and no other one below it does: `cargo fmt` sees to that.
fn functions(text: &str) -> Vec<(String, bool, usize)> {
    // Unit tests at the end of a file may be as long as they like.
    let lines: Vec<&str> = text.split("#[cfg(test)]").next().unwrap().lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some((before, after)) = code.split_once("fn ") else { continue };
        let is_function = before.split_whitespace().all(|word| word.starts_with("pub") || ["const", "async", "unsafe"].contains(&word));
        let name: String = after.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if !is_function || name.is_empty() || code.ends_with([';', '}']) {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        // What a trait only promises, over several lines, ends without a brace of its own.
        let body = lines[at..].iter().position(|line| line.ends_with([';', '{'])).filter(|opening| lines[at + opening].ends_with('{'));
        if body.is_some() {
            let length = lines[at..].iter().position(|line| *line == end).unwrap_or_else(|| panic!("{name} has no end"));
            found.push((name, before.contains("pub async "), length + 1));
        }
    }
    found
}

/// A handler is a `pub async fn` whose name stands in the table of URLs.
#[test]
fn functions_have_forty_lines_at_most_and_handlers_twenty_five() {
    let sources = sources();
    let table = &sources.iter().find(|(path, _)| path == "routes.rs").unwrap().1;
    let handlers: BTreeSet<&str> = table
        .split("::")
        .skip(1)
        .map(|after| after.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap())
        .collect();
    assert!(["change", "sign_in", "changelist", "hand_over"].iter().all(|name| handlers.contains(name)), "{handlers:?}");
    let (mut count, mut long) = (0, Vec::new());
    for (path, text) in &sources {
        for (name, is_public, length) in functions(text) {
            count += 1;
            let most = if is_public && handlers.contains(&*name) { 25 } else { 40 };
            if length > most {
                long.push(format!("{path}: {name} has {length} lines, and {most} is the most"));
            }
        }
    }
    assert!(count > 1500, "{count}");
    assert_eq!(long, Vec::<String>::new());
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
        (Engine::Postgres, "Binary") => &["bytea"],
        (Engine::Postgres, "Bool") => &["bool"],
        (Engine::Postgres, "Integer") => &["int4"],
        (Engine::Postgres, "Instant") => &["timestamptz"],
        (Engine::Postgres, "Date") => &["date"],
        (Engine::Postgres, "Amount") => &["numeric"],
        (Engine::Postgres, "Document") => &["jsonb"],
        (Engine::Sqlite, "Uid" | "Binary") => &["BLOB"],
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

#[test]
fn the_tests_that_the_comparison_with_django_names_are_there() {
    let page = fs::read_to_string(root().join("docs/admin-parity.md")).unwrap();
    let named = page.split('`').skip(1).step_by(2).filter(|word| word.contains("::"));
    let named: BTreeSet<(&str, &str)> = named.filter_map(|word| word.split_once("::")).collect();
    assert!(named.len() > 30, "{}", named.len());
    let is_there = |(file, test): &(&str, &str)| {
        let suites = ["tests/integration", "tests/browser"].map(|suite| root().join(suite).join(format!("{file}.rs")));
        suites.iter().any(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(&format!("fn {test}("))))
    };
    let missing: Vec<_> = named.iter().filter(|named| !is_there(named)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A row of the comparison: Django's word, ours, the reason, the test.
fn row(line: &str) -> Option<[&str; 4]> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix('|')?.split(" | ").map(str::trim).collect();
    (cells[0] != "Django").then(|| cells.try_into().unwrap_or_else(|cells| panic!("{cells:?}")))
}

#[test]
fn the_comparison_with_django_is_whole_and_only_what_is_left_out_may_be_without_a_test() {
    let page = fs::read_to_string(root().join("docs/admin-parity.md")).unwrap();
    let rows: Vec<[&str; 4]> = page.lines().filter_map(row).collect();
    assert!(rows.len() > 90, "{}", rows.len());
    for [what, here, why, shown] in &rows {
        assert!(["same", "better", "other", "left out", "same as the default", "same as the defaults"].contains(here), "{what}: {here}");
        assert!(!why.is_empty() && (*here == "left out" || shown.contains("::")), "{what} says neither why nor where it is shown");
    }
    let words: Vec<&str> = rows.iter().flat_map(|[what, ..]| what.split('`').skip(1).step_by(2)).collect();
    let has = |name: &str| words.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric() && c != '_')).any(|word| word == name);
    let documented = fs::read_to_string(root().join("tests/data/django-5.2-admin.txt")).unwrap();
    let missing: Vec<&str> = documented.lines().filter(|name| !has(name.rsplit('.').next().unwrap_or_default())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_admin_names_no_model() {
    let words = [
        "customersegment",
        "CustomerSegment",
        "SegmentAdmin",
        "crm_app_",
        "Company",
        "Contact",
        "Contract",
        "crate::segments",
        "crate::customers",
    ];
    let code = |text: &str| {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        // Unit tests may have examples.
        code.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
    };
    let admin: Vec<(String, String)> = sources().into_iter().filter(|(path, _)| path.starts_with("admin/")).collect();
    assert!(admin.len() > 20, "{}", admin.len());
    let named: Vec<String> = admin
        .into_iter()
        .flat_map(|(path, text)| {
            let code = code(&text);
            words.into_iter().filter(move |word| code.contains(word)).map(move |word| format!("{path} names {word}")).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(named, Vec::<String>::new());
}

/// Templates, style sheets and scripts of the admin too: what a model needs beside them it declares (`STYLES`, `SCRIPTS`).
#[test]
fn what_the_admin_looks_like_names_no_model() {
    let shown = ["templates/admin", "static/admin/css", "static/admin/js"].map(|folder| files_below(&root().join(folder))).concat();
    // What models declare: their own sheets and scripts.
    let declared: Vec<String> = sources()
        .iter()
        .flat_map(|(_, text)| text.split('"').filter(|word| word.starts_with("admin/")).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let is_declared = |path: &Path| declared.iter().any(|word| path.ends_with(word) && word.contains('.'));
    let own: Vec<PathBuf> = shown.into_iter().filter(|path| path.starts_with(root().join("templates")) || !is_declared(path)).collect();
    assert!(own.len() > 40, "{}", own.len());
    let words = ["segment", "contact", "compan", "contract"];
    let names = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap().to_lowercase();
        words.into_iter().find(|word| text.contains(word)).map(|word| format!("{} names {word}", path.display()))
    };
    assert_eq!(own.iter().filter_map(names).collect::<Vec<_>>(), Vec::<String>::new());
}
