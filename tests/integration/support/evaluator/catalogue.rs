//! The field catalogue, typed in from criteria.md and schema.md: name, type, choices, and how to read the field from a row.

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};

use super::world::{Company, Contact, Contract};

/// Integers and decimals are one kind here: both are compared exactly, as decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Boolean,
    Date,
    Timestamp,
}

/// What stands in one column of one row.
pub(crate) enum Cell<'a> {
    Text(&'a str),
    Number(BigDecimal),
    Boolean(bool),
    Date(NaiveDate),
    Moment(Option<DateTime<Utc>>),
}

/// Whose column it is, and how to read it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    Company(fn(&Company) -> Cell<'_>),
    Contact(fn(&Contact) -> Cell<'_>),
    Contract(fn(&Contract) -> Cell<'_>),
}

/// Stored value and label.
pub(crate) type Choice = (&'static str, &'static str);

/// One line of the catalogue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Without `company.` or `contract.` before it.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Empty for a field that takes any value.
    pub(crate) choices: &'static [Choice],
    pub(crate) column: Column,
}

/// What the rules of a document speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    Contact,
    Company,
}

/// The field that `path` names in a document of this entity.
pub(crate) fn find(entity: Entity, path: &str) -> Option<Field> {
    // Found in the old API text; it means `contract.`, in both entities.
    for prefix in ["company.contracts.", "contract."] {
        if let Some(name) = path.strip_prefix(prefix) {
            return named(CONTRACT, name);
        }
    }
    match (entity, path.strip_prefix("company.")) {
        (Entity::Contact, Some(name)) => named(COMPANY, name),
        (Entity::Contact, None) => named(CONTACT, path),
        (Entity::Company, _) => named(COMPANY, path),
    }
}

/// The field of a contract that `path` names inside a related group, where the prefix may be left away.
pub(crate) fn find_in_contract(path: &str) -> Option<Field> {
    let prefix = ["company.contracts.", "contract."].into_iter().find(|prefix| path.starts_with(prefix));
    named(CONTRACT, path.strip_prefix(prefix.unwrap_or_default()).unwrap_or(path))
}

fn named(fields: &[Field], name: &str) -> Option<Field> {
    fields.iter().find(|field| field.name == name).copied()
}

pub(crate) const INDUSTRIES: &[Choice] = &[
    ("Hotels", "Hotels & Resorts"),
    ("Restaurants", "Restaurants"),
    ("Bars", "Bars & Nightlife"),
    ("Quick Service Restaurants", "Quick Service Restaurants"),
    ("Retail Fashion", "Retail Fashion"),
    ("Retail Food", "Retail Food"),
    ("Malls", "Shopping Malls"),
    ("Offices", "Offices & Corporate"),
    ("Hospitals", "Hospitals & Medical"),
    ("Spas", "Spas & Wellness"),
    ("Fun Parks", "Fun Parks & Entertainment"),
    ("Cafes", "Cafes & Coffee Shops"),
    ("Gyms", "Gyms & Fitness Centers"),
    ("Salons", "Salons & Beauty"),
    ("Banks", "Banks & Financial"),
    ("Other", "Other"),
];

const CONTACT_TYPES: &[Choice] = &[
    ("Primary", "Primary Contact"),
    ("Technical", "Technical Contact"),
    ("Billing", "Billing Contact"),
    ("Decision Maker", "Decision Maker"),
    ("Other", "Other"),
];

const STATUSES: &[Choice] = &[
    ("Draft", "Draft"),
    ("Sent", "Sent"),
    ("Active", "Active"),
    ("Renewed", "Renewed"),
    ("Expired", "Expired"),
    ("Cancelled", "Cancelled"),
];

const CONTRACT_TYPES: &[Choice] = &[("Annual", "Annual"), ("Monthly", "Monthly"), ("One-time", "One-time"), ("Custom", "Custom")];

const CURRENCIES: &[Choice] = &[("USD", "USD"), ("THB", "THB")];

const BILLING_ENTITIES: &[Choice] = &[("BMAsia Limited", "BMAsia Limited"), ("BMAsia (Thailand) Co., Ltd.", "BMAsia (Thailand) Co., Ltd.")];

const CONTACT_METHODS: &[Choice] = &[("Email", "Email"), ("Phone", "Phone"), ("Mobile", "Mobile"), ("LinkedIn", "LinkedIn")];

const fn field(name: &'static str, kind: Kind, column: Column) -> Field {
    Field { name, kind, choices: &[], column }
}

const fn choice(name: &'static str, choices: &'static [Choice], column: Column) -> Field {
    Field { name, kind: Kind::Text, choices, column }
}

