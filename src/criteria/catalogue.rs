//! The field catalogue: the closed list of columns that rules may name.
//!
//! One static per column, made from Diesel's schema, so that a misspelt one does not compile; the admin's lists and the
//! import use the same ones. How rules reach them is in `field`.

use crate::query::{Column, Kind};

/// How many contracts a company has of those that are asked about.
pub static COUNT_OF_CONTRACTS: Column = asked_like("", "number of contracts", Kind::Integer);
/// What they are worth in all.
pub static SUM_OF_VALUES: Column = asked_like("", "sum of values", Kind::Decimal);
/// The segments that a contact is a member of; rules of both entities name it.
pub static SEGMENT: Column = asked_like("segment", "segment", Kind::Id);

/// What is no column but is asked about like one.
const fn asked_like(name: &'static str, label: &'static str, kind: Kind) -> Column {
    Column { table: "", name, label, kind, choices: &[], nullable: false }
}

/// Columns of companies.
pub mod company {
    use crate::criteria::choices;
    use crate::db::schema::crm_app_company as t;
    use crate::query::Column;

    const TABLE: &str = "crm_app_company";

    /// Name.
    pub static NAME: Column = Column::new(t::name, TABLE, "name");
    /// Legal entity name.
    pub static LEGAL_ENTITY_NAME: Column = Column::new(t::legal_entity_name, TABLE, "legal entity name");
    /// Country.
    pub static COUNTRY: Column = Column::new(t::country, TABLE, "country");
    /// City.
    pub static CITY: Column = Column::new(t::city, TABLE, "city");
    /// State.
    pub static STATE: Column = Column::new(t::state, TABLE, "state");
    /// Industry.
    pub static INDUSTRY: Column = Column::new(t::industry, TABLE, "industry").with_choices(choices::INDUSTRY);
    /// Location count.
    pub static LOCATION_COUNT: Column = Column::new(t::location_count, TABLE, "location count");
    /// Music zone count.
    pub static MUSIC_ZONE_COUNT: Column = Column::new(t::music_zone_count, TABLE, "music zone count");
    /// Current plan.
    pub static CURRENT_PLAN: Column = Column::new(t::current_plan, TABLE, "current plan");
    /// Billing entity.
    pub static BILLING_ENTITY: Column = Column::new(t::billing_entity, TABLE, "billing entity").with_choices(choices::BILLING_ENTITY);
    /// Active.
    pub static IS_ACTIVE: Column = Column::new(t::is_active, TABLE, "active");
    /// Corporate parent.
    pub static IS_CORPORATE_PARENT: Column = Column::new(t::is_corporate_parent, TABLE, "corporate parent");
    /// Seasonal e-mails enabled.
    pub static SEASONAL_EMAILS_ENABLED: Column = Column::new(t::seasonal_emails_enabled, TABLE, "seasonal e-mails enabled");
    /// Website.
    pub static WEBSITE: Column = Column::new(t::website, TABLE, "website");
    /// Phone.
    pub static PHONE: Column = Column::new(t::phone, TABLE, "phone");
    /// E-mail.
    pub static EMAIL: Column = Column::new(t::email, TABLE, "e-mail");
    /// Created at.
    pub static CREATED_AT: Column = Column::new(t::created_at, TABLE, "created at");
    /// Updated at.
    pub static UPDATED_AT: Column = Column::new(t::updated_at, TABLE, "updated at");

    /// What lists search, as one text; in the order of its index.
    pub static SEARCHED: &[&Column] = &[&NAME, &LEGAL_ENTITY_NAME, &EMAIL, &COUNTRY, &CITY];

    /// Every column that rules may name, in the order in which forms offer them.
    pub static ALL: &[&Column] = &[
        &NAME,
        &LEGAL_ENTITY_NAME,
        &COUNTRY,
        &CITY,
        &STATE,
        &INDUSTRY,
        &LOCATION_COUNT,
        &MUSIC_ZONE_COUNT,
        &CURRENT_PLAN,
        &BILLING_ENTITY,
        &IS_ACTIVE,
        &IS_CORPORATE_PARENT,
        &SEASONAL_EMAILS_ENABLED,
        &WEBSITE,
        &PHONE,
        &EMAIL,
        &CREATED_AT,
        &UPDATED_AT,
    ];
}

/// Columns of contacts.
pub mod contact {
    use crate::criteria::choices;
    use crate::db::schema::crm_app_contact as t;
    use crate::query::Column;

    const TABLE: &str = "crm_app_contact";

