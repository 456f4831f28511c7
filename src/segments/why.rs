//! Why somebody is in a segment or not: by its rules, or by its list.
//!
//! Asked by the pages of a segment and of a contact. Rules are explained by `criteria`, from the very predicates that select
//! the members.

use std::collections::HashSet;

use diesel::prelude::*;

use super::model::{Segment, SegmentType};
use super::rules::understood;
use crate::accounts::Actor;
use crate::criteria::{Calendar, Criteria, Explanation, Problem, explain};
use crate::db::schema::{
    crm_app_contact as contact, crm_app_customersegment_static_companies as listed_companies,
    crm_app_customersegment_static_contacts as listed_contacts, segments_listed_contact as known,
};
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::text;

/// How the members of a segment come about, ready to be asked of contacts.
#[derive(Debug, Clone)]
pub enum Membership {
    /// By rules.
    Rules(Criteria),
    /// By the list of the segment with this key.
    Listed(Id),
}

/// Why a contact is in a segment or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// By its rules.
    Rules(Explanation),
    /// By its list.
    List(OnList),
}

/// How a contact stands on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnList {
    /// Which contact.
    pub contact: Id,
    /// By what; `None`: it is not.
    pub listed: Option<Listed>,
    /// Whether it is active; a member must be.
    pub is_active: bool,
    /// Whether it is unsubscribed; no member is.
    pub is_unsubscribed: bool,
}

/// By what a contact is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// By itself.
    ByHand,
    /// By its company.
    ThroughCompany,
    /// Not at all, whether or not its company is listed: somebody said that it never is to be.
    Never,
}

impl Membership {
    /// Of a segment, named for `reader`.
    ///
    /// # Errors
    /// The engine's. What is wrong with its rules comes back: then nobody is in it.
    pub fn of(connection: &mut AnyConnection, segment: &Segment, reader: &Actor, calendar: Calendar) -> Result<Result<Self, Vec<Problem>>> {
        match segment.kind() {
            SegmentType::Static => Ok(Ok(Self::Listed(segment.id))),
            SegmentType::Dynamic => Ok(understood(connection, segment, Some(reader), calendar)?.map(Self::Rules)),
        }
    }

    /// Why each of these is in or not; those that do not exist are left out.
    pub fn explain(&self, connection: &mut AnyConnection, contacts: &[Id]) -> Result<Vec<Why>> {
        match self {
            Self::Rules(criteria) => Ok(explain(connection, criteria, contacts)?.into_iter().map(Why::Rules).collect()),
            Self::Listed(segment) => on_list(connection, *segment, contacts),
        }
    }
}

fn on_list(connection: &mut AnyConnection, segment: Id, contacts: &[Id]) -> Result<Vec<Why>> {
    let listed = listed_contacts::table.filter(listed_contacts::customersegment_id.eq(segment));
    let listed = listed.filter(listed_contacts::contact_id.eq_any(contacts)).select(listed_contacts::contact_id);
    let listed: HashSet<Id> = listed.load::<Id>(connection)?.into_iter().collect();
    let rows: Vec<(Id, Id, bool, bool)> = contact::table
        .filter(contact::id.eq_any(contacts))
        .select((contact::id, contact::company_id, contact::is_active, contact::unsubscribed))
        .load(connection)?;
    let employers: Vec<Id> = rows.iter().map(|(_, company, ..)| *company).collect();
    let companies = listed_companies::table.filter(listed_companies::customersegment_id.eq(segment));
    let companies = companies.filter(listed_companies::company_id.eq_any(employers)).select(listed_companies::company_id);
    let companies: HashSet<Id> = companies.load::<Id>(connection)?.into_iter().collect();
    let never = known::table.filter(known::segment_id.eq(segment)).filter(known::state.eq("never"));
    let never = never.filter(known::contact_id.eq_any(contacts)).select(known::contact_id);
    let never: HashSet<Id> = never.load::<Id>(connection)?.into_iter().collect();
    let why = |(contact, company, is_active, is_unsubscribed)| {
        let by_hand = listed.contains(&contact).then_some(Listed::ByHand);
        let barred = by_hand.or_else(|| never.contains(&contact).then_some(Listed::Never));
        let listed = barred.or_else(|| companies.contains(&company).then_some(Listed::ThroughCompany));
        Why::List(OnList { contact, listed, is_active, is_unsubscribed })
    };
    Ok(rows.into_iter().map(why).collect())
}

