//! Signing in and out, one's password and one's sessions, and what was typed when they end.

use chrono::TimeDelta;

use super::{ADD, as_json, in_every_way};
use crate::support::app::PASSWORD;
use crate::window::Window;
use crate::world::Who;

#[test]
fn people_sign_in_where_they_wanted_to_go_and_out_again() {
    in_every_way(|window| {
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
    in_every_way(|window| {
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

#[test]
fn whoever_guesses_waits_and_is_told_how_long() {
    in_every_way(|window| {
        window.go("/admin/login/");
        for _ in 0..5 {
            sign_in(window, "not this one");
            window.see(".errornote", "correct username and password");
        }
        sign_in(window, PASSWORD);
        window.see(".errornote", "There were too many failed attempts to log in.");
        assert_eq!(window.value("Username"), "somchai");
        let test = &window.world.app.test;
        test.set_now(test.clock.now() + TimeDelta::seconds(1));
        sign_in(window, PASSWORD);
        window.see("#user-tools", "somchai");
    });
}

#[test]
fn one_signs_ones_other_browsers_out() {
    in_every_way(|window| {
        let others = ["one", "two", "three"].map(|_| window.world.app.sign_in("somchai"));
        let signed_in = || others.iter().filter(|other| other.get("/admin/").status == 200).count();
        window.be(Who::Sales);
        window.press("Your account");
        assert_eq!(window.count(".sessions tbody tr"), 4);
        window.see(".sessions tbody tr:first-child", "this one");
        window.leave(|| window.click("button[name=end]"));
        window.see(".messagelist", "That browser is signed out.");
        assert_eq!((window.count(".sessions tbody tr"), signed_in()), (3, 2));
        window.press("End all others");
        window.see(".messagelist", "You are signed out of 2 other sessions.");
        assert_eq!((window.count(".sessions tbody tr"), signed_in()), (1, 0));
    });
}

#[test]
fn what_is_sent_after_the_session_ended_is_given_back_and_saved_in_the_end() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.go(ADD);
        window.fill("Name", "โรงแรม <b>");
        window.fill("Description", "Typed long ago.");
        as_json(window);
        window.set_value("#id_filter_criteria", r#"{"rules": [{"field": "company.industry", "operator": "equals", "value": "Hotels"}]}"#);
        window.world.end_sessions();
        window.press("Save");
        window.see(".errornote", "What you sent was not saved");
        sign_in(window, "not this one");
        window.see(".errornote", "correct username and password");
        sign_in(window, PASSWORD);
        window.see("h1", "Your changes were not saved yet");
        window.see("#unsent-form", "Typed long ago.");
        window.press("Go on editing");
        assert_eq!((window.value("Name"), window.value("Description")), ("โรงแรม <b>".into(), "Typed long ago.".into()));
        window.fill("Description", "Typed today.");
        window.press("Save");
        window.see(".messagelist", "The Customer Segment “โรงแรม <b>” was added successfully.");
    });
}
