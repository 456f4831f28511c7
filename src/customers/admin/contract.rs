//! What the list and the form of contracts show.
//!
//! Read by `crate::admin` through the declaration of `mod.rs`.

use super::form::{Record, delete_selected, editing};
use super::import::LIST_TOOLS;
use super::{COMPANY, COUNTED, by, by_company, company_named, model, shown};
use crate::admin::actions::Action;
use crate::admin::cell::Show;
use crate::admin::editing::Editing;
use crate::admin::fieldset::{Field, Fieldset, Fold, FormField, Widget};
use crate::admin::filters::ListFilter;
use crate::admin::form::FormErrors;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::model_admin::{ListTool, Model, ModelAdmin, Store, Total};
use crate::admin::search::SearchField;
use crate::criteria::catalogue::{company as companies, contract as contracts};
use crate::criteria::choices;
use crate::customers::contract::{self, Contract, Row};
use crate::db::schema::crm_app_contract;
use crate::db::{AnyConnection, Money};
use crate::error::Result;
use crate::query::Column;

static CONTRACT_ID: Column = Column::new(crm_app_contract::id, "crm_app_contract", "ID");
/// The company of a contract.
pub(super) static CONTRACT_COMPANY: Column = Column::new(crm_app_contract::company_id, "crm_app_contract", "company");

/// Contracts.
pub struct ContractAdmin;

impl ModelAdmin for ContractAdmin {
    type Row = Row;
    type Panels = ();
    type Cleaned = Contract;

    const MODEL: Model = model("contract", "Contract", "Contracts", contract::RIGHTS);
    const KEY: &'static Column = &CONTRACT_ID;
    const STORE: Store<Self::Row> = Store {
        source: &contract::SOURCE,
        list: contract::list,
        id: |row| row.contract.id,
        name: |row| row.contract.contract_number.clone(),
    };
    const TOTAL: Total = Total::UpTo(COUNTED);
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
        ListColumn::sorting("value", "Value", Show::Money(|row| (row.contract.value, &row.contract.currency)), by(&contracts::VALUE)),
        ListColumn::sorting("start_date", "Start date", Show::Day(|row| row.contract.start_date), by(&contracts::START_DATE)),
        ListColumn::sorting("end_date", "End date", Show::Day(|row| row.contract.end_date), by(&contracts::END_DATE)),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[
        by_company::filter("contract", &CONTRACT_COMPANY, |_, _, key| Ok(by_company::of(&CONTRACT_COMPANY, key))),
        ListFilter::choices("status", "status", &contracts::STATUS),
        ListFilter::choices("contract_type", "contract type", &contracts::CONTRACT_TYPE),
        ListFilter::choices("currency", "currency", &contracts::CURRENCY),
        ListFilter::date("end_date", "end date", &contracts::END_DATE),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(contracts::SEARCHED), company_named(&CONTRACT_COMPANY)];
    const ORDERING: &'static [SortKey] = &[by(&contracts::END_DATE)];
    const LIST_TOOLS: &'static [ListTool] = LIST_TOOLS;
    const ACTIONS: &'static [Action<Self>] = &[delete_selected("Delete selected Contracts")];
    const FIELDSETS: &'static [Fieldset<Self::Row>] = &[
        Fieldset { title: "Basic Information", description: "", fold: Fold::Never, fields: BASIC },
        Fieldset { title: "Duration", description: "", fold: Fold::Never, fields: DURATION },
        Fieldset { title: "Metadata", description: "", fold: Fold::Never, fields: METADATA },
    ];
    const STYLES: &'static [&'static str] = super::STYLES;
    const SCRIPTS: &'static [&'static str] = &["admin/js/autocomplete.js"];
    const EDITING: Editing<Self> = editing(|_, _| Ok(Vec::new()), |_, _, _| Ok(Vec::new()));
}

impl Record for ContractAdmin {
    fn object(row: &Row) -> &Contract {
        &row.contract
    }

    /// What the CRM or an import brought may stay: of a contract that is stored, only what was changed is judged.
    fn judge(_: &mut AnyConnection, edited: &Contract, stored: Option<&Contract>, errors: &mut FormErrors) -> Result<()> {
        let dates = |contract: &Contract| (contract.start_date, contract.end_date);
        let are_read = errors.of("start_date").chain(errors.of("end_date")).next().is_none();
        if are_read && edited.end_date < edited.start_date && stored.map(dates) != Some(dates(edited)) {
            errors.add("end_date", "The end date is before the start date.");
        }
        if edited.value < Money::default() && stored.map(|stored| stored.value) != Some(edited.value) {
            errors.add("value", "Ensure this value is greater than or equal to 0.");
        }
        Ok(())
    }
}

const BASIC: &[Field<Row>] = &[
    FormField::new("contract_number", "Contract number", Widget::Text(50), |row: &Row| row.contract.contract_number.clone())
        .required()
        .field(),
    FormField::new("company", "Company", Widget::ForeignKey(&COMPANY), |row: &Row| row.contract.company_id.to_string()).required().field(),
    FormField::new("contract_type", "Contract type", Widget::Select(choices::CONTRACT_TYPE), |row: &Row| {
        row.contract.contract_type.clone()
    })
    .required()
    .initially("Annual")
    .field(),
    FormField::new("service_type", "Service type", Widget::Text(50), |row: &Row| row.contract.service_type.clone()).field(),
    FormField::new("status", "Status", Widget::Select(choices::CONTRACT_STATUS), |row: &Row| row.contract.status.clone())
        .required()
        .initially("Draft")
        .field(),
    FormField::new("value", "Value", Widget::Money, |row: &Row| row.contract.value.to_string()).required().initially("0.00").field(),
    FormField::new("currency", "Currency", Widget::Select(choices::CURRENCY), |row: &Row| row.contract.currency.clone())
        .required()
        .initially("USD")
        .field(),
];

const DURATION: &[Field<Row>] = &[
    FormField::new("start_date", "Start date", Widget::Date, |row: &Row| row.contract.start_date.to_string()).required().field(),
    FormField::new("end_date", "End date", Widget::Date, |row: &Row| row.contract.end_date.to_string()).required().field(),
    FormField::new("auto_renew", "Renews by itself", Widget::Checkbox, |row: &Row| row.contract.auto_renew.to_string()).field(),
    FormField::new("is_active", "Active", Widget::Checkbox, |row: &Row| row.contract.is_active.to_string()).initially("true").field(),
];

const METADATA: &[Field<Row>] = &[
    shown("created_at", "Created at", Show::Time(|row: &Row| Some(row.contract.created_at))),
    shown("updated_at", "Updated at", Show::Time(|row: &Row| Some(row.contract.updated_at))),
];
