//! The builder on the page: the document rule by rule, or as JSON.
//!
//! Read by the form's panels and by the builder's own page, from the same data; what is wrong comes from the preview beside
//! it, so that both say the same.

use askama::Template;

use super::compose::{CRITERIA, View, left_out};
use super::control::{Control, Tag};
use super::deed::At;
use super::node::{Button, Drawing, Message, no_room, one_contract};
use super::reading::{DOCUMENT, entity_of};
use super::subject::{Offer, Scope};
use super::tree::{Node, Tree};
use super::tried::{paths, says};
use crate::accounts::Actor;
use crate::admin::form::FormData;
use crate::admin::html::Html;
use crate::admin::query_string::QueryString;
use crate::criteria::Problem;
use crate::criteria::catalogue::SEGMENT;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::segments::criteria_box::catalogue;
use crate::segments::model::{self, Segment, Status};
use crate::segments::preview_panel::{State, render_beside_rules, render_preview};
use crate::segments::writer::CHANGED;

/// What the builder shows.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    view: View,
    /// What is typed, where it is shown as JSON.
    text: String,
    /// The segment that is changed: there is something saved to go back to.
    stored: Option<Id>,
    /// Whether what is only unfinished is told without alarm: nothing was to be saved.
    is_quiet: bool,
    /// The segments that a rule may name.
    segments: Vec<Offer>,
    /// What the preview leaves out, as a sentence.
    without: String,
}

/// What the form says of the field as a whole.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// The ids of what describes it.
    pub described_by: String,
    /// Whether something is wrong with it.
    pub is_invalid: bool,
    /// Whether the page begins here.
    pub has_focus: bool,
}

#[derive(Template)]
#[template(path = "segments/builder.html")]
struct RulesTemplate {
    was: String,
    head: [Control; 2],
    messages: Vec<Message>,
    nodes: Vec<Html>,
    note: &'static str,
    adds: Vec<Button>,
    no_room: &'static str,
    is_stored: bool,
    changed: String,
}

#[derive(Template)]
#[template(path = "segments/criteria_json.html")]
struct JsonTemplate<'a> {
    text: &'a str,
    why: &'a str,
    field: &'a Field,
    is_stored: bool,
    changed: String,
    catalogue: Html,
}

#[derive(Template)]
#[template(path = "segments/previewed.html")]
struct PreviewedTemplate<'a> {
    without: &'a str,
    preview: Html,
}

impl Builder {
    /// What the form with this data shows to `actor`, of a segment that is `stored`; `is_quiet` where nobody tried to save it.
    pub fn read(connection: &mut AnyConnection, actor: &Actor, data: &FormData, stored: Option<Id>, is_quiet: bool) -> Result<Self> {
        let view = View::of(data);
        let is_named = matches!(&view, View::Rules { tree, .. } if tree.nodes.iter().any(names_segment));
        let segments = if is_named { model::list_all(connection, actor)? } else { Vec::new() };
        let offer = |Segment { id, name, status, .. }: Segment| {
            let label = if Status::named(&status) == Some(Status::Active) { name } else { format!("{name} ({status})") };
            (id.to_string(), label)
        };
        // None can be named by itself.
        let others = segments.into_iter().map(|row| row.segment).filter(|segment| Some(segment.id) != stored);
        let segments = others.map(offer).collect();
        let without = says(&paths(left_out(data)));
        Ok(Self { view, text: data.get(CRITERIA).to_owned(), stored, is_quiet, segments, without })
    }

    /// The builder, with what the preview says is wrong at its rules.
    pub fn html(&self, state: &State, field: &Field) -> Result<Html> {
        match &self.view {
            View::Rules { tree, at } => self.rules(tree, at.as_ref(), state, field),
            View::Json { why } => Html::render(&JsonTemplate {
                text: &self.text,
                why: why.as_deref().unwrap_or_default(),
                field,
                is_stored: self.stored.is_some(),
                changed: self.changed(),
                catalogue: catalogue()?,
            }),
        }
    }

    /// The preview beside it.
    pub fn previewed(&self, state: &State) -> Result<Html> {
        let without = if matches!(state, State::Broken(_) | State::Members(_)) { &*self.without } else { "" };
        let preview =
            if matches!(self.view, View::Rules { .. }) { render_beside_rules(state, self.is_quiet)? } else { render_preview(state)? };
        Html::render(&PreviewedTemplate { without, preview })
    }

    fn rules(&self, tree: &Tree, at: Option<&At>, state: &State, field: &Field) -> Result<Html> {
        let (errors, warnings): (&[Problem], &[Problem]) = match state {
            State::Broken(problems) => (problems, &[]),
            State::Members(answer) => (&[], &answer.warnings),
            State::Nothing | State::Resting | State::Sentence(_) | State::Counting(_) => (&[], &[]),
        };
        let drawing = Drawing { tree, errors, warnings, is_quiet: self.is_quiet, at, segments: &self.segments };
        let scope = Scope { entity: entity_of(tree.text("entity")), is_of_contract: false };
        let vacant = [Node { is_vacant: true, ..Node::blank() }];
        let nodes = if tree.nodes.is_empty() { &vacant } else { tree.nodes.as_slice() };
        Html::render(&RulesTemplate {
            was: tree.own.to_string(),
            head: head(&drawing, field),
            messages: drawing.messages(&[]),
            nodes: drawing.inside(nodes, &[], scope)?,
            note: one_contract(tree.text("match_type"), &tree.nodes, scope),
            adds: drawing.adds(&[], scope),
            no_room: no_room(tree),
            is_stored: self.stored.is_some(),
            changed: self.changed(),
        })
    }

    /// What tells the pages that a script asks which segment is changed.
    fn changed(&self) -> String {
        self.stored.map(|id| QueryString::default().with(CHANGED, id.to_string()).link()).unwrap_or_default()
    }
}

fn names_segment(node: &Node) -> bool {
    node.text("field") == SEGMENT.name || node.nodes.iter().any(names_segment)
}

/// What the rules select, and how they go together.
fn head(drawing: &Drawing<'_>, field: &Field) -> [Control; 2] {
    let offers = |words: [(&str, &str); 2]| words.map(|(value, label)| (value.to_owned(), label.to_owned())).into();
    let chosen = |key: &str, otherwise: &'static str| match drawing.tree.text(key) {
        "" => otherwise.to_owned(),
        word => word.to_owned(),
    };
    let entities = offers([("contact", "contacts"), ("company", "contacts of companies")]);
    let matches = offers([("all", "all of these rules"), ("any", "at least one of these rules")]);
    let entity = Control::select("entity", "Whom the rules select", &chosen("entity", "contact"), entities);
    let match_type = Control::select("match", "How many of the rules", &chosen("match_type", "all"), matches);
    let messages = drawing.messages(&[]);
    let is_wrong = |part: &str| messages.iter().any(|message| message.is_at(part));
    let entity = Control { follows: "update:".into(), before: "Select", is_invalid: is_wrong("entity"), ..entity };
    let match_type = Control { before: "who meet", is_invalid: is_wrong("match_type"), ..match_type };
    let has_focus = field.has_focus || drawing.goes_on(&[], "operator") || drawing.goes_on(&[], "match");
    [Control { has_focus, ..entity }, match_type].map(|control| Control {
        name: format!("{DOCUMENT}-{}", control.part),
        id: format!("{DOCUMENT}_{}", control.part),
        described_by: if control.is_invalid { "criteria_messages".into() } else { String::new() },
        ..control
    })
}
