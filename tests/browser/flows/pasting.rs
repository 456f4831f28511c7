//! Pasting into a static list: 200 lines of all kinds, from the list of segments, in six clicks and fields at most.

use customer_segments::db::schema::{crm_app_company as company, crm_app_contact as contact};
use diesel::prelude::*;

use super::{LIST, in_every_way};
use crate::window::Window;
use crate::world::Who;

/// Lines of all kinds about people who are there, and one about nobody.
fn lines(window: &Window) -> String {
    let read = |connection: &mut _| {
        let rows = contact::table.inner_join(company::table).order(contact::id).limit(199);
        Ok(rows
            .select((contact::name, contact::email, contact::phone, company::name))
            .load::<(String, String, String, String)>(connection)?)
    };
    let people = window.world.app.test.db.read_blocking(read).expect("people");
    let line = |(at, (name, email, phone, company)): (usize, &(String, String, String, String))| match at % 4 {
        0 if !email.is_empty() => email.to_uppercase(),
        1 if !email.is_empty() => format!("{name} <{email}>"),
        2 if !phone.is_empty() => phone.replace(' ', "-"),
        _ => format!("{name}, {company}"),
    };
    let known: Vec<String> = people.iter().enumerate().map(line).collect();
    format!("{}\nnobody@nowhere.example", known.join("\n"))
}

#[test]
fn two_hundred_mixed_lines_are_pasted_into_a_list_in_six_clicks_and_fields() {
    in_every_way(|window| {
        window.be(Who::Root);
        window.go(LIST);
        let lines = lines(window);
        window.press("VIP Customers");
        window.press("Paste");
        window.set_value("#id_pasted", &lines);
        window.press("Look");
        window.see(".outcomes", "200 rows");
        window.see(".outcomes", "Not found");
        window.press("Apply");
        window.see(".messagelist", "contacts added");
        // One that nobody has, and seven addresses that two people share.
        window.see(".messagelist", "8 rows were not used");
    });
}
