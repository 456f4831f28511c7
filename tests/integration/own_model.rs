//! A model of the test's own, put whole into the admin by one declaration, and used through its pages on both engines.
//!
//! The rows are those of companies, under another name: what is shown is that the machinery takes any model, for it knows
//! none (`house`).

use customer_segments::accounts::access::Access::{Anyone, Staff};
use customer_segments::accounts::actor::{Permission, Rights};
use customer_segments::accounts::{Role, login};
use customer_segments::admin::cell::Show;
use customer_segments::admin::editing::{Act, Edit, Editing, Saved, Target};
use customer_segments::admin::fieldset::{Fieldset, Fold, FormField, ReadonlyField, Widget};
use customer_segments::admin::filters::ListFilter;
use customer_segments::admin::frame::Nav;
use customer_segments::admin::list_display::{ListColumn, SortKey};
use customer_segments::admin::model_admin::{Model, ModelAdmin, Store};
use customer_segments::admin::search::SearchField;
use customer_segments::admin::{actions, index};
use customer_segments::customers::company::{self, Company};
use customer_segments::db::schema::crm_app_company;
use customer_segments::db::{AnyConnection, Db, Id, Time};
use customer_segments::error::{AppError, Result};
use customer_segments::history::{self, NewEvent, Object};
use customer_segments::query::Column;
use customer_segments::routes::screens;
use customer_segments::server::Site;
use customer_segments::server::url::{Url, url};
use diesel::prelude::*;

use crate::support::app::Person;
use crate::support::{TestApp, TestDb, on_engines};

static ID: Column = Column::new(crm_app_company::id, "crm_app_company", "ID");
static NAME: Column = Column::new(crm_app_company::name, "crm_app_company", "name");
static PLACES: Column = Column::new(crm_app_company::location_count, "crm_app_company", "places");
static IS_OPEN: Column = Column::new(crm_app_company::is_active, "crm_app_company", "open");

const BY_NAME: &[&Column] = &[&NAME];

struct ShopAdmin;

/// Music keeps the shops, which nobody but Admins deletes; Tech looks at them, and they are nobody else's business.
const RIGHTS: &Rights = &Rights {
    plural: "Shops",
    view: &[Role::Music, Role::Tech],
    add: &[Role::Music],
    change: &[Role::Music],
    delete: &[],
    is_the_crms: false,
};

impl ModelAdmin for ShopAdmin {
    type Row = Company;
    type Panels = ();
    type Cleaned = (String, i32);
    const MODEL: Model =
        Model { app_label: "tests", model_name: "shop", verbose_name: "Shop", verbose_name_plural: "Shops", rights: RIGHTS };
    const KEY: &'static Column = &ID;
    const STORE: Store<Company> = Store { source: &company::SOURCE, list: company::list, id: |row| row.id, name: |row| row.name.clone() };
    const LIST_DISPLAY: &'static [ListColumn<Company>] = &[
        ListColumn::link("name", "Name", Show::Text(|row| &row.name), SortKey::ascending(&NAME)),
        ListColumn::sorting("places", "Places", Show::Number(|row| row.location_count.into()), SortKey::descending(&PLACES)),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[ListFilter::boolean("is_open", "open", &IS_OPEN)];
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(BY_NAME)];
    const ORDERING: &'static [SortKey] = &[SortKey::ascending(&NAME)];
    const ACTIONS: &'static [actions::Action<Self>] = &[
        actions::Action {
            name: "delete_selected",
            label: "Delete selected Shops",
            most: actions::MOST,
            permission: Permission::Delete,
            question: Some(actions::DELETE),
            deed: actions::Deed::Delete(|shops| format!("Successfully deleted {shops}.")),
        },
        actions::Action {
            name: "visit",
            label: "Visit selected Shops",
            most: actions::MOST,
            permission: Permission::View,
            question: None,
            deed: actions::Deed::Long(visit, |shops| format!("{shops} visited."), "closed"),
        },
    ];
    const FIELDSETS: &'static [Fieldset<Company>] = &[Fieldset {
        title: "Shop",
        description: "",
        fold: Fold::Never,
        fields: &[
            FormField::new("name", "Name", Widget::Text(200), |row: &Company| row.name.clone()).required().field(),
            FormField::new("places", "Places", Widget::Integer(0, 100), |row: &Company| row.location_count.to_string()).required().field(),
            ReadonlyField::showing("is_open", "Open", Show::Flag(|row: &Company| row.is_active)).field(),
        ],
    }];
    const EDITING: Editing<Self> = Editing::Form(Edit {
        clean: |_, context, errors| {
            let (name, places) = (context.data.get("name"), context.data.get("places"));
            if name.contains("Shop") {
                errors.add("name", "Everybody knows that it is a shop.");
            }
            Ok(errors.is_empty().then(|| (name.to_owned(), places.parse().unwrap_or_default())))
        },
        lock: |_, _| Ok(()),
        is_done: |_, _, _| Ok(true),
        is_big: |_| false,
        save,
        refusal: |_| None,
        delete: |connection, act, rows| {
            for row in rows {
                diesel::delete(crm_app_company::table.find(row.id)).execute(connection)?;
                let event = NewEvent::new(act.actor, act.clock.now(), history::Action::Deleted, object(row), "Deleted.");
                history::record(connection, event)?;
            }
            Ok(())
        },
        related: |_, rows| Ok(vec![("Places", rows.iter().map(|row| i64::from(row.location_count)).sum())]),
        protects: |_, _, _| Ok(Vec::new()),
        compose: |data| data,
        shows_again: |_| false,
    });
}

