//! What was: the history of objects, earlier versions compared and restored, and what one did oneself.

use super::{as_json, in_every_way};
use crate::world::Who;

const PAGE: &str = "/admin/crm_app/customersegment/{dynamic}/change/";
const CAFES: &str = r#"{"entity": "company", "rules": [{"field": "industry", "operator": "equals", "value": "Cafes"}]}"#;

#[test]
fn an_earlier_version_is_compared_and_restored() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(PAGE);
        as_json(window);
        let before = ["Description", "Filter criteria"].map(|field| window.value(field));
        window.fill("Description", "Another matter.");
        window.set_value("#id_filter_criteria", CAFES);
        window.press("Save and continue editing");
        window.press("History");
        window.see("#change-history", "Changed Description and Filter criteria.");
        window.see(".sentences", "Cafes");
        window.leave(|| window.click("a.compare"));
        window.see("h1", "Version of");
        assert_eq!(window.texts("tr.differs th"), ["Description differs", "Filter criteria differs"]);
        window.see("tr.differs", "Another matter.");
        window.press("Restore this version");
        window.see(".messagelist", "The Customer Segment “High-Value Hotels in Thailand” was restored to its version of");
        as_json(window);
        assert_eq!(["Description", "Filter criteria"].map(|field| window.value(field)), before);
        window.press("History");
        window.see("#change-history", "Restored the version of");
        window.leave(|| window.click("a.compare"));
        window.see(".note", "how it stands now");
        window.see_no("#restore-form");
        window.press("Back to the history");
        window.see("h1", "Change history");
    });
}

#[test]
fn a_version_is_not_restored_over_what_somebody_saved_meanwhile() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(PAGE);
        window.fill("Description", "Another matter.");
        window.press("Save and continue editing");
        window.press("History");
        window.leave(|| window.click("a.compare"));
        window.world.colleague_changes(PAGE, "description");
        window.press("Restore this version");
        window.see("main", "By admin-3.");
        window.go(PAGE);
        assert_eq!(window.value("Description"), "By admin-3.");
    });
}

#[test]
fn what_one_did_is_listed_on_the_first_page() {
    in_every_way(|window| {
        window.be(Who::Sales);
        window.see(".actionlist, #recent-actions-module", "None available");
        window.go("/admin/crm_app/contact/{contact}/change/");
        let name = window.value("Name");
        window.fill("Notes", "Called back.");
        window.press("Save");
        window.go("/admin/");
        window.see(".actionlist", &name);
        window.press(&name);
        assert_eq!(window.value("Notes"), "Called back.");
    });
}
