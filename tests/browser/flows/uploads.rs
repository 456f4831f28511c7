//! Files and pastes that change many rows at once: whom rows mean is chosen, a file changes a list in three ways, contacts are
//! imported; what was not used is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use customer_segments::customers::contact::Contact;
use tempfile::TempDir;

use super::in_every_way;
use super::panes::{largest_employer, listed};
use crate::window::Window;
use crate::world::Who;

const LIST: &str = "/admin/crm_app/customersegment/{static}/";

/// Chooses a file with this content.
fn attach(window: &Window, folder: &TempDir, name: &str, content: &str) {
    let path = folder.path().join(name);
    fs::write(&path, content).expect("a file");
    window.attach("File", &path);
}

/// Sends a file for the list, and looks at what came of it.
fn send(window: &Window, folder: &TempDir, name: &str, emails: &[&str]) {
    window.go(&format!("{LIST}upload/"));
    attach(window, folder, name, &format!("email\n{}\n", emails.join("\n")));
    window.press("Look");
    window.see(".outcomes", &format!("{name}: {} rows", emails.len()));
}

/// Everybody who is not on the list, by their address.
fn others_by_address(window: &Window) -> BTreeMap<String, Vec<Contact>> {
    let listed = listed(window);
    let mut others = BTreeMap::<String, Vec<Contact>>::new();
    for (contact, _) in window.world.people().into_iter().filter(|(contact, _)| !contact.email.is_empty()) {
        others.entry(contact.email.to_lowercase()).or_default().push(contact);
    }
    others.retain(|_, bearers| bearers.iter().all(|contact| !listed.contains(&contact.id)));
    others
}

/// Members-to-be whom their address means alone.
fn addressed(window: &Window) -> Vec<Contact> {
    let alone = others_by_address(window).into_values().filter_map(|bearers| <[Contact; 1]>::try_from(bearers).ok());
    alone.flatten().filter(|contact| contact.is_active && !contact.unsubscribed).collect()
}

#[test]
fn of_rows_that_may_mean_several_those_who_are_chosen_are_listed_and_nobody_else() {
    in_every_way(|window| {
        window.be(Who::Root);
        let (mut people, mut firms) = window.world.listed("{static}");
        let shared: Vec<(String, Vec<Contact>)> = others_by_address(window).into_iter().filter(|(_, bearers)| bearers.len() == 2).collect();
        let [(first, [_, meant]), (second, _)] = [&shared[0], &shared[1]].map(|(email, bearers)| (email, [&bearers[0], &bearers[1]]));
        let company = largest_employer(window);
        window.go(&format!("{LIST}paste/"));
        window.set_value("#id_pasted", &format!("{first}\n{second}\n{} GmbH", company.name.to_uppercase()));
        window.press("Look");
        window.see(".outcomes", "Ambiguous: choose one 2");
        window.see(".outcomes", "Suggestions: tick whom you mean 1");
        window.click(&format!("[type=radio][value='contact:{}']", meant.id));
        window.click(&format!("[type=checkbox][value='company:{}']", company.id));
        window.press("Apply");
        window.see(".messagelist", "1 contact added, 1 company added");
        window.see(".messagelist", "1 row was not used");
        people.insert(meant.id);
        firms.insert(company.id);
        assert_eq!(window.world.listed("{static}"), (people, firms));
    });
}

#[test]
fn a_file_adds_removes_and_is_the_list_exactly_and_what_was_not_used_is_told() {
    let folder = TempDir::with_prefix("segments-file-").expect("a directory");
    in_every_way(|window| {
        window.be(Who::Root);
        let (mut expected, new, nobody) = (listed(window), addressed(window), "nobody@nowhere.example");
        let (ids, email) = ([0, 1, 2, 3].map(|at: usize| new[at].id), |at: usize| &*new[at].email);
        send(window, &folder, "add.csv", &[email(0), email(1), email(2), nobody]);
        window.press("Apply");
        window.see(".messagelist", "3 contacts added");
        expected.extend(&ids[..3]);
        assert_eq!(listed(window), expected);
        window.press("see which, or download them");
        let report = window.download("Download the row that is not used");
        assert_eq!(report.trim_start_matches('\u{feff}'), format!("line,row,reason\r\n5,{nobody},Not found\r\n"));
        send(window, &folder, "remove.csv", &[email(0), email(3)]);
        window.click("[name=mode][value=remove]");
        window.press("Apply");
        window.see(".messagelist", "1 contact removed");
        expected.remove(&ids[0]);
        assert_eq!(listed(window), expected);
        send(window, &folder, "exact.csv", &[email(1), email(3), nobody]);
        window.see(".upload-choice", &format!("add 1, keep 1, take {} off", expected.len() - 1));
        window.click("[name=mode][value=exact]");
        window.press("Apply");
        window.see(".messagelist", &format!("{} contacts removed, 1 contact added", expected.len() - 1));
        assert_eq!(listed(window), BTreeSet::from([ids[1], ids[3]]));
        window.press("Undo");
        window.see(".messagelist", "Undid: ");
        assert_eq!(listed(window), expected);
    });
}

/// What an import says of everybody: name, e-mail, title, company.
fn told(window: &Window) -> BTreeSet<[String; 4]> {
    let people = window.world.people().into_iter();
    people.map(|(contact, company)| [contact.name, contact.email, contact.title, company.name]).collect()
}

#[test]
fn contacts_are_imported_as_the_dry_run_said_and_refused_rows_are_told_with_their_reason() {
    let folder = TempDir::with_prefix("segments-file-").expect("a directory");
    in_every_way(|window| {
        window.be(Who::Sales);
        let mut expected = told(window);
        let before = expected.clone();
        let people = window.world.people();
        let (known, company) = people.iter().find(|(contact, _)| !contact.email.is_empty()).expect("somebody");
        let (here, email) = (&company.name, &known.email);
        let file = format!(
            "Name,E-mail,Hotel,Function\nอนงค์ ใจดี,anong@baan.example,\"{here}\",Owner\n{},{email},\"{here}\",Night Manager\nNobody,n@n.example,Nowhere Inn,\n",
            known.name
        );
        window.go("/admin/crm_app/contact/");
        window.press("Import CSV");
        attach(window, &folder, "people.csv", &file);
        window.press("Upload");
        window.see("h1", "Say what the columns hold");
        window.choose_at("tr:nth-child(3) [name=column]", "company");
        window.choose_at("tr:nth-child(4) [name=column]", "title");
        window.press("Check");
        window.see("h1", "Look, then import");
        for number in ["To add 1", "To update 1", "Refused 1"] {
            window.see(".outcomes", number);
        }
        window.see("#refused", "Nowhere Inn");
        let report = window.download("Download all 1 with line and reason");
        assert!(report.contains("\n4,Hotel,Nowhere Inn,\"There is no company of this name."), "{report}");
        assert!(!report.contains("--"), "nothing that only the command line has: {report}");
        assert_eq!(told(window), before, "nothing is written yet");
        window.press("Import");
        window.see("h1", "Imported");
        expected.remove(&[known.name.clone(), email.clone(), known.title.clone(), here.clone()]);
        expected.insert([known.name.clone(), email.clone(), "Night Manager".into(), here.clone()]);
        expected.insert(["อนงค์ ใจดี".into(), "anong@baan.example".into(), "Owner".into(), here.clone()]);
        assert_eq!(told(window), expected);
        window.press("Contacts");
        window.fill("Search Contacts", "anong@baan.example");
        window.press("Search");
        window.see("#result_list .field-title", "Owner");
    });
}
