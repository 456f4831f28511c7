//! Every page of the site: what it is called here, who opens it, how, and what must be on it.
//!
//! `every_page.rs` looks at each in every way there is. A new page is one line of [`PAGES`].

use std::fs;

use customer_segments::db::connection::{Lane, Turn};
use tempfile::TempDir;

use crate::driver::Scripts;
use crate::support::app::PASSWORD;
use crate::window::Window;
use crate::world::Who::{self, Finance, Nobody, Root, Sales};

/// A page.
pub(crate) struct Page {
    /// What failures call it.
    pub(crate) name: &'static str,
    who: Who,
    way: Way,
    /// A selector, and words that are in what it selects.
    shows: (&'static str, &'static str),
    /// Whether it is an answer of another status than 200, which the browser's console mentions.
    pub(crate) is_failure: bool,
    /// The only kind of window that has it; `None` for both.
    only: Option<Scripts>,
}

/// How one gets to a page.
enum Way {
    /// By its address.
    At(&'static str),
    /// By doing something.
    By(fn(&Window)),
}

const fn at(name: &'static str, who: Who, path: &'static str, selector: &'static str, words: &'static str) -> Page {
    Page { name, who, way: Way::At(path), shows: (selector, words), is_failure: false, only: None }
}

const fn by(name: &'static str, who: Who, way: fn(&Window), selector: &'static str, words: &'static str) -> Page {
    Page { name, who, way: Way::By(way), shows: (selector, words), is_failure: false, only: None }
}

impl Page {
    const fn failing(self) -> Self {
        Self { is_failure: true, ..self }
    }

    const fn only(self, scripts: Scripts) -> Self {
        Self { only: Some(scripts), ..self }
    }

    /// Whether windows of this kind have it.
    pub(crate) fn is_there(&self, scripts: Scripts) -> bool {
        self.only.is_none_or(|only| only == scripts)
    }

    /// Opens it and sees that it is what it should be.
    #[track_caller]
    pub(crate) fn visit(&self, window: &Window) {
        window.be(self.who);
        match self.way {
            Way::At(path) => window.go(path),
            Way::By(way) => way(window),
        }
        window.see(self.shows.0, self.shows.1);
    }
}

impl Page {
    /// Its address, where it has one that answers with the page itself.
    pub(crate) fn address(&self) -> Option<&'static str> {
        match self.way {
            Way::At(path) if !self.is_failure => Some(path),
            _ => None,
        }
    }
}

const SEGMENTS: &str = "/admin/crm_app/customersegment/";
const DYNAMIC: &str = "/admin/crm_app/customersegment/{dynamic}/change/";

