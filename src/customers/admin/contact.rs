//! What the list and the page of contacts show.
//!
//! Read by `crate::admin` through the declaration of `mod.rs`.

use super::{COUNTED, by, company_link, company_named, model, shown};
use crate::accounts::actor::Subject;
use crate::admin::cell::Show;
use crate::admin::editing::Editing;
use crate::admin::fieldset::{Fieldset, Fold};
use crate::admin::filters::ListFilter;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::model_admin::{Model, ModelAdmin, Store, Total};
use crate::admin::search::SearchField;
use crate::criteria::catalogue::{company as companies, contact as contacts};
use crate::criteria::choices;
use crate::customers::contact;
use crate::db::schema::crm_app_contact;
use crate::query::Column;

static CONTACT_ID: Column = Column::new(crm_app_contact::id, "crm_app_contact", "ID");
static CONTACT_COMPANY: Column = Column::new(crm_app_contact::company_id, "crm_app_contact", "company");

/// Contacts.
pub struct ContactAdmin;

impl ModelAdmin for ContactAdmin {
    type Row = contact::Row;
    type Panels = ();
    type Cleaned = ();

    const MODEL: Model = model("contact", "Contact", "Contacts", Subject::Contact);
    const KEY: &'static Column = &CONTACT_ID;
    const STORE: Store<Self::Row> =
        Store { source: &contact::SOURCE, list: contact::list, id: |row| row.contact.id, name: |row| row.contact.name.clone() };
    const TOTAL: Total = Total::UpTo(COUNTED);
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
        ListFilter::emptiness("email", "e-mail", &contacts::EMAIL),
        ListFilter::date("created_at", "created at", &contacts::CREATED_AT),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(contacts::SEARCHED), company_named(&CONTACT_COMPANY)];
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
