//! The screens of segments: what their list and form show.
//!
//! Declarations only, read by `crate::admin`; what the form does beyond its fields is in `form`.

use super::actions::ACTIONS;
use super::cells::{created_by, member_count, member_count_and_why, tags};
use super::columns;
use super::deleting;
use super::filters;
use super::form::{self, Panels};
use super::model::{self, Row, SegmentType};
use super::restrictions::{has_list, has_list_to_change, may, not_archived, notice};
use super::save::Edited;
use super::{undoing, words};
use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::admin::actions::Action;
use crate::admin::cell::Show;
use crate::admin::editing::{Edit, Editing};
use crate::admin::fieldset::{Field, Fieldset, Fold, FormField, ReadonlyField, Widget};
use crate::admin::filters::ListFilter;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::model_admin::{Beside, Method, Model, ModelAdmin, ObjectTool, Store, Visible};
use crate::admin::object_history::Undo;
use crate::admin::search::SearchField;
use crate::admin::versions::Versions;
use crate::criteria::{choices, json};
use crate::db::AnyConnection;
use crate::db::dialect::Hold;
use crate::error::Result;
use crate::query::{Choice, Column};

/// Segments.
pub struct SegmentAdmin;

const SHORT_TYPE: &[Choice] = &[Choice::new("dynamic", "Dynamic"), Choice::new("static", "Static")];

impl ModelAdmin for SegmentAdmin {
    type Row = Row;
    type Panels = Panels;
    type Cleaned = Edited;

    const MODEL: Model = Model {
        app_label: "crm_app",
        model_name: model::MODEL,
        verbose_name: "Customer Segment",
        verbose_name_plural: "Customer Segments",
        rights: model::RIGHTS,
    };
    const KEY: &'static Column = &columns::ID;
    const STORE: Store<Row> =
        Store { source: &model::SOURCE, list: model::list_rows, id: |row| row.segment.id, name: |row| row.segment.name.clone() };
    const VISIBLE: Visible = model::visible_to;
    const MAY: fn(&Actor, Permission, Option<&Row>) -> Result<()> = may;

    const LIST_DISPLAY: &'static [ListColumn<Row>] = &[
        ListColumn::link("name", "Name", Show::Text(|row| &row.segment.name), SortKey::ascending(&columns::NAME)),
        ListColumn::sorting(
            "segment_type",
            "Segment type",
            Show::Choice(SHORT_TYPE, |row| &row.segment.segment_type),
            SortKey::ascending(&columns::SEGMENT_TYPE),
        ),
        ListColumn::sorting(
            "status",
            "Status",
            Show::Choice(choices::SEGMENT_STATUS, |row| &row.segment.status),
            SortKey::ascending(&columns::STATUS),
        ),
        ListColumn::new("member_count", "Member count", member_count).sorted_by(SortKey::ascending(&columns::MEMBER_COUNT)),
        ListColumn::new("created_by", "Created by", created_by).sorted_by(SortKey::ascending(&columns::OWNER)),
        ListColumn::sorting(
            "created_at",
            "Created at",
            Show::Time(|row| Some(row.segment.created_at)),
            SortKey::ascending(&columns::CREATED_AT),
        ),
        ListColumn::sorting(
            "last_used_at",
            "Last used",
            Show::Ago(|row| row.segment.last_used_at),
            SortKey::ascending(&columns::LAST_USED_AT),
        ),
        ListColumn::new("tags", "Tags", tags),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[
        ListFilter::choices("segment_type", "segment type", &columns::SEGMENT_TYPE).labelled(SHORT_TYPE),
        ListFilter::choices_without("status", "status", &columns::STATUS, "Current", &["archived"]),
        ListFilter::date("created_at", "created at", &columns::CREATED_AT),
        ListFilter::lookups(filters::OWNED_BY, "owner", &columns::OWNER_ID, filters::OWNER),
        ListFilter::lookups("tag", "tag", &columns::TAGS, filters::TAG),
        ListFilter::lookups("health", "health", &columns::ID, filters::HEALTH),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(columns::SEARCHED)];
    const ORDERING: &'static [SortKey] = &[SortKey::descending(&columns::CREATED_AT)];

    const ACTIONS: &'static [Action<Self>] = ACTIONS;