/// The pages, by who opens them.
#[rustfmt::skip] // It is read by line.
pub(crate) const PAGES: &[Page] = &[
    at("login", Nobody, "/admin/login/", "button", "Log in"),
    by("login-refused", Nobody, refused_login, ".errornote", "correct username and password"),
    by("login-throttled", Nobody, throttled_login, ".errornote", "too many failed attempts").failing(),
    by("setup", Nobody, |window| window.go_to(&window.world.setup_link()), "h1", "Set up"),
    by("setup-refused", Nobody, refused_setup, ".errorlist", "This field is required."),
    at("index", Root, "/admin/", "h1", "Site administration"),
    at("app-index", Root, "/admin/crm_app/", "h1", "Crm_App administration"),
    at("password-change", Root, "/admin/password_change/", "h1", "Password change"),
    by("password-refused", Root, refused_password, ".errorlist", "old password was entered incorrectly"),
    at("segments", Root, "/admin/crm_app/customersegment/", "#result_list", "VIP Customers"),
    at("segments-found", Root, "/admin/crm_app/customersegment/?q=hotels", "#toolbar", "2 results"),
    at("segments-filtered", Root, "/admin/crm_app/customersegment/?segment_type__exact=static", ".clearfilters", "Clear all filters"),
    at("segments-counted", Root, "/admin/crm_app/customersegment/?_facets=True", ".hidecounts", "Hide counts"),
    at("contacts-counted", Root, "/admin/crm_app/contact/?_facets=True&q=hotel", ".hidecounts", "Hide counts"),
    at("segments-sorted", Root, "/admin/crm_app/customersegment/?o=2.-1", ".sortpriority", "2"),
    at("segments-none", Root, "/admin/crm_app/customersegment/?q=nowhere", ".empty-list", "0 Customer Segments"),
    by("segments-ticked", Root, tick_all, ".action-counter", "of 11 selected").only(Scripts::On),
    by("segments-delete", Root, |window| run_action(window, SEGMENTS, "Delete selected Customer Segments"), "h1", "Delete multiple objects"),
    by("segments-tag", Root, |window| run_action(window, SEGMENTS, "Add tag to selected Customer Segments…"), "h1", "Add tag"),
    by("segments-tag-refused", Root, refused_tag, ".errorlist", "This field is required."),
    by("segments-told", Root, |window| run_action(window, SEGMENTS, "Activate selected Customer Segments"), ".messagelist", "activated"),
    at("segment-add", Root, "/admin/crm_app/customersegment/add/", "h1", "Add Customer Segment"),
    at("segment-rules", Root, RULES, ".node.contracts > legend", "one contract where"),
    by("segment-add-refused", Root, refused_segment, ".errorlist", "This field is required."),
    by("segment-preview", Root, preview, "#preview .numbers", "member"),
    by("segment-chooser", Root, choose_contacts, ".selector-available", "Page 1"),
    at("segment-change", Root, "/admin/crm_app/customersegment/{dynamic}/change/", "h2", "High-Value Hotels in Thailand"),
    at("segment-change-static", Root, "/admin/crm_app/customersegment/{static}/change/", ".selector-chosen", "Chosen contacts"),
    at("segment-change-broken", Root, "/admin/crm_app/customersegment/{broken}/change/", "main", "shoe_size"),
    at("segment-change-archived", Root, "/admin/crm_app/customersegment/{archived}/change/", "main", "archived"),
    by("segment-conflict", Root, |window| conflict(window, DYNAMIC, "description", "Description"), "caption", "Both versions").failing(),
    at("segment-delete", Root, "/admin/crm_app/customersegment/{dynamic}/delete/", "main", "Are you sure"),
    at("segment-hand-over", Root, "/admin/crm_app/customersegment/{dynamic}/hand_over/", "h1", "Hand over"),
    by("segment-hand-over-refused", Root, |window| press_at(window, "/admin/crm_app/customersegment/{dynamic}/hand_over/", "Hand over"), ".errorlist", "This field is required."),
    at("segment-history", Root, "/admin/crm_app/customersegment/{dynamic}/history/", "#change-history", "Added."),
    at("segment-members", Root, "/admin/crm_app/customersegment/{static}/members/", "#result_list", "E-mail"),
    at("segment-members-counted", Root, "/admin/crm_app/customersegment/{static}/members/?addresses=1", ".numbers", "addresses"),
    at("segment-members-found", Root, "/admin/crm_app/customersegment/{static}/members/?q=a&o=4.-1&company__id__exact__term=a", ".filter-search", "found"),
    at("segment-members-none", Root, "/admin/crm_app/customersegment/{static}/members/?q=nowhere", ".empty-list", "Show all members"),
    at("segment-used-by", Root, "/admin/crm_app/customersegment/{static}/used_by/", "#result_list", "Campaign"),
    at("contacts-company-looked-for", Root, "/admin/crm_app/contact/?company__id__exact__term=a", ".filter-search", "Search"),
    at("segment-members-broken", Root, "/admin/crm_app/customersegment/{broken}/members/", ".rule-messages", "shoe_size"),
    at("segment-paste", Root, "/admin/crm_app/customersegment/{static}/paste/", "h1", "Paste"),
    by("segment-paste-refused", Root, |window| press_at(window, "/admin/crm_app/customersegment/{static}/paste/", "Look"), ".errorlist", "Paste something first."),
    by("segment-pasted", Root, paste, ".outcomes", "Suggestions"),
    at("segment-upload", Root, "/admin/crm_app/customersegment/{static}/upload/", "h1", "Import CSV"),
    by("segment-upload-refused", Root, |window| press_at(window, "/admin/crm_app/customersegment/{static}/upload/", "Look"), ".errorlist", "Choose a file."),
    by("segment-uploaded", Root, |window| upload(window, b"name,email,note\nNobody,nobody@nowhere.example,=1+1\n"), ".outcomes", "Not found"),
    by("segment-upload-failed", Root, |window| upload(window, b"\x89PNG and so on"), ".errornote", "This is a picture"),
    at("segment-list", Root, "/admin/crm_app/customersegment/{static}/list/", "#result_list", "Private note"),
    by("segment-list-told", Root, note, ".messagelist button", "Undo"),
    at("segment-list-found", Root, "/admin/crm_app/customersegment/{static}/list/?q=nowhere", ".empty-list", "Nobody here matches"),
    at("segment-list-companies", Root, "/admin/crm_app/customersegment/{static}/list/?show=companies", ".empty-list", "No company is listed."),
    at("segment-list-through", Root, "/admin/crm_app/customersegment/{static}/list/?show=through", ".empty-list", "Nobody is in through a company alone."),
    at("segment-list-never", Root, "/admin/crm_app/customersegment/{static}/list/?show=never", ".empty-list", "Nobody is kept out."),
    by("segment-list-drift", Root, save_members, ".list-parts", "No longer in its source"),
    at("segment-combine", Root, "/admin/crm_app/customersegment/combine/?of={dynamic},{static}", ".combine-way", "In any of them"),
    by("segment-combine-refused", Root, |window| press_at(window, "/admin/crm_app/customersegment/combine/?of={dynamic},{static}", "Save"), ".errorlist", "This field is required."),
    at("contacts-import", Root, "/admin/crm_app/contact/import/", "h1", "Import Contacts"),
    by("contacts-import-refused", Root, |window| press_at(window, "/admin/crm_app/contact/import/", "Upload"), ".errorlist", "Choose a file."),
    at("segment-explain", Root, "/admin/crm_app/customersegment/{dynamic}/explain/", "main", "Type somebody’s name"),
    at("segment-explain-several", Root, "/admin/crm_app/customersegment/{dynamic}/explain/?q=ahmad", "table.explanation", "Does not hold"),
    at("segment-explain-one", Root, "/admin/crm_app/customersegment/{dynamic}/explain/?contact={contact}", ".verdict", "in"),
    at("segment-explain-static", Root, "/admin/crm_app/customersegment/{static}/explain/?contact={contact}", ".why", "isted"),
    at("segment-explain-broken", Root, "/admin/crm_app/customersegment/{broken}/explain/?q=a", ".rule-messages", "shoe_size"),
    at("contact-segments", Root, "/admin/crm_app/contact/{contact}/segments/", "table.explanation", "VIP Customers"),
    by("segment-use-refused", Root, refused_use, ".errorlist", "Enter the name of the campaign."),
    at("companies", Root, "/admin/crm_app/company/", "#result_list", "Industry"),
    at("company", Root, "/admin/crm_app/company/{company}/change/", "h1", "ompany"),
    at("company-history", Root, "/admin/crm_app/company/{company}/history/", "h1", "Change history"),
    by("companies-delete-refused", Root, |window| run_action(window, "/admin/crm_app/company/", "Delete selected Companies"), "main", "would require deleting"),
    by("company-conflict", Root, |window| conflict(window, "/admin/crm_app/company/{company}/change/", "notes", "Notes"), "caption", "Both versions").failing(),
    at("contacts", Root, "/admin/crm_app/contact/", ".paginator", "250 Contacts"),
    at("contacts-last", Root, "/admin/crm_app/contact/?p=3", "[aria-current=page]", "3"),
    at("contact", Root, "/admin/crm_app/contact/{contact}/change/", "h1", "ontact"),
    by("contacts-delete", Root, |window| run_action(window, "/admin/crm_app/contact/", "Delete selected Contacts"), "h1", "Delete multiple objects"),
    by("contact-conflict", Root, |window| conflict(window, "/admin/crm_app/contact/{contact}/change/", "title", "Title"), "caption", "Both versions").failing(),
    at("contact-history", Root, "/admin/crm_app/contact/{contact}/history/", "#change-history", "Changed Title."),
    at("contracts", Root, "/admin/crm_app/contract/", "#result_list", "Contract"),
    at("contract", Root, "/admin/crm_app/contract/{contract}/change/", "h1", "ontract"),
    at("contract-delete", Root, "/admin/crm_app/contract/{contract}/delete/", "main", "Are you sure"),
    by("contract-conflict", Root, |window| conflict(window, "/admin/crm_app/contract/{contract}/change/", "service_type", "Service type"), "caption", "Both versions").failing(),
    at("contract-history", Root, "/admin/crm_app/contract/{contract}/history/", "#change-history", "Changed Service type."),
    at("contracts-of-a-year", Root, "/admin/crm_app/contract/?end_date__gte=2026-01-01&end_date__lt=2027-01-01&o=-5", "[data-filter-title=end_date] .selected", "This year"),
    at("account", Root, "/admin/account/", "main", "session"),
    by("account-elsewhere", Root, other_sessions, "main", "End all others"),
    at("tokens", Root, "/admin/account/tokens/", "main", "What for"),
    by("token-made", Root, make_token, "main", "it is shown this once"),
    by("token-refused", Root, |window| press_at(window, "/admin/account/tokens/", "Make the token"), ".errorlist", "Enter what the token is for."),
    at("users", Root, "/admin/crm_app/user/", "#result_list", "somchai"),
    at("user-add", Root, "/admin/crm_app/user/add/", "h1", "Add"),
    by("user-add-refused", Root, |window| press_at(window, "/admin/crm_app/user/add/", "Save"), ".errorlist", "This field is required."),
    at("user", Root, "/admin/crm_app/user/{user}/change/", "main", "somchai"),
    by("user-conflict", Root, |window| conflict(window, "/admin/crm_app/user/{user}/change/", "department", "Department"), "caption", "Both versions").failing(),
    at("user-self", Root, "/admin/crm_app/user/{root}/change/", "main", "root"),
    at("user-delete", Root, "/admin/crm_app/user/{user}/delete/", "main", "somchai"),
    at("user-history", Root, "/admin/crm_app/user/{user}/history/", "h1", "Change history"),
    at("user-sessions-none", Root, "/admin/crm_app/user/{user}/sessions/", "main", "is not signed in anywhere"),
    by("user-sessions", Root, sessions_of_another, "button", "End all of them"),
    at("user-password", Root, "/admin/crm_app/user/{user}/password/", "h1", "Change password"),
    by("user-password-refused", Root, |window| press_at(window, "/admin/crm_app/user/{user}/password/", "Change password"), ".errorlist", "This field is required."),
    at("user-hand-over", Root, "/admin/crm_app/user/{root}/hand_over/", "h1", "Hand over"),
    by("user-hand-over-refused", Root, |window| press_at(window, "/admin/crm_app/user/{root}/hand_over/", "Hand over"), ".errorlist", "This field is required."),
    at("user-hand-over-nothing", Root, "/admin/crm_app/user/{user}/hand_over/", ".messagelist", "there is nothing to hand over"),
    at("setup-over", Nobody, "/admin/setup/made-up/", "main", "link").failing(),
    at("search", Root, "/admin/search/?q=hotel", ".found-contact", "Contacts"),
    at("search-nothing-typed", Root, "/admin/search/", "main", "Type what you look for"),
    at("search-none", Root, "/admin/search/?q=nowhere+at+all", "main", "No results"),
    at("contact-add", Root, "/admin/crm_app/contact/add/", "h1", "Add Contact"),
    by("contact-add-refused", Root, |window| press_at(window, "/admin/crm_app/contact/add/", "Save"), ".errorlist", "This field is required."),
    by("contact-add-combobox", Root, open_combobox, "[role=option]", "a").only(Scripts::On),
    by("contact-add-searched", Root, search_company, ".related [role=status]", "The first 20 Companies").only(Scripts::Off),
    at("contact-delete", Root, "/admin/crm_app/contact/{contact}/delete/", "main", "Are you sure"),
    at("company-add", Root, "/admin/crm_app/company/add/", "h1", "Add Company"),
    by("company-add-refused", Root, |window| press_at(window, "/admin/crm_app/company/add/", "Save"), ".errorlist", "This field is required."),
    by("company-delete", Root, delete_company, "main", "Are you sure"),
    at("company-delete-refused", Root, "/admin/crm_app/company/{company}/delete/", "h1", "Cannot delete"),
    at("contract-add", Root, "/admin/crm_app/contract/add/", "h1", "Add Contract"),
    by("contract-add-refused", Root, |window| press_at(window, "/admin/crm_app/contract/add/", "Save"), ".errorlist", "This field is required."),
    by("segment-version", Root, compare_versions, "h1", "ersion"),
    at("gone", Root, "/admin/crm_app/customersegment/{nobody}/change/", ".messagelist", "Perhaps it was deleted?"),
    at("404", Root, "/admin/nowhere/", "h1", "Page not found").failing(),
    by("500", Root, break_history, "h1", "Server error").failing(),
    by("503", Root, ask_too_much, "h1", "Not available").failing(),
    by("login-unsent", Root, send_without_session, ".errornote", "What you sent was not saved").failing(),
    by("unsent", Root, send_and_sign_in, "h1", "Your changes were not saved yet"),
    at("segments-of-others", Finance, "/admin/crm_app/customersegment/", "#result_list", "VIP Customers"),
    at("segment-of-others", Finance, "/admin/crm_app/customersegment/{dynamic}/change/", ".closelink", "Close"),
    by("segment-version-of-others", Finance, compare_versions, ".closelink", "Back to the history"),
    at("segment-list-of-others", Finance, "/admin/crm_app/customersegment/{static}/list/", "#result_list", "Listed contacts"),
    at("contacts-of-others", Finance, "/admin/crm_app/contact/?q=a", "#result_list", "E-mail"),
    at("contact-of-others", Finance, "/admin/crm_app/contact/{contact}/change/", ".closelink", "Close"),
    at("index-of-finance", Finance, "/admin/", "main", "View"),
    at("403", Finance, "/admin/crm_app/customersegment/{dynamic}/delete/", "h1", "Forbidden").failing(),
    by("segments-on-many-pages", Finance, list_many_pages, ".paginator", "…"),
    by("logged-out", Sales, log_out, "h1", "Logged out"),
];

