//! Where the rows of a model come from, and the questions that every list asks of it: how many, which keys, which page.
//!
//! Declared once a model (`customers::contact::SOURCE`), asked by the model itself and by the admin's lists. Diesel's own
//! DSL cannot say "these rows of a derived table" for two engines at once; [`Rows`] is the little that is missing, a query
//! whose columns are Diesel's and whose rest is a [`Sql`].

use diesel::expression::Expression;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};

use super::column::Column;
use super::selection::Selection;
use super::sql::{Scalar, Sql, Value};
use crate::db::dialect::{Hold, Word};
use crate::db::types::sql::Uid;
use crate::db::{AnyConnection, Id, MultiBackend};
use crate::error::{AppError, Result};

/// Where the rows of a model come from.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The table, which has a key `id`.
    pub table: &'static str,
    /// A table that orders and predicates may name besides, and how it is joined.
    pub joined: Option<(&'static str, &'static str)>,
}

/// A query: these columns of what the rest of it says.
#[derive(Debug, Clone)]
pub struct Rows<C> {
    columns: C,
    rest: Sql,
}

impl<C> Rows<C> {
    /// These columns of what the rest says, from ` FROM` on.
    pub fn new(columns: C, rest: Sql) -> Self {
        Self { columns, rest }
    }
}

impl Source {
    /// How many rows meet `predicate`.
    pub fn count(&self, connection: &mut AnyConnection, predicate: &Sql) -> Result<i64> {
        let all: Scalar<BigInt> = Scalar::new("COUNT(*)".into());
        Ok(Rows { columns: all, rest: self.meeting(predicate, &[]) }.get_result(connection)?)
    }

    /// How many rows meet `predicate` and each of `conditions`, one number a condition, all in one question.
    pub fn tally(&self, connection: &mut AnyConnection, predicate: &Sql, conditions: &[Sql]) -> Result<Vec<i64>> {
        if conditions.is_empty() {
            return Ok(Vec::new());
        }
        // As one text: how many columns there are is not known before.
        let numbers = conditions.iter().map(|condition| Sql::from("COUNT(CASE WHEN ") + condition.clone() + " THEN 1 END)");
        let numbers: Scalar<Text> = Scalar::new(Sql::from("'' || ") + Sql::join(numbers, " || ',' || ", "''"));
        let counted: String = Rows { columns: numbers, rest: self.meeting(predicate, conditions) }.get_result(connection)?;
        counted.split(',').map(|number| number.parse().map_err(AppError::internal)).collect()
    }

    /// The values that a text column holds in the rows that meet `predicate`, with how many of those hold each: by `order`,
    /// then the most frequent first.
    pub fn list_values(
        &self,
        connection: &mut AnyConnection,
        column: &Column,
        predicate: &Sql,
        order: Sql,
        most: i64,
    ) -> Result<Vec<(String, i64)>> {
        let columns: (Scalar<Text>, Scalar<BigInt>) = (Scalar::new(Sql::column(column)), Scalar::new("COUNT(*)".into()));
        let by_value = Sql::from(" GROUP BY ") + Sql::column(column) + " ORDER BY " + order + ", COUNT(*) DESC, " + Sql::column(column);
        let rest = self.meeting(predicate, &[]) + by_value + " LIMIT " + Value::Integer(most);
        Ok(Rows { columns, rest }.load(connection)?)
    }

    /// The values that a text column holds, in their order, alike without regard to case: one of those that are alike, `most` at
    /// most. Each is looked up behind the one before it: an index of them is not read through, however many rows it has.
    pub fn list_different(&self, connection: &mut AnyConnection, column: &Column, most: i64) -> Result<Vec<String>> {
        let fold = || Sql::from(Word::Fold) + "(" + Sql::column(column) + ")";
        let first = |behind: Sql| Sql::from("SELECT MIN(") + fold() + ") FROM " + self.table + " WHERE " + fold() + " > " + behind;
        let next = first("walked.value".into()).enclosed().grouped();
        let alike = Sql::from("SELECT ") + Sql::column(column) + " FROM " + self.table + " WHERE " + fold() + " = walked.value LIMIT 1";
        let walked = Sql::from("WITH RECURSIVE walked(value) AS (") + first("''".into()).enclosed() + " UNION ALL SELECT " + next;
        let walked = walked + " FROM walked WHERE walked.value IS NOT NULL) SELECT " + alike.enclosed().grouped() + " AS value";
        let rest = Sql::from(" FROM (") + walked + " FROM walked WHERE walked.value IS NOT NULL LIMIT " + Value::Integer(most);
        let value: Scalar<Text> = Scalar::new("found.value".into());
        Ok(Rows { columns: value, rest: rest + ") AS found" }.load(connection)?)
    }

    /// The keys of rows that meet `predicate`, so many at most, in no order.
    pub fn list_some_keys(&self, connection: &mut AnyConnection, predicate: &Sql, most: i64) -> Result<Vec<Id>> {
        let rest = self.meeting(predicate, &[]) + " LIMIT " + Value::Integer(most);
        Ok(Rows { columns: self.key(), rest }.load(connection)?)
    }

    /// The keys of `selection`, in its order.
    pub fn list_keys(&self, connection: &mut AnyConnection, selection: &Selection<'_>) -> Result<Vec<Id>> {
        Ok(Rows { columns: self.key(), rest: self.page(selection) }.load(connection)?)
    }

