//! Lists: searched, filtered, sorted, paged, taken along as a file, and come back to.

use super::{LIST, in_every_way};
use crate::world::Who;

#[test]
fn a_list_is_searched_and_filtered_and_cleared_again() {
    in_every_way(|window| {
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
    in_every_way(|window| {
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
    in_every_way(|window| {
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
fn counts_stand_beside_the_filters_when_they_are_asked_for() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go("/admin/crm_app/contact/?q=hotel");
        let found = window.texts(".paginator span")[0].clone();
        window.see_no(".facet");
        window.press("Show counts");
        // On a telephone the filters are folded away.
        window.script("document.querySelector('.filter-box').open = true", &[]);
        let active = window.texts("[data-filter-title='is_active'] li");
        assert!(found.starts_with(active[0].trim_start_matches("All (").trim_end_matches(')')), "{found}: {active:?}");
        window.press("Hide counts");
        window.see_no(".facet");
        window.see("#toolbar", "(250 total)");
    });
}

#[test]
fn a_list_is_narrowed_to_a_period_and_to_what_is_blank() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go("/admin/crm_app/contract/");
        let all = window.count("#result_list tbody tr");
        window.press("This month");
        let days = window.texts("#result_list tbody .field-end_date");
        assert!(!days.is_empty() && days.len() < all, "{days:?}");
        assert!(days.iter().all(|day| day.starts_with("Nov. ") && day.ends_with("2026")), "{days:?}");
        window.press("This year");
        assert!(window.count("#result_list tbody tr") > days.len());
        window.press("Any date");
        assert_eq!(window.count("#result_list tbody tr"), all);
        window.go("/admin/crm_app/contact/");
        window.press("Empty");
        assert!(window.texts("#result_list tbody .field-email").iter().all(|email| email == "-"));
    });
}

#[test]
fn segments_that_need_attention_are_found() {
    in_every_way(|window| {
        let names = || window.texts("#result_list tbody .field-name");
        window.be(Who::Root);
        window.go(LIST);
        window.press("Needs attention (broken rule)");
        assert_eq!(names(), ["Seasonal greetings"]);
        window.see("#result_list .attention", "");
        window.press("Never counted");
        window.see(".empty-list", "0 Customer Segments");
        window.press("Clear all filters");
        window.press("Archived");
        assert_eq!(names(), ["Café opening offer 2025"], "which the list hides otherwise");
        window.press("Clear all filters");
        window.press("hotels");
        assert_eq!(names().len(), 2, "by tag: {:?}", names());
    });
}

#[test]
fn a_list_leaves_as_a_file_just_as_it_stands() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go("/admin/crm_app/company/");
        window.fill("Search Companies", "thailand");
        window.press("Search");
        window.press("Country");
        window.press("Name");
        let names = window.texts("#result_list tbody .field-name");
        let file = window.download("Export CSV");
        let column = |line: &'_ str| line.split(',').nth(1).expect("a second column").trim_matches('"').to_owned();
        let listed: Vec<String> = file.lines().map(column).collect();
        assert!(names.len() > 1);
        assert_eq!((listed[0].as_str(), &listed[1..]), ("Name", names.as_slice()));
    });
}

#[test]
fn one_comes_back_to_the_list_as_one_left_it() {
    in_every_way(|window| {
        window.world.colleague_adds_company("Chiang Mai Corner");
        window.be(Who::Sales);
        let list = "/admin/crm_app/company/?q=chiang+mai&o=-1";
        let is_there = || window.until(|| window.path() == list, || list.to_owned());
        // The message at the top leads to the object too, but not back to the list.
        let open = |name: &str| {
            let row = window.texts("#result_list tbody th").iter().position(|text| text == name).expect("it is listed") + 1;
            window.leave(|| window.click(&format!("#result_list tbody tr:nth-child({row}) th a")));
        };
        window.go(list);
        open("Chiang Mai Corner");
        window.fill("City", "Chiang Mai");
        window.press("Save");
        is_there();
        open("Chiang Mai Corner");
        window.fill("City", "Chiang Rai");
        window.press("Save and continue editing");
        window.press("History");
        window.press("Chiang Mai Corner");
        window.press("Companies");
        is_there();
        window.press("Add Company");
        window.fill("Name", "Chiang Mai Square");
        window.press("Save and add another");
        window.fill("Name", "Chiang Mai Circle");
        window.press("Save");
        is_there();
        open("Chiang Mai Circle");
        window.press("Delete");
        window.press("Yes, I’m sure");
        is_there();
    });
}
