//! Every URL of the site and who may use it, one line each.
//!
//! Read by `server`, which asks a handler only for those who may, answers 405 with the methods of the line for any other,
//! 301 where only the slash is missing, and 404 for the rest. The pages that every model has are [`screens`], made from its
//! declaration; a model that is listed in `models` has them all, and stands in the navigation. Tests hold every line
//! against what it answers to everybody.

use actix_web::http::Method;

use crate::accounts::access::Access::{Add, Anyone, Change, Delete, Staff, View};
use crate::accounts::admin::{UserAdmin, sessions_page, tools as user_tools};
use crate::accounts::{account, api as auth, login, managing_rules, password_change, setup, tokens_page};
use crate::admin::frame::{Nav, NavItem};
use crate::admin::model_admin::ModelAdmin;
use crate::admin::{index, related, site_search, version_views, views};
use crate::api::openapi;
use crate::customers::admin::import::{Imported, acting as import_acting, pages as imports};
use crate::customers::admin::{CompanyAdmin, ContactAdmin, ContractAdmin};
use crate::customers::api::list as customers;
use crate::customers::api::resources::{Companies, Contacts, Contracts};
use crate::customers::{company, contact, contract};
use crate::segments::admin::SegmentAdmin;
use crate::segments::builder::pages as builder;
use crate::segments::hand_over::{self, SegmentsOf};
use crate::segments::paste::page as paste;
use crate::segments::picker::{numbers, page as picker};
use crate::segments::upload::{acting, download, pages as uploads};
use crate::segments::{
    api as of_segments, combine_page, list_page, members_page, model, preview_panel, tools, undoing, why_contact, why_page,
};
use crate::server::Site;
use crate::server::url::{Url, api, url};

/// The product's site.
pub const SITE: Site = Site { urls: all, nav };

/// Users, who own segments.
type Users = UserAdmin<SegmentsOf>;

/// The models, in the order of their names.
fn models() -> Vec<Screens> {
    vec![screens::<CompanyAdmin>(), screens::<ContactAdmin>(), screens::<ContractAdmin>(), screens::<SegmentAdmin>(), screens::<Users>()]
}

/// The whole table.
fn all() -> Vec<Url> {
    urls().into_iter().chain(api_urls()).collect()
}

/// The pages.
pub fn urls() -> Vec<Url> {
    let of_models = models().into_iter().flat_map(|model| model.urls);
    let imports = [import::<CompanyAdmin>(), import::<ContactAdmin>(), import::<ContractAdmin>()].into_iter().flatten();
    [site(), segments(), people()].into_iter().flatten().chain(imports).chain(of_models).collect()
}

/// The site's own pages.
#[rustfmt::skip] // It is read by line.
fn site() -> Vec<Url> {
    vec![
        url("/").get(Anyone, index::home), // It only leads to the index.
        url("/admin/").get(Staff, index::show),
        url("/admin/login/").get(Anyone, login::show).post(Anyone, login::sign_in), // Whoever signs in is nobody yet.
        url("/admin/logout/").post(Staff, login::sign_out),
        url("/admin/setup/{token}/").get(Anyone, setup::show).post(Anyone, setup::make), // Whoever has the link: nobody can sign in yet.
        url("/admin/account/").get(Staff, account::show),
        url("/admin/account/sessions/").post(Staff, account::end_sessions),
        url("/admin/account/tokens/").get(Staff, tokens_page::show).post(Staff, tokens_page::act),
        url("/admin/password_change/").get(Staff, password_change::show).post(Staff, password_change::change),
        url("/admin/autocomplete/").get(Staff, related::autocomplete), // It asks who may see the form.
        url("/admin/search/").get(Staff, site_search::show),
        url("/admin/crm_app/").get(Staff, index::app),
    ]
}

