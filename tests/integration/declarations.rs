//! A model of the test's own, put into the admin by one declaration: the machinery knows no model.

use customer_segments::accounts::Actor;
use customer_segments::accounts::actor::Subject;
use customer_segments::admin::cell::Show;
use customer_segments::admin::changelist::{ChangeList, Query};
use customer_segments::admin::checks::check;
use customer_segments::admin::display::Display;
use customer_segments::admin::editing::Editing;
use customer_segments::admin::fieldset::{Fieldset, Fold, FormField, ReadonlyField, Widget};
use customer_segments::admin::filters::ListFilter;
use customer_segments::admin::list_display::{ListColumn, SortKey};
use customer_segments::admin::model_admin::{Model, ModelAdmin, Store, Total};
use customer_segments::admin::search::SearchField;
use customer_segments::customers::company::{self, Company};
use customer_segments::db::schema::crm_app_company;
use customer_segments::query::Column;
use customer_segments::routes;
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
    Model { app_label: "tests", model_name, verbose_name: "Shop", verbose_name_plural: "Shops", subject: Subject::Company }
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
            test.db.read_blocking(|connection| ChangeList::load::<ShopAdmin>(connection, &actor, &query, &display)).unwrap()
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
