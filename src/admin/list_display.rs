//! Columns of a changelist: heading, cell, and what a click on the heading sorts by.
//!
//! Declared in `LIST_DISPLAY`, read by `changelist`. Text sorts by its bytes or folded, as the declaration says, never by
//! the collation of the database, which differs from one server to the next; blank dates come last in both directions.

use crate::db::dialect::Word;
use crate::query::condition::folded;
use crate::query::{Column, Kind, Source, Sql};

use super::cell::{Cell, Show};
use super::display::Display;

/// One column of a list.
#[derive(Debug)]
pub struct ListColumn<Row> {
    /// Its name in classes: `column-NAME`, `field-NAME`.
    pub name: &'static str,
    /// Its heading.
    pub heading: &'static str,
    /// What it shows of a row.
    pub show: Show<Row>,
    /// What it sorts by; `None` when it does not sort.
    pub sort: Option<SortKey>,
    /// Whether the cell leads to the object.
    pub is_link: bool,
}

impl<Row> ListColumn<Row> {
    /// A column that neither sorts nor links, with cells made by a function.
    pub const fn new(name: &'static str, heading: &'static str, cell: fn(&Row, &Display) -> Cell) -> Self {
        Self::showing(name, heading, Show::Cell(cell))
    }

    /// The same, with one value of the row.
    pub const fn showing(name: &'static str, heading: &'static str, show: Show<Row>) -> Self {
        Self { name, heading, show, sort: None, is_link: false }
    }

    /// One value of the row, sorting by `sort` when its heading is clicked.
    pub const fn sorting(name: &'static str, heading: &'static str, show: Show<Row>, sort: SortKey) -> Self {
        Self { name, heading, show, sort: Some(sort), is_link: false }
    }

    /// The same, leading to the object.
    pub const fn link(name: &'static str, heading: &'static str, show: Show<Row>, sort: SortKey) -> Self {
        Self { name, heading, show, sort: Some(sort), is_link: true }
    }

    /// The same column, sorting by `key` when its heading is clicked.
    #[must_use]
    pub const fn sorted_by(mut self, key: SortKey) -> Self {
        self.sort = Some(key);
        self
    }

    /// The same column, leading to the object.
    #[must_use]
    pub const fn linked(mut self) -> Self {
        self.is_link = true;
        self
    }
}

/// One key of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// The column.
    pub column: &'static Column,
    /// Which way.
    pub direction: Direction,
    /// Whether `B` comes after `a`: compared in lower case. Without, an index on the column itself can be used.
    pub is_folded: bool,
}

/// Which way an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }

    /// As classes and `aria-sort` spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

impl SortKey {
    /// Smallest first.
    pub const fn ascending(column: &'static Column) -> Self {
        Self { column, direction: Direction::Ascending, is_folded: false }
    }

    /// Largest first.
    pub const fn descending(column: &'static Column) -> Self {
        Self { column, direction: Direction::Descending, is_folded: false }
    }

    /// The same, without regard to case.
    #[must_use]
    pub const fn folded(self) -> Self {
        Self { is_folded: true, ..self }
    }

    /// The same key, the other way if `direction` is descending.
    #[must_use]
    pub fn turned(self, direction: Direction) -> Self {
        let direction = if direction == Direction::Descending { self.direction.reversed() } else { self.direction };
        Self { direction, ..self }
    }

    fn sql(self) -> Sql {
        let value = if self.direction == Direction::Descending { self.value() + " DESC" } else { self.value() };
        if self.column.nullable { Sql::column(self.column) + " IS NULL, " + value } else { value }
    }

    /// What is compared.
    fn value(self) -> Sql {
        let text = self.column.kind == Kind::Text;
        let value = if self.is_folded && text { folded(self.column) } else { Sql::column(self.column) };
        if text { value + Word::ByteOrder } else { value }
    }
}

/// `keys` as an order, with the key of the table at its end so that pages are stable.
pub fn order(keys: impl IntoIterator<Item = SortKey>, id: &'static Column) -> Sql {
    Sql::join(with_last(keys, id).into_iter().map(SortKey::sql), ", ", "1")
}

fn with_last(keys: impl IntoIterator<Item = SortKey>, id: &'static Column) -> Vec<SortKey> {
    let keys: Vec<SortKey> = keys.into_iter().collect();
    let last = SortKey { direction: keys.last().map_or(Direction::Ascending, |key| key.direction), ..SortKey::ascending(id) };
    keys.into_iter().chain([last]).collect()
}

/// Where a row stands in an [`order`], as values that are compared together: `title, id`.
#[derive(Debug, Clone)]
pub struct Place {
    values: Sql,
    is_descending: bool,
}

impl Place {
    /// `None` for an order that goes both ways or sorts blank dates apart, which no single comparison does.
    pub fn new(keys: impl IntoIterator<Item = SortKey>, id: &'static Column) -> Option<Self> {
        let keys = with_last(keys, id);
        let direction = keys.first()?.direction;
        let is_one = keys.iter().all(|key| key.direction == direction && !key.column.nullable);
        let values = Sql::join(keys.into_iter().map(SortKey::value), ", ", "1");
        is_one.then_some(Self { values, is_descending: direction == Direction::Descending })
    }

    /// The rows of `source` until the one that meets `last`, which is among them.
    pub fn until(&self, source: &Source, last: &Sql) -> Sql {
        let comes = if self.is_descending { " >= " } else { " <= " };
        self.values.clone().grouped() + comes + source.values(&self.values, last)
    }
}
