//! Kinds of mail that the CRM asks its contacts about and our own tables do not keep.
//!
//! On a database shared with the CRM they are read from its columns, on our own they are what its clients expect. Part of
//! the Contact object; no rule can name them.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::{AnyConnection, Id};
use crate::error::Result;

mod crm {
    //! The table as the CRM made it, with the columns that only it has.
    use crate::db::types::sql::Uid;

    diesel::table! {
        use super::Uid;
        use diesel::sql_types::Bool;

        #[sql_name = "crm_app_contact"]
        crm_contact (id) {
            id -> Uid,
            receives_soundtrack_alerts -> Bool,
            receives_quote_emails -> Bool,
            receives_contract_emails -> Bool,
            receives_invoice_emails -> Bool,
        }
    }
}
use crm::crm_contact;

/// Which of these kinds of mail a contact gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crm_contact)]
#[expect(clippy::struct_excessive_bools, reason = "these are columns of the CRM's table")]
pub struct CrmMail {
    /// Alerts about what plays at their place.
    pub receives_soundtrack_alerts: bool,
    /// Quotes.
    pub receives_quote_emails: bool,
    /// Contracts.
    pub receives_contract_emails: bool,
    /// Invoices.
    pub receives_invoice_emails: bool,
}

impl Default for CrmMail {
    fn default() -> Self {
        Self {
            receives_soundtrack_alerts: false,
            receives_quote_emails: true,
            receives_contract_emails: true,
            receives_invoice_emails: true,
        }
    }
}

/// What contacts of a shared database get, by their keys; at most some thousands at a time.
pub fn list(connection: &mut AnyConnection, contacts: &[Id]) -> Result<HashMap<Id, CrmMail>> {
    let rows = crm_contact::table.filter(crm_contact::id.eq_any(contacts));
    Ok(rows.select((crm_contact::id, CrmMail::as_select())).load::<(Id, CrmMail)>(connection)?.into_iter().collect())
}