fn refused_login(window: &Window) {
    window.go("/admin/login/");
    window.fill("Username", "somchai");
    window.fill("Password", "not this one");
    window.press("Log in");
}

/// Somebody tries one password after the other.
fn throttled_login(window: &Window) {
    window.go("/admin/login/");
    for _ in 0..6 {
        window.fill("Username", "guessed");
        window.fill("Password", "not this one");
        window.press("Log in");
    }
}

fn refused_setup(window: &Window) {
    window.go_to(&window.world.setup_link());
    window.press("Make the first user");
}

fn refused_password(window: &Window) {
    window.go("/admin/password_change/");
    window.fill("Old password", "not this one");
    window.press("Change my password");
}

fn compare_versions(window: &Window) {
    window.go("/admin/crm_app/customersegment/{dynamic}/history/");
    window.click("#change-history a");
}

fn tick_all(window: &Window) {
    window.go("/admin/crm_app/customersegment/");
    window.click("#action-toggle");
}

fn run_action(window: &Window, list: &str, action: &str) {
    window.go(list);
    window.click(".action-select");
    window.choose("Action", action);
    window.press("Go");
}

fn refused_tag(window: &Window) {
    run_action(window, SEGMENTS, "Add tag to selected Customer Segments…");
    window.fill("Tag", " ");
    window.press("Go");
}

