//! What people come to do, done with the scripts of the pages and without, at a desk and on a telephone: it must end well.
//!
//! A new flow is a test here or beside, which says [`in_every_way`]; what only scripts can do is in `scripts.rs`, what only
//! keys do in `../keyboard.rs`.

mod account;
mod actions;
mod api_client;
mod curating;
mod customers;
mod history;
mod lists;
mod panes;
mod pasting;
mod rules;
mod scripts;
mod segments;
mod site;
mod uploads;
mod users;

use crate::driver::Scripts;
use crate::hands::Hands;
use crate::window::Window;
use crate::world::World;

/// The list of segments.
const LIST: &str = "/admin/crm_app/customersegment/";
const ADD: &str = "/admin/crm_app/customersegment/add/";
/// The segment "VIP Customers", which lists 23 contacts.
const VIP: &str = "/admin/crm_app/customersegment/{static}/change/";

/// Shows the rules of a segment's form as JSON, with scripts or without.
fn as_json(window: &Window) {
    window.renew("#builder", || window.click_on("Edit as JSON"));
}

/// Runs a flow with scripts and without, at a desk and on a telephone, in the light and in the dark, with the mouse and by
/// keyboard alone, so that any two of these but the light and the hand come together; each time at a site of its own.
fn in_every_way(flow: impl Fn(&Window)) {
    for scripts in [Scripts::On, Scripts::Off] {
        let (desk, telephone) = match scripts {
            Scripts::On => (("light", Hands::Mouse), ("dark", Hands::Keyboard)),
            Scripts::Off => (("dark", Hands::Keyboard), ("light", Hands::Mouse)),
        };
        let run = |window: &Window, width, (scheme, hands)| {
            eprintln!("Scripts {scripts:?}, {width} wide, {scheme}, {hands:?}:");
            window.resize(width, scheme);
            window.hands.set(hands);
            flow(window);
            is_quiet(window);
        };
        at_a_site(scripts, |window| {
            run(window, 1280, desk);
            window.move_to(World::new());
            run(window, 390, telephone);
        });
    }
}

/// Runs a flow in a window of one kind.
fn at_a_site(scripts: Scripts, flow: impl Fn(&mut Window)) {
    if let Some(mut window) = Window::open(scripts, World::new()) {
        flow(&mut window);
        is_quiet(&window);
    }
}

/// Nothing was refused by the Content-Security-Policy, on any page of the flow.
#[track_caller]
fn is_quiet(window: &Window) {
    let refused: Vec<_> = window.console().into_iter().filter(|(_, _, text)| text.contains("Content Security Policy")).collect();
    assert!(refused.is_empty(), "{refused:?}");
}
