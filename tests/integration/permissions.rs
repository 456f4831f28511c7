//! The permission matrix: everybody × every URL × every method × one's own objects and others', and the same for every action
//! of a list.
//!
//! Made from the table of URLs, so that a new line is in it at once. What is expected is the product's permission page,
//! written down here once more ([`Everybody::may`], [`Who::meets`]) and not read from the code: of a line only what it does is
//! believed (to see, to add, …), not with what. A line without a declaration does not compile; one that asks for no right and
//! is not written down here as open ([`OPEN`]), declares what it does not do, or opens objects that this file does not know,
//! fails.

use customer_segments::accounts::access::Access;
use customer_segments::accounts::actor::Permission;
use customer_segments::accounts::admin::UserAdmin;
use customer_segments::accounts::managing::Values;
use customer_segments::accounts::user::User;
use customer_segments::accounts::{Actor, Role, managing_rules};
use customer_segments::admin::index;
use customer_segments::admin::model_admin::ModelAdmin;
use customer_segments::criteria::Scope;
use customer_segments::customers::admin::{CompanyAdmin, ContactAdmin, ContractAdmin};
use customer_segments::customers::{company, contact, contract};
use customer_segments::db::dialect::Engine;
use customer_segments::db::schema::{auth_user, crm_app_company, crm_app_contact, crm_app_contract};
use customer_segments::db::{Id, migrations};
use customer_segments::history;
use customer_segments::routes;
use customer_segments::segments::admin::SegmentAdmin;
use customer_segments::segments::hand_over::SegmentsOf;
use customer_segments::segments::listed::ListChange;
use customer_segments::segments::save::{self, Edited};
use customer_segments::segments::{self, Draft, Input};
use customer_segments::server::url::{Url, url};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use reqwest::Method;
use reqwest::blocking::Response;
use uuid::Uuid;

use crate::support::browser::{Browser, text_of, value_of};
use crate::support::catalogue::contents;
use crate::support::evaluator::{self, World};
use crate::support::stored::store;
use crate::support::{TestApp, TestDb, on_engines};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Nobody has signed in.
    Stranger,
    /// Somebody signed in as staff, which they are no longer.
    NotStaff,
    /// A member of the staff.
    Of(Role),
    /// A superuser, of the role with the fewest rights.
    Superuser,
}

/// Whose object is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// One's own; of users oneself.
    Own,
    /// A superuser.
    Root,
    /// Another's; of segments an active one, of users somebody of the role Sales.
    Others,
    /// Another's segment that is paused.
    OthersPaused,
    /// A paused segment without owner.
    Nobodys,
    /// There is none.
    Missing,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The way to the sign-in page.
    SignIn,
    /// 403, with a sentence that says why.
    Refused,
    /// "… doesn’t exist. Perhaps it was deleted?"
    Unknown,
    /// What was asked for; whether it was asked for well is another matter.
    LetIn,
}

impl Who {
    const ALL: [Self; 8] = [
        Self::Stranger,
        Self::NotStaff,
        Self::Of(Role::Sales),
        Self::Of(Role::Finance),
        Self::Of(Role::Tech),
        Self::Of(Role::Music),
        Self::Of(Role::Admin),
        Self::Superuser,
    ];

    fn is_admin(self) -> bool {
        matches!(self, Self::Of(Role::Admin) | Self::Superuser)
    }

    /// The permission page: what they meet when they would do it with this object.
    pub(crate) fn meets(self, permission: Permission, model: &str, whose: Whose) -> Outcome {
        let is_theirs = self.is_admin() || whose == Whose::Own;
        match (model, permission, whose) {
            (_, _, Whose::Missing) => Outcome::Unknown,
            ("customersegment", _, _) if !is_theirs && whose != Whose::Others => Outcome::Unknown,
            ("customersegment", Permission::Change | Permission::Delete, _) if !is_theirs => Outcome::Refused,
            ("user", Permission::Delete, Whose::Own) => Outcome::Refused,
            ("user", Permission::Change | Permission::Delete, Whose::Root) if self != Self::Superuser => Outcome::Refused,
            _ => Outcome::LetIn,
        }
    }
}

