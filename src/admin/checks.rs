//! Whether a declaration makes sense, as far as its types do not tell: run at start, before any page is served.
//!
//! Called by `frame::Nav::check`. Each mistake has a code, so that tests and people can name it.

use std::collections::BTreeSet;

use crate::query::{Column, Kind};

use super::facets::PARAMETER as FACETS;
use super::fieldset::{Field, Widget, form_fields};
use super::filters::{FilterKind, ListFilter};
use super::headings::ORDER;
use super::list_query::{ERROR, SEARCH};
use super::model_admin::ModelAdmin;
use super::paginator::{ALL, PAGE};

/// A mistake in a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind: `admin.E101`.
    pub code: &'static str,
    /// What is wrong, with the model and the name.
    pub text: String,
}

/// The mistakes in one declaration.
pub fn check<A: ModelAdmin>() -> Vec<Problem> {
    let mut problems = Problems { model: A::MODEL.model_name, found: Vec::new() };
    list_display::<A>(&mut problems);
    for filter in A::LIST_FILTER {
        list_filter::<A>(&mut problems, filter);
    }
    let parameters =
        A::LIST_FILTER.iter().flat_map(ListFilter::parameters).chain([SEARCH, ORDER, PAGE, ALL, ERROR, FACETS].map(str::to_owned));
    problems.twice("admin.E203", "the parameter", parameters);
    for field in A::SEARCH_FIELDS {
        let home = field.through.map_or(A::KEY.table, |through| through.key.table);
        for column in field.columns {
            problems.add_if(column.kind != Kind::Text || column.nullable, "admin.E301", || {
                format!("searches {}, which is no text, or may be NULL", column.name)
            });
            problems
                .add_if(column.table != home, "admin.E302", || format!("searches {} of another table without the way to it", column.name));
        }
    }
    form::<A>(&mut problems);
    problems.found
}

struct Problems {
    model: &'static str,
    found: Vec<Problem>,
}

impl Problems {
    fn add_if(&mut self, is_wrong: bool, code: &'static str, text: impl FnOnce() -> String) {
        if is_wrong {
            self.found.push(Problem { code, text: format!("{} {}.", self.model, text()) });
        }
    }

    fn twice(&mut self, code: &'static str, what: &str, names: impl IntoIterator<Item = String>) {
        let mut seen = BTreeSet::new();
        for name in names {
            self.add_if(!seen.insert(name.clone()), code, || format!("has {what} {name} twice"));
        }
    }
}

fn list_display<A: ModelAdmin>(problems: &mut Problems) {
    problems.add_if(A::LIST_DISPLAY.is_empty(), "admin.E101", || "lists no columns".into());
    problems.add_if(!A::LIST_DISPLAY.iter().any(|column| column.is_link), "admin.E102", || "has no column that leads to the object".into());
    problems.add_if(A::ORDERING.is_empty(), "admin.E103", || "has no order".into());
    problems.add_if(A::KEY.kind != Kind::Id, "admin.E104", || "has a key that is none".into());
    problems.twice("admin.E105", "the column", A::LIST_DISPLAY.iter().map(|column| column.name.to_owned()));
}

fn list_filter<A: ModelAdmin>(problems: &mut Problems, filter: &ListFilter) {
    let Column { kind, table, nullable, .. } = *filter.column;
    let (is_right, code) = match filter.kind {
        FilterKind::Choices | FilterKind::ChoicesWithDefault { .. } => (kind == Kind::Text && !filter.offered().is_empty(), "admin.E201"),
        FilterKind::Boolean => (kind == Kind::Boolean, "admin.E202"),
        FilterKind::Date => (matches!(kind, Kind::Date | Kind::Timestamp), "admin.E204"),
        FilterKind::Emptiness => (nullable || kind == Kind::Text, "admin.E206"),
        FilterKind::Lookups(_) => (true, "admin.E207"),
    };
    problems.add_if(!is_right, code, || format!("has the filter {} over a column that does not fit it", filter.parameter));
    problems.add_if(table != A::KEY.table, "admin.E205", || format!("has the filter {} over another table", filter.parameter));
}

fn form<A: ModelAdmin>(problems: &mut Problems) {
    let fields = A::FIELDSETS.iter().flat_map(|fieldset| fieldset.fields).filter_map(|field| match field {
        Field::Form(field) => Some(field.name),
        Field::Readonly(field) => Some(field.name),
        Field::Panel(_) => None,
    });
    problems.twice("admin.E401", "the field", fields.map(str::to_owned));
    for field in form_fields::<A>() {
        problems
            .add_if(field.name.starts_with('_'), "admin.E402", || format!("has the field {}; a leading _ is the machinery's", field.name));
        let is_empty = matches!(field.widget, Widget::Select(choices) if choices.is_empty());
        problems.add_if(is_empty, "admin.E403", || format!("has the field {} with nothing to choose", field.name));
    }
}
