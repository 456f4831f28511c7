//! What people come to do, done with the scripts of the pages and without, at a desk and on a telephone: it must end well.
//!
//! A new flow is a test here or beside, which says [`in_every_way`]; what only scripts can do is in `scripts.rs`, what only
//! keys do in `../keyboard.rs`.

mod account;
mod actions;
mod customers;
mod history;
mod lists;
mod scripts;
mod segments;
mod site;
mod users;

use crate::driver::Scripts;
use crate::window::Window;
use crate::world::World;

/// The list of segments.
const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";

/// Runs a flow at a desk, on a telephone in the dark, and without scripts; each time at a site of its own.
fn in_every_way(flow: impl Fn(&Window)) {
    at_a_site(Scripts::On, |window| {
        eprintln!("At a desk:");
        flow(window);
        eprintln!("On a telephone in the dark:");
        window.move_to(World::new());
        window.resize(390, "dark");
        flow(window);
    });
    at_a_site(Scripts::Off, |window| {
        eprintln!("On a telephone without scripts:");
        window.resize(390, "light");
        flow(window);
    });
}

/// Runs a flow in a window of one kind.
fn at_a_site(scripts: Scripts, flow: impl Fn(&mut Window)) {
    if let Some(mut window) = Window::open(scripts, World::new()) {
        flow(&mut window);
    }
}
