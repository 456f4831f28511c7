//! A model of the test's own, put into the admin by one declaration: the machinery knows no model.

use actix_web::rt::System;
use customer_segments::accounts::Actor;
use customer_segments::admin::cell::Show;
use customer_segments::admin::changelist::ChangeList;
use customer_segments::admin::checks::check;
use customer_segments::admin::display::Display;
use customer_segments::admin::edit::{self, Answer};
use customer_segments::admin::editing::{Edit, Editing, Saved, Target};
use customer_segments::admin::facets::Facets;
use customer_segments::admin::fieldset::{Fieldset, Fold, FormField, ReadonlyField, Widget};
use customer_segments::admin::filters::ListFilter;
use customer_segments::admin::form::FormData;
use customer_segments::admin::form_page::{FieldView, FormPage};
use customer_segments::admin::list_display::{ListColumn, SortKey};
use customer_segments::admin::list_query::Query;
use customer_segments::admin::model_admin::{Model, ModelAdmin, Store, Total};
use customer_segments::admin::query_string::QueryString;
use customer_segments::admin::search::SearchField;
use customer_segments::admin::task::Task;
use customer_segments::customers::company::{self, Company};
use customer_segments::db::schema::crm_app_company;
use customer_segments::db::{Id, Time};
use customer_segments::query::Column;
use customer_segments::routes;
use diesel::prelude::*;
use uuid::Uuid;

use crate::support::evaluator::{self, World};
use crate::support::{on_both_engines, stored};

static ID: Column = Column::new(crm_app_company::id, "crm_app_company", "ID");
static NAME: Column = Column::new(crm_app_company::name, "crm_app_company", "name");
static PLACES: Column = Column::new(crm_app_company::location_count, "crm_app_company", "places");

const BY_NAME: &[&Column] = &[&NAME];
const BY_PLACES: &[&Column] = &[&PLACES];
const STORE: Store<Company> = Store { source: &company::SOURCE, list: company::list, id: |row| row.id, name: |row| row.name.clone() };

const fn model(model_name: &'static str) -> Model {
    Model { app_label: "tests", model_name, verbose_name: "Shop", verbose_name_plural: "Shops", rights: company::RIGHTS }
}

struct ShopAdmin;

impl ModelAdmin for ShopAdmin {
    type Row = Company;
    type Panels = ();
    type Cleaned = ();
    const MODEL: Model = model("shop");
    const KEY: &'static Column = &ID;
    const STORE: Store<Company> = STORE;
    const TOTAL: Total = Total::UpTo(2);
    const LIST_DISPLAY: &'static [ListColumn<Company>] = &[
        ListColumn::link("name", "Name", Show::Text(|row| &row.name), SortKey::ascending(&NAME).folded()),
        ListColumn::sorting("places", "Places", Show::Number(|row| row.location_count.into()), SortKey::descending(&PLACES)),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(BY_NAME)];
    const ORDERING: &'static [SortKey] = &[SortKey::descending(&PLACES), SortKey::ascending(&NAME)];
    const FIELDSETS: &'static [Fieldset<Company>] = &[];
    const EDITING: Editing<Self> = Editing::ViewOnly("Shops are only shown.");
}

/// One field of every widget that is more than a line of text.
struct GadgetAdmin;

impl ModelAdmin for GadgetAdmin {
    type Row = Company;
    type Panels = ();
    type Cleaned = ();
    const MODEL: Model = model("gadget");
    const KEY: &'static Column = &ID;
    const STORE: Store<Company> = STORE;
    const LIST_DISPLAY: &'static [ListColumn<Company>] = ShopAdmin::LIST_DISPLAY;
    const ORDERING: &'static [SortKey] = ShopAdmin::ORDERING;
    const FIELDSETS: &'static [Fieldset<Company>] = &[Fieldset {
        title: "Gadget",
        description: "",
        fold: Fold::Never,
        fields: &[
            FormField::new("active", "Active", Widget::Checkbox, |row: &Company| row.is_active.to_string()).initially("true").field(),
            FormField::new("places", "Places", Widget::Integer(0, 100), |row: &Company| row.location_count.to_string()).required().field(),
            FormField::new("price", "Price", Widget::Money, |row: &Company| row.notes.clone()).field(),
            FormField::new("day", "Day", Widget::Date, |_: &Company| "2026-07-01".into()).field(),
            FormField::new("moment", "Moment", Widget::DateTime, |row: &Company| row.created_at.to_string()).field(),
            FormField::new("email", "E-mail", Widget::Email(254), |row: &Company| row.email.clone()).field(),
            FormField::new("site", "Site", Widget::Url(200), |row: &Company| row.website.clone()).field(),
            FormField::new("password", "Password", Widget::Password, |_: &Company| String::new()).field(),
        ],
    }];
    const EDITING: Editing<Self> = Editing::Form(Edit {
        clean: |_, _, _| Ok(Some(())),
        lock: |_, _| Ok(()),
        is_done: |_, _, _| Ok(false),
        is_big: |()| false,
        save: |_, _, target, ()| match target {
            Target::New(id) => Ok(Saved { id, name: String::new(), notes: Vec::new() }),
            Target::Stored(row) => Ok(Saved { id: row.id, name: row.name.clone(), notes: Vec::new() }),
        },
        refusal: |_| None,
        delete: |_, _, _| Ok(()),
        related: |_, _| Ok(Vec::new()),
        protects: |_, _, _| Ok(Vec::new()),
        compose: |data| data,
        shows_again: |_| false,
    });
}

