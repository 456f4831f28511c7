//! The two panes of the picker: searched, narrowed and paged, until the list is the very people who were meant.

use std::collections::BTreeSet;

use customer_segments::customers::company::Company;
use customer_segments::customers::contact::Contact;
use customer_segments::db::Id;

use super::{VIP, in_every_way};
use crate::pages::{look_for, search_contacts, search_picker};
use crate::window::Window;
use crate::world::Who;

/// The keys of everybody of whom this is so.
fn people(window: &Window, are_meant: impl Fn(&Contact, &Company) -> bool) -> BTreeSet<Id> {
    window.world.people().iter().filter(|(contact, company)| are_meant(contact, company)).map(|(contact, _)| contact.id).collect()
}

/// The contacts on the list.
pub(super) fn listed(window: &Window) -> BTreeSet<Id> {
    window.world.listed("{static}").0
}

/// The company with the most contacts, of those whose name is no part of another's.
pub(super) fn largest_employer(window: &Window) -> Company {
    let companies: Vec<Company> = window.world.people().into_iter().map(|(_, company)| company).collect();
    let staff = |of: &Company| companies.iter().filter(|company| company.id == of.id).count();
    let is_told_apart = |of: &&Company| companies.iter().all(|other| other.id == of.id || !other.name.contains(&of.name));
    companies.iter().filter(is_told_apart).max_by_key(|company| staff(company)).expect("a company").clone()
}

/// Ticks this row of a pane; who that is.
fn tick(window: &Window, pane: &str, row: usize) -> Id {
    let row = format!("#contact-{pane}-pane li:nth-child({row}) input");
    window.click(&row);
    Id::parse(&window.value_at(&row)).expect("a key")
}

/// Presses a button of the pickers that saves nothing.
fn turn(window: &Window, button: &str) {
    window.renew("#contact-picker", || window.click(&format!("[name={button}]")));
}

#[test]
fn all_that_a_narrowed_pane_finds_are_added_or_removed_and_nobody_else() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(VIP);
        let mut expected = listed(window);
        let employer = largest_employer(window);
        let staff = people(window, |_, company| company.name == employer.name);
        let new = staff.difference(&expected).count();
        window.open_section("Narrow available contacts");
        look_for(window, "contact", || window.fill_at("#id_contact_f_country", &employer.country));
        look_for(window, "contact", || window.fill_at("#id_contact_f_company", &format!("\"{}\"", employer.name)));
        window.see("#contact-available-pane .buttons", &format!("Add all {new} and save"));
        window.leave(|| window.click("[name=_contact_add_all]"));
        window.see(".messagelist", &format!("{new} contacts added"));
        expected.extend(&staff);
        assert_eq!(listed(window), expected);
        // Searched and narrowed at once.
        let gone = people(window, |contact, company| company.name == employer.name && contact.contact_type == "Other");
        search_picker(window, "contact", "Search chosen contacts", &format!("\"{}\"", employer.name));
        window.open_section("Narrow chosen contacts");
        look_for(window, "contact", || window.choose_at("#id_contact_cf_type", "Other"));
        window.see("#contact-chosen-pane .buttons", &format!("Remove all {} and save", gone.len()));
        window.leave(|| window.click("[name=_contact_remove_all]"));
        window.see(".messagelist", &format!("{} contacts removed", gone.len()));
        expected.retain(|id| !gone.contains(id));
        assert_eq!(listed(window), expected);
        window.leave(|| window.click("[name=_contact_remove_all]"));
        assert_eq!(listed(window), BTreeSet::new(), "the search is over, so all of them are meant");
    });
}

#[test]
fn rows_that_are_ticked_on_several_pages_of_both_panes_are_moved_and_no_others() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(VIP);
        search_contacts(window, "thailand");
        window.leave(|| window.click("[name=_contact_add_all]"));
        let mut expected = listed(window);
        assert!(expected.len() > 50, "two pages of both: {}", expected.len());
        let mut added = vec![tick(window, "available", 2)];
        turn(window, "_contact_page");
        window.see("#contact-available-pane .pages", "Page 2");
        window.see("#contact-available-pane .not-visible", "1 selected option not visible");
        added.push(tick(window, "available", 3));
        turn(window, "_contact_add");
        window.see("#contact-picker > .numbers", "2 to add when you save");
        turn(window, "_contact_cpage");
        window.see("#contact-chosen-pane .pages", "Page 2");
        let removed = tick(window, "chosen", 1);
        turn(window, "_contact_remove");
        assert_eq!(listed(window), expected, "nothing is saved yet");
        // What is ticked still is moved by saving.
        let last = tick(window, "chosen", 2);
        window.press("Save and continue editing");
        window.see(".messagelist", "contacts removed");
        expected.extend(added);
        expected.retain(|id| ![removed, last].contains(id));
        assert_eq!(listed(window), expected);
    });
}
