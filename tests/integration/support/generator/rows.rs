//! Worlds: a few companies with contacts and contracts, full of values that break careless code.
//!
//! Every row fits the schema (lengths, unique names, numbers and e-mails), and every text is in NFC and has no NUL, as stored text is.

use std::collections::HashSet;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use unicode_normalization::UnicodeNormalization;
use uuid::{Builder, Uuid};

use super::Rng;
use super::pools;
use crate::support::evaluator::calendar::midnight;
use crate::support::evaluator::catalogue::{self, Field};
use crate::support::evaluator::{Calendar, Company, Contact, Contract, World};

/// A world with that many contacts. There are companies without contacts, without contracts, and with up to five.
pub(crate) fn world(seed: u64, contacts: usize) -> World {
    make(seed, contacts, None)
}

/// A world whose dates and moments lie for the most part where phrases that count from today begin and end.
pub(crate) fn world_near(seed: u64, contacts: usize, calendar: Calendar) -> World {
    make(seed, contacts, Some(calendar))
}

fn make(seed: u64, contacts: usize, near: Option<Calendar>) -> World {
    let mut maker = Maker { rng: Rng::new(seed), taken: HashSet::new(), near };
    let mut world = World::default();
    for _ in 0..=contacts / 3 {
        let company = maker.company();
        let number = maker.rng.pick(&[0, 0, 1, 1, 2, 2, 3, 5]);
        world.contracts.extend((0..number).map(|_| maker.contract(company.id)));
        world.companies.push(company);
    }
    for _ in 0..contacts {
        let company = maker.rng.pick(&world.companies);
        world.contacts.push(maker.contact(company.id));
    }
    world
}

struct Maker {
    rng: Rng,
    /// Names, numbers and e-mails that exist already, as (scope, value without case and blanks).
    taken: HashSet<(String, String)>,
    near: Option<Calendar>,
}

impl Maker {
    fn company(&mut self) -> Company {
        Company {
            id: self.id(),
            name: self.unique_text(catalogue::COMPANY, "name"),
            legal_entity_name: self.text(catalogue::COMPANY, "legal_entity_name"),
            country: self.text(catalogue::COMPANY, "country"),
            city: self.text(catalogue::COMPANY, "city"),
            state: self.text(catalogue::COMPANY, "state"),
            industry: self.text(catalogue::COMPANY, "industry"),
            location_count: self.rng.pick_early(pools::COUNTS),
            music_zone_count: self.rng.pick_early(pools::COUNTS),
            current_plan: self.text(catalogue::COMPANY, "current_plan"),
            billing_entity: self.text(catalogue::COMPANY, "billing_entity"),
            is_active: self.rng.chance(80),
            is_corporate_parent: self.rng.chance(30),
            seasonal_emails_enabled: self.rng.chance(50),
            website: self.text(catalogue::COMPANY, "website"),
            phone: self.text(catalogue::COMPANY, "phone"),
            email: self.text(catalogue::COMPANY, "email"),
            created_at: self.moment(),
            updated_at: self.moment(),
        }
    }

    fn contact(&mut self, company_id: Uuid) -> Contact {
        Contact {
            id: self.id(),
            company_id,
            name: self.text(catalogue::CONTACT, "name"),
            email: self.email(company_id),
            phone: self.text(catalogue::CONTACT, "phone"),
            mobile: self.text(catalogue::CONTACT, "mobile"),
            title: self.text(catalogue::CONTACT, "title"),
            department: self.text(catalogue::CONTACT, "department"),
            contact_type: self.text(catalogue::CONTACT, "contact_type"),
            is_primary: self.rng.chance(50),
            preferred_contact_method: self.text(catalogue::CONTACT, "preferred_contact_method"),
            preferred_language: self.text(catalogue::CONTACT, "preferred_language"),
            receives_notifications: self.rng.chance(50),
            receives_renewal_emails: self.rng.chance(70),
            receives_seasonal_emails: self.rng.chance(30),
            receives_payment_emails: self.rng.chance(50),
            receives_quarterly_emails: self.rng.chance(90),
            last_contacted: self.rng.chance(70).then(|| self.moment()),
            created_at: self.moment(),
            updated_at: self.moment(),
            is_active: self.rng.chance(88),
            unsubscribed: self.rng.chance(12),
        }
    }

    fn contract(&mut self, company_id: Uuid) -> Contract {
        Contract {
            id: self.id(),
            company_id,
            contract_number: self.unique_text(catalogue::CONTRACT, "contract_number"),
            status: self.text(catalogue::CONTRACT, "status"),
            contract_type: self.text(catalogue::CONTRACT, "contract_type"),
            service_type: self.text(catalogue::CONTRACT, "service_type"),
            value: self.amount(),
            currency: self.text(catalogue::CONTRACT, "currency"),
            start_date: self.day(),
            end_date: self.day(),
            auto_renew: self.rng.chance(50),
            is_active: self.rng.chance(70),
            created_at: self.moment(),
            updated_at: self.moment(),
        }
    }

    fn id(&mut self) -> Uuid {
        let (high, low) = (u128::from(self.rng.next()), u128::from(self.rng.next()));
        Builder::from_random_bytes(((high << 64) | low).to_be_bytes()).into_uuid()
    }

    fn text(&mut self, fields: &[Field], name: &str) -> String {
        let Some(field) = fields.iter().find(|field| field.name == name) else { panic!("no field {name}") };
        let pool = pools::texts(field);
        // Some of the pool is written as it could have been typed; a row holds it composed.
        self.rng.pick_early(&pool).nfc().collect()
    }

    /// A text that no other row has, with a number behind it if need be.
    fn unique_text(&mut self, fields: &[Field], name: &str) -> String {
        let text = self.text(fields, name);
        if self.take(name, &text) {
            return text;
        }
        let mut number = 2;
        loop {
            let numbered = format!("{text} {number}");
            if self.take(name, &numbered) {
                return numbered;
            }
            number += 1;
        }
    }

    /// Within a company an e-mail occurs once, or is blank.
    fn email(&mut self, company_id: Uuid) -> String {
        let email = self.text(catalogue::CONTACT, "email");
        if self.take(&company_id.to_string(), &email) { email } else { String::new() }
    }

    fn take(&mut self, scope: &str, text: &str) -> bool {
        self.taken.insert((scope.to_owned(), text.trim().to_lowercase()))
    }

    fn amount(&mut self) -> BigDecimal {
        let text = self.rng.pick_early(pools::AMOUNTS);
        match text.parse() {
            Ok(amount) => amount,
            Err(error) => panic!("{text}: {error}"),
        }
    }

    fn day(&mut self) -> NaiveDate {
        match self.near {
            Some(calendar) if self.rng.chance(75) => self.rng.pick(&pools::days_near(calendar.today)),
            _ => pools::day(self.rng.pick_early(pools::DAYS)),
        }
    }

    /// Near today: a midnight, the last microsecond before it, or some other moment of that day.
    fn moment(&mut self) -> DateTime<Utc> {
        match self.near {
            Some(calendar) if self.rng.chance(75) => {
                let midnight = midnight(self.rng.pick(&pools::days_near(calendar.today)), calendar.zone);
                midnight + TimeDelta::microseconds(self.rng.pick(&[0, -1, 1, 45_296_000_000]))
            }
            _ => pools::moment(self.rng.pick_early(pools::MOMENTS)),
        }
    }
}
