//! What the segment's form does beyond its fields: the preview beside the criteria, the two pickers, cleaning and saving.
//!
//! The hooks that `admin` (the declaration) names; they speak between the machinery of forms and the models. What a page
//! shows here comes from the same functions that count, list and export.

use super::builder::{self, Builder, Tried};
use super::curating::require_list;
use super::draft::{Draft, FieldError, Input};
use super::listed;
use super::listed::ListChange;
use super::model::{Row, Segment, SegmentType};
use super::picker::{self, Asked, COMPANIES, CONTACTS, Chooser, Kind};
use super::preview::preview;
use super::preview_panel::{BY_RULE, PREVIEW, State, render_preview};
use super::save::{self, Edited, is_taken};
use super::where_used::WhereUsed;
use super::writer::Writer;
use super::{admin::SegmentAdmin, criteria_box, draft, undoing};
use crate::admin::bound_field::BoundField;
use crate::admin::display::counted;
use crate::admin::editing::{Act, FormContext, Note, Saved, Target};
use crate::admin::form::{FormData, FormErrors};
use crate::admin::html::Html;
use crate::criteria::describe;
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};

/// What the panels of the form show.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    criteria: State,
    builder: Builder,
    numbers: picker::Numbers,
    contacts: Chooser,
    companies: Chooser,
    where_used: WhereUsed,
}

/// The row of the criteria box.
pub fn criteria_panel(field: &BoundField, panels: &Panels) -> Result<Html> {
    if !field.is_editable {
        return criteria_box::render(field, Html::default(), render_preview(&panels.criteria)?);
    }
    let whole = builder::Field { described_by: field.described_by(), is_invalid: !field.errors.is_empty(), has_focus: field.has_focus };
    criteria_box::render(field, panels.builder.html(&panels.criteria, &whole)?, panels.builder.previewed(&panels.criteria)?)
}

/// What the list comes to.
pub fn numbers_panel(panels: &Panels) -> Result<Html> {
    panels.numbers.html()
}

/// The picker of contacts.
pub fn contacts_panel(panels: &Panels) -> Result<Html> {
    panels.contacts.html()
}

/// The picker of companies.
pub fn companies_panel(panels: &Panels) -> Result<Html> {
    panels.companies.html()
}

/// Where the segment is used.
pub fn where_used_panel(panels: &Panels) -> Result<Html> {
    panels.where_used.render()
}

/// Brings what was sent together: the rules as one document, and what a button that moves everything means.
pub fn compose(data: FormData) -> FormData {
    picker::compose(builder::compose(data))
}

/// Whether the form is to be shown again: for a preview, or with what a picker was asked for.
pub fn shows_again(data: &FormData) -> bool {
    data.has(PREVIEW) || builder::is_asked(data) || is_choosing(data)
}

fn is_choosing(data: &FormData) -> bool {
    [&CONTACTS, &COMPANIES].into_iter().any(|kind| Asked::of(kind, data).shows_again())
}

/// Whether the section of the criteria begins open.
pub fn is_dynamic(data: &FormData) -> bool {
    data.get("segment_type") != SegmentType::Static.name()
}

/// Whether the section of the lists begins open.
pub fn is_static(data: &FormData) -> bool {
    is_choosing(data) || list_problems(data).next().is_some() || data.get("segment_type") == SegmentType::Static.name()
}

/// What is wrong with the lists, with the field it stands at.
fn list_problems(data: &FormData) -> impl Iterator<Item = (&'static str, String)> {
    let of = |kind: &Kind| Asked::of(kind, data).problems().into_iter().map(|problem| (kind.side.many, problem)).collect::<Vec<_>>();
    [&CONTACTS, &COMPANIES].into_iter().flat_map(of)
}

/// Reads what the panels show.
pub fn panels(connection: &mut AnyConnection, context: &FormContext<'_, SegmentAdmin>) -> Result<Panels> {
    let segment = context.row.map(|row| &row.segment);
    let act = context.act;
    let mut numbers = segment.map_or(Ok(picker::Numbers::default()), |it| picker::Numbers::of(connection, it, act.actor, act.clock))?;
    numbers.has_tools = context.is_editable && segment.is_some_and(|segment| require_list(segment).is_ok());
    let is_editable = context.is_editable && segment.is_none_or(|segment| !segment.is_archived());
    let data = context.data;
    let is_quiet = builder::is_asked(data);
    Ok(Panels {
        criteria: beside_the_box(connection, context)?,
        builder: Builder::read(connection, act.actor, data, segment.map(|segment| segment.id), is_quiet)?,
        contacts: Chooser::read(connection, &CONTACTS, (segment, numbers.contacts), data, is_editable)?,
        companies: Chooser::read(connection, &COMPANIES, (segment, numbers.companies), data, is_editable)?,
        numbers,
        where_used: segment.map_or(Ok(WhereUsed::default()), |it| WhereUsed::of(connection, act.actor, act.clock, it))?,
    })
}