    /// Name.
    pub static NAME: Column = Column::new(t::name, TABLE, "name");
    /// E-mail.
    pub static EMAIL: Column = Column::new(t::email, TABLE, "e-mail");
    /// Phone.
    pub static PHONE: Column = Column::new(t::phone, TABLE, "phone");
    /// Mobile.
    pub static MOBILE: Column = Column::new(t::mobile, TABLE, "mobile");
    /// Title.
    pub static TITLE: Column = Column::new(t::title, TABLE, "title");
    /// Department.
    pub static DEPARTMENT: Column = Column::new(t::department, TABLE, "department");
    /// Contact type.
    pub static CONTACT_TYPE: Column = Column::new(t::contact_type, TABLE, "contact type").with_choices(choices::CONTACT_TYPE);
    /// Primary contact.
    pub static IS_PRIMARY: Column = Column::new(t::is_primary, TABLE, "primary contact");
    /// Preferred contact method.
    pub static PREFERRED_CONTACT_METHOD: Column =
        Column::new(t::preferred_contact_method, TABLE, "preferred contact method").with_choices(choices::PREFERRED_CONTACT_METHOD);
    /// Preferred language.
    pub static PREFERRED_LANGUAGE: Column = Column::new(t::preferred_language, TABLE, "preferred language");
    /// Receives notifications.
    pub static RECEIVES_NOTIFICATIONS: Column = Column::new(t::receives_notifications, TABLE, "receives notifications");
    /// Receives renewal e-mails.
    pub static RECEIVES_RENEWAL_EMAILS: Column = Column::new(t::receives_renewal_emails, TABLE, "receives renewal e-mails");
    /// Receives seasonal e-mails.
    pub static RECEIVES_SEASONAL_EMAILS: Column = Column::new(t::receives_seasonal_emails, TABLE, "receives seasonal e-mails");
    /// Receives payment e-mails.
    pub static RECEIVES_PAYMENT_EMAILS: Column = Column::new(t::receives_payment_emails, TABLE, "receives payment e-mails");
    /// Receives quarterly e-mails.
    pub static RECEIVES_QUARTERLY_EMAILS: Column = Column::new(t::receives_quarterly_emails, TABLE, "receives quarterly e-mails");
    /// Last contacted.
    pub static LAST_CONTACTED: Column = Column::new(t::last_contacted, TABLE, "last contacted");
    /// Created at.
    pub static CREATED_AT: Column = Column::new(t::created_at, TABLE, "created at");
    /// Updated at.
    pub static UPDATED_AT: Column = Column::new(t::updated_at, TABLE, "updated at");
    /// Active.
    pub static IS_ACTIVE: Column = Column::new(t::is_active, TABLE, "active");
    /// Unsubscribed.
    pub static UNSUBSCRIBED: Column = Column::new(t::unsubscribed, TABLE, "unsubscribed");

    /// What lists search, as one text; in the order of its index.
    pub static SEARCHED: &[&Column] = &[&NAME, &EMAIL, &TITLE];

    /// Every column that rules may name, in the order in which forms offer them.
    pub static ALL: &[&Column] = &[
        &NAME,
        &EMAIL,
        &PHONE,
        &MOBILE,
        &TITLE,
        &DEPARTMENT,
        &CONTACT_TYPE,
        &IS_PRIMARY,
        &PREFERRED_CONTACT_METHOD,
        &PREFERRED_LANGUAGE,
        &RECEIVES_NOTIFICATIONS,
        &RECEIVES_RENEWAL_EMAILS,
        &RECEIVES_SEASONAL_EMAILS,
        &RECEIVES_PAYMENT_EMAILS,
        &RECEIVES_QUARTERLY_EMAILS,
        &LAST_CONTACTED,
        &CREATED_AT,
        &UPDATED_AT,
        &IS_ACTIVE,
        &UNSUBSCRIBED,
    ];
}

/// Columns of contracts.
pub mod contract {
    use crate::criteria::choices;
    use crate::db::schema::crm_app_contract as t;
    use crate::query::Column;

    const TABLE: &str = "crm_app_contract";

    /// Contract number.
    pub static CONTRACT_NUMBER: Column = Column::new(t::contract_number, TABLE, "contract number");
    /// Status.
    pub static STATUS: Column = Column::new(t::status, TABLE, "status").with_choices(choices::CONTRACT_STATUS);
    /// Contract type.
    pub static CONTRACT_TYPE: Column = Column::new(t::contract_type, TABLE, "contract type").with_choices(choices::CONTRACT_TYPE);
    /// Service type.
    pub static SERVICE_TYPE: Column = Column::new(t::service_type, TABLE, "service type");
    /// Value.
    pub static VALUE: Column = Column::new(t::value, TABLE, "value");
    /// Currency.
    pub static CURRENCY: Column = Column::new(t::currency, TABLE, "currency").with_choices(choices::CURRENCY);
    /// Start date.
    pub static START_DATE: Column = Column::new(t::start_date, TABLE, "start date");
    /// End date.
    pub static END_DATE: Column = Column::new(t::end_date, TABLE, "end date");
    /// Renews by itself.
    pub static AUTO_RENEW: Column = Column::new(t::auto_renew, TABLE, "renews by itself");
    /// Active.
    pub static IS_ACTIVE: Column = Column::new(t::is_active, TABLE, "active");

    /// What lists search, as one text; in the order of its index.
    pub static SEARCHED: &[&Column] = &[&CONTRACT_NUMBER, &SERVICE_TYPE];

    /// Every column that rules may name, in the order in which forms offer them.
    pub static ALL: &[&Column] =
        &[&CONTRACT_NUMBER, &STATUS, &CONTRACT_TYPE, &SERVICE_TYPE, &VALUE, &CURRENCY, &START_DATE, &END_DATE, &AUTO_RENEW, &IS_ACTIVE];
}