/// Everything that can be declared wrongly without the compiler minding.
struct WrongAdmin;

impl ModelAdmin for WrongAdmin {
    type Row = Company;
    type Panels = ();
    type Cleaned = ();
    const MODEL: Model = model("wrong");
    const KEY: &'static Column = &NAME;
    const STORE: Store<Company> = STORE;
    const LIST_DISPLAY: &'static [ListColumn<Company>] = &[
        ListColumn::showing("name", "Name", Show::Text(|row| &row.name)),
        ListColumn::showing("name", "Name", Show::Text(|row| &row.name)),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[
        ListFilter::choices("name", "name", &NAME),
        ListFilter::boolean("name", "name", &NAME),
        ListFilter::date("places", "places", &PLACES),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(BY_PLACES)];
    const ORDERING: &'static [SortKey] = &[];
    const FIELDSETS: &'static [Fieldset<Company>] = &[Fieldset {
        title: "Wrong",
        description: "",
        fold: Fold::Never,
        fields: &[
            FormField::new("_name", "Name", Widget::Select(&[]), |row: &Company| row.name.clone()).field(),
            ReadonlyField::showing("_name", "Name", Show::Text(|row: &Company| &row.name)).field(),
        ],
    }];
    const EDITING: Editing<Self> = Editing::ViewOnly("");
}

#[test]
fn a_declaration_is_all_that_a_list_needs() {
    on_both_engines(|test| {
        let shop = |name: &str, places| evaluator::Company {
            id: Uuid::now_v7(),
            name: name.into(),
            location_count: places,
            ..evaluator::Company::default()
        };
        let companies = vec![shop("b", 1_234), shop("C", 7), shop("a", 7)];
        stored::store(&test.db, &World { companies, ..World::default() });
        let display = Display::new(&test.clock);
        let actor = Actor::system("tests", false);
        let list = |raw: &str| {
            let query = Query::read::<ShopAdmin>(raw, &display).unwrap();
            test.db.read_blocking(|connection| ChangeList::load::<ShopAdmin>(connection, &actor, &query, &Facets::Hidden)).unwrap()
        };
        let names = |list: &ChangeList| -> Vec<String> {
            list.rows.iter().map(|row| format!("{:?}", row.cells[0].cell)).map(|cell| cell.replace(['"', '(', ')'], "")).collect()
        };
        let page = list("").unwrap();
        assert_eq!(names(&page), ["Textb", "TextC", "Texta"], "by places, then by name, letter by letter");
        assert_eq!((page.count.as_str(), page.next.as_deref()), ("2+", None), "what is past the cap is not counted");
        assert_eq!(names(&list("o=1").unwrap()), ["Texta", "Textb", "TextC"], "without regard to case");
        assert_eq!(names(&list("o=-1").unwrap()), ["TextC", "Textb", "Texta"]);
        assert_eq!(names(&list("o=2").unwrap())[0], "Textb", "a column may begin with its largest");
        assert!(list("p=2").is_none(), "a page without rows");
        assert!(Query::read::<ShopAdmin>("name__exact=b", &display).is_err());
    });
}

/// What the controls of a form show, and what is wrong at each.
fn controls(form: &FormPage) -> Vec<(&'static str, String, String)> {
    let fields = form.fieldsets.iter().flat_map(|fieldset| &fieldset.fields);
    let inputs = fields.filter_map(|field| if let FieldView::Input(field) = field { Some(field) } else { None });
    inputs.map(|field| (field.name, field.value.clone(), field.errors.join(" "))).collect()
}

