//! Segments and their members as JSON objects, with the keys of the API.
//!
//! Read by the command line (`--json`) and the API. Times are ISO 8601 in UTC with `Z`.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::model::{self, Row};
use crate::accounts::Actor;
use crate::criteria::Calendar;
use crate::customers::contact;
use crate::customers::crm_mail::{self, CrmMail};
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// A segment, without a preview of its members.
pub fn segment(row: &Row, actor: &Actor, calendar: Calendar) -> Value {
    let segment = &row.segment;
    json!({
        "id": segment.id,
        "name": segment.name,
        "description": segment.description,
        "segment_type": segment.segment_type,
        "status": segment.status,
        "filter_criteria": segment.filter_criteria,
        "member_count": segment.member_count,
        "last_calculated_at": segment.last_calculated_at.map(|time| time.to_string()),
        "created_by": segment.created_by_id,
        "created_by_name": row.owner.as_ref().map(model::Owner::name),
        "tags": segment.tags,
        "last_used_at": segment.last_used_at.map(|time| time.to_string()),
        "times_used": segment.times_used,
        "can_edit": segment.is_changeable_by(actor),
        "created_at": segment.created_at.to_string(),
        "updated_at": segment.updated_at.to_string(),
        "summary": row.summary(actor, calendar),
        "needs_attention": row.is_broken(calendar),
    })
}

/// Contacts, in their order.
pub fn contacts(connection: &mut AnyConnection, actor: &Actor, rows: &[contact::Row]) -> Result<Vec<Value>> {
    let keys: Vec<Id> = rows.iter().map(|row| row.contact.id).collect();
    let mail = if actor.is_shared { crm_mail::list(connection, &keys)? } else { HashMap::new() };
    Ok(rows.iter().map(|row| contact(row, mail.get(&row.contact.id).copied().unwrap_or_default())).collect())
}

fn contact(row: &contact::Row, mail: CrmMail) -> Value {
    let contact = &row.contact;
    json!({
        "id": contact.id,
        "company": contact.company_id,
        "company_name": row.company_name,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "mobile": contact.mobile,
        "title": contact.title,
        "department": contact.department,
        "contact_type": contact.contact_type,
        "is_primary": contact.is_primary,
        "is_active": contact.is_active,
        "preferred_contact_method": contact.preferred_contact_method,
        "linkedin_url": contact.linkedin_url,
        "notes": contact.notes,
        "last_contacted": contact.last_contacted.map(|time| time.to_string()),
        "receives_notifications": contact.receives_notifications,
        "receives_renewal_emails": contact.receives_renewal_emails,
        "receives_seasonal_emails": contact.receives_seasonal_emails,
        "receives_payment_emails": contact.receives_payment_emails,
        "receives_quarterly_emails": contact.receives_quarterly_emails,
        "receives_soundtrack_alerts": mail.receives_soundtrack_alerts,
        "receives_quote_emails": mail.receives_quote_emails,
        "receives_contract_emails": mail.receives_contract_emails,
        "receives_invoice_emails": mail.receives_invoice_emails,
        "created_at": contact.created_at.to_string(),
        "updated_at": contact.updated_at.to_string(),
    })
}