/// Somebody with their browser.
pub(crate) struct Person {
    pub(crate) who: Who,
    browser: Browser,
    /// For their forms.
    token: String,
    pub(crate) id: Option<Id>,
}

/// The site with everybody in it.
pub(crate) struct Everybody {
    pub(crate) app: TestApp,
    pub(crate) people: Vec<Person>,
    /// Whether it runs beside the CRM.
    is_shared: bool,
    /// Somebody else, who owns what is others'.
    other: Id,
}

impl Everybody {
    pub(crate) fn on(test: TestDb) -> Self {
        let app = TestApp::on(test);
        let other = id_of(&app, &app.user(Role::Sales, |_| {}));
        let people = Who::ALL.into_iter().map(|who| person(&app, who)).collect();
        write(&app, "CREATE TABLE kept_session AS SELECT * FROM segments_session");
        Self { app, people, is_shared: false, other }
    }

    /// Beside the CRM; `None` where PostgreSQL is not installed.
    pub(crate) fn beside_the_crm() -> Option<Self> {
        let test = TestDb::shared()?;
        migrations::apply(&test.db).unwrap();
        test.run(include_str!("../data/rows-of-the-crm.sql"));
        Some(Self { is_shared: true, ..Self::on(test) })
    }

    /// The permission page: what somebody may do with a model at all.
    pub(crate) fn may(&self, who: Who, permission: Permission, model: &str) -> bool {
        let is_kept_by_the_crm = self.is_shared && permission != Permission::View;
        match model {
            "customersegment" => true,
            "user" => who.is_admin() && !is_kept_by_the_crm,
            "company" | "contact" | "contract" => {
                permission == Permission::View || (who.is_admin() || who == Who::Of(Role::Sales)) && !is_kept_by_the_crm
            }
            other => panic!("tell this test who may do what with {other:?}"),
        }
    }

    /// What somebody meets at a URL that says this of itself.
    fn expects(&self, who: Who, url: &Url, access: Access, whose: Option<Whose>) -> Outcome {
        if matches!(who, Who::Stranger | Who::NotStaff) {
            return if access == Access::Anyone { Outcome::LetIn } else { Outcome::SignIn };
        }
        let model = model(url.pattern());
        match access.required() {
            Some((permission, _)) if !self.may(who, permission, model) => Outcome::Refused,
            // What is written of users beside the CRM is ours, and of nobody who is above one.
            Some((Permission::View, _)) if url.pattern().ends_with("/sessions/") => {
                whose.map_or(Outcome::LetIn, |whose| who.meets(Permission::Change, model, whose))
            }
            Some((permission, _)) => whose.map_or(Outcome::LetIn, |whose| who.meets(permission, model, whose)),
            None if whose == Some(Whose::Missing) => Outcome::Unknown,
            None => Outcome::LetIn,
        }
    }

    /// What somebody meets who does this with an object of a list.
    fn expects_of_action(&self, who: Who, model: &str, action: &str, permission: Permission, whose: Whose) -> Outcome {
        match who {
            Who::Stranger | Who::NotStaff => Outcome::SignIn,
            _ if !self.may(who, Permission::View, model) || !self.may(who, permission, model) => Outcome::Refused,
            // Nobody shuts themselves out.
            _ if action == "deactivate" && whose == Whose::Own => Outcome::Refused,
            _ => who.meets(permission, model, whose),
        }
    }

    /// Everybody is signed in as in the beginning, whatever they did since.
    fn sign_in_again(&self) {
        write(&self.app, "DELETE FROM segments_session");
        write(&self.app, "INSERT INTO segments_session SELECT * FROM kept_session");
    }

    /// Asks for a page, or sends it a form without fields, in a copy of their browser.
    fn send(&self, person: &Person, method: &Method, path: &str) -> (Browser, Response) {
        self.sign_in_again();
        let browser = person.browser.copy();
        let request = browser.request(method.clone(), path);
        let request = if *method == Method::POST { request.header("X-CSRFToken", &person.token).form(&[("a", "b")]) } else { request };
        let answer = browser.send(request);
        (browser, answer)
    }

