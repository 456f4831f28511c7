//! SQL types that the two engines spell differently, and the Rust values that travel as them.
//!
//! | here | PostgreSQL | SQLite |
//! |---|---|---|
//! | [`Id`] | `uuid` | 16-byte `BLOB` |
//! | [`Time`] | `timestamptz` | text, `2026-11-22T09:35:39.123456Z`, of fixed width so that order and ranges work as text |
//! | [`Money`] | `numeric(12,2)` | integer of hundredths |
//! | [`Json`] | `jsonb` | text |
//!
//! Used by `schema.rs` and every model. The one macro of the house is the bridge below: each type needs the same seven
//! implementations, and Diesel has no derive for a type that two backends spell differently.

use std::fmt;

use bigdecimal::{BigDecimal, ToPrimitive};
use chrono::{DateTime, SecondsFormat, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types as st;
use diesel::sql_types::HasSqlType;
use diesel::sqlite::Sqlite;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::connection::MultiBackend;

/// The SQL types, as `schema.rs` names them (Diesel's macro gives names like `Time` a meaning of its own).
pub mod sql {
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;

    /// A UUID key.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
    pub struct Uid;

    /// A moment in UTC.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Text"))]
    pub struct Instant;

    /// An amount with two decimals.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1700, array_oid = 1231), sqlite_type(name = "Long"))]
    pub struct Amount;

    /// A JSON document.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
    pub struct Document;
}

/// A primary key. New ones are version 7: they sort by the time they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = sql::Uid)]
#[serde(transparent)]
pub struct Id(pub Uuid);

impl Id {
    /// A key for a new row.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The key that `text` spells, in any of the usual forms of a UUID.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }
}

impl Default for Id {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// A moment in UTC, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = sql::Instant)]
#[serde(transparent)]
pub struct Time(pub DateTime<Utc>);

impl fmt::Display for Time {
    /// ISO 8601 in UTC with `Z` and six decimals, as the API and the SQLite columns write it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

/// An amount, in hundredths of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql::Amount)]
pub struct Money(pub i64);

impl Money {
    /// The largest amount that `numeric(12,2)` holds, in hundredths.
    pub const MAX: i64 = 999_999_999_999;

    /// The same amount as a decimal.
    pub fn decimal(self) -> BigDecimal {
        BigDecimal::new(self.0.into(), 2)
    }

    fn from_decimal(decimal: &BigDecimal) -> Option<Self> {
        (decimal * BigDecimal::from(100)).to_i64().map(Self)
    }
}

impl fmt::Display for Money {
    /// Plain digits with two decimals, no separators: `-12345.60`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, hundredths) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(out, "{sign}{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

/// A JSON document as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = sql::Document)]
#[serde(transparent)]
pub struct Json(pub serde_json::Value);

/// How `$rust` travels: to and from PostgreSQL as `$pg`, to and from SQLite as `$lite` (read through `$raw`).
macro_rules! bridge {
    ($rust:ty as $ours:ty: PostgreSQL $pg:ty, |$to_pg:ident| $pg_value:expr, |$from_pg:ident: $pg_rust:ty| $pg_back:expr;
     SQLite $lite:ty, |$to_lite:ident| $lite_value:expr, |$from_lite:ident: $raw:ty| $lite_back:expr) => {
        impl HasSqlType<$ours> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$ours>(lookup)
            }
        }

        impl ToSql<$ours, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((<$ours>::default(), self));
                Ok(IsNull::No)
            }
        }

        impl ToSql<$ours, Pg> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                let $to_pg = self;
                ToSql::<$pg, Pg>::to_sql(&$pg_value, &mut out.reborrow())
            }
        }

        impl ToSql<$ours, Sqlite> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                let $to_lite = self;
                out.set_value($lite_value);
                Ok(IsNull::No)
            }
        }

        impl FromSql<$ours, MultiBackend> for $rust {
            fn from_sql(raw: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                raw.from_sql::<Self, $ours>()
            }
        }

        impl FromSql<$ours, Pg> for $rust {
            fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                let $from_pg = <$pg_rust as FromSql<$pg, Pg>>::from_sql(raw)?;
                Ok($pg_back)
            }
        }

        impl FromSql<$ours, Sqlite> for $rust {
            fn from_sql(raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                let $from_lite = <$raw as FromSql<$lite, Sqlite>>::from_sql(raw)?;
                Ok($lite_back)
            }
        }
    };
}

bridge!(Id as sql::Uid: PostgreSQL st::Uuid, |id| id.0, |uuid: Uuid| Id(uuid);
    SQLite st::Binary, |id| id.0.as_bytes().as_slice(), |bytes: Vec<u8>| Id(Uuid::from_slice(&bytes)?));
bridge!(Time as sql::Instant: PostgreSQL st::Timestamptz, |time| time.0, |moment: DateTime<Utc>| Time(moment);
    SQLite st::Text, |time| time.to_string(), |text: String| Time(DateTime::parse_from_rfc3339(&text)?.to_utc()));
bridge!(Money as sql::Amount: PostgreSQL st::Numeric, |money| money.decimal(), |decimal: BigDecimal| Money::from_decimal(&decimal).ok_or("an amount out of range")?;
    SQLite st::BigInt, |money| money.0, |hundredths: i64| Money(hundredths));
bridge!(Json as sql::Document: PostgreSQL st::Jsonb, |json| json.0, |read: Read| Json(read.0);
    SQLite st::Text, |json| json.0.to_string(), |text: String| Json(serde_json::from_str(&text).unwrap_or_else(|_| unreadable())));

/// A document as PostgreSQL hands it over.
struct Read(serde_json::Value);

impl FromSql<st::Jsonb, Pg> for Read {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let read = <serde_json::Value as FromSql<st::Jsonb, Pg>>::from_sql(raw);
        Ok(Self(read.unwrap_or_else(|_| unreadable())))
    }
}

/// What stands for a stored document that cannot be read (nested deeper than any reader goes): one such row must not take
/// the whole list with it. It is no object, so as criteria it is broken and selects nobody.
fn unreadable() -> serde_json::Value {
    "(This document is nested too deeply to be read.)".into()
}