#[test]
fn every_widget_keeps_what_was_typed_and_says_what_is_wrong_at_its_field() {
    on_both_engines(|test| {
        let company = evaluator::Company { id: Uuid::now_v7(), name: "Gadgets".into(), ..evaluator::Company::default() };
        stored::store(&test.db, &World { companies: vec![company.clone()], ..World::default() });
        let id = Id(company.id);
        let known = "2026-07-01T02:35:39.123456Z".parse().map(Time).unwrap();
        let change = |connection: &mut _| {
            let mut row = crm_app_company::table.find(id).select(Company::as_select()).first(connection)?;
            (row.created_at, row.email, row.website) = (known, "as it came".into(), "www.example.com".into());
            (row.is_active, row.location_count) = (true, -5);
            company::update(connection, &row)
        };
        test.db.write_blocking(change).unwrap();
        let task = Task { actor: Actor::system("tests", false), clock: test.clock.clone(), id: Some(id), restores: None };
        let run = |data: Option<FormData>| {
            System::new().block_on(async {
                match data {
                    None => Answer::Page(Box::new(
                        edit::open::<GadgetAdmin>(&test.db, task.clone(), QueryString::default()).await.unwrap().unwrap(),
                    )),
                    Some(data) => edit::submit::<GadgetAdmin>(&test.db, task.clone(), data).await.unwrap(),
                }
            })
        };
        let Answer::Page(opened) = run(None) else { panic!("no form") };
        let shown = controls(&opened);
        assert_eq!(shown.iter().find(|(name, ..)| *name == "moment").unwrap().1, "2026-07-01T09:35:39", "in the zone");
        let sent = |changes: &[(&str, &str)]| {
            let version = ("_version".to_owned(), opened.version.clone());
            let fields = shown.iter().map(|(name, value, _)| ((*name).to_owned(), value.clone()));
            let mut pairs: Vec<_> = std::iter::once(version).chain(fields).collect();
            for (name, value) in changes {
                pairs.retain(|(known, _)| known != name);
                pairs.push(((*name).to_owned(), (*value).to_owned()));
            }
            FormData::new(pairs)
        };
        assert!(matches!(run(Some(sent(&[]))), Answer::Saved(..)), "what an import brought may stay: {shown:?}");
        let typed = [
            ("places", "-6"),
            ("price", "1,5"),
            ("day", "yesterday"),
            ("moment", "2026-07-01T09:75"),
            ("email", "nobody"),
            ("site", "javascript:alert(1)"),
        ];
        let Answer::Page(again) = run(Some(sent(&[&typed[..], &[("password", "secret")]].concat()))) else { panic!("it was saved") };
        for (name, value) in typed {
            let (_, kept, error) = controls(&again).into_iter().find(|(known, ..)| *known == name).unwrap();
            assert!(kept == value && error.ends_with('.'), "{name}: {kept} {error}");
        }
        assert!(!format!("{again:?}").contains("secret"), "a password is never sent back");
        let overtaken =
            FormData::new(vec![("_version".into(), "old".into()), ("password".into(), "secret".into()), ("day".into(), "2026-7-2".into())]);
        let Answer::Conflict(conflict) = run(Some(overtaken)) else { panic!("no conflict") };
        assert!(!format!("{conflict:?}").contains("secret"), "not even then");
        let differing: Vec<&str> = conflict.pairs.iter().filter(|pair| pair.differs).map(|pair| pair.label).collect();
        assert_eq!(differing, ["Active", "Places", "Day", "Moment", "E-mail", "Site"], "a box that sends nothing is not ticked");
    });
}

#[test]
fn a_wrong_declaration_is_found_with_its_code() {
    let mut codes: Vec<&str> = check::<WrongAdmin>().iter().map(|problem| problem.code).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "admin.E102",
            "admin.E103",
            "admin.E104",
            "admin.E105",
            "admin.E201",
            "admin.E202",
            "admin.E203",
            "admin.E204",
            "admin.E301",
            "admin.E401",
            "admin.E402",
            "admin.E403"
        ]
    );
    assert_eq!(check::<ShopAdmin>(), []);
}

#[test]
fn the_screens_of_the_site_are_declared_rightly() {
    assert_eq!(routes::nav().problems(), []);
}
