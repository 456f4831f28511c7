//! With the keyboard alone: Tab, Shift-Tab, Enter, Space, arrows, Escape, and letters.

use fantoccini::key::Key;

use crate::driver::Scripts;
use crate::support::app::PASSWORD;
use crate::window::Window;
use crate::world::World;

/// Walks on with Tab until the focus is on what is called this.
///
/// # Panics
/// When it never gets there, with where it went.
#[track_caller]
fn tab_to(window: &Window, name: &str) {
    let mut way = Vec::new();
    while way.len() < 400 {
        window.key(Key::Tab);
        let focus = focus(window);
        if focus == name {
            return;
        }
        way.push(focus);
    }
    panic!("Tab never came to “{name}”, but to {way:?}");
}

/// What has the focus, by its label or its words.
fn focus(window: &Window) -> String {
    let script = "const e = document.activeElement; const label = e.labels?.[0]; \
        return (e.ariaLabel || label?.textContent || e.textContent || e.name || e.tagName).trim().replace(/\\s+/g, ' ').replace(/:$/, '');";
    window.script(script, &[]).as_str().expect("text").to_owned()
}

/// Signs in; the site has put the focus where one begins.
fn sign_in(window: &Window) {
    window.go("/admin/login/");
    assert_eq!(focus(window), "Username");
    window.keys("root");
    window.key(Key::Tab);
    window.keys(PASSWORD);
    window.leave(|| window.key(Key::Enter));
    window.see("#user-tools", "root");
}

#[test]
fn a_segment_is_found_opened_changed_and_saved() {
    for scripts in [Scripts::On, Scripts::Off] {
        let Some(window) = Window::open(scripts, World::new()) else { return };
        sign_in(&window);
        window.key(Key::Tab);
        assert_eq!(focus(&window), "Skip to main content");
        window.key(Key::Enter);
        tab_to(&window, "Customer Segments");
        window.leave(|| window.key(Key::Enter));
        tab_to(&window, "Search Customer Segments");
        window.keys("lapsed");
        window.leave(|| window.key(Key::Enter));
        tab_to(&window, "Lapsed customers");
        window.leave(|| window.key(Key::Enter));
        tab_to(&window, "Status");
        window.key(Key::Down);
        tab_to(&window, "Tags");
        window.keys("calls");
        window.leave(|| window.key(Key::Enter));
        window.see(".messagelist", "The Customer Segment “Lapsed customers” was changed successfully.");
        window.see("#result_list .field-status", "Paused");
        window.see("#result_list .field-tags", "calls");
    }
}

#[test]
fn an_action_is_run_and_its_question_answered() {
    for scripts in [Scripts::On, Scripts::Off] {
        let Some(window) = Window::open(scripts, World::new()) else { return };
        sign_in(&window);
        window.go("/admin/crm_app/customersegment/");
        tab_to(&window, "Select “Regional chains” for an action");
        window.key(Key::Space);
        back_to(&window, "Action");
        window.keys("Delete");
        tab_to(&window, "Go");
        window.leave(|| window.key(Key::Enter));
        tab_to(&window, "Yes, I’m sure");
        window.leave(|| window.key(Key::Space));
        window.see(".messagelist", "Successfully deleted 1 Customer Segment.");
    }
}

