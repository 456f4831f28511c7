//! What a static segment lists: contacts, and companies that stand for their contacts.
//!
//! Called by the segment's form and by whoever changes a list at once. Adding and removing name only what changes, so a list
//! of 100,000 costs no more than one of ten; two people who change the same list take turns. What changes together is a
//! batch, which can be undone. Who of the listed is a member is said by `members`.

mod batch;
mod notes;
mod origin;
mod side;
mod stamp;

use diesel::prelude::*;

use super::model::Segment;
use crate::criteria::mailable;
use crate::db::dialect::Hold;
use crate::db::schema::crm_app_customersegment_static_companies as listed_companies;
use crate::db::schema::crm_app_customersegment_static_contacts as listed_contacts;
use crate::db::{AnyConnection, Id, lease};
use crate::error::Result;
use crate::query::number::grouped;
use crate::query::{Sql, Value};

pub use self::batch::{Batch, DAYS, find_batch, keep_batch, list_batches};
pub use self::origin::{Origin, list_origins};
pub use self::side::{COMPANIES, CONTACTS, Side};
pub use self::stamp::{How, Stamp};

/// What to add to a list and what to take away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Keys to list; those already there are left alone, unknown ones left out and counted.
    pub add: Vec<Id>,
    /// Keys to take off the list.
    pub remove: Vec<Id>,
    /// Whom to list besides: all that this finds, once the others are done.
    pub add_all: Option<Sql>,
    /// Whom to take off besides, once the others are done.
    pub remove_all: Option<Sql>,
}

impl Change {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && self.add_all.is_none() && self.remove_all.is_none()
    }
}

/// What changes of a static segment's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListChange {
    /// Of the listed contacts.
    pub contacts: Change,
    /// Of the listed companies.
    pub companies: Change,
}

impl ListChange {
    /// Whether all that is found is to be listed or taken off, however many they are.
    pub fn is_of_all(&self) -> bool {
        [&self.contacts, &self.companies].iter().any(|change| change.add_all.is_some() || change.remove_all.is_some())
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty() && self.companies.is_empty()
    }
}

/// How much of a [`Change`] really happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// Rows added.
    pub added: usize,
    /// Rows removed.
    pub removed: usize,
    /// Keys to list that nobody has, or no longer.
    pub unknown: usize,
    /// Whom to list that the segment never includes: they stay out.
    pub barred: usize,
    /// Contacts added who are no members, for they are inactive.
    pub inactive: i64,
    /// Contacts added who are no members, for they are unsubscribed.
    pub unsubscribed: i64,
}

impl Changed {
    /// Whether the list is as it was.
    pub fn is_nothing(&self) -> bool {
        self.added + self.removed == 0
    }

    /// "3 of those who were added are no members: 2 inactive, 1 unsubscribed."; `None` where all of them are.
    pub fn no_members(&self) -> Option<String> {
        let all = self.inactive + self.unsubscribed;
        let whys = [(self.inactive, "inactive"), (self.unsubscribed, "unsubscribed")].into_iter().filter(|(number, _)| *number > 0);
        let whys: Vec<String> = whys.map(|(number, why)| format!("{} {why}", grouped(number))).collect();
        let are = if all == 1 { "is no member" } else { "are no members" };
        (all > 0).then(|| format!("{} of those who were added {are}: {}.", grouped(all), whys.join(", ")))
    }
}

/// How much of a [`ListChange`] really happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListChanged {
    /// Of the listed contacts.
    pub contacts: Changed,
    /// Of the listed companies.
    pub companies: Changed,
}

impl ListChanged {
    /// Whether the list is as it was.
    pub fn is_nothing(&self) -> bool {
        self.contacts.is_nothing() && self.companies.is_nothing()
    }

