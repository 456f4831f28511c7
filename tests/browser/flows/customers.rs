//! Companies, contacts and contracts on our own database: added, changed, edited by two at once, deleted.

use super::in_every_way;
use crate::window::Window;
use crate::world::Who;

const COMPANIES: &str = "/admin/crm_app/company/";
const CONTACTS: &str = "/admin/crm_app/contact/";
const CONTRACTS: &str = "/admin/crm_app/contract/";

/// Looks for a company by a part of its name and takes the first that is found.
fn choose_company(window: &Window, part: &str, name: &str) {
    if window.count("[role=combobox]") == 1 {
        window.fill("Company", part);
        window.see("[role=option]", name);
        window.click("[role=option]");
        window.see_no("[role=option]");
        assert_eq!(window.value("Company"), name);
    } else {
        window.fill("Search Companies", part);
        window.press("Search Companies");
        window.see(".related [role=status]", "1 found; choose one above.");
        window.choose("Company", name);
    }
}

#[test]
fn a_company_is_added_changed_and_deleted_but_not_while_people_work_there() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go(COMPANIES);
        window.press("Add Company");
        window.choose("Industry", "Hotels & Resorts");
        window.fill("Website", "not a site");
        window.press("Save");
        window.see(".errornote", "Please correct the errors below.");
        window.see(".field-name .errorlist", "This field is required.");
        assert_eq!((window.value("Industry"), window.value("Website")), ("Hotels".into(), "not a site".into()));
        window.fill("Name", "บ้านริมน้ำ");
        window.fill("Website", "baan-rim-nam.example");
        window.press("Save and add another");
        window.see(".messagelist", "The Company “บ้านริมน้ำ” was added successfully. You may add another Company below.");
        window.fill("Name", " บ้านริมน้ำ");
        window.press("Save");
        window.see(".field-name .errorlist", "Company with this Name already exists.");
        window.press("Companies");
        window.fill("Search Companies", "ริมน้ำ");
        window.press("Search");
        window.press("บ้านริมน้ำ");
        assert_eq!(window.value("Website"), "https://baan-rim-nam.example");
        window.fill("City", "Chiang Mai");
        window.press("Save and continue editing");
        window.see(".messagelist", "The Company “บ้านริมน้ำ” was changed successfully. You may edit it again below.");
        window.press("Delete");
        window.press("Yes, I’m sure");
        window.see(".messagelist", "The Company “บ้านริมน้ำ” was deleted successfully.");
        window.go("/admin/crm_app/company/{company}/delete/");
        window.see("h1", "Cannot delete Company");
        window.see(".protected", "Contact:");
        window.see_no(".button.danger");
    });
}

#[test]
fn a_contact_is_added_to_a_company_that_is_searched_for() {
    in_every_way(|window| {
        window.world.colleague_adds_company("Baan Rim Nam");
        window.be(Who::Sales);
        window.go(CONTACTS);
        window.press("Add Contact");
        window.fill("Name", "อนงค์ ใจดี");
        window.fill("E-mail", "nobody");
        window.tick("Receives renewal e-mails");
        choose_company(window, "rim nam", "Baan Rim Nam");
        window.press("Save");
        window.see(".errorlist", "Enter a valid email address.");
        assert_eq!(window.value("Name"), "อนงค์ ใจดี");
        window.fill("E-mail", "anong@example.com");
        window.press("Save and continue editing");
        window.see(".messagelist", "The Contact “อนงค์ ใจดี” was added successfully. You may edit it again below.");
        window.see(".related-link", "View Baan Rim Nam");
        assert!(!window.is_ticked("Receives renewal e-mails"), "what was unticked before the search stays so");
        window.fill("Title", "Owner");
        window.press("Save");
        window.see("#result_list .field-company", "A");
        window.go(&format!("{CONTACTS}?q=อนงค์"));
        assert_eq!(
            [".field-company", ".field-title", ".field-email"].map(|field| window.texts(&format!("tbody {field}"))).concat(),
            ["Baan Rim Nam", "Owner", "anong@example.com"]
        );
        window.press("อนงค์ ใจดี");
        window.press("Delete");
        window.press("Yes, I’m sure");
        window.see(".messagelist", "The Contact “อนงค์ ใจดี” was deleted successfully.");
        assert!(window.path().contains("?q="), "back to the list with its search: {}", window.path());
    });
}

