//! What the list and the page of contracts show.
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
use crate::criteria::catalogue::{company as companies, contract as contracts};
use crate::customers::contract;
use crate::db::schema::crm_app_contract;
use crate::query::Column;

static CONTRACT_ID: Column = Column::new(crm_app_contract::id, "crm_app_contract", "ID");
static CONTRACT_COMPANY: Column = Column::new(crm_app_contract::company_id, "crm_app_contract", "company");

/// Contracts.
pub struct ContractAdmin;

impl ModelAdmin for ContractAdmin {
    type Row = contract::Row;
    type Panels = ();
    type Cleaned = ();

    const MODEL: Model = model("contract", "Contract", "Contracts", Subject::Contract);
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
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(contracts::SEARCHED), company_named(&CONTRACT_COMPANY)];
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
