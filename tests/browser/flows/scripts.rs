//! What the pages' scripts add: themes, the filter of the navigation, ranges of rows, the question before typed text is lost.

use fantoccini::key::Key;

use super::{LIST, at_a_site};
use crate::driver::Scripts;
use crate::window::Window;
use crate::world::Who;

fn with_scripts(flow: impl Fn(&Window)) {
    at_a_site(Scripts::On, |window| {
        window.be(Who::Root);
        flow(window);
    });
}

#[test]
fn the_theme_goes_from_that_of_the_system_to_dark_and_light_and_stays() {
    with_scripts(|window| {
        let background = || window.script("return getComputedStyle(document.body).backgroundColor", &[]).as_str().unwrap().to_owned();
        let (light, dark) = ("rgb(255, 255, 255)", "rgb(18, 18, 18)");
        window.go("/admin/");
        assert_eq!(background(), light);
        for (theme, colour) in [("dark", dark), ("light", light), ("auto", light), ("dark", dark)] {
            window.click(".theme-toggle");
            window.see(".theme-label", &format!("current theme: {theme}"));
            assert_eq!(background(), colour, "{theme}");
        }
        window.go(LIST);
        assert_eq!(background(), dark, "on the next page too");
        window.resize(1280, "dark");
        for (theme, colour) in [("auto", dark), ("light", light), ("dark", dark)] {
            window.click(".theme-toggle");
            window.see(".theme-label", &format!("current theme: {theme}"));
            assert_eq!(background(), colour, "{theme} where the system is dark");
        }
    });
}

#[test]
fn the_navigation_is_filtered_while_typing_and_folded_away() {
    with_scripts(|window| {
        window.go(LIST);
        let all = window.count("#nav-sidebar tbody tr");
        window.click("#nav-filter");
        window.keys("comp");
        assert_eq!(window.texts("#nav-sidebar tbody th"), ["Companies"]);
        window.go("/admin/crm_app/contact/");
        assert_eq!(window.texts("#nav-sidebar tbody th"), ["Companies"], "it stays while one looks around");
        window.click("#nav-filter");
        window.key(Key::Escape);
        assert_eq!(window.count("#nav-sidebar tbody tr"), all);
        window.click("#toggle-nav-sidebar");
        window.see_no("#nav-sidebar");
        window.go(LIST);
        window.see_no("#nav-sidebar");
        window.click("#toggle-nav-sidebar");
        assert_eq!(window.count("#nav-sidebar tbody tr"), all);
    });
}

#[test]
fn a_range_of_rows_is_ticked_with_shift() {
    with_scripts(|window| {
        window.go(LIST);
        window.click("tbody tr:nth-child(2) .action-select");
        window.shift_click("tbody tr:nth-child(6) .action-select");
        window.see(".action-counter", "5 of 11 selected");
        window.shift_click("tbody tr:nth-child(4) .action-select");
        window.see(".action-counter", "2 of 11 selected");
    });
}

#[test]
fn leaving_a_changed_form_asks_and_leaving_an_untouched_or_saved_one_does_not() {
    with_scripts(|window| {
        // What the browser is told when it asks; the dialog itself is its own and answered by its driver.
        let asks = || {
            let leave = "return !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))";
            window.script(leave, &[]) == true
        };
        window.go("/admin/crm_app/customersegment/{dynamic}/change/");
        assert!(!asks(), "nothing was changed");
        window.fill("Description", "Typed and not saved.");
        assert!(asks(), "something was");
        window.press("Save and continue editing");
        assert!(!asks(), "it is saved");
        window.fill("Name", "");
        window.press("Save");
        window.see(".errorlist", "This field is required.");
        assert!(asks(), "it came back with an error");
    });
}
