//! What the list and the form of companies show.
//!
//! Read by `crate::admin` through the declaration of `mod.rs`.

use super::contact::{CONTACT_COMPANY, ContactAdmin};
use super::contract::{CONTRACT_COMPANY, ContractAdmin};
use super::form::{Record, delete_selected, editing};
use super::import::LIST_TOOLS;
use super::{COMPANY, COMPANY_ID, COUNTED, IN_LISTS, by, by_company, model, shown};
use crate::accounts::Actor;
use crate::admin::actions::Action;
use crate::admin::cell::Show;
use crate::admin::deletion::{Group, Protected, named_of};
use crate::admin::editing::Editing;
use crate::admin::fieldset::{Field, Fieldset, Fold, FormField, Widget};
use crate::admin::filters::ListFilter;
use crate::admin::form::FormErrors;
use crate::admin::form_page::ObjectView;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::model_admin::{ListTool, Method, Model, ModelAdmin, ObjectTool, Store, Total};
use crate::admin::related::ForeignKey;
use crate::admin::search::SearchField;
use crate::criteria::catalogue::company as companies;
use crate::criteria::choices;
use crate::customers::company::{self, Company as Row};
use crate::customers::{contact, contract};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::Column;

/// Companies.
pub struct CompanyAdmin;

impl ModelAdmin for CompanyAdmin {
    type Row = Row;
    type Panels = ();
    type Cleaned = Row;

    const MODEL: Model = model("company", "Company", "Companies", company::RIGHTS);
    const KEY: &'static Column = &COMPANY_ID;
    const STORE: Store<Self::Row> = Store { source: &company::SOURCE, list: company::list, id: |row| row.id, name: |row| row.name.clone() };
    const DETAIL: fn(&Row) -> String = place;
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
    const LIST_TOOLS: &'static [ListTool] = LIST_TOOLS;
    const ACTIONS: &'static [Action<Self>] = &[delete_selected("Delete selected Companies")];
    const FIELDSETS: &'static [Fieldset<Self::Row>] = &[
        Fieldset { title: "Basic Information", description: "", fold: Fold::Never, fields: BASIC },
        Fieldset { title: "Contact Information", description: "", fold: Fold::Never, fields: CONTACT },
        Fieldset { title: "Metadata", description: "", fold: Fold::Never, fields: METADATA },
    ];
    const OBJECT_TOOLS: &'static [ObjectTool<Row>] =
        &[of_the_company("Contacts", || ContactAdmin::MODEL.list_url()), of_the_company("Contracts", || ContractAdmin::MODEL.list_url())];
    const STYLES: &'static [&'static str] = super::STYLES;
    const SCRIPTS: &'static [&'static str] = &["admin/js/autocomplete.js"];
    const EDITING: Editing<Self> = editing(related, protects);
}

/// A tool that leads to what belongs to the company.
const fn of_the_company(label: &'static str, list: fn() -> String) -> ObjectTool<Row> {
    ObjectTool { label, page: "", method: Method::List(list, by_company::PARAMETER), is_offered: |_, _| true }
}

impl Record for CompanyAdmin {
    fn object(row: &Row) -> &Row {
        row
    }

    /// A company that belonged to itself, over however many others, would have no head.
    fn judge(connection: &mut AnyConnection, edited: &Row, _: Option<&Row>, errors: &mut FormErrors) -> Result<()> {
        if company::belongs_to(connection, edited.parent_company_id, edited.id)? {
            errors.add("parent_company", "A company cannot belong to itself, nor to one that belongs to it.");
        }
        Ok(())
    }
}

/// A company that this one may belong to.
const PARENT: ForeignKey = COMPANY.among(company::may_have_below);

