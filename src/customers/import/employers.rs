//! The companies that lines name: found by id or by name, or made.
//!
//! Called by `batch`.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::lookup;
use super::model::Model;
use super::plan::{Draft, Employer, Plan};
use super::report::Refusal;
use crate::criteria::catalogue;
use crate::customers::company::Company;
use crate::db::schema::crm_app_company;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::text;

/// The companies that a batch speaks of.
#[derive(Default)]
pub(super) struct Employers {
    ids: HashSet<Id>,
    by_name: HashMap<String, Id>,
    by_key: HashMap<String, Id>,
    /// Those that are to be added.
    pub(super) made: Vec<Company>,
}

impl Employers {
    /// Finds every company that the drafts name.
    pub(super) fn load<R: Model>(connection: &mut AnyConnection, drafts: &[Draft<R>], has_edged: bool) -> Result<Self> {
        let ids: HashSet<Id> = drafts.iter().filter_map(|draft| draft.company.id).collect();
        let keys: HashSet<String> = drafts.iter().filter_map(|draft| draft.company.name.as_deref().map(text::key)).collect();
        let (ids, keys): (Vec<Id>, Vec<String>) = (ids.into_iter().collect(), keys.into_iter().collect());
        let mut employers = Self::default();
        // Of several with one name the oldest is meant, unless one is spelled just so.
        let names = || {
            crm_app_company::table
                .order((crm_app_company::created_at, crm_app_company::id))
                .select((crm_app_company::id, crm_app_company::name))
        };
        if !ids.is_empty() {
            employers.extend(names().filter(crm_app_company::id.eq_any(ids)).load(connection)?);
        }
        if !keys.is_empty() {
            employers.extend(names().filter(lookup::has_key(&catalogue::company::NAME, &keys, has_edged)).load(connection)?);
        }
        Ok(employers)
    }

    fn extend(&mut self, found: Vec<(Id, String)>) {
        for (id, name) in found {
            self.ids.insert(id);
            self.by_key.entry(text::key(&name)).or_insert(id);
            self.by_name.entry(name).or_insert(id);
        }
    }

    /// The company that a line names, if it is there.
    pub(super) fn find(&self, employer: &Employer) -> Option<Id> {
        let by_id = employer.id.filter(|id| self.ids.contains(id));
        let may_look_by_name = employer.id.is_none() || employer.made.is_some();
        let name = employer.name.as_ref().filter(|_| may_look_by_name);
        by_id.or_else(|| name.and_then(|name| self.by_name.get(name).or_else(|| self.by_key.get(&text::key(name))).copied()))
    }

    /// Makes the company that a draft names and that is not there; `None` where it names none.
    ///
    /// # Errors
    /// The refusal of the line, where none may be made.
    pub(super) fn make<R: Model>(&mut self, plan: &Plan<R>, draft: &Draft<R>) -> Result<Option<Id>, Refusal> {
        let employer = &draft.company;
        match (&employer.made, employer.id, &employer.name) {
            (Some(company), ..) => {
                self.extend(vec![(company.id, company.name.clone())]);
                self.made.push(Company::clone(company));
                Ok(Some(company.id))
            }
            (None, Some(id), _) => Err(plan.refuse(draft, "company_id", &id.to_string(), "No company has this id.")),
            (None, None, Some(name)) => Err(plan.refuse(
                draft,
                "company",
                name,
                "There is no company of this name. Import it first, or have the companies made that are not there.",
            )),
            (None, None, None) => Ok(None),
        }
    }
}
