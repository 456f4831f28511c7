//! The site that the suite looks at: the sample data of the demo, people of several kinds, and something of everything.
//!
//! Made anew by every test; paths name what is in it as `{dynamic}`, `{company}` and so on.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::time::Duration;

use customer_segments::accounts::user::User;
use customer_segments::accounts::{Actor, Role, setup_link};
use customer_segments::config::Settings;
use customer_segments::customers::company::Company;
use customer_segments::customers::contact::Contact;
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::{
    auth_user, crm_app_company, crm_app_contact, crm_app_contract, crm_app_customersegment as segment,
    crm_app_customersegment_static_companies as listed_companies, crm_app_customersegment_static_contacts as listed_contacts,
    segments_session,
};
use customer_segments::db::{AnyConnection, Id, Json};
use customer_segments::segments::Segment;
use customer_segments::{customers, segments};
use diesel::prelude::*;

use crate::support::{TestApp, TestDb};

/// How many contacts there are: enough for three pages of their list.
const CONTACTS: usize = 250;

/// Who uses a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Somebody who has not signed in.
    Nobody,
    /// A superuser, who owns the segments of the sample data.
    Root,
    /// Somebody of Sales, who has segments of their own.
    Sales,
    /// Somebody of Finance, who may only look at most things.
    Finance,
}

impl Who {
    /// The name they sign in with.
    pub(crate) fn username(self) -> Option<&'static str> {
        match self {
            Self::Nobody => None,
            Self::Root => Some("root"),
            Self::Sales => Some("somchai"),
            Self::Finance => Some("fon"),
        }
    }
}

/// The site.
pub(crate) struct World {
    pub(crate) app: TestApp,
    /// What paths may name.
    names: Vec<(&'static str, Id)>,
    /// Another site, on its first day: nobody can sign in there yet.
    first_day: OnceCell<TestApp>,
}

impl World {
    /// On SQLite.
    pub(crate) fn new() -> Self {
        Self::on(Engine::Sqlite)
    }

    /// On this engine.
    pub(crate) fn on(engine: Engine) -> Self {
        Self::with(engine, |_| {})
    }

    /// Whose API pages of another origin may use.
    pub(crate) fn open_to(origin: &str) -> Self {
        Self::with(Engine::Sqlite, |settings| settings.cors_allowed_origins = vec![origin.to_owned()])
    }

    fn with(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        // Whoever gets no turn is told so at once.
        let app = TestApp::with(TestDb::with(engine, |options| options.turn_timeout = Duration::from_millis(200)), change);
        let mut world = Self { app, names: Vec::new(), first_day: OnceCell::new() };
        world.introduce(Who::Root, Role::Admin);
        world.introduce(Who::Sales, Role::Sales);
        world.introduce(Who::Finance, Role::Finance);
        world.fill();
        world
    }

    fn introduce(&self, who: Who, role: Role) {
        self.app.user(role, |user| {
            who.username().expect("somebody").clone_into(&mut user.username);
            user.is_superuser = who == Who::Root;
        });
    }

    fn fill(&mut self) {
        let (db, clock) = (&self.app.test.db, &self.app.test.clock);
        customers::sample::fill(db, clock, CONTACTS).expect("customers");
        let root = db.read_blocking(|connection| User::find_by_username(connection, "root")).expect("root");
        segments::sample::fill(db, clock, &Actor { id: Some(root.id), name: root.username, ..Actor::system("tests", false) })
            .expect("segments");
        let rules = Json(serde_json::json!({ "rules": [{ "field": "shoe_size", "operator": "equals", "value": 42 }] }));
        self.names = db
            .write_blocking(|connection| {
                let called = |name: &'static str| segment::table.filter(segment::name.eq(name)).select(segment::id);
                let broken: Id = called("Seasonal greetings").first(connection)?;
                diesel::update(segment::table.find(broken)).set(segment::filter_criteria.eq(&rules)).execute(connection)?;
                Ok(vec![
                    ("{broken}", broken),
                    ("{dynamic}", called("High-Value Hotels in Thailand").first(connection)?),
                    ("{static}", called("VIP Customers").first(connection)?),
                    ("{archived}", called("Café opening offer 2025").first(connection)?),
                    ("{company}", crm_app_company::table.select(crm_app_company::id).order(crm_app_company::name).first(connection)?),
                    ("{contact}", crm_app_contact::table.select(crm_app_contact::id).order(crm_app_contact::name).first(connection)?),
                    (
                        "{contract}",
                        crm_app_contract::table.select(crm_app_contract::id).order(crm_app_contract::contract_number).first(connection)?,
                    ),
                    ("{root}", root.id),
                    ("{user}", auth_user::table.filter(auth_user::username.eq("somchai")).select(auth_user::id).first(connection)?),
                    ("{nobody}", Id::new()),
                ])
            })
            .expect("what paths name");
    }

