//! The screens of companies, contacts and contracts: what their lists and pages show.
//!
//! Declarations only, read by `crate::admin`. All three are looked at and not edited here: on a shared database they are
//! the CRM's, on our own they come from files.

use super::{company, contact, contract};
use crate::accounts::actor::Subject;
use crate::admin::cell::{Cell, Show};
use crate::admin::editing::Editing;
use crate::admin::fieldset::{Field, Fieldset, Fold, ReadonlyField};
use crate::admin::filters::ListFilter;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::model_admin::{Model, ModelAdmin, Store, Total};
use crate::admin::search::SearchField;
use crate::criteria::catalogue::{company as companies, contact as contacts, contract as contracts};
use crate::criteria::choices;
use crate::db::Id;
use crate::db::schema::{crm_app_company, crm_app_contact, crm_app_contract};
use crate::query::Column;

/// Totals of these lists are exact up to here.
const COUNTED: i64 = 10_000;

static COMPANY_ID: Column = Column::new(crm_app_company::id, "crm_app_company", "ID");
static CONTACT_ID: Column = Column::new(crm_app_contact::id, "crm_app_contact", "ID");
static CONTACT_COMPANY: Column = Column::new(crm_app_contact::company_id, "crm_app_contact", "company");
static CONTRACT_ID: Column = Column::new(crm_app_contract::id, "crm_app_contract", "ID");
static CONTRACT_COMPANY: Column = Column::new(crm_app_contract::company_id, "crm_app_contract", "company");

/// Companies.
pub struct CompanyAdmin;

impl ModelAdmin for CompanyAdmin {
    type Row = company::Company;
    type Panels = ();
    type Cleaned = ();

    const MODEL: Model = model("company", "Company", "Companies", Subject::Company);
    const KEY: &'static Column = &COMPANY_ID;
    const STORE: Store<Self::Row> = Store { list: company::list, count: company::count, id: |row| row.id, name: |row| row.name.clone() };
    const TOTAL: Total = Total::UpTo(COUNTED, company::count_up_to);
    const LIST_DISPLAY: &'static [ListColumn<Self::Row>] = &[
        ListColumn::link("name", "Name", Show::Text(|row| &row.name), by(&companies::NAME)),
        ListColumn::sorting("country", "Country", Show::Text(|row| &row.country), by(&companies::COUNTRY)),
        ListColumn::sorting("city", "City", Show::Text(|row| &row.city), by(&companies::CITY)),
        ListColumn::sorting("industry", "Industry", Show::Choice(choices::INDUSTRY, |row| &row.industry), by(&companies::INDUSTRY)),
        ListColumn::sorting(
            "location_count",
            "Location count",
            Show::Number(|row| row.location_count.into()),
            by(&companies::LOCATION_COUNT),
        ),
        ListColumn::sorting("current_plan", "Current plan", Show::Text(|row| &row.current_plan), by(&companies::CURRENT_PLAN)),
        ListColumn::sorting("is_active", "Active", Show::Flag(|row| row.is_active), by(&companies::IS_ACTIVE)),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[
        ListFilter::choices("industry", "industry", &companies::INDUSTRY),
        ListFilter::choices("billing_entity", "billing entity", &companies::BILLING_ENTITY),
        ListFilter::boolean("is_active", "active", &companies::IS_ACTIVE),
        ListFilter::date("created_at", "created at", &companies::CREATED_AT),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[
        SearchField::new(&companies::NAME),
        SearchField::new(&companies::LEGAL_ENTITY_NAME),
        SearchField::new(&companies::EMAIL),
        SearchField::new(&companies::COUNTRY),
        SearchField::new(&companies::CITY),
    ];
    const ORDERING: &'static [SortKey] = &[by(&companies::NAME)];
    const FIELDSETS: &'static [Fieldset<Self::Row>] = &[
        Fieldset {
            title: "Basic Information",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("name", "Name", Show::Text(|row| &row.name)),
                shown("legal_entity_name", "Legal entity name", Show::Text(|row| &row.legal_entity_name)),
                shown("industry", "Industry", Show::Choice(choices::INDUSTRY, |row| &row.industry)),
                shown("location_count", "Location count", Show::Number(|row| row.location_count.into())),
                shown("music_zone_count", "Music zone count", Show::Number(|row| row.music_zone_count.into())),
                shown("current_plan", "Current plan", Show::Text(|row| &row.current_plan)),
                shown("billing_entity", "Billing entity", Show::Text(|row| &row.billing_entity)),
                shown("is_corporate_parent", "Corporate parent", Show::Flag(|row| row.is_corporate_parent)),
                shown("is_active", "Active", Show::Flag(|row| row.is_active)),
                shown("seasonal_emails_enabled", "Seasonal e-mails enabled", Show::Flag(|row| row.seasonal_emails_enabled)),
                shown("notes", "Notes", Show::Text(|row| &row.notes)),
            ],
        },
        Fieldset {
            title: "Contact Information",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("address_line1", "Address line 1", Show::Text(|row| &row.address_line1)),
                shown("address_line2", "Address line 2", Show::Text(|row| &row.address_line2)),
                shown("postal_code", "Postal code", Show::Text(|row| &row.postal_code)),
                shown("city", "City", Show::Text(|row| &row.city)),
                shown("state", "State", Show::Text(|row| &row.state)),
                shown("country", "Country", Show::Text(|row| &row.country)),
                shown("website", "Website", Show::Text(|row| &row.website)),
                shown("phone", "Phone", Show::Text(|row| &row.phone)),
                shown("email", "E-mail", Show::Text(|row| &row.email)),
            ],
        },
        Fieldset {
            title: "Metadata",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("created_at", "Created at", Show::Time(|row| Some(row.created_at))),
                shown("updated_at", "Updated at", Show::Time(|row| Some(row.updated_at))),
            ],
        },
    ];
    const EDITING: Editing<Self> =
        Editing::ViewOnly("Companies come from files: customer-segments import companies FILE.csv. Here they are only shown.");
}

