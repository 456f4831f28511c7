//! The running site, and the people who use it.
//!
//! Every [`TestApp`] is the real server on a port and a database of its own. People sign in through the real page; what
//! they post goes through the page that has the form, so that its hidden fields and tokens are those of a browser.

use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Mutex, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use clap::Parser;
use customer_segments::accounts::managing::{self, Values};
use customer_segments::accounts::user::User;
use customer_segments::accounts::{Actor, Role, password};
use customer_segments::config::{Config, PasswordHasher, Settings};
use customer_segments::db::Id;
use customer_segments::routes;
use customer_segments::server::{self, Site};
use reqwest::blocking::{Client, RequestBuilder};
use reqwest::header::{HeaderMap, HeaderValue, ORIGIN};
use reqwest::redirect;

use super::TestDb;
use super::page::{Answer, Form};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// How long the site may take to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The site, until it is dropped.
pub(crate) struct TestApp {
    /// Its database and clock.
    pub(crate) test: TestDb,
    base: String,
    handle: ServerHandle,
    server: Mutex<Option<JoinHandle<()>>>,
    /// Hears when the server has ended.
    ended: Mutex<Receiver<()>>,
}

impl TestApp {
    /// The site on this database.
    pub(crate) fn on(test: TestDb) -> Self {
        Self::with(test, |_| {})
    }

    /// The site on this database, with other settings.
    pub(crate) fn with(test: TestDb, change: impl FnOnce(&mut Settings)) -> Self {
        Self::serving(routes::SITE, test, change)
    }

    /// Another site than the product's.
    pub(crate) fn serving(site: Site, test: TestDb, change: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (config, db, clock) = (config(&base, change), test.db.clone(), test.clock.clone());
        let (started, handle) = mpsc::channel();
        let (ending, ended) = mpsc::channel();
        let server = thread::spawn(move || {
            // Dropped however it ends.
            let _ending: Sender<()> = ending;
            System::new().block_on(async move {
                let server = server::start(site, listener, config, db, clock).expect("the site starts");
                started.send(server.handle()).unwrap();
                server.await.expect("the site runs");
            });
        });
        let handle = handle.recv().expect("the site started");
        Self { test, base, handle, server: Mutex::new(Some(server)), ended: Mutex::new(ended) }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Somebody who has not signed in.
    pub(crate) fn anonymous(&self) -> Person<'_> {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(&self.base).unwrap());
        let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).default_headers(headers);
        Person { app: self, client: client.build().unwrap(), id: None, username: String::new() }
    }

    /// Somebody of the staff, of the role Sales.
    pub(crate) fn staff(&self) -> Person<'_> {
        self.role(Role::Sales)
    }

    /// Somebody of the staff with a role.
    pub(crate) fn role(&self, role: Role) -> Person<'_> {
        self.sign_in(&self.user(role, |_| {}))
    }

    /// A superuser.
    pub(crate) fn superuser(&self) -> Person<'_> {
        self.sign_in(&self.user(Role::Admin, |user| user.is_superuser = true))
    }

    /// Adds a user of the staff, changed as told, and gives their name.
    pub(crate) fn user(&self, role: Role, change: impl FnOnce(&mut Values)) -> String {
        let count = self.test.db.read_blocking(User::count).unwrap();
        let mut new = Values::new(&format!("{}-{count}", role.name().to_lowercase()), role);
        new.email = format!("{}@example.com", new.username);
        change(&mut new);
        // As the CRM would on a database that it shares.
        let (crm, now, id) = (Actor::system("tests", false), self.test.clock.now(), Id::new());
        self.test.db.write_blocking(|connection| managing::insert(connection, &crm, now, id, &new, hash())).unwrap();
        new.username
    }

    /// The user of this name, signed in through the page.
    #[track_caller]
    pub(crate) fn sign_in(&self, username: &str) -> Person<'_> {
        let user = self.test.db.read_blocking(|connection| User::find_by_username(connection, username)).unwrap();
        let person = Person { id: Some(user.id), username: user.username, ..self.anonymous() };
        let answer = person.post_form("/admin/login/", &[("username", username), ("password", PASSWORD)]);
        assert_eq!((answer.status, answer.location()), (303, "/admin/"), "{username} could not sign in: {}", answer.body);
        person
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The future need not be awaited for the server to be told.
        drop(self.handle.stop(false));
        let ended = self.ended.lock().unwrap().recv_timeout(PATIENCE);
        if ended == Err(RecvTimeoutError::Timeout) {
            assert!(thread::panicking(), "the site has not ended for {PATIENCE:?}");
            return;
        }
        if let Some(server) = self.server.lock().unwrap().take() {
            let ended = server.join();
            assert!(ended.is_ok() || thread::panicking(), "the site panicked");
        }
    }
}