/// The JSON API.
#[rustfmt::skip]
pub fn api_urls() -> Vec<Url> {
    let segments = model::RIGHTS;
    vec![
        api("auth/login/").post(Anyone, auth::log_in).told(auth::about_log_in), // Whoever signs in is nobody yet.
        api("auth/refresh/").post(Anyone, auth::refresh).told(auth::about_refresh), // Whoever has the token.
        api("auth/logout/").post(Anyone, auth::log_out).told(auth::about_log_out), // Likewise.
        api("auth/me/").get(Staff, auth::me).told(auth::about_me),
        api("contacts/").get(View(contact::RIGHTS), customers::list::<Contacts>).told(customers::about_list::<Contacts>),
        api("contacts/{id}/").get(View(contact::RIGHTS), customers::show::<Contacts>).told(customers::about_show::<Contacts>),
        api("companies/").get(View(company::RIGHTS), customers::list::<Companies>).told(customers::about_list::<Companies>),
        api("companies/{id}/").get(View(company::RIGHTS), customers::show::<Companies>).told(customers::about_show::<Companies>),
        api("contracts/").get(View(contract::RIGHTS), customers::list::<Contracts>).told(customers::about_list::<Contracts>),
        api("contracts/{id}/").get(View(contract::RIGHTS), customers::show::<Contracts>).told(customers::about_show::<Contracts>),
        api("fields/").get(View(segments), of_segments::fields::list).told(of_segments::fields::about),
        api("segments/").get(View(segments), of_segments::list::list).told(of_segments::list::about)
            .post(Add(segments), of_segments::object::create).told(of_segments::object::about_create),
        api("segments/validate_filters/").post(View(segments), of_segments::validate::validate).told(of_segments::validate::about),
        api("segments/{id}/").get(View(segments), of_segments::object::show).told(of_segments::object::about_show)
            .on(&Method::PUT, Change(segments), of_segments::object::put).told(of_segments::object::about_put)
            .on(&Method::PATCH, Change(segments), of_segments::object::patch).told(of_segments::object::about_patch)
            .on(&Method::DELETE, Delete(segments), of_segments::object::delete).told(of_segments::object::about_delete),
        api("segments/{id}/members/").get(View(segments), of_segments::members::list).told(of_segments::members::about),
        api("segments/{id}/members.csv").file(View(segments), members_page::export_of_api::<ContactAdmin, CompanyAdmin>).told(members_page::about_export),
        api("segments/{id}/static_members/").get(View(segments), of_segments::static_members::list).told(of_segments::static_members::about)
            .on(&Method::PATCH, Change(segments), of_segments::curate::change).told(of_segments::curate::about),
        api("segments/{id}/explain/").get(View(segments), of_segments::why::explain).told(of_segments::why::about),
        api("segments/{id}/history/").get(View(segments), of_segments::history::list).told(of_segments::history::about),
        api("segments/{id}/recalculate/").post(View(segments), of_segments::deeds::recalculate).told(of_segments::deeds::about_recalculate),
        api("segments/{id}/duplicate/").post(View(segments), of_segments::deeds::duplicate).told(of_segments::deeds::about_duplicate),
        api("segments/{id}/mark_used/").post(View(segments), of_segments::deeds::mark_used).told(of_segments::deeds::about_mark_used),
        api("segments/{id}/enroll_in_sequence/").post(View(segments), of_segments::deeds::enroll).told(of_segments::deeds::about_enroll),
        api("openapi.json").get(Anyone, openapi::pages::show).told(openapi::pages::about), // What there is to know before one signs in.
        api("docs/").get(Anyone, openapi::pages::docs).told(openapi::pages::about_docs), // Likewise.
        api("docs/{file}").get(Anyone, openapi::pages::docs_file), // What that page is made of.
    ]
}

