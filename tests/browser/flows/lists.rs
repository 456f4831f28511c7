//! Lists: searched, filtered, sorted, paged, and acted upon.

use super::{LIST, both_ways};
use crate::world::Who;

#[test]
fn a_list_is_searched_and_filtered_and_cleared_again() {
    both_ways(|window| {
        window.be(Who::Root);
        window.go(LIST);
        let all = window.count("#result_list tbody tr");
        window.fill("Search Customer Segments", "hotels");
        window.press("Search");
        window.see("#toolbar", "2 results (11 total)");
        window.press("Dynamic");
        assert_eq!(window.count("#result_list tbody tr"), 2, "the search goes on beside the filter");
        window.press("Paused");
        window.see(".empty-list", "0 Customer Segments");
        window.press("Clear all filters");
        window.see("#toolbar", "2 results");
        window.press("11 total");
        assert_eq!(window.count("#result_list tbody tr"), all);
    });
}

#[test]
fn a_list_is_sorted_by_several_columns_and_by_fewer_again() {
    both_ways(|window| {
        window.be(Who::Root);
        window.go(LIST);
        window.press("Segment type");
        window.press("Name");
        let priorities = || window.texts(".sortpriority");
        assert_eq!(priorities().len(), 2, "{:?}", priorities());
        let first = window.texts("#result_list .field-name")[0].clone();
        window.press("Toggle sorting of Name");
        assert_ne!(window.texts("#result_list .field-name")[0], first, "the other way round");
        window.press("Remove Name from sorting");
        window.press("Remove Segment type from sorting");
        assert_eq!(priorities(), Vec::<String>::new());
        assert_eq!(window.count(".sorted"), 1, "the order that the list has by itself");
    });
}

#[test]
fn a_long_list_is_paged_and_a_shorter_one_shown_whole() {
    both_ways(|window| {
        window.be(Who::Root);
        window.go("/admin/crm_app/contact/");
        assert_eq!(window.count("#result_list tbody tr"), 100);
        window.press("3");
        assert_eq!(window.count("#result_list tbody tr"), 50);
        window.see_no(".showall");
        window.world.add_copies("{dynamic}", 101);
        window.go(LIST);
        assert_eq!(window.count("#result_list tbody tr"), 100);
        window.press("Show all");
        assert_eq!(window.count("#result_list tbody tr"), 112);
    });
}

#[test]
fn an_action_runs_on_ticked_rows_and_asks_before_it_destroys() {
    both_ways(|window| {
        window.be(Who::Root);
        window.go(LIST);
        let tick = |name: &str| window.click(&format!("[aria-label='Select “{name}” for an action']"));
        let go = |action: &str| {
            window.choose("Action", action);
            window.press("Go");
        };
        tick("VIP Customers");
        tick("Regional chains");
        go("Archive selected Customer Segments");
        window.see(".messagelist", "2 Customer Segments archived.");
        tick("Lapsed customers");
        go("Delete selected Customer Segments");
        window.see("#deleted-objects", "Lapsed customers");
        window.press("Yes, I’m sure");
        window.see(".messagelist", "Successfully deleted 1 Customer Segment.");
    });
}

#[test]
fn an_action_runs_on_the_rows_of_all_pages() {
    both_ways(|window| {
        window.world.add_copies("{dynamic}", 101);
        window.be(Who::Root);
        window.go(LIST);
        if window.count("#action-toggle") == 1 {
            window.click("#action-toggle");
            window.see(".action-counter", "100 of 100 selected");
            window.click_on("Select all 112 Customer Segments");
            window.see(".all", "All 112 selected");
        } else {
            window.click("[name=select_across]");
        }
        window.choose("Action", "Pause selected Customer Segments");
        window.press("Go");
        window.see(".messagelist", "111 Customer Segments paused.");
    });
}