    /// What comes of it.
    fn ask(&self, person: &Person, method: &Method, path: &str) -> Outcome {
        let (browser, answer) = self.send(person, method, path);
        outcome(&browser, answer)
    }

    /// An object of the model of a URL, made anew for `person`.
    fn object(&self, pattern: &str, person: &Person, whose: Whose) -> Id {
        self.object_of(model(pattern), person, whose)
    }

    /// An object of a model, likewise.
    pub(crate) fn object_of(&self, model: &str, person: &Person, whose: Whose) -> Id {
        let owner = match whose {
            Whose::Own => person.id,
            Whose::Others | Whose::OthersPaused | Whose::Root => Some(self.other),
            Whose::Nobodys => None,
            Whose::Missing => return Id::new(),
        };
        let status = if matches!(whose, Whose::OthersPaused | Whose::Nobodys) { "paused" } else { "active" };
        match model {
            "customersegment" => self.segment(owner, status),
            "company" => self.customer().0,
            "contact" => self.customer().1,
            "contract" => self.customer().2,
            "user" if whose == Whose::Own => person.id.expect("somebody"),
            "user" => {
                let is_root = whose == Whose::Root;
                let change = |user: &mut Values| (user.username, user.is_superuser) = (Id::new().to_string(), is_root);
                id_of(&self.app, &self.app.user(Role::Sales, change))
            }
            other => panic!("tell this test how an object of {other:?} is made, and whose it can be"),
        }
    }

    fn segment(&self, owner: Option<Id>, status: &str) -> Id {
        let (test, id) = (&self.app.test, Id::new());
        let input = Input {
            name: format!("Segment {id}"),
            description: String::new(),
            segment_type: "static".into(),
            status: status.into(),
            tags: String::new(),
            filter_criteria: "{}".into(),
        };
        let draft = Draft::parse(&input, None, Scope::alone((&test.clock).into())).expect("a good segment");
        let edited = Edited::new(draft, ListChange::default());
        let actor = Actor { id: owner, ..Actor::system("somebody", false) };
        test.db.write_blocking(|connection| save::insert(connection, &actor, &test.clock, id, &edited)).unwrap();
        id
    }

    /// A company with a contact and a contract; beside the CRM, where nobody deletes them, always the same.
    fn customer(&self) -> (Id, Id, Id) {
        if self.is_shared {
            return self.customer_of_the_crm();
        }
        let (company, person, contract) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let world = World {
            companies: vec![evaluator::Company { id: company, name: format!("Company {company}"), ..evaluator::Company::default() }],
            contacts: vec![evaluator::Contact { id: person, company_id: company, ..evaluator::Contact::default() }],
            contracts: vec![evaluator::Contract {
                id: contract,
                company_id: company,
                contract_number: contract.to_string(),
                ..evaluator::Contract::default()
            }],
        };
        store(&self.app.test.db, &world);
        (Id(company), Id(person), Id(contract))
    }

    fn customer_of_the_crm(&self) -> (Id, Id, Id) {
        let first = |connection: &mut _| {
            Ok((
                crm_app_company::table.select(crm_app_company::id).first(connection)?,
                crm_app_contact::table.select(crm_app_contact::id).first(connection)?,
                crm_app_contract::table.select(crm_app_contract::id).first(connection)?,
            ))
        };
        self.app.test.db.read_blocking(first).unwrap()
    }
}

fn person(app: &TestApp, who: Who) -> Person {
    let username = match who {
        Who::Stranger => None,
        Who::NotStaff => Some(app.user(Role::Admin, |_| {})),
        Who::Of(role) => Some(app.user(role, |_| {})),
        Who::Superuser => Some(app.user(Role::Music, |user| user.is_superuser = true)),
    };
    let browser = username.as_ref().map_or_else(|| app.browser(), |username| app.signed_in(username));
    let token = browser.token(if username.is_some() { "/admin/" } else { "/admin/login/" });
    let id = username.map(|username| id_of(app, &username));
    if let (Who::NotStaff, Some(id)) = (who, id) {
        let leave =
            |connection: &mut _| Ok(diesel::update(auth_user::table.find(id)).set(auth_user::is_staff.eq(false)).execute(connection)?);
        app.test.db.write_blocking(leave).unwrap();
    }
    Person { who, browser, token, id }
}

