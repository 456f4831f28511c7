//! Static lists: curated by hand, by two people at once, taken along as a file and brought back, saved from a segment.

use std::fs;

use customer_segments::db::Id;
use fantoccini::key::Key;
use tempfile::TempDir;

use super::{LIST, VIP, at_a_site, in_every_way};
use crate::driver::Scripts;
use crate::hands::Hands;
use crate::pages::{search_contacts, search_picker};
use crate::window::Window;
use crate::world::{Who, World};

/// The page of the list of "VIP Customers".
const NOTES: &str = "/admin/crm_app/customersegment/{static}/list/";

/// What the contacts' picker says of itself.
fn listed(window: &Window) -> String {
    window.texts("#contact-picker > .numbers")[0].clone()
}

/// Presses one of the buttons of the pickers, of which several say the same.
fn press_all(window: &Window, name: &str) {
    window.leave(|| window.click(&format!("[name={name}]")));
}

#[test]
fn all_that_match_are_listed_and_taken_back_by_the_message_and_by_the_history() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(VIP);
        search_contacts(window, "kanya");
        let found = window.count("#contact-available-pane .who");
        assert!(found > 2, "{found} are called so");
        press_all(window, "_contact_add_all");
        window.see(".messagelist", &format!("{found} contacts added: its list now names {} contacts", 23 + found));
        window.press("Undo");
        window.see(".messagelist", &format!("Undid: {found} contacts added. “VIP Customers” has"));
        assert_eq!(listed(window), "23 listed");
        window.click("li:nth-child(1) > label > [name=contact_chosen]");
        window.click("li:nth-child(3) > label > [name=contact_chosen]");
        window.press("Save and continue editing");
        window.see(".messagelist", "2 contacts removed");
        window.press("History");
        // The last is the newest.
        window.leave(|| window.click("#change-history tr:last-child button"));
        window.see(".messagelist", "Undid: 2 contacts removed.");
        window.see(".breadcrumbs", "History");
        window.go(VIP);
        assert_eq!(listed(window), "23 listed");
    });
}

#[test]
fn whoever_is_removed_and_still_in_through_their_company_is_never_included_and_allowed_again() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(VIP);
        let (who, more) = (window.texts("#contact-chosen-pane .who")[0].clone(), window.texts("#contact-chosen-pane .more")[0].clone());
        let company = more.split(" · ").next().expect("their company");
        search_picker(window, "company", "Search available companies", &format!("\"{company}\""));
        window.click("[name=company_available]");
        window.renew("#company-picker", || window.click("[name=_company_add]"));
        window.see("#company-chosen-pane .who", company);
        window.click("[name=contact_chosen]");
        window.press("Save and continue editing");
        window.see(".list-numbers", "22 contacts and 1 company (which stands for");
        window.see(".messagelist", "1 contact that you removed is still in, through their company.");
        window.press("Never include them");
        window.see(".messagelist", "1 contact is never to be included now.");
        window.press("Never included");
        assert_eq!(window.texts("#result_list tbody th a"), [who.as_str()]);
        window.click("[name=ticked]");
        window.press("Allow ticked again");
        window.see(".empty-list", "Nobody is kept out.");
        window.press("In through a company");
        assert!(window.texts("#result_list tbody th a").contains(&who));
    });
}

#[test]
fn whoever_is_never_to_be_included_by_mistake_is_back_by_undo() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(NOTES);
        let before = window.world.listed("{static}");
        let (who, key) = (window.texts("#result_list tbody th a")[0].clone(), window.value_at("[name=ticked]"));
        window.click("[name=ticked]");
        window.press("Never include ticked");
        window.see(".messagelist", "1 contact is never to be included now.");
        let mut without = before.clone();
        assert!(without.0.remove(&Id::parse(&key).expect("a key")));
        assert_eq!(window.world.listed("{static}"), without);
        window.press("Never included");
        assert_eq!(window.texts("#result_list tbody th a"), [who.as_str()]);
        window.go(VIP);
        window.press("History");
        window.leave(|| window.click("#change-history tr:last-child button"));
        window.see(".messagelist", "Undid: 1 contact is never to be included now.");
        assert_eq!(window.world.listed("{static}"), before);
    });
}

/// What a file says of whom it lists, without when and how they came onto the list.
fn rows(file: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|row| row.expect("a row").iter().take(7).map(str::to_owned).collect()).collect()
}

#[test]
fn a_list_with_notes_is_exported_emptied_and_imported_again() {
    let folder = TempDir::with_prefix("segments-list-").expect("a directory");
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(NOTES);
        for (row, note) in [(1, "=1+1"), (2, "00123 ชอบกาแฟ 喝茶")] {
            window.fill_at(&format!("#result_list tbody tr:nth-child({row}) [name^=note_]"), note);
        }
        window.leave(|| window.click("#list-form [name=_notes]"));
        window.see(".messagelist", "Notes of 2 contacts changed.");
        window.press("Segment");
        let file = window.download("Export list");
        assert_eq!((rows(&file).len(), rows(&file).iter().filter(|row| !row[6].is_empty()).count()), (23, 2), "{file}");
        press_all(window, "_contact_remove_all");
        window.see(".messagelist", "23 contacts removed: its list now names 0 contacts");
        let path = folder.path().join("VIP Customers (list).csv");
        fs::write(&path, &file).expect("a file");
        window.press("Import CSV");
        window.attach("File", &path);
        window.press("Look");
        window.see(".outcomes", "23 rows");
        window.click("[name=mode][value=exact]");
        window.press("Apply");
        window.see(".messagelist", "23 contacts added");
        window.see(".selector-chosen .note-text", "“=1+1”");
        window.see(".selector-chosen .note-text", "“00123 ชอบกาแฟ 喝茶”");
        assert_eq!(rows(&window.download("Export list")), rows(&file));
    });
}

