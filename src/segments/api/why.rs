//! `GET /api/v1/segments/{id}/explain/?contact={id}`: why a contact is in, or not.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::read::visible;
use crate::accounts::Caller;
use crate::api::problem::{Checked, Fault, Problem};
use crate::api::{Params, answer};
use crate::clock::Clock;
use crate::criteria::{Asked, Calendar, MatchType, Verdict};
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};
use crate::segments::why::{Listed, Membership, Why};

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
            Err(problems) => Some(
                json!({"contact": contact, "is_member": false, "sentence": "Nobody is in it: its rules cannot be understood.", "problems": problems}),
            ),
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

fn told(why: &Why) -> Value {
    let mut told = json!({
        "contact": why.contact(),
        "is_member": why.is_member(),
        "sentence": why.sentence(),
        "is_active": why.may_be_mailed().0,
        "is_unsubscribed": why.may_be_mailed().1,
    });
    match why {
        Why::Rules(explanation) => told["rules"] = verdict(&explanation.root),
        Why::List(list) => {
            told["listed"] = match list.listed {
                Some(Listed::ByHand) => "by_hand".into(),
                Some(Listed::ThroughCompany) => "through_company".into(),
                Some(Listed::Never) => "never".into(),
                None => Value::Null,
            }
        }
    }
    told
}

/// What a rule or a group comes to, and whether that decides.
fn verdict(node: &Verdict) -> Value {
    match &node.asked {
        Asked::Question(question) => json!({"question": question, "holds": node.holds, "decides": node.decides}),
        Asked::Group(match_type, nodes) => {
            let match_type = match match_type {
                MatchType::All => "all",
                MatchType::Any => "any",
                MatchType::None => "none",
            };
            let nodes: Vec<Value> = nodes.iter().map(verdict).collect();
            json!({"match_type": match_type, "holds": node.holds, "decides": node.decides, "rules": nodes})
        }
    }
}