/// Contacts.
pub struct ContactAdmin;

impl ModelAdmin for ContactAdmin {
    type Row = contact::Row;
    type Panels = ();
    type Cleaned = ();

    const MODEL: Model = model("contact", "Contact", "Contacts", Subject::Contact);
    const KEY: &'static Column = &CONTACT_ID;
    const STORE: Store<Self::Row> =
        Store { list: contact::list, count: contact::count, id: |row| row.contact.id, name: |row| row.contact.name.clone() };
    const TOTAL: Total = Total::UpTo(COUNTED, contact::count_up_to);
    const LIST_DISPLAY: &'static [ListColumn<Self::Row>] = &[
        ListColumn::link("name", "Name", Show::Text(|row| &row.contact.name), by(&contacts::NAME)),
        ListColumn::sorting("company", "Company", Show::Text(|row| &row.company_name), by(&companies::NAME)),
        ListColumn::sorting("title", "Title", Show::Text(|row| &row.contact.title), by(&contacts::TITLE)),
        ListColumn::sorting("email", "E-mail", Show::Text(|row| &row.contact.email), by(&contacts::EMAIL)),
        ListColumn::sorting(
            "contact_type",
            "Contact type",
            Show::Choice(choices::CONTACT_TYPE, |row| &row.contact.contact_type),
            by(&contacts::CONTACT_TYPE),
        ),
        ListColumn::sorting("is_active", "Active", Show::Flag(|row| row.contact.is_active), by(&contacts::IS_ACTIVE)),
        ListColumn::sorting("unsubscribed", "Unsubscribed", Show::Flag(|row| row.contact.unsubscribed), by(&contacts::UNSUBSCRIBED)),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[
        ListFilter::choices("contact_type", "contact type", &contacts::CONTACT_TYPE),
        ListFilter::boolean("is_active", "active", &contacts::IS_ACTIVE),
        ListFilter::boolean("unsubscribed", "unsubscribed", &contacts::UNSUBSCRIBED),
        ListFilter::date("created_at", "created at", &contacts::CREATED_AT),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[
        SearchField::new(&contacts::NAME),
        SearchField::new(&contacts::EMAIL),
        SearchField::new(&contacts::TITLE),
        SearchField::through(&CONTACT_COMPANY, &COMPANY_ID, &companies::NAME),
    ];
    const ORDERING: &'static [SortKey] = &[by(&contacts::NAME)];
    const FIELDSETS: &'static [Fieldset<Self::Row>] = &[
        Fieldset {
            title: "Basic Information",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("name", "Name", Show::Text(|row| &row.contact.name)),
                shown("company", "Company", Show::Cell(|row, _| company_link(row.contact.company_id, &row.company_name))),
                shown("title", "Title", Show::Text(|row| &row.contact.title)),
                shown("department", "Department", Show::Text(|row| &row.contact.department)),
                shown("contact_type", "Contact type", Show::Choice(choices::CONTACT_TYPE, |row| &row.contact.contact_type)),
                shown("is_primary", "Primary contact", Show::Flag(|row| row.contact.is_primary)),
                shown("is_active", "Active", Show::Flag(|row| row.contact.is_active)),
                shown("notes", "Notes", Show::Text(|row| &row.contact.notes)),
            ],
        },
        Fieldset {
            title: "Contact Information",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("email", "E-mail", Show::Text(|row| &row.contact.email)),
                shown("phone", "Phone", Show::Text(|row| &row.contact.phone)),
                shown("mobile", "Mobile", Show::Text(|row| &row.contact.mobile)),
                shown("linkedin_url", "LinkedIn URL", Show::Text(|row| &row.contact.linkedin_url)),
                shown("preferred_contact_method", "Preferred contact method", Show::Text(|row| &row.contact.preferred_contact_method)),
                shown("preferred_language", "Preferred language", Show::Text(|row| &row.contact.preferred_language)),
                shown("last_contacted", "Last contacted", Show::Time(|row| row.contact.last_contacted)),
            ],
        },
        Fieldset {
            title: "E-mail Preferences",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("unsubscribed", "Unsubscribed", Show::Flag(|row| row.contact.unsubscribed)),
                shown("receives_notifications", "Receives notifications", Show::Flag(|row| row.contact.receives_notifications)),
                shown("receives_renewal_emails", "Receives renewal e-mails", Show::Flag(|row| row.contact.receives_renewal_emails)),
                shown("receives_seasonal_emails", "Receives seasonal e-mails", Show::Flag(|row| row.contact.receives_seasonal_emails)),
                shown("receives_payment_emails", "Receives payment e-mails", Show::Flag(|row| row.contact.receives_payment_emails)),
                shown("receives_quarterly_emails", "Receives quarterly e-mails", Show::Flag(|row| row.contact.receives_quarterly_emails)),
            ],
        },
        Fieldset {
            title: "Metadata",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("created_at", "Created at", Show::Time(|row| Some(row.contact.created_at))),
                shown("updated_at", "Updated at", Show::Time(|row| Some(row.contact.updated_at))),
            ],
        },
    ];
    const EDITING: Editing<Self> =
        Editing::ViewOnly("Contacts come from files: customer-segments import contacts FILE.csv. Here they are only shown.");
}

