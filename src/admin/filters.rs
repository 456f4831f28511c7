//! List filters: their parameters in the address, and the predicate of what was chosen.
//!
//! Declared in `LIST_FILTER`, read by `changelist`; what they offer is in `filter_choices`. Parameters are Django's
//! (`status__exact`, `created_at__gte` and `__lt`, `created_at__isnull`, `email__isempty`), so that bookmarks of the old admin
//! still work; a value that cannot be meant is refused as a whole.

use crate::db::{AnyConnection, Time};
use crate::error::Result;
use crate::query::condition::Range;
use crate::query::period::{Point, parse_point};
use crate::query::{Choice, Column, Condition, Kind, Sql, Test, Value};

use super::display::Display;
use super::query_string::QueryString;

/// A filter beside a list.
#[derive(Debug, Clone, Copy)]
pub struct ListFilter {
    /// The field, as parameters spell it: `status` makes `status__exact`.
    pub parameter: &'static str,
    /// What it is by: "By status".
    pub title: &'static str,
    /// The column it asks; of lookups the one that they are about.
    pub column: &'static Column,
    /// What can be chosen.
    pub kind: FilterKind,
    /// The choices with labels of its own, where those of the column are too long for a sidebar.
    pub labels: &'static [Choice],
}

/// What a filter lets one choose.
#[derive(Debug, Clone, Copy)]
pub enum FilterKind {
    /// One of the column's choices, or All.
    Choices,
    /// The same, with a choice of its own until another is made; All is asked for with the value `all`.
    ChoicesWithDefault {
        /// What the first choice is called: "Current".
        label: &'static str,
        /// The values that it leaves out.
        leaves_out: &'static [&'static str],
    },
    /// All, Yes, No.
    Boolean,
    /// Any date, Today, Past 7 days, This month, This year; No date and Has date where there may be none.
    Date,
    /// All, Empty, Not empty.
    Emptiness,
    /// What the rows themselves have to offer, or anything else that a column cannot say.
    Lookups(Lookups),
}

/// Choices that only the database knows: Django's `SimpleListFilter`.
#[derive(Debug, Clone, Copy)]
pub struct Lookups {
    /// What can be chosen, in order, knowing what is chosen now. A filter that offers nothing is not shown.
    pub offered: fn(&mut AnyConnection, Asked<'_>, Option<&str>) -> Result<Vec<Lookup>>,
    /// What the rows of a value meet, of one that is not offered too; nothing is refused, an unknown value has no rows.
    pub rows: fn(&mut AnyConnection, Asked<'_>, &str) -> Result<Sql>,
    /// How one of them is looked for, where there are too many to be offered; `None`: all are.
    pub search: Option<LookupSearch>,
}

/// The most choices that a search among them offers.
pub const MOST_FOUND: i64 = 20;

/// A box in a filter: what is typed into it is handed to [`Lookups::offered`].
#[derive(Debug, Clone, Copy)]
pub struct LookupSearch {
    /// What is looked for: "companies".
    pub plural: &'static str,
    /// The foreign key whose search offers the same while one types: the names of app, model and field.
    pub foreign_key: [&'static str; 3],
}

/// One of these choices.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// As it stands in the address.
    pub value: String,
    /// What people read.
    pub label: String,
    /// What its rows meet, where that is known by the way; `None`: [`Lookups::rows`] knows.
    pub rows: Option<Sql>,
}

/// Of whom and when a lookup is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The rows that the actor sees.
    pub visible: &'a Sql,
    /// The day, and its zone.
    pub display: &'a Display,
    /// What is looked for among the choices, see [`LookupSearch`]; mostly blank.
    pub typed: &'a str,
}

impl<'a> Asked<'a> {
    /// Of these rows, as of now.
    pub fn of(visible: &'a Sql, display: &'a Display) -> Self {
        Self { visible, display, typed: "" }
    }
}

/// What a filter leaves, as far as the address alone can tell.
#[derive(Debug, Clone)]
pub enum Narrowing {
    /// Everything.
    Nothing,
    /// The rows that meet this.
    Rows(Sql),
    /// The rows of a value that is looked up.
    Lookup(Lookups, String),
}

impl Narrowing {
    /// What the rows meet.
    pub fn sql(&self, connection: &mut AnyConnection, asked: Asked<'_>) -> Result<Sql> {
        match self {
            Self::Nothing => Ok(Sql::all()),
            Self::Rows(sql) => Ok(sql.clone()),
            Self::Lookup(lookups, value) => (lookups.rows)(connection, asked, value),
        }
    }
}

impl From<Option<Sql>> for Narrowing {
    fn from(sql: Option<Sql>) -> Self {
        sql.map_or(Self::Nothing, Self::Rows)
    }
}

/// The parameters of a filter cannot be understood: the page is asked for again without any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusable;

pub(super) const EXACT: &str = "__exact";
pub(super) const SINCE: &str = "__gte";
pub(super) const UNTIL: &str = "__lt";
pub(super) const IS_NULL: &str = "__isnull";
pub(super) const IS_EMPTY: &str = "__isempty";
/// What is looked for among the choices; it narrows nothing.
pub(super) const TERM: &str = "__term";

/// Asks a filter with a default choice for everything.
pub(super) const ALL: &str = "all";

impl ListFilter {
    /// A filter by the choices of `column`.
    pub const fn choices(parameter: &'static str, title: &'static str, column: &'static Column) -> Self {
        Self { parameter, title, column, kind: FilterKind::Choices, labels: &[] }
    }