/// What segments have besides.
#[rustfmt::skip]
fn segments() -> Vec<Url> {
    let segments = model::RIGHTS;
    vec![
        url("/admin/crm_app/customersegment/preview/").post(View(segments), preview_panel::show_preview),
        url("/admin/crm_app/customersegment/builder/").post(View(segments), builder::show),
        url("/admin/crm_app/customersegment/picker/").post(View(segments), picker::show),
        url("/admin/crm_app/customersegment/values/").get(View(segments), builder::suggest),
        url("/admin/crm_app/customersegment/combine/").get(View(segments), combine_page::show).post(View(segments), combine_page::make),
        url("/admin/crm_app/customersegment/{id}/duplicate/").post(View(segments), tools::duplicate),
        url("/admin/crm_app/customersegment/{id}/save_list/").post(View(segments), tools::save_list),
        url("/admin/crm_app/customersegment/{id}/count/").post(View(segments), tools::count_again),
        url("/admin/crm_app/customersegment/{id}/list/").get(View(segments), list_page::show).post(Change(segments), list_page::act),
        url("/admin/crm_app/customersegment/{id}/list_numbers/").get(View(segments), numbers::show),
        url("/admin/crm_app/customersegment/{id}/undo/").post(Change(segments), undoing::undo),
        url("/admin/crm_app/customersegment/{id}/hand_over/").get(Change(segments), hand_over::show).post(Change(segments), hand_over::hand),
        url("/admin/crm_app/customersegment/{id}/members/").get(View(segments), members_page::show::<ContactAdmin, CompanyAdmin>).post(View(segments), members_page::mark_used::<ContactAdmin, CompanyAdmin>),
        url("/admin/crm_app/customersegment/{id}/members.csv").file(View(segments), members_page::export::<ContactAdmin, CompanyAdmin>),
        url("/admin/crm_app/customersegment/{id}/used_by/").get(View(segments), members_page::show_uses),
        url("/admin/crm_app/customersegment/{id}/paste/").get(Change(segments), paste::show).post(Change(segments), paste::paste),
        url("/admin/crm_app/customersegment/{id}/upload/").get(Change(segments), uploads::show).post(Change(segments), uploads::upload),
        url("/admin/crm_app/customersegment/{id}/uploaded/").get(Change(segments), uploads::look).post(Change(segments), acting::act),
        url("/admin/crm_app/customersegment/{id}/upload_report/").get(View(segments), download::report),
        url("/admin/crm_app/customersegment/{id}/export_list/").file(View(segments), download::list),
        url("/admin/crm_app/customersegment/{id}/explain/").get(View(segments), why_page::show::<ContactAdmin>),
    ]
}

/// What contacts and users have besides.
#[rustfmt::skip]
fn people() -> Vec<Url> {
    let users = managing_rules::RIGHTS;
    vec![
        url("/admin/crm_app/contact/{id}/segments/").get(View(contact::RIGHTS), why_contact::show::<ContactAdmin>),
        url("/admin/crm_app/user/{id}/password/").get(Change(users), user_tools::password_form::<SegmentsOf>).post(Change(users), user_tools::reset_password::<SegmentsOf>),
        // Sessions and segments are written beside the CRM too, where users are only looked at.
        url("/admin/crm_app/user/{id}/sessions/").get(View(users), sessions_page::show::<SegmentsOf>).post(View(users), sessions_page::end::<SegmentsOf>),
        url("/admin/crm_app/user/{id}/hand_over/").get(View(users), user_tools::hand_over_form::<SegmentsOf>).post(View(users), user_tools::hand_over::<SegmentsOf>),
    ]
}

/// The import of a model.
#[rustfmt::skip]
fn import<A: Imported>() -> Vec<Url> {
    let (at, add) = (|page: &str| url(format!("{}import/{page}", A::MODEL.list_url())), Add(A::MODEL.rights));
    vec![
        at("").get(add, imports::show::<A>).post(add, imports::upload::<A>),
        at("{upload}/").get(add, imports::look::<A>).post(add, import_acting::act::<A>),
        at("{upload}/refused.csv").get(add, import_acting::report::<A>),
    ]
}

/// The navigation.
pub fn nav() -> Nav {
    Nav::of(models().into_iter().map(|model| model.item))
}

/// What a model is to the site.
pub struct Screens {
    /// Its place in the navigation.
    pub item: NavItem,
    /// Its pages.
    pub urls: Vec<Url>,
}

/// The pages that every model has, for those to whom its declaration gives the right.
#[rustfmt::skip]
pub fn screens<A: ModelAdmin>() -> Screens {
    let at = |page: &str| url(A::MODEL.list_url() + page);
    let [view, add, change, delete] = [View, Add, Change, Delete].map(|access| access(A::MODEL.rights));
    let mut urls = vec![
        at("").get(view, views::changelist::<A>).post(view, views::act::<A>),
        at("export.csv").file(view, views::export::<A>),
        at("add/").get(add, views::add_form::<A>).post(add, views::add::<A>),
        at("{id}/").get(view, views::object::<A>),
        at("{id}/change/").get(view, views::change_form::<A>).post(change, views::change::<A>),
        at("{id}/delete/").get(delete, views::delete_form::<A>).post(delete, views::delete::<A>),
        at("{id}/history/").get(view, views::history::<A>),
    ];
    if A::VERSIONS.is_some() {
        urls.push(at("{id}/history/{version}/").get(view, version_views::compare::<A>).post(change, version_views::restore::<A>));
    }
    Screens { item: NavItem::of::<A>(), urls }
}
