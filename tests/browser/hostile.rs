//! Whatever somebody once stored: in every text of the database stands what would be a script, if any page let it be one.
//!
//! Nothing of it may run (no dialog, no sentinel), nor become an element, nor even be stopped by the
//! Content-Security-Policy only: that is the second wall, and it must have nothing to do.

use serde_json::{Value, json};

use crate::driver::Scripts;
use crate::every_page::{complaints, lines};
use crate::pages::{PAGES, Page};
use crate::window::Window;
use crate::world::{Who, World};

/// Ways out of text, attributes, scripts, addresses and templates.
const PAYLOADS: [&str; 30] = [
    "<script>window.__xss=1</script>",
    "\"><script>window.__xss=1</script>",
    "'><script>window.__xss=1</script>",
    "</title><script>window.__xss=1</script>",
    "</textarea><script>window.__xss=1</script>",
    "</script><script>window.__xss=1</script>",
    "</style><script>window.__xss=1</script>",
    "</option></select><img src=x onerror=window.__xss=1>",
    "<img src=x onerror=window.__xss=1>",
    "<img src=x:alert(1) onerror=eval(src)>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus=window.__xss=1 autofocus x='",
    "\" onfocus=window.__xss=1 autofocus x=\"",
    "\" onmouseover=\"window.__xss=1",
    "` onmouseover=window.__xss=1 ",
    "<svg onload=window.__xss=1>",
    "<svg><script>window.__xss=1</script></svg>",
    "<svg><animate onbegin=window.__xss=1 attributeName=x dur=1s>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.__xss=1>",
    "<details open ontoggle=window.__xss=1>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    "<iframe src=javascript:parent.__xss=1></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:window.__xss=1'>",
    "<a href=javascript:window.__xss=1>here</a>",
    "javascript:window.__xss=1",
    "data:text/html,<script>window.__xss=1</script>",
    "{{constructor.constructor('window.__xss=1')()}}${window.__xss=1}<%= 1 %>",
    "&lt;script&gt;window.__xss=1&lt;/script&gt;\u{2028}<\u{0}script>window.__xss=1</script>",
];

/// What the program itself reads and cannot do without.
const KEPT: &[&str] = &["username", "password", "role", "key_hash", "state", "holder", "action", "model", "object_id"];

/// The text columns that `schema.rs` declares, by table.
fn text_columns() -> Vec<(&'static str, &'static str)> {
    let (mut table, mut found) = ("", Vec::new());
    for line in include_str!("../../src/db/schema.rs").lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            table = name;
        } else if let Some((column, "Text" | "Nullable<Text>")) = line.trim_end_matches(',').split_once(" -> ")
            && !KEPT.contains(&column)
            && table != "segments_lease"
        {
            found.push((table, column));
        }
    }
    found
}

/// Puts a payload into every text of every row: another in each row, and in each column.
fn poison(world: &World) {
    let columns = text_columns();
    assert!(columns.len() > 40, "{columns:?}");
    let cases: String = (0..).zip(PAYLOADS).fold(String::new(), |cases, (number, payload)| {
        // SQLite ends a text at a NUL.
        let payload = payload.replace('\0', "").replace('\'', "''");
        cases + &format!(" WHEN {number} THEN '{payload}'")
    });
    for (shift, (table, column)) in columns.into_iter().enumerate() {
        // Some texts may only be short: the CRM may have thought otherwise.
        world.run(&format!(
            "PRAGMA ignore_check_constraints = ON; UPDATE {table} SET {column} = CASE (rowid + {shift}) % {} {cases} END || ' ' || rowid",
            PAYLOADS.len()
        ));
    }
    // Rules too: one that is understood, and whatever else stands there.
    let rules: Vec<Value> =
        PAYLOADS.iter().map(|payload| json!({ "field": "title", "operator": "not_equals", "value": payload })).collect();
    let broken: Vec<Value> = PAYLOADS.iter().map(|payload| json!({ "field": payload, "operator": payload, "value": payload })).collect();
    for (name, rules) in [("{dynamic}", rules), ("{broken}", broken)] {
        world.set_criteria(name, &json!({ "rules": rules }));
    }
}

/// Elements and attributes that no page of ours has, and what the payloads would have done.
const HARM: &str = "const strange = 'script:not([src]), iframe, object, svg, math, base, meta[http-equiv], img, [onerror], [onload], [onfocus], \
    [ontoggle], [onmouseover], [onbegin], a[href^=\"javascript:\" i], a[href^=\"data:\" i]'; \
    return [...document.querySelectorAll(strange)].map((e) => e.outerHTML.slice(0, 120)).concat(window.__xss ? ['a script ran'] : []);";

fn harm(window: &Window) -> Vec<String> {
    let mut found = lines(&window.script(HARM, &[]));
    // A missing object or an odd parameter leads elsewhere; that is no harm.
    // Nor is it that a segment whose stored type is none has no list that could be changed.
    found.extend(complaints(window, false).into_iter().filter(|complaint| !complaint.contains("409 (Conflict)")));
    found
}

#[test]
fn nothing_that_is_stored_becomes_a_script_on_any_page() {
    let Some(window) = Window::open(Scripts::On, World::new()) else { return };
    window.be(Who::Root);
    poison(&window.world);
    let (mut found, mut seen) = (Vec::new(), 0);
    for path in PAGES.iter().filter_map(Page::address).chain(["/admin/crm_app/company/?e=1"]) {
        window.go(path);
        seen += usize::from(window.html().contains("__xss"));
        found.extend(harm(&window).into_iter().map(|harm| format!("{path}: {harm}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(seen > 20, "only {seen} pages showed what is stored");
}

#[test]
fn nothing_that_is_typed_becomes_a_script_in_searches_previews_and_errors() {
    let Some(window) = Window::open(Scripts::On, World::new()) else { return };
    window.be(Who::Root);
    let mut found = Vec::new();
    for payload in PAYLOADS {
        let payload = payload.replace('\0', "");
        let query: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        window.go(&format!("/admin/crm_app/contact/?q={query}&{query}={query}&o={query}"));
        found.extend(harm(&window));
        window.go(&format!("/admin/crm_app/contact/?q={query}"));
        found.extend(harm(&window));
    }
    window.go("/admin/crm_app/customersegment/add/");
    window.renew("#builder", || window.click_on("Edit as JSON"));
    let all = PAYLOADS.map(|payload| json!({ "field": payload, "operator": payload, "value": payload }));
    window.set_value("#id_filter_criteria", &json!({ "entity": PAYLOADS[0], "match_type": PAYLOADS[1], "rules": all }).to_string());
    window.set_value("#id_name", &PAYLOADS[..8].concat());
    window.click_on("Preview");
    window.see("#preview .rule-messages", "__xss");
    found.extend(harm(&window));
    window.press("Save");
    window.see(".errornote", "Please correct the error");
    found.extend(harm(&window));
    // Rule by rule, where all that stands in them can be shown so.
    let lines = PAYLOADS.map(|payload| payload.replace(char::is_control, ""));
    let all = lines.clone().map(|payload| json!({ "field": payload, "operator": payload, "value": payload }));
    window.set_value("#id_filter_criteria", &json!({ "entity": lines[0], "match_type": lines[1], "rules": all }).to_string());
    window.renew("#builder", || window.click_on("Back to rules"));
    window.see(".node-messages", "__xss");
    found.extend(harm(&window));
    assert!(found.is_empty(), "{}", found.join("\n"));
}
