//! The words of SQL that the engines spell differently, as `query::sql` puts them between its own.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sqlite::Sqlite;

use super::{Engine, Hold};
use crate::db::connection::MultiBackend;

/// SQL words that the engines spell differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The name of the fold function, without its parenthesis.
    Fold,
    /// A character that no search term has, between columns that are searched as one text.
    Separator,
    /// Orders text by bytes, after a text column.
    ByteOrder,
    /// The same order, which no index of PostgreSQL is said to have: its planner, which takes what is searched for to be spread
    /// over all names alike, walks past everybody to find those of one script at the end of them.
    ByteOrderUnindexed,
    /// Before a column: do not look this one up in an index. SQLite then reads a page in the order of its index and stops
    /// early, where its planner would gather and sort everything.
    Unindexed,
    /// The column that finds a row soonest, after its table: SQLite's own key, which every index holds, saves looking the id up.
    RowKey,
    /// Before a column of telephone numbers: the last eight characters of each, without what people put between the digits.
    NumberEnd,
    /// After that column.
    NumberEndClose,
    /// Before many values in parentheses of their own, after `IN (`: as a table of their own, for PostgreSQL takes equality with any of
    /// a long list for cheap by an index of trigrams, and then takes half a minute.
    Values,
    /// Between two questions for keys, of which one may come twice. PostgreSQL takes whatever comes of a `UNION ALL` for two hundred
    /// keys, and looks a hundred thousand up one by one; of a `UNION` it knows how many there are. SQLite would put them in order twice.
    Union,
    /// After the rows that are read: they are held so until the transaction ends. On SQLite, whoever writes holds everything
    /// already.
    Held(Hold),
}

impl Word {
    fn on(self, engine: Engine) -> &'static str {
        match (self, engine) {
            (Self::Fold, Engine::Postgres) => "lower",
            (Self::Fold, Engine::Sqlite) => "segments_fold",
            (Self::Separator, Engine::Postgres) => "chr(31)",
            (Self::Separator, Engine::Sqlite) => "char(31)",
            (Self::ByteOrder, Engine::Postgres) => " COLLATE \"C\"",
            (Self::ByteOrderUnindexed, Engine::Postgres) => " COLLATE \"POSIX\"",
            (Self::Values, Engine::Postgres) => "VALUES ",
            (Self::ByteOrder | Self::ByteOrderUnindexed | Self::Held(_) | Self::Values, Engine::Sqlite)
            | (Self::Unindexed, Engine::Postgres) => "",
            (Self::Unindexed, Engine::Sqlite) => "+",
            (Self::RowKey, Engine::Postgres) => ".id",
            (Self::RowKey, Engine::Sqlite) => ".rowid",
            (Self::Union, Engine::Postgres) => " UNION ",
            (Self::Union, Engine::Sqlite) => " UNION ALL ",
            (Self::NumberEnd, Engine::Postgres) => "right(translate(",
            (Self::NumberEndClose, Engine::Postgres) => ", ' +-().,/', ''), 8)",
            (Self::NumberEnd, Engine::Sqlite) => "segments_number_end(",
            (Self::NumberEndClose, Engine::Sqlite) => ")",
            (Self::Held(Hold::Kept), Engine::Postgres) => " FOR KEY SHARE",
            (Self::Held(Hold::Changed), Engine::Postgres) => " FOR NO KEY UPDATE",
            (Self::Held(Hold::Alone), Engine::Postgres) => " FOR UPDATE",
        }
    }
}

impl QueryFragment<Pg> for Word {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.on(Engine::Postgres));
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Word {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.on(Engine::Sqlite));
        Ok(())
    }
}

impl QueryFragment<MultiBackend> for Word {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}
