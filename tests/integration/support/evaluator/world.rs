//! The rows that the evaluator looks at: the catalogue's columns of schema.md, and the ids that join them.
//!
//! Columns that no rule can name (notes, address lines …) are left out: whoever writes a world into a database fills them as he likes.

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Everything there is, in no particular order.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) companies: Vec<Company>,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) contracts: Vec<Contract>,
}

/// A row of `crm_app_company`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Company {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) legal_entity_name: String,
    pub(crate) country: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) industry: String,
    pub(crate) location_count: i32,
    pub(crate) music_zone_count: i32,
    pub(crate) current_plan: String,
    pub(crate) billing_entity: String,
    pub(crate) is_active: bool,
    pub(crate) is_corporate_parent: bool,
    pub(crate) seasonal_emails_enabled: bool,
    pub(crate) website: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// A row of `crm_app_contact`.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, clippy::struct_field_names, reason = "the columns of the table")]
pub(crate) struct Contact {
    pub(crate) id: Uuid,
    pub(crate) company_id: Uuid,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) mobile: String,
    pub(crate) title: String,
    pub(crate) department: String,
    pub(crate) contact_type: String,
    pub(crate) is_primary: bool,
    pub(crate) preferred_contact_method: String,
    pub(crate) preferred_language: String,
    pub(crate) receives_notifications: bool,
    pub(crate) receives_renewal_emails: bool,
    pub(crate) receives_seasonal_emails: bool,
    pub(crate) receives_payment_emails: bool,
    pub(crate) receives_quarterly_emails: bool,
    /// The only column of the three tables that may be NULL.
    pub(crate) last_contacted: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) is_active: bool,
    pub(crate) unsubscribed: bool,
}

/// A row of `crm_app_contract`. `value` has two decimals and at most ten digits before them.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_field_names, reason = "the columns of the table")]
pub(crate) struct Contract {
    pub(crate) id: Uuid,
    pub(crate) company_id: Uuid,
    pub(crate) contract_number: String,
    pub(crate) status: String,
    pub(crate) contract_type: String,
    pub(crate) service_type: String,
    pub(crate) value: BigDecimal,
    pub(crate) currency: String,
    pub(crate) start_date: NaiveDate,
    pub(crate) end_date: NaiveDate,
    pub(crate) auto_renew: bool,
    pub(crate) is_active: bool,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}