/// Presses a button of a page as it comes.
fn press_at(window: &Window, path: &str, button: &str) {
    window.go(path);
    window.press(button);
}

fn other_sessions(window: &Window) {
    window.world.app.sign_in("root");
    window.go("/admin/account/");
}

fn make_token(window: &Window) {
    window.go("/admin/account/tokens/");
    window.fill("What for", "The weekly report");
    window.press("Make the token");
}

fn sessions_of_another(window: &Window) {
    window.world.app.sign_in("somchai");
    window.go("/admin/crm_app/user/{user}/sessions/");
}

fn open_combobox(window: &Window) {
    window.go("/admin/crm_app/contact/add/");
    window.fill("Company", "a");
}

fn search_company(window: &Window) {
    window.go("/admin/crm_app/contact/add/");
    window.fill("Search Companies", "a");
    window.press("Search Companies");
}

fn delete_company(window: &Window) {
    let form = window.world.colleague_adds_company("Without anybody");
    window.go(&form.replace("/change/", "/delete/"));
}

/// The session ends while somebody types.
fn send_without_session(window: &Window) {
    window.go(DYNAMIC);
    window.fill("Description", "Typed long ago.");
    window.world.end_sessions();
    window.press("Save");
    window.forget();
}

fn send_and_sign_in(window: &Window) {
    send_without_session(window);
    // That it was refused is said of the page before.
    window.console();
    window.fill("Username", "root");
    window.fill("Password", PASSWORD);
    window.press("Log in");
}

