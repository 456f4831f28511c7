//! What stands beside the criteria box: an invitation, the rules in English, what is wrong with them, or who they select.
//!
//! Drawn by the form and, for its script, by the preview's own URL, whose handler is here, listed in `routes`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::preview::{ByRule, Preview, preview};
use super::writer::{Writer, changed, find_changed};
use crate::accounts::{Posted, Staff};
use crate::admin::display::number;
use crate::admin::html::Html;
use crate::clock::Clock;
use crate::criteria::{Calendar, Code, Problem};
use crate::customers::contact;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db};
use crate::error::Result;

/// The button that previews the rules without saving.
pub const PREVIEW: &str = "_preview";
/// Its value for a preview rule by rule.
pub const BY_RULE: &str = "rules";

/// What stands beside the criteria box.
#[derive(Debug, Clone, Default)]
pub enum State {
    /// An invitation.
    #[default]
    Nothing,
    /// Nothing: there are no rules to speak of, and nobody may write any.
    Resting,
    /// The rules in English.
    Sentence(String),
    /// What is wrong, at its rule.
    Broken(Vec<Problem>),
    /// They are being counted; at least so many are known already.
    Counting(Option<String>),
    /// Who they select.
    Members(Answer),
}

/// Who rules select, ready to be shown.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How many, with separators.
    pub count: String,
    /// The rules in English.
    pub summary: String,
    /// What is worth knowing, at its rule.
    pub warnings: Vec<Problem>,
    /// The first few.
    pub sample: Vec<contact::Row>,
    /// The rules one by one.
    pub funnel: ByRule,
}

impl From<Preview> for State {
    fn from(preview: Preview) -> Self {
        match preview {
            Preview::Broken(problems) => Self::Broken(problems),
            Preview::Members { count, sample, summary, warnings, funnel } => {
                Self::Members(Answer { count: number(count), summary, warnings, sample, funnel })
            }
        }
    }
}

#[derive(Template)]
#[template(path = "segments/preview.html")]
struct PreviewTemplate<'a> {
    state: &'a State,
    /// Whether the rules stand on the page one by one.
    has_rules: bool,
    /// Whether what is only unfinished is told without alarm.
    is_quiet: bool,
}

impl PreviewTemplate<'_> {
    #[expect(clippy::unused_self, reason = "templates have no other way to a function")]
    fn number(&self, value: impl std::borrow::Borrow<i64>) -> String {
        number(*value.borrow())
    }

    /// Whether rules are only unfinished, while somebody writes them.
    fn is_unfinished(&self) -> bool {
        self.is_quiet && matches!(self.state, State::Broken(problems) if problems.iter().all(is_unfinished))
    }

    /// Where the rule of a problem is on the page; blank where it is not there.
    fn link(&self, problem: &Problem) -> String {
        let steps: Vec<String> = problem.path().iter().map(|index| format!("_{index}")).collect();
        if self.has_rules && !steps.is_empty() { format!("#rule{}", steps.concat()) } else { String::new() }
    }

    /// Whether nothing is wrong but that there are no rules yet.
    fn is_empty(&self) -> bool {
        matches!(self.state, State::Broken(problems) if problems.iter().all(|problem| problem.code == Code::Empty && problem.path().is_empty()))
    }
}

/// The piece of page that a preview is.
pub fn render_preview(state: &State) -> Result<Html> {
    Html::render(&PreviewTemplate { state, has_rules: false, is_quiet: false })
}

/// The same beside rules that stand on the page one by one: what is said of one leads to it. What is only unfinished is told
/// without alarm where nobody tried to save it.
pub fn render_beside_rules(state: &State, is_quiet: bool) -> Result<Html> {
    Html::render(&PreviewTemplate { state, has_rules: true, is_quiet })
}

/// Whether a rule is not wrong but still to be written.
pub fn is_unfinished(problem: &Problem) -> bool {
    matches!(problem.code, Code::Missing | Code::Blank | Code::Empty)
}

/// `POST /admin/crm_app/customersegment/preview/`: who the rules of a form select, as a piece of page for its script.
pub async fn show_preview(request: HttpRequest, staff: Staff, posted: Posted, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let typed = posted.get("filter_criteria").unwrap_or_default().to_owned();
    let (actor, calendar) = (staff.actor.clone(), Calendar::from(clock.get_ref()));
    let (by_rule, changed) = (posted.get(PREVIEW) == Some(BY_RULE), changed(request.query_string()));
    let ask = move |connection: &mut AnyConnection| {
        let stored = find_changed(connection, &actor, changed)?;
        preview(connection, &Writer { actor: &actor, stored: stored.as_ref(), calendar }, &typed, by_rule)
    };
    let state: State = db.read_heavy(Lane::Question, ask).await?.into();
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(render_preview(&state)?.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_still_counted_says_how_many_are_known_and_that_it_goes_on() {
        let shown = |at_least: Option<&str>| render_preview(&State::Counting(at_least.map(str::to_owned))).unwrap().to_string();
        let many = shown(Some("10,000"));
        assert!(many.contains("at least <strong>10,000</strong> members; counting…") && many.contains("data-goes-on"), "{many}");
        let unknown = shown(None);
        assert!(unknown.contains(">counting…") && !unknown.contains("at least"), "{unknown}");
    }
}