/// Open is what has a place.
fn save(connection: &mut AnyConnection, act: &Act<'_>, target: Target<'_, ShopAdmin>, cleaned: &(String, i32)) -> Result<Saved> {
    let now = Time(act.clock.now());
    let (stored, action, message) = match target {
        Target::New(id) => (Company::new(id, now), history::Action::Added, "Added."),
        Target::Stored(row) => (row.clone(), history::Action::Changed, "Changed Name."),
    };
    let shop = Company { name: cleaned.0.clone(), location_count: cleaned.1, is_active: cleaned.1 > 0, ..stored };
    match target {
        Target::New(_) => company::insert(connection, std::slice::from_ref(&shop))?,
        Target::Stored(_) => company::update(connection, &shop)?,
    }
    history::record(connection, NewEvent::new(act.actor, act.clock.now(), action, object(&shop), message))?;
    Ok(Saved { id: shop.id, name: shop.name, notes: Vec::new() })
}

/// One stands before closed doors where there is no place.
fn visit(_: &Db, _: &Act<'_>, shop: &Company) -> Result<bool> {
    if shop.is_active { Ok(true) } else { Err(AppError::Conflict("It is closed.".to_owned())) }
}

fn object(shop: &Company) -> Object {
    Object { model: "shop", id: shop.id.to_string(), name: shop.name.clone() }
}

fn urls() -> Vec<Url> {
    let site = vec![
        url("/admin/").get(Staff, index::show),
        url("/admin/login/").get(Anyone, login::show).post(Anyone, login::sign_in),
        url("/admin/tests/").get(Staff, index::app),
    ];
    site.into_iter().chain(screens::<ShopAdmin>().urls).collect()
}

fn nav() -> Nav {
    Nav::of([screens::<ShopAdmin>().item])
}

const LIST: &str = "/admin/tests/shop/";