/// In the middle of so many that not every page has its number.
fn list_many_pages(window: &Window) {
    window.world.add_copies("{dynamic}", 1_500);
    window.go("/admin/crm_app/customersegment/?p=8");
}

/// Rules of every shape, some of them wrong.
const RULES: &str = "/admin/crm_app/customersegment/add/?filter_criteria=%7B%22rules%22%3A%5B%7B%22field%22%3A%22company.industry%22%2C%22operator%22%3A%22in_list%22%2C%22value%22%3A%5B%22Hotels%22%5D%7D%2C%7B%22relation%22%3A%22contract%22%2C%22aggregate%22%3A%22sum%22%2C%22of%22%3A%22value%22%2C%22operator%22%3A%22between%22%2C%22value%22%3A%5B1%2C5%5D%2C%22rules%22%3A%5B%7B%22field%22%3A%22end_date%22%2C%22operator%22%3A%22in_the_next%22%2C%22value%22%3A%7B%22amount%22%3A60%2C%22unit%22%3A%22days%22%7D%7D%5D%7D%2C%7B%22match_type%22%3A%22none%22%2C%22rules%22%3A%5B%7B%22field%22%3A%22last_contacted%22%2C%22operator%22%3A%22between%22%2C%22value%22%3A%5B%222026-01-01%22%2C%22x%22%5D%7D%2C%7B%22field%22%3A%22shoe_size%22%2C%22operator%22%3A%22equals%22%2C%22value%22%3A1%7D%5D%7D%5D%7D";

