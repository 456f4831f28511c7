//! What people come to do, done once with the scripts of the pages and once without: both ways must end well.
//!
//! A new flow is a function here or beside, and its test one line with [`both_ways`]; what only scripts can do is in
//! `scripts.rs`.

mod account;
mod lists;
mod scripts;
mod segments;

use crate::driver::Scripts;
use crate::window::Window;
use crate::world::World;

/// The list of segments.
const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";

/// Runs a flow in a window of each kind, each at a site of its own.
fn both_ways(flow: impl Fn(&Window)) {
    for scripts in [Scripts::On, Scripts::Off] {
        eprintln!("with scripts {scripts:?}:");
        at_a_site(scripts, &flow);
    }
}

/// Runs a flow in a window of one kind.
fn at_a_site(scripts: Scripts, flow: impl Fn(&Window)) {
    if let Some(window) = Window::open(scripts, World::new()) {
        flow(&window);
    }
}