/// The preview when it was asked for; otherwise what can be said without counting.
fn beside_the_box(connection: &mut AnyConnection, context: &FormContext<'_, SegmentAdmin>) -> Result<State> {
    let (writer, typed) = (writer(context), context.data.get("filter_criteria"));
    if context.data.has(PREVIEW) {
        let tried = Tried::of(typed, builder::left_out(context.data));
        let by_rule = context.data.get(PREVIEW) == BY_RULE;
        return Ok(tried.at_their_rules(preview(connection, &writer, &tried.text, by_rule)?.into()));
    }
    let is_new = context.row.is_none() && !context.is_sent;
    if is_new || !is_dynamic(context.data) {
        return Ok(if context.is_editable { State::Nothing } else { State::Resting });
    }
    let read = writer.read(connection, typed)?;
    Ok(read.map_or_else(State::Broken, |criteria| State::Sentence(describe(&criteria))))
}

/// Whoever has the form before them.
fn writer<'a>(context: &FormContext<'a, SegmentAdmin>) -> Writer<'a> {
    Writer { actor: context.act.actor, stored: context.row.map(|row| &row.segment), calendar: context.act.clock.into() }
}

/// The sentence for a name that another segment has, in Django's words.
pub(super) const NAME_TAKEN: &str = "Customer Segment with this Name already exists.";

/// What the form comes down to, its members counted, or everything that is wrong with it.
pub fn clean(connection: &mut AnyConnection, context: &FormContext<'_, SegmentAdmin>, errors: &mut FormErrors) -> Result<Option<Edited>> {
    let (data, stored) = (context.data, context.row.map(|row| &row.segment));
    let input = Input {
        name: data.get("name").to_owned(),
        description: data.get("description").to_owned(),
        segment_type: data.get("segment_type").to_owned(),
        status: data.get("status").to_owned(),
        tags: data.get("tags").to_owned(),
        filter_criteria: data.get("filter_criteria").to_owned(),
    };
    let document = draft::read_criteria(&input.filter_criteria).ok();
    let naming = writer(context).naming(connection, document.as_ref())?;
    let draft = Draft::parse(&input, stored, naming.scope(context.act.clock.into()));
    for FieldError { field, message, .. } in draft.as_ref().err().into_iter().flatten() {
        // The machinery may have said the same already.
        if errors.of(field).next().is_none() {
            errors.add(field, message.clone());
        }
    }
    list_problems(data).for_each(|(field, problem)| errors.add(field, problem));
    // Asked again under a lock when it is saved; here so that all that is wrong is said at once.
    let is_kept = stored.is_some_and(|stored| stored.name == input.name.trim());
    if errors.of("name").next().is_none() && !is_kept && is_taken(connection, &input.name, stored.map(|stored| stored.id))? {
        errors.add("name", NAME_TAKEN);
    }
    match draft {
        Ok(draft) if errors.is_empty() => {
            let list = list_change(connection, data)?;
            if is_too_much(data, &list, errors) {
                return Ok(None);
            }
            let edited = Edited::counted(connection, context.act.clock, stored, (draft, list))?;
            Ok(Some(edited.restoring(context.act.restores)))
        }
        _ => Ok(None),
    }
}

/// Whether more is to be changed of a list than is at once, which is then said.
fn is_too_much(data: &FormData, list: &ListChange, errors: &mut FormErrors) -> bool {
    let changes = [(&CONTACTS, &list.contacts), (&COMPANIES, &list.companies)];
    let sentences = changes.into_iter().filter_map(|(kind, change)| Asked::of(kind, data).too_much(change));
    sentences.for_each(|sentence| errors.add_general(sentence));
    !errors.is_empty()
}

fn list_change(connection: &mut AnyConnection, data: &FormData) -> Result<ListChange> {
    Ok(ListChange { contacts: Asked::of(&CONTACTS, data).change(connection)?, companies: Asked::of(&COMPANIES, data).change(connection)? })
}

/// Whether a form that is sent again asks for nothing that its first sending has not done: the fields are compared by the
/// machinery, the lists here.
pub fn is_done(connection: &mut AnyConnection, row: &Row, data: &FormData) -> Result<bool> {
    let change = list_change(connection, data)?;
    listed::is_done(connection, &row.segment, &change)
}

