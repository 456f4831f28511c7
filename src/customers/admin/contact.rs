//! What the list and the form of contacts show.
//!
//! Read by `crate::admin` through the declaration of `mod.rs`.

use super::form::{Record, delete_selected, editing};
use super::import::LIST_TOOLS;
use super::{COMPANY, COUNTED, IN_LISTS, by, by_company, company_named, model, shown};
use crate::admin::actions::Action;
use crate::admin::cell::Show;
use crate::admin::editing::Editing;
use crate::admin::fieldset::{Field, Fieldset, Fold, FormField, Widget};
use crate::admin::filters::ListFilter;
use crate::admin::form::FormErrors;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::model_admin::{ListTool, Method, Model, ModelAdmin, ObjectTool, Store, Total};
use crate::admin::search::SearchField;
use crate::criteria::catalogue::{company as companies, contact as contacts};
use crate::criteria::choices;
use crate::customers::contact::{self, Contact, Row};
use crate::db::schema::crm_app_contact;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::Column;

static CONTACT_ID: Column = Column::new(crm_app_contact::id, "crm_app_contact", "ID");
/// The company of a contact.
pub(super) static CONTACT_COMPANY: Column = Column::new(crm_app_contact::company_id, "crm_app_contact", "company");

/// Contacts.
pub struct ContactAdmin;

impl ModelAdmin for ContactAdmin {
    type Row = Row;
    type Panels = ();
    type Cleaned = Contact;

    const MODEL: Model = model("contact", "Contact", "Contacts", contact::RIGHTS);
    const KEY: &'static Column = &CONTACT_ID;
    const STORE: Store<Self::Row> =
        Store { source: &contact::SOURCE, list: contact::list, id: |row| row.contact.id, name: |row| row.contact.name.clone() };
    const DETAIL: fn(&Row) -> String = detail;
    const TOTAL: Total = Total::UpTo(COUNTED);
    const LIST_DISPLAY: &'static [ListColumn<Self::Row>] = &[
        ListColumn::link("name", "Name", Show::Text(|row| &row.contact.name), by(&contacts::NAME)),
        ListColumn::sorting("company", "Company", Show::Text(|row| &row.company_name), by(&companies::NAME)),
        ListColumn::sorting("title", "Title", Show::Text(|row| &row.contact.title), by(&contacts::TITLE)),
        ListColumn::sorting("email", "E-mail", Show::Email(|row| &row.contact.email), by(&contacts::EMAIL)),
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
        by_company::filter("contact", &CONTACT_COMPANY, |_, _, key| Ok(by_company::of(&CONTACT_COMPANY, key))),
        ListFilter::choices("contact_type", "contact type", &contacts::CONTACT_TYPE),
        ListFilter::boolean("is_active", "active", &contacts::IS_ACTIVE),
        ListFilter::boolean("unsubscribed", "unsubscribed", &contacts::UNSUBSCRIBED),
        ListFilter::emptiness("email", "e-mail", &contacts::EMAIL),
        ListFilter::date("created_at", "created at", &contacts::CREATED_AT),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(contacts::SEARCHED), company_named(&CONTACT_COMPANY)];
    const ORDERING: &'static [SortKey] = &[by(&contacts::NAME)];
    const LIST_TOOLS: &'static [ListTool] = LIST_TOOLS;
    const ACTIONS: &'static [Action<Self>] = &[delete_selected("Delete selected Contacts")];
    const OBJECT_TOOLS: &'static [ObjectTool<Row>] = &[ObjectTool {
        label: "Why in a segment or not?",
        page: "segments",
        method: Method::Ask("Name of a segment; nothing for all"),
        is_offered: |_, _| true,
    }];
    const FIELDSETS: &'static [Fieldset<Self::Row>] = &[
        Fieldset { title: "Basic Information", description: "", fold: Fold::Never, fields: BASIC },
        Fieldset { title: "Contact Information", description: "", fold: Fold::Never, fields: CONTACT },
        Fieldset { title: "E-mail Preferences", description: "", fold: Fold::Never, fields: PREFERENCES },
        Fieldset { title: "Metadata", description: "", fold: Fold::Never, fields: METADATA },
    ];
    const STYLES: &'static [&'static str] = super::STYLES;
    const SCRIPTS: &'static [&'static str] = &["admin/js/autocomplete.js"];
    const EDITING: Editing<Self> = editing(related, |_, _, _| Ok(Vec::new()));
}

impl Record for ContactAdmin {
    fn object(row: &Row) -> &Contact {
        &row.contact
    }

    fn judge(_: &mut AnyConnection, _: &Contact, _: Option<&Contact>, _: &mut FormErrors) -> Result<()> {
        Ok(())
    }
}