/// Contracts.
pub struct ContractAdmin;

impl ModelAdmin for ContractAdmin {
    type Row = contract::Row;
    type Panels = ();
    type Cleaned = ();

    const MODEL: Model = model("contract", "Contract", "Contracts", Subject::Contract);
    const KEY: &'static Column = &CONTRACT_ID;
    const STORE: Store<Self::Row> =
        Store { list: contract::list, count: contract::count, id: |row| row.contract.id, name: |row| row.contract.contract_number.clone() };
    const TOTAL: Total = Total::UpTo(COUNTED, contract::count_up_to);
    const LIST_DISPLAY: &'static [ListColumn<Self::Row>] = &[
        ListColumn::link(
            "contract_number",
            "Contract number",
            Show::Text(|row| &row.contract.contract_number),
            by(&contracts::CONTRACT_NUMBER),
        ),
        ListColumn::sorting("company", "Company", Show::Text(|row| &row.company_name), by(&companies::NAME)),
        ListColumn::sorting("status", "Status", Show::Text(|row| &row.contract.status), by(&contracts::STATUS)),
        ListColumn::sorting("contract_type", "Contract type", Show::Text(|row| &row.contract.contract_type), by(&contracts::CONTRACT_TYPE)),
        ListColumn::sorting(
            "value",
            "Value",
            Show::Cell(|row, display| display.money(row.contract.value, &row.contract.currency)),
            by(&contracts::VALUE),
        ),
        ListColumn::sorting("start_date", "Start date", Show::Day(|row| row.contract.start_date), by(&contracts::START_DATE)),
        ListColumn::sorting("end_date", "End date", Show::Day(|row| row.contract.end_date), by(&contracts::END_DATE)),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[
        ListFilter::choices("status", "status", &contracts::STATUS),
        ListFilter::choices("contract_type", "contract type", &contracts::CONTRACT_TYPE),
        ListFilter::choices("currency", "currency", &contracts::CURRENCY),
        ListFilter::date("end_date", "end date", &contracts::END_DATE),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[
        SearchField::new(&contracts::CONTRACT_NUMBER),
        SearchField::new(&contracts::SERVICE_TYPE),
        SearchField::through(&CONTRACT_COMPANY, &COMPANY_ID, &companies::NAME),
    ];
    const ORDERING: &'static [SortKey] = &[by(&contracts::END_DATE)];
    const FIELDSETS: &'static [Fieldset<Self::Row>] = &[
        Fieldset {
            title: "Basic Information",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("contract_number", "Contract number", Show::Text(|row| &row.contract.contract_number)),
                shown("company", "Company", Show::Cell(|row, _| company_link(row.contract.company_id, &row.company_name))),
                shown("contract_type", "Contract type", Show::Text(|row| &row.contract.contract_type)),
                shown("service_type", "Service type", Show::Text(|row| &row.contract.service_type)),
                shown("status", "Status", Show::Text(|row| &row.contract.status)),
                shown("value", "Value", Show::Cell(|row, display| display.money(row.contract.value, &row.contract.currency))),
            ],
        },
        Fieldset {
            title: "Duration",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("start_date", "Start date", Show::Day(|row| row.contract.start_date)),
                shown("end_date", "End date", Show::Day(|row| row.contract.end_date)),
                shown("auto_renew", "Renews by itself", Show::Flag(|row| row.contract.auto_renew)),
                shown("is_active", "Active", Show::Flag(|row| row.contract.is_active)),
            ],
        },
        Fieldset {
            title: "Metadata",
            description: "",
            fold: Fold::Never,
            fields: &[
                shown("created_at", "Created at", Show::Time(|row| Some(row.contract.created_at))),
                shown("updated_at", "Updated at", Show::Time(|row| Some(row.contract.updated_at))),
            ],
        },
    ];
    const EDITING: Editing<Self> =
        Editing::ViewOnly("Contracts come from files: customer-segments import contracts FILE.csv. Here they are only shown.");
}

const fn model(model_name: &'static str, verbose_name: &'static str, verbose_name_plural: &'static str, subject: Subject) -> Model {
    Model { app_label: "crm_app", model_name, verbose_name, verbose_name_plural, subject }
}

const fn by(column: &'static Column) -> SortKey {
    SortKey::ascending(column)
}

const fn shown<Row>(name: &'static str, label: &'static str, show: Show<Row>) -> Field<Row> {
    ReadonlyField::showing(name, label, show).field()
}

fn company_link(id: Id, name: &str) -> Cell {
    Cell::Link { href: CompanyAdmin::MODEL.change_url(id), text: name.to_owned() }
}
