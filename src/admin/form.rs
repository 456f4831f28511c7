//! A form that was sent: what was typed, what is wrong with it, which button was pressed, which version it was made from.
//!
//! Called by `edit` (the operations) and `form_page` (what is shown). Knows fields as they are declared and nothing of what
//! they mean; that is for the `clean` of a screen.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::editing::Act;
use super::fieldset::{FormField, form_fields};
use super::model_admin::ModelAdmin;
use super::query_string::QueryString;
use super::widget::{NO_CHOICE, Widget};
use crate::db::AnyConnection;
use crate::error::Result;
use crate::query::text;

/// The field that carries the edit version.
pub const VERSION: &str = "_version";
/// The field that carries the key of an object that is being added, so that a form sent twice adds one.
pub const NEW_ID: &str = "_new_id";
/// The field that carries when the form was opened.
pub const OPENED: &str = "_opened";
/// The field that carries what the fields held when the form was opened, as one JSON object.
pub const INITIAL: &str = "_initial";
/// What the form's first, hidden button sends as `_save`: Enter was pressed in a field.
pub const ENTER: &str = "enter";
/// The button that goes back from the page of a conflict to the form.
pub const EDIT: &str = "_edit";
/// The field that says that the form shows what is saved beside what was typed, as it does after [`EDIT`].
pub const BESIDE: &str = "_beside";

/// Fields that belong to the machinery: they are not what was typed.
const OWN: [&str; 10] = [VERSION, NEW_ID, OPENED, INITIAL, EDIT, BESIDE, "_save", "_continue", "_addanother", "csrfmiddlewaretoken"];

/// What fields held when a form was opened, by name. Passwords are not among them.
pub(super) type Initial = BTreeMap<String, String>;

/// The values of a form, as they were typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormData(Vec<(String, String)>);

impl FormData {
    /// What was sent, in order.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        // Browsers send line breaks as CR LF; stored text has LF.
        Self(pairs.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect())
    }

    /// What the form of a stored object, or of a new one, begins with.
    pub fn of<A: ModelAdmin>(row: Option<&A::Row>) -> Self {
        Self(form_fields::<A>().map(|field| (field.name.to_owned(), field.stored(row))).collect())
    }

    /// What the form of a new object begins with where its address says so, as in Django: the fields that the actor may edit,
    /// as if they were typed. Nothing is saved by that, and no page writes a password.
    pub(super) fn given<A: ModelAdmin>(act: Act<'_>, query: &QueryString) -> Self {
        let given = |field: &FormField<A::Row, A::Panels>| {
            let typed = query.get(field.name).filter(|_| (field.is_editable)(act.actor, None))?;
            Some(field.widget.read(typed, act.clock.zone()).unwrap_or_else(|_| typed.to_owned()))
        };
        Self(form_fields::<A>().map(|field| (field.name.to_owned(), given(field).unwrap_or_else(|| field.stored(None)))).collect())
    }

    /// The last value of a field; blank when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a field was sent at all, or a button pressed.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Everything that was sent, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Everything but what belongs to the machinery.
    pub fn typed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs().filter(|(name, _)| !OWN.contains(name))
    }

    /// What the machinery itself put into the form: version, key, moment, what the fields held, what stands beside them.
    pub(super) fn own(&self) -> impl Iterator<Item = (&str, &str)> {
        let kept = [VERSION, NEW_ID, OPENED, INITIAL, BESIDE];
        self.pairs().filter(move |(name, _)| kept.contains(name))
    }

    /// What the fields held when the form was opened, by name; nothing when it does not say.
    pub(super) fn initial(&self) -> Initial {
        serde_json::from_str(self.get(INITIAL)).unwrap_or_default()
    }

    /// Brings what was sent into the spelling that is held: the stored value where the control shows what it showed of it (a
    /// control for moments leaves out the fraction of a second), where nobody touched it since the form was opened (what
    /// somebody else changed meanwhile is not to be taken back by who never looked at it), and wherever the actor may not edit
    /// and sent nothing, as the form does; so does one that was opened when they might not edit it. What was sent there all
    /// the same (by hand, or because the field was open when the form was) stays and is refused by [`validate`].
    ///
    /// Whether a field follows what was changed since the form was opened.
    pub(super) fn settle<A: ModelAdmin>(&mut self, act: Act<'_>, row: Option<&A::Row>) -> bool {
        let (zone, initial, mut follows) = (act.clock.zone(), self.initial(), false);
        for field in form_fields::<A>() {
            let (stored, typed) = (field.stored(row), self.get(field.name));
            // A box that is not ticked is not sent.
            let is_shown_only = initial.contains_key(field.name) && !matches!(field.widget, Widget::Checkbox);
            let is_left_out = !self.has(field.name) && (is_shown_only || !(field.is_editable)(act.actor, row));
            let read = || field.widget.read(typed, zone).unwrap_or_else(|_| typed.to_owned());
            let shows = |value: &str| field.widget.write(value, zone) == typed;
            let initial = initial.get(field.name).filter(|_| row.is_some());
            let is_untouched = initial.is_some_and(|initial| shows(initial) || field.widget.is_alike(initial, &read()));
            follows |= is_untouched && initial.is_some_and(|initial| !field.widget.is_same(initial, &stored));
            let held = if is_left_out || is_untouched || row.is_some() && shows(&stored) { stored } else { read() };
            self.0.retain(|(name, _)| name != field.name);
            self.0.push((field.name.to_owned(), held));
        }
        follows
    }
}

