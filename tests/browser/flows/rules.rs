//! The rule builder: segments that people need, built by mouse, by keyboard and without scripts, with the members that plain
//! arithmetic over the rows finds; and what only scripts can do: counting while one types, suggestions, the focus.

use std::cell::Cell;
use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use customer_segments::db::schema::{
    crm_app_company as company, crm_app_contact as contact, crm_app_contract as contract, crm_app_customersegment as segment,
    crm_app_customersegment_static_contacts as listed,
};
use customer_segments::db::{AnyConnection, Id, Money, Time};
use customer_segments::segments::{Members, Segment};
use diesel::prelude::*;

use super::{ADD, as_json, at_a_site};
use crate::driver::Scripts;
use crate::hands::Hands;
use crate::window::Window;
use crate::world::{Who, World};

/// The day on which the sites of the tests are.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn in_days(days: u64) -> NaiveDate {
    today() + Days::new(days)
}

/// One row of contacts with their companies, and the contracts of those.
struct Person {
    id: Id,
    contact_type: String,
    last_contacted: Option<Time>,
    industry: String,
    country: String,
    locations: i32,
    contracts: Vec<Contract>,
}

#[derive(Clone, Queryable)]
struct Contract {
    company: Id,
    status: String,
    currency: String,
    value: Money,
    end: NaiveDate,
    renews: bool,
}

/// A contact's key, their company's, and the rest of [`Person`].
type Row = (Id, Id, String, Option<Time>, String, String, i32);

/// Everybody who may be a member.
fn people(world: &World) -> Vec<Person> {
    let read = |connection: &mut AnyConnection| {
        let contracts: Vec<Contract> = contract::table
            .select((contract::company_id, contract::status, contract::currency, contract::value, contract::end_date, contract::auto_renew))
            .load(connection)?;
        let rows: Vec<Row> = contact::table
            .inner_join(company::table.on(company::id.eq(contact::company_id)))
            .filter(contact::is_active.eq(true).and(contact::unsubscribed.eq(false)))
            .select((
                contact::id,
                company::id,
                contact::contact_type,
                contact::last_contacted,
                company::industry,
                company::country,
                company::location_count,
            ))
            .load(connection)?;
        let person = |(id, works_at, contact_type, last_contacted, industry, country, locations)| Person {
            contracts: contracts.iter().filter(|contract| contract.company == works_at).cloned().collect(),
            id,
            contact_type,
            last_contacted,
            industry,
            country,
            locations,
        };
        Ok(rows.into_iter().map(person).collect())
    };
    world.app.test.db.read_blocking(read).expect("the rows")
}

fn vips(world: &World) -> BTreeSet<Id> {
    let read = |connection: &mut AnyConnection| {
        let vip: Id = segment::table.filter(segment::name.eq("VIP Customers")).select(segment::id).first(connection)?;
        Ok(listed::table.filter(listed::customersegment_id.eq(vip)).select(listed::contact_id).load(connection)?)
    };
    world.app.test.db.read_blocking(read).expect("the list").into_iter().collect()
}

/// Sees to it that there is somebody to find, and somebody who just misses.
fn prepare(world: &World) {
    let write = |connection: &mut AnyConnection| {
        let companies: Vec<Id> = company::table.select(company::id).order(company::name).load(connection)?;
        for (place, id) in companies.iter().enumerate().filter(|(place, _)| place % 2 == 0) {
            let chain = (
                company::industry.eq("Hotels"),
                company::country.eq("Thailand"),
                company::location_count.eq(i32::try_from(place).unwrap()),
            );
            diesel::update(company::table.find(id)).set(chain).execute(connection)?;
        }
        let contracts: Vec<Id> = contract::table.select(contract::id).order(contract::contract_number).load(connection)?;
        for (place, id) in contracts.iter().enumerate() {
            let (status, currency) = (if place % 5 == 4 { "Expired" } else { "Active" }, if place % 7 == 0 { "THB" } else { "USD" });
            let worth = (contract::status.eq(status), contract::currency.eq(currency), contract::value.eq(Money(6_000_000)));
            let end = (contract::end_date.eq(in_days(if place % 2 == 0 { 60 } else { 61 })), contract::auto_renew.eq(place % 3 == 0));
            diesel::update(contract::table.find(id)).set((worth, end)).execute(connection)?;
        }
        let everybody: Vec<Id> = contact::table.select(contact::id).order(contact::name).load(connection)?;
        for (place, id) in everybody.iter().enumerate().filter(|(place, _)| place % 3 == 0) {
            let moment = Time(today().and_hms_opt(5, 0, 0).unwrap().and_utc() - Days::new(if place % 2 == 0 { 89 } else { 92 }));
            let last = (place % 4 != 0).then_some(moment);
            let set = (contact::contact_type.eq("Decision Maker"), contact::last_contacted.eq(last));
            diesel::update(contact::table.find(id)).set(set).execute(connection)?;
        }
        Ok(())
    };
    world.app.test.db.write_blocking(write).expect("rows to find");
}

