//! The page that asks who gets something: one segment, or everything that a user owns.
//!
//! Shown by `accounts::admin` and `segments::hand_over`, which do what was chosen. The Admins are a choice of their own, so
//! that nothing loses its owner because somebody pressed a button too early.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use diesel::prelude::*;

use super::{Posted, Staff};
use crate::admin::frame::{Frame, page};
use crate::admin::model_admin::Model;
use crate::admin::query_string::{back_to, carrying, preserved};
use crate::db::schema::auth_user;
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// The field of the new owner.
const FIELD: &str = "owner";
/// What is said of somebody who cannot be given anything.
pub const NOBODY: &str = "Select somebody who can sign in.";
/// What is said when the owner is another than the form says.
pub const OVERTAKEN: &str = "Somebody else handed it over meanwhile: see above whose it is now.";
/// What is said when they own more than the form says.
pub const OTHERS: &str = "They own more now: see above how many it is.";
/// The field of how much the form showed.
const COUNT: &str = "count";
/// The field of the owner that the form showed.
const SHOWN: &str = "from";
/// What it says for the Admins.
const ADMINS: &str = "admins";

/// Somebody who can be given something.
pub struct Recipient {
    /// What the form sends.
    pub value: String,
    /// What it offers.
    pub label: String,
}

/// What the page asks.
pub struct Question {
    /// What is handed over belongs to this model.
    pub model: Model,
    /// The object: its name and its page.
    pub object: (String, String),
    /// Where the form goes.
    pub action: String,
    /// What is about to happen.
    pub sentence: String,
    /// Who owns it, `None` being the Admins: the form says so, for somebody may hand it over meanwhile.
    pub owner: Option<Id>,
    /// How much of theirs the form shows, where it is everything that they own.
    pub count: Option<i64>,
    /// Who can be chosen.
    pub recipients: Vec<Recipient>,
}

#[derive(Template)]
#[template(path = "admin/hand_over.html")]
struct HandOverPage {
    frame: Frame,
    question: Question,
    error: Option<&'static str>,
}

/// The page.
pub async fn show(request: &HttpRequest, staff: &Staff, question: Question, error: Option<&'static str>) -> Result<HttpResponse> {
    let (model, carried) = (question.model, preserved(request.query_string()));
    let url = carrying(question.object.1, &carried);
    let question = Question { action: carrying(question.action, &carried), object: (question.object.0, url.clone()), ..question };
    let name = question.object.0.clone();
    let frame = Frame::new(request, staff, "Hand over").await?.crumb(model.app_name(), model.app_url());
    let frame = frame.crumb(model.verbose_name_plural, back_to(model.list_url(), &carried)).crumb(name, url).here("Hand over");
    page(&HandOverPage { frame: Frame { has_errors: error.is_some(), ..frame }, question, error })
}

/// Who was chosen, `None` inside for the Admins.
///
/// # Errors
/// The sentence to show at the field.
pub fn chosen(posted: &Posted) -> Result<Option<Id>, &'static str> {
    match posted.get(FIELD).unwrap_or_default() {
        "" => Err("This field is required."),
        ADMINS => Ok(None),
        key => Id::parse(key).map(Some).ok_or("Select a valid choice."),
    }
}

/// How much the form showed; `None` when it does not say.
pub fn count_shown(posted: &Posted) -> Option<i64> {
    posted.get(COUNT)?.parse().ok()
}

/// Whom the form showed as the owner, `None` inside for the Admins; `None` when it does not say.
pub fn owner_shown(posted: &Posted) -> Option<Option<Id>> {
    posted.get(SHOWN).map(Id::parse)
}

impl Question {
    /// What the form calls somebody who was chosen: "napa (Sales)".
    pub fn name_of(&self, owner: Option<Id>) -> &str {
        let Some(owner) = owner.map(|owner| owner.to_string()) else { return "the Admins" };
        self.recipients.iter().find(|recipient| recipient.value == owner).map_or("them", |recipient| &recipient.label)
    }

    /// What the form says of the owner.
    fn shown(&self) -> String {
        self.owner.map_or_else(|| ADMINS.to_owned(), |owner| owner.to_string())
    }
}

/// Everybody who can be given something, but for its owner: the Admins, and all who can sign in.
pub fn recipients(connection: &mut AnyConnection, owner: Option<Id>) -> Result<Vec<Recipient>> {
    let admitted = auth_user::table.filter(auth_user::is_active.eq(true)).filter(auth_user::is_staff.eq(true)).order(auth_user::username);
    let found: Vec<(Id, String, String)> = admitted.select((auth_user::id, auth_user::username, auth_user::role)).load(connection)?;
    let people = found.into_iter().filter(|(id, _, _)| Some(*id) != owner);
    let people = people.map(|(id, username, role)| Recipient { value: id.to_string(), label: format!("{username} ({role})") });
    let admins = owner.map(|_| Recipient { value: ADMINS.to_owned(), label: "The Admins (no owner)".to_owned() });
    Ok(admins.into_iter().chain(people).collect())
}