/// "Bangkok, Thailand".
fn place(row: &Row) -> String {
    let parts: Vec<&str> = [&row.city, &row.country].into_iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

const BASIC: &[Field<Row>] = &[
    FormField::new("name", "Name", Widget::Text(255), |row: &Row| row.name.clone()).required().field(),
    FormField::new("legal_entity_name", "Legal entity name", Widget::Text(255), |row: &Row| row.legal_entity_name.clone()).field(),
    FormField::new("industry", "Industry", Widget::Select(choices::INDUSTRY), |row: &Row| row.industry.clone()).field(),
    FormField::new("location_count", "Location count", COUNT, |row: &Row| row.location_count.to_string()).required().initially("1").field(),
    FormField::new("music_zone_count", "Music zone count", COUNT, |row: &Row| row.music_zone_count.to_string())
        .required()
        .initially("0")
        .field(),
    FormField::new("current_plan", "Current plan", Widget::Text(100), |row: &Row| row.current_plan.clone()).field(),
    FormField::new("billing_entity", "Billing entity", Widget::Select(choices::BILLING_ENTITY), |row: &Row| row.billing_entity.clone())
        .field(),
    FormField::new("parent_company", "Parent company", Widget::ForeignKey(&PARENT), |row: &Row| {
        row.parent_company_id.map(|id| id.to_string()).unwrap_or_default()
    })
    .help("The company that this one belongs to.")
    .field(),
    FormField::new("is_corporate_parent", "Corporate parent", Widget::Checkbox, |row: &Row| row.is_corporate_parent.to_string()).field(),
    FormField::new("is_active", "Active", Widget::Checkbox, |row: &Row| row.is_active.to_string()).initially("true").field(),
    FormField::new("seasonal_emails_enabled", "Seasonal e-mails enabled", Widget::Checkbox, |row: &Row| {
        row.seasonal_emails_enabled.to_string()
    })
    .initially("true")
    .field(),
    FormField::new("notes", "Notes", Widget::Textarea, |row: &Row| row.notes.clone()).field(),
];

const CONTACT: &[Field<Row>] = &[
    FormField::new("address_line1", "Address line 1", Widget::Text(255), |row: &Row| row.address_line1.clone()).field(),
    FormField::new("address_line2", "Address line 2", Widget::Text(255), |row: &Row| row.address_line2.clone()).field(),
    FormField::new("postal_code", "Postal code", Widget::Text(20), |row: &Row| row.postal_code.clone()).field(),
    FormField::new("city", "City", Widget::Text(100), |row: &Row| row.city.clone()).field(),
    FormField::new("state", "State", Widget::Text(100), |row: &Row| row.state.clone()).field(),
    FormField::new("country", "Country", Widget::Text(100), |row: &Row| row.country.clone()).field(),
    FormField::new("website", "Website", Widget::Url(200), |row: &Row| row.website.clone()).field(),
    FormField::new("phone", "Phone", Widget::Text(50), |row: &Row| row.phone.clone()).field(),
    FormField::new("email", "E-mail", Widget::Email(254), |row: &Row| row.email.clone()).field(),
];

const METADATA: &[Field<Row>] = &[
    shown("created_at", "Created at", Show::Time(|row: &Row| Some(row.created_at))),
    shown("updated_at", "Updated at", Show::Time(|row: &Row| Some(row.updated_at))),
];

/// How many places or zones: as many as the column holds.
const COUNT: Widget = Widget::Integer(0, 2_147_483_647);

fn related(connection: &mut AnyConnection, rows: &[Row]) -> Result<Vec<(&'static str, i64)>> {
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    Ok(vec![
        (IN_LISTS, company::count_entries(connection, &ids)?),
        ("Companies that lose their parent", company::count_children(connection, &ids)?),
    ])
}

/// A company with contacts or contracts stays.
fn protects(connection: &mut AnyConnection, actor: &Actor, rows: &[Row]) -> Result<Vec<Protected>> {
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let (people, bought) = (contact::count_by_company(connection, &ids)?, contract::count_by_company(connection, &ids)?);
    let kept = rows.iter().filter(|row| people.contains_key(&row.id) || bought.contains_key(&row.id));
    let protected = |(place, row): (usize, &Row)| {
        let named = named_of(place, rows.len());
        let mut groups = Vec::new();
        if let Some(count) = people.get(&row.id) {
            let by = (&CONTACT_COMPANY, by_company::PARAMETER);
            groups.push(Group::of::<ContactAdmin>(connection, actor, by, row.id, (*count, named))?);
        }
        if let Some(count) = bought.get(&row.id) {
            let by = (&CONTRACT_COMPANY, by_company::PARAMETER);
            groups.push(Group::of::<ContractAdmin>(connection, actor, by, row.id, (*count, named))?);
        }
        Ok(Protected { model: CompanyAdmin::MODEL, object: ObjectView::of::<CompanyAdmin>(row), groups, remedy: None })
    };
    kept.enumerate().map(protected).collect()
}
