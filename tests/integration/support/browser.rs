//! Browsers that keep their cookies and nothing else, for tests of what people never do.
//!
//! A [`Browser`] sends what it is told, shows every answer as it came and lets a test change its cookies; for people who
//! use the site there is `app.rs`.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use customer_segments::accounts::actor::{Actor, Role};
use customer_segments::accounts::managing::{self, Values};
use customer_segments::accounts::password;
use customer_segments::accounts::user::User;
use customer_segments::config::PasswordHasher;
use customer_segments::db::Id;
use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder, Response};
use scraper::{Html, Selector};

use super::app::PASSWORD;
use super::{TestApp, TestDb};

impl TestApp {
    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.url(""))
    }

    /// A browser in which `username` has signed in.
    pub(crate) fn signed_in(&self, username: &str) -> Browser {
        let browser = self.browser();
        let answer = browser.sign_in(username, PASSWORD);
        assert_eq!(answer.status(), 303, "{username} could not sign in");
        browser
    }
}

/// A browser.
pub(crate) struct Browser {
    client: Client,
    url: String,
    /// Its cookies; tests may look and change.
    pub(crate) cookies: Mutex<BTreeMap<String, String>>,
}

impl Browser {
    /// A browser at the site with this URL.
    pub(crate) fn at(url: &str) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(60));
        Self { client: client.build().unwrap(), url: url.to_owned(), cookies: Mutex::default() }
    }

    /// The same site in a browser with the same cookies.
    pub(crate) fn copy(&self) -> Self {
        Self { client: self.client.clone(), url: self.url.clone(), cookies: Mutex::new(self.cookies.lock().unwrap().clone()) }
    }

    /// A request, with the cookies and as sent from a page of the site.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> = self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, format!("{}{path}", self.url)).header("Sec-Fetch-Site", "same-origin");
        if cookies.is_empty() { request } else { request.header("Cookie", cookies.join("; ")) }
    }

    /// Sends a request and keeps the cookies of its answer.
    pub(crate) fn send(&self, request: RequestBuilder) -> Response {
        let answer = request.send().expect("an answer");
        let mut cookies = self.cookies.lock().unwrap();
        for line in answer.headers().get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                cookies.remove(name)
            } else {
                cookies.insert(name.to_owned(), value.to_owned())
            };
        }
        drop(cookies);
        answer
    }

    /// Gets a page.
    pub(crate) fn get(&self, path: &str) -> Response {
        self.send(self.request(Method::GET, path))
    }

    /// Gets a page's document.
    pub(crate) fn page(&self, path: &str) -> Html {
        Html::parse_document(&self.get(path).text().unwrap())
    }

    /// Posts a form as it is given.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.send(self.request(Method::POST, path).form(fields))
    }

    /// Fetches a page for its token, then posts the form with it.
    pub(crate) fn post_from(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Response {
        let token = self.token(page);
        let mut fields = fields.to_vec();
        fields.push(("csrfmiddlewaretoken", &token));
        self.post(path, &fields)
    }

    /// The token of the first form of a page.
    pub(crate) fn token(&self, page: &str) -> String {
        let page = self.page(page);
        let token = page.select(&Selector::parse("input[name=csrfmiddlewaretoken]").unwrap()).next();
        token.expect("a token on the page").attr("value").unwrap().to_owned()
    }

    /// Signs in, as far as that goes.
    pub(crate) fn sign_in(&self, username: &str, password: &str) -> Response {
        self.post_from("/admin/login/", "/admin/login/", &[("username", username), ("password", password), ("next", "/admin/")])
    }

    /// Who the index greets; `None` where it leads to the sign-in page.
    pub(crate) fn greeted(&self) -> Option<String> {
        let answer = self.get("/admin/");
        if answer.status() == 302 {
            return None;
        }
        assert_eq!(answer.status(), 200);
        Some(text_of(&answer.text().unwrap(), "#user-tools strong"))
    }
}

/// The text of what a selector finds first; blank where there is nothing.
pub(crate) fn text_of(html: &str, selector: &str) -> String {
    let document = Html::parse_document(html);
    let found = document.select(&Selector::parse(selector).unwrap()).next();
    found.map(|element| element.text().collect::<String>().trim().to_owned()).unwrap_or_default()
}

/// The value of the control that a selector finds first.
pub(crate) fn value_of(html: &str, selector: &str) -> Option<String> {
    let document = Html::parse_document(html);
    document.select(&Selector::parse(selector).unwrap()).next()?.attr("value").map(str::to_owned)
}

/// Adds a member of the staff whose password is [`PASSWORD`].
pub(crate) fn add_user(test: &TestDb, username: &str, role: Role) -> Id {
    add_user_with(test, username, role, &password::hash(PasswordHasher::Argon2id, PASSWORD).unwrap())
}

/// Adds a member of the staff with a stored hash.
pub(crate) fn add_user_with(test: &TestDb, username: &str, role: Role, password: &str) -> Id {
    // On a shared database this plays the CRM.
    let crm = Actor::system("tests", false);
    let (now, id, new) = (test.clock.now(), Id::new(), Values::new(username, role));
    test.db.write_blocking(|connection| managing::insert(connection, &crm, now, id, &new, password)).expect("a new user");
    id
}

/// The user as they are stored now.
pub(crate) fn user(test: &TestDb, id: Id) -> User {
    test.db.read_blocking(|connection| User::find(connection, id)).expect("the user")
}
