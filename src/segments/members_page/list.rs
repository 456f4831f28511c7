//! Members as a list of contacts: what it shows and searches, and why each of them is in.
//!
//! Read by `crate::admin`, which makes every list; handed the screens of contacts and of companies, `C` and `D`, to lead there.

use std::collections::HashMap;
use std::marker::PhantomData;

use super::asked::Asked;
use super::filters::{COMPANY, CONTACT_COMPANY, COUNTRY};
use crate::accounts::Actor;
use crate::admin::cell::{Cell, Show};
use crate::admin::changelist::{ChangeList, ListCell};
use crate::admin::editing::Editing;
use crate::admin::facets::Facets;
use crate::admin::fieldset::Fieldset;
use crate::admin::filters::ListFilter;
use crate::admin::headings::Heading;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::list_rows::Part;
use crate::admin::model_admin::{Model, ModelAdmin, Store, Total};
use crate::admin::query_string::QueryString;
use crate::admin::search::{SearchField, Through};
use crate::criteria::catalogue::{company as companies, contact as contacts};
use crate::criteria::choices;
use crate::customers::company;
use crate::customers::contact::Row;
use crate::db::schema::crm_app_company;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::Column;
use crate::segments::members::Members;
use crate::segments::why::Membership;

/// Up to here those that a search or a filter finds are counted; all are where that is asked for.
const COUNTED: i64 = 10_000;

static COMPANY_ID: Column = Column::new(crm_app_company::id, "crm_app_company", "ID");
const EMPLOYER: Through = Through { foreign_key: &CONTACT_COMPANY, key: &COMPANY_ID, source: &company::SOURCE };
const BY_NAME_AND_COUNTRY: &[&Column] = &[&companies::NAME, &companies::COUNTRY];

/// The members of a segment.
pub struct MemberAdmin<C, D>(PhantomData<fn() -> (C, D)>);

impl<C: ModelAdmin<Row = Row>, D: ModelAdmin> ModelAdmin for MemberAdmin<C, D> {
    type Row = Row;
    type Panels = ();
    type Cleaned = ();

    const MODEL: Model = Model { verbose_name: "member", verbose_name_plural: "members", ..C::MODEL };
    const KEY: &'static Column = C::KEY;
    const STORE: Store<Row> = C::STORE;
    const TOTAL: Total = Total::UpTo(COUNTED);
    const LIST_DISPLAY: &'static [ListColumn<Row>] = &[
        ListColumn::link("name", "Name", Show::Text(|row| &row.contact.name), SortKey::ascending(&contacts::NAME)),
        ListColumn::sorting("email", "E-mail", Show::Email(|row| &row.contact.email), SortKey::ascending(&contacts::EMAIL)),
        ListColumn::sorting("title", "Title", Show::Text(|row| &row.contact.title), SortKey::ascending(&contacts::TITLE)),
        ListColumn::sorting("company", "Company", Show::Cell(|row, _| company_of::<D>(row)), SortKey::ascending(&companies::NAME)),
        ListColumn::sorting("country", "Country", Show::Text(|row| &row.company_country), SortKey::ascending(&companies::COUNTRY)),
        ListColumn::sorting(
            "contact_type",
            "Type",
            Show::Choice(choices::CONTACT_TYPE, |row| &row.contact.contact_type),
            SortKey::ascending(&contacts::CONTACT_TYPE),
        ),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[COMPANY, COUNTRY];
    const SEARCH_FIELDS: &'static [SearchField] =
        &[SearchField::new(contacts::SEARCHED), SearchField::through(EMPLOYER, BY_NAME_AND_COUNTRY)];
    const ORDERING: &'static [SortKey] = &[SortKey::ascending(&contacts::NAME)];
    const FIELDSETS: &'static [Fieldset<Row>] = &[];
    const EDITING: Editing<Self> = Editing::ViewOnly("Members are listed here. Who is one, the segment says.");
}

fn company_of<D: ModelAdmin>(row: &Row) -> Cell {
    Cell::Link { href: D::MODEL.change_url(row.contact.company_id), text: row.company_name.clone() }
}

/// A page of the list of `members`, of whom there are `count`, at `url`; `None` when it ends before.
pub(super) fn load<C: ModelAdmin<Row = Row>, D: ModelAdmin>(
    connection: &mut AnyConnection,
    actor: &Actor,
    (asked, facets): (&Asked, &Facets),
    (members, count): (&Members, i64),
    url: String,
) -> Result<Option<ChangeList>> {
    let in_order = |connection: &mut AnyConnection, limit, offset| members.page(connection, count, limit, offset);
    let part = Part { rows: members.predicate(), count, in_order: &in_order, counts_all: asked.counts_all, url };
    ChangeList::load_part::<MemberAdmin<C, D>>(connection, actor, &asked.query, facets, &part)
}

/// Adds the column that tells why each is in, all from one answer; `url` explains it at length.
pub(super) fn add_why(connection: &mut AnyConnection, list: &mut ChangeList, membership: &Membership, url: &str) -> Result<()> {
    let keys: Vec<Id> = list.rows.iter().map(|row| row.key).collect();
    let reasons = if keys.is_empty() { Vec::new() } else { membership.explain(connection, &keys)? };
    let reasons: HashMap<Id, _> = reasons.into_iter().map(|why| (why.contact(), why)).collect();
    let (name, text) = ("why", "Why in");
    list.headings.push(Heading { name, text, sorted: None, is_first: false, priority: None, link: None, toggle: None, remove: None });
    for row in &mut list.rows {
        let employer = row.cells.iter().find_map(|cell| if let Cell::Link { text, .. } = &cell.cell { Some(text.as_str()) } else { None });
        let brief = reasons.get(&row.key).map(|why| why.brief(employer.unwrap_or_default()));
        let href = format!("{url}{}", QueryString::default().with("contact", row.key.to_string()).link());
        let cell = brief.map_or(Cell::Blank, |text| Cell::Link { href, text });
        row.cells.push(ListCell { name, heading: text, cell, link: None });
    }
    Ok(())
}
