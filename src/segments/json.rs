//! Segments and their members as JSON objects, with the keys of the API.
//!
//! Read by the command line (`--json`) and the API. Times are ISO 8601 in UTC with `Z`.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::{self, Row};
use crate::accounts::Actor;
use crate::criteria::Calendar;
use crate::customers::contact;
use crate::customers::crm_mail::{self, CrmMail};
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// A segment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Segment)]
pub struct SegmentObject {
    /// Its key.
    #[schema(value_type = uuid::Uuid)]
    pub id: Id,
    /// What people call it; unique without regard to case and outer blanks.
    #[schema(example = "Hotels in Thailand")]
    pub name: String,
    /// What it is for; may be blank.
    pub description: String,
    /// How its members come about: `dynamic` by rules, `static` by a list.
    #[schema(example = "dynamic")]
    pub segment_type: String,
    /// `active`, `paused` or `archived`.
    #[schema(example = "active")]
    pub status: String,
    /// The rules.
    #[schema(value_type = Object, additional_properties)]
    pub filter_criteria: Value,
    /// How many members it had when it was last counted.
    pub member_count: i32,
    /// When that was, in UTC; null: never.
    #[schema(format = DateTime)]
    pub last_calculated_at: Option<String>,
    /// The key of its owner; null: it belongs to the Admins.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub created_by: Option<Id>,
    /// The full name of its owner, else their username; null without one.
    pub created_by_name: Option<String>,
    /// Free words, separated by commas.
    pub tags: String,
    /// When a campaign last took it; null: never.
    #[schema(format = DateTime)]
    pub last_used_at: Option<String>,
    /// How many campaigns took it.
    pub times_used: i32,
    /// Its first members by name, five at most; none on long lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub member_preview: Option<Vec<ContactObject>>,
    /// Whether whoever asks may change it.
    pub can_edit: bool,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When its values were last changed; counting is no change.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Its rules, or how its list comes about, as a sentence.
    pub summary: String,
    /// Whether one of its rules cannot be understood: then it has no members.
    pub needs_attention: bool,
}

/// A contact.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Contact)]
#[expect(clippy::struct_excessive_bools, reason = "the keys are those of the old API")]
pub struct ContactObject {
    /// Its key.
    #[schema(value_type = uuid::Uuid)]
    pub id: Id,
    /// The key of its company.
    #[schema(value_type = uuid::Uuid)]
    pub company: Id,
    /// What that is called.
    pub company_name: String,
    /// Its name.
    #[schema(example = "สมชาย ใจดี")]
    pub name: String,
    /// Its address; may be blank, and another contact may have the same.
    pub email: String,
    /// Its telephone number; may be blank.
    pub phone: String,
    /// Its mobile number; may be blank.
    pub mobile: String,
    /// What it does; may be blank.
    pub title: String,
    /// Where; may be blank.
    pub department: String,
    /// What it is to us.
    #[schema(example = "Decision Maker")]
    pub contact_type: String,
    /// Whether it is the first whom one asks of its company.
    pub is_primary: bool,
    /// Whether it is there at all; a member is.
    pub is_active: bool,
    /// How it likes to be reached.
    pub preferred_contact_method: String,
    /// Its page there; may be blank.
    pub linkedin_url: String,
    /// What is noted of it.
    pub notes: String,
    /// When it was last contacted; null: never.
    #[schema(format = DateTime)]
    pub last_contacted: Option<String>,
    /// Whether it gets notifications.
    pub receives_notifications: bool,
    /// Whether it gets mail about renewals.
    pub receives_renewal_emails: bool,
    /// Whether it gets mail of the season.
    pub receives_seasonal_emails: bool,
    /// Whether it gets mail about payments.
    pub receives_payment_emails: bool,
    /// Whether it gets mail each quarter.
    pub receives_quarterly_emails: bool,
    /// Whether it gets alerts of its zones; of the CRM's own database.
    pub receives_soundtrack_alerts: bool,
    /// Whether it gets quotes; likewise.
    pub receives_quote_emails: bool,
    /// Whether it gets contracts; likewise.
    pub receives_contract_emails: bool,
    /// Whether it gets invoices; likewise.
    pub receives_invoice_emails: bool,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    pub updated_at: String,
}

/// A segment, without a preview of its members.
pub fn segment(row: &Row, actor: &Actor, calendar: Calendar) -> SegmentObject {
    let segment = &row.segment;
    SegmentObject {
        id: segment.id,
        name: segment.name.clone(),
        description: segment.description.clone(),
        segment_type: segment.segment_type.clone(),
        status: segment.status.clone(),
        filter_criteria: segment.filter_criteria.0.clone(),
        member_count: segment.member_count,
        last_calculated_at: segment.last_calculated_at.map(|time| time.to_string()),
        created_by: segment.created_by_id,
        created_by_name: row.owner.as_ref().map(model::Owner::name),
        tags: segment.tags.clone(),
        last_used_at: segment.last_used_at.map(|time| time.to_string()),
        times_used: segment.times_used,
        member_preview: None,
        can_edit: segment.is_changeable_by(actor),
        created_at: segment.created_at.to_string(),
        updated_at: segment.updated_at.to_string(),
        summary: row.summary(actor, calendar),
        needs_attention: row.is_broken(calendar),
    }
}

/// Contacts, in their order.
pub fn contacts(connection: &mut AnyConnection, actor: &Actor, rows: &[contact::Row]) -> Result<Vec<ContactObject>> {
    let keys: Vec<Id> = rows.iter().map(|row| row.contact.id).collect();
    let mail = if actor.is_shared { crm_mail::list(connection, &keys)? } else { HashMap::new() };
    Ok(rows.iter().map(|row| contact(row, mail.get(&row.contact.id).copied().unwrap_or_default())).collect())
}

fn contact(row: &contact::Row, mail: CrmMail) -> ContactObject {
    let contact = row.contact.clone();
    ContactObject {
        id: contact.id,
        company: contact.company_id,
        company_name: row.company_name.clone(),
        name: contact.name,
        email: contact.email,
        phone: contact.phone,
        mobile: contact.mobile,
        title: contact.title,
        department: contact.department,
        contact_type: contact.contact_type,
        is_primary: contact.is_primary,
        is_active: contact.is_active,
        preferred_contact_method: contact.preferred_contact_method,
        linkedin_url: contact.linkedin_url,
        notes: contact.notes,
        last_contacted: contact.last_contacted.map(|time| time.to_string()),
        receives_notifications: contact.receives_notifications,
        receives_renewal_emails: contact.receives_renewal_emails,
        receives_seasonal_emails: contact.receives_seasonal_emails,
        receives_payment_emails: contact.receives_payment_emails,
        receives_quarterly_emails: contact.receives_quarterly_emails,
        receives_soundtrack_alerts: mail.receives_soundtrack_alerts,
        receives_quote_emails: mail.receives_quote_emails,
        receives_contract_emails: mail.receives_contract_emails,
        receives_invoice_emails: mail.receives_invoice_emails,
        created_at: contact.created_at.to_string(),
        updated_at: contact.updated_at.to_string(),
    }
}