    /// "412 contacts added, 1 company removed"; blank where the list is as it was.
    pub fn in_words(&self) -> String {
        let of = |side: &Side, number: usize, verb: &str| (number > 0).then(|| format!("{} {verb}", side.counted(number)));
        let of_side = |side, changed: Changed| [of(side, changed.added, "added"), of(side, changed.removed, "removed")];
        let parts: Vec<String> =
            of_side(&CONTACTS, self.contacts).into_iter().chain(of_side(&COMPANIES, self.companies)).flatten().collect();
        parts.join(", ")
    }
}

/// Makes others who change the same list wait until the transaction ends.
pub fn lock(connection: &mut AnyConnection, segment: Id) -> Result<()> {
    lease::lock(connection, &format!("segment list {segment}"))
}

/// Changes the list of `segment`, as one batch. Whoever is listed is kept until the transaction ends, but for the rows of a
/// CRM beside us (`is_shared`): to hold those takes a right that we may not have there.
pub fn change(
    connection: &mut AnyConnection,
    segment: &Segment,
    change: &ListChange,
    stamp: &Stamp,
    is_shared: bool,
) -> Result<ListChanged> {
    if change.is_empty() {
        return Ok(ListChanged::default());
    }
    lock(connection, segment.id)?;
    let changed = ListChanged {
        contacts: change_side(connection, &CONTACTS, segment.id, &change.contacts, stamp, is_shared)?,
        companies: change_side(connection, &COMPANIES, segment.id, &change.companies, stamp, is_shared)?,
    };
    if !changed.is_nothing() {
        keep_batch(connection, segment.id, stamp, &changed.in_words())?;
    }
    Ok(changed)
}

fn change_side(
    connection: &mut AnyConnection,
    side: &Side,
    segment: Id,
    change: &Change,
    stamp: &Stamp,
    is_shared: bool,
) -> Result<Changed> {
    let mut changed = Changed::default();
    if !change.remove.is_empty() {
        changed.removed = side.remove(connection, segment, &side.among(&change.remove), stamp)?;
    }
    if !change.add.is_empty() {
        let wanted = side.among(&change.add);
        let added = add(connection, side, segment, &wanted, stamp, is_shared)?;
        let unknown = change.add.len().saturating_sub(side.count(connection, &wanted)?);
        changed = Changed { removed: changed.removed, unknown, ..added };
    }
    if let Some(found) = &change.add_all {
        let added = add(connection, side, segment, found, stamp, is_shared)?;
        changed.added += added.added;
        changed.barred += added.barred;
        // These were counted among all whom this batch has added.
        changed.inactive = changed.inactive.max(added.inactive);
        changed.unsubscribed = changed.unsubscribed.max(added.unsubscribed);
    }
    if let Some(found) = &change.remove_all {
        changed.removed += side.remove(connection, segment, found, stamp)?;
    }
    Ok(changed)
}

/// Lists all whom `found` finds, under the lock of the list; see [`change`].
pub fn add(connection: &mut AnyConnection, side: &Side, segment: Id, found: &Sql, stamp: &Stamp, is_shared: bool) -> Result<Changed> {
    let added = side.add(connection, segment, found, stamp, !is_shared)?;
    // Mostly nobody is kept out, and then the search need not be asked who of them it finds.
    let is_any_kept_out = side.count(connection, &side.is_never(segment, &Sql::all()))? > 0;
    let barred = if is_any_kept_out { side.count(connection, &side.is_kept_out(segment, found))? } else { 0 };
    let whys = [Sql::from("NOT crm_app_contact.is_active"), "crm_app_contact.is_active AND crm_app_contact.unsubscribed".into()];
    let is_asked = added > 0 && std::ptr::eq(side, &raw const CONTACTS);
    let no_members = if is_asked { side.source.tally(connection, &side.added_by(segment, stamp), &whys)? } else { Vec::new() };
    let [inactive, unsubscribed] = [0, 1].map(|why| no_members.get(why).copied().unwrap_or(0));
    Ok(Changed { added, barred, inactive, unsubscribed, ..Changed::default() })
}