    /// A filter by the choices of `column` that leaves some out until a choice is made.
    pub const fn choices_without(
        parameter: &'static str,
        title: &'static str,
        column: &'static Column,
        label: &'static str,
        leaves_out: &'static [&'static str],
    ) -> Self {
        Self { parameter, title, column, kind: FilterKind::ChoicesWithDefault { label, leaves_out }, labels: &[] }
    }

    /// A filter by yes and no.
    pub const fn boolean(parameter: &'static str, title: &'static str, column: &'static Column) -> Self {
        Self { parameter, title, column, kind: FilterKind::Boolean, labels: &[] }
    }

    /// A filter by date.
    pub const fn date(parameter: &'static str, title: &'static str, column: &'static Column) -> Self {
        Self { parameter, title, column, kind: FilterKind::Date, labels: &[] }
    }

    /// A filter by whether there is anything in `column`.
    pub const fn emptiness(parameter: &'static str, title: &'static str, column: &'static Column) -> Self {
        Self { parameter, title, column, kind: FilterKind::Emptiness, labels: &[] }
    }

    /// A filter by what is looked up; `parameter` stands in the address as it is.
    pub const fn lookups(parameter: &'static str, title: &'static str, column: &'static Column, lookups: Lookups) -> Self {
        Self { parameter, title, column, kind: FilterKind::Lookups(lookups), labels: &[] }
    }

    /// The same with labels of its own.
    #[must_use]
    pub const fn labelled(self, labels: &'static [Choice]) -> Self {
        Self { labels, ..self }
    }

    /// The parameter and its value that ask a filter with a default choice for everything; `None` for the others, which
    /// leave nothing out of their own accord.
    pub fn everything(&self) -> Option<(String, &'static str)> {
        matches!(self.kind, FilterKind::ChoicesWithDefault { .. }).then(|| (self.named(EXACT), ALL))
    }