#[test]
fn what_two_people_do_to_a_list_at_once_is_all_there() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(VIP);
        search_contacts(window, "kanya");
        let mine = window.texts("#contact-available-pane .who")[0].clone();
        window.click("[name=contact_available]");
        window.renew("#contact-picker", || window.click("[name=_contact_add]"));
        window.click("li:nth-child(3) > label > [name=contact_chosen]");
        let off = window.texts("#contact-chosen-pane li:nth-child(3) .who")[0].clone();
        // Neither sees the other's change before both have saved.
        let [theirs, taken] = window.world.colleague_curates(VIP, "khamla");
        window.press("Save and continue editing");
        window.see(".messagelist", "1 contact added, 1 contact removed: its list now names 23 contacts");
        let names = || window.texts("#contact-chosen-pane .who");
        assert!([&mine, &theirs].into_iter().all(|name| names().contains(name)), "{mine}, {theirs}: {:?}", names());
        assert!([&off, &taken].into_iter().all(|name| !names().contains(name)), "{off}, {taken}: {:?}", names());
        // Now the form is another one as well: whom I have chosen outlives the page that shows both versions.
        search_contacts(window, "kanya");
        let next = window.texts("#contact-available-pane .who")[0].clone();
        window.click("[name=contact_available]");
        window.renew("#contact-picker", || window.click("[name=_contact_add]"));
        window.fill("Name", "Mine");
        window.world.colleague_changes(VIP, "name");
        window.press("Save");
        window.see("caption", "Both versions");
        window.see(".differs", "Contacts to add");
        window.see(".differs", &next);
        window.press("Go on editing what I typed");
        window.see(".selector-chosen .who", &format!("{next} new"));
        window.press("Save and continue editing");
        window.see(".messagelist", "1 contact added: its list now names 24 contacts");
        assert!(names().contains(&next) && window.value("Name") == "Mine");
    });
}

#[test]
fn members_are_saved_as_a_list_whose_drift_is_seen_and_which_is_combined_with_another() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go("/admin/crm_app/customersegment/{dynamic}/change/");
        window.press("Save members as a static list");
        window.see(".messagelist", "This is the list: “Members of High-Value Hotels in Thailand”.");
        let whole = listed(window);
        let others = serde_json::json!({"rules": [{"field": "company.country", "operator": "equals", "value": "Vietnam"}]});
        window.world.set_criteria("{dynamic}", &others);
        window.press("List");
        window.see("main", "Saved from “High-Value Hotels in Thailand”");
        window.see(".list-drift", "of its members are not in this list, and 60 of those saved from it have left it.");
        window.leave(|| window.click(".list-parts [href*='show=joined']"));
        let joined = window.count("#result_list tbody tr");
        window.click("[name=ticked]");
        window.press("Add ticked");
        window.see(".messagelist", "1 contact added.");
        assert_eq!(window.count("#result_list tbody tr"), joined - 1);
        window.leave(|| window.click(".list-parts [href*='show=left']"));
        assert_eq!(whole, format!("{} listed", window.count("#result_list tbody tr")));
        window.press("Remove all of them");
        window.see(".empty-list", "Whoever came from the source is still in it");
        window.go(LIST);
        for name in ["Members of High-Value Hotels in Thailand", "VIP Customers"] {
            window.click(&format!("[aria-label='Select “{name}” for an action']"));
        }
        window.choose("Action", "Combine selected Customer Segments…");
        window.press("Go");
        window.see(".combine-way", "In any of them · 19 members");
        window.click("[name=way][value='1']");
        window.fill("Name", "รวมกัน");
        window.click("[name=as][value=list]");
        window.press("Save");
        window.see(".messagelist", "This is the combination: “รวมกัน”. It has 19 members.");
        assert_eq!(listed(window), "19 listed");
    });
}

#[test]
fn a_double_click_and_enter_move_a_row_and_the_focus_stays_in_its_place() {
    at_a_site(Scripts::On, |window| {
        for hands in [Hands::Mouse, Hands::Keyboard] {
            window.move_to(World::new());
            window.hands.set(hands);
            window.be(Who::Root);
            window.go(VIP);
            let names = || window.texts("#contact-available-pane .who");
            // Ticked rows that a search does not show stay ticked.
            for row in 1..=3 {
                window.click(&format!("#contact-available-pane li:nth-child({row}) input"));
            }
            search_contacts(window, "kanya");
            window.see("#contact-available-pane .not-visible", "3 selected options not visible");
            let before = names();
            let second = "#contact-available-pane li:nth-child(2) input";
            window.renew("#contact-picker", || match hands {
                Hands::Mouse => window.double_click(second),
                Hands::Keyboard => {
                    window.reach_at(second);
                    window.key(Key::Enter);
                }
            });
            assert_eq!(names(), [&before[..1], &before[2..]].concat(), "the second row has moved, and no other");
            window.see("#contact-chosen-pane .who", &format!("{} new", before[1]));
            let focused = "return document.activeElement.closest('li')?.querySelector('.who').textContent";
            assert_eq!(window.script(focused, &[]), before[2].as_str(), "the focus is where it was, on the next row");
            window.see("#contact-available-pane .not-visible", "3 selected options not visible");
            window.press("Save and continue editing");
            window.see(".messagelist", "4 contacts added: its list now names 27 contacts");
        }
    });
}
