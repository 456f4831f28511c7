//! "Try without": the document without what the preview leaves out, and the way back from its places to those of the page.
//!
//! Called by the form's preview and by the builder's own. Nothing of it is ever saved.

use std::collections::BTreeSet;

use super::reading::{path_of, written};
use super::tree::{Node, Path, Shape, Tree};
use crate::criteria::json;
use crate::query::text;
use crate::segments::preview_panel::State;

/// A document to preview.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// Its text.
    pub text: String,
    /// What is left of each group, by where it stands on the page.
    kept: Vec<Kept>,
    /// Whether anything is left out.
    is_part: bool,
}

#[derive(Debug, Clone)]
struct Kept {
    at: usize,
    inner: Vec<Kept>,
}

impl Tried {
    /// The document that is written so, without what stands at `left_out` (`0.1 2`).
    pub fn of(text: &str, left_out: &str) -> Self {
        let whole = Self { text: text.to_owned(), ..Self::default() };
        let paths = paths(left_out);
        if paths.is_empty() {
            return whole;
        }
        let Some(mut tree) = json::parse(text).ok().and_then(|document| Tree::of(&document).ok()) else { return whole };
        tree.leave_out(&paths);
        let kept = keep(&mut tree.nodes);
        Self { text: json::pretty(&tree.document()), kept, is_part: true }
    }

    /// Where a place of the document to preview is on the page.
    pub fn place(&self, pointer: &str) -> String {
        if !self.is_part {
            return pointer.to_owned();
        }
        let (mut kept, mut steps) = (self.kept.as_slice(), pointer.split('/').map(str::to_owned).collect::<Vec<_>>());
        let mut at = 1;
        while steps.get(at).is_some_and(|step| step == "rules")
            && let Some(here) = steps.get(at + 1).and_then(|index| kept.get(index.parse::<usize>().ok()?))
        {
            steps[at + 1] = here.at.to_string();
            kept = &here.inner;
            at += 2;
        }
        steps.join("/")
    }
}

impl Tried {
    /// What a preview of the document says, with its places those of the page.
    pub fn at_their_rules(&self, mut state: State) -> State {
        let problems = match &mut state {
            State::Broken(problems) => problems,
            State::Members(answer) => &mut answer.warnings,
            State::Nothing | State::Resting | State::Sentence(_) | State::Counting(_) => return state,
        };
        for problem in problems {
            problem.pointer = self.place(&problem.pointer);
        }
        state
    }
}

/// What is left, and where it stood.
fn keep(nodes: &mut Vec<Node>) -> Vec<Kept> {
    let mut kept = Vec::new();
    let mut at = 0;
    nodes.retain_mut(|node| {
        let had = node.nodes.len();
        let inner = keep(&mut node.nodes);
        // Brackets with nothing left in them ask nothing.
        let is_emptied = had > 0 && inner.is_empty() && node.shape == Shape::Group;
        let stays = !node.is_left_out && !is_emptied;
        if stays {
            kept.push(Kept { at, inner });
        }
        at += 1;
        stays
    });
    kept
}

/// Paths as the form carries them.
pub fn paths(written: &str) -> BTreeSet<Path> {
    written.split_whitespace().filter_map(path_of).collect()
}

/// Paths to be carried.
pub fn carried(paths: &BTreeSet<Path>) -> String {
    paths.iter().map(|path| written(path)).collect::<Vec<_>>().join(" ")
}

/// "Without rule 2 and rule 3.1".
pub fn says(left_out: &BTreeSet<Path>) -> String {
    let place = |path: &Path| path.iter().map(|index| (index + 1).to_string()).collect::<Vec<_>>().join(".");
    let places: Vec<String> = left_out.iter().map(|path| format!("rule {}", place(path))).collect();
    if places.is_empty() { String::new() } else { format!("Without {}.", text::list(&places, "and")) }
}