fn id_of(app: &TestApp, username: &str) -> Id {
    app.test.db.read_blocking(|connection| User::find_by_username(connection, username)).unwrap().id
}

fn write(app: &TestApp, statement: &str) {
    app.test.db.write_blocking(|connection| Ok(connection.batch_execute(statement)?)).unwrap();
}

fn outcome(browser: &Browser, answer: Response) -> Outcome {
    let location = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned()).unwrap_or_default();
    match answer.status().as_u16() {
        302 if location.starts_with("/admin/login/") => Outcome::SignIn,
        303 if location == "/admin/" => {
            let said = text_of(&browser.get("/admin/").text().unwrap(), ".messagelist");
            if said.contains("doesn’t exist. Perhaps it was deleted?") { Outcome::Unknown } else { Outcome::LetIn }
        }
        403 => {
            let sentence = text_of(&answer.text().unwrap(), "#content-main");
            let is_why = [" may not ", " may change", " are kept by the CRM", "You cannot delete yourself ("];
            assert!(is_why.iter().any(|part| sentence.contains(part)), "this is why? {sentence}");
            Outcome::Refused
        }
        // Whoever signs in wrongly again and again must wait, but is heard.
        200..=299 | 302 | 303 | 400 | 409 | 410 | 429 => Outcome::LetIn,
        status => panic!("{status} at {}", answer.url()),
    }
}

