//! The sample's contacts.

use super::companies::{domain, phone};
use super::places::{Country, Names, Script};
use super::random::Random;
use super::{Sample, id};
use crate::customers::company::Company;
use crate::customers::contact::Contact;

const KIND: u64 = 2;

/// Titles with their department, and how usual they are.
static TITLES: &[(u32, (&str, &str))] = &[
    (14, ("General Manager", "Management")),
    (8, ("Owner", "Management")),
    (6, ("Managing Director", "Management")),
    (12, ("F&B Manager", "Food & Beverage")),
    (6, ("Director of Food & Beverage", "Food & Beverage")),
    (8, ("Marketing Manager", "Marketing")),
    (5, ("Marketing Director", "Marketing")),
    (8, ("IT Manager", "IT")),
    (6, ("Chief Engineer", "Engineering")),
    (7, ("Accountant", "Finance")),
    (5, ("Chief Financial Officer", "Finance")),
    (6, ("Purchasing Manager", "Purchasing")),
    (5, ("Operations Manager", "Operations")),
    (4, ("Executive Assistant", "Administration")),
];
static TYPES: &[(u32, &str)] = &[(22, "Technical"), (20, "Billing"), (18, "Decision Maker"), (40, "Other")];
static METHODS: &[(u32, &str)] = &[(70, "Email"), (15, "Phone"), (10, "Mobile"), (5, "LinkedIn")];
static NOTES: &[&str] =
    &["Prefers to be called in the morning.", "Met at the trade fair in Bangkok.", "Asked for the new price list.", "Plays the saxophone."];

/// The contact number `index`, number `place` at their company, which is number `employer`.
pub(super) fn make(sample: &Sample, index: usize, (company, country): (&Company, &Country), employer: usize, place: usize) -> Contact {
    let random = &mut Random::of(KIND, index);
    let mut contact = Contact::new(id(KIND, index), sample.ago(random, 1_500));
    contact.company_id = company.id;
    let (name, address) = called(random, country.names);
    contact.name = name;
    contact.email = email(random, &address, &domain(&company.name, employer), employer, place);
    contact.phone = if random.chance(80) { phone(random, country) } else { String::new() };
    contact.mobile = if random.chance(40) { phone(random, country) } else { String::new() };
    if !random.chance(9) {
        let (title, department) = random.weighted(TITLES).unwrap_or_default();
        (contact.title, contact.department) = (title.into(), department.into());
    }
    contact.is_primary = place == 0;
    contact.contact_type = if place == 0 { "Primary" } else { random.weighted(TYPES).unwrap_or_default() }.into();
    contact.is_active = random.chance(92);
    contact.unsubscribed = random.chance(9);
    decide(random, &mut contact, country, &address);
    contact.last_contacted = random.chance(65).then(|| sample.since(random, contact.created_at));
    contact.updated_at = sample.since(random, contact.created_at);
    contact
}

/// What they get, and how.
fn decide(random: &mut Random, contact: &mut Contact, country: &Country, address: &str) {
    contact.preferred_contact_method = random.weighted(METHODS).unwrap_or_default().into();
    contact.preferred_language = if country.name == "Thailand" && random.chance(60) { "th" } else { "en" }.into();
    contact.receives_notifications = random.chance(90);
    contact.receives_renewal_emails = random.chance(85);
    contact.receives_seasonal_emails = random.chance(75);
    contact.receives_payment_emails = random.chance(60);
    contact.receives_quarterly_emails = random.chance(70);
    if random.chance(20) {
        contact.linkedin_url = format!("https://www.linkedin.com/in/{address}");
    }
    if random.chance(10) {
        contact.notes = random.word(NOTES).into();
    }
}

/// A name, and how an e-mail address spells it.
fn called(random: &mut Random, names: &Names) -> (String, String) {
    let (given, given_spelt) = random.pick(names.given).unwrap_or_default();
    let (family, family_spelt) = random.pick(names.family).unwrap_or_default();
    let name = match names.script {
        Script::GivenFirst => format!("{given} {family}"),
        Script::FamilyFirst => format!("{family} {given}"),
        Script::Joined => format!("{family}{given}"),
    };
    (name, format!("{given_spelt}.{family_spelt}"))
}

/// An e-mail address: none for some; for the second contact of every other company one that two companies share; for the
/// others one of their own, with a number where a colleague has the same name.
fn email(random: &mut Random, address: &str, domain: &str, employer: usize, place: usize) -> String {
    if random.chance(7) {
        return String::new();
    }
    match (place, employer % 4) {
        (1, 0) => format!("purchasing@group{}.example", employer / 4),
        // The same address as people type it: with capitals.
        (1, 1) => format!("Purchasing@Group{}.example", employer / 4),
        (0, _) => format!("{address}@{domain}"),
        _ => format!("{address}{place}@{domain}"),
    }
}