/// Nobody deletes whom a segment lists before the transaction ends: who does now is waited for. See [`change`] for whom not.
pub(super) fn keep_listed(connection: &mut AnyConnection, segment: Id) -> Result<()> {
    [&CONTACTS, &COMPANIES].into_iter().try_for_each(|side| {
        side.source.hold_all(connection, &side.is_listed(segment, &Sql::all()), Hold::Kept)?;
        Ok(())
    })
}

/// Whether nothing is left to do of `change`: who exists of those whom it adds is listed, and nobody is whom it removes.
pub fn is_done(connection: &mut AnyConnection, segment: &Segment, change: &ListChange) -> Result<bool> {
    for (side, change) in [(&CONTACTS, &change.contacts), (&COMPANIES, &change.companies)] {
        let adds = [side.among(&change.add)].into_iter().chain(change.add_all.clone());
        let removes = [side.among(&change.remove)].into_iter().chain(change.remove_all.clone());
        for left in adds.map(|add| side.is_to_be_listed(segment.id, &add)).chain(removes.map(|gone| side.is_listed(segment.id, &gone))) {
            if side.count(connection, &left)? > 0 {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The contacts whom a batch took off the list and who are members all the same, through their company.
pub fn still_in(segment: Id, batch: Id) -> Sql {
    let of_companies = Sql::from("crm_app_contact.company_id").is_in(COMPANIES.listed_in(segment), Sql::default());
    mailable(Sql::and([CONTACTS.removed_by(segment, batch), of_companies]))
}

/// How many of [`still_in`] there are.
pub fn count_still_in(connection: &mut AnyConnection, segment: Id, batch: Id) -> Result<usize> {
    let (_, companies) = count(connection, &[segment])?;
    if companies == 0 { Ok(0) } else { CONTACTS.count(connection, &still_in(segment, batch)) }
}

/// That a row of the side's source came onto the list this way, as far as is known.
pub fn came_by(side: &Side, segment: Id, how: How) -> Sql {
    let known = Sql::from("SELECT ") + side.item + " FROM " + side.known + " WHERE segment_id = " + Value::Id(segment);
    side.source_key() + " IN (" + known + " AND how = " + Value::Text(how.name().to_owned()) + ")"
}

/// That a row of the side's source was taken off the list of a segment by hand, where that was saved from another one.
pub fn was_taken_off(side: &Side, segment: Id) -> Sql {
    side.source_key() + " IN (" + side.items_known(segment) + " AND " + batch::is_taken_off(segment) + ")"
}

/// That a row of the side's source is listed, looked up for each row by itself: for a walk in the order of names that soon ends.
/// What `IN` asks is answered first, for everybody on the list.
pub fn is_listed_each(side: &Side, segment: Id) -> Sql {
    Sql::from("(") + side.listed_in(segment) + " AND " + side.item + " = " + side.source_key() + ") IS NOT NULL"
}

/// The same for a contact who is listed or whose company is, and whom the segment does not keep out of that.
pub fn is_in_each(segment: Id) -> Sql {
    let company = Sql::from("(") + COMPANIES.listed_in(segment) + " AND company_id = crm_app_contact.company_id) IS NOT NULL";
    let never = Sql::from("(") + CONTACTS.never_in(segment) + " AND contact_id = crm_app_contact.id) IS NULL";
    Sql::or([is_listed_each(&CONTACTS, segment), Sql::and([company, never])]).grouped()
}

/// How many contacts the listed companies of a segment stand for.
pub fn count_contacts_of_companies(connection: &mut AnyConnection, segment: Id) -> Result<i64> {
    let of_companies = Sql::from("crm_app_contact.company_id").is_in(COMPANIES.listed_in(segment), Sql::default());
    CONTACTS.source.count(connection, &of_companies)
}

/// How many contacts and companies these segments list.
pub fn count(connection: &mut AnyConnection, segments: &[Id]) -> Result<(i64, i64)> {
    let contacts = listed_contacts::table.filter(listed_contacts::customersegment_id.eq_any(segments)).count().get_result(connection)?;
    let companies = listed_companies::table.filter(listed_companies::customersegment_id.eq_any(segments)).count().get_result(connection)?;
    Ok((contacts, companies))
}
