//! `GET /api/v1/segments/{id}/explain/?contact={id}`: why a contact is in, or not.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::read::visible;
use crate::accounts::Caller;
use crate::api::openapi::{Operation, operation, schema};
use crate::api::problem::{Checked, Fault, Problem};
use crate::api::{Params, answer};
use crate::clock::Clock;
use crate::criteria::{Asked, Calendar, MatchType, Problem as Wrong, Verdict};
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::segments::why::{Listed, Membership, Why};

/// Why a contact is in, or not.
#[derive(Debug, Serialize, ToSchema)]
struct Explained {
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    contact: Id,
    /// Whether they are a member.
    is_member: bool,
    /// Why, as a sentence.
    sentence: String,
    /// Whether the contact is active; null where no rule could be asked.
    is_active: Option<bool>,
    /// Whether they want no mail; likewise.
    is_unsubscribed: Option<bool>,
    /// What each rule comes to; null for a list.
    rules: Option<VerdictObject>,
    /// How a list names them: `by_hand`, `through_company`, `never`; null where it does not, and for rules.
    listed: Option<&'static str>,
    /// Why the rules cannot be understood; none where they can.
    problems: Vec<Wrong>,
}

/// What a rule or a group comes to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verdict, no_recursion)]
struct VerdictObject {
    /// What a rule asks, as a sentence; null for a group.
    question: Option<String>,
    /// How a group goes together; null for a rule.
    #[schema(value_type = Option<String>, example = "all")]
    match_type: Option<MatchType>,
    /// Whether it holds.
    holds: bool,
    /// Whether that decides.
    decides: bool,
    /// The rules of a group; null for a rule.
    rules: Option<Vec<VerdictObject>>,
}

/// What [`explain`] does.
pub fn about() -> Operation {
    operation("Tells why a contact is in, or not").needs("contact", schema::id(), "Who.").answers::<Explained>(200, "Why.")
}

/// `GET …/{id}/explain/`
pub async fn explain(request: HttpRequest, caller: Caller, id: Path<String>, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let segment = visible(&db, &caller, &id).await?;
    let contact = match contact_of(&Params::of(&request)) {
        Ok(contact) => contact,
        Err(problem) => return Ok(problem.answer()),
    };
    let calendar = Calendar::from(clock.get_ref());
    let read = move |connection: &mut AnyConnection| {
        Ok(match Membership::of(connection, &segment, &caller.actor, calendar)? {
            Ok(membership) => membership.explain(connection, &[contact])?.pop().map(|why| told(&why)),
            Err(problems) => Some(Explained::broken(contact, problems)),
        })
    };
    let told = db.read(read).await?.ok_or(AppError::NotFound)?;
    answer::ok(&told)
}

fn contact_of(params: &Params) -> Checked<Id> {
    params.only(&["contact"])?;
    let wrong = |code: &str, sentence: &str| Problem::invalid(vec![Fault::parameter("contact", code, sentence)]);
    let sent = params.get("contact").ok_or_else(|| wrong("required", "Say which contact: ?contact=ID."))?;
    Id::parse(sent).ok_or_else(|| wrong("invalid", "Must be a valid UUID."))
}

impl Explained {
    fn broken(contact: Id, problems: Vec<Wrong>) -> Self {
        let sentence = "Nobody is in it: its rules cannot be understood.".to_owned();
        Self { contact, is_member: false, sentence, is_active: None, is_unsubscribed: None, rules: None, listed: None, problems }
    }
}

fn told(why: &Why) -> Explained {
    let (is_active, is_unsubscribed) = why.may_be_mailed();
    let (rules, listed) = match why {
        Why::Rules(explanation) => (Some(verdict(&explanation.root)), None),
        Why::List(list) => (None, list.listed.as_ref()),
    };
    let listed = listed.map(|listed| match listed {
        Listed::ByHand => "by_hand",
        Listed::ThroughCompany => "through_company",
        Listed::Never => "never",
    });
    let (is_active, is_unsubscribed) = (Some(is_active), Some(is_unsubscribed));
    let (contact, is_member, sentence) = (why.contact(), why.is_member(), why.sentence());
    Explained { contact, is_member, sentence, is_active, is_unsubscribed, rules, listed, problems: Vec::new() }
}

fn verdict(node: &Verdict) -> VerdictObject {
    let (question, match_type, rules) = match &node.asked {
        Asked::Question(question) => (Some(question.clone()), None, None),
        Asked::Group(match_type, nodes) => (None, Some(*match_type), Some(nodes.iter().map(verdict).collect())),
    };
    VerdictObject { question, match_type, holds: node.holds, decides: node.decides, rules }
}
