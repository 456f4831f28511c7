//! Users, as Admins manage them: added, given a password, signed out, handed over, deactivated, deleted.

use super::in_every_way;
use crate::support::app::PASSWORD;
use crate::window::Window;
use crate::world::Who;

const USERS: &str = "/admin/crm_app/user/";
const SOMCHAI: &str = "/admin/crm_app/user/{user}/change/";

#[test]
fn a_user_is_added_with_a_role_and_flags_and_changed() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(USERS);
        window.press("Add User");
        window.fill("Username", "ต้น");
        window.fill("First name", "Ton");
        window.fill("Password", "quite another horse");
        window.fill("Password confirmation", "quite another house");
        window.choose("Role", "Finance");
        window.press("Save");
        window.see(".errorlist", "The two password fields didn’t match.");
        assert_eq!(
            ["Username", "First name", "Password", "Role"].map(|field| window.value(field)),
            ["ต้น", "Ton", "", "Finance"],
            "what was typed is kept, but for the password"
        );
        window.fill("Password", PASSWORD);
        window.fill("Password confirmation", PASSWORD);
        window.press("Save and continue editing");
        window.see(".messagelist", "The User “ต้น” was added successfully. You may edit it again below.");
        window.fill("Department", "Accounts");
        window.tick("Superuser status");
        window.press("Save");
        window.see(".messagelist", "The User “ต้น” was changed successfully.");
        window.fill("Search Users", "ton");
        window.press("Search");
        let row = [".field-role", ".field-is_staff", ".field-is_superuser"].map(|field| window.texts(&format!("tbody {field}")));
        assert_eq!(row.concat(), ["Finance", "Yes", "Yes"]);
        window.press("ต้น");
        window.press("History");
        window.see("#change-history", "Changed Department and Superuser status: no → yes.");
    });
}

#[test]
fn a_password_is_set_for_somebody_and_their_sessions_are_ended() {
    in_every_way(|window| {
        let elsewhere = window.world.app.sign_in("somchai");
        window.be(Who::Root);
        window.go(SOMCHAI);
        window.press("Sessions");
        assert_eq!(window.count(".sessions tbody tr"), 1);
        window.press("End all of them");
        window.see(".messagelist", "“somchai” is signed out: 1 session ended.");
        assert_eq!(elsewhere.get("/admin/").status, 302, "they have to sign in again");
        let elsewhere = window.world.app.sign_in("somchai");
        window.go(SOMCHAI);
        window.press("Reset password");
        let set = |again: &str| {
            window.fill("Password", "quite another horse");
            window.fill("Password (again)", again);
            window.press("Change password");
        };
        set("quite another house");
        window.see(".errorlist", "The two password fields didn’t match.");
        set("quite another horse");
        window.see(".messagelist", "The password of “somchai” was changed, and they are signed out everywhere.");
        assert_eq!(elsewhere.get("/admin/").status, 302);
        sign_in(window, "somchai", PASSWORD);
        window.see(".errornote", "correct username and password");
        sign_in(window, "somchai", "quite another horse");
        window.see("#user-tools", "somchai");
    });
}

/// Signs in as somebody else, through the page.
fn sign_in(window: &Window, username: &str, password: &str) {
    window.be(Who::Nobody);
    window.go("/admin/login/");
    window.fill("Username", username);
    window.fill("Password", password);
    window.press("Log in");
}

#[test]
fn what_somebody_owns_is_handed_over_before_they_are_deleted() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go("/admin/crm_app/customersegment/{static}/change/");
        window.press("Hand over");
        window.press("Hand over");
        window.see(".errorlist", "This field is required.");
        window.choose("New owner", "somchai (Sales)");
        window.press("Hand over");
        window.see(".messagelist", "The Customer Segment “VIP Customers” was handed over to somchai (Sales).");
        window.go(SOMCHAI);
        window.press("Delete");
        window.see("h1", "Cannot delete User");
        window.see("main", "VIP Customers");
        window.press("Hand over");
        window.choose("New owner", "fon (Finance)");
        window.press("Hand over");
        window.see(".messagelist", "1 segment of “somchai” handed over.");
        window.press("Delete");
        window.press("Yes, I’m sure");
        window.see(".messagelist", "The User “somchai” was deleted successfully.");
        window.go("/admin/crm_app/customersegment/?q=vip");
        assert_eq!(window.texts("#result_list .field-created_by"), ["fon (Finance)"]);
    });
}

#[test]
fn somebody_is_deactivated_from_the_list_and_can_come_back() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(USERS);
        window.click("[aria-label='Select “fon” for an action']");
        window.choose("Action", "Deactivate selected Users");
        window.press("Go");
        window.see(".messagelist", "1 User deactivated and signed out.");
        window.press("fon");
        window.see(".note", "This user is deactivated");
        sign_in(window, "fon", PASSWORD);
        window.see(".errornote", "correct username and password");
        window.be(Who::Root);
        window.go(&format!("{USERS}?is_active__exact=0"));
        window.press("fon");
        window.tick("Active");
        window.press("Save");
        window.see(".empty-list", "0 Users");
        sign_in(window, "fon", PASSWORD);
        window.see("#user-tools", "fon");
    });
}
