//! What the pages' scripts add: themes, the filter of the navigation, folded filters, ranges of rows, the way to the search,
//! the question before typed text is lost, the word that what takes long goes on.

use customer_segments::db::{AnyConnection, lease};
use fantoccini::key::Key;

use super::{LIST, VIP, at_a_site};
use crate::driver::Scripts;
use crate::hands::Hands;
use crate::window::Window;
use crate::world::{Who, World};

fn with_scripts(flow: impl Fn(&Window)) {
    at_a_site(Scripts::On, |window| {
        window.be(Who::Root);
        flow(window);
    });
}

/// The same by keyboard alone as well, at another site.
fn with_scripts_and_either_hand(flow: impl Fn(&Window)) {
    at_a_site(Scripts::On, |window| {
        for hands in [Hands::Mouse, Hands::Keyboard] {
            eprintln!("{hands:?}:");
            window.move_to(World::new());
            window.resize(1280, "light");
            window.hands.set(hands);
            window.be(Who::Root);
            flow(window);
        }
    });
}

#[test]
fn the_theme_goes_from_that_of_the_system_to_dark_and_light_and_stays() {
    with_scripts_and_either_hand(|window| {
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
    with_scripts_and_either_hand(|window| {
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
fn all_rows_of_the_page_are_ticked_and_the_choice_of_all_pages_is_taken_back() {
    with_scripts_and_either_hand(|window| {
        window.world.add_copies("{dynamic}", 101);
        window.go(LIST);
        window.click("#action-toggle");
        window.click_on("Select all 112 Customer Segments");
        window.see(".all", "All 112 selected");
        window.click("tbody tr:nth-child(2) .action-select");
        window.see(".action-counter", "99 of 100 selected");
        window.click("#action-toggle");
        window.click_on("Select all 112 Customer Segments");
        window.click_on("Clear selection");
        window.see(".action-counter", "0 of 100 selected");
        window.see_no(".all");
    });
}

#[test]
fn filters_stay_folded_from_page_to_page() {
    with_scripts_and_either_hand(|window| {
        window.go(LIST);
        window.click("[data-filter-title=tag] summary");
        window.see_no("[data-filter-title=tag] li");
        window.press("Paused");
        window.see_no("[data-filter-title=tag] li");
        window.see("[data-filter-title=status] li", "Paused");
        window.click("[data-filter-title=tag] summary");
        window.see("[data-filter-title=tag] li", "hotels");
    });
}

#[test]
fn who_shows_the_counts_on_a_narrow_screen_goes_on_in_the_box_of_the_filters() {
    with_scripts_and_either_hand(|window| {
        window.resize(390, "light");
        window.go(LIST);
        window.see_no(".viewcounts");
        window.click(".filter-box > summary");
        window.press("Show counts");
        window.see("[data-filter-title=status] li", "Paused (");
        window.press("Hide counts");
        window.see_no(".viewcounts");
    });
}

#[test]
fn a_slash_leads_to_the_search_over_everything() {
    with_scripts(|window| {
        window.go(LIST);
        window.click("h1");
        window.keys("/");
        window.keys("vip");
        window.leave(|| window.key(Key::Enter));
        window.see(".found-customersegment", "VIP Customers");
        window.go("/admin/crm_app/contact/add/");
        window.fill("Name", "A/S Hotel");
        assert_eq!(window.value("Name"), "A/S Hotel", "in a field it is a letter");
    });
}

/// Types over what stands in the box, which stays focused.
fn retype(window: &Window, text: &str) {
    window.script("const box = document.querySelector('[role=combobox]'); box.focus(); box.select();", &[]);
    window.keys(text);
}

#[test]
fn what_is_chosen_in_a_combobox_is_left_as_it_was_or_blanked_and_what_is_typed_is_asked_about() {
    with_scripts(|window| {
        window.world.colleague_adds_company("Baan Rim Nam");
        window.go("/admin/crm_app/company/{company}/change/");
        assert_eq!(window.value("Parent company"), "");
        let chosen = || window.script("return document.querySelector('[name=parent_company]').selectedOptions[0].textContent", &[]);
        window.fill("Parent company", "rim nam");
        window.see("[role=option][aria-selected=true]", "Baan Rim Nam");
        window.key(Key::Enter);
        window.see_no("[role=option]");
        assert_eq!((window.value("Parent company").as_str(), chosen()), ("Baan Rim Nam", "Baan Rim Nam".into()));
        retype(window, "no such company");
        window.see(".combobox-note", "No Companies match.");
        window.key(Key::Escape);
        assert_eq!(window.value("Parent company"), "Baan Rim Nam", "as it was");
        retype(window, "half a na");
        window.click("h1");
        assert_eq!(window.value("Parent company"), "half a na", "it is not lost");
        window.press("Save and continue editing");
        window.see(".field-parent_company .errorlist", "Choose a company from the list.");
        window.see_no(".related-link");
        retype(window, "rim nam");
        window.see("[role=option]", "Baan Rim Nam");
        window.key(Key::Enter);
        window.press("Save and continue editing");
        window.see(".related-link", "View Baan Rim Nam");
        retype(window, "half a na");
        window.see_no(".related-link");
        window.see(".combobox-note", "No Companies match.");
        window.key(Key::Escape);
        window.see(".related-link", "View Baan Rim Nam");
        window.fill("Parent company", "");
        window.key(Key::Tab);
        window.press("Save and continue editing");
        window.see_no(".related-link");
        assert_eq!(window.value("Parent company"), "");
    });
}

#[test]
fn leaving_a_changed_form_asks_and_leaving_an_untouched_or_saved_one_does_not() {
    with_scripts_and_either_hand(|window| {
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
        window.go("/admin/crm_app/contact/{contact}/change/");
        assert!(!asks(), "a script has changed the form, nobody else has");
        window.tick("Primary contact");
        assert!(asks(), "a box was ticked");
        window.tick("Primary contact");
        assert!(!asks(), "and unticked again");
    });
}

#[test]
fn a_company_that_was_typed_is_taken_by_its_name_and_not_by_where_it_is() {
    with_scripts(|window| {
        let company = [("name", "Baan Rim Nam"), ("country", "Bhutan"), ("_continue", "1")];
        assert_eq!(window.world.app.superuser().post_form("/admin/crm_app/company/add/", &company).status, 303);
        window.go("/admin/crm_app/contact/add/");
        window.fill("Company", "bhutan");
        window.fill("Name", "Anong");
        window.see(".combobox-problem", "Choose a company from the list.");
        assert_eq!(window.value("Company"), "bhutan", "what was typed stays");
        window.fill("Company", "RIM nam");
        window.fill("Name", "Anong");
        window.until(|| window.value("Company") == "Baan Rim Nam", || format!("it to be chosen, but {}", window.value("Company")));
        window.see_no(".combobox-problem");
    });
}

#[test]
fn what_takes_long_says_that_it_goes_on() {
    with_scripts(|window| {
        window.go(VIP);
        // The driver looks at no page that is about to be left.
        let watch = "new MutationObserver(() => sessionStorage.setItem('said', document.querySelector('.going-on')?.textContent ?? '')) \
            .observe(document.body, { childList: true, subtree: true })";
        window.script(watch, &[]);
        let db = &window.world.app.test.db;
        std::thread::scope(|scope| {
            let (done, begin) = std::sync::mpsc::channel();
            scope.spawn(move || {
                let hold = |connection: &mut AnyConnection| {
                    lease::lock(connection, "somebody writes for long")?;
                    done.send(()).expect("the other one waits");
                    std::thread::sleep(std::time::Duration::from_secs(5));
                    Ok(())
                };
                db.write_blocking(hold).expect("it is written");
            });
            begin.recv().expect("somebody writes");
            window.press("Save and continue editing");
        });
        window.see(".messagelist", "was changed successfully");
        let said = window.script("return sessionStorage.getItem('said')", &[]);
        assert_eq!(said, "Still working. This is one step: it is done wholly or not at all, and cannot be stopped half-way.");
        assert_eq!(window.count(".going-on"), 0, "the next page says nothing of it");
    });
}
