//! A line of the file, read by the declaration of its model: everything that can be told without the database.
//!
//! Called by `mod.rs`; `batch` takes the drafts to the database. A draft is the row as a new one would be, and which of
//! its fields the line gave: an absent column keeps what is there, a blank cell too unless blanks clear.

use super::Order;
use super::field::{Dates, Field, read_id, read_text};
use super::mapping::{Mapping, Source};
use super::model::Model;
use super::reader::Line;
use super::report::Refusal;
use crate::customers::company::Company;
use crate::db::{Id, Time};
use crate::error::{AppError, Result};
use crate::query::text;

/// How lines become drafts.
pub(super) struct Plan<R: 'static> {
    id: Option<Source>,
    company_id: Option<Source>,
    company: Option<Source>,
    fields: Vec<(&'static Field<R>, Source)>,
    company_fields: Vec<(&'static Field<Company>, Source)>,
    columns: usize,
    dates: Dates,
    blank_clears: bool,
    /// Whether companies are made for rows that name them.
    pub(super) create_companies: bool,
    /// Whether an unsubscribed contact can become subscribed again.
    pub(super) can_resubscribe: bool,
    /// When the import began: the time of everything it makes.
    pub(super) now: Time,
}

/// A line that can be understood.
pub(super) struct Draft<R> {
    /// Where it begins.
    pub(super) line: u64,
    /// The row, as a new one.
    pub(super) row: R,
    /// The id that the line gives.
    pub(super) id: Option<Id>,
    /// The company that it names.
    pub(super) company: Employer,
    given: u32,
    cleared: u32,
}

/// The company that a line names.
#[derive(Default)]
pub(super) struct Employer {
    /// By its id.
    pub(super) id: Option<Id>,
    /// By its name.
    pub(super) name: Option<String>,
    /// As it would be made.
    pub(super) made: Option<Box<Company>>,
}

impl<R: Model> Draft<R> {
    /// Says which company the row belongs to.
    pub(super) fn work_at(&mut self, company: Option<Id>) {
        if let (Some(here), Some(company)) = (self.row.company(), company) {
            *here = company;
        }
    }
}

impl<R: Model> Plan<R> {
    /// The plan for a file with this header; and the columns that go nowhere.
    ///
    /// # Errors
    /// `BadRequest` when the maps, or the date format, cannot be meant, and when no column says which row a line is.
    pub(super) fn new(header: &[String], order: &Order, dates: Dates, now: Time) -> Result<(Self, Vec<String>)> {
        dates.check().map_err(AppError::BadRequest)?;
        let known = known::<R>(order.create_companies);
        let mut mapping = match &order.fields {
            Some(fields) => Mapping::by_column(header, fields, &known)?,
            None => Mapping::new(header, &order.maps, &known)?,
        };
        let source = |field: &str| mapping.source(field).cloned();
        if let Some(nameless) = nameless::<R>(|field| source(field).is_some()) {
            let (has, first) = (header.join(", "), R::FOUND_BY[0]);
            let sentence = format!("{nameless} The file has: {has}. Say which it is: --map \"Column={first}\".");
            return Err(AppError::BadRequest(sentence));
        }
        let company_fields = company_fields::<R>(order.create_companies);
        let plan = Self {
            id: source("id"),
            company_id: source("company_id"),
            company: source("company"),
            fields: R::FIELDS.iter().filter_map(|field| Some((field, source(field.name)?))).collect(),
            company_fields: company_fields.filter_map(|(field, name)| Some((field, source(&name)?))).collect(),
            columns: header.len(),
            dates,
            blank_clears: order.blank_clears,
            create_companies: order.create_companies,
            can_resubscribe: order.resubscribe,
            now,
        };
        Ok((plan, std::mem::take(&mut mapping.unused)))
    }

    /// Reads a line.
    ///
    /// # Errors
    /// The first thing in it that the table cannot hold.
    pub(super) fn draft(&self, line: &Line) -> Result<Draft<R>, Refusal> {
        if let Some(extra) = line.cells.iter().skip(self.columns).find(|cell| !text::is_blank(cell)) {
            let reason = format!("The line has {} values, the header names {} columns.", line.cells.len(), self.columns);
            return Err(Refusal::new(line.number, "", extra, reason));
        }
        let id = read(self.id.as_ref(), line, read_id)?;
        let mut row = R::new(id.unwrap_or_default(), self.now);
        let (mut given, mut cleared) = (0, 0);
        for (place, (field, source)) in self.fields.iter().enumerate() {
            let Some(cell) = source.value(&line.cells) else { continue };
            let refused = |reason: String| Refusal::new(line.number, &source.label, &cell, reason);
            match (text::is_blank(&cell), self.blank_clears) {
                (false, _) => {
                    field.set(&mut row, &cell, &self.dates).map_err(refused)?;
                    given |= 1 << place;
                }
                (true, true) if field.is_required => return Err(refused(format!("A {} cannot be without {}.", R::NAME, field.name))),
                (true, true) => cleared |= 1 << place,
                (true, false) => {}
            }
        }
        Ok(Draft { line: line.number, row, id, company: self.employer(line)?, given, cleared })
    }

    fn employer(&self, line: &Line) -> Result<Employer, Refusal> {
        let id = read(self.company_id.as_ref(), line, read_id)?;
        let name = read(self.company.as_ref(), line, |cell| read_text(cell, COMPANY_NAME))?;
        let Some(name) = name else { return Ok(Employer { id, ..Employer::default() }) };
        if !self.create_companies {
            return Ok(Employer { id, name: Some(name), made: None });
        }
        let mut made = Box::new(Company::new(id.unwrap_or_default(), self.now));
        made.name.clone_from(&name);
        for (field, source) in &self.company_fields {
            let cell = source.value(&line.cells).unwrap_or_default();
            if !text::is_blank(&cell) {
                let set = field.set(&mut made, &cell, &self.dates);
                set.map_err(|reason| Refusal::new(line.number, &source.label, &cell, reason))?;
            }
        }
        Ok(Employer { id, name: Some(name), made: Some(made) })
    }

    /// Brings to `row` what the line says, and the company that it names.
    pub(super) fn apply(&self, draft: &mut Draft<R>, row: &mut R, company: Option<Id>) {
        let before = row.clone();
        if let (Some(here), Some(company)) = (row.company(), company) {
            *here = company;
        }
        for (place, (field, _)) in self.fields.iter().enumerate() {
            if draft.given & 1 << place != 0 {
                field.copy(&mut draft.row, row);
            } else if draft.cleared & 1 << place != 0 {
                field.clear(row, &mut R::new(row.id(), self.now));
            }
        }
        row.protect(&before, self.can_resubscribe);
        let is_dated =
            self.fields.iter().position(|(field, _)| field.name == "updated_at").is_some_and(|place| draft.given & 1 << place != 0);
        if *row != before && !is_dated {
            row.touch(self.now);
        }
    }

    /// What a new row cannot be without and the line does not give.
    pub(super) fn missing(&self, draft: &Draft<R>) -> Option<Refusal> {
        let is_given =
            |name: &str| self.fields.iter().enumerate().any(|(place, (field, _))| field.name == name && draft.given & 1 << place != 0);
        let field = R::FIELDS.iter().find(|field| field.is_required && !is_given(field.name))?;
        Some(self.refuse(draft, field.name, "", format!("A new {} needs a {}.", R::NAME, field.name)))
    }

    /// The refusal of a draft for one field.
    pub(super) fn refuse(&self, draft: &Draft<R>, field: &str, value: &str, reason: impl Into<String>) -> Refusal {
        let source = match field {
            "id" => self.id.as_ref(),
            "company_id" => self.company_id.as_ref(),
            "company" => self.company.as_ref(),
            _ => self.fields.iter().find(|(known, _)| known.name == field).map(|(_, source)| source),
        };
        Refusal::new(draft.line, source.map_or(field, |source| &source.label), value, reason)
    }
}

/// The longest name of a company.
const COMPANY_NAME: usize = 255;

/// What a cell says, if it is there and not blank.
fn read<T>(source: Option<&Source>, line: &Line, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, Refusal> {
    let Some((source, cell)) = source.and_then(|source| Some((source, source.value(&line.cells)?))) else { return Ok(None) };
    if text::is_blank(&cell) {
        return Ok(None);
    }
    parse(&cell).map(Some).map_err(|reason| Refusal::new(line.number, &source.label, &cell, reason))
}

/// Why a file with these fields cannot be imported: no column says which row a line is.
pub(super) fn nameless<R: Model>(is_given: impl Fn(&str) -> bool) -> Option<String> {
    if is_given("id") || R::FOUND_BY.iter().any(|field| is_given(field)) {
        return None;
    }
    let fields = text::list(&R::FOUND_BY.iter().map(|field| format!("“{field}”")).collect::<Vec<_>>(), "or");
    Some(format!("No column gives the {fields} of the {}.", R::PLURAL))
}

/// Every name that a column of the file can be mapped to.
pub(super) fn known<R: Model>(create_companies: bool) -> Vec<String> {
    let mut names = vec!["id".to_owned()];
    if R::HAS_COMPANY {
        names.extend(["company_id".to_owned(), "company".to_owned()]);
    }
    names.extend(R::FIELDS.iter().map(|field| field.name.to_owned()));
    names.extend(company_fields::<R>(create_companies).map(|(_, name)| name));
    names
}

/// The fields that fill a company made for a row, as a file names them: `company.country`.
fn company_fields<R: Model>(create_companies: bool) -> impl Iterator<Item = (&'static Field<Company>, String)> {
    let fields = if R::HAS_COMPANY && create_companies { Company::FIELDS } else { &[] };
    fields.iter().filter(|field| !field.is_required).map(|field| (field, format!("company.{}", field.name)))
}
