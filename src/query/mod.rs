//! Columns and predicates: the one compiler that filter criteria and the admin's lists share.
//!
//! `column` says what may be asked of, `operator` how, `number`, `period`, `relative` and `text` turn what was typed into bounds,
//! `condition` turns both into SQL built by `sql`. Knows the database below it and nothing of the product above.

pub mod column;
pub mod condition;
pub mod csv_guard;
pub mod number;
pub mod operator;
pub mod period;
pub mod relative;
pub mod selection;
pub mod source;
pub mod sql;
pub mod strict_json;
pub mod text;

pub use column::{Choice, Column, Kind};
pub use condition::{Condition, Test};
pub use operator::{Arity, Operator};
pub use selection::Selection;
pub use source::{Source, Statement};
pub use sql::{Sql, Value};