    /// The keys of `selection`, provided that it finds all it may give among the first `near` rows of its order, whoever they
    /// are; `None` when one has to look further.
    pub fn list_keys_near(&self, connection: &mut AnyConnection, selection: &Selection<'_>, near: i64) -> Result<Option<Vec<Id>>> {
        let order = std::slice::from_ref(selection.order);
        let everybody = self.meeting(&Sql::all(), order) + " ORDER BY " + selection.order.clone() + " LIMIT " + Value::Integer(near);
        // They take the table's own name, by which the predicate calls them.
        let near = Sql::from(" FROM (SELECT ") + self.table + ".*" + everybody + ") AS " + self.table;
        let rest = near + self.join(selection.predicate, order) + " WHERE " + selection.predicate.clone() + Self::part(selection);
        let keys: Vec<Id> = Rows { columns: self.key(), rest }.load(connection)?;
        Ok(i64::try_from(keys.len()).is_ok_and(|length| length == selection.limit).then_some(keys))
    }

    /// Holds these rows until the transaction ends, see [`Source::hold_all`].
    pub fn hold(&self, connection: &mut AnyConnection, ids: &[Id], hold: Hold) -> Result<()> {
        self.hold_all(connection, &self.among(ids), hold)?;
        Ok(())
    }

    /// The rows with one of these keys.
    pub fn among(&self, ids: &[Id]) -> Sql {
        Sql::from(self.table) + ".id IN (" + Sql::join(ids.iter().map(|id| Sql::from(Value::Id(*id))), ", ", "NULL") + ")"
    }

    /// Holds the rows that meet `predicate` until the transaction ends, waits for whoever holds them, and gives the keys of
    /// those that are still there. They are held in the order of their keys: of two who hold some of the same, one then waits
    /// for the other, and not both.
    pub fn hold_all(&self, connection: &mut AnyConnection, predicate: &Sql, hold: Hold) -> Result<Vec<Id>> {
        let order = Sql::from(" ORDER BY ") + self.table + ".id" + Word::Held(hold);
        Ok(Rows { columns: self.key(), rest: self.meeting(predicate, &[]) + order }.load(connection)?)
    }

    /// The query for `columns` of the rows of `selection`: the page is selected first, in a derived table, and what is joined
    /// is read for its rows alone.
    pub fn rows<C>(&self, selection: &Selection<'_>, columns: C) -> Rows<C> {
        let Self { table, joined } = *self;
        let page = if selection.is_read_at_once() {
            // It takes the table's own name, by which `columns` call it.
            Sql::from(" FROM (SELECT ") + table + ".*" + self.page(selection) + ") AS " + table
        } else {
            let keys = Sql::from(" FROM (SELECT ") + table + Word::RowKey + " AS row_key" + self.page(selection) + ") AS page";
            keys + " INNER JOIN " + table + " ON " + table + Word::RowKey + " = page.row_key"
        };
        let join = joined.map_or("", |(_, join)| join);
        Rows { columns, rest: page + join + " ORDER BY " + selection.order.clone() }
    }

    /// These values of the one row that meets `predicate`, to compare with.
    pub fn values(&self, values: &Sql, predicate: &Sql) -> Sql {
        let one = Sql::from("SELECT ") + values.clone() + self.meeting(predicate, std::slice::from_ref(values));
        one.enclosed().grouped()
    }

    fn key(&self) -> Scalar<Uid> {
        Scalar::new(Sql::from(self.table) + ".id")
    }

    fn page(&self, selection: &Selection<'_>) -> Sql {
        self.meeting(selection.predicate, std::slice::from_ref(selection.order)) + Self::part(selection)
    }

    /// Which of the rows that meet the predicate.
    fn part(selection: &Selection<'_>) -> Sql {
        let ordered = Sql::from(" ORDER BY ") + selection.order.clone();
        ordered + " LIMIT " + Value::Integer(selection.limit) + " OFFSET " + Value::Integer(selection.offset)
    }

    /// The rows that meet `predicate`; the other table is joined only where it or `named` speak of it.
    fn meeting(&self, predicate: &Sql, named: &[Sql]) -> Sql {
        Sql::from(" FROM ") + self.table + self.join(predicate, named) + " WHERE " + predicate.clone()
    }

    fn join(&self, predicate: &Sql, named: &[Sql]) -> &'static str {
        let is_named = |table| predicate.names(table) || named.iter().any(|sql| sql.names(table));
        self.joined.filter(|(table, _)| is_named(table)).map_or("", |(_, join)| join)
    }
}

/// A change of rows, of which Diesel's own DSL cannot speak: which rows, a [`Sql`] says.
#[derive(Debug, Clone)]
pub struct Statement(pub Sql);

impl QueryFragment<MultiBackend> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl RunQueryDsl<AnyConnection> for Statement {}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Rows<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.columns.walk_ast(out.reborrow())?;
        self.rest.walk_ast(out)
    }
}

impl<C: Expression> Query for Rows<C> {
    type SqlType = C::SqlType;
}

impl<C> RunQueryDsl<AnyConnection> for Rows<C> {}

impl<C> QueryId for Rows<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
