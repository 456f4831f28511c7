//! Actions of a list: on ticked rows and on those of all pages, asked about before they destroy, refused where they may not.

use super::{LIST, in_every_way};
use crate::window::Window;
use crate::world::Who;

#[test]
fn an_action_runs_on_ticked_rows_and_asks_before_it_destroys() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(LIST);
        let tick = |name: &str| window.click(&format!("[aria-label='Select “{name}” for an action']"));
        tick("VIP Customers");
        tick("Regional chains");
        run(window, "Archive selected Customer Segments");
        window.see(".messagelist", "2 Customer Segments archived.");
        tick("Lapsed customers");
        run(window, "Delete selected Customer Segments");
        window.see("#deleted-objects", "Lapsed customers");
        window.press("Yes, I’m sure");
        window.see(".messagelist", "Successfully deleted 1 Customer Segment.");
    });
}

#[test]
fn an_action_runs_on_the_rows_of_all_pages() {
    in_every_way(|window| {
        window.world.add_copies("{dynamic}", 101);
        window.be(Who::Root);
        window.go(LIST);
        select_across(window, "112");
        run(window, "Pause selected Customer Segments");
        window.see(".messagelist", "111 Customer Segments paused.");
    });
}

/// Selects all rows of all pages.
fn select_across(window: &Window, count: &str) {
    if window.count("#action-toggle") == 1 {
        window.click("#action-toggle");
        window.see(".action-counter", "100 of 100 selected");
        window.click_on(&format!("Select all {count} Customer Segments"));
        window.see(".all", &format!("All {count} selected"));
    } else {
        window.tick(&format!("All {count} Customer Segments"));
    }
}

fn run(window: &Window, action: &str) {
    window.choose("Action", action);
    window.press("Go");
}

#[test]
fn what_is_deleted_on_all_pages_is_counted_and_named_before() {
    in_every_way(|window| {
        window.world.add_copies("{dynamic}", 101);
        window.be(Who::Root);
        window.go(&format!("{LIST}?q=high-value"));
        select_across(window, "102");
        run(window, "Delete selected Customer Segments");
        window.see("main", "Customer Segments: 102");
        window.see("#deleted-objects", "… and 2 more");
        window.press("No, take me back");
        window.see("#toolbar", "102 results");
        if window.count("#action-toggle") == 1 {
            window.see(".all", "All 102 selected");
        } else {
            select_across(window, "102");
        }
        run(window, "Delete selected Customer Segments");
        window.press("Yes, I’m sure");
        window.see(".messagelist", "Successfully deleted 102 Customer Segments.");
        window.see(".empty-list", "0 Customer Segments");
    });
}

#[test]
fn a_tag_is_asked_for_and_what_may_not_be_done_is_told_with_the_row_that_stops_it() {
    in_every_way(|window| {
        let tick = |name: &str| window.click(&format!("[aria-label='Select “{name}” for an action']"));
        window.be(Who::Root);
        window.go(LIST);
        tick("VIP Customers");
        run(window, "Add tag to selected Customer Segments…");
        window.fill("Tag", " ");
        window.press("Go");
        window.see(".errorlist", "This field is required.");
        window.fill("Tag", "ลูกค้าสำคัญ");
        window.press("Go");
        window.see(".messagelist", "The tag was added to 1 Customer Segment.");
        window.see("#result_list .field-tags", "ลูกค้าสำคัญ");
        window.be(Who::Sales);
        window.go(LIST);
        tick("VIP Customers");
        run(window, "Pause selected Customer Segments");
        window.see("main", "VIP Customers");
        window.go(LIST);
        assert!(!window.texts("#result_list .field-status").contains(&"Paused".to_owned()), "nothing was done");
    });
}

#[test]
fn nothing_is_done_without_rows_and_without_an_action() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(LIST);
        run(window, "Pause selected Customer Segments");
        window.see(".messagelist", "Items must be selected in order to perform actions on them. No items have been changed.");
    });
}

#[test]
fn companies_where_people_work_are_not_deleted_many_at_once() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go("/admin/crm_app/company/");
        window.click("#action-toggle, .action-select");
        run(window, "Delete selected Companies");
        window.see("main", "would require deleting the following protected related objects");
        window.see_no(".button.danger");
        window.press("No, take me back");
        window.see("h1", "Select Company to");
    });
}
