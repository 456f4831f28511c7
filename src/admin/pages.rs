//! The pages of the admin: what each template is handed, with its title and the way to it.
//!
//! Made by `views` from what the machinery found out.

use actix_web::HttpRequest;
use askama::Template;

use super::changelist::ChangeList;
use super::confirmation::Confirmation;
use super::conflict::ConflictPage;
use super::deletion::Deletion;
use super::form_page::{FieldView, FormPage};
use super::frame::Frame;
use super::model_admin::Model;
use super::object_history::ObjectHistory;
use super::paginator::{PAGE, PageLink};
use super::query_string::{PRESERVED, QueryString, back_to, carrying};
use super::versions::VersionPage;
use crate::accounts::Staff;
use crate::db::Id;
use crate::error::Result;

/// A list.
#[derive(Template)]
#[template(path = "admin/change_list.html")]
pub(super) struct ListPage {
    frame: Frame,
    list: ChangeList,
}

impl ListPage {
    pub(super) async fn new(request: &HttpRequest, staff: &Staff, list: ChangeList) -> Result<Self> {
        let purpose = if list.read_only.is_none() { "change" } else { "view" };
        let title = format!("Select {} to {purpose}", list.model.verbose_name);
        let frame = Frame::new(request, staff, title).await?.crumb(list.model.app_name(), list.model.app_url());
        Ok(Self { frame: frame.here(list.model.verbose_name_plural), list })
    }
}

/// A form, or an object that is only shown.
#[derive(Template)]
#[template(path = "admin/change_form.html")]
pub(super) struct ChangeFormPage {
    frame: Frame,
    form: FormPage,
    heading: String,
    action: String,
    back: String,
    history_url: Option<String>,
    delete_url: Option<String>,
}

impl ChangeFormPage {
    /// `filters` are those of the list that one came from.
    pub(super) async fn new(request: &HttpRequest, staff: &Staff, mut form: FormPage, filters: &str) -> Result<Self> {
        let model = form.model;
        let verb = match (&form.object, &form.read_only) {
            (None, _) => "Add",
            (Some(_), None) => "Change",
            (Some(_), Some(_)) => "View",
        };
        let heading = format!("{verb} {}", model.verbose_name);
        let (title, here, url) = match &form.object {
            Some(object) => (format!("{} | {heading}", object.name), object.name.clone(), model.change_url(object.id)),
            None => (heading.clone(), heading.clone(), model.add_url()),
        };
        let frame = Frame { has_errors: form.error_count > 0, ..framed(request, staff, title, model, filters).await? }.here(here);
        for tool in form.tools.iter_mut().filter(|tool| !tool.is_list) {
            tool.url = carrying(std::mem::take(&mut tool.url), filters);
        }
        let object_url = |page| form.object.as_ref().map(|object| carrying(model.object_url(object.id, page), filters));
        Ok(Self {
            history_url: object_url("history"),
            delete_url: object_url("delete").filter(|_| form.may_delete),
            action: carrying(url, filters),
            back: back_to(model.list_url(), filters),
            frame,
            heading,
            form,
        })
    }
}

/// Both versions, after two people saved.
#[derive(Template)]
#[template(path = "admin/conflict.html")]
pub(super) struct ConflictTemplate {
    frame: Frame,
    conflict: ConflictPage,
    heading: String,
    action: String,
}

impl ConflictTemplate {
    pub(super) async fn new(request: &HttpRequest, staff: &Staff, conflict: ConflictPage, filters: &str) -> Result<Self> {
        let who = if conflict.is_own { "You" } else { "Somebody else" };
        let heading = format!("{who} changed this {}", conflict.model.verbose_name);
        let frame = framed(request, staff, format!("{} | {heading}", conflict.object.name), conflict.model, filters).await?;
        let frame = Frame { has_errors: true, ..frame }.here(&*conflict.object.name);
        let action = carrying(conflict.model.change_url(conflict.object.id), filters);
        Ok(Self { frame, conflict, heading, action })
    }
}

/// "Are you sure?"
#[derive(Template)]
#[template(path = "admin/delete_confirmation.html")]
pub(super) struct DeletePage {
    frame: Frame,
    deletion: Deletion,
    action: String,
    change_url: String,
}

