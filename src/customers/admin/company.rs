//! What the list and the page of companies show.
//!
//! Read by `crate::admin` through the declaration of `mod.rs`.

use super::{COMPANY_ID, COUNTED, by, model, shown};
use crate::accounts::actor::Subject;
use crate::admin::cell::Show;
use crate::admin::editing::Editing;
use crate::admin::fieldset::{Fieldset, Fold};
use crate::admin::filters::ListFilter;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::model_admin::{Model, ModelAdmin, Store, Total};
use crate::admin::search::SearchField;
use crate::criteria::catalogue::company as companies;
use crate::criteria::choices;
use crate::customers::company;
use crate::query::Column;

/// Companies.
pub struct CompanyAdmin;

impl ModelAdmin for CompanyAdmin {
    type Row = company::Company;
    type Panels = ();
    type Cleaned = ();

    const MODEL: Model = model("company", "Company", "Companies", Subject::Company);
    const KEY: &'static Column = &COMPANY_ID;
    const STORE: Store<Self::Row> = Store { source: &company::SOURCE, list: company::list, id: |row| row.id, name: |row| row.name.clone() };
    const TOTAL: Total = Total::UpTo(COUNTED);
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
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(companies::SEARCHED)];
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
