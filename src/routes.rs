//! Every URL of the site, one line each.
//!
//! Read by `server`, which answers 405 with the methods of the line for any other, 301 where only the slash is missing,
//! and 404 for the rest. A handler takes `Staff`, or says at its line why not.

use crate::accounts::actor::Subject;
use crate::accounts::login;
use crate::admin::frame::{Nav, NavApp, NavItem};
use crate::admin::index;
use crate::server::url::{Url, url};

/// The table.
pub fn urls() -> Vec<Url> {
    vec![
        url("/").get(index::home), // Anyone: it only leads to the index.
        url("/admin/").get(index::show),
        url("/admin/login/").get(login::show).post(login::sign_in), // Anyone: whoever signs in is nobody yet.
        url("/admin/logout/").post(login::sign_out),
    ]
}

/// The models of the navigation, in the order of their names.
pub fn nav() -> Nav {
    let item = |slug, label, subject| NavItem { slug, label, subject };
    Nav {
        apps: vec![NavApp {
            slug: "crm_app",
            label: "Crm_App",
            items: vec![
                item("company", "Companies", Subject::Company),
                item("contact", "Contacts", Subject::Contact),
                item("contract", "Contracts", Subject::Contract),
                item("customersegment", "Customer Segments", Subject::Segment),
            ],
        }],
    }
}
