//! `PATCH /api/v1/segments/{id}/static_members/`: changes of whom a list names.
//!
//! What is changed is saved as the form saves it, in one transaction and as one batch, which can be undone on the pages. All that
//! rules match is listed without that any key travels.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::read::{changeable, version_of};
use super::rules::FilterCriteria;
use crate::accounts::user::as_they_are;
use crate::accounts::{Actor, Caller};
use crate::api::openapi::{Operation, operation, schema};
use crate::api::precondition::{Expected, failed, tagged};
use crate::api::problem::{Checked, Fault, Problem};
use crate::api::{Body, Params, answer};
use crate::clock::Clock;
use crate::criteria::{Calendar, Plan, predicate};
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::query::Sql;
use crate::segments::Draft;
use crate::segments::curating::require_list;
use crate::segments::listed::{COMPANIES, CONTACTS, Change, Changed, How, ListChange, Side};
use crate::segments::model;
use crate::segments::save::{self, Edited, require_change};
use crate::segments::writer::Writer;

/// The most keys of one kind in one request.
const MOST: usize = 10_000;

/// What may be asked for.
const ASKED: [&str; 5] = ["add_contacts", "remove_contacts", "add_companies", "remove_companies", "add_matching"];

/// What is to be changed.
#[derive(Debug, Clone)]
struct Asked {
    list: ListChange,
    /// Whom to list besides: the contacts that these rules match.
    matching: Option<Value>,
}

impl Asked {
    fn read(body: &Body) -> Checked<Self> {
        let mut fields = body.fields();
        let mut change =
            |add: &str, remove: &str| Change { add: fields.ids(add, MOST), remove: fields.ids(remove, MOST), ..Change::default() };
        let list =
            ListChange { contacts: change("add_contacts", "remove_contacts"), companies: change("add_companies", "remove_companies") };
        for (name, change) in [("remove_contacts", &list.contacts), ("remove_companies", &list.companies)] {
            if let Some(both) = change.remove.iter().find(|id| change.add.contains(id)) {
                fields.add(Fault::field(name, "invalid", format!("{both} is to be added as well.")));
            }
        }
        let matching = fields.value("add_matching").cloned();
        if !ASKED.iter().any(|name| body.0.contains_key(*name)) {
            fields.add(Fault::new("", "empty", format!("Nothing is asked for: send one of {}.", ASKED.join(", "))));
        }
        fields.end().map(|()| Self { list, matching })
    }

    /// With whom the rules match.
    fn found(mut self, connection: &mut AnyConnection, writer: &Writer<'_>) -> Result<Checked<ListChange>> {
        if let Some(document) = &self.matching {
            match writer.read(connection, &document.to_string())? {
                Ok(criteria) => self.list.contacts.add_all = Some(predicate(&criteria, Plan::LookUp)),
                Err(problems) => {
                    let fault = |problem: crate::criteria::Problem| {
                        Fault::new(format!("/add_matching{}", problem.pointer), &problem.code.name(), problem.detail)
                    };
                    return Ok(Err(Problem::invalid(problems.into_iter().map(fault).collect())));
                }
            }
        }
        Ok(Ok(self.list))
    }
}

/// What became of those of one kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Changed)]
struct ChangedObject {
    /// How many were listed.
    added: usize,
    /// How many were taken off.
    removed: usize,
    /// How many of those that were to be added, or that the rules match, were listed already.
    already: usize,
    /// How many of those that were sent nobody knows.
    unknown: usize,
    /// How many of them are never to be included.
    never: usize,
}

/// A list that was changed.
#[derive(Debug, Serialize, ToSchema)]
struct Curated {
    /// What became of the contacts.
    contacts: ChangedObject,
    /// And of the companies.
    companies: ChangedObject,
    /// How many members it has now.
    member_count: i32,
    /// The change as the pages can undo it; null where nothing was changed.
    #[schema(value_type = Option<uuid::Uuid>)]
    batch: Option<Id>,
}

