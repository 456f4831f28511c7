//! Everything that a database holds, as lines of text, to see whether anything changed.

use customer_segments::db::dialect::Engine;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};

use crate::support::TestDb;
use crate::support::catalogue::columns;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Tables that are written by the way: sessions keep messages for the next page, failed sign-ins are counted.
const BY_THE_WAY: [&str; 2] = ["segments_session", "segments_login_failure"];

/// Every row of every table but those that are written by the way.
#[expect(clippy::disallowed_methods, reason = "the tables are told by the catalogue, and no user's text is near")]
pub(crate) fn rows(test: &TestDb) -> Vec<String> {
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for column in columns(test).into_iter().filter(|column| !BY_THE_WAY.contains(&column.table_name.as_str())) {
        match tables.last_mut().filter(|(table, _)| *table == column.table_name) {
            Some((_, names)) => names.push(column.name),
            None => tables.push((column.table_name, vec![column.name])),
        }
    }
    let quote = if test.db.engine() == Engine::Postgres { "quote_nullable" } else { "quote" };
    let lines = tables.iter().flat_map(|(table, names)| {
        let values: Vec<String> = names.iter().map(|name| format!("{quote}(\"{name}\")")).collect();
        let question = format!("SELECT '{table} ' || {} AS line FROM {table} ORDER BY 1", values.join(" || ',' || "));
        let lines: Vec<Line> = diesel::sql_query(question).load(&mut *test.db.raw().unwrap()).unwrap();
        lines.into_iter().map(|line| line.line)
    });
    lines.collect()
}

/// Asserts that nothing changed since `before`.
#[track_caller]
pub(crate) fn assert_unchanged(test: &TestDb, before: &[String], after_what: &str) {
    let now = rows(test);
    if *before == now {
        return;
    }
    let (gone, new): (Vec<_>, Vec<_>) =
        (before.iter().filter(|line| !now.contains(line)).collect(), now.iter().filter(|line| !before.contains(line)).collect());
    panic!("{after_what} changed\n{gone:#?}\nto\n{new:#?}");
}
