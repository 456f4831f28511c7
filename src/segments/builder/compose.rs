//! Between the builder's many fields and the one field `filter_criteria`: what was sent is brought together before anything
//! else looks at the form.
//!
//! Named in the declaration as the form's `compose`, and called by the builder's own page. Whoever sends `filter_criteria`
//! itself, the JSON box or a script, means that. Beside it the form keeps how the document is shown, where one goes on and
//! what the preview leaves out; none of these is a field, so none is saved.

use serde_json::Value;

use super::deed::{At, Deed};
use super::reading::{is_field, path_of, read, written};
use super::tree::Tree;
use super::tried::{carried, paths};
use crate::admin::form::{FormData, INITIAL};
use crate::criteria::json;
use crate::segments::draft::read_criteria;
use crate::segments::preview_panel::PREVIEW;

/// The field that all of this comes down to.
pub const CRITERIA: &str = "filter_criteria";
/// The hidden field that says that the builder was on the page.
pub const MARKER: &str = "rules";
/// The name of the builder's buttons.
pub const BUTTON: &str = "_rules";
/// How the document is shown.
const VIEW: &str = "rules_view";
/// What the preview leaves out.
const LEFT_OUT: &str = "rules_without";
/// Where one goes on.
const AT: &str = "rules_at";
/// The value of [`VIEW`] for JSON.
const JSON: &str = "json";
/// Its value for rules.
const RULES: &str = "rules";

/// What was sent, with the document as its one field.
pub fn compose(data: FormData) -> FormData {
    let deed = Deed::read(data.get(BUTTON));
    let is_builder = data.has(MARKER) && !data.has(CRITERIA);
    let saved = saved(&data).filter(|_| deed == Some(Deed::Saved));
    let mut added = Vec::new();
    let mut add = |name: &str, value: String| added.push((name.to_owned(), value));
    if is_builder {
        let mut tree = read(data.pairs().filter(|(name, _)| is_field(name)), deed.is_some() || data.has(PREVIEW));
        let is_json = deed == Some(Deed::Json);
        let at = deed.and_then(|deed| deed.apply(&mut tree));
        let is_replaced = saved.is_some();
        add(CRITERIA, saved.unwrap_or_else(|| json::pretty(&tree.document())));
        add(VIEW, if is_json { JSON } else { RULES }.to_owned());
        if !is_replaced {
            add(LEFT_OUT, carried(&tree.left_out()));
            add(AT, at.map(|(path, part)| format!("{}:{part}", written(&path))).unwrap_or_default());
        }
    } else if data.has(CRITERIA) {
        let text = saved.unwrap_or_else(|| data.get(CRITERIA).to_owned());
        // Whoever goes on after a conflict sees what they saw before.
        let was_rules = !data.has(MARKER) && data.get(VIEW) == RULES;
        let is_left = matches!(deed, Some(Deed::Rules | Deed::Saved)) && read_criteria(&text).is_ok();
        add(CRITERIA, text);
        add(VIEW, if is_left || was_rules { RULES } else { JSON }.to_owned());
    } else {
        return data;
    }
    let replaced = [CRITERIA, MARKER, VIEW, LEFT_OUT, AT];
    let kept = data.pairs().filter(|(name, _)| !is_field(name) && !replaced.contains(name));
    FormData::new(kept.map(|(name, value)| (name.to_owned(), value.to_owned())).chain(added).collect())
}

/// The document that the form was opened with.
fn saved(data: &FormData) -> Option<String> {
    let initial: Value = serde_json::from_str(data.get(INITIAL)).ok()?;
    initial.get(CRITERIA)?.as_str().map(str::to_owned)
}

/// Whether a button of the builder was pressed: the form is to be shown again.
pub fn is_asked(data: &FormData) -> bool {
    data.has(BUTTON)
}

/// What the preview leaves out, as it is carried.
pub fn left_out(data: &FormData) -> &str {
    data.get(LEFT_OUT)
}

/// How a form shows its document.
#[derive(Debug, Clone)]
pub enum View {
    /// Rule by rule.
    Rules {
        /// The document.
        tree: Tree,
        /// The control at which one goes on.
        at: Option<At>,
    },
    /// As JSON.
    Json {
        /// Why it cannot be shown otherwise; `None` where somebody wants to see it so.
        why: Option<String>,
    },
}

impl View {
    /// How the form with this data shows its document.
    pub fn of(data: &FormData) -> Self {
        let document = read_criteria(data.get(CRITERIA));
        match document.map_err(|problem| problem.detail).and_then(|document| Tree::of(&document)) {
            Ok(_) if data.get(VIEW) == JSON => Self::Json { why: None },
            Ok(mut tree) => {
                tree.leave_out(&paths(left_out(data)));
                Self::Rules { tree, at: at(data.get(AT)) }
            }
            Err(why) => Self::Json { why: Some(why) },
        }
    }
}

impl Default for View {
    fn default() -> Self {
        Self::Json { why: None }
    }
}

fn at(written: &str) -> Option<At> {
    const PARTS: [&str; 5] = ["field", "operator", "match", "up", "down"];
    let (path, part) = written.split_once(':')?;
    Some((path_of(path).unwrap_or_default(), PARTS.into_iter().find(|known| *known == part)?))
}