/// What [`change`] does.
pub fn about() -> Operation {
    let some = json!({"match_type": "all", "rules": [{"field": "company.country", "operator": "equals", "value": "Thailand"}]});
    operation("Changes whom a list names, at once or not at all")
        .about(
            "`add_matching` lists every contact that the rules match, without that a key travels: as in the picker also the inactive and \
            the unsubscribed, who are no members while they are. The pages can undo it.",
        )
        .sent(
            |schemas| {
                let mut shape =
                    |name| if name == "add_matching" { schemas.add::<FilterCriteria>() } else { schema::list(schema::id(), MOST) };
                schema::object(ASKED.map(|name| (name, shape(name))), &[])
            },
            json!({"add_contacts": [], "add_matching": some}),
        )
        .conditional()
        .answers::<Curated>(200, "What became of it.")
        .refuses(409, "It is not a static segment, or archived.")
}

/// `PATCH …/{id}/static_members/`
pub async fn change(
    request: HttpRequest,
    caller: Caller,
    id: Path<String>,
    body: Body,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let (id, expected) = (changeable(&db, &caller, &id).await?.id, Expected::of(&request));
    let asked = match Params::of(&request).only(&[]).and_then(|()| Asked::read(&body)) {
        Ok(asked) => asked,
        Err(problem) => return Ok(problem.answer()),
    };
    let now = Clock::clone(&clock);
    let work = move |connection: &mut AnyConnection| {
        let actor = as_they_are(connection, &caller.actor)?;
        curate(connection, &actor, &now, (id, &expected), asked.clone())
    };
    match db.write_long(work).await? {
        None => Ok(failed()),
        Some(Ok((done, version))) => tagged(answer::ok(&done)?, &version),
        Some(Err(problem)) => Ok(problem.answer()),
    }
}

/// With the version that it has then; `None` where the list is another than the client means.
fn curate(
    connection: &mut AnyConnection,
    actor: &Actor,
    clock: &Clock,
    (id, expected): (Id, &Expected),
    asked: Asked,
) -> Result<Option<Checked<(Curated, String)>>> {
    model::lock(connection, id)?;
    let row = model::find_row(connection, actor, id)?;
    let before = &row.segment;
    require_change(connection, actor, before)?;
    require_list(before)?;
    if !expected.holds(&version_of(&row)) {
        return Ok(None);
    }
    let writer = Writer { actor, stored: None, calendar: Calendar::from(clock) };
    let list = match asked.found(connection, &writer)? {
        Ok(list) => list,
        Err(problem) => return Ok(Some(Err(problem))),
    };
    let contacts = Before::of(connection, &CONTACTS, id, &list.contacts)?;
    let companies = Before::of(connection, &COMPANIES, id, &list.companies)?;
    let saved = save::update(connection, actor, clock, before, &Edited::new(Draft::stored(before), list).by(How::Api))?;
    let curated = Curated {
        contacts: contacts.told(&saved.list.contacts),
        companies: companies.told(&saved.list.companies),
        member_count: saved.segment.member_count,
        batch: saved.batch,
    };
    let version = version_of(&model::find_row(connection, actor, id)?);
    Ok(Some(Ok((curated, version))))
}

/// What can be said of those of one kind before anything is changed.
struct Before {
    already: usize,
    unknown: usize,
}

impl Before {
    fn of(connection: &mut AnyConnection, side: &Side, list: Id, change: &Change) -> Result<Self> {
        let wanted = Sql::or([side.among(&change.add)].into_iter().chain(change.add_all.clone()));
        let sent: Vec<Id> = change.add.iter().chain(&change.remove).copied().collect();
        Ok(Self {
            already: side.count(connection, &side.is_listed(list, &wanted))?,
            unknown: sent.len().saturating_sub(side.count(connection, &side.among(&sent))?),
        })
    }

    fn told(&self, changed: &Changed) -> ChangedObject {
        let (already, unknown) = (self.already, self.unknown);
        ChangedObject { added: changed.added, removed: changed.removed, already, unknown, never: changed.barred }
    }
}
