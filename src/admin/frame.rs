//! What every page has around its content: header, user tools, breadcrumbs, navigation, messages.
//!
//! Each page's struct has a field `frame: Frame`, its template extends `base.html`, its handler answers with [`page`].
//! `routes` hands in the models of the navigation ([`Nav`]); only those that the actor may see are shown.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::assets;
use super::checks::{Problem, check};
use super::form::FormData;
use super::index;
use super::model_admin::{Model, ModelAdmin};
use super::query_string::{back_to, carrying};
use super::related::{self, ForeignKey, foreign_key};
use super::sent::{self, Sent};
use super::site_search::ModelSearch;
use crate::accounts::Staff;
use crate::accounts::actor::{Actor, Permission};
use crate::accounts::session::Message;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{AnyConnection, Db, Id};
use crate::error::{AppError, Result};

/// The navigation of the site: apps and their models, in the order in which `routes` lists them.
#[derive(Debug, Clone, Default)]
pub struct Nav {
    /// The apps, in order.
    pub apps: Vec<NavApp>,
}

/// An app of the navigation.
#[derive(Debug, Clone)]
pub struct NavApp {
    /// Its name in URLs: `crm_app`.
    pub slug: &'static str,
    /// Its name on pages.
    pub label: String,
    /// Its models, in order.
    pub items: Vec<NavItem>,
}

/// A model of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct NavItem {
    /// The model.
    pub model: Model,
    /// Whether an actor may do something with it.
    pub allows: fn(&Actor, Permission) -> Result<()>,
    /// Which of some objects there are and the actor sees.
    pub seen: fn(&mut AnyConnection, &Actor, &[Id]) -> Result<Vec<Id>>,
    /// What an object is called, if the actor sees it.
    pub name: fn(&mut AnyConnection, &Actor, Id) -> Result<Option<String>>,
    /// How it is searched with everything else; `None` where it cannot be searched.
    pub search: Option<ModelSearch>,
    /// What is wrong with its declaration.
    pub check: fn() -> Vec<Problem>,
    /// What was sent to one of its pages, in words; the page by its address below that of the list.
    pub sent: fn(&mut AnyConnection, &Actor, &Clock, &str, FormData) -> Result<Sent>,
    /// Where a field of its form leads to, if it is a foreign key.
    pub foreign_key: fn(&str) -> Option<&'static ForeignKey>,
}

impl NavItem {
    /// The screens that `A` declares.
    pub fn of<A: ModelAdmin>() -> Self {
        Self {
            model: A::MODEL,
            allows: |actor, permission| A::EDITING.allows(actor, permission, None),
            seen: index::seen::<A>,
            name: |connection, actor, id| Ok(related::object::<A>(connection, actor, id)?.map(|object| object.name)),
            search: ModelSearch::of::<A>(),
            check: check::<A>,
            sent: sent::read::<A>,
            foreign_key: foreign_key::<A>,
        }
    }
}

impl Nav {
    /// The navigation of these models: each app where the first of its models stands.
    pub fn of(items: impl IntoIterator<Item = NavItem>) -> Self {
        let mut apps: Vec<NavApp> = Vec::new();
        for item in items {
            match apps.iter_mut().find(|app| app.slug == item.model.app_label) {
                Some(app) => app.items.push(item),
                None => apps.push(NavApp { slug: item.model.app_label, label: item.model.app_name(), items: vec![item] }),
            }
        }
        Self { apps }
    }

    /// The model of this name in URLs.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.item(name).map(|item| &item.model)
    }

    /// Its models, in order.
    pub fn items(&self) -> impl Iterator<Item = &NavItem> {
        self.apps.iter().flat_map(|app| &app.items)
    }

    /// Its item.
    pub fn item(&self, name: &str) -> Option<&NavItem> {
        self.items().find(|item| item.model.model_name == name)
    }

    /// The model to which the page at `path` belongs, with what follows the address of its list.
    pub fn item_at<'a>(&self, path: &'a str) -> Option<(&NavItem, &'a str)> {
        self.items().find_map(|item| Some((item, path.strip_prefix(&item.model.list_url())?)))
    }

    /// Where a field of a form leads to, for an actor who may see that form.
    pub fn foreign_key(&self, actor: &Actor, app_label: &str, model_name: &str, field: &str) -> Option<&'static ForeignKey> {
        let item = self.item(model_name).filter(|item| item.model.app_label == app_label)?;
        (item.allows)(actor, Permission::View).ok().and_then(|()| (item.foreign_key)(field))
    }

    /// What is wrong with the declarations; a site with mistakes does not start.
    pub fn problems(&self) -> Vec<Problem> {
        self.items().flat_map(|item| (item.check)()).collect()
    }
}

/// An app as one page shows it.
#[derive(Debug, Clone)]
pub struct AppLink {
    /// See [`NavApp::slug`].
    pub slug: &'static str,
    /// See [`NavApp::label`].
    pub label: String,
    /// Its page.
    pub url: String,
    /// Whether the page shown belongs to it.
    pub is_current: bool,
    /// Its models that the actor may see.
    pub models: Vec<ModelLink>,
}

