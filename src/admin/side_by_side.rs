//! Two versions of an object beside each other, field by field.
//!
//! Made by `conflict` (stored and typed) and `versions` (then and now), drawn by one template. A form that one goes on with
//! after a conflict shows the stored side at each field that differs.

use super::cell::Cell;
use super::display::Display;
use super::editing::Act;
use super::fieldset::{FormField, form_fields};
use super::form::{FormData, Initial};
use super::model_admin::ModelAdmin;
use super::widget::Widget;
use crate::accounts::Actor;
use crate::db::AnyConnection;
use crate::error::Result;

/// One field in two versions.
#[derive(Debug)]
pub struct FieldPair {
    /// The field's name.
    pub name: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// In the one version.
    pub one: Side,
    /// In the other.
    pub other: Side,
    /// Whether they differ.
    pub differs: bool,
    /// What became of it since both began, in a word or two; blank where there is nothing to say.
    pub mark: &'static str,
}

/// A field in one version.
#[derive(Debug)]
pub struct Side {
    /// What it means, in words, where its value is not words itself.
    pub sentence: Option<String>,
    /// Its value.
    pub cell: Cell,
}

/// What a value of a field means, if it is not words itself.
type Said<'a> = dyn Fn(&mut AnyConnection, &str, &str) -> Result<Option<String>> + 'a;

/// How values are put into words.
pub(super) struct Words<'a> {
    /// Who reads them: what they may not see has no name.
    pub(super) actor: &'a Actor,
    /// How they are shown.
    pub(super) display: &'a Display,
    /// What the value of a field means, where it is not words itself.
    pub(super) sentence: &'a Said<'a>,
}

impl Words<'_> {
    fn side<Row, Panels>(&self, connection: &mut AnyConnection, field: &FormField<Row, Panels>, value: &str) -> Result<Side> {
        let cell = match field.widget {
            Widget::ForeignKey(key) => key.cell(connection, self.actor, value)?,
            widget => widget.show(value, self.display),
        };
        Ok(Side { sentence: (self.sentence)(connection, field.name, value)?, cell })
    }
}

/// The fields of the form of `A` in two versions, as text by name, but for passwords; `before` is what they were when both
/// began.
pub(super) fn pairs<A: ModelAdmin>(
    connection: &mut AnyConnection,
    words: &Words<'_>,
    one: impl Fn(&str) -> String,
    other: impl Fn(&str) -> String,
    before: &Initial,
) -> Result<Vec<FieldPair>> {
    let fields = form_fields::<A>().filter(|field| !matches!(field.widget, Widget::Password));
    let pair = |field: &FormField<A::Row, A::Panels>| {
        let (one, other) = (one(field.name), other(field.name));
        let differs = !field.widget.is_same(&one, &other);
        Ok(FieldPair {
            name: field.name,
            label: field.label,
            differs,
            mark: mark(differs, before.get(field.name).map(|before| [&one, &other].map(|now| !field.widget.is_same(before, now)))),
            one: words.side(connection, field, &one)?,
            other: words.side(connection, field, &other)?,
        })
    };
    fields.map(pair).collect()
}

/// What is said of a field, by whether it was changed in the one version and in the other, where that is known.
fn mark(differs: bool, changed: Option<[bool; 2]>) -> &'static str {
    match (differs, changed) {
        (true, Some([true, true])) => "changed in both",
        (true, Some([false, true])) => "changed by you",
        (true, _) => "differs",
        (false, Some([true, _])) => "changed since you began",
        (false, _) => "",
    }
}

/// What is stored of the form of `A` and what was typed into it, as it is held.
pub(super) fn stored_and_typed<A: ModelAdmin>(
    connection: &mut AnyConnection,
    act: Act<'_>,
    row: Option<&A::Row>,
    data: &FormData,
) -> Result<Vec<FieldPair>> {
    let (stored, before, display) = (FormData::of::<A>(row), data.initial(), Display::new(act.clock));
    let said = A::VERSIONS.map(|versions| versions.sentence);
    let sentence =
        |connection: &mut AnyConnection, name: &str, value: &str| said.map_or(Ok(None), |said| said(connection, &act, name, value));
    let words = Words { actor: act.actor, display: &display, sentence: &sentence };
    let (one, other) = (|name: &str| stored.get(name).to_owned(), |name: &str| data.get(name).to_owned());
    pairs::<A>(connection, &words, one, other, &before)
}