    const FIELDSETS: &'static [Fieldset<Row, Panels>] = &[
        Fieldset { title: "Basic Information", description: "", fold: Fold::Never, fields: BASIC },
        Fieldset {
            title: "Filter Criteria (Dynamic Segments)",
            description: "The rules of a dynamic segment. Changing the type to static keeps them; they then rest until the type is dynamic again.",
            fold: Fold::Unless(form::is_dynamic),
            fields: CRITERIA,
        },
        Fieldset {
            title: "Static Contacts (Static Segments)",
            description: "The list of a static segment. Changing the type to dynamic keeps it; it then rests until the type is static again.",
            fold: Fold::Unless(form::is_static),
            fields: &[Field::Panel(form::numbers_panel), Field::Panel(form::contacts_panel), Field::Panel(form::companies_panel)],
        },
        Fieldset { title: "Statistics", description: "", fold: Fold::Never, fields: STATISTICS },
        Fieldset { title: "Metadata", description: "", fold: Fold::Never, fields: METADATA },
    ];
    const OBJECT_TOOLS: &'static [ObjectTool<Row>] = &[
        ObjectTool { label: "Members", page: "members", method: Method::Get, is_offered: |_, _| true },
        ObjectTool { label: "List", page: "list", method: Method::Get, is_offered: |_, row| row.segment.kind() == SegmentType::Static },
        ObjectTool {
            label: "Why is someone in or not?",
            page: "explain",
            method: Method::Ask("Name, e-mail or company"),
            is_offered: |_, _| true,
        },
        ObjectTool { label: "Paste", page: "paste", method: Method::Get, is_offered: has_list_to_change },
        ObjectTool { label: "Import CSV", page: "upload", method: Method::Get, is_offered: has_list_to_change },
        ObjectTool { label: "Export list", page: "export_list", method: Method::Get, is_offered: |_, row| has_list(row) },
        ObjectTool { label: "Duplicate", page: "duplicate", method: Method::Post, is_offered: |_, _| true },
        ObjectTool { label: "Save members as a static list", page: "save_list", method: Method::Post, is_offered: |_, _| true },
        ObjectTool { label: "Count again now", page: "count", method: Method::Post, is_offered: |_, row| !row.segment.is_archived() },
        ObjectTool {
            label: "Hand over",
            page: "hand_over",
            method: Method::Get,
            is_offered: |actor, row| row.segment.is_changeable_by(actor),
        },
    ];
    const PANELS: fn(&mut AnyConnection, &crate::admin::editing::FormContext<'_, Self>) -> Result<Panels> = form::panels;
    const NOTICE: fn(&Row) -> Option<&'static str> = notice;
    const STYLES: &'static [&'static str] = &["admin/css/segments.css"];
    const SCRIPTS: &'static [&'static str] =
        &["admin/js/preview.js", "admin/js/builder.js", "admin/js/picker.js", "admin/js/list_numbers.js", "admin/js/segment_type.js"];
    const VERSIONS: Option<Versions<Row>> = Some(Versions {
        sentence: words::sentence,
        count_label: "Member count",
        count: member_count,
        left_out: "A version has the fields of the form. Whom a static segment lists is not part of it: restoring leaves the list as it is.",
    });
    const UNDO: Option<Undo<Row>> = Some(undoing::UNDO);
    const BESIDE: Beside = words::beside;
    const EDITING: Editing<Self> = Editing::Form(Edit {
        clean: form::clean,
        lock: |connection, ids| model::SOURCE.hold(connection, ids, Hold::Changed),
        is_done: form::is_done,
        is_big: |edited| edited.list.is_of_all(),
        save: form::save,
        refusal: form::refusal,
        delete: deleting::delete,
        related: deleting::related,
        protects: deleting::protects,
        compose: form::compose,
        shows_again: form::shows_again,
    });
}

const BASIC: &[Field<Row, Panels>] = &[
    FormField::new("name", "Name", Widget::Text(200), |row: &Row| row.segment.name.clone())
        .required()
        .help("A short name people will recognise, e.g. “Big hotels, Thailand”.")
        .editable_if(not_archived)
        .field(),
    FormField::new("description", "Description", Widget::Textarea, |row: &Row| row.segment.description.clone())
        .help("Who is in this segment and why.")
        .editable_if(not_archived)
        .field(),
    FormField::new("segment_type", "Segment type", Widget::Select(choices::SEGMENT_TYPE), |row: &Row| row.segment.segment_type.clone())
        .required()
        .initially("dynamic")
        .help("Dynamic: whoever meets the rules, now and later. Static: whom you list by hand.")
        .editable_if(not_archived)
        .field(),
    FormField::new("status", "Status", Widget::Select(choices::SEGMENT_STATUS), |row: &Row| row.segment.status.clone())
        .required()
        .initially("active")
        .field(),
    FormField::new("tags", "Tags", Widget::Words(500), |row: &Row| row.segment.tags.clone())
        .help("Words, separated by commas.")
        .editable_if(not_archived)
        .field(),
];

const CRITERIA: &[Field<Row, Panels>] =
    &[FormField::new("filter_criteria", "Filter criteria", Widget::Json, |row: &Row| json::pretty(&row.segment.filter_criteria.0))
        .initially("{\n  \"entity\": \"contact\",\n  \"match_type\": \"all\",\n  \"rules\": []\n}")
        .help("Rules of a dynamic segment, as JSON. Press “Preview” to see who they select before you save.")
        .drawn_by(form::criteria_panel)
        .editable_if(not_archived)
        .field()];

const STATISTICS: &[Field<Row, Panels>] = &[
    ReadonlyField::new("member_count", "Member count", member_count_and_why).field(),
    ReadonlyField::showing("last_calculated_at", "Last calculated at", Show::Time(|row: &Row| row.segment.last_calculated_at)).field(),
    ReadonlyField::showing("last_used_at", "Last used at", Show::Time(|row: &Row| row.segment.last_used_at)).field(),
    ReadonlyField::showing("times_used", "Times used", Show::Number(|row: &Row| row.segment.times_used.into())).field(),
    Field::Panel(form::where_used_panel),
];

const METADATA: &[Field<Row, Panels>] = &[
    ReadonlyField::new("created_by", "Created by", created_by).field(),
    ReadonlyField::showing("created_at", "Created at", Show::Time(|row: &Row| Some(row.segment.created_at))).field(),
    ReadonlyField::showing("updated_at", "Updated at", Show::Time(|row: &Row| Some(row.segment.updated_at))).field(),
];