/// A model as one page shows it.
#[derive(Debug, Clone)]
pub struct ModelLink {
    /// See [`Model::model_name`].
    pub slug: &'static str,
    /// See [`Model::verbose_name_plural`].
    pub label: &'static str,
    /// Its changelist.
    pub url: String,
    /// Its add page, if the actor may add.
    pub add_url: Option<String>,
    /// Whether the actor may change any; otherwise the index says "View".
    pub may_change: bool,
    /// Whether the page shown is the changelist itself.
    pub is_here: bool,
    /// Whether the page shown belongs to it.
    pub is_current: bool,
}

/// A step of the way from the index to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// What the page is called.
    pub label: String,
    /// Its address; `None` for the page shown.
    pub url: Option<String>,
}

/// What `base.html` reads.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The setting of that name.
    pub site_header: String,
    /// The page's title, which is its heading too.
    pub title: String,
    /// Whether a form on the page was refused: its title in the browser begins with "Error: ".
    pub has_errors: bool,
    /// How to greet the user; `None` on pages for anyone.
    pub user: Option<String>,
    /// The token for every POST form of the page.
    pub csrf_token: String,
    /// Sentences left over from the last request.
    pub messages: Vec<Message>,
    /// The way here, without Home.
    pub breadcrumbs: Vec<Crumb>,
    /// The navigation.
    pub apps: Vec<AppLink>,
    /// What was searched for in everything, on the page that found it.
    pub searched: String,
    /// Whether the sidebar is shown; the index shows the same models in its middle.
    pub has_sidebar: bool,
}

impl Frame {
    /// The frame of a page for staff, with their messages, which are shown once.
    pub async fn new(request: &HttpRequest, staff: &Staff, title: impl Into<String>) -> Result<Self> {
        let db = request.app_data::<Data<Db>>().ok_or_else(|| AppError::internal("no database in the app"))?;
        Ok(Self { messages: staff.session().take_messages(db).await?, ..Self::quiet(request, staff, title)? })
    }

    /// The frame of a page about an object of this name, "NAME | HERE", with the way there through its list as it was filtered.
    pub async fn of_object(
        request: &HttpRequest,
        staff: &Staff,
        (model, id, name): (Model, Id, &str),
        here: &str,
        filters: &str,
    ) -> Result<Self> {
        let frame = Self::new(request, staff, format!("{name} | {here}")).await?.crumb(model.app_name(), model.app_url());
        let frame = frame.crumb(model.verbose_name_plural, back_to(model.list_url(), filters));
        Ok(frame.crumb(name, carrying(model.change_url(id), filters)))
    }

    /// [`Frame::new`] without taking the messages: for error pages, made when the session is written already.
    pub fn quiet(request: &HttpRequest, staff: &Staff, title: impl Into<String>) -> Result<Self> {
        let nav = request.app_data::<Data<Nav>>().ok_or_else(|| AppError::internal("no navigation in the app"))?;
        Ok(Self {
            user: Some(staff.name.clone()),
            csrf_token: staff.csrf_token()?,
            apps: links(nav, &staff.actor, request.path()),
            has_sidebar: true,
            ..Self::anonymous(request, title)?
        })
    }

    /// The frame of a page for anyone.
    pub fn anonymous(request: &HttpRequest, title: impl Into<String>) -> Result<Self> {
        let config = request.app_data::<Data<Config>>().ok_or_else(|| AppError::internal("no settings in the app"))?;
        Ok(Self::bare(config, title))
    }

    /// The frame of a page that knows nothing of its request.
    pub fn bare(config: &Config, title: impl Into<String>) -> Self {
        Self { site_header: config.site_header.clone(), title: title.into(), ..Self::default() }
    }

    /// With one more step of the way here.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, url: impl Into<String>) -> Self {
        self.breadcrumbs.push(Crumb { label: label.into(), url: Some(url.into()) });
        self
    }

    /// With the last step: this page.
    #[must_use]
    pub fn here(mut self, label: impl Into<String>) -> Self {
        self.breadcrumbs.push(Crumb { label: label.into(), url: None });
        self
    }

    /// Where browsers get a file of `static/`, for templates.
    pub fn asset(&self, path: &str) -> String {
        assets::url(path)
    }
}

fn links(nav: &Nav, actor: &Actor, path: &str) -> Vec<AppLink> {
    nav.apps
        .iter()
        .map(|app| {
            let url = format!("/admin/{}/", app.slug);
            let seen = app.items.iter().filter(|item| (item.allows)(actor, Permission::View).is_ok());
            let models = seen.map(|item| link(item, actor, path)).collect();
            AppLink { slug: app.slug, label: app.label.clone(), is_current: path.starts_with(&url), url, models }
        })
        .collect()
}

fn link(item: &NavItem, actor: &Actor, path: &str) -> ModelLink {
    let url = item.model.list_url();
    let may = |permission| (item.allows)(actor, permission).is_ok();
    ModelLink {
        slug: item.model.model_name,
        label: item.model.verbose_name_plural,
        add_url: may(Permission::Add).then(|| item.model.add_url()),
        may_change: may(Permission::Change),
        is_here: path == url,
        is_current: path.starts_with(&url),
        url,
    }
}

/// A page as an answer.
pub fn page(template: &impl Template) -> Result<HttpResponse> {
    page_with(StatusCode::OK, template)
}

/// A page as an answer with another status.
pub fn page_with(status: StatusCode, template: &impl Template) -> Result<HttpResponse> {
    let html = template.render().map_err(AppError::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// The answer to a form that was done: the browser goes on with a GET.
pub fn see_other(url: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, url)).finish()
}
