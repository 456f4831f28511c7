//! A field of a form with its value: what its row on the page shows.
//!
//! Made by `binding`; a screen's own panel is handed it too.

use super::cell::Cell;
use super::related::RelatedView;
use super::side_by_side::Side;
use super::widget::{Widget, is_ticked};

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
    /// What its control shows: what was typed, or is stored.
    pub value: String,
    /// The zone in which moments are typed.
    pub zone: &'static str,
    /// What was sent for a field that is not edited, where it is another value: it is not lost, but not saved either.
    pub sent: Option<Cell>,
    /// What is wrong with it; shown with the id `id_NAME_error`.
    pub errors: Vec<String>,
    /// What is stored, for who goes on with something else that was not saved; shown with the id `id_NAME_saved`.
    pub saved: Option<Side>,
    /// How it is edited.
    pub widget: Widget,
    /// For a foreign key: what is chosen, and what a search found.
    pub related: Option<RelatedView>,
    /// Whether the page begins here.
    pub has_focus: bool,
    /// Whether it is edited; a panel shows the value otherwise.
    pub is_editable: bool,
}

impl BoundField {
    /// What describes the widget: the ids of its help and of its errors.
    pub fn described_by(&self) -> String {
        let is_moment = matches!(self.widget, Widget::DateTime);
        let parts =
            [("zone", is_moment), ("helptext", !self.help.is_empty()), ("saved", self.saved.is_some()), ("error", !self.errors.is_empty())];
        let ids: Vec<String> = parts.iter().filter(|(_, is_there)| *is_there).map(|(part, _)| format!("id_{}_{part}", self.name)).collect();
        ids.join(" ")
    }

    /// The choices of a select: nothing where it may be left out, and the present value whether it is known or not.
    pub fn options(&self) -> Vec<OptionView<'_>> {
        let Widget::Select(choices) = self.widget else { return Vec::new() };
        let option = |value, label| OptionView { value, label, is_selected: value == self.value };
        let blank = (!self.is_required || self.value.is_empty()).then(|| option("", "---------"));
        let is_unknown = !self.value.is_empty() && !choices.iter().any(|choice| choice.value == self.value);
        let unknown = is_unknown.then(|| option(&self.value, &self.value));
        blank.into_iter().chain(unknown).chain(choices.iter().map(|choice| option(choice.value, choice.label))).collect()
    }

    /// The type of its control: `kind`, unless the value is one that such a control would not show.
    pub fn input_type(&self, kind: &'static str) -> &'static str {
        if self.fits() { kind } else { "text" }
    }

    /// See [`Widget::fits`].
    pub fn fits(&self) -> bool {
        self.widget.fits(&self.value)
    }

    /// Whether its box is ticked.
    pub fn is_ticked(&self) -> bool {
        is_ticked(&self.value)
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