fn with_shops(test: impl Fn(&TestApp, &Person<'_>)) {
    on_engines(|engine| {
        let app = TestApp::serving(Site { urls, nav }, TestDb::new(engine), |_| {});
        let person = app.superuser();
        for (name, places) in [("Bakery", "3"), ("กาแฟ", "12"), ("Closed", "0")] {
            let answer = person.post_form(&format!("{LIST}add/"), &[("name", name), ("places", places), ("_save", "Save")]);
            assert_eq!((answer.status, answer.location()), (303, LIST), "{}", answer.texts(".errorlist").join(" "));
        }
        test(&app, &person);
    });
}

fn names(person: &Person<'_>, query: &str) -> Vec<String> {
    person.open(&format!("{LIST}{query}")).texts("#result_list tbody .field-name")
}

/// The page of an object, below its key.
fn page_of(person: &Person<'_>, name: &str, page: &str) -> String {
    let list = person.open(&format!("{LIST}?q={name}"));
    let link = list.attributes("#result_list tbody .field-name a", "href").swap_remove(0);
    let id = link.trim_start_matches(LIST).split('/').next().and_then(Id::parse).expect("a key in the link");
    format!("{LIST}{id}/{page}/")
}

#[test]
fn a_model_of_ones_own_is_listed_searched_filtered_and_sorted() {
    with_shops(|_, person| {
        assert_eq!(person.open("/admin/").text("#content .model-shop"), "Shops Add Change");
        assert_eq!(person.open("/admin/tests/").text("h1"), "Tests administration");
        assert_eq!(names(person, ""), ["Bakery", "Closed", "กาแฟ"]);
        assert_eq!(names(person, "?q=BAK"), ["Bakery"]);
        assert_eq!(names(person, "?is_open__exact=0"), ["Closed"]);
        assert_eq!(names(person, "?o=2"), ["กาแฟ", "Bakery", "Closed"]);
        let list = person.open(LIST);
        assert_eq!((list.text("h1").as_str(), list.has("a.addlink[href$='/shop/add/']")), ("Select Shop to change", true));
    });
}

#[test]
fn a_model_of_ones_own_is_added_changed_deleted_and_remembered() {
    with_shops(|_, person| {
        let change = page_of(person, "Bakery", "change");
        let wrong = person.post_form(&change, &[("name", "Bread Shop"), ("places", "500"), ("_save", "Save")]);
        assert_eq!((wrong.status, wrong.form().value("name"), wrong.texts(".errorlist").len()), (200, Some("Bread Shop"), 2));
        let answer = person.post_form(&change, &[("name", "Bread"), ("places", "4"), ("_continue", "1")]);
        assert_eq!((answer.status, answer.location()), (303, &*change));
        let page = person.follow(&answer);
        assert_eq!(page.text(".messagelist"), "The Shop “Bread” was changed successfully. You may edit it again below.");
        let history = person.open(&page_of(person, "Bread", "history"));
        assert_eq!(history.texts("#change-history tbody tr").len(), 2);
        let delete = page_of(person, "Bread", "delete");
        assert!(person.open(&delete).text("#content").contains("Bread"));
        let answer = person.post_form(&delete, &[]);
        assert_eq!((answer.status, names(person, "")), (303, vec!["Closed".to_owned(), "กาแฟ".to_owned()]));
        assert!(person.open("/admin/").text("#content-related").contains("Bread"), "it is among the recent actions");
        assert_eq!(person.follow(&person.get(&change)).text(".messagelist").split(" with ID").next(), Some("Shop"));
    });
}

#[test]
fn several_of_a_model_of_ones_own_are_deleted_at_once() {
    with_shops(|_, person| {
        let list = person.open(LIST);
        let ids = list.attributes("input[name=_selected_action]", "value");
        let form = ids
            .iter()
            .take(2)
            .fold(list.form_at("#changelist-form").fill("action", "delete_selected"), |form, id| form.and("_selected_action", id));
        let asked = person.submit(&form);
        assert_eq!((asked.status, asked.text("h1").as_str()), (200, "Delete multiple objects"));
        assert_eq!(person.submit(&asked.form()).status, 303);
        assert_eq!(names(person, ""), ["กาแฟ"]);
    });
}

#[test]
fn what_long_work_had_done_before_one_object_stopped_it_is_told() {
    with_shops(|_, person| {
        let told = |query: &str| {
            let list = person.open(&format!("{LIST}{query}"));
            let keys = list.attributes("input[name=_selected_action]", "value");
            let form = list.form_at("#changelist-form").fill("action", "visit");
            let answer = person.submit(&keys.iter().fold(form, |form, key| form.and("_selected_action", key)));
            person.follow(&answer).texts(".messagelist li")
        };
        assert_eq!(told(""), ["1 Shop visited.", "It stopped at “Closed”: It is closed. Those after it were not reached."]);
        assert_eq!(told("?q=closed"), ["It stopped at “Closed”: It is closed. Nothing was changed."]);
        assert_eq!(told("?is_open__exact=1"), ["2 Shops visited."]);
    });
}

/// The declaration says who may do what, and nothing else does.
#[test]
fn who_may_do_what_with_a_model_of_ones_own_is_said_by_its_declaration() {
    with_shops(|app, admin| {
        let (music, tech, sales) = (app.role(Role::Music), app.role(Role::Tech), app.role(Role::Sales));
        let (change, delete) = (page_of(admin, "Bakery", "change"), page_of(admin, "Bakery", "delete"));
        let statuses = |person: &Person<'_>| [LIST, &format!("{LIST}add/"), &change, &delete].map(|path| person.get(path).status);
        assert_eq!(statuses(&music), [200, 200, 200, 403]);
        assert_eq!(statuses(&tech), [200, 403, 200, 403]);
        assert_eq!(statuses(&sales), [403, 403, 403, 403]);
        assert!(sales.get(LIST).text("#content-main").contains("Your role, Sales, may not see shops."));
        assert!(!sales.open("/admin/").has(".model-shop"));
        let page = tech.open(&change);
        assert!(page.has(".field-name .readonly") && !page.has("input[name=name]"), "{}", page.body);
        assert_eq!(music.post_form(&change, &[("name", "Bread"), ("_save", "Save")]).status, 303);
        assert!(!music.open(LIST).texts("[name=action] option").iter().any(|action| action.contains("Delete")));
        assert_eq!(names(&tech, "?q=bread"), ["Bread"]);
    });
}