/// Somebody at the builder, who counts what they do.
struct Hand<'a> {
    window: &'a Window,
    has_scripts: bool,
    done: Cell<usize>,
}

impl<'a> Hand<'a> {
    fn of(window: &'a Window) -> Self {
        prepare(&window.world);
        window.be(Who::Sales);
        window.go(ADD);
        let has_scripts = window.script("return document.documentElement.classList.contains('has-builder')", &[]) == true;
        Self { window, has_scripts, done: Cell::new(0) }
    }

    fn count(&self) {
        self.done.set(self.done.get() + 1);
    }

    fn name(&self, name: &str) {
        self.count();
        self.window.fill("Name", name);
    }

    /// Chooses what others follow: a field, an operator, how many contracts.
    fn set(&self, control: &str, option: &str) {
        self.count();
        if self.has_scripts {
            return self.window.renew("#builder", || self.window.choose_at(control, option));
        }
        self.window.choose_at(control, option);
        self.window.renew("#builder", || self.window.click(".builder-update"));
    }

    fn choose(&self, control: &str, option: &str) {
        self.count();
        self.window.choose_at(control, option);
    }

    fn fill(&self, control: &str, text: &str) {
        self.count();
        self.window.fill_at(control, text);
    }

    fn press(&self, button: &str) {
        self.count();
        self.window.renew("#builder", || self.window.click(&format!("#builder button[value='{button}']")));
    }

    /// The rule at this path: its field, its operator where that is not the first, its value.
    fn rule(&self, id: &str, field: &str, operator: Option<&str>) {
        self.set(&format!("#{id}_field"), field);
        if let Some(operator) = operator {
            self.set(&format!("#{id}_operator"), operator);
        }
    }

    /// Saves, and holds the members against those whom `is_member` finds.
    #[track_caller]
    fn save(&self, is_member: impl Fn(&Person) -> bool) {
        let people = people(&self.window.world);
        let members: BTreeSet<Id> = people.iter().filter(|person| is_member(person)).map(|person| person.id).collect();
        let expected = members.len();
        assert!(expected > 0 && expected < people.len(), "a good example has members, but {expected} of {}", people.len());
        if self.has_scripts {
            let words = format!("{expected} member");
            self.window.until(
                || self.window.texts("#preview .numbers").iter().any(|text| text.starts_with(&words)),
                || format!("{words}, but {:?}", self.window.texts("#preview")),
            );
        }
        self.count();
        self.window.press("Save");
        self.window.see(".messagelist", "was added successfully.");
        assert_eq!(self.window.texts("#result_list .field-member_count")[0], expected.to_string());
        let test = &self.window.world.app.test;
        let saved = |connection: &mut AnyConnection| {
            let newest = segment::table.order(segment::created_at.desc()).select(Segment::as_select()).first(connection)?;
            Members::of_segment(connection, &newest, (&test.clock).into())?.expect("good rules").ids(connection)
        };
        let saved: BTreeSet<Id> = test.db.read_blocking(saved).expect("they are read").into_iter().collect();
        assert_eq!(saved, members, "the very people");
    }
}