/// Somebody with a browser of their own.
pub(crate) struct Person<'a> {
    app: &'a TestApp,
    client: Client,
    /// Their key, once they have signed in.
    pub(crate) id: Option<Id>,
    /// The name they signed in with.
    pub(crate) username: String,
}

impl Person<'_> {
    /// The page at a path; redirects are answers.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(self.app.url(path)))
    }

    /// The page at a path, which must be there.
    #[track_caller]
    pub(crate) fn open(&self, path: &str) -> Answer {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer
    }

    /// Fills in the form of the page at `path` and sends it.
    #[track_caller]
    pub(crate) fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = fields.iter().fold(self.open(path).form(), |form, (name, value)| form.fill(name, value));
        self.submit(&form)
    }

    /// Sends a form where it says.
    pub(crate) fn submit(&self, form: &Form) -> Answer {
        self.send(self.client.post(self.app.url(&form.action)).form(&form.fields))
    }

    /// Posts fields as they are, without any page before.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.client.post(self.app.url(path)).form(fields))
    }

    /// The same from a page at another path, as browsers tell.
    pub(crate) fn post_from(&self, path: &str, fields: &[(&str, &str)], from: &str) -> Answer {
        self.send(self.client.post(self.app.url(path)).header("Referer", self.app.url(from)).form(fields))
    }

    /// Where a redirect leads.
    #[track_caller]
    pub(crate) fn follow(&self, answer: &Answer) -> Answer {
        assert!((300..400).contains(&answer.status), "{} is no redirect: {}", answer.status, answer.body);
        self.get(answer.location())
    }

    /// Posts a form as a body that may take its time.
    pub(crate) fn post_body(&self, path: &str, body: reqwest::blocking::Body) -> Answer {
        self.send(self.client.post(self.app.url(path)).header("Content-Type", "application/x-www-form-urlencoded").body(body))
    }

    /// Sends the form of the page at `path` as one with a file in it: its fields as told, then the file.
    #[track_caller]
    pub(crate) fn post_file(&self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Answer {
        let form = fields.iter().fold(self.open(path).form(), |form, (name, value)| form.fill(name, value));
        let mut body = parts(&form);
        let head =
            format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: text/csv\r\n\r\n", file.0);
        body.extend(head.bytes().chain(file.1.iter().copied()).chain(*b"\r\n--edge--\r\n"));
        self.post_parts(&form.action, body)
    }

    /// Sends a form in parts, with no file.
    pub(crate) fn submit_parts(&self, form: &Form) -> Answer {
        let mut body = parts(form);
        body.extend(b"--edge--\r\n");
        self.post_parts(&form.action, body)
    }

    /// Sends a body in parts, whose edge is "edge".
    pub(crate) fn post_parts(&self, path: &str, body: impl Into<reqwest::blocking::Body>) -> Answer {
        self.send(self.client.post(self.app.url(path)).header("Content-Type", "multipart/form-data; boundary=edge").body(body))
    }

    fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(self.client.execute(request.build().expect("a request")).expect("the site answers"))
    }
}

/// The fields of a form as parts, without the end.
fn parts(form: &Form) -> Vec<u8> {
    let part = |(name, value): &(String, String)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
    };
    form.fields.iter().flat_map(part).collect()
}

/// The settings as a site on this machine has them; nothing of our environment gets in.
pub(crate) fn config(base: &str, change: impl FnOnce(&mut Settings)) -> Config {
    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        settings: Settings,
    }
    let flags = ["tests", "--public-url", base, "--bind", "127.0.0.1:0", "--database-url", "sqlite://unused"];
    // Counts grow old by the clock only where a test says so.
    let flags = flags.into_iter().chain(["--time-zone", "Asia/Bangkok", "--recalculate-every", "0"]);
    let mut settings = Only::try_parse_from(flags).expect("settings").settings;
    settings.secret_key = Some("the secret of the tests, long enough".to_owned());
    change(&mut settings);
    settings.check(None).expect("settings")
}

/// A hash of [`PASSWORD`]; made once, for hashing is slow on purpose.
fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash(PasswordHasher::Argon2id, PASSWORD).unwrap())
}
