//! Clients of the JSON API: programs that sign in with a name and a password and read what they are told.

use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::app::{PASSWORD, TestApp};

/// A program that is signed in.
pub(crate) struct Api<'a> {
    app: &'a TestApp,
    client: Client,
    /// The token that it shows.
    pub(crate) access: String,
    /// The one by which it gets another.
    pub(crate) refresh: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Told {
    /// What comes of a request.
    #[track_caller]
    pub(crate) fn of(request: RequestBuilder) -> Self {
        let answer = request.send().unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Self { status, headers, body }
    }

    /// A header; blank where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a good answer.
    #[track_caller]
    pub(crate) fn good(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The keys of the body, in their order.
    pub(crate) fn keys(&self) -> Vec<&str> {
        keys(&self.body)
    }

    /// A problem: its status, and what it says of a key.
    #[track_caller]
    pub(crate) fn says(&self, key: &str) -> (u16, Value) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{:?}", self.body);
        (self.status, self.body[key].clone())
    }
}

/// The keys of an object, in their order.
pub(crate) fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

impl TestApp {
    /// A program of this user.
    #[track_caller]
    pub(crate) fn api(&self, username: &str) -> Api<'_> {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let asked = client.post(self.url("/api/v1/auth/login/")).json(&json!({"username": username, "password": PASSWORD}));
        let told = Told::of(asked).good(200);
        let text = |key: &str| told[key].as_str().unwrap().to_owned();
        Api { app: self, client, access: text("access"), refresh: text("refresh") }
    }
}

impl Api<'_> {
    /// A request with the token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.app.url(&format!("/api/v1/{path}"))).bearer_auth(&self.access)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Told {
        Told::of(self.request(Method::GET, path))
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Told {
        Told::of(self.request(Method::POST, path).json(body))
    }

    #[track_caller]
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Told {
        Told::of(self.request(Method::PATCH, path).json(body))
    }

    #[track_caller]
    pub(crate) fn put(&self, path: &str, body: &Value) -> Told {
        Told::of(self.request(Method::PUT, path).json(body))
    }

    #[track_caller]
    pub(crate) fn delete(&self, path: &str) -> Told {
        Told::of(self.request(Method::DELETE, path))
    }
}