impl Why {
    /// Which contact.
    pub fn contact(&self) -> Id {
        match self {
            Self::Rules(explanation) => explanation.contact,
            Self::List(list) => list.contact,
        }
    }

    /// Whether it is a member.
    pub fn is_member(&self) -> bool {
        self.is_chosen() && self.barred().is_none()
    }

    /// Whether the rules or the list choose it.
    fn is_chosen(&self) -> bool {
        match self {
            Self::Rules(explanation) => explanation.root.holds,
            Self::List(list) => matches!(list.listed, Some(Listed::ByHand | Listed::ThroughCompany)),
        }
    }

    /// Whether it is active, and whether it is unsubscribed.
    pub fn may_be_mailed(&self) -> (bool, bool) {
        match self {
            Self::Rules(explanation) => (explanation.is_active, explanation.is_unsubscribed),
            Self::List(list) => (list.is_active, list.is_unsubscribed),
        }
    }

    /// What keeps it out whatever the rules or the list say.
    pub fn barred(&self) -> Option<&'static str> {
        match self.may_be_mailed() {
            (false, true) => Some("inactive and unsubscribed"),
            (false, false) => Some("inactive"),
            (true, true) => Some("unsubscribed"),
            (true, false) => None,
        }
    }

    /// Why, in a sentence.
    pub fn sentence(&self) -> String {
        let chosen = match self {
            Self::Rules(explanation) => decided(explanation),
            Self::List(OnList { listed: Some(Listed::ByHand), .. }) => "Listed by hand.".to_owned(),
            Self::List(OnList { listed: Some(Listed::ThroughCompany), .. }) => "Their company is listed.".to_owned(),
            Self::List(OnList { listed: Some(Listed::Never), .. }) => "They are never to be included in this list.".to_owned(),
            Self::List(_) => "Neither they nor their company are listed.".to_owned(),
        };
        match self.barred() {
            Some(barred) if self.is_chosen() => format!("They are {barred}, so not a member. {chosen}"),
            Some(barred) => format!("{chosen} They are {barred} besides."),
            None => chosen,
        }
    }
}

impl Why {
    /// Why a member is in, in few words; `company` is whom they work for.
    pub fn brief(&self, company: &str) -> String {
        match self {
            Self::List(OnList { listed: Some(Listed::ThroughCompany), .. }) => format!("Through its company {company}"),
            Self::List(_) => "Listed".to_owned(),
            Self::Rules(explanation) => brief(explanation),
        }
    }
}

/// Rules that are told in few words.
const BRIEFLY: usize = 2;
/// Letters of each.
const LETTERS: usize = 60;

/// "All 3 rules"; where some of them decide alone, which: of many the first, and how many more.
fn brief(explanation: &Explanation) -> String {
    let asked = explanation.root.questions();
    if asked.len() > 1 && asked.iter().all(|verdict| verdict.decides && verdict.holds) {
        return format!("All {} rules", asked.len());
    }
    let deciding: Vec<_> = asked.into_iter().filter(|verdict| verdict.decides).collect();
    let told = deciding.iter().take(BRIEFLY).map(|verdict| {
        let says = verdict.question().unwrap_or_default();
        let says = says.strip_prefix("whose ").unwrap_or(says);
        let cut: String = says.chars().take(LETTERS).collect();
        let cut = if cut.len() < says.len() { format!("{}…", cut.trim_end()) } else { cut };
        if verdict.holds { cut } else { format!("not: {cut}") }
    });
    let more = deciding.len().saturating_sub(BRIEFLY);
    let rest = (more > 0).then(|| format!("{more} more {}", if more == 1 { "rule" } else { "rules" }));
    text::list(&told.chain(rest).collect::<Vec<_>>(), "and")
}

/// "It holds: whose title is “CEO”." and what does not; of the rules that decide.
fn decided(explanation: &Explanation) -> String {
    let says = |holds: bool| -> Vec<String> {
        let questions = explanation.root.questions().into_iter().filter(|verdict| verdict.decides && verdict.holds == holds);
        questions.filter_map(|verdict| verdict.question().map(str::to_owned)).collect()
    };
    let (met, unmet) = (says(true), says(false));
    let mut sentences = Vec::new();
    if !unmet.is_empty() {
        sentences.push(format!("Does not hold: {}.", text::list(&unmet, "and")));
    }
    if !met.is_empty() {
        sentences.push(format!("Holds: {}.", text::list(&met, "and")));
    }
    sentences.join(" ")
}