    /// A path, with the keys in it of what is named.
    pub(crate) fn path(&self, path: &str) -> String {
        self.names.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, &id.to_string()))
    }

    /// The address of a set-up link, of the site on its first day.
    pub(crate) fn setup_link(&self) -> String {
        let app = self.first_day.get_or_init(|| TestApp::on(TestDb::new(Engine::Sqlite)));
        let now = app.test.clock.now();
        let token = app.test.db.write_blocking(|connection| setup_link::insert(connection, now)).expect("a link");
        app.url(&format!("/admin/setup/{token}/"))
    }

    /// Ends the sessions of everybody, as the clock would.
    pub(crate) fn end_sessions(&self) {
        let end = |connection: &mut AnyConnection| Ok(diesel::delete(segments_session::table).execute(connection).map(|_| ())?);
        self.app.test.db.write_blocking(end).expect("no sessions");
    }

    /// Somebody else adds a company that has nobody yet; gives the path of its form.
    pub(crate) fn colleague_adds_company(&self, name: &str) -> String {
        let answer = self.app.superuser().post_form("/admin/crm_app/company/add/", &[("name", name), ("_continue", "1")]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.location().to_owned()
    }

    /// Somebody else changes what the form at this path says of a field, and saves.
    pub(crate) fn colleague_changes(&self, path: &str, field: &str) {
        let colleague = self.app.superuser();
        let answer = colleague.post_form(&self.path(path), &[(field, &format!("By {}.", colleague.username))]);
        assert_eq!(answer.status, 303, "{}", answer.body);
    }

    /// Somebody else searches in the form at this path for a contact to list, and takes the first one of the list off it; gives
    /// the names of both.
    pub(crate) fn colleague_curates(&self, path: &str, words: &str) -> [String; 2] {
        let (colleague, path) = (self.app.superuser(), self.path(path));
        let search = colleague.open(&path).form().fill("contact_q", words).and("_contact_search", "1");
        let found = colleague.submit(&search);
        let first = |pane: &str, name: &str| {
            let key = found.attributes(&format!("{pane} [name={name}]"), "value").swap_remove(0);
            (key, found.text(&format!("{pane} .who")))
        };
        let (added, removed) = (first("#contact-available-pane", "contact_available"), first("#contact-chosen-pane", "contact_chosen"));
        let form = found.form().and("contact_available", &added.0).and("contact_chosen", &removed.0).and("_save", "1");
        let answer = colleague.submit(&form);
        assert_eq!(answer.status, 303, "{}", answer.body);
        [added.1, removed.1]
    }

    /// Everybody, with where they work.
    pub(crate) fn people(&self) -> Vec<(Contact, Company)> {
        let all = crm_app_contact::table.inner_join(crm_app_company::table).order(crm_app_contact::id);
        let all = all.select((Contact::as_select(), Company::as_select()));
        self.app.test.db.read_blocking(|connection| Ok(all.load(connection)?)).expect("people")
    }

    /// The contacts that a segment lists, and the companies.
    pub(crate) fn listed(&self, name: &str) -> (BTreeSet<Id>, BTreeSet<Id>) {
        let id = Id::parse(&self.path(name)).expect("a key");
        let people = listed_contacts::table.filter(listed_contacts::customersegment_id.eq(id)).select(listed_contacts::contact_id);
        let firms = listed_companies::table.filter(listed_companies::customersegment_id.eq(id)).select(listed_companies::company_id);
        let read = |connection: &mut AnyConnection| Ok((people.load::<Id>(connection)?, firms.load::<Id>(connection)?));
        let (people, firms) = self.app.test.db.read_blocking(read).expect("a list");
        (people.into_iter().collect(), firms.into_iter().collect())
    }

    /// Adds so many copies of a segment.
    pub(crate) fn add_copies(&self, name: &str, count: usize) {
        let original = Id::parse(&self.path(name)).expect("a key");
        let copy = |connection: &mut AnyConnection| {
            let original: Segment = segment::table.find(original).select(Segment::as_select()).first(connection)?;
            for number in 1..=count {
                let copy = Segment { id: Id::new(), name: format!("{} {number}", original.name), ..original.clone() };
                diesel::insert_into(segment::table).values(copy).execute(connection)?;
            }
            Ok(())
        };
        self.app.test.db.write_blocking(copy).expect("copies");
    }

    /// Stores filter criteria, whatever they are.
    pub(crate) fn set_criteria(&self, name: &str, criteria: &serde_json::Value) {
        let id = Id::parse(&self.path(name)).expect("a key");
        let set = |connection: &mut AnyConnection| {
            diesel::update(segment::table.find(id)).set(segment::filter_criteria.eq(Json(criteria.clone()))).execute(connection)?;
            Ok(())
        };
        self.app.test.db.write_blocking(set).expect("criteria");
    }

    /// Runs statements on the database as an accident would.
    pub(crate) fn run(&self, statements: &str) {
        let guard = if self.app.test.db.engine() == Engine::Sqlite { "PRAGMA query_only = OFF; " } else { "" };
        self.app.test.run(&format!("{guard}{statements}"));
    }
}