/// The model of a URL's objects, by its name in the address; blank for the pages of no model.
fn model(pattern: &str) -> &str {
    pattern.strip_prefix("/admin/crm_app/").and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

/// Whose objects a URL is asked for.
fn kinds(pattern: &str, who: Who) -> Vec<Option<Whose>> {
    kinds_of(model(pattern), pattern.contains("{id}"), who)
}

/// Whose objects of a model somebody asks for, where one is named.
pub(crate) fn kinds_of(model: &str, is_named: bool, who: Who) -> Vec<Option<Whose>> {
    if !is_named {
        return vec![None];
    }
    let all: &[Whose] = match model {
        "customersegment" => &[Whose::Own, Whose::Others, Whose::OthersPaused, Whose::Nobodys, Whose::Missing],
        "user" => &[Whose::Own, Whose::Others, Whose::Root, Whose::Missing],
        _ => &[Whose::Others, Whose::Missing],
    };
    let is_known = !matches!(who, Who::Stranger | Who::NotStaff);
    all.iter().filter(|whose| is_known || **whose != Whose::Own).copied().map(Some).collect()
}

/// The address of an object's page; where it is one of a version, of the first.
fn with_key(app: &TestApp, pattern: &str, id: Id) -> String {
    let list = |connection: &mut _| history::list_of(connection, model(pattern), &id.to_string(), 0, 1);
    let first = app.test.db.read_blocking(list).unwrap().first().map_or_else(Id::new, |event| event.id);
    let path = pattern.replace("{id}", &id.to_string()).replace("{version}", &first.to_string()).replace("{token}", "made-up");
    let path = path.replace("{upload}", &id.to_string());
    assert!(!path.contains('{'), "{pattern}: tell this test what stands there");
    path
}

/// Asks for everything as everybody.
fn walk(everybody: &Everybody) {
    let mut wrong = Vec::new();
    for person in &everybody.people {
        for url in routes::urls() {
            for (method, access) in url.answers().iter().filter(|(method, _)| *method != "HEAD") {
                for whose in kinds(url.pattern(), person.who) {
                    let id = whose.map_or_else(Id::new, |whose| everybody.object(url.pattern(), person, whose));
                    let method = method.as_str().parse().unwrap();
                    let found = everybody.ask(person, &method, &with_key(&everybody.app, url.pattern(), id));
                    let expected = everybody.expects(person.who, &url, *access, whose);
                    if found != expected {
                        wrong.push(format!("{:?}: {method} {} of {whose:?}: {found:?}, not {expected:?}", person.who, url.pattern()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Also the history of what one may not see: CVE-2013-0305.
#[test]
fn every_url_answers_everybody_as_the_permission_page_says() {
    on_engines(|engine| walk(&Everybody::on(TestDb::new(engine))));
}

#[test]
fn beside_the_crm_every_url_answers_everybody_as_the_permission_page_says() {
    if let Some(everybody) = Everybody::beside_the_crm() {
        walk(&everybody);
    }
}

/// The actions of each model's list, each with what one must be allowed to do with every object that it is done to. One that
/// is not written down here fails.
const ACTIONS: &[(&str, &[(&str, Permission)])] = &[
    (
        "customersegment",
        &[
            ("delete_selected", Permission::Delete),
            ("activate", Permission::Change),
            ("pause", Permission::Change),
            ("archive", Permission::Change),
            ("count_again", Permission::View),
            ("duplicate", Permission::View),
            ("combine", Permission::View),
            ("add_tag", Permission::Change),
            ("export_csv", Permission::View),
            ("export_json", Permission::View),
        ],
    ),
    ("company", &[("delete_selected", Permission::Delete)]),
    ("contact", &[("delete_selected", Permission::Delete)]),
    ("contract", &[("delete_selected", Permission::Delete)]),
    ("user", &[("delete_selected", Permission::Delete), ("deactivate", Permission::Change)]),
];

/// The names of the actions that a model declares.
fn declared<A: ModelAdmin>() -> (&'static str, Vec<&'static str>) {
    (A::MODEL.model_name, A::ACTIONS.iter().map(|action| action.name).collect())
}

#[test]
fn the_actions_of_every_list_are_written_down_here() {
    let declared = [
        declared::<SegmentAdmin>(),
        declared::<CompanyAdmin>(),
        declared::<ContactAdmin>(),
        declared::<ContractAdmin>(),
        declared::<UserAdmin<SegmentsOf>>(),
    ];
    let known = ACTIONS.iter().map(|(model, actions)| (*model, actions.iter().map(|(name, _)| *name).collect::<Vec<_>>()));
    assert_eq!(declared.to_vec(), known.collect::<Vec<_>>());
    let lists = routes::urls().iter().filter(|url| answers(url, "POST") && url.pattern() == list_of(model(url.pattern()))).count();
    assert_eq!(lists, declared.len(), "every list that takes actions is one of them");
}

fn list_of(model: &str) -> String {
    format!("/admin/crm_app/{model}/")
}

/// What comes of an action that somebody asks for with one object of a list; where it asks first, they say yes.
fn act(everybody: &Everybody, person: &Person, model: &str, action: &str, id: Id) -> Outcome {
    everybody.sign_in_again();
    let (browser, list, id) = (person.browser.copy(), list_of(model), id.to_string());
    let send = |more: &[(&str, &str)]| {
        let fields = [&[("action", action), ("_selected_action", &*id), ("select_across", "0")], more].concat();
        let answer = browser.send(browser.request(Method::POST, &list).header("X-CSRFToken", &person.token).form(&fields));
        let status = answer.status().as_u16();
        let location = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned()).unwrap_or_default();
        (status, location, answer.text().unwrap())
    };
    let (mut status, mut location, mut body) = send(&[]);
    if let Some(digest) = value_of(&body, "[name=confirmed]").filter(|_| status == 200) {
        (status, location, body) = send(&[("confirmed", &digest), ("value", "vip")]);
    }
    match status {
        302 if location.starts_with("/admin/login/") => Outcome::SignIn,
        303 => {
            let said = text_of(&browser.get(&list).text().unwrap(), ".messagelist");
            if said.contains(" is there any more. Nothing was changed.") { Outcome::Unknown } else { Outcome::LetIn }
        }
        // The page of what keeps it from being deleted, and files.
        200 => Outcome::LetIn,
        // Their list does not offer it.
        400 if text_of(&body, ".messagelist") == "No action selected." => Outcome::Refused,
        403 => {
            let is_why = [" may not ", " may change", " are kept by the CRM", "You cannot "];
            assert!(is_why.iter().any(|part| text_of(&body, "main").contains(part)), "this is why? {body}");
            Outcome::Refused
        }
        _ => panic!("{status} for {action} of {model}: {body}"),
    }
}

/// Runs every action of every list as everybody, with every kind of object.
fn run_actions(everybody: &Everybody) {
    let mut wrong = Vec::new();
    for person in &everybody.people {
        for (model, actions) in ACTIONS {
            for (action, permission) in *actions {
                for whose in kinds(&format!("{}{{id}}/change/", list_of(model)), person.who).into_iter().flatten() {
                    let id = everybody.object(&list_of(model), person, whose);
                    let before = contents(&everybody.app.test);
                    let found = act(everybody, person, model, action, id);
                    let expected = everybody.expects_of_action(person.who, model, action, *permission, whose);
                    if found != expected {
                        wrong.push(format!("{:?}: {action} of {model}, {whose:?}: {found:?}, not {expected:?}", person.who));
                    }
                    let is_kept = [
                        "crm_app_customersegment",
                        "crm_app_company",
                        "crm_app_contact",
                        "crm_app_contract",
                        "auth_user",
                        "segments_event",
                    ]
                    .iter()
                    .all(|table| contents(&everybody.app.test)[*table] == before[*table]);
                    assert!(found == Outcome::LetIn || is_kept, "{:?}: {action} of {model}, {whose:?} is refused, and done", person.who);
                    everybody.sign_in_again();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_action_does_with_every_object_what_the_permission_page_says() {
    on_engines(|engine| run_actions(&Everybody::on(TestDb::new(engine))));
}

#[test]
fn beside_the_crm_every_action_does_what_the_permission_page_says() {
    if let Some(everybody) = Everybody::beside_the_crm() {
        run_actions(&everybody);
    }
}

/// The pages that ask for no right: what is done there is no matter of a model, or is asked by the page itself.
const OPEN: &[(&str, Access)] = &[
    ("/", Access::Anyone),
    ("/admin/", Access::Staff),
    ("/admin/login/", Access::Anyone),
    ("/admin/logout/", Access::Staff),
    ("/admin/setup/{token}/", Access::Anyone),
    ("/admin/account/", Access::Staff),
    ("/admin/account/sessions/", Access::Staff),
    ("/admin/account/tokens/", Access::Staff),
    ("/admin/password_change/", Access::Staff),
    ("/admin/autocomplete/", Access::Staff),
    ("/admin/search/", Access::Staff),
    ("/admin/crm_app/", Access::Staff),
];

/// The lines that ask for no right and are not known to be open, or ask for one in another model than theirs.
fn undeclared(urls: &[Url]) -> Vec<String> {
    let rights = [
        ("customersegment", segments::model::RIGHTS),
        ("user", managing_rules::RIGHTS),
        ("company", company::RIGHTS),
        ("contact", contact::RIGHTS),
        ("contract", contract::RIGHTS),
    ];
    let is_declared = |pattern: &str, access: Access| match access.required() {
        Some((_, asked)) => rights.contains(&(model(pattern), asked)),
        None => OPEN.contains(&(pattern, access)),
    };
    let lines = urls.iter().flat_map(|url| url.answers().iter().map(|(method, access)| (url.pattern(), method, *access)));
    lines.filter(|(pattern, _, access)| !is_declared(pattern, *access)).map(|(pattern, method, _)| format!("{method} {pattern}")).collect()
}

#[test]
fn every_url_asks_for_a_right_in_its_model_or_is_known_to_be_open() {
    assert_eq!(undeclared(&routes::urls()), Vec::<String>::new());
    // One that forgot to is found.
    let forgetful = [
        url("/admin/crm_app/contact/merge/").post(Access::Staff, index::home),
        url("/admin/crm_app/user/{id}/secret/").get(Access::View(contact::RIGHTS), index::home),
        url("/admin/everything/").get(Access::Anyone, index::home),
    ];
    let found = ["POST /admin/crm_app/contact/merge/", "GET /admin/crm_app/user/{id}/secret/", "HEAD /admin/crm_app/user/{id}/secret/"];
    assert_eq!(undeclared(&forgetful)[..3], found);
    assert_eq!(undeclared(&forgetful).len(), 5);
}

#[test]
fn what_is_added_changed_and_deleted_is_declared_so() {
    for url in routes::urls() {
        let last = url.pattern().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        for (method, access) in url.answers() {
            let required = access.required().map(|(permission, _)| permission);
            let named = match (last, method.as_str()) {
                ("add", _) => Some(Permission::Add),
                ("delete", _) => Some(Permission::Delete),
                ("change", "POST") => Some(Permission::Change),
                _ => continue,
            };
            assert_eq!(required, named, "{method} {}", url.pattern());
        }
    }
}

#[test]
fn other_methods_are_answered_with_those_there_are() {
    on_one(|everybody, superuser| {
        for url in routes::urls() {
            let there: Vec<&str> = url.answers().iter().map(|(method, _)| method.as_str()).collect();
            let path = with_key(&everybody.app, url.pattern(), Id::new());
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"] {
                if !there.contains(&method) {
                    let browser = superuser.browser.copy();
                    let answer = browser.send(browser.request(method.parse().unwrap(), &path));
                    assert_eq!(answer.status(), 405, "{method} {path}");
                    assert_eq!(answer.headers().get("allow").unwrap().to_str().unwrap(), there.join(", "), "{method} {path}");
                }
            }
            everybody.sign_in_again();
        }
    });
}

/// Pages that write down that somebody took their content away.
const WRITTEN_DOWN: &[&str] = &["members.csv", "export.csv", "export_list/"];

#[test]
fn whoever_only_looks_changes_nothing() {
    on_engines(|engine| {
        let everybody = Everybody::on(TestDb::new(engine));
        let person = everybody.people.last().expect("the superuser");
        for url in routes::urls().iter().filter(|url| answers(url, "GET")) {
            for whose in kinds(url.pattern(), person.who) {
                let id = whose.map_or_else(Id::new, |whose| everybody.object(url.pattern(), person, whose));
                for method in [Method::GET, Method::HEAD] {
                    let before = contents(&everybody.app.test);
                    everybody.send(person, &method, &with_key(&everybody.app, url.pattern(), id));
                    let after = contents(&everybody.app.test);
                    let touched: Vec<&String> =
                        before.iter().filter(|(table, rows)| after[*table] != **rows).map(|(table, _)| table).collect();
                    let is_noted = method == Method::GET
                        && WRITTEN_DOWN.iter().any(|file| url.pattern().ends_with(file))
                        && whose != Some(Whose::Missing);
                    let expected: &[&str] = if is_noted { &["segments_event"] } else { &[] };
                    assert_eq!(touched, expected, "{method} {}", url.pattern());
                }
            }
        }
    });
}

#[test]
fn a_form_without_its_token_is_refused_everywhere_and_changes_nothing() {
    on_engines(|engine| {
        let everybody = Everybody::on(TestDb::new(engine));
        for who in [Who::Stranger, Who::Superuser] {
            let person = everybody.people.iter().find(|person| person.who == who).expect("one of everybody");
            for url in routes::urls().iter().filter(|url| answers(url, "POST")) {
                let whose = kinds(url.pattern(), who)[0];
                let id = whose.map_or_else(Id::new, |whose| everybody.object(url.pattern(), person, whose));
                everybody.sign_in_again();
                let before = contents(&everybody.app.test);
                let browser = person.browser.copy();
                let answer = browser.post(&with_key(&everybody.app, url.pattern(), id), &[("csrfmiddlewaretoken", "")]);
                let is_open = url.answers().iter().any(|(method, access)| method == "POST" && *access == Access::Anyone);
                let expected = if is_open || who == Who::Superuser { 403 } else { 302 };
                assert_eq!(answer.status(), expected, "{who:?}: POST {}", url.pattern());
                assert_eq!(contents(&everybody.app.test), before, "POST {}", url.pattern());
            }
        }
    });
}

fn answers(url: &Url, method: &str) -> bool {
    url.answers().iter().any(|(answered, _)| answered == method)
}

/// For what does not depend on the engine.
fn on_one(test: impl Fn(&Everybody, &Person)) {
    let everybody = Everybody::on(TestDb::new(Engine::Sqlite));
    test(&everybody, everybody.people.last().expect("the superuser"));
}
