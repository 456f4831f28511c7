//! The site around the pages: its first day, the search over everything, and the frame.

use super::in_every_way;
use crate::support::app::PASSWORD;
use crate::world::Who;

#[test]
fn the_first_user_is_made_by_the_set_up_link_and_by_it_no_other() {
    in_every_way(|window| {
        let link = window.world.setup_link();
        window.go_to(&link);
        window.fill("Username", "two words");
        window.fill("Email address", "nowhere");
        window.fill("Password", "short");
        window.press("Make the first user");
        window.see(".errornote", "Please correct the errors below.");
        assert_eq!((window.value("Username"), window.value("Password")), ("two words".into(), String::new()));
        window.fill("Username", "สมชาย");
        window.fill("Email address", "");
        window.fill("Password", PASSWORD);
        window.fill("Password confirmation", PASSWORD);
        window.press("Make the first user");
        window.see("h1", "Site administration");
        window.see("#user-tools", "สมชาย");
        window.go_to(&link);
        window.see("main", "The site is set up already");
        window.press("Log in");
        window.see("h1", "Site administration");
    });
}

#[test]
fn everything_is_searched_from_the_header() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.fill("Search everything", "hotel");
        window.press("Search everything");
        window.see("h1", "Search");
        assert_eq!(window.value("Search everything"), "hotel");
        let groups = window.texts("main h2");
        assert!(groups.contains(&"Contacts".to_owned()) && groups.contains(&"Companies".to_owned()), "{groups:?}");
        assert!(!groups.contains(&"Users".to_owned()), "what one may not see is not searched: {groups:?}");
        window.leave(|| window.click(".found-company .all-results a"));
        assert_eq!(window.value("Search Companies"), "hotel");
        window.see("#toolbar", "results");
        window.fill("Search everything", "nowhere at all");
        window.press("Search everything");
        window.see(".nothing-found", "Nothing was found. No results in ");
    });
}

#[test]
fn an_unknown_page_leads_back_and_an_object_that_is_gone_says_so() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go("/admin/nowhere/");
        window.see("h1", "Page not found");
        window.press("Back to the start page");
        window.go("/admin/crm_app/contact/{nobody}/change/");
        window.see(".messagelist", "Perhaps it was deleted?");
        window.go("/admin/crm_app/");
        window.press("Contacts");
        window.press("Home");
        window.see("h1", "Site administration");
    });
}