/// By mouse, by keyboard alone, and without scripts.
fn by_every_hand(flow: impl Fn(&Hand<'_>)) {
    at_a_site(Scripts::On, |window| {
        for hands in [Hands::Mouse, Hands::Keyboard] {
            eprintln!("{hands:?}:");
            window.move_to(World::new());
            window.hands.set(hands);
            flow(&Hand::of(window));
        }
    });
    at_a_site(Scripts::Off, |window| {
        eprintln!("Without scripts:");
        flow(&Hand::of(window));
    });
}

#[test]
fn high_value_hotels_in_thailand_are_found_by_what_their_contracts_are_worth_in_all() {
    by_every_hand(|hand| {
        hand.name("Thai hotels worth more than 100,000");
        hand.rule("rule_0", "Company industry", None);
        hand.choose("#rule_0_value", "Hotels & Resorts");
        hand.press("add:");
        hand.rule("rule_1", "Company country", None);
        hand.fill("#rule_1_value", "thailand");
        hand.press("contracts:");
        hand.set("#rule_2_number", "what the contracts are worth in all");
        hand.fill("#rule_2_value", "100000");
        hand.rule("rule_2_0", "Currency", None);
        hand.choose("#rule_2_0_value", "USD");
        hand.press("add:2");
        hand.rule("rule_2_1", "Status", None);
        hand.choose("#rule_2_1_value", "Active");
        hand.save(|person| {
            let counts = |contract: &&Contract| contract.status == "Active" && contract.currency == "USD";
            let worth: i64 = person.contracts.iter().filter(counts).map(|contract| contract.value.0).sum();
            person.industry == "Hotels" && person.country == "Thailand" && worth > 10_000_000
        });
    });
}

#[test]
fn renewals_are_found_with_twelve_clicks_and_fields_at_most() {
    by_every_hand(|hand| {
        hand.name("Renewals");
        hand.rule("rule_0", "Contract status", None);
        hand.choose("#rule_0_value", "Active");
        hand.press("add:");
        hand.rule("rule_1", "Contract end date", Some("is in the next"));
        hand.fill("#rule_1_value", "60");
        hand.press("add:");
        hand.rule("rule_2", "Contract renews by itself", None);
        hand.choose("#rule_2_value", "No");
        if hand.has_scripts {
            hand.window.see(".node-note", "speak of one and the same contract");
        }
        hand.save(|person| {
            let ends = |contract: &Contract| contract.status == "Active" && contract.end <= in_days(60) && !contract.renews;
            person.contracts.iter().any(ends)
        });
        eprintln!("{} clicks and fields", hand.done.get());
        assert!(hand.done.get() <= 12);
    });
}

#[test]
fn lapsed_customers_are_those_who_had_a_contract_and_have_no_active_one() {
    by_every_hand(|hand| {
        hand.name("Lapsed");
        hand.press("contracts:");
        hand.press("remove:0.0");
        hand.press("contracts:");
        hand.set("#rule_1_number", "has no contract");
        hand.rule("rule_1_0", "Status", None);
        hand.choose("#rule_1_0_value", "Active");
        hand.save(|person| !person.contracts.is_empty() && person.contracts.iter().all(|contract| contract.status != "Active"));
    });
}

#[test]
fn decision_makers_of_chains_who_were_not_contacted_and_are_no_vips_are_found() {
    by_every_hand(|hand| {
        hand.name("Decision makers to call");
        hand.rule("rule_0", "Contact type", None);
        hand.choose("#rule_0_value", "Decision Maker");
        hand.press("add:");
        hand.rule("rule_1", "Company location count", Some("is at least"));
        hand.fill("#rule_1_value", "5");
        hand.press("add:");
        hand.rule("rule_2", "Last contacted", Some("is more than so long ago"));
        hand.fill("#rule_2_value", "90");
        hand.choose("#rule_2_blank", "also people where this is blank");
        hand.press("add:");
        hand.rule("rule_3", "Segment", Some("is not in"));
        hand.choose("#rule_3_value", "VIP Customers");
        let (vips, long_ago) = (vips(&hand.window.world), today() - Days::new(90));
        hand.save(|person| {
            // In Bangkok, where noon is early morning in UTC.
            let is_silent = person.last_contacted.is_none_or(|last| last.0.date_naive() < long_ago);
            person.contact_type == "Decision Maker" && person.locations >= 5 && is_silent && !vips.contains(&person.id)
        });
    });
}

#[test]
fn rules_are_moved_doubled_and_removed_and_the_focus_stays_with_them() {
    at_a_site(Scripts::On, |window| {
        for hands in [Hands::Mouse, Hands::Keyboard] {
            window.move_to(World::new());
            window.hands.set(hands);
            let hand = Hand::of(window);
            let focus = || window.script("return document.activeElement.id || document.activeElement.value", &[]);
            hand.rule("rule_0", "Title", None);
            hand.fill("#rule_0_value", "GM");
            hand.press("add:");
            assert_eq!(focus(), "rule_1_field", "one goes on at the new rule");
            hand.press("up:1");
            assert_eq!(focus(), "down:0", "and with the rule that moves");
            let value = || window.script("return document.getElementById('rule_1_value').value", &[]);
            assert_eq!(value(), "GM");
            hand.press("duplicate:1");
            hand.press("remove:0");
            assert_eq!(window.texts(".node > legend"), ["Rule 1 of 2", "Rule 2 of 2"]);
            assert_eq!(focus(), "rule_0_field");
            assert_eq!(value(), "GM");
        }
    });
}

#[test]
fn the_count_follows_what_is_typed_and_what_is_tried_without() {
    at_a_site(Scripts::On, |window| {
        let hand = Hand::of(window);
        hand.rule("rule_0", "Company country", None);
        window.see("#preview", "Some rules are not finished yet");
        window.see("#rule_0_messages .todo", "Enter a value");
        assert_eq!(window.count("#builder [aria-invalid]"), 0, "nobody is alarmed yet");
        let thai = people(&window.world).iter().filter(|person| person.country == "Thailand").count();
        window.fill_at("#rule_0_value", "Thailand");
        window.see("#preview .numbers", &format!("{thai} member"));
        assert_eq!(window.count("#preview .sample tbody tr"), 5);
        let offered = "return [...document.getElementById('rule_0_value_list').options].map((option) => option.value).includes('Thailand')";
        window.until(|| window.script(offered, &[]) == true, || "Thailand among the suggestions".to_owned());
        hand.press("add:");
        hand.rule("rule_1", "Company location count", Some("is more than"));
        window.fill_at("#rule_1_value", "many");
        window.see("#rule_1_messages .error", "“many” is not a number");
        assert_eq!(window.texts("#preview .rule-messages a"), ["Rule 2:"]);
        window.click("#rule_1_without");
        window.see("#preview .preview-without", "Without rule 2.");
        window.see("#preview .numbers", &format!("{thai} member"));
        window.click("#builder [name=_preview][value=rules]");
        window.see("#preview .funnel caption", "Rule by rule");
        as_json(window);
        assert!(window.value("Filter criteria").contains("many"), "what is left out of the preview is still a rule");
        window.renew("#builder", || window.click_on("Back to rules"));
        window.see(".node > legend", "Rule 2 of 2");
    });
}

/// Holds back the answer to the first preview of rules with this value, even once it is no longer wanted: as one that has
/// arrived and cannot be called off any more. It is given with `held.release`, which says when the page has had it.
const HOLD: &str = "const [value] = arguments, ask = window.fetch; \
    let held = window.held = null; \
    window.fetch = async (url, asked) => { \
        if (held || !String(url).includes('/builder/') || asked.body?.get('rule-0-value') !== value) return ask(url, asked); \
        held = window.held = { signal: asked.signal }; \
        const html = await (await ask(url, { ...asked, signal: undefined })).text(); \
        const had = await new Promise((release) => (held.release = release)); \
        const answer = new Response(html), text = answer.text.bind(answer); \
        answer.text = async () => { const all = await text(); setTimeout(had); return all; }; \
        return answer; \
    };";

#[test]
fn an_answer_that_comes_late_is_not_shown_over_a_newer_one() {
    at_a_site(Scripts::On, |window| {
        let hand = Hand::of(window);
        hand.rule("rule_0", "Company location count", Some("is more than"));
        let people = people(&window.world);
        let members = |more_than: i32| people.iter().filter(|person| person.locations > more_than).count();
        // What has people in it, and what is told of a value that is none.
        for (older, newer) in [("1", 9), ("many", 5)] {
            window.script(HOLD, &[older.into()]);
            window.fill_at("#rule_0_value", older);
            window
                .until(|| window.script("return window.held?.release !== undefined", &[]) == true, || "an answer that is held".to_owned());
            window.fill_at("#rule_0_value", &newer.to_string());
            window.see("#preview .sentence", &format!("location count is more than {newer}"));
            assert_eq!(window.script("return window.held.signal.aborted", &[]), true, "the older question was called off");
            let shown = || window.script("return ['preview', 'builder'].map((id) => document.getElementById(id).outerHTML)", &[]);
            let before = shown();
            window.script_until_done("window.held.release(arguments[0])", &[]);
            assert_eq!(shown(), before, "the answer to “{older}” comes too late");
            assert_eq!(window.script("return document.getElementById('rule_0_value').value", &[]), newer.to_string());
            assert!(window.texts("#preview .numbers")[0].starts_with(&format!("{} member", members(newer))));
        }
        assert!(members(1) != members(9), "there was something to tell apart");
    });
}