#[test]
fn a_contract_is_added_with_dates_and_money_and_deleted() {
    in_every_way(|window| {
        window.world.colleague_adds_company("Baan Rim Nam");
        window.be(Who::Sales);
        window.go(CONTRACTS);
        window.press("Add Contract");
        window.fill("Contract number", "ก-1/2569");
        choose_company(window, "rim nam", "Baan Rim Nam");
        window.fill("Value", "1234.5");
        window.choose("Currency", "THB");
        window.set_value("#id_start_date", "2026-12-01");
        window.set_value("#id_end_date", "2026-11-01");
        window.press("Save");
        window.see(".field-end_date .errorlist", "The end date is before the start date.");
        assert_eq!((window.value("Start date"), chosen_company(window)), ("2026-12-01".into(), "Baan Rim Nam".into()));
        window.set_value("#id_end_date", "2027-11-30");
        window.press("Save");
        window.see(".messagelist", "The Contract “ก-1/2569” was added successfully.");
        window.go(&format!("{CONTRACTS}?q=ก-1"));
        window.see("#result_list .field-value", "1,234.50");
        window.click("#action-toggle, .action-select");
        window.choose("Action", "Delete selected Contracts");
        window.press("Go");
        window.see("#deleted-objects", "ก-1/2569");
        window.press("Yes, I’m sure");
        window.see(".messagelist", "Successfully deleted 1 Contract.");
    });
}

/// The company that the form would send.
fn chosen_company(window: &Window) -> String {
    let script = "return document.querySelector('[name=company]').selectedOptions[0].textContent";
    window.script(script, &[]).as_str().expect("a company").to_owned()
}

#[test]
fn of_two_people_who_edit_one_contact_nobody_loses_anything() {
    in_every_way(|window| {
        let page = "/admin/crm_app/contact/{contact}/change/";
        let both_edit = || {
            window.go(page);
            window.world.colleague_changes(page, "title");
            window.fill("Department", "Mine.");
            window.press("Save");
            window.see("caption", "Both versions");
            window.see(".errornote", "Nothing of yours was saved yet.");
            assert_eq!(window.texts(".differs th"), ["Department changed by you"]);
            window.see("tr:not(.differs) .mark", "changed since you began");
        };
        window.be(Who::Sales);
        both_edit();
        window.press("Go on editing what I typed");
        assert_eq!(window.value("Department"), "Mine.");
        assert!(window.value("Title").starts_with("By "), "what was not touched is as the colleague saved it");
        window.see(".saved-now", "Saved now:");
        window.fill("Title", "Ours.");
        window.press("Save and continue editing");
        assert_eq!((window.value("Title"), window.value("Department")), ("Ours.".into(), "Mine.".into()));
        window.fill("Department", "Before.");
        window.press("Save and continue editing");
        both_edit();
        window.press("Discard what I typed");
        assert_eq!(window.value("Department"), "Before.");
        assert!(window.value("Title").starts_with("By admin-"), "{}", window.value("Title"));
        both_edit();
        window.press("Save what I typed over it");
        window.see(".messagelist", "was changed successfully.");
        window.go(page);
        assert_eq!(window.value("Department"), "Mine.");
    });
}

#[test]
fn a_form_that_is_sent_by_a_double_click_makes_one_object() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go(&format!("{COMPANIES}add/"));
        window.fill("Name", "Twice Hotel");
        window.double_press("Save");
        window.see(".messagelist", "The Company “Twice Hotel” was added successfully.");
        window.go(&format!("{COMPANIES}?q=twice"));
        window.see("#toolbar", "1 result ");
        window.press("Twice Hotel");
        window.fill("City", "Bangkok");
        window.double_press("Save and continue editing");
        window.see(".messagelist", "The Company “Twice Hotel” was changed successfully.");
        window.press("History");
        assert_eq!(window.count("#change-history tbody tr"), 2, "added once, changed once");
    });
}
