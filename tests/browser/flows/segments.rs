//! Segments: added, mended, listed by hand, edited by two at once, deleted, and their members taken.

use fantoccini::key::Key;

use super::{ADD, LIST, as_json, in_every_way};
use crate::pages::search_contacts;
use crate::world::Who;

const THAI: &str = r#"{"rules": [{"field": "company.country", "operator": "equals", "value": "Thailand"}]}"#;
const WRONG: &str = r#"{"rules": [{"field": "shoe_size", "operator": "equals", "value": 42}]}"#;

#[test]
fn a_dynamic_segment_is_previewed_mended_and_added() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go(ADD);
        window.fill("Name", "ลูกค้าในไทย");
        as_json(window);
        window.fill("Filter criteria", WRONG);
        window.click_on("Preview");
        window.see("#preview .rule-messages", "shoe_size");
        window.press("Save");
        window.see(".errornote", "Please correct the error below.");
        window.see(".errorlist", "shoe_size");
        assert_eq!(window.value("Name"), "ลูกค้าในไทย", "what was typed is kept");
        window.fill("Filter criteria", THAI);
        window.click_on("Preview");
        window.see("#preview .sentence", "Thailand");
        let counted = window.texts("#preview .numbers strong")[0].clone();
        window.click_on("Rule by rule");
        window.see("#preview .funnel caption", "Rule by rule");
        assert_eq!(window.texts("#preview .funnel tfoot .num")[0], counted, "the last number is the count");
        window.press("Save");
        window.see(".messagelist", "The Customer Segment “ลูกค้าในไทย” was added successfully.");
        assert_eq!(window.texts("#result_list .field-member_count")[0], counted, "the count is that of the preview");
    });
}

#[test]
fn people_are_listed_by_searching_and_ticking() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go(ADD);
        window.fill("Name", "By hand");
        window.choose("Segment type", "Static - Manually curated list");
        window.open_section("Static Contacts (Static Segments)");
        search_contacts(window, "ahmad");
        assert!(window.texts("[aria-label='Available contacts'] .who").iter().all(|who| who.contains("Ahmad")));
        window.click("[name=contact_available]");
        window.renew("#contact-picker", || window.click("[name=_contact_add]"));
        window.see("[aria-label='Chosen contacts'] .who", "Ahmad");
        window.press("Save and continue editing");
        window.see(".messagelist", "was added successfully. You may edit it again below.");
        window.see(".selector-block .numbers", "1 listed");
        window.click("[name=contact_chosen]");
        window.renew("#contact-picker", || window.click("[name=_contact_remove]"));
        window.press("Save");
        window.see(".messagelist", "was changed successfully.");
    });
}

#[test]
fn why_somebody_is_in_or_not_is_asked_in_a_click_and_a_field() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go("/admin/crm_app/contact/");
        // Of somebody's own: others are shared.
        let is_own = |email: &String| email.split_once('@').is_some_and(|(name, _)| name.contains('.'));
        let email = window.texts("#result_list .field-email").into_iter().find(is_own).expect("an address");
        window.go(LIST);
        // The click, and the field.
        window.press("High-Value Hotels in Thailand");
        window.fill("Why is someone in or not?", &email);
        window.leave(|| window.key(Key::Enter));
        window.see(".verdict", "in");
        window.see(".why", "old");
        window.see("table.explanation tr.decides", "all of these");
        window.click(".verdict a");
        window.fill("Why in a segment or not?", "VIP");
        window.leave(|| window.key(Key::Enter));
        window.see("table.explanation tbody tr", "VIP Customers");
    });
}

#[test]
fn of_two_people_who_edit_one_segment_the_second_sees_both_versions() {
    in_every_way(|window| {
        let page = "/admin/crm_app/customersegment/{dynamic}/change/";
        window.be(Who::Root);
        window.go(page);
        window.world.colleague_changes(page, "description");
        window.fill("Description", "Mine.");
        window.press("Save");
        window.see("caption", "Both versions");
        window.see(".differs", "Mine.");
        window.see(".differs", "By admin-3.");
        window.press("Go on editing what I typed");
        assert_eq!(window.value("Description"), "Mine.");
        window.fill("Description", "Ours.");
        window.press("Save and continue editing");
        window.see(".messagelist", "was changed successfully. You may edit it again below.");
        assert_eq!(window.value("Description"), "Ours.");
    });
}

#[test]
fn a_segment_is_deleted_after_a_second_thought() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(LIST);
        window.press("Lapsed customers");
        window.press("Delete");
        window.see("main", "Are you sure you want to delete the Customer Segment “Lapsed customers”?");
        window.press("No, take me back");
        window.press("Delete");
        window.press("Yes, I’m sure");
        window.see(".messagelist", "The Customer Segment “Lapsed customers” was deleted successfully.");
        assert!(!window.texts("#result_list").concat().contains("Lapsed customers"));
    });
}

#[test]
fn members_are_marked_as_used_and_exported() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go("/admin/crm_app/customersegment/{static}/members/");
        window.press("Mark as used");
        window.see(".errorlist", "Enter the name of the campaign.");
        window.fill("Campaign", "Loy Krathong");
        window.press("Mark as used");
        window.see("#id_campaign_helptext", "Used 2 times so far.");
        window.press("All uses");
        assert_eq!(window.texts("#result_list tbody th"), ["Loy Krathong", "Monthly newsletter"], "the newest first");
        window.press("Members");
        let rows = window.count("#result_list tbody tr");
        let file = window.download(&format!("Export from all {rows}"));
        assert_eq!(file.lines().count(), rows + 1, "{file}");
    });
}

#[test]
fn members_of_a_company_that_is_searched_for_are_found_and_exported() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go("/admin/crm_app/customersegment/{static}/members/");
        let all = window.count("#result_list tbody tr");
        let company = window.texts("#result_list .field-company a")[0].clone();
        // On a narrow screen the filters are folded.
        let unfold = || drop(window.script("document.querySelector('.filter-box').open = true", &[]));
        unfold();
        window.fill("Search companies", &company);
        if window.count(".filter-search [role=combobox]") == 1 {
            window.see("#changelist-filter [role=option]", &company);
            window.leave(|| window.click("#changelist-filter [role=option]"));
        } else {
            window.leave(|| window.click(".filter-search button"));
            unfold();
            window.see(".filter-search", "1 found; choose above.");
            window.leave(|| window.click("[data-filter-title] li:not(.selected) a"));
        }
        unfold();
        window.see("#changelist-filter .selected", &company);
        let found = window.count("#result_list tbody tr");
        assert!(found < all && window.texts("#result_list .field-company").iter().all(|other| *other == company));
        let file = window.download(&format!("Export from the {found} found"));
        assert_eq!(file.lines().count(), found + 1, "{file}");
        window.press("Clear all filters");
        assert_eq!(window.count("#result_list tbody tr"), all);
    });
}

#[test]
fn a_segment_is_duplicated_and_the_copy_counted_again() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go("/admin/crm_app/customersegment/{dynamic}/change/");
        window.see(".closelink", "Close");
        window.press("Duplicate");
        window.see(
            ".messagelist",
            "This is the copy: “Copy of High-Value Hotels in Thailand”. It is yours; give it the name it should have.",
        );
        assert_eq!(window.value("Name"), "Copy of High-Value Hotels in Thailand");
        window.fill("Name", "Mine");
        window.press("Save and continue editing");
        let counted = window.texts(".field-member_count .num")[0].clone();
        window.press("Count again now");
        window.see(".messagelist", &format!("Counted again: it has {counted} member"));
    });
}
