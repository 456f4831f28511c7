//! How those whom lines stand for stand to a list: on it, or never to be included.
//!
//! Called by `matching`, and by `applying` for whom open rows may mean.

use std::collections::HashSet;

use diesel::prelude::*;

use super::entry::Item;
use crate::db::schema::crm_app_customersegment_static_companies as companies;
use crate::db::schema::crm_app_customersegment_static_contacts as contacts;
use crate::db::schema::segments_listed_contact as known;
use crate::db::{AnyConnection, Id};
use crate::error::Result;

/// Who of some is listed, and who never is to be.
#[derive(Debug, Default)]
pub(super) struct Standing {
    listed: HashSet<Item>,
    never: HashSet<Item>,
}

/// Keys asked for at a time.
const AT_ONCE: usize = 10_000;

impl Standing {
    /// How these stand to the list of `segment`.
    pub(super) fn load(connection: &mut AnyConnection, segment: Id, items: impl Iterator<Item = Item>) -> Result<Self> {
        let all: HashSet<Item> = items.collect();
        let people: Vec<Id> = all.iter().filter_map(|item| if let Item::Contact(id) = item { Some(*id) } else { None }).collect();
        let firms: Vec<Id> = all.iter().filter_map(|item| if let Item::Company(id) = item { Some(*id) } else { None }).collect();
        let mut standing = Self::default();
        for ids in people.chunks(AT_ONCE) {
            let listed = contacts::table.filter(contacts::customersegment_id.eq(segment)).filter(contacts::contact_id.eq_any(ids));
            standing.listed.extend(listed.select(contacts::contact_id).load::<Id>(connection)?.into_iter().map(Item::Contact));
            let never = known::table.filter(known::segment_id.eq(segment)).filter(known::contact_id.eq_any(ids));
            let never = never.filter(known::state.eq("never")).select(known::contact_id);
            standing.never.extend(never.load::<Id>(connection)?.into_iter().map(Item::Contact));
        }
        for ids in firms.chunks(AT_ONCE) {
            let listed = companies::table.filter(companies::customersegment_id.eq(segment)).filter(companies::company_id.eq_any(ids));
            standing.listed.extend(listed.select(companies::company_id).load::<Id>(connection)?.into_iter().map(Item::Company));
        }
        Ok(standing)
    }

    /// Those of them who are on the list.
    pub(super) fn listed(&self) -> impl Iterator<Item = Item> + '_ {
        self.listed.iter().copied()
    }

    pub(super) fn is_listed(&self, item: Item) -> bool {
        self.listed.contains(&item)
    }

    pub(super) fn is_never(&self, item: Item) -> bool {
        self.never.contains(&item)
    }
}
