//! The closed lists of values: what is stored and what people read.
//!
//! Rows may hold other values (an import, the old system); they are shown and compared as they are. Read by the catalogue,
//! by the models' forms and lists, and by the sample data.

use crate::query::Choice;

/// Lines of business of a company.
pub const INDUSTRY: &[Choice] = &[
    Choice::new("Hotels", "Hotels & Resorts"),
    Choice::plain("Restaurants"),
    Choice::new("Bars", "Bars & Nightlife"),
    Choice::plain("Quick Service Restaurants"),
    Choice::plain("Retail Fashion"),
    Choice::plain("Retail Food"),
    Choice::new("Malls", "Shopping Malls"),
    Choice::new("Offices", "Offices & Corporate"),
    Choice::new("Hospitals", "Hospitals & Medical"),
    Choice::new("Spas", "Spas & Wellness"),
    Choice::new("Fun Parks", "Fun Parks & Entertainment"),
    Choice::new("Cafes", "Cafes & Coffee Shops"),
    Choice::new("Gyms", "Gyms & Fitness Centers"),
    Choice::new("Salons", "Salons & Beauty"),
    Choice::new("Banks", "Banks & Financial"),
    Choice::plain("Other"),
];

/// Who bills a company.
pub const BILLING_ENTITY: &[Choice] = &[Choice::plain("BMAsia Limited"), Choice::plain("BMAsia (Thailand) Co., Ltd.")];

/// What a contact is to their company.
pub const CONTACT_TYPE: &[Choice] = &[
    Choice::new("Primary", "Primary Contact"),
    Choice::new("Technical", "Technical Contact"),
    Choice::new("Billing", "Billing Contact"),
    Choice::plain("Decision Maker"),
    Choice::plain("Other"),
];

/// How a contact likes to be reached.
pub const PREFERRED_CONTACT_METHOD: &[Choice] =
    &[Choice::plain("Email"), Choice::plain("Phone"), Choice::plain("Mobile"), Choice::plain("LinkedIn")];

/// Where a contract stands.
pub const CONTRACT_STATUS: &[Choice] = &[
    Choice::plain("Draft"),
    Choice::plain("Sent"),
    Choice::plain("Active"),
    Choice::plain("Renewed"),
    Choice::plain("Expired"),
    Choice::plain("Cancelled"),
];

/// How a contract runs.
pub const CONTRACT_TYPE: &[Choice] =
    &[Choice::plain("Annual"), Choice::plain("Monthly"), Choice::plain("One-time"), Choice::plain("Custom")];

/// Currencies of contracts.
pub const CURRENCY: &[Choice] = &[Choice::plain("USD"), Choice::plain("THB")];

/// Kinds of segments.
pub const SEGMENT_TYPE: &[Choice] =
    &[Choice::new("dynamic", "Dynamic - Auto-updates based on rules"), Choice::new("static", "Static - Manually curated list")];

/// States of a segment.
pub const SEGMENT_STATUS: &[Choice] =
    &[Choice::new("active", "Active"), Choice::new("paused", "Paused"), Choice::new("archived", "Archived")];
