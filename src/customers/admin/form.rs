//! What the forms of companies, contacts and contracts do beyond their fields: cleaning, saving, deleting.
//!
//! The hooks that `editing` puts into a declaration; they speak between the machinery of forms and `customers::save`.
//! What a column takes is said by the declarations of the import, so that a form and a file bring in the same.

use crate::accounts::actor::Permission;
use crate::admin::actions::{Action, DELETE, Deed, MOST};
use crate::admin::editing::{Act, Edit, Editing, FormContext, Protects, Related, Saved, Target};
use crate::admin::fieldset::form_fields;
use crate::admin::form::{FormData, FormErrors};
use crate::admin::model_admin::ModelAdmin;
use crate::customers::import::field::Dates;
use crate::customers::import::model::Model;
use crate::customers::save::{self, Named};
use crate::db::dialect::Hold;
use crate::db::{AnyConnection, Id, Time};
use crate::error::{AppError, Result};
use crate::query::text;

/// A screen whose rows are saved by the declarations of the import.
pub(super) trait Record: ModelAdmin<Panels = (), Cleaned: Model> {
    /// The object of a row.
    fn object(row: &Self::Row) -> &Self::Cleaned;

    /// What is wrong with it, beside what can be said of each field. A field that has an error already holds what it held
    /// before.
    fn judge(connection: &mut AnyConnection, edited: &Self::Cleaned, stored: Option<&Self::Cleaned>, errors: &mut FormErrors)
    -> Result<()>;
}

/// How such a screen edits.
pub(super) const fn editing<A: Record>(related: Related<A>, protects: Protects<A>) -> Editing<A> {
    Editing::Form(Edit {
        clean: clean::<A>,
        lock: |connection, ids| A::STORE.source.hold(connection, ids, Hold::Alone),
        // Its fields are all that it has.
        is_done: |_, _, _| Ok(true),
        is_big: |_| false,
        save: save::<A>,
        refusal: refusal::<A>,
        delete: delete::<A>,
        related,
        protects,
        compose: |data| data,
        shows_again: |_: &FormData| false,
    })
}

/// "Delete selected", in Django's words.
pub(super) const fn delete_selected<A: ModelAdmin>(label: &'static str) -> Action<A> {
    Action {
        name: "delete_selected",
        label,
        most: MOST,
        permission: Permission::Delete,
        question: Some(DELETE),
        deed: Deed::Delete(|count| format!("Successfully deleted {count}.")),
    }
}

/// The fields of the form, with the names that the import gives them.
fn labels<A: Record>() -> Vec<Named> {
    form_fields::<A>().map(|field| Named { field: field.name, column: column(field.name), label: field.label }).collect()
}

fn column(field: &'static str) -> &'static str {
    if field == "parent_company" { "parent_company_id" } else { field }
}

fn clean<A: Record>(connection: &mut AnyConnection, context: &FormContext<'_, A>, errors: &mut FormErrors) -> Result<Option<A::Cleaned>> {
    let (clock, stored) = (context.act.clock, context.row.map(A::object));
    let mut edited = stored.map_or_else(|| A::Cleaned::new(Id::new(), Time(clock.now())), Clone::clone);
    let dates = Dates { format: None, zone: clock.zone() };
    for field in form_fields::<A>() {
        let typed = context.data.get(field.name);
        // What was not touched stays as it is stored, to the letter.
        let is_kept = context.row.is_some_and(|row| (field.value)(row) == typed);
        if is_kept || errors.of(field.name).next().is_some() {
            continue;
        }
        if let Err(sentence) = put(&mut edited, column(field.name), typed.trim(), &dates) {
            errors.add(field.name, sentence);
        }
    }
    // Asked again under a lock when it is saved; here so that all that is wrong is said at once.
    let (field, sentence) = A::Cleaned::TWIN;
    if errors.of(field).next().is_none() && save::has_twin(connection, &edited, stored, true)? {
        errors.add(field, sentence);
    }
    A::judge(connection, &edited, stored, errors)?;
    Ok(errors.is_empty().then_some(edited))
}

/// Puts what was typed into the column, as the import would.
fn put<M: Model>(edited: &mut M, column: &str, typed: &str, dates: &Dates) -> Result<(), String> {
    let Some(field) = M::FIELDS.iter().find(|field| field.name == column) else {
        if let (Some(company), Some(id)) = (edited.company(), Id::parse(typed)) {
            *company = id;
        }
        return Ok(());
    };
    if text::is_blank(typed) {
        let mut new = M::new(edited.id(), edited.created_at());
        field.clear(edited, &mut new);
        return Ok(());
    }
    field.set(edited, typed, dates)
}

fn save<A: Record>(connection: &mut AnyConnection, act: &Act<'_>, target: Target<'_, A>, edited: &A::Cleaned) -> Result<Saved> {
    let id = match target {
        Target::New(id) => {
            save::insert(connection, act.actor, act.clock, id, edited, &labels::<A>())?;
            id
        }
        Target::Stored(row) => {
            save::update(connection, act.actor, act.clock, A::object(row), edited, &labels::<A>())?;
            edited.id()
        }
    };
    Ok(Saved { id, name: edited.called().to_owned(), notes: Vec::new() })
}

fn delete<A: Record>(connection: &mut AnyConnection, act: &Act<'_>, rows: &[A::Row]) -> Result<()> {
    let gone: Vec<&A::Cleaned> = rows.iter().map(A::object).collect();
    save::delete(connection, act.actor, act.clock, &gone, &labels::<A>())
}

/// What a refusal means for the form.
fn refusal<A: Record>(error: &AppError) -> Option<FormErrors> {
    let (field, sentence) = A::Cleaned::TWIN;
    let mut errors = FormErrors::default();
    match error {
        AppError::NotUnique(_) => errors.add(field, sentence),
        AppError::Conflict(_) | AppError::Database(_) | AppError::Unavailable(_) => errors.add_general(error.to_string()),
        _ => return None,
    }
    Some(errors)
}