pub(crate) const COMPANY: &[Field] = &[
    field("name", Kind::Text, Column::Company(|row| Cell::Text(&row.name))),
    field("legal_entity_name", Kind::Text, Column::Company(|row| Cell::Text(&row.legal_entity_name))),
    field("country", Kind::Text, Column::Company(|row| Cell::Text(&row.country))),
    field("city", Kind::Text, Column::Company(|row| Cell::Text(&row.city))),
    field("state", Kind::Text, Column::Company(|row| Cell::Text(&row.state))),
    choice("industry", INDUSTRIES, Column::Company(|row| Cell::Text(&row.industry))),
    field("location_count", Kind::Number, Column::Company(|row| Cell::Number(row.location_count.into()))),
    field("music_zone_count", Kind::Number, Column::Company(|row| Cell::Number(row.music_zone_count.into()))),
    field("current_plan", Kind::Text, Column::Company(|row| Cell::Text(&row.current_plan))),
    choice("billing_entity", BILLING_ENTITIES, Column::Company(|row| Cell::Text(&row.billing_entity))),
    field("is_active", Kind::Boolean, Column::Company(|row| Cell::Boolean(row.is_active))),
    field("is_corporate_parent", Kind::Boolean, Column::Company(|row| Cell::Boolean(row.is_corporate_parent))),
    field("seasonal_emails_enabled", Kind::Boolean, Column::Company(|row| Cell::Boolean(row.seasonal_emails_enabled))),
    field("website", Kind::Text, Column::Company(|row| Cell::Text(&row.website))),
    field("phone", Kind::Text, Column::Company(|row| Cell::Text(&row.phone))),
    field("email", Kind::Text, Column::Company(|row| Cell::Text(&row.email))),
    field("created_at", Kind::Timestamp, Column::Company(|row| Cell::Moment(Some(row.created_at)))),
    field("updated_at", Kind::Timestamp, Column::Company(|row| Cell::Moment(Some(row.updated_at)))),
];

pub(crate) const CONTACT: &[Field] = &[
    field("name", Kind::Text, Column::Contact(|row| Cell::Text(&row.name))),
    field("email", Kind::Text, Column::Contact(|row| Cell::Text(&row.email))),
    field("phone", Kind::Text, Column::Contact(|row| Cell::Text(&row.phone))),
    field("mobile", Kind::Text, Column::Contact(|row| Cell::Text(&row.mobile))),
    field("title", Kind::Text, Column::Contact(|row| Cell::Text(&row.title))),
    field("department", Kind::Text, Column::Contact(|row| Cell::Text(&row.department))),
    choice("contact_type", CONTACT_TYPES, Column::Contact(|row| Cell::Text(&row.contact_type))),
    field("is_primary", Kind::Boolean, Column::Contact(|row| Cell::Boolean(row.is_primary))),
    choice("preferred_contact_method", CONTACT_METHODS, Column::Contact(|row| Cell::Text(&row.preferred_contact_method))),
    field("preferred_language", Kind::Text, Column::Contact(|row| Cell::Text(&row.preferred_language))),
    field("receives_notifications", Kind::Boolean, Column::Contact(|row| Cell::Boolean(row.receives_notifications))),
    field("receives_renewal_emails", Kind::Boolean, Column::Contact(|row| Cell::Boolean(row.receives_renewal_emails))),
    field("receives_seasonal_emails", Kind::Boolean, Column::Contact(|row| Cell::Boolean(row.receives_seasonal_emails))),
    field("receives_payment_emails", Kind::Boolean, Column::Contact(|row| Cell::Boolean(row.receives_payment_emails))),
    field("receives_quarterly_emails", Kind::Boolean, Column::Contact(|row| Cell::Boolean(row.receives_quarterly_emails))),
    field("last_contacted", Kind::Timestamp, Column::Contact(|row| Cell::Moment(row.last_contacted))),
    field("created_at", Kind::Timestamp, Column::Contact(|row| Cell::Moment(Some(row.created_at)))),
    field("updated_at", Kind::Timestamp, Column::Contact(|row| Cell::Moment(Some(row.updated_at)))),
    field("is_active", Kind::Boolean, Column::Contact(|row| Cell::Boolean(row.is_active))),
    field("unsubscribed", Kind::Boolean, Column::Contact(|row| Cell::Boolean(row.unsubscribed))),
];

pub(crate) const CONTRACT: &[Field] = &[
    field("contract_number", Kind::Text, Column::Contract(|row| Cell::Text(&row.contract_number))),
    choice("status", STATUSES, Column::Contract(|row| Cell::Text(&row.status))),
    choice("contract_type", CONTRACT_TYPES, Column::Contract(|row| Cell::Text(&row.contract_type))),
    field("service_type", Kind::Text, Column::Contract(|row| Cell::Text(&row.service_type))),
    field("value", Kind::Number, Column::Contract(|row| Cell::Number(row.value.clone()))),
    choice("currency", CURRENCIES, Column::Contract(|row| Cell::Text(&row.currency))),
    field("start_date", Kind::Date, Column::Contract(|row| Cell::Date(row.start_date))),
    field("end_date", Kind::Date, Column::Contract(|row| Cell::Date(row.end_date))),
    field("auto_renew", Kind::Boolean, Column::Contract(|row| Cell::Boolean(row.auto_renew))),
    field("is_active", Kind::Boolean, Column::Contract(|row| Cell::Boolean(row.is_active))),
];