    /// The labels of what it leaves out of its own accord, as long as nothing is chosen in `query`.
    pub(super) fn left_out(&self, query: &QueryString) -> Vec<String> {
        match self.kind {
            FilterKind::ChoicesWithDefault { leaves_out, .. } if self.get(query, EXACT).is_none() => {
                self.offered().iter().filter(|choice| leaves_out.contains(&choice.value)).map(|choice| choice.label.to_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What can be chosen among.
    pub fn offered(&self) -> &'static [Choice] {
        if self.labels.is_empty() { self.column.choices } else { self.labels }
    }

    /// The names of its parameters.
    pub fn parameters(&self) -> Vec<String> {
        let endings: &[&str] = match self.kind {
            FilterKind::Choices | FilterKind::ChoicesWithDefault { .. } | FilterKind::Boolean => &[EXACT],
            FilterKind::Date if self.column.nullable => &[SINCE, UNTIL, IS_NULL],
            FilterKind::Date => &[SINCE, UNTIL],
            FilterKind::Emptiness => &[IS_EMPTY],
            FilterKind::Lookups(Lookups { search: Some(_), .. }) => &["", TERM],
            FilterKind::Lookups(_) => &[""],
        };
        endings.iter().map(|ending| self.named(ending)).collect()
    }

    /// What it leaves.
    ///
    /// # Errors
    /// `Unusable` when a value cannot be meant.
    pub fn narrowing(&self, query: &QueryString, display: &Display) -> Result<Narrowing, Unusable> {
        let exact = self.get(query, EXACT);
        let sql = match self.kind {
            FilterKind::Choices => exact.map(|value| self.is_one_of(&[value])),
            FilterKind::ChoicesWithDefault { leaves_out, .. } => match exact {
                None => Some(self.is_one_of(leaves_out).complement()),
                Some(ALL) => None,
                Some(value) => Some(self.is_one_of(&[value])),
            },
            FilterKind::Boolean => exact.map(|value| self.is_flag(value)).transpose()?,
            FilterKind::Date => self.dates(query, display)?,
            FilterKind::Emptiness => self.get(query, IS_EMPTY).map(|value| self.is_empty(value)).transpose()?,
            FilterKind::Lookups(lookups) => {
                let value = self.get(query, "").filter(|value| !value.is_empty());
                return Ok(value.map_or(Narrowing::Nothing, |value| Narrowing::Lookup(lookups, value.to_owned())));
            }
        };
        Ok(sql.into())
    }

    fn dates(&self, query: &QueryString, display: &Display) -> Result<Option<Sql>, Unusable> {
        let bound = |ending| self.get(query, ending).map(|typed| self.bound(typed, display)).transpose();
        let range = Range { from: bound(SINCE)?, until: bound(UNTIL)? };
        let mut wanted = Vec::new();
        if range.from.is_some() || range.until.is_some() {
            wanted.push(Test::new(*self.column, Condition::Within(vec![range])).sql());
        }
        if let Some(value) = self.get(query, IS_NULL) {
            wanted.push(self.is_empty(value)?);
        }
        Ok((!wanted.is_empty()).then(|| Sql::and(wanted)))
    }

    fn bound(&self, typed: &str, display: &Display) -> Result<Value, Unusable> {
        match (self.column.kind, parse_point(typed)) {
            (Kind::Timestamp, Ok(point)) => Ok(Value::Time(Time(point.start(display.zone())))),
            (_, Ok(Point::Day(day))) => Ok(Value::Date(day)),
            _ => Err(Unusable),
        }
    }

    fn is_empty(&self, value: &str) -> Result<Sql, Unusable> {
        let empty = Test::new(*self.column, Condition::Empty);
        Ok(Test { negated: !flag(value)?, ..empty }.sql())
    }

    fn is_flag(&self, value: &str) -> Result<Sql, Unusable> {
        Ok(Test::new(*self.column, Condition::OneOf(vec![Value::Boolean(flag(value)?)])).sql())
    }

    fn is_one_of(&self, values: &[&str]) -> Sql {
        let values = values.iter().map(|value| Value::Text((*value).to_owned())).collect();
        Test::new(*self.column, Condition::OneOf(values)).sql()
    }

    pub(super) fn get<'a>(&self, query: &'a QueryString, ending: &str) -> Option<&'a str> {
        query.get(&self.named(ending))
    }

    pub(super) fn named(&self, ending: &str) -> String {
        format!("{}{ending}", self.parameter)
    }
}

/// Yes and no, as Django's addresses spell them.
fn flag(value: &str) -> Result<bool, Unusable> {
    match value {
        "1" | "True" | "true" => Ok(true),
        "0" | "False" | "false" => Ok(false),
        _ => Err(Unusable),
    }
}