fn refused_segment(window: &Window) {
    window.go("/admin/crm_app/customersegment/add/");
    window.press("Save");
}

fn preview(window: &Window) {
    window.go("/admin/crm_app/customersegment/add/");
    window.renew("#builder", || window.click_on("Edit as JSON"));
    window.fill("Filter criteria", r#"{"rules": [{"field": "company.country", "operator": "equals", "value": "Thailand"}]}"#);
    window.click_on("Preview");
}

fn paste(window: &Window) {
    window.go("/admin/crm_app/customersegment/{static}/paste/");
    window.fill("People and companies", "nobody@nowhere.example\nHARBOUR RESORT & SPA Co., Ltd.");
    window.press("Look");
}

/// Sends a file for the list, and looks at what came of it.
fn upload(window: &Window, content: &[u8]) {
    let folder = TempDir::with_prefix("segments-file-").expect("a directory");
    let file = folder.path().join("list.csv");
    fs::write(&file, content).expect("a file");
    window.go("/admin/crm_app/customersegment/{static}/upload/");
    window.attach("File", &file);
    window.press("Look");
}

fn note(window: &Window) {
    window.go("/admin/crm_app/customersegment/{static}/list/");
    window.fill_at("#result_list [name^=note_]", "speaks ไทย");
    window.leave(|| window.click("#list-form [name=_notes]"));
}

/// A list of the members, and those whom its source has and it does not.
fn save_members(window: &Window) {
    window.go(DYNAMIC);
    window.press("Save members as a static list");
    window.press("List");
    window.leave(|| window.click(".list-parts [href*='show=joined']"));
}

fn choose_contacts(window: &Window) {
    window.go("/admin/crm_app/customersegment/add/");
    window.choose("Segment type", "Static - Manually curated list");
    window.open_section("Static Contacts (Static Segments)");
    search_contacts(window, "a");
}

/// Searches among the contacts who can be listed.
pub(crate) fn search_contacts(window: &Window, words: &str) {
    search_picker(window, "contact", "Search available contacts", words);
}

/// Searches in the box of a picker with this label.
pub(crate) fn search_picker(window: &Window, kind: &str, label: &str, words: &str) {
    look_for(window, kind, || window.fill(label, words));
}

/// Changes what a picker looks for: it does so while one types where there are scripts, else with the button.
pub(crate) fn look_for(window: &Window, kind: &str, change: impl FnOnce()) {
    if window.scripts == Scripts::On {
        window.renew(&format!("#{kind}-picker"), change);
        // Whoever types slowly is answered more than once.
        let script = "return [...document.querySelectorAll(`#${arguments[0]}-picker [name$=_shown]`)] \
            .every((shown) => document.getElementsByName(shown.name.replace('_shown', ''))[0].value === shown.value)";
        let is_settled = || window.script(script, &[kind.into()]) == true;
        return window.until(is_settled, || format!("what the {kind} picker was asked for"));
    }
    change();
    window.leave(|| window.click(&format!("[name=_{kind}_search]")));
}

/// Somebody else saves while the form at this path is open.
fn conflict(window: &Window, path: &str, field: &str, label: &str) {
    window.go(path);
    window.world.colleague_changes(path, field);
    window.fill(label, "Mine.");
    window.press("Save");
}

fn refused_use(window: &Window) {
    window.go("/admin/crm_app/customersegment/{static}/members/");
    window.press("Mark as used");
}

/// A table that the page reads is away, as after an accident.
fn break_history(window: &Window) {
    let rename = |from: &str, to: &str| window.world.run(&format!("ALTER TABLE {from} RENAME TO {to}"));
    rename("segments_event", "away");
    window.go("/admin/crm_app/customersegment/{dynamic}/history/");
    rename("away", "segments_event");
}

/// Others have taken every turn that there is.
fn ask_too_much(window: &Window) {
    let db = &window.world.app.test.db;
    let taken: Vec<Turn> = (0..3).map(|_| window.wait_for(db.turn(Lane::Export)).expect("a turn")).collect();
    window.go("/admin/crm_app/customersegment/{static}/members.csv");
    drop(taken);
}

fn log_out(window: &Window) {
    window.go("/admin/");
    window.press("Log out");
    window.forget();
}
