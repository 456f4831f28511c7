//! The field catalogue: the closed list of columns that rules may name, and the path by which they name them.
//!
//! One static per column, made from Diesel's schema; the admin's lists and the import use the same ones. Contact rules
//! reach the company as `company.FIELD` and its contracts as `contract.FIELD`, company rules reach contracts as
//! `contract.FIELD`; anything else is an unknown field, so that no rule can ask about a password.

use crate::query::{Column, text};

use super::document::Entity;

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

    /// Every column that rules may name, in the order in which forms offer them.
    pub static ALL: &[&Column] =
        &[&CONTRACT_NUMBER, &STATUS, &CONTRACT_TYPE, &SERVICE_TYPE, &VALUE, &CURRENCY, &START_DATE, &END_DATE, &AUTO_RENEW, &IS_ACTIVE];
}

/// Whose column a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// The contact itself.
    Contact,
    /// The company (the contact's, in contact rules).
    Company,
    /// A contract of the company.
    Contract,
}

impl Owner {
    fn columns(self) -> &'static [&'static Column] {
        match self {
            Self::Contact => contact::ALL,
            Self::Company => company::ALL,
            Self::Contract => contract::ALL,
        }
    }
}

/// A field that a rule may name: a column, and how it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Whose it is.
    pub owner: Owner,
    /// The column.
    pub column: &'static Column,
}

impl Field {
    /// The path by which rules of `entity` name it: `name`, `company.country`, `contract.status`.
    pub fn path(self, entity: Entity) -> String {
        match (entity, self.owner) {
            (Entity::Contact, Owner::Contact) | (Entity::Company, Owner::Company) => self.column.name.to_owned(),
            (_, Owner::Company) => format!("company.{}", self.column.name),
            (_, Owner::Contract) => format!("contract.{}", self.column.name),
            (Entity::Company, Owner::Contact) => format!("contact.{}", self.column.name),
        }
    }
}

/// Every field that rules of `entity` may name.
pub fn fields(entity: Entity) -> impl Iterator<Item = Field> {
    owners(entity).iter().flat_map(|&owner| owner.columns().iter().map(move |column| Field { owner, column }))
}

/// The field that `path` names in rules of `entity`.
pub fn find(entity: Entity, path: &str) -> Option<Field> {
    let (owner, name) = match (entity, path.split_once('.')) {
        (Entity::Contact, None) => (Owner::Contact, path),
        (Entity::Company, None) => (Owner::Company, path),
        (Entity::Contact, Some(("company", name))) if !name.contains('.') => (Owner::Company, name),
        (_, Some(("contract", name))) => (Owner::Contract, name),
        // The spelling of the old API's documentation.
        (_, Some(("company", name))) => (Owner::Contract, name.strip_prefix("contracts.")?),
        _ => return None,
    };
    owner.columns().iter().find(|column| column.name == name).map(|column| Field { owner, column })
}

/// The path that `typed` was probably meant to be.
pub fn suggest(entity: Entity, typed: &str) -> Option<String> {
    let paths: Vec<String> = fields(entity).map(|field| field.path(entity)).collect();
    let bare = typed.rsplit('.').next().unwrap_or(typed);
    let with_this_name = || paths.iter().find(|path| path.rsplit('.').next() == Some(bare)).cloned();
    with_this_name().or_else(|| text::nearest(typed, paths.iter().map(String::as_str)).map(str::to_owned))
}

fn owners(entity: Entity) -> &'static [Owner] {
    match entity {
        Entity::Contact => &[Owner::Contact, Owner::Company, Owner::Contract],
        Entity::Company => &[Owner::Company, Owner::Contract],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_entity_and_nothing_else_is_reached() {
        for entity in [Entity::Contact, Entity::Company] {
            for field in fields(entity) {
                assert_eq!(find(entity, &field.path(entity)), Some(field));
            }
        }
        for (entity, path) in [(Entity::Contact, "company.contracts.status"), (Entity::Company, "contract.status")] {
            assert_eq!(find(entity, path).map(|field| field.column), Some(&contract::STATUS));
        }
        for path in [
            "",
            "id",
            "company.id",
            "company.company.name",
            "company__country",
            "segments__created_by__password",
            "contract.company.name",
            "contract.",
            "NAME",
            "notes",
        ] {
            assert_eq!(find(Entity::Contact, path), None, "{path}");
        }
        for path in ["title", "company.name", "contact.name"] {
            assert_eq!(find(Entity::Company, path), None, "{path}");
        }
    }

    #[test]
    fn a_near_miss_is_suggested() {
        assert_eq!(suggest(Entity::Contact, "country").as_deref(), Some("company.country"));
        assert_eq!(suggest(Entity::Company, "industri").as_deref(), Some("industry"));
        assert_eq!(suggest(Entity::Contact, "zzz"), None);
    }
}
