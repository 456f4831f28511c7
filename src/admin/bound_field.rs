//! A field of a form with its value: what its row on the page shows.
//!
//! Made by `form_page`; a screen's own panel is handed it too.

use super::cell::Cell;
use super::fieldset::Widget;
use crate::query::Choice;

/// A field with what was typed into it and what is wrong with that.
#[derive(Debug)]
pub struct BoundField {
    /// See `FormField::name`; the widget's id is `id_NAME`.
    pub name: &'static str,
    /// See `FormField::label`.
    pub label: &'static str,
    /// See `FormField::help`; shown with the id `id_NAME_helptext`.
    pub help: &'static str,
    /// See `FormField::is_required`.
    pub is_required: bool,
    /// What was typed, or is stored.
    pub value: String,
    /// What is wrong with it; shown with the id `id_NAME_error`.
    pub errors: Vec<String>,
    /// How it is edited.
    pub widget: Widget,
    /// Whether the page begins here.
    pub has_focus: bool,
    /// Whether it is edited; a panel shows the value otherwise.
    pub is_editable: bool,
}

impl BoundField {
    /// What describes the widget: the ids of its help and of its errors.
    pub fn described_by(&self) -> String {
        let parts = [("helptext", !self.help.is_empty()), ("error", !self.errors.is_empty())];
        let ids: Vec<String> = parts.iter().filter(|(_, is_there)| *is_there).map(|(part, _)| format!("id_{}_{part}", self.name)).collect();
        ids.join(" ")
    }

    /// The choices of a select, the present value among them.
    pub fn options(&self) -> Vec<OptionView<'_>> {
        let Widget::Select(choices) = self.widget else { return Vec::new() };
        let known = choices.iter().map(|Choice { value, label }| OptionView { value, label, is_selected: *value == self.value });
        let is_unknown = !choices.iter().any(|choice| choice.value == self.value);
        let blank = is_unknown.then(|| OptionView {
            value: &self.value,
            label: if self.value.is_empty() { "---------" } else { &self.value },
            is_selected: true,
        });
        blank.into_iter().chain(known).collect()
    }

    /// The value as text that is not edited.
    pub fn cell(&self) -> Cell {
        shown(self.widget, &self.value)
    }

    /// The most characters that one line takes.
    pub fn max_length(&self) -> Option<usize> {
        if let Widget::Text(most) = self.widget { Some(most) } else { None }
    }
}

/// One choice of a select.
#[derive(Debug, PartialEq, Eq)]
pub struct OptionView<'a> {
    /// What is posted.
    pub value: &'a str,
    /// What it says.
    pub label: &'a str,
    /// Whether it is the present one.
    pub is_selected: bool,
}

/// A field's value as people read it.
pub fn shown(widget: Widget, value: &str) -> Cell {
    match widget {
        _ if value.trim().is_empty() => Cell::Blank,
        Widget::Select(choices) => Cell::text(choices.iter().find(|choice| choice.value == value).map_or(value, |choice| choice.label)),
        Widget::Json => Cell::Code(value.to_owned()),
        Widget::Text(_) | Widget::Textarea => Cell::text(value),
    }
}