/// Saves a good form.
pub fn save(connection: &mut AnyConnection, act: &Act<'_>, target: Target<'_, SegmentAdmin>, edited: &Edited) -> Result<Saved> {
    let (saved, had) = match target {
        Target::New(id) => (save::insert(connection, act.actor, act.clock, id, edited)?, None),
        Target::Stored(row) => (save::update(connection, act.actor, act.clock, &row.segment, edited)?, Some(&row.segment)),
    };
    let mut notes = notes(connection, &saved, edited)?;
    notes.extend(had.and_then(|had| emptied(had, &saved.segment)));
    Ok(Saved { id: saved.segment.id, name: saved.segment.name, notes })
}

/// The warning for whoever made a list of a segment that had members by its rules: nobody is in it any more.
fn emptied(had: &Segment, now: &Segment) -> Option<Note> {
    let is_emptied = had.kind() == SegmentType::Dynamic && now.kind() == SegmentType::Static && now.member_count == 0;
    let text = format!(
        "It had {} by its rules, which rest now. Its list is empty, so nobody is in it: choose contacts or companies, or set the type back to Dynamic.",
        counted(had.member_count, "member", "members")
    );
    (is_emptied && had.member_count > 0).then(|| Note::warning(text))
}

/// What to say beside "was saved": how many are in, what became of the list, and what is worth knowing of the rules.
fn notes(connection: &mut AnyConnection, saved: &save::Saved, edited: &Edited) -> Result<Vec<Note>> {
    let save::Saved { segment, list, batch } = saved;
    if segment.is_archived() {
        return Ok(Vec::new());
    }
    let members = counted(segment.member_count, "member", "members");
    let mut notes = vec![Note::info(format!("It has {members}."))];
    if !list.is_nothing() {
        let (contacts, companies) = listed::count(connection, &[segment.id])?;
        let (contacts, companies) = (counted(contacts, "contact", "contacts"), counted(companies, "company", "companies"));
        let text = format!("{}: its list now names {contacts} and {companies}.", list.in_words());
        notes.push(Note { button: batch.map(|batch| undoing::button(segment.id, batch)), ..Note::info(text) });
        notes.extend(list.contacts.no_members().map(Note::warning));
        notes.extend(still_in(connection, segment, *batch)?);
    }
    let gone = [(list.contacts.unknown, "contacts"), (list.companies.unknown, "companies")];
    notes.extend(
        gone.iter().filter(|(unknown, _)| *unknown > 0).map(|(unknown, what)| {
            Note::warning(format!("{unknown} of the chosen {what} could not be listed: they do not exist any more."))
        }),
    );
    let barred = Some(list.contacts.barred).filter(|barred| *barred > 0).map(|barred| listed::CONTACTS.counted(barred));
    notes.extend(barred.map(|barred| Note::warning(format!("{barred} stayed out: this list never includes them."))));
    notes.extend(edited.warnings.iter().map(|warning| Note::warning(format!("{}: {}", warning.place(), warning.detail))));
    Ok(notes)
}

/// The warning for those who were taken off the list and are in through their company, with what keeps them out.
fn still_in(connection: &mut AnyConnection, segment: &Segment, batch: Option<Id>) -> Result<Option<Note>> {
    let Some(batch) = batch else { return Ok(None) };
    let still = undoing::still_in(segment.id, batch, listed::count_still_in(connection, segment.id, batch)?);
    Ok(still.map(|(text, button)| Note { button: Some(button), ..Note::warning(text) }))
}

/// What a refusal means for the form.
pub fn refusal(error: &AppError) -> Option<FormErrors> {
    match error {
        AppError::NotUnique(what) if is_of_the_name(what) => Some(FormErrors::at("name", NAME_TAKEN)),
        AppError::NotUnique(_) => {
            let mut errors = FormErrors::default();
            errors.add_general("Somebody else changed the same at the same moment. Nothing was saved; save again.");
            Some(errors)
        }
        AppError::Conflict(sentence) => {
            let mut errors = FormErrors::default();
            errors.add_general(sentence.clone());
            Some(errors)
        }
        // The count took too long, or too much is going on: what was typed is worth more than a bare error page.
        AppError::Database(_) | AppError::Unavailable(_) => {
            let mut errors = FormErrors::default();
            errors.add_general(error.to_string());
            Some(errors)
        }
        _ => None,
    }
}

/// Whether a unique value is the segment's name: as we say it ourselves, as SQLite names the column, or as PostgreSQL names
/// Django's constraint.
fn is_of_the_name(what: &str) -> bool {
    what == "name" || what == "crm_app_customersegment.name" || what.contains("_name_")
}
