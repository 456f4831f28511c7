//! Signing in and out, and one's password.

use super::both_ways;
use crate::support::app::PASSWORD;
use crate::window::Window;
use crate::world::Who;

#[test]
fn people_sign_in_where_they_wanted_to_go_and_out_again() {
    both_ways(|window| {
        window.go("/admin/crm_app/company/?q=hotel");
        assert_eq!(window.path(), "/admin/login/?next=%2Fadmin%2Fcrm_app%2Fcompany%2F%3Fq%3Dhotel");
        sign_in(window, "not this one");
        window.see(".errornote", "Please enter the correct username and password");
        assert_eq!((window.value("Username"), window.value("Password")), ("somchai".into(), String::new()));
        sign_in(window, PASSWORD);
        window.see("#user-tools", "somchai");
        assert_eq!(window.path(), "/admin/crm_app/company/?q=hotel");
        window.press("Log out");
        window.see("h1", "Logged out");
        window.see_no("#user-tools");
        window.go("/admin/");
        window.see("button", "Log in");
    });
}

fn sign_in(window: &Window, password: &str) {
    window.fill("Username", "somchai");
    window.fill("Password", password);
    window.press("Log in");
}

#[test]
fn people_change_their_password_and_go_on() {
    both_ways(|window| {
        window.be(Who::Sales);
        window.press("Change password");
        let change = |again: &str| {
            window.fill("Old password", PASSWORD);
            window.fill("New password", "quite another horse");
            window.fill("New password confirmation", again);
            window.press("Change my password");
        };
        change("quite another house");
        window.see(".errorlist", "The two password fields didn’t match.");
        change("quite another horse");
        window.see(".messagelist", "Your password was changed.");
        window.press("Log out");
        window.go("/admin/login/");
        sign_in(window, PASSWORD);
        window.see(".errornote", "correct username and password");
        sign_in(window, "quite another horse");
        window.see("#user-tools", "somchai");
    });
}
