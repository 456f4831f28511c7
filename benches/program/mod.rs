//! The program as a process of its own, and a browser that keeps its cookies and reads answers as they come.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::blocking::{Client, ClientBuilder, RequestBuilder};
use reqwest::cookie::Jar;
use reqwest::redirect::Policy;
use scraper::{Html, Selector};

use crate::figures::private_memory;
use crate::page::{Answer, Form};
use crate::people::{PASSWORD, USERNAME};

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

    /// What `work` gives, and the most private memory that the program had meanwhile, in MB.
    pub(crate) fn watched<T>(&self, work: impl FnOnce() -> T) -> (T, u64) {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let watching = scope.spawn(|| {
                let mut most = 0;
                while !is_over.load(Ordering::Relaxed) {
                    most = most.max(self.private_memory());
                    thread::sleep(Duration::from_millis(20));
                }
                most
            });
            let done = work();
            is_over.store(true, Ordering::Relaxed);
            (done, watching.join().expect("somebody watches"))
        })
    }

    /// Somebody who has not signed in.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor::at(&self.url)
    }

    /// Whoever [`crate::people`] has stored, signed in.
    pub(crate) fn sign_in(&self) -> Visitor {
        let login = format!("{}/admin/login/", self.url);
        let jar = Arc::new(Jar::default());
        let client = client(&jar).build().unwrap();
        let page = client.get(&login).send().unwrap().text().unwrap();
        let page = Html::parse_document(&page);
        let token = page.select(&Selector::parse("[name=csrfmiddlewaretoken]").unwrap()).next().unwrap();
        let fields = [("csrfmiddlewaretoken", token.attr("value").unwrap()), ("username", USERNAME), ("password", PASSWORD)];
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
        weighed(self.client.get(format!("{}{path}", self.url)))
    }

    /// Sends a form that is answered with a page, like [`Visitor::get`].
    pub(crate) fn post(&self, form: &Form) -> Result<usize, StatusCode> {
        weighed(self.posting(&form.action).form(&form.fields))
    }

    /// Asks for a page to read it.
    pub(crate) fn open(&self, path: &str) -> Answer {
        Answer::of(self.client.get(format!("{}{path}", self.url)).send().expect("an answer"))
    }

    /// Sends a form.
    pub(crate) fn send(&self, form: &Form) -> Answer {
        Answer::of(self.posting(&form.action).form(&form.fields).send().expect("an answer"))
    }

    /// Sends a form with a file in it.
    pub(crate) fn send_file(&self, form: &Form, name: &str, file: &[u8]) -> Answer {
        let mut body = Vec::with_capacity(file.len() + 2_000);
        for (name, value) in &form.fields {
            body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").bytes());
        body.extend_from_slice(file);
        body.extend(b"\r\n--edge--\r\n");
        let request = self.posting(&form.action).header("Content-Type", "multipart/form-data; boundary=edge");
        Answer::of(request.body(body).send().expect("an answer"))
    }

    fn posting(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url)).header("Origin", &self.url)
    }
}

/// How many bytes a page comes in.
fn weighed(request: RequestBuilder) -> Result<usize, StatusCode> {
    let answer = request.header("Accept-Encoding", "gzip").send().expect("an answer");
    match answer.status() {
        StatusCode::OK => Ok(answer.bytes().unwrap().len()),
        other => Err(other),
    }
}

fn client(jar: &Arc<Jar>) -> ClientBuilder {
    Client::builder().cookie_provider(Arc::clone(jar)).redirect(Policy::none()).timeout(Duration::from_secs(60))
}