impl DeletePage {
    pub(super) async fn new(request: &HttpRequest, staff: &Staff, deletion: Deletion, filters: &str) -> Result<Self> {
        let (model, object) = (deletion.model, &deletion.object);
        let change_url = carrying(model.change_url(object.id), filters);
        let frame = framed(request, staff, format!("{} | Delete", object.name), model, filters).await?;
        let frame = frame.crumb(&*object.name, &*change_url).here("Delete");
        Ok(Self { frame, action: carrying(model.object_url(object.id, "delete"), filters), change_url, deletion })
    }
}

/// What an action asks before it is done.
#[derive(Template)]
#[template(path = "admin/action_confirmation.html")]
pub(super) struct ConfirmationPage {
    frame: Frame,
    model: Model,
    asked: Confirmation,
    action: String,
}

impl ConfirmationPage {
    pub(super) async fn new(request: &HttpRequest, staff: &Staff, model: Model, asked: Confirmation) -> Result<Self> {
        let action = back_to(model.list_url(), request.query_string());
        let title = if asked.protected.is_empty() {
            asked.question.title.to_owned()
        } else {
            format!("Cannot delete {}", model.verbose_name_plural)
        };
        let frame = Frame::new(request, staff, title.clone()).await?.crumb(model.app_name(), model.app_url());
        let frame = Frame { has_errors: asked.error.is_some(), ..frame };
        Ok(Self { frame: frame.crumb(model.verbose_name_plural, action.clone()).here(title), model, asked, action })
    }
}

/// Who did what to an object.
#[derive(Template)]
#[template(path = "admin/object_history.html")]
pub(super) struct HistoryPage {
    frame: Frame,
    history: ObjectHistory,
    older: Option<String>,
    newer: Option<String>,
    /// Where a change is undone, where any can be.
    undo: Option<(String, &'static str)>,
    filters: String,
}

impl HistoryPage {
    pub(super) async fn new(request: &HttpRequest, staff: &Staff, history: ObjectHistory, filters: &str) -> Result<Self> {
        let (model, object) = (history.model, &history.object);
        let frame = framed(request, staff, format!("Change history: {}", object.name), model, filters).await?;
        let frame = frame.crumb(&*object.name, carrying(model.change_url(object.id), filters)).here("History");
        let kept = if filters.is_empty() { QueryString::default() } else { QueryString::default().with(PRESERVED, filters) };
        let link = |page: i64| kept.with(PAGE, page.to_string()).link();
        let undo = history.undo.map(|(page, label)| (carrying(model.object_url(object.id, page), filters), label));
        Ok(Self { frame, undo, filters: filters.to_owned(), older: history.older.map(link), newer: history.newer.map(link), history })
    }

    /// Where a version is compared.
    fn compare_url(&self, version: &Id) -> String {
        carrying(self.history.model.object_url(self.history.object.id, &format!("history/{version}")), &self.filters)
    }
}

/// An earlier version beside how the object stands now.
#[derive(Template)]
#[template(path = "admin/compare_versions.html")]
pub(super) struct ComparePage {
    frame: Frame,
    compared: VersionPage,
    action: String,
    back: String,
}

impl ComparePage {
    pub(super) async fn new(request: &HttpRequest, staff: &Staff, compared: VersionPage, filters: &str) -> Result<Self> {
        let (model, object) = (compared.model, &compared.object);
        let here = format!("Version of {}", compared.when);
        let back = carrying(model.object_url(object.id, "history"), filters);
        let frame = framed(request, staff, format!("{} | {here}", object.name), model, filters).await?;
        let frame = frame.crumb(&*object.name, carrying(model.change_url(object.id), filters)).crumb("History", &*back).here(here);
        let action = carrying(model.object_url(object.id, &format!("history/{}", compared.id)), filters);
        Ok(Self { frame, compared, action, back })
    }
}

/// The frame of a page below a list.
async fn framed(request: &HttpRequest, staff: &Staff, title: String, model: Model, filters: &str) -> Result<Frame> {
    let frame = Frame::new(request, staff, title).await?.crumb(model.app_name(), model.app_url());
    Ok(frame.crumb(model.verbose_name_plural, back_to(model.list_url(), filters)))
}
