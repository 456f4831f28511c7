//! List filters: the choices beside a list, their parameters in the address, and the predicate of what was chosen.
//!
//! Declared in `LIST_FILTER`, read by `changelist`. Parameters are Django's (`status__exact`, `created_at__gte` and `__lt`,
//! `created_at__isnull`), so that bookmarks of the old admin still work; a value that cannot be meant is refused as a whole.

use chrono::{Datelike, Days, NaiveDate};

use crate::db::Time;
use crate::query::condition::Range;
use crate::query::period::{Point, day_start, next_day, parse_point};
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
    /// The column it asks.
    pub column: &'static Column,
    /// What can be chosen.
    pub kind: FilterKind,
    /// The choices with labels of its own, where those of the column are too long for a sidebar.
    pub labels: &'static [Choice],
}

/// What a filter lets one choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

/// The parameters of a filter cannot be understood: the page is asked for again without any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusable;

/// A filter as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterView {
    /// See [`ListFilter::title`].
    pub title: &'static str,
    /// By which the browser remembers whether it is folded.
    pub parameter: &'static str,
    /// What can be chosen, in order.
    pub choices: Vec<FilterChoice>,
}

/// One choice of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterChoice {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub link: String,
    /// Whether it is the present one.
    pub is_selected: bool,
}

/// Parameters that a choice sets, by the ending of their name.
type Setting = Vec<(&'static str, String)>;

const EXACT: &str = "__exact";
const SINCE: &str = "__gte";
const UNTIL: &str = "__lt";
const IS_NULL: &str = "__isnull";

/// Asks a filter with a default choice for everything.
const ALL: &str = "all";

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

    /// The same with labels of its own.
    #[must_use]
    pub const fn labelled(self, labels: &'static [Choice]) -> Self {
        Self { labels, ..self }
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
        };
        endings.iter().map(|ending| self.named(ending)).collect()
    }

    /// What the rows must meet.
    ///
    /// # Errors
    /// `Unusable` when a value cannot be meant.
    pub fn predicate(&self, query: &QueryString, display: &Display) -> Result<Option<Sql>, Unusable> {
        match self.kind {
            FilterKind::Choices => Ok(self.get(query, EXACT).map(|value| self.is_one_of(&[value]))),
            FilterKind::ChoicesWithDefault { leaves_out, .. } => Ok(match self.get(query, EXACT) {
                None => Some(self.is_one_of(leaves_out).complement()),
                Some(ALL) => None,
                Some(value) => Some(self.is_one_of(&[value])),
            }),
            FilterKind::Boolean => self.get(query, EXACT).map(|value| self.is_flag(value)).transpose(),
            FilterKind::Date => self.dates(query, display),
        }
    }

    /// What the page offers.
    pub fn view(&self, query: &QueryString, display: &Display) -> FilterView {
        let names = self.parameters();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let others = query.without(&names);
        let present: Setting = ENDINGS.iter().filter_map(|ending| Some((*ending, self.get(query, ending)?.to_owned()))).collect();
        let choices = self.settings(display).into_iter().map(|(label, setting)| FilterChoice {
            label,
            is_selected: setting == present,
            link: setting.into_iter().fold(others.clone(), |link, (ending, value)| link.with(&self.named(ending), value)).link(),
        });
        FilterView { title: self.title, parameter: self.parameter, choices: choices.collect() }
    }

    fn settings(&self, display: &Display) -> Vec<(String, Setting)> {
        let exact = |value: &str| vec![(EXACT, value.to_owned())];
        let values = self.offered().iter().map(|choice| (choice.label.to_owned(), exact(choice.value)));
        match self.kind {
            FilterKind::Choices => [("All".to_owned(), vec![])].into_iter().chain(values).collect(),
            FilterKind::ChoicesWithDefault { label, .. } => {
                [(label.to_owned(), vec![]), ("All".to_owned(), exact(ALL))].into_iter().chain(values).collect()
            }
            FilterKind::Boolean => vec![("All".into(), vec![]), ("Yes".into(), exact("1")), ("No".into(), exact("0"))],
            FilterKind::Date => self.periods(display),
        }
    }

    fn periods(&self, display: &Display) -> Vec<(String, Setting)> {
        let today = display.today();
        let tomorrow = next_day(today).unwrap_or(today);
        let first_of_month = today.with_day(1).unwrap_or(today);
        let next_month = first_of_month.checked_add_months(chrono::Months::new(1)).unwrap_or(tomorrow);
        let year = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(today);
        let period = |label: &str, since, until| {
            (label.to_owned(), vec![(SINCE, self.written(since, display)), (UNTIL, self.written(until, display))])
        };
        let mut periods = vec![
            ("Any date".to_owned(), vec![]),
            period("Today", today, tomorrow),
            period("Past 7 days", today.checked_sub_days(Days::new(7)).unwrap_or(today), tomorrow),
            period("This month", first_of_month, next_month),
            period("This year", year(today.year()), year(today.year() + 1)),
        ];
        if self.column.nullable {
            periods.push(("No date".to_owned(), vec![(IS_NULL, "True".to_owned())]));
            periods.push(("Has date".to_owned(), vec![(IS_NULL, "False".to_owned())]));
        }
        periods
    }

    /// A day as Django writes it into the address: with the time and the offset of its midnight, for a column of moments.
    fn written(&self, day: NaiveDate, display: &Display) -> String {
        match self.column.kind {
            Kind::Timestamp => day_start(day, display.zone()).with_timezone(&display.zone()).format("%Y-%m-%d %H:%M:%S%:z").to_string(),
            _ => day.format("%Y-%m-%d").to_string(),
        }
    }

    fn dates(&self, query: &QueryString, display: &Display) -> Result<Option<Sql>, Unusable> {
        let bound = |ending| self.get(query, ending).map(|typed| self.bound(typed, display)).transpose();
        let range = Range { from: bound(SINCE)?, until: bound(UNTIL)? };
        let mut wanted = Vec::new();
        if range.from.is_some() || range.until.is_some() {
            wanted.push(Test::new(*self.column, Condition::Within(vec![range])).sql());
        }
        if let Some(value) = self.get(query, IS_NULL) {
            let empty = Test::new(*self.column, Condition::Empty);
            wanted.push(Test { negated: !flag(value)?, ..empty }.sql());
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

    fn is_flag(&self, value: &str) -> Result<Sql, Unusable> {
        Ok(Test::new(*self.column, Condition::OneOf(vec![Value::Boolean(flag(value)?)])).sql())
    }

    fn is_one_of(&self, values: &[&str]) -> Sql {
        let values = values.iter().map(|value| Value::Text((*value).to_owned())).collect();
        Test::new(*self.column, Condition::OneOf(values)).sql()
    }

    fn get<'a>(&self, query: &'a QueryString, ending: &str) -> Option<&'a str> {
        query.get(&self.named(ending))
    }

    fn named(&self, ending: &str) -> String {
        format!("{}{ending}", self.parameter)
    }
}

const ENDINGS: [&str; 4] = [EXACT, SINCE, UNTIL, IS_NULL];

/// Yes and no, as Django's addresses spell them.
fn flag(value: &str) -> Result<bool, Unusable> {
    match value {
        "1" | "True" | "true" => Ok(true),
        "0" | "False" | "false" => Ok(false),
        _ => Err(Unusable),
    }
}