#[test]
fn a_contact_is_added_with_its_company() {
    for scripts in [Scripts::On, Scripts::Off] {
        let Some(window) = Window::open(scripts, World::new()) else { return };
        window.world.colleague_adds_company("Baan Rim Nam");
        sign_in(&window);
        tab_to(&window, "Contacts");
        window.leave(|| window.key(Key::Enter));
        tab_to(&window, "Add Contact");
        window.leave(|| window.key(Key::Enter));
        tab_to(&window, "Name");
        window.keys("Anong");
        tab_to(&window, "Company");
        if scripts == Scripts::On {
            window.keys("rim nam");
            window.see("[role=option][aria-selected=true]", "Baan Rim Nam");
            window.key(Key::Enter);
            assert_eq!((focus(&window), window.value("Company")), ("Company".into(), "Baan Rim Nam".into()));
        } else {
            tab_to(&window, "Search Companies");
            window.keys("rim nam");
            window.leave(|| window.key(Key::Enter));
            assert_eq!(focus(&window), "Company", "where one chooses from what was found");
            window.keys("Baan");
        }
        tab_to(&window, "Title");
        window.keys("Owner");
        tab_to(&window, "Contact type");
        window.keys("Bill");
        tab_to(&window, "Receives renewal e-mails");
        window.key(Key::Space);
        tab_to(&window, "Save and continue editing");
        window.leave(|| window.key(Key::Enter));
        window.see(".messagelist", "The Contact “Anong” was added successfully.");
        window.see(".related-link", "View Baan Rim Nam");
        assert!(!window.is_ticked("Receives renewal e-mails"));
        assert_eq!((window.value("Title"), window.value("Contact type")), ("Owner".into(), "Billing".into()));
    }
}

#[test]
fn a_list_is_sorted_and_filtered_and_an_action_runs_on_all_pages() {
    for scripts in [Scripts::On, Scripts::Off] {
        let Some(window) = Window::open(scripts, World::new()) else { return };
        window.world.add_copies("{dynamic}", 101);
        sign_in(&window);
        window.go("/admin/crm_app/customersegment/");
        for link in ["Member count", "Dynamic"] {
            tab_to(&window, link);
            window.leave(|| window.key(Key::Enter));
        }
        window.see("#result_list .sorted", "Member count");
        if scripts == Scripts::On {
            tab_to(&window, "Select all Customer Segments of this page for an action");
            window.key(Key::Space);
            back_to(&window, "Select all 110 Customer Segments");
            window.key(Key::Enter);
            assert_eq!(focus(&window), "Clear selection");
        } else {
            tab_to(&window, "All 110 Customer Segments");
            window.key(Key::Space);
        }
        back_to(&window, "Action");
        window.keys("Archive");
        tab_to(&window, "Go");
        window.leave(|| window.key(Key::Enter));
        window.see(".messagelist", "110 Customer Segments archived.");
        window.see(".empty-list", "0 Customer Segments");
    }
}

/// Walks back with Shift and Tab until the focus is on what is called so, or begins so.
#[track_caller]
fn back_to(window: &Window, name: &str) {
    let mut way = Vec::new();
    while !focus(window).starts_with(name) {
        assert!(way.len() < 100, "no way back to “{name}”, but to {way:?}");
        way.push(focus(window));
        window.shift_tab();
    }
}

#[test]
fn the_focus_goes_through_a_form_as_one_reads_it() {
    let Some(window) = Window::open(Scripts::On, World::new()) else { return };
    sign_in(&window);
    window.go("/admin/crm_app/customersegment/add/");
    tab_to(&window, "Name");
    let mut way = Vec::new();
    while way.last().is_none_or(|last| last != "Save and continue editing") && way.len() < 60 {
        window.key(Key::Tab);
        way.push(focus(&window));
    }
    let place = |name: &str| way.iter().position(|step| step == name).unwrap_or_else(|| panic!("no {name} in {way:?}"));
    let expected =
        ["Description", "Segment type", "Status", "Tags", "Field", "Operator", "Value", "Add rule", "Preview", "Rule by rule", "Save"];
    assert!(expected.map(place).is_sorted(), "{way:?}");
}

#[test]
fn escape_empties_the_filter_of_the_navigation() {
    let Some(window) = Window::open(Scripts::On, World::new()) else { return };
    sign_in(&window);
    window.go("/admin/crm_app/contact/");
    let all = window.count("#nav-sidebar tbody tr");
    tab_to(&window, "Filter navigation items");
    window.keys("comp");
    assert_eq!(window.texts("#nav-sidebar tbody th"), ["Companies"]);
    window.key(Key::Escape);
    assert_eq!(window.count("#nav-sidebar tbody tr"), all);
}
