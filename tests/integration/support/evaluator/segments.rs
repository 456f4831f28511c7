//! The segments that rules may name, as they are stored.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::world::Contact;

/// Every segment there is; an id that is not in it is that of a missing one.
pub(crate) type Segments = BTreeMap<Uuid, Segment>;

/// One stored segment. Its status is left out: membership does not ask for it.
#[derive(Debug, Clone)]
pub(crate) enum Segment {
    Static(Listed),
    /// Its document, which need not be a valid one.
    Dynamic(Value),
    /// It cannot be used, for whatever reason that is not in a document.
    Broken,
}

/// What was put into a static segment by hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listed {
    pub(crate) contacts: Vec<Uuid>,
    pub(crate) companies: Vec<Uuid>,
    /// Set to "never include": it keeps contacts of listed companies out, not those that are listed themselves.
    pub(crate) excluded: Vec<Uuid>,
}

impl Listed {
    pub(crate) fn has(&self, contact: &Contact) -> bool {
        let through_company = self.companies.contains(&contact.company_id) && !self.excluded.contains(&contact.id);
        self.contacts.contains(&contact.id) || through_company
    }
}
