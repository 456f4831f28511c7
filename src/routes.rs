//! Every URL of the site and who may use it, one line each.
//!
//! Read by `server`, which asks a handler only for those who may, answers 405 with the methods of the line for any other,
//! 301 where only the slash is missing, and 404 for the rest. Tests hold every line against what it answers to everybody.

use crate::accounts::access::Access::{Add, Anyone, Change, Delete, Staff, View};
use crate::accounts::actor::Subject::{Company, Contact, Contract, Segment, User};
use crate::accounts::admin::{UserAdmin, tools as user_tools};
use crate::accounts::{account, login, password_change, setup};
use crate::admin::frame::{Nav, NavApp, NavItem};
use crate::admin::{index, related, site_search, views};
use crate::customers::admin::{CompanyAdmin, ContactAdmin, ContractAdmin};
use crate::segments::admin::SegmentAdmin;
use crate::segments::hand_over::{self, SegmentsOf};
use crate::segments::{members_page, tools};
use crate::server::Site;
use crate::server::url::{Url, url};

/// The product's site.
pub const SITE: Site = Site { urls, nav };

/// Users, who own segments.
type Users = UserAdmin<SegmentsOf>;

/// The table.
#[rustfmt::skip] // It is read by line.
pub fn urls() -> Vec<Url> {
    vec![
        url("/").get(Anyone, index::home), // It only leads to the index.
        url("/admin/").get(Staff, index::show),
        url("/admin/login/").get(Anyone, login::show).post(Anyone, login::sign_in), // Whoever signs in is nobody yet.
        url("/admin/logout/").post(Staff, login::sign_out),
        url("/admin/setup/{token}/").get(Anyone, setup::show).post(Anyone, setup::make), // Whoever has the link: nobody can sign in yet.
        url("/admin/account/").get(Staff, account::show),
        url("/admin/account/sessions/").post(Staff, account::end_sessions),
        url("/admin/password_change/").get(Staff, password_change::show).post(Staff, password_change::change),
        url("/admin/autocomplete/").get(Staff, related::autocomplete), // It asks who may see the form.
        url("/admin/search/").get(Staff, site_search::show),
        url("/admin/crm_app/").get(Staff, index::app),
        url("/admin/crm_app/company/").get(View(Company), views::changelist::<CompanyAdmin>).post(View(Company), views::act::<CompanyAdmin>),
        url("/admin/crm_app/company/export.csv").get(View(Company), views::export::<CompanyAdmin>),
        url("/admin/crm_app/company/add/").get(Add(Company), views::add_form::<CompanyAdmin>).post(Add(Company), views::add::<CompanyAdmin>),
        url("/admin/crm_app/company/{id}/change/").get(View(Company), views::change_form::<CompanyAdmin>).post(Change(Company), views::change::<CompanyAdmin>),
        url("/admin/crm_app/company/{id}/delete/").get(Delete(Company), views::delete_form::<CompanyAdmin>).post(Delete(Company), views::delete::<CompanyAdmin>),
        url("/admin/crm_app/company/{id}/history/").get(View(Company), views::history::<CompanyAdmin>),
        url("/admin/crm_app/contact/").get(View(Contact), views::changelist::<ContactAdmin>).post(View(Contact), views::act::<ContactAdmin>),
        url("/admin/crm_app/contact/export.csv").get(View(Contact), views::export::<ContactAdmin>),
        url("/admin/crm_app/contact/add/").get(Add(Contact), views::add_form::<ContactAdmin>).post(Add(Contact), views::add::<ContactAdmin>),
        url("/admin/crm_app/contact/{id}/change/").get(View(Contact), views::change_form::<ContactAdmin>).post(Change(Contact), views::change::<ContactAdmin>),
        url("/admin/crm_app/contact/{id}/delete/").get(Delete(Contact), views::delete_form::<ContactAdmin>).post(Delete(Contact), views::delete::<ContactAdmin>),
        url("/admin/crm_app/contact/{id}/history/").get(View(Contact), views::history::<ContactAdmin>),
        url("/admin/crm_app/contract/").get(View(Contract), views::changelist::<ContractAdmin>).post(View(Contract), views::act::<ContractAdmin>),
        url("/admin/crm_app/contract/export.csv").get(View(Contract), views::export::<ContractAdmin>),
        url("/admin/crm_app/contract/add/").get(Add(Contract), views::add_form::<ContractAdmin>).post(Add(Contract), views::add::<ContractAdmin>),
        url("/admin/crm_app/contract/{id}/change/").get(View(Contract), views::change_form::<ContractAdmin>).post(Change(Contract), views::change::<ContractAdmin>),
        url("/admin/crm_app/contract/{id}/delete/").get(Delete(Contract), views::delete_form::<ContractAdmin>).post(Delete(Contract), views::delete::<ContractAdmin>),
        url("/admin/crm_app/contract/{id}/history/").get(View(Contract), views::history::<ContractAdmin>),
        url("/admin/crm_app/customersegment/").get(View(Segment), views::changelist::<SegmentAdmin>).post(View(Segment), views::act::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/export.csv").get(View(Segment), views::export::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/preview/").post(View(Segment), members_page::show_preview),
        url("/admin/crm_app/customersegment/add/").get(Add(Segment), views::add_form::<SegmentAdmin>).post(Add(Segment), views::add::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/change/").get(View(Segment), views::change_form::<SegmentAdmin>).post(Change(Segment), views::change::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/delete/").get(Delete(Segment), views::delete_form::<SegmentAdmin>).post(Delete(Segment), views::delete::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/history/").get(View(Segment), views::history::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/history/{version}/").get(View(Segment), views::compare::<SegmentAdmin>).post(Change(Segment), views::restore::<SegmentAdmin>),
        url("/admin/crm_app/customersegment/{id}/duplicate/").post(View(Segment), tools::duplicate),
        url("/admin/crm_app/customersegment/{id}/count/").post(View(Segment), tools::count_again),
        url("/admin/crm_app/customersegment/{id}/hand_over/").get(Change(Segment), hand_over::show).post(Change(Segment), hand_over::hand),
        url("/admin/crm_app/customersegment/{id}/members/").get(View(Segment), members_page::show).post(View(Segment), members_page::mark_used),
        url("/admin/crm_app/customersegment/{id}/members.csv").get(View(Segment), members_page::export),
        url("/admin/crm_app/user/").get(View(User), views::changelist::<Users>).post(View(User), views::act::<Users>),
        url("/admin/crm_app/user/export.csv").get(View(User), views::export::<Users>),
        url("/admin/crm_app/user/add/").get(Add(User), views::add_form::<Users>).post(Add(User), views::add::<Users>),
        url("/admin/crm_app/user/{id}/change/").get(View(User), views::change_form::<Users>).post(Change(User), views::change::<Users>),
        url("/admin/crm_app/user/{id}/delete/").get(Delete(User), user_tools::delete_form::<SegmentsOf>).post(Delete(User), views::delete::<Users>),
        url("/admin/crm_app/user/{id}/history/").get(View(User), views::history::<Users>),
        url("/admin/crm_app/user/{id}/password/").get(Change(User), user_tools::password_form::<SegmentsOf>).post(Change(User), user_tools::reset_password::<SegmentsOf>),
        // Sessions and segments are written beside the CRM too, where users are only looked at.
        url("/admin/crm_app/user/{id}/end_sessions/").post(View(User), user_tools::end_sessions::<SegmentsOf>),
        url("/admin/crm_app/user/{id}/hand_over/").get(View(User), user_tools::hand_over_form::<SegmentsOf>).post(View(User), user_tools::hand_over::<SegmentsOf>),
    ]
}

/// The models of the navigation, in the order of their names.
pub fn nav() -> Nav {
    let items = vec![
        NavItem::of::<CompanyAdmin>(),
        NavItem::of::<ContactAdmin>(),
        NavItem::of::<ContractAdmin>(),
        NavItem::of::<SegmentAdmin>(),
        NavItem::of::<Users>(),
    ];
    Nav { apps: vec![NavApp { slug: "crm_app", label: "Crm_App", items }] }
}
