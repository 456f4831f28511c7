//! Every URL of the site, one line each.
//!
//! Read by `server`, which answers 405 with the methods of the line for any other, 301 where only the slash is missing,
//! and 404 for the rest. A handler takes `Staff`, or says at its line why not.

use crate::accounts::{login, password_change};
use crate::admin::frame::{Nav, NavApp, NavItem};
use crate::admin::{index, views};
use crate::customers::admin::{CompanyAdmin, ContactAdmin, ContractAdmin};
use crate::segments::admin::SegmentAdmin;
use crate::segments::{members_page, tools};
use crate::server::url::{Url, url};

/// The table.
pub fn urls() -> Vec<Url> {
    vec![
        url("/").get(index::home), // Anyone: it only leads to the index.
        url("/admin/").get(index::show),
        url("/admin/login/").get(login::show).post(login::sign_in), // Anyone: whoever signs in is nobody yet.
        url("/admin/logout/").post(login::sign_out),
        url("/admin/password_change/").get(password_change::show).post(password_change::change),
        url("/admin/crm_app/").get(index::app),
        url("/admin/crm_app/company/").get(views::changelist::<CompanyAdmin>),
        url("/admin/crm_app/company/add/").get(views::add_form::<CompanyAdmin>).post(views::add::<CompanyAdmin>),
        url("/admin/crm_app/company/{id}/change/").get(views::change_form::<CompanyAdmin>).post(views::change::<CompanyAdmin>),
        url("/admin/crm_app/company/{id}/delete/").get(views::delete_form::<CompanyAdmin>).post(views::delete::<CompanyAdmin>),
        url("/admin/crm_app/company/{id}/history/").get(views::history::<CompanyAdmin>),
        url("/admin/crm_app/contact/").get(views::changelist::<ContactAdmin>),
        url("/admin/crm_app/contact/add/").get(views::add_form::<ContactAdmin>).post(views::add::<ContactAdmin>),
        url("/admin/crm_app/contact/{id}/change/").get(views::change_form::<ContactAdmin>).post(views::change::<ContactAdmin>),
        url("/admin/crm_app/contact/{id}/delete/").get(views::delete_form::<ContactAdmin>).post(views::delete::<ContactAdmin>),
        url("/admin/crm_app/contact/{id}/history/").get(views::history::<ContactAdmin>),
        url("/admin/crm_app/contract/").get(views::changelist::<ContractAdmin>),
        url("/admin/crm_app/contract/add/").get(views::add_form::<ContractAdmin>).post(views::add::<ContractAdmin>),
        url("/admin/crm_app/contract/{id}/change/").get(views::change_form::<ContractAdmin>).post(views::change::<ContractAdmin>),
        url("/admin/crm_app/contract/{id}/delete/").get(views::delete_form::<ContractAdmin>).post(views::delete::<ContractAdmin>),
        url("/admin/crm_app/contract/{id}/history/").get(views::history::<ContractAdmin>),
        url("/admin/crm_app/customersegment/").get(views::changelist::<SegmentAdmin>).post(views::act::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/preview/").post(members_page::show_preview),
        url("/admin/crm_app/customersegment/add/").get(views::add_form::<SegmentAdmin>).post(views::add::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/change/").get(views::change_form::<SegmentAdmin>).post(views::change::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/delete/").get(views::delete_form::<SegmentAdmin>).post(views::delete::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/history/").get(views::history::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/duplicate/").post(tools::duplicate),
        url("/admin/crm_app/customersegment/{id}/count/").post(tools::count_again),
        url("/admin/crm_app/customersegment/{id}/members/").get(members_page::show).post(members_page::mark_used),
        url("/admin/crm_app/customersegment/{id}/members.csv").get(members_page::export),
    ]
}

/// The models of the navigation, in the order of their names.
pub fn nav() -> Nav {
    let items =
        vec![NavItem::of::<CompanyAdmin>(), NavItem::of::<ContactAdmin>(), NavItem::of::<ContractAdmin>(), NavItem::of::<SegmentAdmin>()];
    Nav { apps: vec![NavApp { slug: "crm_app", label: "Crm_App", items }] }
}