/// The address, or, for who has none, the company.
fn detail(row: &Row) -> String {
    let (address, company) = (row.contact.email.trim(), row.company_name.trim());
    if address.is_empty() { company.to_owned() } else { address.to_owned() }
}

const BASIC: &[Field<Row>] = &[
    FormField::new("name", "Name", Widget::Text(100), |row: &Row| row.contact.name.clone()).required().field(),
    FormField::new("company", "Company", Widget::ForeignKey(&COMPANY), |row: &Row| row.contact.company_id.to_string()).required().field(),
    FormField::new("title", "Title", Widget::Text(100), |row: &Row| row.contact.title.clone()).field(),
    FormField::new("department", "Department", Widget::Text(100), |row: &Row| row.contact.department.clone()).field(),
    FormField::new("contact_type", "Contact type", Widget::Select(choices::CONTACT_TYPE), |row: &Row| row.contact.contact_type.clone())
        .required()
        .initially("Other")
        .field(),
    FormField::new("is_primary", "Primary contact", Widget::Checkbox, |row: &Row| row.contact.is_primary.to_string()).field(),
    FormField::new("is_active", "Active", Widget::Checkbox, |row: &Row| row.contact.is_active.to_string())
        .initially("true")
        .help("Whether they still work there. Only active contacts are members of segments.")
        .field(),
    FormField::new("notes", "Notes", Widget::Textarea, |row: &Row| row.contact.notes.clone()).field(),
];

const CONTACT: &[Field<Row>] = &[
    FormField::new("email", "E-mail", Widget::Email(254), |row: &Row| row.contact.email.clone())
        .help("No two contacts of one company have the same address.")
        .field(),
    FormField::new("phone", "Phone", Widget::Text(20), |row: &Row| row.contact.phone.clone()).field(),
    FormField::new("mobile", "Mobile", Widget::Text(20), |row: &Row| row.contact.mobile.clone()).field(),
    FormField::new("linkedin_url", "LinkedIn URL", Widget::Url(200), |row: &Row| row.contact.linkedin_url.clone()).field(),
    FormField::new(
        "preferred_contact_method",
        "Preferred contact method",
        Widget::Select(choices::PREFERRED_CONTACT_METHOD),
        |row: &Row| row.contact.preferred_contact_method.clone(),
    )
    .required()
    .initially("Email")
    .field(),
    FormField::new("preferred_language", "Preferred language", Widget::Text(2), |row: &Row| row.contact.preferred_language.clone())
        .initially("en")
        .help("Two letters: en, th.")
        .field(),
    FormField::new("last_contacted", "Last contacted", Widget::DateTime, |row: &Row| {
        row.contact.last_contacted.map(|time| time.to_string()).unwrap_or_default()
    })
    .field(),
];

const PREFERENCES: &[Field<Row>] = &[
    FormField::new("unsubscribed", "Unsubscribed", Widget::Checkbox, |row: &Row| row.contact.unsubscribed.to_string())
        .help("They asked for no more mail: no segment has them as a member.")
        .field(),
    FormField::new("receives_notifications", "Receives notifications", Widget::Checkbox, |row: &Row| {
        row.contact.receives_notifications.to_string()
    })
    .initially("true")
    .field(),
    FormField::new("receives_renewal_emails", "Receives renewal e-mails", Widget::Checkbox, |row: &Row| {
        row.contact.receives_renewal_emails.to_string()
    })
    .initially("true")
    .field(),
    FormField::new("receives_seasonal_emails", "Receives seasonal e-mails", Widget::Checkbox, |row: &Row| {
        row.contact.receives_seasonal_emails.to_string()
    })
    .initially("true")
    .field(),
    FormField::new("receives_payment_emails", "Receives payment e-mails", Widget::Checkbox, |row: &Row| {
        row.contact.receives_payment_emails.to_string()
    })
    .initially("true")
    .field(),
    FormField::new("receives_quarterly_emails", "Receives quarterly e-mails", Widget::Checkbox, |row: &Row| {
        row.contact.receives_quarterly_emails.to_string()
    })
    .initially("true")
    .field(),
];

const METADATA: &[Field<Row>] = &[
    shown("created_at", "Created at", Show::Time(|row: &Row| Some(row.contact.created_at))),
    shown("updated_at", "Updated at", Show::Time(|row: &Row| Some(row.contact.updated_at))),
];

fn related(connection: &mut AnyConnection, rows: &[Row]) -> Result<Vec<(&'static str, i64)>> {
    let ids: Vec<Id> = rows.iter().map(|row| row.contact.id).collect();
    Ok(vec![(IN_LISTS, contact::count_entries(connection, &ids)?)])
}