/// What is wrong with a form: sentences at fields, and sentences about the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors {
    fields: Vec<(String, String)>,
    general: Vec<String>,
}

impl FormErrors {
    /// One sentence at one field.
    pub fn at(field: &str, sentence: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, sentence);
        errors
    }

    /// Adds a sentence at a field.
    pub fn add(&mut self, field: &str, sentence: impl Into<String>) {
        self.fields.push((field.to_owned(), sentence.into()));
    }

    /// Adds a sentence about the form as a whole.
    pub fn add_general(&mut self, sentence: impl Into<String>) {
        self.general.push(sentence.into());
    }

    /// The sentences at a field.
    pub fn of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(name, _)| name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// The sentences about the whole.
    pub fn general(&self) -> &[String] {
        &self.general
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many sentences there are.
    pub fn len(&self) -> usize {
        self.fields.len() + self.general.len()
    }
}

/// What the pressed button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Save and go back to the list.
    Save,
    /// Save and stay.
    Continue,
    /// Save and begin another.
    AddAnother,
    /// Show the form again with what was typed; nothing is saved or judged.
    Show,
}

impl Intent {
    /// Reads it. `shows_again` is what the screen makes of its own buttons; a form sent without any button (by a script, by
    /// an old browser's Enter) is saved.
    pub fn read(data: &FormData, shows_again: bool) -> Self {
        if data.has(EDIT) || shows_again {
            Self::Show
        } else if data.has("_continue") {
            Self::Continue
        } else if data.has("_addanother") {
            Self::AddAnother
        } else {
            Self::Save
        }
    }
}

/// What can be said of fields without knowing what they mean. What is stored may stay, whatever it is: an import or the old
/// system brought it.
pub fn validate<A: ModelAdmin>(connection: &mut AnyConnection, data: &FormData, act: Act<'_>, row: Option<&A::Row>) -> Result<FormErrors> {
    let mut errors = FormErrors::default();
    for field in form_fields::<A>() {
        let (typed, stored) = (data.get(field.name), field.stored(row));
        if !(field.is_editable)(act.actor, row) {
            if !field.widget.is_same(&stored, typed) {
                errors.add(field.name, row.and_then(A::NOTICE).unwrap_or("You may not change this."));
            }
        } else if let Widget::ForeignKey(key) = field.widget
            && let Some(sentence) = key.problem(data, field.name)
        {
            errors.add(field.name, sentence);
        } else if field.is_required && field.widget.is_blank(typed) {
            errors.add(field.name, "This field is required.");
        } else if field.is_required && field.widget.is_text() && text::is_invisible(typed) {
            errors.add(field.name, "Enter something that people can see.");
        } else if !(row.is_some() && stored == typed)
            && let Some(sentence) = field.widget.problem(typed, act.clock.zone())
        {
            errors.add(field.name, sentence);
        } else if let Widget::ForeignKey(key) = field.widget
            && !field.widget.is_blank(typed)
            && !key.exists(connection, act.actor, typed)?
        {
            errors.add(field.name, NO_CHOICE);
        }
    }
    Ok(errors)
}

/// What the form of a row that is sent from here on was made from: what is stored of each field that holds it, and what the
/// form said before of each that holds something else.
pub(super) fn initial<A: ModelAdmin>(row: &A::Row, data: &FormData) -> String {
    let before = data.initial();
    let fields = form_fields::<A>().filter(|field| !matches!(field.widget, Widget::Password));
    let value = |field: &FormField<A::Row, A::Panels>| {
        let stored = (field.value)(row);
        let is_held = field.widget.is_same(&stored, data.get(field.name));
        let value = if is_held { Some(stored) } else { before.get(field.name).cloned() };
        value.map(|value| (field.name.to_owned(), value))
    };
    serde_json::json!(fields.filter_map(value).collect::<Initial>()).to_string()
}

/// The edit version of a row: a hash of its user-editable values. Counting it or using it does not change the version,
/// changing it in another program does.
pub fn version<A: ModelAdmin>(row: &A::Row) -> String {
    let mut hash = Sha256::new();
    for field in form_fields::<A>() {
        let value = (field.value)(row);
        // With its length, so that no two lists of values read alike.
        hash.update(value.len().to_le_bytes());
        hash.update(value.as_bytes());
    }
    hash.finalize().iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
