//! The program as a process of its own, and a browser that keeps its cookies and reads answers as they come.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Client, ClientBuilder};
use reqwest::cookie::Jar;
use reqwest::redirect::Policy;
use scraper::{Html, Selector};

use crate::figures::private_memory;
use crate::page::{Answer, Form};

/// The running program; it ends when this is dropped.
pub(crate) struct Program {
    url: String,
    child: Child,
    // Kept open: who listens to it no more ends the program, as in any pipe.
    _said: BufReader<ChildStdout>,
    _directory: tempfile::TempDir,
}

impl Program {
    /// Starts it on a database and waits until its port is open.
    pub(crate) fn start(database: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_customer-segments"));
        command.arg("serve").env_clear().current_dir(directory.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.env("DATABASE_URL", database).env("SECRET_KEY", "the secret of the bench, long enough").env("BIND", "127.0.0.1:0");
        let mut child = command.env("TIME_ZONE", "Asia/Bangkok").env("RECALCULATE_EVERY", "0").spawn().unwrap();
        let (mut said, mut line) = (BufReader::new(child.stdout.take().unwrap()), String::new());
        said.read_line(&mut line).unwrap();
        let (_, url) = line.trim().trim_end_matches('/').rsplit_once(' ').expect("the program says where it is");
        Self { url: url.to_owned(), child, _said: said, _directory: directory }
    }

    /// Memory that is its alone, in MB.
    pub(crate) fn private_memory(&self) -> u64 {
        private_memory(&self.child.id().to_string())
    }

    /// Somebody who has not signed in.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::at(&self.url)
    }

    /// Somebody who has signed in.
    pub(crate) fn sign_in(&self, username: &str, password: &str) -> Visitor {
        let login = format!("{}/admin/login/", self.url);
        let jar = Arc::new(Jar::default());
        let client = client(&jar).build().unwrap();
        let page = client.get(&login).send().unwrap().text().unwrap();
        let page = Html::parse_document(&page);
        let token = page.select(&Selector::parse("[name=csrfmiddlewaretoken]").unwrap()).next().unwrap();
        let fields = [("csrfmiddlewaretoken", token.attr("value").unwrap()), ("username", username), ("password", password)];
        let answer = client.post(&login).header("Origin", &self.url).form(&fields).send().unwrap();
        assert_eq!(answer.status(), 303, "signed in");
        Visitor::with(&jar, &self.url)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().expect("the program ends");
        self.child.wait().expect("it ended");
    }
}

/// Somebody at a site.
pub(crate) struct Visitor {
    client: Client,
    url: String,
}

impl Visitor {
    /// Somebody whom the site does not know.
    pub(crate) fn at(url: &str) -> Self {
        Self::with(&Arc::default(), url)
    }

    fn with(jar: &Arc<Jar>, url: &str) -> Self {
        // Bytes are counted as they come.
        Self { client: client(jar).gzip(false).build().unwrap(), url: url.to_owned() }
    }

    /// Asks for a page, and gives how many bytes it came in.
    ///
    /// # Errors
    /// Another status than 200.
    pub(crate) fn get(&self, path: &str) -> Result<usize, StatusCode> {
        let answer = self.client.get(format!("{}{path}", self.url)).header("Accept-Encoding", "gzip").send().expect("an answer");
        match answer.status() {
            StatusCode::OK => Ok(answer.bytes().unwrap().len()),
            other => Err(other),
        }
    }

    /// Asks for a page to read it.
    pub(crate) fn open(&self, path: &str) -> Answer {
        Answer::of(self.client.get(format!("{}{path}", self.url)).send().expect("an answer"))
    }

    /// Sends a form.
    pub(crate) fn send(&self, form: &Form) -> Answer {
        let request = self.client.post(format!("{}{}", self.url, form.action)).header("Origin", &self.url);
        Answer::of(request.form(&form.fields).send().expect("an answer"))
    }
}

fn client(jar: &Arc<Jar>) -> ClientBuilder {
    Client::builder().cookie_provider(Arc::clone(jar)).redirect(Policy::none()).timeout(Duration::from_secs(60))
}
