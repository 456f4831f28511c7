//! What a database has, read from the engine's own catalogue.

use std::collections::BTreeMap;

use customer_segments::db::MultiBackend;
use customer_segments::db::dialect::Engine;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl};

use super::TestDb;

/// A column as the engine describes it.
#[derive(Debug, QueryableByName)]
pub(crate) struct Column {
    #[diesel(sql_type = Text)]
    pub(crate) table_name: String,
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    #[diesel(sql_type = Text)]
    pub(crate) sql_type: String,
    #[diesel(sql_type = Bool)]
    pub(crate) nullable: bool,
}

const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text AS name, udt_name::text AS sql_type, is_nullable = 'YES' AS nullable \
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2";
const SQLITE_COLUMNS: &str = "SELECT t.name AS table_name, c.name, c.type AS sql_type, c.\"notnull\" = 0 AS nullable \
    FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2";

/// Every column of every table.
pub(crate) fn columns(test: &TestDb) -> Vec<Column> {
    ask(test, POSTGRES_COLUMNS, SQLITE_COLUMNS)
}

#[derive(Debug, QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const POSTGRES_DUMP: &str = "\
    SELECT format('column %s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default) AS line \
        FROM information_schema.columns WHERE table_schema = 'public' \
    UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) \
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
    UNION ALL SELECT format('index %s %s', tablename, indexdef) FROM pg_indexes WHERE schemaname = 'public' \
    UNION ALL SELECT format('trigger %s %s', tgrelid::regclass, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal \
    UNION ALL SELECT format('extension %s', extname) FROM pg_extension WHERE extname <> 'plpgsql' \
    UNION ALL SELECT format('sequence %s', sequencename) FROM pg_sequences WHERE schemaname = 'public' \
    ORDER BY 1";
const SQLITE_DUMP: &str = "SELECT sql AS line FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY 1";

/// Columns, constraints, indexes, triggers and what else a migration may touch, a line each.
pub(crate) fn dump(test: &TestDb) -> Vec<String> {
    ask::<Line>(test, POSTGRES_DUMP, SQLITE_DUMP).into_iter().map(|line| line.line).collect()
}

#[expect(clippy::disallowed_methods, reason = "the engines' catalogues are not in our schema, and no user's text is near")]
fn ask<T>(test: &TestDb, postgres: &str, sqlite: &str) -> Vec<T>
where
    T: QueryableByName<MultiBackend> + 'static,
{
    let question = if test.db.engine() == Engine::Postgres { postgres } else { sqlite };
    diesel::sql_query(question).load(&mut *test.db.raw().unwrap()).unwrap()
}

/// Everything that is stored, table by table, sessions left out: two of these are equal if nothing was written in between.
pub(crate) fn contents(test: &TestDb) -> BTreeMap<String, String> {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for column in columns(test).into_iter().filter(|column| !column.table_name.contains("session")) {
        tables.entry(column.table_name).or_default().push(column.name);
    }
    tables
        .into_iter()
        .map(|(table, columns)| {
            let row = columns.iter().map(|column| format!("quote(\"{column}\")")).collect::<Vec<_>>().join(" || ',' || ");
            let sqlite = format!("SELECT {row} AS line FROM \"{table}\" ORDER BY 1");
            let postgres = format!("SELECT t::text AS line FROM \"{table}\" t ORDER BY 1");
            let lines: Vec<String> = ask::<Line>(test, &postgres, &sqlite).into_iter().map(|line| line.line).collect();
            (table, lines.join("\n"))
        })
        .collect()
}
