//! SQL under construction: words of this program and values to bind. Nothing else can get in.
//!
//! [`Sql`] is made of `&'static str`, [`Word`] and [`Value`] only; what a user typed has no way to become text. It is a
//! Diesel expression of type `Bool` for any table (a predicate), and a fragment to order by.

use std::marker::PhantomData;
use std::ops::Add;

use chrono::NaiveDate;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{QueryResult, sql_types as st};

use super::column::Column;
use crate::db::dialect::Word;
use crate::db::types::sql as ours;
use crate::db::{Id, Money, MultiBackend, Time};

/// A value to bind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Text; folded already where it meets a folded column.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// An amount.
    Money(Money),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
    /// A moment.
    Time(Time),
    /// A key.
    Id(Id),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Text(&'static str),
    /// Table and column.
    Column(&'static str, &'static str),
    Word(Word),
    Bind(Value),
}

/// A piece of SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sql(Vec<Token>);

impl Sql {
    /// The predicate that everything meets.
    pub fn all() -> Self {
        "1 = 1".into()
    }

    /// The predicate that nothing meets.
    pub fn none() -> Self {
        "1 = 0".into()
    }

    /// `table.column`.
    pub fn column(column: &Column) -> Self {
        Self(vec![Token::Column(column.table, column.name)])
    }

    /// Whether a column of `table` is asked about; lists join another table only then.
    pub fn names(&self, table: &str) -> bool {
        self.0.iter().any(|token| matches!(token, Token::Column(named, _) if *named == table))
    }

    /// ` IN (select condition)`, after a key: the columns in it are those of the subquery, and named there.
    #[must_use]
    pub fn is_in(self, select: impl Into<Self>, condition: impl Into<Self>) -> Self {
        self + " IN (" + (select.into() + condition).enclosed() + ")"
    }

    /// The same with ` NOT IN`.
    #[must_use]
    pub fn is_not_in(self, select: impl Into<Self>, condition: impl Into<Self>) -> Self {
        self + " NOT IN (" + (select.into() + condition).enclosed() + ")"
    }

    /// `self` as part of a subquery, whose columns are no business of whoever asks it.
    pub(super) fn enclosed(self) -> Self {
        let spelt = |token| match token {
            Token::Column(table, name) => vec![Token::Text(table), Token::Text("."), Token::Text(name)],
            other => vec![other],
        };
        Self(self.0.into_iter().flat_map(spelt).collect())
    }

    /// `self` as an order in which no index has the rows: they are looked up, all of them, and sorted.
    #[must_use]
    pub fn unindexed(self) -> Self {
        let spelt = |token| match token {
            Token::Word(Word::ByteOrder) => Token::Word(Word::ByteOrderUnindexed),
            other => other,
        };
        Self::from(Word::Unindexed) + Self(self.0.into_iter().map(spelt).collect())
    }

    /// `self` in parentheses.
    #[must_use]
    pub fn grouped(self) -> Self {
        Self::from("(") + self + ")"
    }

    /// The exact complement of `self`: true wherever it is false *or unknown*.
    #[must_use]
    pub fn complement(self) -> Self {
        self.grouped() + " IS NOT TRUE"
    }

    /// `self` as a predicate that no index knows: it is asked of the rows that the others leave.
    #[must_use]
    pub fn asked_last(self) -> Self {
        self.grouped() + " IS TRUE"
    }

    /// `parts` with `between` between them; `empty` when there are none.
    pub fn join(parts: impl IntoIterator<Item = Self>, between: &'static str, empty: &'static str) -> Self {
        parts.into_iter().reduce(|all, part| all + between + part).unwrap_or_else(|| empty.into())
    }

    /// Each of `predicates` holds.
    pub fn and(predicates: impl IntoIterator<Item = Self>) -> Self {
        Self::join(predicates.into_iter().map(Self::grouped), " AND ", "1 = 1")
    }

    /// At least one of `predicates` holds.
    pub fn or(predicates: impl IntoIterator<Item = Self>) -> Self {
        Self::join(predicates.into_iter().map(Self::grouped), " OR ", "1 = 0")
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self(vec![Token::Text(text)])
    }
}

impl From<Word> for Sql {
    fn from(word: Word) -> Self {
        Self(vec![Token::Word(word)])
    }
}

impl From<Value> for Sql {
    fn from(value: Value) -> Self {
        Self(vec![Token::Bind(value)])
    }
}

impl<T: Into<Self>> Add<T> for Sql {
    type Output = Self;

    fn add(mut self, more: T) -> Self {
        self.0.extend(more.into().0);
        self
    }
}

impl QueryFragment<MultiBackend> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        // Every criteria is another text: kept prepared, they would fill the memory of each connection without end. Planned
        // anew, they are also planned for the values that are really bound.
        out.unsafe_to_cache_prepared();
        for token in &self.0 {
            match token {
                Token::Text(text) => out.push_sql(text),
                Token::Column(table, name) => {
                    out.push_sql(table);
                    out.push_sql(".");
                    out.push_sql(name);
                }
                Token::Word(word) => word.walk_ast(out.reborrow())?,
                Token::Bind(Value::Text(value)) => out.push_bind_param::<st::Text, _>(value)?,
                Token::Bind(Value::Integer(value)) => out.push_bind_param::<st::BigInt, _>(value)?,
                Token::Bind(Value::Money(value)) => out.push_bind_param::<ours::Amount, _>(value)?,
                Token::Bind(Value::Boolean(value)) => out.push_bind_param::<st::Bool, _>(value)?,
                Token::Bind(Value::Date(value)) => out.push_bind_param::<st::Date, _>(value)?,
                Token::Bind(Value::Time(value)) => out.push_bind_param::<ours::Instant, _>(value)?,
                Token::Bind(Value::Id(value)) => out.push_bind_param::<ours::Uid, _>(value)?,
            }
        }
        Ok(())
    }
}

impl Expression for Sql {
    type SqlType = st::Bool;
}
impl<T> AppearsOnTable<T> for Sql {}
impl<T> SelectableExpression<T> for Sql {}
impl<G> ValidGrouping<G> for Sql {
    type IsAggregate = is_aggregate::Never;
}

impl QueryId for Sql {
    type QueryId = ();
    // The text differs from one criteria to the next: Diesel must look at it, not at the type.
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// A piece of SQL that stands for one value a row (or one in all) of type `ST`, for select lists.
#[derive(Debug, Clone)]
pub struct Scalar<ST> {
    sql: Sql,
    kind: PhantomData<ST>,
}

impl<ST> Scalar<ST> {
    /// `sql`, whose value is of type `ST`.
    pub fn new(sql: Sql) -> Self {
        Self { sql, kind: PhantomData }
    }
}

impl<ST> QueryFragment<MultiBackend> for Scalar<ST> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.sql.walk_ast(out)
    }
}

impl<ST: st::SqlType + TypedExpressionType> Expression for Scalar<ST> {
    type SqlType = ST;
}
impl<ST, T> AppearsOnTable<T> for Scalar<ST> where Self: Expression {}
impl<ST, T> SelectableExpression<T> for Scalar<ST> where Self: Expression {}
impl<ST, G> ValidGrouping<G> for Scalar<ST> {
    type IsAggregate = is_aggregate::Never;
}

impl<ST> QueryId for Scalar<ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
